/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who had the seat before the person whose session is opened on it: somebody
 * whose session is there still.  Runs in the gate.
 * Where a session sits is what logind has written of it; whose it is, what
 * this gate has, of sessions that are watched.  Decides nothing and fails
 * nothing: where it is not known, nobody was there before.
 */
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gate/login.h"
#include "gate/presence_file.h"
#include "gate/proc.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"

#define LOGIND "/run/systemd/sessions"
#define FILE_MAX 8192u
#define NAMES_MAX 2000u
#define OTHERS_MAX 32u /* sessions on one seat */

/* What logind says of a session. */
struct place {
	char seat[SEK_XDG_SESSION_MAX], leader[24], uid[24];
	bool user; /* of somebody who has logged in here, and not ending */
};

/* The value of a line "KEY=VALUE" in the text, "" when there is none. */
static const char *
value(char *out, size_t cap, const char *text, const char *key)
{
	const size_t n = strlen(key);
	const char *p = text;

	out[0] = '\0';
	while (strncmp(p, key, n) != 0 || p[n] != '=') {
		if ((p = strchr(p, '\n')) == NULL)
			return out;
		p++;
	}
	p += n + 1;
	(void)snprintf(out, cap, "%.*s", (int)strcspn(p, "\n"), p);
	return out;
}

static bool
says(const char *text, const char *key, const char *word)
{
	char is[24];

	return strcmp(value(is, sizeof is, text, key), word) == 0;
}

static bool
place_of(const char *xdg, struct place *at)
{
	char path[sizeof LOGIND + SEK_XDG_SESSION_MAX];
	struct sek_buf text = { 0 };
	struct sek_why why = { "" };
	const char *s;
	int r;

	*at = (struct place){ .user = false };
	if (!sek_presence_xdg_ok(xdg))
		return false;
	(void)snprintf(path, sizeof path, LOGIND "/%s", xdg);
	r = sek_read_safe_file(path, FILE_MAX, &text, &why);
	sek_put_u8(&text, '\0');
	if (r == SEK_OK && sek_buf_ok(&text) == SEK_OK) {
		s = (const char *)text.p;
		(void)value(at->seat, sizeof at->seat, s, "SEAT");
		(void)value(at->leader, sizeof at->leader, s, "LEADER");
		(void)value(at->uid, sizeof at->uid, s, "UID");
		at->user = says(s, "CLASS", "user") &&
		    !says(s, "REMOTE", "1") && !says(s, "STATE", "closing");
	}
	sek_buf_free(&text);
	return at->user && at->seat[0] != '\0';
}

/* A session that is there besides. */
struct other {
	char xdg[SEK_XDG_SESSION_MAX];
	char session[SEK_SESSION_MAX]; /* of the login; "" = not known */
	char person[SEK_NAME_MAX];     /* who has come last */
	uint64_t changed;
	struct place at;
	bool here;                     /* on the seat */
};

struct others {
	const struct sek_policy *policy;
	const char *mine, *seat;
	struct other *o; /* OTHERS_MAX, owned */
	size_t n;
};

static struct other *
find(struct others *all, const char *xdg)
{
	struct other *o;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (strcmp(all->o[i].xdg, xdg) == 0)
			return &all->o[i];
	if (all->n == OTHERS_MAX)
		return NULL;
	o = &all->o[all->n++];
	*o = (struct other){ .here = false };
	(void)snprintf(o->xdg, sizeof o->xdg, "%s", xdg);
	o->here = place_of(xdg, &o->at) && strcmp(o->at.seat, all->seat) == 0;
	return o;
}

/* Has this file the login that the session is of, or an unlocking of it?
 * Whoever comes to it by su or sudo has no seat. */
static bool
is_of_the_seat(const struct others *all, const struct other *o,
    const struct sek_presence *m)
{
	const struct sek_service *service;
	char word[24];
	uid_t uid = 0;

	if (m->open) {
		(void)snprintf(word, sizeof word, "%" PRIu64, m->pid);
		return strcmp(word, o->at.leader) == 0;
	}
	service = sek_policy_service(all->policy, m->service);
	if (service == NULL || !service->unlock ||
	    sek_screen_uid(m->account, &uid) != SEK_OK)
		return false;
	(void)snprintf(word, sizeof word, "%" PRIu32, (uint32_t)uid);
	return strcmp(word, o->at.uid) == 0;
}

static void
take(struct others *all, const char *dir, const char *name)
{
	struct sek_presence m;
	struct sek_why why = { "" };
	uint64_t changed = 0;
	struct other *o;

	if (!sek_presence_name_ok(name) || sek_presence_read(dir, name, &m,
	    &changed, &why) != SEK_OK || m.xdg[0] == '\0' ||
	    strcmp(m.xdg, all->mine) == 0 ||
	    (o = find(all, m.xdg)) == NULL || !o->here ||
	    !is_of_the_seat(all, o, &m))
		return;
	if (m.open)
		(void)snprintf(o->session, sizeof o->session, "%s",
		    m.session);
	if (changed < o->changed)
		return;
	o->changed = changed;
	(void)snprintf(o->person, sizeof o->person, "%s", m.person);
}

static void
read_folder(struct others *all, const char *run)
{
	char dir[PATH_MAX];
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	if (snprintf(dir, sizeof dir, "%s/%s", run, SEK_PRESENCE_DIR) >=
	    (int)sizeof dir || (d = opendir(dir)) == NULL)
		return;
	while ((e = readdir(d)) != NULL && n++ < NAMES_MAX)
		take(all, dir, e->d_name);
	(void)closedir(d);
}

/* Only of the process that logind has made the session for: an su or sudo
 * in it takes no seat. */
static bool
takes_a_seat(const struct sek_login *l, char xdg[SEK_XDG_SESSION_MAX],
    struct place *at)
{
	char pid[24];

	(void)snprintf(pid, sizeof pid, "%lld", (long long)l->peer_pid);
	if (sek_presence_xdg_ok(l->begin.xdg_session))
		(void)snprintf(xdg, SEK_XDG_SESSION_MAX, "%s",
		    l->begin.xdg_session);
	else
		(void)sek_process_xdg((uint64_t)l->peer_pid, xdg);
	return place_of(xdg, at) && strcmp(at->leader, pid) == 0;
}

bool
sek_seat_taken(struct sek_login *l)
{
	char xdg[SEK_XDG_SESSION_MAX] = "";
	const struct other *o, *last = NULL;
	struct others all = { .policy = l->policy, .mine = xdg };
	struct place at;

	/* nobody is named by a rescue */
	if (l->peer != 0 || !sek_name_ok(l->begin.person) ||
	    !takes_a_seat(l, xdg, &at) ||
	    (all.o = calloc(OTHERS_MAX, sizeof *all.o)) == NULL)
		return false;
	all.seat = at.seat;
	read_folder(&all, l->policy->run);
	for (o = all.o; o < all.o + all.n; o++)
		if (o->person[0] != '\0' &&
		    (last == NULL || o->changed > last->changed))
			last = o;
	/* who had it last, and not who had it before them */
	if (last != NULL && strcmp(last->person, l->begin.person) != 0) {
		(void)snprintf(l->previous, sizeof l->previous, "%s",
		    last->person);
		(void)snprintf(l->previous_session,
		    sizeof l->previous_session, "%s", last->session);
	}
	free(all.o);
	return l->previous[0] != '\0';
}
