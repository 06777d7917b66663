#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The administrator's program, every command: what it does, what it refuses,
# with which exit status, and what then stands in the store and the record.
# A private installation in one folder; cards are SoftHSM tokens, and a person
# at a terminal is tests/ttydrive.c.

: "${BUILD:=build}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-cli.XXXXXX") || exit 1
trap 'records_end "$log"; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
# shellcheck source=tests/pki.sh
. "$(dirname "$0")/pki.sh"

conf=$dir/etc/sekisho.conf
log=$dir/log/audit.jsonl
softhsm=/usr/lib/softhsm/libsofthsm2.so
softenv=SOFTHSM2_CONF=$dir/etc/softhsm2.conf
badp11=$(realpath "${BADP11_SO:-$BUILD/tests/badp11.so}")
tty=$BUILD/tests/ttydrive
me=$(cat /proc/self/loginuid)
((me != 4294967295)) || me=$(id -u)
me=$(getent passwd "$me" | cut -d: -f1)

write_conf() {
	local edit args=()
	for edit; do args+=(-e "$edit"); done
	cat >"$dir/etc/new" <<-END
		[sekisho]
		host = desk.example.jp
		language = en

		[paths]
		state = $dir/lib
		audit = $dir/log
		helpers = $dir/libexec
		trust-anchors = $dir/etc/anchors
		crls = $dir/crl

		[helpers]
		user = nobody

		[limits]
		token-seconds = 5

		[pkcs11 card]
		module = $softhsm
		environment = $softenv

		[pkcs11 finaltry]
		module = $dir/libexec/badp11.so
		environment = $softenv BADP11=finaltry

		[pkcs11 crash]
		module = $dir/libexec/badp11.so
		environment = $softenv BADP11=crash:C_Sign

		[pkcs11 flip]
		module = $dir/libexec/badp11.so
		environment = $softenv BADP11=badsig:flip

		[service ward]
		pairs = pkcs11+password
	END
	[[ -z ${args[*]-} ]] || sed -i "${args[@]}" "$dir/etc/new"
	mv "$dir/etc/new" "$conf"
}

desk() {
	"$dir/libexec/sekisho" "$@" --conf "$conf"
}
# Done before: not a case of its own.
quiet() {
	desk "$@" >"$dir/quiet" 2>&1 || wrong "$* $(cat "$dir/quiet")"
}
d() {
	run desk "$@"
}
refused() {
	ended 1
	shows "$@"
}
usage() {
	run "$dir/libexec/sekisho" "$@"
	ended 2
}
# Parts of the last line of the record.
recorded() {
	local last part
	last=$(tail -n 1 "$log")
	for part; do
		[[ $last == *"$part"* ]] || wrong "no $part in $last"
	done
}
records() {
	[[ $(entries "$log") == "$1" ]] || wrong "$(entries "$log") records"
}
mode() {
	[[ $(stat -c %a "$1") == "$2" ]] || wrong "mode of $1"
}
# A token with the key and certificate of NAME as CKA_ID.
token() {
	local label=$1 name=$2 id=$3 key=$dir/pki/$2
	openssl pkcs8 -topk8 -nocrypt -in "$key.key" -out "$key.p8" &&
	    openssl x509 -in "$key.crt" -outform DER -out "$key.der" &&
	    softhsm2-util --import "$key.p8" --token "$label" \
	    --label "$name" --id "$id" --pin 4711 >/dev/null &&
	    pkcs11-tool --module "$softhsm" --token-label "$label" \
	    --login --pin 4711 --write-object "$key.der" --type cert \
	    --id "$id" --label "$name" >/dev/null 2>&1
}

t site
chmod 755 "$dir"
mkdir -p "$dir"/{etc/anchors,crl,libexec,pki,tokens}
chmod 755 "$dir"/{etc,etc/anchors,crl,libexec}
install -m 755 "$BUILD"/sekisho{,-pkcs11,-password} "$badp11" \
    "$dir/libexec/" || wrong "programs are not built"
export SOFTHSM2_CONF=$dir/etc/softhsm2.conf
printf '%s\n' "directories.tokendir = $dir/tokens" \
    'objectstore.backend = file' 'log.level = ERROR' >"$SOFTHSM2_CONF"
chmod 644 "$SOFTHSM2_CONF"
{
	pki_ca "$dir/pki" ca "/C=JP/O=Sakura/CN=Sakura CA" &&
	    pki_crl "$dir/pki" ca "$dir/crl/ca.crl" &&
	    cp "$dir/pki/ca.crt" "$dir/etc/anchors/"
	for n in taro hanako one two file spare; do
		pki_cert "$dir/pki" ca $n "/C=JP/O=Sakura/CN=$n" key=ec:P-256
	done
	pki_cert "$dir/pki" ca late "/CN=late" key=ec:P-256 profile=expired
	pki_cert "$dir/pki" ca rsa "/CN=rsa" key=rsa:2048
	for n in single several; do
		softhsm2-util --init-token --free --label $n \
		    --so-pin 12345678 --pin 4711 >/dev/null
	done
	token single taro 01 && token several one 0a && token several two 0b
	chown -R nobody "$dir/tokens"
} || wrong "no site"
printf '4711\n' >"$dir/pin"
printf '0000\n' >"$dir/wrongpin"
chmod 600 "$dir"/{pin,wrongpin}
write_conf
[[ -z $why ]] || { finish; exit 1; }

