#!/bin/sh
# Debian's packages: built, taken apart, and used from a folder as they would be in a root. Skipped
# where debhelper is missing.
#
# usage: tests/package.sh [DIR]    (DIR: where they are built already)
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
export LC_ALL=C

count() { # WHAT: fails by the command before it
    passed=$((passed + 1))
    echo "ok: $1"
}
if [ $# -gt 0 ]; then
    packages=$(realpath "$1")
else
    if ! command -v dh >/dev/null 2>&1; then
        echo "skipped: no debhelper"
        exit 77
    fi
    packages=$scratch/packages
    "$here/script/package" "$packages"
fi
cd "$scratch"

for name in lacuna liblacuna0.2 liblacuna-dev; do
    deb=$(find "$packages" -name "${name}_*.deb")
    dpkg-deb -x "$deb" root
    dpkg-deb -f "$deb" Depends >"$name.depends"
    grep -q '^License: MIT' "root/usr/share/doc/$name/copyright"
done
count "three packages, each with its copyright"
for below in libarchive13 libcairo2 libcjson1 libdnnl2 libjpeg62-turbo libpng16-16 libwebp7 zlib1g libc6; do
    grep -q "\<$below\>" lacuna.depends
    grep -q "\<$below\>" liblacuna0.2.depends
done
grep -q "liblacuna0.2 (= " liblacuna-dev.depends
if grep -q mpi lacuna.depends liblacuna0.2.depends || [ -e root/usr/include/lacuna_mpi.h ]; then
    exit 1
fi
count "they depend on what they use, and not on MPI"
if grep -r -l -e "$here" -e "$packages" root; then
    exit 1
fi
count "no path of the build is inside"

root=$scratch/root
[ "$("$root/usr/bin/lacuna" --version)" = "$(sed -n \
    's/.*define LAC_VERSION "\(.*\)"/lacuna \1/p' "$root/usr/include/lacuna.h")" ]
"$root/usr/bin/lacuna" synth --rows 8 --test-rows 1 --size 32 --seed 1 --out kaggle >/dev/null
"$root/usr/bin/lacuna" train --data kaggle --out run --preset first --epochs 1 >/dev/null
count "the program trains"
"$root/usr/bin/lacuna" help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p' | grep -v lacuna |
    while read -r verb; do
        gzip -t "$root/usr/share/man/man1/lacuna-$verb.1.gz"
    done
[ -s "$root/usr/share/zsh/vendor-completions/_lacuna" ]
[ -s "$root/usr/share/bash-completion/completions/lacuna" ]
count "pages for every verb, and completions"

pc=$(find root -name lacuna.pc)
sed -i "s|^prefix=.*|prefix=$root/usr|" "$pc"
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
LD_LIBRARY_PATH=$(pkg-config --variable=libdir lacuna)
export LD_LIBRARY_PATH
# shellcheck disable=SC2046  # a list of words
cc "$root/usr/share/doc/liblacuna-dev/examples/predict.c" -o predict \
    $(pkg-config --cflags --libs lacuna)
awk -F, 'NR == 2 { print "P2 32 32 255 " $NF }' kaggle/training.csv >face.pgm
./predict run face.pgm | grep -q '^left_eye_center '
count "an example links and predicts"
echo "$passed passed, 0 failed"
