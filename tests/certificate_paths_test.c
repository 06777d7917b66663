/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paths that are hard to find or must not be found: cross-signed CAs, rings,
 * many of one name, deep ones, keys that were changed; and what an anchor is.
 */
#include <time.h>

#include "tests/certificate_ways.h"

#define MANY 100

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
	forget();
	chain_close();
	return CHECK_END();
}
