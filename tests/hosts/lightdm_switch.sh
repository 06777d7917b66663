#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Another person's card at the lock: lightdm with its greeter, xsecurelock in
# the session, logind and sekisho-watch, all of them the real ones.  Taro's
# card is pulled and his session is locked; Hanako's is put in: nothing is
# asked of her there, the login screen comes up, and after her own two factors
# she has a session and his is there still, locked.

: "${BUILD:=build}" "${CARD_BIN:=$BUILD/tests/card}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
# shellcheck source=tests/hosts/greeter.sh
. "$(dirname "$0")/greeter.sh"
skip() {
	echo "skip lightdm_switch: $1"
	exit 0
}
! missing=$(greeter_missing) || skip "$missing"
for need in xsecurelock /lib/systemd/systemd-logind; do
	command -v $need >/dev/null || skip "no $need"
done
/usr/bin/python3 -c 'import dbus, gi' 2>/dev/null || skip 'no python3-dbus'
[[ -e /sys/class/tty/tty0/active && -e /dev/tty0 ]] || skip 'no terminals'
pam_systemd=/usr/lib/$("${CC:-gcc}" -print-multiarch)/security/pam_systemd.so
[[ -e $pam_systemd ]] || skip 'no pam_systemd'
SITE_MODULE=/usr/lib/$("${CC:-gcc}" -print-multiarch)/opensc-pkcs11.so
site_enter "$0" "$@"
# a name of our own: greeter_logind writes it
if [[ -z ${OWN_NAME-} ]]; then
	export OWN_NAME=yes
	exec unshare --uts bash "$0" "$@"
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-switch.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'greeter_stop; kill ${gates-} ${watch-} 2>/dev/null
    _greeter_soon 10 alone; site_end; rm -rf "$dir"; exit $((failed > 0))' EXIT
alone() {
	! pgrep '^sekisho-' >/dev/null && ! pgrep '^xsecurelock' >/dev/null
}
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/../cases.sh"
examples=$(realpath "$(dirname "$0")/../../examples")

t site
if ! site_make "$dir/site"; then
	wrong "no site"
	finish
	exit 1
fi
install -m 644 "$examples/../packaging/opensc.conf" "$SITE/etc/"
SITE_PIN=271828
site_conf "s|^environment = .*|environment = OPENSC_CONF=$SITE/etc/opensc.conf|" \
    's/^\[service ward\]/[service xsecurelock]\npairs = pkcs11+pin\nunlock = yes\nswitch = greeter\nwatch = lock\n\n[service lightdm]/' \
    '0,/^pairs = pkcs11+password/s//&\nwatch = lock/' \
    's/^\(login\|type\|insert\)-seconds.*/\1-seconds = 50/' \
    's/^token-seconds.*/token-seconds = 15/' \
    's/^fail-delay-ms.*/fail-delay-ms = 1500/'
for who in taro hanako; do
	site_user $who himitsu-1
	site_person $who $who $who || wrong "no $who"
	site_cert $who "/C=JP/O=Sakura Hospital/CN=$who" key=rsa:2048 ||
	    wrong "no certificate of $who"
	site_enrol $who $who || wrong "no card of $who"
done
LDM_BUS=/run/dbus/system_bus_socket
greeter_site || wrong "no lightdm"
for service in lightdm xsecurelock; do
	sed "s|pam_sekisho.so|$SITE_PAM|" "$examples/pam.d/$service" \
	    >"$SITE/pam.d/$service"
done
site_pam common-account <<<'account required pam_unix.so'
site_pam common-session <<<"session required $pam_systemd"
site_pam common-password <<<'password required pam_deny.so'
site_pam lightdm-greeter <<-END
	auth required pam_permit.so
	account required pam_permit.so
	session required $pam_systemd
