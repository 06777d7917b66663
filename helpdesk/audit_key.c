/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit new-key`: another key signs the record from now on; and the
 * first key, for `sekisho init`.
 *
 * Part of the administrator's program.  The order is what makes it safe: the
 * old key signs the record that names the new one, both sign a checkpoint
 * that covers that record, and only then does the new key take the place.
 * Cut off anywhere, log.key is one whole key whose public key every reader
 * has, and the next run goes on from there.
 */
#include "helpdesk/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit.h"
#include "helpdesk/audit_state.h"
#include "sekisho/os.h"

#define KEY "log.key"
#define NEXT "log.key.new"  /* made, not in use yet */
#define LAST "log.key.old"  /* in use no more, to be destroyed */

struct change {
	struct desk *d;
	const char *reason;
	struct sek_skey old, next;       /* owned */
	char before[SEK_VKEY_MAX], public[SEK_VKEY_MAX];
	char key_path[PATH_MAX], next_path[PATH_MAX], last_path[PATH_MAX];
	uint64_t seq;                    /* of the record */
	uint64_t size;                   /* of the checkpoint of both */
};

static int
sys_failed(struct sek_why *why, const char *path, const char *what)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "%s: %s", what, strerror(errno));
	return sek_why_about(why, SEK_E_SYS, path, text);
}

/* -- files of keys ----------------------------------------------------- */

/* Zeros over the bytes of a key, then its name: on a disk of flash or a file
 * system that copies on write the bytes may still be there. */
static int
wipe_file(const char *path, const struct stat *st, struct sek_why *why)
{
	static const uint8_t zeros[4096];
	off_t at, n;
	int fd, r = SEK_OK;

	fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return sys_failed(why, path, "cannot be opened");
	for (at = 0; at < st->st_size && r == SEK_OK; at += n) {
		n = st->st_size - at;
		if (n > (off_t)sizeof(zeros))
			n = sizeof(zeros);
		r = sek_write_at(fd, (uint64_t)at, zeros, (size_t)n);
	}
	if (r != SEK_OK || fdatasync(fd) != 0)
		r = sys_failed(why, path, "cannot be overwritten");
	(void)close(fd);
	return r;
}

/* Destroy a key that is in use no more; SEK_OK also when it is not there.
 * A second name of log.key is a swap that was cut off: only the name goes. */
static int
destroy(const struct change *c, const char *path, struct sek_why *why)
{
	struct stat st, key;
	int r = SEK_OK;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? SEK_OK :
		    sys_failed(why, path, "cannot be looked at");
	if (S_ISREG(st.st_mode) && (lstat(c->key_path, &key) != 0 ||
	    key.st_ino != st.st_ino || key.st_dev != st.st_dev))
		r = wipe_file(path, &st, why);
	if (r == SEK_OK && unlink(path) != 0)
		r = sys_failed(why, path, "cannot be removed");
	return r;
}

static int
put_key(const struct change *c, const struct sek_skey *k, const char *name,
    struct sek_why *why)
{
	struct sek_buf text = { 0 };
	int r = sek_skey_text(k, &text);

	if (r == SEK_OK)
		r = dlog_put_file(c->d, c->d->policy->state, name, 0600, text.p,
		    text.len, why);
	sek_buf_free(&text);
	return r;
}

static int
find_paths(struct change *c, struct sek_why *why)
{
	const char *state = c->d->policy->state;
	int r;

	if ((r = dlog_path(state, KEY, c->key_path, why)) != SEK_OK ||
	    (r = dlog_path(state, NEXT, c->next_path, why)) != SEK_OK)
		return r;
	return dlog_path(state, LAST, c->last_path, why);
}

/* -- the first one ----------------------------------------------------- */

/* The name that the log has had so far, else that of this host. */
static int
origin(const struct desk *d, const struct dlog_keys *keys,
    char out[SEK_ORIGIN_MAX])
{
	int n;

	n = snprintf(out, SEK_ORIGIN_MAX, "%s%s",
	    keys->n > 0 ? keys->at[0].name : d->policy->host,
	    keys->n > 0 ? "" : "/sekisho");
	return n > 0 && (size_t)n < SEK_ORIGIN_MAX && sek_origin_ok(out) ?
	    SEK_OK : SEK_E_INVAL;
}

/* The key before is gone: nobody signs the change with it, so that the record
 * says at least which it was. */
static int
record_lost(struct desk *d, const struct dlog_keys *keys,
    const struct sek_vkey *now, struct sek_why *why)
{
	char before[SEK_VKEY_MAX] = "", public[SEK_VKEY_MAX];
	uint64_t seq;
	json_t *rec;
	size_t i;
	int r = SEK_OK;

	for (i = 0; i < keys->n && r == SEK_OK; i++)
		if (keys->at[i].type == SEK_NOTE_ED25519)
			r = sek_vkey_text(&keys->at[i], before);
	if (r != SEK_OK || (r = sek_vkey_text(now, public)) != SEK_OK)
		return r;
	rec = desk_record_new(d, "log_key");
	sek_record_str(rec, "change.command", "init");
	sek_record_str(rec, "detail", "the key before was not there any more");
	sek_record_str(rec, "key.before", before);
	sek_record_str(rec, "key.public", public);
	return dlog_record_put(d, rec, &seq, why);
}

int
desk_log_key_make(struct desk *d, bool *made, struct sek_why *why)
{
	struct dlog_keys keys = { .n = 0 };
	struct change c = { .d = d };
	char name[SEK_ORIGIN_MAX];
	int fd = -1, r;

	*made = false;
	if ((r = find_paths(&c, why)) != SEK_OK ||
	    (r = dlog_state_lock(d, &fd, why)) != SEK_OK ||
	    (r = dlog_keys_read(d, &keys, why)) != SEK_OK)
		goto out;
	if (access(c.key_path, F_OK) == 0) {
		r = sek_skey_read(c.key_path, true, &c.old, why);
	} else if ((r = origin(d, &keys, name)) == SEK_OK &&
	    (r = sek_skey_make(name, &c.old)) == SEK_OK) {
		r = put_key(&c, &c.old, KEY, why);
		*made = r == SEK_OK;
	}
	/* also for a run that was cut off between the two */
	if (r == SEK_OK)
		r = dlog_keys_add(d, &c.old.pub, why);
	if (r == SEK_OK && *made && keys.n > 0)
		r = record_lost(d, &keys, &c.old.pub, why);
out:
	if (fd >= 0)
		(void)close(fd);
	dlog_keys_free(&keys);
	sek_skey_free(&c.old);
	return r;
}

/* -- another one ------------------------------------------------------- */

/* May the key that was found take over?  Not one that was replaced before:
 * of the two that stand in log.vkeys, the later one is the newer. */
static int
may_follow(const struct change *c, bool *may, struct sek_why *why)
{
	struct dlog_keys keys = { .n = 0 };
	int r = dlog_keys_read(c->d, &keys, why);
	bool seen = false;
	size_t i;

	*may = strcmp(c->next.pub.name, c->old.pub.name) == 0 &&
	    !dlog_key_same(&c->next.pub, &c->old.pub);
	for (i = 0; i < keys.n; i++) {
		seen = seen || dlog_key_same(&keys.at[i], &c->next.pub);
		if (dlog_key_same(&keys.at[i], &c->old.pub) && seen)
			*may = false;
	}
	dlog_keys_free(&keys);
	return r;
}

/* A new key, or the one that a run left which was cut off. */
static int
take_next(struct change *c, struct sek_why *why)
{
	struct sek_why inner = { "" };
	bool may = false;
	int r;

	if (sek_skey_read(c->next_path, true, &c->next, &inner) == SEK_OK) {
		if ((r = may_follow(c, &may, why)) != SEK_OK || may)
			return r;
		sek_skey_free(&c->next);
	}
	if ((r = destroy(c, c->next_path, why)) != SEK_OK ||
	    (r = sek_skey_make(c->old.pub.name, &c->next)) != SEK_OK)
		return r;
	return put_key(c, &c->next, NEXT, why);
}

static int
read_keys(struct change *c, struct sek_why *why)
{
	int r;

	/* an old one left over: it must not lie around for longer */
	if ((r = destroy(c, c->last_path, why)) != SEK_OK ||
	    (r = sek_skey_read(c->key_path, true, &c->old, why)) != SEK_OK ||
	    (r = take_next(c, why)) != SEK_OK ||
	    (r = sek_vkey_text(&c->old.pub, c->before)) != SEK_OK)
		return r;
	return sek_vkey_text(&c->next.pub, c->public);
}

static int
put_record(struct change *c, struct sek_why *why)
{
	json_t *rec = desk_record_new(c->d, "log_key");

	sek_record_str(rec, "change.command", "audit new-key");
	sek_record_str(rec, "change.reason", c->reason);
	sek_record_str(rec, "key.before", c->before);
	sek_record_str(rec, "key.public", c->public);
	return dlog_record_put(c->d, rec, &c->seq, why);
}

/* The checkpoint's text again, signed by both. */
static int
sign_both(const struct change *c, const struct sek_checkpoint *is,
    struct sek_buf *out)
{
	struct sek_buf body = { 0 };
	int r;

	r = sek_checkpoint_body(is->origin, is->size, is->root, &body);
	if (r == SEK_OK) {
		sek_put_raw(out, body.p, body.len);
		sek_put_u8(out, '\n');
		r = sek_note_sign(&c->old, body.p, body.len, out);
	}
	if (r == SEK_OK)
		r = sek_note_sign(&c->next, body.p, body.len, out);
	sek_buf_free(&body);
	return r == SEK_OK ? sek_buf_ok(out) : r;
}

/* No append runs meanwhile. */
static int
keep_both(struct change *c, struct sek_why *why)
{
	const struct sek_vkey pubs[2] = { c->old.pub, c->next.pub };
	struct dlog_note now = { .is = { .size = 0 } };
	struct sek_checkpoint check = { .size = 0 };
	const char *folder = c->d->policy->audit;
	struct sek_buf text = { 0 };
	char name[LOG_KEPT_MAX];
	int r;

	r = dlog_note_read(c->d, LOG_CHECKPOINT, pubs, 1, &now, why);
	if (r == SEK_OK && now.is.size < c->seq)
		r = sek_why_about(why, SEK_E_DENIED, LOG_CHECKPOINT,
		    "does not cover the last record yet");
	if (r != SEK_OK || (r = sign_both(c, &now.is, &text)) != SEK_OK)
		goto out;
	/* the old key goes only when the new one is known to work */
	r = sek_checkpoint_read(text.p, text.len, pubs, 2, &check, why);
	if (r == SEK_OK && check.verified != 2)
		r = SEK_E_CRYPTO;
	if (r != SEK_OK)
		goto out;
	c->size = now.is.size;
	dlog_kept_name(c->size, name);
	if ((r = dlog_put_file(c->d, folder, name, 0640, text.p, text.len,
	    why)) != SEK_OK ||
	    (r = dlog_keys_add(c->d, &c->old.pub, why)) != SEK_OK ||
	    (r = dlog_keys_add(c->d, &c->next.pub, why)) != SEK_OK)
		goto out;
	/* whichever key is in use from here on, this one it can check */
	r = dlog_put_file(c->d, folder, LOG_CHECKPOINT, 0640, text.p, text.len,
	    why);
out:
	sek_buf_free(&text);
	dlog_note_free(&now);
	return r;
}

/* log.key is one of the two at every moment. */
static int
swap(const struct change *c, struct sek_why *why)
{
	int fd, r = SEK_OK;

	if (link(c->key_path, c->last_path) != 0)
		return sys_failed(why, c->last_path, "cannot be made");
	if (rename(c->next_path, c->key_path) != 0)
		return sys_failed(why, c->key_path, "cannot be replaced");
	fd = open(c->d->policy->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		r = sys_failed(why, c->key_path, "cannot be synced");
	if (fd >= 0)
		(void)close(fd);
	return r;
}

static int
change_key(struct change *c, struct sek_why *why)
{
	int state = -1, append = -1, r;

	if ((r = find_paths(c, why)) != SEK_OK ||
	    (r = dlog_state_lock(c->d, &state, why)) != SEK_OK ||
	    (r = read_keys(c, why)) != SEK_OK ||
	    (r = put_record(c, why)) != SEK_OK ||
	    (r = dlog_append_lock(c->d, &append, why)) != SEK_OK ||
	    (r = keep_both(c, why)) != SEK_OK ||
	    (r = swap(c, why)) != SEK_OK)
		goto out;
	(void)close(append); /* logins go on */
	append = -1;
	r = destroy(c, c->last_path, why);
out:
	if (append >= 0)
		(void)close(append);
	if (state >= 0)
		(void)close(state);
	return r;
}

int
desk_audit_new_key(struct desk *d, int argc, char **argv)
{
	struct change c = { .d = d };
	const struct desk_opt opts[] = {
		{ .name = "reason", .value = &c.reason },
	};
	struct sek_why why = { "" };
	char number[24], **words;
	sigset_t all, before;
	int r;

	r = desk_options(d, argc, argv, opts, 1, 0, 0, &words);
	if (r != DESK_GO || (r = desk_reason(d, c.reason, false)) != DESK_GO ||
	    (r = desk_policy(d)) != DESK_GO)
		return r;
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	r = change_key(&c, &why);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (r == SEK_OK) {
		(void)snprintf(number, sizeof(number), "%llu",
		    (unsigned long long)c.size);
		DESK_SAY(d, W_KEY_CHANGED, { number, c.public });
		r = DESK_OK;
	} else {
		r = desk_refuse(d, &why, r);
		DESK_ERR(d, W_KEY_AGAIN, { NULL });
	}
	sek_skey_free(&c.old);
	sek_skey_free(&c.next);
	return r;
}
