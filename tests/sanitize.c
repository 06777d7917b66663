/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of the address sanitizer for programs that start with an empty
 * environment.  Leaks are looked for by valgrind: here a vendor's module and
 * a process that may not be traced would only raise false alarms.
 */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0:abort_on_error=1:handle_segv=0";
}
