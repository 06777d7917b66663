#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins with the gate, sekisho-pkcs11 and sekisho-password each under
# valgrind, and a whole run of sekisho-fetch: no invalid access, no use of what
# was never set, no byte lost by our own code (a vendor's module may leak in
# its helper).

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-valgrind.XXXXXX") || exit 1
chmod 755 "$dir"
server=
trap 'site_end; [[ -z $server ]] || kill "$server"; rm -rf "$dir"
    exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
# shellcheck source=tests/valgrind_wrap.sh
. "$(dirname "$0")/valgrind_wrap.sh"

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
site_user taro himitsu-1
site_person taro Taro taro
mkdir "$dir/www"
: >"$dir/port"
"$BUILD/tests/badserver" "$dir/www" >"$dir/port" &
server=$!
for ((i = 0; i < 500 && $(wc -l <"$dir/port") == 0; i++)); do sleep 0.01; done
url=http://127.0.0.1:$(<"$dir/port")
site_cert taro /CN=taro key=rsa:2048 \
    ext="authorityInfoAccess=OCSP;URI:$url/ocsp/answer" &&
    site_token taro taro && site_enrol taro taro || wrong "no token"
site_conf "${limits[@]}"

wrap sekisho-gate --leak-check=full
wrap sekisho-password --leak-check=no
login() {
	run site_drive --service ward --user taro "$@"
}
t gate_good_login
login --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
clean sekisho-gate

t gate_wrong_password
login --answer PIN=$SITE_PIN --answer Password=wrong
clean sekisho-gate

t gate_revoked
site_crl revoke="$(pki_serial "$SITE/pki/taro.crt")"
login
clean sekisho-gate
site_crl

t gate_unknown_user_and_bad_name
run site_drive --service ward --user nosuch --answer Password=x
run site_drive --service ward --user $'a\nb'
clean sekisho-gate

t gate_without_policy
site_conf 's/^check = .*/check = perhaps/'
login
clean sekisho-gate
site_conf "${limits[@]}"

# -- revocation: sekisho-fetch, and what the gate makes of its cache

# fetching CHECK [SED]...
fetching() {
	site_conf "${limits[@]}" '/^crls = /d' \
	    "s|^check = .*|check = $1|" \
	    "s|^\\[pkcs11 card\\]|[fetch]\\nseconds = 5\\n\\n[crl a]\\nurl = `
	    `file://$SITE/crl/ca.crl\\n\\n[crl b]\\nurl = $url/ok/delta\\n\\n[crl c]`
	    `\\nurl = $url/ok/several\\n\\n[crl d]\\nurl = $url/html\\n\\n[crl e]\\n`
	    `url = $url/status/404\\n\\n&|" "${@:2}"
}
fetch() {
	# as for those that are wrapped: 64 descriptors
	run timeout -k 1 60 bash -c 'ulimit -Sn 64; exec "$@"' - valgrind -q --vgdb=no \
	    --leak-check=full --log-file="$dir/logs/fetch.%p" \
	    "$SITE/libexec/sekisho-fetch" --conf "$SITE_CONF" "$@"
}
# answer V|R
answer() {
	local since=
	[[ $1 == V ]] || since=$(date -u -d '1 hour ago' +%y%m%d%H%M%SZ)
	printf '%s\t491231235959Z\t%s\t%s\tunknown\t/CN=taro\n' "$1" \
	    "$since" "$(pki_serial "$SITE/pki/taro.crt")" >"$dir/index"
	OPENSSL_CONF=/dev/null openssl ocsp -index "$dir/index" \
	    -CA "$SITE/pki/ca.crt" -rsigner "$SITE/pki/ca.crt" \
	    -rkey "$SITE/pki/ca.key" -issuer "$SITE/pki/ca.crt" -ndays 2 \
	    -cert "$SITE/pki/taro.crt" -no_nonce -respout "$dir/www/answer" \
	    >/dev/null 2>&1 || wrong "no answer made"
}

t fetch_whole_run
pki_ca "$SITE/pki" other "/CN=Other CA"
pki_crl "$SITE/pki" ca "$dir/www/delta" number=04 \
    ext=2.5.29.27=critical,ASN1:INTEGER:1
{
	pki_crl "$SITE/pki" ca /dev/stdout number=09 revoke=77,keyCompromise \
	    revoke=78 ext=freshestCRL=URI:"$url/ok/delta"
	pki_crl "$SITE/pki" other /dev/stdout
} >"$dir/www/several"
answer V
fetching ocsp-leaf
fetch
ended 1
grep -q ^new "$dir/out" || wrong "nothing came"
clean fetch

t fetch_again_and_json
fetch --force --json
ended 1
clean fetch

t gate_cached_answer
login --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
clean sekisho-gate

t gate_index_and_answer_revoked
site_crl number=0C revoke="$(pki_serial "$SITE/pki/taro.crt")"
answer R
fetching either
fetch --force
clean fetch
login
clean sekisho-gate

t gate_live_answer
rm "$SITE"/cache/ocsp/*
answer V
fetching ocsp-leaf 's/^check = .*/&\nocsp-live = 10/'
login --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
clean sekisho-gate
site_crl
site_conf "${limits[@]}"

t password_helper
login --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
clean sekisho-password
finish
