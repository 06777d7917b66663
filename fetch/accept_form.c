/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CRL says of itself: version, dates, number, scope (RFC 5280
 * section 5).  Runs in sekisho-fetch.  Refuses what no login could use, by
 * name; where CAs are known to be careless, it says so and goes on.
 */
#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "fetch/accept.h"
#include "gate/certificate_rooms.h"

#define NUMBER_MAX 20 /* octets, RFC 5280 5.2.3 */

static enum sek_news
refuse(struct sek_arrival *l, enum sek_news news, const char *what)
{
	(void)snprintf(l->why, sizeof(l->why), "%s", what);
	ERR_clear_error();
	return news;
}

static void
warn(struct sek_arrival *l, const char *what)
{
	size_t n = strlen(l->why);

	(void)snprintf(l->why + n, sizeof(l->why) - n, "%s%s",
	    n > 0 ? "; " : "", what);
}

ASN1_INTEGER *
sek_crl_number(const X509_CRL *crl)
{
	ASN1_INTEGER *v;

	v = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
	ERR_clear_error();
	return v;
}

static enum sek_news
check_version(const X509_CRL *crl, struct sek_arrival *l)
{
	long version = X509_CRL_get_version(crl);

	if (version == X509_CRL_VERSION_2)
		return SEK_NEWS_NONE;
	if (version != X509_CRL_VERSION_1)
		return refuse(l, SEK_NEWS_INVALID, "not version 1 or 2");
	/* 5.1.2.1: extensions are version 2's */
	if (X509_CRL_get_ext_count(crl) > 0)
		return refuse(l, SEK_NEWS_INVALID,
		    "version 1 with extensions");
	return SEK_NEWS_NONE;
}

static enum sek_news
check_dates(const X509_CRL *crl, int64_t now, struct sek_arrival *l)
{
	char text[160], at[32];

	if (sek_cert_time(X509_CRL_get0_lastUpdate(crl), &l->this_update) !=
	    SEK_OK)
		return refuse(l, SEK_NEWS_INVALID,
		    "thisUpdate is not a time of RFC 5280");
	/* 5.1.2.5 */
	if (X509_CRL_get0_nextUpdate(crl) == NULL)
		return refuse(l, SEK_NEWS_INVALID, "no nextUpdate");
	if (sek_cert_time(X509_CRL_get0_nextUpdate(crl), &l->next_update) !=
	    SEK_OK)
		return refuse(l, SEK_NEWS_INVALID,
		    "nextUpdate is not a time of RFC 5280");
	if (l->next_update < l->this_update)
		return refuse(l, SEK_NEWS_INVALID,
		    "nextUpdate is before thisUpdate");
	if (l->this_update <= now + SEK_ACCEPT_SKEW_S)
		return SEK_NEWS_NONE;
	(void)snprintf(text, sizeof(text), "thisUpdate is in the future: %s: "
	    "is the clock right?", sek_summary_time(at, l->this_update));
	return refuse(l, SEK_NEWS_INVALID, text);
}

/* 5.2: critical ones that OpenSSL does not honour would make a login refuse
 * the whole CRL. */
static enum sek_news
check_extensions(const X509_CRL *crl, struct sek_arrival *l)
{
	char name[80], text[160];
	const ASN1_OBJECT *o;
	X509_EXTENSION *e;
	int i, n = X509_CRL_get_ext_count(crl), nid;

	for (i = 0; i < n; i++) {
		e = X509_CRL_get_ext(crl, i);
		o = X509_EXTENSION_get_object(e);
		nid = OBJ_obj2nid(o);
		if (OBJ_obj2txt(name, sizeof(name), o, 0) <= 0)
			name[0] = '\0';
		if (X509_CRL_get_ext_by_OBJ(crl, o, i) >= 0) {
			(void)snprintf(text, sizeof(text),
			    "an extension stands twice: %s", name);
			return refuse(l, SEK_NEWS_INVALID, text);
		}
		if (X509_EXTENSION_get_critical(e) == 0 ||
		    nid == NID_issuing_distribution_point ||
		    nid == NID_authority_key_identifier ||
		    nid == NID_delta_crl)
			continue;
		(void)snprintf(text, sizeof(text),
		    "an unknown critical extension: %s", name);
		return refuse(l, SEK_NEWS_INVALID, text);
	}
	return SEK_NEWS_NONE;
}

