#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sudo itself, at a terminal, with our module in its PAM service: both factors
# open, one does not, who called it stays on record after it has become
# somebody else, and what it does without asking PAM for proof is refused.

# shellcheck source=tests/hosts/terminal.sh
. "$(dirname "$0")/terminal.sh"
host_enter "$0" "$@"
host_site our-sudo
sudo=$(command -v sudo) ps=$(command -v ps)
sudoers() { # MINUTES
	cat >"$SITE/etc/sudoers" <<-END
		Defaults pam_service=our-sudo, pam_login_service=our-sudo
		Defaults timestamp_timeout=$1, lecture=never, passwd_tries=1
		Defaults !fqdn
		root ALL = (ALL:ALL) ALL
		taro ALL = (ALL:ALL) ALL
		hanako ALL = (ALL:ALL) NOPASSWD: ALL
	END
}
install -m 440 /dev/null "$SITE/etc/sudoers"
sudoers 0
mount --bind "$SITE/etc/sudoers" /etc/sudoers || wrong "no sudoers"

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

# What is asked by nobody: the account line finds no success of both factors.
t sudo_time_stamp_is_no_proof
sudoers 5
typing "${right[@]}" -- "${by_taro[@]}" /bin/sh -c \
    "$sudo $id -un; echo; $sudo $id -un; echo it was \$?"
has root 'it was 1'
(($(grep -cx root "$dir/out") == 1)) || wrong "in by the time stamp"
last '"event":"account"' '"reason":"no-two-factor"' '"service":"our-sudo"'
sudoers 0

t sudo_of_root_itself
typing -- "$sudo" "$id" -un
ended 1
no_shell
last '"event":"account"' '"reason":"no-two-factor"' '"claimed":"root"'

t sudo_nopasswd_is_no_proof
typing -- "${by_hanako[@]}" "$sudo" "$id" -un
ended 1
no_shell
last '"event":"account"' '"reason":"no-two-factor"' '"claimed":"hanako"'

# sudo has a handler for SIGCHLD and reaps what it finds.
t sudo_hears_of_children_all_the_time
while sleep 0.02; do pkill -CHLD -x sudo; done &
noise=$!
typing "${right[@]}" -- "${by_taro[@]}" "$sudo" sh -c 'exit 42'
kill $noise
wait $noise 2>/dev/null
ended 42
attempt '"reason":"ok"'
nothing_left

t sudo_no_card
card none
typing -- "${by_taro[@]}" "$sudo" "$id" -un
ended 1
refused no-token

t sudo_anothers_card
card stranger
typing Password=himitsu-1 -- "${by_taro[@]}" "$sudo" "$id" -un
ended 1
refused no-match

t sudo_key
key plain
before=$(entries "$SITE_LOG")
typing Password=himitsu-1 -- "${by_taro[@]}" "${hostile[@]}" "$sudo" \
    "$id" -un
ended 0
has root
# sudo asks PAM to show no messages
lacks 'Touch'
(($(entries "$SITE_LOG") == before + 3)) || wrong "not three records"
attempt '"reason":"ok"' '"pair":"fido2+password"' '"claimed":"taro"' \
    '"ruser":"taro"'
last '"event":"logout"' '"account":{"name":"root","uid":0}' \
    '"person":{"name":"taro"}'
nothing_left

t sudo_key_wrong_password
typing Password=wrong -- "${by_taro[@]}" "$sudo" "$id" -un
ended 1
refused wrong-password

t sudo_key_with_a_pin
key resident
typing "PIN=$KEY_PIN" Password=himitsu-1 -- "${by_taro[@]}" "$sudo" "$id" -un
ended 0
has root

t sudo_anothers_key
key other
typing Password=himitsu-1 -- "${by_taro[@]}" "$sudo" "$id" -un
ended 1
refused no-match

t sudo_no_key
key
typing -- "${by_taro[@]}" "$sudo" "$id" -un
ended 1
refused no-token

the_record_verifies
