#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What the gate makes of a sekisho-fido that lies: a program with real keys of
# its own that breaks exactly one rule of a login, or one of the protocol.
# Nobody gets in, the record says why, and no PIN is asked for too early.

: "${BUILD:=build}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script fido-gate
# shellcheck source=tests/fido/liar.sh
. "$(dirname "$0")/fido/liar.sh"

t site_without_certificates
liar_site || { wrong "no site"; finish; exit 1; }
row taro plain handle=0102
row taro uv verified=1 protect=2
row taro strict verified=1 protect=3
row taro old rp=old.example
row taro elsewhere rp=elsewhere.example
row taro twin ssh=1
for alg in es384 eddsa rs256; do
	row taro $alg alg=$alg
done
row taro synced backup=1
row taro counting counter=40
row hanako hana verified=1
row hanako resident verified=1 resident=1 handle=a1b2c3
finish

counter=0
next() {
	counter=$((counter + 1))
}

# -- what is right

t honest_with_password
next
lied plain "sign plain counter=$counter flags=1"
login --user taro
ended 0
has "info: Touch your security key (Sakura Key \\x1b[1m)." \
    "prompt: Password of 山田 太郎: " "auth = 0 Success"
lacks "prompt: PIN"
last '"pair":"fido2+password"' '"reason":"ok"' '"kind":"fido2"' \
    '"type":"fido2"' '"type":"password"' '"flags":"up"' \
    "\"counter\":$counter" '"rp":"hospital.example"' '"alg":"es256"' \
    '"transport":"usb"' '"challenge":{"sha256"'
no_record '"type":"verification"' "$(cat "$at/plain.id")"

t honest_with_verification
lied uv "pin 0 8 4711" "sign uv"
login --service kiosk --user taro
ended 0
has "prompt: PIN of security key Sakura Key: "
lacks "prompt: Password"
last '"pair":"fido2+verification"' '"type":"verification"' \
    '"flags":"up uv"' '"class":"know-or-are"'

t each_algorithm
for alg in es384 eddsa rs256; do
	lied $alg "sign $alg flags=1"
	login --user taro
	ended 0
	last "\"alg\":\"$alg\""
done

t former_rp
next
lie "wanted rps=2" "status none" "frame 34 030000000101$(printf '%08x' 48)$(cat "$at/old.id")" \
    go "sign old rp=old.example index=1 flags=1"
login --user taro
ended 0
last '"rp":"old.example"'

t a_wrong_password_after_a_right_key
next
lied plain "sign plain counter=$counter flags=1"
run site_drive --service ward --user taro --answer Password=wrong --steps auth
refused wrong-password
has "$generic"

t pair_by_the_services_order
lied uv "sign uv counter=7"
login --service both --user taro
ended 0
lacks "prompt: Password"
last '"pair":"fido2+verification"'
next
lied plain "sign plain counter=$counter flags=1"
login --service both --user taro
ended 0
last '"pair":"fido2+password"'

# -- the checklist: one row, one violation

t row1_a_challenge_of_another_login
lied plain "sign plain flags=1 counter=90 hash=$(printf '%064d' 7)"
login --user taro
refused bad-signature
lacks "prompt: Password"
last '"result":8'

t row1_an_assertion_sent_again
next
lied plain "sign plain flags=1 counter=$counter keep=kept/one"
login --user taro
ended 0
lied plain "again kept/one"
login --user taro
refused bad-signature

t row2_an_id_that_was_not_asked_for
lied plain "sign hana"
login --user taro
refused bad-assertion
last "was not asked for"

t row2_another_persons_key_under_ones_own_id
lied plain "sign plain key=hana flags=1 counter=91"
login --user taro
refused bad-signature

t row2_another_credential_of_the_same_person
lied uv "sign uv id=plain counter=92"
login --user taro
refused bad-signature

t row2_an_unknown_id
echo 000102 >"$at/unknown.id"
lied plain "sign plain id=unknown flags=1"
login --user taro
refused bad-assertion

t row3_the_handle_of_somebody_else
lied plain "sign plain flags=1 counter=93 handle=a1b2c3"
login --user taro
refused bad-assertion
last "user handle"
next
lied plain "sign plain flags=1 counter=$counter handle=0102"
login --user taro
ended 0

