From nothing to a submission, on drawn faces of 32x32.
$ lacuna synth --rows 60 --test-rows 8 --size 32 --seed 3 --out faces
| faces: training.csv with 60 rows, test.csv with 8, IdLookupTable.csv
$ ls faces
| IdLookupTable.csv
| test.csv
| training.csv
$ lacuna synth --rows 60 --test-rows 8 --size 32 --seed 3 --out again; cmp faces/training.csv again/training.csv && cmp faces/test.csv again/test.csv
| again: training.csv with 60 rows, test.csv with 8, IdLookupTable.csv
$ lacuna data faces
| faces: 60 pictures of 32x32, 15 points
|
| rows with every label                                17    28.33 %
| rows with no label                                    0     0.00 %
| rows whose picture stands in an earlier row           2     3.33 %
| rows with a near twin (same photo or person)          4     6.67 %
| groups of equal or nearly equal pictures             56
|
| point (mirror partner)                         labels             mean x, y
|  1 left_eye_center (2)                             58    96.67 %    21.9    13.0
|  2 right_eye_center (1)                            60   100.00 %     9.7    12.7
|  3 left_eye_inner_corner (5)                       20    33.33 %    19.6    13.3
|  4 left_eye_outer_corner (6)                       20    33.33 %    24.3    13.0
|  5 right_eye_inner_corner (3)                      19    31.67 %    12.2    13.2
|  6 right_eye_outer_corner (4)                      20    33.33 %     7.4    12.9
|  7 left_eyebrow_inner_end (9)                      20    33.33 %    18.9    10.0
|  8 left_eyebrow_outer_end (10)                     20    33.33 %    25.7    10.4
|  9 right_eyebrow_inner_end (7)                     20    33.33 %    13.1     9.9
| 10 right_eyebrow_outer_end (8)                     19    31.67 %     6.0    10.2
| 11 nose_tip                                        60   100.00 %    15.6    21.3
| 12 mouth_left_corner (13)                          19    31.67 %    21.0    25.2
| 13 mouth_right_corner (12)                         20    33.33 %    10.6    25.1
| 14 mouth_center_top_lip                            20    33.33 %    15.8    24.6
| 15 mouth_center_bottom_lip                         60   100.00 %    15.5    26.7
| mirror partners by name: 6 pairs, 3 points are their own
|
|     rows   points  pattern (# = has the point, points in order)
|       40        4  ##........#...#
|       17       15  ###############
|        1       14  #########.#####
|        1       13  .##########.###
|        1       13  .###.##########
|
|     rows   points  label source: share of the test set
|       20       15  1: 69.23 %
|       40        4  2: 30.77 %
|
|      row  picture  farthest from the mean face (the header is row 1)
|       32       31  2.15 px
|       44       43  2.05 px
|       37       36  1.89 px
|       55       54  1.84 px
|       35       34  1.75 px
|       30       29  1.73 px
|       36       35  1.59 px
|       23       22  1.51 px
|       42       41  1.50 px
|       59       58  1.49 px
$ lacuna data faces/test.csv
| faces/test.csv: 8 pictures of 32x32, 0 points
|
| rows whose picture stands in an earlier row           0     0.00 %
| rows with a near twin (same photo or person)          0     0.00 %
| groups of equal or nearly equal pictures              8
$ lacuna data faces --json | grep -E '"(rows|size|complete_rows|groups)"' | head -n 4
| 	"rows":	60,
| 	"size":	32,
| 	"complete_rows":	17,
| 	"groups":	56,
Row by row, with what a training will hold out: twelve rows, and no group on both sides.
$ lacuna data faces --rows | head -n 2
| row,picture,source,group,held_out
| 2,1,1,2,0
$ lacuna data faces --rows >rows.csv; awk -F, '$5 == 1' rows.csv | wc -l | tr -d ' '
| 12
$ tail -n +2 rows.csv | cut -d, -f4,5 | sort -u | cut -d, -f1 | uniq -d
$ lacuna data faces --rows --seed 2 | cmp -s rows.csv -
= 1
$ lacuna data faces --rows --holdout 0 | grep -c ',1$'
| 0
= 1
$ lacuna data faces --rows --json
! lacuna data: --json and --rows: one at a time
= 2

Two epochs of training. Speed and errors depend on the machine.
$ lacuna train --data faces --out run --preset paper --model kimura --epochs 2 --batch 16 --threads 1
| data     faces: 60 pictures of 32x32, 15 points
|          17 with every label, 12 held out
|          mirror partners by name: 6 pairs, 3 points are their own
| preset   paper
| run      model kimura, epochs 2, batch 16, lr 0.0001, seed 1
|~ machine  1 thread, *
|
| layer   what                                 output   parameters      MFLOP
| input                                       32x32x1            0        0.0
| conv1   conv 5x5 16 relu pool < input      16x16x16          416        0.8
| conv2   conv 3x3 32 relu pool < conv1        8x8x32         4640        2.4
| conv3   conv 3x3 64 relu pool < conv2        4x4x64        18496        2.4
| dense1  dense 400 relu dropout < conv3          400       410000        0.8
| dense2  dense 2*points output < dense1           30        12030        0.0
| total                                                     445582        6.4
|
| epoch  images/s        loss  hold-out px  test-weighted px        left
|~     1 *[0-9]  *0.[0-9]*  *[0-9].[0-9][0-9][0-9]  *[0-9].[0-9][0-9][0-9]  *:[0-9][0-9]
|~     2 *[0-9]  *0.[0-9]*  *[0-9].[0-9][0-9][0-9]  *[0-9].[0-9][0-9][0-9]  *:[0-9][0-9]
|
|~ lowest hold-out RMSE of these epochs: [0-9]*.[0-9][0-9][0-9] px, epoch 2
| run holds the model of epoch 2; next:
|   lacuna eval --model run --data faces
$ ls run
| best.safetensors
| config.json
| last.safetensors
| machine.csv
| metrics.csv
$ wc -l < run/metrics.csv | tr -d ' '
| 3

A folder that holds a run is refused, and stays as it is.
$ cp -r run kept; lacuna train --data faces --out run --preset paper --model kimura --epochs 1 > out; tail -n 1 out
| epoch  images/s        loss  hold-out px  test-weighted px        left
! lacuna: run: holds a run already (last.safetensors): resume it or choose another folder
$ diff -r run kept

The run goes on: the result is that of never having stopped.
$ lacuna train --data faces --out run --resume --epochs 3 --threads 1 | tail -n 7
|
| epoch  images/s        loss  hold-out px  test-weighted px        left
|~     3 *[0-9]  *0.[0-9]*  *[0-9].[0-9][0-9][0-9]  *[0-9].[0-9][0-9][0-9]  *:[0-9][0-9]
|
|~ lowest hold-out RMSE of these epochs: [0-9]*.[0-9][0-9][0-9] px, epoch 3
| run holds the model of epoch 3; next:
|   lacuna eval --model run --data faces
$ lacuna train --data faces --out whole --preset paper --model kimura --epochs 3 --batch 16 --threads 1 > /dev/null
$ lacuna predict --model run --data faces > a; lacuna predict --model whole --data faces > b; cmp a b
$ lacuna train --data faces --out run --resume | tail -n 4
|
| nothing to do: the run stands at epoch 3 of 3; --epochs N adds more
| run holds the model of epoch 3; next:
|   lacuna eval --model run --data faces
$ lacuna train --data faces --out none --resume
! lacuna: none: cannot open: No such file or directory
= 1
$ lacuna train --data again/test.csv --out run --resume
! lacuna: again/test.csv: row 1: there are no columns NAME_x and NAME_y
= 1
$ lacuna synth --rows 60 --size 32 --seed 4 --out others > /dev/null; lacuna train --data others --out run --resume
!~ lacuna: run/last.safetensors: trained on other data (hash *, this data *)
= 1

Errors against labels.
$ lacuna eval --model run --data faces
| kimura after epoch 3, hold-out rows of faces
|
| rows                                                  12
| labels                                               180
|~ RMSE  *[0-9].[0-9][0-9][0-9] px (*[0-9].[0-9][0-9][0-9] to *[0-9].[0-9][0-9][0-9])
|~ test-weighted RMSE  *[0-9].[0-9][0-9][0-9] px (*[0-9].[0-9][0-9][0-9] to *[0-9].[0-9][0-9][0-9])
|~ points off by more than 10 % of the side *[0-9].[0-9][0-9] % (*[0-9].[0-9][0-9] to *[0-9].[0-9][0-9])
|~ pictures with such a point *[0-9].[0-9][0-9] % (*[0-9].[0-9][0-9] to *[0-9].[0-9][0-9])
|~ mean error of a point *[0-9].[0-9][0-9][0-9] px
|~ NME, of the side *[0-9].[0-9][0-9] % (*[0-9].[0-9][0-9] to *[0-9].[0-9][0-9])
|~ area under the curve of shares up to 10 % *0.[0-9][0-9][0-9][0-9]
| in brackets: 95 % of 1000 resamples of 12 groups of pictures, seed 1
|
| off by at most, of the side        1 %     2 %     3 %     5 %     8 %    10 %
|~ share of the points, % *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9]
|
| label source                  rows  labels  RMSE px                    weight
|~ 1: 15 of 15 points               4     116 *[0-9].[0-9][0-9][0-9] (*[0-9].[0-9][0-9][0-9] to *[0-9].[0-9][0-9][0-9]) *0.6923
|~ 2: 4 of 15 points                8      64 *[0-9].[0-9][0-9][0-9] (*[0-9].[0-9][0-9][0-9] to *[0-9].[0-9][0-9][0-9]) *0.3077
|
| error of a point, px          RMSE   50 %   90 %   95 %   99 %    > 10 %    area
|~ all *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ source 1 *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ source 2 *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ 8 rows with 4 points *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ 3 rows with 15 points *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ 1 row with 13 points *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ left_eye_center *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ right_eye_center *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ left_eye_inner_corner *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ left_eye_outer_corner *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ right_eye_inner_corner *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ right_eye_outer_corner *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ left_eyebrow_inner_end *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ left_eyebrow_outer_end *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ right_eyebrow_inner_end *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ right_eyebrow_outer_end *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ nose_tip *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ mouth_left_corner *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ mouth_right_corner *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ mouth_center_top_lip *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
|~ mouth_center_bottom_lip *[0-9].[0-9][0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] *[0-9].[0-9][0-9] % *[0-9].[0-9][0-9][0-9]
$ lacuna eval --model run/best.safetensors --data faces/training.csv --split all | head -n 8
| kimura after epoch 3, all rows of faces/training.csv
|
| rows                                                  60
| labels                                               910
|~ RMSE  *[0-9].[0-9][0-9][0-9] px (*[0-9].[0-9][0-9][0-9] to *[0-9].[0-9][0-9][0-9])
| test-weighted RMSE                                     -
|~ points off by more than 10 % of the side *[0-9].[0-9][0-9] % (*[0-9].[0-9][0-9] to *[0-9].[0-9][0-9])
|~ pictures with such a point *[0-9].[0-9][0-9] % (*[0-9].[0-9][0-9] to *[0-9].[0-9][0-9])
$ lacuna eval --model run --data others | head -n 1
! lacuna: the model was trained on other data: its hold-out cannot be found here, evaluate all rows instead
$ lacuna eval --model run --data others --split all | head -n 1
| kimura after epoch 3, all rows of others
$ lacuna eval --model run --data faces/training.csv --json | tr '\t' '>' | grep -E '^>(>>)?"(model|epoch|split|rows|labels|test_weighted_rmse|test_weight)"' | sort | uniq
| >"epoch":>3,
| >"labels":>180,
| >"model":>"kimura",
| >"rows":>12,
| >"split":>"holdout",
| >"test_weighted_rmse":>null,
| >>>"labels":>116,
| >>>"labels":>64,
| >>>"rows":>4,
| >>>"rows":>8,
| >>>"test_weight":>null,

