#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# `sekisho enrol --fido2 --ssh FILE`: the second credential, its files as
# ssh-keygen reads them, and logins through the real ssh and sshd with a
# software key; what stays of it when the ceremony fails.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/site.sh"
site_enter "$0" "$@"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/fido/site.sh"

site_script enrols
PORT=2222 # of our own network

conf() {
	site_conf "s|^\\[helpers\\]|[fido2]\nrp-id = sakura.example.jp\n\n&|" \
	    's/^pairs = pkcs11+pin/pairs = fido2+password/'
}
# enrol PERSON FILE OPTION...
enrol() {
	run site_desk enrol "$1" --fido2 --yes --ssh "$2" "${@:3}"
}
state() {
	site_desk list --json | sha256sum
}
refused() {
	ended 1
	shows "$@"
	[[ $(state) == "$before" ]] || wrong "something was stored"
}
no_files() {
	[[ ! -e $1 && ! -e $1.pub ]] || wrong "files are left"
}
# only NAME [KNOB=VALUE]...: this key alone is plugged in, a new one
only() {
	fido_stop
	fido_key "$@" || wrong "no key"
}
# The ssh of a person who types the PIN when asked.
ssh_in() {
	limited env SSH_ASKPASS="$dir/askpass" SSH_ASKPASS_REQUIRE=force \
	    SOFTKEY_DIR="$FIDO_KEYS" \
	    LD_PRELOAD="$(realpath "$FIDO_BIN")/libsoftkey.so" \
	    ssh -F none -p $PORT -o BatchMode=no -o IdentitiesOnly=yes \
	    -o UserKnownHostsFile="$dir/known" -o PasswordAuthentication=no \
	    -o KbdInteractiveAuthentication=no -i "$1" taro@127.0.0.1 \
	    echo inside
}
# allow FILE.pub [OPTION]: the one line of authorized_keys
allow() {
	echo "${2-}${2:+ }$(<"$1")" >"$dir/authorized"
	chmod 644 "$dir/authorized"
}

t site
site_make "$dir/site" && fido_site && conf || wrong "no site"
site_user taro himitsu-1
site_person taro '山田 太郎' taro || wrong "no taro"
printf '1234-abcd\n' >"$dir/pin"
chmod 600 "$dir/pin"
printf '#!/bin/sh\necho 1234-abcd\n' >"$dir/askpass"
chmod 755 "$dir/askpass"
mkdir -p /run/sshd && chmod 755 /run/sshd
ssh-keygen -q -t ed25519 -N '' -f "$dir/host" </dev/null &&
    echo "[127.0.0.1]:$PORT $(<"$dir/host.pub")" >"$dir/known" ||
    wrong "no host key"
printf '%s\n' "Port $PORT" 'ListenAddress 127.0.0.1' "HostKey $dir/host" \
    "AuthorizedKeysFile $dir/authorized" 'StrictModes no' 'UsePAM no' \
    'PasswordAuthentication no' "PidFile $dir/sshd.pid" >"$dir/sshd_config"
/usr/sbin/sshd -f "$dir/sshd_config" -E "$dir/sshd.log" || wrong "no sshd"
[[ -z $why ]] || { finish; exit 1; }

t two_credentials_in_one_ceremony
only one
enrol taro "$dir/id_one" --label work
ended 0
has "  for ssh      a second credential, in $dir/id_one"
shows 'Touch the key (' 'Touch the key again, for ssh (' \
    'enrolled credential 1 for taro' \
    "enrolled credential 2 for ssh: give $dir/id_one to the person"
lacks verify-required
[[ $(stat -c %a "$dir/id_one") == 600 ]] || wrong "mode of the file"
[[ $(stat -c %a "$dir/id_one.pub") == 644 ]] || wrong "mode of the .pub"
[[ $(tail -n 2 "$SITE_LOG" | head -n 1) == *'"credential":1'*'"number":1'* &&
    $(tail -n 1 "$SITE_LOG") == *'"credential":2'*'"number":1'* &&
    $(tail -n 1 "$SITE_LOG") == *'"rp":"ssh:"'* &&
    $(tail -n 1 "$SITE_LOG") == *'"ssh":true'* ]] ||
    wrong "$(tail -n 2 "$SITE_LOG")"

t ssh_keygen_reads_the_files
run ssh-keygen -l -f "$dir/id_one"
ended 0
shows '256 SHA256:' 'sekisho:taro' '(ECDSA-SK)'
cp "$dir/out" "$dir/l"
run ssh-keygen -l -f "$dir/id_one.pub"
cmp -s "$dir/out" "$dir/l" || wrong "$(<"$dir/l")"
run ssh-keygen -y -f "$dir/id_one"
ended 0
cmp -s "$dir/out" "$dir/id_one.pub" || wrong "$(<"$dir/id_one.pub")"

t ssh_lets_it_in
allow "$dir/id_one.pub"
fido_trace one >"$dir/trace"
run ssh_in "$dir/id_one"
ended 0
has inside
[[ $(fido_trace one) == *'get touched 00'* ]] || wrong "without a touch"

