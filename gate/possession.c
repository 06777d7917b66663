/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds a token: starts the helper of each module, waits for the first that
 * lists a key somebody here may enter with, and ends the others.
 * Runs in the gate.  Never waits past the limits, whatever a module does;
 * one that hangs or crashes does not keep another from serving.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "gate/login.h"

/* What one helper has said so far. */
struct watch {
	bool reported;          /* KEYS came at least once */
	uint32_t certificates;  /* in its last KEYS */
	enum sek_reason failed; /* why it is gone; NONE: it is not */
};

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

static enum sek_reason
module_failed(struct sek_helper *h, const struct sek_buf *body)
{
	struct sek_fail fail;

	if (sek_fail_dec(&fail, body) != SEK_OK)
		return SEK_R_HELPER_PROTOCOL;
	(void)snprintf(h->detail, sizeof h->detail, "%.64s: %.90s",
	    h->module->name, fail.detail);
	sek_helper_finish(h);
	return fail.code == SEK_FAIL_MODULE ? SEK_R_MODULE_UNUSABLE :
	    SEK_R_TOKEN_ERROR;
}

/* One message of one helper.  OK: a token was matched, look at l->matched;
 * NONE: nothing yet; else why the match is refused. */
static enum sek_reason
hear(struct sek_login *l, struct sek_helper *h, struct watch *w)
{
	struct sek_buf body = { 0 };
	struct sek_keys keys = { 0 };
	enum sek_reason reason;
	uint8_t msg = 0;

	reason = sek_helper_recv(h, &msg, &body, &l->dl);
	if (reason == SEK_R_OK && msg == SEK_H_FAIL)
		reason = module_failed(h, &body);
	else if (reason == SEK_R_OK &&
	    (msg != SEK_H_KEYS || sek_keys_dec(&keys, &body) != SEK_OK))
		reason = SEK_R_HELPER_PROTOCOL;
	sek_buf_free(&body);
	if (reason != SEK_R_OK) {
		w->failed = reason;
		if (h->detail[0] == '\0')
			(void)snprintf(h->detail, sizeof h->detail,
			    "%s: malformed message", h->program);
		sek_helper_finish(h);
		return SEK_R_NONE;
	}
	w->reported = true;
	w->certificates = (uint32_t)keys.n;
	reason = sek_candidates_match(l, &keys);
	sek_keys_clear(&keys);
	if (reason == SEK_R_NO_MATCH)
		return SEK_R_NONE;
	l->helper = h;
	return reason;
}

/* Has each helper listed its tokens, or gone? */
static bool
all_heard(const struct sek_login *l, const struct watch *w)
{
	size_t i;

	for (i = 0; i < l->n_helpers; i++)
		if (!w[i].reported && w[i].failed == SEK_R_NONE)
			return false;
	return true;
}

/* When nothing has matched: is it time to give up, and why?
 * `late`: the time to insert a card is over. */
static enum sek_reason
give_up(struct sek_login *l, const struct watch *w, bool late)
{
	size_t i, failed = 0, certificates = 0;

	for (i = 0; i < l->n_helpers; i++) {
		if (w[i].failed != SEK_R_NONE)
			failed++;
		else
			certificates += w[i].certificates;
	}
	if (!all_heard(l, w))
		return SEK_R_NONE;
	/* somebody's card is in, and it is nobody's here */
	if (certificates > 0)
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

/* A module that does not even list its tokens in its time is given up. */
static void
drop_silent(struct sek_login *l, struct watch *w)
{
	struct sek_helper *h;
	size_t i;

	for (i = 0; i < l->n_helpers; i++) {
		h = &l->helpers[i];
		if (w[i].reported || w[i].failed != SEK_R_NONE)
			continue;
		w[i].failed = SEK_R_HELPER_TIMEOUT;
		(void)snprintf(h->detail, sizeof h->detail,
		    "%s: no list of tokens in %u s", h->module->name,
		    l->policy->token_s);
		sek_child_kill(&h->child, NULL);
	}
}

static enum sek_reason
wait_for_news(struct sek_login *l, struct watch *w,
    const struct sek_deadline *dl)
{
	struct pollfd pfd[SEK_MAX_MODULES + 1];
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
	for (i = 0; i < n && reason == SEK_R_NONE; i++)
		if (pfd[i].fd >= 0 && pfd[i].revents != 0)
			reason = hear(l, &l->helpers[i], &w[i]);
	return reason;
}

static void
keep_only_chosen(struct sek_login *l)
{
	size_t i;

	/* the others have had no PIN: nothing to lock, no need to wait */
	for (i = 0; i < l->n_helpers; i++)
		if (&l->helpers[i] != l->helper)
			sek_child_kill(&l->helpers[i].child, NULL);
}

static enum sek_reason
watch_tokens(struct sek_login *l, struct watch *w)
{
	const struct sek_deadline listed = sek_deadline_sooner(l->dl,
	    1000ull * l->policy->token_s);
	struct sek_deadline insert = { 0 };
	const struct sek_deadline *dl = &listed;
	enum sek_reason reason;
	bool told = false;

	for (;;) {
		reason = wait_for_news(l, w, dl);
		if (reason != SEK_R_NONE)
			return reason;
		if (sek_deadline_past(&listed))
			drop_silent(l, w);
		reason = give_up(l, w, told && sek_deadline_past(&insert));
		if (reason != SEK_R_NONE)
			return reason;
		if (told || !all_heard(l, w))
			continue;
		/* the time to insert begins when the person is told */
		sek_front_tell(&l->front, SEK_T_INSERT, NULL);
		insert = sek_deadline_sooner(l->dl,
		    1000ull * l->policy->insert_s);
		dl = &insert;
		told = true;
	}
}

void
sek_possession_start(struct sek_login *l)
{
	size_t i;

	l->n_helpers = l->policy->n_modules;
	for (i = 0; i < l->n_helpers; i++)
		l->started[i] = start_listing(l, &l->helpers[i],
		    &l->policy->modules[i]);
}

enum sek_reason
sek_possession_find(struct sek_login *l)
{
	struct watch w[SEK_MAX_MODULES] = { 0 };
	enum sek_reason reason;
	size_t i;

	for (i = 0; i < l->n_helpers; i++)
		w[i].failed = l->started[i] == SEK_R_OK ? SEK_R_NONE :
		    l->started[i];
	reason = watch_tokens(l, w);
	keep_only_chosen(l);
	return reason;
}

void
sek_possession_end(struct sek_login *l)
{
	size_t i;

	for (i = 0; i < l->n_helpers; i++)
		sek_helper_finish(&l->helpers[i]);
	/* and whatever a vendor's module has left behind; but not who still
	 * has a card to lock */
	sek_kill_descendants_but(l->helper == NULL ? 0 :
	    l->helper->guard.pid);
	for (i = 0; i < l->n_helpers; i++)
		sek_login_detail(l, l->helpers[i].detail);
}
