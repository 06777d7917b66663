#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# crl.sh: what revocation costs a login (pkcs11+pin), by how much the CA has
# revoked, beside pam_pkcs11 and SSSD's p11_child in the same run; then what
# its parts cost.  Prints "name value unit", one figure a line;
# tests/bench/lib.sh says what they are.  As root; ROUNDS=N timed runs of each
# login (31), PEER_ROUNDS=N of the others' (3).
#
# sekisho.N     a login with N revoked certificates in the index
# rss_gate      peak resident memory of the gate

# shellcheck source=tests/bench/lib.sh
. "$(dirname "$0")/lib.sh"
bench_enter "$@"
: "${PEER_ROUNDS:=3}"

sizes=(0 1000 100000 1000000)
largest=1000000
peer_sizes=(0 100000 1000000)
counted_sizes=(0 100000) # callgrind would take minutes for the others

# conf_of NAME CHECK [SED]...: a configuration of its own with its own cache
# and a PAM service of that name
conf_of() {
	local name=$1 check=$2
	shift 2
	site_conf '/^crls = /d' "s|^check = crl|check = $check|" \
	    "s|^cache = .*|cache = $SITE/cache-$name|" \
	    's/^\(type\|token\)-seconds.*/\1-seconds = 60/' \
	    's/^login-seconds.*/login-seconds = 120/' "$@" || return
	cp "$SITE_CONF" "$SITE/etc/$name.conf"
	site_pam "$name" <<<"auth required $SITE/libexec/pam_sekisho.so \
conf=$SITE/etc/$name.conf gate=$SITE/libexec/sekisho-gate"
	sed "s/^\[service kiosk\]/[service $name]/" -i "$SITE/etc/$name.conf"
}

# One size for everybody: a CRL as DER, as PEM in the others' way, and as an
# index in the cache.
make_size() {
	local n=$1 hash=$2
	"$BENCH/bigcrl" "$n" "$SITE/pki/ca.key" "$SITE/pki/ca.crt" \
	    "$dir/$n.der" || return
	mkdir "$SITE/crls-$n" && {
		echo '-----BEGIN X509 CRL-----'
		base64 -w 64 "$dir/$n.der"
		echo '-----END X509 CRL-----'
	} >"$SITE/crls-$n/$hash.r0" || return
	sed "s|crl_dir = [^;]*|crl_dir = $SITE/crls-$n|" \
	    "$SITE/etc/pam_pkcs11.conf" >"$SITE/etc/pam_pkcs11-$n.conf"
	site_pam "pam_pkcs11-$n" <<<"auth required pam_pkcs11.so \
config_file=$SITE/etc/pam_pkcs11-$n.conf"
	conf_of "crl-$n" crl "s|^\[pkcs11 card\]|[fetch]\\n"`
	    `"max-megabytes = 256\\n\\n[crl c]\\nurl = file://$dir/$n.der\\n"`
	    `"\\n&|" || return
	"$SITE/libexec/sekisho-fetch" --conf "$SITE/etc/crl-$n.conf" --quiet
}

make_all() {
	make_site && make_peers || return
	hash=$(openssl x509 -in "$SITE/pki/ca.crt" -noout -subject_hash)
	for n in "${sizes[@]}"; do
		make_size "$n" "$hash" || return
	done
	conf_of none none '/^stale = /d' && make_ocsp
}

# An answer for the user's certificate in a cache, by a responder that answers
# once.
make_ocsp() {
	local serial responder
	serial=$(pki_serial "$SITE/pki/taro.crt")
	printf 'V\t491231235959Z\t\t%s\tunknown\t/CN=x\n' "$serial" \
	    >"$dir/index"
	conf_of ocsp ocsp-leaf "s|^stale = .*|&\\n"`
	    `"ocsp-url = http://127.0.0.1:8899/|" || return
	OPENSSL_CONF=/dev/null timeout 60 openssl ocsp -index "$dir/index" \
	    -port 8899 -nrequest 1 -ndays 2 -CA "$SITE/pki/ca.crt" \
	    -rsigner "$SITE/pki/ca.crt" -rkey "$SITE/pki/ca.key" &
	responder=$!
	for _ in {1..100}; do
		[[ -z $(ss -Hltn 'sport = :8899') ]] || break
		sleep 0.05
	done
	"$SITE/libexec/sekisho-fetch" --conf "$SITE/etc/ocsp.conf" --quiet
	kill "$responder" 2>/dev/null
	wait "$responder" 2>/dev/null
	[[ -n $(find "$SITE/cache-ocsp/ocsp" -type f) ]]
}

# A login's command in `drive`.
command_of() {
	case $1 in
	sekisho.*) pamdrive "crl-${1#sekisho.}" ;;
	pam_pkcs11.*) pamdrive "pam_pkcs11-${1#pam_pkcs11.}" ;;
	p11_child.*)
		drive=("$P11_CHILD" --auth --pin
		    --ca_db="$SITE/pki/ca.crt" --module_name="$SITE_SOFTHSM"
		    "--verify=no_ocsp,crl_file=$SITE/crls-${1#*.}/$hash.r0"
		    --token_name=taro --key_id=01 --label=taro) ;;
	esac
}

