/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate's side of a conversation with sekisho-fido, for tests.
 * Runs in the test programs; knows nothing of what a test expects.
 */
#include "tests/fido/talk.h"

#include <string.h>

int
talk_start(struct talk *t, const char *helper, const char *const *envp)
{
	const char *const argv[] = { helper, NULL };
	const struct sek_spawn s = {
		.path = helper,
		.argv = argv,
		.envp = envp,
		.chan_fd = SEK_HELPER_FD,
		.confine = true,
	};
	int r;

	*t = (struct talk){ .child = SEK_CHILD_NONE, .limit_ms = 30000 };
	if ((r = sek_child_start(&t->child, &s)) != SEK_OK)
		return r;
	t->chan = (struct sek_chan){ .fd = t->child.chan,
		.state = SEK_US_START, .rules = sek_fido_rules,
		.n_rules = sek_fido_n_rules };
	return SEK_OK;
}

static int
put(struct talk *t, uint8_t msg, struct sek_buf *b)
{
	const struct sek_deadline dl = sek_deadline_in(t->limit_ms);
	int r = sek_chan_send(&t->chan, msg, b, &dl);

	sek_buf_free(b);
	return r;
}

int
talk_assert(struct talk *t, const struct sek_assert *m)
{
	struct sek_buf b = { 0 };

	sek_assert_enc(&b, m);
	return put(t, SEK_U_ASSERT, &b);
}

int
talk_create(struct talk *t, const struct sek_create *m)
{
	struct sek_buf b = { 0 };

	sek_create_enc(&b, m);
	return put(t, SEK_U_CREATE, &b);
}

int
talk_go(struct talk *t, bool verify, uint32_t touch_ms)
{
	const struct sek_go go = { .verify = verify, .touch_ms = touch_ms };
	struct sek_buf b = { 0 };

	sek_go_enc(&b, &go);
	return put(t, SEK_U_GO, &b);
}

int
talk_pin(struct talk *t, const char *pin)
{
	struct sek_buf b = { 0 };

	sek_put_raw(&b, pin, strlen(pin));
	return put(t, SEK_U_PIN, &b);
}

int
talk_raw(struct talk *t, uint32_t len, uint8_t type, const void *body,
    size_t n)
{
	const struct sek_deadline dl = sek_deadline_in(t->limit_ms);
	struct sek_buf b = { 0 };
	int r;

	sek_put_u32(&b, len);
	sek_put_u8(&b, type);
	sek_put_raw(&b, body, n);
	r = sek_buf_ok(&b);
	if (r == SEK_OK)
		r = sek_write_full(t->chan.fd, b.p, b.len, &dl);
	sek_buf_free(&b);
	return r;
}

static enum talk_end
decode(struct talk *t, uint8_t msg, const struct sek_buf *b)
{
	enum talk_end end = TALK_BAD;
	int r = SEK_E_PROTO;

	switch (msg) {
	case SEK_U_STATUS:
		r = sek_key_status_dec(&t->status, b);
		end = TALK_STATUS;
		break;
	case SEK_U_NOTE:
		r = sek_key_note_dec(&t->note, b);
		end = TALK_NOTE;
		break;
	case SEK_U_ASKPIN:
		r = sek_askpin_dec(&t->askpin, b);
		end = TALK_ASKPIN;
		break;
	case SEK_U_ASSERTION:
		r = sek_fido_assertion_dec(&t->assertion, b);
		end = TALK_ASSERTION;
		break;
	case SEK_U_CREATED:
		r = sek_fido_created_dec(&t->created, b);
		end = TALK_CREATED;
		break;
	case SEK_U_FAIL:
		r = sek_key_fail_dec(&t->fail, b);
		end = TALK_FAIL;
		break;
	default:
		break;
	}
	return r == SEK_OK ? end : TALK_BAD;
}

enum talk_end
talk_next(struct talk *t)
{
	const struct sek_deadline dl = sek_deadline_in(t->limit_ms);
	struct sek_buf b = { 0 };
	enum talk_end end = TALK_BAD;
	uint8_t msg;
	int r = sek_chan_recv(&t->chan, &msg, &b, &dl);

	if (r == SEK_OK)
		end = decode(t, msg, &b);
	else if (r == SEK_E_EOF)
		end = TALK_DEAD;
	else if (r == SEK_E_TIMEOUT)
		end = TALK_SILENT;
	sek_buf_free(&b);
	return end;
}

bool
talk_finish(struct talk *t, struct sek_exit *ex)
{
	const struct sek_deadline dl = sek_deadline_in(t->limit_ms);

	return sek_child_finish(&t->child, &dl, ex) == SEK_OK;
}
