#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Mints what tests/hpki_check_test.c and tests/hpki_test.sh look at: usage
# hpki_mint.sh DIR.  Below DIR: certs/ (all keys and certificates), folders of
# anchors (trust-*), of intermediates (mid-*) and of CRLs (crl-*).
set -eu
umask 022
export OPENSSL_CONF=/dev/null
here=$(dirname "$0")
# shellcheck source=tests/pki.sh
. "$here/pki.sh"
# shellcheck source=tests/hpki.sh
. "$here/hpki.sh"

dir=$1
c=$dir/certs
mkdir "$c"
pki_key "$c/card.key" rsa:2048
card=use=$c/card.key
card() { # KIND NAME OPTION...: an HPKI card
	local kind=$1 name=$2
	shift 2
	pki_hpki_cert "$c" "$kind" "$name" "$card" "$@"
}

pki_hpki_ca "$c"
pki_jpki_ca "$c"

# -- cards that log in
card authentication doctor role="Medical Doctor"
card authentication nurse role="General Nurse" name="HANAKO SATO" \
    kanji="佐藤 花子" number=7
card authentication several role="Medical Doctor" role=Dentist code=12
card authentication kanji role=医師
card authentication clerk
card authentication director role="Director of Hospital" director=yes \
    o="Sakura Hospital"
card authentication revoked role="Medical Doctor" serial=0BAD
pki_jpki_cert "$c" authentication citizen "$card"

# -- and what must not
card signature doctor-sign role="Medical Doctor"
# signed by the right CA for the wrong purpose, and the other way round
card authentication stray role="Medical Doctor" policy="$HPKI_SIGNATURE"
pki_jpki_cert "$c" signature citizen-sign "$card"
# a role that cannot be read; the rest is good
card authentication bare-role ext=2.5.29.9=ASN1:SEQUENCE:own conf="[own]
a = SEQUENCE:own_role
[own_role]
type = OID:1.0.17090.0.1
values = SET:own_values
[own_values]
v = FORMAT:UTF8,UTF8:Medical Doctor"

put() { # FOLDER FILE...
	mkdir -p "$dir/$1"
	cp "${@:2}" "$dir/$1"
}
put trust-hpki "$c/hpki-root.crt"
put mid-hpki "$c/hpki-auth.crt" "$c/hpki-sign.crt"
put trust-jpki "$c/jpki-auth.crt"
put trust-both "$c/jpki-auth.crt" "$c/jpki-sign.crt"
for ca in hpki-root hpki-auth hpki-sign jpki-auth jpki-sign; do
	pki_crl "$c" "$ca" "$c/$ca.crl" revoke=0BAD,keyCompromise
done
put crl-all "$c"/*.crl
