/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One conversation with the gate: tell the tokens, have one message signed,
 * leave the card locked.
 * Runs in sekisho-pkcs11.  Never answers what the table of the channel does
 * not ask for, never goes on after a malformed frame, never ends with a
 * card that was logged in and not reset.
 */
#include <string.h>

#include "pkcs11/p11.h"
#include "pkcs11/reader.h"
#include "sekisho/os.h"

#define STEP_MS 250u                      /* between two looks at the slots */
#define FOREVER_MS (24u * 60 * 60 * 1000) /* the gate ends us long before */
#define SEND_MS 10000u
#define GONE_STEPS 3

struct helper {
	struct p11_module m;
	struct p11_tokens toks;
	struct sek_chan chan;
	struct sek_list list;
	struct sek_sign req;
	struct sek_buf frame;   /* the last one received: may be the PIN */
	struct p11_token *t;    /* the one that signs; in toks */
	bool login_tried;
};

static int
send_frame(struct helper *h, uint8_t msg, struct sek_buf *body)
{
	const struct sek_deadline dl = sek_deadline_in(SEND_MS);
	int r = sek_chan_send(&h->chan, msg, body, &dl);

	sek_buf_free(body);
	return r;
}

/* The last word of this helper: SEK_E_DENIED ends it in order. */
static int
give_up(struct helper *h, const struct sek_fail *fail)
{
	struct sek_buf b = { 0 };
	int r;

	sek_fail_enc(&b, fail);
	r = send_frame(h, SEK_H_FAIL, &b);
	return r == SEK_OK ? SEK_E_DENIED : r;
}

static int
recv_frame(struct helper *h, uint8_t want)
{
	const struct sek_deadline dl = sek_deadline_in(FOREVER_MS);
	uint8_t msg;
	int r = sek_chan_recv(&h->chan, &msg, &h->frame, &dl);

	/* the table is the same at both ends: what only we may say is not
	 * welcome from there */
	return r == SEK_OK && msg != want ? SEK_E_PROTO : r;
}

/* SEK_E_TIMEOUT when nothing came within one step. */
static int
wait_step(const struct helper *h)
{
	const struct sek_deadline dl = sek_deadline_in(STEP_MS);

	return sek_wait_readable(h->chan.fd, &dl);
}

static void
close_sessions(struct helper *h)
{
	size_t i;

	for (i = 0; i < h->toks.n; i++)
		p11_close(&h->m, &h->toks.t[i]);
}

static int
show(struct helper *h, const struct p11_tokens *now)
{
	struct sek_keys keys = { 0 };
	struct sek_buf b = { 0 };
	struct sek_fail fail;
	int r;

	close_sessions(h);
	h->toks = *now;
	r = h->list.key[0] == '\0' ? p11_keys_read(&h->m, &h->toks, &keys) :
	    p11_pubkeys_read(&h->m, &h->toks, h->list.key, &keys, &fail);
	if (r == SEK_E_DENIED)
		return give_up(h, &fail);
	if (r != SEK_OK)
		return r;
	sek_keys_enc(&b, &keys);
	sek_keys_clear(&keys);
	return send_frame(h, SEK_H_KEYS, &b);
}

/* Tell the tokens, again whenever they change, until SIGN comes.  By
 * polling: C_WaitForSlotEvent is missing or blind in too many modules. */
static int
watch(struct helper *h)
{
	struct p11_tokens now;
	struct sek_fail fail;
	bool told = false;
	int r;

	for (;;) {
		if (p11_tokens_read(&h->m, h->list.label, &now, &fail) !=
		    SEK_OK)
			return give_up(h, &fail);
		if (!told && now.n == 0 && !h->list.wait) {
			(void)p11_fail(&fail, SEK_FAIL_NO_TOKEN, CKR_OK,
			    "C_GetSlotList");
			return give_up(h, &fail);
		}
		if ((!told || !p11_tokens_same(&now, &h->toks)) &&
		    (r = show(h, &now)) != SEK_OK)
			return r;
		told = true;
		if ((r = wait_step(h)) == SEK_OK)
			return recv_frame(h, SEK_H_SIGN);
		if (r != SEK_E_TIMEOUT)
			return r;
	}
}

