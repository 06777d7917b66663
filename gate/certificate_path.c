/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The path from a certificate to a trust anchor, and revocation on it, by
 * OpenSSL (RFC 5280 section 6).  Runs in the gate and in `sekisho`.
 *
 * OpenSSL reports errors to a callback.  It goes on after an error only to
 * learn more (a stale CRL may still list the certificate), and remembers the
 * weightiest.  Two things alone are forgiven: the very second of notAfter,
 * and a stale CRL within the configured grace.  Anything else remembered is
 * a refusal, whatever OpenSSL says in the end.
 */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "gate/certificate_errors.h"
#include "gate/certificate_rooms.h"

/* One check; the callbacks find it through the store. */
struct check {
	const struct sek_trust *t;
	int64_t now;
	X509_STORE_CTX_check_crl_fn check_crl; /* OpenSSL's own */
	X509_STORE_CTX_cert_crl_fn cert_crl;
	struct sek_rev_info *rev;
	X509_CRL *judging;     /* the CRL that is looked into, or NULL */
	bool stale_leaf;       /* the CRL at hand for the leaf is stale */
	size_t candidates;     /* CRLs offered for the certificate at hand */
	enum sek_reason worst; /* SEK_R_NONE: nothing was wrong */
	unsigned int weight;
	struct sek_why *why;
};

static struct check *
check_of(const X509_STORE_CTX *ctx)
{
	return X509_STORE_get_ex_data(X509_STORE_CTX_get0_store(ctx), 0);
}

/* The CRL that an error is about.  OpenSSL forgets the current one after a
 * complaint about its dates, and tells the base while it is at the delta. */
static X509_CRL *
crl_of(const struct check *c, const X509_STORE_CTX *ctx)
{
	return c->judging != NULL ? c->judging :
	    X509_STORE_CTX_get0_current_crl(ctx);
}

static bool
at_leaf(const X509_STORE_CTX *ctx)
{
	return X509_STORE_CTX_get_error_depth(ctx) == 0 &&
	    X509_STORE_CTX_get0_parent_ctx(ctx) == NULL;
}

/* Which certificate: the one that logs in needs no name in its own record. */
static void
name_current(const X509_STORE_CTX *ctx, char *out, size_t cap)
{
	const X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	char name[160];
	int n;

	if (at_leaf(ctx) || x == NULL) {
		(void)snprintf(out, cap, "certificate");
		return;
	}
	sek_cert_name(X509_get_subject_name(x), name, sizeof name);
	n = snprintf(out, cap, "issuer certificate \"%s\"", name);
	if (n < 0)
		out[0] = '\0';
}

static void
remember(struct check *c, enum sek_reason r, unsigned int weight,
    const struct sek_why *why)
{
	if (c->worst != SEK_R_NONE && weight <= c->weight)
		return;
	c->worst = r;
	c->weight = weight;
	*c->why = *why;
}

/* The words for an error about a CRL: which file, for which certificate. */
static void
crl_words(const struct check *c, const X509_STORE_CTX *ctx, int err,
    struct sek_why *why)
{
	const X509_CRL *crl = crl_of(c, ctx);
	const X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	char who[200], issuer[160] = "";
	struct sek_why first;
	size_t bad;

	name_current(ctx, who, sizeof who);
	if (err != X509_V_ERR_UNABLE_TO_GET_CRL) {
		sek_why_set(why, "%s: %s: %s",
		    crl != NULL ? sek_rev_file(c->t->rev, crl) : "CRL",
		    X509_verify_cert_error_string(err), who);
		return;
	}
	if (x != NULL)
		sek_cert_name(X509_get_issuer_name(x), issuer,
		    sizeof issuer);
	if (c->candidates > 0) {
		sek_why_set(why, "no CRL of \"%s\" fits by key and scope, "
		    "out of %zu: %s", issuer, c->candidates, who);
		return;
	}
	bad = sek_rev_problems(c->t->rev, &first);
	if (bad > 0)
		sek_why_set(why, "no CRL of \"%s\": %s (%zu unusable: %s)",
		    issuer, who, bad, first.text);
	else
		sek_why_set(why, "no CRL of \"%s\": %s", issuer, who);
}

