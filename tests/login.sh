#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins through real Linux-PAM, the gate, its helpers, SoftHSM and
# pam_unix: who gets in, who does not, what they are told, what is recorded.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script login

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
site_user taro himitsu-1
site_user hanako himitsu-2
site_user ward3 nobody-knows
site_user jiro himitsu-3
person() {
	site_person "$@" || wrong "no person $1"
}
site_desk account add ward3 --shared >/dev/null || wrong "no ward3"
person taro '山田 太郎' taro ward3
person hanako '佐藤 花子' hanako ward3
person jiro 'Jiro'
site_desk account add nocard >/dev/null
cert() {
	local n=$1
	shift
	site_cert "$n" "/C=JP/O=Sakura Hospital/CN=$n" "$@" &&
	    site_token "$n" "$n" || wrong "no token $n"
}
cert taro key=rsa:2048
cert hanako key=ec:P-256
cert stranger key=ec:P-256
cert revoked key=ec:P-256
cert expired key=ec:P-256 to='12 seconds'
cert server key=ec:P-256 eku=serverAuth
pki_ca "$SITE/pki" other "/C=JP/O=Other/CN=Other CA"
pki_cert "$SITE/pki" other foreign /CN=foreign key=ec:P-256
site_token foreign foreign
cert p384 key=ec:P-384
cert rsa4096 key=rsa:4096
site_roles 'name:Medical Doctor' code:12
cert doctor key=ec:P-256 "${roles[@]}"
site_roles name:薬剤師
cert pharmacist key=ec:P-256 "${roles[@]}"
finish

# Each case has its own token: the one that is let be seen by its label.
only() {
	site_conf "s/^module = .*/&\ntoken-label = $1/" "${@:2}"
}
enrol() {
	site_enrol "$@" || wrong "enrol $*"
}
# enrolled while they were good; what is wrong with them comes later
t enrolments
only taro "s/^\[revocation/[certificate]\npurpose = client-auth 1.3.6.1.5.5.7.3.1\n&/"
cp "$SITE/pki/other.crt" "$SITE/etc/anchors/"
pki_crl "$SITE/pki" other "$SITE/crl/other.crl"
for who in taro revoked expired server foreign p384 rsa4096 doctor; do
	enrol taro $who
done
enrol jiro pharmacist
site_desk account grant hanako jiro >/dev/null || wrong grant
enrol hanako hanako
rm "$SITE/etc/anchors/other.crt" "$SITE/crl/other.crl"
finish
login() {
	run site_drive --service ward --tty pts/7 --rhost 2001:db8::7 \
	    --answer PIN=$SITE_PIN --answer Password=himitsu-1 "$@"
}
refused() {
	last "\"reason\":\"$1\"" '"event":"auth"'
	lacks "auth = 0"
}
generic="error: Login failed. Check the card or key and the password and try"
generic+=" again, or call the helpdesk."

only taro
t good_login_rsa
before=$(entries "$SITE_LOG")
login --user taro
ended 0
has "prompt: PIN of card taro: " "prompt: Password of 山田 太郎: " \
    "auth = 0 Success" "acct = 0 Success" "open = 0 Success" \
    "close = 0 Success" "env SEKISHO_PERSON=taro"
(($(entries "$SITE_LOG") == before + 3)) || wrong "not 3 records"

t record_has_both_factors_and_the_token
last=$(grep '"event":"auth"' "$SITE_LOG" | tail -n 1)
for part in '"pair":"pkcs11+password"' '"type":"pkcs11"' '"type":"pin"' \
    '"type":"password"' '"result":0' '"method":"crl"' '"status":"good"' \
    '"claimed":"taro"' '"rhost":"2001:db8::7"' '"tty":"pts/7"' \
    "\"cert_serial\":\"$(pki_serial "$SITE/pki/taro.crt" |
	tr 'A-F' 'a-f')\"" '"host":"ward-pc-3.example.jp"'; do
	[[ $last == *"$part"* ]] || wrong "no $part in $last"
done

t no_secret_in_any_record
! grep -qE "himitsu|\"$SITE_PIN\"" "$SITE_LOG" || wrong "a secret is on record"

t login_and_logout_are_joined
s=$(sed -n 's/.*"event":"login".*"session":"\([^"]*\)".*/\1/p' "$SITE_LOG" |
    tail -n 1)
