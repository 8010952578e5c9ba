A wrong command line is told in one line, and nothing is done: exit code 2.

An unknown option gets the nearest name.
$ lacuna train --epoch 3
! lacuna train: unknown option --epoch; did you mean --epochs?
= 2
$ lacuna train --weight 0
! lacuna train: unknown option --weight; did you mean --weight-decay?
= 2
$ lacuna train --mniutes=3
! lacuna train: unknown option --mniutes=3; did you mean --minutes?
= 2
$ lacuna train -epochs 3
! lacuna train: unknown option -epochs; did you mean --epochs?
= 2
$ lacuna train ---lr 3
! lacuna train: unknown option ---lr; did you mean --lr?
= 2
$ lacuna train --verbose
! lacuna train: unknown option --verbose; 'lacuna help train' lists the options
= 2
$ lacuna train --=3
! lacuna train: unknown option --=3; 'lacuna help train' lists the options
= 2
$ lacuna eval --jsno
! lacuna eval: unknown option --jsno; did you mean --json?
= 2

A value that is missing, or is an option.
$ lacuna train --data
! lacuna train: --data needs a value
= 2
$ lacuna train --epochs
! lacuna train: --epochs needs a whole number from 1 to 1000000
= 2
$ lacuna train --model
! lacuna train: --model needs the name of a network or the path of its text, 1 to 255 bytes
= 2
$ lacuna train --data --out run
! lacuna train: --data needs a value
= 2
$ lacuna train --data=
! lacuna train: --data needs a value, not ''
= 2

Numbers.
$ lacuna train --epochs ten
! lacuna train: --epochs needs a whole number from 1 to 1000000, not 'ten'
= 2
$ lacuna train --epochs 3.5
! lacuna train: --epochs needs a whole number from 1 to 1000000, not '3.5'
= 2
$ lacuna train --epochs ' 3'
! lacuna train: --epochs needs a whole number from 1 to 1000000, not ' 3'
= 2
$ lacuna train --epochs 3x
! lacuna train: --epochs needs a whole number from 1 to 1000000, not '3x'
= 2
$ lacuna train --epochs=
! lacuna train: --epochs needs a whole number from 1 to 1000000, not ''
= 2
$ lacuna train --epochs 0
! lacuna train: --epochs needs a whole number from 1 to 1000000, not '0'
= 2
$ lacuna train --epochs -3
! lacuna train: --epochs needs a whole number from 1 to 1000000, not '-3'
= 2
$ lacuna train --epochs 99999999999999999999
! lacuna train: --epochs needs a whole number from 1 to 1000000, not '99999999999999999999'
= 2
$ lacuna train --batch 0
! lacuna train: --batch needs a whole number from 1 to 65536, not '0'
= 2
$ lacuna train --lr 0
! lacuna train: --lr needs a number above 0, not '0'
= 2
$ lacuna train --lr -1e-4
! lacuna train: --lr needs a number above 0, not '-1e-4'
= 2
$ lacuna train --lr nan
! lacuna train: --lr needs a number above 0, not 'nan'
= 2
$ lacuna train --lr inf
! lacuna train: --lr needs a number above 0, not 'inf'
= 2
$ lacuna train --lr 1e999
! lacuna train: --lr needs a number above 0, not '1e999'
= 2
$ lacuna train --lr 1e-4x
! lacuna train: --lr needs a number above 0, not '1e-4x'
= 2
$ lacuna train --weight-decay -1
! lacuna train: --weight-decay needs a number from 0 up, not '-1'
= 2
$ lacuna train --dropout 1
! lacuna train: --dropout needs a number from 0 to below 1, not '1'
= 2
$ lacuna train --holdout 1
! lacuna train: --holdout needs a number from 0 to below 1, not '1'
= 2
$ lacuna train --holdout 20%
! lacuna train: --holdout needs a number from 0 to below 1, not '20%'
= 2
$ lacuna train --eps 0
! lacuna train: --eps needs a number from 1e-30 up, not '0'
= 2
$ lacuna train --lr 1,5
! lacuna train: --lr needs a number above 0, not '1,5'
= 2
$ lacuna reproduce --data faces --out paper --holdout 0
! lacuna reproduce: --holdout needs a number above 0: the models are measured on what is held out
= 2
$ lacuna train --minutes -1
! lacuna train: --minutes needs a number from 0 up, not '-1'
= 2
$ lacuna train --seed -1
! lacuna train: --seed needs a whole number from 0 to 18446744073709551615, not '-1'
= 2
$ lacuna train --seed 18446744073709551616
! lacuna train: --seed needs a whole number from 0 to 18446744073709551615, not '18446744073709551616'
= 2
$ lacuna train --threads 2000
! lacuna train: --threads needs a whole number from 0 to 1024, not '2000'
= 2
$ lacuna synth --size 8
! lacuna synth: --size needs a whole number from 16 to 512, not '8'
= 2
$ lacuna layers --points 0
! lacuna layers: --points needs a whole number from 1 to 10000, not '0'
= 2