static void
set_word(char out[16], const char *word)
{
	(void)snprintf(out, 16, "%s", word);
}

/* RFC 5280 5.3.1 */
static const char *
reason_word(long code)
{
	static const char *const words[] = { "unspecified", "keyCompromise",
	    "cACompromise", "affiliationChanged", "superseded",
	    "cessationOfOperation", "certificateHold", "", "removeFromCRL",
	    "privilegeWithdrawn", "aACompromise" };

	if (code < 0 || code >= (long)(sizeof words / sizeof words[0]))
		return "";
	return words[code];
}

/* When and why the leaf was revoked. */
static void
note_revoked(struct check *c, X509_STORE_CTX *ctx)
{
	X509_CRL *crl = crl_of(c, ctx);
	X509_REVOKED *entry = NULL;
	ASN1_ENUMERATED *code;

	set_word(c->rev->status, "revoked");
	if (crl == NULL || X509_CRL_get0_by_cert(crl, &entry,
	    X509_STORE_CTX_get_current_cert(ctx)) == 0 || entry == NULL)
		return;
	if (sek_cert_time(X509_REVOKED_get0_revocationDate(entry),
	    &c->rev->revoked_at) != SEK_OK)
		c->rev->revoked_at = 0;
	code = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
	if (code != NULL)
		(void)snprintf(c->rev->revoked_reason,
		    sizeof c->rev->revoked_reason, "%s",
		    reason_word(ASN1_ENUMERATED_get(code)));
	ASN1_ENUMERATED_free(code);
}

/* What the record says of the CRL that judged the leaf; of several, a base
 * and its delta for one, the newest. */
static void
note_crl(struct check *c, const X509_CRL *crl)
{
	struct sek_rev_info *rev = c->rev;
	ASN1_INTEGER *number;
	int64_t this_update;

	/* a delta was asked before its base and may have said so */
	if (strcmp(rev->status, "revoked") != 0)
		set_word(rev->status, c->stale_leaf ? "stale" : "good");
	if (sek_cert_time(X509_CRL_get0_lastUpdate(crl), &this_update) !=
	    SEK_OK || this_update < rev->this_update)
		return;
	rev->this_update = this_update;
	rev->age_s = c->now - this_update;
	if (sek_cert_time(X509_CRL_get0_nextUpdate(crl),
	    &rev->next_update) != SEK_OK)
		rev->next_update = 0;
	rev->crl_number[0] = '\0';
	number = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
	if (number != NULL)
		sek_cert_hex(number, rev->crl_number,
		    sizeof rev->crl_number);
	ASN1_INTEGER_free(number);
}

/* May this stale CRL serve a little longer? */
static bool
within_grace(const struct check *c, const X509_CRL *crl)
{
	int64_t next;

	return c->t->grace && crl != NULL &&
	    sek_cert_time(X509_CRL_get0_nextUpdate(crl), &next) == SEK_OK &&
	    c->now - next <= (int64_t)c->t->grace_s;
}

static bool
is_anchor(const struct check *c, const X509_STORE_CTX *ctx)
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

/* Errors that are none: 1 = forgiven. */
static int
forgiven(struct check *c, X509_STORE_CTX *ctx, int err)
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
		return is_anchor(c, ctx);
	case X509_V_ERR_CRL_HAS_EXPIRED:
		c->stale_leaf = at_leaf(ctx);
		if (!within_grace(c, X509_STORE_CTX_get0_current_crl(ctx)))
			return 0;
		c->rev->grace_used = true;
		return 1;
	default:
		return 0;
	}
}

