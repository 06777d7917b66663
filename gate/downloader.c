/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts, speaks to and ends `sekisho-fetch --download`.
 * Runs in the gate and in sekisho-fetch.  Never opens a connection, and
 * never believes the downloader: its bytes are counted here again, its words
 * must be plain, and when it breaks a rule it is killed.
 */
#include "gate/downloader.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "sekisho/escape.h"

#define PROGRAM "sekisho-fetch"
/* Bytes of address space.  What comes by HTTP passes through in pieces, but
 * an answer of a directory is in memory as a whole, three times. */
#define MAX_MEMORY (512ull * 1024 * 1024)
#define SAY_MS 250u    /* for its last word, within our deadline */
#define GRACE_MS 2000u /* for it to say itself that its time is over */
#define END_MS 500u    /* it has nothing to tidy up */
#define SHOWN_MAX 200  /* bytes of a URL in a message */

static void
no_downloader(struct sek_downloader *d)
{
	*d = (struct sek_downloader)SEK_DOWNLOADER_NONE;
}

int
sek_downloader_start(struct sek_downloader *d, const char *helpers,
    const struct sek_service_user *u, struct sek_why *why)
{
	static const char *const argv[] = { PROGRAM, "--download", NULL };
	char path[PATH_MAX], shown[SHOWN_MAX];
	/* who is not root (a test) has nothing to drop */
	const struct sek_spawn s = { .path = path, .argv = argv,
	    .chan_fd = SEK_FETCH_FD, .drop = geteuid() == 0, .uid = u->uid,
	    .gid = u->gid, .groups = u->groups, .n_groups = u->n_groups,
	    .confine = true, .max_memory = MAX_MEMORY };
	int n, r;

	no_downloader(d);
	n = snprintf(path, sizeof path, "%s/" PROGRAM, helpers);
	r = n < 0 || (size_t)n >= sizeof path ? SEK_E_LIMIT :
	    sek_child_start(&d->child, &s);
	if (r != SEK_OK) {
		sek_why_set(why, "cannot start %s/" PROGRAM ": %s",
		    sek_escape_str(shown, sizeof shown, helpers),
		    sek_strerror(r));
		return r;
	}
	d->chan = (struct sek_chan){ .fd = d->child.chan,
	    .state = SEK_FETCH_IDLE, .rules = sek_fetch_rules,
	    .n_rules = sek_fetch_n_rules };
	return SEK_OK;
}

void
sek_downloader_end(struct sek_downloader *d)
{
	const struct sek_deadline dl = sek_deadline_in(END_MS);

	/* SEK_E_TIMEOUT: it has been killed, which is an end as well */
	(void)sek_child_finish(&d->child, &dl, NULL);
	no_downloader(d);
}

/* Why did it close its channel?  It has a moment to end by itself, so that
 * a crash is not taken for our own kill. */
static void
tell_end(struct sek_downloader *d, const char *url, struct sek_why *why)
{
	const struct sek_deadline dl = sek_deadline_in(END_MS);
	struct sek_exit ex = { 0 };

	if (sek_child_finish(&d->child, &dl, &ex) != SEK_OK)
		sek_why_set(why, "%s: the downloader closed its channel",
		    url);
	else if (!ex.signalled && ex.code == SEK_EXIT_NOT_STARTED)
		sek_why_set(why, "%s: the downloader " PROGRAM
		    " could not be started", url);
	else
		sek_why_set(why, "%s: the downloader %s %d", url,
		    ex.signalled ? "was killed by signal" :
		    "ended with status", ex.code);
}

/* One that broke a rule, is late, or whose work nobody wants any more. */
static void
give_up(struct sek_downloader *d, int err, const char *url,
    struct sek_why *why)
{
	if (err == SEK_E_EOF) {
		tell_end(d, url, why);
	} else {
		sek_child_kill(&d->child, NULL);
		sek_why_set(why, "%s: the downloader failed: %s", url,
		    sek_strerror(err));
	}
	no_downloader(d);
}

/* What lies in the channel before a question is an answer to none, and must
 * not become the beginning of the next one. */
static int
nothing_unasked(struct sek_downloader *d)
{
	const struct sek_deadline now = sek_deadline_in(0);
	struct sek_buf body = { 0 };
	uint8_t msg;
	int r;

	if ((r = sek_wait_readable(d->chan.fd, &now)) != SEK_OK)
		return r == SEK_E_TIMEOUT ? SEK_OK : r;
	r = sek_chan_recv(&d->chan, &msg, &body, &now);
	sek_buf_free(&body);
	return r == SEK_E_EOF ? r : SEK_E_PROTO;
}

