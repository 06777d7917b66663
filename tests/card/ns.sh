#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ns.sh - a private world for card tests: own mounts, network and processes,
# with pcscd, the vpcd reader and the virtual card.  Source it from bash.
# When the command run by card_ns_exec ends, or its caller is killed in any
# way, the kernel ends every process in there.  Must never touch the pcscd,
# the files in /run or the ports of the machine itself.
#
# A test script usually looks like this:
#
#	. "$(dirname "$0")/ns.sh"
#	CARD_BIN=build/tests/card	# folder with vcard and card-status
#	if ! card_ns_inside; then
#		card_ns_missing && exit 77	# says what is missing
#		card_ns_exec bash "$0" "$@"
#		exit
#	fi
#	card_start key.pem cert.pem	# pcscd up, card in, seen by pcscd
#	...
#	card_cmd delay 3000
#
# Outside:
#   card_ns_missing              0, and words on stderr, if a part is missing
#   card_ns_exec COMMAND ARGS    run COMMAND inside; returns its status.  On
#                                INT, TERM or HUP it ends the inside, then
#                                the caller exits (its EXIT trap runs)
#   card_ns_inside               0 inside
#
# Inside (/run is an empty tmpfs, gone at the end; only lo, and it is up):
#   card_start KEY CERT [PIN [TRIES]]  fresh card in a running reader; takes
#                                      the place of the card before
#   card_stop                    card out, its process ended
#   card_cmd WORDS               one control command of vcard: remove, insert,
#                                fault SW, delay MS, hang-on INS,
#                                remove-on INS, quit;
#                                `card_cmd count` prints the answer
#   card_remove, card_insert     the command, and wait until pcscd saw it
#   card_wait present|absent     wait (10 s at most) for what pcscd sees
#   card_status                  prints the SW of an empty VERIFY
#   card_sign [FILE]             prints the SW of a signature without PIN
#   card_hold, card_release      an idle second client comes and goes; while it
#                                is there pcscd does not cut the card's power
#   card_pcscd_start, card_pcscd_stop  the reader service alone
#
# Set before use, where the default does not fit: CARD_BIN (needed inside),
# CARD_READER, CARD_PORT, CARD_VPCD (the driver), CARD_TRACE=1 (vcard -v).
# To be read: $CARD_DIR/vcard.err, $CARD_DIR/vcard.out, $CARD_DIR/pcscd.log.

CARD_NS_SH=$(realpath "${BASH_SOURCE[0]}")
CARD_DIR=/run/card
: "${CARD_BIN:=.}"
: "${CARD_READER:=Virtual PCD}"
: "${CARD_PORT:=36097}"
: "${CARD_VPCD:=/usr/lib/pcsc/drivers/serial/libifdvpcd.so}"

card_fail() {
	echo "card: $*" >&2
	return 1
}

card_ns_inside() {
	[[ ${CARD_NS-} == "$(readlink /proc/self/ns/net)" ]]
}

# In a chroot that is no mount point unshare cannot make / private.  Where
# nothing is shared there is nothing to make private, and it need not.
card_ns_propagation() {
	if ((EUID != 0)) || unshare -m true 2>/dev/null ||
	    grep -q ' shared:' /proc/self/mountinfo; then
		echo --propagation private
	else
		echo --propagation unchanged
	fi
}

# Without root, be root of an own user namespace.
card_ns_flags() {
	echo -mn --pid --fork --kill-child --mount-proc
	card_ns_propagation
	((EUID == 0)) || echo --user --map-root-user
}

card_ns_missing() {
	local tool flags missing=1
	for tool in pcscd unshare setpriv ip pgrep mkfifo; do
		PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null ||
			{ echo "card: no $tool" >&2; missing=0; }
	done
	[[ -e $CARD_VPCD ]] || { echo "card: no $CARD_VPCD" >&2; missing=0; }
	flags=$(card_ns_flags)
	# shellcheck disable=SC2086
	unshare $flags mount -t tmpfs tmpfs /run ||
		{ echo "card: no own namespaces here" >&2; missing=0; }
	return $missing
}

# False for zombies: they are dead, whoever has still to notice.
card_pid_alive() {
	local state
	read -r _ _ state _ 2>/dev/null <"/proc/$1/stat" || return 1
	[[ $state != [ZX] ]]
}

# The first process inside dies with unshare, and all others with the first:
# the kernel ends it last.  Its number must be asked before.
card_ns_kill() {
	local first i
	[[ -n $card_ns_pid ]] || return 0
	first=$(pgrep -P "$card_ns_pid")
	kill -KILL "$card_ns_pid"
	wait "$card_ns_pid"
	for ((i = 0; i < 500; i++)); do
		[[ -n $first ]] && card_pid_alive "$first" || return 0
		sleep 0.01
	done
} 2>/dev/null

