#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho doctor` on a good machine, then on one with one fault at a time: it
# names that and nothing else, in both languages, with the right exit status.
# What is wrong with PAM stacks is in doctor_pam.sh.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script doctor

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
site_user sos himitsu-1
site_user ward3 himitsu-1
site_desk account add ward3 --shared >/dev/null || wrong "no account"
# the machine's own are out of the way
mount -t tmpfs tmpfs /usr/lib/pam.d 2>/dev/null
mount -t tmpfs -o mode=755 tmpfs /run && mkdir -m 755 /run/sshd /run/sekisho ||
    wrong "no /run"
mkdir -m 755 "$SITE/ssh" "$SITE/polkit"
pcscd() { # MODE: a socket where pcscd has its own
	mkdir -p /run/pcscd
	python3 -c 'import os, socket, sys
s = socket.socket(socket.AF_UNIX); s.bind("/run/pcscd/pcscd.comm")
os.chmod("/run/pcscd/pcscd.comm", int(sys.argv[1], 8))' "$1"
}
pcscd 666
ssh-keygen -q -t ed25519 -N '' -f "$SITE/ssh/key" || wrong "no host key"
mount --bind "$SITE/ssh" /etc/ssh || wrong "no /etc/ssh"
echo 'root ALL = (ALL) ALL' >"$SITE/etc/sudoers"
chmod 440 "$SITE/etc/sudoers"
mount --bind "$SITE/etc/sudoers" /etc/sudoers || wrong "no sudoers"
conf() {
	site_conf "$@"
	printf '\n[service %s]\npairs = pkcs11+password\n' sshd sudo \
	    >>"$SITE_CONF"
	printf '\n[service login]\npairs = pkcs11+password\nrescue = %s\n' \
	    "${rescue:-sos}" >>"$SITE_CONF"
}
sshd() {
	printf '%s\n' 'HostKey /etc/ssh/key' 'UsePAM yes' \
	    'KbdInteractiveAuthentication yes' 'PermitRootLogin no' \
	    'AuthenticationMethods keyboard-interactive:pam' \
	    'LoginGraceTime 120' "$@" | tac | awk '!seen[$1]++' | tac \
	    >"$SITE/ssh/sshd_config"
}
fresh() {
	conf
	sshd
	for service in login sshd sudo; do
		cp "$SITE/pam.d/ward" "$SITE/pam.d/$service"
	done
	rm -f "$SITE/pam.d/su"
	printf '%s\n' 'Defaults !fqdn' 'Defaults  timestamp_timeout = 0' \
	    'root ALL = (ALL) ALL' >"$SITE/etc/sudoers"
	site_crl
}
finish

doctor() {
	run limited "$SITE/libexec/sekisho" doctor --conf "$SITE_CONF" "$@"
}
# In a machine without a time service only the clock is wrong.
names() { # ids that are not good
	python3 -c 'import json, sys
for f in json.load(open(sys.argv[1])):
	if f["level"] != "good" and f["id"] != "clock-loose": print(f["id"])' \
	    "$dir/out" | sort -u | paste -sd' '
}
fault() { # LEVEL IDS
	local got want=$1 no
	doctor --json
	no=$status
	got=$(names)
	[[ $got == "$2" ]] || wrong "named \"$got\", not \"$2\""
	((no == want)) || ((want == 0 && no == clock)) ||
	    wrong "exit status $no, not $want"
	# the same in Japanese
	conf_ja
	doctor --quiet
	shows ' -> '
	lacks ' -> write' ' -> run' WARN BAD
}
conf_ja() {
	sed -i 's/^language = .*/language = ja/' "$SITE_CONF"
}
grep -q '"synced":true' "$SITE_LOG" && clock=0 || clock=1

t good_machine
doctor
no=$status
((no == clock)) || wrong "exit status $no, not $clock"
lacks BAD
doctor --json
[[ $(names) == '' ]] || wrong "named $(names)"
doctor --quiet
lacks 'good  '

t usage_is_no_verdict
doctor --nonsense
ended 3
doctor --service
ended 3
setpriv --reuid 65534 --clear-groups "$SITE/libexec/sekisho" doctor \
    >"$dir/out" 2>&1
(($? == 3)) || wrong "not root: $?"

