#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# fido_card_moves.sh - FIDO cards that come, go and hang, and other programs at
# the same readers.
#
# BUILD: where the programs are (default: build).

set -u
: "${BUILD:=build}"
here=$(dirname "$0")
# shellcheck source=tests/fido/card.sh
. "$here/fido/card.sh"

card_pcscd_start
put one
"$DRIVE" watch list open pin 1234 >/dev/null

t gone_between_list_and_open
beside watch list hold open
heard 'list: 1'
take one
go
told
line open 'open: FIDO_ERR_INTERNAL after *'
took open 0 2900
put one

t pulled_before_the_answer
knobs one card_on=02 card_fault=eject
drive watch list open make 1234 get 1234 close until 0
line make 'make: ok*'
line get 'get: FIDO_ERR_RX after *'
took get 0 2900
line until 'until: 0'
within 4000
kill -USR2 "${card_pid[one]}"
"$CARD_BIN/card-status" --present "$ONE" || wrong "no card"

t pulled_while_it_waits
knobs one touch=no
beside watch list open make - close list until 0
waits
kill -USR1 "${card_pid[one]}"
told
line make 'make: FIDO_ERR_RX after *'
took make 0 4000
line until 'until: 0'

t put_in_again_is_another
kill -USR2 "${card_pid[one]}"
"$CARD_BIN/card-status" --present "$ONE" || wrong "no card"
beside watch until 1 list until 0 until 1 list open make 1234
heard list:
kill -USR1 "${card_pid[one]}"
heard 'until: 0'
kill -USR2 "${card_pid[one]}"
told
[[ $(grep '^list: 1' "$dir/out" | sort -u | wc -l) == 2 ]] ||
	wrong "the same path"
line make 'make: ok*'
[[ $(sent 00A404) == 3 ]] || wrong "$(sent 00A404) times SELECT"

t hangs
knobs one card_busy=no card_on=01 card_slow=60000
drive watch list open limit 500 make 1234 close list
line make 'make: FIDO_ERR_RX after *'
took make 500 2500
line close 'close: ok after *'
took close 600 2900
within 4000
take one
put one

t hangs_in_select_and_hides_no_other
take one
knobs one card_select=hang
knobs two
put one
put two
drive watch list sleep 500 list
line list "list: 1 *$TWO*"
within 4000
take one
knobs one
put one

t two_readers
drive watch list
line list "list: 2 *$ONE*$TWO*"
take two

t somebody_elses_for_a_while
coproc GRAB { exec "$DRIVE" grab "$ONE"; }
read -r -t 5 <&"${GRAB[0]}"
grab_pid=$GRAB_PID grab_to=${GRAB[1]}
beside watch list until 1 open make 1234
heard 'list: 0'
exec {grab_to}>&-
told
wait "$grab_pid"
line make 'make: ok*'

t nobody_waits_for_an_idle_one
beside watch list open make 1234 hold close
heard make:
run "$CARD_BIN/card-status" "$ONE"
within 4000
go
told

t reset_by_another
beside watch list open make 1234 hold get 1234
heard make:
"$BUILD/sekisho-pkcs11" --reset "$ONE" || wrong "no reset"
go
told
line get 'get: ok*'

t pcscd_ends_and_begins_anew
take one
beside watch list hold until 1 list open make 1234
heard 'list: '
card_pcscd_stop
card_pcscd_start
put one
go
told
line make 'make: ok*'

t pcscd_hangs
kill -STOP "$(<"$CARD_DIR/pcscd.pid")"
drive watch list list
has 'list: 0'
within 4000
kill -CONT "$(<"$CARD_DIR/pcscd.pid")"

t pcscd_hangs_while_a_card_is_asked
beside watch until 1 open limit 500 hold make 1234 close list unwatch
heard open:
kill -STOP "$(<"$CARD_DIR/pcscd.pid")"
go
told
kill -CONT "$(<"$CARD_DIR/pcscd.pid")"
line make 'make: FIDO_ERR_* after *'
took make 500 2500
line close 'close: ok after *'
took close 600 2900
line unwatch 'unwatch: ok after *'
took unwatch 600 2900

# -- a card of another kind

openssl req -x509 -nodes -days 2 -subj "/CN=Yamada" -newkey ec -pkeyopt \
	ec_paramgen_curve:P-256 -keyout "$WORK/piv.key" -out "$WORK/piv.pem" \
	2>/dev/null || echo "not ok fido_card_moves: no key for PIV"
OPENSC=/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so
export OPENSC_CONF=$WORK/opensc.conf HOME=$WORK XDG_CACHE_HOME=$WORK
echo 'app default { }' >"$OPENSC_CONF"

sign() {
	echo signed >"$WORK/data"
	run limited pkcs11-tool --module "$OPENSC" --slot-index 0 --login \
		--pin 123456 --sign --id 01 -m ECDSA-SHA256 \
		--signature-format openssl -i "$WORK/data" -o "$WORK/sig"
	ended 0
	openssl x509 -in "$WORK/piv.pem" -noout -pubkey >"$WORK/piv.pub"
	openssl dgst -sha256 -verify "$WORK/piv.pub" -signature "$WORK/sig" \
		"$WORK/data" >/dev/null || wrong "a bad signature"
}

take one
t piv_card_is_none_and_stays_open
put two
card_start "$WORK/piv.key" "$WORK/piv.pem" || wrong "no PIV card"
card_hold || wrong "nobody holds it"
sign
[[ $(card_status) == 9000 ]] || wrong "the PIN does not stand"
drive watch list sleep 500 list open make -
line list "list: 1 *$TWO*"
line make 'make: ok*'
[[ $(card_status) == 9000 ]] || wrong "the PIN stands no more"
sign
card_release
card_stop && card_wait absent
take two

t piv_and_fido_on_one_card
put one -k "$WORK/piv.key" -c "$WORK/piv.pem"
beside watch list open make 1234 hold get 1234 list
heard make:
sign
go
told
line get 'get: ok*'
[[ $(grep -c '^get: ok after 0' "$dir/out") == 1 ]] || wrong "late"
take one

finish
exit $((failed > 0))
