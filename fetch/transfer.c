/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One GET with libcurl, under limits of size, time, redirects and headers.
 * Runs in `sekisho-fetch --download`, as the service user.  Never opens a
 * file that the network names, never sends a password or a cookie, never
 * decodes what was not asked to be encoded.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "fetch/download.h"
#include "fetch/transfer.h"

#define MAX_REDIRECTS 5L
#define CONNECT_MS 10000u
#define LOOK_MS 100           /* TLS and LDAP may keep bytes unnoticed */
#define LOW_SPEED 64L         /* bytes a second ... */
#define LOW_SPEED_S 20L       /* ... for so long is none */
#define MAX_HEADERS 131072u   /* bytes, of all answers of one GET */
#define MAX_LDIF_EXTRA 65536u /* bytes of names around a value */

static int
stop(struct fetch_job *t, enum fetch_stop why, int r)
{
	t->stop = why;
	return r;
}

static int
send_data(struct fetch_job *t, const uint8_t *p, size_t n)
{
	struct sek_buf body = { 0 };
	int r;

	sek_put_raw(&body, p, n);
	if ((r = sek_buf_ok(&body)) == SEK_OK)
		r = sek_chan_send(t->chan, SEK_F_DATA, &body, &t->dl);
	sek_buf_free(&body);
	t->channel_error = r;
	return r == SEK_OK ? r : stop(t, FETCH_STOP_CHANNEL, r);
}

static int
hand_on(void *arg, const uint8_t *p, size_t n)
{
	struct fetch_job *t = arg;
	size_t part;
	int r;

	if (n > t->get->max_bytes - t->sent)
		return stop(t, FETCH_STOP_TOO_LARGE, SEK_E_LIMIT);
	for (; n > 0; p += part, n -= part) {
		part = n < SEK_FETCH_CHUNK ? n : SEK_FETCH_CHUNK;
		if ((r = send_data(t, p, part)) != SEK_OK)
			return r;
		t->sent += part;
	}
	return SEK_OK;
}

static int
take_ldif(struct fetch_job *t, const uint8_t *p, size_t n)
{
	int r;

	/* base64 is 4/3 of the bytes, so twice is more than enough */
	t->ldif_text += n;
	if (t->ldif_text > MAX_LDIF_EXTRA &&
	    (t->ldif_text - MAX_LDIF_EXTRA) / 2 > t->get->max_bytes)
		return stop(t, FETCH_STOP_TOO_LARGE, SEK_E_LIMIT);
	if ((r = fetch_ldif_feed(&t->ldif, p, n)) == SEK_E_SYNTAX)
		return stop(t, FETCH_STOP_SYNTAX, r);
	if (r == SEK_OK && t->ldif.state == FETCH_LDIF_DONE)
		return stop(t, FETCH_STOP_HAVE_IT, SEK_E_EXISTS);
	return r;
}

static size_t
on_body(char *p, size_t size, size_t count, void *arg)
{
	struct fetch_job *t = arg;
	const size_t n = size * count; /* size is 1: curl promises */
	int r;

	if (t->stop != FETCH_STOP_NONE)
		r = SEK_E_DENIED;
	else if (t->url.ldap)
		r = take_ldif(t, (const uint8_t *)p, n);
	else if (fetch_http_status(t) != FETCH_HTTP_OK)
		r = stop(t, FETCH_STOP_STATUS, SEK_E_DENIED);
	else
		r = hand_on(t, (const uint8_t *)p, n);
	return r == SEK_OK ? n : CURL_WRITEFUNC_ERROR;
}

/* libcurl limits one header, not their number. */
static size_t
on_header(char *p, size_t size, size_t count, void *arg)
{
	struct fetch_job *t = arg;
	const size_t n = size * count;

	(void)p;
	t->header_bytes += n;
	if (t->header_bytes <= MAX_HEADERS)
		return n;
	(void)stop(t, FETCH_STOP_HEADERS, SEK_E_LIMIT);
	return CURL_WRITEFUNC_ERROR;
}

