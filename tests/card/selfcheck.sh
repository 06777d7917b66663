#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# selfcheck.sh - proves the card test parts against the real pcscd and
# OpenSC: signatures, PIN tries, the "card stays unlocked" table, removal,
# faults, and that nothing is left behind.  Skipped when a part is missing.
# Must leave no file, process or mount, however it ends.

set -u
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/card/ns.sh
. "$here/ns.sh"

die() {
	echo "not ok selfcheck: $*" >&2
	exit 1
}

# same WHAT WANTED GOT
same() {
	[[ $2 == "$3" ]] || die "$1: wanted '$2', got '$3'"
	echo "ok $1: $3"
}

build() {
	local flags
	flags="-std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror -Wshadow"
	flags+=" -Wconversion"
	# shellcheck disable=SC2086
	"${CC:-gcc}" $flags -o "$dir/vcard" "$here"/{vcard,link,apdu,piv}.c \
		-lcrypto || die "build vcard"
	# shellcheck disable=SC2086
	"${CC:-gcc}" $flags -isystem /usr/include/PCSC -o "$dir/card-status" \
		"$here/status.c" -lpcsclite || die "build card-status"
}

# make_key KIND OPENSSL-OPTIONS
make_key() {
	local kind=$1
	shift
	openssl req -x509 -nodes -days 30 -subj "/CN=Card $kind" "$@" \
		-keyout "$dir/$kind.key" -out "$dir/$kind.pem" 2>/dev/null ||
		die "$kind key"
	openssl x509 -in "$dir/$kind.pem" -noout -pubkey >"$dir/$kind.pub" ||
		die "$kind public key"
}

# The processes of a run, known by their environment: numbers of namespaces
# are used again at once, and other runs may go on beside this one.
dwellers() {
	grep -l -s -a "CARD_MARK=$dir" /proc/[0-9]*/environ
}

# Nobody in there within 5 s, and no mount that came out of there.
nothing_left() {
	local i
	for ((i = 0; i < 500; i++)); do
		[[ -z $(dwellers) ]] && break
		sleep 0.01
	done
	same "$1: processes left" "" "$(dwellers)"
	same "$1: mounts on /run" "$mounts" "$(run_mounts)"
}

run_mounts() {
	awk '$5 ~ "^/run(/(card|pcscd))?$"' /proc/self/mountinfo | wc -l
}

# A run that is ended from outside while it holds a card.
ended_by() {
	local pid i
	rm -f "$dir/up"
	CARD_MARK=$dir setpriv --pdeathsig KILL bash "$0" child "$dir" linger &
	pid=$!
	for ((i = 0; i < 1000; i++)); do
		[[ -e $dir/up ]] && break
		sleep 0.01
	done
	[[ -e $dir/up ]] || die "no lingering run"
	# unshare, two shells, pcscd and vcard at least: else we look badly
	(($(dwellers | wc -l) >= 5)) || die "not all processes found"
	kill -s "$1" "$pid"
	wait "$pid" 2>/dev/null
	same "$1: exit status" "$2" $?
	nothing_left "$1"
}

outside() {
	if card_ns_missing; then
		echo "skip selfcheck: a part is missing"; exit 0
	fi
	dir=$(mktemp -d) || exit 1
	trap 'rm -rf "$dir"' EXIT
	chmod 711 "$dir"
	mounts=$(run_mounts)
	build
	make_key rsa -newkey rsa:2048
	make_key ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
	for kind in rsa ec; do
		CARD_MARK=$dir card_ns_exec bash "$0" child "$dir" "$kind" ||
			die "$kind"
		nothing_left "$kind"
	done
	ended_by TERM 143
	ended_by HUP 129
	ended_by KILL 137
	echo "selfcheck passed"
}

pkcs11() {
	pkcs11-tool --module opensc-pkcs11.so "$@" >"$work/out" 2>&1
}

# login_sign PIN: with the holder's PIN, by PKCS#11, as a login would.
login_sign() {
	local how=(-m SHA256-RSA-PKCS)
	[[ $kind == ec ]] && how=(-m ECDSA-SHA256 --signature-format openssl)
	rm -f "$work/sig"
	pkcs11 --login --pin "$1" --sign --id 01 "${how[@]}" \
		-i "$work/data" -o "$work/sig"
}

verify() {
	openssl dgst -sha256 -verify "$dir/$kind.pub" -signature "$2" "$1" 2>&1
}

check_login() {
	same "fresh" 63C3 "$(card_status)"
	same "fresh, sign without PIN" 6982 "$(card_sign)"
	login_sign 123456 || die "login: $(<"$work/out")"
	same "login" "Verified OK" "$(verify "$work/data" "$work/sig")"
}

# The table "card stays unlocked".  The idle client keeps the power on, so
# that a slow machine gives the same answers as a fast one.
check_unlocked() {
	local version
	version=$(opensc-tool --info 2>&1 | head -n 1)
	printf 'sekisho unlocked\n' >"$work/unlocked"
	card_hold || die "hold"
	login_sign 123456 || die "login: $(<"$work/out")"
	# From 0.24 on the PIV driver takes the PIN back at C_Logout.
	if [[ $version == "OpenSC 0."@(1|20|21|22|23)* ]]; then
		same "after login and exit" 9000 "$(card_status)"
		same "then, sign without PIN" 9000 "$(stranger_sign)"
		same "then, that signature" "Verified OK" \
			"$(verify "$work/unlocked" "$work/stolen/sig")"
	else
		echo "note: $version: after login and exit: $(card_status)"
	fi
	OPENSC_CONF=$work/reset.conf login_sign 123456 ||
		die "login: $(<"$work/out")"
	same "disconnect_action = reset" 63C3 "$(card_status)"
	same "then, sign without PIN" 6982 "$(card_sign)"
	card_release
}

