#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sekisho-fetch against a web server that behaves as it is asked to: what gets
# into the cache, what does not, what stays there, and how that is told.
# A private installation in a network of its own.

: "${BUILD:=build}" "${CASE_LIMIT_S:=60}"
export BUILD
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-fetch.XXXXXX") || exit 1
chmod 755 "$dir"
server=
trap 'site_end; [[ -z $server ]] || kill "$server"; cd /; mountpoint -q "$dir/small" &&
    umount "$dir/small"; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"

# shellcheck source=tests/fetch/site.sh
. "$(dirname "$0")/fetch/site.sh"

t complete_pem
crl ca crl number=05 revoke=1234,keyCompromise
conf "$url/ok/crl"
fetch
ended 0
status new
shows "Sakura Staff CA" "number 05" "1 entries"
index_is 1
nothing_left
[[ $(stat -c '%a %u' "$cache" "$cache/crl" "$cache"/crl/*.idx \
    "$cache/fetch.json" | paste -sd,) == '755 0,755 0,644 0,644 0' ]] ||
    wrong "modes: $(stat -c '%a %n' "$cache" "$cache"/crl/*)"
[[ $(json file) == "$(cd "$cache/crl" && echo ./*.idx | cut -c3-) "* ]] ||
    wrong "fetch.json: file $(json file)"
[[ $(json entries) == '1 1' && $(json number) == 05 ]] ||
    wrong "fetch.json: $(cat "$cache/fetch.json")"

t unchanged_and_force
crl ca crl
conf "$url/ok/crl"
fetch
ended 0
inode=$(stat -c %i "$cache"/crl/*.idx)
fetch
ended 0
status unchanged
[[ $(stat -c %i "$cache"/crl/*.idx) == "$inode" ]] || wrong "written again"
fetch --force
ended 0
status new
[[ $(stat -c %i "$cache"/crl/*.idx) != "$inode" ]] || wrong "not written"
fetch --quiet
ended 0
[[ ! -s $dir/out ]] || wrong "not quiet"

t damaged_index_is_replaced
crl ca crl revoke=1234
conf "$url/ok/crl"
fetch
index=$(echo "$cache"/crl/*.idx)
truncate -s -1 "$index"
fetch
ended 0
status new
# a bit in the records, which a login does not read
printf '\x55' | dd of="$index" bs=1 conv=notrunc status=none \
    seek=$(($(stat -c %s "$index") - 1))
fetch
ended 0
status new
fetch
status unchanged

t der_and_json
crl ca crl form=der number=0A
conf "$url/ok/crl"
fetch --json
ended 0
[[ $(head -c 1 "$dir/out") == '{' ]] || wrong "not JSON"
cmp -s "$dir/out" <(cat "$cache/fetch.json"; echo) || wrong "not the same"
shows '"status": "new"' '"kind": "complete"' '"number": "0a"'

t several_in_one_file
pki_ca "$pki" other "/C=JP/O=Sakura Hospital/CN=Other CA"
cp "$pki/other.crt" "$SITE/etc/anchors/"
crl ca one
crl other two revoke=99
cat "$www/one" "$www/two" >"$www/crl"
conf "$url/ok/crl"
fetch
ended 0
index_is 2
shows "CN=Sakura Staff CA" "CN=Other CA"
rm "$SITE/etc/anchors/other.crt"

t delta_by_freshest_crl
crl ca crl number=03 ext=freshestCRL=URI:"$url/ok/delta"
crl ca delta number=04 ext=2.5.29.27=critical,ASN1:INTEGER:3
conf "$url/ok/crl"
fetch
ended 0
index_is 2
[[ $(json kind) == 'complete delta' ]] || wrong "$(json kind)"

t delta_older_than_its_base
crl ca crl number=02 ext=2.5.29.27=critical,ASN1:INTEGER:3
conf "$url/ok/crl"
fetch
ended 1
status invalid
shows "older than its base"
index_is 0

t partitions
for i in 1 2; do
	crl ca crl$i ext=issuingDistributionPoint=critical,@idp \
	    conf=$'[idp]\nfullname=URI:'"$url/ok/crl$i"
done
crl ca users ext=issuingDistributionPoint=critical,@idp \
    conf=$'[idp]\nonlyuser=TRUE'
conf "$url/ok/crl1" "$url/ok/crl2" "$url/ok/users"
fetch
ended 0
index_is 3

t scope_that_contradicts_itself
crl ca crl ext=issuingDistributionPoint=critical,@idp \
    conf=$'[idp]\nonlyuser=TRUE\nonlyCA=TRUE'
conf "$url/ok/crl"
fetch
ended 1
status invalid
index_is 0

t attribute_certificates_only
crl ca crl ext=issuingDistributionPoint=critical,@idp \
    conf=$'[idp]\nonlyAA=TRUE'
conf "$url/ok/crl"
fetch
ended 0
status unsupported
index_is 0

t indirect_issuer_below_an_anchor
pki_cert "$pki" ca crlsigner "/C=JP/O=Sakura Hospital/CN=CRL Signer" \
    ku=critical,cRLSign eku=
cp "$pki/crlsigner.crt" "$SITE/etc/inter/"
crl crlsigner crl ext=issuingDistributionPoint=critical,@idp \
    conf=$'[idp]\nindirectCRL=TRUE'
conf "$url/ok/crl"
fetch
ended 0
status new
index_is 1

t two_keys_under_one_name
cp -r "$pki" "$dir/rollover"
pki_ca "$dir/rollover" ca "/C=JP/O=Sakura Hospital/CN=Sakura Staff CA"
cp "$dir/rollover/ca.crt" "$SITE/etc/anchors/new.crt"
crl ca old
pki_crl "$dir/rollover" ca "$www/new"
pki_crl "$dir/rollover" ca "$www/bare" aki=no
conf "$url/ok/old" "$url/ok/new"
fetch
ended 0
index_is 2
conf "$url/ok/bare"
fetch
ended 0
rm "$SITE/etc/anchors/new.crt"

t ed25519
pki_ca "$pki" ed "/CN=Edwards CA" key=ed25519
cp "$pki/ed.crt" "$SITE/etc/anchors/"
pki_crl "$pki" ed "$www/crl" md=null revoke=77 || wrong "no CRL"
conf "$url/ok/crl"
fetch
ended 0
status new
openssl crl -in "$www/crl" -outform der -out "$www/bad"
printf '\x00' | dd of="$www/bad" bs=1 conv=notrunc status=none \
    seek=$(($(stat -c %s "$www/bad") - 3))
conf "$url/ok/bad"
fetch
ended 1
status untrusted
rm "$SITE/etc/anchors/ed.crt"

t rsa
pki_ca "$pki" rsa "/CN=RSA CA" key=rsa:2048
cp "$pki/rsa.crt" "$SITE/etc/anchors/"
crl rsa crl revoke=77
conf "$url/ok/crl"
fetch
ended 0
status new
rm "$SITE/etc/anchors/rsa.crt"

# Each of these comes after a good one, which must stay.
good() {
	crl ca good number=10 from='2 hours ago' revoke=1234
	conf "$url/ok/good"
	fetch
	ended 0
	remember
	conf "$url/$1" "${@:2}"
}
refused() {
	fetch
	ended 1
	status "$1"
	same_index
	nothing_left
}

t rollback_of_the_number
good ok/crl
crl ca crl number=0F
refused rollback

t rollback_of_the_date
good ok/crl
crl ca crl number=11 from='3 hours ago'
refused rollback

t same_number_other_content
good ok/crl
crl ca crl number=10 from='2 hours ago' revoke=99
# the seconds of two calls may differ
pki_crl "$pki" ca "$www/crl" number=10 revoke=99 from="$(
    openssl crl -in "$www/good" -noout -lastupdate | sed 's/.*=//')"
refused conflict

t same_number_later_date
good ok/crl
crl ca crl number=10 revoke=99
fetch
ended 0
status new
shows "the same number"

t forged
good ok/crl
pki_ca "$dir/rollover" ca "/C=JP/O=Sakura Hospital/CN=Sakura Staff CA"
pki_crl "$dir/rollover" ca "$www/crl" number=20
refused untrusted
shows "signature"
pki_crl "$dir/rollover" ca "$www/crl" number=20 aki=no
refused untrusted

t other_issuer
good ok/crl
crl other crl number=20
refused untrusted
shows "Other CA" "not among"

t may_not_sign_crls
pki_ca "$pki" nosign "/CN=No Sign CA" ku=critical,keyCertSign
cp "$pki/nosign.crt" "$SITE/etc/anchors/"
good ok/crl
pki_ca "$pki" sign "/CN=No Sign CA" use="$pki/nosign.key"
crl sign crl
refused untrusted
shows "may not sign"
rm "$SITE/etc/anchors/nosign.crt"

t weak_signature
good ok/crl
crl ca crl number=20 md=sha1
refused invalid
shows "signature algorithm not allowed"

t future
good ok/crl
crl ca crl number=20 from='1 day'
refused invalid
shows "in the future"

t unknown_critical_extension
good ok/crl
crl ca crl number=20 ext=1.2.3.4=critical,ASN1:NULL
refused invalid
shows "1.2.3.4"

t number_too_long
good ok/crl
crl ca crl number="01$(printf '00%.0s' {1..20})"
refused invalid
shows "20 octets"

t expired_after_a_good_one
good ok/crl
crl ca crl number=0F from='3 days ago' to='2 days ago'
refused rollback

t expired_is_kept_when_there_is_none
crl ca crl from='3 days ago' to='2 days ago' revoke=77
conf "$url/ok/crl"
fetch
ended 1
status stale
index_is 1
[[ $(json status) == 'stale stale stale 1' ]] || wrong "$(json status)"

for bad in html truncated garbage status/404 status/500 empty close reset \
    hang redirect-file redirect-self bomb; do
	t "server_$bad"
	good "$bad"
	fetch
	ended 1
	grep -qE '^(invalid|unreachable) ' "$dir/out" || wrong "not refused"
	same_index
	nothing_left
	within 15000
done

t endless
good endless
refused unreachable
shows "more bytes than allowed"
within 15000

t half_a_file
good ok/crl
crl ca crl number=20 form=der
truncate -s -40 "$www/crl"
refused invalid

t a_page_between_two_lists
crl ca one
printf '<html>no</html>\n' >"$www/two"
conf "$url/ok/one" "$url/ok/two" "$url/ok/none"
fetch
ended 1
grep -q ^new "$dir/out" || wrong "one failure kept another from being renewed"
grep -q ^invalid "$dir/out" || wrong "not invalid"
grep -q ^unreachable "$dir/out" || wrong "not unreachable"

t file_source
pki_crl "$pki" ca "$SITE/crl/a b.crl"
chmod 644 "$SITE/crl/a b.crl"
conf "file://$SITE/crl/a%20b.crl"
fetch
ended 0
status new

t file_of_somebody_else
crl ca crl
for bad in "chown nobody" "chmod 666"; do
	cp "$www/crl" "$SITE/crl/bad.crl"
	$bad "$SITE/crl/bad.crl"
	conf "file://$SITE/crl/bad.crl"
	fetch
	ended 1
	status unsafe
	index_is 0
	rm "$SITE/crl/bad.crl"
done
ln -s "$www/crl" "$SITE/crl/bad.crl"
conf "file://$SITE/crl/bad.crl"
fetch
ended 1
rm "$SITE/crl/bad.crl"
index_is 0

t file_too_large
truncate -s 2M "$SITE/crl/large"
conf "file://$SITE/crl/large"
fetch
ended 1
shows "max-megabytes"
rm "$SITE/crl/large"

t two_runs_at_once
crl ca crl
conf "$url/late/1500/crl"
"$SITE/libexec/sekisho-fetch" --conf "$SITE_CONF" >"$dir/first" 2>&1 &
first=$!
for ((i = 0; i < 200; i++)); do
	[[ ! -e $cache/.lock ]] || break
	sleep 0.01
done
fetch
ended 1
shows "another sekisho-fetch is at work"
wait $first || wrong "the first one: $(cat "$dir/first")"
index_is 1

t killed_in_the_middle
good late/3000/good
"$SITE/libexec/sekisho-fetch" --conf "$SITE_CONF" >"$dir/first" 2>&1 &
first=$!
sleep 0.3
kill -KILL $first
wait $first 2>/dev/null
same_index
: >"$cache/crl/.new-left"
: >"$cache/.new-left"
conf "$url/ok/good"
fetch
ended 0
status unchanged
same_index
nothing_left

t full_disk
mkdir "$dir/small"
mount -t tmpfs -o size=64k,mode=755 small "$dir/small"
cache=$dir/small/cache
crl ca crl
conf "$url/ok/crl"
fetch
ended 0
remember
head -c 100000 /dev/zero >"$dir/small/fill" 2>/dev/null
crl ca crl number=20
fetch
ended 1
status unwritten
shows "No space left"
same_index
nothing_left
mount -o remount,ro "$dir/small"
fetch
ended 1
shows "Read-only"
same_index
umount "$dir/small"
cache=$SITE/cache

# -- distribution points and what a login needs

points() {
	site_cert "$1" "/O=Sakura Hospital/CN=$1" \
	    ext=crlDistributionPoints=dp conf=$'[dp]\nfullname='"$2"
}
t points_of_an_enrolled_certificate
points hana "URI:$url/ok/crl,URI:$url/404"
site_person hana "Hana Sato" ward3
conf "$url/ok/crl"
crl ca crl
fetch
ended 0
site_enrol hana hana || wrong "not enrolled"
conf --
fetch
ended 0
status unchanged
status skipped
[[ $(json from) == 'credential 1 credential 1' ]] || wrong "$(json from)"

t distribution_points_no
conf -- 's/\nseconds = 5/&\ndistribution-points = no/'
fetch
[[ $(json url) == '' ]] || wrong "asked: $(json url)"
ended 3

t missing_what_a_login_needs
conf --
fetch
ended 3
shows "crl-missing" "credential 1"
[[ $(json reason) == crl-missing ]] || wrong "$(json reason)"

t stale_what_a_login_needs
crl ca crl from='3 days ago' to='2 days ago'
conf --
fetch
ended 3
shows "crl-stale"

t unreachable_but_in_date
crl ca crl
conf --
fetch
ended 0
rm "$www/crl"
fetch
ended 1
status unreachable

t directory_name_is_reported
site_cert ren "/O=Sakura Hospital/CN=ren" ext=crlDistributionPoints=dp \
    conf=$'[dp]\nfullname=dirName:dn\n[dn]\nC=JP\nCN=crl 7'
site_person ren "Ren Ito" ward3
crl ca crl
conf --
fetch
ended 0
site_enrol ren ren || wrong "not enrolled"
fetch
ended 0
status unsupported
shows "an entry of a directory, no URL" "CN=crl 7" "[crl NAME] section"

t file_in_a_certificate_is_never_opened
site_cert mio "/O=Sakura Hospital/CN=mio" \
    ext=crlDistributionPoints=URI:file:///etc/passwd
site_person mio "Mio Abe" ward3
crl ca crl
conf --
fetch
site_enrol mio mio || wrong "not enrolled"
fetch
ended 0
shows "not http, https, ldap or ldaps: file:///etc/passwd"

# -- OCSP: a person of her own, so that the cases before stay as they are

# answer NAME STATUS [OPTION]...: $www/NAME about yui; STATUS: V or R.
answer() {
	local serial since=''
	serial=$(pki_serial "$pki/yui.crt")
	[[ $2 == V ]] || since=$(date -u -d '1 hour ago' +%y%m%d%H%M%SZ)
	printf '%s\t%s\t%s\t%s\tunknown\t/CN=yui\n' "$2" 491231235959Z \
	    "$since" "$serial" >"$dir/index"
	OPENSSL_CONF=/dev/null openssl ocsp -index "$dir/index" \
	    -CA "$pki/ca.crt" -rsigner "$pki/${ocsp_by:-ca}.crt" \
	    -rkey "$pki/${ocsp_by:-ca}.key" -issuer "$pki/ca.crt" \
	    -cert "$pki/yui.crt" -no_nonce -respout "$www/$1" "${@:3}" \
	    >/dev/null 2>&1 || wrong "no answer made"
}
ocsp_conf() {
	conf -- 's/^check = crl$/check = ocsp-leaf/' "$@"
}
kept() {
	find "$cache/ocsp" -name '*.ocsp' | wc -l
}

t ocsp_answer
for other in 1 2 3; do
	site_desk suspend $other --reason test >/dev/null ||
	    wrong "not suspended"
done
site_cert yui "/O=Sakura Hospital/CN=yui" \
    ext="authorityInfoAccess=OCSP;URI:$url/ocsp/answer"
site_person yui "Yui Mori" ward3
crl ca crl
conf "$url/ok/crl"
fetch
site_enrol yui yui || wrong "not enrolled"
answer answer V -ndays 2
ocsp_conf
fetch
ended 0
status new
shows "OCSP answer for credential 4"
(($(kept) == 1)) || wrong "$(kept) answers"
[[ $(json answer) == good ]] || wrong "$(json answer)"
[[ $(stat -c %a "$cache"/ocsp/*) == 644 ]] || wrong mode
before=$(sha256sum "$cache"/ocsp/*)

# answer_stays: whatever came, the good one is still there
answer_stays() {
	[[ $(sha256sum "$cache"/ocsp/*) == "$before" ]] || wrong "another one"
}

t ocsp_fresh_is_not_asked_for
fresh
answer answer V -ndays 2
fetch
before=$(sha256sum "$cache"/ocsp/*)
rm "$www/answer"
fetch
ended 0
lacks "OCSP answer"
answer_stays
fetch --force
ended 1
status unreachable
answer_stays

t ocsp_forged
answer answer V -ndays 2
fetch
before=$(sha256sum "$cache"/ocsp/*)
ocsp_by=other answer answer V -ndays 2
fetch --force
ended 1
status invalid
answer_stays
printf 'no answer' >"$www/answer"
fetch --force
ended 1
status invalid
answer_stays

t ocsp_revoked_is_kept
answer answer V -ndays 2
fetch
answer answer R -ndays 2
fetch --force
ended 0
shows "revoked"
[[ $(json answer) == revoked ]] || wrong "$(json answer)"

t ocsp_missing
fetch
ended 3
shows "ocsp-missing" "credential 4"
ocsp_conf "s|^check = .*|&\\nocsp-url = $url/ocsp/elsewhere|"
answer elsewhere V -ndays 2
fetch
ended 0

t store_that_cannot_be_read
fresh
crl ca crl
conf "$url/ok/crl"
cp -p "$SITE/lib/sekisho.db" "$dir/kept.db"
echo nonsense >"$SITE/lib/sekisho.db"
fetch
ended 3
status new
shows 'store' 'cards:'
cp -p "$dir/kept.db" "$SITE/lib/sekisho.db"

t usage
fetch nonsense
ended 2
fetch --wrong
ended 2
run limited "$SITE/libexec/sekisho-fetch" --conf "$dir/none"
ended 2
conf ftp://127.0.0.1/crl
fetch
ended 2
run "$SITE/libexec/sekisho-fetch" --version
ended 0
shows "sekisho-fetch "
finish
