#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho enrol --fido2` with a FIDO card in a reader: virtual, behind the
# real pcscd and the installed sekisho-fido; only where the policy says so.

: "${BUILD:=build}" "${CARD_BIN:=$BUILD/tests/card}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
if ! card_ns_inside && missing=$(card_ns_missing 2>&1); then
	echo "skip enrol_card: ${missing//$'\n'/, }"
	exit 0
fi
site_enter "$0" "$@"

site_script enrolc
# shellcheck source=tests/fido/enrol.sh
. "$(dirname "$0")/fido/enrol.sh"
insert=3

t site
site_make "$dir/site" && conf 'readers = yes' && persons || wrong "no site"
pin 4711-kagi
mkdir "$dir/card"
card_pcscd_start || wrong "no pcscd"
"$BUILD/tests/fido/fido-card" -p "$CARD_PORT" "$dir/card" </dev/null \
    2>"$dir/card.err" &
"$CARD_BIN/card-status" --present 'Virtual PCD 00 00' || wrong "no card"
[[ -z $why ]] || { finish; exit 1; }

t a_card_in_a_reader
enrol taro
ended 0
shows 'enrolled credential 1 for taro' '  protection   level 2'
last '"kind":"fido2"' '"verified":false'

t it_is_not_enrolled_twice
begin
enrol taro
refused 'this key is enrolled for taro already'

t with_its_pin
limited "$BUILD/tests/fido/card_drive" watch list open pin 4711-kagi \
    >"$dir/set" 2>&1 || wrong "no PIN set: $(<"$dir/set")"
enrol hanako --pin --pin-file "$dir/pin"
ended 0
last '"verified":true' '"proof":"pin"'

t not_where_readers_are_not_asked
conf
begin
enrol jiro
refused 'no key was inserted'
finish
