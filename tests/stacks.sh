#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# PAM stacks as administrators write them, right and wrong, through real
# Linux-PAM with the real module and gate.  Where our account line is there,
# no stack lets anybody in with one factor, and each refusal is on record.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script stacks

t site
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
PASSWORD=himitsu-1
site_user taro $PASSWORD
site_user hanako himitsu-2
site_person taro '山田 太郎' taro || wrong "no person taro"
site_person hanako '佐藤 花子' hanako || wrong "no person hanako"
for who in taro hanako; do
	site_cert $who "/C=JP/O=Sakura Hospital/CN=$who" key=ec:P-256 &&
	    site_token $who $who && site_enrol $who $who ||
	    wrong "no token of $who"
done

# The card is ok (taro's), bad (somebody else's) or absent: each has a policy
# and tokens of its own, since several attempts run at the same time and
# SoftHSM fails now and then when several programs use one token.
policy() {
	local tokens=$SITE/tokens.$1 softhsm=$SITE/etc/softhsm.$1
	if [[ $1 == absent ]]; then
		mkdir "$tokens" && chown nobody "$tokens"
	else
		cp -a "$SITE/tokens" "$tokens"
	fi
	sed "s|$SITE/tokens|$tokens|" "$SOFTHSM2_CONF" >"$softhsm"
	chmod 644 "$softhsm"
	site_conf "s|=$SOFTHSM2_CONF|=$softhsm|" \
	    "s/^module = .*/&\ntoken-label = $2/" \
	    's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
	    's/^\(login\|type\|token\)-seconds = .*/\1-seconds = 60/' \
	    's/^\[service ward\]/[service *]/' "${@:3}"
	mv "$SITE_CONF" "$SITE/etc/$1.conf"
}
policy ok taro
policy bad hanako
policy absent nobodys
policy pin taro 's/^pairs = .*/pairs = pkcs11+pin/'
cp "$SITE/etc/ok.conf" "$SITE_CONF"
cards='ok bad absent' passwords='right wrong'
finish

# service NAME CARD: a PAM service from standard input, where OURS is our
# module and CARD the word for the card.
service() {
	local ours=${SITE_PAM/$SITE_CONF/$SITE/etc/$2.conf}
	sed -e "s|OURS|$ours|" -e "s/CARD/$2/" | site_pam "$1"
}

# stack NAME both|late|nobody: who gets in, and the lines.  With both factors,
# the same but pam_unix refuses a wrong password before we are asked, nobody.
stacks=()
declare -A lets_in
stack() {
	local card lines
	lines=$(cat)
	for card in $cards; do
		service "$1-$card" "$card" <<<"$lines"
	done
	stacks+=("$1")
	lets_in[$1]=$2
}

# attempts CARD: a line for each: the service and the password; with a dash
# between them it is the terminal in the record.
attempts() {
	local stack password
	for stack in "${stacks[@]}"; do
		for password in $passwords; do
			echo "$stack-$1 $password"
		done
	done
}

attempt() {
	local answer=$PASSWORD
	[[ $2 == right ]] || answer=wrong
	site_drive --service "$1" --user taro --tty "$1-$2" \
	    --steps auth,acct,cred --answer 'PIN*=4711' \
	    --answer "Password*=$answer" >"$dir/out-$1-$2" 2>&1
	return 0
}
export -f attempt site_drive
export dir BUILD PASSWORD

# Records of an attempt with each of these parts, counted.
records() {
	local part lines
	lines=$(grep -F "\"tty\":\"$1\"" "$SITE_LOG")
	shift
	for part; do
		lines=$(grep -F -- "$part" <<<"$lines")
	done
	grep -c . <<<"$lines"
}

# The whole login: authentication and account management.
got_in() {
	grep -qx 'auth = 0 Success' "$dir/out" &&
	    grep -qx 'acct = 0 Success' "$dir/out"
}