t wrong_usage_ends_with_2
for c in '' bogus 'person bogus' 'person add' 'person add a b' \
    'person suspend a' 'account grant a' 'enrol' 'enrol a' \
    'enrol a --pkcs11 x --certificate y' 'enrol a --pkcs11 x --bind both' \
    'enrol a --pkcs11 x --id 0' 'enrol a --pkcs11 x --id zz' \
    'enrol a --pkcs11 x --pin-fd -1' 'enrol a --pkcs11 x --pin-fd x' \
    'enrol a --pkcs11 x --pin-fd 3 --pin-file y' \
    'enrol a --certificate x --pin-file y' 'list a b' 'list --bogus' \
    'revoke' 'revoke 1' 'revoke --reason x' 'revoke 1 --id 1 --reason x' \
    'revoke --id x --reason x' 'suspend 1' 'suspend a --reason x' \
    'resume' 'resume 0' 'audit' 'audit bogus' 'audit show --last 0' \
    'audit show --last 99999999999999999999' 'audit show --last' \
    'audit show --event a --event b' 'init now' '--conf' '--bogus' \
    'person --conf' 'check-config x' 'deny' 'deny bogus x --reason y' \
    'deny person a' 'deny person --reason x' 'deny key a b --reason x' \
    'deny certificate a' 'deny serial a --reason x' 'deny list x' \
    'allow' 'allow 1' 'allow x --reason y' 'allow 0 --reason y'; do
	# shellcheck disable=SC2086
	usage $c
	((status == 2)) || wrong "for: $c"
done
usage revoke 1 --reason ''
shows --reason

t help
run "$dir/libexec/sekisho" --help
ended 0
cp "$dir/out" "$dir/help"
shows 'sekisho enrol PERSON' 'sekisho audit verify'
for c in init check-config 'person add' 'account ungrant' enrol list revoke \
    'audit show'; do
	# shellcheck disable=SC2086
	run "$dir/libexec/sekisho" help $c
	ended 0
	shows "usage: sekisho $c [--conf FILE]"
	# shellcheck disable=SC2086
	run "$dir/libexec/sekisho" $c --help
	ended 0
	grep -qE "^  sekisho $c( |\$)" "$dir/help" || wrong "no $c in the help"
done
awk 'length($0) > 80 || / $/' "$dir/help" | grep . && wrong "too wide"
run "$dir/libexec/sekisho" help audit
ended 0
shows "sekisho audit show" "sekisho audit verify"
lacks "sekisho person"
usage audit
usage help bogus
run "$dir/libexec/sekisho" --version
ended 0
shows 'sekisho 0.'

t configuration_is_refused_by_file_and_line
run "$dir/libexec/sekisho" person list --conf "$dir/none"
refused "$dir/none"
run "$dir/libexec/sekisho" init --conf etc/sekisho.conf
ended 1
write_conf 's/^host = .*/&\nhsot = x/'
for c in init check-config 'person list' 'audit verify' \
    'revoke 1 --reason x'; do
	# shellcheck disable=SC2086
	d $c
	refused "$conf:3:" hsot
done
write_conf
chmod 666 "$conf"
d init
refused "$conf"
write_conf
[[ ! -e $dir/lib && ! -e $dir/log ]] || wrong "something was made"

t nothing_works_before_init
d person list
refused "$dir/lib"
mkdir -m 700 "$dir/lib" "$dir/log"
for c in 'person list' 'person add a' 'list' 'revoke 1 --reason x'; do
	# shellcheck disable=SC2086
	d $c
	refused 'sekisho init'
done
[[ ! -e $dir/lib/sekisho.db ]] || wrong "a store was made"
d audit show
ended 0
shows 'no record yet'
d audit verify
refused 'no record yet'
rmdir "$dir/lib" "$dir/log"

t init_makes_what_is_missing_and_says_so
d init
ended 0
((status == 0)) || { finish; exit 1; }
has "made the folder $dir/lib (mode 0700)" \
    "made the folder $dir/log (mode 0700)" \
    "made the store $dir/lib/sekisho.db"
mode "$dir/lib" 700
mode "$dir/log" 700
mode "$dir/lib/sekisho.db" 600
recorded '"event":"config"' "\"actor\":\"$me\"" '"command":"init"' \
    '"path":"sekisho.db"'
before=$(entries "$log")
d init
ended 0
has "the folder $dir/lib is there already" \
    "the store $dir/lib/sekisho.db is there already"
lacks made
records "$before"

t init_makes_the_key_of_the_record_once
mode "$dir/lib/log.key" 600
mode "$dir/log/log.vkeys" 644
vkey=$(cat "$dir/log/log.vkeys")
[[ $vkey == desk.example.jp/sekisho+????????+A* ]] || wrong "$vkey"
recorded '"path":"'"$dir/lib/log.key"'"' "\"public\":\"$vkey\""
key=$(sha256sum <"$dir/lib/log.key")
rm "$dir/log/log.vkeys"
d init
ended 0
has "the key $dir/lib/log.key is there already"
[[ $(sha256sum <"$dir/lib/log.key") == "$key" ]] || wrong "another key"
[[ $(cat "$dir/log/log.vkeys") == "$vkey" ]] || wrong "public key not restored"
cp -p "$dir/lib/log.key" "$dir/lib/kept"
sed -i '1s/.....$/AAAA=/' "$dir/lib/log.key"
d init
refused "$dir/lib/log.key" 'no key of a log'
mv "$dir/lib/kept" "$dir/lib/log.key"
chmod 640 "$dir/lib/log.key"
d init
refused "$dir/lib/log.key" 0600
chmod 600 "$dir/lib/log.key"

