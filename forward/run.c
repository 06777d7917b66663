/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loop of sekisho-forward: what is new in the record goes to the outbox,
 * then it waits for more.  A login never waits for it, and it never skips
 * what it could not hand on.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "forward/forward.h"

#define MIB ((uint64_t)1 << 20)
#define WAIT_MS 1000u
#define ON_ITS_WAY 500u /* records: more than two socket buffers hold */
#define TORN_MS 2000u /* so long it may just be being written */

struct run {
	const struct sek_policy *policy;
	bool once, fhir;
	bool full;            /* the outbox is not read */
	bool repeat;          /* the checkpoint that was handed on */
	struct outbox *out;   /* owned */
	struct source source; /* owned */
	struct sek_buf msg;
	struct sek_why said;  /* the last complaint */
	uint64_t torn_ms;     /* since when the end is no record; 0: it is */
};

bool
forward_stopped(uint32_t ms)
{
	static bool stopped; /* a signal is taken once, and asked for by many */
	const struct timespec t = { .tv_sec = ms / 1000,
	    .tv_nsec = (long)(ms % 1000) * 1000000 };
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (!stopped)
		stopped = sigtimedwait(&set, NULL, &t) > 0;
	return stopped;
}

void
forward_say(int priority, const char *text)
{
	syslog(priority, "%s", text);
}

/* Once for each thing, not once a second. */
static void
complain(struct run *m, int priority, const struct sek_why *why)
{
	if (strcmp(m->said.text, why->text) != 0)
		forward_say(priority, why->text);
	m->said = *why;
}

/* What is not in order about the record is said here and to the collector,
 * before what comes behind it. */
static int
put_alert(struct run *m, const struct sek_why *what, const struct cursor *c)
{
	int r;

	forward_say(LOG_CRIT, what->text);
	r = message_alert(what->text, m->policy->host, m->fhir, &m->msg);
	return r != SEK_OK ? r :
	    outbox_put(m->out, OUTBOX_ALERT, c, &m->msg);
}

/* A record that has no form must not keep back what is behind it: an alert
 * with its number goes in its place. */
static int
put_formless(struct run *m, const struct sek_entry *e, int err,
    const struct cursor *c)
{
	struct sek_why what;

	sek_why_set(&what, "%s: line %llu: record %llu has no form: %s",
	    e->file, (unsigned long long)e->line_no,
	    (unsigned long long)e->is.seq, sek_strerror(err));
	return put_alert(m, &what, c);
}

static int
put_record(struct run *m, const struct sek_entry *e, char kind,
    struct sek_why *why)
{
	struct cursor c = *outbox_cursor(m->out);
	uint8_t leaf[SEK_LINE_HASH];
	int r = sek_line_hash(e->line, e->n, leaf);

	if (r == SEK_OK && kind == OUTBOX_RECORD) {
		c.seq = e->is.seq;
		c.leaf = cursor_hash(leaf);
	}
	if (r == SEK_OK && m->source.bad.text[0] != '\0') {
		r = put_alert(m, &m->source.bad, outbox_cursor(m->out));
		m->source.bad.text[0] = '\0';
	}
	if (r == SEK_OK && (r = message_record(e->line, e->n, m->fhir,
	    &m->msg)) == SEK_OK)
		r = outbox_put(m->out, kind, &c, &m->msg);
	else if (r == SEK_E_SYNTAX || r == SEK_E_LIMIT)
		r = put_formless(m, e, r, &c);
	if (r != SEK_OK)
		sek_why_set(why, "record %llu: %s",
		    (unsigned long long)e->is.seq, sek_strerror(r));
	return r;
}

/* The end of the log is no record: it is being written, or was torn, and the
 * next append mends it. */
static void
note_torn(struct run *m, const struct sek_why *why)
{
	uint64_t now = sek_now_ms();

	if (!m->source.torn)
		m->torn_ms = 0;
	else if (m->torn_ms == 0)
		m->torn_ms = now;
	if (m->source.torn && (m->once || now - m->torn_ms >= TORN_MS))
		complain(m, LOG_ERR, why);
}

/* Fill a batch; *some tells whether there was anything. */
static int
take_records(struct run *m, bool *some, struct sek_why *why)
{
	struct sek_entry e;
	int r = SEK_OK;

	while (!outbox_is_full(m->out) &&
	    (r = source_next(&m->source, m->out, &e, why)) == SEK_OK) {
		if ((r = put_record(m, &e, OUTBOX_RECORD, why)) != SEK_OK)
			return r;
		*some = true;
	}
	note_torn(m, why);
	if (r == SEK_E_EOF || r == SEK_OK)
		return SEK_OK;
	if (m->once && r != SEK_E_NOENT)
		return r;
	complain(m, LOG_ERR, why);
	return SEK_OK;
}