t configuration_is_broken
echo nonsense >>"$SITE_CONF"
doctor --json
ended 2
[[ $(names) == *no-config* ]] || wrong "named $(names)"

t store_is_gone
mv "$SITE/lib/sekisho.db" "$SITE/away"
fault 2 config
mv "$SITE/away" "$SITE/lib/sekisho.db"

t a_helper_is_gone
mv "$SITE/libexec/sekisho-password" "$SITE/away"
fault 2 config
mv "$SITE/away" "$SITE/libexec/sekisho-password"

t list_is_stale
site_crl from=2020-01-01 to=2020-01-02
fault 2 crl-stale

t list_ends_today
site_crl "to=$(date -u -d '+3 hours' '+%Y-%m-%d %H:%M')"
fault 1 crl-soon

t list_is_gone
rm "$SITE/crl/ca.crl"
fault 2 crl-none

t ca_ends_soon
pki_ca "$SITE/pki" soon "/C=JP/O=Sakura Hospital/CN=Soon CA" \
    "to=$(date -u -d '+20 days' +%Y-%m-%d)" &&
    pki_crl "$SITE/pki" soon "$SITE/crl/soon.crl" &&
    cp "$SITE/pki/soon.crt" "$SITE/etc/anchors/" || wrong "no CA"
chmod 644 "$SITE/crl/soon.crl"
fault 1 ca-expires
rm "$SITE/etc/anchors/soon.crt" "$SITE/crl/soon.crl"

t checkpoint_is_forged
cp "$SITE/log/checkpoint" "$SITE/away"
sed -i '2s/.*/9999/' "$SITE/log/checkpoint"
fault 2 signed
cp "$SITE/away" "$SITE/log/checkpoint"

t clock_is_in_the_past
touch -d '+2 days' "$SITE_LOG"
fault 2 clock-past
touch "$SITE_LOG"

t rescue_account_is_not_there
rescue=nobody-home conf
fault 2 rescue-no-user

t rescue_account_has_no_password
site_user bare x && sed -i 's/^bare:[^:]*/bare:!/' "$SITE/etc/shadow"
cat "$SITE/etc/shadow" >/etc/shadow
rescue=bare conf
fault 1 rescue-no-password

t rescue_account_is_shared
rescue=ward3 conf
fault 1 rescue-shared

t rescue_by_ssh
sed -i 's/^\[service sshd\]/&\nrescue = sos/' "$SITE_CONF"
fault 1 rescue-sshd
shows '[service sshd] の rescue を [service login] に移し'
conf
sed -i 's/^\[service sshd\]/&\nrescue = sos/' "$SITE_CONF"
doctor
shows 'take `rescue` out of [service sshd] and write it into [service login]'

t nobody_watches
printf '\n[service lock]\npairs = pkcs11+pin\nunlock = yes\nswitch = greeter\n' \
    >>"$SITE_CONF"
cp "$SITE/pam.d/ward" "$SITE/pam.d/lock"
fault 1 watch
shows '`switch = greeter`'
"$SITE/libexec/sekisho-watch" --conf "$SITE_CONF" 2>"$dir/watch" &
watch=$!
for ((i = 0; i < 200; i++)); do
	[[ $(cat /proc/$watch/comm) != sekisho-watch ]] || break
	sleep 0.02
done
doctor --json
[[ $(names) == '' ]] || wrong "named $(names)"
kill $watch
wait $watch
rm "$SITE/pam.d/lock"

t locker_without_a_socket
printf '\n[service xsecurelock]\npairs = pkcs11+pin\n' >>"$SITE_CONF"
cp "$SITE/pam.d/ward" "$SITE/pam.d/xsecurelock"
fault 2 socket-none

t socket_does_not_answer
printf '\n[service xsecurelock]\npairs = pkcs11+pin\n' >>"$SITE_CONF"
python3 -c 'import os, socket
s = socket.socket(socket.AF_UNIX); s.bind("/run/sekisho/gate.sock")
os.chmod("/run/sekisho/gate.sock", 0o666)'
fault 2 socket
rm /run/sekisho/gate.sock "$SITE/pam.d/xsecurelock"

t readers_that_cannot_be_reached
if [[ -x /usr/sbin/pcscd ]]; then
	rm /run/pcscd/pcscd.comm
	fault 1 pcscd
	pcscd 660
	fault 1 pcscd
	rm /run/pcscd/pcscd.comm
	pcscd 666
