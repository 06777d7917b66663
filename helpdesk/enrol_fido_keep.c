/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A FIDO2 key that may be enrolled: in the store and on record, and told to
 * the administrator; and one that may not, on record and told.
 *
 * Part of the administrator's program.  Both credentials of a ceremony are
 * kept, or neither.
 */
#include "helpdesk/fido.h"

#include <openssl/sha.h>
#include <string.h>
#include <time.h>

#include "record/audit.h"

static const char *
proof_word(const struct fido *f)
{
	return f->pin ? "pin" : f->verify ? "verification" : "touch";
}

static const char *
proof_text(const struct fido *f)
{
	return f->pin ? "possession proved by a touch, with the key's PIN" :
	    f->verify ? "possession proved by a touch, with the key's "
	    "verification of the person" : "possession proved by a touch";
}

/* -- record */

static void
record_model(const struct fido *f, json_t *rec)
{
	char words[160];

	if (f->models == NULL)
		return;
	sek_record_int(rec, "model.number", f->models_info.number);
	sek_record_int(rec, "model.next_update", f->models_info.next_update);
	sek_record_int(rec, "model.age_s", time(NULL) - f->models_info.made);
	sek_record_bool(rec, "model.known", f->model.known);
	if (!f->model.known)
		return;
	sek_model_words(f->model.status, words, sizeof(words));
	sek_record_str(rec, "model.name", f->model.name);
	sek_record_str(rec, "model.status", words);
}

/* What is known of the key whether it is kept or not. */
static void
record_key(const struct fido *f, size_t i, json_t *rec)
{
	const struct sek_fido_cred *c = &f->cred[i];
	uint8_t hash[SHA256_DIGEST_LENGTH];
	char aaguid[37];

	sek_record_str(rec, "person.name", f->e->person.name);
	sek_record_str(rec, "person.display", f->e->person.display);
	sek_record_str(rec, "token.kind", "fido2");
	sek_record_str(rec, "token.rp", f->create.make[i].rp);
	sek_record_str(rec, "change.object", "credential");
	sek_record_str(rec, "change.proof", proof_word(f));
	if (f->e->label != NULL && *f->e->label != '\0')
		sek_record_str(rec, "change.label", f->e->label);
	if (f->made[i].label[0] != '\0')
		sek_record_str(rec, "token.label", f->made[i].label);
	if (c->id_len == 0) /* it never got so far */
		return;
	(void)SHA256(c->id, c->id_len, hash);
	sek_record_hex(rec, "token.id_sha256", hash, sizeof(hash));
	sek_aaguid_text(aaguid, c->aaguid);
	sek_record_str(rec, "token.aaguid", aaguid);
	sek_record_str(rec, "token.alg", sek_fido_alg_word(c->alg));
	sek_record_str(rec, "token.attestation",
	    sek_attestation_word(c->attestation));
	sek_record_str(rec, "token.attested_by", f->chain[i]);
	record_model(f, rec);
}

static void
record(const struct fido *f, size_t i, const struct sek_credential *row)
{
	const struct sek_fido_cred *c = &f->cred[i];
	json_t *rec = desk_record(f->e->d, "enrol");

	record_key(f, i, rec);
	sek_record_int(rec, "token.credential", row->id);
	sek_record_int(rec, "token.number", c->token);
	sek_record_int(rec, "token.protect", c->protect);
	sek_record_bool(rec, "token.verified", c->verified);
	sek_record_bool(rec, "token.resident", c->resident);
	sek_record_bool(rec, "token.backup", c->backup);
	sek_record_bool(rec, "token.ssh", c->ssh);
	if (c->transports[0] != '\0')
		sek_record_str(rec, "token.transports", c->transports);
	if (c->firmware != 0)
		sek_record_int(rec, "token.firmware", (int64_t)c->firmware);
}

/* What is on the key and not in the store. */
static void
tell_left(const struct fido *f)
{
	size_t i;

	for (i = 0; f->resident && (i == 0 || i < f->n_made); i++)
		DESK_ERR(f->e->d, W_FIDO_LEFT_ON_KEY,
		    { f->create.make[i].rp });
}

int
fido_refuse(struct fido *f, enum sek_reason reason, const struct sek_why *why)
{
	struct desk *d = f->e->d;
	json_t *rec = desk_refused(d, "enrol", reason, why->text);

	record_key(f, 0, rec);
	DESK_ERR(d, W_FIDO_NOT_ENROLLED, { sek_reason(reason)->word,
	    why->text });
	tell_left(f);
	return desk_refused_end(d, rec);
}

/* -- what the administrator is told */

static void
tell_key(const struct fido *f, size_t i)
{
	static const enum word attestation[] = {
		[SEK_ATT_NONE] = W_FIDO_ATT_NONE,
		[SEK_ATT_UNKNOWN] = W_FIDO_ATT_UNKNOWN,
		[SEK_ATT_TRUSTED] = W_FIDO_ATT_TRUSTED,
	};
	const struct sek_fido_cred *c = &f->cred[i];
	const struct desk *d = f->e->d;
	char aaguid[37], level[8];

	sek_aaguid_text(aaguid, c->aaguid);
	(void)snprintf(level, sizeof(level), "%u", (unsigned)c->protect);
	DESK_SAY(d, W_FIDO_FOUND, { f->model.name[0] != '\0' ? f->model.name :
	    f->made[i].label, aaguid });
	DESK_SAY(d, attestation[c->attestation], { f->chain[i] });
	DESK_SAY(d, W_FIDO_ALG, { sek_fido_alg_word(c->alg) });
	DESK_SAY(d, W_FIDO_PROTECT, { level });
}

