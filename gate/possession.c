/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds a token: starts the helper of each module and that of FIDO2 keys, as
 * the service needs them, and waits for the first that sees a token somebody
 * here may enter with.
 * Runs in the gate.  Never waits past the limits, whatever a helper does;
 * one that hangs or crashes does not keep another from serving.
 */
#include <poll.h>
#include <stdio.h>

#include "gate/possession.h"

static enum sek_reason
start_listing(struct sek_login *l, struct sek_helper *h,
    const struct sek_module *m)
{
	struct sek_list list = { .wait = true };
	struct sek_buf body = { 0 };
	enum sek_reason reason;

	if (sek_helper_start(h, l->policy, &l->service_user, m) != SEK_OK)
		return SEK_R_INTERNAL;
	(void)snprintf(list.label, sizeof list.label, "%s", m->label);
	sek_list_enc(&body, &list);
	reason = sek_helper_send(h, SEK_H_LIST, &body, &l->dl);
	sek_buf_free(&body);
	return reason;
}

/* Keys are looked for, and whoever looks is there. */
static bool
key_serves(struct sek_login *l)
{
	return l->fido.helper != NULL &&
	    sek_watch_of(l, l->fido.helper)->failed == SEK_R_NONE;
}

/* Has each helper said what it sees, or gone? */
static bool
all_heard(const struct sek_login *l)
{
	size_t i;

	for (i = 0; i < l->n_helpers; i++)
		if (!l->watch[i].reported &&
		    l->watch[i].failed == SEK_R_NONE)
			return false;
	return true;
}

/* When nothing has matched: is it time to give up, and why?
 * `late`: the time to insert a card is over. */
static enum sek_reason
give_up(struct sek_login *l, bool late)
{
	const struct sek_watch *w = l->watch;
	size_t i, failed = 0, strange = 0;

	if (!all_heard(l))
		return SEK_R_NONE;
	if (l->refused != SEK_R_NONE)
		return l->refused;
	for (i = 0; i < l->n_helpers; i++) {
		failed += w[i].failed != SEK_R_NONE;
		strange += w[i].strange;
	}
	/* somebody's card is in, and it is nobody's here; a key may stay in a
	 * machine for ever, and leaves room for another token beside it */
	if (strange > 0 && (late || l->fido.helper == NULL || sek_wish_is(l)))
		return SEK_R_NO_MATCH;
	if (failed == l->n_helpers) {
		sek_login_detail(l, l->helpers[0].detail);
		return w[0].failed;
	}
	if (!late)
		return SEK_R_NONE;
	/* of a module that failed meanwhile the record tells */
	for (i = 0; i < l->n_helpers; i++)
		if (w[i].failed != SEK_R_NONE)
			sek_login_detail(l, l->helpers[i].detail);
	return SEK_R_NO_TOKEN;
}

/* A helper that does not even say what it sees in its time is given up. */
static void
drop_silent(struct sek_login *l)
{
	struct sek_helper *h;
	size_t i;

	for (i = 0; i < l->n_helpers; i++) {
		h = &l->helpers[i];
		if (l->watch[i].reported || l->watch[i].failed != SEK_R_NONE)
			continue;
		l->watch[i].failed = SEK_R_HELPER_TIMEOUT;
		(void)snprintf(h->detail, sizeof h->detail,
		    "%s: no list of tokens in %u s", sek_helper_name(h),
		    l->policy->token_s);
		sek_child_kill(&h->child, NULL);
	}
}

/* Wait until any helper or the login program has something to say, and hear
 * the helpers.  With `asked` the key's word is its answer, and the caller's:
 * OK says that it is there. */
static enum sek_reason
wait_for_news(struct sek_login *l, const struct sek_deadline *dl, bool asked)
{
	struct pollfd pfd[SEK_MAX_HELPERS + 1];
	enum sek_reason reason = SEK_R_NONE;
	size_t i, n = l->n_helpers;

	for (i = 0; i < n; i++)
		pfd[i] = (struct pollfd){ .fd = l->helpers[i].child.chan,
		    .events = POLLIN };
	pfd[n] = (struct pollfd){ .fd = l->front.chan.fd, .events = POLLIN };
	if (poll(pfd, n + 1, sek_deadline_left_ms(dl)) <= 0)
		return SEK_R_NONE;
	/* the program may not speak now: it is gone, or out of order */
	if (pfd[n].revents != 0 &&
	    (reason = sek_front_quiet(&l->front)) != SEK_R_OK)
		return reason;
	reason = SEK_R_NONE;
	for (i = 0; i < n && reason == SEK_R_NONE; i++) {
		if (pfd[i].fd < 0 || pfd[i].revents == 0)
			continue;
		if (asked && &l->helpers[i] == l->fido.helper)
			return SEK_R_OK;
		reason = sek_helper_hear(l, &l->helpers[i]);
	}
	return reason;
}