t init_lets_the_group_pass_to_the_record
echo '[record]
group = nogroup' >>"$conf"
d init
ended 0
mode "$dir/log" 750
[[ $(stat -c %G "$dir/log") == nogroup ]] || wrong "group of the folder"
sed -i 's/^group = .*/group = nobody-knows/' "$conf"
d init
refused nobody-knows
write_conf
chgrp 0 "$dir/log"
chmod 700 "$dir/log"

t init_sets_an_old_record_aside
mv "$dir/log" "$dir/log.kept"
mkdir -m 700 "$dir/log"
printf '{"event":"log_start","prev":"%064d","seq":1,"v":1}\n' 0 >"$log"
mv "$dir/lib/sekisho.db" "$dir/db"
echo mine >"$dir/log/audit-v1.jsonl"
d init
refused audit-v1.jsonl
[[ $(<"$dir/log/audit-v1.jsonl") == mine ]] || wrong "written over"
rm "$dir/log/audit-v1.jsonl"
d init
has "the record in $dir/log is of version 1: it is audit-v1.jsonl now, and a new one begins"
[[ $(<"$dir/log/audit-v1.jsonl") == *'"v":1}' ]] || wrong "it is another one"
recorded '"event":"config"'
[[ $(head -n 1 "$log") == *'"event":"log_start"'* ]] || wrong "no start"
mv "$dir/db" "$dir/lib/sekisho.db"
rm -r "$dir/log"
mv "$dir/log.kept" "$dir/log"

t init_refuses_what_is_not_safe
write_conf "s:^state = .*:state = $dir/open/lib:"
mkdir -m 777 "$dir/open"
chmod 777 "$dir/open"
d init
refused "$dir/open"
rm -rf "$dir/open"
write_conf
chmod 777 "$dir/lib"
d init
refused "$dir/lib"
chmod 700 "$dir/lib"
chmod 644 "$dir/lib/sekisho.db"
d init
refused sekisho.db 0600
chmod 600 "$dir/lib/sekisho.db"

t persons_and_accounts
d person add taro --display '山田 太郎' --account taro
ended 0
has 'added the person taro' 'taro may open the account taro' \
    'sekisho: note: this system does not know the user taro (yet)'
recorded '"event":"grant"' '"person":{"name":"taro"}' \
    '"account":{"name":"taro"}' "\"actor\":\"$me\"" '"result":0' \
    '"reason":"ok"'
grep -q '"event":"person_add".*"display":"山田 太郎"' "$log" ||
    wrong "no person_add"
grep -q '"account":{"name":"taro","shared":false}.*"event":"account_add"' \
    "$log" || wrong "no account_add"
d account add ward3 --shared --person taro
ended 0
has 'added the account ward3' 'taro may open the account ward3'
d person add hanako --password-user h.sato --account ward3
ended 0
lacks 'not marked as shared'
d account grant taro hanako
ended 0
shows 'not marked as shared'
d account ungrant taro hanako
ended 0
recorded '"event":"ungrant"'
d person list
has $'taro\tactive\ttaro\ttaro,ward3\t0\t山田 太郎\t-' \
    $'hanako\tactive\th.sato\tward3\t0\t\t-'
d account list
has $'ward3\tactive\tshared\thanako,taro\t-' \
    $'taro\tactive\tpersonal\ttaro\t-'
d person list --json
has '{"accounts":["taro","ward3"],"active_credentials":0,"display":"山田 太郎","password_user":"taro","person":"taro","roles":[],"status":"active"}'
d account list --json
has '{"account":"taro","persons":["taro"],"roles":[],"shared":false,"status":"active"},'

t refusals_change_and_record_nothing
before=$(entries "$log")
d person add taro
refused 'sekisho: there is already a person taro'
d person add saburo --account ward3 --account 'no such'
refused 'not usable as a name'
d person add saburo --display $'evil\e[2J'
refused 'not printable'
d person add "$(printf 'x%.0s' {1..300})"
refused 'too long'
d account add ward9 --person nobody-here
refused 'there is no person nobody-here'
d account grant ward3 taro
refused 'already'
d account ungrant taro hanako
refused 'may not open the account taro anyway'
d account grant ward3 saburo
refused 'there is no person saburo'
d person suspend saburo --reason x
refused 'there is no person saburo'
records "$before"
d person list
lacks saburo
d account list
lacks ward9

t roles
d person role hanako Nurse
ended 0
has 'hanako has the role Nurse'
recorded '"event":"grant"' '"person":{"name":"hanako"}' '"role":"Nurse"' \
    '"dcm":{"action":"E","id":110113,"type":110137}'
