/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the administrator trusts: anchors, intermediates, purposes, policies
 * and where revocation comes from, from a policy or from a command line.
 * Runs in the gate and in `sekisho`.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "gate/certificate_rooms.h"
#include "sekisho/escape.h"

static int
bad_oid(const char *word, struct sek_why *why)
{
	char shown[300];

	sek_why_set(why, "%s: is not an object identifier",
	    sek_escape_str(shown, sizeof shown, word));
	ERR_clear_error();
	return SEK_E_SYNTAX;
}

static int
load_oids(char *const *words, size_t n, STACK_OF(ASN1_OBJECT) **out,
    struct sek_why *why)
{
	ASN1_OBJECT *o;
	size_t i;

	if ((*out = sk_ASN1_OBJECT_new_null()) == NULL)
		return SEK_E_NOMEM;
	for (i = 0; i < n; i++) {
		if ((o = OBJ_txt2obj(words[i], 1)) == NULL)
			return bad_oid(words[i], why);
		if (sk_ASN1_OBJECT_push(*out, o) <= 0) {
			ASN1_OBJECT_free(o);
			return SEK_E_NOMEM;
		}
	}
	return SEK_OK;
}

/* Everything of the rules but where revocation comes from. */
static int
new_by_rules(const struct sek_rules *rules, struct sek_trust **out,
    struct sek_why *why)
{
	struct sek_trust *t;
	int r;

	if ((r = sek_crypto_start()) != SEK_OK)
		return r;
	if ((t = calloc(1, sizeof *t)) == NULL)
		return SEK_E_NOMEM;
	t->check = rules->check;
	t->grace = rules->grace;
	t->grace_s = rules->grace_s;
	t->purpose_needed = rules->purpose_needed;
	t->usage = rules->usage;
	t->usage_needed = rules->usage_needed;
	t->policy_check = rules->policy_check;
	t->explicit_policy = rules->explicit_policy;
	t->inhibit_map = rules->inhibit_map;
	t->inhibit_any = rules->inhibit_any;
	t->partial_chain = rules->partial_chain;
	t->rsa_min_bits = rules->rsa_min_bits;
	t->max_depth = rules->max_depth;
	t->ocsp_max_age_s = rules->ocsp_max_age_s;
	t->anchors = sk_X509_new_null();
	t->intermediates = sk_X509_new_null();
	r = t->anchors == NULL || t->intermediates == NULL ? SEK_E_NOMEM :
	    load_oids(rules->purposes, rules->n_purposes, &t->purposes, why);
	if (r == SEK_OK)
		r = load_oids(rules->policies, rules->n_policies,
		    &t->policies, why);
	if (r != SEK_OK) {
		sek_trust_free(t);
		return r;
	}
	*out = t;
	return SEK_OK;
}

int
sek_trust_new(const struct sek_rules *rules, struct sek_trust **out,
    struct sek_why *why)
{
	struct sek_trust *t = NULL;
	int r = new_by_rules(rules, &t, why);

	if (r == SEK_OK && rules->check != SEK_CHECK_NONE)
		r = sek_rev_new(&t->rev);
	if (r != SEK_OK) {
		sek_trust_free(t);
		return r;
	}
	*out = t;
	return SEK_OK;
}

/* Any certificate may be named: one that is no CA's issues nothing, and a
 * path always has an issuer. */
int
sek_trust_add_cert(struct sek_trust *t, enum sek_trust_kind kind, X509 *x)
{
	if (X509_up_ref(x) != 1)
		return SEK_E_CRYPTO;
	if (sk_X509_push(kind == SEK_TRUST_ANCHOR ? t->anchors :
	    t->intermediates, x) > 0)
		return SEK_OK;
	X509_free(x);
	return SEK_E_NOMEM;
}

struct sek_rev_source *
sek_trust_revocation(struct sek_trust *t)
{
	return t->rev;
}

void
sek_trust_ocsp_live(struct sek_trust *t, sek_ocsp_live *fn, void *arg)
{
	t->live = fn;
	t->live_arg = arg;
}

