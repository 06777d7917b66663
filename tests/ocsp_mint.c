/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OCSP answers by hand (RFC 6960 4.2.1), certificates and CRLs by OpenSSL.
 * Test programs only.
 */
#include "tests/ocsp_mint.h"

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SEQUENCE 0x30u
#define TIME 0x18u

/* -- a writer of DER */

static void
put(struct sek_buf *out, uint8_t tag, const void *p, size_t n)
{
	sek_put_u8(out, tag);
	if (n >= 0x100) {
		sek_put_u8(out, 0x82);
		sek_put_u16(out, (uint16_t)n);
	} else {
		if (n >= 0x80)
			sek_put_u8(out, 0x81);
		sek_put_u8(out, (uint8_t)n);
	}
	sek_put_raw(out, p, n);
}

/* `in` within a tag, and empty after it. */
static void
wrap(struct sek_buf *out, uint8_t tag, struct sek_buf *in)
{
	put(out, tag, in->p, in->len);
	if (in->bad)
		out->bad = true;
	sek_buf_free(in);
}

static void
put_oid(struct sek_buf *out, const char *text)
{
	ASN1_OBJECT *o = OBJ_txt2obj(text, 1);
	unsigned char *der = NULL;
	int n = o == NULL ? -1 : i2d_ASN1_OBJECT(o, &der);

	if (n > 0)
		sek_put_raw(out, der, (size_t)n);
	else
		out->bad = true;
	OPENSSL_free(der);
	ASN1_OBJECT_free(o);
}

/* AlgorithmIdentifier; RSA and hashes have a NULL, ECDSA and EdDSA none. */
static void
put_algorithm(struct sek_buf *out, int nid, bool null)
{
	struct sek_buf in = { 0 };
	char oid[80];

	if (OBJ_obj2txt(oid, sizeof oid, OBJ_nid2obj(nid), 1) <= 0)
		out->bad = true;
	put_oid(&in, oid);
	if (null)
		put(&in, V_ASN1_NULL, "", 0);
	wrap(out, SEQUENCE, &in);
}

static void
put_time(struct sek_buf *out, int64_t at, const char *verbatim)
{
	const time_t t = (time_t)at;
	struct tm tm;
	char text[32];

	if (verbatim != NULL) {
		put(out, TIME, verbatim, strlen(verbatim));
		return;
	}
	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm) != 15)
		out->bad = true;
	else
		put(out, TIME, text, 15);
}

static void
put_extension(struct sek_buf *out, const char *oid, bool critical,
    const void *value, size_t n)
{
	struct sek_buf in = { 0 };

	put_oid(&in, oid);
	if (critical)
		put(&in, V_ASN1_BOOLEAN, "\xff", 1);
	put(&in, V_ASN1_OCTET_STRING, value, n);
	wrap(out, SEQUENCE, &in);
}

/* -- one status */

static void
put_cert_id(struct sek_buf *out, const struct mint_one *o)
{
	const int nid = o->hash != 0 ? o->hash : NID_sha1;
	/* SHA-224 is none of those that sek_crypto_start() has entered */
	const EVP_MD *md = nid == NID_sha224 ? EVP_sha224() :
	    EVP_get_digestbynid(nid);
	struct sek_buf in = { 0 };
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned char *serial = NULL;
	unsigned int n = 0;
	int len;

	put_algorithm(&in, nid, true);
	(void)X509_NAME_digest(X509_get_issuer_name(o->leaf), md, hash, &n);
	hash[0] ^= o->wrong_name ? 1 : 0;
	put(&in, V_ASN1_OCTET_STRING, hash, n);
	(void)X509_pubkey_digest(o->issuer, md, hash, &n);
	hash[0] ^= o->wrong_key ? 1 : 0;
	put(&in, V_ASN1_OCTET_STRING, hash, n);
	len = i2d_ASN1_INTEGER(X509_get0_serialNumber(o->leaf), &serial);
	if (len > 0) {
		serial[len - 1] ^= o->wrong_serial ? 1 : 0;
		sek_put_raw(&in, serial, (size_t)len);
	}
	OPENSSL_free(serial);
	wrap(out, SEQUENCE, &in);
}

static void
put_cert_status(struct sek_buf *out, const struct mint_one *o)
{
	struct sek_buf in = { 0 }, code = { 0 };
	uint8_t number = (uint8_t)(o->reason - 1);

	if (o->status == MINT_GOOD) {
		put(out, 0x80, "", 0);
	} else if (o->status == MINT_UNKNOWN) {
		put(out, 0x82, "", 0);
	} else {
		put_time(&in, o->revoked_at, NULL);
		if (o->reason != 0) {
			put(&code, V_ASN1_ENUMERATED, &number, 1);
			wrap(&in, 0xa0, &code);
		}
		wrap(out, 0xa1, &in);
	}
}

