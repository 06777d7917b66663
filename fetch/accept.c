/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Takes a CRL into the cache, or says why not.  Runs in sekisho-fetch.
 *
 * It is compiled to a file beside the cached one and opened as a login would
 * open it; its signature is verified over that.  Only then it is compared
 * with what is cached: never older, never another content under the same
 * number.  The last good one stays in every other case.
 */
#include "fetch/accept.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fetch/compile.h"
#include "fetch/signer.h"
#include "gate/certificate_rooms.h"
#include "gate/revocation_index.h"

/* One CRL on its way in. */
struct offer {
	struct sek_refresh *f;
	const uint8_t *der;
	size_t n;
	int64_t now;
	struct sek_outline outline;
	X509 *signer;
	char temp[PATH_MAX]; /* the new index */
	int fd;
	struct sek_arrival *out;
	struct sek_why why;
};

static enum sek_news
say(struct offer *o, enum sek_news news, const char *what)
{
	(void)snprintf(o->out->why, sizeof(o->out->why), "%s", what);
	return news;
}

/* Something to know about one that is taken. */
static void
note(struct offer *o, const char *what)
{
	char *why = o->out->why;
	size_t n = strlen(why);

	(void)snprintf(why + n, sizeof(o->out->why) - n, "%s%s",
	    n > 0 ? "; " : "", what);
}

static void
on_entries(void *arg, uint64_t done, uint64_t all)
{
	struct sek_refresh *f = arg;

	sek_progress_entries(&f->progress, done, all);
}

/* Did the disk fail, or the CRL? */
static enum sek_news
failed(struct offer *o, int r)
{
	return say(o, r == SEK_E_IO || r == SEK_E_SYS ? SEK_NEWS_UNWRITTEN :
	    SEK_NEWS_INVALID, o->why.text[0] != '\0' ? o->why.text :
	    sek_strerror(r));
}

static enum sek_news
compile(struct offer *o)
{
	const struct sek_compile_progress progress = { on_entries, o->f };
	EVP_PKEY *key = NULL;
	int fd, r;

	if (sek_outline_unhashed(&o->outline)) {
		r = sek_signer_find(o->f->trust, &o->outline, NULL, o->now,
		    &o->signer, &o->why);
		if (r != SEK_OK)
			return say(o, SEK_NEWS_UNTRUSTED, o->why.text);
		key = X509_get0_pubkey(o->signer);
	}
	r = sek_compile(o->der, o->n, o->fd, key, &progress, &o->why);
	if (r != SEK_OK)
		return failed(o, r);
	if ((fd = fcntl(o->fd, F_DUPFD_CLOEXEC, 0)) < 0)
		return say(o, SEK_NEWS_UNWRITTEN, "out of descriptors");
	r = sek_index_open_fd(fd, "the new index", &o->out->crl, &o->why);
	return r == SEK_OK ? SEK_NEWS_NONE : failed(o, r);
}

static enum sek_news
check_signer(struct offer *o)
{
	int r;

	/* an unhashed one is verified again, over what a login will see */
	r = sek_signer_find(o->f->trust, &o->outline, o->out->crl, o->now,
	    &o->signer, &o->why);
	return r == SEK_OK ? SEK_NEWS_NONE :
	    say(o, SEK_NEWS_UNTRUSTED, o->why.text);
}

static bool
same_signature(const X509_CRL *a, const X509_CRL *b)
{
	const ASN1_BIT_STRING *x, *y;

	X509_CRL_get0_signature(a, &x, NULL);
	X509_CRL_get0_signature(b, &y, NULL);
	return ASN1_STRING_cmp(x, y) == 0;
}

/* -1, 0, 1 as the new number is lower, the same (or not to be compared), or
 * higher. */
static int
compare_numbers(const X509_CRL *new, const X509_CRL *old)
{
	ASN1_INTEGER *a = sek_crl_number(new), *b = sek_crl_number(old);
	int r = a != NULL && b != NULL ? ASN1_INTEGER_cmp(a, b) : 0;

	ASN1_INTEGER_free(a);
	ASN1_INTEGER_free(b);
	return r < 0 ? -1 : r > 0;
}

/* A CA that has lost its numbers begins again, against RFC 5280 5.2.3.  What
 * it has signed later is taken once the cached one clears nobody any more;
 * refused for ever it would lock everybody out. */
static bool
begins_again(const struct offer *o, const X509_CRL *old, int64_t before)
{
	int64_t end;

	return o->out->this_update > before &&
	    o->out->next_update >= o->now &&
	    X509_CRL_get0_nextUpdate(old) != NULL &&
	    sek_cert_time(X509_CRL_get0_nextUpdate(old), &end) == SEK_OK &&
	    end < o->now;
}

static enum sek_news
roll_back(struct offer *o, bool number, int64_t before)
{
	char text[300], at[32];

	(void)snprintf(text, sizeof(text), "%s %s; remove " SEK_INDEX_FOLDER
	    "/%s from the cache if the CA has gone back on purpose", number ?
	    "its number is lower than that of the cached one, which is of" :
	    "it is older than the cached one of",
	    sek_summary_time(at, before), o->out->file);
	return say(o, SEK_NEWS_ROLLBACK, text);
}

