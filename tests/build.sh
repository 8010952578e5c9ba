#!/bin/sh
# script/build on machines that lack something: what is missing is named, nothing is left out
# without a word, and what was installed since is found. Commands before the real ones in PATH
# hide things; the one before ninja configures anew where that is due, and builds nothing.
set -u
cd "$(dirname "$0")/.." || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin"
passed=0
failed=0

fake() { # COMMAND, its script on standard input
    { echo '#!/bin/sh'; cat; } >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}
real() { # COMMAND: its path outside of the fakes
    command -v "$1"
}
fake ninja <<END
case \$1 in
-C) exec $(real ninja) "\$@" build.ninja ;;
*) exec $(real ninja) "\$@" ;;
esac
END
fake cc <<END
if [ "\$*" = "-E -" ]; then
    sed '/dnnl\.h/s/.*/#error hidden/' | $(real cc) "\$@"
    exit
fi
for file; do
    case \$file in
    *.c) ! grep -q dnnl "\$file" || exit 1 ;;
    esac
done
exec $(real cc) "\$@"
END
fake cmake <<END
exit 1
END
fake pkg-config <<END
case "\$*" in
*cmocka*) [ -e "$scratch/installed" ] || exit 1 ;;
esac
exec $(real pkg-config) "\$@"
END
path=$scratch/bin:$PATH # of script/build
export CC=cc

step() { # CODE, TEXT that must be said, the options of script/build
    code=$1
    text=$2
    shift 2
    PATH=$path script/build "$scratch/build" "$@" >"$scratch/said" 2>&1 </dev/null
    got=$?
    if [ $got -eq "$code" ] && grep -q -e "$text" "$scratch/said"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "script/build $*: exit $got, must be $code and say \"$text\":"
        cat "$scratch/said"
    fi
}
has_tests() {
    grep -q test_base "$scratch/build/build.ninja"
}
check() { # WHAT: counts the exit code of the command before
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1"
    fi
}

step 1 'missing: the header dnnl.h (Debian: libdnnl-dev)'
step 1 'oneDNN is missing (Debian: libdnnl-dev); -Ddnnl=disabled builds without it'
step 0 'WARNING: cmocka is missing (Debian: libcmocka-dev): no tests are built' -Ddnnl=disabled
! has_tests
check "tests are built without cmocka" $?
step 1 'cmocka' -Dtests=enabled
touch "$scratch/installed"
step 0 'tests *: YES' -Dtests=enabled
has_tests
check "cmocka is there, and no tests are built" $?

# Only what a shell script needs is in PATH.
mkdir "$scratch/few"
for tool in sh dirname find ninja cc pkg-config; do
    ln -s "$(command -v $tool)" "$scratch/few/$tool"
done
path=$scratch/few
step 1 'missing: the command meson (Debian: meson)'
CC='cc -pipe'
step 1 'build: cannot build without meson'
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
