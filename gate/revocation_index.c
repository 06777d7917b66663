/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An index as OpenSSL sees it: a CRL whose method looks entries up by
 * pread(2) and verifies the signature over a stored digest.
 * Runs in the gate and in `sekisho`.  Whatever goes wrong in a look-up, the
 * answer is an entry: a list that cannot be read never clears a certificate.
 */
#include "gate/revocation_index.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/revocation_index_rooms.h"

#define BLOCK 32u /* records that are read at once in the end */
#define REMOVE_FROM_CRL 8 /* RFC 5280 5.3.1 */

enum found { FOUND_NOT, FOUND, FOUND_DAMAGE };

struct sek_index *
sek_index_of(const X509_CRL *crl)
{
	/* no other method keeps data */
	return X509_CRL_get_meth_data((X509_CRL *)crl);
}

bool
sek_index_is(const X509_CRL *crl)
{
	return sek_index_of(crl) != NULL;
}

uint64_t
sek_index_entries(const X509_CRL *crl)
{
	const struct sek_index *x = sek_index_of(crl);

	return x != NULL ? x->head.records : 0;
}

bool
sek_index_failed(const X509_CRL *crl)
{
	const struct sek_index *x = sek_index_of(crl);

	return x != NULL && x->failed;
}

/* -- searching */

static int
order(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, SEK_INDEX_KEY);
}

/* What is left of the search: records lo to hi, between two that were read.
 * Records out of order or not whole are damage: half of the list would be
 * missed. */
struct search {
	uint64_t lo, hi, all;
	uint8_t below[SEK_INDEX_RECORD]; /* record lo - 1, when lo > 0 */
	uint8_t above[SEK_INDEX_RECORD]; /* record hi, when hi < all */
};

static bool
plausible(const struct search *s, const uint8_t *rec)
{
	return sek_record_ok(rec) &&
	    (s->lo == 0 || order(rec, s->below) > 0) &&
	    (s->hi == s->all || order(rec, s->above) < 0);
}

static enum found
search_block(const struct sek_index *x, struct search *s, const uint8_t *key,
    uint8_t rec[SEK_INDEX_RECORD])
{
	uint8_t block[BLOCK * SEK_INDEX_RECORD];
	size_t i, n = (size_t)(s->hi - s->lo);
	enum found f = FOUND_NOT;
	const uint8_t *at = block;

	if (n > 0 && sek_index_read(x, s->lo, n, block) != SEK_OK)
		return FOUND_DAMAGE;
	for (i = 0; i < n; i++, at += SEK_INDEX_RECORD) {
		if (!plausible(s, at))
			return FOUND_DAMAGE;
		if (order(at, key) == 0) {
			memcpy(rec, at, SEK_INDEX_RECORD);
			f = FOUND;
		}
		memcpy(s->below, at, SEK_INDEX_RECORD);
		s->lo++;
	}
	return f;
}

static enum found
search(const struct sek_index *x, const uint8_t *key,
    uint8_t rec[SEK_INDEX_RECORD])
{
	struct search s = { .lo = 0, .hi = x->head.records,
	    .all = x->head.records };
	uint64_t mid;
	int c;

	while (s.hi - s.lo > BLOCK) {
		mid = s.lo + (s.hi - s.lo) / 2;
		if (sek_index_read(x, mid, 1, rec) != SEK_OK ||
		    !plausible(&s, rec))
			return FOUND_DAMAGE;
		if ((c = order(rec, key)) == 0)
			return FOUND;
		if (c < 0) {
			s.lo = mid + 1;
			memcpy(s.below, rec, SEK_INDEX_RECORD);
		} else {
			s.hi = mid;
			memcpy(s.above, rec, SEK_INDEX_RECORD);
		}
	}
	return search_block(x, &s, key, rec);
}

/* The number that stands in records for an issuer.  RFC 5280 5.3.3: without
 * a certificateIssuer an entry is about the CRL's own. */
