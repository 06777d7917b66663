#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Remembered proof (remember-minutes) with sudo: on the same terminal, in the
# same session, by the same user and within the time nobody is asked again,
# and the record says so; in each other case both factors are asked for.

# shellcheck source=tests/hosts/terminal.sh
. "$(dirname "$0")/terminal.sh"
host_enter "$0" "$@"
host_site our-sudo
{
	echo 'Defaults pam_service=our-sudo, pam_login_service=our-sudo'
	echo 'Defaults timestamp_timeout=0, lecture=never, passwd_tries=1'
	echo 'Defaults !fqdn'
	echo 'taro ALL = (ALL:ALL) ALL'
} >"$SITE/etc/sudoers"
chmod 440 "$SITE/etc/sudoers"
mount --bind "$SITE/etc/sudoers" /etc/sudoers || wrong "no sudoers"
sudo=$(command -v sudo)
proofs=$SITE/run/proofs
answers=("${right[@]}") later=() pairs=pkcs11+password label=taro

# What the gate tells the system's log, with a /dev of our own for it.
own_log() {
	local node dev=$SITE/dev
	mkdir "$dev" && mount -t tmpfs -o mode=755 tmpfs "$dev" || return
	for node in null zero full random urandom tty; do
		touch "$dev/$node"
		mount --bind "/dev/$node" "$dev/$node" || return
	done
	# with numbers of its own, which nobody else's terminals move on
	mkdir "$dev/pts" && mount -t devpts -o newinstance,ptmxmode=666 \
	    devpts "$dev/pts" || return
	ln -s pts/ptmx "$dev/ptmx"
	mount --rbind "$dev" /dev || return
	python3 -c 'import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/dev/log")
os.chmod("/dev/log", 0o666)
with open(sys.argv[1], "wb", 0) as out:
    while True:
        out.write(s.recv(65536) + b"\n")' "$dir/syslog" &
	for ((i = 0; i < 250; i++)); do
		[[ ! -S /dev/log ]] || return 0
		sleep 0.02
	done
	return 1
}
logged() {
	grep -aqF -- "$1" "$dir/syslog" || wrong "not logged: $1"
}
remembering() { # [MINUTES] [SED]...
	local minutes=${1-5}
	shift
	conf "$pairs" "$label" "\$a\\\\n[service our-sudo]\\npairs = $pairs\
\\nremember-minutes = $minutes" "$@"
}
# The nth "auth" from the end.
nth() { # N FIELD...
	local n=$1
	shift
	fields "$(grep '"event":"auth"' "$SITE_LOG" | tail -n "$n" | head -n 1)" \
	    "$@"
}
# Two of sudo in one session, and ACTION between them.  It is asked for both
# times, or the first time only.
two() { # asked|silent ACTION...
	local more=("${later[@]}") pid i
	[[ $1 == silent ]] || more=("${answers[@]}")
	shift
	rm -rf "$dir/step"
	install -d -o taro "$dir/step"
	before=$(attempts)
	timeout -k 1 60 "$BUILD/tests/ttydrive" "${answers[@]}" "${more[@]}" \
	    -- "${by_taro[@]}" /bin/sh -c "tty; $sudo $id -un; : >$dir/step/1
	while [ ! -e $dir/step/2 ]; do sleep 0.02; done
	$sudo $id -un; echo second \$?" >"$dir/out" 2>&1 &
	pid=$!
	for ((i = 0; i < 1000; i++)); do
		[[ ! -e $dir/step/1 ]] || break
		sleep 0.02
	done
	"$@" || wrong "$*"
	: >"$dir/step/2"
	status=0
	wait $pid || status=$?
	sed -i 's/\r$//' "$dir/out"
	(($(attempts) >= before + 2)) || wrong "not two records"
}
silent() {
	two silent "$@"
	ended 0
	has 'second 0'
	(($(grep -cx root "$dir/out") == 2)) || wrong "not in twice"
	nth 1 '"reason":"ok"' '"remembered":{"age_s":'
}
asked() {
	two asked "$@"
	ended 0
	has 'second 0'
	(($(grep -cx root "$dir/out") == 2)) || wrong "not in twice"
	nth 1 '"reason":"ok"' '"factors":['
	! grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
	    grep -q remembered || wrong "remembered"
}
denied() { # REASON ACTION...
	local reason=$1
	shift
	two silent "$@"
	(($(grep -cx root "$dir/out") == 1)) || wrong "got in again"
	nth 1 "\"reason\":\"$reason\""
}
proof() {
	local found=("$proofs"/*)
	((${#found[@]} == 1)) && echo "${found[0]}"
}
# The proof of so many milliseconds ago.
aged() {
	python3 - "$(proof)" "$1" <<'END'
import struct, sys, time
at = int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000) - int(sys.argv[2])
with open(sys.argv[1], "r+b") as f:
    f.seek(8)
    f.write(struct.pack(">Q", at))
END
}

t a_log_of_our_own
own_log || wrong "no /dev/log"

t nothing_is_remembered_unless_the_policy_says_so
asked true
[[ ! -e $proofs ]] || wrong "a proof was kept"

t not_asked_again
remembering
silent true
nth 2 '"factors":[' '"pair":"pkcs11+password"'
nth 1 '"pair":"pkcs11+password"' '"claimed":"taro"' '"session":"' \
    "\"seq\":$(grep '"event":"auth"' "$SITE_LOG" | tail -n 2 | head -n 1 |
	sed 's/.*"seq":\([0-9]*\),.*/\1/')}" '"revocation":{' \
    '"person":{"display":"taro","name":"taro"}'
first=$(grep -m 1 '^/dev/pts/' "$dir/out")
grep '"event":"auth"' "$SITE_LOG" | tail -n 1 |
    grep -E '"(factors|token|challenge)"' >"$dir/out" &&
    wrong "more is said than was proved"
last '"event":"logout"' '"person":{"name":"taro"}'
[[ $(stat -c '%a %u' "$proofs" "$(proof)") == $'700 0\n600 0' ]] ||
    wrong "modes: $(stat -c '%a %u' "$proofs" "$(proof)")"
nothing_left

t a_proc_that_hides_others_changes_nothing
mount -o remount,hidepid=2,gid=65534 /proc || wrong "no hidepid"
"${by_taro[@]}" /bin/sh -c '[ ! -e /proc/1/stat ]' || wrong "it hides nothing"
silent true
nth 2 '"factors":['
asked rm -r "$proofs"
mount -o remount,hidepid=0,gid=0 /proc || wrong "it stays hidden"

t another_session_on_the_same_terminal
silent true
[[ -n $first && $(grep -m 1 '^/dev/pts/' "$dir/out") == "$first" ]] ||
    wrong "another terminal"
nth 2 '"factors":['

elsewhere() {
	"$BUILD/tests/ttydrive" "${answers[@]}" -- "${by_taro[@]}" "$sudo" \
	    "$id" -un >"$dir/elsewhere" 2>&1
}
t another_terminal
silent elsewhere
grep -q '^root' "$dir/elsewhere" || wrong "$(<"$dir/elsewhere")"
(($(attempts) == before + 3)) || wrong "not three records"
nth 2 '"factors":['
rm -f "$proofs"/*

t within_the_time
silent aged 290000
nth 1 '"age_s":29'
t after_the_time
asked aged 300000
t from_the_future
asked aged -60000
t a_minute_is_a_minute
remembering 1
asked aged 60000
silent aged 50000

t it_does_not_grow_younger_by_use
remembering
aged_and_used() {
	aged 200000
}
silent aged_and_used
aged_now() {
	python3 - "$(proof)" <<'END'
import struct, sys, time
with open(sys.argv[1], "rb") as f:
    at = struct.unpack(">Q", f.read(16)[8:])[0]
sys.exit(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000 - at < 200000)
END
}
aged_now || wrong "made anew"

t another_boot
reboot() {
	echo 11111111-2222-4333-8444-555555555555 >"$dir/boot_id"
	mount --bind "$dir/boot_id" /proc/sys/kernel/random/boot_id
}
asked reboot
umount /proc/sys/kernel/random/boot_id

t another_policy
change() {
	echo '# changed' >>"$SITE_CONF"
}
asked change
remembering

t another_user_in_the_same_session
typing "${right[@]}" Password=himitsu-1 "${right[@]}" -- /bin/sh -c \
    "${by_taro[*]} $sudo $id -un; ${by_hanako[*]} $sudo $id -un
    ${by_taro[*]} $sudo $id -un"
ended 0
nth 3 '"reason":"ok"' '"factors":['
nth 2 '"reason":"not-granted"' '"claimed":"hanako"'
# and hers has deleted his
nth 1 '"reason":"ok"' '"factors":['

t no_terminal
rm -f "$proofs"/*
for i in 1 2; do
	printf '%s\n' "$SITE_PIN" himitsu-1 >"$dir/lines"
	run limited setsid -w "${by_taro[@]}" "$sudo" -S "$id" -un \
	    <"$dir/lines"
	ended 0
	attempt '"reason":"ok"' '"factors":['
done
proof >/dev/null && [[ -e $(proof) ]] && wrong "kept without a terminal"

# -- what has been taken back since

number=$(site_desk list taro --json | tr '{' '\n' |
    sed -n '/CN=taro/s/.*"id":\([0-9]*\).*/\1/p' | head -n 1)
desk() {
	site_desk "$@" >"$dir/desk" 2>&1
}
t card_suspended_meanwhile
denied credential-suspended desk suspend "$number" --reason lost
logged 'is forgotten: credential-suspended'
desk resume "$number" --reason found || wrong "resume"

t and_forgotten_at_once
back() {
	desk suspend "$number" --reason lost
	"$BUILD/tests/ttydrive" -- "${by_taro[@]}" true >/dev/null
	desk resume "$number" --reason found
}
# to be suspended and resumed unseen changes nothing
silent back
typing "${right[@]}" "${right[@]}" -- /bin/sh -c \
    "${by_taro[*]} $sudo $id -un
    $SITE/libexec/sekisho suspend --conf $SITE_CONF $number --reason x
    ${by_taro[*]} $sudo $id -un
    $SITE/libexec/sekisho resume --conf $SITE_CONF $number --reason y
    ${by_taro[*]} $sudo $id -un"
ended 0
nth 2 '"reason":"credential-suspended"'
nth 1 '"reason":"ok"' '"factors":['

t person_suspended_meanwhile
later=(Password=himitsu-1)
denied person-suspended desk person suspend taro --reason leave
desk person resume taro --reason back || wrong "resume"

t grant_taken_meanwhile
desk account grant taro hanako || wrong "hanako"
denied not-granted desk account ungrant taro taro
later=()
desk account grant taro taro || wrong "grant"

t certificate_revoked_meanwhile
denied cert-revoked site_crl revoke="$(pki_serial "$SITE/pki/taro.crt")"
site_crl

t on_the_deny_list_meanwhile
denied deny-listed desk deny person taro --reason stolen
row=$(sed -n 's/.*number \([0-9]*\).*/\1/p' "$dir/desk" | head -n 1)
desk allow "${row:-1}" --reason found || wrong "allow"

# -- who unlocks the screen is another person

cp "$SITE/pam.d/ward" "$SITE/pam.d/our-locker"
remembering 5 "\$a\\\\n[service our-locker]\\npairs = fido2+password\
\\nunlock = yes"
unlocked_by() { # KEY
	fido_plug "$1" && fido_knobs "$1" || return
	site_drive --service our-locker --user taro --steps auth,acct \
	    --answer Password=himitsu-1 >"$dir/unlock" 2>&1 ||
	    wrong "no unlock: $(<"$dir/unlock")"
	grep -qF 'auth = 0' "$dir/unlock" || wrong "no unlock: $(<"$dir/unlock")"
	fido_unplug "$1"
}
t unlocked_by_the_same_person
silent unlocked_by plain
t unlocked_by_another_person
asked unlocked_by other
nth 2 '"reason":"ok"' '"factors":['
t and_by_one_after_the_other
both_unlock() {
	unlocked_by other
	unlocked_by plain
}
silent both_unlock
t what_says_who_is_not_understood
garbled() {
	echo x >"$SITE/run/unlocked/$(id -u taro)"
}
asked garbled
rm -rf "$SITE/run/unlocked"
remembering

# -- what is in the place of a proof

t files_that_are_not_believed
while read -r what how; do
	spoil() {
		local file
		file=$(proof) || return
		eval "$how"
	}
	: >"$dir/syslog"
	asked spoil
	logged 'a remembered proof is not believed'
	[[ -z $why ]] || { why="$what: $why"; break; }
	rm -rf "$proofs"
done <<'END'
mode chmod 640 "$file"
owner chown nobody "$file"
symlink mv "$file" "$dir/kept" && ln -s "$dir/kept" "$file"
hardlink ln "$file" "$dir/another-name"; true
truncated truncate -s -1 "$file"
longer echo >>"$file"
empty : >"$file"
huge truncate -s 100000 "$file"
fifo rm "$file" && mkfifo -m 600 "$file"
version printf 2 | dd of="$file" bs=1 seek=7 conv=notrunc status=none
folder chmod 750 "$proofs"
END

t a_proof_of_another_place
other() {
	# as if it had been made elsewhere: its own bytes, another digest
	printf x | dd of="$(proof)" bs=1 seek=20 conv=notrunc status=none
}
asked other

# -- keys

t key_not_asked_again
pairs=fido2+password label=none answers=(Password=himitsu-1)
key plain
remembering
silent fido_unplug plain
nth 2 '"pair":"fido2+password"' '"factors":['
nth 1 '"pair":"fido2+password"' '"remembered":'

t key_suspended_meanwhile
fido_plug plain
number=$(site_desk list taro --json | tr '{' '\n' |
    sed -n '/fido2/s/.*"id":\([0-9]*\).*/\1/p' | head -n 1)
denied credential-suspended desk suspend "$number" --reason lost

the_record_verifies
