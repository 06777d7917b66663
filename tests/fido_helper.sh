#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# fido_helper.sh - runs the tests of sekisho-fido with software keys in a
# folder of its own; leaves nothing behind.
#
# BUILD: where the programs are (default: build).

set -u
: "${BUILD:=build}"
TESTS=$(realpath "$BUILD/tests")

dir=$(mktemp -d) || exit 1
# what a test leaves behind ends when its folder is gone
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM HUP

# side by side: most of it is waiting
names=(helper moving broken making)
pids=()
for test in "${names[@]}"; do
	mkdir "$dir/$test" || exit 1
	"$TESTS/fido/$test" "$TESTS/fido/sekisho-fido" "$TESTS/fido/softkeyd" \
	    "$dir/$test" >"$dir/$test.out" 2>&1 &
	pids+=($!)
done

status=0
for i in "${!names[@]}"; do
	test=${names[i]}
	wait "${pids[i]}" || status=1
	sed -E "s/^(ok|not ok) /&${test}_/" "$dir/$test.out"
	left=$(ls -A "$dir/$test")
	if [[ -z $left ]]; then
		echo "ok ${test}_leaves_nothing"
	else
		echo "not ok ${test}_leaves_nothing: ${left//$'\n'/ }"
		status=1
	fi
done
exit $status
