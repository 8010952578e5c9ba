$ lacuna bench --model kimura --size 32 --batch 8 --steps 2 --threads 1
|~ kimura, batch 8 of 32x32 pictures, 2 steps, 1 thread, *
|
|~ training step *[0-9].[0-9][0-9] ms
|~ training *[0-9] images/s
| work of a step           0.15 GFLOP
|~ speed *[0-9].[0-9] GFLOP/s
|~ multiply-add peak *[0-9].[0-9] GFLOP/s, all threads, measured in between
|~ memory *[0-9].[0-9] GB/s, all threads, measured before and behind
|~ fraction of peak *[0-9].[0-9] %
|~ prediction, one *[0-9].[0-9][0-9] ms a picture
|~ prediction, batch *[0-9] images/s
|
| operator        method          pass           ms   peak      MB memory  limit
|~ conv1 * forward *[0-9].[0-9][0-9] *[0-9] % *0.2 *[0-9] %  [cm]*
|~ *backward *[0-9].[0-9][0-9] *[0-9] % *0.3 *[0-9] %  [cm]*
|~ conv2 * forward *[0-9].[0-9][0-9] *[0-9] % *0.2 *[0-9] %  [cm]*
|~ *backward *[0-9].[0-9][0-9] *[0-9] % *0.4 *[0-9] %  [cm]*
|~ conv3 * forward *[0-9].[0-9][0-9] *[0-9] % *0.2 *[0-9] %  [cm]*
|~ *backward *[0-9].[0-9][0-9] *[0-9] % *0.3 *[0-9] %  [cm]*
|~ dense1          -               forward *[0-9].[0-9][0-9] *[0-9] % *1.7 *[0-9] %  [cm]*
|~ *backward *[0-9].[0-9][0-9] *[0-9] % *3.4 *[0-9] %  [cm]*
|~ dense2          -               forward *[0-9].[0-9][0-9] *[0-9] % *0.1 *[0-9] %  [cm]*
|~ *backward *[0-9].[0-9][0-9] *[0-9] % *0.1 *[0-9] %  [cm]*
|~ batch *[0-9].[0-9][0-9] *[0-9].[0-9] % of the step
|~ loss, Adam *[0-9].[0-9][0-9]
$ lacuna bench --model kimura --size 32 --batch 8 --steps 2 --threads 1 --json | grep -E '"(model|batch|size|points|steps|threads|name)"'
| 	"model":	"kimura",
| 	"batch":	8,
| 	"size":	32,
| 	"points":	15,
| 	"steps":	2,
| 	"threads":	1,
| 			"name":	"conv1",
| 			"name":	"conv2",
| 			"name":	"conv3",
| 			"name":	"dense1",
| 			"name":	"dense2",
$ lacuna bench --model kimura --size 32 --batch 8 --steps 1 --threads 1 --json | grep -E '_bytes"'
| 			"forward_bytes":	165504,
| 			"backward_bytes":	296576
| 			"forward_bytes":	215168,
| 			"backward_bytes":	430336
| 			"forward_bytes":	172288,
| 			"backward_bytes":	344576
| 			"forward_bytes":	1685568,
| 			"backward_bytes":	3371136
| 			"forward_bytes":	61880,
| 			"backward_bytes":	122800

