/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * authenticatorGetAssertion and GetNextAssertion of the software key (CTAP
 * 2.1 6.2, 6.3), and the lies about which credential has signed.
 */
#include <string.h>

#include "softkey_rooms.h"

struct request {
	struct bytes hash;
	const cbor_item_t *allow, *ext;
	uint8_t rp[32];
	struct asked asked;
};

static int
read_request(struct request *q, const cbor_item_t *m)
{
	const cbor_item_t *options = in_number(m, 5);
	struct bytes rp = in_text(in_number(m, 1));

	q->hash = in_bytes(in_number(m, 2));
	q->allow = in_number(m, 3);
	q->ext = in_number(m, 4);
	if (rp.n == 0 || q->hash.n != 32)
		return CTAP_MISSING;
	sk_sha256(rp.p, rp.n, q->rp);
	q->asked = (struct asked){ .options = options,
	    .mac = in_number(m, 6), .proto = in_number(m, 7), .hash = q->hash,
	    .rp = q->rp, .perm = PERM_GET,
	    .up = !in_false(in_name(options, "up")) };
	return CTAP_OK;
}

static const struct resident *
resident(struct softkey *k, struct bytes id)
{
	size_t i;

	for (i = 0; i < N_RESIDENT; i++)
		if (k->s.resident[i].used && k->s.resident[i].id_len == id.n &&
		    memcmp(k->s.resident[i].id, id.p, id.n) == 0)
			return &k->s.resident[i];
	return NULL;
}

/* The first of the list that is ours; only one answers (6.2.2 step 11). */
static void
find_listed(struct softkey *k, const struct request *q)
{
	struct resident *found = &k->next[0];
	const struct resident *r;
	struct bytes id;
	struct cred c;
	size_t i;

	for (i = 0; i < in_size(q->allow) && k->n_next == 0; i++) {
		id = in_bytes(in_name(in_at(q->allow, i), "id"));
		if (!sk_unseal(k, q->rp, id, &c) ||
		    (c.protect == 3 && !q->asked.uv))
			continue;
		r = resident(k, id);
		memset(found, 0, sizeof(*found));
		if (r != NULL) {
			*found = *r;
		} else {
			memcpy(found->id, id.p, id.n);
			found->id_len = id.n;
		}
		k->n_next = 1;
	}
}

static void
find_residents(struct softkey *k, const struct request *q)
{
	const struct resident *r;
	struct cred c;
	size_t i;

	for (i = N_RESIDENT; i-- > 0;) {	/* the newest first */
		r = &k->s.resident[i];
		if (!r->used || memcmp(r->rp, q->rp, 32) != 0 ||
		    !sk_unseal(k, q->rp, (struct bytes){ r->id, r->id_len },
		    &c) || (c.protect >= 2 && !q->asked.uv))
			continue;
		k->next[k->n_next++] = *r;
	}
}

/* -- lies */

/* credential=other: a right signature under another id of ours; =random:
 * under an id of nobody; =key: by another key under the right id. */
static void
swap(struct softkey *k, const struct request *q, struct resident *r,
    struct cred *c)
{
	const char *v = softkey_knob(k, "credential", "");
	struct bytes id;
	struct cred other;
	size_t i;

	if (strcmp(v, "random") == 0)
		sk_random(r->id, r->id_len);
	if (strcmp(v, "key") == 0)
		(void)sk_new_key(c->alg, c);
	if (strcmp(v, "other") != 0)
		return;
	for (i = 0; q != NULL && i < in_size(q->allow); i++) {
		id = in_bytes(in_name(in_at(q->allow, i), "id"));
		if (!sk_unseal(k, q->rp, id, &other) || (id.n == r->id_len &&
		    memcmp(id.p, r->id, id.n) == 0))
			continue;
		memcpy(r->id, id.p, id.n);
		r->id_len = id.n;
		*c = other;
		return;
	}
	if (sk_new_key(ES256, &other)) {
		r->id_len = sk_seal(k, k->next_rp, &other, r->id);
		*c = other;
	}
}

static void
lie_of_user(struct softkey *k, struct resident *r)
{
	const char *v = softkey_knob(k, "handle", "");

	if (strcmp(v, "none") == 0) {
		r->user_len = 0;
	} else if (strcmp(v, "wrong") == 0) {
		r->user_len = r->user_len > 0 ? r->user_len : 32;
		sk_random(r->user, r->user_len);
	}
}

/* -- hmac-secret (CTAP 2.1 12.5) */

static int
secret(struct softkey *k, const struct request *q, const struct resident *r,
    struct out *o)
{
	const cbor_item_t *hs = in_name(q->ext, "hmac-secret");
	int64_t proto = in_int(in_number(hs, 4));
	struct bytes salt_enc = in_bytes(in_number(hs, 2));
	uint8_t salt[64], cred[32], plain[64], sealed[80], name[ID_MAX + 1];
	struct shared s;
	size_t i, n;

