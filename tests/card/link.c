/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link.c - the card's end of the vpcd socket (test part).
 * Owns connecting, closing and framing: two bytes of length, big endian,
 * then the body, both ways.  The card is the TCP client; closing the socket
 * is pulling the card.  Must never block without a limit and never look
 * into a message.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "vcard.h"

enum { RETRY_MS = 10, SEND_MS = 5000 };

int64_t
vc_now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);	/* cannot fail here */
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
dial_once(uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd, saved;

	sin.sin_port = htons(port);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0) {
		saved = errno;
		(void)close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* vpcd may not listen yet: try until wait_ms is over.  0, or -1 and errno. */
int
vc_link_dial(struct vc_link *l, uint16_t port, int wait_ms)
{
	const int64_t end = vc_now_ms() + wait_ms;

	vc_link_close(l);
	for (;;) {
		l->fd = dial_once(port);
		if (l->fd >= 0)
			return 0;
		if (vc_now_ms() >= end)
			return -1;
		(void)poll(NULL, 0, RETRY_MS);
	}
}

void
vc_link_close(struct vc_link *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	l->fd = -1;
	l->have = 0;
	OPENSSL_cleanse(l->in, sizeof(l->in));
}

/*
 * vpcd 3.3 sends length and body apart.  With its Nagle and our delayed
 * acknowledgement each command would take 43 ms; the flag is not sticky.
 */
static void
quick_ack(int fd)
{
	const int one = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
}

/*
 * Takes what has arrived, never more than the current message.  Returns 1
 * with a whole message (good until the next call), 0 when more must come,
 * -1 when the reader has gone.
 */
int
vc_link_read(struct vc_link *l, const uint8_t **msg, size_t *len)
{
	size_t want = 2;
	ssize_t n;

	for (;;) {
		if (l->have >= 2)
			want = 2 + ((size_t)l->in[0] << 8 | l->in[1]);
		if (l->have >= 2 && l->have == want)
			break;
		quick_ack(l->fd);
		n = recv(l->fd, l->in + l->have, want - l->have, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (n <= 0)
			return -1;
		l->have += (size_t)n;
	}
	l->have = 0;
	*msg = l->in + 2;
	*len = want - 2;
	return 1;
}

static int
send_all(int fd, const uint8_t *p, size_t n, int64_t end)
{
	struct pollfd pf = { .fd = fd, .events = POLLOUT };
	int64_t left;
	ssize_t k;

	while (n > 0) {
		k = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k >= 0) {
			p += k;
			n -= (size_t)k;
			continue;
		}
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			return -1;
		left = end - vc_now_ms();
		if (left <= 0)
			return -1;
		(void)poll(&pf, 1, (int)left);
	}
	return 0;
}

/* One send for the whole frame, for the reason given at quick_ack(). */
int
vc_link_send(struct vc_link *l, const uint8_t *p, size_t n)
{
	uint8_t frame[2 + VC_ANS_MAX];

	if (n > sizeof(frame) - 2)
		return -1;
	frame[0] = (uint8_t)(n >> 8);
	frame[1] = (uint8_t)n;
	memcpy(frame + 2, p, n);
	return send_all(l->fd, frame, n + 2, vc_now_ms() + SEND_MS);
}
