/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel says of a process, and of this boot (proc(5)).  Numbers of
 * processes are used again: with the time of the start they are not.
 */
#ifndef GATE_PROC_H
#define GATE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"
#include "sekisho/wire_front.h"

#define SEK_BOOT_ID_LEN 37 /* bytes with the NUL */

/* /proc/PID/stat, of it what is needed here. */
struct sek_proc_stat {
	uint64_t pid;
	char state;       /* 'Z', 'X': it has ended */
	uint64_t session; /* 0: led from outside of our pid namespace */
	uint64_t device;  /* of its controlling terminal; 0: it has none */
	uint64_t start;   /* clock ticks since boot */
};

/* The text of /proc/PID/NAME, cut at `cap`.  SEK_E_NOENT: there is none, or
 * the process has ended meanwhile; SEK_E_SYNTAX: it holds a NUL. */
int sek_proc_read(uint64_t pid, const char *name, char *out, size_t cap)
    SEK_MUST;
int sek_proc_stat(uint64_t pid, struct sek_proc_stat *out) SEK_MUST;
/* Its real user. */
int sek_proc_uid(uint64_t pid, uint64_t *out) SEK_MUST;
/* When it was started; SEK_E_NOENT: there is none, or it has ended. */
int sek_process_started(uint64_t pid, uint64_t *ticks) SEK_MUST;
/* The session of logind that it is in, by its control group; false: in
 * none. */
bool sek_process_xdg(uint64_t pid, char xdg[SEK_XDG_SESSION_MAX]);

/* Of which boot this is, and how long ago that was (sleep counts). */
int sek_boot_id(char *out, size_t cap) SEK_MUST;
int sek_boot_ms(uint64_t *ms) SEK_MUST;

/* The texts of stat and cgroup, and the line Uid of status. */
int sek_proc_stat_parse(const char *text, struct sek_proc_stat *out) SEK_MUST;
int sek_proc_uid_parse(const char *text, uint64_t *uid) SEK_MUST;
bool sek_cgroup_xdg(const char *text, char xdg[SEK_XDG_SESSION_MAX]);

#endif
