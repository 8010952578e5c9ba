Photos: where their faces are must be said, the answers are those of the same pictures in a table,
what cannot be read is a line.
$ lacuna synth --rows 40 --size 32 --seed 5 --out faces > /dev/null; lacuna train --data faces --out run --preset first --epochs 1 > /dev/null; mkdir photos; awk -F, 'NR > 1 && NR < 14 { print "P2 32 32 255 " $NF > ("photos/frame" NR - 1 ".pgm") }' faces/training.csv; lacuna predict --model run --data faces/training.csv | sed -n '2,13s/^[0-9]*,//p' > table
$ lacuna predict --model run photos --whole > whole; cut -d, -f1-6 whole; tail -n +2 whole | cut -d, -f7- | cmp - table
| file,face,x,y,w,h
| photos/frame1.pgm,1,0,0,32,32
| photos/frame2.pgm,1,0,0,32,32
| photos/frame3.pgm,1,0,0,32,32
| photos/frame4.pgm,1,0,0,32,32
| photos/frame5.pgm,1,0,0,32,32
| photos/frame6.pgm,1,0,0,32,32
| photos/frame7.pgm,1,0,0,32,32
| photos/frame8.pgm,1,0,0,32,32
| photos/frame9.pgm,1,0,0,32,32
| photos/frame10.pgm,1,0,0,32,32
| photos/frame11.pgm,1,0,0,32,32
| photos/frame12.pgm,1,0,0,32,32
$ for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo photos/frame$i.pgm; done > list; lacuna predict --model run @list --box 0,0,32,32 | cmp - whole; lacuna predict --model run @list --whole --threads 1 | cmp - whole
$ lacuna predict --model run photos --whole --flip > flipped; cmp -s whole flipped; lacuna predict --model run photos --whole --smooth > smooth; head -n 2 smooth | cut -d, -f7- > 1; head -n 2 whole | cut -d, -f7- | cmp - 1; cmp -s whole smooth
= 1

Boxes of a file, several in one photo.
$ printf 'frame2.pgm,4,5,20,20,0.5\nframe2.pgm,1,1,30,24,.25\nframe4.pgm,0,0,32,32\n' > boxes.csv; lacuna predict --model run photos/frame2.pgm photos/frame3.pgm photos/frame4.pgm --boxes boxes.csv | cut -d, -f1-7
| file,face,x,y,w,h,score
| photos/frame2.pgm,1,4,5,20,20,0.5
| photos/frame2.pgm,2,1,1,30,24,0.25
| photos/frame4.pgm,1,0,0,32,32,
! lacuna: no face in photos/frame3.pgm
$ lacuna predict --model run photos/frame9.pgm --boxes boxes.csv | wc -l; lacuna predict --model run photos/frame8.pgm photos/frame9.pgm --boxes boxes.csv > /dev/null
| 1
! lacuna: no line of boxes.csv is of photos/frame9.pgm: the file that it names must be the photo's path, or end it behind a slash
! lacuna: no line of boxes.csv is of any of these photos: the file that it names must be the photo's path, or end it behind a slash
= 1
$ lacuna predict --model run photos/frame4.pgm --boxes boxes.csv --out again.csv; lacuna predict --model run photos --boxes again.csv 2> note | cut -d, -f8- | tail -n +2 > 1; sed -n 4p table | cmp - 1; cat note
| lacuna: no face in 11 of 12 photos, the first is photos/frame1.pgm
$ printf 'frame2.pgm,9,9,29,30\nframe4.pgm,8,9,31,32\n' > corners.csv; lacuna predict --model run photos/frame2.pgm photos/frame4.pgm --boxes corners.csv --out 1; lacuna predict --model run photos/frame4.pgm --box 8,9,31,32 --out 1; lacuna predict --model run photos/frame4.pgm --box .2,.3,.6,.5 --out 1
! lacuna: 2 of 2 boxes end outside of their photos, and all would lie inside as two corners: they are taken as left, top, width, height; a first line file,left,top,right,bottom says that they are corners
! lacuna: 1 of 1 boxes end outside of their photos, and all would lie inside as two corners: they are taken as left, top, width, height
! lacuna: photos/frame4.pgm: the box 0.2,0.3,0.6,0.5 is within one pixel: must be pixels, not shares of the sides of the photo, which is 32x32
= 1
$ (echo file,left,top,right,bottom; cat corners.csv) > named.csv; lacuna predict --model run photos/frame4.pgm --boxes named.csv | cut -d, -f1-6
| file,face,x,y,w,h
| photos/frame4.pgm,1,8,9,23,23
$ lacuna predict --model run photos/frame4.pgm --box 4,4,20,20 --crop 1.6,-.2,-0.2 | tail -n +2 | cut -d, -f7- > 1; sed -n 4p table | cmp - 1

