#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# pkcs11_card.sh - sekisho-pkcs11 with a real pcscd, the real OpenSC and the
# virtual PIV card: tries left, a card pulled at the wrong moment, and a card
# that is locked again when the login is over.
#
# BUILD: where the programs are (default: build).

set -u
: "${BUILD:=build}"
export HELPER=${HELPER:-$BUILD/sekisho-pkcs11}
export DRIVE=${DRIVE:-$BUILD/tests/pkcs11_drive}
export HOLDER=${HOLDER:-$BUILD/tests/pkcs11_hold}
export CARD_BIN=${CARD_BIN:-$BUILD/tests/card}
export OPENSC=${OPENSC:-/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so}
PIN=271828
here=$(dirname "$0")

# shellcheck source=tests/card/ns.sh
. "$here/card/ns.sh"

if ! card_ns_inside; then
	missing=$(card_ns_missing 2>&1) && {
		echo "skip pkcs11_card: ${missing//$'\n'/, }"
		exit 0
	}
	[[ -e $OPENSC ]] || { echo "skip pkcs11_card: no $OPENSC"; exit 0; }
	HELPER=$(realpath "$HELPER") DRIVE=$(realpath "$DRIVE")
	CARD_BIN=$(realpath "$CARD_BIN") HOLDER=$(realpath "$HOLDER")
	WORK=$(mktemp -d) || exit 1
	export WORK
	trap 'rm -rf "$WORK"' EXIT
	card_ns_exec bash "$(realpath "$0")"
	exit
fi

status=0 name='' bad=0

begin() {
	name=$1 bad=0
}

end() {
	((bad)) || echo "ok $name"
}

# WANT (a pattern) GOT
expect() {
	# shellcheck disable=SC2053
	[[ $2 == $1 ]] && return 0
	((bad)) || echo "not ok $name: line ${BASH_LINENO[0]}: got \"$2\", want \"$1\""
	bad=1 status=1
	return 1
}

# One conversation: gate_start, then say WORDS; the answer is in $answer.
gate_start() {
	coproc GATE { exec "$DRIVE" "$HELPER" "$OPENSC"; }
	# shellcheck disable=SC2153
	to=${GATE[1]} from=${GATE[0]} gate_pid=$GATE_PID
}

say() {
	answer=none
	echo "$*" >&"$to"
	read -r -t 20 answer <&"$from"
}

gate_end() {
	say close
	wait "$gate_pid"
} 2>/dev/null

make_card() {
	openssl genpkey "${@:2}" -out "$WORK/$1.key" 2>/dev/null &&
		openssl req -new -x509 -key "$WORK/$1.key" -days 2 \
			-subj "/CN=$1" -out "$WORK/$1.pem" 2>/dev/null
}

insert() {
	card_start "$WORK/$1.key" "$WORK/$1.pem" $PIN 3 || {
		echo "not ok pkcs11_card: the virtual card does not start"
		exit 1
	}
}

# pcscd looks for cards every 0.4 s.  One that goes and comes between two
# looks, with a failed command meanwhile, is "absent" to it for ever.
settle() {
	sleep 0.6
}

make_card rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
make_card ec -algorithm EC -pkeyopt ec_paramgen_curve:P-256

# pcscd cuts the power soon after the last client has gone, and the PIN with
# it.  A stranger who only stays connected keeps it on: the worst case.
stranger() {
	exec {held}< <(exec "$CARD_BIN/card-status" --hold "$CARD_READER")
	stranger_pid=$!
	read -r -t 10 <&"$held"
}

stranger_leaves() {
	kill "$stranger_pid"
	exec {held}<&-
}

begin premise_opensc_leaves_the_card_open
insert rsa
stranger
expect 63C3 "$(card_status)"
pkcs11-tool --module "$OPENSC" --login --pin $PIN --list-objects \
	>/dev/null 2>&1
expect 9000 "$(card_status)"
expect 9000 "$(card_sign)"
end

begin reset_without_the_module
"$HELPER" --reset "Virtual PCD 00 01"
expect 1 $? # there is no card in that one
"$HELPER" --reset "Virtual PCD"
expect 1 $? # no such name
expect 9000 "$(card_status)"
"$HELPER" --reset "Virtual PCD 00 00"
expect 0 $?
expect 63C3 "$(card_status)"
expect 6982 "$(card_sign)"
stranger_leaves
end

