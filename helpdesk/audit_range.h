/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The proof that one record is in the record, out of the files and
 * audit.index of a folder.  Pure of any belief: who asks compares the root
 * with one that was signed.
 */
#ifndef HELPDESK_AUDIT_RANGE_H
#define HELPDESK_AUDIT_RANGE_H

#include <stdbool.h>

#include "record/merkle.h"
#include "sekisho/buf.h"
#include "sekisho/err.h"

/* The line of record `seq`, without its newline.  SEK_E_NOENT: the files do
 * not have it. */
int range_record(const char *folder, uint64_t seq, struct sek_buf *line,
    struct sek_why *why) SEK_MUST;

/* The proof of record `seq` in the tree of the first `size`: by the index in
 * no time, or (`slow`) out of the records alone. */
int range_proof(const char *folder, uint64_t seq, uint64_t size, bool slow,
    struct sek_inclusion *out, struct sek_why *why) SEK_MUST;

#endif
