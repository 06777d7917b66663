#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The rescue, with login itself at a terminal: every token is lost, and what
# tokens are judged by is broken in each way there is.  The named account gets
# in by its password, nobody else does, and each attempt is on record.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"

site_script rescue

t site
mount -t tmpfs -o mode=755 tmpfs /var/log || wrong "no /var/log of our own"
site_make "$dir/site" || { wrong "no site"; finish; exit 1; }
for who in taro sos hanako; do site_user $who himitsu-1; done
site_person taro '山田 太郎' taro || wrong "no person taro"
sed -i "s|:/nonexistent:/bin/sh$|:/:/bin/sh|" "$SITE/etc/passwd"
cat "$SITE/etc/passwd" >/etc/passwd
for service in login su other-service; do
	cp "$SITE/pam.d/ward" "$SITE/pam.d/$service"
done
conf() {
	site_conf 's/^fail-delay-ms = .*/fail-delay-ms = 300/' \
	    's/^\(login\|token\|type\)-seconds = .*/\1-seconds = 30/' \
	    's/^\[service ward\]/[service *]/' "$@"
	# not in `*`, nor in the other services
	printf '\n[service login]\npairs = pkcs11+password\nrescue = sos, %s\n' \
	    ghost >>"$SITE_CONF"
}
conf
login=$(command -v login) id=$(command -v id)
finish

typing() {
	run timeout -k 1 60 "$BUILD/tests/ttydrive" "$@"
	sed -i 's/\r$//' "$dir/out"
}
# The last records, oldest first: parts of each line.
fields() { # EVENT PART...
	local line part
	line=$(grep "\"event\":\"$1\"" "$SITE_LOG" | tail -n 1)
	shift
	for part; do
		[[ $line == *"$part"* ]] || wrong "no $part in $line"
	done
}
count() { grep -c "\"event\":\"$1\"" "$SITE_LOG"; }
prompt='Rescue login without a card or key: it goes on record. Password of sos: '
gets_in() {
	local before
	before=$(count breakglass_start)
	typing 'Password of sos=himitsu-1' '$ =id -un; exit 5' -- "$login" sos
	has sos
	lacks 'Insert your card'
	(($(count breakglass_start) == before + 1)) ||
	    wrong "not one more breakglass_start"
	fields breakglass_start '"reason":"ok"' '"pair":"password"' \
	    '"account":{"name":"sos","uid":' '"claimed":"sos"' \
	    '"type":110127' '"class":"know"' '"verified_by":"system"' "$@"
	fields breakglass_stop '"account":{"name":"sos"' '"type":110138' \
	    '"auth_seq":' '"duration_s":'
}
stays_out() { # EVENT REASON [PART]...
	lacks 'uid='
	fields "$1" "\"reason\":\"$2\"" "${@:3}"
}

t every_token_is_lost
gets_in
shows "$prompt"
before=$(entries "$SITE_LOG")
typing 'Password of sos=himitsu-1' '$ =exit' -- "$login" sos
(($(entries "$SITE_LOG") == before + 4)) || wrong "not four records"
tail -n 4 "$SITE_LOG" | grep -o '"event":"[a-z_]*"' | tr -d '\n' >"$dir/order"
[[ $(<"$dir/order") == '"event":"breakglass_start""event":"login"'`
    `'"event":"logout""event":"breakglass_stop"' ]] ||
    wrong "order: $(<"$dir/order")"
[[ $(tail -n 4 "$SITE_LOG" | grep -o '"session":"[^"]*"' | sort -u |
    wc -l) == 1 ]] || wrong "not one session"

t and_from_there_to_root
printf '\n[service su]\npairs = pkcs11+password\nrescue = root\n' >>"$SITE_CONF"
sed -i "s|^root:[^:]*:|root:$(openssl passwd -6 root-1):|" "$SITE/etc/shadow"
cat "$SITE/etc/shadow" >/etc/shadow
sos=$(id -u sos)
typing 'Password of root=root-1' -- "$(command -v setpriv)" --reuid "$sos" \
    --regid "$sos" --clear-groups "$(command -v su)" -c "$id -un"