t row4_another_rp_id
lied plain "sign plain flags=1 counter=94 rp=evil.example"
login --user taro
refused bad-assertion

t row4_a_former_rp_id_for_what_is_enrolled_under_the_new
lied plain "sign plain flags=1 counter=94 rp=old.example index=1"
login --user taro
refused bad-assertion

t row4_an_index_beyond_the_rp_ids
lied plain "sign plain flags=1 counter=94 index=3"
login --user taro
refused helper-protocol

t row5_nobody_present
lied plain "sign plain flags=0 counter=95"
login --user taro
refused bad-assertion

t row6_not_verified
lied uv "sign uv flags=1 counter=96"
login --service kiosk --user taro
refused not-verified
lied uv "sign uv flags=1 counter=97"
login --user taro
refused not-verified
last '"type":"fido2"' '"ok":false'

t row7_a_copied_passkey
lied plain "sign plain flags=9 counter=98"
login --user taro
refused synced-key
lied plain "sign plain flags=0x11 counter=98"
login --user taro
refused bad-assertion
lied synced "sign synced flags=9"
login --user taro
refused synced-key
conf 's/old\.example/&\nsynced-keys = yes/'
lied synced "sign synced flags=9"
login --user taro
ended 0
last '"flags":"up be"'
lied plain "sign plain flags=9 counter=98"
login --user taro
refused bad-assertion
conf

t row8_attested_data_extensions_and_other_lengths
for what in flags=0x41 flags=0x81 "flags=1 more=00" "flags=1 cut=36" \
    "flags=1 cut=0" "flags=0x03"; do
	lied plain "sign plain counter=99 $what"
	login --user taro
	refused bad-assertion
done

t row9_a_wrong_signature
lied plain "sign plain flags=1 counter=99 spoil=1"
login --user taro
refused bad-signature
lied rs256 "sign rs256 flags=1 counter=99 md=sha384"
login --user taro
refused bad-signature
last '"type":"fido2"' '"ok":false'

t row11_revoked_suspended_denied
number=$(site_desk list hanako --json | tr '{' '\n' |
    sed -n '/"label":"hana"/s/.*"id":\([0-9]*\).*/\1/p')
[[ -n $number ]] || number=$(($(cat "$dir/none" 2>/dev/null || echo 12)))
lied hana "sign hana"
site_desk suspend "$number" --reason 'left at home' >/dev/null ||
    wrong "suspend $number"
login --user hanako
refused credential-suspended
lacks "info: Touch"
last "left at home"
site_desk resume "$number" >/dev/null || wrong resume
lied hana "sign hana"
login --user hanako
ended 0
site_desk deny person hanako --reason lost >/dev/null || wrong deny
lied hana "sign hana counter=2"
login --user hanako
refused deny-listed
last '"deny":{"id":1}'
lacks "info: Touch"
site_desk allow 1 --reason found >/dev/null || wrong allow
site_desk person suspend hanako --reason leave >/dev/null
lied hana "sign hana counter=2"
login --user hanako
refused person-suspended
has "$generic" "prompt: Password of hanako: "
site_desk person resume hanako --reason back >/dev/null

t row11_revoked_while_the_key_blinks
lie "status ready hana" go "pause 700" "sign hana counter=3"
( sleep 0.3; site_desk suspend "$number" --reason 'just now' ) >/dev/null &
login --user hanako
wait
refused credential-suspended
lacks "prompt: Password"
site_desk resume "$number" >/dev/null

# a password takes its time
slow_password() {
	mv "$at/sekisho-password" "$at/real"
	printf '#!/bin/sh\nsleep 0.8\nexec %s/real "$@"\n' "$at" \
	    >"$at/sekisho-password"
	chmod 755 "$at/sekisho-password"
}
t row11_revoked_while_the_password_is_checked
slow_password
taken_back() { # REASON RECORDED UNDO COMMAND...
	lied hana "sign hana counter=$((++hana))"
	( sleep 0.5; site_desk "${@:4}" >/dev/null ) &
	login --user hanako
	wait
	has "prompt: Password of 佐藤 花子: "
	[[ $(grep '"event":"auth"' "$SITE_LOG" | tail -n 1) == \
	    *"$2"*"\"reason\":\"$1\""* ]] || wrong "no $2, $1"
	lacks "auth = 0"
	# shellcheck disable=SC2086 # words of a command
	site_desk $3 >/dev/null || wrong "$3"
}
hana=10
taken_back credential-suspended 'just now' "resume $number" \
    suspend "$number" --reason 'just now'