static enum found
issuer_number(const struct sek_index *x, X509_CRL *crl,
    const X509_NAME *issuer, uint32_t *out)
{
	const struct sek_index_issuer *at;
	const unsigned char *p;
	X509_NAME *name;
	unsigned long hash;
	uint32_t i;
	int c, ok = 0;

	*out = 0;
	if (issuer == NULL)
		return FOUND;
	if ((c = X509_NAME_cmp(issuer, X509_CRL_get_issuer(crl))) == 0)
		return FOUND;
	if (x->n_issuers == 0)
		return c < -1 ? FOUND_DAMAGE : FOUND_NOT;
	hash = X509_NAME_hash_ex(issuer, NULL, NULL, &ok);
	if (c < -1 || ok != 1)
		return FOUND_DAMAGE;
	for (i = 0; i < x->n_issuers; i++) {
		at = &x->issuers[i];
		if (at->hash != (uint32_t)hash)
			continue;
		p = at->der;
		name = d2i_X509_NAME(NULL, &p, (long)at->n);
		c = name != NULL ? X509_NAME_cmp(issuer, name) : -2;
		X509_NAME_free(name);
		*out = i + 1;
		if (c == 0 || c < -1)
			return c == 0 ? FOUND : FOUND_DAMAGE;
	}
	return FOUND_NOT;
}

/* -- the answer, as OpenSSL would have parsed it */

static X509_REVOKED *
make_entry(const ASN1_INTEGER *serial, uint8_t reason, int64_t date)
{
	X509_REVOKED *e = X509_REVOKED_new();
	ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)date);
	ASN1_ENUMERATED *code = ASN1_ENUMERATED_new();
	bool ok;

	ok = e != NULL && t != NULL && code != NULL &&
	    X509_REVOKED_set_serialNumber(e, (ASN1_INTEGER *)serial) == 1 &&
	    X509_REVOKED_set_revocationDate(e, t) == 1 &&
	    (reason == SEK_REASON_NONE ||
	    (ASN1_ENUMERATED_set(code, reason) == 1 &&
	    X509_REVOKED_add1_ext_i2d(e, NID_crl_reason, code, 0, 0) == 1));
	ASN1_TIME_free(t);
	ASN1_ENUMERATED_free(code);
	if (!ok) {
		X509_REVOKED_free(e);
		e = NULL;
	}
	return e;
}

/* OpenSSL keeps the reason of an entry in a field that only its parser of a
 * CRL fills, and looks for removeFromCRL there.  So the entry is put into a
 * CRL of its own, which nobody signs, and parsed. */
static X509_CRL *
wrap_entry(const X509_REVOKED *e)
{
	static const uint8_t before[] = { 0x02, 1, 1, 0x30, 5, 0x06, 3, 0x2b,
	    0x65, 0x70, 0x30, 0, 0x17, 13, '7', '0', '0', '1', '0', '1', '0',
	    '0', '0', '0', '0', '0', 'Z' };
	static const uint8_t after[] = { 0x30, 5, 0x06, 3, 0x2b, 0x65, 0x70,
	    0x03, 1, 0 };
	uint8_t der[128];
	unsigned char *at = der + 4 + sizeof before + 2;
	const unsigned char *p = der;
	int n = i2d_X509_REVOKED(e, NULL);
	X509_CRL *crl = NULL;

	/* each length takes one byte: serial, date and reason are short */
	if (n <= 0 || (size_t)n + sizeof before + sizeof after + 4 > 127 ||
	    i2d_X509_REVOKED(e, &at) != n)
		return NULL;
	der[0] = 0x30;
	der[1] = (uint8_t)(sizeof before + sizeof after + 4 + (size_t)n);
	der[2] = 0x30;
	der[3] = (uint8_t)(sizeof before + 2 + (size_t)n);
	memcpy(der + 4, before, sizeof before);
	der[4 + sizeof before] = 0x30;
	der[5 + sizeof before] = (uint8_t)n;
	memcpy(at, after, sizeof after);
	crl = d2i_X509_CRL(NULL, &p, der[1] + 2);
	if (crl != NULL &&
	    sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)) != 1) {
		X509_CRL_free(crl);
		crl = NULL;
	}
	return crl;
}

