#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# record.sh: what the record costs after years of logins, beside what it would
# cost with grep(1), sha256sum(1) and the journal of systemd.  Prints "name
# value unit", one figure a line.  As root; ROUNDS=N timed runs of each (31),
# RECORD_N=N records in the large log (10000000: 13 GB, which are removed),
# RECORD_PEER_N=N in the journal's (200000).
#
# append, append_bare  medians, in turn: a record with its signed checkpoint,
#                and a bare write and fdatasync of as many bytes
# append.N       an append to a log of N records, in turn with the other size
# day.N          one person's records of one day, out of N
# sum.N          what reads the whole log once

# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
: "${RECORD_N:=10000000}" "${RECORD_PEER_N:=200000}"
SMALL_N=1000
JOURNAL=/lib/systemd/systemd-journal-remote

# It goes where there is room: not into a tmpfs, which would be memory.
bench_outside() {
	local need=$((RECORD_N * 3 / 2048 + 3000)) have
	have=$(df -m --output=avail "$BENCH_DIR" | tail -n 1)
	if ((have < need)); then
		echo "record.sh: $BENCH_DIR has $have MB, not $need:" \
		    "set TMPDIR or RECORD_N" >&2
		exit 1
	fi
}
bench_enter "$@"
mkdir -m 755 "$dir/libexec" && install -m 755 "$BUILD"/sekisho* "$dir/libexec/"
sekisho=$dir/libexec/sekisho

# big_log NAME RECORDS: a log with a configuration; $of_day, $next_day,
# $person, $seq are of its middle.  `sekisho init` makes the first append: the
# edge of the tree, the key and the checkpoint come from it.
big_log() {
	local name=$1
	mkdir -m 700 "$dir/$name" "$dir/$name/log" "$dir/$name/lib" || return
	chmod 755 "$dir/$name"
	"$BENCH/biglog" "$dir/$name/log" "$2" >"$dir/middle" || return
	# shellcheck disable=SC2034 # used by the caller
	read -r of_day next_day person seq <"$dir/middle"
	cat >"$dir/$name/conf" <<-END
		[sekisho]
		host = ward-pc-3.example.jp
		language = en
		[paths]
		state = $dir/$name/lib
		audit = $dir/$name/log
		helpers = $dir/libexec
		[helpers]
		user = nobody
		[fido2]
		rp-id = hospital.example
		[service ward]
		pairs = fido2+verification
	END
	chmod 644 "$dir/$name/conf"
	"$sekisho" init --conf "$dir/$name/conf" >>"$dir/log" 2>&1
}

# timed ROUNDS NAME... -- COMMAND [-- COMMAND]...: medians, remembered
timed() {
	local rounds=$1 names=() name
	shift
	while [[ $1 != -- ]]; do names+=("$1"); shift; done
	shift
	"$BENCH/walltime" "$rounds" /dev/null "$@" >"$dir/times" || failed=1
	for name in "${names[@]}"; do
		read -r "ms[$name]"
		value "$name" "${ms[$name]}" ms
	done <"$dir/times"
}

# once NAME COMMAND...: without another run before it
once() {
	local name=$1 from=${EPOCHREALTIME/./} took=
	shift
	! "$@" >"$dir/out" 2>&1 ||
	    took=$(((${EPOCHREALTIME/./} - from) / 1000))
	ms[$name]=$took
	value "$name" "$took" ms
}

# -- the rate of a check, and of an append
mkdir "$dir/rate" &&
    "$BENCH/biglog" "$dir/rate" "$RECORD_PEER_N" >"$dir/middle" || exit
read -r of_day next_day person seq <"$dir/middle"
figures() {
	local name v unit
	while read -r name v unit; do
		value "$name" "$v" "$unit"
		ms[$name]=$v
	done
}
figures < <("$BENCH/verifyrate" "$dir/rate/audit.jsonl")
[[ -n ${ms[verify_rate]-} ]] || value verify_rate '' records/s

