/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Revocations that are at hand and that OpenSSL would not look at: deltas in
 * the wrong order or without freshestCRL, a newer CRL that is out of date,
 * two of one second, other scopes; and CRLs of a CA that changed its key.
 */
#include <stdlib.h>
#include <time.h>

#include "tests/certificate_chain.h"
#include "tests/check.h"

#define DAY 86400
#define LAYERS 9u
#define TWINS 30u
#define DELTA "2.5.29.27=critical,DER:02010A" /* of base 10 */
#define FRESHEST "freshestCRL=URI:http://d.invalid/"
#define NUMBER(n) "crlNumber=DER:0201" n

static struct sek_trust *t;
static struct link made[LAYERS * TWINS + 8];
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

static void
begin(enum sek_rev_check check)
{
	struct sek_rules rules = chain_rules();

	rules.check = check;
	while (n_made > 0)
		chain_free(&made[--n_made]);
	sek_trust_free(t);
	t = chain_trust(&rules);
}

/* A root with key identifiers, and a leaf of it. */
static const struct link *
two(const char *ext)
{
	const struct recipe root = { .subject = "/CN=Root", .ca = true };
	const struct recipe login = { .subject = "/CN=leaf", .key = 127,
	    .ext = { ext } };

	begin(SEK_CHECK_CRL_LEAF);
	(void)make(&root, NULL);
	chain_anchor(t, &made[0]);
	return make(&login, &made[0]);
}

static void
crl(const struct link *by, const struct crl_recipe *r, const char *shown)
{
	chain_crl(t, by, r, shown);
}

static void
expect_as(const struct link *l, enum sek_leaf_crl as, enum sek_reason want,
    const char *words)
{
	enum sek_reason r = chain_judge(t, l->x, as, &rev, &leaf_crl, &why);

	if (r != want)
		printf("# %s\n", why.text);
	CHECK_INT(r, want);
	if (strstr(why.text, words) == NULL)
		CHECK_STR(why.text, words);
}

static void
expect(const struct link *l, enum sek_reason want, const char *words)
{
	expect_as(l, SEK_LEAF_CRL_NEED, want, words);
}

/* -- deltas */

static const struct crl_recipe base = { .reason = -1, .from = -DAY,
	.ext = { NUMBER("0A"), FRESHEST } };

static void
newest_delta_counts(void)
{
	struct crl_recipe older = { .reason = -1, .from = -7200,
	    .ext = { NUMBER("0B"), DELTA } };
	struct crl_recipe newer = { .reason = 1, .from = -3600,
	    .ext = { NUMBER("0C"), DELTA } };
	const struct link *l;
	int order;

	for (order = 0; order < 2; order++) {
		l = two(NULL);
		newer.revoked = l->x;
		crl(&made[0], &base, "base");
		crl(&made[0], order == 0 ? &older : &newer, "one");
		crl(&made[0], order == 0 ? &newer : &older, "two");
		expect(l, SEK_R_CERT_REVOKED, "certificate revoked");
		CHECK_STR(rev.status, "revoked");
		CHECK_STR(rev.file, order == 0 ? "two" : "one");
		CHECK_STR(rev.revoked_reason, "keyCompromise");
		/* where a CRL is only wanted as well */
		expect_as(l, SEK_LEAF_CRL_WANT, SEK_R_CERT_REVOKED, "");
	}
}

/* The older delta has a hold that the newer one takes off, and so on. */
static void
newest_delta_takes_off(void)
{
	struct crl_recipe hold = { .reason = 6, .from = -7200,
	    .ext = { NUMBER("0B"), DELTA } };
	struct crl_recipe off = { .reason = 8, .from = -3600,
	    .ext = { NUMBER("0C"), DELTA } };
	struct crl_recipe again = { .reason = 1, .from = -1800,
	    .ext = { NUMBER("0D"), DELTA } };
	const struct link *l = two(NULL);

	hold.revoked = off.revoked = again.revoked = l->x;
	crl(&made[0], &base, "base");
	crl(&made[0], &off, "off");
	crl(&made[0], &hold, "hold");
	expect(l, SEK_R_OK, "");
	CHECK_STR(rev.status, "good");
	crl(&made[0], &again, "again");
	expect(l, SEK_R_CERT_REVOKED, "again");
	/* not before its time */
	l = two(NULL);
	hold.revoked = off.revoked = l->x;
	off.from = 3600;
	hold.ext[1] = FRESHEST;
	crl(&made[0], &hold, "hold");
	crl(&made[0], &off, "off");
	expect(l, SEK_R_CRL_INVALID, "in a CRL of the future");
}

