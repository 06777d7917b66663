/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Software keys for the tests of sekisho-fido: plugged in and pulled out,
 * told what to do (tests/fido/knobs.txt), asked what they have been asked.
 * No process of theirs outlives keys_end().
 */
#ifndef TESTS_FIDO_KEYS_H
#define TESTS_FIDO_KEYS_H

#include "tests/fido/talk.h"

#define KEYS_RP "hospital.example"
#define KEYS_PIN "4711-kagi"

/* A credential that a key has made. */
struct enrolled {
	int alg;           /* COSE number */
	uint8_t auth[SEK_FIDO_AUTH_MAX];
	size_t auth_len;
	uint8_t id[SEK_FIDO_ID_MAX];
	size_t id_len;
};

/* HELPER SOFTKEYD FOLDER; wrong usage ends the program. */
void keys_setup(int argc, char **argv);
/* All keys out and forgotten, whatever a helper still does killed. */
void keys_end(void);

/* A new key, plugged in; `knobs` is text of NAME=VALUE lines. */
bool key_new(const char *name, const char *knobs);
bool key_plug(const char *name);
void key_unplug(const char *name);
/* These instead of those before. */
void key_knobs(const char *name, const char *knobs);
bool key_set_pin(const char *name, const char *pin);
/* How many lines of what it was asked begin so; and forget them. */
size_t key_asked(const char *name, const char *line);
void key_forget(const char *name);
/* The same, waited for: 0.5 s at most. */
bool key_heard(const char *name, const char *line);

/* The helper with these keys below libfido2. */
int keys_talk(struct talk *t) SEK_MUST;

/* A request for one credential, of a user of its own. */
struct sek_create keys_create(int alg, uint8_t protect, bool resident);
/* The only key that is plugged in makes one; PIN KEYS_PIN, if it wants it. */
bool keys_enrol(struct enrolled *e, int alg, uint8_t protect, bool resident,
    bool verify);
bool keys_take(struct enrolled *e, int alg,
    const struct sek_fido_created *c);
/* A key of U2F alone makes one, without the helper. */
bool key_enrol_u2f(const char *name, struct enrolled *e);
/* Did the credential sign this hash, and with UP, and UV when `uv`? */
bool keys_good(const struct enrolled *e, const struct sek_fido_assertion *a,
    const uint8_t hash[32], bool uv);

#endif