/* Does any service take a key that was enrolled like this? */
static bool
serves(const struct fido *f)
{
	const struct sek_policy *p = f->e->d->policy;
	size_t i, k;

	for (i = 0; i < p->n_services; i++)
		for (k = 0; k < p->services[i].n_pairs; k++)
			if (p->services[i].pairs[k] ==
			    SEK_PAIR_FIDO2_PASSWORD || (f->verify &&
			    p->services[i].pairs[k] ==
			    SEK_PAIR_FIDO2_VERIFICATION))
				return true;
	return false;
}

static void
warn(const struct fido *f)
{
	const struct sek_fido_cred *c = &f->cred[0];
	const struct desk *d = f->e->d;

	/* level 1 is none */
	if (f->create.make[0].protect > 1 &&
	    f->create.make[0].protect > c->protect)
		DESK_SAY(d, f->verify ? W_FIDO_UNPROTECTED :
		    W_FIDO_UNPROTECTED_ID, { NULL });
	if (c->attestation != SEK_ATT_TRUSTED)
		DESK_SAY(d, W_FIDO_MAKER_UNPROVED, { NULL });
	if (c->backup)
		DESK_SAY(d, W_FIDO_BACKUP, { NULL });
	if ((f->model.status & SEK_MODEL_UV_BYPASS) != 0)
		DESK_SAY(d, W_FIDO_BYPASS, { f->model.name });
	if ((f->model.status & SEK_MODEL_UPDATE) != 0)
		DESK_SAY(d, W_FIDO_UPDATE, { f->model.name });
	if (!serves(f))
		DESK_SAY(d, f->verify ? W_FIDO_NO_SERVICE :
		    W_FIDO_NO_SERVICE_TOUCH, { NULL });
}

static void
tell(const struct fido *f, const struct sek_credential *rows)
{
	const struct desk *d = f->e->d;
	char id[24];

	(void)snprintf(id, sizeof(id), "%lld", (long long)rows[0].id);
	DESK_SAY(d, W_ENROLLED, { id, f->e->person.name });
	tell_key(f, 0);
	warn(f);
	if (f->n_made < 2)
		return;
	(void)snprintf(id, sizeof(id), "%lld", (long long)rows[1].id);
	DESK_SAY(d, W_FIDO_SSH_DONE, { id, f->ssh.file });
	if (f->verify)
		DESK_SAY(d, W_FIDO_SSH_VERIFY, { NULL });
}

/* -- store */

static int
store(struct fido *f, struct sek_credential *rows, struct sek_why *why)
{
	struct enrol *e = f->e;
	int r = SEK_OK;
	size_t i;

	for (i = 0; r == SEK_OK && i < f->n_made; i++) {
		rows[i].person_id = e->person.id;
		(void)snprintf(rows[i].label, sizeof(rows[i].label), "%s",
		    e->label != NULL ? e->label : "");
		(void)snprintf(rows[i].status_reason,
		    sizeof(rows[i].status_reason), "%s", proof_text(f));
		f->cred[i].token = i > 0 ? f->cred[0].token : 0;
		r = sek_store_fido_enrol(e->d->store, e->d->actor, &rows[i],
		    &f->cred[i], why);
		if (r == SEK_OK)
			record(f, i, &rows[i]);
	}
	return r;
}

static int
keep_both(struct fido *f)
{
	struct sek_credential rows[SEK_FIDO_MAX_MAKES] = { { 0 } };
	struct desk *d = f->e->d;
	struct sek_why why = { "" };
	int r, err;

	if (desk_begin(d) != DESK_GO)
		return fido_refuse(f, SEK_R_STORE, &why);
	err = store(f, rows, &why);
	r = desk_end(d, err, &why);
	if (r == DESK_OK)
		tell(f, rows);
	else if (err != SEK_OK)
		r = fido_refuse(f, err == SEK_E_EXISTS ? SEK_R_KEY_HELD :
		    SEK_R_STORE, &why);
	else
		tell_left(f);
	return r;
}

int
fido_keep(struct fido *f)
{
	struct sek_why why = { "" };
	char comment[SEK_FIDO_TEXT_MAX + 16];
	int r;

	if (f->n_made > 1) {
		(void)snprintf(comment, sizeof(comment), "sekisho:%s",
		    f->create.user);
		if (enrol_ssh_write(&f->ssh, &f->cred[1], comment, &why) !=
		    SEK_OK)
			return fido_refuse(f, SEK_R_INTERNAL, &why);
	}
	r = keep_both(f);
	enrol_ssh_close(&f->ssh, r == DESK_OK);
	return r;
}
