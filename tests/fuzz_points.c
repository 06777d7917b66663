/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: addresses in certificates and CRLs, which anybody may have
 * written.  The first byte says which extension the rest is the value of.
 * Whatever comes in, what comes out is an address that can be asked, or words
 * that can be shown.  Seeds: tests/corpus/points.
 */
#undef NDEBUG
#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <strings.h>

#include "fetch/points.h"
#include "gate/ocsp.h"
#include "sekisho/wire_fetch.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_url(const char *url)
{
	const char *c;

	assert(strlen(url) < SEK_URL_MAX);
	assert(strncasecmp(url, "http", 4) == 0 ||
	    strncasecmp(url, "ldap", 4) == 0);
	for (c = url; *c != '\0'; c++)
		assert(*c > 0x20 && *c < 0x7f);
}

static int
on_point(void *arg, const struct sek_point *p)
{
	unsigned *last = arg;

	assert(p->at >= *last);
	*last = p->at;
	if (p->url != NULL)
		check_url(p->url);
	else
		assert(p->why[0] != '\0' &&
		    strpbrk(p->why, "\n\r\t\x1b") == NULL);
	return SEK_OK;
}

static X509_EXTENSION *
extension(int nid, const uint8_t *p, size_t n)
{
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *e;

	assert(value != NULL && ASN1_OCTET_STRING_set(value, p, (int)n) == 1);
	e = X509_EXTENSION_create_by_NID(NULL, nid, 0, value);
	ASN1_OCTET_STRING_free(value);
	assert(e != NULL);
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const int nids[] = { NID_crl_distribution_points,
	    NID_freshest_crl, NID_info_access };
	X509_EXTENSION *e;
	X509_CRL *crl;
	X509 *x;
	char url[SEK_URL_MAX];
	unsigned last = 0;

	if (n == 0 || p[0] > 2)
		return 0;
	x = X509_new();
	crl = X509_CRL_new();
	e = extension(nids[p[0]], p + 1, n - 1);
	assert(x != NULL && crl != NULL && X509_add_ext(x, e, -1) == 1 &&
	    X509_CRL_add_ext(crl, e, -1) == 1);
	assert(sek_points_cert(x, on_point, &last) == SEK_OK);
	last = 0;
	assert(sek_points_crl(crl, on_point, &last) == SEK_OK);
	sek_ocsp_url(x, url, sizeof url);
	if (url[0] != '\0')
		check_url(url);
	X509_EXTENSION_free(e);
	X509_CRL_free(crl);
	X509_free(x);
	ERR_clear_error();
	return 0;
}
