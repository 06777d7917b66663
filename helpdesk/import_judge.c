/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may be taken of a line of pam_u2f's file, for whom, and what is said
 * of it.
 *
 * Part of the administrator's program.  Only reads.  Must never give anybody
 * a key that somebody else has, in the store or in the same file.
 */
#include <openssl/evp.h>
#include <string.h>

#include "helpdesk/import.h"
#include "sekisho/escape.h"

static void
refuse(struct import_cred *at, enum word why, const char *arg)
{
	size_t n = strlen(arg);

	at->verdict = IMPORT_REFUSED;
	at->why = why;
	n = n < sizeof at->arg[0] ? n : sizeof at->arg[0] - 1;
	memmove(at->arg[0], arg, n); /* may be another part of *at */
	at->arg[0][n] = '\0';
}

/* -- the person */

/* Who may open an account: the first of them, and how many. */
struct openers {
	struct sek_person first;
	size_t n;
};

static int
count_opener(void *arg, const struct sek_person *p)
{
	struct openers *o = arg;

	if (o->n++ == 0)
		o->first = *p;
	return 0;
}

/* A user of pam_u2f is an account here, and its keys are those of the one
 * person who opens it.  An account that is nobody's yet, or none: the person
 * of the same name. */
static int
find_person(struct import *im, struct import_plan *plan)
{
	struct openers o = { .n = 0 };
	struct sek_account a = { .shared = false };
	int r, named;

	r = sek_store_account(im->d->store, plan->user, &a);
	if (r == SEK_OK)
		r = sek_store_each_grant(im->d->store, a.id, count_opener, &o);
	if (r != SEK_OK && r != SEK_E_NOENT)
		return r;
	named = sek_store_person(im->d->store, plan->user, &plan->person);
	if (named != SEK_OK && named != SEK_E_NOENT)
		return named;
	if (a.shared || o.n > 1)
		plan->fault = W_WHY_SHARED;
	else if (o.n == 1 && named == SEK_OK && o.first.id != plan->person.id)
		plan->fault = W_WHY_WHO;
	else if (o.n == 1)
		plan->person = o.first;
	else if (named == SEK_E_NOENT && !im->add_persons)
		plan->fault = W_WHY_NO_PERSON;
	plan->new_person = o.n == 0 && named == SEK_E_NOENT;
	return SEK_OK;
}

/* -- a credential */

static const enum word faults[] = {
	[AUTHFILE_MISSING] = W_WHY_MISSING,
	[AUTHFILE_EXTRA] = W_WHY_EXTRA,
	[AUTHFILE_RESIDENT] = W_WHY_RESIDENT,
	[AUTHFILE_ID] = W_WHY_ID,
	[AUTHFILE_ALG] = W_WHY_ALG,
	[AUTHFILE_OPTION] = W_WHY_OPTION,
	[AUTHFILE_KEY] = W_WHY_KEY,
};

static void
held_by(struct import_cred *at, const struct sek_credential *c,
    enum sek_lang lang)
{
	at->why = W_WHY_HELD;
	(void)snprintf(at->arg[0], sizeof at->arg[0], "%lld",
	    (long long)c->id);
	(void)snprintf(at->arg[1], sizeof at->arg[1], "%s", c->person);
	(void)snprintf(at->arg[2], sizeof at->arg[2], "%s", desk_word(
	    c->status == SEK_STATUS_ACTIVE ? W_ACTIVE :
	    c->status == SEK_STATUS_SUSPENDED ? W_SUSPENDED : W_REVOKED,
	    lang));
}

/* Does anybody hold the id or the key? */
static int
judge_holder(struct import *im, const struct import_plan *plan,
    struct import_cred *at)
{
	struct sek_credential by_id = { .id = 0 }, by_key = { .id = 0 };
	struct sek_fido_cred f = { .credential = 0 };
	int r;

