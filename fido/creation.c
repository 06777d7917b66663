/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * New credentials, one or two on the same key with the same PIN.
 * Runs in sekisho-fido.  What the key returns is handed over as it came:
 * whether it is what was asked for is the caller's to judge.
 */
#include <stdio.h>
#include <string.h>

#include "fido/helper.h"

/* Those that we verify, the best known first. */
static const int algorithms[] = { COSE_ES256, COSE_EDDSA, COSE_ES384,
	COSE_RS256 };

/* What was asked for last, and which excluded one it has. */
struct asked {
	fido_cred_t *cred;
	bool searched;     /* the key has been asked for all of them */
	bool has;
	size_t id;
};

static int
exclude(void *list, const uint8_t *p, size_t n)
{
	return fido_cred_exclude(list, p, n);
}

static const struct sek_make *
making(const struct fk_helper *h)
{
	return &h->make.make[h->index];
}

static struct fk_part
all_ids(const struct fk_helper *h)
{
	return (struct fk_part){ .ids = h->make.ids, .n = h->make.n,
		.rp = (uint8_t)h->index, .all = true };
}

static int
search(struct fk_helper *h, struct fk_key *k, const char *pin,
    struct asked *q)
{
	int r = fk_find(k, all_ids(h), making(h)->rp, pin, &q->id);

	q->has = r == FIDO_OK;
	if (r == FIDO_ERR_NO_CREDENTIALS)
		r = FIDO_OK;
	q->searched = r == FIDO_OK;
	return r;
}

/* The PIN is proved by a question that needs no touch; what it answers to
 * that does not matter. */
static int
prove(struct fk_helper *h, struct fk_key *k, const char *pin, void *arg)
{
	struct fk_part p = all_ids(h);
	int r;

	if (fk_part_left(&p))
		r = search(h, k, pin, arg);
	else
		r = fk_find_any(k, making(h)->rp, pin);
	return r == FIDO_ERR_NO_CREDENTIALS || fk_not_silently(r) ?
	    FIDO_OK : r;
}

/* The first algorithm of ours that the key says it has. */
static int
algorithm(const struct fk_helper *h, const struct fk_traits *t)
{
	const size_t n = fido_cbor_info_algorithm_count(t->info);
	size_t i, j;

	if (h->make.alg != 0)
		return h->make.alg;
	for (i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++)
		for (j = 0; j < n; j++)
			if (fido_cbor_info_algorithm_cose(t->info, j) ==
			    algorithms[i])
				return algorithms[i];
	return COSE_ES256; /* CTAP 2.0 keys do not say */
}

static const char *
or_null(const char *s)
{
	return *s == '\0' ? NULL : s;
}

/* Those that must not be on it.  Too many for one list: the key is asked
 * beforehand, and what it has is the one that it will be refused for. */
static int
excluded(struct fk_helper *h, struct fk_key *k, struct asked *q)
{
	struct fk_part p = all_ids(h);
	int r;

	if (!q->searched && !fk_part_is_all(p, k, making(h)->rp) &&
	    (r = search(h, k, NULL, q)) != FIDO_OK)
		return r;
	if (q->has)
		return exclude(q->cred, h->make.ids[q->id].p,
		    h->make.ids[q->id].n);
	(void)fk_part_next(&p, k, making(h)->rp, exclude, q->cred);
	return FIDO_OK;
}

static int
fill(struct fk_helper *h, struct fk_key *k, struct asked *q, enum fk_how how)
{
	const struct sek_make *m = making(h);
	const struct fk_traits *t = fk_traits(k);
	fido_cred_t *c;

	fido_cred_free(&q->cred);
	if (t == NULL || (c = q->cred = fido_cred_new()) == NULL)
		return FIDO_ERR_INTERNAL;
	if (m->resident && !t->resident)
		return FIDO_ERR_UNSUPPORTED_OPTION;
	if (fido_cred_set_type(c, algorithm(h, t)) != FIDO_OK)
		return FIDO_ERR_UNSUPPORTED_ALGORITHM;
	if (fido_cred_set_clientdata_hash(c, m->hash, sizeof m->hash) !=
	    FIDO_OK || fido_cred_set_rp(c, m->rp,
	    or_null(h->make.rp_name)) != FIDO_OK ||
	    fido_cred_set_user(c, h->make.handle, h->make.handle_len,
	    or_null(h->make.user), or_null(h->make.display), NULL) != FIDO_OK)
		return FIDO_ERR_INTERNAL;
	if ((m->resident && fido_cred_set_rk(c, FIDO_OPT_TRUE) != FIDO_OK) ||
	    (m->protect != 0 && fido_cred_set_prot(c, m->protect) !=
	    FIDO_OK) || (how == FK_FINGER &&
	    fido_cred_set_uv(c, FIDO_OPT_TRUE) != FIDO_OK))
		return FIDO_ERR_INTERNAL;
	return excluded(h, k, q);
}