fi

t key_that_cannot_be_opened
sed -i 's/^\[helpers\]/[fido2]\nrp-id = hospital.example\n\n&/' "$SITE_CONF"
if mount -t tmpfs tmpfs /sys/class 2>/dev/null; then
	mkdir -p /sys/class/hidraw/hidraw77/device
	printf '\x06\xd0\xf1\x09\x01' \
	    >/sys/class/hidraw/hidraw77/device/report_descriptor
	mount -t tmpfs tmpfs /dev/shm 2>/dev/null
	mkdir -p "$dir/dev" && touch /dev/hidraw77 && chmod 600 /dev/hidraw77
	fault 2 'key udev'
	chmod 666 /dev/hidraw77
	conf 's/^\[helpers\]/[fido2]\nrp-id = hospital.example\n\n&/'
	fault 1 udev
	# what a rule gives the user alone, by acl(5)
	chmod 600 /dev/hidraw77
	acl() { # USER'S MASK: entries of the owner, the user, group, others
		python3 -c 'import os, pwd, struct, sys
user, mask = int(sys.argv[1]), int(sys.argv[2])
none = 0xffffffff
os.setxattr("/dev/hidraw77", "system.posix_acl_access", struct.pack("<I", 2) +
    b"".join(struct.pack("<HHI", *e) for e in [(1, 6, none),
    (2, user, pwd.getpwnam("nobody").pw_uid), (4, 0, none), (16, mask, none),
    (32, 0, none)]))' "$@" || wrong "no ACL"
	}
	acl 6 6
	fault 1 udev
	acl 4 6
	fault 2 'key udev'
	acl 6 4
	fault 2 'key udev'
	rm -f /dev/hidraw77
	umount /sys/class
fi

# -- PAM: services
t service_with_one_factor
printf 'auth required pam_unix.so\naccount required pam_unix.so\n' | site_pam su
fault 1 one-factor

t section_without_our_lines
printf 'auth required pam_unix.so\naccount required pam_unix.so\n' |
    site_pam login
fault 2 pam-unused

t section_without_a_file
rm "$SITE/pam.d/login"
fault 1 pam-no-file

t file_without_a_section
cp "$SITE/pam.d/ward" "$SITE/pam.d/own"
fault 2 pam-no-policy
rm "$SITE/pam.d/own"

t no_session_line
sed -i /^session/d "$SITE/pam.d/login"
fault 1 pam-no-session

t asks_twice
echo 'auth required pam_unix.so' >>"$SITE/pam.d/login"
fault 1 pam-twice

t module_is_gone
sed -i 's/pam_sekisho.so/none\/&/' "$SITE/pam.d/login"
fault 2 pam-module

t other_lets_in
cp "$SITE/pam.d/other" "$SITE/away"
printf 'auth required pam_unix.so\naccount required pam_unix.so\n' |
    site_pam other
fault 1 pam-other
cp "$SITE/away" "$SITE/pam.d/other"

t hostile_files_have_an_end
bad() {
	doctor --service hostile --json
	ended 2
	[[ $(names) == *pam-unreadable* ]] || wrong "$1: $(names)"
	within 5000
}
echo '@include hostile' | site_pam hostile
bad recursion
echo 'auth substack hostile' | site_pam hostile
bad substack
printf '@include hostile%d\n' {1..9} | site_pam hostile
for i in {1..9}; do
	printf '@include hostile%d\n' {1..9} | site_pam "hostile$i"
done
bad tree
rm "$SITE"/pam.d/hostile?
# without an end in sight, though no way is deep
for i in {0..9}; do
	printf "@include hostile$((i + 1))\n%.0s" {1..20} |
	    site_pam "hostile${i#0}"
done
: | site_pam hostile10
bad files
rm "$SITE"/pam.d/hostile?*
head -c 200000 /dev/zero | tr '\0' '#' | site_pam hostile
bad huge
head -c 3000 /dev/urandom | site_pam hostile
printf '\0' >>"$SITE/pam.d/hostile"
bad binary
seq 2000 | sed 's/.*/auth optional pam_permit.so/' | site_pam hostile
bad lines
rm "$SITE/pam.d/hostile"
ln -s hostile "$SITE/pam.d/hostile"
bad loop
ln -sfn /dev/zero "$SITE/pam.d/hostile"
bad device
rm "$SITE/pam.d/hostile"
mkfifo "$SITE/pam.d/hostile"
bad fifo
rm "$SITE/pam.d/hostile"
mkdir "$SITE/pam.d/hostile"
bad folder
rmdir "$SITE/pam.d/hostile"

