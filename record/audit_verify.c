/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks a log from its first record to its last.
 * Runs in `sekisho`.  It believes no byte of the log, and changes nothing.
 */
#include "record/audit_verify.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "record/audit_feed.h"

#define SIZE_NONE UINT64_MAX

struct check {
	const struct sek_verify *v;
	struct sek_audit_report *rep;
	struct sek_why *why;
	struct feed feed;
	struct sek_scanner *scanner; /* owned */
	struct sek_sha sha;
	struct sek_tree tree;
	uint64_t next; /* the next size that a checkpoint is of */
	uint64_t told, all; /* bytes, for progress */
};

static int
bad_record(struct check *c, const char *what)
{
	sek_why_set(c->why, "%s: line %llu: %s", c->feed.name,
	    (unsigned long long)c->feed.line, what);
	return SEK_E_SYNTAX;
}

/* Name what is wrong with the text; whether it is JSON at all is only asked
 * to tell it. */
static int
bad_text(struct check *c, const char *line, size_t n, const char *what)
{
	char text[128];
	json_t *rec = json_loadb(line, n, 0, NULL);

	(void)snprintf(text, sizeof text, "%s%s",
	    rec == NULL ? "is not JSON: " : "", what);
	json_decref(rec);
	return bad_record(c, text);
}

static bool
is_event(const struct sek_line *is, const char *event)
{
	return is->event_len == strlen(event) &&
	    memcmp(is->event, event, is->event_len) == 0;
}

/* -- the chain */

static int
bad_seq(struct check *c, const struct sek_line *is)
{
	unsigned long long got = is->seq, want = c->rep->last + 1;
	char text[200], gone[80];

	if (got < want)
		(void)snprintf(gone, sizeof gone, "that number was there "
		    "already (a copy, or two writers)");
	else if (got == want + 1)
		(void)snprintf(gone, sizeof gone, "record %llu is missing "
		    "here", want);
	else
		(void)snprintf(gone, sizeof gone, "records %llu to %llu are "
		    "missing here", want, got - 1);
	(void)snprintf(text, sizeof text, "has seq %llu where %llu must "
	    "follow: %s%s", got, want, gone, got > want &&
	    is_event(is, "log_damaged") ? ", and it records that" : "");
	return bad_record(c, text);
}

/* -- where a file of a rotated log begins */

static bool
read_hash(const json_t *peak, uint8_t out[SEK_HASH_LEN])
{
	const char *hex = json_string_value(json_object_get(peak, "hash"));
	size_t i;

	if (hex == NULL || strlen(hex) != 2 * SEK_HASH_LEN ||
	    strspn(hex, "0123456789abcdef") != 2 * SEK_HASH_LEN)
		return false;
	for (i = 0; i < 2 * SEK_HASH_LEN; i++) {
		unsigned d = (unsigned)(hex[i] <= '9' ? hex[i] - '0' :
		    hex[i] - 'a' + 10);

		out[i / 2] = (uint8_t)(i % 2 == 0 ? d << 4 : out[i / 2] | d);
	}
	return true;
}

/* The tree before a log_rotate, as it says. */
static int
read_edge(const char *line, size_t n, uint64_t leaves, struct sek_tree *out)
{
	json_t *rec = sek_line_load(line, n);
	const json_t *edge = json_object_get(rec, "edge");
	size_t i, peaks = sek_tree_peaks(leaves);
	int r = SEK_OK;

	out->n = leaves;
	if (json_array_size(edge) != peaks)
		r = SEK_E_SYNTAX;
	for (i = 0; r == SEK_OK && i < peaks; i++)
		if (!read_hash(json_array_get(edge, i), out->peak[i]))
			r = SEK_E_SYNTAX;
	if (rec == NULL)
		r = SEK_E_NOMEM;
	json_decref(rec);
	return r;
}

/* The first record of all is not the log's first: what was before is what it
 * says, until a checkpoint tells. */
static int
begin_later(struct check *c, const struct sek_line *is, const char *line,
    size_t n)
{
	struct sek_audit_report *rep = c->rep;
	unsigned last;
	int r;

	if (!is_event(is, "log_rotate"))
		return bad_seq(c, is);
	r = read_edge(line, n, is->seq - 1, &c->tree);
	if (r == SEK_E_SYNTAX)
		return bad_record(c, "begins a file, and its edge is not that "
		    "of a tree");
	if (r != SEK_OK)
		return r;
	last = sek_tree_peaks(c->tree.n) - 1;
	/* of an odd number the last peak is the last record itself */
	if (c->tree.n % 2 == 1 && memcmp(c->tree.peak[last], is->prev,
	    SEK_HASH_LEN) != 0)
		return bad_record(c, "begins a file, and its edge is not that "
		    "of its prev");
	memcpy(rep->head, is->prev, SEK_HASH_LEN);
	rep->first = is->seq;
	rep->last = is->seq - 1;
	return SEK_OK;
}

