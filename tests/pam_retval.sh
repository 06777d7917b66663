#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What each entry point of pam_sekisho.so returns, in the manner of
# Linux-PAM's tst-*-retval: for every class of verdict, before and without
# authentication, and for options that are not understood.

# shellcheck source=tests/pam/lib.sh
. "$(dirname "$0")/pam/lib.sh"
all_ours t

# -- what the module is made of

# (a sanitizer brings libraries and symbols of its own)
if [[ -z ${SANITIZED-} ]]; then
t exports_the_entry_points_only
nm -D --defined-only "$ours" | sed 's/.* //' | sort >"$dir/out"
[[ $(tr '\n' ' ' <"$dir/out") == "pam_sm_acct_mgmt pam_sm_authenticate \
pam_sm_close_session pam_sm_open_session pam_sm_setcred " ]] || wrong exports

t links_libpam_and_libc_only
readelf -d "$ours" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort >"$dir/out"
[[ $(tr '\n' ' ' <"$dir/out") == "libc.so.6 libpam.so.0 " ]] || wrong links

t calls_nothing_that_changes_its_host
nm -D --undefined-only "$ours" | sed 's/.* //; s/@.*//' >"$dir/out"
for symbol in exit abort signal setuid seteuid setreuid getenv system \
    popen realloc dlopen pam_get_user pam_fail_delay; do
	! grep -qx "$symbol" "$dir/out" || wrong "calls $symbol"
done
fi

# -- authentication: the table of classes

while read -r class code text; do
	t "auth_class_$class"
	gate <<-END
		verdict $class 203 7 alice yamada $SESSION
	END
	drive --user alice --steps auth
	has "auth = $code $text"
	((class == 1)) || has "log: login refused: wrong-pin, record 7"
	((class == 1)) || lacks "env SEKISHO"
done <<-END
	0 7 Authentication failure
	1 0 Success
	2 9 Authentication service cannot retrieve authentication info
	3 11 Have exhausted maximum number of retries for service
	4 19 Conversation error
	5 6 Permission denied
END

t auth_class_unknown
gate <<<"verdict 6 1 7 alice yamada $SESSION"
drive --user alice --steps auth
has "auth = 9 Authentication service cannot retrieve authentication info"

unavail="auth = 9 Authentication service cannot retrieve authentication info"
misfit="log: gate: the verdict does not fit the request, record"

# -- a success that is not one

while read -r case words; do
	t "auth_success_$case"
	gate <<<"verdict 1 1 $words"
	drive --user alice --steps auth
	has "$unavail"
	shows "$misfit"
	lacks "env SEKISHO"
done <<-END
	without_record 0 alice yamada $SESSION
	without_account 7 - yamada $SESSION
	for_another_user 7 root yamada $SESSION
	for_a_prefix 7 alic yamada $SESSION
	without_session 7 alice yamada -
	with_short_session 7 alice yamada 0123
	with_odd_session 7 alice yamada 01234567-89ab-cdef-0123-456789abcdeg
	with_odd_person 7 alice ya/mada $SESSION
END

for case in newline blank slash; do
	t "auth_success_with_${case}_in_account"
	case $case in
	newline) account=$'ali\nce' ;;
	blank) account='ali ce' ;;
	slash) account=ali/ce ;;
	esac
	gate <<<"$(body 5 0100010000000000000007 "$(text "$account")" \
	    "$(text yamada)" "$(text "$SESSION")")"
	drive --steps auth
	has "$unavail"
	shows "$misfit"
done

t auth_success_names_no_person
gate <<<"verdict 1 1 7 alice - $SESSION"
drive --user alice --steps auth
has "auth = 0 Success" "env SEKISHO_RECORD=7" "env SEKISHO_SESSION=$SESSION"
lacks "env SEKISHO_PERSON"

# -- what is passed on

t begin_carries_the_items
good_gate
drive --user alice --tty tty1 --rhost 192.0.2.7 --ruser bob --steps auth
saw phase=auth flags=0 record=0 user=alice service=t tty=tty1 \
    rhost=192.0.2.7 ruser=bob lang= session= person= ssh_info_len=0

t begin_without_items
good_gate
drive --steps auth
saw user= tty= rhost= ruser=

t ssh_info_empty_is_not_unset
good_gate
drive --user alice --env-ssh "" --steps auth
saw flags=2 ssh_info_len=0

