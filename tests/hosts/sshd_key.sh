#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sshd itself with ssh-key+password: the key is at the other end, sshd proves
# it, and Sekisho knows whose it is.  Plain keys, a card behind ssh's own
# PKCS#11, a security key, certificates of OpenSSH; revoked ones, strangers'
# and another's; and ways into sshd that are not the one of the example in
# examples/sshd_config.d, which the good ones use as it stands.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/../fido/site.sh"

site_script sshkey
# shellcheck source=tests/hosts/ssh_site.sh
. "$(dirname "$0")/ssh_site.sh"

BOTH=2201 KEY_ONLY=2202 METHOD=2203 ASK=2204
EXAMPLE=$(realpath "$(dirname "$0")/../../examples/sshd_config.d/50-sekisho.conf")

t site
site_make "$dir/site" && fido_site || { wrong "no site"; finish; exit 1; }
site_user taro himitsu-1
site_user hanako himitsu-2
site_person taro '山田 太郎' taro root || wrong "no person taro"
site_person hanako '佐藤 花子' hanako || wrong "no person hanako"
# conf [LINE of [ssh]]...
conf() {
	local lines
	lines=$(printf '%s\\n' "$@")
	site_conf "s|^\\[helpers\\]|[ssh]\n$lines\n[fido2]`
	    `\nrp-id = sakura.example.jp\n\n&|" \
	    's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
	    's/^\(login\|token\|type\)-seconds = .*/\1-seconds = 60/' \
	    's/^\[service ward\]/[service sshd]/' \
	    's/^pairs = pkcs11+password/pairs = ssh-key+password/'
}
sshd_site || wrong "no PAM service"
make() { # NAME OPTION...
	ssh-keygen -q -N '' -C "$1" -f "$dir/$1" "${@:2}" </dev/null ||
	    wrong "no key $1"
}
for key in plain unknown hanako lost certified ca other; do
	make $key -t ed25519
done
cp "$dir/plain.pub" "$SSH_DIR/authorized-root"
cp "$dir/ca.pub" "$SITE/etc/ca-keys"
conf 'software-keys = yes' "ca-keys = $SITE/etc/ca-keys"
for key in plain lost certified; do
	run site_desk enrol taro --ssh-key "$dir/$key.pub" --software --yes
	ended 0
done
run site_desk enrol hanako --ssh-key "$dir/hanako.pub" --software --yes
ended 0
site_cert card "/C=JP/O=Sakura Hospital/CN=taro" key=rsa:2048 &&
    site_token card card && site_enrol taro card || wrong "no card"
fido_key sk || wrong "no security key"
run site_desk enrol taro --fido2 --yes --alg eddsa --ssh "$dir/sk"
ended 0
ssh-keygen -D "$SITE_SOFTHSM" >"$dir/card.pub" 2>/dev/null ||
    wrong "no key of the card"
cat "$dir"/{plain,unknown,hanako,lost,card,sk}.pub >"$SSH_DIR/authorized-taro"
# sshd itself trusts more of them than Sekisho
cat "$dir/ca.pub" "$dir/other.pub" >"$SSH_DIR/cas"
sshd_start $BOTH "TrustedUserCAKeys $SSH_DIR/cas" "Include $EXAMPLE" &&
    sshd_start $KEY_ONLY 'AuthenticationMethods publickey' &&
    sshd_start $METHOD 'AuthenticationMethods publickey,password' &&
    sshd_start $ASK 'AuthenticationMethods keyboard-interactive:pam' ||
    wrong "no sshd"
ssh_pin=$SITE_PIN ssh_password=himitsu-1
[[ -z $why ]] || { finish; exit 1; }

print() {
	ssh-keygen -lf "$dir/$1.pub" | cut -d' ' -f2
}
# come KEY [OPTION]...: by this key and what is asked then
come() {
	before=$(attempts)
	run ssh_in $BOTH taro -o "IdentityFile=$dir/$1" "${@:2}" -- 'echo inside; env'
}
only_one() {
	(($(attempts) == before + ${1-1})) ||
	    wrong "$(($(attempts) - before)) records"
}
where='"rhost":"127.0.0.1"'
in_by() { # KEY [PART]...
	ended 0
	has inside
	grep -q 'Password of 山田 太郎: ' "$SSH_DIR/asked" ||
	    wrong "asked: $(<"$SSH_DIR/asked")"
	only_one
	attempt '"reason":"ok"' '"pair":"ssh-key+password"' "$where" \
	    '"type":"ssh-key"' '"rport":' "\"ssh_key\":\"$(print "$1")\"" \
	    '"claimed":"taro"' "${@:2}"
	sshd_still
	last '"event":"logout"' '"person":{"name":"taro"}' '"login_seq":'
}
# refused REASON KEY [PART]...
refused() {
	ended 255
	lacks inside
	only_one
	attempt "\"reason\":\"$1\"" "$where" '"rport":' \
	    "\"ssh_key\":\"$(print "$2")\"" "${@:3}"
	sshd_still
}
never_asked() {
	! grep -q assword "$SSH_DIR/asked" || wrong "$(<"$SSH_DIR/asked")"
}

t plain_key
come plain
in_by plain '"held_by":"software"' '"ssh_type":"ssh-ed25519"'
session=$(sed -n 's/^SEKISHO_SESSION=//p' "$dir/out")
[[ $(grep -c "\"session\":\"${session:-none}\"" "$SITE_LOG") == 3 ]] ||
    wrong "not three records of one session"
has SEKISHO_PERSON=taro
fields "$(grep '"event":"login"' "$SITE_LOG" | tail -n 1)" \
    "\"ssh_key\":\"$(print plain)\"" '"rport":' '"auth_seq":'

t plain_key_and_a_wrong_password
ssh_password=wrong
come plain
refused wrong-password plain
ssh_password=himitsu-1

t plain_keys_are_not_taken_by_default
conf
come plain
refused software-key plain '"person":{"display":"山田 太郎","name":"taro"}'
never_asked
conf 'software-keys = yes' "ca-keys = $SITE/etc/ca-keys"

t key_that_nobody_enrolled
come unknown
refused no-match unknown

t anothers_key
come hanako
refused not-granted hanako

t key_that_the_helpdesk_revoked
id=$(site_desk list taro | grep -F "$(print lost)" | cut -f1)
site_desk revoke "${id%% *}" --reason lost >/dev/null || wrong "not revoked"
come lost
refused credential-revoked lost
never_asked

# Debian's default, which keeps root's password out, and all questions.
t root_under_prohibit_password
before=$(attempts)
run ssh_in $BOTH root -o "IdentityFile=$dir/plain" -- echo inside
refused wrong-password plain '"claimed":"root"'

card=(-I "$SITE_SOFTHSM")
t key_of_a_card
come none "${card[@]}"
in_by card '"kind":"' '"subject":"CN=taro'
grep -q 'Enter PIN for' "$SSH_DIR/asked" || wrong "no PIN at the other end"

t card_whose_certificate_is_revoked
site_crl revoke="$(pki_serial "$SITE/pki/card.crt")"
come none "${card[@]}"
refused cert-revoked card
never_asked
site_crl

security_key() {
	ssh_env=("${FIDO_ENV[@]}")
	come sk
	ssh_env=()
}
t security_key
security_key
in_by sk '"ssh_type":"sk-ssh-ed25519@openssh.com"'
[[ $(fido_trace sk) == *'get touched'* ]] || wrong "without a touch"

t security_key_that_is_lost
id=$(site_desk list taro | grep -F ssh: | cut -f1)
site_desk revoke "${id%% *}" --reason lost >/dev/null || wrong "not revoked"
security_key
refused credential-revoked sk
never_asked

# signed CA NAME VALIDITY: the key `certified` in a certificate
signed() {
	ssh-keygen -q -s "$dir/$1" -I "$2" -n taro -V "$3" -z 4242 \
	    "$dir/certified.pub" </dev/null 2>&1 || wrong "not signed"
}
t certificate_of_openssh
signed ca dr.yamada -1h:+1h
come certified
in_by certified '"ssh_type":"ssh-ed25519' dr.yamada

t certificate_of_another_ca
signed other dr.yamada -1h:+1h
come certified
refused ssh-certificate certified
never_asked

t certificate_that_has_expired
signed ca dr.yamada -2h:-1h
come certified
ended 255
only_one 0
grep -q expired "$SSH_DIR/log-$BOTH" || wrong "sshd says another thing"
rm "$dir/certified-cert.pub"

t key_alone
before=$(attempts)
run ssh_in $KEY_ONLY taro -i "$dir/plain" -- echo inside
ended 255
lacks inside
only_one 0
last '"event":"account"' '"reason":"no-two-factor"' "$where" '"rport":'
sshd_still

t key_and_the_method_password
before=$(attempts)
run ssh_in $METHOD taro -i "$dir/plain" -- echo inside
ended 255
lacks inside
only_one
attempt '"reason":"no-prompt"' "$where"
[[ $(grep '"event":"auth"' "$SITE_LOG" | tail -n 1) != *'"factors"'* ]] ||
    wrong "a factor was tried"
sshd_still

t password_without_a_key
before=$(attempts)
run ssh_in $ASK taro -- echo inside
ended 255
lacks inside
only_one
attempt '"reason":"no-ssh-key"' "$where"
sshd_still

t client_gone_at_the_password
before=$(attempts)
ssh_hang=assword
ssh_begin $BOTH taro -i "$dir/plain" -- echo inside
ssh_until assword
ssh_hang=
ssh_kill $client
sshd_still
only_one
attempt '"reason":"client-gone"' "\"ssh_key\":\"$(print plain)\""

t the_record_verifies
run site_desk audit verify
ended 0
finish
