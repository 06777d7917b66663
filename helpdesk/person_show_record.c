/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho person show`: when each credential let somebody in, and the last
 * refusal, from the end of the record.
 *
 * Part of the administrator's program.  Reads a bounded number of records, and
 * proves nothing about them.
 */
#include "helpdesk/person_show.h"

#include <string.h>

#include "record/audit_reader.h"

static const char *
text_in(const json_t *rec, const char *part, const char *key)
{
	const char *t = json_string_value(json_object_get(
	    part != NULL ? json_object_get(rec, part) : rec, key));

	return t != NULL ? t : "";
}

static bool
is_own_account(const struct person_shown *x, const char *name)
{
	size_t i;

	for (i = 0; i < x->n_accounts; i++)
		if (!x->account[i].a.shared &&
		    strcmp(x->account[i].by, "person") == 0 &&
		    strcmp(x->account[i].a.name, name) == 0)
			return true;
	return false;
}

static bool
is_login(const json_t *rec)
{
	const char *event = text_in(rec, NULL, "event");

	return strcmp(event, "auth") == 0 || strcmp(event, "unlock") == 0 ||
	    strcmp(event, "switch") == 0;
}

static void
note_use(struct person_shown *x, const json_t *rec, int64_t at)
{
	const json_int_t id = json_integer_value(json_object_get(
	    json_object_get(rec, "token"), "credential"));
	size_t i;

	for (i = 0; i < x->n_credentials; i++)
		if (x->credential[i].id == id)
			x->credential[i].used = at;
}

static void
note_refusal(struct person_shown *x, const json_t *rec,
    const struct sek_entry *e)
{
	struct person_refusal *f = &x->refusal;
	const char *account = text_in(rec, "account", "name");

	f->at = e->is.t / 1000000;
	f->record = e->is.seq;
	(void)snprintf(f->reason, sizeof f->reason, "%s",
	    text_in(rec, NULL, "reason"));
	(void)snprintf(f->account, sizeof f->account, "%s",
	    account[0] != '\0' ? account : text_in(rec, NULL, "claimed"));
	(void)snprintf(f->service, sizeof f->service, "%s",
	    text_in(rec, "where", "service"));
	(void)snprintf(f->tty, sizeof f->tty, "%s",
	    text_in(rec, "where", "tty"));
	(void)snprintf(f->rhost, sizeof f->rhost, "%s",
	    text_in(rec, "where", "rhost"));
}

/* A line with neither their name nor an account of theirs is not parsed. */
static bool
names(const struct person_shown *x, const struct sek_entry *e)
{
	char word[SEK_NAME_MAX + 3];
	size_t i;
	int n = snprintf(word, sizeof word, "\"%s\"", x->p.name);

	if (memmem(e->line, e->n, word, (size_t)n) != NULL)
		return true;
	for (i = 0; i < x->n_accounts; i++) {
		n = snprintf(word, sizeof word, "\"%s\"",
		    x->account[i].a.name);
		if (!x->account[i].a.shared &&
		    memmem(e->line, e->n, word, (size_t)n) != NULL)
			return true;
	}
	return false;
}

static void
take(struct person_shown *x, const struct sek_entry *e)
{
	json_t *rec, *result;
	bool theirs;

	if (!names(x, e) || (rec = sek_line_load(e->line, e->n)) == NULL)
		return;
	result = json_object_get(rec, "result");
	if (is_login(rec) && json_is_integer(result)) {
		theirs = strcmp(text_in(rec, "person", "name"),
		    x->p.name) == 0;
		if (json_integer_value(result) == 0 && theirs)
			note_use(x, rec, e->is.t / 1000000);
		/* also with a card of nobody's, or of somebody else's */
		else if (json_integer_value(result) != 0 && (theirs ||
		    is_own_account(x, text_in(rec, NULL, "claimed"))))
			note_refusal(x, rec, e);
	}
	json_decref(rec);
}

void
person_show_record(struct person_shown *x)
{
	struct sek_reader *rd = NULL;
	struct sek_why why = { "" };
	struct sek_entry e;
	uint64_t last = 0;
	int r = sek_reader_dir(&rd, x->d->policy->audit, &why);

	if (r == SEK_OK)
		r = sek_reader_last(rd, &last, &why);
	/* an end that is torn is mended by the next login */
	if (r == SEK_OK || r == SEK_E_SYNTAX)
		r = sek_reader_seek(rd, last > PERSON_RECORDS ?
		    last - PERSON_RECORDS + 1 : 1, &why);
	while (r == SEK_OK && (r = sek_reader_next(rd, &e, &why)) == SEK_OK)
		take(x, &e);
	x->recorded = r == SEK_E_EOF || (r == SEK_E_SYNTAX && last > 0 &&
	    sek_reader_seq(rd) >= last);
	sek_reader_free(rd);
}