/* The entry lives until the next look-up or the end of the CRL. */
static X509_REVOKED *
answer(struct sek_index *x, const ASN1_INTEGER *serial, uint8_t reason,
    int64_t date)
{
	X509_REVOKED *e;

	X509_CRL_free(x->answer);
	x->answer = NULL;
	(void)ERR_set_mark();
	if ((e = make_entry(serial, reason, date)) != NULL)
		x->answer = wrap_entry(e);
	X509_REVOKED_free(e);
	(void)ERR_pop_to_mark();
	if (x->answer == NULL)
		return x->unknown;
	return sk_X509_REVOKED_value(X509_CRL_get_REVOKED(x->answer), 0);
}

/* -- the method.  0: not listed, 1: listed, 2: listed to be removed */

static int
look_up(X509_CRL *crl, X509_REVOKED **ret, const ASN1_INTEGER *serial,
    const X509_NAME *issuer)
{
	struct sek_index *x = sek_index_of(crl);
	uint8_t key[SEK_INDEX_RECORD], rec[SEK_INDEX_RECORD];
	uint8_t reason = SEK_REASON_NONE;
	int64_t date = 0;
	uint32_t number;
	enum found f;
	X509_REVOKED *e;

	f = issuer_number(x, crl, issuer, &number);
	if (f == FOUND_NOT)
		return 0;
	/* a CRL with a longer serial would not have been compiled */
	if (!sek_record_key(key, number,
	    ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER,
	    ASN1_STRING_get0_data(serial),
	    (size_t)ASN1_STRING_length(serial)))
		return 0;
	if (f == FOUND)
		f = search(x, key, rec);
	if (f == FOUND_NOT)
		return 0;
	if (f == FOUND) {
		reason = sek_record_reason(rec);
		date = sek_record_date(rec);
	} else {
		x->failed = true;
	}
	e = answer(x, serial, reason, date);
	if (ret != NULL)
		*ret = e;
	return reason == REMOVE_FROM_CRL && e != x->unknown ? 2 : 1;
}

static int
verify(X509_CRL *crl, EVP_PKEY *key)
{
	const struct sek_index *x = sek_index_of(crl);
	const ASN1_BIT_STRING *sig;
	const X509_ALGOR *alg;
	struct sek_crl_sign how;
	uint8_t hash[SEK_HASH];

	X509_CRL_get0_signature(crl, &sig, &alg);
	if (key == NULL || sek_crl_sign(alg, &how, NULL) != SEK_OK)
		return 0;
	if (how.md != NULL)
		return sek_crl_signed(&how, key, sig, x->digest,
		    x->n_digest) ? 1 : 0;
	return EVP_PKEY_get_base_id(key) == how.kind &&
	    x->n_signer == SEK_HASH && sek_signer_hash(key, hash) == SEK_OK &&
	    CRYPTO_memcmp(hash, x->signer, SEK_HASH) == 0 ? 1 : 0;
}

void
sek_index_free(struct sek_index *x)
{
	if (x == NULL)
		return;
	if (x->fd >= 0)
		(void)close(x->fd);
	X509_REVOKED_free(x->unknown);
	X509_CRL_free(x->answer);
	X509_CRL_METHOD_free(x->method);
	free(x->issuers);
	free(x->meta);
	free(x);
}

static int
on_free(X509_CRL *crl)
{
	struct sek_index *x = sek_index_of(crl);

	X509_CRL_set_meth_data(crl, NULL);
	sek_index_free(x); /* and the method: it is not looked at again */
	return 1;
}

int
sek_index_wrap(struct sek_index *x, X509_CRL **out, struct sek_why *why)
{
	const unsigned char *p = x->skeleton;
	X509_CRL *crl;

	x->unknown = X509_REVOKED_new();
	x->method = X509_CRL_METHOD_new(NULL, on_free, look_up, verify);
	if (x->unknown == NULL || x->method == NULL)
		return SEK_E_NOMEM;
	/* the default is the process's: it is ours for this call only */
	X509_CRL_set_default_method(x->method);
	crl = d2i_X509_CRL(NULL, &p, (long)x->n_skeleton);
	X509_CRL_set_default_method(NULL);
	if (crl == NULL || p != x->skeleton + x->n_skeleton ||
	    X509_CRL_get_REVOKED(crl) != NULL) {
		X509_CRL_free(crl);
		ERR_clear_error();
		sek_why_set(why, "holds no CRL");
		return SEK_E_SYNTAX;
	}
	X509_CRL_set_meth_data(crl, x);
	*out = crl;
	return SEK_OK;
}