static bool
set_numbers(const struct fetch_job *t)
{
	const bool post = t->get->post_type[0] != '\0';
	const uint32_t ms = t->get->ms;
	const long all = ms < INT_MAX ? (long)ms : INT_MAX;
	const struct { CURLoption option; long value; } fixed[] = {
		{ CURLOPT_NOSIGNAL, 1L },
		{ CURLOPT_QUICK_EXIT, 1L }, /* wait for no resolver */
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_DISALLOW_USERNAME_IN_URL, 1L },
		/* who is sent elsewhere with a question does not repeat it */
		{ CURLOPT_FOLLOWLOCATION, post ? 0L : 1L },
		{ CURLOPT_MAXREDIRS, MAX_REDIRECTS },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_HTTP09_ALLOWED, 0L },
		{ CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L },
		{ CURLOPT_FORBID_REUSE, 1L },
		{ CURLOPT_TIMEOUT_MS, all },
		{ CURLOPT_CONNECTTIMEOUT_MS,
		    all < (long)CONNECT_MS ? all : (long)CONNECT_MS },
		{ CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED },
		{ CURLOPT_LOW_SPEED_TIME, LOW_SPEED_S },
		{ CURLOPT_SSL_VERIFYPEER, 1L },
		{ CURLOPT_SSL_VERIFYHOST, 2L },
		{ CURLOPT_PROXY_SSL_VERIFYPEER, 1L },
		{ CURLOPT_PROXY_SSL_VERIFYHOST, 2L },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	};
	size_t i;

	for (i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (curl_easy_setopt(t->easy, fixed[i].option,
		    fixed[i].value) != CURLE_OK)
			return false;
	return true;
}

static bool
set_texts(const struct fetch_job *t)
{
	const char *ca = t->get->ca_file;
	const struct { CURLoption option; const char *value; } texts[] = {
		{ CURLOPT_URL, t->get->url },
		{ CURLOPT_PROTOCOLS_STR,
		    t->url.ldap ? "ldap,ldaps" : "http,https" },
		{ CURLOPT_REDIR_PROTOCOLS_STR, "http,https" },
		{ CURLOPT_USERAGENT, "sekisho-fetch" },
		/* none is "": NULL would ask the environment.  A directory is
		 * asked directly */
		{ CURLOPT_PROXY, t->url.ldap ? "" : t->get->proxy },
		{ CURLOPT_NOPROXY, "" },
		/* the body stays as it is, compressed or not */
		{ CURLOPT_ACCEPT_ENCODING, NULL },
	};
	/* with a file of our own the system's CAs are not trusted */
	const struct { CURLoption option; const char *value; } cas[] = {
		{ CURLOPT_CAINFO, ca }, { CURLOPT_CAPATH, NULL },
		{ CURLOPT_PROXY_CAINFO, ca }, { CURLOPT_PROXY_CAPATH, NULL },
	};
	size_t i;

	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (curl_easy_setopt(t->easy, texts[i].option,
		    texts[i].value) != CURLE_OK)
			return false;
	for (i = 0; i < sizeof cas / sizeof cas[0] && ca[0] != '\0'; i++)
		if (curl_easy_setopt(t->easy, cas[i].option, cas[i].value) !=
		    CURLE_OK)
			return false;
	return true;
}

static bool
set_limits(struct fetch_job *t)
{
	const uint64_t max = t->get->max_bytes;
	const curl_off_t most = max < INT64_MAX ? (curl_off_t)max :
	    (curl_off_t)INT64_MAX;

	/* what a server announces for LDAP is no size of the value */
	return (t->url.ldap || curl_easy_setopt(t->easy,
	    CURLOPT_MAXFILESIZE_LARGE, most) == CURLE_OK) &&
	    curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->words) ==
	    CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body) ==
	    CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t) == CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header) ==
	    CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t) == CURLE_OK;
}

static bool
add_header(struct fetch_job *t, const char *line)
{
	struct curl_slist *more = curl_slist_append(t->headers, line);

	if (more == NULL)
		return false;
	t->headers = more;
	return true;
}

