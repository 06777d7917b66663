/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file that --output names: of `audit export`, `report` and `prove` the
 * same way.  It is made anew with the mode 0600, never written over one that
 * is there (it might be the record itself), and it is whole and on the disk,
 * or away again.  Without a name it is the standard output.
 */
#ifndef HELPDESK_OUTPUT_H
#define HELPDESK_OUTPUT_H

#include <signal.h>
#include <stdio.h>

#include "helpdesk/desk.h"

struct output {
	const struct desk *d;
	const char *path; /* NULL: the standard output */
	FILE *to;
	int err;          /* errno of what could not be written; 0: none */
	sigset_t before;
};

/* --language: what the form is in, and what is said; NULL leaves the one of
 * the terminal.  DESK_GO or DESK_USAGE. */
int output_language(struct desk *d, const char *word) SEK_MUST;

/* DESK_GO, and from then on a signal that ends us waits for the close. */
int output_open(struct output *o, const struct desk *d, const char *path)
    SEK_MUST;
/* SEK_E_IO once something was not written; it is told by the close. */
int output_put(struct output *o, const void *p, size_t n) SEK_MUST;
/* Is such a signal there?  Whatever takes long is to look. */
bool output_is_ended(const struct output *o);
/* The file stays when `r` is DESK_OK and all was written: r, or DESK_REFUSED
 * when something was not. */
int output_close(struct output *o, int r) SEK_MUST;

#endif
