#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins with a smartcard: real Linux-PAM, gate, pcscd and OpenSC, and
# the virtual PIV card.  The card is locked again after every login, however
# it ends; a PIN is never wasted; a card pulled, swapped or hung at the wrong
# moment lets nobody in and keeps nobody waiting.

: "${BUILD:=build}" "${CARD_BIN:=$BUILD/tests/card}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
if ! card_ns_inside && missing=$(card_ns_missing 2>&1); then
	echo "skip card_login: ${missing//$'\n'/, }"
	exit 0
fi
SITE_MODULE=/usr/lib/$("${CC:-gcc}" -print-multiarch)/opensc-pkcs11.so
[[ -e $SITE_MODULE ]] || { echo "skip card_login: no $SITE_MODULE"; exit 0; }
site_enter "$0" "$@"

site_script card

SITE_PIN=271828
OTHER_PIN=314159
opensc=$SITE_MODULE

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
install -m 755 "$BUILD/tests/badp11.so" "$CARD_BIN/card-status" \
    "$SITE/libexec/"
echo 'app default { }' >"$SITE/etc/defaults.conf"
install -m 644 "$(dirname "$0")/../packaging/opensc.conf" "$SITE/etc/"
chmod 644 "$SITE/etc/defaults.conf"
site_user taro himitsu-1
site_user hanako himitsu-2
site_person taro '山田 太郎' taro || wrong "no taro"
site_person hanako '佐藤 花子' hanako || wrong "no hanako"
site_cert rsa "/C=JP/O=Sakura Hospital/CN=Yamada Taro" key=rsa:2048
site_cert ec "/C=JP/O=Sakura Hospital/CN=Yamada Taro EC" key=ec:P-256
site_cert other "/C=JP/O=Sakura Hospital/CN=Sato Hanako" key=rsa:2048
if ! { site_enrol taro rsa && site_enrol taro ec &&
    site_enrol hanako other; }; then
	wrong "not enrolled"
fi
finish

# conf [SED]...: the module as a site would have it; `bad FAULT` the one that
# misbehaves, with OpenSC below.
conf() {
	site_conf "s|^environment = .*|environment = OPENSC_CONF=$SITE/etc/$opensc_conf|" \
	    's/^login-seconds.*/login-seconds = 60/' \
	    's/^type-seconds.*/type-seconds = 30/' \
	    's/^token-seconds.*/token-seconds = 15/' "$@"
}
bad() {
	conf "s|^module = .*|module = $SITE/libexec/badp11.so|" \
	    "s|^environment = .*|& BADP11_REAL=$opensc BADP11=$1|" "${@:2}"
}
opensc_conf=defaults.conf

# A stranger stays connected all the time: pcscd never cuts the power, and
# what a login leaves on the card, stays.
insert() {
	card_release
	if ! { card_start "$SITE/pki/$1.key" "$SITE/pki/$1.crt" \
	    "${2:-$SITE_PIN}" 3 && card_hold; }; then
		wrong "the virtual card does not start"
		finish
		exit 1
	fi
}
# pcscd looks for cards every 0.4 s.  One that goes and comes between two
# looks, with a failed command meanwhile, is "absent" to it for ever.
again() {
	sleep 0.6
	card_release
	if ! { card_insert && card_hold; }; then
		wrong "the card does not come back"
	fi
}

# A login in steps: begin, `until_shown TEXT`, `type_in WORD`, `ended_login`.
begin() {
	started=$(date +%s%N)
	coproc LOGIN {
		exec timeout -k 1 90 "$BUILD/tests/pamdrive" --conv ask "$@" \
		    >"$dir/out" 2>&1
	}
	# shellcheck disable=SC2153
	login_pid=$LOGIN_PID login_in=${LOGIN[1]}
} 2>/dev/null
# soon COMMAND...: is it true within 20 seconds?
soon() {
	local i
	for ((i = 0; i < 1000; i++)); do
		"$@" && return
		sleep 0.02
	done
	return 1
}
shown_or_ended() {
	grep -qF -- "$1" "$dir/out" || ! kill -0 "$login_pid" 2>/dev/null
}
until_shown() {
	soon shown_or_ended "$1"
	shows "$1"
}
type_in() {
	printf '%s\n' "$1" >&"$login_in"
} 2>/dev/null
ended_login() {
	status=0
	wait "$login_pid" || status=$?
	((status != 124 && status != 137)) || wrong "it hangs"
} 2>/dev/null

login() {
	run site_drive --answer PIN="$SITE_PIN" --answer Password=himitsu-1 "$@"
}
recorded() {
	fields "$(grep '"event":"a' "$SITE_LOG" | tail -n 1)" "$@"
}
refused() {
	lacks "auth = 0"
	recorded '"event":"auth"' "\"reason\":\"$1\""
}

