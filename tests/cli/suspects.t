Wrong labels, planted in drawn faces, are suspected by models that never saw them, and dropped.
$ lacuna synth --rows 90 --test-rows 4 --size 32 --seed 3 --out faces > /dev/null
$ lacuna folds --data faces --out folds --folds 2 --preset paper --model kimura --epochs 2 --batch 16 --lr 1e-3 --threads 1 > /dev/null
$ lacuna suspects folds --data faces --limit 3 --top 2 --threads 1 --out drop.txt --page page.html > out; sed 's/[0-9][0-9.]*/N/g' out | cut -c1-24
| N of N rows of faces, ea
| N suspects from a score 
|
|     row   score  reason
|      N     N  whole row 
|      N     N  N points o
| N more; --top N shows mo
|
| drop.txt: look it throug
|
| page.html: open it in a 
$ awk 'length > 79' out
$ head -n 2 drop.txt; grep -c '^# [0-9]' drop.txt; grep -c 'class="tick"' page.html
| # Rows, or points of rows, whose labels lacuna train --drop leaves out. Rows count
| # from 1, behind the header; what stands behind # is a comment: the score, and why.
| 8
| 8
$ lacuna suspects folds/fold-001 --data faces --top 0 --limit 1000
| 46 of 90 rows of faces, each by a model that was not trained on it
| 0 suspects from a score of 1000 on
$ lacuna suspects faces --data faces
! lacuna: faces/last.safetensors: cannot open: No such file or directory
= 1
$ lacuna suspects folds --data faces --limit 0
! lacuna suspects: --limit needs a number above 0 to 1e+09, not '0'
= 2

What the list names is not learned, and is measured where it is held out.
$ printf '1 # another face\n2 nose_tip\n3 nose_tip\n' > list; lacuna train --data faces --out run --preset paper --model kimura --epochs 1 --batch 16 --threads 1 --drop list | grep -A 1 dropped
| dropped  1 row and 2 points of other rows, by list
| preset   paper
$ lacuna train --data faces --out other --preset paper --model kimura --epochs 1 --batch 16 --threads 1 | grep 'held out'
|          26 with every label, 18 held out
$ grep '"drop"' run/config.json | tr -d '\t'
| "drop":"list",
$ printf '2 nose_tip\n' > list; lacuna train --data faces --out run --resume --epochs 2 --threads 1 | grep dropped
| dropped  1 row and 2 points of other rows, by list
! lacuna: list: was changed since the run began, which goes on with the list as it was
$ rm list; lacuna train --data faces --out run --resume --epochs 3 --threads 1 | grep dropped
| dropped  1 row and 2 points of other rows, by list
! lacuna: list: cannot open: No such file or directory: the run goes on with the list that it began with
$ lacuna eval --model run --data faces --threads 1 | sed -n '1p;/^labels/p'
| kimura after epoch 3, hold-out rows of faces
| labels                                               272
$ printf '1\n2 nose_tip\n' > list; lacuna eval --model run --data faces --split all --drop list --threads 1 | sed -n '1,2p;/^labels/p'
| kimura after epoch 3, all rows of faces
| without the labels that list names: 1 whole row, 1 point of others
| labels                                              1316
$ lacuna eval --model run --data faces --split all --drop list --json --threads 1 | grep -A 3 dropped | tr -d '\t'
| "dropped":{
| "rows":1,
| "points":1
| },
$ printf '1\n91\n' > list; lacuna train --data faces --out bad --preset paper --model kimura --drop list
! lacuna: list:2: row 91, the table has rows 1 to 90
= 1
$ printf '1 chin\n' > list; lacuna train --data faces --out bad --preset paper --model kimura --drop list
! lacuna: list:1: no point is called chin; there are left_eye_center, right_eye_center, ...
= 1
$ lacuna train --data faces --out bad --preset paper --model kimura --drop nowhere
! lacuna: nowhere: cannot open: No such file or directory
= 1
