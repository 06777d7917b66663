/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rooms of the reader share: audit_reader.c (lines, in order),
 * audit_reader_files.c (which file comes next), audit_reader_seek.c (jumps to
 * a record), audit_reader_time.c (jumps over blocks of another time) and
 * audit_reader_wait.c.  Nobody else includes this.
 *
 * All reading is pread(2) at `upto`, so that what is in the buffer may be
 * forgotten at any time.
 */
#ifndef RECORD_AUDIT_READER_ROOMS_H
#define RECORD_AUDIT_READER_ROOMS_H

#include <stdbool.h>
#include <sys/types.h>

#include "record/audit_index.h"
#include "record/audit_reader.h"

#define READER_AHEAD (4u * SEK_AUDIT_LINE_MAX)
#define READER_ENTRIES 64u /* of the index, read at once */

struct sek_reader {
	/* these files ... */
	char **paths;      /* owned */
	size_t n_paths, next;
	/* ... or all of a folder */
	char *dir;         /* owned; NULL: none */
	int dir_fd;        /* -1: none */
	uint64_t *archive; /* numbers of those behind `past`; owned */
	size_t n_archives;
	uint64_t past;     /* archives up to this number were read */

	/* the open file */
	int fd;            /* -1: none */
	dev_t dev;
	ino_t ino;
	char name[300];    /* escaped, for messages */
	char *p;           /* READER_AHEAD bytes, owned */
	size_t at, have;   /* of them, what was read and not handed out */
	uint64_t line;     /* of the last line handed out, from 1 */
	bool torn;         /* it had no end */
	uint64_t offset;   /* of it */
	uint64_t upto;     /* offset behind it */

	/* in the log */
	uint64_t last;     /* seq of the last record read */
	uint64_t from;     /* records before this one are passed over */
	bool timed;        /* blocks that have none of this time too */
	int64_t t_from, t_to;

	int index_fd;      /* -1: none */
	uint64_t cached;   /* which READER_ENTRIES of it, from 1; 0: none */
	uint8_t cache[READER_ENTRIES * SEK_BLOCK_LEN];

	int watch_fd;      /* inotify; -1: none */
	bool watched;      /* it was tried */
};

/* -- audit_reader_files.c */
/* Open for reading, without waiting, what must be a regular file; `shown` is
 * its name for `why`. */
int reader_open(int dir_fd, const char *name, const char *shown, int *fd,
    struct sek_why *why) SEK_MUST;
/* Go on with that file, at its beginning; takes over `fd`. */
int reader_take(struct sek_reader *rd, int fd, const char *shown) SEK_MUST;
/* The file that was audit-NUMBER.jsonl or will be: SEK_E_NOENT, if neither
 * is there.  *current: it is audit.jsonl. */
int reader_open_number(struct sek_reader *rd, uint64_t number, int *fd,
    bool *current, struct sek_why *why) SEK_MUST;
/* Its name for messages. */
void reader_shown(const struct sek_reader *rd, uint64_t number, bool current,
    char out[300]);
/* The archives with a number greater than `past`, sorted. */
int reader_list(struct sek_reader *rd, struct sek_why *why) SEK_MUST;
/* Go on with the next file; SEK_E_EOF: none (yet).  Also SEK_OK when there
 * is more in the open one. */
int reader_next_file(struct sek_reader *rd, struct sek_why *why) SEK_MUST;
/* Begin anew, before the first file. */
void reader_rewind(struct sek_reader *rd);

/* -- audit_reader_seek.c; all of them forget the buffer */
/* The record of the line that begins at `offset`; false: none does. */
bool reader_look(struct sek_reader *rd, int fd, uint64_t offset,
    struct sek_line *is);
/* Go on with the first record of block `i`, if it is where the index says. */
bool reader_jump(struct sek_reader *rd, uint64_t i);

/* -- audit_reader_time.c */
/* Entry i of the index; false: there is none. */
bool reader_entry(struct sek_reader *rd, uint64_t i, struct sek_block *b);
/* When a block begins: go on with the first one that may have a record of
 * the time wanted. */
void reader_skip(struct sek_reader *rd);

#endif
