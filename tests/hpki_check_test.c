/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HPKI-like and JPKI-like cards, minted by tests/hpki_mint.sh, as a login
 * sees them: which are good, with which roles, and which are not.  Run from
 * the project's root.
 */
#include <stdlib.h>
#include <time.h>

#include "tests/certificate_fixture.h"
#include "tests/check.h"

#define HPKI_AUTHENTICATION "1.2.392.100495.1.5.1.2.0.1"
#define JPKI_AUTHENTICATION "1.2.392.200149.8.5.1.3.30"
#define SCHEME "1.2.392.100495.1.6.1.1"

struct row {
	const char *name;
	const char *cert;
	const char *anchors;
	const char *policy;  /* that is asked for; NULL: none */
	enum sek_reason want;
	const char *detail;  /* somewhere in the detail */
};

static const struct row rows[] = {
	{ "doctor", "doctor", "trust-hpki", NULL, SEK_R_OK, "" },
	{ "doctor, policy of authentication", "doctor", "trust-hpki",
	    HPKI_AUTHENTICATION, SEK_R_OK, "" },
	{ "doctor, another policy", "doctor", "trust-hpki",
	    JPKI_AUTHENTICATION, SEK_R_CERT_POLICY, "policy" },
	{ "several roles", "several", "trust-hpki", HPKI_AUTHENTICATION,
	    SEK_R_OK, "" },
	{ "director", "director", "trust-hpki", HPKI_AUTHENTICATION,
	    SEK_R_OK, "" },
	{ "no role", "clerk", "trust-hpki", HPKI_AUTHENTICATION, SEK_R_OK,
	    "" },
	{ "revoked", "revoked", "trust-hpki", HPKI_AUTHENTICATION,
	    SEK_R_CERT_REVOKED, "hpki-auth.crl" },
	{ "for documents only", "doctor-sign", "trust-hpki", NULL,
	    SEK_R_CERT_USAGE, "digitalSignature" },
	{ "policy of signatures", "stray", "trust-hpki",
	    HPKI_AUTHENTICATION, SEK_R_CERT_POLICY, "policy" },
	{ "HPKI card, JPKI trusted", "doctor", "trust-both", NULL,
	    SEK_R_CERT_ISSUER, "" },
	{ "citizen", "citizen", "trust-jpki", NULL, SEK_R_OK, "" },
	{ "citizen, policy of authentication", "citizen", "trust-jpki",
	    JPKI_AUTHENTICATION, SEK_R_OK, "" },
	{ "citizen, HPKI trusted", "citizen", "trust-hpki", NULL,
	    SEK_R_CERT_ISSUER, "" },
	{ "citizen's signature, its CA not trusted", "citizen-sign",
	    "trust-jpki", NULL, SEK_R_CERT_ISSUER, "" },
	/* it has digitalSignature, too: only its policy tells */
	{ "citizen's signature, its CA trusted", "citizen-sign",
	    "trust-both", JPKI_AUTHENTICATION, SEK_R_CERT_POLICY,
	    "policy" },
};

static struct fixture fix;
static const struct row *at;

static enum sek_reason
judge(const char *cert, const char *anchors, const char *oid,
    struct sek_cert_info *info)
{
	static char wanted[64];
	struct sek_policy policy;
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	X509 *x = fixture_cert(&fix, cert);
	enum sek_reason r = SEK_R_NONE;

	fixture_policy(&fix, &policy, anchors, "mid-hpki", "crl-all");
	policy.purpose_needed = false; /* these cards name none */
	if (oid != NULL) {
		(void)snprintf(wanted, sizeof wanted, "%s", oid);
		policy.policies[0] = wanted;
		policy.n_policies = 1;
	}
	if (x == NULL)
		printf("# no certificate %s\n", cert);
	else if (sek_trust_load(&policy, &t, &why) != SEK_OK)
		printf("# %s\n", why.text);
	else
		r = sek_cert_check(t, x, time(NULL), info);
	sek_trust_free(t);
	X509_free(x);
	return r;
}

static void
verdict(void)
{
	struct sek_cert_info info = { 0 };
	enum sek_reason r;

	r = judge(at->cert, at->anchors, at->policy, &info);
	if (r != at->want)
		printf("# %s\n", info.detail);
	CHECK_INT(r, at->want);
	if (strstr(info.detail, at->detail) == NULL)
		CHECK_STR(info.detail, at->detail);
}

/* The roles of a card's certificate. */
static int
roles_of(const char *cert, struct sek_cert_roles *roles,
    struct sek_why *why)
{
	X509 *x = fixture_cert(&fix, cert);
	int r = SEK_E_NOENT;

	if (x != NULL)
		r = sek_cert_roles(x, roles, why);
	X509_free(x);
	return r;
}

static void
roles_read(void)
{
	static const struct {
		const char *cert;
		size_t n;
		const char *name; /* of one of them */
		const char *code;
	} cards[] = {
		{ "doctor", 1, "Medical Doctor", "" },
		{ "doctor-sign", 1, "Medical Doctor", "" },
		{ "nurse", 1, "General Nurse", "" },
		{ "several", 3, "Dentist", "12" },
		{ "several", 3, "Medical Doctor", "12" },
		{ "kanji", 1, "医師", "" },
		{ "director", 1, "Director of Hospital", "" },
		{ "clerk", 0, "", "" },
		{ "citizen", 0, "", "" },
		{ "citizen-sign", 0, "", "" },
	};
	struct sek_cert_roles roles;
	struct sek_why why = { "" };
	size_t i, k;

	for (i = 0; i < sizeof cards / sizeof cards[0]; i++) {
		CHECK_INT(roles_of(cards[i].cert, &roles, &why), SEK_OK);
		CHECK_INT(roles.n, cards[i].n);
		for (k = 0; k < roles.n; k++)
			CHECK_STR(roles.role[k].scheme, SCHEME);
		CHECK(sek_cert_role_is(&roles, cards[i].name) ==
		    (cards[i].name[0] != '\0'));
		CHECK(sek_cert_role_is(&roles, cards[i].code) ==
		    (cards[i].code[0] != '\0'));
		CHECK(!sek_cert_role_is(&roles, "Pharmacist"));
	}
}

static void
role_with_its_scheme(void)
{
	struct sek_cert_roles roles;
	struct sek_why why = { "" };

	CHECK_INT(roles_of("doctor", &roles, &why), SEK_OK);
	CHECK(sek_cert_role_is(&roles, SCHEME ":Medical Doctor"));
	CHECK(!sek_cert_role_is(&roles, "1.2.3:Medical Doctor"));
}

static void
role_that_cannot_be_read(void)
{
	struct sek_cert_roles roles;
	struct sek_why why = { "" };

	CHECK_INT(roles_of("bare-role", &roles, &why), SEK_E_SYNTAX);
	CHECK_INT(roles.n, 0);
	CHECK_STR(why.text, "hcRole: not the HCActorData of ISO 17090-2");
}

int
main(void)
{
	size_t i;

	if (sek_crypto_start() != SEK_OK)
		return 1;
	if (!fixture_open(&fix, "tests/hpki_mint.sh")) {
		printf("not ok hpki_mint: cannot mint the test PKI\n");
		fixture_close(&fix);
		return 1;
	}
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		at = &rows[i];
		RUN_AS(at->name, verdict);
	}
	RUN(roles_read);
	RUN(role_with_its_scheme);
	RUN(role_that_cannot_be_read);
	fixture_close(&fix);
	return CHECK_END();
}