The rows as a table, other limits and lengths.
$ lacuna eval --model run --data faces --rows rows.csv > /dev/null; cut -d, -f1-4 rows.csv; head -n 1 rows.csv | tr , '\n' | wc -l | tr -d ' '
| ImageId,source,side,group
| 3,1,holdout,3
| 10,1,holdout,10
| 16,1,holdout,16
| 18,1,holdout,18
| 22,2,holdout,22
| 29,2,holdout,29
| 34,2,holdout,34
| 45,2,holdout,45
| 47,2,holdout,47
| 48,2,holdout,48
| 56,2,holdout,56
| 57,2,holdout,57
| 80
$ lacuna eval --model run --data faces --threshold 200 --resamples 0 | sed -n '7,8p;12p'
| points off by more than 200 % of the side           0.00 %
| pictures with such a point                          0.00 %
|
$ lacuna eval --model run --data faces --nme left_eye_center,right_eye_center --resamples 100 --seed 7 | sed -n '7,12p' | sed 's/  *[0-9]*\.[0-9]*/ N/g'
| points off by more than 10 % of the distance N % (100.00 to N)
| pictures with such a point N % (100.00 to N)
| mean error of a point N px
| NME, of the distance N % (60.62 to N)
| area under the curve of shares up to 10 % N
| points in pictures that have this length              77
$ lacuna eval --model run --data faces --nme box | grep NME | cut -c1-16
| NME, of the box 
$ lacuna eval --model run --data faces --nme left_eye_center,chin
! lacuna: --nme: the data has no point 'chin'
= 1
$ lacuna eval --model run --data faces --nme eyes
! lacuna eval: --nme needs two different points, A,B, or box, not 'eyes'
= 2
$ lacuna eval --model run --data faces --nme nose_tip,nose_tip
! lacuna eval: --nme needs two different points, A,B, or box, not 'nose_tip,nose_tip'
= 2
$ lacuna compare run run --data faces --nme nose_tip,nose_tip
! lacuna compare: --nme needs two different points, A,B, or box, not 'nose_tip,nose_tip'
= 2
$ lacuna eval --model run --data faces --rows no/such/folder.csv
! lacuna: no/such/folder.csv: cannot write: No such file or directory
= 1

