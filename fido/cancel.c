/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The closed channel ends whatever a key was asked for, at once.
 * Runs in sekisho-fido, in a thread of its own that touches no key but for the
 * last request to stop.
 *
 * libfido2 1.12 waits for a report in ppoll() and gives up with FIDO_ERR_RX
 * when a signal interrupts that; the worker then takes the request back by
 * CTAPHID_CANCEL and ends.  Not by SIGIO of the channel: that comes for a GO
 * or a PIN, too, and would spoil the request that runs meanwhile.  The thread
 * waits for the hang-up alone.  A signal that came just before ppoll() would
 * be lost, and fido_dev_set_sigmask() is refused for a transport of one's
 * own: so it is sent again and again until the worker has ended.  A worker
 * that waits for something else (pcscd does not let go of a card) is not
 * waited for: the process ends, and what it held with it.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fido/helper.h"

#define AGAIN_MS 5
#define POKES 30      /* 150 ms */
#define STACK (64u * 1024)

static void
interrupt(int sig)
{
	(void)sig; /* the call that it interrupts is all that is wanted */
}

static void *
watch_channel(void *arg)
{
	struct fk_cancel *c = arg;
	struct pollfd pfd = { .fd = c->fd, .events = POLLRDHUP };
	fido_dev_t *dev;
	int i;

	while (poll(&pfd, 1, -1) < 0 && errno == EINTR)
		continue;
	atomic_store(&c->gone, true);
	for (i = 0; i < POKES; i++) {
		(void)pthread_kill(c->worker, SIGUSR1);
		(void)poll(NULL, 0, AGAIN_MS);
	}
	/* a key that never stops talking keeps the worker from waiting, and a
	 * signal from interrupting it: the request is one write, and all ends
	 * after it */
	dev = atomic_load(&c->asked);
	if (dev != NULL && fido_dev_is_fido2(dev))
		(void)fido_dev_cancel(dev);
	_exit(0);
}

bool
fk_gone(const struct fk_cancel *c)
{
	return atomic_load(&c->gone);
}

int
fk_cancel_start(struct fk_cancel *c, int fd)
{
	struct sigaction sa = { .sa_handler = interrupt }; /* no SA_RESTART */
	pthread_attr_t attr;
	sigset_t all, old;
	pthread_t thread;
	int r = SEK_E_SYS;

	c->fd = fd;
	c->worker = pthread_self();
	atomic_init(&c->gone, false);
	atomic_init(&c->asked, NULL);
	if (sigaction(SIGUSR1, &sa, NULL) != 0 || sigfillset(&all) != 0 ||
	    pthread_attr_init(&attr) != 0)
		return SEK_E_SYS;
	/* every signal is for the worker */
	if (pthread_sigmask(SIG_SETMASK, &all, &old) == 0) {
		if (pthread_attr_setdetachstate(&attr,
		    PTHREAD_CREATE_DETACHED) == 0 &&
		    pthread_attr_setstacksize(&attr, STACK) == 0 &&
		    pthread_create(&thread, &attr, watch_channel, c) == 0)
			r = SEK_OK;
		if (pthread_sigmask(SIG_SETMASK, &old, NULL) != 0)
			r = SEK_E_SYS;
	}
	(void)pthread_attr_destroy(&attr);
	return r;
}
