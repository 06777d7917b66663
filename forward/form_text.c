/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text of a record made harmless once more: a record escapes what came from
 * outside, but a file that is exported need not be of our making.
 * libc only; runs wherever a record is exported.  Must never double what is
 * escaped already, nor let a character pass that XML 1.0 forbids (2.2): those
 * that are well-formed UTF-8 are controls, U+FFFE and U+FFFF, and all are
 * among what sek_escape() escapes.
 */
#include <string.h>

#include "forward/form_rooms.h"
#include "sekisho/escape.h"

#define PIECE 200u /* bytes that are escaped at a time: four for one at most */

/* ASCII that everybody can read, and backslashes, which stay. */
static size_t
plain(const char *s)
{
	size_t n = 0;

	while (s[n] >= ' ' && s[n] <= '~')
		n++;
	return n;
}

/* The bytes that are something else, at most PIECE, whole characters. */
static size_t
other(const char *s)
{
	size_t n = 0, i;

	while (n < PIECE && s[n] != '\0' && (s[n] < ' ' || s[n] > '~'))
		n++;
	if (n == PIECE)
		for (i = 0; i < 3 && (s[n] & 0xC0) == 0x80; i++)
			n--;
	return n;
}

/* The longest beginning of n bytes at most that ends with a character. */
static size_t
whole(const char *s, size_t n)
{
	while (n > 0 && (s[n] & 0xC0) == 0x80)
		n--;
	return n;
}

const char *
sek_form_text(struct sek_form_text *t, const char *s)
{
	char part[4 * PIECE + 1];
	size_t len = 0, n, m;
	const char *p;

	for (s = s == NULL ? "" : s; *s != '\0'; s += n) {
		if ((n = m = plain(s)) > 0) {
			p = s;
		} else {
			n = other(s);
			p = sek_escape(part, sizeof part, s, n);
			m = strlen(p);
		}
		if (len + m > SEK_AUDIT_STR_MAX) {
			memcpy(t->s + len, p, SEK_AUDIT_STR_MAX - len);
			t->s[SEK_AUDIT_STR_MAX] = '\0';
			len = whole(t->s, SEK_AUDIT_STR_MAX - 3);
			memcpy(t->s + len, "...", 3);
			len += 3;
			break;
		}
		memcpy(t->s + len, p, m);
		len += m;
	}
	t->s[len] = '\0';
	return t->s;
}

size_t
sek_form_char(const char *s, bool *blank)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4, i;
	uint32_t c = 0;

	for (i = 0; i < n; i++)
		if (p[i] == '\0')
			n = i == 0 ? 1 : i;
	if (n == 2)
		c = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	else if (n == 3)
		c = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 |
		    (p[2] & 0x3Fu);
	*blank = c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
	    c == 0x202F || c == 0x205F || c == 0x3000;
	return n;
}

bool
sek_form_is_blank(const char *s)
{
	bool blank;
	size_t n;

	for (; s != NULL && *s != '\0'; s += n) {
		n = sek_form_char(s, &blank);
		if (!blank && *s != ' ' && *s != '\t')
			return false;
	}
	return true;
}
