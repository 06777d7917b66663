/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads distribution points, which anybody may have written.
 * Runs in sekisho-fetch and in `sekisho`.  Gives out only addresses that can
 * be asked; what it leaves out it names.
 */
#include "fetch/points.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gate/certificate_rooms.h"
#include "sekisho/escape.h"
#include "sekisho/wire_fetch.h"

struct walk {
	sek_point_fn *fn;
	void *arg;
	unsigned at;
	char why[400]; /* of the point at hand: why it has no address */
};

/* A scheme that certificates may send us to, and a host: `ldap:///...` means
 * a directory that the reader is to know (RFC 5280 4.2.1.13). */
static bool
scheme_ok(const char *url, const char **bad)
{
	static const char *const schemes[] = { "http://", "https://",
	    "ldap://", "ldaps://" };
	size_t i, n;

	for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		n = strlen(schemes[i]);
		if (strncasecmp(url, schemes[i], n) != 0)
			continue;
		*bad = "an address without a host";
		return url[n] != '\0' && url[n] != '/';
	}
	*bad = "an address that is not http, https, ldap or ldaps";
	return false;
}

static void
set_why(struct walk *w, const char *what, const void *p, size_t n)
{
	char shown[300];

	/* the first one tells enough */
	if (w->why[0] == '\0')
		(void)snprintf(w->why, sizeof w->why, "%s%s%s", what,
		    n > 0 ? ": " : "",
		    sek_escape(shown, sizeof shown, p, n));
}

/* True when it was a usable address, and *r is what came of it. */
static bool
uri(struct walk *w, const ASN1_IA5STRING *s, int *r)
{
	const unsigned char *p = ASN1_STRING_get0_data(s);
	const char *bad = "an address that is too long";
	size_t n = (size_t)ASN1_STRING_length(s), i;
	struct sek_point point = { .at = w->at };
	char url[SEK_URL_MAX] = "";

	if (n >= sizeof url) {
		set_why(w, bad, p, n);
		return false;
	}
	for (i = 0; i < n; i++) {
		/* RFC 3986 section 2: anything else is percent-encoded */
		if (p[i] <= 0x20 || p[i] >= 0x7f) {
			set_why(w, "not a URL", p, n);
			return false;
		}
		url[i] = (char)p[i];
	}
	url[n] = '\0';
	if (!scheme_ok(url, &bad)) {
		set_why(w, bad, p, n);
		return false;
	}
	point.url = url;
	*r = w->fn(w->arg, &point);
	return true;
}

static bool
one_name(struct walk *w, const GENERAL_NAME *name, int *r)
{
	char text[300];
	const void *v;
	int type;

	v = GENERAL_NAME_get0_value(name, &type);
	if (type == GEN_URI)
		return uri(w, v, r);
	if (type == GEN_DIRNAME) {
		sek_cert_name(v, text, sizeof text);
		if (w->why[0] == '\0')
			(void)snprintf(w->why, sizeof w->why,
			    "an entry of a directory, no URL: %s", text);
	} else {
		set_why(w, "a name that is no URL", "", 0);
	}
	return false;
}

/* Each address of one distribution point, or why there is none. */
static int
one_point(struct walk *w, const DIST_POINT_NAME *name)
{
	struct sek_point none = { .at = w->at, .why = w->why };
	bool any = false;
	int i, r = SEK_OK;

	w->why[0] = '\0';
	if (name == NULL) {
		set_why(w, "the entry of a CRL issuer, no URL", "", 0);
	} else if (name->type != 0) {
		set_why(w, "a name relative to the CRL issuer, no URL", "",
		    0);
	} else {
		for (i = 0; r == SEK_OK &&
		    i < sk_GENERAL_NAME_num(name->name.fullname); i++)
			any |= one_name(w, sk_GENERAL_NAME_value(
			    name->name.fullname, i), &r);
	}
	if (any)
		return r;
	if (w->why[0] == '\0')
		set_why(w, "no name at all", "", 0);
	return w->fn(w->arg, &none);
}

/* All points of an extension; frees it.  `crit` as X509V3_get_d2i() leaves
 * it: -1 when there is no such extension. */
static int
points(struct walk *w, CRL_DIST_POINTS *points, int crit)
{
	const struct sek_point broken = { .at = w->at,
	    .why = "distribution points that cannot be read" };
	int i, r = SEK_OK;

	ERR_clear_error();
	if (points == NULL)
		return crit == -1 ? SEK_OK : w->fn(w->arg, &broken);
	for (i = 0; r == SEK_OK && i < sk_DIST_POINT_num(points); i++) {
		r = one_point(w, sk_DIST_POINT_value(points, i)->distpoint);
		w->at++;
	}
	CRL_DIST_POINTS_free(points);
	return r;
}

int
sek_points_cert(X509 *x, sek_point_fn *fn, void *arg)
{
	struct walk w = { .fn = fn, .arg = arg };
	CRL_DIST_POINTS *p;
	int crit, r;

	p = X509_get_ext_d2i(x, NID_crl_distribution_points, &crit, NULL);
	if ((r = points(&w, p, crit)) != SEK_OK)
		return r;
	p = X509_get_ext_d2i(x, NID_freshest_crl, &crit, NULL);
	return points(&w, p, crit);
}

int
sek_points_crl(const X509_CRL *crl, sek_point_fn *fn, void *arg)
{
	struct walk w = { .fn = fn, .arg = arg };
	CRL_DIST_POINTS *p;
	int crit;

	p = X509_CRL_get_ext_d2i(crl, NID_freshest_crl, &crit, NULL);
	return points(&w, p, crit);
}
