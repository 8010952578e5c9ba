# fish completion for lacuna: the program says what the last word of the line may become.
function __lacuna_complete
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    for line in ($words --complete "$last" 2>/dev/null)
        switch $line
            case @files
                __fish_complete_path (string replace -r -- '^--[a-z-]*=' '' "$last")
            case @folders
                __fish_complete_directories (string replace -r -- '^--[a-z-]*=' '' "$last")
            case '*'
                printf '%s\n' $line
        end
    end
end

complete -c lacuna -f -a '(__lacuna_complete)'
