/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one check of a certificate, as a login runs it: first what the
 * certificate itself says, then its path, then by CRLs or OCSP whether it has
 * been revoked.
 * Runs in the gate before any PIN is asked for, and in `sekisho`.
 * It opens no network connection and reads no environment; a live question
 * goes through what the gate installed.
 */
#include "gate/certificate.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "gate/certificate_rooms.h"
#include "gate/ocsp_rooms.h"

int
sek_crypto_start(void)
{
	/* The digests that signatures name by number; OpenSSL would enter
	 * hundreds of others and all ciphers by name before its first use. */
	const EVP_MD *const digests[] = { EVP_sha1(), EVP_sha256(),
	    EVP_sha384(), EVP_sha512() };
	size_t i;

	/* no openssl.cnf and so no OPENSSL_CONF; the process ends soon, so
	 * nothing is torn down piece by piece either */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
	    OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
	    NULL) != 1)
		return SEK_E_CRYPTO;
	for (i = 0; i < sizeof digests / sizeof digests[0]; i++)
		if (EVP_add_digest(digests[i]) != 1)
			return SEK_E_CRYPTO;
	return SEK_OK;
}

static void
set_word(char out[16], const char *word)
{
	(void)snprintf(out, 16, "%s", word);
}

/* -- has it been revoked?  The path is asked first in each case: what is not
 * our CA's names no responder and has no answer in the cache. */

static enum sek_reason
by_path(const struct sek_trust *t, X509 *leaf, int64_t now,
    enum sek_leaf_crl crl, struct sek_rev_info *rev, struct sek_why *why)
{
	enum sek_reason leaf_crl = SEK_R_NONE, r;
	X509 *issuer = NULL;

	r = sek_path_check(t, leaf, now, crl, rev, &issuer, &leaf_crl, why);
	X509_free(issuer);
	return r;
}

static enum sek_reason
by_ocsp(const struct sek_trust *t, X509 *leaf, int64_t now,
    struct sek_rev_info *rev, struct sek_why *why)
{
	enum sek_reason leaf_crl = SEK_R_NONE, r;
	struct sek_rev_info unused = { .method = "none" };
	X509 *issuer = NULL;

	r = sek_path_check(t, leaf, now, SEK_LEAF_CRL_SKIP, &unused, &issuer,
	    &leaf_crl, why);
	if (r == SEK_R_OK)
		r = sek_ocsp_leaf(t, leaf, issuer, now, true, rev, why);
	X509_free(issuer);
	return r;
}

/* What the two sources said of one leaf. */
struct two {
	enum sek_reason crl, ocsp;
	struct sek_rev_info crl_rev, ocsp_rev;
	struct sek_why crl_why, ocsp_why;
};

/* Both are good: the record has the dates of the newer one. */
static void
tell_both(const struct two *s, struct sek_rev_info *rev)
{
	*rev = s->ocsp_rev.this_update >= s->crl_rev.this_update ?
	    s->ocsp_rev : s->crl_rev;
	set_word(rev->method, "crl+ocsp");
	memcpy(rev->crl_number, s->crl_rev.crl_number,
	    sizeof rev->crl_number);
	memcpy(rev->responder, s->ocsp_rev.responder, sizeof rev->responder);
	rev->produced_at = s->ocsp_rev.produced_at;
}

/* "either": good when one says so and neither says revoked.  A source that
 * is good without grace goes before one that needs it. */
static enum sek_reason
settle_two(const struct two *s, struct sek_rev_info *rev,
    struct sek_why *why)
{
	const bool crl = s->crl == SEK_R_OK, ocsp = s->ocsp == SEK_R_OK;

