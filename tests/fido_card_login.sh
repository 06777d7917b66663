#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# fido_card_login.sh - the installed sekisho-fido with cards in readers:
# creation, assertion, and what goes wrong in a person's hands.
#
# BUILD: where the programs are (default: build).

set -u
: "${BUILD:=build}"
here=$(dirname "$0")
# shellcheck source=tests/fido/card.sh
. "$here/fido/card.sh"

TALK="$BUILD/tests/fido/card_helper $BUILD/sekisho-fido"

talk() {
	# shellcheck disable=SC2086
	run limited $TALK "$@"
	ended 0
}

talk_beside() {
	# shellcheck disable=SC2086
	$TALK "$@" >"$WORK/beside" 2>&1 </dev/null &
	beside_pid=$!
}

t no_pcscd
talk until none login -
line login 'login: none; ended after *'
took login 0 2900
within 4000
card_pcscd_start

t without_cards_in_the_request
put one
talk blind until none login -
line login 'login: none; ended after *'
took login 0 2900
[[ $(sent 00A404) == 0 ]] || wrong "the card was asked"

t created_and_signed
talk create - login -
line create 'create: ready made good; ended after *'
took create 0 2900
line login "login: ready+ signed good, nfc, $ONE; ended after *"
took login 0 2900
within 4000

t with_a_pin
"$DRIVE" watch list open pin 4711-kagi >/dev/null
talk create 4711-kagi login 4711-kagi
line create 'create: ready pin(8) made good; ended after *'
took create 0 2900
line login "login: ready+ pin(8) signed good, nfc, $ONE; ended *"

t wrong_pin
talk create 4711-kagi login 0000,4711-kagi
line login "login: ready+ pin(8) wrong(7) signed good, nfc, *"

t laid_on_late
take one
talk_beside until strange login -
sleep 0.5
put one
wait "$beside_pid"
cp "$WORK/beside" "$dir/out"
line login 'login: none strange*; ended after *'

t pulled_while_it_waits
"$DRIVE" watch list open make 4711-kagi >/dev/null
knobs one touch=no
talk_beside create 4711-kagi
waits
kill -USR1 "${card_pid[one]}"
wait "$beside_pid"
cp "$WORK/beside" "$dir/out"
line create 'create: ready pin(8) fail(1); ended after *'
took create 0 2900
kill -USR2 "${card_pid[one]}"
"$CARD_BIN/card-status" --present "$ONE" || wrong "no card"

t channel_closed_while_it_waits
knobs one touch=no
talk silence 1000 create 4711-kagi
line create 'create: ready pin(8) silent; ended after *'
took create 0 2900
[[ $(sent 8011110000) == 1 ]] || wrong "the card was not told"

t channel_closed_while_it_hangs
knobs one card_busy=no card_on=01 card_slow=60000
talk silence 1000 create 4711-kagi
line create 'create: ready pin(8) silent; ended after *'
took create 0 2900
take one
put one

t no_touch
knobs one touch=no
talk create 4711-kagi
line create 'create: ready pin(8) fail(3); ended after *'
took create 0 2900
[[ $(sent 8011110000) == 1 ]] || wrong "the card was not told"
within 6000

# Which of them has the credential the cards tell themselves.
t two_cards
take one
put two
"$DRIVE" watch list open pin 4711-kagi >/dev/null
put one
talk create 4711-kagi login 4711-kagi
line create 'create: ready choose pin(8) made good; ended after *'
line login 'login: ready+ pin(8) signed good, nfc, *'
take two

t contacts
take one
put one -a t1
talk create 4711-kagi login 4711-kagi
line login "login: * signed good, smart-card, $ONE; ended after *"
take one

finish
exit $((failed > 0))
