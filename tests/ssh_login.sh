#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The pair ssh-key+password with a PAM application in sshd's place, which says
# what sshd says: which keys open, which do not, in which words, and what the
# record has of it.  The real sshd is in tests/hosts.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script ssh

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
cp "$SITE/pam.d/ward" "$SITE/pam.d/sshd"
cp "$SITE/pam.d/ward" "$SITE/pam.d/both"
site_user taro himitsu-1
site_user hanako himitsu-2
site_person taro '山田 太郎' taro || wrong "no taro"
site_person hanako '佐藤 花子' hanako || wrong "no hanako"
conf() { # SED...
	site_conf "\$a [service sshd]\npairs = ssh-key+password\n$needs" \
	    "\$a [service both]\npairs = ssh-key+password$others" \
	    's/^fail-delay-ms = .*/fail-delay-ms = 0/' "$@"
}
needs='' others=', pkcs11+password' software='$a [ssh]\nsoftware-keys = yes'
conf
make() { # NAME OPTION...
	ssh-keygen -q -N '' -C "$1" -f "$dir/$1" "${@:2}" </dev/null ||
	    wrong "no key $1"
}
site_cert card "/C=JP/O=Sakura Hospital/CN=taro" key=ec:P-256 ||
    wrong "no certificate"
site_cert self "/CN=SSH key" key=ec:P-384 || wrong "no certificate"
site_token card card || wrong "no token"
site_token self self || wrong "no token"
make disk -t ed25519
make other -t ed25519
make ca -t ed25519
make otherca -t ed25519
# "TYPE BASE64", as sshd has it
public() {
	cut -d' ' -f1,2 "$dir/$1.pub"
}
print() {
	ssh-keygen -lf "$dir/$1.pub" | cut -d' ' -f2
}
# sshd's own words: a line for each key
info() {
	local name
	for name; do echo "publickey $(public "$name")"; done
}
login() { # INFO OPTION...
	run site_drive --service sshd --tty ssh --rhost 192.0.2.7 --user taro \
	    --answer Password=himitsu-1 --env-ssh "$1" "${@:2}"
}
generic='error: Login failed. Check the card or key and the password and'
generic+=' try again, or call the helpdesk.'
finish

t a_software_key_is_enrolled_only_when_that_is_said
run site_desk enrol taro --ssh-key "$dir/disk.pub" --yes
ended 1
shows 'prove the first with --pkcs11 MODULE, or say --software'
run site_desk enrol taro --ssh-key "$dir/disk.pub" --software --yes \
    --label laptop
ended 0
shows "fingerprint: $(print disk)" 'enrolled credential 1 for taro' \
    'that the holder has the key was not proved' \
    'no login takes it while [ssh] software-keys is no'
run site_desk list taro
shows "SSH key	-	-	ssh-ed25519, $(print disk), in software	laptop"
run site_desk list taro --json
shows '"kind":"ssh"' "\"fingerprint\":\"$(print disk)\"" '"token":false'

t it_opens_nothing_unless_the_policy_says_so
login "$(info disk)"
ended 1
shows 'error: SSH keys that are kept in a file are not taken here.'
lacks Password
attempt '"reason":"software-key"' '"held_by":"software"' '"name":"taro"'
conf "$software"
login "$(info disk)"
ended 0
has 'prompt: Password of 山田 太郎: '
attempt '"reason":"ok"' '"pair":"ssh-key+password"' '"kind":"ssh-key"' \
    '{"class":"have","ok":true,"type":"ssh-key","verified_by":"sshd"}' \
    '{"class":"know","ok":true,"type":"password","verified_by":"system"}' \
    "\"fingerprint\":\"$(print disk)\"" "\"ssh_key\":\"$(print disk)\"" \
    '"ssh_type":"ssh-ed25519"' '"key":"Ed25519"' '"credential":1'

t the_password_is_asked_for_and_counts
login "$(info disk)" --answer Password=wrong
run site_drive --service sshd --user taro --answer Password=wrong \
    --env-ssh "$(info disk)"
ended 1
has "$generic"
attempt '"reason":"wrong-password"' '"pair":"ssh-key+password"' \
    '{"class":"have","ok":true,"type":"ssh-key","verified_by":"sshd"}' \
    '{"class":"know","ok":false,"type":"password","verified_by":"system"}'

