/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho verify --ocsp-response`: an OCSP answer judged on files alone, by
 * the code of a login.
 *
 * Part of the administrator's program, run by any user.  Reads nothing but
 * the files it is given and asks no responder.
 */
#include "gate/ocsp.h"
#include "helpdesk/verify.h"

static int
judge(const struct verify *v, const struct sek_ocsp_rules *rules)
{
	struct verify_bytes b = { 0 };
	struct sek_rev_info rev = { 0 };
	struct sek_why why = { "" };
	enum sek_reason r = SEK_R_OCSP_INVALID;
	int err = verify_read(v->response, SEK_OCSP_MAX, &b, &why);

	if (err == SEK_E_NOENT || err == SEK_E_SYS)
		return verify_no_file(v, &why);
	if (err == SEK_E_NOMEM)
		return desk_lost(v->d);
	if (err == SEK_OK)
		r = sek_ocsp_check(b.p, b.n, rules, &rev, &why);
	verify_bytes_free(&b);
	return r == SEK_R_OK ? verify_accepted(v, &rev) :
	    verify_rejected(v, r, why.text);
}

int
verify_ocsp(struct verify *v)
{
	STACK_OF(X509) *more = sk_X509_new_null();
	struct sek_ocsp_rules rules = { .untrusted = more, .now = v->now,
		.max_age_s = v->max_age_s };
	int r;

	if (more == NULL)
		return desk_lost(v->d);
	r = verify_leaf(v, v->issuer, SEK_R_CERT_ISSUER, &rules.issuer);
	if (r == DESK_GO && v->cert != NULL)
		r = verify_leaf(v, v->cert, SEK_R_CERT_MALFORMED,
		    &rules.leaf);
	if (r == DESK_GO)
		r = verify_stacks(v, &v->untrusted, more);
	if (r == DESK_GO)
		r = judge(v, &rules);
	X509_free(rules.issuer);
	X509_free(rules.leaf);
	sk_X509_pop_free(more, X509_free);
	return r;
}