	r = sek_store_fido_find(im->d->store, at->rp, at->c.id, at->c.id_len,
	    &by_id, &f);
	if (r != SEK_OK && r != SEK_E_NOENT)
		return r;
	r = sek_store_credential_of_key(im->d->store, at->spki_sha256,
	    &by_key);
	if (r != SEK_OK && r != SEK_E_NOENT)
		return r;
	if (by_id.id == 0 && by_key.id == 0) {
		at->verdict = IMPORT_TAKE;
		return SEK_OK;
	}
	held_by(at, by_id.id != 0 ? &by_id : &by_key, im->d->lang);
	if (by_id.id == by_key.id && !plan->new_person &&
	    by_id.person_id == plan->person.id &&
	    by_id.status == SEK_STATUS_ACTIVE) {
		at->verdict = IMPORT_THERE;
		at->why = W_WHY_THERE;
	}
	return SEK_OK;
}

/* The same once more in its line does no harm. */
static bool
is_twice(const struct import_plan *plan, const struct import_cred *at)
{
	const struct import_cred *o;
	size_t i;

	for (i = 0; i < plan->n; i++) {
		o = &plan->at[i];
		if (o->c.fault == AUTHFILE_GOOD &&
		    (memcmp(o->spki_sha256, at->spki_sha256, 32) == 0 ||
		    (strcmp(o->rp, at->rp) == 0 &&
		    o->c.id_len == at->c.id_len &&
		    memcmp(o->c.id, at->c.id, at->c.id_len) == 0)))
			return true;
	}
	return false;
}

static int
judge_cred(struct import *im, const struct import_plan *plan,
    struct import_cred *at)
{
	uint8_t id[32];
	char number[24];
	size_t other;

	at->rp = im->ssh ? im->ssh_rp : at->c.u2f ? im->appid : im->origin;
	if (at->c.fault != AUTHFILE_GOOD) {
		refuse(at, faults[at->c.fault], at->c.detail);
		return SEK_OK;
	}
	if (import_id_hash(at->rp, &at->c, id) != SEK_OK ||
	    EVP_Digest(at->c.spki, at->c.spki_len, at->spki_sha256, NULL,
	    EVP_sha256(), NULL) != 1)
		return SEK_E_CRYPTO;
	if ((other = import_other_line(im, id, plan->no)) == 0)
		other = import_other_line(im, at->spki_sha256, plan->no);
	if (other != 0) {
		(void)snprintf(number, sizeof number, "%zu", other);
		refuse(at, W_WHY_TWO, number);
		return SEK_OK;
	}
	if (is_twice(plan, at)) {
		at->verdict = IMPORT_THERE;
		at->why = W_WHY_TWICE;
		return SEK_OK;
	}
	return judge_holder(im, plan, at);
}

static int
add_cred(struct import *im, struct import_plan *plan,
    const struct authfile_cred *c)
{
	struct import_cred *at = &plan->at[plan->n];
	int r;

	*at = (struct import_cred){ .c = *c };
	if ((r = judge_cred(im, plan, at)) != SEK_OK)
		return r;
	plan->n++;
	plan->take += at->verdict == IMPORT_TAKE;
	plan->refused += at->verdict == IMPORT_REFUSED;
	return SEK_OK;
}

static int
judge_creds(struct import *im, const struct import_line *l,
    struct import_plan *plan)
{
	struct authfile_fields f = { l->p, l->p + l->n, ':' };
	struct authfile_cred c;
	const char *p;
	size_t n;
	int r = SEK_OK;

	(void)authfile_field(&f, &p, &n); /* the user */
	while (r == SEK_OK && authfile_field(&f, &p, &n)) {
		if (plan->n == AUTHFILE_CREDS_MAX) {
			plan->too_many++;
			plan->refused++;
			continue;
		}
		authfile_cred(p, n, &c);
		r = add_cred(im, plan, &c);
	}
	if (r == SEK_OK && plan->n == 0)
		plan->fault = W_WHY_EMPTY;
	return r;
}

/* -- a line */

static enum word
line_fault(const struct import *im, const struct import_line *l,
    struct import_plan *plan)
{
	if (l->n > AUTHFILE_LINE_MAX)
		return W_WHY_LONG;
	if (memchr(l->p, '\0', l->n) != NULL)
		return W_WHY_NO_TEXT;
	if (l->user_len >= sizeof plan->user || !sek_name_ok(plan->user))
		return W_WHY_NAME;
	if (im->owner[0] != '\0' && strcmp(im->owner, plan->user) != 0)
		return W_WHY_OWNER;
	return N_WORDS;
}

