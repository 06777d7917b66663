/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes bytes from outside safe to show, to log and to store.
 * libc only; runs in every process.  Never normalises: two different inputs
 * never become one output, so that a record tells exactly what came in.
 */
#include "sekisho/escape.h"

#include <stdint.h>
#include <string.h>

/* Length of the well-formed UTF-8 sequence at p (RFC 3629 section 4), its
 * code point in *cp; 0 when it is not well formed. */
static size_t
utf8_at(const uint8_t *p, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len, i;
	uint32_t c;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if ((p[0] & 0xE0) == 0xC0) {
		len = 2;
		c = p[0] & 0x1Fu;
	} else if ((p[0] & 0xF0) == 0xE0) {
		len = 3;
		c = p[0] & 0x0Fu;
	} else if ((p[0] & 0xF8) == 0xF0) {
		len = 4;
		c = p[0] & 0x07u;
	} else {
		return 0;
	}
	if (len > n)
		return 0;
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	if (c < least[len] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 0;
	*cp = c;
	return len;
}

/* Code points that move the cursor, hide, or turn the text around. */
static bool
is_hidden(uint32_t c)
{
	static const struct { uint32_t from, to; } hidden[] = {
		{ 0x0000, 0x001F }, { 0x007F, 0x009F }, { 0x00AD, 0x00AD },
		{ 0x061C, 0x061C }, { 0x115F, 0x1160 }, { 0x180B, 0x180F },
		{ 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F },
		{ 0x3164, 0x3164 }, { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF },
		{ 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB }, { 0xFFFE, 0xFFFF },
		{ 0xE0000, 0xE0FFF },
	};
	size_t i;

	for (i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
		if (c >= hidden[i].from && c <= hidden[i].to)
			return true;
	return false;
}

/* The escaped form of what stands at p: bytes used, text in `piece`. */
static size_t
escape_one(const uint8_t *p, size_t n, char piece[20], size_t *piece_len)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t c;
	size_t used = utf8_at(p, n, &c), i;

	if (used != 0 && !is_hidden(c)) {
		if (c == '\\') {
			piece[0] = piece[1] = '\\';
			*piece_len = 2;
			return 1;
		}
		memcpy(piece, p, used);
		*piece_len = used;
		return used;
	}
	if (used == 0)
		used = 1;
	for (i = 0; i < used; i++) {
		piece[4 * i] = '\\';
		piece[4 * i + 1] = 'x';
		piece[4 * i + 2] = hex[p[i] >> 4];
		piece[4 * i + 3] = hex[p[i] & 15];
	}
	*piece_len = 4 * used;
	return used;
}

char *
sek_escape(char *out, size_t cap, const void *in, size_t n)
{
	const uint8_t *p = in;
	/* `fit`: how far the text may reach when "..." must follow. */
	size_t len = 0, fit = 0, piece_len, used;
	char piece[20];

	if (cap == 0)
		return out;
	while (n > 0) {
		used = escape_one(p, n, piece, &piece_len);
		if (len + piece_len >= cap) {
			len = fit;
			if (fit + 3 < cap) {
				memcpy(out + fit, "...", 3);
				len = fit + 3;
			}
			break;
		}
		memcpy(out + len, piece, piece_len);
		len += piece_len;
		if (len + 3 < cap)
			fit = len;
		p += used;
		n -= used;
	}
	out[len] = '\0';
	return out;
}

char *
sek_escape_str(char *out, size_t cap, const char *in)
{
	return sek_escape(out, cap, in == NULL ? "" : in,
	    in == NULL ? 0 : strlen(in));
}

/* Blanks of any script: a name with them cannot be typed or read without
 * doubt. */
static bool
is_blank(uint32_t c)
{
	return c == ' ' || c == 0xA0 || c == 0x1680 || c == 0x3000 ||
	    (c >= 0x2000 && c <= 0x200A) || c == 0x205F;
}

bool
sek_name_ok(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t n = strlen(s), used;
	uint32_t c;

	if (n == 0 || n > 256 || s[0] == '-')
		return false;
	if (strcmp(s, ".") == 0 || strcmp(s, "..") == 0)
		return false;
	for (; n > 0; p += used, n -= used) {
		used = utf8_at(p, n, &c);
		if (used == 0 || is_hidden(c) || is_blank(c) || c == '/' ||
		    c == ':')
			return false;
	}
	return true;
}
