/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop of sekisho-watch: wait for the folder, the readers, a device or
 * the next second; look where each token is; do what is due.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "sekisho/deadline.h"
#include "watch/watch.h"

#define TICK_MS 1000u

enum { P_SIGNAL, P_FOLDER, P_READERS, N_POLL };

struct run {
	const char *conf;
	struct stat conf_was;
	struct sek_policy *policy; /* owned */
	struct folder folder;
	int signals, readers;  /* owned; -1: none */
	bool refused;          /* no thread for the readers: it was told */
};

void
watch_say(int priority, const char *text)
{
	syslog(priority, "%s", text);
}

static int
open_signals(void)
{
	sigset_t end;

	(void)sigemptyset(&end);
	(void)sigaddset(&end, SIGTERM);
	(void)sigaddset(&end, SIGINT);
	return signalfd(-1, &end, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What was told is seen by looking. */
static void
drain(int fd)
{
	char buf[4096];

	while (read(fd, buf, sizeof buf) > 0)
		;
}

static void
ask_readers(struct run *m)
{
	size_t i;
	bool cards = false;

	for (i = 0; i < m->folder.n; i++)
		cards = cards || m->folder.w[i].is.place[0] != '/';
	if (!cards || readers_start(m->readers) == SEK_OK)
		m->refused = false;
	else if (!m->refused) {
		m->refused = true;
		watch_say(LOG_ERR, "no thread for the readers: no card is "
		    "watched");
	}
}

static bool
is_as_before(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* A record says which configuration was in force: as the gate, which reads
 * it for each login.  One that is refused changes nothing here. */
static void
read_conf(struct run *m)
{
	struct sek_policy *p = NULL;
	struct sek_why why = { "" };
	struct stat st;

	if (stat(m->conf, &st) != 0)
		memset(&st, 0, sizeof st); /* loading tells why */
	if (m->policy != NULL && is_as_before(&st, &m->conf_was))
		return;
	m->conf_was = st;
	if (sek_policy_load(m->conf, &p, &why) != SEK_OK) {
		watch_say(LOG_ERR, why.text);
		return;
	}
	sek_policy_free(m->policy);
	m->policy = p;
	m->folder.run = p->run;
}

static void
look(struct run *m)
{
	struct readers r;
	uint64_t now;
	bool known;
	size_t i;

	read_conf(m);
	folder_look(&m->folder);
	wishes_look(&m->folder, m->policy, m->readers);
	folder_tell(&m->folder);
	ask_readers(m);
	known = readers_get(&r);
	now = sek_now_ms();
	for (i = 0; i < m->folder.n; i++)
		token_look(&m->folder.w[i], known ? &r : NULL, now,
		    m->policy->reader_grace_s * 1000u);
	for (i = 0; i < m->folder.n; i++)
		act_on(&m->folder, &m->folder.w[i], m->policy, now);
}

/* Until the next second, or the end of somebody's grace. */
static int
how_long(const struct folder *f)
{
	const uint64_t now = sek_now_ms();
	uint64_t at = now + TICK_MS;
	size_t i;

	for (i = 0; i < f->n; i++)
		if ((f->w[i].where == W_LOST || f->w[i].where == W_UNSEEN) &&
		    f->w[i].lost_until > now && f->w[i].lost_until < at)
			at = f->w[i].lost_until;
	return (int)(at - now);
}

static int
loop(struct run *m)
{
	struct pollfd p[N_POLL] = {
		[P_SIGNAL] = { .fd = m->signals, .events = POLLIN },
		[P_FOLDER] = { .fd = m->folder.inotify, .events = POLLIN },
		[P_READERS] = { .fd = m->readers, .events = POLLIN },
	};

	for (;;) {
		look(m);
		if (poll(p, N_POLL, how_long(&m->folder)) < 0 &&
		    errno != EINTR)
			return WATCH_FAILED;
		if (p[P_SIGNAL].revents != 0)
			return WATCH_FINE;
		drain(m->folder.inotify);
		drain(m->readers);
	}
}

int
watch_run(const char *conf)
{
	struct run m = { .conf = conf, .signals = open_signals(),
	    .readers = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	    .folder = { .inotify = -1 } };
	struct sek_why why = { "no descriptors" };
	int r = WATCH_FAILED;

	read_conf(&m);
	if (m.policy == NULL)
		r = WATCH_USAGE; /* it was told why */
	else if (m.signals < 0 || m.readers < 0 || folder_open(&m.folder,
	    m.policy->run, &why) != SEK_OK)
		watch_say(LOG_ERR, why.text);
	else
		r = loop(&m);
	folder_close(&m.folder);
	sek_policy_free(m.policy);
	/* the thread may still be using m.readers: the end of the process
	 * closes both */
	return r;
}
