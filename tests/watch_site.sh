# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A site whose sessions are watched, for tests/watch*.sh: real logins with
# OpenSC and the virtual card of a real pcscd, a software FIDO2 key, and the
# real systemd-logind on a system bus of our own.  What logind knows of the
# sessions comes from its own files: pam_systemd could make none without
# systemd.  Source it from a script, outside its namespaces; it returns inside
# with everything running, or ends the script.

: "${BUILD:=build}" "${CARD_BIN:=$BUILD/tests/card}"
# shellcheck source=tests/site.sh
. "$(dirname "${BASH_SOURCE[0]}")/site.sh"
if ! card_ns_inside && missing=$(card_ns_missing 2>&1); then
	echo "skip $(basename "$0" .sh): ${missing//$'\n'/, }"
	exit 0
fi
SITE_MODULE=/usr/lib/$("${CC:-gcc}" -print-multiarch)/opensc-pkcs11.so
logind=/lib/systemd/systemd-logind
for need in "$SITE_MODULE" $logind /usr/bin/dbus-daemon /usr/bin/dbus-monitor; do
	[[ -e $need ]] || { echo "skip $(basename "$0" .sh): no $need"; exit 0; }
done
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. "$(dirname "${BASH_SOURCE[0]}")/fido/site.sh"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-watch.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'site_end; fido_stop; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "${BASH_SOURCE[0]}")/cases.sh"
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
if ! { site_make "$dir/site" && fido_site; }; then
	wrong "no site"
	finish
	exit 1
fi
install -m 644 "$(dirname "${BASH_SOURCE[0]}")/../packaging/opensc.conf" "$SITE/etc/"
for who in taro hanako ward3; do site_user $who himitsu-1; done
site_desk account add ward3 --shared >"$dir/out" || wrong "no ward3"
site_person taro '山田 太郎' taro ward3 || wrong "no taro"
site_cert taro "/C=JP/O=Sakura Hospital/CN=Yamada Taro" key=ec:P-256
site_cert other "/C=JP/O=Sakura Hospital/CN=Sato Hanako" key=ec:P-256
site_enrol taro taro || wrong "not enrolled"
# a service for each way of watching
site_conf "s|^environment = .*|environment = OPENSC_CONF=$SITE/etc/opensc.conf|" \
    's/^\[service ward\]/[fido2]\nrp-id = hospital.example\n\n&/' \
    's/^\[service kiosk\]/[service tap]\npairs = pkcs11+password\nwatch = tap\n\n[service key]\npairs = fido2+password\nwatch = lock\n\n&/' \
    's/^\(login\|token\|type\)-seconds.*/\1-seconds = 60/' \
    '0,/^pairs = pkcs11+password/s//&\nwatch = lock\nwatch-shared = end/'
for service in tap key; do cp "$SITE/pam.d/ward" "$SITE/pam.d/$service"; done
fido_key usb || wrong "no key"
site_desk enrol taro --fido2 --yes --label usb >"$dir/out" 2>&1 ||
    wrong "key not enrolled"
# shellcheck disable=SC2034 # for the scripts
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
		    CLASS=user "SCOPE=session-$n.scope" SERVICE=lightdm \
		    "LEADER=$BASHPID" AUDIT=0 "FIFO=/run/systemd/sessions/$n.ref" \
		    REALTIME=1669131031000000 MONOTONIC=1000000 \
		    >"/run/systemd/sessions/$n"
		# pam_systemd holds the other end as long as the session is
		if [[ ! -p /run/systemd/sessions/$n.ref ]]; then
			mkfifo -m 600 "/run/systemd/sessions/$n.ref"
			# shellcheck disable=SC2034
			exec {held}<>"/run/systemd/sessions/$n.ref"
		fi
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
	: >"$dir/out" # what it says of the login before is old
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
# The session is locked first and recorded then.
recorded() {
	local last part i
	for ((i = 0; i < 250; i++)); do
		last=$(grep -E '"event":"(lock|end)"' "$SITE_LOG" | tail -n 1)
		for part; do
			[[ $last == *"$part"* ]] || break
		done
		[[ $last != *"$part"* ]] || return 0
		sleep 0.02
	done
	wrong "no $part in $last"
}
records() {
	grep -cE '"event":"(lock|end)"' "$SITE_LOG"
}

over() {
	t it_ends_in_order
	watch_stop
	ended 0
	run site_desk audit verify
	ended 0
	bus_stop
	card_stop
	card_pcscd_stop
	finish
}

t logind
{ bus_start && logind_start; } ||
    wrong "no logind: $(tail -n 3 "$dir/logind.log")"
watch_start
insert taro
finish

