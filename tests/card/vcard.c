/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcard.c - a virtual PIV smartcard on the vpcd socket (test part).
 * Owns the options, the control FIFO and the one loop.  A command written
 * to the FIFO before an APDU is sent is always obeyed before that APDU is
 * answered.  Must never wait without a limit on anything but the tester,
 * and never show the body of a VERIFY.
 */
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vcard.h"

enum {
	DIAL_MS = 5000,
	DELAY_MAX_MS = 3600 * 1000,
	LINE_LEN = 128,
	READ_LEN = 512,
	FIFO_READS = 128	/* times READ_LEN: one full pipe */
};

struct vcard {
	struct vc_link link;
	struct vc_card card;
	uint16_t port;
	bool trace, quit;
	int fifo;
	char line[LINE_LEN];
	size_t line_len;
	bool line_bad;		/* too long, or not all printable ASCII */
	int delay_ms;
	int remove_on;		/* INS, or -1 */
	int hang_on;		/* INS, or -1 */
	uint8_t ans[VC_ANS_MAX];
	size_t ans_len;		/* not 0: an answer is held back */
	int64_t ans_at_ms;
};

static int
parse_num(const char *s, int base, long min, long max, long *out)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(s, &end, base);
	if (errno != 0 || end == s || *end != '\0' || n < min || n > max)
		return -1;
	*out = n;
	return 0;
}

static void
card_remove(struct vcard *v)
{
	vc_link_close(&v->link);
	vc_card_reset(&v->card);
	v->ans_len = 0;
}

/* Of the numbered commands; -1: no such command or number. */
static int
control_num(struct vcard *v, const char *s)
{
	long n;

	if (strncmp(s, "fault ", 6) == 0 &&
	    parse_num(s + 6, 16, 0x6000, 0x9FFF, &n) == 0)
		v->card.fault = (uint16_t)n;
	else if (strncmp(s, "remove-on ", 10) == 0 &&
	    parse_num(s + 10, 16, 0, 0xFF, &n) == 0)
		v->remove_on = (int)n;
	else if (strncmp(s, "hang-on ", 8) == 0 &&
	    parse_num(s + 8, 16, 0, 0xFF, &n) == 0)
		v->hang_on = (int)n;
	else if (strncmp(s, "delay ", 6) == 0 &&
	    parse_num(s + 6, 10, 0, DELAY_MAX_MS, &n) == 0) {
		v->delay_ms = (int)n;
		if (n == 0)
			v->ans_at_ms = 0;	/* the hung one goes too */
	} else
		return -1;
	return 0;
}

/*
 * remove, insert	take the card out, put it in again
 * remove-on INS	take it out when such a command comes (hex; once)
 * fault SW		answer the next command with SW only (hex; once)
 * delay MS		hold every answer back; 0 ends it, for the held one too
 * hang-on INS		no answer from such a command on, until `delay 0`
 * count		print "tries N verified 0|1" on standard output
 * quit			take the card out and end
 */
static void
control_line(struct vcard *v, const char *s)
{
	if (strcmp(s, "remove") == 0)
		card_remove(v);
	else if (strcmp(s, "insert") == 0) {
		if (v->link.fd < 0 &&
		    vc_link_dial(&v->link, v->port, DIAL_MS) != 0)
			warn("insert: no vpcd on port %u", v->port);
	} else if (strcmp(s, "count") == 0) {
		(void)printf("tries %u verified %d\n", v->card.piv.tries,
		    v->card.piv.verified);
		(void)fflush(stdout);
	} else if (strcmp(s, "quit") == 0)
		v->quit = true;
	else if (control_num(v, s) != 0)
		warnx("control: not understood: %.40s", s);
}

static void
control_byte(struct vcard *v, char c)
{
	if (c != '\n') {
		if (c < 0x20 || c > 0x7E ||
		    v->line_len == sizeof(v->line) - 1)
			v->line_bad = true;
		else
			v->line[v->line_len++] = c;
		return;
	}
	v->line[v->line_len] = '\0';
	if (v->line_bad)
		warnx("control: not a line of text");
	else if (v->line_len > 0)
		control_line(v, v->line);
	v->line_len = 0;
	v->line_bad = false;
}

/* All that is there now, but no more than a pipe can hold. */
static void
control_drain(struct vcard *v)
{
	char buf[READ_LEN];
	ssize_t n, i;
	int round;

	if (v->fifo < 0)
		return;
	for (round = 0; round < FIFO_READS; round++) {
		n = read(v->fifo, buf, sizeof(buf));
		if (n <= 0)
			return;
		for (i = 0; i < n; i++)
			control_byte(v, buf[i]);
	}
}

/*
 * Open for writing too: a FIFO that has one writer at all times never gives
 * end of file, so testers may open and close it as they like.
 */
static int
control_open(const char *path)
{
	struct stat st;
	int fd;

	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		err(1, "%s", path);
	if (fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode))
		errx(1, "%s: not a FIFO", path);
	return fd;
}

static void
trace_apdu(const struct vcard *v, const uint8_t *p, size_t n)
{
	size_t i, show = n < 24 ? n : 24;

	if (!v->trace)
		return;
	if (n > 5 && p[1] == VC_INS_VERIFY)
		show = 5;
	(void)fputs("> ", stderr);
	for (i = 0; i < show; i++)
		(void)fprintf(stderr, "%02X", p[i]);
	(void)fprintf(stderr, "%s (%zu) < %02X%02X (%zu)\n",
	    show < n ? ".." : "", n, v->ans[v->ans_len - 2],
	    v->ans[v->ans_len - 1], v->ans_len);
}

