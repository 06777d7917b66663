/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which URLs the downloader goes to.  Pure text; opens nothing.
 */
#ifndef FETCH_URL_H
#define FETCH_URL_H

#include <stdbool.h>

#include "sekisho/err.h"

#define FETCH_ATTR_MAX 128u /* bytes with the NUL */

struct fetch_url {
	bool ldap;                 /* ldap or ldaps; else http or https */
	char attr[FETCH_ATTR_MAX]; /* the one that an LDAP URL asks for */
};

/* SEK_OK, or SEK_E_INVAL and why not. */
int fetch_url_check(const char *url, struct fetch_url *out,
    struct sek_why *why) SEK_MUST;
/* A media type that can stand in a header (RFC 9110 section 8.3.1), without
 * parameters. */
bool fetch_media_type_ok(const char *s);

#endif
