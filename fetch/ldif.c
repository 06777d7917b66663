/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcurl hands over an LDAP answer as text: "DN: ...", then a line for each
 * value, "\tNAME: VALUE" or "\tNAME:: BASE64" (for ";binary", and whatever
 * is not printable).  The caller wants the bytes of the first value.
 * libc only; runs in `sekisho-fetch --download`.  Needs the same memory for
 * any answer, and never believes a length.
 */
#include "fetch/ldif.h"

#include <string.h>
#include <strings.h>

#include "sekisho/digits.h"

void
fetch_ldif_init(struct fetch_ldif *l, const char *attr, fetch_sink *sink,
    void *arg)
{
	*l = (struct fetch_ldif){ .attr = attr, .sink = sink, .arg = arg };
}

/* Length without ";binary": a server adds it to what must be transferred so
 * (RFC 4522 section 4, RFC 4523 section 2), whether it was asked for or not. */
static size_t
bare_len(const char *s, size_t n)
{
	static const char option[] = ";binary";
	const size_t k = sizeof option - 1;

	return n > k && strncasecmp(s + n - k, option, k) == 0 ? n - k : n;
}

/* Is this line about what was asked for?  Asked by OID, a server answers
 * with the name, and with nothing else. */
static bool
is_ours(const struct fetch_ldif *l)
{
	const size_t n = bare_len(l->attr, strlen(l->attr));

	if (l->name_len == FETCH_ATTR_MAX)
		return false;
	if (l->attr[0] >= '0' && l->attr[0] <= '9')
		return true;
	return bare_len(l->name, l->name_len) == n &&
	    strncasecmp(l->name, l->attr, n) == 0;
}

static int
flush(struct fetch_ldif *l)
{
	const size_t n = l->out_len;

	l->out_len = 0;
	return n == 0 ? SEK_OK : l->sink(l->arg, l->out, n);
}

static int
put(struct fetch_ldif *l, uint8_t byte)
{
	l->out[l->out_len++] = byte;
	l->len++;
	return l->out_len < sizeof l->out ? SEK_OK : flush(l);
}

/* The value is over: an empty one is none. */
static int
end_value(struct fetch_ldif *l)
{
	if (l->chars != 0)
		return SEK_E_SYNTAX;
	l->state = l->len > 0 ? FETCH_LDIF_DONE : FETCH_LDIF_LINE;
	l->ended = false;
	return flush(l);
}

/* RFC 4648 section 4, in quanta of four characters. */
static int
take_base64(struct fetch_ldif *l, uint8_t c)
{
	int v = sek_digit64((char)c), r = SEK_OK;
	unsigned i;

	if (l->ended || (c == '=' && l->chars < 2) ||
	    (c != '=' && (v < 0 || l->pads > 0)))
		return SEK_E_SYNTAX;
	l->quantum = l->quantum << 6 | (c == '=' ? 0 : (uint32_t)v);
	l->pads += c == '=';
	if (++l->chars < 4)
		return SEK_OK;
	for (i = 0; i < 3 - l->pads && r == SEK_OK; i++)
		r = put(l, (uint8_t)(l->quantum >> (16 - 8 * i)));
	l->ended = l->pads > 0;
	l->quantum = 0;
	l->chars = l->pads = 0;
	return r;
}

static void
take_name(struct fetch_ldif *l, uint8_t c)
{
	if (c == ':')
		l->state = is_ours(l) ? FETCH_LDIF_COLON : FETCH_LDIF_SKIP;
	else if (l->name_len < FETCH_ATTR_MAX - 1)
		l->name[l->name_len++] = (char)c;
	else
		l->name_len = FETCH_ATTR_MAX;
}

/* "NAME: value", "NAME:: base64"; "NAME:" alone has no value. */
static int
take_colon(struct fetch_ldif *l, uint8_t c)
{
	if (c != ':' && c != ' ')
		return SEK_E_SYNTAX;
	l->state = c == ':' ? FETCH_LDIF_BLANK : FETCH_LDIF_PLAIN;
	return SEK_OK;
}

static int
take(struct fetch_ldif *l, uint8_t c)
{
	switch (l->state) {
	case FETCH_LDIF_LINE:
		l->name_len = 0;
		l->state = c == '\t' ? FETCH_LDIF_NAME : FETCH_LDIF_SKIP;
		return SEK_OK;
	case FETCH_LDIF_NAME:
		take_name(l, c);
		return SEK_OK;
	case FETCH_LDIF_COLON:
		return take_colon(l, c);
	case FETCH_LDIF_BLANK:
		l->state = FETCH_LDIF_BASE64;
		return c == ' ' ? SEK_OK : SEK_E_SYNTAX;
	case FETCH_LDIF_PLAIN:
		return put(l, c);
	case FETCH_LDIF_BASE64:
		return take_base64(l, c);
	case FETCH_LDIF_SKIP:
	case FETCH_LDIF_DONE:
		break;
	}
	return SEK_OK;
}

int
fetch_ldif_feed(struct fetch_ldif *l, const void *p, size_t n)
{
	const uint8_t *at = p;
	int r = SEK_OK;

	for (; n > 0 && l->state != FETCH_LDIF_DONE && r == SEK_OK;
	    at++, n--) {
		if (*at != '\n')
			r = take(l, *at);
		else if (l->state == FETCH_LDIF_PLAIN ||
		    l->state == FETCH_LDIF_BASE64)
			r = end_value(l);
		else
			l->state = FETCH_LDIF_LINE;
	}
	return r;
}
