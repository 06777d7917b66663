/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record of a session that was locked or ended because its token went
 * away, or that could not be.  Runs in sekisho-watch.
 */
#include "record/audit.h"
#include "sekisho/reason.h"
#include "watch/watch.h"

static void
add_token(json_t *rec, const struct sek_presence *m)
{
	sek_record_str(rec, "token.kind", m->fido ? "fido2" : "pkcs11");
	sek_record_str(rec, "token.label", m->label);
	if (m->fido)
		return;
	sek_record_str(rec, "token.token_serial", m->serial);
	sek_record_str(rec, "token.reader", m->place);
}

static void
add_session(json_t *rec, const struct sek_presence *m)
{
	sek_record_str(rec, "session", m->session);
	sek_record_str(rec, "person.name", m->person);
	sek_record_str(rec, "account.name", m->account);
	sek_record_bool(rec, "account.shared", m->shared);
	sek_record_str(rec, "where.service", m->service);
	sek_record_str(rec, "where.tty", m->tty);
	if (m->xdg[0] != '\0')
		sek_record_str(rec, "where.xdg_session", m->xdg);
}

/* Whoever is on record with this must not have been here. */
static const char *
detail(const struct watched *w, const char *problem)
{
	if (problem != NULL || !w->doubt || w->is.watch == SEK_WATCH_TAP)
		return problem;
	return "its own card had gone before: this was one of the same make "
	    "in the same reader, perhaps another person's";
}

int
note_record(const struct sek_policy *p, const struct watched *w,
    const char *problem, struct sek_why *why)
{
	const struct sek_presence *m = &w->is;
	const struct sek_audit_conf conf = sek_policy_audit(p);
	const enum sek_reason reason = problem == NULL ? SEK_R_OK :
	    SEK_R_NOT_LOCKED;
	json_t *rec = sek_record_new(m->watch == SEK_WATCH_END ? "end" :
	    "lock", p->host);
	uint64_t seq = 0;
	int r;

	/* a failure of the system, as in the gate */
	sek_record_outcome(rec, problem == NULL ? SEK_RESULT_SUCCESS :
	    SEK_RESULT_MAJOR, reason);
	sek_record_str(rec, "detail", detail(w, problem));
	sek_record_hex(rec, "policy", p->hash, 32);
	/* who lays the card on once more asks for it */
	sek_record_str(rec, "lock.cause", m->watch == SEK_WATCH_TAP ?
	    "request" : "removal");
	add_session(rec, m);
	add_token(rec, m);
	r = sek_audit_append(&conf, rec, &seq, why);
	json_decref(rec);
	return r;
}
