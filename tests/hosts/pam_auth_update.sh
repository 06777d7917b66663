#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Debian's pam-auth-update itself with our profile: what it writes, and what
# that does to programs of the system: login needs both factors, cron and su
# by root go on, a key of sshd's alone opens nothing; fprintd's profile stays
# out, a local change stays in, uninstalling takes ours out.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
site_enter "$0" "$@"

site_script profile

t site
mkdir "$dir/configs" "$dir/saved"
cp -a /var/cache/debconf "$dir/debconf"
cp /etc/pam.d/login /etc/pam.d/su /etc/pam.d/sshd "$dir/" ||
    wrong "no services of the system's"
cp /usr/share/pam-configs/unix "$dir/configs/" || wrong "no profile of unix"
mount -t tmpfs -o mode=755 tmpfs /var/log || wrong "no /var/log of our own"
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
mount --bind "$dir/debconf" /var/cache/debconf &&
    mount --bind "$dir/configs" /usr/share/pam-configs &&
    mount --bind "$dir/saved" /var/lib/pam || wrong "no folders of our own"
export DEBIAN_FRONTEND=noninteractive
for who in taro hanako; do
	site_user $who himitsu-1
	site_person $who $who $who || wrong "no person $who"
done
site_cert taro "/C=JP/O=Sakura Hospital/CN=taro" key=ec:P-256 &&
    site_token taro taro && site_enrol taro taro || wrong "no token"
sed -i "s|:/nonexistent:/bin/sh$|:/:/bin/sh|" "$SITE/etc/passwd"
cat "$SITE/etc/passwd" >/etc/passwd
site_conf 's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
    's/^\(login\|token\|type\)-seconds = .*/\1-seconds = 60/' \
    's/^\[service ward\]/[service *]/'
for service in login su sshd; do cp "$dir/$service" "$SITE/pam.d/"; done
# as in Debian
site_pam cron <<-END
	@include common-auth
	session required pam_env.so
	@include common-account
	@include common-session-noninteractive
END
site_pam systemd-user <<-END
	@include common-account
	@include common-session-noninteractive
END
setpriv=$(command -v setpriv) login=$(command -v login) su=$(command -v su) id=$(command -v id)
# the profile as it is installed, but for where this module is
profile() {
	sed "s|pam_sekisho\.so|$SITE_PAM|" packaging/pam-configs/sekisho \
	    >"$dir/configs/sekisho"
}
cd "$(dirname "$0")/../.." || exit 1
finish

update() {
	run timeout -k 1 60 pam-auth-update "$@" </dev/null
	ended 0
}
typing() {
	run timeout -k 1 60 "$BUILD/tests/ttydrive" "$@"
	sed -i 's/\r$//' "$dir/out"
}
drive() {
	run site_drive --user taro "$@"
}
# lines FILE: its lines without comments, blanks made one
lines() {
	grep -v '^#\|^$' "/etc/pam.d/common-$1" |
	    sed "s|$SITE_PAM|pam_sekisho.so|; s/[[:space:]]\+/ /g; s/ $//"
}
is() { # FILE, the lines from standard input
	lines "$1" >"$dir/is"
	diff - "$dir/is" >"$dir/out" || wrong "common-$1"
}

t without_the_profile
update --package --force
! grep -rq sekisho /etc/pam.d/common-* || wrong "it is there"
profile
update --package
! grep -rq sekisho /etc/pam.d/common-* || wrong "on by itself"

t switched_on
update --enable sekisho
is auth <<-END
	auth [success=2 default=die] pam_sekisho.so
	auth [success=1 default=ignore] pam_unix.so nullok try_first_pass
	auth requisite pam_deny.so
	auth required pam_permit.so
END
is account <<-END
	account [success=2 default=ignore] pam_succeed_if.so quiet service in cron:crond:atd:systemd-user
	account [success=1 default=ignore] pam_succeed_if.so quiet service in su:su-l ruser = root
	account required pam_sekisho.so
	account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
	account requisite pam_deny.so
	account required pam_permit.so
END
lines session >"$dir/out"
has 'session required pam_sekisho.so'
lines session-noninteractive >"$dir/out"
lacks sekisho
lines password >"$dir/out"
lacks sekisho

t login_with_both
typing "PIN=$SITE_PIN" Password=himitsu-1 '$ =id -un; exit' -- "$login" taro
has taro
last '"event":"logout"' '"name":"taro"'

