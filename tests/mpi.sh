#!/bin/sh
# Trainings by mpirun: the same run by 1, 2 and 3 ranks, and by 2 as by fork; and, of `all`, the
# same folds and search by teams of them; of Open MPI a signal that stops and a rank that is killed.
# Skipped where there is no mpirun. MPIRUN is another one than the first in PATH, for a build with
# another MPI.
#
# usage: mpi.sh LACUNA few|all
set -eu
lacuna=$1
extent=$2
mpirun=${MPIRUN:-mpirun}
command -v "$mpirun" >/dev/null 2>&1 || exit 77
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
options=
open=no
if "$mpirun" --version 2>/dev/null | grep -q 'Open MPI'; then
    open=yes
    options='--oversubscribe --mca odls_base_sigkill_timeout 5'
    [ "$(id -u)" -ne 0 ] || options="$options --allow-run-as-root"
fi
fail() {
    echo "mpi.sh: $*" >&2
    exit 1
}
ranks() { # N ARGUMENT...: lacuna by N ranks
    n=$1
    shift
    # shellcheck disable=SC2086  # a list of words
    $run "$mpirun" $options -n "$n" "$lacuna" "$@" --threads 1
}
run=
# Of use to a sanitized build: Open MPI leaves at its end what it has taken.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
export ASAN_OPTIONS
wait_for_line() { # PATTERN FILE
    while ! grep -q "$1" "$2" 2>/dev/null; do
        sleep 0.05
    done
}
"$lacuna" synth --rows 40 --size 32 --out faces >/dev/null
same() { # MODEL EPOCHS: by 1, 2 and 3 ranks
    for n in 1 2 3; do
        ranks "$n" train --data faces --out "$1$n" --preset paper --model "$1" --batch 32 \
            --epochs "$2" >"$1$n.out"
        cut -d, -f1,4- "$1$n/metrics.csv" >"curve$n"
        "$lacuna" predict --model "$1$n" --data faces >"answers$n"
        if ! cmp curve1 "curve$n" || ! cmp answers1 "answers$n"; then
            fail "$n ranks train another $1"
        fi
    done
}
same kimura 2
same resnet 1 # whose long sums are exchanged by columns
for n in 1 2 3; do # rank 0 has mpirun's standard input, and hands out what it reads
    ranks "$n" train --data - --out "piped$n" --preset paper --model kimura --batch 32 --epochs 1 \
        <faces/training.csv >/dev/null
    cut -d, -f1,4- "piped$n/metrics.csv" >"piped$n.csv"
    cmp piped1.csv "piped$n.csv" || fail "$n ranks train another from a pipe"
done
grep -q '^machine  3 ranks, each of 1 thread' kimura3.out || fail 'does not say who trains'

# Rounded on the wire, by MPI as by fork.
short='--preset paper --model resnet --batch 32 --epochs 1 --wire bf16'
# shellcheck disable=SC2086
{
    ranks 2 train --data faces --out short $short >short.out
    "$lacuna" train --data faces --out forked $short --threads 1 --ranks 2 >forked.out
}
for run in short forked; do
    "$lacuna" predict --model "$run" --data faces >"$run.answers"
done
run=
cmp short.answers forked.answers || fail 'bf16 on the wire is another training by MPI than by fork'
cmp -s short.answers answers1 && fail 'bf16 on the wire rounds nothing'
[ "$extent" = all ] || exit 0

settings='--preset paper --model kimura --batch 32'
# shellcheck disable=SC2086
work() { # FOLDER COMMAND...: folds and a search by the command
    mkdir "$1"
    into=$1
    shift
    "$@" folds --data faces --folds 3 $settings --epochs 1 --out "$into/folds" >"$into/folds.txt"
    "$@" search --data faces --trials 4 --epochs 2 --model kimura --out "$into/search" >/dev/null
    cut -d, -f1-4,6- "$into/search/trials.csv" >"$into/trials.csv"
}
teams() { # ARGUMENT...: by teams of two
    ranks 4 "$@" --ranks-per-trial 2
}
single() {
    ranks 3 "$@"
}
work alone "$lacuna"
for team in single teams; do
    work "by$team" "$team"
    for file in folds.txt folds/predictions.csv trials.csv; do
        cmp "alone/$file" "by$team/$file" || fail "$team: another $file"
    done
done

if ranks 2 train --data faces --out none --ranks 2 >refused 2>&1; then
    fail 'takes --ranks from under mpirun'
fi
grep -q 'mpirun or srun has said already' refused || fail 'does not say why it refuses --ranks'

# MPICH's mpirun sends the signal twice and says nothing of what has come of it.
[ "$open" = yes ] || exit 0

# Epochs that take a while: until mpirun passes the signal on it takes no output, and a rank with
# more lines than a terminal's buffer holds would wait.
"$lacuna" synth --rows 400 --size 64 --out many >/dev/null
# shellcheck disable=SC2086
(run='exec' && ranks 2 train --data many --out stopped $settings >stopped.out 2>stopped.err) &
wait_for_line '^ *2 ' stopped.out
kill -TERM $!
wait $! && fail 'stopped, but says done' || :
grep -q 'stopped and saved in stopped' stopped.err || fail 'a signal to mpirun does not save'
ranks 3 train --data many --out stopped --resume --epochs 1 | grep -q 'nothing to do' ||
    fail 'does not go on'

# shellcheck disable=SC2086
(run='exec' && ranks 2 folds --data faces --out long --folds 2 $settings --epochs 100000 \
    >long.out 2>long.err) &
while ! [ -e long/fold-002/last.safetensors ]; do
    sleep 0.05
done
kill -TERM $!
wait $! && fail 'folds are stopped, but say done' || :
grep -q 'stopped and saved in long' long.err || fail 'a signal to mpirun does not save folds'

# shellcheck disable=SC2086
(run='exec' && ranks 2 train --data faces --out killed $settings >killed.out 2>killed.err) &
wait_for_line '^ *2 ' killed.out
kill -KILL "$(pgrep -P $! | head -n 1)"
wait $! && fail 'a rank is killed, and the run says done' || :
grep -qi 'signal 9\|killed' killed.err || fail 'nobody says that a rank was killed'
