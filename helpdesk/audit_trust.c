/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public keys and checkpoints as files.
 *
 * Part of `sekisho`.  Reads only.  Must never take a checkpoint for signed
 * because of what stands in it: only by a key that was known before.
 */
#include "helpdesk/audit_trust.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "helpdesk/audit_state.h"
#include "helpdesk/verify.h"

#define TORN_TRIES 10u
#define TORN_MS 2

void
trust_free(struct trust *t)
{
	while (t->n_keys > 0)
		sek_vkey_free(&t->key[--t->n_keys]);
	while (t->n_notes > 0)
		sek_buf_free(&t->note[--t->n_notes].text);
}

int
trust_keys(struct trust *t, const char *file, const char *folder,
    struct sek_why *why)
{
	char path[PATH_MAX];
	int r = SEK_OK;

	if (file == NULL &&
	    (r = dlog_path(folder, LOG_VKEYS, path, why)) != SEK_OK)
		return r;
	return sek_vkeys_read(file != NULL ? file : path, t->key, &t->n_keys,
	    why);
}

/* -- checkpoints */

static int
read_note(const char *path, struct sek_buf *text, struct sek_why *why)
{
	struct verify_bytes b = { NULL, 0 };
	struct sek_why about = { "" };
	int r;

	sek_buf_clear(text);
	r = verify_read(path, SEK_CHECKPOINT_MAX, &b, why);
	if (r == SEK_OK && b.n > 0) {
		sek_put_raw(text, b.p, b.n);
		r = sek_buf_ok(text);
	}
	if (r == SEK_OK) {
		struct sek_checkpoint any;

		r = sek_checkpoint_read(text->len > 0 ? text->p :
		    (const uint8_t *)"", text->len, NULL, 0, &any, &about);
		if (r != SEK_OK)
			(void)sek_why_about(why, r, path, about.text);
	}
	verify_bytes_free(&b);
	return r;
}

/* Half of one checkpoint and half of the next may look like one, so that the
 * signature is asked, too. */
static bool
may_be_torn(const struct trust *t, const struct sek_buf *text, int r)
{
	struct sek_checkpoint any;

	return r == SEK_E_SYNTAX || (r == SEK_OK && t->n_keys > 0 &&
	    sek_checkpoint_read(text->p, text->len, t->key, t->n_keys, &any,
	    NULL) != SEK_OK);
}

int
trust_add(struct trust *t, const char *path, bool must, struct sek_why *why)
{
	struct trust_note *n;
	unsigned i;
	int k, r;

	if (t->n_notes == SEK_VERIFY_CHECKPOINTS)
		return sek_why_about(why, SEK_E_LIMIT, path, "is one "
		    "checkpoint too many");
	n = &t->note[t->n_notes];
	*n = (struct trust_note){ .must = must };
	k = snprintf(n->path, sizeof n->path, "%s", path);
	if (k < 0 || (size_t)k >= sizeof n->path)
		return sek_why_about(why, SEK_E_LIMIT, path, "is too long");
	r = read_note(path, &n->text, why);
	for (i = 0; must && may_be_torn(t, &n->text, r) && i < TORN_TRIES;
	    i++) {
		(void)poll(NULL, 0, TORN_MS);
		r = read_note(path, &n->text, why);
	}
	if (r != SEK_OK) {
		sek_buf_free(&n->text);
		return r;
	}
	t->n_notes++;
	trust_judge(t);
	return SEK_OK;
}

/* What lies in a folder that was handed over must not keep who checks it
 * waiting; a file that is named may be a pipe. */
static int
add_of_folder(struct trust *t, const char *path, bool must,
    struct sek_why *why)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return sek_why_about(why, SEK_E_UNSAFE, path, "is not a "
		    "regular file");
	return trust_add(t, path, must, why);
}

int
trust_newest(struct trust *t, const char *folder, struct sek_why *why)
{
	char path[PATH_MAX];
	int r = dlog_path(folder, LOG_CHECKPOINT, path, why);

	return r == SEK_OK ? add_of_folder(t, path, true, why) : r;
}

static int
is_kept(const struct dirent *e)
{
	static const char head[] = "checkpoint-";
	size_t n = sizeof head - 1, digits;

	if (strncmp(e->d_name, head, n) != 0)
		return 0;
	digits = strspn(e->d_name + n, "0123456789");
	return digits >= 12 && e->d_name[n + digits] == '\0';
}

int
trust_folder(struct trust *t, const char *folder, struct sek_why *why)
{
	struct dirent **found = NULL;
	char path[PATH_MAX];
	int i, n, r;

	/* the newest first: what it is of is in the files read later */
	r = trust_newest(t, folder, why);
	if (r == SEK_E_NOENT)
		r = SEK_OK;
	n = scandir(folder, &found, is_kept, alphasort);
	if (n < 0)
		return r != SEK_OK ? r :
		    sek_why_about(why, SEK_E_IO, folder, strerror(errno));
	for (i = 0; i < n; i++) {
		if (r == SEK_OK &&
		    (r = dlog_path(folder, found[i]->d_name, path, why)) ==
		    SEK_OK)
			r = add_of_folder(t, path, false, why);
		free(found[i]);
	}
	free(found);
	return r;
}

/* -- who has signed */

void
trust_judge(struct trust *t)
{
	const struct sek_buf *b;
	size_t i;

	for (i = 0; i < t->n_notes; i++) {
		b = &t->note[i].text;
		if (t->n_keys > 0 && sek_checkpoint_read(b->p, b->len, t->key,
		    t->n_keys, &t->is[i], NULL) == SEK_OK)
			continue;
		/* what it says, believed by nobody: it was read before */
		if (sek_checkpoint_read(b->p, b->len, NULL, 0, &t->is[i],
		    NULL) != SEK_OK)
			memset(&t->is[i], 0, sizeof t->is[i]);
	}
}

int
trust_why(const struct trust *t, size_t i, struct sek_why *why)
{
	const struct sek_buf *b = &t->note[i].text;
	struct sek_checkpoint any;

	if (t->n_keys == 0) {
		sek_why_set(why, "no public key of the record is known");
		return SEK_E_DENIED;
	}
	return sek_checkpoint_read(b->p, b->len, t->key, t->n_keys, &any,
	    why);
}

const char *
trust_by(const struct trust *t, size_t i, struct trust_name *n)
{
	struct desk_hex id;
	size_t k;

	for (k = 0; k < t->n_keys; k++)
		if (t->is[i].by[k])
			break;
	if (k == t->n_keys)
		return "?";
	(void)snprintf(n->text, sizeof n->text, "%s+%s", t->key[k].name,
	    desk_hex(&id, t->key[k].id, sizeof t->key[k].id));
	return n->text;
}

/* -- for the commands */

int
trust_where(struct desk *d, const char *given, const char **folder)
{
	int r = DESK_GO;

	if (given == NULL && (r = desk_policy(d)) == DESK_GO)
		given = d->policy->audit;
	*folder = given;
	return r;
}

int
trust_open(struct desk *d, struct trust *t, const char *keys,
    const char *folder)
{
	struct sek_why why = { "" }, about = { "" };
	int r;

	if ((r = trust_keys(t, keys, folder, &why)) != SEK_OK ||
	    (r = trust_newest(t, folder, &why)) != SEK_OK)
		return desk_refuse(d, &why, r);
	if ((r = trust_why(t, 0, &about)) != SEK_OK) {
		r = sek_why_about(&why, r, t->note[0].path, about.text);
		return desk_refuse(d, &why, r);
	}
	return DESK_GO;
}
