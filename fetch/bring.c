/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gets the bytes of a source: from the network through the downloader, a
 * process of its own, or from a file that only the administrator can change.
 * Runs in sekisho-fetch.  Judges nothing but how much there is.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "fetch/refresh.h"
#include "gate/certificate_folder.h"
#include "sekisho/digits.h"
#include "sekisho/escape.h"

#define MIB (1024u * 1024u)
#define GRACE_MS 5000u       /* for the downloader to tell of its own limit */
#define ANSWER_MS 15000u     /* one question to a responder */
#define OCSP_TYPE "application/ocsp-request" /* RFC 6960 appendix A.1 */

/* Where the bytes go. */
struct into {
	struct sek_refresh *f;
	int fd;
	uint64_t n, max;
	bool too_large;
	int err; /* errno of a write */
};

static int
to_file(void *arg, const uint8_t *p, size_t n)
{
	struct into *in = arg;
	ssize_t k;

	if (n > in->max - in->n) {
		in->too_large = true;
		return SEK_E_LIMIT;
	}
	while (n > 0) {
		k = write(in->fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0) {
			in->err = errno;
			return SEK_E_IO;
		}
		p += k;
		n -= (size_t)k;
		in->n += (uint64_t)k;
	}
	sek_progress_bytes(&in->f->progress, in->n);
	return SEK_OK;
}

static int
bad(struct sek_source *s, enum sek_news news, const char *why)
{
	s->news = news;
	(void)snprintf(s->why, sizeof(s->why), "%s", why);
	return SEK_E_NOENT;
}

/* -- files */

/* The path of file:///PATH or file://localhost/PATH (RFC 8089 section 2). */
static int
file_path(const char *url, char *out, size_t cap)
{
	const char *p = url + strlen("file://");
	int high, low;
	size_t n = 0;

	if (strncasecmp(p, "localhost/", 10) == 0)
		p += 9;
	if (*p != '/')
		return SEK_E_SYNTAX;
	for (; *p != '\0' && n + 1 < cap; n++) {
		if (*p != '%') {
			out[n] = *p++;
			continue;
		}
		if ((high = sek_digit16(p[1])) < 0 ||
		    (low = sek_digit16(p[2])) < 0)
			return SEK_E_SYNTAX;
		out[n] = (char)(high << 4 | low);
		if (out[n] == '\0')
			return SEK_E_SYNTAX;
		p += 3;
	}
	out[n] = '\0';
	return *p == '\0' ? SEK_OK : SEK_E_LIMIT;
}

/* Copied, because whoever changes the file while we read must not be able to
 * change what we have checked. */
static int
copy(struct into *in, int from, struct sek_source *s)
{
	uint8_t chunk[65536];
	ssize_t k;

	for (;;) {
		k = read(from, chunk, sizeof(chunk));
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return bad(s, SEK_NEWS_UNREACHABLE, strerror(errno));
		if (k == 0)
			return SEK_OK;
		if (to_file(in, chunk, (size_t)k) != SEK_OK)
			return SEK_E_IO;
	}
}

static int
bring_file(struct into *in, struct sek_source *s)
{
	char path[PATH_MAX], *name;
	struct sek_why why = { "" };
	uint64_t size;
	int from, r;

	if (file_path(s->url, path, sizeof(path)) != SEK_OK)
		return bad(s, SEK_NEWS_UNSUPPORTED,
		    "not file:///ABSOLUTE/PATH");
	if ((r = sek_path_safe(path, false, &why)) != SEK_OK)
		return bad(s, r == SEK_E_UNSAFE ? SEK_NEWS_UNSAFE :
		    SEK_NEWS_UNREACHABLE, why.text);
	name = strrchr(path, '/');
	*name++ = '\0';
	r = sek_folder_open(path[0] != '\0' ? path : "/", name, &from, &size,
	    &why);
	if (r != SEK_OK)
		return bad(s, r == SEK_E_UNSAFE ? SEK_NEWS_UNSAFE :
		    SEK_NEWS_UNREACHABLE, why.text);
	r = copy(in, from, s);
	(void)close(from);
	return r;
}

/* -- the network */

/* A downloader that can be asked; the one before may have been killed. */
static int
ready(struct sek_refresh *f, struct sek_why *why)
{
	int r;

	if (f->down_started && sek_child_running(&f->down.child))
		return SEK_OK;
	if (f->down_started)
		sek_downloader_end(&f->down);
	f->down_started = false;
	if (!f->user_found) {
		r = sek_service_user_find(f->policy->helper_user, &f->user,
		    why);
		if (r != SEK_OK)
			return r;
		f->user_found = true;
	}
	f->down = (struct sek_downloader)SEK_DOWNLOADER_NONE;
	r = sek_downloader_start(&f->down, f->policy->helpers, &f->user, why);
	f->down_started = r == SEK_OK;
	return r;
}

