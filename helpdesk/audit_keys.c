/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit keys`: the public keys of the record, and from which record
 * on each has signed.
 *
 * Part of the administrator's program.  Reads only.  What it says of a key's
 * beginning is what the kept checkpoints prove, which both keys have signed.
 */
#include "helpdesk/audit.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "record/audit_reader.h"
#include "helpdesk/audit_state.h"

/* log.vkeys, and the size of the first kept checkpoint by each key; 0: by
 * none. */
struct list {
	struct desk *d;
	struct dlog_keys keys; /* owned */
	uint64_t since[SEK_NOTE_KEYS];
};

/* "checkpoint-" and twelve digits, no more. */
static bool
is_kept(const char *name)
{
	static const char head[] = "checkpoint-";
	size_t n = sizeof(head) - 1;

	return strncmp(name, head, n) == 0 && strlen(name + n) >= 12 &&
	    name[n + strspn(name + n, "0123456789") ] == '\0';
}

/* One that cannot be believed is told; it says nothing about a key. */
static void
look_at(struct list *l, const char *name)
{
	struct dlog_note note = { .is = { .size = 0 } };
	struct sek_why why = { "" };
	size_t i;

	if (dlog_note_read(l->d, name, l->keys.at, l->keys.n, &note, &why) !=
	    SEK_OK)
		DESK_ERR(l->d, W_FAILED, { why.text });
	else
		for (i = 0; i < l->keys.n; i++)
			if (note.is.by[i] && (l->since[i] == 0 ||
			    note.is.size < l->since[i]))
				l->since[i] = note.is.size;
	dlog_note_free(&note);
}

static int
look_at_kept(struct list *l, struct sek_why *why)
{
	DIR *dir = opendir(l->d->policy->audit);
	const struct dirent *e;

	if (dir == NULL)
		return sek_why_about(why, SEK_E_IO, l->d->policy->audit,
		    "cannot be read");
	while ((e = readdir(dir)) != NULL)
		if (is_kept(e->d_name))
			look_at(l, e->d_name);
	(void)closedir(dir);
	return SEK_OK;
}

/* The time that record `seq` says; "?" when it cannot be found. */
static void
find_time(const struct list *l, uint64_t seq, struct desk_date *out)
{
	struct sek_reader *rd = NULL;
	struct sek_why why = { "" };
	struct sek_entry e;
	json_t *rec = NULL;

	(void)snprintf(out->text, sizeof(out->text), "?");
	if (sek_reader_dir(&rd, l->d->policy->audit, &why) == SEK_OK &&
	    sek_reader_seek(rd, seq, &why) == SEK_OK &&
	    sek_reader_next(rd, &e, &why) == SEK_OK && e.is.seq == seq &&
	    (rec = json_loadb(e.line, e.n, 0, NULL)) != NULL &&
	    json_is_string(json_object_get(rec, "t")))
		(void)snprintf(out->text, sizeof(out->text), "%s",
		    json_string_value(json_object_get(rec, "t")));
	json_decref(rec);
	sek_reader_free(rd);
}

static int
show(const struct list *l, size_t i)
{
	const struct sek_vkey *k = &l->keys.at[i];
	uint64_t seq = l->since[i];
	char text[SEK_VKEY_MAX], number[24];
	struct desk_date when;
	enum word w = W_KEY_SINCE;
	int r;

	if ((r = sek_vkey_text(k, text)) != SEK_OK)
		return r;
	if (i == 0)
		seq = 1; /* the key before it is not: it was the first */
	if (k->type == SEK_NOTE_ECDSA)
		w = W_KEY_OF_TOKEN;
	if (seq == 0) {
		DESK_SAY(l->d, W_KEY_UNKNOWN_SINCE, { text });
		return SEK_OK;
	}
	(void)snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)seq);
	find_time(l, seq, &when);
	DESK_SAY(l->d, w, { number, when.text, text });
	return SEK_OK;
}

int
desk_audit_keys(struct desk *d, int argc, char **argv)
{
	struct sek_why why = { "" };
	struct list *l;
	char **words;
	size_t i;
	int r;

	r = desk_options(d, argc, argv, NULL, 0, 0, 0, &words);
	if (r != DESK_GO || (r = desk_policy(d)) != DESK_GO)
		return r;
	if ((l = calloc(1, sizeof(*l))) == NULL)
		return desk_lost(d);
	l->d = d;
	if ((r = dlog_keys_read(d, &l->keys, &why)) == SEK_OK &&
	    l->keys.n > 0)
		r = look_at_kept(l, &why);
	for (i = 0; r == SEK_OK && i < l->keys.n; i++)
		r = show(l, i);
	if (r == SEK_OK && l->keys.n == 0)
		DESK_ERR(d, W_KEY_NONE, { NULL });
	r = r != SEK_OK ? desk_refuse(d, &why, r) :
	    l->keys.n > 0 ? DESK_OK : DESK_REFUSED;
	dlog_keys_free(&l->keys);
	free(l);
	return r;
}
