/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads one CRL file: its issuer from the first bytes, or all of it.
 * Runs in the gate and in `sekisho`.  It judges neither signature nor date:
 * OpenSSL does that where the path is known.
 */
#include "gate/revocation_file.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/certificate_folder.h"
#include "gate/certificate_rooms.h"

#define HEAD_BYTES 16384u                /* where the issuer must stand */
#define CRL_MAX_BYTES (64u * 1024 * 1024)
#define PEM_BEGIN "-----BEGIN " PEM_STRING_X509_CRL "-----"

#define TAG_INTEGER 0x02u
#define TAG_SEQUENCE 0x30u

static int
failed(struct sek_why *why, int r, const char *name, const char *what)
{
	(void)sek_why_about(why, r, name, what);
	ERR_clear_error();
	return r;
}

/* A CRL is longer than 127 bytes, so its second byte has the high bit. */
static bool
is_der(const uint8_t *p, size_t n)
{
	return n >= 2 && p[0] == TAG_SEQUENCE && (p[1] & 0x80) != 0;
}

/* The DER at the beginning of a PEM text that is cut somewhere; the number
 * of bytes, 0 when there is none. */
static size_t
pem_head(const uint8_t *p, size_t n, uint8_t out[HEAD_BYTES])
{
	EVP_ENCODE_CTX *ctx;
	const uint8_t *b;
	int len = 0;

	b = memmem(p, n, PEM_BEGIN, sizeof PEM_BEGIN - 1);
	if (b == NULL || (ctx = EVP_ENCODE_CTX_new()) == NULL)
		return 0;
	b += sizeof PEM_BEGIN - 1;
	EVP_DecodeInit(ctx);
	/* three bytes for four characters: `out` is large enough */
	if (EVP_DecodeUpdate(ctx, out, &len, b, (int)(n - (size_t)(b - p)))
	    < 0)
		len = 0;
	EVP_ENCODE_CTX_free(ctx);
	return len < 0 ? 0 : (size_t)len;
}

/* Step over a value with this tag.  The last one of the head may be cut, so
 * that only what is stepped over must be there. */
static bool
skip(const uint8_t **p, size_t *n, uint8_t want)
{
	size_t len, head;
	uint8_t tag;

	if (!sek_der_head(*p, *n, &tag, &len, &head) || tag != want ||
	    len > *n - head)
		return false;
	*p += head + len;
	*n -= head + len;
	return true;
}

static bool
enter(const uint8_t **p, size_t *n)
{
	size_t len, head;
	uint8_t tag;

	if (!sek_der_head(*p, *n, &tag, &len, &head) || tag != TAG_SEQUENCE)
		return false;
	*p += head;
	*n -= head;
	return true;
}

/* RFC 5280 5.1: SEQUENCE { tbs SEQUENCE { version INTEGER OPTIONAL,
 * signature SEQUENCE, issuer Name, ... */
static X509_NAME *
issuer_of(const uint8_t *p, size_t n)
{
	const uint8_t *name;
	size_t left;

	if (!enter(&p, &n) || !enter(&p, &n))
		return NULL;
	if (n > 0 && p[0] == TAG_INTEGER && !skip(&p, &n, TAG_INTEGER))
		return NULL;
	if (!skip(&p, &n, TAG_SEQUENCE))
		return NULL;
	name = p;
	left = n;
	if (!skip(&p, &n, TAG_SEQUENCE))
		return NULL;
	return d2i_X509_NAME(NULL, &name, (long)(left - n));
}

int
sek_crl_issuer(const char *dir, const char *name, X509_NAME **out,
    struct sek_why *why)
{
	uint8_t head[HEAD_BYTES], der[HEAD_BYTES];
	X509_NAME *issuer;
	uint64_t size;
	size_t n;
	int fd, r;

	if ((r = sek_folder_open(dir, name, &fd, &size, why)) != SEK_OK)
		return r;
	r = sek_folder_read(fd, head, sizeof head, &n);
	(void)close(fd);
	if (r != SEK_OK)
		return failed(why, r, name, "cannot be read");
	if (size > CRL_MAX_BYTES)
		return failed(why, SEK_E_LIMIT, name, "is too large");
	if (is_der(head, n)) {
		issuer = issuer_of(head, n);
	} else {
		n = pem_head(head, n, der);
		issuer = n > 0 ? issuer_of(der, n) : NULL;
	}
	if (issuer == NULL)
		return failed(why, SEK_E_SYNTAX, name, "is not a CRL");
	*out = issuer;
	return SEK_OK;
}

X509_CRL *
sek_crl_parse(const uint8_t *der, size_t n)
{
	const unsigned char *p = der;
	X509_CRL *crl = d2i_X509_CRL(NULL, &p, (long)n);

	if (crl != NULL && p != der + n) {
		X509_CRL_free(crl);
		crl = NULL;
	}
	ERR_clear_error();
	return crl;
}

/* The one PEM block of the file; a second one must not be lost silently. */
static int
parse_pem(const uint8_t *text, size_t n, const char *name, X509_CRL **out,
    struct sek_why *why)
{
	BIO *mem = BIO_new_mem_buf(text, (int)n);
	X509_CRL *crl = NULL, *second;
	int r = SEK_OK;

	if (mem == NULL)
		return failed(why, SEK_E_NOMEM, name, "out of memory");
	crl = PEM_read_bio_X509_CRL(mem, NULL, NULL, NULL);
	if (crl == NULL) {
		r = failed(why, SEK_E_SYNTAX, name, "is not a whole CRL");
		goto out;
	}
	second = PEM_read_bio_X509_CRL(mem, NULL, NULL, NULL);
	if (second != NULL ||
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		X509_CRL_free(second);
		r = failed(why, SEK_E_SYNTAX, name,
		    "holds more than one CRL: use a file for each");
		goto out;
	}
	ERR_clear_error();
	*out = crl;
	crl = NULL;
out:
	X509_CRL_free(crl);
	BIO_free(mem);
	return r;
}

static int
read_whole(int fd, const char *name, uint64_t size, uint8_t **out,
    size_t *n, struct sek_why *why)
{
	uint8_t *p;

	if (size == 0 || size > CRL_MAX_BYTES)
		return failed(why, SEK_E_LIMIT, name,
		    size == 0 ? "is empty" : "is too large");
	if ((p = malloc((size_t)size)) == NULL)
		return failed(why, SEK_E_NOMEM, name, "out of memory");
	if (sek_folder_read(fd, p, (size_t)size, n) != SEK_OK ||
	    *n != (size_t)size) {
		free(p);
		return failed(why, SEK_E_IO, name, "cannot be read");
	}
	*out = p;
	return SEK_OK;
}

int
sek_crl_load(const char *dir, const char *name, X509_CRL **out,
    struct sek_why *why)
{
	uint8_t *p = NULL;
	uint64_t size;
	size_t n = 0;
	int fd, r;

	if ((r = sek_folder_open(dir, name, &fd, &size, why)) != SEK_OK)
		return r;
	r = read_whole(fd, name, size, &p, &n, why);
	(void)close(fd);
	if (r != SEK_OK)
		return r;
	if (!is_der(p, n))
		r = parse_pem(p, n, name, out, why);
	else if ((*out = sek_crl_parse(p, n)) == NULL)
		r = failed(why, SEK_E_SYNTAX, name, "is not a whole CRL");
	free(p);
	return r;
}