judge() {
	local who=$1 tty=$2 factors=$3
	cp "$dir/out-$tty" "$dir/out"
	lacks "unexpected prompt"
	if got_in; then
		[[ $factors == ok-right ]] || wrong "$tty got in"
		[[ $who != nobody ]] || wrong "$tty got in past us"
		has 'cred = 0 Success'
		(($(records "$tty" '"reason":"ok"' '"event":"auth"') > 0)) ||
		    wrong "$tty: no record of success"
		return
	fi
	[[ $who == nobody || $factors != ok-right ]] || wrong "$tty was refused"
	(($(records "$tty" '"result":0' '"event":"account"') == 0)) ||
	    wrong "$tty: a record of an account success"
	if grep -qx 'auth = 0 Success' "$dir/out"; then
		has 'acct = 6 Permission denied'
		(($(records "$tty" '"event":"account"' \
		    '"reason":"no-two-factor"' '"reason_id":505') == 1)) ||
		    wrong "$tty: not one record of the refused account"
	elif [[ $who-$factors != late-*-wrong ]]; then
		(($(records "$tty" '"event":"auth"') > 0)) ||
		    wrong "$tty: no record of the refusal"
	fi
}

stack required both <<-END
	auth required OURS
	account required OURS
END
stack requisite both <<-END
	auth requisite OURS
	auth required pam_permit.so
	account requisite OURS
END
stack done-or-die both <<-END
	auth [success=done default=die] OURS
	auth required pam_permit.so
	account required OURS
END
# what pam-auth-update makes of a profile before pam_unix
stack before-debians-jump both <<-END
	auth [success=2 default=die] OURS
	auth [success=1 default=ignore] pam_unix.so nodelay try_first_pass
	auth requisite pam_deny.so
	auth required pam_permit.so
	account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
	account requisite pam_deny.so
	account required pam_permit.so
	account required OURS
END
stack after-debians-jump nobody <<-END
	auth [success=2 default=ignore] pam_unix.so nodelay
	auth required OURS
	auth requisite pam_deny.so
	auth required pam_permit.so
	account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
	account requisite pam_deny.so
	account required pam_permit.so
	account required OURS
END
stack after-debians-block late <<-END
	auth [success=1 default=ignore] pam_unix.so nodelay
	auth requisite pam_deny.so
	auth required pam_permit.so
	auth required OURS
	account required OURS
	account required pam_unix.so
END
stack optional-alone both <<-END
	auth optional OURS
	account required OURS
END
stack optional-then-permit both <<-END
	auth optional OURS
	auth required pam_permit.so
	account required OURS
END
stack optional-after-unix both <<-END
	auth required pam_unix.so nodelay
	auth optional OURS
	account required OURS
END
stack sufficient-unix-first nobody <<-END
	auth sufficient pam_unix.so nodelay
	auth required OURS
	account required OURS
END
stack sufficient-before-unix both <<-END
	auth sufficient OURS
	auth required pam_unix.so nodelay
	account required OURS
END
stack permit-before-substack nobody <<-END
	auth sufficient pam_permit.so
	auth substack required-CARD
	account required OURS
END
stack included both <<-END
	auth include required-CARD
	account include required-CARD
END
stack substack both <<-END
	auth substack required-CARD
	auth required pam_permit.so
	account substack required-CARD
	account required pam_permit.so
END
stack twice both <<-END
	auth required OURS
	auth required OURS
	account required OURS
	account required OURS
END
# the password we have asked for is enough for pam_unix
stack unix-use-first-pass both <<-END
	auth required OURS
	auth required pam_unix.so nodelay use_first_pass
	account required OURS
	account required pam_unix.so
END
stack unix-try-first-pass both <<-END
	auth requisite OURS
	auth required pam_unix.so nodelay try_first_pass
	account required pam_unix.so
	account required OURS
END

# that no card is there takes its time
for card in $cards; do
	[[ $card == absent ]] && workers=6 || workers=1
	attempts "$card" | xargs -n 2 -P $workers \
	    bash -c 'attempt "$@"' attempt &
done
wait
for stack in "${stacks[@]}"; do
	t "stack_${stack//-/_}"
	for card in $cards; do
		for password in $passwords; do
			judge "${lets_in[$stack]}" "$stack-$card-$password" \
			    "$card-$password"
		done
	done
done
for stack in unix-use-first-pass unix-try-first-pass; do
	t "${stack//-/_}_asks_only_us"
	cp "$dir/out-$stack-ok-right" "$dir/out"
	has "prompt: Password of 山田 太郎: "
	lacks "prompt: Password: "
done

# -- the same mistakes without our account line: what it is there for
drive() {
	run site_drive --user taro --answer 'PIN*=4711' \
	    --answer "Password*=$PASSWORD" "$@"
}

t without_the_account_line_one_factor_is_enough
service bare bad <<-END
	auth optional OURS
	auth required pam_permit.so
	account required pam_permit.so
END
drive --service bare --steps auth,acct
has 'auth = 0 Success' 'acct = 0 Success'