static void
delta_that_nobody_pointed_to(void)
{
	struct crl_recipe plain = { .reason = -1, .from = -DAY,
	    .ext = { NUMBER("0A") } };
	struct crl_recipe delta = { .reason = 1, .from = -3600,
	    .ext = { NUMBER("0B"), DELTA } };
	const struct link *l = two(NULL);

	delta.revoked = l->x;
	crl(&made[0], &plain, "base");
	expect(l, SEK_R_OK, "");
	crl(&made[0], &delta, "delta");
	expect(l, SEK_R_CERT_REVOKED, "delta");
	/* without a number OpenSSL does not join it to any base */
	l = two(NULL);
	delta.revoked = l->x;
	delta.ext[0] = DELTA;
	delta.ext[1] = NULL;
	crl(&made[0], &base, "base");
	crl(&made[0], &delta, "delta");
	expect(l, SEK_R_CERT_REVOKED, "delta");
}

/* -- two complete CRLs */

/* A weekly list that is in date, and a newer one that is not any more. */
static void
newer_and_out_of_date(void)
{
	struct crl_recipe weekly = { .reason = -1, .from = -5 * DAY };
	struct crl_recipe urgent = { .reason = 1, .from = -3 * DAY,
	    .to = -3600 };
	const struct link *l = two(NULL);

	urgent.revoked = l->x;
	crl(&made[0], &weekly, "weekly");
	crl(&made[0], &urgent, "urgent");
	expect(l, SEK_R_CERT_REVOKED, "urgent: certificate revoked");
	/* an older one has nothing to say: a hold may have ended */
	l = two(NULL);
	urgent.revoked = l->x;
	urgent.from = -6 * DAY;
	crl(&made[0], &urgent, "old");
	crl(&made[0], &weekly, "weekly");
	expect(l, SEK_R_OK, "");
	CHECK_STR(rev.file, "weekly");
}

static void
two_of_one_second(void)
{
	struct crl_recipe first = { .reason = -1, .ext = { NUMBER("0A") } };
	struct crl_recipe second = { .reason = 1, .ext = { NUMBER("0B") } };
	const struct link *l;
	int order;

	for (order = 0; order < 2; order++) {
		l = two(NULL);
		second.revoked = l->x;
		crl(&made[0], order == 0 ? &first : &second, "one");
		crl(&made[0], order == 0 ? &second : &first, "two");
		expect(l, SEK_R_CERT_REVOKED, "certificate revoked");
	}
}

/* Somebody else's CA of the same name revokes nothing. */
static void
newer_by_a_stranger(void)
{
	const struct recipe other = { .subject = "/CN=Root", .ca = true,
	    .key = 5 };
	struct crl_recipe good = { .reason = -1, .from = -DAY,
	    .ext = { "authorityKeyIdentifier=keyid" } };
	struct crl_recipe lists = { .reason = 1,
	    .ext = { "authorityKeyIdentifier=keyid" } };
	const struct link *l = two(NULL);
	const struct link *stranger = make(&other, NULL);

	chain_untrusted(t, stranger);
	lists.revoked = l->x;
	crl(&made[0], &good, "good");
	crl(stranger, &lists, "stranger");
	expect(l, SEK_R_OK, "");
	CHECK_STR(rev.file, "good");
}

/* -- scope */

static void
point_without_a_name(void)
{
	static const struct recipe signer = { .subject = "/CN=CRL Issuer",
	    .key = 3, .ext = { "keyUsage=critical,cRLSign",
	    "extendedKeyUsage=", "subjectKeyIdentifier=hash" } };
	static const struct { const char *dp; enum sek_reason want; } v[] = {
		{ "crlDistributionPoints=dpindirect", SEK_R_OK },
		/* RFC 5280 6.3.3 (b) (2) (i): another part of the list */
		{ "crlDistributionPoints=dpbare", SEK_R_CRL_INVALID },
	};
	struct crl_recipe r = { .reason = -1,
	    .ext = { "issuingDistributionPoint=critical,@idpindirect" } };
	const struct link *l, *by;
	size_t i;

	for (i = 0; i < sizeof v / sizeof v[0]; i++) {
		l = two(v[i].dp);
		by = make(&signer, &made[0]);
		chain_untrusted(t, by);
		crl(by, &r, "indirect");
		expect(l, v[i].want, "");
	}
}

/* -- a CA that changed its key */

static void
new_key_without_identifiers(void)
{
	struct recipe ca = { .subject = "/CN=Roll", .ca = true, .key = 1,
	    .ext = { "subjectKeyIdentifier=" } };
	const struct recipe login = { .subject = "/CN=leaf", .key = 127 };
	struct crl_recipe before = { .reason = -1, .from = -DAY };
	struct crl_recipe after = { .reason = -1 };
	const struct link *l;
	int listed;

	for (listed = 0; listed < 2; listed++) {
		begin(SEK_CHECK_CRL_LEAF);
		ca.key = 1;
		chain_anchor(t, make(&ca, NULL));
		ca.key = 2;
		chain_anchor(t, make(&ca, NULL));
		l = make(&login, &made[0]);
		after.revoked = listed ? l->x : NULL;
		crl(&made[0], &before, "before");
		crl(&made[1], &after, "after");
		/* a list that names it is never passed over */
		expect(l, listed ? SEK_R_CRL_INVALID : SEK_R_OK, "");
	}
	begin(SEK_CHECK_CRL_LEAF);
	chain_anchor(t, make(&ca, NULL));
	l = make(&login, &made[0]);
	ca.key = 1;
	after.revoked = NULL;
	crl(make(&ca, NULL), &after, "after");
	expect(l, SEK_R_CRL_INVALID, "CRL signature failure");
}