Formats.
$ lacuna predict --model run photos/frame4.pgm photos/frame5.pgm --whole --format json | sed 's/[0-9][0-9]*\.[0-9][0-9]*/N/g' | cut -c1-70
| {"model": "first", "photos": [
|  {"file": "photos/frame4.pgm", "width": 32, "height": 32, "faces": [
|   {"box": [0, 0, 32, 32], "points": {"left_eye_center": [N, N], "right
|  {"file": "photos/frame5.pgm", "width": 32, "height": 32, "faces": [
|   {"box": [0, 0, 32, 32], "points": {"left_eye_center": [N, N], "right
| ]}
$ lacuna predict --model run photos/frame4.pgm --whole --format coco | sed 's/[0-9][0-9]*\.[0-9][0-9]*/N/g' | cut -c1-70
| {"categories": [{"id": 1, "name": "face", "supercategory": "face", "sk
|  "keypoints": ["left_eye_center", "right_eye_center", "left_eye_inner_
| "annotations": [
|  {"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 0, "bbox": [0, 
|   "keypoints": [N, N, 2, N, N, 2, N, N, 2, N, N, 2, N, N, 2, N, N, 2, 
| ],
| "images": [
|  {"id": 1, "file_name": "photos/frame4.pgm", "width": 32, "height": 32
| ]}
$ lacuna predict --model run photos/frame4.pgm --whole --format dlib | sed '/part/s/"[0-9]*"/"N"/g' | head -n 7
| <?xml version='1.0' encoding='UTF-8'?>
| <dataset>
| <name>predicted by lacuna</name>
| <images>
|  <image file="photos/frame4.pgm" width="32" height="32">
|   <box top="0" left="0" width="32" height="32">
|    <part name="left_eye_center" x="N" y="N"/>
$ lacuna predict --model run photos/frame4.pgm photos/frame5.pgm --whole --format pts --out pts --draw drawn; ls pts drawn; head -n 3 pts/frame4.pts
| drawn:
| frame4.png
| frame5.png
|
| pts:
| frame4.pts
| frame5.pts
| version: 1
| n_points: 15
| {

What cannot be read ends nothing, and is told by the exit code.
$ head -c 900 photos/frame1.pgm > cut.pgm; lacuna predict --model run cut.pgm list photos/frame4.pgm none.png --whole > out; echo $?; cut -c1-30 out
| 1
| file,face,x,y,w,h,left_eye_cen
| photos/frame4.pgm,1,0,0,32,32,
! lacuna: cut.pgm: a damaged P2 picture: too few bytes for 32x32 pixels
! lacuna: list: not a picture in PNG, JPEG, PGM, PPM or WebP
! lacuna: none.png: cannot open: No such file or directory
$ lacuna predict --model run photos/frame4.pgm --boxes list
! lacuna: list: no boxes: the first line must be file,x,y,w,h or file,left,top,right,bottom, with or without further columns, or hold a file and four numbers
= 1
$ lacuna predict --model run photos/frame4.pgm --whole --out no/such/folder
! lacuna: no/such/folder: cannot write: No such file or directory
= 1
$ lacuna predict --model run photos/frame4.pgm --whole > /dev/full
! lacuna: standard output: cannot write: No space left on device
= 1
$ lacuna predict --model run photos/frame4.pgm cut/frame4.png --whole --draw drawn
! lacuna: photos/frame4.pgm and cut/frame4.png: files named after them would replace each other
= 1
$ mkdir faces2; cp photos/frame4.pgm faces2/a.pgm; cp photos/frame5.pgm faces2/a-face2.pgm; lacuna predict --model run faces2 --whole --format pts --out no-pts; test -e no-pts
! lacuna: faces2/a.pgm and faces2/a-face2.pgm: files named after faces of the first and after the second would replace each other
= 1
$ lacuna predict --model run faces2 --whole --draw drawn2 > out; ls drawn2
| a-face2.png
| a.png
$ mkdir both; cp photos/frame4.pgm both/frame4.png; lacuna predict --model run both --whole --draw both > out; cmp photos/frame4.pgm both/frame4.png; ls both
| frame4.png
! lacuna: both/frame4.png: is a photo, which would be replaced
$ mkdir empty; lacuna predict --model run empty --whole
! lacuna: empty: a folder without pictures
= 1
$ lacuna predict --model run photos/frame4.pgm --whole --source 9
! lacuna: --source 9: the model run has 2 sources, from 1 to 2
= 1

Names that are no UTF-8 cannot stand in JSON: a line each. Lists may begin with a byte order mark and end lines as Windows does.
$ mkdir latin; cp photos/frame4.pgm "latin/$(printf '\344').pgm"; cp photos/frame5.pgm latin/b.pgm; for as in json coco dlib; do lacuna predict --model run latin --whole --format $as --out out 2> err; echo $?; tr '\344' '?' < err; grep -c 'b[.]pgm' out; done
| 1
| lacuna: latin/?.pgm: its name is not UTF-8, which this format cannot hold: rename it, or write CSV
| 1
| 1
| lacuna: latin/?.pgm: its name is not UTF-8, which this format cannot hold: rename it, or write CSV
| 1
| 1
| lacuna: latin/?.pgm: its name is not UTF-8, which this format cannot hold: rename it, or write CSV
| 1
$ lacuna predict --model run latin --whole | tail -n +2 | cut -d, -f1 | tr '\344' '?'
| latin/b.pgm
| latin/?.pgm
$ printf '\357\273\277photos/frame4.pgm\r\nphotos/frame5.pgm\r\n' > list; lacuna predict --model run @list --whole | cut -d, -f1
| file
| photos/frame4.pgm
| photos/frame5.pgm
$ printf '\357\273\277frame4.pgm;1;1;20;20\r\nframe5.pgm;2;2;20;20\r\n' > semi.csv; lacuna predict --model run photos/frame5.pgm --boxes semi.csv | cut -d, -f1-6
| file,face,x,y,w,h
| photos/frame5.pgm,1,2,2,20,20
$ printf 'frame4.pgm,1,1,20,20\n\0\nframe5.pgm,2,2,20,20\n' > nul.csv; lacuna predict --model run photos/frame5.pgm --boxes nul.csv
! lacuna: nul.csv: a NUL byte in the file
= 1

Misuse.
$ lacuna predict --model run
! lacuna predict: --data P or photos are missing; 'lacuna help predict' explains
= 2
$ lacuna predict --model run photos
! lacuna predict: where are the faces? Give --box X,Y,W,H for all photos, --boxes FILE, --whole for photos that are crops of faces, or --detect
= 2
$ lacuna predict --model run photos --whole --box 1,2,3,4
! lacuna predict: --box, --boxes, --whole and --detect: give one of them
= 2
$ lacuna predict --model run photos --box 1,2,3
! lacuna predict: --box needs X,Y,W,H, numbers with W and H above 0, not '1,2,3'
= 2
$ lacuna predict --model run photos --box 1,2,3,0
! lacuna predict: --box needs X,Y,W,H, numbers with W and H above 0, not '1,2,3,0'
= 2
$ lacuna predict --model run photos --whole --crop 1,2
! lacuna predict: --crop needs SIDE,LEFT,TOP, numbers with SIDE above 0, or the name of a rule, not '1,2'
= 2
$ lacuna predict --model run photos --whole --format pts
! lacuna predict: --format pts writes a file a face: name their folder with --out
= 2
$ lacuna predict --model run photos --data faces
! lacuna predict: photos and --data: give one of them
= 2
$ lacuna predict --model run --data faces --whole
! lacuna predict: --whole is for photos, not for --data
= 2
$ lacuna predict --model run photos --whole --format xml
! lacuna predict: --format needs csv, json, coco, dlib or pts, not 'xml'
= 2
