#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# hosts.sh: what a login through sshd and sudo costs with ours in it, over
# the same program with pam_unix alone, in one run and taking turns; and many
# logins on end.  Prints "name value unit", one figure a line.  As root;
# ROUNDS=N timed runs of each (31).
#
#   hosts.sh                        the costs
#   hosts.sh soak [MINUTES [RATE]]  so many logins a minute (1, 200)
#
# wall      median of the whole program, from its start to its end: ssh with
#           its askpass, sshd and a command that does nothing; sudo and the
#           same.  Ours has the lines account and session as well, so three
#           gates in each login.
# token     the median of all calls into the PKCS#11 module that a login
#           makes, with the module loaded already (tests/bench/tokentime.c)
# added     ours minus pam_unix, and nothing taken off
# own       for a key of ssh, added; for a card, what is left of it without
#           the token, and for sshd without the question for the PIN, which
#           is ssh's and askpass's: the cost of a second question, measured
#           as pam_unix behind a module that asks one (pam_unix twice would
#           judge twice)
#
# Growth is what is there after the soak less what was there before it, once
# 10 logins have been made: descriptors and resident memory of the sshd that
# listens, processes, kilobytes in our run folder and in /run.

# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/hosts/ssh_site.sh
. "$SITE_HERE/hosts/ssh_site.sh"
CASE_LIMIT_S=60
bench_enter "$@"
trap 'pkill -x sshd' EXIT # in a process namespace of our own

CARD=2201 KEY=2202 UNIX=2203 KEY_UNIX=2204 TWO=2205

# pam NAME LINE...: the stack of the example, with these lines of auth in
# place of ours and without our others
pam() {
	local name=$1
	shift
	{
		printf '%s\n' "$@"
		sed '/pam_sekisho/d' "$SITE_HERE/../examples/pam.d/sshd"
	} >"$SITE/etc/pam-$name"
}

# host_site SERVICE-PAIRS...: a site for each pair would be two; the key is
# looked at first, and a service that has a card starts its helper, so the
# stack of each is told a configuration of its own.
host_site() {
	make_site && sshd_site || return
	site_conf 's/^\[service ward\]/[ssh]\nsoftware-keys = yes\n\n&/' \
	    's/^\[service ward\]/[service *]/' \
	    's/^pairs = pkcs11+password/pairs = ssh-key+password/' &&
	    mv "$SITE_CONF" "$SITE/etc/key.conf" &&
	    site_conf 's/^\[service ward\]/[service *]/' || return
	sed "s|conf=$SITE_CONF|conf=$SITE/etc/key.conf|" "$SITE/pam.d/sshd" \
	    >"$SITE/etc/pam-key"
	pam unix 'auth required pam_unix.so'
	# a question, which is answered with anything, and no judge
	pam two 'auth optional pam_unix.so nodelay' \
	    'auth required pam_unix.so'
	ssh-keygen -q -t ed25519 -N '' -f "$dir/id" </dev/null &&
	    cp "$dir/id.pub" "$SSH_DIR/authorized-taro" &&
	    site_desk enrol taro --ssh-key "$dir/id.pub" --yes || return
	local ask='AuthenticationMethods keyboard-interactive:pam'
	local key='AuthenticationMethods publickey,keyboard-interactive:pam'
	sshd_start $CARD "$ask" && ssh_pam=$SITE/etc/pam-key \
	    sshd_start $KEY "$key" && ssh_pam=$SITE/etc/pam-unix \
	    sshd_start $UNIX "$ask" && ssh_pam=$SITE/etc/pam-unix \
	    sshd_start $KEY_UNIX "$key"
}
