#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho verify --ocsp-response`, row by row.  The answers are made by
# openssl ocsp from an index of its own; no responder runs.

: "${BUILD:=build}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-ocsp.XXXXXX") || exit 1
trap 'rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
# shellcheck source=tests/pki.sh
. "$(dirname "$0")/pki.sh"
sekisho=$(realpath "$BUILD/sekisho")
cd "$dir" || exit 1

v() {
	run limited "$sekisho" verify --ocsp-response "$@"
}
yes() {
	v "$@"
	ended 0
	[[ $(limited "$sekisho" verify --ocsp-response "$@" 2>/dev/null) == \
	    "accepted: $1: not revoked (ocsp of 20"* ]] ||
	    wrong "not one line that begins with accepted:"
}
no() {
	local word=$1
	shift
	v "$@"
	ended 1
	[[ $(limited "$sekisho" verify --ocsp-response "$@" 2>/dev/null) == \
	    "rejected: $word: "?* ]] || wrong "not rejected as $word"
}
# bend FILE COPY N: a copy with one bit changed, N bytes before its end
bend() {
	local at=$(($(stat -c %s "$1") - $3)) byte
	byte=$(od -An -tu1 -j "$at" -N 1 "$1")
	cp "$1" "$2"
	printf '%b' "\\x$(printf %02x $((byte ^ 1)))" |
	    dd of="$2" bs=1 conv=notrunc status=none seek="$at"
}
ok() { "$@" || { echo "not ok pki: $*"; failed=1; exit; }; }

# answer FILE SIGNER STATUS CERT... -- OPTION...: V good, R revoked, U unknown
answer() {
	local file=$1 signer=$2 status=$3 certs=() args=() c
	shift 3
	while (($#)) && [[ $1 != -- ]]; do
		certs+=("$1")
		args+=(-cert "$1.crt")
		shift
	done
	shift
	: >index
	for c in "${certs[@]}"; do
		case $status in
		V) printf 'V\t391231235959Z\t\t%s\tunknown\t/CN=%s\n' \
		    "$(pki_serial "$c.crt")" "$c" ;;
		R) printf 'R\t391231235959Z\t%s,keyCompromise\t%s\tunknown\t/CN=%s\n' \
		    "$(date -u -d '1 hour ago' +%y%m%d%H%M%SZ)" \
		    "$(pki_serial "$c.crt")" "$c" ;;
		esac >>index
	done
	_pki_openssl ocsp -issuer ca.crt "${args[@]}" -no_nonce \
	    -reqout request >/dev/null 2>err &&
	    _pki_openssl ocsp -index index -CA ca.crt -rsigner "$signer.crt" \
	    -rkey "$signer.key" -reqin request -respout "$file" "$@" \
	    >/dev/null 2>err || { cat err >&2; return 1; }
}

ok pki_key leaf.key ec:P-256
ok pki_ca . ca '/O=Sakura/CN=CA' ku=critical,keyCertSign,cRLSign,digitalSignature
ok pki_ca . other '/O=Elsewhere/CN=CA' use=leaf.key
ok pki_cert . ca leaf '/CN=leaf' use=leaf.key
ok pki_cert . ca second '/CN=second' use=leaf.key
responder=(use=leaf.key eku=OCSPSigning ext=noCheck=ignored)
ok pki_cert . ca responder '/CN=responder' "${responder[@]}"
ok pki_cert . ca noeku '/CN=no purpose' use=leaf.key eku=clientAuth
ok pki_cert . ca late '/CN=expired' "${responder[@]}" profile=expired
ok pki_cert . other foreign '/CN=foreign' "${responder[@]}"
ok answer good.der ca V leaf -- -ndays 1
ok answer plain.der ca V leaf -- -ndays 1 -resp_no_certs
ok answer delegated.der responder V leaf -- -ndays 1
ok answer bare.der responder V leaf -- -ndays 1 -resp_no_certs
ok answer revoked.der ca R leaf -- -ndays 1
ok answer unknown.der ca U leaf -- -ndays 1
ok answer two.der ca V leaf second -- -ndays 1
ok answer open.der ca V leaf --
ok answer noeku.der noeku V leaf -- -ndays 1
ok answer late.der late V leaf -- -ndays 1
ok answer foreign.der foreign V leaf -- -ndays 1
by=(--issuer ca.crt)
of=(--issuer ca.crt --cert leaf.crt)
now=$(date +%s)

