Bad tables: one line that names file, row (the header is row 1) and column.
$ lacuna data nowhere.csv
! lacuna: nowhere.csv: cannot open: No such file or directory
= 1
$ mkdir empty; lacuna data empty
! lacuna: empty: the folder holds neither training.csv nor training.zip; a table of another name is given by its path
= 1
$ : > empty.csv; lacuna data empty.csv
! lacuna: empty.csv: the file is empty
= 1
$ printf 'a_x,a_y,Image\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 1: a header and no rows behind it
= 1

The header.
$ printf 'a_x,b_y,Image\n1,1,0 1 2 3\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 1, column a_x: there is no column for the y of a
= 1
$ printf 'a_x,a_x,Image\n1,1,0 1 2 3\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 1, column a_x: the column stands twice, as number 1 and 2
= 1
$ printf 'a_x,a_y\n1,1\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 1: there is no column of pictures, called Image, image or pixels; the first of 2 columns is "a_x"; labels of other programs are made a table by 'lacuna import'
= 1
$ printf 'a_x,a_y,Image,note\n1,1,0 1 2 3,x\n' > t.csv; lacuna data t.csv
| t.csv: 1 picture of 2x2, 1 point
|
| rows with every label                                 1   100.00 %
| rows with no label                                    0     0.00 %
| rows whose picture stands in an earlier row           0     0.00 %
| rows with a near twin (same photo or person)          0     0.00 %
| groups of equal or nearly equal pictures              1
|
| point (mirror partner)                         labels             mean x, y
|  1 a                                                1   100.00 %     1.0     1.0
| mirror partners by name: none found, 1 point is its own
|
|     rows   points  pattern (# = has the point, points in order)
|        1        1  #
|
|     rows   points  label source: share of the test set
|        1        1  1: unknown without IdLookupTable.csv
|
|      row  picture  farthest from the mean face (the header is row 1)
|        2        1  0.00 px
! lacuna: t.csv: column note: no labels, left alone
$ printf 'ImageId,Image\n1,0 1 2 3\n' > t.csv; lacuna train --data t.csv --out run
! lacuna: t.csv: row 1: there are no columns NAME_x and NAME_y
= 1

Rows.
$ printf 'a_x,a_y,Image\n1,1,0 1 2 3\n1,0 1 2 3\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 3: 2 columns, the header has 3
= 1
$ printf 'a_x,a_y,Image\n1,1,1,0 1 2 3\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 2: 4 columns, the header has 3
= 1
$ printf 'a_x,a_y,Image\n1,1,0 1 2 3\n1,one,0 1 2 3\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 3, column a_y: "one" is not a number, nor a gap: empty, NaN, NA, N/A, None, null or -
= 1
$ printf 'a_x,a_y,Image\n1,nan,0 1 2 3\n' > t.csv; lacuna data t.csv
| t.csv: 1 picture of 2x2, 1 point
|
| rows with every label                                 0     0.00 %
| rows with no label                                    0     0.00 %
| rows whose picture stands in an earlier row           0     0.00 %
| rows with a near twin (same photo or person)          0     0.00 %
| groups of equal or nearly equal pictures              1
|
| point (mirror partner)                         labels             mean x, y
|  1 a                                                0     0.00 %       -       -
| mirror partners by name: none found, 1 point is its own
|
|     rows   points  pattern (# = has the point, points in order)
|        1        0  .
|
|     rows   points  label source: share of the test set
|        1        1  1: unknown without IdLookupTable.csv
|
|      row  picture  farthest from the mean face (the header is row 1)
|        2        1  0.00 px
! lacuna: t.csv: 1 point has x or y alone, first a in row 2: that label is learned, but a point counts as labelled with both alone
$ printf 'a_x,a_y,Image\n1,2.5,0 1 2 3\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 2, column a_y: 2.5 is not inside the picture, 0 to 2: --outside missing takes it for gaps, --outside keep learns it
= 1
$ printf 'a_x,a_y,Image\n-1,1,0 1 2 3\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 2, column a_x: -1 is not inside the picture, 0 to 2: --outside missing takes it for gaps, --outside keep learns it
= 1
$ printf 'a_x,a_y,Image\n1,1,\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 2, column Image: 0 pixels do not make a square picture
= 1
$ printf 'a_x,a_y,Image\n1,1,0 1 2\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 2, column Image: 3 pixels do not make a square picture
= 1
$ printf 'a_x,a_y,Image\n1,1,0 1 2 256\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 2, column Image: pixel 4, "256", is not a whole number of 0 to 255
= 1
$ printf 'a_x,a_y,Image\n1,1,0 1 2 -3\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 2, column Image: pixel 4, "-3", is not a whole number of 0 to 255
= 1
$ printf 'a_x,a_y,Image\n1,1,0 1 x 3\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 2, column Image: pixel 3, "x", is not a whole number of 0 to 255
= 1
$ printf 'a_x,a_y,Image\n1,1,0 1 2 3\n1,1,0 1 2 3 4 5 6 7 8\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 3, column Image: 9 pixels, the first picture has 4
= 1
$ printf 'a_x,a_y,Image\n1,1,0 1 \000 3\n' > t.csv; lacuna data t.csv
! lacuna: t.csv: row 2, column Image: a NUL byte in the cell
= 1
$ printf 'ImageId,Image\n7,0 1 2 3\n7,0 1 2 3\n' > t.csv; lacuna data t.csv
| t.csv: 2 pictures of 2x2, 0 points
|
| rows whose picture stands in an earlier row           1    50.00 %
| rows with a near twin (same photo or person)          0     0.00 %
| groups of equal or nearly equal pictures              1
$ printf 'ImageId,Image\nseven,0 1 2 3\n' > t.csv; lacuna data t.csv
| t.csv: 1 picture of 2x2, 0 points
|
| rows whose picture stands in an earlier row           0     0.00 %
| rows with a near twin (same photo or person)          0     0.00 %
| groups of equal or nearly equal pictures              1

Zips.
$ printf 'PK\003\004 cut off' > t.zip; lacuna data t.zip
! lacuna: t.zip: not a zip file, or a damaged or incomplete one: Unrecognized archive format
= 1
$ printf 'no zip at all' > t.zip; lacuna data t.zip
! lacuna: t.zip: not a zip file, or a damaged or incomplete one: Unrecognized archive format
= 1

A byte order mark, carriage returns and a missing last newline are fine.
$ printf '\357\273\277a_x,a_y,Image\r\n1,1,0 1 2 3\r\n,,3 2 1 0' > t.csv; lacuna data t.csv
| t.csv: 2 pictures of 2x2, 1 point
|
| rows with every label                                 1    50.00 %
| rows with no label                                    1    50.00 %
| rows whose picture stands in an earlier row           0     0.00 %
| rows with a near twin (same photo or person)          0     0.00 %
| groups of equal or nearly equal pictures              2
|
| point (mirror partner)                         labels             mean x, y
|  1 a                                                1    50.00 %     1.0     1.0
| mirror partners by name: none found, 1 point is its own
|
|     rows   points  pattern (# = has the point, points in order)
|        1        1  #
|        1        0  .
|
|     rows   points  label source: share of the test set
|        2        1  1: unknown without IdLookupTable.csv
|
|      row  picture  farthest from the mean face (the header is row 1)
|        2        1  0.00 px

Nothing is half written.
$ printf 'a_x,a_y,Image\n1,1,0 1 2 256\n' > t.csv; lacuna train --data t.csv --out run
! lacuna: t.csv: row 2, column Image: pixel 4, "256", is not a whole number of 0 to 255
= 1
$ test ! -e run

Nothing to learn is no training that ends well.
$ printf 'a_x,a_y,Image\n,,0 1 2 3\n,,3 2 1 0\n,,9 9 8 7\n' > t.csv; lacuna train --data t.csv --out run --preset first --holdout 0 > log
! lacuna: no labels to learn: 3 rows to train on, and all their labels are missing
= 1
$ test ! -e run
$ printf 'a_x,a_y,Image\n1,,0 1 2 3\n,1,3 2 1 0\n1,,9 9 8 7\n' > t.csv; lacuna train --data t.csv --out run --preset first --holdout 0 > log
! lacuna: t.csv: 3 points have x or y alone, first a in row 2: that label is learned, but a point counts as labelled with both alone
! lacuna: no labels to learn: all points of 3 rows to train on have x or y alone, which is lost where pictures are turned (rotation 10): take rotation 0
= 1
$ printf 'a_x,a_y,Image\n1,,0 1 2 3\n1,1,3 2 1 0\n1,1,9 9 8 7\n' > t.csv; lacuna train --data t.csv --out lone --preset first --holdout 0 --epochs 1 --threads 1 > log
! lacuna: t.csv: 1 point has x or y alone, first a in row 2: that label is learned, but a point counts as labelled with both alone
! lacuna: 1 of 3 points to learn have x or y alone, which is lost where pictures are turned (rotation 10)

Models.
$ lacuna eval --model nowhere --data t.csv
! lacuna: nowhere: cannot open: No such file or directory
= 1
$ lacuna eval --model empty --data t.csv
! lacuna: empty/last.safetensors: cannot open: No such file or directory
= 1
$ lacuna eval --model t.csv --data t.csv
! lacuna: t.csv: not a safetensors file, or cut short
= 1
