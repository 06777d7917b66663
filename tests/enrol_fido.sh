#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho enrol --fido2` with software keys below the unmodified libfido2:
# every option, every way that a person or a key fails, what is told and what
# is on record, and that nothing is stored after a refusal.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/fido/site.sh"

site_script enrolf
# shellcheck source=tests/fido/enrol.sh
. "$(dirname "$0")/fido/enrol.sh"
tty=$BUILD/tests/ttydrive

t site
site_make "$dir/site" && fido_site && fido_ca || wrong "no site"
conf && persons || wrong "no configuration"
pin 1234-abcd
[[ -z $why ]] || { finish; exit 1; }

# a key that nobody touches, from now on until the end
mkdir -m 755 "$SITE/libexec2" "$SITE/libexec2/keys"
cp -p "$FIDO_BIN"/{sekisho-fido,libsoftkey.so} "$SITE/libexec2/"
FIDO_KEYS=$SITE/libexec2/keys fido_key never touch=no || wrong "no other key"
helpers=libexec2 slow shiro
fido_key key || wrong "no key"

# -- what it is told

t wrong_usage
for o in '--fido2 --pkcs11 card' '--fido2 --certificate x' \
    '--fido2 --bind key' '--fido2 --token x' '--fido2 --id 01' \
    '--fido2 --verification --pin' '--fido2 --alg es257' \
    '--fido2 --ssh x --alg rs256' '--fido2 --ssh x --alg es384' \
    '--fido2 --pin-file x --pin-fd 3' '--pkcs11 card --verification' \
    '--pkcs11 card --resident' '--certificate x --pin' \
    '--certificate x --ssh y' '--pkcs11 card --alg es256' \
    '--pin --verification' '--resident'; do
	# shellcheck disable=SC2086
	run site_desk enrol taro $o
	((status == 2)) || wrong "$status for: $o"
done

t no_rp_id
site_conf
begin
enrol hanako
refused 'rp-id is missing'
conf

t nobody_of_that_name
enrol nobody-here
refused 'there is no person nobody-here'

# -- what is made

t by_touch_alone
fido_trace key >"$dir/trace"
enrol taro --label 'No. 7'
ended 0
has '  person       taro 山田 太郎' '  organisation sakura.example.jp' \
    '  kind         touch alone: serves with a password' \
    '  algorithm    es256' '  protection   level 2' \
    '  attestation  none'
shows 'Touch the key (' 'enrolled credential 1 for taro' \
    'AAGUID 534f4654-4b45-592d-5445-53542d414147' \
    'nothing proves who made this key'
lacks 'no service'
last '"event":"enrol"' '"result":0' '"name":"taro"' '"kind":"fido2"' \
    '"credential":1' '"rp":"sakura.example.jp"' '"alg":"es256"' \
    '"aaguid":"534f4654-4b45-592d-5445-53542d414147"' \
    '"attestation":"none"' '"protect":2' '"verified":false' \
    '"resident":false' '"backup":false' '"ssh":false' '"transports":"usb"' \
    '"firmware":328707' '"proof":"touch"' '"label":"No. 7"' \
    '"object":"credential"' '"actor":' '"number":1'
fido_trace key >"$dir/trace"
grep -qx 'make 00' "$dir/trace" || wrong "$(paste -sd, "$dir/trace")"
run site_desk audit verify
ended 0
run site_desk list taro --json
shows '"kind":"fido2"' '"label":"No. 7"'

t the_same_key_again_is_refused
begin
enrol taro
refused 'this key is enrolled for taro already'
[[ $(fido_trace key) == *'make 19'* ]] || wrong "not by the exclude list"

t and_so_is_one_that_was_revoked
site_desk revoke 1 --reason lost >/dev/null || wrong "not revoked"
begin
enrol taro
refused 'this key is enrolled for taro already'

