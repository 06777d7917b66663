#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho verify CERT`, `sekisho explain CERT` and `sekisho refresh` on a
# cache that sekisho-fetch itself has filled: whatever stands in it, verify
# says the word that the login writes into the record.

: "${BUILD:=build}"
export BUILD
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-here.XXXXXX") || exit 1
chmod 755 "$dir"
server=
trap 'site_end; [[ -z $server ]] || kill "$server"; rm -rf "$dir"
    exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"

# conf CHECK [SED]...: lists by a file, answers by the web server
conf() {
	site_conf '/^crls = /d' \
	    "s|^check = .*|check = $1|" \
	    "s|^\\[pkcs11 card\\]|[crl own]\\nurl = file://$SITE/crl/ca.crl`
	    `\\n\\n&|" "${@:2}"
}
refresh() {
	run site_desk refresh "$@"
}
# The same word at a login and in `verify`: both WORD [PART]...; the parts
# are in what verify prints.
both() {
	local word=$1 got
	shift
	run site_drive --service kiosk --user taro --answer "PIN=$SITE_PIN"
	got=$(grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
	    sed 's/.*"reason":"\([a-z-]*\)".*/\1/')
	[[ $got == "$word" ]] || wrong "the login says $got, not $word"
	run site_desk verify "$SITE/pki/taro.crt" --service kiosk
	if [[ $word == ok ]]; then
		ended 0
		shows 'accepted: ' "$@"
	else
		ended 1
		shows "rejected: $word: " "$@"
	fi
	shows 'enrolled     for taro, credential 1'
}
explains() {
	run site_desk explain "$SITE/pki/taro.crt"
	ended 0
	shows "$@"
}
serial=

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
mkdir "$dir/www"
: >"$dir/port"
"$BUILD/tests/badserver" "$dir/www" >"$dir/port" &
server=$!
for ((i = 0; i < 500 && $(wc -l <"$dir/port") == 0; i++)); do sleep 0.01; done
url=http://127.0.0.1:$(<"$dir/port")
site_user taro himitsu-1
site_person taro '山田 太郎' taro || wrong "no person"
site_roles 'name:Medical Doctor'
site_cert taro /C=JP/CN=taro "${roles[@]}" \
    ext="authorityInfoAccess=OCSP;URI:$url/ocsp/answer" &&
    site_token taro taro && site_enrol taro taro || wrong "not enrolled"
serial=$(pki_serial "$SITE/pki/taro.crt")
conf crl
finish

# -- nothing, good, out of date, revoked

t nothing_was_fetched_yet
both crl-missing
explains 'none of this issuer'

t refresh_then_good
refresh
ended 0
shows new 'CN=Sakura Staff CA'
both ok 'not revoked (crl of '
explains 'number 01, entries: 0' 'for taro, credential 1 (active)'

t stale
rm "$SITE"/cache/crl/*.idx # an older one is no news
site_crl from='3 days ago' to='2 hours ago' number=02
refresh
ended 3
both crl-stale
explains 'number 02' 'PAST: stale'

t grace
conf crl 's/^stale = .*/stale = grace 24/'
both ok 'not revoked as far as is known'
refresh
ended 1 # what came is past its date, and no login is refused
lacks 'would be refused'

t revoked
site_crl number=03 revoke="$serial,keyCompromise"
refresh
ended 0
both cert-revoked 'certificate revoked'
explains 'number 03, entries: 1'
conf crl

t good_again_is_no_rollback
site_crl number=02
refresh
ended 1
shows rollback
both cert-revoked
site_crl number=04
refresh
ended 0
both ok

# -- what this site says itself, which comes first

t deny_list_before_everything
site_crl number=05 revoke="$serial"
refresh
site_desk suspend 1 --reason 'left at home' >/dev/null
for what in "key $SITE/pki/taro.crt" "certificate $SITE/pki/taro.crt" \
    "serial $SITE/pki/ca.crt $serial" 'person taro'; do
	# shellcheck disable=SC2086 # two words
	site_desk deny $what --reason 'lost in the train' >"$dir/denied" ||
	    wrong "not denied: $what"
	both deny-listed 'lost in the train'
	explains 'YES: lost in the train'
	row=$(sed -n 's/^number \([0-9]*\) .*/\1/p' "$dir/denied")
	site_desk allow "$row" --reason found >/dev/null || wrong "not allowed"
done

t suspended_before_revoked
both credential-suspended 'left at home'
explains 'credential 1 (suspended)'
site_desk resume 1 --reason found >/dev/null
site_desk person suspend taro --reason leave >/dev/null
both person-suspended
site_desk person resume taro --reason back >/dev/null
both cert-revoked
site_crl number=06
refresh
both ok

# -- roles

t role
conf crl '/^\[service kiosk/,$s/^pairs = .*/&\nroles = Pharmacist/'
both cert-role
conf crl '/^\[service kiosk/,$s/^pairs = .*/&\nroles = "Medical Doctor"/'
both ok 'Medical Doctor'
site_crl number=07 revoke="$serial"
refresh
conf crl '/^\[service kiosk/,$s/^pairs = .*/&\nroles = Pharmacist/'
both cert-revoked # a role does not come before that
site_crl number=08
conf crl
refresh

# -- OCSP answers

# answer V|R [OPTION]...
answer() {
	local since=
	[[ $1 == V ]] || since=$(date -u -d '1 hour ago' +%y%m%d%H%M%SZ)
	printf '%s\t491231235959Z\t%s\t%s\tunknown\t/CN=taro\n' "$1" \
	    "$since" "$serial" >"$dir/index"
	OPENSSL_CONF=/dev/null openssl ocsp -index "$dir/index" \
	    -CA "$SITE/pki/ca.crt" -rsigner "$SITE/pki/ca.crt" \
	    -rkey "$SITE/pki/ca.key" -issuer "$SITE/pki/ca.crt" \
	    -cert "$SITE/pki/taro.crt" -no_nonce \
	    -respout "$dir/www/answer" "${@:2}" >/dev/null 2>&1 ||
	    wrong "no answer made"
}

t ocsp_missing
conf ocsp-leaf 's/^check = .*/&\nocsp-live = 0/'
both ocsp-missing
refresh
ended 3
explains none

t ocsp_good
answer V -ndays 2
refresh
ended 0
both ok 'not revoked (ocsp of '
explains '.ocsp: good'

t ocsp_revoked
answer R -ndays 2
refresh --force
ended 0
both cert-revoked
explains '.ocsp: cert-revoked'

t either_is_refused_by_one
conf either 's/^check = .*/&\nocsp-live = 0/'
both cert-revoked

t ocsp_live_where_the_cache_is_empty
rm "$SITE"/cache/ocsp/*
answer V -ndays 2
conf ocsp-leaf 's/^check = .*/&\nocsp-live = 3/'
both ok 'not revoked (ocsp of '
answer R -ndays 2
both cert-revoked

t nobodys_card
site_cert guest /C=JP/CN=guest
conf crl
run site_desk verify "$SITE/pki/guest.crt"
ended 0
shows 'enrolled     for nobody here'
site_desk deny certificate "$SITE/pki/guest.crt" --reason stolen >/dev/null
run site_desk verify "$SITE/pki/guest.crt"
ended 1
shows 'rejected: deny-listed: stolen'
finish
