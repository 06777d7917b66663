/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The dialogue of one request: touch, finger, PIN, and what happens when one
 * of them fails.
 * Runs in sekisho-fido.  A PIN is held in a buffer that wipes itself, goes to
 * the one key that it was asked for, and never into a message.
 */
#include <string.h>

#include "fido/helper.h"
#include "sekisho/os.h"

#define PIN_MIN 4u        /* code points, CTAP 2.1 6.5.1 */
#define PIN_MAX 63u       /* bytes */
#define FINGERS_MAX 5u    /* with a key that does not tell its tries */
#define GONE_STEPS 3
#define BUSY_STEPS 10      /* 2 s */

struct dialogue {
	enum fk_how how;
	bool verify;
	bool proven;          /* the key has taken the PIN */
	uint32_t flags;       /* of the next ASKPIN */
	unsigned int fingers; /* that were not recognised */
	int tries;            /* of fingers; -1: unknown */
};

void
fk_stop(struct fk_key *k)
{
	if (k->open && fido_dev_is_fido2(k->dev))
		(void)fido_dev_cancel(k->dev); /* it may have gone */
}

/* A key pulled out in the middle is a vague error (any but one of the key's
 * own), and the system takes a moment to notice: look again before blaming
 * the key. */
static int
fail_native(struct fk_helper *h, struct fk_key *k, int native,
    const char *what)
{
	int i;

	for (i = 0; i < GONE_STEPS && native < 0 && !fk_gone(&h->cancel);
	    i++) {
		if (!fk_present(&h->keys, k))
			return fk_fail(h, SEK_UF_REMOVED, native, what);
		if ((!fk_unanswered(native) && native != FIDO_ERR_INTERNAL) ||
		    fk_step(h) != SEK_E_TIMEOUT)
			break;
	}
	return fk_fail_native(h, native, what);
}

/* -- the PIN */

static bool
pin_fits(const struct sek_buf *pin, const struct fk_traits *t)
{
	size_t i, points = 0, min = PIN_MIN;

	/* where the key demands more, no shorter one can be right */
	if (t != NULL && fido_cbor_info_minpinlen(t->info) > min)
		min = (size_t)fido_cbor_info_minpinlen(t->info);

	for (i = 0; i < pin->len; i++) {
		if (pin->p[i] == '\0')
			return false;
		points += (pin->p[i] & 0xC0) != 0x80;
	}
	return points >= min && pin->len <= PIN_MAX;
}

/* The person types: see to it that the key is still there meanwhile. */
static int
await_pin(struct fk_helper *h, struct fk_key *k)
{
	int r;

	while ((r = fk_step(h)) == SEK_E_TIMEOUT)
		if (!fk_present(&h->keys, k))
			return fk_fail(h, SEK_UF_REMOVED, FIDO_OK,
			    "while its PIN was typed");
	if (r == SEK_OK)
		r = fk_recv(h, SEK_U_PIN, &h->pin);
	if (r != SEK_OK)
		return r;
	if (!pin_fits(&h->pin, fk_traits(k)))
		return fk_fail(h, SEK_UF_PIN_FORMAT, FIDO_OK, "PIN");
	sek_put_u8(&h->pin, '\0');
	return sek_buf_ok(&h->pin);
}

static int
ask_pin(struct fk_helper *h, struct fk_key *k, struct dialogue *d)
{
	struct sek_askpin m = { .flags = d->flags, .tries_left = -1 };
	struct sek_buf b = { 0 };
	int tries = -1, r;

	fk_limit(k, FK_PIN_MS);
	if (fido_dev_get_retry_count(k->dev, &tries) != FIDO_OK)
		tries = -1;
	if (tries == 0) {
		r = fk_fail_native(h, FIDO_ERR_PIN_BLOCKED, "PIN");
		h->fail.tries_left = 0;
		return r;
	}
	if (tries > 0 && tries <= INT8_MAX)
		m.tries_left = (int8_t)tries;
	memcpy(m.label, k->label, sizeof m.label);
	sek_askpin_enc(&b, &m);
	if ((r = fk_send(h, SEK_U_ASKPIN, &b)) != SEK_OK)
		return r;
	return await_pin(h, k);
}

static bool
of_pin(int r)
{
	return r == FIDO_ERR_PIN_INVALID || r == FIDO_ERR_PIN_BLOCKED ||
	    r == FIDO_ERR_PIN_AUTH_BLOCKED || r == FIDO_ERR_PIN_NOT_SET ||
	    r == FIDO_ERR_PIN_POLICY_VIOLATION;
}

/* Have a PIN, if possible one that the key has taken before it blinks. */
static int
get_pin(struct fk_helper *h, struct fk_key *k, const struct fk_task *t,
    struct dialogue *d)
{
	int native, r;

	while (!d->proven) {
		if (h->pin.len == 0 && (r = ask_pin(h, k, d)) != SEK_OK)
			return r;
		if (t->prove == NULL)
			return SEK_OK;
		fk_limit(k, FK_PIN_MS);
		native = t->prove(h, k, (const char *)h->pin.p, t->arg);
		if (fk_gone(&h->cancel))
			return SEK_E_EOF;
		d->proven = native >= 0 && !of_pin(native);
		if (!d->proven)
			sek_buf_clear(&h->pin);
		d->flags = SEK_AP_WRONG;
		/* not one of these credentials is on it */
		if (native != FIDO_OK && native != FIDO_ERR_PIN_INVALID)
			return fail_native(h, k, native,
			    of_pin(native) ? "PIN" : "silent question");
	}
	return SEK_OK;
}

/* -- the request */