# -- sshd
sshd_says() { # LEVEL WHAT KEYWORD...: one fault, and what to write
	sshd "${@:3}"
	doctor --json
	ended "$1"
	[[ $(names) == sshd* ]] || wrong "named $(names)"
	shows "$2"
}
t sshd_that_lets_past
sshd_says 2 'write `UsePAM yes`' 'UsePAM no'
sshd_says 2 'write `KbdInteractiveAuthentication yes`' \
    'KbdInteractiveAuthentication no' 'AuthenticationMethods any'
sshd_says 1 'keyboard-interactive:pam' 'AuthenticationMethods any'
sshd_says 2 'keyboard-interactive:pam' 'AuthenticationMethods publickey'
sshd_says 2 'keyboard-interactive:pam' \
    'AuthenticationMethods publickey,password keyboard-interactive:pam'
# what lets past stands behind more good ones than are held
long=$(printf ' publickey,keyboard-interactive:pam%.0s' {1..12})
sshd_says 2 'AuthenticationMethods (too long)' \
    "AuthenticationMethods$long publickey"
sshd_says 1 'write `PermitRootLogin no`' 'PermitRootLogin yes'
sshd_says 2 'write `PermitEmptyPasswords no`' 'PermitEmptyPasswords yes'
sshd_says 1 'LoginGraceTime 20' 'LoginGraceTime 5'
sshd_says 2 'sshd -t' 'NoSuchKeyword yes'

# blocks IDS PART BLOCK [LINE]: what stands behind a good configuration
blocks() {
	sshd "${@:4}"
	printf '%b\n' "$3" >>"$SITE/ssh/sshd_config"
	doctor --json
	[[ $(names) == "$1" ]] || wrong "$3: named \"$(names)\", not \"$1\""
	[[ -z $1 ]] || shows "$2"
}
key='AuthenticationMethods publickey'

t sshd_match_blocks
blocks sshd-block '/etc/ssh/sshd_config:7 (Match User taro)' \
    "Match User taro\n $key"
ended 2
shows "$key" 'AuthenticationMethods keyboard-interactive:pam'
doctor
shows "BAD   sshd: /etc/ssh/sshd_config:7 (Match User taro): \`$key\`"
conf_ja
doctor
shows '異常  sshd: /etc/ssh/sshd_config:7 (Match User taro)' 'そのブロック'
conf
blocks '' '' 'Match User taro\n X11Forwarding no'
blocks '' '' 'Match User taro\n AuthenticationMethods keyboard-interactive:pam'
blocks sshd-block :9 "Match User taro\n X11Forwarding no\nMatch User *\n $key"
# what stands before it does not help
blocks sshd-block ':7 (Match all)' "Match all\n $key"
blocks sshd 'before any Match' 'Match all\n X11Forwarding no' \
    'AuthenticationMethods publickey'
blocks sshd-block 'PermitRootLogin no' \
    'Match Address 10.0.0.0/8\n PermitRootLogin yes'
ended 1
blocks '' '' 'Match User taro\n HostbasedAuthentication yes'
# where each method is enough by itself more counts
blocks 'sshd sshd-block' 'HostbasedAuthentication no' \
    'Match User taro\n HostbasedAuthentication yes' 'AuthenticationMethods any'
blocks sshd-block ':7 (Match User taro)' \
    "Match User taro\n AuthenticationMethods$long publickey"
ended 2
# for sshd a carriage return is a blank
blocks sshd-block :7 "\rMatch User taro\n $key\r\n"
blocks sshd-block PermitEmptyPasswords \
    'MATCH user "taro"\n\tpermitemptypasswords=yes # no'

t sshd_match_criteria
for match in 'User tar?,hana*' 'User *,!root' 'Address 10.0.0.0/8,!10.1.0.0/16' \
    'Address 192.168.*' 'Address 2001:db8::/32' 'Address 2001:db8:*' \
    'Host *.hospital.example' 'LocalPort 2222' 'LocalAddress 10.1.2.3' \
    'Group root' 'Group roo?' 'User taro Address 10.0.0.0/8 LocalPort 2222' \
    'User root Group root'; do
	blocks sshd-block "(Match $match)" "Match $match\n $key"
