/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far a source is, on one line of a terminal; nothing elsewhere.
 */
#ifndef FETCH_PROGRESS_H
#define FETCH_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct sek_progress {
	bool on;
	bool shown;       /* the line is there */
	uint64_t last_ms; /* when it was written last */
	char label[60];   /* escaped and cut */
};

void sek_progress_begin(struct sek_progress *p, const char *url);
void sek_progress_bytes(struct sek_progress *p, uint64_t n);
void sek_progress_entries(struct sek_progress *p, uint64_t done,
    uint64_t all);
/* Take the line away. */
void sek_progress_end(struct sek_progress *p);

#endif
