/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How one GET went, in a number and in words for a log.
 * Runs in `sekisho-fetch --download`.  Never hands on a server's words
 * unescaped.
 */
#include <stdio.h>

#include "fetch/transfer.h"
#include "sekisho/escape.h"

long
fetch_http_status(const struct fetch_job *t)
{
	long status = 0;

	if (t->url.ldap || curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE,
	    &status) != CURLE_OK || status < 0 || status > 999)
		return 0;
	return status;
}

/* What libcurl's numbers mean to who asked. */
static enum sek_fetch_code
meaning(CURLcode code)
{
	static const struct { CURLcode curl; enum sek_fetch_code ours; }
	table[] = {
		{ CURLE_OK, SEK_FETCH_OK },
		{ CURLE_URL_MALFORMAT, SEK_FETCH_BAD_URL },
		{ CURLE_LDAP_INVALID_URL, SEK_FETCH_BAD_URL },
		{ CURLE_OPERATION_TIMEDOUT, SEK_FETCH_TIMEOUT },
		{ CURLE_FILESIZE_EXCEEDED, SEK_FETCH_TOO_LARGE },
		{ CURLE_TOO_MANY_REDIRECTS, SEK_FETCH_REDIRECT },
		{ CURLE_COULDNT_RESOLVE_PROXY, SEK_FETCH_UNREACHABLE },
		{ CURLE_COULDNT_RESOLVE_HOST, SEK_FETCH_UNREACHABLE },
		{ CURLE_COULDNT_CONNECT, SEK_FETCH_UNREACHABLE },
		{ CURLE_PROXY, SEK_FETCH_UNREACHABLE },
		{ CURLE_SSL_CONNECT_ERROR, SEK_FETCH_UNREACHABLE },
		{ CURLE_SSL_CACERT_BADFILE, SEK_FETCH_UNREACHABLE },
		{ CURLE_PEER_FAILED_VERIFICATION, SEK_FETCH_UNREACHABLE },
		{ CURLE_LDAP_SEARCH_FAILED, SEK_FETCH_STATUS },
		{ CURLE_REMOTE_FILE_NOT_FOUND, SEK_FETCH_STATUS },
		{ CURLE_REMOTE_ACCESS_DENIED, SEK_FETCH_STATUS },
	};
	size_t i;

	for (i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].curl == code)
			return table[i].ours;
	return SEK_FETCH_FAILED;
}

static bool
is_post(const struct fetch_job *t)
{
	return t->get->post_type[0] != '\0';
}

/* Does an answer 3xx end it: because of where it points to, or because a
 * question is not repeated elsewhere? */
static bool
sent_elsewhere(const struct fetch_job *t, CURLcode code)
{
	const long status = fetch_http_status(t);

	if (status < 300 || status > 399)
		return false;
	if (is_post(t))
		return code == CURLE_OK || t->stop == FETCH_STOP_STATUS;
	return code == CURLE_URL_MALFORMAT || code == CURLE_LOGIN_DENIED ||
	    code == CURLE_UNSUPPORTED_PROTOCOL;
}

static enum sek_fetch_code
http_verdict(const struct fetch_job *t, CURLcode code)
{
	if (sent_elsewhere(t, code))
		return SEK_FETCH_REDIRECT;
	if (t->stop == FETCH_STOP_STATUS ||
	    (code == CURLE_OK && fetch_http_status(t) != FETCH_HTTP_OK))
		return SEK_FETCH_STATUS;
	return meaning(code);
}

static enum sek_fetch_code
ldap_verdict(const struct fetch_job *t, CURLcode code)
{
	if (t->stop == FETCH_STOP_HAVE_IT)
		return SEK_FETCH_OK;
	return code == CURLE_OK ? SEK_FETCH_STATUS : meaning(code);
}

/* libcurl's words may have the server's in them. */
void
fetch_set_text(struct sek_fetch_end *end, const char *words)
{
	char *c;

	(void)sek_escape_str(end->text, sizeof end->text, words);
	for (c = end->text; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7E)
			*c = '?';
}

/* The code and our own words, or NULL for libcurl's. */
static const char *
for_stop(const struct fetch_job *t, enum sek_fetch_code *code)
{
	switch (t->stop) {
	case FETCH_STOP_TOO_LARGE:
		*code = SEK_FETCH_TOO_LARGE;
		return "more bytes than allowed";
	case FETCH_STOP_HEADERS:
		*code = SEK_FETCH_FAILED;
		return "too many headers";
	case FETCH_STOP_SYNTAX:
		*code = SEK_FETCH_FAILED;
		return "the LDAP answer is malformed";
	case FETCH_STOP_NONE:
	case FETCH_STOP_STATUS:
	case FETCH_STOP_CHANNEL:
	case FETCH_STOP_HAVE_IT:
		break;
	}
	return NULL;
}

static void
say_why(const struct fetch_job *t, CURLcode code, struct sek_fetch_end *end)
{
	char text[64];

	if (end->code == SEK_FETCH_TOO_LARGE) {
		fetch_set_text(end, "more bytes than allowed");
	} else if (end->code == SEK_FETCH_STATUS && !t->url.ldap) {
		(void)snprintf(text, sizeof text, "HTTP status %u",
		    end->http);
		fetch_set_text(end, text);
	} else if (end->code == SEK_FETCH_STATUS && code == CURLE_OK) {
		fetch_set_text(end, "the LDAP answer has no value");
	} else if (end->code == SEK_FETCH_REDIRECT && is_post(t)) {
		fetch_set_text(end,
		    "redirected, which is not followed with a question");
	} else if (code == CURLE_OUT_OF_MEMORY) {
		/* it uses the same number for a header of over 100 KB */
		fetch_set_text(end, "no memory, or a header too long for it");
	} else {
		fetch_set_text(end, t->words[0] != '\0' ? t->words :
		    curl_easy_strerror(code));
	}
}

void
fetch_judge(const struct fetch_job *t, CURLcode code,
    struct sek_fetch_end *end)
{
	const char *words;

	end->http = (uint32_t)fetch_http_status(t);
	if ((words = for_stop(t, &end->code)) != NULL) {
		fetch_set_text(end, words);
		return;
	}
	end->code = t->url.ldap ? ldap_verdict(t, code) :
	    http_verdict(t, code);
	if (end->code != SEK_FETCH_OK)
		say_why(t, code, end);
}
