#!/bin/sh
# Every script of script/ says how it is called when it is asked by --help or -h, and does nothing
# else: in a folder that has the scripts alone no file is made, and nothing is said as an error.
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/tree"
cd "$(dirname "$0")/.."
cp -R script bench "$scratch/tree"
cd "$scratch/tree"
export PYTHONDONTWRITEBYTECODE=1
find . >../before
passed=0
failed=0
for script in script/*; do
    [ -x "$script" ] || continue
    for option in --help -h; do
        code=0
        "$script" $option >../out 2>../err </dev/null || code=$?
        find . >../after
        if [ $code -eq 0 ] && [ ! -s ../err ] && cmp -s ../before ../after &&
            grep -q "^usage: $script" ../out && ! grep -q '^#' ../out; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "$script $option: exit $code"
            cat ../out ../err
        fi
    done
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
