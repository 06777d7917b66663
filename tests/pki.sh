# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A test PKI with the openssl program: source this, then
#
#   pki_ca   DIR NAME SUBJECT [OPTION=VALUE]...
#            a CA: DIR/NAME.key and DIR/NAME.crt (PEM); self-signed, or
#            below another one with issuer=NAME
#   pki_cert DIR CA NAME SUBJECT [OPTION=VALUE]...
#            a certificate by DIR/CA: DIR/NAME.key and DIR/NAME.crt
#   pki_crl  DIR CA FILE [OPTION=VALUE]...
#            a CRL by DIR/CA, written to FILE
#   pki_key  FILE KIND
#            a private key (PEM)
#   pki_serial FILE
#            prints a certificate's serial in hex
#   pki_at   WHEN
#            prints a time as openssl takes it; WHEN is what date -d takes
#
# Options of pki_ca and pki_cert (a CA's default key is ec:P-256):
#   key=KIND      rsa:2048 (any size), ec:P-256, ec:P-384, ec:CURVE,
#                 ec-explicit:CURVE (parameters spelt out), ed25519
#   use=FILE      this private key instead of a new one
#   profile=NAME  pki_cert: login (default), noku (no key usage), noeku (no
#                 purpose), server, nonrepudiation, ca, expired, notyet
#   ku=LIST eku=LIST bc=VALUE
#                 instead of the profile's; empty: without that extension
#   ext=LINE      one more extension, openssl.cnf syntax; may be repeated
#   conf=TEXT     whole sections for the extensions to refer to
#   aki=no        without key identifiers (then pki_crl wants aki=no, too)
#   aki=full      the issuer's name and serial in it, too
#   from=WHEN to=WHEN    validity; default: yesterday, in a year
#   md=HASH       default sha256
#   serial=HEX    default: random
#   days are never counted: all times are given or made by date(1).
# Options of pki_crl:
#   form=pem|der  default pem
#   revoke=SERIAL[,REASON]   may be repeated; REASON as keyCompromise
#   from=WHEN to=WHEN        thisUpdate, nextUpdate; default: an hour ago,
#                            in a week
#   number=HEX    default 01
#   md=HASH  ext=LINE  conf=TEXT  aki=no
#
# A second pki_ca with the same SUBJECT makes a forged CA, and pki_crl by that
# one a forged CRL (with aki=no one that does not betray itself).  Calls share
# no state and may run at the same time.  A call that fails returns non-zero
# and says why on standard error.  Needs bash and openssl 3.0.

# The caller's configuration is not asked.
_pki_openssl() {
	OPENSSL_CONF=/dev/null openssl "$@"
}

pki_at() {
	date -u -d "$1" +%Y%m%d%H%M%SZ
}

pki_serial() {
	local s
	s=$(_pki_openssl x509 -in "$1" -noout -serial) && echo "${s#serial=}"
}

pki_key() {
	case $2 in
	rsa:*) set -- "$1" RSA -pkeyopt "rsa_keygen_bits:${2#rsa:}" ;;
	ec:*) set -- "$1" EC -pkeyopt "ec_paramgen_curve:${2#ec:}" \
	    -pkeyopt ec_param_enc:named_curve ;;
	ec-explicit:*) set -- "$1" EC \
	    -pkeyopt "ec_paramgen_curve:${2#ec-explicit:}" \
	    -pkeyopt ec_param_enc:explicit ;;
	ed25519) set -- "$1" ED25519 ;;
	*) echo "pki: unknown key kind: $2" >&2; return 2 ;;
	esac
	local out=$1 kind=$2
	shift 2
	(umask 077 && _pki_openssl genpkey -algorithm "$kind" "$@" \
	    -out "$out" 2>/dev/null) || {
		echo "pki: no key: $kind $*" >&2
		return 1
	}
}

# Options to the caller's `o` (associative) and `exts` (array).
_pki_options() {
	local a
	for a; do
		case $a in
		ext=*) exts+=("${a#ext=}") ;;
		revoke=*) revoked+=("${a#revoke=}") ;;
		key=* | use=* | profile=* | ku=* | eku=* | bc=* | conf=* | \
		aki=* | from=* | to=* | md=* | serial=* | issuer=* | form=* | \
		number=*) o[${a%%=*}]=${a#*=} ;;
		*) echo "pki: unknown option: $a" >&2; return 2 ;;
		esac
	done
}

# What a profile stands for; options that were given win.
_pki_profile() {
	local bc=critical,CA:FALSE ku=critical,digitalSignature eku=clientAuth
	local from=yesterday to='1 year'
	case ${o[profile]-login} in
	login) ;;
	noku) ku= ;;
	noeku) eku= ;;
	server) ku=critical,keyEncipherment eku=serverAuth ;;
	nonrepudiation) ku=critical,nonRepudiation eku= ;;
	ca) bc=critical,CA:TRUE ku=critical,keyCertSign,cRLSign eku= ;;
	expired) from='2 years ago' to='1 day ago' ;;
	notyet) from='1 day' ;;
	*) echo "pki: unknown profile: ${o[profile]}" >&2; return 2 ;;
	esac
	: "${o[from]=$from}" "${o[to]=$to}" "${o[md]=sha256}"
	: "${o[bc]=$bc}" "${o[ku]=$ku}" "${o[eku]=$eku}"
}

