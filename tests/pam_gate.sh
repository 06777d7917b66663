#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A gate that misbehaves, at each state of the conversation: the login is
# refused, the login program is as it was, and nothing waits for ever.

# shellcheck source=tests/pam/lib.sh
. "$(dirname "$0")/pam/lib.sh"
# A process that a gate has left is ended with the case.
end_child() {
	local pid
	pid=$(sed -n 's/^child=//p' "$dir/dump")
	[[ -n $pid ]] && kill "$pid"
}

short=$dir/bin/pam_sekisho_short.so
all_ours t
unavail="auth = 9 Authentication service cannot retrieve authentication info"

# refused [MESSAGE]: one authentication, whose host is left in peace.
refused() {
	drive --user alice --check --steps auth
	has "$unavail" "state: unchanged" "signals: 0 SIGCHLD, 0 SIGPIPE"
	[[ -z ${1-} ]] || has "log: gate: $1"
	lacks "env SEKISHO"
	ended 1
}

malformed="malformed or unexpected message"
yes=0100010000000000000007
alice=$(text alice) yamada=$(text yamada) session=$(text "$SESSION")

# -- frames that are not allowed, at each state in which the gate may speak

while read -r state first; do
	while read -r case line; do
		t "${case}_$state"
		{
			[[ $first == - ]] || echo "$first"
			echo "$line"
			# what would let alice in, were it still believed
			echo "verdict 1 1 7 alice yamada $SESSION"
		} | gate
		refused "$malformed"
	done <<-END
		type_0 frame 0 0
		type_begin frame 1 40
		type_reply frame 3 5
		type_unknown frame 6 4
		type_255 frame 255 0
		verdict_empty frame 5 0
		verdict_zeros frame 5 10
		verdict_too_long frame 5 2049
		ask_too_long frame 2 2113
		length_2_gib raw 8000000005
		length_4_gib raw ffffffff05
		verdict_of_unknown_class $(body 5 06 "${yes:2}" "$alice" "$yamada" "$session")
		verdict_with_tail $(body 5 $yes "$alice" "$yamada" "$session" 00)
		verdict_cut $(body 5 $yes "$alice" "$yamada" "${session%??}")
		verdict_with_nul $(body 5 $yes 00000006 "$(hex alice)" 00 "$yamada" "$session")
		verdict_inner_length $(body 5 $yes 7fffffff "$(hex alice)" "$yamada" "$session")
		verdict_inner_length_short $(body 5 $yes 00000004 "$(hex alice)" "$yamada" "$session")
		verdict_of_long_account $(body 5 $yes "$(text "$(printf %0300d 1)")" "$yamada" "$session")
		ask_with_nul $(body 2 01 0001 00000000 00000002 4100)
		ask_with_tail $(body 2 01 0001 00000000 00000001 4100)
		ask_of_style_0 $(body 2 00 0001 00000000 00000001 41)
		ask_of_style_5 $(body 2 05 0001 00000000 00000001 41)
		ask_that_tells ask-only info Hello
		tell_that_asks tell secret PIN:
		tell_of_style_9 $(body 4 09 0001 00000000 00000001 41)
	END
done <<-END
	first -
	after_tell tell info Hello
	after_reply ask secret PIN:
END

# the frames above are refused for what is wrong in them
t a_verdict_written_by_hand
gate <<<"$(body 5 $yes "$alice" "$yamada" "$session")"
drive --user alice --steps auth
has "auth = 0 Success"

# -- half a frame and an end

while read -r case line; do
	t "half_${case}_closed"
	printf '%s\nclose\n' "$line" | gate
	refused "$malformed"
done <<-END
	header raw 000000
	length raw 00000050
	body raw 0000005005$yes$alice
END

t half_frame_and_silence
service t <<<"auth required $short $opts"
printf '%s\n' "raw 0000005005$yes" hang | gate
started=$(date +%s%N)
refused "deadline passed"
within 3000

# -- the gate ends

all_ours t
gone="ended without a verdict"
while IFS=';' read -r case lines; do
	t "gate_$case"
	tr ',' '\n' <<<"$lines" | gate
	refused "$gone"
done <<-END
	crashes_at_once;on start,crash
	ends_at_once;on start,exit 0
	closes_at_once;on start,close
	ends_after_begin;exit 0
	ends_with_an_error;exit 1
	crashes_after_begin;crash
	closes_after_begin;close
	crashes_after_tell;tell info Hello,crash
	crashes_while_asked;ask-only secret PIN:,crash
	ends_while_asked;ask-only secret PIN:,exit 0
	crashes_after_reply;ask secret PIN:,crash
	ends_after_reply;ask secret PIN:,exit 0
END

t gate_ends_while_the_person_thinks
gate <<-END
	ask-only secret PIN:
	exit 0
END
drive --user alice --delay 200 --check --steps auth
has "$unavail" "log: gate: $gone" "state: unchanged" \
    "signals: 0 SIGCHLD, 0 SIGPIPE"

t gate_judges_while_the_person_thinks
gate <<-END
	ask-only secret PIN:
	verdict 0 500 7 - - -