t ssh_info_is_passed
good_gate
drive --user alice --env-ssh "publickey ssh-ed25519 AAAA" --steps auth
saw flags=2 ssh_info_len=26

t ssh_info_too_long_is_cut_and_said
good_gate
drive --user alice --env-ssh "$(printf '%040000d' 1)" --steps auth
saw flags=3 ssh_info_len=32768

t user_too_long_is_cut_and_said
good_gate
drive --user "$(printf 'a%.0s' {1..300})" --steps auth
saw flags=1 "user=$(printf 'a%.0s' {1..256})"
has "$unavail"

t longest_user_is_whole
user=$(printf 'b%.0s' {1..256})
gate <<<"verdict 1 1 7 $user yamada $SESSION"
drive --user "$user" --steps auth
saw flags=0 "user=$user"
has "auth = 0 Success"

t silent_is_told_and_kept
gate <<-END
	tell info Hello
	verdict 1 1 7 alice yamada $SESSION
END
drive --user alice --silent --steps auth
saw flags=4
has "auth = 0 Success"
lacks Hello

t messages_and_prompts_are_shown
gate <<-END
	tell info カードを入れてください。
	tell error One try left.
	ask secret PIN:
	ask text 選ぶ:
	verdict 1 1 7 alice yamada $SESSION
END
drive --user alice --answer 選ぶ=二 --steps auth
has "info: カードを入れてください。" "error: One try left." "prompt: PIN:" \
    "echo: 選ぶ:" "auth = 0 Success"
saw reply=123456 reply=二

# -- language

for lang in ja en; do
	t "lang_option_$lang"
	all_ours t "$opts lang=$lang"
	good_gate
	LC_ALL=C.UTF-8 drive --user alice --locale --steps auth
	saw "lang=$lang"
done
all_ours t

t lang_of_the_host_is_asked_for
good_gate
LC_ALL=C.UTF-8 drive --user alice --locale --steps auth
saw lang=

# -- card-first

t card_first_sets_the_user
good_gate
drive --steps auth,acct,cred
has "auth = 0 Success" "acct = 0 Success" "cred = 0 Success" user=alice

t card_first_user_set_meanwhile
good_gate
drive --conv-user bob --steps auth
has "$unavail"
shows "$misfit"

t user_changed_while_talking
good_gate
drive --user alice --conv-user bob --steps auth
has "$unavail"

# -- PAM_AUTHTOK

# token STYLE CHECK: asks with the style, then another module checks.
token() {
	gate <<-END
		ask secret PIN:
		ask $1 Password:
		verdict ${3:-1} 1 7 alice yamada $SESSION
	END
	service t <<-END
		auth ${4:-required} $ours $opts
		auth required $dir/bin/pam_odd.so $2
	END
	drive --user alice --answer Password=geheim --steps auth
}

t authtok_is_set_from_the_password
token token authtok=geheim
has "auth = 0 Success"

t authtok_is_not_the_pin
token secret no-authtok
has "auth = 0 Success"

t authtok_is_not_set_on_failure
token token no-authtok 0 optional
has "auth = 0 Success" "prompt: Password:"
all_ours t

# -- setcred

t setcred_after_success
good_gate
drive --user alice --steps auth,cred,reinit,delete
has "cred = 0 Success" "reinit = 0 Success" "delete = 0 Success"

t setcred_without_authentication
drive --user alice --steps cred
has "cred = 15 Authentication service cannot retrieve user credentials"

t setcred_in_another_process
drive --user alice --env "SEKISHO_SESSION=$SESSION" --env SEKISHO_RECORD=7 \
    --steps cred
has "cred = 0 Success"

t setcred_with_odd_environment
drive --user alice --env SEKISHO_SESSION=x --env SEKISHO_RECORD=7 --steps cred
has "cred = 15 Authentication service cannot retrieve user credentials"

# -- account

t account_after_success
good_gate
drive --user alice --steps auth,acct
has "acct = 0 Success"
[[ $(grep -c ^phase= "$dir/dump") == 1 ]] || wrong "asked the gate again"

t account_without_authentication
good_gate
drive --user alice --steps acct
has "acct = 6 Permission denied" \
    "log: account refused: no-two-factor, record 8"
saw phase=account user=alice flags=0 record=0

t account_after_failure
gate <<-END
	on auth
	verdict 0 203 7 - - -
	on account
	verdict 5 505 8 - - -
