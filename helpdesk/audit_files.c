/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of a record: of a folder, or as they are named.
 *
 * Part of the administrator's program.  Reads only, and tells nothing: a file
 * that cannot be read is told by who reads it for good.
 */
#include "helpdesk/audit_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "record/audit_reader.h"

static int
is_log(const struct dirent *e)
{
	return strcmp(e->d_name, SEK_AUDIT_FILE) == 0 ||
	    sek_log_number(e->d_name) != 0;
}

void
audit_files_free(char **paths, size_t n)
{
	while (n > 0)
		free(paths[--n]);
	free(paths);
}

/* In the order of their records: '-' sorts before '.', and the numbers have
 * as many digits. */
int
audit_files_list(const char *folder, char ***paths, size_t *n,
    struct sek_why *why)
{
	struct dirent **found = NULL;
	int k = scandir(folder, &found, is_log, alphasort), i, r = SEK_OK;

	*paths = NULL;
	*n = 0;
	if (k < 0)
		return sek_why_about(why, errno == ENOENT ? SEK_E_NOENT :
		    SEK_E_IO, folder, strerror(errno));
	*paths = calloc((size_t)k + 1, sizeof **paths);
	for (i = 0; i < k; i++) {
		if (*paths != NULL && r == SEK_OK && asprintf(&(*paths)[*n],
		    "%s/%s", folder, found[i]->d_name) >= 0)
			++*n;
		else
			r = SEK_E_NOMEM;
		free(found[i]);
	}
	free(found);
	return *paths == NULL ? SEK_E_NOMEM : r;
}

struct named {
	char *path;
	uint64_t first; /* seq of its first record, 0 of an empty file */
};

static int
by_first(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

static int
find_first(struct named *f)
{
	struct sek_reader *rd = NULL;
	struct sek_why why = { "" };
	struct sek_entry e;
	int r = sek_reader_files(&rd, (const char *const *)&f->path, 1, &why);

	f->first = 0;
	if (r == SEK_OK && (r = sek_reader_next(rd, &e, &why)) == SEK_OK)
		f->first = e.is.seq;
	sek_reader_free(rd);
	return r == SEK_E_EOF ? SEK_OK : r;
}

void
audit_files_order(char **words, size_t n)
{
	struct named *f = n < 2 ? NULL : calloc(n, sizeof *f);
	size_t i;

	for (i = 0; f != NULL && i < n; i++) {
		f[i].path = words[i];
		if (find_first(&f[i]) != SEK_OK)
			break;
	}
	if (f != NULL && i == n) {
		qsort(f, n, sizeof *f, by_first);
		for (i = 0; i < n; i++)
			words[i] = f[i].path;
	}
	free(f);
}

bool
audit_files_folder(char *const *words, size_t n)
{
	struct stat st;

	return n == 1 && stat(words[0], &st) == 0 && S_ISDIR(st.st_mode);
}
