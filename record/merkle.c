/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Merkle tree of the record, kept as its right edge, and proofs that a
 * leaf is in one.
 * Runs in the gate (each append) and in `sekisho` (each check).
 * Pure: it opens no file and decides nothing.
 */
#include "record/merkle.h"

#include <string.h>

int
sek_sha_init(struct sek_sha *h)
{
	h->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	h->ctx = EVP_MD_CTX_new();
	if (h->md != NULL && h->ctx != NULL)
		return SEK_OK;
	sek_sha_free(h);
	return SEK_E_CRYPTO;
}

void
sek_sha_free(struct sek_sha *h)
{
	EVP_MD_CTX_free(h->ctx);
	EVP_MD_free(h->md);
	h->ctx = NULL;
	h->md = NULL;
}

/* The context keeps its digest between calls: only the first one of its
 * life sets it. */
static int
hash_begin(struct sek_sha *h)
{
	return EVP_DigestInit_ex2(h->ctx, h->md, NULL) == 1;
}

int
sek_leaf_hash(struct sek_sha *h, const void *line, size_t n,
    uint8_t out[SEK_HASH_LEN])
{
	return hash_begin(h) && EVP_DigestUpdate(h->ctx, "", 1) == 1 &&
	    EVP_DigestUpdate(h->ctx, line, n) == 1 &&
	    EVP_DigestFinal_ex(h->ctx, out, NULL) == 1 ? SEK_OK : SEK_E_CRYPTO;
}

int
sek_leaf_hash_marked(struct sek_sha *h, const uint8_t *marked, size_t n,
    uint8_t out[SEK_HASH_LEN])
{
	return hash_begin(h) && EVP_DigestUpdate(h->ctx, marked, n) == 1 &&
	    EVP_DigestFinal_ex(h->ctx, out, NULL) == 1 ? SEK_OK : SEK_E_CRYPTO;
}

int
sek_node_hash(struct sek_sha *h, const uint8_t left[SEK_HASH_LEN],
    const uint8_t right[SEK_HASH_LEN], uint8_t out[SEK_HASH_LEN])
{
	uint8_t node[1 + 2 * SEK_HASH_LEN] = { 0x01 };

	memcpy(node + 1, left, SEK_HASH_LEN);
	memcpy(node + 1 + SEK_HASH_LEN, right, SEK_HASH_LEN);
	return hash_begin(h) &&
	    EVP_DigestUpdate(h->ctx, node, sizeof node) == 1 &&
	    EVP_DigestFinal_ex(h->ctx, out, NULL) == 1 ? SEK_OK : SEK_E_CRYPTO;
}

/* Bits that are set, added up in pairs, then in fours, then in bytes. */
unsigned
sek_tree_peaks(uint64_t n)
{
	n -= n >> 1 & UINT64_C(0x5555555555555555);
	n = (n & UINT64_C(0x3333333333333333)) +
	    (n >> 2 & UINT64_C(0x3333333333333333));
	n = (n + (n >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
	return (unsigned)(n * UINT64_C(0x0101010101010101) >> 56);
}

int
sek_tree_add_subtree(struct sek_sha *h, struct sek_tree *t, unsigned level,
    const uint8_t root[SEK_HASH_LEN])
{
	uint8_t sum[SEK_HASH_LEN];
	unsigned k = sek_tree_peaks(t->n);
	uint64_t m;
	int r;

	if (level >= SEK_TREE_PEAKS ||
	    (t->n & ((UINT64_C(1) << level) - 1)) != 0 ||
	    t->n > (uint64_t)INT64_MAX - (UINT64_C(1) << level))
		return SEK_E_INVAL;
	memcpy(sum, root, sizeof sum);
	/* each bit that carries joins two subtrees of one size */
	for (m = t->n >> level; (m & 1) != 0; m >>= 1)
		if ((r = sek_node_hash(h, t->peak[--k], sum, sum)) != SEK_OK)
			return r;
	memcpy(t->peak[k], sum, sizeof sum);
	t->n += UINT64_C(1) << level;
	return SEK_OK;
}

int
sek_tree_add(struct sek_sha *h, struct sek_tree *t,
    const uint8_t leaf[SEK_HASH_LEN])
{
	return sek_tree_add_subtree(h, t, 0, leaf);
}

int
sek_tree_root(struct sek_sha *h, const struct sek_tree *t,
    uint8_t out[SEK_HASH_LEN])
{
	unsigned k = sek_tree_peaks(t->n);
	uint8_t sum[SEK_HASH_LEN];
	int r;

	if (k == 0)
		return EVP_Digest("", 0, out, NULL, h->md, NULL) == 1 ?
		    SEK_OK : SEK_E_CRYPTO;
	memcpy(sum, t->peak[--k], sizeof sum);
	while (k > 0)
		if ((r = sek_node_hash(h, t->peak[--k], sum, sum)) != SEK_OK)
			return r;
	memcpy(out, sum, sizeof sum);
	return SEK_OK;
}

/* RFC 9162 2.1.3.2: fn and sn are the numbers of the node and of the last
 * node, level by level. */
int
sek_inclusion_root(struct sek_sha *h, const struct sek_inclusion *p,
    uint64_t size, const uint8_t leaf[SEK_HASH_LEN],
    uint8_t root[SEK_HASH_LEN])
{
	uint8_t sum[SEK_HASH_LEN];
	uint64_t fn = p->index, sn;
	size_t i;
	int r;

	if (size == 0 || size > INT64_MAX || fn >= size ||
	    p->n > SEK_INCLUSION_MAX)
		return SEK_E_SYNTAX;
	memcpy(sum, leaf, sizeof sum);
	for (sn = size - 1, i = 0; i < p->n; i++) {
		if (sn == 0)
			return SEK_E_SYNTAX;
		if ((fn & 1) == 0 && fn != sn) {
			r = sek_node_hash(h, sum, p->hash[i], sum);
		} else {
			r = sek_node_hash(h, p->hash[i], sum, sum);
			/* the last node may have no sibling for some levels */
			for (; (fn & 1) == 0; fn >>= 1)
				sn >>= 1;
		}
		if (r != SEK_OK)
			return r;
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return SEK_E_SYNTAX;
	memcpy(root, sum, sizeof sum);
	return SEK_OK;
}

/* RFC 6962 2.1.1: down from the root; what is left aside at each step is a
 * sibling, and the lowest one comes first. */
int
sek_inclusion_make(struct sek_inclusion *p, uint64_t index, uint64_t size,
    int (*range)(void *arg, uint64_t from, uint64_t to,
    uint8_t out[SEK_HASH_LEN]), void *arg)
{
	struct { uint64_t from, to; } aside[SEK_INCLUSION_MAX];
	uint64_t from = 0, to = size, k;
	size_t n = 0, i;
	int r;

	if (size > INT64_MAX || index >= size)
		return SEK_E_INVAL;
	while (to - from > 1) {
		for (k = 1; k * 2 < to - from; k *= 2)
			;
		if (index < from + k) {
			aside[n].from = from + k, aside[n].to = to;
			to = from + k;
		} else {
			aside[n].from = from, aside[n].to = from + k;
			from += k;
		}
		n++;
	}
	for (i = 0; i < n; i++)
		if ((r = range(arg, aside[n - 1 - i].from,
		    aside[n - 1 - i].to, p->hash[i])) != SEK_OK)
			return r;
	p->index = index;
	p->n = n;
	return SEK_OK;
}
