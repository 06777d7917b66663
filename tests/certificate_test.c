/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verdicts of the certificate check over a test PKI minted by
 * tests/certificate_mint.sh: each row is a case.  Run from the project's
 * root.
 */
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

#include "gate/certificate.h"
#include "tests/certificate_fixture.h"
#include "tests/check.h"

#define NO_PURPOSE 1u /* require-purpose = no */
#define GRACE 2u      /* stale = grace 24 */
#define POLICY 4u     /* policy = 1.2.392.1.1 */
#define DEPTH2 8u     /* max-depth = 2 */
#define SHORT 16u     /* grace of a minute only */

struct row {
	const char *name;
	const char *cert;
	const char *anchors;
	const char *mid;
	const char *crls;    /* NULL: no check */
	unsigned int flags;
	enum sek_reason want;
	const char *status;  /* of the revocation of the leaf */
	const char *detail;  /* somewhere in the detail */
};

#define ROOT "trust-root", "mid-all"

static const struct row rows[] = {
	/* what is good */
	{ "rsa", "rsa", ROOT, "crl-good", 0, SEK_R_OK, "good", "" },
	{ "ec", "ec", ROOT, "crl-good", 0, SEK_R_OK, "good", "" },
	{ "p384", "p384", ROOT, "crl-good", 0, SEK_R_OK, "good", "" },
	{ "p521", "p521", ROOT, "crl-good", 0, SEK_R_OK, "good", "" },
	{ "issued by the root", "direct", ROOT, "crl-good", 0, SEK_R_OK,
	    "good", "" },
	{ "issued by an RSA CA", "byrsa", ROOT, "crl-good", 0, SEK_R_OK,
	    "good", "" },
	{ "issued by an Ed25519 CA", "byed25519", ROOT, "crl-good", 0,
	    SEK_R_OK, "good", "" },
	{ "smartcard logon purpose", "smartcard", ROOT, "crl-good", 0,
	    SEK_R_OK, "good", "" },
	{ "anchor as DER", "ec", "trust-der", "mid-all", "crl-good", 0,
	    SEK_R_OK, "good", "" },
	{ "anchors in one file", "ec", "trust-two.pem", "mid-all",
	    "crl-good", 0, SEK_R_OK, "good", "" },
	{ "intermediate as the only anchor", "ec", "trust-mid", "",
	    "crl-good", 0, SEK_R_OK, "good", "" },
	{ "anchor's own CRL is not asked for", "ec", "trust-mid", "",
	    "crl-other", 0, SEK_R_CRL_MISSING, "unknown",
	    "no CRL of \"CN=Issuing CA,O=Hospital,C=JP\"" },
	{ "CA without key identifiers", "plain", "trust-plain", "",
	    "crl-good", 0, SEK_R_OK, "good", "" },
	{ "no revocation check", "ec", ROOT, NULL, 0, SEK_R_OK, "unknown",
	    "" },
	/* the peers' table */
	{ "CRLs as DER", "ec", ROOT, "crl-der", 0, SEK_R_OK, "good", "" },
	{ "revoked, CRLs as DER", "revoked", ROOT, "crl-der", 0,
	    SEK_R_CERT_REVOKED, "revoked", "certificate revoked" },
	{ "CRL missing", "ec", ROOT, "crl-none", 0, SEK_R_CRL_MISSING,
	    "unknown", "no CRL of" },
	{ "CRL of the root missing", "ec", ROOT, "crl-rootless", 0,
	    SEK_R_CRL_MISSING, "good", "no CRL of \"CN=Root,O=Hospital" },
	{ "CRL stale", "ec", ROOT, "crl-stale", 0, SEK_R_CRL_STALE, "stale",
	    "mid.crl: CRL has expired" },
	{ "CRL stale but lists it", "revoked", ROOT, "crl-stale", 0,
	    SEK_R_CERT_REVOKED, "revoked", "mid.crl: certificate revoked" },
	{ "CRL of another CA only", "ec", ROOT, "crl-other", 0,
	    SEK_R_CRL_MISSING, "unknown", "no CRL of" },
	{ "CRL forged", "ec", ROOT, "crl-forged", 0, SEK_R_CRL_INVALID,
	    "unknown", "fits by key and scope" },
	{ "CRL forged, without key identifier", "ec", ROOT,
	    "crl-forgedplain", 0, SEK_R_CRL_INVALID, "unknown",
	    "mid.crl: CRL signature failure" },
	{ "forged CRL lists it", "revoked", ROOT, "crl-forgedplain", 0,
	    SEK_R_CRL_INVALID, "unknown", "CRL signature failure" },
	{ "revoked", "revoked", ROOT, "crl-good", 0, SEK_R_CERT_REVOKED,
	    "revoked", "mid.crl: certificate revoked" },
	{ "expired", "expired", ROOT, "crl-good", 0, SEK_R_CERT_EXPIRED,
	    "unknown", "certificate has expired" },
	{ "server certificate", "server", ROOT, "crl-good", 0,
	    SEK_R_CERT_USAGE, "unknown", "digitalSignature" },
	{ "untrusted CA", "untrusted", ROOT, "crl-good", 0,
	    SEK_R_CERT_ISSUER, "unknown", "" },
	/* revocation */
	{ "grace serves a stale CRL", "ec", ROOT, "crl-stale", GRACE,
	    SEK_R_OK, "stale", "" },
	{ "grace does not serve a revoked one", "revoked", ROOT,
	    "crl-stale", GRACE, SEK_R_CERT_REVOKED, "revoked", "" },
	{ "grace is over", "ec", ROOT, "crl-stale", GRACE | SHORT,
	    SEK_R_CRL_STALE, "stale", "CRL has expired" },
	{ "grace is not for a missing CRL", "ec", ROOT, "crl-none", GRACE,
	    SEK_R_CRL_MISSING, "unknown", "" },
	{ "grace is not for a forged CRL", "ec", ROOT, "crl-forgedplain",
	    GRACE, SEK_R_CRL_INVALID, "unknown", "" },
	{ "CRL forged and stale", "ec", ROOT, "crl-forgedstale", GRACE,
	    SEK_R_CRL_INVALID, "unknown", "mid.crl: CRL signature failure" },
	{ "CRL from the future", "ec", ROOT, "crl-future", 0,
	    SEK_R_CRL_NOT_YET, "good", "CRL is not yet valid" },
	{ "CRL from the future lists it", "revoked", ROOT, "crl-future", 0,
	    SEK_R_CERT_REVOKED, "revoked", "" },
	{ "CRL signed with SHA-1", "ec", ROOT, "crl-sha1", 0,
	    SEK_R_CRL_INVALID, "unknown", "mid.crl: signature algorithm" },
	{ "CRL for CA certificates only", "ec", ROOT, "crl-scope", 0,
	    SEK_R_CRL_INVALID, "unknown", "" },
	{ "CRL with an unknown critical extension", "ec", ROOT,
	    "crl-critical", 0, SEK_R_CRL_INVALID, "good", "mid.crl" },
	{ "delta CRL lists it", "revoked", ROOT, "crl-delta", 0,
	    SEK_R_CERT_REVOKED, "revoked", "delta.crl" },
	{ "delta CRL does not list it", "ec", ROOT, "crl-delta", 0, SEK_R_OK,
	    "good", "" },
	{ "issuer revoked", "underrev", ROOT, "crl-revokedca", 0,
	    SEK_R_CERT_REVOKED, "good",
	    "issuer certificate \"CN=Revoked CA,O=Hospital,C=JP\"" },
	{ "CRL writable by the group", "ec", ROOT, "crl-unsafe", 0,
	    SEK_R_CRL_MISSING, "unknown",
	    "1 unusable: mid.crl: must not be writable by group" },
	{ "two CRLs in a file", "ec", ROOT, "crl-two", 0, SEK_R_CRL_MISSING,
	    "unknown", "mid.crl: holds more than one CRL" },
	{ "CRL cut short", "ec", ROOT, "crl-cut", 0, SEK_R_CRL_MISSING,
	    "unknown", "mid.crl: is not a whole CRL" },
	{ "foreign files beside CRLs", "ec", ROOT, "crl-foreign", 0,
	    SEK_R_OK, "good", "" },
	{ "foreign files, revoked", "revoked", ROOT, "crl-foreign", 0,
	    SEK_R_CERT_REVOKED, "revoked", "1a2b3c4d.r0" },
	/* the certificate itself */
	{ "not yet valid", "notyet", ROOT, "crl-good", 0,
	    SEK_R_CERT_NOT_YET, "unknown", "" },
	{ "no key usage", "noku", ROOT, "crl-good", 0, SEK_R_CERT_USAGE,
	    "unknown", "no key usage" },
	{ "no purpose", "noeku", ROOT, "crl-good", 0, SEK_R_CERT_USAGE,
	    "unknown", "no extended key usage" },
	{ "no purpose, none required", "noeku", ROOT, "crl-good",
	    NO_PURPOSE, SEK_R_OK, "good", "" },
	{ "any purpose", "anyeku", ROOT, "crl-good", 0, SEK_R_CERT_USAGE,
	    "unknown", "" },
	{ "any purpose, none required", "anyeku", ROOT, "crl-good",
	    NO_PURPOSE, SEK_R_OK, "good", "" },
	{ "any purpose and a wrong one", "anyserver", ROOT, "crl-good",
	    NO_PURPOSE, SEK_R_CERT_USAGE, "unknown", "lacks" },
	{ "wrong purpose, none required", "servereku", ROOT, "crl-good",
	    NO_PURPOSE, SEK_R_CERT_USAGE, "unknown", "lacks" },
	{ "for documents only", "nonrepudiation", ROOT, "crl-good",
	    NO_PURPOSE, SEK_R_CERT_USAGE, "unknown", "digitalSignature" },
	{ "a CA", "ca", ROOT, "crl-good", 0, SEK_R_CERT_IS_CA, "unknown",
	    "" },
	{ "keyCertSign", "keycertsign", ROOT, "crl-good", 0,
	    SEK_R_CERT_IS_CA, "unknown", "" },
	{ "RSA-1024", "rsa1024", ROOT, "crl-good", 0, SEK_R_CERT_KEY,
	    "unknown", "RSA key of 1024 bits" },
	{ "explicit curve", "explicit", ROOT, "crl-good", 0, SEK_R_CERT_KEY,
	    "unknown", "explicit parameters" },
	{ "secp256k1", "secp256k1", ROOT, "crl-good", 0, SEK_R_CERT_KEY,
	    "unknown", "curve not allowed: secp256k1" },
	{ "P-224", "p224", ROOT, "crl-good", 0, SEK_R_CERT_KEY, "unknown",
	    "curve not allowed: secp224r1" },
	{ "Ed25519", "ed25519", ROOT, "crl-good", 0, SEK_R_OK, "good", "" },
	{ "signed with SHA-1", "sha1", ROOT, "crl-good", 0,
	    SEK_R_CERT_SIGNATURE, "unknown", "ecdsa-with-SHA1" },
	{ "signed with MD5", "md5", ROOT, "crl-good", 0,
	    SEK_R_CERT_SIGNATURE, "unknown", "md5WithRSAEncryption" },
	{ "unknown critical extension", "critical", ROOT, "crl-good", 0,
	    SEK_R_CERT_PATH, "unknown", "unhandled critical extension" },
	/* the path */
	{ "self-signed", "self", ROOT, "crl-good", 0, SEK_R_CERT_ISSUER,
	    "unknown", "" },
	{ "intermediate missing", "ec", "trust-root", "mid-none",
	    "crl-good", 0, SEK_R_CERT_ISSUER, "unknown", "" },
	{ "forged CA of the same name", "forged", ROOT, "crl-good", 0,
	    SEK_R_CERT_ISSUER, "unknown", "" },
	{ "forged CA, without key identifiers", "fakeplain-leaf",
	    "trust-plain", "", "crl-good", 0, SEK_R_CERT_SIGNATURE, "good",
	    "signature" },
	{ "issuer expired", "underold", ROOT, "crl-good", 0,
	    SEK_R_CERT_PATH, "good", "CN=Old CA" },
	{ "issuer signed with SHA-1", "undersha1", ROOT, "crl-good", 0,
	    SEK_R_CERT_SIGNATURE, "good", "CN=SHA1 CA" },
	{ "issuer has RSA-1024", "underweak", ROOT, "crl-good", 0,
	    SEK_R_CERT_KEY, "good", "RSA key of 1024 bits" },
	{ "issuer without basicConstraints", "undernobc", ROOT, "crl-good",
	    0, SEK_R_CERT_PATH, "unknown", "" },
	{ "issuer is for web servers", "underweb", ROOT, "crl-good", 0,
	    SEK_R_CERT_USAGE, "good", "CN=Web CA" },
	{ "path length of an issuer", "undermid1", ROOT, "crl-good", 0,
	    SEK_R_CERT_PATH, "unknown", "path length" },
	{ "two CAs allowed, two there", "ec", ROOT, "crl-good", DEPTH2,
	    SEK_R_OK, "good", "" },
	{ "two CAs allowed, three there", "undermid1", ROOT, "crl-good",
	    DEPTH2, SEK_R_CERT_PATH, "unknown", "" },
	{ "name constraint broken", "outside", ROOT, "crl-good", 0,
	    SEK_R_CERT_PATH, "good", "permitted subtree" },
	{ "name constraint kept", "inside", ROOT, "crl-good", 0, SEK_R_OK,
	    "good", "" },
	{ "policy", "policy", "trust-mid", "", "crl-good", POLICY, SEK_R_OK,
	    "good", "" },
	{ "another policy", "otherpolicy", "trust-mid", "", "crl-good",
	    POLICY, SEK_R_CERT_POLICY, "good", "no explicit policy" },
	{ "no policy", "ec", "trust-mid", "", "crl-good", POLICY,
	    SEK_R_CERT_POLICY, "good", "no explicit policy" },
	{ "CA asks for a policy, none there", "needspolicy", ROOT,
	    "crl-good", 0, SEK_R_CERT_POLICY, "good", "" },
	{ "CA asks for a policy, it is there", "haspolicy", ROOT,
	    "crl-good", 0, SEK_R_OK, "good", "" },
};

