$ lacuna synth --rows 60 --size 32 --out faces > /dev/null
$ lacuna train --data faces --out run --model kimura --epochs 2 --batch 16 --threads 1 > /dev/null
$ lacuna report run --data faces --out page --threads 1; ls page
$ tail -n 2 page/report.html
$ lacuna report --data faces --out page
$ lacuna report run
$ lacuna report nowhere --data faces --out page
$ lacuna train --data faces --out other --model kimura --epochs 1 --seed 2 --threads 1 > /dev/null; lacuna report run other --data faces --out page
$ lacuna train --data faces --out shared --model kimura --epochs 1 --seed 2 --split-seed 1 --threads 1 > /dev/null; lacuna report run shared --data faces --out page

A search, stopped after its first line and gone on with, is one search; its page shows it.
$ lacuna search --data faces --out search --model kimura --trials 4 --epochs 2 --threads 1 | tail -n 2 | cut -d ' ' -f 1-12
$ head -n 1 search/trials.csv; wc -l < search/trials.csv; cp search/trials.csv before
$ lacuna search --data faces --out search --model kimura --trials 4 --epochs 2 --threads 1 > again; cmp before search/trials.csv
$ lacuna search --data faces --out search --model kimura --trials 4 --epochs 2 --seed 9 > /dev/null
$ lacuna report search --data faces --out found --threads 1 && ls found | grep search | grep -c png
$ lacuna report run search --data faces --out both --threads 1 > /dev/null && grep -c '<h2' both/report.html

Small pictures, so that the paper's networks are quick.
$ lacuna synth --rows 40 --size 16 --seed 3 --out small > /dev/null
$ lacuna reproduce --data small --out paper --epochs 1 --models cnn-masked,resnet-masked --threads 1 > out; tail -n 1 out; ls paper
$ grep -c 'about .* in all' out
$ lacuna reproduce --data small --out paper --epochs 1 --threads 1 | tail -n 1; ls paper; wc -l < paper/resnet-masked/metrics.csv
$ lacuna reproduce --data small --out paper --models cnn,resnet-masked
$ lacuna reproduce --data small --out paper --epochs 1 --holdout 0.3
