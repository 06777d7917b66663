/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other paths from a certificate to an anchor, when the one that OpenSSL
 * built will not do.  Runs in the gate and in `sekisho`.
 *
 * OpenSSL takes one issuer at each step and never comes back: cross-signed
 * CAs can lead it astray from a path that is good.  This walks over all of
 * them, the shortest first, along edges whose signature it has verified, and
 * leaves every verdict to the full check of certificate_path.c.  What it does
 * is bounded, whatever the files hold.
 */
#include <openssl/err.h>
#include <stdlib.h>

#include "gate/certificate_check.h"

#define PATH_CERTS_MAX 256   /* certificates of a path */
#define SIGNATURES_MAX 1024  /* verified for one search */
#define STEPS_MAX 10000      /* edges looked at */
#define PATHS_MAX 32         /* handed out */
#define NAMES_MAX 256        /* CAs whose name constraints are looked at */

/* An edge that was looked at already. */
struct edge {
	const X509 *x, *issuer;
	bool good;
};

struct search {
	const struct sek_trust *t;
	int64_t now;
	X509 *path[PATH_CERTS_MAX];
	size_t n, limit;         /* paths of this length now */
	bool deeper;             /* there may be longer ones */
	struct edge edges[SIGNATURES_MAX];
	size_t n_edges, steps, paths, names;
	bool (*fn)(void *arg, X509 *const *path, size_t n);
	void *arg;
};

static bool
is_self_signed(const X509 *x)
{
	return X509_NAME_cmp(X509_get_subject_name(x),
	    X509_get_issuer_name(x)) == 0;
}

/* By name, key identifier and key usage, then by signature, once. */
static bool
issued(struct search *s, X509 *x, X509 *issuer)
{
	EVP_PKEY *key;
	size_t i;
	bool good;

	for (i = 0; i < s->n_edges; i++)
		if (s->edges[i].x == x && s->edges[i].issuer == issuer)
			return s->edges[i].good;
	if (s->n_edges == SIGNATURES_MAX)
		return false;
	key = X509_get0_pubkey(issuer);
	good = key != NULL && X509_check_issued(issuer, x) == X509_V_OK &&
	    X509_verify(x, key) == 1;
	ERR_clear_error();
	s->edges[s->n_edges++] = (struct edge){ x, issuer, good };
	return good;
}

/* CA certificates of a path that count for its length. */
static long
counted(const struct search *s)
{
	long count = 0;
	size_t i;

	for (i = 1; i < s->n; i++)
		if (!is_self_signed(s->path[i]))
			count++;
	return count;
}

/* This only saves a full check, and may itself take long: at some point it
 * is left to that. */
static bool
names_ok(struct search *s, X509 *ca)
{
	struct sek_why why;

	if (X509_get_ext_by_NID(ca, NID_name_constraints, -1) < 0 ||
	    s->names >= NAMES_MAX)
		return true;
	s->names++;
	return sek_names_check(ca, s->path, s->n, &why) == SEK_R_OK;
}

/* What can be said of a CA at this place without asking anybody else. */
static bool
serves(struct search *s, X509 *ca, bool anchor)
{
	long pathlen = X509_get_pathlen(ca);
	struct sek_why why = { "" };
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->path[i] == ca || X509_cmp(s->path[i], ca) == 0)
			return false;
	return (pathlen < 0 || pathlen >= counted(s)) &&
	    sek_cert_in_date(ca, s->now) &&
	    sek_issuer_check(s->t, ca, anchor, &why) == SEK_R_OK &&
	    names_ok(s, ca);
}

static bool extend(struct search *s);

static bool
step(struct search *s, const STACK_OF(X509) *from, bool anchors)
{
	X509 *x = s->path[s->n - 1], *ca;
	bool found = false, end;
	int i;

	for (i = 0; !found && i < sk_X509_num(from); i++) {
		ca = sk_X509_value(from, i);
		if (X509_NAME_cmp(X509_get_subject_name(ca),
		    X509_get_issuer_name(x)) != 0)
			continue;
		if (s->steps++ >= STEPS_MAX)
			return false;
		end = anchors && (s->t->partial_chain || is_self_signed(ca));
		if ((end && s->n + 1 != s->limit) || !issued(s, x, ca) ||
		    !serves(s, ca, end))
			continue;
		s->path[s->n++] = ca;
		if (end && s->paths++ < PATHS_MAX)
			found = s->fn(s->arg, s->path, s->n);
		else if (!end)
			found = extend(s);
		s->n--;
	}
	return found;
}

static bool
extend(struct search *s)
{
	if (s->n >= s->limit) {
		s->deeper = true;
		return false;
	}
	return step(s, s->t->anchors, true) ||
	    step(s, s->t->intermediates, false);
}

bool
sek_search_paths(const struct sek_trust *t, X509 *leaf, int64_t now,
    bool (*fn)(void *arg, X509 *const *path, size_t n), void *arg)
{
	struct search *s = calloc(1, sizeof *s);
	size_t most = (size_t)t->max_depth + 1;
	bool found = false;

	if (s == NULL)
		return false;
	s->t = t;
	s->now = now;
	s->fn = fn;
	s->arg = arg;
	s->path[s->n++] = leaf;
	if (most > PATH_CERTS_MAX)
		most = PATH_CERTS_MAX;
	s->deeper = true;
	for (s->limit = 2; !found && s->deeper && s->limit <= most &&
	    s->steps < STEPS_MAX && s->paths < PATHS_MAX; s->limit++) {
		s->deeper = false;
		found = extend(s);
	}
	free(s);
	return found;
}

static bool
explain(const struct sek_trust *t, bool anchors, X509 *x,
    struct sek_why *why)
{
	const STACK_OF(X509) *from = anchors ? t->anchors : t->intermediates;
	struct sek_why what = { "" };
	char name[160];
	X509 *ca;
	int i, err;

	for (i = 0; i < sk_X509_num(from); i++) {
		ca = sk_X509_value(from, i);
		if (X509_NAME_cmp(X509_get_subject_name(ca),
		    X509_get_issuer_name(x)) != 0 || X509_cmp(ca, x) == 0)
			continue;
		err = X509_check_issued(ca, x);
		if (sek_issuer_check(t, ca, anchors, &what) == SEK_R_OK &&
		    err == X509_V_OK)
			continue;
		sek_cert_name(X509_get_subject_name(ca), name, sizeof name);
		sek_why_set(why, "\"%s\": %s", name, what.text[0] != '\0' ?
		    what.text : X509_verify_cert_error_string(err));
		return true;
	}
	return false;
}

void
sek_search_explain(const struct sek_trust *t, X509 *x, struct sek_why *why)
{
	why->text[0] = '\0';
	if (!explain(t, true, x, why))
		(void)explain(t, false, x, why);
	ERR_clear_error();
}