/* OpenSSL's verify callback: 1 = go on, 0 = stop. */
static int
on_verify(int ok, X509_STORE_CTX *ctx)
{
	struct check *c = check_of(ctx);
	const struct sek_x509_error *e;
	enum sek_reason r;
	struct sek_why why;
	char who[200];
	int err = X509_STORE_CTX_get_error(ctx);

	if (ok)
		return 1;
	if (forgiven(c, ctx, err)) {
		X509_STORE_CTX_set_error(ctx, X509_V_OK);
		return 1;
	}
	e = sek_x509_error(err);
	if (e->about_crl) {
		crl_words(c, ctx, err, &why);
	} else {
		name_current(ctx, who, sizeof who);
		sek_why_set(&why, "%s: %s", who,
		    X509_verify_cert_error_string(err));
	}
	r = at_leaf(ctx) ? e->leaf : e->issuer;
	if (err == X509_V_ERR_UNABLE_TO_GET_CRL && c->candidates > 0)
		r = SEK_R_CRL_INVALID;
	/* the path of a CRL's own issuer */
	if (X509_STORE_CTX_get0_parent_ctx(ctx) != NULL && !e->about_crl)
		r = SEK_R_CRL_INVALID;
	if (err == X509_V_ERR_CERT_REVOKED && at_leaf(ctx))
		note_revoked(c, ctx);
	remember(c, r, e->weight, &why);
	return e->go_on;
}

static STACK_OF(X509_CRL) *
on_lookup(const X509_STORE_CTX *ctx, const X509_NAME *issuer)
{
	struct check *c = check_of(ctx);
	STACK_OF(X509_CRL) *found;

	c->candidates = 0;
	if (is_anchor(c, ctx))
		return NULL;
	found = sek_rev_candidates(c->t->rev, issuer);
	if (found != NULL)
		c->candidates = (size_t)sk_X509_CRL_num(found);
	return found;
}

static int
on_check_crl(X509_STORE_CTX *ctx, X509_CRL *crl)
{
	struct check *c = check_of(ctx);
	X509_CRL *before = c->judging; /* this one may be on its path */
	int r;

	c->judging = crl;
	r = c->check_crl(ctx, crl);
	c->judging = before;
	return r;
}

/* A CRL that OpenSSL chose, after its signature: rules of our own first. */
static int
on_cert_crl(X509_STORE_CTX *ctx, X509_CRL *crl, X509 *x)
{
	struct check *c = check_of(ctx);
	const X509_ALGOR *alg;
	X509_CRL *before = c->judging;
	struct sek_why why = { "" }, told;
	int r;

	X509_CRL_get0_signature(crl, NULL, &alg);
	/* RFC 5280 5.1.2.5: nextUpdate must be there; OpenSSL would take a
	 * CRL without it as fresh for ever */
	if (X509_CRL_get0_nextUpdate(crl) == NULL)
		sek_why_set(&why, "no nextUpdate");
	else
		(void)sek_signature_check(alg, &why);
	if (why.text[0] != '\0') {
		sek_why_set(&told, "%s: %s", sek_rev_file(c->t->rev, crl),
		    why.text);
		remember(c, SEK_R_CRL_INVALID, SEK_WEIGHT_CRL_INVALID, &told);
		X509_STORE_CTX_set_error(ctx,
		    X509_V_ERR_APPLICATION_VERIFICATION);
		return 0;
	}
	if (at_leaf(ctx))
		note_crl(c, crl);
	c->judging = crl;
	r = c->cert_crl(ctx, crl, x);
	c->judging = before;
	return r;
}

static int
fill_store(X509_STORE *store, struct check *c)
{
	X509_STORE_CTX *plain = X509_STORE_CTX_new();
	int i, r = SEK_E_CRYPTO;

	/* OpenSSL hands out its own functions through a context only */
	if (plain == NULL ||
	    X509_STORE_CTX_init(plain, NULL, NULL, NULL) != 1)
		goto out;
	c->check_crl = X509_STORE_CTX_get_check_crl(plain);
	c->cert_crl = X509_STORE_CTX_get_cert_crl(plain);
	if (X509_STORE_set_ex_data(store, 0, c) != 1)
		goto out;
	X509_STORE_set_verify_cb(store, on_verify);
	X509_STORE_set_lookup_crls(store, on_lookup);
	X509_STORE_set_check_crl(store, on_check_crl);
	X509_STORE_set_cert_crl(store, on_cert_crl);
	for (i = 0; i < sk_X509_num(c->t->anchors); i++)
		if (X509_STORE_add_cert(store,
		    sk_X509_value(c->t->anchors, i)) != 1)
			goto out;
	r = SEK_OK;
out:
	X509_STORE_CTX_free(plain);
	return r;
}

