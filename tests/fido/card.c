/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fido-card: a virtual FIDO card in a vpcd reader (test part).  SIGUSR1 pulls
 * it, SIGUSR2 puts it in again, SIGTERM ends it.  With -v a line on standard
 * error for each command.  With -k and -c there is a PIV applet beside.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card.h"

enum { DIAL_MS = 5000 };

static volatile sig_atomic_t pull, put, ended;
static sigset_t waiting; /* the mask while we wait */
static struct vc_link link_to = { .fd = -1 };
static struct fc_card card;
static struct vc_card piv;
static const char *atr = "nfc";
static bool trace;

static void
on_signal(int sig)
{
	if (sig == SIGUSR1)
		pull = 1;
	else if (sig == SIGUSR2)
		put = 1;
	else
		ended = 1;
}

static void
leave(void)
{
	vc_link_close(&link_to);
	fc_reset(&card);
}

bool
fc_nap(long ms)
{
	const int64_t until = vc_now_ms() + ms;
	struct timespec ts = { 0 };
	int64_t left;

	while ((left = until - vc_now_ms()) > 0 && !pull && !ended) {
		ts.tv_sec = left / 1000;
		ts.tv_nsec = left % 1000 * 1000000;
		(void)ppoll(NULL, 0, &ts, &waiting);
	}
	return !pull && !ended;
}

/* Contactless; contacts with T=1; contacts with T=0. */
static int
send_atr(void)
{
	static const uint8_t nfc[] = { 0x3B, 0x84, 0x80, 0x01, 'F', 'I', 'D',
		'O', 0x01 };
	static const uint8_t t1[] = { 0x3B, 0x84, 0x01, 'F', 'I', 'D', 'O',
		0x81 };
	static const uint8_t t0[] = { 0x3B, 0x04, 'F', 'I', 'D', 'O' };

	if (strcmp(atr, "t0") == 0)
		return vc_link_send(&link_to, t0, sizeof t0);
	if (strcmp(atr, "t1") == 0)
		return vc_link_send(&link_to, t1, sizeof t1);
	return vc_link_send(&link_to, nfc, sizeof nfc);
}

static int
contact(uint8_t what)
{
	if (trace)
		(void)fprintf(stderr, "contact %u\n", what);
	if (what <= 2)
		fc_reset(&card);
	return what == 4 ? send_atr() : 0;
}

static int
command(const uint8_t *in, size_t n)
{
	static uint8_t ans[VC_MSG_MAX];
	size_t len = fc_apdu(&card, in, n, ans), i;

	if (trace) {
		for (i = 0; i < n && i < 5; i++)
			(void)fprintf(stderr, "%02X", in[i]);
		(void)fprintf(stderr, " (%zu) ", n);
		if (len >= 2)
			(void)fprintf(stderr, "%02X%02X (%zu)\n",
			    ans[len - 2], ans[len - 1], len);
		else
			(void)fprintf(stderr, "(%zu)\n", len);
	}
	return len == 0 ? -1 : vc_link_send(&link_to, ans, len);
}

static void
turn(uint16_t port)
{
	struct pollfd p = { .fd = link_to.fd, .events = POLLIN };
	const uint8_t *msg;
	size_t n;
	int got, r = 0;

	if (ppoll(&p, 1, NULL, &waiting) > 0) {
		got = vc_link_read(&link_to, &msg, &n);
		if (got < 0)
			r = -1;
		else if (got > 0 && n > 0)
			r = n == 1 ? contact(msg[0]) : command(msg, n);
	}
	if (pull || r != 0)
		leave();
	pull = 0;
	if (put && link_to.fd < 0 &&
	    vc_link_dial(&link_to, port, DIAL_MS) != 0)
		warn("no vpcd on port %u", port);
	put = 0;
}

static void
signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	static const int which[] = { SIGUSR1, SIGUSR2, SIGTERM };
	sigset_t block;
	size_t i;

	(void)sigemptyset(&block);
	for (i = 0; i < sizeof which / sizeof which[0]; i++) {
		(void)sigaction(which[i], &sa, NULL);
		(void)sigaddset(&block, which[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &block, &waiting);
}

int
main(int argc, char **argv)
{
	const char *key = NULL, *cert = NULL;
	uint16_t port = 35963;
	int o;

	while ((o = getopt(argc, argv, "a:c:k:p:v")) != -1)
		switch (o) {
		case 'a': atr = optarg; break;
		case 'c': cert = optarg; break;
		case 'k': key = optarg; break;
		case 'p': port = (uint16_t)strtol(optarg, NULL, 10); break;
		case 'v': trace = true; break;
		default: errx(2, "usage: fido-card [-v] [-a nfc|t1|t0] "
		    "[-p port] [-k key -c cert] folder");
		}
	if (optind + 1 != argc || fc_init(&card, argv[optind]) != 0)
		errx(2, "needs the folder of a software key");
	if (key != NULL) {
		piv.piv.max_tries = piv.piv.tries = 3;
		if (cert == NULL || vc_piv_set_pin(&piv.piv, "123456") != 0 ||
		    vc_piv_load(&piv.piv, key, cert) != 0)
			errx(1, "%s: not a key of a PIV card", key);
		card.piv = &piv;
	}
	signals();
	if (vc_link_dial(&link_to, port, DIAL_MS) != 0)
		err(1, "vpcd on port %u", port);
	while (!ended)
		turn(port);
	leave();
	softkey_close(card.key);
	return 0;
}
