#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sekisho-watch where things are not as they should be: logind gone, rubbish
# in the folder of sessions, the folder gone or not safe, no room for the
# record, a session with another token than at its login, a machine that
# sleeps.
# shellcheck source=tests/watch_site.sh
. "$(dirname "$0")/watch_site.sh"

t logind_is_not_there
come ward taro c7
bus_stop
card_remove
said "session $id cannot be locked and is tried again: the system bus"
recorded '"reason":"not-locked"'
recorded '"event":"lock"' '"result":12' '"reason_id":225' "$id"
before=$(records)
sleep 1.2
(($(records) == before)) || wrong "recorded again"
{ bus_start && logind_start; } || wrong "no logind"
soon is_locked c7 1 || wrong "not locked"
recorded '"reason":"ok"' "$id"

t rubbish_in_the_folder
card_insert
never is_locked c7 1
seq -f "$sessions/rubbish-%.0f" 3000 | xargs touch
other=11111111-2222-4333-8444-55555555555
sed "s/^session .*/session ${other}0/" "$sessions/$id" >"$dir/link"
ln -s "$dir/link" "$sessions/${other}0"
cp "$sessions/$id" "$sessions/${other}1" # another session's
{ cat "$sessions/$id"; echo more; } >"$sessions/${other}2"
head -c 100000 /dev/zero >"$sessions/${other}3"
mkfifo "$sessions/${other}4"
mkdir "$sessions/${other}5"
sed "s/^session .*/session ${other}6/; s/^xdg .*/xdg ..\/..\/c8/" \
    "$sessions/$id" >"$sessions/${other}6"
install -m 644 "$sessions/$id" "$sessions/${other}7"
ln "$sessions/${other}6" "$sessions/${other}8"
touch "$sessions/"$'\e[2J\n-rf ..' "$sessions/${other}9.new"
said "(and others)"
never is_locked c7 1
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c7 2
(($(wc -l <"$dir/watch.log") < 200)) || wrong "too much in the log"
! grep -q $'\e' "$dir/watch.log" || wrong "control characters in the log"
leave
find "$sessions" -mindepth 1 -delete

t the_folder_is_removed
card_wait absent
card_insert
come ward taro c7
rm -rf "$sessions"
card_remove
never is_locked c7 2
leave
card_insert
come ward taro c7
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c7 3
leave

t a_login_whose_file_cannot_be_written
card_wait absent
card_insert
chmod 777 "$SITE/run"
come ward taro c7
grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
    grep -q '"detail":"[^"]*/run: must not.*"reason":"ok"' || wrong "no detail"
leave
chmod 755 "$SITE/run"

t the_disk_of_the_record_is_full
come ward taro c8
mount -t tmpfs -o size=36k,mode=700 tmpfs "$SITE/log"
head -c 100000 /dev/zero >"$SITE/log/full" 2>/dev/null
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c8 1
said "this could not be recorded"
umount "$SITE/log"
leave

t the_unlocking_card_counts
card_wait absent
card_insert
come ward taro c8
# as a locker's login leaves it: no session follows
sed -e "s/^session .*/session ${other}a/" -e 's/^state .*/state begun/' \
    -e 's/^service .*/service locker/' -e 's/^kind .*/kind fido2/' \
    -e "s|^place .*|place $dir/node|" "$sessions/$id" >"$dir/unlock"
touch "$dir/node"
node=$(stat -c 's/^node-dev .*/node-dev 0/;s/^node-ino .*/node-ino %i/' \
    "$dir/node")
sed "$node" "$dir/unlock" >"$sessions/.new"
chmod 600 "$sessions/.new"
mv "$sessions/.new" "$sessions/${other}a"
sleep 0.3
card_remove
never is_locked c8 1
from=$(date +%s%N)
rm "$dir/node"
quick "$from" is_locked c8 2
leave

# As in the sleep of a machine nothing of it runs: neither of the two, and
# what COMMAND does to the card they find when they wake.  Here the clock goes
# on, as it does not in a sleep: what was seen last is old.
sleeping() { # SECONDS [COMMAND]...
	kill -STOP "$watch" "$(<"$CARD_DIR/pcscd.pid")" || wrong "not asleep"
	"${@:2}"
	sleep "$1"
	from=$(date +%s%N)
	kill -CONT "$(<"$CARD_DIR/pcscd.pid")" "$watch"
}

t asleep_with_the_card_in
card_wait absent
card_insert
come ward taro c9
sleeping 1.5
never is_locked c9 0
# longer than what it has seen counts
sleeping 4.5
never is_locked c9 0
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c9 1

t pulled_in_its_sleep
card_wait absent
card_insert
never is_locked c9 1
sleeping 1.5 card_cmd remove
quick "$from" is_locked c9 2
recorded '"cause":"removal"' "$id"

# Out of sight for longer: but the same pcscd has seen it go.
t pulled_in_a_long_sleep
card_wait absent
card_insert
never is_locked c9 2
sleeping 4.5 card_cmd remove
quick "$from" is_locked c9 3
recorded '"cause":"removal"' "$id"
leave

over