/* Is it newer than the cached one?  RFC 5280 5.2.3: numbers only rise. */
static enum sek_news
compare(struct offer *o, const X509_CRL *old)
{
	int64_t before;
	int number;

	if (sek_cert_time(X509_CRL_get0_lastUpdate(old), &before) != SEK_OK)
		before = INT64_MIN;
	number = compare_numbers(o->out->crl, old);
	if (number < 0 && begins_again(o, old, before)) {
		note(o, "the numbers begin again");
		return SEK_NEWS_NEW;
	}
	if (number < 0 || o->out->this_update < before)
		return roll_back(o, number < 0, before);
	if (number > 0)
		return SEK_NEWS_NEW;
	if (same_signature(o->out->crl, old))
		return SEK_NEWS_UNCHANGED;
	if (o->out->this_update > before) {
		if (o->out->number[0] != '\0')
			note(o, "the same number as before with another "
			    "content");
		return SEK_NEWS_NEW;
	}
	return say(o, SEK_NEWS_CONFLICT, "another content than the cached "
	    "one, which has the same number and date");
}

static bool
exists(const char *dir, const char *name)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool there;

	if (fd < 0)
		return false;
	there = faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(fd);
	return there;
}

/* What is cached under the same name; an index that cannot be used, by a
 * login neither, does not stand in the way. */
static enum sek_news
against_cached(struct offer *o)
{
	const struct sek_cache *c = &o->f->cache;
	X509_CRL *old = NULL;
	enum sek_news news;
	int r;

	if (sek_index_name(o->out->crl, o->signer, o->out->file) != SEK_OK)
		return say(o, SEK_NEWS_INVALID, "it cannot be named");
	r = sek_index_open(c->crl, o->out->file, &old, &o->why);
	if (r != SEK_OK) {
		if (exists(c->crl, o->out->file))
			note(o, o->why.text);
		ERR_clear_error();
		return SEK_NEWS_NEW;
	}
	news = compare(o, old);
	if (news == SEK_NEWS_UNCHANGED && (o->f->opt->force ||
	    sek_index_check(old, &o->why) != SEK_OK)) {
		if (!o->f->opt->force)
			note(o, o->why.text);
		news = SEK_NEWS_NEW;
	}
	X509_CRL_free(old);
	return news;
}

static enum sek_news
take(struct offer *o)
{
	enum sek_news news;

	if ((news = compile(o)) != SEK_NEWS_NONE ||
	    (news = sek_accept_form(o->out->crl, o->now, o->out)) !=
	    SEK_NEWS_NONE || (news = check_signer(o)) != SEK_NEWS_NONE)
		return news;
	o->out->entries = sek_index_entries(o->out->crl);
	news = against_cached(o);
	if (news == SEK_NEWS_NEW) {
		if (sek_cache_commit(o->fd, o->temp, o->f->cache.crl,
		    o->out->file, &o->why) != SEK_OK)
			return say(o, SEK_NEWS_UNWRITTEN, o->why.text);
		o->temp[0] = '\0';
	}
	/* it still refuses what it lists, so it is kept */
	if ((news == SEK_NEWS_NEW || news == SEK_NEWS_UNCHANGED) &&
	    o->out->next_update < o->now) {
		note(o, "nextUpdate is past");
		news = SEK_NEWS_STALE;
	}
	return news;
}

/* Only what its issuer has signed may name further addresses. */
static bool
verified(enum sek_news news)
{
	return news == SEK_NEWS_NEW || news == SEK_NEWS_UNCHANGED ||
	    news == SEK_NEWS_STALE;
}

void
sek_accept(struct sek_refresh *f, const uint8_t *der, size_t n, int64_t now,
    struct sek_arrival *out)
{
	struct offer o = { .f = f, .der = der, .n = n, .now = now,
	    .fd = -1, .out = out };

	*out = (struct sek_arrival){ .news = SEK_NEWS_INVALID };
	if (sek_outline_read(&o.outline, der, n, &o.why) != SEK_OK) {
		out->news = say(&o, SEK_NEWS_INVALID, o.why.text);
		return;
	}
	sek_cert_name(o.outline.issuer, out->issuer, sizeof(out->issuer));
	if (sek_cache_temp(f->cache.crl, o.temp, &o.fd, &o.why) != SEK_OK)
		out->news = say(&o, SEK_NEWS_UNWRITTEN, o.why.text);
	else
		out->news = take(&o);
	if (o.fd >= 0 && o.temp[0] != '\0')
		(void)unlink(o.temp);
	if (o.fd >= 0)
		(void)close(o.fd);
	if (!verified(out->news)) {
		X509_CRL_free(out->crl);
		out->crl = NULL;
		out->file[0] = '\0';
	}
	sek_outline_clear(&o.outline);
	ERR_clear_error();
}

void
sek_arrival_clear(struct sek_arrival *l)
{
	X509_CRL_free(l->crl);
	*l = (struct sek_arrival){ .news = SEK_NEWS_NONE };
}
