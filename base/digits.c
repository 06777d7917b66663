/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes as hexadecimal digits, and digits of hexadecimal and base64 text for
 * who reads such text with rules of their own.  Pure.
 */
#include "sekisho/digits.h"

#include <stdint.h>

int
sek_digit16(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
sek_digit64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

void
sek_hex(char *out, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *from = p;
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = digits[from[i] >> 4];
		out[2 * i + 1] = digits[from[i] & 15];
	}
	out[2 * n] = '\0';
}

void
sek_uuid_text(char out[37], const void *uuid)
{
	static const uint8_t group[] = { 4, 2, 2, 2, 6 }; /* bytes */
	const uint8_t *from = uuid;
	size_t i, at = 0;

	for (i = 0; i < sizeof group; i++) {
		if (i > 0)
			out[at++] = '-';
		sek_hex(out + at, from, group[i]);
		from += group[i];
		at += 2u * group[i];
	}
}
