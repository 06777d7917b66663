/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho verify --trust-anchors`: a certificate judged on files alone, by
 * the code of a login.
 *
 * Part of the administrator's program, run by any user.  Reads nothing but
 * the files it is given; must never take a file that is not understood for
 * one that says nothing.
 */
#include <openssl/x509v3.h>

#include "helpdesk/verify.h"

#define RSA_MIN_BITS 2048

/* The certificates of the files, to the trust and to `all`.  DESK_GO, or what
 * to exit with. */
static int
add_files(const struct verify *v, struct sek_trust *t,
    enum sek_trust_kind kind, const struct desk_list *files,
    STACK_OF(X509) *all)
{
	int i = sk_X509_num(all), r;

	if ((r = verify_stacks(v, files, all)) != DESK_GO)
		return r;
	for (; i < sk_X509_num(all); i++)
		if (sek_trust_add_cert(t, kind, sk_X509_value(all, i)) !=
		    SEK_OK)
			return desk_lost(v->d);
	return DESK_GO;
}

static int
make_trust(const struct verify *v, struct sek_trust **out)
{
	/* the rules name them as a policy does, and change nothing */
	char *purposes[] = { (char *)v->purpose };
	const struct sek_rules rules = {
		.check = v->check,
		.purposes = purposes,
		.n_purposes = v->purpose != NULL ? 1 : 0,
		.usage = v->usage,
		.policies = (char *const *)v->policies.at,
		.n_policies = v->policies.n,
		.policy_check = v->policy_check,
		.explicit_policy = v->explicit_policy,
		.inhibit_map = v->inhibit_map,
		.inhibit_any = v->inhibit_any,
		.partial_chain = v->partial_chain,
		.rsa_min_bits = RSA_MIN_BITS,
		.max_depth = v->max_depth,
	};
	struct sek_why why = { "" };
	int r = sek_trust_new(&rules, out, &why);

	return r == SEK_OK ? DESK_GO : desk_refuse(v->d, &why, r);
}

static int
judge(const struct verify *v, const struct sek_trust *t, X509 *leaf,
    const struct verify_bad_crls *bad)
{
	struct sek_cert_info info;
	enum sek_reason r = sek_cert_check(t, leaf, v->now, &info);

	/* The CRL that cannot be used may be the very one that lists it. */
	if (bad->n > 0 && v->check != SEK_CHECK_NONE &&
	    (r == SEK_R_OK || r == SEK_R_CRL_MISSING))
		return verify_rejected(v, SEK_R_CRL_INVALID,
		    bad->first.text);
	return r == SEK_R_OK ? verify_accepted(v, &info.rev) :
	    verify_rejected(v, r, info.detail);
}

int
verify_files(struct verify *v)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	struct sek_trust *t = NULL;
	struct verify_bad_crls bad = { 0 };
	X509 *leaf = NULL;
	int r;

	if (all == NULL)
		return desk_lost(v->d);
	if ((r = make_trust(v, &t)) == DESK_GO &&
	    (r = add_files(v, t, SEK_TRUST_ANCHOR, &v->anchors, all)) ==
	    DESK_GO &&
	    (r = add_files(v, t, SEK_TRUST_UNTRUSTED, &v->untrusted, all)) ==
	    DESK_GO &&
	    (r = verify_crls(v, t, all, &bad)) == DESK_GO &&
	    (r = verify_leaf(v, v->leaf, SEK_R_CERT_MALFORMED, &leaf)) ==
	    DESK_GO)
		r = judge(v, t, leaf, &bad);
	X509_free(leaf);
	sek_trust_free(t);
	sk_X509_pop_free(all, X509_free);
	return r;
}
