/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who had the seat before the person whose session is opened on it: somebody
 * whose session is there still.  Runs in the gate.
 * Where a session sits is what logind has written of it; whose it is, what
 * this gate has, of sessions that are watched.  Decides nothing and fails
 * nothing: where it is not known, nobody was there before.
 */
#include <dirent.h>
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
	char seat[SEK_XDG_SESSION_MAX], leader[24];
	bool user; /* of somebody who has logged in, and not ending */
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
place_of(const char *xdg, struct place *at)
{
	char path[sizeof LOGIND + SEK_XDG_SESSION_MAX], word[24];
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
		at->user = strcmp(value(word, sizeof word, s, "CLASS"),
		    "user") == 0 && strcmp(value(word, sizeof word, s,
		    "STATE"), "closing") != 0;
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
	bool here;                     /* on the seat */
};

struct others {
	const char *mine, *seat;
	struct other *o; /* OTHERS_MAX, owned */
	size_t n;
};

static struct other *
find(struct others *all, const char *xdg)
{
	struct place at;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (strcmp(all->o[i].xdg, xdg) == 0)
			return &all->o[i];
	if (all->n == OTHERS_MAX)
		return NULL;
	all->o[all->n] = (struct other){ .here = place_of(xdg, &at) &&
	    strcmp(at.seat, all->seat) == 0 };
	(void)snprintf(all->o[all->n].xdg, SEK_XDG_SESSION_MAX, "%s", xdg);
	return &all->o[all->n++];
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
	    (o = find(all, m.xdg)) == NULL || !o->here)
		return;
	/* an su within it is opened later, and is no session of the seat's */
	if (m.open && (o->session[0] == '\0' || changed < o->changed))
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
	struct others all = { .mine = xdg };
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
		    strcmp(o->person, l->begin.person) != 0 &&
		    (last == NULL || o->changed > last->changed))
			last = o;
	if (last != NULL) {
		(void)snprintf(l->previous, sizeof l->previous, "%s",
		    last->person);
		(void)snprintf(l->previous_session,
		    sizeof l->previous_session, "%s", last->session);
	}
	free(all.o);
	return l->previous[0] != '\0';
}
