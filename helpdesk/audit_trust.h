/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The public keys that an auditor trusts and the signed checkpoints of a
 * record: for the commands that check.  They read what they are told to, and
 * need no right but to read it.
 */
#ifndef HELPDESK_AUDIT_TRUST_H
#define HELPDESK_AUDIT_TRUST_H

#include <limits.h>

#include "record/audit_verify.h"
#include "record/note.h"
#include "helpdesk/desk.h"

/* One checkpoint's file. */
struct trust_note {
	char path[PATH_MAX];
	struct sek_buf text; /* owned */
	bool must;           /* it was asked for, or is the newest: not just
				left out when no key is known */
};

struct trust {
	struct sek_vkey key[SEK_NOTE_KEYS]; /* owned */
	size_t n_keys;
	struct trust_note note[SEK_VERIFY_CHECKPOINTS];
	struct sek_checkpoint is[SEK_VERIFY_CHECKPOINTS]; /* of `note` */
	size_t n_notes;
};

void trust_free(struct trust *t);
/* The keys of this file, or of `folder` when it is NULL. */
int trust_keys(struct trust *t, const char *file, const char *folder,
    struct sek_why *why) SEK_MUST;
/* A checkpoint of a file.  Read again when it is torn: it is written in
 * place.  Who signs it is up to trust_judge(). */
int trust_add(struct trust *t, const char *path, bool must,
    struct sek_why *why) SEK_MUST;
/* The newest one of a folder; SEK_E_NOENT: there is none. */
int trust_newest(struct trust *t, const char *folder, struct sek_why *why)
    SEK_MUST;
/* The newest and those that are kept for ever. */
int trust_folder(struct trust *t, const char *folder, struct sek_why *why)
    SEK_MUST;
/* By the keys that are known now: fills `verified` and `by`. */
void trust_judge(struct trust *t);
/* Why checkpoint i is not signed by a known key. */
int trust_why(const struct trust *t, size_t i, struct sek_why *why);
/* The name and id of the first known key that has signed checkpoint i. */
struct trust_name {
	char text[SEK_ORIGIN_MAX + 16];
};
const char *trust_by(const struct trust *t, size_t i, struct trust_name *n);

/* The folder of the record: `given`, else of the configuration; DESK_GO. */
int trust_where(struct desk *d, const char *given, const char **folder)
    SEK_MUST;
/* The newest checkpoint of a folder as note 0, signed by a known key:
 * DESK_GO, or it was told why not. */
int trust_open(struct desk *d, struct trust *t, const char *keys,
    const char *folder) SEK_MUST;

#endif
