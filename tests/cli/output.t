An output that cannot be written is noticed.
$ lacuna help > /dev/full
! lacuna: standard output: cannot write: No space left on device
= 1
$ lacuna layers > /dev/full
! lacuna: standard output: cannot write: No space left on device
= 1
$ lacuna synth --rows 20 --size 32 --out faces > /dev/null
$ lacuna data faces > /dev/full
! lacuna: standard output: cannot write: No space left on device
= 1
$ lacuna data faces --json > /dev/full
! lacuna: standard output: cannot write: No space left on device
= 1
$ lacuna train --data faces --out run --preset paper --model kimura --epochs 1 --threads 1 > /dev/null
$ lacuna eval --model run --data faces > /dev/full
! lacuna: standard output: cannot write: No space left on device
= 1
$ lacuna predict --model run --data faces > /dev/full
! lacuna: standard output: cannot write: No space left on device
= 1
$ lacuna predict --model run --data faces --out /dev/full
! lacuna: /dev/full: cannot write: No space left on device
= 1
$ lacuna predict --model run --data faces --out no/such/folder/a.csv
! lacuna: no/such/folder/a.csv: cannot write: No such file or directory
= 1
$ lacuna predict --model run --data faces --out faces
! lacuna: faces: cannot write: Is a directory
= 1
$ lacuna submit --model run --data faces --out no/such/folder/a.csv
! lacuna: no/such/folder/a.csv: cannot write: No such file or directory
= 1
$ lacuna synth --rows 20 --size 32 --out no/such/folder
! lacuna: no/such/folder: cannot make the folder: No such file or directory
= 1
$ : > file; lacuna synth --rows 20 --size 32 --out file
! lacuna: file: cannot make the folder: File exists
= 1

So is one that failed early, and one that was closed, whose number no file of ours takes.
$ lacuna train --data faces --out full --preset first --epochs 2 --threads 1 > /dev/full
! lacuna: standard output: cannot write: No space left on device
= 1
$ lacuna train --data faces --out shut --preset first --epochs 2 --threads 1 >&-
! lacuna: standard output: cannot write: Bad file descriptor
= 1
$ test -e shut/.lock && ! test -s shut/.lock; cmp shut/best.safetensors full/best.safetensors
$ lacuna predict --model none --data faces --out points.csv <&- 2>&-; test ! -e points.csv
$ lacuna predict --model shut --data faces/test.csv --out points.csv <&- >&- 2>&-; head -c 8 points.csv
| ImageId,

A file beyond the size that is allowed is one more that cannot be written.
$ (ulimit -f 4; lacuna export --model run --to onnx --out big.onnx); ls -a | grep big
! lacuna: big.onnx: cannot write: File too large
= 1

A device is written, never replaced.
$ lacuna predict --model run --data faces --out /dev/null; test -c /dev/null && test -c /dev/full

A reader that leaves early ends the program without a word.
$ lacuna predict --model run --data faces/training.csv | head -n 1 | cut -c 1-25
| ImageId,left_eye_center_x
