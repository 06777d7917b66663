/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of error numbers, and the one place where a reason is put together.
 * libc only; runs in every process.  Never logs, never exits.
 */
#include "sekisho/err.h"

#include <stdarg.h>
#include <stdio.h>

#include "sekisho/escape.h"

static const char *const names[] = {
	[-SEK_OK] = "no error",
	[-SEK_E_NOMEM] = "out of memory",
	[-SEK_E_IO] = "input or output failed",
	[-SEK_E_PROTO] = "malformed or unexpected message",
	[-SEK_E_TIMEOUT] = "deadline passed",
	[-SEK_E_EOF] = "the other side is gone",
	[-SEK_E_LIMIT] = "over a limit",
	[-SEK_E_UNSAFE] = "unsafe owner, mode or kind of file",
	[-SEK_E_SYNTAX] = "syntax error",
	[-SEK_E_NOENT] = "not found",
	[-SEK_E_EXISTS] = "exists already",
	[-SEK_E_CRYPTO] = "cryptographic check failed",
	[-SEK_E_INVAL] = "unusable argument",
	[-SEK_E_SYS] = "system call failed",
	[-SEK_E_DENIED] = "refused",
	[-SEK_E_VERSION] = "made by another version",
};

const char *
sek_strerror(int err)
{
	size_t n = sizeof names / sizeof names[0];

	/* -err would overflow for INT_MIN, so look at the sign first. */
	if (err > 0 || err <= -(int)n)
		return "unknown error";
	return names[-err];
}

void
sek_why_set(struct sek_why *why, const char *fmt, ...)
{
	va_list ap;

	if (why == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(why->text, sizeof why->text, fmt, ap);
	va_end(ap);
}

int
sek_why_about(struct sek_why *why, int r, const char *name, const char *what)
{
	char shown[300];

	sek_why_set(why, "%s: %s", sek_escape_str(shown, sizeof shown, name),
	    what);
	return r;
}
