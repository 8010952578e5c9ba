#!/bin/sh
# The counting of tests, on logs of both kinds of cmocka and of programs that count by themselves.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

expect() { # COUNTS: of the log on standard input
    cat >"$log"
    got=$("$here/script/count-tests" "$log")
    if [ "$got" != "$1" ]; then
        echo "counted '$got', must be '$1':"
        cat "$log"
        exit 1
    fi
}

expect '2 2 1' <<'END'
test:         cmocka 1.1.5
result:       exit status 2
----------------------------------- stdout -----------------------------------
1..5
ok 1 - good
ERROR: no 3
not ok 2 - bad
# test_it.c:7: error: Failure!
not ok 3 # SKIP skipped
not ok 4 - never Could not run test: Test setup failed
ok 5 - good too
# not ok - tests
END
expect '1 1 2' <<'END'
result:       exit status 1
TAP version 13
1..4
ok 1 - good
not ok 2 - bad
# ok 7 - not a test
ok 3 # SKIP skipped
ok 4 # SKIP skipped too
END
expect '34 1 1' <<'END'
result:       exit status 1
33 passed, 0 failed
result:       exit status 77
result:       exit status 0
END
expect '1 1 0' <<'END'
result:       killed by signal 6 SIGABRT
1..3
ok 1 - good
END
expect '0 0 0' </dev/null