/* A log_rotate within the log must tell the tree that there is. */
static int
check_edge(struct check *c, const char *line, size_t n)
{
	struct sek_tree t;
	int r = read_edge(line, n, c->tree.n, &t);

	if (r == SEK_E_SYNTAX || (r == SEK_OK && memcmp(t.peak, c->tree.peak,
	    sek_tree_peaks(t.n) * sizeof t.peak[0]) != 0))
		return bad_record(c, "begins a file, and its edge is not that "
		    "of the records before");
	return r;
}

/* -- checkpoints */

/* The least size not yet compared of at least `from`. */
static uint64_t
next_size(const struct sek_verify *v, uint64_t from)
{
	uint64_t least = SIZE_NONE;
	size_t i;

	for (i = 0; i < v->n_checkpoints; i++)
		if (v->checkpoints[i].size >= from &&
		    v->checkpoints[i].size < least)
			least = v->checkpoints[i].size;
	return least;
}

/* Compare those of the size that was reached. */
static int
compare(struct check *c)
{
	const struct sek_checkpoint *p = c->v->checkpoints;
	uint8_t root[SEK_HASH_LEN];
	size_t i;
	int r = sek_tree_root(&c->sha, &c->tree, root);

	for (i = 0; r == SEK_OK && i < c->v->n_checkpoints; i++)
		if (p[i].size == c->tree.n)
			c->rep->fit[i] = memcmp(root, p[i].root,
			    sizeof root) == 0 ? SEK_FIT_GOOD : SEK_FIT_OTHER;
	c->next = next_size(c->v, c->tree.n + 1);
	return r;
}

/* Before the first record; the tree is that of the files that are not here. */
static int
begin(struct check *c)
{
	size_t i;

	for (i = 0; i < c->v->n_checkpoints; i++)
		if (c->v->checkpoints[i].size < c->tree.n)
			c->rep->fit[i] = SEK_FIT_BEFORE;
	c->next = next_size(c->v, c->tree.n);
	return c->next == c->tree.n ? compare(c) : SEK_OK;
}

/* -- the pass */

/* A record of the log's own: `own` is told it when it is good. */
static int
check_own(struct check *c, const struct sek_line *is, const char *line,
    size_t n)
{
	int r = SEK_OK;

	if (is_event(is, "log_rotate"))
		r = check_edge(c, line, n);
	if (r == SEK_OK && c->v->own != NULL)
		c->v->own(c->v->arg, is, line, n);
	return r;
}

static int
check_record(struct check *c, const struct feed_line *l)
{
	struct sek_audit_report *rep = c->rep;
	const char *line = (const char *)l->p + 1, *what;
	struct sek_line is;
	int r;

	if (sek_scanner_line(c->scanner, line, l->n, &is, &what) != SEK_OK)
		return bad_text(c, line, l->n, what);
	if (rep->records == 0 && ((is.seq != 1 &&
	    (r = begin_later(c, &is, line, l->n)) != SEK_OK) ||
	    (r = begin(c)) != SEK_OK))
		return r;
	if (is.seq != rep->last + 1)
		return bad_seq(c, &is);
	if (memcmp(is.prev, rep->head, sizeof is.prev) != 0)
		return bad_record(c, "has a prev that is not the hash of the "
		    "line before");
	if (is.event_len > 4 && memcmp(is.event, "log_", 4) == 0 &&
	    (r = check_own(c, &is, line, l->n)) != SEK_OK)
		return r;
	r = sek_leaf_hash_marked(&c->sha, l->p, l->n + 1, rep->head);
	if (r != SEK_OK ||
	    (r = sek_tree_add(&c->sha, &c->tree, rep->head)) != SEK_OK)
		return r;
	if (rep->records++ == 0)
		rep->t_first = is.t;
	rep->t_last = is.t;
	rep->last = is.seq;
	return c->tree.n == c->next ? compare(c) : SEK_OK;
}

static void
tell(struct check *c)
{
	if (c->feed.bytes == c->told || c->v->progress == NULL)
		return;
	c->told = c->feed.bytes;
	c->v->progress(c->v->arg, c->told, c->all);
}

static int
check_file(struct check *c, const char *path)
{
	struct feed_line l;
	int r = feed_open(&c->feed, path, c->why);

	while (r == SEK_OK) {
		if ((r = feed_next(&c->feed, &l, c->why)) == SEK_OK)
			r = check_record(c, &l);
		tell(c);
	}
	if (r == SEK_E_SYNTAX) {
		c->rep->bad_line = c->feed.line;
		c->rep->bad_seq = c->rep->last + 1;
		(void)snprintf(c->rep->bad_file, sizeof c->rep->bad_file,
		    "%s", c->feed.name);
	}
	return r == SEK_E_EOF ? SEK_OK : r;
}

/* -- the verdict */

