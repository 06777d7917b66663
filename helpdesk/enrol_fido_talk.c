/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dialogue with sekisho-fido: insert, choose, PIN or finger, touch.
 *
 * Part of the administrator's program.  The helper alone talks to the key.
 * A signal that would end us ends the dialogue instead, so that the key stops
 * blinking.  Must never try a PIN out of a file twice.
 */
#include "helpdesk/fido.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "helpdesk/answer.h"

#define PIN_MIN 4u  /* CTAP 2.1 6.5.1: code points, ... */
#define PIN_MAX 63u /* ... and bytes of UTF-8 */
#define MESSAGES_MAX 200 /* of a helper that does nothing but talk */

/* What is told for a FAIL, and how the record calls it. */
static const struct {
	enum sek_fido_fail code;
	enum sek_reason reason;
	enum word word;
} fails[] = {
	{ SEK_UF_REMOVED, SEK_R_TOKEN_REMOVED, W_FIDO_REMOVED },
	{ SEK_UF_NO_TOUCH, SEK_R_NO_TOUCH, W_FIDO_NO_TOUCH },
	{ SEK_UF_REFUSED, SEK_R_KEY_REFUSED, W_FIDO_REFUSED },
	{ SEK_UF_PIN_LOCKED, SEK_R_PIN_LOCKED, W_FIDO_PIN_LOCKED },
	{ SEK_UF_PIN_PAUSED, SEK_R_PIN_PAUSED, W_FIDO_PIN_PAUSED },
	{ SEK_UF_NO_VERIFY, SEK_R_NO_VERIFICATION, W_FIDO_NO_VERIFY },
	{ SEK_UF_VERIFY_LOCKED, SEK_R_VERIFICATION_LOCKED,
	    W_FIDO_VERIFY_LOCKED },
	{ SEK_UF_PIN_FORMAT, SEK_R_WRONG_PIN, W_FIDO_PIN_FORMAT },
	{ SEK_UF_EXCLUDED, SEK_R_KEY_HELD, W_FIDO_EXCLUDED },
	{ SEK_UF_FULL, SEK_R_TOKEN_ERROR, W_FIDO_FULL },
	{ SEK_UF_UNSUPPORTED, SEK_R_NO_MECHANISM, W_FIDO_UNSUPPORTED },
};

/* How the record calls the end; the first cause stays. */
static int
ended(struct fido *f, enum sek_reason reason, const char *why)
{
	if (f->failed == SEK_R_NONE) {
		f->failed = reason;
		sek_why_set(&f->why, "%s", why);
	}
	return DESK_REFUSED;
}

/* The helper itself failed. */
static int
helper_failed(struct fido *f, enum sek_reason reason)
{
	const char *detail = f->helper.detail;

	f->maybe = f->asked;
	DESK_ERR(f->e->d, W_HELPER, { sek_reason(reason)->word,
	    *detail != '\0' ? detail :
	    sek_reason(reason)->text[f->e->d->lang] });
	return ended(f, reason, detail);
}

static int
on_fail(struct fido *f, const struct sek_buf *body)
{
	const struct enrol *e = f->e;
	struct sek_key_fail fail;
	size_t i;

	if (sek_key_fail_dec(&fail, body) != SEK_OK)
		return helper_failed(f, SEK_R_HELPER_PROTOCOL);
	for (i = 0; i < sizeof(fails) / sizeof(fails[0]); i++) {
		if (fails[i].code != fail.code)
			continue;
		DESK_ERR(e->d, fails[i].word, { e->person.name,
		    fail.detail });
		return ended(f, fails[i].reason, fail.detail);
	}
	DESK_ERR(e->d, W_FIDO_FAILED, { fail.detail });
	f->maybe = f->asked;
	return ended(f, SEK_R_TOKEN_ERROR, fail.detail);
}

/* Until the helper says something: false when a signal or the deadline came
 * first. */
static bool
heard(const struct fido *f, const struct sek_deadline *dl, bool *signalled)
{
	struct pollfd p[2] = { { .fd = f->helper.chan.fd, .events = POLLIN },
	    { .fd = f->signals, .events = POLLIN } };
	int n;

	do {
		n = poll(p, 2, sek_deadline_left_ms(dl));
	} while (n < 0 && errno == EINTR);
	/* not read: it is delivered when it is let through again */
	*signalled = n > 0 && p[1].revents != 0;
	/* a helper that never stops talking is late as well */
	return n > 0 && !*signalled && !sek_deadline_past(dl);
}

