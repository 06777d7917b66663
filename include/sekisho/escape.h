/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes from outside made safe for a log line, a prompt or a message.
 *
 * Printable, well-formed UTF-8 stays as it is (names are Japanese); control
 * bytes, C1, DEL, broken or overlong UTF-8, bidirectional overrides and other
 * invisible format characters become \xNN, a backslash becomes \\.  The
 * result is cut at a whole character and "..." tells that it was cut.
 */
#ifndef SEKISHO_ESCAPE_H
#define SEKISHO_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Write at most `cap` bytes with the NUL to `out`; returns out. */
char *sek_escape(char *out, size_t cap, const void *in, size_t n);
char *sek_escape_str(char *out, size_t cap, const char *in);

/* Is this a user, account or service name that may be looked up?
 * 1..256 bytes of printable well-formed UTF-8 without blanks, '/', ':',
 * not beginning with '-' and not "." or "..". */
bool sek_name_ok(const char *s);

#endif
