#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho verify` on files, row by row: what is accepted, what is rejected
# for which reason, and what is wrong usage; then `explain`, `refresh`, and
# `verify` by an installed configuration.

: "${BUILD:=build}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-verify.XXXXXX") || exit 1
trap 'rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
# shellcheck source=tests/pki.sh
. "$(dirname "$0")/pki.sh"
sekisho=$(realpath "$BUILD/sekisho")
p=$dir/pki
mkdir "$p" "$p/alone"
chmod 755 "$dir" "$p"
cd "$p" || exit 1

v() { run limited "$sekisho" verify "$@"; }
# yes/no WORD ARGS...: the exit status and the only line on standard output
yes() {
	v "$@"
	ended 0
	[[ $(limited "$sekisho" verify "$@" 2>/dev/null) == "accepted: "* ]] ||
	    wrong "not one line that begins with accepted:"
}
no() {
	local word=$1
	shift
	v "$@"
	ended 1
	[[ $(limited "$sekisho" verify "$@" 2>/dev/null) == \
	    "rejected: $word: "?* ]] || wrong "not rejected as $word"
}
usage() {
	v "$@"
	ended 2
	lacks 'accepted:' 'rejected:'
}
# what openssl says of a date, as seconds since 1970
date_of() {
	date -d "$(openssl x509 -in "$1" -noout "-$2" | cut -d= -f2)" +%s
}
# bend FILE COPY N: a copy with one bit changed, N bytes before its end
bend() {
	local at=$(($(stat -c %s "$1") - $3)) byte
	byte=$(od -An -tu1 -j "$at" -N 1 "$1")
	cp "$1" "$2"
	printf '%b' "\\x$(printf %02x $((byte ^ 1)))" |
	    dd of="$2" bs=1 conv=notrunc status=none seek="$at"
}
der() { openssl x509 -in "$1" -outform DER -out "$2"; }

# -- one PKI for all rows: few keys, since making them takes the time
mint() {
	local file=$1 ca=$2
	shift 2
	pki_cert . "$ca" "$file" "/O=Sakura Hospital/CN=$file" use=leaf.key "$@"
}
ok() { "$@" || { echo "not ok pki: $*"; failed=1; exit; }; }

ok pki_key leaf.key ec:P-256
ok pki_key ca.key ec:P-256
ok pki_ca . root '/O=Sakura/CN=Root' use=ca.key from='3 years ago'
ok pki_ca . forged '/O=Sakura/CN=Root'
ok pki_ca . stranger '/O=Elsewhere/CN=Root' use=forged.key
ok pki_ca . sub '/O=Sakura/CN=Sub' issuer=root \
    ext=certificatePolicies=2.5.29.32.0
ok pki_ca . subsub '/O=Sakura/CN=Sub of Sub' issuer=sub use=leaf.key
ok pki_ca . ed '/O=Sakura/CN=Ed' key=ed25519
ok pki_ca . mapping '/O=Sakura/CN=Mapping' issuer=root use=sub.key \
    ext=certificatePolicies=1.2.3.1 ext=policyMappings=1.2.3.1:1.2.3.2
ok pki_ca . strict '/O=Sakura/CN=Strict' issuer=root use=sub.key \
    ext=policyConstraints=critical,requireExplicitPolicy:0
ok mint direct root
ok mint leaf sub ext=certificatePolicies=1.2.3.4
ok mint deep subsub
ok mint plain sub
ok mint expired root profile=expired
ok mint notyet root profile=notyet
ok mint server root profile=server
ok mint noeku root profile=noeku
ok mint noku root profile=noku
ok mint signonly root profile=nonrepudiation
ok mint encipher root ku=critical,keyEncipherment
ok mint anyeku root eku=anyExtendedKeyUsage
ok mint bylow strict
ok mint mapped mapping ext=certificatePolicies=1.2.3.2
ok mint isca root profile=ca
ok mint sha1 root md=sha1
ok mint critical root ext=1.2.3.4.5=critical,ASN1:NULL
ok mint edleaf ed
ok pki_cert . root small '/CN=small' key=rsa:1024
ok pki_cert . root rsa '/CN=rsa' key=rsa:2048
ok pki_crl . root root.crl
ok pki_crl . sub sub.crl
ok pki_crl . sub sub.der form=der
ok pki_crl . sub sub-revoked.crl "revoke=$(pki_serial leaf.crt),keyCompromise"
ok pki_crl . sub sub-revoked.der form=der \
    "revoke=$(pki_serial leaf.crt),keyCompromise"