login() {
	insert "$1"
	stranger
	gate_start
	say list
	expect 'keys tokens=1 n=1 * reader=Virtual PCD 00 00' "$answer"
	say sign 0
	expect 'note kind=2 tries=3 *' "$answer"
	say pin $PIN
	expect "proof good scheme=$2 login=1" "$answer"
	gate_end
	expect 'ended 0' "$answer"
	expect 63C3 "$(card_status)"
	expect 6982 "$(card_sign)" # nobody signs without the PIN now
	stranger_leaves
}

begin login_rsa
login rsa 2
end

begin login_p256
login ec 3
end

begin tries_are_counted
insert rsa
gate_start
say list
say sign 0
expect 'note kind=2 tries=3 *' "$answer"
say pin 999999
expect 'fail code=5 tries=2 *' "$answer"
say pin 123 # too short: not sent
expect 'fail code=9 tries=2 *' "$answer"
say pin 888888
expect 'fail code=5 tries=1 *' "$answer"
expect 63C1 "$(card_status)"
gate_end
gate_start
say list
say sign 0
expect 'note kind=2 tries=1 *' "$answer"
say pin $PIN
expect 'proof good *' "$answer"
gate_end
expect 63C3 "$(card_status)"
end

begin locked_card
gate_start
say list
say sign 0
say pin 999999
say pin 999999
say pin 999999
expect 'fail code=6 tries=0 *' "$answer"
gate_end
expect 'ended 0' "$answer"
gate_start
say list
say sign 0
expect 'fail code=6 tries=0 *' "$answer" # and no prompt
gate_end
expect 6983 "$(card_status)"
end

begin card_comes_late
insert rsa
card_remove
gate_start
say wait
expect 'keys tokens=0 n=0' "$answer"
card_insert
say next
expect 'keys tokens=1 n=1 *' "$answer"
say sign 0
say pin $PIN
expect 'proof good *' "$answer"
gate_end
end

begin pulled_while_typing
insert rsa
gate_start
say list
say sign 0
expect 'note *' "$answer"
card_remove
say next
expect 'fail code=4 *' "$answer"
gate_end
expect 'ended 0' "$answer"
end

begin pulled_before_the_pin_is_used
insert rsa
gate_start
say list
say sign 0
card_cmd remove-on 20
say pin $PIN
expect 'fail code=4 *' "$answer"
gate_end
expect 'ended 0' "$answer"
settle
end

begin pulled_between_pin_and_signature
insert rsa
gate_start
say list
say sign 0
card_cmd remove-on 87
say pin $PIN
expect 'fail code=4 *' "$answer"
gate_end
settle
card_insert
expect 63C3 "$(card_status)"
end

# pcscd makes everybody wait for the end of a transaction: the reset comes
# late, but it comes.  The gate has the deadline.
begin card_held_by_another
insert rsa
stranger
pkcs11-tool --module "$OPENSC" --login --pin $PIN --list-objects \
	>/dev/null 2>&1
expect 9000 "$(card_status)"
coproc HOLD { exec "$HOLDER" "Virtual PCD 00 00"; }
# shellcheck disable=SC2153
holder=$HOLD_PID
read -r -t 10 <&"${HOLD[0]}"
"$HELPER" --reset "Virtual PCD 00 00" &
reset=$!
sleep 0.3
kill -0 $reset
expect 0 $?
kill "$holder"
wait $reset
expect 0 $?
expect 63C3 "$(card_status)"
stranger_leaves
end

begin card_hangs
insert rsa
gate_start
say list
say sign 0
card_cmd delay 60000
echo "pin $PIN" >&"$to"
read -r -t 1 answer <&"$from" && expect silence "$answer"
{
	kill -KILL "$gate_pid" # and the helper dies with its parent
	wait "$gate_pid"
} 2>/dev/null
card_cmd delay 0
for ((i = 0; i < 200; i++)); do
	"$HELPER" --reset "Virtual PCD 00 00" && break
	sleep 0.01
done
expect 63C3 "$(card_status)"
end

card_stop
card_pcscd_stop
exit $status