static int
set_get(const struct sek_policy *p, const char *url, struct sek_get *get,
    struct sek_why *why)
{
	if (strlen(url) >= sizeof(get->url) ||
	    strlen(p->fetch_ca_file) >= sizeof(get->ca_file)) {
		sek_why_set(why, "the address is too long");
		return SEK_E_LIMIT;
	}
	(void)snprintf(get->url, sizeof(get->url), "%s", url);
	(void)snprintf(get->proxy, sizeof(get->proxy), "%s", p->fetch_proxy);
	(void)snprintf(get->ca_file, sizeof(get->ca_file), "%.*s",
	    (int)sizeof(get->ca_file) - 1, p->fetch_ca_file);
	return SEK_OK;
}

/* The reason without the address, which stands beside it anyway. */
static const char *
without_url(const char *url, const struct sek_why *why, int r)
{
	char shown[sizeof(why->text)];
	size_t n;

	if (why->text[0] == '\0')
		return sek_strerror(r);
	n = strlen(sek_escape_str(shown, sizeof(shown), url));
	if (strncmp(why->text, shown, n) == 0 &&
	    strncmp(why->text + n, ": ", 2) == 0)
		return why->text + n + 2;
	return why->text;
}

static int
bring_url(struct into *in, struct sek_source *s)
{
	struct sek_refresh *f = in->f;
	struct sek_get get = { .max_bytes = in->max,
	    .ms = f->policy->fetch_s * 1000u };
	struct sek_fetch_end end = { .code = SEK_FETCH_OK };
	struct sek_why why = { "" };
	struct sek_deadline dl;
	int r;

	if (set_get(f->policy, s->url, &get, &why) != SEK_OK ||
	    ready(f, &why) != SEK_OK)
		return bad(s, SEK_NEWS_UNREACHABLE, why.text);
	dl = sek_deadline_in((uint64_t)get.ms + GRACE_MS);
	r = sek_downloader_get(&f->down, &get, to_file, in, &dl, &end, &why);
	s->answered = end.http != 0;
	if (r != SEK_OK && in->err == 0 && !in->too_large)
		return bad(s, SEK_NEWS_UNREACHABLE,
		    without_url(s->url, &why, r));
	return r;
}

int
sek_bring(struct sek_refresh *f, struct sek_source *s, int *fd, size_t *n)
{
	struct into in = { .f = f,
	    .max = (uint64_t)f->policy->fetch_max_mb * MIB };
	struct sek_why why = { "" };
	char text[80];
	int r;

	if (sek_cache_scratch(&f->cache, &in.fd, &why) != SEK_OK)
		return bad(s, SEK_NEWS_UNWRITTEN, why.text);
	r = strncasecmp(s->url, "file://", 7) == 0 ? bring_file(&in, s) :
	    bring_url(&in, s);
	s->bytes = in.n;
	if (in.err != 0) {
		r = bad(s, SEK_NEWS_UNWRITTEN, strerror(in.err));
	} else if (in.too_large) {
		(void)snprintf(text, sizeof(text),
		    "larger than max-megabytes = %u",
		    (unsigned)f->policy->fetch_max_mb);
		r = bad(s, SEK_NEWS_UNREACHABLE, text);
	}
	if (r != SEK_OK) {
		(void)close(in.fd);
		return r;
	}
	*fd = in.fd;
	*n = (size_t)in.n;
	return SEK_OK;
}

/* -- one question */

struct answer {
	struct sek_buf *to;
	size_t max;
};

static int
to_answer(void *arg, const uint8_t *p, size_t n)
{
	struct answer *a = arg;

	if (n > a->max - a->to->len)
		return SEK_E_LIMIT;
	sek_put_raw(a->to, p, n);
	return sek_buf_ok(a->to);
}

int
sek_bring_answer(struct sek_refresh *f, const char *url,
    const struct sek_buf *question, struct sek_buf *answer, size_t max,
    struct sek_why *why)
{
	struct answer a = { .to = answer, .max = max };
	struct sek_get get = { .post_type = OCSP_TYPE, .max_bytes = max,
	    .ms = f->policy->fetch_s * 1000u < ANSWER_MS ?
	    f->policy->fetch_s * 1000u : ANSWER_MS };
	struct sek_fetch_end end = { .code = SEK_FETCH_OK };
	struct sek_deadline dl;
	int r;

	if ((r = set_get(f->policy, url, &get, why)) != SEK_OK ||
	    (r = ready(f, why)) != SEK_OK)
		return r;
	sek_put_raw(&get.post, question->p, question->len);
	dl = sek_deadline_in((uint64_t)get.ms + GRACE_MS);
	if ((r = sek_buf_ok(&get.post)) == SEK_OK)
		r = sek_downloader_get(&f->down, &get, to_answer, &a, &dl,
		    &end, why);
	sek_get_clear(&get);
	if (r != SEK_OK && why->text[0] == '\0')
		sek_why_set(why, "%s", sek_strerror(r));
	return r;
}
