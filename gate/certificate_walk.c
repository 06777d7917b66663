/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What OpenSSL tells while it walks a path: which errors are forgiven, which
 * weigh most, in which words.  Runs in the gate and in `sekisho`.
 *
 * It goes on after an error only to learn more (a stale CRL may still list
 * the certificate).  Few things are forgiven, all in forgiven(); anything
 * else that was remembered is a refusal, whatever OpenSSL says in the end.
 */
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

#include "gate/certificate_check.h"

struct sek_walk *
sek_walk_of(const X509_STORE_CTX *ctx)
{
	return X509_STORE_get_ex_data(X509_STORE_CTX_get0_store(ctx), 0);
}

bool
sek_walk_at_leaf(const X509_STORE_CTX *ctx)
{
	return X509_STORE_CTX_get_error_depth(ctx) == 0 &&
	    X509_STORE_CTX_get0_parent_ctx(ctx) == NULL;
}

bool
sek_walk_below_leaf(const X509_STORE_CTX *ctx)
{
	const X509_STORE_CTX *up;

	while ((up = X509_STORE_CTX_get0_parent_ctx(ctx)) != NULL)
		ctx = up;
	return X509_STORE_CTX_get_error_depth(ctx) == 0;
}

/* The one that logs in needs no name in its own record. */
void
sek_walk_who(const X509_STORE_CTX *ctx, char *out, size_t cap)
{
	const X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	char name[160];
	int n;

	if (sek_walk_at_leaf(ctx) || x == NULL) {
		(void)snprintf(out, cap, "certificate");
		return;
	}
	sek_cert_name(X509_get_subject_name(x), name, sizeof name);
	n = snprintf(out, cap, "issuer certificate \"%s\"", name);
	if (n < 0)
		out[0] = '\0';
}

void
sek_worst_add(struct sek_worst *w, enum sek_reason r, unsigned int weight,
    const struct sek_why *why)
{
	if (w->reason != SEK_R_NONE && weight <= w->weight)
		return;
	w->reason = r;
	w->weight = weight;
	w->why = *why;
}

bool
sek_walk_is_anchor(const struct sek_walk *c, const X509_STORE_CTX *ctx)
{
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	const X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx), i;

	if (x == NULL || depth == 0 || depth != sk_X509_num(chain) - 1)
		return false;
	for (i = 0; i < sk_X509_num(c->t->anchors); i++)
		if (X509_cmp(x, sk_X509_value(c->t->anchors, i)) == 0)
			return true;
	return false;
}

/* Is this about a path on which only the leaf's revocation depends, and may
 * it be left to somebody else? */
static bool
only_wanted(const struct sek_walk *c, const X509_STORE_CTX *ctx, int about)
{
	if (c->crl != SEK_LEAF_CRL_WANT || !sek_walk_below_leaf(ctx))
		return false;
	return about || X509_STORE_CTX_get0_parent_ctx(ctx) != NULL;
}

/* Errors that are none: 1 = forgiven. */
static int
forgiven(struct sek_walk *c, X509_STORE_CTX *ctx, int err)
{
	const X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	int64_t to;

	switch (err) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		/* RFC 5280 4.1.2.5: through notAfter, inclusive */
		return x != NULL && sek_cert_time(X509_get0_notAfter(x),
		    &to) == SEK_OK && c->now == to;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		/* no CRL was looked for: RFC 5280 6.1 does not ask whether
		 * an anchor was revoked, the administrator removes it */
		return sek_walk_is_anchor(c, ctx) || c->own_only == ctx ||
		    (c->crl == SEK_LEAF_CRL_SKIP && sek_walk_at_leaf(ctx));
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return sek_crl_grace(c, ctx);
	case X509_V_ERR_CERT_REVOKED:
		/* a delta's entry that says the contrary, or a list that
		 * says nothing */
		return c->removing || (sek_walk_at_leaf(ctx) &&
		    sek_crl_is_void(c, ctx));
	case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
		/* OpenSSL knows no user principal names: certificate_names.c
		 * does, and checks every name of a path that is accepted */
		return X509_STORE_CTX_get0_parent_ctx(ctx) == NULL;
	default:
		return 0;
	}
}

X509 **
sek_walk_path(const STACK_OF(X509) *chain, size_t *n)
{
	X509 **path;
	size_t i;

	*n = sk_X509_num(chain) > 0 ? (size_t)sk_X509_num(chain) : 0;
	if (*n == 0 || (path = calloc(*n, sizeof(X509 *))) == NULL)
		return NULL;
	for (i = 0; i < *n; i++)
		path[i] = sk_X509_value(chain, (int)i);
	return path;
}

/* Which name, which constraint: OpenSSL tells neither. */
static bool
names_words(const STACK_OF(X509) *chain, struct sek_why *why)
{
	X509 **path;
	size_t n, i;
	enum sek_reason r = SEK_R_OK;

	if ((path = sek_walk_path(chain, &n)) == NULL)
		return false;
	for (i = 1; r == SEK_R_OK && i < n; i++)
		r = sek_names_check(path[i], path, i, why);
	free(path);
	return r != SEK_R_OK;
}

