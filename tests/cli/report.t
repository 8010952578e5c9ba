$ lacuna synth --rows 60 --size 32 --out faces > /dev/null
$ lacuna train --data faces --out run --preset paper --model kimura --epochs 2 --batch 16 --threads 1 > /dev/null
$ lacuna report run --data faces --out page --threads 1; ls page
| page/report.html: open it in a browser
| distribution-dark.svg
| distribution.png
| distribution.svg
| error-dark.svg
| error.png
| error.svg
| layers-kimura.png
| layers-kimura.svg
| loss-dark.svg
| loss-scaled-dark.svg
| loss-scaled.png
| loss-scaled.svg
| loss.png
| loss.svg
| mirrors.png
| mirrors.svg
| points-dark.svg
| points.png
| points.svg
| predictions-1.png
| predictions-1.svg
| report.html
| samples.png
| samples.svg
| time-dark.svg
| time.png
| time.svg
$ tail -n 2 page/report.html
| </body>
| </html>
$ lacuna report --data faces --out page
! lacuna report: RUN... is missing; 'lacuna help report' explains
= 2
$ lacuna report run
! lacuna report: --data P is missing; 'lacuna help report' explains
= 2
$ lacuna report nowhere --data faces --out page
! lacuna: nowhere: cannot open: No such file or directory
= 1
$ lacuna train --data faces --out other --preset paper --model kimura --epochs 1 --seed 2 --threads 1 > /dev/null; lacuna report run other --data faces --out page
! lacuna: other: holds out other rows than run: runs of one report must share their hold-out (the same holdout and split_seed)
= 1
$ lacuna train --data faces --out shared --preset paper --model kimura --epochs 1 --seed 2 --split-seed 1 --threads 1 > /dev/null; lacuna report run shared --data faces --out page
| page/report.html: open it in a browser

A folder of runs stands for them; several runs have a line for the mean of their predictions.
$ mkdir both; mv run shared both; lacuna report both --data faces --out means; mv both/* .; rmdir both; grep -o 'predictions averaged, . runs' means/report.html page/report.html
| means/report.html: open it in a browser
| means/report.html:predictions averaged, 2 runs
| page/report.html:predictions averaged, 2 runs

A search, stopped after its first line and gone on with, is one search; its page shows it.
$ lacuna search --data faces --out search --model kimura --trials 4 --epochs 2 --threads 1 | tail -n 2 | cut -d ' ' -f 1-14
| to train with the best settings:
|   lacuna train --data faces --out best --preset paper --model kimura --reduction present
$ head -n 1 search/trials.csv; wc -l < search/trials.csv; cp search/trials.csv before
| trial,state,epochs,rmse,seconds,lr,weight_decay,batch,start_width,dropout,reduction
| 5
$ lacuna search --data faces --out search --model kimura --trials 4 --epochs 2 --threads 1 > again; cmp before search/trials.csv
$ lacuna search --data faces --out search --model kimura --trials 4 --epochs 2 --seed 9 > /dev/null
! lacuna: search: holds a search with other settings or data (see search.txt): give the same ones, or another folder
= 1
$ lacuna search --data faces --out single --model kimura --trials 1 --epochs 1 --no-mirror --loss plain --rows complete --no-halving --threads 1 | tail -n 1 | grep -o ' --no-[a-z]*\| --rows [a-z]*'; head -n 2 single/search.txt
|  --rows complete
|  --no-mirror
| --trials 1 --epochs 1 --no-halving
| --validation 0.2 --seed 1 --model kimura --rows complete --loss plain --no-mirror
$ lacuna report search --data faces --out found --threads 1 && ls found | grep search | grep -c png
| found/report.html: open it in a browser
| 6
$ lacuna report run search --data faces --out both --threads 1 > /dev/null && grep -c '<h2' both/report.html
| 7

Small pictures, so that the paper's networks are quick.
$ lacuna synth --rows 40 --size 16 --seed 3 --out small > /dev/null
$ lacuna reproduce --data small --out paper --epochs 1 --models cnn-masked,resnet-masked --threads 1 > out; tail -n 1 out; ls paper
| paper/report/report.html: open it in a browser
| cnn-masked
| report
| resnet-masked
$ grep -c 'about .* in all' out
| 1
$ lacuna reproduce --data small --out paper --epochs 1 --threads 1 | tail -n 1; ls paper; wc -l < paper/resnet-masked/metrics.csv
| paper/report/report.html: open it in a browser
| cnn-masked
| cnn-plain
| report
| resnet-masked
| 2
$ lacuna reproduce --data small --out paper --models cnn,resnet-masked
! lacuna reproduce: --models needs names of cnn-plain, cnn-masked and resnet-masked between commas, not 'cnn'
= 2
$ lacuna reproduce --data small --out paper --epochs 1 --holdout 0.3
| preset   paper
| training                       done       an epoch         left
| cnn-plain                   1 of 1              -         0:00
| cnn-masked                  1 of 1              -         0:00
| resnet-masked               1 of 1              -         0:00
| nothing is left to train
! lacuna: paper/cnn-plain: holds a run with other settings (holdout 0.2): choose another folder
= 1
