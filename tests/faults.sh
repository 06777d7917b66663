#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins with a vendor module that misbehaves in every way it can, in
# every function that a login calls: the login program is unharmed, is
# answered in time, lets nobody in without good evidence, one record says
# what happened, and no process is left.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script faults

JOBS=6          # most of them only wait
LIMIT_MS=40000  # for login-seconds = 10 and the end of a helper
TOKEN_S=2

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
install -m 755 "$BUILD/tests/badp11.so" "$SITE/libexec/"
site_user taro himitsu-1
site_person taro '山田 太郎' taro || wrong "no person"
site_cert taro "/C=JP/O=Sakura Hospital/CN=taro" key=ec:P-256
site_token taro taro || wrong "no token"
site_enrol taro taro || wrong "not enrolled"
# another key of the same kind, for a module that signs with that one
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
    -out "$dir/second.key" 2>/dev/null
softhsm2-util --import "$dir/second.key" --token taro --label second \
    --id 02 --pin $SITE_PIN >/dev/null || wrong "no second key"
chown -R nobody "$SITE/tokens"
finish

# -- one case: its own token store, configuration, PAM service and output

# configure NAME FAULT PAIR: the module "bad" alone, or with the lines of $GOOD
# before the section that begins as $PLACE says.
configure() {
	# short names: a line of the configuration has 190 bytes at most
	local store=$SITE/tokens.$number conf=$SITE/etc/$number.conf
	local softhsm=$SITE/etc/$number.softhsm
	local service=${1,,} # libpam makes it lower case
	cp -a "$SITE/tokens" "$store"
	sed "s|$SITE/tokens|$store|" "$SOFTHSM2_CONF" >"$softhsm"
	sed -e "s|^module = .*|module = $SITE/libexec/badp11.so|" \
	    -e "s|^environment = .*|environment = BADP11=$2 CASE=$number|" \
	    -e "s|^environment = .*|& SOFTHSM2_CONF=$softhsm|" \
	    -e 's/^\[pkcs11 card\]/[pkcs11 bad]/' \
	    -e "s/^login-seconds.*/login-seconds = ${LOGIN_S:-10}/" \
	    -e "s/^token-seconds.*/token-seconds = ${LOGIN_S:-$TOKEN_S}/" \
	    -e "s/^\[service ward\]/[service $service]/" \
	    -e "s/^pairs = .*/pairs = $3/" \
	    -e '/^\[service kiosk\]/,$d' "$SITE_CONF" >"$conf.new"
	[[ -z ${GOOD-} ]] ||
	    sed -i "s|^\[$PLACE |${GOOD//@CASE@/$number}\n\n&|" "$conf.new"
	chmod 644 "$conf.new" "$softhsm"
	mv "$conf.new" "$conf"
	sed "s|conf=$SITE_CONF|conf=$conf|" "$SITE/pam.d/ward" \
	    >"$SITE/pam.d/$service"
}

# Nobody whom this login has started, by the environment they inherit.
none_left() {
	local i
	for ((i = 0; i < 50; i++)); do
		grep -qsxz "CASE=$number" /proc/[0-9]*/environ || return 0
		sleep 0.02
	done
	wrong "left: $(grep -lsxz "CASE=$number" /proc/[0-9]*/environ)"
}

# What holds whatever the module does.  The line of the record in $rec.
common() {
	local code
	within $LIMIT_MS
	none_left
	has "state: unchanged" "signals: 0 SIGCHLD, 0 SIGPIPE"
	((status <= 1)) || wrong "exit status $status"
	code=$(sed -n 's/^auth = \([0-9]*\) .*/\1/p' "$dir/out")
	[[ $code == 0 || $code == 7 || $code == 9 ]] || wrong "PAM code $code"
	rec=$(grep '"event":"auth"' "$SITE_LOG" | grep "\"tty\":\"$1\"")
	[[ -n $rec && $rec != *$'\n'* ]] || wrong "not one record: $rec"
}

