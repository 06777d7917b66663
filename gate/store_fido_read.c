/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking up the credentials of FIDO2 keys in the enrolment store.
 *
 * Runs in the gate and in the administrator's program.  A row that does not
 * fit what the store promises is a failure, never a guess.
 */
#include <string.h>

#include "gate/store_fido.h"
#include "gate/store_local.h"

/* After the columns of a credential. */
#define FIRST 20
#define FIDO_ROWS							\
	"SELECT " SEK_CREDENTIAL_COLS ", f.credential_id, f.token_id,"	\
	" f.rp, f.cred_id, f.alg, f.spki, f.handle, f.aaguid,"		\
	" f.firmware, f.transports, f.protect, f.verified, f.backup,"	\
	" f.resident, f.ssh, f.attestation, f.attestation_sha256,"	\
	" f.counter, f.counted, f.suspect FROM fido f"			\
	" JOIN credential c ON c.id = f.credential_id AND c.kind = 2"	\
	" JOIN person p ON p.id = c.person_id"

/* Bytes of a column, `least` at least and at most `max`. */
static int
bytes(sqlite3_stmt *st, int col, size_t least, size_t max, uint8_t *out,
    size_t *n)
{
	const void *p = sqlite3_column_blob(st, col);
	size_t len = (size_t)sqlite3_column_bytes(st, col);

	if (sqlite3_column_type(st, col) != SQLITE_BLOB || len < least ||
	    len > max || (len > 0 && p == NULL))
		return SEK_E_IO;
	if (len > 0)
		memcpy(out, p, len);
	*n = len;
	return SEK_OK;
}

/* A whole number of 0..max. */
static int
number(sqlite3_stmt *st, int col, int64_t max, int64_t *out)
{
	int64_t v = sqlite3_column_int64(st, col);

	if (sqlite3_column_type(st, col) != SQLITE_INTEGER || v < 0 || v > max)
		return SEK_E_IO;
	*out = v;
	return SEK_OK;
}

/* The small numbers of a row, in the order of their columns. */
enum { PROTECT, VERIFIED, BACKUP, RESIDENT, SSH, ATTESTATION, N_SMALL };

static int
small_numbers(sqlite3_stmt *st, struct sek_fido_cred *f)
{
	static const int64_t max[N_SMALL] = { 3, 1, 1, 1, 1,
		SEK_ATT_TRUSTED };
	int64_t v[N_SMALL] = { 0 };
	int i;

	for (i = 0; i < N_SMALL; i++)
		if (number(st, FIRST + 10 + i, max[i], &v[i]) != SEK_OK)
			return SEK_E_IO;
	f->protect = (uint8_t)v[PROTECT];
	f->verified = v[VERIFIED] != 0;
	f->backup = v[BACKUP] != 0;
	f->resident = v[RESIDENT] != 0;
	f->ssh = v[SSH] != 0;
	f->attestation = (enum sek_attestation)v[ATTESTATION];
	return SEK_OK;
}

static int
counts(sqlite3_stmt *st, struct sek_fido_cred *f)
{
	int64_t counter = 0, counted = 0;

	if (number(st, FIRST + 17, UINT32_MAX, &counter) != SEK_OK ||
	    number(st, FIRST + 18, 1, &counted) != SEK_OK ||
	    number(st, FIRST + 19, INT64_MAX, &f->suspect) != SEK_OK ||
	    (counter != 0 && counted == 0))
		return SEK_E_IO;
	f->counter = (uint32_t)counter;
	f->counted = counted != 0;
	return SEK_OK;
}

static int
read_fido(sqlite3_stmt *st, struct sek_fido_cred *out)
{
	struct sek_fido_cred f = { .credential = sqlite3_column_int64(st,
	    FIRST), .token = sqlite3_column_int64(st, FIRST + 1) };
	size_t sixteen;

	f.alg = (enum sek_fido_alg)sqlite3_column_int(st, FIRST + 4);
	f.firmware = (uint64_t)sqlite3_column_int64(st, FIRST + 8);
	if (sek_store_text(st, FIRST + 2, f.rp, sizeof f.rp) != SEK_OK ||
	    bytes(st, FIRST + 3, 1, sizeof f.id, f.id, &f.id_len) != SEK_OK ||
	    strcmp(sek_fido_alg_word(f.alg), "none") == 0 ||
	    bytes(st, FIRST + 5, 1, sizeof f.spki, f.spki, &f.spki_len) !=
	    SEK_OK ||
	    bytes(st, FIRST + 6, 0, sizeof f.handle, f.handle,
	    &f.handle_len) != SEK_OK ||
	    bytes(st, FIRST + 7, 16, 16, f.aaguid, &sixteen) != SEK_OK ||
	    sek_store_text(st, FIRST + 9, f.transports, sizeof f.transports) !=
	    SEK_OK ||
	    small_numbers(st, &f) != SEK_OK ||
	    sek_store_hash(st, FIRST + 16, f.attestation_sha256) != SEK_OK ||
	    counts(st, &f) != SEK_OK)
		return SEK_E_IO;
	*out = f;
	return SEK_OK;
}

