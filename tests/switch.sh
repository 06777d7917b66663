#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Another person's card at a lock: whose card has the gate ask for the login
# screen and whose does not, and what the person is told; then what
# sekisho-watch follows and what it does not, with the real logind and a
# display manager that does as it is told.  The whole of it, with lightdm, is
# tests/hosts/lightdm_switch.sh.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
for need in /lib/systemd/systemd-logind /usr/bin/dbus-daemon \
    /usr/bin/dbus-monitor; do
	[[ -x $need ]] || { echo "skip switch: no $need"; exit 0; }
done
/usr/bin/python3 -c 'import dbus, gi' 2>/dev/null ||
    { echo 'skip switch: no python3-dbus'; exit 0; }
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-switch.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'kill $(jobs -p) 2>/dev/null; until_so alone; site_end; rm -rf "$dir"
    exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
# shellcheck source=tests/hosts/lockers.sh
. "$(dirname "$0")/hosts/lockers.sh"

t site
locker_site xsecurelock || { wrong "no site"; finish; exit 1; }
wishes=$SITE/run/switches
# at the lock with this person's card, by this policy
shown() {
	local pairs="pkcs11+password\nswitch = ${switch:-greeter}"
	card "$@"
	rm -rf "$wishes"
}
at_lock() { # USER OPTION...
	run as "$1" "$SITE/libexec/pamdrive" --service xsecurelock --user "$1" \
	    --steps auth --answer PIN="$SITE_PIN" --answer Password=himitsu-1 \
	    "${@:2}"
}
other="This is the card of another person. The login screen comes up; log in there."
wished() { # NAME...
	[[ $(find "$wishes" -mindepth 1 -printf '%f' 2>/dev/null) == "$*" ]] ||
	    wrong "asked for: $(ls -A "$wishes" 2>&1), not $*"
}
# refused in the words for any stranger, who is asked for a password
as_a_stranger() { # REASON
	lacks 'auth = 0' 'prompt: PIN' 'another person'
	last '"event":"unlock"' "\"reason\":\"$1\""
	wished
}
finish

# -- the gate
t another_persons_card
shown hanako
at_lock taro
shows "$other"
lacks 'auth = 0' 'PIN' 'Password'
last '"event":"unlock"' '"reason":"not-granted"' '"claimed":"taro"' \
    '"detail":"hanako may not open this account"'
wished "${uid[taro]}-"
[[ $(stat -c '%a %U' "$wishes" "$wishes/${uid[taro]}-" | xargs) == \
    '700 root 600 root' ]] || wrong "$(ls -la "$wishes")"
grep -qxE "at [0-9]+ uid ${uid[taro]} account taro session " \
    "$wishes/${uid[taro]}-" || wrong "$(<"$wishes/${uid[taro]}-")"
at_lock taro
wished "${uid[taro]}-"

t in_japanese
shown hanako 's/^language = en/language = ja/'
at_lock taro
shows 'このカードは別の方のものです。ログイン画面に切り替わります'

t without_switch_nothing_is_told
switch=no shown hanako
at_lock taro
as_a_stranger not-granted
shows 'Password'

t ones_own_card_unlocks
shown taro
at_lock taro
has 'auth = 0 Success'
wished

t who_may_open_a_shared_account_unlocks_it
shown hanako
at_lock ward
has 'auth = 0 Success'
wished

t a_card_that_nobody_enrolled
site_cert nobodys '/C=JP/O=Sakura Hospital/CN=nobody' key=ec:P-256
site_token nobodys nobodys || wrong "no card"
shown nobodys
at_lock taro
as_a_stranger no-match

t no_card
shown nothing
at_lock taro
lacks 'another person'
wished