d person role hanako Nurse
refused 'the person hanako has already the role Nurse'
d account add icu --shared
d account grant icu --role Nurse
ended 0
has 'whoever has the role Nurse may open the account icu'
lacks 'not marked as shared'
recorded '"event":"grant"' '"account":{"name":"icu"}' '"role":"Nurse"'
d account grant taro --role 'Medical Doctor'
shows 'not marked as shared'
d person list
has $'hanako\tactive\th.sato\ticu,ward3\t0\t\tNurse'
d account list
has $'icu\tactive\tshared\t-\tNurse' \
    $'taro\tactive\tpersonal\ttaro\tMedical Doctor'
d account list --json
shows '"account":"icu","persons":[],"roles":["Nurse"],"shared":true'
d person list --json
shows '"person":"hanako","roles":["Nurse"]'
d account ungrant taro --role 'Medical Doctor'
ended 0
has 'the role Medical Doctor does not open the account taro any more'
recorded '"event":"ungrant"' '"account":{"name":"taro"}' \
    '"role":"Medical Doctor"'
d person role hanako Nurse --remove
ended 0
has 'hanako does not have the role Nurse any more'
recorded '"event":"ungrant"' '"person":{"name":"hanako"}' '"role":"Nurse"'
before=$(entries "$log")
d person role hanako Nurse --remove
refused 'the person hanako has no role Nurse'
d person role nobody-here Nurse
refused 'there is no person nobody-here'
d account grant icu --role ''
refused 'not usable as a role'
d account grant icu --role $'evil\e[2J'
refused 'not usable as a role'
d person role hanako "$(printf 'x%.0s' {1..65})"
refused 'not usable as a role'
for words in 'account grant icu' 'account grant icu taro --role Nurse' \
    'account ungrant icu' 'person role hanako'; do
	# shellcheck disable=SC2086
	d $words
	ended 2
done
records "$before"

t suspended_persons_and_accounts
d person suspend taro --reason '休職'
ended 0
recorded '"event":"suspend"' '"object":"person","reason":"休職"'
d person suspend taro --reason again
refused 'suspended already'
d person list
shows $'taro\tsuspended'
d person resume taro --reason back
ended 0
recorded '"event":"resume"'
d account suspend ward3 --reason closed
ended 0
d account list --json
shows '"account":"ward3","persons":["hanako","taro"],"roles":[],"shared":true,"status":"suspended"'
d account resume ward3 --reason open
ended 0
recorded '"event":"resume"' '"account":{"name":"ward3"}'

t enrol_from_a_file_says_what_is_not_proved
d enrol taro --certificate "$dir/pki/file.crt" --label 'blue card' --yes
ended 0
shows '  subject      CN=file' '  key          EC 256' '  SHA-256      ' \
    'enrolled credential 1 for taro' 'was not proved'
recorded '"event":"enrol"' '"proof":"none"' '"bind":"key"' '"credential":1' \
    '"label":"blue card"' "\"cert_sha256\":\"$(openssl x509 -outform DER \
    -in "$dir/pki/file.crt" | sha256sum | cut -d' ' -f1)\"" \
    '"name":"taro"' "\"actor\":\"$me\""
d list
shows $'1\ttaro\tactive\tkey\t' $'\tblue card\tpossession not proved'

t a_bound_key_is_refused_for_all
before=$(entries "$log")
d enrol hanako --certificate "$dir/pki/file.crt" --yes
refused 'sekisho: this key is credential 1 of taro already (active)'
d enrol taro --certificate "$dir/pki/file.crt" --bind certificate --yes
refused 'credential 1 of taro'
records "$before"

t der_and_binding_by_certificate
openssl x509 -in "$dir/pki/rsa.crt" -outform DER -out "$dir/rsa.der"
d enrol hanako --certificate "$dir/rsa.der" --bind certificate --yes
ended 0
shows '  key          RSA 2048'
recorded '"bind":"certificate"'
d list hanako --json
shows '"bind":"certificate"' '"person":"hanako"' '"status":"active"' \
    "\"created_by\":\"$me\"" '"not_after":"20'
lacks '"person":"taro"'

t a_certificate_that_would_be_refused_is_told
d enrol hanako --certificate "$dir/pki/late.crt" --yes
ended 0
shows 'WARNING' cert-expired
recorded '"warning":"cert-expired"'

t files_that_are_no_certificate
cat "$dir"/pki/{taro,hanako}.crt >"$dir/two.pem"
head -c 100 "$dir/rsa.der" >"$dir/cut.der"
: >"$dir/empty"
head -c 70000 /dev/zero >"$dir/large"
mkfifo "$dir/fifo"
for f in two.pem:'more than one' pki/taro.key:'no certificate' \
    cut.der:'can be read' empty:empty large:larger fifo:'no regular' \
    none:'No such file' etc:'no regular'; do
	d enrol taro --certificate "$dir/${f%%:*}" --yes
	refused "${f#*:}"
done
d enrol nobody-here --certificate "$dir/pki/taro.crt" --yes
refused 'there is no person nobody-here'
d enrol taro --certificate "$dir/pki/taro.crt" --label $'\e[31mred' --yes
refused 'not printable'
run setsid "$dir/libexec/sekisho" enrol taro --conf "$conf" \
    --certificate "$dir/pki/taro.crt"
refused 'no terminal'