ended 0
has root
fields breakglass_start '"reason":"ok"' '"claimed":"root"' '"service":"su"' \
    '"ruser":"sos"'
conf

t in_japanese
conf 's/^language = .*/language = ja/'
typing 'のパスワード=himitsu-1' '$ =exit' -- "$login" sos
shows '緊急ログインです(カード・キーなし。記録されます)。sos のパスワード: '
conf

t wrong_password_is_paced_and_on_record
started=$(date +%s%N)
run site_drive --service login --user sos --answer 'Rescue*=wrong'
lacks 'auth = 0'
(($(date +%s%N) - started >= 300000000)) || wrong "not paced"
fields breakglass_start '"reason":"wrong-password"' '"result":4' \
    '"pair":"password"' '"ok":false'

t a_name_the_system_does_not_know
run site_drive --service login --user ghost --answer 'Rescue*=himitsu-1'
lacks 'auth = 0'
fields breakglass_start '"claimed":"ghost"' '"reason":"wrong-password"'

t no_answer
run site_drive --service login --user sos
lacks 'auth = 0'
fields breakglass_start '"reason":"cancelled"'

t other_accounts_need_both
before=$(count breakglass_start)
for who in taro hanako root; do
	run site_drive --service login --user $who --answer 'Password*=himitsu-1'
	lacks 'auth = 0' Rescue
	fields auth "\"claimed\":\"$who\"" '"result":4'
done
(($(count breakglass_start) == before)) || wrong "a breakglass_start"

t card_first_stays_card_first
run site_drive --service login --answer '*=himitsu-1'
lacks 'auth = 0' Rescue
shows 'Insert your card'
fields auth '"reason":"no-token"'

t another_service_does_not_rescue
for service in su ward other-service; do
	run site_drive --service $service --user sos --answer '*=himitsu-1'
	lacks 'auth = 0' Rescue
	fields auth "\"service\":\"$service\"" '"claimed":"sos"'
done

# It may call itself login, behind the socket.
t a_program_that_is_not_roots
python3 - "$SITE/gate.sock" "$SITE/libexec/sekisho-gate" "$SITE_CONF" \
    >"$dir/socket" 2>&1 <<'END' &
import os, socket, subprocess, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o666); s.listen(1)
c, _ = s.accept()
subprocess.run([sys.argv[2], "--conf", sys.argv[3]], stdin=c)
END
server=$!
for ((i = 0; i < 250; i++)); do
	[[ ! -S $SITE/gate.sock ]] || break
	sleep 0.02
done
chmod 755 "$BUILD/tests/pamdrive"
cp "$BUILD/tests/pamdrive" "$SITE/pamdrive"
run setpriv --reuid "$sos" --regid "$sos" --clear-groups timeout -k 1 30 \
    "$SITE/pamdrive" --service login --user sos --steps auth \
    --answer '*=himitsu-1'
lacks 'auth = 0' Rescue
fields auth '"service_claimed":true' '"service":"login"' '"claimed":"sos"'
kill $server 2>/dev/null
wait $server 2>/dev/null

t database_is_gone
mv "$SITE/lib/sekisho.db" "$SITE/lib/away"
gets_in
mv "$SITE/lib/away" "$SITE/lib/sekisho.db"

t database_is_broken
cp "$SITE/lib/sekisho.db" "$SITE/db"
head -c 5000 /dev/urandom >"$SITE/lib/sekisho.db"
gets_in
cp "$SITE/db" "$SITE/lib/sekisho.db"

t the_whole_folder_of_the_database_is_gone
mv "$SITE/lib" "$SITE/lib-away"
gets_in 'paths.state'
run site_drive --service login --user taro --answer '*=himitsu-1'
lacks 'auth = 0'
fields auth '"reason":"config"' '"claimed":"taro"' 'paths.state'
mv "$SITE/lib-away" "$SITE/lib"