static int
judge(struct import *im, size_t no, struct import_plan *plan)
{
	const struct import_line ssh = { .p = "", .user = im->user,
		.user_len = im->ssh ? strlen(im->user) : 0 };
	const struct import_line *l = im->ssh ? &ssh : &im->lines[no - 1];
	int r;

	/* plan is all zeros; a name that is cut is refused by its length */
	memcpy(plan->user, l->user, l->user_len < sizeof plan->user ?
	    l->user_len : sizeof plan->user - 1);
	plan->fault = line_fault(im, l, plan);
	if (plan->fault != N_WORDS)
		return SEK_OK;
	r = find_person(im, plan);
	if (r != SEK_OK || plan->fault != N_WORDS)
		return r;
	return im->ssh ? add_cred(im, plan, &im->ssh_cred) :
	    judge_creds(im, l, plan);
}

int
import_judge(struct import *im, size_t no, struct import_plan *plan)
{
	int r;

	memset(plan, 0, sizeof *plan);
	plan->no = no;
	r = judge(im, no, plan);
	return r == SEK_OK ? DESK_GO : desk_unreadable(im->d, r);
}

/* -- what is said of it */

static void
at(const struct import *im, size_t no, const char *user)
{
	char number[24];

	(void)snprintf(number, sizeof number, "%zu", no);
	desk_put(im->d, stdout, user != NULL ? W_IMPORT_AT : W_IMPORT_AT_LINE,
	    (const char *const[]){ number, user, NULL, NULL });
}

void
import_say(const struct import *im, size_t no, const char *user,
    const struct desk_said *said)
{
	at(im, no, user);
	desk_put(im->d, stdout, said->w, said->args);
	(void)fputc('\n', stdout);
}

static void
tell_cred(const struct import *im, const struct import_plan *plan, size_t i)
{
	const struct import_cred *c = &plan->at[i];
	char number[24];

	if (c->verdict == IMPORT_TAKE)
		return;
	(void)snprintf(number, sizeof number, "%zu", i + 1);
	at(im, plan->no, plan->user);
	desk_put(im->d, stdout, c->verdict == IMPORT_REFUSED ?
	    W_IMPORT_NOT : W_IMPORT_NTH, (const char *const[]){ number, NULL,
	    NULL, NULL });
	desk_put(im->d, stdout, c->why, (const char *const[]){ c->arg[0],
	    c->arg[1], c->arg[2], NULL });
	(void)fputc('\n', stdout);
}

void
import_tell(const struct import *im, const struct import_plan *plan)
{
	char number[24];
	size_t i;

	if (plan->fault != N_WORDS) {
		at(im, plan->no, plan->user);
		desk_put(im->d, stdout, W_IMPORT_REFUSED,
		    (const char *const[]){ NULL, NULL, NULL, NULL });
		desk_put(im->d, stdout, plan->fault,
		    (const char *const[]){ im->owner, NULL, NULL, NULL });
		(void)fputc('\n', stdout);
		return;
	}
	for (i = 0; i < plan->n; i++)
		tell_cred(im, plan, i);
	(void)snprintf(number, sizeof number, "%zu", plan->too_many);
	if (plan->too_many > 0)
		import_say(im, plan->no, plan->user, DESK_ARGS(W_WHY_MANY,
		    { number }));
	if (plan->refused > 0 && !im->partial) {
		import_say(im, plan->no, plan->user,
		    DESK_ARGS(W_IMPORT_WHOLE, { NULL }));
		return;
	}
	if (plan->take == 0)
		return;
	if (plan->new_person)
		import_say(im, plan->no, plan->user,
		    DESK_ARGS(W_IMPORT_NEW, { NULL }));
	(void)snprintf(number, sizeof number, "%zu", plan->take);
	import_say(im, plan->no, plan->user, DESK_ARGS(W_IMPORT_WOULD,
	    { number }));
}