t enrol_a_card_with_its_pin
d enrol taro --pkcs11 card --token single --pin-file "$dir/pin" --yes
ended 0
shows '  subject      CN=taro' '  token        single' 'key id 01' \
    'enrolled credential'
lacks 4711 'not proved'
recorded '"proof":"pin"' '"kind":"pkcs11"' '"module":"card"' \
    '"label":"single"'
lacks 4711
# as a word: it may well be four digits of some hash
! grep -qE '(^|[^0-9a-f])4711([^0-9a-f]|$)' "$log" ||
    wrong "the PIN is on record"
d list taro --json
shows '"status_reason":"possession proved by a signature with the PIN"' \
    '"token_serial":"'

t several_certificates_are_listed_not_guessed
d enrol hanako --pkcs11 "$softhsm" --token several --pin-file "$dir/pin" --yes
refused "--token 'several' --id 0a  CN=one" '--id 0b' ': ok'
d enrol hanako --pkcs11 card --token several --id 0c --pin-file "$dir/pin" --yes
refused 'no certificate there that fits'
exec 5<<<4711
d enrol hanako --pkcs11 "$softhsm" --token several --id 0A --pin-fd 5 --yes
exec 5<&-
ended 0
shows CN=one 'key id 0a'

t modules_are_those_of_the_configuration
d enrol taro --pkcs11 /usr/lib/opensc-pkcs11.so --pin-file "$dir/pin" --yes
refused 'no module of the configuration' 'card, finaltry, crash, flip'
d enrol taro --pkcs11 card --token nonesuch --pin-file "$dir/pin" --yes
refused 'no token is inserted'

t a_wrong_pin_is_tried_once
before=$(entries "$log")
d enrol hanako --pkcs11 card --token several --id 0b \
    --pin-file "$dir/wrongpin" --yes
refused 'The PIN was wrong; tries left: '
[[ $(grep -c 'PIN was wrong' "$dir/out") == 1 ]] || wrong "tried again"
records "$before"

t pin_files_are_private
chmod 640 "$dir/pin"
d enrol hanako --pkcs11 card --token several --id 0b --pin-file "$dir/pin" --yes
refused 0600
chmod 600 "$dir/pin"
for f in empty large none; do
	chmod 600 "$dir/empty" "$dir/large"
	d enrol hanako --pkcs11 card --token several --id 0b \
	    --pin-file "$dir/$f" --yes
	refused PIN
done

t the_last_try_is_not_spent_by_a_script
d enrol hanako --pkcs11 finaltry --token several --id 0b \
    --pin-file "$dir/pin" --yes
refused 'one try left'

t a_module_that_crashes_or_lies_proves_nothing
before=$(entries "$log")
d enrol hanako --pkcs11 crash --token several --id 0b --pin-file "$dir/pin" --yes
refused helper-crashed
d enrol hanako --pkcs11 flip --token several --id 0b --pin-file "$dir/pin" --yes
refused bad-signature
records "$before"

two=("$dir/libexec/sekisho" enrol hanako --conf "$conf" --pkcs11 card
    --token several --id 0b)
t at_the_terminal_no_is_no
run "$tty" '(yes/no)=no' -- "${two[@]}"
refused 'not confirmed' 'echo on'
run "$tty" 'last try=no' -- "$dir/libexec/sekisho" enrol hanako \
    --conf "$conf" --pkcs11 finaltry --token several --id 0b --yes
refused last-try-declined

t at_the_terminal_an_interrupt_restores_it
before=$(entries "$log")
run "$tty" '(yes/no)=yes' 'PIN for several=^C' -- "${two[@]}"
ended 130
has 'echo on' 'signal 2'
run "$tty" '(yes/no)=^C' -- "${two[@]}"
ended 130
records "$before"

t at_the_terminal_the_pin_is_not_shown
run "$tty" '(yes/no)=yes' 'PIN for several=1234' 'PIN for several=4711' -- \
    "${two[@]}"
ended 0
shows 'The PIN was wrong' 'enrolled credential' 'echo on'
lacks 4711 1234
recorded '"proof":"pin"'

t list_knows_persons_only
d list nobody-here
refused 'there is no person nobody-here'
d list taro
lacks hanako

t suspend_resume_revoke
d suspend 1 --reason 'left at home'
ended 0
has 'suspended the credential 1 of taro'
recorded '"event":"suspend"' '"reason":"left at home"' '"credential":1'
d suspend 1 --reason again
refused 'suspended already'
d resume 1
ended 0
recorded '"event":"resume"'
d revoke 1 --reason '紛失'
ended 0
has 'revoked the credential 1 of taro'
recorded '"event":"revoke"' '"reason":"紛失"' '"object":"credential"'
d resume 1
refused 'for ever'
d suspend 1 --reason x
refused 'for ever'
d revoke 1 --reason x
refused 'revoked already'
d revoke 99 --reason x
refused 'there is no credential 99'
d list --json
shows '"id":1,' '"status":"revoked","status_reason":"紛失"'
d enrol hanako --certificate "$dir/pki/file.crt" --yes
refused 'credential 1 of taro already (revoked)'

