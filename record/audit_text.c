/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of one append: the caller's record, and before it what the log
 * has to say for itself.
 * Runs in the gate and in `sekisho`.  Makes text only; never writes.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "record/audit_log.h"

#define STEP_US 500000 /* of the wall clock against the boot clock */

const char *
log_origin(const struct log *l)
{
	return l->origin[0] != '\0' ? l->origin : NULL;
}

void
log_batch_free(struct log_batch *b)
{
	sek_buf_free(&b->text);
}

int
log_batch_put(struct log *l, struct log_batch *b,
    const struct sek_line_text *text, struct sek_why *why)
{
	size_t from = b->text.len;
	int r;

	r = sek_line_place(text, b->st.tree.n + 1, b->st.head, &b->text);
	if (r == SEK_OK)
		r = log_state_add(&l->sha, &b->st, b->text.p + from,
		    b->text.len - from - 1, text->t, &b->done);
	if (r != SEK_OK)
		log_why(l, why, r == SEK_E_LIMIT ? "the record is too long" :
		    sek_strerror(r), 0);
	return r;
}

int
log_batch_own(struct log *l, struct log_batch *b, json_t *rec,
    struct sek_why *why)
{
	struct sek_line_text text = { .t = 0 };
	int r = rec == NULL ? SEK_E_NOMEM : sek_line_prepare(rec,
	    log_origin(l), &text);

	if (r != SEK_OK)
		log_why(l, why, sek_strerror(r), 0);
	else
		r = log_batch_put(l, b, &text, why);
	sek_buf_free(&text.text);
	json_decref(rec);
	return r;
}

void
log_put_edge(json_t *rec, const struct sek_tree *t)
{
	unsigned i, k = sek_tree_peaks(t->n);
	json_t *part;

	for (i = 0; i < k; i++) {
		part = sek_record_part();
		sek_record_hex(part, "hash", t->peak[i], SEK_HASH_LEN);
		sek_record_add(rec, "edge", part);
	}
}

int
log_batch_damage(struct log *l, struct log_batch *b, const char *host,
    struct sek_why *why)
{
	json_t *rec = sek_record_new("log_damaged", host);

	sek_record_str(rec, "damage.what", l->damage);
	sek_record_int(rec, "damage.size", (int64_t)l->said.size);
	sek_record_hex(rec, "damage.root", l->said.root,
	    sizeof l->said.root);
	log_put_edge(rec, &b->st.tree);
	return log_batch_own(l, b, rec, why);
}

static int
put_gap(struct log *l, struct log_batch *b, const char *host,
    struct sek_why *why)
{
	json_t *rec = sek_record_new("log_gap", host);

	sek_record_int(rec, "gap.failed",
	    (int64_t)(l->gap.failed - l->st.told));
	sek_record_str(rec, "gap.first", l->gap.first);
	sek_record_str(rec, "gap.last", l->gap.last);
	sek_record_str(rec, "gap.why", l->gap.why);
	b->st.told = l->gap.failed;
	return log_batch_own(l, b, rec, why);
}

static void
utc(int64_t us, char out[40])
{
	time_t s = (time_t)(us / 1000000);
	struct tm tm = { 0 };
	char text[24];

	(void)gmtime_r(&s, &tm);
	if (strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm) != 19)
		(void)snprintf(text, sizeof text, "0000-01-01T00:00:00");
	(void)snprintf(out, 40, "%s.%06lldZ", text,
	    (long long)(us % 1000000));
}

/* Between the append before and this one; of what happened in a time that
 * the machine was off only a step back can be told. */
static int
put_step(struct log *l, struct log_batch *b, const char *host,
    struct sek_why *why)
{
	const struct log_state *was = &l->st;
	bool same = strcmp(was->boot_id, b->st.boot_id) == 0 &&
	    b->st.boot_ms >= was->boot_ms;
	int64_t us = b->st.wall_us - was->wall_us;
	char from[40], to[40];
	json_t *rec;

	if (same)
		us -= (b->st.boot_ms - was->boot_ms) * 1000;
	if (was->wall_us <= 0 || b->st.wall_us <= 0 ||
	    (same ? us > -STEP_US && us < STEP_US : us >= 0))
		return SEK_OK;
	utc(b->st.wall_us - us, from);
	utc(b->st.wall_us, to);
	rec = sek_record_new("clock_step", host);
	sek_record_int(rec, "step.us", us);
	sek_record_str(rec, "step.from", from);
	sek_record_str(rec, "step.to", to);
	sek_record_str(rec, "step.boot", same ? "same" : "other");
	return log_batch_own(l, b, rec, why);
}

static int
put_policy(struct log *l, struct log_batch *b, const char *host,
    const char *policy, struct sek_why *why)
{
	json_t *rec;

	if (policy == NULL || strlen(policy) >= sizeof b->st.policy)
		return SEK_OK;
	(void)snprintf(b->st.policy, sizeof b->st.policy, "%s", policy);
	if (l->st.policy[0] == '\0' || strcmp(l->st.policy, policy) == 0)
		return SEK_OK;
	rec = sek_record_new("policy", host);
	sek_record_str(rec, "policy", policy);
	sek_record_str(rec, "policy_before", l->st.policy);
	return log_batch_own(l, b, rec, why);
}

static void
read_clocks(struct log_state *st, const json_t *rec)
{
	const char *boot = json_string_value(json_object_get(rec, "boot_id"));
	struct timespec wall = { 0 }, since = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &wall);
	(void)clock_gettime(CLOCK_BOOTTIME, &since);
	st->wall_us = (int64_t)wall.tv_sec * 1000000 + wall.tv_nsec / 1000;
	st->boot_ms = (int64_t)since.tv_sec * 1000 + since.tv_nsec / 1000000;
	(void)snprintf(st->boot_id, sizeof st->boot_id, "%s",
	    boot != NULL ? boot : "");
}

int
log_batch_begin(struct log *l, struct log_batch *b, const json_t *rec,
    struct sek_why *why)
{
	const char *host = json_string_value(json_object_get(rec, "host"));
	const char *policy = json_string_value(json_object_get(rec,
	    "policy"));
	json_t *own;
	int r = SEK_OK;

	b->st = l->st;
	read_clocks(&b->st, rec);
	if (l->damage[0] != '\0')
		r = log_batch_damage(l, b, host, why);
	else if (l->starts)
		r = log_batch_own(l, b, sek_record_new("log_start", host),
		    why);
	if (r == SEK_OK && l->edge_lost) {
		own = sek_record_new("log_repair", host);
		sek_record_str(own, "repair.what", "edge");
		r = log_batch_own(l, b, own, why);
	}
	if (r == SEK_OK && l->gap.failed > l->st.told)
		r = put_gap(l, b, host, why);
	if (r == SEK_OK)
		r = put_step(l, b, host, why);
	if (r == SEK_OK)
		r = put_policy(l, b, host, policy, why);
	return r;
}
