/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * badserver - an HTTP server on a free port of loopback that behaves as badly
 * as it is asked to, by the path.  A process for each connection; ends, with
 * all of them, when who started it ends.
 *
 * usage: badserver FOLDER [RECORD]
 *
 * Prints "PORT\n" once it listens.  RECORD: the body of the last POST, always
 * whole.  Any path can be posted to.
 *
 *   /ok/NAME          the file NAME of FOLDER (404 when it is not there)
 *   /late/MS/NAME     the same, after MS milliseconds
 *   /unsized/NAME     the same without Content-Length, ended by closing
 *   /chunked/NAME     the same, chunked
 *   /ocsp, /ocsp/NAME the file "ocsp" or NAME as application/ocsp-response
 *   /big/N            N bytes of zeros
 *   /empty            200 and no body
 *   /html             200 and a page of HTML
 *   /slow             a byte a second
 *   /endless          bytes without end
 *   /chunked-endless  the same, chunked
 *   /redirect/N       N redirects, then /ok/crl
 *   /redirect-self    to itself
 *   /redirect-file    to file:///etc/passwd
 *   /redirect-ldap    to ldap://127.0.0.1/
 *   /redirect-user    to a URL with a name and a password
 *   /to/URL           to URL
 *   /bomb             Content-Encoding: gzip, 1 MB that are 150 MB of zeros
 *   /te-bomb          the same as Transfer-Encoding
 *   /status/N         HTTP status N and a body;  /404, /500: the same
 *   /truncated        Content-Length larger than the body
 *   /huge-header      one header of 1 MB
 *   /many-headers     headers without end
 *   /http09           a body without a header
 *   /garbage          a first line that is none
 *   /escape           a first line with escape sequences in it
 *   /hang             accepts and says nothing
 *   /close            accepts and closes
 *   /reset            accepts and resets
 *   /log              what was requested until now: each head as it came
 *
 * Whoever speaks LDAP is promised an answer of 256 MB, and gets bytes.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fetch/badserver.h"

#define HEAD_MAX 65536
#define PATIENCE_MS 30000

int folder;
FILE *history;
static const char *record; /* the body of the last POST; NULL: nowhere */

static void
die(const char *what)
{
	perror(what);
	_exit(2);
}

/* More bytes to what is there; false at the end. */
static bool
hear(int fd, char *p, size_t *n, size_t cap)
{
	ssize_t k;

	if (*n >= cap || (k = recv(fd, p + *n, cap - *n, 0)) <= 0)
		return false;
	*n += (size_t)k;
	return true;
}

/* By rename, so that a reader finds a whole one. */
static void
keep_body(const char *p, size_t n)
{
	char new[4200];
	FILE *f;

	if (record == NULL)
		return;
	(void)snprintf(new, sizeof new, "%s.%d", record, (int)getpid());
	if ((f = fopen(new, "w")) == NULL || fwrite(p, 1, n, f) != n ||
	    fclose(f) != 0 || rename(new, record) != 0)
		die(record);
}

/* RFC 4511 section 5.1: an LDAPMessage of 256 MB, and whatever. */
static void
lie_in_ldap(int fd)
{
	static const char zeros[65536];

	say(fd, "\x30\x84\x10\0\0\0\2\1\1", 9);
	for (;;)
		say(fd, zeros, sizeof zeros);
}

/* One request, one answer. */
static void
serve(int fd)
{
	static char text[HEAD_MAX + BODY_MAX + 1], head[HEAD_MAX + 1];
	size_t n = 0, body_at, body = 0;
	char *end = NULL, *path, *length;

	while (end == NULL) {
		if (!hear(fd, text, &n, HEAD_MAX))
			return;
		if (text[0] == 0x30)
			lie_in_ldap(fd);
		end = strstr(text, "\r\n\r\n");
	}
	body_at = (size_t)(end - text) + 4;
	memcpy(head, text, body_at);
	if (write(fileno(history), head, body_at) != (ssize_t)body_at)
		die("log");
	length = strcasestr(head, "\r\nContent-Length:");
	if (length != NULL)
		body = (size_t)strtoull(length + 17, NULL, 10);
	if (body > BODY_MAX)
		return;
	while (n - body_at < body)
		if (!hear(fd, text, &n, body_at + body))
			return;
	if (strncmp(head, "POST ", 5) == 0)
		keep_body(text + body_at, body);
	if ((path = strchr(head, ' ')) == NULL)
		return;
	path++;
	/* a proxy is asked for whole URLs */
	if (strncmp(path, "http://", 7) == 0 && (path = strchr(path + 7,
	    '/')) == NULL)
		return;
	path[strcspn(path, " \r\n?")] = '\0';
	act(fd, path);
}

static void
die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
	    getppid() != parent)
		_exit(2);
}

static int
listen_somewhere(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
	    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) != 0 ||
	    listen(fd, 64) != 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		die("listen");
	(void)printf("%d\n", ntohs(at.sin_port));
	if (fflush(stdout) != 0)
		die("stdout");
	return fd;
}

int
main(int argc, char **argv)
{
	const pid_t us = getpid();
	int fd, peer;

	die_with(getppid());
	if (argc < 2 || argc > 3) {
		(void)fputs("usage: badserver FOLDER [RECORD]\n", stderr);
		return 2;
	}
	record = argv[2];
	folder = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || (history = tmpfile()) == NULL ||
	    fcntl(fileno(history), F_SETFL, O_APPEND) != 0)
		die(argv[1]);
	(void)signal(SIGCHLD, SIG_IGN); /* nobody waits for them */
	fd = listen_somewhere();
	for (;;) {
		if ((peer = accept(fd, NULL, NULL)) < 0)
			continue;
		switch (fork()) {
		case 0:
			(void)close(fd);
			die_with(us);
			(void)setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO,
			    &(struct timeval){ PATIENCE_MS / 1000, 0 },
			    sizeof(struct timeval));
			serve(peer);
			/* what was sent must arrive before the end */
			(void)shutdown(peer, SHUT_WR);
			_exit(0);
		case -1:
			perror("fork");
			break;
		}
		(void)close(peer);
	}
}
