$ lacuna bench --model kimura --size 32 --batch 8 --steps 2 --threads 1
|~ kimura, batch 8 of 32x32 pictures, 2 steps, 1 thread, *
|
|~ training step *[0-9].[0-9][0-9] ms
|~ training *[0-9] images/s
| work of a step           0.15 GFLOP
|~ speed *[0-9].[0-9] GFLOP/s
|~ multiply-add peak *[0-9].[0-9] GFLOP/s, all threads, measured in between
|~ fraction of peak *[0-9].[0-9] %
|~ prediction, one *[0-9].[0-9][0-9] ms a picture
|~ prediction, batch *[0-9] images/s
|
| operator              forward of peak      backward of peak
|~ conv1 *[0-9].[0-9][0-9] ms * % *[0-9].[0-9][0-9] ms * %
|~ conv2 *[0-9].[0-9][0-9] ms * % *[0-9].[0-9][0-9] ms * %
|~ conv3 *[0-9].[0-9][0-9] ms * % *[0-9].[0-9][0-9] ms * %
|~ dense1 *[0-9].[0-9][0-9] ms * % *[0-9].[0-9][0-9] ms * %
|~ dense2 *[0-9].[0-9][0-9] ms * % *[0-9].[0-9][0-9] ms * %
|~ batch *[0-9].[0-9][0-9] ms *[0-9].[0-9] % of the step
|~ loss, Adam *[0-9].[0-9][0-9] ms
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