/* The largest size that fits below `size`. */
static uint64_t
good_below(const struct sek_verify *v, const struct sek_audit_report *rep,
    uint64_t size)
{
	uint64_t most = rep->first - 1;
	size_t i;

	for (i = 0; i < v->n_checkpoints; i++)
		if (v->checkpoints[i].verified > 0 &&
		    rep->fit[i] == SEK_FIT_GOOD &&
		    v->checkpoints[i].size < size &&
		    v->checkpoints[i].size > most)
			most = v->checkpoints[i].size;
	return most;
}

/* The first checkpoint that other records stand behind; else the last one
 * that more stand behind.  0: there is none. */
static size_t
worst(const struct sek_verify *v, const struct sek_audit_report *rep)
{
	const struct sek_checkpoint *p = v->checkpoints;
	size_t i, other = 0, beyond = 0;

	for (i = 0; i < v->n_checkpoints; i++) {
		if (p[i].verified == 0)
			continue;
		if (rep->fit[i] == SEK_FIT_OTHER &&
		    (other == 0 || p[i].size < p[other - 1].size))
			other = i + 1;
		if (rep->fit[i] == SEK_FIT_BEYOND &&
		    (beyond == 0 || p[i].size > p[beyond - 1].size))
			beyond = i + 1;
	}
	return other != 0 ? other : beyond;
}

static int
deny(const struct sek_verify *v, struct sek_audit_report *rep,
    struct sek_why *why)
{
	const struct sek_checkpoint *p =
	    &v->checkpoints[rep->bad_checkpoint - 1];
	unsigned long long below, size = p->size;

	if (rep->fit[rep->bad_checkpoint - 1] == SEK_FIT_BEYOND) {
		sek_why_set(why, "the records are cut off at the end: the "
		    "checkpoint of %s is of %llu records, the last one here "
		    "is %llu, and %llu are missing", p->origin, size,
		    (unsigned long long)rep->last,
		    size - (unsigned long long)rep->last);
		return SEK_E_DENIED;
	}
	below = good_below(v, rep, p->size);
	if (size + 1 == rep->first)
		sek_why_set(why, "the checkpoint of %s of %llu records is of "
		    "other records than those before the first file",
		    p->origin, size);
	else
		sek_why_set(why, "the checkpoint of %s of %llu records is of "
		    "other records than these: the change is between record "
		    "%llu and record %llu", p->origin, size, below + 1, size);
	return SEK_E_DENIED;
}

int
sek_audit_judge(const struct sek_verify *v, struct sek_audit_report *rep,
    struct sek_why *why)
{
	size_t i;

	for (i = 0; i < v->n_checkpoints; i++)
		if (rep->fit[i] == SEK_FIT_UNSEEN)
			rep->fit[i] = SEK_FIT_BEYOND;
	rep->covered = 0;
	for (i = 0; i < v->n_checkpoints; i++)
		if (v->checkpoints[i].verified > 0 &&
		    rep->fit[i] == SEK_FIT_GOOD &&
		    v->checkpoints[i].size > rep->covered)
			rep->covered = v->checkpoints[i].size;
	if ((rep->bad_checkpoint = worst(v, rep)) != 0)
		return deny(v, rep, why);
	if (rep->first > 1 && rep->covered == 0)
		sek_why_set(why, "what was before record %llu is vouched for "
		    "by no checkpoint", (unsigned long long)rep->first);
	return SEK_OK;
}

static uint64_t
all_bytes(const struct sek_verify *v)
{
	struct stat st;
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < v->n_paths; i++)
		if (stat(v->paths[i], &st) == 0)
			n += (uint64_t)st.st_size;
	return n;
}

int
sek_audit_verify(const struct sek_verify *v, struct sek_audit_report *rep,
    struct sek_why *why)
{
	struct check c = { .v = v, .rep = rep, .why = why,
		.feed = FEED_NONE, .all = all_bytes(v) };
	size_t i;
	int r;

	memset(rep, 0, sizeof *rep);
	rep->first = 1;
	sek_why_set(why, "%s", "");
	if (v->n_checkpoints > SEK_VERIFY_CHECKPOINTS)
		return SEK_E_LIMIT;
	if ((r = sek_sha_init(&c.sha)) == SEK_OK &&
	    (c.scanner = sek_scanner_new()) == NULL)
		r = SEK_E_NOMEM;
	for (i = 0; r == SEK_OK && i < v->n_paths; i++)
		r = check_file(&c, v->paths[i]);
	if (r == SEK_OK && rep->records == 0)
		r = begin(&c);
	if (c.sha.ctx != NULL &&
	    sek_tree_root(&c.sha, &c.tree, rep->root) != SEK_OK && r == SEK_OK)
		r = SEK_E_CRYPTO;
	if (r == SEK_OK)
		r = sek_audit_judge(v, rep, why);
	feed_free(&c.feed);
	sek_scanner_free(c.scanner);
	sek_sha_free(&c.sha);
	return r;
}
