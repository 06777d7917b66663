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
#           its askpass, sshd and a command that does nothing; sudo likewise.
#           Ours has its lines account and session as well: three gates in a
#           login, with pam_unix none
# added     ours minus pam_unix, nothing taken off
# token     the median of what the PKCS#11 module takes of a login: to be
#           loaded, and all calls into it (tests/bench/tokentime.c).  SoftHSM
#           here; a card takes its own time
# question  what sshd, ssh and its askpass take for one more question: pam_exec
#           that asks for a password and runs true, then pam_unix, minus
#           pam_unix alone.  A card has a PIN, which pam_unix has not
# own       added, for a card minus token, and through sshd minus question
#
# sudo_pin is pkcs11+pin, as in examples/sekisho.conf; the others that are
# ours have the password as well.
#
# Growth is what is there after the soak less what was there when 20 logins
# had been made: descriptors and resident memory of the sshd that listens,
# processes, and kilobytes in our folder of what a restart may forget, and in
# /run.

# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/hosts/ssh_site.sh
. "$SITE_HERE/hosts/ssh_site.sh"
CASE_LIMIT_S=60 ssh_pin=$SITE_PIN ssh_password=$PASSWORD
bench_enter "$@"

CARD=2201 KEY=2202 UNIX=2203 KEY_UNIX=2204 TWO=2205
AT_A_TIME=16
ask='AuthenticationMethods keyboard-interactive:pam'
key='AuthenticationMethods publickey,keyboard-interactive:pam'

# -- the site

# A configuration for the key of its own: a service that has cards as well
# starts their helper.
configurations() {
	local key_pair='s/^pairs = pkcs11+password/pairs = ssh-key+password/'
	site_conf 's/^\[service ward\]/[ssh]\nsoftware-keys = yes\n\n[service *]/' \
	    "$key_pair" &&
	    mv "$SITE_CONF" "$SITE/etc/key.conf" &&
	    site_conf 's/^\[service ward\]/[service *]/' \
	    's/^\[service kiosk\]/[service pin-sudo]/' || return
	sed "s|conf=$SITE_CONF|conf=$SITE/etc/key.conf|" "$SITE/pam.d/sshd" \
	    >"$SITE/etc/pam-key"
	{
		echo 'auth required pam_unix.so'
		sed '/pam_sekisho/d' "$SITE/pam.d/sshd"
	} >"$SITE/etc/pam-unix"
	{
		echo 'auth required pam_exec.so expose_authtok quiet /bin/true'
		cat "$SITE/etc/pam-unix"
	} >"$SITE/etc/pam-two"
}

sudo_site() {
	site_user hanako "$PASSWORD"
	site_user jiro "$PASSWORD"
	site_desk account add jiro >/dev/null &&
	    site_desk account grant jiro taro >/dev/null || return
	cp "$SITE/pam.d/ward" "$SITE/pam.d/our-sudo"
	cp "$SITE/pam.d/ward" "$SITE/pam.d/pin-sudo"
	site_pam unix-sudo <<-'END'
		auth required pam_unix.so
		account required pam_unix.so
		session required pam_unix.so
	END
	# the same folder for both; its lines are told apart by the user
	cat >"$SITE/etc/sudoers" <<-END
		Defaults timestamp_timeout=0, lecture=never, passwd_tries=1
		Defaults !fqdn, pam_service=our-sudo
		Defaults:hanako pam_service=unix-sudo
		Defaults:jiro pam_service=pin-sudo
		taro, hanako, jiro ALL = (ALL:ALL) ALL
	END
	chmod 440 "$SITE/etc/sudoers"
	mount --bind "$SITE/etc/sudoers" /etc/sudoers || return
	for folder in /var/log /var/lib/sudo; do
		[[ ! -d $folder ]] ||
		    mount -t tmpfs -o mode=755 tmpfs $folder || return
	done
}

