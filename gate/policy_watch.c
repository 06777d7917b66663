/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of `watch`: what becomes of a session when its token goes away;
 * and of `switch`: what another person's card does at its lock.
 * Runs in the gate, in `sekisho` and in sekisho-watch.
 * Looks at form only.
 */
#include <string.h>

#include "gate/policy_parse.h"

static const char *const words[] = {
	[SEK_WATCH_NO] = "no", [SEK_WATCH_LOCK] = "lock",
	[SEK_WATCH_END] = "end", [SEK_WATCH_TAP] = "tap"
};

#define N_WORDS (sizeof words / sizeof words[0])

const char *
sek_watch_word(enum sek_watch_word w)
{
	return (size_t)w < N_WORDS ? words[w] : NULL;
}

enum sek_watch_word
sek_watch_of_word(const char *word)
{
	size_t i;

	for (i = 0; i < N_WORDS; i++)
		if (words[i] != NULL && strcmp(words[i], word) == 0)
			return (enum sek_watch_word)i;
	return SEK_WATCH_UNSET;
}

enum sek_watch_word
sek_service_watch(const struct sek_service *s, bool shared)
{
	enum sek_watch_word w = s->watch;

	if (shared && s->watch_shared != SEK_WATCH_UNSET)
		w = s->watch_shared;
	return w == SEK_WATCH_UNSET ? SEK_WATCH_NO : w;
}

int
policy_set_watch(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	enum sek_watch_word w = sek_watch_of_word(value);

	(void)k;
	if (w == SEK_WATCH_UNSET)
		return policy_bad(c, "must be no, lock, end or tap", value);
	memcpy(at, &w, sizeof w);
	return SEK_OK;
}

int
policy_set_switch(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	bool greeter = strcmp(value, "greeter") == 0;

	(void)k;
	if (!greeter && strcmp(value, "no") != 0)
		return policy_bad(c, "must be no or greeter", value);
	*(bool *)at = greeter;
	return SEK_OK;
}

bool
sek_policy_switches(const struct sek_policy *p)
{
	size_t i;

	for (i = 0; i < p->n_services; i++)
		if (p->services[i].greeter)
			return true;
	return false;
}
