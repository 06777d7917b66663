/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Folders of certificates and CRLs: what is in them, and large files of
 * them, read piece by piece.  For what fits a buffer there is
 * sek_read_safe_file().
 */
#ifndef GATE_CERTIFICATE_FOLDER_H
#define GATE_CERTIFICATE_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

/* Call `fn` with each name in `dir` that does not begin with a dot, until it
 * returns something other than SEK_OK, which is then returned.  `dir` must
 * pass sek_path_safe(). */
int sek_folder_each(const char *dir,
    int (*fn)(void *arg, const char *dir, const char *name), void *arg,
    struct sek_why *why) SEK_MUST;

/* Does `name` end in one of the NULL-terminated `suffixes`? */
int sek_has_suffix(const char *name, const char *const *suffixes);

/* Open the regular file `name` of a folder that passed sek_path_safe():
 * no link, owned by root (or by us), not writable by group or others. */
int sek_folder_open(const char *dir, const char *name, int *fd,
    uint64_t *size, struct sek_why *why) SEK_MUST;

/* Up to n bytes from the start of the file, *got of them. */
int sek_folder_read(int fd, void *p, size_t n, size_t *got) SEK_MUST;

#endif
