# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A record and an outbox of one's own, for the tests of sekisho-forward.
# Source it after cases.sh, with $dir a folder of one's own:
#
#   new_site         a new log, an empty outbox and the key of the log
#   conf LINE...     write the configuration, with these lines in [forward]
#   drive N [PAUSE]  append N records;  sign: write a checkpoint
#   once             hand on what is there
#   heads            KIND and SEQ of each whole line of the outbox, in order
#   in_order N       the records 1 to N are there, in order, each once

: "${BUILD:=build}" "${dir:?}"
host=ward-pc-3.example.jp

conf() {
	{
		printf '%s\n' '[sekisho]' "host = $host" 'language = en' \
		    '[paths]' "state = $dir/lib" "audit = $dir/log" \
		    "helpers = $dir/helpers" '[record]' \
		    "rotate-megabytes = ${rotate:-0}" '[forward]' \
		    "outbox = $dir/box" "$@" '[fido2]' 'rp-id = example.jp' \
		    '[service ward]' 'pairs = fido2+password'
	} >"$dir/conf"
	chmod 644 "$dir/conf"
}

new_site() {
	rm -rf "${dir:?}"/{log,lib,box}
	mkdir -p "$dir/helpers" && chmod 755 "$dir/helpers"
	mkdir -m 750 "$dir/log" && mkdir -m 700 "$dir/lib"
	conf 'send = records'
	"$BUILD/tests/record_drive" --key "$dir/conf" || wrong "no key"
}

drive() {
	"$BUILD/tests/record_drive" "$dir/conf" "$@"
}

sign() {
	"$BUILD/tests/record_drive" --sign "$dir/conf"
}

once() {
	run limited "$BUILD/sekisho-forward" --conf "$dir/conf" --once
}

heads() {
	cat "$dir"/box/messages-*.log |
	    LC_ALL=C grep -avP '\tTORN$' |
	    sed -n 's/^\([RCAB]\) 0*\([0-9][0-9]*\) [0-9a-f]\{16\} .*/\1 \2/p'
}

in_order() {
	heads | sed -n 's/^R //p' | cmp -s - <(seq "$1") ||
	    wrong "not the records 1 to $1: $(heads | sed -n 's/^R //p' |
	        diff - <(seq "$1") | head -n 5 | xargs)"
}

# until SECONDS COMMAND...: wait for it to succeed.
until_() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}