t trust_anchors_are_gone
mv "$SITE/etc/anchors" "$SITE/etc/away"
gets_in 'paths.trust-anchors'
mkdir -m 755 "$SITE/etc/anchors"
gets_in
echo nonsense >"$SITE/etc/anchors/ca.pem"
gets_in
rm -r "$SITE/etc/anchors"
mv "$SITE/etc/away" "$SITE/etc/anchors"

t revocation_list_is_stale_and_its_folder_gone
site_crl from=2020-01-01 to=2020-01-02 ||
    wrong "no stale list"
gets_in
mv "$SITE/crl" "$SITE/crl-away"
gets_in 'paths.crls'
mv "$SITE/crl-away" "$SITE/crl"

t the_module_and_the_service_user_are_gone
conf "s|^module = .*|module = $SITE/nothing.so|" 's/^user = .*/user = nouser/'
gets_in 'pkcs11 card.module'
conf

t what_the_rescue_needs_itself
mv "$SITE/libexec/sekisho-password" "$SITE/away"
run site_drive --service login --user sos --answer '*=himitsu-1'
lacks 'auth = 0'
fields breakglass_start '"reason":"password-unavailable"'
mv "$SITE/away" "$SITE/libexec/sekisho-password"

t nothing_is_named_and_something_is_gone
site_conf 's/^\[service ward\]/[service *]/'
before=$(entries "$SITE_LOG")
mv "$SITE/etc/anchors" "$SITE/etc/away"
run site_drive --service login --user sos --answer '*=himitsu-1'
lacks 'auth = 0'
(($(entries "$SITE_LOG") == before)) || wrong "recorded"
mv "$SITE/etc/away" "$SITE/etc/anchors"
conf

t a_session_that_is_no_rescue_ends_as_any
before=$(count breakglass_stop)
run site_drive --service login --user sos --steps open,close
ended 0
run site_drive --service login --user taro --steps open,close
(($(count breakglass_stop) == before)) || wrong "a breakglass_stop"

t no_record_no_login
before=$(wc -l <"$SITE_LOG")
mount --bind -o ro "$SITE/log" "$SITE/log"
mount -o remount,bind,ro "$SITE/log"
run site_drive --service login --user sos --answer 'Rescue*=himitsu-1'
lacks 'auth = 0'
shows 'The login cannot be recorded and is refused.'
umount "$SITE/log"
(($(wc -l <"$SITE_LOG") == before)) || wrong "something was written"
gets_in

# The last resort: no login at all, and what is written after it.
t a_broken_configuration_lets_nobody_in
cp "$SITE_CONF" "$SITE/etc/good"
echo nonsense >>"$SITE_CONF"
run site_drive --service login --user sos --answer '*=himitsu-1'
lacks 'auth = 0'
shows 'Login is not configured correctly.'
# in the shell of single user mode, as the manual says
run site_desk check-config
ended 1
shows "$SITE_CONF:"
cp "$SITE/etc/good" "$SITE_CONF"
run site_desk check-config
ended 0
gets_in

t the_report_and_the_forms_have_them
run site_desk audit report --format csv --month "$(date +%Y-%m)"
shows 'breakglass_start' 'breakglass_stop'
run site_desk audit show --event breakglass_start --last 1
ended 0
shows 'emergency access begins'
run site_desk audit export --format dicom --output "$dir/dicom"
ended 0
grep -q 'csd-code="110127"' "$dir/dicom" || wrong "DICOM: no 110127"
grep -q 'csd-code="110138"' "$dir/dicom" || wrong "DICOM: no 110138"
run site_desk audit export --format fhir --output "$dir/fhir"
ended 0
grep -q '110127' "$dir/fhir" || wrong "FHIR: no 110127"

t the_record_verifies
run site_desk audit verify
ended 0
finish
