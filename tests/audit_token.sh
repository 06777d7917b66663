#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Checkpoints countersigned by a key in a token: SoftHSM, and a TPM in software
# behind tpm2-pkcs11, both without a certificate.  What it signs verifies by
# the openssl program; a PIN is tried once; a log that went back, another key
# and a module that lies get no signature.
#
# Must run as root.
# shellcheck disable=SC2119 # site_conf has options for others
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-audit-token.XXXXXX") || exit 1
tpm=0
trap 'site_end; ((tpm == 0)) || kill $tpm; rm -rf "$dir"; exit $((failed > 0))' EXIT
chmod 755 "$dir"
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
# shellcheck source=tests/notes.sh
. "$(dirname "$0")/notes.sh"
site_make "$dir/site" || exit 1
CASE_LIMIT_S=30
cp "${BADP11_SO:-$BUILD/tests/badp11.so}" "$SITE/libexec/"
vkeys=$SITE/log/log.vkeys
signed=$SITE/log/checkpoint.token
pin=$SITE/etc/pin
tpm_module=/usr/lib/x86_64-linux-gnu/pkcs11/libtpm2_pkcs11.so
(umask 077 && echo "$SITE_PIN" >"$pin")

d() {
	run site_desk "$@"
}
# A record more.
more() {
	site_desk audit start >/dev/null || wrong 'no record'
}
last() {
	grep "\"event\":\"$1\"" "$SITE_LOG" | tail -n 1
}
# token_conf MODULE ENVIRONMENT [LINE]...: of [pkcs11 seal] and [record]
token_conf() {
	local module=$1 env=$2 record='token-module = seal\ntoken-key = record'
	shift 2
	local line
	for line; do record+="\n$line"; done
	site_conf "\$a\\\n[pkcs11 seal]\nmodule = $module\nenvironment = \
SOFTHSM2_CONF=$SITE/etc/softhsm2.conf $env\n\n[record]\n$record"
}
with_pin=("token-label = seal" "token-pin-file = $pin")
good_conf() {
	token_conf "$SITE_SOFTHSM" A=b "${with_pin[@]}"
}
bad_conf() {
	token_conf "$SITE/libexec/badp11.so" "BADP11=$1" "${with_pin[@]}"
}
p11() {
	pkcs11-tool --module "$SITE_SOFTHSM" --token-label seal --login \
	    --pin "$SITE_PIN" "$@" >/dev/null 2>&1
}
# a new key pair with a label, of a kind
key_pair() {
	p11 --keypairgen --key-type "$2" --id "$3" --label "$1"
	chown -R nobody "$SITE/tokens"
}
token_vkey() {
	tail -n 1 "$vkeys"
}

softhsm2-util --init-token --free --label seal --so-pin 12345678 \
    --pin "$SITE_PIN" >/dev/null || exit 1
key_pair record EC:prime256v1 01 || exit 1

t not_configured
d audit countersign
ended 1
shows 'token-module is missing'

t wrong_configurations
token_conf "$SITE_SOFTHSM" A=b 'token-label = seal'
sed -i '/^token-key/d' "$SITE_CONF"
d check-config
ended 1
shows 'token-module: needs token-key'
site_conf "\$a\\\n[record]\ntoken-key = record"
d check-config
ended 1
shows 'token-key: says nothing without token-module'
site_conf "\$a\\\n[record]\ntoken-module = seal\ntoken-key = record"
d check-config
ended 1
shows 'must be the NAME of a section [pkcs11 NAME], not "seal"'

t not_enrolled
good_conf
d audit countersign
ended 1
shows 'countersign --enrol'
[[ ! -e $signed ]] || wrong 'signed'

t enrol
d audit countersign --enrol --reason 'new machine'
ended 0
vkey=$(token_vkey)
shows "$vkey"
[[ $(wc -l <"$vkeys") == 2 && $vkey == *'/sekisho/token+'* ]] ||
    wrong "$(cat "$vkeys")"