static void
put_one(struct sek_buf *out, const struct mint_one *o)
{
	struct sek_buf in = { 0 }, next = { 0 }, list = { 0 }, exts = { 0 };

	put_cert_id(&in, o);
	put_cert_status(&in, o);
	put_time(&in, o->this_update, o->this_text);
	if (o->next_update != 0) {
		put_time(&next, o->next_update, NULL);
		wrap(&in, 0xa0, &next);
	}
	if (o->ext != NULL) {
		put_extension(&list, o->ext, o->ext_critical, "\x05\x00", 2);
		wrap(&exts, SEQUENCE, &list);
		wrap(&in, 0xa1, &exts);
	}
	wrap(out, SEQUENCE, &in);
}

/* -- the answer */

static void
put_responder(struct sek_buf *out, const struct mint *m)
{
	struct sek_buf in = { 0 };
	const unsigned char *name;
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	size_t len = 0;

	if (m->by_key) {
		(void)X509_pubkey_digest(m->id, EVP_sha1(), hash, &n);
		put(&in, V_ASN1_OCTET_STRING, hash, n);
		wrap(out, 0xa2, &in);
	} else {
		(void)X509_NAME_get0_der(X509_get_subject_name(m->id), &name,
		    &len);
		put(out, 0xa1, name, len);
	}
}

static void
put_extensions(struct sek_buf *out, const struct mint *m)
{
	struct sek_buf list = { 0 }, exts = { 0 }, nonce = { 0 };

	if (m->nonce == NULL && m->ext == NULL)
		return;
	if (m->nonce != NULL) {
		put(&nonce, V_ASN1_OCTET_STRING, m->nonce, m->nonce_len);
		put_extension(&list, "1.3.6.1.5.5.7.48.1.2", false, nonce.p,
		    nonce.len);
		if (m->nonce_twice)
			put_extension(&list, "1.3.6.1.5.5.7.48.1.2", false,
			    nonce.p, nonce.len);
		sek_buf_free(&nonce);
	}
	if (m->ext != NULL)
		put_extension(&list, m->ext, m->ext_critical, "\x05\x00", 2);
	wrap(&exts, SEQUENCE, &list);
	wrap(out, 0xa1, &exts);
}

static void
put_response_data(struct sek_buf *out, const struct mint *m)
{
	struct sek_buf in = { 0 }, part = { 0 };
	uint8_t version = (uint8_t)(m->version - 1);
	size_t i;

	if (m->version != 0) {
		put(&part, V_ASN1_INTEGER, &version, 1);
		wrap(&in, 0xa0, &part);
	}
	put_responder(&in, m);
	put_time(&in, m->produced_at, m->produced_text);
	for (i = 0; i < m->n; i++)
		put_one(&part, &m->one[i]);
	wrap(&in, SEQUENCE, &part);
	put_extensions(&in, m);
	wrap(out, SEQUENCE, &in);
}

static bool
put_signature(struct sek_buf *out, const struct mint *m,
    const struct sek_buf *tbs)
{
	const bool ed = EVP_PKEY_get_base_id(m->key) == EVP_PKEY_ED25519;
	const bool rsa = EVP_PKEY_get_base_id(m->key) == EVP_PKEY_RSA;
	const int md = m->md != 0 ? m->md : NID_sha256;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t bits[1100] = { 0 }; /* first the number of unused bits: 0 */
	size_t n = sizeof bits - 1;
	int nid = NID_ED25519;
	bool ok = ctx != NULL;

	if (!ed)
		ok = ok && OBJ_find_sigid_by_algs(&nid, md,
		    EVP_PKEY_get_base_id(m->key)) == 1;
	ok = ok && EVP_DigestSignInit(ctx, NULL,
	    ed ? NULL : EVP_get_digestbynid(md), NULL, m->key) == 1 &&
	    EVP_DigestSign(ctx, bits + 1, &n, tbs->p, tbs->len) == 1;
	if (ok) {
		put_algorithm(out, nid, rsa);
		bits[n] ^= m->bad_signature ? 1 : 0;
		put(out, V_ASN1_BIT_STRING, bits, n + 1);
	}
	EVP_MD_CTX_free(ctx);
	return ok;
}

static void
put_certs(struct sek_buf *out, const struct mint *m)
{
	struct sek_buf list = { 0 }, in = { 0 };
	unsigned char *der;
	size_t i;
	int n;

	if (m->certs[0] == NULL)
		return;
	for (i = 0; i < MINT_CERTS && m->certs[i] != NULL; i++) {
		der = NULL;
		if ((n = i2d_X509(m->certs[i], &der)) > 0)
			sek_put_raw(&list, der, (size_t)n);
		OPENSSL_free(der);
	}
	wrap(&in, SEQUENCE, &list);
	wrap(out, 0xa0, &in);
}

