/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * authenticatorMakeCredential of the software key (CTAP 2.1 6.1).
 */
#include <string.h>

#include "softkey_rooms.h"

struct wish {
	struct bytes hash, rp, user, name;
	const cbor_item_t *algs, *exclude, *ext;
	uint8_t rp_hash[32];
	int64_t protect;
	bool secret;
	struct asked asked;
	struct cred cred;
};

static int
read_wish(struct wish *w, const cbor_item_t *m)
{
	const cbor_item_t *options = in_number(m, 7);

	w->hash = in_bytes(in_number(m, 1));
	w->rp = in_text(in_name(in_number(m, 2), "id"));
	w->user = in_bytes(in_name(in_number(m, 3), "id"));
	w->name = in_text(in_name(in_number(m, 3), "name"));
	w->algs = in_number(m, 4);
	w->exclude = in_number(m, 5);
	w->ext = in_number(m, 6);
	if (w->hash.n != 32 || w->rp.n == 0 || w->user.p == NULL ||
	    w->user.n > 64 || in_size(w->algs) == 0)
		return CTAP_MISSING;
	if (in_false(in_name(options, "up")))
		return CTAP_OPTION;
	sk_sha256(w->rp.p, w->rp.n, w->rp_hash);
	w->protect = in_int(in_name(w->ext, "credProtect"));
	if (w->protect < 0 || w->protect > 3)
		return CTAP_OPTION;
	w->secret = in_true(in_name(w->ext, "hmac-secret"));
	w->cred.resident = in_true(in_name(options, "rk"));
	w->asked = (struct asked){ .options = options,
	    .mac = in_number(m, 8), .proto = in_number(m, 9), .hash = w->hash,
	    .rp = w->rp_hash, .perm = PERM_MAKE, .up = true };
	return CTAP_OK;
}

static bool
has_one_of(struct softkey *k, struct wish *w)
{
	struct cred c;
	size_t i;

	for (i = 0; i < in_size(w->exclude); i++)
		if (sk_unseal(k, w->rp_hash, in_bytes(in_name(
		    in_at(w->exclude, i), "id")), &c) &&
		    (c.protect < 3 || w->asked.uv))
			return true;
	return false;
}

static struct resident *
place(struct softkey *k, const struct wish *w)
{
	size_t i, n = (size_t)sk_number(k, "rkslots", N_RESIDENT);
	struct resident *r, *empty = NULL;

	for (i = 0; i < N_RESIDENT; i++) {
		r = &k->s.resident[i];
		if (r->used && memcmp(r->rp, w->rp_hash, 32) == 0 &&
		    r->user_len == w->user.n &&
		    memcmp(r->user, w->user.p, w->user.n) == 0)
			return r;
		if (!r->used && empty == NULL && i < n)
			empty = r;
	}
	return empty;
}

static void
keep(struct resident *r, const struct wish *w, const uint8_t *id, size_t n)
{
	memset(r, 0, sizeof(*r));
	r->used = true;
	memcpy(r->rp, w->rp_hash, 32);
	memcpy(r->id, id, n);
	r->id_len = n;
	memcpy(r->user, w->user.p, w->user.n);
	r->user_len = w->user.n;
	if (w->name.n <= sizeof(r->name) && w->name.n > 0) {
		memcpy(r->name, w->name.p, w->name.n);
		r->name_len = w->name.n;
	}
}

/* "lower": one level less than asked for; "ignored": not even answered. */
static void
protect(struct softkey *k, struct wish *w)
{
	const char *v = softkey_knob(k, "protect", "");

	if (strcmp(v, "lower") == 0 && w->protect > 0)
		w->protect--;
	else if (strcmp(v, "ignored") == 0 || strcmp(v, "none") == 0)
		w->protect = 0;
	w->cred.protect = (uint8_t)w->protect;
}

static void
put_extensions(const struct wish *w, struct out *o)
{
	bool protects = w->protect > 0;

	if (!protects && !w->secret)
		return;
	out_map(o, (size_t)protects + w->secret);
	if (protects) {
		out_text(o, "credProtect");
		out_int(o, w->protect);
	}
	if (w->secret)
		out_pair(o, "hmac-secret", true);
}

static int
make(struct softkey *k, struct wish *w, struct out *o)
{
	uint8_t id[ID_MAX], attested[AUTH_MAX], ext[64], auth[AUTH_MAX];
	struct out att = { attested, 0, sizeof(attested) };
	struct out e = { ext, 0, sizeof(ext) };
	struct out a = { auth, 0, sizeof(auth) };
	struct resident *r = NULL;
	uint8_t aaguid[16];
	size_t n;

	if (w->cred.resident && (r = place(k, w)) == NULL)
		return CTAP_FULL;
	protect(k, w);
	if (!sk_new_key(w->cred.alg, &w->cred) ||
	    (n = sk_seal(k, w->rp_hash, &w->cred, id)) == 0)
		return CTAP_FULL;
	if (r != NULL)
		keep(r, w, id, n);
	sk_aaguid(k, aaguid);
	out_raw(&att, aaguid, sizeof(aaguid));
	out_byte(&att, (unsigned)(n >> 8));
	out_byte(&att, n & 0xff);
	out_raw(&att, id, n);
	sk_cose(&att, &w->cred, softkey_knob(k, "cosebad", ""));
	put_extensions(w, &e);
	sk_auth(k, w->rp_hash, UP | (w->asked.uv ? (unsigned)UV : 0),
	    (struct bytes){ attested, att.n }, (struct bytes){ ext, e.n }, &a);
	sk_save(k);
	if (a.n > a.max)
		return CTAP_OTHER;
	return sk_attest(k, &w->cred, (struct bytes){ auth, a.n }, w->hash, o);
}

/* The first that we know too: the RP's order counts. */
static int
choose_alg(struct softkey *k, const struct wish *w)
{
	int64_t alg;
	size_t i;

	for (i = 0; i < in_size(w->algs); i++) {
		alg = in_int(in_name(in_at(w->algs, i), "alg"));
		if (sk_takes(k, alg))
			return (int)alg;
	}
	return 0;
}

int
sk_make(struct softkey *k, const cbor_item_t *m, struct out *o)
{
	struct wish w = { 0 };
	int r;

	r = read_wish(&w, m);
	if (r != CTAP_OK)
		return r;
	w.cred.alg = choose_alg(k, &w);
	if (w.cred.alg == 0)
		return CTAP_ALGORITHM;
	if (in_size(w.exclude) > sk_list_max(k))
		return CTAP_LIMIT;
	r = sk_verify(k, &w.asked);
	if (r != CTAP_OK)
		return r;
	if (w.cred.resident && !w.asked.uv && k->s.pin_set)
		return CTAP_TOKEN_NEEDED;
	if (!w.asked.present)
		r = sk_touch(k);
	if (r == CTAP_OK && has_one_of(k, &w))
		r = CTAP_EXCLUDED;	/* told to who touches it only */
	return r != CTAP_OK ? r : make(k, &w, o);
}
