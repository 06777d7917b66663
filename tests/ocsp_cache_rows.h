/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in the cache, what the CRL and the live responder say, and what the
 * check of the certificate must make of it.  Included once by
 * tests/ocsp_cache_test.c.
 */
#ifndef TESTS_OCSP_CACHE_ROWS_H
#define TESTS_OCSP_CACHE_ROWS_H

#include <stdbool.h>

#include "gate/policy.h"
#include "sekisho/reason.h"

#define URL "http://ocsp.invalid/leaf" /* in the leaf's AIA */

/* An answer, or none. */
enum says { NONE, OK, REVOKED, UNKNOWN, STALE, STALE_REVOKED, BRIEF_REVOKED,
	STALE_UNKNOWN, LATER, FORGED, BY_CHECKED, UNSAFE, LONG };
/* What the CRL says of the leaf. */
enum crl { NO_CRL, LISTS_NOT, LISTS, OLD_CRL, LISTS_RESPONDER };

struct row {
	const char *name;
	enum sek_rev_check check;
	enum crl crl;
	enum says cached;
	enum says live;     /* NONE: asked, and no answer */
	bool may_ask;
	bool grace;
	enum sek_reason want;
	const char *method;
	const char *status;
	int asked;          /* live */
	const char *word;   /* somewhere in the detail */
};

#define CRL_OF SEK_CHECK_CRL
#define OCSP SEK_CHECK_OCSP
#define LEAF_ONLY SEK_CHECK_OCSP_LEAF
#define EITHER SEK_CHECK_EITHER
#define MISSING SEK_R_OCSP_MISSING

