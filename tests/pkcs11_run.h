/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One whole login with sekisho-pkcs11 and one fault, for tests.  The places
 * of the programs come from the command line of the test.
 */
#ifndef TESTS_PKCS11_RUN_H
#define TESTS_PKCS11_RUN_H

#include <p11-kit/pkcs11.h>

#include "tests/pkcs11_talk.h"

struct run {
	struct talk t;      /* proof, note and fail are as they came */
	enum talk_end end;  /* what ended it; KEYS: there was no key */
	size_t n_keys;
	bool asked;         /* NOTE came */
	bool ended;         /* by itself, after the channel was closed */
	struct sek_exit ex;
	long peak_kib;      /* memory, at the last message */
};

/* HELPER BADP11 SOFTHSM2_CONF [unlimited]; wrong usage ends the program. */
void run_setup(int argc, char **argv);
const char *run_helper(void);

/* From now on the store SOFTHSM2_CONF.N. */
void run_use_store(size_t n);

/* fault: for BADP11, or NULL. */
void run_start(struct run *r, const char *fault);
/* The same with another module. */
void run_start_module(struct run *r, const char *module);
/* Until something ends it; the child is gone afterwards.  `key` counts the
 * keys of the token with this label in the order of their ids. */
void run_login(struct run *r, const char *fault, const char *label,
    size_t key, const char *pin);
/* The same, waiting at most limit_ms for each answer and for the end. */
void run_login_within(struct run *r, const char *fault, const char *pin,
    unsigned int limit_ms);

#endif
