#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The card or key that opened a session goes away: sekisho-watch has the
# session locked or ended within a second, and puts it on record; what comes
# again, is tapped or takes another one's place; pcscd and the watch itself
# are started anew.
# shellcheck source=tests/watch_site.sh
. "$(dirname "$0")/watch_site.sh"

t removal_locks
come ward taro c1
[[ $(stat -c '%a %U' "$sessions" "$sessions/$id" | xargs) == \
    '700 root 600 root' ]] || wrong "$(ls -la "$sessions")"
cp "$sessions/$id" "$dir/file"
for line in "session $id" "state open" "place $CARD_READER 00 00" "xdg c1"; do
	grep -qx "$line" "$dir/file" || wrong "no $line: $(cat "$dir/file")"
done
never is_locked c1 0
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c1 1
said "session $id of taro is locked"
recorded '"event":"lock"' "\"session\":\"$id\"" '"person":{"name":"taro"}' \
    '"account":{"name":"taro","shared":false}' '"lock":{"cause":"removal"}' \
    '"reason":"ok"' '"xdg_session":"c1"' "\"reader\":\"$CARD_READER 00 00\""

t removed_once_more
card_insert
never is_locked c1 1
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c1 2

t a_session_that_tells_it_is_locked_is_left_alone
card_insert
busctl call org.freedesktop.login1 /org/freedesktop/login1/session/c1 \
    org.freedesktop.login1.Session SetLockedHint b true || wrong "no hint"
before=$(records)
card_remove
never is_locked c1 2
(($(records) == before)) || wrong "recorded"
leave
soon test ! -e "$sessions/$id" || wrong "the file is still there"

t closed_before_the_card_goes
card_insert
come ward taro c2
leave
[[ ! -e $sessions/$id ]] || wrong "the file is still there"
card_remove
never is_locked c2 0

t gone_before_the_session_was_open
card_insert
coproc LOGIN {
	exec timeout -k 1 90 "$BUILD/tests/pamdrive" --service ward --user taro \
	    --answer PIN="$SITE_PIN" --answer Password=himitsu-1 --steps \
	    auth,acct,wait,unenv=XDG_SESSION_ID=c3,open,wait,close \
	    >"$dir/out" 2>&1
} 2>/dev/null
login=$LOGIN_PID hold=${LOGIN[1]}
soon grep -q '^acct = 0' "$dir/out" || wrong "no login"
card_remove
never is_locked c3 0
from=$(date +%s%N)
echo >&"$hold"
quick "$from" is_locked c3 1
leave

t tapped_again
card_insert
come tap taro c4
card_remove
never is_locked c4 0
from=$(date +%s%N)
card_cmd insert
quick "$from" is_locked c4 1
recorded '"cause":"request"'
card_wait present
card_remove
never is_locked c4 1
card_insert # to unlock it
never is_locked c4 1
card_remove
sleep 0.2
card_insert
soon is_locked c4 2 || wrong "not locked"
leave

t a_shared_account_ends
come ward ward3 c5
! is_ended c5 || wrong "ended already"
from=$(date +%s%N)
card_cmd remove
quick "$from" is_ended c5
is_locked c5 0 || wrong "locked"
leave
soon grep -q '"event":"end"' "$SITE_LOG" || wrong "no record"
recorded '"account":{"name":"ward3","shared":true}' \
    '"type":110123' '"cause":"removal"'

t the_login_program_is_killed
card_wait absent
card_insert
come ward taro c6
{
	kill -KILL "$(pgrep -x pamdrive)"
	wait "$login"
} 2>/dev/null
soon test ! -e "$sessions/$id" || wrong "the file is still there"
is_locked c6 0 || wrong "locked"

t a_watch_that_is_started_anew_knows_the_sessions
come ward taro c6
watch_stop
ended 0
watch_start
never is_locked c6 0
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c6 1

t pulled_while_no_watch_is_there
card_wait absent
card_insert
never is_locked c6 1
watch_stop
card_remove
watch_start
soon is_locked c6 2 || wrong "not locked"

t pcscd_is_started_anew
card_insert
never is_locked c6 2
card_stop
card_pcscd_stop
# the reader is without its card for a while
card_pcscd_start
sleep 1
insert taro
never is_locked c6 2
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c6 3

t another_card_in_its_place
card_wait absent
card_insert
never is_locked c6 3
insert other
soon is_locked c6 4 || wrong "not locked"
leave

t a_key_is_pulled
come key taro c9
grep -qx "place $(fido_path usb)" "$sessions/$id" || wrong "no place"
never is_locked c9 0
from=$(date +%s%N)
rm "$(fido_path usb)"
quick "$from" is_locked c9 1
recorded '"kind":"fido2"' '"cause":"removal"' "$id"
leave

t a_session_within_it_has_a_token_of_its_own
fido_key usb2 || wrong "no key"
site_desk enrol taro --fido2 --yes --label usb2 >"$dir/enrolled" 2>&1 ||
    wrong "not enrolled: $(<"$dir/enrolled")"
insert taro
come ward taro c8
mkfifo "$dir/fifo"
timeout -k 1 60 "$BUILD/tests/pamdrive" --service key --user taro --tty :0 \
    --answer PIN="$SITE_PIN" --answer Password=himitsu-1 --steps \
    auth,acct,cred,unenv=XDG_SESSION_ID=c8,open,wait,close \
    <"$dir/fifo" >"$dir/within" 2>&1 &
within=$!
exec {inner}>"$dir/fifo"
soon grep -q '^open = 0' "$dir/within" || wrong "$(<"$dir/within")"
never is_locked c8 0
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c8 1
echo >&"$inner"
wait $within
exec {inner}>&-
leave
fido_unplug usb2

t without_watch_nothing_is_written
insert taro
come kiosk taro c9
[[ ! -e $sessions/$id ]] || wrong "there is a file"
leave

over
