#!/bin/sh
# The manual pages: one for every verb, each with every option that help lists, without complaints
# by those readers of pages that are there, and not wider than a terminal of 80 columns.
#
# usage: tests/man.sh LACUNA PAGES    (the folder of the built pages)
set -u
lacuna=$1
pages=$2
passed=0
failed=0
skipped=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C.UTF-8

check() { # WHAT STATUS: counts it; prints `said` of a failure
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1:"
        cat "$scratch/said"
    fi
}
skip() { # WHAT
    skipped=$((skipped + 1))
    echo "skipped: $1"
}
have() { # COMMAND
    command -v "$1" >/dev/null 2>&1
}

verbs=$("$lacuna" help | sed -n '/^  [a-z][a-z]*  *[^ ]/s/^  \([a-z]*\) .*/\1/p' | grep -v lacuna)
for verb in '' $verbs; do
    name=lacuna${verb:+-$verb}
    page=$pages/$name.1
    if [ ! -s "$page" ]; then
        echo "no page" >"$scratch/said"
        check "$name" 1
        continue
    fi
    if have man; then
        MANWIDTH=80 man --warnings -l "$page" >"$scratch/page" 2>"$scratch/said"
        [ ! -s "$scratch/said" ]
        check "$name by man" $?
        awk 'length > 80 { print; wide = 1 } END { exit wide }' "$scratch/page" >"$scratch/said"
        check "$name has 80 columns" $?
        # Every option of help, as help spells it.
        [ -z "$verb" ] || "$lacuna" help "$verb" | grep -o '^  --[a-z][^ ]*' | sort -u |
            while read -r option; do
                grep -q -e "^ *$option" "$scratch/page" || echo "no $option"
            done >"$scratch/said"
        [ ! -s "$scratch/said" ]
        check "$name has the options of help" $?
    fi
    if have mandoc; then
        mandoc -T lint -W warning "$page" 2>&1 | grep -v 'missing date' >"$scratch/said"
        [ ! -s "$scratch/said" ]
        check "$name by mandoc" $?
    fi
done
have man || skip "no man"
have mandoc || skip "no mandoc"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
