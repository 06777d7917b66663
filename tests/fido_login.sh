#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins with FIDO2 keys: real Linux-PAM, the gate, sekisho-fido and the
# system's libfido2, with keys in software; enrolled by `sekisho enrol`, and
# beside them a card in SoftHSM.

: "${BUILD:=build}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/fido/site.sh"

site_script fido-login
# shellcheck source=tests/fido/judged.sh
. "$(dirname "$0")/fido/judged.sh"

KEY_PIN=2718-hanako

# conf [SED]...: [service ward] takes cards, the others as their names say.
conf() {
	site_conf 's/^\[service ward\]/[fido2]\nrp-id = hospital.example\n\n[service keys]\npairs = fido2+password\n\n[service verify]\npairs = fido2+verification\n\n[service both]\npairs = fido2+verification, fido2+password\n\n[service mixed]\npairs = pkcs11+password, fido2+verification, fido2+password\n\n[service keyfirst]\npairs = fido2+password, pkcs11+password\n\n&/' \
	    's/^login-seconds.*/login-seconds = 40/' \
	    's/^token-seconds.*/&\ntouch-seconds = 5/' \
	    's/^fail-delay-ms.*/fail-delay-ms = 100/' "$@"
}
# without any word of cards
# shellcheck disable=SC2120 # its options are a caller's
no_cards() {
	conf '/^\[pkcs11/,/^$/d' '/^trust-anchors/d' '/^crls/d' \
	    '/^check = crl/s/crl/none/' '/^stale/d' \
	    's/^pairs = pkcs11+[a-z]*.*/pairs = fido2+password/' \
	    's/pkcs11+password, //' 's/, pkcs11+password//' "$@"
}
t site
if ! { site_make "$dir/site" && fido_site && conf; }; then
	wrong "no site"
	finish
	exit 1
fi
for service in keys verify both mixed keyfirst; do
	cp "$SITE/pam.d/ward" "$SITE/pam.d/$service"
done
site_user taro himitsu-1
site_user hanako himitsu-2
site_user ward3 nobody-knows
site_person taro '山田 太郎' taro ward3 || wrong "no taro"
site_person hanako '佐藤 花子' hanako ward3 || wrong "no hanako"
site_person yuki 'Yuki' yuki || wrong "no yuki"
site_cert taro "/C=JP/O=Sakura Hospital/CN=taro" key=ec:P-256
site_cert stranger "/C=JP/O=Sakura Hospital/CN=stranger" key=ec:P-256
site_cert gone "/C=JP/O=Sakura Hospital/CN=gone" key=ec:P-256
for card in taro stranger gone; do
	site_token $card $card || wrong "no token $card"
done
site_enrol taro taro || wrong "taro's card"
site_enrol taro gone || wrong "taro's old card"
site_crl revoke="$(pki_serial "$SITE/pki/gone.crt")"
printf '%s\n' $KEY_PIN >"$dir/pin"
chmod 600 "$dir/pin"
# only KEY...: these are plugged in
keys=()
only() {
	local key
	for key in "${keys[@]}"; do
		[[ " $* " == *" $key "* ]] || fido_unplug "$key"
	done
	for key; do
		fido_plug "$key" || wrong "$key"
		fido_knobs "$key"
	done
}
# enrol PERSON KEY [OPTION]...
enrol() {
	keys+=("$2")
	only "$2"
	site_desk enrol "$1" --fido2 --yes --label "$2" "${@:3}" \
	    >"$dir/out" 2>&1 || wrong "enrol $2"
}
fido_key plain && enrol taro plain
fido_key finger uv=yes && fido_always finger uv=yes &&
    enrol taro finger --verification
fido_key locked && fido_pin locked $KEY_PIN &&
    enrol hanako locked --pin --pin-file "$dir/pin"
fido_key resident && fido_pin resident $KEY_PIN &&
    enrol hanako resident --verification --resident --pin-file "$dir/pin"
fido_key strange && fido_pin strange 9999 && keys+=(strange)
finish
# which card there is: its label
card() {
	conf "s/^module = .*/&\ntoken-label = $1/" "${@:2}"
}
card none

login() {
	run site_drive --tty pts/7 --steps auth "$@" \
	    --answer "PIN=$KEY_PIN" --answer Password=himitsu-1
}

t key_and_password
only plain
login --service keys --user taro
ended 0
shows "info: Touch your security key ("
has "prompt: Password of 山田 太郎: "
lacks "prompt: PIN"
last '"pair":"fido2+password"' '"flags":"up"' '"counter":' \
    '"aaguid":"534f4654-4b45-592d-5445-53542d414147"' '"transport":"usb"'

