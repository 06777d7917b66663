/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam to the operating system: children, files that must be safe,
 * waiting.  One file for each platform implements it (base/os_*.c).
 */
#ifndef SEKISHO_OS_H
#define SEKISHO_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sekisho/buf.h"
#include "sekisho/deadline.h"
#include "sekisho/err.h"

/* Wait until `fd` can be read (or is closed); SEK_E_TIMEOUT when past. */
int sek_wait_readable(int fd, const struct sek_deadline *dl) SEK_MUST;
/* Exactly n bytes; SEK_E_EOF only before the first one, else SEK_E_PROTO. */
int sek_read_full(int fd, void *p, size_t n, const struct sek_deadline *dl)
    SEK_MUST;
/* All n bytes, without SIGPIPE on sockets. */
int sek_write_full(int fd, const void *p, size_t n,
    const struct sek_deadline *dl) SEK_MUST;

/* A program to be run with nothing of ours: descriptors, environment,
 * signals, directory, umask.  Arrays are NULL-terminated and not owned. */
struct sek_spawn {
	const char *path;         /* absolute */
	const char *const *argv;
	const char *const *envp;  /* NULL: empty */
	int chan_fd;              /* number of the channel in the child */
	bool drop;                /* become uid, gid and only those */
	uid_t uid;
	gid_t gid;
	const gid_t *groups;      /* supplementary groups when dropping */
	size_t n_groups;
	bool confine;             /* no_new_privs, limits, dies with us */
	bool outlive;             /* confined, but does not die with us */
	bool detach;              /* we live in somebody else's program: it
				     hears no SIGCHLD, and neither its
				     terminal nor its limits reach the new
				     program; see sek_child_start() */
	uint64_t max_memory;      /* bytes of address space; 0 = no limit */
};

struct sek_child {
	pid_t pid;  /* 0 = none, or detached */
	int pidfd;  /* -1 = none */
	int chan;   /* our end of the channel, close-on-exec; -1 = none */
	bool detached;
};

#define SEK_CHILD_NONE { .pid = 0, .pidfd = -1, .chan = -1 }

/* Exit status of a child whose program could not be started: it is not
 * there, or its user may not run it or reach its folder. */
#define SEK_EXIT_NOT_STARTED 127

/* How a child ended. */
struct sek_exit {
	bool signalled;
	int code; /* exit status or signal number */
};

/* Start a program on a new socketpair.  With `detach` it is started by a
 * child that ends at once, so that the program we live in is never told of
 * its end (SIGCHLD) and cannot reap it by chance: process 1 does.  It is
 * still waited for and killed by its pidfd; only its status is not known. */
int sek_child_start(struct sek_child *c, const struct sek_spawn *s) SEK_MUST;
/* Was it started, and has its end not been seen yet? */
bool sek_child_running(const struct sek_child *c);
/* Close the channel, wait for the end until `dl`, then kill.
 * SEK_E_TIMEOUT when it had to be killed.  `ex` may be NULL. */
int sek_child_finish(struct sek_child *c, const struct sek_deadline *dl,
    struct sek_exit *ex);
/* The same, but one that is late is not killed. */
int sek_child_leave(struct sek_child *c, const struct sek_deadline *dl,
    struct sek_exit *ex);
/* Let a detached one go: it needs nothing more from us, and ends by itself.
 * Nobody waits for it or kills it after this. */
void sek_child_release(struct sek_child *c);
/* Kill at once and reap. */
void sek_child_kill(struct sek_child *c, struct sek_exit *ex);

/* Gate only: orphans of helpers become ours ... */
int sek_adopt_orphans(void) SEK_MUST;
/* ... and are killed, whoever they have become, all but our child `spared`
 * (0 = none).  Bounded in time. */
void sek_kill_descendants_but(pid_t spared);

/* The kernel ends this process then (SIGALRM), whatever it waits for.  For a
 * program of ours that leaves SIGALRM alone after this, never in a host. */
int sek_die_in(uint64_t ms) SEK_MUST;

/* n bytes of a file from offset `at`; SEK_E_IO also when it ends before. */
int sek_read_at(int fd, uint64_t at, void *p, size_t n) SEK_MUST;
int sek_write_at(int fd, uint64_t at, const void *p, size_t n) SEK_MUST;

/* No core dumps, not dumpable, not traceable by the same user. */
void sek_harden_process(void);

/* In a helper: is `fd` a channel?  Then what it starts does not inherit it. */
bool sek_take_channel(int fd) SEK_MUST;

/* Effective user at the other end of a socket. */
int sek_peer_uid(int fd, uid_t *uid, pid_t *pid) SEK_MUST;

/* Is `path` absolute, owned by root (or by the effective user when that is
 * not root) and not writable by group or others, and each folder above it
 * as well (a sticky folder may be writable)?  Names what is wrong.
 * With `dir` it must be a folder, else a regular file. */
int sek_path_safe(const char *path, bool dir, struct sek_why *why) SEK_MUST;

/* Read a whole file that passes sek_path_safe(), without following a link
 * at its end; at most `max` bytes. */
int sek_read_safe_file(const char *path, size_t max, struct sek_buf *out,
    struct sek_why *why) SEK_MUST;

/* n random bytes from the kernel. */
int sek_random(void *p, size_t n) SEK_MUST;

/* A new UUID as text (RFC 9562 section 5.4: 122 random bits, version 4). */
#define SEK_UUID_LEN 37 /* bytes with the NUL */
int sek_uuid(char out[SEK_UUID_LEN]) SEK_MUST;

/* Nothing of a secret may stay behind. */
void sek_wipe(void *p, size_t n);

#endif