signed_by "$signed" "$vkey" || wrong 'not signed by the token'
signed_by "$signed" "$(head -n 1 "$vkeys")" || wrong 'not by the log'
[[ $(last log_key) == *"\"token\":\"$vkey\""* &&
    $(last log_key) == *'"module":"seal"'* &&
    $(last log_key) == *'new machine'* ]] || wrong "$(last log_key)"
[[ $(stat -c %a "$signed") == 640 ]] || wrong 'mode'
d audit keys
shows 'countersigns from record'

t countersign
d audit countersign
ended 0
shows "countersigned the checkpoint of $(sed -n 2p "$SITE/log/checkpoint")"
[[ $(head -n 3 "$signed") == $(head -n 3 "$SITE/log/checkpoint") ]] ||
    wrong 'another checkpoint'
[[ $(grep -c '^— ' "$signed") == 2 ]] || wrong 'not two signatures'
signed_by "$signed" "$vkey" || wrong 'not signed by the token'

t nothing_new_asks_no_token
mv "$SITE/tokens" "$SITE/away"
d audit countersign
ended 0
[[ ! -s $dir/out ]] || wrong 'it said something'
mv "$SITE/away" "$SITE/tokens"

t no_login_speaks_to_that_token
d check-config
ended 0
shows "seal: $SITE_SOFTHSM" "token-pin-file: $pin"
run site_desk enrol nobody --module seal --yes
shows 'card'
lacks 'seal,'

t token_gone
more
before=$(cat "$signed")
mv "$SITE/tokens" "$SITE/away" && mkdir -m 755 "$SITE/tokens"
d audit countersign
ended 1
rmdir "$SITE/tokens" && mv "$SITE/away" "$SITE/tokens"
[[ $(cat "$signed") == "$before" ]] || wrong 'something was written'
d audit countersign
ended 0

t wrong_pin_is_tried_once
more
(umask 077 && echo 9999 >"$pin")
d audit countersign
ended 1
shows 'wrong-pin'
d audit countersign
ended 1
shows 'is not tried again'
lacks 'wrong-pin'
bad_conf crash:C_Login # would be noticed
d audit countersign
shows 'is not tried again'
(umask 077 && echo "$SITE_PIN" >"$pin")
good_conf
d audit countersign
ended 0
[[ $(cat "$SITE/lib/token.pin") != *"$SITE_PIN"* ]] || wrong 'the PIN is kept'

t nobody_knows_what_came_of_a_try
more
(umask 077 && echo "$SITE_PIN" >"$pin")
bad_conf crash:C_Login
d audit countersign
ended 1
good_conf
d audit countersign
ended 1
shows 'is not tried again'
touch "$pin"
d audit countersign
ended 0

t a_pin_that_was_good_is_tried_again
more
bad_conf crash:C_Login
d audit countersign
ended 1
good_conf
d audit countersign
ended 0

t pin_file_open_to_others
more
chmod 644 "$pin"
d audit countersign
ended 1
shows '0600'
chmod 600 "$pin"
d audit countersign
ended 0

t a_module_that_others_can_change
more
cp "$SITE_SOFTHSM" "$SITE/libexec/open.so" && chmod 666 "$SITE/libexec/open.so"
token_conf "$SITE/libexec/open.so" A=b "${with_pin[@]}"
d audit countersign
ended 1
shows 'must not be writable'
d check-config
ended 1
good_conf
d audit countersign
ended 0

t the_pin_is_nowhere
! grep -rqE "(^|[^0-9a-f-])$SITE_PIN([^0-9a-f-]|$)" "$SITE/log" "$SITE/lib" ||
    wrong 'it is kept'

t last_try_is_not_spent
more
bad_conf finaltry
d audit countersign
ended 1
shows 'last-try'
good_conf
d audit countersign
ended 0

t a_module_that_lies
key_pair other EC:prime256v1 06
for how in flip constant stale otherkey; do
	more
	before=$(cat "$signed")
	bad_conf badsig:$how
	d audit countersign
	ended 1
	[[ $(cat "$signed") == "$before" ]] || wrong "$how: signed"
