#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The link table: what each program may link, and what the PAM module shows
# to the program that loads it.  Vendor code must not be able to get into the
# login process or the gate.

: "${BUILD:=build}"
failed=0

say() {
	if [[ -z $2 ]]; then
		echo "ok $1"
	else
		echo "not ok $1: $2"
		failed=1
	fi
}
# links FILE LIBRARY...: it needs these libraries and no others.
links() {
	local file=$1 needed
	shift
	needed=$(objdump -p "$BUILD/$file" | awk '$1 == "NEEDED" { print $2 }' |
	    sed 's/\.so.*//' | sort | xargs)
	[[ $needed == "$(printf '%s\n' "$@" | sort | xargs)" ]] && needed=
	say "links_$file" "${needed:+it needs $needed}"
}
# imports FILE PATTERN: undefined symbols that must not be there.
imports_no() {
	say "$1_imports_no_$2" "$(nm -D --undefined-only "$BUILD/$1" |
	    awk '{ print $NF }' | sed 's/@.*//' | grep -xE "$3" | xargs)"
}

links pam_sekisho.so libpam libc
links sekisho-gate libcrypto libsqlite3 libjansson libinih libc
links sekisho-pkcs11 libpcsclite libc
links sekisho-password libpam libc
links sekisho-fido libfido2 libpcsclite libc
links sekisho-fetch libcurl libcrypto libsqlite3 libjansson libinih libc
links sekisho-forward libcrypto libjansson libinih libc
links sekisho-watch libcrypto libjansson libinih libpcsclite libsystemd libc
links sekisho libcrypto libsqlite3 libjansson libinih libc

# A login has no CBOR, whose reader is in the same archive.
say sekisho-gate_has_no_cbor "$(nm "$BUILD/sekisho-gate" |
    awk '{ print $NF }' | grep -E '^(fido_cbor_|sek_fido_(cose|register))' |
    xargs)"

net='socket|connect|bind|listen|getaddrinfo|gethostbyname'
imports_no sekisho-gate dlopen 'dlopen|dlsym|dlmopen'
imports_no sekisho-gate network "$net"
imports_no sekisho-fetch dlopen 'dlopen|dlsym|dlmopen'
imports_no sekisho-fetch network "$net"
imports_no sekisho-forward dlopen 'dlopen|dlsym|dlmopen'
imports_no sekisho-forward network "$net"
imports_no sekisho-watch dlopen 'dlopen|dlsym|dlmopen'
imports_no sekisho-watch network "$net"
imports_no sekisho-password dlopen 'dlopen|dlsym|dlmopen'
imports_no pam_sekisho.so dlopen 'dlopen|dlsym|dlmopen'
for f in pam_sekisho.so sekisho-gate sekisho-pkcs11 sekisho-password \
    sekisho-fido sekisho-fetch sekisho-forward sekisho-watch; do
	imports_no $f environment 'getenv|secure_getenv|environ'
	imports_no $f shell 'system|popen'
done
imports_no pam_sekisho.so process_state \
    'exit|abort|signal|setuid|setenv|putenv|unsetenv'

want="pam_sm_acct_mgmt pam_sm_authenticate pam_sm_close_session"
want+=" pam_sm_open_session pam_sm_setcred"
got=$(nm -D --defined-only "$BUILD/pam_sekisho.so" |
    awk '$2 != "A" { print $3 }' | sed 's/@.*//' | sort | xargs)
[[ $got == "$want" ]] && got=
say exports_of_the_module "$got"
exit $failed