/* The old key certified the new one, which signs all the lists now. */
static void
new_key_signs_the_lists(void)
{
	struct recipe ca = { .subject = "/CN=Roll", .ca = true, .key = 1 };
	const struct recipe login = { .subject = "/CN=leaf", .key = 127 };
	static const char aki[] = "authorityKeyIdentifier=keyid";
	struct crl_recipe list = { .reason = 1, .ext = { aki } };
	struct crl_recipe old = { .reason = 1, .from = -DAY, .to = -3600,
	    .ext = { aki } };
	const struct link *l, *new;
	int i;

	for (i = 0; i < 5; i++) {
		begin(SEK_CHECK_CRL);
		ca.key = 1;
		chain_anchor(t, make(&ca, NULL));
		ca.key = 2;
		new = make(&ca, &made[0]);
		chain_untrusted(t, new);
		l = make(&login, i == 4 ? new : &made[0]);
		list.revoked = i == 1 ? l->x : i == 3 ? new->x : NULL;
		crl(new, &list, "new");
		old.revoked = new->x;
		if (i == 2)
			crl(&made[0], &old, "old");
		switch (i) {
		case 0:
			expect(l, SEK_R_OK, "");
			break;
		case 1: /* the leaf is listed */
			expect(l, SEK_R_CERT_REVOKED, "new");
			break;
		case 2: /* the old key took the new one back, long ago */
		case 3: /* the new one says so itself */
		default: /* nobody clears himself */
			CHECK(chain_judge(t, l->x, SEK_LEAF_CRL_NEED, &rev,
			    &leaf_crl, &why) != SEK_R_OK);
			break;
		}
	}
}

/* With a clock that is slow the last list is one of the future. */
static void
list_of_the_future(void)
{
	struct crl_recipe good = { .reason = -1, .from = -DAY };
	struct crl_recipe next = { .reason = 1, .from = 3600 };
	const struct link *l = two(NULL);

	next.revoked = l->x;
	crl(&made[0], &good, "good");
	crl(&made[0], &next, "next");
	expect(l, SEK_R_CERT_REVOKED, "next: certificate revoked");
}

/* -- bounds */

/* Layers of twins that reach no anchor, each with constraints to compare. */
static void
constrained_twins_are_bounded(void)
{
	static char names[1600], alt[1600];
	struct recipe ca = { .ca = true, .ext = { "nameConstraints=",
	    "subjectKeyIdentifier=", "issuer=" } };
	const struct recipe login = { .subject = "/CN=leaf", .key = 127,
	    .ext = { alt } };
	char subject[20];
	const struct link *by = NULL;
	struct link up = { NULL, NULL };
	size_t used, i, j;
	clock_t start;

	begin(SEK_CHECK_NONE);
	used = (size_t)snprintf(names, sizeof names, "nameConstraints=");
	j = (size_t)snprintf(alt, sizeof alt, "subjectAltName=");
	for (i = 0; i < 60; i++) {
		used += (size_t)snprintf(names + used, sizeof names - used,
		    "%spermitted;DNS:a%zu.x", i > 0 ? "," : "", i);
		j += (size_t)snprintf(alt + j, sizeof alt - j,
		    "%sDNS:h%zu.a59.x", i > 0 ? "," : "", i);
	}
	ca.ext[0] = names;
	for (i = LAYERS; i > 0; i--) {
		(void)snprintf(subject, sizeof subject, "/CN=L%zu", i);
		ca.subject = subject;
		ca.key = i;
		ca.ext[2] = i == LAYERS ? "issuer=/CN=Nobody" : NULL;
		for (j = 0; j < TWINS; j++) {
			by = make(&ca, i == LAYERS ? NULL : &up);
			chain_untrusted(t, by);
		}
		up = *by;
	}
	(void)make(&(struct recipe){ .subject = "/CN=Root", .ca = true },
	    NULL);
	chain_anchor(t, &made[n_made - 1]);
	by = make(&login, &up);
	start = clock();
	expect(by, SEK_R_CERT_ISSUER, "");
	CHECK(clock() - start < 2 * CLOCKS_PER_SEC);
}

int
main(void)
{
	if (!chain_open()) {
		printf("not ok open: could not start\n");
		return 1;
	}
	RUN(newest_delta_counts);
	RUN(newest_delta_takes_off);
	RUN(delta_that_nobody_pointed_to);
	RUN(newer_and_out_of_date);
	RUN(two_of_one_second);
	RUN(newer_by_a_stranger);
	RUN(point_without_a_name);
	RUN(new_key_without_identifiers);
	RUN(new_key_signs_the_lists);
	RUN(list_of_the_future);
	RUN(constrained_twins_are_bounded);
	while (n_made > 0)
		chain_free(&made[--n_made]);
	sek_trust_free(t);
	chain_close();
	return CHECK_END();
}
