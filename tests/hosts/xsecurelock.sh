#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# xsecurelock, a locker that runs as the user: its PAM child on pipes, where
# every message can be seen, then the whole of it on a display.  And what any
# locker has on record: unlock, and switch when the session was another's.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
site_enter "$0" "$@"

site_script xsecurelock
# shellcheck source=tests/hosts/lockers.sh
. "$(dirname "$0")/lockers.sh"

t site
locker_site xsecurelock || { wrong "no site"; finish; exit 1; }
finish
locker_env=(XSECURELOCK_PAM_SERVICE=xsecurelock)
proto=/usr/libexec/xsecurelock/authproto_pam
right=("PIN of=$SITE_PIN" Password=himitsu-1)

# talk WHO BEGINNING=ANSWER...: a packet is "TYPE LENGTH\nTEXT\n"; what it says
# goes to $dir/out, and a question (P, U) is answered by how it begins
talk() {
	local who=$1 kind n text pair
	shift
	coproc PAM { as "$who" "$proto" 2>"$dir/err"; }
	# shellcheck disable=SC2153,SC2154 # coproc sets it
	local pid=$PAM_PID to=${PAM[1]} from=${PAM[0]}
	while read -r kind n <&"$from"; do
		# bytes, not characters
		text=$(LC_ALL=C head -c $((n + 1)) <&"$from")
		echo "$kind: $text"
		[[ $kind == [PU] ]] || continue
		for pair; do
			[[ $text == "${pair%%=*}"* ]] || continue
			pair=${pair#*=}
			printf 'p %d\n%s\n' ${#pair} "$pair" >&"$to"
			continue 2
		done
		printf 'x 0\n\n' >&"$to"
	done
	wait "$pid"
}

t both_factors
run talk taro "${right[@]}"
ended 0
has 'P: PIN of card taro: ' 'P: Password of taro: '
last '"event":"unlock"' '"result":0' '"name":"taro"' '"claimed":"taro"' \
    '"service":"xsecurelock"' '"service_claimed":true' \
    "\"peer_uid\":${uid[taro]},"

t wrong_password
run talk taro "PIN of=$SITE_PIN" Password=wrong
((status != 0)) || wrong "unlocked"
last '"event":"unlock"' '"result":4' '"reason":"wrong-password"'

t cancelled
run talk taro
((status != 0)) || wrong "unlocked"
last '"event":"unlock"' '"reason":"cancelled"'

t a_wrong_pin_is_not_tried_twice
before=$(unlocks)
run talk taro 'PIN of=9999'
((status != 0)) || wrong "unlocked"
has 'e: The PIN was wrong.'
# it begins anew by itself; of pin-tries = 3 in each, the second is the last
(($(grep -c 'P: PIN of' "$dir/out") == 2 * ($(unlocks) - before))) ||
    wrong "not two questions each"
last '"reason":"wrong-pin"'

t no_new_privileges
as_options=(--no-new-privs)
run talk taro "${right[@]}"
ended 0
last '"event":"unlock"' '"result":0'
run talk taro "PIN of=$SITE_PIN" Password=wrong
((status != 0)) || wrong "unlocked"
as_options=()

t another_users_account
run as hanako "$SITE/libexec/pamdrive" --service xsecurelock --user taro \
    "${right[@]/#/--answer=}"
lacks 'auth = 0' 'prompt:'
run as hanako "$SITE/libexec/pamdrive" --service xsecurelock --user taro
lacks 'auth = 0' 'prompt:'
last '"event":"unlock"' '"reason":"peer"' '"claimed":"taro"' \
    "\"peer_uid\":${uid[hanako]},"

t another_persons_card
run talk hanako "${right[@]}"
((status != 0)) || wrong "unlocked"
lacks 'P: PIN'
last '"event":"unlock"' '"reason":"not-granted"'

t names_that_a_user_makes_up_are_one_service_for_watch
card taro "\$a [service *]\npairs = pkcs11+password\nwatch = lock"
for each in one two; do
	cp "$SITE/pam.d/xsecurelock" "$SITE/pam.d/$each"
	run as taro "$SITE/libexec/pamdrive" --service $each --user taro \
	    --steps auth,acct "${right[@]/#/--answer=}"
	has 'auth = 0 Success'
done
[[ $(grep -h '^service ' "$SITE"/run/sessions/*) == \
    $'service *\nservice *' ]] || wrong "$(grep '^service ' \
    "$SITE"/run/sessions/*)"
rm -r "$SITE/run/sessions"

t a_message_before_the_question
card nobodys
run talk taro "${right[@]}"
((status != 0)) || wrong "unlocked"
has 'i: Insert your card.' 'e: No card or key was found. Insert it and try again.'
last '"reason":"no-token"'

t japanese
card taro 's/^language = en/language = ja/'
run talk taro "カード=$SITE_PIN" taro=himitsu-1
ended 0
shows 'P: カード taro のPIN'
last '"event":"unlock"' '"result":0'
card taro

# -- whose session it is.  The kernel numbers sessions when a login uid is
# set, as pam_loginuid does; what is in this shell is one then.
at_session() {
	local account=$1
	shift
	(echo "${uid[$account]}" >/proc/self/loginuid && "$@")
}
login() {
	card "$1"
	site_drive --service ward --user ward --steps auth,acct,open \
	    --answer PIN=$SITE_PIN --answer Password=himitsu-1 >"$dir/login"
	grep -qx 'open = 0 Success' "$dir/login" || wrong "no login of $1"
	session=$(sed -n 's/^env SEKISHO_SESSION=//p' "$dir/login" |
	    tail -n 1)
}
unlock() { # WHO PART...
	card "$1"
	run talk ward "${right[@]}"
	ended 0
	last "\"person\":{\"display\":\"$1\",\"name\":\"$1\"}" \
	    '"account":{"name":"ward"' "${@:2}"
}
one_session() {
	login taro
	unlock taro '"event":"unlock"'
	unlock hanako '"event":"switch"' '"previous_user":"taro"' '"type":110122'
	unlock hanako '"event":"unlock"'
	# no person of another session of the account
	at_session ward other_session
	# neither an su within it nor its end
	login taro
	site_drive --service ward --user ward --steps close \
	    --env "SEKISHO_SESSION=$session" >/dev/null
	unlock taro '"event":"switch"' '"previous_user":"hanako"'
	# nobody is before who was refused
	card hanako
	run talk ward "PIN of=$SITE_PIN" Password=wrong
	last '"event":"unlock"' '"reason":"wrong-password"'
	[[ $(tail -n 1 "$SITE_LOG") != *previous_user* ]] || wrong "refused"
	unlock taro '"event":"unlock"'
}
other_session() {
	unlock taro '"event":"unlock"'
	unlock hanako '"event":"switch"' '"previous_user":"taro"'
}
t another_person_takes_the_session_over
if [[ -e /proc/self/sessionid ]]; then
	# shellcheck disable=SC2016 # in there
	at_session ward eval 'one_session; printf %s "$why" >"$dir/why"'
	why=$(<"$dir/why")
	mapfile -t left < <(ls "$SITE/run/screens")
	((${#left[@]} == 2)) || wrong "left: ${left[*]}"
else
	unlock taro '"event":"unlock"'
	unlock hanako '"event":"unlock"'
fi

t the_session_ends
login_and_out() {
	login taro
	site_drive --service ward --user ward --steps close \
	    --env "SEKISHO_SESSION=$session" >/dev/null
	unlock hanako '"event":"unlock"'
}
# shellcheck disable=SC2016 # in there
at_session ward eval 'login_and_out; printf %s "$why" >"$dir/why"'
why=$(<"$dir/why")

# -- the whole locker
t on_a_display
card taro
display || wrong "no display: $(<"$dir/xvfb")"
locker_env+=("DISPLAY=$DISPLAY" XSECURELOCK_SAVER=saver_blank
    XSECURELOCK_NO_COMPOSITE=1)
lock() {
	as taro xsecurelock -- echo locked >"$dir/locker" 2>&1 &
	locking=$!
	until_so grep -q locked "$dir/locker" ||
	    wrong "not locked: $(<"$dir/locker")"
}
# A key that comes before it listens is lost.
wake() {
	local i
	for ((i = 0; i < 800; i++)); do
		((i % 200 > 0)) || xdotool key space
		! card_at_work || return 0
		sleep 0.02
	done
}
lock
before=$(unlocks)
wake
by_keys wrong
until_so more_unlocks "$before" || wrong "nothing is on record"
last '"event":"unlock"' '"reason":"wrong-password"'
kill -0 $locking || wrong "unlocked by a wrong password"
# it asks again by itself
before=$(unlocks)
by_keys himitsu-1
until_so more_unlocks "$before" || wrong "nothing is on record"
wait $locking || wrong "the locker ended with $?: $(<"$dir/locker")"
last '"event":"unlock"' '"result":0'

t on_a_display_without_new_privileges
as_options=(--no-new-privs)
lock
wake
by_keys himitsu-1
wait $locking || wrong "the locker ended with $?: $(<"$dir/locker")"
last '"event":"unlock"' '"result":0'

t the_record_verifies
run site_desk audit verify
ended 0
until_so alone || wrong "left: $(pgrep -l '^sekisho-')"
finish
