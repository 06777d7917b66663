/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of an append share; nobody else includes this.
 *
 *   audit_open.c     folder, lock and files
 *   audit_edge.c     audit.edge: the state that the last append left
 *   audit_gap.c      how many appends failed since, in audit.edge
 *   audit_state.c    a state and one record more; audit.index
 *   audit_tail.c     where the whole lines end
 *   audit_recover.c  the state anew from the log; is anything missing?
 *   audit_replay.c   line by line
 *   audit_repair.c   a torn end
 *   audit_rotate.c   a new file
 *   audit_text.c     lines, the log's own records
 *   audit_sign.c     sync, and the checkpoint beside it
 *   audit.c          the append
 */
#ifndef RECORD_AUDIT_LOG_H
#define RECORD_AUDIT_LOG_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "record/audit.h"
#include "record/audit_index.h"
#include "record/audit_line.h"
#include "record/merkle.h"
#include "record/note.h"
#include "sekisho/buf.h"
#include "sekisho/err.h"

#define LOG_LOCK_FILE "audit.lock"
#define LOG_EDGE_FILE "audit.edge"
#define LOG_NOTE_FILE "checkpoint"
#define LOG_NEW_FILE "audit.jsonl.new"
#define LOG_LOCK_MS 5000u
#define LOG_TORN_MAX (1024u * 1024) /* bytes kept aside at most */
#define LOG_MODE 0640

#define LOG_TIME_MAX 28u   /* RFC 3339, microseconds, with the NUL */
#define LOG_POLICY_MAX 65u /* hex of a SHA-256, with the NUL */

/* All that an append must know of those before it. */
struct log_state {
	struct sek_tree tree;       /* of all records: n is the last seq */
	uint8_t head[SEK_HASH_LEN]; /* leaf hash of the last, zeros = none */
	uint64_t first;             /* seq of the file's first record */
	uint64_t line, end;         /* offsets of the last line and behind it;
				       0 and 0: the file is empty */
	int64_t wall_us, boot_ms;   /* both clocks at the last append */
	char boot_id[37];
	char policy[LOG_POLICY_MAX]; /* the last one recorded, "" = none */
	uint64_t told;              /* failed appends that are on record */
	uint64_t covered;           /* size of the checkpoint in its file */
	char origin[SEK_ORIGIN_MAX]; /* who signs; "" = nobody */
	struct sek_block block;     /* being filled; file 0: its beginning is
				       not known */
};

/* A slot of audit.edge. */
struct log_edge {
	bool good;
	uint64_t turn; /* the greater one is the newer */
	struct log_state st;
};

/* Appends that failed. */
struct log_gap {
	uint64_t turn;
	uint64_t failed;  /* ever; those not told yet: minus state.told */
	char first[LOG_TIME_MAX], last[LOG_TIME_MAX]; /* of those not told */
	char why[200];    /* of the last */
};

/* What the file `checkpoint` says. */
struct log_note {
	uint64_t size; /* 0 = nothing that can be believed */
	uint8_t root[SEK_HASH_LEN];
};

/* A sync by a thread of its own. */
struct log_syncing {
	int fd, err;
	sem_t done; /* the thread itself takes longer to end */
	pthread_t thread;
	bool joins; /* it is to be waited for */
};

/* An entry of audit.index that became complete. */
struct log_done {
	bool yes;
	uint64_t no;
	struct sek_block block;
};

/* One log, locked and open for one append. */
struct log {
	const struct sek_audit_conf *conf;
	char name[300];  /* "DIR/audit.jsonl", escaped, for messages */
	char warning[200]; /* what failed without failing the append */
	bool dir_good;   /* it was checked */
	int dir_fd;      /* -1 = none */
	int lock_fd;     /* holds the lock */
	int fd;          /* O_RDWR | O_APPEND */
	int edge_fd;     /* -1 = it could not be made */
	int note_fd;     /* checkpoint, -1 = not there */
	off_t size;      /* of the file */
	struct sek_sha sha;
	/* whose log it is is known before the key is read, which is done
	 * while the disk is at work */
	char origin[SEK_ORIGIN_MAX]; /* "" = nobody signs */
	bool key_asked, has_key;
	struct log_syncing syncing;
	struct sek_skey key;
	struct log_edge edge[2];
	struct log_gap gap;
	struct log_state st; /* after the last record on the disk */
	/* what must go on record first */
	bool starts;         /* there was no log */
	bool edge_lost;
	char damage[160];    /* "" = none */
	struct log_note said; /* by what tells of the damage */
};

#define LOG_NONE { .dir_fd = -1, .lock_fd = -1, .fd = -1, .edge_fd = -1, \
	.note_fd = -1 }

/* -- audit_open.c -- */

/* Fill `why` with the log's name, `what` and the text of `err` (0 = none). */
void log_why(const struct log *l, struct sek_why *why, const char *what,
    int err);
/* The same for what does not fail the append. */
void log_warn(struct log *l, const char *what, int err);

int log_open_dir(struct log *l, struct sek_why *why) SEK_MUST;
int log_take_lock(struct log *l, struct sek_why *why) SEK_MUST;
/* Folder, lock, then open (or make) the files. */
int log_open(struct log *l, struct sek_why *why) SEK_MUST;
void log_close(struct log *l);
/* A new file that must not be there yet, for those who may read the log. */
int log_make(struct log *l, const char *file, int flags, mode_t mode, int *fd,
    struct sek_why *why) SEK_MUST;
/* One that is there, checked; SEK_E_NOENT. */
int log_open_file(struct log *l, const char *file, int flags,
    mode_t forbidden, int *fd, struct stat *st, struct sek_why *why) SEK_MUST;
