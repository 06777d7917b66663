/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the DER of a CRL to its index, and the CRLs in a file's bytes.
 * Runs in sekisho-fetch, which has verified the CRL, and in `sekisho`.
 * It makes no object for an entry: a list of a million is walked in place.
 */
#include "fetch/compile.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/compile_rooms.h"

#define TELL_EACH 8192u /* entries */

struct compile {
	const uint8_t *der;
	size_t n;
	struct sek_crl_parts parts;
	struct sek_buf skeleton;
	X509_CRL *crl; /* of the skeleton */
	struct sek_issuers issuers;
	struct sek_item *items;
	size_t count, room;
	struct sek_buf meta;
	const struct sek_compile_progress *progress;
};

static int
parse_skeleton(struct compile *c, struct sek_why *why)
{
	const unsigned char *p;
	int r;

	r = sek_crl_skeleton(&c->parts, &c->skeleton, why);
	if (r != SEK_OK)
		return r;
	p = c->skeleton.p;
	c->crl = d2i_X509_CRL(NULL, &p, (long)c->skeleton.len);
	if (c->crl == NULL || p != c->skeleton.p + c->skeleton.len) {
		ERR_clear_error();
		sek_why_set(why, "is not a CRL");
		return SEK_E_SYNTAX;
	}
	c->issuers.own = X509_CRL_get_issuer(c->crl);
	/* unless an entry says otherwise, it is about the CRL's own issuer */
	c->issuers.now[0] = 0;
	c->issuers.n_now = 1;
	return SEK_OK;
}

/* Skeleton, digest, signer, issuers: see gate/revocation_format.h. */
static int
make_meta(struct compile *c, EVP_PKEY *signer, struct sek_why *why)
{
	uint8_t digest[EVP_MAX_MD_SIZE], hash[SEK_HASH];
	struct sek_crl_sign how;
	const X509_ALGOR *alg;
	unsigned int n = 0;
	int r;

	X509_CRL_get0_signature(c->crl, NULL, &alg);
	if ((r = sek_crl_sign(alg, &how, why)) != SEK_OK)
		return r;
	sek_put_bytes(&c->meta, c->skeleton.p, c->skeleton.len);
	if (how.md != NULL) {
		if (EVP_Digest(c->parts.tbs.p, c->parts.tbs.n, digest, &n,
		    how.md, NULL) != 1)
			return SEK_E_CRYPTO;
		sek_put_bytes(&c->meta, digest, n);
		sek_put_bytes(&c->meta, NULL, 0);
	} else {
		if (signer == NULL ||
		    EVP_PKEY_get_base_id(signer) != how.kind) {
			sek_why_set(why, "needs the key that signed it");
			return SEK_E_INVAL;
		}
		if ((r = sek_signer_hash(signer, hash)) != SEK_OK)
			return r;
		sek_put_bytes(&c->meta, NULL, 0);
		sek_put_bytes(&c->meta, hash, sizeof hash);
	}
	sek_issuers_put(&c->issuers, &c->meta);
	if ((r = sek_buf_ok(&c->meta)) == SEK_OK &&
	    c->meta.len > SEK_INDEX_META_MAX)
		r = SEK_E_LIMIT;
	if (r != SEK_OK)
		sek_why_set(why, "is too large besides its list");
	return r;
}

/* The last bytes of a large block are moved, not copied, by the allocator,
 * and serials are no secret. */
static int
push(struct compile *c, const struct sek_item *item)
{
	struct sek_item *more;
	size_t room;

	if (c->count == SEK_INDEX_RECORDS_MAX)
		return SEK_E_LIMIT;
	if (c->count == c->room) {
		room = c->room == 0 ? 1024 : c->room * 2;
		more = realloc(c->items, room * sizeof *more);
		if (more == NULL)
			return SEK_E_NOMEM;
		c->items = more;
		c->room = room;
	}
	c->items[c->count++] = *item;
	return SEK_OK;
}

static int
add_entry(struct compile *c, const struct sek_crl_entry *e, const uint8_t *at,
    struct sek_why *why)
{
	struct sek_item item = { sek_item_window(e->record),
	    (uint32_t)(at - c->der), 0 };
	size_t i;
	int r;

