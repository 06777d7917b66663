/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate's end of the front channel: what is said to the person and what
 * the person answers.  Decides nothing.
 */
#ifndef GATE_FRONT_H
#define GATE_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "sekisho/deadline.h"
#include "sekisho/text.h"
#include "sekisho/wire_front.h"

struct sek_front {
	struct sek_chan chan;
	enum sek_lang lang;
	bool silent;            /* the program wants no messages */
	struct sek_deadline dl; /* of the whole login */
	uint64_t said_ms;       /* when the person last answered */
};

/* `fd` is not owned. */
void sek_front_init(struct sek_front *f, int fd, struct sek_deadline dl);
int sek_front_begin(struct sek_front *f, struct sek_begin *out) SEK_MUST;

/* Show a text; a front end that cannot is not a failure. */
void sek_front_tell(struct sek_front *f, enum sek_text id, const char *arg);
/* A text with several values. */
void sek_front_tell_all(struct sek_front *f, enum sek_text id,
    const char *const *args, size_t n);
/* Show why a login was refused. */
void sek_front_tell_reason(struct sek_front *f, enum sek_reason reason);

/* Ask within `limit_ms` and the login's deadline.  SEK_R_OK with an answer
 * of at least one byte, else CANCELLED, TIMEOUT, CLIENT_GONE, PROTOCOL.
 * The caller clears `reply`. */
enum sek_reason sek_front_ask(struct sek_front *f, enum sek_style style,
    enum sek_text id, uint32_t flags, const char *arg, uint64_t limit_ms,
    struct sek_reply *reply);

/* It is not the other side's turn.  OK: it is there and says nothing; else
 * CLIENT_GONE, or PROTOCOL when it has spoken all the same. */
enum sek_reason sek_front_quiet(const struct sek_front *f);

int sek_front_verdict(struct sek_front *f, const struct sek_verdict *v)
    SEK_MUST;

#endif
