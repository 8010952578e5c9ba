Without a verb the overview goes to stderr, as it was not asked for.
$ lacuna
! lacuna: facial keypoints from pictures whose labels have gaps
!
!   lacuna VERB [options]
!
!   train     learn a network from a table with gaps, or go on with a run
!   eval      measure a model against labels: RMSE, sources, failures
!   compare   whether two models differ, and on which rows
!   predict   keypoints of pictures: of a table, or of photos
!   detect    find the faces of photos: a CSV of boxes
!   export    a model for other programs: an ONNX file, or C
!   submit    write a submission file for Kaggle
!   data      describe a table: labels, gaps, sources, duplicates, outliers
!   import    make a table of somebody else's labels and pictures
!   synth     draw a data set of faces in Kaggle's files
!   plot      draw a run's curve, or faces with labels and predictions
!   report    a page of runs: table II, curves, faces, what was run
!   folds     cross-validation: train and measure on every part of the rows
!   suspects  labels that are likely wrong, as a list and a page to drop from
!   search    random search for settings, on training rows alone
!   reproduce train the paper's three models, then report
!   presets   settings that go together: what they cost and reach
!   layers    the layer table of a network
!   bench     speed of the training step, and the processor's peak
!
!   lacuna help VERB   explains a verb and its options, with their defaults
!   lacuna --version
!
! A first run
!   lacuna synth --rows 2000 --out faces
!   lacuna train --data faces --out run --preset first
!   lacuna eval --model run --data faces
= 2
$ lacuna help
| lacuna: facial keypoints from pictures whose labels have gaps
|
|   lacuna VERB [options]
|
|   train     learn a network from a table with gaps, or go on with a run
|   eval      measure a model against labels: RMSE, sources, failures
|   compare   whether two models differ, and on which rows
|   predict   keypoints of pictures: of a table, or of photos
|   detect    find the faces of photos: a CSV of boxes
|   export    a model for other programs: an ONNX file, or C
|   submit    write a submission file for Kaggle
|   data      describe a table: labels, gaps, sources, duplicates, outliers
|   import    make a table of somebody else's labels and pictures
|   synth     draw a data set of faces in Kaggle's files
|   plot      draw a run's curve, or faces with labels and predictions
|   report    a page of runs: table II, curves, faces, what was run
|   folds     cross-validation: train and measure on every part of the rows
|   suspects  labels that are likely wrong, as a list and a page to drop from
|   search    random search for settings, on training rows alone
|   reproduce train the paper's three models, then report
|   presets   settings that go together: what they cost and reach
|   layers    the layer table of a network
|   bench     speed of the training step, and the processor's peak
|
|   lacuna help VERB   explains a verb and its options, with their defaults
|   lacuna --version
|
| A first run
|   lacuna synth --rows 2000 --out faces
|   lacuna train --data faces --out run --preset first
|   lacuna eval --model run --data faces
$ lacuna --help > a; lacuna -h > b; lacuna help > c; cmp a b && cmp b c
$ lacuna --version
| lacuna 0.2.0

A mistyped verb gets the nearest one, a strange word the way to the list.
$ lacuna tran
! lacuna: unknown verb 'tran'; did you mean 'train'?
= 2
$ lacuna predcit
! lacuna: unknown verb 'predcit'; did you mean 'predict'?
= 2
$ lacuna xyzzy
! lacuna: unknown verb 'xyzzy'; 'lacuna help' lists them
= 2
$ lacuna --verbose
! lacuna: unknown verb '--verbose'; 'lacuna help' lists them
= 2
$ lacuna help evla
! lacuna: unknown verb 'evla'; did you mean 'eval'?
= 2
$ lacuna ''
! lacuna: unknown verb ''; 'lacuna help' lists them
= 2
