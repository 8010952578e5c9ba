Ctrl-C. In stop.sh the shell becomes lacuna by exec; the signal comes from beside it as
soon as a line that fits $2 is out.
$ printf '%s\n' 'signal=$1 word=$2; shift 2; : > out' '(while ! grep -q "$word" out; do sleep 0.02; done; kill -s "$signal" $$) &' 'exec lacuna "$@" > out' > stop.sh
$ lacuna synth --rows 60 --size 32 --out faces > /dev/null

The first signal ends the run after its step, saved, with the command that goes on.
$ sh stop.sh INT '^ *2 ' train --data faces --out run --preset paper --model kimura --batch 16 --threads 1
! lacuna: stopping after this step; again to end at once
! lacuna: stopped and saved in run; to go on:
!   lacuna train --data faces --out run --resume --threads 1
= 130
$ ls run
| best.safetensors
| config.json
| last.safetensors
| machine.csv
| metrics.csv
$ lacuna eval --model run --data faces | tail -n +3 | head -n 2
| rows                                                  12
| labels                                               184
$ lacuna train --data faces --out run --resume --threads 1 --epochs 2 > out; tail -n 4 out
|
|~ nothing to do: the run stands at epoch * of 2; --epochs N adds more
|~ run holds the model of epoch *; next:
|   lacuna eval --model run --data faces
$ sh stop.sh TERM '^epoch' train --data faces --out run --resume --threads 1 --epochs 100000
! lacuna: stopping after this step; again to end at once
! lacuna: stopped and saved in run; to go on:
!   lacuna train --data faces --out run --resume --threads 1
= 143

Stopped and gone on with for an epoch, a run is what it would have been without the stop.
$ sh stop.sh INT '^epoch' train --data faces --out parts --preset paper --model kimura --batch 1 --threads 1
! lacuna: stopping after this step; again to end at once
! lacuna: stopped and saved in parts; to go on:
!   lacuna train --data faces --out parts --resume --threads 1
= 130
$ wc -l < parts/metrics.csv > epochs; lacuna train --data faces --out parts --resume --epochs $(cat epochs) --threads 1 > /dev/null
$ lacuna train --data faces --out whole --preset paper --model kimura --batch 1 --epochs $(cat epochs) --threads 1 > /dev/null
$ lacuna predict --model whole --data faces > a; lacuna predict --model parts --data faces > b; cmp a b

A search and a reproduction, stopped by Ctrl-C and then killed, are what they would have been;
the report takes what there is. Plain C is slow enough to be met in the middle.
$ lacuna synth --rows 32 --size 16 --seed 3 --out small > /dev/null
$ sh stop.sh INT '^trial' search --data small --out search --model kimura --trials 3 --epochs 3 --no-halving --cpu ref --threads 1
! lacuna: stopping after this step; again to end at once
! lacuna: stopped and saved in search; the same command goes on
= 130
$ { sh stop.sh KILL '^trial' search --data small --out search --model kimura --trials 3 --epochs 3 --no-halving --cpu ref --threads 1; } 2> killed; echo $?; cut -d , -f 1,2 search/trials.csv
| 137
| trial,state
| 1,going
| 2,going
| 3,going
$ lacuna report search --data small --out searched
| searched/report.html: open it in a browser
$ lacuna search --data small --out search --preset paper --model kimura --trials 3 --epochs 3 --no-halving --cpu ref --threads 1 | grep -c 'to train with the best settings'
| 1
$ lacuna search --data small --out never --model kimura --trials 3 --epochs 3 --no-halving --cpu ref --threads 1 > /dev/null; cut -d , -f 1-4,6- never/trials.csv > a; cut -d , -f 1-4,6- search/trials.csv > b; cmp a b
$ sh stop.sh INT '^ *2 ' reproduce --data small --out paper --epochs 100000 --models cnn-masked --threads 1
! lacuna: stopping after this step; again to end at once
! lacuna: stopped and saved in paper; the same command goes on
= 130
$ { sh stop.sh KILL '^ *[0-9][0-9]*  *[0-9]' reproduce --data small --out paper --epochs 100000 --models cnn-masked --threads 1; } 2> killed; echo $?
| 137
$ lacuna report paper/cnn-masked --data small --out half --threads 1; grep -c 'not finished' half/report.html
| half/report.html: open it in a browser
| 1
$ wc -l < paper/cnn-masked/metrics.csv > epochs; lacuna reproduce --data small --out paper --epochs $(cat epochs) --models cnn-masked --threads 1 | tail -n 1
| paper/report/report.html: open it in a browser
$ lacuna reproduce --data small --out once --epochs $(cat epochs) --models cnn-masked --threads 1 > /dev/null; for p in paper once; do cut -d , -f 1,4- $p/cnn-masked/metrics.csv > $p.csv; lacuna predict --model $p/cnn-masked --data small > $p.xy; done; cmp paper.csv once.csv; cmp paper.xy once.xy

The second signal ends the program at once: a step of this one in plain C takes long.
$ printf '%s\n' ': > out; : > err' '(while ! [ -e slow/last.safetensors ]; do sleep 0.02; done; kill -s INT $$; while ! grep -q again err; do sleep 0.02; done; kill -s INT $$) &' 'exec lacuna "$@" > out 2> err' > twice.sh
$ lacuna synth --rows 64 --out large > /dev/null
$ sh twice.sh train --data large --out slow --cpu ref --threads 1; code=$?; cat err; ls slow; exit $code
| lacuna: stopping after this step; again to end at once
| config.json
| last.safetensors
| machine.csv
| metrics.csv
= 130

