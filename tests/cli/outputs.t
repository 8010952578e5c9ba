What is written is none of the files that are read: exit code 2, and nothing is touched.
$ lacuna synth --rows 40 --size 32 --out faces > /dev/null
$ mkdir folds; lacuna train --data faces --out folds/run --preset first --epochs 1 --threads 1 > /dev/null
$ cp faces/training.csv own.csv; ln -s own.csv link.csv; ln own.csv hard.csv
$ lacuna suspects folds/run --data faces --out drop.txt > /dev/null
$ cksum own.csv drop.txt faces/* folds/run/* > before

A table, whichever way its path is spelled.
$ lacuna eval --model folds/run --data own.csv --rows own.csv
! lacuna eval: --rows own.csv is the file that --data reads
= 2
$ lacuna predict --model folds/run --data own.csv --out ./own.csv
! lacuna predict: --out ./own.csv is the file that --data reads
= 2
$ lacuna predict --model folds/run --data own.csv --out link.csv
! lacuna predict: --out link.csv is the file that --data reads
= 2
$ lacuna predict --model folds/run --data link.csv --out hard.csv
! lacuna predict: --out hard.csv is the file that --data reads
= 2
$ lacuna predict --model folds/run --data - --out own.csv < own.csv
! lacuna predict: --out own.csv is the file that --data reads
= 2
$ lacuna suspects folds/run --data own.csv --page own.csv
! lacuna suspects: --page own.csv is the file that --data reads
= 2
$ lacuna submit --model folds/run --data faces --out faces/test.csv
! lacuna submit: --out faces/test.csv belongs to faces, which --data reads
= 2
$ lacuna suspects folds/run --data faces/training.csv --out faces/IdLookupTable.csv
! lacuna suspects: --out faces/IdLookupTable.csv belongs to faces/training.csv, which --data reads
= 2
$ lacuna export --model folds/run --to page --out own.csv --weights int8 --data own.csv
! lacuna export: --out own.csv is the file that --data reads
= 2

Lists and boxes.
$ lacuna eval --model folds/run --data faces --drop drop.txt --rows drop.txt
! lacuna eval: --rows drop.txt is the file that --drop reads
= 2
$ ln -s own.csv photo.png; lacuna predict --model folds/run @drop.txt --whole --out drop.txt
! lacuna predict: --out drop.txt is the file that PHOTO... reads
= 2
$ lacuna predict --model folds/run photo.png --boxes drop.txt --out drop.txt
! lacuna predict: --out drop.txt is the file that --boxes reads
= 2
$ lacuna detect photo.png --detector own.csv --out own.csv
! lacuna detect: --out own.csv is the file that PHOTO... reads
= 2

A run's own files, of a run, of one of its files, and of a folder of runs.
$ lacuna suspects folds/run --data faces --out folds/run/last.safetensors
! lacuna suspects: --out folds/run/last.safetensors belongs to folds/run, which DIR reads
= 2
$ lacuna suspects folds/run/best.safetensors --data faces --out folds/run/metrics.csv
! lacuna suspects: --out folds/run/metrics.csv belongs to folds/run/best.safetensors, which DIR reads
= 2
$ lacuna eval --model folds --data faces --rows folds/run/config.json
! lacuna eval: --rows folds/run/config.json belongs to folds, which --model reads
= 2
$ ln -s run/last.safetensors folds/differ.png
$ lacuna compare folds/run folds/run --data faces --out folds/differ.png
! lacuna compare: --out folds/differ.png belongs to folds/run, which A reads
= 2
$ lacuna plot curve folds/run --out folds/differ.png
! lacuna plot curve: --out folds/differ.png belongs to folds/run, which RUN reads
= 2

Settings that a run would write its own over.
$ mkdir new; cp folds/run/config.json new
$ lacuna train --data faces --config new/config.json --out new
! lacuna train: --out new/config.json is the file that --config reads
= 2
$ lacuna train --data faces --config new --out new
! lacuna train: --out new/config.json belongs to new, which --config reads
= 2
$ cmp folds/run/config.json new/config.json; ls new
| config.json

Photos, also those of a folder.
$ lacuna synth --photos 2 --out photos > /dev/null
$ lacuna predict --model folds/run photos --whole --out photos/photo_00001.jpg
! lacuna predict: --out photos/photo_00001.jpg is a photo that is read
= 2
$ lacuna detect photos --out photos/photo_00001.jpg
! lacuna detect: --out photos/photo_00001.jpg is a photo that is read
= 2

Two outputs are two files, whether or not they are there.
$ lacuna suspects folds/run --data faces --out same --page ./same
! lacuna suspects: --page ./same is the file that --out writes
= 2
$ lacuna suspects folds/run --data faces --out new/same --page folds/../new/same; ls new
| config.json
! lacuna suspects: --page folds/../new/same is the file that --out writes
$ : > same; ln same again; lacuna suspects folds/run --data faces --out same --page again
! lacuna suspects: --page again is the file that --out writes
= 2

Nothing was touched; other files of these folders may be written, and written anew.
$ cksum own.csv drop.txt faces/* folds/run/* | cmp - before
$ lacuna eval --model folds/run --data faces --rows folds/run/rows.csv > /dev/null
$ lacuna eval --model folds/run --data faces --rows folds/run/rows.csv > /dev/null
$ lacuna suspects folds/run --data faces --out /dev/null --page /dev/null > /dev/null
