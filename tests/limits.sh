#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins where something is missing, full, locked, out of order or in
# somebody else's hands: a clean refusal or a login, never a signal to the
# login program, and no success that is not on record.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script limits

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
site_user taro himitsu-1
site_person taro '山田 太郎' taro || wrong "no person"
site_cert taro "/C=JP/O=Sakura Hospital/CN=taro" key=ec:P-256
site_token taro taro || wrong "no token"
site_enrol taro taro || wrong "not enrolled"
finish

conf() {
	site_conf 's/^login-seconds.*/login-seconds = 10/' "$@"
}
conf

drive=("$BUILD/tests/pamdrive" --check --user taro --tty tty1
    --answer PIN="$SITE_PIN" --answer Password=himitsu-1)
# login [COMMAND]...: by a program that runs another, with a pipe for what it
# prints: its limits may be about files.
login() {
	run through_pipe timeout -k 1 60 "$@" "${drive[@]}" --service kiosk
}
through_pipe() {
	"$@" </dev/null 2>&1 | cat
	return "${PIPESTATUS[0]}"
}
ward() {
	run timeout -k 1 60 "${drive[@]}" --service ward
}
unchanged() {
	has "state: unchanged" "signals: 0 SIGCHLD, 0 SIGPIPE"
}
successes() {
	grep -c '"event":"auth".*"reason":"ok"' "$SITE_LOG"
}
unavailable="auth = 9 Authentication service cannot retrieve authentication "
unavailable+="info"

# refused REASON [PART OF THE RECORD]...
refused() {
	local last part
	ended 1
	unchanged
	lacks "auth = 0"
	last=$(grep '"event":"auth"' "$SITE_LOG" | tail -n 1)
	for part in "\"reason\":\"$1\"" "${@:2}"; do
		[[ $last == *"$part"* ]] || wrong "no $part in $last"
	done
	(($(attempts) == before + 1)) || wrong "not one record"
}
# Refused, and there was no way to say so on record.
refused_unrecorded() {
	ended 1
	unchanged
	has "$unavailable"
	(($(attempts) == before)) || wrong "there is a record"
}
let_in() {
	ended 0
	unchanged
	(($(attempts) == before + 1)) || wrong "not one record"
}
# A refusal or a login, but a clean one.
clean() {
	case $status in
	0)
		(($(successes) == good + 1)) || wrong "success without record"
		;;
	1)
		grep -qE '^auth = (7|9) ' "$dir/out" || wrong "no PAM code"
		(($(successes) == good)) || wrong "record without success"
		;;
	*) wrong "exit status $status" ;;
	esac
	unchanged
}
try() {
	t "$@"
	before=$(attempts) good=$(successes)
}

# -- limits of the login program

# In some containers root may not raise a limit.
raise=no
prlimit --nofile=64 -- prlimit --nofile=128 -- true 2>/dev/null && raise=yes
for limit in fsize=0 fsize=1 fsize=1000 cpu=20 data=8000000 stack=262144 \
    nproc=0 nproc=1 nofile=20 core=0 memlock=0 sigpending=0 rss=0; do
	try "limit_$limit"
	login prlimit --$limit --
	clean
	case $limit,$raise in
	fsize=[01],no) refused_unrecorded ;;
	fsize=*,yes | cpu=*,* | nofile=*,* | core=*,* | memlock=*,* | rss=*,*)
		let_in
		;;
	esac
	try "soft_limit_$limit"
	login prlimit --$limit: --
	[[ $limit == @(data|nproc|stack)* ]] || let_in
	clean
done

# The same where root may not raise them.
for limit in fsize=0 fsize=1 nofile=6 nofile=12 as=40000000; do
	try "hard_limit_$limit"
	login setpriv --bounding-set=-sys_resource prlimit --$limit --
	clean
	[[ $limit != fsize=[01] ]] || refused_unrecorded
done

# Below 4 no program is loaded, and with 4 no module; each number is another
# call that fails.
for n in 5 6 7 8 9 10 11 12 14 16; do
	try "limit_nofile_$n"
	login prlimit --nofile=$n --
	clean
done
let_in

# From what the program needs by itself upwards.
try limit_of_memory
needs=0
for ((mb = 4; mb < 200 && needs == 0; mb++)); do
	! prlimit --as=$((mb << 20)) -- "${drive[@]}" --service other \
	    >"$dir/out" 2>&1
	grep -q 'auth = 7' "$dir/out" && needs=$mb
done
((needs > 0)) || wrong "the program never runs"
for more in 0 100 200 400 700 1000 2000 4000; do
	good=$(successes)
	login prlimit --as=$(((needs << 20) + (more << 10))) --
	clean
done

try standard_descriptors_closed
run timeout -k 1 60 bash -c '"$@" <&- >&- 2>&-' sh "${drive[@]}" \
    --service kiosk
ended 0
(($(attempts) == before + 1)) || wrong "not one record"
! grep -q '^prompt' "$SITE_LOG" || wrong "output in the record"

# -- a disk that is full, and one that is read-only

