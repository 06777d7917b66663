/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who a TLS server says has come: asks it for the name in the client's
 * certificate, finds the enrolled certificates of that name, and has each of
 * them judged as that of a card is.
 * Runs in the gate.  The name is the word of a program of root's: never taken
 * from one that somebody sits in front of.  Which certificate was shown is
 * not told, so one that would be refused is never saved by another one.
 */
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "gate/login.h"
#include "gate/tls_name.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"

#define MAX_HITS 16u

/* An enrolled certificate of this name. */
struct hit {
	struct sek_buf der; /* owned */
	int64_t person_id;
	int64_t not_after;
	bool in_date;
	bool odd; /* the server may have left out a part of its name */
};

struct search {
	struct sek_login *l;
	struct hit hit[MAX_HITS];
	size_t n;
	bool full;
};

/* Whoever is at the other end must answer by its configuration.  A program
 * with a person in front of it, or one that had the user's name at hand and
 * answers any question with it (OpenVPN's plugin without a list), would have
 * the name typed in.  NULL: it may be asked. */
static const char *
no_server(const struct sek_login *l)
{
	const struct sek_begin *b = &l->begin;

	if (l->peer != 0)
		return "asked by a program that is not root's";
	if (b->user[0] != '\0')
		return "the program gives a user name unasked, and may answer "
		    "each question with it";
	if (b->tty[0] != '\0' || b->ruser[0] != '\0' ||
	    b->xdg_session[0] != '\0' || (b->flags & SEK_BF_SSH_INFO) != 0)
		return "asked by a program in which a person types";
	if (b->rhost[0] == '\0')
		return "the program does not say from where they come";
	return NULL;
}

/* An answer that is no text of this size is none: NO_TLS_NAME. */
static enum sek_reason
ask(struct sek_login *l, enum sek_text text, char *out, size_t cap)
{
	struct sek_reply reply = { 0 };
	enum sek_reason reason;
	size_t n;

	reason = sek_front_ask(&l->front, SEK_STYLE_TEXT, text, 0, "",
	    1000ull * l->policy->type_s, &reply);
	n = reply.answer.len;
	if (reason == SEK_R_CANCELLED) {
		reason = SEK_R_NO_TLS_NAME;
	} else if (reason == SEK_R_OK && (n >= cap ||
	    memchr(reply.answer.p, '\0', n) != NULL)) {
		sek_login_detail(l, "an answer is longer than any name is");
		reason = SEK_R_NO_TLS_NAME;
	} else if (reason == SEK_R_OK) {
		memcpy(out, reply.answer.p, n);
		out[n] = '\0';
	}
	sek_reply_clear(&reply);
	return reason;
}

enum sek_reason
sek_tls_ask(struct sek_login *l)
{
	const char *why = no_server(l);
	enum sek_reason reason;

	if (why != NULL) {
		sek_login_detail(l, why);
		return SEK_R_NO_TLS_NAME;
	}
	/* it matches the beginnings of questions, and shows nothing */
	l->front.lang = SEK_LANG_EN;
	l->front.silent = true;
	reason = ask(l, SEK_T_TLS_USER, l->begin.user, sizeof l->begin.user);
	if (reason == SEK_R_OK)
		reason = ask(l, SEK_T_TLS_NAME, l->tls_name,
		    sizeof l->tls_name);
	l->tls_said_ms = sek_now_ms();
	if (reason == SEK_R_NO_TLS_NAME)
		sek_login_detail(l, l->begin.user[0] == '\0' ?
		    "the question for the user's name has no answer" :
		    "the question for the certificate's name has no answer");
	if (reason == SEK_R_OK && !sek_name_ok(l->begin.user))
		reason = SEK_R_BAD_NAME;
	return reason;
}

static void
keep_hit(struct search *s, int64_t person_id, const uint8_t *der, size_t n,
    const struct sek_cert_info *info, bool odd)
{
	struct hit *h;

	if (s->n == MAX_HITS) {
		s->full = true;
		return;
	}
	h = &s->hit[s->n++];
	sek_put_raw(&h->der, der, n);
	h->person_id = person_id;
	h->not_after = info->not_after;
	h->in_date = info->not_before <= s->l->now &&
	    s->l->now <= info->not_after;
	h->odd = odd;
}

