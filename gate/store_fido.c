/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Binding the credentials of FIDO2 keys to a person.
 *
 * Runs in the administrator's program.  Must never bind an id or a key that
 * anybody has, in whatever status and kind: a line copied under another name
 * would make one key stand for two persons.
 */
#include "gate/store_fido.h"

#include <openssl/evp.h>
#include <string.h>

#include "gate/digest.h"
#include "gate/store_local.h"

#define N_ARGS(a) (sizeof(a) / sizeof((a)[0]))

/* What stands for id and RP ID where a certificate has its own hash.  A DER
 * certificate begins with 0x30: no hash is of both kinds. */
static int
hash_of_id(const struct sek_fido_cred *f, uint8_t out[32])
{
	static const char what[] = "FIDO2"; /* with its NUL */
	struct sek_buf b = { 0 };

	sek_put_raw(&b, what, sizeof what);
	sek_put_raw(&b, f->rp, strlen(f->rp) + 1);
	sek_put_raw(&b, f->id, f->id_len);
	return sek_digest_of(&b, out);
}

static int
check_fido(const struct sek_fido_cred *f, struct sek_why *why)
{
	const char *bad = NULL;

	if (f->rp[0] == '\0' || !sek_store_text_ok(f->rp, sizeof f->rp))
		bad = "RP ID";
	else if (f->id_len == 0 || f->id_len > sizeof f->id)
		bad = "id";
	else if (strcmp(sek_fido_alg_word(f->alg), "none") == 0)
		bad = "algorithm";
	else if (f->spki_len == 0 || f->spki_len > sizeof f->spki)
		bad = "public key";
	else if (f->handle_len > sizeof f->handle)
		bad = "user handle";
	else if (!sek_store_text_ok(f->transports, sizeof f->transports))
		bad = "list of transports";
	else if (f->protect > 3)
		bad = "level of protection";
	else if (f->attestation < SEK_ATT_NONE ||
	    f->attestation > SEK_ATT_TRUSTED)
		bad = "kind of attestation";
	if (bad == NULL)
		return SEK_OK;
	sek_why_set(why, "the credential has no usable %s", bad);
	return SEK_E_INVAL;
}

/* A token that is joined must be the same person's, and no credential of it
 * may be out of use. */
static int
may_join(struct sek_store *s, const struct sek_credential *c, int64_t token,
    struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(token), SEK_A_INT(c->person_id)
	};
	sqlite3_stmt *st;
	int r, rc;

	r = sek_store_prepare(s, "SELECT NOT EXISTS (SELECT 1 FROM fido f"
	    " JOIN credential c ON c.id = f.credential_id"
	    " WHERE f.token_id = ?1 AND c.status <> 2) FROM token"
	    " WHERE id = ?1 AND person_id = ?2", args, N_ARGS(args), &st,
	    why);
	if (r != SEK_OK)
		return r;
	rc = sqlite3_step(st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
		r = sek_store_fail(s->db, rc, why);
	} else if (rc == SQLITE_DONE || sqlite3_column_int(st, 0) == 0) {
		sek_why_set(why, "the token %lld is %s", (long long)token,
		    rc == SQLITE_DONE ? "not this person's" :
		    "suspended or revoked");
		r = SEK_E_DENIED;
	}
	sqlite3_finalize(st);
	return r;
}

static int
new_token(struct sek_store *s, const struct sek_credential *c,
    int64_t *token, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(c->person_id), SEK_A_INT(c->created),
		SEK_A_TEXT(c->created_by)
	};
	int r;

	r = sek_store_run(s, "INSERT INTO token (person_id, created,"
	    " created_by) VALUES (?1, ?2, ?3)", args, N_ARGS(args), why);
	if (r == SEK_OK)
		*token = sqlite3_last_insert_rowid(s->db);
	return r;
}

static int
insert(struct sek_store *s, const struct sek_fido_cred *f,
    struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(f->credential), SEK_A_INT(f->token),
		SEK_A_TEXT(f->rp), SEK_A_BLOB(f->id, f->id_len),
		SEK_A_INT(f->alg), SEK_A_BLOB(f->spki, f->spki_len),
		SEK_A_BLOB(f->handle, f->handle_len),
		SEK_A_BLOB(f->aaguid, sizeof f->aaguid),
		/* all 64 bits are kept, whatever sign that makes */
		SEK_A_INT((int64_t)f->firmware), SEK_A_TEXT(f->transports),
		SEK_A_INT(f->protect), SEK_A_INT(f->verified),
		SEK_A_INT(f->backup), SEK_A_INT(f->resident),
		SEK_A_INT(f->ssh), SEK_A_INT(f->attestation),
		SEK_A_HASH(f->attestation_sha256), SEK_A_INT(f->counter),
		SEK_A_INT(f->counted)
	};

	return sek_store_run(s, "INSERT INTO fido (credential_id, token_id,"
	    " rp, cred_id, alg, spki, handle, aaguid, firmware, transports,"
	    " protect, verified, backup, resident, ssh, attestation,"
	    " attestation_sha256, counter, counted, suspect) VALUES (?1, ?2,"
	    " ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
	    " ?17, ?18, ?19, 0)", args, N_ARGS(args), why);
}

/* Inside the transaction. */
static int
enrol(struct sek_store *s, const char *by, struct sek_credential *c,
    struct sek_fido_cred *f, struct sek_why *why)
{
	int r;

	if (f->token != 0 && (r = may_join(s, c, f->token, why)) != SEK_OK)
		return r;
	if ((r = sek_store_bind_credential(s, by, c, why)) != SEK_OK)
		return r;
	if (f->token == 0 && (r = new_token(s, c, &f->token, why)) != SEK_OK)
		return r;
	c->token = f->token;
	f->credential = c->id;
	f->suspect = 0;
	f->counted = f->counted || f->counter != 0;
	return insert(s, f, why);
}

int
sek_store_fido_enrol(struct sek_store *s, const char *by,
    struct sek_credential *c, struct sek_fido_cred *f, struct sek_why *why)
{
	struct sek_credential made = { .person_id = c->person_id,
		.kind = SEK_CRED_FIDO2, .bind = SEK_BIND_KEY };
	struct sek_fido_cred made_f = *f;
	bool own;
	int r;

	memcpy(made.label, c->label, sizeof made.label);
	memcpy(made.status_reason, c->status_reason,
	    sizeof made.status_reason);
	if ((r = check_fido(f, why)) != SEK_OK ||
	    (r = hash_of_id(f, made.cert_sha256)) != SEK_OK)
		return r;
	if (EVP_Digest(f->spki, f->spki_len, made.spki_sha256, NULL,
	    EVP_sha256(), NULL) != 1)
		return SEK_E_CRYPTO;
	if ((r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = enrol(s, by, &made, &made_f, why);
	r = sek_store_leave(s, own, r, why);
	if (r == SEK_OK) {
		*c = made;
		*f = made_f;
	}
	return r;
}
