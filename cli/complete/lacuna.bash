# bash completion for lacuna: the program says what the last word of the line may become.
_lacuna()
{
    local last=${COMP_WORDS[COMP_CWORD]} word
    local -a words=()
    # bash makes three words of --preset=first.
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        [[ $word == "=" ]] || words+=("$word")
    done
    [[ $last == "=" ]] && last=
    local paths=
    COMPREPLY=()
    while IFS=$'\t' read -r word _; do
        case $word in
        @files) paths=default ;;
        @folders) paths=dirnames ;;
        *) COMPREPLY+=("$word") ;;
        esac
    done < <("${COMP_WORDS[0]/#\~/$HOME}" "${words[@]}" --complete "$last" 2>/dev/null)
    if [[ $paths && ${#COMPREPLY[@]} -eq 0 ]]; then
        compopt -o "$paths"
    elif [[ $paths ]]; then
        compopt -o filenames
        while IFS= read -r word; do
            COMPREPLY+=("$word")
        done < <(compgen -f -- "$last")
    fi
}

complete -F _lacuna lacuna
