/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is this leaf good by OCSP?  The answer that sekisho-fetch left in the
 * cache, else a live one where the gate gave a way to ask, else a little
 * longer by the configured grace.
 * Runs in the gate and in `sekisho`.  Never opens a connection itself and
 * never writes the cache.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gate/certificate_folder.h"
#include "gate/ocsp_rooms.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"
#include "sekisho/wire_fetch.h"

#define SHOWN_MAX 160 /* bytes of a URL in a message */

/* One certificate, and what an answer about it said. */
struct about {
	const struct sek_trust *t;
	X509 *leaf;
	X509 *issuer;
	int64_t now;
};

struct said {
	enum sek_reason r;
	struct sek_rev_info rev;
	struct sek_why why;
};

/* Has this responder's certificate been revoked?  Its path is checked as any
 * other, but for policies, which are about people.  With "ocsp-leaf" no CRL
 * need be there, as none need be for the issuers; one that lists it counts. */
static enum sek_reason
check_responder(void *arg, X509 *x, struct sek_why *why)
{
	const struct about *a = arg;
	const bool leaf_only = a->t->check == SEK_CHECK_OCSP_LEAF;
	struct sek_trust plain = *a->t;
	struct sek_rev_info rev = { .method = "crl", .status = "unknown" };
	enum sek_reason leaf_crl = SEK_R_NONE, r = SEK_R_INTERNAL;
	X509 *issuer = NULL;

	plain.check = leaf_only ? SEK_CHECK_CRL_LEAF : SEK_CHECK_CRL;
	plain.policy_check = plain.explicit_policy = false;
	plain.policies = sk_ASN1_OBJECT_new_null();
	if (plain.policies != NULL)
		r = sek_path_check(&plain, x, a->now, leaf_only ?
		    SEK_LEAF_CRL_WANT : SEK_LEAF_CRL_NEED, &rev, &issuer,
		    &leaf_crl, why);
	sk_ASN1_OBJECT_free(plain.policies);
	X509_free(issuer);
	return r;
}

/* `from`: the file, or the URL that was asked. */
static void
judge(const struct about *a, const struct sek_buf *der, const char *from,
    const struct sek_ocsp_ask *ask, struct said *s)
{
	struct sek_ocsp_rules rules = { .issuer = a->issuer,
	    .leaf = a->leaf, .untrusted = a->t->intermediates,
	    .now = a->now, .max_age_s = a->t->ocsp_max_age_s,
	    .rsa_min_bits = a->t->rsa_min_bits,
	    .responder = check_responder, .responder_arg = (void *)a };
	struct sek_why what = { "" };
	char shown[SHOWN_MAX];

	if (ask != NULL) {
		rules.nonce = ask->nonce;
		rules.nonce_len = ask->nonce_len;
	}
	s->r = sek_ocsp_check(der->p, der->len, &rules, &s->rev, &what);
	sek_why_set(&s->why, "%s: %s",
	    sek_escape_str(shown, sizeof shown, from), what.text);
	(void)sek_escape_str(s->rev.file, sizeof s->rev.file, from);
	s->rev.live = ask != NULL;
}

/* -- from the cache */

static void
missing(struct said *s, const char *shown, const char *what)
{
	s->r = SEK_R_OCSP_MISSING;
	sek_why_set(&s->why, "%s: %s", shown, what);
}

static void
read_cached(const struct about *a, const char *dir, const char *name,
    struct said *s)
{
	struct sek_buf der = { 0 };
	struct sek_why why = { "" };
	uint64_t size = 0;
	size_t got = 0;
	int fd = -1;

	/* the words name the file already */
	if (sek_folder_open(dir, name, &fd, &size, &why) != SEK_OK) {
		missing(s, "no OCSP answer in the cache", why.text);
		return;
	}
	if (size > SEK_OCSP_MAX) {
		s->r = SEK_R_OCSP_INVALID;
		sek_why_set(&s->why, "%s: longer than %u bytes", name,
		    SEK_OCSP_MAX);
	} else if ((der.p = malloc((size_t)size + 1)) == NULL) {
		missing(s, name, "out of memory");
	} else if (sek_folder_read(fd, der.p, (size_t)size, &got) != SEK_OK) {
		missing(s, name, strerror(errno));
	} else {
		der.len = got;
		der.cap = (size_t)size + 1;
		judge(a, &der, name, NULL, s);
	}
	sek_buf_free(&der);
	(void)close(fd);
}

