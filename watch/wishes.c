/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The folder in which the gate asks for the login screen.  Runs in
 * sekisho-watch; what is asked of logind and the display manager, one wish
 * after the other, in a thread of its own: no session waits for its lock
 * because a display manager hangs.
 * Each file is removed before it is followed, and followed once or never.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <syslog.h>
#include <unistd.h>

#include "gate/proc.h"
#include "gate/run_file.h"
#include "gate/run_folder.h"
#include "sekisho/escape.h"
#include "watch/watch.h"

#define NAMES_MAX 1000u /* in one look */

static struct {
	pthread_mutex_t mutex;
	bool busy;             /* the thread is there, and all but this and */
	int fd;                /* the mutex is its */
	struct sek_wish wish;
	char said[600];        /* its last complaint */
} asker = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* None of the calls on the mutex can fail as it is used here. */
static bool
is_busy(void)
{
	bool busy;

	(void)pthread_mutex_lock(&asker.mutex);
	busy = asker.busy;
	(void)pthread_mutex_unlock(&asker.mutex);
	return busy;
}

static void
set_busy(bool busy)
{
	(void)pthread_mutex_lock(&asker.mutex);
	asker.busy = busy;
	(void)pthread_mutex_unlock(&asker.mutex);
}

static void
tell(const struct sek_wish *w, int r, const struct sek_why *why)
{
	char text[sizeof asker.said];
	int priority = LOG_ERR;

	if (r == SEK_OK)
		priority = LOG_NOTICE;
	else if (r == SEK_E_EXISTS)
		priority = LOG_INFO; /* it is there already, say */
	if (r == SEK_OK)
		(void)snprintf(text, sizeof text, "another person's card at "
		    "the lock of %s: the login screen is up", w->account);
	else
		(void)snprintf(text, sizeof text, "another person's card at "
		    "the lock of %s, but no login screen: %.250s", w->account,
		    why->text);
	if (r == SEK_OK || strcmp(text, asker.said) != 0)
		watch_say(priority, text);
	memcpy(asker.said, text, sizeof text);
}

static void *
ask(void *arg)
{
	struct sek_why why = { "" };
	const uint64_t one = 1;
	const int fd = asker.fd; /* the next one's after set_busy() */
	int r;

	(void)arg;
	r = greeter_ask(&asker.wish, &why);
	tell(&asker.wish, r, &why);
	set_busy(false);
	/* to look for the next one; a full counter has been told */
	if (write(fd, &one, sizeof one) < 0)
		return NULL;
	return NULL;
}

static void
start(const struct sek_wish *w, int fd)
{
	pthread_t t;

	asker.wish = *w;
	asker.fd = fd;
	set_busy(true);
	/* signals are blocked here, and so in the thread */
	if (pthread_create(&t, NULL, ask, NULL) == 0) {
		(void)pthread_detach(t);
		return;
	}
	set_busy(false);
	watch_say(LOG_ERR, "no thread to ask the display manager");
}

/* A gate is writing it, or was killed: the next gate removes it then. */
static bool
is_half(const char *name)
{
	const size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".new") == 0;
}

/* Is it to be followed?  It is gone then, and so is what never will be. */
static bool
take(struct folder *f, const char *dir, const char *name,
    struct sek_wish *out)
{
	struct sek_why why = { "" };
	uint64_t now = 0;
	int r = sek_wish_read(dir, name, out, &why);

	if (r == SEK_E_NOENT)
		return false;
	/* what stays would be followed for ever */
	if (sek_run_file_remove(dir, name) == SEK_E_IO && r == SEK_OK)
		r = sek_why_about(&why, SEK_E_IO, dir, "cannot be emptied");
	if (r != SEK_OK) {
		folder_complain(f, &why);
		return false;
	}
	return sek_boot_ms(&now) == SEK_OK && out->at_ms <= now &&
	    now - out->at_ms <= SEK_WISH_FRESH_MS;
}

void
wishes_look(struct folder *f, const struct sek_policy *p, int fd)
{
	char dir[PATH_MAX];
	struct sek_why why = { "" };
	struct sek_wish w;
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	if (!sek_policy_switches(p))
		return;
	if (sek_run_folder(p->run, SEK_WISH_DIR, dir, sizeof dir, &why) !=
	    SEK_OK) {
		folder_complain(f, &why);
		return;
	}
	/* a gate writes beside it and renames */
	(void)inotify_add_watch(f->inotify, dir, IN_MOVED_TO | IN_ONLYDIR);
	if (is_busy() || (d = opendir(dir)) == NULL)
		return;
	while ((e = readdir(d)) != NULL && n++ < NAMES_MAX) {
		if (e->d_name[0] != '.' && !is_half(e->d_name) &&
		    take(f, dir, e->d_name, &w)) {
			start(&w, fd);
			break;
		}
	}
	(void)closedir(d);
}
