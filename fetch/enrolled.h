/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates of active credentials of active persons, read from the
 * store at once: a login must never wait for a writer that waits for us.
 */
#ifndef FETCH_ENROLLED_H
#define FETCH_ENROLLED_H

#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

struct sek_enrolled_cert {
	int64_t credential;
	X509 *cert; /* owned */
};

struct sek_enrolled {
	struct sek_enrolled_cert *at;
	size_t n, cap;
	/* of those that were enrolled when no certificate was kept: */
	size_t n_without;
	char broken[256]; /* why the store could not be read; "" = it was */
	char **issuers; /* who issued them, each once; RFC 4514, escaped */
	size_t n_issuers;
};

/* `state` is the folder of the store; one that is not there has nobody. */
int sek_enrolled_read(struct sek_enrolled *e, const char *state,
    struct sek_why *why) SEK_MUST;
void sek_enrolled_free(struct sek_enrolled *e);

#endif
