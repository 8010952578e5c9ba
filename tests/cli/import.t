Foreign labels: photos are drawn faces with a margin of 8, in files; their labels in several forms.
$ lacuna synth --rows 24 --size 32 --seed 3 --out faces >/dev/null; mkdir photos; awk -F, 'NR > 1 { n = split($NF, p, " "); file = sprintf("photos/f%02d.pgm", NR - 1); printf "P2\n48 48\n255\n" > file; for (y = 0; y < 48; y++) for (x = 0; x < 48; x++) { v = x > 7 && x < 40 && y > 7 && y < 40 ? p[(y - 8) * 32 + x - 7] : 99; print v > file }; close(file) }' faces/training.csv; ls photos | wc -l | tr -d ' '
| 24
$ awk -F, 'NR == 1 { for (i = 1; i < NF; i++) printf "%s,", $i; print "file,x,y,w,h"; next } { for (i = 1; i < NF; i++) printf "%s,", $i == "" ? "" : $i + 8; printf "photos/f%02d.pgm,8,8,32,32\n", NR - 1 }' faces/training.csv > labels.csv; lacuna import labels.csv --out set --size 32
| labels.csv: csv, 24 faces of 24 pictures, 15 points
| crop box:1,0,0: how a box becomes a picture; a training takes it over
| set: training.csv, 24 pictures of 32x32; next:
|   lacuna data set
$ lacuna data set | head -n 8
| set: 24 pictures of 32x32, 15 points
|
| rows with every label                                 7    29.17 %
| rows with no label                                    0     0.00 %
| rows whose picture stands in an earlier row           1     4.17 %
| rows with a near twin (same photo or person)          2     8.33 %
| groups of equal or nearly equal pictures             22
| crop, from a box to a picture                  box:1,0,0
$ head -n 2 set/training.csv | cut -d, -f 31-
| photo,photo_x,photo_y,photo_width,photo_height,crop,Image
| photos/f01.pgm,8,8,32,32,"box:1,0,0",pictures/0001.png
$ lacuna import labels.csv --out set
! lacuna: set: holds a training.csv already: choose another folder
= 1
$ lacuna train --data set --out run --preset first --epochs 1 >/dev/null; grep crop run/config.json
| 	"crop":	"box:1,0,0"
$ lacuna eval --model run --data set | head -n 1
| first after epoch 1, hold-out rows of set
$ lacuna predict --model run --data set/training.csv --out xy.csv; wc -l < xy.csv | tr -d ' '
| 25
$ lacuna predict --model run --data set --out folder.csv; cmp xy.csv folder.csv
! lacuna: set: no test table, training.csv is read
$ lacuna submit --model run --data set/training.csv --out none.csv
! lacuna: set/training.csv: row 1, column left_eye_center_x: an unknown column, known are RowId, ImageId, FeatureName and Location
! lacuna: that was the lookup table, for which --data stands without --lookup FILE
= 1
$ lacuna folds --data set --out folds --folds 2 --preset first --epochs 1 >/dev/null; ls folds
| fold-001
| fold-002
| predictions.csv
$ lacuna report run --data set --out report.html >/dev/null; test -s report.html
$ lacuna train --data set --out run --resume --epochs 2 | tail -n 1
|   lacuna eval --model run --data set

A model of larger squares than the labels' boxes: predict reminds of the rule, which gives what the table gives.
$ lacuna import labels.csv --out wide --size 32 --box-scale 1.25 | sed -n 2p; lacuna train --data wide --out wider --preset first --epochs 1 >/dev/null; lacuna predict --model wider photos --boxes labels.csv --out as-they-are.csv
| crop box:1.25,-0.125,-0.125: how a box becomes a picture; a training takes it over
! lacuna: the model is shown the centred squares of the boxes; if these are like the boxes of its labels, --crop box makes the squares that it knows
$ lacuna predict --model wider photos --boxes labels.csv --crop box | tail -n +2 | cut -d, -f7- > 1; lacuna predict --model wider --data wide/training.csv | tail -n +2 | cut -d, -f2- | awk -F, '{ for (i = 1; i <= NF; i++) printf "%.4f%s", ($i + 0.5) * 40 / 32 + 4 - 0.5, i < NF ? "," : "\n" }' | paste -d, 1 - | awk -F, '{ for (i = 1; i <= NF / 2; i++) { d = $i - $(i + NF / 2); if (d < 0) d = -d; if (d > worst) worst = d } } END { print NR, NF, worst < 0.001 }'
| 24 60 1
$ tail -n +2 as-they-are.csv | cut -d, -f7- | cmp -s - 1
= 1
$ lacuna predict --model run photos --boxes labels.csv --out silent.csv