try full_disk
mount -t tmpfs -o size=36k,mode=700 tmpfs "$SITE/log"
only_auth() {
	run timeout -k 1 60 "${drive[@]}" --service kiosk --steps auth
}
only_auth
ended 0
for ((i = 0; i < 40; i++)); do
	before=$(attempts)
	only_auth
	((status == 0)) || break
done
((i > 5)) || wrong "full after $i logins"
refused_unrecorded
shows "The login cannot be recorded"
run site_desk audit verify
ended 0

try room_again
mount -o remount,size=64k "$SITE/log"
only_auth
let_in
run site_desk audit verify
ended 0
umount "$SITE/log"

try read_only_record
mount --bind "$SITE/log" "$SITE/log"
mount -o remount,bind,ro "$SITE/log"
login
refused_unrecorded
umount "$SITE/log"

try read_only_store
mount --bind "$SITE/lib" "$SITE/lib"
mount -o remount,bind,ro "$SITE/lib"
login
let_in
umount "$SITE/lib"

# -- the enrolment store

db=$SITE/lib/sekisho.db
cp -a "$db" "$dir/db"
restore() {
	rm -rf "$db" "$db"-*
	cp -a "$dir/db" "$db"
}
store_case() {
	try "store_$1"
	rm -f "$db"
	"${@:2}"
	login
	refused store
	has "$unavailable"
	within 20000
	restore
}
store_case missing true
store_case symlink ln -s "$dir/db" "$db"
store_case hard_link ln "$dir/db" "$db"
store_case fifo mkfifo -m 600 "$db"
store_case folder mkdir -m 700 "$db"
store_case device mknod -m 600 "$db" c 1 5
store_case empty install -m 600 /dev/null "$db"
spoil() {
	cp -a "$dir/db" "$db"
	"$@" "$db"
}
store_case other_owner spoil chown nobody
store_case open_to_others spoil chmod 0666
store_case readable_by_others spoil chmod 0644
store_case truncated spoil truncate -s 5000
store_case one_byte spoil truncate -s 1
noise() {
	head -c 20000 /dev/urandom >"$1"
}
store_case noise spoil noise
foreign() {
	rm "$1"
	sqlite3 "$1" 'create table t (x);'
	chmod 600 "$1"
}
store_case of_another_program spoil foreign

try store_folder_of_others
chmod 0777 "$SITE/lib"
login
ended 1
unchanged
has "$unavailable"
chmod 0700 "$SITE/lib"

try store_locked_by_another_process
coproc LOCK { exec sqlite3 "$db" 2>&1; }
# shellcheck disable=SC2153
lock_pid=$LOCK_PID
printf '%s\n' 'begin exclusive;' "select 'locked';" >&"${LOCK[1]}"
read -r -t 20 answer <&"${LOCK[0]}"
[[ $answer == locked ]] || wrong "no lock: $answer"
login
refused store 'another program is writing to it'
within 30000
kill "$lock_pid"
wait "$lock_pid" 2>/dev/null

try store_put_right_again
login
let_in

# -- the record

record_case() {
	try "record_$1"
	mv "$SITE_LOG" "$dir/audit"
	# the attempts are counted there
	"${@:2}"
	login
	ended 1
	unchanged
	has "$unavailable"
	cmp -s "$dir/audit" "$dir/audit.before" || wrong "it was written to"
	[[ $1 == symlink_to_nothing && -e $dir/nothing ]] &&
	    wrong "made through a link"
	rm -rf "$SITE_LOG"
	mv "$dir/audit" "$SITE_LOG"
	chmod 0640 "$SITE_LOG"
	chown 0 "$SITE_LOG"
}
cp -a "$SITE_LOG" "$dir/audit.before"
record_case symlink ln -s "$dir/audit" "$SITE_LOG"
record_case symlink_to_nothing ln -s "$dir/nothing" "$SITE_LOG"
record_case hard_link ln "$dir/audit" "$SITE_LOG"
record_case fifo mkfifo -m 640 "$SITE_LOG"
record_case folder mkdir "$SITE_LOG"
record_case device mknod -m 640 "$SITE_LOG" c 1 7
copy_and() {
	cp -a "$dir/audit" "$SITE_LOG"
	"$@" "$SITE_LOG"
}
record_case of_others copy_and chmod 0666
record_case other_owner copy_and chown nobody

try record_folder_of_others
chmod 0777 "$SITE/log"
login
refused_unrecorded
chmod 0700 "$SITE/log"

try record_folder_is_a_link
mv "$SITE/log" "$dir/log.away"
ln -s "$dir/log.away" "$SITE/log"
login
ended 1
unchanged
has "$unavailable"
rm "$SITE/log"
mv "$dir/log.away" "$SITE/log"
(($(attempts) == before)) || wrong "recorded through a link"

try record_locked_by_another_process
exec {lock}<"$(find "$SITE/log" -name '*lock*')"
flock -x $lock
login
refused_unrecorded
within 30000
exec {lock}<&-

# -- the configuration, trust anchors, helpers

