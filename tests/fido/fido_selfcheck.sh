#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The software key below the system's own libfido2, with programs that know
# nothing of it: libfido2's tools, pam_u2f, OpenSSH.  What they accept and
# refuse shows that the key does what it says, and lies where it is told to.
# Must leave nothing behind; no file of the system is touched.

: "${BUILD:=build}"
here=$(dirname "$0")/..
# shellcheck source=tests/site.sh
. "$here/site.sh"
for tool in fido2-token fido2-cred fido2-assert pamu2fcfg pamtester ssh-keygen \
    /usr/sbin/sshd; do
	command -v "$tool" >/dev/null ||
		{ echo "skip fido_selfcheck: no $tool"; exit 0; }
done
site_enter "$0" "$@"

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-fido.XXXXXX") || exit 1
chmod 755 "$dir"
sshd=
trap 'fido_stop; [[ -z $sshd ]] || kill "$sshd"; rm -rf "$dir"
    exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$here/cases.sh"
# shellcheck source=tests/fido/site.sh
. "$here/fido/site.sh"
CASE_LIMIT_S=20

t site
if ! { site_make "$dir/site" && fido_site && fido_key a; }; then
	wrong "no site"; finish; exit 1
fi
key=$(fido_path a)
rp=hospital.example

# tool COMMAND...: a program of the system, with its limit of time
tool() {
	fido_run timeout -k 1 "$CASE_LIMIT_S" "$@"
}
fresh() {
	fido_knobs a
	fido_trace a >/dev/null
}
b64() {
	head -c "$1" /dev/urandom | base64 -w 0
}
# make ALG [OPTION]...: a credential; what fido2-cred says of it in $dir/cred.
# The hash of the client's data is the same for all.
make() {
	local alg=$1
	shift
	printf '%s\n' "$hash" "$rp" taro "$(b64 32)" >"$dir/make"
	tool fido2-cred -M -i "$dir/make" "$@" "$key" "$alg" \
	    >"$dir/cred.raw" || return
	tool fido2-cred -V -i "$dir/cred.raw" -o "$dir/cred" \
	    "${checks[@]}" "$alg" || return
	sed -n 1p "$dir/cred" >"$dir/id"
	sed 1d "$dir/cred" >"$dir/$alg.pem"
}
# get [OPTION]...: an assertion; verify ALG [OPTION]...: is it right?
get() {
	{ printf '%s\n%s\n' "$hash" "$rp"; cat "$dir/id"; } >"$dir/get"
	tool fido2-assert -G -i "$dir/get" "$@" "$key" >"$dir/assert"
}
verify() {
	tool fido2-assert -V -i "$dir/assert" "${@:2}" "$dir/$1.pem" "$1"
}
hash=$(b64 32)
checks=()

t listed
run tool fido2-token -L
ended 0
has "$key: vendor=0x0000, product=0x0000 (Sekisho a)"

t unplugged_is_gone
fido_unplug a
run tool fido2-token -L
ended 0
lacks "$key"
fido_plug a || wrong "not plugged in again"
run tool fido2-token -L
shows "$key"

t info
fido_knobs a aaguid=00112233-4455-6677-8899-aabbccddeeff firmware=258 \
    transports=usb,nfc idlen=500 listmax=3 uv=yes
run tool fido2-token -I "$key"
ended 0
has 'version strings: U2F_V2, FIDO_2_0, FIDO_2_1' \
    'extension strings: credProtect, hmac-secret' \
    'transport strings: usb, nfc' \
    'aaguid: 00112233445566778899aabbccddeeff' 'fwversion: 0x102' \
    'maxcredcntlst: 3' 'maxcredlen: 500' 'pin retries: 8' \
    'options: rk, up, uv, noclientPin, pinUvAuthToken, makeCredUvNotRqd' \
    'algorithms: es256 (public-key), eddsa (public-key), es384 (public-key), rs256 (public-key)'

for alg in es256 eddsa es384 rs256; do
	t "make_and_get_$alg"
	run make $alg
	ended 0
	run get -t up=true
	ended 0
	run verify $alg -p
	ended 0
	fido_knobs a badsig=1
	run get -t up=true
	run verify $alg -p
	ended 1
	shows FIDO_ERR_INVALID_SIG
