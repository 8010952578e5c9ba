#!/bin/sh
# Exported models answer as `lacuna predict` does: C compiled by cc, and by clang and cross
# compilers where they are, and ONNX files in ONNX Runtime where Python has it. $LACUNA_PYTHON is
# the Python, else python3. Drawn faces, one epoch.
#
# usage: tests/export.sh LACUNA few|all    few: two small networks; all: those that ship, too
set -eu
here=$(cd "$(dirname "$0")" && pwd)
lacuna=$(realpath "$1")
extent=$2
python=${LACUNA_PYTHON:-python3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
LC_ALL=C
export LC_ALL
cd "$scratch"
passed=0
failed=0
skipped=0
strict='-std=c99 -Wall -Wextra -pedantic -Wconversion -Wshadow -Wmissing-prototypes -Werror'

count() { # WHAT STATUS
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        echo "ok: $1"
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

skip() { # WHAT
    skipped=$((skipped + 1))
    echo "skipped: $1"
}

# ---- Models ----------------------------------------------------------------------------------

cat >every.net <<'END'
# Every operator; sides that up-sampling does not divide; names that are none in C.
int     conv 5x5 /2 12 norm relu pool     < input
b-2     conv 3x3 20 relu                  < int
c.down  conv 3x3 /2 20 norm               < b-2
d       conv 3x3 20 norm relu             < c.down + c.down
sum     add relu                          < b-2 c.down d
all     concat                            < sum int
middle  mean                              < all
0hidden dense 24 relu dropout             < middle
xy      dense 2*source_points output      < 0hidden
END
cat >maps.net <<'END'
a       conv 3x3 /2 16 norm relu          < input
deep    conv 3x3 /3 16 norm relu          < a
sum     add                               < deep a
maps    conv 1x1 source_points            < sum
xy      softargmax output                 < maps
END

"$lacuna" synth --rows 60 --test-rows 3 --size 36 --seed 1 --out faces >/dev/null

train() { # NETWORK: into run
    rm -rf run
    "$lacuna" train --data faces --out run --preset first --model "$1" --epochs 1 --batch 16 \
        >log 2>&1 || { cat log; exit 1; }
}

predict() { # OPTIONS: into want
    "$lacuna" predict --model run --data faces/test.csv "$@" | sed 1d | cut -d, -f2- >want
}

# Pictures of the table, 0.pgm and so on.
sed 1d faces/test.csv | cut -d, -f2 | awk '{
    for (i = 1; i <= NF; i++)
        printf "\\%03o", $i
    print ""
}' >pixels
files=
pictures=0
while read -r octal; do
    # shellcheck disable=SC2059  # the format is the picture
    { printf 'P5\n# drawn\n36 36\n255\n'; printf "$octal"; } >$pictures.pgm
    files="$files $pictures.pgm"
    pictures=$((pictures + 1))
done <pixels

alike() { # LIMIT: want and got, numbers between commas
    paste -d, want got | awk -F, -v limit="$1" '{
        if (NF < 4 || NF % 2)
            bad = 1
        for (i = 1; i <= NF / 2; i++) {
            d = $i - $(i + NF / 2)
            if (!(d <= limit && -d <= limit))
                bad = 1
        }
    }
    END { exit bad || NR == 0 }'
}

# ---- C ---------------------------------------------------------------------------------------

# Predicts the pictures by the command given, into got.
run_example() {
    for file in $files; do
        "$@" "$file" | awk '{ printf "%s%s,%s", (NR > 1 ? "," : ""), $2, $3 } END { print "" }'
    done >got
}

compile() { # WHAT LIMIT COMPILER...: the program in c, compares with want
    what=$1
    limit=$2
    shift 2
    for compiler; do
        if ! command -v "${compiler%% *}" >/dev/null 2>&1; then
            skip "$what in C by $compiler"
            continue
        fi
        status=0
        # shellcheck disable=SC2086  # lists of words
        $compiler $strict -c c/face.c -o face.o && cc $strict -c c/face_weights.c -o weights.o &&
            cc $strict c/example.c face.o weights.o -o example &&
            run_example ./example && alike "$limit" || status=1
        count "$what in C by $compiler" $status
    done
}

check_c() { # WHAT LIMIT OPTIONS: exports run
    what=$1
    limit=$2
    shift 2
    rm -rf c
    "$lacuna" export --model run --to c --out c "$@" >log
    compile "$what" "$limit" 'cc -O2'
}

# The memory lent may hold anything: numbers that are none would show in the points.
check_memory() { # WHAT: what stands in c
    sed 's/^ *face_predict(/    for (int i = 0; i < FACE_FLOATS; i++)\
        memory[i] = 0.0f \/ 0.0f;\
&/' c/example.c >dirty.c
    status=0
    cc -Ic dirty.c c/face.c c/face_weights.c -o example && run_example ./example &&
        ! cmp -s dirty.c c/example.c && alike 0.001 || status=1
    count "$1 in C with memory that was used before" $status
}

