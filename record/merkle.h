/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Merkle tree of the record, RFC 6962 section 2.1 (RFC 9162 2.1 says the
 * same): leaves are SHA-256(0x00 || line without its newline), nodes are
 * SHA-256(0x01 || left || right), and the tree of no leaf is SHA-256("").
 *
 * Pure: no file, no log, no decision.  A tree is kept as its right edge
 * only, the roots of the complete subtrees that it consists of, so that a
 * leaf more costs O(log n) hashes and the memory is bounded.
 */
#ifndef RECORD_MERKLE_H
#define RECORD_MERKLE_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

#define SEK_HASH_LEN 32u
#define SEK_TREE_PEAKS 63u /* seq is an int64 */

/* SHA-256, fetched once; SEK_E_CRYPTO or SEK_E_NOMEM.  Freed with
 * sek_sha_free(), which takes an empty one ({ NULL }) too. */
struct sek_sha {
	EVP_MD *md;
	EVP_MD_CTX *ctx;
};
int sek_sha_init(struct sek_sha *h) SEK_MUST;
void sek_sha_free(struct sek_sha *h);

int sek_leaf_hash(struct sek_sha *h, const void *line, size_t n,
    uint8_t out[SEK_HASH_LEN]) SEK_MUST;
/* The same for a reader that keeps the byte before each line to itself:
 * `marked` is 0x00 and the line behind it, n bytes with that one. */
int sek_leaf_hash_marked(struct sek_sha *h, const uint8_t *marked, size_t n,
    uint8_t out[SEK_HASH_LEN]) SEK_MUST;
int sek_node_hash(struct sek_sha *h, const uint8_t left[SEK_HASH_LEN],
    const uint8_t right[SEK_HASH_LEN], uint8_t out[SEK_HASH_LEN]) SEK_MUST;

/* The right edge: as many peaks as n has bits set, the largest (oldest)
 * subtree first.  { .n = 0 } is the empty tree. */
struct sek_tree {
	uint64_t n; /* leaves */
	uint8_t peak[SEK_TREE_PEAKS][SEK_HASH_LEN];
};

unsigned sek_tree_peaks(uint64_t n);
int sek_tree_add(struct sek_sha *h, struct sek_tree *t,
    const uint8_t leaf[SEK_HASH_LEN]) SEK_MUST;
/* The same for a complete subtree of 2^level leaves; SEK_E_INVAL when t->n
 * is no multiple of that. */
int sek_tree_add_subtree(struct sek_sha *h, struct sek_tree *t,
    unsigned level, const uint8_t root[SEK_HASH_LEN]) SEK_MUST;
int sek_tree_root(struct sek_sha *h, const struct sek_tree *t,
    uint8_t out[SEK_HASH_LEN]) SEK_MUST;

/* An inclusion proof, RFC 6962 2.1.1: the sibling of the leaf first, the
 * root's child last. */
#define SEK_INCLUSION_MAX 63u
struct sek_inclusion {
	uint64_t index; /* of the leaf, from 0: seq - 1 */
	size_t n;
	uint8_t hash[SEK_INCLUSION_MAX][SEK_HASH_LEN];
};

/* The root that `leaf` and the proof lead to in a tree of `size` leaves
 * (RFC 9162 2.1.3.2); SEK_E_SYNTAX when the proof is not one for that size.
 * The caller compares the root with the one that was signed. */
int sek_inclusion_root(struct sek_sha *h, const struct sek_inclusion *p,
    uint64_t size, const uint8_t leaf[SEK_HASH_LEN],
    uint8_t root[SEK_HASH_LEN]) SEK_MUST;

/* Make the proof of leaf `index` in a tree of `size`.  `range` gives the
 * hash MTH(D[from:to]) of RFC 6962 of the leaves from <= i < to; what it
 * returns other than SEK_OK is returned. */
int sek_inclusion_make(struct sek_inclusion *p, uint64_t index, uint64_t size,
    int (*range)(void *arg, uint64_t from, uint64_t to,
    uint8_t out[SEK_HASH_LEN]), void *arg) SEK_MUST;

#endif
