/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader's way over what is not of the time wanted: entries of
 * audit.index say between which times a block's records are.
 * Runs in `sekisho` and sekisho-forward.
 *
 * An entry's times cannot be checked without reading its block.  So none is
 * believed alone: a block is taken to reach from the end of the one before it
 * to the beginning of the one behind it, and some blocks of each run that is
 * passed over are looked at.  When one of them is not as the index says,
 * everything is read.  Who can write the index anew as a whole can write the
 * log: against that there are checkpoints and sek_audit_verify().
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "record/audit_reader_rooms.h"

#define SAMPLES 8u /* of a run */

/* Have that page of the index in the cache, zeros behind its end. */
static void
load_page(struct sek_reader *rd, uint64_t page)
{
	size_t have = 0;
	ssize_t n;

	memset(rd->cache, 0, sizeof rd->cache);
	while (have < sizeof rd->cache) {
		n = pread(rd->index_fd, rd->cache + have,
		    sizeof rd->cache - have,
		    (off_t)(page * sizeof rd->cache + have));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	/* what is not full now may be so when it is asked for again */
	rd->cached = have == sizeof rd->cache ? page + 1 : 0;
}

bool
reader_entry(struct sek_reader *rd, uint64_t i, struct sek_block *b)
{
	const uint64_t page = i / READER_ENTRIES;

	if (rd->index_fd < 0 || i > INT64_MAX / SEK_BLOCK - 1)
		return false;
	if (rd->cached != page + 1)
		load_page(rd, page);
	return sek_block_read(rd->cache + i % READER_ENTRIES * SEK_BLOCK_LEN,
	    b);
}

/* An entry whose times are some. */
static bool
timed_entry(struct sek_reader *rd, uint64_t i, struct sek_block *b)
{
	return reader_entry(rd, i, b) && b->t_min <= b->t_max;
}

/* May block i hold a record of the time wanted? */
static bool
worth(struct sek_reader *rd, uint64_t i)
{
	struct sek_block b, near;
	int64_t low, high;

	if (!timed_entry(rd, i, &b))
		return true;
	low = b.t_min;
	high = b.t_max;
	if (i > 0) {
		if (!timed_entry(rd, i - 1, &near))
			return true;
		low = near.t_max < low ? near.t_max : low;
	}
	if (!timed_entry(rd, i + 1, &near))
		return true;
	high = near.t_min > high ? near.t_min : high;
	return high >= rd->t_from && low < rd->t_to;
}

/* Does block i begin where, and when, its entry says? */
static bool
is_true(struct sek_reader *rd, uint64_t i)
{
	struct sek_line is;
	struct sek_block b;
	bool current, good;
	int fd;

	if (!timed_entry(rd, i, &b) ||
	    reader_open_number(rd, b.file, &fd, &current, NULL) != SEK_OK)
		return false;
	good = reader_look(rd, fd, b.offset, &is) &&
	    is.seq == i * SEK_BLOCK + 1 && is.t >= b.t_min && is.t <= b.t_max;
	(void)close(fd);
	return good;
}

/* Are some of the blocks from <= i < to as the index says? */
static bool
are_true(struct sek_reader *rd, uint64_t from, uint64_t to)
{
	const uint64_t n = to - from, step = n / SAMPLES + 1;
	uint64_t i;

	for (i = from; i < to; i += step)
		if (!is_true(rd, i))
			return false;
	return is_true(rd, to - 1);
}

void
reader_skip(struct sek_reader *rd)
{
	const uint64_t here = rd->last / SEK_BLOCK;
	uint64_t to;

	if (!rd->timed || rd->index_fd < 0 || rd->last % SEK_BLOCK != 0 ||
	    rd->from > rd->last + 1)
		return;
	for (to = here; !worth(rd, to); to++)
		;
	/* the oldest files may have been taken away: then it begins where
	 * the first one that is there has been read up to a block's edge */
	if (to == here || (rd->last == 0 && !is_true(rd, 0)))
		return;
	if (!are_true(rd, here, to) || !reader_jump(rd, to))
		rd->timed = false;
}

int
sek_reader_between(struct sek_reader *rd, int64_t t_from, int64_t t_to,
    struct sek_why *why)
{
	sek_why_set(why, "%s", "");
	rd->timed = true;
	rd->t_from = t_from;
	rd->t_to = t_to;
	return SEK_OK;
}
