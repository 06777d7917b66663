/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which logins would be refused now for want of revocation data?  Runs in
 * sekisho-fetch at the end of a run, with the very check that a login runs,
 * over the cache as it is then.
 */
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fetch/refresh.h"
#include "gate/certificate_rooms.h"
#include "gate/fido_models.h"

#define TOLD_MAX 100u /* more are counted, not listed */

static void
need(struct sek_refresh *f, int64_t credential, enum sek_reason reason,
    const char *why)
{
	json_t *row;

	if (f->n_needs++ >= TOLD_MAX)
		return;
	row = json_pack("{s:s, s:o*}", "reason", sek_reason(reason)->word,
	    "why", sek_summary_text(why));
	if (credential != 0 && json_object_set_new(row, "credential",
	    json_integer(credential)) != 0)
		sek_refresh_problem(f, "summary: out of memory");
	if (json_array_append_new(f->needs, row) != 0)
		sek_refresh_problem(f, "summary: out of memory");
}

static bool
about_revocation(enum sek_reason r)
{
	return r >= SEK_R_CRL_MISSING && r <= SEK_R_OCSP_UNKNOWN;
}

static void
check_enrolled(struct sek_refresh *f, const struct sek_trust *t, int64_t now)
{
	const struct sek_enrolled_cert *c;
	struct sek_cert_info info;
	enum sek_reason r;
	size_t i;

	for (i = 0; i < f->enrolled.n; i++) {
		c = &f->enrolled.at[i];
		r = sek_cert_check(t, c->cert, now, &info);
		if (about_revocation(r))
			need(f, c->credential, r, info.detail);
	}
}

/* -- credentials of which only the issuer's name is known */

/* Is there a complete CRL of that name that is in date? */
static enum sek_reason
crl_of(const struct sek_trust *t, const X509_NAME *name, int64_t now)
{
	STACK_OF(X509_CRL) *list = sek_rev_candidates(t->rev, name);
	enum sek_reason r = SEK_R_CRL_MISSING;
	const X509_CRL *crl;
	int64_t next;
	int i;

	for (i = 0; i < sk_X509_CRL_num(list); i++) {
		crl = sk_X509_CRL_value(list, i);
		if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
			continue;
		if (X509_CRL_get0_nextUpdate(crl) != NULL &&
		    sek_cert_time(X509_CRL_get0_nextUpdate(crl), &next) ==
		    SEK_OK && next + (t->grace ? t->grace_s : 0) >= now)
			r = SEK_R_OK;
		else if (r != SEK_R_OK)
			r = SEK_R_CRL_STALE;
	}
	sk_X509_CRL_pop_free(list, X509_CRL_free);
	return r;
}

static const X509_NAME *
name_among(const STACK_OF(X509) *list, const char *issuer)
{
	const X509_NAME *name;
	char text[1025];
	int i;

	for (i = 0; i < sk_X509_num(list); i++) {
		name = X509_get_subject_name(sk_X509_value(list, i));
		sek_cert_name(name, text, sizeof(text));
		if (strcmp(text, issuer) == 0)
			return name;
	}
	return NULL;
}

static void
check_issuers(struct sek_refresh *f, const struct sek_trust *t, int64_t now)
{
	const X509_NAME *name;
	enum sek_reason r;
	char text[1200];
	size_t i;

	for (i = 0; i < f->enrolled.n_issuers; i++) {
		name = name_among(t->anchors, f->enrolled.issuers[i]);
		if (name == NULL)
			name = name_among(t->intermediates,
			    f->enrolled.issuers[i]);
		/* cards of a CA that is trusted no more are refused anyway */
		if (name == NULL ||
		    (r = crl_of(t, name, now)) == SEK_R_OK)
			continue;
		(void)snprintf(text, sizeof(text), "no CRL in date of \"%s\"",
		    f->enrolled.issuers[i]);
		need(f, 0, r, text);
	}
}

/* Logins with a FIDO2 key, where the policy wants metadata in date. */
static void
check_metadata(struct sek_refresh *f, int64_t now)
{
	const struct sek_policy *p = f->policy;
	struct sek_models_info info;
	struct sek_models *table = NULL;
	struct sek_why why = { "" };

	if (p->metadata_url[0] == '\0' || !p->metadata_stale_denies ||
	    !sek_policy_has(p, SEK_HAVE_FIDO2))
		return;
	if (sek_models_open(p->cache, &table, &info, &why) != SEK_OK)
		need(f, 0, SEK_R_METADATA_STALE, why.text);
	else if (info.next_update < now)
		need(f, 0, SEK_R_METADATA_STALE,
		    "the FIDO metadata is past its date");
	sek_models_close(table);
}

static void
check_certificates(struct sek_refresh *f, int64_t now)
{
	const enum sek_rev_check check = f->policy->check;
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	int r;

	/* again, so that the cache is looked at as it is now */
	if ((r = sek_trust_load(f->policy, &t, &why)) != SEK_OK) {
		need(f, 0, SEK_R_TRUST, why.text[0] != '\0' ? why.text :
		    sek_strerror(r));
		return;
	}
	if (f->enrolled.broken[0] != '\0')
		need(f, 0, SEK_R_STORE, f->enrolled.broken);
	check_enrolled(f, t, now);
	if ((check == SEK_CHECK_CRL || check == SEK_CHECK_CRL_LEAF) &&
	    t->rev != NULL)
		check_issuers(f, t, now);
	sek_trust_free(t);
}

void
sek_needs(struct sek_refresh *f)
{
	int64_t now = (int64_t)time(NULL);

	if (f->certificates)
		check_certificates(f, now);
	check_metadata(f, now);
	ERR_clear_error();
}
