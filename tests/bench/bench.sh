#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# bench.sh: what a login costs, beside the other smartcard modules, in one
# run, with one token, one CA and one empty CRL.  Prints "name value unit",
# one figure a line.  As root; ROUNDS=N timed runs of each (31).
#
# instructions  millions, counted by callgrind, of all programs of the tree.
#               In no sum are the few between fork and exec, and those of a
#               program that is killed: the card's guard, 0.2 M
# wall          median of runs that take turns with the others'
# rss_login     peak resident memory of the login program
# rss_tree      sum of the peaks of all programs of the tree; a page that two
#               of them share is in both
#
# The login program is tests/pam/pamdrive: the base is its run with
# pam_permit, and is in every figure but p11_child's, which has no PAM.

# shellcheck source=tests/site.sh
. "$(dirname "$0")/../site.sh"
BENCH=${BENCH:-$BUILD/tests/bench}
: "${ROUNDS:=31}"
LIB=/usr/lib/$(gcc -print-multiarch)
P11_CHILD=/usr/libexec/sssd/p11_child
PASSWORD=himitsu-1
failed=0

# Outside: packages, and those that are only unpacked, by the network that
# there is none of inside.
prepare() {
	[[ $EUID == 0 ]] || { echo "bench: must be run as root" >&2; exit 1; }
	"$SITE_HERE/deps.sh" build demo bench || exit
	BENCH_DIR=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-bench.XXXXXX") || exit
	trap 'rm -rf "$BENCH_DIR"' EXIT
	chmod 755 "$BENCH_DIR" # the helpers run as nobody
	mkdir "$BENCH_DIR/deb"
	(cd "$BENCH_DIR/deb" && apt-get download libpam-p11 libp11-3 &&
	    for p in *.deb; do dpkg -x "$p" "$BENCH_DIR/p11"; done) \
	    >"$BENCH_DIR/deb/log" 2>&1
	export BENCH_DIR
	card_ns_exec bash "$0" "$@"
	exit
}

card_ns_inside || prepare "$@"
dir=$BENCH_DIR

# -- one site for all of them

make_site() {
	site_make "$dir/site" || return
	# the others' figures were made with RSA throughout
	pki_ca "$SITE/pki" ca "/C=JP/O=Sakura Hospital/CN=CA" key=rsa:2048 &&
	    cp "$SITE/pki/ca.crt" "$SITE/etc/anchors/" && site_crl || return
	site_user taro "$PASSWORD"
	site_cert taro "/C=JP/O=Sakura Hospital/CN=taro" key=rsa:2048 &&
	    site_token taro taro && site_person taro Taro taro &&
	    site_enrol taro taro || return
	# callgrind makes everything fifty times slower
	site_conf 's/^\(type\|token\)-seconds.*/\1-seconds = 60/' \
	    's/^login-seconds.*/login-seconds = 120/' || return
	for p in permit unix; do
		site_pam $p <<<"auth required pam_$p.so"
	done
	install -m 755 "$BUILD/tests/fakegate" "$SITE/libexec/" || return
	local id=00000000-0000-4000-8000-000000000000
	echo "verdict 1 1 1 taro taro $id" >"$SITE/etc/fake"
	site_pam fake <<-END
		auth required $SITE/libexec/pam_sekisho.so conf=$SITE/etc/fake \
		    gate=$SITE/libexec/fakegate
	END
}