static bool
number_ok(const ASN1_INTEGER *v)
{
	return ASN1_STRING_type(v) == V_ASN1_INTEGER &&
	    ASN1_STRING_length(v) <= NUMBER_MAX;
}

static enum sek_news
check_number(const X509_CRL *crl, struct sek_arrival *l)
{
	ASN1_INTEGER *v = sek_crl_number(crl);
	enum sek_news r = SEK_NEWS_NONE;

	if (v == NULL && X509_CRL_get_ext_by_NID(crl, NID_crl_number, -1) >= 0)
		r = refuse(l, SEK_NEWS_INVALID, "the CRL number is malformed");
	else if (v == NULL && X509_CRL_get_version(crl) ==
	    X509_CRL_VERSION_2)
		warn(l, "it has no CRL number");
	else if (v != NULL && !number_ok(v))
		r = refuse(l, SEK_NEWS_INVALID,
		    "the CRL number is negative or longer than 20 octets");
	else if (v != NULL)
		sek_cert_hex(v, l->number, sizeof(l->number));
	ASN1_INTEGER_free(v);
	return r;
}

/* 5.2.4 */
static enum sek_news
check_delta(const X509_CRL *crl, struct sek_arrival *l)
{
	ASN1_INTEGER *base = NULL, *number = NULL;
	enum sek_news r = SEK_NEWS_NONE;

	if (X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) < 0)
		return r;
	l->delta = true;
	base = X509_CRL_get_ext_d2i(crl, NID_delta_crl, NULL, NULL);
	number = sek_crl_number(crl);
	if (base == NULL || !number_ok(base))
		r = refuse(l, SEK_NEWS_INVALID,
		    "the number of the delta's base is malformed");
	else if (number == NULL)
		r = refuse(l, SEK_NEWS_INVALID, "a delta without CRL number");
	else if (ASN1_INTEGER_cmp(number, base) < 0)
		r = refuse(l, SEK_NEWS_INVALID,
		    "a delta that is older than its base");
	ASN1_INTEGER_free(base);
	ASN1_INTEGER_free(number);
	return r;
}

/* 5.2.5 */
static enum sek_news
check_scope(const X509_CRL *crl, struct sek_arrival *l)
{
	enum sek_news r = SEK_NEWS_NONE;
	ISSUING_DIST_POINT *idp;
	int only, crit;

	idp = X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point,
	    &crit, NULL);
	if (idp == NULL)
		return crit == -1 ? r : refuse(l, SEK_NEWS_INVALID,
		    "the issuing distribution point is malformed");
	only = (idp->onlyuser > 0) + (idp->onlyCA > 0) + (idp->onlyattr > 0);
	if (only > 1)
		r = refuse(l, SEK_NEWS_INVALID,
		    "its scope contradicts itself");
	else if (idp->onlyattr > 0)
		r = refuse(l, SEK_NEWS_UNSUPPORTED,
		    "it is about attribute certificates only");
	else if (crit == 0)
		warn(l, "its issuing distribution point is not critical");
	ISSUING_DIST_POINT_free(idp);
	return r;
}

enum sek_news
sek_accept_form(const X509_CRL *crl, int64_t now, struct sek_arrival *out)
{
	enum sek_news r;

	if ((r = check_version(crl, out)) == SEK_NEWS_NONE &&
	    (r = check_dates(crl, now, out)) == SEK_NEWS_NONE &&
	    (r = check_extensions(crl, out)) == SEK_NEWS_NONE &&
	    (r = check_number(crl, out)) == SEK_NEWS_NONE &&
	    (r = check_delta(crl, out)) == SEK_NEWS_NONE)
		r = check_scope(crl, out);
	return r;
}
