#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins with the gate, sekisho-pkcs11 and sekisho-password each under
# valgrind: no invalid access, no use of what was never set, no byte lost by
# our own code (a vendor's module may leak in its helper).

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-valgrind.XXXXXX") || exit 1
chmod 755 "$dir"
trap 'rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
mkdir -m 1777 "$dir/logs"
site_user taro himitsu-1
site_person taro Taro taro
site_cert taro /CN=taro key=rsa:2048 && site_token taro taro &&
    site_enrol taro taro || wrong "no token"
limits=('s/^login-seconds = .*/login-seconds = 120/'
    's/^token-seconds = .*/token-seconds = 60/'
    's/^type-seconds = .*/type-seconds = 60/')
site_conf "${limits[@]}"

# wrap PROGRAM OPTION...: put valgrind in front of it.  Under valgrind a
# process can set no limit of descriptors but the one it has: 64, as a
# helper gets.
wrap() {
	local program=$SITE/libexec/$1
	mv "$program" "$program.real"
	printf '#!/bin/sh\nulimit -Sn 64\nexec valgrind -q --log-file=%s/%s.%%p %s %s.real "$@"\n' \
	    "$dir/logs" "$1" "${*:2}" "$program" >"$program"
	chmod 755 "$program"
}
wrap sekisho-gate --leak-check=full
wrap sekisho-password --leak-check=no
login() {
	run site_drive --service ward --user taro "$@"
}
clean() {
	local f
	sleep 1
	for f in "$dir/logs/$1".*; do
		[[ -e $f ]] || { wrong "$1 did not run under valgrind"; return; }
		# lines with -- tell of system calls it does not know
		! grep -qv '^--' "$f" || wrong "$1: $(grep -v '^--' "$f" |
		    head -n 30)"
	done
	rm -f "$dir/logs"/*
}

t gate_good_login
login --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
clean sekisho-gate

t gate_wrong_password
login --answer PIN=$SITE_PIN --answer Password=wrong
clean sekisho-gate

t gate_revoked
site_crl revoke="$(pki_serial "$SITE/pki/taro.crt")"
login
clean sekisho-gate
site_crl

t gate_unknown_user_and_bad_name
run site_drive --service ward --user nosuch --answer Password=x
run site_drive --service ward --user $'a\nb'
clean sekisho-gate

t gate_without_policy
site_conf 's/^check = .*/check = perhaps/'
login
clean sekisho-gate
site_conf "${limits[@]}"

t password_helper
login --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0
clean sekisho-password
finish
