# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Virtual FIDO cards for test scripts: an own world with pcscd and two readers
# (tests/card/ns.sh), named cases (tests/cases.sh), and:
#
#   put KEY [ARGS]      fido-card with the software key $WORK/KEY in the first
#                       reader; in the second, if KEY is two
#   take KEY            out of it, its process ended
#   pull KEY, push KEY  out of it and in again, the process stays
#   knobs KEY A=B...    what that key does (tests/fido/knobs.txt, and the head
#                       of tests/fido/card_applet.c)
#   sent HEX [KEY]      how often it got a command that begins so
#   drive ACT...        tests/fido/card_drive, output in $dir/out
#   line WORD PATTERN   of the last line that begins with WORD; took ACT LEAST
#                       MOST: so many ms are in it
#   beside ACT...       the same in the background; heard REGEX waits for a
#                       line; go lets it go on after its act hold; told: it
#                       has ended, output in $dir/out
#   waits               until the card in the first reader waits for a touch
#
# Set before use: here (the folder tests), BUILD.

# shellcheck source=tests/card/ns.sh
. "$here/card/ns.sh"

if ! card_ns_inside; then
	missing=$(card_ns_missing 2>&1) && {
		echo "skip $(basename "$0" .sh): ${missing//$'\n'/, }"
		exit 0
	}
	BUILD=$(realpath "$BUILD") WORK=$(mktemp -d) || exit 1
	export BUILD WORK CARD_BIN=$BUILD/tests/card
	trap 'rm -rf "$WORK"' EXIT
	card_ns_exec bash "$(realpath "$0")"
	exit
fi

dir=$WORK
# shellcheck source=tests/cases.sh
. "$here/cases.sh"
DRIVE=$BUILD/tests/fido/card_drive
ONE='Virtual PCD 00 00' TWO='Virtual PCD 00 01'
declare -A card_pid
mkfifo "$WORK/go" && exec {go}<>"$WORK/go" || exit 1

drive() {
	run limited "$DRIVE" "$@"
	ended 0
}

# KEY NAME=VALUE...
knobs() {
	local key=$1
	shift
	mkdir -p "$WORK/$key"
	printf '%s\n' "$@" >"$WORK/$key.new"
	mv "$WORK/$key.new" "$WORK/$key/knobs"
}

# KEY [ARGS]: a fresh card in the first reader, or in the second: two
put() {
	local key=$1 port=$CARD_PORT reader=$ONE
	shift
	[[ $key != two ]] || port=$((CARD_PORT + 1)) reader=$TWO
	mkdir -p "$WORK/$key"
	"$BUILD/tests/fido/fido-card" -v -p "$port" "$@" "$WORK/$key" \
		</dev/null 2>>"$WORK/$key.trace" &
	card_pid[$key]=$!
	"$CARD_BIN/card-status" --present "$reader" || wrong "no card"
}

take() {
	local reader=$ONE
	[[ $1 != two ]] || reader=$TWO
	kill "${card_pid[$1]}" && wait "${card_pid[$1]}"
	"$CARD_BIN/card-status" --absent "$reader" || wrong "a card is left"
} 2>/dev/null

# How often the first card got commands that begin like this.
sent() {
	grep -c "^$1" "$WORK/${2:-one}.trace"
}

fresh() {
	knobs one
	: >"$WORK/one.trace"
}

# PART...: on lines that begin with the first word
line() {
	local what
	what=$(grep "^$1:" "$dir/out" | tail -n 1)
	# shellcheck disable=SC2053
	[[ $what == $2 ]] || wrong "$1 is \"$what\", not \"$2\""
}

# More than MOST would be wrong on a slow machine, too.
took() {
	local ms
	ms=$(sed -n "s/^$1: .* after \([0-9]*\) ms\$/\1/p" "$dir/out" | tail -n 1)
	[[ -n $ms ]] && ((10#$ms >= $2 && 10#$ms <= $3)) ||
	    wrong "$1 took \"$ms\" ms, not $2 to $3"
}

# What runs beside: background ACTS, its output in $WORK/beside.
beside() {
	: >"$WORK/beside"
	"$DRIVE" "$@" >"$WORK/beside" 2>&1 <"$WORK/go" &
	beside_pid=$!
}

# Its act "hold" is over.
go() {
	echo >&"$go"
}

# Until the first card says "still busy", 5 s at most.
waits() {
	local i
	for ((i = 0; i < 500; i++)); do
		(($(sent 8011) == 0)) || return 0
		sleep 0.01
	done
	wrong "the card waits for nothing"
}

# Until that line is in it, 5 s at most.
heard() {
	local i
	for ((i = 0; i < 500; i++)); do
		grep -q -- "$1" "$WORK/beside" && return
		sleep 0.01
	done
	wrong "beside: no \"$1\": $(<"$WORK/beside")"
}

told() {
	wait "$beside_pid" || wrong "beside: exit status $?"
	cp "$WORK/beside" "$dir/out"
}