Rows without a label cannot be measured.
$ awk 'NR == 1; NR > 1 {sub(/^.*,/, ""); s = ""; for (i = 0; i < 30; i++) s = s ","; print s $0}' faces/training.csv > none.csv
$ lacuna eval --model run --data none.csv --split all
! lacuna: no labels: none of the 60 rows to measure has one
= 1
$ lacuna eval --model run --data none.csv --split all --json
! lacuna: no labels: none of the 60 rows to measure has one
= 1
$ lacuna compare run run --data none.csv --split all
! lacuna: no labels: none of the 60 rows to measure has one
= 1
$ lacuna export --model run --to c --out none --weights int8 --data none.csv --split all
! lacuna: no labels: none of the 60 rows to measure has one
= 1

Predictions: test pictures, labelled pictures, to a file, and pictures of another size.
$ lacuna predict --model run --data faces | sed 's/[0-9]*\.[0-9]*/N/g'
| ImageId,left_eye_center_x,left_eye_center_y,right_eye_center_x,right_eye_center_y,left_eye_inner_corner_x,left_eye_inner_corner_y,left_eye_outer_corner_x,left_eye_outer_corner_y,right_eye_inner_corner_x,right_eye_inner_corner_y,right_eye_outer_corner_x,right_eye_outer_corner_y,left_eyebrow_inner_end_x,left_eyebrow_inner_end_y,left_eyebrow_outer_end_x,left_eyebrow_outer_end_y,right_eyebrow_inner_end_x,right_eyebrow_inner_end_y,right_eyebrow_outer_end_x,right_eyebrow_outer_end_y,nose_tip_x,nose_tip_y,mouth_left_corner_x,mouth_left_corner_y,mouth_right_corner_x,mouth_right_corner_y,mouth_center_top_lip_x,mouth_center_top_lip_y,mouth_center_bottom_lip_x,mouth_center_bottom_lip_y
| 1,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N
| 2,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N
| 3,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N
| 4,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N
| 5,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N
| 6,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N
| 7,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N
| 8,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N,N
$ lacuna predict --model run --data faces/training.csv --out points.csv; wc -l < points.csv | tr -d ' '; ls points.csv*
| 61
| points.csv
$ printf 'Image\n0 1 2 3\n' > tiny.csv; lacuna predict --model run --data tiny.csv
! lacuna: tiny.csv: pictures of 2x2; the model run needs 32x32
= 1