static struct fixture fix;
static const struct row *at;
static struct sek_policy policy;

static void
set_up(const struct row *r)
{
	static char oid[] = "1.2.392.1.1";

	fixture_policy(&fix, &policy, r->anchors, r->mid, r->crls);
	if ((r->flags & NO_PURPOSE) != 0)
		policy.purpose_needed = false;
	if ((r->flags & GRACE) != 0) {
		policy.stale = SEK_UNKNOWN_GRACE;
		policy.grace_s = (r->flags & SHORT) != 0 ? 60 : 86400;
	}
	if ((r->flags & DEPTH2) != 0)
		policy.max_depth = 2;
	if ((r->flags & POLICY) != 0) {
		policy.policies[0] = oid;
		policy.n_policies = 1;
	}
}

static enum sek_reason
judge(const char *cert, int64_t now, struct sek_cert_info *info)
{
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	X509 *x = fixture_cert(&fix, cert);
	enum sek_reason r = SEK_R_NONE;

	if (x == NULL)
		printf("# no certificate %s\n", cert);
	else if (sek_trust_load(&policy, &t, &why) != SEK_OK)
		printf("# %s\n", why.text);
	else
		r = sek_cert_check(t, x, now, info);
	sek_trust_free(t);
	X509_free(x);
	return r;
}

