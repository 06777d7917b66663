# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# For the programs that people log in with at a terminal: a site whose PAM
# services are ours, users, cards and keys, and somebody who types.  Source it
# from a script of tests/hosts first thing:
#
#   host_enter "$0" "$@"   run in namespaces of its own, in a new $dir
#   host_site SERVICE...   the site, with the examples for these services
#   card LABEL [SED]...    cards serve, and this one is in the reader (none:
#                          no such card); conf PAIRS LABEL [SED]... likewise
#   key [NAME]             FIDO2 keys serve, and this one is plugged in
#   typing PROMPT=ANSWER... -- COMMAND...   somebody at a terminal
#   interrupted PROMPT=ANSWER... -- COMMAND...   goes away: one record of it
#
# Persons: taro and hanako, with passwords of their own.  Cards: taro's, and a
# stranger's.  Keys: plain is taro's, other is hanako's, strange is nobody's,
# resident is
# taro's too, asks for $KEY_PIN and knows whose it is.

# shellcheck source=tests/site.sh
. "$(dirname "${BASH_SOURCE[0]}")/../site.sh"

KEY_PIN=2718-taro

host_enter() {
	site_enter "$@"
	# shellcheck source=tests/fido/site.sh
	. "$SITE_HERE/fido/site.sh"
	dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-host.XXXXXX") || exit 1
	chmod 755 "$dir" # the helpers run as nobody
	trap 'host_end; exit $((failed > 0))' EXIT
	# shellcheck source=tests/cases.sh
	. "$SITE_HERE/cases.sh"
}

host_end() {
	site_end
	fido_stop
	# of a script that has a /dev of its own
	[[ ! -d ${SITE-}/dev ]] || umount -l -R "$SITE/dev"
	rm -rf "$dir"
}

_host_keys() {
	fido_site || return
	printf '%s\n' "$KEY_PIN" >"$dir/pin"
	chmod 600 "$dir/pin"
	conf fido2+password none
	fido_key plain && site_desk enrol taro --fido2 --yes >/dev/null &&
	    fido_unplug plain &&
	    fido_key other && site_desk enrol hanako --fido2 --yes \
	    >/dev/null && fido_unplug other &&
	    fido_key resident && fido_pin resident "$KEY_PIN" &&
	    site_desk enrol taro --fido2 --yes --resident --pin --pin-file "$dir/pin" \
	    >/dev/null && fido_unplug resident &&
	    fido_key strange && fido_unplug strange
}

# The stack as it is in examples/pam.d; our-NAME is NAME's.
_host_stack() { # SERVICE
	local part
	for part in account session session-noninteractive password; do
		site_pam "common-$part" <<<"${part%%-*} required pam_unix.so"
	done
	sed "s|pam_sekisho.so|$SITE_PAM|" \
	    "$SITE_HERE/../examples/pam.d/${1#our-}" >"$SITE/pam.d/$1"
}

host_site() {
	local folder who card service
	t site
	# they write to these: the machine's own stay as they are
	for folder in /var/log /var/lib/sudo; do
		[[ ! -d $folder ]] ||
		    mount -t tmpfs -o mode=755 tmpfs $folder ||
		    wrong "no $folder of our own"
	done
	site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
	for who in taro hanako; do
		site_user $who himitsu-1
		site_person $who "$who" $who || wrong "no person $who"
	done
	for card in taro stranger; do
		site_cert $card "/C=JP/O=Sakura Hospital/CN=$card" \
		    key=ec:P-256 || wrong "no certificate of $card"
		site_token $card $card || wrong "no token of $card"
	done
	site_enrol taro taro || wrong "enrol taro"
	# a home that is there
	sed -i "s|:/nonexistent:/bin/sh$|:/:/bin/sh|" "$SITE/etc/passwd"
	cat "$SITE/etc/passwd" >/etc/passwd
	for service; do
		_host_stack "$service"
	done
	_host_keys || wrong "no keys"
	card taro
	# whoever reads this waits for ever
	mkfifo -m 644 "$SITE/trap"
	finish
	_host_people
}

