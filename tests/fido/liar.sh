# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A site without certificates, whose sekisho-fido says what it is told (see
# tests/fido/liar.c).  Source it after tests/site.sh and tests/cases.sh, inside
# site_enter, with $dir a folder of one's own; then
#
#   liar_site                the site, with taro and hanako (both of ward3) and
#                            nobody1, who has no key
#   conf [SED]...            its configuration, changed
#   row PERSON NAME [WHAT=HOW]...   a credential (tests/fido/fidorow.c); its
#                            number is in $id
#   lie STEP...              what the helper will say after ASSERT
#   lied NAME STEP...        the same after it said that it has this one
#   login OPTION...          of site_drive
#   refused REASON           of the last record: nobody was let in

# shellcheck disable=SC2119,SC2120,SC2154 # $dir and options: a caller's
# conf [SED]...: a site that has never seen a card, and no anchor
conf() {
	site_conf '/^\[pkcs11/,/^$/d' '/^trust-anchors/d' '/^crls/d' \
	    '/^check = crl/s/crl/none/' '/^stale/d' \
	    's/^token-seconds.*/token-seconds = 2\ntouch-seconds = 5/' \
	    's/^fail-delay-ms.*/fail-delay-ms = 100/' \
	    's/^pairs = pkcs11+password/pairs = fido2+password/' \
	    's/^pairs = pkcs11+pin/pairs = fido2+verification/' \
	    's/^\[service ward\]/[fido2]\nrp-id = hospital.example\nformer-rp-id = old.example\n\n[service both]\npairs = fido2+verification, fido2+password\n\n&/' \
	    "$@"
}

liar_site() {
	local who
	site_make "$dir/site" || return
	at=$SITE/libexec # the liar's folder
	install -m 755 "$BUILD/tests/fido/liar" "$at/sekisho-fido" && conf ||
	    return
	cp "$SITE/pam.d/ward" "$SITE/pam.d/both"
	cp "$SITE/pam.d/ward" "$SITE/pam.d/sshd"
	for who in taro hanako ward3 nobody1; do
		site_user $who himitsu-1
	done
	site_desk account add ward3 --shared >/dev/null &&
	    site_person taro '山田 太郎' taro ward3 &&
	    site_person hanako '佐藤 花子' hanako ward3 &&
	    site_person nobody1 'No Key' nobody1 || return
	mkdir "$at/kept" && chmod 777 "$at/kept"
}

row() {
	# shellcheck disable=SC2034 # a caller's
	id=$("$BUILD/tests/fido/fidorow" "$SITE/lib" "$1" "$at" "${@:2}") ||
	    wrong "no row $2"
	chmod 644 "$at/$2".{pem,id}
}

lie() {
	printf '%s\n' ask "$@" >"$at/lie"
}
lied() {
	lie "status ready $1" go "note touch" "${@:2}"
}
login() {
	run site_drive --service ward --tty pts/7 --answer PIN=4711 \
	    --answer Password=himitsu-1 --steps auth "$@"
}
# shellcheck source=tests/fido/judged.sh
. "$(dirname "${BASH_SOURCE[0]}")/judged.sh"
