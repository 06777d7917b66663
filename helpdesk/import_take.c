/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking the credentials of one line: a person, if there is none, the
 * credentials and the record, all in one change or nothing.
 *
 * Part of the administrator's program.  That nobody proved to have the keys
 * is on record: the file was believed.
 */
#include <openssl/sha.h>
#include <string.h>

#include "record/audit.h"
#include "helpdesk/account.h"
#include "helpdesk/import.h"

static void
record(struct import *im, const struct import_plan *plan,
    const struct sek_credential *c, const struct sek_fido_cred *f)
{
	json_t *rec = desk_record(im->d, "enrol");
	uint8_t hash[SHA256_DIGEST_LENGTH];

	(void)SHA256(f->id, f->id_len, hash);
	sek_record_str(rec, "person.name", plan->person.name);
	sek_record_str(rec, "person.display", plan->person.display);
	sek_record_str(rec, "token.kind", "fido2");
	sek_record_int(rec, "token.credential", c->id);
	sek_record_int(rec, "token.number", c->token);
	sek_record_str(rec, "token.rp", f->rp);
	sek_record_hex(rec, "token.id_sha256", hash, sizeof hash);
	sek_record_str(rec, "token.alg", sek_fido_alg_word(f->alg));
	sek_record_bool(rec, "token.verified", f->verified);
	sek_record_str(rec, "change.object", "credential");
	sek_record_str(rec, "change.proof", "none");
	sek_record_str(rec, "change.file", im->file);
	sek_record_int(rec, "change.line", (int64_t)plan->no);
}

static int
new_person(struct import *im, struct import_plan *plan, struct sek_why *why)
{
	const struct desk_list account = { .at = { plan->user }, .n = 1 };
	struct sek_person p = { .id = 0 };
	json_t *rec;
	size_t i;
	int r;

	(void)snprintf(p.name, sizeof p.name, "%s", plan->user);
	(void)snprintf(p.password_user, sizeof p.password_user, "%s",
	    plan->user);
	r = desk_person_new(im->d, &p, &account, why);
	for (i = 0; r == SEK_OK && i < im->roles.n; i++) {
		r = sek_store_person_role(im->d->store, im->d->actor, p.name,
		    im->roles.at[i], true, why);
		rec = r == SEK_OK ? desk_record(im->d, "grant") : NULL;
		sek_record_str(rec, "person.name", p.name);
		sek_record_str(rec, "role", im->roles.at[i]);
	}
	return r == SEK_OK ? sek_store_person(im->d->store, p.name,
	    &plan->person) : r;
}

static int
one(struct import *im, const struct import_plan *plan,
    const struct import_cred *at, int64_t *id, struct sek_why *why)
{
	struct sek_credential c = { .person_id = plan->person.id,
		.label = "pam_u2f", .status_reason =
		    "possession not proved: imported from a file of pam_u2f" };
	struct sek_fido_cred f = { .alg = at->c.alg, .id_len = at->c.id_len,
		.spki_len = at->c.spki_len, .verified = at->c.verified };
	int r;

	(void)snprintf(f.rp, sizeof f.rp, "%s", at->rp);
	memcpy(f.id, at->c.id, f.id_len);
	memcpy(f.spki, at->c.spki, f.spki_len);
	r = sek_store_fido_enrol(im->d->store, im->d->actor, &c, &f, why);
	if (r == SEK_OK) {
		record(im, plan, &c, &f);
		*id = c.id;
	}
	return r;
}

static void
tell(const struct import *im, const struct import_plan *plan,
    const int64_t *ids)
{
	char id[24];
	size_t i;

	for (i = 0; i < plan->n; i++) {
		if (plan->at[i].verdict != IMPORT_TAKE)
			continue;
		(void)snprintf(id, sizeof id, "%lld", (long long)ids[i]);
		import_say(im, plan->no, plan->user,
		    DESK_ARGS(W_IMPORT_DONE, { id, plan->person.name,
		    sek_fido_alg_word(plan->at[i].c.alg) }));
	}
}

int
import_take(struct import *im, const struct import_plan *judged)
{
	int64_t ids[AUTHFILE_CREDS_MAX] = { 0 };
	struct import_plan plan = *judged;
	struct sek_why why = { "" };
	int r, err = SEK_OK;
	size_t i;

	if ((r = desk_begin(im->d)) != DESK_GO)
		return r;
	if (plan.new_person)
		err = new_person(im, &plan, &why);
	for (i = 0; err == SEK_OK && i < plan.n; i++)
		if (plan.at[i].verdict == IMPORT_TAKE)
			err = one(im, &plan, &plan.at[i], &ids[i], &why);
	if ((r = desk_end(im->d, err, &why)) == DESK_OK)
		tell(im, &plan, ids);
	return r;
}