t handle_is_random_and_one_for_a_person
only second
enrol taro
ended 0
handles=$(sqlite3 "$SITE/lib/sekisho.db" \
    "SELECT count(*), count(DISTINCT handle), max(length(handle)),
    sum(instr(handle, 'taro')) FROM fido")
[[ $handles == '2|1|64|0' ]] || wrong "handles: $handles"

t without_a_pin_verification_is_refused
only key
begin
for o in --verification --pin; do
	enrol hanako $o
	refused 'fido2-token -S'
done

t with_the_pin
only key
fido_pin key 1234-abcd || wrong "no PIN set"
enrol jiro --pin --pin-file "$dir/pin"
ended 0
has '  kind         touch and the key'\''s PIN' '  protection   level 3'
last '"verified":true' '"protect":3' '"proof":"pin"'
lacks 1234-abcd
! grep -rqF 1234-abcd "$SITE/log" || wrong "the PIN is in the record"

t a_key_that_hides_what_it_has_is_refused_all_the_same
begin
enrol jiro --pin-file "$dir/pin"
refused 'this key is enrolled for jiro already'

t with_verification_by_pin
only third
fido_pin third 1234-abcd
enrol jiro --verification --pin-fd 0 <"$dir/pin"
ended 0
has '  kind         touch and verification on the key (PIN or finger)'
last '"verified":true' '"protect":3' '"proof":"verification"'

t a_pin_that_only_the_key_asks_for_binds_nobody
only old20 versions=2.0
fido_pin old20 1234-abcd
enrol jiro --pin-fd 0 <"$dir/pin"
ended 0
last '"verified":false' '"proof":"touch"'

t with_verification_by_finger
only finger uv=yes
enrol jiro --verification
ended 0
shows 'Put a finger on the sensor of the key'
last '"verified":true' '"proof":"verification"'

t pin_alone_means_no_finger
fido_pin finger 1234-abcd
fido_trace finger >"$dir/trace"
enrol hanako --pin --pin-file "$dir/pin"
ended 0
lacks 'Put a finger'
last '"proof":"pin"'

t pin_of_a_key_with_fingers_alone
only fingers uv=yes
begin
enrol hanako --pin --pin-file "$dir/pin"
refused 'fido2-token -S'

t finger_falls_back_to_the_pin
only worn uv=yes finger=bad
fido_pin worn 1234-abcd
enrol taro --verification --pin-file "$dir/pin"
ended 0
shows 'once more (tries left:' 'The key takes no more fingers now'
last '"verified":true'

t each_algorithm
for a in -7/es256 -8/eddsa -35/es384 -257/rs256; do
	only "alg${a#*/}" "algs=${a%/*}"
	enrol taro --alg "${a#*/}"
	ended 0
	has "  algorithm    ${a#*/}"
	last "\"alg\":\"${a#*/}\""
done

t an_algorithm_that_the_key_lacks
only only8 algs=-8
begin
enrol hanako --alg es256
refused 'the key cannot do what was asked for'
t the_key_prefers_an_algorithm
enrol hanako
ended 0
has '  algorithm    eddsa'

t resident
only stored
enrol taro --resident
ended 0
has '  stored       on the key itself: it says whose it is' \
    '  protection   level 1'
last '"resident":true' '"protect":1'
lacks 'can find out'

t resident_on_a_key_that_tells_no_level
only stored4 protect=ignored
enrol taro --resident
ended 0
has '  protection   level 0'
lacks 'can find out'

t resident_with_verification
only stored3
fido_pin stored3 1234-abcd
enrol taro --resident --pin --pin-file "$dir/pin"
ended 0
last '"resident":true' '"protect":3' '"verified":true'

t in_japanese
only nihon
sed 's/^language = en/language = ja/' "$SITE_CONF" >"$SITE/etc/ja.conf"
chmod 644 "$SITE/etc/ja.conf"
SITE_CONF=$SITE/etc/ja.conf enrol hanako
ended 0
has '  利用者       hanako 佐藤 花子' '  組織         sakura.example.jp' \
    '  製造元証明   なし' '  保護レベル   2'
shows 'にタッチしてください。' 'hanako の認証情報'
begin
SITE_CONF=$SITE/etc/ja.conf enrol hanako
refused 'このキーはすでに hanako に登録されています'

# -- what the person does, or does not

t no_key_is_inserted
fido_stop
begin
run site_desk enrol hanako --fido2 --yes
refused 'Insert the key.' 'no key was inserted'
within 3000

t a_key_is_inserted_when_it_is_asked_for
only late
fido_unplug late
(sleep 0.4; fido_plug late) &
enrol hanako
ended 0
shows 'Insert the key.' 'Touch the key'
wait $!

t not_confirmed
only key
fido_trace key >"$dir/trace"
begin
run "$tty" '(yes/no)=no' -- "$SITE/libexec/sekisho" enrol hanako --fido2 \
    --conf "$SITE_CONF"
refused 'Enrol a key for hanako?' 'not confirmed'
run setsid -w "$SITE/libexec/sekisho" enrol hanako --fido2 \
    --conf "$SITE_CONF"
refused 'there is no terminal'
! fido_trace key | grep -q make || wrong "the key was asked"

t a_person_at_the_terminal
run "$tty" '(yes/no)=yes' 'PIN for=wrong-one' 'PIN for=123' \
    'PIN for=1234-abcd' -- "$SITE/libexec/sekisho" enrol hanako --fido2 \
    --pin --conf "$SITE_CONF" --label desk
ended 0
shows 'The PIN was wrong; tries left: 7' 'at least 4 characters' 'echo on'
lacks 'wrong-one' '1234-abcd'
last '"tty":"/dev/pts/'

t wrong_pin_of_a_script_is_not_tried_twice
only mine
fido_pin mine 1234-abcd
pin 0000
begin
enrol hanako --pin --pin-file "$dir/pin"
refused 'The PIN was wrong; tries left: 7'
[[ $(fido_tries mine) == 7 ]] || wrong "tries: $(fido_tries mine)"

t a_pin_that_no_key_takes_is_not_tried
pin 123
begin
enrol hanako --pin --pin-file "$dir/pin"
refused 'at least 4 characters'
[[ $(fido_tries mine) == 7 ]] || wrong "tries: $(fido_tries mine)"

t three_wrong_pins_pause_the_key
begin
run "$tty" 'PIN for=0000' 'PIN for=0001' -- \
    "$SITE/libexec/sekisho" enrol hanako --fido2 --pin --yes \
    --conf "$SITE_CONF"
refused 'tries left: 6' 'takes no more PINs until it is pulled out'
fido_unplug mine

t pin_blocked_for_good
only mine pinlocked=1
begin
enrol hanako --pin --pin-file "$dir/pin"
refused 'blocked for good'

t the_last_try_is_not_a_scripts
only last
fido_pin last 1234-abcd
for i in 1 2 3 4 5 6 7; do
	fido_pin last 5678-efgh 0000-x >/dev/null 2>&1
	((i % 3)) || { fido_unplug last; fido_plug last; }
done
[[ $(fido_tries last) == 1 ]] || wrong "tries: $(fido_tries last)"
pin 1234-abcd
begin
enrol hanako --pin --pin-file "$dir/pin"
refused 'one try left: not spent by a script'
[[ $(fido_tries last) == 1 ]] || wrong "tries: $(fido_tries last)"
run "$tty" 'last try of=no' -- "$SITE/libexec/sekisho" enrol hanako \
    --fido2 --pin --yes --conf "$SITE_CONF"
refused 'last-try-declined'
run "$tty" 'last try of=yes' 'PIN for=1234-abcd' -- \
    "$SITE/libexec/sekisho" enrol hanako --fido2 --pin --yes \
    --conf "$SITE_CONF"
ended 0

t refused_on_the_key
only key2 touch=refuse
begin
enrol hanako
refused 'refused on the key'

t pulled_out_while_it_waits
only key2 unplug=touch touch=no
begin
enrol hanako
refused 'Touch the key' 'was pulled out'

t interrupted
only key2 touch=no
fido_trace key2 >"$dir/trace"
begin
run "$tty" 'Touch the key=^C' -- "$SITE/libexec/sekisho" enrol hanako \
    --fido2 --yes --conf "$SITE_CONF"
ended 130
has 'signal 2'
refused_state=$(state)
[[ $refused_state == "$before" ]] || wrong "something was stored"
within 2500
[[ $(fido_trace key2) == *'make 2d'* ]] || wrong "it blinks on"

t killed
fido_trace key2 >"$dir/trace"
"$SITE/libexec/sekisho" enrol hanako --fido2 --yes --conf "$SITE_CONF" \
    >"$dir/out" 2>&1 &
pid=$!
for ((i = 0; i < 300; i++)); do
	grep -q Touch "$dir/out" && break
	sleep 0.01
done
{ kill -9 "$pid" && wait "$pid"; } 2>/dev/null
for ((i = 0; i < 200; i++)); do
	grep -q 'make 2d' "$FIDO_KEYS/key2/trace" && break
	sleep 0.01
done
((i < 200)) || wrong "it blinks on"

t ended_while_it_waits_for_a_pin_of_a_script
only patient
fido_pin patient 1234-abcd
fido_trace patient >/dev/null
begin
mkfifo "$dir/fifo"
exec 8<>"$dir/fifo"
printf 1234 >&8 # half of it
"$SITE/libexec/sekisho" enrol hanako --fido2 --pin --pin-fd 8 --yes \
    --conf "$SITE_CONF" >"$dir/out" 2>&1 &
pid=$!
for ((i = 0; i < 300; i++)); do
	grep -q pin "$FIDO_KEYS/patient/trace" && break
	sleep 0.01
done
sleep 0.3
kill "$pid"
for ((i = 0; i < 300; i++)); do
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.01
done
((i < 300)) || { wrong "it waits on"; kill -9 "$pid"; }
wait "$pid" 2>/dev/null
exec 8>&-
[[ $(state) == "$before" ]] || wrong "something was stored"
[[ $(fido_tries patient) == 8 ]] || wrong "half a PIN was tried"

t key_full
only key2 rkslots=0
begin
enrol hanako --resident
refused 'no room left'

t two_keys_one_is_chosen_by_touch
only key2 touch=no
fido_key other touch=300
enrol hanako
ended 0
shows 'There are several keys'
[[ $(fido_trace other) == *'make 00'* ]] || wrong "the other key was used"

t a_key_without_fido2
only old versions=u2f
insert=10 conf # it is given some time
begin
enrol hanako
refused 'cannot do what was asked for'

t a_key_that_is_not_touched
waited 'the key was not touched in time'
grep -q 'make 2d' "$SITE/libexec2/keys/never/trace" || wrong "it blinks on"
FIDO_KEYS=$SITE/libexec2/keys fido_unplug never
finish