static int
send_get(struct sek_downloader *d, const struct sek_get *get,
    const struct sek_deadline *dl)
{
	struct sek_get m = *get; /* owns nothing: `post` stays the caller's */
	struct sek_buf body = { 0 };
	uint32_t left = (uint32_t)sek_deadline_left_ms(dl);
	int r;

	if (left == 0)
		return SEK_E_TIMEOUT;
	/* so that it can still say that it was too slow, and be asked again */
	left -= left / 8 < SAY_MS ? left / 8 : SAY_MS;
	if (left < m.ms)
		m.ms = left;
	sek_get_enc(&body, &m);
	if ((r = sek_buf_ok(&body)) == SEK_OK)
		r = sek_chan_send(&d->chan, SEK_F_GET, &body, dl);
	sek_buf_free(&body);
	return r;
}

struct taker {
	int (*sink)(void *arg, const uint8_t *p, size_t n);
	void *arg;
	uint64_t left; /* bytes that may still come */
	int said;      /* by the sink */
};

/* Bytes until END. */
static int
receive(struct sek_downloader *d, struct taker *t,
    const struct sek_deadline *dl, struct sek_fetch_end *end)
{
	struct sek_buf body = { 0 };
	uint8_t msg = 0;
	int r;

	for (;;) {
		r = sek_chan_recv(&d->chan, &msg, &body, dl);
		if (r != SEK_OK || msg != SEK_F_DATA)
			break;
		if (body.len == 0 || body.len > t->left) {
			r = SEK_E_PROTO;
			break;
		}
		t->left -= body.len;
		t->said = t->sink(t->arg, body.p, body.len);
		if ((r = t->said) != SEK_OK)
			break;
	}
	if (r == SEK_OK)
		r = msg == SEK_F_END ? sek_fetch_end_dec(end, &body) :
		    SEK_E_PROTO;
	sek_buf_free(&body);
	return r;
}

/* What END says, as one of our numbers: none of those that mean that the
 * downloader is gone. */
static int
end_error(enum sek_fetch_code code)
{
	switch (code) {
	case SEK_FETCH_OK:
		return SEK_OK;
	case SEK_FETCH_BAD_URL:
		return SEK_E_INVAL;
	case SEK_FETCH_TOO_LARGE:
		return SEK_E_LIMIT;
	case SEK_FETCH_UNREACHABLE:
	case SEK_FETCH_TIMEOUT:
	case SEK_FETCH_STATUS:
	case SEK_FETCH_REDIRECT:
	case SEK_FETCH_FAILED:
		break;
	}
	return SEK_E_IO;
}

/* After what the sink said, which may have told why by itself. */
static void
stop_for_sink(struct sek_downloader *d, int said, const char *url,
    struct sek_why *why)
{
	sek_child_kill(&d->child, NULL);
	no_downloader(d);
	if (why != NULL && why->text[0] == '\0')
		sek_why_set(why, "%s: what came was not taken: %s", url,
		    sek_strerror(said));
}

int
sek_downloader_get(struct sek_downloader *d, const struct sek_get *get,
    int (*sink)(void *arg, const uint8_t *p, size_t n), void *arg,
    const struct sek_deadline *dl, struct sek_fetch_end *end,
    struct sek_why *why)
{
	const struct sek_deadline until = sek_deadline_sooner(*dl,
	    (uint64_t)get->ms + GRACE_MS);
	struct taker t = { .sink = sink, .arg = arg, .left = get->max_bytes };
	char url[SHOWN_MAX];
	int r;

	*end = (struct sek_fetch_end){ .code = SEK_FETCH_FAILED };
	sek_why_set(why, "%s", "");
	(void)sek_escape_str(url, sizeof url, get->url);
	if (get->url[0] == '\0' || get->ms == 0 ||
	    (get->post.len > 0 && get->post_type[0] == '\0') ||
	    get->post.len > SEK_FETCH_POST_MAX) {
		sek_why_set(why, "%s: not a question to send", url);
		return SEK_E_INVAL;
	}
	if (!sek_child_running(&d->child)) {
		sek_why_set(why, "%s: the downloader does not run", url);
		return SEK_E_EOF;
	}
	if ((r = nothing_unasked(d)) == SEK_OK &&
	    (r = send_get(d, get, &until)) == SEK_OK)
		r = receive(d, &t, &until, end);
	if (t.said != SEK_OK) {
		stop_for_sink(d, t.said, url, why);
		return t.said;
	}
	if (r != SEK_OK) {
		give_up(d, r, url, why);
		return r;
	}
	if ((r = end_error(end->code)) != SEK_OK)
		sek_why_set(why, "%s: %s", url, end->text);
	return r;
}