done
good_conf
d audit countersign
ended 0

t other_keys_are_refused_by_name
more
key_pair rsa rsa:2048 02
key_pair p384 EC:secp384r1 03
for what in 'rsa RSA' 'p384 another curve' 'none no public key'; do
	token_conf "$SITE_SOFTHSM" A=b "${with_pin[@]}"
	sed -i "s/^token-key = record/token-key = ${what%% *}/" "$SITE_CONF"
	d audit countersign
	ended 1
	shows "${what#* }"
done

t another_key_of_that_label
good_conf
p11 --delete-object --type privkey --id 01
p11 --delete-object --type pubkey --id 01
key_pair record EC:prime256v1 04
d audit countersign
ended 1
shows 'not the key that was enrolled'
d audit countersign --enrol --reason 'key lost'
ended 0
[[ $(token_vkey) != "$vkey" ]] || wrong 'the old key'
id=${vkey#*+}
signed_by "$signed-${id%%+*}" "$vkey" || wrong 'what it signed is not kept'
vkey=$(token_vkey)
signed_by "$signed" "$vkey" || wrong 'not signed by the new one'
more
d audit countersign
ended 0

t two_keys_of_that_label
more
key_pair record EC:prime256v1 05
d audit countersign
ended 1
shows 'several public keys'
p11 --delete-object --type privkey --id 05
p11 --delete-object --type pubkey --id 05
d audit countersign
ended 0

t after_a_new_key_of_the_log
d audit new-key
d audit countersign
ended 0
signed_by "$signed" "$(sed -n 2p "$SITE/lib/log.key")" ||
    wrong 'not by the new key'
signed_by "$signed" "$vkey" || wrong 'not by the token'

t checkpoint_token_is_missing
more
mv "$signed" "$signed.away"
d audit countersign
ended 1
shows 'what the token signed last'
mv "$signed.away" "$signed"
d audit countersign
ended 0

t forged_checkpoint_token
more
cp -p "$signed" "$dir/kept"
sed -i "2s/.*/1/" "$signed"
d audit countersign
ended 1
cp -p "$dir/kept" "$signed"
d audit countersign
ended 0

t a_torn_end_is_no_contradiction
more
printf '{"half' >>"$SITE_LOG"
d audit countersign
ended 0
more
d audit verify
ended 0

t every_fault_of_a_module
for how in hang:C_Sign hang:C_FindObjects crash:C_GetAttributeValue \
    removed:C_Sign removed:C_Login error:C_SignInit biglen:C_Sign \
    neglen:C_Sign biglen:C_GetAttributeValue neglen:C_GetAttributeValue \
    growing:C_GetAttributeValue biglen:C_FindObjects nolist nullfuncs \
    manyslots endless endless-empty badlabel badlimits pinlocked notset \
    pinpad:1 writefd:C_Sign closefd:C_Sign vanish:1 swap:1 upset:C_Login; do
	more
	before=$(cat "$signed")
	touch "$pin" # or the first wrong one is the last try
	bad_conf "$how"
	sed -i 's/^token-seconds = .*/token-seconds = 1/' "$SITE_CONF"
	d audit countersign
	((status <= 1)) || wrong "$how: status $status"
	within 15000
	if ((status == 0)); then
		signed_by "$signed" "$vkey" || wrong "$how: badly signed"
	else
		[[ $(cat "$signed") == "$before" ]] || wrong "$how: written"
	fi
done
! pgrep -f "$SITE/libexec/sekisho-pkcs11" >"$dir/out" || wrong 'a helper lives'
good_conf
touch "$pin"
d audit countersign
ended 0

t while_others_append
for _ in 1 2; do
	for _ in {1..25}; do more; done &
done
for _ in {1..8}; do
	d audit countersign
	ended 0
	signed_by "$signed" "$vkey" || wrong 'badly signed'
done
wait

t the_record_verifies
d audit verify
ended 0
d audit verify --checkpoint "$signed"
ended 0
cp "$vkeys" "$dir/keys" && cp -a "$SITE/log" "$dir/copy"
d audit verify --key "$dir/keys" --checkpoint "$dir/copy/checkpoint.token" \
    "$dir/copy"
ended 0
grep /token+ "$vkeys" >"$dir/keys" # an auditor with the token's key alone
d audit verify --key "$dir/keys" --checkpoint "$signed"
ended 0
rm -rf "$dir/copy"

t a_log_that_went_back
cp -a "$SITE/log" "$dir/backup"
more
more
d audit countersign
ended 0
before=$(cat "$signed")
rm -rf "$SITE/log/audit."* "$SITE/log/checkpoint"
cp -a "$dir"/backup/{audit.*,checkpoint} "$SITE/log/"
d audit countersign
ended 1
shows 'NOT WHAT THE TOKEN HAS SIGNED'
[[ $(last log_damaged) == *'checkpoint.token of'* ]] || wrong 'not on record'
n=$(grep -c log_damaged "$SITE_LOG")
for _ in 1 2 3; do more; done # longer again, but another log
d audit countersign
ended 1
shows 'NOT WHAT THE TOKEN HAS SIGNED'
[[ $(grep -c log_damaged "$SITE_LOG") == "$n" ]] || wrong 'told again'
d audit countersign --enrol
ended 1
shows 'NOT WHAT THE TOKEN HAS SIGNED'
[[ $(cat "$signed") == "$before" ]] || wrong 'signed'
finish

# -- a TPM
mkdir "$dir/tpm" "$SITE/tpm" && chown nobody "$SITE/tpm" && chmod 700 "$SITE/tpm"
swtpm socket --tpm2 --tpmstate "dir=$dir/tpm" --ctrl type=tcp,port=2322 \
    --server type=tcp,port=2321 --flags not-need-init,startup-clear \
    >"$dir/swtpm.log" 2>&1 &
tpm=$!
tpm_env=("TPM2_PKCS11_STORE=$SITE/tpm"
    "TPM2_PKCS11_TCTI=swtpm:host=127.0.0.1,port=2321")
t11() {
	env "${tpm_env[@]}" pkcs11-tool --module $tpm_module "$@" \
	    >"$dir/t11.log" 2>&1
}

t a_tpm
for _ in {1..50}; do
	(: </dev/tcp/127.0.0.1/2321) 2>/dev/null && break
	sleep 0.1
done
t11 --slot-index 0 --init-token --label machine --so-pin sopin1 &&
    t11 --token-label machine --login --login-type so --so-pin sopin1 \
    --init-pin --new-pin machine1 &&
    t11 --token-label machine --login --pin machine1 --keypairgen \
    --key-type EC:prime256v1 --id 01 --label record ||
    wrong "$(cat "$dir/t11.log")"
chown -R nobody "$SITE/tpm"
(umask 077 && echo machine1 >"$pin")
rm -rf "${SITE:?}"/{log,lib}
site_conf
site_desk init >/dev/null || wrong 'init'
token_conf $tpm_module "${tpm_env[*]}" "token-label = machine" \
    "token-pin-file = $pin"
d audit countersign --enrol
ended 0
more
d audit countersign
ended 0
signed_by "$signed" "$(token_vkey)" || wrong 'not signed by the TPM'
[[ $(head -n 3 "$signed") == $(head -n 3 "$SITE/log/checkpoint") ]] ||
    wrong 'another checkpoint'

t a_tpm_is_not_locked_by_a_wrong_pin
(umask 077 && echo machine2 >"$pin")
more
for _ in 1 2 3 4 5; do
	d audit countersign
	ended 1
done
(umask 077 && echo machine1 >"$pin")
d audit countersign
ended 0

t a_tpm_that_is_gone
more
kill $tpm && wait $tpm
tpm=0
d audit countersign
ended 1
within 15000
finish
