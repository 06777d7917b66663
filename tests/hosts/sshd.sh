#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sshd itself with the card at its own machine (pkcs11+password), and people
# who come with ssh: who gets in and who does not, by every method that lets
# somebody past our questions; a client that goes away at each of them; and
# of each attempt one record that says where it came from.  Keys at the other
# end are in sshd_key.sh.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
site_enter "$0" "$@"

site_script sshd
# shellcheck source=tests/hosts/ssh_site.sh
. "$(dirname "$0")/ssh_site.sh"

ASK=2201 KEY_ONLY=2202 METHOD=2203 IMPATIENT=2204 FEW=2205

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
for who in taro hanako; do
	site_user $who himitsu-1
done
site_person taro '山田 太郎' taro root || wrong "no person taro"
site_person hanako '佐藤 花子' hanako || wrong "no person hanako"
for card in taro stranger; do
	site_cert $card "/C=JP/O=Sakura Hospital/CN=$card" key=ec:P-256 &&
	    site_token $card $card || wrong "no token of $card"
done
site_enrol taro taro || wrong "enrol taro"
# card LABEL [SED]...: this one is in the reader
card() {
	site_conf "s/^module = .*/&\ntoken-label = $1/" \
	    's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
	    's/^\(login\|token\|type\)-seconds = .*/\1-seconds = 60/' \
	    's/^\[service ward\]/[service *]/' "${@:2}"
}
card taro
sshd_site || wrong "no PAM service"
ssh-keygen -q -t ed25519 -N '' -f "$dir/id" </dev/null || wrong "no key"
for who in taro root; do
	cp "$dir/id.pub" "$SSH_DIR/authorized-$who"
done
# whoever reads this waits for ever
mkfifo -m 644 "$SITE/trap"
mkdir "$dir/empty"
ask=('AuthenticationMethods keyboard-interactive:pam'
    'PasswordAuthentication no')
# as from a shell of an administrator who has all of this in it
hostile=("SOFTHSM2_CONF=$SITE/trap" "SEKISHO_CONF=$SITE/trap"
    "SQLITE_TMPDIR=$SITE/trap" "TMPDIR=/nonexistent" SEKISHO_PERSON=hanako
    "SSH_AUTH_SOCK=$SITE/trap" "SSH_AUTH_INFO_0=publickey x eHh4eHh4")
(export "${hostile[@]}"
sshd_start $ASK "${ask[@]}" 'PermitRootLogin no' 'LoginGraceTime 130' \
    'AllowAgentForwarding yes') &&
    sshd_start $KEY_ONLY 'AuthenticationMethods publickey' &&
    sshd_start $METHOD 'AuthenticationMethods publickey,password' &&
    sshd_start $IMPATIENT "${ask[@]}" 'LoginGraceTime 5' &&
    sshd_start $FEW "${ask[@]}" 'MaxAuthTries 2' || wrong "no sshd"
ssh_pin=$SITE_PIN ssh_password=himitsu-1
[[ -z $why ]] || { finish; exit 1; }