/* One row of the store.  What does not parse, no TLS server takes. */
static int
look_at(void *arg, int64_t id, const uint8_t *der, size_t n)
{
	struct sek_credential c = { .id = 0 };
	struct sek_cert_info info;
	struct search *s = arg;
	const char *name = s->l->tls_name;
	bool serial = s->l->service->tls_serial;
	enum sek_tls_fit fit;
	int r = SEK_OK;
	X509 *x;

	if (!sek_tls_may_fit(der, n, name, serial) ||
	    (x = sek_cert_parse(der, n)) == NULL)
		return SEK_OK;
	fit = sek_tls_fit(x, name, serial);
	if (fit != SEK_TLS_OTHER && sek_cert_describe(x, &info) == SEK_OK) {
		r = sek_store_credential_by_id(s->l->store, id, &c);
		if (r == SEK_OK)
			keep_hit(s, c.person_id, der, n, &info,
			    fit == SEK_TLS_PARTLY);
	}
	X509_free(x);
	return r;
}

static void
drop(struct search *s, size_t i)
{
	sek_buf_free(&s->hit[i].der);
	s->hit[i] = s->hit[--s->n];
}

/* What is out of date no TLS server has taken: unless nothing else is there,
 * it says nothing about who has come. */
static void
leave_those_in_date(struct search *s)
{
	size_t i, in_date = 0;

	for (i = 0; i < s->n; i++)
		in_date += s->hit[i].in_date;
	for (i = 0; in_date > 0 && i < s->n;)
		if (s->hit[i].in_date)
			i++;
		else
			drop(s, i);
}

/* It is what was found last that the record is about: the longest valid. */
static void
longest_last(struct search *s)
{
	struct hit swap;
	size_t i;

	for (i = 0; i + 1 < s->n; i++) {
		if (s->hit[i].not_after <= s->hit[s->n - 1].not_after)
			continue;
		swap = s->hit[i];
		s->hit[i] = s->hit[s->n - 1];
		s->hit[s->n - 1] = swap;
	}
}

/* NULL, or why the name does not tell who has come. */
static const char *
ambiguous(const struct search *s)
{
	size_t i;

	if (s->full)
		return "more than 16 enrolled certificates have this name";
	for (i = 0; i < s->n; i++) {
		if (s->hit[i].odd)
			return "an enrolled certificate has this name among "
			    "others, or not as a server would tell it";
		if (s->hit[i].person_id != s->hit[0].person_id)
			return "enrolled certificates of several persons have "
			    "this name";
	}
	return NULL;
}

static enum sek_reason
judge(struct search *s)
{
	struct sek_key key = { .slot = 0 };
	struct sek_keys one = { .tokens = 1, .n = 1, .key = &key };
	enum sek_reason reason = SEK_R_NO_MATCH;
	char text[100];
	const char *why;
	size_t i;

	leave_those_in_date(s);
	if ((why = ambiguous(s)) != NULL) {
		sek_login_detail(s->l, why);
		return SEK_R_TLS_NAME_AMBIGUOUS;
	}
	longest_last(s);
	for (i = 0; i < s->n; i++) {
		if (sek_buf_ok(&s->hit[i].der) != SEK_OK)
			return SEK_R_INTERNAL;
		key.cert = s->hit[i].der.p;
		key.cert_len = s->hit[i].der.len;
		reason = sek_candidates_match(s->l, &one);
		if (reason != SEK_R_OK)
			return reason;
	}
	if (s->n > 1) {
		(void)snprintf(text, sizeof text, "%zu enrolled certificates "
		    "of this person have this name, and all are good", s->n);
		sek_login_detail(s->l, text);
	}
	return reason;
}

enum sek_reason
sek_tls_find(struct sek_login *l)
{
	struct search s = { .l = l };
	enum sek_reason reason = SEK_R_STORE;

	if (sek_store_each_kept(l->store, look_at, &s) == SEK_OK)
		reason = judge(&s);
	if (reason == SEK_R_OK) {
		l->pair = SEK_PAIR_TLS_PASSWORD;
		l->possession = SEK_PASSED;
	}
	while (s.n > 0)
		drop(&s, s.n - 1);
	return reason;
}
