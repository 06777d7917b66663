/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is plugged in, told to the gate whenever it changes, until GO has
 * come and there is a key to go on with.
 * Runs in sekisho-fido.  By polling: a key is asked once when it comes, never
 * so that it blinks or asks for anything.
 */
#include <string.h>

#include "fido/helper.h"

#define LOOKS_MAX 3u
#define AGAIN_MS 500u
#define SLOW_MS 500u  /* after that it does not answer at all */

static bool
verifies(const struct fk_key *k)
{
	return fido_dev_has_pin(k->dev) || fido_dev_has_uv(k->dev);
}

static bool
any_hidden(const struct sek_assert *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (!m->ids[i].silent)
			return true;
	return false;
}

static enum fk_kind
judge_assert(struct fk_helper *h, struct fk_key *k)
{
	struct fk_part p = { .ids = h->ask.ids, .n = h->ask.n };
	const struct fk_traits *t;
	size_t i;
	int r;

	if (h->ask.n == 0) {
		t = fk_traits(k);
		return t != NULL && t->resident ? FK_MAY : FK_STRANGE;
	}
	for (i = 0; i < h->ask.n_rps; i++) {
		p.rp = (uint8_t)i;
		r = fk_find(k, p, h->ask.rps[i], NULL, &k->id);
		if (r == FIDO_OK)
			return FK_HAS;
		if (fk_unanswered(r))
			return FK_NEW;
		if (r < 0)
			return FK_DUMB;
		/* anything else than "no" is a key that wants a PIN even for
		 * this */
		if (r != FIDO_ERR_NO_CREDENTIALS && verifies(k))
			return FK_MAY;
	}
	/* such a one cannot be used without verification either */
	return any_hidden(&h->ask) && verifies(k) ? FK_MAY : FK_STRANGE;
}

static enum fk_kind
judge(struct fk_helper *h, struct fk_key *k)
{
	if (fk_open(k, FK_LOOK_MS) != FIDO_OK)
		return FK_NEW;
	k->fido2 = fido_dev_is_fido2(k->dev);
	if (!h->create)
		return judge_assert(h, k);
	return k->fido2 ? FK_MAY : FK_LACKS;
}

/* Ask a key that has not answered yet.  It may be starting up, or in use by
 * another program; a busy one looks like one of U2F alone to libfido2. */
static void
look(struct fk_helper *h, struct fk_key *k)
{
	const struct sek_deadline slow = sek_deadline_in(SLOW_MS);
	enum fk_kind kind;

	if ((k->kind != FK_NEW && !k->busy) || sek_now_ms() < k->next_ms)
		return;
	kind = judge(h, k);
	/* without an answer it may blink, or go on with that after GO */
	if (kind == FK_NEW)
		fk_stop(k);
	fk_close(k);
	if (!k->fido2 && (kind == FK_STRANGE || kind == FK_LACKS) &&
	    k->looks + 1 < LOOKS_MAX)
		kind = FK_NEW;
	k->busy = kind == FK_NEW && !sek_deadline_past(&slow);
	if (kind == FK_NEW && ++k->looks >= LOOKS_MAX)
		kind = FK_DUMB;
	k->kind = kind;
	k->next_ms = sek_now_ms() + AGAIN_MS;
}

static void
summary(const struct fk_helper *h, struct sek_key_status *s)
{
	const struct sek_fido_id *id;
	size_t i, have = 0;

	*s = (struct sek_key_status){ .kind = SEK_KEY_NONE };
	for (i = 0; i < h->keys.n; i++) {
		const struct fk_key *k = &h->keys.key[i];

		if (k->kind == FK_NEW)
			continue; /* not known yet */
		s->keys++;
		if (k->kind == FK_MAY || k->kind == FK_HAS)
			s->kind = SEK_KEY_READY;
		else if (s->kind == SEK_KEY_NONE)
			s->kind = SEK_KEY_STRANGE;
		if (k->kind == FK_HAS && ++have == 1) {
			id = &h->ask.ids[k->id];
			s->rp = id->rp;
			s->id_len = id->n;
			memcpy(s->id, id->p, id->n);
		}
	}
	/* which of several will be touched nobody knows */
	if (have > 1) {
		s->rp = 0;
		s->id_len = 0;
	}
}

static bool
told(const struct sek_key_status *a, const struct sek_key_status *b)
{
	return a->kind == b->kind && a->keys == b->keys && a->rp == b->rp &&
	    a->id_len == b->id_len && memcmp(a->id, b->id, a->id_len) == 0;
}

static int
tell(struct fk_helper *h)
{
	struct sek_key_status now;
	struct sek_buf b = { 0 };

	summary(h, &now);
	if (told(&now, &h->told))
		return SEK_OK;
	h->told = now;
	sek_key_status_enc(&b, &now);
	return fk_send(h, SEK_U_STATUS, &b);
}

static int
take_go(struct fk_helper *h)
{
	struct sek_buf b = { 0 };
	int r = fk_recv(h, SEK_U_GO, &b);

	if (r == SEK_OK)
		r = sek_go_dec(&h->go, &b);
	sek_buf_free(&b);
	h->going = r == SEK_OK;
	h->insisted = h->told.kind == SEK_KEY_STRANGE;
	return r;
}

/* GO was said to what is of no use here. */
static int
refuse(struct fk_helper *h)
{
	enum sek_fido_fail code = SEK_UF_STRANGE;
	size_t i;

	for (i = 0; i < h->keys.n; i++) {
		if (h->keys.key[i].kind == FK_LACKS)
			code = SEK_UF_UNSUPPORTED;
		else if (h->keys.key[i].kind == FK_DUMB && h->keys.n == 1)
			code = SEK_UF_DEVICE;
	}
	return fk_fail(h, code, FIDO_OK, code == SEK_UF_DEVICE ?
	    "the key does not answer" : "no key here is of use");
}

int
fk_watch(struct fk_helper *h)
{
	bool changed;
	size_t i;
	int r;

	for (;;) {
		if ((r = fk_keys_read(&h->keys, &changed)) != SEK_OK)
			return r;
		for (i = 0; i < h->keys.n && !fk_gone(&h->cancel); i++)
			look(h, &h->keys.key[i]);
		if (fk_gone(&h->cancel))
			return SEK_E_EOF;
		if ((r = tell(h)) != SEK_OK)
			return r;
		if (h->going && h->told.kind == SEK_KEY_READY)
			return SEK_OK;
		if (h->going && h->insisted)
			return refuse(h);
		if ((r = fk_step(h)) == SEK_OK)
			r = take_go(h);
		else if (r == SEK_E_TIMEOUT)
			r = SEK_OK;
		if (r != SEK_OK)
			return r;
	}
}
