/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this machine knows about a certificate, for `sekisho explain`: the
 * CRLs and the OCSP answer it would be looked up in, the deny-list, and whose
 * it is.
 *
 * Part of the administrator's program.  Nothing that is missing or may not be
 * read makes it fail; must never say that a list is believed: only the
 * signature tells, at a login and in `sekisho verify`.
 */
#include <limits.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "gate/certificate_folder.h"
#include "gate/denied.h"
#include "gate/ocsp.h"
#include "gate/revocation_index.h"
#include "helpdesk/explain.h"
#include "helpdesk/verify.h"

#define BUSY_MS 2000

static const char *
text_of(const struct sek_why *why, int r)
{
	return why->text[0] != '\0' ? why->text : sek_strerror(r);
}

static void
unreadable(const struct explain *e, enum explain_label l,
    const struct sek_why *why, int r)
{
	EXPLAIN(e, l, W_EXPLAIN_UNREADABLE, { text_of(why, r) });
}

/* "issued", how long ago, and "next", unless that is past. */
static void
dates(const struct explain *e, int64_t this_update, int64_t next_update)
{
	struct desk_date at;
	int64_t age = e->now - this_update;
	enum word w = W_EXPLAIN_MINUTES;
	char n[24];

	if (this_update != 0) {
		age /= 60;
		if (age >= 120) {
			age /= 60;
			w = W_EXPLAIN_HOURS;
		}
		if (w == W_EXPLAIN_HOURS && age >= 72) {
			age /= 24;
			w = W_EXPLAIN_DAYS;
		}
		(void)snprintf(n, sizeof n, "%lld", (long long)age);
		EXPLAIN(e, L_ISSUED, w, { desk_time(&at, this_update),
		    n });
	}
	if (next_update != 0)
		EXPLAIN(e, L_NEXT, next_update < e->now ? W_EXPLAIN_STALE :
		    W_EXPLAIN_AT, { desk_time(&at, next_update) });
}

/* -- CRLs */

static int64_t
seconds(const ASN1_TIME *t)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm);
}

static void
crl_number(const X509_CRL *crl, char out[48])
{
	ASN1_INTEGER *v = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL,
	    NULL);
	BIGNUM *bn = v != NULL ? ASN1_INTEGER_to_BN(v, NULL) : NULL;
	char *text = bn != NULL ? BN_bn2hex(bn) : NULL;

	(void)snprintf(out, 48, "%s", text != NULL ? text : "-");
	OPENSSL_free(text);
	BN_free(bn);
	ASN1_INTEGER_free(v);
	ERR_clear_error();
}

static void
one_crl(const struct explain *e, const struct sek_rev_source *src,
    X509_CRL *crl)
{
	bool delta = X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0;
	uint64_t n = sek_index_is(crl) ? sek_index_entries(crl) :
	    (uint64_t)(X509_CRL_get_REVOKED(crl) != NULL ?
	    sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)) : 0);
	char number[48], entries[24];

	crl_number(crl, number);
	(void)snprintf(entries, sizeof entries, "%llu",
	    (unsigned long long)n);
	EXPLAIN(e, L_CRL, delta ? W_EXPLAIN_DELTA : W_EXPLAIN_CRL,
	    { sek_rev_file(src, crl), number, entries });
	dates(e, seconds(X509_CRL_get0_lastUpdate(crl)),
	    seconds(X509_CRL_get0_nextUpdate(crl)));
}

static void
crls(const struct explain *e, const struct sek_policy *p)
{
	struct sek_rev_source *src = NULL;
	STACK_OF(X509_CRL) *found;
	struct sek_why why = { "" };
	int i, r = sek_rev_open(p->crls, p->cache, &src, &why);

	if (r != SEK_OK) {
		unreadable(e, L_CRL, &why, r);
		return;
	}
	found = sek_rev_candidates(src, X509_get_issuer_name(e->x));
	if (found == NULL)
		EXPLAIN(e, L_CRL, W_EXPLAIN_NO_CRL, { NULL });
	for (i = 0; i < sk_X509_CRL_num(found); i++)
		one_crl(e, src, sk_X509_CRL_value(found, i));
	if (sek_rev_problems(src, &why) > 0)
		explain_row(e, L_UNUSABLE, why.text);
	sk_X509_CRL_pop_free(found, X509_CRL_free);
	sek_rev_close(src);
}

/* -- OCSP */

static int
add_file(void *arg, const char *dir, const char *name)
{
	static const char *const suffixes[] = { ".pem", ".crt", ".cer",
	    ".der", NULL };
	char path[PATH_MAX];
	struct sek_why why;
	int n = snprintf(path, sizeof path, "%s/%s", dir, name);

	if (!sek_has_suffix(name, suffixes) || n < 0 ||
	    (size_t)n >= sizeof path)
		return SEK_OK;
	return verify_stack(path, arg, &why) == SEK_E_NOMEM ?
	    SEK_E_NOMEM : SEK_OK;
}

static void
add_path(const char *path, STACK_OF(X509) *to)
{
	struct sek_why why;
	struct stat st;
	int r;

	if (path[0] == '\0' || stat(path, &st) != 0)
		return;
	r = S_ISDIR(st.st_mode) ?
	    sek_folder_each(path, add_file, to, &why) :
	    verify_stack(path, to, &why);
	if (r != SEK_OK)
		ERR_clear_error();
}

