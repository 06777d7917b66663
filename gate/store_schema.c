/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The schema of the enrolment store, version by version, and the migration.
 *
 * Runs in the administrator's program only; a gate opens a store of the
 * current version or none.  Must never edit a step that was released: the
 * stores out there were made by it.
 */
#include "gate/store_schema.h"

#include <stdio.h>

#include "gate/store_local.h"

/*
 * Rows of persons, accounts and credentials are never deleted: records name
 * them.  Lengths are bytes and fit the buffers of gate/store.h without the
 * NUL.  A key is unique over all credentials, whatever their status: a card
 * never becomes somebody else's.
 */
static const char step_create[] =
    "CREATE TABLE person (\n"
    " id INTEGER PRIMARY KEY,\n"
    " name TEXT NOT NULL UNIQUE\n"
    "  CHECK (length(CAST(name AS BLOB)) BETWEEN 1 AND 256),\n"
    " display TEXT NOT NULL\n"
    "  CHECK (length(CAST(display AS BLOB)) BETWEEN 0 AND 256),\n"
    " password_user TEXT NOT NULL\n"
    "  CHECK (length(CAST(password_user AS BLOB)) BETWEEN 1 AND 256),\n"
    " status INTEGER NOT NULL CHECK (status IN (1, 2)),\n"
    " status_reason TEXT NOT NULL,\n"
    " created INTEGER NOT NULL,\n"
    " created_by TEXT NOT NULL,\n"
    " changed INTEGER NOT NULL,\n"
    " changed_by TEXT NOT NULL\n"
    ") STRICT;\n"
    "CREATE TABLE account (\n"
    " id INTEGER PRIMARY KEY,\n"
    " name TEXT NOT NULL UNIQUE\n"
    "  CHECK (length(CAST(name AS BLOB)) BETWEEN 1 AND 256),\n"
    " shared INTEGER NOT NULL CHECK (shared IN (0, 1)),\n"
    " status INTEGER NOT NULL CHECK (status IN (1, 2)),\n"
    " status_reason TEXT NOT NULL,\n"
    " created INTEGER NOT NULL,\n"
    " created_by TEXT NOT NULL,\n"
    " changed INTEGER NOT NULL,\n"
    " changed_by TEXT NOT NULL\n"
    ") STRICT;\n"
    "CREATE TABLE grants (\n"
    " account_id INTEGER NOT NULL REFERENCES account (id),\n"
    " person_id INTEGER NOT NULL REFERENCES person (id),\n"
    " created INTEGER NOT NULL,\n"
    " created_by TEXT NOT NULL,\n"
    " PRIMARY KEY (account_id, person_id)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX grants_person ON grants (person_id);\n"
    "CREATE TABLE credential (\n"
    " id INTEGER PRIMARY KEY,\n"
    " person_id INTEGER NOT NULL REFERENCES person (id),\n"
    " bind INTEGER NOT NULL CHECK (bind IN (1, 2)),\n"
    " status INTEGER NOT NULL CHECK (status IN (0, 1, 2)),\n"
    " status_reason TEXT NOT NULL,\n"
    " label TEXT NOT NULL,\n"
    " spki_sha256 BLOB NOT NULL UNIQUE CHECK (length(spki_sha256) = 32),\n"
    " cert_sha256 BLOB NOT NULL UNIQUE CHECK (length(cert_sha256) = 32),\n"
    " subject TEXT NOT NULL,\n"
    " issuer TEXT NOT NULL,\n"
    " serial TEXT NOT NULL,\n"
    " not_after INTEGER NOT NULL,\n"
    " token_serial TEXT NOT NULL,\n"
    " created INTEGER NOT NULL,\n"
    " created_by TEXT NOT NULL,\n"
    " changed INTEGER NOT NULL,\n"
    " changed_by TEXT NOT NULL\n"
    ") STRICT;\n"
    "CREATE INDEX credential_person ON credential (person_id);\n"
    "CREATE TABLE throttle (\n"
    " uid INTEGER PRIMARY KEY,\n"
    " boot_id TEXT NOT NULL,\n"
    " minute INTEGER NOT NULL,\n"
    " tries INTEGER NOT NULL CHECK (tries >= 0)\n"
    ") STRICT;\n"
    "CREATE TABLE change (\n"
    " id INTEGER PRIMARY KEY,\n"
    " at INTEGER NOT NULL,\n"
    " by TEXT NOT NULL,\n"
    " what TEXT NOT NULL,\n"
    " kind TEXT NOT NULL,\n"
    " object_id INTEGER NOT NULL,\n"
    " name TEXT NOT NULL,\n"
    " reason TEXT NOT NULL\n"
    ") STRICT;\n";

