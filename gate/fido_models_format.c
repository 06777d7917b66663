/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of models as bytes, both ways.
 * Runs in sekisho-fetch, which writes it, and in the gate and `sekisho`,
 * which read it.  It opens no file.  What an index says of itself is checked
 * once, whole, so that nothing after that can lead out of it.
 */
#include "gate/fido_models_format.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "gate/digest.h"

#define OWN_HASH (SEK_MODELS_HEAD - SEK_MODELS_HASH) /* where it stands */
#define PAYLOAD_HASH (OWN_HASH - SEK_MODELS_HASH)
#define ALL_STATUSES ((1u << SEK_MODEL_N_STATUSES) - 1u)

/* Not text, and cut or changed by whatever treats it as text. */
static const uint8_t magic[8] = { 0x93, 'S', 'E', 'K', 'M', 'D', 'S', '\n' };

static size_t
reports_at(const struct sek_models_head *h)
{
	return (size_t)h->models * SEK_MODELS_ENTRY;
}

static size_t
names_at(const struct sek_models_head *h)
{
	return reports_at(h) + (size_t)h->reports * SEK_MODELS_REPORT;
}

size_t
sek_models_index_size(const struct sek_models_head *h)
{
	return names_at(h) + h->names;
}

static uint64_t
file_size_of(const struct sek_models_head *h)
{
	return SEK_MODELS_HEAD + (uint64_t)sek_models_index_size(h) +
	    h->roots;
}

int
sek_models_head_enc(const struct sek_models_head *h, const uint8_t *index,
    uint8_t out[SEK_MODELS_HEAD])
{
	struct sek_buf b = { 0 };
	int r;

	sek_put_raw(&b, magic, sizeof magic);
	sek_put_u32(&b, SEK_MODELS_VERSION);
	sek_put_u16(&b, SEK_MODELS_ENTRY);
	sek_put_u16(&b, SEK_MODELS_REPORT);
	sek_put_u64(&b, (uint64_t)h->info.number);
	sek_put_u64(&b, (uint64_t)h->info.next_update);
	sek_put_u64(&b, (uint64_t)h->info.made);
	sek_put_u32(&b, h->models);
	sek_put_u32(&b, h->reports);
	sek_put_u32(&b, h->names);
	sek_put_u32(&b, h->roots);
	sek_put_u64(&b, file_size_of(h));
	sek_put_raw(&b, h->payload, sizeof h->payload);
	if ((r = sek_buf_ok(&b)) == SEK_OK) {
		memcpy(out, b.p, OWN_HASH);
		r = sek_digest_two(out, OWN_HASH, index,
		    sek_models_index_size(h),
		    out + OWN_HASH);
	}
	sek_buf_free(&b);
	return r;
}

static bool
sizes_ok(const struct sek_models_head *h)
{
	return h->models <= SEK_MODELS_MAX &&
	    h->reports <= SEK_MODELS_REPORTS_MAX &&
	    h->names <= SEK_MODELS_MAX * SEK_MODELS_NAME_MAX &&
	    h->roots <= SEK_MODELS_ROOTS_MAX;
}

int
sek_models_head_dec(const uint8_t in[SEK_MODELS_HEAD], uint64_t file_size,
    struct sek_models_head *out, struct sek_why *why)
{
	struct sek_rd r = sek_rd_init(in + sizeof magic,
	    PAYLOAD_HASH - sizeof magic);
	struct sek_models_head h;
	uint32_t version, rows;
	uint64_t size;

	if (memcmp(in, magic, sizeof magic) != 0) {
		sek_why_set(why, "is not a table of models of keys");
		return SEK_E_SYNTAX;
	}
	version = sek_rd_u32(&r);
	if (version != SEK_MODELS_VERSION) {
		sek_why_set(why, "has the form %u of a table, and this "
		    "program reads %u: fetch it anew", version,
		    SEK_MODELS_VERSION);
		return SEK_E_SYNTAX;
	}
	rows = sek_rd_u32(&r);
	h.info.number = (int64_t)sek_rd_u64(&r);
	h.info.next_update = (int64_t)sek_rd_u64(&r);
	h.info.made = (int64_t)sek_rd_u64(&r);
	h.models = sek_rd_u32(&r);
	h.reports = sek_rd_u32(&r);
	h.names = sek_rd_u32(&r);
	h.roots = sek_rd_u32(&r);
	size = sek_rd_u64(&r);
	if (rows != (SEK_MODELS_ENTRY << 16 | SEK_MODELS_REPORT) ||
	    sek_rd_end(&r) != SEK_OK || !sizes_ok(&h) ||
	    size != file_size_of(&h)) {
		sek_why_set(why, "has a damaged header");
		return SEK_E_SYNTAX;
	}
	if (size != file_size) {
		sek_why_set(why, "is %s: %llu bytes instead of %llu",
		    file_size < size ? "truncated" : "too long",
		    (unsigned long long)file_size, (unsigned long long)size);
		return SEK_E_SYNTAX;
	}
	memcpy(h.payload, in + PAYLOAD_HASH, sizeof h.payload);
	*out = h;
	return SEK_OK;
}

