/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A remembered proof as a file: that both factors were proved, when, for
 * what and with which credential.  It holds no secret, and opens nothing by
 * itself: gate/remember.c judges it at each use.
 */
#ifndef GATE_KEPT_H
#define GATE_KEPT_H

#include "gate/policy.h"
#include "sekisho/buf.h"
#include "sekisho/wire_helper.h"

#define SEK_KEPT_FOLDER "proofs"   /* below [paths] run */
#define SEK_KEPT_NAME 65u          /* bytes of a name with its NUL */
#define SEK_KEPT_MAX_FILE (128u + SEK_MAX_CERT)

struct sek_kept {
	uint64_t at_ms;      /* milliseconds since boot */
	uint8_t same[32];    /* digest of what must be as it was then */
	uint64_t record;     /* of the login that proved it */
	enum sek_pair pair;
	bool verified;       /* a FIDO2 key had verified the person */
	int64_t person;      /* rows of the store */
	int64_t account;
	int64_t credential;
	struct sek_buf cert; /* DER, of a card; else empty; owned */
};

void sek_kept_free(struct sek_kept *p);

/* Bytes and back; anything that is not exactly so is SEK_E_PROTO. */
int sek_kept_enc(struct sek_buf *out, const struct sek_kept *p) SEK_MUST;
int sek_kept_dec(const void *bytes, size_t n, struct sek_kept *out)
    SEK_MUST;

/* `folder` is one of sek_run_folder().  Read: SEK_E_NOENT when there is none;
 * SEK_E_UNSAFE, SEK_E_LIMIT or SEK_E_PROTO when it is not as it was written.
 * Write: in the place of the one before, whole or not at all.  Remove: that
 * there is none is no failure. */
int sek_kept_read(const char *folder, const char *name,
    struct sek_kept *out, struct sek_why *why) SEK_MUST;
int sek_kept_write(const char *folder, const char *name,
    const struct sek_kept *p, struct sek_why *why) SEK_MUST;
int sek_kept_remove(const char *folder, const char *name,
    struct sek_why *why) SEK_MUST;

#endif
