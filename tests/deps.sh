#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Installs the Debian packages that a target of the Makefile needs and that
# are not there yet.  usage: tests/deps.sh build|demo|test|lint|bench...
# As root it runs apt-get; otherwise it names what to install and fails.
set -eu

build="gcc libc6-dev make libpam0g-dev libssl-dev libsqlite3-dev
 libjansson-dev libinih-dev libp11-kit-dev libpcsclite-dev
 libcurl4-openssl-dev libsystemd-dev libfido2-dev libcbor-dev pkg-config"
demo="softhsm2 opensc openssl iproute2 procps util-linux python3"
test="pcscd vsmartcard-vpcd sudo login util-linux systemd slapd
 sqlite3 mandoc clang libclang-rt-14-dev libpam-u2f pamu2fcfg fido2-tools
 openssh-server openssh-client pamtester libxml2-utils tzdata python3
 python3-jsonschema swtpm libtpm2-pkcs11-1 libtss2-tcti-swtpm0
 rsyslog rsyslog-gnutls polkitd pkexec dbus openvpn xsecurelock swaylock sway
 wtype xscreensaver xvfb xdotool lightdm lightdm-gtk-greeter imagemagick
 fonts-vlgothic xkb-data libpam-systemd python3-dbus python3-gi"
fuzz="clang libclang-rt-14-dev"
lint="clang clang-tidy cppcheck mandoc pmccabe shellcheck"
valgrind="valgrind libc6-dbg"
bench="valgrind libpam-pkcs11 sssd-common libpam-u2f pamu2fcfg
 systemd-journal-remote openssh-server openssh-client sudo"

want=
for set; do
	case $set in
	build) want="$want $build" ;;
	demo) want="$want $demo" ;;
	test) want="$want $test" ;;
	fuzz) want="$want $fuzz" ;;
	lint) want="$want $lint" ;;
	valgrind) want="$want $valgrind" ;;
	bench) want="$want $bench" ;;
	*) echo "deps.sh: unknown set: $set" >&2; exit 2 ;;
	esac
done

missing=
for package in $want; do
	state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
	[ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "deps.sh: please install:$missing" >&2
	exit 1
fi
echo "installing$missing"
# nothing that is installed may start a service on this machine
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
run() {
	"$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2; exit 1; }
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run apt-get update -q
# shellcheck disable=SC2086
run apt-get install -y -q --no-install-recommends $missing
