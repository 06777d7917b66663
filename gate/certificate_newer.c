/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CRLs that OpenSSL had and did not choose.  Runs in the gate and in
 * `sekisho`.
 *
 * OpenSSL asks one CRL and at most one delta: the first that fits, and only
 * where a freshestCRL extension stands; a CRL that is in date goes before a
 * newer one that is not.  So a revocation that the CA has signed and that is
 * at hand could go unseen.  Here a newer list can only revoke: what it does
 * not say, and whatever is wrong with it, changes nothing.
 */
#include <openssl/err.h>

#include "gate/certificate_check.h"

int64_t
sek_crl_this_update(const X509_CRL *crl)
{
	int64_t t;

	return sek_cert_time(X509_CRL_get0_lastUpdate(crl), &t) == SEK_OK ?
	    t : INT64_MAX;
}

/* Below 0, 0, above 0; 0 when one of them has no number. */
static int
compare_numbers(const X509_CRL *a, const X509_CRL *b)
{
	ASN1_INTEGER *na = X509_CRL_get_ext_d2i(a, NID_crl_number, NULL,
	    NULL);
	ASN1_INTEGER *nb = X509_CRL_get_ext_d2i(b, NID_crl_number, NULL,
	    NULL);
	int c = na == NULL || nb == NULL ? 0 : ASN1_INTEGER_cmp(na, nb);

	ASN1_INTEGER_free(na);
	ASN1_INTEGER_free(nb);
	return c;
}

int
sek_crl_newest_first(const X509_CRL *const *a, const X509_CRL *const *b)
{
	int64_t ta = sek_crl_this_update(*a), tb = sek_crl_this_update(*b);

	if (ta != tb)
		return ta > tb ? -1 : 1;
	return compare_numbers(*b, *a);
}

/* -- scope */

static bool
names_meet(const GENERAL_NAMES *a, const GENERAL_NAMES *b)
{
	int i, j;

	for (i = 0; i < sk_GENERAL_NAME_num(a); i++)
		for (j = 0; j < sk_GENERAL_NAME_num(b); j++)
			if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(a, i),
			    sk_GENERAL_NAME_value(b, j)) == 0)
				return true;
	return false;
}

/* A point without a name of its own has those of its cRLIssuer; OpenSSL
 * takes it for any point.  It does compare names where there are two: a
 * relative name is left to it. */
static bool
point_meets(const DIST_POINT *point, const DIST_POINT_NAME *of_crl)
{
	if (of_crl->type != 0)
		return true;
	if (point->distpoint == NULL)
		return names_meet(point->CRLissuer, of_crl->name.fullname);
	return point->distpoint->type != 0 || names_meet(
	    point->distpoint->name.fullname, of_crl->name.fullname);
}

bool
sek_crl_in_scope(const X509_CRL *crl, const X509 *x)
{
	ISSUING_DIST_POINT *idp = X509_CRL_get_ext_d2i(crl,
	    NID_issuing_distribution_point, NULL, NULL);
	CRL_DIST_POINTS *points;
	bool in;
	int i;

	if (idp == NULL || idp->distpoint == NULL) {
		ISSUING_DIST_POINT_free(idp);
		return true;
	}
	points = X509_get_ext_d2i(x, NID_crl_distribution_points, NULL,
	    NULL);
	in = false;
	for (i = 0; !in && i < sk_DIST_POINT_num(points); i++)
		in = point_meets(sk_DIST_POINT_value(points, i),
		    idp->distpoint);
	CRL_DIST_POINTS_free(points);
	ISSUING_DIST_POINT_free(idp);
	return in;
}

/* -- who signed */

bool
sek_crl_lists(X509_CRL *crl, X509 *x)
{
	X509_REVOKED *entry = NULL;

	return X509_CRL_get0_by_cert(crl, &entry, x) != 0 &&
	    !sek_crl_removes(crl, x);
}

/* Signed by this certificate, which may sign CRLs? */
static bool
signed_by(X509_CRL *crl, X509 *by)
{
	EVP_PKEY *key = X509_get0_pubkey(by);

	return key != NULL && X509_NAME_cmp(X509_get_subject_name(by),
	    X509_CRL_get_issuer(crl)) == 0 &&
	    ((X509_get_extension_flags(by) & EXFLAG_KUSAGE) == 0 ||
	    (X509_get_key_usage(by) & KU_CRL_SIGN) != 0) &&
	    X509_CRL_verify(crl, key) == 1;
}

static bool
issued_on(const STACK_OF(X509) *chain, X509 *x)
{
	X509 *ca;
	int i;

	for (i = 1; i < sk_X509_num(chain); i++) {
		ca = sk_X509_value(chain, i);
		if (X509_check_issued(ca, x) == X509_V_OK &&
		    X509_get0_pubkey(ca) != NULL &&
		    X509_verify(x, X509_get0_pubkey(ca)) == 1)
			return true;
	}
	return false;
}

/* Signed by a CA of the path, or by somebody whom one of them certified. */
static bool
is_signed(const struct sek_walk *c, const X509_STORE_CTX *ctx, X509_CRL *crl)
{
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	const X509_ALGOR *alg;
	struct sek_why why;
	X509 *by;
	int i;

	X509_CRL_get0_signature(crl, NULL, &alg);
	if (sek_signature_check(alg, &why) != SEK_R_OK)
		return false;
	for (i = 1; i < sk_X509_num(chain); i++)
		if (signed_by(crl, sk_X509_value(chain, i)))
			return true;
	for (i = 0; i < sk_X509_num(c->t->intermediates); i++) {
		by = sk_X509_value(c->t->intermediates, i);
		if (signed_by(crl, by) && issued_on(chain, by))
			return true;
	}
	return false;
}