static const struct row rows[] = {
	/* ocsp */
	{ "cached good", OCSP, NO_CRL, OK, NONE, true, false, SEK_R_OK,
	    "ocsp", "good", 0, "" },
	{ "cached good, the CRL lists it", OCSP, LISTS, OK, NONE, true,
	    false, SEK_R_OK, "ocsp", "good", 0, "" },
	{ "cached revoked", OCSP, NO_CRL, REVOKED, OK, true, true,
	    SEK_R_CERT_REVOKED, "ocsp", "revoked", 0,
	    ".ocsp: certificate revoked" },
	{ "cached unknown", OCSP, NO_CRL, UNKNOWN, OK, true, true,
	    SEK_R_OCSP_UNKNOWN, "ocsp", "unknown", 0, ".ocsp: " },
	{ "nothing cached, nobody to ask", OCSP, LISTS_NOT, NONE, NONE,
	    false, true, MISSING, "ocsp", "unknown", 0,
	    "no OCSP answer in the cache" },
	{ "nothing cached, live good", OCSP, NO_CRL, NONE, OK, true, false,
	    SEK_R_OK, "ocsp", "good", 1, "" },
	{ "nothing cached, live revoked", OCSP, NO_CRL, NONE, REVOKED, true,
	    true, SEK_R_CERT_REVOKED, "ocsp", "revoked", 1,
	    URL ": certificate revoked" },
	{ "nothing cached, live unknown", OCSP, NO_CRL, NONE, UNKNOWN, true,
	    true, SEK_R_OCSP_UNKNOWN, "ocsp", "unknown", 1, URL },
	{ "nothing cached, no live answer", OCSP, NO_CRL, NONE, NONE, true,
	    true, MISSING, "ocsp", "unknown", 1, "nobody there" },
	{ "nothing cached, live says tryLater", OCSP, NO_CRL, NONE, LATER,
	    true, true, MISSING, "ocsp", "unknown", 1,
	    URL ": the responder says tryLater" },
	{ "nothing cached, live forged", OCSP, NO_CRL, NONE, FORGED, true,
	    true, SEK_R_OCSP_INVALID, "ocsp", "unknown", 1, URL },
	{ "nothing cached, live stale", OCSP, NO_CRL, NONE, STALE, true,
	    false, SEK_R_OCSP_STALE, "ocsp", "stale", 1, URL },
	{ "stale, nobody to ask", OCSP, NO_CRL, STALE, NONE, false, false,
	    SEK_R_OCSP_STALE, "ocsp", "stale", 0, "past its nextUpdate" },
	{ "stale, grace serves", OCSP, NO_CRL, STALE, NONE, false, true,
	    SEK_R_OK, "ocsp", "stale", 0, "" },
	{ "stale, live good", OCSP, NO_CRL, STALE, OK, true, true, SEK_R_OK,
	    "ocsp", "good", 1, "" },
	{ "stale, live revoked", OCSP, NO_CRL, STALE, REVOKED, true, true,
	    SEK_R_CERT_REVOKED, "ocsp", "revoked", 1, URL },
	{ "stale, live unknown", OCSP, NO_CRL, STALE, UNKNOWN, true, true,
	    SEK_R_OCSP_UNKNOWN, "ocsp", "unknown", 1, URL },
	{ "stale, no live answer, grace serves", OCSP, NO_CRL, STALE, NONE,
	    true, true, SEK_R_OK, "ocsp", "stale", 1, "" },
	{ "stale, no live answer", OCSP, NO_CRL, STALE, NONE, true, false,
	    SEK_R_OCSP_STALE, "ocsp", "stale", 1, "nobody there" },
	{ "stale revoked, live good", OCSP, NO_CRL, STALE_REVOKED, OK, true,
	    false, SEK_R_OK, "ocsp", "good", 1, "" },
	{ "stale revoked, live as old", OCSP, NO_CRL, STALE_REVOKED, STALE,
	    true, true, SEK_R_CERT_REVOKED, "ocsp", "revoked", 1, ".ocsp" },
	{ "stale revoked, live good is older", OCSP, NO_CRL, BRIEF_REVOKED,
	    OK, true, true, SEK_R_CERT_REVOKED, "ocsp", "revoked", 1,
	    ".ocsp" },
	{ "stale unknown, grace is for good only", OCSP, NO_CRL,
	    STALE_UNKNOWN, NONE, false, true, SEK_R_OCSP_STALE, "ocsp",
	    "unknown", 0, ".ocsp" },
	{ "stale revoked, no live answer", OCSP, NO_CRL, STALE_REVOKED,
	    NONE, true, true, SEK_R_CERT_REVOKED, "ocsp", "revoked", 1,
	    ".ocsp" },
	{ "stale revoked, nobody to ask", OCSP, NO_CRL, STALE_REVOKED, NONE,
	    false, true, SEK_R_CERT_REVOKED, "ocsp", "revoked", 0, ".ocsp" },
	{ "cached forged", OCSP, NO_CRL, FORGED, NONE, false, true,
	    SEK_R_OCSP_INVALID, "ocsp", "unknown", 0, ".ocsp: " },
	{ "cached forged, live good", OCSP, NO_CRL, FORGED, OK, true, true,
	    SEK_R_OK, "ocsp", "good", 1, "" },
	{ "cached file of others", OCSP, NO_CRL, UNSAFE, NONE, false, true,
	    MISSING, "ocsp", "unknown", 0, "must not be writable by group" },
	{ "cached file too long", OCSP, NO_CRL, LONG, NONE, false, true,
	    SEK_R_OCSP_INVALID, "ocsp", "unknown", 0,
	    "longer than 65536 bytes" },
	/* who signed may have been revoked */
	{ "responder in a CRL's good books", OCSP, LISTS_NOT, BY_CHECKED,
	    NONE, false, false, SEK_R_OK, "ocsp", "good", 0, "" },
	{ "responder revoked", OCSP, LISTS_RESPONDER, BY_CHECKED, NONE,
	    false, false, SEK_R_OCSP_INVALID, "ocsp", "unknown", 0,
	    "responder \"CN=OCSP\": " },
	{ "no CRL for the responder", OCSP, NO_CRL, BY_CHECKED, NONE, false,
	    false, SEK_R_OCSP_INVALID, "ocsp", "unknown", 0, "no CRL of" },
	{ "leaf only, no CRL for the responder", LEAF_ONLY, NO_CRL,
	    BY_CHECKED, NONE, false, false, SEK_R_OK, "ocsp", "good", 0,
	    "" },
	{ "leaf only, responder revoked", LEAF_ONLY, LISTS_RESPONDER,
	    BY_CHECKED, NONE, false, false, SEK_R_OCSP_INVALID, "ocsp",
	    "unknown", 0, "responder" },
	{ "leaf only", LEAF_ONLY, LISTS, OK, NONE, false, false, SEK_R_OK,
	    "ocsp", "good", 0, "" },
	{ "leaf only, revoked", LEAF_ONLY, NO_CRL, REVOKED, NONE, false,
	    false, SEK_R_CERT_REVOKED, "ocsp", "revoked", 0, "" },
	/* either */
	{ "either: both good", EITHER, LISTS_NOT, OK, NONE, true, false,
	    SEK_R_OK, "crl+ocsp", "good", 0, "" },
	{ "either: CRL good, nobody is asked", EITHER, LISTS_NOT, NONE,
	    REVOKED, true, false, SEK_R_OK, "crl", "good", 0, "" },
	{ "either: CRL good, answer forged", EITHER, LISTS_NOT, FORGED,
	    NONE, true, false, SEK_R_OK, "crl", "good", 0, "" },
	{ "either: CRL good, answer unknown", EITHER, LISTS_NOT, UNKNOWN,
	    NONE, true, false, SEK_R_OK, "crl", "good", 0, "" },
	{ "either: CRL good, answer revoked", EITHER, LISTS_NOT, REVOKED,
	    NONE, true, false, SEK_R_CERT_REVOKED, "ocsp", "revoked", 0,
	    ".ocsp: certificate revoked" },
	{ "either: CRL lists it, answer good", EITHER, LISTS, OK, NONE, true,
	    false, SEK_R_CERT_REVOKED, "crl", "revoked", 0,
	    "certificate revoked" },
	{ "either: no CRL, answer good", EITHER, NO_CRL, OK, NONE, true,
	    false, SEK_R_OK, "ocsp", "good", 0, "" },
	{ "either: no CRL, live good", EITHER, NO_CRL, NONE, OK, true, false,
	    SEK_R_OK, "ocsp", "good", 1, "" },
	{ "either: no CRL, no answer", EITHER, NO_CRL, NONE, NONE, false,
	    false, SEK_R_CRL_MISSING, "crl", "unknown", 0,
	    "no OCSP answer in the cache" },
	{ "either: no CRL, stale answer", EITHER, NO_CRL, STALE, NONE, false,
	    false, SEK_R_OCSP_STALE, "ocsp", "stale", 0, "no CRL of" },
	{ "either: old CRL, answer good", EITHER, OLD_CRL, OK, NONE, false,
	    true, SEK_R_OK, "ocsp", "good", 0, "" },
	{ "either: old CRL, no answer, grace", EITHER, OLD_CRL, NONE, NONE,
	    true, true, SEK_R_OK, "crl", "stale", 1, "" },
	{ "either: old CRL, no answer", EITHER, OLD_CRL, NONE, NONE, true,
	    false, SEK_R_CRL_STALE, "crl", "stale", 1, "nobody there" },
	{ "either: old CRL, stale answer, grace", EITHER, OLD_CRL, STALE,
	    NONE, true, true, SEK_R_OK, "ocsp", "stale", 1, "" },
	/* the others ask no OCSP */
	{ "crl: no CRL, answer good", CRL_OF, NO_CRL, OK, OK, true, true,
	    SEK_R_CRL_MISSING, "crl", "unknown", 0, "no CRL of" },
	{ "crl: good, answer revoked", CRL_OF, LISTS_NOT, REVOKED, REVOKED,
	    true, false, SEK_R_OK, "crl", "good", 0, "" },
	{ "crl-leaf: good", SEK_CHECK_CRL_LEAF, LISTS_NOT, NONE, NONE, true,
	    false, SEK_R_OK, "crl", "good", 0, "" },
	{ "crl-leaf: listed", SEK_CHECK_CRL_LEAF, LISTS, OK, OK, true, true,
	    SEK_R_CERT_REVOKED, "crl", "revoked", 0, "" },
	{ "none: listed and revoked", SEK_CHECK_NONE, LISTS, REVOKED,
	    REVOKED, true, false, SEK_R_OK, "none", "unknown", 0, "" },
};

#endif
