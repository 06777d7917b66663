/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit.edge: what the last append left, so that the next one need not read
 * the log.  Two slots of 4096 bytes that are written in turn, each with its
 * own SHA-256, so that a kill in the middle leaves the other one; behind them
 * the counter of appends that failed (audit_gap.c).
 *
 * Runs in the gate and in `sekisho`, under the lock.  Nothing here is synced
 * or believed: a slot counts only when the log says the same, and what is
 * wrong or missing is made again from the log (audit_recover.c).
 */
#include <fcntl.h>
#include <string.h>

#include "record/audit_log.h"
#include "sekisho/os.h"

#define SLOT_LEN 4096u

static const char magic[16] = "sekisho edge 1\n";

static void
encode(const struct log_state *st, uint64_t turn, struct sek_buf *b)
{
	uint8_t block[SEK_BLOCK_LEN];

	sek_block_write(&st->block, block);
	sek_put_raw(b, magic, sizeof magic);
	sek_put_u64(b, turn);
	sek_put_u64(b, st->tree.n);
	sek_put_raw(b, st->tree.peak, sek_tree_peaks(st->tree.n) *
	    SEK_HASH_LEN);
	sek_put_raw(b, st->head, sizeof st->head);
	sek_put_u64(b, st->first);
	sek_put_u64(b, st->line);
	sek_put_u64(b, st->end);
	sek_put_u64(b, (uint64_t)st->wall_us);
	sek_put_u64(b, (uint64_t)st->boot_ms);
	sek_put_raw(b, st->boot_id, sizeof st->boot_id);
	sek_put_raw(b, st->policy, sizeof st->policy);
	sek_put_u64(b, st->told);
	sek_put_u64(b, st->covered);
	sek_put_str(b, st->origin);
	sek_put_raw(b, block, sizeof block);
}

static void
take(struct sek_rd *r, void *out, size_t n)
{
	if (r->bad || r->left < n) {
		r->bad = true;
		return;
	}
	memcpy(out, r->p, n);
	r->p += n;
	r->left -= n;
}

static bool
decode(struct sek_sha *h, const uint8_t slot[SLOT_LEN], struct log_edge *out)
{
	struct sek_rd r = sek_rd_init(slot, SLOT_LEN);
	uint8_t block[SEK_BLOCK_LEN], sum[SEK_HASH_LEN], want[SEK_HASH_LEN];
	struct log_state *st = &out->st;
	char is[sizeof magic] = "";
	size_t n;

	take(&r, is, sizeof is);
	if (memcmp(is, magic, sizeof magic) != 0)
		return false;
	out->turn = sek_rd_u64(&r);
	st->tree.n = sek_rd_u64(&r);
	if (st->tree.n > INT64_MAX)
		return false;
	take(&r, st->tree.peak, sek_tree_peaks(st->tree.n) * SEK_HASH_LEN);
	take(&r, st->head, sizeof st->head);
	st->first = sek_rd_u64(&r);
	st->line = sek_rd_u64(&r);
	st->end = sek_rd_u64(&r);
	st->wall_us = (int64_t)sek_rd_u64(&r);
	st->boot_ms = (int64_t)sek_rd_u64(&r);
	take(&r, st->boot_id, sizeof st->boot_id);
	take(&r, st->policy, sizeof st->policy);
	st->told = sek_rd_u64(&r);
	st->covered = sek_rd_u64(&r);
	sek_rd_str(&r, st->origin, sizeof st->origin);
	take(&r, block, sizeof block);
	n = SLOT_LEN - r.left;
	take(&r, want, sizeof want);
	if (r.bad || sek_leaf_hash(h, slot, n, sum) != SEK_OK ||
	    memcmp(sum, want, sizeof sum) != 0)
		return false;
	if (!sek_block_read(block, &st->block))
		memset(&st->block, 0, sizeof st->block);
	return st->boot_id[sizeof st->boot_id - 1] == '\0' &&
	    st->policy[sizeof st->policy - 1] == '\0';
}

void
log_edge_read(struct log *l)
{
	uint8_t p[LOG_GAP_AT + 2 * LOG_GAP_LEN];
	unsigned i;

	l->edge[0].good = l->edge[1].good = false;
	memset(&l->gap, 0, sizeof l->gap);
	if (l->edge_fd < 0 || sek_read_at(l->edge_fd, 0, p, sizeof p) !=
	    SEK_OK)
		return;
	for (i = 0; i < 2; i++)
		l->edge[i].good = decode(&l->sha, p + i * SLOT_LEN,
		    &l->edge[i]);
	log_gap_decode(l, p + LOG_GAP_AT);
}

const struct log_edge *
log_edge_newest(const struct log *l)
{
	const struct log_edge *a = &l->edge[0], *b = &l->edge[1];

	if (!a->good || !b->good)
		return a->good ? a : b->good ? b : NULL;
	return a->turn > b->turn ? a : b;
}

int
log_edge_write(struct log *l, const struct log_state *st)
{
	const struct log_edge *last = log_edge_newest(l);
	unsigned slot = last == &l->edge[0] ? 1 : 0;
	uint64_t turn = last != NULL ? last->turn + 1 : 1;
	uint8_t sum[SEK_HASH_LEN];
	struct sek_buf b = { 0 };
	int r;

	encode(st, turn, &b);
	if ((r = sek_buf_ok(&b)) == SEK_OK)
		r = sek_leaf_hash(&l->sha, b.p, b.len, sum);
	sek_put_raw(&b, sum, sizeof sum);
	if (r == SEK_OK && (r = sek_buf_ok(&b)) == SEK_OK &&
	    b.len > SLOT_LEN)
		r = SEK_E_LIMIT;
	if (r == SEK_OK)
		r = sek_write_at(l->edge_fd, slot * SLOT_LEN, b.p, b.len);
	sek_buf_free(&b);
	if (r == SEK_OK)
		l->edge[slot] = (struct log_edge){ .good = true,
		    .turn = turn, .st = *st };
	return r;
}

int
log_edge_room(struct log *l)
{
	return posix_fallocate(l->edge_fd, 0, LOG_EDGE_LEN) == 0 ? SEK_OK :
	    SEK_E_IO;
}

/* The last line is still the one that the slot knows, and nothing stands
 * behind it; and the checkpoint is the one that was written then. */
bool
log_edge_fits(struct log *l)
{
	const struct log_edge *e = log_edge_newest(l);
	uint8_t hash[SEK_HASH_LEN];
	char line[SEK_AUDIT_LINE_MAX];
	size_t n;

	if (e == NULL || e->st.end == 0 || e->st.line >= e->st.end ||
	    e->st.end != (uint64_t)l->size ||
	    e->st.end - e->st.line > sizeof line)
		return false;
	n = (size_t)(e->st.end - e->st.line);
	if (sek_read_at(l->fd, e->st.line, line, n) != SEK_OK ||
	    line[n - 1] != '\n' ||
	    sek_leaf_hash(&l->sha, line, n - 1, hash) != SEK_OK ||
	    memcmp(hash, e->st.head, sizeof hash) != 0)
		return false;
	if (l->origin[0] != '\0' && log_note_size(l) != e->st.covered)
		return false;
	l->st = e->st;
	return true;
}
