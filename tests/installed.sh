#!/bin/sh
# Installs into a folder, and builds and runs there what a user would: the program in the header
# and examples/, as C11 and as C++17, by pkg-config and by CMake, with the shared library and with
# the static one. The examples predict what the command predicts.
#
# usage: tests/installed.sh BUILD LACUNA
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
build=$1
lacuna=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0
skipped=0
cd "$scratch"
export LC_ALL=C

count() { # WHAT: fails by the command before it
    passed=$((passed + 1))
    echo "ok: $1"
}
skip() { # WHAT
    skipped=$((skipped + 1))
    echo "skipped: $1"
}
have() { # COMMAND
    command -v "$1" >/dev/null 2>&1
}

# ---- What is installed --------------------------------------------------------------------------

meson install -C "$build" --no-rebuild --quiet --destdir "$scratch/to" >/dev/null
pc=$(find to -name lacuna.pc)
prefix=$(sed -n 's/^prefix=//p' "$pc")
find to -name '*.pc' -exec sed -i "s|^prefix=.*|prefix=$scratch/to$prefix|" {} +
PKG_CONFIG_PATH=$scratch/$(dirname "$pc")
export PKG_CONFIG_PATH
header=$(find to -name lacuna.h)
libraries=$(pkg-config --variable=libdir lacuna)
[ "lacuna $(pkg-config --modversion lacuna)" = "$("$lacuna" --version)" ]
count "lacuna.pc has the command's version"

shared=$libraries/liblacuna.so
static=$libraries/liblacuna.a
if [ -f "$shared" ]; then
    "$here/script/check-exports" "$shared" "$header"
    count "the shared library exports what the header declares"
    grep -v 'lac_metrics_free' "$header" >less.h
    cp "$(dirname "$header")/lacuna_photos.h" .
    if "$here/script/check-exports" "$shared" less.h 2>err; then
        echo "a function that no header declares is not found"
        exit 1
    fi
    grep -q '^lac_metrics_free is exported, but not declared' err
    count "a symbol too many is found"
    minor=$(pkg-config --modversion lacuna | cut -d. -f1,2)
    readelf -d "$shared" | grep -q "SONAME.*\[liblacuna\.so\.$minor\]"
    count "its name has the version of its interface"
fi

for file in man/man1/lacuna.1 man/man1/lacuna-train.1 bash-completion/completions/lacuna \
    zsh/site-functions/_lacuna fish/vendor_completions.d/lacuna.fish; do
    [ -s "to$prefix/share/$file" ]
done
count "manual pages and completions are installed"

# ---- Programs -----------------------------------------------------------------------------------

