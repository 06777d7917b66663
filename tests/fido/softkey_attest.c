/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The attestation of a credential that the software key has just made: none,
 * by the credential itself, or by a batch key with its chain of certificates.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "softkey_rooms.h"

static FILE *
open_knob(struct softkey *k, const char *knob)
{
	const char *v = softkey_knob(k, knob, "");
	char path[1100];

	if (*v == '\0')
		return NULL;
	(void)snprintf(path, sizeof(path), "%s%s%s", *v == '/' ? "" :
	    k->folder, *v == '/' ? "" : "/", v);
	return fopen(path, "r");
}

static EVP_PKEY *
read_key(struct softkey *k)
{
	FILE *f = open_knob(k, "attkey");
	EVP_PKEY *p = NULL;

	if (f != NULL) {
		p = PEM_read_PrivateKey(f, NULL, NULL, NULL);
		(void)fclose(f);
	}
	return p;
}

/* One certificate of the file after the other, as DER. */
static size_t
next_cert(FILE *f, uint8_t *der, size_t cap)
{
	X509 *x = f == NULL ? NULL : PEM_read_X509(f, NULL, NULL, NULL);
	int n = x == NULL ? -1 : i2d_X509(x, NULL);

	if (n > 0 && (size_t)n <= cap)
		n = i2d_X509(x, &der);
	else
		n = 0;
	X509_free(x);
	return (size_t)n;
}

/* A certificate that nobody has a reason to trust. */
static EVP_PKEY *
stranger(uint8_t *der, size_t cap, size_t *n)
{
	EVP_PKEY *p = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	int len;

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"Software key", -1, -1, 0);
	(void)X509_set_version(x, X509_VERSION_3);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	(void)X509_set_issuer_name(x, name);
	(void)X509_gmtime_adj(X509_getm_notBefore(x), -86400);
	(void)X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	(void)X509_set_pubkey(x, p);
	(void)X509_sign(x, p, EVP_sha256());
	len = i2d_X509(x, NULL);
	*n = 0;
	if (len > 0 && (size_t)len <= cap)
		*n = (size_t)i2d_X509(x, &der);
	X509_free(x);
	return p;
}

EVP_PKEY *
sk_batch(struct softkey *k, uint8_t *der, size_t cap, size_t *n)
{
	FILE *f = open_knob(k, "attcert");
	EVP_PKEY *p;

	if (f == NULL)
		return stranger(der, cap, n);
	*n = next_cert(f, der, cap);
	(void)fclose(f);
	p = read_key(k);
	if (p == NULL || *n == 0)
		(void)fprintf(stderr, "softkey: no attcert or attkey\n");
	return p;
}

/* Of attcert, the leaf first, then of attca: as many as there are. */
static int
put_chain(struct softkey *k, struct out *o)
{
	static const char *const knobs[] = { "attcert", "attca" };
	uint8_t der[4096], all[6000];
	struct out list = { all, 0, sizeof(all) };
	size_t i, n, count = 0;
	FILE *f;

	for (i = 0; i < 2; i++) {
		f = open_knob(k, knobs[i]);
		while ((n = next_cert(f, der, sizeof(der))) > 0) {
			out_bytes(&list, der, n);
			count++;
		}
		if (f != NULL)
			(void)fclose(f);
	}
	if (count == 0 || list.n > list.max)
		return CTAP_OTHER;
	out_array(o, count);
	out_raw(o, all, list.n);
	return CTAP_OK;
}

/* attestation=x5c with no attcert: the stranger's certificate. */
static int
put_x5c(struct softkey *k, const uint8_t *msg, size_t n, struct out *o)
{
	uint8_t sig[512], der[4096];
	size_t len, der_len;
	EVP_PKEY *p = sk_batch(k, der, sizeof(der), &der_len);
	int alg = p == NULL ? 0 : sk_alg_of(p);

	len = sk_sign(p, alg, msg, n, sig, sizeof(sig));
	EVP_PKEY_free(p);
	if (len == 0 || der_len == 0)
		return CTAP_OTHER;
	if (sk_is(k, "badatt", "1"))
		sig[len - 1] ^= 1;
	out_map(o, 3);
	out_text(o, "alg");
	out_int(o, alg);
	out_text(o, "sig");
	out_bytes(o, sig, len);
	out_text(o, "x5c");
	if (*softkey_knob(k, "attcert", "") != '\0')
		return put_chain(k, o);
	out_array(o, 1);
	out_bytes(o, der, der_len);
	return CTAP_OK;
}

static int
put_self(struct softkey *k, const struct cred *c, const uint8_t *msg,
    size_t n, struct out *o)
{
	uint8_t sig[512];
	EVP_PKEY *p = sk_key(c);
	size_t len = sk_sign(p, c->alg, msg, n, sig, sizeof(sig));

	EVP_PKEY_free(p);
	if (len == 0)
		return CTAP_OTHER;
	if (sk_is(k, "badatt", "1"))
		sig[len - 1] ^= 1;
	out_map(o, 2);
	out_text(o, "alg");
	out_int(o, c->alg);
	out_text(o, "sig");
	out_bytes(o, sig, len);
	return CTAP_OK;
}

int
sk_attest(struct softkey *k, const struct cred *c, struct bytes auth,
    struct bytes hash, struct out *o)
{
	const char *how = softkey_knob(k, "attestation", "self");
	bool none = strcmp(how, "none") == 0;
	uint8_t msg[AUTH_MAX + 32];

	memcpy(msg, auth.p, auth.n);
	memcpy(msg + auth.n, hash.p, 32);
	out_map(o, 3);
	out_int(o, 1);
	out_text(o, none ? "none" : "packed");
	out_int(o, 2);
	out_bytes(o, auth.p, auth.n);
	out_int(o, 3);
	if (none) {
		out_map(o, 0);
		return CTAP_OK;
	}
	if (strcmp(how, "x5c") == 0)
		return put_x5c(k, msg, auth.n + 32, o);
	return put_self(k, c, msg, auth.n + 32, o);
}
