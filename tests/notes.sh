# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Signed notes checked by the openssl program, without a line of ours.
# Source this, then
#
#   signed_by NOTE VKEY   is there a signature line by this key, and does it
#                         verify?  (C2SP signed-note, types 0x01 and 0x02)

_note_hex() {
	od -An -v -tx1 | tr -d ' \n'
}

signed_by() {
	local note=$1 name=${2%%+*} id=${2#*+} line sig tmp status
	local key=${id#*+}
	id=${id%%+*}
	line=$(sed -n '/^$/,$p' "$note" | grep -F "— $name " |
	    while read -r _ _ sig; do
		[[ $(base64 -d <<<"$sig" | head -c 4 | _note_hex) != "$id" ]] ||
		    echo "$sig"
	done)
	[[ -n $line && $line != *$'\n'* ]] || return 1
	tmp=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-note.XXXXXX") || return
	sed '/^$/,$d' "$note" >"$tmp/body"
	base64 -d <<<"$line" | tail -c +5 >"$tmp/sig"
	base64 -d <<<"$key" | tail -c +2 >"$tmp/key"
	if [[ $(base64 -d <<<"$key" | head -c 1 | _note_hex) == 01 ]]; then
		# RFC 8410 section 4: SubjectPublicKeyInfo of Ed25519
		{ printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'
		    cat "$tmp/key"; } >"$tmp/spki"
		openssl pkeyutl -verify -pubin -keyform DER -inkey "$tmp/spki" \
		    -rawin -in "$tmp/body" -sigfile "$tmp/sig" >/dev/null 2>&1
	else
		openssl dgst -sha256 -verify "$tmp/key" -keyform DER \
		    -signature "$tmp/sig" "$tmp/body" >/dev/null 2>&1
	fi
	status=$?
	rm -rf "$tmp"
	return $status
}
