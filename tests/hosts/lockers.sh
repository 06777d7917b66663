# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What the tests of screen lockers share: a site with the persons taro and
# hanako and the account ward, which both may open; the socket; a display.
# Source it after tests/site.sh and tests/cases.sh, with $dir, then
#
#   locker_site NAME    PAM services and [service NAME] for this locker, by
#                       its file in examples/pam.d
#   card WHO [SED]...   whose card is in
#   as WHO [SETPRIV OPTION]... COMMAND...   as this user, with an environment
#                       of its own and $locker_env
#   until_so COMMAND... until something is so, 15 s at most
#   last PART...        parts of the newest record
#   unlocks, more_unlocks N    how many unlocks and switches are on record; are
#                       there more than N?
#   display             an X server, $DISPLAY; `keys TEXT` types it and Return,
#                       `by_keys PASSWORD` the PIN and then a password

declare -A uid
locker_env=()

locker_site() {
	local who
	locker=$1
	# shellcheck disable=SC2154 # the caller's
	site_make "$dir/site" || return
	for who in taro hanako ward; do
		site_user $who himitsu-1
		uid[$who]=$(id -u $who)
	done
	site_desk account add ward --shared >/dev/null || return
	for who in taro hanako; do
		site_person $who "$who" $who || return
		site_desk account grant ward $who >/dev/null || return
		site_cert $who "/C=JP/O=Sakura Hospital/CN=$who" key=ec:P-256 &&
		    site_token $who $who && site_enrol $who $who || return
	done
	sed "s|pam_sekisho.so|$SITE_PAM|" "examples/pam.d/$locker" |
	    site_pam "$locker"
	install -m 755 "$BUILD/tests/pamdrive" "$SITE/libexec/"
	card taro
	systemd-socket-activate -l "$SITE/gate.sock" --accept --inetd \
	    "$SITE/libexec/sekisho-gate" --conf "$SITE_CONF" \
	    >"$dir/service" 2>&1 &
	until_so test -S "$SITE/gate.sock" && chmod 666 "$SITE/gate.sock"
}

card() {
	site_conf "s/^module = .*/&\ntoken-label = $1/" \
	    's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
	    's/^\(login\|token\)-seconds = .*/\1-seconds = 60/' \
	    's/^type-seconds = .*/type-seconds = 30/' \
	    "\$a [service $locker]\npairs = ${pairs:-pkcs11+password}\nunlock = yes" \
	    's/^\[limits\]/&\npeer-per-minute = 600/' "${@:2}"
}

as() {
	local id=${uid[$1]} who=$1
	shift
	timeout -k 1 "${as_limit:-60}" setpriv --reuid "$id" --regid "$id" --clear-groups \
	    --reset-env "${as_options[@]}" env HOME=/ USER="$who" \
	    LOGNAME="$who" LC_ALL=C.UTF-8 "${locker_env[@]}" "$@"
}
as_options=()

until_so() {
	local i
	for ((i = 0; i < 750; i++)); do
		! "$@" || return 0
		sleep 0.02
	done
	return 1
}

last() {
	local line part
	line=$(tail -n 1 "$SITE_LOG")
	for part; do
		[[ $line == *"$part"* ]] || wrong "no $part in $line"
	done
}

unlocks() {
	grep -cE '"event":"(unlock|switch)"' "$SITE_LOG"
}

more_unlocks() {
	(($(unlocks) > $1))
}

# A helper that has ended is a zombie until its gate ends.
card_at_work() {
	# shellcheck disable=SC2009 # pgrep cannot leave them out
	ps -C sekisho-pkcs11 -o stat= | grep -qv Z
}

# The program has to show it yet.
asked() {
	card_at_work && sleep 1
}

card_is_done() {
	! card_at_work && sleep 0.5
}

alone() {
	! pgrep '^sekisho-' >/dev/null
}

# No file for it anywhere: its socket is abstract, in our own network.
display() {
	export DISPLAY=:7
	Xvfb $DISPLAY -screen 0 800x600x24 -nolisten tcp -nolisten unix \
	    -nolock -ac >"$dir/xvfb" 2>&1 &
	until_so xdotool getdisplaygeometry >/dev/null 2>&1
}

keys() {
	xdotool type --delay 20 -- "$1"
	xdotool key Return
}

# The PIN, then this password, each when it is asked for.
by_keys() {
	until_so asked || wrong "not asked"
	keys "$SITE_PIN"
	until_so card_is_done || wrong "the PIN was not taken"
	keys "$1"
}