void
sek_models_entry_enc(struct sek_buf *out, const struct sek_models_entry *e)
{
	sek_put_raw(out, e->aaguid, sizeof e->aaguid);
	sek_put_u32(out, e->name_at);
	sek_put_u16(out, e->name_len);
	sek_put_u32(out, e->first_report);
	sek_put_u16(out, e->n_reports);
	sek_put_u16(out, e->n_roots);
	sek_put_u32(out, e->roots_at);
	sek_put_u32(out, e->roots_len);
	sek_put_raw(out, e->roots_hash, sizeof e->roots_hash);
}

void
sek_models_entry_dec(const uint8_t *index, uint32_t i,
    struct sek_models_entry *out)
{
	const uint8_t *p = index + (size_t)i * SEK_MODELS_ENTRY;
	struct sek_rd r = sek_rd_init(p + sizeof out->aaguid,
	    SEK_MODELS_ENTRY - sizeof out->aaguid);

	memcpy(out->aaguid, p, sizeof out->aaguid);
	out->name_at = sek_rd_u32(&r);
	out->name_len = sek_rd_u16(&r);
	out->first_report = sek_rd_u32(&r);
	out->n_reports = sek_rd_u16(&r);
	out->n_roots = sek_rd_u16(&r);
	out->roots_at = sek_rd_u32(&r);
	out->roots_len = sek_rd_u32(&r);
	memcpy(out->roots_hash, r.p, sizeof out->roots_hash);
}

void
sek_models_report_enc(struct sek_buf *out, const struct sek_model_report *r)
{
	sek_put_u32(out, r->status);
	sek_put_u64(out, (uint64_t)r->from);
	sek_put_u64(out, r->fixed);
}

void
sek_models_report_dec(const struct sek_models_head *h, const uint8_t *index,
    uint32_t i, struct sek_model_report *out)
{
	struct sek_rd r = sek_rd_init(index + reports_at(h) +
	    (size_t)i * SEK_MODELS_REPORT, SEK_MODELS_REPORT);

	out->status = sek_rd_u32(&r);
	out->from = (int64_t)sek_rd_u64(&r);
	out->fixed = sek_rd_u64(&r);
}

void
sek_models_name(const struct sek_models_head *h, const uint8_t *index,
    const struct sek_models_entry *e, char out[SEK_MODELS_NAME_MAX + 1])
{
	memcpy(out, index + names_at(h) + e->name_at, e->name_len);
	out[e->name_len] = '\0';
}

int
sek_models_roots_hash(const uint8_t *p, size_t n,
    uint8_t out[SEK_MODELS_ROOTS_HASH])
{
	uint8_t hash[SEK_MODELS_HASH];

	if (EVP_Digest(p, n, hash, NULL, EVP_sha256(), NULL) != 1)
		return SEK_E_CRYPTO;
	memcpy(out, hash, SEK_MODELS_ROOTS_HASH);
	return SEK_OK;
}

/* Is all that an entry points at there? */
static bool
entry_ok(const struct sek_models_head *h, const struct sek_models_entry *e)
{
	return e->name_len <= SEK_MODELS_NAME_MAX &&
	    e->name_at <= h->names && e->name_len <= h->names - e->name_at &&
	    e->first_report <= h->reports &&
	    e->n_reports <= h->reports - e->first_report &&
	    e->n_roots <= SEK_MODELS_ROOTS_EACH &&
	    e->roots_at <= h->roots && e->roots_len <= h->roots - e->roots_at;
}

/* One status, of those that are known. */
static bool
report_ok(const struct sek_model_report *r)
{
	return r->status != 0 && (r->status & ~ALL_STATUSES) == 0 &&
	    (r->status & (r->status - 1)) == 0 && r->from >= 0;
}

static bool
contents_ok(const struct sek_models_head *h, const uint8_t *index)
{
	uint8_t before[16] = { 0 };
	struct sek_models_entry e;
	struct sek_model_report r;
	uint32_t i;

	for (i = 0; i < h->models; i++) {
		sek_models_entry_dec(index, i, &e);
		if (!entry_ok(h, &e) ||
		    memcmp(e.aaguid, before, sizeof before) < 0)
			return false;
		memcpy(before, e.aaguid, sizeof before);
	}
	for (i = 0; i < h->reports; i++) {
		sek_models_report_dec(h, index, i, &r);
		if (!report_ok(&r))
			return false;
	}
	return true;
}

int
sek_models_index_check(const uint8_t head[SEK_MODELS_HEAD],
    const struct sek_models_head *h, const uint8_t *index,
    struct sek_why *why)
{
	uint8_t hash[SEK_MODELS_HASH];
	int r;

	r = sek_digest_two(head, OWN_HASH, index, sek_models_index_size(h),
	    hash);
	if (r != SEK_OK)
		return r;
	if (CRYPTO_memcmp(hash, head + OWN_HASH, sizeof hash) != 0) {
		sek_why_set(why, "is damaged: header and index do not match "
		    "their hash");
		return SEK_E_SYNTAX;
	}
	if (!contents_ok(h, index)) {
		sek_why_set(why, "has a damaged index");
		return SEK_E_SYNTAX;
	}
	return SEK_OK;
}
