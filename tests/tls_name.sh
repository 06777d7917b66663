#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# tls-name+password against the gate itself: from whom a name is taken, what
# may be in one, and which of several certificates of a name count.  OpenVPN
# itself: hosts/openvpn.sh.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script tls

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
conf() {
	site_conf 's/^\(login\|token\|type\)-seconds = .*/\1-seconds = 60/' \
	    's/^fail-delay-ms = .*/fail-delay-ms = 250/' \
	    "\$a [service vpn]\npairs = tls-name+password" "$@"
}
conf || wrong "no configuration"
cp "$SITE/pam.d/ward" "$SITE/pam.d/vpn"
site_user ward himitsu-1
for who in taro hanako; do
	site_user $who himitsu-1
	site_person $who "$who" $who || wrong "no person $who"
done
issued() { # NAME CN PERSON [OPTION]...
	site_cert "$1" "/C=JP/O=Sakura Hospital/CN=$2" key=ec:P-256 "${@:4}" ||
	    wrong "no certificate $1"
	[[ -z $3 ]] || site_enrol "$3" "$1" || wrong "enrol $1"
}
issued taro taro-laptop taro
issued hanako hanako-laptop hanako
finish

from=(--service vpn --steps 'auth,acct' --rhost 192.0.2.7)
drive() {
	before=$(entries "$SITE_LOG")
	run site_drive "$@"
}
# login [OPTION]...: with taro's name and password
login() {
	drive "${from[@]}" --answer login=taro --answer Password=himitsu-1 \
	    "$@"
}
named() { # NAME [OPTION]...
	login --answer "TLS=$1" "${@:2}"
}
one_record() { # PART...
	local record part
	(($(entries "$SITE_LOG") == before + 1)) || wrong "not one record"
	record=$(tail -n 1 "$SITE_LOG")
	for part; do
		[[ $record == *"$part"* ]] || wrong "no $part in $record"
	done
}
refused() { # REASON PART...
	ended 1
	one_record "\"reason\":\"$1\"" "${@:2}"
}
# At the time at which the others are, after the password was asked for.
like_the_others() {
	local took=$((($(date +%s%N) - started) / 1000000))
	((took >= 250)) || wrong "after $took ms"
	shows 'Password of '
	lacks 'revoked' 'expired' 'blocked'
}

t asks_three_questions
named taro-laptop
ended 0
shows 'login: ' 'TLS common name: ' 'Password of taro: '
one_record '"reason":"ok"' '"tls_name":"taro-laptop"' '"claimed":"taro"' \
    '"cert_serial":' '"subject":'

t asks_them_in_english_and_says_nothing
conf 's/^language = en/language = ja/' \
    's/^\[service vpn\]/&\nlast-login = yes/'
named taro-laptop
ended 0
shows 'TLS common name: ' 'Password of taro: '
lacks 'ようこそ' '前回'
conf

t from_a_program_that_knows_the_user
named taro-laptop --user taro
refused no-tls-name 'gives a user name unasked'
lacks 'TLS'

t from_a_program_at_a_terminal
named taro-laptop --tty pts/3
refused no-tls-name 'in which a person types'
lacks 'TLS'

t from_a_program_of_another_user
named taro-laptop --ruser hanako
refused no-tls-name 'in which a person types'

t from_sshd
named taro-laptop --env-ssh ''
refused no-tls-name 'in which a person types'

t from_a_session
named taro-laptop --env XDG_SESSION_ID=7
refused no-tls-name 'in which a person types'

t from_nowhere
from=(--service vpn --steps 'auth,acct')
named taro-laptop
refused no-tls-name 'from where'
from+=(--rhost 192.0.2.7)

t from_a_program_that_is_not_roots
install -m 755 "$BUILD/tests/pamdrive" "$SITE/libexec/"
systemd-socket-activate -l "$SITE/gate.sock" --accept --inetd \
    "$SITE/libexec/sekisho-gate" --conf "$SITE_CONF" >/dev/null 2>&1 &
