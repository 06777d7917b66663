/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes an index: the description, the records in order, and at last the
 * header, without which it is none.
 * Runs in sekisho-fetch and in `sekisho`.  Syncing and renaming is for whoever
 * owns the file's name.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/compile_rooms.h"
#include "sekisho/os.h"

#define BUFFER_RECORDS 2048u
#define AHEAD 16u       /* entries that are asked for before their turn */
#define TELL_EACH 8192u /* entries */
#define CERTIFICATE_HOLD 6
#define REMOVE_FROM_CRL 8

struct writer {
	const struct sek_index_out *o;
	EVP_MD_CTX *hash;
	uint64_t at;      /* in the file */
	uint64_t records; /* written or in the buffer */
	size_t n;         /* records in the buffer */
	uint8_t held[SEK_INDEX_RECORD]; /* its double may follow */
	bool holding;
	uint8_t buffer[BUFFER_RECORDS * SEK_INDEX_RECORD];
};

static int
flush(struct writer *w)
{
	size_t n = w->n * SEK_INDEX_RECORD;
	int r;

	if (n == 0)
		return SEK_OK;
	if (EVP_DigestUpdate(w->hash, w->buffer, n) != 1)
		return SEK_E_CRYPTO;
	r = sek_write_at(w->o->fd, w->at, w->buffer, n);
	w->at += n;
	w->n = 0;
	return r;
}

static int
release(struct writer *w)
{
	if (!w->holding)
		return SEK_OK;
	w->holding = false;
	memcpy(w->buffer + w->n++ * SEK_INDEX_RECORD, w->held,
	    SEK_INDEX_RECORD);
	w->records++;
	return w->n == BUFFER_RECORDS ? flush(w) : SEK_OK;
}

/* Of two entries for one certificate, which holds?  A revocation before a
 * hold, and any of them before a removal. */
static int
weight(const uint8_t record[SEK_INDEX_RECORD])
{
	switch (sek_record_reason(record)) {
	case REMOVE_FROM_CRL:
		return 0;
	case CERTIFICATE_HOLD:
		return 1;
	default:
		return 2;
	}
}

static bool
stronger(const uint8_t *a, const uint8_t *b)
{
	if (weight(a) != weight(b))
		return weight(a) > weight(b);
	return sek_record_date(a) < sek_record_date(b);
}

static int
add(struct writer *w, const uint8_t record[SEK_INDEX_RECORD])
{
	int r;

	if (w->holding &&
	    memcmp(w->held, record, SEK_INDEX_KEY) == 0) {
		if (stronger(record, w->held))
			memcpy(w->held, record, SEK_INDEX_RECORD);
		return SEK_OK;
	}
	if ((r = release(w)) != SEK_OK)
		return r;
	memcpy(w->held, record, SEK_INDEX_RECORD);
	w->holding = true;
	return SEK_OK;
}

static void
tell(const struct sek_index_out *o, size_t i)
{
	if (o->progress != NULL && (i % TELL_EACH == 0 || i == o->count))
		o->progress->tell(o->progress->arg, o->count + i,
		    2 * o->count);
}

static int
write_records(struct writer *w)
{
	const struct sek_index_out *o = w->o;
	struct sek_crl_entry e;
	struct sek_span at;
	size_t i;
	int r;

	for (i = 0; i < o->count; i++) {
		/* in the order of keys they are all over the CRL */
		if (i + AHEAD < o->count)
			__builtin_prefetch(o->der + o->items[i + AHEAD].at);
		at.p = o->der + o->items[i].at;
		at.n = o->n - o->items[i].at;
		if ((r = sek_crl_entry(&at, &e, NULL)) != SEK_OK)
			return r;
		if (o->items[i].issuer != 0)
			sek_record_issuer(e.record, o->items[i].issuer);
		if ((r = add(w, e.record)) != SEK_OK)
			return r;
		tell(o, i);
	}
	if ((r = release(w)) == SEK_OK)
		r = flush(w);
	tell(o, o->count);
	return r;
}

static int
write_all(struct writer *w)
{
	const struct sek_index_out *o = w->o;
	struct sek_index_head head = { .meta = o->meta->len };
	uint8_t bytes[SEK_INDEX_HEAD];
	int r;

	if (EVP_DigestInit_ex(w->hash, EVP_sha256(), NULL) != 1)
		return SEK_E_CRYPTO;
	r = sek_write_at(o->fd, SEK_INDEX_HEAD, o->meta->p, o->meta->len);
	if (r != SEK_OK || (r = write_records(w)) != SEK_OK)
		return r;
	head.records = w->records;
	if (EVP_DigestFinal_ex(w->hash, head.records_hash, NULL) != 1)
		return SEK_E_CRYPTO;
	r = sek_index_head_enc(&head, o->meta->p, bytes);
	return r == SEK_OK ? sek_write_at(o->fd, 0, bytes, sizeof bytes) : r;
}

int
sek_index_write(const struct sek_index_out *o, struct sek_why *why)
{
	struct writer *w = calloc(1, sizeof *w);
	struct stat st;
	int r = SEK_E_NOMEM;

	if (w == NULL || (w->hash = EVP_MD_CTX_new()) == NULL)
		goto out;
	w->o = o;
	w->at = SEK_INDEX_HEAD + o->meta->len;
	r = SEK_E_INVAL;
	if (fstat(o->fd, &st) != 0 || st.st_size != 0)
		goto out;
	/* CRLs are public, and nobody else may ever change one */
	r = fchmod(o->fd, 0644) == 0 ? write_all(w) : SEK_E_SYS;
out:
	if (r != SEK_OK)
		sek_why_set(why, "index cannot be written: %s",
		    sek_strerror(r));
	if (w != NULL)
		EVP_MD_CTX_free(w->hash);
	free(w);
	return r;
}