END
drive --user alice --delay 200 --check --steps auth
has "auth = 7 Authentication failure" "log: login refused: timeout, record 7" \
    "state: unchanged" "signals: 0 SIGCHLD, 0 SIGPIPE"

# -- the gate does not end: the backstop is 0.7 s here, 660 s in the product

service t <<<"auth required $short $opts"
while IFS=';' read -r case lines limit log; do
	t "gate_$case"
	tr ',' '\n' <<<"$lines" | gate
	started=$(date +%s%N)
	refused "$log"
	within "$limit"
	! grep -q '^child=' "$dir/dump" 2>/dev/null || end_child
done <<-END
	hangs;hang;2500;deadline passed
	hangs_after_reply;ask secret PIN:,hang;2500;deadline passed
	is_stubborn;stubborn;4500;did not end, killed
	leaves_a_child;leave-child,exit 0;2500;deadline passed
END

t hung_gate_hears_the_end
gate <<<hang
drive --user alice --steps auth
saw hang=over

t stubborn_after_a_verdict
gate <<-END
	verdict 1 1 7 alice yamada $SESSION
	stubborn
END
started=$(date +%s%N)
drive --user alice --check --steps auth
has "auth = 0 Success" "state: unchanged" "signals: 0 SIGCHLD, 0 SIGPIPE"
lacks "log: gate"
within 1000
pkill -KILL -f "sekisho-gate --conf $dir/conf" || wrong "it was not stubborn"

t child_after_a_verdict
gate <<-END
	leave-child
	verdict 1 1 7 alice yamada $SESSION
END
started=$(date +%s%N)
drive --user alice --check --steps auth
has "auth = 0 Success" "state: unchanged"
within 1000
end_child

all_ours t
t flood_of_messages
gate <<-END
	flood 1500
	verdict 1 1 7 alice yamada $SESSION
END
drive --user alice --quiet --check --steps auth
has "log: gate: over a limit" "state: unchanged"
ended 1

t many_messages_are_fine
gate <<-END
	flood 1000
	verdict 1 1 7 alice yamada $SESSION
END
drive --user alice --quiet --steps auth
ended 0

# -- the login program ends

t login_program_killed_while_asking
gate <<-END
	ask secret PIN:
	verdict 1 1 7 alice yamada $SESSION
END
"$dir/bin/pamdrive" --confdir "$dir/pam.d" --service t --user alice \
    --answer PIN=1 --delay 5000 --steps auth >"$dir/out" 2>&1 &
pid=$!
for _ in {1..100}; do
	grep -q prompt "$dir/out" && break
	sleep 0.02
done
kill -KILL $pid
{ wait $pid; } 2>/dev/null
for _ in {1..100}; do
	grep -q ^receive= "$dir/dump" && break
	sleep 0.02
done
saw "receive=the other side is gone"

# -- what the gate gets from its host

t gate_inherits_nothing
good_gate
LD_PRELOAD='' LD_LIBRARY_PATH=/evil OPENSSL_CONF=/evil SOFTHSM2_CONF=/evil \
    TMPDIR=/evil drive --user alice --steps auth 8</dev/null 9</dev/null
has "auth = 0 Success"
# 0, 1, 2 and the script that it reads
saw environment=0 descriptors=4 "uids=0 0 0"

t gate_of_a_host_without_descriptors
good_gate
( exec 0<&- 2>&-; "$dir/bin/pamdrive" --confdir "$dir/pam.d" --service t \
    --user alice --answer PIN=1 --steps auth >"$dir/out" )
has "auth = 0 Success"
saw descriptors=4

t gate_of_sudo_is_all_root
good_gate
before=(setpriv --ruid 65534 --euid 0 --rgid 65534 --egid 65534
    --clear-groups)
drive --user alice --steps auth
before=()
has "auth = 0 Success"
saw "uids=0 0 0"

t gate_is_out_of_reach_of_the_terminal
good_gate
drive --user alice --steps auth
mine=$(ps -o sid= -p $$)
! grep -qx "terminal_session=${mine// }" "$dir/dump" || wrong "same session"
grep -q "^terminal_session=[1-9]" "$dir/dump" || wrong "no session"

# limited ULIMIT-OPTION...: a host that was started under these limits.
limited() {
	( ulimit "$@"; exec "$dir/bin/pamdrive" --confdir "$dir/pam.d" \
	    --service t --user alice --answer PIN=1 --steps auth ) 2>&1 |
	    cat >"$dir/out"
}

t soft_limits_of_the_user_do_not_reach_the_gate
good_gate
limited -S -f 0 -n 16
has "auth = 0 Success"
saw phase=auth reply=1

t hard_limits_of_the_user_do_not_reach_the_gate
good_gate
limited -f 0
if ( ulimit -f 0; prlimit --pid $BASHPID --fsize=unlimited ) 2>/dev/null; then
	has "auth = 0 Success"
	saw phase=auth reply=1
else # this root may not raise limits: the gate cannot write
	has "$unavail"
fi
