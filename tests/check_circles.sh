#!/bin/sh
# The check of calls inside rooms: passes on the library, fails on a planted circle.
#
# usage: tests/check_circles.sh LIBRARY CC
set -eu
library=$1
cc=$2
check=$(cd "$(dirname "$0")/.." && pwd)/script/check-circles

"$check" "$library" comm data detect eval image net op picture predict report settings \
    synth train

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cd "$root"
echo 'int low(void); int high(void); int high(void) { return low(); }' >high.c
echo 'int low(void); int low(void) { return 1; }' >down.c
echo 'int low(void); int high(void); int low(void) { return high(); }' >up.c
for file in high down up; do
    $cc -c "$file.c" -o "data_$file.c.o"
done
ar rcs down.a data_high.c.o data_down.c.o
ar rcs up.a data_high.c.o data_up.c.o
"$check" down.a data
if message=$("$check" up.a data 2>&1); then
    echo "a circle passed" >&2
    exit 1
fi
case $message in
*data_high.c.o*data_up.c.o* | *data_up.c.o*data_high.c.o*) ;;
*)
    echo "the circle's files are not named: $message" >&2
    exit 1
    ;;
esac