END
drive --user alice --keep-going --steps auth,acct
has "auth = 7 Authentication failure" "acct = 6 Permission denied"
saw phase=account flags=0

t account_of_another_user
good_gate
drive --user alice --keep-going --steps auth,user=bob,acct
has "acct = 6 Permission denied"
saw phase=account user=bob flags=8 record=7 person=yamada "session=$SESSION"

t account_is_not_opened_by_the_environment
good_gate
drive --user alice --env "SEKISHO_SESSION=$SESSION" --env SEKISHO_RECORD=7 \
    --env SEKISHO_PERSON=yamada --steps acct
has "acct = 6 Permission denied"

t account_is_not_opened_by_the_gate
gate <<<"verdict 1 1 8 alice yamada $SESSION"
drive --user alice --steps acct
has "acct = 6 Permission denied"

t account_without_a_gate
all_ours t "$opts"
gate <<<"exit 3"
drive --user alice --steps acct
has "acct = 9 Authentication service cannot retrieve authentication info" \
    "log: gate: ended without a verdict"

t account_that_cannot_be_recorded
gate <<<"verdict 2 704 0 - - -"
drive --user alice --steps acct
has "acct = 9 Authentication service cannot retrieve authentication info"

t account_is_asked_nothing
gate <<-END
	ask secret PIN:
	verdict 1 1 8 alice yamada $SESSION
END
drive --user alice --steps acct
has "acct = 9 Authentication service cannot retrieve authentication info"
lacks prompt

t second_authentication_revokes_the_first
gate <<-END
	ask secret PIN:
	verdict 1 1 7 alice yamada $SESSION
END
sed 's/verdict 1/verdict 0/' "$dir/conf" >"$dir/conf.no"
cat >"$dir/bin/flip" <<-END
	#!/bin/bash
	# the first time a gate that says yes, then one that says no
	if [[ -e $dir/flipped ]]; then
		exec $dir/bin/fakegate --conf $dir/conf.no
	fi
	: >$dir/flipped
	exec $dir/bin/fakegate --conf $dir/conf
END
chmod 755 "$dir/bin/flip"
all_ours t "conf=$dir/conf gate=$dir/bin/flip"
drive --user alice --answer PIN=2 --keep-going --steps auth,auth,acct,cred
has "auth = 0 Success" "auth = 7 Authentication failure"
lacks "acct = 0" "cred = 0" "env SEKISHO"
all_ours t

# -- session

t session_open_and_close
good_gate
drive --user alice
has "open = 0 Success" "close = 0 Success"
saw phase=open phase=close record=7 "session=$SESSION" person=yamada

t session_in_another_process
good_gate
drive --user alice --env "SEKISHO_SESSION=$SESSION" --env SEKISHO_RECORD=7 \
    --env SEKISHO_PERSON=yamada --steps open,close
has "open = 0 Success" "close = 0 Success"
saw phase=open record=7 "session=$SESSION" person=yamada

t session_ignores_odd_environment
gate <<<"verdict 1 1 9 - - $SESSION"
drive --user alice --env SEKISHO_SESSION=../x --env SEKISHO_PERSON=a/b \
    --env SEKISHO_RECORD=18446744073709551616 --steps open
has "open = 0 Success" "env SEKISHO_SESSION=$SESSION"
saw session= person= record=0

t session_gets_a_name
gate <<-END
	on open
	verdict 1 1 9 - - $SESSION
	on close
	verdict 1 1 10 - - $SESSION
END
drive --user alice --steps open,close
has "open = 0 Success" "close = 0 Success" "env SEKISHO_SESSION=$SESSION"
saw session= "session=$SESSION"

cannot="14 Cannot make/remove an entry for the specified session"
while read -r case words; do
	t "session_$case"
	gate <<<"verdict $words"
	drive --user alice --env "SEKISHO_SESSION=$SESSION" --keep-going \
	    --steps open,close
	has "open = $cannot" "close = $cannot"
done <<-END
	without_a_record 1 1 0 - - -
	that_is_refused 0 704 0 - - -
	of_another_name 1 1 9 - - 11111111-89ab-cdef-0123-456789abcdef
END

t session_without_a_name
gate <<<"verdict 1 1 9 - - -"
drive --user alice --steps open
has "open = $cannot"

t session_without_a_gate
gate <<<"crash"
drive --user alice --steps open
has "open = $cannot" "log: gate: ended without a verdict"