ok pki_crl . root root-revoked.crl "revoke=$(pki_serial sub.crt)"
ok pki_crl . sub old.crl from='8 days ago' to='1 day ago'
ok pki_crl . sub old-revoked.crl from='8 days ago' to='1 day ago' \
    "revoke=$(pki_serial leaf.crt)"
ok pki_crl . sub early.crl from='1 day' to='2 days'
ok pki_crl . ed ed.crl
ok pki_crl . ed ed-revoked.crl "revoke=$(pki_serial edleaf.crt)"
cp forged.key alone/sub.key
ok pki_ca alone sub '/O=Sakura/CN=Sub' use=forged.key
ok pki_crl alone sub sub-forged.crl aki=no
ok pki_crl . stranger stranger.crl
for c in root sub leaf direct; do ok der $c.crt $c.der; done
root=(--trust-anchors root.crt)
both=(--trust-anchors root.crt --untrusted sub.crt)
crls=(--crl root.crl --crl sub.crl)

# -- the path
t by_an_anchor
yes "${root[@]}" direct.crt
has 'accepted: direct.crt: whether it has been revoked was not checked'
t by_an_intermediate
yes "${both[@]}" leaf.crt
t by_two_intermediates
yes "${both[@]}" --untrusted subsub.crt deep.crt
t intermediates_in_one_file
cat subsub.crt sub.crt >two.pem
yes "${root[@]}" --untrusted two.pem deep.crt
t anchors_in_one_file
cat stranger.crt root.crt >anchors.pem
yes --trust-anchors anchors.pem direct.crt
t anchors_in_two_files
yes --trust-anchors stranger.crt "${root[@]}" direct.crt
t rsa_2048
yes "${root[@]}" rsa.crt
t der_everywhere
yes --trust-anchors root.der --untrusted sub.der leaf.der
t intermediate_missing
no cert-issuer "${root[@]}" leaf.crt
t stranger_as_anchor
no cert-issuer --trust-anchors stranger.crt direct.crt
t anchor_of_the_same_name
no cert-issuer --trust-anchors forged.crt direct.crt
t anchor_is_not_an_intermediate
no cert-issuer --trust-anchors stranger.crt --untrusted root.crt direct.crt
t signature_changed
bend direct.der bent.der 3
no cert-signature "${root[@]}" bent.der
t unknown_critical_extension
no cert-path "${root[@]}" critical.crt

# -- time
t expired
no cert-expired "${root[@]}" expired.crt
shows 'certificate has expired'
t expired_but_good_then
yes "${root[@]}" --time "$(date -d '1 year ago' +%s)" expired.crt
from=$(date_of direct.crt startdate) to=$(date_of direct.crt enddate)
t not_yet
no cert-not-yet-valid "${root[@]}" notyet.crt
t at_notBefore
yes --trust-anchors root.crt --partial-chain --time "$from" direct.crt
t before_notBefore
no cert-not-yet-valid "${root[@]}" --time $((from - 1)) direct.crt
t at_notAfter
yes "${root[@]}" --time "$to" direct.crt
t after_notAfter
no cert-expired "${root[@]}" --time $((to + 1)) direct.crt
t in_1970
no cert-not-yet-valid "${root[@]}" --time 0 direct.crt
t in_9999
no cert-expired "${root[@]}" --time 253402300799 direct.crt

# -- what the key is for: certificate, then client, server, any
while read -r c client server any; do
	for purpose in client server any; do
		t "purpose_${c}_$purpose"
		if [[ ${!purpose} == yes ]]; then
			yes "${root[@]}" --purpose $purpose "$c.crt"
		else
			no "${!purpose}" "${root[@]}" --purpose $purpose "$c.crt"
		fi
	done
