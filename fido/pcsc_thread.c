/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts the threads of the card readers, in sekisho-fido.  Small stacks: the
 * process has a limit of memory.  Never joins one.
 */
#include <signal.h>
#include <time.h>

#include "fido/pcsc_thread.h"
#include "sekisho/deadline.h"

#define STACK_BYTES (512u * 1024)

int
pcsc_lock_init(struct pcsc_lock *l)
{
	pthread_condattr_t attr;
	int r;

	if (pthread_condattr_init(&attr) != 0)
		return SEK_E_NOMEM;
	r = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (r == 0)
		r = pthread_cond_init(&l->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
	if (r != 0)
		return SEK_E_NOMEM;
	if (pthread_mutex_init(&l->mutex, NULL) == 0)
		return SEK_OK;
	(void)pthread_cond_destroy(&l->changed);
	return SEK_E_NOMEM;
}

void
pcsc_lock_free(struct pcsc_lock *l)
{
	(void)pthread_cond_destroy(&l->changed);
	(void)pthread_mutex_destroy(&l->mutex);
}

/* None of these can fail for a lock of the default kind that is used as it
 * should be. */
void
pcsc_lock(struct pcsc_lock *l)
{
	(void)pthread_mutex_lock(&l->mutex);
}

void
pcsc_unlock(struct pcsc_lock *l)
{
	(void)pthread_mutex_unlock(&l->mutex);
}

void
pcsc_tell(struct pcsc_lock *l)
{
	(void)pthread_cond_broadcast(&l->changed);
}

void
pcsc_await(struct pcsc_lock *l, unsigned int ms)
{
	const uint64_t at = sek_now_ms() + ms;
	const struct timespec ts = { .tv_sec = (time_t)(at / 1000),
		.tv_nsec = (long)(at % 1000) * 1000000 };

	(void)pthread_cond_timedwait(&l->changed, &l->mutex, &ts);
}

int
pcsc_thread(void *(*run)(void *arg), void *arg)
{
	pthread_attr_t attr;
	sigset_t all, before;
	pthread_t t;
	int r;

	if (pthread_attr_init(&attr) != 0)
		return SEK_E_NOMEM;
	r = pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (r == 0)
		r = pthread_attr_setstacksize(&attr, STACK_BYTES);
	(void)sigfillset(&all);
	if (r == 0)
		r = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (r == 0) {
		r = pthread_create(&t, &attr, run, arg);
		(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	}
	(void)pthread_attr_destroy(&attr);
	return r == 0 ? SEK_OK : SEK_E_SYS;
}