t revoke_all_of_a_person
d revoke hanako --reason 'left the hospital'
ended 0
n=$(grep -c 'revoked the credential' "$dir/out")
((n == 4)) || wrong "$n revoked"
d list hanako --json
lacks '"status":"active"'
d revoke hanako --reason again
refused 'no credential that could be revoked'

t a_number_that_is_also_a_name
quiet person add 2
d revoke 2 --reason x
refused 'say --id 2 or --person 2'
d revoke --person 2 --reason x
refused '2 has no credential'
quiet person add 10234
quiet enrol 10234 --certificate "$dir/pki/hanako.crt" --yes
d revoke 10234 --reason 'staff number'
ended 0
shows 'of 10234'

t audit_show
d audit show
ended 0
shows 'enrolled  ok  person=taro' "by=$me" 'because="left at home"' \
    'recording starts'
d audit show --last 2
[[ $(wc -l <"$dir/out") == 2 ]] || wrong "not 2 lines"
shows 'revoked  ok  person=10234'
d audit show --event revoke --person hanako --last 3
[[ $(wc -l <"$dir/out") == 3 ]] || wrong "not 3 lines"
lacks enrolled taro
d audit show --json
cmp -s "$dir/out" "$log" || wrong "not the log itself"
d audit show --json --person 10234 --event enrol
[[ $(wc -l <"$dir/out") == 1 ]] || wrong "not 1 line"
d audit show --person nobody-here
ended 0
[[ ! -s $dir/out ]] || wrong "lines"

spki() {
	openssl x509 -in "$1" -noout -pubkey |
	    openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1
}
t deny_and_allow
d deny person taro --reason '退職'
ended 0
has 'number 1 of the deny-list: taro'
recorded '"event":"deny"' '"deny":{"id":1,"kind":"person"}' \
    '"person":{"name":"taro"}' '"change":{"object":"deny","reason":"退職"}' \
    "\"actor\":\"$me\"" '"result":0'
d deny person not-yet --reason 'never here'
ended 0
has 'sekisho: note: there is no person not-yet (yet)'
key=$(spki "$dir/pki/taro.crt")
d deny key "$dir/pki/taro.crt" --reason copied
ended 0
has "number 3 of the deny-list: $key"
recorded "\"spki_sha256\":\"$key\""
serial=$(pki_serial "$dir/pki/one.crt" | tr A-F a-f)
d deny certificate "$dir/rsa.der" --reason 'DER, too'
ended 0
shows ', CN=Sakura CA,O=Sakura,C=JP'
d deny serial "$dir/pki/ca.crt" "$serial" --reason 'call of 9:30'
ended 0
has "number 5 of the deny-list: $serial, CN=Sakura CA,O=Sakura,C=JP"
recorded "\"cert_serial\":\"$serial\"" '"issuer":"CN=Sakura CA' \
    '"kind":"certificate"' "\"issuer_sha256\":\"$(grep '"event":"enrol"' \
    "$log" | sed -n 's/.*"issuer_sha256":"\([0-9a-f]*\)".*/\1/p' |
    head -n 1)\""

t denied_already_in_whatever_words
before=$(entries "$log")
d deny person taro --reason again
refused 'on the deny-list already, as number 1'
d deny key "${key^^}" --reason again
refused 'as number 3'
d deny key "$(sed 's/../&:/g; s/:$//' <<<"$key")" --reason again
refused 'as number 3'
d deny certificate "$dir/pki/one.crt" --reason again
refused 'as number 5'
d deny serial "$dir/pki/ca.crt" "00:${serial^^}" --reason again
refused 'as number 5'
records "$before"

t deny_refuses_what_it_cannot_mean
d deny serial "$dir/pki/ca.crt" 0xff --reason x
ended 2
shows 'no serial number'
d deny serial "$dir/pki/ca.crt" "$(printf '1%.0s' {1..41})" --reason x
ended 2
d deny serial "$dir/pki/one.crt" 0a --reason x
refused 'no certificate of an issuer'
d deny key "${key%?}" --reason x
refused 'No such file'
d deny certificate "$dir/pki/taro.key" --reason x
refused 'no certificate'
d deny certificate "$dir/two.pem" --reason x
refused 'more than one'
d deny certificate "$dir/cut.der" --reason x
refused 'can be read'
d deny person 'a b' --reason x
refused "no person's name"
d deny person "$(printf 'x%.0s' {1..300})" --reason x
ended 1
d deny person hanako --reason $'evil\e[2J'
refused 'not printable'
d deny person hanako --reason "$(printf 'x%.0s' {1..300})"
refused 'too long'
records "$before"

t deny_list
d deny list
ended 0
shows $'1\tperson\ttaro\t' $'\t退職' $'3\tkey\t'"$key" \
    $'5\tcertificate\t'"$serial, CN=Sakura CA"
d deny list --json
[[ $(grep -c '"id":' "$dir/out") == 5 ]] || wrong "not 5 rows"
shows '"kind":"person","person":"taro","reason":"退職"' \
    "\"serial\":\"$serial\"" "\"spki_sha256\":\"$key\"" \
    "\"created_by\":\"$me\""
d allow 1 --reason 'came back'
ended 0
has 'took number 1 off the deny-list: taro'
recorded '"event":"allow"' '"deny":{"id":1,"kind":"person"}' \
    '"reason":"came back"' '"name":"taro"'
