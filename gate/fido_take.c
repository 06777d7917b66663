/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a FIDO2 key has signed: whose credential it is, whether it may still be
 * used, whether the signature holds, and whether the counter says that there
 * are two of this key.
 * Runs in the gate.  Possession is passed at one place, after the counter is
 * on disk; the helper's word counts for nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gate/login.h"
#include "gate/store_fido.h"
#include "sekisho/escape.h"

#define MAX_ACCOUNTS 16u

/* The credential that signed, and what its person may open with it. */
struct owner {
	struct sek_credential credential;
	struct sek_fido_cred cred;
	struct sek_account account[MAX_ACCOUNTS];
	size_t n;
	struct sek_fido_match match; /* for the last usable account, or else
					the first one that is refused */
};

static enum sek_reason
find_credential(struct sek_login *l, const struct sek_fido_assertion *a,
    struct owner *o)
{
	const struct sek_fido_login *k = &l->fido;
	int r;

	if (a->rp >= k->ask.n_rps)
		return SEK_R_HELPER_PROTOCOL;
	if (k->ask.n > 0 &&
	    !sek_fido_asked_for(k, a->rp, a->id, a->id_len)) {
		sek_login_detail(l, "the key has signed with a credential "
		    "that it was not asked for");
		return SEK_R_BAD_ASSERTION;
	}
	r = sek_store_fido_find(l->store, k->ask.rps[a->rp], a->id,
	    a->id_len, &o->credential, &o->cred);
	if (r == SEK_E_NOENT)
		return SEK_R_NO_MATCH;
	if (r != SEK_OK)
		return SEK_R_STORE;
	/* WebAuthn 7.2 step 6: who was not named is named by the key */
	if (k->ask.n == 0 && a->handle_len == 0 && o->cred.handle_len > 0) {
		sek_login_detail(l, "the key did not say whose it is");
		return SEK_R_BAD_ASSERTION;
	}
	return SEK_R_OK;
}

/* The account that was asked for, or all that the person may open. */
static enum sek_reason
find_accounts(struct sek_login *l, struct owner *o)
{
	if (l->account_known) {
		o->account[0] = l->account;
		o->n = 1;
		return SEK_R_OK;
	}
	/* an account was named, and there is no such account */
	if (l->begin.user[0] != '\0')
		return SEK_R_NO_MATCH;
	if (sek_may_open_which(l->store, o->credential.person_id, NULL,
	    o->account, MAX_ACCOUNTS, &o->n) != SEK_OK)
		return SEK_R_STORE;
	return o->n > 0 ? SEK_R_OK : SEK_R_NO_MATCH;
}

/* Leave the accounts that may be opened; none: why not. */
static enum sek_reason
judge_accounts(struct sek_login *l, struct owner *o)
{
	struct sek_fido_match m;
	enum sek_reason reason, refused = SEK_R_NONE;
	size_t i, usable = 0;

	for (i = 0; i < o->n; i++) {
		reason = sek_fido_judge(l, &o->credential, &o->cred,
		    &o->account[i], &m);
		if (reason == SEK_R_STORE)
			return reason;
		if (reason == SEK_R_OK)
			o->account[usable++] = o->account[i];
		else if (refused == SEK_R_NONE)
			refused = reason;
		if (reason == SEK_R_OK || (usable == 0 && refused == reason))
			o->match = m;
	}
	o->n = usable;
	return usable > 0 ? SEK_R_OK : refused;
}

static enum sek_reason
check_signature(struct sek_login *l, const struct sek_fido_assertion *a,
    const struct owner *o)
{
	const struct sek_fido_expect e = { .cred = &o->cred,
	    .rp = l->fido.ask.rps[a->rp], .hash = l->fido.ask.hash,
	    .verify = o->match.verify, .synced = l->policy->synced };
	struct sek_why why = { "" };
	enum sek_reason reason;

	reason = sek_fido_verify(&e, a, &l->fido.seen, &why);
	l->fido.has_seen = reason == SEK_R_OK || l->fido.seen.flags != 0;
	if (reason != SEK_R_OK)
		sek_login_detail(l, why.text);
	return reason;
}

