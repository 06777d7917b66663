/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Drives sekisho-pkcs11 through one login, for tests.
 * Runs in the test programs.  Bounded in time; kills what does not end.
 */
#include "tests/pkcs11_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MS 10000u
#define HELPER_MEMORY (1024ull * 1024 * 1024)

static const char *helper, *badp11, *softhsm_conf;
static char suffix[24];
static uint64_t max_memory = HELPER_MEMORY;

void
run_setup(int argc, char **argv)
{
	if (argc < 4 || argc > 5) {
		(void)fprintf(stderr,
		    "usage: %s HELPER BADP11 SOFTHSM2_CONF [unlimited]\n",
		    argv[0]);
		exit(2);
	}
	helper = argv[1];
	badp11 = argv[2];
	softhsm_conf = argv[3];
	/* the address sanitizer needs terabytes of addresses */
	if (argc == 5)
		max_memory = 0;
}

void
run_use_store(size_t n)
{
	(void)snprintf(suffix, sizeof suffix, ".%zu", n);
}

const char *
run_helper(void)
{
	return helper;
}

static void
start(struct run *r, const char *module, const char *fault)
{
	char conf[4200], bad[200];
	const char *const envp[] = { conf, bad, NULL };

	(void)snprintf(conf, sizeof conf, "SOFTHSM2_CONF=%s%s",
	    softhsm_conf, suffix);
	(void)snprintf(bad, sizeof bad, "BADP11=%s",
	    fault == NULL ? "" : fault);
	*r = (struct run){ .end = TALK_BAD, .peak_kib = -1 };
	if (talk_start(&r->t, helper, module, envp, max_memory) != SEK_OK) {
		(void)fprintf(stderr, "%s: cannot be started\n", helper);
		exit(2);
	}
}

void
run_start(struct run *r, const char *fault)
{
	start(r, badp11, fault);
}

void
run_start_module(struct run *r, const char *module)
{
	start(r, module, NULL);
}

static const struct sek_key *
key_at(const struct sek_keys *keys, size_t nth)
{
	size_t i;

	for (i = 0; i < keys->n; i++)
		if (keys->key[i].id_len == 1 && keys->key[i].id[0] == nth + 1)
			return &keys->key[i];
	return &keys->key[0];
}

static void
go(struct run *r, const char *label, size_t key, const char *pin)
{
	int sent = talk_list(&r->t, false, label);

	for (;;) {
		r->end = sent == SEK_OK ? talk_next(&r->t) : TALK_DEAD;
		r->peak_kib = talk_peak_kib(&r->t);
		if (r->end == TALK_KEYS && r->t.keys.n > 0) {
			r->n_keys = r->t.keys.n;
			sent = talk_sign(&r->t, key_at(&r->t.keys, key));
		} else if (r->end == TALK_NOTE && !r->asked) {
			r->asked = true;
			sent = talk_pin(&r->t, pin);
		} else {
			return;
		}
	}
}

void
run_login(struct run *r, const char *fault, const char *label, size_t key,
    const char *pin)
{
	run_start(r, fault);
	r->t.limit_ms = LIMIT_MS;
	go(r, label, key, pin);
	r->ended = talk_finish(&r->t, &r->ex);
}

void
run_login_within(struct run *r, const char *fault, const char *pin,
    unsigned int limit_ms)
{
	run_start(r, fault);
	r->t.limit_ms = limit_ms;
	go(r, "ward", 0, pin);
	r->ended = talk_finish(&r->t, &r->ex);
}
