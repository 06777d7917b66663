/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the commands share that change the keys of the record: its files of
 * keys and checkpoints, written whole or not at all, and one command at a
 * time.
 */
#ifndef HELPDESK_AUDIT_STATE_H
#define HELPDESK_AUDIT_STATE_H

#include <limits.h>

#include "record/note.h"
#include "helpdesk/desk.h"

#define LOG_VKEYS "log.vkeys"
#define LOG_CHECKPOINT "checkpoint"
#define LOG_TOKEN_CHECKPOINT "checkpoint.token"
#define LOG_KEPT_MAX 64u /* bytes of the name of a kept checkpoint */

struct dlog_keys {
	struct sek_vkey at[SEK_NOTE_KEYS]; /* oldest first; owned */
	size_t n;
};
void dlog_keys_free(struct dlog_keys *k);
/* log.vkeys; one that is not there has no keys. */
int dlog_keys_read(const struct desk *d, struct dlog_keys *out,
    struct sek_why *why) SEK_MUST;
/* Add the key at the end of log.vkeys, unless it is there. */
int dlog_keys_add(const struct desk *d, const struct sek_vkey *k,
    struct sek_why *why) SEK_MUST;
bool dlog_key_same(const struct sek_vkey *a, const struct sek_vkey *b);

/* "FOLDER/NAME"; SEK_E_LIMIT. */
int dlog_path(const char *folder, const char *name, char out[PATH_MAX],
    struct sek_why *why) SEK_MUST;
/* The name of the checkpoint that is kept of this size. */
void dlog_kept_name(uint64_t size, char out[LOG_KEPT_MAX]);

/* A checkpoint and its text. */
struct dlog_note {
	struct sek_checkpoint is;
	struct sek_buf text; /* owned */
};
void dlog_note_free(struct dlog_note *n);
/* A file of the record's folder, checked against these keys: of another
 * origin than the first key's, or not signed by one of them, it is
 * SEK_E_DENIED.  SEK_E_NOENT: there is none.  One that is just being written
 * is read again. */
int dlog_note_read(const struct desk *d, const char *file,
    const struct sek_vkey *keys, size_t n, struct dlog_note *out,
    struct sek_why *why) SEK_MUST;

/* -- audit_extends.c: does the log hold both, the later one being of at
 * least as many records?  It is read from the file on in which the earlier
 * one lies.  SEK_E_DENIED or SEK_E_SYNTAX: it does not. */
int dlog_extends(const struct desk *d, const struct sek_checkpoint *before,
    const struct sek_checkpoint *now, struct sek_why *why) SEK_MUST;

/* Write `folder`/`name` anew: beside it, synced, renamed.  For readers of
 * the record its group is set. */
int dlog_put_file(const struct desk *d, const char *folder, const char *name,
    mode_t mode, const void *p, size_t n, struct sek_why *why) SEK_MUST;

/* One of these commands at a time: the descriptor to close in the end, or
 * SEK_E_TIMEOUT. */
int dlog_state_lock(const struct desk *d, int *fd, struct sek_why *why)
    SEK_MUST;
/* No append from now on, for a moment, until it is closed. */
int dlog_append_lock(const struct desk *d, int *fd, struct sek_why *why)
    SEK_MUST;

/* A record of such a change, of desk_record_new(): appended and freed; *seq
 * is its number. */
int dlog_record_put(const struct desk *d, json_t *rec, uint64_t *seq,
    struct sek_why *why) SEK_MUST;

#endif