static bool
set_post(struct fetch_job *t)
{
	const struct sek_buf *post = &t->get->post;
	char type[sizeof t->get->post_type + sizeof "Content-Type: "];

	if (t->get->post_type[0] == '\0')
		return true;
	(void)snprintf(type, sizeof type, "Content-Type: %s",
	    t->get->post_type);
	/* "Expect:" takes away what curl may add by itself */
	return add_header(t, type) && add_header(t, "Expect:") &&
	    curl_easy_setopt(t->easy, CURLOPT_POST, 1L) == CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)post->len) == CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS,
	    post->len == 0 ? "" : (const char *)post->p) == CURLE_OK &&
	    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers) ==
	    CURLE_OK;
}

/* Until it is over, its time is, or nobody listens any more. */
static CURLcode
run(struct fetch_job *t, CURLM *multi)
{
	struct curl_waitfd chan = { .fd = (curl_socket_t)t->chan->fd,
	    .events = CURL_WAIT_POLLIN };
	CURLMsg *msg;
	int running = 1, left;

	for (;;) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			return CURLE_OUT_OF_MEMORY;
		if (running == 0)
			break;
		if ((left = sek_deadline_left_ms(&t->dl)) == 0)
			return CURLE_OPERATION_TIMEDOUT;
		chan.revents = 0;
		if (curl_multi_poll(multi, &chan, 1,
		    left < LOOK_MS ? left : LOOK_MS, NULL) != CURLM_OK)
			return CURLE_OUT_OF_MEMORY;
		/* closed; or words that nobody may say now */
		if (chan.revents != 0) {
			t->channel_error = SEK_E_EOF;
			t->stop = FETCH_STOP_CHANNEL;
			return CURLE_ABORTED_BY_CALLBACK;
		}
	}
	msg = curl_multi_info_read(multi, &running);
	return msg != NULL && msg->msg == CURLMSG_DONE ? msg->data.result :
	    CURLE_OUT_OF_MEMORY;
}

static CURLcode
perform(struct fetch_job *t)
{
	CURLM *multi = curl_multi_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (multi == NULL)
		return code;
	if (curl_multi_add_handle(multi, t->easy) == CURLM_OK) {
		code = run(t, multi);
		(void)curl_multi_remove_handle(multi, t->easy);
	}
	(void)curl_multi_cleanup(multi);
	return code;
}

static bool
question_ok(struct fetch_job *t, struct sek_fetch_end *end)
{
	struct sek_why why = { "" };

	end->code = SEK_FETCH_BAD_URL;
	if (fetch_url_check(t->get->url, &t->url, &why) != SEK_OK) {
		fetch_set_text(end, why.text);
		return false;
	}
	if (t->get->post_type[0] == '\0')
		return true;
	if (t->url.ldap)
		fetch_set_text(end, "nothing can be posted to a directory");
	else if (!fetch_media_type_ok(t->get->post_type))
		fetch_set_text(end, "not a media type to post");
	else
		return true;
	return false;
}

int
fetch_transfer(struct sek_chan *chan, const struct sek_get *get,
    struct sek_fetch_end *end)
{
	struct fetch_job t = { .get = get, .chan = chan,
	    .dl = sek_deadline_in(get->ms) };

	*end = (struct sek_fetch_end){ .code = SEK_FETCH_FAILED };
	if (!question_ok(&t, end))
		return SEK_OK;
	end->code = SEK_FETCH_FAILED;
	fetch_ldif_init(&t.ldif, t.url.attr, hand_on, &t);
	if ((t.easy = curl_easy_init()) == NULL)
		fetch_set_text(end, "out of memory");
	else if (!set_numbers(&t) || !set_texts(&t) || !set_limits(&t) ||
	    !set_post(&t))
		fetch_set_text(end, "libcurl refused an option");
	else
		fetch_judge(&t, perform(&t), end);
	curl_easy_cleanup(t.easy);
	curl_slist_free_all(t.headers);
	return t.stop == FETCH_STOP_CHANNEL ? t.channel_error : SEK_OK;
}
