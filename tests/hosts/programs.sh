#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# su, sudo and login themselves, at a terminal, with our module in their PAM
# services: both factors open, one does not, what the caller has in the
# environment changes nothing, and nothing is left behind in the program.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-programs.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'site_end; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/../cases.sh"

t site
# they write to these: the machine's own stay as they are
for folder in /var/log /var/lib/sudo; do
	[[ ! -d $folder ]] || mount -t tmpfs -o mode=755 tmpfs $folder ||
	    wrong "no $folder of our own"
done
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
for who in taro hanako; do
	site_user $who himitsu-1
	site_person $who "$who" $who || wrong "no person $who"
done
for card in taro stranger; do
	site_cert $card "/C=JP/O=Sakura Hospital/CN=$card" key=ec:P-256 ||
	    wrong "no certificate of $card"
	site_token $card $card || wrong "no token of $card"
done
site_enrol taro taro || wrong "enrol taro"
taro=$(id -u taro) hanako=$(id -u hanako)
# a home that is there
sed -i "s|:/nonexistent:/bin/sh$|:/:/bin/sh|" "$SITE/etc/passwd"
cat "$SITE/etc/passwd" >/etc/passwd
card() {
	site_conf "s/^module = .*/&\ntoken-label = $1/" \
	    's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
	    's/^\(login\|token\|type\)-seconds = .*/\1-seconds = 60/' \
	    's/^\[service ward\]/[service *]/' "${@:2}"
}
card taro
for service in su su-l login our-sudo; do
	cp "$SITE/pam.d/ward" "$SITE/pam.d/$service"
done
cat >"$SITE/etc/sudoers" <<-END
	Defaults pam_service=our-sudo, pam_login_service=our-sudo
	Defaults timestamp_timeout=0, lecture=never, passwd_tries=1, !fqdn
	taro ALL = (ALL:ALL) ALL
END
chmod 440 "$SITE/etc/sudoers"
mount --bind "$SITE/etc/sudoers" /etc/sudoers || wrong "no sudoers"
# whoever reads this waits for ever
mkfifo -m 644 "$SITE/trap"
finish

# typing PROMPT=ANSWER... -- COMMAND...   somebody at a terminal
typing() {
	run timeout -k 1 60 "$BUILD/tests/ttydrive" "$@"
	sed -i 's/\r$//' "$dir/out" # as a terminal ends its lines
}
# Fields of the last record, and of the last one of an authentication.
fields() {
	local line=$1 part
	shift
	for part; do
		[[ $line == *"$part"* ]] || wrong "no $part in $line"
	done
}
last() {
	fields "$(tail -n 1 "$SITE_LOG")" "$@"
}
attempt() {
	fields "$(grep '"event":"auth"' "$SITE_LOG" | tail -n 1)" "$@"
}
attempts() {
	grep -c '"event":"auth"' "$SITE_LOG"
}
# The last logout names the login before it, and how long that was.
joined() { # SECONDS
	last '"event":"logout"' "\"duration_s\":$1," "\"login_seq\":$(grep \
	    '"event":"login"' "$SITE_LOG" | tail -n 1 |
	    sed 's/.*"seq":\([0-9]*\),.*/\1/'),"
}
nothing_left() {
	local i
	for ((i = 0; i < 250; i++)); do
		pgrep '^sekisho-' >/dev/null || break
		sleep 0.02
	done
	((i < 250)) || wrong "left: $(pgrep -l '^sekisho-')"
	! ps -eo stat=,comm= | grep '^Z' >"$dir/zombies" ||
	    wrong "zombies: $(<"$dir/zombies")"
}
no_shell() {
	! grep -qxE 'taro|root' "$dir/out" || wrong "got in"
}
# One more record than $before, of somebody who did not go on.
went_away() {
	(($(attempts) == before + 1)) || wrong "not one record"
	attempt '"result":4'
	tail -n 1 "$SITE_LOG" |
	    grep -qE '"reason":"(client-gone|cancelled)"' ||
	    wrong "recorded: $(tail -n 1 "$SITE_LOG")"
}
interrupted() { # PROMPT=ANSWER... -- COMMAND...
	before=$(attempts)
	typing "$@"
	no_shell
	nothing_left
	went_away
}
right=("PIN=$SITE_PIN" Password=himitsu-1)
wrong_password=("PIN=$SITE_PIN" Password=wrong)
id=$(command -v id) su=$(command -v su) sudo=$(command -v sudo)
ps=$(command -v ps) login=$(command -v login) setpriv=$(command -v setpriv)
by_taro=("$setpriv" --reuid "$taro" --regid "$taro" --clear-groups)
by_hanako=("$setpriv" --reuid "$hanako" --regid "$hanako" --clear-groups)
hostile=("$(command -v env)" "SOFTHSM2_CONF=$SITE/trap"
    "OPENSSL_CONF=$SITE/trap" "OPENSSL_MODULES=$dir" "TMPDIR=/nonexistent"
    "SSL_CERT_FILE=$SITE/trap" "LD_LIBRARY_PATH=$dir" "GCONV_PATH=$dir"
    "LD_PRELOAD=$SITE/trap" "P11_KIT_CONF=$SITE/trap" "SEKISHO_RECORD=1"
    "SEKISHO_CONF=$SITE/trap" "SQLITE_TMPDIR=$SITE/trap" "LD_DEBUG=all"
    "LD_AUDIT=$SITE/trap")

