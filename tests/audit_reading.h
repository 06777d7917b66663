/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A log as a test looks at it: one file's chain, one record after the other.
 */
#ifndef TESTS_AUDIT_READING_H
#define TESTS_AUDIT_READING_H

#include "record/audit_reader.h"
#include "record/audit_verify.h"
#include "tests/check.h"

/* The chain of one file. */
static inline int
check_file(const char *path, struct sek_audit_report *rep,
    struct sek_why *w)
{
	const struct sek_verify v = { .paths = &path, .n_paths = 1 };

	return sek_audit_verify(&v, rep, w);
}

/* Each record in order, until the callback returns something else than 0,
 * which is then returned. */
static inline int
each_record(const char *path,
    int (*fn)(void *, const char *line, size_t n, const json_t *rec),
    void *arg, struct sek_why *w)
{
	struct sek_reader *rd = NULL;
	struct sek_entry e;
	json_t *rec;
	int r = sek_reader_files(&rd, &path, 1, w);

	while (r == SEK_OK && (r = sek_reader_next(rd, &e, w)) == SEK_OK) {
		rec = sek_line_load(e.line, e.n);
		CHECK(rec != NULL);
		r = fn(arg, e.line, e.n, rec);
		json_decref(rec);
	}
	sek_reader_free(rd);
	return r == SEK_E_EOF ? SEK_OK : r;
}

#endif
