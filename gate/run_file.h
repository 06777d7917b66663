/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files in a folder of sek_run_folder().  `name` is one of ours: the caller
 * has seen to it that it leads nowhere else.
 */
#ifndef GATE_RUN_FILE_H
#define GATE_RUN_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/err.h"

/* In the place of the one before, whole or not at all, mode 0600; what a
 * writer that was killed leaves is NAME.new. */
int sek_run_file_write(const char *dir, const char *name,
    const struct sek_buf *b, struct sek_why *why) SEK_MUST;
/* 1 to `max` bytes.  Refused unless it is a plain file of ours with this name
 * alone, that nobody else may touch; SEK_E_NOENT when there is none.
 * *changed is a number that each write changes, a later one having the
 * greater: the time, in ns. */
int sek_run_file_read(const char *dir, const char *name, uint8_t *out,
    size_t max, size_t *n, uint64_t *changed, struct sek_why *why) SEK_MUST;
/* SEK_E_NOENT when there is none. */
int sek_run_file_remove(const char *dir, const char *name);

#endif
