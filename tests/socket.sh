#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Callers who are not root, through the socket of the service manager: their
# own account, as often as the policy says, and nothing else.  Login programs
# that are killed, and front ends that break the rules, against the real gate.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script socket

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
declare -A uid
for who in taro hanako saburo goro; do
	site_user $who himitsu-1
	uid[$who]=$(id -u $who)
	site_person $who "$who" $who || wrong "no person $who"
	site_cert $who "/C=JP/O=Sakura Hospital/CN=$who" key=ec:P-256 ||
	    wrong "no certificate of $who"
done
for who in taro hanako; do
	site_token $who $who || wrong "no token of $who"
	site_enrol $who $who || wrong "enrol $who"
done
# others have to be able to run it
install -m 755 "$BUILD"/tests/{pamdrive,front_abuse} "$SITE/libexec/"
socket=$SITE/gate.sock
# Whose card is in, and how long things may take on a busy machine.
card() {
	site_conf "s/^module = .*/&\ntoken-label = $1/" \
	    's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
	    's/^\(login\|token\)-seconds = .*/\1-seconds = 60/' \
	    's/^type-seconds = .*/type-seconds = 30/' \
	    's/^\[limits\]/&\npeer-per-minute = 600/' "${@:2}"
}
card taro

# As the units do: root's socket, open to all, a gate for each connection.
systemd-socket-activate -l "$socket" --accept --inetd \
    "$SITE/libexec/sekisho-gate" --conf "$SITE_CONF" >"$dir/service" 2>&1 &
service=$!
for ((i = 0; i < 500; i++)); do
	[[ ! -S $socket ]] || break
	sleep 0.02
done
chmod 666 "$socket" || wrong "no socket: $(<"$dir/service")"
finish

# as WHO [SETPRIV OPTION]... COMMAND...
as() {
	local id=${uid[$1]:-$1}
	shift
	timeout -k 1 60 setpriv --reuid "$id" --regid "$id" --clear-groups "$@"
}
right=(--answer "PIN=$SITE_PIN" --answer Password=himitsu-1)
drive=("$SITE/libexec/pamdrive" --service ward)
count() {
	grep -cF -- "$1" "$SITE_LOG"
}
# Until something is so, 15 s at most.
until_so() {
	local i
	for ((i = 0; i < 750; i++)); do
		! "$@" || return 0
		sleep 0.02
	done
	return 1
}
alone() {
	! pgrep '^sekisho-' >/dev/null
}
logged() {
	grep -F -- "$1" "$SITE_LOG" | grep -qF -- "$2"
}
said() {
	grep -qF -- "$1" "$dir/out"
}

t own_account
before=$(entries "$SITE_LOG")
run as taro "${drive[@]}" --user taro "${right[@]}" --tty own
ended 0
has 'auth = 0 Success' 'acct = 0 Success' 'open = 0 Success' \
    'close = 0 Success'
(($(entries "$SITE_LOG") == before + 3)) || wrong "not three records"
(($(count "\"peer_uid\":${uid[taro]},") == 3)) || wrong "not by the peer"
# how long it was is only root's to say
last '"event":"logout"'
! logged '"event":"logout"' duration_s || wrong "a duration by the peer"
! logged '"event":"logout"' login_seq || wrong "a login by the peer"
# and so is which session it was
! logged '"event":"logout"' auth_seq || wrong "a record by the peer"
session=$(sed -n 's/.*"event":"auth".*"session":"\([^"]*\)".*/\1/p' \
    "$SITE_LOG" | tail -n 1)
! logged '"event":"logout"' "$session" || wrong "a session by the peer"

t the_service_is_what_the_caller_says
last '"service":"ward"' '"service_claimed":true'
run site_drive --service ward --user taro "${right[@]}"
ended 0
last '"service_claimed":false' '"peer_uid":0'

t own_account_without_a_name
run as taro "${drive[@]}" "${right[@]}"
ended 0
has 'user=taro'
lacks 'prompt: Number'

t wrong_password_is_refused
run as taro "${drive[@]}" --user taro --answer PIN=$SITE_PIN \
    --answer Password=wrong
has 'auth = 7 Authentication failure'
last '"reason":"wrong-password"' "\"peer_uid\":${uid[taro]},"

t without_new_privileges
run as taro --no-new-privs "${drive[@]}" --user taro "${right[@]}"
ended 0

t anothers_account
for who in taro root nosuch; do
	run as hanako "${drive[@]}" --user $who "${right[@]}"
	has 'auth = 7 Authentication failure'
	lacks 'prompt:'
	last '"reason":"peer"' '"result":8' "\"claimed\":\"$who\"" \
	    "\"peer_uid\":${uid[hanako]},"
