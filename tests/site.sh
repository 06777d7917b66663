# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A whole private installation in one folder, for the end-to-end tests and
# for the demonstration: programs, policy, CA, CRL, store, record, SoftHSM
# tokens, PAM services, and users with passwords.  Source this, then
#
#   site_enter "$0" "$@"     run the script again in mount, network and process
#                            namespaces of its own; returns inside
#   site_script NAME         a folder $dir and tests/cases.sh; in the end the
#                            last case, and nothing stays
#   site_make DIR            the folders, programs, CA, an empty CRL, the
#                            configuration and the PAM services
#   site_user NAME PASSWORD  a user of the system, by a passwd file of our own
#   site_person NAME DISPLAY [ACCOUNT]...   a person and what it may open
#   site_cert NAME SUBJECT [OPTION]...      a certificate by the site's CA
#   site_roles ROLE...       fills $roles with options of site_cert for a
#                            certificate with these: name:TEXT, code:DIGITS
#   site_token LABEL NAME [PIN]             a SoftHSM token that holds it
#   site_enrol PERSON NAME [OPTION]...      bind the certificate to a person
#   site_crl [OPTION]...     a new CRL by the CA, options of pki_crl
#   site_conf [SED]...       write the configuration, changed by sed scripts
#   site_pam NAME            a PAM service from standard input
#   site_desk COMMAND...     the administrator's program
#   site_drive OPTION...     a PAM application (tests/pam/pamdrive.c)
#   fields LINE PART...      this line of the record has these parts
#   last PART...             so has the last one, and with
#   lasted SECONDS           the last one is of a session of so many at least,
#                            and of no more than since the last run began
#   attempt PART...          the last one of a login that was decided
#   attempts                 how many of these there are
#   site_end                 the last case of every script, from its trap: each
#                            record that it wrote keeps to the schema
#
# $SITE is the folder, $SITE_MODULE the PKCS#11 module, BUILD where the
# programs are (default: build).  Everything is root's; helpers run as nobody.

: "${BUILD:=build}"
SITE_PIN=4711
SITE_SOFTHSM=/usr/lib/softhsm/libsofthsm2.so
SITE_HERE=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/pki.sh
. "$SITE_HERE/pki.sh"
# shellcheck source=tests/hpki.sh
. "$SITE_HERE/hpki.sh"
# shellcheck source=tests/card/ns.sh
. "$SITE_HERE/card/ns.sh"

site_enter() {
	card_ns_inside && return
	card_ns_exec bash "$@"
	exit
}

site_script() {
	dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-$1.XXXXXX") || exit 1
	chmod 755 "$dir" # the helpers run as nobody
	trap 'site_end; ! declare -F fido_stop >/dev/null || fido_stop
	    rm -rf "$dir"; exit $((failed > 0))' EXIT
	# shellcheck source=tests/cases.sh
	. "$SITE_HERE/cases.sh"
}

# Our own passwd, shadow and pam.d over the system's, in this namespace only.
_site_bind() {
	local f
	mkdir "$SITE/pam.d"
	cp -p /etc/passwd /etc/group /etc/shadow "$SITE/etc/"
	for f in passwd group shadow; do
		mount --bind "$SITE/etc/$f" "/etc/$f"
	done
	mount --bind "$SITE/pam.d" /etc/pam.d
}

_site_pam_defaults() {
	site_pam other <<<'auth required pam_deny.so
account required pam_deny.so
password required pam_deny.so
session required pam_deny.so'
	site_pam sekisho-password <<<'auth required pam_unix.so
account required pam_unix.so'
	site_pam ward <<-END
		auth required $SITE_PAM
		account required $SITE_PAM
		session required $SITE_PAM
	END
	cp "$SITE/pam.d/ward" "$SITE/pam.d/kiosk"
}

site_make() {
	SITE=$1
	SITE_MODULE=${SITE_MODULE:-$SITE_SOFTHSM}
	SITE_CONF=$SITE/etc/sekisho.conf
	SITE_LOG=$SITE/log/audit.jsonl
	SITE_PAM="$SITE/libexec/pam_sekisho.so conf=$SITE_CONF"
	SITE_PAM+=" gate=$SITE/libexec/sekisho-gate socket=$SITE/gate.sock"
	mkdir -p "$SITE" && chmod 755 "$SITE" || return
	mkdir -p "$SITE"/{etc/anchors,crl,libexec,pki,tokens} || return
	chmod 755 "$SITE"/{etc,etc/anchors,crl,libexec}
	install -m 755 "$BUILD"/sekisho* "$SITE/libexec/"
	install -m 644 "$BUILD/pam_sekisho.so" "$SITE/libexec/"
	export SOFTHSM2_CONF=$SITE/etc/softhsm2.conf
	printf '%s\n' "directories.tokendir = $SITE/tokens" \
	    'objectstore.backend = file' 'log.level = ERROR' \
	    'slots.removable = true' >"$SOFTHSM2_CONF"
	chmod 644 "$SOFTHSM2_CONF"
	_site_bind || return
	_site_pam_defaults
	pki_ca "$SITE/pki" ca "/C=JP/O=Sakura Hospital/CN=Sakura Staff CA" || return
	cp "$SITE/pki/ca.crt" "$SITE/etc/anchors/"
	site_crl && site_conf && site_desk init >/dev/null
}

