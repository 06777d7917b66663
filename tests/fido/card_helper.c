/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho-fido with cards in readers, asked as the gate asks it; what it says,
 * in words (tests/fido/run.h), a line for each act.  Test part.
 *
 *   card_helper HELPER ACT...
 *
 *   create PIN, login PIN    (- for none), and the time of the last word
 *   blind                    from now on the request says "no cards"
 *   until WORD               the next act goes on until that word, and then
 *                            the channel is closed
 *   silence MS               the next act goes on until nothing was said for
 *                            so long, and then the channel is closed
 */
#include <fido.h>
#include <stdlib.h>
#include <string.h>

#include "sekisho/deadline.h"
#include "tests/fido/run.h"

#define END_MS 1500u

static const char *helper;
static struct enrolled enrolled = { .id_len = 64 }; /* of nobody, at first */
static bool blind;
static const char *until;
static unsigned int silence;

static void
begin(struct run *r, const char *pin)
{
	static const char *const envp[] = { "PATH=/usr/bin", NULL };

	*r = (struct run){ .touch_ms = 3000, .until = until };
	if (strcmp(pin, "-") != 0) {
		r->verify = true;
		r->pins = pin;
	}
	if (sek_random(r->hash, sizeof r->hash) != SEK_OK ||
	    talk_start(&r->t, helper, envp) != SEK_OK)
		abort();
	if (silence > 0)
		r->t.limit_ms = silence;
}

static void
finish(const char *act, struct run *r, const char *more)
{
	const uint64_t since = sek_now_ms();
	const bool good = run_end(r, END_MS);

	(void)printf("%s: %s%s; %s after %d00 ms\n", act, r->said, more,
	    good ? "ended" : "had to be killed",
	    (int)((sek_now_ms() - since) / 100));
	(void)fflush(stdout);
	until = NULL;
	silence = 0;
}

static void
create(const char *pin)
{
	struct sek_create m = keys_create(COSE_ES256, 0, false);
	struct run r;
	bool made;

	begin(&r, pin);
	m.pcsc = !blind;
	m.verify = r.verify;
	memcpy(m.make[0].hash, r.hash, sizeof r.hash);
	if (talk_create(&r.t, &m) != SEK_OK)
		abort();
	(void)run_on(&r);
	made = r.made == 1 && keys_take(&enrolled, COSE_ES256, &r.first);
	finish("create", &r, made ? " good" : "");
}

static void
login(const char *pin)
{
	struct sek_fido_id id = { .p = enrolled.id, .n = enrolled.id_len,
		.silent = true };
	struct sek_assert m = { .n_rps = 1, .n = 1, .ids = &id };
	char more[200] = "";
	struct run r;

	begin(&r, pin);
	m.pcsc = !blind;
	memcpy(m.hash, r.hash, sizeof m.hash);
	(void)snprintf(m.rps[0], sizeof m.rps[0], KEYS_RP);
	if (talk_assert(&r.t, &m) != SEK_OK)
		abort();
	(void)run_on(&r);
	if (keys_good(&enrolled, &r.t.assertion, r.hash, r.verify))
		(void)snprintf(more, sizeof more, " good, %s, %s",
		    r.t.assertion.transport, r.t.assertion.label);
	finish("login", &r, more);
}

int
main(int argc, char **argv)
{
	int i;

	if (argc < 2)
		return 2;
	helper = argv[1];
	for (i = 2; i < argc; i++) {
		if (strcmp(argv[i], "blind") == 0)
			blind = true;
		else if (i + 1 == argc)
			return 2;
		else if (strcmp(argv[i], "until") == 0)
			until = argv[++i];
		else if (strcmp(argv[i], "silence") == 0)
			silence = (unsigned int)strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "create") == 0)
			create(argv[++i]);
		else if (strcmp(argv[i], "login") == 0)
			login(argv[++i]);
		else
			return 2;
	}
	return 0;
}
