#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The pair ssh-key+password with a PAM application in sshd's place, which says
# what sshd says: which keys open, which do not, in which words, and what the
# record has of it.  The real sshd is in tests/hosts.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-ssh.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'site_end; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
cp "$SITE/pam.d/ward" "$SITE/pam.d/sshd"
cp "$SITE/pam.d/ward" "$SITE/pam.d/both"
site_user taro himitsu-1
site_user hanako himitsu-2
site_person taro '山田 太郎' taro || wrong "no taro"
site_person hanako '佐藤 花子' hanako || wrong "no hanako"
conf() { # SED...
	site_conf '$a [service sshd]\npairs = ssh-key+password\n' \
	    '$a [service both]\npairs = ssh-key+password, pkcs11+password' \
	    's/^fail-delay-ms = .*/fail-delay-ms = 0/' "$@"
}
conf
make() { # NAME OPTION...
	ssh-keygen -q -N '' -C "$1" -f "$dir/$1" "${@:2}" </dev/null ||
	    wrong "no key $1"
}
make disk -t ed25519
make held -t ecdsa -b 256
make other -t ed25519
make ca -t ed25519
make otherca -t ed25519
# "TYPE BASE64", as sshd has it
public() {
	cut -d' ' -f1,2 "$dir/$1.pub"
}
print() {
	ssh-keygen -lf "$dir/$1.pub" | cut -d' ' -f2
}
# sshd's own words: a line for each key
info() {
	local name
	for name; do echo "publickey $(public "$name")"; done
}
login() { # INFO OPTION...
	run site_drive --service sshd --tty ssh --rhost 192.0.2.7 --user taro \
	    --answer Password=himitsu-1 --env-ssh "$1" "${@:2}"
}
fields() {
	local line part
	line=$(grep '"event":"auth"' "$SITE_LOG" | tail -n 1)
	for part; do
		[[ $line == *"$part"* ]] || wrong "no $part in $line"
	done
}
generic='error: Login failed. Check the card or key and the password and'
generic+=' try again, or call the helpdesk.'
finish