/*
 * The certificate at enrolment, so that its revocation can be fetched before
 * the next login; what was enrolled before has none.  The deny-list: a row
 * that was lifted stays, since records name it.
 */
static const char step_deny[] =
    "ALTER TABLE credential ADD COLUMN cert BLOB\n"
    " CHECK (cert IS NULL OR length(cert) BETWEEN 1 AND 16384);\n"
    "CREATE TABLE deny (\n"
    " id INTEGER PRIMARY KEY,\n"
    " kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3)),\n"
    " person TEXT NOT NULL\n"
    "  CHECK (length(CAST(person AS BLOB)) BETWEEN 0 AND 256),\n"
    " spki_sha256 BLOB CHECK (length(spki_sha256) = 32),\n"
    " issuer_sha256 BLOB CHECK (length(issuer_sha256) = 32),\n"
    " issuer TEXT NOT NULL,\n"
    " serial TEXT NOT NULL,\n"
    " reason TEXT NOT NULL,\n"
    " created INTEGER NOT NULL,\n"
    " created_by TEXT NOT NULL,\n"
    " lifted INTEGER NOT NULL,\n"
    " lifted_by TEXT NOT NULL,\n"
    " lifted_reason TEXT NOT NULL,\n"
    " CHECK (person <> '' OR kind <> 1),\n"
    " CHECK (spki_sha256 IS NOT NULL OR kind <> 2),\n"
    " CHECK ((issuer_sha256 IS NOT NULL AND serial <> '') OR kind <> 3)\n"
    ") STRICT;\n"
    "CREATE UNIQUE INDEX deny_person ON deny (person)\n"
    " WHERE kind = 1 AND lifted = 0;\n"
    "CREATE UNIQUE INDEX deny_key ON deny (spki_sha256)\n"
    " WHERE kind = 2 AND lifted = 0;\n"
    "CREATE UNIQUE INDEX deny_certificate ON deny (issuer_sha256, serial)\n"
    " WHERE kind = 3 AND lifted = 0;\n";

/*
 * FIDO2 keys.  One ceremony on one key makes one token, with one credential
 * or two.  Id and RP ID are unique together; that the public key is unique
 * among all credentials is `credential`'s.
 */
static const char step_fido[] =
    "ALTER TABLE credential ADD COLUMN kind INTEGER NOT NULL DEFAULT 1\n"
    " CHECK (kind IN (1, 2)) CHECK (kind = 1 OR cert IS NULL);\n"
    "CREATE TABLE token (\n"
    " id INTEGER PRIMARY KEY,\n"
    " person_id INTEGER NOT NULL REFERENCES person (id),\n"
    " created INTEGER NOT NULL,\n"
    " created_by TEXT NOT NULL\n"
    ") STRICT;\n"
    "CREATE TABLE fido (\n"
    " credential_id INTEGER PRIMARY KEY REFERENCES credential (id),\n"
    " token_id INTEGER NOT NULL REFERENCES token (id),\n"
    " rp TEXT NOT NULL\n"
    "  CHECK (length(CAST(rp AS BLOB)) BETWEEN 1 AND 253),\n"
    " cred_id BLOB NOT NULL CHECK (length(cred_id) BETWEEN 1 AND 1023),\n"
    " alg INTEGER NOT NULL CHECK (alg IN (-7, -8, -35, -257)),\n"
    " spki BLOB NOT NULL CHECK (length(spki) BETWEEN 1 AND 1200),\n"
    " handle BLOB NOT NULL CHECK (length(handle) BETWEEN 0 AND 64),\n"
    " aaguid BLOB NOT NULL CHECK (length(aaguid) = 16),\n"
    " firmware INTEGER NOT NULL,\n"
    " transports TEXT NOT NULL\n"
    "  CHECK (length(CAST(transports AS BLOB)) BETWEEN 0 AND 63),\n"
    " protect INTEGER NOT NULL CHECK (protect BETWEEN 0 AND 3),\n"
    " verified INTEGER NOT NULL CHECK (verified IN (0, 1)),\n"
    " backup INTEGER NOT NULL CHECK (backup IN (0, 1)),\n"
    " resident INTEGER NOT NULL CHECK (resident IN (0, 1)),\n"
    " ssh INTEGER NOT NULL CHECK (ssh IN (0, 1)),\n"
    " attestation INTEGER NOT NULL CHECK (attestation BETWEEN 0 AND 2),\n"
    " attestation_sha256 BLOB NOT NULL\n"
    "  CHECK (length(attestation_sha256) = 32),\n"
    " counter INTEGER NOT NULL CHECK (counter BETWEEN 0 AND 4294967295),\n"
    " counted INTEGER NOT NULL CHECK (counted IN (0, 1)),\n"
    " suspect INTEGER NOT NULL CHECK (suspect >= 0),\n"
    " UNIQUE (rp, cred_id),\n"
    " CHECK (counted = 1 OR counter = 0)\n"
    ") STRICT;\n"
    "CREATE INDEX fido_token ON fido (token_id);\n";

