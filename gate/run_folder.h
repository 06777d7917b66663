/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Folders below [paths] run: what a restart of the machine may forget.
 */
#ifndef GATE_RUN_FOLDER_H
#define GATE_RUN_FOLDER_H

#include <stddef.h>

#include "sekisho/err.h"

/* Make `run` (0755) and `run`/`name` (0700) where they are not there yet, and
 * check that both are root's and nobody else's to write, the second nobody
 * else's to read.  `name` is one of ours: lower-case letters and '-'.  The
 * path goes to `out`, `cap` bytes with the NUL; on failure it is "". */
int sek_run_folder(const char *run, const char *name, char *out, size_t cap,
    struct sek_why *why) SEK_MUST;

#endif
