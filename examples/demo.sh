#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The demonstration: a private installation in one folder, and what Sekisho
# does with a good login, a wrong PIN, a revoked card, a list of a million
# others, a blocked card, a vendor's module that hangs, a FIDO2 key and its
# clone, and a record that somebody has edited.  usage: examples/demo.sh FOLDER [interactive]
#
# Needs root (helpers change their user, the system's own password check runs
# with a private passwd file in a mount namespace of its own).  Touches
# nothing outside FOLDER.

here=$(dirname "$0")
# shellcheck source=tests/site.sh
. "$here/../tests/site.sh"
# shellcheck source=tests/fido/site.sh
. "$here/../tests/fido/site.sh"

demo=${1:?usage: demo.sh FOLDER [interactive]}
[[ $EUID -eq 0 ]] || { echo "demo: must be run as root" >&2; exit 1; }
site_enter "$0" "$@"
trap 'fido_stop 2>/dev/null' EXIT

PASSWORD=himitsu-1
bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
[[ -t 1 ]] || bold='' dim='' plain=''

say() {
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}
show() {
	echo "${dim}\$ sekisho $*$plain"
	site_desk "$@"
}
die() {
	echo "demo: $*" >&2
	exit 1
}

# One login: what the person sees, indented; it must end as expected.
login() {
	local want=$1 out
	shift
	out=$(site_drive --service ward --user taro --tty ward-pc-3 "$@" 2>&1)
	sed -n 's/^prompt: /    | /p; s/^echo: /    | /p; s/^info: /    | /p
	    s/^error: /    | /p; s/^auth = [0-9]* /    => /p' <<<"$out"
	grep -q "^auth = $want " <<<"$out" || die "this login should have ended with $want: $out"
}

prepare() {
	[[ ! -e $demo || -e $demo/.sekisho-demo ]] ||
	    die "$demo is there already and is not a demonstration"
	rm -rf "$demo" && mkdir -p "$demo" && demo=$(realpath "$demo") || exit
	: >"$demo/.sekisho-demo"
	site_make "$demo" || die "no installation in $demo"
	site_user taro "$PASSWORD"
	site_cert taro "/C=JP/O=Sakura Hospital/CN=Yamada Taro" key=rsa:2048 &&
	    site_token taro-card taro || die "no card"
	(umask 077 && echo $SITE_PIN >"$SITE/pki/pin")
}

say "1. An installation in $demo: policy, CA, revocation list, one card"
prepare
show check-config || die "the configuration was refused"

say "2. The helpdesk enrols a nurse: the card proves itself with its PIN"
show person add taro --display '山田 太郎' --account taro || exit
show enrol taro --pkcs11 card --pin-file "$SITE/pki/pin" --yes || exit

if [[ ${2-} == interactive ]]; then
	say "3. Log in yourself: PIN $SITE_PIN, password $PASSWORD"
	site_drive --service ward --user taro --conv ask
	show audit show --last 3
	exit
fi

say "3. A login: card with PIN, then the password, through Linux-PAM"
login 0 --answer PIN=$SITE_PIN --answer Password=$PASSWORD

say "4. A wrong PIN is told, and stays on the card's own counter"
site_conf 's/^type-seconds/pin-tries = 1\n&/'
login 7 --answer PIN=9999 --answer Password=$PASSWORD

say "5. The card is lost; the CA revokes it: no PIN is even asked for"
site_crl revoke="$(pki_serial "$SITE/pki/taro.crt"),keyCompromise" number=02
login 7 --answer PIN=$SITE_PIN --answer Password=$PASSWORD

say "   Why?  The same check, for whoever asks at the helpdesk"
show verify "$SITE/pki/taro.crt" && die "the card should be refused"

say "6. A million other cards are revoked: the CA's list becomes an index"
"$BUILD/tests/bench/bigcrl" 1000000 "$SITE/pki/ca.key" "$SITE/pki/ca.crt" \
    "$SITE/crl/million" || die "no list"
site_conf '/^crls = /d' "s|^\[pkcs11 card\]|[crl ca]\\n`
    `url = file://$SITE/crl/million\\n\\n&|"
show refresh || die "the list was refused"
login 0 --answer PIN=$SITE_PIN --answer Password=$PASSWORD
show explain "$SITE/pki/taro.crt"

say "7. The card is found in the canteen: blocked here at once, and given back"
show deny certificate "$SITE/pki/taro.crt" --reason 'found in the canteen'
login 7 --answer PIN=$SITE_PIN --answer Password=$PASSWORD
show allow 1 --reason 'given back to its holder'

say "8. A vendor's module that hangs: refused in time, login unharmed"
install -m 644 "$BUILD/tests/badp11.so" "$SITE/libexec/"
site_conf "s|^module = .*|module = $SITE/libexec/badp11.so|" \
    's|^environment = .*|& BADP11=hang:C_SignInit|' \
    's/^token-seconds = .*/token-seconds = 1/'
login 9 --answer PIN=$SITE_PIN --answer Password=$PASSWORD

site_conf 's/^\[service ward\]/[fido2]\nrp-id = hospital.example\n\n&/' \
    's/^pairs = pkcs11+pin/pairs = fido2+verification/'
say "9. A FIDO2 security key that knows its holder by a PIN: enrolled ..."
fido_site && fido_key blue && fido_pin blue $SITE_PIN || die "no key"
show enrol taro --fido2 --verification --label 'blue key' --yes \
    --pin-file "$SITE/pki/pin" || exit
fido_save blue before
say "   ... and used; nothing else is asked for"
login 0 --service kiosk --answer PIN=$SITE_PIN
fido_unplug blue && fido_restore blue before && fido_plug blue
say "   Somebody has a copy of that key: its counter gives it away"
login 7 --service kiosk --answer PIN=$SITE_PIN
show list taro
fido_stop

site_conf
say "10. What is on record, and in DICOM's words"
show audit show || exit
echo "${dim}the last one in full, $SITE_LOG:$plain"
tail -n 1 "$SITE_LOG"
show audit export --format dicom --reason clone-suspected | cut -c1-420

say "11. An auditor keeps the public key and one signed checkpoint elsewhere"
mkdir "$demo/auditor" && cp "$SITE/log/log.vkeys" "$SITE/log/checkpoint" \
    "$demo/auditor/" || exit
cat "$demo/auditor/checkpoint"
show audit verify || exit
show audit prove 4 --output "$demo/auditor/4.tlog-proof" || exit
verify_with=(--key "$demo/auditor/log.vkeys" \
    --checkpoint "$demo/auditor/checkpoint")

say "12. Root edits the record, and chains it anew, so that it looks whole"
cp -p "$SITE_LOG" "$SITE/log/kept"
python3 "$here/../tests/record/forge.py" "$SITE_LOG" cert-revoked ok
show audit verify "${verify_with[@]}" "$SITE_LOG" 2>&1 &&
    die "the edit was not found"
say "    A second checker, written from the manual alone, sees it as well"
"$here/verify-record.py" "${verify_with[@]}" "$SITE_LOG" 2>&1 &&
    die "the edit was not found"
"$here/verify-record.py" --key "$demo/auditor/log.vkeys" \
    --proof "$demo/auditor/4.tlog-proof" | cut -c1-72
mv "$SITE/log/kept" "$SITE_LOG"

say "13. A report for the director: $demo/report.html"
show audit report --day today --format html --output "$demo/report.html"
show audit report --day today --language en | sed -n 1,40p

say "Done. It is all in $demo; nothing else was touched."
echo "Log in by hand: make demo INTERACTIVE=1"
