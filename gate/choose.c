/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several logins are possible with what has been shown: the person says which
 * one is meant, by number or by name.
 * Runs in the gate.  Never guesses: what fits none, or two, is no answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/login.h"
#include "sekisho/escape.h"

static void
list_names(const struct sek_choice *c, size_t n, char *out, size_t cap)
{
	char person[128], account[128];
	size_t i, len = 0;
	int put;

	for (i = 0; i < n && len < cap; i++) {
		(void)sek_escape_str(person, sizeof person,
		    c[i].person->display[0] != '\0' ? c[i].person->display :
		    c[i].person->name);
		(void)sek_escape_str(account, sizeof account,
		    c[i].account->name);
		put = snprintf(out + len, cap - len, "%zu) %s (%s)\n", i + 1,
		    person, account);
		len += put > 0 ? (size_t)put : 0;
	}
}

/* The only choice whose name, read by `name`, is this word; else n. */
static size_t
by_name(const struct sek_choice *c, size_t n, const char *word,
    const char *(*name)(const struct sek_choice *))
{
	size_t i, found = n;

	for (i = 0; i < n; i++) {
		if (strcmp(word, name(&c[i])) != 0)
			continue;
		if (found != n)
			return n;
		found = i;
	}
	return found;
}

static const char *
account_name(const struct sek_choice *c)
{
	return c->account->name;
}

static const char *
person_name(const struct sek_choice *c)
{
	return c->person->name;
}

static const char *
person_display(const struct sek_choice *c)
{
	return c->person->display;
}

/* Which one the answer means: its number, or a name that is unique, the
 * account's before the person's.  n: none. */
static size_t
chosen(const struct sek_choice *c, size_t n, const struct sek_reply *reply)
{
	char word[SEK_NAME_MAX] = "", *end;
	unsigned long number;
	size_t i;

	if (reply->answer.len >= sizeof word)
		return n;
	memcpy(word, reply->answer.p, reply->answer.len);
	number = strtoul(word, &end, 10);
	if (*end == '\0' && number >= 1 && number <= n)
		return number - 1;
	i = by_name(c, n, word, account_name);
	if (i == n)
		i = by_name(c, n, word, person_name);
	if (i == n)
		i = by_name(c, n, word, person_display);
	return i;
}

enum sek_reason
sek_choose(struct sek_login *l, const struct sek_choice *c, size_t n,
    size_t *which)
{
	struct sek_reply reply = { 0 };
	char names[SEK_TEXT_MAX - 256] = "";
	enum sek_reason reason;

	*which = 0;
	if (n == 1)
		return SEK_R_OK;
	list_names(c, n, names, sizeof names);
	reason = sek_front_ask(&l->front, SEK_STYLE_TEXT, SEK_T_CHOOSE, 0,
	    names, 1000ull * l->policy->type_s, &reply);
	if (reason == SEK_R_OK) {
		*which = chosen(c, n, &reply);
		if (*which >= n)
			reason = SEK_R_AMBIGUOUS;
	}
	sek_reply_clear(&reply);
	return reason;
}
