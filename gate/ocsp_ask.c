/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The OCSP question about a certificate (RFC 6960 4.1), under which name its
 * answer is kept, and where to ask.
 * Runs in the gate, in sekisho-fetch and in `sekisho`.  Never sends anything.
 */
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gate/ocsp_rooms.h"
#include "sekisho/digits.h"
#include "sekisho/os.h"

static int
add_nonce(OCSP_REQUEST *q, struct sek_ocsp_ask *ask)
{
	int r = sek_random(ask->nonce, sizeof ask->nonce);

	if (r != SEK_OK)
		return r;
	ask->nonce_len = sizeof ask->nonce;
	return OCSP_request_add1_nonce(q, ask->nonce,
	    (int)ask->nonce_len) == 1 ? SEK_OK : SEK_E_CRYPTO;
}

static int
encode(OCSP_REQUEST *q, struct sek_buf *out)
{
	unsigned char *der = NULL;
	int n = i2d_OCSP_REQUEST(q, &der);

	if (n > 0)
		sek_put_raw(out, der, (size_t)n);
	OPENSSL_free(der);
	return n > 0 ? sek_buf_ok(out) : SEK_E_CRYPTO;
}

int
sek_ocsp_ask_make(X509 *leaf, X509 *issuer, bool nonce,
    struct sek_ocsp_ask *out)
{
	struct sek_ocsp_ask ask = { .nonce_len = 0 };
	OCSP_REQUEST *q = OCSP_REQUEST_new();
	/* RFC 5019 2.1.1: SHA-1, which every responder can look up */
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), leaf, issuer);
	int r = SEK_E_CRYPTO;

	if (q == NULL || id == NULL || OCSP_request_add0_id(q, id) == NULL)
		goto out;
	id = NULL;
	r = nonce ? add_nonce(q, &ask) : SEK_OK;
	if (r == SEK_OK)
		r = encode(q, &ask.request);
out:
	OCSP_CERTID_free(id);
	OCSP_REQUEST_free(q);
	ERR_clear_error();
	if (r == SEK_OK)
		*out = ask;
	else
		sek_ocsp_ask_clear(&ask);
	return r;
}

void
sek_ocsp_ask_clear(struct sek_ocsp_ask *a)
{
	sek_buf_free(&a->request);
	memset(a->nonce, 0, sizeof a->nonce);
	a->nonce_len = 0;
}

/* Each part is DER, and so tells its own end. */
static int
put_parts(X509 *leaf, X509 *issuer, struct sek_buf *out)
{
	unsigned char *key = NULL, *serial = NULL;
	const unsigned char *name;
	size_t name_len;
	int n, m, r = SEK_E_CRYPTO;

	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &key);
	m = i2d_ASN1_INTEGER(X509_get0_serialNumber(leaf), &serial);
	if (n > 0 && m > 0 && X509_NAME_get0_der(
	    X509_get_subject_name(issuer), &name, &name_len) == 1) {
		sek_put_raw(out, name, name_len);
		sek_put_raw(out, key, (size_t)n);
		sek_put_raw(out, serial, (size_t)m);
		r = sek_buf_ok(out);
	}
	OPENSSL_free(key);
	OPENSSL_free(serial);
	return r;
}

int
sek_ocsp_name(X509 *leaf, X509 *issuer, char out[80])
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	struct sek_buf parts = { 0 };
	int r = put_parts(leaf, issuer, &parts);

	if (r == SEK_OK && EVP_Digest(parts.p, parts.len, hash, NULL,
	    EVP_sha256(), NULL) != 1)
		r = SEK_E_CRYPTO;
	sek_buf_free(&parts);
	ERR_clear_error();
	if (r != SEK_OK)
		return r;
	sek_hex(out, hash, sizeof hash);
	(void)snprintf(out + 2 * sizeof hash, 80 - 2 * sizeof hash, "%s",
	    SEK_OCSP_SUFFIX);
	return SEK_OK;
}

/* A URL as one is written: no blank, no control byte, no other alphabet. */
static bool
usable(const char *url, size_t cap)
{
	size_t i;

	if (strncasecmp(url, "http://", 7) != 0 &&
	    strncasecmp(url, "https://", 8) != 0)
		return false;
	for (i = 0; url[i] != '\0'; i++)
		if (url[i] <= 0x20 || url[i] >= 0x7f)
			return false;
	return i < cap;
}

void
sek_ocsp_url(X509 *leaf, char *out, size_t cap)
{
	/* those with a NUL inside are left out by OpenSSL */
	STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(leaf);
	const char *url;
	int i;

	out[0] = '\0';
	for (i = 0; i < sk_OPENSSL_STRING_num(urls); i++) {
		url = sk_OPENSSL_STRING_value(urls, i);
		if (usable(url, cap)) {
			(void)snprintf(out, cap, "%s", url);
			break;
		}
	}
	X509_email_free(urls);
	ERR_clear_error();
}
