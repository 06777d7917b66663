/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credentials that nobody used, persons who never came: the enrolment store
 * beside the record.
 *
 * Part of `sekisho`.  Opens the store to read, and changes nothing in it.
 */
#include "helpdesk/report.h"

#include <stdlib.h>
#include <string.h>

#include "gate/store_fido.h"

#define BUSY_MS 5000

struct unused {
	struct report *r;
	int64_t before; /* what was enrolled later is too new to judge */
	struct tally held;  /* active credentials of a person */
	struct tally names; /* what a person is called */
};

static const char *
safe(struct report_text *b, const char *s)
{
	return report_clean(b->s, sizeof b->s, s, strlen(s));
}

/* What serves sshd alone is seen by the gate where a service takes such. */
static bool
for_ssh(struct report *r, const struct sek_credential *c)
{
	struct sek_fido_cred f = { .ssh = false };

	return !sek_policy_has(r->d->policy, SEK_HAVE_SSH_KEY) &&
	    c->kind == SEK_CRED_FIDO2 &&
	    sek_store_fido_of(r->d->store, c->id, &f) == SEK_OK && f.ssh;
}

static int
each_credential(void *arg, const struct sek_credential *c)
{
	static const enum word kinds[] = {
		[SEK_CRED_CERTIFICATE] = W_CERTIFICATE,
		[SEK_CRED_FIDO2] = W_FIDO_KEY, [SEK_CRED_SSH] = W_SSH_KEY,
	};
	struct unused *u = arg;
	struct report *r = u->r;
	struct report_text text;
	const struct tally_row *named;
	struct report_cell *cell;
	struct tally_row *row;
	char id[24];

	if (c->status != SEK_STATUS_ACTIVE)
		return 0;
	row = tally_row(&u->held, safe(&text, c->person), NULL, NULL,
	    &r->nomem);
	if (row != NULL)
		row->n++;
	(void)snprintf(id, sizeof id, "%lld", (long long)c->id);
	if (c->created >= u->before || tally_find(&r->used, id) != NULL ||
	    for_ssh(r, c))
		return 0;
	cell = report_row(&r->table[RT_UNUSED], RT_UNUSED, &r->nomem);
	if (cell == NULL)
		return 0;
	cell[0].v = c->id;
	report_cell_text(&cell[1], text.s, &r->nomem);
	if ((named = tally_find(&u->names, text.s)) != NULL)
		report_cell_text(&cell[2], named->set[0], &r->nomem);
	report_cell_text(&cell[3], desk_word(kinds[c->kind], r->d->lang),
	    &r->nomem);
	report_cell_text(&cell[4], safe(&text, c->label), &r->nomem);
	cell[5].v = c->created * REPORT_US;
	cell[6].v = c->not_after * REPORT_US;
	return 0;
}

/* Before the credentials: what the persons are called. */
static int
each_name(void *arg, const struct sek_person *p)
{
	struct unused *u = arg;
	struct report_text text;
	struct tally_row *row;

	row = tally_row(&u->names, safe(&text, p->name), NULL, NULL,
	    &u->r->nomem);
	if (row != NULL)
		tally_set_add(row, 0, safe(&text, p->display), &u->r->nomem);
	return 0;
}

/* After them: persons without a login. */
static int
each_person(void *arg, const struct sek_person *p)
{
	struct unused *u = arg;
	struct report *r = u->r;
	struct report_text name, display;
	const struct tally_row *held;
	struct report_cell *cell;

	(void)safe(&name, p->name);
	if (p->status != SEK_STATUS_ACTIVE ||
	    tally_find(&r->active, name.s) != NULL)
		return 0;
	cell = report_row(&r->table[RT_IDLE], RT_IDLE, &r->nomem);
	if (cell == NULL)
		return 0;
	report_cell_text(&cell[0], name.s, &r->nomem);
	report_cell_text(&cell[1], safe(&display, p->display), &r->nomem);
	held = tally_find(&u->held, name.s);
	cell[2].v = held == NULL ? 0 : held->n;
	return 0;
}

static void
leave_out(struct report *r, enum report_word why, const char *arg)
{
	r->table[RT_UNUSED].left_out = r->table[RT_IDLE].left_out = true;
	r->table[RT_UNUSED].why = why;
	r->table[RT_UNUSED].why_arg = arg;
}

void
report_store(struct report *r)
{
	int64_t end = r->period.made < r->period.to ? r->period.made :
	    r->period.to;
	struct unused u = { .r = r };
	struct sek_why why = { "" };
	int err;

	if (r->unused_days == 0) {
		leave_out(r, 0, NULL);
		return;
	}
	if (r->from_files) {
		leave_out(r, W_RN_NEEDS_STORE, NULL);
		return;
	}
	u.before = end / REPORT_US - r->unused_days * 86400;
	err = sek_store_open(r->d->policy->state, false, BUSY_MS,
	    &r->d->store, &why);
	if (err == SEK_OK)
		err = sek_store_each_person(r->d->store, each_name, &u);
	if (err == SEK_OK)
		err = sek_store_each_credential(r->d->store, 0,
		    each_credential, &u);
	if (err == SEK_OK)
		err = sek_store_each_person(r->d->store, each_person, &u);
	tally_free(&u.held);
	tally_free(&u.names);
	r->store_read = err == SEK_OK;
	if (err == SEK_OK)
		return;
	(void)snprintf(r->store_why, sizeof r->store_why, "%.299s",
	    why.text[0] != '\0' ? why.text : sek_strerror(err));
	leave_out(r, W_RN_NO_STORE, r->store_why);
}
