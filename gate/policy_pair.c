/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pairs of factors: how sekisho.conf and the record call them, and what
 * each begins and ends with.  Runs in the gate and in `sekisho`.
 * Decides nothing; a pair that is not in the table does not exist.
 */
#include <stdio.h>
#include <string.h>

#include "gate/policy_parse.h"

static const struct {
	enum sek_pair pair;
	const char *word;
	enum sek_have have;
	bool password;
} pairs[] = {
	{ SEK_PAIR_PKCS11_PASSWORD, "pkcs11+password", SEK_HAVE_PKCS11, true },
	{ SEK_PAIR_PKCS11_PIN, "pkcs11+pin", SEK_HAVE_PKCS11, false },
	{ SEK_PAIR_FIDO2_PASSWORD, "fido2+password", SEK_HAVE_FIDO2, true },
	{ SEK_PAIR_FIDO2_VERIFICATION, "fido2+verification", SEK_HAVE_FIDO2,
	    false },
	{ SEK_PAIR_SSH_PASSWORD, "ssh-key+password", SEK_HAVE_SSH_KEY, true },
	{ SEK_PAIR_TLS_PASSWORD, "tls-name+password", SEK_HAVE_TLS_NAME,
	    true },
};

#define N_PAIRS (sizeof pairs / sizeof pairs[0])

_Static_assert(N_PAIRS <= SEK_MAX_PAIRS, "a service cannot hold each pair");

const char *
sek_pair_word(enum sek_pair pair)
{
	size_t i;

	/* not in the table, so that no `pairs` can name it */
	if (pair == SEK_PAIR_RESCUE)
		return "password";
	for (i = 0; i < N_PAIRS; i++)
		if (pairs[i].pair == pair)
			return pairs[i].word;
	return NULL;
}

enum sek_pair
sek_pair_of_word(const char *word)
{
	size_t i;

	for (i = 0; i < N_PAIRS; i++)
		if (strcmp(pairs[i].word, word) == 0)
			return pairs[i].pair;
	return (enum sek_pair)0;
}

enum sek_have
sek_pair_have(enum sek_pair pair)
{
	size_t i;

	for (i = 0; i < N_PAIRS; i++)
		if (pairs[i].pair == pair)
			return pairs[i].have;
	return SEK_HAVE_NONE;
}

bool
sek_pair_wants_password(enum sek_pair pair)
{
	size_t i;

	for (i = 0; i < N_PAIRS; i++)
		if (pairs[i].pair == pair)
			return pairs[i].password;
	return false;
}

bool
sek_service_has(const struct sek_service *s, enum sek_have have)
{
	size_t i;

	for (i = 0; i < s->n_pairs; i++)
		if (sek_pair_have(s->pairs[i]) == have)
			return true;
	return false;
}

bool
sek_policy_has(const struct sek_policy *p, enum sek_have have)
{
	size_t i;

	for (i = 0; i < p->n_services; i++)
		if (sek_service_has(&p->services[i], have))
			return true;
	return false;
}

static int
unknown_pair(struct policy_ctx *c, const char *word)
{
	char problem[200] = "must be pairs of ";
	size_t i, n = strlen(problem);

	for (i = 0; i < N_PAIRS && n < sizeof problem; i++)
		n += (size_t)snprintf(problem + n, sizeof problem - n, "%s%s",
		    i == 0 ? "" : i + 1 < N_PAIRS ? ", " : " and ",
		    pairs[i].word);
	if (n < sizeof problem)
		(void)snprintf(problem + n, sizeof problem - n,
		    ", separated by commas");
	return policy_bad(c, problem, word);
}

static int
add_pair(struct policy_ctx *c, struct sek_service *s, char *word)
{
	enum sek_pair pair;
	size_t n, i;

	word += strspn(word, " \t");
	for (n = strlen(word); n > 0 && strchr(" \t", word[n - 1]) != NULL; n--)
		word[n - 1] = '\0';
	if ((pair = sek_pair_of_word(word)) == 0)
		return unknown_pair(c, word);
	for (i = 0; i < s->n_pairs; i++)
		if (s->pairs[i] == pair)
			return policy_named_twice(c, word);
	s->pairs[s->n_pairs++] = pair;
	return SEK_OK;
}

/* A TLS server answers what it was configured to, and shows nothing: nobody
 * is there to type a PIN.  And a service that was not meant so, in which
 * people type, must not fall to it. */
static int
check_tls(struct policy_ctx *c, const struct sek_service *s,
    const char *value)
{
	if (!sek_service_has(s, SEK_HAVE_TLS_NAME))
		return SEK_OK;
	if (s->n_pairs > 1)
		return policy_bad(c, "a service with tls-name+password can "
		    "have no other pair", value);
	if (strcmp(s->name, "*") == 0)
		return policy_bad(c, "only a service that is named can have "
		    "this pair", value);
	return SEK_OK;
}

int
policy_set_pairs(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	struct sek_service *s = &c->p->services[c->p->n_services - 1];
	char words[POLICY_MAX_LINE + 1], *rest = words, *w;
	int r = SEK_OK;

	(void)k;
	(void)at;
	(void)snprintf(words, sizeof words, "%s", value);
	/* strsep(), because an empty word between two commas is an error */
	while (r == SEK_OK && (w = strsep(&rest, ",")) != NULL)
		r = add_pair(c, s, w);
	return r == SEK_OK ? check_tls(c, s, value) : r;
}

int
policy_set_tls_name(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	bool serial = strcmp(value, "serial-number") == 0;

	(void)k;
	if (!serial && strcmp(value, "common-name") != 0)
		return policy_bad(c, "must be common-name or serial-number",
		    value);
	*(bool *)at = serial;
	return SEK_OK;
}

/* `key` of this section, if it is there, cannot be. */
static int
contradicts(struct policy_ctx *c, const char *key, const char *problem)
{
	unsigned line = policy_key_line(c, POLICY_SERVICE, key);
	char thing[80];

	if (line == 0)
		return SEK_OK;
	(void)snprintf(thing, sizeof thing, "%.50s %s", c->head, key);
	return policy_fail(c, line, thing, problem, NULL);
}

int
policy_end_service(struct policy_ctx *c)
{
	const struct sek_service *s = &c->p->services[c->p->n_services - 1];

	if (!sek_service_has(s, SEK_HAVE_TLS_NAME) && contradicts(c,
	    "tls-name", "needs the pair tls-name+password") != SEK_OK)
		return SEK_E_SYNTAX;
	if (s->greeter && !s->unlock && contradicts(c, "switch",
	    "needs unlock = yes: it is for screen lockers") != SEK_OK)
		return SEK_E_SYNTAX;
	if (s->unlock && contradicts(c, "last-login",
	    "an unlock is no login") != SEK_OK)
		return SEK_E_SYNTAX;
	/* the lock would open by itself, with the card taken out as well */
	if (s->unlock && contradicts(c, "remember-minutes",
	    "a lock must not open by what is remembered") != SEK_OK)
		return SEK_E_SYNTAX;
	if (sek_service_watch(s, false) == SEK_WATCH_NO &&
	    sek_service_watch(s, true) == SEK_WATCH_NO)
		return SEK_OK;
	return contradicts(c, "remember-minutes", "a remembered proof has no "
	    "token that could be watched");
}