The submission has every row that the lookup table asks for.
$ lacuna submit --model run --data faces --out submission.csv
| submission.csv: 130 rows for 8 pictures
$ head -n 1 submission.csv; cut -d, -f1 faces/IdLookupTable.csv > a; cut -d, -f1 submission.csv > b; cmp a b
| RowId,Location
$ lacuna submit --model run --data faces/test.csv --out submission.csv
! lacuna: faces/test.csv: row 1, column Image: an unknown column, known are RowId, ImageId, FeatureName and Location
! lacuna: that was the lookup table, for which --data stands without --lookup FILE
= 1

Settings that do not fit the data.
$ lacuna train --data faces --out plain --preset paper --model kimura --loss plain
! lacuna: plain loss needs complete rows, and 34 of 48 training rows have gaps: take complete rows only, or the masked loss
= 1
$ lacuna train --data faces --out plain --preset paper --model kimura --loss plain --rows complete --holdout 0 --epochs 1 --threads 1 --no-mirror
| data     faces: 60 pictures of 32x32, 15 points
|          17 with every label, 0 held out
| preset   paper
| run      model kimura, rows complete, loss plain, epochs 1, batch 256,
|          lr 0.0001, mirror off, holdout 0, seed 1
|~ machine  1 thread, *
|
| layer   what                                 output   parameters      MFLOP
| input                                       32x32x1            0        0.0
| conv1   conv 5x5 16 relu pool < input      16x16x16          416        0.8
| conv2   conv 3x3 32 relu pool < conv1        8x8x32         4640        2.4
| conv3   conv 3x3 64 relu pool < conv2        4x4x64        18496        2.4
| dense1  dense 400 relu dropout < conv3          400       410000        0.8
| dense2  dense 2*points output < dense1           30        12030        0.0
| total                                                     445582        6.4
|
| epoch  images/s        loss  hold-out px  test-weighted px        left
|~     1 *[0-9]  *0.[0-9]*  *-  *-  *:[0-9][0-9]
|
| plain holds the model of epoch 1; next:
|   lacuna eval --model plain --data faces --split all
$ lacuna eval --model plain --data faces
! lacuna: no rows to evaluate: the model was trained with a hold-out of 0, which is none of these rows: evaluate all rows instead
= 1
$ lacuna train --data faces --out no/such/folder --preset paper --model kimura --epochs 1 > out
! lacuna: no/such/folder: cannot make the folder: No such file or directory
= 1

A loss that is no number ends the run and says what to try.
$ lacuna train --data faces --out wild --preset paper --model kimura --lr 1e30 --epochs 9 --batch 8 --threads 1 > out
!~ lacuna: epoch 1, step 2: the loss is *
! lacuna: wild keeps the last good state, which leads here again; start another run with a smaller --lr or --start he, and look at the data with 'lacuna data'
= 1
$ lacuna train --data faces --out wild --resume --threads 1 > out
! lacuna: epoch 1, step 2: the loss is not a number, it must be a finite number
! lacuna: wild keeps the last good state, which leads here again; start another run with a smaller --lr or --start he, and look at the data with 'lacuna data'
= 1
