/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Name constraints (RFC 5280 4.2.1.10) on a path: which names a certificate
 * has, and whether the CA above it may vouch for them.  Runs in the gate and
 * in `sekisho`, beside OpenSSL's own check: both must agree.
 *
 * OpenSSL knows no user principal names, reads malformed constraints as ones
 * that match nothing, and lets "*.a.example" pass an excluded "b.a.example".
 * Here a constraint on a kind of name that is present is either understood
 * or refuses the certificate.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "gate/certificate_check.h"
#include "sekisho/escape.h"

#define COMPARISONS_MAX 65536u /* names x constraints of one path */

/* One pair of certificates: who constrains whom. */
struct pair {
	const NAME_CONSTRAINTS *nc;
	X509 *ca;
	struct sek_why *why;
	size_t left; /* comparisons */
};

static void
show(const struct sek_name *n, char *out, size_t cap)
{
	if (n->kind == SEK_NAME_DIR)
		sek_cert_name(n->dir, out, cap);
	else if (n->kind == SEK_NAME_IP || n->kind == SEK_NAME_UNKNOWN)
		(void)snprintf(out, cap, "%s", n->kind == SEK_NAME_IP ?
		    "IP address" : "name of an unknown kind");
	else
		(void)sek_escape(out, cap, (const char *)n->p, n->n);
}

static enum sek_reason
refuse(const struct pair *p, const struct sek_name *n, const char *what)
{
	char name[120], ca[120];

	show(n, name, sizeof name);
	sek_cert_name(X509_get_subject_name(p->ca), ca, sizeof ca);
	sek_why_set(p->why, "name constraint of \"%s\": %s: %s", ca, name,
	    what);
	ERR_clear_error();
	return SEK_R_CERT_PATH;
}

/* Is the constraint one about this kind of name?  One of the same kind that
 * cannot be read is, too. */
static bool
applies(const GENERAL_NAME *base, const struct sek_name *n)
{
	struct sek_name b;

	sek_name_of(base, &b);
	if (n->kind == b.kind && n->kind != SEK_NAME_UNKNOWN)
		return true;
	if (n->gn == NULL || n->gn->type != base->type)
		return false;
	return base->type != GEN_OTHERNAME || OBJ_cmp(
	    base->d.otherName->type_id, n->gn->d.otherName->type_id) == 0;
}

static enum sek_match
compare(const GENERAL_SUBTREE *tree, const struct sek_name *n, bool excluded)
{
	struct sek_name b;

	sek_name_of(tree->base, &b);
	/* RFC 5280 4.2.1.10: minimum MUST be zero, maximum absent */
	if (tree->maximum != NULL || (tree->minimum != NULL &&
	    ASN1_INTEGER_get(tree->minimum) != 0))
		return SEK_MATCH_BAD;
	return sek_name_match(&b, n, excluded);
}

/* One name against all constraints of a CA. */
static enum sek_reason
check_name(struct pair *p, const struct sek_name *n)
{
	STACK_OF(GENERAL_SUBTREE) *trees[2] = { p->nc->permittedSubtrees,
	    p->nc->excludedSubtrees };
	const GENERAL_SUBTREE *tree;
	bool asked = false, found = false;
	enum sek_match m;
	int list, i;

	for (list = 0; list < 2; list++) {
		for (i = 0; i < sk_GENERAL_SUBTREE_num(trees[list]); i++) {
			tree = sk_GENERAL_SUBTREE_value(trees[list], i);
			if (p->left == 0)
				return refuse(p, n, "too many names");
			p->left--;
			if (!applies(tree->base, n))
				continue;
			m = compare(tree, n, list == 1);
			if (m == SEK_MATCH_BAD)
				return refuse(p, n, "name or constraint "
				    "cannot be processed");
			if (m == SEK_MATCH_YES && list == 1)
				return refuse(p, n, "excluded subtree");
			asked = asked || list == 0;
			found = found || m == SEK_MATCH_YES;
		}
	}
	if (asked && !found)
		return refuse(p, n, "not within a permitted subtree");
	return SEK_R_OK;
}

static enum sek_reason
check_alternatives(struct pair *p, const X509 *x)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name,
	    NULL, NULL);
	enum sek_reason r = SEK_R_OK;
	struct sek_name n;
	int i;

	for (i = 0; r == SEK_R_OK && i < sk_GENERAL_NAME_num(names); i++) {
		sek_name_of(sk_GENERAL_NAME_value(names, i), &n);
		r = check_name(p, &n);
	}
	GENERAL_NAMES_free(names);
	return r;
}

/* The subject itself and the mail addresses that older CAs put into it. */
static enum sek_reason
check_subject(struct pair *p, X509 *x)
{
	X509_NAME *subject = X509_get_subject_name(x);
	struct sek_name n = { .kind = SEK_NAME_DIR, .dir = subject };
	enum sek_reason r = SEK_R_OK;
	const ASN1_STRING *s;
	int i = -1;

	if (X509_NAME_entry_count(subject) == 0)
		return SEK_R_OK;
	if ((r = check_name(p, &n)) != SEK_R_OK)
		return r;
	n.kind = SEK_NAME_MAIL;
	while (r == SEK_R_OK && (i = X509_NAME_get_index_by_NID(subject,
	    NID_pkcs9_emailAddress, i)) >= 0) {
		s = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i));
		n.p = ASN1_STRING_get0_data(s);
		n.n = (size_t)ASN1_STRING_length(s);
		r = check_name(p, &n);
	}
	return r;
}

/* RFC 5280 4.2.1.10: neither may be there without a member, and one of them
 * must be there. */
static bool
is_empty(const NAME_CONSTRAINTS *nc)
{
	const STACK_OF(GENERAL_SUBTREE) *yes = nc->permittedSubtrees;
	const STACK_OF(GENERAL_SUBTREE) *no = nc->excludedSubtrees;

	return (yes == NULL && no == NULL) ||
	    (yes != NULL && sk_GENERAL_SUBTREE_num(yes) == 0) ||
	    (no != NULL && sk_GENERAL_SUBTREE_num(no) == 0);
}

enum sek_reason
sek_names_check(X509 *ca, X509 *const *below, size_t n, struct sek_why *why)
{
	struct pair p = { .ca = ca, .why = why, .left = COMPARISONS_MAX };
	NAME_CONSTRAINTS *nc;
	enum sek_reason r = SEK_R_OK;
	size_t i;
	int crit = -1;

	nc = X509_get_ext_d2i(ca, NID_name_constraints, &crit, NULL);
	if (nc == NULL && crit == -1)
		return SEK_R_OK;
	if (nc == NULL || is_empty(nc)) {
		sek_why_set(why, "name constraints %s", nc == NULL ?
		    "cannot be read" : "are empty");
		ERR_clear_error();
		NAME_CONSTRAINTS_free(nc);
		return SEK_R_CERT_PATH;
	}
	p.nc = nc;
	for (i = 0; r == SEK_R_OK && i < n; i++) {
		/* 4.2.1.10: not applied to self-issued certificates unless
		 * it is the last one */
		if (i > 0 && X509_NAME_cmp(X509_get_subject_name(below[i]),
		    X509_get_issuer_name(below[i])) == 0)
			continue;
		r = check_subject(&p, below[i]);
		if (r == SEK_R_OK)
			r = check_alternatives(&p, below[i]);
	}
	NAME_CONSTRAINTS_free(nc);
	ERR_clear_error();
	return r;
}
