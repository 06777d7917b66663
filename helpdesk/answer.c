/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading an answer or a PIN from the administrator.
 *
 * Part of `sekisho`.  Must never leave a terminal without echo, or a PIN
 * anywhere but in a buffer that is wiped: hence no stdio for input.
 */
#include "helpdesk/answer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "sekisho/deadline.h"
#include "sekisho/os.h"
#include "sekisho/wire_front.h"

#define ANSWER_MS (5u * 60 * 1000)
#define LINE_MAX_BYTES (SEK_SECRET_MAX - 1u)

/* Bytes up to the end of the line; one by one, so that none stays in a
 * buffer that is not wiped and none of the next line is taken. */
static int
read_line(int fd, int signals, struct sek_buf *out)
{
	const struct sek_deadline dl = sek_deadline_in(ANSWER_MS);
	struct signalfd_siginfo info;
	uint8_t c = 0;
	int r = SEK_OK;

	while (r == SEK_OK) {
		struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
		    { .fd = signals, .events = POLLIN } };
		int n = poll(p, 2, sek_deadline_left_ms(&dl));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			r = n == 0 ? SEK_E_TIMEOUT : SEK_E_SYS;
		else if (p[1].revents != 0) {
			/* to be delivered when it is let through again */
			if (read(signals, &info, sizeof(info)) ==
			    (ssize_t)sizeof(info))
				(void)kill(getpid(), (int)info.ssi_signo);
			sek_buf_clear(out); /* half a line is none */
			r = SEK_E_EOF;
		} else if (read(fd, &c, 1) != 1)
			r = SEK_E_EOF;
		else if (c == '\n' || c == '\r')
			break;
		else if (out->len >= LINE_MAX_BYTES)
			r = SEK_E_LIMIT;
		else
			sek_put_u8(out, c);
	}
	sek_wipe(&c, sizeof(c));
	return r == SEK_OK ? sek_buf_ok(out) : r;
}

void
desk_enders(sigset_t *set)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
		SIGTSTP };
	size_t i;

	(void)sigemptyset(set);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		(void)sigaddset(set, ends[i]);
}

/* With the signals blocked: switch the echo off, read, switch it on. */
static int
on_terminal(int fd, int signals, bool echo, struct sek_buf *out)
{
	struct termios was, quiet;
	int r;

	if (tcgetattr(fd, &was) != 0)
		return SEK_E_NOENT;
	quiet = was;
	if (!echo) {
		quiet.c_lflag &= (tcflag_t)~ECHO;
		quiet.c_lflag |= ECHONL;
	}
	/* what was typed ahead is no answer to this question */
	if (tcsetattr(fd, TCSAFLUSH, &quiet) != 0)
		return SEK_E_SYS;
	r = read_line(fd, signals, out);
	if (tcsetattr(fd, TCSAFLUSH, &was) != 0 && r == SEK_OK)
		r = SEK_E_SYS;
	return r;
}

int
desk_ask(const struct desk *d, const struct desk_said *prompt, bool echo,
    struct sek_buf *out)
{
	sigset_t set, before;
	FILE *show = NULL;
	int fd, signals = -1, r = SEK_E_SYS;

	fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return SEK_E_NOENT;
	desk_enders(&set);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	sek_buf_clear(out);
	show = fopen("/dev/tty", "we");
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (show != NULL && signals >= 0) {
		desk_put(d, show, prompt->w, prompt->args);
		(void)fflush(show);
		r = on_terminal(fd, signals, echo, out);
	}
	if (show != NULL)
		(void)fclose(show);
	if (signals >= 0)
		(void)close(signals);
	(void)close(fd);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

bool
desk_yes(const struct desk *d, const struct desk_said *question)
{
	static const char *const yes[] = { "yes", "y", "はい" };
	struct sek_buf line = { 0 };
	bool is_yes = false;
	size_t i;
	int r;

	r = desk_ask(d, question, true, &line);
	if (r == SEK_E_NOENT)
		DESK_ERR(d, W_NO_TERMINAL, { NULL });
	for (i = 0; r == SEK_OK && i < sizeof(yes) / sizeof(yes[0]); i++)
		if (line.len == strlen(yes[i]) && strncasecmp(
		    (const char *)line.p, yes[i], line.len) == 0)
			is_yes = true;
	sek_buf_free(&line);
	return is_yes;
}

static int
usable(struct sek_buf *pin, struct sek_why *why)
{
	while (pin->len > 0 && (pin->p[pin->len - 1] == '\n' ||
	    pin->p[pin->len - 1] == '\r'))
		pin->len--;
	if (pin->len > 0 && pin->len <= UINT8_MAX &&
	    memchr(pin->p, 0, pin->len) == NULL)
		return sek_buf_ok(pin);
	sek_why_set(why, "is empty, too long or has a NUL in it");
	return SEK_E_INVAL;
}

int
desk_pin_file(const char *path, struct sek_buf *out, struct sek_why *why)
{
	char whole[PATH_MAX];
	struct stat st;
	int r;

	if (realpath(path, whole) == NULL || lstat(whole, &st) != 0) {
		sek_why_set(why, "the file cannot be opened: %s",
		    strerror(errno));
		return SEK_E_NOENT;
	}
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		sek_why_set(why, "the file is open to others; its mode must "
		    "be 0600");
		return SEK_E_UNSAFE;
	}
	r = sek_read_safe_file(whole, SEK_SECRET_MAX, out, why);
	return r == SEK_OK ? usable(out, why) : r;
}

int
desk_pin_fd(int fd, struct sek_buf *out, struct sek_why *why)
{
	sigset_t set, before;
	int signals, r = SEK_E_SYS;

	sek_buf_clear(out);
	/* the caller may have held them back already */
	desk_enders(&set);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals >= 0) {
		r = read_line(fd, signals, out);
		(void)close(signals);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	/* a pipe may end without a line end */
	if (r == SEK_E_EOF && out->len > 0)
		r = SEK_OK;
	if (r != SEK_OK) {
		sek_why_set(why, "descriptor %d: %s", fd, sek_strerror(r));
		return r;
	}
	return usable(out, why);
}