done <<'END'
direct yes cert-usage yes
server cert-usage yes cert-usage
noeku yes yes yes
noku yes cert-usage yes
signonly cert-usage cert-usage cert-usage
encipher cert-usage cert-usage cert-usage
isca cert-is-ca cert-is-ca cert-is-ca
END
t purpose_is_client_if_not_said
no cert-usage "${root[@]}" server.crt

# -- revocation
t crl_good
yes "${both[@]}" "${crls[@]}" --revocation crl leaf.crt
shows 'not revoked (crl of 20'
t crl_given_is_asked
no cert-revoked "${both[@]}" --crl root.crl --crl sub-revoked.crl leaf.crt
t crl_not_asked
yes "${both[@]}" --crl sub-revoked.crl --revocation none leaf.crt
t revoked_pem
no cert-revoked "${both[@]}" --crl root.crl --crl sub-revoked.crl \
    --revocation crl leaf.crt
t revoked_der
no cert-revoked "${both[@]}" --crl root.crl --crl sub-revoked.der \
    --revocation crl leaf.crt
t revoked_among_several_in_one_file
cat root.crl stranger.crl sub-revoked.crl >all.crl
no cert-revoked "${both[@]}" --crl all.crl --revocation crl leaf.crt
t not_revoked_by_several_in_one_file
yes "${both[@]}" --crl all.crl --revocation crl plain.crt
t revoked_in_an_old_list
no cert-revoked "${both[@]}" --crl root.crl --crl old-revoked.crl leaf.crt
t crl_missing
no crl-missing "${both[@]}" --revocation crl leaf.crt
t crl_missing_for_the_intermediate
no crl-missing "${both[@]}" --crl sub.crl --revocation crl leaf.crt
t crl_leaf_asks_of_the_leaf_alone
yes "${both[@]}" --crl sub.crl --revocation crl-leaf leaf.crt
t crl_leaf_missing
no crl-missing "${both[@]}" --crl root.crl --revocation crl-leaf leaf.crt
t crl_leaf_revoked
no cert-revoked "${both[@]}" --crl sub-revoked.der --revocation crl-leaf \
    leaf.crt
t intermediate_revoked
no cert-revoked "${both[@]}" --crl root-revoked.crl --crl sub.crl leaf.crt
t crl_leaf_leaves_the_intermediate
yes "${both[@]}" --crl root-revoked.crl --crl sub.crl --revocation crl-leaf \
    leaf.crt
t crl_stale
no crl-stale "${both[@]}" --crl root.crl --crl old.crl leaf.crt
t crl_stale_by_time
no crl-stale "${both[@]}" "${crls[@]}" --time "$(date -d '20 days' +%s)" \
    leaf.crt
t crl_not_yet
no crl-not-yet-valid "${both[@]}" --crl root.crl --crl early.crl leaf.crt
t crl_forged
no crl-invalid "${both[@]}" --crl root.crl --crl sub-forged.crl leaf.crt
t crl_of_a_stranger
no crl-missing "${root[@]}" --crl stranger.crl direct.crt
t crl_by_ed25519
yes --trust-anchors ed.crt --crl ed.crl edleaf.crt
t revoked_by_ed25519
no cert-revoked --trust-anchors ed.crt --crl ed-revoked.crl edleaf.crt
t crl_by_ed25519_of_nobody
no crl-missing "${root[@]}" --crl ed.crl direct.crt

# A CRL that cannot be read is not "no CRL".
head -c 200 sub.der >cut.crl
cp sub.crt not-a.crl
: >empty.crl
{ cat root.crl sub.crl; echo '-----BEGIN X509 CRL-----'; echo 'AAAA!'
	echo '-----END X509 CRL-----'; } >broken-end.crl
{ cat sub.der; printf x; } >longer.crl
for f in cut.crl not-a.crl empty.crl broken-end.crl longer.crl; do
	t "crl_unreadable_$f"
	no crl-invalid "${both[@]}" --crl root.crl --crl "$f" leaf.crt
	shows "warning: left out: $f: "
