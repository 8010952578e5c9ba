#!/bin/sh
# Too little of everything: one request for memory after the other gets none (tests/refuse.c),
# address space and file handles are cut down step by step. Whatever is refused, a command does
# what it does otherwise, or ends with exit code 1 and one line that says why. Every trial counts
# as a test.
#
# usage: tests/scarce.sh LACUNA REFUSE [few | all]
#   few   some of the requests, large steps
#   all   all requests of our own code, many of the libraries' below it, small steps
set -u
absolute() {
    echo "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
}
lacuna=$(absolute "$1")
refuse=$(absolute "$2")
extent=${3:-few}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
passed=0
failed=0
export LC_ALL=C

# ---- Commands ---------------------------------------------------------------------------------

# What a command is called with; it writes into out/ alone.
words() { # NAME
    case $1 in
    data) echo data faces ;;
    train) echo train --data faces --out out/run $small ;;
    search) echo search --data faces --out out/run --trials 2 --epochs 1 --threads 1 ;;
    eval) echo eval --model run --data faces --threads 1 ;;
    predict) echo predict --model run --data faces --out out/points.csv --threads 1 ;;
    photos) echo predict --model run a.pgm b.png --whole --draw out/drawn --out out/points.csv \
        --threads 1 ;;
    submit) echo submit --model run --data faces --out out/submission.csv --threads 1 ;;
    curve) echo plot curve run --out out/curve.svg ;;
    faces) echo plot faces --model run --data faces --out out/faces.svg --threads 1 ;;
    report) echo report run --data faces --out out/page --threads 1 ;;
    presets) echo presets --json ;;
    synth) echo synth --rows 3 --size 16 --out out/faces ;;
    esac
}
small='--model kimura --epochs 1 --batch 4 --threads 1 --holdout 0.3'

# Runs it, with PREFIX in front, and keeps exit code, output, and what it wrote but for times.
run() { # NAME [PREFIX]...
    name=$1
    shift
    rm -rf out
    mkdir out
    # shellcheck disable=SC2046  # a list of words
    (exec "$@" "$lacuna" $(words "$name")) >said 2>err </dev/null
    code=$?
    case $name in
    train) result=$(cut -d, -f1,4- out/run/metrics.csv 2>&1 | cksum) ;;
    search) result=$(cut -d, -f1-4,6- out/run/trials.csv 2>&1 | cksum) ;;
    *) result=$(find out -type f | sort | xargs cat said | cksum) ;;
    esac
}

# Counts what the last run did. A library below may end the program by itself, with a line of its
# own.
judge() { # WHAT
    if [ $code -eq 0 ] && [ "$result" = "$wanted" ]; then
        passed=$((passed + 1))
    elif [ $code -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q -E "$line" err; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: exit code $code"
        sed 's/^/    /' err
    fi
}
line='^lacuna: |^libgomp: Out of memory|^Fatal Internal Error in libarchive'

# ---- Requests for memory ----------------------------------------------------------------------

refuse_each() { # NAME LIBRARY STRIDE: the first of every STRIDE requests
    run "$1"
    wanted=$result
    run "$1" env LD_PRELOAD="$refuse" REFUSE_FROM="$2" REFUSE_COUNT=count
    requests=$(cat count)
    if [ "$2,$requests" = program,0 ]; then
        failed=$((failed + 1))
        echo "$1: no request was seen"
    fi
    n=1
    while [ $n -le "$requests" ]; do
        run "$1" env LD_PRELOAD="$refuse" REFUSE_FROM="$2" REFUSE_AT=$n
        judge "$1, request $n of $requests by $2"
        n=$((n + $3))
    done
}

# ---- Limits -----------------------------------------------------------------------------------

limited() { # LETTER LIMIT NAME
    run "$3" sh -c "ulimit -S -$1 $2 && exec \"\$@\"" sh
}

# From the least with which the program starts up to what the command needs.
limit() { # LETTER FIRST STEP NAME
    run "$4"
    wanted=$result
    size=$2
    until (ulimit -S -"$1" $size && "$lacuna" --version) >/dev/null 2>&1; do
        size=$((size + $3))
    done
    good=0
    while [ $good -lt 3 ]; do
        limited "$1" $size "$4"
        judge "$4 with ulimit -$1 $size"
        [ $code -ne 0 ] || good=$((good + 1))
        size=$((size + $3))
    done
}

# ---- All of it --------------------------------------------------------------------------------

"$lacuna" synth --rows 12 --test-rows 3 --size 16 --seed 1 --out faces >/dev/null || exit 1
# shellcheck disable=SC2086  # a list of words
"$lacuna" train --data faces --out run $small >/dev/null || exit 1
awk -F, 'NR == 2 { print "P2 16 16 255 " $NF }' faces/training.csv >a.pgm
"$lacuna" predict --model run a.pgm --whole --draw . >/dev/null || exit 1
mv a.png b.png
every="data train eval predict photos submit report search curve faces presets synth"
if [ "$extent" = all ]; then
    for name in $every; do
        refuse_each $name program 1
        refuse_each $name libcjson 7
        refuse_each $name libstdc++ 61
        refuse_each $name libpng 1
        [ $name = photos ] || limit n 3 1 $name # a line for each of its photos
    done
    for name in data predict eval train submit curve faces report; do
        limit v 20000 256 $name
    done
else
    for name in data train eval predict photos submit; do
        refuse_each $name program 61
    done
    for name in curve faces report search; do
        refuse_each $name program 199
    done
    refuse_each train libcjson 411
    refuse_each predict libstdc++ 411
    limit n 3 1 predict
    limit v 60000 8192 predict
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
