/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The making of blobs of FIDO metadata.  Test programs only.
 */
#undef NDEBUG
#include <assert.h>
#include <jansson.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fido/mds_sign.h"

#define SIG_MAX 1100

char *
mds_base64(const uint8_t *p, size_t n, bool url)
{
	char *out = malloc((n + 2) / 3 * 4 + 1), *c;

	assert(out != NULL && EVP_EncodeBlock((unsigned char *)out, p,
	    (int)n) >= 0);
	for (c = out; url && *c != '\0'; c++) {
		if (*c == '=') {
			*c = '\0';
			break;
		}
		if (*c == '+')
			*c = '-';
		else if (*c == '/')
			*c = '_';
	}
	return out;
}

char *
mds_header(const struct mds_sign *m)
{
	json_t *all, *x5c;
	unsigned char *der;
	char *text;
	size_t i;
	int n;

	if (m->header != NULL)
		return strdup(m->header);
	x5c = json_array();
	for (i = 0; i < m->n; i++) {
		der = NULL;
		n = i2d_X509(m->certs[i], &der);
		assert(n > 0);
		text = mds_base64(der, (size_t)n, false);
		assert(json_array_append_new(x5c, json_string(text)) == 0);
		free(text);
		OPENSSL_free(der);
	}
	all = json_pack("{s:s, s:s, s:o}", "alg", m->alg != NULL ? m->alg :
	    EVP_PKEY_base_id(m->key) == EVP_PKEY_EC ? "ES256" : "RS256",
	    "typ", "JWT", "x5c", x5c);
	text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	return text;
}

static size_t
to_raw(uint8_t *sig, size_t n)
{
	const unsigned char *p = sig;
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &p, (long)n);

	assert(s != NULL);
	assert(BN_bn2binpad(ECDSA_SIG_get0_r(s), sig, 32) == 32);
	assert(BN_bn2binpad(ECDSA_SIG_get0_s(s), sig + 32, 32) == 32);
	ECDSA_SIG_free(s);
	return 64;
}

static size_t
hmac(const struct mds_sign *m, const char *text, uint8_t *sig)
{
	unsigned char *pub = NULL;
	unsigned len = 0;
	int n = i2d_PUBKEY(X509_get0_pubkey(m->certs[0]), &pub);

	assert(n > 0 && HMAC(EVP_sha256(), pub, n,
	    (const unsigned char *)text, strlen(text), sig, &len) != NULL);
	OPENSSL_free(pub);
	return len;
}

static size_t
sign(const struct mds_sign *m, const char *text, uint8_t sig[SIG_MAX])
{
	const char *how = m->sign != NULL ? m->sign : "";
	EVP_MD_CTX *ctx;
	EVP_PKEY_CTX *param;
	size_t n = SIG_MAX;

	if (strcmp(how, "none") == 0)
		return 0;
	if (strcmp(how, "hmac") == 0)
		return hmac(m, text, sig);
	ctx = EVP_MD_CTX_new();
	assert(ctx != NULL && EVP_DigestSignInit(ctx, &param, EVP_sha256(),
	    NULL, m->key) == 1);
	if (strcmp(how, "pss") == 0)
		assert(EVP_PKEY_CTX_set_rsa_padding(param,
		    RSA_PKCS1_PSS_PADDING) == 1);
	assert(EVP_DigestSign(ctx, sig, &n, (const unsigned char *)text,
	    strlen(text)) == 1);
	EVP_MD_CTX_free(ctx);
	if (EVP_PKEY_base_id(m->key) == EVP_PKEY_EC &&
	    EVP_PKEY_bits(m->key) == 256 && strcmp(how, "der") != 0)
		n = to_raw(sig, n);
	return n;
}

char *
mds_blob(const struct mds_sign *m, const void *payload, size_t n)
{
	char *header = mds_header(m), *a, *b, *c, *text, *all = NULL;
	uint8_t sig[SIG_MAX];

	a = mds_base64((const uint8_t *)header, strlen(header), true);
	b = mds_base64(payload, n, true);
	assert(asprintf(&text, "%s.%s", a, b) > 0);
	c = mds_base64(sig, sign(m, text, sig), true);
	assert(asprintf(&all, "%s.%s", text, c) > 0);
	free(header);
	free(text);
	free(a);
	free(b);
	free(c);
	return all;
}