END
# a desktop that locks when logind says so
cat >"$LDM/session" <<-END
	#!/bin/bash
	{ date +began=%s%N; echo "who=\$(id -un)"; env; } >"$LDM/env.new"
	mv "$LDM/env.new" "$LDM/env"
	export XSECURELOCK_PAM_SERVICE=xsecurelock XSECURELOCK_NO_COMPOSITE=1 \
	    XSECURELOCK_SAVER=saver_blank LC_ALL=C.UTF-8
	path=\$(busctl --system call org.freedesktop.login1 \
	    /org/freedesktop/login1 org.freedesktop.login1.Manager GetSession \
	    s "\$XDG_SESSION_ID")
	path=\${path#o \"} path=\${path%\"}
	exec 3< <(exec dbus-monitor --system \
	    "type='signal',path='\$path',member='Lock'")
	while [[ -e $LDM/stay ]]; do
		read -r -t 0.1 line <&3
		[[ \$line == *member=Lock* ]] || continue
		kill -0 "\$locker" 2>/dev/null && continue
		xsecurelock -- touch "$LDM/locked.\$USER" 2>"$LDM/locker" &
		locker=\$!
	done
	kill %+ \$locker
END
chmod 755 "$LDM/session"
systemd-socket-activate -l "$SITE/gate.sock" --accept --inetd \
    "$SITE/libexec/sekisho-gate" --conf "$SITE_CONF" >"$dir/service" 2>&1 &
gates=$!
_greeter_soon 10 test -S "$SITE/gate.sock" ||
    wrong "no socket: $(<"$dir/service")"
chmod 666 "$SITE/gate.sock"
finish

insert() {
	card_release
	if ! { card_start "$SITE/pki/$1.key" "$SITE/pki/$1.crt" \
	    "$SITE_PIN" 3 && card_hold; }; then
		wrong "the virtual card does not start"
	fi
}
# After this nothing would be of use.
give_up() {
	wrong "$1: $(tail -n 5 "$LDM/log/lightdm.log" "$dir/watch.log")"
	finish
	exit 1
}
asks() {
	greeter_asks "$1" || give_up "lightdm did not come to message $1"
}
screen() { # DISPLAY
	export DISPLAY=$1 XAUTHORITY=$LDM/run/root/$1
}
event() { # EVENT PART...: of the newest such record
	local line part
	line=$(grep "\"event\":\"$1\"" "$SITE_LOG" | tail -n 1)
	for part in "${@:2}"; do
		[[ $line == *"$part"* ]] || wrong "no $part in $line"
	done
}
session_of() { # the session id of the newest login of an account
	grep '"event":"login"' "$SITE_LOG" |
	    grep "\"account\":{\"name\":\"$1\"" | tail -n 1 |
	    sed 's/.*"session":"\([^"]*\)".*/\1/'
}
is_locked() {
	[[ -e $LDM/locked.taro ]] && pgrep -x xsecurelock >/dev/null
}
refused() {
	(($(grep -c '"event":"unlock".*"reason":"not-granted"' "$SITE_LOG") \
	    >= $1))
}
shown() {
	greeter_shot told
	! cmp -s "$dir/locked.png" "$dir/told.png"
}
fronts() {
	[[ $(loginctl show-seat -P ActiveSession seat0) == "$1" ]]
}

t taro_logs_in
greeter_logind || give_up "no logind: $(tail -n 3 "$LDM/logind.log")"
"$SITE/libexec/sekisho-watch" --conf "$SITE_CONF" </dev/null \
    2>>"$dir/watch.log" &
watch=$!
insert taro
greeter_start || give_up "lightdm does not start"
screen $LDM_DISPLAY
asks 2
greeter_type "$SITE_PIN"
asks 4
greeter_type himitsu-1
greeter_session || give_up "no session"
mv "$LDM/env" "$LDM/env.taro"
taro=$(sed -n 's/^XDG_SESSION_ID=//p' "$LDM/env.taro")
event login '"account":{"name":"taro"' "\"xdg_session\":\"$taro\""
! grep -q '"event":"switch"' "$SITE_LOG" || wrong "a switch from nobody"
fronts "$taro" || wrong "not in front: $(loginctl show-seat seat0)"

t his_card_goes_and_the_session_is_locked
card_release
card_remove || wrong "the card stays"
_greeter_soon 10 is_locked || give_up "not locked"
event lock '"person":{"name":"taro"}' '"cause":"removal"'

t another_persons_card_brings_the_login_screen
insert hanako
greeter_shot locked
xdotool key space
_greeter_soon 15 refused 1 || give_up "no refusal"
event unlock '"reason":"not-granted"' '"claimed":"taro"' \
    '"detail":"hanako may not open this account"'
[[ $(grep '"event":"unlock"' "$SITE_LOG" | tail -n 1) != *'"type":"pin"'* ]] ||
    wrong "a PIN was asked for"
# the lock says what comes
_greeter_soon 5 shown ||
    wrong "nothing is shown"
_greeter_soon 15 grep -q 'card at the lock of taro: the login screen is up' \
    "$dir/watch.log" || give_up "no login screen"
[[ -z $(ls "$SITE/run/switches") ]] || wrong "it is asked for still"
screen :79
asks 2
is_locked || wrong "the lock is gone"

t she_logs_in_with_both_factors
greeter_type "$SITE_PIN"
asks 4
greeter_type himitsu-1
greeter_session || give_up "no session of hers"
mv "$LDM/env" "$LDM/env.hanako"
hanako=$(sed -n 's/^XDG_SESSION_ID=//p' "$LDM/env.hanako")
grep -qx who=hanako "$LDM/env.hanako" || wrong "$(head "$LDM/env.hanako")"
event login '"account":{"name":"hanako"'
event switch '"person":{"name":"hanako"}' '"account":{"name":"hanako"' \
    "\"session\":\"$(session_of hanako)\"" '"previous_user":"taro"' \
    "\"previous_session\":\"$(session_of taro)\"" '"auth_seq":' \
    "\"xdg_session\":\"$hanako\"" '"service":"lightdm"' '"result":0'
[[ $(grep "\"session\":\"$(session_of hanako)\"" "$SITE_LOG" |
    grep -oE '"event":"[a-z]+"' | paste -sd' ') == \
    '"event":"auth" "event":"login" "event":"switch"' ]] ||
    wrong "not one after the other"
[[ -n $taro && $hanako != "$taro" ]] || wrong "one session: $hanako"

t his_is_there_still_and_locked
is_locked || wrong "the lock is gone"
[[ $(loginctl show-session -P State "$taro") == online ]] ||
    wrong "$(loginctl list-sessions)"
_greeter_soon 5 fronts "$hanako" || wrong "$(loginctl show-seat seat0)"

# His lock is behind hers: it may not take the screen from her.
t nobody_is_taken_from_the_screen_by_a_lock_behind_it
screen $LDM_DISPLAY
before=$(grep -c '"reason":"not-granted"' "$SITE_LOG")
xdotool key space
_greeter_soon 20 refused $((before + 1)) || give_up "no refusal"
_greeter_soon 15 grep -q 'by logind another session is at the screen' "$dir/watch.log" ||
    wrong "$(tail -n 3 "$dir/watch.log")"
fronts "$hanako" || wrong "$(loginctl show-seat seat0)"

# His session is locked once more when hers goes, and the record does not say
# that it was his card.
t her_card_goes
card_remove || wrong "the card stays"
gone() {
	(($(grep -c '"event":"lock"' "$SITE_LOG") >= 3))
}
_greeter_soon 10 gone || wrong "not locked"
for who in taro hanako; do
	line=$(grep '"event":"lock"' "$SITE_LOG" | tail -n 2 |
	    grep "\"person\":{\"name\":\"$who\"}")
	[[ $who:$line == *"perhaps another person's"* ||
	    $who:$line == "hanako:{"* ]] || wrong "$who: $line"
	[[ $who:$line != hanako:*perhaps* ]] || wrong "hers, too: $line"
done
insert hanako

switched() {
	(($(grep -c '"event":"switch"' "$SITE_LOG") == $1))
}
t a_session_within_hers_takes_no_seat
site_drive --service kiosk --user hanako --answer PIN=$SITE_PIN \
    --steps auth,acct,open,close --env "XDG_SESSION_ID=$hanako" >"$dir/out"
has 'open = 0 Success'
event login '"service":"kiosk"' "\"xdg_session\":\"$hanako\""
switched 1 || wrong "a switch"

# By the login screen as the lock: his session is there, and none is opened.
t he_comes_back_and_goes_on
logins=$(grep -c '"event":"login"' "$SITE_LOG")
dm=org.freedesktop.DisplayManager
busctl call $dm /${dm//.//}/Seat0 $dm.Seat SwitchToGreeter ||
    wrong "no login screen"
insert taro
screen :80
asks 2
greeter_type "$SITE_PIN"
asks 4
greeter_type himitsu-1
_greeter_soon 15 fronts "$taro" || give_up "not his: $(loginctl show-seat seat0)"
event auth '"person":{"display":"taro","name":"taro"}' '"reason":"ok"'
(($(grep -c '"event":"login"' "$SITE_LOG") == logins)) || wrong "a login"
switched 1 || wrong "a switch"

t exports_and_counts
run site_desk audit export --format fhir
shows "previous_session"
run site_desk audit export --format dicom
shows "previous_session"
run site_desk audit export --format csv --event switch
shows '"user switched"' '"hanako"' '"taro"'
# a switch after a login is no login of its own
run site_desk audit report --format csv --day today
shows '"In short","logins",4' \
    '"Records by event","user switched","switch",1,0'

t the_record_verifies
card_release
card_stop
rm -f "$LDM/stay"
kill $watch
wait $watch || wrong "the watch ended with $?"
run site_desk audit verify
ended 0
finish
