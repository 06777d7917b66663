/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A blob as it comes: header.payload.signature (RFC 7515 7.1), and is the
 * signature good?  Runs in sekisho-fetch, over bytes from anybody: nothing of
 * the payload is looked at before that.
 *
 * What a signature is made with is what the signer's certificate has: of the
 * header only RS256 or ES256 is taken, and only over a key of that kind.
 */
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/mds.h"
#include "gate/certificate.h"

#define HEADER_MAX (128u * 1024) /* bytes of base64 */
#define SIGNATURE_MAX 2048u
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192
#define P256_BYTES 32u

struct jws {
	const char *header, *payload, *signature;
	size_t n_header, n_payload, n_signature;
};

static int
wrong(struct sek_why *why, const char *what)
{
	sek_why_set(why, "%s", what);
	return SEK_E_SYNTAX;
}

/* Exactly three parts; a file may end in a line feed. */
static int
split(const char *p, size_t n, struct jws *out, struct sek_why *why)
{
	const char *dot, *end;

	if (n > SEK_MDS_BLOB_MAX) {
		sek_why_set(why, "larger than %u bytes", SEK_MDS_BLOB_MAX);
		return SEK_E_LIMIT;
	}
	if (n > 0 && p[n - 1] == '\n')
		n--;
	if (n > 0 && p[n - 1] == '\r')
		n--;
	end = p + n;
	if (n == 0 || (dot = memchr(p, '.', n)) == NULL)
		return wrong(why, "is no blob: not three parts");
	out->header = p;
	out->n_header = (size_t)(dot - p);
	out->payload = dot + 1;
	dot = memchr(out->payload, '.', (size_t)(end - out->payload));
	if (dot == NULL)
		return wrong(why, "is no blob: not three parts");
	out->n_payload = (size_t)(dot - out->payload);
	out->signature = dot + 1;
	out->n_signature = (size_t)(end - out->signature);
	if (memchr(out->signature, '.', out->n_signature) != NULL)
		return wrong(why, "is no blob: not three parts");
	if (out->n_header > HEADER_MAX || out->n_signature > SIGNATURE_MAX)
		return wrong(why, "its header or signature is too long");
	return SEK_OK;
}

/* x5c: base64, not base64url (RFC 7515 4.1.6). */
static int
add_cert(STACK_OF(X509) *to, const json_t *text, struct sek_why *why)
{
	uint8_t *der = NULL;
	size_t n = 0;
	X509 *x = NULL;

	if (json_is_string(text) && sek_base64_dec(SEK_BASE64,
	    json_string_value(text), json_string_length(text), &der, &n) ==
	    SEK_OK)
		x = sek_cert_parse(der, n);
	free(der);
	if (x == NULL)
		return wrong(why, "x5c: not a certificate");
	if (sk_X509_push(to, x) > 0)
		return SEK_OK;
	X509_free(x);
	return SEK_E_NOMEM;
}

static int
read_x5c(const json_t *header, STACK_OF(X509) *to, struct sek_why *why)
{
	const json_t *all = json_object_get(header, "x5c"), *one;
	size_t i, n = json_array_size(all);
	int r;

	if (n == 0 || n > SEK_MDS_CHAIN_MAX) {
		sek_why_set(why, "x5c: not 1 to %u certificates",
		    SEK_MDS_CHAIN_MAX);
		return SEK_E_SYNTAX;
	}
	json_array_foreach(all, i, one) {
		if ((r = add_cert(to, one, why)) != SEK_OK)
			return r;
	}
	return SEK_OK;
}

static int
read_header(const struct jws *j, bool *ec, STACK_OF(X509) *x5c,
    struct sek_why *why)
{
	uint8_t *text = NULL;
	json_t *header = NULL;
	const char *alg;
	size_t n;
	int r;

	r = sek_base64_dec(SEK_BASE64_URL, j->header, j->n_header, &text, &n);
	if (r != SEK_OK)
		return r == SEK_E_NOMEM ? r :
		    wrong(why, "its header is not base64url");
	r = SEK_E_SYNTAX;
	header = json_loadb((const char *)text, n, JSON_REJECT_DUPLICATES,
	    NULL);
	alg = json_string_value(json_object_get(header, "alg"));
	if (!json_is_object(header))
		sek_why_set(why, "its header is no JSON object");
	else if (json_object_get(header, "crit") != NULL)
		/* RFC 7515 4.1.11: whoever does not know it refuses it */
		sek_why_set(why, "its header has \"crit\"");
	else if (alg == NULL || (strcmp(alg, "RS256") != 0 &&
	    strcmp(alg, "ES256") != 0))
		sek_why_set(why, "its algorithm is neither RS256 nor ES256");
	else if ((r = read_x5c(header, x5c, why)) == SEK_OK)
		*ec = alg[0] == 'E';
	json_decref(header);
	free(text);
	return r;
}