void
sek_possession_keep(struct sek_login *l)
{
	size_t i;

	for (i = 0; i < l->n_helpers; i++) {
		if (&l->helpers[i] == l->helper)
			continue;
		/* a key that blinks is to be told that it may stop; of the
		 * others none has had a PIN: nothing to lock, no need to
		 * wait */
		if (&l->helpers[i] == l->fido.helper &&
		    l->fido.helper->chan.state == SEK_US_WORKING)
			sek_helper_close(l->fido.helper);
		else
			sek_child_kill(&l->helpers[i].child, NULL);
	}
}

static void
tell_insert(struct sek_login *l)
{
	enum sek_text text = SEK_T_INSERT;

	if (key_serves(l))
		text = l->n_helpers > 1 ? SEK_T_INSERT_EITHER :
		    SEK_T_INSERT_KEY;
	sek_front_tell(&l->front, text, NULL);
}

/* Which credential a key has may be known only when it has signed: it is
 * taken once no card has said better. */
static bool
take_ready_key(struct sek_login *l)
{
	if (!key_serves(l) || !all_heard(l) ||
	    !sek_watch_of(l, l->fido.helper)->ready)
		return false;
	sek_login_unmatch(l);
	l->helper = l->fido.helper;
	return true;
}

static enum sek_reason
watch_tokens(struct sek_login *l)
{
	const struct sek_deadline listed = sek_deadline_sooner(l->dl,
	    1000ull * l->policy->token_s);
	struct sek_deadline insert = { 0 };
	const struct sek_deadline *dl = &listed;
	enum sek_reason reason;
	bool told = false;

	for (;;) {
		reason = wait_for_news(l, dl, false);
		if (reason != SEK_R_NONE)
			return reason;
		if (sek_deadline_past(&listed))
			drop_silent(l);
		if (take_ready_key(l))
			return SEK_R_OK;
		reason = give_up(l, told && sek_deadline_past(&insert));
		if (reason != SEK_R_NONE)
			return reason;
		if (told || !all_heard(l))
			continue;
		/* the time to insert begins when the person is told */
		tell_insert(l);
		insert = sek_deadline_sooner(l->dl,
		    1000ull * l->policy->insert_s);
		dl = &insert;
		told = true;
	}
}

void
sek_possession_start(struct sek_login *l)
{
	struct sek_helper *h;
	enum sek_reason reason;
	size_t i;

	for (i = 0; i < l->policy->n_modules &&
	    sek_service_has(l->service, SEK_HAVE_PKCS11); i++) {
		h = &l->helpers[l->n_helpers++];
		reason = start_listing(l, h, &l->policy->modules[i]);
		if (reason != SEK_R_OK)
			sek_watch_of(l, h)->failed = reason;
	}
	if (!sek_service_has(l->service, SEK_HAVE_FIDO2))
		return;
	h = &l->helpers[l->n_helpers++];
	l->fido.helper = h;
	if (sek_helper_start_fido(h, l->policy, &l->service_user) != SEK_OK)
		sek_watch_of(l, h)->failed = SEK_R_INTERNAL;
}

enum sek_reason
sek_possession_find(struct sek_login *l)
{
	enum sek_reason reason;

	if (key_serves(l)) {
		reason = sek_fido_ask(l);
		if (reason == SEK_R_STORE)
			return reason;
		if (reason != SEK_R_OK)
			sek_helper_give_up(l, l->fido.helper, reason,
			    "could not be asked");
	}
	reason = watch_tokens(l);
	/* a card may still come while a key is blinking */
	if (l->helper != l->fido.helper || l->fido.helper == NULL)
		sek_possession_keep(l);
	return reason;
}

bool
sek_possession_without_key(struct sek_login *l)
{
	sek_helper_give_up(l, l->fido.helper, SEK_R_NO_MATCH,
	    "a key of nobody here");
	sek_watch_of(l, l->fido.helper)->strange = 1;
	l->helper = NULL;
	l->fido.helper->detail[0] = '\0';
	return l->n_helpers > 1;
}

enum sek_reason
sek_possession_await_key(struct sek_login *l, const struct sek_deadline *dl)
{
	enum sek_reason reason;

	while (!sek_deadline_past(dl)) {
		reason = wait_for_news(l, dl, true);
		if (l->refused != SEK_R_NONE)
			sek_fido_again(l);
		/* of a card: the key has not been heard */
		if (reason == SEK_R_OK && l->helper != l->fido.helper) {
			sek_possession_keep(l);
			return SEK_R_NONE;
		}
		if (reason != SEK_R_NONE)
			return reason;
	}
	return SEK_R_OK; /* whoever reads finds out that nothing is there */
}

void
sek_possession_end(struct sek_login *l)
{
	size_t i;

	sek_possession_keep(l);
	for (i = 0; i < l->n_helpers; i++)
		sek_helper_finish(&l->helpers[i]);
	/* and whatever a vendor's module has left behind; but not who still
	 * has a card to lock */
	sek_kill_descendants_but(l->helper == NULL ? 0 :
	    l->helper->guard.pid);
	/* of a key that nobody could have asked there is nothing to tell */
	for (i = 0; i < l->n_helpers; i++)
		if (l->watch[i].failed != SEK_R_NOT_ENROLLED)
			sek_login_detail(l, l->helpers[i].detail);
}
