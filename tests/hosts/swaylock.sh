#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# swaylock under a sway without a screen, and keys of a virtual keyboard.  It
# has one line typed, and gives that to whatever is asked.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
site_enter "$0" "$@"

site_script swaylock
# shellcheck source=tests/hosts/lockers.sh
. "$(dirname "$0")/lockers.sh"

t site
# shellcheck disable=SC2034 # for card()
pairs='pkcs11+pin'
locker_site swaylock || { wrong "no site"; finish; exit 1; }
install -d -m 700 -o taro "$dir/run"
echo 'xwayland disable' >"$dir/sway"
locker_env=("XDG_RUNTIME_DIR=$dir/run" WLR_BACKENDS=headless
    WLR_RENDERER=pixman WLR_LIBINPUT_NO_DEVICES=1)
as_limit=600 as taro sway -c "$dir/sway" >"$dir/sway.log" 2>&1 &
until_so test -S "$dir/run/wayland-1" || wrong "no sway: $(<"$dir/sway.log")"
locker_env+=(WAYLAND_DISPLAY=wayland-1)
finish

lock() {
	as taro swaylock -d --color 204060 >"$dir/locker" 2>&1 &
	locking=$!
	until_so grep -q 'Prepared to authorize' "$dir/locker" ||
	    wrong "not locked: $(<"$dir/locker")"
	sleep 0.5 # its surface has to get the keyboard
}
# typed TEXT PART...: and what is on record then
typed() {
	local before i
	before=$(unlocks)
	for i in 1 2 3; do
		# time for the new keyboard; Escape clears the line
		as taro wtype -s $((i * 500)) -k Escape -d 20 "$1" -s 50 \
		    -k Return
		# keys that come before it has the keyboard are lost
		until_so taken "$before" && break
	done
	until_so more_unlocks "$before" || wrong "nothing is on record"
	last "${@:2}"
}
taken() {
	more_unlocks "$1" || ! alone
}
locked() {
	until_so alone || wrong "still at it"
	sleep 0.3
	kill -0 $locking || wrong "unlocked"
}
unlocked() {
	wait $locking || wrong "it ended with $?: $(<"$dir/locker")"
}

t pin
lock
typed "$SITE_PIN" '"event":"unlock"' '"result":0' '"pair":"pkcs11+pin"' \
    '"service":"swaylock"' '"service_claimed":true' '"claimed":"taro"'
unlocked

t wrong_pin
lock
typed 9999 '"event":"unlock"' '"reason":"wrong-pin"'
locked
typed "$SITE_PIN" '"event":"unlock"' '"result":0'
unlocked

t no_card
card nobodys
lock
typed "$SITE_PIN" '"event":"unlock"' '"reason":"no-token"'
locked
card hanako
typed "$SITE_PIN" '"event":"unlock"' '"reason":"not-granted"'
locked
card taro
typed "$SITE_PIN" '"event":"unlock"' '"result":0'
unlocked

t no_new_privileges
as_options=(--no-new-privs)
lock
typed 9999 '"reason":"wrong-pin"'
locked
typed "$SITE_PIN" '"event":"unlock"' '"result":0'
unlocked
as_options=()

t a_password_does_not_become_a_pin
pairs='pkcs11+password' card taro
lock
typed himitsu-1 '"event":"unlock"' '"reason":"no-prompt"'
locked
[[ $(tail -n 1 "$SITE_LOG") != *'"type":"pin"'* ]] || wrong "a try was spent"
card taro
typed "$SITE_PIN" '"event":"unlock"' '"result":0'
unlocked

t another_users_account
run as hanako "$SITE/libexec/pamdrive" --service swaylock --user taro \
    --answer "PIN=$SITE_PIN"
lacks 'auth = 0' 'prompt:'
last '"event":"unlock"' '"reason":"peer"'

t japanese
card taro 's/^language = en/language = ja/'
lock
typed "$SITE_PIN" '"event":"unlock"' '"result":0'
unlocked

t the_record_verifies
run site_desk audit verify
ended 0
until_so alone || wrong "left: $(pgrep -l '^sekisho-')"
finish
