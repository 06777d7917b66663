#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho person show`: one person whole, after real logins and refusals, in
# both languages and as JSON.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-show.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'site_end; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
site_user taro himitsu-1
site_user ward3 himitsu-1
site_person taro '山田 太郎' taro || wrong "no taro"
site_desk person add hanako >/dev/null || wrong "no hanako"
site_desk account add ward3 --shared >/dev/null || wrong "no ward3"
site_desk account grant ward3 --role Nurse >/dev/null || wrong "no grant"
for who in taro other; do
	site_cert $who "/C=JP/O=Sakura Hospital/CN=$who" key=ec:P-256 &&
	    site_token $who $who || wrong "no token $who"
done
site_cert old "/C=JP/O=Sakura Hospital/CN=old" key=ec:P-256 \
    from=2020-01-01 to=2020-02-01
only() { # TOKEN [SED]...
	site_conf "s/^module = .*/&\ntoken-label = $1/" \
	    "s/^\[service [a-z]*\]/&\nlast-login = yes/" "${@:2}"
}
only taro
site_enrol taro taro || wrong "not enrolled"
[[ -z $why ]] || { finish; exit 1; }

show() {
	run limited "$SITE/libexec/sekisho" person show --conf "$SITE_CONF" "$@"
}
login() {
	run site_drive --service ward --tty pts/7 --user taro \
	    --answer PIN=$SITE_PIN --answer "Password=$1"
}
json() { # EXPRESSION: of p, the object
	show taro --json
	ended 0
	python3 -c 'import json, sys
a = json.load(open(sys.argv[1])); assert len(a) == 1; p = a[0]
c = p["credentials"]
sys.exit(not eval(f"({sys.argv[2]})"))' "$dir/out" "$1" || wrong "not $1"
}

t who_never_came
show hanako
ended 0
has hanako 'status: active' 'roles: -' \
    'password: of the user hanako, WHO IS NOT IN THE SYSTEM' \
    'accounts: NONE: grant one with `sekisho account grant`' \
    'credentials: NONE: enrol one with `sekisho enrol`' \
    'last refusal: none lately'
lacks DENY 'last login'
show taro
has 'taro  山田 太郎' 'password: of the user taro' 'accounts:' \
    '  taro  active  personal  by a grant' 'credentials:'
shows '  1  active  key  valid to ' '  not used lately'

t the_keys_of_the_object_are_these
json 'sorted(p) == ["accounts", "changed", "changed_by", "credentials",
    "denied", "display", "last_login", "last_refusal", "password_user",
    "person", "recorded", "roles", "status", "status_reason"]'
json 'p["person"] == "taro" and p["display"] == "山田 太郎" and
    p["status"] == "active" and p["denied"] is None and p["recorded"] and
    p["last_login"] is None and p["last_refusal"] is None and
    p["roles"] == []'
json 'p["accounts"] == [{"account": "taro", "by": "person", "shared": False,
    "status": "active", "system_user": True, "throttled_until": None}]'
json 'len(c) == 1 and c[0]["id"] == 1 and c[0]["kind"] == "certificate" and
    c[0]["denied"] is None and c[0]["last_used"] is None and
    c[0]["not_after"] > "2026" and c[0]["bind"] == "key"'

t a_login_and_a_refusal
login himitsu-1
ended 0
login wrong
ended 1
# what is kept of a login is written after the verdict
for ((i = 0; i < 250; i++)); do
	show taro
	! grep -q 'refused since then: 1 times' "$dir/out" || break
	sleep 0.02
done
shows "  last used 20" 'last login: 20' ', ward, pts/7, with pkcs11+password' \
    'refused since then: 1 times' 'last refusal: 20' \
    ', ward, pts/7, account taro' '    wrong password (wrong-password, record '
lacks 'not used lately'
seq=$(grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
    sed 's/.*"seq":\([0-9]*\).*/\1/')
json "p['last_refusal']['record'] == $seq and
    p['last_refusal']['reason'] == 'wrong-password' and
    p['last_refusal']['service'] == 'ward' and
    p['last_refusal']['account'] == 'taro' and
    p['last_login']['refused_since'] == 1 and
    p['last_login']['service'] == 'ward' and
    p['last_login']['time'][:17] == c[0]['last_used'][:17]"

t a_card_of_nobodys_at_their_account
only other
login himitsu-1
ended 1
only taro
show taro
shows '(no-match, record ' 'enrolled for nobody here'

t suspended_and_denied
site_desk person suspend taro --reason '休職' >/dev/null
site_desk deny person taro --reason 'card stolen' >/dev/null
site_desk deny credential 1 --reason 'key copied' >/dev/null
site_desk suspend 1 --reason 'left at home' >/dev/null
show taro
shows 'status: SUSPENDED since 20' ': 休職' \
    'ON THE DENY-LIST, number 1, since 20' ': card stolen' \
    '  1  suspended  key' ': left at home' \
    '    ON THE DENY-LIST, number 2, since 20' ': key copied'
json 'p["status"] == "suspended" and p["status_reason"] == "休職" and
    p["denied"]["id"] == 1 and p["denied"]["reason"] == "card stolen" and
    c[0]["denied"]["reason"] == "key copied" and
    c[0]["status_reason"] == "left at home"'
