/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The folder of the sessions that are watched, as sekisho-watch knows it.
 * The folder is the truth: what is not in it is forgotten.  What is no file
 * of the gate's is told of and left alone.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "gate/proc.h"
#include "gate/run_folder.h"
#include "sekisho/escape.h"
#include "watch/watch.h"

#define NAMES_MAX 20000u /* in one look */
#define BEGUN_S 120      /* a login that no session has followed */
#define EVENTS (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | \
	IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_ONLYDIR)
/* Not what is written: all the world writes to /dev/null. */
#define NODES (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | \
	IN_ONLYDIR)

int
folder_open(struct folder *f, const char *run, struct sek_why *why)
{
	*f = (struct folder){ .run = run, .inotify = -1 };
	f->w = calloc(WATCH_MAX, sizeof f->w[0]);
	f->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (f->w == NULL || f->inotify < 0) {
		sek_why_set(why, "inotify: %s", strerror(errno));
		folder_close(f);
		return SEK_E_SYS;
	}
	return sek_run_folder(run, SEK_PRESENCE_DIR, f->dir, sizeof f->dir,
	    why);
}

void
folder_close(struct folder *f)
{
	free(f->w);
	f->w = NULL;
	f->n = 0;
	if (f->inotify >= 0)
		(void)close(f->inotify);
	f->inotify = -1;
}

void
folder_complain(struct folder *f, const struct sek_why *why)
{
	if (f->wrong++ == 0)
		f->first = *why;
}

static struct watched *
find(struct folder *f, const char *session)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (strcmp(f->w[i].is.session, session) == 0)
			return &f->w[i];
	return NULL;
}

/* The session was opened, or its token is another one: what is known of a
 * token that is the same stays known. */
static void
renew(struct watched *w, const struct sek_presence *m, uint64_t changed)
{
	if (strcmp(w->is.place, m->place) != 0 ||
	    w->is.node_ino != m->node_ino || w->is.watch != m->watch)
		*w = (struct watched){ .where = W_NEW };
	w->is = *m;
	w->changed = changed;
}

static void
take_file(struct folder *f, const char *name)
{
	struct sek_why why = { "" };
	struct sek_presence m;
	struct watched *w = find(f, name);
	uint64_t changed = 0;
	int r = sek_presence_read(f->dir, name, &m, &changed, &why);

	if (r == SEK_E_NOENT)
		return;
	if (r == SEK_OK && w == NULL && f->n == WATCH_MAX) {
		sek_why_set(&why, "there are more than %u sessions",
		    WATCH_MAX);
		r = SEK_E_LIMIT;
	}
	if (r != SEK_OK) {
		folder_complain(f, &why);
		return;
	}
	if (w == NULL) {
		w = &f->w[f->n++];
		*w = (struct watched){ .where = W_NEW, .is = m,
		    .changed = changed };
	} else if (w->changed != changed) {
		renew(w, &m, changed);
	}
	w->in_folder = true;
}

static uint64_t
wall_ns(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static bool
is_old(uint64_t changed, unsigned int seconds)
{
	return wall_ns() > changed + seconds * 1000000000ull;
}

/* What a gate writes before it has its name; one that was killed leaves it. */
static bool
is_half(const struct folder *f, const char *name)
{
	char session[SEK_SESSION_MAX], path[PATH_MAX];
	struct stat st;
	int n;

	if (strlen(name) != SEK_SESSION_MAX - 1 + 4 ||
	    strcmp(name + SEK_SESSION_MAX - 1, ".new") != 0)
		return false;
	memcpy(session, name, SEK_SESSION_MAX - 1);
	session[SEK_SESSION_MAX - 1] = '\0';
	if (!sek_presence_name_ok(session))
		return false;
	n = snprintf(path, sizeof path, "%s/%s", f->dir, name);
	if (n > 0 && (size_t)n < sizeof path && lstat(path, &st) == 0 &&
	    S_ISREG(st.st_mode) &&
	    is_old((uint64_t)st.st_mtim.tv_sec * 1000000000u, BEGUN_S))
		(void)unlink(path);
	return true;
}

static void
take_names(struct folder *f, DIR *d)
{
	struct sek_why why;
	struct dirent *e;
	char text[300];
	size_t n = 0;

	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0 || is_half(f, e->d_name))
			continue;
		if (n++ == NAMES_MAX) {
			sek_why_set(&why, "%s: has more than %u files",
			    f->dir, NAMES_MAX);
			folder_complain(f, &why);
			return;
		}
		if (sek_presence_name_ok(e->d_name)) {
			take_file(f, e->d_name);
			continue;
		}
		sek_why_set(&why, "%s/%s: is no session's name", f->dir,
		    sek_escape_str(text, sizeof text, e->d_name));
		folder_complain(f, &why);
	}
}

