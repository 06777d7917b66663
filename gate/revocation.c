/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Indexes in the cache of sekisho-fetch, a folder of CRLs, and CRLs that were
 * handed over, as one source: which there are, who issued them, and those
 * that a path needs.  Runs in the gate and in `sekisho`.
 *
 * Only files whose issuer is asked for are opened, once in a process.  A file
 * that cannot be used is left out and counted, never taken half.
 */
#include "gate/revocation.h"

#include <ctype.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/certificate_folder.h"
#include "gate/revocation_file.h"
#include "gate/revocation_index.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"

#define HASH_HEX 8u /* digits of a name's hash in the name of an index */
#define INDEX_NAME (HASH_HEX + 1 + 40 + sizeof SEK_INDEX_SUFFIX - 1)

enum kind { KIND_PLAIN, KIND_INDEX, KIND_HELD };

struct crl_file {
	struct crl_file *next;
	enum kind kind;
	char name[NAME_MAX + 1];
	char shown[NAME_MAX + 1]; /* escaped */
	X509_NAME *issuer;        /* KIND_PLAIN */
	X509_CRL *crl;            /* NULL: not opened yet */
	bool bad;
	struct sek_why why;       /* of a bad one */
};

/* What is learnt while it is used: a const source has it, too. */
struct seen {
	bool scanned;
	struct crl_file *files;
	size_t problems;
	struct sek_why first;
};

struct sek_rev_source {
	char dir[PATH_MAX];   /* of CRLs; "" = none */
	char index[PATH_MAX]; /* of indexes; "" = none */
	struct seen *seen;
};

int
sek_rev_new(struct sek_rev_source **out)
{
	struct sek_rev_source *s = calloc(1, sizeof *s);

	if (s == NULL || (s->seen = calloc(1, sizeof *s->seen)) == NULL) {
		free(s);
		return SEK_E_NOMEM;
	}
	*out = s;
	return SEK_OK;
}

static int
set_index_folder(struct sek_rev_source *s, const char *cache,
    struct sek_why *why)
{
	int n, r;

	r = sek_path_safe(cache, true, why);
	if (r != SEK_OK && r != SEK_E_NOENT)
		return r;
	n = snprintf(s->index, sizeof s->index, "%s/%s", cache,
	    SEK_INDEX_FOLDER);
	if (n < 0 || (size_t)n >= sizeof s->index) {
		sek_why_set(why, "the path of the cache is too long");
		return SEK_E_LIMIT;
	}
	return SEK_OK;
}

int
sek_rev_open(const char *crls, const char *cache,
    struct sek_rev_source **out, struct sek_why *why)
{
	struct sek_rev_source *s;
	int r;