static void
verdict(void)
{
	struct sek_cert_info info = { 0 };
	enum sek_reason r;

	set_up(at);
	r = judge(at->cert, time(NULL), &info);
	if (r != at->want)
		printf("# %s\n", info.detail);
	CHECK_INT(r, at->want);
	CHECK_STR(info.rev.status, at->status);
	CHECK_STR(info.rev.method, at->crls != NULL ? "crl" : "none");
	if (r == SEK_R_OK)
		CHECK_STR(info.detail, "");
	else
		CHECK(info.detail[0] != '\0');
	if (strstr(info.detail, at->detail) == NULL)
		CHECK_STR(info.detail, at->detail);
	CHECK(info.rev.grace_used == (strstr(at->name, "grace serves") !=
	    NULL));
}

static void
details_of_revocation(void)
{
	struct sek_cert_info info = { 0 };
	int64_t now = time(NULL);

	fixture_policy(&fix, &policy, "trust-root", "mid-all", "crl-good");
	CHECK_INT(judge("revoked", now, &info), SEK_R_CERT_REVOKED);
	CHECK_STR(info.serial, "0bad");
	CHECK_STR(info.rev.revoked_reason, "keyCompromise");
	CHECK_STR(info.rev.crl_number, "a1");
	CHECK(info.rev.revoked_at > now - 7300);
	CHECK(info.rev.revoked_at < now - 7000);
	CHECK(info.rev.this_update > now - 3700);
	CHECK(info.rev.this_update < now - 3500);
	CHECK_INT(info.rev.age_s, now - info.rev.this_update);
	CHECK(info.rev.next_update > now + 6 * 86400);
	CHECK_INT(judge("direct", now, &info), SEK_R_OK);
	CHECK_STR(info.rev.crl_number, "0102");
	CHECK_STR(info.rev.revoked_reason, "");
	CHECK_INT(info.rev.revoked_at, 0);
}

