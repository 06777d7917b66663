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

#include "sekisho/err.h"

#define SEK_BOOT_ID_LEN 37 /* bytes with the NUL */

struct sek_terminal {
	uint64_t device;       /* number of the controlling terminal */
	uint64_t leader;       /* process id of the session's leader */
	uint64_t leader_start; /* when it began, clock ticks since boot */
	uint64_t peer;         /* the caller's process id */
	uint64_t peer_start;
	uint64_t uid;          /* the caller's real user */
	char boot[SEK_BOOT_ID_LEN];
};

/* What /proc/PID/stat says, of it what is needed here. */
struct sek_proc_stat {
	uint64_t pid;
	uint64_t session; /* 0: led from outside of our pid namespace */
	uint64_t device;  /* 0: no controlling terminal */
	uint64_t start;
};

/* SEK_E_NOENT: it has no controlling terminal, or its session's leader is
 * gone or beyond our sight; nothing may be remembered for it. */
int sek_terminal_of(pid_t peer, struct sek_terminal *out) SEK_MUST;

/* Of which boot this is, and how long ago that was (sleep counts). */
int sek_boot_id(char *out, size_t cap) SEK_MUST;
int sek_boot_ms(uint64_t *ms) SEK_MUST;

/* The text of /proc/PID/stat and the line Uid of /proc/PID/status. */
int sek_proc_stat_parse(const char *text, struct sek_proc_stat *out) SEK_MUST;
int sek_proc_uid_parse(const char *text, uint64_t *uid) SEK_MUST;

#endif
