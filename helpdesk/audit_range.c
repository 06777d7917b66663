/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hashes of ranges of records (MTH(D[from:to]) of RFC 6962 2.1), for proofs.
 *
 * Part of `sekisho`.  Reads only.  audit.index may lie: what comes out is
 * right or wrong as a whole, and its user checks it.
 */
#include "helpdesk/audit_range.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/audit_index.h"
#include "record/audit_reader.h"
#include "sekisho/os.h"

#define ENTRIES 1024u /* of the index that are read at once */
#define NO_BLOCK UINT64_MAX

struct range {
	const char *folder;
	struct sek_why *why;
	uint64_t size;    /* records of the tree */
	struct sek_sha sha;
	struct sek_reader *rd;
	int index;        /* -1: none */
	uint8_t (*entry)[SEK_BLOCK_LEN]; /* ENTRIES, owned */
	uint64_t entry_at; /* the first of them */
	size_t entries;
	uint64_t block;   /* whose leaves these are */
	uint8_t leaf[SEK_BLOCK][SEK_HASH_LEN];
};

int
range_record(const char *folder, uint64_t seq, struct sek_buf *line,
    struct sek_why *why)
{
	struct sek_reader *rd = NULL;
	struct sek_entry e = { .n = 0 };
	int r = sek_reader_dir(&rd, folder, why);

	if (r == SEK_OK && (r = sek_reader_seek(rd, seq, why)) == SEK_OK)
		r = sek_reader_next(rd, &e, why);
	if (r == SEK_E_EOF || (r == SEK_OK && e.is.seq != seq))
		r = SEK_E_NOENT;
	if (r == SEK_OK) {
		sek_put_raw(line, e.line, e.n);
		r = sek_buf_ok(line);
	}
	sek_reader_free(rd);
	return r;
}

/* -- leaves */

static int
next_leaf(struct range *g, uint64_t seq, uint8_t out[SEK_HASH_LEN])
{
	struct sek_entry e;
	int r = sek_reader_next(g->rd, &e, g->why);

	if (r == SEK_E_EOF || (r == SEK_OK && e.is.seq != seq)) {
		sek_why_set(g->why, "record %llu is not in the files",
		    (unsigned long long)seq);
		return SEK_E_NOENT;
	}
	return r == SEK_OK ? sek_leaf_hash(&g->sha, e.line, e.n, out) : r;
}

/* The leaves of a block, as many as the tree has of it. */
static int
load_block(struct range *g, uint64_t block)
{
	uint64_t from = block * SEK_BLOCK, n = g->size - from, i;
	int r;

	if (g->block == block)
		return SEK_OK;
	g->block = NO_BLOCK;
	if (n > SEK_BLOCK)
		n = SEK_BLOCK;
	if ((r = sek_reader_seek(g->rd, from + 1, g->why)) != SEK_OK)
		return r;
	for (i = 0; i < n; i++)
		if ((r = next_leaf(g, from + i + 1, g->leaf[i])) != SEK_OK)
			return r;
	g->block = block;
	return SEK_OK;
}

static int
add_leaves(struct range *g, struct sek_tree *t, uint64_t from, uint64_t to)
{
	int r = load_block(g, from / SEK_BLOCK);

	for (; r == SEK_OK && from < to; from++)
		r = sek_tree_add(&g->sha, t, g->leaf[from % SEK_BLOCK]);
	return r;
}

/* -- whole blocks */

/* The root of a block as the index has it; false: it has none. */
static bool
find_root(struct range *g, uint64_t block, struct sek_block *out)
{
	ssize_t n;

	if (g->index < 0)
		return false;
	if (block < g->entry_at || block >= g->entry_at + g->entries) {
		n = pread(g->index, g->entry, ENTRIES * SEK_BLOCK_LEN,
		    (off_t)(block * SEK_BLOCK_LEN));
		g->entry_at = block;
		g->entries = n > 0 ? (size_t)n / SEK_BLOCK_LEN : 0;
	}
	return block < g->entry_at + g->entries &&
	    sek_block_read(g->entry[block - g->entry_at], out);
}