done

t make_x5c
fido_ca && fido_attest a || wrong "no CA"
run make es256
ended 0
sed -n 7p "$dir/cred.raw" | base64 -d | openssl x509 -inform DER \
    >"$dir/leaf" 2>"$dir/out" || wrong "no leaf"
openssl verify -CAfile "$SITE/pki/fido-root.crt" \
    -untrusted "$SITE/pki/fido-batch.crt" "$dir/leaf" >"$dir/out" 2>&1 ||
    wrong "no chain"
fido_knobs a badatt=1
run make es256
ended 1
shows FIDO_ERR_INVALID_SIG

# libfido2 takes it; its tool has no way to print it
t make_without_attestation
: >"$FIDO_KEYS/a/always"
fido_knobs a attestation=none
run make es256
shows 'output error'
run fido_trace a
has 'make 00'

# libfido2 looks at RP, UP and UV; the rest is for the caller to see
t lies
checks=()
fresh
run make es256
for lie in rphash=wrong up=0; do
	fido_knobs a "$lie"
	run get -t up=true
	run verify es256 -p
	ended 1
done
fido_knobs a uvflag=1
run get -t up=true
run verify es256 -p -v
ended 0
fido_knobs a credential=key
run get -t up=true
run verify es256 -p
shows FIDO_ERR_INVALID_SIG

# The counter is 4 bytes after the hash and the flags, of the data as CBOR.
count() {
	get -t up=true && sed -n 3p "$dir/assert" | base64 -d |
	    tail -c 4 | od -An -tu1
}
t counter_and_clone
fido_save a old
run count
first=$(<"$dir/out")
run count
[[ $(<"$dir/out") != "$first" ]] || wrong "does not count"
fido_restore a old
run count
has "$first"
fido_knobs a counter=zero
run count
has '   0   0   0   0'

t answers_that_are_broken
for fault in garbage deepcbor hugecbor cut oversize; do
	fido_knobs a $fault=get
	run get -t up=true
	ended 1
	shows 'fido_dev_get_assert:'
done
fresh
run get -t up=true
ended 0

t silent
fido_knobs a silent=get
fido_run timeout 0.5 fido2-assert -G -i "$dir/get" -t up=true "$key" \
    >"$dir/out" 2>&1
(($? == 124)) || wrong "said something"
fido_knobs a
run get -t up=true
ended 0

t unplugged_in_the_middle
for when in touch touched; do
	fido_knobs a unplug=$when touch=200
	run get -t up=true
	ended 1
	within 3000
	_fido_until _fido_gone a || wrong "still there after $when"
	fido_plug a
done

t slow_touch
fido_knobs a touch=700
run get -t up=true
ended 0
within 5000
(((${EPOCHREALTIME/./} - started / 1000) >= 700000)) || wrong "did not wait"

t touch_refused
fido_knobs a touch=refuse
run get -t up=true
ended 1
shows FIDO_ERR_OPERATION_DENIED

t nobody_touches
fido_knobs a touch=no wait=300
run get -t up=true
ended 1
shows FIDO_ERR_USER_ACTION_TIMEOUT

t left_alone
fido_knobs a touch=no
run fido_run timeout 0.5 fido2-assert -G -i "$dir/get" -t up=true "$key"
status=0 why=
fido_knobs a
run get -t up=true
ended 0
run fido_trace a
has 'get touched 2d' 'left alone'

t touched_at_last
fido_knobs a touch=no
(sleep 0.4; fido_knobs a touch=yes) &
run get -t up=true
ended 0
within 5000
wait $!

t protected
checks=(-c 3)
run make es256 -c 3
ended 0
run get -t up=true
ended 1
shows FIDO_ERR_NO_CREDENTIALS
checks=(-c 2)
fido_knobs a protect=lower
run make es256 -c 3
ended 0
checks=()

t resident
run make es256 -r
ended 0
run tool fido2-assert -G -i <(printf '%s\n%s\n' "$hash" "$rp") -r "$key"
ended 0
fido_knobs a handle=none
run tool fido2-assert -G -i <(printf '%s\n%s\n' "$hash" "$rp") -r "$key"
ended 1
fido_knobs a rkslots=0
run make es256 -r
shows FIDO_ERR_KEY_STORE_FULL

