/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What CRLs say on a path: for the leaf alone, wanted, skipped; of another
 * issuer, for a distribution point, deltas that take off; and a CA that is
 * revoked on one way and not on the other.
 */
#include "tests/certificate_ways.h"

static const struct crl_recipe good = { .reason = -1 };

static struct sek_rules
crl_rules(enum sek_rev_check check)
{
	struct sek_rules rules = chain_rules();

	rules.check = check;
	return rules;
}

static const struct link *
three(enum sek_rev_check check, const char *ext)
{
	struct sek_rules rules = crl_rules(check);
	const struct recipe login = { .subject = "/CN=leaf", .key = 127,
	    .ext = { ext } };

	begin(&rules);
	(void)anchor(ca("/CN=Root", 0, NULL));
	(void)untrusted(ca("/CN=Mid", 1, &made[0]));
	return make(&login, &made[1]);
}

static void
leaf_alone(void)
{
	const struct link *l = three(SEK_CHECK_CRL, NULL);

	chain_crl(t, &made[1], &good, "mid");
	expect(l, SEK_R_CRL_MISSING, "no CRL of \"CN=Root\"");
	l = three(SEK_CHECK_CRL_LEAF, NULL);
	expect(l, SEK_R_CRL_MISSING, "no CRL of \"CN=Mid\"");
	chain_crl(t, &made[1], &good, "mid");
	expect(l, SEK_R_OK, "");
	CHECK_STR(rev.status, "good");
	CHECK_STR(rev.file, "mid");
}

static void
skipped(void)
{
	struct crl_recipe lists = good;
	const struct link *l = three(SEK_CHECK_OCSP, NULL);

	CHECK_INT(judge_as(l, SEK_LEAF_CRL_SKIP), SEK_R_CRL_MISSING);
	lists.revoked = l->x;
	chain_crl(t, &made[0], &good, "root");
	chain_crl(t, &made[1], &lists, "mid");
	CHECK_INT(judge_as(l, SEK_LEAF_CRL_SKIP), SEK_R_OK);
	CHECK_STR(rev.status, "unknown");
	l = three(SEK_CHECK_OCSP, NULL);
	lists.revoked = made[1].x;
	chain_crl(t, &made[0], &lists, "root");
	CHECK_INT(judge_as(l, SEK_LEAF_CRL_SKIP), SEK_R_CERT_REVOKED);
	l = three(SEK_CHECK_OCSP_LEAF, NULL);
	CHECK_INT(judge_as(l, SEK_LEAF_CRL_SKIP), SEK_R_OK);
}

/* One CRL of the leaf's issuer when it is only wanted. */
static void
want(const struct crl_recipe *r, const struct link *by, bool revoked,
    enum sek_reason path, enum sek_reason crl)
{
	const struct link *l = three(SEK_CHECK_EITHER, NULL);
	struct crl_recipe mine = r != NULL ? *r : good;

	chain_crl(t, &made[0], &good, "root");
	if (revoked)
		mine.revoked = l->x;
	if (r != NULL)
		chain_crl(t, by != NULL ? by : &made[1], &mine, "mid");
	CHECK_INT(judge_as(l, SEK_LEAF_CRL_WANT), path);
	if (path == SEK_R_OK)
		CHECK_INT(leaf_crl, crl);
	CHECK(crl == SEK_R_OK || why.text[0] != '\0');
}

static void
wanted(void)
{
	struct crl_recipe stale = good, future = good, odd = good;
	struct link fake;

	stale.from = -7200;
	stale.to = -3600;
	future.from = 3600;
	future.to = 7200;
	odd.ext[0] = "1.2.392.99.1=critical,DER:0500";
	want(&good, NULL, false, SEK_R_OK, SEK_R_OK);
	want(&good, NULL, true, SEK_R_CERT_REVOKED, SEK_R_OK);
	want(NULL, NULL, false, SEK_R_OK, SEK_R_CRL_MISSING);
	want(&stale, NULL, false, SEK_R_OK, SEK_R_CRL_STALE);
	want(&stale, NULL, true, SEK_R_CERT_REVOKED, SEK_R_OK);
	want(&future, NULL, false, SEK_R_OK, SEK_R_CRL_NOT_YET);
	want(&odd, NULL, true, SEK_R_OK, SEK_R_CRL_INVALID);
	/* a forged list says nothing */
	fake = chain_make(&(struct recipe){ .subject = "/CN=Mid", .ca = true,
	    .key = 7 }, NULL);
	want(&good, &fake, true, SEK_R_OK, SEK_R_CRL_INVALID);
	chain_free(&fake);
}

/* Wanted is the leaf's only: above it a CRL is needed as ever. */
static void
wanted_is_for_the_leaf(void)
{
	const struct link *l = three(SEK_CHECK_EITHER, NULL);

	chain_crl(t, &made[1], &good, "mid");
	CHECK_INT(judge_as(l, SEK_LEAF_CRL_WANT), SEK_R_CRL_MISSING);
}

