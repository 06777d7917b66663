/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two test programs of the enrolment store have in common: a state
 * folder for each case, a store with two persons and two accounts in it, and
 * SQL behind the store's back.
 *
 * Included once by a test program, after nothing else.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "tests/check.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/store.h"
#include "gate/store_schema.h"

/* Not every test program needs all of it. */
#define MAYBE __attribute__((unused)) static

static char base[PATH_MAX - 64];
static char dir[PATH_MAX - 32]; /* of this case */
static char file[PATH_MAX];
static struct sek_why why;

MAYBE void
remove_tree(const char *path)
{
	char sub[PATH_MAX];
	struct dirent *e;
	DIR *d = opendir(path);

	if (d == NULL) {
		(void)unlink(path);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name) <
		    (int)sizeof(sub)) {
			if (unlink(sub) != 0)
				remove_tree(sub);
		}
	}
	(void)closedir(d);
	(void)rmdir(path);
}

/* A fresh state folder. */
MAYBE void
fresh(void)
{
	static int n;

	CHECK(snprintf(dir, sizeof(dir), "%s/%d", base, ++n) <
	    (int)sizeof(dir));
	CHECK(mkdir(dir, 0700) == 0);
	CHECK(snprintf(file, sizeof(file), "%s/%s", dir, SEK_STORE_FILE) <
	    (int)sizeof(file));
	why.text[0] = '\0';
}

MAYBE struct sek_store *
open_it(bool write)
{
	struct sek_store *s = NULL;
	int r = sek_store_open(dir, write, 2000, &s, &why);

	if (r != SEK_OK)
		printf("# %s: %s\n", sek_strerror(r), why.text);
	CHECK_INT(r, SEK_OK);
	return s;
}

/* SQL behind the store's back. */
MAYBE void
raw(const char *sql)
{
	sqlite3 *db;
	char *err = NULL;

	CHECK_INT(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &err) != SQLITE_OK)
		printf("# %s\n", err);
	sqlite3_free(err);
	CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

/* The first column of the first row. */
MAYBE const char *
ask(const char *sql)
{
	static char out[4096];
	sqlite3_stmt *st;
	sqlite3 *db;

	out[0] = '\0';
	CHECK_INT(sqlite3_open(file, &db), SQLITE_OK);
	CHECK_INT(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	if (sqlite3_step(st) == SQLITE_ROW &&
	    sqlite3_column_text(st, 0) != NULL)
		(void)snprintf(out, sizeof(out), "%s",
		    (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	CHECK_INT(sqlite3_close(db), SQLITE_OK);
	return out;
}

MAYBE int
add_person(struct sek_store *s, const char *name)
{
	struct sek_person p = { 0 };

	(void)snprintf(p.name, sizeof(p.name), "%s", name);
	(void)snprintf(p.password_user, sizeof(p.password_user), "%s", name);
	return sek_store_add_person(s, "root", &p, &why);
}

MAYBE int
add_account(struct sek_store *s, const char *name, bool shared)
{
	struct sek_account a = { .shared = shared };

	(void)snprintf(a.name, sizeof(a.name), "%s", name);
	return sek_store_add_account(s, "root", &a, &why);
}

/* A credential whose hashes are made of one byte each. */
MAYBE struct sek_credential
card(int64_t person, uint8_t key, uint8_t cert)
{
	struct sek_credential c = { .person_id = person,
		.bind = SEK_BIND_KEY, .not_after = 1900000000,
		.subject = "CN=Yamada\\, Taro", .issuer = "CN=CA",
		.serial = "0a", .status_reason = "proved" };

	memset(c.spki_sha256, key, 32);
	memset(c.cert_sha256, cert, 32);
	return c;
}

MAYBE int
enrol(struct sek_store *s, struct sek_credential c)
{
	return sek_store_enrol(s, "root", &c, &why);
}

/* Persons 1 and 2, the accounts yamada (1) and ward3 (2, shared). */
MAYBE struct sek_store *
populated(void)
{
	struct sek_store *s;

	fresh();
	s = open_it(true);
	CHECK_INT(add_person(s, "yamada"), SEK_OK);
	CHECK_INT(add_person(s, "suzuki"), SEK_OK);
	CHECK_INT(add_account(s, "yamada", false), SEK_OK);
	CHECK_INT(add_account(s, "ward3", true), SEK_OK);
	return s;
}

/* A store of the first version, with two persons, an account that one of
 * them opens, and two cards, one of them revoked. */
MAYBE void
make_version_1(void)
{
	struct sek_store *s = NULL;

	fresh();
	CHECK_INT(sek_store_open_as(dir, true, 50, sek_store_steps, 1, &s,
	    &why), SEK_OK);
	sek_store_close(s);
	CHECK_STR(ask("PRAGMA user_version"), "1");
	raw("INSERT INTO person VALUES (1, 'yamada', '', 'yamada', 2, '', 7,"
	    " 'root', 7, 'root'), (2, 'suzuki', '', 'suzuki', 1, '', 7,"
	    " 'root', 7, 'root');"
	    "INSERT INTO account VALUES (1, 'ward3', 1, 2, '', 7, 'root', 7,"
	    " 'root');"
	    "INSERT INTO grants VALUES (1, 1, 7, 'root');"
	    "INSERT INTO credential VALUES (1, 1, 1, 2, 'proved', 'blue',"
	    " CAST(printf('%032d', 1) AS BLOB),"
	    " CAST(printf('%032d', 2) AS BLOB), 'CN=y', 'CN=CA', '0a', 9, 't',"
	    " 7, 'root', 8, 'boss'), (5, 2, 2, 0, 'lost', '',"
	    " CAST(printf('%032d', 3) AS BLOB),"
	    " CAST(printf('%032d', 4) AS BLOB), 'CN=s', 'CN=CA', '0b', 9, '',"
	    " 7, 'root', 7, 'root')");
}

/* A private folder for all cases; the caller removes it. */
MAYBE bool
begin(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(base, sizeof(base), "%s/sekisho-store.XXXXXX",
	    tmp != NULL && *tmp == '/' ? tmp : "/tmp");
	if (mkdtemp(base) != NULL)
		return true;
	printf("not ok store: %s: %s\n", base, strerror(errno));
	return false;
}

#endif
