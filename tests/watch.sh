#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The card or key that opened a session goes away: sekisho-watch has the
# session locked or ended within a second, and puts it on record.  Real
# logins with OpenSC and the virtual card of a real pcscd, a software FIDO2
# key, and the real systemd-logind on a system bus of our own.  What logind
# knows of the sessions comes from its own files: pam_systemd could make none
# without systemd.

: "${BUILD:=build}" "${CARD_BIN:=$BUILD/tests/card}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
if ! card_ns_inside && missing=$(card_ns_missing 2>&1); then
	echo "skip watch: ${missing//$'\n'/, }"
	exit 0
fi
SITE_MODULE=/usr/lib/$("${CC:-gcc}" -print-multiarch)/opensc-pkcs11.so
logind=/lib/systemd/systemd-logind
for need in "$SITE_MODULE" $logind /usr/bin/dbus-daemon /usr/bin/dbus-monitor; do
	[[ -e $need ]] || { echo "skip watch: no $need"; exit 0; }
done
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/fido/site.sh"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-watch.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'site_end; fido_stop; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
SITE_PIN=271828

# soon COMMAND...: is it true within 20 seconds?
soon() {
	local i
	for ((i = 0; i < 1000; i++)); do
		"$@" && return
		sleep 0.02
	done
	return 1
}

t site
site_make "$dir/site" && fido_site || { wrong "no site"; finish; exit 1; }
install -m 644 "$(dirname "$0")/../packaging/opensc.conf" "$SITE/etc/"
for who in taro hanako ward3; do site_user $who himitsu-1; done
site_desk account add ward3 --shared >"$dir/out" || wrong "no ward3"
site_person taro '山田 太郎' taro ward3 || wrong "no taro"
site_cert taro "/C=JP/O=Sakura Hospital/CN=Yamada Taro" key=ec:P-256
site_cert other "/C=JP/O=Sakura Hospital/CN=Sato Hanako" key=ec:P-256
site_enrol taro taro || wrong "not enrolled"
# conf [SED]...: a service for each way of watching
conf() {
	site_conf 's|^environment = .*|environment = OPENSC_CONF='"$SITE"'/etc/opensc.conf|' \
	    's/^\[service ward\]/[fido2]\nrp-id = hospital.example\n\n&/' \
	    's/^\[service kiosk\]/[service tap]\npairs = pkcs11+password\nwatch = tap\n\n[service key]\npairs = fido2+password\nwatch = lock\n\n&/' \
	    's/^\(login\|token\|type\)-seconds.*/\1-seconds = 60/' \
	    '0,/^pairs = pkcs11+password/s//&\nwatch = lock\nwatch-shared = end/' \
	    "$@"
}
conf
for service in tap key; do cp "$SITE/pam.d/ward" "$SITE/pam.d/$service"; done
fido_key usb && site_desk enrol taro --fido2 --yes --label usb \
    >"$dir/out" 2>&1 || wrong "no key"
sessions=$SITE/run/sessions
finish