static void
delta_takes_off(void)
{
	struct crl_recipe base = { .reason = 6, .ext = { "crlNumber=DER:020101",
	    "freshestCRL=URI:http://d.invalid/" } };
	struct crl_recipe delta = { .reason = 8, .from = -60, .ext = {
	    "crlNumber=DER:020102", "2.5.29.27=critical,DER:020101" } };
	const struct link *l = three(SEK_CHECK_CRL_LEAF, NULL);

	base.revoked = l->x;
	delta.revoked = l->x;
	chain_crl(t, &made[1], &base, "base");
	expect(l, SEK_R_CERT_REVOKED, "base: certificate revoked");
	chain_crl(t, &made[1], &delta, "delta");
	expect(l, SEK_R_OK, "");
	CHECK_STR(rev.status, "good");
	CHECK_STR(rev.file, "delta");
	/* only a delta may say so */
	l = three(SEK_CHECK_CRL_LEAF, NULL);
	base.revoked = l->x;
	base.reason = 8;
	chain_crl(t, &made[1], &base, "base");
	expect(l, SEK_R_CRL_INVALID, "removeFromCRL in a complete CRL");
}

static void
delta_revokes(void)
{
	struct crl_recipe base = { .reason = -1, .ext = {
	    "crlNumber=DER:020101", "freshestCRL=URI:http://d.invalid/" } };
	struct crl_recipe delta = { .reason = 1, .from = -60, .ext = {
	    "crlNumber=DER:020102", "2.5.29.27=critical,DER:020101" } };
	const struct link *l = three(SEK_CHECK_CRL_LEAF, NULL);

	delta.revoked = l->x;
	chain_crl(t, &made[1], &base, "base");
	chain_crl(t, &made[1], &delta, "delta");
	expect(l, SEK_R_CERT_REVOKED, "delta: certificate revoked");
	CHECK_STR(rev.file, "delta");
	CHECK_STR(rev.revoked_reason, "keyCompromise");
}

/* A CRL of another issuer, named by the distribution point. */
static const struct link *
indirect(const char *const *ext, struct crl_recipe *r, bool listed)
{
	struct recipe signer = { .subject = "/CN=CRL Issuer", .key = 3,
	    .ext = { "keyUsage=critical,cRLSign", "extendedKeyUsage=",
	    "subjectKeyIdentifier=hash", ext[0] } };
	const struct link *l = three(SEK_CHECK_CRL_LEAF,
	    "crlDistributionPoints=dpindirect");
	const struct link *by = untrusted(make(&signer, &made[0]));

	r->ext[0] = "issuingDistributionPoint=critical,@idpindirect";
	r->revoked = listed ? l->x : NULL;
	r->indirect = listed;
	chain_crl(t, by, r, "indirect");
	return l;
}

static void
indirect_crls(void)
{
	struct crl_recipe r = { .reason = -1 };
	static const char *const plain_signer[] = { NULL };
	static const char *const weak[] = { "md=SHA1" };

	expect(indirect(plain_signer, &r, false), SEK_R_OK, "");
	CHECK_STR(rev.file, "indirect");
	expect(indirect(plain_signer, &r, true), SEK_R_CERT_REVOKED,
	    "indirect: certificate revoked");
	expect(indirect(weak, &r, false), SEK_R_CRL_INVALID,
	    "CN=CRL Issuer\": signature algorithm");
}

static void
distribution_points(void)
{
	static const struct { const char *dp, *idp; enum sek_reason want; }
	    v[] = {
		{ "crlDistributionPoints=dp", "@idp", SEK_R_OK },
		{ "crlDistributionPoints=dp", "@idpother",
		    SEK_R_CRL_INVALID },
		{ NULL, "@idp", SEK_R_CRL_INVALID },
		{ "crlDistributionPoints=dp", "@idpuser", SEK_R_OK },
		{ NULL, "@idpuser", SEK_R_OK },
		{ NULL, "@idpca", SEK_R_CRL_INVALID },
	};
	struct crl_recipe r = { .reason = -1 };
	const struct link *l;
	char ext[80];
	size_t i;

	for (i = 0; i < sizeof v / sizeof v[0]; i++) {
		(void)snprintf(ext, sizeof ext,
		    "issuingDistributionPoint=critical,%s", v[i].idp);
		r.ext[0] = ext;
		l = three(SEK_CHECK_CRL_LEAF, v[i].dp);
		chain_crl(t, &made[1], &r, "crl");
		expect(l, v[i].want, "");
	}
}

/* A CA that is revoked on one way and not on the other. */
static void
revoked_on_one_way(void)
{
	struct sek_rules rules = crl_rules(SEK_CHECK_CRL);
	const struct recipe twin = { .subject = "/CN=Mid", .ca = true,
	    .key = 2 };
	struct crl_recipe lists = good;
	const struct link *ra, *rb, *bad, *l;

	begin(&rules);
	ra = anchor(ca("/CN=A", 0, NULL));
	rb = anchor(ca("/CN=B", 1, NULL));
	bad = untrusted(make(&twin, ra));
	l = leaf(bad);
	lists.revoked = bad->x;
	chain_crl(t, ra, &lists, "a");
	chain_crl(t, rb, &good, "b");
	chain_crl(t, bad, &good, "mid");
	expect(l, SEK_R_CERT_REVOKED, "issuer certificate \"CN=Mid\"");
	(void)untrusted(make(&twin, rb));
	expect(l, SEK_R_OK, "");
}

int
main(void)
{
	if (!chain_open()) {
		printf("not ok open: could not start\n");
		return 1;
	}
	RUN(leaf_alone);
	RUN(skipped);
	RUN(wanted);
	RUN(wanted_is_for_the_leaf);
	RUN(delta_takes_off);
	RUN(delta_revokes);
	RUN(indirect_crls);
	RUN(distribution_points);
	RUN(revoked_on_one_way);
	forget();
	chain_close();
	return CHECK_END();
}
