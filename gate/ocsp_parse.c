/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The form of an OCSP answer (RFC 6960 4.2.1): exact DER, a successful
 * status, id-pkix-ocsp-basic, version 1.
 * Runs in the gate, in sekisho-fetch and in `sekisho`, on bytes from anybody;
 * believes nothing.
 *
 * OpenSSL verifies the signature over what it encodes again, not over what
 * came; so an answer that it would encode in another way is refused.
 */
#include <openssl/crypto.h>
#include <string.h>

#include "gate/ocsp_rooms.h"

#define TAG_SEQUENCE 0x30u
#define TAG_VERSION 0xa0u /* [0] EXPLICIT */

static enum sek_reason
refuse(struct sek_why *why, const char *what)
{
	sek_why_set(why, "%s", what);
	return SEK_R_OCSP_INVALID;
}

/* RFC 6960 4.2.1: an error is not signed, and says nothing about anybody. */
static enum sek_reason
check_status(OCSP_RESPONSE *response, struct sek_why *why)
{
	static const char *const words[] = { "successful",
	    "malformedRequest", "internalError", "tryLater", NULL,
	    "sigRequired", "unauthorized" };
	int status = OCSP_response_status(response);

	if (status == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		return SEK_R_OK;
	if (status < 0 || status >= (int)(sizeof words / sizeof words[0]) ||
	    words[status] == NULL)
		return refuse(why, "the responder's status is unknown");
	sek_why_set(why, "the responder says %s", words[status]);
	return SEK_R_OCSP_MISSING;
}

/* Would the same answer be written with the same bytes? */
static bool
is_exact(OCSP_BASICRESP *b, const uint8_t *der, size_t n)
{
	OCSP_RESPONSE *again = OCSP_response_create(
	    OCSP_RESPONSE_STATUS_SUCCESSFUL, b);
	unsigned char *out = NULL;
	bool same = false;
	int len;

	if (again != NULL && (len = i2d_OCSP_RESPONSE(again, &out)) > 0)
		same = (size_t)len == n && memcmp(out, der, n) == 0;
	OPENSSL_free(out);
	OCSP_RESPONSE_free(again);
	return same;
}

/* ResponseData begins with its version, if it says one: v1 is 0. */
static bool
is_version_1(const uint8_t *p, size_t n)
{
	static const uint8_t v1[] = { TAG_VERSION, 3, V_ASN1_INTEGER, 1, 0 };
	size_t len, head;
	uint8_t tag;
	int i;

	for (i = 0; i < 2; i++) { /* BasicOCSPResponse, ResponseData */
		if (!sek_der_head(p, n, &tag, &len, &head) ||
		    tag != TAG_SEQUENCE)
			return false;
		p += head;
		n -= head;
	}
	return n > sizeof v1 &&
	    (p[0] != TAG_VERSION || memcmp(p, v1, sizeof v1) == 0);
}

/* Inside the OCTET STRING is DER again, with certificates in it. */
static enum sek_reason
check_inside(OCSP_BASICRESP *b, struct sek_why *why)
{
	unsigned char *der = NULL;
	int n = i2d_OCSP_BASICRESP(b, &der);
	enum sek_reason r = SEK_R_OK;

	if (n <= 0 || !sek_der_ok(der, (size_t)n))
		r = refuse(why, "is not DER");
	else if (!is_version_1(der, (size_t)n))
		r = refuse(why, "is not of version 1");
	OPENSSL_free(der);
	return r;
}

enum sek_reason
sek_ocsp_parse(const uint8_t *der, size_t n, OCSP_BASICRESP **out,
    struct sek_why *why)
{
	OCSP_RESPONSE *response = NULL;
	OCSP_BASICRESP *b = NULL;
	const unsigned char *p = der;
	enum sek_reason r = SEK_R_OCSP_INVALID;

	if (n > SEK_OCSP_MAX) {
		sek_why_set(why, "longer than %u bytes", SEK_OCSP_MAX);
		return r;
	}
	if (der == NULL || !sek_der_ok(der, n) ||
	    (response = d2i_OCSP_RESPONSE(NULL, &p, (long)n)) == NULL ||
	    p != der + n) {
		r = refuse(why, "is not an OCSP answer in DER");
		goto out;
	}
	if ((r = check_status(response, why)) != SEK_R_OK)
		goto out;
	if ((b = OCSP_response_get1_basic(response)) == NULL)
		r = refuse(why, "holds no basic OCSP answer");
	else if (!is_exact(b, der, n))
		r = refuse(why, "is not exact DER");
	else
		r = check_inside(b, why);
	if (r != SEK_R_OK)
		goto out;
	*out = b;
	b = NULL;
out:
	OCSP_BASICRESP_free(b);
	OCSP_RESPONSE_free(response);
	return r;
}
