# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Test cards as HPKI and JPKI issue them, by OpenSSL configuration only.
# Source tests/pki.sh and then this:
#
#   pki_hpki_ca DIR [OPTION]...
#            hpki-root, and below it hpki-auth (...forAuthentication) and
#            hpki-sign (...forNonRepudiation)
#   pki_hpki_cert DIR KIND NAME [OPTION]...
#            a card's certificate, by KIND: authentication or signature
#   pki_jpki_ca DIR [OPTION]...
#            jpki-auth and jpki-sign, both self-signed
#   pki_jpki_cert DIR KIND NAME [OPTION]...
#
# Options of both kinds of certificates, before those of pki_cert:
#   name=TEXT kanji=TEXT     the holder; default TARO YAMADA, 山田 太郎
# and of HPKI's:
#   role=NAME code=DIGITS    an hcRole each, may be repeated; ISO 17090
#   number=TEXT   serialNumber in the subject; default 123456
#   o=TEXT        organization in the subject
#   director=yes  OU=Director beside it
#   policy=OID    default: that of the kind
#   crl=URL       default http://crl.example.jp/KIND.crl, empty: none
#
# Modelled on a decoded test card; the names of the CAs and the arcs of
# authentication are ours.  CAs have RSA-2048 keys, as cards do.

HPKI_SCHEME=1.2.392.100495.1.6.1.1
HPKI_SIGNATURE=1.2.392.100495.1.5.1.1.0.1
HPKI_AUTHENTICATION=1.2.392.100495.1.5.1.2.0.1
JPKI_SIGNATURE=1.2.392.200149.8.5.1.1.20
JPKI_AUTHENTICATION=1.2.392.200149.8.5.1.3.30

# _hpki_rdn SECTION TYPE KIND VALUE: one part of a distinguished name
_hpki_rdn() {
	printf '%s\n' "[$1]" "a = SEQUENCE:$1_atv" "[$1_atv]" \
	    "t = OID:$2" "v = FORMAT:UTF8,$3:$4"
}

# The holder's name in the script of the country, as a directoryName; the
# configuration's own dirName would take it for Latin-1.
_hpki_san() {
	printf '%s\n' '[san]' 'd = EXPLICIT:4,SEQUENCE:san_dn' '[san_dn]' \
	    'c = SET:san_c' 'o = SET:san_o' 'n = SET:san_cn' 's = SET:san_sn'
	_hpki_rdn san_c countryName PRINTABLE JP
	_hpki_rdn san_o organizationName UTF8 さくら病院
	_hpki_rdn san_cn commonName UTF8 "${h[kanji]}"
	_hpki_rdn san_sn serialNumber PRINTABLE "${h[number]}"
}

# subjectDirectoryAttributes with one hcRole attribute of all the roles; each
# is name:TEXT or code:DIGITS.
_hpki_roles() {
	local i=0 role
	printf '%s\n' '[sda]' 'a = SEQUENCE:sda_role' '[sda_role]' \
	    'type = OID:1.0.17090.0.1' 'values = SET:sda_values' \
	    '[sda_values]' 'v = SET:sda_actors' '[sda_actors]'
	for role; do
		i=$((i + 1))
		echo "a$i = SEQUENCE:actor$i"
	done
	i=0
	for role; do
		i=$((i + 1))
		printf '%s\n' "[actor$i]" "c = EXPLICIT:0,SET:coded$i" \
		    "[coded$i]" "s = EXPLICIT:0,OID:$HPKI_SCHEME"
		case $role in
		code:*) echo "v = EXPLICIT:1,NUMERIC:${role#code:}" ;;
		*) echo "t = EXPLICIT:2,FORMAT:UTF8,UTF8:${role#name:}" ;;
		esac
	done
}

pki_hpki_ca() {
	local dir=$1 org=/C=JP/O=Example
	shift
	pki_ca "$dir" hpki-root "$org/OU=Health/CN=Test HPKI Root CA V2" \
	    key=rsa:2048 "$@" || return
	pki_ca "$dir" hpki-auth \
	    "$org/OU=Test HPKI CA/CN=HPKI-01-TestCA-forAuthentication" \
	    issuer=hpki-root key=rsa:2048 aki=full \
	    ext="certificatePolicies=critical,$HPKI_AUTHENTICATION" \
	    "$@" || return
	pki_ca "$dir" hpki-sign \
	    "$org/OU=Test HPKI CA/CN=HPKI-01-TestCA-forNonRepudiation" \
	    issuer=hpki-root key=rsa:2048 aki=full \
	    ext="certificatePolicies=critical,$HPKI_SIGNATURE" "$@"
}