static void
delta_is_the_newest(void)
{
	struct sek_cert_info info = { 0 };
	int64_t now = time(NULL);

	fixture_policy(&fix, &policy, "trust-root", "mid-all", "crl-delta");
	CHECK_INT(judge("ec", now, &info), SEK_R_OK);
	CHECK_STR(info.rev.crl_number, "11");
	CHECK(info.rev.age_s < 700);
}

/* RFC 5280 4.1.2.5: from notBefore through notAfter, inclusive. */
static void
dates_are_inclusive(void)
{
	struct sek_cert_info info = { 0 };
	int64_t from, to;

	fixture_policy(&fix, &policy, "trust-root", "mid-all", NULL);
	CHECK_INT(judge("ec", time(NULL), &info), SEK_R_OK);
	from = info.not_before;
	to = info.not_after;
	CHECK(to - from > 365 * 86400);
	CHECK_INT(judge("ec", to, &info), SEK_R_OK);
	CHECK_INT(judge("ec", to + 1, &info), SEK_R_CERT_EXPIRED);
	/* the CA was made later in the same script */
	CHECK_INT(judge("ec", from - 1, &info), SEK_R_CERT_NOT_YET);
}

static int
trust_of(const char *anchors, struct sek_why *why)
{
	struct sek_trust *t = NULL;
	int r;

	fixture_policy(&fix, &policy, anchors, "", "crl-good");
	r = sek_trust_load(&policy, &t, why);
	sek_trust_free(t);
	return r;
}

