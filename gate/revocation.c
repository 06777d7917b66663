/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A folder of CRLs as a source: which files there are, who issued them, and
 * those that a path needs.  Runs in the gate and in `sekisho`.
 *
 * Only files whose issuer is asked for are parsed, once in a process.  A file
 * that cannot be used is left out and counted, never taken half.
 */
#include "gate/revocation.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/certificate_folder.h"
#include "gate/revocation_file.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"

struct crl_file {
	struct crl_file *next;
	char name[NAME_MAX + 1];
	char shown[NAME_MAX + 1]; /* escaped */
	X509_NAME *issuer;
	X509_CRL *crl;            /* NULL: not parsed yet */
	bool bad;
};

/* What is learnt while it is used: a const source has it, too. */
struct seen {
	bool scanned;
	struct crl_file *files;
	size_t problems;
	struct sek_why first;
};

struct sek_rev_source {
	char dir[PATH_MAX];
	struct seen *seen;
};

int
sek_rev_open(const char *dir, struct sek_rev_source **out,
    struct sek_why *why)
{
	struct sek_rev_source *s;
	int r;

	if ((r = sek_path_safe(dir, true, why)) != SEK_OK)
		return r;
	s = calloc(1, sizeof *s);
	if (s == NULL || (s->seen = calloc(1, sizeof *s->seen)) == NULL) {
		free(s);
		return SEK_E_NOMEM;
	}
	/* sek_path_safe() made sure that it fits */
	(void)snprintf(s->dir, sizeof s->dir, "%s", dir);
	*out = s;
	return SEK_OK;
}

void
sek_rev_close(struct sek_rev_source *s)
{
	struct crl_file *f, *next;

	if (s == NULL)
		return;
	for (f = s->seen->files; f != NULL; f = next) {
		next = f->next;
		X509_NAME_free(f->issuer);
		X509_CRL_free(f->crl);
		free(f);
	}
	free(s->seen);
	free(s);
}

static void
problem(struct seen *seen, const struct sek_why *why)
{
	if (seen->problems++ == 0)
		seen->first = *why;
}

static int
scan_one(void *arg, const char *dir, const char *name)
{
	static const char *const suffixes[] = { ".crl", ".pem", ".der",
	    ".r0", ".r1", ".r2", ".r3", ".r4", ".r5", ".r6", ".r7", ".r8",
	    ".r9", NULL };
	struct seen *seen = arg;
	struct sek_why why = { "" };
	struct crl_file *f;

	if (!sek_has_suffix(name, suffixes))
		return SEK_OK;
	if ((f = calloc(1, sizeof *f)) == NULL)
		return SEK_E_NOMEM;
	if (sek_crl_issuer(dir, name, &f->issuer, &why) != SEK_OK) {
		problem(seen, &why);
		free(f);
		return SEK_OK;
	}
	(void)snprintf(f->name, sizeof f->name, "%s", name);
	(void)sek_escape_str(f->shown, sizeof f->shown, name);
	f->next = seen->files;
	seen->files = f;
	return SEK_OK;
}

static struct seen *
look(const struct sek_rev_source *s)
{
	struct sek_why why = { "" };

	if (!s->seen->scanned) {
		s->seen->scanned = true;
		if (sek_folder_each(s->dir, scan_one, s->seen, &why) !=
		    SEK_OK)
			problem(s->seen, &why);
	}
	return s->seen;
}

static int
load(const struct sek_rev_source *s, struct crl_file *f)
{
	struct sek_why why = { "" };
	int r;

	if (f->crl != NULL)
		return SEK_OK;
	if (f->bad)
		return SEK_E_SYNTAX;
	r = sek_crl_load(s->dir, f->name, &f->crl, &why);
	if (r != SEK_OK) {
		f->bad = true;
		problem(s->seen, &why);
	}
	return r;
}

STACK_OF(X509_CRL) *
sek_rev_candidates(const struct sek_rev_source *s, const X509_NAME *issuer)
{
	STACK_OF(X509_CRL) *found = NULL;
	struct crl_file *f;

	for (f = look(s)->files; f != NULL; f = f->next) {
		if (X509_NAME_cmp(f->issuer, issuer) != 0 ||
		    load(s, f) != SEK_OK)
			continue;
		if (found == NULL && (found = sk_X509_CRL_new_null()) == NULL)
			break;
		if (X509_CRL_up_ref(f->crl) != 1)
			continue;
		if (sk_X509_CRL_push(found, f->crl) <= 0)
			X509_CRL_free(f->crl);
	}
	if (found != NULL && sk_X509_CRL_num(found) == 0) {
		sk_X509_CRL_free(found);
		found = NULL;
	}
	return found;
}

const char *
sek_rev_file(const struct sek_rev_source *s, const X509_CRL *crl)
{
	const struct crl_file *f;

	for (f = s->seen->files; f != NULL; f = f->next)
		if (f->crl == crl)
			return f->shown;
	return "CRL";
}

size_t
sek_rev_problems(const struct sek_rev_source *s, struct sek_why *first)
{
	const struct seen *seen = look(s);

	if (first != NULL)
		*first = seen->first;
	return seen->problems;
}
