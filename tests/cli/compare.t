Means of models, and whether two models differ, on drawn faces.
$ lacuna synth --rows 60 --test-rows 8 --size 32 --seed 3 --out faces > /dev/null
$ mkdir seeds; for s in 1 2; do lacuna train --data faces --out seeds/$s --preset paper --model kimura --epochs 2 --batch 16 --lr 1e-3 --holdout 0.4 --split-seed 5 --seed $s --threads 1 > /dev/null 2>&1; done
$ lacuna train --data faces --out other --preset paper --model kimura --epochs 2 --batch 16 --lr 1e-3 --holdout 0.4 --seed 9 --threads 1 > /dev/null 2>&1

A folder of runs is their mean, and so are models one by one.
$ lacuna eval --model seeds --data faces | head -n 6
| mean of 2 models, rows that all held out of faces
|   kimura after epoch 2
|   kimura after epoch 2
|
| rows                                                  25
| labels                                               372
$ lacuna eval --model seeds --model other --data faces --weigh | head -n 6
| mean of 3 models, rows that all held out of faces
|~   kimura after epoch 2, weight 0.[0-9]*
|~   kimura after epoch 2, weight 0.[0-9]*
|~   kimura after epoch 2, weight 0.[0-9]*
|
| rows                                                  11
$ lacuna eval --model seeds --data faces --json | grep -c '"weight"'
| 2
$ lacuna predict --model seeds --data faces > a; lacuna predict --model seeds/2 --model seeds/1 --data faces > b; cmp a b
$ lacuna predict --model seeds/1 --data faces > 1; lacuna predict --model seeds/2 --data faces > 2; paste -d, 1 2 a | tail -n +2 | awk -F, '{for (i = 2; i <= 31; i++) {d = ($i + $(i + 31)) / 2 - $(i + 62); if (d > 2e-4 || d < -2e-4) print NR, i, d}}'
$ lacuna predict --model seeds --data faces --flip | wc -l | tr -d ' '
| 9
$ lacuna submit --model seeds --data faces --out submission.csv --flip
| submission.csv: 130 rows for 8 pictures
$ lacuna plot faces --model seeds --data faces --out faces.png; head -c 4 faces.png | tail -c 3
| PNG
$ lacuna eval --model seeds --model nowhere --data faces
! lacuna: nowhere: cannot open: No such file or directory
= 1
$ lacuna eval --model faces --data faces
! lacuna: faces/last.safetensors: cannot open: No such file or directory
= 1

Comparison.
$ lacuna compare seeds/1 seeds/1/last.safetensors --data faces | sed -n '1,3p;/differ/p'
| A  seeds/1: kimura after epoch 2
| B  seeds/1/last.safetensors: kimura after epoch 2
| 25 rows that both held out of faces
|                                       A        B    B - A  95 % of the difference
| A and B do not differ on any row.
$ lacuna compare seeds/1 other --data faces --rows 2 --out differ.png --resamples 200 | sed 's/  *-*[0-9]*\.[0-9]*/ N/g; s/(-*[0-9]*\.[0-9]*/(N/g' | grep -v better | head -n 13; head -c 4 differ.png | tail -c 3
| A  seeds/1: kimura after epoch 2
| B  other: kimura after epoch 2
| 11 rows that both held out of faces
|
|                                       A        B    B - A  95 % of the difference
| RMSE, px N N N  (N to N)
| test-weighted RMSE, px N N N  (N to N)
| points that failed, % N N N  (N to N)
| pictures with such a point, % N N N  (N to N)
| NME, % N N N  (N to N)
| RMSE of source 1, px N N N  (N to N)
| RMSE of source 2, px N N N  (N to N)
| 200 resamples of 10 groups of pictures, seed 1
| PNG
$ lacuna report seeds --data faces --out report --threads 1; grep -o 'Differences from [a-z, 0-9]*\|no difference shown\|>better\|>worse' report/report.html | head -n 1
| report/report.html: open it in a browser
| Differences from kimura masked, seed 1
$ lacuna compare seeds other --data faces --json | tr -d '\t' | grep -E '^"(a|b)":"|^"(split|rows|groups|resamples|seed)":'
| "a":"seeds",
| "b":"other",
| "split":"holdout",
| "rows":11,
| "groups":10,
| "resamples":1000,
| "seed":1,
$ lacuna compare seeds/1 seeds/2 --data faces --resamples 0 | grep -c 'resamples would tell'
| 1
$ lacuna compare seeds/1 --data faces
! lacuna compare: B is missing; 'lacuna help compare' explains
= 2
$ lacuna compare seeds/1 nowhere --data faces
! lacuna: nowhere: cannot open: No such file or directory
= 1
$ lacuna compare seeds/1 seeds/2 --data faces --out differ.jpeg
! lacuna compare: --out needs a name that ends in .png or .svg, not 'differ.jpeg'
= 2
