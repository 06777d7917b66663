/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goes over lines of the log and makes the state that they lead to.
 * Runs in the gate and in `sekisho`, under the lock, when audit.edge did not
 * say it: usually over the lines of one append that was killed, at worst over
 * one file.  Bounded memory; reads only.
 *
 * Lines that do not follow each other do not stop it: it goes on as the file
 * does, and says so.  Peaks of a tree that nothing can tell any more are
 * zeros.  A log_damaged record tells the state before it, and that what is
 * wrong up to there is on record.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/audit_log.h"

#define CHUNK (4u * SEK_AUDIT_LINE_MAX)

static bool
has(const char *line, size_t n, const char *text)
{
	return memmem(line, n, text, strlen(text)) != NULL;
}

static void
look_at_mark(struct sek_sha *h, const struct sek_tree *t,
    const uint8_t head[SEK_HASH_LEN], struct log_mark *m)
{
	uint8_t root[SEK_HASH_LEN];

	if (m->passed || m->n != t->n)
		return;
	if (m->is_root && sek_tree_root(h, t, root) != SEK_OK)
		return;
	if (memcmp(m->is_root ? root : head, m->hash, sizeof root) == 0)
		m->passed = true;
	m->missed = !m->passed;
}

void
log_replay_marks(struct log_replay *r)
{
	look_at_mark(&r->l->sha, &r->st.tree, r->st.head, &r->edge);
	look_at_mark(&r->l->sha, &r->st.tree, r->st.head, &r->note);
}

static bool
read_hash(const json_t *hex, uint8_t out[SEK_HASH_LEN])
{
	static const char digits[] = "0123456789abcdef";
	const char *s = json_string_value(hex), *a, *b;
	size_t i;

	if (s == NULL || strlen(s) != 2 * SEK_HASH_LEN)
		return false;
	for (i = 0; i < SEK_HASH_LEN; i++) {
		a = strchr(digits, s[2 * i]);
		b = strchr(digits, s[2 * i + 1]);
		if (a == NULL || b == NULL)
			return false;
		out[i] = (uint8_t)((a - digits) << 4 | (b - digits));
	}
	return true;
}

/* The peaks before this record, as log_put_edge() wrote them. */
static bool
read_edge(const json_t *rec, uint64_t n, struct sek_tree *t)
{
	const json_t *list = json_object_get(rec, "edge");
	size_t i;

	if (json_array_size(list) != sek_tree_peaks(n))
		return false;
	t->n = n;
	for (i = 0; i < json_array_size(list); i++)
		if (!read_hash(json_object_get(json_array_get(list, i),
		    "hash"), t->peak[i]))
			return false;
	return true;
}

/* What a log_damaged told of: nothing of it is to be told again. */
static void
it_is_told(struct log_replay *r, const json_t *rec, uint64_t seq)
{
	json_int_t size = json_integer_value(json_object_get(
	    json_object_get(rec, "damage"), "size"));
	uint64_t upto = size > 0 && (uint64_t)size > seq - 1 ?
	    (uint64_t)size : seq - 1;

	r->broken = false;
	r->edge.passed = r->edge.passed || r->edge.n <= upto;
	r->note.passed = r->note.passed || r->note.n <= upto;
}

/* Go on from the state that the record tells. */
static bool
adopt(struct log_replay *r, const char *line, size_t n,
    const struct sek_line *is, bool damage)
{
	json_t *rec = sek_line_load(line, n);
	struct sek_tree t = { .n = 0 };
	bool ok = rec != NULL && read_edge(rec, is->seq - 1, &t);

	if (ok) {
		r->st.tree = t;
		memcpy(r->st.head, is->prev, sizeof r->st.head);
		if (is->seq % SEK_BLOCK != 1)
			r->st.block.file = 0;
		if (damage)
			it_is_told(r, rec, is->seq);
	}
	json_decref(rec);
	return ok;
}

static void
count_told(struct log_replay *r, const char *line, size_t n)
{
	json_t *rec = sek_line_load(line, n);
	json_int_t k = json_integer_value(json_object_get(
	    json_object_get(rec, "gap"), "failed"));

	if (k > 0)
		r->st.told += (uint64_t)k;
	json_decref(rec);
}

/* Is it the next one?  If not, go on as the file does. */
static void
follow(struct log_replay *r, const char *line, size_t n,
    const struct sek_line *is)
{
	bool event = has(line, n, "\"event\":\"log_");
	bool damage = event && has(line, n, "\"event\":\"log_damaged\"");

	if ((damage || (event && !r->any &&
	    has(line, n, "\"event\":\"log_rotate\""))) &&
	    adopt(r, line, n, is, damage)) {
		log_replay_marks(r);
		return;
	}
	if (event && is->seq > r->told_from &&
	    has(line, n, "\"event\":\"log_gap\""))
		count_told(r, line, n);
	if (is->seq == r->st.tree.n + 1 &&
	    memcmp(is->prev, r->st.head, sizeof is->prev) == 0)
		return;
	r->broken = true;
	if (is->seq == r->st.tree.n + 1)
		return;
	memset(&r->st.tree, 0, sizeof r->st.tree);
	r->st.tree.n = is->seq - 1;
	r->st.block.file = 0;
}

static int
one_line(struct log_replay *r, const char *line, size_t n, uint64_t at)
{
	struct log_done done = { .yes = false };
	struct sek_line is;
	const char *what;
	int rc;

	r->st.end = at;
	if (sek_line_scan(line, n, &is, &what) != SEK_OK) {
		r->broken = true;
		return SEK_OK;
	}
	follow(r, line, n, &is);
	r->any = true;
	if (has(line, n, "\"policy\":\"")) {
		r->policy_at = at;
		r->policy_len = n;
	}
	rc = log_state_add(&r->l->sha, &r->st, line, n, is.t, &done);
	if (rc == SEK_OK)
		log_replay_marks(r);
	log_index_put(r->l, &done);
	return rc;
}

/* The lines in `p`, which stands at offset `at`; *used is where the last one
 * of them ends. */
static int
lines(struct log_replay *r, const char *p, size_t have, uint64_t at,
    size_t *used)
{
	const char *nl;
	size_t n;
	int rc;

	*used = 0;
	while ((nl = memchr(p + *used, '\n', have - *used)) != NULL) {
		n = (size_t)(nl - p) - *used;
		if ((rc = one_line(r, p + *used, n, at + *used)) != SEK_OK)
			return rc;
		*used += n + 1;
	}
	/* longer than any line: no record, go on behind it */
	if (*used == 0 && have == CHUNK) {
		r->broken = true;
		*used = have;
	}
	return SEK_OK;
}

int
log_replay(struct log_replay *r, int fd, uint64_t from, uint64_t to,
    struct sek_why *why)
{
	char *p = malloc(CHUNK);
	size_t want, used;
	ssize_t got;
	int rc = SEK_OK;

	if (p == NULL)
		return SEK_E_NOMEM;
	log_replay_marks(r);
	while (rc == SEK_OK && from < to) {
		want = to - from < CHUNK ? (size_t)(to - from) : CHUNK;
		got = pread(fd, p, want, (off_t)from);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_why(r->l, why, "cannot be read",
			    got < 0 ? errno : 0);
			rc = SEK_E_IO;
			break;
		}
		rc = lines(r, p, (size_t)got, from, &used);
		if (used == 0 && rc == SEK_OK && (size_t)got == want)
			rc = SEK_E_SYNTAX; /* cannot be: `to` ends a line */
		from += used;
	}
	free(p);
	return rc;
}
