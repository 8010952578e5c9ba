#!/bin/sh
# The Python module: its wheel is built, as pip does it, and python/tests runs on it.
# $LACUNA_PYTHON is the Python, else python3; skipped where that lacks what it needs.
#
# usage: tests/python.sh BUILD LACUNA [OPTION...]
#   keeps what it compiled in BUILD/python-wheel; options as of meson setup, such as make the wheel
#   compute as LACUNA does (several of them need pip 23.1)
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath "$1")
LACUNA=$(realpath "$2")
shift 2
python=${LACUNA_PYTHON:-python3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export LACUNA

if ! "$python" -c '
import os, sys, sysconfig
import mesonpy, numpy, pip, pytest
header = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(sys.version_info < (3, 11) or not os.path.exists(header))' 2>/dev/null; then
    echo "skipped: $python is no Python 3.11 with headers, pip, numpy, pytest, meson-python"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

for option; do
    shift
    set -- "$@" "--config-settings=setup-args=$option"
done
# The Meson that meson-python came with may be newer than the system's.
PATH=$(dirname "$("$python" -c 'import sys; print(sys.executable)')"):$PATH
export PATH
if ! "$python" -m pip wheel "$here" --no-build-isolation --no-deps --no-index \
    --wheel-dir "$scratch" --config-settings=build-dir="$build/python-wheel" "$@" \
    >"$scratch/log" 2>&1; then
    cat "$scratch/log"
    exit 1
fi
"$python" -m pip install --quiet --no-deps --no-index --target "$scratch/site" "$scratch"/*.whl
PYTHONPATH=$scratch/site PYTHONDONTWRITEBYTECODE=1 \
    "$python" -m pytest -q -p no:cacheprovider -W error "$here/python/tests"