static int
add_block(struct range *g, struct sek_tree *t, uint64_t block)
{
	struct sek_block b;

	if (find_root(g, block, &b))
		return sek_tree_add_subtree(&g->sha, t, SEK_BLOCK_LEVEL,
		    b.root);
	return add_leaves(g, t, block * SEK_BLOCK, (block + 1) * SEK_BLOCK);
}

static int
by_index(void *arg, uint64_t from, uint64_t to, uint8_t out[SEK_HASH_LEN])
{
	struct sek_tree t = { .n = 0 };
	struct range *g = arg;
	uint64_t end;
	int r = SEK_OK;

	for (; r == SEK_OK && from < to; from = end) {
		end = (from / SEK_BLOCK + 1) * SEK_BLOCK;
		if (from % SEK_BLOCK == 0 && end <= to) {
			r = add_block(g, &t, from / SEK_BLOCK);
		} else {
			end = end < to ? end : to;
			r = add_leaves(g, &t, from, end);
		}
	}
	return r == SEK_OK ? sek_tree_root(&g->sha, &t, out) : r;
}

/* -- out of the records alone: which ranges, then all of them in one pass */

struct pass {
	struct { uint64_t from, to; struct sek_tree tree; }
	    part[SEK_INCLUSION_MAX];
	size_t n;
};

static int
note_range(void *arg, uint64_t from, uint64_t to, uint8_t out[SEK_HASH_LEN])
{
	struct pass *p = arg;

	memset(out, 0, SEK_HASH_LEN);
	p->part[p->n].from = from;
	p->part[p->n].to = to;
	p->part[p->n++].tree.n = 0;
	return SEK_OK;
}

static int
one_pass(struct range *g, uint64_t seq, struct pass *p,
    struct sek_inclusion *out)
{
	uint8_t leaf[SEK_HASH_LEN];
	uint64_t at;
	size_t i;
	int r = sek_inclusion_make(out, seq - 1, g->size, note_range, p);

	for (at = 0; r == SEK_OK && at < g->size; at++) {
		if ((r = next_leaf(g, at + 1, leaf)) != SEK_OK)
			return r;
		for (i = 0; i < p->n; i++)
			if (at >= p->part[i].from && at < p->part[i].to)
				break;
		if (i < p->n)
			r = sek_tree_add(&g->sha, &p->part[i].tree, leaf);
	}
	for (i = 0; r == SEK_OK && i < p->n; i++)
		r = sek_tree_root(&g->sha, &p->part[i].tree, out->hash[i]);
	return r;
}

static int
slowly(struct range *g, uint64_t seq, struct sek_inclusion *out)
{
	struct pass *p = calloc(1, sizeof *p);
	int r = p == NULL ? SEK_E_NOMEM : one_pass(g, seq, p, out);

	free(p);
	return r;
}

static int
open_index(struct range *g)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s", g->folder,
	    SEK_INDEX_FILE);

	g->entry = malloc(ENTRIES * sizeof *g->entry);
	if (n > 0 && (size_t)n < sizeof path)
		g->index = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
		    O_NOCTTY);
	return g->entry == NULL ? SEK_E_NOMEM : SEK_OK;
}

int
range_proof(const char *folder, uint64_t seq, uint64_t size, bool slow,
    struct sek_inclusion *out, struct sek_why *why)
{
	struct range *g = calloc(1, sizeof *g);
	int r;

	if (g == NULL)
		return SEK_E_NOMEM;
	*g = (struct range){ .folder = folder, .why = why, .size = size,
		.index = -1, .block = NO_BLOCK };
	if ((r = sek_sha_init(&g->sha)) == SEK_OK &&
	    (r = sek_reader_dir(&g->rd, folder, why)) == SEK_OK) {
		if (slow)
			r = slowly(g, seq, out);
		else if ((r = open_index(g)) == SEK_OK)
			r = sek_inclusion_make(out, seq - 1, size, by_index,
			    g);
	}
	if (g->index >= 0)
		(void)close(g->index);
	sek_reader_free(g->rd);
	sek_sha_free(&g->sha);
	free(g->entry);
	free(g);
	return r;
}
