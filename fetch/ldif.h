/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first value of one attribute out of what libcurl makes of an LDAP
 * answer.  Takes the text in pieces of any size and keeps none of it.
 */
#ifndef FETCH_LDIF_H
#define FETCH_LDIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetch/url.h"

enum fetch_ldif_state {
	FETCH_LDIF_LINE,  /* at the beginning of one */
	FETCH_LDIF_NAME,
	FETCH_LDIF_COLON, /* behind the first */
	FETCH_LDIF_BLANK, /* behind the second */
	FETCH_LDIF_PLAIN, /* in the value */
	FETCH_LDIF_BASE64,
	FETCH_LDIF_SKIP,  /* up to the next line */
	FETCH_LDIF_DONE   /* the first value is complete */
};

/* Takes bytes of the value; SEK_OK to go on. */
typedef int fetch_sink(void *arg, const uint8_t *p, size_t n);

struct fetch_ldif {
	enum fetch_ldif_state state;
	const char *attr;          /* not owned */
	char name[FETCH_ATTR_MAX]; /* of this line's attribute */
	size_t name_len;           /* FETCH_ATTR_MAX: too long */
	uint32_t quantum;          /* base64: bits of up to four characters */
	unsigned chars, pads;      /* of this quantum */
	bool ended;                /* by padding */
	uint8_t out[3072];
	size_t out_len;
	uint64_t len;              /* bytes of the value */
	fetch_sink *sink;
	void *arg;
};

void fetch_ldif_init(struct fetch_ldif *l, const char *attr,
    fetch_sink *sink, void *arg);
/* SEK_OK, SEK_E_SYNTAX, or what the sink said.  What follows the value is
 * not looked at. */
int fetch_ldif_feed(struct fetch_ldif *l, const void *p, size_t n) SEK_MUST;

#endif
