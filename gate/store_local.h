/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of the store (gate/store_*.c) share: the open database, its
 * prepared statements, and the way from SQLite's codes to ours.
 *
 * Nobody else includes this: gate/store.h is the door.
 */
#ifndef GATE_STORE_LOCAL_H
#define GATE_STORE_LOCAL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/store.h"

/* The look-ups of a login, prepared on first use and kept. */
enum sek_store_st {
	SEK_ST_ACCOUNT,
	SEK_ST_PERSON,
	SEK_ST_PERSON_ID,
	SEK_ST_CREDENTIAL,
	SEK_ST_CREDENTIAL_ID,
	SEK_ST_CREDENTIAL_KEY,
	SEK_ST_GRANTED,
	SEK_ST_ACCOUNTS_OF,
	SEK_ST_ENROLLED,
	SEK_ST_ENROLLED_SSH,
	SEK_ST_DENIED,
	SEK_ST_DENY_ID,
	SEK_ST_SSH,
	SEK_ST_FIDO,
	SEK_ST_FIDO_OF_ACCOUNT,
	SEK_N_ST
};

struct sek_store {
	sqlite3 *db;
	sqlite3_stmt *st[SEK_N_ST];
	char *path;  /* of the file; owned */
	int busy_ms;
	bool write;
	bool in_tx;  /* between begin and commit */
	bool broken; /* a call failed in there: only rollback is left */
};

/* What the sek_store_read_ functions take, in their order. */
#define SEK_PERSON_COLS "p.id, p.name, p.display, p.password_user, p.status"
#define SEK_ACCOUNT_COLS "a.id, a.name, a.shared, a.status"
#define SEK_CREDENTIAL_COLS						\
	"c.id, c.person_id, p.name, c.bind, c.status,"			\
	" c.status_reason, c.label, c.spki_sha256, c.cert_sha256,"	\
	" c.subject, c.issuer, c.serial, c.not_after, c.token_serial,"	\
	" c.created, c.created_by, c.changed, c.changed_by, c.kind,"	\
	" coalesce(f.token_id, 0)"
#define SEK_CREDENTIAL_ROWS						\
	"SELECT " SEK_CREDENTIAL_COLS " FROM credential c"		\
	" JOIN person p ON p.id = c.person_id"				\
	" LEFT JOIN fido f ON f.credential_id = c.id"
#define SEK_DENY_COLS							\
	"SELECT d.id, d.kind, d.person, d.spki_sha256,"			\
	" d.issuer_sha256, d.issuer, d.serial, d.reason, d.created,"	\
	" d.created_by FROM deny d"

/* One value for a placeholder; text and blobs are not copied. */
struct sek_store_arg {
	char kind; /* 'i', 't' (NULL is ""), 'h': 32 bytes, 'b': i bytes;
		      NULL for bytes is SQL's NULL */
	int64_t i;
	const void *p;
};

#define SEK_A_INT(v) ((struct sek_store_arg){ 'i', (v), NULL })
#define SEK_A_TEXT(v) ((struct sek_store_arg){ 't', 0, (v) })
#define SEK_A_HASH(v) ((struct sek_store_arg){ 'h', 0, (v) })
#define SEK_A_BLOB(v, n) ((struct sek_store_arg){ 'b', (int64_t)(n), (v) })

/* -- store_open.c */
/* Is the file one that may be opened?  SEK_E_NOENT when it is not there. */
int sek_store_file_safe(const char *path, struct sek_why *why) SEK_MUST;
/* A connection with the settings that every one of ours has. */
int sek_store_connect(const char *path, int flags, int busy_ms, sqlite3 **out,
    struct sek_why *why) SEK_MUST;

/* One whose commits survive a loss of power once they returned. */
int sek_store_connect_durable(const char *path, int busy_ms, sqlite3 **out,
    struct sek_why *why) SEK_MUST;

/* -- store_sql.c */
/* SEK_E_NOMEM or SEK_E_IO, with SQLite's words in `why`. */
int sek_store_fail(sqlite3 *db, int rc, struct sek_why *why) SEK_MUST;
int sek_store_bind(sqlite3_stmt *st, const struct sek_store_arg *args,
    size_t n) SEK_MUST;
/* Prepare and bind; the caller finalizes. */
int sek_store_prepare(struct sek_store *s, const char *sql,
    const struct sek_store_arg *args, size_t n, sqlite3_stmt **out,
    struct sek_why *why) SEK_MUST;
/* Run a statement that gives no row. */
int sek_store_run(struct sek_store *s, const char *sql,
    const struct sek_store_arg *args, size_t n, struct sek_why *why) SEK_MUST;
/* A column as a C string; SEK_E_IO when it is no text, has a NUL inside or
 * does not fit: the store is damaged. */
int sek_store_text(sqlite3_stmt *st, int col, char *out, size_t cap) SEK_MUST;

/* -- store_read.c */
/* The cached statement with its values bound. */
int sek_store_look(struct sek_store *s, enum sek_store_st which,
    const struct sek_store_arg *args, size_t n, sqlite3_stmt **out) SEK_MUST;
/* The same with the text at hand, which is always the same for `which`. */
int sek_store_look_as(struct sek_store *s, enum sek_store_st which,
    const char *sql, const struct sek_store_arg *args, size_t n,
    sqlite3_stmt **out) SEK_MUST;
int sek_store_read_person(sqlite3_stmt *st, struct sek_person *out) SEK_MUST;
int sek_store_read_account(sqlite3_stmt *st, struct sek_account *out)
    SEK_MUST;
int sek_store_read_credential(sqlite3_stmt *st, struct sek_credential *out)
    SEK_MUST;
/* 32 bytes of a column. */
int sek_store_hash(sqlite3_stmt *st, int col, uint8_t out[32]) SEK_MUST;
/* Ends a look-up of one row: what sqlite3_step() said becomes SEK_E_NOENT or
 * a failure, or else it stays `r`. */
int sek_store_looked(struct sek_store *s, sqlite3_stmt *st, int rc, int r)
    SEK_MUST;

/* -- store_enrol.c */
/* Inside a transaction: bind what is filled in *c, and fill the rest. */
int sek_store_bind_credential(struct sek_store *s, const char *by,
    struct sek_credential *c, struct sek_why *why) SEK_MUST;

/* -- store_status.c */
/* Inside a transaction: suspend what is active of a token. */
int sek_store_token_suspend(struct sek_store *s, const char *by,
    int64_t token, const char *reason, int64_t now, struct sek_why *why)
    SEK_MUST;

/* -- store_deny.c */
int sek_store_read_deny(sqlite3_stmt *st, struct sek_deny *out) SEK_MUST;

/* -- store_change.c */
/* The frame of every writing call. */
int sek_store_enter(struct sek_store *s, bool *own, struct sek_why *why)
    SEK_MUST;
int sek_store_leave(struct sek_store *s, bool own, int r, struct sek_why *why)
    SEK_MUST;
/* A line in the table of changes. */
struct sek_store_change {
	const char *by;
	const char *what; /* "add", "grant", "suspended", ... */
	const char *kind; /* "person", "account", "grant", "credential",
			     "deny" */
	int64_t id;
	const char *name;
	const char *reason;
};
int sek_store_note(struct sek_store *s, const struct sek_store_change *c,
    struct sek_why *why) SEK_MUST;
/* May this text be kept?  Escaping must find nothing to do in it. */
bool sek_store_text_ok(const char *s, size_t cap);

#endif