/* A login's rules: RFC 5280 6.1 with all of the policy's words. */
static void
rules_of(const struct sek_policy *p, struct sek_rules *rules)
{
	*rules = (struct sek_rules){
		.check = p->check,
		.grace = p->stale == SEK_UNKNOWN_GRACE,
		.grace_s = p->grace_s,
		.purposes = p->purposes,
		.n_purposes = p->n_purposes,
		.purpose_needed = p->purpose_needed,
		.usage = KU_DIGITAL_SIGNATURE,
		.usage_needed = true,
		.policies = p->policies,
		.n_policies = p->n_policies,
		.policy_check = true,
		/* a policy that was asked for must be there */
		.explicit_policy = p->n_policies > 0,
		/* an anchor of the administrator is one, self-signed or
		 * not */
		.partial_chain = true,
		.rsa_min_bits = p->rsa_min_bits,
		.max_depth = p->max_depth,
		.ocsp_max_age_s = (int64_t)p->ocsp_max_age_h * 3600,
	};
}

static int
load_files(struct sek_trust *t, const struct sek_policy *p,
    struct sek_why *why)
{
	char shown[300];
	int r;

	if (p->anchors[0] == '\0') {
		sek_why_set(why, "the configuration has no trust-anchors");
		return SEK_E_NOENT;
	}
	r = sek_trust_read(p->anchors, SEK_TRUST_CA_ONLY, t->anchors, why);
	if (r == SEK_OK && sk_X509_num(t->anchors) == 0) {
		sek_why_set(why, "%s: holds no trust anchor (*.pem, *.crt, "
		    "*.cer, *.der)", sek_escape_str(shown, sizeof shown,
		    p->anchors));
		return SEK_E_NOENT;
	}
	if (r == SEK_OK && p->intermediates[0] != '\0')
		r = sek_trust_read(p->intermediates, SEK_TRUST_CRL_ISSUER,
		    t->intermediates, why);
	return r;
}

int
sek_trust_load(const struct sek_policy *p, struct sek_trust **out,
    struct sek_why *why)
{
	struct sek_trust *t = NULL;
	struct sek_rules rules;
	int r;

	rules_of(p, &rules);
	if ((r = new_by_rules(&rules, &t, why)) == SEK_OK)
		r = load_files(t, p, why);
	if (r == SEK_OK && p->check != SEK_CHECK_NONE)
		r = sek_rev_open(p->crls, p->cache, &t->rev, why);
	if (r != SEK_OK) {
		sek_trust_free(t);
		return r;
	}
	/* the policy checked that it fits */
	(void)snprintf(t->cache, sizeof t->cache, "%s", p->cache);
	t->ocsp_urls = p->ocsp_urls;
	t->n_ocsp_urls = p->n_ocsp_urls;
	*out = t;
	return SEK_OK;
}

int
sek_trust_for_tls(struct sek_trust *t)
{
	ASN1_OBJECT *client = OBJ_nid2obj(NID_client_auth);
	STACK_OF(ASN1_OBJECT) *purposes = sk_ASN1_OBJECT_new_null();

	/* one of OpenSSL's own, which are not freed */
	if (purposes == NULL || client == NULL ||
	    sk_ASN1_OBJECT_push(purposes, client) <= 0) {
		sk_ASN1_OBJECT_free(purposes);
		return SEK_E_NOMEM;
	}
	sk_ASN1_OBJECT_pop_free(t->purposes, ASN1_OBJECT_free);
	t->purposes = purposes;
	return SEK_OK;
}

void
sek_trust_free(struct sek_trust *t)
{
	if (t == NULL)
		return;
	sk_X509_pop_free(t->anchors, X509_free);
	sk_X509_pop_free(t->intermediates, X509_free);
	sk_ASN1_OBJECT_pop_free(t->purposes, ASN1_OBJECT_free);
	sk_ASN1_OBJECT_pop_free(t->policies, ASN1_OBJECT_free);
	sek_rev_close(t->rev);
	free(t);
}