static bool
is_later(const struct watched *a, const struct watched *b)
{
	return a->is.xdg[0] != '\0' && strcmp(a->is.xdg, b->is.xdg) == 0 &&
	    a->changed > b->changed;
}

bool
folder_has_later(const struct folder *f, const struct watched *w)
{
	size_t i;

	/* that of a session within it, su's say, does not unlock it */
	for (i = 0; i < f->n; i++)
		if (!f->w[i].is.open && is_later(&f->w[i], w))
			return true;
	return false;
}

/* An unlocking of a session that is closed now, or after which the same
 * service has unlocked it again; or a login that nothing came of. */
static bool
is_left(const struct folder *f, const struct watched *w)
{
	const struct watched *o;
	bool open = false;

	for (o = f->w; o < f->w + f->n; o++) {
		if (strcmp(o->is.xdg, w->is.xdg) != 0 || w->is.xdg[0] == '\0')
			continue;
		open = open || o->is.open;
		if (!o->is.open && is_later(o, w) &&
		    strcmp(o->is.service, w->is.service) == 0)
			return true;
	}
	return !open && is_old(w->changed, BEGUN_S);
}

/* /proc may be closed to us (hidepid=), or there may be no descriptor for it
 * now: that the program is not to be seen does not say that it has ended. */
static bool
has_ended(uint64_t pid, uint64_t since)
{
	uint64_t started;

	if (pid == 0 || pid > INT_MAX)
		return true;
	if (sek_process_started(pid, &started) == SEK_OK)
		return started != since;
	return kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* Did its login program end without a word, or will none come? */
static bool
is_over(const struct folder *f, const struct watched *w)
{
	if (!w->is.open)
		return is_left(f, w);
	return has_ended(w->is.pid, w->is.started);
}

static void
drop(struct folder *f, const char *session)
{
	struct sek_why why;
	int r = sek_presence_remove(f->dir, session);

	if (r == SEK_OK || r == SEK_E_NOENT)
		return;
	sek_why_set(&why, "%s/%s: cannot be removed", f->dir, session);
	folder_complain(f, &why);
}

/* A program that opened our session before logind's has its name now, by the
 * group that logind has put it in. */
static void
name_sessions(struct folder *f)
{
	struct watched *w;

	for (w = f->w; w < f->w + f->n; w++)
		if (w->is.open && w->is.xdg[0] == '\0')
			(void)sek_process_xdg(w->is.pid, w->is.xdg);
}

static void
tidy(struct folder *f)
{
	size_t i = 0;

	while (i < f->n) {
		if (f->w[i].in_folder && is_over(f, &f->w[i])) {
			drop(f, f->w[i].is.session);
			f->w[i].in_folder = false;
		}
		if (!f->w[i].in_folder)
			f->w[i] = f->w[--f->n];
		else
			i++;
	}
}

/* Keys that are devices: their folders as well. */
static void
hear_of_devices(const struct folder *f)
{
	char dir[SEK_PRESENCE_PLACE_MAX], *slash;
	size_t i;

	for (i = 0; i < f->n; i++) {
		if (f->w[i].is.place[0] != '/')
			continue;
		memcpy(dir, f->w[i].is.place, sizeof dir);
		if ((slash = strrchr(dir, '/')) != dir)
			*slash = '\0';
		/* without it we look each second */
		(void)inotify_add_watch(f->inotify, dir, NODES);
	}
}

void
folder_tell(struct folder *f)
{
	char text[sizeof f->said] = "";

	if (f->wrong > 0)
		(void)snprintf(text, sizeof text, "%s%s",
		    f->first.text, f->wrong > 1 ? " (and others)" : "");
	if (text[0] != '\0' && strcmp(text, f->said) != 0)
		watch_say(LOG_WARNING, text);
	memcpy(f->said, text, sizeof text);
}

void
folder_look(struct folder *f)
{
	struct sek_why why = { "" };
	DIR *d = NULL;
	size_t i;

	f->wrong = 0;
	if (sek_run_folder(f->run, SEK_PRESENCE_DIR, f->dir, sizeof f->dir,
	    &why) == SEK_OK) {
		/* before it is read, so that nothing is missed */
		(void)inotify_add_watch(f->inotify, f->dir, EVENTS);
		if ((d = opendir(f->dir)) == NULL)
			(void)sek_why_about(&why, SEK_E_IO, f->dir,
			    strerror(errno));
	}
	if (why.text[0] != '\0')
		folder_complain(f, &why);
	/* one that cannot be read now has not been emptied */
	if (d != NULL) {
		for (i = 0; i < f->n; i++)
			f->w[i].in_folder = false;
		take_names(f, d);
		(void)closedir(d);
	}
	tidy(f);
	name_sessions(f);
	hear_of_devices(f);
}