By the points alone, and what cannot be imported.
$ cut -d, -f 1-31 labels.csv > points.csv; lacuna import points.csv --out points --size 32 | head -n 2
| points.csv: csv, 24 faces of 24 pictures, 15 points
| cropped by the points: the table has no rule for boxes
$ printf 'file,a_x,a_y,b_x,b_y\nphotos/f01.pgm,10,10,20,12\nphotos/gone.pgm,1,1,2,2\nphotos/f02.pgm,,,,\nphotos/f03.pgm,5,5,,\n' > few.csv; lacuna import few.csv --out few
| few.csv: csv, 1 face of 1 picture, 2 points
| left out: 1 without a point, 1 without a place, 1 whose picture could not be read
| cropped by the points: the table has no rule for boxes
| few: training.csv, 1 picture of 96x96; next:
|   lacuna data few
! lacuna: photos/f02.pgm: face 3: no point is labelled: left out
! lacuna: photos/f03.pgm: face 4: no box, and its points do not tell how large it is: left out
! lacuna: photos/gone.pgm: cannot open: No such file or directory: left out
$ printf 'file,a_x,a_y,b_x,b_y\nphotos/f01.pgm,10,10,20,12\nphotos/f02.pgm,10,10,0,0\nphotos/f03.pgm,-1,-1,9,9\n' > marks.csv; lacuna import marks.csv --out marks
| marks.csv: csv, 3 faces of 3 pictures, 2 points
| cropped by the points: the table has no rule for boxes
| marks: training.csv, 3 pictures of 96x96; next:
|   lacuna data marks
! lacuna: marks.csv: 1 point lies at exactly 0, 0: if that marks missing ones, --missing 0,0 says so
! lacuna: marks.csv: 1 point lies left of and above the picture, the first at -1, -1: if that marks missing ones, --missing -1,-1 says so
$ lacuna import marks.csv --out gaps --missing '0,0 -1,-1' 2>&1 | head -n 2
| lacuna: photos/f02.pgm: face 2: no box, and its points do not tell how large it is: left out
| lacuna: photos/f03.pgm: face 3: no box, and its points do not tell how large it is: left out
$ lacuna import few.csv --out strict --strict; ls strict
! lacuna: photos/f02.pgm: face 3: no point is labelled: left out
! lacuna: photos/f03.pgm: face 4: no box, and its points do not tell how large it is: left out
! lacuna: photos/gone.pgm: cannot open: No such file or directory: left out
! lacuna: few.csv: 3 of its 4 faces left out (strict)
$ lacuna import few.csv --out none --pictures nowhere 2>&1 | tail -n 1
| lacuna: few.csv: none of its 4 faces could be imported: 1 without a point, 1 without a place, 2 whose picture could not be read; if pictures lie elsewhere, --pictures DIR says where
$ lacuna import few.csv --out none --format coco
! lacuna: few.csv: not JSON, or cut short
= 1
$ lacuna import gone.csv --out none
! lacuna: gone.csv: cannot open: No such file or directory
= 1
$ lacuna import few.csv --out none --size 8
! lacuna import: --size needs a whole number from 16 to 512, not '8'
= 2
$ lacuna data set/pictures/0001.png
! lacuna: set/pictures/0001.png: a PNG picture, not a table; a table names pictures, or holds their pixels
= 1
$ tar cf alone.tar -C set training.csv; lacuna data alone.tar; cp alone.tar set; lacuna data set/alone.tar | head -n 1; cat alone.tar | lacuna data -
| set/alone.tar: 24 pictures of 32x32, 15 points
! lacuna: alone.tar/training.csv: row 2, column Image: pictures/0001.png: cannot open: No such file or directory (the table lies in an archive, whose pictures are not read: unpack it)
! lacuna: standard input/training.csv: row 2, column Image: pictures/0001.png lies in the archive, as the table does; pictures in archives are not read: unpack it
= 1
$ cd set; tar cf all.tar training.csv pictures; cd ..; lacuna data set/all.tar
! lacuna: set/all.tar/training.csv: row 2, column Image: pictures/0001.png lies in the archive, as the table does; pictures in archives are not read: unpack it
= 1