# openssl.cnf for one call, with its own database in $1.
_pki_config() {
	cat <<-END
	[ca]
	default_ca = one
	[one]
	database = $1/index
	new_certs_dir = $1
	crlnumber = $1/number
	serial = $1/serial
	unique_subject = no
	policy = any
	string_mask = utf8only
	[any]
	domainComponent = optional
	countryName = optional
	organizationName = optional
	organizationalUnitName = optional
	commonName = optional
	serialNumber = optional
	[req]
	distinguished_name = empty
	string_mask = utf8only
	utf8 = yes
	[empty]
	[exts]
	END
	local line
	for line in "${exts[@]}"; do
		printf '%s\n' "$line"
	done
	printf '%s\n' "${o[conf]-}"
}

_pki_extensions() {
	[ -z "${o[bc]}" ] || exts+=("basicConstraints=${o[bc]}")
	[ -z "${o[ku]}" ] || exts+=("keyUsage=${o[ku]}")
	[ -z "${o[eku]}" ] || exts+=("extendedKeyUsage=${o[eku]}")
	if [ "${o[aki]-}" = no ]; then
		exts+=(subjectKeyIdentifier=none authorityKeyIdentifier=none)
	elif [ "${o[aki]-}" = full ]; then
		exts+=(subjectKeyIdentifier=hash
		    "authorityKeyIdentifier=keyid,issuer:always")
	else
		exts+=(subjectKeyIdentifier=hash authorityKeyIdentifier=keyid)
	fi
}

# Sign a request: _pki_issue DIR NAME SUBJECT; the signer is in ${o[issuer]},
# empty for the key itself.
_pki_issue() {
	local dir=$1 name=$2 subject=$3 tmp status=0
	local -a how
	if [ -n "${o[use]-}" ]; then
		[ "${o[use]}" -ef "$dir/$name.key" ] ||
			cp "${o[use]}" "$dir/$name.key" || return
	else
		pki_key "$dir/$name.key" "${o[key]-ec:P-256}" || return
	fi
	if [ -n "${o[issuer]-}" ]; then
		how=(-cert "$dir/${o[issuer]}.crt" -keyfile \
		    "$dir/${o[issuer]}.key")
	else
		how=(-selfsign -keyfile "$dir/$name.key")
	fi
	tmp=$(mktemp -d) || return
	: >"$tmp/index"
	if [ -n "${o[serial]-}" ]; then
		echo "${o[serial]}" >"$tmp/serial"
	else
		how+=(-rand_serial)
	fi
	_pki_extensions
	_pki_config "$tmp" >"$tmp/conf"
	{ _pki_openssl req -new -config "$tmp/conf" -key "$dir/$name.key" \
	    -subj "$subject" -out "$tmp/req" &&
	_pki_openssl ca -batch -notext -preserveDN -utf8 -config "$tmp/conf" \
	    -in "$tmp/req" -out "$dir/$name.crt" -extensions exts \
	    -startdate "$(pki_at "${o[from]}")" \
	    -enddate "$(pki_at "${o[to]}")" -md "${o[md]}" "${how[@]}"
	} 2>"$tmp/err" || { status=1; cat "$tmp/err" >&2; }
	rm -rf "$tmp"
	return "$status"
}

pki_ca() {
	local dir=$1 name=$2 subject=$3
	local -A o=([profile]=ca [to]='10 years')
	local -a exts=() revoked=()
	shift 3
	_pki_options "$@" && _pki_profile &&
		_pki_issue "$dir" "$name" "$subject"
}

pki_cert() {
	local dir=$1 ca=$2 name=$3 subject=$4
	local -A o=()
	local -a exts=() revoked=()
	shift 4
	_pki_options "$@" && _pki_profile && o[issuer]=$ca &&
		_pki_issue "$dir" "$name" "$subject"
}

pki_crl() {
	local dir=$1 ca=$2 file=$3 tmp status=0 one when
	local -A o=([form]=pem [from]='1 hour ago' [to]='7 days' [md]=sha256 \
	    [number]=01)
	local -a exts=() revoked=()
	shift 3
	_pki_options "$@" || return
	[ "${o[aki]-}" = no ] || exts+=("authorityKeyIdentifier=keyid")
	tmp=$(mktemp -d) || return
	when=$(date -u -d '2 hours ago' +%y%m%d%H%M%SZ)
	for one in "${revoked[@]}"; do
		printf 'R\t491231235959Z\t%s\t%s\tunknown\t/CN=x\n' \
		    "$when${one#"${one%%,*}"}" "${one%%,*}"
	done >"$tmp/index"
	echo "${o[number]}" >"$tmp/number"
	_pki_config "$tmp" >"$tmp/conf"
	{ _pki_openssl ca -gencrl -config "$tmp/conf" -cert "$dir/$ca.crt" \
	    -keyfile "$dir/$ca.key" -md "${o[md]}" \
	    -crl_lastupdate "$(pki_at "${o[from]}")" \
	    -crl_nextupdate "$(pki_at "${o[to]}")" \
	    -crlexts exts -out "$tmp/crl" &&
	_pki_openssl crl -in "$tmp/crl" -outform "${o[form]}" -out "$file"
	} 2>"$tmp/err" || { status=1; cat "$tmp/err" >&2; }
	rm -rf "$tmp"
	return "$status"
}