/* Two keys with one credential count apart from each other. */
static enum sek_reason
suspect(struct sek_login *l, const struct sek_fido_cred *f, uint32_t counter)
{
	char text[120];

	/* refused all the same when it cannot be suspended, and on record */
	(void)snprintf(text, sizeof text, "its signature counter did not rise: "
	    "%u after %u%s", counter, f->counter, sek_store_fido_suspect(
	    l->store, f, counter, l->now) == SEK_OK ? "" :
	    "; it could not be suspended");
	sek_login_detail(l, text);
	return SEK_R_CLONE_SUSPECTED;
}

/* The counter is on disk before anybody is told anything. */
static enum sek_reason
keep_counter(struct sek_login *l, struct sek_fido_cred *f)
{
	const uint32_t counter = l->fido.seen.counter;
	int r, tries;

	for (tries = 0; tries < 2; tries++) {
		if (sek_fido_counter_back(f, counter))
			return suspect(l, f, counter);
		r = sek_store_fido_count(l->store, f, counter);
		if (r == SEK_OK)
			return SEK_R_OK;
		if (r == SEK_E_EXISTS)
			r = sek_store_fido_of(l->store, f->credential, f);
		if (r != SEK_OK) {
			sek_login_detail(l, "its signature counter could not "
			    "be stored");
			return SEK_R_STORE;
		}
		/* another login was faster, or it was suspended meanwhile */
		if (f->suspect != 0)
			return SEK_R_CLONE_SUSPECTED;
	}
	sek_login_detail(l, "its signature counter changes too fast");
	return SEK_R_STORE;
}

/* Which account, when the key alone has named the person. */
static enum sek_reason
choose_account(struct sek_login *l, const struct owner *o)
{
	struct sek_choice choices[MAX_ACCOUNTS];
	enum sek_reason reason;
	size_t i, which = 0;

	for (i = 0; i < o->n; i++)
		choices[i] = (struct sek_choice){ &o->match.person,
		    &o->account[i] };
	reason = sek_choose(l, choices, o->n, &which);
	if (reason == SEK_R_OK)
		l->account = o->account[which];
	else /* nobody has said which */
		sek_wipe(&l->account, sizeof l->account);
	return reason;
}

static enum sek_reason
take(struct sek_login *l, const struct sek_fido_assertion *a, struct owner *o)
{
	enum sek_reason reason;

	if ((reason = find_credential(l, a, o)) != SEK_R_OK ||
	    (reason = find_accounts(l, o)) != SEK_R_OK)
		return reason;
	reason = judge_accounts(l, o);
	if (reason == SEK_R_STORE)
		return reason;
	sek_fido_match_take(l, &o->match);
	if (reason != SEK_R_OK)
		return reason;
	l->possession = SEK_FAILED;
	if ((reason = check_signature(l, a, o)) != SEK_R_OK ||
	    (reason = keep_counter(l, &o->cred)) != SEK_R_OK)
		return reason;
	l->possession = SEK_PASSED;
	/* signed, and by a model whose word counts for it */
	l->verification = (l->fido.seen.flags & SEK_FIDO_UV) != 0 &&
	    o->match.counts ? SEK_PASSED : SEK_UNTRIED;
	return choose_account(l, o);
}

/* Which device it is now: a key pulled out and another one put in may get
 * the same path. */
static void
note_place(struct sek_fido_login *k, const char *place)
{
	struct stat st;

	(void)snprintf(k->place, sizeof k->place, "%s", place);
	k->node_dev = k->node_ino = 0;
	if (place[0] == '/' && stat(place, &st) == 0) {
		k->node_dev = st.st_rdev;
		k->node_ino = st.st_ino;
	}
}

enum sek_reason
sek_fido_take(struct sek_login *l, const struct sek_fido_assertion *a)
{
	struct owner *o = calloc(1, sizeof *o);
	enum sek_reason reason;

	if (o == NULL)
		return SEK_R_INTERNAL;
	(void)snprintf(l->fido.label, sizeof l->fido.label, "%s", a->label);
	(void)snprintf(l->fido.transport, sizeof l->fido.transport, "%s",
	    a->transport);
	note_place(&l->fido, a->place);
	reason = take(l, a, o);
	free(o);
	return reason;
}
