Folds and the trials of a search, handed out to ranks: the same words, the same files.
$ lacuna synth --rows 60 --test-rows 8 --size 32 --seed 3 --out faces > /dev/null
$ printf '%s\n' 'exec lacuna folds --data faces --folds 3 --preset paper --model kimura --epochs 2 --batch 16 --threads 1 "$@"' > folds.sh; sh folds.sh --out one > one.txt
$ sh folds.sh --out two --ranks 2 | diff one.txt -; cmp one/predictions.csv two/predictions.csv
$ sh folds.sh --out pairs --ranks 4 --ranks-per-trial 2 | diff one.txt -; cmp one/predictions.csv pairs/predictions.csv
$ printf '%s\n' 'exec lacuna search --data faces --trials 4 --epochs 2 --model kimura --threads 1 "$@"' > search.sh; sh search.sh --out alone > alone.txt
$ sh search.sh --out three --ranks 3 | sed 's/three/alone/' | diff alone.txt -; for d in alone three; do cut -d , -f 1-4,6- $d/trials.csv > $d.csv; done; cmp alone.csv three.csv; diff -rq alone three | sed '/differ$/d'

One by one, as the tasks of an array do it, and then together.
$ for n in 3 1 2; do sh folds.sh --out each --fold $n; done; ls each; sh folds.sh --out each --ranks 2 | diff one.txt -; cmp one/predictions.csv each/predictions.csv
| fold 3 of 3 is trained
| fold 1 of 3 is trained
| fold 2 of 3 is trained
| fold-001
| fold-002
| fold-003
$ for n in 2 4 1 3; do sh search.sh --out task --trial $n | cut -c 1-13; done; ls task
|
| trial  epochs
|     2       1
|
| trial  epochs
|     4       1
|
| trial  epochs
|     1       1
|
| trial  epochs
|     3       1
| trial-001
| trial-002
| trial-003
| trial-004
$ sh search.sh --out task > task.txt; tail -n 9 alone.txt > a; tail -n 9 task.txt | diff a -; cut -d , -f 1-4,6- task/trials.csv | cmp alone.csv -
$ sh search.sh --out task --trial 3
| nothing to do: trial 3 is over, or waits for others of its round
$ sh folds.sh --out each --fold 4
! lacuna folds: --fold 4: there are 3 folds
= 2
$ sh search.sh --out task --trial 5
! lacuna search: --trial 5: there are 4 trials
= 2
$ sh folds.sh --out each --ranks 3 --ranks-per-trial 2
! lacuna folds: --ranks-per-trial 2: must divide the number of ranks, 3
= 2
$ sh search.sh --out task --ranks-per-trial 2
! lacuna search: --ranks-per-trial 2: must divide the number of ranks, 1
= 2
$ sh search.sh --out task --trial 1 --seed 2
! lacuna: task: holds a search with other settings or data (see search.txt): give the same ones, or another folder
= 1

A signal to one of them stops all, each after its step, and so does one that is killed.
$ printf '%s\n' 'signal=$1 file=$2; shift 2' '(while ! [ -e $file ]; do sleep 0.02; done; cat /proc/$$/task/$$/children > children; kill -s $signal $$) &' 'exec lacuna "$@" > out' > when.sh
$ sh when.sh INT folds2/fold-002/last.safetensors folds --data faces --out folds2 --folds 2 --preset paper --model kimura --epochs 100000 --threads 1 --ranks 2
! lacuna: stopping after this step; again to end at once
! lacuna: stopped and saved in folds2; the same command goes on
= 130
$ sh when.sh TERM long/trial-002/last.safetensors search --data faces --out long --trials 2 --epochs 100000 --no-halving --model kimura --threads 1 --ranks 2; wc -l < long/trials.csv | tr -d ' '
| 3
! lacuna: stopping after this step; again to end at once
! lacuna: stopped and saved in long; the same command goes on
$ { sh when.sh KILL killed/trial-002/last.safetensors search --data faces --out killed --trials 2 --epochs 100000 --no-halving --model kimura --threads 1 --ranks 2; } 2> /dev/null; for p in $(cat children); do while [ -e /proc/$p/exe ]; do sleep 0.02; done; done
$ printf '%s\n' '(while ! [ -e $1/fold-002/last.safetensors ]; do sleep 0.02; done' 'for p in $(cat /proc/$$/task/$$/children); do grep -qx lacuna /proc/$p/comm && kill -s KILL $p; done) &' 'exec lacuna folds --data faces --out $1 --folds 2 --preset paper --model kimura --epochs 100000 --threads 1 --ranks 2' > kill.sh
$ sh kill.sh gone > out
! lacuna: rank 1 is gone, and the training with it
= 1