static int
request(struct fk_helper *h, struct fk_key *k, enum fk_how how,
    const char *pin, void *arg)
{
	struct asked *q = arg;
	int r;

	if ((r = fill(h, k, q, how)) != FIDO_OK)
		return r;
	fk_limit(k, h->go.touch_ms);
	r = fido_dev_make_cred(k->dev, q->cred, pin);
	/* more than it takes in one list, which it has not told: the search
	 * finds out how many it takes */
	if (!fk_too_much(r) || q->searched)
		return r;
	fk_limit(k, FK_PIN_MS);
	if ((r = search(h, k, pin, q)) != FIDO_OK ||
	    (r = fill(h, k, q, how)) != FIDO_OK)
		return r;
	fk_limit(k, h->go.touch_ms);
	return fido_dev_make_cred(k->dev, q->cred, pin);
}

/* The transports as the key tells them, one blank between two. */
static void
transports(const fido_cbor_info_t *ci, char *out, size_t cap)
{
	char **t = fido_cbor_info_transports_ptr(ci);
	size_t i, at = 0, n;

	for (i = 0; i < fido_cbor_info_transports_len(ci); i++) {
		n = strspn(t[i], "abcdefghijklmnopqrstuvwxyz-");
		if (n == 0 || t[i][n] != '\0' || at + n + 2 > cap)
			continue;
		at += (size_t)snprintf(out + at, cap - at, "%s%s",
		    at > 0 ? " " : "", t[i]);
	}
}

static bool
protects(const fido_cbor_info_t *ci)
{
	char **e = fido_cbor_info_extensions_ptr(ci);
	size_t i;

	for (i = 0; i < fido_cbor_info_extensions_len(ci); i++)
		if (strcmp(e[i], "credProtect") == 0)
			return true;
	return false;
}

/* Fill *m; false for what has not the form of a credential. */
static bool
taken(const struct fk_helper *h, const struct fk_key *k,
    const struct asked *q, enum fk_how how, struct sek_fido_created *m)
{
	const fido_cred_t *c = q->cred;
	const fido_cbor_info_t *ci = k->traits.info;
	const char *format = fido_cred_fmt(c);

	*m = (struct sek_fido_created){ .index = (uint8_t)h->index,
		.verified = how != FK_PLAIN,
		.auth_len = fido_cred_authdata_raw_len(c),
		.att_len = fido_cred_attstmt_len(c),
		.protects = protects(ci),
		.firmware = fido_cbor_info_fwversion(ci) };
	transports(ci, m->transports, sizeof m->transports);
	memcpy(m->label, k->label, sizeof m->label);
	if (format == NULL || strlen(format) >= sizeof m->format ||
	    m->auth_len == 0 || m->auth_len > sizeof m->auth ||
	    m->att_len > sizeof m->att)
		return false;
	memcpy(m->format, format, strlen(format));
	memcpy(m->auth, fido_cred_authdata_raw_ptr(c), m->auth_len);
	if (m->att_len > 0)
		memcpy(m->att, fido_cred_attstmt_ptr(c), m->att_len);
	return true;
}

/* Some want their PIN for whatever they make, once it is set (CTAP 2.0).  And
 * without it none is refused for what it hides (credProtect 3). */
static bool
wants_pin(const struct fk_helper *h, struct fk_key *k)
{
	const struct fk_traits *t = fk_traits(k);
	const struct fk_part hidden = { .ids = h->make.ids, .n = h->make.n,
		.rp = (uint8_t)h->index, .hidden = true };

	return fido_dev_has_pin(k->dev) && t != NULL &&
	    (!t->free_create || fk_part_left(&hidden));
}

static int
make_one(struct fk_helper *h, struct fk_key *k)
{
	struct asked q = { 0 };
	const struct fk_task task = { prove, request, &q };
	struct sek_fido_created m;
	struct sek_buf b = { 0 };
	enum fk_how how = FK_PLAIN;
	int r;

	if ((r = fk_begin(h, k)) == SEK_OK)
		r = fk_ask(h, k, &task, h->make.verify || h->go.verify ||
		    wants_pin(h, k), &how);
	if (r == SEK_OK && !taken(h, k, &q, how, &m))
		r = fk_fail(h, SEK_UF_DEVICE, FIDO_OK,
		    "malformed credential");
	fido_cred_free(&q.cred);
	if (r != SEK_OK)
		return r;
	sek_fido_created_enc(&b, &m);
	return fk_send(h, SEK_U_CREATED, &b);
}

int
fk_create(struct fk_helper *h, struct fk_key *k)
{
	int r = SEK_OK;

	for (h->index = 0; h->index < h->make.n_makes && r == SEK_OK;
	    h->index++)
		r = make_one(h, k);
	sek_buf_free(&h->pin);
	atomic_store(&h->cancel.asked, NULL);
	fk_close(k);
	return r;
}