# The caller's options to its `h`, its `roles` and its `rest`.
_hpki_options() {
	local a
	for a; do
		case $a in
		role=*) roles+=("name:${a#role=}") ;;
		code=*) roles+=("code:${a#code=}") ;;
		name=* | kanji=* | number=* | o=* | director=* | policy=* | \
		crl=* | conf=*) h[${a%%=*}]=${a#*=} ;;
		*) rest+=("$a") ;;
		esac
	done
	: "${h[name]=TARO YAMADA}" "${h[kanji]=山田 太郎}"
	: "${h[number]=123456}" "${h[crl]=http://crl.example.jp/$kind.crl}"
}

pki_hpki_cert() {
	local dir=$1 kind=$2 out=$3 subject=/C=JP ca ku conf
	local -A h=()
	local -a roles=() rest=()
	shift 3
	_hpki_options "$@"
	case $kind in
	authentication) ca=hpki-auth ku=critical,digitalSignature
		: "${h[policy]=$HPKI_AUTHENTICATION}" ;;
	signature) ca=hpki-sign ku=critical,nonRepudiation
		: "${h[policy]=$HPKI_SIGNATURE}" ;;
	*) echo "hpki: unknown kind: $kind" >&2; return 2 ;;
	esac
	[ -z "${h[o]-}" ] || subject+="/O=${h[o]}"
	[ "${h[director]-}" != yes ] || subject+=/OU=Director
	subject+="/CN=${h[name]}/serialNumber=${h[number]}"
	rest+=("ext=certificatePolicies=critical,${h[policy]}")
	rest+=(ext=subjectAltName=ASN1:SEQUENCE:san)
	[ -z "${h[crl]}" ] ||
		rest+=("ext=crlDistributionPoints=URI:${h[crl]}")
	conf=${h[conf]-}$'\n'$(_hpki_san)
	if ((${#roles[@]} > 0)); then
		rest+=(ext=subjectDirectoryAttributes=ASN1:SEQUENCE:sda)
		conf+=$'\n'$(_hpki_roles "${roles[@]}")
	fi
	pki_cert "$dir" "$ca" "$out" "$subject" key=rsa:2048 to='5 years' \
	    aki=full bc= ku="$ku" eku= conf="$conf" "${rest[@]}"
}

pki_jpki_ca() {
	local dir=$1 org=/C=JP/O=Test\ JPKI
	shift
	pki_ca "$dir" jpki-auth "$org/OU=JPKI for user authentication" \
	    key=rsa:2048 "$@" &&
	    pki_ca "$dir" jpki-sign "$org/OU=JPKI for digital signature" \
	    key=rsa:2048 "$@"
}

# Where revocation is says a directory name, which nobody outside can ask;
# only the signature's certificate says whose it is.
pki_jpki_cert() {
	local dir=$1 kind=$2 out=$3 ca ku conf
	local -A h=()
	local -a roles=() rest=()
	shift 3
	_hpki_options "$@"
	conf="${h[conf]-}
[dp]
fullname = dirName:dp_dn
[dp_dn]
C = JP
O = Test JPKI
OU = CRL Distribution Points
CN = Example CRLDP
[person]
otherName.1 = 1.2.392.200149.8.5.5.1;FORMAT:UTF8,UTF8:${h[kanji]}
otherName.2 = 1.2.392.200149.8.5.5.4;FORMAT:UTF8,UTF8:3S40010101
otherName.3 = 1.2.392.200149.8.5.5.5;FORMAT:UTF8,UTF8:東京都千代田区"
	case $kind in
	authentication) ca=jpki-auth ku=critical,digitalSignature
		: "${h[policy]=$JPKI_AUTHENTICATION}" ;;
	signature) ca=jpki-sign ku=critical,digitalSignature,nonRepudiation
		: "${h[policy]=$JPKI_SIGNATURE}"
		rest+=(ext=subjectAltName=@person) ;;
	*) echo "jpki: unknown kind: $kind" >&2; return 2 ;;
	esac
	pki_cert "$dir" "$ca" "$out" "/C=JP/CN=${h[number]}" key=rsa:2048 \
	    to='5 years' aki=full bc= ku="$ku" eku= \
	    ext="certificatePolicies=critical,${h[policy]}" \
	    ext=crlDistributionPoints=dp conf="$conf" "${rest[@]}"
}
