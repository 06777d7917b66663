/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of addresses of one run of sekisho-fetch.
 * Never has one twice, and never grows without a limit: the certificates
 * that name them may be anybody's.
 */
#include "fetch/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fetch/points.h"

#define SILENT_AFTER 3u /* addresses of a host ... */
#define SILENT_MS 2000u /* ... each of which took so long for nothing */

static const char *const words[SEK_N_NEWS] = {
	[SEK_NEWS_NONE] = "none",
	[SEK_NEWS_SKIPPED] = "skipped",
	[SEK_NEWS_UNCHANGED] = "unchanged",
	[SEK_NEWS_NEW] = "new",
	[SEK_NEWS_UNSUPPORTED] = "unsupported",
	[SEK_NEWS_STALE] = "stale",
	[SEK_NEWS_CONFLICT] = "conflict",
	[SEK_NEWS_ROLLBACK] = "rollback",
	[SEK_NEWS_UNREACHABLE] = "unreachable",
	[SEK_NEWS_UNSAFE] = "unsafe",
	[SEK_NEWS_INVALID] = "invalid",
	[SEK_NEWS_UNTRUSTED] = "untrusted",
	[SEK_NEWS_UNWRITTEN] = "unwritten",
};

const char *
sek_news_word(enum sek_news n)
{
	return words[n];
}

bool
sek_news_bad(enum sek_news n)
{
	return n > SEK_NEWS_UNSUPPORTED;
}

static struct sek_source *
find(const struct sek_sources *s, const char *url, const char *why)
{
	struct sek_source *one;

	for (one = s->first; one != NULL; one = one->next)
		if (strcmp(one->url, url) == 0 &&
		    (url[0] != '\0' || strcmp(one->why, why) == 0))
			return one;
	return NULL;
}

/* At the end: what is found on the way is asked in the same run. */
static void
append(struct sek_sources *s, struct sek_source *one)
{
	if (s->last == NULL)
		s->first = one;
	else
		s->last->next = one;
	s->last = one;
	s->n++;
}

static int
add(struct sek_sources *s, const char *url, const char *from,
    const char *why, struct sek_source **out)
{
	struct sek_source *one = find(s, url, why);

	*out = one;
	if (one != NULL)
		return SEK_OK;
	if (s->n >= SEK_SOURCES_MAX) {
		s->full = true;
		return SEK_OK;
	}
	if ((one = calloc(1, sizeof(*one))) == NULL)
		return SEK_E_NOMEM;
	append(s, one);
	one->url = strdup(url);
	one->lists = json_array();
	(void)snprintf(one->from, sizeof(one->from), "%s", from);
	(void)snprintf(one->why, sizeof(one->why), "%s", why);
	/* one without an address has been dealt with by naming it */
	if (url[0] == '\0')
		one->news = SEK_NEWS_UNSUPPORTED;
	*out = one;
	return one->url == NULL || one->lists == NULL ? SEK_E_NOMEM : SEK_OK;
}

int
sek_sources_policy(struct sek_sources *s, const struct sek_policy *p)
{
	struct sek_source *one;
	char from[100];
	size_t i;
	int r = SEK_OK;

	for (i = 0; r == SEK_OK && i < p->n_crl_urls; i++) {
		(void)snprintf(from, sizeof(from), "[crl %s]",
		    p->crl_names[i]);
		r = add(s, p->crl_urls[i], from, "", &one);
		/* asked for whatever else serves */
		if (r == SEK_OK && one != NULL)
			one->seen = true;
	}
	return r;
}

/* The points of one certificate or CRL; the addresses of the one at hand are
 * alternatives to each other. */
struct adding {
	struct sek_sources *s;
	const char *from;
	unsigned at;
	struct sek_source *of[16];
	size_t n;
	size_t all;
};

static size_t
group_size(const struct sek_sources *s, unsigned group)
{
	const struct sek_source *one;
	size_t n = 0;

	for (one = s->first; one != NULL; one = one->next)
		n += one->group == group;
	return n;
}

/* The point at hand is complete.  The same alternatives come with each
 * certificate of a CA; other combinations are asked one by one. */
static void
end_point(struct adding *a)
{
	size_t i, known = 0;
	unsigned group = a->n > 0 ? a->of[0]->group : 0;

	for (i = 0; i < a->n; i++) {
		if (a->of[i]->seen)
			known++;
		if (a->of[i]->group != group)
			group = 0;
	}
	if (known == 0)
		group = ++a->s->groups;
	else if (known < a->n || group_size(a->s, group) != a->n)
		group = 0; /* or one CA could name another's as its own */
	for (i = 0; i < a->n; i++) {
		a->of[i]->group = group;
		a->of[i]->seen = true;
	}
	a->n = 0;
}

static int
add_point(void *arg, const struct sek_point *p)
{
	struct adding *a = arg;
	struct sek_source *one;
	int r;

	if (p->at != a->at)
		end_point(a);
	a->at = p->at;
	if (++a->all > SEK_SOURCES_EACH) {
		(void)snprintf(a->s->greedy, sizeof(a->s->greedy), "%s",
		    a->from);
		return SEK_OK;
	}
	r = add(a->s, p->url != NULL ? p->url : "", a->from,
	    p->url != NULL ? "" : p->why, &one);
	if (r == SEK_OK && one != NULL &&
	    a->n < sizeof(a->of) / sizeof(a->of[0]))
		a->of[a->n++] = one;
	return r;
}

int
sek_sources_cert(struct sek_sources *s, X509 *x, const char *from)
{
	struct adding a = { .s = s, .from = from };
	int r = sek_points_cert(x, add_point, &a);

	end_point(&a);
	return r;
}

int
sek_sources_crl(struct sek_sources *s, const X509_CRL *crl, const char *from)
{
	struct adding a = { .s = s, .from = from };
	int r = sek_points_crl(crl, add_point, &a);

	end_point(&a);
	return r;
}

/* Scheme, host and port. */
static size_t
host_len(const char *url)
{
	const char *host = strstr(url, "://");

	host = host != NULL ? host + 3 : url;
	return (size_t)(host - url) + strcspn(host, "/?#");
}

bool
sek_sources_silent(const struct sek_sources *s, const struct sek_source *one)
{
	const size_t n = host_len(one->url);
	const struct sek_source *other;
	unsigned silent = 0;

	for (other = s->first; other != one; other = other->next) {
		if (host_len(other->url) != n ||
		    strncasecmp(other->url, one->url, n) != 0)
			continue;
		if (other->bytes > 0 || other->answered)
			silent = 0;
		else if (other->news == SEK_NEWS_UNREACHABLE &&
		    other->ms >= SILENT_MS)
			silent++;
	}
	return silent >= SILENT_AFTER;
}

bool
sek_sources_served(const struct sek_sources *s, const struct sek_source *one)
{
	const struct sek_source *other;

	if (one->group == 0)
		return false;
	for (other = s->first; other != NULL; other = other->next)
		if (other != one && other->group == one->group &&
		    (other->news == SEK_NEWS_NEW ||
		    other->news == SEK_NEWS_UNCHANGED))
			return true;
	return false;
}

void
sek_sources_free(struct sek_sources *s)
{
	struct sek_source *one, *next;

	for (one = s->first; one != NULL; one = next) {
		next = one->next;
		free(one->url);
		json_decref(one->lists);
		free(one);
	}
	*s = (struct sek_sources){ .first = NULL };
}