done
t crl_unreadable_beside_a_good_one
no crl-invalid "${both[@]}" "${crls[@]}" --crl cut.crl leaf.crt
t crl_unreadable_does_not_hide_more
no cert-revoked "${both[@]}" --crl cut.crl --crl root.crl \
    --crl sub-revoked.crl leaf.crt
t crl_unreadable_not_asked
yes "${both[@]}" --crl cut.crl --revocation none leaf.crt

# -- policies, RFC 5280 6.1.1
t policy_that_is_there
yes "${both[@]}" --policy 1.2.3.4 --explicit-policy leaf.crt
t policy_one_of_several
yes "${both[@]}" --policy 1.2.3.9 --policy 1.2.3.4 --explicit-policy leaf.crt
t policy_of_another_kind
no cert-policy "${both[@]}" --policy 1.2.3.9 --explicit-policy leaf.crt
t policy_any
yes "${both[@]}" --explicit-policy leaf.crt
t policy_none_in_the_certificate
no cert-policy "${both[@]}" --explicit-policy plain.crt
t policy_none_is_needed
yes "${both[@]}" --policy 1.2.3.4 plain.crt
t policy_any_of_the_ca_inhibited
no cert-policy "${both[@]}" --explicit-policy --inhibit-any leaf.crt
t policy_mapped
yes "${root[@]}" --untrusted mapping.crt --policy 1.2.3.1 --explicit-policy \
    mapped.crt
t policy_mapping_inhibited
no cert-policy "${root[@]}" --untrusted mapping.crt --policy 1.2.3.1 \
    --explicit-policy --inhibit-map mapped.crt
t policy_that_the_ca_asks_for
no cert-policy "${root[@]}" --untrusted strict.crt --policy-processing \
    bylow.crt

# -- the length of the path
t depth_0_direct
yes "${root[@]}" --max-depth 0 direct.crt
t depth_0_and_one_between
no cert-path "${both[@]}" --max-depth 0 leaf.crt
t depth_1_and_one_between
yes "${both[@]}" --max-depth 1 leaf.crt
t depth_1_and_two_between
no cert-path "${both[@]}" --untrusted subsub.crt --max-depth 1 deep.crt
t depth_2_and_two_between
yes "${both[@]}" --untrusted subsub.crt --max-depth 2 deep.crt
t partial_chain
yes --trust-anchors sub.crt --partial-chain leaf.crt
t no_partial_chain
no cert-issuer --trust-anchors sub.crt leaf.crt

# -- keys and signatures
t rsa_1024
no cert-key "${root[@]}" small.crt
t sha1
no cert-signature "${root[@]}" sha1.crt

# -- CERT: what is in the file
t several_in_cert_first_only
cat leaf.crt sub.crt root.crt >chain.pem
no cert-issuer "${root[@]}" chain.pem
shows 'note: chain.pem holds several certificates'
t several_in_cert_first_is_judged
cat direct.crt expired.crt >both.pem
yes "${root[@]}" both.pem
t text_around_the_pem
{ echo 'Sakura Hospital'; cat direct.crt; echo; echo 'the end'; } >text.pem
yes "${root[@]}" text.pem
t crlf
sed 's/$/\r/' direct.crt >crlf.pem
yes "${root[@]}" crlf.pem
t key_before_the_certificate
cat leaf.key direct.crt >withkey.pem
yes "${root[@]}" withkey.pem
{ head -n 3 direct.crt; echo '!!!!'; tail -n 3 direct.crt; } >bad64.pem
: >empty.pem
head -c 3000 /dev/urandom >noise.pem
head -c 300 direct.der >cut.der
{ cat direct.der; printf '\0'; } >longer.der
{ printf '\x30\x83\x01\x00\x00'; head -c 65536 /dev/zero; } >big.der
head -c 3000000 /dev/zero >huge.pem
for f in bad64.pem empty.pem noise.pem cut.der longer.der big.der huge.pem \
    leaf.key root.crl; do
	t "garbage_$f"
	no cert-malformed "${root[@]}" "$f"
	shows "$f: "
done
t garbage_of_first_is_not_the_second
cat bad64.pem direct.crt >badfirst.pem
no cert-malformed "${root[@]}" badfirst.pem