before=$(entries "$log")
d allow 1 --reason again
refused 'there is no number 1 on the deny-list'
d allow 99 --reason x
refused 'there is no number 99'
records "$before"
d deny list
lacks $'\ttaro\t'
d audit show --last 1
shows 'denial lifted  ok  person=taro' 'denied=person' 'because="came back"'
for n in 2 3 4 5; do
	quiet allow $n --reason 'end of the test'
done
d deny list --json
has '[]'

t enrolled_certificates_are_kept
n=$(sqlite3 "$dir/lib/sekisho.db" \
    "SELECT count(*) FROM credential WHERE cert IS NULL")
[[ $n == 0 ]] || wrong "$n without"
sqlite3 "$dir/lib/sekisho.db" "SELECT writefile('$dir/kept.der', cert)
    FROM credential WHERE id = 1" >/dev/null
openssl x509 -in "$dir/pki/file.crt" -outform DER | cmp - "$dir/kept.der" ||
    wrong "another one"

t deny_keys_of_openssh
mkdir "$dir/ssh"
for alg in ed25519 rsa ecdsa; do
	ssh-keygen -q -t $alg -N '' -f "$dir/ssh/$alg" || wrong "no $alg"
done
ssh_spki() {
	ssh-keygen -e -m PKCS8 -f "$1" | openssl pkey -pubin -outform DER |
	    sha256sum | cut -d' ' -f1
}
print() {
	ssh-keygen -l -f "$1" | cut -d' ' -f2
}
d deny key "$dir/ssh/rsa.pub" --reason 'laptop lost'
ended 0
has "number 6 of the deny-list: $(ssh_spki "$dir/ssh/rsa.pub")"
recorded "\"spki_sha256\":\"$(ssh_spki "$dir/ssh/rsa.pub")\"" \
    '"kind":"key"' '"reason":"laptop lost"'
d deny key "$dir/ssh/rsa.pub" --reason again
refused 'number 6'
# a certificate of OpenSSH: its key
ssh-keygen -q -s "$dir/ssh/rsa" -I taro -n taro "$dir/ssh/ecdsa.pub" \
    2>/dev/null || wrong "no certificate"
d deny key "$dir/ssh/ecdsa-cert.pub" --reason x
ended 0
has "number 7 of the deny-list: $(ssh_spki "$dir/ssh/ecdsa.pub")"
d deny key "$(print "$dir/ssh/ed25519.pub")" --reason x
refused 'no SSH key that is enrolled here has the fingerprint SHA256:'
d enrol taro --ssh-key "$dir/ssh/ed25519.pub" --software --yes
ended 0
d deny key "$(print "$dir/ssh/ed25519.pub")" --reason 'seen in the log'
ended 0
shows 'number 8 of the deny-list: '
recorded "\"spki_sha256\":\"$(d list taro --json >/dev/null
    sed -n 's/.*"kind":"ssh".*"spki_sha256":"\([0-9a-f]*\)".*/\1/p' \
    "$dir/out")\""
before=$(entries "$log")
d deny key SHA256: --reason x
refused 'no SSH key that is enrolled'
d deny key $'SHA256:\e[2J' --reason x
refused 'SHA256:\x1b[2J'
cat "$dir/ssh/rsa.pub" "$dir/ssh/ed25519.pub" >"$dir/ssh/two.pub"
d deny key "$dir/ssh/two.pub" --reason x
ended 1
d deny key "$dir/ssh/rsa" --reason x
ended 1
records "$before"
for n in 6 7 8; do
	quiet allow $n --reason 'end of the test'
done

t audit_verify
d audit verify
ended 0
shows "$(entries "$log") records, all whole and chained"
cp "$log" "$dir/log.good"
sed -i '5s/"taro"/"jiro"/' "$log"
d audit verify
refused 'line '
shows 'first bad record'
sed 3d "$dir/log.good" >"$log"
d audit verify
refused 'line 3 is the first bad record (2 good ones before it)'
cat "$dir/log.good" >"$log"
d audit verify
ended 0

t without_a_record_nothing_is_changed
mv "$log" "$dir/log.kept"
mkdir "$log"
for c in 'person add shiro' 'account add ward8' \
    'person suspend taro --reason x' \
    "enrol taro --certificate $dir/pki/spare.crt --yes" \
    'deny person taro --reason x' \
    'account ungrant ward3 taro'; do
	# shellcheck disable=SC2086
	d $c
	refused 'NOTHING WAS CHANGED'
done
rmdir "$log"
mv "$dir/log.kept" "$log"
d person list
lacks shiro suspended
d account list
lacks ward8
shows taro
d deny list --json
has '[]'
d audit verify
ended 0

t a_full_disk_changes_nothing
before=$(entries "$log")
full() {
	(ulimit -f 0 && exec "$dir/libexec/sekisho" "$@" --conf "$conf") \
	    2>&1 | cat
	return "${PIPESTATUS[0]}"
}
export -f full
export dir conf
run bash -c 'full person add shiro'
ended 1
lacks 'added the person'
records "$before"
d person list
lacks shiro

t check_config_says_what_is_wrong
d check-config
ended 0
has OK "good  configuration: $conf" "good  trust: $dir/etc/anchors" \
    "good  store: $dir/lib" "good  audit: $dir/log" \
    "good  helper user: nobody" "good  card: $softhsm"
