/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CRL's signature over a digest that was taken when it was compiled, so
 * that a login need not read the list: RSA (PKCS #1 v1.5 and PSS) and ECDSA
 * with SHA-256, SHA-384 or SHA-512.  Ed25519 signs the text itself: there the
 * key that verified it is recorded.
 * Runs in the gate and in sekisho-fetch; never takes a hash for good that the
 * signature does not name.
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "gate/certificate_rooms.h"
#include "gate/revocation_format.h"

/* RFC 4055 3.1: the defaults are a salt of 20 bytes and trailer 1. */
static bool
read_pss(const X509_ALGOR *alg, struct sek_crl_sign *out)
{
	RSA_PSS_PARAMS *pss;
	const void *param;
	int64_t salt = 20, trailer = 1;
	bool ok;
	int type;

	X509_ALGOR_get0(NULL, &type, &param, alg);
	if ((pss = sek_pss_read(type, param)) == NULL)
		return false;
	out->md = sek_alg_sha2(pss->hashAlgorithm);
	out->mgf1 = sek_mask_sha2(pss->maskGenAlgorithm);
	ok = out->md != NULL && out->mgf1 != NULL &&
	    (pss->saltLength == NULL ||
	    ASN1_INTEGER_get_int64(&salt, pss->saltLength) == 1) &&
	    (pss->trailerField == NULL ||
	    ASN1_INTEGER_get_int64(&trailer, pss->trailerField) == 1) &&
	    salt >= 0 && salt <= 1024 && trailer == 1;
	out->salt = (int)salt;
	RSA_PSS_PARAMS_free(pss);
	return ok;
}

int
sek_crl_sign(const X509_ALGOR *alg, struct sek_crl_sign *out,
    struct sek_why *why)
{
	struct sek_crl_sign how = { 0 };
	const ASN1_OBJECT *o;
	int nid, md;

	/* it has the list of what is allowed, and the words */
	if (sek_signature_check(alg, why) != SEK_R_OK)
		return SEK_E_DENIED;
	X509_ALGOR_get0(&o, NULL, NULL, alg);
	nid = OBJ_obj2nid(o);
	if (nid == NID_ED25519) {
		how.kind = EVP_PKEY_ED25519;
	} else if (nid == NID_rsassaPss) {
		how.kind = EVP_PKEY_RSA_PSS;
		if (!read_pss(alg, &how))
			goto unknown;
	} else {
		if (OBJ_find_sigid_algs(nid, &md, &how.kind) != 1 ||
		    (how.md = sek_sha2(md)) == NULL)
			goto unknown;
	}
	*out = how;
	return SEK_OK;
unknown:
	ERR_clear_error();
	sek_why_set(why, "parameters of the signature algorithm not allowed");
	return SEK_E_DENIED;
}

/* The kind of key that makes such signatures. */
static bool
fits(const struct sek_crl_sign *how, const EVP_PKEY *key)
{
	int kind = EVP_PKEY_get_base_id(key);

	/* a plain RSA key may sign by PSS, never the other way round */
	return kind == how->kind ||
	    (how->kind == EVP_PKEY_RSA_PSS && kind == EVP_PKEY_RSA);
}

static bool
set_padding(const struct sek_crl_sign *how, EVP_PKEY_CTX *ctx)
{
	if (how->kind == EVP_PKEY_RSA)
		return EVP_PKEY_CTX_set_rsa_padding(ctx,
		    RSA_PKCS1_PADDING) == 1;
	if (how->kind == EVP_PKEY_RSA_PSS)
		return EVP_PKEY_CTX_set_rsa_padding(ctx,
		    RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, how->mgf1) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, how->salt) == 1;
	return true;
}

bool
sek_crl_signed(const struct sek_crl_sign *how, EVP_PKEY *key,
    const ASN1_BIT_STRING *sig, const uint8_t *digest, size_t n)
{
	EVP_PKEY_CTX *ctx;
	bool good = false;

	if (how->md == NULL || !fits(how, key) ||
	    n != (size_t)EVP_MD_get_size(how->md))
		return false;
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, how->md) == 1 &&
	    set_padding(how, ctx))
		good = EVP_PKEY_verify(ctx, ASN1_STRING_get0_data(sig),
		    (size_t)ASN1_STRING_length(sig), digest, n) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

int
sek_signer_hash(EVP_PKEY *key, uint8_t out[SEK_HASH])
{
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der), r = SEK_E_CRYPTO;

	if (n > 0 && EVP_Digest(der, (size_t)n, out, NULL, EVP_sha256(),
	    NULL) == 1)
		r = SEK_OK;
	OPENSSL_free(der);
	return r;
}