typedef int each_fn(void *, const struct sek_credential *,
    const struct sek_fido_cred *);

/* Rows to the callback until it says stop, which is returned. */
static int
rows(struct sek_store *s, sqlite3_stmt *st, each_fn *fn, void *arg)
{
	struct sek_credential c;
	struct sek_fido_cred f;
	int r = SEK_OK, rc = SQLITE_DONE, stop = 0;

	while (r == SEK_OK && stop == 0 &&
	    (rc = sqlite3_step(st)) == SQLITE_ROW) {
		if ((r = sek_store_read_credential(st, &c)) == SEK_OK &&
		    (r = read_fido(st, &f)) == SEK_OK)
			stop = fn(arg, &c, &f);
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		r = sek_store_fail(s->db, rc, NULL);
	return r != SEK_OK ? r : stop;
}

static int
walk(struct sek_store *s, const char *sql, const struct sek_store_arg *args,
    size_t n, each_fn *fn, void *arg)
{
	sqlite3_stmt *st;
	int r;

	if ((r = sek_store_prepare(s, sql, args, n, &st, NULL)) != SEK_OK)
		return r;
	r = rows(s, st, fn, arg);
	sqlite3_finalize(st);
	return r;
}

/* What a login asks more than once: the statement is kept.  Not for a
 * callback that walks the same way again. */
static int
walk_kept(struct sek_store *s, enum sek_store_st which, const char *sql,
    const struct sek_store_arg *args, size_t n, each_fn *fn, void *arg)
{
	sqlite3_stmt *st = NULL;
	int r;

	if ((r = sek_store_look_as(s, which, sql, args, n, &st)) != SEK_OK)
		return r;
	r = rows(s, st, fn, arg);
	(void)sqlite3_reset(st);
	return r;
}

int
sek_store_each_fido_of_account(struct sek_store *s, int64_t account_id,
    int (*fn)(void *, const struct sek_credential *,
    const struct sek_fido_cred *), void *arg)
{
	return walk_kept(s, SEK_ST_FIDO_OF_ACCOUNT,
	    FIDO_ROWS " WHERE c.person_id IN " SEK_OPENERS " AND f.ssh = 0"
	    " ORDER BY c.status = 2 AND p.status = 2 DESC, c.id",
	    &SEK_A_INT(account_id), 1, fn, arg);
}

int
sek_store_each_fido(struct sek_store *s, int64_t person_id,
    int (*fn)(void *, const struct sek_credential *,
    const struct sek_fido_cred *), void *arg)
{
	return walk(s, person_id == 0 ? FIDO_ROWS " ORDER BY c.id" :
	    FIDO_ROWS " WHERE c.person_id = ?1 ORDER BY c.id",
	    &SEK_A_INT(person_id), person_id == 0 ? 0 : 1, fn, arg);
}

/* The first row of a walk. */
struct first {
	struct sek_credential *c;
	struct sek_fido_cred *f;
};

#define FOUND 1

static int
keep(void *arg, const struct sek_credential *c, const struct sek_fido_cred *f)
{
	const struct first *to = arg;

	if (to->c != NULL)
		*to->c = *c;
	*to->f = *f;
	return FOUND;
}

int
sek_store_fido_find(struct sek_store *s, const char *rp, const uint8_t *id,
    size_t n, struct sek_credential *c, struct sek_fido_cred *f)
{
	const struct sek_store_arg args[] = {
		SEK_A_TEXT(rp), SEK_A_BLOB(id, n)
	};
	struct first to = { c, f };
	int r;

	r = walk_kept(s, SEK_ST_FIDO, FIDO_ROWS
	    " WHERE f.rp = ?1 AND f.cred_id = ?2", args, 2, keep, &to);
	return r == FOUND ? SEK_OK : r == SEK_OK ? SEK_E_NOENT : r;
}

int
sek_store_fido_of(struct sek_store *s, int64_t credential,
    struct sek_fido_cred *f)
{
	struct first to = { NULL, f };
	int r;

	r = walk(s, FIDO_ROWS " WHERE f.credential_id = ?1",
	    &SEK_A_INT(credential), 1, keep, &to);
	return r == FOUND ? SEK_OK : r == SEK_OK ? SEK_E_NOENT : r;
}

int
sek_store_fido_any_resident(struct sek_store *s, bool *any)
{
	struct sek_fido_cred f = { .credential = 0 };
	struct first to = { NULL, &f };
	int r;

	r = walk(s, FIDO_ROWS " WHERE f.resident = 1 AND f.ssh = 0 LIMIT 1",
	    NULL, 0, keep, &to);
	if (r != FOUND && r != SEK_OK)
		return r;
	*any = r == FOUND;
	return SEK_OK;
}
