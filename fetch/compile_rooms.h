/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files behind compile.h say to each other; nobody else includes
 * this.
 *
 *     compile.c          the order of things, and files with several CRLs
 *     compile_parts.c    the CRL taken apart, and put together without list
 *     compile_entry.c    one entry of the list
 *     compile_issuers.c  names in certificateIssuer extensions
 *     compile_sort.c     entries in order
 *     compile_write.c    the file
 */
#ifndef FETCH_COMPILE_ROOMS_H
#define FETCH_COMPILE_ROOMS_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetch/compile.h"
#include "gate/revocation_format.h"
#include "sekisho/buf.h"

/* Somebody else's bytes. */
struct sek_span {
	const uint8_t *p;
	size_t n;
};

/* -- compile_parts.c */

/* Take one DER value off the front of `at`: its tag, and its contents.
 * False: it is cut, or not the only (shortest, definite) way to write it. */
bool sek_der_take(struct sek_span *at, uint8_t *tag, struct sek_span *value);

struct sek_crl_parts {
	struct sek_span tbs;     /* what is signed, with its head */
	struct sek_span before;  /* in it: up to the list */
	struct sek_span entries; /* the contents of the list */
	struct sek_span after;   /* behind it: the extensions */
	struct sek_span outer;   /* signatureAlgorithm and signatureValue */
};

int sek_crl_parts(const uint8_t *der, size_t n, struct sek_crl_parts *out,
    struct sek_why *why) SEK_MUST;
/* The CRL without its list. */
int sek_crl_skeleton(const struct sek_crl_parts *parts, struct sek_buf *out,
    struct sek_why *why) SEK_MUST;

/* -- compile_entry.c */

struct sek_crl_entry {
	uint8_t record[SEK_INDEX_RECORD]; /* its issuer is 0 */
	struct sek_span issuers; /* GeneralNames, DER; p NULL: none given */
};

/* The entry at the front of `at`, which moves behind it. */
int sek_crl_entry(struct sek_span *at, struct sek_crl_entry *out,
    struct sek_why *why) SEK_MUST;
/* Its serial number only, of an entry that sek_crl_entry() has accepted. */
void sek_crl_entry_key(const uint8_t *entry, size_t n,
    uint8_t record[SEK_INDEX_RECORD]);

/* -- compile_issuers.c */

#define SEK_ENTRY_ISSUERS 8u /* directory names of one certificateIssuer */

struct sek_issuer_name {
	X509_NAME *name;
	uint32_t hash; /* X509_NAME_hash_ex() */
};

struct sek_issuers {
	const X509_NAME *own; /* of the CRL: number 0 */
	struct sek_issuer_name *names; /* number 1 and so on */
	uint32_t n;
	/* who the entry at hand is about */
	uint32_t now[SEK_ENTRY_ISSUERS];
	size_t n_now;
	struct sek_span last; /* the extension that said so */
};

/* A certificateIssuer extension, for its entry and those behind it. */
int sek_issuers_set(struct sek_issuers *s, const struct sek_span *names,
    struct sek_why *why) SEK_MUST;
void sek_issuers_put(const struct sek_issuers *s, struct sek_buf *out);
void sek_issuers_free(struct sek_issuers *s);

/* -- compile_sort.c */

/* An entry while it is sorted: some bytes of its key, and where it is. */
struct sek_item {
	uint64_t window;
	uint32_t at; /* bytes from the beginning of the CRL */
	uint32_t issuer;
};

/* The bytes of a record's key that `window` holds at first. */
uint64_t sek_item_window(const uint8_t record[SEK_INDEX_RECORD]);
void sek_items_sort(const uint8_t *der, size_t n, struct sek_item *items,
    size_t count);

/* -- compile_write.c */

struct sek_index_out {
	int fd;
	const uint8_t *der;
	size_t n;
	const struct sek_buf *meta;
	const struct sek_item *items;
	size_t count;
	const struct sek_compile_progress *progress;
};

int sek_index_write(const struct sek_index_out *o, struct sek_why *why)
    SEK_MUST;

#endif