service=$!
for ((i = 0; i < 250; i++)); do
	[[ ! -S $SITE/gate.sock ]] || break
	sleep 0.02
done
chmod 666 "$SITE/gate.sock"
id=$(id -u taro)
run timeout -k 1 60 setpriv --reuid "$id" --regid "$id" --clear-groups \
    "$SITE/libexec/pamdrive" "${from[@]}" --answer login=taro \
    --answer TLS=taro-laptop --answer Password=himitsu-1
kill $service
ended 1
lacks 'TLS'
tail -n 1 "$SITE_LOG" | grep -q '"result":[48]' || wrong "not recorded"

t no_name
login
ended 3
one_record '"reason":"no-tls-name"' "the certificate's name has no answer"

t no_answer_to_anything
login --conv err
refused no-tls-name "the user's name has no answer"

t a_name_of_a_mebibyte
login --conv huge
refused no-tls-name

t a_name_of_300_bytes
named "$(printf 'x%.0s' {1..300})"
refused no-tls-name 'longer than any name'

t a_name_of_256_bytes
named "$(printf 'x%.0s' {1..256})"
refused no-match
like_the_others

hostile() { # CASE NAME AS-RECORDED
	t "$1"
	named "$2"
	refused no-match "\"tls_name\":\"$3\""
	like_the_others
	lacks $'\e'
}
hostile a_name_with_a_newline $'taro-laptop\n' 'taro-laptop\\x0a'
hostile a_name_with_escapes $'\e]0;x\a\e[2J' '\\x1b]0;x\\x07\\x1b[2J'
hostile a_name_of_broken_utf8 $'taro\xff\xc0\xae' 'taro\\xff\\xc0\\xae'
hostile a_name_that_turns_round $'taro\u202eoranah' \
    'taro\\xe2\\x80\\xaeoranah'
hostile a_name_of_sql "' OR 1=1; DROP TABLE credential; --" \
    "' OR 1=1; DROP TABLE credential; --"
hostile a_name_of_json '","reason":"ok' '\",\"reason\":\"ok'
hostile a_name_that_matches_anything '%' '%'
hostile a_name_in_capitals TARO-LAPTOP TARO-LAPTOP
hostile a_name_with_a_blank ' taro-laptop' ' taro-laptop'
hostile the_whole_subject 'C=JP, O=Sakura Hospital, CN=taro-laptop' \
    'C=JP, O=Sakura Hospital, CN=taro-laptop'

t somebody_elses
named hanako-laptop
refused not-granted '"tls_name":"hanako-laptop"' 'hanako may not open'
like_the_others

t the_other_way_round
drive "${from[@]}" --answer login=hanako --answer TLS=taro-laptop \
    --answer Password=himitsu-1
refused not-granted
like_the_others

t a_user_that_is_not_there
drive "${from[@]}" --answer login=nobody-here \
    --answer TLS=taro-laptop --answer Password=himitsu-1
refused unknown-user
like_the_others

t a_user_whose_name_is_no_name
drive "${from[@]}" --answer "login=taro' OR '1'='1" --answer TLS=taro-laptop \
    --answer Password=himitsu-1
refused bad-name "\"claimed\":\"taro' OR '1'='1\""

t no_user
drive "${from[@]}" --answer login= --answer TLS=taro-laptop
refused no-tls-name "the user's name has no answer"

t by_serial_number
conf "\$a tls-name = serial-number"
named "0x$(pki_serial "$SITE/pki/taro.crt")"
ended 0
one_record '"reason":"ok"' '"tls_name":"0x'
named taro-laptop
refused no-match
like_the_others
named "0x$(pki_serial "$SITE/pki/taro.crt" | tr A-F a-f)"
refused no-match
conf
named "0x$(pki_serial "$SITE/pki/taro.crt")"
refused no-match

