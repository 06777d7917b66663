#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A few seconds of each fuzz target, in every run of the tests.

: "${BUILD:=build}"
work=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-fuzz.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/tests"
targets=()
for program in "${FUZZ_BUILD:-$BUILD/fuzz}"/tests/fuzz_*; do
	[[ -x $program && $program != *.o ]] || continue
	cp "$program" "$work/tests/"
	targets+=("$(basename "$program" | sed 's/^fuzz_//')")
done
((${#targets[@]} > 0)) || { echo "not ok fuzz_smoke: no target"; exit 1; }
"$(dirname "$0")/fuzz.sh" "$work" 5 "${targets[@]}"
