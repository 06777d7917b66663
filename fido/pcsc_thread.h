/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that may be left behind in a call of PC/SC, and what it is told
 * by: a lock and a condition with a limit of time.
 */
#ifndef FIDO_PCSC_THREAD_H
#define FIDO_PCSC_THREAD_H

#include <pthread.h>

#include "sekisho/err.h"

struct pcsc_lock {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
};

int pcsc_lock_init(struct pcsc_lock *l) SEK_MUST;
void pcsc_lock_free(struct pcsc_lock *l);
void pcsc_lock(struct pcsc_lock *l);
void pcsc_unlock(struct pcsc_lock *l);
void pcsc_tell(struct pcsc_lock *l); /* all that wait */
/* With the lock held: until told, so long at most. */
void pcsc_await(struct pcsc_lock *l, unsigned int ms);

/* Detached, no signal comes to it. */
int pcsc_thread(void *(*run)(void *arg), void *arg) SEK_MUST;

#endif
