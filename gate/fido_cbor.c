/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one way to write CBOR (RFC 8949) that is taken from a FIDO2 key.
 * Runs in `sekisho`, when a credential is enrolled; a login has no CBOR.
 *
 * General parsers build a tree of whatever comes and take each number in
 * five spellings.  Of the items that a credential consists of there are four
 * kinds, and this reads them and no others.
 */
#include "gate/fido_cbor.h"

#include <string.h>

enum major {
	MAJOR_UINT = 0,
	MAJOR_NINT = 1,
	MAJOR_BYTES = 2,
	MAJOR_TEXT = 3,
	MAJOR_ARRAY = 4,
	MAJOR_MAP = 5
};

/* The head of an item, RFC 8949 3: three bits of kind, and a number that is
 * as short as can be (4.2.1).  31 would be an indefinite length. */
static enum major
head(struct sek_rd *r, uint64_t *value)
{
	uint8_t first = sek_rd_u8(r);
	uint64_t least = 0;

	*value = first & 0x1f;
	switch (*value) {
	case 24:
		*value = sek_rd_u8(r);
		least = 24;
		break;
	case 25:
		*value = sek_rd_u16(r);
		least = UINT8_MAX + 1ull;
		break;
	case 26:
		*value = sek_rd_u32(r);
		least = UINT16_MAX + 1ull;
		break;
	case 27:
		*value = sek_rd_u64(r);
		least = UINT32_MAX + 1ull;
		break;
	default:
		if (*value > 27)
			r->bad = true;
	}
	if (*value < least)
		r->bad = true;
	return first >> 5;
}

/* The length of an item of this kind; 0 after a failure. */
static size_t
length(struct sek_rd *r, enum major want, size_t max)
{
	uint64_t n;

	if (head(r, &n) != want || n > max)
		r->bad = true;
	return r->bad ? 0 : (size_t)n;
}

size_t
fido_cbor_map(struct sek_rd *r, size_t max)
{
	return length(r, MAJOR_MAP, max);
}

size_t
fido_cbor_array(struct sek_rd *r, size_t max)
{
	return length(r, MAJOR_ARRAY, max);
}

int64_t
fido_cbor_int(struct sek_rd *r)
{
	uint64_t n;
	enum major major = head(r, &n);

	if ((major != MAJOR_UINT && major != MAJOR_NINT) || n > INT64_MAX)
		r->bad = true;
	if (r->bad)
		return 0;
	return major == MAJOR_UINT ? (int64_t)n : -1 - (int64_t)n;
}

static const uint8_t *
string(struct sek_rd *r, enum major want, size_t max, size_t *n)
{
	const uint8_t *p;

	*n = length(r, want, max);
	if (*n > r->left)
		r->bad = true;
	if (r->bad) {
		*n = 0;
		return NULL;
	}
	p = r->p;
	r->p += *n;
	r->left -= *n;
	return p;
}

const uint8_t *
fido_cbor_bytes(struct sek_rd *r, size_t max, size_t *n)
{
	return string(r, MAJOR_BYTES, max, n);
}

void
fido_cbor_number(struct sek_rd *r, int64_t want)
{
	if (fido_cbor_int(r) != want)
		r->bad = true;
}

void
fido_cbor_text(struct sek_rd *r, const char *want)
{
	const uint8_t *p;
	size_t n;

	p = string(r, MAJOR_TEXT, strlen(want), &n);
	if (p == NULL || n != strlen(want) || memcmp(p, want, n) != 0)
		r->bad = true;
}