# -- other files: what is unreadable in them is left out
t anchor_unreadable_beside_a_good_one
cat bad64.pem root.crt >halfgood.pem
yes --trust-anchors halfgood.pem direct.crt
shows 'warning: left out: halfgood.pem: 1 of 2'
t anchors_all_unreadable
no cert-issuer --trust-anchors noise.pem direct.crt
shows 'warning: left out: noise.pem: '
t untrusted_unreadable_beside_a_good_one
cat bad64.pem sub.crt bad64.pem >halfgood2.pem
yes "${root[@]}" --untrusted halfgood2.pem leaf.crt
shows 'warning: left out: halfgood2.pem: 2 of 3'
t untrusted_all_unreadable
yes "${root[@]}" --untrusted empty.pem direct.crt
shows 'warning: left out: empty.pem: '
t files_may_be_pipes
v --trust-anchors <(cat root.crt) --untrusted <(cat sub.crt) \
    --crl <(cat root.crl) --crl <(cat sub.crl) <(cat leaf.crt)
ended 0

# -- wrong usage, and files that are not there
for opt in trust-anchors untrusted crl; do
	t "no_file_$opt"
	usage "${root[@]}" --$opt nowhere.pem direct.crt
	shows 'nowhere.pem: No such file'
done
t no_file_cert
usage "${root[@]}" nowhere.pem
t folder_as_cert
usage "${root[@]}" .
t no_file_crl_not_asked
usage "${root[@]}" --crl nowhere.crl --revocation none direct.crt
while read -r args; do
	t "usage: $args"
	# shellcheck disable=SC2086 # words
	usage $args
done <<'END'
--trust-anchors root.crt
--trust-anchors root.crt direct.crt leaf.crt
--trust-anchors root.crt --revocation CRL direct.crt
--trust-anchors root.crt --revocation soft direct.crt
--trust-anchors root.crt --revocation none --revocation crl direct.crt
--trust-anchors root.crt --purpose email direct.crt
--trust-anchors root.crt --time now direct.crt
--trust-anchors root.crt --time -1 direct.crt
--trust-anchors root.crt --time 1e9 direct.crt
--trust-anchors root.crt --time 253402300800 direct.crt
--trust-anchors root.crt --time 99999999999999999999 direct.crt
--trust-anchors root.crt --max-depth -1 direct.crt
--trust-anchors root.crt --max-depth 101 direct.crt
--trust-anchors root.crt --max-depth x direct.crt
--trust-anchors root.crt --policy medical direct.crt
--trust-anchors root.crt --policy 1.2.3. direct.crt
--trust-anchors root.crt --policy
--trust-anchors root.crt --soft direct.crt
--trust-anchors root.crt --service ward direct.crt
--trust-anchors root.crt --max-age 10 direct.crt
--trust-anchors root.crt --issuer root.crt direct.crt
--trust-anchors root.crt --ocsp-response root.der --issuer root.crt direct.crt
--untrusted sub.crt direct.crt
--crl root.crl direct.crt
--revocation none direct.crt
--purpose any direct.crt
--explicit-policy direct.crt
--time 0 direct.crt
--ocsp-response root.der
--ocsp-response root.der --issuer root.crt direct.crt
--ocsp-response root.der --issuer root.crt --crl root.crl
--ocsp-response root.der --issuer root.crt --max-age 0
END