says() {
	local part
	for part; do
		[[ $rec == *"$part"* ]] || wrong "no $part in $rec"
	done
}

# refused REASON [PART OF THE RECORD]...
refused() {
	((status == 1)) || wrong "exit status $status"
	lacks "auth = 0"
	shows "auth = "
	says "\"reason\":\"$1\"" "${@:2}"
}

# let_in [PART OF THE RECORD]...
let_in() {
	ended 0
	has "auth = 0 Success" "acct = 0 Success"
	says '"reason":"ok"' '"class":"have","ok":true' "$@"
}

lines=$dir/lines number=0
mkdir "$lines"

body() {
	local case=$1 fault=$2
	shift 2
	dir=$dir/$case
	mkdir "$dir"
	t "$case"
	configure "$case" "$fault" "${PAIR:-pkcs11+password}"
	run site_drive --check --service "$case" --user taro --tty "$case" \
	    --answer "yes=${YES:-no}" --answer "PIN*=${PIN:-$SITE_PIN}" \
	    --answer Password=himitsu-1
	common "$case"
	"$@"
	finish
	rm -rf "$SITE/tokens.$number"
}

# try NAME FAULT CHECK...: in the background, $JOBS at a time.
try() {
	while (($(jobs -pr | wc -l) >= JOBS)); do
		wait -n
	done
	number=$((number + 1))
	body "$@" >"$lines/$(printf %04d $number)" 2>&1 &
}

# -- in each function that a login calls

# What happens after the proof does not undo it, but is on record.
before_proof="C_GetFunctionList C_Initialize C_GetSlotList C_GetTokenInfo
 C_GetSlotInfo C_OpenSession C_FindObjectsInit C_FindObjects
 C_GetAttributeValue C_FindObjectsFinal C_Login C_GetMechanismInfo C_SignInit
 C_Sign"
after_proof="C_Logout C_CloseSession C_Finalize"
bad='"detail":"sekisho-pkcs11 of bad '

for f in $before_proof; do
	try hang_$f hang:$f refused helper-timeout '"detail":"' bad
done
for f in $after_proof; do
	try hang_$f hang:$f let_in "${bad}did not end in time and was killed"
done
for f in $before_proof; do
	try crash_$f crash:$f refused helper-crashed \
	    "${bad}was killed by signal 11"
	try exit_$f exit:$f refused helper-crashed "${bad}ended with status"
	try signal_$f signal:$f refused helper-crashed \
	    "${bad}was killed by signal 15"
	try fork_$f fork:$f let_in
done
for f in $after_proof; do
	try crash_$f crash:$f let_in "${bad}was killed by signal 11 at its end"
	try exit_$f exit:$f let_in "${bad}ended with status 4 at its end"
	try signal_$f signal:$f let_in \
	    "${bad}was killed by signal 15 at its end"
	try fork_$f fork:$f let_in
done

for f in C_Initialize C_FindObjects C_Login C_Sign; do
	try channel_closed_$f closefd:$f refused helper-crashed "$bad"
	try channel_written_$f writefd:$f refused helper-protocol "$bad"
	try process_upset_$f upset:$f let_in
done
try channel_closed_C_Finalize closefd:C_Finalize let_in
try channel_written_C_Finalize writefd:C_Finalize let_in

for f in C_Login C_SignInit C_Sign; do
	try removed_$f removed:$f refused token-removed "$f: CKR_DEVICE_REMOVED"
	try error_$f error:$f refused token-error "$f: CKR_GENERAL_ERROR"
done

# -- lies

for lie in biglen neglen growing; do
	try ${lie}_C_GetSlotList $lie:C_GetSlotList refused module-unusable \
	    'bad: C_GetSlotList'
	try ${lie}_C_GetAttributeValue $lie:C_GetAttributeValue refused no-token
