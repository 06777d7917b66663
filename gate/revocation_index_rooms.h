/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two files behind revocation_index.h say to each other; nobody else
 * includes this.
 *
 *     revocation_index.c       the CRL's method: look-up, signature, end
 *     revocation_index_file.c  opening, and all checks of the file
 */
#ifndef GATE_REVOCATION_INDEX_ROOMS_H
#define GATE_REVOCATION_INDEX_ROOMS_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "gate/revocation_format.h"
#include "gate/revocation_index.h"

/* A name besides the CRL's own; points into the meta part. */
struct sek_index_issuer {
	uint32_t hash;
	const uint8_t *der;
	size_t n;
};

/* What hangs on the CRL. */
struct sek_index {
	int fd;
	struct sek_index_head head;
	uint8_t *meta;
	const uint8_t *skeleton, *digest, *signer; /* in `meta` */
	size_t n_skeleton, n_digest, n_signer;     /* bytes */
	struct sek_index_issuer *issuers;
	uint32_t n_issuers;
	X509_CRL_METHOD *method;
	X509_REVOKED *unknown; /* answers when nothing else can be made */
	X509_CRL *answer;      /* the entry of the last look-up is in it */
	bool failed;
};

/* Records from `first`; SEK_E_IO when they are not all there. */
int sek_index_read(const struct sek_index *x, uint64_t first, size_t count,
    uint8_t *out) SEK_MUST;
/* Parse the skeleton to a CRL that owns `x` from then on. */
int sek_index_wrap(struct sek_index *x, X509_CRL **out, struct sek_why *why)
    SEK_MUST;
struct sek_index *sek_index_of(const X509_CRL *crl);
void sek_index_free(struct sek_index *x);

#endif
