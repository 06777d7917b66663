/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit countersign`: the newest checkpoint signed by a key in a
 * token as well, which whoever takes over this machine cannot copy.
 *
 * Part of the administrator's program, called by sekisho-countersign.timer.
 * Must never let the token sign what contradicts the checkpoint that it
 * signed last: the log between the two is read first, whole.
 */
#include "helpdesk/audit_token.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helpdesk/audit.h"

/* Told once, not every ten minutes. */
#define TOLD "token.refused"
#define TOLD_MAX 128u

struct counter {
	struct desk *d;
	bool enrol;
	const char *reason;
	struct sek_vkey own;       /* the log's key; owned */
	struct dlog_keys keys;      /* owned */
	const struct sek_vkey *enrolled; /* in keys; NULL = none */
	struct dlog_note now;       /* checkpoint */
	struct dlog_note last;      /* checkpoint.token */
	bool has_last;             /* by the enrolled key */
	struct signer signer;
};

/* -- what there is ----------------------------------------------------- */

/* The public half alone: the secret does not stay while a token is asked. */
static int
read_own(struct counter *c, struct sek_why *why)
{
	char text[SEK_VKEY_MAX];
	struct sek_skey key;
	int r;

	r = sek_skey_read(c->d->policy->record_key, false, &key, why);
	if (r != SEK_OK)
		return r;
	if ((r = sek_vkey_text(&key.pub, text)) == SEK_OK)
		r = sek_vkey_parse(text, strlen(text), &c->own, why);
	sek_skey_free(&key);
	return r;
}

static int
read_last(struct counter *c, struct sek_why *why)
{
	struct sek_vkey known[2];
	int r;

	if (c->enrolled == NULL)
		return SEK_OK;
	known[0] = c->own;
	known[1] = *c->enrolled;
	r = dlog_note_read(c->d, LOG_TOKEN_CHECKPOINT, known, 2, &c->last, why);
	if (r == SEK_E_NOENT)
		return SEK_OK;
	if (r == SEK_OK && !c->last.is.by[1])
		r = sek_why_about(why, SEK_E_DENIED, LOG_TOKEN_CHECKPOINT,
		    "is not signed by the token's key");
	c->has_last = r == SEK_OK;
	return r;
}

static int
read_all(struct counter *c, struct sek_why *why)
{
	size_t i;
	int r;

	if ((r = read_own(c, why)) != SEK_OK ||
	    (r = dlog_keys_read(c->d, &c->keys, why)) != SEK_OK ||
	    (r = dlog_note_read(c->d, LOG_CHECKPOINT, &c->own, 1, &c->now,
	    why)) != SEK_OK)
		return r;
	for (i = 0; i < c->keys.n; i++)
		if (c->keys.at[i].type == SEK_NOTE_ECDSA)
			c->enrolled = &c->keys.at[i];
	return read_last(c, why);
}

/* -- never two that contradict each other ------------------------------ */

static void
record_damage(const struct counter *c, const struct sek_why *what)
{
	struct sek_why why = { "" };
	json_t *rec = desk_record_new(c->d, "log_damaged");
	uint64_t seq;

	sek_record_str(rec, "change.command", "audit countersign");
	sek_record_str(rec, "damage.what", what->text);
	sek_record_int(rec, "damage.size", (int64_t)c->last.is.size);
	sek_record_hex(rec, "damage.root", c->last.is.root, SEK_HASH_LEN);
	if (dlog_record_put(c->d, rec, &seq, &why) != SEK_OK)
		DESK_ERR(c->d, W_NO_RECORD, { why.text });
}

/* The log is not what the token has signed: on record, once. */
static int
contradiction(const struct counter *c, const struct sek_why *what)
{
	char path[PATH_MAX], line[TOLD_MAX];
	struct desk_hex root;
	struct sek_why why = { "" };
	struct sek_buf told = { 0 };

	(void)snprintf(line, sizeof(line), "%llu %s\n",
	    (unsigned long long)c->last.is.size,
	    desk_hex(&root, c->last.is.root, SEK_HASH_LEN));
	DESK_ERR(c->d, W_TOKEN_CONTRADICTS, { what->text });
	if (dlog_path(c->d->policy->state, TOLD, path, &why) == SEK_OK &&
	    (sek_read_safe_file(path, TOLD_MAX, &told, &why) != SEK_OK ||
	    told.len != strlen(line) ||
	    memcmp(told.p, line, told.len) != 0)) {
		record_damage(c, what);
		if (dlog_put_file(c->d, c->d->policy->state, TOLD, 0600, line,
		    strlen(line), &why) != SEK_OK)
			DESK_ERR(c->d, W_FAILED, { why.text });
	}
	sek_buf_free(&told);
	return DESK_REFUSED;
}

/* Is the log that the newest checkpoint is of the one that the token signed
 * last, and more? */
static int
check_extends(const struct counter *c)
{
	const struct sek_checkpoint *last = &c->last.is, *now = &c->now.is;
	struct sek_why why = { "" };
	int r;

	if (now->size < last->size) {
		sek_why_set(&why, "checkpoint is of %llu records, "
		    "checkpoint.token of %llu",
		    (unsigned long long)now->size,
		    (unsigned long long)last->size);
		return contradiction(c, &why);
	}
	r = dlog_extends(c->d, last, now, &why);
	if (r == SEK_OK)
		return DESK_GO;
	if (r == SEK_E_DENIED || r == SEK_E_SYNTAX)
		return contradiction(c, &why);
	return desk_refuse(c->d, &why, r);
}

static bool
nothing_new(const struct counter *c)
{
	return c->has_last && c->now.is.size == c->last.is.size &&
	    memcmp(c->now.is.root, c->last.is.root, SEK_HASH_LEN) == 0;
}

/* May it sign at all?  The token is not asked before. */
static int
check_before(const struct counter *c)
{
	if (c->enrol)
		return DESK_GO; /* which key is not known yet */
	if (c->enrolled == NULL) {
		DESK_ERR(c->d, W_TOKEN_NOT_ENROLLED, { NULL });
		return DESK_REFUSED;
	}
	if (!c->has_last) {
		DESK_ERR(c->d, W_TOKEN_NO_LAST, { NULL });
		return DESK_REFUSED;
	}
	return check_extends(c);
}

/* Now that the token has shown its key. */
static int
check_key(const struct counter *c)
{
	size_t i;

	if (c->enrolled != NULL && dlog_key_same(c->enrolled, &c->signer.pub))
		return c->enrol && c->has_last ? check_extends(c) : DESK_GO;
	for (i = 0; c->enrol && i < c->keys.n; i++)
		if (dlog_key_same(&c->keys.at[i], &c->signer.pub)) {
			/* what it signed last is not known any more */
			DESK_ERR(c->d, W_TOKEN_FORMER_KEY, { NULL });
			return DESK_REFUSED;
		}
	if (c->enrol)
		return DESK_GO; /* it has signed nothing yet */
	DESK_ERR(c->d, W_TOKEN_OTHER_KEY, { NULL });
	return DESK_REFUSED;
}

/* -- the signature ----------------------------------------------------- */

static int
sign(struct counter *c, struct sek_buf *note)
{
	const struct sek_checkpoint *now = &c->now.is;
	struct sek_buf body = { 0 }, line = { 0 };
	int r = DESK_GO;

	if (sek_checkpoint_body(now->origin, now->size, now->root, &body) !=
	    SEK_OK)
		r = desk_lost(c->d);
	if (r == DESK_GO && (r = signer_sign(&c->signer, &body, &line)) ==
	    DESK_GO) {
		sek_put_raw(note, c->now.text.p, c->now.text.len);
		sek_put_raw(note, line.p, line.len);
		if (sek_buf_ok(note) != SEK_OK)
			r = desk_lost(c->d);
	}
	sek_buf_free(&body);
	sek_buf_free(&line);
	return r;
}

static int
record_key(const struct counter *c, const char *vkey, struct sek_why *why)
{
	const struct sek_key *k = c->signer.key;
	json_t *rec = desk_record_new(c->d, "log_key");
	uint64_t seq;

	sek_record_str(rec, "change.command", "audit countersign --enrol");
	sek_record_str(rec, "change.reason", c->reason);
	sek_record_str(rec, "key.token", vkey);
	sek_record_str(rec, "token.kind", "pkcs11");
	sek_record_str(rec, "token.module", c->d->policy->token_module.name);
	sek_record_str(rec, "token.label", k->label);
	sek_record_str(rec, "token.token_serial", k->serial);
	return dlog_record_put(c->d, rec, &seq, why);
}

/* What the former key signed last is evidence, whatever comes: it is kept
 * under a name with the key's ID. */
static int
keep_former(const struct counter *c, struct sek_why *why)
{
	struct desk_hex id;
	char name[LOG_KEPT_MAX];

	if (!c->has_last || dlog_key_same(c->enrolled, &c->signer.pub))
		return SEK_OK;
	(void)snprintf(name, sizeof(name), "%s-%s", LOG_TOKEN_CHECKPOINT,
	    desk_hex(&id, c->enrolled->id, sizeof(c->enrolled->id)));
	return dlog_put_file(c->d, c->d->policy->audit, name, 0640,
	    c->last.text.p, c->last.text.len, why);
}

/* The record first; then the key is known to readers; the checkpoint that
 * it signed first is kept, as the one at which a key changed. */
static int
keep_key(const struct counter *c, const struct sek_buf *note, char *vkey,
    struct sek_why *why)
{
	const char *folder = c->d->policy->audit;
	char name[LOG_KEPT_MAX];
	int r;

	dlog_kept_name(c->now.is.size, name);
	if ((r = sek_vkey_text(&c->signer.pub, vkey)) != SEK_OK ||
	    (r = keep_former(c, why)) != SEK_OK ||
	    (r = record_key(c, vkey, why)) != SEK_OK ||
	    (r = dlog_keys_add(c->d, &c->own, why)) != SEK_OK ||
	    (r = dlog_keys_add(c->d, &c->signer.pub, why)) != SEK_OK)
		return r;
	return dlog_put_file(c->d, folder, name, 0640, note->p, note->len, why);
}

static int
keep(const struct counter *c, const struct sek_buf *note)
{
	char vkey[SEK_VKEY_MAX], number[24];
	struct sek_why why = { "" };
	int r = SEK_OK;

	if (c->enrol)
		r = keep_key(c, note, vkey, &why);
	if (r == SEK_OK)
		r = dlog_put_file(c->d, c->d->policy->audit,
		    LOG_TOKEN_CHECKPOINT, 0640, note->p, note->len, &why);
	if (r != SEK_OK)
		return desk_refuse(c->d, &why, r);
	(void)snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)c->now.is.size);
	if (c->enrol)
		DESK_SAY(c->d, W_TOKEN_ENROLLED, { vkey });
	DESK_SAY(c->d, W_TOKEN_SIGNED, { number });
	return DESK_OK;
}

/* Signals wait until a card is locked again and the files are whole. */
static int
countersign(struct counter *c)
{
	struct sek_buf note = { 0 };
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	if ((r = signer_open(&c->signer)) == DESK_GO &&
	    (r = check_key(c)) == DESK_GO)
		r = sign(c, &note);
	/* the helper is over before the record is written */
	sek_helper_finish(&c->signer.helper);
	if (r == DESK_GO)
		r = keep(c, &note);
	signer_close(&c->signer);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	sek_buf_free(&note);
	return r;
}

static int
with_lock(struct counter *c)
{
	struct sek_why why = { "" };
	int fd = -1, r;

	if ((r = dlog_state_lock(c->d, &fd, &why)) != SEK_OK ||
	    (r = read_all(c, &why)) != SEK_OK)
		r = desk_refuse(c->d, &why, r);
	else if (nothing_new(c) && !c->enrol)
		r = DESK_OK;
	else if ((r = check_before(c)) == DESK_GO)
		r = countersign(c);
	if (fd >= 0)
		(void)close(fd);
	return r;
}

int
desk_audit_countersign(struct desk *d, int argc, char **argv)
{
	struct counter *c = calloc(1, sizeof(*c));
	char **words;
	int r;

	if (c == NULL)
		return desk_lost(d);
	c->d = d;
	c->signer = (struct signer){ .d = d, .helper = SEK_HELPER_NONE,
		.log = c->own.name };
	const struct desk_opt opts[] = {
		{ .name = "enrol", .flag = &c->enrol },
		{ .name = "reason", .value = &c->reason },
	};
	r = desk_options(d, argc, argv, opts, 2, 0, 0, &words);
	if (r == DESK_GO && (r = desk_reason(d, c->reason, false)) == DESK_GO)
		r = desk_policy(d);
	if (r == DESK_GO && d->policy->token_section[0] == '\0') {
		DESK_ERR(d, W_TOKEN_NOT_SET, { d->conf });
		r = DESK_REFUSED;
	}
	if (r == DESK_GO)
		r = with_lock(c);
	dlog_note_free(&c->now);
	dlog_note_free(&c->last);
	dlog_keys_free(&c->keys);
	sek_vkey_free(&c->own);
	free(c);
	return r;
}