# The same files, as each of the others wants to have them.
make_peers() {
	local hash
	hash=$(openssl x509 -in "$SITE/pki/ca.crt" -noout -subject_hash)
	mkdir "$SITE"/{cacerts,crls,modules} && mkdir -p "$SITE/home/.eid" &&
	    cp "$SITE/pki/ca.crt" "$SITE/cacerts/$hash.0" &&
	    cp "$SITE/crl/ca.crl" "$SITE/crls/$hash.r0" || return
	cat >"$SITE/etc/pam_pkcs11.conf" <<-END
		pam_pkcs11 {
		  nullok = false; debug = false; err_display_time = 0;
		  use_pkcs11_module = m;
		  pkcs11_module m {
		    module = $SITE_SOFTHSM; description = "m"; slot_num = 0;
		    support_threads = true; token_type = "Smart card";
		    ca_dir = $SITE/cacerts; crl_dir = $SITE/crls;
		    cert_policy = ca,crl_offline,signature;
		  }
		  use_mappers = cn;
		  mapper cn { debug = false; module = internal;
		    ignorecase = false; mapfile = "none"; }
		}
	END
	site_pam pam_pkcs11 <<-END
		auth required pam_pkcs11.so \
		    config_file=$SITE/etc/pam_pkcs11.conf
	END
	site_pam pam_p11 <<-END
		auth required $(echo "$dir"/p11/lib/*/security/pam_p11.so) \
		    $SITE_SOFTHSM
	END
	cp "$SITE/pki/taro.crt" "$SITE/home/.eid/authorized_certificates"
	# the file stays the one that is mounted over /etc/passwd
	sed "s|^\(taro:.*\):/nonexistent:|\1:$SITE/home:|" \
	    "$SITE/etc/passwd" >"$SITE/etc/passwd.new" &&
	    cat "$SITE/etc/passwd.new" >"$SITE/etc/passwd" || return
	printf 'module: %s\n' "$SITE_SOFTHSM" >"$SITE/modules/m.module"
	mount --bind "$SITE/modules" /usr/share/p11-kit/modules
}

# -- how a figure is made

# value NAME VALUE UNIT
value() {
	printf '%-44s %9s %s\n' "$1" "${2:-failed}" "$3"
	[[ ${2:-failed} != failed ]] || failed=1
}

# The environment of the program, and of nothing that measures it.
pamdrive() {
	drive=("$BUILD/tests/pamdrive" --quiet --service "$1" --user taro
	    --answer "PIN=$SITE_PIN" --answer "assword=$PASSWORD"
	    --answer "Login with=$SITE_PIN" --steps auth)
}

# callgrind COMMAND...: a line "program instructions" for each, or nothing.
# A child that has not run a program of its own has its parent's count so far
# in its own, so the greatest count of a command line is taken.  The limit:
# valgrind lets a program set its limit of files to the one that it believes
# to be there already, which grows by 12 with each program, to the helper's
# 64 (base/os_child.c).
callgrind() {
	local out=$dir/callgrind
	rm -rf "$out" && mkdir -m 1777 "$out" &&
	    (ulimit -Sn 52 && exec "$BENCH/walltime" 0 "$dir/pin" \
	    valgrind --quiet --vgdb=no --tool=callgrind --trace-children=yes \
	    --callgrind-out-file="$out/%p" "$@") >/dev/null || return
	awk '/^cmd:/ { cmd = $0; of[cmd] = $2; sub(/.*\//, "", of[cmd]) }
	    /^totals:/ { if ($2 > most[cmd]) most[cmd] = $2 }
	    END { for (c in most) {
		printf "%s %.1f\n", of[c], most[c] / 1e6 } }' \
	    "$out"/*
}

# costs NAME PROGRAMS COMMAND...: instructions and memory, when at least that
# many programs ran in the tree; remembered as ${ins[NAME]} and so on.
declare -A ins rss tree ms
enough() {
	(($(wc -l <"$dir/programs") >= programs))
}
costs() {
	local name=$1 programs=$2 program n
	shift 2
	callgrind "$@" >"$dir/programs" && enough &&
	    ins[$name]=$(awk '{ n += $2 } END { printf "%.1f", n }' \
	    "$dir/programs")
	value "$name.instructions" "${ins[$name]-}" M
	if ((programs > 1)); then
		while read -r program n; do
			value "$name.instructions.$program" "$n" M
		done <"$dir/programs"
	fi
	"$BENCH/peakrss" "$dir/pin" "$@" >"$dir/programs" && enough &&
	    rss[$name]=$(awk 'NR == 1 { print $2 }' "$dir/programs") &&
	    tree[$name]=$(awk '{ n += $2 } END { print n }' "$dir/programs")
	value "$name.rss_login" "${rss[$name]-}" kB
	value "$name.rss_tree" "${tree[$name]-}" kB
}

# minus NAME A B UNIT, ratio NAME A B
minus() {
	value "$1" "$(awk -v a="$2" -v b="$3" 'BEGIN {
	    if (a != "" && b != "") printf "%.2f", a - b }')" "$4"
}
ratio() {
	value "$1" "$(awk -v a="$2" -v b="$3" 'BEGIN {
	    if (a > 0 && b > 0) printf "%.2f", a / b }')" ratio
}

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

if ! { make_site && make_peers; } >"$dir/log" 2>&1; then
	echo "bench: no site:" >&2
	tail -n 20 "$dir/log" >&2
	exit 1
fi
printf %s "$SITE_PIN" >"$dir/pin"
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
