/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slow way to the state of a log: audit.edge is missing, wrong, or older
 * than the log (an append was killed), or the file is not what it was.
 * Runs in the gate and in `sekisho`, under the lock.  Nobody is locked out
 * because of what is found; it goes on record.
 *
 * Which state a damaged log goes on from:
 *   - The edge knows more records than the file holds, or another last one:
 *     from the edge.  Numbers are not used twice, and no checkpoint is ever
 *     signed that contradicts an older one.
 *   - Only a checkpoint knows more, or the edge knows others than those in
 *     the middle of the file: from the file's end.
 * The first new record is a log_damaged then.  It tells the peaks of the tree
 * that it goes on from (`edge`), its seq and prev the rest: who verifies
 * finds at this record what is missing or changed before it, and can go on
 * with these peaks, which the next checkpoint vouches for.  Peaks of zeros:
 * nothing could tell them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/audit_log.h"

static unsigned long long
u(uint64_t n)
{
	return n;
}

/* Does the file hold, where the slot says, the line that it says? */
static bool
leads_into(struct log *l, const struct log_edge *e, off_t whole, char *room)
{
	uint8_t hash[SEK_HASH_LEN];
	struct sek_line is;
	size_t n;

	return e->good && e->st.end > 0 && e->st.end <= (uint64_t)whole &&
	    log_line_at(l->fd, e->st.line, room, &n, &is) == SEK_OK &&
	    e->st.line + n + 1 == e->st.end && is.seq == e->st.tree.n &&
	    sek_leaf_hash(&l->sha, room, n, hash) == SEK_OK &&
	    memcmp(hash, e->st.head, sizeof hash) == 0;
}

/* The clocks and the boot of the last record, and the policy of the last
 * record that had one. */
static int
read_back(struct log_replay *r, int fd, char *room)
{
	struct sek_line is;
	json_t *rec;
	size_t n;
	int rc;

	rc = log_line_at(fd, r->st.line, room, &n, &is);
	rec = rc == SEK_OK ? sek_line_load(room, n) : NULL;
	if (rec == NULL)
		return rc == SEK_OK ? SEK_E_NOMEM : rc;
	r->st.wall_us = is.t;
	r->st.boot_ms = json_integer_value(json_object_get(rec, "t_mono"));
	(void)snprintf(r->st.boot_id, sizeof r->st.boot_id, "%s",
	    json_is_string(json_object_get(rec, "boot_id")) ?
	    json_string_value(json_object_get(rec, "boot_id")) : "");
	json_decref(rec);
	if (r->policy_len == 0)
		return SEK_OK;
	if ((rc = log_line_at(fd, r->policy_at, room, &n, &is)) != SEK_OK)
		return rc;
	if ((rec = sek_line_load(room, n)) == NULL)
		return SEK_E_NOMEM;
	if (json_is_string(json_object_get(rec, "policy")))
		(void)snprintf(r->st.policy, sizeof r->st.policy, "%s",
		    json_string_value(json_object_get(rec, "policy")));
	json_decref(rec);
	return SEK_OK;
}

/* From the newest slot that the file still holds, else from its beginning. */
static int
from_file(struct log_replay *r, int fd, const struct log_tail *t,
    const struct log_edge *newest, struct sek_why *why)
{
	struct log *l = r->l;
	const struct log_edge *other = newest == &l->edge[0] ? &l->edge[1] :
	    &l->edge[0];
	char *room = malloc(SEK_AUDIT_LINE_MAX);
	int rc;

	if (room == NULL)
		return SEK_E_NOMEM;
	if (newest != NULL && fd == l->fd) {
		if (leads_into(l, newest, t->whole, room))
			r->st = newest->st;
		else if (leads_into(l, other, t->whole, room))
			r->st = other->st;
	}
	r->told_from = r->st.tree.n;
	if (r->st.end == 0) {
		/* without an edge the counter is as new: nothing of what it
		 * says is on record */
		r->st.told = newest != NULL ? newest->st.told : 0;
		r->told_from = newest != NULL ? newest->st.tree.n :
		    UINT64_MAX;
	}
	r->any = r->st.end != 0;
	rc = log_replay(r, fd, r->st.end, (uint64_t)t->whole, why);
	if (rc == SEK_OK)
		rc = read_back(r, fd, room);
	free(room);
	return rc;
}

/* -- a file without a record ------------------------------------------- */

/* The newest of the older files; 0: there is none. */
static uint64_t
find_newest_old(const struct log *l)
{
	uint64_t seq, best = 0;
	struct dirent *e;
	int fd = openat(l->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return 0;
	}
	while ((e = readdir(d)) != NULL) {
		if ((seq = sek_log_number(e->d_name)) > best)
			best = seq;
	}
	(void)closedir(d);
	return best;
}

