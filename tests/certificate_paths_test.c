/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths that are hard to find or must not be found: cross-signed CAs, rings,
 * many of one name, deep ones; and what CRLs say on them: for the leaf
 * alone, wanted, skipped, indirect, deltas that take off.
 */
#include <stdlib.h>
#include <time.h>

#include "tests/certificate_chain.h"
#include "tests/check.h"

#define MANY 100

/* A trust and what was made for it; freed after each case. */
static struct sek_trust *t;
static struct link made[320];
static size_t n_made;
static struct sek_rev_info rev;
static enum sek_reason leaf_crl;
static struct sek_why why;

static const struct link *
make(const struct recipe *r, const struct link *issuer)
{
	made[n_made] = chain_make(r, issuer);
	return &made[n_made++];
}

static const struct link *
ca(const char *subject, size_t key, const struct link *issuer)
{
	const struct recipe r = { .subject = subject, .ca = true,
	    .key = key };

	return make(&r, issuer);
}

static const struct link *
anchor(const struct link *l)
{
	chain_anchor(t, l);
	return l;
}

static const struct link *
untrusted(const struct link *l)
{
	chain_untrusted(t, l);
	return l;
}

static const struct link *
leaf(const struct link *issuer)
{
	const struct recipe r = { .subject = "/CN=leaf", .key = 127 };

	return make(&r, issuer);
}

static void
begin(const struct sek_rules *rules)
{
	while (n_made > 0)
		chain_free(&made[--n_made]);
	sek_trust_free(t);
	t = chain_trust(rules);
}

static void
plain(uint32_t depth)
{
	struct sek_rules rules = chain_rules();

	rules.max_depth = depth;
	begin(&rules);
}

static enum sek_reason
judge_as(const struct link *l, enum sek_leaf_crl crl)
{
	return chain_judge(t, l->x, crl, &rev, &leaf_crl, &why);
}

static enum sek_reason
judge(const struct link *l)
{
	return judge_as(l, SEK_LEAF_CRL_NEED);
}

static void
expect(const struct link *l, enum sek_reason want, const char *words)
{
	enum sek_reason r = judge(l);

	if (r != want)
		printf("# %s\n", why.text);
	CHECK_INT(r, want);
	if (strstr(why.text, words) == NULL)
		CHECK_STR(why.text, words);
}

/* -- which path */

/* An expired cross certificate of a root that is trusted itself. */
static void
expired_cross_certificate(void)
{
	const struct recipe cross = { .subject = "/CN=R1", .ca = true,
	    .key = 0, .ext = { "to=1700000000" } };
	const struct link *r1, *r2;

	plain(6);
	r1 = anchor(ca("/CN=R1", 0, NULL));
	r2 = anchor(ca("/CN=R2", 1, NULL));
	(void)untrusted(make(&cross, r2));
	expect(leaf(untrusted(ca("/CN=Mid", 2, r1))), SEK_R_OK, "");
}

/* One CA, certified by two roots: the first way is forbidden by name
 * constraints, the other one is not. */
static void
constraints_on_one_way(void)
{
	const struct recipe narrow = { .subject = "/CN=Narrow", .ca = true,
	    .key = 2, .ext = { "nameConstraints=excluded;dirName:other" } };
	const struct recipe twin = { .subject = "/CN=Twin/O=x", .ca = true,
	    .key = 3 };
	const struct recipe bad = { .subject = "/CN=Twin/O=x", .ca = true,
	    .key = 3, .ext = { "subjectAltName=dirName:other" } };
	const struct link *ra, *rb, *first;

	plain(6);
	ra = anchor(ca("/CN=A", 0, NULL));
	rb = anchor(ca("/CN=B", 1, NULL));
	first = untrusted(make(&bad, untrusted(make(&narrow, ra))));
	expect(leaf(first), SEK_R_CERT_PATH, "excluded subtree");
	(void)untrusted(make(&twin, rb));
	expect(&made[n_made - 2], SEK_R_OK, "");
}

