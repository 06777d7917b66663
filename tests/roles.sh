#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins by role: a card whose certificate names a profession, cards and
# a FIDO2 key of persons to whom the hospital has given one, and what is taken
# away while somebody types.

: "${BUILD:=build}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/fido/site.sh"

site_script roles

t site
if ! { site_make "$dir/site" && fido_site; }; then
	wrong "no site"
	finish
	exit 1
fi
desk() {
	site_desk "$@" >/dev/null || wrong "sekisho $*"
}
site_user ward3 nobody-knows
desk account add ward3 --shared
site_user icu nobody-knows
desk account add icu --shared
desk account grant ward3 --role Nurse
desk account grant icu --role Dentist
site_roles name:Nurse
nurse=("${roles[@]}")
site_roles 'name:Medical Doctor'
for who in noriko kenji mai; do
	site_user $who himitsu-1
	site_person $who $who || wrong "no $who"
	extra=()
	case $who in
	noriko) extra=("${nurse[@]}") ;;
	mai) extra=("${roles[@]}") ;;
	esac
	site_cert $who "/C=JP/O=Sakura Hospital/CN=$who" key=ec:P-256 \
	    "${extra[@]}"
	site_token $who $who || wrong "no token of $who"
	site_enrol $who $who || wrong "no card of $who"
done
site_crl
# conf CARD [SED]...: only this card is there; [service keys] takes no cards
conf() {
	site_conf "s/^module = .*/&\ntoken-label = $1/" \
	    's/^\[service ward\]/[fido2]\nrp-id = hospital.example\n\n[service keys]\npairs = fido2+password\n\n&/' \
	    's/^token-seconds.*/&\ntouch-seconds = 5/' \
	    's/^fail-delay-ms.*/fail-delay-ms = 0/' "${@:2}"
}
conf none
cp "$SITE/pam.d/ward" "$SITE/pam.d/keys"
fido_key kenji || wrong "no key"
site_desk enrol kenji --fido2 --yes --resident --label kenji \
    >"$dir/out" 2>&1 || wrong "enrol"
fido_unplug kenji
finish

login() {
	run site_drive --service ward "$@" --answer PIN=$SITE_PIN \
	    --answer Password=himitsu-1
}
key() {
	run site_drive --service keys "$@" --answer Password=himitsu-1
}
refused() {
	attempt "\"reason\":\"$1\"" "${@:2}"
	lacks "auth = 0"
	((status != 0)) || wrong "let in"
}

t by_the_certificate
conf noriko
login --user ward3
ended 0
has "user=ward3" "env SEKISHO_PERSON=noriko"
attempt '"granted_by":"role:Nurse"' '"person":{"display":"noriko"' \
    '"account":{"name":"ward3","shared":true,' '"roles":[{"name":"Nurse"' \
    '"role_source":"certificate"'

t by_the_certificate_without_a_name
login
ended 0
has "user=ward3"
attempt '"claimed":""' '"granted_by":"role:Nurse"'

t by_another_role
login --user icu
refused not-granted '"detail":"noriko may not open this account"'
conf mai
login --user ward3
refused not-granted
lacks "prompt: PIN"
login
refused no-match

t by_no_role
conf kenji
login --user ward3
refused not-granted '"detail":"kenji may not open this account"'

t a_role_does_not_make_a_bad_certificate_good
conf noriko
site_crl revoke="$(pki_serial "$SITE/pki/noriko.crt")"
login --user ward3
refused cert-revoked
site_crl

t by_the_hospitals_word
desk person role kenji Nurse
conf kenji
login --user ward3
ended 0
has "user=ward3" "env SEKISHO_PERSON=kenji"
attempt '"granted_by":"role:Nurse"' '"name":"kenji"'
[[ $(grep '"event":"auth"' "$SITE_LOG" | tail -n 1) != *'"roles"'* ]] ||
    wrong "roles of a certificate that names none"

t by_a_grant_before_a_role
desk account grant ward3 kenji
login --user ward3
ended 0
attempt '"granted_by":"person"'
desk account ungrant ward3 kenji

t several_accounts_by_roles_and_grants
site_user kenji2 himitsu-1
desk account add kenji2 --person kenji
login --answer 'Number or name=ward3'
ended 0
shows "1) kenji (kenji2)" "2) kenji (ward3)"
has "user=ward3"
attempt '"granted_by":"role:Nurse"'
login --answer 'Number or name=1'
has "user=kenji2"
attempt '"granted_by":"person"'
desk account ungrant kenji2 kenji

t a_key_by_the_hospitals_word
conf none
fido_plug kenji
for user in '--user ward3' ''; do
	# shellcheck disable=SC2086 # two words
	key $user
	ended 0
	has "user=ward3" "env SEKISHO_PERSON=kenji"
	attempt '"granted_by":"role:Nurse"' '"kind":"fido2"'
done
desk person role kenji Nurse --remove
key --user ward3
refused no-match
key
refused no-match
desk person role kenji Nurse

# -- roles of a service, by the hospital's word
asks() { # CARD ROLES
	conf "$1" "s/pairs = [a-z0-9]*+password/&\nroles = $2/"
}
t a_service_for_a_role_and_a_certificate_that_names_none
asks kenji 'Dentist, Nurse'
login --user ward3
ended 0
attempt '"roles":[{"name":"Nurse"}]' '"role_source":"helpdesk"'
asks kenji Dentist
login --user ward3
refused cert-role 'the certificate has: none'

t a_service_for_a_role_and_a_certificate_that_names_another
desk person role mai Nurse
asks mai Nurse
login --user ward3
refused cert-role 'the certificate has: Medical Doctor'
desk person role mai Nurse --remove

t a_service_for_a_role_and_a_key
asks none Nurse
key --user ward3
ended 0
attempt '"roles":[{"name":"Nurse"}]' '"role_source":"helpdesk"'
asks none Dentist
key --user ward3
refused cert-role
fido_unplug kenji

# -- what is taken away while the password is checked
mv "$SITE/libexec/sekisho-password" "$SITE/libexec/real"
cat >"$SITE/libexec/sekisho-password" <<-END
	#!/bin/sh
	: >"$dir/asked"
	until [ -e "$dir/go" ]; do sleep 0.02; done
	exec "$SITE/libexec/real" "\$@"
END
chmod 755 "$SITE/libexec/sekisho-password"
meanwhile() { # COMMAND...
	rm -f "$dir/asked" "$dir/go"
	(
		until [[ -e $dir/asked ]]; do sleep 0.02; done
		site_desk "$@" >"$dir/meanwhile" 2>&1
		: >"$dir/go"
	) &
	login --user ward3
	wait $!
	shows "prompt: Password of kenji"
}

t a_role_is_taken_away_meanwhile
conf kenji
meanwhile person role kenji Nurse --remove
refused not-granted
desk person role kenji Nurse

t an_account_is_closed_to_a_role_meanwhile
meanwhile account ungrant ward3 --role Nurse
refused not-granted
desk account grant ward3 --role Nurse

t the_role_of_a_service_is_taken_away_meanwhile
desk account grant ward3 kenji
asks kenji Nurse
meanwhile person role kenji Nurse --remove
refused cert-role
desk person role kenji Nurse

t nothing_is_taken_away
meanwhile person list
ended 0
attempt '"granted_by":"person"'

t the_record_verifies
run site_desk audit verify
ended 0
finish
