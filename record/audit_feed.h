/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of the files of a log, one after the other, for who hashes them
 * all (audit_verify.c).  Nothing is copied or judged; the reader for people
 * is audit_reader.h.
 */
#ifndef RECORD_AUDIT_FEED_H
#define RECORD_AUDIT_FEED_H

#include <stdint.h>

#include "sekisho/err.h"

struct feed {
	char name[300]; /* of the open file, escaped */
	int fd;         /* -1: none */
	uint8_t *p;     /* FEED_ROOM bytes, owned; the first is a mark's */
	size_t at, have;
	uint64_t line;  /* of the last line handed out, from 1 */
	uint64_t bytes; /* read so far, of all files */
};

#define FEED_NONE { .fd = -1 }

/* Open the next file instead of the one that was open. */
int feed_open(struct feed *f, const char *path, struct sek_why *why)
    SEK_MUST;
void feed_free(struct feed *f);

/* The next line without its newline, until the next call: p[0] is 0x00, the
 * line begins at p[1] and has n bytes.  SEK_E_EOF: the file ends here.
 * SEK_E_SYNTAX: it ends within a line, or that is too long. */
struct feed_line {
	const uint8_t *p;
	size_t n;
};
int feed_next(struct feed *f, struct feed_line *out, struct sek_why *why)
    SEK_MUST;

#endif
