#!/bin/sh
# The five commands of docs/photos.md, on few photos: from a foreign label file to points drawn on
# new photos. With `boxes` the faces are where the drawing says, with `detect` the cascade finds
# them; that is skipped where the cascade is not installed.
#
# usage: tests/five.sh LACUNA boxes|detect
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck disable=SC2034  # used by eval
lacuna=$(realpath "$1")
way=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
cd "$scratch"

count() { # WHAT: fails by the command before it
    passed=$((passed + 1))
    echo "ok: $1"
}

# The lines of the document's first two blocks of commands, on less.
awk '/^```/ { block++; next } block == 1 || block == 3' "$here/docs/photos.md" |
    sed -e 's/--photos 300/--photos 8/' -e 's/--photos 20/--photos 3/' -e 's/--epochs 40/--epochs 1/' \
        -e '/^lacuna import/s/$/ --size 32/' >commands
[ "$(grep -c '^lacuna ' commands)" -eq 6 ] && [ "$(wc -l <commands)" -eq 6 ]
count "the document has five commands, and one for boxes"

run() { # NUMBER
    words=$(sed -n "$1s/^lacuna //p" commands)
    eval "\"\$lacuna\" $words" >said 2>err </dev/null || {
        code=$?
        if grep -q 'script/bootstrap --detect' err; then
            echo "the cascade is not installed"
            exit 77
        fi
        echo "exit $code: lacuna $words"
        cat err
        exit 1
    }
}

for command in 1 2 3 4; do
    run $command
    count "command $command does not fail"
done
[ "$(wc -l <faces/training.csv)" -eq "$(wc -l <photos/truth.csv)" ]
count "every drawn face is a row"

if [ "$way" = boxes ]; then
    run 6
    cut -d , -f 1,3-6 points.csv | tail -n +2 >found
    tail -n +2 new/truth.csv | cut -d , -f 1-5 | sed 's|^|new/|' | cmp - found
    count "every face of the new photos is answered"
else
    run 5
    [ "$(wc -l <points.csv)" -gt 1 ]
    head -n 1 points.csv | grep -q '^file,face,x,y,w,h,score,'
    count "faces are found and answered"
fi
[ "$(ls drawn)" = "$(printf 'photo_0000%s.png\n' 1 2 3)" ]
count "every photo is drawn"
echo "$passed passed, 0 failed"
