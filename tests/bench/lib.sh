# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What the benchmarks share: a site with one token, one CA and one user, the
# same for the other smartcard modules, and how a figure is made.  Source this
# as root, then
#
#   bench_enter "$@"   run the script again in namespaces of its own; returns
#                      inside, with $dir; a function bench_outside is called
#                      before, if there is one
#   bench_site COMMAND...    what makes the site; ends the script without one
#   make_site, make_peers    the site, and the others' files in it
#
# instructions  millions, counted by callgrind, of all programs of the tree.
#               In no sum are the few between fork and exec, and those of a
#               program that is killed: the card's guard, 0.2 M
# wall          median of runs that take turns with the others'
# rss_login     peak resident memory of the login program
# rss_tree      sum of the peaks of all programs of the tree; a page that two
#               of them share is in both
#
# The login program is tests/pam/pamdrive.

# shellcheck source=tests/site.sh
. "$(dirname "${BASH_SOURCE[0]}")/../site.sh"
BENCH=${BENCH:-$BUILD/tests/bench}
: "${ROUNDS:=31}"
LIB=/usr/lib/$(gcc -print-multiarch)
P11_CHILD=/usr/libexec/sssd/p11_child
PASSWORD=himitsu-1
failed=0

bench_enter() {
	if card_ns_inside; then
		dir=$BENCH_DIR
		return
	fi
	[[ $EUID == 0 ]] || { echo "bench: must be run as root" >&2; exit 1; }
	"$SITE_HERE/deps.sh" build demo bench || exit
	BENCH_DIR=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-bench.XXXXXX") || exit
	trap 'rm -rf "$BENCH_DIR"' EXIT
	chmod 755 "$BENCH_DIR" # the helpers run as nobody
	! declare -F bench_outside >/dev/null || bench_outside
	export BENCH_DIR
	card_ns_exec bash "$0" "$@"
	exit
}

bench_site() {
	if ! "$@" >"$dir/log" 2>&1; then
		echo "bench: no site:" >&2
		tail -n 20 "$dir/log" >&2
		exit 1
	fi
	printf %s "$SITE_PIN" >"$dir/pin"
}

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
	while read -r program n; do
		((programs < 2)) ||
		    value "$name.instructions.$program" "$n" M
		ins[$name.$program]=$n
	done <"$dir/programs"
	"$BENCH/peakrss" "$dir/pin" "$@" >"$dir/programs" && enough &&
	    rss[$name]=$(awk 'NR == 1 { print $2 }' "$dir/programs") &&
	    tree[$name]=$(awk '{ n += $2 } END { print n }' "$dir/programs")
	while read -r program n; do
		rss[$name.$program]=$n
	done <"$dir/programs"
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