# The same records as the journal keeps them: the line as the message, and
# the person as a field that it can look up.
in_journal() {
	sed -n 's/.*"person":{[^}]*"name":"\([^"]*\)".*"t":"\([^"]*\)".*/\2 \1 &/p' \
	    "$dir/rate/audit.jsonl" | python3 -c '
import calendar, sys, time
for line in sys.stdin:
    t, person, text = line.rstrip("\n").split(" ", 2)
    us = calendar.timegm(time.strptime(t[:19], "%Y-%m-%dT%H:%M:%S")) * 10**6
    us += int(t[20:26])
    print("__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%s\n"
        "PERSON=%s\nMESSAGE=%s\n" % (us, us, "1" * 32, person, text))' |
	    "$JOURNAL" -o "$dir/peer.journal" - >>"$dir/log" 2>&1
}
if [[ -x $JOURNAL ]] && in_journal; then
	# it may have begun a second file
	once journal.verify journalctl --verify --file "$dir/peer*.journal"
	timed "$ROUNDS" "day.journal.$RECORD_PEER_N" \
	    "day.sekisho.$RECORD_PEER_N" -- \
	    journalctl --file "$dir/peer*.journal" --since "$of_day" \
	    --until "$next_day" "PERSON=$person" -- \
	    "$sekisho" audit show --person "$person" --since "$of_day" \
	    --until "$next_day" "$dir/rate"
	value journal.verify_rate "$(awk -v n="$RECORD_PEER_N" \
	    -v ms="${ms[journal.verify]}" 'BEGIN {
		if (ms > 0) printf "%.0f", n / ms * 1000 }')" records/s
else
	echo "# no $JOURNAL"
fi
rm -rf "$dir/rate" "$dir"/peer*.journal

figures < <("$BENCH/appendtime" "$dir/append")
[[ -n ${ms[append_ratio]-} ]] || value append_ratio '' x
rm -rf "$dir/append"

# -- after years
if ! big_log small "$SMALL_N" || ! big_log big "$RECORD_N"; then
	tail -n 20 "$dir/log" >&2
	exit 1
fi
log=$dir/big/log
"$BENCH/appendcost" 300 "$dir/big/lib/log.key" "$dir/small/log" "$log" \
    >"$dir/times" || failed=1
{
	read -r "ms[small]" && value "append.$SMALL_N" "${ms[small]}" us
	read -r "ms[big]" && value "append.$RECORD_N" "${ms[big]}" us
} <"$dir/times"
timed "$ROUNDS" "prove.$RECORD_N" "day.sekisho.$RECORD_N" \
    "last.sekisho.$RECORD_N" -- \
    "$sekisho" audit prove --conf "$dir/big/conf" "$seq" -- \
    "$sekisho" audit show --conf "$dir/big/conf" --person "$person" \
    --since "$of_day" --until "$next_day" -- \
    "$sekisho" audit show --conf "$dir/big/conf" --last 10
# each reads all of it, from the disk where memory is smaller
once "sum.verify.$RECORD_N" "$sekisho" audit verify --conf "$dir/big/conf"
once "sum.sha256sum.$RECORD_N" sha256sum "$log/audit.jsonl"
# shellcheck disable=SC2016 # of the inner shell
once "day.grep.$RECORD_N" bash -c 'grep -F "\"t\":\"$1T" "$3" |
    grep -cF "\"name\":\"$2\""' - "$of_day" "$person" "$log/audit.jsonl"

echo "# what the project holds itself to: 500 k records/s; 2; 1; 50 ms; 1 s"
value verify_rate "${ms[verify_rate]-}" records/s
value append_ratio "${ms[append_ratio]-}" x
ratio "append.$RECORD_N/append.$SMALL_N" "${ms[big]-}" "${ms[small]-}"
value "prove.$RECORD_N" "${ms[prove.$RECORD_N]-}" ms
value "day.sekisho.$RECORD_N" "${ms[day.sekisho.$RECORD_N]-}" ms
exit $failed
