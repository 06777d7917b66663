/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CRL taken apart at its list, and put together again without it.
 * Runs in sekisho-fetch and in `sekisho`.  It decodes nothing but heads of
 * values, with OpenSSL's ASN1_get_object(), and accepts DER only: in BER one
 * list could be read in two ways.
 */
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <string.h>

#include "fetch/compile_rooms.h"
#include "gate/certificate_rooms.h"

#define TAG_INTEGER 0x02u
#define TAG_BIT_STRING 0x03u
#define TAG_UTC_TIME 0x17u
#define TAG_GENERALIZED_TIME 0x18u
#define TAG_SEQUENCE 0x30u
#define TAG_EXTENSIONS 0xa0u

bool
sek_der_take(struct sek_span *at, uint8_t *tag, struct sek_span *value)
{
	const uint8_t *p = at->p;
	long len = 0;
	int number, class;
	size_t head;

	/* no tag number over 30 occurs in a CRL */
	if (at->n < 2 || (p[0] & 0x1f) == 0x1f)
		return false;
	*tag = p[0];
	/* 0x80: cut, 1: indefinite length */
	if ((ASN1_get_object(&p, &len, &number, &class, (long)at->n) & 0x81)
	    != 0)
		return false;
	head = (size_t)(p - at->p);
	if (head != sek_der_head_bytes((size_t)len))
		return false;
	value->p = p;
	value->n = (size_t)len;
	at->p = p + len;
	at->n -= head + (size_t)len;
	return true;
}

static bool
take(struct sek_span *at, uint8_t want, struct sek_span *value)
{
	uint8_t tag;

	return sek_der_take(at, &tag, value) && tag == want;
}

static bool
next_is(const struct sek_span *at, uint8_t tag)
{
	return at->n > 0 && at->p[0] == tag;
}

static bool
take_time(struct sek_span *at)
{
	struct sek_span v;
	uint8_t tag;

	return sek_der_take(at, &tag, &v) &&
	    (tag == TAG_UTC_TIME || tag == TAG_GENERALIZED_TIME);
}

/* RFC 5280 5.1: version OPTIONAL, signature, issuer, thisUpdate, nextUpdate
 * OPTIONAL, revokedCertificates OPTIONAL, crlExtensions [0] OPTIONAL. */
static bool
split_tbs(struct sek_span at, struct sek_crl_parts *out,
    struct sek_span *signature)
{
	const uint8_t *first = at.p;
	struct sek_span v;

	if (next_is(&at, TAG_INTEGER) && !take(&at, TAG_INTEGER, &v))
		return false;
	signature->p = at.p;
	if (!take(&at, TAG_SEQUENCE, &v))
		return false;
	signature->n = (size_t)(at.p - signature->p);
	if (!take(&at, TAG_SEQUENCE, &v) || !take_time(&at))
		return false;
	if ((next_is(&at, TAG_UTC_TIME) ||
	    next_is(&at, TAG_GENERALIZED_TIME)) && !take_time(&at))
		return false;
	out->before = (struct sek_span){ first, (size_t)(at.p - first) };
	out->entries = (struct sek_span){ at.p, 0 };
	if (next_is(&at, TAG_SEQUENCE) &&
	    !take(&at, TAG_SEQUENCE, &out->entries))
		return false;
	out->after = at;
	return at.n == 0 || (take(&at, TAG_EXTENSIONS, &v) && at.n == 0);
}

static bool
same(const struct sek_span *a, const struct sek_span *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

int
sek_crl_parts(const uint8_t *der, size_t n, struct sek_crl_parts *out,
    struct sek_why *why)
{
	struct sek_span at = { der, n }, whole, tbs, v, inner, alg;
	struct sek_crl_parts parts;

	if (n > UINT32_MAX) {
		sek_why_set(why, "is too large");
		return SEK_E_LIMIT;
	}
	if (!take(&at, TAG_SEQUENCE, &whole) || at.n != 0)
		goto malformed;
	parts.tbs.p = whole.p;
	if (!take(&whole, TAG_SEQUENCE, &tbs))
		goto malformed;
	parts.tbs.n = (size_t)(whole.p - parts.tbs.p);
	parts.outer = whole;
	alg.p = whole.p;
	if (!take(&whole, TAG_SEQUENCE, &v))
		goto malformed;
	alg.n = (size_t)(whole.p - alg.p);
	/* a signature is whole bytes: no unused bits at its end */
	if (!take(&whole, TAG_BIT_STRING, &v) || whole.n != 0 || v.n < 2 ||
	    v.p[0] != 0 || !split_tbs(tbs, &parts, &inner))
		goto malformed;
	if (!same(&inner, &alg)) { /* RFC 5280 5.1.1.2 */
		sek_why_set(why, "signature algorithm inside and outside "
		    "differ");
		return SEK_E_SYNTAX;
	}
	*out = parts;
	return SEK_OK;
malformed:
	ERR_clear_error();
	sek_why_set(why, "is not a whole CRL in DER");
	return SEK_E_SYNTAX;
}

static void
put_head(struct sek_buf *b, size_t len)
{
	uint8_t head[8], *p = head;

	ASN1_put_object(&p, 1, (int)len, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	sek_put_raw(b, head, (size_t)(p - head));
}

int
sek_crl_skeleton(const struct sek_crl_parts *parts, struct sek_buf *out,
    struct sek_why *why)
{
	size_t tbs = parts->before.n + parts->after.n;

	/* the rest of the meta part needs room, too */
	if (tbs > SEK_INDEX_META_MAX / 2 ||
	    parts->outer.n > SEK_INDEX_META_MAX / 4) {
		sek_why_set(why, "is too large besides its list");
		return SEK_E_LIMIT;
	}
	put_head(out, sek_der_head_bytes(tbs) + tbs + parts->outer.n);
	put_head(out, tbs);
	sek_put_raw(out, parts->before.p, parts->before.n);
	sek_put_raw(out, parts->after.p, parts->after.n);
	sek_put_raw(out, parts->outer.p, parts->outer.n);
	if (sek_buf_ok(out) != SEK_OK)
		return sek_buf_ok(out);
	if (!sek_der_ok(out->p, out->len)) {
		sek_why_set(why, "is not DER");
		return SEK_E_SYNTAX;
	}
	return SEK_OK;
}