/*
 * When a person was let in last; at 0: never.  What comes from a login program
 * is escaped.  It may be lost, the record says it too.
 */
static const char step_last[] =
    "CREATE TABLE last_login (\n"
    " person_id INTEGER PRIMARY KEY REFERENCES person (id),\n"
    " at INTEGER NOT NULL CHECK (at >= 0),\n"
    " record INTEGER NOT NULL CHECK (record >= 0),\n"
    " host TEXT NOT NULL\n"
    "  CHECK (length(CAST(host AS BLOB)) BETWEEN 0 AND 300),\n"
    " service TEXT NOT NULL\n"
    "  CHECK (length(CAST(service AS BLOB)) BETWEEN 0 AND 300),\n"
    " tty TEXT NOT NULL\n"
    "  CHECK (length(CAST(tty AS BLOB)) BETWEEN 0 AND 300),\n"
    " rhost TEXT NOT NULL\n"
    "  CHECK (length(CAST(rhost AS BLOB)) BETWEEN 0 AND 300),\n"
    " pair TEXT NOT NULL\n"
    "  CHECK (length(CAST(pair AS BLOB)) BETWEEN 0 AND 31),\n"
    " refused INTEGER NOT NULL CHECK (refused >= 0)\n"
    ") STRICT;\n";

/*
 * OpenSSH keys, a third kind of credential; `blob` as in RFC 4253 section
 * 6.6, `held` 1: on a token.  SQLite changes a CHECK by making the table anew.
 * Roles: who has one by the helpdesk's word, and accounts that whoever has one
 * may open.
 */
static const char step_hosts[] =
    "CREATE TABLE credential_new (\n"
    " id INTEGER PRIMARY KEY,\n"
    " person_id INTEGER NOT NULL REFERENCES person (id),\n"
    " bind INTEGER NOT NULL CHECK (bind IN (1, 2)),\n"
    " status INTEGER NOT NULL CHECK (status IN (0, 1, 2)),\n"
    " status_reason TEXT NOT NULL,\n"
    " label TEXT NOT NULL,\n"
    " spki_sha256 BLOB NOT NULL UNIQUE CHECK (length(spki_sha256) = 32),\n"
    " cert_sha256 BLOB NOT NULL UNIQUE CHECK (length(cert_sha256) = 32),\n"
    " subject TEXT NOT NULL,\n"
    " issuer TEXT NOT NULL,\n"
    " serial TEXT NOT NULL,\n"
    " not_after INTEGER NOT NULL,\n"
    " token_serial TEXT NOT NULL,\n"
    " created INTEGER NOT NULL,\n"
    " created_by TEXT NOT NULL,\n"
    " changed INTEGER NOT NULL,\n"
    " changed_by TEXT NOT NULL,\n"
    " cert BLOB CHECK (cert IS NULL OR length(cert) BETWEEN 1 AND 16384),\n"
    " kind INTEGER NOT NULL DEFAULT 1 CHECK (kind IN (1, 2, 3))\n"
    "  CHECK (kind = 1 OR cert IS NULL)\n"
    ") STRICT;\n"
    "INSERT INTO credential_new SELECT id, person_id, bind, status,\n"
    " status_reason, label, spki_sha256, cert_sha256, subject, issuer,\n"
    " serial, not_after, token_serial, created, created_by, changed,\n"
    " changed_by, cert, kind FROM credential;\n"
    "DROP TABLE credential;\n"
    "ALTER TABLE credential_new RENAME TO credential;\n"
    "CREATE INDEX credential_person ON credential (person_id);\n"
    "CREATE TABLE ssh (\n"
    " credential_id INTEGER PRIMARY KEY REFERENCES credential (id),\n"
    " type TEXT NOT NULL\n"
    "  CHECK (length(CAST(type AS BLOB)) BETWEEN 1 AND 64),\n"
    " blob BLOB NOT NULL CHECK (length(blob) BETWEEN 1 AND 8192),\n"
    " held INTEGER NOT NULL CHECK (held IN (0, 1))\n"
    ") STRICT;\n"
    "CREATE TABLE person_role (\n"
    " person_id INTEGER NOT NULL REFERENCES person (id),\n"
    " role TEXT NOT NULL\n"
    "  CHECK (length(CAST(role AS BLOB)) BETWEEN 1 AND 64),\n"
    " created INTEGER NOT NULL,\n"
    " created_by TEXT NOT NULL,\n"
    " PRIMARY KEY (person_id, role)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE INDEX person_role_role ON person_role (role);\n"
    "CREATE TABLE account_role (\n"
    " account_id INTEGER NOT NULL REFERENCES account (id),\n"
    " role TEXT NOT NULL\n"
    "  CHECK (length(CAST(role AS BLOB)) BETWEEN 1 AND 64),\n"
    " created INTEGER NOT NULL,\n"
    " created_by TEXT NOT NULL,\n"
    " PRIMARY KEY (account_id, role)\n"
    ") STRICT, WITHOUT ROWID;\n";