sed -i 's/^language = .*/language = ja/' "$SITE_CONF"
show taro
shows '状態: 停止中(20' ': 休職)' '使用停止リストの 1 番にあります(20' \
    '最終拒否: 20' '登録のないカード'
lacks 'status:' 'SUSPENDED' 'last '
only taro
site_desk person resume taro --reason back >/dev/null
site_desk allow 1 --reason found >/dev/null
site_desk allow 2 --reason found >/dev/null
site_desk resume 1 >/dev/null
show taro
has 'status: active'
lacks DENY

t denied_by_the_number_of_a_certificate
site_desk deny certificate "$SITE/pki/taro.crt" --reason 'lost' >/dev/null
show taro
shows '    ON THE DENY-LIST, number 3' ': lost'
site_desk allow 3 --reason found >/dev/null

# a login knows the row under each spelling of the CA's name
t denied_by_a_ca_that_spells_itself_otherwise
cp -p "$SITE/etc/anchors/ca.crt" "$dir/ca.crt"
openssl req -x509 -key "$SITE/pki/ca.key" -days 300 -out "$dir/spelt.crt" \
    -subj "$(openssl x509 -in "$dir/ca.crt" -noout -subject \
    -nameopt compat | sed 's/^subject= *//')" \
    -addext keyUsage=critical,keyCertSign,cRLSign -config <(printf '%s\n' \
    '[req]' 'distinguished_name = d' 'string_mask = pkix' '[d]' '[x]' \
    'basicConstraints = critical,CA:TRUE' 'subjectKeyIdentifier = hash') \
    -extensions x 2>"$dir/err" || wrong "$(cat "$dir/err")"
cp "$dir/spelt.crt" "$SITE/etc/anchors/ca.crt"
site_desk deny serial "$dir/spelt.crt" "$(pki_serial "$SITE/pki/taro.crt")" \
    --reason 'lost in the train' >/dev/null || wrong "not denied"
login himitsu-1
ended 1
show taro
shows '    ON THE DENY-LIST, number 4' ': lost in the train' deny-listed
site_desk allow 4 --reason found >/dev/null
cp -p "$dir/ca.crt" "$SITE/etc/anchors/ca.crt"

# which denies nothing: no key has it
t the_fingerprint_of_a_certificate_is_not_taken_for_a_keys
print=$(openssl x509 -in "$SITE/pki/taro.crt" -noout -fingerprint -sha256)
run site_desk deny key "${print#*=}" --reason lost
ended 0
shows 'note: nobody has enrolled this key (yet)'
site_desk allow 5 --reason 'not meant' >/dev/null || wrong "not lifted"
key=$(openssl x509 -in "$SITE/pki/taro.crt" -noout -pubkey |
    openssl pkey -pubin -outform DER | sha256sum)
run site_desk deny key "${key%% *}" --reason lost
ended 0
lacks note:
site_desk allow 6 --reason found >/dev/null || wrong "not lifted"

t a_role_opens_and_an_old_certificate_does_not
site_desk person role taro Nurse >/dev/null
site_desk enrol taro --certificate "$SITE/pki/old.crt" --label 'old card' \
    --yes >/dev/null 2>&1 || wrong "not enrolled"
ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
site_desk enrol taro --ssh-key "$dir/key.pub" --software --yes \
    >/dev/null 2>&1 || wrong "no SSH key"
site_desk revoke --id 2 --reason 'worn out' >/dev/null || wrong "not revoked"
show taro
shows 'roles: Nurse' '  ward3  active  shared  by the role Nurse' \
    '  2  revoked  key  EXPIRED 2020-02-01' 'old card' ': worn out' \
    '  3  active  SSH key'
json 'p["roles"] == ["Nurse"] and [a["by"] for a in p["accounts"]] ==
    ["person", "role:Nurse"] and c[1]["status"] == "revoked" and
    c[2]["kind"] == "ssh" and "not_after" not in c[2]'

t too_many_attempts
limit=$(sqlite3 "$SITE/lib/sekisho.db" "INSERT INTO throttle VALUES
    ($(id -u taro), '$(</proc/sys/kernel/random/boot_id)',
    $(($(cut -d. -f1 /proc/uptime) / 60 + 1)), 600); SELECT 1") || wrong "no row"
[[ $limit == 1 ]] || wrong "no row"
show taro
shows '    TOO MANY ATTEMPTS of this user'"'"'s programs: again at 20'
json 'p["accounts"][0]["throttled_until"] > "2026" and
    p["accounts"][1]["throttled_until"] is None'
sqlite3 "$SITE/lib/sekisho.db" 'UPDATE throttle SET minute = 0'
show taro
lacks 'TOO MANY'

t the_record_cannot_be_read
cp -p "$SITE_LOG" "$dir/log"
echo nonsense >"$SITE_LOG"
rm -f "$SITE/log/audit.index"
show taro
ended 0
shows 'last refusal: the record cannot be read'
json 'p["recorded"] is False and p["last_refusal"] is None'
cp -p "$dir/log" "$SITE_LOG"
# an end that is torn hides nothing before it
printf '{"accou' >>"$SITE_LOG"
json 'p["recorded"] and p["last_refusal"]["reason"] == "deny-listed"'
cp -p "$dir/log" "$SITE_LOG"

t what_is_no_person
show nobody-here
ended 1
shows 'there is no person nobody-here'
show
ended 2
shows 'usage: sekisho person show'
show taro hanako
ended 2
finish
