/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The path from a certificate to a trust anchor, and revocation on it, by
 * OpenSSL (RFC 5280 section 6).  Runs in the gate and in `sekisho`.
 *
 * Each path is checked by OpenSSL (errors: certificate_walk.c), then by our
 * own rules.  When the path that OpenSSL builds will not do,
 * certificate_search.c offers others, and each is checked in full.
 */
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/certificate_check.h"

static int
fill_store(X509_STORE *store, struct sek_walk *c)
{
	X509_STORE_CTX *plain = X509_STORE_CTX_new();
	int i, r = SEK_E_CRYPTO;

	/* OpenSSL hands out its own functions through a context only */
	if (plain == NULL ||
	    X509_STORE_CTX_init(plain, NULL, NULL, NULL) != 1)
		goto out;
	c->issued = X509_STORE_CTX_get_check_issued(plain);
	c->check_crl = X509_STORE_CTX_get_check_crl(plain);
	c->cert_crl = X509_STORE_CTX_get_cert_crl(plain);
	if (X509_STORE_set_ex_data(store, 0, c) != 1)
		goto out;
	X509_STORE_set_verify_cb(store, sek_walk_verify);
	X509_STORE_set_check_issued(store, sek_walk_issued);
	X509_STORE_set_lookup_crls(store, sek_crl_lookup);
	X509_STORE_set_check_crl(store, sek_crl_check);
	X509_STORE_set_cert_crl(store, sek_crl_cert);
	for (i = 0; c->plan == NULL && i < sk_X509_num(c->t->anchors); i++)
		if (X509_STORE_add_cert(store,
		    sk_X509_value(c->t->anchors, i)) != 1)
			goto out;
	if (c->plan != NULL &&
	    X509_STORE_add_cert(store, c->plan[c->n_plan - 1]) != 1)
		goto out;
	r = SEK_OK;
out:
	X509_STORE_CTX_free(plain);
	return r;
}

/* RFC 5280 6.1.1 (c): none configured means any. */
static int
set_policies(const struct sek_trust *t, X509_VERIFY_PARAM *param)
{
	ASN1_OBJECT *o;
	int i, n = sk_ASN1_OBJECT_num(t->policies);

	if (n <= 0)
		return X509_VERIFY_PARAM_add0_policy(param,
		    OBJ_nid2obj(NID_any_policy)) == 1 ? SEK_OK : SEK_E_CRYPTO;
	for (i = 0; i < n; i++) {
		o = OBJ_dup(sk_ASN1_OBJECT_value(t->policies, i));
		if (o == NULL ||
		    X509_VERIFY_PARAM_add0_policy(param, o) != 1) {
			ASN1_OBJECT_free(o);
			return SEK_E_CRYPTO;
		}
	}
	return SEK_OK;
}

static unsigned long
flags_of(const struct sek_trust *t)
{
	unsigned long flags = X509_V_FLAG_EXTENDED_CRL_SUPPORT |
	    X509_V_FLAG_USE_DELTAS;

	if (t->partial_chain)
		flags |= X509_V_FLAG_PARTIAL_CHAIN;
	if (t->policy_check)
		flags |= X509_V_FLAG_POLICY_CHECK;
	if (t->explicit_policy)
		flags |= X509_V_FLAG_EXPLICIT_POLICY;
	if (t->inhibit_map)
		flags |= X509_V_FLAG_INHIBIT_MAP;
	if (t->inhibit_any)
		flags |= X509_V_FLAG_INHIBIT_ANY;
	return flags;
}

static unsigned long
crl_flags_of(const struct sek_walk *c)
{
	if (c->t->rev == NULL)
		return 0;
	switch (c->t->check) {
	case SEK_CHECK_CRL:
	case SEK_CHECK_OCSP:
	case SEK_CHECK_EITHER:
		return X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	case SEK_CHECK_CRL_LEAF:
		return c->crl == SEK_LEAF_CRL_SKIP ? 0 :
		    X509_V_FLAG_CRL_CHECK;
	case SEK_CHECK_OCSP_LEAF:
	case SEK_CHECK_NONE:
		break;
	}
	return 0;
}

static int
set_rules(const struct sek_walk *c, X509_STORE_CTX *ctx)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

	if (X509_VERIFY_PARAM_set_flags(param, flags_of(c->t) |
	    crl_flags_of(c)) != 1)
		return SEK_E_CRYPTO;
	/* a person's common name is no host name */
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	X509_VERIFY_PARAM_set_time(param, (time_t)c->now);
	/* OpenSSL counts what is between the leaf and the anchor */
	X509_VERIFY_PARAM_set_depth(param, (int)c->t->max_depth - 1);
	return set_policies(c->t, param);
}

/* Our own rules for a path that OpenSSL accepted. */
static enum sek_reason
check_issuer(const struct sek_trust *t, X509 *const *path, size_t i,
    size_t n, struct sek_why *why)
{
	struct sek_why what = { "" };
	char name[160];
	enum sek_reason r;

	r = sek_issuer_check(t, path[i], i == n - 1, &what);
	/* its form is the CA's matter, not the card's */
	if (r == SEK_R_CERT_MALFORMED)
		r = SEK_R_CERT_PATH;
	if (r != SEK_R_OK) {
		sek_cert_name(X509_get_subject_name(path[i]), name,
		    sizeof name);
		sek_why_set(why, "issuer certificate \"%s\": %s", name,
		    what.text);
		return r;
	}
	return sek_names_check(path[i], path, i, why);
}

static enum sek_reason
check_issuers(const struct sek_trust *t, const STACK_OF(X509) *chain,
    struct sek_why *why)
{
	enum sek_reason r = SEK_R_OK;
	X509 **path;
	size_t i, n;

