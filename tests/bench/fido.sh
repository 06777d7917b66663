#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# fido.sh: what a login with a FIDO2 key costs, beside pam_u2f, in one run,
# with one ES256 key in software.  Prints "name value unit", one figure a
# line; tests/bench/lib.sh says what they are.  As root; ROUNDS=N timed runs
# of each (31).
#
# The key is a process of its own that no figure contains; what speaks to it
# (tests/fido/shim.c) is in both.  Twice both are asked for the same:
#
#   touch  a touch and the signature.  Ours asks for a password then, which
#          sekisho-password has judged: that program is not in the figure
#   pin    the PIN of the key, a touch and the signature

# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/../fido/site.sh"
bench_enter "$@"
trap fido_stop EXIT

# pam_u2f KIND OPTION...: its service and file for the key of that name
pam_u2f() {
	local kind=$1
	shift
	fido_run pamu2fcfg -u taro -o pam://hospital -i pam://hospital \
	    >"$SITE/etc/$kind" </dev/null || return
	site_pam "u2f_$kind" <<-END
		auth required pam_u2f.so authfile=$SITE/etc/$kind cue \
		    origin=pam://hospital appid=pam://hospital $*
	END
}

# 1.1.0 wants a certificate of the key's maker.
make_keys() {
	FIDO_LIFE_S=1800
	make_site && fido_site && fido_ca || return
	site_conf 's/^\[service ward\]/[fido2]\nrp-id = hospital.example\n\n&/' \
	    's/^pairs = pkcs11+pin/pairs = fido2+verification/' \
	    's/^pairs = pkcs11+password/pairs = fido2+password/' \
	    's/^\(type\|token\|insert\)-seconds.*/\1-seconds = 60/' \
	    's/^login-seconds.*/login-seconds = 240/' || return
	fido_key touch && fido_attest touch && pam_u2f touch &&
	    site_desk enrol taro --fido2 --yes && fido_unplug touch || return
	fido_key pin && fido_attest pin && fido_pin pin "$SITE_PIN" &&
	    pam_u2f pin pinverification=1 &&
	    site_desk enrol taro --fido2 --verification --yes \
		--pin-file "$dir/site/pin"
}
# what pamu2fcfg and the enrolment read the PIN from
mkdir -p "$dir/site"
(umask 077 && printf '%s\n' 4711 >"$dir/site/pin")
bench_site make_keys

# env is in no count: the program takes its place.
drive() {
	case $1 in
	base) pamdrive permit ;;
	touch) pamdrive ward ;;
	pin) pamdrive kiosk ;;
	*) pamdrive "$1"; drive=(env "${FIDO_ENV[@]}" "${drive[@]}") ;;
	esac
}

# pair KIND: ours and theirs, with the key of that name plugged in.
pair() {
	local kind=$1 ours=sekisho_$1 theirs=pam_u2f_$1 all name
	drive base && all=("${drive[@]}")
	drive "$kind" && all+=(-- "${drive[@]}")
	drive "u2f_$kind" && all+=(-- "${drive[@]}")
	"$BENCH/walltime" "$ROUNDS" "$dir/pin" "${all[@]}" >"$dir/times" ||
	    failed=1
	for name in "base_$kind" "$ours" "$theirs"; do
		read -r "ms[$name]"
		value "$name.wall" "${ms[$name]}" ms
	done <"$dir/times"
	drive "$kind"
	costs "$ours" 3 "${drive[@]}"
	drive "u2f_$kind"
	costs "$theirs" 1 "${drive[@]}"
}
pair pin
fido_unplug pin && fido_plug touch || failed=1
pair touch

# What the system spends to load and link two more programs: no work of ours,
# and what keeping the gate and libfido2 apart costs.
start=$(for program in sekisho-gate sekisho-fido; do
	valgrind --quiet --tool=callgrind --callgrind-out-file="$dir/start" \
	    "$BUILD/$program" --version >/dev/null 2>&1 || : # fido says usage
	awk '/^totals:/ { print $2 }' "$dir/start"
done | awk '{ n += $1 } END { printf "%.1f", n / 1e6 }')
value sekisho.start_of_programs "$start" M

while read -r alg us; do
	value "verify.$alg" "$us" us
done < <("$BENCH/fidotime" 201)

echo "# what the project holds itself to: at most 5 M more; ES256 under 300 us"
alone=$(awk -v a="${ins[sekisho_touch]-0}" \
    -v b="${ins[sekisho_touch.sekisho-password]-0}" \
    'BEGIN { printf "%.1f", a - b }')
value sekisho_touch.instructions_without_password "$alone" M
minus touch.instructions-pam_u2f "$alone" "${ins[pam_u2f_touch]-}" M
minus pin.instructions-pam_u2f "${ins[sekisho_pin]-}" \
    "${ins[pam_u2f_pin]-}" M
minus pin.wall-pam_u2f "${ms[sekisho_pin]-}" "${ms[pam_u2f_pin]-}" ms
exit $failed
