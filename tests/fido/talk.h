/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Talks to a running sekisho-fido as the gate does, for tests: starts it,
 * sends frames, waits with a deadline, keeps what came last of each kind.
 * Never waits without a limit, never leaves a process behind.
 */
#ifndef TESTS_FIDO_TALK_H
#define TESTS_FIDO_TALK_H

#include "sekisho/os.h"
#include "sekisho/wire_fido.h"

enum talk_end {
	TALK_STATUS,
	TALK_NOTE,
	TALK_ASKPIN,
	TALK_ASSERTION,
	TALK_CREATED,
	TALK_FAIL,
	TALK_DEAD,   /* the helper has closed the channel */
	TALK_BAD,    /* malformed, or not allowed */
	TALK_SILENT  /* nothing within the limit */
};

struct talk {
	struct sek_child child;
	struct sek_chan chan;
	struct sek_key_status status;
	struct sek_key_note note;
	struct sek_askpin askpin;
	struct sek_fido_assertion assertion;
	struct sek_fido_created created;
	struct sek_key_fail fail;
	unsigned int limit_ms; /* for each answer */
};

/* envp: NULL-terminated. */
int talk_start(struct talk *t, const char *helper, const char *const *envp)
    SEK_MUST;
int talk_assert(struct talk *t, const struct sek_assert *m) SEK_MUST;
int talk_create(struct talk *t, const struct sek_create *m) SEK_MUST;
int talk_go(struct talk *t, bool verify, uint32_t touch_ms) SEK_MUST;
int talk_pin(struct talk *t, const char *pin) SEK_MUST;
/* A frame of any kind, past the table: also one that is not allowed. */
int talk_raw(struct talk *t, uint32_t len, uint8_t type, const void *body,
    size_t n) SEK_MUST;

/* The next message. */
enum talk_end talk_next(struct talk *t);

/* Close, wait up to limit_ms, kill.  True when it had not to be killed. */
bool talk_finish(struct talk *t, struct sek_exit *ex);

#endif
