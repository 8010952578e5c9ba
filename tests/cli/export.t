A model for other programs.
$ lacuna synth --rows 40 --test-rows 2 --size 32 --out faces >log
$ printf 'a conv 3x3 /4 8 norm relu\nxy dense 2*points output\n' >my.net
$ lacuna train --data faces --out run --preset first --model my.net --epochs 1 >log 2>&1
$ lacuna export --model run --to onnx --out my.onnx --licence CC0; ls my.onnx
| my.onnx
$ lacuna export --model run --to c --out c; ls c
| 66264 bytes of weights, 6720 of memory lent to a prediction
| example.c
| face.c
| face.h
| face_weights.c
$ grep -c Crop c/face.h
| 0
= 1
$ lacuna train --data faces --out crop --preset first --model my.net --epochs 1 --crop 'box:1,0,0 haar:1.1,0,0' >log 2>&1; lacuna export --model crop --to c --out crop/c >log; grep Crop crop/c/face.h; lacuna export --model crop --to onnx --out crop.onnx; grep -ac 'box:1,0,0 haar:1.1,0,0' crop.onnx
|  * Crop: box:1,0,0 haar:1.1,0,0
| 1
$ lacuna export --model crop --to c --out crop/c --crop 'as drawn' >log; grep Crop crop/c/face.h
|  * Crop: as drawn
$ lacuna export --model run --to c --out c --name my --weights int8 --data faces; ls c
|~ holdout of faces, 130 labels: RMSE * px in float32, * px in int8
| 16832 bytes of weights, 6720 of memory lent to a prediction
| example.c
| face.c
| face.h
| face_weights.c
| my.c
| my.h
| my_weights.c
$ lacuna export --model run --to c --out c --name 1
! lacuna export: --name needs a letter, and letters, digits and _ behind it, not '1'
= 2
$ lacuna export --model run --model run --to c --out c
! lacuna: a mean of models has no network to export
= 1
$ lacuna export --model run --to onnx --out my.onnx --source 2
! lacuna: --source 2: the model has 1 source, from 1 to 1
= 1
$ lacuna export --model run --to onnx --out no/where.onnx
! lacuna: no/where.onnx: cannot write: No such file or directory
= 1
$ lacuna export --model run --to onnx --out my.onnx --name my
! lacuna export: --name is an option of --to c
= 2
$ lacuna export --model run --to c --out c --input float
! lacuna export: --input is an option of --to onnx
= 2
$ lacuna export --model run --to c --out c --data faces
! lacuna export: --data measures what --weights int8 costs
= 2
$ lacuna export --model run --to js --out c
! lacuna export: --to needs onnx, c or page, not 'js'
= 2
$ lacuna export --model run --to page --out page.html --name my
! lacuna export: --name is an option of --to c
= 2
$ lacuna export --model run --to onnx --out my.onnx --weights int8
! lacuna export: --weights is an option of --to c and --to page
= 2
$ TMPDIR=no/where lacuna export --model run --to page --out page.html 2>&1 | sed 's/-......:/-*:/'
| lacuna: no/where/lacuna-*: cannot make a folder to compile in: No such file or directory
$ mkdir empty; program=$(command -v lacuna); TMPDIR=empty PATH=no/where "$program" export --model run --to page --out page.html; ls empty
! lacuna: clang: No such file or directory: --to page needs clang and lld (Debian: clang, lld)