# -- the bus and logind, with sessions c1 to c9 of root's
bus_start() {
	mkdir -p /run/dbus
	rm -f /run/dbus/system_bus_socket
	dbus-daemon --system --nofork --nopidfile \
	    --address=unix:path=/run/dbus/system_bus_socket \
	    </dev/null >"$dir/bus.log" 2>&1 &
	bus=$!
	soon test -S /run/dbus/system_bus_socket
}
logind_start() {
	local n
	mkdir -p /run/systemd/{seats,sessions,users,system,inhibit,shutdown}
	printf '%s\n' NAME=root STATE=active STOPPING=no RUNTIME=/run/user/0 \
	    'SESSIONS=c1 c2 c3 c4 c5 c6 c7 c8 c9' REALTIME=1669131031000000 \
	    MONOTONIC=1000000 LAST_SESSION_TIMESTAMP=1000000 \
	    >/run/systemd/users/0
	for n in c{1..9}; do
		printf '%s\n' UID=0 USER=root ACTIVE=1 IS_DISPLAY=0 \
		    STATE=active REMOTE=0 TYPE=x11 ORIGINAL_TYPE=x11 \
		    CLASS=user SCOPE=session-$n.scope SERVICE=lightdm \
		    "LEADER=$BASHPID" AUDIT=0 FIFO=/run/systemd/sessions/$n.ref \
		    REALTIME=1669131031000000 MONOTONIC=1000000 \
		    >/run/systemd/sessions/$n
		[[ -p /run/systemd/sessions/$n.ref ]] ||
		    mkfifo -m 600 /run/systemd/sessions/$n.ref
	done
	$logind </dev/null >>"$dir/logind.log" 2>&1 &
	logind_pid=$!
	dbus-monitor --system "type='signal',sender='org.freedesktop.login1',interface='org.freedesktop.login1.Session'" \
	    </dev/null >>"$dir/signals" 2>/dev/null &
	monitor=$!
	soon is_known c9
}
is_known() {
	loginctl show-session "$1" >/dev/null 2>&1
}
bus_stop() {
	{
		kill "$monitor" "$logind_pid" "$bus"
		wait "$monitor" "$logind_pid" "$bus"
	} 2>/dev/null
}
locks() { # SESSION: how often it was locked
	grep -c "path=/org/freedesktop/login1/session/$1;.*member=Lock\$" \
	    "$dir/signals"
}
is_locked() { # SESSION TIMES
	(($(locks "$1") == $2))
}
is_ended() {
	[[ $(loginctl show-session -P State "$1" 2>&1) != active ]]
}

watch_start() {
	"$SITE/libexec/sekisho-watch" --conf "$SITE_CONF" </dev/null \
	    2>>"$dir/watch.log" &
	watch=$!
}
watch_stop() {
	kill "$watch"
	wait "$watch"
} 2>/dev/null
said() {
	soon grep -qF -- "$1" "$dir/watch.log" || wrong "no \"$1\" in the log:
$(tail -n 4 "$dir/watch.log")"
}

