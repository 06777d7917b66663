/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes XML 1.0 in UTF-8: elements, attributes, text.  Output only, so a
 * few lines do, and `sekisho` needs no library that also reads.
 * Pure; runs wherever a record is exported.  A value can never end what it
 * stands in: the five characters of XML 1.0 4.6 are written as entities, and
 * what XML forbids is escaped by sek_form_text().
 */
#include <string.h>

#include "forward/form_rooms.h"

void
sek_form_puts(struct sek_buf *b, const char *s)
{
	sek_put_raw(b, s, strlen(s));
}

void
sek_xml_text(struct sek_buf *b, const char *value)
{
	struct sek_form_text t;
	const char *p = sek_form_text(&t, value);
	size_t n;

	for (;; p += n + 1) {
		n = strcspn(p, "&<>\"'");
		sek_put_raw(b, p, n);
		switch (p[n]) {
		case '&':
			sek_form_puts(b, "&amp;");
			break;
		case '<':
			sek_form_puts(b, "&lt;");
			break;
		case '>':
			sek_form_puts(b, "&gt;");
			break;
		case '"':
			sek_form_puts(b, "&quot;");
			break;
		case '\'':
			sek_form_puts(b, "&apos;");
			break;
		default:
			return;
		}
	}
}

void
sek_xml_open(struct sek_buf *b, const char *element)
{
	sek_put_u8(b, '<');
	sek_form_puts(b, element);
}

static void
name_of(struct sek_buf *b, const char *name)
{
	sek_put_u8(b, ' ');
	sek_form_puts(b, name);
	sek_form_puts(b, "=\"");
}

void
sek_xml_attr(struct sek_buf *b, const char *name, const char *value)
{
	name_of(b, name);
	sek_xml_text(b, value);
	sek_put_u8(b, '"');
}

void
sek_xml_attr64(struct sek_buf *b, const char *name, const void *p, size_t n)
{
	name_of(b, name);
	if (sek_base64_put(b, p, n) != SEK_OK)
		b->bad = true;
	sek_put_u8(b, '"');
}

void
sek_xml_inside(struct sek_buf *b)
{
	sek_put_u8(b, '>');
}

void
sek_xml_empty(struct sek_buf *b)
{
	sek_form_puts(b, "/>");
}

void
sek_xml_close(struct sek_buf *b, const char *element)
{
	sek_form_puts(b, "</");
	sek_form_puts(b, element);
	sek_put_u8(b, '>');
}