done
for lie in biglen neglen; do
	try ${lie}_C_FindObjects $lie:C_FindObjects refused no-token
	try ${lie}_C_Sign $lie:C_Sign refused module-unusable \
	    'C_Sign gives an impossible length'
done
try many_slots manyslots refused module-unusable 'more than 64 slots'
try endless_objects endless let_in
try endless_junk endless-empty refused no-token
try no_list nolist refused module-unusable 'bad: C_GetFunctionList'
try null_list nolist:null refused module-unusable 'gives no list'
try null_function nullfuncs refused module-unusable 'with holes'
try null_functions nullfuncs:all refused module-unusable 'with holes'
try unknown_version version refused module-unusable 'unknown version'

for sig in constant stale otherkey flip; do
	try signature_$sig badsig:$sig refused bad-signature \
	    '"class":"have","ok":false' 'the signature does not verify'
done

try label_of_escapes badlabel let_in '\\x1b[2J'
try pin_lengths_without_sense badlimits let_in
try pin_locked pinlocked refused pin-locked
try pin_not_set notset refused pin-unusable
try last_try_declined finaltry refused last-try-declined
YES=yes try last_try_taken finaltry let_in
PAIR=pkcs11+pin try signs_without_a_pin nologin:$SITE_PIN refused \
    pin-unusable 'asks for no PIN'
PAIR=pkcs11+pin PIN=0000 try already_logged_in already:$SITE_PIN refused \
    wrong-pin
PAIR=pkcs11+pin try pin_for_each_signature eachtime:$SITE_PIN let_in
try no_mechanism mech:1 refused no-mechanism

# -- a bad module beside a good one

# A login that waited for the bad one would take longer than it may.
good="[pkcs11 card]\\nmodule = $SITE_SOFTHSM\\nenvironment = "
good+="SOFTHSM2_CONF=$SITE/etc/@CASE@.softhsm CASE=@CASE@"
for fault in hang:C_GetFunctionList hang:C_Initialize hang:C_FindObjects \
    crash:C_Initialize exit:C_GetSlotList signal:C_OpenSession manyslots \
    nolist endless-empty; do
	for place in pkcs11 service; do
		GOOD=$good PLACE=$place LOGIN_S=100 \
		    try beside_${fault/:/_}_$place $fault let_in \
		    '"module":"card"'
	done
done
GOOD="$good\\ntoken-label = none" PLACE=pkcs11 \
    try no_card_beside_hang hang:C_Initialize refused no-token \
    'bad: no list of tokens in 2 s'
GOOD="$good\\ntoken-label = none" PLACE=service \
    try no_card_beside_crash crash:C_Initialize refused no-token \
    "${bad}was killed by signal 11"
GOOD="${good/$SITE_SOFTHSM/$SITE/libexec/badp11.so} BADP11=hang:C_Initialize"
GOOD=$GOOD PLACE=pkcs11 try two_that_hang hang:C_FindObjects refused \
    helper-timeout 'card: no list of tokens in 2 s'

wait
cat "$lines"/*
failed=$((failed + $(cat "$lines"/* | grep -c '^not ok')))

t every_case_was_heard
(($(cat "$lines"/* | grep -cE '^(ok|not ok) ') == number)) ||
    wrong "not $number lines: $(grep -hvE '^(ok|not ok) ' "$lines"/*)"

t the_record_verifies
run site_desk audit verify
ended 0
(($(grep -c '"event":"auth"' "$SITE_LOG") == number)) ||
    wrong "not $number attempts on record"
# not the four digits of a UUID or of a hash
secret=$(grep -E "(^|[^0-9a-f-])$SITE_PIN([^0-9a-f-]|$)|himitsu" "$SITE_LOG" |
    head -n 1)
[[ -z $secret ]] || wrong "a secret is on record: $secret"
LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f\x7f]' "$SITE_LOG" &&
    wrong "a control byte is in the record"

t nothing_is_left_running
sleep 0.2
! pgrep '^sekisho-' >/dev/null || wrong "$(pgrep -a sekisho-)"
finish
