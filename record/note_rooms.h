/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of a note share: note_key.c (public keys), note_secret.c
 * (the log's own), note_write.c and note_read.c.  Nobody else includes this.
 */
#ifndef RECORD_NOTE_ROOMS_H
#define RECORD_NOTE_ROOMS_H

#include "record/note.h"

/* "NAME+HEX+BASE64" taken apart; `bytes` may be secret: wipe it. */
struct note_key_text {
	char name[SEK_ORIGIN_MAX];
	char id[9];
	uint8_t bytes[160];
	size_t n;
};
int note_key_bytes(const char *text, size_t n, struct note_key_text *out)
    SEK_MUST;
/* BEFORE NAME+HEX+BASE64(TYPE || p) appended to `out`. */
int note_key_text(const char *before, const struct sek_vkey *k,
    const uint8_t *p, size_t n, struct sek_buf *out) SEK_MUST;
/* The key ID of what else is in it. */
int note_key_id(struct sek_vkey *k) SEK_MUST;

/* -- note_read.c: any signed note, whatever its text is.  Points into what
 * was read. */
struct note_open {
	const uint8_t *body; /* with its newline */
	size_t body_len;
	const uint8_t *sigs; /* the signature lines */
	size_t sigs_len;
};
struct note_sigs {
	size_t n, verified; /* lines; known keys whose lines are right */
	bool by[SEK_NOTE_KEYS];
};
/* SEK_E_SYNTAX, or SEK_E_DENIED as sek_checkpoint_read(). */
int note_open(const void *text, size_t n, const struct sek_vkey *keys,
    size_t n_keys, struct note_open *out, struct note_sigs *sigs,
    struct sek_why *why) SEK_MUST;

#endif