[[ ${#s} == 36 && $(grep -c "\"session\":\"$s\"" "$SITE_LOG") == 3 ]] ||
    wrong "session id: $s"
last '"event":"logout"' '"auth_seq":'
opened=$(grep '"event":"login"' "$SITE_LOG" | tail -n 1)
last "\"login_seq\":$(sed 's/.*"seq":\([0-9]*\),.*/\1/' <<<"$opened"),"
lasted 0
[[ $opened != *login_seq* && $opened != *duration_s* ]] ||
    wrong "a login that knows its end: $opened"

t the_number_of_the_account_is_recorded_of_who_is_let_in
uid=$(id -u taro)
(($(grep "\"session\":\"$s\"" "$SITE_LOG" |
    grep -c "\"account\":{\"name\":\"taro\",.*\"uid\":$uid}")  >= 1)) ||
    wrong "no uid $uid"

t the_key_of_sshd_is_recorded
ssh-keygen -q -t ed25519 -N '' -f "$dir/ssh" && ssh-keygen -q -t rsa -b 3072 \
    -N '' -f "$dir/ssh-rsa" || wrong "no key"
print() {
	ssh-keygen -l -f "$1" | cut -d' ' -f2
}
login --user taro --env-ssh "publickey $(cut -d' ' -f1,2 "$dir/ssh.pub")
publickey ssh-ed25519 AAAA
publickey ssh-ed25519 not*base64
publickey
password
publickey $(cut -d' ' -f1,2 "$dir/ssh-rsa.pub")
"
ended 0
grep '"event":"auth"' "$SITE_LOG" | tail -n 1 | grep -qF \
    "\"ssh_key\":\"$(print "$dir/ssh.pub") $(print "$dir/ssh-rsa.pub")\"" ||
    wrong "recorded: $(grep '"event":"auth"' "$SITE_LOG" | tail -n 1)"

t wrong_password
login --user taro --answer Password=wrong --answer PIN=$SITE_PIN
run site_drive --service ward --user taro --answer PIN=$SITE_PIN \
    --answer Password=wrong
has "auth = 7 Authentication failure" "$generic"
refused wrong-password

t wrong_pin_is_told_and_not_passed_on
only taro 's/^type-seconds/pin-tries = 2\n&/'
printf 'PIN=9999\nPIN=9998\nPassword=himitsu-1\n' >"$dir/answers"
run site_drive --service ward --user taro --answers "$dir/answers"
has "error: The PIN was wrong."
shows "Check it before you try again."
lacks "prompt: Password"
refused wrong-pin

t wrong_then_right_pin
only taro
printf 'PIN=0000\nPIN=%s\nPassword=himitsu-1\n' $SITE_PIN >"$dir/answers"
run site_drive --service ward --user taro --answers "$dir/answers"
ended 0
lacks "auth = 7"

t empty_pin_is_never_sent
run site_drive --service ward --user taro --answer PIN= \
    --answer Password=himitsu-1
refused cancelled
has "auth = 19 Conversation error"

t empty_password
run site_drive --service ward --user taro --answer PIN=$SITE_PIN \
    --answer Password=
refused cancelled

t another_persons_card
only hanako
login --user taro
has "prompt: Password of taro: " "$generic"
lacks "prompt: PIN"
refused not-granted
last "hanako may not open this account"

t pair_by_the_owner_of_the_other_account
run site_drive --service ward --user hanako --answer PIN=$SITE_PIN \
    --answer Password=himitsu-1
refused wrong-password
run site_drive --service ward --user hanako --answer PIN=$SITE_PIN \
    --answer Password=himitsu-2
ended 0

t shared_account_takes_the_persons_password
run site_drive --service ward --user ward3 --answer PIN=$SITE_PIN \
    --answer Password=nobody-knows
refused wrong-password
run site_drive --service ward --user ward3 --answer PIN=$SITE_PIN \
    --answer Password=himitsu-2
ended 0
has "env SEKISHO_PERSON=hanako" "user=ward3"
last '"name":"hanako"'

t unknown_user_is_told_the_same
login --user nosuch
has "prompt: Password of nosuch: " "$generic" \
    "auth = 7 Authentication failure"
refused unknown-user

t not_enrolled_is_told_the_same
login --user nocard
has "prompt: Password of nocard: " "$generic" \
    "auth = 7 Authentication failure"
refused not-enrolled

# The time from the last answer to the verdict, in milliseconds.
t told_at_the_same_time
only hanako 's/^fail-delay-ms = .*/fail-delay-ms = 400/'
times=()
for who in nosuch nocard taro; do
	login --user "$who"
	times+=($((($(date +%s%N) - started) / 1000000)))
done
only taro 's/^fail-delay-ms = .*/fail-delay-ms = 400/'
run site_drive --service ward --user taro --answer PIN=$SITE_PIN \
    --answer Password=wrong
times+=($((($(date +%s%N) - started) / 1000000)))
for ms in "${times[@]}"; do
	((ms >= 400)) || wrong "not paced: ${times[*]}"
done

t no_token
only none
login --user taro
has "info: Insert your card."
refused no-token
has "auth = 7 Authentication failure"
within 6000

t no_token_unknown_user_is_told_the_same
login --user nosuch
has "info: Insert your card." \
    "error: No card or key was found. Insert it and try again."
refused unknown-user

t stranger_cert_on_a_trusted_ca
only stranger
login --user taro
refused no-match

t revoked_certificate
only revoked
site_crl revoke="$(pki_serial "$SITE/pki/revoked.crt"),keyCompromise"
login --user taro
lacks "prompt: PIN"
shows "This card's certificate has been revoked."
refused cert-revoked
last '"revoked_reason":"keyCompromise"' '"status":"revoked"' \
    '"result":8'

t stale_crl
site_crl from='40 days ago' to='10 days ago'
only taro
login --user taro
refused crl-stale
lacks "prompt: PIN"

t stale_crl_still_revokes
site_crl from='40 days ago' to='10 days ago' \
    revoke="$(pki_serial "$SITE/pki/revoked.crt")"
only revoked
login --user taro
refused cert-revoked

t grace_is_used_and_recorded
site_crl from='3 days ago' to='1 hour ago'
only taro 's/^stale = .*/stale = grace 24/'
login --user taro
ended 0
grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
    grep -q '"grace_used":true' || wrong "grace is not on record"

t missing_crl
rm "$SITE/crl/ca.crl"
only taro
login --user taro
refused crl-missing

t forged_crl
pki_ca "$SITE/pki" forged "/C=JP/O=Sakura Hospital/CN=Sakura Staff CA"
pki_crl "$SITE/pki" forged "$SITE/crl/forged.crl" aki=no
login --user taro
refused crl-invalid
rm "$SITE/crl/forged.crl"

t der_crl
site_crl form=der
login --user taro
ended 0

t expired_certificate
while openssl x509 -noout -checkend 0 -in "$SITE/pki/expired.crt" >/dev/null; do
	sleep 0.2
done
sleep 1 # notAfter itself is still valid
only expired
login --user taro
refused cert-expired
lacks "prompt: PIN"

t server_certificate
only server
login --user taro
refused cert-usage

t wrong_issuer
only foreign
login --user taro
refused cert-issuer

t suspended_and_revoked_credentials
id=$(site_desk list taro --json | tr '{' '\n' |
    sed -n '/"active"/s/.*"id":\([0-9]*\).*/\1/p' | head -n 1)
id=$(sed -n 's/.*"credential":\([0-9]*\).*/\1/p' "$SITE_LOG" | head -n 1)
only taro
site_desk suspend "$id" --reason 'left at home' >/dev/null ||
    wrong "suspend $id"
login --user taro
refused credential-suspended
site_desk resume "$id" >/dev/null || wrong "resume $id"
login --user taro
ended 0

t suspended_person_is_told_the_same
site_desk person suspend taro --reason leave >/dev/null
login --user taro
has "$generic"
refused person-suspended
site_desk person resume taro --reason back >/dev/null

# -- the deny-list: it comes before all the rest, and needs nobody's CRL
deny() {
	site_desk deny "$@" --reason 'lost in the train' >"$dir/denied" 2>&1 ||
	    wrong "deny $*: $(cat "$dir/denied")"
	row=$(sed -n 's/^number \([0-9]*\) of.*/\1/p' "$dir/denied")
}
allow() {
	site_desk allow "$row" --reason found >/dev/null || wrong "allow $row"
}
blocked() {
	refused deny-listed
	last "\"deny\":{\"id\":$row}" "number $row of the deny-list ($1): " \
	    'lost in the train' '"result":8'
	shows "This card or key has been blocked here."
	lacks "prompt: PIN"
}
t deny_list_by_person_key_certificate_and_serial
only taro
key=$(openssl x509 -in "$SITE/pki/taro.crt" -noout -pubkey |
    openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1)
for what in 'person taro' "key $key" "key $SITE/pki/taro.crt" \
    "certificate $SITE/pki/taro.crt" \
    "serial $SITE/pki/ca.crt $(pki_serial "$SITE/pki/taro.crt")"; do
	# shellcheck disable=SC2086
	deny $what
	login --user taro
	kind=${what%% *}
	blocked "${kind/serial/certificate}"
	allow
	login --user taro
	ended 0
done

t deny_list_card_first
only hanako
deny key "$SITE/pki/hanako.crt"
run site_drive --service kiosk --answer "Number or name=2"
blocked key
last '"name":"hanako"'
allow

t deny_list_is_of_this_card_only
only hanako
deny key "$SITE/pki/taro.crt"
run site_drive --service kiosk --user hanako --answer PIN=$SITE_PIN
ended 0
allow

t deny_list_comes_first
only expired
deny certificate "$SITE/pki/expired.crt"
login --user taro
blocked certificate
mv "$SITE/crl/ca.crl" "$SITE/crl/away"
site_desk person suspend taro --reason leave >/dev/null
login --user taro
blocked certificate
mv "$SITE/crl/away" "$SITE/crl/ca.crl"
site_desk person resume taro --reason back >/dev/null
allow
login --user taro
refused cert-expired
only taro
deny person taro
site_desk suspend "$id" --reason 'left at home' >/dev/null
login --user taro
blocked person
site_desk resume "$id" >/dev/null
allow

t deny_list_that_cannot_be_read_lets_nobody_in
sqlite3 "$SITE/lib/sekisho.db" 'ALTER TABLE deny RENAME TO away'
login --user taro
lacks "auth = 0" "prompt: PIN"
refused store
run site_drive --service kiosk --answer PIN=$SITE_PIN
refused store
sqlite3 "$SITE/lib/sekisho.db" 'ALTER TABLE away RENAME TO deny'
login --user taro
ended 0

# -- roles: what a service asks of the certificate
t roles_of_a_service
kiosk() {
	only "$1" "/^\[service kiosk/,\$s/^pairs = .*/&\nroles = $2/"
	run site_drive --service kiosk --answer PIN=$SITE_PIN "${@:3}"
}
for need in '"Medical Doctor"' 'Nurse, "Medical Doctor"' \
    '1.2.392.100495.1.6.1.1:Medical Doctor' 12 \
    1.2.392.100495.1.6.1.1:12; do
	kiosk doctor "$need" --user taro
	ended 0
done
attempt '"roles":[{"code":"12","scheme":"1.2.392.100495.1.6.1.1"},'`
    `'{"name":"Medical Doctor","scheme":"1.2.392.100495.1.6.1.1"}]' \
    '"key":"P-256"'
kiosk pharmacist 薬剤師 --user hanako
ended 0
attempt '"name":"薬剤師"' '"scheme":"1.2.392.100495.1.6.1.1"'
grep -q '"code":"12"' "$SITE_LOG" || wrong "no code on record"

t without_the_role_nobody_enters
for need in Nurse 'medical doctor' Medical Doctor 1.2.3:12 \
    '"Medical Doctor "'; do
	kiosk doctor "$need" --user taro
	refused cert-role
	lacks "prompt: PIN" "auth = 0"
	shows "does not have the role that is needed here."
done
last 'needs one of the roles: Medical Doctor ; the certificate has: '`
    `'12, Medical Doctor'
kiosk taro Nurse --user taro
refused cert-role
last 'the certificate has: none'
kiosk pharmacist '"Medical Doctor", Dentist'
refused cert-role
last '"claimed":""' \
    'roles: Medical Doctor, Dentist; the certificate has: 薬剤師'

t roles_are_of_one_service
only taro '/^\[service kiosk/,$s/^pairs = .*/&\nroles = Nurse/'
login --user taro
ended 0

t a_role_does_not_make_a_bad_certificate_good
mv "$SITE/crl/ca.crl" "$SITE/crl/away"
kiosk doctor '"Medical Doctor"' --user taro
refused crl-missing
mv "$SITE/crl/away" "$SITE/crl/ca.crl"

t pin_pair
only taro
run site_drive --service kiosk --user taro --answer PIN=$SITE_PIN
ended 0
lacks "prompt: Password"

t p384_and_rsa4096
for k in p384 rsa4096; do
	only "$k"
	run site_drive --service kiosk --user taro --answer PIN=$SITE_PIN
	ended 0
done
grep -q '"scheme":"ecdsa' "$SITE_LOG" || wrong "no ECDSA on record"

t card_first_one_account
only taro 's/^language = .*/language = ja/'
site_desk account ungrant ward3 taro >/dev/null || wrong ungrant
run site_drive --service kiosk --answer PIN=$SITE_PIN
ended 0
has "user=taro" "info: 山田 太郎 さん、ようこそ。"

t card_first_several_accounts
only hanako
for choice in 1 hanako; do
	run site_drive --service kiosk --answer PIN=$SITE_PIN \
	    --answer "Number or name=$choice"
	ended 0
	shows "1) 佐藤 花子 (hanako)" "2) 佐藤 花子 (ward3)"
	has "user=hanako"
done
run site_drive --service kiosk --answer PIN=$SITE_PIN \
    --answer "Number or name=2"
has "user=ward3" "env SEKISHO_PERSON=hanako"
run site_drive --service kiosk --answer PIN=$SITE_PIN \
    --answer "Number or name=root"
refused ambiguous

t card_first_nobodys_card
only stranger
run site_drive --service kiosk --answer PIN=$SITE_PIN
refused no-match
lacks "prompt:"

t japanese
only taro 's/^language = .*/language = ja/'
run site_drive --service ward --user taro --answer PIN=$SITE_PIN \
    --answer パスワード=himitsu-1
ended 0
has "prompt: カード taro のPIN: " "prompt: 山田 太郎 のパスワード: "

t language_of_a_service
only taro
sed "s|gate=|lang=ja gate=|" "$SITE/pam.d/ward" \
    >"$SITE/pam.d/closet"
site_conf "s/^module = .*/&\ntoken-label = taro/" \
    's/^\[service ward/[service closet]\npairs = pkcs11+pin\n\n&/'
run site_drive --service closet --user taro --answer PIN=$SITE_PIN
ended 0
has "prompt: カード taro のPIN: "

t service_without_policy
only taro
cp "$SITE/pam.d/ward" "$SITE/pam.d/closet"
run site_drive --service closet --user taro
has "auth = 9 Authentication service cannot retrieve authentication info"
refused no-policy

t no_record_no_login
only taro
mv "$SITE/log" "$SITE/log.away"
login --user taro
has "auth = 9 Authentication service cannot retrieve authentication info"
lacks "auth = 0"
mv "$SITE/log.away" "$SITE/log"

t odd_names_are_refused_and_recorded_on_one_line
before=$(entries "$SITE_LOG")
for odd in $'ta\nro' $'a\x1b[0m' '../x' '-u' 'a b' "$(printf '%0300d' 0)" \
    $'root\xe2\x80\x8b' $'\xff\xfe'; do
	login --user "$odd"
	refused bad-name
done
(($(entries "$SITE_LOG") == before + 8)) || wrong "not one line each"
LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f]' "$SITE_LOG" &&
    wrong "a control byte is in the record"

t hostile_environment_changes_nothing
run env SOFTHSM2_CONF=/nonexistent OPENSSL_CONF=/nonexistent \
    SSL_CERT_DIR=/tmp TMPDIR=/nonexistent LD_LIBRARY_PATH=/tmp \
    "$BUILD/tests/pamdrive" --service ward --user taro \
    --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0

t the_record_verifies
run site_desk audit verify
ended 0

t nothing_is_left_running
sleep 0.2
! pgrep '^sekisho-' >/dev/null ||
    wrong "$(pgrep -l sekisho)"
finish
