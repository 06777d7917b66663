/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header and the records of an index as bytes, both ways.
 * Runs in sekisho-fetch, which writes them, and in the gate, which reads.
 * It opens no file.
 */
#include "gate/revocation_format.h"

#include <openssl/crypto.h>
#include <string.h>

#include "gate/digest.h"
#include "gate/revocation_index.h"
#include "sekisho/buf.h"

#define OWN_HASH (SEK_INDEX_HEAD - SEK_HASH) /* where it stands */
#define DATE_BIAS ((int64_t)1 << 39)

/* Not text, and cut or changed by whatever treats it as text. */
static const uint8_t magic[8] = { 0x93, 'S', 'E', 'K', 'C', 'R', 'L', '\n' };

static uint64_t
file_size_of(const struct sek_index_head *h)
{
	return SEK_INDEX_HEAD + h->meta + h->records * SEK_INDEX_RECORD;
}

int
sek_index_head_enc(const struct sek_index_head *h, const uint8_t *meta,
    uint8_t out[SEK_INDEX_HEAD])
{
	struct sek_buf b = { 0 };
	int r;

	sek_put_raw(&b, magic, sizeof magic);
	sek_put_u32(&b, SEK_INDEX_VERSION);
	sek_put_u32(&b, SEK_INDEX_RECORD);
	sek_put_u64(&b, h->meta);
	sek_put_u64(&b, h->records);
	sek_put_u64(&b, file_size_of(h));
	sek_put_raw(&b, h->records_hash, SEK_HASH);
	if ((r = sek_buf_ok(&b)) == SEK_OK) {
		memcpy(out, b.p, OWN_HASH);
		r = sek_digest_two(out, OWN_HASH, meta, (size_t)h->meta,
		    out + OWN_HASH);
	}
	sek_buf_free(&b);
	return r;
}

int
sek_index_head_dec(const uint8_t in[SEK_INDEX_HEAD], uint64_t file_size,
    struct sek_index_head *out, struct sek_why *why)
{
	struct sek_rd r = sek_rd_init(in, SEK_INDEX_HEAD);
	struct sek_index_head h;
	uint32_t version, record;
	uint64_t size;

	if (memcmp(in, magic, sizeof magic) != 0) {
		sek_why_set(why, "is not an index of a CRL");
		return SEK_E_SYNTAX;
	}
	r.p += sizeof magic;
	r.left -= sizeof magic;
	version = sek_rd_u32(&r);
	if (version != SEK_INDEX_VERSION) {
		sek_why_set(why, "has the form %u of an index, and this "
		    "program reads %d: fetch it anew", version,
		    SEK_INDEX_VERSION);
		return SEK_E_VERSION;
	}
	record = sek_rd_u32(&r);
	h.meta = sek_rd_u64(&r);
	h.records = sek_rd_u64(&r);
	size = sek_rd_u64(&r);
	if (record != SEK_INDEX_RECORD || h.meta > SEK_INDEX_META_MAX ||
	    h.records > SEK_INDEX_RECORDS_MAX || size != file_size_of(&h)) {
		sek_why_set(why, "has a damaged header");
		return SEK_E_SYNTAX;
	}
	if (size != file_size) {
		sek_why_set(why, "is %s: %llu bytes instead of %llu",
		    file_size < size ? "truncated" : "too long",
		    (unsigned long long)file_size, (unsigned long long)size);
		return SEK_E_SYNTAX;
	}
	memcpy(h.records_hash, r.p, SEK_HASH);
	*out = h;
	return SEK_OK;
}

int
sek_index_head_check(const uint8_t in[SEK_INDEX_HEAD], const uint8_t *meta,
    size_t n, struct sek_why *why)
{
	uint8_t hash[SEK_HASH];
	int r;

	if ((r = sek_digest_two(in, OWN_HASH, meta, n, hash)) != SEK_OK)
		return r;
	if (CRYPTO_memcmp(hash, in + OWN_HASH, SEK_HASH) != 0) {
		sek_why_set(why, "is damaged: header and description do not "
		    "match their hash");
		return SEK_E_SYNTAX;
	}
	return SEK_OK;
}

bool
sek_record_key(uint8_t rec[SEK_INDEX_RECORD], uint32_t issuer, bool negative,
    const uint8_t *magnitude, size_t n)
{
	while (n > 0 && magnitude[0] == 0) {
		magnitude++;
		n--;
	}
	if (n > SEK_SERIAL_MAX)
		return false;
	memset(rec, 0, SEK_INDEX_RECORD);
	sek_record_issuer(rec, issuer);
	rec[4] = (uint8_t)((negative ? 0u : 0x80u) | n);
	if (n > 0)
		memcpy(rec + 5, magnitude, n);
	return true;
}

static uint8_t
sum_of(const uint8_t rec[SEK_INDEX_RECORD])
{
	uint8_t sum = 0xa5;
	size_t i;

	for (i = 0; i < SEK_INDEX_RECORD - 1; i++)
		sum ^= rec[i];
	return sum;
}

void
sek_record_finish(uint8_t rec[SEK_INDEX_RECORD], uint8_t reason,
    int64_t date)
{
	uint64_t v = (uint64_t)(date + DATE_BIAS);
	size_t i;

	rec[25] = reason;
	for (i = 0; i < 5; i++)
		rec[26 + i] = (uint8_t)(v >> (32 - 8 * i));
	rec[31] = sum_of(rec);
}

void
sek_record_issuer(uint8_t rec[SEK_INDEX_RECORD], uint32_t issuer)
{
	rec[0] = (uint8_t)(issuer >> 24);
	rec[1] = (uint8_t)(issuer >> 16);
	rec[2] = (uint8_t)(issuer >> 8);
	rec[3] = (uint8_t)issuer;
	rec[31] = sum_of(rec);
}

bool
sek_record_ok(const uint8_t rec[SEK_INDEX_RECORD])
{
	return rec[31] == sum_of(rec);
}

uint8_t
sek_record_reason(const uint8_t rec[SEK_INDEX_RECORD])
{
	return rec[25];
}

int64_t
sek_record_date(const uint8_t rec[SEK_INDEX_RECORD])
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < 5; i++)
		v = v << 8 | rec[26 + i];
	return (int64_t)v - DATE_BIAS;
}