/* A person types: see to it that the card is still there meanwhile. */
static int
await_pin(struct helper *h)
{
	struct sek_fail fail;
	int r;

	while ((r = wait_step(h)) == SEK_E_TIMEOUT) {
		if (h->chan.state != SEK_HS_PIN)
			continue; /* after FAIL no other FAIL is allowed */
		if (p11_token_present(&h->m, h->t))
			continue;
		(void)p11_fail(&fail, SEK_FAIL_REMOVED, CKR_TOKEN_NOT_PRESENT,
		    "C_GetSlotInfo");
		return give_up(h, &fail);
	}
	return r == SEK_OK ? recv_frame(h, SEK_H_PIN) : r;
}

static int
note_pin(struct helper *h)
{
	const struct sek_note note = {
		.kind = (h->t->pin.flags & SEK_PF_PINPAD) != 0 ?
		    SEK_NOTE_PINPAD : SEK_NOTE_PIN,
		.pin_flags = h->t->pin.flags,
		.tries_left = h->t->pin.tries_left,
	};
	struct sek_buf b = { 0 };

	sek_note_enc(&b, &note);
	return send_frame(h, SEK_H_NOTE, &b);
}

/* A card pulled out in the middle is a vague error to many modules, and
 * pcscd takes a moment to notice: look again before blaming the token. */
static void
name_cause(struct helper *h, struct sek_fail *fail)
{
	int i;

	for (i = 0; i < GONE_STEPS && fail->code == SEK_FAIL_TOKEN; i++) {
		if (!p11_token_present(&h->m, h->t))
			fail->code = SEK_FAIL_REMOVED;
		else if (wait_step(h) != SEK_E_TIMEOUT)
			return;
	}
}

/* Log in when the token asks for it, and sign.  Wipes the PIN. */
static int
use_pin(struct helper *h, struct sek_proof *proof, struct sek_fail *fail)
{
	bool pinpad = (h->t->pin.flags & SEK_PF_PINPAD) != 0;
	bool login = (h->t->pin.flags & SEK_PF_LOGIN) != 0;
	int r = SEK_OK;
	CK_RV rv;

	if ((rv = p11_open(&h->m, h->t)) != CKR_OK) {
		r = p11_fail_rv(fail, rv, "C_OpenSession");
	} else if (login) {
		if (!pinpad)
			r = p11_pin_format(h->t, &h->frame, fail);
		if (r == SEK_OK) {
			h->login_tried = true;
			r = p11_login(&h->m, h->t, CKU_USER, &h->frame, fail);
		}
	}
	proof->logged_in = login && r == SEK_OK;
	if (r == SEK_OK)
		r = p11_sign(&h->m, h->t, &h->req, &h->frame, proof, fail);
	sek_buf_free(&h->frame);
	if (r != SEK_OK)
		name_cause(h, fail);
	return r;
}

/* Nothing of an attempt that failed may stay for the next one. */
static int
try_again(struct helper *h, const struct sek_fail *fail)
{
	int r = give_up(h, fail);

	if (r != SEK_E_DENIED || (fail->code != SEK_FAIL_WRONG_PIN &&
	    fail->code != SEK_FAIL_PIN_FORMAT))
		return r;
	if (fail->code == SEK_FAIL_WRONG_PIN && h->t->open) {
		(void)h->m.f.C_Logout(h->t->session); /* none, mostly */
		p11_close(&h->m, h->t);
	}
	return SEK_OK;
}

static int
prove(struct helper *h, const struct sek_proof *proof)
{
	struct sek_buf b = { 0 };

	sek_proof_enc(&b, proof);
	return send_frame(h, SEK_H_PROOF, &b);
}

