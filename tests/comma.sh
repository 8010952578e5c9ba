#!/bin/sh
# Runs a command in a locale with a decimal comma, which is made for it in a folder of its own:
# no package of the system is needed. Without localedef it is skipped, exit code 77. With --turkish
# there is tr_TR.UTF-8 too, for a command that goes over to it: there i is not the small I.
#
# usage: tests/comma.sh [--turkish] COMMAND [ARGUMENT]...
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
make() { # LANGUAGE
    if ! localedef -i "$1" -f UTF-8 "$scratch/$1.UTF-8" >"$scratch/log" 2>&1; then
        echo "skipped: localedef cannot make $1.UTF-8 here"
        exit 77
    fi
}
make de_DE
if [ "$1" = --turkish ]; then
    make tr_TR
    shift
fi
LOCPATH=$scratch LC_ALL=de_DE.UTF-8 LACUNA_COMMA=1 "$@"