stranger() {
	setpriv --reuid 65534 --regid 65534 --clear-groups \
	    "$SITE/libexec/card-status" --sign "$CARD_READER"
}
# The table of what others may do with the card now: nothing.
locked() {
	local got
	# shellcheck disable=SC2119 # without its file
	got="$(card_status) $(card_sign) $(stranger)"
	[[ $got == "${1:-63C3} 6982 6982" ]] || wrong "the card: $got"
}
is_verified() {
	[[ $(card_count) == *"verified 1" ]]
}
verified_or_ended() {
	is_verified || ! kill -0 "$login_pid" 2>/dev/null
}
is_locked() {
	! is_verified
}
nobody_left() {
	soon none_left || wrong "left: $(pgrep -a sekisho-)"
}
none_left() {
	! pgrep '^sekisho-' >/dev/null
}

for opensc_conf in defaults.conf opensc.conf; do
	conf
	for key in rsa ec; do
		t "good_login_${key}_$opensc_conf"
		insert $key
		for service in ward kiosk; do
			login --service $service --user taro
			ended 0
			locked
			recorded '"reason":"ok"' '"scheme":"' \
			    "\"reader\":\"$CARD_READER 00 00\""
		done
		nobody_left
	done
done
opensc_conf=defaults.conf
conf

t locked_after_a_wrong_password
insert rsa
run site_drive --service ward --user taro --answer PIN="$SITE_PIN" \
    --answer Password=wrong
refused wrong-password
locked

t locked_while_the_password_is_typed
begin --service ward --user taro
until_shown "PIN of card"
type_in "$SITE_PIN"
until_shown "Password of"
soon is_locked
locked
type_in himitsu-1
ended_login
ended 0

t locked_after_the_login_program_has_died
begin --service ward --user taro
until_shown "PIN of card"
type_in "$SITE_PIN"
until_shown "Password of"
{
	kill -KILL "$(pgrep -x pamdrive)"
	wait "$login_pid"
} 2>/dev/null
nobody_left
locked
recorded '"reason":"client-gone"'

# From here on the module hangs for ever, deaf to signals, at the moment
# when the PIN is verified and nothing is signed yet.
unlocked() {
	begin --service kiosk --user taro
	until_shown "PIN of card"
	type_in "$SITE_PIN"
	soon verified_or_ended
	is_verified || wrong "never unlocked"
	[[ $(stranger) == 9000 ]] || wrong "no card to lock"
}

t locked_after_the_gate_was_killed
bad hang:C_SignInit
insert rsa
unlocked
kill -KILL "$(pgrep -x sekisho-gate)"
ended_login
ended 1
shows "auth = 9 Authentication service cannot retrieve authentication info"
soon is_locked
locked
nobody_left

t locked_after_the_service_was_stopped
unlocked
# shellcheck disable=SC2046
kill -TERM $(pgrep '^sekisho-') 2>/dev/null
ended_login
soon is_locked
locked
nobody_left

t locked_after_the_helper_was_killed
unlocked
kill -KILL "$(pgrep -f '^sekisho-pkcs11 /')"
ended_login
refused helper-crashed
recorded 'sekisho-pkcs11 of card was killed by signal 9'
locked
nobody_left

t locked_after_the_helper_was_given_up
bad hang:C_SignInit 's/^token-seconds.*/token-seconds = 2/'
unlocked
ended_login
refused helper-timeout
recorded 'sekisho-pkcs11 of card failed: deadline passed'
within 30000
locked
nobody_left

for how in crash exit hang; do
	t "locked_after_${how}_when_it_should_log_out"
	bad $how:C_Logout 's/^token-seconds.*/token-seconds = 2/'
	login --service kiosk --user taro
	ended 0
	case $how in
	crash) recorded 'of card was killed by signal 11 at its end' ;;
	exit) recorded 'of card ended with status 4 at its end' ;;
	hang) recorded 'of card did not end in time and was killed' ;;
	esac
	locked
	nobody_left
done

t no_pin_without_a_guard
conf
mv "$SITE/libexec/sekisho-pkcs11" "$SITE/libexec/real"
cat >"$SITE/libexec/sekisho-pkcs11" <<END
#!/bin/sh
[ "\$1" = --guard ] && exit 0
exec -a sekisho-pkcs11 $SITE/libexec/real "\$@"
END
sed -i '1s/sh$/bash/' "$SITE/libexec/sekisho-pkcs11"
chmod 755 "$SITE/libexec/sekisho-pkcs11"
login --service kiosk --user taro
refused internal
recorded 'has no guard'
mv "$SITE/libexec/real" "$SITE/libexec/sekisho-pkcs11"
locked

t hung_card
conf 's/^token-seconds.*/token-seconds = 2/'
insert rsa
begin --service kiosk --user taro
until_shown "PIN of card"
card_cmd hang-on 87
type_in "$SITE_PIN"
ended_login
refused helper-timeout
recorded 'deadline passed; the card is busy and will be reset later'
shows "The card or its software does not answer."
within 40000
card_cmd delay 0
nobody_left
locked

t the_next_login_after_a_hung_card
conf
login --service kiosk --user taro
ended 0
locked

