#!/bin/sh
# The golden cases of the command: every file NAME.t beside this script is a story told
# in steps, run one after the other in a folder of its own.
#
#     $ lacuna data nowhere
#     ! lacuna: nowhere: cannot open: No such file or directory
#     = 1
#
# `$` is a shell command; below it stand its stdout (`|`), its stderr (`!`) and its exit
# code (`=`, left out when 0). `|~` and `!~` hold a shell pattern for a line that varies.
# All other lines are comment. A step passes if writing down what happened, with the
# patterns that fit kept, gives the same text again; --update writes that text.
#
# usage: tests/cli/run.sh [--update] [NAME...]
#        tests/cli/run.sh --list
# The command is $LACUNA, or build/cli/lacuna; script/shapes is there as `shapes`.
set -u
here=$(cd "$(dirname "$0")" && pwd)
lacuna=${LACUNA:-$here/../../build/cli/lacuna}
stories=$(cd "$here" && ls -- *.t | sed 's/\.t$//')
if [ "${1:-}" = --list ]; then
    echo "$stories"
    exit
fi
update=
if [ "${1:-}" = --update ]; then
    update=1
    shift
fi
if [ ! -x "$lacuna" ]; then
    echo "$0: $lacuna: no such program; set LACUNA" >&2
    exit 2
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$scratch/bin"
ln -s "$(cd "$(dirname "$lacuna")" && pwd)/$(basename "$lacuna")" "$scratch/bin/lacuna"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$(cd "$here/../../script" && pwd)/shapes" >"$scratch/bin/shapes"
chmod +x "$scratch/bin/shapes"
PATH=$scratch/bin:$PATH
LC_ALL=C
# Of use to a sanitized build: fontconfig keeps what it read until the end.
echo 'leak:libfontconfig' >"$scratch/leaks"
LSAN_OPTIONS=suppressions=$scratch/leaks:print_suppressions=0
export PATH LC_ALL LSAN_OPTIONS
passed=0
failed=0
newline='
'

# Appends file $1 to $now, every line behind the sign $2; a line that the pattern
# at its place in $before fits becomes that pattern.
write_down() {
    patterns=$(printf '%s' "$before" | sed -n "s/^\([$2].*\)/\1/p")
    while IFS= read -r line || [ -n "$line" ]; do
        pattern=${patterns%%"$newline"*}
        case $patterns in
        *"$newline"*) patterns=${patterns#*"$newline"} ;;
        *) patterns= ;;
        esac
        written="$2${line:+ }$line"
        case $pattern in
        "$2~ "*)
            glob=${pattern#"$2~ "}
            # shellcheck disable=SC2254
            case $line in
            $glob) written=$pattern ;;
            esac
            ;;
        esac
        now=$now$written$newline
    done <"$1"
}

# Runs the step gathered in $command and compares with $before.
finish_step() {
    [ -n "$command" ] || return 0
    now=
    (cd "$work" && eval "$command") >"$scratch/out" 2>"$scratch/err" </dev/null
    code=$?
    write_down "$scratch/out" '|'
    write_down "$scratch/err" '!'
    [ "$code" -eq 0 ] || now="$now= $code$newline"
    printf '$ %s\n%s' "$command" "$now" >>"$scratch/new"
    if [ "$now" = "$before" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: $ %s\n' "$name" "$command"
        printf '%s' "$before" >"$scratch/before"
        printf '%s' "$now" >"$scratch/now"
        diff -u "$scratch/before" "$scratch/now" | sed '1,2d'
    fi
    command=
    before=
}

run_case() {
    name=$(basename "$1" .t)
    work=$scratch/$name
    mkdir "$work"
    : >"$scratch/new"
    command=
    before=
    while IFS= read -r text || [ -n "$text" ]; do
        case $text in
        '$ '*)
            finish_step
            command=${text#'$ '}
            ;;
        '|'* | '!'* | '='*)
            before=$before$text$newline
            ;;
        *)
            finish_step
            printf '%s\n' "$text" >>"$scratch/new"
            ;;
        esac
    done <"$1"
    finish_step
    if [ -n "$update" ] && ! cmp -s "$scratch/new" "$1"; then
        cp "$scratch/new" "$1"
        echo "$name: written anew"
    fi
    rm -rf "$work"
}

# shellcheck disable=SC2086  # a list of words
[ $# -gt 0 ] || set -- $stories
for case_name in "$@"; do
    run_case "$here/$case_name.t"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] || [ -n "$update" ]