static void
bad_anchors_are_named(void)
{
	static const struct { const char *dir; int r; const char *word; }
	    bad[] = {
		{ "trust-empty", SEK_E_NOENT, "holds no trust anchor" },
		{ "trust-unsafe", SEK_E_UNSAFE, "root.crt: must not be" },
		{ "trust-leaf", SEK_E_DENIED, "ec.crt: holds a certificate "
		    "that is not a CA's" },
		{ "trust-key", SEK_E_SYNTAX, "root.crt: holds something "
		    "besides certificates" },
		{ "trust-cut", SEK_E_SYNTAX, "root.crt: holds no" },
		{ "trust-gone", SEK_E_NOENT, "trust-gone" },
	};
	struct sek_why why;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		why.text[0] = '\0';
		CHECK_INT(trust_of(bad[i].dir, &why), bad[i].r);
		if (strstr(why.text, bad[i].word) == NULL)
			CHECK_STR(why.text, bad[i].word);
	}
}

static void
bad_policy_is_named(void)
{
	static char oid[] = "login";
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };

	fixture_policy(&fix, &policy, "trust-root", "mid-notca", "crl-good");
	CHECK_INT(sek_trust_load(&policy, &t, &why), SEK_E_DENIED);
	CHECK(strstr(why.text, "midnotca.crt: holds a certificate") != NULL);
	fixture_policy(&fix, &policy, "trust-root", "", "crl-gone");
	CHECK_INT(sek_trust_load(&policy, &t, &why), SEK_E_NOENT);
	CHECK(strstr(why.text, "crl-gone") != NULL);
	fixture_policy(&fix, &policy, "trust-root", "", "crl-good");
	policy.purposes[1] = oid;
	CHECK_INT(sek_trust_load(&policy, &t, &why), SEK_E_SYNTAX);
	CHECK(strstr(why.text, "login: is not an object") != NULL);
	CHECK(t == NULL);
}

