#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What the gate makes of a sekisho-fido that speaks out of turn, in no form,
# without end or not at all: nobody gets in, nobody waits for ever, nothing is
# left behind, and the record says what it was.

: "${BUILD:=build}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script fido-wire
# shellcheck source=tests/fido/liar.sh
. "$(dirname "$0")/fido/liar.sh"

t site_without_certificates
liar_site || { wrong "no site"; finish; exit 1; }
row taro plain handle=0102
row taro twin ssh=1
row taro elsewhere rp=elsewhere.example
finish

t out_of_turn
for steps in "sign plain flags=1 counter=160" "note touch" \
    "frame 37 0000000008000000" "frame 40" "frame 99" "frame 0" \
    "frame 34 00" "frame 34 07000000010000000000" "bytes ffffffffff" \
    "frame 34 $(printf '%02000d' 0)" "status ready elsewhere" \
    "status ready twin" "times 300 status none"; do
	lie "$steps"
	login --user taro
	refused helper-protocol
	lacks "info: Touch" "prompt: PIN"
done

t out_of_turn_after_go
for steps in "frame 40 00" "frame 35 00" "frame 39 00" "frame 36 0900" \
    "frame 37 00" "frame 41 00" "times 300 note touch" \
    "times 300 status none" "bytes 0000ffff27" \
    "frame 37 8000000008000000"; do
	lied plain "$steps" "sign plain flags=1 counter=160"
	login --user taro
	refused helper-protocol
	lacks "prompt: Password"
done

t crashes
lie crash
login --user taro
refused helper-crashed
last "killed by signal 11"
lied plain crash
login --user taro
refused helper-crashed
lied plain "end 0"
login --user taro
refused helper-crashed

# Each of these waits for a limit: all at a time, with programs of their own.
waits=(before:helper-timeout:8000 after:helper-timeout:14000 \
    none:no-token:6000 half:helper-protocol:9000)
# one waiting site: NAME STEP...
place() {
	local name=$1
	mkdir "$at/$name" && cp "$at"/*.id "$at"/*.pem "$at/$name/" &&
	    install -m 755 "$BUILD/tests/fido/liar" "$at/$name/sekisho-fido" &&
	    sed "s|^helpers = .*|helpers = $at/$name|; s|^audit = .*|audit = $SITE/log-$name|" \
		"$SITE_CONF" >"$SITE/etc/$name.conf" &&
	    sed "s|conf=[^ ]*|conf=$SITE/etc/$name.conf|" "$SITE/pam.d/ward" \
		>"$SITE/pam.d/$name" &&
	    sed -i "s/^\[service ward\]/[service $name]/" \
		"$SITE/etc/$name.conf" || return
	mkdir -m 700 "$SITE/log-$name"
	printf '%s\n' ask "${@:2}" >"$at/$name/lie"
}
t hangs
if ! { place before hang && place after "status ready plain" go hang &&
    place none "status none" hang && place half "bytes 0000000022" hang; }; then
	wrong "no places"
fi
for row in "${waits[@]}"; do
	IFS=: read -r at_name _ <<<"$row"
	{
		started=$(date +%s%N)
		site_drive --service "$at_name" --user taro --steps auth \
		    >"$dir/out-$at_name" 2>&1
		echo $((($(date +%s%N) - started) / 1000000)) \
		    >"$dir/ms-$at_name"
	} &
done
wait
for row in "${waits[@]}"; do
	IFS=: read -r at_name reason most <<<"$row"
	cp "$dir/out-$at_name" "$dir/out"
	lacks "auth = 0"
	SITE_LOG=$SITE/log-$at_name/audit.jsonl last "\"reason\":\"$reason\""
	(($(<"$dir/ms-$at_name") <= most)) ||
	    wrong "$at_name took $(<"$dir/ms-$at_name") ms"
done

t no_program
mv "$at/sekisho-fido" "$at/away"
login --user taro
lacks "auth = 0"
last '"reason":"helper-crashed"' "could not be started"
mv "$at/away" "$at/sekisho-fido"

t nothing_is_left_behind
sleep 0.1
! pgrep -x sekisho-fido >/dev/null || wrong "a helper is left"
finish
