#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Two verifiers, one written in C beside the code that appends, one in Python
# from sekisho-record(5) alone, about the same logs and proofs, good and bad:
# they must say the same, and what is true.
#
# BUILD: where the programs are (default: build).

cd "$(dirname "$0")/.." || exit 1
: "${BUILD:=build}"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sekisho-agree.XXXXXX") || exit 1
trap 'rm -rf "$dir"; exit $((failed > 0))' EXIT
# shellcheck source=tests/cases.sh
. tests/cases.sh

mkdir "$dir/log" "$dir/before" "$dir/other" "$dir/v"
"$BUILD/tests/auditmint" "$dir/log" 120 40 0 same &&
    "$BUILD/tests/auditmint" "$dir/before" 90 40 0 same &&
    "$BUILD/tests/auditmint" "$dir/other" 5 0 0 else || exit 1
# the same log, thirty records ago, when it had another key
cat "$dir/before/log.vkeys" >>"$dir/log/log.vkeys"
cp "$dir/before/checkpoint" "$dir/older"
python3 tests/record/variants.py "$dir/log" "$dir/older" \
    "$dir/other/log.vkeys" "$dir/v" >"$dir/count" || exit 1

# says OUT PROGRAM...: "good" or "bad"; what it printed is in OUT
says() {
	if "${@:2}" >"$1" 2>&1; then echo good; else echo bad; fi
}

# What both say of a variant, beside it.
judge() {
	local v=$1 files points a
	mapfile -t files <"$v/files"
	mapfile -t points < <(sed 's/^/--checkpoint\n/' "$v/points")
	a=(--key "$(<"$v/keys")" "${points[@]}" "${files[@]}")
	says "$v/c.said" "$BUILD/sekisho" audit verify "${a[@]}" >"$v/c"
	says "$v/p.said" examples/verify-record.py "${a[@]}" >"$v/p"
}
mapfile -t variants < <(ls "$dir/v")
n=${#variants[@]} half=$((${#variants[@]} / 2))
for v in "${variants[@]:0:half}"; do judge "$dir/v/$v"; done &
for v in "${variants[@]:half}"; do judge "$dir/v/$v"; done
wait $!
for v in "${variants[@]}"; do
	t "log_${v#*-}_${v%%-*}"
	at=$dir/v/$v want=$(<"$dir/v/$v/want")
	[[ $(<"$at/c") == "$want" ]] ||
	    wrong "sekisho does not say $want: $(head -c 300 "$at/c.said")"
	[[ $(<"$at/p") == "$want" ]] ||
	    wrong "Python does not say $want: $(tail -n 1 "$at/p.said")"
	! grep -q Traceback "$at/p.said" || [[ $want == bad ]] ||
	    wrong "$(tail -n 1 "$at/p.said")"
done
t variants
((n == $(<"$dir/count") && n > 50)) || wrong "$n variants"

proof() { # WANT FILE
	local c p
	c=$(says /dev/null "$BUILD/sekisho" audit check-proof --key "$dir/log/log.vkeys" \
	    "$2")
	p=$(says /dev/null examples/verify-record.py --key "$dir/log/log.vkeys" \
	    --proof "$2")
	[[ $c == "$1" && $p == "$1" ]] ||
	    wrong "$2: sekisho says $c, Python $p, not $1"
}
# Who trusts the first key is led to the next one by a checkpoint of both,
# and by nothing else.
mkdir "$dir/keys" "$dir/stranger" &&
    "$BUILD/tests/auditmint" "$dir/keys" 120 40 70 same &&
    "$BUILD/tests/auditmint" "$dir/stranger" 120 40 70 stranger || exit 1
k=$dir/keys kept=checkpoint-000000000070
for log in keys stranger; do
	grep -v '^#' "$dir/$log/log.vkeys" | head -n 1 >"$dir/$log/first"
	grep -v '^#' "$dir/$log/log.vkeys" | tail -n 1 >"$dir/$log/second"
done
{ # signed by the first key, and by the second of another log
	head -n 5 "$k/$kept"
	tail -n 1 "$dir/stranger/checkpoint"
} >"$k/half"
chain() { # WANT KEY CHECKPOINT...
	local want=$1 v
	v=$(mktemp -d "$dir/chain.XXXXXX") || exit 1
	printf '%s' "$2" >"$v/keys"
	printf '%s\n' "${@:3}" >"$v/points"
	printf '%s\n' "$k"/audit-*.jsonl "$k/audit.jsonl" >"$v/files"
	judge "$v"
	[[ $(<"$v/c") == "$want" && $(<"$v/p") == "$want" ]] ||
	    wrong "${*:2}: sekisho says $(<"$v/c"), Python $(<"$v/p")"
}
t keys_that_follow_others
chain good "$k/first" "$k/$kept" "$k/checkpoint"
chain good "$k/first" "$k/checkpoint" "$k/$kept"
chain good "$k/second" "$k/checkpoint" "$k/$kept"
chain good "$k/first" "$k/half"
chain bad "$k/first" "$k/checkpoint"
chain bad "$k/first" "$k/half" "$k/checkpoint"
chain bad "$dir/stranger/first" "$k/$kept" "$k/checkpoint"
chain bad "$dir/stranger/second" "$k/half" "$k/checkpoint"

t proofs_of_each_kind_of_place
for seq in 1 2 40 41 64 65 119 120; do
	"$BUILD/sekisho" audit prove --dir "$dir/log" --output "$dir/p$seq" \
	    "$seq" >/dev/null || wrong "no proof of $seq"
	proof good "$dir/p$seq"
done

t proofs_that_were_changed
change() { # NAME SED
	sed "$2" "$dir/p65" >"$dir/p65-$1"
	! cmp -s "$dir/p65" "$dir/p65-$1" || wrong "$1 changes nothing"
	proof bad "$dir/p65-$1"
}
change index 's/^index 64$/index 63/'
change big-index 's/^index 64$/index 18446744073709551680/'
change hash '4s/^./&A/;4s/.=$/=/'
change fewer 4d
change more 4p
change swapped '4{h;d};5G'
change record '2s/^extra ..../extra AAAA/'
change size "s/^120$/121/"
change origin 's,/sekisho$,/sekishO,'
change first 1d
finish
