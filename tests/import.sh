#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho import pam-u2f`: files made by the real pamu2fcfg and ssh-keygen
# with software keys, and files of every form made by hand; what is taken,
# what is refused and with which words, and what then stands in the store and
# the record.  Also what `sekisho list`, `revoke`, `suspend`, `resume` and
# `deny` do with keys that are FIDO2's.

set -u
: "${BUILD:=build}"
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=tests/site.sh
. tests/site.sh
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. tests/fido/site.sh
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-import.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'site_end; fido_stop; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. tests/cases.sh

ORIGIN=pam://ward-pc-3.example.jp
# shellcheck disable=SC2016 # for sed
FIDO='$a\
[fido2]\
rp-id = sakura.example.jp\
former-rp-id = pam://ward-pc-3.example.jp ssh:\
[service keys]\
pairs = fido2+password\
[service verify]\
pairs = fido2+verification'
file=$dir/keys

d() {
	run site_desk "$@"
}
import() {
	d import pam-u2f "$file" --yes "$@"
}
refused() {
	ended 1
	shows "$@"
}
ask() {
	sqlite3 "$SITE/lib/sekisho.db" "$1"
}
held() {
	[[ $(ask "$1") == "$2" ]] || wrong "$1: $(ask "$1")"
}
unchanged() {
	[[ $(records) == "$before" ]] || wrong "there is a new record"
	held 'SELECT count(*) FROM fido' "$had"
}
records() {
	entries "$SITE_LOG"
}
# What is there before a case that changes nothing.
now() {
	before=$(records) had=$(ask 'SELECT count(*) FROM fido')
}
b64() {
	base64 -w0
}
# A credential of this name, made once: HANDLE,KEY,ALGORITHM
cred() {
	local c=$dir/c/$1 alg=${2:-es256}
	if [[ ! -e $c ]]; then
		case $alg in
		es256) openssl genpkey -algorithm EC -pkeyopt \
		    ec_paramgen_curve:P-256 -out "$c.key" &&
		    openssl pkey -in "$c.key" -pubout -outform DER |
		    tail -c 64 >"$c.pk" ;;
		eddsa) openssl genpkey -algorithm ED25519 -out "$c.key" &&
		    openssl pkey -in "$c.key" -pubout -outform DER |
		    tail -c 32 >"$c.pk" ;;
		rs256) openssl genrsa -out "$c.key" 2048 2>/dev/null &&
		    openssl rsa -in "$c.key" -pubout -outform DER 2>/dev/null |
		    tail -c 261 | head -c 256 >"$c.pk" &&
		    printf '\1\0\1' >>"$c.pk" ;;
		esac
		head -c 48 /dev/urandom >"$c.id"
		echo "$(b64 <"$c.id"),$(b64 <"$c.pk"),$alg" >"$c"
	fi
	cat "$c"
}
# The same in the form of U2F days: HANDLE in base64url, KEY in hex.
u2f() {
	local c=$dir/c/$1
	cred "$1" >/dev/null
	echo "$(b64 <"$c.id" | tr '+/' '-_' | tr -d =),04$(
	    od -An -v -tx1 "$c.pk" | tr -d ' \n')"
}
unhex() {
	perl -ne 'chomp; print pack "H*", $_'
}
handle() {
	cred "$1" >/dev/null
	b64 <"$dir/c/$1.id"
}
public() {
	cred "$1" >/dev/null
	b64 <"$dir/c/$1.pk"
}
lines() {
	printf '%s\n' "$@" >"$file"
}