echo '#include <lacuna.h>' >alone.c
sed -n '/^ \*     #include/,/^ \*     }$/s/^ \*     \{0,1\}//p' "$header" >example.c
cp "$here"/examples/*.c .
strict='-pedantic -Wall -Wextra -Werror'

# Builds the header's program and the examples.
build_all() { # FOLDER COMPILER [OPTIONS of pkg-config]
    built=$1
    compiler=$2
    shift 2
    mkdir "$built"
    # shellcheck disable=SC2046,SC2086  # lists of words
    $compiler $strict -fsyntax-only alone.c $(pkg-config --cflags lacuna)
    for program in example predict train threads; do
        # shellcheck disable=SC2046,SC2086
        $compiler $strict -pthread $program.c -x none $(pkg-config --cflags --libs "$@" lacuna) \
            -o "$built/$program"
    done
}

# Fails where `out`, whose numbers have two places, is not what the command predicts for the photos.
check_out() { # PATTERN of the photos
    grep "$1" wanted | paste -d, - out | awk -F, '
    {
        n = NF / 2
        wrong += $1 != $(n + 1)
        for (i = 2; i <= n; i++)
            wrong += $i - $(n + i) > 0.006 || $i - $(n + i) < -0.006
    }
    END { exit wrong > 0 || n < 2 }'
}

# Runs the examples in a folder: one trains, the others predict what the command predicts.
run_all() { # FOLDER
    rm -rf run
    "$1/train" kaggle run 1000 >out
    grep -q '^good enough after epoch 1' out
    "$1/predict" model 2.pgm | awk 'NR == 1 { printf "2.pgm" } { printf ",%s,%s", $2, $3 }' >out
    check_out 2.pgm
    "$1/threads" model [1-6].pgm | sort >out
    check_out .
    if "$1/threads" model 1.pgm nothing.pgm >out 2>err; then
        echo "a photo that is not there passed"
        exit 1
    fi
    grep -q '^nothing.pgm: ' err
    grep -q '^1.pgm,' out
}

"$lacuna" synth --rows 8 --test-rows 1 --size 32 --seed 1 --out kaggle >/dev/null
"$lacuna" train --data kaggle --out model --preset first --epochs 1 --threads 1 >/dev/null
awk -F, 'NR > 1 && NR < 8 { print "P2 32 32 255 " $NF >(NR - 1 ".pgm") }' kaggle/training.csv
"$lacuna" predict --model model [1-6].pgm --whole | sed 1d | cut -d, -f1,7- >wanted

export LD_LIBRARY_PATH="$libraries"
languages="cc"
if have c++; then
    languages="cc c++"
else
    skip "no C++ compiler"
fi
compile() { # cc or c++
    [ "$1" = cc ] && echo "cc -std=c11" || echo "c++ -std=c++17 -x c++"
}
if [ -f "$shared" ]; then
    for language in $languages; do
        build_all "shared-$language" "$(compile "$language")"
        run_all "shared-$language"
        count "the examples with the shared library, $language"
    done
    if have cmake; then
        (cmake -S "$here/examples" -B made && cmake --build made) >log 2>&1 || (cat log && false)
        run_all made
        count "the examples by CMake"
    else
        skip "no cmake"
    fi
else
    skip "no shared library"
fi
if [ -f "$shared" ] && [ -f "$libraries/liblacuna_mpi.a" ]; then
    cat >ranks.c <<'EOF'
#include <lacuna_mpi.h>
#include <stdio.h>
int main(void)
{
    lac_comm *comm = NULL;
    if (lac_mpi_open(&comm) != LAC_OK) {
        fprintf(stderr, "%s\n", lac_mpi_message());
        return 1;
    }
    printf("rank %d of %d\n", comm->rank, comm->size);
    lac_mpi_close(&comm, 0);
    return 0;
}
EOF
    # shellcheck disable=SC2046,SC2086
    cc $strict ranks.c $(pkg-config --cflags --libs lacuna_mpi) -o ranks
    [ "$(./ranks)" = "rank 0 of 1" ]
    count "a rank of MPI with the shared library"
else
    skip "no MPI beside a shared library"
fi
if [ -f "$static" ]; then
    below="$(pkg-config --print-requires lacuna) $(pkg-config --print-requires-private lacuna)"
    echo 'int main(void) { return 0; }' >nothing.c
    # shellcheck disable=SC2046,SC2086
    if cc nothing.c $(pkg-config --static --libs $below) -o nothing 2>err; then
        rm -f "$shared"* # what links and runs now has the static one alone
        for language in $languages; do
            build_all "static-$language" "$(compile "$language")" --static
            run_all "static-$language"
            count "the examples with the static library, $language"
        done
    else
        skip "no static link: $(grep -m 1 -o 'cannot find.*' err)"
    fi
else
    skip "no static library"
fi

rm -rf run
"${built:?}"/example >out
grep -q '^left_eye_center at ' out
count "the header's program trains and predicts"
mkdir empty
if (cd empty && "../$built/example") >out 2>err; then
    echo "the header's program does not fail where no data is"
    exit 1
fi
grep -q '^kaggle/: ' err && [ ! -s out ]
count "without data it fails with a message"
echo "$passed passed, 0 failed, $skipped skipped"