# In the background, so that a signal is heard at once; hence its own stdin
# and signals put right.  pdeathsig: even SIGKILL of this shell ends all.
card_ns_exec() {
	local flags traps status=0
	flags=$(card_ns_flags)
	traps=$(trap -p INT TERM HUP)
	card_ns_pid=
	trap 'card_ns_kill; exit 130' INT
	trap 'card_ns_kill; exit 143' TERM
	trap 'card_ns_kill; exit 129' HUP
	# shellcheck disable=SC2086
	setpriv --pdeathsig KILL env --default-signal=INT,QUIT \
		unshare $flags bash "$CARD_NS_SH" "$@" <&0 &
	card_ns_pid=$!
	wait "$card_ns_pid" || status=$?
	trap - INT TERM HUP
	eval "$traps"
	return "$status"
}

# First process inside.  Its command is a child, not itself: process 1 would
# not get signals as others do.
card_ns_main() {
	PATH=$PATH:/usr/sbin:/sbin
	ip link set lo up &&
		mount -t tmpfs -o mode=755,nosuid,nodev,size=64m tmpfs /run &&
		mkdir -m 755 /run/pcscd "$CARD_DIR" /run/lock || exit 125
	CARD_NS=$(readlink /proc/self/ns/net)
	export CARD_NS PATH
	"$@"
}

# card_alive NAME: a process that this shell, or another inside, has started.
card_alive() {
	local pid
	pid=$(cat "$CARD_DIR/$1.pid" 2>/dev/null) || return 1
	card_pid_alive "$pid"
}

# Ends it by its number, and waits 5 s at most.
card_end() {
	local i pid
	card_alive "$1" || return 0
	pid=$(<"$CARD_DIR/$1.pid")
	kill "$pid"
	for ((i = 0; i < 500; i++)); do
		card_alive "$1" || return 0
		sleep 0.01
	done
	kill -KILL "$pid"
}

card_pcscd_start() {
	local port
	card_ns_inside || card_fail "not inside" || return
	card_alive pcscd && return 0
	printf -v port '0x%X' "$CARD_PORT"
	mkdir -p "$CARD_DIR/reader.conf.d"
	cat >"$CARD_DIR/reader.conf.d/vpcd" <<-END
		FRIENDLYNAME "$CARD_READER"
		DEVICENAME /dev/null:$port
		LIBPATH $CARD_VPCD
		CHANNELID $port
	END
	rm -f /run/pcscd/*
	pcscd -f -c "$CARD_DIR/reader.conf.d" \
		</dev/null >"$CARD_DIR/pcscd.log" 2>&1 &
	echo $! >"$CARD_DIR/pcscd.pid"
}

card_pcscd_stop() {
	card_end pcscd
}

card_start() {
	local fifo=$CARD_DIR/control
	card_pcscd_start || return
	if card_alive vcard; then
		card_stop && card_wait absent || return
	fi
	rm -f "$fifo"
	mkfifo -m 600 "$fifo" || return
	"$CARD_BIN/vcard" ${CARD_TRACE:+-v} -p "$CARD_PORT" -k "$1" -c "$2" \
		-P "${3:-123456}" -r "${4:-3}" -f "$fifo" \
		</dev/null >"$CARD_DIR/vcard.out" 2>"$CARD_DIR/vcard.err" &
	echo $! >"$CARD_DIR/vcard.pid"
	card_wait present && return
	cat "$CARD_DIR/vcard.err" >&2
	return 1
}

card_stop() {
	card_end vcard
}

# Opened for reading too: that never blocks, should vcard die just now.
card_cmd() {
	card_alive vcard || card_fail "$*: no card process" || return
	if [[ $* == count ]]; then
		card_count
	else
		printf '%s\n' "$*" 1<>"$CARD_DIR/control"
	fi
}

card_count() {
	local i before out=$CARD_DIR/vcard.out
	before=$(wc -l <"$out")
	printf 'count\n' 1<>"$CARD_DIR/control"
	for ((i = 0; i < 500; i++)); do
		if (($(wc -l <"$out") > before)); then
			tail -n 1 "$out"
			return 0
		fi
		sleep 0.01
	done
	card_fail "count: no answer"
}

card_wait() {
	"$CARD_BIN/card-status" "--$1" "$CARD_READER"
}

card_remove() {
	card_cmd remove && card_wait absent
}

card_insert() {
	card_cmd insert && card_wait present
}

card_status() {
	"$CARD_BIN/card-status" "$CARD_READER"
}

card_sign() {
	"$CARD_BIN/card-status" --sign "$CARD_READER" "$@"
}

card_hold() {
	local i
	: >"$CARD_DIR/hold.out"
	"$CARD_BIN/card-status" --hold "$CARD_READER" \
		</dev/null >"$CARD_DIR/hold.out" 2>&1 &
	echo $! >"$CARD_DIR/hold.pid"
	for ((i = 0; i < 500; i++)); do
		grep -q holding "$CARD_DIR/hold.out" && return
		sleep 0.01
	done
	card_fail "hold: $(cat "$CARD_DIR/hold.out")"
}

card_release() {
	card_end hold
}

# Run, not sourced: only card_ns_exec does that.
if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
	card_ns_main "$@"
fi
