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
    boxes) echo predict --model run album --boxes album/truth.csv --format coco --crop 1,0,0 \
        --out out/points.json --threads 1 ;;
    pts) echo predict --model run a.pgm --box 1,1,9,9 --format pts --smooth --out out/pts \
        --threads 1 ;;
    found) echo predict --model run square.pgm --detector cascade.xml --crop 1,0,0 --format json \
        --out out/points.json --threads 1 ;;
    detect) echo detect square.pgm --detector cascade.xml --out out/boxes.csv --threads 1 ;;
    from-*) echo import "$(labels "${1#from-}")" --out out/set --size 16 --threads 1 ;;
    submit) echo submit --model run --data faces --out out/submission.csv --threads 1 ;;
    curve) echo plot curve run --out out/curve.svg ;;
    faces) echo plot faces --model run --data faces --out out/faces.svg --threads 1 ;;
    report) echo report run --data faces --out out/page --threads 1 ;;
    presets) echo presets --json ;;
    synth) echo synth --rows 3 --size 16 --out out/faces ;;
    drawn) echo synth --photos 1 --out out/photos ;;
    esac
}
# A label file of each format that import reads.
labels() { # FORMAT
    case $1 in
    csv) echo album/truth.csv ;;
    dlib) echo album/dlib.xml ;;
    coco) echo album/coco.json ;;
    *) echo "$1/$1.txt" | sed 's,^pts/pts.txt$,pts/a.pts,; s,^yolo/.*,yolo,' ;;
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
    if [ $code -ne 0 ]; then
        failed=$((failed + 1))
        echo "$1: fails without any refusal"
        cat err
    fi
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

# ---- Photos and labels ---------------------------------------------------------------------------

# Photos with labels, a picture with a square and a cascade that finds it, and the label files that
# are not beside the photos.
make_photos() {
    "$lacuna" synth --photos 1 --seed 2 --out album >/dev/null || return 1
    awk 'BEGIN { print "P2 60 60 255"
        for (i = 0; i < 3600; i++) { x = i % 60; y = int(i / 60)
            print (x > 21 && x < 38 && y > 21 && y < 38) * 255 } }' >square.pgm
    cat >cascade.xml <<'END'
<opencv_storage><cascade><stageType>BOOST</stageType><featureType>HAAR</featureType>
<height>8</height><width>8</width><stageParams><maxWeakCount>1</maxWeakCount></stageParams>
<stages><_><maxWeakCount>1</maxWeakCount><stageThreshold>0.5</stageThreshold><weakClassifiers><_>
<internalNodes>0 -1 0 1.8</internalNodes><leafValues>-1 1</leafValues></_></weakClassifiers></_>
</stages><features><_><rects><_>0 0 8 8 -1</_><_>2 2 4 4 4</_></rects><tilted>0</tilted></_>
</features></cascade></opencv_storage>
END
    for format in pts dlc celeba wflw yolo; do
        mkdir $format
        cp a.pgm $format
    done
    printf '3 3\n12 5\n' >pts/a.pts
    printf 'scorer,s,s,s,s\nbodyparts,a,a,b,b\ncoords,x,y,x,y\na.pgm,3,3,12,5\n' >dlc/dlc.txt
    printf '1\na_x a_y b_x b_y\na.pgm 3 3 12 5\n' >celeba/celeba.txt
    awk 'BEGIN { for (i = 0; i < 98; i++) printf "%d %d ", 3 + i % 9, 3 + i / 11
        print "1 1 14 14 0 0 0 0 0 0 a.pgm" }' >wflw/wflw.txt
    echo 0 0.5 0.5 0.8 0.8 0.2 0.2 2 0.7 0.3 2 >yolo/a.txt
}

# ---- All of it --------------------------------------------------------------------------------

"$lacuna" synth --rows 12 --test-rows 3 --size 16 --seed 1 --out faces >/dev/null || exit 1
# shellcheck disable=SC2086  # a list of words
"$lacuna" train --data faces --out run $small >/dev/null || exit 1
awk -F, 'NR == 2 { print "P2 16 16 255 " $NF }' faces/training.csv >a.pgm
"$lacuna" predict --model run a.pgm --whole --draw . >/dev/null || exit 1
mv a.png b.png
make_photos || exit 1
imports="from-csv from-dlib from-coco from-pts from-dlc from-celeba from-wflw from-yolo"
every="data train eval predict photos submit report search curve faces presets synth drawn boxes
    pts found detect $imports"
if [ "$extent" = all ]; then
    for name in $every; do
        refuse_each $name program 1
        refuse_each $name libcjson 7
        refuse_each $name libstdc++ 61
        refuse_each $name libpng 1
        case $name in
        photos | boxes | detect) ;; # a line for each of their photos
        *) limit n 3 1 "$name" ;;
        esac
    done
    for name in data predict eval train submit curve faces report; do
        limit v 20000 256 $name
    done
else
    for name in data train eval predict photos submit; do
        refuse_each $name program 61
    done
    for name in boxes pts found detect $imports; do
        refuse_each $name program 41
    done
    for name in curve faces report search; do
        refuse_each $name program 199
    done
    refuse_each train libcjson 411
    refuse_each predict libstdc++ 411
    limit n 3 1 predict
    limit n 3 1 curve
    limit v 60000 8192 predict
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
