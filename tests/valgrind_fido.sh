#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins with a FIDO2 key, with the gate and sekisho-fido under valgrind.

: "${BUILD:=build}"
# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/fido/site.sh"

site_script valgrind-fido
# shellcheck source=tests/valgrind_wrap.sh
. "$(dirname "$0")/valgrind_wrap.sh"

t site
if ! { site_make "$dir/site" && fido_site; }; then
	wrong "no site"
	finish
	exit 1
fi
site_user taro himitsu-1
site_person taro Taro taro
site_conf "${limits[@]}" '/^\[pkcs11/,/^$/d' '/^trust-anchors/d' \
    's/^\[service ward\]/[fido2]\nrp-id = hospital.example\n\n&/' \
    's/^check = .*/check = none/' '/^stale/d' '/^crls/d' \
    's/^pairs = pkcs11.password/pairs = fido2+password/' \
    's/^pairs = pkcs11.pin/pairs = fido2+verification/' \
    's/^token-seconds.*/&\ntouch-seconds = 30/'
if ! { fido_key plain && fido_pin plain 2718-taro; }; then
	wrong "no key"
fi
echo 2718-taro >"$dir/pin"
chmod 600 "$dir/pin"
site_desk enrol taro --fido2 --pin --yes --pin-file "$dir/pin" \
    >"$dir/out" 2>&1 || wrong "not enrolled"
wrap sekisho-gate --leak-check=full
# libfido2 keeps threads of its own: what is possibly lost is their stacks
wrap sekisho-fido --leak-check=full --show-leak-kinds=definite

t pin_and_password
run site_drive --service ward --user taro --answer PIN=2718-taro \
    --answer Password=himitsu-1
ended 0
clean sekisho-gate sekisho-fido

t wrong_pin
run site_drive --service kiosk --user taro --answer PIN=0000
shows "error: The PIN was wrong."
clean sekisho-gate sekisho-fido

t wrong_signature
fido_knobs plain badsig=1
run site_drive --service kiosk --user taro --answer PIN=2718-taro
lacks "auth = 0"
clean sekisho-gate sekisho-fido

t unknown_user
run site_drive --service ward --user nosuch --answer PIN=2718-taro \
    --answer Password=x
clean sekisho-gate sekisho-fido
finish