/* `sekisho verify`: files of any certificates, each named by its path. */
static void
trust_by_hand(void)
{
	struct sek_rules rules = { .check = SEK_CHECK_NONE,
	    .usage = KU_DIGITAL_SIGNATURE, .policy_check = true,
	    .rsa_min_bits = 2048, .max_depth = 6 };
	static const struct { enum sek_trust_kind kind; const char *cert; }
	    adds[] = {
		{ SEK_TRUST_ANCHOR, "root" }, { SEK_TRUST_UNTRUSTED, "ec" },
		{ SEK_TRUST_UNTRUSTED, "mid" },
	};
	struct sek_cert_info info = { 0 };
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	X509 *x = fixture_cert(&fix, "ec"), *ca;
	size_t i;

	CHECK(x != NULL);
	CHECK_INT(sek_trust_new(&rules, &t, &why), SEK_OK);
	CHECK(sek_trust_revocation(t) == NULL);
	CHECK_INT(sek_cert_check(t, x, time(NULL), &info), SEK_R_CERT_ISSUER);
	for (i = 0; i < sizeof adds / sizeof adds[0]; i++) {
		ca = fixture_cert(&fix, adds[i].cert);
		CHECK(ca != NULL);
		CHECK_INT(sek_trust_add_cert(t, adds[i].kind, ca), SEK_OK);
		X509_free(ca);
	}
	CHECK_INT(sek_cert_check(t, x, time(NULL), &info), SEK_R_OK);
	sek_trust_free(t);
	t = NULL;
	rules.check = SEK_CHECK_CRL;
	CHECK_INT(sek_trust_new(&rules, &t, &why), SEK_OK);
	CHECK(sek_trust_revocation(t) != NULL);
	sek_trust_free(t);
	X509_free(x);
}

/* What a certificate says, for records and people. */
static void
description(void)
{
	static const struct { const char *cert, *key, *policies; bool ec; }
	    v[] = {
		{ "rsa", "RSA 2048", "", false },
		{ "ec", "P-256", "", true },
		{ "p384", "P-384", "", true },
		{ "p521", "P-521", "", true },
		{ "ed25519", "Ed25519", "", false },
		{ "secp256k1", "secp256k1", "", true },
		{ "policy", "P-256", "1.2.392.1.1", true },
	};
	struct sek_cert_info info;
	X509 *x;
	size_t i;
	int r;

	for (i = 0; i < sizeof v / sizeof v[0]; i++) {
		x = fixture_cert(&fix, v[i].cert);
		CHECK(x != NULL);
		r = sek_cert_describe(x, &info);
		X509_free(x);
		CHECK_INT(r, SEK_OK);
		CHECK_STR(info.key, v[i].key);
		CHECK_STR(info.policies, v[i].policies);
		CHECK(info.ec == v[i].ec);
	}
}

