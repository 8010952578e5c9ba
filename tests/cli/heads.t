Outputs of their own for each label source: trained, measured and predicted on drawn faces, whose
rows carry 15 points or 4.
$ lacuna synth --rows 60 --test-rows 8 --size 32 --seed 3 --out faces
| faces: training.csv with 60 rows, test.csv with 8, IdLookupTable.csv
$ printf 'a conv 5x5 /2 16 norm relu\nb conv 3x3 /2 32 norm relu\nc dense 2*source_points output\n' >heads.net
$ lacuna train --data faces --out run --model heads.net --epochs 2 --batch 16 --start he --lr 1e-3 --threads 1 2>/dev/null | tail -n 1
|   lacuna eval --model run --data faces
$ lacuna eval --model run --data faces | sed -n '/label source/,/^$/p' | cut -c1-42
| label source                  rows  labels
| 1: 15 of 15 points               4     116
| 2: 4 of 15 points                8      64
|
$ lacuna eval --model run --data faces --flip | head -n 4
| heads after epoch 2, hold-out rows of faces
|
| rows                                                  12
| labels                                               180
$ lacuna predict --model run --data faces | head -n 1 | tr , '\n' | wc -l
| 31
$ lacuna predict --model run --data faces --source 2 | head -n 1
| ImageId,left_eye_center_x,left_eye_center_y,right_eye_center_x,right_eye_center_y,nose_tip_x,nose_tip_y,mouth_center_bottom_lip_x,mouth_center_bottom_lip_y
$ lacuna predict --model run --data faces --source 2 --flip | cut -d, -f1 | head -n 3
| ImageId
| 1
| 2
$ lacuna predict --model run --data faces --source 3
! lacuna: --source 3: the model run has 2 sources, from 1 to 2
= 1
$ lacuna submit --model run --data faces --out submission.csv --flip
| submission.csv: 130 rows for 8 pictures
$ lacuna report run --data faces --out page --flip
| page/report.html: open it in a browser
$ printf 'a conv 5x5 /2 16\nc dense 4*source_points output\n' >wrong.net
$ lacuna train --data faces --out wrong --model wrong.net
! lacuna: wrong.net:2: the output c is 1x1x76 (h x w x channels), must be a vector of 2*points = 30 numbers, or of 2*source_points = 38
= 1
A shared output has one source, of all points.
$ lacuna train --data faces --out one --model kimura --epochs 1 --batch 16 --threads 1 >one.log 2>&1
$ lacuna predict --model one --data faces --source 2
! lacuna: --source 2: the model one has 1 source, from 1 to 1
= 1
The column source tells sources with equal points apart.
$ printf 'source,a_x,a_y,b_x,b_y,Image\nhelen,1,1,0,1,0 1 2 3\nibug,1,1,1,1,9 8 7 6\n7,1,1,0,1,3 9 1 2\nibug,1,0,1,1,5 5 0 5\n' >three.csv
$ lacuna data three.csv | sed -n '/label source/,$p' | head -n 4
|     rows   points  label source: share of the test set
|        1        2  1 (helen): unknown without IdLookupTable.csv
|        2        2  2 (ibug): unknown without IdLookupTable.csv
|        1        2  3 (7): unknown without IdLookupTable.csv
$ lacuna data three.csv --json | grep -A 5 '"sources"'
| 	"sources":	[{
| 			"name":	"helen",
| 			"points":	2,
| 			"rows":	1,
| 			"test_weight":	null
| 		}, {
$ printf 'a_x,a_y,source,Image\n1,1,no good,0 1 2 3\n' >bad.csv
$ lacuna data bad.csv
! lacuna: bad.csv: row 2, column source: "no good" is not a number or a word of letters, digits, dots, _ and -, at most 31 characters
= 1
