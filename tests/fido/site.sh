# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Software FIDO2 keys in a site.  Source it after tests/site.sh, then, inside
# site_enter and after site_make:
#
#   fido_site                    the helper with software keys below libfido2
#   fido_key NAME [KNOB=VALUE]...     a new key, plugged in (tests/fido/knobs.txt)
#   fido_knobs NAME [KNOB=VALUE]...   these knobs instead of those before; it
#                                counts from the next command on, and for one
#                                that waits for a touch within 0.1 s
#   fido_always NAME KNOB=VALUE...    knobs that fido_knobs leaves alone
#   fido_unplug NAME, fido_plug NAME
#   fido_save NAME COPY, fido_restore NAME COPY   a copy of what the key
#                                holds, put back later: a cloned key
#   fido_pin NAME NEW [OLD]      sets or changes the PIN
#   fido_tries NAME              prints how many tries of the PIN are left
#   fido_trace NAME              prints what the key was asked since the last
#                                fido_trace, a line each ("get touched 00")
#   fido_ca                      a maker's root and intermediate CA in
#                                $SITE/pki: fido-root, fido-batch
#   fido_attest NAME [OPTION]... attestation by that maker for the key's model
#                                ($FIDO_AAGUID, or what the knob aaguid says);
#                                options of pki_cert
#   fido_run COMMAND...          an unmodified program that sees the keys: it
#                                has the variables of the array FIDO_ENV
#   fido_path NAME               prints the path of the device
#   fido_stop                    all keys out; call it in the EXIT trap too
#
# A key ends by itself when its folder is removed, or after $FIDO_LIFE_S.

: "${FIDO_LIFE_S:=300}"
FIDO_AAGUID=534f46544b45592d544553542d414147
FIDO_BIN=$BUILD/tests/fido

fido_site() {
	FIDO_KEYS=$SITE/libexec/keys
	FIDO_ENV=("SOFTKEY_DIR=$FIDO_KEYS"
	    "LD_PRELOAD=$(realpath "$FIDO_BIN")/libsoftkey.so")
	mkdir -p "$FIDO_KEYS" && chmod 755 "$FIDO_KEYS" &&
	    install -m 755 "$FIDO_BIN/sekisho-fido" "$FIDO_BIN/libsoftkey.so" \
		"$SITE/libexec/"
}

fido_path() {
	echo "$FIDO_KEYS/$1/socket"
}

_fido_alive() {
	local pid
	pid=$(cat "$FIDO_KEYS/$1/pid" 2>/dev/null) && card_pid_alive "$pid"
}

_fido_until() {
	local i
	for ((i = 0; i < 500; i++)); do
		"$@" && return
		sleep 0.01
	done
	echo "fido: not within 5 s: $*" >&2
	return 1
}

_fido_there() {
	[[ -S $FIDO_KEYS/$1/socket ]]
}

_fido_gone() {
	! _fido_alive "$1"
}

fido_plug() {
	local key=$FIDO_KEYS/$1
	! _fido_alive "$1" || return 0
	rm -f "$key/socket"
	"$FIDO_BIN/softkeyd" "$key" "$FIDO_LIFE_S" \
	    </dev/null >>"$key/err" 2>&1 &
	echo $! >"$key/pid"
	_fido_until _fido_there "$1"
}

fido_unplug() {
	if _fido_alive "$1"; then
		kill "$(<"$FIDO_KEYS/$1/pid")"
		_fido_until _fido_gone "$1"
	fi
	rm -f "$FIDO_KEYS/$1/socket"
	[[ ! -s $FIDO_KEYS/$1/err ]] || {
		echo "fido: key $1: $(tail -n 5 "$FIDO_KEYS/$1/err")" >&2
		return 1
	}
}

fido_knobs() {
	local key=$FIDO_KEYS/$1
	shift
	{
		(($# == 0)) || printf '%s\n' "$@"
		cat "$key/always"
	} >"$key/knobs.new" && mv "$key/knobs.new" "$key/knobs"
}

fido_always() {
	local name=$1
	shift
	printf '%s\n' "$@" >>"$FIDO_KEYS/$name/always"
	cat "$FIDO_KEYS/$name/always" >>"$FIDO_KEYS/$name/knobs"
}

fido_key() {
	local key=$FIDO_KEYS/$1
	mkdir "$key" && chmod 755 "$key" || return
	touch "$key/always" "$key/trace"
	fido_knobs "$@" && fido_plug "$1"
}

fido_save() {
	cp "$FIDO_KEYS/$1/state" "$FIDO_KEYS/$1/state-$2"
}

# By rename: the key may be reading.
fido_restore() {
	cp "$FIDO_KEYS/$1/state-$2" "$FIDO_KEYS/$1/state.old" &&
	    mv "$FIDO_KEYS/$1/state.old" "$FIDO_KEYS/$1/state"
}

fido_run() {
	env "${FIDO_ENV[@]}" "$@"
}

fido_pin() {
	local name=$1
	shift
	"$FIDO_BIN/fidopin" "$(fido_path "$name")" "$@"
}

fido_tries() {
	fido_pin "$1" --tries
}

fido_trace() {
	cat "$FIDO_KEYS/$1/trace"
	: >"$FIDO_KEYS/$1/trace"
}

fido_ca() {
	pki_ca "$SITE/pki" fido-root "/C=JP/O=Key Works/CN=Key Works Root" \
	    to='10 years' &&
	    pki_ca "$SITE/pki" fido-batch "/C=JP/O=Key Works/CN=Key Works CA 1" \
		issuer=fido-root to='9 years'
}

fido_attest() {
	local name=$1 key=$FIDO_KEYS/$1 aaguid
	shift
	aaguid=$(sed -n 's/^aaguid=//p' "$key/knobs" | tail -n 1)
	aaguid=${aaguid:-$FIDO_AAGUID}
	pki_cert "$SITE/pki" fido-batch "fido-$name" \
	    "/C=JP/O=Key Works/OU=Authenticator Attestation/CN=Model 1" \
	    key=ec:P-256 ku= eku= \
	    ext="1.3.6.1.4.1.45724.1.1.4=ASN1:FORMAT:HEX,OCTETSTRING:${aaguid//-/}" \
	    "$@" || return
	cp "$SITE/pki/fido-$name.crt" "$SITE/pki/fido-$name.key" "$key/" &&
	    cp "$SITE/pki/fido-batch.crt" "$key/" &&
	    fido_always "$name" attestation=x5c "attcert=fido-$name.crt" \
		"attkey=fido-$name.key" attca=fido-batch.crt
}

fido_stop() {
	local key bad=0
	[[ -n ${FIDO_KEYS-} ]] || return 0
	for key in "$FIDO_KEYS"/*/; do
		[[ ! -e $key/pid ]] || fido_unplug "$(basename "$key")" || bad=1
	done
	return $bad
}
