/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An assertion: the key signs the gate's hash with one of the credentials
 * that would do.
 * Runs in sekisho-fido.  Hands over the bytes as the key gave them; whether
 * they are any good is the gate's to judge.
 */
#include <stdio.h>
#include <string.h>

#include "fido/helper.h"

/* What was asked for last. */
struct asked {
	fido_assert_t *a;
	uint8_t rp;
	size_t count; /* ids in its list */
	size_t last;  /* index of the last of them */
};

static int
allow(void *list, const uint8_t *p, size_t n)
{
	return fido_assert_allow_cred(list, p, n);
}

/* With the PIN it tells of every credential whether it has it: asked only
 * when one request cannot be for all of them, because a PIN takes a key some
 * tenths of a second. */
static int
prove(struct fk_helper *h, struct fk_key *k, const char *pin, void *arg)
{
	struct fk_part p = { .ids = h->ask.ids, .n = h->ask.n, .all = true };
	size_t i, id = 0;
	int r = FIDO_ERR_NO_CREDENTIALS;

	(void)arg;
	for (i = 0; i < h->ask.n_rps && r == FIDO_ERR_NO_CREDENTIALS; i++) {
		p.rp = (uint8_t)i;
		r = fk_find(k, p, h->ask.rps[i], pin, &id);
	}
	if (r == FIDO_OK) {
		k->kind = FK_HAS;
		k->id = id;
	}
	/* it takes no question without a touch: but the PIN is right */
	return fk_not_silently(r) ? FIDO_OK : r;
}

/* A new request under q->rp, without its list. */
static int
fresh(struct fk_helper *h, struct asked *q, enum fk_how how)
{
	fido_assert_free(&q->a);
	q->count = 0;
	if ((q->a = fido_assert_new()) == NULL)
		return FIDO_ERR_INTERNAL;
	if (fido_assert_set_rp(q->a, h->ask.rps[q->rp]) != FIDO_OK ||
	    fido_assert_set_clientdata_hash(q->a, h->ask.hash,
	    sizeof h->ask.hash) != FIDO_OK ||
	    (how == FK_FINGER &&
	    fido_assert_set_uv(q->a, FIDO_OPT_TRUE) != FIDO_OK))
		return FIDO_ERR_INTERNAL;
	return FIDO_OK;
}

static int
sign_with(struct fk_helper *h, struct fk_key *k, struct asked *q,
    enum fk_how how, const char *pin, struct fk_part *p)
{
	int r = fresh(h, q, how);

	if (r != FIDO_OK)
		return r;
	if (!fk_part_next(p, k, h->ask.rps[q->rp], allow, q->a))
		return FIDO_ERR_NOTFOUND;
	q->count = p->count;
	q->last = p->last;
	return fido_dev_get_assert(k->dev, q->a, pin);
}

/* Which one it has is not known: part by part, a finger for each. */
static int
sign_any(struct fk_helper *h, struct fk_key *k, struct asked *q,
    enum fk_how how, const char *pin)
{
	struct fk_part p, before;
	bool first = true;
	int r;

	for (q->rp = 0; q->rp < h->ask.n_rps; q->rp++) {
		p = (struct fk_part){ .ids = h->ask.ids, .n = h->ask.n,
			.rp = q->rp, .all = true };
		for (;;) {
			if (!first && fk_part_left(&p) && fk_note(h, k,
			    how == FK_FINGER ? SEK_FN_VERIFY : SEK_FN_TOUCH,
			    -1) != SEK_OK)
				return FIDO_ERR_INTERNAL;
			before = p;
			r = sign_with(h, k, q, how, pin, &p);
			if (fk_part_again(&p, &before, k, r)) {
				/* the finger was for that request */
				first = first && how != FK_FINGER;
				continue;
			}
			if (r == FIDO_ERR_NOTFOUND)
				break;
			if (r != FIDO_ERR_NO_CREDENTIALS)
				return r;
			first = false;
		}
	}
	return FIDO_ERR_NO_CREDENTIALS;
}

static int
request(struct fk_helper *h, struct fk_key *k, enum fk_how how,
    const char *pin, void *arg)
{
	struct asked *q = arg;
	struct fk_part p = { .n = 1, .all = true };
	int r;

	if (h->ask.n == 0) {
		q->rp = 0;
		r = fresh(h, q, how);
		return r != FIDO_OK ? r :
		    fido_dev_get_assert(k->dev, q->a, pin);
	}
	if (k->kind != FK_HAS)
		return sign_any(h, k, q, how, pin);
	p.ids = &h->ask.ids[k->id];
	p.rp = q->rp = p.ids->rp;
	r = sign_with(h, k, q, how, pin, &p);
	q->last = k->id;
	return r;
}