# come PORT [USER [OPTION]... -- [COMMAND]...]: ssh, and how many logins were
# decided before
come() {
	before=$(attempts)
	(($# > 1)) || set -- "$1" taro -- echo inside
	run ssh_in "$@"
}
asked() {
	local prompt
	for prompt; do
		grep -qF -- "$prompt" "$SSH_DIR/asked" ||
		    wrong "not asked: $prompt"
	done
}
never_asked() {
	[[ ! -s $SSH_DIR/asked ]] || wrong "asked: $(<"$SSH_DIR/asked")"
}
only_one() {
	(($(attempts) == before + ${1-1})) ||
	    wrong "$(($(attempts) - before)) records"
}
# refused REASON [PART]...: nobody is in, and one record says why
refused() {
	ended 255
	lacks inside
	only_one
	attempt "\"reason\":\"$1\"" '"service":"sshd"' "${@:2}"
	# the way back is on record as well
	attempt '"rhost":"127.0.0.1"' '"rport":'
	sshd_still
}

t card_and_password
come $ASK taro -o SendEnv=NONE -- 'env; exec sleep 1.2'
ended 0
asked "PIN of card taro: " 'Password'
only_one
attempt '"reason":"ok"' '"pair":"pkcs11+password"' '"claimed":"taro"' \
    '"person":{"display":"山田 太郎","name":"taro"}' '"rhost":"127.0.0.1"' '"tty":"ssh"' \
    '"peer_uid":0' '"service_claimed":false'
sshd_still
port=$(sed -n 's/^SSH_CLIENT=127.0.0.1 \([0-9]*\) .*/\1/p' "$dir/out")
attempt "\"rport\":${port:-none},"
cp "$dir/out" "$dir/env"

t session_joins_what_was_decided
session=$(grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
    sed 's/.*"session":"\([^"]*\)".*/\1/')
cp "$dir/env" "$dir/out"
has SEKISHO_PERSON=taro "SEKISHO_SESSION=$session"
[[ $(tail -n 3 "$SITE_LOG" | grep -c "\"session\":\"$session\"") == 3 ]] ||
    wrong "three records of one session: $(tail -n 3 "$SITE_LOG")"
login=$(tail -n 2 "$SITE_LOG" | head -n 1)
fields "$login" '"event":"login"' '"auth_seq":' "\"rport\":$port," \
    '"person":{"name":"taro"}'
lasted 1
last '"event":"logout"' '"rhost":"127.0.0.1"' \
    "\"rport\":$port," "\"login_seq\":$(sed 's/.*"seq":\([0-9]*\),.*/\1/' \
    <<<"$login"),"

t wrong_password
ssh_password=wrong
come $ASK
refused wrong-password
ssh_password=himitsu-1

t wrong_pin
card taro 's/^\[limits\]/&\npin-tries = 1/'
ssh_pin=9999
come $ASK
refused wrong-pin '"type":"pin"'
grep -q assword "$SSH_DIR/asked" && wrong "asked for the password"
ssh_pin=$SITE_PIN
# a right one makes the card forget it
card taro
come $ASK
ended 0

t anothers_card
card stranger
come $ASK
refused no-match
grep -q PIN "$SSH_DIR/asked" && wrong "asked for a PIN"

t no_card
card none
come $ASK
refused no-token
card taro

t unknown_user
come $ASK nosuch -- echo inside
refused unknown-user '"claimed":"nosuch"'
grep -q PIN "$SSH_DIR/asked" && wrong "asked for a PIN"

# Somebody who may not even try is asked all the same, and sshd answers in
# their place with what nobody types.
tries() {
	pkcs11-tool --module "$SITE_SOFTHSM" -L 2>/dev/null |
	    grep -A 6 'token label *: taro$' | grep 'token flags'
}
t root_who_may_not
tries >"$dir/tries"
grep -q flags "$dir/tries" && ! grep -q 'count low' "$dir/tries" ||
    wrong "flags of the card: $(<"$dir/tries")"
come $ASK root -- echo inside
asked 'PIN of card taro: '
refused wrong-pin '"claimed":"root"'
tries | cmp -s - "$dir/tries" || wrong "a try of the PIN was spent"
[[ $(grep '"event":"auth"' "$SITE_LOG" | tail -n 1) != *'"type":"pin"'* ]] ||
    wrong "the card has judged a PIN"

t key_alone
come $KEY_ONLY taro -i "$dir/id" -- echo inside
ended 255
never_asked
only_one 0
last '"event":"account"' '"reason":"no-two-factor"' '"result":8' \
    '"rhost":"127.0.0.1"' '"rport":' '"account":{"name":"taro"'
sshd_still

t key_and_the_method_password
come $METHOD taro -i "$dir/id" -- echo inside
# by ssh and sshd, for their own method: no question of ours comes through
grep -qvE "^taro@127.0.0.1's password: " "$SSH_DIR/asked" &&
    wrong "asked: $(<"$SSH_DIR/asked")"
refused no-prompt '"result":4'
[[ $(grep '"event":"auth"' "$SITE_LOG" | tail -n 1) != *'"factors"'* ]] ||
    wrong "a factor was tried"

t too_many_tries
ssh_password=wrong
come $FEW taro -o NumberOfPasswordPrompts=9 -- echo inside
ended 255
shows 'Too many authentication failures'
only_one 2
attempt '"reason":"wrong-password"'
ssh_password=himitsu-1
sshd_still

# away PROMPT: ssh waits there; then its client is gone
away() {
	before=$(attempts)
	ssh_hang=$1
	ssh_begin $ASK taro -- echo inside
	ssh_until "$1"
	ssh_hang=
	ssh_kill $client
	sshd_still
	lacks inside
	only_one
	attempt '"result":4' '"rport":'
	attempt '"reason":"client-gone"'
}
t client_gone_at_the_pin
away 'PIN of card'

t client_gone_at_the_password
away assword

t sshd_loses_patience
before=$(attempts)
ssh_hang='PIN of card'
ssh_begin $IMPATIENT taro -- echo inside
ssh_until 'PIN of card'
ssh_hang=
sshd_still
only_one
attempt '"reason":"client-gone"'
ssh_kill $client

t sshd_loses_patience_while_the_gate_waits
card none 's/^insert-seconds = .*/insert-seconds = 30/'
come $IMPATIENT
ended 255
sshd_still
only_one
attempt '"result":4' '"rport":'
grep -qE '"reason":"(client-gone|no-token)"' <(tail -n 1 "$SITE_LOG") ||
    wrong "$(tail -n 1 "$SITE_LOG")"

working() {
	pgrep -x sekisho-pkcs11 >/dev/null
}
t client_gone_while_the_gate_waits
before=$(attempts)
card none 's/^insert-seconds = .*/insert-seconds = 3/'
ssh_begin $ASK taro -- echo inside
_ssh_wait 20 working || wrong "no gate at work"
ssh_kill $client
sshd_still
only_one
attempt '"result":4'
card taro

# Its judge is slow: what was right is on record, and nobody comes in.
t client_gone_while_the_password_is_judged
site_pam sekisho-password <<-'END'
	auth required pam_exec.so quiet /bin/sleep 2
	auth required pam_unix.so
	account required pam_unix.so
END
judging() {
	pgrep -x sleep >/dev/null
}
before=$(attempts) logins=$(grep -c '"event":"login"' "$SITE_LOG")
ssh_begin $ASK taro -- echo inside
_ssh_wait 20 judging || wrong "no password judged"
ssh_kill $client
sshd_still
lacks inside
only_one
(($(grep -c '"event":"login"' "$SITE_LOG") == logins)) ||
    wrong "a session that nobody was in"
site_pam sekisho-password <<-'END'
	auth required pam_unix.so
	account required pam_unix.so
END

# What runs for a login has nothing of sshd's, and nothing of the person's.
environments() {
	for program in gate pkcs11; do
		pid=$(pgrep -x "sekisho-$program" | head -n 1)
		tr '\0' '\n' <"/proc/$pid/environ" >"$dir/environ-$program" ||
		    wrong "no $program"
	done
	[[ ! -s $dir/environ-gate ]] || wrong "gate: $(<"$dir/environ-gate")"
	[[ $(<"$dir/environ-pkcs11") == \
	    "SOFTHSM2_CONF=$SITE/etc/softhsm2.conf" ]] ||
	    wrong "pkcs11: $(<"$dir/environ-pkcs11")"
}
t environment_of_gate_and_helper
before=$(attempts)
ssh_hang='PIN of card'
ssh_begin $ASK taro -o SendEnv='*' -- echo inside
ssh_until 'PIN of card'
environments
ssh_hang=
ssh_kill $client
sshd_still

# Of the monitor, too, which opens and closes the session and has kept it.
t environment_of_the_gate_of_a_session
cat >"$SITE/libexec/spy" <<-END
	#!/bin/sh
	cat /proc/\$\$/environ >>"$dir/environ-gate"
	echo one >>"$dir/gates"
	exec "$SITE/libexec/sekisho-gate" "\$@"
END
chmod 755 "$SITE/libexec/spy"
cp "$SITE/pam.d/sshd" "$dir/pam.d-sshd"
sed "s|/sekisho-gate|/spy|" "$dir/pam.d-sshd" >"$SITE/pam.d/sshd"
come $ASK
ended 0
sshd_still
[[ $(wc -l <"$dir/gates") == 3 ]] || wrong "not three gates"
[[ ! -s $dir/environ-gate ]] ||
    wrong "gate: $(tr '\0' ' ' <"$dir/environ-gate")"
cp "$dir/pam.d-sshd" "$SITE/pam.d/sshd"

# A card behind an agent is where the person sits, and not at this machine.
t agent_forwarded_on_purpose_is_no_card
cat >"$SITE/etc/sudoers" <<-END
	Defaults timestamp_timeout=0, lecture=never, passwd_tries=1, !fqdn
	Defaults env_keep += "SSH_AUTH_SOCK"
	taro ALL = (ALL:ALL) ALL
END
chmod 440 "$SITE/etc/sudoers"
mount --bind "$SITE/etc/sudoers" /etc/sudoers || wrong "no sudoers"
for folder in /var/log /var/lib/sudo; do
	[[ ! -d $folder ]] || mount -t tmpfs -o mode=755 tmpfs $folder ||
	    wrong "no $folder of our own"
done
cp "$SITE/pam.d/ward" "$SITE/pam.d/sudo"
eval "$(ssh-agent -a "$dir/agent")" >/dev/null
SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=$SSH_DIR/askpass ssh_pin=$SITE_PIN \
    ssh-add -q -s "$SITE_SOFTHSM" </dev/null >"$dir/out" 2>&1 ||
    wrong "no card in the agent"
before=$(attempts)
mkdir -m 1777 "$dir/steps"
# shellcheck disable=SC2016
ssh_begin $ASK taro -A -- "ssh-add -l; : >$dir/steps/in
    until [ -e $dir/steps/go ]; do sleep 0.02; done
    echo himitsu-1 | sudo -S -p Password: id -un"
_ssh_wait 20 test -e "$dir/steps/in" || wrong "not in"
shows ECDSA # the card, all the way from the other end
card none 's/^insert-seconds = .*/insert-seconds = 3/'
: >"$dir/steps/go"
_ssh_wait 20 working || wrong "no gate at work"
environments
wait $client
lacks root
only_one 2
attempt '"service":"sudo"' '"reason":"no-token"' '"claimed":"taro"'
kill "$SSH_AGENT_PID"
unset SSH_AUTH_SOCK SSH_AGENT_PID
card taro

t the_record_verifies
run site_desk audit verify
ended 0
finish