const char *const sek_store_steps[SEK_STORE_SCHEMA] = { step_create,
    step_deny, step_fido, step_last, step_hosts };

/* Applied in the same transaction, after each step. */
static const char note[] =
    "INSERT INTO change (at, by, what, kind, object_id, name, reason)"
    " VALUES (CAST(strftime('%s', 'now') AS INTEGER), 'sekisho', 'schema',"
    " 'store', ?1, 'schema', '')";

static int
exec(sqlite3 *db, const char *sql, struct sek_why *why)
{
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? SEK_OK : sek_store_fail(db, rc, why);
}

int
sek_store_version(sqlite3 *db, int *version)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &st, NULL);
	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		*version = sqlite3_column_int(st, 0);
		rc = SQLITE_OK;
	} else if (rc == SQLITE_DONE) {
		rc = SQLITE_CORRUPT;
	}
	sqlite3_finalize(st);
	return rc;
}

/* A step and its mark: the version and a line in the table of changes. */
static int
step(sqlite3 *db, const char *sql, int to, struct sek_why *why)
{
	sqlite3_stmt *st = NULL;
	char mark[64];
	int r, rc;

	if ((r = exec(db, sql, why)) != SEK_OK)
		return r;
	(void)snprintf(mark, sizeof(mark), "PRAGMA user_version = %d", to);
	if ((r = exec(db, mark, why)) != SEK_OK)
		return r;
	rc = sqlite3_prepare_v2(db, note, -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int(st, 1, to);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	r = rc == SQLITE_DONE ? SEK_OK : sek_store_fail(db, rc, why);
	sqlite3_finalize(st);
	return r;
}

/* No row may point at nothing after the steps. */
static int
references_hold(sqlite3 *db, struct sek_why *why)
{
	sqlite3_stmt *st = NULL;
	int r = SEK_OK, rc;

	rc = sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		sek_why_set(why, "store: a row refers to one that is missing");
		r = SEK_E_IO;
	} else if (rc != SQLITE_DONE) {
		r = sek_store_fail(db, rc, why);
	}
	sqlite3_finalize(st);
	return r;
}

static int
all_steps(sqlite3 *db, const char *const *steps, size_t n,
    struct sek_why *why)
{
	int i, r, rc, version = 0;

	/* read under the lock: another program may have been here first */
	if ((rc = sek_store_version(db, &version)) != SQLITE_OK)
		return sek_store_fail(db, rc, why);
	if (version < 0 || (size_t)version > n) {
		sek_why_set(why, "store: made by a newer version (schema %d, "
		    "this one knows %zu)", version, n);
		return SEK_E_VERSION;
	}
	for (i = version; (size_t)i < n; i++)
		if ((r = step(db, steps[i], i + 1, why)) != SEK_OK)
			return r;
	return references_hold(db, why);
}

int
sek_store_migrate(sqlite3 *db, const char *const *steps, size_t n,
    struct sek_why *why)
{
	int r;

	/* A step may have to rebuild a table that others refer to; SQLite
	 * takes this setting outside of a transaction only. */
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
	if ((r = exec(db, "BEGIN IMMEDIATE", why)) != SEK_OK)
		goto out;
	r = all_steps(db, steps, n, why);
	if (r == SEK_OK)
		r = exec(db, "COMMIT", why);
	if (r != SEK_OK && !sqlite3_get_autocommit(db))
		(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
out:
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	return r;
}
