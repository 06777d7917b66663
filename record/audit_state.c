/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a log and one record more: tree, chain, offsets and the block
 * of audit.index that is being filled.
 * Runs in the gate and in `sekisho`, under the lock.  The state itself is
 * pure; the index is a help for readers, whose loss costs only speed.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "record/audit_log.h"
#include "sekisho/os.h"

/* The block of which the record is the first, or one more. */
static void
block_goes_on(struct log_state *s, int64_t t)
{
	struct sek_block *b = &s->block;

	if (s->tree.n % SEK_BLOCK == 0) {
		b->file = s->first;
		b->offset = s->end;
		b->t_min = b->t_max = t;
	}
	/* a record that says no time (0) is of any */
	if (t < b->t_min)
		b->t_min = t;
	if (t > b->t_max)
		b->t_max = t;
}

/* The last leaf of a block: its root becomes known on the way. */
static int
end_block(struct sek_sha *h, struct log_state *s,
    const uint8_t leaf[SEK_HASH_LEN], struct log_done *done)
{
	struct sek_tree part = { .n = SEK_BLOCK - 1 };
	unsigned old;
	int r;

	s->tree.n -= SEK_BLOCK - 1;
	old = sek_tree_peaks(s->tree.n);
	memcpy(part.peak, s->tree.peak[old], SEK_BLOCK_LEVEL * SEK_HASH_LEN);
	if ((r = sek_tree_add(h, &part, leaf)) != SEK_OK ||
	    (r = sek_tree_add_subtree(h, &s->tree, SEK_BLOCK_LEVEL,
	    part.peak[0])) != SEK_OK)
		return r;
	if (s->block.file == 0)
		return SEK_OK;
	done->yes = true;
	done->no = s->tree.n / SEK_BLOCK - 1;
	done->block = s->block;
	memcpy(done->block.root, part.peak[0], SEK_HASH_LEN);
	return SEK_OK;
}

int
log_state_add(struct sek_sha *h, struct log_state *s, const void *line,
    size_t n, int64_t t, struct log_done *done)
{
	uint8_t leaf[SEK_HASH_LEN];
	int r;

	if ((r = sek_leaf_hash(h, line, n, leaf)) != SEK_OK)
		return r;
	if (s->end == 0)
		s->first = s->tree.n + 1;
	block_goes_on(s, t);
	if (s->tree.n % SEK_BLOCK == SEK_BLOCK - 1)
		r = end_block(h, s, leaf, done);
	else
		r = sek_tree_add(h, &s->tree, leaf);
	if (r != SEK_OK)
		return r;
	memcpy(s->head, leaf, sizeof s->head);
	s->line = s->end;
	s->end += n + 1;
	return SEK_OK;
}

static int
open_index(struct log *l, int *fd)
{
	struct stat st;
	int r;

	r = log_open_file(l, SEK_INDEX_FILE, 0, S_IWGRP | S_IWOTH, fd, &st,
	    NULL);
	return r != SEK_E_NOENT ? r : log_make(l, SEK_INDEX_FILE, 0, LOG_MODE,
	    fd, NULL);
}

void
log_index_put(struct log *l, const struct log_done *done)
{
	uint8_t entry[SEK_BLOCK_LEN];
	int fd = -1, r;

	if (!done->yes)
		return;
	sek_block_write(&done->block, entry);
	if ((r = open_index(l, &fd)) == SEK_OK)
		r = sek_write_at(fd, done->no * SEK_BLOCK_LEN, entry,
		    sizeof entry);
	if (r != SEK_OK)
		log_warn(l, SEK_INDEX_FILE " cannot be written", 0);
	if (fd >= 0)
		(void)close(fd);
}

void
log_index_cut(struct log *l)
{
	off_t size = (off_t)(l->st.tree.n / SEK_BLOCK * SEK_BLOCK_LEN);
	struct stat st;
	int fd = -1;

	if (log_open_file(l, SEK_INDEX_FILE, 0, S_IWGRP | S_IWOTH, &fd, &st,
	    NULL) == SEK_OK && st.st_size > size && ftruncate(fd, size) != 0)
		log_warn(l, SEK_INDEX_FILE " cannot be cut", 0);
	if (fd >= 0)
		(void)close(fd);
}
