#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The HPKI-like and JPKI-like cards of tests/hpki.sh: openssl reads them as
# the real ones are described, and the administrator's program says which of
# them a login would take.

: "${BUILD:=build}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-hpki.XXXXXX") || exit 1
trap 'rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"

# what openssl prints of a certificate, names as UTF-8
text() {
	run openssl x509 -in "$c/$1.crt" -noout -text \
	    -nameopt utf8,sep_comma_plus_space
}
# is PART, in hex, in the certificate's DER?
bytes() {
	openssl x509 -in "$c/$1.crt" -outform DER | od -An -v -tx1 |
	    tr -d ' \n' | grep -q "$2" || wrong "$1.crt has no $2"
}
hex() {
	printf %s "$1" | od -An -v -tx1 | tr -d ' \n'
}

t mint
chmod 755 "$dir"
run bash "$(dirname "$0")/hpki_mint.sh" "$dir"
ended 0
c=$dir/certs

t authorities
run openssl verify -CAfile "$c/hpki-root.crt" "$c/hpki-auth.crt" \
    "$c/hpki-sign.crt"
ended 0
text hpki-auth
shows 'CN=HPKI-01-TestCA-forAuthentication' 'CA:TRUE' \
    'Certificate Sign, CRL Sign' 'sha256WithRSAEncryption'
text hpki-sign
shows 'CN=HPKI-01-TestCA-forNonRepudiation'
for ca in jpki-auth jpki-sign; do
	run openssl verify -CAfile "$c/$ca.crt" "$c/$ca.crt"
	ended 0
done

t card_for_authentication
text doctor
shows 'Issuer: C=JP, O=Example, OU=Test HPKI CA, CN=HPKI-01-TestCA-forAuth' \
    'Subject: C=JP, CN=TARO YAMADA, serialNumber=123456' \
    'Public-Key: (2048 bit)' 'sha256WithRSAEncryption' \
    'Certificate Policies: critical' 'Policy: 1.2.392.100495.1.5.1.2.0.1' \
    'Key Usage: critical' 'URI:http://crl.example.jp/authentication.crl' \
    'Subject Directory Attributes' 'CN=Test HPKI Root CA V2'
has '                Digital Signature'
lacks 'Extended Key Usage' 'OCSP' 'Basic Constraints' 'Non Repudiation'
# the kanji as UTF8String
bytes doctor "0c0d$(hex '山田 太郎')"

t card_for_signatures
text doctor-sign
shows 'CN=HPKI-01-TestCA-forNonRepudiation' \
    'Policy: 1.2.392.100495.1.5.1.1.0.1' \
    'URI:http://crl.example.jp/signature.crl'
has '                Non Repudiation'
lacks 'Digital Signature'

# 54 bytes, as decoded from a card
t role_is_that_of_a_card_byte_for_byte
bytes doctor "0603551d090436$(printf %s 30343032060628818542000131283126302 \
    4a0223120a00c060a2a830886910f01060101a2100c0e)$(hex 'Medical Doctor')"

t director
text director
shows 'Subject: C=JP, O=Sakura Hospital, OU=Director, CN=TARO YAMADA, serial'

t my_number_card
text citizen
shows 'Policy: 1.2.392.200149.8.5.1.3.30' 'Subject: C=JP, CN=123456' \
    'Full Name:' 'CN = Example CRLDP'
has '                Digital Signature'
lacks 'Alternative Name' 'Extended Key Usage' 山田
text citizen-sign
shows 'Policy: 1.2.392.200149.8.5.1.1.20' \
    'othername: 1.2.392.200149.8.5.5.1::山田 太郎'
has '                Digital Signature, Non Repudiation'

# -- what the administrator is told of them

desk() {
	limited "$BUILD/sekisho" "$@" --conf "$dir/conf"
}
# configure ANCHORS POLICY
configure() {
	cat >"$dir/conf" <<-END
		[sekisho]
		host = desk.example.jp
		language = en

		[paths]
		state = $dir/lib
		audit = $dir/log
		helpers = $dir
		trust-anchors = $dir/$1
		intermediates = $dir/mid-hpki
		crls = $dir/crl-all

		[certificate]
		require-purpose = no
		policy = $2

		[helpers]
		user = nobody

		[pkcs11 card]
		module = /usr/lib/softhsm/libsofthsm2.so

		[service ward]
		pairs = pkcs11+password
	END
	chmod 644 "$dir/conf"
}
# enrolled NAME WARNING: '' when a login would take it
enrolled() {
	# all of them have one key, and a key belongs to one person once
	rm -rf "${dir:?}"/{lib,log}
	desk init >"$dir/out" 2>&1 && desk person add taro --display Taro \
	    >"$dir/out" 2>&1 || wrong "no store: $(cat "$dir/out")"
	run desk enrol taro --certificate "$c/$1.crt" --yes
	ended 0
	if [[ -n $2 ]]; then
		shows WARNING "$2"
	else
		lacks WARNING
	fi
}

t desk_knows_which_hpki_cards_log_in
configure trust-hpki 1.2.392.100495.1.5.1.2.0.1
enrolled doctor ''
enrolled several ''
enrolled director ''
enrolled doctor-sign cert-usage
enrolled stray cert-policy
enrolled revoked cert-revoked
enrolled citizen cert-issuer

t desk_knows_which_my_number_cards_log_in
configure trust-both 1.2.392.200149.8.5.1.3.30
enrolled citizen ''
enrolled citizen-sign cert-policy
enrolled doctor cert-issuer
finish