# As nobody, where we can be somebody else.
stranger_sign() {
	local who=()
	((real_root)) &&
		who=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	"${who[@]}" "$dir/card-status" --sign "$CARD_READER" "$work/stolen/sig"
}

# Without a client pcscd cuts the power, and the PIN with it, but not at once.
check_power_off() {
	local i start ms
	login_sign 123456 || die "login: $(<"$work/out")"
	start=$(date +%s%N)
	for ((i = 0; i < 1000; i++)); do
		[[ $(card_cmd count) == *"verified 0" ]] && break
		sleep 0.01
	done
	((i < 1000)) || die "pcscd left the card on"
	ms=$((($(date +%s%N) - start) / 1000000))
	echo "ok power cut $ms ms after exit"
}

check_wrong_pin() {
	local left
	login_sign 000000 && die "wrong PIN taken"
	same "one wrong PIN" "tries 2 verified 0" "$(card_cmd count)"
	same "one wrong PIN" 63C2 "$(card_status)"
	login_sign 123456 || die "login: $(<"$work/out")"
	same "right PIN" "tries 3" "$(card_cmd count | cut -d ' ' -f 1-2)"
	for left in 2 1 0; do
		login_sign 000000 && die "wrong PIN taken"
		same "wrong PIN" "tries $left verified 0" "$(card_cmd count)"
	done
	same "locked" 6983 "$(card_status)"
	login_sign 123456 && die "locked card took the PIN"
	same "locked" "tries 0 verified 0" "$(card_cmd count)"
}

check_removal() {
	login_sign 123456 || die "login: $(<"$work/out")"
	card_remove || die "remove"
	login_sign 123456 && die "signed without a card"
	card_insert || die "insert"
	same "inserted again" 63C3 "$(card_status)"
	card_cmd remove-on 87
	login_sign 123456 && die "signed with a card pulled"
	card_wait absent || die "remove-on"
	card_insert || die "insert"
	same "after remove-on" 63C3 "$(card_status)"
	login_sign 123456 || die "login: $(<"$work/out")"
	echo "ok removal"
}

check_control() {
	local i before pids=()
	card_cmd fault 6F00
	same "fault" "card-status: SELECT PIV: 6F00" "$(card_status 2>&1)"
	same "after fault" 63C3 "$(card_cmd remove && card_wait absent &&
		card_insert && card_status)"
	card_cmd delay 60000
	timeout 0.5 "$dir/card-status" "$CARD_READER" >/dev/null
	same "hung card" 124 $?
	card_cmd delay 0
	# what pcscd still had for the one that was killed is answered first
	for ((i = 0; i < 5; i++)); do
		before=$(timeout 5 "$dir/card-status" "$CARD_READER" 2>&1)
		[[ $before != 63C3 ]] || break
	done
	same "hang ended" 63C3 "$before"
	before=$(wc -l <"$CARD_DIR/vcard.out")
	for ((i = 0; i < 50; i++)); do
		echo count >"$CARD_DIR/control" &
		pids+=($!)
	done
	wait "${pids[@]}"
	card_cmd count >/dev/null
	sleep 0.1
	same "FIFO writers" 51 $(($(wc -l <"$CARD_DIR/vcard.out") - before))
	card_cmd nonsense
	card_cmd count >/dev/null
	same "nonsense" "vcard: control: not understood: nonsense" \
		"$(<"$CARD_DIR/vcard.err")"
	card_cmd quit
	card_wait absent || die "quit"
	card_alive vcard && die "quit: still there"
	echo "ok control"
}

inside() {
	card_start "$dir/rsa.key" "$dir/rsa.pem" || die "card_start"
	if [[ $kind == linger ]]; then
		: >"$dir/up"
		sleep 60
		exit 0
	fi
	work=$CARD_DIR/work
	mkdir -m 711 "$work"
	mkdir -m 1777 "$work/stolen"
	real_root=0
	[[ $(</proc/self/uid_map) == *4294967295 ]] && real_root=1
	# Neither the machine's OpenSC settings nor its cache count here.
	export OPENSC_CONF=$work/empty.conf HOME=$work XDG_CACHE_HOME=$work
	echo 'app default { }' >"$work/empty.conf"
	cat >"$work/reset.conf" <<-END
		app default {
			reader_driver pcsc { disconnect_action = reset; }
		}
	END
	head -c 1000 /dev/urandom >"$work/data"
	card_start "$dir/$kind.key" "$dir/$kind.pem" || die "card_start"
	check_login
	check_unlocked
	check_power_off
	check_removal
	check_wrong_pin
	card_start "$dir/$kind.key" "$dir/$kind.pem" 123456 5 ||
		die "card_start"
	same "five tries" 63C5 "$(card_status)"
	card_start "$dir/$kind.key" "$dir/$kind.pem" 87654321 ||
		die "card_start"
	login_sign 87654321 || die "other PIN: $(<"$work/out")"
	card_remove || die "remove"
	card_insert || die "insert"
	check_control
}

if [[ ${1-} != child ]]; then
	outside
elif ! card_ns_inside; then
	card_ns_exec bash "$0" "$@"
else
	dir=$2
	kind=$3
	export CARD_BIN=$dir
	inside
fi