static int
set_policies(const struct sek_trust *t, X509_VERIFY_PARAM *param)
{
	ASN1_OBJECT *o;
	int i, n = sk_ASN1_OBJECT_num(t->policies);

	/* none configured: any, yet a CA's own requireExplicitPolicy holds
	 * (RFC 5280 6.1.1 c) */
	if (n == 0)
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
	return X509_VERIFY_PARAM_set_flags(param,
	    X509_V_FLAG_EXPLICIT_POLICY) == 1 ? SEK_OK : SEK_E_CRYPTO;
}

static int
set_rules(const struct check *c, X509_STORE_CTX *ctx)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	/* an anchor of the administrator is one, self-signed or not */
	unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN |
	    X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_EXTENDED_CRL_SUPPORT |
	    X509_V_FLAG_USE_DELTAS;

	if (c->t->rev != NULL)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	if (X509_VERIFY_PARAM_set_flags(param, flags) != 1)
		return SEK_E_CRYPTO;
	X509_VERIFY_PARAM_set_time(param, (time_t)c->now);
	/* OpenSSL counts what is between the leaf and the anchor */
	X509_VERIFY_PARAM_set_depth(param, (int)c->t->max_depth - 1);
	return set_policies(c->t, param);
}

/* Our own rules for each CA certificate of a path that OpenSSL accepted. */
static enum sek_reason
check_issuers(const struct sek_trust *t, const X509_STORE_CTX *ctx,
    struct sek_why *why)
{
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	int i, n = sk_X509_num(chain);
	struct sek_why what = { "" };
	char name[160];
	enum sek_reason r;
	X509 *x;

	/* a leaf that ends its own path was never issued by an anchor */
	if (n < 2) {
		sek_why_set(why, "certificate: no issuer on the path");
		return SEK_R_CERT_ISSUER;
	}
	for (i = 1; i < n; i++) {
		x = sk_X509_value(chain, i);
		r = sek_issuer_check(t, x, i == n - 1, &what);
		if (r == SEK_R_OK)
			continue;
		/* its form is the CA's matter, not the card's */
		if (r == SEK_R_CERT_MALFORMED)
			r = SEK_R_CERT_PATH;
		sek_cert_name(X509_get_subject_name(x), name, sizeof name);
		sek_why_set(why, "issuer certificate \"%s\": %s", name,
		    what.text);
		return r;
	}
	return SEK_R_OK;
}

static enum sek_reason
run(struct check *c, X509_STORE_CTX *ctx)
{
	int ok = X509_verify_cert(ctx);

	if (c->worst != SEK_R_NONE)
		return c->worst;
	if (ok != 1) {
		sek_why_set(c->why, "%s", X509_verify_cert_error_string(
		    X509_STORE_CTX_get_error(ctx)));
		return SEK_R_INTERNAL;
	}
	return check_issuers(c->t, ctx, c->why);
}

enum sek_reason
sek_path_check(const struct sek_trust *t, X509 *leaf, int64_t now,
    struct sek_rev_info *rev, struct sek_why *why)
{
	struct check c = { .t = t, .now = now, .rev = rev, .why = why,
	    .worst = SEK_R_NONE };
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum sek_reason r = SEK_R_INTERNAL;

	if (store == NULL || ctx == NULL || fill_store(store, &c) != SEK_OK ||
	    X509_STORE_CTX_init(ctx, store, leaf, t->intermediates) != 1 ||
	    set_rules(&c, ctx) != SEK_OK) {
		sek_why_set(why, "out of memory");
		goto out;
	}
	r = run(&c, ctx);
	if (r != SEK_R_OK)
		rev->grace_used = false; /* it was of no use */
out:
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return r;
}
