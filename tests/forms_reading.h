/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads back what forward/form_*.c wrote, without what wrote it: whether XML
 * is well formed (no namespaces, comments, CDATA, instructions: none of them
 * has a place there), and whether CSV is what RFC 4180 says.
 */
#ifndef TESTS_FORMS_READING_H
#define TESTS_FORMS_READING_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The character at p, RFC 3629; its length, 0 when there is none. */
static size_t
char_at(const uint8_t *p, size_t n, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i, len = *p < 0x80 ? 1 : *p < 0xC2 ? 0 : *p < 0xE0 ? 2 :
	    *p < 0xF0 ? 3 : *p < 0xF5 ? 4 : 0;

	if (len == 0 || len > n)
		return 0;
	*c = len == 1 ? *p : *p & (0xFFu >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3Fu);
	}
	return *c >= least[len] && *c <= 0x10FFFF ? len : 0;
}

/* XML 1.0 2.2: is it UTF-8 of characters that may be there?  Not the
 * controls of C1 either, which some parsers refuse. */
static bool
chars_ok(const uint8_t *p, size_t n)
{
	uint32_t c = 0;
	size_t len;

	for (; n > 0; p += len, n -= len) {
		len = char_at(p, n, &c);
		if (len == 0 || c < 0x20 || (c >= 0x7F && c <= 0x9F) ||
		    (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF)
			return false;
	}
	return true;
}

/* The value or text up to `end`: only the entities that XML names itself. */
static const char *
xml_value(const char *p, const char *end, char stop)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;",
		"&quot;", "&apos;" };
	size_t i;

	for (; p < end && *p != stop; p++) {
		if (*p == '<' || *p == '>' || *p == '"' || *p == '\'')
			return NULL;
		if (*p != '&')
			continue;
		for (i = 0; i < 5; i++)
			if ((size_t)(end - p) >= strlen(entities[i]) &&
			    memcmp(p, entities[i], strlen(entities[i])) == 0)
				break;
		if (i == 5)
			return NULL;
	}
	return p < end ? p : NULL;
}

static size_t
xml_name(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && (p[n] == '-' || (p[n] >= 'A' && p[n] <= 'Z') ||
	    (p[n] >= 'a' && p[n] <= 'z')))
		n++;
	return n;
}

/* " name="value"" as often as there is one; where they end. */
static const char *
xml_attrs(const char *p, const char *end)
{
	size_t n;

	for (; p != NULL && p < end && *p == ' '; p++) {
		n = xml_name(++p, end);
		p += n;
		if (n == 0 || end - p < 2 || p[0] != '=' || p[1] != '"' ||
		    (p = xml_value(p + 2, end, '"')) == NULL)
			return NULL;
	}
	return p;
}

/* One tag at p ('<'): what follows it; depth and names are kept in `open`. */
static const char *
xml_tag(const char *p, const char *end, char open[][64], size_t *depth)
{
	bool closing = ++p < end && *p == '/';
	size_t n;

	p += closing;
	if ((n = xml_name(p, end)) == 0 || n >= 64)
		return NULL;
	if (closing) {
		if (*depth == 0 || strlen(open[*depth - 1]) != n ||
		    memcmp(open[--*depth], p, n) != 0)
			return NULL;
		p += n;
		return p < end && *p == '>' ? p + 1 : NULL;
	}
	if (*depth == 8)
		return NULL;
	memcpy(open[*depth], p, n);
	open[*depth][n] = '\0';
	if ((p = xml_attrs(p + n, end)) == NULL)
		return NULL;
	if (end - p >= 2 && p[0] == '/' && p[1] == '>')
		return p + 2;
	++*depth;
	return p < end && *p == '>' ? p + 1 : NULL;
}

static bool
xml_ok(const void *text, size_t n)
{
	const char *p = text, *end = p + n;
	char open[8][64];
	size_t depth = 0;

	if (!chars_ok(text, n) || n == 0 || *p != '<')
		return false;
	while ((p = xml_tag(p, end, open, &depth)) != NULL && depth > 0)
		if (p < end && *p != '<' &&
		    (p = xml_value(p, end, '<')) == NULL)
			return false;
	return p == end;
}

/* How many cells the one line has; 0: it is not one line of RFC 4180. */
static size_t
csv_cells(const void *text, size_t n)
{
	const char *p = text, *end = p + n;
	size_t cells = 1;

	for (; p < end && *p != '\r'; p++) {
		if (*p == ',') {
			cells++;
			continue;
		}
		if (*p != '"') {
			/* ours are bare only when they are numbers or times */
			if (strchr("0123456789-: ", *p) == NULL)
				return 0;
			continue;
		}
		for (p++; p < end && (*p != '"' || (p + 1 < end &&
		    p[1] == '"')); p++)
			p += *p == '"';
		if (p + 1 >= end || (p[1] != ',' && p[1] != '\r'))
			return 0;
	}
	return end - p == 2 && p[0] == '\r' && p[1] == '\n' ? cells : 0;
}

#endif