/* Twins that differ in what OpenSSL does not look at when it chooses. */
static void
good_twin_behind_bad_ones(void)
{
	static const char *const spoilt[] = { "md=SHA1",
	    "basicConstraints=CA:FALSE", "extendedKeyUsage=serverAuth",
	    "keyUsage=cRLSign", "1.2.392.99.1=critical,DER:0500",
	    "policyConstraints=critical,requireExplicitPolicy:0",
	    "to=1700000000" };
	static char client[] = "1.3.6.1.5.5.7.3.2";
	static char *clients[] = { client };
	struct sek_rules rules = chain_rules();
	struct recipe twin = { .subject = "/CN=Twin", .ca = true, .key = 1 };
	const struct link *root, *l = NULL;
	size_t i;

	rules.purposes = clients;
	rules.n_purposes = 1;
	for (i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
		begin(&rules);
		root = anchor(ca("/CN=Root", 0, NULL));
		twin.ext[0] = spoilt[i];
		l = leaf(untrusted(make(&twin, root)));
		CHECK(judge(l) != SEK_R_OK);
		twin.ext[0] = NULL;
		(void)untrusted(make(&twin, root));
		expect(l, SEK_R_OK, "");
	}
}

/* A, B and C certify each other; only A is an anchor. */
static void
ring_with_an_anchor(void)
{
	const struct recipe cas[] = {
		{ .subject = "/CN=A", .ca = true, .key = 0 },
		{ .subject = "/CN=B", .ca = true, .key = 1 },
		{ .subject = "/CN=C", .ca = true, .key = 2 } };
	struct link self[3];
	size_t i, j;

	plain(6);
	for (i = 0; i < 3; i++)
		self[i] = *ca(cas[i].subject, i, NULL);
	for (i = 0; i < 3; i++)
		for (j = 0; j < 3; j++)
			if (i != j)
				(void)untrusted(make(&cas[i], &self[j]));
	(void)anchor(&self[0]);
	expect(leaf(untrusted(ca("/CN=A1", 3, &self[0]))), SEK_R_OK, "");
	expect(leaf(untrusted(ca("/CN=B1", 4, &self[1]))), SEK_R_OK, "");
}

static void
ring_without_one(void)
{
	const struct recipe a = { .subject = "/CN=A", .ca = true, .key = 1 };
	const struct recipe b = { .subject = "/CN=B", .ca = true, .key = 2 };
	const struct recipe same = { .subject = "/CN=A", .ca = true,
	    .key = 3 };
	struct link a0, b0, s0;

	plain(255);
	(void)anchor(ca("/CN=Root", 0, NULL));
	a0 = *ca("/CN=A", 1, NULL);
	b0 = *ca("/CN=B", 2, NULL);
	s0 = *ca("/CN=A", 3, NULL);
	(void)untrusted(make(&a, &b0));
	(void)untrusted(make(&b, &a0));
	(void)untrusted(make(&same, &a0));
	(void)untrusted(make(&a, &s0));
	expect(leaf(&a0), SEK_R_CERT_ISSUER, "");
	expect(leaf(&b0), SEK_R_CERT_ISSUER, "");
}

/* Every CA certifies every other: more paths than anybody can count. */
static void
mesh_is_bounded(void)
{
	struct recipe r = { .ca = true };
	struct link self[14];
	char names[14][16];
	clock_t start;
	size_t i, j;

	plain(20);
	(void)anchor(ca("/CN=Root", 0, NULL));
	for (i = 0; i < 14; i++) {
		(void)snprintf(names[i], sizeof names[i], "/CN=M%zu", i);
		self[i] = *ca(names[i], i + 1, NULL);
	}
	for (i = 0; i < 14; i++)
		for (j = 0; j < 14; j++)
			if (i != j) {
				r.subject = names[i];
				r.key = i + 1;
				(void)untrusted(make(&r, &self[j]));
			}
	start = clock();
	CHECK(judge(leaf(&self[0])) != SEK_R_OK);
	CHECK(clock() - start < 3 * CLOCKS_PER_SEC);
}

/* A hundred CAs of one name without key identifiers, one of them right. */
static void
many_of_one_name(void)
{
	struct recipe r = { .subject = "/CN=Same", .ca = true,
	    .ext = { "subjectKeyIdentifier=", "authorityKeyIdentifier=" } };
	const struct link *root, *right = NULL;
	const struct recipe login = { .subject = "/CN=leaf", .key = 127 };
	clock_t start;

	plain(6);
	root = anchor(ca("/CN=Root", 0, NULL));
	for (r.key = 1; r.key <= MANY; r.key++)
		right = untrusted(make(&r, root));
	start = clock();
	expect(make(&login, right), SEK_R_OK, "");
	expect(make(&login, &made[1]), SEK_R_OK, "");
	CHECK(clock() - start < 3 * CLOCKS_PER_SEC);
}