	if (crls[0] != '\0' &&
	    (r = sek_path_safe(crls, true, why)) != SEK_OK)
		return r;
	if ((r = sek_rev_new(&s)) != SEK_OK)
		return r;
	/* sek_path_safe() made sure that it fits */
	(void)snprintf(s->dir, sizeof s->dir, "%s", crls);
	if (cache[0] != '\0' &&
	    (r = set_index_folder(s, cache, why)) != SEK_OK) {
		sek_rev_close(s);
		return r;
	}
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

static struct crl_file *
add_file(struct seen *seen, enum kind kind, const char *name)
{
	struct crl_file *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->kind = kind;
	(void)snprintf(f->name, sizeof f->name, "%s", name);
	(void)sek_escape_str(f->shown, sizeof f->shown, name);
	f->next = seen->files;
	seen->files = f;
	return f;
}

int
sek_rev_add(struct sek_rev_source *s, X509_CRL *crl, const char *shown)
{
	struct crl_file *f = add_file(s->seen, KIND_HELD, "");

	if (f == NULL)
		return SEK_E_NOMEM;
	(void)snprintf(f->shown, sizeof f->shown, "%s", shown);
	if (X509_CRL_up_ref(crl) != 1) {
		f->bad = true;
		return SEK_E_CRYPTO;
	}
	f->crl = crl;
	return SEK_OK;
}

/* -- looking at the folders */

static int
scan_plain(void *arg, const char *dir, const char *name)
{
	static const char *const suffixes[] = { ".crl", ".pem", ".der",
	    ".r0", ".r1", ".r2", ".r3", ".r4", ".r5", ".r6", ".r7", ".r8",
	    ".r9", NULL };
	struct seen *seen = arg;
	struct sek_why why = { "" };
	X509_NAME *issuer = NULL;
	struct crl_file *f;

	if (!sek_has_suffix(name, suffixes))
		return SEK_OK;
	if (sek_crl_issuer(dir, name, &issuer, &why) != SEK_OK) {
		problem(seen, &why);
		return SEK_OK;
	}
	if ((f = add_file(seen, KIND_PLAIN, name)) == NULL) {
		X509_NAME_free(issuer);
		return SEK_E_NOMEM;
	}
	f->issuer = issuer;
	return SEK_OK;
}

static bool
named_like_index(const char *name)
{
	size_t i;

	for (i = 0; i < HASH_HEX; i++)
		if (!isxdigit((unsigned char)name[i]) ||
		    isupper((unsigned char)name[i]))
			return false;
	return name[HASH_HEX] == '-' && strlen(name) == INDEX_NAME;
}

/* Its name says whose it is: nothing is opened here. */
static int
scan_index(void *arg, const char *dir, const char *name)
{
	static const char *const suffixes[] = { SEK_INDEX_SUFFIX, NULL };
	struct seen *seen = arg;
	char shown[300];
	struct sek_why why;

	(void)dir;
	if (!sek_has_suffix(name, suffixes))
		return SEK_OK;
	if (!named_like_index(name)) {
		sek_why_set(&why, "%s: not the name of an index",
		    sek_escape_str(shown, sizeof shown, name));
		problem(seen, &why);
		return SEK_OK;
	}
	return add_file(seen, KIND_INDEX, name) != NULL ? SEK_OK :
	    SEK_E_NOMEM;
}

static struct seen *
look(const struct sek_rev_source *s)
{
	struct sek_why why = { "" };
	int r;

	if (s->seen->scanned)
		return s->seen;
	s->seen->scanned = true;
	if (s->dir[0] != '\0' && sek_folder_each(s->dir, scan_plain, s->seen,
	    &why) != SEK_OK)
		problem(s->seen, &why);
	if (s->index[0] != '\0') {
		r = sek_folder_each(s->index, scan_index, s->seen, &why);
		/* nothing was fetched yet */
		if (r != SEK_OK && r != SEK_E_NOENT)
			problem(s->seen, &why);
	}
	return s->seen;
}

static int
load(const struct sek_rev_source *s, struct crl_file *f)
{
	int r;

	if (f->crl != NULL)
		return SEK_OK;
	if (f->bad)
		return SEK_E_SYNTAX;
	if (f->kind == KIND_INDEX)
		r = sek_index_open(s->index, f->name, &f->crl, &f->why);
	else
		r = sek_crl_load(s->dir, f->name, &f->crl, &f->why);
	if (r != SEK_OK) {
		f->bad = true;
		problem(s->seen, &f->why);
	}
	return r;
}

/* Opens it if it may be this issuer's. */
static bool
is_of(const struct sek_rev_source *s, struct crl_file *f,
    const X509_NAME *issuer, const char *hash)
{
	if (f->kind == KIND_PLAIN && X509_NAME_cmp(f->issuer, issuer) != 0)
		return false;
	if (f->kind == KIND_INDEX && memcmp(f->name, hash, HASH_HEX) != 0)
		return false;
	return load(s, f) == SEK_OK &&
	    X509_NAME_cmp(X509_CRL_get_issuer(f->crl), issuer) == 0;
}

STACK_OF(X509_CRL) *
sek_rev_candidates(const struct sek_rev_source *s, const X509_NAME *issuer)
{
	STACK_OF(X509_CRL) *found = sk_X509_CRL_new_null();
	struct crl_file *f;
	char hash[HASH_HEX + 1];
	int ok = 0;

	/* without the hash no index is taken, and so nothing is cleared */
	(void)snprintf(hash, sizeof hash, "%08lx",
	    X509_NAME_hash_ex(issuer, NULL, NULL, &ok) & 0xffffffffUL);
	if (found == NULL || ok != 1)
		goto none;
	for (f = look(s)->files; f != NULL; f = f->next) {
		if (!is_of(s, f, issuer, hash))
			continue;
		if (X509_CRL_up_ref(f->crl) != 1)
			continue;
		if (sk_X509_CRL_push(found, f->crl) <= 0)
			X509_CRL_free(f->crl);
	}
	if (sk_X509_CRL_num(found) > 0)
		return found;
none:
	sk_X509_CRL_free(found);
	return NULL;
}

int
sek_rev_each(const struct sek_rev_source *s, sek_rev_fn *fn, void *arg)
{
	struct crl_file *f;
	int r;

	for (f = look(s)->files; f != NULL; f = f->next) {
		if (f->kind != KIND_INDEX)
			continue;
		(void)load(s, f);
		if ((r = fn(arg, f->shown, f->crl, &f->why)) != SEK_OK)
			return r;
	}
	return SEK_OK;
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
