/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which keys and signature algorithms a login takes, with keys that no
 * openssl command makes.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "tests/certificate_maker.h"

static EVP_PKEY *
rsa_public(const BIGNUM *n, const BIGNUM *e)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	if (b != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(b)) != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static void
rsa(int bits, bool odd, const char *e_hex, enum sek_reason want,
    const char *word)
{
	BIGNUM *n = BN_new(), *e = NULL;
	EVP_PKEY *key = NULL;
	X509 *x = copy();
	int ok;

	ok = n != NULL && BN_hex2bn(&e, e_hex) > 0 &&
	    BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD) == 1 &&
	    (odd || BN_clear_bit(n, 0) == 1) &&
	    (key = rsa_public(n, e)) != NULL && X509_set_pubkey(x, key) == 1;
	BN_free(n);
	BN_free(e);
	EVP_PKEY_free(key);
	CHECK(ok);
	expect(x, true, want, word);
}

static void
rsa_keys(void)
{
	rsa(2048, true, "010001", SEK_R_OK, "");
	rsa(2048, true, "03", SEK_R_OK, "");
	rsa(8192, true, "010001", SEK_R_OK, "");
	rsa(8193, true, "010001", SEK_R_CERT_KEY, "8193 bits");
	rsa(16384, true, "010001", SEK_R_CERT_KEY, "16384 bits");
	rsa(2047, true, "010001", SEK_R_CERT_KEY, "2047 bits");
	rsa(512, true, "010001", SEK_R_CERT_KEY, "512 bits");
	rsa(2048, false, "010001", SEK_R_CERT_KEY, "even modulus");
	rsa(2048, true, "01", SEK_R_CERT_KEY, "exponent");
	rsa(2048, true, "010000", SEK_R_CERT_KEY, "exponent");
	rsa(2048, true, "8000000000000001", SEK_R_CERT_KEY, "exponent");
	policy.rsa_min_bits = 3072;
	rsa(2048, true, "010001", SEK_R_CERT_KEY, "3072");
	policy.rsa_min_bits = 2048;
}

static void
ec_points(void)
{
	EVP_PKEY *key = EVP_PKEY_dup(leaf_key);
	const ASN1_BIT_STRING *point = X509_get0_pubkey_bitstr(leaf);
	uint8_t der[4096], *at;
	unsigned char *p = der;
	X509 *x = copy();
	size_t n;
	int ok;

	ok = key != NULL && EVP_PKEY_set_utf8_string_param(key,
	    OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed") == 1 &&
	    X509_set_pubkey(x, key) == 1;
	EVP_PKEY_free(key);
	CHECK(ok);
	expect(x, true, SEK_R_CERT_KEY, "compressed");
	/* a point beside the curve */
	n = (size_t)i2d_X509(leaf, &p);
	at = memmem(der, n, point->data, (size_t)point->length);
	CHECK(at != NULL);
	at[20] ^= 1;
	CHECK_INT(judge_der(der, n), SEK_R_CERT_KEY);
	CHECK_STR(info.detail, "key is malformed");
}

static void
other_keys(void)
{
	static const char *const kinds[] = { "X25519", "ED448" };
	EVP_PKEY *key;
	X509 *x;
	size_t i;

	for (i = 0; i < 2; i++) {
		x = copy();
		key = EVP_PKEY_Q_keygen(NULL, NULL, kinds[i]);
		CHECK(key != NULL && X509_set_pubkey(x, key) == 1);
		EVP_PKEY_free(key);
		expect(x, true, SEK_R_CERT_KEY, kinds[i]);
	}
}

static void
pss_signatures(void)
{
	static const struct { const char *md; bool ok; } v[] = {
		{ "SHA256", true }, { "SHA512", true }, { "SHA1", false } };
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	struct sek_why why = { "" };
	EVP_PKEY_CTX *pctx;
	const X509_ALGOR *alg;
	EVP_MD_CTX *ctx;
	X509 *x;
	size_t i;
	bool made;

	CHECK(key != NULL);
	for (i = 0; i < sizeof v / sizeof v[0]; i++) {
		x = copy();
		ctx = EVP_MD_CTX_new();
		made = ctx != NULL && EVP_DigestSignInit(ctx, &pctx,
		    EVP_get_digestbyname(v[i].md), NULL, key) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(pctx,
		    RSA_PKCS1_PSS_PADDING) == 1 && X509_sign_ctx(x, ctx) > 0;
		X509_get0_signature(NULL, &alg, x);
		CHECK(made);
		CHECK_INT(sek_signature_check(alg, &why), v[i].ok ?
		    SEK_R_OK : SEK_R_CERT_SIGNATURE);
		EVP_MD_CTX_free(ctx);
		X509_free(x);
	}
	EVP_PKEY_free(key);
	CHECK_STR(why.text, "signature algorithm not allowed: rsassaPss");
}

int
main(void)
{
	if (!maker_open()) {
		printf("not ok fixture: could not be made\n");
		maker_close();
		return 1;
	}
	RUN(rsa_keys);
	RUN(ec_points);
	RUN(other_keys);
	RUN(pss_signatures);
	maker_close();
	return CHECK_END();
}
