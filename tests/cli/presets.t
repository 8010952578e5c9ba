Settings that go together, to take, to look at, to copy and to change.
$ lacuna presets
| preset  network   epochs  batch  cost                        error
| paper   resnet      1000    256  6 hours                     2.36 px at 300
|         the paper's table I, and what the library takes when nothing is said
| first   first          4     32  55 s bf16, 65 s float32     1.78 px
|         a first model as soon as possible, as good as the paper's
| fast    fast          14     64  8 min bf16, 10 min float32  1.31 px
|         a good model in ten minutes
| best    best          40     64  55 min bf16, reckoned       1.10 px
|         the best single model, in an hour
$ lacuna presets --json | grep -E '"(name|model|epochs|batch)"'
| 			"name":	"paper",
| 			"model":	"resnet",
| 			"epochs":	1000,
| 			"batch":	256,
| 			"name":	"first",
| 			"model":	"first",
| 			"epochs":	4,
| 			"batch":	32,
| 			"name":	"fast",
| 			"model":	"fast",
| 			"epochs":	14,
| 			"batch":	64,
| 			"name":	"best",
| 			"model":	"best",
| 			"epochs":	40,
| 			"batch":	64,
$ lacuna presets paper
| {
|     "about": "the paper's table I, and what the library takes when nothing is said",
|     "cost": "6 hours",
|     "measured": "2.36 px at 300",
|     "model": "resnet",
|     "reduction": "all",
|     "optimizer": "adam",
|     "start": "normal",
|     "start_width": 0.02,
|     "epochs": 1000,
|     "batch": 256,
|     "lr": 0.0001,
|     "weight_decay": 0.0005,
|     "dropout": 0.5
| }
$ lacuna presets best-of-all
! lacuna presets: NAME needs paper, first, fast or best, not 'best-of-all'
= 2
$ lacuna presets paper first
! lacuna presets: stray argument 'first'
= 2
$ lacuna synth --rows 60 --size 32 --seed 3 --out faces > /dev/null

The command line wins, wherever it says something; what it does not say is the preset's.
$ run() { rm -rf run; lacuna train --data faces --out run --threads 1 "$@" > out && grep -E '^(preset|config) ' out && grep -E '"(model|reduction|epochs|batch|lr|mirror|minutes|seed)"' run/config.json; }; run --epochs 1 --preset first --model kimura
| preset   first
| 	"model":	"kimura",
| 	"reduction":	"present",
| 	"epochs":	1,
| 	"batch":	32,
| 	"lr":	0.003,
| 	"mirror":	1,
| 	"minutes":	0,
| 	"seed":	"1",
$ rm -rf run; lacuna train --data faces --out run --model kimura --epochs 1 --threads 1 --no-mirror --preset first > out; cp run/config.json line.json; rm -rf run; lacuna train --preset first --no-mirror --data faces --out run --model kimura --epochs 1 --threads 1 > out; cmp line.json run/config.json
$ grep -E '"(model|reduction|epochs|batch|lr|mirror|minutes|seed)"' run/config.json
| 	"model":	"kimura",
| 	"reduction":	"present",
| 	"epochs":	1,
| 	"batch":	32,
| 	"lr":	0.003,
| 	"mirror":	0,
| 	"minutes":	0,
| 	"seed":	"1",

A changed copy; what is on by the file is turned off on the line, and the other way round.
$ printf '{"about": "mine", "model": "kimura", "batch": 16,\n "epochs": 1, "mirror": 0, "seed": 7}\n' > my.json
$ lacuna train --data faces --out mine --config my.json --threads 1 > out; grep -E '^(preset|config) ' out; grep -E '"(model|batch|epochs|mirror|seed)"' mine/config.json
| config   my.json
| 	"model":	"kimura",
| 	"epochs":	1,
| 	"batch":	16,
| 	"mirror":	0,
| 	"seed":	"7",
$ lacuna train --data faces --out both --batch 32 --mirror --config my.json --threads 1 > out; grep -E '"(model|batch|epochs|mirror|seed)"' both/config.json
| 	"model":	"kimura",
| 	"epochs":	1,
| 	"batch":	32,
| 	"mirror":	1,
| 	"seed":	"7",
$ lacuna train --data faces --out last --no-mirror --mirror --config my.json --threads 1 > out; grep mirror last/config.json
| 	"mirror":	1,
| 	"mirror_axis":	"middle",