static int
take_checkpoint(struct run *m, struct sek_why *why)
{
	struct cursor c = *outbox_cursor(m->out);
	struct sek_checkpoint found;
	int r = source_checkpoint(&m->source, &found, why);

	if (r == SEK_E_NOENT)
		return SEK_OK;
	if (r != SEK_OK && m->once)
		return r;
	if (r != SEK_OK) {
		complain(m, LOG_ERR, why);
		return SEK_OK;
	}
	if (found.size == c.size && cursor_hash(found.root) == c.root &&
	    !m->repeat)
		return SEK_OK;
	m->repeat = false;
	c.size = found.size;
	c.root = cursor_hash(found.root);
	r = message_checkpoint(&found, &m->source.note, m->policy->host,
	    m->fhir, &m->msg);
	if (r == SEK_OK)
		r = outbox_put(m->out, OUTBOX_CHECKPOINT, &c, &m->msg);
	if (r != SEK_OK)
		sek_why_set(why, "checkpoint of %llu: has no form: %s",
		    (unsigned long long)found.size, sek_strerror(r));
	return r;
}

/* The records of the range once more, in order; how far we are stays as it
 * is.  Numbers that are not there are left out: the collector knows which it
 * misses. */
static int
again(struct run *m, const struct forward_range *which, struct sek_why *why)
{
	struct sek_reader *rd = NULL;
	struct sek_entry e;
	int r = sek_reader_dir(&rd, m->source.dir, why);

	if (r == SEK_OK && which->from > 1)
		r = sek_reader_seek(rd, which->from, why);
	while (r == SEK_OK && !forward_stopped(0)) {
		r = sek_reader_next(rd, &e, why);
		if (r == SEK_OK && e.is.seq > which->to)
			break;
		if (r == SEK_OK && e.is.seq >= which->from)
			r = put_record(m, &e, OUTBOX_AGAIN, why);
		else if (r == SEK_E_SYNTAX)
			r = SEK_OK; /* told when it was passed over */
		if (r == SEK_OK && outbox_is_full(m->out) &&
		    (r = outbox_ready(m->out, why)) == SEK_OK)
			r = outbox_flush(m->out, !m->once, why);
	}
	sek_reader_free(rd);
	if (r == SEK_OK || r == SEK_E_EOF)
		r = outbox_flush(m->out, !m->once, why);
	return r;
}

/* Nobody acknowledges what is sent by RFC 5425.  When the syslog service has
 * lost its connection, or was started anew, what was on its way then is
 * handed on once more. */
static int
after_break(struct run *m, struct sek_why *why)
{
	struct forward_range which = { 1, 0 };
	int r;

	if (!outbox_broken(m->out, &which.to) || which.to == 0)
		return SEK_OK;
	/* the line behind it was being sent then, and is noted as sent only
	 * when it is lost already */
	if (which.to < outbox_cursor(m->out)->seq)
		which.to++;
	if (which.to > ON_ITS_WAY)
		which.from = which.to - ON_ITS_WAY + 1;
	sek_buf_clear(&m->source.note); /* and the checkpoint */
	m->repeat = true;
	r = m->policy->forward == SEK_FORWARD_RECORDS ?
	    again(m, &which, why) : SEK_OK;
	/* what does not fit now can be sent by --again */
	return r == SEK_E_NOENT || r == SEK_E_LIMIT ? SEK_OK : r;
}

static int
step(struct run *m, bool *some, struct sek_why *why)
{
	int r = outbox_ready(m->out, why);

	m->full = r == SEK_E_LIMIT && !m->once;
	if (m->full) {
		complain(m, LOG_ERR, why);
		return SEK_OK;
	}
	if (r == SEK_OK)
		r = after_break(m, why);
	if (r == SEK_OK && m->policy->forward == SEK_FORWARD_RECORDS)
		r = take_records(m, some, why);
	if (r == SEK_OK)
		r = take_checkpoint(m, why);
	if (r == SEK_OK)
		r = outbox_flush(m->out, !m->once, why);
	return r;
}

static int
loop(struct run *m, struct sek_why *why)
{
	bool records = m->policy->forward == SEK_FORWARD_RECORDS, some;
	int r = SEK_OK;

	while (r == SEK_OK && !forward_stopped(0)) {
		some = false;
		if ((r = step(m, &some, why)) != SEK_OK || some)
			continue;
		if (m->once)
			break;
		/* a second at most: the checkpoint, and an end of ours */
		if (records && !m->full)
			source_wait(&m->source, WAIT_MS);
		else if (forward_stopped(WAIT_MS))
			break;
	}
	return r == SEK_E_EOF ? SEK_OK : r;
}

int
forward_run(const struct sek_policy *p, bool once,
    const struct forward_range *which)
{
	const struct outbox_conf conf = { .dir = p->outbox,
	    .turn = 16 * MIB, .most = 256 * MIB };
	struct run m = { .policy = p, .once = once, .fhir = p->forward_fhir,
	    .source = { .dir = p->audit } };
	struct sek_why why = { "" };
	int r = outbox_open(&m.out, &conf, &why);

	if (r == SEK_OK)
		r = which != NULL ? again(&m, which, &why) : loop(&m, &why);
	if (r != SEK_OK)
		forward_say(LOG_ERR, why.text[0] != '\0' ? why.text :
		    sek_strerror(r));
	source_close(&m.source);
	outbox_close(m.out);
	sek_buf_free(&m.msg);
	return r == SEK_OK ? FORWARD_FINE : FORWARD_FAILED;
}