/* `deep` CAs with the anchor. */
static const struct link *
deep_leaf(size_t deep)
{
	const struct link *at = anchor(ca("/CN=Root", 0, NULL));
	char name[32];
	size_t i;

	for (i = 1; i < deep; i++) {
		(void)snprintf(name, sizeof name, "/CN=L%zu", i);
		at = untrusted(ca(name, i % MANY, at));
	}
	return leaf(at);
}

static void
deep_paths(void)
{
	plain(11);
	expect(deep_leaf(11), SEK_R_OK, "");
	plain(10);
	expect(deep_leaf(11), SEK_R_CERT_PATH, "chain too long");
	plain(100);
	expect(deep_leaf(100), SEK_R_OK, "");
	plain(10);
	expect(deep_leaf(100), SEK_R_CERT_PATH, "chain too long");
}

/* Self-issued certificates of a CA that changed its key twice. */
static void
key_rollover(void)
{
	const struct link *old;
	size_t i;

	plain(6);
	old = anchor(ca("/CN=CA", 0, NULL));
	for (i = 1; i <= 2; i++) {
		const struct recipe r = { .subject = "/CN=CA", .ca = true,
		    .key = i };

		old = untrusted(make(&r, old));
	}
	expect(leaf(old), SEK_R_OK, "");
	expect(leaf(&made[0]), SEK_R_OK, "");
}

/* -- anchors */

static void
what_an_anchor_is(void)
{
	const struct recipe who = { .subject = "/CN=person", .key = 9 };
	struct sek_rules rules = chain_rules();
	const struct link *root, *mid, *person;

	plain(6); /* the root is there, the intermediate is trusted */
	root = untrusted(ca("/CN=Root", 0, NULL));
	mid = anchor(ca("/CN=Mid", 1, root));
	expect(leaf(mid), SEK_R_OK, "");
	rules.partial_chain = false;
	begin(&rules);
	root = untrusted(ca("/CN=Root", 0, NULL));
	mid = anchor(ca("/CN=Mid", 1, root));
	expect(leaf(mid), SEK_R_CERT_ISSUER, "");
	chain_anchor(t, root);
	expect(&made[n_made - 1], SEK_R_OK, "");
	/* a person is nobody's issuer, and nobody's own either */
	plain(6);
	person = anchor(make(&who, ca("/CN=Root", 0, NULL)));
	expect(person, SEK_R_CERT_ISSUER, "no issuer on the path");
	CHECK(judge(leaf(person)) != SEK_R_OK);
}

static void
key_identifiers_that_lie(void)
{
	const struct link *root;
	const struct recipe liar = { .subject = "/CN=Mid", .ca = true,
	    .key = 1 };

	plain(6);
	root = anchor(ca("/CN=Root", 0, NULL));
	(void)untrusted(make(&liar, ca("/CN=Root", 5, NULL)));
	expect(leaf(&made[n_made - 1]), SEK_R_CERT_ISSUER,
	    "subject key identifier mismatch");
	(void)untrusted(make(&liar, root));
	expect(&made[n_made - 2], SEK_R_OK, "");
}

/* -- CRLs */

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
	RUN(expired_cross_certificate);
	RUN(constraints_on_one_way);
	RUN(good_twin_behind_bad_ones);
	RUN(ring_with_an_anchor);
	RUN(ring_without_one);
	RUN(mesh_is_bounded);
	RUN(many_of_one_name);
	RUN(deep_paths);
	RUN(key_rollover);
	RUN(what_an_anchor_is);
	RUN(key_identifiers_that_lie);
	RUN(leaf_alone);
	RUN(skipped);
	RUN(wanted);
	RUN(wanted_is_for_the_leaf);
	RUN(delta_takes_off);
	RUN(delta_revokes);
	RUN(indirect_crls);
	RUN(distribution_points);
	RUN(revoked_on_one_way);
	while (n_made > 0)
		chain_free(&made[--n_made]);
	sek_trust_free(t);
	chain_close();
	return CHECK_END();
}