A run's settings, from its file or its folder, make the run again, bit for bit.
$ lacuna train --data faces --out again --config mine --threads 1 > out; lacuna train --data faces --out more --config mine/config.json --threads 1 > out; cmp mine/config.json again/config.json; for r in mine again more; do lacuna predict --model $r --data faces > $r.csv; done; cmp mine.csv again.csv && cmp mine.csv more.csv

A network's path means the same in a file as on the line: from here on.
$ lacuna layers --model kimura --text > my.net; mkdir folder; printf '{"model": "my.net", "epochs": 1}\n' > folder/my.json; lacuna train --data faces --out path --config folder/my.json --threads 1 > out; grep model path/config.json
| 	"model":	"my.net",

Other verbs that train start from them, too.
$ lacuna bench --preset first --model kimura --size 32 --steps 1 --threads 1 --json | grep -E '"(model|batch)"'
| 	"model":	"kimura",
| 	"batch":	32,
$ lacuna bench --config my.json --size 32 --steps 1 --threads 1 --json | grep -E '"(model|batch)"'
| 	"model":	"kimura",
| 	"batch":	16,
$ lacuna search --data faces --out search --config my.json --trials 1 --epochs 1 --threads 1 | tail -n 1 | grep -o ' --preset.* --model [a-z]*\| --no-mirror.*'; tail -n 2 search/search.txt | head -n 1
|  --preset paper --model kimura
|  --no-mirror --seed 7
| --validation 0.2 --seed 1 --model kimura --no-mirror --seed 7
$ lacuna synth --rows 40 --size 16 --seed 3 --out small > /dev/null; lacuna reproduce --data small --out table --preset first --epochs 1 --models cnn-masked --threads 1 > out; head -n 1 out; grep -E '"(model|reduction|epochs|batch)"' table/cnn-masked/config.json
| preset   first
| 	"model":	"cnn",
| 	"reduction":	"present",
| 	"epochs":	1,
| 	"batch":	32,

What is wrong is told in a line.
$ lacuna train --data faces --out none --preset bset
! lacuna train: --preset needs paper, first, fast or best, not 'bset'
= 2
$ lacuna train --data faces --out none --preset
! lacuna train: --preset needs paper, first, fast or best
= 2
$ lacuna train --data faces --out none --preset paper --config my.json
! lacuna train: --preset and --config both say what to start from: give one
= 2
$ lacuna train --data faces --out none --config nowhere.json
! lacuna: nowhere.json: cannot open: No such file or directory
= 1
$ lacuna train --data faces --out none --config faces
! lacuna: faces/config.json: cannot open: No such file or directory
= 1
$ printf '{"epochs": 1, "epoch": 2}' > bad.json; lacuna train --data faces --out none --config bad.json
! lacuna: bad.json: unknown field "epoch"
= 1
$ printf '{"epochs": 1,\n "lr": "fast"}' > bad.json; lacuna search --data faces --out none --config bad.json
! lacuna: bad.json: "lr" must be a number above 0
= 1
$ printf '{"epochs": 1,\n "lr" 1}' > bad.json; lacuna bench --config bad.json
! lacuna: bad.json:2: not JSON
= 1
$ printf '{"holdout": 0}' > bad.json; lacuna reproduce --data faces --out none --config bad.json
! lacuna reproduce: --holdout needs a number above 0: the models are measured on what is held out
= 2
$ lacuna train --data faces --out mine --resume --preset paper
! lacuna train: --preset does not go with --resume: a run keeps its settings
= 2
$ lacuna train --data faces --out mine --resume --config my.json
! lacuna train: --config does not go with --resume: a run keeps its settings
= 2
$ lacuna train --data faces --out none --mirror=1
! lacuna train: --mirror takes no value
= 2
$ ls none
! ls: cannot access 'none': No such file or directory
= 2
