# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# For the tests of the PAM module: a folder with a copy of the module, a gate
# that plays a script, and PAM configurations; named cases with checks on
# what pamdrive printed and what the gate saw.  Sourced, as root.
#
# BUILD: where the programs are (default: build).

set -u
: "${BUILD:=build}"
TESTS=${TESTS:-$BUILD/tests}
SESSION=01234567-89ab-cdef-0123-456789abcdef

dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-pam.XXXXXX") || exit 1
trap 'finish; rm -rf "$dir"; exit $((failed > 0))' EXIT
trap 'exit 1' INT TERM HUP
# shellcheck source=tests/cases.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cases.sh"

fresh() {
	rm -f "$dir/dump"
}

[[ $EUID -eq 0 ]] || { echo "skip pam: must be run as root"; exit 0; }
chmod 755 "$dir"
mkdir "$dir/bin" "$dir/pam.d"
# copies, because only root may be able to write them and what is above
for file in "$BUILD/pam_sekisho.so" "$TESTS"/{pam_sekisho_short.so,pam_odd.so} \
    "$TESTS"/{fakegate,pamdrive,pamthreads}; do
	cp "$file" "$dir/bin/" || { t setup; wrong "no $file"; exit 1; }
done
ours=$dir/bin/pam_sekisho.so
opts="conf=$dir/conf gate=$dir/bin/fakegate"

# service NAME: a PAM configuration from standard input.
service() {
	cat >"$dir/pam.d/$1"
}

# all_ours NAME [OPTIONS]: one line of ours in each facility.
all_ours() {
	local facility
	for facility in auth account session; do
		echo "$facility required $ours ${2-$opts}"
	done | service "$1"
}

# The script of the gate, from standard input.
gate() {
	{ echo "dump $dir/dump"; cat; } >"$dir/conf"
}

hex() {
	printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'
}
# body TYPE HEX...: the line for a frame with this body.
body() {
	local type=$1 bytes
	shift
	bytes=$(printf %s "$@")
	printf 'raw %08x%02x%s' $((${#bytes} / 2)) "$type" "$bytes"
}
# text STRING: as it is inside a body.
text() {
	printf '%08x%s' ${#1} "$(hex "$1")"
}
# A gate that lets alice in, for whatever is asked.
good_gate() {
	gate <<-END
		on auth
		ask secret PIN:
		verdict 1 1 7 alice yamada $SESSION
		on account
		verdict 5 505 8 - - -
		on open
		verdict 1 1 9 - - -
		on close
		verdict 1 1 10 - - -
	END
}

# Run pamdrive; `before` may hold a command that it is run by.
before=()
drive() {
	timeout -k 1 20 "${before[@]}" "$dir/bin/pamdrive" --log \
	    --confdir "$dir/pam.d" --service t --answer PIN=123456 \
	    "$@" >"$dir/out" 2>&1
	status=$?
	if ((status >= 124)); then
		wrong "pamdrive ended with $status"
	fi
}

# What the gate must have seen.
saw() {
	local line
	for line; do
		grep -qxF -- "$line" "$dir/dump" 2>/dev/null ||
		    wrong "the gate did not see \"$line\""
	done
}
no_gate() {
	[[ ! -e $dir/dump ]] || wrong "the gate was started"
}