t ssh_does_not_without_the_key
fido_unplug one
run ssh_in "$dir/id_one"
ended 255
lacks inside

t verification_by_pin_with_ed25519
only two
fido_pin two 1234-abcd
# once for both: there is no second line
enrol taro "$dir/id_two" --pin --pin-fd 0 --alg eddsa <"$dir/pin"
ended 0
shows 'put verify-required before the key in authorized_keys'
run ssh-keygen -l -f "$dir/id_two"
shows '(ED25519-SK)'
run ssh-keygen -y -f "$dir/id_two"
cmp -s "$dir/out" "$dir/id_two.pub" || wrong "$(<"$dir/id_two.pub")"
allow "$dir/id_two.pub" verify-required
run ssh_in "$dir/id_two"
ended 0
has inside

t ssh_demands_the_verification
allow "$dir/id_one.pub" verify-required
fido_unplug two
fido_plug one
run ssh_in "$dir/id_one"
ended 255
lacks inside

t resident
only three
fido_pin three 1234-abcd
enrol taro "$dir/id_three" --resident --pin --pin-file "$dir/pin"
ended 0
tail -n 1 "$SITE_LOG" | grep -q '"protect":3.*"resident":true' ||
    wrong "$(tail -n 1 "$SITE_LOG")"
allow "$dir/id_three.pub" verify-required
run ssh_in "$dir/id_three"
has inside

t both_are_revoked_together
run site_desk revoke 1 --reason lost
ended 0
run site_desk list taro --json
[[ $(grep -c '"status":"revoked"' "$dir/out") == 2 ]] || wrong "not both"

t the_same_key_again_for_ssh_alone_is_refused
before=$(state)
enrol taro "$dir/id_again" --pin --pin-file "$dir/pin"
refused 'this key is enrolled for taro already'
no_files "$dir/id_again"

t files_are_never_written_over
only four
before=$(state)
for made in id_x id_x.pub; do
	rm -f "$dir"/id_x*
	echo precious >"$dir/$made"
	enrol taro "$dir/id_x"
	refused "$dir/id_x" 'File exists'
	[[ $(<"$dir/$made") == precious ]] || wrong "$made was written over"
	[[ $(find "$dir" -name 'id_x*' | wc -l) == 1 ]] || wrong "files left"
done
rm -f "$dir"/id_x*
ln -s "$dir/elsewhere" "$dir/id_x"
enrol taro "$dir/id_x"
refused 'File exists'
[[ ! -e $dir/elsewhere ]] || wrong "through a link"
rm "$dir/id_x"
enrol taro "$dir/no/such/folder/id"
refused 'No such file or directory'
[[ -z $(fido_trace four) ]] || wrong "the key was asked"

# second KNOB...: once the first is made the key behaves like this
second() {
	fido_knobs four touch=400
	fido_trace four >/dev/null
	(
		for ((i = 0; i < 300; i++)); do
			grep -q 'make 00' "$FIDO_KEYS/four/trace" && break
			sleep 0.01
		done
		fido_knobs four "$@"
	) &
}

t refused_at_the_second_touch
second touch=refuse
enrol taro "$dir/id_x"
refused 'Touch the key again' 'refused on the key' \
    'NOT ENROLLED: key-refused'
tail -n 1 "$SITE_LOG" | grep -q '"reason":"key-refused".*"result":4' ||
    wrong "$(tail -n 1 "$SITE_LOG")"
no_files "$dir/id_x"
wait %%

t pulled_out_at_the_second_touch
second unplug=touch touch=no
enrol taro "$dir/id_x" --resident
refused 'was pulled out' 'NOT ENROLLED: token-removed' \
    'fido2-token -L -k sakura.example.jp'
no_files "$dir/id_x"
wait %%
fido_unplug four
fido_plug four

t interrupted_at_the_second_touch
second touch=no
run "$BUILD/tests/ttydrive" 'again, for ssh=^C' -- \
    "$SITE/libexec/sekisho" enrol taro --fido2 --yes --ssh "$dir/id_x" \
    --conf "$SITE_CONF"
ended 130
[[ $(state) == "$before" ]] || wrong "something was stored"
no_files "$dir/id_x"
tail -n 1 "$SITE_LOG" | grep -q '"reason":"cancelled"' ||
    wrong "$(tail -n 1 "$SITE_LOG")"
wait %%

t nobody_reads_what_is_told
before=$(state)
fido_knobs four touch=no
site_desk enrol taro --fido2 --yes --ssh "$dir/id_x" 2>/dev/null |
    head -n 1 >/dev/null
[[ $(state) == "$before" ]] || wrong "something was stored"
no_files "$dir/id_x"

t what_cannot_be_recorded_is_not_enrolled
fido_knobs four
mv "$SITE_LOG" "$dir/log.kept"
mkdir "$SITE_LOG"
enrol taro "$dir/id_x"
rmdir "$SITE_LOG"
mv "$dir/log.kept" "$SITE_LOG"
refused 'NOTHING WAS CHANGED'
no_files "$dir/id_x"

t and_then_it_goes_through
enrol taro "$dir/id_x"
ended 0
kill "$(<"$dir/sshd.pid")"
finish
