/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One invocation of `sekisho`: who sits there, which language, which policy
 * and which store.
 *
 * Runs as the administrator.  Must never let the environment decide anything
 * but the language: it is empty by the time a policy is read.
 */
#include "helpdesk/desk.h"

#include <fcntl.h>
#include <locale.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sekisho/escape.h"
#include "sekisho/paths.h"

#define BUSY_MS 5000

/* The user who logged in, whatever `su` and `sudo` were used since: the
 * kernel keeps it.  NO_LOGIN where there was none, as in cron. */
#define NO_LOGIN UINT32_MAX

static uint32_t
login_uid(void)
{
	char text[16] = "";
	unsigned long v;
	char *end;
	ssize_t n;
	int fd;

	fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NO_LOGIN;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return NO_LOGIN;
	v = strtoul(text, &end, 10);
	return end == text || v >= NO_LOGIN ? NO_LOGIN : (uint32_t)v;
}

void
desk_find_actor(struct desk *d)
{
	uint32_t uid = login_uid();
	const struct passwd *pw;

	if (uid == NO_LOGIN)
		uid = getuid();
	pw = getpwuid(uid);
	if (pw != NULL)
		(void)sek_escape_str(d->actor, sizeof(d->actor), pw->pw_name);
	else
		(void)snprintf(d->actor, sizeof(d->actor), "uid %lu",
		    (unsigned long)uid);
}

/* Japanese or English when the terminal says so; else the policy decides. */
static void
find_language(struct desk *d)
{
	const char *name = setlocale(LC_MESSAGES, "");

	if (name == NULL || (strncmp(name, "ja", 2) != 0 &&
	    strncmp(name, "en", 2) != 0))
		return;
	d->lang = name[0] == 'j' ? SEK_LANG_JA : SEK_LANG_EN;
	d->lang_said = true;
}

void
desk_init(struct desk *d)
{
	*d = (struct desk){ .conf = SEKISHO_CONF, .lang = SEK_LANG_EN };
	find_language(d);
	(void)setlocale(LC_ALL, "C");
	(void)clearenv();
	tzset();
}

void
desk_close(struct desk *d)
{
	json_decref(d->records);
	sek_store_close(d->store);
	sek_policy_free(d->policy);
	d->records = NULL;
	d->store = NULL;
	d->policy = NULL;
}

int
desk_policy_quiet(struct desk *d, struct sek_why *why)
{
	int r = sek_policy_load(d->conf, &d->policy, why);

	if (r == SEK_OK && !d->lang_said && !d->policy->language_auto)
		d->lang = d->policy->language;
	return r;
}

int
desk_policy(struct desk *d)
{
	struct sek_why why = { "" };
	int r = desk_policy_quiet(d, &why);

	desk_find_actor(d);
	return r == SEK_OK ? DESK_GO : desk_refuse(d, &why, r);
}

int
desk_store(struct desk *d, bool write)
{
	struct sek_why why = { "" };
	int r;

	if ((r = desk_policy(d)) != DESK_GO)
		return r;
	/* Reading first: only `init` makes a store or a new version of it. */
	r = sek_store_open(d->policy->state, false, BUSY_MS, &d->store, &why);
	if (r == SEK_OK && write) {
		sek_store_close(d->store);
		d->store = NULL;
		r = sek_store_open(d->policy->state, true, BUSY_MS, &d->store,
		    &why);
	}
	return r == SEK_OK ? DESK_GO : desk_refuse(d, &why, r);
}
