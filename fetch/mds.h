/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A blob of FIDO's Metadata Service (MDS 3.0, 3.1): its signature, what it
 * says, and the table that a login looks things up in.
 *
 *     mds_base64.c   base64 and base64url, strictly
 *     mds_jws.c      the three parts, the header, the signature (3.1.7, 3.2)
 *     mds_signer.c   who signed, and does that lead to a pinned root?
 *     mds_read.c     the payload (3.1.6) ...
 *     mds_entry.c    ... and one entry of it (3.1.1 to 3.1.4)
 *     mds_write.c    the table (gate/fido_models_format.h)
 *
 * None of them opens a file or a connection.
 */
#ifndef FETCH_MDS_H
#define FETCH_MDS_H

#include <jansson.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/fido_models_format.h"

#define SEK_MDS_BLOB_MAX (16u * 1024 * 1024) /* bytes */
#define SEK_MDS_CHAIN_MAX 8u                 /* certificates in x5c */

/* -- mds_jws.c */

struct sek_mds_rules {
	STACK_OF(X509) *roots; /* pinned: [fido2] metadata-root */
	const char *signer;    /* the leaf must be of this host */
	int64_t now;
};

/* A blob whose signature is good. */
struct sek_mds_blob {
	uint8_t *payload;      /* owned */
	size_t len;
	STACK_OF(X509) *chain; /* owned: the leaf first, to the root */
};

/* SEK_OK only when all of it holds.  SEK_E_SYNTAX: not of the form of a blob;
 * SEK_E_DENIED: not signed by whom we trust. */
int sek_mds_verify(const struct sek_mds_rules *rules, const uint8_t *p,
    size_t n, struct sek_mds_blob *out, struct sek_why *why) SEK_MUST;
void sek_mds_blob_free(struct sek_mds_blob *b);

/* -- mds_signer.c */

/* From x5c[0] to one of the roots, in date, of the host; the chain is the
 * caller's.  With `crls`: nor revoked by one of them, and there is one for each
 * certificate that says where its CRL is (or SEK_E_NOENT). */
int sek_mds_signer(const struct sek_mds_rules *rules, STACK_OF(X509) *x5c,
    STACK_OF(X509_CRL) *crls, STACK_OF(X509) **chain, struct sek_why *why)
    SEK_MUST;

/* -- mds_read.c, mds_entry.c */

struct sek_mds_model {
	uint8_t aaguid[16];
	char name[SEK_MODELS_NAME_MAX + 1]; /* escaped */
	struct sek_model_report *reports;   /* owned; those that matter */
	size_t n_reports;
	struct sek_buf roots;               /* as the table has them */
	size_t n_roots;
	size_t at;                          /* in the blob */
};

struct sek_mds {
	int64_t number;
	int64_t next_update;
	uint8_t payload[SEK_MODELS_HASH];
	struct sek_mds_model *models; /* owned; in ascending order */
	size_t n;
	size_t bad;       /* of them: with a report that counts against it */
	size_t others;    /* entries of UAF and U2F: no AAGUID */
	size_t unknown;   /* statuses that we do not know: 3.1.4 */
	size_t lost;      /* entries, reports and dates that cannot be read */
	size_t lost_roots;
	char first[200];  /* what was lost first, escaped */
};

/* SEK_E_SYNTAX, SEK_E_LIMIT, SEK_E_NOMEM.  What is damaged in an entry takes
 * away no more than itself, and is counted. */
int sek_mds_read(const uint8_t *p, size_t n, struct sek_mds *out,
    struct sek_why *why) SEK_MUST;
void sek_mds_free(struct sek_mds *m);
/* One entry; SEK_E_NOMEM and SEK_E_LIMIT only. */
int sek_mds_entry(struct sek_mds *m, const json_t *entry, size_t at)
    SEK_MUST;
/* Something of number `at` cannot be read: counted and, the first, told. */
void sek_mds_lost(struct sek_mds *m, size_t at, const char *what);
/* YYYY-MM-DD, nothing else: the first second of that day in UTC. */
bool sek_mds_date(const char *text, int64_t *out);

/* -- mds_write.c */

/* Into a new file, from its beginning. */
int sek_mds_write(const struct sek_mds *m, int64_t made, int fd,
    struct sek_why *why) SEK_MUST;

/* -- mds_base64.c */

enum sek_base64 {
	SEK_BASE64,    /* RFC 4648 4, with its padding; blanks do not count */
	SEK_BASE64_URL /* RFC 4648 5, without: RFC 7515 2 */
};

/* New memory in *out; SEK_E_SYNTAX, SEK_E_NOMEM. */
int sek_base64_dec(enum sek_base64 kind, const char *p, size_t n,
    uint8_t **out, size_t *len) SEK_MUST;

#endif
