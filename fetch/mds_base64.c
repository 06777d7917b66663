/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base64 and base64url as RFC 4648 has them.  Runs in sekisho-fetch.
 * There is one way to write any bytes, and no other is taken: neither another
 * length, nor bits behind the end.
 */
#include <stdlib.h>

#include "fetch/mds.h"
#include "sekisho/digits.h"

/* base64url (section 5) has two other characters, and not those. */
static int
value(enum sek_base64 kind, char c)
{
	if (kind == SEK_BASE64_URL)
		c = c == '-' ? '+' : c == '_' ? '/' : c == '+' || c == '/' ?
		    ' ' : c;
	return sek_digit64(c);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct quantum {
	uint32_t bits;
	size_t chars; /* all until now, without padding */
	size_t pads;
};

/* What is left over must be a byte or two, with zeros behind. */
static bool
end_ok(enum sek_base64 kind, const struct quantum *q)
{
	const size_t rest = q->chars % 4;
	const size_t pads = rest == 0 ? 0 : 4 - rest;

	if (q->pads != (kind == SEK_BASE64_URL ? 0 : pads))
		return false;
	return rest == 0 || (rest == 2 && (q->bits & 0x0f) == 0) ||
	    (rest == 3 && (q->bits & 0x03) == 0);
}

/* False: a character that may not stand here. */
static bool
take(enum sek_base64 kind, struct quantum *q, char c, uint8_t *out,
    size_t *len)
{
	int v = value(kind, c);

	if (kind == SEK_BASE64 && is_blank(c))
		return true;
	if (kind == SEK_BASE64 && c == '=') {
		q->pads++;
		return true;
	}
	if (v < 0 || q->pads > 0)
		return false;
	q->bits = q->bits << 6 | (uint32_t)v;
	q->chars++;
	switch (q->chars % 4) {
	case 2:
		out[(*len)++] = (uint8_t)(q->bits >> 4);
		break;
	case 3:
		out[(*len)++] = (uint8_t)(q->bits >> 2);
		break;
	case 0:
		out[(*len)++] = (uint8_t)q->bits;
		break;
	default:
		break;
	}
	return true;
}

int
sek_base64_dec(enum sek_base64 kind, const char *p, size_t n, uint8_t **out,
    size_t *len)
{
	struct quantum q = { 0 };
	uint8_t *made = malloc(n / 4 * 3 + 3);
	size_t i, done = 0;

	if (made == NULL)
		return SEK_E_NOMEM;
	for (i = 0; i < n; i++)
		if (!take(kind, &q, p[i], made, &done))
			break;
	if (i < n || !end_ok(kind, &q)) {
		free(made);
		return SEK_E_SYNTAX;
	}
	*out = made;
	*len = done;
	return SEK_OK;
}
