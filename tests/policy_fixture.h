/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the test programs of sekisho.conf as text have in common: a smallest
 * good file, and what is accepted or refused.
 */
#ifndef TESTS_POLICY_FIXTURE_H
#define TESTS_POLICY_FIXTURE_H

#include "gate/policy.h"
#include "tests/check.h"

#define BASE								\
	"[paths]\ntrust-anchors = /t\ncrls = /c\n"			\
	"[pkcs11 a]\nmodule = /m.so\n"					\
	"[service s]\npairs = pkcs11+pin\n" /* 7 lines */

/* Parse and expect a refusal at `line` (0: no line) that says `word`. */
static inline void
refused(const void *text, size_t n, unsigned line, const char *word)
{
	struct sek_policy *p = NULL;
	struct sek_why why = { .text = "" };
	char where[32];
	int r = sek_policy_parse("f.conf", text, n, &p, &why);

	(void)snprintf(where, sizeof where, "f.conf:%u: ", line);
	if (r == SEK_OK || p != NULL || strstr(why.text, word) == NULL ||
	    (line > 0 && strncmp(why.text, where, strlen(where)) != 0))
		printf("# %s%s -> %d \"%s\", want \"%s%s\"\n", n < 300 ?
		    (const char *)text : "", n < 300 ? "" : "(long)", r,
		    why.text, where, word);
	CHECK(r == SEK_E_SYNTAX || (line == 0 && r == SEK_E_LIMIT));
	CHECK(p == NULL);
	CHECK(strstr(why.text, word) != NULL);
	CHECK(line == 0 || strncmp(why.text, where, strlen(where)) == 0);
	CHECK(strchr(why.text, '\n') == NULL);
}

static inline struct sek_policy *
accepted(const char *text)
{
	struct sek_policy *p = NULL;
	struct sek_why why = { .text = "" };
	int r = sek_policy_parse("f.conf", text, strlen(text), &p, &why);

	if (r != SEK_OK)
		printf("# %d \"%s\"\n", r, why.text);
	CHECK_INT(r, SEK_OK);
	return p;
}

#endif