conf_case() {
	try "configuration_$1"
	"${@:2}"
	login
	refused_unrecorded
	rm -rf "$SITE_CONF"
	conf
}
conf_case missing rm "$SITE_CONF"
conf_case of_others chmod 0666 "$SITE_CONF"
conf_case of_a_group chmod 0664 "$SITE_CONF"
conf_case other_owner chown nobody "$SITE_CONF"
conf_case empty truncate -s 0 "$SITE_CONF"
conf_case unknown_word sed -i 's/^stale/stall/' "$SITE_CONF"
conf_case noise noise "$SITE_CONF"
as_link() {
	cp "$SITE_CONF" "$dir/elsewhere"
	ln -sf "$dir/elsewhere" "$SITE_CONF"
}
conf_case link as_link
as_fifo() {
	rm "$SITE_CONF"
	mkfifo -m 644 "$SITE_CONF"
}
conf_case fifo as_fifo
as_folder() {
	rm "$SITE_CONF"
	mkdir "$SITE_CONF"
}
conf_case folder as_folder

try configuration_folder_of_others
chmod 0777 "$SITE/etc"
login
refused_unrecorded
chmod 0755 "$SITE/etc"

try no_trust_anchors
mkdir "$SITE/etc/none"
conf "s|^trust-anchors = .*|trust-anchors = $SITE/etc/none|"
login
refused trust

try trust_anchor_of_noise
noise "$SITE/etc/none/ca.crt"
login
refused trust

try helper_user_missing
conf 's/^user = .*/user = nosuchuser/'
login
refused config 'nosuchuser does not exist'

try helper_user_is_root
conf 's/^user = .*/user = root/'
login
refused config 'must not be root'
conf

for helper in sekisho-pkcs11 sekisho-password; do
	for how in rm 'chmod 0644' 'truncate -s 100'; do
		try "helper_${helper#*-}_${how%% *}"
		# shellcheck disable=SC2086
		$how "$SITE/libexec/$helper"
		ward
		if [[ $helper == *password ]]; then
			refused password-unavailable 'could not be started'
		else
			refused helper-crashed 'could not be started'
		fi
		install -m 755 "$BUILD/$helper" "$SITE/libexec/"
	done
done

try helpers_out_of_reach
chmod 0700 "$SITE/libexec"
login
refused helper-crashed 'could not be started'
chmod 0755 "$SITE/libexec"

try module_missing
conf "s|^module = .*|module = $SITE/none.so|"
login
ended 1
unchanged
has "$unavailable"
conf

# -- the gate

gate=$SITE/libexec/sekisho-gate
gate_case() {
	try "gate_$1"
	"${@:2}"
	login
	refused_unrecorded
	rm -rf "$gate"
	install -m 755 "$BUILD/sekisho-gate" "$gate"
}
gate_case missing rm "$gate"
gate_case not_executable chmod 0644 "$gate"
gate_case cut_off truncate -s 100 "$gate"
gate_case empty truncate -s 0 "$gate"
gate_case of_others chmod 0777 "$gate"
gate_case other_owner chown nobody "$gate"
gate_case that_says_nothing cp /bin/true "$gate"
gate_case that_speaks_nonsense cp /bin/ls "$gate"
a_folder() {
	rm "$gate"
	mkdir "$gate"
}
gate_case folder a_folder

# -- many at once

try twenty_at_once
for ((i = 0; i < 20; i++)); do
	# SoftHSM's own store fails now and then when logins share it
	cp -a "$SITE/tokens" "$SITE/tokens.$i"
	sed "s|$SITE/tokens|&.$i|" "$SOFTHSM2_CONF" >"$SITE/etc/s$i"
	sed -e "s|softhsm2.conf|s$i|" -e 's/^login-seconds.*/login-seconds = 60/' \
	    -e 's/^token-seconds.*/token-seconds = 30/' \
	    "$SITE_CONF" >"$SITE/etc/c$i"
	chmod 644 "$SITE/etc/s$i" "$SITE/etc/c$i"
	sed "s|conf=$SITE_CONF|conf=$SITE/etc/c$i|" "$SITE/pam.d/ward" \
	    >"$SITE/pam.d/many$i"
	sed -i "s/^\[service kiosk\]/[service many$i]/" "$SITE/etc/c$i"
done
from=$(entries "$SITE_LOG")
pids=()
for ((i = 0; i < 20; i++)); do
	timeout -k 1 90 "${drive[@]}" --service many$i >"$dir/many.$i" 2>&1 &
	pids+=($!)
done
for i in "${!pids[@]}"; do
	wait "${pids[i]}" || wrong "login $i: $? $(cat "$dir/many.$i")"
done
# attempt, login and logout of each
(($(entries "$SITE_LOG") == from + 60)) || wrong "not 60 records"
(($(successes) == good + 20)) || wrong "not 20 successes"
seqs=$(sed -n 's/.*"seq":\([0-9]*\).*/\1/p' "$SITE_LOG")
[[ $seqs == "$(seq 1 "$(wc -l <"$SITE_LOG")")" ]] || wrong "a gap in seq"

t the_record_verifies
run site_desk audit verify
ended 0
finish

t nothing_is_left_running
sleep 0.2
! pgrep '^sekisho-' >/dev/null || wrong "$(pgrep -a sekisho-)"
finish