t a_shared_account
site_desk account add ward --shared >/dev/null
site_desk account grant ward taro >/dev/null || wrong "no account"
drive "${from[@]}" --answer login=ward --answer TLS=taro-laptop \
    --answer Password=himitsu-1
ended 0
one_record '"account":{"name":"ward","shared":true' '"name":"taro"'

t two_good_ones_of_one_person
issued second taro-laptop taro 'to=2 years'
named taro-laptop
ended 0
one_record '"reason":"ok"' '2 enrolled certificates of this person' \
    "$(openssl x509 -in "$SITE/pki/second.crt" -outform DER | sha256sum |
    cut -d ' ' -f 1)"

t one_of_two_is_revoked
site_crl revoke="$(pki_serial "$SITE/pki/taro.crt")"
named taro-laptop
refused cert-revoked
like_the_others

t the_helpdesk_revoked_one_of_two
site_crl
number=$(grep '"event":"enrol"' "$SITE_LOG" | tail -n 1 |
    sed 's/.*"credential":\([0-9]*\).*/\1/')
site_desk revoke "$number" --reason lost >/dev/null || wrong "not revoked"
named taro-laptop
refused credential-revoked
like_the_others
# no way round by the other
issued third taro-laptop taro
named taro-laptop
refused credential-revoked

t what_is_out_of_date_does_not_count
issued old hanako-desk taro profile=expired
issued new hanako-desk hanako
drive "${from[@]}" --answer login=hanako --answer TLS=hanako-desk \
    --answer Password=himitsu-1
ended 0
one_record '"reason":"ok"'

t only_one_that_is_out_of_date
issued stale stale taro profile=expired
named stale
refused cert-expired
like_the_others

t one_with_two_names
issued both "hanako-laptop/CN=both" taro
drive "${from[@]}" --answer login=hanako \
    --answer TLS=hanako-laptop --answer Password=himitsu-1
refused tls-name-ambiguous 'among others'
like_the_others

t of_an_issuer_that_is_not_trusted
pki_ca "$SITE/pki" other "/C=JP/O=Other/CN=Other CA"
pki_cert "$SITE/pki" other alien "/C=JP/CN=alien" key=ec:P-256
site_enrol taro alien || wrong "no certificate"
named alien
refused cert-issuer
like_the_others

t not_for_login
issued paper paper taro profile=nonrepudiation
named paper
refused cert-usage

t purposes_tell_a_vpn_from_a_card
# smart card logon, as Microsoft calls it, and TLS client
card=1.3.6.1.4.1.311.20.2.2
cards() {
	conf "s/^module = .*/&\ntoken-label = $1/" \
	    "\$a [certificate]\npurpose = $card"
	named "$1"
}
for kind in "laptop clientAuth" "staff $card" "either $card,clientAuth"; do
	issued "${kind% *}" "${kind% *}" taro eku="${kind#* }" 2>/dev/null
	site_token "${kind% *}" "${kind% *}" || wrong "no token of $kind"
done
by_card() {
	drive --service ward --user taro --steps 'auth,acct' \
	    --answer "PIN=$SITE_PIN" --answer Password=himitsu-1
}
cards laptop
ended 0
by_card
refused cert-usage
cards staff
refused cert-usage
by_card
ended 0
cards either
ended 0
by_card
ended 0
conf

t a_person_who_is_suspended
issued own own taro
site_desk person suspend taro --reason away >/dev/null || wrong "not suspended"
named own
refused person-suspended
like_the_others
site_desk person resume taro --reason back >/dev/null || wrong "not resumed"

t a_wrong_password_at_the_same_time
drive "${from[@]}" --answer login=taro --answer TLS=own \
    --answer Password=wrong
ended 1
like_the_others

t account_phase_alone
drive --service vpn --steps acct --user taro --rhost 192.0.2.7
refused no-two-factor

t the_record_verifies
run site_desk audit verify
ended 0
finish
