# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Named cases for test scripts.  Source this with $dir a folder of one's own:
#
#   t NAME           begin a case; the one before ends with its one line.  A
#                    function `fresh` is called, if there is one
#   wrong WHY        the case fails (its first reason is kept)
#   run COMMAND...   output in $dir/out, exit status in $status; what may hang
#                    is to be run by `limited`
#   limited COMMAND...       a program with a limit of time
#   ended N          the exit status of the last run
#   has LINE...      whole lines of the output
#   shows PART...    parts of lines;  lacks PART... parts that must not be
#   entries LOG      how many records, but for what the log says of itself
#   within MS        no longer than this since the last run began
#   finish           the end of the last case
#   records_end FILE...  a case of its own: each of these records keeps to
#                    packaging/sekisho-record.schema.json
#
# $failed counts the failed ones; $CASE_LIMIT_S is the limit of one run.

# characters are characters, on a machine without a locale too
export LC_CTYPE=C.UTF-8

name='' why='' failed=0 status=0 started=0
: "${CASE_LIMIT_S:=60}"

finish() {
	[[ -n $name ]] || return 0
	if [[ -z $why ]]; then
		echo "ok $name"
	else
		echo "not ok $name: ${why//$'\n'/ | }"
		failed=$((failed + 1))
	fi
	name=''
}

t() {
	finish
	name=$1 why=''
	: >"$dir/out"
	! declare -F fresh >/dev/null || fresh
}

wrong() {
	[[ -n $why ]] || why="$1; printed: $(head -c 1500 "$dir/out")"
}

limited() {
	timeout -k 1 "$CASE_LIMIT_S" "$@"
}

run() {
	started=$(date +%s%N) status=0
	"$@" >"$dir/out" 2>&1 || status=$?
	((status != 124 && status != 137)) || wrong "longer than $CASE_LIMIT_S s"
}

ended() {
	((status == $1)) || wrong "exit status $status, not $1"
}

has() {
	local line
	for line; do
		grep -qxF -- "$line" "$dir/out" || wrong "no \"$line\""
	done
}

shows() {
	local part
	for part; do
		grep -qF -- "$part" "$dir/out" || wrong "no part \"$part\""
	done
}

lacks() {
	local part
	for part; do
		! grep -qF -- "$part" "$dir/out" || wrong "there is \"$part\""
	done
}

within() {
	local took=$((($(date +%s%N) - started) / 1000000))
	((took <= $1)) || wrong "took $took ms, not $1"
}

entries() {
	grep -vcE '"event":"(policy|clock_step|log_(gap|repair|rotate))"' "$1"
}

records_end() {
	local files=() file
	for file; do [[ ! -s $file ]] || files+=("$file"); done
	((${#files[@]} > 0)) || return 0
	finish
	# not by t(): a script's fresh() may begin with an empty log
	name=the_records_keep_to_the_schema why=''
	run python3 "$(dirname "${BASH_SOURCE[0]}")/record/validate.py" \
	    "${files[@]}"
	ended 0
	finish
}
