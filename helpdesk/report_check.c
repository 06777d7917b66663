/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the record that a report is made from is whole: each record, their
 * chain, and the signed checkpoints of the folder.
 *
 * Part of `sekisho`.  What was not checked is not claimed; whose keys are in
 * the folder is for an auditor to compare, with `sekisho audit verify`.
 */
#include "helpdesk/report.h"

#include <stdlib.h>

#include "helpdesk/audit_files.h"
#include "helpdesk/audit_trust.h"

#define TRIES 3 /* a log that is rotated meanwhile is looked at again */

static int
check_paths(struct report *r, const char *const *paths, size_t n,
    const struct trust *t)
{
	const struct sek_verify v = { .paths = paths, .n_paths = n,
		.checkpoints = t == NULL ? NULL : t->is,
		.n_checkpoints = t == NULL ? 0 : t->n_notes };

	return sek_audit_verify(&v, &r->checked, &r->check_why);
}

/* The checkpoints of the folder, by the keys that were given or are there.
 * SEK_E_NOENT: nobody signs this log; one that is there and cannot be believed
 * is worse than none, and so are keys that were asked for. */
static int
read_trust(struct report *r, struct trust *t)
{
	int err = trust_keys(t, r->keys, r->folder, &r->check_why);

	if (err == SEK_E_NOENT && r->keys != NULL)
		return SEK_E_IO;

	if (err == SEK_OK)
		err = trust_folder(t, r->folder, &r->check_why);
	if (err == SEK_OK && t->n_notes == 0)
		return SEK_E_NOENT;
	if (err == SEK_OK && t->is[0].verified == 0)
		return trust_why(t, 0, &r->check_why);
	return err;
}

/* The checkpoints are read before the files are listed, which therefore
 * cannot end before them. */
static int
check_once(struct report *r, struct trust *t, size_t *n)
{
	int err = read_trust(r, t), chain;
	const struct sek_why why = r->check_why;
	char **paths;

	r->check_note = err == SEK_OK;
	if (err == SEK_OK)
		(void)snprintf(r->check_origin, sizeof r->check_origin, "%s",
		    t->is[0].origin);
	chain = audit_files_list(r->folder, &paths, n, &r->check_why);
	if (chain == SEK_OK && *n == 0)
		chain = sek_why_about(&r->check_why, SEK_E_NOENT, r->folder,
		    "holds no record");
	if (chain == SEK_OK)
		chain = check_paths(r, (const char *const *)paths, *n,
		    err == SEK_OK ? t : NULL);
	audit_files_free(paths, *n);
	if (chain != SEK_OK || err == SEK_OK || err == SEK_E_NOENT)
		return chain;
	r->check_why = why;
	return err;
}

static int
check_folder(struct report *r)
{
	struct trust *t;
	size_t n = 0, now;
	char **again;
	int err = SEK_E_NOMEM, tries;

	for (tries = 0; tries < TRIES; tries++) {
		if ((t = calloc(1, sizeof *t)) == NULL)
			return SEK_E_NOMEM;
		err = check_once(r, t, &n);
		trust_free(t);
		free(t);
		if (err == SEK_OK)
			break;
		if (audit_files_list(r->folder, &again, &now, NULL) != SEK_OK)
			now = n;
		audit_files_free(again, now);
		if (now == n)
			break;
	}
	return err;
}

int
report_check(struct report *r, const char *const *paths, size_t n)
{
	r->check = r->folder == NULL ? check_paths(r, paths, n, NULL) :
	    check_folder(r);
	return r->check;
}
