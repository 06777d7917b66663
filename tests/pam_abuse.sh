#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# PAM applications that abuse the module, and those that are not root: broken
# conversations, phases out of order, threads, forks, leaks, the socket.

# shellcheck source=tests/pam/lib.sh
. "$(dirname "$0")/pam/lib.sh"
short=$dir/bin/pam_sekisho_short.so
unavail="auth = 9 Authentication service cannot retrieve authentication info"
listeners=()
cleanup() {
	local pid
	for pid in "${listeners[@]}"; do
		kill -CONT "$pid" 2>/dev/null
		kill "$pid" 2>/dev/null
	done
	wait
}
trap 'cleanup; finish; rm -rf "$dir"; exit $((failed > 0))' EXIT

# -- conversations

# An answer that is none is told to the gate as such, and the gate decides.
all_ours t
while read -r manner shown; do
	t "conv_$manner"
	gate <<-END
		tell info Hello
		ask secret PIN:
		verdict 4 501 7 - - -
	END
	drive --user alice --conv "$manner" --check --steps auth
	has "auth = 19 Conversation error" "state: unchanged" \
	    "log: login refused: cancelled, record 7"
	saw "reply=$shown"
done <<-END
	null (cancelled)
	err (cancelled)
	none (cancelled)
	nullresp (cancelled)
	empty (cancelled)
	huge (cancelled)
	left (cancelled)
END

while read -r manner; do
	t "conv_$manner"
	gate <<-END
		tell error Hello
		ask secret PIN:
		verdict 1 1 7 alice yamada $SESSION
	END
	drive --user alice --conv "$manner" --check --steps auth
	has "auth = 0 Success" "state: unchanged"
	saw reply=123456
done <<-END
	extra
	errtell
END

# answer N: a PIN of so many bytes.
answer() {
	gate <<-END
		ask secret Code:
		verdict 1 1 7 alice yamada $SESSION
	END
	drive --user alice --answer "Code=$(printf "%0$1d" 5)" --steps auth
}
t answer_of_511_bytes_is_whole
answer 511
saw "reply=$(printf %0511d 5)"
t answer_of_512_bytes_is_none
answer 512
saw "reply=(cancelled)"

# -- phases out of order

t authenticated_twice
gate <<-END
	on auth
	ask secret PIN:
	verdict 1 1 7 alice yamada $SESSION
END
drive --user alice --answer 'PIN*=1' --check --steps auth,auth,acct,cred
has "acct = 0 Success" "cred = 0 Success" "state: unchanged"

t session_closed_before_opened
gate <<-END
	on auth
	verdict 1 1 7 alice yamada 11111111-89ab-cdef-0123-456789abcdef
	on close
	verdict 1 1 9 - - $SESSION
	on open
	verdict 1 1 8 - - -
END
drive --user alice --check --steps close,open,close,auth,acct,open
ended 0
has "state: unchanged"

t forked_after_authentication
good_gate
drive --user alice --steps auth,fork,acct,cred,open,close
has "acct = 0 Success" "close = 0 Success" "child = 0"
ended 0

t tty_and_rhost_unset
good_gate
drive --user alice
ended 0

# -- many times, many threads

t no_leaks
good_gate
drive --user alice --quiet --check --repeat 100
ended 0
has "state: unchanged" "signals: 0 SIGCHLD, 0 SIGPIPE"
heap=$(sed -n 's/^heap: \(-*[0-9]*\) .*/\1/p' "$dir/out")
rss=$(sed -n 's/^rss: \(-*[0-9]*\) .*/\1/p' "$dir/out")
((heap < 200)) || wrong "heap grows by $heap bytes a login"
# (the address sanitizer keeps what was freed)
[[ -n ${SANITIZED-} ]] || ((rss < 1024)) || wrong "the process grew by $rss KiB"

t threads
gate <<-END
	on auth
	ask secret PIN:
	verdict 1 1 7 @ yamada $SESSION
	on open
	verdict 1 1 8 - - -
	on close
	verdict 1 1 9 - - -
