/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CRLs of a path: which ones OpenSSL is offered, what they say of the
 * certificate that logs in, and in which words they fail.  Runs in the gate
 * and in `sekisho`.
 *
 * OpenSSL chooses among the candidates, by issuer, key, scope and reasons
 * (RFC 5280 6.3.3), and verifies signatures.  Nothing here makes a CRL count
 * that OpenSSL would not take.
 */
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "gate/certificate_check.h"

#define REMOVE_FROM_CRL 8 /* RFC 5280 5.3.1 */

/* The CRL that an error is about.  OpenSSL forgets the current one after a
 * complaint about its dates, and tells the base while it is at the delta. */
static X509_CRL *
crl_of(const struct sek_walk *c, const X509_STORE_CTX *ctx)
{
	return c->judging != NULL ? c->judging :
	    X509_STORE_CTX_get0_current_crl(ctx);
}

/* Which file, for which certificate. */
void
sek_crl_words(const struct sek_walk *c, const X509_STORE_CTX *ctx, int err,
    struct sek_why *why)
{
	const X509_CRL *crl = crl_of(c, ctx);
	const X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	char who[200], issuer[160] = "";
	struct sek_why first;
	size_t bad;

	sek_walk_who(ctx, who, sizeof who);
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

void
sek_crl_revoked(struct sek_walk *c, X509_STORE_CTX *ctx)
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
void
sek_crl_note(struct sek_walk *c, const X509_CRL *crl)
{
	struct sek_rev_info *rev = c->rev;
	ASN1_INTEGER *number;
	int64_t this_update;

	/* a delta was asked before its base and may have said so */
	if (strcmp(rev->status, "revoked") != 0)
		set_word(rev->status, c->stale_leaf ? "stale" : "good");
	else
		return;
	if (sek_cert_time(X509_CRL_get0_lastUpdate(crl), &this_update) !=
	    SEK_OK || this_update < rev->this_update)
		return;
	(void)snprintf(rev->file, sizeof rev->file, "%s",
	    sek_rev_file(c->t->rev, crl));
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

bool
sek_crl_grace(struct sek_walk *c, const X509_STORE_CTX *ctx)
{
	const X509_CRL *crl = X509_STORE_CTX_get0_current_crl(ctx);
	int64_t next;

	c->stale_leaf = sek_walk_at_leaf(ctx);
	if (!c->t->grace || crl == NULL ||
	    sek_cert_time(X509_CRL_get0_nextUpdate(crl), &next) != SEK_OK ||
	    c->now - next > (int64_t)c->t->grace_s)
		return false;
	c->rev->grace_used = true;
	return true;
}

bool
sek_crl_void(struct sek_walk *c, const X509_STORE_CTX *ctx)
{
	if (c->n_voided == SEK_VOID_CRLS)
		return false;
	c->voided[c->n_voided++] = crl_of(c, ctx);
	return true;
}

static bool
is_void(const struct sek_walk *c, const X509_CRL *crl)
{
	size_t i;

	for (i = 0; i < c->n_voided; i++)
		if (c->voided[i] == crl)
			return true;
	return false;
}

/* RFC 5280 5.2: what cannot be processed MUST NOT be used at all. */
bool
sek_crl_is_void(const struct sek_walk *c, const X509_STORE_CTX *ctx)
{
	return is_void(c, crl_of(c, ctx));
}

/* Those of `issuer`, moved to the end of *all. */
static void
add_candidates(const struct sek_walk *c, const X509_NAME *issuer,
    STACK_OF(X509_CRL) **all)
{
	STACK_OF(X509_CRL) *more = sek_rev_candidates(c->t->rev, issuer);
	X509_CRL *crl;

	if (*all == NULL) {
		*all = more;
		return;
	}
	while ((crl = sk_X509_CRL_shift(more)) != NULL)
		if (sk_X509_CRL_push(*all, crl) <= 0)
			X509_CRL_free(crl);
	sk_X509_CRL_free(more);
}

/* RFC 5280 4.2.1.13: a distribution point may name another issuer, whose
 * CRL is then an indirect one. */
static void
add_indirect(const struct sek_walk *c, const X509_STORE_CTX *ctx,
    const X509_NAME *issuer, STACK_OF(X509_CRL) **all)
{
	const X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	CRL_DIST_POINTS *points = x == NULL ? NULL : X509_get_ext_d2i(x,
	    NID_crl_distribution_points, NULL, NULL);
	const DIST_POINT *point;
	const GENERAL_NAME *name;
	int i, j;

	for (i = 0; i < sk_DIST_POINT_num(points); i++) {
		point = sk_DIST_POINT_value(points, i);
		for (j = 0; j < sk_GENERAL_NAME_num(point->CRLissuer); j++) {
			name = sk_GENERAL_NAME_value(point->CRLissuer, j);
			if (name->type == GEN_DIRNAME && X509_NAME_cmp(
			    name->d.directoryName, issuer) != 0)
				add_candidates(c, name->d.directoryName,
				    all);
		}
	}
	CRL_DIST_POINTS_free(points);
	ERR_clear_error();
}

STACK_OF(X509_CRL) *
sek_crl_candidates(const struct sek_walk *c, const X509_STORE_CTX *ctx,
    const X509_NAME *issuer)
{
	STACK_OF(X509_CRL) *found = NULL;

	add_candidates(c, issuer, &found);
	add_indirect(c, ctx, issuer, &found);
	/* OpenSSL takes the first delta that fits, and the first of two
	 * CRLs of the same second */
	if (found != NULL) {
		(void)sk_X509_CRL_set_cmp_func(found, sek_crl_newest_first);
		sk_X509_CRL_sort(found);
	}
	return found;
}

STACK_OF(X509_CRL) *
sek_crl_lookup(const X509_STORE_CTX *ctx, const X509_NAME *issuer)
{
	struct sek_walk *c = sek_walk_of(ctx);
	STACK_OF(X509_CRL) *found;
	bool own = false;

	c->candidates = 0;
	c->delta = NULL;
	c->own_only = NULL;
	if (sek_walk_is_anchor(c, ctx) ||
	    (c->crl == SEK_LEAF_CRL_SKIP && sek_walk_at_leaf(ctx)))
		return NULL;
	found = sek_crl_candidates(c, ctx, issuer);
	sek_crl_drop_own(ctx, found, &own);
	c->own_only = own ? ctx : NULL;
	sek_crl_drop_strange(ctx, found);
	if (found != NULL)
		c->candidates = (size_t)sk_X509_CRL_num(found);
	return found;
}

int
sek_crl_check(X509_STORE_CTX *ctx, X509_CRL *crl)
{
	struct sek_walk *c = sek_walk_of(ctx);
	X509_CRL *before = c->judging; /* this one may be on its path */
	int r;

	c->judging = crl;
	r = c->check_crl(ctx, crl);
	c->judging = before;
	return r;
}

/* Does the CRL's entry take the certificate off a list?  OpenSSL asks a field
 * that only its own parser fills. */
bool
sek_crl_removes(X509_CRL *crl, X509 *x)
{
	X509_REVOKED *entry = NULL;
	ASN1_ENUMERATED *code;
	bool yes;

	if (X509_CRL_get0_by_cert(crl, &entry, x) == 0 || entry == NULL)
		return false;
	code = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
	yes = code != NULL && ASN1_ENUMERATED_get(code) == REMOVE_FROM_CRL;
	ASN1_ENUMERATED_free(code);
	return yes;
}

/* Rules of our own for a CRL that OpenSSL chose, after its signature. */
static void
form_of(const struct sek_walk *c, X509_CRL *crl, X509 *x,
    bool takes_off, struct sek_why *why)
{
	const X509_ALGOR *alg;

	X509_CRL_get0_signature(crl, NULL, &alg);
	/* RFC 5280 5.1.2.5: nextUpdate must be there; OpenSSL would take a
	 * CRL without it as fresh for ever */
	if (X509_CRL_get0_nextUpdate(crl) == NULL)
		sek_why_set(why, "no nextUpdate");
	/* RFC 5280 5.3.1: in delta CRLs only */
	else if (takes_off && X509_CRL_get_ext_by_NID(crl, NID_delta_crl,
	    -1) < 0)
		sek_why_set(why, "removeFromCRL in a complete CRL");
	/* OpenSSL does not look at the dates of a delta whose base is fresh */
	else if (takes_off && sek_crl_this_update(crl) > c->now)
		sek_why_set(why, "removeFromCRL in a CRL of the future");
	else if (!sek_crl_in_scope(crl, x) && !sek_crl_lists(crl, x))
		sek_why_set(why, "is for other distribution points");
	else
		(void)sek_signature_check(alg, why);
}

int
sek_crl_cert(X509_STORE_CTX *ctx, X509_CRL *crl, X509 *x)
{
	struct sek_walk *c = sek_walk_of(ctx);
	X509_CRL *before = c->judging;
	struct sek_why why = { "" }, told;
	bool wanted = c->crl == SEK_LEAF_CRL_WANT && sek_walk_at_leaf(ctx);
	bool takes_off;
	int r;

	if (wanted && is_void(c, crl))
		return 1;
	takes_off = sek_crl_removes(crl, x);
	form_of(c, crl, x, takes_off, &why);
	if (why.text[0] != '\0') {
		sek_why_set(&told, "%s: %s", sek_rev_file(c->t->rev, crl),
		    why.text);
		sek_worst_add(wanted ? &c->leaf : &c->worst,
		    SEK_R_CRL_INVALID, SEK_WEIGHT_CRL_INVALID, &told);
		if (wanted)
			return 1;
		X509_STORE_CTX_set_error(ctx,
		    X509_V_ERR_APPLICATION_VERIFICATION);
		return 0;
	}
	if (sek_walk_at_leaf(ctx))
		sek_crl_note(c, crl);
	c->judging = crl;
	c->removing = takes_off;
	r = c->cert_crl(ctx, crl, x);
	c->removing = false;
	if (r != 0)
		r = sek_crl_newer(c, ctx, crl, x) ? r : 0;
	c->judging = before;
	/* 2: not revoked, and the base is not asked */
	return r != 0 && takes_off ? 2 : r;
}