t all_steps_of_a_login
run site_drive --service keys --user taro --answer Password=himitsu-1
ended 0
has "acct = 0 Success" "open = 0 Success" "close = 0 Success"

t wrong_password
run site_drive --service keys --user taro --answer Password=x --steps auth
refused wrong-password
has "$generic"

t pin
only locked
login --service verify --user hanako
ended 0
shows "prompt: PIN of security key "
lacks "prompt: Password"
last '"pair":"fido2+verification"' '"flags":"up uv"' \
    '"type":"verification"'
! grep -qF $KEY_PIN "$SITE_LOG" || wrong "the PIN is in a record"

t wrong_then_right_pin
printf '%s\n' "PIN=1111" "PIN=$KEY_PIN" >"$dir/answers"
run site_drive --service verify --user hanako --answers "$dir/answers" \
    --steps auth
ended 0
has "error: The PIN was wrong. Tries left before it locks: 7."

t wrong_pins
printf '%s\n' PIN=1111 PIN=2222 >"$dir/answers"
card none 's/^type-seconds/pin-tries = 2\n&/'
run site_drive --service verify --user hanako --answers "$dir/answers" \
    --steps auth
refused wrong-pin
[[ $(fido_tries locked) == *6* ]] || wrong "tries: $(fido_tries locked)"
last '"tries_left":6' '"ok":false'
card none

t pin_and_password
printf '%s\n' "PIN=$KEY_PIN" Password=himitsu-2 >"$dir/answers"
run site_drive --service keys --user hanako --answers "$dir/answers" \
    --steps auth
ended 0
shows "prompt: PIN of security key "
has "prompt: Password of 佐藤 花子: "
last '"pair":"fido2+password"' '"type":"verification"' '"type":"password"'

t finger
only finger
login --service verify --user taro
ended 0
shows "info: Put your finger on your security key ("
lacks "prompt: PIN" "prompt: Password"

t finger_that_is_not_recognised
fido_pin finger 5555-taro
fido_knobs finger finger=bad
run site_drive --service verify --user taro --answer PIN=5555-taro --steps auth
ended 0
shows "error: Your finger was not recognised." \
    "info: Fingerprints are not taken any more. Use the PIN of the key."
fido_knobs finger

t japanese
card none 's/^language.*/language = ja/'
only plain
run site_drive --service keys --user taro --answer パスワード=himitsu-1 \
    --steps auth
ended 0
shows "info: セキュリティキー(" ")に触れてください。"
has "prompt: 山田 太郎 のパスワード: "
only
run site_drive --service keys --user taro --answer パスワード=himitsu-1 \
    --steps auth
has "info: セキュリティキーを挿入してください。"
refused no-token
card none

t not_plugged_in
login --service keys --user taro
refused no-token
has "info: Insert your security key."
within 6000

t plugged_in_late
card none 's/^insert-seconds.*/insert-seconds = 10/'
(sleep 0.7; fido_plug plain) 2>/dev/null &
login --service keys --user taro
wait $!
ended 0
has "info: Insert your security key."
card none

t not_touched
only plain
fido_knobs plain touch=no
login --service keys --user taro
refused no-touch
within 12000
fido_knobs plain
login --service keys --user taro
ended 0

t refused_on_the_key
fido_knobs plain touch=refuse
login --service keys --user taro
refused key-refused
fido_knobs plain

t unplugged_while_it_blinks
fido_knobs plain unplug=touch touch=no
login --service keys --user taro
refused token-removed
only plain

t cancelled_while_it_blinks
fido_knobs plain touch=no
"$BUILD/tests/pamdrive" --service keys --user taro --steps auth \
    >"$dir/out" 2>&1 &
pid=$!
for ((i = 0; i < 200; i++)); do
	grep -q Touch "$dir/out" && break
	sleep 0.02
done
started=$(date +%s%N)
kill -TERM $pid
wait $pid 2>/dev/null
for ((i = 0; i < 200; i++)); do
	grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
	    grep -q client-gone && break
	sleep 0.02
done
within 3000
last '"reason":"client-gone"'
fido_knobs plain
login --service keys --user taro
ended 0

t several_keys
only plain strange finger
login --service keys --user taro
ended 0
only plain finger locked
fido_knobs plain touch=no
fido_knobs finger touch=no finger=no
login --service verify --user hanako
ended 0
has "info: Several security keys are there: touch yours."
last '"name":"hanako"' '"pair":"fido2+verification"'

t another_persons_key
only plain
login --service keys --user hanako
refused no-match
has "prompt: Password of hanako: " "$generic"

t somebodys_key_and_nobodys_name
only strange
for who in hanako nosuch; do
	run site_drive --service keys --user $who --answer PIN=9999 \
	    --answer Password=himitsu-1 --steps auth
	sed "s/$who/USER/" "$dir/out" >"$dir/$who"
	has "$generic" "prompt: Password of $who: "
