/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One CRL that has come: is it to be believed, is it newer than what is
 * cached, and then its index in the cache.
 */
#ifndef FETCH_ACCEPT_H
#define FETCH_ACCEPT_H

#include <openssl/x509.h>
#include <stdint.h>

#include "fetch/refresh.h"

/* What came of it; filled as far as it got. */
struct sek_arrival {
	enum sek_news news;
	char why[512];       /* what is wrong, or worth knowing; "" */
	char issuer[257];    /* RFC 4514, escaped */
	char number[65];     /* hex; "" = none */
	bool delta;
	int64_t this_update; /* seconds since 1970 */
	int64_t next_update;
	uint64_t entries;
	char file[64];       /* its index; "" = none */
	X509_CRL *crl;       /* when its signature was right: the one that
				came, owned */
};

/* Skew of another clock that is forgiven, seconds. */
#define SEK_ACCEPT_SKEW_S 300

void sek_accept(struct sek_refresh *f, const uint8_t *der, size_t n,
    int64_t now, struct sek_arrival *out);
void sek_arrival_clear(struct sek_arrival *l);

/* -- accept_form.c: version, dates, number, scope and extensions of a CRL;
 * SEK_NEWS_NONE or what is wrong, and `out` filled. */
enum sek_news sek_accept_form(const X509_CRL *crl, int64_t now,
    struct sek_arrival *out);
/* Its number; NULL when there is none (or it is malformed). */
ASN1_INTEGER *sek_crl_number(const X509_CRL *crl);

#endif
