#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# From the record to a collector elsewhere, with the configurations of
# packaging/rsyslog and two real rsyslogd: TLS with both certificates, byte
# for byte, and whichever of the two is stopped or killed: examples/collected.py
# has every record, each once, in order, out of what came.  In namespaces of
# its own, away from the system's rsyslog.
# usage: tests/forward_rsyslog.sh
set -u
: "${BUILD:=build}"
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/card/ns.sh
. tests/card/ns.sh
if ! card_ns_inside; then
	card_ns_exec bash "$0" "$@"
	exit
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-rsyslog.XXXXXX") || exit 1
trap 'cd /; rm -rf "$dir"; exit $((failed > 0))' EXIT
chmod 755 "$dir"
# shellcheck source=tests/cases.sh
. tests/cases.sh
# shellcheck source=tests/forward_site.sh
. tests/forward_site.sh
rsyslogd=$(PATH=$PATH:/usr/sbin command -v rsyslogd) ||
    { echo "not ok rsyslog: it is not installed"; failed=1; exit; }

# -- certificates
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$dir/ca.key" -out "$dir/ca.pem" -subj '/CN=Log CA' -days 2 \
    2>/dev/null
cert() { # FILE NAME
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$dir/$1-key.pem" -out "$dir/$1.csr" -subj "/CN=$2" \
	    2>/dev/null
	printf 'subjectAltName=DNS:%s\n' "$2" >"$dir/ext"
	openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.pem" -days 2 \
	    -CAkey "$dir/ca.key" -CAcreateserial -extfile "$dir/ext" \
	    -out "$dir/$1.pem" 2>/dev/null
}
cert server collector.example.jp
cert client pc-3.wards.example.jp
cert stranger pc-3.other.example.jp

# -- the two of them; the shipped files with their CHANGE lines changed
client=client peer=collector.example.jp collector=
sender() {
	sed -e 's|target="[^"]*"|target="127.0.0.1"|' \
	    -e "s|Peers=\"[^\"]*\"|Peers=\"$peer\"|" \
	    -e "s|/etc/sekisho/syslog/client|$dir/$client|" \
	    -e "s|/etc/sekisho/syslog|$dir|; s|/var/spool/sekisho|$dir/box|" \
	    -e 's|Interval="2"|Interval="1"|; s|Max="60"|Max="1"|' \
	    packaging/rsyslog/sekisho-forward.conf >"$dir/sender.inc"
	printf '%s\n' "global(workDirectory=\"$dir/queue\")" \
	    "include(file=\"$dir/sender.inc\")" \
	    "action(type=\"omfile\" file=\"$dir/sender.said\")" \
	    >"$dir/sender.conf"
	rm -f "$dir/sender.pid"
	"$rsyslogd" -n -f "$dir/sender.conf" -i "$dir/sender.pid" \
	    >>"$dir/sender.said" 2>&1 &
	sender=$!
}
collector() {
	! { kill -0 "$collector" && listens; } 2>/dev/null || return 0
	sed -e "s|/etc/sekisho/syslog|$dir|" \
	    -e "s|/var/log/sekisho-collected.log|$dir/got|" \
	    packaging/rsyslog/collector.conf >"$dir/collector.inc"
	printf '%s\n' "global(workDirectory=\"$dir/queue2\")" \
	    "include(file=\"$dir/collector.inc\")" \
	    "action(type=\"omfile\" file=\"$dir/collector.said\")" \
	    >"$dir/collector.conf"
	rm -f "$dir/collector.pid"
	LD_PRELOAD=$(realpath "$BUILD/tests/known_dh.so") \
	    "$rsyslogd" -n -f "$dir/collector.conf" -i "$dir/collector.pid" \
	    >>"$dir/collector.said" 2>&1 &
	collector=$!
	until_ 10 listens && return
	# a collector that does not listen after its start is started once more:
	# seen once, and not explained
	((${1-1} < 3)) ||
	    { wrong "no collector: $(<"$dir/collector.said")"; return; }
	kill -9 "$collector"
	wait "$collector" 2>/dev/null
	collector $((${1-1} + 1))
}
listens() {
	grep -q ':1972 00000000:0000 0A' /proc/net/tcp
}
# It has seen the end of each connection and has closed it.
is_idle() {
	! grep -qE '^ *[0-9]+: [0-9A-F]{8}:1972 [^ ]+ 0[1-589B]' /proc/net/tcp
}
gone() {
	! kill -0 "$1" 2>/dev/null
}
# As systemd ends a unit: rsyslogd does not always hear of it.
end() {
	kill "$@" 2>/dev/null
	until_ 10 gone "$1" || {
		echo "# $name: $(cat "/proc/$1/comm") did not end"
		[[ $1 != "${forward-}" ]] || wrong "sekisho-forward does not end"
		kill -9 "$1"
	}
	wait "$@" 2>/dev/null
}
forward() {
	"$BUILD/sekisho-forward" --conf "$dir/conf" 2>>"$dir/said" &
	forward=$!
}
# A collector that is there stays; what it was sent before has come to its end.
start() {
	until_ 10 is_idle || wrong "the collector is not idle"
	new_site
	rm -rf "$dir"/{queue,*.said}
	mkdir -p "$dir/queue" "$dir/queue2" "$dir/box"
	chmod 700 "$dir/box"
	: >"$dir/got"
}
# What should have come, and did it?
sent() {
	cut -c77- "$dir"/box/messages-*.log
}
arrived() {
	cmp -s <(sent) "$dir/got"
}
records() {
	grep -ah '^R' "$dir"/box/messages-*.log | cut -c77-
}
# Every record, each once, in order, with the chain unbroken: no tolerance.
whole() {
	examples/collected.py "$dir/got" >"$dir/whole" 2>"$dir/amiss" &&
	    records | cmp -s - <(head -n "$(records | wc -l)" "$dir/whole")
}
# looked for first, since the collector's program takes longer to start
last_came() {
	grep -qxaF -- "${1:-$(records | tail -n 1)}" "$dir/got"
}
all_came() {
	local n
	until_ 20 last_came
	until_ 20 whole || wrong "$(head -n 3 "$dir/amiss" | xargs); $(
	    tail -n 3 "$dir/sender.said" | cut -c1-200)"
	n=$(records | wc -l)
	((n >= $1)) || wrong "$n records, not $1"
	# and nothing that was never sent
	[[ -z $(LC_ALL=C comm -13 <(sent | LC_ALL=C sort -u) \
	    <(LC_ALL=C sort -u "$dir/got")) ]] || wrong "something else came"
}
# `ss -K` of a kernel that has it
cut_connection() {
	ss -K dport = 6514 >/dev/null 2>&1
}

