/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Talks to a running sekisho-pkcs11 as the gate does, for tests: starts it,
 * sends frames, waits with a deadline, verifies what comes with libcrypto.
 * Never waits without a limit, never leaves a process behind.
 */
#ifndef TESTS_PKCS11_TALK_H
#define TESTS_PKCS11_TALK_H

#include "sekisho/os.h"
#include "sekisho/wire_helper.h"

enum talk_end {
	TALK_KEYS,   /* keys */
	TALK_NOTE,   /* note */
	TALK_PROOF,  /* proof, and good tells whether it verifies */
	TALK_FAIL,   /* fail */
	TALK_DEAD,   /* the helper has closed the channel */
	TALK_BAD,    /* malformed, or not allowed */
	TALK_SILENT  /* nothing within the limit */
};

struct talk {
	struct sek_child child;
	struct sek_chan chan;
	struct sek_sign sign;    /* the last request */
	const struct sek_key *key; /* whose certificate verifies */
	struct sek_keys keys;
	struct sek_note note;
	struct sek_proof proof;
	struct sek_fail fail;
	bool good;
	unsigned int limit_ms;   /* for each answer */
};

/* envp: NULL-terminated; max_memory: bytes, 0 = no limit. */
int talk_start(struct talk *t, const char *helper, const char *module,
    const char *const *envp, uint64_t max_memory) SEK_MUST;
int talk_list(struct talk *t, bool wait, const char *label) SEK_MUST;
int talk_sign(struct talk *t, const struct sek_key *key) SEK_MUST;
int talk_pin(struct talk *t, const char *pin) SEK_MUST;
/* A frame of any kind, past the table: also one that is not allowed. */
int talk_raw(struct talk *t, uint32_t len, uint8_t type, const void *body,
    size_t n) SEK_MUST;

/* The next message. */
enum talk_end talk_next(struct talk *t);

/* Peak of its memory in KiB, -1 when it is gone. */
long talk_peak_kib(const struct talk *t);

/* Close, wait up to limit_ms, kill.  True when it had not to be killed. */
bool talk_finish(struct talk *t, struct sek_exit *ex);

#endif
