/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the certificate behind a CRL's signature.  Runs in sekisho-fetch.
 *
 * Several CA certificates may have one name, with old and new keys: the key
 * identifier says which to try first, the signature which it was.  A login
 * does all of this again with OpenSSL's own rules; this only keeps what could
 * never serve out of the cache.
 */
#include "fetch/signer.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "gate/certificate_rooms.h"

#define TAG_INTEGER 0x02
#define TAG_BITS 0x03
#define TAG_SEQUENCE 0x30

/* The next value of `tag` at *p, with its head; moves *p behind it. */
static bool
take(const uint8_t **p, size_t *n, uint8_t tag, const uint8_t **value,
    size_t *len, size_t *head)
{
	size_t body;
	uint8_t t;

	if (!sek_der_head(*p, *n, &t, &body, head) || t != tag ||
	    body > *n - *head)
		return false;
	*value = *p;
	*len = *head + body;
	*p += *len;
	*n -= *len;
	return true;
}

/* A value of the CRL: where, how long with its head, and that head. */
struct part {
	const uint8_t *p;
	size_t len, head;
};

static bool
take_part(const uint8_t **p, size_t *n, uint8_t tag, struct part *out)
{
	return take(p, n, tag, &out->p, &out->len, &out->head);
}

/* TBSCertList as far as the issuer's name (RFC 5280 5.1.2). */
static bool
split_tbs(struct sek_outline *o, const struct part *tbs, struct part *alg)
{
	const uint8_t *p = tbs->p + tbs->head;
	size_t left = tbs->len - tbs->head;
	struct part version, name;

	/* OPTIONAL */
	if (left > 0 && p[0] == TAG_INTEGER &&
	    !take_part(&p, &left, TAG_INTEGER, &version))
		return false;
	if (!take_part(&p, &left, TAG_SEQUENCE, alg) ||
	    !take_part(&p, &left, TAG_SEQUENCE, &name))
		return false;
	p = name.p;
	o->issuer = d2i_X509_NAME(NULL, &p, (long)name.len);
	return o->issuer != NULL;
}

/* CertificateList (RFC 5280 5.1.1). */
static bool
split(struct sek_outline *o, const uint8_t *der, size_t n)
{
	struct part all, tbs, inner, outer, bits;
	const uint8_t *p = der;
	size_t left = n;

	if (!take_part(&p, &left, TAG_SEQUENCE, &all) || left != 0)
		return false;
	p = all.p + all.head;
	left = all.len - all.head;
	if (!take_part(&p, &left, TAG_SEQUENCE, &tbs) ||
	    !take_part(&p, &left, TAG_SEQUENCE, &outer) ||
	    !take_part(&p, &left, TAG_BITS, &bits) || left != 0)
		return false;
	/* whole octets */
	if (bits.len < bits.head + 2 || bits.p[bits.head] != 0)
		return false;
	if (!split_tbs(o, &tbs, &inner) || inner.len != outer.len ||
	    memcmp(inner.p, outer.p, inner.len) != 0)
		return false;
	o->tbs = tbs.p;
	o->tbs_len = tbs.len;
	o->sig = bits.p + bits.head + 1;
	o->sig_len = bits.len - bits.head - 1;
	p = outer.p;
	o->alg = d2i_X509_ALGOR(NULL, &p, (long)outer.len);
	return o->alg != NULL;
}

int
sek_outline_read(struct sek_outline *o, const uint8_t *der, size_t n,
    struct sek_why *why)
{
	*o = (struct sek_outline){ 0 };
	if (!split(o, der, n)) {
		sek_why_set(why, "not a CRL in DER with one signature "
		    "algorithm");
		ERR_clear_error();
		sek_outline_clear(o);
		return SEK_E_SYNTAX;
	}
	if (sek_signature_check(o->alg, why) == SEK_R_OK)
		return SEK_OK;
	sek_outline_clear(o);
	return SEK_E_DENIED;
}

void
sek_outline_clear(struct sek_outline *o)
{
	X509_ALGOR_free(o->alg);
	X509_NAME_free(o->issuer);
	*o = (struct sek_outline){ 0 };
}

bool
sek_outline_unhashed(const struct sek_outline *o)
{
	const ASN1_OBJECT *oid;

	X509_ALGOR_get0(&oid, NULL, NULL, o->alg);
	return OBJ_obj2nid(oid) == NID_ED25519;
}

static bool
verifies_raw(const struct sek_outline *o, EVP_PKEY *key)
{
	EVP_MD_CTX *ctx;
	bool ok;

	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519 ||
	    (ctx = EVP_MD_CTX_new()) == NULL)
		return false;
	ok = EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, o->sig, o->sig_len, o->tbs,
	    o->tbs_len) == 1;
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* -- the path */

/* Does `x` lead to an anchor?  The chain is the caller's; NULL: no. */
static STACK_OF(X509) *
chain_of(const struct sek_trust *t, X509 *x, int64_t now,
    struct sek_why *why)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *chain = NULL;
	X509_VERIFY_PARAM *param;
	int i;

	if (store == NULL || ctx == NULL)
		goto out;
	for (i = 0; i < sk_X509_num(t->anchors); i++)
		if (X509_STORE_add_cert(store,
		    sk_X509_value(t->anchors, i)) != 1)
			goto out;
	if (X509_STORE_CTX_init(ctx, store, x, t->intermediates) != 1)
		goto out;
	param = X509_STORE_CTX_get0_param(ctx);
	if (X509_VERIFY_PARAM_set_flags(param,
	    X509_V_FLAG_PARTIAL_CHAIN) != 1)
		goto out;
	X509_VERIFY_PARAM_set_time(param, (time_t)now);
	X509_VERIFY_PARAM_set_depth(param, (int)t->max_depth);
	if (X509_verify_cert(ctx) == 1)
		chain = X509_STORE_CTX_get1_chain(ctx);
	else
		sek_why_set(why, "the issuer's certificate: %s",
		    X509_verify_cert_error_string(
		    X509_STORE_CTX_get_error(ctx)));