t without_a_key_nobody_is_told_why
login ''
ended 1
has 'prompt: Password of taro: ' "$generic"
attempt '"reason":"no-ssh-key"' '"detail":"sshd has verified no key'
login 'password
keyboard-interactive/pam'
ended 1
attempt '"reason":"no-ssh-key"'
login '' --user nosuch
has 'prompt: Password of nosuch: ' "$generic"
attempt '"reason":"unknown-user"'

t a_key_of_nobody_is_told_in_the_same_words
login "$(info other)"
ended 1
has 'prompt: Password of taro: ' "$generic"
attempt '"reason":"no-match"' '"detail":"the key is enrolled for nobody"' \
    "\"ssh_key\":\"$(print other)\""
for what in 'ssh-ed25519 AAAA' 'ssh-ed25519 not*base64' 'ssh-ed25519' \
    "ssh-rsa $(public other | cut -d' ' -f2)"; do
	login "publickey $what"
	ended 1
	has "$generic"
	attempt '"reason":"no-match"'
done

t sshds_method_password_asks_for_nothing
run site_drive --service sshd --user taro --answer Password=himitsu-1
ended 1
lacks prompt:
shows 'use keyboard-interactive'
attempt '"reason":"no-prompt"' 'method \"password\"'

t anothers_account
login "$(info disk)" --user hanako --answer Password=himitsu-2
ended 1
has 'prompt: Password of hanako: ' "$generic"
attempt '"reason":"not-enrolled"' \
    '"detail":"taro may not open this account"'
make hers -t rsa -b 2048
site_desk enrol hanako --ssh-key "$dir/hers.pub" --software --yes >/dev/null ||
    wrong "no key of hers"
login "$(info disk)" --user hanako
has "$generic"
attempt '"reason":"not-granted"' '"detail":"taro may not open this account"'
login "$(info hers)" --user nosuch
has "$generic"
attempt '"reason":"unknown-user"'

t of_two_keys_the_one_that_serves
login "$(info other disk)"
ended 0
attempt '"reason":"ok"' "\"fingerprint\":\"$(print disk)\"" \
    "\"ssh_key\":\"$(print other) $(print disk)\""
login "$(info hers other)"
attempt '"reason":"not-granted"'

t suspended_resumed_denied_revoked
desk() {
	site_desk "$@" >/dev/null || wrong "sekisho $1"
}
desk suspend 1 --reason 'left in a taxi'
login "$(info disk)"
ended 1
lacks prompt:
shows 'This card or key is suspended.'
attempt '"reason":"credential-suspended"' '"detail":"left in a taxi"' \
    '"credential":1'
grep '"event":"suspend"' "$SITE_LOG" | grep -F '"kind":"ssh-key"' |
    grep -qF "\"fingerprint\":\"$(print disk)\"" || wrong "no such record"
desk resume 1
login "$(info disk)"
ended 0
desk deny credential 1 --reason 'no laptops'
login "$(info disk)"
ended 1
attempt '"reason":"deny-listed"' '"deny":{"id":1}' 'no laptops'
desk allow 1 --reason 'laptops again'
desk deny person taro --reason 'on leave'
login "$(info disk)"
attempt '"reason":"deny-listed"' '"deny":{"id":2}'
desk allow 2 --reason back
desk deny key "$(print disk)" --reason 'seen in the log'
login "$(info disk)"
attempt '"reason":"deny-listed"' '"deny":{"id":3}' 'seen in the log'
desk allow 3 --reason back
desk person suspend taro --reason 'on leave'
login "$(info disk)"
has 'prompt: Password of taro: ' "$generic"
attempt '"reason":"person-suspended"'
desk person resume taro --reason back
desk revoke 1 --reason stolen
login "$(info disk)"
ended 1
shows 'This card or key has been revoked.'
attempt '"reason":"credential-revoked"' '"detail":"stolen"'
run site_desk enrol taro --ssh-key "$dir/disk.pub" --software --yes
ended 1
shows 'this key is credential 1 of taro already (revoked)'

t taken_back_while_the_password_is_typed
make late -t ecdsa -b 521
desk enrol taro --ssh-key "$dir/late.pub" --software --yes
(
	for ((i = 0; i < 500; i++)); do
		! grep -q ^prompt: "$dir/out" || break
		sleep 0.01
	done
	site_desk revoke 3 --reason stolen >/dev/null
) &
login "$(info late)" --delay 2000
wait $!
ended 1
attempt '"reason":"credential-revoked"' '"class":"know","ok":true'

