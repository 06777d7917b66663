/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting, reading and writing with the deadline; randomness; wiping.
 * Linux; runs in every process.  The only place that calls poll, read and
 * write on a channel.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sekisho/digits.h"
#include "sekisho/os.h"

static int
wait_for(int fd, short events, const struct sek_deadline *dl)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int n;

	for (;;) {
		n = poll(&pfd, 1, sek_deadline_left_ms(dl));
		if (n > 0)
			return pfd.revents & POLLNVAL ? SEK_E_INVAL : SEK_OK;
		if (n < 0 && errno != EINTR)
			return SEK_E_SYS;
		if (sek_deadline_past(dl))
			return SEK_E_TIMEOUT;
	}
}

int
sek_wait_readable(int fd, const struct sek_deadline *dl)
{
	return wait_for(fd, POLLIN, dl);
}

int
sek_read_full(int fd, void *p, size_t n, const struct sek_deadline *dl)
{
	uint8_t *at = p;
	size_t got = 0;
	ssize_t k;
	int r;

	while (got < n) {
		if ((r = wait_for(fd, POLLIN, dl)) != SEK_OK)
			return r;
		k = read(fd, at + got, n - got);
		if (k > 0) {
			got += (size_t)k;
			continue;
		}
		if (k < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (k < 0 && errno != ECONNRESET)
			return SEK_E_IO;
		return got == 0 ? SEK_E_EOF : SEK_E_PROTO;
	}
	return SEK_OK;
}

int
sek_write_full(int fd, const void *p, size_t n, const struct sek_deadline *dl)
{
	const uint8_t *at = p;
	ssize_t k;
	int r;

	while (n > 0) {
		/* channels are sockets: no SIGPIPE, and never a write that
		 * blocks behind a reader who has stopped reading */
		k = send(fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k > 0) {
			at += k;
			n -= (size_t)k;
			continue;
		}
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
			return errno == EPIPE || errno == ECONNRESET ?
			    SEK_E_EOF : SEK_E_IO;
		if ((r = wait_for(fd, POLLOUT, dl)) != SEK_OK)
			return r;
	}
	return SEK_OK;
}

int
sek_peer_uid(int fd, uid_t *uid, pid_t *pid)
{
	struct ucred cred = { .pid = 0, .uid = (uid_t)-1, .gid = (gid_t)-1 };
	socklen_t len = sizeof cred;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0 ||
	    len != sizeof cred || cred.uid == (uid_t)-1)
		return SEK_E_SYS;
	*uid = cred.uid;
	*pid = cred.pid;
	return SEK_OK;
}

int
sek_random(void *p, size_t n)
{
	uint8_t *at = p;
	ssize_t k;

	while (n > 0) {
		k = getrandom(at, n, 0);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return SEK_E_SYS;
		at += k;
		n -= (size_t)k;
	}
	return SEK_OK;
}

int
sek_uuid(char out[SEK_UUID_LEN])
{
	uint8_t u[16];
	int r;

	if ((r = sek_random(u, sizeof u)) != SEK_OK)
		return r;
	u[6] = (uint8_t)((u[6] & 0x0F) | 0x40);
	u[8] = (uint8_t)((u[8] & 0x3F) | 0x80);
	sek_uuid_text(out, u);
	return SEK_OK;
}

void
sek_wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}

bool
sek_take_channel(int fd)
{
	int type = 0;
	socklen_t n = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
	    type == SOCK_STREAM && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int
sek_read_at(int fd, uint64_t at, void *p, size_t n)
{
	uint8_t *to = p;
	size_t done = 0;
	ssize_t k;

	while (done < n) {
		k = pread(fd, to + done, n - done, (off_t)(at + done));
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return SEK_E_IO;
		done += (size_t)k;
	}
	return SEK_OK;
}

int
sek_write_at(int fd, uint64_t at, const void *p, size_t n)
{
	const uint8_t *from = p;
	size_t done = 0;
	ssize_t k;

	while (done < n) {
		k = pwrite(fd, from + done, n - done, (off_t)(at + done));
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return SEK_E_IO;
		done += (size_t)k;
	}
	return SEK_OK;
}