END
timeout 20 "$dir/bin/pamthreads" "$dir/pam.d" t >"$dir/out" 2>&1 ||
    wrong "ended with $?"
has "0 wrong"

# -- not root: through the socket

# listen SOCKET [COMMAND...]: a gate on a socket, run by COMMAND.
listen() {
	local socket=$1
	shift
	"$@" "$dir/bin/fakegate" --listen "$socket" --conf "$dir/conf" \
	    >"$dir/listen.${#listeners[@]}" 2>&1 &
	for _ in {1..200}; do
		[[ -s $dir/listen.${#listeners[@]} ]] && break
		sleep 0.01
	done
	listeners+=($!)
}
mkdir "$dir/run" "$dir/open"
chmod 1777 "$dir/open"
good_gate
listen "$dir/run/gate.sock"
server=${listeners[0]}
all_ours t "socket=$dir/run/gate.sock"
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

for how in plain no_new_privs; do
	t "socket_$how"
	good_gate
	before=("${nobody[@]}")
	[[ $how == plain ]] || before+=(--no-new-privs)
	drive --user nobody --steps auth
	has "$unavail" # the gate let alice in, not nobody
	drive --user alice --check
	has "auth = 0 Success" "acct = 0 Success" "cred = 0 Success" \
	    "open = 0 Success" "close = 0 Success" "state: unchanged"
	saw phase=auth "uids=0 0 0"
done

t socket_many_times
drive --user alice --quiet --check --repeat 50
ended 0
has "state: unchanged" "signals: 0 SIGCHLD, 0 SIGPIPE"

t socket_gate_crashes
gate <<<crash
drive --user alice --check --steps auth
has "$unavail" "log: gate: ended without a verdict" "state: unchanged"

t socket_malformed
gate <<<"frame 5 0"
drive --user alice --check --steps auth
has "$unavail" "state: unchanged"

t root_does_not_use_the_socket
before=()
good_gate
drive --user alice --steps auth
has "$unavail"
no_gate

before=("${nobody[@]}")
: >"$dir/run/file"
ln -s gate.sock "$dir/run/link"
listen "$dir/open/nobodys" "${nobody[@]}"
listen "$dir/open/given" "${nobody[@]}"
chown 0 "$dir/open/given"
while IFS=';' read -r case socket message; do
	t "socket_$case"
	good_gate
	all_ours t "socket=$socket"
	drive --user alice --check --steps auth
	has "$unavail" "log: gate: $socket: $message" "state: unchanged"
	no_gate
done <<-END
	missing;$dir/run/none;No such file or directory
	that_is_a_file;$dir/run/file;is not a socket of root
	that_is_a_link;$dir/run/link;is not a socket of root
	of_another_user;$dir/open/nobodys;is not a socket of root
	served_by_another_user;$dir/open/given;is not served by root
END

t socket_of_a_dead_service
good_gate
listen "$dir/run/dead"
kill "${listeners[-1]}"
wait "${listeners[-1]}" 2>/dev/null
all_ours t "socket=$dir/run/dead"
drive --user alice --check --steps auth
has "$unavail" "log: gate: $dir/run/dead: Connection refused" \
    "state: unchanged"

# the queue of the stopped service holds nine; the others cannot connect
t socket_of_a_service_that_sleeps
service t <<<"auth required $short socket=$dir/run/gate.sock"
kill -STOP "$server"
started=$(date +%s%N)
for i in {1..14}; do
	timeout 10 "${nobody[@]}" "$dir/bin/pamdrive" --log --confdir \
	    "$dir/pam.d" --service t --user alice --steps auth \
	    >"$dir/out.$i" 2>&1 &
	sleepers[i]=$!
done
wait "${sleepers[@]}"
kill -CONT "$server"
cat "$dir"/out.* >"$dir/out"
within 4000
[[ $(grep -cxF "$unavail" "$dir/out") == 14 ]] || wrong "not all were refused"
shows "log: gate: deadline passed" "Resource temporarily unavailable"
