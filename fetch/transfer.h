/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One GET on its way: between the rooms that let libcurl work
 * (fetch/transfer.c) and that say how it went (fetch/verdict.c).
 */
#ifndef FETCH_TRANSFER_H
#define FETCH_TRANSFER_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

#include "fetch/ldif.h"
#include "fetch/url.h"
#include "sekisho/deadline.h"
#include "sekisho/wire_fetch.h"

#define FETCH_HTTP_OK 200

/* Why we stopped libcurl ourselves. */
enum fetch_stop {
	FETCH_STOP_NONE,
	FETCH_STOP_TOO_LARGE,
	FETCH_STOP_STATUS,
	FETCH_STOP_HEADERS,
	FETCH_STOP_SYNTAX,  /* of an LDAP answer */
	FETCH_STOP_CHANNEL, /* nobody listens any more */
	FETCH_STOP_HAVE_IT  /* the rest of an LDAP answer is not needed */
};

struct fetch_job {
	const struct sek_get *get;
	struct sek_chan *chan;
	struct sek_deadline dl;
	struct fetch_url url;
	struct fetch_ldif ldif;
	CURL *easy;
	struct curl_slist *headers; /* owned */
	uint64_t sent;              /* bytes handed on */
	uint64_t ldif_text;         /* bytes that curl made of LDAP */
	size_t header_bytes;
	enum fetch_stop stop;
	int channel_error;
	char words[CURL_ERROR_SIZE];
};

/* 0: no answer, or not HTTP. */
long fetch_http_status(const struct fetch_job *t);
/* How it went, for END. */
void fetch_judge(const struct fetch_job *t, CURLcode code,
    struct sek_fetch_end *end);
/* Words that may have a server's in them. */
void fetch_set_text(struct sek_fetch_end *end, const char *words);

#endif
