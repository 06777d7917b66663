#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# One user against the socket of the lockers: connections as fast as they go,
# half a request, silence, nobody who reads.  Another user's unlock and root's
# login go on meanwhile, what the user can keep is bounded, and it is on
# record once a minute.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
site_enter "$0" "$@"

site_script abuse
# shellcheck source=tests/hosts/lockers.sh
. "$(dirname "$0")/lockers.sh"

OTHERS_MS=15000 # for another's unlock on a busy machine, with two factors
GATES=64        # MaxConnections of the unit: the eight, and who is on the way out

t site
# as Backlog= of the unit; of this network namespace
echo 64 >/proc/sys/net/core/somaxconn || wrong "no shorter queue"
locker_site xsecurelock || { wrong "no site"; finish; exit 1; }
cat >"$dir/flood.py" <<'END'
"""flood.py SOCKET FILE silent|half|deaf|many: as long as FILE is there"""
import os, socket, struct, sys, time
path, going, how = sys.argv[1:]
end = time.monotonic() + 120
kept, n = [], 0
while os.path.exists(going):
    if time.monotonic() > end:
        sys.exit("nobody ended it")
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(1)
    try:
        s.connect(path)
        if how == "half":
            s.send(struct.pack(">IB", 300, 1) + b"\0" * 20)
        if how == "deaf":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            s.send(struct.pack(">IB", 5, 1) + b"\0" * 5)
        n += 1
    except OSError:
        pass
    if how == "many":
        s.close()
    else:
        kept.append(s)
        if len(kept) > 400:
            kept.pop(0).close()
print("connections", n)
END
gates() {
	pgrep -c '^sekisho-gate'
}
card taro "s/\(peer-per-minute\) = 600/\1 = 20/"
finish

for how in silent half deaf many; do
	t "flood_$how"
	before=$(entries "$SITE_LOG")
	: >"$dir/going"
	as hanako python3 "$dir/flood.py" "$SITE/gate.sock" "$dir/going" $how \
	    >"$dir/flood" 2>&1 &
	flood=$!
	sleep 1
	most=$(gates)
	run as taro "$SITE/libexec/pamdrive" --service xsecurelock \
	    --user taro --steps auth,acct --answer PIN=$SITE_PIN \
	    --answer Password=himitsu-1
	ended 0
	within $OTHERS_MS
	others=$((($(date +%s%N) - started) / 1000000))
	now=$(gates)
	((most > now)) || most=$now
	run site_drive --service ward --user taro --steps auth,acct \
	    --answer PIN=$SITE_PIN --answer Password=himitsu-1
	ended 0
	within $OTHERS_MS
	roots=$((($(date +%s%N) - started) / 1000000))
	rm "$dir/going"
	wait $flood || wrong "the flood failed: $(<"$dir/flood")"
	until_so alone || wrong "left: $(pgrep -l '^sekisho-')"
	((most <= GATES)) || wrong "$most gates"
	# two logins, and of the flood its first of two minutes in each way
	# of being refused, and twenty requests that were malformed
	grown=$(($(entries "$SITE_LOG") - before))
	((grown <= 2 + 4 + 2 * 20)) || wrong "$grown records"
	echo "# $how: $(<"$dir/flood"), at most $most gates, $grown records," \
	    "another's unlock $others ms, root's login $roots ms"
done

t it_is_on_record
grep -F '"reason":"throttled"' "$SITE_LOG" |
    grep -qF "\"peer_uid\":${uid[hanako]}," || wrong "no flood is recorded"
! grep -F '"reason":"throttled"' "$SITE_LOG" |
    grep -qF "\"peer_uid\":${uid[taro]}," || wrong "taro is throttled"

t its_own_user_gets_in_afterwards
card hanako # and 600 a minute
sleep 0.5
run as hanako "$SITE/libexec/pamdrive" --service xsecurelock --user hanako \
    --steps auth,acct --answer PIN=$SITE_PIN --answer Password=himitsu-1
ended 0

t the_units_bound_it
run grep -E '^(Backlog|MaxConnections|TriggerLimitIntervalSec)=' \
    packaging/sekisho-gate.socket
has Backlog=64 MaxConnections=64 TriggerLimitIntervalSec=0

t the_record_verifies
run site_desk audit verify
ended 0
finish
