Help of every verb. Defaults are printed from the table that the parser fills.
$ lacuna help train
| lacuna train --data P --out RUN [options]
| lacuna train --data P --out RUN --resume [--epochs N]
|
| Learns keypoints from a table in which labels may be missing, and writes the
| run into a folder. Prints the network's layers, then a line after every epoch:
| images a second, training loss, RMSE on the hold-out, RMSE weighted as the test
| set, time left.
| Ctrl-C, or a lost connection, finishes the step, saves, and prints the command
| that goes on; a second Ctrl-C ends at once. Either way the exit code is 130
| (SIGHUP: 129, SIGTERM: 143).
|
| Options
|   --data P               training table: a folder with training.csv or
|                          training.zip, a CSV file, an archive, or - for
|                          standard input; IdLookupTable.csv beside the table
|                          gives the test-weighted RMSE (required)
|   --out RUN              folder of the run, made if missing: config.json,
|                          metrics.csv, last.safetensors, best.safetensors
|                          (required)
|   --resume               go on with the run in RUN as if it had never stopped;
|                          takes only --epochs (a new last epoch, in place of
|                          --until and --patience), --threads, --cpu and --ranks
|                          besides
|   --preset paper|first|fast|best
|                          settings to start from, see 'lacuna presets'; options
|                          below change them, and show this one's values as their
|                          defaults (default: fast)
|   --config FILE          settings to start from instead: a preset's text,
|                          changed, or a run's config.json or folder
|   --model best|cnn|fast|first|kimura|resnet|FILE
|                          the network, one that ships or a text such as my.net;
|                          'lacuna layers' shows it (default: fast)
|   --rows all|complete    training rows: all, or only those with every label;
|                          the hold-out keeps all its rows (default: all)
|   --loss masked|plain    squared error of present labels (eq. 3 to 6), or
|                          plain, which needs complete rows: --rows complete
|                          (default: masked)
|   --reduction all|present
|                          divide the loss by all labels of the batch, as the
|                          paper, or by the present ones (default: present)
|   --error squared|huber|saturating|wing
|                          what the loss sums of every error: its square, or one
|                          that grows more slowly behind the width, which bears
|                          bad labels (default: saturating)
|   --error-width PX       where the errors huber, saturating and wing bend; 0:
|                          at a sixteenth of the side (from 0 up; default: 0)
|   --optimizer adam|adamw
|                          adam adds the decay to the gradient, adamw keeps it
|                          apart (default: adamw)
|   --start normal|he|uniform
|                          first weights from N(0, width), from He's N(0, sqrt(2
|                          / fan in)), or evenly from -1 to 1 / sqrt(fan in), as
|                          PyTorch (default: uniform)
|   --start-width X        deviation of the normal start (above 0; default: 0.02)
|   --from MODEL           begin with a model's weights, as far as names and
|                          shapes are the same; other data and another network
|                          are allowed (default: weights that are drawn)
|   --teacher MODEL        where a row has no label, learn what a model answers,
|                          or the mean of a folder of models: points that its
|                          label source lacks, and those of all other sources
|                          (default: none)
|   --teacher-weight X     how much such an answer counts, where a label counts 1
|                          (above 0 to 1; default: 0.2)
|   --precision float32|bf16|auto
|                          bf16 is faster and stores half as much; weights,
|                          statistics and Adam stay float32; needs a processor
|                          with AVX512-BF16; auto: where that is there (default:
|                          auto)
|   --wire float32|bf16    what ranks send each other to sum gradients: bf16 is
|                          half as much, rounded to 3 digits; one rank sends
|                          nothing (default: float32)
|   --epochs N             visits of every row and its mirror image (from 1 to
|                          1000000; default: 14)
|   --batch N              pictures in a step (from 1 to 65536; default: 64)
|   --no-even-batches      fill every batch but an epoch's last, rather than
|                          divide its pictures evenly (default: --even-batches)
|   --lr X                 step size of Adam (above 0; default: 0.002)
|   --schedule constant|cosine|steps
|                          the step size over all steps: cosine falls to 0 at the
|                          last epoch (default: cosine)
|   --warmup F             share of all steps in which the step size rises from 0
|                          (from 0 to below 1; default: 0.05)
|   --step-factor X        what the schedule steps multiplies by (above 0 to 1;
|                          default: 0.1)
|   --step-every F         share of all steps between two such steps (above 0 to
|                          1; default: 0.3)
|   --beta1 X              decay of Adam's first moment (from 0 to below 1;
|                          default: 0.9)
|   --beta2 X              decay of Adam's second moment (from 0 to below 1;
|                          default: 0.999)
|   --eps X                added to the root of Adam's second moment (from 1e-30
|                          up; default: 1e-08)
|   --weight-decay X       L2 term of Adam (from 0 up; default: 0.01)
|   --decay-on all|weights
|                          decay every parameter, or spare norms and biases
|                          (default: weights)
|   --ema X                decay of a moving average of weights and statistics,
|                          which is the model then; try 0.998 (from 0 to below 1;
|                          default: 0.998)
|   --dropout X            share of the hidden dense layer dropped in a step
|                          (from 0 to below 1; default: 0.5)
|   --no-mirror            leave the mirror images out (default: --mirror)
|   --mirror-axis middle|learned
|                          what labels are mirrored at: the middle of the
|                          picture, or as far beside it, for each label source,
|                          as the training finds its labels to lie to one side
|                          (default: learned)
|   --rotation D           turn pictures by up to D degrees either way (from 0 to
|                          180; default: 15)
|   --scale X              enlarge pictures by a factor whose log is up to X
|                          either way (from 0 to 2; default: 0.15)
|   --shift F              move pictures by up to F sides along both axes (from 0
|                          to 1; default: 0.0625)
|   --aspect X             enlarge the width and reduce the height by a factor
|                          whose log is up to X, or the other way (from 0 to 1;
|                          default: 0.04)
|   --contrast X           multiply grey by 1 - X to 1 + X (from 0 to below 1;
|                          default: 0.3)
|   --brightness X         add up to X either way to grey, where black is 0 and
|                          white 1 (from 0 to 1; default: 0.15)
|   --noise X              add normal noise to grey, of a deviation of up to X
|                          (from 0 to 1; default: 0.04)
|   --cutout F             put a grey box of F / 4 to F of the side into half of
|                          the pictures (from 0 to 1; default: none)
|   --minutes M            stop after this much training (from 0 up; default: no
|                          limit)
|   --until PX             stop when the hold-out's RMSE, test-weighted where
|                          known, is this or less (from 0 up; default: no limit)
|   --patience N           stop after this many epochs without a new lowest
|                          figure (from 0 to 1000000; default: no limit)
|   --holdout F            share of the rows kept from training to measure on
|                          (from 0 to below 1; default: 0.2)
|   --seed N               of hold-out, first weights, order, augmentation and
|                          dropout: same seed, same result (default: 1)
|   --split-seed N         of the hold-out alone: other seeds, same hold-out
|                          (default: the training's seed)
|   --missing MARKS        what marks a missing label besides empty cells and
|                          words such as nan: numbers such as -1, and pairs such
|                          as 0,0 that mark both labels of a point (default:
|                          none)
|   --outside error|missing|keep
|                          labels outside of the picture: refuse the table, take
|                          them for gaps, or learn them (default: error)
|   --pairs names|data|FILE
|                          mirror partners: points whose names differ in left and
|                          right, those that the mean face shows, or two names on
|                          each line of a file (default: names)
|   --drop FILE            learn nothing from the rows and points of a list, as
|                          'lacuna suspects' writes; what is held out is measured
|                          all the same (default: nothing)
|   --fold N               hold out fold N of the 1 / holdout folds that the rows
|                          are dealt to (from 0 to 100; default: none)
|   --crop RULES           which square of a photo the model's pictures are, for
|                          'lacuna predict': by each detector's name side, left
|                          and top, in widths of the detector's box (default: the
|                          table's own, if it has one)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|   --ranks N              processes on this machine that share each batch;
|                          mpirun and srun bring their own (from 0 to 1024;
|                          default: 1, or theirs)
|
| Examples
|   lacuna train --data kaggle --out run
|   lacuna train --data kaggle --out paper --preset paper --epochs 60
|   lacuna train --data kaggle --out again --config run --seed 2
|   lacuna train --data kaggle --out quick --minutes 10 --lr 3e-4
|   lacuna train --data kaggle --out run --resume --epochs 100
|   mpirun -n 4 lacuna train --data kaggle --out run
$ lacuna help eval
| lacuna eval --model M --data P [options]
|
| Predicts labelled pictures and compares: RMSE in pixels over the labels that
| are there (eq. 8), for each point and each label source, and weighted as the
| test set (Kaggle's score); shares of points, and of pictures with any point,
| off by more than 10 % of the side (eq. 7); percentiles of the error of a point,
| shares within limits and the area under their curve, the normalized mean error
| (NME). In brackets stand bootstrap intervals. docs/evaluation.md explains each.
|
| Options
|   --model M              a run folder (its last.safetensors) or a safetensors
|                          file; given several times, or a folder of runs: the
|                          mean of these models (required)
|   --weigh                weigh the models of a mean by 1 / (error of their
|                          hold-out)^2, not equally
|   --data P               labelled table: a folder, a CSV file, an archive or -;
|                          IdLookupTable.csv beside the table gives the test
|                          weights (required)
|   --split holdout|train|all
|                          rows to measure on; holdout and train need the data of
|                          the training, all takes any data with the same points
|                          (default: holdout)
|   --json                 print JSON; what is not known is null
|   --rows FILE            write a CSV of the rows: labels, predictions, errors,
|                          source and side of the split; a missing label is an
|                          empty cell (default: none)
|   --drop FILE            measure without the labels that a list names, as train
|                          --drop takes; the figures are not comparable with
|                          those of all labels (default: nothing)
|   --nme A,B|box          divide errors by the distance between the labels of
|                          the points A and B, or by the square root of the area
|                          of the box around the picture's labels (default: by
|                          the picture's side)
|   --threshold PERCENT    a point has failed that is off by more than this
|                          (above 0 to 1000; default: 10)
|   --resamples N          resamples that the intervals are made of (from 0 to
|                          1000000; default: 1000)
|   --seed N               draws the resamples (default: 1)
|   --flip                 average with the prediction of the mirror image; takes
|                          twice as long
|   --missing MARKS        what marks a missing label, such as -1 or 0,0
|                          (default: as in the training)
|   --outside error|missing|keep
|                          labels outside of the picture (default: as in the
|                          training)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna eval --model run --data kaggle
|   lacuna eval --model run/best.safetensors --data kaggle --json
|   lacuna eval --model run --data kaggle --nme left_eye_center,right_eye_center
|   lacuna eval --model run --data kaggle --rows rows.csv
$ lacuna help compare
| lacuna compare A B --data P [options]
|
| Tells whether two models differ: both predict the rows that both held out, and
| a paired bootstrap of groups of pictures tells the interval of the difference.
| The test-weighted RMSE decides where it is known, else the RMSE.
|
| Options
|   A                      a model: a run folder (its last.safetensors), a
|                          safetensors file, or a folder of runs, which is the
|                          mean of them (required)
|   B                      another one (required)
|   --data P               labelled table, that of both trainings: a folder, a
|                          CSV file, an archive or - (required)
|   --out FILE             draw the rows that differ most, .svg or .png by the
|                          name (default: none)
|   --split holdout|train|all
|                          rows to compare on; of other data than that of the
|                          trainings, all (default: holdout)
|   --rows N               how many of the rows that differ most to list (from 0
|                          to 1000000; default: 10)
|   --json                 print JSON; what is not known is null
|   --weigh                weigh the models of a mean by 1 / (error of their
|                          hold-out)^2, not equally
|   --nme A,B|box          divide errors by the distance between the labels of
|                          the points A and B, or by the square root of the area
|                          of the box around the picture's labels (default: by
|                          the picture's side)
|   --threshold PERCENT    a point has failed that is off by more than this
|                          (above 0 to 1000; default: 10)
|   --resamples N          resamples that the intervals are made of (from 0 to
|                          1000000; default: 1000)
|   --seed N               draws the resamples (default: 1)
|   --flip                 average with the prediction of the mirror image; takes
|                          twice as long
|   --missing MARKS        what marks a missing label, such as -1 or 0,0
|                          (default: as in the training)
|   --outside error|missing|keep
|                          labels outside of the picture (default: as in the
|                          training)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna compare run other --data kaggle
|   lacuna compare run seeds --data kaggle --out differ.png
$ lacuna help predict
| lacuna predict --model M --data P [options]
| lacuna predict --model M PHOTO... [options]
|
| Predicts every picture of a table. The result is a CSV: ImageId (or the row's
| number from 1), then NAME_x,NAME_y of every point of the label source, in
| pixels from the centre of the top left pixel.
| Of photos it predicts faces, in pixels of the photo, turned upright; where they
| are is said by one of --box, --boxes, --whole, --detect and --detector. The
| result is a CSV of file, face (from 1), its box x,y,w,h, score if the boxes
| have any, and the points, or what --format says. A photo that cannot be read is
| a line on stderr; the exit code is 1 then.
|
| Options
|   --model M              a run folder (its last.safetensors) or a safetensors
|                          file; given several times, or a folder of runs: the
|                          mean of these models (required)
|   --weigh                weigh the models of a mean by 1 / (error of their
|                          hold-out)^2, not equally
|   --data P               pictures: a table, whose labels are not read, in a CSV
|                          file, an archive or a folder (its test table), or -
|                          for standard input
|   PHOTO...               photos to predict (PNG, JPEG, PGM, PPM, WebP), folders
|                          of photos, and @FILE for a list of paths, one a line
|   --box X,Y,W,H          the box of the face in every photo, pixels; it may
|                          reach beyond the photo
|   --boxes FILE           boxes of faces: a CSV of file,x,y,w,h and perhaps
|                          score, a line a face
|   --whole                every photo as a whole is a face, such as the model
|                          was trained on
|   --detect               find the faces, by the frontal cascade of Debian's
|                          package opencv-data ('script/bootstrap --detect'
|                          installs it)
|   --detector FILE        find the faces by this: YuNet as an ONNX file, or a
|                          cascade of OpenCV
|   --crop SIDE,LEFT,TOP   the square that the model is shown, in widths of the
|                          box: its side, and how far its left and its top edge
|                          are moved; or the name of a rule that the model has,
|                          such as yunet, haar, box ('lacuna train --crop')
|                          (default: the model's rule for the detector; of boxes
|                          the centred square of the longer side)
|   --format csv|json|coco|dlib|pts
|                          of the answers for photos: a table, our own JSON,
|                          COCO's keypoints, dlib's XML, or 300-W's .pts, a file
|                          a face (default: csv)
|   --draw DIR             also write every photo with its boxes and points, as
|                          DIR/NAME.png
|   --smooth               the photos are frames of one face: keep its points
|                          from trembling (One-Euro filter)
|   --out FILE             the file to write, replaced at once or not at all; of
|                          --format pts a folder, made if missing (default:
|                          standard output)
|   --source N             label source to answer as, of a model with outputs for
|                          each: 1 is that with most points, as lacuna data lists
|                          them (from 1 to 100; default: 1)
|   --flip                 average with the prediction of the mirror image; takes
|                          twice as long
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna predict --model run --data kaggle > points.csv
|   lacuna predict --model run --data test.csv --out points.csv
|   lacuna predict --model run photo.jpg --box 207,83,96,96
|   lacuna predict --model run photos --boxes boxes.csv --draw drawn
|   lacuna predict --model run photos --detect --format coco --out points.json
$ lacuna help import
| lacuna import FROM --out DIR [options]
|
| Makes a training table of somebody else's labels: a CSV that names pictures
| (Udacity's), dlib's XML, .pts files (300-W), COCO's keypoints, DeepLabCut's
| CSV, the lists of CelebA and WFLW, YOLO's pose labels. Every face becomes a row
| and a grey picture; the table keeps where each came from.
| Pictures that cannot be read and faces without a point are left out and
| counted; these pictures and the first ten such faces are named. The exit code
| is 1 only when nothing is left, or with --strict.
|
| Options
|   FROM                   a label file, or a folder of .pts files or of YOLO's
|                          labels (required)
|   --out DIR              folder for training.csv and pictures/, made if
|                          missing; neither may be there already (required)
|   --format auto|csv|dlib|pts|coco|dlc|celeba|wflw|yolo
|                          of the label file: a CSV, dlib's XML, 300-W's .pts,
|                          COCO's JSON, DeepLabCut's CSV, the list of CelebA or
|                          of WFLW, YOLO's folder; auto: what its first bytes
|                          say, or what the folder holds (default: auto)
|   --pictures DIR         folder in which the pictures' names start (default:
|                          the label file's own)
|   --category NAME        of COCO: the category to take (default: the only one
|                          with keypoints)
|   --missing MARKS        numbers that mark a missing point, such as -1 or 0,0
|                          (default: none)
|   --unit auto|pixels|shares
|                          what the numbers are: pixels, or shares of the
|                          picture's width and height; auto: pixels, but not
|                          where all points are at 0 to 1 (default: auto)
|   --outside error|missing|keep
|                          points outside of their picture: refuse them all, make
|                          gaps of them before squares are found, or keep them
|                          (default: keep)
|   --size N               side of the pictures, pixels (from 16 to 512; default:
|                          96)
|   --by-points            crop by the extent of the points even where the labels
|                          have boxes
|   --box-scale X          side of the crop in sides of the label's box, about
|                          the same middle (from 0 to 10; default: the least from
|                          1 to 2 that holds all points of 99 faces of 100)
|   --margin X             of a crop by points, on each side, in extents of the
|                          points (from 0 to 10; default: 0.3)
|   --keep-outside         write labels outside of the crop, rather than make
|                          gaps of them
|   --exif auto|apply|ignore
|                          labels of a picture that its camera stored turned
|                          belong to the picture as it is looked at (apply), or
|                          as it is stored (ignore); auto: to the one whose size
|                          the label file declares (default: auto)
|   --strict               fail, and write no table, where a face or picture must
|                          be left out
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna import labels.csv --out faces
|   lacuna import ibug_300W/labels.xml --out faces --size 128
|   lacuna import annotations/person_keypoints_val2017.json \
|       --pictures val2017 --out people
|   lacuna train --data faces --out run
$ lacuna help detect
| lacuna detect PHOTO... [--detector FILE] [--out FILE] [options]
| lacuna detect --fit --data P [--detector FILE] [options]
|
| Finds the faces of photos. The result is a CSV: file,x,y,w,h,score, a line a
| face, best first, which lacuna predict reads as --boxes. Photos without faces
| have no line. A photo that cannot be read is a line on standard error, and the
| exit code is 1 at the end.
| With --fit: sets every picture of a training table into a larger frame, finds
| its face there, and prints how the picture lies about the detector's box, as
| --crop takes it.
|
| Options
|   PHOTO...               photos (PNG, JPEG, PGM, PPM, WebP), folders of photos,
|                          and @FILE for a list of paths, one a line
|   --detector FILE        YuNet as an ONNX file, or a cascade of OpenCV as an
|                          XML file (default: the frontal cascade of Debian's
|                          package opencv-data)
|   --out FILE             the CSV to write; it is replaced at once or not at all
|                          (default: standard output)
|   --fit                  measure instead how this detector's boxes become the
|                          pictures of a table
|   --data P               of --fit: a table of pictures, as train reads it
|   --rows N               of --fit: how many rows, from the first, to look at
|                          (from 1 to 1000000; default: 1000)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna detect --detector yunet.onnx holiday/ --out boxes.csv
|   lacuna detect --fit --data kaggle --detector yunet.onnx
$ lacuna help export
| lacuna export --model M --to onnx --out FILE [options]
| lacuna export --model M --to c --out DIR [options]
| lacuna export --model M --to page --out FILE [options]
|
| Writes a model for programs that do not know lacuna. Grey bytes go in, points
| in pixels come out, as lacuna predict tells them. docs/export.md shows how each
| format is used.
|
| Options
|   --model M              a run folder (its last.safetensors) or a safetensors
|                          file; given several times, or a folder of runs: the
|                          mean of these models (required)
|   --weigh                weigh the models of a mean by 1 / (error of their
|                          hold-out)^2, not equally
|   --to onnx|c|page       an ONNX file, C99 that needs no library and allocates
|                          nothing, or a page that predicts in a browser, which
|                          clang and lld make (required)
|   --out P                the ONNX or HTML file to write, or the folder for the
|                          C files (required)
|   --source N             label source to answer as, of a model with outputs for
|                          each (from 1 to 100; default: 1)
|   --input uint8|float    ONNX: pictures as bytes, or as floats from 0 to 255
|                          (default: uint8)
|   --name NAME            C: begins the names of functions and files (default:
|                          face)
|   --weights float32|int8
|                          C, page: weights in a quarter of the size, whole
|                          numbers times a scale for each channel (default:
|                          float32)
|   --data P               labelled table on which to measure what int8 costs
|                          (default: none)
|   --split holdout|train|all
|                          rows of it; holdout and train need the data of the
|                          training, all takes any data with the same points
|                          (default: holdout)
|   --missing MARKS        what marks a missing label, such as -1 or 0,0
|                          (default: as in the training)
|   --outside error|missing|keep
|                          labels outside of the picture (default: as in the
|                          training)
|   --crop TEXT            note how the pictures are cut out of photos (default:
|                          the model's own rules)
|   --licence TEXT         note the model's licence (default: none)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna export --model run --to onnx --out face.onnx
|   lacuna export --model run --to c --out face --weights int8 --data kaggle
|   cc -O3 face/*.c -o points; ./points face.pgm
|   lacuna export --model run --to page --out face.html --weights int8
$ lacuna help submit
| lacuna submit --model M --data P --out FILE [options]
|
| Predicts the test table and writes RowId,Location for every row that the lookup
| table asks for, values inside the picture. Of a model with outputs for each
| label source, the source follows from the points that are asked of a picture.
|
| Options
|   --model M              a run folder (its last.safetensors) or a safetensors
|                          file; given several times, or a folder of runs: the
|                          mean of these models (required)
|   --weigh                weigh the models of a mean by 1 / (error of their
|                          hold-out)^2, not equally
|   --data P               folder or archive with test.csv or test.zip, and
|                          IdLookupTable.csv (required)
|   --lookup FILE          the lookup table where P does not hold it (default:
|                          that of P)
|   --out FILE             the file to write; it is replaced at once or not at
|                          all (required)
|   --flip                 average with the prediction of the mirror image; takes
|                          twice as long
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna submit --model run --data kaggle --out submission.csv
$ lacuna help data
| lacuna data PATH [options]
|
| Describes a table: rows, labels of every point, patterns of missing labels,
| label sources and their share of the test set (known if the folder holds
| IdLookupTable.csv), exact duplicates and near twins of pictures, and the rows
| farthest from the mean face, where wrong labels are likely.
|
| Options
|   PATH                   a table: a CSV file, an archive or a folder that holds
|                          one (its training table), or - for standard input
|                          (required)
|   --json                 print JSON, with all patterns; the header is row 1
|   --rows                 print CSV instead, a line a row: row (the header is
|                          row 1), picture, label source, group of equal or
|                          nearly equal pictures (its first row), and 1 where a
|                          training of this hold-out and seed holds the row out
|   --holdout F            of --rows: share of the rows that is held out (from 0
|                          to below 1; default: 0.2)
|   --seed N               of --rows: the training's seed, or its --split-seed
|                          (default: 1)
|   --missing MARKS        what marks a missing label besides empty cells and
|                          words such as nan: numbers such as -1, and pairs such
|                          as 0,0 that mark both labels of a point (default:
|                          none)
|   --outside error|missing|keep
|                          labels outside of the picture: refuse the table, take
|                          them for gaps, or learn them (default: error)
|   --pairs names|data|FILE
|                          mirror partners: points whose names differ in left and
|                          right, those that the mean face shows, or two names on
|                          each line of a file (default: names)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna data kaggle
|   lacuna data kaggle/training.zip --json
|   lacuna data kaggle --rows --seed 2 >rows.csv
$ lacuna help synth
| lacuna synth --out DIR [options]
|
| Draws a data set of faces, with pose, light, skin and noise varied, exact
| points, and the gaps of Kaggle's table: to try the program without data.
| With --photos it draws pictures as cameras make them: in colour, of different
| sizes, some grey, some turned by EXIF, some faces cut by the border, with
| labels as other tools write them.
|
| Options
|   --out DIR              folder for the files, made if missing; none of them
|                          may be there already (required)
|   --photos N             draw photos instead, with one to four faces each (from
|                          1 to 99999; default: none)
|   --rows N               training rows (from 1 to 1000000; default: 2000)
|   --test-rows N          test rows (from 1 to 1000000; default: a quarter of
|                          --rows)
|   --size N               side of the pictures, pixels (from 16 to 512; default:
|                          96)
|   --seed S               same seed, same files (default: 1)
|   --faults PERCENT       training rows with wrong labels, planted to be found;
|                          faults.csv lists them (from 0 to 100; default: none)
|
| Examples
|   lacuna synth --rows 2000 --out faces
|   lacuna synth --photos 200 --out photos
$ lacuna help plot
| lacuna plot curve RUN --out FILE
|
| Draws loss and RMSE by epoch from the run's metrics.csv.
|
| Options
|   RUN                    folder of the run (required)
|   --out FILE             picture to write, .svg or .png by its name (required)
|
| Examples
|   lacuna plot curve run --out curve.svg
|
| lacuna plot faces --model M --data P --out FILE [options]
|
| Draws hold-out faces (of all rows, if none were held out) with labels in red
| and predictions in blue: the best, the typical and the worst.
|
| Options
|   --model M              a run folder (its last.safetensors) or a safetensors
|                          file; given several times, or a folder of runs: the
|                          mean of these models (required)
|   --weigh                weigh the models of a mean by 1 / (error of their
|                          hold-out)^2, not equally
|   --data P               labelled table, that of the training: a folder, a CSV
|                          file, an archive or - (required)
|   --out FILE             picture to write, .svg or .png by its name (required)
|   --missing MARKS        what marks a missing label, such as -1 or 0,0
|                          (default: as in the training)
|   --outside error|missing|keep
|                          labels outside of the picture (default: as in the
|                          training)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna plot faces --model run --data kaggle --out faces.png
|
| lacuna plot augmented --data P --out FILE [options]
|
| Draws pictures with their labels, as they are and as a training with these
| settings sees them.
|
| Options
|   --data P               labelled table: a folder, a CSV file, an archive or -
|                          (required)
|   --out FILE             picture to write, .svg or .png by its name (required)
|   --no-mirror            leave the mirror images out (default: --mirror)
|   --rotation D           turn pictures by up to D degrees either way (from 0 to
|                          180; default: none)
|   --scale X              enlarge pictures by a factor whose log is up to X
|                          either way (from 0 to 2; default: none)
|   --shift F              move pictures by up to F sides along both axes (from 0
|                          to 1; default: none)
|   --aspect X             enlarge the width and reduce the height by a factor
|                          whose log is up to X, or the other way (from 0 to 1;
|                          default: none)
|   --contrast X           multiply grey by 1 - X to 1 + X (from 0 to below 1;
|                          default: none)
|   --brightness X         add up to X either way to grey, where black is 0 and
|                          white 1 (from 0 to 1; default: none)
|   --noise X              add normal noise to grey, of a deviation of up to X
|                          (from 0 to 1; default: none)
|   --cutout F             put a grey box of F / 4 to F of the side into half of
|                          the pictures (from 0 to 1; default: none)
|   --seed N               of hold-out, first weights, order, augmentation and
|                          dropout: same seed, same result (default: 1)
|   --missing MARKS        what marks a missing label besides empty cells and
|                          words such as nan: numbers such as -1, and pairs such
|                          as 0,0 that mark both labels of a point (default:
|                          none)
|   --outside error|missing|keep
|                          labels outside of the picture: refuse the table, take
|                          them for gaps, or learn them (default: error)
|   --pairs names|data|FILE
|                          mirror partners: points whose names differ in left and
|                          right, those that the mean face shows, or two names on
|                          each line of a file (default: names)
|
| Examples
|   lacuna plot augmented --data kaggle --out seen.png --rotation 15 --scale 0.15
$ lacuna help layers
| lacuna layers [options]
|
| Prints a network as the paper's figure 5 does: every layer, its output as
| height x width x channels, its parameters, and its work on one picture forward
| (a multiply-add counts as two).
|
| Options
|   --model best|cnn|fast|first|kimura|resnet|FILE
|                          the network, one that ships or a text such as my.net;
|                          'lacuna layers' shows it (default: resnet)
|   --size N               side of the pictures, pixels (from 1 to 4096; default:
|                          96)
|   --points K             points to learn (from 1 to 10000; default: 15)
|   --text                 print the network's text instead, to copy and change
|
| Examples
|   lacuna layers
|   lacuna layers --model kimura --size 64 --points 5
|   lacuna layers --text >my.net; lacuna layers --model my.net
$ lacuna help bench
| lacuna bench [options]
|
| Times training steps (batch making and Adam included) and prediction on drawn
| pictures, and in the same run the multiply-add peak of the processor, which is
| what the step's speed is a fraction of. Then every operator's two passes, with
| their share of that peak, the bytes that they must move at least and what that
| is of the memory's bandwidth, measured in the same run; the larger share names
| what limits the pass.
| FLOP count a multiply-add as two, convolutions as direct ones. Bytes count once
| what must be read and written: forward the inputs, the weights and the output;
| backward the output's gradient, what the formulas need of inputs and output,
| the weights, and the gradients of inputs and weights.
|
| Options
|   --preset paper|first|fast|best
|                          settings to start from, see 'lacuna presets'; options
|                          below change them, and show this one's values as their
|                          defaults (default: paper)
|   --config FILE          settings to start from instead: a preset's text,
|                          changed, or a run's config.json or folder
|   --model best|cnn|fast|first|kimura|resnet|FILE
|                          the network, one that ships or a text such as my.net;
|                          'lacuna layers' shows it (default: resnet)
|   --precision float32|bf16|auto
|                          bf16 is faster and stores half as much; weights,
|                          statistics and Adam stay float32; needs a processor
|                          with AVX512-BF16; auto: where that is there (default:
|                          float32)
|   --wire float32|bf16    what ranks send each other to sum gradients: bf16 is
|                          half as much, rounded to 3 digits; one rank sends
|                          nothing (default: float32)
|   --batch N              pictures in a step (from 1 to 65536; default: 256)
|   --rotation D           turn pictures by up to D degrees either way (from 0 to
|                          180; default: none)
|   --scale X              enlarge pictures by a factor whose log is up to X
|                          either way (from 0 to 2; default: none)
|   --shift F              move pictures by up to F sides along both axes (from 0
|                          to 1; default: none)
|   --aspect X             enlarge the width and reduce the height by a factor
|                          whose log is up to X, or the other way (from 0 to 1;
|                          default: none)
|   --contrast X           multiply grey by 1 - X to 1 + X (from 0 to below 1;
|                          default: none)
|   --brightness X         add up to X either way to grey, where black is 0 and
|                          white 1 (from 0 to 1; default: none)
|   --noise X              add normal noise to grey, of a deviation of up to X
|                          (from 0 to 1; default: none)
|   --cutout F             put a grey box of F / 4 to F of the side into half of
|                          the pictures (from 0 to 1; default: none)
|   --size N               side of the pictures, pixels (from 1 to 4096; default:
|                          96)
|   --points K             points to learn (from 1 to 10000; default: 15)
|   --steps N              training steps, or rounds of all methods, to time; the
|                          median counts (from 1 to 1000000; default: 20)
|   --methods              instead, time every method of convolving on every
|                          convolution of the network, for a thread alone and for
|                          all, each on a chunk of its own
|   --predict              with --methods, convolve as prediction does: forward
|                          alone, and at --batch 1 on several threads half of the
|                          channels at a time
|   --json                 print JSON, in seconds, FLOP, bytes and those per
|                          second
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|   --ranks N              processes on this machine that share each batch;
|                          mpirun and srun bring their own (from 0 to 1024;
|                          default: 1, or theirs)
|
| Examples
|   lacuna bench
|   lacuna bench --preset first
|   lacuna bench --model cnn --batch 64 --threads 1 --json
|   lacuna bench --methods --preset fast --precision bf16
|   lacuna bench --methods --predict --preset fast --batch 1
|   mpirun -n 2 lacuna bench --threads 1

--help does the same anywhere on the line, and values beside it change nothing.
$ for v in train eval compare predict export submit data synth plot layers bench; do lacuna help $v > a; lacuna $v --help > b; cmp a b || echo $v; done
$ lacuna help train > a; lacuna train --epochs 7 --nonsense --help > b; cmp a b
$ lacuna plot faces --help > a; lacuna help plot faces > b; cmp a b

No line is wider than 80 columns.
$ for v in train eval compare predict export submit data synth plot layers bench; do lacuna help $v; done | grep -E '.{81}'
= 1
$ lacuna help report
| lacuna report RUN... --data P --out DIR [options]
|
| Writes report.html, one file that needs no other, light or dark as the reader's
| system, and every figure as .svg and .png: the paper's table II with its
| numbers beside the runs', loss curves (figure 8), error by epoch and by
| seconds, predictions on the same hold-out faces (9 to 11), distribution of
| errors, error of every point, labels and gaps (1), mirror pairs (6), layers
| (5), and what was run. Models are those of last.safetensors. The runs must
| share their hold-out. Several runs are compared with the first; of folds the
| page has every figure, their spread, and the rows with the most suspicious
| labels.
|
| Options
|   RUN...                 run folders, finished or still training, folders of
|                          runs, and what search and folds made (required)
|   --data P               labelled table, that of the training: a folder, a CSV
|                          file, an archive or - (required)
|   --out DIR              folder for report.html and the figures, made if
|                          missing (required)
|   --flip                 average with the prediction of the mirror image; takes
|                          twice as long
|   --missing MARKS        what marks a missing label, such as -1 or 0,0
|                          (default: as in the training)
|   --outside error|missing|keep
|                          labels outside of the picture (default: as in the
|                          training)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna report run --data kaggle --out report
|   lacuna report cnn-plain cnn-masked resnet-masked search \
|       --data kaggle --out report
$ lacuna help suspects
| lacuna suspects DIR --data P [options]
|
| Finds labels that models which never saw them make implausible: points far off,
| rows labelled as another face, left and right swapped, equal pictures whose
| labels differ. The score counts how far beyond the usual a label is from its
| prediction, in the spread that is usual for its point and source. A hard
| picture may score as high as a wrong label: look before you drop. Nothing is
| dropped unless a training is told to. docs/evaluation.md has the formula.
|
| Options
|   DIR                    what 'lacuna folds' made, whose models predict all
|                          rows, or a run, which predicts its hold-out (required)
|   --data P               labelled table, that of the training: a folder, a CSV
|                          file, an archive or - (required)
|   --limit X              score from which on a point or a row is a suspect
|                          (above 0 to 1e+09; default: 6)
|   --top N                suspects to print; the list and the page have all
|                          (from 0 to 1e+09; default: 20)
|   --out FILE             write the list of suspects that train --drop takes,
|                          each with its reason (default: none)
|   --page FILE.html       write a page of their pictures, which saves those that
|                          you tick as a list (default: none)
|   --flip                 average with the prediction of the mirror image; takes
|                          twice as long
|   --missing MARKS        what marks a missing label, such as -1 or 0,0
|                          (default: as in the training)
|   --outside error|missing|keep
|                          labels outside of the picture (default: as in the
|                          training)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna folds --data kaggle --out folds --preset first
|   lacuna suspects folds --data kaggle --out drop.txt --page suspects.html
|   lacuna train --data kaggle --out run --drop drop.txt
$ lacuna help search
| lacuna search --data P --out DIR [--trials N] [--epochs E] [options]
|
| Random search: a trial draws log-uniformly learning rate (1e-05 to 0.01),
| weight decay (1e-06 to 0.01), and evenly batch (32, 64, 128, 256), width of the
| start (0.01, 0.02, 0.05, 0.1), dropout (0, 0.25, 0.5, 0.75), reduction (all,
| present).
| The hold-out decides nothing: it is set aside as train does, and trials are
| measured on validation rows split off the rest by the same rules. All trials
| train for a few epochs, the better half goes on for twice as many, and so on.
| What is not drawn is the preset's, but for the start, which is normal: its
| width is drawn.
| Ctrl-C saves; the same command goes on, with any number of ranks, and may ask
| for more trials. 'lacuna report DIR' draws the search.
|
| Options
|   --data P               training table: a folder, a CSV file, an archive or -
|                          (required)
|   --out DIR              folder of the search, made if missing: trials.csv, and
|                          a run folder for every trial (required)
|   --trials N             settings to try (from 1 to 100000; default: 20)
|   --trial N              train this trial alone, by all ranks, to the end of
|                          the round that trials.csv tells, the first without
|                          one; several may be under way at a time, and the
|                          command without it goes on from there (from 0 to
|                          100000; default: all)
|   --epochs E             epochs of a trial that goes to the end (from 1 to
|                          1000000; default: 16)
|   --no-halving           train every trial to the end
|   --validation F         share of the training rows to measure on (above 0 to
|                          below 1; default: 0.2)
|   --seed N               of the settings drawn (default: 1)
|   --preset paper|first|fast|best
|                          settings to start from, see 'lacuna presets'; options
|                          below change them, and show this one's values as their
|                          defaults (default: paper)
|   --config FILE          settings to start from instead: a preset's text,
|                          changed, or a run's config.json or folder
|   --model best|cnn|fast|first|kimura|resnet|FILE
|                          the network, one that ships or a text such as my.net;
|                          'lacuna layers' shows it (default: resnet)
|   --rows all|complete    training rows: all, or only those with every label;
|                          the hold-out keeps all its rows (default: all)
|   --loss masked|plain    squared error of present labels (eq. 3 to 6), or
|                          plain, which needs complete rows: --rows complete
|                          (default: masked)
|   --error squared|huber|saturating|wing
|                          what the loss sums of every error: its square, or one
|                          that grows more slowly behind the width, which bears
|                          bad labels (default: squared)
|   --error-width PX       where the errors huber, saturating and wing bend; 0:
|                          at a sixteenth of the side (from 0 up; default: 6)
|   --optimizer adam|adamw
|                          adam adds the decay to the gradient, adamw keeps it
|                          apart (default: adam)
|   --from MODEL           begin with a model's weights, as far as names and
|                          shapes are the same; other data and another network
|                          are allowed (default: weights that are drawn)
|   --teacher MODEL        where a row has no label, learn what a model answers,
|                          or the mean of a folder of models: points that its
|                          label source lacks, and those of all other sources
|                          (default: none)
|   --teacher-weight X     how much such an answer counts, where a label counts 1
|                          (above 0 to 1; default: 0.2)
|   --precision float32|bf16|auto
|                          bf16 is faster and stores half as much; weights,
|                          statistics and Adam stay float32; needs a processor
|                          with AVX512-BF16; auto: where that is there (default:
|                          float32)
|   --wire float32|bf16    what ranks send each other to sum gradients: bf16 is
|                          half as much, rounded to 3 digits; one rank sends
|                          nothing (default: float32)
|   --no-even-batches      fill every batch but an epoch's last, rather than
|                          divide its pictures evenly (default: --even-batches)
|   --schedule constant|cosine|steps
|                          the step size over all steps: cosine falls to 0 at the
|                          last epoch (default: constant)
|   --warmup F             share of all steps in which the step size rises from 0
|                          (from 0 to below 1; default: none)
|   --step-factor X        what the schedule steps multiplies by (above 0 to 1;
|                          default: 0.1)
|   --step-every F         share of all steps between two such steps (above 0 to
|                          1; default: 0.3)
|   --beta1 X              decay of Adam's first moment (from 0 to below 1;
|                          default: 0.9)
|   --beta2 X              decay of Adam's second moment (from 0 to below 1;
|                          default: 0.999)
|   --eps X                added to the root of Adam's second moment (from 1e-30
|                          up; default: 1e-08)
|   --decay-on all|weights
|                          decay every parameter, or spare norms and biases
|                          (default: all)
|   --ema X                decay of a moving average of weights and statistics,
|                          which is the model then; try 0.998 (from 0 to below 1;
|                          default: none)
|   --no-mirror            leave the mirror images out (default: --mirror)
|   --mirror-axis middle|learned
|                          what labels are mirrored at: the middle of the
|                          picture, or as far beside it, for each label source,
|                          as the training finds its labels to lie to one side
|                          (default: middle)
|   --rotation D           turn pictures by up to D degrees either way (from 0 to
|                          180; default: none)
|   --scale X              enlarge pictures by a factor whose log is up to X
|                          either way (from 0 to 2; default: none)
|   --shift F              move pictures by up to F sides along both axes (from 0
|                          to 1; default: none)
|   --aspect X             enlarge the width and reduce the height by a factor
|                          whose log is up to X, or the other way (from 0 to 1;
|                          default: none)
|   --contrast X           multiply grey by 1 - X to 1 + X (from 0 to below 1;
|                          default: none)
|   --brightness X         add up to X either way to grey, where black is 0 and
|                          white 1 (from 0 to 1; default: none)
|   --noise X              add normal noise to grey, of a deviation of up to X
|                          (from 0 to 1; default: none)
|   --cutout F             put a grey box of F / 4 to F of the side into half of
|                          the pictures (from 0 to 1; default: none)
|   --holdout F            share of the rows kept from training to measure on
|                          (from 0 to below 1; default: 0.2)
|   --split-seed N         of the hold-out alone: other seeds, same hold-out
|                          (default: the training's seed)
|   --missing MARKS        what marks a missing label besides empty cells and
|                          words such as nan: numbers such as -1, and pairs such
|                          as 0,0 that mark both labels of a point (default:
|                          none)
|   --outside error|missing|keep
|                          labels outside of the picture: refuse the table, take
|                          them for gaps, or learn them (default: error)
|   --pairs names|data|FILE
|                          mirror partners: points whose names differ in left and
|                          right, those that the mean face shows, or two names on
|                          each line of a file (default: names)
|   --drop FILE            learn nothing from the rows and points of a list, as
|                          'lacuna suspects' writes; what is held out is measured
|                          all the same (default: nothing)
|   --fold N               hold out fold N of the 1 / holdout folds that the rows
|                          are dealt to (from 0 to 100; default: none)
|   --crop RULES           which square of a photo the model's pictures are, for
|                          'lacuna predict': by each detector's name side, left
|                          and top, in widths of the detector's box (default: the
|                          table's own, if it has one)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|   --ranks N              processes on this machine that trials are handed out
|                          to; mpirun and srun bring their own (from 0 to 1024;
|                          default: 1, or theirs)
|   --ranks-per-trial R    of them that share a trial, each batch of it; divides
|                          their number (from 1 to 1024; default: 1)
|
| Examples
|   lacuna search --data kaggle --out search --trials 16 --epochs 16
|   mpirun -n 8 lacuna search --data kaggle --out search --trials 16
|   lacuna report search --data kaggle --out report
$ lacuna help reproduce
| lacuna reproduce --data P --out DIR [options]
|
| Trains the models of the paper's table II with the settings of its table I, all
| with the same hold-out: cnn-plain (complete rows, plain squared error),
| cnn-masked and resnet-masked (all rows, masked loss); then writes the report.
| Says first about how long it takes. Network, rows, loss and seeds are the
| table's whatever --preset or --config says.
| Ctrl-C saves; the same command goes on, and may ask for more epochs or seeds.
| 'lacuna report' draws what there is at any time.
|
| Options
|   --data P               training table: a folder, a CSV file, an archive or -;
|                          IdLookupTable.csv beside it gives the test-weighted
|                          RMSE, which compares with the paper's (required)
|   --out DIR              folder made if missing: a run folder for every
|                          training, and report/ (required)
|   --seeds K              trainings of every model, with seeds 1 to K and the
|                          same hold-out (from 1 to 100; default: 1)
|   --models LIST          which of cnn-plain,cnn-masked,resnet-masked (default:
|                          all)
|   --preset paper|first|fast|best
|                          settings to start from, see 'lacuna presets'; options
|                          below change them, and show this one's values as their
|                          defaults (default: paper)
|   --config FILE          settings to start from instead: a preset's text,
|                          changed, or a run's config.json or folder
|   --precision float32|bf16|auto
|                          bf16 is faster and stores half as much; weights,
|                          statistics and Adam stay float32; needs a processor
|                          with AVX512-BF16; auto: where that is there (default:
|                          float32)
|   --epochs N             visits of every row and its mirror image (from 1 to
|                          1000000; default: 1000)
|   --no-even-batches      fill every batch but an epoch's last, rather than
|                          divide its pictures evenly (default: --even-batches)
|   --ema X                decay of a moving average of weights and statistics,
|                          which is the model then; try 0.998 (from 0 to below 1;
|                          default: none)
|   --holdout F            share of the rows kept from training to measure on
|                          (from 0 to below 1; default: 0.2)
|   --missing MARKS        what marks a missing label besides empty cells and
|                          words such as nan: numbers such as -1, and pairs such
|                          as 0,0 that mark both labels of a point (default:
|                          none)
|   --outside error|missing|keep
|                          labels outside of the picture: refuse the table, take
|                          them for gaps, or learn them (default: error)
|   --pairs names|data|FILE
|                          mirror partners: points whose names differ in left and
|                          right, those that the mean face shows, or two names on
|                          each line of a file (default: names)
|   --threads N            worker threads (from 0 to 1024; default: one per core)
|   --cpu auto|ref|avx2|avx512|neon|amx
|                          highest instruction set to use; ref is plain C, slow,
|                          for comparison (default: auto)
|
| Examples
|   lacuna reproduce --data kaggle --out paper
|   lacuna reproduce --data kaggle --out quick --epochs 30 \
|       --models cnn-masked,resnet-masked
|   lacuna report paper/cnn-plain paper/cnn-masked --data kaggle --out half

All of it fits a terminal of 80 columns.
$ for verb in $(lacuna help | sed -n '/^  train /,/^  bench /s/^  \([a-z]*\) .*/\1/p'); do lacuna help $verb; done | awk 'length > 80 { print } END { print (NR > 500) }'
| 1
The same as a manual page.
$ lacuna help --man synth
| .TH LACUNA-SYNTH 1 "" "lacuna 0.2.0" "lacuna"
| .nh
| .ad l
| .SH NAME
| lacuna\-synth \- draw a data set of faces in Kaggle\(aqs files
| .SH SYNOPSIS
| .nf
| lacuna synth \-\-out DIR [options]
| .fi
| .SH DESCRIPTION
| Draws a data set of faces, with pose, light, skin and noise varied,
| exact points, and the gaps of Kaggle\(aqs table: to try the program
| without data.
| .PP
| With \-\-photos it draws pictures as cameras make them: in colour, of
| different sizes, some grey, some turned by EXIF, some faces cut by the
| border, with labels as other tools write them.
| .SH OPTIONS
| .TP
| \fB\-\-out\fR \fIDIR\fR
| folder for the files, made if missing; none of them may be there
| already (required)
| .TP
| \fB\-\-photos\fR \fIN\fR
| draw photos instead, with one to four faces each (from 1 to 99999;
| default: none)
| .TP
| \fB\-\-rows\fR \fIN\fR
| training rows (from 1 to 1000000; default: 2000)
| .TP
| \fB\-\-test\-rows\fR \fIN\fR
| test rows (from 1 to 1000000; default: a quarter of \-\-rows)
| .TP
| \fB\-\-size\fR \fIN\fR
| side of the pictures, pixels (from 16 to 512; default: 96)
| .TP
| \fB\-\-seed\fR \fIS\fR
| same seed, same files (default: 1)
| .TP
| \fB\-\-faults\fR \fIPERCENT\fR
| training rows with wrong labels, planted to be found; faults.csv lists
| them (from 0 to 100; default: none)
| .SH EXAMPLES
| .nf
| lacuna synth \-\-rows 2000 \-\-out faces
| lacuna synth \-\-photos 200 \-\-out photos
| .fi
| .SH EXIT STATUS
| 0 when all is done, 1 after one line on standard error that says what
| failed, 2 when the command line is wrong. 128 and its number when a
| signal ended the command: 130 after Ctrl\-C, 129 after SIGHUP, 143 after
| SIGTERM.
| .SH SEE ALSO
| lacuna(1). \(aqlacuna help VERB\(aq prints the same on the terminal.
$ lacuna help --man nothing
! lacuna: unknown verb 'nothing'; 'lacuna help' lists them
= 2
