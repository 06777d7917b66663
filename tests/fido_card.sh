#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# fido_card.sh - FIDO cards in readers: the system's libfido2 above our own
# transport, a real pcscd, and a virtual card that does what it is told.
#
# BUILD: where the programs are (default: build).

set -u
: "${BUILD:=build}"
here=$(dirname "$0")
# shellcheck source=tests/fido/card.sh
. "$here/fido/card.sh"

t no_pcscd
drive watch list list unwatch
has 'list: 0'
within 4000
card_pcscd_start

t no_card
drive watch list sleep 300 list
has 'list: 0'
within 4000

put one
t asked_once
drive watch list sleep 700 list list
has "list: 1 [card:nfc:1:$ONE, nfc, $ONE]"
[[ $(sent 00A404) == 1 ]] || wrong "$(sent 00A404) times SELECT"
[[ $(sent 80) == 0 ]] || wrong "more than SELECT"

t make_and_get
drive watch list open info make - get - close list
has "info: ok, fido2 1, pin 0, flags 0c U2F_V2 FIDO_2_0 FIDO_2_1"
line make 'make: ok*'
line get 'get: ok*'
within 4000

t pin_over_chaining
drive watch list open pin 1234 make 1234 get 1234 get 4321
grep -q '^90108000' "$WORK/one.trace" || wrong "nothing was chained"
line pin 'pin: ok*'
line make 'make: ok*'
line get 'get: FIDO_ERR_PIN_INVALID*'
[[ $(grep -c '^get: ok' "$dir/out") == 1 ]] || wrong "not with the PIN"

t long_request
knobs one listmax=100 attestation=none
drive watch list open make 1234 many 80 get 1234
line get 'get: ok*'
(($(sent 90108000F0) > 20)) || wrong "not in pieces"

t too_long_request
knobs one attestation=none
drive watch list open make 1234 many 110 get 1234 many 0 get 1234
[[ $(grep -c '^get: FIDO_ERR_TX' "$dir/out") == 1 ]] || wrong "taken"
line get 'get: ok*'

t long_answer
knobs one idlen=900 attestation=x5c
drive watch list open make 1234 get 1234
line get 'get: ok*'
(($(sent 00C0) >= 3)) || wrong "not in pieces"

t answer_in_crumbs
knobs one card_piece=7
drive watch list open make 1234 get 1234
line get 'get: ok*'
(($(sent 00C0) > 50)) || wrong "not in pieces"

for sw in 6884 6E00 6700; do
	t "chaining_refused_$sw"
	knobs one card_chain=$sw listmax=100 attestation=none
	drive watch list open make 1234 many 40 get 1234 get 1234
	[[ $(grep -c '^get: ok' "$dir/out") == 2 ]] || wrong "not taken"
	[[ $(sent 9010) == 1 ]] || wrong "the refusal is forgotten"
	(($(sent 8010800000) >= 2)) || wrong "not extended"
done

t nothing_long_at_all
knobs one card_chain=6884 card_extended=no listmax=100 \
	attestation=none
drive watch list open make 1234 many 40 get - many 0 get -
[[ $(grep -c '^get: FIDO_ERR_RX' "$dir/out") == 1 ]] || wrong "no error"
line get 'get: ok*'
within 4000

t only_plain_messages
knobs one card_p1=strict
drive watch list open make 1234 get 1234
line get 'get: ok*'
[[ $(sent 80108000) == 1 ]] || wrong "the refusal is forgotten"

t u2f_only
knobs one versions=u2f card_version=U2F_V2
drive watch list open info make - get -
line info 'info: FIDO_ERR_*, fido2 0*'
line make 'make: ok*'
line get 'get: ok*'

t no_u2f_where_none_is
knobs one versions=u2f
drive watch list open u2f make -
line make 'make: FIDO_ERR_TX*'
[[ $(sent 0001) == 0 ]] || wrong "U2F was spoken"

t slow_touch
knobs one touch=700
drive watch list open make 1234 get 1234
line get 'get: ok after *'
took get 700 2500
(($(sent 8011000000) > 5)) || wrong "it was not asked again"

t slow_touch_in_silence
knobs one touch=700 card_busy=no
drive watch list open make 1234 get 1234
line get 'get: ok after *'
took get 700 2500
[[ $(sent 8011) == 0 ]] || wrong "it was asked again"

t limit_of_time
knobs one touch=no
drive watch list open limit 500 make 1234 close
line make 'make: FIDO_ERR_RX after *'
took make 500 2500
[[ $(sent 8011110000) == 1 ]] || wrong "the card was not told"
[[ $(sent 'contact 2') == 0 ]] || wrong "the card was reset"
within 4000

t cancel
knobs one touch=no
drive watch list open cancel 300 make 1234
line make 'make: FIDO_ERR_KEEPALIVE_CANCEL after *'
took make 300 2500

t interrupted
knobs one touch=no
drive watch list open signal 300 make 1234
line make 'make: FIDO_ERR_RX after *'
took make 300 2500
[[ $(sent 8011110000) == 1 ]] || wrong "the card was not told"

t cancelled_in_vain
knobs one card_busy=forever card_on=01
drive watch list open cancel 300 make 1234 close
line make 'make: FIDO_ERR_RX after *'
took make 1000 3500
line close 'close: ok after *'
took close 0 2900
grep -q '^contact [012]' "$WORK/one.trace" || wrong "not reset"

for fault in 6F00 6985 endless dribble short huge lie nothing; do
	t "fault_$fault"
	knobs one card_on=02 card_fault=$fault
	drive watch list open make 1234 get 1234
	line make 'make: ok*'
	line get 'get: FIDO_ERR_*'
	within 4000
	t "fault_${fault}_at_once"
	knobs one card_on=04 card_fault=$fault
	drive watch list open make -
	line make 'make: FIDO_ERR_*'
	within 4000
	t "none_after_fault_$fault"
	drive watch list open make 1234 get 1234
	line get 'get: ok*'
done

# A status word is no end of the connection.
t after_a_refusal
knobs one card_on=02 card_fault=6F00
drive watch list open make 1234 get 1234 make 1234
[[ $(grep -c '^make: ok' "$dir/out") == 2 ]] || wrong "no second time"

t other_version
knobs one card_version=FIDO_9
take one
put one
drive watch list sleep 500 list
has 'list: 0'
[[ $(sent 00A404) == 1 ]] || wrong "$(sent 00A404) times SELECT"

for sw in 6A82 6F00 6985; do
	t "select_refused_$sw"
	knobs one card_select=$sw
	drive watch list sleep 300 list
	has 'list: 0'
	[[ $(sent 00A404) == 1 ]] || wrong "$(sent 00A404) times SELECT"
done

take one
for kind in t0 t1; do
	t "contacts_$kind"
	put one -a $kind
	knobs one attestation=none listmax=100
	drive watch list open make 1234 many 50 get 1234
	line list "list: 1 *, smart-card, $ONE]"
	line get 'get: ok*'
	take one
done

finish
exit $((failed > 0))
