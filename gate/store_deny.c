/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local deny-list: persons, keys and certificates that open nothing here,
 * whatever anybody else says of them.
 *
 * Asked by the gate, written by the administrator's program; needs no
 * network.  A row that was lifted is kept, and its number never used again.
 */
#include "gate/store_local.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sekisho/digits.h"
#include "sekisho/escape.h"

#define N_ARGS(a) (sizeof(a) / sizeof((a)[0]))

const char *
sek_deny_word(enum sek_deny_kind kind)
{
	switch (kind) {
	case SEK_DENY_PERSON:
		return "person";
	case SEK_DENY_KEY:
		return "key";
	case SEK_DENY_CERTIFICATE:
		break;
	}
	return "certificate";
}

int
sek_store_read_deny(sqlite3_stmt *st, struct sek_deny *out)
{
	struct sek_deny d = { .id = sqlite3_column_int64(st, 0) };
	sqlite3_int64 kind = sqlite3_column_int64(st, 1);

	if (kind < SEK_DENY_PERSON || kind > SEK_DENY_CERTIFICATE ||
	    sek_store_text(st, 2, d.person, sizeof(d.person)) != SEK_OK ||
	    sek_store_text(st, 5, d.issuer, sizeof(d.issuer)) != SEK_OK ||
	    sek_store_text(st, 6, d.serial, sizeof(d.serial)) != SEK_OK ||
	    sek_store_text(st, 7, d.reason, sizeof(d.reason)) != SEK_OK ||
	    sek_store_text(st, 9, d.created_by, sizeof(d.created_by)) !=
	    SEK_OK)
		return SEK_E_IO;
	d.kind = (enum sek_deny_kind)kind;
	if (d.kind == SEK_DENY_KEY &&
	    sek_store_hash(st, 3, d.spki_sha256) != SEK_OK)
		return SEK_E_IO;
	if (d.kind == SEK_DENY_CERTIFICATE &&
	    sek_store_hash(st, 4, d.issuer_sha256) != SEK_OK)
		return SEK_E_IO;
	d.created = sqlite3_column_int64(st, 8);
	*out = d;
	return SEK_OK;
}

static int
one_row(struct sek_store *s, enum sek_store_st which,
    const struct sek_store_arg *args, size_t n, struct sek_deny *out)
{
	sqlite3_stmt *st = NULL;
	int r, rc;

	if ((r = sek_store_look(s, which, args, n, &st)) != SEK_OK)
		return r;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		r = sek_store_read_deny(st, out);
	return sek_store_looked(s, st, rc, r);
}

int
sek_store_denied(struct sek_store *s, const char *person,
    const uint8_t spki_sha256[32], const uint8_t issuer_sha256[32],
    const char *serial, struct sek_deny *out)
{
	const struct sek_store_arg args[] = {
		SEK_A_TEXT(person), SEK_A_HASH(spki_sha256),
		SEK_A_HASH(issuer_sha256), SEK_A_TEXT(serial)
	};

	return one_row(s, SEK_ST_DENIED, args, N_ARGS(args), out);
}

int
sek_store_deny_by_id(struct sek_store *s, int64_t id, struct sek_deny *out)
{
	return one_row(s, SEK_ST_DENY_ID,
	    (struct sek_store_arg[]){ SEK_A_INT(id) }, 1, out);
}

/* What a change is called: who or which key or certificate. */
static void
name_of(const struct sek_deny *d, char out[SEK_NAME_MAX])
{
	if (d->kind == SEK_DENY_KEY)
		sek_hex(out, d->spki_sha256, sizeof d->spki_sha256);
	else
		(void)snprintf(out, SEK_NAME_MAX, "%s",
		    d->kind == SEK_DENY_PERSON ? d->person : d->serial);
}

static int
insert(struct sek_store *s, const struct sek_deny *d, struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(d->kind),
		SEK_A_TEXT(d->kind == SEK_DENY_PERSON ? d->person : ""),
		SEK_A_HASH(d->kind == SEK_DENY_KEY ? d->spki_sha256 : NULL),
		SEK_A_HASH(d->kind == SEK_DENY_CERTIFICATE ?
		    d->issuer_sha256 : NULL),
		SEK_A_TEXT(d->issuer),
		SEK_A_TEXT(d->kind == SEK_DENY_CERTIFICATE ? d->serial : ""),
		SEK_A_TEXT(d->reason), SEK_A_INT(d->created),
		SEK_A_TEXT(d->created_by)
	};

	return sek_store_run(s, "INSERT INTO deny (kind, person, spki_sha256,"
	    " issuer_sha256, issuer, serial, reason, created, created_by,"
	    " lifted, lifted_by, lifted_reason) VALUES (?1, ?2, ?3, ?4, ?5,"
	    " ?6, ?7, ?8, ?9, 0, '', '')", args, N_ARGS(args), why);
}