# -- PAM_AUTHTOK
t authtok_is_the_password
cat >"$dir/site/libexec/authtok" <<-END
	#!/bin/sh
	cat >$dir/authtok
END
chmod 755 "$dir/site/libexec/authtok"
exposed() {
	service "$1" "$2" <<-END
		auth ${3:-required} OURS
		auth optional pam_exec.so expose_authtok quiet $dir/site/libexec/authtok
	END
	: >"$dir/authtok"
	run site_drive --service "$1" --user taro --steps auth \
	    --answer "PIN*=4711" --answer "Password: =asked again" \
	    --answer "Password*=${4:-$PASSWORD}"
}
authtok() {
	[[ $(tr -d '\0' <"$dir/authtok") == "$1" ]] ||
	    wrong "the next module got: $(<"$dir/authtok")"
}
exposed exposed ok
ended 0
authtok $PASSWORD

t authtok_is_never_the_pin
exposed exposed-pin pin
ended 0
authtok 'asked again'

t authtok_is_not_set_by_a_refused_login
exposed exposed-bad bad optional
authtok 'asked again'
exposed exposed-wrong ok optional not-it
authtok 'asked again'

t pin_is_no_password_for_unix
site_user pinny 4711 # the same letters as the PIN
site_desk account add pinny >/dev/null &&
    site_desk account grant pinny taro >/dev/null || wrong "no grant"
service pin-unix pin <<-END
	auth required OURS
	auth required pam_unix.so nodelay use_first_pass
	account required OURS
END
run site_drive --service pin-unix --user pinny --answer 'PIN*=4711'
lacks 'auth = 0'
recorded=$(tail -n 1 "$SITE_LOG")
[[ $recorded == *'"reason":"ok"'* ]] || wrong "our part: $recorded"

# -- pam_faillock around us
t faillock_counts_either_factor
mkdir "$dir/faillock"
for card in ok bad; do
	service faillock-$card $card <<-END
		auth requisite pam_faillock.so preauth dir=$dir/faillock deny=2
		auth [success=1 default=ignore] OURS
		auth [default=die] pam_faillock.so authfail dir=$dir/faillock deny=2
		auth sufficient pam_faillock.so authsucc dir=$dir/faillock deny=2
		account required pam_faillock.so
		account required OURS
	END
done
drive --service faillock-ok --steps auth,acct
ended 0
drive --service faillock-bad --steps auth,acct
lacks 'auth = 0'
run site_drive --service faillock-ok --user taro --answer 'PIN=4711' \
    --answer 'Password=wrong' --steps auth,acct
lacks 'auth = 0'
last '"reason":"wrong-password"'
[[ $(faillock --dir "$dir/faillock" --user taro | grep -c ' V$') == 2 ]] ||
    wrong "not two failures: $(faillock --dir "$dir/faillock" --user taro)"

t faillock_locks_before_us
before=$(entries "$SITE_LOG")
drive --service faillock-ok --steps auth,acct
lacks 'auth = 0' 'prompt: PIN'
(($(entries "$SITE_LOG") == before)) || wrong "we have been asked"
faillock --dir "$dir/faillock" --user taro --reset
drive --service faillock-ok --steps auth,acct
ended 0

# -- the account's own state
service state ok <<-END
	auth required OURS
	account required OURS
	account required pam_unix.so
END
service state-pin pin <<-END
	auth required OURS
	account required OURS
	account required pam_unix.so
END
shadow() { # the last fields of taro's line
	sed -i "s/^\(taro:[^:]*\):.*/\1:$1/" "$SITE/etc/shadow.new"
	cat "$SITE/etc/shadow.new" >"$SITE/etc/shadow"
}
cp "$SITE/etc/shadow" "$SITE/etc/shadow.new"

t expired_account_is_refused_by_unix
shadow '20000:0:99999:7::10000:'
drive --service state-pin
has 'auth = 0 Success' 'acct = 13 User account has expired'

t expired_account_with_a_password_pair
drive --service state
lacks 'auth = 0'
last '"event":"auth"' 'expired'

t password_to_be_changed_is_told_by_unix
shadow '0:0:99999:7:::'
drive --service state
has 'auth = 0 Success' \
    'acct = 12 Authentication token is no longer valid; new one required'
last '"event":"auth"' '"password_account":12'
shadow '20000:0:99999:7:::'
drive --service state --steps auth,acct
ended 0

