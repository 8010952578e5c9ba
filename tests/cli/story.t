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

Two epochs of training. Speed and errors depend on the machine.
$ lacuna train --data faces --out run --preset paper --model kimura --epochs 2 --batch 16 --threads 1
| data     faces: 60 pictures of 32x32, 15 points
|          17 with every label, 12 held out
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
! lacuna: run: holds a run already (config.json): resume it or choose another folder
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
! lacuna: --nme needs two points, A,B, or box, not 'eyes'
= 1
$ lacuna eval --model run --data faces --rows no/such/folder.csv
! lacuna: no/such/folder.csv: cannot write: No such file or directory
= 1

Predictions: test pictures, labelled pictures, to a file, and pictures of another size.
$ lacuna predict --model run --data faces | sed 's/  *[0-9]*\.[0-9]*/ N/g'
| ImageId,left_eye_center_x,left_eye_center_y,right_eye_center_x,right_eye_center_y,left_eye_inner_corner_x,left_eye_inner_corner_y,left_eye_outer_corner_x,left_eye_outer_corner_y,right_eye_inner_corner_x,right_eye_inner_corner_y,right_eye_outer_corner_x,right_eye_outer_corner_y,left_eyebrow_inner_end_x,left_eyebrow_inner_end_y,left_eyebrow_outer_end_x,left_eyebrow_outer_end_y,right_eyebrow_inner_end_x,right_eyebrow_inner_end_y,right_eyebrow_outer_end_x,right_eyebrow_outer_end_y,nose_tip_x,nose_tip_y,mouth_left_corner_x,mouth_left_corner_y,mouth_right_corner_x,mouth_right_corner_y,mouth_center_top_lip_x,mouth_center_top_lip_y,mouth_center_bottom_lip_x,mouth_center_bottom_lip_y
| 1,16.1318,15.9362,15.8760,15.8956,16.1080,15.9533,16.0803,15.9594,15.9528,15.9291,15.8811,15.9211,16.0451,15.9041,16.0762,15.9335,15.9375,15.9262,15.9130,15.9965,15.9403,16.0854,16.0745,16.0761,15.9027,16.1298,15.9817,16.0799,15.9634,16.2249
| 2,16.1228,15.9358,15.8898,15.9065,16.0991,15.9589,16.0767,15.9583,15.9541,15.9275,15.8960,15.9288,16.0439,15.9094,16.0657,15.9318,15.9406,15.9299,15.9168,15.9912,15.9437,16.0848,16.0704,16.0763,15.9131,16.1151,15.9880,16.0734,15.9660,16.2071
| 3,16.1199,15.9366,15.8902,15.9060,16.0995,15.9567,16.0740,15.9609,15.9549,15.9315,15.8940,15.9293,16.0416,15.9118,16.0703,15.9362,15.9408,15.9304,15.9205,15.9938,15.9442,16.0828,16.0673,16.0716,15.9138,16.1141,15.9844,16.0712,15.9664,16.2038
| 4,16.1509,15.9260,15.8642,15.8805,16.1189,15.9483,16.0863,15.9602,15.9513,15.9152,15.8686,15.9104,16.0497,15.8888,16.0812,15.9236,15.9327,15.9150,15.8989,16.0009,15.9311,16.0933,16.0845,16.0826,15.8910,16.1459,15.9895,16.0853,15.9606,16.2682
| 5,16.1395,15.9338,15.8742,15.8970,16.1101,15.9557,16.0852,15.9598,15.9542,15.9191,15.8802,15.9187,16.0515,15.8946,16.0710,15.9250,15.9340,15.9240,15.9063,15.9965,15.9387,16.0905,16.0817,16.0804,15.9010,16.1313,15.9896,16.0824,15.9636,16.2443
| 6,16.1441,15.9301,15.8679,15.8882,16.1147,15.9508,16.0847,15.9589,15.9530,15.9178,15.8751,15.9154,16.0494,15.8930,16.0762,15.9246,15.9329,15.9181,15.9022,15.9984,15.9354,16.0913,16.0821,16.0813,15.8952,16.1401,15.9895,16.0842,15.9618,16.2535
| 7,16.1445,15.9330,15.8652,15.8877,16.1149,15.9479,16.0864,15.9624,15.9538,15.9180,15.8728,15.9154,16.0499,15.8923,16.0768,15.9237,15.9312,15.9187,15.9014,15.9991,15.9355,16.0907,16.0823,16.0782,15.8973,16.1420,15.9890,16.0846,15.9625,16.2567
| 8,16.1297,15.9351,15.8814,15.9007,16.1049,15.9547,16.0812,15.9608,15.9551,15.9247,15.8861,15.9233,16.0473,15.9027,16.0701,15.9290,15.9370,15.9274,15.9114,15.9949,15.9415,16.0869,16.0738,16.0770,15.9073,16.1246,15.9871,16.0775,15.9645,16.2258
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
! lacuna: no rows to evaluate: the model was trained with a hold-out of 0
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