static bool
about_names(int err)
{
	return err == X509_V_ERR_PERMITTED_VIOLATION ||
	    err == X509_V_ERR_EXCLUDED_VIOLATION ||
	    err == X509_V_ERR_SUBTREE_MINMAX ||
	    err == X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE ||
	    err == X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX ||
	    err == X509_V_ERR_UNSUPPORTED_NAME_SYNTAX;
}

/* The words for an error about a certificate; our own where they say more. */
static void
cert_words(const struct sek_walk *c, const X509_STORE_CTX *ctx, int err,
    struct sek_why *why)
{
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	const char *what = X509_verify_cert_error_string(err);
	struct sek_why more = { "" };
	char who[200];

	if (about_names(err) && names_words(X509_STORE_CTX_get0_chain(ctx),
	    why))
		return;
	sek_walk_who(ctx, who, sizeof who);
	if (x != NULL && sek_x509_error(err)->leaf == SEK_R_CERT_ISSUER)
		sek_search_explain(c->t, x, &more);
	else if (x != NULL && err == X509_V_ERR_INVALID_CA)
		(void)sek_issuer_check(c->t, x, sek_walk_is_anchor(c, ctx),
		    &more);
	sek_why_set(why, "%s: %s%s%s", who, what,
	    more.text[0] != '\0' ? ": " : "", more.text);
}

/* A CRL whose issuer is not on the path has a path of its own: the same rules
 * for what is on it. */
static int
good_so_far(struct sek_walk *c, X509_STORE_CTX *ctx)
{
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx);
	struct sek_why what = { "" }, why;
	enum sek_reason r;
	char who[200];

	if (X509_STORE_CTX_get0_parent_ctx(ctx) == NULL || x == NULL)
		return 1;
	if (depth > 0)
		r = sek_issuer_check(c->t, x, sek_walk_is_anchor(c, ctx),
		    &what);
	else
		r = sek_crl_issuer_check(c->t, x, &what);
	if (r == SEK_R_OK)
		return 1;
	sek_walk_who(ctx, who, sizeof who);
	sek_why_set(&why, "%s: %s", who, what.text);
	sek_worst_add(only_wanted(c, ctx, 0) ? &c->leaf : &c->worst,
	    SEK_R_CRL_INVALID, SEK_WEIGHT_CRL_INVALID, &why);
	X509_STORE_CTX_set_error(ctx, X509_V_ERR_APPLICATION_VERIFICATION);
	return 0;
}

/* OpenSSL's verify callback: 1 = go on, 0 = stop. */
int
sek_walk_verify(int ok, X509_STORE_CTX *ctx)
{
	struct sek_walk *c = sek_walk_of(ctx);
	const struct sek_x509_error *e;
	enum sek_reason r;
	struct sek_why why;
	int err = X509_STORE_CTX_get_error(ctx);

	if (ok)
		return good_so_far(c, ctx);
	if (forgiven(c, ctx, err)) {
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		return 1;
	}
	e = sek_x509_error(err);
	if (e->about_crl)
		sek_crl_words(c, ctx, err, &why);
	else
		cert_words(c, ctx, err, &why);
	r = sek_walk_at_leaf(ctx) ? e->leaf : e->issuer;
	if (err == X509_V_ERR_UNABLE_TO_GET_CRL && c->candidates > 0)
		r = SEK_R_CRL_INVALID;
	/* the path of a CRL's own issuer */
	if (X509_STORE_CTX_get0_parent_ctx(ctx) != NULL && !e->about_crl)
		r = SEK_R_CRL_INVALID;
	if (err == X509_V_ERR_CERT_REVOKED && sek_walk_at_leaf(ctx)) {
		sek_crl_revoked(c, ctx);
	} else if (only_wanted(c, ctx, e->about_crl)) {
		sek_worst_add(&c->leaf, r, e->weight, &why);
		/* on the way to the CRL: its own error comes next */
		if (!sek_walk_at_leaf(ctx))
			return e->go_on;
		if (e->go_on || sek_crl_void(c, ctx)) {
			X509_STORE_CTX_set_error(ctx, X509_V_OK);
			return 1;
		}
	}
	sek_worst_add(&c->worst, r, e->weight, &why);
	return e->go_on;
}

/* OpenSSL's check_issued, kept to the plan. */
int
sek_walk_issued(X509_STORE_CTX *ctx, X509 *x, X509 *issuer)
{
	const struct sek_walk *c = sek_walk_of(ctx);
	size_t i;

	if (X509_STORE_CTX_get0_parent_ctx(ctx) == NULL)
		for (i = 0; i + 1 < c->n_plan; i++)
			if (X509_cmp(c->plan[i], x) == 0 &&
			    X509_cmp(c->plan[i + 1], issuer) != 0)
				return 0;
	return c->issued(ctx, x, issuer);
}
