/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One file for each session that somebody's token has opened and that is
 * watched: RUN/sessions/SESSION.  The gate writes it, sekisho-watch reads it,
 * and either removes it.  The folder may be deleted at any time: then nothing
 * is watched any more.
 *
 * Lines of "KEY VALUE", all of them, in one order.  Strict: what has another
 * form is none of ours.
 */
#ifndef GATE_PRESENCE_FILE_H
#define GATE_PRESENCE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gate/policy.h"
#include "sekisho/buf.h"
#include "sekisho/err.h"
#include "sekisho/wire_front.h"
#include "sekisho/wire_helper.h"

#define SEK_PRESENCE_DIR "sessions" /* below [paths] run */
#define SEK_PRESENCE_FILE_MAX 4096u /* bytes */
#define SEK_PRESENCE_PLACE_MAX 257u

struct sek_presence {
	char session[SEK_SESSION_MAX];  /* of the record; the file's name */
	bool open;                      /* the session was opened; else
					   somebody has only logged in */
	enum sek_watch_word watch;      /* lock, end or tap */
	char person[SEK_NAME_MAX];
	char account[SEK_NAME_MAX];
	bool shared;
	char service[SEK_NAME_MAX];
	char tty[SEK_NAME_MAX];         /* escaped */
	char xdg[SEK_XDG_SESSION_MAX];  /* the session of logind, "" = not
					   known (yet) */
	uint64_t pid;                   /* the login program ... */
	uint64_t started;               /* ... clock ticks since boot */
	bool fido;                      /* kind fido2, else pkcs11 */
	char place[SEK_PRESENCE_PLACE_MAX]; /* name of a reader, escaped, or
					   path of a device */
	uint64_t node_dev, node_ino;    /* of that device; 0: it was gone */
	char label[SEK_LABEL_MAX];      /* escaped */
	char serial[SEK_LABEL_MAX];     /* escaped */
};

/* Is it a UUID, as a session's name must be before it gets into a path? */
bool sek_presence_name_ok(const char *session);
/* Letters and digits, as logind makes them. */
bool sek_presence_xdg_ok(const char *xdg);

int sek_presence_enc(struct sek_buf *b, const struct sek_presence *m) SEK_MUST;
/* *out is set when all of it is as it must be. */
int sek_presence_dec(struct sek_presence *out, const void *p, size_t n)
    SEK_MUST;

/* In the folder `dir`.  Write: whole or not at all, mode 0600.  Read: refused
 * unless it is a plain file of ours that nobody else may touch, with this
 * name; *changed is a number that each write changes, a later write having
 * the greater. */
int sek_presence_write(const char *dir, const struct sek_presence *m,
    struct sek_why *why) SEK_MUST;
int sek_presence_read(const char *dir, const char *session,
    struct sek_presence *out, uint64_t *changed, struct sek_why *why)
    SEK_MUST;
int sek_presence_remove(const char *dir, const char *session) SEK_MUST;

#endif