static int
choose(struct helper *h, struct sek_fail *fail)
{
	size_t i;

	for (i = 0; i < h->toks.n && h->t == NULL; i++)
		if (h->toks.t[i].slot == h->req.slot && h->toks.t[i].usable)
			h->t = &h->toks.t[i];
	if (h->t == NULL)
		return p11_fail(fail, SEK_FAIL_REMOVED, CKR_SLOT_ID_INVALID,
		    "no such token");
	if (p11_pin_read(&h->m, h->t, fail) != SEK_OK)
		return SEK_E_DENIED;
	if ((h->t->pin.flags & SEK_PF_LOGIN) == 0 ||
	    (h->t->pin.flags & SEK_PF_LOCKED) == 0)
		return SEK_OK;
	(void)p11_fail(fail, SEK_FAIL_LOCKED, CKR_PIN_LOCKED,
	    "C_GetTokenInfo");
	fail->pin_flags = h->t->pin.flags;
	fail->tries_left = 0;
	return SEK_E_DENIED;
}

static int
serve_sign(struct helper *h)
{
	struct sek_proof proof = { 0 };
	struct sek_fail fail;
	int r;

	if (sek_sign_dec(&h->req, &h->frame) != SEK_OK)
		return SEK_E_PROTO;
	if (choose(h, &fail) != SEK_OK)
		return give_up(h, &fail);
	if ((h->t->pin.flags & SEK_PF_LOGIN) == 0) {
		r = use_pin(h, &proof, &fail);
		return r == SEK_OK ? prove(h, &proof) : give_up(h, &fail);
	}
	if ((r = note_pin(h)) != SEK_OK)
		return r;
	do {
		if ((r = await_pin(h)) != SEK_OK)
			return r;
		if (h->frame.len != 0 &&
		    (h->t->pin.flags & SEK_PF_PINPAD) != 0)
			return SEK_E_PROTO;
		if (use_pin(h, &proof, &fail) == SEK_OK)
			return prove(h, &proof);
		r = try_again(h, &fail);
	} while (r == SEK_OK);
	return r;
}

static int
converse(struct helper *h, const char *module_path)
{
	struct sek_fail fail;
	int r;

	if ((r = recv_frame(h, SEK_H_LIST)) != SEK_OK)
		return r;
	if (sek_list_dec(&h->list, &h->frame) != SEK_OK)
		return SEK_E_PROTO;
	if (p11_load(&h->m, module_path, &fail) != SEK_OK)
		return give_up(h, &fail);
	if ((r = watch(h)) != SEK_OK)
		return r;
	return serve_sign(h);
}

/* A card keeps its PIN verified beyond C_Logout and the end of the process
 * (OpenSC 0.23): only a reset takes it back.  No reader of that name, or
 * none at all, is a token in software. */
static int
lock_up(struct helper *h)
{
	int r;

	sek_buf_free(&h->frame);
	if (h->login_tried && h->t->open)
		(void)h->m.f.C_Logout(h->t->session); /* reset follows */
	close_sessions(h);
	p11_unload(&h->m);
	if (!h->login_tried)
		return SEK_OK;
	r = p11_reader_reset(h->t->reader);
	return r == SEK_E_NOENT ? SEK_OK : r;
}

int
p11_serve(int fd, const char *module_path)
{
	struct helper h = {
		.chan = {
			.fd = fd,
			.state = SEK_HS_START,
			.rules = sek_helper_rules,
			.n_rules = sek_helper_n_rules,
		},
	};
	int r = converse(&h, module_path);

	if (lock_up(&h) != SEK_OK)
		return P11_EXIT_OPEN;
	/* the gate has closed, or has had our last word */
	return r == SEK_OK || r == SEK_E_DENIED || r == SEK_E_EOF ? 0 : 1;
}