	if (hs == NULL)
		return CTAP_OK;
	proto = proto == 0 ? 1 : proto;
	if (!sk_agree(k, in_number(hs, 1), proto, &s))
		return CTAP_MISSING;
	if (!sk_mac_ok(proto, s.hmac, salt_enc.p, salt_enc.n,
	    in_number(hs, 3)))
		return CTAP_PIN_AUTH;
	n = sk_decrypt(proto, &s, salt_enc, salt, sizeof(salt));
	if (n != 32 && n != 64)
		return CTAP_LENGTH;
	memcpy(name, r->id, r->id_len);
	name[r->id_len] = q->asked.uv;
	sk_hmac(k->s.master, sizeof(k->s.master), name, r->id_len + 1, cred);
	for (i = 0; i < n; i += 32)
		sk_hmac(cred, sizeof(cred), salt + i, 32, plain + i);
	n = sk_encrypt(proto, &s, plain, n, sealed, sizeof(sealed));
	out_map(o, 1);
	out_text(o, "hmac-secret");
	out_bytes(o, sealed, n);
	return CTAP_OK;
}

/* -- the answer */

static void
put_user(struct softkey *k, const struct resident *r, struct out *o)
{
	/* names only to who was verified, and only when there is a choice */
	bool named = (k->next_flags & UV) != 0 && r->name_len > 0 &&
	    k->n_next > 1;

	out_int(o, 4);
	out_map(o, named ? 2 : 1);
	out_text(o, "id");
	out_bytes(o, r->user, r->user_len);
	if (named) {
		out_text(o, "name");
		out_head(o, 3, r->name_len);
		out_raw(o, r->name, r->name_len);
	}
}

static int
answer(struct softkey *k, const struct request *q, struct resident *r,
    struct bytes ext, struct out *o)
{
	bool counted = q != NULL && k->n_next > 1;
	uint8_t auth[AUTH_MAX], sig[512];
	struct out a = { auth, 0, sizeof(auth) - 32 };
	struct bytes nothing = { NULL, 0 };
	struct cred c;
	EVP_PKEY *p;
	size_t n;

	if (!sk_unseal(k, k->next_rp, (struct bytes){ r->id, r->id_len }, &c))
		return CTAP_NO_CREDENTIAL;
	swap(k, q, r, &c);
	lie_of_user(k, r);
	sk_auth(k, k->next_rp, k->next_flags, nothing, ext, &a);
	sk_save(k);
	memcpy(auth + a.n, k->next_hash, 32);
	p = sk_key(&c);
	n = sk_sign(p, c.alg, auth, a.n + 32, sig, sizeof(sig));
	EVP_PKEY_free(p);
	if (n == 0)
		return CTAP_OTHER;
	if (sk_is(k, "badsig", "1"))
		sig[n - 1] ^= 1;
	out_map(o, 3u + (r->user_len > 0) + counted);
	out_int(o, 1);
	out_map(o, 2);
	out_text(o, "id");
	out_bytes(o, r->id, r->id_len);
	out_text(o, "type");
	out_text(o, "public-key");
	out_int(o, 2);
	out_bytes(o, auth, a.n);
	out_int(o, 3);
	out_bytes(o, sig, n);
	if (r->user_len > 0)
		put_user(k, r, o);
	if (counted) {
		out_int(o, 5);
		out_int(o, (int64_t)k->n_next);
	}
	return CTAP_OK;
}

int
sk_get(struct softkey *k, const cbor_item_t *m, struct out *o)
{
	uint8_t ext[160];
	struct out e = { ext, 0, sizeof(ext) };
	struct request q = { 0 };
	int r;

	k->n_next = k->i_next = 0;
	r = read_request(&q, m);
	if (r != CTAP_OK)
		return r;
	if (in_size(q.allow) > sk_list_max(k))
		return CTAP_LIMIT;
	r = sk_verify(k, &q.asked);
	if (r != CTAP_OK)
		return r;
	if (in_size(q.allow) > 0)
		find_listed(k, &q);
	else
		find_residents(k, &q);
	if (q.asked.up && !q.asked.present)
		r = sk_touch(k);
	if (r == CTAP_OK && k->n_next == 0)
		r = CTAP_NO_CREDENTIAL;
	if (r == CTAP_OK)
		r = secret(k, &q, &k->next[0], &e);
	if (r != CTAP_OK)
		return r;
	memcpy(k->next_hash, q.hash.p, 32);
	memcpy(k->next_rp, q.rp, 32);
	k->next_flags = (uint8_t)((q.asked.up ? UP : 0) |
	    (q.asked.uv ? UV : 0));
	k->i_next = 1;
	return answer(k, &q, &k->next[0], (struct bytes){ ext, e.n }, o);
}

int
sk_next(struct softkey *k, struct out *o)
{
	struct bytes nothing = { NULL, 0 };

	if (k->i_next == 0 || k->i_next >= k->n_next)
		return CTAP_NOT_ALLOWED;
	return answer(k, NULL, &k->next[k->i_next++], nothing, o);
}