static int
fingers_left(struct fk_key *k)
{
	int n = -1;

	fk_limit(k, FK_PIN_MS);
	return fido_dev_get_uv_retry_count(k->dev, &n) == FIDO_OK ? n : -1;
}

/* The finger was not recognised: again, or the PIN instead. */
static int
after_finger(struct fk_helper *h, struct fk_key *k, struct dialogue *d,
    int native)
{
	d->tries = -1;
	if (native == FIDO_ERR_UV_INVALID) {
		d->tries = fingers_left(k);
		if (d->tries != 0 && ++d->fingers < (d->tries > 0 ?
		    (unsigned int)INT8_MAX : FINGERS_MAX))
			return SEK_OK;
	}
	if (!fido_dev_has_pin(k->dev))
		return fk_fail(h, SEK_UF_VERIFY_LOCKED, native, "finger");
	d->how = FK_PIN;
	d->flags = SEK_AP_FALLBACK;
	return SEK_OK;
}

static int
begin(struct fk_helper *h, struct fk_key *k, struct dialogue *d)
{
	d->how = FK_PLAIN;
	if (!d->verify)
		return SEK_OK;
	if (fido_dev_has_uv(k->dev) && !(h->create && h->make.pin))
		d->how = FK_FINGER;
	else if (fido_dev_has_pin(k->dev))
		d->how = FK_PIN;
	else if (!h->create && h->told.id_len == 0)
		return SEK_OK; /* asked of others: its own may need none */
	else
		return fk_fail(h, SEK_UF_NO_VERIFY, FIDO_OK,
		    "neither a PIN nor a finger is set up");
	/* locked before: the person is not asked for a finger at all */
	if (d->how == FK_FINGER && fingers_left(k) == 0)
		return after_finger(h, k, d, FIDO_ERR_UV_BLOCKED);
	return SEK_OK;
}

static int
note(struct fk_helper *h, struct fk_key *k, const struct dialogue *d)
{
	if (d->how == FK_FINGER)
		return fk_note(h, k, d->fingers > 0 ? SEK_FN_AGAIN :
		    SEK_FN_VERIFY, d->fingers > 0 ? d->tries : -1);
	/* a card is there by being in the reader: nothing to be touched */
	if (strcmp(k->transport, "usb") != 0)
		return SEK_OK;
	return fk_note(h, k, SEK_FN_TOUCH, -1);
}

/* SEK_OK: try again as *d says now. */
static int
after(struct fk_helper *h, struct fk_key *k, struct dialogue *d, int native,
    bool late)
{
	if (late && fk_unanswered(native)) {
		fk_stop(k);
		return fk_fail(h, SEK_UF_NO_TOUCH, native, "touch");
	}
	if (native == FIDO_ERR_PIN_REQUIRED && !d->verify) {
		d->verify = true;
		return begin(h, k, d);
	}
	/* without a token of its own it says "a PIN, then" of each finger
	 * that it does not know (CTAP 2.1 6.1.2, 6.2.2) */
	if (d->how == FK_FINGER && (native == FIDO_ERR_UV_INVALID ||
	    native == FIDO_ERR_UV_BLOCKED || native == FIDO_ERR_PIN_REQUIRED))
		return after_finger(h, k, d, native);
	if (d->how == FK_PIN && native == FIDO_ERR_PIN_INVALID) {
		sek_buf_clear(&h->pin);
		d->proven = false;
		d->flags = SEK_AP_WRONG;
		return SEK_OK;
	}
	return fail_native(h, k, native, "request");
}

/* One that another program uses at this moment looks like one of U2F alone to
 * libfido2: wait for it. */
int
fk_begin(struct fk_helper *h, struct fk_key *k)
{
	int i, native = FIDO_ERR_CHANNEL_BUSY;

	for (i = 0; i < BUSY_STEPS && !fk_gone(&h->cancel); i++) {
		if ((native = fk_open(k, FK_LOOK_MS)) != FIDO_OK)
			break;
		if (!k->fido2 || fido_dev_is_fido2(k->dev)) {
			atomic_store(&h->cancel.asked, k->dev);
			return SEK_OK;
		}
		fk_close(k);
		native = FIDO_ERR_CHANNEL_BUSY;
		if (fk_step(h) != SEK_E_TIMEOUT)
			break;
	}
	return fail_native(h, k, native, "opening it");
}

int
fk_ask(struct fk_helper *h, struct fk_key *k, const struct fk_task *t,
    bool verify, enum fk_how *how)
{
	struct dialogue d = { .verify = verify, .tries = -1 };
	struct sek_deadline dl;
	int native, r;

	if ((r = begin(h, k, &d)) != SEK_OK)
		return r;
	/* a PIN that the key has taken before serves for the next, too */
	if (h->pin.len > 0)
		d.how = FK_PIN;
	do {
		if (d.how == FK_PIN &&
		    (r = get_pin(h, k, t, &d)) != SEK_OK)
			return r;
		if ((r = note(h, k, &d)) != SEK_OK)
			return r;
		fk_limit(k, h->go.touch_ms);
		dl = sek_deadline_in(h->go.touch_ms);
		native = t->request(h, k, d.how, d.how == FK_PIN ?
		    (const char *)h->pin.p : NULL, t->arg);
		if (fk_gone(&h->cancel)) {
			fk_stop(k);
			return SEK_E_EOF;
		}
		if (native != FIDO_OK)
			r = after(h, k, &d, native,
			    sek_deadline_left_ms(&dl) < 20);
	} while (native != FIDO_OK && r == SEK_OK);
	*how = d.how;
	return r;
}
