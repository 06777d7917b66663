#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Runs fuzz targets for some seconds each, two at a time.
# usage: tests/fuzz.sh BUILD SECONDS TARGET...
# What they find new stays in BUILD/corpus; a crash is kept in BUILD/found and
# is a failure.  The seeds in tests/corpus are only read.

set -u
build=$1 seconds=$2
shift 2
here=$(dirname "$0")
mkdir -p "$build/found"

fuzz_one() {
	local name=$1 corpus=$build/corpus/$1 seeds=$here/corpus/$1
	[[ $name == audit_line ]] && seeds=$here/corpus/audit
	mkdir -p "$corpus"
	if "$build/tests/fuzz_$name" -max_total_time="$seconds" -timeout=5 \
	    -rss_limit_mb=1024 -max_len=70000 -print_final_stats=1 \
	    -artifact_prefix="$build/found/$name-" "$corpus" "$seeds" \
	    >"$build/$name.log" 2>&1; then
		echo "ok fuzz_$name" \
		    "($(sed -n 's/.*number_of_executed_units: *//p' \
			"$build/$name.log") inputs)"
	else
		echo "not ok fuzz_$name: $(grep -m 1 -E 'ERROR|runtime error' \
		    "$build/$name.log"), see $build/$name.log"
	fi
}
export -f fuzz_one
export build seconds here
out=$(printf '%s\0' "$@" | xargs -0 -n 1 -P 2 bash -c 'fuzz_one "$1"' fuzz)
echo "$out"
! grep -q '^not ok' <<<"$out"
