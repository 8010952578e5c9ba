#!/bin/sh
# The shells' scripts: each parses, and where a shell can be asked without a terminal it answers
# what the command says, with the paths that it finds itself.
#
# usage: tests/complete.sh LACUNA
set -u
scripts=$(cd "$(dirname "$0")/../cli/complete" && pwd)
lacuna=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
mkdir bin 'my faces' home
echo x >'my faces.csv'
echo x >fine.csv
ln -s "$lacuna" bin/lacuna
PATH=$scratch/bin:$PATH
HOME=$scratch/home
export PATH HOME LC_ALL=C
passed=0
failed=0
skipped=0

check() { # WHAT STATUS
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1"
    fi
}
have() { # COMMAND
    command -v "$1" >/dev/null 2>&1 && return 0
    skipped=$((skipped + 1))
    echo "skipped: no $1"
    return 1
}
same() { # WHAT GOT WANTED
    [ "$2" = "$3" ]
    check "$1: is \"$2\", must be \"$3\"" $?
}

bash_says() { # WORD...: what the last may become
    bash -c '
        . "$0/lacuna.bash"
        compopt() { printf "%s;" "$*"; } # bash has it while it completes alone
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        _lacuna
        printf "%s;" "${COMPREPLY[@]}"
    ' "$scripts" "$@" 2>&1
}
if have bash; then
    bash -n "$scripts/lacuna.bash"
    check "lacuna.bash does not parse" $?
    same "bash, verbs" "$(bash_says lacuna pr)" "predict;presets;"
    same "bash, a path to the program" "$(bash_says bin/lacuna tra)" "train;"
    same "bash, options" "$(bash_says lacuna train --out run --o)" "--optimizer;--outside;"
    same "bash, values" "$(bash_says lacuna train --preset f)" "first;fast;"
    same "bash, values behind =" "$(bash_says lacuna train --preset = f)" "first;fast;"
    same "bash, right behind =" "$(bash_says lacuna train --rows =)" "all;complete;"
    same "bash, names and files" "$(bash_says lacuna train --model "fi")" \
        "-o filenames;first;fine.csv;"
    same "bash, files" "$(bash_says lacuna train --data my)" "-o default;;"
    same "bash, folders" "$(bash_says lacuna train --out my)" "-o dirnames;;"
    same "bash, a number" "$(bash_says lacuna train --epochs '')" ";"
    same "bash, an unknown verb" "$(bash_says lacuna nothing '')" ";"
fi

fish_says() { # LINE
    # shellcheck disable=SC2016  # fish reads its arguments
    fish -c 'source $argv[1]; complete -C $argv[2]' "$scripts/lacuna.fish" "$1" 2>&1 |
        cut -f 1 | tr '\n' ';'
}
if have fish; then
    fish -n "$scripts/lacuna.fish"
    check "lacuna.fish does not parse" $?
    same "fish, verbs" "$(fish_says 'lacuna pr')" "predict;presets;"
    same "fish, options" "$(fish_says 'lacuna train --out run --o')" "--optimizer;--outside;"
    same "fish, values" "$(fish_says 'lacuna train --preset f')" "fast;first;"
    same "fish, values behind =" "$(fish_says 'lacuna train --preset=f')" \
        "--preset=fast;--preset=first;"
    same "fish, names and files" "$(fish_says 'lacuna train --model fi')" "fine.csv;first;"
    same "fish, folders" "$(fish_says 'lacuna train --out my')" "my faces/;"
    same "fish, a number" "$(fish_says 'lacuna train --epochs ')" ""
fi

# zsh completes in a terminal alone.
if have zsh; then
    zsh -n "$scripts/_lacuna"
    check "_lacuna does not parse" $?
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
