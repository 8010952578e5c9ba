How a training ends before its last epoch, and how it begins with the weights of another.
$ lacuna synth --rows 60 --size 32 --out faces > /dev/null
$ lacuna train --data faces --out until --preset paper --model kimura --batch 16 --threads 1 --until 100 > out; tail -n 4 out
| the hold-out has come to 100 px (--until) after 1 of 1000 epochs
|~ lowest hold-out RMSE of these epochs: [0-9]*.[0-9][0-9][0-9] px, epoch 1
| until holds the model of epoch 1; next:
|   lacuna eval --model until --data faces
$ lacuna train --data faces --out until --resume --threads 1 > out; tail -n 4 out
| nothing to do: the run stands at epoch 1 of 1000; --epochs N adds more
| the hold-out has come to 100 px (--until) after 1 of 1000 epochs
| until holds the model of epoch 1; next:
|   lacuna eval --model until --data faces
$ lacuna train --data faces --out until --resume --threads 1 --epochs 2 > out; tail -n 3 out
|~ lowest hold-out RMSE of these epochs: [0-9]*.[0-9][0-9][0-9] px, epoch 2
| until holds the model of epoch 2; next:
|   lacuna eval --model until --data faces
$ lacuna train --data faces --out until --resume --threads 1 --patience 3
! lacuna train: --patience does not go with --resume: a run keeps its settings
= 2
$ lacuna train --data faces --out patience --preset paper --model kimura --batch 16 --threads 1 --lr 1e-30 --patience 2 > out; tail -n 4 out
| no new lowest figure of the hold-out in 2 epochs (--patience) after 3 of 1000 epochs
|~ lowest hold-out RMSE of these epochs: [0-9]*.[0-9][0-9][0-9] px, epoch 1
| patience holds the model of epoch 3; next:
|   lacuna eval --model patience --data faces
$ lacuna train --data faces --out none --preset paper --model kimura --holdout 0 --patience 2
! lacuna: patience needs a hold-out to watch, and no row is held out (holdout 0)
= 1

With an average metrics.csv has a column more.
$ lacuna train --data faces --out from --preset paper --model kimura --batch 16 --threads 1 --from until --ema 0.9 --epochs 1 > out; tail -n 3 out
|~ lowest hold-out RMSE of these epochs: [0-9]*.[0-9][0-9][0-9] px, epoch 1
| from holds the model of epoch 1; next:
|   lacuna eval --model from --data faces
! lacuna: from until: 10 of 10 tensors fit
$ head -n 1 from/metrics.csv; head -n 1 until/metrics.csv
| epoch,seconds,images_per_s,train_loss,holdout_loss,holdout_rmse,test_weighted_rmse,failure_points,failure_images,raw_rmse
| epoch,seconds,images_per_s,train_loss,holdout_loss,holdout_rmse,test_weighted_rmse,failure_points,failure_images
$ lacuna train --data faces --out other --model resnet --threads 1 --from until --epochs 1 > /dev/null
!~ lacuna: from until: 1 of 39 tensors fit; these start afresh: *
$ lacuna train --data faces --out none --threads 1 --from nowhere
! lacuna: nowhere: cannot open: No such file or directory
= 1

The report tells what the weights themselves have come to.
$ lacuna report from --data faces --out page > /dev/null; grep -c 'the weights themselves end at [0-9.]* px' page/report.html
| 1