t login_with_one
drive --service login --answer "PIN*=$SITE_PIN" --answer 'Password*=wrong'
lacks 'auth = 0'
last '"reason":"wrong-password"'
site_conf 's/^module = .*/&\ntoken-label = none/' \
    's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
    's/^\[service ward\]/[service *]/'
drive --service login --answer '*=himitsu-1'
lacks 'auth = 0' 'prompt: Password:'
last '"reason":"no-token"'

t cron_and_the_users_manager_go_on
before=$(entries "$SITE_LOG")
for service in cron systemd-user; do
	drive --service $service --steps acct,open,close
	has 'acct = 0 Success' 'open = 0 Success' 'close = 0 Success'
done
(($(entries "$SITE_LOG") == before)) || wrong "recorded"

t no_other_service_without_authentication
for service in sshd login su; do
	drive --service $service --steps acct
	has 'acct = 6 Permission denied'
	last '"event":"account"' '"reason":"no-two-factor"'
done
# what cron has is the service's name alone
site_pam cron-like <"$SITE/pam.d/cron"
drive --service cron-like --steps acct
has 'acct = 6 Permission denied'

t su_by_root_goes_on
typing -- "$su" taro -c "$id -un"
ended 0
has taro

t su_by_another_needs_both
hanako=$(id -u hanako)
typing -- "$setpriv" --reuid "$hanako" --regid "$hanako" \
    --clear-groups "$su" taro -c "$id -un"
ended 1
last '"reason":"no-token"' '"ruser":"hanako"'

# in the words of Debian's block, which makes a denial of it
t expired_account_stays_out
site_conf 's/^fail-delay-ms = .*/fail-delay-ms = 0/' \
    's/^pairs = .*/pairs = pkcs11+pin/' 's/^\[service ward\]/[service *]/'
cp "$SITE/etc/shadow" "$dir/shadow"
sed 's/^\(taro:[^:]*\):.*/\1:20000:0:99999:7::10000:/' "$dir/shadow" \
    >"$SITE/etc/shadow"
drive --service login --answer "PIN*=$SITE_PIN" --steps auth,acct
has 'auth = 0 Success' 'acct = 7 Authentication failure'
shows 'Your account has expired'
cat "$dir/shadow" >"$SITE/etc/shadow"

t fprintd_does_not_come_beside_it
printf '%s\n' 'Name: Fingerprint authentication' 'Default: yes' \
    'Priority: 260' 'Conflicts: fingerprint' 'Auth-Type: Primary' 'Auth:' \
    $'\t[success=end default=ignore]\tpam_fprintd.so max-tries=1' \
    >"$dir/configs/fprintd"
for how in --package '--enable fprintd'; do
	# shellcheck disable=SC2086 # words
	update $how
	lines auth >"$dir/out"
	lacks fprintd
	has 'auth [success=2 default=die] pam_sekisho.so'
done
rm "$dir/configs/fprintd"

t a_local_change_stays
sed -i 's/^auth.*pam_unix.so/& nodelay/' /etc/pam.d/common-auth
update --package
lines auth >"$dir/out"
shows 'pam_unix.so nullok try_first_pass nodelay' 'default=die] pam_sekisho.so'

t uninstall_takes_it_out
fake=$dir/prefix
mkdir -p "$fake/security" "$fake/man"
touch "$fake/security/pam_sekisho.so"
# install.sh PATHS: all of them elsewhere, but the profile's
uninstall() {
	run env B=none LIBEXECDIR="$fake/libexec" SBINDIR="$fake/sbin" \
	    PAMDIR="$fake/security" MANDIR="$fake/man" LIBDIR="$fake/lib" \
	    DOCDIR="$fake/doc" SYSCONFDIR="$fake/etc" DESTDIR='' \
	    PAMCONFIGDIR=/usr/share/pam-configs \
	    timeout -k 1 60 packaging/install.sh uninstall </dev/null
}
# a service that still names the module: nobody could log in there
site_pam own <<<"auth required $SITE_PAM"
rm "$SITE/pam.d/ward" "$SITE/pam.d/kiosk"
uninstall
ended 1
shows '/etc/pam.d/own'
[[ -e $fake/security/pam_sekisho.so ]] || wrong "the module is gone"
rm "$SITE/pam.d/own"
uninstall
ended 0
[[ ! -e $fake/security/pam_sekisho.so ]] || wrong "the module stays"
[[ ! -e $dir/configs/sekisho ]] || wrong "the profile stays"
! grep -rl sekisho /etc/pam.d | grep -v sekisho-password >"$dir/out" ||
    wrong "still in pam.d"
drive --service login --answer 'Password*=himitsu-1' --steps auth,acct
ended 0
finish
