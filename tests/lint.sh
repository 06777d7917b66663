#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# make lint: both compilers with -Werror, gcc's analyzer, clang-tidy, cppcheck,
# the sizes of functions and files, forbidden calls, manual pages, shell
# scripts, what each program links and what the module exports.
# Prints one line a check; ends with 1 when one of them found something.
# FLAGS and BUILD come from the Makefile.

set -u
cd "$(dirname "$0")/.." || exit 1
: "${BUILD:=build}" "${FLAGS:?run it as: make lint}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
eval "flags=($FLAGS)" # as the shell of make reads them
# each folder of programs, so that none is forgotten
mapfile -t folders < <(find . -mindepth 2 -maxdepth 2 -name '*.c' |
    cut -d / -f 2 | grep -vxE 'tests|examples|build' | sort -u)
mapfile -t product < <(find "${folders[@]}" -name '*.c' | sort)
mapfile -t all < <(find "${folders[@]}" tests -name '*.c' | sort)
mapfile -t headers < <(find include "${folders[@]}" -name '*.h' | sort)
mapfile -t scripts < <(find tests examples .ci -name '*.sh' -o \
    -path '*.ci/run' -o -path tests/run | sort)

check() {
	local name=$1
	shift
	: >"$log"
	if "$@" >"$log" 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		grep -v ' warnings\? generated\.$' "$log" | head -n 40
		failed=1
	fi
}
# tidy CHECKS: clang-tidy on each file, with the flags of the compilation.
tidy() {
	printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -I FILE \
	    clang-tidy --quiet --warnings-as-errors='*' --checks="$1" FILE \
	    -- "${flags[@]}" -Wno-unknown-warning-option
}
compile() {
	local cc=$1
	shift
	printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -I FILE \
	    "$cc" "${flags[@]}" -Werror "$@" -c -o /dev/null FILE
}
headers_alone() {
	local h
	for h in "${headers[@]}"; do
		echo "#include \"${h#include/}\"" | gcc "${flags[@]}" -Werror \
		    -x c -c -o /dev/null - || return
	done
}
# A function of at most 80 lines and a complexity of at most 15 (20 in tests);
# a file of at most 600 lines.
sizes() {
	local bad=0
	pmccabe "${product[@]}" | awk '$1 > 15 || $5 > 80 { print; bad = 1 }
	    END { exit bad }' || bad=1
	pmccabe "${all[@]}" | awk '$1 > 20 || $5 > 80 { print; bad = 1 }
	    END { exit bad }' || bad=1
	wc -l "${all[@]}" "${headers[@]}" |
	    awk '$2 != "total" && $1 > 600 { print; bad = 1 }
	    END { exit bad }' || bad=1
	return $bad
}
# getenv: nothing privileged is decided by an environment.  The others wait
# without a deadline, run a shell, or leave copies of secrets.
forbidden() {
	! grep -nE '\b(getenv|secure_getenv|system|popen|alarm|sleep|gets|strcpy|strcat|sprintf|alloca)\(' \
	    "${product[@]}"
}
spdx() {
	local f bad=0
	for f in "${all[@]}" "${headers[@]}" "${scripts[@]}" Makefile; do
		head -n 2 "$f" | grep -q 'SPDX-License-Identifier: BSD-2-Clause' ||
		    { echo "$f: no SPDX line"; bad=1; }
	done
	return $bad
}
one_allow_line() {
	(($(grep -n 'the one line that lets in' "${product[@]}" | wc -l) == 1)) &&
	    (($(grep -nE '= SEK_CLASS_OK;' gate/*.c | wc -l) == 1))
}

files=("${all[@]}")
check gcc compile gcc
check clang compile clang -Wno-unknown-warning-option
check headers_compile_alone headers_alone
files=("${product[@]}")
# malloc-leak: false alarms about what an out parameter has taken over
check gcc_analyzer compile gcc -fanalyzer -Wno-analyzer-malloc-leak
check clang_tidy tidy "-*,bugprone-*,cert-*,clang-analyzer-*,misc-*,\
-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,\
-bugprone-assignment-in-if-condition,-bugprone-narrowing-conversions,\
-bugprone-implicit-widening-of-multiplication-result,\
-bugprone-branch-clone,-misc-redundant-expression,-misc-no-recursion,\
-cert-dcl37-c,-cert-dcl51-cpp,-cert-err33-c,-misc-unused-parameters,\
-clang-analyzer-optin.performance.Padding,\
-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling"
check cppcheck cppcheck --quiet --error-exitcode=1 --std=c11 -Iinclude -I. \
    --enable=warning,portability --inline-suppr \
    --suppress=missingIncludeSystem "${folders[@]}"
check sizes sizes
check forbidden_calls forbidden
check licence_lines spdx
check one_allow_line one_allow_line
check manual_pages mandoc -Tlint -Wwarning man/*.[0-9]
# SC2034, SC2154: variables that a sourced file leaves or takes
check shell_scripts shellcheck -x -S warning -e SC2034,SC2154 \
    "${scripts[@]}"
check link_table env BUILD="$BUILD" tests/links.sh
exit $failed
