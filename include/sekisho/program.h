/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs beside the logins (sekisho-fetch, sekisho-forward,
 * sekisho-watch) begin with: what they inherit, and their options.
 */
#ifndef SEKISHO_PROGRAM_H
#define SEKISHO_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sekisho/err.h"

/* Before anything else: nothing of this process is for others to see, and
 * nothing of the environment reaches a library. */
void sek_program_start(void);

/* An option of its own: `flag` or `value` is set. */
struct sek_program_option {
	const char *name;
	bool *flag;
	const char **value;              /* the last one given */
	bool (*fits)(const char *value); /* else it is bad usage */
};
#define SEK_PROGRAM_OPTIONS 8u

struct sek_program {
	const char *name;
	const char *usage; /* what stands behind the name */
	const struct sek_program_option *options;
	size_t n_options;
};

/* Exit status, of all three the same; GO is none. */
#define SEK_PROGRAM_GO (-1)
#define SEK_PROGRAM_FINE 0
#define SEK_PROGRAM_USAGE 2

/* --conf, --version, --help and those options; there are no other words.
 * SEK_PROGRAM_GO, or what to exit with: it was told. */
int sek_program_options(const struct sek_program *p, int argc, char **argv,
    const char **conf) SEK_MUST;
/* Tells the usage.  SEK_PROGRAM_USAGE. */
int sek_program_bad_usage(const struct sek_program *p);

/* Of a daemon: who wants it to end is heard when it asks, not in between. */
int sek_program_hold_end(void) SEK_MUST;

#endif
