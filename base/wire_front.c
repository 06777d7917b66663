/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The front messages as bytes, and the table of what may come when.
 * libc only; runs in the front ends and in the gate.
 */
#include "sekisho/wire_front.h"

#include <string.h>

#define BEGIN_CAP 65536u
#define TEXT_CAP (SEK_TEXT_MAX + 64u)
#define VERDICT_CAP 2048u

const struct sek_rule sek_front_rules[] = {
	{ SEK_FS_START, SEK_BEGIN, SEK_FS_RUN, BEGIN_CAP },
	{ SEK_FS_RUN, SEK_TELL, SEK_FS_RUN, TEXT_CAP },
	{ SEK_FS_RUN, SEK_ASK, SEK_FS_ASKED, TEXT_CAP },
	{ SEK_FS_ASKED, SEK_REPLY, SEK_FS_RUN, SEK_SECRET_MAX + 64u },
	{ SEK_FS_RUN, SEK_VERDICT, SEK_FS_DONE, VERDICT_CAP },
	{ SEK_FS_ASKED, SEK_VERDICT, SEK_FS_DONE, VERDICT_CAP },
};
const size_t sek_front_n_rules =
    sizeof sek_front_rules / sizeof sek_front_rules[0];

void
sek_begin_enc(struct sek_buf *b, const struct sek_begin *m)
{
	sek_put_u8(b, SEK_FRONT_VERSION);
	sek_put_u8(b, (uint8_t)m->phase);
	sek_put_u32(b, m->flags);
	sek_put_u64(b, m->record);
	sek_put_u64(b, m->opened);
	sek_put_u64(b, m->opened_ms);
	sek_put_str(b, m->user);
	sek_put_str(b, m->service);
	sek_put_str(b, m->tty);
	sek_put_str(b, m->rhost);
	sek_put_str(b, m->ruser);
	sek_put_u16(b, m->rport);
	sek_put_str(b, m->xdg_session);
	sek_put_str(b, m->lang);
	sek_put_str(b, m->session);
	sek_put_str(b, m->person);
	sek_put_bytes(b, m->ssh_info.p, m->ssh_info.len);
}

int
sek_begin_dec(struct sek_begin *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_begin m = { 0 };
	const uint8_t *p;
	uint8_t version, phase;
	size_t n;
	int e;

	version = sek_rd_u8(&r);
	phase = sek_rd_u8(&r);
	m.flags = sek_rd_u32(&r);
	m.record = sek_rd_u64(&r);
	m.opened = sek_rd_u64(&r);
	m.opened_ms = sek_rd_u64(&r);
	sek_rd_str(&r, m.user, sizeof m.user);
	sek_rd_str(&r, m.service, sizeof m.service);
	sek_rd_str(&r, m.tty, sizeof m.tty);
	sek_rd_str(&r, m.rhost, sizeof m.rhost);
	sek_rd_str(&r, m.ruser, sizeof m.ruser);
	m.rport = sek_rd_u16(&r);
	sek_rd_str(&r, m.xdg_session, sizeof m.xdg_session);
	sek_rd_str(&r, m.lang, sizeof m.lang);
	sek_rd_str(&r, m.session, sizeof m.session);
	sek_rd_str(&r, m.person, sizeof m.person);
	p = sek_rd_bytes(&r, SEK_SSH_INFO_MAX, &n);
	if (sek_rd_end(&r) != SEK_OK || version != SEK_FRONT_VERSION ||
	    phase < SEK_PHASE_AUTH || phase > SEK_PHASE_CLOSE)
		return SEK_E_PROTO;
	m.phase = (enum sek_phase)phase;
	sek_put_raw(&m.ssh_info, p, n);
	if ((e = sek_buf_ok(&m.ssh_info)) != SEK_OK)
		return e;
	*out = m;
	return SEK_OK;
}

void
sek_begin_clear(struct sek_begin *m)
{
	sek_buf_free(&m->ssh_info);
	memset(m, 0, sizeof *m);
}

void
sek_ask_enc(struct sek_buf *b, const struct sek_ask *m)
{
	sek_put_u8(b, (uint8_t)m->style);
	sek_put_u16(b, m->text_id);
	sek_put_u32(b, m->flags);
	sek_put_str(b, m->text);
}

int
sek_ask_dec(struct sek_ask *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_ask m = { 0 };
	uint8_t style;

	style = sek_rd_u8(&r);
	m.text_id = sek_rd_u16(&r);
	m.flags = sek_rd_u32(&r);
	sek_rd_str(&r, m.text, sizeof m.text);
	if (sek_rd_end(&r) != SEK_OK || style < SEK_STYLE_SECRET ||
	    style > SEK_STYLE_ERROR)
		return SEK_E_PROTO;
	m.style = (enum sek_style)style;
	*out = m;
	return SEK_OK;
}

void
sek_reply_enc(struct sek_buf *b, const struct sek_reply *m)
{
	sek_put_u8(b, m->cancelled ? 1 : 0);
	sek_put_bytes(b, m->answer.p, m->answer.len);
}

int
sek_reply_dec(struct sek_reply *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_reply m = { 0 };
	uint8_t cancelled = sek_rd_u8(&r);
	size_t n;
	const uint8_t *p = sek_rd_bytes(&r, SEK_SECRET_MAX - 1, &n);
	int e;

	if (sek_rd_end(&r) != SEK_OK || cancelled > 1)
		return SEK_E_PROTO;
	/* an answer is text: a NUL inside would be cut silently further on */
	if (n > 0 && memchr(p, '\0', n) != NULL)
		return SEK_E_PROTO;
	m.cancelled = cancelled == 1;
	sek_put_raw(&m.answer, p, n);
	if ((e = sek_buf_ok(&m.answer)) != SEK_OK) {
		sek_buf_free(&m.answer);
		return e;
	}
	*out = m;
	return SEK_OK;
}

void
sek_reply_clear(struct sek_reply *m)
{
	sek_buf_free(&m->answer);
	m->cancelled = true;
}

void
sek_verdict_enc(struct sek_buf *b, const struct sek_verdict *m)
{
	sek_put_u8(b, (uint8_t)m->class);
	sek_put_u16(b, m->reason);
	sek_put_u64(b, m->record);
	sek_put_str(b, m->account);
	sek_put_str(b, m->person);
	sek_put_str(b, m->session);
}

int
sek_verdict_dec(struct sek_verdict *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_verdict m = { 0 };
	uint8_t class;

	class = sek_rd_u8(&r);
	m.reason = sek_rd_u16(&r);
	m.record = sek_rd_u64(&r);
	sek_rd_str(&r, m.account, sizeof m.account);
	sek_rd_str(&r, m.person, sizeof m.person);
	sek_rd_str(&r, m.session, sizeof m.session);
	if (sek_rd_end(&r) != SEK_OK || class > SEK_CLASS_FORBIDDEN)
		return SEK_E_PROTO;
	m.class = (enum sek_class)class;
	*out = m;
	return SEK_OK;
}