t byte_for_byte
start
collector
sender
drive 40 >"$dir/ms"
sign
once
ended 0
until_ 15 arrived || wrong "$(sent | wc -l) lines, $(wc -l <"$dir/got") came"
while IFS= read -r line; do
	xmllint --noout - <<<"${line#* - <}" >/dev/null 2>&1 ||
	    xmllint --noout - <<<"<${line#* - <}" || wrong "no XML"
done <"$dir/got"
[[ $(tail -n 1 "$dir/box/sent") == "$(tail -n 1 "$dir"/box/m* |
    cut -c1-75)" ]] || wrong "sent does not say so"

t the_longest_message_there_can_be
head=$(tail -n 1 "$dir"/box/m* | cut -c1-75)
head -c 262400 /dev/zero | tr '\0' x | sed "s/^/$head <85>1 - - - - - - /
    s/\$/\n/" >>"$(echo "$dir"/box/m*)"
printf '%s torn\tTORN\n%s last\n' "$head" "$head" >>"$(echo "$dir"/box/m*)"
until_ 10 grep -qx last "$dir/got"
sent | grep -vP '\tTORN$' | cmp -s - "$dir/got" || wrong "it did not come"

# While records go on, three times over; then all of them must be there.  A
# second break before the first is made good may leave a gap that is told.
disturb() { # COMMAND
	start
	collector
	sender
	forward
	drive 200 20 >"$dir/ms" &
	writer=$!
	for _ in 1 2 3; do
		sleep 0.5
		"$1"
		until_ 10 last_came "$(records | tail -n 1)"
	done
	wait "$writer"
	all_came 200
	end "$forward"
	end "$sender"
}
kill_9() {
	kill -9 "$1"
	wait "$1" 2>/dev/null
}
collector_restart() {
	end "$collector"
	sleep 0.3
	collector
}
collector_kill() {
	kill_9 "$collector"
	collector
}
sender_restart() {
	end "$sender"
	sender
}
sender_kill() {
	kill_9 "$sender"
	sender
}
both() {
	end "$collector"
	sleep 0.3
	end "$sender"
	sender
	sleep 0.2
	collector
}
end "$sender"
for what in collector_restart collector_kill sender_restart sender_kill both \
    cut_connection; do
	t "$what"
	disturb "$what"
done

t collector_away
end "$collector"
start
forward
sender
drive 30 >"$dir/ms"
sleep 1
collector
all_came 30
end "$collector"
drive 5 >"$dir/ms"
sleep 0.5
collector
all_came 36
end "$forward"
end "$sender" "$collector"

t a_stranger_is_refused
start
collector
forward
client=stranger sender
drive 3 >"$dir/ms"
until_ 20 grep -q 'not permitted to talk' "$dir/collector.said" ||
    wrong "not for its name: $(tail -n 2 "$dir/collector.said")"
[[ ! -s $dir/got ]] || wrong "taken"
end "$sender"

t another_collector_gets_nothing
client=client
peer=elsewhere.example.jp sender
drive 3 >"$dir/ms"
until_ 20 grep -qE 'not permitted|peer name' "$dir/sender.said" ||
    wrong "for another reason: $(tail -n 6 "$dir/sender.said" | cut -c1-200)"
[[ ! -s $dir/got ]] || wrong "sent"
end "$sender"
peer=collector.example.jp

# What the stranger's connection took with it comes as well.
t the_right_one_gets_all
sender
all_came 6
end "$forward"
end "$collector" "$sender"
finish