/* libfido2 hands authenticator data over as the CBOR byte string that it
 * came in (RFC 8949 3.1); the bytes in it are what is signed. */
static const uint8_t *
unwrap(const uint8_t *p, size_t n, size_t *len)
{
	size_t head, want;

	*len = 0;
	if (p == NULL || n < 2)
		return NULL;
	if (p[0] >= 0x40 && p[0] <= 0x57) {
		head = 1;
		want = p[0] & 0x1Fu;
	} else if (p[0] == 0x58) {
		head = 2;
		want = p[1];
	} else if (p[0] == 0x59 && n >= 3) {
		head = 3;
		want = (size_t)p[1] << 8 | p[2];
	} else {
		return NULL;
	}
	if (n - head != want)
		return NULL;
	*len = want;
	return p + head;
}

static bool
copy(uint8_t *out, size_t cap, size_t *len, const uint8_t *p, size_t n)
{
	if (n > cap || (n > 0 && p == NULL))
		return false;
	if (n > 0)
		memcpy(out, p, n);
	*len = n;
	return true;
}

/* So that who watches over the session knows which device to look at. */
static void
put_place(struct sek_fido_assertion *m, const char *path)
{
	const char *reader = fido_pcsc_reader(path);
	const char *place = reader != NULL ? reader : path;

	if (strlen(place) < sizeof m->place)
		memcpy(m->place, place, strlen(place) + 1);
}

/* Fill *m; false for what has not the form of an assertion. */
static bool
taken(const struct fk_helper *h, const struct fk_key *k,
    const struct asked *q, struct sek_fido_assertion *m)
{
	const uint8_t *id = fido_assert_id_ptr(q->a, 0), *auth;
	size_t id_len = fido_assert_id_len(q->a, 0), auth_len;

	*m = (struct sek_fido_assertion){ .rp = q->rp };
	/* a key may leave out the only one it was asked for (CTAP 2.0) */
	if (id == NULL && q->count == 1) {
		id = h->ask.ids[q->last].p;
		id_len = h->ask.ids[q->last].n;
	}
	auth = unwrap(fido_assert_authdata_ptr(q->a, 0),
	    fido_assert_authdata_len(q->a, 0), &auth_len);
	memcpy(m->label, k->label, sizeof m->label);
	memcpy(m->transport, k->transport, sizeof m->transport);
	put_place(m, k->path);
	return fido_assert_count(q->a) > 0 && id_len > 0 && auth != NULL &&
	    copy(m->id, sizeof m->id, &m->id_len, id, id_len) &&
	    copy(m->auth, sizeof m->auth, &m->auth_len, auth, auth_len) &&
	    copy(m->sig, sizeof m->sig, &m->sig_len,
	    fido_assert_sig_ptr(q->a, 0), fido_assert_sig_len(q->a, 0)) &&
	    copy(m->handle, sizeof m->handle, &m->handle_len,
	    fido_assert_user_id_ptr(q->a, 0),
	    fido_assert_user_id_len(q->a, 0));
}

static bool
one_request_does(const struct fk_helper *h, struct fk_key *k)
{
	const struct fk_part p = { .ids = h->ask.ids, .n = h->ask.n,
		.all = true };

	return h->ask.n == 0 || k->kind == FK_HAS || (h->ask.n_rps == 1 &&
	    fk_part_is_all(p, k, h->ask.rps[0]));
}

int
fk_assert(struct fk_helper *h, struct fk_key *k)
{
	struct asked q = { 0 };
	struct fk_task task = { prove, request, &q };
	struct sek_fido_assertion m;
	struct sek_buf b = { 0 };
	enum fk_how how = FK_PLAIN;
	int r;

	/* what only shows itself after verification needs it */
	if ((r = fk_begin(h, k)) == SEK_OK) {
		if (one_request_does(h, k))
			task.prove = NULL;
		r = fk_ask(h, k, &task, h->go.verify || (h->ask.n > 0 &&
		    k->kind != FK_HAS), &how);
	}
	sek_buf_free(&h->pin);
	if (r == SEK_OK && !taken(h, k, &q, &m))
		r = fk_fail(h, SEK_UF_DEVICE, FIDO_OK, "malformed assertion");
	fido_assert_free(&q.a);
	atomic_store(&h->cancel.asked, NULL);
	fk_close(k);
	if (r != SEK_OK)
		return r;
	sek_fido_assertion_enc(&b, &m);
	return fk_send(h, SEK_U_ASSERTION, &b);
}
