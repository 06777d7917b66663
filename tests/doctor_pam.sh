#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What `sekisho doctor` says of a PAM stack against what libpam does with it:
# each stack is driven with the real module, which refuses (no card is there),
# and with the others letting in, the right password typed; whatever gets in
# there has been called open, and what has been called open gets in in some way.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script doctor

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
site_user taro himitsu-1
site_person taro taro taro || wrong "no person"
site_conf 's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
    's/^insert-seconds = .*/insert-seconds = 1/' \
    's/^pairs = .*/pairs = pkcs11+pin/' 's/^\[service ward\]/[service *]/'
# refuses at once: these services have no section
policy=$SITE/etc/none.conf
sed 's/^\[service \*\]/[service none]/' "$SITE_CONF" >"$policy"
chmod 644 "$policy"
# what a service has no lines of is asked of it
site_pam other <<<'auth required pam_deny.so
account required pam_permit.so'
OURS=${SITE_PAM/$SITE_CONF/$policy}
finish

# stack NAME WORDS...   the ids that doctor must name (none: good)
stacks=()
declare -A ids
stack() {
	sed "s|OURS|$OURS|" | site_pam "$1"
	stacks+=("$1")
	ids[$1]=${*:2}
}
A='account required OURS'
stack good <<<"auth required OURS
$A"
stack requisite <<<"auth requisite OURS
auth required pam_permit.so
$A"
stack die <<<"auth [success=done default=die] OURS
auth required pam_permit.so
$A"
stack debian <<<"auth [success=2 default=die] OURS
auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
$A
account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
account requisite pam_deny.so
account required pam_permit.so"
stack no-account pam-no-account <<<"auth required OURS
account required pam_permit.so"
stack optional pam-hole <<<"auth optional OURS
auth required pam_permit.so
account required pam_permit.so"
stack optional-caught pam-caught <<<"auth optional OURS
auth required pam_permit.so
$A"
stack optional-alone <<<"auth optional OURS
$A"
stack sufficient-first pam-hole <<<"auth sufficient pam_unix.so
auth required OURS
account required pam_permit.so"
stack sufficient-last pam-hole <<<"auth sufficient OURS
auth required pam_unix.so
account required pam_permit.so"
stack behind-a-jump pam-hole <<<"auth [success=2 default=ignore] pam_unix.so
auth required OURS
auth requisite pam_deny.so
auth required pam_permit.so
account required pam_permit.so"
stack behind-a-jump-caught pam-caught <<<"auth [success=2 default=ignore] pam_unix.so
auth required OURS
auth requisite pam_deny.so
auth required pam_permit.so
$A"
stack after-the-block <<<"auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
auth required OURS
$A"
stack permit-before-substack pam-hole <<<"auth sufficient pam_permit.so
auth substack good
account required pam_permit.so"
stack substack <<<"auth substack good
auth required pam_permit.so
account substack good"
stack die-in-a-substack <<<"auth substack die
auth required pam_permit.so
$A"
stack sufficient-in-a-substack pam-hole <<<"auth substack sufficient-last
account required pam_permit.so"
stack optional-in-an-include pam-hole <<<"auth include optional
account required pam_permit.so"
stack at-include <<<"@include good"
stack ignored pam-hole <<<"auth [success=ok default=ignore] OURS
auth required pam_permit.so
account required pam_permit.so"
stack reset pam-hole <<<"auth required OURS
auth [default=reset] pam_permit.so
auth required pam_permit.so
account required pam_permit.so"
stack weak-account pam-weak-account <<<"auth required OURS
account sufficient pam_permit.so
$A"
stack jumped-account pam-weak-account <<<"auth required OURS
account [success=1 default=ignore] pam_permit.so
$A
account required pam_permit.so"
stack guarded-account <<<"auth required OURS
account [success=1 default=ignore] pam_succeed_if.so quiet service in cron:atd
$A
account required pam_permit.so"
stack guard-of-another-kind pam-weak-account <<<"auth required OURS
account [success=1 default=ignore] pam_succeed_if.so quiet user ingroup taro
$A
account required pam_permit.so"
stack no-auth pam-no-auth <<<"auth required pam_permit.so
$A"
stack jump-too-far pam-shut <<<"auth required OURS
auth [success=9 default=ignore] pam_permit.so
$A"
stack typing-error pam-shut <<<"auth required OURS
auth requird pam_permit.so
$A"
stack typing-error-in-a-type pam-weak-account pam-shut <<<"auth required OURS
acount required OURS
account required pam_permit.so
account optional OURS"
stack account-of-other pam-hole <<<"auth optional OURS
auth required pam_permit.so"
stack joined-lines <<<"auth required \\
  OURS
