#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What FIDO's metadata say of a model of keys, at a login: each status, by
# each word of the policy; a table that is old, missing or broken.

: "${BUILD:=build}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script fido-models
# shellcheck source=tests/fido/liar.sh
. "$(dirname "$0")/fido/liar.sh"

t site_without_certificates
liar_site || { wrong "no site"; finish; exit 1; }
mkdir -m 755 "$SITE/cache"
echo pinned >"$SITE/etc/mds.pem"
n=0
# a model of keys for each status: key NAME [STATUS...]
entries=''
key() {
	local name=$1 aaguid status all=''
	shift
	n=$((n + 1))
	aaguid=$(printf '00000000-0000-4000-8000-%012d' $n)
	for status; do
		all+="${all:+,}{\"status\":\"$status\",\"effectiveDate\":\"2024-02-01\"}"
	done
	entries+="${entries:+,}{\"aaguid\":\"$aaguid\",\"metadataStatement\":{\"description\":\"Model $name\",\"authenticatorVersion\":1,\"attestationRootCertificates\":[]},\"statusReports\":[$all]}"
	row taro "$name" verified=1 "aaguid=$aaguid"
	row hanako "$name-touch" "aaguid=$aaguid"
}
key fine FIDO_CERTIFIED_L1
key revoked FIDO_CERTIFIED REVOKED
key bypass USER_VERIFICATION_BYPASS
key attkey ATTESTATION_KEY_COMPROMISE
key remote USER_KEY_REMOTE_COMPROMISE
key physical USER_KEY_PHYSICAL_COMPROMISE
key both REVOKED USER_VERIFICATION_BYPASS
key update UPDATE_AVAILABLE
row taro unlisted verified=1 aaguid=00000000-0000-4000-8000-00000000ffff
# table NEXT-UPDATE
table() {
	printf '{"legalHeader":"none","no":7,"nextUpdate":"%s","entries":[%s]}' \
	    "$1" "$entries" | "$BUILD/tests/fido/mdsmint" table \
	    "$SITE/cache/fido-models" >"$dir/minted" 2>&1 ||
	    wrong "no table: $(cat "$dir/minted")"
	chmod 644 "$SITE/cache/fido-models"
}
table 2040-01-01
# words MORE...: the policy with metadata
words() {
	local line more=''
	for line; do
		more+="\\n$line"
	done
	conf "s/old\\.example/&\\nmetadata-url = https:\\/\\/mds.example\\/\\nmetadata-root = ${SITE//\//\\/}\\/etc\\/mds.pem$more/"
}
words
finish

counter=0
t no_program_asks_for_anchors
pki_ca "$SITE/pki" ca /CN=CA || wrong "no CA"
pki_cert "$SITE/pki" ca card /CN=Card || wrong "no certificate"
run site_desk check-config
ended 0
shows "good  FIDO metadata: number 7" "good  fetch: "
lacks BAD
no_card() {
	! grep -qE 'trust|revocation|pkcs11|CRL' "$dir/out" ||
	    wrong "speaks of cards"
}
no_card
run site_desk models
ended 0
run site_desk list taro
ended 0
run site_desk verify "$SITE/pki/card.crt"
ended 1
shows "rejected: trust: the configuration has no trust-anchors"
run site_desk explain "$SITE/pki/card.crt"
ended 0
run site_desk enrol taro --certificate "$SITE/pki/card.crt" --yes
ended 1
shows "no trust-anchors"
conf
run site_desk check-config
ended 0
no_card
run site_desk refresh
ended 0
shows "neither trust-anchors nor metadata-url: nothing to fetch"
words

# use KEY SERVICE [USER]
use() {
	counter=$((counter + 1))
	lied "$1" "sign $1 counter=$counter ${4-}"
	login --service "$2" --user "${3-taro}"
}

t a_model_that_is_fine
use fine kiosk
ended 0
last '"model":{"age_s":' '"known":true' '"name":"Model fine"' \
    '"number":7' '"status":"none"' '"table":"current"'

t a_model_that_is_not_listed
use unlisted kiosk
ended 0
last '"known":false'

t an_update_is_told_no_more
use update kiosk
ended 0
last '"status":"update'

t bad_models_are_refused
for key in revoked attkey remote physical both; do
	for service in kiosk ward; do
		use $key $service
		refused model-refused
		last "Model $key" '"result":8'
		lacks "info: Touch" "prompt: Password"
	done
done
shows "Keys of this model are not safe any more."

t a_bypass_is_no_verification
use bypass kiosk
refused model-refused
last "can be bypassed"
lacks "info: Touch"
use bypass both
ended 0
has "prompt: Password of 山田 太郎: "
last '"pair":"fido2+password"' '"status":"uv-bypass"'
no_record '"type":"verification"'
use bypass both taro flags=1
refused not-verified

t stepped_up
words 'bad-model = step-up'
for key in revoked attkey remote physical; do
	use $key kiosk
	refused model-refused
	last "password and verification together"
	use $key both
	ended 0
	last '"pair":"fido2+password"' '"type":"verification"' \
	    '"type":"password"'
	use $key-touch ward hanako
	refused model-refused
	lacks "info: Touch"
done
use both both
refused model-refused

t stale_is_accepted_and_told
words
table 2024-01-01
use fine kiosk
ended 0
last '"table":"stale"' '"number":7'
use revoked kiosk
refused model-refused

t stale_is_refused_by_policy
words 'metadata-stale = deny'
use fine kiosk
refused metadata-stale
lacks "info: Touch"
table 2040-01-01
use fine kiosk
ended 0

t missing
rm "$SITE/cache/fido-models"
use fine kiosk
refused metadata-stale
words
use fine kiosk
ended 0
last '"table":"missing"'

t broken_or_others_to_write
echo nonsense >"$SITE/cache/fido-models"
use fine kiosk
ended 0
last '"table":"missing"'
words 'metadata-stale = deny'
use fine kiosk
refused metadata-stale
table 2040-01-01
chmod 666 "$SITE/cache/fido-models"
use fine kiosk
refused metadata-stale

t roots_of_attestation_are_no_matter_of_a_login
conf "s/old\\.example/&\\nattestation-roots = \\/nowhere/"
use fine kiosk
ended 0
run site_desk check-config
ended 1
shows "BAD   attestation-roots: /nowhere"
run site_desk enrol hanako --fido2 --yes
ended 1
shows "/nowhere: No such file"

t not_asked_without_metadata
conf
use revoked kiosk
ended 0
no_record '"model":'
finish
