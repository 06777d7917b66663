/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * softkeyd: a software key as a process, plugged in as long as it runs.
 *
 *     softkeyd FOLDER [SECONDS]
 *
 * Listens on FOLDER/socket, where shim.c finds it; each packet is a report of
 * CTAPHID.  Ends, and is thereby pulled out, on SIGTERM, when the folder is
 * removed, and after SECONDS (300): no test can leave it behind.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctaphid.h"

enum { READERS = 16, LOOK_MS = 500, SEND_MS = 1000 };

struct keyd {
	struct softkey *key;
	struct ctaphid *hid;
	int folder, door;
	int reader[READERS]; /* -1: none */
	time_t until;
};

static volatile sig_atomic_t ordered;

static void
on_signal(int signal)
{
	ordered = signal;
}

static void
leave(struct keyd *d, int who)
{
	if (d->reader[who] < 0)
		return;
	(void)close(d->reader[who]);
	d->reader[who] = -1;
	ctaphid_left(d->hid, who);
}

/* Who does not read for a second is gone.  Who has closed may have said
 * something before that: hear() finds out. */
static void
send_report(void *arg, int who, const uint8_t *report)
{
	struct keyd *d = arg;
	struct pollfd p = { d->reader[who], POLLOUT, 0 };
	ssize_t n;

	if (d->reader[who] < 0)
		return;
	n = send(p.fd, report, CTAPHID_REPORT, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN && poll(&p, 1, SEND_MS) == 1)
		n = send(p.fd, report, CTAPHID_REPORT,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n != CTAPHID_REPORT && errno != EPIPE && errno != ECONNRESET)
		leave(d, who);
}

static void
hear(struct keyd *d, int who)
{
	uint8_t report[CTAPHID_REPORT + 1];
	ssize_t n = recv(d->reader[who], report, sizeof(report), MSG_DONTWAIT);

	/* said once when it has left something unread: what it has sent is
	 * still there */
	if (n < 0 && errno == ECONNRESET)
		n = recv(d->reader[who], report, sizeof(report),
		    MSG_DONTWAIT);
	if (n == CTAPHID_REPORT)
		ctaphid_report(d->hid, who, report);
	else if (n >= 0 || errno != EAGAIN)
		leave(d, who);
}

static void
let_in(struct keyd *d)
{
	int i, fd = accept4(d->door, NULL, NULL, SOCK_CLOEXEC);

	for (i = 0; fd >= 0 && i < READERS; i++)
		if (d->reader[i] < 0) {
			d->reader[i] = fd;
			return;
		}
	if (fd >= 0)
		(void)close(fd);
}

static time_t
now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void
check_end(struct keyd *d)
{
	struct stat st;

	if (ordered || now_s() >= d->until ||
	    fstat(d->folder, &st) != 0 || st.st_nlink == 0)
		ctaphid_pull(d->hid);
}

/* A reader's command may take its time in here, with a pump of its own: what
 * poll() has said may be past then, so nothing below blocks. */
static void
pump(void *arg, int ms)
{
	struct keyd *d = arg;
	struct pollfd p[READERS + 1];
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };
	sigset_t none;
	int i;

	p[READERS] = (struct pollfd){ d->door, POLLIN, 0 };
	for (i = 0; i < READERS; i++)
		p[i] = (struct pollfd){ d->reader[i], POLLIN, 0 };
	(void)sigemptyset(&none);
	if (ppoll(p, READERS + 1, &t, &none) > 0) {
		for (i = 0; i < READERS; i++)
			if (p[i].revents != 0 && d->reader[i] == p[i].fd)
				hear(d, i);
		if (p[READERS].revents != 0)
			let_in(d);
	}
	check_end(d);
}

/* Appears under its name only when it can be connected to, by anybody. */
static int
open_door(void)
{
	struct sockaddr_un a = { AF_UNIX, "socket.new" };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);

	(void)unlink(a.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, READERS) != 0 || chmod(a.sun_path, 0666) != 0 ||
	    rename(a.sun_path, "socket") != 0)
		err(1, "socket");
	return fd;
}

static void
catch_signals(void)
{
	struct sigaction a = { .sa_handler = on_signal };
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)sigaction(SIGTERM, &a, NULL);
	(void)sigaction(SIGINT, &a, NULL);
	(void)sigaction(SIGHUP, &a, NULL);
}

int
main(int argc, char **argv)
{
	struct keyd d = { .until = now_s() +
	    (argc > 2 ? strtol(argv[2], NULL, 10) : 300) };
	struct ctaphid_ops ops = { send_report, pump, &d };
	int i;

	if (argc < 2)
		errx(2, "usage: softkeyd FOLDER [SECONDS]");
	if (chdir(argv[1]) != 0)
		err(1, "%s", argv[1]);
	catch_signals();
	for (i = 0; i < READERS; i++)
		d.reader[i] = -1;
	d.folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d.key = softkey_open(".");
	d.hid = d.key == NULL ? NULL : ctaphid_new(d.key, &ops);
	if (d.folder < 0 || d.hid == NULL)
		err(1, "%s", argv[1]);
	d.door = open_door();
	while (!ctaphid_pulled(d.hid))
		pump(&d, LOOK_MS);
	softkey_trace(d.key, "pulled");
	(void)unlink("socket");
	ctaphid_free(d.hid);
	softkey_close(d.key);
	return 0;
}