$A # the same"
stack brackets pam-hole <<<"auth [ success=ok  new_authtok_reqd=ok ignore=ignore default=ignore ] OURS
auth [success=done default=bad] pam_permit.so
account required pam_permit.so"
stack done-after-a-failure <<<"auth required OURS
auth sufficient pam_permit.so
$A"
stack deny-at-the-end <<<"auth optional OURS
auth required pam_permit.so
auth required pam_deny.so
$A"
ids[deny-at-the-end]=pam-shut
stack behind-a-comment pam-hole <<<'# a comment joins nothing to it \
auth sufficient pam_permit.so
auth required OURS
account required pam_permit.so'
stack joined-over-blanks <<<'auth required \ 	

# and a comment
  OURS
account required OURS # nor does this one \
account required pam_permit.so'
stack close-brackets pam-hole <<<"auth [success = ok default=ignore] OURS
auth [success=1default=ignore] pam_permit.so
auth required pam_deny.so
auth required pam_permit.so
account required pam_permit.so"
stack upper-case <<<"AUTH Required OURS
Account REQUIRED OURS"

doctor() {
	run limited "$SITE/libexec/sekisho" doctor --conf "$SITE_CONF" "$@"
}

drive() { # NAME ANSWER: auth and account with it
	timeout -k 1 60 "$BUILD/tests/pamdrive" --service "$1" --user taro \
	    --steps auth,acct --answer "*=$2" --answer "*=$2" >"$dir/out-$1-$2" 2>&1
	return 0
}
export -f drive
export dir BUILD
for stack in "${stacks[@]}"; do
	printf '%s\n' "$stack himitsu-1" "$stack wrong"
done | xargs -n 2 -P 16 bash -c 'drive "$@"' drive

for stack in "${stacks[@]}"; do
	t "stack_${stack//-/_}"
	doctor --service "$stack" --json
	got=$(python3 -c 'import json, sys
print(*(f["id"] for f in json.load(open(sys.argv[1])) if f["level"] != "good"))' \
	    "$dir/out")
	[[ $got == "${ids[$stack]}" ]] || wrong "named: $got, not ${ids[$stack]}"
	in=no passed=no
	for answer in himitsu-1 wrong; do
		cp "$dir/out-$stack-$answer" "$dir/drove"
		! grep -qx 'auth = 0 Success' "$dir/drove" || passed=yes
		! { grep -qx 'auth = 0 Success' "$dir/drove" &&
		    grep -qx 'acct = 0 Success' "$dir/drove"; } || in=yes
	done
	case $got in
	*pam-hole*) [[ $in == yes ]] || wrong "called open, and is not" ;;
	*pam-caught*)
		[[ $in-$passed == no-yes ]] || wrong "caught: $in, $passed" ;;
	*pam-no-auth*) [[ $in == no ]] || wrong "lets in" ;;
	*) [[ $passed == no ]] || wrong "gets past the auth lines" ;;
	esac
done

# past the auth lines, as sshd lets in by a key
for stack in "${stacks[@]}"; do
	run site_drive --service "$stack" --user taro --steps acct
	grep -qx 'acct = 0 Success' "$dir/out" && echo "$stack"
done >"$dir/held" 2>&1
t account_lines_alone
for stack in "${stacks[@]}"; do
	case ${ids[$stack]} in
	pam-hole | pam-no-account | *pam-weak-account*)
		grep -qx "$stack" "$dir/held" ||
		    [[ $stack == guard-of-another-kind ]] ||
		    wrong "$stack: its account lines hold" ;;
	*)
		! grep -qx "$stack" "$dir/held" ||
		    wrong "$stack: its account lines do not hold" ;;
	esac
done
finish
