#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# pkexec with the system's polkitd on a message bus of our own: its agent at
# the terminal relays our questions through polkit-agent-helper-1, which is
# setuid root and runs the PAM service polkit-1 for the administrator.

# shellcheck source=tests/hosts/terminal.sh
. "$(dirname "$0")/terminal.sh"
host_enter "$0" "$@"
host_site polkit-1

t a_bus_and_polkitd
mount -t tmpfs -o mode=755 tmpfs /run || wrong "no /run of our own"
mkdir -p /run/dbus "$SITE/rules" /etc/polkit-1/rules.d
cat >"$SITE/rules/01-site.rules" <<'END'
polkit.addAdminRule(function(action, subject) {
	return ["unix-user:taro"];
});
END
chmod 755 "$SITE/rules"
mount --bind "$SITE/rules" /etc/polkit-1/rules.d || wrong "no rules"
dbus-daemon --system --nofork --nopidfile --nosyslog </dev/null \
    >"$dir/bus.log" 2>&1 &
for ((i = 0; i < 250; i++)); do
	[[ ! -S /run/dbus/system_bus_socket ]] || break
	sleep 0.02
done
polkitd=$(dirname "$(readlink -f /usr/libexec/polkit-agent-helper-1)")/polkitd
"$polkitd" --no-debug </dev/null >"$dir/polkitd.log" 2>&1 &
for ((i = 0; i < 250; i++)); do
	! dbus-send --system --print-reply --dest=org.freedesktop.DBus / \
	    org.freedesktop.DBus.GetNameOwner \
	    string:org.freedesktop.PolicyKit1 >"$dir/owner" 2>&1 || break
	sleep 0.02
done
cat "$dir/owner" "$dir/bus.log" "$dir/polkitd.log" >"$dir/out"
grep -q 'string ":1' "$dir/owner" || wrong "polkitd is not there"
finish

# As hanako, who is no administrator: taro is asked for.  The agent is one of
# its own; that inside Debian 12's pkexec is not the caller's but root's for
# polkitd, and gets in for nobody ("No session for cookie").
cat >"$SITE/elevate" <<'END'
#!/bin/bash
mkfifo "$1/ready"
pkttyagent --process $$ --notify-fd 3 3>"$1/ready" &
read -r <"$1/ready"
SHELL=/bin/sh pkexec --disable-internal-agent "${@:2}"
echo "it was $?"
kill %1
END
chmod 755 "$SITE/elevate"
admin() { # PROMPT=ANSWER... [-- COMMAND...]
	rm -rf "$dir/agent"
	install -d -o hanako "$dir/agent"
	typing "$@" -- "${by_hanako[@]}" "$SITE/elevate" "$dir/agent" \
	    "${command[@]}"
	sed -i 's/\x1b\[[0-9;]*m//g' "$dir/out"
}
command=("$id" -un)

t pkexec_card
before=$(entries "$SITE_LOG")
admin "${right[@]}"
has root 'it was 0'
shows 'PIN of card taro: ' 'Password of taro: '
(($(entries "$SITE_LOG") == before + 1)) || wrong "not one record"
attempt '"reason":"ok"' '"service":"polkit-1"' '"claimed":"taro"' \
    '"peer_uid":0' '"service_claimed":false' '"person":{"display":"taro"'
nothing_left

t pkexec_wrong_password
admin "${wrong_password[@]}"
has 'it was 127'
refused wrong-password

t pkexec_wrong_pin
card taro 's/^\[limits\]/&\npin-tries = 1/'
admin PIN=9999
has 'it was 127'
refused wrong-pin

t pkexec_no_card
card none
admin
has 'it was 127'
shows 'Insert your card'
refused no-token

t pkexec_anothers_card
card stranger
admin Password=himitsu-1
has 'it was 127'
refused no-match

t pkexec_interrupted
card taro
before=$(attempts)
admin 'PIN=^C'
no_shell
nothing_left
went_away

# In the language of the caller, as text that the agent has passed on.
t pkexec_in_japanese
sed -i '/^auth/s/$/ lang=ja/' "$SITE/pam.d/polkit-1"
admin "PIN=$SITE_PIN" パスワード=himitsu-1
has root 'it was 0'

t pkexec_key
sed -i 's/ lang=ja//' "$SITE/pam.d/polkit-1"
key plain
before=$(entries "$SITE_LOG")
admin Password=himitsu-1
has root 'it was 0'
shows 'Touch your security key'
(($(entries "$SITE_LOG") == before + 1)) || wrong "not one record"
attempt '"reason":"ok"' '"pair":"fido2+password"' '"claimed":"taro"' \
    '"peer_uid":0'
nothing_left

t pkexec_key_with_a_pin
key resident
admin "PIN=$KEY_PIN" Password=himitsu-1
has root 'it was 0'

t pkexec_key_wrong_password
key plain
admin Password=wrong
has 'it was 127'
refused wrong-password

t pkexec_anothers_key
key other
admin Password=himitsu-1
has 'it was 127'
refused no-match

t pkexec_no_key
key
admin
has 'it was 127'
refused no-token

# The helper is anybody's to call, but its answer goes to polkitd, which
# knows of nothing that was asked.
t the_helper_by_itself_opens_nothing
card taro
helper=$(readlink -f /usr/libexec/polkit-agent-helper-1)
printf 'no-such-cookie\n%s\nhimitsu-1\n' "$SITE_PIN" >"$dir/lines"
run timeout -k 1 30 "${by_hanako[@]}" "$helper" taro <"$dir/lines"
shows 'PAM_PROMPT_ECHO_OFF PIN of card taro: '
lacks SUCCESS
shows FAILURE
attempt '"service":"polkit-1"' '"claimed":"taro"'
nothing_left

the_record_verifies
