# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Enrolments of FIDO2 keys in a site: what the scripts that test them share.
# Source it after tests/site.sh and tests/fido/site.sh, with $dir set.
#
#   conf [LINE]...            the configuration with [fido2] and these lines
#                             after it; $helpers: the folder of the helpers,
#                             $insert: insert-seconds
#   persons                   taro, hanako and some more
#   only NAME [KNOB=VALUE]... this key is plugged in, a new one if need be
#   enrol PERSON OPTION...
#   pin PIN                   writes $dir/pin
#   begin                     what is stored from now on is counted ...
#   refused PART...           ... and there is none: exit status 1, these words
#   on_record REASON          it is a refusal of hanako's key for this reason

helpers=libexec
insert=1
conf() {
	local line more=''
	for line; do more+="\\n$line"; done
	site_conf "s|^\\[helpers\\]|[fido2]\nrp-id = sakura.example.jp$more\n\n&|" \
	    "s|^helpers = .*|helpers = $SITE/$helpers|" \
	    "s/^insert-seconds.*/insert-seconds = $insert/" \
	    's/^token-seconds.*/token-seconds = 1\ntouch-seconds = 5/' \
	    's/^pairs = pkcs11+pin/pairs = fido2+password, fido2+verification/'
}
only() {
	local k
	for k in "$FIDO_KEYS"/*/; do
		[[ ! -e $k/pid || $k == "$FIDO_KEYS/$1/" ]] ||
		    fido_unplug "$(basename "$k")"
	done
	if [[ -d $FIDO_KEYS/$1 ]]; then
		fido_knobs "$@" && fido_plug "$1"
	else
		fido_key "$@"
	fi
}
enrol() {
	run site_desk enrol "$1" --fido2 --yes "${@:2}"
}
pin() {
	printf '%s\n' "$1" >"$dir/pin"
	chmod 600 "$dir/pin"
}
state() {
	site_desk list --json | sha256sum
}
before=''
begin() {
	before=$(state)
}
refused() {
	ended 1
	shows "$@"
	[[ $(state) == "$before" ]] || wrong "something was stored"
}
on_record() {
	last '"event":"enrol"' '"result":4' "\"reason\":\"$1\"" \
	    '"kind":"fido2"' '"name":"hanako"'
	[[ $(tail -n 1 "$SITE_LOG") != *'"credential":'[0-9]* ]] ||
	    wrong "the record names a credential"
}
persons() {
	local p
	for p in 'taro 山田 太郎' 'hanako 佐藤 花子' 'jiro Jiro' \
	    'saburo Saburo' 'shiro Shiro'; do
		site_person "${p%% *}" "${p#* }" 2>/dev/null || return
	done
}

# slow PERSON: with $helpers, on its own until waited WORDS; it is refused
slow_of=''
slow() {
	sed "s|^helpers = .*|helpers = $SITE/$helpers|" "$SITE_CONF" \
	    >"$SITE/etc/slow.conf"
	chmod 644 "$SITE/etc/slow.conf"
	slow_of=$1
	{
		"$SITE/libexec/sekisho" enrol "$1" --fido2 --yes \
		    --conf "$SITE/etc/slow.conf"
		echo "status $?"
	} >"$dir/slow" 2>&1 &
}
waited() {
	local i
	for ((i = 0; i < 1500; i++)); do
		! grep -q '^status' "$dir/slow" || break
		sleep 0.01
	done
	cp "$dir/slow" "$dir/out"
	has 'status 1'
	shows "$1"
	run site_desk list "$slow_of" --json
	has '[]'
}
