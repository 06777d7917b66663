/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenSSH keys in the enrolment store: enrolling one and reading it back.
 *
 * Reads in the gate and in the administrator's program, writes in the latter
 * only.  A row that does not fit what the store promises is a failure, never
 * a guess.
 */
#include <stdio.h>
#include <string.h>

#include "gate/digest.h"
#include "gate/store_local.h"
#include "gate/store_ssh.h"

/* What stands where other kinds have the hash of a certificate.  A DER
 * certificate begins with 0x30, and of FIDO2 it is another word: no hash is
 * of two kinds. */
static int
hash_of_blob(const struct sek_ssh_key *key, uint8_t out[32])
{
	static const char what[] = "SSH"; /* with its NUL */

	return sek_digest_two(what, sizeof what, key->blob, key->blob_len,
	    out);
}

/* Inside the transaction. */
static int
enrol(struct sek_store *s, const char *by, struct sek_credential *c,
    const struct sek_ssh_key *key, bool held, struct sek_why *why)
{
	int r = sek_store_bind_credential(s, by, c, why);
	const struct sek_store_arg args[] = {
		SEK_A_INT(c->id), SEK_A_TEXT(key->type),
		SEK_A_BLOB(key->blob, key->blob_len), SEK_A_INT(held)
	};

	return r != SEK_OK ? r : sek_store_run(s, "INSERT INTO ssh"
	    " (credential_id, type, blob, held) VALUES (?1, ?2, ?3, ?4)",
	    args, sizeof args / sizeof args[0], why);
}

int
sek_store_ssh_enrol(struct sek_store *s, const char *by,
    struct sek_credential *c, const struct sek_ssh_key *key, bool held,
    struct sek_why *why)
{
	struct sek_credential made = { .person_id = c->person_id,
		.kind = SEK_CRED_SSH, .bind = SEK_BIND_KEY };
	bool own;
	int r;

	memcpy(made.label, c->label, sizeof made.label);
	memcpy(made.status_reason, c->status_reason,
	    sizeof made.status_reason);
	memcpy(made.token_serial, c->token_serial, sizeof made.token_serial);
	memcpy(made.spki_sha256, key->spki_sha256, sizeof made.spki_sha256);
	if ((r = hash_of_blob(key, made.cert_sha256)) != SEK_OK ||
	    (r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = enrol(s, by, &made, key, held, why);
	r = sek_store_leave(s, own, r, why);
	if (r == SEK_OK)
		*c = made;
	return r;
}

static int
read_row(sqlite3_stmt *st, struct sek_ssh_cred *out)
{
	struct sek_ssh_cred c = { .credential = sqlite3_column_int64(st, 0) };
	const void *blob = sqlite3_column_blob(st, 2);
	int n = sqlite3_column_bytes(st, 2), held = sqlite3_column_int(st, 3);

	if (sek_store_text(st, 1, c.type, sizeof c.type) != SEK_OK ||
	    sqlite3_column_type(st, 2) != SQLITE_BLOB || blob == NULL ||
	    n < 1 || (size_t)n > sizeof c.blob ||
	    sqlite3_column_type(st, 3) != SQLITE_INTEGER ||
	    (held != 0 && held != 1))
		return SEK_E_IO;
	memcpy(c.blob, blob, (size_t)n);
	c.blob_len = (size_t)n;
	c.held = held == 1;
	*out = c;
	return SEK_OK;
}

int
sek_store_ssh_of(struct sek_store *s, int64_t credential,
    struct sek_ssh_cred *out)
{
	sqlite3_stmt *st = NULL;
	int r, rc;

	r = sek_store_look(s, SEK_ST_SSH,
	    (struct sek_store_arg[]){ SEK_A_INT(credential) }, 1, &st);
	if (r != SEK_OK)
		return r;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		r = read_row(st, out);
	return sek_store_looked(s, st, rc, r);
}
