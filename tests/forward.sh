#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sekisho-forward and its outbox: every record and checkpoint, in order, each
# once, whatever happens to it, to the log or to the disk; and no login waits.
# Must run as root: it has a mount namespace of its own.
# usage: tests/forward.sh
set -u
: "${BUILD:=build}"
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/card/ns.sh
. tests/card/ns.sh
if ! card_ns_inside; then
	card_ns_exec bash "$0" "$@"
	exit
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-forward.XXXXXX") || exit 1
trap 'cd /; umount "$dir/box" 2>/dev/null; rm -rf "$dir"
    exit $((failed > 0))' EXIT
chmod 755 "$dir"
# shellcheck source=tests/cases.sh
. tests/cases.sh
# shellcheck source=tests/forward_site.sh
. tests/forward_site.sh

fresh() {
	new_site
}
daemon() {
	"$BUILD/sekisho-forward" --conf "$dir/conf" >"$dir/said" 2>&1 &
	daemon=$!
}
end_daemon() {
	kill "$daemon" && wait "$daemon"
}
n_records() {
	(($(heads | grep -c '^R') >= $1))
}

t records_and_checkpoint
drive 20 >"$dir/ms"
sign
once
ended 0
n=$(wc -l <"$dir/log/audit.jsonl")
in_order "$n"
[[ $(heads | tail -n 1) == "C $n" ]] || wrong "no checkpoint at the end"
once
[[ $(heads | grep -c '^C') == 1 ]] || wrong "a checkpoint twice"
in_order "$n"
cut -c77- "$dir"/box/m* >"$dir/messages"
! grep -aqvE '^<85>1 [-0-9]{10}T[0-9:]{8}\.[0-9]{6}Z '`
    `'ward-pc-3.example.jp sekisho - IHE\+RFC-3881 - <' "$dir/messages" ||
    wrong "another header"

t messages_are_xml_or_json
sed 's/.* - </</' "$dir/messages" >"$dir/xml"
while IFS= read -r line; do
	xmllint --noout - <<<"$line" >>"$dir/bad" 2>&1
done <"$dir/xml"
[[ ! -s $dir/bad ]] || wrong "no XML: $(head -n 2 "$dir/bad")"
new_site
conf 'send = records' 'format = fhir'
drive 20 >"$dir/ms"
sign
once
ended 0
in_order "$(wc -l <"$dir/log/audit.jsonl")"
sed 's/.* AuditEvent - //' "$dir"/box/m* |
    python3 -c 'import json, sys
for line in sys.stdin:
    assert json.loads(line)["resourceType"] == "AuditEvent"' \
    >"$dir/bad" 2>&1 || wrong "no FHIR: $(tail -n 1 "$dir/bad")"

t checkpoints_alone
conf 'send = checkpoints'
once
ended 0
[[ ! -e $dir/box/messages-000000000001.log || -z $(heads) ]] ||
    wrong "something without a checkpoint: $(heads | head -n 1)"
drive 3 >"$dir/ms"
sign
once
drive 3 >"$dir/ms"
sign
once
ended 0
[[ $(heads | xargs) == "C 0 C 0" ]] || wrong "not two: $(heads | xargs)"

t a_forged_checkpoint_is_not_handed_on
drive 3 >"$dir/ms"
sign
sed -i '2s/.*/9/' "$dir/log/checkpoint"
once
ended 1
shows checkpoint
! heads | grep -q '^C' || wrong "handed on"

t without_a_section
sed -i '/^\[forward\]/,/^outbox/d; /^send/d' "$dir/conf"
once
ended 0
shows "no section [forward]"
[[ ! -e $dir/box ]] || wrong "made a folder"

t usage
run limited "$BUILD/sekisho-forward" --nonsense
ended 2
run limited "$BUILD/sekisho-forward" --conf "$dir/none"
ended 2
shows "$dir/none"

t a_second_one_is_refused
daemon
until_ 5 test -e "$dir/box/lock"
sleep 0.2
once
ended 1
shows "another sekisho-forward"
end_daemon || wrong "SIGTERM: $?"

t it_follows_and_rotation_breaks_nothing
rotate=1 conf 'send = records'
daemon
drive 600 >"$dir/ms"
until_ 20 n_records 600 || wrong "only $(heads | wc -l)"
end_daemon || wrong "SIGTERM: $?"
in_order "$(cat "$dir"/log/audit*.jsonl | wc -l)"

t killed_at_any_time
drive 400 2 >"$dir/ms" &
writer=$!
kills=0
while kill -0 "$writer" 2>/dev/null; do
	daemon
	sleep "0.0$((RANDOM % 90 + 10))"
	kill -9 "$daemon"
	wait "$daemon" 2>/dev/null
	kills=$((kills + 1))
done
wait "$writer"
once
ended 0
((kills > 10)) || wrong "only $kills kills"
in_order "$(wc -l <"$dir/log/audit.jsonl")"