insert() {
	card_start "$SITE/pki/$1.key" "$SITE/pki/$1.crt" "$SITE_PIN" 3 ||
	    wrong "no card"
}
# come SERVICE USER XDG: a session that stays open until leave
come() {
	coproc LOGIN {
		exec timeout -k 1 90 "$BUILD/tests/pamdrive" --service "$1" \
		    --user "$2" --tty :0 --answer PIN="$SITE_PIN" \
		    --answer Password=himitsu-1 --steps "auth,acct,cred,`
			`unenv=XDG_SESSION_ID=$3,open,wait,close" \
		    >"$dir/out" 2>&1
	}
	# shellcheck disable=SC2153
	login=$LOGIN_PID hold=${LOGIN[1]}
	soon is_in
	shows "open = 0"
	id=$(sed -n 's/.*"event":"login".*"session":"\([^"]*\)".*/\1/p' \
	    "$SITE_LOG" | tail -n 1)
} 2>/dev/null
is_in() {
	grep -q '^open = 0' "$dir/out" || ! kill -0 "$login" 2>/dev/null
}
leave() {
	kill -0 "$login" || return
	echo >&"$hold"
	wait "$login" || wrong "it did not end well"
} 2>/dev/null
# quick MS0 COMMAND...: true within a second of that time?  Prints how long.
quick() {
	local from=$1 took
	shift
	soon "$@" || { wrong "never: $*"; return; }
	took=$((($(date +%s%N) - from) / 1000000))
	echo "# $name: $took ms"
	((took <= 1000)) || wrong "took $took ms"
}
# so it stays for a while: nothing happens in this time
never() {
	sleep 0.8
	"$@" || wrong "not so: $*"
}
recorded() {
	local last part
	last=$(grep -E '"event":"(lock|end)"' "$SITE_LOG" | tail -n 1)
	for part; do
		[[ $last == *"$part"* ]] || wrong "no $part in $last"
	done
}
records() {
	grep -cE '"event":"(lock|end)"' "$SITE_LOG"
}

t logind
bus_start && logind_start || wrong "no logind: $(tail -n 3 "$dir/logind.log")"
watch_start
insert taro

t removal_locks
come ward taro c1
[[ $(stat -c '%a %U' "$sessions" "$sessions/$id" | xargs) == \
    '700 root 600 root' ]] || wrong "$(ls -la "$sessions")"
cp "$sessions/$id" "$dir/file"
grep -qx "session $id" "$dir/file" && grep -qx "state open" "$dir/file" &&
    grep -qx "place $CARD_READER 00 00" "$dir/file" &&
    grep -qx "xdg c1" "$dir/file" || wrong "$(cat "$dir/file")"
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

t logind_is_not_there
insert taro
come ward taro c7
bus_stop
card_remove
said "session $id cannot be locked and is tried again: the system bus"
soon recorded '"reason":"not-locked"'
recorded '"event":"lock"' '"result":12' '"reason_id":225' "$id"
before=$(records)
sleep 1.2
(($(records) == before)) || wrong "recorded again"
bus_start && logind_start || wrong "no logind"
soon is_locked c7 1 || wrong "not locked"
recorded '"reason":"ok"' "$id"

t rubbish_in_the_folder
card_insert
never is_locked c7 1
seq -f "$sessions/rubbish-%.0f" 3000 | xargs touch
other=11111111-2222-4333-8444-55555555555
sed "s/^session .*/session ${other}0/" "$sessions/$id" >"$dir/link"
ln -s "$dir/link" "$sessions/${other}0"
cp "$sessions/$id" "$sessions/${other}1" # another session's
{ cat "$sessions/$id"; echo more; } >"$sessions/${other}2"
head -c 100000 /dev/zero >"$sessions/${other}3"
mkfifo "$sessions/${other}4"
mkdir "$sessions/${other}5"
sed "s/^session .*/session ${other}6/; s/^xdg .*/xdg ..\/..\/c8/" \
    "$sessions/$id" >"$sessions/${other}6"
install -m 644 "$sessions/$id" "$sessions/${other}7"
ln "$sessions/${other}6" "$sessions/${other}8"
touch "$sessions/"$'\e[2J\n-rf ..' "$sessions/${other}9.new"
said "(and others)"
never is_locked c7 1
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c7 2
(($(wc -l <"$dir/watch.log") < 200)) || wrong "too much in the log"
! grep -q $'\e' "$dir/watch.log" || wrong "control characters in the log"
leave
find "$sessions" -mindepth 1 -delete

t the_folder_is_removed
card_wait absent
card_insert
come ward taro c7
rm -rf "$sessions"
card_remove
never is_locked c7 2
leave
card_insert
come ward taro c7
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c7 3
leave

t a_login_whose_file_cannot_be_written
card_wait absent
card_insert
chmod 777 "$SITE/run"
come ward taro c7
grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
    grep -q '"detail":".*sessions.*"reason":"ok"' || wrong "no detail"
leave
chmod 755 "$SITE/run"

t the_disk_of_the_record_is_full
come ward taro c8
mount -t tmpfs -o size=36k,mode=700 tmpfs "$SITE/log"
head -c 100000 /dev/zero >"$SITE/log/full" 2>/dev/null
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c8 1
said "this could not be recorded"
umount "$SITE/log"
leave

t the_unlocking_card_counts
card_wait absent
card_insert
come ward taro c8
# as a locker's login leaves it: no session follows
sed -e "s/^session .*/session ${other}a/" -e 's/^state .*/state begun/' \
    -e 's/^service .*/service locker/' -e 's/^kind .*/kind fido2/' \
    -e "s|^place .*|place $dir/node|" "$sessions/$id" >"$dir/unlock"
touch "$dir/node"
node=$(stat -c 's/^node-dev .*/node-dev 0/;s/^node-ino .*/node-ino %i/' \
    "$dir/node")
sed "$node" "$dir/unlock" >"$sessions/.new"
chmod 600 "$sessions/.new"
mv "$sessions/.new" "$sessions/${other}a"
sleep 0.3
card_remove
never is_locked c8 1
from=$(date +%s%N)
rm "$dir/node"
quick "$from" is_locked c8 2
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

t without_watch_nothing_is_written
insert taro
come kiosk taro c9
[[ ! -e $sessions/$id ]] || wrong "there is a file"
leave

t it_ends_in_order
watch_stop
ended 0
run site_desk audit verify
ended 0
bus_stop
card_stop
card_pcscd_stop
finish