t a_card_that_is_suspended
id=$(sqlite3 "$SITE/lib/sekisho.db" "SELECT c.id FROM credential c JOIN
    person p ON p.id = c.person_id WHERE p.name = 'hanako'")
site_desk suspend "$id" --reason lost >"$dir/desk" 2>&1 ||
    wrong "$(<"$dir/desk")"
shown hanako
at_lock taro
as_a_stranger not-granted
site_desk resume "$id" --reason found >"$dir/desk" 2>&1 ||
    wrong "$(<"$dir/desk")"

t a_person_who_is_suspended
site_desk person suspend hanako --reason away >"$dir/desk" 2>&1 ||
    wrong "$(<"$dir/desk")"
at_lock taro
as_a_stranger not-granted
site_desk person resume hanako --reason back >"$dir/desk" 2>&1 ||
    wrong "$(<"$dir/desk")"

t a_person_who_is_denied
site_desk deny person hanako --reason stolen >"$dir/desk" 2>&1 ||
    wrong "$(<"$dir/desk")"
at_lock taro
as_a_stranger not-granted
id=$(sed -n 's/[^0-9]*\([0-9]*\).*/\1/p' "$dir/desk" | head -n 1)
site_desk allow "$id" --reason found >"$dir/desk" 2>&1 ||
    wrong "$(<"$dir/desk")"

# a key could come beside a card that is nobody's, and is waited for; not here
t beside_a_key_that_could_come
pairs='pkcs11+pin, fido2+password\nswitch = greeter' card hanako \
    's/^insert-seconds = .*/insert-seconds = 30/' \
    '$a [fido2]\nrp-id = hospital.example'
at_lock taro
shows "$other"
within 10000
wished "${uid[taro]}-"

t another_users_session
shown hanako
run as hanako "$SITE/libexec/pamdrive" --service xsecurelock --user taro \
    --steps auth
lacks 'auth = 0' 'another person'
last '"reason":"peer"'
wished

t what_the_locker_says_of_its_session_does_not_count
at_lock taro --env XDG_SESSION_ID=c4
wished "${uid[taro]}-"

t of_roots_programs_it_does
rm -rf "$wishes"
site_drive --service xsecurelock --user taro --steps auth \
    --env XDG_SESSION_ID=c1 >"$dir/out"
shows "$other"
wished "${uid[taro]}-c1"
rm -rf "$wishes"
site_drive --service xsecurelock --user taro --steps auth \
    --env XDG_SESSION_ID=../../c1 >"$dir/out"
wished "${uid[taro]}-"

t nobody_follows_them
rm -rf "$wishes"
mkdir -m 700 "$wishes"
seq -f "$wishes/1-x%.0f" 64 | xargs touch
at_lock taro
lacks 'another person'
(($(find "$wishes" -type f | wc -l) == 64)) || wrong "more: $(ls "$wishes")"
find "$wishes" -type f -exec touch -d '2 minutes ago' {} +
at_lock taro
shows "$other"
wished "${uid[taro]}-"

# -- who had the seat: s1 was taro's, and hanako opens s9 on the same seat
place() { # NAME UID LEADER [SED]: as logind writes it
	mkdir -p /run/systemd/sessions
	printf '%s\n' "UID=$2" STATE=active REMOTE=0 TYPE=x11 CLASS=user \
	    SEAT=seat0 "LEADER=$3" | sed "${4-}" >"/run/systemd/sessions/$1"
}
# came NUMBER PERSON ACCOUNT STATE SERVICE PID [SESSION]: a later one each time
came() {
	local id=11111111-2222-4333-8444-55555555555$1
	install -d -m 700 "$SITE/run/sessions"
	printf '%s\n' "session $id" "state $4" 'watch lock' "person $2" \
	    "account $3" 'shared no' "service $5" 'tty ' "xdg ${7-s1}" \
	    "pid $6" 'started 1' 'kind pkcs11' 'place Reader' 'node-dev 0' \
	    'node-ino 0' 'label x' 'serial ' >"$dir/came"
	install -m 600 "$dir/came" "$SITE/run/sessions/$id"
	sleep 0.02
}
# as a display manager does, whose process is the leader of the session
logs_in() { # [SED]
	(
		place s9 "${uid[hanako]}" "$BASHPID" "$@"
		exec "$BUILD/tests/pamdrive" --service ward --user hanako \
		    --steps auth,acct,open --env XDG_SESSION_ID=s9 \
		    --answer PIN="$SITE_PIN" --answer Password=himitsu-1
	) >"$dir/out" 2>&1
	shows 'open = 0 Success'
	rm -f /run/systemd/sessions/s9
}
from() { # PERSON NUMBER
	logs_in
	last '"event":"switch"' '"person":{"name":"hanako"}' \
	    "\"previous_user\":\"$1\"" \
	    "\"previous_session\":\"11111111-2222-4333-8444-55555555555$2\""
}
from_nobody() {
	logs_in "$@"
	last '"event":"login"'
}
opener=4000000

t who_opened_the_other_session
shown hanako
place s1 "${uid[taro]}" $opener
came 1 taro taro open ward $opener
from taro 1

t who_unlocked_it_since
came 2 jiro taro begun xsecurelock 4000001
from jiro 1

t an_su_or_sudo_within_it_has_no_seat
came 3 goro goro open ward 4000002
came 4 goro taro begun ward 4000003
from jiro 1

t nor_another_users_lock_in_it
came 5 hanako hanako begun xsecurelock 4000004
from jiro 1

t the_last_one_on_the_seat_counts_and_not_who_was_before
place s2 "${uid[hanako]}" 4000005
came 6 hanako hanako open ward 4000005 s2
from_nobody
came 7 taro taro begun xsecurelock 4000006
from taro 1

t not_on_this_seat_or_not_there
rm /run/systemd/sessions/s2
for each in s/seat0/seat1/ s/active/closing/ s/user/greeter/ \
    s/REMOTE=0/REMOTE=1/; do
	place s1 "${uid[taro]}" $opener $each
	from_nobody
done
rm /run/systemd/sessions/s1
from_nobody

t from_elsewhere_or_within_a_session_no_seat_is_taken
place s1 "${uid[taro]}" $opener
from taro 1
from_nobody "s/^LEADER=.*/LEADER=$opener/"
from_nobody s/REMOTE=0/REMOTE=1/
rm -rf "$SITE/run/sessions" /run/systemd/sessions

# -- sekisho-watch; c1 is taro's at the screen, c2 one from elsewhere, c3 a
# login screen of his, c4 hanako's, c5 on a terminal, c6 a second one
bus=unix:path=/run/dbus/system_bus_socket
bus_start() {
	mkdir -p /run/dbus
	rm -f /run/dbus/system_bus_socket
	dbus-daemon --system --nofork --nopidfile --address=$bus \
	    </dev/null >"$dir/bus.log" 2>&1 &
	until_so test -S /run/dbus/system_bus_socket
}
session() { # NAME UID LINE...
	printf '%s\n' "UID=$2" ACTIVE=1 IS_DISPLAY=0 STATE=active REMOTE=0 \
	    ORIGINAL_TYPE=x11 TYPE=x11 CLASS=user "SCOPE=session-$1.scope" \
	    SERVICE=x "LEADER=$BASHPID" AUDIT=0 \
	    "FIFO=/run/systemd/sessions/$1.ref" REALTIME=1669131031000000 \
	    MONOTONIC=1000000 "${@:3}" >"/run/systemd/sessions/$1"
	mkfifo -m 600 "/run/systemd/sessions/$1.ref"
	# pam_systemd holds the other end as long as the session is
	# shellcheck disable=SC2034
	exec {held}<>"/run/systemd/sessions/$1.ref"
}
user() { # UID DISPLAY SESSION...
	printf '%s\n' "NAME=x" STATE=active STOPPING=no \
	    "RUNTIME=/run/user/$1" "SESSIONS=${*:3}" ${2:+"DISPLAY=$2"} \
	    REALTIME=1669131031000000 MONOTONIC=1000000 \
	    LAST_SESSION_TIMESTAMP=1000000 >"/run/systemd/users/$1"
}
is_named() {
	busctl --system call org.freedesktop.DBus /org/freedesktop/DBus \
	    org.freedesktop.DBus GetNameOwner s "$1" >/dev/null 2>&1
}
logind_start() {
	mkdir -p /run/systemd/{seats,sessions,users,system,inhibit,shutdown}
	user "${uid[taro]}" c1 c1 c2 c3 c5
	user "${uid[hanako]}" '' c4
	session c1 "${uid[taro]}"
	session c2 "${uid[taro]}" REMOTE=1 TYPE=tty
	session c3 "${uid[taro]}" CLASS=greeter
	session c4 "${uid[hanako]}"
	session c5 "${uid[taro]}" TYPE=tty
	/lib/systemd/systemd-logind </dev/null >"$dir/logind.log" 2>&1 &
	dbus-monitor --system "type='signal',sender='org.freedesktop.login1',member='Lock'" \
	    </dev/null >>"$dir/locks" 2>/dev/null &
	until_so is_named org.freedesktop.login1 &&
	    until_so loginctl show-session c5 >"$dir/out" 2>&1
}
# at once: an empty file would be a mode of its own
mode() {
	echo "$1" >"$dir/mode.new"
	mv "$dir/mode.new" "$dir/mode"
}
dm_start() {
	mode ok
	: >"$dir/switched"
	/usr/bin/python3 "$(dirname "$0")/bus/dm.py" $bus taro "$dir/mode" \
	    "$dir/switched" </dev/null >"$dir/dm.log" 2>&1 &
	dm=$!
	until_so is_named org.freedesktop.DisplayManager
}
# wish NAME [AGE_MS [TEXT]]: as a gate leaves it, for taro
wish() {
	local now
	now=$(($(cut -d' ' -f1 /proc/uptime | tr -d .) * 10 - ${2:-0}))
	printf 'at %d uid %d account taro session %s\n' $now "${uid[taro]}" \
	    "${1#*-}" >"$dir/wish"
	[[ -z ${3-} ]] || printf %s "$3" >"$dir/wish"
	install -m 600 "$dir/wish" "$wishes/$1.new"
	mv "$wishes/$1.new" "$wishes/$1"
}
switches() {
	(($(wc -l <"$dir/switched") == $1))
}
locks() {
	(($(grep -c 'session/c1;.*member=Lock$' "$dir/locks") == $1))
}
is_empty() {
	[[ -z $(ls "$wishes") ]]
}
said() {
	until_so grep -qF -- "$1" "$dir/watch.log" || wrong "no \"$1\" in the log:
$(tail -n 4 "$dir/watch.log")"
}
# nothing of it comes to the display manager
ignored() {
	until_so is_empty || wrong "left: $(ls -la "$wishes")"
	sleep 0.3
	switches "$count" || wrong "switched: $(wc -l <"$dir/switched")"
}
mine=${uid[taro]}

t a_wish_is_followed_at_once
shown taro
install -d -m 700 "$wishes"
{ bus_start && logind_start && dm_start; } ||
    wrong "no bus: $(tail -n 3 "$dir"/{bus,logind,dm}.log)"
"$SITE/libexec/sekisho-watch" --conf "$SITE_CONF" </dev/null \
    2>>"$dir/watch.log" &
watch=$!
sleep 0.5
from=$(date +%s%N)
wish "$mine-c1"
until_so switches 1 || wrong "$(tail -n 3 "$dir/watch.log")"
took=$((($(date +%s%N) - from) / 1000000))
echo "# $name: $took ms"
((took < 1000)) || wrong "took $took ms"
grep -qx 'switched /org/freedesktop/DisplayManager/Seat0' "$dir/switched" ||
    wrong "$(<"$dir/switched")"
said "the lock of taro: the login screen is up"
until_so locks 1 || wrong "not locked before"
is_empty || wrong "left"

t the_session_that_logind_has_as_the_display
wish "$mine-"
until_so switches 2 || wrong "$(tail -n 3 "$dir/watch.log")"

t a_session_that_is_locked_is_not_locked_again
until_so locks 2
setpriv --reuid "$mine" --clear-groups busctl --system call \
    org.freedesktop.login1 /org/freedesktop/login1/session/c1 \
    org.freedesktop.login1.Session SetLockedHint b true || wrong "no hint"
wish "$mine-c1"
until_so switches 3 || wrong "$(tail -n 3 "$dir/watch.log")"
sleep 0.2
locks 2 || wrong "locked once more"

t old_and_future_ones
count=3
wish "$mine-c1" 16000
wish "$mine-c2" -5000
ignored

t sessions_that_are_not_to_be_switched
for each in 'c2:is not at this machine' 'c3:is not one of a person' \
    'c4:is not this user' 'c5:has no screen' 'c77:No session'; do
	wish "$mine-${each%%:*}"
	said "${each#*:}"
done
ignored

t rubbish
wish "$mine-c1" 0 'at 1 uid 0 account root session c1'
wish "$mine-c1x" 0 "$(sed s/c1/c1x/ "$dir/wish") "
wish 0-c1 # of taro by what it says
wish "$mine-c1.." 0 x
head -c 100000 /dev/zero >"$wishes/$mine-c4"
chmod 600 "$wishes/$mine-c4"
mkfifo "$wishes/$mine-c5"
ln -s /etc/shadow "$wishes/$mine-c6"
touch "$wishes/"$'\e[2J'
install -m 600 -o nobody "$dir/wish" "$wishes/$mine-c7"
ignored
! grep -q $'\e' "$dir/watch.log" || wrong "control characters in the log"
[[ -s /etc/shadow ]] || wrong "no shadow"

t thousands
seq -f "$wishes/1-x%.0f" 2500 | xargs touch
wish "$mine-c1"
until_so switches 4 || wrong "$(tail -n 3 "$dir/watch.log")"
until_so is_empty || wrong "left: $(find "$wishes" | wc -l)"
(($(wc -l <"$dir/watch.log") < 60)) || wrong "too much in the log"
count=4

t a_display_manager_that_refuses
mode refuse
wish "$mine-c1"
said 'no login screen: the display manager: not'
mode cannot
wish "$mine-c1"
said 'does not switch on this seat (allow-user-switching'
mode none
wish "$mine-c1"
said 'has no session of this account'
mode two
wish "$mine-c1"
said 'has sessions on several seats'
mode many
wish "$mine-c1"
until_so is_empty
mode garbage
wish "$mine-c1"
said 'no display manager that can switch'
ignored
! grep -q $'\e' "$dir/watch.log" || wrong "control characters in the log"

# a key that is a file, since its device would be one
t one_that_hangs_keeps_no_session_open
for mode in hang hang-late; do
	mode $mode
	touch "$dir/node"
	id=11111111-2222-4333-8444-55555555555${#mode}
	printf '%s\n' "session $id" 'state begun' 'watch lock' 'person taro' \
	    'account taro' 'shared no' 'service xsecurelock' 'tty ' 'xdg c4' \
	    "pid $BASHPID" 'started 1' 'kind fido2' "place $dir/node" \
	    'node-dev 0' "node-ino $(stat -c %i "$dir/node")" 'label x' \
	    'serial ' >"$dir/session"
	install -d -m 700 "$SITE/run/sessions"
	install -m 600 "$dir/session" "$SITE/run/sessions/$id.new"
	mv "$SITE/run/sessions/$id.new" "$SITE/run/sessions/$id"
	sleep 0.3
	wish "$mine-c1"
	sleep 0.2 # it is being asked
	from=$(date +%s%N)
	rm "$dir/node"
	until_so grep -q "session $id of taro is locked" "$dir/watch.log" ||
	    wrong "$mode: not locked"
	took=$((($(date +%s%N) - from) / 1000000))
	echo "# $name: $took ms"
	((took < 1000)) || wrong "$mode: took $took ms"
	said 'no login screen'
	rm -f "$SITE/run/sessions/$id"
done
ignored
mode ok
wish "$mine-c1"
until_so switches 5 || wrong "never again: $(tail -n 3 "$dir/watch.log")"

t no_display_manager
kill "$dm"
{ wait "$dm"; } 2>/dev/null
wish "$mine-c1"
said 'take switch = greeter out of sekisho.conf): The name'
before=$(wc -l <"$dir/watch.log")
sleep 1.2
(($(wc -l <"$dir/watch.log") == before)) || wrong "tried again: $(tail -n 3 "$dir/watch.log")"

t without_switch_nothing_is_followed
card taro
sleep 1.2
install -d -m 700 "$wishes"
wish "$mine-c1"
sleep 0.4
! is_empty || wrong "followed"

t it_ends_in_order
kill $watch
wait $watch || wrong "ended with $?"
run site_desk audit verify
ended 0
finish