	if (e->issuers.p != NULL &&
	    (r = sek_issuers_set(&c->issuers, &e->issuers, why)) != SEK_OK)
		return r;
	for (i = 0; i < c->issuers.n_now; i++) {
		item.issuer = c->issuers.now[i];
		if ((r = push(c, &item)) != SEK_OK) {
			sek_why_set(why, r == SEK_E_LIMIT ?
			    "more entries than are allowed" :
			    "out of memory");
			return r;
		}
	}
	return SEK_OK;
}

static int
read_entries(struct compile *c, struct sek_why *why)
{
	struct sek_span at = c->parts.entries;
	struct sek_crl_entry e;
	struct sek_why what = { "" };
	const uint8_t *first;
	uint64_t n = 0, all = 2 * (uint64_t)at.n;
	int r;

	while (at.n > 0) {
		first = at.p;
		n++;
		r = sek_crl_entry(&at, &e, &what);
		if (r == SEK_OK)
			r = add_entry(c, &e, first, &what);
		if (r != SEK_OK) {
			sek_why_set(why, "entry %llu: %s",
			    (unsigned long long)n, what.text);
			return r;
		}
		if (c->progress != NULL && n % TELL_EACH == 0)
			c->progress->tell(c->progress->arg,
			    all / 2 - at.n, all);
	}
	return SEK_OK;
}

int
sek_compile(const uint8_t *der, size_t n, int fd, EVP_PKEY *signer,
    const struct sek_compile_progress *progress, struct sek_why *why)
{
	struct compile c = { .der = der, .n = n, .progress = progress };
	struct sek_index_out out = { .fd = fd, .der = der, .n = n,
	    .meta = &c.meta, .progress = progress };
	int r;

	if ((r = sek_crl_parts(der, n, &c.parts, why)) != SEK_OK ||
	    (r = parse_skeleton(&c, why)) != SEK_OK ||
	    (r = read_entries(&c, why)) != SEK_OK ||
	    (r = make_meta(&c, signer, why)) != SEK_OK)
		goto out;
	sek_items_sort(der, n, c.items, c.count);
	out.items = c.items;
	out.count = c.count;
	r = sek_index_write(&out, why);
out:
	free(c.items);
	sek_issuers_free(&c.issuers);
	X509_CRL_free(c.crl);
	sek_buf_free(&c.meta);
	sek_buf_free(&c.skeleton);
	return r;
}

static int
each_pem(const uint8_t *p, size_t n,
    int (*fn)(void *arg, const uint8_t *der, size_t n), void *arg,
    struct sek_why *why)
{
	BIO *mem = BIO_new_mem_buf(p, (int)n);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	size_t count = 0;
	int r = SEK_OK;
	long len;

	if (mem == NULL)
		return SEK_E_NOMEM;
	while (r == SEK_OK &&
	    PEM_read_bio(mem, &name, &header, &der, &len) == 1) {
		if (strcmp(name, PEM_STRING_X509_CRL) != 0) {
			sek_why_set(why, "holds something besides CRLs");
			r = SEK_E_SYNTAX;
		} else {
			r = fn(arg, der, (size_t)len);
		}
		count++;
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	if (r == SEK_OK && (count == 0 ||
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)) {
		sek_why_set(why, count == 0 ? "holds no CRL" :
		    "holds a broken CRL");
		r = SEK_E_SYNTAX;
	}
	ERR_clear_error();
	BIO_free(mem);
	return r;
}

int
sek_crl_each(const uint8_t *p, size_t n,
    int (*fn)(void *arg, const uint8_t *der, size_t n), void *arg,
    struct sek_why *why)
{
	if (n > INT32_MAX) {
		sek_why_set(why, "is too large");
		return SEK_E_LIMIT;
	}
	/* a CRL is longer than 127 bytes, so its second byte has the high
	 * bit */
	if (n >= 2 && p[0] == 0x30 && (p[1] & 0x80) != 0)
		return fn(arg, p, n);
	return each_pem(p, n, fn, arg, why);
}