# walls ROUNDS NAME...: logins that take turns
walls() {
	local rounds=$1 all=() name time
	shift
	for name; do
		command_of "$name"
		all+=(-- "${drive[@]}")
	done
	"$BENCH/walltime" "$rounds" "$dir/pin" "${all[@]:1}" \
	    >"$dir/times" || failed=1
	for name; do
		read -r time <&3
		[[ $time == failed ]] || ms[$name]=$time
		value "$name.wall" "${ms[$name]-}" ms
	done 3<"$dir/times"
}

# part NAME A B: a ratio that differs from one in the third digit
part() {
	value "$1" "$(awk -v a="$2" -v b="$3" 'BEGIN {
	    if (a > 0 && b > 0) printf "%.4f", a / b }')" ratio
}

declare -A us
bench_site make_all

# -- logins

walls "$ROUNDS" "${sizes[@]/#/sekisho.}"
walls "$PEER_ROUNDS" "${peer_sizes[@]/#/pam_pkcs11.}" \
    "${peer_sizes[@]/#/p11_child.}"
for n in "${sizes[@]}"; do
	command_of "sekisho.$n"
	costs "sekisho.$n" 3 "${drive[@]}"
	value "sekisho.$n.rss_gate" "${rss[sekisho.$n.sekisho-gate]-}" kB
done
for name in pam_pkcs11 p11_child; do
	for n in "${peer_sizes[@]}"; do
		command_of "$name.$n"
		if [[ " ${counted_sizes[*]} " == *" $n "* ]]; then
			costs "$name.$n" 1 "${drive[@]}"
		else
			"$BENCH/peakrss" "$dir/pin" "${drive[@]}" \
			    >"$dir/programs" && rss[$name.$n]=$(
			    awk 'NR == 1 { print $2 }' "$dir/programs")
			value "$name.$n.rss_login" "${rss[$name.$n]-}" kB
		fi
	done
done

# -- parts

last=$SITE/etc/crl-$largest.conf
"$BENCH/walltime" 3 /dev/null "$SITE/libexec/sekisho-fetch" \
    --conf "$last" --force --quiet >"$dir/times" || failed=1
read -r fetch_ms <"$dir/times"
value fetch.$largest.wall "$fetch_ms" ms
"$BENCH/peakrss" /dev/null "$SITE/libexec/sekisho-fetch" --conf "$last" \
    --force --quiet >"$dir/programs" &&
    fetch_kb=$(awk '$2 > n { n = $2 } END { print n }' "$dir/programs")
value fetch.$largest.rss "${fetch_kb-}" kB
# the compiler by itself, beside `openssl crl -verify`, and a look-up
mkdir "$dir/index.d"
"$BENCH/indexbench" "$dir/$largest.der" "$SITE/pki/ca.crt" \
    "$dir/index.d/one.idx" >"$dir/parts" || failed=1
while read -r name number unit; do
	value "$name" "$number" "$unit"
done <"$dir/parts"
for name in none crl-0 crl-$largest ocsp; do
	us[$name]=$("$BENCH/checktime" "$SITE/etc/$name.conf" \
	    "$SITE/pki/taro.crt" 501)
	value "check.$name" "${us[$name]}" us
done

# one chain on files, beside the tool that everybody has
ours=("$SITE/libexec/sekisho" verify --trust-anchors "$SITE/pki/ca.crt"
    --revocation none --purpose client "$SITE/pki/taro.crt")
theirs=(openssl verify -CAfile "$SITE/pki/ca.crt" -purpose sslclient
    "$SITE/pki/taro.crt")
"$BENCH/walltime" 101 /dev/null "${ours[@]}" -- "${theirs[@]}" \
    >"$dir/times" || failed=1
{ read -r "ms[verify]" && read -r "ms[openssl_verify]"; } <"$dir/times"
value verify.wall "${ms[verify]-}" ms
value openssl_verify.wall "${ms[openssl_verify]-}" ms
costs verify 1 "${ours[@]}"
costs openssl_verify 1 "${theirs[@]}"

echo "# what the project holds itself to"
ratio verify.wall/openssl_verify "${ms[verify]-}" "${ms[openssl_verify]-}"
ratio verify.instructions/openssl_verify "${ins[verify]-}" \
    "${ins[openssl_verify]-}"
part sekisho.instructions.$largest/0 "${ins[sekisho.$largest]-}" \
    "${ins[sekisho.0]-}"
part sekisho.instructions_gate.$largest/0 \
    "${ins[sekisho.$largest.sekisho-gate]-}" "${ins[sekisho.0.sekisho-gate]-}"
minus sekisho.rss_gate.$largest-0 "${rss[sekisho.$largest.sekisho-gate]-}" \
    "${rss[sekisho.0.sekisho-gate]-}" kB
minus check.crl-$largest-none "${us[crl-$largest]-}" "${us[none]-}" us
minus check.ocsp-none "${us[ocsp]-}" "${us[none]-}" us
exit $failed
