#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins with check = ocsp against `openssl ocsp` as the responder: live
# questions through sekisho-fetch, answers in the cache, and a responder that
# is down, deaf, forged, or has nobody to bring the question to it.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-ocsp.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
responder=
trap 'site_end; stop; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"

port=18880
url=http://127.0.0.1:$port/ocsp

# serve SIGNER: the responder, until `stop`.
serve() {
	stop
	openssl ocsp -index "$dir/index" -CA "$SITE/pki/ca.crt" -port $port \
	    -rsigner "$SITE/pki/$1.crt" -rkey "$SITE/pki/$1.key" -nmin 10 \
	    >"$dir/responder.log" 2>&1 &
	responder=$!
	local i
	# it takes one connection at a time: none is spent on looking
	for ((i = 0; i < 250; i++)); do
		grep -qi 'accept\|waiting' "$dir/responder.log" && return
		sleep 0.02
	done
	wrong "no responder: $(cat "$dir/responder.log")"
}
stop() {
	[[ -n $responder ]] || return 0
	kill -KILL "$responder"
	wait "$responder"
	responder=
} 2>/dev/null

# entry V|R: what the responder's index says of taro.
entry() {
	local when=
	[[ $1 == R ]] && when=$(date -u -d '1 hour ago' +%y%m%d%H%M%SZ),keyCompromise
	printf '%s\t491231235959Z\t%s\t%s\tunknown\t/CN=taro\n' "$1" "$when" \
	    "$(pki_serial "$SITE/pki/taro.crt")" >"$dir/index"
}

# conf CHECK LIVE [SED]...
conf() {
	site_conf "s/^check = .*/check = $1\nocsp-live = $2/" "${@:3}"
}
login() {
	run site_drive --service kiosk --user taro --answer "PIN=$SITE_PIN"
}
refused() {
	lacks "auth = 0" "prompt: PIN"
	attempt "\"reason\":\"$1\""
}