/* An issuer of CRLs alone may be among the intermediates. */
static void
crl_issuers_are_welcome(void)
{
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };

	fixture_policy(&fix, &policy, "trust-root", "mid-crlsign", NULL);
	CHECK_INT(sek_trust_load(&policy, &t, &why), SEK_OK);
	sek_trust_free(t);
	fixture_policy(&fix, &policy, "mid-crlsign", "", NULL);
	CHECK_INT(sek_trust_load(&policy, &t, &why), SEK_E_DENIED);
}

static void
problems_are_counted(void)
{
	struct sek_rev_source *s = NULL;
	struct sek_why why = { "" };
	char dir[4400];

	(void)snprintf(dir, sizeof dir, "%s/crl-foreign", fix.dir);
	CHECK_INT(sek_rev_open(dir, "", &s, &why), SEK_OK);
	/* ec.pem README.pem empty.crl folder.crl fifo.crl link.crl
	 * random.der */
	CHECK_INT(sek_rev_problems(s, &why), 7);
	CHECK(why.text[0] != '\0');
	sek_rev_close(s);
	sek_rev_close(NULL);
}

/* One trust serves several certificates, as a token has several. */
static void
trust_is_reused(void)
{
	static const char *const names[] = { "ec", "revoked", "rsa", "ec" };
	static const enum sek_reason want[] = { SEK_R_OK, SEK_R_CERT_REVOKED,
	    SEK_R_OK, SEK_R_OK };
	enum sek_reason got[4] = { SEK_R_NONE };
	struct sek_trust *t = NULL;
	struct sek_cert_info info;
	struct sek_why why;
	X509 *x;
	size_t i;

	fixture_policy(&fix, &policy, "trust-root", "mid-all", "crl-good");
	CHECK_INT(sek_trust_load(&policy, &t, &why), SEK_OK);
	for (i = 0; i < 4; i++) {
		x = fixture_cert(&fix, names[i]);
		if (x != NULL)
			got[i] = sek_cert_check(t, x, time(NULL), &info);
		X509_free(x);
	}
	sek_trust_free(t);
	for (i = 0; i < 4; i++)
		CHECK_INT(got[i], want[i]);
}

/* Each reason that a certificate or a CRL can have occurs above; the one
 * that needs a malformed certificate is in certificate_form_test.c. */
static void
every_reason_is_produced(void)
{
	static const enum sek_reason all[] = { SEK_R_CERT_REVOKED,
	    SEK_R_CERT_EXPIRED, SEK_R_CERT_NOT_YET, SEK_R_CERT_ISSUER,
	    SEK_R_CERT_SIGNATURE, SEK_R_CERT_USAGE, SEK_R_CERT_IS_CA,
	    SEK_R_CERT_KEY, SEK_R_CERT_POLICY, SEK_R_CERT_PATH,
	    SEK_R_CRL_MISSING, SEK_R_CRL_STALE, SEK_R_CRL_INVALID,
	    SEK_R_CRL_NOT_YET };
	size_t i, j, n = sizeof rows / sizeof rows[0];

	for (i = 0; i < sizeof all / sizeof all[0]; i++) {
		for (j = 0; j < n && rows[j].want != all[i]; j++)
			continue;
		CHECK(j < n);
	}
}

int
main(void)
{
	size_t i;

	if (sek_crypto_start() != SEK_OK ||
	    !fixture_open(&fix, "tests/certificate_mint.sh")) {
		printf("not ok mint: tests/certificate_mint.sh failed\n");
		fixture_close(&fix);
		return 1;
	}
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		at = &rows[i];
		RUN_AS(at->name, verdict);
	}
	RUN(details_of_revocation);
	RUN(delta_is_the_newest);
	RUN(dates_are_inclusive);
	RUN(bad_anchors_are_named);
	RUN(bad_policy_is_named);
	RUN(trust_by_hand);
	RUN(description);
	RUN(crl_issuers_are_welcome);
	RUN(problems_are_counted);
	RUN(trust_is_reused);
	RUN(every_reason_is_produced);
	fixture_close(&fix);
	return CHECK_END();
}
