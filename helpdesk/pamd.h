/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PAM stack of a service as a value: what libpam would make of the files
 * in /etc/pam.d, and what can come of it.  Nothing is executed or loaded.
 */
#ifndef HELPDESK_PAMD_H
#define HELPDESK_PAMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

#define PAMD_FOLDER "/etc/pam.d"
#define PAMD_VENDOR "/usr/lib/pam.d"   /* where the first has no such file */
#define PAMD_MAX_FILE 65536u           /* bytes */
#define PAMD_MAX_LINES 512u            /* of one stack, includes and all */
#define PAMD_MAX_FILES 128u            /* of one stack, each time anew */
#define PAMD_MAX_DEPTH 16u             /* of includes; libpam's own limit */
#define PAMD_CODES 32u                 /* return values of libpam */

enum pamd_type { PAMD_AUTH, PAMD_ACCOUNT, PAMD_SESSION };

/* What a return value does; above 0: so many lines are jumped over. */
enum {
	PAMD_IGNORE = 0, PAMD_OK = -1, PAMD_DONE = -2, PAMD_BAD = -3,
	PAMD_DIE = -4, PAMD_RESET = -5
};

struct pamd_line {
	char file[72];      /* without its folder; escaped */
	unsigned at;        /* line in it */
	unsigned level;     /* of substacks */
	bool substack;      /* only the line that begins one */
	bool broken;        /* libpam reads it as a failure */
	bool ours;
	char module[256];   /* as it stands */
	char args[512];
	int act[PAMD_CODES];
};

struct pamd_stack {
	struct pamd_line *lines; /* owned */
	size_t n;
};

/* pamd_read.c.  NOENT: the service has no file; an empty stack is SEK_OK. */
int pamd_load(const char *service, enum pamd_type type,
    struct pamd_stack *out, struct sek_why *why) SEK_MUST;
void pamd_clear(struct pamd_stack *s);
bool pamd_names_us(const struct pamd_stack *s);

/* pamd_control.c: the actions of a control word or [...]; false: libpam
 * takes it for a failure. */
bool pamd_control(const char *text, int act[PAMD_CODES]);

/* pamd_codes.c: the values that the module of a line may return, as bits; of
 * ours those of a failure, or success alone. */
uint32_t pamd_codes(const struct pamd_line *l, const char *service,
    bool ours_succeeds);

/* pamd_walk.c: each outcome of each other module is tried.  Can the stack
 * end in success?  Then *by is the line that grants it. */
struct pamd_walk {
	uint8_t seen[PAMD_MAX_LINES + 1]; /* states that reach a line */
	bool success;
	size_t by;
};
void pamd_walk(const struct pamd_stack *s, const char *service,
    bool ours_succeeds, struct pamd_walk *w);

#endif
