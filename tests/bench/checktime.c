/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checktime CONF CERT.pem ROUNDS: how long the gate's check of a certificate
 * takes by a configuration, in microseconds: the median of the check alone,
 * which opens what it needs of the cache, and reads each file anew.
 * Exit: 0, 1 when the certificate is not good, 2 usage.
 */
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gate/certificate.h"

#define MAX_ROUNDS 10000

static X509 *
read_cert(const char *path)
{
	FILE *f = fopen(path, "re");
	X509 *x = f != NULL ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	if (f != NULL)
		(void)fclose(f);
	return x;
}

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* One check as a login makes it, in us; -1 and why when it is not good. */
static double
check(const struct sek_policy *policy, X509 *x)
{
	struct sek_cert_info info = { .detail = "" };
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	enum sek_reason r = SEK_R_NONE;
	double from = 0, took;

	if (sek_trust_load(policy, &t, &why) == SEK_OK) {
		from = now_us();
		r = sek_cert_check(t, x, time(NULL), &info);
	}
	took = now_us() - from;
	sek_trust_free(t);
	if (r == SEK_R_OK)
		return took;
	(void)fprintf(stderr, "checktime: %s%s\n", why.text, info.detail);
	return -1;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int
main(int argc, char **argv)
{
	static double us[MAX_ROUNDS];
	struct sek_policy *policy = NULL;
	struct sek_why why = { "" };
	int rounds = argc == 4 ? atoi(argv[3]) : 0, i;
	X509 *x;

	if (rounds < 1 || rounds > MAX_ROUNDS) {
		(void)fputs("usage: checktime CONF CERT.pem ROUNDS\n", stderr);
		return 2;
	}
	if (sek_crypto_start() != SEK_OK || (x = read_cert(argv[2])) == NULL)
		return 1;
	if (sek_policy_load(argv[1], &policy, &why) != SEK_OK) {
		(void)fprintf(stderr, "checktime: %s\n", why.text);
		return 1;
	}
	for (i = 0; i < rounds; i++)
		if ((us[i] = check(policy, x)) < 0)
			return 1;
	qsort(us, (size_t)rounds, sizeof us[0], compare);
	printf("%.0f\n", us[rounds / 2]);
	X509_free(x);
	sek_policy_free(policy);
	return 0;
}