Folders say what they are, where they are one thing.
$ mkdir both; cp photos/f01.pgm both; printf '1 1\n2 2\n9 9\n' > both/f01.pts; printf '1 1\n2 2\n9 9\n' > both/gone.pts; lacuna import both --out pts; cp labels.csv both; echo '{}' > both/x.json; lacuna import both --out again | head -n 1
| both: pts, 1 face of 1 picture, 3 points
| left out: 0 without a point, 0 without a place, 1 whose picture could not be read
| cropped by the points: the table has no rule for boxes
| pts: training.csv, 1 picture of 96x96; next:
|   lacuna data pts
| both: pts, 1 face of 1 picture, 3 points
! lacuna: both/gone.pts: no picture of that name beside it: left out
! lacuna: both: .pts files are read; beside them are labels.csv and others: to read these, name the file, or the kind with --format
! lacuna: both/gone.pts: no picture of that name beside it: left out
$ echo '0 0.5 0.5 0.6 0.6 0.3 0.3 2 0.7 0.3 2 0.5 0.6 0' > both/f01.txt; lacuna import both --out more | head -n 1; lacuna import both --format yolo --out other | head -n 1; rm both/*.pts both/*.txt; lacuna import both --out none
| both: pts, 1 face of 1 picture, 3 points
| both: yolo, 1 face of 1 picture, 3 points
! lacuna: both: .pts files are read; beside them are YOLO's .txt files, labels.csv and others: to read these, name the file, or the kind with --format
! lacuna: both/gone.pts: no picture of that name beside it: left out
! lacuna: both: neither .pts files nor YOLO's .txt files with pictures of the same name, but labels.csv and others: name the label file itself
= 1
$ mkdir yolo; cp photos/f0[12].pgm yolo; head -c 100 photos/f03.pgm > yolo/f03.pgm; for i in 1 2 3 4; do echo '0 0.5 0.5 0.6 0.6 0.3 0.3 2 0.7 0.3 2 0.5 0.6 0' > yolo/f0$i.txt; done; echo face > yolo/classes.txt; lacuna import yolo --out shares | head -n 2
| yolo: yolo, 2 faces of 2 pictures, 3 points
| left out: 0 without a point, 0 without a place, 2 whose picture could not be read
! lacuna: yolo/f03.pgm: a damaged P2 picture: too few bytes for 48x48 pixels: left out
! lacuna: yolo/f04.txt: no picture of that name: left out
$ printf '3\na_x a_y b_x b_y\nphotos/f01.pgm 12 12 30 12\n' > list.txt; lacuna import list.txt --out none
! lacuna: list.txt: line 3: the list ends with 1 of the 3 faces that its first line says
= 1

Models of different squares see no photo together, unless one is said.
$ lacuna predict --model run --model wider photos --boxes labels.csv
! lacuna: models 1 and 2 of the mean have different crop rules box (box:1,0,0 and box:1.25,-0.125,-0.125): say one for all with --crop SIDE,LEFT,TOP
= 1
$ lacuna predict --model run --model wider photos --boxes labels.csv --crop box
! lacuna: models 1 and 2 of the mean have different crop rules box (box:1,0,0 and box:1.25,-0.125,-0.125): say one for all with --crop SIDE,LEFT,TOP
= 1
$ lacuna predict --model run --model wider photos --boxes labels.csv --crop 1,0,0 | wc -l | tr -d ' '
| 25
$ lacuna predict --model run --model run photos --boxes labels.csv --crop box | wc -l | tr -d ' '
| 25

Names with commas, quotes and line breaks go through table and training.
$ mkdir odd; cp photos/f01.pgm 'odd/a, "b".pgm'; cp photos/f02.pgm "odd/c$(printf '\nd').pgm"; printf 'file,a_x,a_y,b_x,b_y\n"a, ""b"".pgm",12,12,30,12\n"c\nd.pgm",12,12,30,14\n' > odd/labels.csv; lacuna import odd/labels.csv --out oddly --size 32 | head -n 1; lacuna data oddly | head -n 1; lacuna predict --model run odd --whole --format csv | cut -d, -f1,2 | head -n 4
| odd/labels.csv: csv, 2 faces of 2 pictures, 2 points
| oddly: 2 pictures of 32x32, 2 points
| file,face
| "odd/a, ""b"".pgm"
| "odd/c
| d.pgm",1

Other kinds of files.
$ printf '{"images": []}' > x.json; lacuna data x.json
! lacuna: x.json: a JSON file, not a table; 'lacuna import' makes a table of label files such as this
= 1