Choices.
$ lacuna train --model ''
! lacuna train: --model needs the name of a network or the path of its text, 1 to 255 bytes, not ''
= 2
$ lacuna train --rows some
! lacuna train: --rows needs all or complete, not 'some'
= 2
$ lacuna train --loss l1
! lacuna train: --loss needs masked or plain, not 'l1'
= 2
$ lacuna train --reduction mean
! lacuna train: --reduction needs all or present, not 'mean'
= 2
$ lacuna train --optimizer sgd
! lacuna train: --optimizer needs adam or adamw, not 'sgd'
= 2
$ lacuna train --start zero
! lacuna train: --start needs normal, he or uniform, not 'zero'
= 2
$ lacuna train --precision half
! lacuna train: --precision needs float32, bf16 or auto, not 'half'
= 2
$ lacuna train --cpu sse
! lacuna train: --cpu needs auto, ref, avx2, avx512, neon or amx, not 'sse'
= 2
$ lacuna eval --split test
! lacuna eval: --split needs holdout, train or all, not 'test'
= 2

Flags take no value.
$ lacuna train --no-mirror=1
! lacuna train: --no-mirror takes no value
= 2
$ lacuna eval --json=yes
! lacuna eval: --json takes no value
= 2

Of the settings, search offers those that it does not draw, bench those that change the speed.
$ lacuna search --lr 1
! lacuna search: unknown option --lr; 'lacuna help search' lists the options
= 2
$ lacuna search --start he
! lacuna search: unknown option --start; 'lacuna help search' lists the options
= 2
$ lacuna bench --epochs 3
! lacuna bench: unknown option --epochs; 'lacuna help bench' lists the options
= 2

What is required.
$ lacuna train
! lacuna train: --data P is missing; 'lacuna help train' explains
= 2
$ lacuna train --data faces
! lacuna train: --out RUN is missing; 'lacuna help train' explains
= 2
$ lacuna eval --model run
! lacuna eval: --data P is missing; 'lacuna help eval' explains
= 2
$ lacuna predict --data faces
! lacuna predict: --model M is missing; 'lacuna help predict' explains
= 2
$ lacuna submit --model run --data faces
! lacuna submit: --out FILE is missing; 'lacuna help submit' explains
= 2
$ lacuna synth
! lacuna synth: --out DIR is missing; 'lacuna help synth' explains
= 2
$ lacuna data
! lacuna data: PATH is missing; 'lacuna help data' explains
= 2
$ lacuna plot
! lacuna plot: draws curve, faces or augmented: which?
= 2
$ lacuna plot curves
! lacuna plot: draws curve, faces or augmented, not 'curves'
= 2
$ lacuna plot curve
! lacuna plot curve: RUN is missing; 'lacuna help plot curve' explains
= 2
$ lacuna plot curve run
! lacuna plot curve: --out FILE is missing; 'lacuna help plot curve' explains
= 2
$ lacuna plot faces --model run
! lacuna plot faces: --data P is missing; 'lacuna help plot faces' explains
= 2

$ lacuna export --model run --out out
! lacuna export: --to onnx, c or page is missing; 'lacuna help export' explains
= 2

Values of a form.
$ lacuna data faces --missing abc
! lacuna data: --missing needs numbers, or pairs such as 0,0, between blanks, at most 255 bytes, not 'abc'
= 2
$ lacuna train --data faces --out run --missing '0,0 1,'
! lacuna train: --missing needs numbers, or pairs such as 0,0, between blanks, at most 255 bytes, not '0,0 1,'
= 2
$ lacuna train --data faces --out run --crop yunet:1,2
! lacuna train: --crop needs rules such as yunet:1.19,-0.09,0.07 between blanks, at most 255 bytes, not 'yunet:1,2'
= 2
$ lacuna eval --model run --data faces --missing abc
! lacuna eval: --missing needs numbers, or pairs such as 0,0, between blanks, at most 255 bytes, not 'abc'
= 2
$ lacuna compare a b --data faces --outside out
! lacuna compare: --outside needs error, missing or keep, not 'out'
= 2
$ lacuna report run --data faces --out page --missing abc
! lacuna report: --missing needs numbers, or pairs such as 0,0, between blanks, at most 255 bytes, not 'abc'
= 2
$ lacuna suspects run --data faces --missing abc
! lacuna suspects: --missing needs numbers, or pairs such as 0,0, between blanks, at most 255 bytes, not 'abc'
= 2
$ lacuna import labels.csv --out faces --missing abc
! lacuna import: --missing needs numbers, or pairs such as 0,0, between blanks, at most 255 bytes, not 'abc'
= 2
$ lacuna plot curve run --out curve.jpeg
! lacuna plot curve: --out needs a name that ends in .png or .svg, not 'curve.jpeg'
= 2
$ lacuna export --model run --to c --out out --name 1x
! lacuna export: --name needs a letter, and letters, digits and _ behind it, not '1x'
= 2

Stray arguments.
$ lacuna train faces
! lacuna train: stray argument 'faces'
= 2
$ lacuna data faces more
! lacuna data: stray argument 'more'
= 2
$ lacuna layers resnet
! lacuna layers: stray argument 'resnet'
= 2

A resumed run keeps its settings.
$ lacuna train --data faces --out run --resume --lr 1e-3
! lacuna train: --lr does not go with --resume: a run keeps its settings
= 2
$ lacuna train --data faces --out run --resume --no-mirror
! lacuna train: --no-mirror does not go with --resume: a run keeps its settings
= 2
$ ls
