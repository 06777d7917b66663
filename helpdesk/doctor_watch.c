/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: is there a sekisho-watch where the configuration counts on
 * one?  Without it nothing tells: a session just stays open.
 *
 * Part of the administrator's program.  Looks at the names of programs that
 * run, and asks none of them.
 */
#include "helpdesk/doctor.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "gate/proc.h"

#define WATCH "sekisho-watch"

/* The first key that counts on it, and of which service. */
static const char *
counted_on(const struct sek_policy *p, const char **service)
{
	const struct sek_service *s;

	for (s = p->services; s < p->services + p->n_services; s++) {
		*service = s->name;
		if (s->greeter)
			return "switch = greeter";
		if (sek_service_watch(s, false) != SEK_WATCH_NO ||
		    sek_service_watch(s, true) != SEK_WATCH_NO)
			return "watch";
	}
	return NULL;
}

/* One of root's: anybody can give a program this name. */
static bool
is_watch(const char *number)
{
	const uint64_t pid = strtoull(number, NULL, 10);
	char name[32];
	uint64_t uid = 1;

	return pid != 0 &&
	    sek_proc_read(pid, "comm", name, sizeof name) == SEK_OK &&
	    strcmp(name, WATCH "\n") == 0 &&
	    sek_proc_uid(pid, &uid) == SEK_OK && uid == 0;
}

static bool
runs(void)
{
	struct dirent *e;
	bool found = false;
	DIR *d;

	if ((d = opendir("/proc")) == NULL)
		return false;
	while (!found && (e = readdir(d)) != NULL)
		found = is_watch(e->d_name);
	(void)closedir(d);
	return found;
}

void
doctor_watch(struct doctor *x)
{
	const char *service = "", *key = counted_on(x->d->policy, &service);

	if (key == NULL)
		return;
	if (runs())
		DR_SAY(x, DR_GOOD, "watch", W_DR_WATCH, { WATCH });
	else
		DR_SAY(x, DR_WARN, "watch", W_DR_WATCH_NONE,
		    { WATCH, key, service });
}
