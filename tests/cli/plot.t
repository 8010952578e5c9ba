$ lacuna synth --rows 40 --size 32 --out faces > /dev/null
$ lacuna train --data faces --out run --preset paper --model kimura --epochs 2 --threads 1 > /dev/null
$ lacuna plot curve run --out curve.svg; head -c 5 curve.svg
| <?xml
$ lacuna plot curve run --out curve.png; head -c 4 curve.png | tail -c 3
| PNG
$ lacuna plot faces --model run --data faces --out faces.png; head -c 4 faces.png | tail -c 3
| PNG
$ lacuna plot faces --model run --data faces --out faces.svg; head -c 5 faces.svg
| <?xml
$ lacuna plot augmented --data faces --out seen.png --rotation 15 --noise 0.1 --cutout 0.3; head -c 4 seen.png | tail -c 3
| PNG
$ lacuna plot augmented --data faces --out seen.svg --no-mirror --shift 0.1; head -c 5 seen.svg
| <?xml
$ lacuna plot augmented --data faces/test.csv --out seen.png
! lacuna: faces/test.csv: row 1: there are no columns NAME_x and NAME_y
= 1
$ lacuna plot curve run --out curve.jpeg
! lacuna plot curve: --out needs a name that ends in .png or .svg, not 'curve.jpeg'
= 2
$ lacuna plot curve faces --out curve.svg
! lacuna: faces/metrics.csv: cannot open: No such file or directory
= 1
$ lacuna plot faces --model run --data faces/test.csv --out faces.png
! lacuna: faces/test.csv: row 1: there are no columns NAME_x and NAME_y
= 1
$ lacuna plot curve run --out no/such/folder/curve.svg
! lacuna: no/such/folder/curve.svg: cannot write: No such file or directory
= 1
