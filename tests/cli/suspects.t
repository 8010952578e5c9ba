Wrong labels, planted in drawn faces, are suspected by models that never saw them, and dropped.
$ lacuna synth --rows 200 --test-rows 4 --size 32 --seed 2 --faults 6 --out faces > /dev/null
$ lacuna folds --data faces --out folds --folds 2 --preset first --epochs 6 --threads 1 > /dev/null
$ lacuna suspects folds --data faces --top 1 --threads 1 --out drop.txt --page page.html > out; sed 's/[0-9][0-9.]*/N/g; s/N more.*/N more/' out
| N of N rows of faces, each by a model that was not trained on it
| N suspects from a score of N on
|
|     row   score  reason
|       N    N  left and right swapped
| N more
|
| drop.txt: look it through, then train with --drop drop.txt
|
| page.html: open it in a browser; it saves what is ticked as such a list
$ awk 'length > 79' out
$ head -n 2 drop.txt; [ $(grep -c '^# [0-9]' drop.txt) -eq $(grep -c 'class="tick"' page.html) ] && echo as many
| # Rows, or points of rows, whose labels lacuna train --drop leaves out. Rows count
| # from 1, behind the header; what stands behind # is a comment: the score, and why.
| as many
At least four of the first five are planted, and swapped sides are told as such.
$ grep -v '^#' drop.txt | awk '!seen[$1]++ {print $1}' | head -n 5 > rows; for r in $(cat rows); do grep "^$r," faces/faults.csv; done | wc -l | awk '$1 >= 4 {print "found"}'
| found
$ for r in $(grep -A 1 'left and right swapped' drop.txt | grep '^[0-9]'); do grep "^$r," faces/faults.csv; done | cut -d, -f2 | sort | uniq -c | awk '$1 >= 2 {print $2}'
| sides
$ lacuna suspects folds/fold-001 --data faces --top 0 --limit 1000
| 100 of 200 rows of faces, each by a model that was not trained on it
| 0 suspects from a score of 1000 on
$ lacuna report folds --data faces --out report --threads 1; grep -o 'Cross-validation: [a-z]*\|<td>mean\|[0-9]* rows have a score of 6' report/report.html | sed 's/^[0-9][0-9]*/N/'; ls report | grep suspects
| report/report.html: open it in a browser
| Cross-validation: folds
| <td>mean
| N rows have a score of 6
| suspects.png
| suspects.svg
$ rm -r folds/fold-002; lacuna suspects folds --data faces --top 0 --limit 1000
| 100 of 200 rows of faces, each by a model that was not trained on it
| 0 suspects from a score of 1000 on
! lacuna: folds: 1 of 2 folds is not trained to the end; the lacuna folds command that began them goes on with 2
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
|          62 with every label, 40 held out
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
| labels                                               626
$ printf '1\n2 nose_tip\n' > list; lacuna eval --model run --data faces --split all --drop list --threads 1 | sed -n '1,2p;/^labels/p'
| kimura after epoch 3, all rows of faces
| without the labels that list names, of these rows: 1 whole, 1 point of others
| labels                                              2984
$ lacuna eval --model run --data faces --split all --drop list --json --threads 1 | grep -A 3 dropped | tr -d '\t'
| "dropped":{
| "rows":1,
| "points":1
| },
$ lacuna eval --model run --data faces --split holdout --drop list --threads 1 | sed -n '2p'
| without the labels that list names, of these rows: 0 whole, 0 points of others
$ seq 200 > list; lacuna eval --model run --data faces --drop list --rows rows.csv --json
! lacuna: no labels: none of the 40 rows to measure has one
= 1
$ test -e rows.csv || echo not written
| not written
$ printf '1\n201\n' > list; lacuna train --data faces --out bad --preset paper --model kimura --drop list
! lacuna: list:2: row 201, the table has rows 1 to 200
= 1
$ printf '1 chin\n' > list; lacuna train --data faces --out bad --preset paper --model kimura --drop list
! lacuna: list:1: no point is called chin; there are left_eye_center, right_eye_center, ...
= 1
$ lacuna train --data faces --out bad --preset paper --model kimura --drop nowhere
! lacuna: nowhere: cannot open: No such file or directory
= 1