# shellcheck disable=SC2120 # its options are a caller's
site_crl() {
	pki_crl "$SITE/pki" ca "$SITE/crl/new" "$@" &&
	    chmod 644 "$SITE/crl/new" && mv "$SITE/crl/new" "$SITE/crl/ca.crl"
}

site_conf() {
	local edit args=()
	for edit; do args+=(-e "$edit"); done
	cat >"$SITE/etc/new" <<-END
		[sekisho]
		host = ward-pc-3.example.jp
		language = en

		[paths]
		state = $SITE/lib
		audit = $SITE/log
		helpers = $SITE/libexec
		trust-anchors = $SITE/etc/anchors
		crls = $SITE/crl
		cache = $SITE/cache
		run = $SITE/run

		[helpers]
		user = nobody

		[limits]
		login-seconds = 20
		insert-seconds = 1
		type-seconds = 5
		token-seconds = 5
		fail-delay-ms = 50

		[revocation]
		check = crl
		stale = deny

		[pkcs11 card]
		module = $SITE_MODULE
		environment = SOFTHSM2_CONF=$SITE/etc/softhsm2.conf

		[service ward]
		pairs = pkcs11+password

		[service kiosk]
		pairs = pkcs11+pin
	END
	[[ -z ${args[*]-} ]] || sed -i "${args[@]}" "$SITE/etc/new"
	chmod 644 "$SITE/etc/new"
	mv "$SITE/etc/new" "$SITE_CONF"
}

site_pam() {
	cat >"$SITE/pam.d/$1"
}

site_desk() {
	timeout -k 1 30 "$SITE/libexec/sekisho" "$1" --conf "$SITE_CONF" "${@:2}"
}

site_user() {
	local id=$((20000 + $(wc -l <"$SITE/etc/passwd")))
	echo "$1:x:$id:$id::/nonexistent:/bin/sh" >>"$SITE/etc/passwd"
	echo "$1:$(openssl passwd -6 -- "$2"):20000:0:99999:7:::" \
	    >>"$SITE/etc/shadow"
}

site_person() {
	local name=$1 display=$2 account
	shift 2
	site_desk person add "$name" --display "$display" >/dev/null || return
	for account; do
		site_desk account add "$account" >/dev/null 2>&1
		site_desk account grant "$account" "$name" >/dev/null || return
	done
}

site_cert() {
	local name=$1 subject=$2
	shift 2
	pki_cert "$SITE/pki" ca "$name" "$subject" "$@"
}

# Options go into the array `roles`.
site_roles() {
	roles=("ext=2.5.29.9=ASN1:SEQUENCE:sda" "conf=$(_hpki_roles "$@")")
}

# What SoftHSM keeps belongs to the user the helpers run as.
site_token() {
	local label=$1 key=$SITE/pki/$2 pin=${3:-$SITE_PIN} id=01
	softhsm2-util --init-token --free --label "$label" --so-pin 12345678 \
	    --pin "$pin" >/dev/null || return
	openssl pkcs8 -topk8 -nocrypt -in "$key.key" -out "$key.p8" &&
	    softhsm2-util --import "$key.p8" --token "$label" \
	    --label "$label" --id $id --pin "$pin" >/dev/null || return
	openssl x509 -in "$key.crt" -outform DER -out "$key.der" &&
	    pkcs11-tool --module "$SITE_SOFTHSM" --token-label "$label" \
	    --login --pin "$pin" --write-object "$key.der" --type cert \
	    --id $id --label "$label" >/dev/null 2>&1 || return
	chown -R nobody "$SITE/tokens"
}

site_enrol() {
	local person=$1 name=$2
	shift 2
	site_desk enrol "$person" --certificate "$SITE/pki/$name.crt" --yes \
	    "$@" >/dev/null
}

site_drive() {
	timeout -k 1 60 "$BUILD/tests/pamdrive" "$@"
}

fields() {
	local line=$1 part
	shift
	for part; do
		[[ $line == *"$part"* ]] || wrong "no $part in $line"
	done
}

last() {
	fields "$(tail -n 1 "$SITE_LOG")" "$@"
}

lasted() {
	local took=$((($(date +%s%N) - started) / 1000000000)) was
	was=$(tail -n 1 "$SITE_LOG" |
	    sed -n 's/.*"duration_s":\([0-9]*\),.*/\1/p')
	[[ -n $was ]] && ((was >= $1 && was <= took)) ||
	    wrong "${was:-no} seconds, not $1 to $took"
}
attempt() {
	fields "$(grep '"event":"auth"' "$SITE_LOG" | tail -n 1)" "$@"
}

attempts() {
	grep -c '"event":"auth"' "$SITE_LOG"
}

# In the trap, so that no script forgets it; before its folder goes.
site_end() {
	finish
	[[ -n ${SITE-} ]] || return 0
	records_end "$SITE"/log/audit*.jsonl
}
