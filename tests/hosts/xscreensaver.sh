#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# xscreensaver on a display: its own dialogs ask for both factors.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
site_enter "$0" "$@"

site_script xscreensaver
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
}
shown() {
	grep -q -- "$1" "$dir/log"
}
told_to_lock() {
	timeout 5 setpriv --reuid "${uid[taro]}" --clear-groups \
	    --regid "${uid[taro]}" xscreensaver-command --lock 2>&1 |
	    grep -q locking
}
state() {
	timeout 5 setpriv --reuid "${uid[taro]}" --clear-groups \
	    --regid "${uid[taro]}" xscreensaver-command --time 2>/dev/null |
	    grep -q "$1"
}
# A key that comes before it listens is lost.
woken() {
	asked && return
	xdotool key shift
	sleep 0.3
	asked
}
lock() {
	: >"$dir/log"
	until_so told_to_lock || wrong "no locker: $(<"$dir/log")"
	# what an earlier one has said of itself may still be on the display
	sleep 1
	until_so state locked || wrong "not locked: $(<"$dir/log")"
	until_so woken || wrong "no dialog: $(<"$dir/log")"
}
ended_by_force() {
	! pkill -KILL '^xscreensaver' && alone
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
recorded '"result":4' '"reason":"wrong-password"'
state locked || wrong "unlocked: $(<"$dir/log")"
until_so ended_by_force || wrong "it does not end"

t another_users_account
run as hanako "$SITE/libexec/pamdrive" --service xscreensaver --user taro \
    --answer "PIN=$SITE_PIN" --answer Password=himitsu-1
lacks 'auth = 0' 'prompt:'
last '"event":"unlock"' '"reason":"peer"'

t the_record_verifies
run site_desk audit verify
ended 0
until_so alone || wrong "left: $(pgrep -l '^sekisho-')"
finish
