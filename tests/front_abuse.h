/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a front end that breaks the rules does: one function for each way,
 * and where in a login it does it.
 */
#ifndef TESTS_FRONT_ABUSE_H
#define TESTS_FRONT_ABUSE_H

#include <stdbool.h>
#include <sys/types.h>

#include "sekisho/deadline.h"
#include "sekisho/wire_front.h"

struct talk {
	int fd;           /* -1: we have hung up */
	pid_t pid;        /* of the gate; 0 through the socket */
	int worker;       /* which of those at work at the same time */
	struct sek_deadline dl;
	char tty[64];
	const char *user; /* asked for; NULL: none */
	const char *pin;
	char key[96];     /* what only the record of this case has in it */
};

struct abuse {
	const char *name;
	void (*act)(struct talk *);
	const char *reasons; /* allowed in the record; NULL: no record */
};

enum state { AT_START, AT_WORK, AT_CHOICE, AT_PIN, AT_PASSWORD };

struct place {
	const char *name;
	enum state state;
	const struct abuse *list; /* ends with a name of NULL */
};

extern const struct place abuse_places[];
extern const size_t abuse_n_places;

/* What an honest front end sends. */
void put_begin(const struct talk *t);
void put_reply(const struct talk *t, const char *answer);

#endif
