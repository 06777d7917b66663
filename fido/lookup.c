/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of many credentials a key has, asked without a touch: the whole list
 * in as few requests as the key's limits allow.
 * Runs in sekisho-fido.  What a key signs here is over a hash of zeros and
 * without its user's presence: good for no login.
 */
#include <string.h>

#include "fido/helper.h"

/* A descriptor in the list beside its id, and a request beside its list:
 * RP ID, hash, options, the proof of a PIN (CTAP 2.1 6.2). */
#define PER_ID 26u
#define AROUND 160u
#define U2F_ID_MAX 255u

static bool
wanted(const struct fk_part *p, const struct sek_fido_id *id, size_t max)
{
	if (id->rp != p->rp || id->n > max)
		return false;
	return p->all || id->silent != p->hidden;
}

/* How many are left, as far as two. */
static size_t
left(const struct fk_part *p)
{
	size_t i, n = 0;

	for (i = p->at; i < p->n && n < 2; i++)
		n += wanted(p, &p->ids[i], SEK_FIDO_ID_MAX);
	return n;
}

bool
fk_part_left(const struct fk_part *p)
{
	return left(p) > 0;
}

/* The limits of the key; one alone is tried without asking for them. */
static struct fk_traits
limits(struct fk_key *k, const struct fk_part *p)
{
	const struct fk_traits *t = left(p) > 1 ? fk_traits(k) : NULL;
	struct fk_traits one = { .max_ids = 1, .max_id = SEK_FIDO_ID_MAX };

	if (t != NULL)
		one = *t;
	if (!fido_dev_is_fido2(k->dev) && one.max_id > U2F_ID_MAX)
		one.max_id = U2F_ID_MAX;
	return one;
}

bool
fk_part_next(struct fk_part *p, struct fk_key *k, const char *rp,
    int (*add)(void *list, const uint8_t *p, size_t n), void *list)
{
	const struct fk_traits t = limits(k, p);
	size_t used = AROUND + strlen(rp);

	for (p->count = 0; p->at < p->n && p->count < t.max_ids; p->at++) {
		const struct sek_fido_id *id = &p->ids[p->at];

		if (!wanted(p, id, t.max_id))
			continue;
		if ((p->count > 0 && used + PER_ID + id->n >
		    t.max_message) || add(list, id->p, id->n) != FIDO_OK)
			break;
		used += PER_ID + id->n;
		p->last = p->at;
		p->count++;
	}
	return p->count > 0;
}

static int
count_only(void *list, const uint8_t *p, size_t n)
{
	(void)list;
	(void)p;
	(void)n;
	return FIDO_OK;
}

bool
fk_part_is_all(struct fk_part p, struct fk_key *k, const char *rp)
{
	return !fk_part_next(&p, k, rp, count_only, NULL) ||
	    !fk_part_left(&p);
}

static int
allow(void *list, const uint8_t *p, size_t n)
{
	return fido_assert_allow_cred(list, p, n);
}

bool
fk_too_much(int r)
{
	return r == FIDO_ERR_LIMIT_EXCEEDED || r == FIDO_ERR_INVALID_LENGTH ||
	    r == FIDO_ERR_REQUEST_TOO_LARGE;
}

bool
fk_part_again(struct fk_part *p, const struct fk_part *before,
    struct fk_key *k, int r)
{
	if (!fk_too_much(r) || p->count < 2)
		return false;
	k->traits.max_ids = p->count / 2;
	*p = *before;
	return true;
}

bool
fk_not_silently(int r)
{
	return r == FIDO_ERR_UNSUPPORTED_OPTION ||
	    r == FIDO_ERR_INVALID_OPTION || r == FIDO_ERR_UP_REQUIRED;
}

static fido_assert_t *
question(const char *rp)
{
	static const uint8_t zeros[32];
	fido_assert_t *a = fido_assert_new();

	if (a == NULL || fido_assert_set_rp(a, rp) != FIDO_OK ||
	    fido_assert_set_clientdata_hash(a, zeros, sizeof zeros) !=
	    FIDO_OK || fido_assert_set_up(a, FIDO_OPT_FALSE) != FIDO_OK)
		fido_assert_free(&a);
	return a;
}

/* Which one has answered?  One asked for alone need not be named. */
static int
who(const fido_assert_t *a, const struct fk_part *p, size_t *which)
{
	const uint8_t *id = fido_assert_id_ptr(a, 0);
	size_t i, n = fido_assert_id_len(a, 0);

	for (i = 0; id != NULL && i < p->n; i++)
		if (p->ids[i].rp == p->rp && p->ids[i].n == n &&
		    memcmp(p->ids[i].p, id, n) == 0) {
			*which = i;
			return FIDO_OK;
		}
	if (id != NULL || p->count != 1)
		return FIDO_ERR_RX_INVALID_CBOR;
	*which = p->last;
	return FIDO_OK;
}

/* One part of the list. */
static int
ask_part(struct fk_key *k, struct fk_part *p, const char *rp,
    const char *pin, size_t *which)
{
	fido_assert_t *a = question(rp);
	int r = FIDO_ERR_INTERNAL;

	if (a == NULL)
		return r;
	if (!fk_part_next(p, k, rp, allow, a)) {
		r = FIDO_ERR_NOTFOUND; /* no more of them */
	} else {
		r = fido_dev_get_assert(k->dev, a, pin);
		/* how libfido2 says it of a U2F key that has it */
		if (r == FIDO_OK || r == FIDO_ERR_USER_PRESENCE_REQUIRED)
			r = who(a, p, which);
	}
	fido_assert_free(&a);
	return r;
}

int
fk_find(struct fk_key *k, struct fk_part p, const char *rp, const char *pin,
    size_t *which)
{
	struct fk_part before;
	int r;

	for (;;) {
		before = p;
		r = ask_part(k, &p, rp, pin, which);
		if (fk_part_again(&p, &before, k, r))
			continue;
		if (r == FIDO_ERR_NOTFOUND)
			return FIDO_ERR_NO_CREDENTIALS;
		if (r != FIDO_ERR_NO_CREDENTIALS)
			return r;
	}
}

int
fk_find_any(struct fk_key *k, const char *rp, const char *pin)
{
	fido_assert_t *a = question(rp);
	int r = FIDO_ERR_INTERNAL;

	if (a != NULL)
		r = fido_dev_get_assert(k->dev, a, pin);
	fido_assert_free(&a);
	return r;
}
