Faces of photos. What is wrong with a command line or a detector is told in one line.

$ lacuna detect
! lacuna detect: no photos are named
= 2
$ lacuna detect --fit
! lacuna detect: --fit needs --data
= 2
$ lacuna detect --fit --data faces photo.png
! lacuna detect: --fit takes no photos
= 2
$ lacuna detect --rows 3 photo.png
! lacuna detect: --rows is for --fit
= 2
$ echo '<opencv_storage><cascade><featureType>LBP</featureType></cascade></opencv_storage>' >lbp.xml
$ echo 'no detector' >text
$ lacuna detect --detector nowhere text
! lacuna: nowhere: cannot open: No such file or directory
= 1
$ lacuna detect --detector lbp.xml text
! lacuna: lbp.xml: line 1: a cascade of LBP; only HAAR is supported
= 1
$ lacuna detect --detector text text
! lacuna: text: damaged, or no ONNX file: a field passes its message's end
= 1

A cascade of one stump finds a white square; a file that is no photo is one line.
$ printf '%s' '<opencv_storage><cascade><stageType>BOOST</stageType><featureType>HAAR</featureType><height>8</height><width>8</width>' '<stages><_><stageThreshold>0.5</stageThreshold><weakClassifiers><_><internalNodes>0 -1 0 1.8</internalNodes><leafValues>-1 1</leafValues></_></weakClassifiers></_></stages>' '<features><_><rects><_>0 0 8 8 -1.</_><_>2 2 4 4 4.</_></rects></_></features></cascade></opencv_storage>' >small.xml
$ mkdir photos
$ LC_ALL=C awk 'BEGIN { printf "P5 128 120 255\n"; for (y = 0; y < 120; y++) for (x = 0; x < 128; x++) printf("%s", (x >= 40 && x < 56 && y >= 60 && y < 76) ? "~" : "!") }' >photos/square.pgm
$ LC_ALL=C awk 'BEGIN { printf "P5 64 64 255\n"; for (i = 0; i < 64 * 64; i++) printf "!" }' >photos/empty.pgm
$ lacuna detect --detector small.xml photos
| file,x,y,w,h,score
| photos/square.pgm,37.00,57.00,23.00,23.00,25.0000
! 1 face in 2 photos, 1 without any
$ printf 'P5 64 64 255\n' >photos/cut.pgm
$ lacuna detect --detector small.xml photos --out boxes.csv
! lacuna: photos/cut.pgm: a damaged P5 picture: too few bytes for 64x64 pixels
! 1 face in 3 photos, 1 without any, 1 could not be read
= 1
$ cat boxes.csv
| file,x,y,w,h,score
| photos/square.pgm,37.00,57.00,23.00,23.00,25.0000
$ lacuna detect --detector small.xml nowhere.png
| file,x,y,w,h,score
! lacuna: nowhere.png: cannot open: No such file or directory
! 0 faces in 1 photo, 1 could not be read
= 1
$ lacuna detect --detector small.xml --fit --data nowhere
! lacuna: nowhere: cannot open: No such file or directory
= 1