/* Inside the transaction. */
static int
deny(struct sek_store *s, const char *by, struct sek_deny *d,
    struct sek_why *why)
{
	struct sek_store_change note = { .by = by, .what = "deny",
		.kind = "deny", .reason = d->reason };
	char name[SEK_NAME_MAX] = "";
	struct sek_deny there = { .id = 0 };
	int r;

	r = sek_store_denied(s,
	    d->kind == SEK_DENY_PERSON ? d->person : NULL,
	    d->kind == SEK_DENY_KEY ? d->spki_sha256 : NULL,
	    d->kind == SEK_DENY_CERTIFICATE ? d->issuer_sha256 : NULL,
	    d->kind == SEK_DENY_CERTIFICATE ? d->serial : NULL, &there);
	if (r == SEK_OK) {
		sek_why_set(why, "it is on the deny-list already, as number "
		    "%lld", (long long)there.id);
		return SEK_E_EXISTS;
	}
	if (r != SEK_E_NOENT)
		return r;
	d->created = time(NULL);
	(void)snprintf(d->created_by, sizeof(d->created_by), "%s", by);
	if ((r = insert(s, d, why)) != SEK_OK)
		return r;
	d->id = note.id = sqlite3_last_insert_rowid(s->db);
	name_of(d, name);
	note.name = name;
	return sek_store_note(s, &note, why);
}

static bool
words_ok(const char *by, const char *reason)
{
	return by != NULL && *by != '\0' &&
	    sek_store_text_ok(by, SEK_NAME_MAX) && reason != NULL &&
	    *reason != '\0' && sek_store_text_ok(reason, SEK_NOTE_MAX);
}

/* A row that could never be met would only look like a lock. */
static bool
row_ok(const struct sek_deny *d)
{
	switch (d->kind) {
	case SEK_DENY_PERSON:
		return sek_name_ok(d->person);
	case SEK_DENY_KEY:
		return true;
	case SEK_DENY_CERTIFICATE:
		return d->serial[0] != '\0' && strspn(d->serial,
		    "-0123456789abcdef") == strlen(d->serial) &&
		    sek_store_text_ok(d->issuer, sizeof(d->issuer));
	}
	return false;
}

int
sek_store_deny(struct sek_store *s, const char *by, struct sek_deny *d,
    struct sek_why *why)
{
	struct sek_deny made = *d;
	bool own;
	int r;

	if (!words_ok(by, d->reason)) {
		sek_why_set(why, "a text is missing, too long or not "
		    "printable");
		return SEK_E_INVAL;
	}
	if (!row_ok(d)) {
		sek_why_set(why, "this is no person's name and no serial "
		    "number in hex");
		return SEK_E_INVAL;
	}
	if ((r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = sek_store_leave(s, own, deny(s, by, &made, why), why);
	if (r == SEK_OK)
		*d = made;
	return r;
}

/* Inside the transaction. */
static int
allow(struct sek_store *s, const char *by, int64_t id, const char *reason,
    struct sek_why *why)
{
	const struct sek_store_arg args[] = {
		SEK_A_INT(id), SEK_A_INT(time(NULL)), SEK_A_TEXT(by),
		SEK_A_TEXT(reason)
	};
	struct sek_store_change note = { .by = by, .what = "allow",
		.kind = "deny", .id = id, .reason = reason };
	char name[SEK_NAME_MAX] = "";
	struct sek_deny d = { .id = 0 };
	int r;

	r = sek_store_deny_by_id(s, id, &d);
	if (r == SEK_E_NOENT)
		sek_why_set(why, "there is no number %lld on the deny-list",
		    (long long)id);
	if (r != SEK_OK)
		return r;
	name_of(&d, name);
	note.name = name;
	r = sek_store_run(s, "UPDATE deny SET lifted = ?2, lifted_by = ?3,"
	    " lifted_reason = ?4 WHERE id = ?1", args, N_ARGS(args), why);
	return r == SEK_OK ? sek_store_note(s, &note, why) : r;
}

int
sek_store_allow(struct sek_store *s, const char *by, int64_t id,
    const char *reason, struct sek_why *why)
{
	bool own;
	int r;

	if (!words_ok(by, reason)) {
		sek_why_set(why, "a text is missing, too long or not "
		    "printable");
		return SEK_E_INVAL;
	}
	if ((r = sek_store_enter(s, &own, why)) != SEK_OK)
		return r;
	r = allow(s, by, id, reason, why);
	return sek_store_leave(s, own, r, why);
}