taken_back deny-listed '"deny":{"id":2}' 'allow 2 --reason found' \
    deny person hanako --reason lost
taken_back person-suspended hanako 'person resume hanako --reason back' \
    person suspend hanako --reason leave
taken_back account-suspended hanako 'account resume hanako --reason back' \
    account suspend hanako --reason leave
taken_back not-granted hanako 'account grant hanako hanako' \
    account ungrant hanako hanako

t row11_its_copy_is_found_out_while_the_password_is_checked
row taro copied counter=70
lied copied "sign copied flags=1 counter=75"
login --user taro &
sleep 0.5
lied copied "sign copied flags=1 counter=72"
( exec >"$dir/second" 2>&1; site_drive --service ward --user taro \
    --answer Password=himitsu-1 --steps auth )
wait
for what in clone-suspected credential-suspended; do
	tail -n 2 "$SITE_LOG" | grep -q "\"reason\":\"$what\"" ||
	    wrong "no $what: $(cat "$dir/second")"
done
lacks "auth = 0"
mv "$at/real" "$at/sekisho-password"

pins() {
	login --service kiosk --answer PIN=1 --answer PIN=2 "$@"
}
t row12_wrong_pins_are_counted_and_told
conf 's/^type-seconds/pin-tries = 2\n&/'
lied uv "pin 0 3" "pin 1 2" "pin 1 1" "sign uv counter=50"
pins --user taro
refused wrong-pin
has "info: A wrong PIN was typed before. A few tries are left." \
    "error: The PIN was wrong. Tries left before it locks: 2."
last '"type":"verification"' '"tries_left":1'
(($(grep -c "prompt: PIN" "$dir/out") == 2)) || wrong "not asked twice"

t row12_a_helper_that_hides_that_the_pin_was_wrong
lied uv "times 4 pin 0 8" "sign uv counter=50"
pins --user taro
refused wrong-pin
(($(grep -c "prompt: PIN" "$dir/out") == 2)) || wrong "not asked twice"
conf

t row12_the_last_try_is_the_persons
lied uv "pin 0 1 4711" "sign uv counter=50"
run site_drive --service kiosk --steps auth --user taro \
    --answer 'Only one try=no' --answer PIN=4711
refused last-try-declined
lacks "prompt: PIN"
lied uv "pin 0 0 4711" "sign uv counter=50"
login --service kiosk --user taro
refused pin-locked
lacks "prompt: PIN"
lied uv "pin 0 1 4711" "sign uv counter=50"
run site_drive --service kiosk --steps auth --user taro \
    --answer 'Only one try=yes' --answer PIN=4711
ended 0

t row12_no_empty_pin
lied uv "pin 0 8" "sign uv counter=51"
run site_drive --service kiosk --user taro --answer PIN= --steps auth
refused cancelled

t no_pin_where_sshd_answers_with_the_password
conf 's/\[service ward\]/[service sshd]/'
lied uv "pin 0 8" "sign uv counter=51"
run site_drive --service sshd --user taro --answer =himitsu-1 --steps auth
refused no-prompt
lacks "prompt: PIN"
conf

# -- the counter

t counter_goes_up_and_is_stored_before_the_verdict
lied counting "sign counting flags=1 counter=41"
login --user taro
ended 0
last '"counter":41' '"counter_before":40'
lied counting "sign counting flags=1 counter=45"
run site_drive --service ward --user taro --answer Password=wrong --steps auth
refused wrong-password
lied counting "sign counting flags=1 counter=46"
login --user taro
last '"counter_before":45'