A lost terminal stops as Ctrl-C does, and may be told twice; under nohup, as these tests may be, it
stops nothing.
$ printf '%s\n' ': > out; : > err' '(while ! [ -e hung/last.safetensors ]; do sleep 0.02; done; kill -s HUP $$; while ! grep -q again err; do sleep 0.02; done; kill -s HUP $$ 2>/dev/null) &' 'exec lacuna "$@" > out 2> err' > hung.sh
$ env --default-signal=HUP sh hung.sh train --data faces --out hung --preset paper --model kimura --batch 1 --threads 1; echo $?; cat err
| 129
| lacuna: stopping after this step; again to end at once
| lacuna: stopped and saved in hung; to go on:
|   lacuna train --data faces --out hung --resume --threads 1
$ printf '%s\n' 'trap "" HUP; : > out' '(while ! grep -q "^ *2 " out; do sleep 0.02; done; kill -s HUP $$) &' 'exec lacuna "$@" > out' > nohup.sh
$ sh nohup.sh train --data faces --out kept --preset paper --model kimura --epochs 30 --threads 1; wc -l < kept/metrics.csv | tr -d ' '
| 31

Two processes do not work in one folder: $1 is under way, with $2 there, when the rest is run.
$ printf '%s\n' 'first=$1 file=$2; shift 2' '$first > out 2> err &' 'while ! [ -e "$file" ]; do sleep 0.02; done' '"$@" > told; echo $?' 'kill -s TERM $!; wait $!' > beside.sh
$ train='lacuna train --data faces --out one --preset paper --model kimura --batch 1 --threads 1'; sh beside.sh "$train" one/last.safetensors lacuna train --data faces --out one --resume --threads 1
| 1
! lacuna: one: another process is at work in this folder: wait for it, or choose another folder
= 143
$ train='lacuna train --data faces --out two --preset paper --model kimura --batch 1 --threads 1'; sh beside.sh "$train" two/last.safetensors $train
| 1
! lacuna: two: another process is at work in this folder: wait for it, or choose another folder
= 143
$ search='lacuna search --data small --out busy --model kimura --trials 2 --epochs 100000 --threads 1'; sh beside.sh "$search" busy/trial-001/last.safetensors $search
| 1
! lacuna: busy: another process is at work in this folder: wait for it, or choose another folder
= 143
$ reproduce='lacuna reproduce --data small --out both --epochs 100000 --models cnn-masked --threads 1'; sh beside.sh "$reproduce" both/cnn-masked/last.safetensors $reproduce
| 1
! lacuna: both/cnn-masked: another process is at work in this folder: wait for it, or choose another folder
= 143

Who only reads is let in.
$ sh beside.sh 'lacuna train --data faces --out three --preset paper --model kimura --threads 1' three/best.safetensors lacuna eval --model three --data faces --threads 1
| 0
= 143
$ sh beside.sh 'lacuna train --data faces --out four --preset paper --model kimura --threads 1' four/best.safetensors lacuna report four --data faces --out read --threads 1; cat told
| 0
| read/report.html: open it in a browser

A path with a space or a quote comes back so that a shell reads it.
$ mv faces 'my faces'; sh stop.sh INT '^epoch' train --data 'my faces' --out "it's" --preset paper --model kimura --batch 1 --cpu ref
! lacuna: stopping after this step; again to end at once
! lacuna: stopped and saved in it's; to go on:
!   lacuna train --data 'my faces' --out 'it'\''s' --resume --cpu ref
= 130

An import and a drawing that are stopped leave nothing; what is left of those that were killed is begun anew. In when.sh the signal comes as soon as the file $2 is there; a photo of many names is many photos.
$ printf '%s\n' 'signal=$1 file=$2; shift 2; : > out; : > err' '(while ! [ -e "$file" ]; do sleep 0.02; done; kill -s "$signal" $$) &' 'exec lacuna "$@" > out 2> err' > when.sh
$ sh when.sh INT many/photo_00001.jpg synth --photos 99999 --seed 2 --out many; echo $?; cat err; ls -A many
| 130
| lacuna: stopping after this step; again to end at once
$ { sh when.sh KILL many/photo_00001.jpg synth --photos 99999 --seed 2 --out many; } 2> killed; echo $?; ls -A many | grep unf; lacuna synth --photos 1 --seed 2 --out many > /dev/null; ls -A many
| 137
| .unfinished
| coco.json
| dlib.xml
| photo_00001.jpg
| photo_00001.pts
| truth.csv
$ mkdir m; cp many/photo_00001.jpg m/p.jpg; awk 'BEGIN { print "file,x,y,w,h,a_x,a_y"; for (i = 0; i < 4096; i++) { name = ""; for (bit = 2048; bit >= 1; bit /= 2) name = name (int(i / bit) % 2 ? "./" : "../m/"); print name "p.jpg,9,9,90,90,20,20" } }' > m/labels.csv; sh when.sh TERM set/pictures/0001.png import m/labels.csv --out set --size 16; echo $?; cat err; ls -A set
| 143
| lacuna: stopping after this step; again to end at once
$ { sh when.sh KILL set/pictures/0001.png import m/labels.csv --out set --size 16; } 2> killed; echo $?; ls -A set; head -n 3 m/labels.csv > m/few.csv; lacuna import m/few.csv --out set --size 16 | head -n 1; ls -A set set/pictures | head
| 137
| .unfinished
| pictures
| m/few.csv: csv, 2 faces of 2 pictures, 1 point
| set:
| pictures
| training.csv
|
| set/pictures:
| 0001.png
| 0002.png