/* One byte is for the card reader's contacts, not for the card's program. */
static int
contact(struct vcard *v, uint8_t what)
{
	uint8_t atr[VC_ATR_MAX];
	size_t n;

	if (v->trace)
		(void)fprintf(stderr, "> contact %u\n", what);
	switch (what) {
	case 0:		/* power off */
	case 1:		/* power on */
	case 2:		/* reset */
		vc_card_reset(&v->card);
		return 0;
	case 4:
		n = vc_piv_atr(atr);
		return vc_link_send(&v->link, atr, n);
	}
	return 0;
}

static void
answer_if_due(struct vcard *v)
{
	if (v->ans_len == 0 || vc_now_ms() < v->ans_at_ms)
		return;
	if (vc_link_send(&v->link, v->ans, v->ans_len) != 0)
		card_remove(v);
	v->ans_len = 0;
}

/* The command is done at once, and a PIN try is spent; the answer may wait. */
static void
message(struct vcard *v, const uint8_t *p, size_t n)
{
	if (n == 0)
		return;
	if (n == 1) {
		if (contact(v, p[0]) != 0)
			card_remove(v);
		return;
	}
	if (p[1] == v->remove_on) {
		v->remove_on = -1;
		card_remove(v);
		return;
	}
	if (p[1] == v->hang_on) {
		v->hang_on = -1;
		v->delay_ms = DELAY_MAX_MS;
	}
	v->ans_len = vc_card_apdu(&v->card, p, n, v->ans);
	v->ans_at_ms = vc_now_ms() + v->delay_ms;
	trace_apdu(v, p, n);
}

static int
wait_ms(const struct vcard *v)
{
	int64_t left;

	if (v->ans_len == 0)
		return -1;
	left = v->ans_at_ms - vc_now_ms();
	return left < 0 ? 0 : (int)left;
}

/*
 * Control first, each time: see the promise at the top.  While an answer is
 * held back nothing is read, as a real card hears nothing then.
 */
static void
turn(struct vcard *v)
{
	struct pollfd pf[2] = {
		{ .fd = v->fifo, .events = POLLIN },
		{ .fd = v->link.fd, .events = POLLIN },
	};
	const uint8_t *msg;
	size_t len;
	int got;

	if (v->ans_len > 0)
		pf[1].events = POLLRDHUP;
	if (poll(pf, 2, wait_ms(v)) < 0 && errno != EINTR)
		err(1, "poll");
	control_drain(v);
	if (v->link.fd < 0)
		return;
	if (v->ans_len > 0) {
		if (pf[1].revents != 0)
			card_remove(v);
	} else if (pf[1].revents != 0) {
		got = vc_link_read(&v->link, &msg, &len);
		if (got > 0)
			message(v, msg, len);
		else if (got < 0)
			card_remove(v);
	}
	answer_if_due(v);
}

static _Noreturn void
usage(void)
{
	(void)fprintf(stderr, "usage: vcard [-v] [-f fifo] [-P pin] [-p port] "
	    "[-r tries] -k key.pem -c cert.pem\n");
	exit(2);
}

static long
option_num(const char *s, long min, long max)
{
	long n;

	if (parse_num(s, 10, min, max, &n) != 0)
		errx(2, "%s: not a number from %ld to %ld", s, min, max);
	return n;
}

static void
options(struct vcard *v, int argc, char **argv)
{
	const char *key = NULL, *cert = NULL, *pin = "123456", *fifo = NULL;
	int o;

	while ((o = getopt(argc, argv, "c:f:k:P:p:r:v")) != -1) {
		switch (o) {
		case 'c': cert = optarg; break;
		case 'f': fifo = optarg; break;
		case 'k': key = optarg; break;
		case 'P': pin = optarg; break;
		case 'p':
			v->port = (uint16_t)option_num(optarg, 1, 65535);
			break;
		case 'r':
			v->card.piv.max_tries =
			    (unsigned int)option_num(optarg, 1, 15);
			break;
		case 'v': v->trace = true; break;
		default: usage();
		}
	}
	if (optind != argc || key == NULL || cert == NULL)
		usage();
	if (vc_piv_set_pin(&v->card.piv, pin) != 0)
		errx(2, "the PIN must be 4 to 8 digits");
	if (vc_piv_load(&v->card.piv, key, cert) != 0)
		errx(1, "%s, %s: not an RSA-2048 or P-256 key in clear PEM "
		    "with its own certificate", key, cert);
	v->card.piv.tries = v->card.piv.max_tries;
	if (fifo != NULL)
		v->fifo = control_open(fifo);
}

/* Without a FIFO nobody could insert it again: then removal is the end. */
int
main(int argc, char **argv)
{
	static struct vcard v = {
		.link.fd = -1, .fifo = -1, .remove_on = -1, .hang_on = -1,
		.port = 35963,
		.card.piv.max_tries = 3
	};

	options(&v, argc, argv);
	if (vc_link_dial(&v.link, v.port, DIAL_MS) != 0)
		err(1, "vpcd on port %u", v.port);
	(void)puts("ready");
	(void)fflush(stdout);
	while (!v.quit && (v.link.fd >= 0 || v.fifo >= 0))
		turn(&v);
	card_remove(&v);
	vc_piv_clear(&v.card.piv);
	return 0;
}