t no_login_without_storing_the_counter
{ mount --bind "$SITE/lib" "$SITE/lib" &&
    mount -o remount,bind,ro "$SITE/lib"; } || wrong "not read-only"
lied counting "sign counting flags=1 counter=47"
login --user taro
umount -l "$SITE/lib"
refused store
lacks "prompt: Password"
last "counter could not be stored" '"counter":47'
lied counting "sign counting flags=1 counter=47"
login --user taro
ended 0
last '"counter_before":46'

t two_logins_at_a_time_take_one_counter_each
lied hana "pause 500" "sign hana counter=1004"
login --user hanako &
( sleep 0.2; exec >"$dir/second" 2>&1; site_drive --service ward \
    --user hanako --answer Password=himitsu-1 --steps auth ) &
wait
one=$(grep -c '"counter":1004,' "$SITE_LOG")
ok=$(grep '"counter":1004,' "$SITE_LOG" | grep -c '"reason":"ok"')
((one == 2 && ok == 1)) || wrong "$one logins with this counter, $ok let in"
row hanako hana2 verified=1

t row10_a_counter_that_goes_back
lied counting "sign counting flags=1 counter=47"
login --user taro
refused clone-suspected
shows "This key may have been copied and was suspended."
lacks "prompt: Password"
last '"result":8' "did not rise: 47 after 47" '"type":"fido2"' '"ok":false'
lied counting "sign counting flags=1 counter=48"
login --user taro
refused credential-suspended
last "47"
site_desk list taro >"$dir/out" 2>&1
shows suspended

t row10_to_zero
row taro fallen counter=5
lied fallen "sign fallen flags=1 counter=0"
login --user taro
refused clone-suspected

t row10_without_a_counter
row taro none
for i in 1 2; do
	lied none "sign none flags=1 counter=0"
	login --user taro
	ended 0
done

# -- whose key

t several_persons_of_an_account
lie "status ready resident" go "sign resident counter=20"
login --user ward3
ended 0
last '"name":"hanako"' '"name":"ward3"' '"shared":true'
next
lied plain "sign plain flags=1 counter=$counter"
login --user ward3
ended 0
last '"name":"taro"'

t not_asked_for
lie "wanted not=twin" "wanted not=elsewhere" "wanted not=hana" "status none"
login --user taro
refused no-token
last '"reason":"no-token"'

t stranger_and_decoy
lie "wanted ids=1" "wanted not=hana" "status strange"
login --user nosuch
refused unknown-user
has "$generic" "prompt: Password of nosuch: " "info: Insert your security key."
cp "$dir/out" "$dir/unknown"
lie "status strange"
login --user taro
refused no-match
sed -i s/nosuch/taro/ "$dir/unknown"
diff "$dir/out" "$dir/unknown" >/dev/null || wrong "told apart: $(diff "$dir/out" "$dir/unknown")"
lie "wanted ids=1" "status none"
login --user nobody1
refused not-enrolled

t a_decoy_is_of_the_name_and_nobodys
for who in nosuch:1 nosuch:2 nosuch2:3 nobody1:4; do
	lie "heard kept/decoy${who#*:}" "status strange"
	login --user "${who%:*}"
done
sum=$(cd "$at/kept" && sha256sum decoy?.id | cut -c1-16 | uniq -c |
	awk '{ print $1 }' | xargs)
[[ $sum == "2 1 1" ]] || wrong "decoys: $sum"
lie "status ready kept/decoy1" go "note touch" \
    "sign plain flags=1 counter=200 id=kept/decoy1"
login --user nosuch
refused unknown-user
has "info: Touch your security key (Sakura Key \\x1b[1m)." \
    "prompt: Password of nosuch: " "$generic"
lie "status ready" go "note touch" "fail 2"
login --user nosuch
refused unknown-user

t which_one_is_known_only_when_it_has_signed
lie "status ready" go "sign strict counter=1"
login --user taro
ended 0
last '"reason":"ok"' '"flags":"up uv"'
lie "status ready" go "note touch" "fail 2"
login --user taro
refused no-match
has "$generic" "prompt: Password of taro: "
lie "status ready" go "sign hana counter=2060"
login --user taro
refused bad-assertion

