/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a log has only grown between two checkpoints.
 *
 * Part of the administrator's program.  Reads only.  From the file on that
 * the older one lies in: what is before that is in its root.
 */
#include "helpdesk/audit_state.h"

#include <dirent.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "record/audit.h"
#include "record/audit_verify.h"

#define TRIES 3
#define AGAIN_MS 200

/* Files of the log that begin with this record or later. */
struct files {
	uint64_t from;
	uint64_t *first; /* owned, n of them, ascending */
	size_t n, room;
};

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int
add(struct files *f, uint64_t first)
{
	uint64_t *more;

	if (f->n == f->room) {
		more = reallocarray(f->first, f->room + 256, sizeof(*more));
		if (more == NULL)
			return SEK_E_NOMEM;
		f->first = more;
		f->room += 256;
	}
	f->first[f->n++] = first;
	return SEK_OK;
}

static int
find(struct files *f, const char *folder, struct sek_why *why)
{
	DIR *dir = opendir(folder);
	const struct dirent *e;
	uint64_t first;
	int r = SEK_OK;

	if (dir == NULL)
		return sek_why_about(why, SEK_E_IO, folder, "cannot be read");
	while (r == SEK_OK && (e = readdir(dir)) != NULL)
		if ((first = sek_log_number(e->d_name)) != 0)
			r = add(f, first);
	(void)closedir(dir);
	if (f->n > 0)
		qsort(f->first, f->n, sizeof(*f->first), by_number);
	return r;
}

/* What the check of the log says of the two.  What comes behind the later
 * one may be torn, or be written just now. */
static int
judge(const struct sek_audit_report *rep, int r, struct sek_why *why)
{
	if (rep->fit[0] == SEK_FIT_GOOD && rep->fit[1] == SEK_FIT_GOOD) {
		sek_why_set(why, "%s", "");
		return SEK_OK;
	}
	if (r == SEK_OK || rep->fit[0] == SEK_FIT_BEFORE) {
		sek_why_set(why, "the file of the record that was signed last "
		    "is not there");
		return SEK_E_NOENT;
	}
	return r;
}

/* From the file on that record `f->from` is in; the current one, which has no
 * number, comes last. */
static int
check(const struct files *f, const char *folder,
    const struct sek_checkpoint *both, struct sek_why *why)
{
	struct sek_verify v = { .checkpoints = both, .n_checkpoints = 2 };
	struct sek_audit_report report = { 0 };
	const char **paths = calloc(f->n + 1, sizeof(*paths));
	char *text = calloc(f->n + 1, PATH_MAX);
	size_t i, start = 0;
	int r = SEK_E_NOMEM;

	if (paths == NULL || text == NULL)
		goto out;
	/* the last archived file ends where the current one begins, which is
	 * not known from here: it is read as well */
	while (start + 1 < f->n && f->first[start + 1] <= f->from)
		start++;
	for (i = start; i < f->n; i++) {
		paths[v.n_paths] = text + v.n_paths * PATH_MAX;
		(void)snprintf(text + v.n_paths++ * PATH_MAX, PATH_MAX,
		    "%s/audit-%012llu.jsonl", folder,
		    (unsigned long long)f->first[i]);
	}
	paths[v.n_paths] = text + v.n_paths * PATH_MAX;
	(void)snprintf(text + v.n_paths++ * PATH_MAX, PATH_MAX, "%s/%s",
	    folder, SEK_AUDIT_FILE);
	v.paths = paths;
	r = judge(&report, sek_audit_verify(&v, &report, why), why);
out:
	free(paths);
	free(text);
	return r;
}

static int
find_and_check(const char *folder, const struct sek_checkpoint *both,
    struct sek_why *why)
{
	struct files f = { .from = both[0].size };
	int r = find(&f, folder, why);

	if (r == SEK_OK)
		r = check(&f, folder, both, why);
	free(f.first);
	return r;
}

int
dlog_extends(const struct desk *d, const struct sek_checkpoint *before,
    const struct sek_checkpoint *now, struct sek_why *why)
{
	struct sek_checkpoint *both = calloc(2, sizeof(*both));
	int i, r = SEK_E_NOMEM;

	if (both != NULL) {
		both[0] = *before;
		both[1] = *now;
	}
	/* again, should the log have gone on in a new file meanwhile */
	for (i = 0; both != NULL && r != SEK_OK && i < TRIES; i++) {
		if (i > 0)
			(void)poll(NULL, 0, AGAIN_MS);
		r = find_and_check(d->policy->audit, both, why);
	}
	free(both);
	return r;
}