t good_by_the_issuer
yes good.der "${of[@]}"
t good_by_the_issuer_without_certificates
yes plain.der "${of[@]}"
t good_without_the_certificate
yes good.der "${by[@]}"
t good_by_a_delegated_responder
yes delegated.der "${of[@]}"
t responder_among_untrusted
yes bare.der "${of[@]}" --untrusted responder.crt
t responder_not_to_be_found
no ocsp-invalid bare.der "${of[@]}"
t der_certificates
openssl x509 -in ca.crt -outform DER -out ca.der
openssl x509 -in leaf.crt -outform DER -out leaf.der
yes good.der --issuer ca.der --cert leaf.der
t revoked
no cert-revoked revoked.der "${of[@]}"
t revoked_without_the_certificate
no cert-revoked revoked.der "${by[@]}"
t unknown
no ocsp-unknown unknown.der "${of[@]}"

t of_another_certificate
no ocsp-invalid good.der "${by[@]}" --cert second.crt
t of_another_issuer
no ocsp-invalid good.der --issuer other.crt
t two_and_one_is_meant
yes two.der "${of[@]}"
t two_and_none_is_meant
no ocsp-invalid two.der "${by[@]}"
t responder_without_the_purpose
no ocsp-invalid noeku.der "${of[@]}"
t responder_expired
no ocsp-invalid late.der "${of[@]}"
t responder_of_another_ca
no ocsp-invalid foreign.der "${of[@]}"
t responder_of_another_ca_that_is_untrusted
no ocsp-invalid foreign.der "${of[@]}" --untrusted other.crt

t past_nextUpdate
no ocsp-stale good.der "${of[@]}" --time $((now + 2 * 86400))
t revoked_past_nextUpdate_is_no_good
v revoked.der "${of[@]}" --time $((now + 2 * 86400))
ended 1
t before_thisUpdate
v good.der "${of[@]}" --time $((now - 86400))
ended 1
shows 'rejected: ocsp-'
t max_age_kept
yes good.der "${of[@]}" --max-age 7200 --time $((now + 3600))
t max_age_passed
no ocsp-stale good.der "${of[@]}" --max-age 1800 --time $((now + 3600))
t no_nextUpdate
v open.der "${of[@]}"
ended 1
shows 'rejected: ocsp-'
t no_nextUpdate_but_max_age
yes open.der "${of[@]}" --max-age 3600

# -- what is no answer
bend plain.der bent.der 1
bend plain.der twisted.der 100
{ cat good.der; printf x; } >longer.der
head -c 100 good.der >cut.der
: >empty.der
printf '\x30\x03\x0a\x01\x03' >trylater.der
printf '\x30\x03\x0a\x01\x06' >unauthorized.der
printf '\x30\x03\x0a\x01\x00' >nothing.der
head -c 100000 /dev/zero >huge.der
head -c 2000 /dev/urandom >noise.der
echo '<html>503</html>' >page.der
for f in bent twisted longer cut empty trylater unauthorized nothing huge noise page \
    ca; do
	t "no_answer_$f"
	v $f.der "${of[@]}"
	ended 1
	shows 'rejected: ocsp-'
done

# -- the other files
t issuer_unreadable
no cert-issuer good.der --issuer noise.der
t certificate_unreadable
no cert-malformed good.der "${by[@]}" --cert noise.der
t untrusted_unreadable
yes good.der "${of[@]}" --untrusted noise.der
shows 'warning: left out: noise.der: '
t answer_not_there
v nowhere.der "${of[@]}"
ended 2
t issuer_not_there
v good.der --issuer nowhere.crt
ended 2
t certificate_not_there
v good.der "${by[@]}" --cert nowhere.crt
ended 2
t untrusted_not_there
v good.der "${of[@]}" --untrusted nowhere.crt
ended 2
finish
