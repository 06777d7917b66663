#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# pkcs11_helper.sh - makes SoftHSM tokens in a folder of its own and runs the
# tests of sekisho-pkcs11 on them.  Needs softhsm2-util, openssl and
# pkcs11-tool; leaves nothing behind.
#
# BUILD: where the programs are (default: build).  UNLIMITED=1: without a
# limit of address space, for builds with the address sanitizer.

set -u
: "${BUILD:=build}"
: "${SOFTHSM_MODULE:=/usr/lib/softhsm/libsofthsm2.so}"
HELPER=$(realpath "${HELPER:-$BUILD/sekisho-pkcs11}")
BADP11=$(realpath "${BADP11_SO:-$BUILD/tests/badp11.so}")
TESTS=$(realpath "${TESTS:-$BUILD/tests}")
PIN=4711

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP

fail() {
	echo "not ok pkcs11_helper_setup: $*"
	exit 1
}

for tool in softhsm2-util openssl pkcs11-tool; do
	command -v $tool >/dev/null || fail "no $tool"
done

mkdir -m 700 "$dir/tokens"
cat >"$dir/softhsm2.conf" <<END
directories.tokendir = $dir/tokens
objectstore.backend = file
log.level = ERROR
slots.removable = true
END
export SOFTHSM2_CONF=$dir/softhsm2.conf

token() {
	softhsm2-util --init-token --free --label "$1" --so-pin 12345678 \
		--pin $PIN >/dev/null || fail "token $1"
}

# LABEL ID [CERTIFICATE: no]
key() {
	local f=$dir/$1-$2
	softhsm2-util --import "$f.key" --token "$1" --label "$2" --id "$2" \
		--pin $PIN >/dev/null || fail "key $f"
	[[ ${3-} == no ]] && return
	openssl req -new -x509 -key "$f.key" -subj "/CN=$1 $2" -days 2 \
		-outform DER -out "$f.der" 2>/dev/null || fail "cert $f"
	pkcs11-tool --module "$SOFTHSM_MODULE" --token-label "$1" --login \
		--pin $PIN --write-object "$f.der" --type cert --id "$2" \
		--label "$2" >/dev/null 2>&1 || fail "write $f"
}

# In the background: a 4096 bit key takes its time.
make_key() {
	openssl genpkey -quiet "${@:2}" -out "$1" 2>/dev/null ||
		openssl genpkey "${@:2}" -out "$1" 2>/dev/null
}

make_key "$dir/ward-02.key" -algorithm RSA -pkeyopt rsa_keygen_bits:4096 &
make_key "$dir/ward-01.key" -algorithm RSA -pkeyopt rsa_keygen_bits:2048 &
token ward
token other
make_key "$dir/ward-03.key" -algorithm EC -pkeyopt ec_paramgen_curve:P-256
make_key "$dir/ward-04.key" -algorithm EC -pkeyopt ec_paramgen_curve:P-384
make_key "$dir/ward-05.key" -algorithm RSA -pkeyopt rsa_keygen_bits:2048
make_key "$dir/other-09.key" -algorithm EC -pkeyopt ec_paramgen_curve:P-256
wait
key ward 01
key ward 02
key ward 03
key ward 04
key ward 05 no
key other 09

# One store for each login of those that run side by side.
for ((i = 0; i < 17; i++)); do
	cp -r "$dir/tokens" "$dir/tokens.$i" || fail "copy"
	sed "s|^directories.tokendir.*|&.$i|" "$SOFTHSM2_CONF" \
		>"$SOFTHSM2_CONF.$i"
done

status=0
for test in pkcs11_helper pkcs11_faults; do
	"$TESTS/$test" "$HELPER" "$BADP11" "$SOFTHSM2_CONF" \
		${UNLIMITED:+unlimited} || status=1
done
exit $status