static int
from_old_file(struct log_replay *r, uint64_t first, struct sek_why *why)
{
	struct log *l = r->l;
	char name[SEK_LOG_NAME_MAX];
	struct log_tail t;
	struct stat st;
	int fd, rc = SEK_OK;

	sek_log_name(first, name);
	fd = openat(l->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
	    O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		rc = log_find_tail(l, fd, st.st_size, &t, why);
		if (rc == SEK_OK && t.is.seq > 0)
			rc = from_file(r, fd, &t, NULL, why);
	}
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

static int
from_nothing(struct log_replay *r, const struct log_edge *newest,
    struct sek_why *why)
{
	struct log *l = r->l;
	uint64_t old = find_newest_old(l);
	int rc;

	if (newest != NULL && newest->st.tree.n > 0) {
		(void)snprintf(l->damage, sizeof l->damage, "the file was "
		    "gone or empty: records %llu to %llu are missing",
		    u(newest->st.first), u(newest->st.tree.n));
		r->st = newest->st;
		log_replay_marks(r);
	} else if (old != 0) {
		if ((rc = from_old_file(r, old, why)) != SEK_OK)
			return rc;
		(void)snprintf(l->damage, sizeof l->damage, "the file was "
		    "gone or empty: records from %llu on are missing",
		    u(r->st.tree.n + 1));
	} else if (r->note.n == 0 && l->size == 0) {
		l->starts = true;
		/* a kill before the first edge is no loss of it */
		if (newest == NULL && l->edge_fd >= 0 &&
		    log_edge_write(l, &r->st) != SEK_OK)
			log_warn(l, LOG_EDGE_FILE " cannot be written", 0);
	}
	r->st.first = r->st.line = r->st.end = 0;
	if (r->st.tree.n % SEK_BLOCK != 0)
		r->st.block.file = 0;
	return SEK_OK;
}

/* -- is it all there? -------------------------------------------------- */

/* The tree, the chain and what else the edge knows; the offsets are the
 * file's. */
static void
go_on_from(struct log_replay *r, const struct log_state *e)
{
	uint64_t first = r->st.first, line = r->st.line, end = r->st.end;

	r->st = *e;
	r->st.first = first;
	r->st.line = line;
	r->st.end = end;
	if (r->st.tree.n % SEK_BLOCK != 0)
		r->st.block.file = 0;
}

static void
compare_edge(struct log_replay *r, const struct log_edge *newest)
{
	struct log *l = r->l;
	uint64_t n = r->st.tree.n, known = r->edge.n;

	if (newest == NULL || r->edge.passed)
		return;
	if (known > n) {
		(void)snprintf(l->damage, sizeof l->damage, "records %llu to "
		    "%llu are missing at the end", u(n + 1), u(known));
		go_on_from(r, &newest->st);
		r->edge.passed = true;
	} else if (r->edge.missed) {
		(void)snprintf(l->damage, sizeof l->damage, "record %llu or "
		    "one before it is not the one that was written",
		    u(known));
		if (known == n)
			go_on_from(r, &newest->st);
	}
	log_replay_marks(r);
}

static void
compare_note(struct log_replay *r)
{
	struct log *l = r->l;

	if (r->note.passed || l->damage[0] != '\0')
		return;
	if (r->note.missed)
		(void)snprintf(l->damage, sizeof l->damage, "the records up "
		    "to %llu are not those of a signed checkpoint",
		    u(r->note.n));
	else if (r->note.n > r->st.tree.n)
		(void)snprintf(l->damage, sizeof l->damage, "a signed "
		    "checkpoint covers %llu records, and %llu are there",
		    u(r->note.n), u(r->st.tree.n));
}

/* What the damage is measured by: the signed checkpoint, else the edge; else
 * the empty tree. */
static int
keep_said(struct log *l, const struct log_note *note,
    const struct log_edge *newest)
{
	const struct sek_tree none = { .n = 0 };
	const struct sek_tree *t = newest != NULL ? &newest->st.tree : &none;

	l->said = *note;
	if (note->size != 0)
		return SEK_OK;
	l->said.size = t->n;
	return sek_tree_root(&l->sha, t, l->said.root);
}

int
log_recover(struct log *l, struct sek_why *why)
{
	const struct log_edge *newest = log_edge_newest(l);
	struct log_replay r = { .l = l, .note = { .is_root = true } };
	struct log_note note = { .size = 0 };
	struct log_tail t;
	int rc;

	/* the name of the file may be as new as what it holds */
	if ((rc = log_sync_dir(l, why)) != SEK_OK ||
	    (rc = log_find_tail(l, l->fd, l->size, &t, why)) != SEK_OK)
		return rc;
	log_read_key(l);
	if (l->has_key)
		log_note_read(l, &note);
	r.note.n = note.size;
	memcpy(r.note.hash, note.root, sizeof note.root);
	r.note.passed = note.size == 0;
	if (newest != NULL) {
		r.edge.n = newest->st.tree.n;
		memcpy(r.edge.hash, newest->st.head, sizeof r.edge.hash);
	}
	if (t.is.seq == 0)
		rc = from_nothing(&r, newest, why);
	else
		rc = from_file(&r, l->fd, &t, newest, why);
	if (rc != SEK_OK)
		return rc;
	compare_edge(&r, newest);
	if (r.broken && l->damage[0] == '\0')
		(void)snprintf(l->damage, sizeof l->damage, "records are "
		    "missing or changed in the file");
	compare_note(&r);
	if (l->damage[0] != '\0' && (rc = keep_said(l, &note, newest)) !=
	    SEK_OK)
		return rc;
	l->edge_lost = newest == NULL && t.is.seq > 0 && l->edge_fd >= 0;
	l->st = r.st;
	l->st.end = (uint64_t)t.whole;
	l->st.covered = note.size;
	log_index_cut(l);
	return SEK_OK;
}