# Compilers of other machines: ARM without a system only compiles; the others, some of 32 bits, some
# big-endian, run in qemu.
check_cross() { # WHAT: what stands in c
    if command -v arm-none-eabi-gcc >/dev/null 2>&1; then
        status=0
        # shellcheck disable=SC2086
        arm-none-eabi-gcc -O2 $strict -c c/face.c -o face.o &&
            arm-none-eabi-gcc -O2 $strict -c c/face_weights.c -o weights.o || status=1
        count "$1 compiles for ARM without a system" $status
    else
        skip "$1 for ARM: no arm-none-eabi-gcc"
    fi
    for machine in i686:i386 s390x:s390x aarch64:aarch64 powerpc:ppc mips:mips; do
        compiler=${machine%:*}-linux-gnu-gcc
        emulator=qemu-${machine#*:}
        command -v "$emulator" >/dev/null 2>&1 || emulator=$emulator-static
        if ! command -v "$compiler" >/dev/null || ! command -v "$emulator" >/dev/null; then
            skip "$1 on ${machine%:*}: no $compiler or no $emulator"
            continue
        fi
        status=0
        # shellcheck disable=SC2086
        $compiler -static -O2 $strict c/*.c -o example && run_example "$emulator" ./example &&
            alike 0.001 || status=1
        count "$1 on ${machine%:*}" $status
    done
}

# ---- ONNX ------------------------------------------------------------------------------------

check_onnx() { # WHAT KIND MODEL OPTIONS
    what=$1
    kind=$2
    model=$3
    shift 3
    status=0
    # shellcheck disable=SC2086  # several models
    "$lacuna" export $model --to onnx --out model.onnx --input "$kind" "$@" || status=1
    if [ $status = 0 ] && ! "$python" -c 'import numpy, onnx, onnxruntime' 2>/dev/null; then
        skip "$what in ONNX Runtime: $python has none"
        return
    fi
    [ $status = 0 ] &&
        "$python" "$here/export/onnx_points.py" model.onnx faces/test.csv "$kind" >got &&
        alike 0.001 || status=1
    count "$what in ONNX Runtime, $kind" $status
}

# ---- A page ----------------------------------------------------------------------------------

check_page() { # WHAT: run, as WebAssembly
    for tool in clang wasm-ld node; do
        if ! command -v $tool >/dev/null 2>&1; then
            skip "$1 in a page: no $tool"
            return
        fi
    done
    status=0
    "$lacuna" export --model run --to page --out page.html >log || status=1
    # shellcheck disable=SC2086  # a list of files
    [ $status = 0 ] && ! grep -Eq '(src|href)=|https?:' page.html &&
        node "$here/export/page_points.js" page.html $files >got && alike 0.001 || status=1
    count "$1 in a page" $status
}

# The page itself, in a browser, whose crop must be the picture and whose policy lets the module
# run.
browse_page() { # WHAT: page.html
    if ! command -v chromium >/dev/null 2>&1; then
        skip "$1 in chromium"
        return
    fi
    status=0
    for file in $files; do
        "$here/export/browse.sh" page.html "$file" 36
    done >got
    alike 0.1 || status=1
    count "$1 in chromium" $status

    status=0
    sed 's/^AGFzb/AAAAA/' page.html >broken.html
    chromium --headless --no-sandbox --disable-gpu --user-data-dir=profile --dump-dom \
        "file://$PWD/broken.html" 2>/dev/null | grep -q 'id="told">This browser cannot run' ||
        status=1
    count "$1 in chromium that cannot start its module" $status
}

# ---- Cases -----------------------------------------------------------------------------------

for network in every.net maps.net; do
    train $network
    predict
    check_c "$network" 0.001
    compile "$network" 0.001 'cc -O2 -U__x86_64__ -U__GNUC__' 'clang -O2'
    check_memory "$network"
    [ "$extent" != all ] || check_cross "$network"
    check_onnx "$network" uint8 '--model run'
    check_page "$network"
    predict --source 2
    check_c "$network, source 2" 0.001 --source 2
    check_onnx "$network, source 2" float '--model run' --source 2
    predict
    check_c "$network, int8" 0.3 --weights int8
    [ $network = every.net ] && mv run first_run
done
"$lacuna" predict --model first_run --model run --data faces/test.csv | sed 1d | cut -d, -f2- >want
check_onnx 'a mean' uint8 '--model first_run --model run'
if [ "$extent" = all ]; then
    predict
    check_page maps.net
    browse_page maps.net
    for network in first fast best kimura cnn resnet; do
        train $network
        predict
        check_onnx $network uint8 '--model run'
        [ $network = best ] || check_c $network 0.001
    done
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
