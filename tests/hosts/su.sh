#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# su itself, at a terminal, with our module in its PAM services: both factors
# open, one does not, what the caller has in the environment changes nothing,
# and it ends its PAM transaction in two processes without a second record.

# shellcheck source=tests/hosts/terminal.sh
. "$(dirname "$0")/terminal.sh"
host_enter "$0" "$@"
host_site su su-l
su=$(command -v su)

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

# Its child ends the transaction with PAM_DATA_SILENT as the target user, the
# parent once more as root: of the child there is nothing on record, and the
# password is in neither of them, nor in what the shell gets.
t su_ends_its_transaction_twice
before=$(entries "$SITE_LOG")
peek="grep -acE 'himitsu-1|$SITE_PIN' /proc/self/environ /proc/self/cmdline"
typing "${right[@]}" -- "${by_hanako[@]}" "$su" taro -c "$peek; exit 3"
ended 3
has /proc/self/environ:0
(($(entries "$SITE_LOG") == before + 3)) || wrong "not three records"
for event in login logout; do
	(($(tail -n 3 "$SITE_LOG" | grep -c "\"event\":\"$event\"") == 1)) ||
	    wrong "not one $event"
done
tail -n 3 "$SITE_LOG" | grep '"event":"log' | grep -v '"peer_uid":0,' \
    >"$dir/others" && wrong "by another: $(<"$dir/others")"
nothing_left

# While the shell runs su itself waits: nothing of the answers is left in it.
t su_keeps_no_secret
install -d -o taro "$dir/step"
"$BUILD/tests/ttydrive" "${right[@]}" -- "$su" taro -c \
    ": >$dir/step/ready; until [ -e $dir/step/go ]; do sleep 0.02; done" \
    >"$dir/out" 2>&1 &
terminal=$!
for ((i = 0; i < 500; i++)); do
	[[ ! -e $dir/step/ready ]] || break
	sleep 0.02
done
pid=$(pgrep -x su | head -n 1)
for secret in "$SITE_PIN" himitsu-1; do
	python3 - "$pid" "$secret" >>"$dir/out" 2>&1 <<'END' || wrong "$secret"
import re, sys
pid, secret, seen = sys.argv[1], sys.argv[2], False
mem = open(f"/proc/{pid}/mem", "rb", 0)
for line in open(f"/proc/{pid}/maps"):
    m = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
    if m is None or "[v" in line:
        continue
    start, end = (int(x, 16) for x in m.groups())
    mem.seek(start)
    data = mem.read(end - start)
    seen = seen or b"conf=" in data  # what the module is told is there
    # four digits alone stand in numbers as well: as an answer they end
    if (secret + "\0" * (len(secret) < 6)).encode() in data:
        sys.exit(f"{secret} in {line}")
if not seen:
    sys.exit("nothing was read")
END
done
: >"$dir/step/go"
wait $terminal || wrong "su ended with $?"
nothing_left

t su_key
key plain
before=$(entries "$SITE_LOG")
typing Password=himitsu-1 -- "${by_hanako[@]}" "${hostile[@]}" "$su" taro \
    -c /bin/true
ended 0
shows 'Touch your security key'
lacks 'PIN of'
(($(entries "$SITE_LOG") == before + 3)) || wrong "not three records"
attempt '"reason":"ok"' '"pair":"fido2+password"' '"ruser":"hanako"'
joined 0
nothing_left

t su_key_wrong_password
typing Password=wrong -- "$su" taro -c "$id -un"
ended 1
refused wrong-password

t su_key_with_a_pin
key resident
typing "PIN=$KEY_PIN" Password=himitsu-1 -- "$su" taro -c "$id -un"
ended 0
has taro
attempt '"reason":"ok"' '"flags":"up uv"'

t su_key_wrong_pin
conf fido2+password none 's/^\[limits\]/&\npin-tries = 1/'
typing PIN=0000 -- "$su" taro -c "$id -un"
ended 1
refused wrong-pin

t su_anothers_key
key other
typing Password=himitsu-1 -- "$su" taro -c "$id -un"
ended 1
refused no-match

t su_no_key
key
typing -- "$su" taro -c "$id -un"
ended 1
shows 'Insert your security key'
refused no-token

t su_key_interrupted_while_it_blinks
key plain
fido_knobs plain touch=no
interrupted 'Touch=^C' -- "$su" taro -c "$id -un"

the_record_verifies
