#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# lightdm with lightdm-gtk-greeter, and examples/pam.d/lightdm in its whole:
# nobody types a name, the card says who it is; it comes before the greeter or
# after it; what is shown is what is asked for; the shared account of a ward
# opens by role, and the session knows whose it is.

: "${BUILD:=build}" "${CARD_BIN:=$BUILD/tests/card}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/hosts/greeter.sh
. "$(dirname "$0")/greeter.sh"
missing=$(greeter_missing) && { echo "skip lightdm: $missing"; exit 0; }
SITE_MODULE=/usr/lib/$("${CC:-gcc}" -print-multiarch)/opensc-pkcs11.so
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/../fido/site.sh"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-lightdm.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'greeter_stop; site_end; fido_stop; rm -rf "$dir"; exit $((failed > 0))' \
    EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/../cases.sh"
examples=$(realpath "$(dirname "$0")/../../examples")

t site
if ! { site_make "$dir/site" && fido_site; }; then
	wrong "no site"
	finish
	exit 1
fi
install -m 644 "$examples/../packaging/opensc.conf" "$SITE/etc/"
SITE_PIN=271828
conf() {
	site_conf "s|^environment = .*|environment = OPENSC_CONF=$SITE/etc/opensc.conf|" \
	    's/^\[service ward\]/[fido2]\nrp-id = hospital.example\n\n[service lightdm]/' \
	    's/^\(login\|type\|insert\)-seconds.*/\1-seconds = 50/' \
	    's/^token-seconds.*/token-seconds = 15\ntouch-seconds = 20/' \
	    's/^fail-delay-ms.*/fail-delay-ms = 0/' \
	    's/^pairs = pkcs11+password/&, fido2+password/' "$@"
}
conf
desk() {
	site_desk "$@" >/dev/null || wrong "sekisho $*"
}
site_user ward3 nobody-knows
site_user sos himitsu-9
desk account add ward3 --shared
desk account grant ward3 --role Nurse
for who in taro hanako jiro; do
	site_user $who himitsu-1
	site_person $who $who || wrong "no $who"
	site_cert $who "/C=JP/O=Sakura Hospital/CN=$who" key=rsa:2048 ||
	    wrong "no certificate of $who"
	site_enrol $who $who || wrong "no card of $who"
done
desk account add taro --person taro
desk person role hanako Nurse
greeter_site || wrong "no lightdm"
# the file as it is documented, and what it includes
sed "s|pam_sekisho.so|$SITE_PAM|" "$examples/pam.d/lightdm" \
    >"$SITE/pam.d/lightdm"
site_pam common-account <<<'account required pam_unix.so'
site_pam common-session <<<'session required pam_permit.so'
site_pam common-password <<<'password required pam_deny.so'
finish

insert() {
	card_release
	if ! { card_start "$SITE/pki/$1.key" "$SITE/pki/$1.crt" \
	    "$SITE_PIN" 3 && card_hold; }; then
		wrong "the virtual card does not start"
	fi
}
attempt() {
	local line part
	line=$(grep '"event":"auth"' "$SITE_LOG" | tail -n 1)
	for part; do
		[[ $line == *"$part"* ]] || wrong "no $part in $line"
	done
}
last() {
	local line part
	line=$(tail -n 1 "$SITE_LOG")
	for part; do
		[[ $line == *"$part"* ]] || wrong "no $part in $line"
	done
}
# After this nothing would be of use.
give_up() {
	wrong "$1: $(tail -n 5 "$LDM/log/lightdm.log")"
	finish
	exit 1
}
asks() {
	greeter_asks "$1" || give_up "lightdm did not come to message $1"
}
# The session of this account and person is open.
opened() {
	greeter_session || give_up "no session"
	cp "$LDM/env" "$dir/out"
	has "who=$1" "USER=$1" "SEKISHO_PERSON=$2"
	record=$(sed -n 's/^SEKISHO_RECORD=//p' "$dir/out")
	session=$(sed -n 's/^SEKISHO_SESSION=//p' "$dir/out")
	grep -q "\"seq\":${record:-none},.*\"session\":\"$session\"" \
	    "$SITE_LOG" || wrong "record $record is not of $session"
	attempt '"reason":"ok"' '"service":"lightdm"' "\"tty\":\"$DISPLAY\"" \
	    "\"person\":{\"display\":\"$2\",\"name\":\"$2\"}" \
	    "\"account\":{\"name\":\"$1\"" '"claimed":""'
	last '"event":"login"' "\"session\":\"$session\"" \
	    "\"account\":{\"name\":\"$1\""
}
# It ends, and that is on record with the login that it belongs to.
left() {
	greeter_leave || give_up "no greeter came after the session"
	grep '"event":"logout"' "$SITE_LOG" | tail -n 1 >"$dir/out"
	shows "\"session\":\"$session\"" '"login_seq":' '"duration_s":' \
	    "\"account\":{\"name\":\"$1\"" "\"person\":{\"name\":\"$2\"}"
}
_greeter_refused() {
	tail -n 1 "$SITE_LOG" | grep -q '"event":"auth".*"result":4'
}
differ() {
	! cmp -s "$dir/$1.png" "$dir/$2.png" || wrong "$1 looks like $2"
}
# What is on the screen comes to be another thing than that.
becomes() { # NAME OTHER
	_another() {
		greeter_shot "$1" && ! cmp -s "$dir/$1.png" "$dir/$2.png"
	}
	_greeter_soon 10 _another "$@" || wrong "$1 looks like $2"
}