done
diff "$dir/hanako" "$dir/nosuch" >/dev/null || wrong "told apart"
last '"reason":"unknown-user"'

t shared_account
only plain
login --service keys --user ward3
ended 0
last '"name":"taro"' '"name":"ward3"'
only locked
printf '%s\n' "PIN=$KEY_PIN" Password=himitsu-2 >"$dir/answers"
run site_drive --service keys --user ward3 --answers "$dir/answers" \
    --steps auth
ended 0
last '"name":"hanako"' '"name":"ward3"'

t key_first
only resident
printf '%s\n' "PIN=$KEY_PIN" 'Several=hanako' >"$dir/answers"
run site_drive --service verify --answers "$dir/answers" --steps auth
ended 0
has "user=hanako" "info: Welcome, 佐藤 花子."
last '"name":"hanako"' '"claimed":""'
only plain
login --service verify
lacks "auth = 0"
last '"event":"auth"'

t key_first_by_a_touch_alone
fido_key touch && enrol hanako touch --resident
printf '%s\n' Several=hanako Password=himitsu-2 >"$dir/answers"
run site_drive --service keys --answers "$dir/answers" --steps auth
ended 0
has "user=hanako"
lacks "prompt: PIN"
last '"flags":"up"'
only plain
login --service keys
refused no-match

t a_choice_that_is_cancelled
only resident
printf '%s\n' "PIN=$KEY_PIN" Several= >"$dir/answers"
run site_drive --service mixed --answers "$dir/answers" --steps auth
refused cancelled
has "auth = 19 Conversation error"
last '"kind":"fido2"' '"name":"hanako"'
no_record '"account":'

t a_card_comes_before_a_key_of_nobody_knows_whom
card taro
printf '%s\n' Several=taro "PIN=$SITE_PIN" Password=himitsu-1 \
    >"$dir/answers"
run site_drive --service mixed --answers "$dir/answers" --steps auth
ended 0
has "user=taro"
last '"pair":"pkcs11+password"' '"kind":"pkcs11"'
no_record '"type":"fido2"'
card none

t no_pin_for_somebodys_key_is_no_end
only strange
run site_drive --service mixed --user hanako --answer PIN= \
    --answer Password=x --steps auth
refused no-match
has "info: Insert your card." "prompt: Password of hanako: "
[[ $(fido_tries strange) == *8* ]] || wrong "a try was spent"
run site_drive --service keys --user hanako --answer PIN= --steps auth
refused cancelled

t revoked_and_suspended
number=$(site_desk list taro --json | tr '{' '\n' |
    sed -n '/"label":"plain"/s/.*"id":\([0-9]*\).*/\1/p')
only plain
site_desk suspend "$number" --reason 'left at home' >/dev/null ||
    wrong "suspend $number"
login --service keys --user taro
refused credential-suspended
lacks "info: Touch"
shows "suspended"
# nor does it keep another one from serving
only plain touch
fido_knobs plain touch=no
run site_drive --service keys --user ward3 --answer Password=himitsu-2 \
    --steps auth
ended 0
has "info: Several security keys are there: touch yours."
last '"name":"hanako"' '"label":"Sekisho touch"'
only plain
site_desk resume "$number" >/dev/null || wrong resume
login --service keys --user taro
ended 0

t cloned
fido_save plain old
for i in 1 2; do
	login --service keys --user taro
	ended 0
done
fido_unplug plain
fido_restore plain old
fido_plug plain
login --service keys --user taro
refused clone-suspected
last "did not rise"
lacks "prompt: Password"
for i in 1 2 3; do
	login --service keys --user taro
	refused credential-suspended
done
run site_desk list taro
shows suspended
site_desk resume "$number" --reason 'looked at it' >"$dir/out" 2>&1 ||
    wrong "resume"
login --service keys --user taro
ended 0

t lies_of_the_key
for row in badsig=1:bad-signature up=0:bad-assertion be=1:synced-key \
    bs=1:bad-assertion trailing=1:bad-assertion rphash=wrong:bad-assertion; do
	only plain
	fido_knobs plain "${row%%:*}"
	login --service keys --user taro
	lacks "auth = 0" "prompt: Password"
	last '"event":"auth"'
	[[ $(tail -n 1 "$SITE_LOG") == *"\"reason\":\"${row##*:}\""* ||
	    $(tail -n 1 "$SITE_LOG") == *'"reason":"token-error"'* ]] ||
	    wrong "${row%%:*}: $(tail -n 1 "$SITE_LOG" |
		sed 's/.*"reason":"\([^"]*\)".*/\1/')"
done
only finger
fido_knobs finger uvflag=0
login --service verify --user taro
lacks "auth = 0"
fido_knobs finger

