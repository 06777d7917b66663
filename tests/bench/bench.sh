#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# bench.sh: what a login costs, beside the other smartcard modules, in one
# run, with one token, one CA and one empty CRL.  Prints "name value unit",
# one figure a line; tests/bench/lib.sh says what they are.  As root; ROUNDS=N
# timed runs of each (31).
#
# The base is a run of the login program with pam_permit, and is in every
# figure but p11_child's, which has no PAM.

# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"

# Packages that are only unpacked, by the network that there is none of
# inside.
bench_outside() {
	mkdir "$BENCH_DIR/deb"
	(cd "$BENCH_DIR/deb" && apt-get download libpam-p11 libp11-3 &&
	    for p in *.deb; do dpkg -x "$p" "$BENCH_DIR/p11"; done) \
	    >"$BENCH_DIR/deb/log" 2>&1
}
bench_enter "$@"

# -- the figures

# The names, and for each its command in $command.
names=(base sekisho_pin pam_pkcs11 pam_p11 sssd_p11_child front_end
    sekisho_password pam_unix)
command_of() {
	case $1 in
	base) pamdrive permit ;;
	sekisho_pin) pamdrive kiosk ;;
	sekisho_password) pamdrive ward ;;
	front_end) pamdrive fake ;;
	pam_unix) pamdrive unix ;;
	sssd_p11_child)
		drive=("$P11_CHILD" --auth --pin
		    --ca_db="$SITE/pki/ca.crt" --module_name="$SITE_SOFTHSM"
		    "--verify=no_ocsp,crl_file=$SITE/crl/ca.crl"
		    --token_name=taro --key_id=01 --label=taro) ;;
	*) pamdrive "$1" ;;
	esac
}

# One that cannot be had is left out, and said so.
drop_missing() {
	if [[ ! -f $(echo "$dir"/p11/lib/*/security/pam_p11.so) ]]; then
		echo "# pam_p11 could not be downloaded"
		names=("${names[@]/pam_p11/}")
	fi
}

make_all() {
	make_site && make_peers
}
bench_site make_all
# all of them find the token and libp11 in the same environment
export LD_LIBRARY_PATH=$dir/p11$LIB
drop_missing

all=()
for name in "${names[@]}"; do
	[[ -n $name ]] || continue
	command_of "$name"
	all+=(-- "${drive[@]}")
done
"$BENCH/walltime" "$ROUNDS" "$dir/pin" "${all[@]:1}" >"$dir/times" || failed=1
while read -r time <&3; do
	while [[ -z ${names[0]} ]]; do names=("${names[@]:1}"); done
	ms[${names[0]}]=$time
	value "${names[0]}.wall" "$time" ms
	names=("${names[@]:1}")
done 3<"$dir/times"

for name in base pam_pkcs11 pam_p11 sssd_p11_child pam_unix; do
	[[ -n ${ms[$name]-} ]] || continue
	command_of "$name"
	costs "$name" 1 "${drive[@]}"
done
command_of sekisho_pin
costs sekisho_pin 3 "${drive[@]}"
command_of front_end
costs front_end 2 "${drive[@]}"

echo "# what the project holds itself to"
ratio sekisho_pin.instructions/pam_pkcs11 "${ins[sekisho_pin]-}" \
    "${ins[pam_pkcs11]-}"
ratio sekisho_pin.wall/pam_pkcs11 "${ms[sekisho_pin]-}" "${ms[pam_pkcs11]-}"
minus front_end.wall-base "${ms[front_end]-}" "${ms[base]-}" ms
minus front_end.rss_login-base "${rss[front_end]-}" "${rss[base]-}" kB
minus sekisho_password.wall-pam_unix "${ms[sekisho_password]-}" \
    "${ms[pam_unix]-}" ms
exit $failed
