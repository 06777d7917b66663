/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fidotime ROUNDS: how long the gate takes to verify an assertion of a FIDO2
 * key, everything that needs no store: a line "ALGORITHM MICROSECONDS" for
 * each algorithm, the median.  The key is read out of its stored form anew
 * each time, as in a login.
 * Exit: 0, 1 when one does not verify, 2 usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/fido_maker.h"

#define MAX_ROUNDS 10000

static const uint8_t hash[32] = { 0x5e };

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A credential and what its key has signed. */
static bool
make(enum sek_fido_alg alg, struct sek_fido_cred *c,
    struct sek_fido_assertion *a)
{
	EVP_PKEY *key = make_key(alg);
	uint8_t msg[37 + sizeof hash];

	*c = (struct sek_fido_cred){ .alg = alg, .id_len = 1 };
	*a = (struct sek_fido_assertion){ .id_len = 1, .auth_len = 37 };
	if (key == NULL)
		return false;
	(void)snprintf(c->rp, sizeof c->rp, RP);
	c->spki_len = make_spki(key, c->spki, sizeof c->spki);
	make_auth(a->auth, RP, SEK_FIDO_UP, 1);
	memcpy(msg, a->auth, 37);
	memcpy(msg + 37, hash, sizeof hash);
	a->sig_len = make_signature(key, make_md(alg), msg, sizeof msg,
	    a->sig, sizeof a->sig);
	EVP_PKEY_free(key);
	return c->spki_len > 0 && a->sig_len > 0;
}

/* The median in us; -1 when it does not verify. */
static double
measure(enum sek_fido_alg alg, size_t rounds, double *us)
{
	static struct sek_fido_cred c;
	static struct sek_fido_assertion a;
	const struct sek_fido_expect e = { .cred = &c, .rp = RP,
	    .hash = hash };
	struct sek_fido_seen seen;
	struct sek_why why = { "" };
	size_t i;

	if (!make(alg, &c, &a))
		return -1;
	for (i = 0; i < rounds; i++) {
		us[i] = now_us();
		if (sek_fido_verify(&e, &a, &seen, &why) != SEK_R_OK)
			return -1;
		us[i] = now_us() - us[i];
	}
	qsort(us, rounds, sizeof *us, compare);
	return us[rounds / 2];
}

int
main(int argc, char **argv)
{
	static double us[MAX_ROUNDS];
	long rounds = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	double took;
	size_t i;

	if (rounds < 1 || rounds > MAX_ROUNDS) {
		(void)fprintf(stderr, "usage: fidotime ROUNDS\n");
		return 2;
	}
	for (i = 0; i < N_MADE; i++) {
		took = measure(made_algs[i], (size_t)rounds, us);
		if (took < 0)
			return 1;
		(void)printf("%s %.0f\n", sek_fido_alg_word(made_algs[i]),
		    took);
	}
	return 0;
}