host_site() {
	make_site && sudo_site && sshd_site && configurations || return
	# what the whole of it says goes nowhere, on both sides
	ssh-keygen -q -t ed25519 -N '' -f "$dir/id" </dev/null &&
	    cp "$dir/id.pub" "$SSH_DIR/authorized-taro" &&
	    site_desk enrol taro --ssh-key "$dir/id.pub" --software --yes ||
	    return
	# every connection is from one place, and each is a login of its own
	local more='MaxStartups 200:1:400'
	sshd_start $CARD "$ask" "$more" && ssh_pam=$SITE/etc/pam-key \
	    sshd_start $KEY "$key" "$more" && ssh_pam=$SITE/etc/pam-unix \
	    sshd_start $UNIX "$ask" && ssh_pam=$SITE/etc/pam-unix \
	    sshd_start $KEY_UNIX "$key" && ssh_pam=$SITE/etc/pam-two \
	    sshd_start $TWO "$ask"
}
bench_site host_site

# -- the costs

# program NAME: a file that runs what is on standard input
program() {
	{
		echo '#!/bin/sh'
		cat
	} >"$dir/$1"
	chmod 755 "$dir/$1"
}

ssh_program() { # NAME PORT [OPTION]...
	program "$1" <<-END
		ssh_pin=$SITE_PIN ssh_password=$PASSWORD SSH_DIR=$SSH_DIR \
		SSH_ASKPASS=$SSH_DIR/askpass SSH_ASKPASS_REQUIRE=force \
		exec ssh -F none -p $2 -l taro -o IdentityFile=none \
		    -o UserKnownHostsFile=$SSH_DIR/known ${*:3} 127.0.0.1 true
	END
}

sudo_program() { # NAME USER ANSWER...
	printf '%s\n' "${@:3}" >"$dir/answers-$1"
	program "$1" <<-END
		exec setpriv --reuid $(id -u "$2") --regid $(id -g "$2") \
		    --clear-groups sudo -S -p '' true <$dir/answers-$1
	END
}

costs_of_hosts() {
	local name with_key="-o IdentityFile=$dir/id"
	ssh_program sshd_card $CARD
	ssh_program sshd_unix $UNIX
	ssh_program sshd_two $TWO
	ssh_program sshd_key $KEY "$with_key"
	ssh_program sshd_key_unix $KEY_UNIX "$with_key"
	sudo_program sudo_card taro "$SITE_PIN" "$PASSWORD"
	sudo_program sudo_pin jiro "$SITE_PIN"
	sudo_program sudo_unix hanako "$PASSWORD"
	names=(sshd_card sshd_unix sshd_two sshd_key sshd_key_unix sudo_card
	    sudo_pin sudo_unix)
	all=()
	for name in "${names[@]}"; do all+=(-- "$dir/$name"); done
	"$BENCH/walltime" "$ROUNDS" "$dir/pin" "${all[@]:1}" >"$dir/times" ||
	    failed=1
	for name in "${names[@]}"; do
		read -r "ms[$name]"
		value "hosts.$name.wall" "${ms[$name]}" ms
	done <"$dir/times"
	ms[token]=$("$BENCH/tokentime" "$ROUNDS" "$SITE_SOFTHSM" taro \
	    "$SITE_PIN") || failed=1
	value hosts.token "${ms[token]}" ms
	added sshd_key sshd_key_unix
	added sshd_card sshd_unix
	added sudo_card sudo_unix
	added sudo_pin sudo_unix
	minus hosts.question "${ms[sshd_two]}" "${ms[sshd_unix]}" ms
	echo "# what the project holds itself to: at most 25 ms each"
	value hosts.sshd_key.own "${ms[sshd_key.added]}" ms
	minus hosts.sshd_card.own "${ms[sshd_card]}" \
	    "$(plus "${ms[sshd_two]}" "${ms[token]}")" ms
	minus hosts.sudo_card.own "${ms[sudo_card.added]}" "${ms[token]}" ms
	minus hosts.sudo_pin.own "${ms[sudo_pin.added]}" "${ms[token]}" ms
}
plus() {
	awk -v a="$1" -v b="$2" 'BEGIN { print a + b }'
}
added() {
	ms[$1.added]=$(awk -v a="${ms[$1]}" -v b="${ms[$2]}" \
	    'BEGIN { if (a > 0 && b > 0) printf "%.2f", a - b }')
	value "hosts.$1.added" "${ms[$1.added]}" ms
}

