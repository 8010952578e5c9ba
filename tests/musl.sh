#!/bin/sh
# Every source compiles against musl, a C library without glibc's habits; nothing is linked, since
# the libraries that lacuna needs are built for glibc. Their headers and the kernel's stand in
# folders of their own, so that none of glibc's is found.
set -u
cd "$(dirname "$0")/.." || exit 1
if ! command -v musl-gcc >/dev/null 2>&1; then
    echo "no musl-gcc (Debian: musl-tools)"
    exit 77
fi
headers=$(mktemp -d)
trap 'rm -rf "$headers"' EXIT
for header in archive.h archive_entry.h cjson jpeglib.h jmorecfg.h jerror.h jconfig.h webp \
    zlib.h zconf.h linux asm asm-generic; do
    for folder in /usr/include /usr/include/"$(cc -print-multiarch)"; do
        [ ! -e "$folder/$header" ] || ln -sfn "$folder/$header" "$headers/$header"
    done
done
flags="-Iinclude -Isrc -isystem $headers $(pkg-config --cflags-only-I cairo libpng)"
mpi=ompi-c
if pkg-config --exists $mpi; then
    flags="$flags $(pkg-config --cflags-only-I $mpi) -DHAVE_MPI"
else
    mpi=
fi
passed=0
failed=0
for source in src/*/*.c cli/*.c; do
    case $source in
    src/export/c/* | src/kernel/dnnl*) continue ;;             # texts; oneDNN's
    src/kernel/gemm_bf16.c | src/kernel/winograd.c | src/kernel/pixels.c | src/kernel/amx*.c)
        continue ;; # intrinsics
    src/comm/mpi.c) [ -n "$mpi" ] || continue ;;
    esac
    # shellcheck disable=SC2086  # lists of words
    if musl-gcc -std=c11 -fsyntax-only -Wall -Wextra -Wundef -Wno-unused-function -Werror \
        -mavx2 -mfma -DLAC_X86 -DLAC_ISA=avx2 -DHAVE_WEBP $flags "$source"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$source does not compile"
    fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