# -- cards and keys

t either_kind
only
card none
login --service mixed --user taro
refused no-token
has "info: Insert your card or security key."
only plain
login --service mixed --user taro
ended 0
last '"pair":"fido2+password"'
only
card taro
run site_drive --service mixed --user taro --steps auth \
    --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
last '"pair":"pkcs11+password"' '"kind":"pkcs11"'

run site_drive --service keyfirst --user taro --steps auth \
    --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
has "prompt: PIN of card taro: "
last '"pair":"pkcs11+password"' '"kind":"pkcs11"' '"type":"pkcs11"'

t a_key_of_nobody_does_not_keep_a_card_from_serving
only strange
run site_drive --service mixed --user taro --steps auth \
    --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
last '"pair":"pkcs11+password"'

t a_card_of_nobody_does_not_keep_a_key_from_serving
card stranger
only plain
login --service mixed --user taro
ended 0
last '"pair":"fido2+password"'

t neither_a_card_nor_a_key_of_anybody
only strange
run site_drive --service mixed --user taro --answer PIN=9999 \
    --answer Password=himitsu-1 --steps auth
refused no-match
has "prompt: Password of taro: " "$generic" "info: Insert your card."

t a_revoked_card_does_not_keep_a_key_from_serving
card gone
only plain
login --service mixed --user taro
ended 0
last '"pair":"fido2+password"' '"kind":"fido2"'
only
login --service mixed --user taro
refused cert-revoked
last '"kind":"pkcs11"'

t both_are_there
card taro
only plain
printf '%s\n' PIN=$SITE_PIN Password=himitsu-1 >"$dir/answers"
run site_drive --service mixed --user taro --answers "$dir/answers" \
    --steps auth
ended 0
last '"event":"auth"'

# slow PROGRAM: it takes its time to see a token
slow() {
	mv "$SITE/libexec/$1" "$SITE/libexec/real"
	printf '#!/bin/sh\nsleep 1.2\nexec %s/libexec/real "$@"\n' "$SITE" \
	    >"$SITE/libexec/$1"
	chmod 755 "$SITE/libexec/$1"
}
t a_revoked_card_is_not_taken_for_a_key_that_does_not_say_whose
card gone
only strange
slow sekisho-fido
run site_drive --service mixed --user ward3 --answer PIN= \
    --answer Password=x --steps auth
mv "$SITE/libexec/real" "$SITE/libexec/sekisho-fido"
refused no-match
no_record taro '"token"'
card taro

t a_card_while_a_key_blinks
only plain
slow sekisho-pkcs11
card taro
fido_knobs plain touch=no
fido_trace plain >"$dir/trace"
run site_drive --service mixed --user taro --answers "$dir/answers" \
    --steps auth
ended 0
shows "info: Touch your security key ("
last '"pair":"pkcs11+password"'
within 4000

t a_key_that_was_given_up_stops_blinking
fido_knobs plain
login --service keys --user taro
ended 0
within 2000

t a_revoked_card_while_a_key_blinks
card gone
fido_knobs plain touch=2500
login --service mixed --user taro
ended 0
last '"pair":"fido2+password"' '"kind":"fido2"' '"name":"taro"'
only finger
fido_knobs finger finger=slow
login --service mixed --user taro
ended 0
last '"pair":"fido2+verification"' '"kind":"fido2"' '"name":"taro"'
mv "$SITE/libexec/real" "$SITE/libexec/sekisho-pkcs11"
fido_knobs finger

# -- a site without certificates

t a_site_without_certificates
# shellcheck disable=SC2119
no_cards
mv "$SITE/etc/anchors" "$SITE/etc/away"
only plain
login --service keys --user taro
ended 0
login --service ward --user taro
ended 0
last '"pair":"fido2+password"'
mv "$SITE/etc/away" "$SITE/etc/anchors"

t no_helper_of_a_kind_that_is_not_needed
mv "$SITE/libexec/sekisho-pkcs11" "$SITE/libexec/away"
login --service keys --user taro
ended 0
[[ $(tail -n 1 "$SITE_LOG") != *pkcs11* ]] || wrong "a module was asked"
mv "$SITE/libexec/away" "$SITE/libexec/sekisho-pkcs11"
mv "$SITE/libexec/sekisho-fido" "$SITE/libexec/away"
card taro
run site_drive --service ward --user taro --steps auth \
    --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
[[ $(tail -n 1 "$SITE_LOG") != *sekisho-fido* ]] || wrong "the key was asked"
login --service keys --user taro
last '"reason":"helper-crashed"'
run site_drive --service mixed --user taro --steps auth \
    --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
mv "$SITE/libexec/away" "$SITE/libexec/sekisho-fido"
finish
