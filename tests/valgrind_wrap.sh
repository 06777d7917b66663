# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Programs of a site under valgrind.  Source it after tests/site.sh and
# tests/cases.sh, with $dir a folder of one's own; then
#
#   wrap PROGRAM OPTION...   put valgrind in front of it
#   clean PROGRAM...         they ran, and valgrind had nothing to say
#
# $limits are for site_conf: everything takes longer.

# shellcheck disable=SC2154 # $dir
mkdir -m 1777 "$dir/logs"
# shellcheck disable=SC2034
limits=('s/^login-seconds = .*/login-seconds = 120/'
    's/^token-seconds = .*/token-seconds = 60/'
    's/^type-seconds = .*/type-seconds = 60/')

# Under valgrind a process can set no limit of descriptors but the one it has:
# 64, as a helper gets.  Process ids are those of this namespace, and /tmp is
# everybody's: without files for a debugger there.
wrap() {
	local program=$SITE/libexec/$1
	mv "$program" "$program.real"
	printf '#!/bin/sh\nulimit -Sn 64\nexec valgrind -q --vgdb=no --log-file=%s/%s.%%p %s %s.real "$@"\n' \
	    "$dir/logs" "$1" "${*:2}" "$program" >"$program"
	chmod 755 "$program"
}

clean() {
	local f program
	sleep 1
	for program; do
		for f in "$dir/logs/$program".*; do
			[[ -e $f ]] ||
			    wrong "$program did not run under valgrind"
			# lines with -- tell of system calls it does not know
			! grep -sqv '^--' "$f" || wrong "$program: $(grep -v \
			    '^--' "$f" | head -n 30)"
		done
	done
	rm -f "$dir/logs"/*
}
