#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Random logs, each number of their reports counted anew by another program:
# borders of days and months, summer time, clocks that are set, sessions over
# midnight, words of a later version.  usage: audit_count.sh [SEED ...]

: "${BUILD:=build}"
here=$(dirname "$0")
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-count.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
# shellcheck source=tests/cases.sh
. "$here/cases.sh"

seeds=("$@")
[[ -n ${seeds[*]} ]] || seeds=(1 2 3 4 5 6 7 8 9 10)
zones=(Asia/Tokyo Europe/Berlin America/Santiago Africa/Cairo Asia/Kathmandu)

# The zone of the machine is a file; in this namespace it is another one.
in_zone() {
	# shellcheck disable=SC2016
	unshare -m --propagation unchanged bash -c 'mount --bind "/usr/share/zoneinfo/$1" \
	    "$(realpath /etc/localtime)" && shift && exec "$@"' - "$@"
}

for seed in "${seeds[@]}"; do
	zone=${zones[seed % ${#zones[@]}]}
	t "seed_${seed}_$zone"
	run in_zone "$zone" python3 "$here/record/count.py" \
	    "$BUILD/sekisho" "$seed" "$dir" "$zone"
	ended 0
	[[ ! -s $dir/out ]] || wrong "a number is another"
done
finish