_host_people() {
	local taro hanako setpriv
	taro=$(id -u taro) hanako=$(id -u hanako)
	setpriv=$(command -v setpriv)
	id=$(command -v id)
	right=("PIN=$SITE_PIN" Password=himitsu-1)
	wrong_password=("PIN=$SITE_PIN" Password=wrong)
	by_taro=("$setpriv" --reuid "$taro" --regid "$taro" --clear-groups)
	by_hanako=("$setpriv" --reuid "$hanako" --regid "$hanako"
	    --clear-groups)
	hostile=("$(command -v env)" "SOFTHSM2_CONF=$SITE/trap"
	    "OPENSSL_CONF=$SITE/trap" "OPENSSL_MODULES=$dir"
	    "TMPDIR=/nonexistent" "SSL_CERT_FILE=$SITE/trap"
	    "LD_LIBRARY_PATH=$dir" "GCONV_PATH=$dir" "LD_PRELOAD=$SITE/trap"
	    "P11_KIT_CONF=$SITE/trap" "SEKISHO_RECORD=1"
	    "SEKISHO_CONF=$SITE/trap" "SQLITE_TMPDIR=$SITE/trap"
	    "LD_DEBUG=all" "LD_AUDIT=$SITE/trap" "FIDO_DEBUG=1")
	: "$id" "${right[*]}" "${wrong_password[*]}" "${by_taro[*]}" \
	    "${by_hanako[*]}" "${hostile[*]}"
}

conf() {
	site_conf "s/^module = .*/&\ntoken-label = $2/" \
	    's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
	    's/^\(login\|token\|type\)-seconds = .*/\1-seconds = 60/' \
	    "s/^pairs = pkcs11+password/pairs = $1/" \
	    's/^\[service ward\]/[fido2]\nrp-id = hospital.example\n\n[service *]/' \
	    "${@:3}"
}
card() {
	conf pkcs11+password "$@"
}
key() {
	local each
	for each in plain other strange resident; do
		[[ $each == "${1-}" ]] || fido_unplug $each
	done
	conf fido2+password none
	[[ -z ${1-} ]] || { fido_plug "$1" && fido_knobs "$1"; }
}

typing() {
	run timeout -k 1 60 "$BUILD/tests/ttydrive" "$@"
	sed -i 's/\r$//' "$dir/out" # as a terminal ends its lines
}
# The last logout names the login before it, and how long that was.
joined() { # SECONDS
	last '"event":"logout"' "\"login_seq\":$(grep \
	    '"event":"login"' "$SITE_LOG" | tail -n 1 |
	    sed 's/.*"seq":\([0-9]*\),.*/\1/'),"
	lasted "$1"
}
nothing_left() {
	local i
	for ((i = 0; i < 500; i++)); do
		pgrep '^sekisho-' >/dev/null || break
		sleep 0.02
	done
	((i < 500)) || wrong "left: $(pgrep -l '^sekisho-')"
	! ps -eo stat=,comm= | grep '^Z' >"$dir/zombies" ||
	    wrong "zombies: $(<"$dir/zombies")"
}
no_shell() {
	! grep -qxE 'taro|root' "$dir/out" || wrong "got in"
}
# One more record than $before, of somebody who did not go on.
went_away() {
	(($(attempts) == before + 1)) || wrong "not one record"
	attempt '"result":4'
	tail -n 1 "$SITE_LOG" |
	    grep -qE '"reason":"(client-gone|cancelled)"' ||
	    wrong "recorded: $(tail -n 1 "$SITE_LOG")"
}
interrupted() {
	before=$(attempts)
	typing "$@"
	no_shell
	nothing_left
	went_away
}
# Both factors at a program that then prints who it is, refused.
refused() { # REASON
	no_shell
	attempt "\"reason\":\"$1\""
	nothing_left
}
the_record_verifies() {
	t the_record_verifies
	run site_desk audit verify
	ended 0
	finish
}
