/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho import pam-u2f`, and what its rooms say to each other:
 *
 *     import.c        the command: options, RP IDs, the order of things
 *     import_file.c   the file in memory, its lines, which ones count
 *     import_judge.c  what may be taken of a line
 *     import_take.c   taking it: store and record
 *     authfile*.c     the forms of the file
 *
 * A line is taken whole or not at all, unless --partial is said: one
 * transaction each.
 */
#ifndef HELPDESK_IMPORT_H
#define HELPDESK_IMPORT_H

#include "gate/store_fido.h"
#include "helpdesk/authfile.h"
#include "helpdesk/desk.h"

#define IMPORT_FILE_MAX (16u * 1024 * 1024) /* bytes */
#define IMPORT_LINES_MAX 100000u

struct import_line {
	const char *p;      /* in the text; without its end */
	size_t n;
	const char *user;
	size_t user_len;    /* 0: a blank line */
	size_t last;        /* number of the line that counts instead; 0 */
};

/* An id or a key of a line that counts: nobody may share one. */
struct import_mark {
	uint8_t hash[32];
	size_t line;        /* its number */
};

struct import {
	struct desk *d;
	const char *file;
	const char *origin; /* RP ID of all but U2F credentials */
	const char *appid;  /* and of those */
	const char *user;   /* --user */
	bool ssh, add_persons, partial, dry_run, yes;
	struct desk_list roles; /* of persons who are added */
	char host_rp[SEK_HOST_MAX + 8]; /* pam://HOST */
	/* the file */
	char owner[SEK_USER_MAX]; /* speaks for itself only; "": root's */
	char *text;               /* owned */
	size_t len;
	struct import_line *lines; /* owned; number i is at i - 1 */
	size_t n_lines;
	struct import_mark *marks; /* owned; in order */
	size_t n_marks;
	bool any_fido, any_u2f;
	struct authfile_cred ssh_cred; /* of --sshformat */
	char ssh_rp[SEK_RP_MAX];
	/* what came of it */
	size_t taken, there, refused, superseded;
};

enum import_verdict {
	IMPORT_REFUSED = 0,
	IMPORT_THERE, /* is this person's already */
	IMPORT_TAKE
};

struct import_cred {
	enum import_verdict verdict;
	enum word why;      /* when it is not taken */
	char arg[3][SEK_NAME_MAX];
	struct authfile_cred c;
	const char *rp;
	uint8_t spki_sha256[32];
};

/* What is to be done with one line. */
struct import_plan {
	size_t no;
	char user[SEK_USER_MAX];
	enum word fault;    /* N_WORDS: none; else of the whole line */
	bool new_person;
	struct sek_person person;
	struct import_cred at[AUTHFILE_CREDS_MAX];
	size_t n;
	size_t too_many;    /* credentials past what pam_u2f takes */
	size_t take, refused;
};

/* -- import_file.c; DESK_GO or what to exit with */
int import_read(struct import *im) SEK_MUST;
/* Sorts the marks of all lines that count. */
int import_mark_all(struct import *im) SEK_MUST;
/* The first other line with the same id or key; 0: none. */
size_t import_other_line(const struct import *im, const uint8_t hash[32],
    size_t line);
void import_clear(struct import *im);
/* What an id is called among the marks. */
int import_id_hash(const char *rp, const struct authfile_cred *c,
    uint8_t out[32]) SEK_MUST;

/* -- import_judge.c */
int import_judge(struct import *im, size_t no, struct import_plan *plan)
    SEK_MUST;
void import_tell(const struct import *im, const struct import_plan *plan);
/* "line 3, taro: ..."; user NULL: "line 3: ..." */
void import_say(const struct import *im, size_t no, const char *user,
    const struct desk_said *said);

/* -- import_take.c */
int import_take(struct import *im, const struct import_plan *plan) SEK_MUST;

#endif
