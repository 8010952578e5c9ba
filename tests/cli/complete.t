What the shells' scripts ask: the words of the line so far, --complete, and its last word.
$ lacuna --complete p
| predict	keypoints of pictures: of a table, or of photos
| plot	draw a run's curve, or faces with labels and predictions
| presets	settings that go together: what they cost and reach
$ lacuna help --complete tr
| train	learn a network from a table with gaps, or go on with a run
$ lacuna train --data faces --complete --o
| --out	folder of the run, made if missing: config.json, metrics.csv, last.safetensors, best.safetensors
| --optimizer	adam adds the decay to the gradient, adamw keeps it apart
| --outside	labels outside of the picture: refuse the table, take them for gaps, or learn them
$ lacuna train --out run --complete --o
| --optimizer	adam adds the decay to the gradient, adamw keeps it apart
| --outside	labels outside of the picture: refuse the table, take them for gaps, or learn them
$ lacuna train --preset --complete f
| first	
| fast	
$ lacuna train --complete --preset=f
| --preset=first	
| --preset=fast	
$ lacuna train --model --complete f
| fast	
| first	
| @files
$ lacuna train --out --complete ""
| @folders
$ lacuna train --epochs --complete ""
$ lacuna train --complete --mir
| --mirror	
| --mirror-axis	what labels are mirrored at: the middle of the picture, or as far beside it, for each label source, as the training finds its labels to lie to one side
$ lacuna train --complete --no-mir
| --no-mirror	leave the mirror images out
Options that are given are not offered again, but for those that may be.
$ lacuna eval --model a --complete --mo
| --model	a run folder (its last.safetensors) or a safetensors file; given several times, or a folder of runs: the mean of these models
$ lacuna eval --weigh --complete --we
$ lacuna eval --outside --complete ""
| error	
| missing	
| keep	
$ lacuna predict --complete ""
| @files
$ lacuna presets --complete ""
| paper	
| first	
| fast	
| best	
$ lacuna presets first --complete ""
| --json	print the list as JSON
| --help	explain the options
$ lacuna plot --complete ""
| curve	loss and RMSE of a run by epoch
| faces	hold-out faces with labels and predictions
| augmented	pictures as a training sees them
$ lacuna plot curve --complete --
| --out	picture to write, .svg or .png by its name
| --help	explain the options
$ lacuna plot faces --model run --cpu --complete avx
| avx2	
| avx512	
Nothing is asked of what is not known, and nothing is done.
$ lacuna nothing --complete ""
! lacuna: unknown verb 'nothing'; 'lacuna help' lists them
= 2
$ lacuna train --nothing --complete --res
| --resume	go on with the run in RUN as if it had never stopped; takes only --epochs (a new last epoch, in place of --until and --patience), --threads, --cpu and --ranks besides
$ lacuna synth --out drawn --complete --x; ls drawn
! ls: cannot access 'drawn': No such file or directory
= 2
$ lacuna --version --complete pl
| plot	draw a run's curve, or faces with labels and predictions
