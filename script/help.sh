# Read by the other scripts before they do anything: with -h or --help as its first argument a
# script prints the comment at its head, which says what it does and how it is called, and ends.
# shellcheck shell=sh
case ${1:-} in
-h | --help)
    sed -n '2,/^set -/s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
