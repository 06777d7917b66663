/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which of several keys is to be used: the one that is known to have the
 * credential, else the one that the person touches.
 * Runs in sekisho-fido.  All of them blink at once; when one is touched, or
 * the time is over, or one comes or goes, the others are told to stop.
 */
#include "fido/helper.h"

#define LISTEN_MS 20
#define LOOK_EACH 200u

static bool
ready(const struct fk_key *k)
{
	return k->kind == FK_MAY || k->kind == FK_HAS;
}

/* The only one of that kind; NULL for none or several. */
static struct fk_key *
only(struct fk_helper *h, bool has)
{
	struct fk_key *found = NULL;
	size_t i;

	for (i = 0; i < h->keys.n; i++) {
		struct fk_key *k = &h->keys.key[i];

		if (!ready(k) || (has && k->kind != FK_HAS))
			continue;
		if (found != NULL)
			return NULL;
		found = k;
	}
	return found;
}

/* Have them blink; how many do. */
static size_t
begin_all(struct fk_helper *h)
{
	size_t i, n = 0;

	for (i = 0; i < h->keys.n; i++) {
		struct fk_key *k = &h->keys.key[i];

		if (!ready(k) || fk_open(k, FK_LOOK_MS) != FIDO_OK)
			continue;
		if (fido_dev_get_touch_begin(k->dev) == FIDO_OK)
			n++;
		else
			fk_close(k);
	}
	return n;
}

static void
end_all(struct fk_helper *h, const struct fk_key *but)
{
	size_t i;

	for (i = 0; i < h->keys.n; i++) {
		if (&h->keys.key[i] != but)
			fk_stop(&h->keys.key[i]);
		fk_close(&h->keys.key[i]);
	}
}

/* Has the person said no, or nothing?  Else it is a fault of that key. */
static bool
is_final(int native)
{
	return native == FIDO_ERR_OPERATION_DENIED ||
	    native == FIDO_ERR_KEEPALIVE_CANCEL ||
	    native == FIDO_ERR_TIMEOUT || native == FIDO_ERR_ACTION_TIMEOUT ||
	    native == FIDO_ERR_USER_ACTION_TIMEOUT;
}

/* One round over those that blink. */
static int
listen(struct fk_helper *h, struct fk_key **out)
{
	size_t i, n = 0;
	int touched, r;

	for (i = 0; i < h->keys.n && !fk_gone(&h->cancel); i++) {
		struct fk_key *k = &h->keys.key[i];

		if (!k->open)
			continue;
		n++;
		r = fido_dev_get_touch_status(k->dev, &touched, LISTEN_MS);
		if (r == FIDO_OK && touched) {
			*out = k;
			return SEK_OK;
		}
		/* its own time is over, or it has been refused on it */
		if (is_final(r))
			return fk_fail_native(h, r, "choosing by touch");
		if (r != FIDO_OK)
			fk_close(k); /* gone, or broken: one of the others */
	}
	return n > 0 ? SEK_E_TIMEOUT : fk_fail(h, SEK_UF_DEVICE, FIDO_OK,
	    "choosing by touch");
}

static int
by_touch(struct fk_helper *h, struct fk_key **out)
{
	const struct sek_deadline dl = sek_deadline_in(h->go.touch_ms);
	struct sek_deadline look = sek_deadline_in(LOOK_EACH);
	bool changed = false;
	int r;

	do {
		r = listen(h, out);
		if (r != SEK_E_TIMEOUT)
			return r;
		if (fk_gone(&h->cancel))
			return SEK_E_EOF;
		if (sek_deadline_past(&dl))
			return fk_fail(h, SEK_UF_NO_TOUCH, FIDO_OK,
			    "choosing by touch");
		if (sek_deadline_past(&look)) {
			changed = !fk_same(&h->keys);
			look = sek_deadline_in(LOOK_EACH);
		}
	} while (!changed);
	return SEK_E_TIMEOUT;
}

int
fk_choose(struct fk_helper *h, struct fk_key **out)
{
	int r;

	if ((*out = only(h, true)) != NULL || (*out = only(h, false)) != NULL)
		return SEK_OK;
	if (begin_all(h) == 0)
		return fk_fail(h, SEK_UF_DEVICE, FIDO_OK,
		    "no key can be opened");
	if ((r = fk_note(h, NULL, SEK_FN_CHOOSE, -1)) == SEK_OK)
		r = by_touch(h, out);
	end_all(h, *out);
	return r;
}
