/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the caller sits, by the kernel's word: its controlling terminal and
 * the login session on it.  Nothing here comes from the caller itself.
 */
#ifndef GATE_TERMINAL_H
#define GATE_TERMINAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "gate/proc.h"
#include "sekisho/err.h"

struct sek_terminal {
	uint64_t device;       /* number of the controlling terminal */
	uint64_t leader;       /* process id of the session's leader */
	uint64_t leader_start; /* when it began, clock ticks since boot */
	uint64_t peer;         /* the caller's process id */
	uint64_t peer_start;
	uint64_t uid;          /* the caller's real user */
	uint64_t leader_uid;   /* the leader's */
	char boot[SEK_BOOT_ID_LEN];
};

/* SEK_E_NOENT: it has no controlling terminal, or its session's leader is
 * gone or beyond our sight; nothing may be remembered for it. */
int sek_terminal_of(pid_t peer, struct sek_terminal *out) SEK_MUST;

#endif
