/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One trust at a time, the certificates that were made for it, and what a
 * leaf among them is expected to come to, for test programs.  Included once
 * by a program, as check.h is.
 */
#ifndef TESTS_CERTIFICATE_WAYS_H
#define TESTS_CERTIFICATE_WAYS_H

#include "tests/certificate_chain.h"
#include "tests/check.h"

/* A trust and what was made for it; freed when the next is begun. */
static struct sek_trust *t;
static struct link made[320];
static size_t n_made;
static struct sek_rev_info rev;
static enum sek_reason leaf_crl;
static struct sek_why why;

static inline const struct link *
make(const struct recipe *r, const struct link *issuer)
{
	made[n_made] = chain_make(r, issuer);
	return &made[n_made++];
}

static inline const struct link *
ca(const char *subject, size_t key, const struct link *issuer)
{
	const struct recipe r = { .subject = subject, .ca = true,
	    .key = key };

	return make(&r, issuer);
}

static inline const struct link *
anchor(const struct link *l)
{
	chain_anchor(t, l);
	return l;
}

static inline const struct link *
untrusted(const struct link *l)
{
	chain_untrusted(t, l);
	return l;
}

static inline const struct link *
leaf(const struct link *issuer)
{
	const struct recipe r = { .subject = "/CN=leaf", .key = 127 };

	return make(&r, issuer);
}

static inline void
forget(void)
{
	while (n_made > 0)
		chain_free(&made[--n_made]);
	sek_trust_free(t);
	t = NULL;
}

static inline void
begin(const struct sek_rules *rules)
{
	forget();
	t = chain_trust(rules);
}

static inline void
plain(uint32_t depth)
{
	struct sek_rules rules = chain_rules();

	rules.max_depth = depth;
	begin(&rules);
}

static inline enum sek_reason
judge_as(const struct link *l, enum sek_leaf_crl crl)
{
	return chain_judge(t, l->x, crl, &rev, &leaf_crl, &why);
}

static inline enum sek_reason
judge(const struct link *l)
{
	return judge_as(l, SEK_LEAF_CRL_NEED);
}

static inline void
expect(const struct link *l, enum sek_reason want, const char *words)
{
	enum sek_reason r = judge(l);

	if (r != want)
		printf("# %s\n", why.text);
	CHECK_INT(r, want);
	if (strstr(why.text, words) == NULL)
		CHECK_STR(why.text, words);
}

#endif
