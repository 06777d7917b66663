/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rooms of sekisho-forward: where the record is read (source.c), how a
 * message looks (message.c), where the messages go (outbox.c,
 * outbox_tail.c), and the loop over them (run.c).
 *
 * It opens no connection, takes no lock that a login takes, and writes in
 * its own folder only.
 */
#ifndef FORWARD_FORWARD_H
#define FORWARD_FORWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/audit_reader.h"
#include "record/note.h"
#include "gate/policy.h"
#include "sekisho/buf.h"
#include "sekisho/err.h"

/* How far we are.  Every line of the outbox says it, so that the last whole
 * line is all that has to be known, and nothing can disagree with it. */
struct cursor {
	uint64_t seq;  /* of the last record handed on; 0: none */
	uint64_t leaf; /* the first 8 bytes of its leaf hash */
	uint64_t size; /* of the last checkpoint handed on; 0: none */
	uint64_t root; /* the first 8 bytes of its root */
};
uint64_t cursor_hash(const uint8_t hash[SEK_HASH_LEN]);

/* A line of the outbox is a head of this many bytes, a blank, the message
 * and a newline.  The head is "KIND SEQ LEAF SIZE ROOT", all of fixed width,
 * which packaging/rsyslog/sekisho-forward.conf counts on. */
#define OUTBOX_HEAD 75u
#define OUTBOX_RECORD 'R'
#define OUTBOX_CHECKPOINT 'C'
#define OUTBOX_ALERT 'A'
#define OUTBOX_AGAIN 'B' /* a record once more; says nothing of how far */

void outbox_head(char kind, const struct cursor *c,
    char out[OUTBOX_HEAD + 1]);
/* Of a whole line without its newline; false: it is none of ours, or torn. */
bool outbox_parse(const char *line, size_t n, char *kind, struct cursor *c);

struct outbox;
struct outbox_conf {
	const char *dir;
	uint64_t turn; /* bytes after which a new file begins, once all of
			  the old one was read */
	uint64_t most; /* bytes of a file that nobody reads */
};
/* Made when it is not there.  SEK_E_DENIED: another sekisho-forward is at
 * work in it. */
int outbox_open(struct outbox **out, const struct outbox_conf *conf,
    struct sek_why *why) SEK_MUST;
void outbox_close(struct outbox *o);
const struct cursor *outbox_cursor(const struct outbox *o);
/* May more be written now?  Begins a new file when it is time.
 * SEK_E_LIMIT: not before the syslog service has read what is there. */
int outbox_ready(struct outbox *o, struct sek_why *why) SEK_MUST;
/* Take a message; the cursor is `c` from then on. */
int outbox_put(struct outbox *o, char kind, const struct cursor *c,
    const struct sek_buf *msg) SEK_MUST;
/* Is there as much as one write should have? */
bool outbox_is_full(const struct outbox *o);
/* Write and sync what was taken.  A full disk is waited for (`wait`, else
 * SEK_E_IO).  SEK_E_EOF: stopped meanwhile. */
int outbox_flush(struct outbox *o, bool wait, struct sek_why *why) SEK_MUST;
/* Each record that is in the files, the oldest first, until `one` says
 * something else than SEK_OK. */
int outbox_each(const struct outbox *o,
    int (*one)(void *arg, const struct cursor *c), void *arg,
    struct sek_why *why) SEK_MUST;

/* Did the syslog service lose a connection, or begin anew, since this was
 * asked before, and has sent something since?  *seq: of the last record that
 * was handed on when it sent its last line. */
bool outbox_broken(struct outbox *o, uint64_t *seq);

/* outbox_tail.c: the last whole line of a file of `size` bytes.
 * SEK_E_NOENT: it has none. */
int outbox_last(int fd, uint64_t size, char *kind, struct cursor *c) SEK_MUST;
/* Each record of a file, in order; closes fd. */
int outbox_lines(int fd, int (*one)(void *arg, const struct cursor *c),
    void *arg) SEK_MUST;

/* The record's side.  Start with { .dir = ... }. */
struct source {
	const char *dir;
	struct sek_reader *r; /* owned; NULL: to be opened */
	bool fresh;           /* opened, and no record taken since */
	bool torn;            /* its end is no record (yet) */
	struct sek_why bad;   /* what was passed over, for an alert */
	struct sek_buf note;  /* the checkpoint seen last; owned */
};
void source_close(struct source *s);
/* The record behind the cursor.  SEK_E_EOF: none now.  When s->bad has a
 * text then, the record does not follow on the one before. */
int source_next(struct source *s, const struct outbox *o,
    struct sek_entry *e, struct sek_why *why) SEK_MUST;
void source_wait(struct source *s, uint64_t ms);
/* The newest checkpoint, its signature checked; SEK_E_NOENT: there is none,
 * or it is the same as the last time. */
int source_checkpoint(struct source *s, struct sek_checkpoint *c,
    struct sek_why *why) SEK_MUST;

/* RFC 5424 messages; replace what `out` holds. */
int message_record(const char *line, size_t n, bool fhir,
    struct sek_buf *out) SEK_MUST;
int message_checkpoint(const struct sek_checkpoint *c,
    const struct sek_buf *note, const char *host, bool fhir,
    struct sek_buf *out) SEK_MUST;
int message_alert(const char *what, const char *host, bool fhir,
    struct sek_buf *out) SEK_MUST;

/* Sleep so long (0: look only); true when the program is asked to end. */
bool forward_stopped(uint32_t ms);
void forward_say(int priority, const char *text);

/* Exit status. */
enum forward_status {
	FORWARD_FINE = 0,
	FORWARD_FAILED = 1,
	FORWARD_USAGE = 2
};
struct forward_range {
	uint64_t from, to;
};
/* `which`: hand on these once more, and end; NULL: what is new. */
int forward_run(const struct sek_policy *p, bool once,
    const struct forward_range *which);

#endif