# -- other orders of the steps
cp "$SITE/pam.d/required-ok" "$SITE/pam.d/whole"
echo "session required ${SITE_PAM/$SITE_CONF/$SITE/etc/ok.conf}" \
    >>"$SITE/pam.d/whole"

t user_changed_before_the_account_phase
drive --service whole --steps auth,user=hanako,acct
has 'auth = 0 Success' 'acct = 6 Permission denied'
last '"event":"account"' '"reason":"no-two-factor"' '"claimed":"hanako"' \
    'the user changed after authentication'
drive --service whole --steps auth,user=root,acct
has 'acct = 6 Permission denied'
drive --service whole --steps auth,user=hanako,user=taro,acct
ended 0

t another_handle_has_no_success
drive --service whole --steps acct
has 'acct = 6 Permission denied'
session=$(sed -n 's/.*"event":"auth".*"session":"\([^"]*\)".*/\1/p' \
    "$SITE_LOG" | tail -n 1)
seq=$(sed -n 's/.*"event":"auth".*"seq":\([0-9]*\).*/\1/p' "$SITE_LOG" |
    tail -n 1)
[[ -n $session && -n $seq ]] || wrong "no record to borrow from"
drive --service whole --steps acct --env "SEKISHO_SESSION=$session" \
    --env "SEKISHO_RECORD=$seq" --env SEKISHO_PERSON=taro
has 'acct = 6 Permission denied'
last '"reason":"no-two-factor"'

t failed_second_login_takes_the_first_away
run site_drive --service whole --user taro --steps auth,auth,acct \
    --keep-going --answer PIN=4711 --answer "Password=$PASSWORD" \
    --answer PIN=4711 --answer Password=wrong
has 'auth = 0 Success' 'auth = 7 Authentication failure' \
    'acct = 6 Permission denied'

t as_su_does
before=$(entries "$SITE_LOG")
drive --service whole --steps auth,acct,cred,fork,open,close,delete
has 'auth = 0 Success' 'acct = 0 Success' 'cred = 0 Success' \
    'open = 0 Success' 'close = 0 Success' 'delete = 0 Success' 'child = 0'
(($(entries "$SITE_LOG") == before + 3)) || wrong "not three records"

t account_phase_in_a_child
drive --service whole --steps auth,fork,acct,reinit
has 'acct = 0 Success' 'reinit = 0 Success' 'child = 0'

t as_login_does
drive --service whole --steps auth,acct,open,cred,close,delete
ended 0

t credentials_without_a_login
for step in cred reinit delete; do
	drive --service whole --steps $step
	ended 1
	lacks "$step = 0"
done
# they open nothing for what follows
drive --service whole --keep-going --steps cred,acct,auth,acct
has 'acct = 6 Permission denied' 'auth = 0 Success' 'acct = 0 Success'

t a_session_that_this_handle_did_not_open_has_no_length
drive --service whole --steps auth,acct,close
ended 0
last '"event":"logout"' '"auth_seq":'
! tail -n 1 "$SITE_LOG" | grep -qE 'login_seq|duration_s' ||
    wrong "$(tail -n 1 "$SITE_LOG")"
drive --service whole --steps auth,acct,open,close,close
! tail -n 1 "$SITE_LOG" | grep -qE 'login_seq|duration_s' ||
    wrong "closed twice: $(tail -n 1 "$SITE_LOG")"
tail -n 2 "$SITE_LOG" | head -n 1 | grep -q '"login_seq":' ||
    wrong "closed once: $(tail -n 2 "$SITE_LOG")"

t sessions_without_a_login_are_recorded
before=$(entries "$SITE_LOG")
drive --service whole --steps open,close
ended 0
(($(entries "$SITE_LOG") == before + 2)) || wrong "not two records"
last '"event":"logout"' '"claimed":"taro"'
opened=$(tail -n 2 "$SITE_LOG" | head -n 1)
[[ $opened == *'"event":"login"'* && $opened != *auth_seq* &&
    $opened != *'"person"'* ]] || wrong "the login: $opened"
id=$(sed 's/.*"session":"\([^"]*\)".*/\1/' <<<"$opened")
last "\"session\":\"$id\""

t the_record_verifies
run site_desk audit verify
ended 0
! grep -qF "$PASSWORD" "$SITE_LOG" || wrong "a password is on record"

t nothing_is_left_running
sleep 0.2
! pgrep '^sekisho-' >/dev/null || wrong "$(pgrep -l sekisho)"
finish
