#!/bin/sh
# The check of the include graph: passes on the sources, fails on planted violations.
set -eu
cd "$(dirname "$0")/.."
check=$PWD/script/check-includes

"$check"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/cli" "$root/src/base" "$root/src/op" "$root/src/data" "$root/src/image"

expect() { # FILE INCLUDE MESSAGE: a file with this one include; an empty message passes
    printf '/* planted */\n#include %s\n' "$2" >"$root/$1"
    if message=$("$check" "$root" 2>&1); then
        message=
    fi
    if [ "$message" != "$3" ]; then
        echo "$1 with $2: wanted '$3', got '$message'" >&2
        exit 1
    fi
    rm "$root/$1"
}

expect src/op/conv.c '"kernel/kernel.h"' ''
expect src/op/conv.c '"op/op.h"' ''
expect src/op/conv.c '<stdio.h>' ''
expect src/op/conv.c '"net/net.h"' 'src/op/conv.c:2: op may not include "net/net.h"'
expect src/op/conv.c '<net/net.h>' 'src/op/conv.c:2: op may not include "net/net.h"'
expect src/op/conv.c '"../net/net.h"' 'src/op/conv.c:2: op may not include "../net/net.h"'
expect src/op/conv.c '"conv.h"' 'src/op/conv.c:2: op may not include "conv.h"'
expect src/base/random.c '"kernel/kernel.h"' \
    'src/base/random.c:2: base may not include "kernel/kernel.h"'
expect src/base/context.c '"kernel/kernel.h"' \
    'src/base/context.c:2: base may not include "kernel/kernel.h"'
expect src/data/table.c '"kernel/kernel.h"' \
    'src/data/table.c:2: data may not include "kernel/kernel.h"'
expect src/image/view.c '"kernel/kernel.h"' ''
expect src/image/view.c '"net/net.h"' 'src/image/view.c:2: image may not include "net/net.h"'
expect src/data/group.c '"kernel/kernel.h"' ''
expect cli/main.c '"cli.h"' ''
expect cli/main.c '"lacuna.h"' ''
expect cli/main.c '"base/base.h"' 'cli/main.c:2: cli may not include "base/base.h"'
expect cli/main.c '"../src/base/base.h"' \
    'cli/main.c:2: cli may not include "../src/base/base.h"'