/* One message.  `late`: what to tell when none comes. */
static int
receive(struct fido *f, const struct sek_deadline *dl, enum word late,
    uint8_t *msg, struct sek_buf *body)
{
	enum sek_reason reason;
	bool signalled;

	if (!heard(f, dl, &signalled)) {
		if (signalled) {
			DESK_ERR(f->e->d, W_NOT_CONFIRMED, { NULL });
			return ended(f, SEK_R_CANCELLED, "interrupted");
		}
		f->maybe = f->asked;
		DESK_ERR(f->e->d, late, { NULL });
		return ended(f, late == W_FIDO_NO_KEY ? SEK_R_NO_TOKEN :
		    SEK_R_HELPER_TIMEOUT, "");
	}
	reason = sek_helper_recv(&f->helper, msg, body, dl);
	return reason == SEK_R_OK ? DESK_GO : helper_failed(f, reason);
}

static int
send(struct fido *f, uint8_t msg, const struct sek_buf *body)
{
	const struct sek_deadline dl = sek_deadline_in(
	    1000ull * f->e->d->policy->token_s);
	enum sek_reason reason = sek_helper_send(&f->helper, msg, body, &dl);

	return reason == SEK_R_OK ? DESK_GO : helper_failed(f, reason);
}

/* -- the PIN */

/* What no key takes is not sent: it would end the dialogue. */
static bool
pin_has_form(const struct sek_buf *pin)
{
	size_t i, n = 0;

	for (i = 0; i < pin->len; i++)
		n += (pin->p[i] & 0xc0) != 0x80;
	return n >= PIN_MIN && pin->len <= PIN_MAX;
}

static int
get_pin(struct fido *f, const char *label, struct sek_buf *pin)
{
	const struct enrol *e = f->e;
	int r;

	while ((r = enrol_pin(e, label, pin)) == DESK_GO &&
	    !pin_has_form(pin)) {
		DESK_ERR(e->d, W_FIDO_PIN_FORMAT, { NULL });
		if (enrol_by_script(e) || ++f->tries >= e->d->policy->pin_tries)
			return ended(f, SEK_R_WRONG_PIN, "not a PIN's form");
	}
	return r == DESK_GO ? r : ended(f, SEK_R_CANCELLED, "no PIN given");
}

/* A wrong PIN, and may there be another? */
static int
again(struct fido *f, const struct sek_askpin *ask)
{
	const struct enrol *e = f->e;
	char left[8] = "?";

	if ((ask->flags & SEK_AP_WRONG) == 0)
		return DESK_GO;
	if (ask->tries_left >= 0)
		(void)snprintf(left, sizeof(left), "%d", ask->tries_left);
	DESK_ERR(e->d, W_PIN_WRONG, { left });
	if (enrol_by_script(e) || ++f->tries >= e->d->policy->pin_tries)
		return ended(f, SEK_R_WRONG_PIN, "wrong PIN");
	return DESK_GO;
}

static int
on_ask_pin(struct fido *f, const struct sek_buf *body)
{
	const struct enrol *e = f->e;
	struct sek_buf pin = { 0 };
	struct sek_askpin ask;
	int r;

	if (sek_askpin_dec(&ask, body) != SEK_OK)
		return helper_failed(f, SEK_R_HELPER_PROTOCOL);
	if ((ask.flags & SEK_AP_FALLBACK) != 0)
		DESK_SAY(e->d, W_FIDO_FALLBACK, { NULL });
	(void)fflush(stdout);
	if ((r = again(f, &ask)) != DESK_GO)
		return r;
	if (ask.tries_left == 1 &&
	    enrol_last_try(e, ask.label) != DESK_GO)
		return ended(f, SEK_R_LAST_TRY_DECLINED, "");
	r = get_pin(f, ask.label, &pin);
	if (r == DESK_GO)
		r = send(f, SEK_U_PIN, &pin);
	f->pin_given = r == DESK_GO;
	sek_buf_free(&pin);
	return r;
}

/* -- what else the helper says */

