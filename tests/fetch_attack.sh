#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sekisho-fetch against CAs and servers that mean harm or are careless: one
# must not keep what another publishes out of the cache, fill the disk, lock a
# site out for good, or take a revocation back.

: "${BUILD:=build}" "${CASE_LIMIT_S:=60}"
export BUILD
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-attack.XXXXXX") || exit 1
chmod 755 "$dir"
server=
trap 'site_end; [[ -z $server ]] || kill "$server"; rm -rf "$dir"
    exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"

# shellcheck source=tests/fetch/site.sh
. "$(dirname "$0")/fetch/site.sh"

# -- one keeps the others from being renewed

t a_deaf_host_is_left_alone
crl ca crl
conf "$url/hang?1" "$url/hang?2" "$url/hang?3" "$url/hang?4" "$url/hang?5" \
    "$url/ok/crl" "http://localhost:$port/ok/crl"
fetch
ended 1
index_is 1
shows "has not answered before"
within 18000

t a_slow_host_is_no_deaf_one
crl ca crl
conf "$url"/late/2050/none{1,2,3} "$url/ok/crl"
fetch
ended 1
index_is 1

t a_ca_does_not_silence_another
pki_ca "$pki" loud "/CN=Loud CA" \
    ext=crlDistributionPoints=dp \
    conf=$'[dp]\nfullname=URI:'"$url/ok/loud,URI:$url/ok/crl"
pki_ca "$pki" quiet "/CN=Quiet CA" issuer=ca \
    ext="crlDistributionPoints=URI:$url/ok/crl"
cp "$pki/loud.crt" "$SITE/etc/anchors/"
cp "$pki/quiet.crt" "$SITE/etc/inter/"
crl ca crl
crl loud loud
conf --
fetch
ended 0
index_is 2
rm "$SITE/etc/anchors/loud.crt"

t a_ca_with_many_addresses
pki_ca "$pki" many "/CN=Many CA" issuer=ca ext=crlDistributionPoints="$(
    for ((i = 0; i < 300; i++)); do printf 'URI:%s/404/%d,' "$url" $i; done |
    sed 's/,$//')"
pki_ca "$pki" after "/CN=Last CA" issuer=ca \
    ext="crlDistributionPoints=URI:$url/ok/crl"
cp "$pki/many.crt" "$SITE/etc/inter/"
crl ca crl
conf "$url/ok/crl"
fetch
ended 1
(($(json url | wc -w) <= 40)) || wrong "$(json url | wc -w) were asked"
shows "more than 32 addresses"
index_is 1

# -- too much of it

t a_file_of_very_many_lists
crl ca one
for ((i = 0; i < 300; i++)); do cat "$www/one"; done >"$www/crl"
conf "$url/ok/crl"
fetch
ended 1
status invalid
shows "more than 256 CRLs"
index_is 1

# scope N FROM TO: a list with a scope of its own
scope() {
	crl ca "crl$1" from="$2" to="$3" \
	    ext=issuingDistributionPoint=critical,@idp \
	    conf=$'[idp]\nfullname=URI:'"$url/ok/crl$1"
}
t scopes_that_change_do_not_fill_the_cache
for i in 1 2 3; do scope $i '90 days ago' '80 days ago'; done
scope 4 '3 days ago' '2 days ago'
conf "$url"/ok/crl{1,2,3,4}
fetch
index_is 4 # nothing newer is there
rm "$www"/crl[1-4]
scope 5 '1 hour ago' '1 day'
conf "$url/ok/crl5"
fetch
ended 0
index_is 2 # the one of two days ago may still be missed

# -- locked out for good

t numbers_that_begin_again
crl ca crl number=10 from='3 days ago' to='2 days ago'
conf "$url/ok/crl"
fetch
status stale
crl ca crl number=01
fetch
ended 0
status new
shows "the numbers begin again"
crl ca crl number=00
fetch
ended 1
status rollback
shows "crl/$(cd "$cache/crl" && echo ./*.idx | cut -c3-)"

t two_keys_of_one_name_without_identifiers
cp -r "$pki" "$dir/rollover"
pki_ca "$dir/rollover" ca "/C=JP/O=Sakura Hospital/CN=Sakura Staff CA" aki=no
cp "$dir/rollover/ca.crt" "$SITE/etc/anchors/new.crt"
pki_crl "$pki" ca "$www/old" aki=no number=20
pki_crl "$dir/rollover" ca "$www/new" aki=no number=01
conf "$url/ok/old" "$url/ok/new"
fetch
ended 0
index_is 2
fetch
ended 0
index_is 2
rm "$SITE/etc/anchors/new.crt"