t a_torn_line_of_the_outbox_is_closed
drive 5 >"$dir/ms"
once
file=$(echo "$dir"/box/m*)
whole=$(stat -c %s "$file")
cut=$((whole - $(tail -n 1 "$file" | wc -c) / 2))
truncate -s "$cut" "$file"
cp "$file" "$dir/before"
once
ended 0
in_order "$(wc -l <"$dir/log/audit.jsonl")"
cmp -s -n "$cut" "$dir/before" "$file" || wrong "changed what was there"
grep -aqP '\tTORN$' "$file" || wrong "no mark"

t a_full_disk_is_waited_for
mkdir -m 700 "$dir/box"
mount -t tmpfs -o size=200k,mode=700 none "$dir/box"
drive 60 >"$dir/ms"
daemon
until_ 5 grep -q 'No space' "$dir/said" || wrong "said nothing"
kill -0 "$daemon" || wrong "it ended"
mount -o remount,size=8m "$dir/box"
until_ 5 n_records 60 || wrong "did not go on"
end_daemon || wrong "SIGTERM: $?"
in_order "$(wc -l <"$dir/log/audit.jsonl")"
! grep -aqP '\tTORN$' "$dir"/box/m* || wrong "a torn line"
mount -o remount,size=800k "$dir/box"
drive 60 >"$dir/ms"
once
ended 1
shows 'No space'
umount "$dir/box"

t a_torn_end_of_the_log_is_waited_for
drive 5 >"$dir/ms"
printf '{"boot_id":"torn' >>"$dir/log/audit.jsonl"
once
ended 0
within 4000
shows "audit.jsonl"
in_order 6
drive 2 >"$dir/ms"
once
lacks torn
in_order "$(wc -l <"$dir/log/audit.jsonl")"

t a_bad_line_is_told_and_not_passed_in_silence
drive 9 >"$dir/ms"
sed -i '4s/.*/{"nonsense":1}/' "$dir/log/audit.jsonl"
once
ended 0
shows "line 4"
[[ $(heads | sed -n '3,6p' | xargs) == "R 3 A 3 R 5 R 6" ]] ||
    wrong "$(heads | xargs)"
once
[[ $(heads | grep -c A) == 1 ]] || wrong "told twice"

t a_record_without_a_form_keeps_nothing_back
drive 5 >"$dir/ms"
sed -i '$s/"event":"auth"/"event":"no word"/' "$dir/log/audit.jsonl"
once
ended 0
shows "record 6 has no form"
[[ $(heads | tail -n 2 | xargs) == "A 6 C 6" ]] || wrong "$(heads | xargs)"
drive 2 >"$dir/ms"
once
ended 0
lacks "has no form"
heads | sed '1,/^A 6$/d' | sed -n 's/^R //p' | cmp -s - <(seq 7 \
    "$(wc -l <"$dir/log/audit.jsonl")") || wrong "$(heads | xargs)"

t again
drive 9 >"$dir/ms"
once
drive 2 >"$dir/ms"
run limited "$BUILD/sekisho-forward" --conf "$dir/conf" --again 4..6
ended 0
[[ $(heads | tail -n 3 | xargs) == "B 10 B 10 B 10" ]] ||
    wrong "$(heads | xargs)"
cut -c77- "$dir"/box/m* | sed -n 4,6p | cmp -s - <(cut -c77- "$dir"/box/m* |
    tail -n 3) || wrong "not the same bytes"
run limited "$BUILD/sekisho-forward" --conf "$dir/conf" --again 9
ended 0
once
ended 0
in_order "$(wc -l <"$dir/log/audit.jsonl")"
run limited "$BUILD/sekisho-forward" --conf "$dir/conf" --again 100..200
ended 0
for bad in 0 "" x 4. 4... 6..4 4..6x 4.. 99999999999999999999; do
	run limited "$BUILD/sekisho-forward" --conf "$dir/conf" --again "$bad"
	ended 2
done
run limited "$BUILD/sekisho-forward" --conf "$dir/conf" --once --again 1
ended 2

t what_was_on_its_way_goes_again
drive 9 >"$dir/ms"
daemon
until_ 5 n_records 9
sed -n '7s/^\(.\{75\}\).*/\1/p' "$dir"/box/m* >"$dir/box/sent"
echo suspended >"$dir/box/broken"
until_ 5 eval 'heads | grep -q B' || wrong "nothing went again"
sleep 1.2
echo suspended >>"$dir/box/broken"
drive 1 >"$dir/ms"
until_ 5 n_records 10
end_daemon || wrong "SIGTERM: $?"
# those seven, and the one that was being sent when it was said
(($(heads | grep -c '^B') == 8)) || wrong "$(heads | xargs)"
cut -c77- "$dir"/box/m* | sed -n 1,8p | cmp -s - <(grep -h '^B' \
    "$dir"/box/m* | cut -c77-) || wrong "not the same bytes"