done

t anothers_card_for_ones_own_account
run as hanako "${drive[@]}" --user hanako "${right[@]}"
has 'auth = 7 Authentication failure'
lacks 'prompt: PIN'
last '"reason":"not-granted"'

t the_token_does_not_name_the_account_of_another
run as hanako "${drive[@]}" "${right[@]}"
lacks 'auth = 0' 'prompt: PIN' 'user=taro'
last '"reason":"not-granted"' '"claimed":"hanako"'

t nobody_the_system_knows
run as 54321 "${drive[@]}" --user taro "${right[@]}"
lacks 'auth = 0' 'prompt:'
last '"reason":"peer"'

t account_phase_of_another
run as hanako "${drive[@]}" --user taro --steps acct
has 'acct = 6 Permission denied'
last '"event":"account"' '"reason":"peer"'

t session_of_another
for step in open close; do
	run as hanako "${drive[@]}" --user taro --steps $step
	ended 1
	lacks "$step = 0"
	last '"reason":"peer"' '"result":8'
done

t session_of_another_by_his_ids
id=$(sed -n 's/.*"event":"login".*"session":"\([^"]*\)".*/\1/p' "$SITE_LOG" |
    head -n 1)
[[ ${#id} == 36 ]] || wrong "no session to borrow: $id"
run as hanako "${drive[@]}" --user taro --steps close \
    --env "SEKISHO_SESSION=$id" --env SEKISHO_RECORD=2 \
    --env SEKISHO_PERSON=taro
lacks 'close = 0'
last '"reason":"peer"'

t no_persons_name_is_taken_from_the_caller
for step in open close; do
	run as hanako "${drive[@]}" --user hanako --steps $step \
	    --env SEKISHO_PERSON=taro --env "SEKISHO_SESSION=$id" \
	    --env SEKISHO_RECORD=2
	last '"claimed":"hanako"' "\"peer_uid\":${uid[hanako]},"
	[[ $(tail -n 1 "$SITE_LOG") != *taro* ]] || wrong "a person is named"
done

# -- how often
# All tries must fall into one minute since boot: at its end, once more.
t so_many_tries_a_minute
card taro 's/^peer-per-minute = .*/peer-per-minute = 2/M'
minute() {
	local up
	read -r up _ </proc/uptime
	echo $((${up%.*} / 60))
}
for ((i = 0; i < 3; i++)); do
	why='' began=$(minute)
	for ((n = 0; n < 2; n++)); do
		run as saburo "${drive[@]}" --user saburo --steps auth \
		    --answer PIN=1 --answer Password=himitsu-1
		last '"reason":"not-enrolled"'
	done
	run as saburo "${drive[@]}" --user saburo "${right[@]}"
	has 'auth = 11 Have exhausted maximum number of retries for service'
	lacks 'prompt:'
	last '"reason":"throttled"' '"claimed":"saburo"' '"event":"auth"'
	# of a flood the first refusal is recorded, whatever is asked
	before=$(entries "$SITE_LOG")
	for steps in auth acct open; do
		run as saburo "${drive[@]}" --user saburo --steps $steps \
		    "${right[@]}"
		lacks 'prompt:' "$steps = 0"
	done
	run as saburo "${drive[@]}" --user 'a b' --steps auth "${right[@]}"
	(($(entries "$SITE_LOG") == before)) || wrong "a flood is recorded"
	(($(minute) != began)) || break
done

t other_users_are_not_throttled
run as goro "${drive[@]}" --user goro --steps auth "${right[@]}"
last '"reason":"not-enrolled"' '"claimed":"goro"'
run site_drive --service ward --user taro "${right[@]}"
ended 0
card taro

# -- connections that say nothing
t connections_that_say_nothing
before=$(entries "$SITE_LOG")
as hanako "$SITE/libexec/front_abuse" --hold "$socket" 8 >"$dir/out" 2>&1 &
holder=$!
until_so said holding || wrong "not connected"
run as taro "${drive[@]}" --user taro --steps auth "${right[@]}"
ended 0
wait $holder || wrong "a silent connection was kept"
(($(entries "$SITE_LOG") == before + 1)) || wrong "silence is on record"
until_so alone || wrong "left: $(pgrep -l '^sekisho-')"

# Of the others only that there are: the first in a minute is recorded.
t more_connections_than_one_user_may_keep
before=$(entries "$SITE_LOG")
as hanako "$SITE/libexec/front_abuse" --hold "$socket" 30 >"$dir/out" 2>&1 &
holder=$!
until_so logged "\"peer_uid\":${uid[hanako]}," 'too many connections' ||
    wrong "not on record"
last '"event":"auth"' '"reason":"throttled"' '"claimed":""'
gates() {
	(($(pgrep -c '^sekisho-gate') <= $1))
}
until_so gates 8 || wrong "$(pgrep -c '^sekisho-gate') gates of one user"
run as taro "${drive[@]}" --user taro --steps auth "${right[@]}"
ended 0
within 10000
# its own user waits until there is room again
run as hanako "${drive[@]}" --user hanako --steps auth "${right[@]}"
last '"reason":"not-granted"' '"claimed":"hanako"'
wait $holder || wrong "a silent connection was kept"
# a minute may have ended meanwhile
(($(entries "$SITE_LOG") <= before + 4)) || wrong "a flood is recorded"

# -- login programs that die
# killed NAME "WHAT IS SHOWN" COMMAND...: one that is waiting there, with what
# has been typed so far in $typed; messages are shown at once by $conv `script`
mkfifo "$dir/keys"
killed() {
	local tty=killed-$1 shown=$2 pid
	shift 2
	exec 9<>"$dir/keys"
	printf '%s' "$typed" >&9
	"$@" --service ward --user taro --tty "$tty" --conv "${conv:-ask}" \
	    <"$dir/keys" >"$dir/out" 2>&1 9>&- &
	pid=$!
	until_so said "$shown" || wrong "not shown: $shown"
	kill -KILL $pid
	wait $pid 2>/dev/null
	exec 9>&-
	until_so logged "\"tty\":\"$tty\"" '"reason":"client-gone"' ||
	    wrong "no record of $tty"
	(($(count "\"tty\":\"$tty\"") == 1)) || wrong "not one record of $tty"
	until_so alone || wrong "left: $(pgrep -l '^sekisho-')"
}
for how in socket root; do
	by=("$SITE/libexec/pamdrive")
	[[ $how == root ]] || by=(setpriv --reuid "${uid[taro]}" \
	    --regid "${uid[taro]}" --clear-groups "${by[@]}")
	t "killed_at_the_pin_by_$how"
	typed=''
	killed "pin-$how" 'PIN of card' "${by[@]}"

	t "killed_at_the_password_by_$how"
	typed=$SITE_PIN$'\n'
	killed "password-$how" 'Password of' "${by[@]}"

	t "killed_while_a_card_is_waited_for_by_$how"
	typed=''
	card nobodys 's/^insert-seconds = .*/insert-seconds = 30/'
	conv=script killed "insert-$how" 'Insert your card' "${by[@]}"
	card taro
done

# -- front ends that break the rules; each case has a line of its own.  What
# is waited for in vain is not waited for long.
finish
# abuse PREFIX ARGUMENT...
abuse() {
	timeout -k 1 120 "$SITE/libexec/front_abuse" "${@:2}" "$SITE_LOG" taro \
	    $SITE_PIN >"$dir/lines" 2>&1
	status=$?
	sed "s/^\(ok\|not ok\) front_/\1 $1_/" "$dir/lines"
	failed=$((failed + $(grep -c '^not ok' "$dir/lines")))
	t "$1_all"
	cp "$dir/lines" "$dir/out"
	ended 0
	(($(grep -c '^ok ' "$dir/lines") >= MIN_CASES)) ||
	    wrong "only $(grep -c '^ok ' "$dir/lines") cases"
	until_so alone || wrong "left: $(pgrep -l '^sekisho-')"
	finish
}
site_desk account add ward --shared >/dev/null 2>&1
site_desk account grant ward taro >/dev/null
for i in {0..7}; do
	cp -a "$SITE/tokens" "$SITE/tokens.$i"
	sed "s|$SITE/tokens|&.$i|" "$SOFTHSM2_CONF" >"$SITE/etc/softhsm.$i"
	chmod 644 "$SITE/etc/softhsm.$i"
	card taro 's/^type-seconds = .*/type-seconds = 5/' \
	    "s|=$SOFTHSM2_CONF|=$SITE/etc/softhsm.$i|"
	mv "$SITE_CONF" "$SITE_CONF.$i"
done
card taro
MIN_CASES=100 abuse front "$SITE/libexec/sekisho-gate" "$SITE_CONF"
MIN_CASES=35 abuse socket --socket "$socket"

t a_good_login_after_all_that
card taro
run as taro "${drive[@]}" --user taro "${right[@]}"
ended 0

t the_record_verifies
run site_desk audit verify
ended 0
! grep -qE "himitsu|\"$SITE_PIN\"" "$SITE_LOG" || wrong "a secret is on record"

t nothing_is_left_running
kill $service
wait $service 2>/dev/null
until_so alone || wrong "left: $(pgrep -l '^sekisho-')"
finish
