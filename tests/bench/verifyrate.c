/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many records a second `sekisho audit verify` checks, of the files of a
 * log that are given, and beside it how fast SHA-256 alone is on this machine
 * now, over the same bytes in pieces of the same mean length.  The best of
 * five, alternating, on one processor.
 *
 * usage: verifyrate FILE...
 */
#include <stdio.h>
#include <time.h>

#include "record/audit_verify.h"

#define TURNS 5u
#define PIECES 200000u

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds for one byte. */
static double
hash_time(size_t piece)
{
	static uint8_t bytes[65536];
	uint8_t out[SEK_HASH_LEN];
	struct sek_sha h = { NULL, NULL };
	double from;
	size_t i;

	if (piece == 0 || piece > sizeof bytes || sek_sha_init(&h) != SEK_OK)
		return 0;
	from = now();
	for (i = 0; i < PIECES; i++)
		if (sek_leaf_hash_marked(&h, bytes, piece, out) != SEK_OK)
			break;
	sek_sha_free(&h);
	return i < PIECES ? 0 : (now() - from) / (double)(PIECES * piece);
}

int
main(int argc, char **argv)
{
	const struct sek_verify v = {
		.paths = (const char *const *)argv + 1,
		.n_paths = (size_t)argc - 1 };
	struct sek_audit_report rep;
	struct sek_why why = { "" };
	double best = 0, sha = 0, from, t;
	size_t size = 0, i;
	FILE *f;
	int n;

	for (n = 1; n < argc; n++) {
		if ((f = fopen(argv[n], "r")) == NULL ||
		    fseek(f, 0, SEEK_END) != 0 || ftell(f) < 0)
			return 2;
		size += (size_t)ftell(f);
		(void)fclose(f);
	}
	for (i = 0; i < TURNS; i++) {
		from = now();
		if (sek_audit_verify(&v, &rep, &why) != SEK_OK ||
		    rep.records == 0) {
			(void)fprintf(stderr, "%s\n", why.text);
			return 1;
		}
		t = now() - from;
		if (best == 0 || t < best)
			best = t;
		t = hash_time(size / rep.records);
		if (sha == 0 || t < sha)
			sha = t;
	}
	if (best <= 0 || sha <= 0)
		return 1;
	(void)printf("verify_rate %.0f records/s\n",
	    (double)rep.records / best);
	(void)printf("verify_sha256 %.0f MB/s\n", 1e-6 / sha);
	(void)printf("verify_bytes %.0f bytes/record\n",
	    (double)size / (double)rep.records);
	return 0;
}
