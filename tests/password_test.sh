#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sekisho-password against pam_unix with passwords of its own, and against
# PAM stacks that misbehave.  In a mount namespace: the machine's own
# accounts and PAM configuration are neither read nor changed.
#
# BUILD: where the programs are (default: build).

set -u
: "${BUILD:=build}"
TESTS=${TESTS:-$BUILD/tests}

[[ $EUID -eq 0 ]] || { echo "skip password: must be run as root"; exit 0; }
if [[ ${1-} != inside ]]; then
	# shellcheck source=tests/card/ns.sh
	. "$(dirname "$0")/card/ns.sh"
	read -ra own <<<"-m $(card_ns_propagation)"
	unshare "${own[@]}" true 2>/dev/null ||
	    { echo "skip password: no mount namespace"; exit 0; }
	exec unshare "${own[@]}" "$0" inside
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-password.XXXXXX") || exit 1
trap 'finish; cd /; umount /etc/passwd /etc/shadow /etc/pam.d 2>/dev/null
    rm -rf "$dir"; exit $((failed > 0))' EXIT
trap 'exit 1' INT TERM HUP
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"

# service NAME: a PAM configuration from standard input.
service() {
	cat >"$dir/pam.d/$1"
}

# check ARGS: one CHECK; the answer in `out`.
check() {
	out=$(timeout -k 1 15 "$TESTS/passdrive" \
	    --helper "$dir/sekisho-password" --confdir "$dir/pam.d" "$@" 2>&1)
}
# want LINES: exactly these.
want() {
	local all
	all=$(printf '%s\n' "$@")
	[[ $out == "$all" ]] || why=${why:-"got \"$out\", want \"$all\""}
}
wrong() {
	want "FAIL wrong-password native=$1 tries=-1 $2" "exit = 0"
}
unavailable() {
	want "FAIL unavailable native=$1 tries=-1 $2" "exit = 0"
}
good="PROOF scheme=0 sig=0 native=0"

mkdir "$dir/pam.d"
cp "$BUILD/sekisho-password" "$TESTS/pam_odd.so" "$dir/" ||
    { t setup; why="not built"; exit 1; }
odd=$dir/pam_odd.so

# user NAME HASH LASTCHANGE EXPIRE
user() {
	echo "$1:x:${#1}00:100::/nonexistent:/bin/false" >>"$dir/passwd"
	echo "$1:$2:$3:0:99999:7::$4:" >>"$dir/shadow"
}
hash=$(openssl passwd -6 -salt saltsalt 'right パスワード')
right=(--password 'right パスワード')
echo "root:x:0:0::/root:/bin/false" >"$dir/passwd"
echo "root:*:19000:0:99999:7:::" >"$dir/shadow"
user alice "$hash" 19000 ''
user locked "!$hash" 19000 ''
user mustchange "$hash" 0 ''
user expired "$hash" 19000 1
user blank '' 19000 ''
user nopass '*' 19000 ''
chmod 644 "$dir/passwd"
chmod 640 "$dir/shadow"
for file in passwd shadow; do
	mount --bind "$dir/$file" /etc/$file ||
	    { t setup; why="cannot mount"; exit 1; }
done
service sekisho-password <<-END
	auth required pam_unix.so
	account required pam_unix.so
END

# -- the system's own answer

t right
check --user alice "${right[@]}"
want "$good" "exit = 0"

t wrong_without_a_delay
start=$(date +%s%N)
check --user alice --password wrong
wrong 7 "Authentication failure"
(( $(date +%s%N) - start < 1500000000 )) || why=${why:-"took too long"}

t right_with_more_after_it
check --user alice --password 'right パスワード '
wrong 7 "Authentication failure"

t unknown_user
check --user nobodyhere "${right[@]}"
wrong 10 "User not known to the underlying authentication module"

t locked
check --user locked "${right[@]}"
wrong 7 "Authentication failure"