# NAME ACCOUNT...: persons that no system knows, which is said every time
people() {
	while (($# > 0)); do
		# shellcheck disable=SC2086
		site_person "$1" "$1 殿" $2 2>/dev/null || return
		shift 2
	done
}

t site
{
	mkdir -p "$dir/c" && site_make "$dir/site" && site_conf "$FIDO" &&
	    people taro taro hanako '' jiro taro-old && fido_site &&
	    fido_key one attestation=x5c && fido_pin one 24680
} || wrong "no site"
cp "$SITE/pam.d/ward" "$SITE/pam.d/keys"
cp "$SITE/pam.d/ward" "$SITE/pam.d/verify"
site_user taro pw-taro && site_user hanako pw-hanako && site_user taro-old pw &&
    site_user jiro pw-taro-old && site_desk account add hanako \
    --person hanako >"$dir/out"
[[ -z $why ]] || { finish; exit 1; }

# -- what real programs write

# Real pamu2fcfg with the key: its line.
made() {
	fido_run timeout -k 1 30 pamu2fcfg -o "$ORIGIN" "$@" 2>"$dir/err" ||
	    wrong "pamu2fcfg $*: $(cat "$dir/err")"
}

t a_file_of_pamu2fcfg_with_several_users_and_credentials
{
	made -u taro
	made -n </dev/null
	echo
	made -u hanako -N <<<24680
} >"$file"
cp "$file" "$dir/real"
import
ended 0
has 'line 1, taro: credentials to take: 2' \
    'line 1, taro: imported as credential 1 of taro (es256)' \
    'line 1, taro: imported as credential 2 of taro (es256)' \
    'line 2, hanako: imported as credential 3 of hanako (es256)' \
    'imported: 3; there already: 0; not taken: 0; lines not used: 0'
last '"event":"enrol"' '"person":{"display":"hanako 殿","name":"hanako"}' \
    '"alg":"es256"' '"credential":3' '"kind":"fido2"' '"number":3' \
    "\"rp\":\"$ORIGIN\"" '"verified":true' "\"file\":\"$file\"" '"line":2' \
    "\"id_sha256\":\"$(cut -d: -f2 "$dir/real" | tail -n 1 | cut -d, -f1 |
    base64 -d | sha256sum | cut -d' ' -f1)\"" \
    '"object":"credential"' '"proof":"none"'
held "SELECT group_concat(verified || rp || counted || length(handle))
    FROM fido" "0${ORIGIN}00,0${ORIGIN}00,1${ORIGIN}00"
held 'SELECT count(DISTINCT token_id) FROM fido' 3

t a_second_time_changes_nothing
now
import
ended 0
has 'line 1, taro: credential 1: is there already, as credential 1' \
    'line 2, hanako: credential 1: is there already, as credential 3' \
    'imported: 0; there already: 3; not taken: 0; lines not used: 0'
unchanged

t the_same_line_under_another_name_is_refused
now
sed 's/^taro:/jiro:/' "$dir/real" >"$file"
import
refused 'line 1, jiro: credential 1 NOT TAKEN: it is credential 1 of taro'` \
    `' already (active)' 'line 1, jiro: nothing of this line is taken' \
    'imported: 0; there already: 1; not taken: 2; lines not used: 0'
unchanged

t a_resident_one_has_to_be_enrolled_anew
now
made -u jiro -r -N <<<24680 >"$file"
[[ $(<"$file") == 'jiro:*,'* ]] || wrong "not resident: $(<"$file")"
import
refused 'line 1, jiro: credential 1 NOT TAKEN: its id is on the key only' \
    'sekisho enrol PERSON --fido2'
unchanged

for kind in ecdsa ed25519; do
	t "a_key_file_of_openssh_$kind"
	rm -f "$dir/sk" "$dir/sk.pub"
	fido_run timeout -k 1 30 ssh-keygen -q -t "$kind-sk" -N '' -C xx -f "$dir/sk" \
	    >"$dir/err" 2>&1 || wrong "ssh-keygen: $(cat "$dir/err")"
	d import pam-u2f "$dir/sk" --sshformat --user jiro --yes
	ended 0
	shows 'line 1, jiro: imported as credential'
	last '"rp":"ssh:"' '"verified":false' '"name":"jiro"'
	# what is stored is the key that OpenSSH shows
	point=$(cut -d' ' -f2 "$dir/sk.pub" | base64 -d |
	    if [[ $kind == ecdsa ]]; then tail -c 72 | head -c 64
	    else tail -c 40 | head -c 32; fi | od -An -v -tx1 |
	    tr -d ' \n' | tr a-f A-F)
	[[ ${#point} -ge 64 && $(ask 'SELECT hex(spki) FROM fido
	    ORDER BY credential_id DESC LIMIT 1') == *"$point" ]] ||
	    wrong "another key than $point"
done

# SERVICE USER: a login with what is plugged in
login() {
	run site_drive --service "$1" --user "$2" --tty pts/7 --steps auth \
	    --answer PIN=24680 --answer "Password=pw-$2"
}

t what_was_imported_logs_in
login keys taro
ended 0
last '"credential":' '"reason":"ok"' '"event":"auth"'
login verify hanako
ended 0
last '"credential":3' '"reason":"ok"'
held 'SELECT count(*) FROM fido WHERE counted = 1' 2
# enrolled without the person's verification
login verify taro
lacks 'auth = 0 Success'
login keys jiro
lacks 'auth = 0 Success'

t a_key_of_u2f_days_logs_in
people old ''
site_user old pw-old
site_desk account add old --person old >"$dir/out" || wrong "no account"
fido_unplug one
fido_key u2f versions=u2f
made -u old | awk -F'[:,]' '{ print $2 " " $3 }' >"$dir/words"
read -r id key <"$dir/words"
lines "old:$(tr -d = <<<"$id" | tr '+/' '-_'),04$(base64 -d <<<"$key" |
    od -An -v -tx1 | tr -d ' \n')"
import --origin pam://other.example.jp --appid "$ORIGIN"
ended 0
shows 'imported as credential'
login keys old
ended 0
last '"reason":"ok"' '"event":"auth"' "\"rp\":\"$ORIGIN\""
fido_unplug u2f
fido_plug one

t the_key_file_of_openssh_logs_in
people sshuser ''
d import pam-u2f "$dir/sk" --sshformat --user sshuser --dry-run
refused 'of jiro already'
login keys taro-old
ended 0
last '"person":{"display":"jiro 殿","name":"jiro"}' '"rp":"ssh:"'

# -- the file of OpenSSH, spoiled
cp "$dir/sk" "$dir/sk.good"
sshfile() {
	d import pam-u2f "$dir/sk" --sshformat --user taro --yes
	refused "$dir/sk: no usable key file of OpenSSH: $1"
}
# The bytes of the container, changed by a sed script over their hex.
rewrap() {
	{
		echo '-----BEGIN OPENSSH PRIVATE KEY-----'
		grep -v '^-' "$dir/sk.good" | base64 -d | od -An -v -tx1 |
		    tr -d ' \n' | sed "$1" | unhex | base64 -w70
		echo '-----END OPENSSH PRIVATE KEY-----'
	} >"$dir/sk"
	chmod 600 "$dir/sk"
}

t a_key_file_that_is_not_exactly_one_is_refused
now
ssh-keygen -q -t ed25519 -N '' -f "$dir/plain" && mv "$dir/plain" "$dir/sk"
sshfile 'not of a security key'
cp "$dir/sk.good" "$dir/sk"
ssh-keygen -q -p -P '' -N secret -f "$dir/sk" >/dev/null
sshfile 'it is encrypted'
head -n 3 "$dir/sk.good" >"$dir/sk"
sshfile 'no last line'
{ cat "$dir/sk.good"; echo more; } >"$dir/sk"
sshfile 'something after the last line'
: >"$dir/sk"
sshfile 'another first line'
head -c 20000 /dev/zero >"$dir/sk"
sshfile 'too large'
sed '2s/^../!!/' "$dir/sk.good" >"$dir/sk"
sshfile 'no base64'
rewrap 's/^6f/6e/'
sshfile 'another magic'
rewrap 's/6e6f6e650000000000000001/6e6f6e650000000000000002/'
sshfile 'not exactly one key'
rewrap 's/0102\(\(..\)*\)$/0103\1/'
sshfile 'another padding'
rewrap 's/$/00/'
sshfile 'cut short, or too long'
rewrap 's/....$//'
sshfile 'cut short'
rewrap 's/000000047373683a/000000047373683b/'
sshfile 'its two public keys differ'
unchanged

t a_key_file_for_another_application
now
rewrap 's/000000047373683a/000000047373683b/g'
d import pam-u2f "$dir/sk" --sshformat --user taro --yes
refused 'former-rp-id = pam://ward-pc-3.example.jp ssh: ssh;'
d import pam-u2f "$dir/sk.good" --sshformat --user taro --origin ssh:x --yes
refused 'for the application ssh:, not for ssh:x'
d import pam-u2f "$dir/sk.good" --sshformat --user taro --yes
refused 'NOT TAKEN: it is credential 5 of jiro already'
unchanged

# -- every form, by hand

t each_form_that_pam_u2f_reads
people form ''
{
	printf 'form:%s,+presence' "$(cred f1)"
	printf ':%s,+verification+presence' "$(cred f2 eddsa)"
	printf ':%s,+presence+pin+pin' "$(cred f3 rs256)"
	printf ':%s' "$(u2f f4)"
	printf ':%s' "$(cred f5 | sed 's/es256/ES256/')"
	printf '::%s,,%s,ES256,,+verification:\n' "$(handle f6)" \
	    "$(public f6)"
} >"$file"
import
ended 0
shows 'line 1, form: credentials to take: 6' '(eddsa)' '(rs256)' 'imported: 6;'
held "SELECT group_concat(alg || ':' || verified) FROM fido f JOIN credential c
    ON c.id = f.credential_id JOIN person p ON p.id = c.person_id
    WHERE p.name = 'form'" '-7:0,-8:1,-257:1,-7:0,-7:0,-7:1'

t line_ends_of_other_systems_and_none
people crlf '' && people last ''
printf '\r\n\ncrlf:%s,+presence\r\n\r\nlast:%s' "$(cred e1)" "$(u2f e2)" \
    >"$file"
import
ended 0
shows 'line 3, crlf: imported' 'line 5, last: imported' 'imported: 2;'

t the_last_line_of_a_user_counts
people twice ''
lines "twice:$(cred l1),+pin" "twice" "twice:$(cred l2),+presence"
import
ended 0
has 'line 1: not used: the line 3 of the same user is the one that '`
    `'pam_u2f goes by' 'imported: 1; there already: 0; not taken: 0; '`
    `'lines not used: 2'
now
lines "twice:$(cred l3),+pin" "twice:"
import
refused 'line 2, twice: NOT TAKEN: there is no credential in the line'
unchanged

t keys_of_u2f_are_bound_to_the_appid
now
lines "taro:$(u2f a1)"
import --appid https://old.example.jp
refused "put this line under [fido2] in $SITE_CONF" \
    "former-rp-id = $ORIGIN ssh: https://old.example.jp"
unchanged
import --origin sakura.example.jp --appid "$ORIGIN"
ended 0
last "\"rp\":\"$ORIGIN\""
lines "taro:$(cred a2),+presence"
import --origin sakura.example.jp --appid https://old.example.jp
ended 0
last '"rp":"sakura.example.jp"'

t an_rp_id_of_nobody_is_refused_with_the_line_to_add
now
lines "taro:$(cred r1),+presence"
import --origin pam://other.example.jp
refused "former-rp-id = $ORIGIN ssh: pam://other.example.jp"
site_conf
import
refused '[fido2]' 'rp-id = YOUR.DOMAIN' "former-rp-id = $ORIGIN"
unchanged
site_conf "$FIDO"
import --origin "$(printf 'x%.0s' {1..254})"
refused '253 bytes'
unchanged

# -- what is refused

# WHY LINE...: refused, and nothing changes
no() {
	now
	lines "${@:2}"
	import
	refused "$1"
	unchanged
}

t malformed_credentials_are_refused_one_by_one
no 'credential 1 NOT TAKEN: key handle or public key is missing' taro:abc
no 'key handle or public key is missing' 'taro:,'
no 'more than four fields' "taro:$(cred m1),+presence,x"
no 'the algorithm "es384" is not known' "taro:$(handle m1),$(public m1),es384"
no 'the algorithm "none" is not known' "taro:$(handle m1),$(public m1),none"
no 'the option "touch" is not known' "taro:$(cred m1),+touch"
no 'the option "presence" is not known' "taro:$(cred m1),presence"
no 'the key handle is not base64' "taro:@@@@,$(public m1),es256,+presence"
no 'the key handle is not base64' "taro:QQ,$(public m1),es256,+presence"
no 'the key handle is not base64' "taro:QR==,$(public m1),es256,+presence"
no 'the key handle is not base64' "taro:=,$(public m1),es256,+presence"
no 'the key handle is not base64' \
    "taro:$(head -c 1024 /dev/zero | b64),$(public m1),es256,+presence"
no 'public key: no base64' "taro:$(handle m1),A,es256,+presence"
no 'public key: ' "taro:$(handle m1),$(public m1),eddsa,+presence"
no 'public key: ' "taro:$(handle m1),$(head -c 64 /dev/zero | b64),es256,+pin"
no 'public key: no hex' "taro:$(handle m1),$(public m1)"
no 'credential 2 NOT TAKEN' "taro:$(cred m1),+presence:x"
no 'line 1, taro: nothing of this line is taken; --partial' \
    "taro:$(cred m1),+presence:x"

t the_rest_of_a_line_when_told
people part ''
lines "part:*,$(public p1),es256,+pin:$(cred p2),+presence"
import --partial
refused 'credential 1 NOT TAKEN: its id is on the key only' \
    'imported: 1; there already: 0; not taken: 1;'
held "SELECT count(*) FROM credential c JOIN person p ON p.id = c.person_id
    WHERE p.name = 'part'" 1

t more_than_24_of_a_user
people many ''
for ((i = 0; i < 26; i++)); do
	printf ':%s,+presence' "$(cred "many$i")"
done | { echo "many$(cat)"; } >"$file"
now
import
refused 'line 1, many: 2 more NOT TAKEN: pam_u2f goes by 24 of a user'
unchanged
import --partial
refused 'imported: 24; there already: 0; not taken: 2;'

t one_key_in_two_lines_is_nobodys
now
lines "taro:$(cred x1),+presence" "hanako:$(cred x1),+presence"
import
refused 'line 1, taro: credential 1 NOT TAKEN: the same key is in line 2' \
    'line 2, hanako: credential 1 NOT TAKEN: the same key is in line 1'
# the id of one with the key of another, in the form of U2F
lines "taro:$(cred x1),+presence" \
    "hanako:$(handle x2),04$(u2f x1 | sed 's/.*,04//')"
import
refused 'line 1, taro: credential 1 NOT TAKEN: the same key is in line 2'
lines "taro:$(cred x1),+presence" \
    "hanako:$(handle x1),$(public x2),es256,+presence"
import
refused 'line 2, hanako: credential 1 NOT TAKEN: the same key is in line 1'
unchanged

t the_same_twice_in_a_line_is_once
people once ''
lines "once:$(cred o1),+presence:$(cred o1),+presence"
import
ended 0
shows 'credential 2: stands in this line already' 'imported: 1;'

t a_revoked_key_does_not_come_back
id=$(ask "SELECT max(id) FROM credential")
site_desk revoke "$id" --reason lost >/dev/null
now
import
refused "it is credential $id of once already (revoked)"
unchanged

# -- whose

t persons_are_found_or_added
now
lines "newcomer:$(cred n1),+presence"
import
refused 'line 1, newcomer: NOT TAKEN: there is no such person'
unchanged
import --add-persons
ended 0
shows 'line 1, newcomer: there is no such person: one is added' \
    'of newcomer (es256)'
tail -n 4 "$SITE_LOG" | grep -o '"event":"[a-z_]*"' | paste -sd' ' \
    >"$dir/events"
[[ $(<"$dir/events") == '"event":"person_add" "event":"account_add" '`
    `'"event":"grant" "event":"enrol"' ]] || wrong "$(<"$dir/events")"
held "SELECT p.password_user || ' ' || a.name || ' ' || a.shared FROM person p
    JOIN grants g ON g.person_id = p.id JOIN account a ON a.id = g.account_id
    WHERE p.name = 'newcomer'" 'newcomer newcomer 0'

t persons_who_are_added_get_roles
now
lines "newnurse:$(cred n2),+presence"
import --role Nurse
ended 2
shows '--role is for the persons of --add-persons'
import --add-persons --role 'no"role'
refused 'not usable as a role'
import --add-persons --role Nurse --role Nurse
refused '--role Nurse stands there twice'
unchanged
import --add-persons --role Nurse --role 'Medical Doctor'
ended 0
tail -n 6 "$SITE_LOG" | grep -o '"event":"[a-z_]*"\|"role":"[^"]*"' |
    cut -d'"' -f4 | paste -sd, >"$dir/events"
[[ $(<"$dir/events") == "person_add,account_add,grant,grant,Nurse,grant,`
    `Medical Doctor,enrol" ]] || wrong "$(<"$dir/events")"
held "SELECT group_concat(role) FROM person_role JOIN person ON id = person_id
    WHERE name = 'newnurse'" 'Medical Doctor,Nurse'
# who is there already keeps what they have
lines "newnurse:$(cred n3),+presence"
import --add-persons --role Pharmacist
ended 0
held "SELECT count(*) FROM person_role WHERE role = 'Pharmacist'" 0

t the_one_person_of_an_account
lines "taro-old:$(cred w1),+presence"
import
ended 0
shows 'line 1, taro-old: imported as credential' 'of jiro (es256)'
site_desk account add ward3 --shared --person taro >/dev/null 2>&1
no 'line 1, ward3: NOT TAKEN: the account is shared' \
    "ward3:$(cred w2),+presence"

t an_account_of_another_than_the_person_of_its_name
people kato "" sato ""
site_desk account add kato --person sato >"$dir/out" 2>&1
no "line 1, kato: NOT TAKEN: the account of this name is another person's" \
    "kato:$(cred w3),+presence"
site_desk account add sato >"$dir/out" 2>&1
lines "sato:$(cred w3),+presence"
import
ended 0
shows 'of sato (es256)'

t names_that_are_none
no 'NOT TAKEN: this is not usable as a name' "ta ro:$(cred k1),+pin"
no 'NOT TAKEN: this is not usable as a name' "../x:$(cred k1),+pin"
no 'line 1, a\x1b[2Jb: NOT TAKEN' $'a\e[2Jb'":$(cred k1),+pin"
no 'NOT TAKEN: this is not usable as a name' \
    "$(printf 'x%.0s' {1..300}):$(cred k1),+pin"
now
printf 'taro:a\0b,c\n' >"$file"
import
refused 'NOT TAKEN: the line is no text'
unchanged

t who_may_speak_for_whom
lines "taro:$(cred s1),+presence" "hanako:$(cred s2),+presence"
chown taro "$file"
now
d import pam-u2f "$file" --dry-run
refused 'line 2, hanako: NOT TAKEN: the file belongs to taro' \
    'would be imported: 1;'
chown root "$file"
chmod 664 "$file"
import
refused 'others can write it'
rm -f "$file"
mkfifo "$file"
import
refused 'is no regular file'
rm -f "$file"
import
refused "$file: No such file"
unchanged

# -- bounded

t a_line_of_10_megabytes
{
	printf 'taro:'
	head -c 10485760 /dev/zero | tr '\0' A
	printf '\nhanako:%s,+presence\n' "$(cred b1)"
} >"$file"
import
within 5000
refused 'line 1, taro: NOT TAKEN: the line is longer than 65536 bytes' \
    'line 2, hanako: imported' 'not taken: 1;'

t a_file_that_is_too_large
now
head -c 16777217 /dev/zero >"$file"
import
refused 'is larger than 16 MiB'
unchanged

t a_million_lines
now
yes taro:x,y,es256 | head -n 1000000 >"$file"
import
within 5000
refused 'has more than 100000 lines'
yes '' | head -n 100000 >"$file"
import
ended 0
has 'imported: 0; there already: 0; not taken: 0; lines not used: 0'
awk 'BEGIN { for (i = 0; i < 20000; i++) print "u" i ":x" }' >"$file"
import --dry-run
within 10000
refused 'not taken: 20000;'
unchanged

# -- asking, and trying out

t a_dry_run_changes_nothing
now
lines "taro:$(cred d1),+presence"
d import pam-u2f "$file" --dry-run
ended 0
has 'would be imported: 1; there already: 0; not taken: 0; lines not used: '`
    `'0; nothing was changed'
unchanged

t it_asks_before_anything_changes
now
d import pam-u2f "$file" </dev/null
refused 'nothing was imported'
unchanged

t usage
for c in '' 'x --sshformat' 'x --user a' 'x --sshformat --user a --appid b' \
    'x y'; do
	# shellcheck disable=SC2086
	d import pam-u2f $c
	ended 2
done
d import
ended 2

# -- what the other commands make of FIDO2 keys

t keys_in_the_list
d list hanako
shows $'3\thanako\tactive\tFIDO2 key\t-\t-\t'"$ORIGIN"', es256, token 3, '`
    `'model ? (attestation: none), verifies the person, counter '
id=$(ask 'SELECT hex(cred_id) FROM fido WHERE credential_id = 3' | unhex |
    b64 | tr '+/' '-_' | tr -d =)
ask 'UPDATE fido SET counted = 0, counter = 0 WHERE credential_id = 3'
d list hanako
shows $'verifies the person, no counter\tpam_u2f'
d list hanako --json
shows "\"fido2\":{\"aaguid\":null,\"algorithm\":\"es256\",\"attestation\":"`
    `"\"none\",\"attestation_sha256\":null,\"counted\":false,\"counter\":0,"`
    `"\"credential_id\":\"$id\",\"firmware\":0,\"protection\":0,"`
    `"\"resident\":false,\"rp_id\":\"$ORIGIN\",\"ssh\":false,\"suspect\":null,"`
    `"\"synced\":false,\"transports\":[],\"verified\":true}" \
    '"kind":"fido2"' '"token":3' '"bind":"key"'
lacks '"subject"' '"not_after"'

t what_is_on_one_key_changes_together
ask "UPDATE fido SET token_id = 1, ssh = 1, aaguid = x'$FIDO_AAGUID',
    transports = 'usb nfc', counter = 7, counted = 1,
    suspect = 1700000000 WHERE credential_id = 2"
d list taro
shows 'token 1, model 534f4654-4b45-592d-5445-53542d414147' 'by usb nfc' \
    'for sshd only, counter 7, COUNTER WENT BACK 2023-11-1'
d list taro --json
shows '"suspect":"2023-11-14T22:13:20Z"' '"transports":["usb","nfc"]' \
    '"ssh":true'
d suspend 2 --reason lent
ended 0
has 'suspended the credential 2 of taro' \
    'suspended the credential 1 of taro as well: it is on the same key as 2'
last '"event":"suspend"' '"credential":1' '"kind":"fido2"' '"number":1' \
    '"with":2' '"reason":"lent"'
held 'SELECT group_concat(status) FROM credential WHERE id < 4' 1,1,2

t a_suspect_key_is_resumed_for_a_reason
now
d resume 1
refused 'the counter of this key went back'
unchanged
d resume 1 --reason 'looked at'
ended 0
has 'resumed the credential 1 of taro' \
    'resumed the credential 2 of taro as well: it is on the same key as 1'
held 'SELECT counter || counted || suspect FROM fido WHERE credential_id = 2' \
    000

t all_of_a_person_at_once
d revoke taro --reason left
ended 0
has 'revoked the credential 1 of taro' \
    'revoked the credential 2 of taro as well: it is on the same key as 1'
lacks 'credential 1 of taro as well'
held "SELECT count(*) FROM credential c JOIN person p ON p.id = c.person_id
    WHERE p.name = 'taro' AND c.status <> 0" 0

t a_key_on_the_deny_list_by_its_credential
d deny credential 3 --reason stolen
ended 0
last '"event":"deny"' '"kind":"key"' "\"spki_sha256\":\"$(ask \
    'SELECT lower(hex(spki_sha256)) FROM credential WHERE id = 3')\""
d deny credential 3 --reason stolen
refused 'on the deny-list already'
d deny credential 999 --reason x
refused 'there is no credential 999'
d deny credential x --reason x
ended 2

# -- examples/from-pam-u2f.md, as it stands there
guide=examples/from-pam-u2f.md
block() {
	sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$guide" | grep -v '^`'
}

t the_guide_for_a_site_with_pam_u2f
site_conf && block ini >>"$SITE_CONF"
lines "guided:$(cred g1),+presence" "guided2:$(cred g2),+pin"
block sh | sed "s|/etc/u2f_mappings|$file|; /pam-u2f/s|\$| --yes|" \
    >"$dir/commands"
[[ $(grep -c '^sekisho ' "$dir/commands") == 3 ]] || wrong "other commands"
while read -r _ command; do
	# shellcheck disable=SC2086
	d $command
	ended 0
	case $command in
	*--dry-run*) shows 'would be imported: 2; there already: 0; not taken: 0' ;;
	import*) has 'imported: 2; there already: 0; not taken: 0; lines not '`
	    `'used: 0' ;;
	list) shows $'guided\tactive\tFIDO2 key' ;;
	esac
done <"$dir/commands"

t in_japanese
site_conf "$FIDO" 's/^language = .*/language = ja/'
d list hanako
shows 'FIDO2キー' '機種 ? (製造元証明: なし)、本人確認あり、カウンターなし'
lines "nobody-here:x"
import
refused '1 行目 nobody-here: 引き継げません: 利用者もアカウントもありません'
finish
