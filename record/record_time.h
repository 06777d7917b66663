/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The times of a record, as the system tells them (guideline: synchronised,
 * trustworthy time).  One file for each platform: record_time_linux.c.
 */
#ifndef RECORD_RECORD_TIME_H
#define RECORD_RECORD_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct sek_times {
	char utc[40];        /* RFC 3339, microseconds, "Z" */
	char stamp[40];      /* in a file name: 20270401T093000.000000Z */
	int64_t since_boot_ms; /* counts on in sleep, never goes back */
	char boot_id[37];    /* a new one at every boot; "unknown" */
	bool synced;         /* the kernel says that the clock is kept right */
	int64_t offset_us;   /* what the kernel still has to correct */
	int64_t esterror_us; /* its own estimate of its error */
	int64_t maxerror_us; /* the most it may be wrong; -1: not told */
};

/* Never fails: what the system does not tell is unknown, zero or false. */
void sek_times_now(struct sek_times *t);

#endif