static void
ask_cache(const struct about *a, struct said *s)
{
	char dir[PATH_MAX], name[80];
	struct sek_why why = { "" };
	int n;

	s->r = SEK_R_OCSP_MISSING;
	if (a->t->cache[0] == '\0') {
		sek_why_set(&s->why, "no cache of OCSP answers");
		return;
	}
	n = snprintf(dir, sizeof dir, "%s/%s", a->t->cache, SEK_OCSP_FOLDER);
	if (n < 0 || (size_t)n >= sizeof dir ||
	    sek_ocsp_name(a->leaf, a->issuer, name) != SEK_OK) {
		sek_why_set(&s->why, "the name of an OCSP answer cannot be "
		    "made");
		return;
	}
	if (sek_path_safe(dir, true, &why) != SEK_OK)
		missing(s, "no OCSP answer in the cache", why.text);
	else
		read_cached(a, dir, name, s);
}

/* -- live */

static void
send_question(const struct about *a, const char *url, struct said *s)
{
	struct sek_ocsp_ask ask = { .nonce_len = 0 };
	struct sek_buf answer = { 0 };
	struct sek_why why = { "no answer" };
	char shown[SHOWN_MAX];
	int r;

	r = sek_ocsp_ask_make(a->leaf, a->issuer, true, &ask);
	if (r != SEK_OK) {
		missing(s, sek_escape_str(shown, sizeof shown, url),
		    sek_strerror(r));
		return;
	}
	r = a->t->live(a->t->live_arg, url, &ask.request, &answer, &why);
	if (r != SEK_OK)
		s->why = why; /* they name the URL already */
	else
		judge(a, &answer, url, &ask, s);
	sek_buf_free(&answer);
	sek_ocsp_ask_clear(&ask);
}

/* The certificate is known to be its CA's by now, and so is the URL in it. */
static void
ask_live(const struct about *a, struct said *s)
{
	char url[SEK_URL_MAX];

	if (a->t->n_ocsp_urls > 0)
		(void)snprintf(url, sizeof url, "%s", a->t->ocsp_urls[0]);
	else
		sek_ocsp_url(a->leaf, url, sizeof url);
	s->r = SEK_R_OCSP_MISSING;
	if (url[0] == '\0')
		sek_why_set(&s->why, "the certificate names no responder, "
		    "and there is no ocsp-url");
	else
		send_question(a, url, s);
}

/* -- together */

static int64_t
overdue(const struct about *a, const struct said *s)
{
	return sek_ocsp_overdue(&s->rev, a->now, a->t->ocsp_max_age_s);
}

/* Does it need no second answer?  A "revoked" out of date may have been a
 * hold that is over. */
static bool
is_final(const struct about *a, const struct said *s)
{
	switch (s->r) {
	case SEK_R_OK:
	case SEK_R_OCSP_UNKNOWN:
		return true;
	case SEK_R_CERT_REVOKED:
		return overdue(a, s) == 0;
	default:
		return false;
	}
}

/* A "good" that is out of date, but not by more than the grace. */
static bool
within_grace(const struct about *a, struct said *s)
{
	if (!a->t->grace || s->r != SEK_R_OCSP_STALE ||
	    strcmp(s->rev.status, "stale") != 0 ||
	    overdue(a, s) > (int64_t)a->t->grace_s)
		return false;
	s->r = SEK_R_OK;
	s->rev.grace_used = true;
	return true;
}

/* Neither of the two is good in date. */
static void
settle(const struct about *a, struct said *cached, const struct said *live)
{
	struct sek_why both;

	if (cached->r == SEK_R_CERT_REVOKED || within_grace(a, cached))
		return;
	(void)snprintf(both.text, sizeof both.text, "%.200s; %.300s",
	    cached->why.text, live->why.text);
	if (live->r != SEK_R_OCSP_MISSING)
		*cached = *live;
	cached->why = both;
}

enum sek_reason
sek_ocsp_leaf(const struct sek_trust *t, X509 *leaf, X509 *issuer,
    int64_t now, bool may_ask, struct sek_rev_info *rev, struct sek_why *why)
{
	const struct about a = { .t = t, .leaf = leaf, .issuer = issuer,
	    .now = now };
	struct said s = { .rev = { .method = "ocsp", .status = "unknown" } };
	struct said live = s;

	ask_cache(&a, &s);
	if (!is_final(&a, &s) && may_ask && t->live != NULL) {
		ask_live(&a, &live);
		/* an older "good" takes no "revoked" back */
		if (is_final(&a, &live) && !(s.r == SEK_R_CERT_REVOKED &&
		    live.rev.this_update <= s.rev.this_update))
			s = live;
		else
			settle(&a, &s, &live);
	} else if (!is_final(&a, &s)) {
		(void)within_grace(&a, &s);
	}
	*rev = s.rev;
	if (s.r != SEK_R_OK)
		*why = s.why;
	return s.r;
}