X509 *
explain_issuer(X509 *x, const STACK_OF(X509) *all)
{
	X509 *ca;
	int i;

	for (i = 0; i < sk_X509_num(all); i++) {
		ca = sk_X509_value(all, i);
		if (X509_NAME_cmp(X509_get_subject_name(ca),
		    X509_get_issuer_name(x)) == 0 &&
		    X509_get0_pubkey(ca) != NULL &&
		    X509_verify(x, X509_get0_pubkey(ca)) == 1)
			return ca;
	}
	ERR_clear_error();
	return NULL;
}

static void
show_answer(const struct explain *e, const struct sek_policy *p, X509 *issuer,
    const STACK_OF(X509) *all, const char *name, const struct verify_bytes *b)
{
	const struct sek_ocsp_rules rules = { .issuer = issuer,
		.leaf = e->x, .now = e->now, .untrusted = all,
		.rsa_min_bits = p->rsa_min_bits,
		.max_age_s = 3600 * (int64_t)p->ocsp_max_age_h };
	struct sek_rev_info rev = { 0 };
	struct sek_why why = { "" };
	enum sek_reason r = sek_ocsp_check(b->p, b->n, &rules, &rev, &why);

	EXPLAIN(e, L_ANSWER, W_EXPLAIN_ANSWER, { name, r == SEK_R_OK ?
	    "good" : sek_reason(r)->word, why.text });
	dates(e, rev.this_update, rev.next_update);
}

static void
ocsp(const struct explain *e, const struct sek_policy *p)
{
	STACK_OF(X509) *all = sk_X509_new_null();
	struct verify_bytes b = { 0 };
	struct sek_why why = { "" };
	char name[80], path[PATH_MAX];
	X509 *issuer;
	int r;

	if (all == NULL)
		return;
	add_path(p->anchors, all);
	add_path(p->intermediates, all);
	issuer = explain_issuer(e->x, all);
	if (issuer == NULL || p->cache[0] == '\0' ||
	    sek_ocsp_name(e->x, issuer, name) != SEK_OK ||
	    snprintf(path, sizeof path, "%s/" SEK_OCSP_FOLDER "/%s",
	    p->cache, name) >= (int)sizeof path)
		goto out;
	r = verify_read(path, SEK_OCSP_MAX, &b, &why);
	if (r == SEK_OK)
		show_answer(e, p, issuer, all, name, &b);
	else if (r == SEK_E_NOENT)
		EXPLAIN(e, L_ANSWER, W_EXPLAIN_NO_ANSWER, { NULL });
	else
		unreadable(e, L_ANSWER, &why, r);
out:
	verify_bytes_free(&b);
	sk_X509_pop_free(all, X509_free);
}

/* -- the store */

static const char *
status_text(const struct explain *e, enum sek_status s)
{
	return desk_word(s == SEK_STATUS_ACTIVE ? W_ACTIVE :
	    s == SEK_STATUS_SUSPENDED ? W_SUSPENDED : W_REVOKED, e->d->lang);
}

static void
store(const struct explain *e, const struct sek_policy *p)
{
	struct sek_store *s = NULL;
	struct sek_trust *t = NULL;
	struct sek_credential c = { 0 };
	struct sek_why ignored = { "" };
	struct sek_deny row;
	struct sek_why why = { "" };
	char id[24];
	int r = sek_store_open(p->state, false, BUSY_MS, &s, &why);

	if (r != SEK_OK) {
		unreadable(e, L_ENROLLED, &why, r);
		return;
	}
	r = sek_store_credential_for(s, e->info.cert_sha256,
	    e->info.spki_sha256, &c);
	(void)snprintf(id, sizeof id, "%lld", (long long)c.id);
	if (r == SEK_OK)
		EXPLAIN(e, L_ENROLLED, W_EXPLAIN_PERSON, { c.person, id,
		    status_text(e, c.status) });
	else if (r == SEK_E_NOENT)
		EXPLAIN(e, L_ENROLLED, W_EXPLAIN_NOBODY, { NULL });
	else
		unreadable(e, L_ENROLLED, &why, r);
	/* without them by one spelling of the issuer only */
	if (sek_trust_load(p, &t, &ignored) != SEK_OK)
		t = NULL;
	r = sek_denied(s, t, e->x, &e->info, c.person, &row);
	sek_trust_free(t);
	if (r == SEK_OK)
		EXPLAIN(e, L_DENIED, W_EXPLAIN_DENIED, { row.reason });
	else if (r == SEK_E_NOENT)
		EXPLAIN(e, L_DENIED, W_EXPLAIN_NOT_DENIED, { NULL });
	else
		unreadable(e, L_DENIED, &why, r);
	sek_store_close(s);
}

static const char *
check_word(enum sek_rev_check check)
{
	switch (check) {
	case SEK_CHECK_CRL:
		return "crl";
	case SEK_CHECK_CRL_LEAF:
		return "crl-leaf";
	case SEK_CHECK_OCSP:
		return "ocsp";
	case SEK_CHECK_OCSP_LEAF:
		return "ocsp-leaf";
	case SEK_CHECK_EITHER:
		return "either";
	case SEK_CHECK_NONE:
		break;
	}
	return "none";
}

void
explain_here(const struct explain *e)
{
	const struct sek_policy *p = e->d->policy;

	if (p == NULL) {
		unreadable(e, L_CONFIGURATION, &e->no_policy, SEK_E_NOENT);
		return;
	}
	explain_row(e, L_CONFIGURATION, e->d->conf);
	explain_row(e, L_CHECK, check_word(p->check));
	crls(e, p);
	ocsp(e, p);
	store(e, p);
}