out:
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	ERR_clear_error();
	return chain;
}

static bool
in(const STACK_OF(X509) *list, const X509 *x)
{
	int i;

	for (i = 0; i < sk_X509_num(list); i++)
		if (X509_cmp(sk_X509_value(list, i), x) == 0)
			return true;
	return false;
}

/* Our own rules for the CAs above, as at a login. */
static bool
trusted(const struct sek_trust *t, X509 *x, int64_t now, struct sek_why *why)
{
	STACK_OF(X509) *chain = chain_of(t, x, now, why);
	struct sek_why what = { "" };
	bool ok = chain != NULL;
	char name[160];
	X509 *up;
	int i;

	for (i = 1; ok && i < sk_X509_num(chain); i++) {
		up = sk_X509_value(chain, i);
		if (sek_issuer_check(t, up, in(t->anchors, up), &what) ==
		    SEK_R_OK)
			continue;
		ok = false;
		sek_cert_name(X509_get_subject_name(up), name, sizeof name);
		sek_why_set(why, "issuer certificate \"%s\": %s", name,
		    what.text);
	}
	sk_X509_pop_free(chain, X509_free);
	return ok;
}

X509 *
sek_issuer_of(const struct sek_trust *t, X509 *x, int64_t now)
{
	struct sek_why why = { "" };
	STACK_OF(X509) *chain = chain_of(t, x, now, &why);
	X509 *issuer = NULL;

	/* a self-signed end has no issuer who could speak of it */
	if (sk_X509_num(chain) > 1 && X509_up_ref(sk_X509_value(chain, 1)))
		issuer = sk_X509_value(chain, 1);
	sk_X509_pop_free(chain, X509_free);
	return issuer;
}

/* -- the signature */

struct search {
	const struct sek_trust *t;
	const struct sek_outline *o;
	X509_CRL *crl;
	const ASN1_OCTET_STRING *keyid; /* of the CRL's AKI, or NULL */
	int64_t now;
	size_t seen;                    /* certificates of that name */
	bool verified;                  /* a key fits, but is not trusted */
	struct sek_why *why;
};

static bool
signed_by(struct search *s, X509 *x)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	struct sek_why what = { "" };
	bool ok;

	if (key == NULL)
		return false;
	ok = s->crl != NULL ? X509_CRL_verify(s->crl, key) == 1 :
	    verifies_raw(s->o, key);
	ERR_clear_error();
	if (!ok) {
		if (!s->verified)
			sek_why_set(s->why, "the signature is not by a key "
			    "of its issuer");
		return false;
	}
	s->verified = true;
	/* RFC 5280 6.3.3 (f): keyUsage, when there, must say cRLSign */
	if ((X509_get_key_usage(x) & KU_CRL_SIGN) == 0) {
		sek_why_set(s->why, "its issuer's certificate may not sign "
		    "CRLs");
		return false;
	}
	if (sek_key_check(x, s->t->rsa_min_bits, &what) != SEK_R_OK) {
		sek_why_set(s->why, "its issuer's certificate: %s",
		    what.text);
		return false;
	}
	return trusted(s->t, x, s->now, s->why);
}

static bool
fits_keyid(const struct search *s, X509 *x)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(x);

	return s->keyid != NULL && id != NULL &&
	    ASN1_OCTET_STRING_cmp(id, s->keyid) == 0;
}

/* Among `list`: those that the key identifier names, or the others. */
static X509 *
search(struct search *s, const STACK_OF(X509) *list, bool named)
{
	X509 *x;
	int i;

	for (i = 0; i < sk_X509_num(list); i++) {
		x = sk_X509_value(list, i);
		if (X509_NAME_cmp(X509_get_subject_name(x), s->o->issuer) !=
		    0 || fits_keyid(s, x) != named)
			continue;
		s->seen++;
		if (signed_by(s, x))
			return x;
	}
	return NULL;
}

int
sek_signer_find(const struct sek_trust *t, const struct sek_outline *o,
    X509_CRL *crl, int64_t now, X509 **out, struct sek_why *why)
{
	struct search s = { .t = t, .o = o, .crl = crl, .now = now,
	    .why = why };
	AUTHORITY_KEYID *aki = NULL;
	char name[160];
	X509 *x;

	if (crl != NULL)
		aki = X509_CRL_get_ext_d2i(crl, NID_authority_key_identifier,
		    NULL, NULL);
	if (aki != NULL)
		s.keyid = aki->keyid;
	if ((x = search(&s, t->anchors, true)) == NULL &&
	    (x = search(&s, t->intermediates, true)) == NULL &&
	    (x = search(&s, t->anchors, false)) == NULL)
		x = search(&s, t->intermediates, false);
	AUTHORITY_KEYID_free(aki);
	ERR_clear_error();
	if (x != NULL) {
		*out = x;
		return SEK_OK;
	}
	if (s.seen == 0) {
		sek_cert_name(o->issuer, name, sizeof name);
		sek_why_set(why, "its issuer \"%s\" is not among the trust "
		    "anchors and intermediates", name);
	}
	return SEK_E_DENIED;
}
