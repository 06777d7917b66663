#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Mints what tests/certificate_test.c checks: usage certificate_mint.sh DIR.
# Below DIR: certs/ (all keys and certificates), folders of anchors (trust-*),
# of intermediates (mid-*) and of CRLs (crl-*).
set -eu
umask 022
export OPENSSL_CONF=/dev/null
# shellcheck source=tests/pki.sh
. "$(dirname "$0")/pki.sh"

dir=$1
c=$dir/certs
mkdir "$c"
org=/C=JP/O=Hospital

put() { # FOLDER FILE...: copies into DIR/FOLDER
	local to=$dir/$1
	shift
	mkdir -p "$to"
	[ $# -eq 0 ] || cp "$@" "$to"
}
crls() { # FOLDER: a new one that has the root's CRL already
	put "crl-$1" "$c/root.crl"
}

pki_key "$c/rsa.key" rsa:2048
pki_key "$c/ec.key" ec:P-256
ec=use=$c/ec.key

# -- authorities
pki_ca "$c" root "$org/CN=Root"
pki_ca "$c" mid "$org/CN=Issuing CA" issuer=root
pki_ca "$c" other "/C=JP/O=Other/CN=Other Root"
pki_ca "$c" fakeroot "$org/CN=Root"
pki_ca "$c" fakemid "$org/CN=Issuing CA" issuer=fakeroot
pki_ca "$c" midold "$org/CN=Old CA" issuer=root from='2 years ago' \
    to='1 day ago'
pki_ca "$c" midsha1 "$org/CN=SHA1 CA" issuer=root md=sha1
pki_ca "$c" midweak "$org/CN=Weak CA" issuer=root key=rsa:1024
pki_ca "$c" midnobc "$org/CN=No BC CA" issuer=root bc=
pki_ca "$c" midnotca "$org/CN=Not a CA" issuer=root bc=critical,CA:FALSE \
    ku=digitalSignature
pki_ca "$c" midweb "$org/CN=Web CA" issuer=root eku=serverAuth
pki_ca "$c" mid0 "$org/CN=Path 0 CA" issuer=root \
    bc=critical,CA:TRUE,pathlen:0
pki_ca "$c" mid1 "$org/CN=Path 1 CA" issuer=mid0
pki_ca "$c" midname "$org/CN=Names CA" issuer=root \
    ext='nameConstraints=critical,permitted;dirName:permitted_name' \
    conf="[permitted_name]
O=Ward"
pki_ca "$c" midpolicy "$org/CN=Policy CA" issuer=root \
    ext=certificatePolicies=1.2.392.1.1 \
    ext=policyConstraints=requireExplicitPolicy:0
pki_ca "$c" midrev "$org/CN=Revoked CA" issuer=root serial=77
pki_ca "$c" midrsa "$org/CN=RSA CA" issuer=root use="$c/rsa.key"
pki_ca "$c" mided "$org/CN=Ed CA" issuer=root key=ed25519
pki_ca "$c" plainroot "$org/CN=Plain Root" aki=no
pki_ca "$c" fakeplain "$org/CN=Plain Root" aki=no

# -- certificates, named by what is special
leaf() { # CA NAME OPTION...
	local ca=$1 name=$2
	shift 2
	pki_cert "$c" "$ca" "$name" "$org/CN=$name" "$@"
}
leaves() {
	leaf mid rsa use="$c/rsa.key"
	leaf mid ec "$ec"
	leaf mid p384 key=ec:P-384
	leaf mid p521 key=ec:P-521
	leaf mid revoked "$ec" serial=0BAD
	leaf mid noku "$ec" profile=noku
	leaf mid noeku "$ec" profile=noeku
	leaf mid anyeku "$ec" eku=anyExtendedKeyUsage
	leaf mid anyserver "$ec" eku=anyExtendedKeyUsage,serverAuth
	leaf mid smartcard "$ec" eku=1.3.6.1.4.1.311.20.2.2
	leaf mid server "$ec" profile=server
	leaf mid servereku "$ec" eku=serverAuth
	leaf mid nonrepudiation "$ec" profile=nonrepudiation
	leaf mid ca "$ec" profile=ca
	leaf mid keycertsign "$ec" ku=digitalSignature,keyCertSign
	leaf mid expired "$ec" profile=expired
	leaf mid notyet "$ec" profile=notyet
	leaf mid rsa1024 key=rsa:1024
	leaf mid sha1 "$ec" md=sha1
	leaf midrsa md5 "$ec" md=md5
	leaf midrsa byrsa "$ec"
	leaf mid explicit key=ec-explicit:P-256
	leaf mid secp256k1 key=ec:secp256k1
	leaf mid p224 key=ec:secp224r1
	leaf mid ed25519 key=ed25519
	leaf mided byed25519 "$ec"
	leaf mid critical "$ec" ext=1.2.392.99.1=critical,DER:0500
	leaf mid policy "$ec" ext=certificatePolicies=1.2.392.1.1
	leaf mid otherpolicy "$ec" ext=certificatePolicies=1.2.392.1.2
	leaf midpolicy needspolicy "$ec"
	leaf midpolicy haspolicy "$ec" ext=certificatePolicies=1.2.392.1.1
	leaf mid crlsign "$ec" ku=critical,cRLSign eku=
	leaf midname outside "$ec"
	pki_cert "$c" midname inside "/O=Ward/CN=inside" "$ec"
	leaf midold underold "$ec"
	leaf midsha1 undersha1 "$ec"
	leaf midweak underweak "$ec"
	leaf midnobc undernobc "$ec"
	leaf midweb underweb "$ec"
	leaf mid1 undermid1 "$ec"
	leaf midrev underrev "$ec"
	leaf root direct "$ec"
	leaf other untrusted "$ec"
	leaf fakemid forged "$ec"
	leaf plainroot plain "$ec" aki=no
	leaf fakeplain fakeplain-leaf "$ec" aki=no
	openssl req -x509 -new -key "$c/ec.key" -subj /CN=self -days 9 \
	    -addext keyUsage=critical,digitalSignature \
	    -addext extendedKeyUsage=clientAuth \
	    -addext basicConstraints=critical,CA:FALSE -out "$c/self.crt"
}
leaves &
leaves=$!
trap 'kill "$leaves" 2>/dev/null; wait' EXIT

# -- anchors and intermediates
put trust-root "$c/root.crt"
echo 'Root of the hospital, 2026' >"$dir/trust-root/README"
put trust-mid "$c/mid.crt"
put trust-plain "$c/plainroot.crt"
put trust-key "$c/root.crt"
cat "$c/ec.key" >>"$dir/trust-key/root.crt"
put trust-cut
head -c 300 "$c/root.crt" >"$dir/trust-cut/root.crt"
put trust-empty
put trust-unsafe "$c/root.crt"
chmod 0666 "$dir/trust-unsafe/root.crt"
put mid-none
put mid-all "$c"/mid*.crt
rm "$dir/mid-all/midnotca.crt"
put mid-notca "$c/midnotca.crt"
mkdir "$dir/trust-der"
openssl x509 -in "$c/root.crt" -outform DER -out "$dir/trust-der/root.cer"
cat "$c/other.crt" "$c/root.crt" >"$dir/trust-two.pem"

# -- CRLs
pki_crl "$c" root "$c/root.crl" number=0102
crls good
pki_crl "$c" mid "$c/mid.crl" revoke=0BAD,keyCompromise number=00A1
cp "$c/mid.crl" "$dir/crl-good"
for ca in midold midsha1 midweak midnobc midweb mid0 mid1 midname midpolicy \
    midrev midrsa mided; do
	pki_crl "$c" "$ca" "$dir/crl-good/$ca.crl"
done
pki_crl "$c" plainroot "$dir/crl-good/plainroot.crl" aki=no
mkdir "$dir/crl-der"
openssl crl -in "$c/root.crl" -outform DER -out "$dir/crl-der/root.crl"
openssl crl -in "$c/mid.crl" -outform DER -out "$dir/crl-der/mid.der"
put crl-none
put crl-rootless "$c/mid.crl"
crls stale
pki_crl "$c" mid "$dir/crl-stale/mid.crl" revoke=0BAD from='3 days ago' \
    to='2 hours ago'
crls other
pki_crl "$c" other "$dir/crl-other/other.crl"
crls forged
pki_crl "$c" fakemid "$dir/crl-forged/mid.crl"
crls forgedplain
pki_crl "$c" fakemid "$dir/crl-forgedplain/mid.crl" revoke=0BAD aki=no
crls forgedstale
pki_crl "$c" fakemid "$dir/crl-forgedstale/mid.crl" from='3 days ago' \
    to='2 hours ago' aki=no
crls future
pki_crl "$c" mid "$dir/crl-future/mid.crl" from='1 day' to='2 days' \
    revoke=0BAD
crls sha1
pki_crl "$c" mid "$dir/crl-sha1/mid.crl" md=sha1
crls scope
pki_crl "$c" mid "$dir/crl-scope/mid.crl" \
    ext=issuingDistributionPoint=critical,@idp conf="[idp]
onlyCA=TRUE"
crls critical
pki_crl "$c" mid "$dir/crl-critical/mid.crl" \
    ext=1.2.392.99.1=critical,DER:0500
crls delta
pki_crl "$c" mid "$dir/crl-delta/base.crl" number=10 \
    ext=freshestCRL=URI:http://crl.invalid/delta.crl
pki_crl "$c" mid "$dir/crl-delta/delta.crl" number=11 revoke=0BAD \
    from='10 minutes ago' ext=2.5.29.27=critical,DER:020110
crls revokedca
cp "$c/mid.crl" "$dir/crl-revokedca"
pki_crl "$c" root "$dir/crl-revokedca/root.crl" revoke=77,cACompromise
pki_crl "$c" midrev "$dir/crl-revokedca/midrev.crl"
crls unsafe
cp "$c/mid.crl" "$dir/crl-unsafe"
chmod 0664 "$dir/crl-unsafe/mid.crl"
crls two
cat "$c/mid.crl" "$c/root.crl" >"$dir/crl-two/mid.crl"
crls cut
head -c 400 "$c/mid.crl" >"$dir/crl-cut/mid.crl"
# foreign things beside good ones: nothing of it may matter or block
put crl-foreign "$c/root.crl" "$c/mid.crl" "$c/ec.key"
f=$dir/crl-foreign
mv "$f/mid.crl" "$f/1a2b3c4d.r0"
mv "$f/ec.key" "$f/ec.pem"
echo hello >"$f/README.pem"
: >"$f/empty.crl"
mkdir "$f/folder.crl"
mkfifo "$f/fifo.crl"
ln -s ../certs/mid.crl "$f/link.crl"
head -c 100000 /dev/urandom >"$f/random.der"
cp "$c/mid.crl" "$f/mid.crl.bak"

wait "$leaves"
trap - EXIT
put trust-leaf "$c/ec.crt"
put mid-crlsign "$c/crlsign.crt"
