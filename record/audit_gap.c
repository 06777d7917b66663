/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many appends failed, in room that audit.edge has on the disk since it
 * was made, so that it can be counted on a full one.  The number only grows:
 * the state (audit_edge.c) says how much of it is on record.  Both are
 * written in the one go that says so, and a kill between the record and the
 * state makes it told twice, never not at all.
 *
 * Runs in the gate and in `sekisho`, also without the log's lock, which may
 * be why an append failed: the counter has a lock of its own, on its bytes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/audit_log.h"
#include "record/record_time.h"
#include "sekisho/os.h"

static const char magic[16] = "sekisho gap 1\n";

#define LOCK_TRIES 50 /* times 2 ms; it is held for microseconds */

static bool
decode(struct sek_sha *h, const uint8_t *p, struct log_gap *out)
{
	struct sek_rd r = sek_rd_init(p, LOG_GAP_LEN - SEK_HASH_LEN);
	uint8_t sum[SEK_HASH_LEN];

	if (memcmp(p, magic, sizeof magic) != 0 ||
	    sek_leaf_hash(h, p, LOG_GAP_LEN - SEK_HASH_LEN, sum) != SEK_OK ||
	    memcmp(sum, p + LOG_GAP_LEN - SEK_HASH_LEN, sizeof sum) != 0)
		return false;
	r.p += sizeof magic;
	r.left -= sizeof magic;
	out->turn = sek_rd_u64(&r);
	out->failed = sek_rd_u64(&r);
	sek_rd_str(&r, out->first, sizeof out->first);
	sek_rd_str(&r, out->last, sizeof out->last);
	sek_rd_str(&r, out->why, sizeof out->why);
	return !r.bad;
}

void
log_gap_decode(struct log *l, const uint8_t p[2 * LOG_GAP_LEN])
{
	struct log_gap g = { .turn = 0 };
	unsigned i;

	for (i = 0; i < 2; i++)
		if (decode(&l->sha, p + i * LOG_GAP_LEN, &g) &&
		    g.turn > l->gap.turn)
			l->gap = g;
}

/* A limit on the size of files (RLIMIT_FSIZE) forbids to write behind it,
 * also where nothing grows; a mapping it lets alone.  Both pages were read
 * just now, so that they are there. */
static int
write_mapped(int fd, off_t at, const uint8_t *p, size_t n)
{
	uint8_t *map = mmap(NULL, LOG_EDGE_LEN - LOG_GAP_AT,
	    PROT_READ | PROT_WRITE, MAP_SHARED, fd, LOG_GAP_AT);

	if (map == MAP_FAILED)
		return SEK_E_IO;
	memcpy(map + (at - LOG_GAP_AT), p, n);
	(void)munmap(map, LOG_EDGE_LEN - LOG_GAP_AT);
	return SEK_OK;
}

static int
put(struct log *l, const struct log_gap *g)
{
	const off_t at = LOG_GAP_AT + (off_t)(g->turn % 2 * LOG_GAP_LEN);
	uint8_t p[LOG_GAP_LEN] = { 0 };
	struct sek_buf b = { 0 };
	int r;

	sek_put_raw(&b, magic, sizeof magic);
	sek_put_u64(&b, g->turn);
	sek_put_u64(&b, g->failed);
	sek_put_str(&b, g->first);
	sek_put_str(&b, g->last);
	sek_put_str(&b, g->why);
	if ((r = sek_buf_ok(&b)) == SEK_OK && b.len > sizeof p - SEK_HASH_LEN)
		r = SEK_E_LIMIT;
	if (r == SEK_OK) {
		memcpy(p, b.p, b.len);
		r = sek_leaf_hash(&l->sha, p, sizeof p - SEK_HASH_LEN,
		    p + sizeof p - SEK_HASH_LEN);
	}
	sek_buf_free(&b);
	errno = 0;
	if (r == SEK_OK && (r = sek_write_at(l->edge_fd, (uint64_t)at, p,
	    sizeof p)) != SEK_OK && errno == EFBIG)
		r = write_mapped(l->edge_fd, at, p, sizeof p);
	return r;
}

static bool
lock_gap(int fd)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
	    .l_start = LOG_GAP_AT, .l_len = 2 * LOG_GAP_LEN };
	int tries;

	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if (fcntl(fd, F_OFD_SETLK, &fl) == 0)
			return true;
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return false;
		(void)poll(NULL, 0, 2);
	}
	return false;
}

/* The file is not made here: there may be no room, and no lock. */
static bool
open_gap(struct log *l)
{
	struct stat st;

	if (l->sha.ctx == NULL && sek_sha_init(&l->sha) != SEK_OK)
		return false;
	if (l->dir_fd < 0 && log_open_dir(l, NULL) != SEK_OK)
		return false;
	if (!l->dir_good)
		return false;
	return l->edge_fd >= 0 || log_open_file(l, LOG_EDGE_FILE, 0, 07077,
	    &l->edge_fd, &st, NULL) == SEK_OK;
}

void
log_gap_count(struct log *l, const struct sek_why *why)
{
	const struct log_edge *e;
	struct sek_times now;
	struct log_gap *g = &l->gap;
	struct stat st;

	if (!open_gap(l) || !lock_gap(l->edge_fd))
		return;
	log_edge_read(l);
	e = log_edge_newest(l);
	sek_times_now(&now);
	/* the counter was lost: what is on record stays told, this one is
	 * not */
	if (e != NULL && g->failed < e->st.told)
		g->failed = e->st.told;
	if (g->failed == (e != NULL ? e->st.told : 0))
		(void)snprintf(g->first, sizeof g->first, "%.27s", now.utc);
	(void)snprintf(g->last, sizeof g->last, "%.27s", now.utc);
	(void)snprintf(g->why, sizeof g->why, "%.199s", why->text);
	g->turn++;
	g->failed++;
	/* one that was cut may be small: nothing new is allocated then */
	if (fstat(l->edge_fd, &st) == 0 && st.st_size >= LOG_EDGE_LEN)
		(void)put(l, g);
	/* closing the file gives the lock back */
}
