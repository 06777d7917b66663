/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hidcheck PATH: the transport of a software key, as no decent program uses
 * it: broken packets, two channels at once, cancelled and interrupted waits.
 * The key must have the knob touch=no.  Prints a line for each case.
 */
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <err.h>
#include <fido.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REPORT = 64, BIG = 7609, WAIT_MS = 3000 };
enum { PING = 0x81, MSG = 0x83, INIT = 0x86, CBOR = 0x90, CANCEL = 0x91,
	KEEPALIVE = 0xbb, FAULT = 0xbf };

static int failed;
static uint8_t big[BIG + 1], got[BIG + REPORT];

static void
ok(bool good, const char *name)
{
	(void)printf("%s %s\n", good ? "ok" : "not ok", name);
	failed += !good;
}

static int
dial(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
		err(2, "%s", path);
	return fd;
}

static void
put(int fd, uint32_t cid, uint8_t first, size_t said, const uint8_t *p,
    size_t n)
{
	uint8_t r[REPORT] = { (uint8_t)(cid >> 24), (uint8_t)(cid >> 16),
	    (uint8_t)(cid >> 8), (uint8_t)cid, first };
	size_t head = 5;

	if (first & 0x80) {
		r[5] = (uint8_t)(said >> 8);
		r[6] = (uint8_t)said;
		head = 7;
	}
	memcpy(r + head, p, n < REPORT - head ? n : REPORT - head);
	if (send(fd, r, REPORT, MSG_NOSIGNAL) != REPORT)
		err(2, "send");
}

static void
say(int fd, uint32_t cid, uint8_t command, const uint8_t *p, size_t n)
{
	size_t off = REPORT - 7;
	uint8_t sequence = 0;

	put(fd, cid, command, n, p, n);
	for (; off < n; off += REPORT - 5)
		put(fd, cid, sequence++, 0, p + off, n - off);
}

/* The next message: its command, or 0; the data in got[]. */
static uint8_t
hear(int fd, size_t *np, int ms)
{
	struct pollfd p = { fd, POLLIN, 0 };
	uint8_t r[REPORT], command = 0;
	size_t n = 0, have = 0, head = 7;

	*np = 0;
	do {
		if (poll(&p, 1, ms) != 1 || recv(fd, r, REPORT, 0) != REPORT)
			return 0;
		if (head == 7) {
			command = r[4];
			n = (size_t)r[5] << 8 | r[6];
		}
		if (have + REPORT - head <= sizeof(got))
			memcpy(got + have, r + head, REPORT - head);
		have += REPORT - head;
		head = 5;
	} while (have < n);
	*np = n;
	return command;
}

static uint32_t
channel(int fd)
{
	static const uint8_t nonce[8] = "nonceNo1";
	size_t n;

	say(fd, 0xffffffff, INIT, nonce, sizeof(nonce));
	if (hear(fd, &n, WAIT_MS) != INIT || n != 17 ||
	    memcmp(got, nonce, sizeof(nonce)) != 0)
		return 0;
	return (uint32_t)got[8] << 24 | (uint32_t)got[9] << 16 |
	    (uint32_t)got[10] << 8 | got[11];
}

static bool
faulted(int fd, uint8_t code)
{
	size_t n;

	return hear(fd, &n, WAIT_MS) == FAULT && n == 1 && got[0] == code;
}

static void
packets(int fd, uint32_t cid)
{
	size_t n;

	say(fd, cid, PING, big, BIG);
	ok(hear(fd, &n, WAIT_MS) == PING && n == BIG &&
	    memcmp(got, big, BIG) == 0, "ping_of_129_reports");
	put(fd, cid, PING, BIG + 1, big, BIG);
	ok(faulted(fd, 0x03), "too_long");
	put(fd, cid, PING, 200, big, 200);
	put(fd, cid, 1, 0, big, 59);
	ok(faulted(fd, 0x04), "wrong_sequence");
	say(fd, cid, 0xaa, big, 1);
	ok(faulted(fd, 0x01), "unknown_command");
	say(fd, 0, PING, big, 1);
	ok(faulted(fd, 0x0b), "channel_0");
	say(fd, cid, CBOR, (const uint8_t *)"\x01\xff", 2);
	ok(hear(fd, &n, WAIT_MS) == CBOR && n == 1 && got[0] == 0x12,
	    "no_cbor");
	say(fd, cid, CBOR, big, 0);
	ok(hear(fd, &n, WAIT_MS) == CBOR && n == 1 && got[0] == 0x03,
	    "empty_command");
	say(fd, cid, MSG, (const uint8_t *)"\0\x03\0\0\0\0\0", 7);
	ok(hear(fd, &n, WAIT_MS) == MSG && n == 8 &&
	    memcmp(got, "U2F_V2\x90\x00", 8) == 0, "u2f_version");
	say(fd, cid, MSG, (const uint8_t *)"\0\x77\0\0", 4);
	ok(hear(fd, &n, WAIT_MS) == MSG && n == 2 && got[0] == 0x6d,
	    "u2f_unknown");
	/* a message that is never finished does not stop the next but one */
	put(fd, cid, PING, 200, big, 200);
	(void)usleep(600000);
	say(fd, channel(fd), PING, big, 3);
	ok(hear(fd, &n, WAIT_MS) == PING && n == 3, "unfinished");
}

