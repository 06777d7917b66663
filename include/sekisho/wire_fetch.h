/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages between whoever needs something from the network and
 * `sekisho-fetch --download`, on descriptor 3 of that.  The downloader runs
 * as the service user and hands over bytes; it judges none of them.
 *
 *     gate, sekisho-fetch               sekisho-fetch --download
 *     GET    ->
 *                                    <- DATA (any number of times)
 *                                    <- END
 *     GET    ->  (again)
 *
 * Closing the channel is the order to end.
 */
#ifndef SEKISHO_WIRE_FETCH_H
#define SEKISHO_WIRE_FETCH_H

#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/frame.h"

#define SEK_FETCH_FD 3

enum sek_fetch_msg { SEK_F_GET = 1, SEK_F_DATA = 2, SEK_F_END = 3 };

enum sek_fetch_state { SEK_FETCH_IDLE, SEK_FETCH_BUSY };

extern const struct sek_rule sek_fetch_rules[];
extern const size_t sek_fetch_n_rules;

#define SEK_URL_MAX 2048u         /* bytes with the NUL */
#define SEK_FETCH_CHUNK 65536u    /* bytes of one DATA */
#define SEK_FETCH_POST_MAX 65536u /* bytes of a body that is sent */

/* One thing to bring.  http, https and ldap; never file. */
struct sek_get {
	char url[SEK_URL_MAX];
	char post_type[64];   /* Content-Type of `post`; "" = GET */
	struct sek_buf post;  /* owned */
	char proxy[256];      /* "" = none */
	char ca_file[1024];   /* for https; "" = the system's */
	uint64_t max_bytes;   /* more is FETCH_TOO_LARGE */
	uint32_t ms;          /* for all of it, redirects included */
};

enum sek_fetch_code {
	SEK_FETCH_OK = 0,
	SEK_FETCH_BAD_URL = 1,     /* not one we would follow */
	SEK_FETCH_UNREACHABLE = 2, /* name, connection, TLS */
	SEK_FETCH_TIMEOUT = 3,
	SEK_FETCH_TOO_LARGE = 4,
	SEK_FETCH_STATUS = 5,      /* an answer that is none: `http` */
	SEK_FETCH_REDIRECT = 6,    /* too many, or to where we do not go */
	SEK_FETCH_FAILED = 7       /* anything else: `text` */
};

struct sek_fetch_end {
	enum sek_fetch_code code;
	uint32_t http;             /* HTTP status, 0 = none */
	char text[256];            /* English, for a log; escaped */
};

void sek_get_enc(struct sek_buf *out, const struct sek_get *m);
int sek_get_dec(struct sek_get *out, const struct sek_buf *body) SEK_MUST;
void sek_get_clear(struct sek_get *m);
void sek_fetch_end_enc(struct sek_buf *out, const struct sek_fetch_end *m);
int sek_fetch_end_dec(struct sek_fetch_end *out, const struct sek_buf *body)
    SEK_MUST;

#endif