# -- many logins

# A line with its time in ms and its exit status.
one_login() {
	local from status=0
	from=$(date +%s%N)
	timeout -k 1 60 "$dir/sshd_key" >/dev/null 2>&1 </dev/null ||
	    status=$?
	echo "$((($(date +%s%N) - from) / 1000000)) $status" >>"$dir/soak"
}

# logins N RATE: at their times, however long each of them takes; but a
# machine that does not keep up is not buried, and `rate` is what it was
logins() {
	local begin at now i
	begin=$(date +%s%N)
	for ((i = 0; i < $1; i++)); do
		while ((i - $(wc -l <"$dir/soak") >= AT_A_TIME)); do
			sleep 0.02
		done
		at=$((begin + i * 60000000000 / $2))
		now=$(date +%s%N)
		((now >= at)) || sleep "$(awk -v ns=$((at - now)) \
		    'BEGIN { printf "%.3f", ns / 1e9 }')"
		one_login &
	done
	wait_for_all "$1"
	now=$(date +%s%N)
	achieved=$(awk -v n="$1" -v ns=$((now - begin)) \
	    'BEGIN { printf "%.1f", n / (ns / 6e10) }')
}

wait_for_all() {
	local i
	for ((i = 0; i < 3500; i++)); do
		(($(wc -l <"$dir/soak") < $1)) || break
		sleep 0.02
	done
}
settled() {
	_ssh_wait 10 _sshd_still || echo "# something is still running"
}

# What there is now: into $now.
measure() {
	local listens
	listens=$(<"$SSH_DIR/sshd-$KEY")
	now=(["descriptors"]=$(find "/proc/$listens/fd" -type l | wc -l)
	    ["rss"]=$(awk '/^VmRSS/ { print $2 }' "/proc/$listens/status")
	    ["processes"]=$(pgrep -c .)
	    ["run_folder"]=$(folder_kb "$SITE/run")
	    ["run"]=$(folder_kb /run))
}
folder_kb() {
	[[ -d $1 ]] || { echo 0; return; }
	du -sk "$1" | cut -f1
}

soak() {
	local minutes=$1 rate=$2 n what
	local -A now before
	n=$((minutes * rate))
	ssh_program sshd_key $KEY "-o IdentityFile=$dir/id"
	: >"$dir/soak"
	logins 20 "$rate"
	settled
	measure
	for what in "${!now[@]}"; do before[$what]=${now[$what]}; done
	: >"$dir/soak"
	logins "$n" "$rate"
	settled
	measure
	value soak.logins "$n" logins
	value soak.rate "$achieved" logins/min
	value soak.failed "$(awk '$2 != 0' "$dir/soak" | wc -l)" logins
	sort -n "$dir/soak" | awk '{ t[NR] = $1 } END {
	    print t[int((NR + 1) / 2)], t[int(NR * 0.99 + 0.5)], t[NR] }' \
	    >"$dir/times"
	read -r median p99 most <"$dir/times"
	value soak.median "$median" ms
	value soak.p99 "$p99" ms
	value soak.longest "$most" ms
	for what in descriptors rss processes run_folder run; do
		value "soak.$what.before" "${before[$what]}" "$(unit $what)"
		minus "soak.$what.growth" "${now[$what]}" "${before[$what]}" \
		    "$(unit $what)"
	done
}
unit() {
	case $1 in
	rss | run*) echo kB ;;
	*) echo "$1" ;;
	esac
}

case ${1-} in
soak) soak "${2:-1}" "${3:-200}" ;;
*) costs_of_hosts ;;
esac
exit $failed
