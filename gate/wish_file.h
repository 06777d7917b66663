/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A wish for the login screen: somebody's card was shown at the lock of
 * another one's session.  RUN/switches/UID-SESSION, SESSION the one of logind;
 * the gate writes it, sekisho-watch follows it once and removes it.
 *
 * One line, in one form.  It opens nothing: who wants in proves both factors
 * at the login screen.
 */
#ifndef GATE_WISH_FILE_H
#define GATE_WISH_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/err.h"
#include "sekisho/wire_front.h"

#define SEK_WISH_DIR "switches" /* below [paths] run */
#define SEK_WISH_FRESH_MS 15000u /* an older one is not followed */
#define SEK_WISH_MAX 64u        /* files at a time */
#define SEK_WISH_NAME (11u + SEK_XDG_SESSION_MAX)

struct sek_wish {
	uint64_t at_ms;                 /* since boot */
	uint32_t uid;                   /* whose session it is */
	char account[SEK_USER_MAX];     /* the same by name */
	char xdg[SEK_XDG_SESSION_MAX];  /* the session of logind; "": the
					   kernel knows of none */
};

/* "UID-SESSION", or "UID-". */
void sek_wish_name(char out[SEK_WISH_NAME], const struct sek_wish *w);

int sek_wish_enc(struct sek_buf *b, const struct sek_wish *w) SEK_MUST;
/* *out is set when all of it is as it must be. */
int sek_wish_dec(struct sek_wish *out, const void *p, size_t n) SEK_MUST;

/* In the folder `dir`.  Write: in the place of an earlier one of the same
 * session; SEK_E_LIMIT when there are too many that nobody follows.  Read:
 * refused unless it is a file of ours with the name that it must have. */
int sek_wish_write(const char *dir, const struct sek_wish *w,
    struct sek_why *why) SEK_MUST;
int sek_wish_read(const char *dir, const char *name, struct sek_wish *out,
    struct sek_why *why) SEK_MUST;

#endif