in_order "$(wc -l <"$dir/log/audit.jsonl")"

t a_log_that_was_cut_off_goes_on_behind_what_both_have
drive 9 >"$dir/ms"
once
sed -i '7,$d' "$dir/log/audit.jsonl"
drive 2 >"$dir/ms"
once
ended 0
shows "not in the log any more"
sed -n '7,$s/.*"seq":\([0-9]*\).*/R \1/p' "$dir/log/audit.jsonl" \
    >"$dir/behind"
[[ -s $dir/behind ]] || wrong "nothing behind"
heads | sed '1,/^A 10$/d' | grep '^R' | cmp -s - "$dir/behind" ||
    wrong "$(heads | xargs)"
once
ended 0
heads | sed '1,/^A 10$/d' | grep '^R' | cmp -s - "$dir/behind" ||
    wrong "twice: $(heads | xargs)"

# What `sekisho doctor` says of it, in `dir/out`.
doctor() { # ID... that are not good
	run limited "$BUILD/sekisho" doctor --json --conf "$dir/conf"
	python3 - "$dir/out" "$*" <<-'END' || wrong "not \"$*\""
		import json, sys
		bad = [f["id"] for f in json.load(open(sys.argv[1]))
		    if f["id"].startswith("forward") and f["level"] != "good"]
		sys.exit(" ".join(sorted(bad)) != sys.argv[2])
	END
}
# As rsyslog does when all is sent up to record N, or up to the checkpoint.
sent() {
	cut -b1-75 "$dir"/box/messages-*.log | sed "/^[RC] 0*$1 /q" \
	    >"$dir/box/sent"
}

t doctor_tells_what_waits
drive 20 >"$dir/ms"
n=$(wc -l <"$dir/log/audit.jsonl")
doctor forward-off
shows '"do":"`systemctl enable --now sekisho-forward.service`' \
    "$dir/box: $n records are still to be sent"
once
doctor forward-off
shows "$n records are still to be sent"
sent 15
doctor forward-off
shows "$((n - 15)) records are still to be sent"
sent "$n"
doctor forward-off
shows "0 records are still to be sent"
# somebody else's lock is none
flock "$dir/box/lock" -c "'$BUILD/sekisho' doctor --json --conf '$dir/conf'" \
    >"$dir/out"
shows forward-off
daemon
until_ 5 eval 'grep -q " $(stat -c %i "$dir/box/lock") \|:$(stat -c %i \
    "$dir/box/lock") " /proc/locks' || wrong "no lock"
doctor
end_daemon || wrong "SIGTERM: $?"
sed -i 's/^language = en/language = ja/' "$dir/conf"
run limited "$BUILD/sekisho" doctor --quiet --conf "$dir/conf"
shows "注意  $dir/box: sekisho-forward が動いておらず"

t doctor_tells_since_when
drive 120 >"$dir/ms"
sign
n=$(wc -l <"$dir/log/audit.jsonl")
cp -a "$dir/log" "$dir/log.now"
# the times of a log of long ago; nobody checks its chain here
long_ago() {
	sed -i 's/"t":"[-0-9]*T/"t":"2020-04-01T/' "$dir/log/audit.jsonl"
}
long_ago
doctor 'forward-off forward-waits'
shows "$dir/box: $n records were not sent, the oldest one of 2020-0"
rm -r "$dir/log" && mv "$dir/log.now" "$dir/log"
once
long_ago
doctor 'forward-off forward-waits'
sent 80
doctor 'forward-off forward-waits'
shows "$((n - 80)) records were not sent, the oldest one of 2020-0"
sent "$n"
doctor forward-off
# after a new file was begun nothing is noted of it
mv "$dir/box/messages-000000000001.log" "$dir/all"
LC_ALL=C sed '/^R 0*100 /q' "$dir/all" >"$dir/box/messages-000000000001.log"
LC_ALL=C sed '1,/^R 0*100 /d' "$dir/all" \
    >"$dir/box/messages-000000000002.log"
: >"$dir/box/sent"
doctor 'forward-off forward-waits'
shows "$((n - 100)) records were not sent"
echo nonsense >"$dir/box/sent"
doctor 'forward-off forward-waits'
shows "$((n - 100)) records were not sent"
# by checkpoints alone
rm -r "$dir/box"
conf 'send = checkpoints'
doctor 'forward-off forward-waits'
once
doctor 'forward-off forward-waits'
sent 0
doctor forward-off
shows "0 records are still to be sent"
sed -i '/^\[forward\]/,/^outbox/d; /^send/d' "$dir/conf"
doctor

t no_login_waits
daemon
sleep 0.2
kill -STOP "$daemon"
drive 50 >"$dir/ms"
kill -CONT "$daemon"
(($(<"$dir/ms") < 500)) || wrong "an append of $(<"$dir/ms") ms"
until_ 10 n_records 50 || wrong "did not go on"
end_daemon || wrong "SIGTERM: $?"
finish