t all_are_refused_before_a_touch
site_desk person suspend taro --reason leave >/dev/null
lie "status ready" go "note touch" "sign strict counter=2"
login --user taro
refused person-suspended
lacks "info: Touch"
has "$generic"
site_desk person resume taro --reason back >/dev/null

t key_first
lie "wanted ids=0" "status ready" go "sign resident counter=21 handle=a1b2c3"
login --answer 'Several=hanako'
ended 0
last '"name":"hanako"' '"claimed":""'
shows "1) 佐藤 花子 (hanako)" "2) 佐藤 花子 (ward3)"
lie "status ready" go "sign resident counter=22"
login --answer 'Several=hanako'
refused bad-assertion
last "did not say whose"
lie "status ready" go "sign twin"
login
refused no-match
last "for sshd alone"
lie "status ready" go "sign plain id=unknown"
login
refused no-match
lie "status ready hana" go "sign hana counter=2070"
login
refused helper-protocol

t a_service_for_professions
conf 's/^pairs = fido2+password/&\nroles = doctor/'
lied plain "sign plain flags=1 counter=150"
login --user taro
refused cert-role
lacks "info: Touch"
last "a key names none, and the person has no such role"
conf

t a_service_that_takes_verification_only
lied plain "sign plain flags=1 counter=150"
login --service kiosk --user taro
refused no-verification
lacks "info: Touch"

# -- failures that the helper tells of

t failures
for row in 1:token-removed 3:no-touch 4:key-refused 5:pin-locked \
    6:pin-paused 7:no-verification 8:verification-locked 9:wrong-pin \
    12:no-mechanism 13:token-error 14:token-error 2:no-match \
    10:helper-protocol 11:helper-protocol 99:helper-protocol; do
	lied uv "fail ${row%%:*}"
	login --service kiosk --user taro
	refused "${row##*:}"
done

t failure_before_it_is_told_to_go_on
lie "fail 13"
login --user taro
refused token-error
last "told to fail"

t texts
lied uv "note choose" "note verify" "note again 2" "note again" "pin 2 8" \
    "sign uv counter=120"
login --service kiosk --user taro
ended 0
has "info: Several security keys are there: touch yours." \
    "info: Put your finger on your security key (Sakura Key \\x1b[1m)." \
    "error: Your finger was not recognised. Tries left: 2." \
    "error: Your finger was not recognised. Try again." \
    "info: Fingerprints are not taken any more. Use the PIN of the key."

t the_key_goes_and_another_comes
next
lie "status none" "status strange" "status none" "status ready plain" go \
    "status none" "status strange" "sign plain flags=1 counter=$counter"
login --user taro
ended 0

t more_keys_than_can_be_asked_for
# one more than go into a question, of somebody else who opens the account
sqlite3 "$SITE/lib/sekisho.db" "
PRAGMA foreign_keys = on;
CREATE TEMP TABLE n AS WITH RECURSIVE c (i) AS (SELECT 100001 UNION ALL
 SELECT i + 1 FROM c WHERE i < 101025) SELECT i, person.id AS p FROM c, person
 WHERE name = 'hanako';
INSERT INTO credential (id, person_id, bind, status, status_reason, label,
 spki_sha256, cert_sha256, subject, issuer, serial, not_after, token_serial,
 created, created_by, changed, changed_by, kind) SELECT i, p, 1, 2, '', '',
 randomblob(32), randomblob(32), '', '', '', 0, '', 1, 'x', 1, 'x', 2 FROM n;
INSERT INTO token SELECT i, p, 1, 'x' FROM n;
INSERT INTO fido SELECT i, i, 'hospital.example', randomblob(64), -7,
 randomblob(91), x'', zeroblob(16), 0, '', 0, 0, 0, 0, 0, 0, zeroblob(32), 0,
 0, 0 FROM n;" || wrong "no keys"
row taro late
lie "wanted ids=1024" "wanted not=late" "status strange"
login --user ward3
refused no-match
last "more keys are enrolled for this account"
lie "status ready" go "sign plain flags=1 counter=3000"
login --user ward3
ended 0
within 4000
lied late "sign late flags=1"
login --user taro
ended 0

finish
