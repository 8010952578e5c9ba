#!/bin/sh
# The check of numbers: passes on the sources, fails on planted violations.
set -eu
cd "$(dirname "$0")/.."
check=$PWD/script/check-numbers

"$check"

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/src/base"

expect() { # FILE MESSAGE: a file of standard input; an empty message passes
    cat >"$root/$1"
    if message=$("$check" "$root" 2>&1); then
        message=
    fi
    if [ "$message" != "$2" ]; then
        echo "$1: wanted '$2', got '$message'" >&2
        exit 1
    fi
}

writes='lac_print or lac_format writes numbers'
echo 'snprintf(t, 9, "%g", x);' >"$root/src/base/number.c"
expect src/a.c '' <<'END'
fprintf(stream, "%d %s %zu %%", 1, "a; b", n);
lac_print(stream, "%.2f", x);
END
expect src/a.c "src/a.c:2: $writes" <<'END'
int a;
    fprintf(stream, "%.2f", x);
END
expect src/a.c "src/a.c:1: $writes" <<'END'
n = snprintf(text, sizeof text, "a; "
             "%-8.*g", 3, x);
END
expect src/a.c 'src/a.c:1: lac_number_read reads numbers' <<'END'
x = strtod(text, NULL);
END
letters='base/letters.h compares letters, in every locale alike'
expect src/a.c "src/a.c:1: $letters" <<'END'
same = strncasecmp(a, b, 3) == 0;
END
expect src/a.c "src/a.c:2: $letters" <<'END'
int is_space(char c); /* isspace */
    return isspace((unsigned char)c);
END
expect src/a.c 'src/a.c:1: lac_reason names errors' <<'END'
return strerror(errno);
END
date='no result depends on a date; lac_seconds measures time'
expect src/a.c "src/a.c:1: $date" <<'END'
seed = time(NULL);
END
expect src/a.c "src/a.c:1: $date" <<'END'
clock_gettime(CLOCK_REALTIME, &t);
END
expect src/a.c '' <<'END'
double lifetime(int x), runtime(void);
END
