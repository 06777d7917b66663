/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether an append costs the same in a large log: appendcost ROUNDS KEY
 * DIR... appends ROUNDS records to the log of each folder, in turn, so that
 * whatever else the disk does falls on all of them, and prints a line for
 * each: the median of its times in us.  KEY signs the checkpoints.  The first
 * append to each is not counted: it may have to mend what is missing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "record/audit.h"

#define MAX_LOGS 8
#define MAX_ROUNDS 10000

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* A record of 1.3 kB, with other bytes each time. */
static double
append(const struct sek_audit_conf *conf)
{
	json_t *rec = sek_record_new("login", "ward-pc-3.example.jp");
	struct sek_why why = { "" };
	char text[850];
	double from, took;
	uint64_t seq;
	size_t i;
	int r;

	for (i = 0; i < sizeof text - 1; i++)
		text[i] = (char)('a' + rand() % 26);
	text[i] = '\0';
	sek_record_str(rec, "detail", text);
	from = now_us();
	r = sek_audit_append(conf, rec, &seq, &why);
	took = now_us() - from;
	json_decref(rec);
	if (r == SEK_OK && why.text[0] == '\0')
		return took;
	(void)fprintf(stderr, "appendcost: %s: %s\n", conf->dir, why.text);
	return -1;
}

int
main(int argc, char **argv)
{
	static double us[MAX_LOGS][MAX_ROUNDS];
	struct sek_audit_conf conf = { .dir = NULL };
	int rounds, logs = argc - 3, i, k;

	if (logs < 1 || logs > MAX_LOGS || (rounds = atoi(argv[1])) < 1 ||
	    rounds > MAX_ROUNDS) {
		(void)fputs("usage: appendcost ROUNDS KEY DIR...\n", stderr);
		return 2;
	}
	conf.key = argv[2];
	for (i = -1; i < rounds; i++) {
		for (k = 0; k < logs; k++) {
			double took;

			conf.dir = argv[3 + k];
			if ((took = append(&conf)) < 0)
				return 1;
			if (i >= 0)
				us[k][i] = took;
		}
	}
	for (k = 0; k < logs; k++) {
		qsort(us[k], (size_t)rounds, sizeof us[k][0], by_value);
		(void)printf("%.1f\n", us[k][rounds / 2]);
	}
	return 0;
}