t card_that_hangs_before_it_is_read
conf 's/^token-seconds.*/token-seconds = 2/'
card_cmd delay 60000
login --service kiosk --user taro
refused helper-timeout
lacks "prompt: PIN"
recorded 'card: no list of tokens in 2 s'
within 30000
card_cmd delay 0
nobody_left
locked

conf
t pulled_while_the_pin_is_typed
insert rsa
begin --service ward --user taro
until_shown "PIN of card"
card_remove
type_in "$SITE_PIN"
ended_login
refused token-removed
shows "The card or key was removed."
again
locked
nobody_left

t pulled_when_the_pin_is_sent
begin --service ward --user taro
until_shown "PIN of card"
card_cmd remove-on 20
type_in "$SITE_PIN"
ended_login
refused token-removed
again
locked
nobody_left

t pulled_before_the_signature
begin --service ward --user taro
until_shown "PIN of card"
card_cmd remove-on 87
type_in "$SITE_PIN"
ended_login
refused token-removed
lacks "Password of"
again
locked
nobody_left

# The card has done its part then; the password alone decides.
t pulled_while_the_password_is_typed
begin --service ward --user taro
until_shown "PIN of card"
type_in "$SITE_PIN"
until_shown "Password of"
card_remove
type_in himitsu-1
ended_login
ended 0
recorded '"reason":"ok"'
again
locked

t swapped_while_the_pin_is_typed
insert rsa
begin --service ward --user taro
until_shown "PIN of card"
insert other $OTHER_PIN
type_in "$SITE_PIN"
ended_login
refused token-removed
[[ $(card_count) == "tries 3 verified 0" ]] || wrong "a PIN was tried"
nobody_left

t swapped_for_a_card_with_the_same_pin
insert rsa
begin --service ward --user taro
until_shown "PIN of card"
insert other
type_in "$SITE_PIN"
ended_login
refused token-removed
locked

t tries_left_are_told_and_the_last_is_kept
insert rsa
begin --service kiosk --user taro
until_shown "PIN of card"
type_in 999999
until_shown "The PIN was wrong. Tries left before it locks: 2."
type_in 888888
until_shown "The PIN was wrong. Tries left before it locks: 1."
until_shown "Type yes"
type_in no
ended_login
refused last-try-declined
recorded '"tries_left":1'
locked 63C1

t the_last_try_is_asked_for_at_once_next_time
begin --service kiosk --user taro
until_shown "Type yes"
lacks "PIN of card"
type_in y
ended_login
refused last-try-declined
locked 63C1
run site_drive --service kiosk --user taro --answer PIN=1 --answer yes=
refused last-try-declined
locked 63C1

t the_last_try_may_be_used
begin --service kiosk --user taro
until_shown "Type yes"
type_in yes
until_shown "PIN of card"
type_in "$SITE_PIN"
ended_login
ended 0
locked 63C3

t a_pin_that_cannot_be_right_costs_nothing
run site_drive --service kiosk --user taro --answer PIN=1
lacks "auth = 0"
locked 63C3

t locked_pin
begin --service kiosk --user taro
until_shown "PIN of card"
type_in 999999
until_shown "locks: 2."
type_in 999998
until_shown "Type yes"
type_in yes
sleep 0.1
type_in 999997
ended_login
refused pin-locked
recorded '"tries_left":0'
shows "The PIN of this card or key is locked. Call the helpdesk"
locked 6983

t no_pin_is_asked_for_when_it_is_locked
login --service ward --user taro
refused pin-locked
shows "Call the helpdesk"
lacks "prompt:"
locked 6983

conf 's/^insert-seconds.*/insert-seconds = 30/'
insert rsa
for user in taro ''; do
	t "waits_for_the_card_${user:-card_first}"
	card_remove
	begin --service ward ${user:+--user $user}
	until_shown "Insert your card."
	card_insert
	until_shown "PIN of card"
	type_in "$SITE_PIN"
	until_shown "Password of"
	type_in himitsu-1
	ended_login
	ended 0
	has "user=taro"
	locked
done

t card_first_takes_its_holder
insert other $OTHER_PIN
run site_drive --service kiosk --answer PIN=$OTHER_PIN
ended 0
has "user=hanako"
locked

t no_card
conf
card_remove
login --service ward --user taro
refused no-token
has "info: Insert your card."

t no_reader_service
card_release
card_stop
card_pcscd_stop
login --service ward --user taro
lacks "auth = 0"
grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
    grep -q '"reason":"\(no-token\|token-error\|module-unusable\)"' ||
    wrong "$(tail -n 1 "$SITE_LOG")"

t the_record_verifies
nobody_left
run site_desk audit verify
ended 0
! grep -qE "(^|[^0-9a-f-])($SITE_PIN|$OTHER_PIN|99999[789])([^0-9a-f-]|$)|"`
    `"himitsu" "$SITE_LOG" ||
    wrong "a secret is on record"
finish
