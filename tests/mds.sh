#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# FIDO metadata: sekisho-fetch brings a blob, verifies it and writes the table;
# what is wrong with one is told, and the last good table stays.  Also
# `sekisho models` over it.  Blobs are this project's own (tests/fido/mdsmint).

: "${BUILD:=build}" "${CASE_LIMIT_S:=60}"
export BUILD
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-mds.XXXXXX") || exit 1
chmod 755 "$dir"
server=
trap 'site_end; [[ -z $server ]] || kill "$server"; cd /; mountpoint -q "$dir/small" &&
    umount "$dir/small"; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
# shellcheck source=tests/fetch/site.sh
. "$(dirname "$0")/fetch/site.sh"

host=mds.example.jp
A=01020304-0506-0708-090a-0b0c0d0e0f10
B=ee882879-721c-4913-9775-3dfcce97072a
C=fbfc3007-154e-4ecc-8c0b-6e020557d7bd

# The signers: a root, a CA below it, and leaves.
pki_ca "$pki" root "/O=Test Alliance/CN=Metadata Root" key=rsa:2048
pki_ca "$pki" sub "/O=Test Alliance/CN=Metadata CA" issuer=root
san=subjectAltName=DNS:$host
pki_cert "$pki" sub leaf "/O=Test Alliance/CN=$host" eku=serverAuth ext=$san
pki_cert "$pki" sub rsa "/CN=$host" key=rsa:2048 eku=serverAuth ext=$san
pki_cert "$pki" sub other "/CN=www.example.jp" \
    ext=subjectAltName=DNS:www.example.jp
pki_cert "$pki" sub late "/CN=$host" profile=expired ext=$san
pki_cert "$pki" sub asked "/CN=$host" ext=$san \
    ext=crlDistributionPoints=URI:"$url/ok/sub.crl"
pki_cert "$pki" sub twice "/CN=$host" ext=$san \
    "ext=crlDistributionPoints=URI:$url/ok/none.crl,URI:$url/ok/sub.crl"
pki_cert "$pki" ca staff "/CN=$host" ext=$san
cp "$pki/root.crt" "$SITE/etc/mds.pem"
chmod 644 "$SITE/etc/mds.pem"