lacks BAD
has "good  revocation: check = crl, stale = deny" "good  crls: $dir/crl" \
    "good  service ward: pkcs11+password"
shows "good  cache: /var/cache/sekisho" \
    "good  fetch: distribution-points = yes, seconds = 120, max-megabytes = 128"
mv "$dir/libexec/sekisho-pkcs11" "$dir/libexec/away"
mv "$dir/lib/sekisho.db" "$dir/lib/away"
d check-config
refused 'BAD   sekisho-pkcs11: ' 'BAD   store: ' 'findings: 2' 'sekisho init'
mv "$dir/libexec/away" "$dir/libexec/sekisho-pkcs11"
mv "$dir/lib/away" "$dir/lib/sekisho.db"
chmod 666 "$dir/lib/sekisho.db"
d check-config
refused 'BAD   store: ' 0600
chmod 600 "$dir/lib/sekisho.db"
mv "$dir/etc/anchors/ca.crt" "$dir/ca.kept"
d check-config
refused 'BAD   trust: '
mv "$dir/ca.kept" "$dir/etc/anchors/ca.crt"
write_conf 's/^user = .*/user = nobody-such/'
d check-config
refused 'BAD   helper user: ' nobody-such
write_conf "s:^crls = .*:crls = $dir/none:"
d check-config
refused "$conf:" crls

t check_config_looks_at_the_record
write_conf "\$a[record]\ngroup = nobody-such\n[forward]\nformat = fhir"
d check-config
refused 'BAD   record group: ' nobody-such
shows "good  record key: $(cat "$dir/log/log.vkeys")" \
    'good  forward: /var/spool/sekisho'
mkdir -m 777 "$dir/outbox" && chmod 777 "$dir/outbox"
write_conf "\$a[forward]\nsend = records\noutbox = $dir/outbox"
d check-config
refused 'BAD   forward: '
chmod 700 "$dir/outbox"
d check-config
ended 0
has "good  forward: send = records, format = dicom, $dir/outbox"
mv "$dir/lib/log.key" "$dir/lib/away"
d check-config
refused 'BAD   record key: '
mv "$dir/lib/away" "$dir/lib/log.key"
write_conf
rmdir "$dir/outbox"

t check_config_looks_at_revocation
write_conf "s:^crls = .*:&\ncache = $dir/cache:" \
    's/^\[pkcs11 card/[revocation]\ncheck = either\nstale = grace 8\n'`
    `'ocsp-live = 3\nocsp-url = http:\/\/o.jp\/ https:\/\/p.jp\n[crl staff]\n'`
    `'url = http:\/\/crl.example.jp\/a.crl\n[fetch]\n'`
    `'proxy = http:\/\/p.jp:3128\nca-file = '"${dir//\//\\/}"'\/ca.pem\n\n&/' \
    's/^pairs = .*/&\nroles = "Medical Doctor", 医師/'
cp "$dir/pki/ca.crt" "$dir/ca.pem"
d check-config
ended 0
has OK "good  cache: $dir/cache (not there yet: sekisho-fetch makes it)" \
    "good  revocation: check = either, stale = grace 8, ocsp-max-age = 24, ocsp-live = 3" \
    "good  crl staff: http://crl.example.jp/a.crl" \
    "good  ocsp-url: http://o.jp/" "good  ocsp-url: https://p.jp" \
    "good  ca-file: $dir/ca.pem" \
    'good  service ward: pkcs11+password; roles "Medical Doctor", "医師"'
shows 'proxy = http://p.jp:3128'
mkdir -p "$dir"/cache/{crl,ocsp}
chmod 755 "$dir"/cache "$dir"/cache/{crl,ocsp}
d check-config
ended 0
has "good  cache: $dir/cache" "good  cache of CRLs: $dir/cache/crl" \
    "good  cache of OCSP: $dir/cache/ocsp"
chmod 777 "$dir/cache/ocsp"
rm "$dir/ca.pem"
echo 'not a list' >"$dir/crl/bad.crl"
d check-config
refused "BAD   cache of OCSP: " "BAD   ca-file: $dir/ca.pem" \
    'BAD   crls: ' bad.crl
rm -r "$dir/cache" "$dir/crl/bad.crl"
write_conf 's/^\[pkcs11 card/[revocation]\ncheck = none\n\n&/'
d check-config
ended 0
has "good  revocation: check = none"
lacks cache

t japanese
write_conf 's/^language = .*/language = ja/'
d person add goro
ended 0
has '利用者 goro を追加しました'
d list nobody-here
refused '利用者 nobody-here はいません'
d audit show --last 1
shows '利用者追加  成功  利用者=goro'
d check-config
has OK "正常  store: $dir/lib"
write_conf

t the_environment_decides_nothing
run env SUDO_USER=mallory USER=mallory LOGNAME=mallory \
    OPENSSL_CONF="$dir/none" SOFTHSM2_CONF=/dev/null TMPDIR=/nonexistent \
    "$dir/libexec/sekisho" person add rokuro --conf "$conf"
ended 0
recorded "\"actor\":\"$me\""
lacks mallory
! grep -q mallory "$log" || wrong "mallory is on record"

finish
