/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cache folder while sekisho-fetch writes to it: one run at a time, and
 * each file is there whole or as it was before.
 */
#ifndef FETCH_CACHE_H
#define FETCH_CACHE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

struct sek_cache {
	char dir[PATH_MAX];
	char crl[PATH_MAX];  /* SEK_INDEX_FOLDER in it */
	char ocsp[PATH_MAX]; /* SEK_OCSP_FOLDER in it */
	int lock;            /* -1: not ours */
};

#define SEK_CACHE_NONE { .lock = -1 }

/* Make the folders that are missing, take the lock and remove what a run
 * that was interrupted has left.  SEK_E_EXISTS: another run is at work. */
int sek_cache_open(struct sek_cache *c, const char *dir, struct sek_why *why)
    SEK_MUST;
void sek_cache_close(struct sek_cache *c);

/* A new file in `dir` that nobody else reads; its path goes to `path`. */
int sek_cache_temp(const char *dir, char path[PATH_MAX], int *fd,
    struct sek_why *why) SEK_MUST;
/* A file that has no name any more, for bytes on their way. */
int sek_cache_scratch(const struct sek_cache *c, int *fd,
    struct sek_why *why) SEK_MUST;
/* Sync it, and let it take the place of `name`. */
int sek_cache_commit(int fd, const char *path, const char *dir,
    const char *name, struct sek_why *why) SEK_MUST;
/* All of it for bytes at hand. */
int sek_cache_put(const char *dir, const char *name, const void *p, size_t n,
    struct sek_why *why) SEK_MUST;

#endif
