Ranks: processes that share each batch. Whatever their number, the run is the same.
$ lacuna synth --rows 60 --test-rows 8 --size 32 --seed 3 --out faces > /dev/null
$ lacuna train --data faces --out one --preset paper --model kimura --batch 32 --epochs 2 --threads 1 > one.txt; cut -d, -f 1,4- one/metrics.csv > one.csv
$ lacuna train --data faces --out two --preset paper --model kimura --batch 32 --epochs 2 --threads 1 --ranks 2 > two.txt; cut -d, -f 1,4- two/metrics.csv | cmp - one.csv; grep machine two.txt
|~ machine  2 ranks, each of 1 thread, *, float32
$ lacuna predict --model one --data faces > a; lacuna predict --model two --data faces > b; cmp a b

One goes on with what another number of them began.
$ lacuna train --data faces --out two --resume --ranks 3 --threads 1 --epochs 3 | grep holds
| two holds the model of epoch 3; next:
$ lacuna train --data faces --out one --resume --threads 1 --epochs 3 > /dev/null; lacuna predict --model one --data faces > a; lacuna predict --model two --data faces > b; cmp a b

With bf16 on the wire it is another one, which goes on as itself, and by one rank with a word of it.
$ lacuna train --data faces --out short --preset paper --model kimura --batch 32 --epochs 2 --threads 1 --ranks 2 --wire bf16 > short.txt; grep -c "wire bf16" short.txt; cut -d, -f 1,4- short/metrics.csv | cmp -s - one.csv
| 1
= 1
$ lacuna train --data faces --out short --resume --ranks 2 --threads 1 --epochs 3 --wire float32
! lacuna train: --wire does not go with --resume: a run keeps its settings
= 2
$ lacuna train --data faces --out short --resume --threads 1 --epochs 3 | grep holds
| short holds the model of epoch 3; next:
! lacuna: wire bf16: one rank sends nothing, and rounds nothing

What fails is said once.
$ lacuna train --data nowhere --out three --ranks 3
! lacuna: nowhere: cannot open: No such file or directory
= 1
$ lacuna train --data faces --out one --preset paper --epochs 1 --threads 1 --ranks 2 > /dev/null
! lacuna: one: holds a run already (last.safetensors): resume it or choose another folder
= 1
$ lacuna train --data faces --out three --ranks 2000
! lacuna train: --ranks needs a whole number from 0 to 1024, not '2000'
= 2

A signal to one of them stops and saves; a rank that is killed ends the others. In the scripts the
shell becomes lacuna by exec, as in stop.t.
$ printf '%s\n' ': > out' '(while ! grep -q "^ *2 " out; do sleep 0.02; done; kill -s INT $$) &' 'exec lacuna "$@" > out' > stop.sh
$ sh stop.sh train --data faces --out three --preset paper --model kimura --batch 16 --threads 1 --ranks 2
! lacuna: stopping after this step; again to end at once
! lacuna: stopped and saved in three; to go on:
!   lacuna train --data faces --out three --resume --ranks 2 --threads 1
= 130
$ printf '%s\n' ': > out' '(while ! grep -q "^ *2 " out; do sleep 0.02; done' 'for p in $(cat /proc/$$/task/$$/children); do grep -qx lacuna /proc/$p/comm && kill -s KILL $p; done) &' 'exec lacuna "$@" > out' > kill.sh
$ sh kill.sh train --data faces --out four --preset paper --model kimura --batch 16 --threads 1 --ranks 2
! lacuna: rank 1 is gone, and the training with it
= 1
$ lacuna train --data faces --out four --resume --threads 1 --epochs 1 | grep -c "nothing to do"
| 1

Rank 0 alone reads the table: from a pipe each byte comes once. What it tells of it is told once.
$ awk -F , -v OFS=, 'NR > 1 { $1 = "0" } 1' faces/training.csv > zeros.csv; for n in 1 3; do cat zeros.csv | lacuna train --data - --out piped$n --preset paper --model kimura --batch 32 --epochs 1 --threads 1 --ranks $n > /dev/null; cut -d, -f 1,4- piped$n/metrics.csv > piped$n.csv; done; cmp piped1.csv piped3.csv
! lacuna: standard input: 2 points have x or y alone, first left_eye_center in row 18: that label is learned, but a point counts as labelled with both alone
! lacuna: standard input: 60 labels are exactly 0 where their point's other one is not: x of left_eye_center in 60 rows; if that marks missing labels, say --missing 0
! lacuna: standard input: 2 points have x or y alone, first left_eye_center in row 18: that label is learned, but a point counts as labelled with both alone
! lacuna: standard input: 60 labels are exactly 0 where their point's other one is not: x of left_eye_center in 60 rows; if that marks missing labels, say --missing 0

Who reads the table is killed meanwhile: here one that never comes.
$ mkfifo never; { lacuna train --data never --out five --ranks 2 & } 2> /dev/null; parent=$!; until grep -q . /proc/$parent/task/$parent/children; do sleep 0.02; done; child=$(cat /proc/$parent/task/$parent/children | cut -d " " -f 1); kill -s KILL $parent; wait $parent 2> /dev/null; while [ -e /proc/$child/exe ]; do sleep 0.02; done
