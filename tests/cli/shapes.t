Points are whatever the header says: corners of a polygon, half of the labels missing at random.
Four points and twenty go the whole way, and are learned: the error on the hold-out halves.
$ shapes 4 200 16 > four.csv; shapes 20 100 16 > twenty.csv; shapes
! usage: script/shapes POINTS [ROWS [SIDE]]
= 2
$ lacuna data four.csv | grep -e pictures -e label -e '^ 1'
| four.csv: 200 pictures of 16x16, 4 points
| rows with every label                                11     5.50 %
| rows with no label                                   15     7.50 %
| groups of equal or nearly equal pictures            200
| point (mirror partner)                         labels             mean x, y
|  1 corner0                                        103    51.50 %     7.8     4.9
|     rows   points  label source: share of the test set
$ lacuna data twenty.csv | grep -e pictures -e label -e '^20'
| twenty.csv: 100 pictures of 16x16, 20 points
| rows with every label                                 0     0.00 %
| rows with no label                                    0     0.00 %
| groups of equal or nearly equal pictures             90
| point (mirror partner)                         labels             mean x, y
| 20 corner19                                        47    47.00 %     6.4     5.0
|     rows   points  label source: share of the test set
$ for n in four twenty; do lacuna train --data $n.csv --out $n --preset paper --model kimura --epochs 15 --batch 16 --lr 1e-3 --start he --no-mirror --threads 1 > /dev/null; lacuna eval --model $n --data $n.csv > $n.txt; grep -c corner $n.txt; done
| 4
| 20
$ for n in four twenty; do awk -F , 'NR == 2 { first = $6 } { last = $6 } END { print last < first / 2 }' $n/metrics.csv; done
| 1
| 1
$ lacuna predict --model twenty --data twenty.csv | head -n 1 | tr , '\n' | grep -c corner
| 40
$ lacuna report four --data four.csv --out report4; lacuna report twenty --data twenty.csv --out report20
| report4/report.html: open it in a browser
| report20/report.html: open it in a browser
$ grep -c '<tr><td>corner' report4/report.html report20/report.html; ls report4/*.png report20/*.png | wc -l
| report4/report.html:4
| report20/report.html:20
| 20
$ grep -o 'paper.s' report4/report.html
= 1
The paper's networks take them too.
$ lacuna train --data twenty.csv --out whole --preset paper --epochs 1 --batch 40 --no-mirror --threads 1 | tail -n 2
| whole holds the model of epoch 1; next:
|   lacuna eval --model whole --data twenty.csv
$ lacuna eval --model whole --data twenty.csv | grep -c corner
| 20
$ lacuna reproduce --data twenty.csv --out paper --epochs 1
! lacuna: cnn-plain learns from rows with all their labels, and none of the 80 to train on is such a row; --models cnn-masked,resnet-masked leaves it out
= 1
$ ls -d paper 2> /dev/null
= 2
