/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: what will refuse every card one of these days: CA
 * certificates that end, revocation lists and FIDO metadata that grow stale.
 *
 * Part of the administrator's program.  Reads with the gate's own functions;
 * asks nobody on the network.
 */
#include "helpdesk/doctor.h"

#include <sys/stat.h>
#include <time.h>

#include "gate/certificate_rooms.h"
#include "gate/fido_models.h"
#include "gate/revocation.h"
#include "gate/revocation_index.h"

#define DAY 86400
#define ANCHOR_DAYS 60
#define FETCH_HOURS 26 /* the timer's, twice, after a day without a network */

/* Seconds since 1970; -1: none. */
static int64_t
seconds(const ASN1_TIME *t)
{
	struct tm tm = { 0 };

	return t != NULL && ASN1_TIME_to_tm(t, &tm) == 1 ?
	    (int64_t)timegm(&tm) : -1;
}

static void
name_of(const X509 *x, char *out, size_t cap)
{
	if (X509_NAME_oneline(X509_get_subject_name(x), out, (int)cap) == NULL)
		(void)snprintf(out, cap, "?");
}

static void
check_end(struct doctor *x, const X509 *ca, const char *name)
{
	const int64_t end = seconds(X509_get0_notAfter(ca));
	const int64_t left = end - (int64_t)time(NULL);
	struct desk_date day;

	(void)desk_day(&day, end);
	if (left < 0)
		DR_SAY(x, DR_BAD, "ca-expired", W_DR_ANCHOR_OVER,
		    { name, day.text });
	else if (left < ANCHOR_DAYS * DAY)
		DR_SAY(x, DR_WARN, "ca-expires", W_DR_ANCHOR_SOON,
		    { name, day.text });
	else
		DR_SAY(x, DR_GOOD, "ca", W_DR_ANCHOR, { name, day.text });
}

/* The list of this CA that serves longest. */
static void
check_lists(struct doctor *x, const struct sek_rev_source *s, const X509 *ca,
    const char *name)
{
	STACK_OF(X509_CRL) *all = sek_rev_candidates(s,
	    X509_get_subject_name(ca));
	const int64_t now = (int64_t)time(NULL);
	int64_t next = -1, one;
	struct desk_date at;
	int i;

	for (i = 0; all != NULL && i < sk_X509_CRL_num(all); i++) {
		one = seconds(X509_CRL_get0_nextUpdate(sk_X509_CRL_value(all,
		    i)));
		next = one > next ? one : next;
	}
	sk_X509_CRL_pop_free(all, X509_CRL_free);
	(void)desk_time(&at, next);
	if (next < 0)
		DR_SAY(x, DR_BAD, "crl-none", W_DR_CRL_NONE, { name });
	else if (next < now)
		DR_SAY(x, DR_BAD, "crl-stale", W_DR_CRL_STALE,
		    { name, at.text });
	else if (next - now < DAY)
		DR_SAY(x, DR_WARN, "crl-soon", W_DR_CRL_SOON,
		    { name, at.text });
	else
		DR_SAY(x, DR_GOOD, "crl", W_DR_CRL, { name, at.text });
}

static bool
wants_lists(const struct sek_policy *p)
{
	return p->check != SEK_CHECK_NONE && p->check != SEK_CHECK_OCSP_LEAF &&
	    p->check != SEK_CHECK_EITHER && p->check != SEK_CHECK_OCSP;
}

/* Of a CA that is over nothing more is asked. */
static void
check_cas(struct doctor *x)
{
	const struct sek_policy *p = x->d->policy;
	STACK_OF(X509) *all = sk_X509_new_null();
	struct sek_rev_source *s = NULL;
	struct sek_why why = { "" };
	char name[400];
	int i, r = all == NULL ? SEK_E_NOMEM : SEK_OK;

	if (r == SEK_OK && p->anchors[0] != '\0')
		r = sek_trust_read(p->anchors, SEK_TRUST_CA_ONLY, all, &why);
	if (r == SEK_OK && p->intermediates[0] != '\0')
		r = sek_trust_read(p->intermediates, SEK_TRUST_CRL_ISSUER,
		    all, &why);
	/* what cannot be read has been told of as a part of the policy */
	if (r == SEK_OK && wants_lists(p))
		r = sek_rev_open(p->crls, p->cache, &s, &why);
	for (i = 0; r == SEK_OK && i < sk_X509_num(all); i++) {
		name_of(sk_X509_value(all, i), name, sizeof name);
		check_end(x, sk_X509_value(all, i), name);
		if (s != NULL)
			check_lists(x, s, sk_X509_value(all, i), name);
	}
	sek_rev_close(s);
	sk_X509_pop_free(all, X509_free);
}

/* sekisho-fetch touches its folder whenever it has brought a list. */
static void
check_fetch(struct doctor *x)
{
	const struct sek_policy *p = x->d->policy;
	struct desk_date at;
	struct stat st = { .st_mtime = 0 };
	char path[PATH_MAX + 16];

	if (p->n_crl_urls == 0 || p->check == SEK_CHECK_NONE)
		return;
	(void)snprintf(path, sizeof path, "%s/%s", p->cache,
	    SEK_INDEX_FOLDER);
	if (stat(path, &st) == 0 &&
	    time(NULL) - st.st_mtime < FETCH_HOURS * 3600)
		DR_SAY(x, DR_GOOD, "fetch", W_DR_FETCH, { path,
		    desk_time(&at, st.st_mtime) });
	else
		DR_SAY(x, DR_WARN, "fetch-old", W_DR_FETCH_OLD, { path,
		    st.st_mtime == 0 ? "?" : desk_time(&at, st.st_mtime) });
}

static void
check_models(struct doctor *x)
{
	const struct sek_policy *p = x->d->policy;
	struct sek_models_info info = { .next_update = 0 };
	struct sek_models *m = NULL;
	struct sek_why why = { "" };
	struct desk_date day;
	int r;

	if (p->metadata_url[0] == '\0')
		return;
	r = sek_models_open(p->cache, &m, &info, &why);
	sek_models_close(m);
	if (r == SEK_OK && info.next_update < (int64_t)time(NULL))
		DR_SAY(x, DR_WARN, "models-old", W_DR_MODELS_OLD, {
		    SEK_MODELS_FILE, desk_day(&day, info.next_update) });
}

void
doctor_trust(struct doctor *x)
{
	if (x->d->policy->anchors[0] != '\0')
		check_cas(x);
	check_fetch(x);
	check_models(x);
}
