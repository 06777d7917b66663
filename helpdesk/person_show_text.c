/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho person show` on a terminal: what keeps somebody out stands first.
 *
 * Part of the administrator's program.  Must never print a byte from outside
 * as it is.
 */
#include "helpdesk/person_show.h"

#include <pwd.h>
#include <string.h>
#include <time.h>

#include "helpdesk/account.h"
#include "helpdesk/credential.h"
#include "helpdesk/report.h"

static void
head(const struct person_shown *x)
{
	const struct desk *d = x->d;
	struct desk_date at;
	char id[24];

	desk_text(stdout, x->p.name);
	if (x->p.display[0] != '\0') {
		(void)fputs("  ", stdout);
		desk_text(stdout, x->p.display);
	}
	(void)fputc('\n', stdout);
	if (x->p.status == SEK_STATUS_ACTIVE)
		DESK_SAY(d, W_PS_ACTIVE, { NULL });
	else
		DESK_SAY(d, W_PS_SUSPENDED, { desk_time(&at, x->note.changed),
		    x->note.by, x->note.reason });
	(void)snprintf(id, sizeof id, "%lld", (long long)x->deny.id);
	if (x->denied)
		DESK_SAY(d, W_PS_DENIED, { id, desk_time(&at,
		    x->deny.created), x->deny.created_by, x->deny.reason });
	DESK_SAY(d, getpwnam(x->p.password_user) != NULL ? W_PS_PASSWORD :
	    W_PS_NO_PASSWORD, { x->p.password_user });
	desk_put(d, stdout, W_PS_ROLES, (const char *const[4]){ NULL });
	desk_put_names(x->roles);
	(void)fputc('\n', stdout);
}

static void
account(const struct desk *d, const struct person_account *a)
{
	const bool role = strncmp(a->by, "role:", 5) == 0;
	struct desk_date until;

	(void)fputs("  ", stdout);
	desk_text(stdout, a->a.name);
	(void)printf("  %s  %s  ", desk_word(desk_status_word(a->a.status),
	    d->lang), desk_word(a->a.shared ? W_SHARED : W_PERSONAL,
	    d->lang));
	desk_put(d, stdout, role ? W_PS_BY_ROLE : W_PS_BY_GRANT,
	    (const char *const[4]){ a->by + (role ? 5 : 0) });
	(void)fputc('\n', stdout);
	if (a->throttled > 0)
		DESK_SAY(d, W_PS_THROTTLED, { desk_time(&until,
		    a->throttled) });
	if (getpwnam(a->a.name) == NULL)
		DESK_SAY(d, W_PS_NO_USER, { NULL });
}

static void
until(const struct desk *d, const struct sek_credential *c)
{
	const bool over = c->not_after < (int64_t)time(NULL);
	struct desk_date day;

	if (c->kind == SEK_CRED_CERTIFICATE)
		desk_put(d, stdout, over ? W_PS_EXPIRED : W_PS_UNTIL,
		    (const char *const[4]){ desk_day(&day, c->not_after) });
}

static int
credential(const struct person_shown *x, const struct person_credential *at)
{
	const struct desk *d = x->d;
	struct sek_credential c;
	struct desk_date when;
	char id[24];
	int r = sek_store_credential_by_id(d->store, at->id, &c);

	if (r != SEK_OK)
		return r;
	(void)printf("  %lld  %s  %s", (long long)c.id,
	    desk_word(desk_status_word(c.status), d->lang),
	    desk_word(desk_kind_word(&c), d->lang));
	until(d, &c);
	desk_put(d, stdout, at->used > 0 ? W_PS_USED : W_PS_NOT_USED,
	    (const char *const[4]){ at->used > 0 ? desk_time(&when,
	    at->used) : NULL });
	if (c.label[0] != '\0' || c.subject[0] != '\0') {
		(void)fputs("  ", stdout);
		desk_text(stdout, c.label[0] != '\0' ? c.label : c.subject);
	}
	(void)fputc('\n', stdout);
	if (c.status != SEK_STATUS_ACTIVE)
		DESK_SAY(d, W_PS_CHANGED, { desk_time(&when, c.changed),
		    c.changed_by, c.status_reason });
	(void)snprintf(id, sizeof id, "%lld", (long long)at->deny.id);
	if (at->denied)
		DESK_SAY(d, W_PS_KEY_DENIED, { id, desk_time(&when,
		    at->deny.created), at->deny.created_by,
		    at->deny.reason });
	return SEK_OK;
}

/* "from 10.0.0.1", or the terminal. */
static const char *
place(const char *rhost, const char *tty)
{
	return rhost[0] != '\0' ? rhost : tty[0] != '\0' ? tty : "-";
}

static void
lately(const struct person_shown *x)
{
	const struct person_refusal *f = &x->refusal;
	const struct desk *d = x->d;
	struct desk_date at;
	char number[24];

	if (x->has_last && x->last.at > 0)
		DESK_SAY(d, W_PS_LAST, { desk_time(&at, x->last.at),
		    x->last.service, place(x->last.rhost, x->last.tty),
		    x->last.pair });
	if (x->has_last && x->last.refused > 0) {
		(void)snprintf(number, sizeof number, "%lld",
		    (long long)x->last.refused);
		DESK_SAY(d, W_PS_SINCE, { number });
	}
	if (!x->recorded)
		DESK_SAY(d, W_PS_NO_RECORD, { NULL });
	else if (f->at == 0)
		DESK_SAY(d, W_PS_NO_REFUSAL, { NULL });
	if (f->at == 0)
		return;
	(void)snprintf(number, sizeof number, "%llu",
	    (unsigned long long)f->record);
	DESK_SAY(d, W_PS_REFUSAL, { desk_time(&at, f->at), f->service,
	    place(f->rhost, f->tty), f->account });
	DESK_SAY(d, W_PS_REASON, { report_reason(f->reason, d->lang),
	    f->reason, number });
}

int
person_show_text(struct person_shown *x)
{
	const struct desk *d = x->d;
	int r = SEK_OK;
	size_t i;

	head(x);
	DESK_SAY(d, x->n_accounts > 0 ? W_PS_ACCOUNTS : W_PS_NO_ACCOUNT,
	    { NULL });
	for (i = 0; i < x->n_accounts; i++)
		account(d, &x->account[i]);
	DESK_SAY(d, x->n_credentials > 0 ? W_PS_CREDENTIALS :
	    W_PS_NO_CREDENTIAL, { NULL });
	for (i = 0; r == SEK_OK && i < x->n_credentials; i++)
		r = credential(x, &x->credential[i]);
	if (r == SEK_OK)
		lately(x);
	return r;
}
