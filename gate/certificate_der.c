/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strict DER (X.690 sections 8 and 10), looked at before OpenSSL parses it.
 * Runs in the gate, on bytes that a token handed over.
 *
 * OpenSSL reads BER: indefinite lengths, long lengths and padded integers
 * would give one certificate several spellings, and so several fingerprints.
 * This walks with OpenSSL's own ASN1_get_object(), never decodes a value, and
 * never looks inside octet or bit strings.
 */
#include "gate/certificate_rooms.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/err.h>

#define DER_DEPTH 32u /* constructed values within each other */

#define TAG_BOOLEAN 0x01u
#define TAG_INTEGER 0x02u
#define TAG_BIT_STRING 0x03u
#define TAG_NULL 0x05u
#define TAG_ENUMERATED 0x0au

size_t
sek_der_head_bytes(size_t len)
{
	size_t head = 2;

	if (len >= 0x80)
		for (; len > 0; len >>= 8)
			head++;
	return head;
}

bool
sek_der_head(const uint8_t *p, size_t n, uint8_t *tag, size_t *len,
    size_t *head)
{
	const uint8_t *at = p;
	int number, class, got;
	long value = 0;

	/* no tag number over 30 occurs in a certificate or a CRL */
	if (n < 2 || n > LONG_MAX || (p[0] & 0x1f) == 0x1f)
		return false;
	(void)ERR_set_mark();
	got = ASN1_get_object(&at, &value, &number, &class, (long)n);
	(void)ERR_pop_to_mark();
	/* it moves on even when the value is longer than what is there:
	 * that is for the caller to judge; 1: indefinite length */
	if (at == p || value < 0 || (got & 1) != 0)
		return false;
	*tag = p[0];
	*len = (size_t)value;
	*head = (size_t)(at - p);
	return *head == sek_der_head_bytes(*len);
}

/* Values that have several spellings in BER and one in DER. */
static bool
value_ok(uint8_t tag, const uint8_t *p, size_t n)
{
	switch (tag) {
	case TAG_BOOLEAN: /* X.690 11.1 */
		return n == 1 && (p[0] == 0 || p[0] == 0xff);
	case TAG_INTEGER: /* X.690 8.3.2 */
	case TAG_ENUMERATED:
		if (n < 2)
			return n == 1;
		return !(p[0] == 0 && (p[1] & 0x80) == 0) &&
		    !(p[0] == 0xff && (p[1] & 0x80) != 0);
	case TAG_NULL:
		return n == 0;
	case TAG_BIT_STRING: /* X.690 8.6.2 and 11.2.1 */
		if (n == 0 || p[0] > 7 || (n == 1 && p[0] != 0))
			return false;
		return n == 1 || (p[n - 1] & ((1u << p[0]) - 1u)) == 0;
	default:
		return true;
	}
}

static bool
values_ok(const uint8_t *p, size_t n, unsigned int depth)
{
	size_t len, head;
	uint8_t tag;

	while (n > 0) {
		if (!sek_der_head(p, n, &tag, &len, &head) || len > n - head)
			return false;
		p += head;
		n -= head;
		if ((tag & 0x20) != 0) {
			if (depth == 0 || !values_ok(p, len, depth - 1))
				return false;
		} else if (!value_ok(tag, p, len)) {
			return false;
		}
		p += len;
		n -= len;
	}
	return true;
}

bool
sek_der_ok(const uint8_t *p, size_t n)
{
	size_t len, head;
	uint8_t tag;

	if (!sek_der_head(p, n, &tag, &len, &head) || len != n - head)
		return false;
	return values_ok(p, n, DER_DEPTH);
}
