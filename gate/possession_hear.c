/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the helpers say while a token is looked for: cards that a module
 * lists, keys that come and go, and that one cannot go on.
 * Runs in the gate.  Believes none of it: what is malformed, out of turn or
 * without end costs the helper its life, and the person nothing but that.
 */
#include <stdio.h>

#include "gate/possession.h"

#define MAX_SAID 200u /* messages of the key's helper before it is asked */

struct sek_watch *
sek_watch_of(struct sek_login *l, const struct sek_helper *h)
{
	return &l->watch[h - l->helpers];
}

const char *
sek_helper_name(const struct sek_helper *h)
{
	return h->module == NULL ? h->program : h->module->name;
}

void
sek_helper_give_up(struct sek_login *l, struct sek_helper *h,
    enum sek_reason reason, const char *words)
{
	struct sek_watch *w = sek_watch_of(l, h);

	w->failed = reason;
	w->ready = false;
	w->strange = 0;
	if (h->detail[0] == '\0')
		(void)snprintf(h->detail, sizeof h->detail, "%.64s: %.120s",
		    sek_helper_name(h), words);
	sek_helper_finish(h);
}

static enum sek_reason
module_failed(struct sek_login *l, struct sek_helper *h,
    const struct sek_buf *body)
{
	struct sek_fail fail;

	if (sek_fail_dec(&fail, body) != SEK_OK)
		return SEK_R_HELPER_PROTOCOL;
	sek_helper_give_up(l, h, fail.code == SEK_FAIL_MODULE ?
	    SEK_R_MODULE_UNUSABLE : SEK_R_TOKEN_ERROR, fail.detail);
	return SEK_R_NONE;
}

/* What a module sees.  OK: a token was matched; NONE: nothing that serves;
 * else why the helper cannot be believed, or the login ends. */
static enum sek_reason
hear_card(struct sek_login *l, struct sek_helper *h, uint8_t msg,
    const struct sek_buf *body)
{
	struct sek_watch *w = sek_watch_of(l, h);
	struct sek_keys keys = { 0 };
	enum sek_reason reason;

	if (msg == SEK_H_FAIL)
		return module_failed(l, h, body);
	if (msg != SEK_H_KEYS || sek_keys_dec(&keys, body) != SEK_OK)
		return SEK_R_HELPER_PROTOCOL;
	w->reported = true;
	w->strange = (uint32_t)keys.n;
	reason = sek_candidates_match(l, &keys);
	sek_keys_clear(&keys);
	return reason == SEK_R_NO_MATCH ? SEK_R_NONE : reason;
}

/* The same of a FIDO2 key; `ready` when it may serve, and which credential it
 * is will be known only when it has signed. */
static enum sek_reason
hear_key(struct sek_login *l, struct sek_helper *h, uint8_t msg,
    const struct sek_buf *body)
{
	struct sek_watch *w = sek_watch_of(l, h);
	struct sek_key_status s;
	struct sek_key_fail fail;
	enum sek_reason reason;

	if (msg == SEK_U_FAIL && sek_key_fail_dec(&fail, body) == SEK_OK) {
		sek_helper_give_up(l, h, SEK_R_TOKEN_ERROR, fail.detail);
		return SEK_R_NONE;
	}
	if (msg != SEK_U_STATUS || sek_key_status_dec(&s, body) != SEK_OK ||
	    ++w->said > MAX_SAID)
		return SEK_R_HELPER_PROTOCOL;
	w->reported = true;
	w->strange = s.kind == SEK_KEY_STRANGE ? 1 : 0;
	w->ready = false;
	if (s.kind != SEK_KEY_READY)
		return SEK_R_NONE;
	reason = sek_fido_ready(l, &s);
	/* what is matched may be a card that was refused before */
	if (reason != SEK_R_OK || l->fido.told)
		return reason;
	w->ready = true;
	return SEK_R_NONE;
}

enum sek_reason
sek_helper_hear(struct sek_login *l, struct sek_helper *h)
{
	struct sek_buf body = { 0 };
	enum sek_reason reason;
	bool heard;
	uint8_t msg = 0;

	reason = sek_helper_recv(h, &msg, &body, &l->dl);
	heard = reason == SEK_R_OK;
	if (heard)
		reason = h == l->fido.helper ? hear_key(l, h, msg, &body) :
		    hear_card(l, h, msg, &body);
	sek_buf_free(&body);
	if (!heard || reason == SEK_R_HELPER_PROTOCOL) {
		sek_helper_give_up(l, h, reason, "malformed message");
		return SEK_R_NONE;
	}
	if (reason == SEK_R_NONE)
		return reason;
	l->helper = h;
	/* a token that is somebody's, and refused: another may still do, so
	 * all are looked at before that is said; else it is the login that
	 * cannot go on */
	if (reason == SEK_R_OK || (!l->matched && l->told == SEK_R_NONE))
		return reason;
	l->refused = reason;
	return SEK_R_NONE;
}

