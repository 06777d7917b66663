/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of an append share: audit_open.c (lock and file),
 * audit_tail.c (where the whole lines end), audit_repair.c (what to do with
 * the rest) and audit.c.  Nobody else includes this.
 */
#ifndef GATE_AUDIT_LOG_H
#define GATE_AUDIT_LOG_H

#include <stdint.h>
#include <sys/types.h>

#include "gate/audit_line.h"
#include "sekisho/buf.h"
#include "sekisho/err.h"

#define LOG_LOCK_FILE "audit.lock"
#define LOG_LOCK_MS 5000u
#define LOG_TORN_MAX (1024u * 1024) /* bytes kept aside at most */

/* One log, locked and open for one append. */
struct log {
	char name[300];  /* "DIR/audit.jsonl", escaped, for messages */
	int dir_fd;      /* -1 = none */
	int lock_fd;     /* holds the lock */
	int fd;          /* O_RDWR | O_APPEND */
	off_t size;      /* of the file */
	off_t whole;     /* of the whole lines at its beginning */
	uint64_t seq;    /* of the last of them, 0 = none */
	uint8_t head[SEK_LINE_HASH]; /* its hash, zeros = none */
};

#define LOG_NONE { .dir_fd = -1, .lock_fd = -1, .fd = -1 }

/* Fill `why` with the log's name, `what` and the text of `err` (0 = none). */
void log_why(const struct log *l, struct sek_why *why, const char *what,
    int err);

/* Take the lock, then open (or make) the file. */
int log_open(struct log *l, const char *dir, struct sek_why *why) SEK_MUST;
void log_close(struct log *l);

/* Find `whole`, `seq` and `head`. */
int log_find_tail(struct log *l, struct sek_why *why) SEK_MUST;

/* Write the line of `rec` behind the whole lines and sync.  When that fails
 * the file is as it was. */
int log_write(struct log *l, const json_t *rec, struct sek_why *why)
    SEK_MUST;

/* Move what stands behind the whole lines to a file of its own and put an
 * event log_repair into its place. */
int log_repair(struct log *l, const char *host, struct sek_why *why)
    SEK_MUST;

#endif
