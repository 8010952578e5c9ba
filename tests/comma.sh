#!/bin/sh
# Runs a command in a locale with a decimal comma, which is made for it in a folder of its own:
# no package of the system is needed. Without localedef it is skipped, exit code 77.
#
# usage: tests/comma.sh COMMAND [ARGUMENT]...
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if ! localedef -i de_DE -f UTF-8 "$scratch/de_DE.UTF-8" >"$scratch/log" 2>&1; then
    echo "skipped: localedef cannot make de_DE.UTF-8 here"
    exit 77
fi
LOCPATH=$scratch LC_ALL=de_DE.UTF-8 LACUNA_COMMA=1 "$@"