t card_before_the_greeter
insert taro
greeter_start || give_up "lightdm does not start"
asks 2
greeter_shot pin
sleep 0.7
greeter_shot still
cmp -s "$dir/pin.png" "$dir/still.png" || wrong "it changes by itself"
greeter_type "$SITE_PIN"
asks 4
greeter_shot password
differ pin password
greeter_type wrong
greeter_tells 5 || wrong "no refusal"
becomes refused password
attempt '"reason":"wrong-password"' '"claimed":""' '"name":"taro"'
_greeter_soon 15 grep -q 'Authenticate result for user' \
    "$LDM/log/lightdm.log" || give_up "no end of it"
! grep -q 'signal 11' "$LDM/log/lightdm.log" || wrong "lightdm crashes"

t wrong_password_then_right
_greeter_soon 15 _greeter_began 1 || wrong "lightdm asks no more"
asks 2
greeter_type "$SITE_PIN"
asks 4
greeter_type himitsu-1
opened taro taro
attempt '"granted_by":"person"'
card_release
card_remove || wrong "the card stays"
left taro taro

# The card comes when the greeter is there; a nurse's opens the ward's account.
t shared_account_by_a_card_that_comes_later
greeter_tells 1 || wrong "nothing is asked for"
becomes insert pin
insert hanako
asks 3
greeter_type "$SITE_PIN"
asks 5
greeter_type himitsu-1
opened ward3 hanako
attempt '"granted_by":"role:Nurse"' '"shared":true'
insert jiro
conf 's/^insert-seconds.*/insert-seconds = 2/'
left ward3 hanako

t a_person_without_the_role
_greeter_soon 15 _greeter_refused || give_up "no refusal"
attempt '"reason":"no-match"' '"claimed":""'
conf
card_release
card_stop

# -- what lightdm is told, by a greeter without a screen
said() { # ANSWER...
	printf '%s\n' "$@" >"$LDM/answers"
	greeter_is said
	greeter_stop
	greeter_start || give_up "lightdm does not start"
}
t a_key_asks_for_its_touch_last
fido_key hana || wrong "no key"
site_desk enrol hanako --fido2 --resident --yes >"$dir/out" 2>&1 ||
    wrong "not enrolled"
fido_knobs hana touch=1500
said user= Password=himitsu-1
opened ward3 hanako
attempt '"pair":"fido2+password"' '"granted_by":"role:Nurse"'
sed 's/^[0-9.]* //' "$LDM/said.log" >"$dir/out"
# it waits there: nothing is told before the touch
[[ $(sed -n 2p "$dir/out") == "info Touch your security key ("* ]] ||
    wrong "not told of the touch first"
[[ $(sed -n 3,4p "$dir/out") == "info Password of hanako"$'\n'"secret Password of hanako: " ]] ||
    wrong "not asked for the password then"
awk '$2 == "info" { if (++n == 2) exit !($1 > 1400) }' "$LDM/said.log" ||
    wrong "it did not wait for the touch"
fido_unplug hana
rm -f "$LDM/stay"

# Every token is lost: by name and password, as the policy says, and no other.
t the_rescue_account_by_its_password
conf '/\[service lightdm\]/a rescue = sos'
rm -f "$LDM/env"
said user=sos Password=himitsu-9
greeter_session || give_up "no session"
cp "$LDM/env" "$dir/out"
has who=sos
sed 's/^[0-9.]* //' "$LDM/said.log" >"$dir/out"
shows 'info Rescue login without a card or key: it goes on record.' \
    'secret '
lacks 'Insert' Touch
fields "$(grep '"event":"breakglass_start"' "$SITE_LOG" | tail -n 1)" \
    '"reason":"ok"' '"pair":"password"' '"service":"lightdm"' \
    '"account":{"name":"sos"' '"claimed":"sos"' "\"tty\":\"$DISPLAY\""
rm -f "$LDM/stay" "$LDM/env"
rescue_ended() {
	tail -n 1 "$SITE_LOG" | grep -q '"event":"breakglass_stop"'
}
_greeter_soon 15 rescue_ended || wrong "$(tail -n 1 "$SITE_LOG")"
conf 's/^insert-seconds.*/insert-seconds = 1/' \
    '/\[service lightdm\]/a rescue = sos'
said user=taro Password=himitsu-1
_greeter_soon 15 _greeter_refused || wrong "no refusal of taro"
attempt '"claimed":"taro"' '"reason":"no-token"'

t the_record_verifies
run site_desk audit verify
ended 0
finish