/* Without key identifiers nothing but the signature says by which of its keys
 * a CA has signed a CRL; OpenSSL would take the newest one and fail. */
static bool
is_strange(X509_CRL *crl, X509 *by, X509 *x)
{
	return (X509_CRL_get_ext_by_NID(crl, NID_authority_key_identifier,
	    -1) < 0 || X509_get0_subject_key_id(by) == NULL) &&
	    X509_NAME_cmp(X509_CRL_get_issuer(crl),
	    X509_get_subject_name(by)) == 0 &&
	    X509_get0_pubkey(by) != NULL &&
	    X509_CRL_verify(crl, X509_get0_pubkey(by)) != 1 &&
	    !sek_crl_lists(crl, x);
}

void
sek_crl_drop_strange(const X509_STORE_CTX *ctx, STACK_OF(X509_CRL) *all)
{
	const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx), i;
	X509 *by = sk_X509_value(chain, depth + 1);

	/* the last one may be wrong: that is told by its signature */
	for (i = 0; by != NULL && i < sk_X509_CRL_num(all) &&
	    sk_X509_CRL_num(all) > 1;) {
		if (is_strange(sk_X509_CRL_value(all, i), by,
		    sk_X509_value(chain, depth)))
			X509_CRL_free(sk_X509_CRL_delete(all, i));
		else
			i++;
	}
	ERR_clear_error();
}

/* A CA that certified its new key with the old one and signs all its lists by
 * the new one: the certificate of the new key would have to be looked for in
 * the very list that it signs.  Who has the old key could say otherwise, in a
 * list of its own; and nobody clears himself. */
void
sek_crl_drop_own(const X509_STORE_CTX *ctx, STACK_OF(X509_CRL) *all,
    bool *only)
{
	const X509_STORE_CTX *up = X509_STORE_CTX_get0_parent_ctx(ctx);
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	X509_CRL *crl;
	int i;

	*only = false;
	if (up == NULL || x == NULL || sk_X509_CRL_num(all) <= 0 ||
	    X509_STORE_CTX_get_error_depth(ctx) != 0 ||
	    X509_check_ca(x) != 1 || X509_NAME_cmp(X509_get_subject_name(x),
	    X509_get_issuer_name(x)) != 0 ||
	    X509_cmp(x, X509_STORE_CTX_get_current_cert(up)) == 0)
		return;
	for (i = 0; i < sk_X509_CRL_num(all); i++) {
		crl = sk_X509_CRL_value(all, i);
		if (sek_crl_lists(crl, x) || !signed_by(crl, x))
			return;
	}
	while ((crl = sk_X509_CRL_pop(all)) != NULL)
		X509_CRL_free(crl);
	*only = true;
}

/* -- newer ones */

/* As new as the newest that was asked. */
static bool
is_newer(const X509_CRL *crl, const X509_CRL *asked)
{
	int64_t at = sek_crl_this_update(crl);
	int64_t then = sek_crl_this_update(asked);

	return at > then || (at == then && compare_numbers(crl, asked) >= 0);
}

/* A list may be of the future where a clock is wrong, and still tell what has
 * happened. */
static bool
is_past(const struct sek_walk *c, X509_CRL *crl, X509 *x)
{
	X509_REVOKED *entry = NULL;
	int64_t at;

	return sek_crl_this_update(crl) <= c->now ||
	    X509_CRL_get0_by_cert(crl, &entry, x) == 0 || entry == NULL ||
	    sek_cert_time(X509_REVOKED_get0_revocationDate(entry), &at) !=
	    SEK_OK || at <= c->now;
}

static bool
ask(struct sek_walk *c, X509_STORE_CTX *ctx, X509_CRL *crl, X509 *x)
{
	if (sek_walk_at_leaf(ctx))
		sek_crl_note(c, crl);
	c->judging = crl;
	return c->cert_crl(ctx, crl, x) != 0;
}

bool
sek_crl_newer(struct sek_walk *c, X509_STORE_CTX *ctx, X509_CRL *crl, X509 *x)
{
	bool delta = X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0;
	STACK_OF(X509_CRL) *all;
	X509_CRL *asked = crl, *other;
	bool go_on = true;
	int i;

	/* a delta is asked before its base, unless that is not asked at all */
	if (delta && !sek_crl_removes(crl, x)) {
		c->delta = crl;
		return true;
	}
	if (c->delta != NULL && is_newer(c->delta, crl))
		asked = c->delta;
	c->delta = NULL;
	all = sek_crl_candidates(c, ctx, X509_get_issuer_name(x));
	for (i = 0; go_on && i < sk_X509_CRL_num(all); i++) {
		other = sk_X509_CRL_value(all, i);
		if (other != crl && other != asked &&
		    is_newer(other, asked) && sek_crl_lists(other, x) &&
		    is_past(c, other, x) && is_signed(c, ctx, other))
			go_on = ask(c, ctx, other, x);
	}
	sk_X509_CRL_pop_free(all, X509_CRL_free);
	ERR_clear_error();
	return go_on;
}
