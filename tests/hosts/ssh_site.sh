# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# sshd itself in a site, and people who come to it with ssh.  Source this
# after tests/site.sh, inside site_enter and after site_make:
#
#   sshd_site                 the PAM service of examples/pam.d/sshd, a host
#                             key, homes that are there, $SSH_DIR
#   sshd_start PORT [LINE]... a private sshd with these lines of sshd_config;
#                             a port is free, the network is our own.  With
#                             $ssh_pam this file is its PAM service
#   sshd_stop PORT
#   ssh_in PORT USER [OPTION]... -- [COMMAND]...   the real ssh; it is answered
#                             $ssh_pin and $ssh_password, and never comes to
#                             the prompt that holds $ssh_hang.  What it was
#                             asked is in $SSH_DIR/asked
#   ssh_begin PORT ...        the same in the background, as $client; what it
#                             prints is in $dir/out
#   ssh_until WORDS           wait (20 s) until it was asked so
#   ssh_kill PID              the client is gone, without a word
#   sshd_still                wait (10 s) until every sshd but those that
#                             listen, and every gate and helper, is gone

: "${SSHD:=/usr/sbin/sshd}"

ssh_env=()

sshd_site() {
	local f
	SSH_DIR=$SITE/ssh
	mkdir -p "$SSH_DIR" /run/sshd && chmod 755 /run/sshd || return
	sed "s|pam_sekisho\.so|$SITE_PAM|" "$SITE_HERE/../examples/pam.d/sshd" |
	    site_pam sshd
	# what the machine has is under our own /etc/pam.d now
	for f in account session password; do
		site_pam "common-$f" <<<"$f required pam_unix.so"
	done
	sed "s|:/nonexistent:/bin/sh$|:/:/bin/sh|" "$SITE/etc/passwd" \
	    >"$SSH_DIR/passwd" && cat "$SSH_DIR/passwd" >"$SITE/etc/passwd"
	ssh-keygen -q -t ed25519 -N '' -f "$SSH_DIR/host" </dev/null || return
	echo "* $(<"$SSH_DIR/host.pub")" >"$SSH_DIR/known"
	cat >"$SSH_DIR/askpass" <<-'END'
		#!/bin/sh
		# one line for each question: messages come in front of it
		printf '%s\n' "$1" | tr '\n' '|' >>"$SSH_DIR/asked"
		echo >>"$SSH_DIR/asked"
		case $1 in
		*"${ssh_hang:-no prompt}"*) exec sleep 60 ;;
		*PIN* | *passphrase*) printf '%s\n' "$ssh_pin" ;;
		*assword*) printf '%s\n' "$ssh_password" ;;
		*) exit 1 ;;
		esac
	END
	chmod 755 "$SSH_DIR/askpass"
	unset SSH_AUTH_SOCK
	export SSH_DIR
}

# The first value of a keyword counts: what is given before an Include wins.
sshd_start() {
	local port=$1 conf=$SSH_DIR/conf-$1
	shift
	printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' \
	    "HostKey $SSH_DIR/host" "PidFile $SSH_DIR/pid-$port" \
	    'StrictModes no' 'UsePAM yes' 'UseDNS no' 'LogLevel VERBOSE' \
	    "AuthorizedKeysFile $SSH_DIR/authorized-%u" "$@" >"$conf"
	if [[ -n ${ssh_pam-} ]]; then
		# shellcheck disable=SC2046 # two words
		set -- unshare -m $(card_ns_propagation) bash -c \
		    "mount --bind '$ssh_pam' /etc/pam.d/sshd && exec \"\$@\"" --
	else
		set --
	fi
	"$@" "$SSHD" -D -f "$conf" -E "$SSH_DIR/log-$port" </dev/null &
	echo $! >"$SSH_DIR/sshd-$port"
	_ssh_wait 20 grep -qs . "$SSH_DIR/pid-$port" || {
		tail -n 5 "$SSH_DIR/log-$port"
		return 1
	}
}

sshd_stop() {
	local pid
	pid=$(<"$SSH_DIR/sshd-$1") && kill "$pid" && wait "$pid" 2>/dev/null
	rm -f "$SSH_DIR"/{sshd,pid}-"$1"
}

_ssh_wait() {
	local i n=$(($1 * 50))
	shift
	for ((i = 0; i < n; i++)); do
		"$@" && return
		sleep 0.02
	done
	return 1
}

# As in a script of ssh itself: nothing of the caller's, and no terminal.
# $ssh_env: variables for what ssh itself starts.
ssh_in() {
	local port=$1 user=$2 options=()
	shift 2
	while [[ $# -gt 0 && $1 != -- ]]; do
		options+=("$1")
		shift
	done
	: >"$SSH_DIR/asked"
	env -u DISPLAY "${ssh_env[@]}" ssh_pin="${ssh_pin-}" ssh_hang="${ssh_hang-}" \
	    ssh_password="${ssh_password-}" SSH_ASKPASS="$SSH_DIR/askpass" \
	    SSH_ASKPASS_REQUIRE=force timeout -k 1 "$CASE_LIMIT_S" \
	    ssh -F none -p "$port" -l "$user" \
	    -o GlobalKnownHostsFile=none -o StrictHostKeyChecking=yes \
	    -o UserKnownHostsFile="$SSH_DIR/known" "${options[@]}" \
	    -o NumberOfPasswordPrompts=1 -o IdentityFile=none \
	    127.0.0.1 "${@:2}" </dev/null
}

# In front of it: what was asked before must not be taken for this.
ssh_begin() {
	: >"$SSH_DIR/asked"
	ssh_in "$@" >"$dir/out" 2>&1 &
	client=$!
}

ssh_until() {
	_ssh_wait 20 grep -qsF -- "$1" "$SSH_DIR/asked" ||
	    wrong "never asked: $1"
}

# SIGKILL: nothing is said to the other side, as when a cable is pulled.
# From above, so that nobody there sees how those below it end.
_ssh_kill_all() {
	local pid below
	for pid; do
		below=$(pgrep -P "$pid")
		kill -KILL "$pid"
		# shellcheck disable=SC2086 # numbers
		_ssh_kill_all $below
	done
}

ssh_kill() {
	_ssh_kill_all "$1"
	wait "$1"
} 2>/dev/null

# Each sshd that listens has no sshd above it.
_sshd_still() {
	! pgrep '^sekisho-' >/dev/null &&
	    (($(pgrep -xc sshd) == $(find "$SSH_DIR" -name 'sshd-*' | wc -l)))
}

sshd_still() {
	_ssh_wait 10 _sshd_still ||
	    wrong "left: $(pgrep -al '^sekisho-|^sshd$' | tr '\n' ' ')"
	! ps -eo stat=,comm= | grep '^Z' >"$SSH_DIR/zombies" ||
	    wrong "zombies: $(<"$SSH_DIR/zombies")"
}