static int
on_note(struct fido *f, const struct sek_buf *body)
{
	static const enum word words[] = {
		[SEK_FN_TOUCH] = W_FIDO_TOUCH,
		[SEK_FN_CHOOSE] = W_FIDO_CHOOSE,
		[SEK_FN_VERIFY] = W_FIDO_FINGER,
		[SEK_FN_AGAIN] = W_FIDO_FINGER_AGAIN,
	};
	struct sek_key_note note;
	char left[8] = "?";
	enum word w;

	if (sek_key_note_dec(&note, body) != SEK_OK)
		return helper_failed(f, SEK_R_HELPER_PROTOCOL);
	f->asked = f->asked || note.kind != SEK_FN_CHOOSE;
	w = words[note.kind];
	if (note.kind == SEK_FN_TOUCH && f->n_made > 0)
		w = W_FIDO_TOUCH_SSH;
	if (note.tries_left >= 0)
		(void)snprintf(left, sizeof(left), "%d", note.tries_left);
	DESK_SAY(f->e->d, w, { note.label, left });
	(void)fflush(stdout);
	return DESK_GO;
}

static int
on_created(struct fido *f, const struct sek_buf *body)
{
	/* --pin goes on record: not without one */
	if (sek_fido_created_dec(&f->made[f->n_made], body) != SEK_OK ||
	    f->made[f->n_made].index != f->n_made ||
	    (f->pin && !f->pin_given))
		return helper_failed(f, SEK_R_HELPER_PROTOCOL);
	f->n_made++;
	return DESK_GO;
}

static int
handle(struct fido *f, uint8_t msg, const struct sek_buf *body)
{
	switch (msg) {
	case SEK_U_STATUS: /* crossed our GO */
		return DESK_GO;
	case SEK_U_NOTE:
		return on_note(f, body);
	case SEK_U_ASKPIN:
		return on_ask_pin(f, body);
	case SEK_U_CREATED:
		return on_created(f, body);
	case SEK_U_FAIL:
		return on_fail(f, body);
	}
	return helper_failed(f, SEK_R_HELPER_PROTOCOL);
}

/* Until a key is there.  GO is said to one that will not do as well: the
 * helper tells why it does not. */
static int
wait_for_key(struct fido *f)
{
	const uint32_t limit = f->e->d->policy->insert_s;
	const struct sek_deadline dl = sek_deadline_in(1000ull * limit);
	struct sek_key_status status = { .kind = SEK_KEY_NONE };
	struct sek_buf body = { 0 };
	bool asked = false;
	uint8_t msg = 0;
	int r = DESK_GO;

	while (r == DESK_GO && status.kind == SEK_KEY_NONE) {
		r = receive(f, &dl, W_FIDO_NO_KEY, &msg, &body);
		if (r != DESK_GO)
			break;
		if (msg == SEK_U_FAIL)
			r = on_fail(f, &body);
		else if (msg != SEK_U_STATUS ||
		    sek_key_status_dec(&status, &body) != SEK_OK)
			r = helper_failed(f, SEK_R_HELPER_PROTOCOL);
		else if (status.kind == SEK_KEY_NONE && !asked) {
			asked = true;
			DESK_SAY(f->e->d, W_FIDO_INSERT, { NULL });
			(void)fflush(stdout);
		}
	}
	sek_buf_free(&body);
	return r;
}

static int
begin(struct fido *f)
{
	struct sek_go go = { .verify = f->verify,
		.touch_ms = 1000u * f->e->d->policy->touch_s };
	struct sek_buf body = { 0 };
	int r;

	sek_create_enc(&body, &f->create);
	r = send(f, SEK_U_CREATE, &body);
	if (r == DESK_GO)
		r = wait_for_key(f);
	if (r == DESK_GO) {
		sek_buf_clear(&body);
		sek_go_enc(&body, &go);
		r = send(f, SEK_U_GO, &body);
		/* a card does what it is asked without a word before */
		f->asked = f->create.pcsc;
	}
	sek_buf_free(&body);
	return r;
}

int
fido_talk(struct fido *f)
{
	const struct sek_policy *p = f->e->d->policy;
	struct sek_buf body = { 0 };
	uint8_t msg = 0;
	int r, n;

	r = begin(f);
	for (n = 0; r == DESK_GO && f->n_made < f->create.n_makes; n++) {
		/* the helper's clock for a touch, and then some for its end */
		const struct sek_deadline dl = sek_deadline_in(
		    1000ull * (p->touch_s + p->token_s));

		r = receive(f, &dl, W_FIDO_NO_ANSWER, &msg, &body);
		if (r == DESK_GO && n == MESSAGES_MAX)
			r = helper_failed(f, SEK_R_HELPER_PROTOCOL);
		if (r == DESK_GO)
			r = handle(f, msg, &body);
	}
	sek_buf_free(&body);
	return r;
}
