#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# xscreensaver on a display: each message without a question is a dialog of
# its own there, which waits for Return.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-xscreensaver.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'site_end; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/../cases.sh"
# shellcheck source=tests/hosts/lockers.sh
. "$(dirname "$0")/lockers.sh"

t site
locker_site xscreensaver || { wrong "no site"; finish; exit 1; }
display || wrong "no display: $(<"$dir/xvfb")"
install -d -o taro "$dir/home"
printf '%s\n' 'lock: True' 'lockTimeout: 0:00:00' 'mode: blank' \
    'splash: False' 'fade: False' 'unfade: False' >"$dir/home/.xscreensaver"
chown taro "$dir/home/.xscreensaver"
locker_env=("DISPLAY=$DISPLAY" "HOME=$dir/home")
finish

start() {
	as_limit=600 as taro xscreensaver --no-splash --verbose >>"$dir/log" 2>&1 &
	saver=$!
}
stop() {
	# not the shell around it; nobody else's is in these namespaces
	kill "$(pgrep -o -x xscreensaver)"
	wait $saver 2>/dev/null
	until_so alone || wrong "left: $(pgrep -l '^sekisho-')"
}
shown() {
	grep -q -- "$1" "$dir/log"
}
told_to_lock() {
	as taro xscreensaver-command --lock 2>&1 | grep -q locking
}
state() {
	timeout 5 setpriv --reuid "${uid[taro]}" --clear-groups \
	    --regid "${uid[taro]}" xscreensaver-command --time 2>/dev/null |
	    grep -q "$1"
}
lock() {
	: >"$dir/log"
	until_so told_to_lock || wrong "no locker: $(<"$dir/log")"
	# what an earlier one has said of itself may still be on the display
	sleep 1
	until_so state locked || wrong "not locked: $(<"$dir/log")"
	sleep 0.5
	xdotool key shift
}
unlocked() {
	until_so state non-blanked || wrong "still locked: $(<"$dir/log")"
}
recorded() {
	until_so more_unlocks "$before" || wrong "nothing is on record"
	last '"event":"unlock"' '"service":"xscreensaver"' \
	    '"service_claimed":true' '"claimed":"taro"' "$@"
}

t both_factors
start
before=$(unlocks)
lock
by_keys himitsu-1
recorded '"result":0' '"person":{"display":"taro","name":"taro"}'
unlocked
shown 'pam_acct_mgmt (...) ==> 0' || wrong "the account line is not asked"

t wrong_password
before=$(unlocks)
lock
by_keys wrong
recorded '"reason":"wrong-password"'
state locked || wrong "unlocked"
until_so shown 'ERROR_MSG' || wrong "no message"
state locked || wrong "unlocked"
stop

t a_message_waits_for_return
card nobodys
start
before=$(unlocks)
lock
until_so shown 'TEXT_INFO="Insert your card."' || wrong "no message"
# the gate has given up meanwhile, and its words are the next dialog
sleep 2
xdotool key Return
until_so shown 'ERROR_MSG="No card or key was found.' || wrong "no reason"
recorded '"reason":"no-token"'
state locked || wrong "unlocked"
stop
card taro

t no_new_privileges
as_options=(--no-new-privs)
start
before=$(unlocks)
lock
by_keys himitsu-1
recorded '"result":0'
unlocked

t another_users_account
run as hanako "$SITE/libexec/pamdrive" --service xscreensaver --user taro \
    --answer "PIN=$SITE_PIN" --answer Password=himitsu-1
lacks 'auth = 0' 'prompt:'
last '"event":"unlock"' '"reason":"peer"'

t the_record_verifies
stop
run site_desk audit verify
ended 0
until_so alone || wrong "left: $(pgrep -l '^sekisho-')"
finish
