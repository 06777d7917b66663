/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error numbers and the text that goes with one failure.
 *
 * Every function that can fail returns 0 (SEK_OK) or one negative value of
 * enum sek_err.  Where a person will have to mend something, the function
 * also fills a struct sek_why that names the file, the line or the thing.
 * Nothing here logs or exits.
 */
#ifndef SEKISHO_ERR_H
#define SEKISHO_ERR_H

#include <stddef.h>

#define SEK_MUST __attribute__((warn_unused_result))

enum sek_err {
	SEK_OK = 0,
	SEK_E_NOMEM = -1,   /* out of memory */
	SEK_E_IO = -2,      /* read, write or sync failed */
	SEK_E_PROTO = -3,   /* message malformed, or not allowed now */
	SEK_E_TIMEOUT = -4, /* the deadline passed */
	SEK_E_EOF = -5,     /* the other side is gone */
	SEK_E_LIMIT = -6,   /* larger or more than a stated limit */
	SEK_E_UNSAFE = -7,  /* owner, mode or kind of a file is not safe */
	SEK_E_SYNTAX = -8,  /* a file's text does not parse */
	SEK_E_NOENT = -9,   /* not there */
	SEK_E_EXISTS = -10, /* there already */
	SEK_E_CRYPTO = -11, /* libcrypto refused or failed */
	SEK_E_INVAL = -12,  /* a caller's argument is not usable */
	SEK_E_SYS = -13,    /* a system call failed */
	SEK_E_DENIED = -14, /* a rule says no */
	SEK_E_VERSION = -15 /* made by another version */
};

/* Why something failed, in English, one line, no newline, NUL-terminated.
 * Bytes that came from outside are escaped before they get in. */
struct sek_why {
	char text[512];
};

/* A short English name of an error number; never NULL. */
const char *sek_strerror(int err);

/* Fill `why` (which may be NULL); longer text is cut at the end.
 * Arguments from outside must have gone through sek_escape() first. */
void sek_why_set(struct sek_why *why, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* "NAME: what", the name escaped here; returns r. */
int sek_why_about(struct sek_why *why, int r, const char *name,
    const char *what);

#endif