t su_by_root
before=$(entries "$SITE_LOG")
typing "${right[@]}" -- "$su" taro -c "$id -un"
ended 0
has taro 'echo on'
(($(entries "$SITE_LOG") == before + 3)) || wrong "not three records"
attempt '"reason":"ok"' '"service":"su"' '"service_claimed":false'
last '"event":"logout"'
nothing_left

t su_by_another_user
typing "${right[@]}" -- "${by_hanako[@]}" "$su" taro -c "sleep 1.2; $id -un"
ended 0
has taro
attempt '"reason":"ok"' '"ruser":"hanako"' '"peer_uid":0'
nothing_left
# the program that opens a session closes it
joined 1

t su_hostile_environment
typing "${right[@]}" -- "${by_hanako[@]}" "${hostile[@]}" "$su" taro \
    -c /bin/true
ended 0
shows "PIN of card taro: "
attempt '"reason":"ok"' '"ruser":"hanako"'
nothing_left

t su_login_shell_is_another_service
typing "${right[@]}" -- "$su" - taro -c "$id -un"
ended 0
attempt '"service":"su-l"'

t su_wrong_password
typing "${wrong_password[@]}" -- "$su" taro -c "$id -un"
ended 1
no_shell
shows 'Authentication failure'
attempt '"reason":"wrong-password"'
nothing_left

t su_anothers_card
card stranger
typing Password=himitsu-1 -- "${by_hanako[@]}" "$su" taro -c "$id -un"
ended 1
no_shell
lacks 'PIN of'
attempt '"reason":"no-match"'

t su_no_card
card none
typing -- "$su" taro -c "$id -un"
ended 1
no_shell
shows 'Insert your card'
attempt '"reason":"no-token"'
card taro

t su_interrupted_at_the_pin
interrupted 'PIN=^C' -- "$su" taro -c "$id -un"

t su_interrupted_at_the_password
interrupted "PIN=$SITE_PIN" 'Password=^C' -- "$su" taro -c "$id -un"

t sudo_with_both
before=$(entries "$SITE_LOG")
# after the time that a gate takes to leave
typing "${right[@]}" -- "${by_taro[@]}" \
    "$sudo" /bin/sh -c "sleep 0.5; $ps -eo stat=,comm="
ended 0
has 'echo on'
shows ' sudo' ' ps'
! grep -qE '^Z|sekisho' "$dir/out" || wrong "left behind while it runs"
(($(entries "$SITE_LOG") == before + 3)) || wrong "not three records"
attempt '"reason":"ok"' '"service":"our-sudo"' '"claimed":"taro"' \
    '"peer_uid":0'
# who it was stays on record after sudo has become somebody else
last '"event":"logout"' '"account":{"name":"root","uid":0}' \
    '"person":{"name":"taro"}'