# -- whoever runs it, wherever
t names_are_escaped
cp expired.crt $'x\e[31m\ny.crt'
no cert-expired "${root[@]}" $'x\e[31m\ny.crt'
v "${root[@]}" $'nowhere\e[31m\ny.crt'
lacks $'\e'
shows '\x1b'
t without_configuration_or_rights
chmod 644 ./*.crt
run setpriv --reuid=65534 --regid=65534 --clear-groups env -i \
    OPENSSL_CONF=/nowhere "$sekisho" verify "${both[@]}" "${crls[@]}" leaf.crt
ended 0
t nothing_is_written
mkdir empty && cp root.crt direct.crt empty && ls -l empty >before
cd empty && yes "${root[@]}" direct.crt
cd ..
ls -l empty | cmp -s - before || wrong 'there is something new'

# -- explain
t explain_shows_what_is_in_it
ok mint full sub ext=certificatePolicies=1.2.3.4 \
    'ext=subjectAltName=email:taro@example.jp,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:taro@ad.example.jp,dirName:dn' \
    ext=crlDistributionPoints=URI:http://crl.example.jp/sub.crl,dp \
    ext=freshestCRL=URI:http://crl.example.jp/delta.crl \
    'ext=authorityInfoAccess=OCSP;URI:http://ocsp.example.jp/' \
    $'conf=[dn]\nO=Sakura\nCN=a\\,b\n[dp]\nfullname=dirName:dn'
run limited "$sekisho" explain --no-conf full.crt
ended 0
shows "CN=full,O=Sakura Hospital" 'CN=Sub,O=Sakura' \
    "$(pki_serial full.crt | tr A-F a-f)" 'days left' 'P-256' \
    'ecdsa-with-SHA256' 'digitalSignature' 'clientAuth (1.3.6.1.5.5.7.3.2)' \
    '1.2.3.4' 'rfc822 taro@example.jp' 'UPN taro@ad.example.jp' \
    'directoryName CN=a\,b,O=Sakura' 'URI http://crl.example.jp/sub.crl' \
    'URI http://crl.example.jp/delta.crl' 'http://ocsp.example.jp/' \
    "$(openssl x509 -in full.crt -outform DER | sha256sum | cut -d' ' -f1)" \
    "$(openssl x509 -in full.crt -noout -pubkey | openssl pkey -pubin \
    -outform DER | sha256sum | cut -d' ' -f1)"
lacks configuration
t explain_says_what_the_fetcher_cannot_follow
run limited "$sekisho" explain --no-conf full.crt
shows 'without a URL'
t explain_reads_standard_input
run limited "$sekisho" explain --no-conf - <direct.der
ended 0
shows 'CN=direct'
t explain_says_expired
run limited "$sekisho" explain --no-conf expired.crt
shows 'EXPIRED 1 days ago'
t explain_says_not_yet
run limited "$sekisho" explain --no-conf notyet.crt
shows 'NOT YET'
t explain_says_ca
run limited "$sekisho" explain --no-conf root.crt
shows "a CA's certificate"
t explain_without_configuration
run limited "$sekisho" explain --conf "$dir/nowhere" direct.crt
ended 0
shows 'CN=direct' 'configuration   cannot be read: '
t explain_garbage
run limited "$sekisho" explain noise.pem
ended 1
run limited "$sekisho" explain nowhere.pem
ended 2
run limited "$sekisho" explain
ended 2

# -- an installed configuration
mkdir -p "$dir"/{lib,log,anchors,sub,crl,libexec,cache}
chmod 755 "$dir"/{lib,log,anchors,sub,crl,libexec,cache}
cp root.crt "$dir/anchors/"
cp sub.crt "$dir/sub/"
cp root.crl sub.crl "$dir/crl/"
conf() {
	cat >"$dir/sekisho.conf" <<-END
		[sekisho]
		host = desk.example.jp
		language = ${1-en}
		[paths]
		state = $dir/lib
		audit = $dir/log
		helpers = $dir/libexec
		trust-anchors = $dir/anchors
		intermediates = $dir/sub
		crls = $dir/crl
		cache = $dir/cache
		[helpers]
		user = nobody
		[revocation]
		check = crl
		[service ward]
		pairs = pkcs11+password
		[service doctors]
		pairs = pkcs11+password
		roles = "Medical Doctor"
		[pkcs11 card]
		module = $dir/libexec/none.so
	END
}
: >"$dir/libexec/none.so"
desk() { limited "$sekisho" "$1" --conf "$dir/sekisho.conf" "${@:2}"; }
here() { run desk verify "$@"; }
conf
chmod 644 "$dir/sekisho.conf"
t here_accepted
run desk init
ended 0
here leaf.crt
ended 0
shows 'accepted: leaf.crt: not revoked (crl of ' 'CN=leaf' 'for nobody here'
t here_by_service
here --service ward leaf.crt
ended 0
t here_by_unknown_service
here --service nowhere leaf.crt
ended 1
shows 'rejected: no-policy: nowhere'
t here_without_the_role
here --service doctors leaf.crt
ended 1
shows 'rejected: cert-role: '
t here_expired
here expired.crt
ended 1
shows 'rejected: cert-expired: '
t here_no_key_usage
here noku.crt
ended 1
shows 'rejected: cert-usage: '
t here_revoked
cp sub-revoked.crl "$dir/crl/sub.crl"
here leaf.crt
ended 1
shows 'rejected: cert-revoked: '
cp sub.crl "$dir/crl/sub.crl"
t here_crl_missing
rm "$dir/crl/sub.crl"
here leaf.crt
ended 1
shows 'rejected: crl-missing: '
cp sub.crl "$dir/crl/sub.crl"
t here_the_word_is_the_same_in_japanese
conf ja
here leaf.crt
ended 0
shows 'accepted: leaf.crt: 失効していません'
here expired.crt
ended 1
shows 'rejected: cert-expired: '
run desk explain leaf.crt
shows '主体者'
conf
t here_of_a_person
run desk person add taro --display 'Taro'
run desk enrol taro --certificate leaf.crt --yes
ended 0
here leaf.crt
ended 0
shows 'for taro, credential 1'
run desk explain leaf.crt
ended 0
shows 'for taro, credential 1 (active)' 'sub.crl: number 01, entries: 0' \
    'min ago' 'deny-list       no' 'asked here      crl'
t here_denied
run desk deny certificate leaf.crt --reason 'lost at 9:30'
ended 0
here leaf.crt
ended 1
shows 'rejected: deny-listed: lost at 9:30'
run desk explain leaf.crt
ended 0
shows 'YES: lost at 9:30'
run desk allow 1 --reason found
here leaf.crt
ended 0
t here_person_denied
run desk deny person taro --reason 'left us'
here leaf.crt
ended 1
shows 'rejected: deny-listed: left us'
run desk allow 2 --reason back
t here_suspended
run desk suspend 1 --reason 'at home'
here leaf.crt
ended 1
shows 'rejected: credential-suspended: at home'
run desk resume 1
run desk person suspend taro --reason holiday
here leaf.crt
ended 1
shows 'rejected: person-suspended: taro'
run desk person resume taro --reason back
here leaf.crt
ended 0
t here_no_configuration
run limited "$sekisho" verify --conf "$dir/nowhere" leaf.crt
ended 1
shows 'rejected: config: '
t here_no_anchor
mv "$dir/anchors/root.crt" "$dir/root.crt"
here leaf.crt
ended 1
shows 'rejected: trust: '
mv "$dir/root.crt" "$dir/anchors/root.crt"
t here_no_store
mv "$dir/lib/sekisho.db" "$dir/sekisho.db"
here leaf.crt
ended 1
shows 'rejected: store: '
run desk explain leaf.crt
ended 0
shows 'enrolled        cannot be read: '
mv "$dir/sekisho.db" "$dir/lib/sekisho.db"

# -- refresh
cat >"$dir/libexec/sekisho-fetch" <<'END'
#!/bin/bash
echo "args $*"
env | grep -vE '^(PWD|SHLVL|_)='
ls /proc/self/fd
[[ -t 0 ]] && echo terminal
exit 3
END
chmod 755 "$dir/libexec/sekisho-fetch"
t refresh_runs_the_fetcher
LEAK=x run desk refresh
ended 3
has "args --conf $dir/sekisho.conf"
lacks LEAK HOME PATH
[[ $(grep -cx '[0-9]*' "$dir/out") == 4 ]] || wrong 'descriptors were left'
t refresh_hands_on_its_options
run desk refresh --force --json
ended 3
has "args --conf $dir/sekisho.conf --force --json"
t refresh_not_of_a_file_that_others_write
chmod 777 "$dir/libexec/sekisho-fetch"
run desk refresh
ended 1
lacks args
shows 'must not be writable'
t refresh_not_there
rm "$dir/libexec/sekisho-fetch"
run desk refresh
ended 1
shows 'sekisho-fetch: No such file'
t refresh_wrong_usage
run desk refresh now
ended 2
finish