static bool
is_p256(EVP_PKEY *key)
{
	char group[32] = "";

	return EVP_PKEY_base_id(key) == EVP_PKEY_EC &&
	    EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
	    strcmp(group, SN_X9_62_prime256v1) == 0;
}

static bool
is_rsa(EVP_PKEY *key)
{
	return EVP_PKEY_base_id(key) == EVP_PKEY_RSA &&
	    EVP_PKEY_bits(key) >= RSA_BITS_MIN &&
	    EVP_PKEY_bits(key) <= RSA_BITS_MAX;
}

/* r || s (RFC 7518 3.4) as OpenSSL takes it. */
static int
to_der(const uint8_t *raw, uint8_t **der, size_t *n)
{
	ECDSA_SIG *s = ECDSA_SIG_new();
	BIGNUM *a = BN_bin2bn(raw, P256_BYTES, NULL);
	BIGNUM *b = BN_bin2bn(raw + P256_BYTES, P256_BYTES, NULL);
	int len = 0, r = SEK_E_NOMEM;

	*der = NULL;
	if (s == NULL || a == NULL || b == NULL ||
	    ECDSA_SIG_set0(s, a, b) != 1)
		goto out;
	a = b = NULL;
	len = i2d_ECDSA_SIG(s, der);
	r = len > 0 ? SEK_OK : SEK_E_CRYPTO;
	*n = len > 0 ? (size_t)len : 0;
out:
	BN_free(a);
	BN_free(b);
	ECDSA_SIG_free(s);
	return r;
}

/* Over header.payload, as the bytes came. */
static bool
is_signed(EVP_PKEY *key, const struct jws *j, const uint8_t *sig, size_t n)
{
	const size_t len = j->n_header + 1 + j->n_payload;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	ok = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(),
	    NULL, key) == 1 && EVP_DigestVerify(ctx, sig, n,
	    (const unsigned char *)j->header, len) == 1;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ok;
}

static int
check_signature(const struct jws *j, bool ec, X509 *leaf, struct sek_why *why)
{
	EVP_PKEY *key = X509_get0_pubkey(leaf);
	uint8_t *sig = NULL, *der = NULL;
	size_t n = 0;
	int r;

	if (key == NULL || !(ec ? is_p256(key) : is_rsa(key))) {
		sek_why_set(why, "the signer's key is not one for %s",
		    ec ? "ES256" : "RS256");
		return SEK_E_DENIED;
	}
	r = sek_base64_dec(SEK_BASE64_URL, j->signature, j->n_signature,
	    &sig, &n);
	if (r != SEK_OK)
		return r == SEK_E_NOMEM ? r :
		    wrong(why, "its signature is not base64url");
	if (ec && n != 2 * P256_BYTES)
		r = wrong(why, "its signature is not one of ES256");
	else if (ec)
		r = to_der(sig, &der, &n);
	if (r == SEK_OK && !is_signed(key, j, ec ? der : sig, n)) {
		sek_why_set(why, "its signature is not good");
		r = SEK_E_DENIED;
	}
	OPENSSL_free(der);
	free(sig);
	return r;
}

int
sek_mds_verify(const struct sek_mds_rules *rules, const uint8_t *p, size_t n,
    struct sek_mds_blob *out, struct sek_why *why)
{
	struct sek_mds_blob b = { 0 };
	STACK_OF(X509) *x5c = sk_X509_new_null();
	struct jws j;
	bool ec;
	int r = SEK_E_NOMEM;

	if (x5c == NULL ||
	    (r = split((const char *)p, n, &j, why)) != SEK_OK ||
	    (r = read_header(&j, &ec, x5c, why)) != SEK_OK ||
	    (r = sek_mds_signer(rules, x5c, NULL, &b.chain, why)) != SEK_OK ||
	    (r = check_signature(&j, ec, sk_X509_value(x5c, 0), why)) !=
	    SEK_OK)
		goto out;
	r = sek_base64_dec(SEK_BASE64_URL, j.payload, j.n_payload,
	    &b.payload, &b.len);
	if (r == SEK_E_SYNTAX)
		sek_why_set(why, "its payload is not base64url");
out:
	sk_X509_pop_free(x5c, X509_free);
	if (r == SEK_OK)
		*out = b;
	else
		sek_mds_blob_free(&b);
	return r;
}

void
sek_mds_blob_free(struct sek_mds_blob *b)
{
	free(b->payload);
	sk_X509_pop_free(b->chain, X509_free);
	*b = (struct sek_mds_blob){ .len = 0 };
}