# -- password is not ours

t chauthtok_is_not_ours
service t <<<"password required $ours $opts"
drive --user alice --steps chauthtok
has "chauthtok = 28 Module is unknown"
all_ours t

# -- options: each is refused in every facility, by name

long=$(printf 'x%.0s' {1..120})
while IFS=';' read -r case words message; do
	t "option_$case"
	good_gate
	# shellcheck disable=SC2086
	all_ours t "$words"
	drive --user alice --keep-going --steps auth,acct,open,close
	has "$unavail" "log: option $message" "open = $cannot" \
	    "close = $cannot" \
	    "acct = 9 Authentication service cannot retrieve authentication info"
	no_gate
done <<-END
	unknown;$opts debug;"debug": is not known
	unknown_with_value;$opts nullok=1;"nullok=1": is not known
	empty_name;$opts =x;"=x": is not known
	prefix_of_a_name;$opts con=/x;"con=/x": is not known
	without_value;gate=$dir/bin/fakegate conf;"conf": is not known
	empty_value;gate=$dir/bin/fakegate conf=;"conf=": must be an absolute path
	relative_conf;gate=$dir/bin/fakegate conf=x;"conf=x": must be an absolute path
	relative_gate;conf=$dir/conf gate=bin/g;"gate=bin/g": must be an absolute path
	relative_socket;$opts socket=./s;"socket=./s": must be an absolute path
	long_socket;$opts socket=/$long;"socket=/$long": is too long
	twice;$opts conf=/etc/passwd;"conf=/etc/passwd": is given twice
	twice_the_same;$opts lang=ja lang=ja;"lang=ja": is given twice
	bad_lang;$opts lang=fr;"lang=fr": must be ja or en
	escapes;$opts a$(printf '\033')b;"a\x1bb": is not known
END

# -- programs and files that others could have written

mkdir "$dir/other" "$dir/wide"
cp "$dir/bin/fakegate" "$dir/other/"
cp "$dir/bin/fakegate" "$dir/wide/"
cp "$dir/bin/fakegate" "$dir/writable-gate"
cp "$dir/bin/fakegate" "$dir/nobodys-gate"
good_gate
cp "$dir/conf" "$dir/writable"
ln -s "$dir/writable" "$dir/link"
mkfifo "$dir/fifo"
chown 65534 "$dir/other" "$dir/nobodys-gate"
chmod 777 "$dir/wide"
chmod 666 "$dir/writable"
chmod 775 "$dir/writable-gate"
chgrp 65534 "$dir/writable-gate"
while IFS=';' read -r case words message; do
	t "unsafe_$case"
	all_ours t "$words"
	drive --user alice --steps auth
	has "$unavail"
	shows "$message"
	no_gate
done <<-END
	conf_missing;gate=$dir/bin/fakegate conf=$dir/none;$dir/none: No such file
	conf_writable;gate=$dir/bin/fakegate conf=$dir/writable;$dir/writable: must not be writable
	conf_link_to_writable;gate=$dir/bin/fakegate conf=$dir/link;$dir/link: must not be writable
	conf_fifo;gate=$dir/bin/fakegate conf=$dir/fifo;$dir/fifo: is not a regular file
	conf_folder;gate=$dir/bin/fakegate conf=$dir/bin;$dir/bin: is not a regular file
	gate_missing;conf=$dir/conf gate=$dir/none;$dir/none: No such file
	gate_group_writable;conf=$dir/conf gate=$dir/writable-gate;$dir/writable-gate: must not be writable
	gate_of_another;conf=$dir/conf gate=$dir/nobodys-gate;$dir/nobodys-gate: must be owned by root
	gate_in_folder_of_another;conf=$dir/conf gate=$dir/other/fakegate;$dir/other: must be owned by root
	gate_in_writable_folder;conf=$dir/conf gate=$dir/wide/fakegate;$dir/wide: must not be writable
	gate_with_dots;conf=$dir/conf gate=$dir/bin/../bin/fakegate;must not contain
END

t gate_that_cannot_be_executed
echo no program >"$dir/text"
all_ours t "conf=$dir/conf gate=$dir/text"
drive --user alice --steps auth
has "$unavail" "log: gate: $dir/text: Permission denied"

t gate_that_is_no_program
chmod 755 "$dir/text"
drive --user alice --steps auth
has "$unavail" "log: gate: ended without a verdict"