t no_password_is_set
check --user nopass --password '*'
wrong 7 "Authentication failure"

t password_to_be_changed_is_right_and_said
check --user mustchange "${right[@]}"
want "PROOF scheme=0 sig=0 native=12" "exit = 0"

t expired_account
check --user expired "${right[@]}"
want "FAIL account native=13 tries=-1 User account has expired" "exit = 0"

t expired_account_is_not_told_to_a_guesser
check --user expired --password wrong
wrong 7 "Authentication failure"

t empty
check --user alice --password ''
wrong 0 "empty password"

t empty_is_right_nowhere
service nullok <<-END
	auth required pam_unix.so nullok
	account required pam_unix.so
END
check --service nullok --user blank --password ''
wrong 0 "empty password"

t blank_with_any_password
check --service nullok --user blank --password x
wrong 7 "Authentication failure"

t password_of_511_bytes_is_given
check --user alice --password "$(printf %0511d 1)"
wrong 7 "Authentication failure"

# -- what is never given to PAM

service yes <<-END
	auth required $odd hidden=1 delay=3000000
	account required $odd
END
check --service yes --user alice --password x
[[ $out == "$good"* ]] || { t setup; why="yes says no"; }
for user in '' . .. a/b ../x -u 'a b' a:b $'a\nb' $'a\033[2J' $'a\xff' \
    $'root\xe2\x80\x8b' $'a\xe2\x80\xaeb'; do
	t "bad_user_$(printf %q "$user" | head -c 20)"
	check --service yes --user "$user" --password x
	wrong 10 "bad user name"
done
for service in '' ../yes /etc/passwd $'yes\n' 'yes no'; do
	t "bad_service_$(printf %q "$service")"
	check --service "$service" --user alice --password x
	unavailable 0 "bad PAM service name"
done

t service_missing
check --service none --user alice --password x
unavailable 0 "$dir/pam.d/none: No such file or directory"

t service_missing_is_not_other
service other <<<"auth required pam_deny.so"
check --service none --user alice --password x
unavailable 0 "$dir/pam.d/none: No such file or directory"
rm "$dir/pam.d/other"

t service_writable_by_others
cp "$dir/pam.d/yes" "$dir/pam.d/open"
chmod 666 "$dir/pam.d/open"
check --service open --user alice --password x
unavailable 0 "$dir/pam.d/open: must not be writable by group or others"

t confdir_relative
check --confdir pam.d --service yes --user alice --password x
unavailable 0 "pam.d/yes: must be an absolute path"

# -- stacks

# stack AUTH-OPTIONS [ACCOUNT-OPTIONS]
stack() {
	service odd <<-END
		auth required $odd $1
		account required $odd ${2-}
	END
	check --service odd --user alice --password secret --tty t \
	    --rhost "${rhost-192.0.2.7}"
}

t messages_are_dropped
stack "info=3 hidden=1 password=secret"
want "$good" "exit = 0"

t second_hidden_question_is_not_answered
stack "hidden=2 password=secret"
unavailable 19 "the PAM service asked for more than a password"

t second_module_is_not_answered
service odd <<-END
	auth required $odd hidden=1 password=secret
	auth required $odd hidden=1
	account required $odd
END
check --service odd --user alice --password secret
unavailable 19 "the PAM service asked for more than a password"

t visible_question_is_not_answered
stack "echo=1"
unavailable 19 "the PAM service asked for more than a password"

t stack_that_never_asked
stack ""
unavailable 0 "the PAM service did not ask for the password"

for rhost in 192.0.2.7 2001:db8::7; do
	t "items_are_given_$rhost"
	stack "item=$rhost,t hidden=1"
	want "$good" "exit = 0"
done

# libpam would look them up
for rhost in '' ward.example 192.0.2.7.example; do
	t "host_name_is_not_given_$rhost"
	stack "item=(none),t hidden=1"
	want "$good" "exit = 0"