/* Selection (0x0b) waits for a touch that does not come. */
static void
waits(int fd, uint32_t cid, const char *path)
{
	int second = dial(path);
	uint32_t other = channel(second);
	uint8_t command;
	size_t n;
	int i;

	say(fd, cid, CBOR, (const uint8_t *)"\x0b", 1);
	for (i = 0; i < 3; i++)
		if (hear(fd, &n, WAIT_MS) != KEEPALIVE || n != 1 ||
		    got[0] != 2)
			break;
	ok(i == 3, "keepalives");
	ok(other != 0 && other != cid, "second_channel");
	say(second, other, PING, big, 3);
	ok(faulted(second, 0x06), "busy");
	say(second, other, CANCEL, big, 0);
	ok(hear(fd, &n, WAIT_MS) == KEEPALIVE, "not_cancelled_by_another");
	say(fd, cid, CANCEL, big, 0);
	while ((command = hear(fd, &n, WAIT_MS)) == KEEPALIVE)
		continue;
	ok(command == CBOR && n == 1 && got[0] == 0x2d, "cancelled");
	say(second, other, PING, big, 3);
	ok(hear(second, &n, WAIT_MS) == PING, "not_busy_any_more");
	(void)close(second);
}

static void
nothing(int signal)
{
	(void)signal;
}

/* libfido2 in a wait that a signal interrupts, as the helper does it. */
static void
interrupted(const char *path)
{
	static const uint8_t hash[32];
	struct sigaction a = { .sa_handler = nothing };
	struct itimerval soon = { .it_value = { 0, 300000 } };
	fido_dev_t *dev = fido_dev_new();
	fido_assert_t *as = fido_assert_new();
	sigset_t block, old;
	int r;

	(void)sigemptyset(&block);
	(void)sigaddset(&block, SIGALRM);
	(void)sigprocmask(SIG_BLOCK, &block, &old);
	(void)sigaction(SIGALRM, &a, NULL);
	if (fido_dev_open(dev, path) != FIDO_OK ||
	    fido_dev_set_sigmask(dev, &old) != FIDO_OK ||
	    fido_assert_set_clientdata_hash(as, hash, 32) != FIDO_OK ||
	    fido_assert_set_rp(as, "nobody.example") != FIDO_OK)
		errx(2, "libfido2");
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	r = fido_dev_get_assert(dev, as, NULL);
	ok(r == FIDO_ERR_RX, "interrupted_by_a_signal");
	ok(fido_dev_cancel(dev) == FIDO_OK, "and_cancelled");
	/* what the key answers to that is read by the next call */
	ok(fido_dev_get_assert(dev, as, NULL) == FIDO_ERR_KEEPALIVE_CANCEL,
	    "stale_answer");
	(void)fido_dev_close(dev);
	r = fido_dev_open(dev, path);
	if (r == FIDO_OK)
		r = fido_dev_set_timeout(dev, 300);
	if (r == FIDO_OK)
		r = fido_dev_get_assert(dev, as, NULL);
	ok(r == FIDO_ERR_RX, "out_of_time");
	(void)fido_dev_close(dev);
	fido_dev_free(&dev);
	fido_assert_free(&as);
}

int
main(int argc, char **argv)
{
	uint32_t cid;
	size_t i;
	int fd;

	if (argc != 2)
		errx(2, "usage: hidcheck PATH");
	for (i = 0; i < sizeof(big); i++)
		big[i] = (uint8_t)(i * 31 >> 3);
	fd = dial(argv[1]);
	cid = channel(fd);
	ok(cid != 0, "channel");
	packets(fd, cid);
	waits(fd, cid, argv[1]);
	(void)close(fd);
	fido_init(0);
	interrupted(argv[1]);
	return failed > 0;
}
