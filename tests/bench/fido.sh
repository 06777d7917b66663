#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# fido.sh: what a login with a FIDO2 key costs, beside pam_u2f, in one run,
# with one ES256 key in software.  Prints "name value unit", one figure a
# line; tests/bench/lib.sh says what they are.  As root; ROUNDS=N timed runs
# of each (31).
#
# The key is a process of its own that no figure contains; what speaks to it
# (tests/fido/shim.c) is in both.  Both are asked for the same: the PIN of
# the key, a touch, and the signature.

# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/fido/site.sh
. "$(dirname "$0")/../fido/site.sh"
bench_enter "$@"
trap fido_stop EXIT

make_keys() {
	FIDO_LIFE_S=1800
	make_site && fido_site && fido_key blue && fido_pin blue "$SITE_PIN" ||
	    return
	site_conf 's/^\[service ward\]/[fido2]\nrp-id = hospital.example\n\n&/' \
	    's/^pairs = pkcs11+pin/pairs = fido2+verification/' \
	    's/^\(type\|token\|insert\)-seconds.*/\1-seconds = 60/' \
	    's/^login-seconds.*/login-seconds = 240/' || return
	site_desk enrol taro --fido2 --verification --yes \
	    --pin-file "$dir/site/pin" || return
	# 1.1.0 asks for a certificate of the key's maker
	fido_ca && fido_attest blue || return
	site_pam pam_u2f <<-END
		auth required pam_u2f.so authfile=$SITE/etc/u2f cue \
		    origin=pam://hospital appid=pam://hospital pinverification=1
	END
	fido_run pamu2fcfg -u taro -o pam://hospital -i pam://hospital -P -N \
	    <<<"$SITE_PIN" >"$SITE/etc/u2f"
}
# what pamu2fcfg and the enrolment read the PIN from
mkdir -p "$dir/site"
(umask 077 && printf '%s\n' 4711 >"$dir/site/pin")
bench_site make_keys

# env is in no count: the program takes its place.
drive() {
	case $1 in
	base) pamdrive permit ;;
	sekisho) pamdrive kiosk ;;
	*) pamdrive pam_u2f; drive=(env "${FIDO_ENV[@]}" "${drive[@]}") ;;
	esac
}

all=()
for name in base sekisho pam_u2f; do
	drive $name
	all+=(-- "${drive[@]}")
done
"$BENCH/walltime" "$ROUNDS" "$dir/pin" "${all[@]:1}" >"$dir/times" || failed=1
{
	for name in base sekisho_fido2 pam_u2f; do
		read -r time
		ms[$name]=$time
		value "$name.wall" "$time" ms
	done
} <"$dir/times"

drive sekisho
costs sekisho_fido2 3 "${drive[@]}"
drive pam_u2f
costs pam_u2f 1 "${drive[@]}"

# What the system spends to load and link two more programs: no work of ours,
# and what keeping the gate and libfido2 apart costs.
start=$(for program in sekisho-gate sekisho-fido; do
	valgrind --quiet --tool=callgrind --callgrind-out-file="$dir/start" \
	    "$BUILD/$program" --version >/dev/null 2>&1 || : # fido says usage
	awk '/^totals:/ { print $2 }' "$dir/start"
done | awk '{ n += $1 } END { printf "%.1f", n / 1e6 }')
value sekisho_fido2.start_of_programs "$start" M

echo "# what the project holds itself to: at most 5 M more"
minus sekisho_fido2.instructions-pam_u2f "${ins[sekisho_fido2]-}" \
    "${ins[pam_u2f]-}" M
minus sekisho_fido2.wall-pam_u2f "${ms[sekisho_fido2]-}" "${ms[pam_u2f]-}" ms
exit $failed
