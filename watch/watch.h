/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rooms of sekisho-watch: which sessions are open (folder.c), which cards
 * are where (readers.c), whether a session's token is still there (token.c),
 * what is done when it is not (act.c, logind.c, note.c); who asks for the
 * login screen (wishes.c, greeter.c); and the loop over them (run.c).
 *
 * It decides no login, sends no command to a card, and opens none.
 */
#ifndef WATCH_WATCH_H
#define WATCH_WATCH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gate/policy.h"
#include "gate/presence_file.h"
#include "gate/wish_file.h"
#include "sekisho/err.h"

#define WATCH_FINE 0
#define WATCH_FAILED 1
#define WATCH_USAGE 2

#define WATCH_MAX 512u      /* sessions */
#define READERS_MAX 16u     /* pcscd has no more */
#define ATR_MAX 33u         /* bytes, ISO 7816-3 */

/* How long pcscd may be away before all cards count as gone. */
#define PCSCD_AWAY_MS 10000u

/* -- readers.c: a thread of its own asks pcscd, because no call of PC/SC has
 * a limit of time that can be relied on. */
struct reader {
	char name[SEK_READER_MAX];  /* as a slot description: cut, escaped */
	bool present;               /* a card is in it */
	uint32_t count;             /* cards that came and went, of pcscd */
	uint8_t atr[ATR_MAX];
	size_t atr_len;
};
struct readers {
	bool there;       /* pcscd answers */
	uint32_t epoch;   /* another one: `count` of before says nothing */
	uint64_t since_ms; /* when it began */
	uint64_t at_ms;   /* when this was so */
	size_t n;
	struct reader reader[READERS_MAX];
};
/* Begin to ask, if that is not so already.  Each change is told by `fd`, an
 * eventfd that stays the caller's. */
int readers_start(int fd) SEK_MUST;
/* What was so last; false: nothing is known yet. */
bool readers_get(struct readers *out);
/* The name of a reader as the file of a session has it. */
void readers_name(char out[SEK_READER_MAX], const char *name);

/* -- token.c */
enum where {
	W_NEW,  /* not looked at yet */
	W_HERE,
	W_LOST, /* its reader is gone, it itself perhaps not */
	W_UNSEEN, /* pcscd has not said for a while whether it is there */
	W_AWAY
};
struct watched {
	struct sek_presence is;
	uint64_t changed;       /* of the file */
	bool in_folder;         /* at the last look */
	enum where where;
	uint64_t lost_until;    /* of W_LOST and W_UNSEEN, ms */
	bool known;             /* which card it is: */
	uint8_t atr[ATR_MAX];
	size_t atr_len;
	uint32_t epoch, count;  /* of the reader when it was seen last */
	bool back;              /* one of its make came after it had gone,
				   which may be another one */
	bool due;               /* the session is to be locked or ended */
	bool doubt;             /* and perhaps by another one's card */
	bool locked;            /* by a tap: the next one is to unlock it */
	uint64_t since_ms;      /* since when it is due */
	uint64_t again_ms;      /* not to be tried before; 0: never was */
	struct sek_why said;    /* the last complaint about it */
};
/* Look where it is now; r is NULL when nothing is known of readers yet. */
void token_look(struct watched *w, const struct readers *r, uint64_t now,
    uint32_t grace_ms);
/* How it is called in messages, escaped. */
const char *token_name(const struct watched *w);

/* -- folder.c */
struct folder {
	const char *run;         /* [paths] run */
	char dir[PATH_MAX];
	int inotify;             /* owned */
	struct watched *w;       /* WATCH_MAX, owned */
	size_t n;
	char said[600];          /* the last complaint */
	struct sek_why first;    /* of this look: what is wrong ... */
	size_t wrong;            /* ... and how often */
};
int folder_open(struct folder *f, const char *run, struct sek_why *why)
    SEK_MUST;
void folder_close(struct folder *f);
/* Take up what is new in it, forget what is not there any more, and remove
 * what nobody will remove. */
void folder_look(struct folder *f);
/* What is wrong in this look, beside the folder of sessions too. */
void folder_complain(struct folder *f, const struct sek_why *why);
/* Tell of that, unless it was told last time. */
void folder_tell(struct folder *f);
/* Has somebody unlocked the same session of logind with a token since? */
bool folder_has_later(const struct folder *f, const struct watched *w);

/* -- act.c: do what is due.  Nothing of it waits longer than 2 s. */
void act_on(struct folder *f, struct watched *w, const struct sek_policy *p,
    uint64_t now);

/* -- logind.c */
enum logind_did { LOGIND_DID, LOGIND_WAS_LOCKED };
/* Have the session of this file locked or, with `end`, ended.  `what` is set
 * with SEK_OK. */
int logind_ask(const struct sek_presence *m, bool end, enum logind_did *what,
    struct sek_why *why) SEK_MUST;

/* -- greeter.c: have the login screen brought up over this session. */
int greeter_ask(const struct sek_wish *wish, struct sek_why *why) SEK_MUST;

/* -- wishes.c: take up what the gate asks for, at most one wish at a time;
 * `fd` is told when it is done, an eventfd that stays the caller's. */
void wishes_look(struct folder *f, const struct sek_policy *p, int fd);

/* -- note.c: the record of it.  `problem` is NULL when it was done. */
int note_record(const struct sek_policy *p, const struct watched *w,
    const char *problem, struct sek_why *why) SEK_MUST;

/* -- run.c: until a signal comes. */
int watch_run(const char *conf);
void watch_say(int priority, const char *text);

#endif
