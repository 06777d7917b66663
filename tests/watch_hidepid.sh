#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sekisho-watch where /proc shows nobody else's processes (hidepid=2), with the
# one capability that its unit leaves it: a session that it cannot see is not
# taken for one that has ended, and one that has ended is noticed all the same.
# shellcheck source=tests/watch_site.sh
. "$(dirname "$0")/watch_site.sh"

as_the_unit=(setpriv --bounding-set '-all,+chown' --inh-caps '-all'
    --no-new-privs)
watch_start() {
	"${as_the_unit[@]}" "$SITE/libexec/sekisho-watch" --conf "$SITE_CONF" \
	    </dev/null 2>>"$dir/watch.log" &
	watch=$!
}

t proc_is_closed
watch_stop
# with a group of its own, or that of root would see all
mount -o remount,hidepid=2,gid=65534 /proc || wrong "no hidepid"
watch_start
come ward taro c1
! "${as_the_unit[@]}" test -e "/proc/$login/stat" || wrong "it is seen"
never test -e "$sessions/$id"
sleep 1.2
[[ -e $sessions/$id ]] || wrong "taken for ended"

t removal_locks
from=$(date +%s%N)
card_cmd remove
quick "$from" is_locked c1 1
recorded '"event":"lock"' "\"session\":\"$id\"" '"cause":"removal"'

t a_program_that_has_ended_is_noticed
card_insert
pid=$(sed -n 's/^pid //p' "$sessions/$id")
[[ -n $pid ]] || wrong "no pid: $(cat "$sessions/$id")"
kill -KILL "$pid"
wait "$login" 2>/dev/null
soon test ! -e "$sessions/$id" || wrong "the file is still there"

over
