/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries in the order of their keys, in place: a radix sort over eight bytes
 * of the key at a time, which are fetched from the CRL only where serials
 * agree so far.  16 bytes an entry is all it needs.
 * Runs in sekisho-fetch and in `sekisho`.
 */
#include "fetch/compile_rooms.h"

#include <string.h>

#define ISSUER 4u /* bytes of it at the front of a key */
#define WINDOW 8u
#define FEW 24u   /* sorted by insertion */

/* The bytes of a key from `from` on, zeros behind its end. */
static uint64_t
window_at(const uint8_t record[SEK_INDEX_RECORD], size_t from)
{
	uint64_t v = 0;
	size_t i;

	for (i = from; i < from + WINDOW; i++)
		v = v << 8 | (i < SEK_INDEX_KEY ? record[i] : 0u);
	return v;
}

uint64_t
sek_item_window(const uint8_t record[SEK_INDEX_RECORD])
{
	return window_at(record, ISSUER);
}

/* The CRL, and how far all items of a range agree. */
struct sort {
	const uint8_t *der;
	size_t n;
};

static uint8_t
byte_at(const struct sek_item *a, size_t depth)
{
	if (depth < ISSUER)
		return (uint8_t)(a->issuer >> (24 - 8 * depth));
	return (uint8_t)(a->window >> (56 - 8 * ((depth - ISSUER) % WINDOW)));
}

static void
refill(const struct sort *s, struct sek_item *a, size_t count, size_t depth)
{
	uint8_t record[SEK_INDEX_RECORD];
	size_t i;

	for (i = 0; i < count; i++) {
		sek_crl_entry_key(s->der + a[i].at, s->n - a[i].at, record);
		a[i].window = window_at(record, depth);
	}
}

/* Both agree up to the beginning of their windows. */
static int
compare(const struct sort *s, const struct sek_item *a,
    const struct sek_item *b)
{
	uint8_t ka[SEK_INDEX_RECORD], kb[SEK_INDEX_RECORD];
	int c;

	if (a->issuer != b->issuer)
		return a->issuer < b->issuer ? -1 : 1;
	if (a->window != b->window)
		return a->window < b->window ? -1 : 1;
	sek_crl_entry_key(s->der + a->at, s->n - a->at, ka);
	sek_crl_entry_key(s->der + b->at, s->n - b->at, kb);
	c = memcmp(ka, kb, SEK_INDEX_KEY);
	/* what is there twice stays in the CRL's order */
	return c != 0 ? c : a->at < b->at ? -1 : 1;
}

static void
insertion(const struct sort *s, struct sek_item *a, size_t count)
{
	struct sek_item x;
	size_t i, j;

	for (i = 1; i < count; i++) {
		x = a[i];
		for (j = i; j > 0 && compare(s, &x, &a[j - 1]) < 0; j--)
			a[j] = a[j - 1];
		a[j] = x;
	}
}

/* Move each item to the part of its byte; ends[] is where each part ends.
 * False: they all have the same byte, and nothing moved. */
static bool
distribute(struct sek_item *a, size_t count, size_t depth, size_t ends[256])
{
	size_t next[256], i, sum = 0;
	struct sek_item x, swap;
	uint8_t c;

	memset(ends, 0, 256 * sizeof ends[0]);
	for (i = 0; i < count; i++)
		ends[byte_at(&a[i], depth)]++;
	if (ends[byte_at(&a[0], depth)] == count)
		return false;
	for (i = 0; i < 256; i++) {
		next[i] = sum;
		sum += ends[i];
		ends[i] = sum;
	}
	for (i = 0; i < 256; i++)
		while (next[i] < ends[i]) {
			x = a[next[i]];
			while ((c = byte_at(&x, depth)) != i) {
				swap = a[next[c]];
				a[next[c]++] = x;
				x = swap;
			}
			a[next[i]++] = x;
		}
	return true;
}

/* Items that agree in the first `depth` bytes of their keys. */
static void
sort_from(const struct sort *s, struct sek_item *a, size_t count,
    size_t depth)
{
	size_t ends[256], i, from = 0;

	for (;; depth++) {
		if (count > FEW && depth > ISSUER &&
		    (depth - ISSUER) % WINDOW == 0 && depth < SEK_INDEX_KEY)
			refill(s, a, count, depth);
		if (count <= FEW) {
			insertion(s, a, count);
			return;
		}
		if (depth == SEK_INDEX_KEY)
			return; /* all the same: it does not matter */
		if (distribute(a, count, depth, ends))
			break;
	}
	for (i = 0; i < 256; i++) {
		if (ends[i] - from > 1)
			sort_from(s, a + from, ends[i] - from, depth + 1);
		from = ends[i];
	}
}

void
sek_items_sort(const uint8_t *der, size_t n, struct sek_item *items,
    size_t count)
{
	const struct sort s = { der, n };

	sort_from(&s, items, count, 0);
}