t a_clock_that_is_wrong_is_named
crl ca crl from='1 day'
conf "$url/ok/crl"
fetch
ended 1
shows "is the clock right?"

t a_fifo_and_a_device_as_source
mkfifo "$SITE/crl/fifo"
chmod 644 "$SITE/crl/fifo"
conf "file://$SITE/crl/fifo" file:///dev/zero
fetch
ended 1
(($(grep -c ^unsafe "$dir/out") == 2)) || wrong "not unsafe"
within 3000
rm "$SITE/crl/fifo"

# -- words of others

t names_are_escaped_everywhere
pki_ca "$pki" evil $'/CN=\e[31mEvil\r\nnew          http'
crl evil crl
conf "$url/ok/crl"
fetch
ended 1
! grep -q $'\e\|\r' "$dir/out" || wrong "raw bytes on the terminal"
! grep -q '^new ' "$dir/out" || wrong "a line of its own"
! grep -q $'\e\|\r' "$cache/fetch.json" || wrong "raw bytes in fetch.json"

# -- OCSP

# answer V|R FROM: by the CA, with this thisUpdate
answer() {
	local since=''
	[[ $1 == V ]] || since=$(date -u -d '1 hour ago' +%y%m%d%H%M%SZ)
	printf '%s\t491231235959Z\t%s\t%s\tunknown\t/CN=yui\n' "$1" "$since" \
	    "$(pki_serial "$pki/yui.crt")" >"$dir/index"
	OPENSSL_CONF=/dev/null openssl ocsp -index "$dir/index" \
	    -CA "$pki/ca.crt" -rsigner "$pki/ca.crt" -rkey "$pki/ca.key" \
	    -issuer "$pki/ca.crt" -cert "$pki/yui.crt" -no_nonce -ndays 2 \
	    -respout "$www/$2" >/dev/null 2>&1 || wrong "no answer made"
}

t good_of_the_same_second_takes_no_revoked_back
site_cert yui "/O=Sakura Hospital/CN=yui" \
    ext="authorityInfoAccess=OCSP;URI:$url/ocsp/answer"
site_person yui "Yui Mori" ward3
crl ca crl
conf "$url/ok/crl"
fetch
site_enrol yui yui || wrong "not enrolled"
conf -- 's/^check = crl$/check = ocsp-leaf/'
for ((i = 0; i < 20; i++)); do
	answer R revoked
	answer V good
	[[ $(openssl ocsp -respin "$www/revoked" -noverify -resp_text |
	    grep 'This Update') != "$(openssl ocsp -respin "$www/good" \
	    -noverify -resp_text | grep 'This Update')" ]] || break
done 2>/dev/null
cp "$www/revoked" "$www/answer"
fetch
[[ $(json answer) == revoked ]] || wrong "$(json answer)"
cp "$www/good" "$www/answer"
fetch --force
ended 1
shows rollback
[[ $(json answer) == revoked ]] || wrong "$(json answer)"

# -- the deny-list: a CA may spell its own name in two ways

t denied_by_a_ca_that_spells_itself_otherwise
openssl req -x509 -key "$pki/ca.key" -days 300 -out "$dir/spelt.crt" \
    -subj "/C=JP/O=Sakura Hospital/CN=Sakura Staff CA" \
    -addext keyUsage=critical,keyCertSign,cRLSign -config <(printf '%s\n' \
    '[req]' 'distinguished_name = d' 'string_mask = pkix' '[d]' '[x]' \
    'basicConstraints = critical,CA:TRUE' 'subjectKeyIdentifier = hash') \
    -extensions x 2>"$dir/err" || wrong "$(cat "$dir/err")"
cp "$dir/spelt.crt" "$SITE/etc/anchors/ca.crt"
crl ca crl
conf "$url/ok/crl"
fetch
ended 0
run site_desk verify "$pki/yui.crt"
ended 0
site_desk deny serial "$dir/spelt.crt" "$(pki_serial "$pki/yui.crt")" \
    --reason 'lost in the train' >"$dir/denied" || wrong "not denied"
run site_desk verify "$pki/yui.crt"
ended 1
shows 'rejected: deny-listed'
run site_desk explain "$pki/yui.crt"
shows 'YES: lost in the train'
finish