	if (s->ocsp == SEK_R_CERT_REVOKED) {
		*rev = s->ocsp_rev;
		*why = s->ocsp_why;
		return s->ocsp;
	}
	if (crl && ocsp && !s->crl_rev.grace_used &&
	    !s->ocsp_rev.grace_used) {
		tell_both(s, rev);
		return SEK_R_OK;
	}
	if (crl && (!ocsp || !s->crl_rev.grace_used)) {
		*rev = s->crl_rev;
		return SEK_R_OK;
	}
	*rev = s->ocsp_rev;
	if (ocsp)
		return SEK_R_OK;
	(void)snprintf(why->text, sizeof why->text, "%.250s; %.250s",
	    s->crl_why.text, s->ocsp_why.text);
	if (s->ocsp != SEK_R_OCSP_MISSING)
		return s->ocsp;
	*rev = s->crl_rev;
	return s->crl;
}

static enum sek_reason
by_either(const struct sek_trust *t, X509 *leaf, int64_t now,
    struct sek_rev_info *rev, struct sek_why *why)
{
	struct two s = { .crl = SEK_R_NONE, .crl_rev = *rev,
	    .ocsp_rev = *rev };
	X509 *issuer = NULL;
	enum sek_reason r;

	set_word(s.crl_rev.method, "crl");
	r = sek_path_check(t, leaf, now, SEK_LEAF_CRL_WANT, &s.crl_rev,
	    &issuer, &s.crl, &s.crl_why);
	if (r != SEK_R_OK) {
		*rev = s.crl_rev;
		*why = s.crl_why;
		return r;
	}
	/* nobody waits for a responder when the CRL says enough */
	s.ocsp = sek_ocsp_leaf(t, leaf, issuer, now,
	    s.crl != SEK_R_OK || s.crl_rev.grace_used, &s.ocsp_rev,
	    &s.ocsp_why);
	X509_free(issuer);
	return settle_two(&s, rev, why);
}

/* `r`: what the certificate itself said. */
static enum sek_reason
check_path(const struct sek_trust *t, X509 *leaf, int64_t now,
    enum sek_reason r, struct sek_rev_info *rev, struct sek_why *why)
{
	static const char *const methods[] = { [SEK_CHECK_CRL] = "crl",
	    [SEK_CHECK_CRL_LEAF] = "crl", [SEK_CHECK_OCSP] = "ocsp",
	    [SEK_CHECK_OCSP_LEAF] = "ocsp", [SEK_CHECK_EITHER] = "crl+ocsp",
	    [SEK_CHECK_NONE] = "none" };

	if ((size_t)t->check >= sizeof methods / sizeof methods[0])
		return SEK_R_INTERNAL;
	set_word(rev->method, methods[t->check]);
	set_word(rev->status, "unknown");
	if (r != SEK_R_OK)
		return r;
	switch (t->check) {
	case SEK_CHECK_CRL:
	case SEK_CHECK_CRL_LEAF:
		return by_path(t, leaf, now, SEK_LEAF_CRL_NEED, rev, why);
	case SEK_CHECK_OCSP:
	case SEK_CHECK_OCSP_LEAF:
		return by_ocsp(t, leaf, now, rev, why);
	case SEK_CHECK_EITHER:
		return by_either(t, leaf, now, rev, why);
	case SEK_CHECK_NONE:
		return by_path(t, leaf, now, SEK_LEAF_CRL_SKIP, rev, why);
	}
	return SEK_R_INTERNAL;
}

enum sek_reason
sek_cert_check(const struct sek_trust *t, X509 *leaf, int64_t now,
    struct sek_cert_info *out)
{
	struct sek_cert_info info = { 0 };
	struct sek_why why = { "" };
	enum sek_reason r;

	if (sek_cert_describe(leaf, &info) != SEK_OK) {
		sek_why_set(&why, "certificate cannot be described");
		r = SEK_R_CERT_MALFORMED;
	} else {
		r = sek_leaf_check(t, leaf, now, &why);
	}
	r = check_path(t, leaf, now, r, &info.rev, &why);
	if (r != SEK_R_OK)
		(void)snprintf(info.detail, sizeof info.detail, "%.*s",
		    (int)sizeof info.detail - 1, why.text);
	ERR_clear_error();
	*out = info;
	return r;
}