t residents_one_after_the_other
run make es256 -r
fido_trace a >/dev/null
run tool fido2-assert -G -i <(printf '%s\n%s\n' "$hash" "$rp") -r "$key"
ended 0
run fido_trace a
has 'get touched 00' 'next 00'

# The secret depends on the salt, and nothing else.
secret() {
	{ printf '%s\n%s\n' "$hash" "$rp"; cat "$dir/id"; echo "$1"; } \
	    >"$dir/get"
	tool fido2-assert -G -i "$dir/get" -h "$key" | tail -n 1
}
t hmac_secret
checks=(-h)
run make es256 -h
ended 0
checks=()
salt=$(b64 32)
one=$(secret "$salt") two=$(secret "$salt") other=$(secret "$(b64 32)")
[[ ${#one} == 44 && $one == "$two" && $one != "$other" ]] ||
    wrong "secrets: $one, $two, $other"

t pin_set_and_changed
run fido_pin a 1234
ended 0
run fido_pin a 5678 4321
ended 1
shows FIDO_ERR_PIN_INVALID
run fido_tries a
has 7
run fido_pin a 271828 1234
ended 0
run fido_tries a
has 8

# The PIN is asked for on a terminal.
typed_get() {
	"$BUILD/tests/ttydrive" "Enter PIN for=$1" -- /usr/bin/env "${FIDO_ENV[@]}" \
	    fido2-assert -G -i "$dir/get" -o "$dir/assert" -t up=true \
	    -t pin=true "$key"
}
for proto in 1 2; do
	for puat in 0 1; do
		t "pin_protocol_${proto}_token_form_$puat"
		fido_knobs a proto=$proto puat=$puat
		run make es256
		run get -t up=true
		run verify es256 -p -v
		ended 1
		run typed_get 271828
		ended 0
		run verify es256 -p -v
		ended 0
	done
done

t ctap_2_0
fido_knobs a versions=2.0
run tool fido2-token -I "$key"
has 'version strings: U2F_V2, FIDO_2_0' 'options: rk, up, clientPin'
run typed_get 271828
ended 0
run verify es256 -p -v
ended 0

t always_verified
fido_knobs a alwaysuv=1
run get -t up=true
shows FIDO_ERR_PIN_REQUIRED
run typed_get 271828
ended 0

t pin_blocked
run typed_get 0001
shows FIDO_ERR_PIN_INVALID
run typed_get 0002
run typed_get 0003
shows FIDO_ERR_PIN_AUTH_BLOCKED
run typed_get 271828
shows FIDO_ERR_PIN_AUTH_BLOCKED
fido_unplug a && fido_plug a
run typed_get 271828
ended 0
fido_knobs a pinlocked=1
run typed_get 271828
shows FIDO_ERR_PIN_BLOCKED

t finger
fido_key b uv=yes
key=$(fido_path b)
for puat in 1 0; do
	fido_knobs b uv=yes puat=$puat
	run make es256
	run get -t up=true -t uv=true
	ended 0
	run verify es256 -p -v
	ended 0
done
fido_knobs b uv=yes finger=bad
for left in 2 1; do
	run get -t up=true -t uv=true
	shows FIDO_ERR_UV_INVALID
	run tool fido2-token -I "$key"
	has "uv retries: $left"
done
run get -t up=true -t uv=true
shows FIDO_ERR_UV_BLOCKED
fido_knobs b uv=yes
run get -t up=true -t uv=true
shows FIDO_ERR_UV_BLOCKED
fido_unplug b

t transport
fido_key hid touch=no wait=5000
run limited "$FIDO_BIN/hidcheck" "$(fido_path hid)"
ended 0
lacks 'not ok'
run fido_trace hid
has cancel 'select 2d' 'get touched 2d'
fido_unplug hid

t u2f_only
fido_key old versions=u2f touch=300
key=$(fido_path old)
checks=()
run make es256
ended 0
sed -n 3p "$dir/cred.raw" >"$dir/out"
has fido-u2f
run get -t up=true
ended 0
run verify es256 -p
ended 0
run fido_trace old
has 'u2f 1 9000' 'u2f 2 6985' 'u2f 2 9000'
fido_knobs old versions=u2f badsig=1
run get -t up=true
run verify es256 -p
ended 1
fido_unplug old
key=$(fido_path a)

t pam_u2f
site_user taro himitsu-1
site_pam u2f <<<"auth required pam_u2f.so authfile=$SITE/etc/u2f origin=pam://$rp appid=pam://$rp cue
account required pam_permit.so"
fido_knobs a attestation=x5c
run tool pamu2fcfg -u taro -o "pam://$rp" -i "pam://$rp"
ended 0
cp "$dir/out" "$SITE/etc/u2f"
fido_trace a >/dev/null
run tool pamtester u2f taro authenticate
ended 0
run fido_trace a
has 'get touched 00'
fido_knobs a badsig=1
run tool pamtester u2f taro authenticate
ended 1
shows 'Authentication failure'
fido_unplug a
run tool pamtester u2f taro authenticate
ended 1
fido_plug a

# Two keys, in either order: pam_u2f finds the right one.
t pam_u2f_two_keys
fido_key z
run tool pamtester u2f taro authenticate
ended 0
run fido_trace z
lacks 'get touched'
fido_unplug z

# -- OpenSSH: a server of this network namespace alone
t sshd
mkdir -m 755 /run/sshd "$dir/ssh"
ssh-keygen -q -t ed25519 -N '' -f "$dir/ssh/host"
cat >"$dir/ssh/sshd_config" <<-END
	ListenAddress 127.0.0.1:2222
	HostKey $dir/ssh/host
	PidFile none
	AuthorizedKeysFile $dir/ssh/%u
	StrictModes no
	UsePAM no
	PasswordAuthentication no
	KbdInteractiveAuthentication no
END
echo "[127.0.0.1]:2222 $(<"$dir/ssh/host.pub")" >"$dir/ssh/known"
: >"$dir/ssh/log"
/usr/sbin/sshd -D -e -f "$dir/ssh/sshd_config" 2>"$dir/ssh/log" &
sshd=$!
listening() {
	grep -q 'Server listening' "$dir/ssh/log"
}
_fido_until listening || wrong "no sshd: $(<"$dir/ssh/log")"
login() {
	tool ssh -F none -p 2222 -i "$dir/ssh/$1" -o IdentitiesOnly=yes \
	    -o IdentityAgent=none -o UserKnownHostsFile="$dir/ssh/known" \
	    -o GlobalKnownHostsFile=none -o PasswordAuthentication=no \
	    taro@127.0.0.1 echo inside </dev/null
}
for type in ecdsa-sk ed25519-sk; do
	t "ssh_$type"
	fido_trace a >/dev/null
	run tool ssh-keygen -q -t $type -N '' -O application=ssh:hospital \
	    -C '' -f "$dir/ssh/$type"
	ended 0
	cp "$dir/ssh/$type.pub" "$dir/ssh/taro"
	run login $type
	ended 0
	shows inside
	fido_knobs a badsig=1
	run login $type
	ended 255
	shows 'Permission denied'
done

# The key was not asked for the person's verification, so it has not signed it.
t ssh_verify_required
sed 's/^/verify-required /' "$dir/ssh/ed25519-sk.pub" >"$dir/ssh/taro"
run login ed25519-sk
ended 255
shows 'Permission denied'
fido_knobs a uvflag=1
run login ed25519-sk
ended 0

# Every key said nothing on its standard error, a sanitizer least of all.
t pulled_out
run fido_stop
ended 0
[[ ! -s $dir/out ]] || wrong "keys complain"
! pgrep -f "^$FIDO_BIN/softkeyd $FIDO_KEYS" >/dev/null || wrong "a key runs on"
fido_plug a && rm -rf "$FIDO_KEYS/a"
_gone() {
	! pgrep -f "^$FIDO_BIN/softkeyd $FIDO_KEYS" >/dev/null
}
_fido_until _gone || wrong "runs on without its folder"
finish