done
unset rhost

t delay_is_not_waited_for
start=$(date +%s%N)
stack "delay=9000000 hidden=1 auth=7"
wrong 7 "Authentication failure"
(( $(date +%s%N) - start < 3000000000 )) || why=${why:-"took too long"}

t user_changed_by_the_stack
stack "hidden=1 user=root"
unavailable 0 "the PAM service changed the user"

while read -r code kind text; do
	t "auth_$code"
	stack "hidden=1 auth=$code"
	want "FAIL $kind native=$code tries=-1 $text" "exit = 0"
done <<-END
	3 unavailable Error in service module
	4 unavailable System error
	6 wrong-password Permission denied
	7 wrong-password Authentication failure
	8 wrong-password Insufficient credentials to access authentication data
	9 unavailable Authentication service cannot retrieve authentication info
	10 wrong-password User not known to the underlying authentication module
	11 wrong-password Have exhausted maximum number of retries for service
	12 unavailable Authentication token is no longer valid; new one required
	13 account User account has expired
	19 unavailable Conversation error
	26 unavailable Critical error - immediate abort
END

while read -r code kind text; do
	t "account_$code"
	stack "hidden=1" "acct=$code"
	want "FAIL $kind native=$code tries=-1 $text" "exit = 0"
done <<-END
	4 unavailable System error
	6 account Permission denied
	7 account Authentication failure
	9 unavailable Authentication service cannot retrieve authentication info
	10 account User not known to the underlying authentication module
	13 account User account has expired
END

t hangs
service odd <<<"auth required $odd hang"
start=$(date +%s%N)
check --service odd --user alice --password x --deadline 500
want "deadline passed" "killed = 9"
(( $(date +%s%N) - start < 3000000000 )) || why=${why:-"took too long"}

t crashes
service odd <<<"auth required $odd crash"
check --service odd --user alice --password x
want "the other side is gone" "killed = 6"

t exits
service odd <<<"auth required $odd exit"
check --service odd --user alice --password x
want "the other side is gone" "exit = 0"

t module_missing
service odd <<<"auth required $dir/none.so"
check --service odd --user alice --password x
[[ $out == "FAIL "* && $out == *"exit = 0" ]] || why="got \"$out\""

# -- messages

t nothing_is_asked
check --close
want "the other side is gone" "exit = 0"

# frame TYPE HEX: in hexadecimal, with its length.
frame() {
	printf '%08x%02x%s' $((${#2} / 2)) "$1" "$2"
}
no_strings=0000000000000000000000000000000000000000
t frames_as_they_should_be
check --raw "$(frame 8 "${no_strings}00000000")"
unavailable 0 "bad PAM service name"

while read -r case bytes; do
	t "malformed_$case"
	check --raw "$bytes"
	want "the other side is gone" "exit = 1"
done <<-END
	empty $(frame 8 '')
	type $(frame 1 0000000000)
	no_such_type $(frame 200 00)
	too_long 0000200108
	huge ffffffff08
	inner_length $(frame 8 "ffffffff${no_strings}00000000")
	tail $(frame 8 "${no_strings}0000000000")
	nul_in_password $(frame 8 "${no_strings}000000026100")
	nul_in_user $(frame 8 "000000026100${no_strings}")
	long_password $(frame 8 "${no_strings}00000200$(printf %01024d 0)")
END

# -- the system's own folder, with include

t system_service
mkdir "$dir/etc-pam.d"
mount --bind "$dir/etc-pam.d" /etc/pam.d
echo "@include sekisho-common" >"$dir/etc-pam.d/sekisho-password"
cp "$dir/pam.d/sekisho-password" "$dir/etc-pam.d/sekisho-common"
check --confdir '' --user alice "${right[@]}"
want "$good" "exit = 0"

t system_service_wrong
check --confdir '' --user alice --password wrong
wrong 7 "Authentication failure"