# -- keys on tokens

# The public key of a certificate, as OpenSSH writes it.
ssh_of() {
	openssl x509 -in "$SITE/pki/$1.crt" -noout -pubkey >"$dir/$1.pem"
	ssh-keygen -i -m PKCS8 -f "$dir/$1.pem" >"$dir/$1.pub" ||
	    wrong "no public key of $1"
}
ssh_of card
ssh_of self

t a_token_proves_that_it_holds_the_key
conf
(umask 077 && printf '%s\n' "$SITE_PIN" >"$dir/pin")
run site_desk enrol taro --ssh-key "$dir/self.pub" --pkcs11 card --yes \
    --pin-file "$dir/pin" --label token
ended 0
shows 'enrolled credential 4 for taro'
lacks 'not proved' 'no login takes it'
grep '"event":"enrol"' "$SITE_LOG" | tail -n 1 >"$dir/out"
shows '"kind":"ssh-key"' '"held_by":"token"' '"proof":"pin"' \
    '"label":"self"' "\"fingerprint\":\"$(print self)\""
run site_desk list taro
shows "ecdsa-sha2-nistp384, $(print self), on a token" 'with the PIN'
login "$(info self)"
ended 0
attempt '"reason":"ok"' '"held_by":"token"' '"credential":4' '"key":"P-384"'

t another_key_is_not_in_the_token
run site_desk enrol taro --ssh-key "$dir/other.pub" --pkcs11 card --yes \
    --pin-file "$dir/pin"
ended 1
shows 'no certificate with this key in the token'

t the_key_of_a_card_serves_without_another_enrolment
site_enrol taro card || wrong "no card of taro"
login "$(info card)"
ended 0
attempt '"reason":"ok"' '"credential":5' '"held_by":"token"' \
    '"kind":"ssh-key"' '"status":"good"' '"subject":"CN=taro' \
    "\"fingerprint\":\"$(print card)\""
run site_desk enrol taro --ssh-key "$dir/card.pub" --software --yes
ended 1
shows 'this key is credential 5 of taro already (active)'

t and_is_judged_like_the_card
serial=$(openssl x509 -in "$SITE/pki/card.crt" -noout -serial | cut -d= -f2)
site_crl revoke="$serial" || wrong "no CRL"
login "$(info card)"
ended 1
lacks prompt:
shows "This card's certificate has been revoked."
attempt '"reason":"cert-revoked"' '"status":"revoked"' '"credential":5'
site_crl || wrong "no CRL"
needs='roles = Medical Doctor\n'
conf
login "$(info card)"
attempt '"reason":"cert-role"' 'needs one of the roles: Medical Doctor'
login "$(info self)"
attempt '"reason":"cert-role"' 'this key names none'
needs=''
conf
desk deny serial "$SITE/pki/ca.crt" "$serial" --reason lost
login "$(info card)"
attempt '"reason":"deny-listed"' 'lost'
desk allow 4 --reason found
others=''
conf '/^trust-anchors/d' '/^\[pkcs11/,/^environment/d' \
    '/^\[service ward/,/^pairs/d' '/^\[service kiosk/,/^pairs/d'
run site_desk check-config
ended 0
login "$(info card)"
attempt '"reason":"trust"' 'trust-anchors'
login "$(info self)"
ended 0
others=', pkcs11+password'
conf

t one_without_its_certificate_must_be_enrolled_again
sqlite3 "$SITE/lib/sekisho.db" \
    'UPDATE credential SET cert = NULL WHERE id = 5' || wrong "no store"
login "$(info card)"
ended 1
shows 'This card must be enrolled again before it serves here.'
attempt '"reason":"cert-not-kept"' 'enrol the card again'

t with_other_pairs_a_key_decides_and_without_one_they_do
run site_drive --service both --user taro --answer Password=himitsu-1 \
    --env-ssh "$(info self)"
ended 0
lacks insert PIN
attempt '"pair":"ssh-key+password"'
run site_drive --service both --user taro --answer Password=himitsu-1 \
    --env-ssh "$(info other)"
ended 1
lacks insert PIN
attempt '"reason":"no-match"'
run site_drive --service both --user taro --answer Password=himitsu-1 \
    --answer PIN=$SITE_PIN --env-ssh ''
ended 0
attempt '"pair":"pkcs11+password"' '"kind":"pkcs11"'