/* The names in the folder survive a power cut. */
int log_sync_dir(struct log *l, struct sek_why *why) SEK_MUST;

/* -- audit_edge.c -- */

/* Read both slots and the gap. */
void log_edge_read(struct log *l);
/* The newest good slot, or NULL. */
const struct log_edge *log_edge_newest(const struct log *l);
/* Write `st` over the older one. */
int log_edge_write(struct log *l, const struct log_state *st) SEK_MUST;
/* Room on the disk for a new one. */
int log_edge_room(struct log *l) SEK_MUST;
/* Does the newest slot say just what the file and the checkpoint say? */
bool log_edge_fits(struct log *l);

/* -- audit_gap.c -- */
#define LOG_GAP_AT 8192u
#define LOG_GAP_LEN 512u
#define LOG_EDGE_LEN (LOG_GAP_AT + 4096u)
/* Of the bytes of both slots, the newer good one. */
void log_gap_decode(struct log *l, const uint8_t p[2 * LOG_GAP_LEN]);
/* One failure more; also without the lock. */
void log_gap_count(struct log *l, const struct sek_why *why);

/* -- audit_state.c -- */

/* One record more: its line without the newline, and its time. */
int log_state_add(struct sek_sha *h, struct log_state *s, const void *line,
    size_t n, int64_t t, struct log_done *done) SEK_MUST;
/* Write an entry that is complete; a failure costs only speed. */
void log_index_put(struct log *l, const struct log_done *done);
/* Take out entries of records that are not there. */
void log_index_cut(struct log *l);

/* -- audit_tail.c -- */
struct log_tail {
	off_t whole;     /* end of the whole lines */
	uint64_t line;   /* offset of the last */
	struct sek_line is; /* what it says; seq 0: there is none */
};
int log_find_tail(struct log *l, int fd, off_t size, struct log_tail *t,
    struct sek_why *why) SEK_MUST;
/* The line that begins at `at`, without its newline, into LINE_MAX bytes.
 * SEK_E_SYNTAX: no record of this version. */
int log_line_at(int fd, uint64_t at, char *p, size_t *n,
    struct sek_line *out) SEK_MUST;

/* -- audit_replay.c -- */

/* A point of the tree that the log must pass through. */
struct log_mark {
	uint64_t n;
	uint8_t hash[SEK_HASH_LEN]; /* head, or root */
	bool is_root;
	bool passed, missed;
};

struct log_replay {
	struct log *l;
	struct log_state st; /* as far as it came */
	struct log_mark edge, note;
	bool broken;         /* lines that do not follow each other */
	uint64_t told_from;  /* log_gap records behind this one count */
	uint64_t policy_at, policy_len; /* the last line with a policy */
	bool any;            /* a line was seen */
};
/* The lines from `from` to `to`, of which the first is the file's first when
 * `from` is 0. */
int log_replay(struct log_replay *r, int fd, uint64_t from, uint64_t to,
    struct sek_why *why) SEK_MUST;
void log_replay_marks(struct log_replay *r);

/* -- audit_recover.c -- */

/* The slow way to `st`: whenever audit.edge does not fit. */
int log_recover(struct log *l, struct sek_why *why) SEK_MUST;

/* -- audit_text.c -- */

/* Lines of one append that are not written yet, and the state after them. */
struct log_batch {
	struct sek_buf text;
	struct log_state st;
	struct log_done done;
};
#define LOG_BATCH_NONE { .done = { .yes = false } }
void log_batch_free(struct log_batch *b);
/* `log` of its records; NULL: none. */
const char *log_origin(const struct log *l);
int log_batch_put(struct log *l, struct log_batch *b,
    const struct sek_line_text *text, struct sek_why *why) SEK_MUST;
/* A record of the log itself; takes over `rec`. */
int log_batch_own(struct log *l, struct log_batch *b, json_t *rec,
    struct sek_why *why) SEK_MUST;
/* What has to be said before `rec`. */
int log_batch_begin(struct log *l, struct log_batch *b, const json_t *rec,
    struct sek_why *why) SEK_MUST;
int log_batch_damage(struct log *l, struct log_batch *b, const char *host,
    struct sek_why *why) SEK_MUST;
/* The peaks of the tree as they stand in a record. */
void log_put_edge(json_t *rec, const struct sek_tree *t);

/* -- audit_repair.c, audit_rotate.c, audit_sign.c -- */

/* Move what stands behind the whole lines to a file of its own and put an
 * event log_repair into its place. */
int log_repair(struct log *l, const char *host, struct sek_why *why)
    SEK_MUST;

/* Begin a new file, when the old one has reached its size. */
int log_rotate(struct log *l, const char *host, struct sek_why *why)
    SEK_MUST;
/* A rotation that was cut off left two names on the file: take the other one
 * away.  SEK_E_UNSAFE: it is not that. */
int log_unrotate(struct log *l, const struct stat *st) SEK_MUST;

/* Read the key, once; no key is no failure. */
void log_read_key(struct log *l);
/* Sync the file and, meanwhile, sign the state after it into `note` (empty
 * when that failed, or there is no key).  Returns errno of the sync. */
int log_sync_and_sign(struct log *l, struct log_state *st,
    struct sek_buf *note);
/* Wait for its thread, before the log is closed. */
void log_sync_end(struct log *l);
void log_note_write(struct log *l, const struct sek_buf *note,
    struct log_state *st);
/* The size that it says, unchecked: 0 = none. */
uint64_t log_note_size(struct log *l);
/* What it says, when our key has signed it. */
void log_note_read(struct log *l, struct log_note *out);

#endif
