/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Talks to the front end: texts out, answers in, the verdict last.
 * Runs in the gate.  Never looks into an answer, never keeps one.
 */
#include "gate/front.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "sekisho/os.h"

#define TELL_MS 2000u
#define VERDICT_MS 5000u
#define END_MS 2000u /* for the gate to leave after it */

void
sek_front_init(struct sek_front *f, int fd, struct sek_deadline dl)
{
	*f = (struct sek_front){ .lang = SEK_LANG_EN, .dl = dl,
	    .said_ms = sek_now_ms() };
	f->chan = (struct sek_chan){ .fd = fd, .state = SEK_FS_START,
	    .rules = sek_front_rules, .n_rules = sek_front_n_rules };
}

int
sek_front_begin(struct sek_front *f, struct sek_begin *out)
{
	struct sek_buf body = { 0 };
	uint8_t msg;
	int r;

	/* who connects and says nothing has not asked for a login */
	if (sek_wait_readable(f->chan.fd, &f->dl) == SEK_E_TIMEOUT)
		return SEK_E_EOF;
	r = sek_chan_recv(&f->chan, &msg, &body, &f->dl);
	if (r == SEK_OK)
		r = sek_begin_dec(out, &body);
	sek_buf_free(&body);
	return r;
}

static void
tell(struct sek_front *f, enum sek_style style, const char *text, uint16_t id)
{
	struct sek_ask m = { .style = style, .text_id = id };
	const struct sek_deadline dl = sek_deadline_in(TELL_MS);
	struct sek_buf body = { 0 };

	if (f->silent || f->chan.state != SEK_FS_RUN)
		return;
	(void)snprintf(m.text, sizeof m.text, "%s", text);
	sek_ask_enc(&body, &m);
	/* who does not listen is not told again; the next question finds
	 * out whether anybody is there */
	if (sek_chan_send(&f->chan, SEK_TELL, &body, &dl) != SEK_OK)
		f->silent = true;
	sek_buf_free(&body);
}

void
sek_front_tell_all(struct sek_front *f, enum sek_text id,
    const char *const *args, size_t n)
{
	char text[SEK_TEXT_MAX];
	enum sek_style style = SEK_STYLE_INFO;

	if (id == SEK_T_WRONG_PIN || id == SEK_T_WRONG_PIN_LEFT ||
	    id == SEK_T_VERIFY_AGAIN || id == SEK_T_VERIFY_LEFT)
		style = SEK_STYLE_ERROR;
	sek_text_fill(text, sizeof text, id, f->lang, args, n);
	tell(f, style, text, (uint16_t)id);
}

void
sek_front_tell(struct sek_front *f, enum sek_text id, const char *arg)
{
	sek_front_tell_all(f, id, &arg, 1);
}

void
sek_front_tell_reason(struct sek_front *f, enum sek_reason reason)
{
	tell(f, SEK_STYLE_ERROR, sek_reason(reason)->text[f->lang], 0);
}

static enum sek_reason
reason_of(int err)
{
	switch (err) {
	case SEK_OK:
		return SEK_R_OK;
	case SEK_E_TIMEOUT:
		return SEK_R_TIMEOUT;
	case SEK_E_EOF:
		return SEK_R_CLIENT_GONE;
	case SEK_E_NOMEM:
		return SEK_R_INTERNAL;
	default:
		return SEK_R_PROTOCOL;
	}
}

enum sek_reason
sek_front_quiet(const struct sek_front *f)
{
	char byte;
	ssize_t n;

	do
		n = recv(f->chan.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return SEK_R_PROTOCOL;
	return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ?
	    SEK_R_OK : SEK_R_CLIENT_GONE;
}

enum sek_reason
sek_front_ask(struct sek_front *f, enum sek_style style, enum sek_text id,
    uint32_t flags, const char *arg, uint64_t limit_ms,
    struct sek_reply *reply)
{
	const struct sek_deadline dl = sek_deadline_sooner(f->dl, limit_ms);
	struct sek_ask m = { .style = style, .text_id = (uint16_t)id,
	    .flags = flags };
	struct sek_buf body = { 0 };
	enum sek_reason reason;
	uint8_t msg;
	int r;

	/* an answer to what was not asked yet is none */
	if ((reason = sek_front_quiet(f)) != SEK_R_OK)
		return reason;
	sek_text_fmt(m.text, sizeof m.text, id, f->lang, arg);
	sek_ask_enc(&body, &m);
	r = sek_chan_send(&f->chan, SEK_ASK, &body, &dl);
	if (r == SEK_OK)
		r = sek_chan_recv(&f->chan, &msg, &body, &dl);
	if (r == SEK_OK)
		r = sek_reply_dec(reply, &body);
	sek_buf_free(&body);
	f->said_ms = sek_now_ms();
	if (r != SEK_OK)
		return reason_of(r);
	/* no answer is no answer, whatever the front end makes of it */
	if (reply->cancelled || reply->answer.len == 0)
		return SEK_R_CANCELLED;
	return SEK_R_OK;
}

int
sek_front_verdict(struct sek_front *f, const struct sek_verdict *v)
{
	const struct sek_deadline dl = sek_deadline_in(VERDICT_MS);
	struct sek_buf body = { 0 };
	int r;

	/* the front end does not wait for our end, so nobody else would see
	 * to it */
	if ((r = sek_die_in(VERDICT_MS + END_MS)) != SEK_OK)
		return r;
	sek_verdict_enc(&body, v);
	r = sek_chan_send(&f->chan, SEK_VERDICT, &body, &dl);
	sek_buf_free(&body);
	return r;
}
