/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of a record, for the commands that read a whole one: of a folder,
 * or as they are named.
 */
#ifndef HELPDESK_AUDIT_FILES_H
#define HELPDESK_AUDIT_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "record/audit.h"

/* Those of a folder in the order of their records; *paths is freed with
 * audit_files_free(), whatever was returned. */
int audit_files_list(const char *folder, char ***paths, size_t *n,
    struct sek_why *why) SEK_MUST;
void audit_files_free(char **paths, size_t n);

/* Put `words` into the order of their first records, whatever order they were
 * named in.  They stay as they are when one cannot be read: who reads them
 * tells. */
void audit_files_order(char **words, size_t n);

/* Is it one folder that is named? */
bool audit_files_folder(char *const *words, size_t n);

#endif
