#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# make install and make uninstall: what goes where.  Run by the Makefile,
# which exports the folders.  The units get the paths of this build.  What the
# administrator has changed, the store and the record are never touched.
# usage: packaging/install.sh install|uninstall
set -eu

: "${B:?run it as: make install}" "${LIBEXECDIR:?}" "${SBINDIR:?}" \
    "${PAMDIR:?}" "${MANDIR:?}" "${LIBDIR:?}" "${DOCDIR:?}" "${SYSCONFDIR:?}" \
    "${PAMCONFIGDIR:?}"
D=${DESTDIR:-}
units="systemd/system/sekisho-gate.socket systemd/system/sekisho-gate@.service
 systemd/system/sekisho-fetch.service systemd/system/sekisho-fetch.timer
 systemd/system/sekisho-fetch-boot.timer
 systemd/system/sekisho-record.service systemd/system/sekisho-forward.service
 systemd/system/sekisho-watch.service
 systemd/system/sekisho-countersign.service
 systemd/system/sekisho-countersign.timer
 sysusers.d/sekisho.conf tmpfiles.d/sekisho.conf
 udev/rules.d/70-sekisho-fido.rules"
pages=$(cd man && ls ./*.[0-9])

put() { # MODE FOLDER FILE...
	mode=$1 folder=$D$2
	shift 2
	install -d "$folder"
	install -m "$mode" "$@" "$folder"
}

do_install() {
	put 755 "$LIBEXECDIR" "$B/sekisho-gate" "$B/sekisho-pkcs11" \
	    "$B/sekisho-fido" "$B/sekisho-password" "$B/sekisho-fetch" \
	    "$B/sekisho-forward" "$B/sekisho-watch"
	put 755 "$SBINDIR" "$B/sekisho"
	put 644 "$PAMDIR" "$B/pam_sekisho.so"
	for page in $pages; do
		put 644 "$MANDIR/man${page##*.}" "man/$page"
	done
	for unit in $units; do
		install -d "$D$LIBDIR/${unit%/*}"
		sed -e "s|/usr/libexec/sekisho|$LIBEXECDIR|" \
		    -e "s|/usr/sbin/sekisho|$SBINDIR/sekisho|" \
		    "packaging/${unit#systemd/system/}" >"$D$LIBDIR/$unit"
		chmod 644 "$D$LIBDIR/$unit"
	done
	put 644 "$DOCDIR" README.md README.ja.md LICENSE \
	    packaging/sekisho-record.schema.json
	put 644 "$DOCDIR/examples" examples/sekisho.conf packaging/opensc.conf \
	    examples/from-pam-u2f.md
	put 755 "$DOCDIR/examples" examples/verify-record.py \
	    examples/collected.py
	put 644 "$DOCDIR/examples/pam.d" examples/pam.d/*
	put 644 "$DOCDIR/examples/openvpn" examples/openvpn/*
	# not switched on: that is `pam-auth-update --enable sekisho`
	put 644 "$PAMCONFIGDIR" packaging/pam-configs/sekisho
	put 644 "$DOCDIR/examples/authselect/sekisho" examples/authselect/*
	put 644 "$DOCDIR/examples/sshd_config.d" examples/sshd_config.d/*
	put 644 "$DOCDIR/examples/rsyslog" packaging/rsyslog/*
	put 644 "$DOCDIR/examples/polkit-1" packaging/polkit-1/*
	[ -e "$D$SYSCONFDIR/sekisho/opensc.conf" ] ||
	    put 644 "$SYSCONFDIR/sekisho" packaging/opensc.conf
}

# A stack that names a module that is not there lets nobody in.
out_of_pam() {
	[ -z "$D" ] || return 0
	if [ -e "$PAMCONFIGDIR/sekisho" ] && command -v pam-auth-update \
	    >/dev/null; then
		pam-auth-update --package --remove sekisho
	fi
	left=$(grep -ls '^[^#]*pam_sekisho\.so' /etc/pam.d/* || true)
	[ -z "$left" ] || {
		echo "install.sh: nothing was removed, since these still" \
		    "name pam_sekisho.so: $left" >&2
		exit 1
	}
}

do_uninstall() {
	out_of_pam
	rm -f "$D$PAMCONFIGDIR/sekisho"
	rm -rf "$D$LIBEXECDIR" "$D$DOCDIR"
	rm -f "$D$SBINDIR/sekisho" "$D$PAMDIR/pam_sekisho.so"
	for page in $pages; do
		rm -f "$D$MANDIR/man${page##*.}/$page"
	done
	for unit in $units; do
		rm -f "$D$LIBDIR/$unit"
	done
}

case ${1-} in
install | uninstall) "do_$1" ;;
*) echo "usage: packaging/install.sh install|uninstall" >&2; exit 2 ;;
esac
