Drawn photos: pictures of several kinds, and labels as other tools write them.
$ lacuna synth --photos 3 --seed 2 --out photos
| photos: 3 photos; labels: truth.csv, dlib.xml, coco.json, and a .pts where a photo has one face without gaps
$ ls photos; cut -d , -f 1-7 photos/truth.csv
| coco.json
| dlib.xml
| photo_00001.jpg
| photo_00001.pts
| photo_00002.jpg
| photo_00003.png
| truth.csv
| file,x,y,w,h,left_eye_center_x,left_eye_center_y
| photo_00001.jpg,359,57,80,80,412.3229,87.5300
| photo_00002.jpg,339,467,130,130,426.2705,522.1424
| photo_00002.jpg,602,844,205,205,745.3123,930.5462
| photo_00003.png,17,85,310,310,223.7809,198.1572
$ sed -n 5,9p photos/dlib.xml; head -n 4 photos/photo_00001.pts; sed -n 1,2p photos/coco.json
|   <image file='photo_00001.jpg' width='568' height='426'>
|     <box top='57' left='359' width='80' height='80'>
|       <part name='left_eye_center' x='412' y='88'/>
|       <part name='right_eye_center' x='382' y='85'/>
|       <part name='left_eye_inner_corner' x='406' y='88'/>
| version: 1
| n_points: 15
| {
| 413.3229 88.5300
| {"images": [
| {"id": 1, "file_name": "photo_00001.jpg", "width": 568, "height": 426},
$ lacuna synth --photos 2 --rows 5 --out more; lacuna synth --photos 0 --out more
! lacuna synth: --rows is of tables, --photos draws none
! lacuna synth: --photos needs a whole number from 1 to 99999, not '0'
= 2
$ lacuna synth --photos 2 --out no/such/folder
! lacuna: no/such/folder: cannot make the folder: No such file or directory
= 1

What is there stays.
$ lacuna synth --photos 1 --out photos; lacuna synth --rows 8 --size 16 --out photos; lacuna synth --rows 9 --size 16 --out photos; wc -l < photos/training.csv | tr -d ' '
| photos: training.csv with 8 rows, test.csv with 2, IdLookupTable.csv
| 9
! lacuna: photos: holds a coco.json already: choose another folder
! lacuna: photos: holds a training.csv already: choose another folder

Planted faults.
$ lacuna synth --rows 60 --size 16 --seed 3 --faults 8 --out faulty; cut -d , -f 1-2 faulty/faults.csv
| faulty: training.csv with 60 rows, test.csv with 15, IdLookupTable.csv, faults.csv
| row,kind
| 10,shift
| 40,sides
| 57,other
$ lacuna synth --rows 60 --size 16 --seed 3 --out whole > /dev/null; cmp whole/test.csv faulty/test.csv; diff whole/training.csv faulty/training.csv | grep -c '^>'
| 3
$ lacuna synth --rows 8 --faults 101 --out faulty
! lacuna synth: --faults needs a number from 0 to 100, not '101'
= 2
