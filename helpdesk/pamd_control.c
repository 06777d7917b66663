/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control field of a line of pam.d(5): a word, or [value=action ...].
 *
 * Part of `sekisho doctor`.  Must read it as libpam does: what libpam does
 * not understand is a failure there, and no success here.
 */
#include <stdlib.h>
#include <string.h>

#include "helpdesk/pamd.h"

/* In the order of their numbers in _pam_types.h. */
static const char *const codes[PAMD_CODES] = {
	"success", "open_err", "symbol_err", "service_err", "system_err",
	"buf_err", "perm_denied", "auth_err", "cred_insufficient",
	"authinfo_unavail", "user_unknown", "maxtries", "new_authtok_reqd",
	"acct_expired", "session_err", "cred_unavail", "cred_expired",
	"cred_err", "no_module_data", "conv_err", "authtok_err",
	"authtok_recover_err", "authtok_lock_busy", "authtok_disable_aging",
	"try_again", "ignore", "abort", "authtok_expired", "module_unknown",
	"bad_item", "conv_again", "incomplete"
};

static const struct { const char *word, *means; } words[] = {
	{ "required", "success=ok new_authtok_reqd=ok ignore=ignore "
	    "default=bad" },
	{ "requisite", "success=ok new_authtok_reqd=ok ignore=ignore "
	    "default=die" },
	{ "optional", "success=ok new_authtok_reqd=ok default=ignore" },
	{ "sufficient", "success=done new_authtok_reqd=done default=ignore" },
};

static const struct { const char *word; int act; } acts[] = {
	{ "ignore", PAMD_IGNORE }, { "ok", PAMD_OK }, { "done", PAMD_DONE },
	{ "bad", PAMD_BAD }, { "die", PAMD_DIE }, { "reset", PAMD_RESET },
};

/* Each of these takes its part off the text, as libpam does: by what it
 * begins with, so that blanks are wanted nowhere and allowed everywhere. */
static void
blanks(const char **at)
{
	*at += strspn(*at, " \t\r\v\f");
}

static bool
takes(const char **at, const char *word)
{
	size_t n = strlen(word);

	if (strncasecmp(*at, word, n) != 0)
		return false;
	*at += n;
	return true;
}

static bool
action(const char **at, int *act)
{
	unsigned long n;
	char *end;
	size_t i;

	for (i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (takes(at, acts[i].word)) {
			*act = acts[i].act;
			return true;
		}
	if (**at < '0' || **at > '9')
		return false;
	n = strtoul(*at, &end, 10);
	*at = end;
	*act = n < PAMD_MAX_LINES ? (int)n : (int)PAMD_MAX_LINES;
	return n > 0;
}

/* "success=ok": one value, or all that are not said yet. */
static bool
set(const char **at, int act[PAMD_CODES], bool said[PAMD_CODES])
{
	size_t i = 0;
	int a;

	while (i < PAMD_CODES && !takes(at, codes[i]))
		i++;
	if (i == PAMD_CODES && !takes(at, "default"))
		return false;
	blanks(at);
	if (!takes(at, "="))
		return false;
	blanks(at);
	if (!action(at, &a))
		return false;
	if (i < PAMD_CODES) {
		act[i] = a;
		said[i] = true;
		return true;
	}
	for (i = 0; i < PAMD_CODES; i++)
		if (!said[i]) {
			act[i] = a;
			said[i] = true;
		}
	return true;
}

bool
pamd_control(const char *text, int act[PAMD_CODES])
{
	bool said[PAMD_CODES] = { false };
	size_t i;

	/* what is not said is a failure, but no end */
	for (i = 0; i < PAMD_CODES; i++)
		act[i] = PAMD_BAD;
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(words[i].word, text) == 0)
			text = words[i].means;
	for (blanks(&text); *text != '\0'; blanks(&text))
		if (!set(&text, act, said))
			break;
	if (*text == '\0')
		return true;
	for (i = 0; i < PAMD_CODES; i++)
		act[i] = PAMD_BAD;
	return false;
}
