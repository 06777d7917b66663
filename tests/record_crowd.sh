#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Whole logins and their records when it is crowded, when gates are killed,
# when the disk is full or read-only: nobody gets in without a record, no
# record of one who did is lost, and the log checks in the end, by our own
# program and by the one that was written from the manual.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-crowd.XXXXXX") || exit 1
chmod 755 "$dir" # the helpers run as nobody
trap 'site_end; cd /; rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
site_user taro himitsu-1
site_person taro '山田 太郎' taro || wrong "no person"
site_cert taro "/C=JP/O=Sakura Hospital/CN=taro" key=ec:P-256
site_token taro taro || wrong "no token"
site_enrol taro taro || wrong "not enrolled"
cp "$SITE/pam.d/ward" "$SITE/pam.d/sshd"
ssh-keygen -q -N '' -t ed25519 -f "$dir/key" </dev/null || wrong "no key"
site_desk enrol taro --ssh-key "$dir/key.pub" --software --yes >/dev/null ||
    wrong "key not enrolled"
# all of them share two processors
site_conf '$a [service sshd]\npairs = ssh-key+password' \
    '$a [ssh]\nsoftware-keys = yes' \
    's/^login-seconds = .*/login-seconds = 120/' \
    's/^\(type\|token\)-seconds = .*/\1-seconds = 60/' \
    's/^fail-delay-ms = .*/fail-delay-ms = 100/'
finish

# attempt N PASSWORD [OPTION]...: one login; its end in $dir/n/N
attempt() {
	"$BUILD/tests/pamdrive" --service ward --user taro --tty "pts/$1" \
	    --answer PIN=$SITE_PIN --answer Password="$2" --steps auth \
	    "${@:3}" >"$dir/n/$1" 2>&1
}
attempts() { # FROM TO PASSWORD [OPTION]...
	local i
	for ((i = $1; i <= $2; i++)); do
		attempt "$i" "${@:3}" &
	done
}
# What sshd says of the key.  Two hundred at once have one: SoftHSM writes its
# token's file anew at each login, and fails for who reads it meanwhile.
by_key=(--service sshd --rhost 192.0.2.7
    --env-ssh "publickey $(cut -d' ' -f1,2 "$dir/key.pub")")
begin() {
	rm -rf "$dir/n"
	mkdir "$dir/n"
	before=$(wc -l <"$SITE_LOG")
}
# Both ends of it: who was let in has one that says so, at the
# number that was handed out, and nobody else has.
joined() {
	python3 - "$SITE_LOG" "$dir/n" <<-'END' >"$dir/out" 2>&1 || wrong joined
		import json, os, re, sys
		recs = {r["seq"]: r for r in map(json.loads, open(sys.argv[1]))}
		seen = set()
		for name in os.listdir(sys.argv[2]):
		    text = open(os.path.join(sys.argv[2], name)).read()
		    if "auth = 0 " not in text:
		        continue
		    seq = int(re.search(r"env SEKISHO_RECORD=(\d+)", text)[1])
		    r = recs[seq]
		    assert r["event"] == "auth" and r["result"] == 0, r
		    assert r["where"]["tty"] == "pts/" + name, r
		    assert seq not in seen
		    seen.add(seq)
		print(len(seen), "let in")
	END
}
checks() {
	run site_desk audit verify
	ended 0
	run examples/verify-record.py --key "$SITE/log/log.vkeys" \
	    --checkpoint "$SITE/log/checkpoint" "$SITE_LOG"
	ended 0
	shows 'good: records 1 to'
}
let_in() {
	grep -l '^auth = 0 ' "$dir"/n/* 2>/dev/null | wc -l
}

t two_hundred_at_once
begin
attempts 1 160 himitsu-1 "${by_key[@]}"
attempts 161 200 wrong "${by_key[@]}"
wait
(($(let_in) == 160)) || wrong "$(let_in) of 160 were let in"
others=$(tail -n +$((before + 1)) "$SITE_LOG" | grep '"event":"auth"' |
    grep -v '"result":0' | grep -o '"reason":"[a-z-]*"' | sort -u |
    grep -vxF '"reason":"wrong-password"')
[[ -z $others ]] || wrong "refused: $others"
(($(tail -n +$((before + 1)) "$SITE_LOG" | grep '"event":"auth"' |
    grep -c '"result":0') == $(let_in))) || wrong "let in and records differ"
(($(tail -n +$((before + 1)) "$SITE_LOG" | grep -c '"event":"auth"') == 200)) ||
    wrong "not 200 records"
joined
checks

t gates_are_killed_at_any_time
begin
attempts 1 60 himitsu-1
killed=0
for ((k = 0; k < 1000 && killed < 30; k++)); do
	mapfile -t gates < <(pgrep -x sekisho-gate)
	if ((${#gates[@]} > 0)) &&
	    kill -9 "${gates[RANDOM % ${#gates[@]}]}" 2>/dev/null; then
		((killed += 1))
	fi
	sleep 0.02
done
wait
(($(let_in) < 60)) || wrong "no gate was killed"
joined
attempt 61 himitsu-1
grep -q '^auth = 0 ' "$dir/n/61" || wrong "the next login: $(cat "$dir/n/61")"
checks

# -- a disk of their own for the record

t a_full_disk_lets_nobody_in
begin
mkdir "$dir/small"
mount -t tmpfs -o size=1m,mode=700 tmpfs "$dir/small" || wrong "no tmpfs"
cp -p "$SITE"/log/[ac]* "$SITE/log/log.vkeys" "$dir/small/" 2>/dev/null
mount --bind "$dir/small" "$SITE/log" || wrong "no mount"
attempt 1 himitsu-1
grep -q '^auth = 0 ' "$dir/n/1" || wrong "not before it was full"
dd if=/dev/zero of="$dir/small/filler" bs=1k 2>/dev/null
# the page at the end of the file still takes what fits in
for ((i = 2; i < 12; i++)); do
	attempt $i himitsu-1
done
grep -q '^auth = 9 ' "$dir/n/11" || wrong "let in: $(cat "$dir/n/11")"
joined
rm "$dir/small/filler"
attempt 12 himitsu-1
grep -q '^auth = 0 ' "$dir/n/12" || wrong "not after there was room"
joined
tail -n 2 "$SITE_LOG" | head -n 1 | grep -q '"event":"log_gap"' ||
    wrong "no log_gap: $(tail -n 2 "$SITE_LOG")"
checks

t a_read_only_disk_lets_nobody_in
begin
mount -o remount,ro,bind "$SITE/log" || wrong "not read-only"
attempt 1 himitsu-1
grep -q '^auth = 9 ' "$dir/n/1" || wrong "let in: $(cat "$dir/n/1")"
mount -o remount,rw,bind "$SITE/log" || wrong "not writable again"
attempt 2 himitsu-1
grep -q '^auth = 0 ' "$dir/n/2" || wrong "not after it was mounted again"
joined
checks
umount "$SITE/log" "$dir/small" || wrong "still mounted"
finish
