/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sshd's configuration as `sekisho doctor` looks at it: the Match blocks that
 * say something of a keyword that counts, and connections they are for.
 *
 *     sshd_match.c    which blocks there are, and what they say
 *     sshd_example.c  a connection that a block is for
 *     sshd_ask.c      asks sshd itself
 *     doctor_sshd.c   judges what it says
 *
 * What holds for a connection is sshd's own word, never ours.
 */
#ifndef HELPDESK_SSHD_H
#define HELPDESK_SSHD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "sekisho/deadline.h"
#include "sekisho/err.h"

#define SSHD "/usr/sbin/sshd"
#define SSHD_ANSWER_MAX 65536u
#define SSHD_BLOCKS_MAX 64u
#define SSHD_VALUE_MAX 400u
#define SSHD_MATCH_MAX 500u

/* The keywords that count and that a Match block may have. */
enum sshd_key {
	SSHD_METHODS,
	SSHD_KBDINT,
	SSHD_EMPTY,
	SSHD_ROOT,
	SSHD_PASSWORD,
	SSHD_HOSTBASED,
	SSHD_GSSAPI,
	SSHD_OPTIONS,
	SSHD_N_KEYS
};

struct sshd_said {
	bool there;
	char value[SSHD_VALUE_MAX]; /* as `sshd -T` would print it */
};

struct sshd_block {
	char file[PATH_MAX];
	unsigned line;                /* of the Match */
	char match[SSHD_MATCH_MAX];   /* its criteria, as they are written */
	bool cut;                     /* they are longer than that */
	struct sshd_said said[SSHD_N_KEYS];
};

struct sshd_blocks {
	struct sshd_block at[SSHD_BLOCKS_MAX];
	size_t n;
	/* what was not read to its end, and why; "": nothing */
	char left_out[PATH_MAX];
	struct sek_why why;
};

/* -- sshd_ask.c: all of `sshd -T`: "keyword value", one a line; with `spec`
 * as it is for that connection.  At most until `until`. */
struct sshd_answer {
	char text[SSHD_ANSWER_MAX];
	size_t n;
};
int sshd_ask(struct sshd_answer *a, const char *spec,
    const struct sek_deadline *until) SEK_MUST;
/* The value of a keyword in `out`; "" when it is not there.  One that does not
 * fit is not cut, as what is left of it could be good: it is this. */
#define SSHD_TOO_LONG "(too long)"
const char *sshd_value(const struct sshd_answer *a, const char *key, char *out,
    size_t cap);

/* -- sshd_match.c */
/* How `sshd -T` prints it, in lower case. */
const char *sshd_key_word(enum sshd_key key);
/* Fills `b`, which is all zeros, from the file and what it includes. */
void sshd_blocks_read(const char *path, struct sshd_blocks *b);
/* One word of a line, without its quotation marks; false: there is no more,
 * or it does not fit.  A "=" after the first word is `first`'s. */
bool sshd_word(const char **line, bool first, char *out, size_t cap);

/* -- sshd_example.c; for `sshd -T -C` */
struct sshd_example {
	char user[128], host[256], addr[64], laddr[64], lport[16], rdomain[64];
	char spec[700];
};

/* The number `k` of the connections that such a block is for, from 0;
 * SEK_E_NOENT: there is no such number, or none at all, and `why`. */
int sshd_example_make(const struct sshd_block *b, size_t k,
    struct sshd_example *e, struct sek_why *why) SEK_MUST;

#endif