joined 0
nothing_left

t sudo_becomes_root
typing "${right[@]}" -- "${by_taro[@]}" "$sudo" "$id" -un
ended 0
has root

t sudo_wrong_password
typing "${wrong_password[@]}" -- "${by_taro[@]}" "$sudo" "$id" -un
ended 1
no_shell
attempt '"reason":"wrong-password"'
nothing_left

t sudo_wrong_pin
card taro 's/^\[limits\]/&\npin-tries = 1/'
typing PIN=9999 -- "${by_taro[@]}" "$sudo" "$id" -un
ended 1
no_shell
attempt '"reason":"wrong-pin"'
card taro

t sudo_hostile_environment
typing "${right[@]}" -- "${by_taro[@]}" "${hostile[@]}" "$sudo" /bin/true
ended 0
shows "PIN of card taro: "
attempt '"reason":"ok"' '"claimed":"taro"'
nothing_left

t sudo_command_keeps_its_own_status
typing "${right[@]}" -- "${by_taro[@]}" "$sudo" sh -c 'exit 42'
ended 42

# A terminal that goes away, and what is there while it is waited for.
t sudo_hung_up_and_nothing_of_the_callers_in_the_gate
before=$(attempts)
timeout -k 1 60 "$BUILD/tests/ttydrive" 'never=' -- "${by_taro[@]}" \
    "${hostile[@]}" "$sudo" "$id" -un >"$dir/out" 2>&1 &
terminal=$!
for ((i = 0; i < 500; i++)); do
	! pgrep -x sekisho-pkcs11 >/dev/null || break
	sleep 0.02
done
for program in gate pkcs11; do
	pid=$(pgrep -x "sekisho-$program" | head -n 1)
	tr '\0' '\n' <"/proc/$pid/environ" >"$dir/environ-$program" ||
	    wrong "no $program"
done
[[ ! -s $dir/environ-gate ]] || wrong "gate: $(<"$dir/environ-gate")"
[[ $(<"$dir/environ-pkcs11") == "SOFTHSM2_CONF=$SITE/etc/softhsm2.conf" ]] ||
    wrong "pkcs11: $(<"$dir/environ-pkcs11")"
kill $terminal
wait $terminal 2>/dev/null
nothing_left
went_away

t sudo_limits_of_the_user_do_not_matter
typing "${right[@]}" -- "${by_taro[@]}" /bin/bash -c \
    "ulimit -S -f 0; ulimit -S -n 32; ulimit -S -v 200000; exec $sudo $id -un"
ended 0
attempt '"reason":"ok"'

t sudo_interrupted_at_the_pin
interrupted 'PIN=^C' -- "${by_taro[@]}" "$sudo" "$id" -un
has 'echo on'

t sudo_interrupted_at_the_password
interrupted "PIN=$SITE_PIN" 'Password=^C' -- "${by_taro[@]}" "$sudo" "$id" -un
has 'echo on'

t login_by_name
typing "${right[@]}" '$ =id -un; exit 5' -- "$login" taro
has taro
attempt '"reason":"ok"' '"service":"login"' '"claimed":"taro"' \
    '"tty":"/dev/pts/'
last '"event":"logout"' '"name":"taro"' '"login_seq":' '"duration_s":'
nothing_left

t login_by_card
typing "${right[@]}" '$ =id -un; exit 5' -- "$login"
has taro 'Welcome, taro.'
attempt '"reason":"ok"' '"claimed":""' '"account":{"name":"taro"'
last '"event":"logout"' '"name":"taro"'

t login_wrong_password_then_away
before=$(attempts)
typing "${wrong_password[@]}" 'PIN=^C' -- "$login"
no_shell
shows 'Login incorrect'
nothing_left
(($(attempts) == before + 2)) || wrong "not two records"
attempt '"reason":"client-gone"'
tail -n 2 "$SITE_LOG" | head -n 1 | grep -q '"reason":"wrong-password"' ||
    wrong "the first is not on record"

t the_record_verifies
run site_desk audit verify
ended 0
finish