	/* a leaf that ends its own path was never issued by an anchor */
	if (sk_X509_num(chain) < 2) {
		sek_why_set(why, "certificate: no issuer on the path");
		return SEK_R_CERT_ISSUER;
	}
	if ((path = sek_walk_path(chain, &n)) == NULL)
		return SEK_R_INTERNAL;
	for (i = 1; r == SEK_R_OK && i < n; i++)
		r = check_issuer(t, path, i, n, why);
	free(path);
	return r;
}

static enum sek_reason
run(struct sek_walk *c, X509_STORE_CTX *ctx, struct sek_why *why)
{
	int ok = X509_verify_cert(ctx);

	if (c->worst.reason != SEK_R_NONE) {
		*why = c->worst.why;
		return c->worst.reason;
	}
	if (ok != 1) {
		sek_why_set(why, "%s", X509_verify_cert_error_string(
		    X509_STORE_CTX_get_error(ctx)));
		return SEK_R_INTERNAL;
	}
	return check_issuers(c->t, X509_STORE_CTX_get0_chain(ctx), why);
}

/* What a whole check is about, over all the paths that it tries. */
struct attempt {
	const struct sek_trust *t;
	X509 *leaf;
	int64_t now;
	enum sek_leaf_crl crl;
	STACK_OF(X509) *chain;      /* the last path, as far as it got */
	STACK_OF(X509) *first;      /* the one that OpenSSL built */
	struct sek_rev_info rev;
	enum sek_reason leaf_crl;
	enum sek_reason r;
	struct sek_why why;
};

/* One path in full: the one of the plan, or what OpenSSL builds. */
static void
try(struct attempt *a, X509 *const *plan, size_t n)
{
	struct sek_walk c = { .t = a->t, .now = a->now, .crl = a->crl,
	    .rev = &a->rev, .plan = plan, .n_plan = n,
	    .worst = { .reason = SEK_R_NONE },
	    .leaf = { .reason = SEK_R_NONE } };
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	a->r = SEK_R_INTERNAL;
	a->why.text[0] = '\0';
	if (store == NULL || ctx == NULL || fill_store(store, &c) != SEK_OK ||
	    X509_STORE_CTX_init(ctx, store, a->leaf, a->t->intermediates) !=
	    1 || set_rules(&c, ctx) != SEK_OK) {
		sek_why_set(&a->why, "out of memory");
		goto out;
	}
	a->r = run(&c, ctx, &a->why);
	if (a->r != SEK_R_OK)
		a->rev.grace_used = false; /* it was of no use */
	a->leaf_crl = c.leaf.reason != SEK_R_NONE ? c.leaf.reason :
	    strcmp(a->rev.status, "good") == 0 ||
	    (strcmp(a->rev.status, "stale") == 0 && a->rev.grace_used) ?
	    SEK_R_OK : SEK_R_CRL_MISSING;
	if (a->r == SEK_R_OK && a->leaf_crl != SEK_R_OK)
		a->why = c.leaf.why;
	sk_X509_pop_free(a->chain, X509_free);
	a->chain = X509_STORE_CTX_get1_chain(ctx);
out:
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
}

/* Another path: done when it serves, or when the leaf is revoked on it. */
static bool
try_other(void *arg, X509 *const *path, size_t n)
{
	struct attempt *a = arg, other = *a;
	bool same = (size_t)sk_X509_num(a->first) == n;
	size_t i;

	for (i = 0; same && i < n; i++)
		same = X509_cmp(sk_X509_value(a->first, (int)i), path[i]) ==
		    0;
	if (same)
		return false;
	memset(&other.rev, 0, sizeof other.rev);
	(void)snprintf(other.rev.method, sizeof other.rev.method, "%s",
	    a->rev.method);
	(void)snprintf(other.rev.status, sizeof other.rev.status, "unknown");
	other.chain = NULL;
	try(&other, path, n);
	if (other.r != SEK_R_OK && strcmp(other.rev.status, "revoked") != 0) {
		sk_X509_pop_free(other.chain, X509_free);
		return false;
	}
	sk_X509_pop_free(a->chain, X509_free);
	*a = other;
	return true;
}

enum sek_reason
sek_path_check(const struct sek_trust *t, X509 *leaf, int64_t now,
    enum sek_leaf_crl crl, struct sek_rev_info *rev, X509 **issuer,
    enum sek_reason *leaf_crl_reason, struct sek_why *why)
{
	struct attempt a = { .t = t, .leaf = leaf, .now = now, .crl = crl,
	    .rev = *rev, .r = SEK_R_INTERNAL, .leaf_crl = SEK_R_CRL_MISSING };

	try(&a, NULL, 0);
	a.first = a.chain == NULL ? NULL : X509_chain_up_ref(a.chain);
	/* a revoked certificate is that on any path */
	if (a.r != SEK_R_OK && a.r != SEK_R_INTERNAL &&
	    strcmp(a.rev.status, "revoked") != 0)
		(void)sek_search_paths(t, leaf, now, try_other, &a);
	if (a.r == SEK_R_OK && (sk_X509_num(a.chain) < 2 ||
	    X509_up_ref(sk_X509_value(a.chain, 1)) != 1))
		a.r = SEK_R_INTERNAL;
	if (a.r == SEK_R_OK)
		*issuer = sk_X509_value(a.chain, 1);
	*leaf_crl_reason = a.leaf_crl;
	*rev = a.rev;
	*why = a.why;
	sk_X509_pop_free(a.first, X509_free);
	sk_X509_pop_free(a.chain, X509_free);
	ERR_clear_error();
	return a.r;
}
