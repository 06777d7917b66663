/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From BEGIN to VERDICT: passes the gate's questions on and the answers
 * back.  Runs in the login program.  Understands none of what it carries;
 * whatever is malformed, late or out of turn ends without a verdict.
 */
#include <poll.h>
#include <security/pam_ext.h>
#include <syslog.h>
#include <unistd.h>

#include "pam_module/module.h"

/* The gate's own deadline is 600 s at most; this one only frees the login
 * program when the gate itself hangs. */
#ifndef SEKISHO_BACKSTOP_MS
#define SEKISHO_BACKSTOP_MS 660000u
#endif
#define RECORD_MS 60000u /* phases in which nobody is asked */
#define MAX_MESSAGES 1024u
#define BUSY_MS 8000u      /* a socket that serves too many is tried again */
#define BUSY_WAIT_MS 200

static int
send_begin(struct sek_chan *ch, const struct sek_begin *begin,
    const struct sek_deadline *dl)
{
	struct sek_buf body = { 0 };
	int r;

	sek_begin_enc(&body, begin);
	if ((r = sek_buf_ok(&begin->ssh_info)) == SEK_OK)
		r = sek_chan_send(ch, SEK_BEGIN, &body, dl);
	sek_buf_free(&body);
	return r;
}

static void
keep_authtok(struct sek_mod_talk *t, const struct sek_reply *reply)
{
	sek_buf_clear(&t->authtok);
	sek_put_raw(&t->authtok, reply->answer.p, reply->answer.len);
	sek_put_u8(&t->authtok, 0);
}

static int
send_reply(struct sek_chan *ch, const struct sek_reply *reply,
    const struct sek_deadline *dl)
{
	struct sek_buf body = { 0 };
	int r;

	sek_reply_enc(&body, reply);
	r = sek_chan_send(ch, SEK_REPLY, &body, dl);
	/* The gate may have judged while the person was thinking (its
	 * deadline) and be gone: then its verdict is here to be read. */
	if (r == SEK_E_EOF) {
		ch->state = SEK_FS_RUN;
		r = SEK_OK;
	}
	sek_buf_free(&body);
	return r;
}

static int
pass_ask(pam_handle_t *pamh, struct sek_chan *ch, struct sek_mod_talk *t,
    const struct sek_buf *body, const struct sek_deadline *dl)
{
	struct sek_reply reply = { .cancelled = true };
	struct sek_ask ask, tell = { .text = "" };
	int r;

	if ((r = sek_ask_dec(&ask, body)) != SEK_OK)
		return r;
	/* greeters answer by themselves once authentication is over */
	if (t->begin.phase != SEK_PHASE_AUTH ||
	    (ask.style != SEK_STYLE_SECRET && ask.style != SEK_STYLE_TEXT))
		return SEK_E_PROTO;
	sek_mod_screen_ask(&t->screen, &ask, &tell);
	if (tell.text[0] != '\0' && (t->begin.flags & SEK_BF_SILENT) == 0)
		sek_mod_tell(pamh, &tell);
	sek_mod_ask(pamh, &ask, &reply);
	if (!reply.cancelled && (ask.flags & SEK_AF_AUTHTOK) != 0)
		keep_authtok(t, &reply);
	r = send_reply(ch, &reply, dl);
	sek_reply_clear(&reply);
	return r;
}

static int
pass_tell(pam_handle_t *pamh, struct sek_mod_talk *t,
    const struct sek_buf *body)
{
	struct sek_ask tell;
	int r;

	if ((r = sek_ask_dec(&tell, body)) != SEK_OK)
		return r;
	if (tell.style != SEK_STYLE_INFO && tell.style != SEK_STYLE_ERROR)
		return SEK_E_PROTO;
	if ((t->begin.flags & SEK_BF_SILENT) != 0)
		return SEK_OK;
	sek_mod_screen_tell(&t->screen, &tell);
	sek_mod_tell(pamh, &tell);
	return SEK_OK;
}

/* `heard`: the gate has said something. */
static int
relay(pam_handle_t *pamh, struct sek_chan *ch, struct sek_mod_talk *t,
    const struct sek_deadline *dl, bool *heard)
{
	struct sek_buf body = { 0 };
	uint8_t msg = 0;
	unsigned n;
	int r;

	*heard = false;
	r = send_begin(ch, &t->begin, dl);
	for (n = 0; r == SEK_OK; n++) {
		if (n == MAX_MESSAGES)
			r = SEK_E_LIMIT;
		else
			r = sek_chan_recv(ch, &msg, &body, dl);
		if (r != SEK_OK)
			break;
		*heard = true;
		if (msg == SEK_VERDICT) {
			r = sek_verdict_dec(&t->verdict, &body);
			break;
		}
		r = msg == SEK_ASK ? pass_ask(pamh, ch, t, &body, dl) :
		    pass_tell(pamh, t, &body);
	}
	sek_buf_free(&body);
	return r;
}

/* The socket is everybody's: the service manager closes at once what is too
 * much for it, and so does a gate of a user who keeps too many.  Nothing was
 * asked or judged then. */
static bool
try_again(const struct sek_deadline *busy)
{
	if (geteuid() == 0 || sek_deadline_past(busy))
		return false;
	(void)poll(NULL, 0, BUSY_WAIT_MS);
	return true;
}

int
sek_mod_talk(pam_handle_t *pamh, const struct sek_mod_options *o,
    struct sek_mod_talk *t)
{
	struct sek_deadline dl = sek_deadline_in(SEKISHO_BACKSTOP_MS);
	const struct sek_deadline busy = sek_deadline_in(BUSY_MS);
	struct sek_mod_link l;
	bool heard;
	int r;

	t->screen.gtk = o->gtk;
	if (t->begin.phase != SEK_PHASE_AUTH)
		dl = sek_deadline_sooner(dl, RECORD_MS);
	do {
		r = sek_mod_link_open(pamh, o, &l, &dl);
		if (r != SEK_OK)
			return r;
		r = relay(pamh, &l.chan, t, &dl, &heard);
		sek_mod_link_close(pamh, &l, r == SEK_OK);
	} while (r == SEK_E_EOF && !heard && try_again(&busy));
	if (r != SEK_OK)
		pam_syslog(pamh, LOG_ERR, "gate: %s", r == SEK_E_EOF ?
		    "ended without a verdict" : sek_strerror(r));
	return r;
}

void
sek_mod_talk_clear(struct sek_mod_talk *t)
{
	sek_begin_clear(&t->begin);
	sek_buf_free(&t->authtok);
	t->verdict = (struct sek_verdict){ .class = SEK_CLASS_DENIED };
}
