Cross-validation on drawn faces: every row is held out once.
$ lacuna synth --rows 60 --test-rows 8 --size 32 --seed 3 --out faces > /dev/null
$ lacuna folds --data faces --out folds --folds 3 --preset paper --model kimura --epochs 2 --batch 16 --threads 1 > out; sed 's/  *[0-9]*\.[0-9]*/ N/g' out | head -n 15
| 3 folds of kimura, 2 epochs each
| fold 1 of 3 is trained
| fold 2 of 3 is trained
| fold 3 of 3 is trained
|
| fold         rows     RMSE px weighted px  points > %  pictures %       NME %
| 1              19 N N N N N
| 2              20 N N N N N
| 3              21 N N N N N
| mean N N N N N
| deviation N N N N N
|
| all rows of faces, each by the model that was not trained on it or a twin
|
| rows                                                  60
$ ls folds; wc -l < folds/predictions.csv | tr -d ' '; cut -d, -f3 folds/predictions.csv | sort | uniq -c | sed 's/^ *//'
| fold-001
| fold-002
| fold-003
| predictions.csv
| 61
| 60 holdout
| 1 side
$ lacuna folds --data faces --out folds --folds 3 --preset paper --model kimura --epochs 2 --batch 16 --threads 1 | diff out -
$ lacuna folds --data faces --out folds --folds 3 --preset paper --model kimura --epochs 2 --batch 16 --threads 1 --json | grep -E '^."(folds|mean|deviation|rows|patterns)"' | tr -d '\t'
| "folds":[{
| "mean":{
| "deviation":{
| "rows":60,
| "patterns":[{
$ lacuna folds --data faces --out folds --folds 4 --preset paper --model kimura --epochs 2 --batch 16 --threads 1
| 4 folds of kimura, 2 epochs each
! lacuna: folds/fold-001: holds a run with other settings (holdout 0.3333333333333333): choose another folder
= 1
$ lacuna eval --model folds --data faces
! lacuna: no row was held out from all 3 models, so none can tell what their mean is worth: measure all rows of other data, or each model by itself
= 1
$ lacuna eval --model folds/fold-002 --data faces | head -n 3
| kimura after epoch 2, hold-out rows of faces
|
| rows                                                  20
$ lacuna predict --model folds --data faces | wc -l | tr -d ' '
| 9
$ lacuna train --data faces --out one --config folds/fold-003 --epochs 1 --threads 1 | grep 'held out'
|          17 with every label, 21 held out
$ lacuna train --data faces --out six --preset paper --model kimura --fold 6
! lacuna: fold 6 of 5: from 1 to their number, which is 2 to 100
= 1
$ lacuna folds --data faces --out folds --folds 1
! lacuna folds: --folds needs a whole number from 2 to 100, not '1'
= 2