static bool
put_basic(struct sek_buf *out, const struct mint *m)
{
	struct sek_buf tbs = { 0 }, in = { 0 };
	bool ok;

	put_response_data(&tbs, m);
	ok = !tbs.bad && put_signature(&in, m, &tbs);
	if (ok) {
		/* of nextUpdate: ten seconds later */
		if (m->tampered)
			tbs.p[tbs.len - 3] ^= 1;
		sek_put_raw(&tbs, in.p, in.len);
		put_certs(&tbs, m);
		wrap(out, SEQUENCE, &tbs);
	}
	sek_buf_free(&in);
	sek_buf_free(&tbs);
	return ok;
}

bool
mint_answer(const struct mint *m, struct sek_buf *out)
{
	struct sek_buf basic = { 0 }, typed = { 0 }, in = { 0 }, all = { 0 };
	uint8_t status = (uint8_t)m->response_status;

	put(&all, V_ASN1_ENUMERATED, &status, 1);
	if (status == 0) {
		if (!put_basic(&basic, m))
			all.bad = true;
		put_oid(&typed, m->type != NULL ? m->type :
		    "1.3.6.1.5.5.7.48.1.1");
		wrap(&typed, V_ASN1_OCTET_STRING, &basic);
		wrap(&in, SEQUENCE, &typed);
		wrap(&all, 0xa0, &in);
	}
	sek_buf_clear(out);
	wrap(out, SEQUENCE, &all);
	return sek_buf_ok(out) == SEK_OK;
}

/* -- certificates and CRLs */

static bool
add_extensions(X509 *x, const struct mint_cert *c)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	char name[80];
	const char *at;
	size_t i;
	bool ok = true;

	X509V3_set_ctx(&ctx, c->issuer != NULL ? c->issuer : x, x, NULL, NULL,
	    0);
	X509V3_set_ctx_nodb(&ctx);
	for (i = 0; ok && c->ext != NULL && c->ext[i] != NULL; i++) {
		at = strchr(c->ext[i], '=');
		(void)snprintf(name, sizeof name, "%.*s",
		    (int)(at - c->ext[i]), c->ext[i]);
		e = X509V3_EXT_conf(NULL, &ctx, name, at + 1);
		ok = e != NULL && X509_add_ext(x, e, -1) == 1;
		X509_EXTENSION_free(e);
	}
	return ok;
}

static bool
set_name(X509_NAME *name, const char *cn)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
	    (const unsigned char *)cn, -1, -1, 0) == 1;
}

X509 *
mint_certificate(const struct mint_cert *c)
{
	X509 *x = X509_new();
	EVP_PKEY *by = c->issuer_key != NULL ? c->issuer_key : c->key;
	bool ed = EVP_PKEY_get_base_id(by) == EVP_PKEY_ED25519;

	if (x != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x), c->serial) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(x), (time_t)c->from) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)c->to) != NULL &&
	    set_name(X509_get_subject_name(x), c->subject) &&
	    X509_set_issuer_name(x, X509_get_subject_name(c->issuer != NULL ?
	    c->issuer : x)) == 1 && X509_set_pubkey(x, c->key) == 1 &&
	    add_extensions(x, c) && X509_sign(x, by, ed ? NULL :
	    c->md != NULL ? c->md : EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

X509_CRL *
mint_crl(X509 *issuer, EVP_PKEY *key, long revoked, int64_t this,
    int64_t next)
{
	X509_CRL *crl = X509_CRL_new();
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *at = ASN1_TIME_set(NULL, (time_t)this);
	ASN1_TIME *until = ASN1_TIME_set(NULL, (time_t)next);
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	bool ok;

	ok = crl != NULL && entry != NULL && at != NULL && until != NULL &&
	    serial != NULL && ASN1_INTEGER_set(serial, revoked) == 1 &&
	    X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)) ==
	    1 && X509_CRL_set1_lastUpdate(crl, at) == 1 &&
	    X509_CRL_set1_nextUpdate(crl, until) == 1 &&
	    X509_REVOKED_set_serialNumber(entry, serial) == 1 &&
	    X509_REVOKED_set_revocationDate(entry, at) == 1;
	if (ok && X509_CRL_add0_revoked(crl, entry) == 1)
		entry = NULL;
	ok = ok && entry == NULL && X509_CRL_sign(crl, key, EVP_sha256()) > 0;
	X509_REVOKED_free(entry);
	ASN1_TIME_free(at);
	ASN1_TIME_free(until);
	ASN1_INTEGER_free(serial);
	if (ok)
		return crl;
	X509_CRL_free(crl);
	return NULL;
}
