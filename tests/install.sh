#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# make install and make uninstall in a folder: every part is there, with the
# right mode and the right paths in it, and nothing of it stays.

: "${BUILD:=build}" "${CASE_LIMIT_S:=140}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-install.XXXXXX") || exit 1
trap 'rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. "$(dirname "$0")/cases.sh"
cd "$(dirname "$0")/.." || exit 1
arch=$(gcc -print-multiarch)

there() {
	[[ $(stat -c %a "$dir/root$2" 2>/dev/null) == "$1" ]] ||
	    wrong "$2 is not there with mode $1"
}
# A build of its own, because the folders are compiled in.  What knows none of
# them is taken from the build under test, and is not older than its source.
for object in "$BUILD"/*/*.o; do
	source=${object#"$BUILD"/}
	source=${source%.o}.c
	[[ -e $source && $source != tests/* ]] || continue
	grep -qE 'SEKISHO_(CONF|GATE|LIBEXEC|SOCKET)' "$source" ||
	    install -D -p "$object" "$dir/build/${source%.c}.o"
done
t install
run limited make -s -j2 B="$dir/build" PREFIX=/opt/s DESTDIR="$dir/root" install
ended 0
for program in sekisho-gate sekisho-pkcs11 sekisho-fido sekisho-password \
    sekisho-fetch sekisho-forward sekisho-watch; do
	there 755 /opt/s/libexec/sekisho/$program
done
there 755 /opt/s/sbin/sekisho
there 644 "/opt/s/lib/$arch/security/pam_sekisho.so"
for page in man8/{pam_sekisho,sekisho,sekisho-gate,sekisho-fetch}.8 \
    man8/sekisho-forward.8 man8/sekisho-watch.8 \
    man5/{sekisho.conf,sekisho-record}.5 man7/sekisho-hosts.7; do
	there 644 "/opt/s/share/man/$page"
done
there 644 /opt/s/lib/systemd/system/sekisho-gate.socket
there 644 /opt/s/lib/systemd/system/sekisho-gate@.service
there 644 /opt/s/lib/systemd/system/sekisho-fetch.service
there 644 /opt/s/lib/systemd/system/sekisho-fetch.timer
there 644 /opt/s/lib/systemd/system/sekisho-fetch-boot.timer
there 644 /opt/s/lib/systemd/system/sekisho-forward.service
there 644 /opt/s/lib/systemd/system/sekisho-watch.service
for file in rsyslog/sekisho-forward.conf rsyslog/collector.conf sekisho.conf \
    opensc.conf; do
	there 644 /opt/s/share/doc/sekisho/examples/$file
done
there 755 /opt/s/share/doc/sekisho/examples/verify-record.py
there 755 /opt/s/share/doc/sekisho/examples/collected.py
there 644 /opt/s/lib/systemd/system/sekisho-record.service
there 644 /opt/s/lib/systemd/system/sekisho-countersign.service
there 644 /opt/s/lib/systemd/system/sekisho-countersign.timer
there 644 /opt/s/lib/sysusers.d/sekisho.conf
there 644 /opt/s/lib/tmpfiles.d/sekisho.conf
there 644 /opt/s/lib/udev/rules.d/70-sekisho-fido.rules
for service in sshd lightdm gdm-smartcard gdm-password sddm; do
	there 644 /opt/s/share/doc/sekisho/examples/pam.d/$service
done
there 644 /opt/s/share/doc/sekisho/examples/openvpn/server.conf
there 644 /opt/s/share/doc/sekisho/examples/sshd_config.d/50-sekisho.conf
there 644 /opt/s/share/doc/sekisho/examples/from-pam-u2f.md
there 644 /opt/s/share/doc/sekisho/sekisho-record.schema.json
there 644 /opt/s/share/pam-configs/sekisho
there 644 /opt/s/share/doc/sekisho/examples/authselect/sekisho/system-auth
there 644 /etc/sekisho/opensc.conf

t installed_paths
grep -q '^ExecStart=/opt/s/libexec/sekisho/sekisho-gate$' \
    "$dir/root/opt/s/lib/systemd/system/sekisho-gate@.service" ||
    wrong "the unit starts another gate"
grep -q '^ExecStart=/opt/s/libexec/sekisho/sekisho-fetch$' \
    "$dir/root/opt/s/lib/systemd/system/sekisho-fetch.service" ||
    wrong "the unit starts another sekisho-fetch"
grep -q '^ExecStart=/opt/s/libexec/sekisho/sekisho-forward$' \
    "$dir/root/opt/s/lib/systemd/system/sekisho-forward.service" ||
    wrong "the unit starts another sekisho-forward"
grep -q '^ExecStart=/opt/s/libexec/sekisho/sekisho-watch$' \
    "$dir/root/opt/s/lib/systemd/system/sekisho-watch.service" ||
    wrong "the unit starts another sekisho-watch"
for unit in record countersign; do
	run grep '^Exec' \
	    "$dir/root/opt/s/lib/systemd/system/sekisho-$unit.service"
	shows /opt/s/sbin/sekisho
	lacks /usr/sbin
done
grep -aq '/opt/s/libexec/sekisho/sekisho-gate' \
    "$dir/root/opt/s/lib/$arch/security/pam_sekisho.so" ||
    wrong "the module starts another gate"
# what was built for other folders has theirs in it
run grep -rlaE '/usr/(libexec|sbin)/sekisho' "$dir/root/opt/s/libexec" \
    "$dir/root/opt/s/sbin" "$dir/root/opt/s/lib"
ended 1

t install_keeps_what_the_administrator_changed
echo changed >"$dir/root/etc/sekisho/opensc.conf"
run limited make -s B="$dir/build" PREFIX=/opt/s DESTDIR="$dir/root" install
ended 0
[[ $(<"$dir/root/etc/sekisho/opensc.conf") == changed ]] ||
    wrong "opensc.conf was overwritten"

t uninstall
run limited make -s B="$dir/build" PREFIX=/opt/s DESTDIR="$dir/root" uninstall
ended 0
left=$(cd "$dir/root" && find . -type f -printf "%p ")
[[ $left == "./etc/sekisho/opensc.conf " ]] || wrong "left: $left"
finish
