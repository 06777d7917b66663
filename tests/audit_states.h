/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Logs as the tests of audit.edge and of damage make them, and what a log
 * says of itself then.
 */
#ifndef TESTS_AUDIT_STATES_H
#define TESTS_AUDIT_STATES_H

#include "tests/audit_fixture.h"

static inline void
keep(const char *from, const char *to)
{
	struct stat st;
	size_t n;
	char *p = slurp(at(from), &n);

	CHECK(stat(at(from), &st) == 0);
	put_file(at(to), p, n);
	CHECK(chmod(at(to), st.st_mode & 07777) == 0);
	free(p);
}

static inline void
some(unsigned n)
{
	while (n-- > 0)
		append_ok("some");
}

static inline void
begin(unsigned n)
{
	fresh();
	with_key();
	some(n);
}

/* The last record of `event` in the log, owned by the caller. */
static inline json_t *
last_of(const char *event)
{
	struct sek_reader *rd = NULL;
	struct sek_entry e;
	json_t *rec, *found = NULL;
	const char *is;

	CHECK_INT(sek_reader_dir(&rd, dir, NULL), SEK_OK);
	while (sek_reader_next(rd, &e, NULL) == SEK_OK) {
		rec = sek_line_load(e.line, e.n);
		is = json_string_value(json_object_get(rec, "event"));
		if (strcmp(is, event) == 0) {
			json_decref(found);
			found = json_incref(rec);
		}
		json_decref(rec);
	}
	sek_reader_free(rd);
	CHECK(found != NULL);
	return found;
}

static inline long long
number(const json_t *rec, const char *group, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(rec, group),
	    key));
}

static inline void
seq_of_last(const char *event, uint64_t want)
{
	json_t *rec = last_of(event);

	CHECK_INT(json_integer_value(json_object_get(rec, "seq")), want);
	json_decref(rec);
}

/* Append, and expect so many of each in the whole log. */
static inline void
expect(uint64_t damaged, uint64_t repaired)
{
	append_ok("then");
	CHECK_INT(count(NULL, "log_damaged"), damaged);
	CHECK_INT(count(NULL, "log_repair"), repaired);
	append_ok("after");
	CHECK_INT(count(NULL, "log_damaged"), damaged);
	CHECK_INT(count(NULL, "log_repair"), repaired);
}

#endif