# part FILE N: the Nth part of a certificate's body, as DER.
part() {
	local off head len
	read -r off head len < <(openssl asn1parse -in "$1" |
	    sed -n 's/^ *\([0-9]*\):d=2 *hl=\([0-9]*\) *l= *\([0-9]*\) .*/\1 \2 \3/p' |
	    sed -n "$2p")
	openssl x509 -in "$1" -outform DER | tail -c "+$((off + 1))" |
	    head -c "$((head + len))"
}
# The name of taro's answer: SHA-256 of the issuer's name and key, and serial.
answer_name() {
	{
		part "$SITE/pki/ca.crt" 6
		part "$SITE/pki/ca.crt" 7
		part "$SITE/pki/taro.crt" 2
	} | sha256sum | sed 's/ .*/.ocsp/'
}
# Ask as sekisho-fetch does and put it in the cache.
fetch_answer() {
	timeout 10 openssl ocsp -issuer "$SITE/pki/ca.crt" \
	    -cert "$SITE/pki/taro.crt" -url "$url" -no_nonce -noverify \
	    -respout "$SITE/cache/ocsp/$(answer_name)" \
	    >"$dir/ask.log" 2>&1 || wrong "$(cat "$dir/ask.log")"
}
forget() {
	rm -f "$SITE"/cache/ocsp/*
}

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
mkdir -p "$SITE/cache/ocsp" && chmod 755 "$SITE"/cache{,/ocsp}
site_user taro himitsu-1
site_person taro '山田 太郎' taro || wrong "no taro"
site_cert taro "/C=JP/O=Sakura Hospital/CN=taro" key=ec:P-256 \
    ext="authorityInfoAccess=OCSP;URI:$url"
site_cert delegate "/C=JP/O=Sakura Hospital/CN=OCSP" eku=OCSPSigning \
    ext=noCheck=ignored
site_cert checked "/C=JP/O=Sakura Hospital/CN=OCSP 2" eku=OCSPSigning
site_cert nobody "/C=JP/O=Sakura Hospital/CN=nobody"
site_token taro taro && site_enrol taro taro || wrong "not enrolled"
entry V
finish

for signer in ca delegate checked; do
	t "live_good_by_$signer"
	conf ocsp 3
	serve $signer
	login
	ended 0
	attempt '"reason":"ok"' '"method":"ocsp"' '"status":"good"'
done

t live_good_by_the_configured_url
conf ocsp 3 "s|^check = .*|&\nocsp-url = http://127.0.0.1:$port/other|"
login
ended 0

t live_good_when_there_is_no_crl
mv "$SITE/crl/ca.crl" "$dir/"
serve delegate
conf either 3
login
ended 0
attempt '"method":"ocsp"' '"status":"good"'

t no_crl_for_the_responder
serve checked
conf ocsp 3
login
refused ocsp-invalid
attempt "$url: responder" 'no CRL of'
mv "$dir/ca.crl" "$SITE/crl/"

t revoked_responder
site_crl "revoke=$(pki_serial "$SITE/pki/checked.crt"),keyCompromise"
login
refused ocsp-invalid
attempt 'responder' 'certificate revoked'
site_crl

t live_by_somebody_without_the_usage
serve nobody
login
refused ocsp-invalid
attempt 'lacks the usage OCSPSigning'

t live_revoked
entry R
serve delegate
login
refused cert-revoked
attempt '"status":"revoked"' '"revoked_reason":"keyCompromise"'

t live_unknown
: >"$dir/index"
serve delegate
login
refused ocsp-unknown
entry V

t live_is_deaf
serve delegate
kill -STOP "$responder"
login
refused ocsp-missing
attempt "$url"
within 8000

t a_deaf_one_is_asked_once_for_all_accounts
for account in ward1 ward2 ward3 ward4; do
	site_desk account add $account >/dev/null 2>&1
	site_desk account grant $account taro >/dev/null || wrong "no grant"
done
run site_drive --service kiosk --answer "PIN=$SITE_PIN" \
    --answer "number=1"
lacks "auth = 0" "prompt: PIN"
within 8000
for account in ward1 ward2 ward3 ward4; do
	site_desk account ungrant $account taro >/dev/null || wrong "no revoke"
done
stop

t live_is_down
login
refused ocsp-missing
attempt "$url"
within 5000

t not_asked_when_live_is_0
serve delegate
conf ocsp 0
login
refused ocsp-missing
attempt 'no OCSP answer in the cache'

t cached_good
fetch_answer
stop
login
ended 0
attempt '"method":"ocsp"' '"status":"good"'

t cached_and_crl_good
conf either 0
login
ended 0
attempt '"method":"crl+ocsp"' '"status":"good"'

t cached_revoked
entry R
serve delegate
fetch_answer
entry V
serve delegate
conf ocsp 3
login
refused cert-revoked

t cached_answer_of_others
chmod 666 "$SITE/cache/ocsp"/*
stop
conf ocsp 0
login
refused ocsp-missing
attempt 'must not be writable'
forget

t no_downloader
serve delegate
conf ocsp 3
mv "$SITE/libexec/sekisho-fetch" "$dir/"
login
refused ocsp-missing
attempt 'sekisho-fetch'
within 5000
mv "$dir/sekisho-fetch" "$SITE/libexec/"

t nobody_is_left
stop
sleep 0.3
! pgrep '^sekisho-' >"$dir/out" || wrong "left"
t doctor_looks_at_the_answers
doctor() { # LEVEL-OF-OCSP-NONE | nothing
	run limited "$SITE/libexec/sekisho" doctor --json --conf "$SITE_CONF"
	case $1 in
	'') lacks '"id":"ocsp-none"' ;;
	*) grep '"id":"ocsp-none"' "$dir/out" | grep -q "\"level\":\"$1\"" ||
		wrong "ocsp-none is not $1" ;;
	esac
}
conf ocsp 0
forget
doctor bad
shows "$SITE/cache/ocsp: 1 of 1 enrolled certificates have no OCSP answer" \
    'of number 1 of `sekisho list`'
serve ca
fetch_answer
doctor ''
shows "$SITE/cache/ocsp: all 1 enrolled certificates have an OCSP answer"
entry R
serve ca
fetch_answer
doctor '' # revoked is an answer
truncate -s -1 "$SITE"/cache/ocsp/*
doctor bad
conf either 0
doctor warning
conf ocsp 3
doctor warning
conf crl 0
doctor ''
sed -i 's/^language = .*/language = ja/' "$SITE_CONF"
conf_ja=$(sed 's/^check = .*/check = ocsp/' "$SITE_CONF")
echo "$conf_ja" >"$SITE_CONF"
run limited "$SITE/libexec/sekisho" doctor --quiet --conf "$SITE_CONF"
shows "異常  $SITE/cache/ocsp: 登録済みの証明書 1 件のうち 1 件に"
conf ocsp 0
site_desk suspend 1 --reason 'left at home' >/dev/null || wrong "not suspended"
doctor '' # what opens nothing needs none
finish