t a_service_with_cards_alone_does_not_take_it
run site_drive --service ward --user hanako --answer Password=himitsu-2 \
    --env-ssh "$(info hers)"
ended 1
attempt '"reason":"not-enrolled"'

# -- security keys

# sk NAME KEY APPLICATION   the public half of a FIDO2 key's, by its numbers
string() { # HEX
	printf '%08x%s' $((${#1} / 2)) "$1"
}
hex() {
	od -An -v -tx1 | tr -d ' \n'
}
sk() {
	local key blob type=sk-ssh-ed25519@openssh.com
	key=$(openssl pkey -in "$2" -pubout -outform DER | tail -c 32 | hex)
	blob=$(string "$(printf %s $type | hex)")$(string "$key")
	blob+=$(string "$(printf %s "$3" | hex)")
	blob=$(sed 's/../\\x&/g' <<<"$blob")
	printf '%s %s\n' $type "$(printf %b "$blob" | base64 -w 0)" \
	    >"$dir/$1.pub"
}

t a_security_key_is_one_by_its_type
openssl genpkey -algorithm ed25519 -out "$dir/usb.key" 2>/dev/null ||
    wrong "no key"
sk usb "$dir/usb.key" ssh:
run site_desk enrol taro --ssh-key "$dir/usb.pub" --software --yes
ended 1
shows 'neither --pkcs11 nor --software'
run site_desk enrol taro --ssh-key "$dir/usb.pub" --yes
ended 0
shows 'application: ssh:' 'was not proved'
login "$(info usb)"
ended 0
attempt '"reason":"ok"' '"held_by":"token"' \
    '"ssh_type":"sk-ssh-ed25519@openssh.com"'
# the same number as a key of another kind is another key
sk plain "$dir/usb.key" ssh:elsewhere
login "$(info plain)"
ended 1
attempt '"reason":"no-match"'

t the_key_that_a_fido2_enrolment_made
"$BUILD/tests/fido/fidorow" "$SITE/lib" taro "$dir" twin alg=eddsa \
    rp=ssh:taro ssh=1 >"$dir/row" || wrong "no row"
row=$(tail -n 1 "$dir/row")
sk twin "$dir/twin.pem" ssh:taro
login "$(info twin)"
ended 0
attempt '"reason":"ok"' "\"credential\":${row//[!0-9]/}" '"rp":"ssh:taro"' \
    '"held_by":"token"' '"pair":"ssh-key+password"'
sk wrongrp "$dir/twin.pem" ssh:hanako
login "$(info wrongrp)"
ended 1
attempt '"reason":"no-match"'
sqlite3 "$SITE/lib/sekisho.db" 'UPDATE fido SET suspect = 1' ||
    wrong "no store"
login "$(info twin)"
ended 1
lacks prompt:
attempt '"reason":"clone-suspected"'

# -- certificates of OpenSSH

sign() { # NAME CA OPTION...
	cp "$dir/disk2.pub" "$dir/$1.pub"
	ssh-keygen -q -s "$dir/$2" -I "dr.yamada-$1" -z 4242 "${@:3}" \
	    "$dir/$1.pub" 2>"$dir/err" ||
	    wrong "no certificate $1: $(<"$dir/err")"
	mv "$dir/$1-cert.pub" "$dir/$1.pub"
}

t a_certificate_of_a_ca_of_ours
make disk2 -t ed25519
desk enrol taro --ssh-key "$dir/disk2.pub" --software --yes
sign good ca -n taro -V -1h:+1h
with_ca() {
	conf "$software\nca-keys = $SITE/etc/cas"
}
(echo '# the CA of the staff'; echo; cat "$dir/ca.pub") >"$SITE/etc/cas"
chmod 644 "$SITE/etc/cas"
conf "$software"
login "$(info good)"
ended 1
lacks prompt:
shows 'The certificate of this SSH key is not accepted or has expired.'
attempt '"reason":"ssh-certificate"' 'ca-keys is not set'
with_ca
login "$(info good)"
ended 0
attempt '"reason":"ok"' "\"fingerprint\":\"$(print disk2)\"" \
    '"ssh_type":"ssh-ed25519"' '"serial":"4242"' \
    '"key_id":"dr.yamada-good"' "\"ca\":\"$(print ca)\"" \
    '"valid_after":' '"valid_before":'
# the key by itself serves as well
login "$(info disk2)"
ended 0

t what_is_wrong_with_others
sign foreign otherca -n taro
sign expired ca -n taro -V -2h:-1h
sign early ca -n taro -V +1h:+2h
sign host ca -h -n taro
for what in foreign:'not in [ssh] ca-keys' expired:'has expired' \
    early:'not valid yet' host:'of a host'; do
	login "$(info "${what%%:*}")"
	ended 1
	attempt '"reason":"ssh-certificate"' "${what#*:}" \
	    "dr.yamada-${what%%:*}"
done
conf "\$a [ssh]\nca-keys = $SITE/etc/cas"
login "$(info good)"
attempt '"reason":"software-key"'
with_ca
cp "$dir/other.pub" "$dir/x.pub"
ssh-keygen -q -s "$dir/ca" -I x -n taro "$dir/x.pub" 2>/dev/null ||
    wrong "no certificate"
mv "$dir/x-cert.pub" "$dir/x.pub"
login "$(info x)"
attempt '"reason":"no-match"'

t the_file_of_cas_is_strict
echo 'cert-authority ssh-ed25519 AAAA' >>"$SITE/etc/cas"
login "$(info good)"
ended 1
attempt '"reason":"config"' 'line 4'
run site_desk check-config
ended 1
shows 'ca-keys: line 4'
cp "$dir/ca.pub" "$SITE/etc/cas"
chmod 666 "$SITE/etc/cas"
login "$(info good)"
ended 1
chmod 644 "$SITE/etc/cas"
login "$(info good)"
ended 0

t only_roots_word_is_taken
install -m 755 "$BUILD/tests/pamdrive" "$SITE/libexec/"
systemd-socket-activate -l "$SITE/gate.sock" --accept --inetd \
    "$SITE/libexec/sekisho-gate" --conf "$SITE_CONF" >"$dir/service" 2>&1 &
service=$!
for ((i = 0; i < 500; i++)); do
	[[ ! -S $SITE/gate.sock ]] || break
	sleep 0.02
done
chmod 666 "$SITE/gate.sock" || wrong "no socket"
uid=$(id -u taro)
run timeout -k 1 60 setpriv --reuid "$uid" --regid "$uid" --clear-groups \
    "$SITE/libexec/pamdrive" --service sshd --user taro \
    --answer Password=himitsu-1 --env-ssh "$(info good)"
ended 1
has 'prompt: Password of taro: ' "$generic"
attempt '"reason":"no-ssh-key"' "only root's word" "\"peer_uid\":$uid"
grep '"event":"auth"' "$SITE_LOG" | tail -n 1 >"$dir/out"
lacks ssh_key fingerprint
kill "$service" && wait "$service"

# -- enrolment: what is refused

t files_that_are_no_key
printf 'restrict,command="a b \\" ssh-rsa c" %s x y\n' "$(public other)" \
    >"$dir/options"
cat "$dir/other.pub" "$dir/hers.pub" >"$dir/two"
: >"$dir/empty"
(base64 -w 0 /dev/urandom | head -c 70000) >"$dir/huge"
for what in two:'more than one key' empty:'no key in it' \
    huge:'larger than' disk:'without a public key' good.pub:'a certificate' \
    nowhere:'No such file'; do
	run site_desk enrol taro --ssh-key "$dir/${what%%:*}" --software --yes
	ended 1
	shows "${what#*:}"
done
for what in '--bind key' '--fido2' '--certificate x' \
    '--pkcs11 card --software' '--pin-file x --software' '--token x'; do
	# shellcheck disable=SC2086 # words
	run site_desk enrol taro --ssh-key "$dir/options" $what --yes
	ended 2
done
run site_desk enrol taro --fido2 --software
ended 2
run site_desk enrol taro --ssh-key "$dir/options" --software --yes
ended 0
shows "fingerprint: $(print other)"
make short -t rsa -b 1024
run site_desk enrol taro --ssh-key "$dir/short.pub" --software --yes
ended 1
shows 'RSA of a size'
conf 's/^\[revocation\]/[certificate]\nrsa-min-bits = 3072\n\n&/' \
    "$software"
make r2048 -t rsa -b 2048
run site_desk enrol taro --ssh-key "$dir/r2048.pub" --software --yes
ended 1
shows 'RSA 2048 is too short: [certificate] rsa-min-bits is 3072'
login "$(info hers)" --user hanako --answer Password=himitsu-2
ended 1
attempt '"reason":"cert-key"'
finish