Every method on every convolution, with rows for the table of choices. At the reference's level
there is one method.
$ lacuna bench --methods --model kimura --size 32 --batch 8 --steps 1 --threads 2 --cpu ref
| kimura, batch 8 of 32x32 pictures, 1 round, 2 threads, ref, float32
|
|~ multiply-add peak *[0-9].[0-9] GFLOP/s, one thread
|~ *[0-9].[0-9] GFLOP/s, all threads
| milliseconds of a chunk; input, weights: the passes that make their gradients
| * the method that the table takes
|
| conv1: 5x5, 32x32x1 to 32x32x16, chunks of 2
|   method           threads   forward   peak     input   peak   weights   peak
|~ \* ref                    1 *[0-9].[0-9][0-9][0-9] *[0-9] %         -      - *[0-9] %
|~ *2 *[0-9] %         -      - *[0-9] %
|
| conv2: 3x3, 16x16x16 to 16x16x32, chunks of 2
|   method           threads   forward   peak     input   peak   weights   peak
|~ \* ref                    1 * % * % *[0-9].[0-9][0-9][0-9] *[0-9] %
|~ *2 *[0-9].[0-9][0-9][0-9] *[0-9] % *[0-9].[0-9][0-9][0-9] *[0-9] % *[0-9] %
|
| conv3: 3x3, 8x8x32 to 8x8x64, chunks of 2
|   method           threads   forward   peak     input   peak   weights   peak
|~ \* ref                    1 * % * % *[0-9].[0-9][0-9][0-9] *[0-9] %
|~ *2 *[0-9].[0-9][0-9][0-9] *[0-9] % *[0-9].[0-9][0-9][0-9] *[0-9] % *[0-9] %
|
| rows for src/kernel/choice.c, where there is a choice
$ lacuna bench --methods --model kimura --size 32 --batch 8 --steps 1 --threads 1 --json | grep -E '^.{3}"(name|operators|chunk|kernel|stride)"'
| 			"name":	"conv1",
| 			"operators":	1,
| 			"kernel":	5,
| 			"stride":	1,
| 			"chunk":	2,
| 			"name":	"conv2",
| 			"operators":	1,
| 			"kernel":	3,
| 			"stride":	1,
| 			"chunk":	2,
| 			"name":	"conv3",
| 			"operators":	1,
| 			"kernel":	3,
| 			"stride":	1,
| 			"chunk":	2,
$ lacuna bench --methods --preset first --size 32 --batch 2 --steps 1 --threads 1 | grep -v '{' | grep -E '.{81}|more like'
| b.in and 2 more like it: 3x3, 8x8x32 to 8x8x32, chunks of 1
| c.in and 2 more like it: 3x3, 4x4x64 to 4x4x64, chunks of 1
| d.in and 1 more like it: 3x3, 2x2x96 to 2x2x96, chunks of 1

Ranks have a line of their own.
$ lacuna bench --model first --size 32 --batch 8 --steps 1 --ranks 2 --threads 1 | grep -E '.{81}|ranks,'
|~ 2 ranks, each of 1 thread, *

Prediction has the forward pass alone, and halves of the channels of one picture.
$ lacuna bench --methods --predict --model kimura --size 32 --batch 1 --steps 1 --threads 1 --cpu ref
| kimura, batch 1 of 32x32 pictures, 1 round, 1 thread, ref, float32
|
|~ multiply-add peak *[0-9].[0-9] GFLOP/s, one thread
|~ *[0-9].[0-9] GFLOP/s, all threads
| milliseconds of a chunk; input, weights: the passes that make their gradients
| * the method that the table takes
|
| conv1: 5x5, 32x32x1 to 32x32x16, chunks of 1
|   method           threads   forward   peak     input   peak   weights   peak
|~ \* ref                    1 *[0-9].[0-9][0-9][0-9] *[0-9] %         -      -         -      -
|
| conv2: 3x3, 16x16x16 to 16x16x32, chunks of 1
|   method           threads   forward   peak     input   peak   weights   peak
|~ \* ref                    1 *[0-9].[0-9][0-9][0-9] *[0-9] %         -      -         -      -
|
| conv3: 3x3, 8x8x32 to 8x8x64, chunks of 1
|   method           threads   forward   peak     input   peak   weights   peak
|~ \* ref                    1 *[0-9].[0-9][0-9][0-9] *[0-9] %         -      -         -      -
|
| rows for src/kernel/choice.c, where there is a choice
$ lacuna bench --predict
! lacuna bench: --predict says how --methods convolves: give that too
= 2

Ranks: what is computed and what is waited for.
$ lacuna bench --model kimura --size 32 --batch 32 --steps 2 --threads 1 --ranks 2 | sed -n '13,18p'
|~ compute *[0-9].[0-9][0-9] ms of a step of rank 0
|~ communication *[0-9].[0-9][0-9] ms besides, waits included
|~   hidden *[0-9].[0-9][0-9] ms more where it hears nothing while it computes
|~   heard *[0-9].[0-9][0-9] MB from the others, in [0-9]* messages of all
|~   while computing *[0-9].[0-9][0-9] MB of them
|~ efficiency *[0-9].[0-9] %, what compute is of the step
