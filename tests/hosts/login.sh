#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# login itself, on a terminal, with our module in its PAM service: by name, by
# card or key alone, with a choice of accounts, and refused.

# shellcheck source=tests/hosts/terminal.sh
. "$(dirname "$0")/terminal.sh"
host_enter "$0" "$@"
host_site login
login=$(command -v login)

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

# one try each from here on
sed 's/^LOGIN_RETRIES.*/LOGIN_RETRIES 1/' /etc/login.defs \
    >"$SITE/etc/login.defs"
mount --bind "$SITE/etc/login.defs" /etc/login.defs ||
    wrong "no login.defs of our own"

t login_anothers_card
card stranger
typing Password=himitsu-1 -- "$login" taro
refused no-match

t login_no_card
card none
typing -- "$login" taro
shows 'Insert your card'
refused no-token

t login_several_accounts
site_user ward3 nobody-knows
sed -i "s|:/nonexistent:/bin/sh$|:/:/bin/sh|" "$SITE/etc/passwd"
cat "$SITE/etc/passwd" >/etc/passwd
site_desk account add ward3 --shared >/dev/null &&
    site_desk account grant ward3 taro >/dev/null || wrong "no ward3"
card taro
typing Several=ward3 "${right[@]}" '$ =id -un; exit 5' -- "$login"
has ward3
attempt '"reason":"ok"' '"claimed":""' '"account":{"name":"ward3"' \
    '"person":{"display":"taro","name":"taro"}'
last '"event":"logout"' '"name":"ward3"' '"person":{"name":"taro"}'
nothing_left

t login_of_an_account_that_is_not_the_persons
typing Password=himitsu-1 -- "$login" hanako
refused not-granted

t login_key_by_name
key plain
typing Password=himitsu-1 '$ =id -un; exit 5' -- "$login" taro
has taro
attempt '"reason":"ok"' '"pair":"fido2+password"' '"tty":"/dev/pts/'
last '"event":"logout"' '"name":"taro"'
nothing_left

t login_key_wrong_password
typing Password=wrong -- "$login" taro
refused wrong-password

t login_anothers_key
key other
typing Password=himitsu-1 -- "$login" taro
refused no-match

t login_no_key
key
typing -- "$login" taro
refused no-token

t login_by_key
key resident
typing "PIN=$KEY_PIN" Several=ward3 Password=himitsu-1 '$ =id -un; exit 5' \
    -- "$login"
has ward3 'Welcome, taro.'
attempt '"reason":"ok"' '"pair":"fido2+password"' '"claimed":""' \
    '"account":{"name":"ward3"'
nothing_left

the_record_verifies
