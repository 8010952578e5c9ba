#!/bin/sh
# Trainings by mpirun between hosts: the same run as by one process, over a wire that delays every
# frame by 1 ms and loses 1 in 100. Hosts are network namespaces of this machine, each with a name
# of its own, so that ranks of two share no memory; what would be ssh enters them.
# Skipped where namespaces or /dev/net/tun are not permitted, or mpirun is not Open MPI's.
#
# usage: hosts.sh LACUNA
set -eu
skip() {
    echo "skipped: $*"
    exit 77
}
if [ -z "${LACUNA_WIRED:-}" ]; then
    mpirun --version 2>/dev/null | grep -q 'Open MPI' || skip 'no mpirun of Open MPI'
    command -v ip >/dev/null 2>&1 || skip 'no ip (Debian: iproute2)'
    { [ -r /dev/net/tun ] && [ -w /dev/net/tun ]; } || skip 'no /dev/net/tun'
    apart="unshare --map-root-user --net --mount --uts"
    $apart true 2>/dev/null || skip 'namespaces are not permitted'
    LACUNA_WIRED=1 exec $apart "$0" "$@"
fi

lacuna=$1
tests=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
cd "$folder"
wire=
clean() {
    [ -z "$wire" ] || kill "$wire" 2>/dev/null || :
    cd / && rm -rf "$folder"
}
trap clean EXIT
fail() {
    echo "hosts.sh: $*" >&2
    exit 1
}

mount -t tmpfs tmpfs /run
for host in host1 host2 host3; do
    ip netns add "$host"
done
python3 "$tests/wire.py" 0.001 0.01 host1 host2 host3 >wire.out 2>wire.err &
wire=$!
until grep -q connected wire.out; do
    kill -0 "$wire" 2>/dev/null || fail "no wire: $(cat wire.err)"
    sleep 0.05
done

cat >enter <<END
#!/bin/sh
# ADDRESS COMMAND...: as ssh does it
host=host\${1##*.}
shift
mkdir -p "$folder/tmp-\$host"
export TMPDIR="$folder/tmp-\$host"
exec ip netns exec "\$host" unshare --uts sh -c 'hostname "\$1"; shift; eval "\$*"' sh "\$host" "\$@"
END
chmod +x enter
hosts() { # HOSTS N ARGUMENT...: lacuna by N ranks on the hosts
    names=$1
    n=$2
    shift 2
    ./enter 10.9.0.1 mpirun --allow-run-as-root --bind-to none --mca plm_rsh_agent "$folder/enter" \
        --mca oob_tcp_if_include wire --mca btl_tcp_if_include wire --host "$names" -n "$n" \
        "$lacuna" "$@" --threads 1
}

settings='--preset paper --model kimura --batch 32 --epochs 2'
"$lacuna" synth --rows 40 --size 32 --out faces >/dev/null
compare() { # NAME COMMAND...: a training by the command
    name=$1
    shift
    # shellcheck disable=SC2086  # a list of words
    "$@" train --data faces --out "$name" $settings >"$name.out" 2>"$name.err" ||
        fail "$name: $(cat "$name.err")"
    cut -d, -f1,4- "$name/metrics.csv" >"$name.csv"
    "$lacuna" predict --model "$name" --data faces >"$name.answers"
    if ! cmp one.csv "$name.csv" || ! cmp one.answers "$name.answers"; then
        fail "$name: another training"
    fi
}
compare one "$lacuna"
compare two hosts 10.9.0.1:1,10.9.0.2:1 2
compare three hosts 10.9.0.1:1,10.9.0.2:1,10.9.0.3:1 3
compare mixed hosts 10.9.0.1:2,10.9.0.2:1 3
kill "$wire"
wait "$wire" || :
tail -n 1 wire.out
grep -q ' [1-9][0-9]* lost' wire.out || fail 'the wire lost nothing'
