#!/bin/sh
# Installs the library into a folder and builds the program that opens its header, by
# pkg-config alone, as a user would. The header compiles as strict C11 and as C++17.
#
# usage: tests/example.sh BUILD LACUNA
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
build=$1
lacuna=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
cd "$scratch"

count() { # WHAT: fails by the command before it
    passed=$((passed + 1))
    echo "ok: $1"
}

meson install -C "$build" --no-rebuild --quiet --destdir "$scratch/to" >/dev/null
pc=$(find to -name lacuna.pc)
prefix=$(sed -n 's/^prefix=//p' "$pc")
sed -i "s|^prefix=.*|prefix=$scratch/to$prefix|" "$pc"
export PKG_CONFIG_PATH="$scratch/$(dirname "$pc")"
count "the library installs, with lacuna.pc"

header=$(find to -name lacuna.h)
echo '#include <lacuna.h>' >alone.c
cp alone.c alone.cpp
strict="-pedantic -Wall -Wextra -Werror -fsyntax-only -I$(dirname "$header")"
# shellcheck disable=SC2086  # a list of words
cc -std=c11 $strict alone.c
count "the header alone is C11"
if command -v c++ >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    c++ -std=c++17 $strict alone.cpp
    count "the header alone is C++17"
fi

sed -n '/^ \*     #include/,/^ \*     }$/s/^ \*     \{0,1\}//p' "$header" >example.c
# shellcheck disable=SC2046
cc -std=c11 -pedantic -Wall -Wextra -Werror example.c -o example \
    $(pkg-config --cflags --libs lacuna)
count "the header's program links by pkg-config"

if ./example >out 2>err; then
    echo "the program does not fail where no data is"
    exit 1
fi
grep -q '^kaggle/: ' err && [ ! -s out ]
count "without data the program fails with a message"
"$lacuna" synth --rows 8 --test-rows 1 --seed 1 --out kaggle >/dev/null
./example >out
grep -q '^left_eye_center at ' out
count "with data it trains and predicts"
echo "$passed passed, 0 failed"