done
# of a group that has members by their list alone
sed -i '/^clinic:/d' "$SITE/etc/group"
echo 'clinic:x:7777:sos,ward3' >>"$SITE/etc/group"
cat "$SITE/etc/group" >/etc/group
blocks sshd-block :7 "Match Group clinic\n $key"
# the first member has a block of their own
good='AuthenticationMethods keyboard-interactive:pam'
blocks sshd-block :9 "Match User sos\n $good\nMatch Group clinic\n $key"

t sshd_match_that_cannot_be_tried
blocks sshd-match 'nobody is in Group away' "Match Group away\n $key"
ended 1
blocks sshd-match 'nothing is for User !root' "Match User !root\n $key"
blocks sshd-match 'something else decides' \
    "Match User *\n $good\nMatch User taro\n $key"
blocks sshd-match 'no address for Address x*' "Match Address x*\n $key"
blocks sshd-match 'too long' "Match User $(printf 'u%.0s' {1..600})\n $key"
blocks sshd-match 'holds a NUL byte' "# \\0000\nMatch User taro\n $key"
sshd
for i in {1..70}; do
	printf 'Match User u%d\n X11Forwarding no\n' "$i"
done >>"$SITE/ssh/sshd_config"
doctor --json
[[ $(names) == sshd-match ]] || wrong "many: named $(names)"
shows 'too many Match blocks'

t sshd_match_in_included_files
mkdir /etc/ssh/sshd_config.d
printf '%s\n' 'Match User taro' " $key" >/etc/ssh/sshd_config.d/a.conf
blocks '' '' 'X11Forwarding no'
blocks sshd-block '/etc/ssh/sshd_config.d/a.conf:1 (Match User taro)' \
    'Include /etc/ssh/none.conf sshd_config.d/*.conf'
# what is included in a block is the block's, and a block there is for both
blocks sshd-block 'a.conf:1 (Match Address 10.0.0.0/8 User taro)' \
    'Match Address 10.0.0.0/8\n Include sshd_config.d/a.conf'
echo "$key" >/etc/ssh/sshd_config.d/a.conf
blocks sshd-block ':7 (Match Address 10.0.0.0/8)' \
    'Match Address 10.0.0.0/8\n Include sshd_config.d/a.conf'
# quoted as we do not read it
for quoted in "'sshd_config.d/a.conf'" '"sshd_config.d/"a.conf' \
    'sshd_config.d"/"a.conf'; do
	blocks sshd-match '/etc/ssh/sshd_config was not judged: a keyword or' \
	    "Match Address 10.0.0.0/8\n Include $quoted"
done
blocks '' '' "Match Address 10.0.0.0/8\n Include \"none.conf\" # that's it"
chmod 666 /etc/ssh/sshd_config.d/a.conf
blocks sshd-match '/etc/ssh/sshd_config.d/a.conf was not judged' \
    'Match Address 10.0.0.0/8\n Include sshd_config.d/a.conf'
rm -r /etc/ssh/sshd_config.d

t sshd_with_keys_in_the_pairs
sed -i '/^\[service sshd\]/,/^pairs/s/^pairs.*/pairs = ssh-key+password/' \
    "$SITE_CONF"
sshd_says 2 'publickey,keyboard-interactive:pam' \
    'AuthenticationMethods keyboard-interactive:pam'
sshd_says 1 'write `PubkeyAuthOptions touch-required`' \
    'AuthenticationMethods publickey,keyboard-interactive:pam'
sshd 'AuthenticationMethods publickey,keyboard-interactive:pam' \
    'PubkeyAuthOptions touch-required'
doctor --json
[[ $(names) == '' ]] || wrong "named $(names)"

t sudo_with_a_time_stamp
echo 'root ALL = (ALL) ALL # timestamp_timeout=0' >"$SITE/etc/sudoers"
fault 1 sudo-stamp

t only_one_service
rm "$SITE/pam.d/login"
doctor --service sudo --json
ended 0
shows '"about":"sudo"'
lacks sshd login clock
finish