# fido URL [SED]...: a site of FIDO2 keys with this source.
fido() {
	local from=$1
	shift
	conf -- '/^stale = /d' 's|^check = .*|check = none|' \
	    "s|^\\[service ward\\]|[fido2]\\nrp-id = example.jp\\n`
	    `metadata-url = $from\\nmetadata-root = $SITE/etc/mds.pem\\n`
	    `metadata-signer = $host\\n${stale-}\\n&|" "$@"
}
# payload NUMBER NEXT ENTRY...: the JSON of a blob.
payload() {
	local all
	printf -v all '%s,' "${@:3}"
	printf '{"legalHeader":"none","no":%s,"nextUpdate":"%s","entries":[%s]}' \
	    "$1" "$2" "${all%,}"
}
# model AAGUID NAME VERSION STATUS[@DATE]...: one entry of it.
model() {
	local aaguid=$1 name=$2 version=$3 r all='' s
	shift 3
	for r; do
		s="{\"status\":\"${r%@*}\""
		[[ $r != *@* ]] || s+=",\"effectiveDate\":\"${r#*@}\""
		all+="${all:+,}$s}"
	done
	printf '{"aaguid":"%s","metadataStatement":{"description":"%s",' \
	    "$aaguid" "$name"
	printf '"authenticatorVersion":%s,"attestationRootCertificates":[%s]' \
	    "$version" "${roots-}"
	printf '},"statusReports":[%s]}' "$all"
}
day() {
	date -u -d "$1" +%F
}
# blob NAME [OPTION]...: sign standard input, served as $url/ok/NAME
blob() {
	local name=$1 key=leaf chain=leaf,sub opt args=()
	shift
	for opt; do
		case $opt in
		by=*) key=${opt#by=} chain=$key,sub ;;
		chain=*) chain=${opt#chain=} ;;
		*) args+=("$opt") ;;
		esac
	done
	chain=${chain//,/.crt,$pki/}
	"$BUILD/tests/fido/mdsmint" blob "$pki/$key.key" "$pki/$chain.crt" \
	    "${args[@]}" >"$www/$name" || wrong "no blob"
}
finds() {
	local got
	got=$("$BUILD/tests/fido/mdsmint" find "$cache" "$1" "$2" "$3" 2>&1)
	[[ $got == "$4" ]] || wrong "$1: \"$got\", not \"$4\""
}
value() {
	sed -n "/\"metadata\": {/,/}/s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" \
	    "$cache/fetch.json"
}
next=$(day '30 days')
good() {
	payload "${1:-7}" "$next" "$(model $A 'Key A' 5 FIDO_CERTIFIED_L1)" \
	    "$(model $B 'Key B' 5 REVOKED@2024-01-01)"
}

t first_blob
good | blob blob
fido "$url/ok/blob"
fetch
ended 0
status new
shows "number 7, 2 models, 1 with a bad status"
finds $A 0 0 "none: Key A"
finds $B 0 0 "revoked: Key B"
finds $C 0 0 "unknown: "
nothing_left
[[ $(stat -c '%a %u' "$cache/fido-models") == '644 0' ]] || wrong "mode"
[[ $(value status) == new && $(value number) == 7 && $(value models) == 2 &&
    $(value bad_models) == 1 ]] || wrong "$(cat "$cache/fetch.json")"

# old [TIME]: the table of the good blob as it was written then
old() {
	good >"$dir/payload"
	"$BUILD/tests/fido/mdsmint" table "$cache/fido-models" \
	    "$(date -d "${1:-2 days ago}" +%s)" <"$dir/payload"
}

t unchanged_and_force
good | blob blob
fido "$url/ok/blob"
fetch
old
inode=$(stat -c %i "$cache/fido-models")
fetch
ended 0
status unchanged
shows "number 7"
# now it is known again, so its age is another one
[[ $(stat -c %i "$cache/fido-models") != "$inode" ]] || wrong "not renewed"
# another signature over the same is no other content
good | blob blob
old
fetch
status unchanged
fetch --force
ended 0
status new
fetch --quiet
ended 0
[[ ! -s $dir/out ]] || wrong "not quiet"

t not_asked_every_hour
good | blob blob
fido "$url/ok/blob"
fetch
good 8 | blob blob
fetch
ended 0
status unchanged
shows "within the last 20 hours"
old '19 hours ago'
fetch
shows "within the last 20 hours"
old '21 hours ago'
fetch
status new
# the clock has been ahead
old '2 hours'
fetch
status new
# past its date
payload 7 "$(day '2 days ago')" "$(model $A A 0)" >"$dir/payload"
"$BUILD/tests/fido/mdsmint" table "$cache/fido-models" <"$dir/payload"
fetch
status new
# and one for whom a file is brought
good 9 | blob blob
cp "$www/blob" "$SITE/etc/blob.jwt"
chmod 644 "$SITE/etc/blob.jwt"
fido "file://$SITE/etc/blob.jwt"
fetch
status new
shows "number 9"
rm "$SITE/etc/blob.jwt"

t each_status
i=0 all=()
for s in REVOKED USER_VERIFICATION_BYPASS ATTESTATION_KEY_COMPROMISE \
    USER_KEY_REMOTE_COMPROMISE USER_KEY_PHYSICAL_COMPROMISE UPDATE_AVAILABLE \
    NOT_FIDO_CERTIFIED FIDO_CERTIFIED FIDO_CERTIFIED_L3plus RETIRED \
    SELF_ASSERTION_SUBMITTED NEVER_HEARD_OF; do
	i=$((i + 1))
	all+=("$(model "00000000-0000-0000-0000-0000000000$((i + 9))" \
	    "$s" 0 "$s")")
done
payload 1 "$next" "${all[@]}" | blob blob
fido "$url/ok/blob"
fetch
ended 0
i=0
for w in revoked uv-bypass attestation-key remote-compromise \
    physical-compromise update-available none none none none none none; do
	i=$((i + 1))
	run "$BUILD/tests/fido/mdsmint" find "$cache" \
	    "00000000-0000-0000-0000-0000000000$((i + 9))" 0 0
	grep -q "^$w: " "$dir/out" || wrong "$w"
done
[[ $(value unknown_statuses) == 1 ]] || wrong "unknown $(value unknown_statuses)"

t dates
payload 1 "$next" \
    "$(model $A A 0 "USER_VERIFICATION_BYPASS@$(day '10 days')")" \
    "$(model $B B 0 "REVOKED@$(day '1 day ago')")" | blob blob
fido "$url/ok/blob"
fetch
ended 0
finds $A 0 0 "none: A"
finds $A 0 "$(date -d '9 days' +%s)" "none: A"
finds $A 0 "$(date -d '11 days' +%s)" "uv-bypass: A"
finds $B 0 0 "revoked: B"
finds $B 0 "$(date -d '3 days ago' +%s)" "none: B"

t firmware
payload 1 "$next" "$(model $A A 5 USER_VERIFICATION_BYPASS@2024-01-01 \
    UPDATE_AVAILABLE@2024-02-01)" \
    "$(model $B B 5 UPDATE_AVAILABLE@2024-01-01 \
    USER_KEY_REMOTE_COMPROMISE@2024-02-01)" \
    "$(model $C C 5 REVOKED@2024-01-01 UPDATE_AVAILABLE@2024-02-01)" |
    blob blob
fido "$url/ok/blob"
fetch
ended 0
finds $A 0 0 "uv-bypass update-available: A"
finds $A 4 0 "uv-bypass update-available: A"
finds $A 5 0 "none: A"
finds $A 6 0 "none: A"
finds $B 6 0 "remote-compromise: B"
finds $C 6 0 "revoked: C"

t rsa
good | blob blob by=rsa
fido "$url/ok/blob"
fetch
ended 0
status new

t root_in_the_chain
good | blob blob chain=leaf,sub,root
fido "$url/ok/blob"
fetch
ended 0
status new

t a_line_feed_at_the_end
{ good | blob blob; echo >>"$www/blob"; }
fido "$url/ok/blob"
fetch
ended 0
status new

t from_a_file
good | blob blob
cp "$www/blob" "$SITE/etc/a blob.jwt"
chmod 644 "$SITE/etc/a blob.jwt"
fido "file://$SITE/etc/a%20blob.jwt"
fetch
ended 0
status new
shows "was not asked"
chmod 666 "$SITE/etc/a blob.jwt"
fetch
ended 1
status unsafe
rm "$SITE/etc/a blob.jwt"

t past_its_date
payload 7 "$(day '3 days ago')" "$(model $A A 0 REVOKED)" | blob blob
fido "$url/ok/blob"
fetch
ended 1
status stale
finds $A 0 0 "revoked: A"
fetch
ended 1
status stale
grep -q '"metadata_cached"' "$cache/fetch.json" || wrong "no metadata_cached"
# a login with a FIDO2 key would be refused
stale='metadata-stale = deny\n' fido "$url/ok/blob" \
    's|^pairs = pkcs11+password|pairs = fido2+password|'
fetch
ended 3
shows "metadata-stale FIDO2 keys: the FIDO metadata is past its date"
payload 8 "$next" "$(model $A A 0 REVOKED)" | blob blob
fetch
ended 0

t metadata_alone
good | blob blob
fido "$url/ok/blob" 's/\[pkcs11 card\]//; s/^trust-anchors.*//' \
    '/^module = /d; /^environment = /d' \
    's|^check = .*|check = crl|' 's|^pairs = .*|pairs = fido2+password|'
fetch
ended 0
status new

# Each of these comes after a good one, which must stay.
refused() {
	local news=$1 before
	shift
	fido "$url/ok/good"
	[[ -e $cache/fido-models ]] || { good 7 | blob good; fetch; ended 0; }
	before=$(sha256sum "$cache/fido-models")
	fido "${source:-$url/ok/blob}"
	fetch --force
	ended 1
	grep -qE "^($news) " "$dir/out" || wrong "not $news"
	[[ $# == 0 ]] || shows "$@"
	[[ $(sha256sum "$cache/fido-models") == "$before" ]] ||
	    wrong "the table is another one"
	nothing_left
}

t rollback
good 6 | blob blob
refused rollback "lower than 7"
rm "$cache/fido-models"
fido "$url/ok/blob"
fetch
ended 0
finds $B 0 0 "revoked: Key B"

t same_number_other_content
payload 7 "$next" "$(model $B 'Key B' 5)" | blob blob
refused conflict "same number"

t forged
good 8 | blob blob
sed -i 's/\(.*\)\.\(.*\)\.\(.*\)/\1.\2.'"$(printf 'A%.0s' {1..86})"'/' "$www/blob"
refused untrusted "signature"
good 8 | blob blob by=leaf
other=$(payload 9 "$next" "$(model $B B 5)" | base64 -w0 | tr '+/' '-_' | tr -d =)
sed -i "s/\\..*\\./.$other./" "$www/blob"
refused untrusted "signature"

t algorithms
for how in "alg=none sign=none" "alg=HS256 sign=hmac" "alg=RS256" \
    "alg=ES384" "alg=es256" "alg=EdDSA" "sign=der"; do
	# shellcheck disable=SC2086
	good 8 | blob blob $how
	refused 'invalid|untrusted'
done
good 8 | blob blob by=rsa alg=ES256
refused 'invalid|untrusted' "ES256"
good 8 | blob blob by=rsa sign=pss
refused untrusted "signature"

t signers
good 8 | blob blob by=other
refused untrusted "not by $host"
good 8 | blob blob by=late
refused untrusted "expired"
good 8 | blob blob by=staff chain=staff,ca
refused untrusted
good 8 | blob blob chain=leaf
refused untrusted
good 8 | blob blob chain=sub,leaf
refused untrusted
cp "$pki/ca.crt" "$SITE/etc/mds.pem"
good 8 | blob blob
refused untrusted
for bad in 'chmod 666' 'rm' 'truncate -s 50'; do
	cp "$pki/root.crt" "$SITE/etc/mds.pem"
	$bad "$SITE/etc/mds.pem"
	fido "$url/ok/blob"
	fetch --force
	ended 1
	status untrusted
done
cp "$pki/root.crt" "$SITE/etc/mds.pem"
chmod 644 "$SITE/etc/mds.pem"

t the_name_of_the_signer
good | blob blob
fido "$url/ok/blob"
sed -i /^metadata-signer/d "$SITE_CONF"
fetch
ended 1
status untrusted
shows "not by mds.fidoalliance.org"
fido "$url/ok/blob"
sed -i "/^metadata-url/d; /^metadata-root/d" "$SITE_CONF"
fetch
ended 2
shows "metadata-signer" "needs metadata-url"

t signer_revoked
pki_crl "$pki" sub "$www/sub.crl" form=der
good 7 | blob good by=asked
fido "$url/ok/good"
fetch
ended 0
status new
lacks "not asked"
good 8 | blob blob by=asked
pki_crl "$pki" sub "$www/sub.crl" \
    revoke="$(pki_serial "$pki/asked.crt"),keyCompromise"
refused untrusted "revoked"
# that one of two addresses had nothing is not the verdict
good 8 | blob blob by=twice
pki_crl "$pki" sub "$www/sub.crl" \
    revoke="$(pki_serial "$pki/twice.crt"),keyCompromise"
refused untrusted "revoked"
good 8 | blob blob by=asked
pki_crl "$pki" root "$www/sub.crl"
refused 'untrusted|unreachable' "unable to get certificate CRL"
rm "$www/sub.crl"
refused unreachable "404"
pki_crl "$pki" sub "$www/sub.crl"
fido "$url/ok/blob"
fetch --force
ended 0

t forms
good 8 | blob whole
for edit in 's/\./:/' 's/$/.e30/' 's/^/./' 's/\..*//' 's/\.\(.\)/.=\1/' \
    's/\.\(.\)/.+\1/' 's/.$//' 's/$/\n\n/' 's/^/ /' 's/^./!/'; do
	sed "$edit" "$www/whole" >"$www/blob"
	refused 'invalid|untrusted'
done
for header in '{}' '[]' 'x' '{"alg":"ES256"}' '{"alg":"ES256","x5c":[]}' \
    '{"alg":"ES256","x5c":["AAAA"]}' '{"alg":"ES256","x5c":"AAAA"}' \
    '{"alg":"ES256","x5u":"http://127.0.0.1/"}' \
    '{"alg":"ES256","alg":"none","x5c":["AAAA"]}' ''; do
	good 8 | blob blob header="$header"
	refused invalid
done

t payloads
for bad in '' '[]' '{}' 'null' '{"no":8,"nextUpdate":"2030-01-01"}' \
    "$(payload 8 2030-02-30 "$(model $A A 0)")" \
    "$(payload 8 30-01-01 "$(model $A A 0)")" \
    "$(payload 8 tomorrow "$(model $A A 0)")" \
    "$(payload 8 '2030-01-01T00:00:00Z' "$(model $A A 0)")" \
    "$(payload '"8"' 2030-01-01 "$(model $A A 0)")" \
    "$(payload 8.5 2030-01-01 "$(model $A A 0)")" \
    "$(payload -8 2030-01-01 "$(model $A A 0)")" \
    "$(payload 99999999999999999999 2030-01-01 "$(model $A A 0)")" \
    "$(payload 1e999 2030-01-01 "$(model $A A 0)")" \
    "$(payload '8,"no":9' 2030-01-01 "$(model $A A 0)")" \
    "$(payload 8 2030-01-01 '{"aaid":"1234#5678"}')" \
    "$(payload 8 2030-01-01 "$(model $A A 0)")]" \
    "$(payload 8 2030-01-01 "$(model $A A 0)" | tr '}' ']')" \
    "$(printf '[%.0s' {1..5000})"; do
	blob blob <<<"$bad"
	refused invalid
done

t too_much
{ printf '{"no":8,"nextUpdate":"2030-01-01","entries":['
head -c 12000000 /dev/zero | tr '\0' ' '; printf ']}'; } | blob blob
refused unreachable "more bytes than allowed"
sed -i 's|^max-megabytes = .*|max-megabytes = 64|' "$SITE_CONF"
fetch --force
ended 1
status invalid
lacks "larger than"
head -c 13000000 /dev/zero | tr '\0' ' ' | blob blob
fetch --force
ended 1
status invalid
shows "larger than"

# What is damaged takes away no more than itself.
t one_bad_entry
payload 1 "$next" "$(model $A A 0 REVOKED)" '"x"' '{"aaguid":"no"}' \
    '{"aaguid":"00000000-0000-0000-0000-000000000000"}' \
    '{"aaid":"1234#5678"}' '{"attestationCertificateKeyIdentifiers":["a"]}' \
    "$(model $B B 0 REVOKED@never FIDO_CERTIFIED)" \
    '{"aaguid":"'$C'","statusReports":[{},7,'`
    `'{"status":"USER_VERIFICATION_BYPASS"}]}' | blob blob
fido "$url/ok/blob"
fetch
ended 1
status new
shows "6 of its parts cannot be read, the first in entry 2"
finds $A 0 0 "revoked: A"
finds $B 0 0 "revoked: B"
finds $C 0 0 "uv-bypass: "
[[ $(value other_entries) == 2 && $(value unreadable) == 6 ]] ||
    wrong "$(cat "$cache/fetch.json")"

t one_model_twice
payload 1 "$next" "$(model $A A 5 REVOKED)" \
    "$(model $A A 5 USER_VERIFICATION_BYPASS@2024-01-01)" \
    "$(model $A A 5 UPDATE_AVAILABLE@2025-01-01)" | blob blob
fido "$url/ok/blob"
fetch
ended 0
finds $A 9 0 "revoked uv-bypass: A"

t names_are_made_safe
payload 1 "$next" "$(model $A 'a\u001b[31m\n鍵 \u202e' 0 REVOKED)" | blob blob
fido "$url/ok/blob"
fetch
ended 0
finds $A 0 0 'revoked: a\x1b[31m\x0a鍵 \xe2\x80\xae'

for bad in html truncated garbage status/404 empty endless; do
	t "server_$bad"
	source=$url/$bad
	refused 'invalid|unreachable'
	within 15000
done
source=

t truncated_blob
good 8 | blob blob
truncate -s -20 "$www/blob"
refused 'invalid|untrusted'

t damaged_table_is_replaced
good | blob blob
fido "$url/ok/blob"
fetch
for how in 'truncate -s -1' 'truncate -s 0' 'truncate -s 50' 'chmod 666' \
    'chown nobody'; do
	$how "$cache/fido-models"
	run "$BUILD/tests/fido/mdsmint" find "$cache" $A 0 0
	ended 1
	fetch
	ended 0
	status new
	finds $A 0 0 "none: Key A"
done
mv "$cache/fido-models" "$cache/elsewhere"
ln -s elsewhere "$cache/fido-models"
run "$BUILD/tests/fido/mdsmint" find "$cache" $A 0 0
ended 1
fetch
ended 0
[[ ! -L $cache/fido-models ]] || wrong "still a link"

t a_full_disk
mkdir -p "$dir/small"
mount -t tmpfs -o size=40k,mode=755 none "$dir/small"
good | blob blob
fido "$url/ok/blob" "s|^cache = .*|cache = $dir/small|"
head -c 60000 /dev/zero >"$dir/small/fill" 2>/dev/null
fetch
ended 1
grep -qE '^unwritten ' "$dir/out" || wrong "not unwritten"
[[ ! -e $dir/small/fido-models ]] || wrong "a table"
umount "$dir/small"

t sekisho_models
payload 7 "$next" "$(model $A 'Key A' 5 USER_VERIFICATION_BYPASS@2024-01-02 \
    UPDATE_AVAILABLE@2024-02-03 REVOKED@2099-01-01)" \
    "$(model $B '鍵 B' 5 FIDO_CERTIFIED)" | blob blob
fido "$url/ok/blob"
run site_desk models
ended 1
shows "there is no FIDO metadata yet"
fetch
run site_desk models
ended 0
shows "FIDO metadata number 7, 2 models, fetched " "next by $next"
has "$A  uv-bypass update-available  Key A" "    uv-bypass since 2024-01-02" \
    "    update-available (5) since 2024-02-03" \
    "    revoked from 2099-01-01 on, not yet" "$B  -  鍵 B"
run env LANG=ja_JP.UTF-8 "$SITE/libexec/sekisho" models ${B^^} \
    --conf "$SITE_CONF"
ended 0
has "$B  -  鍵 B"
lacks "$A"
run site_desk models $C
ended 1
shows "does not know the model $C"
run site_desk models nothing
ended 2
shows "is not an AAGUID"
run site_desk models $A --json
ended 0
has '{"aaguid":"'$A'","name":"Key A","reports":[{"from":"2024-01-02",'`
    `'"status":"uv-bypass"},{"firmware":5,"from":"2024-02-03","status":'`
    `'"update-available"},{"from":"2099-01-01","status":"revoked"}],'`
    `'"status":["uv-bypass","update-available"]}'
run site_desk models $C --json
ended 1
has '[]'
truncate -s -1 "$cache/fido-models"
run site_desk models
ended 1
shows "truncated"

t check_config
good | blob blob
fido "$url/ok/blob"
run site_desk check-config
shows "good  FIDO metadata: fido-models (not there yet"
fetch
run site_desk check-config
shows "good  metadata-url: $url/ok/blob" "good  FIDO metadata: number 7"
payload 8 "$(day '3 days ago')" "$(model $A A 0)" | blob blob
fetch --force
run site_desk check-config
shows "good  FIDO metadata: number 8" "past its date"
stale='metadata-stale = deny\n' fido "$url/ok/blob"
run site_desk check-config
ended 1
shows "BAD   FIDO metadata: number 8"
rm "$cache/fido-models"
run site_desk check-config
ended 1
shows "BAD   FIDO metadata: "
finish
