/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The addresses in sekisho.conf: where CRLs, OCSP responders and the proxy
 * are.  Runs in the gate, in sekisho-fetch and in `sekisho`.
 * Looks at form only (RFC 3986, RFC 4516) and never opens anything.  Taken is
 * what has one meaning: no user name, no password, no fragment, nothing that
 * would have to be guessed or escaped.
 */
#include <stdio.h>
#include <string.h>

#include "gate/policy_parse.h"

#define URL_MAX 2047u /* bytes */
#define HOST_MAX 253u

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static const struct {
	const char *word;
	unsigned bit;
} schemes[] = {
	{ "http://", POLICY_URL_HTTP },
	{ "https://", POLICY_URL_HTTPS },
	{ "ldap://", POLICY_URL_LDAP },
	{ "ldaps://", POLICY_URL_LDAP },
	{ "file://", POLICY_URL_FILE },
};

#define N_SCHEMES (sizeof schemes / sizeof schemes[0])

/* RFC 3986 section 2: what may stand in a path or a query; "%" with two hex
 * digits behind it, and never the octet 0. */
static bool
chars_ok(const char *s)
{
	static const char ok[] = ALNUM "-._~:/?[]@!$&'()*+,;=";
	static const char hex[] = "0123456789abcdefABCDEF";

	for (; *s != '\0'; s++) {
		if (*s != '%') {
			if (strchr(ok, *s) == NULL)
				return false;
			continue;
		}
		if (s[1] == '\0' || strchr(hex, s[1]) == NULL ||
		    s[2] == '\0' || strchr(hex, s[2]) == NULL ||
		    (s[1] == '0' && s[2] == '0'))
			return false;
		s += 2;
	}
	return true;
}

/* ":PORT", or nothing. */
static bool
port_ok(const char *s, size_t n)
{
	unsigned port = 0;
	size_t i;

	if (n == 0)
		return true;
	if (n < 2 || n > 6 || s[0] != ':')
		return false;
	for (i = 1; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		port = port * 10 + (unsigned)(s[i] - '0');
	}
	return port >= 1 && port <= 65535 && s[1] != '0';
}

/* HOST[:PORT] or [IPv6][:PORT], RFC 3986 section 3.2. */
static bool
authority_ok(const char *s, size_t n)
{
	char host[HOST_MAX + 1];
	size_t len;

	if (n > 0 && s[0] == '[') {
		len = strspn(s + 1, "0123456789abcdefABCDEF:.");
		return len >= 2 && len + 2 <= n && s[len + 1] == ']' &&
		    port_ok(s + len + 2, n - len - 2);
	}
	for (len = 0; len < n && s[len] != ':'; len++)
		;
	if (len == 0 || len > HOST_MAX)
		return false;
	memcpy(host, s, len);
	host[len] = '\0';
	return policy_host_ok(host) && port_ok(s + len, n - len);
}

/* A segment ".." would make another file of it than is read here. */
static bool
climbs(const char *path)
{
	const char *p = path;

	while ((p = strstr(p, "/..")) != NULL) {
		if (p[3] == '\0' || p[3] == '/')
			return true;
		p += 3;
	}
	return false;
}

/* Behind "file://": no host, no query. */
static bool
file_ok(const char *rest)
{
	return rest[0] == '/' && rest[1] != '\0' &&
	    strchr(rest, '?') == NULL && !climbs(rest);
}

const char *
policy_url_wrong(const char *url, unsigned allowed)
{
	const char *rest;
	size_t i, n;

	if (strlen(url) > URL_MAX)
		return "must be shorter than 2048 bytes";
	if (!chars_ok(url))
		return "must hold URL characters only, anything else as %XX";
	for (i = 0; i < N_SCHEMES; i++)
		if (strncmp(url, schemes[i].word, strlen(schemes[i].word)) == 0)
			break;
	if (i == N_SCHEMES || (schemes[i].bit & allowed) == 0)
		return allowed == POLICY_URL_OCSP ?
		    "must begin with http:// or https://" :
		    (allowed & POLICY_URL_LDAP) == 0 ?
		    "must begin with http://, https:// or file:///" :
		    "must begin with http://, https://, ldap://, ldaps:// or "
		    "file:///";
	rest = url + strlen(schemes[i].word);
	if (schemes[i].bit == POLICY_URL_FILE)
		return file_ok(rest) ? NULL :
		    "must be file:/// and an absolute path without \"..\"";
	n = strcspn(rest, "/?");
	if (memchr(rest, '@', n) != NULL)
		return "must hold no user name or password";
	if (!authority_ok(rest, n))
		return "must name a host, and a port of 1 to 65535 if any";
	return NULL;
}

int
policy_set_crl_url(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	const char *wrong = policy_url_wrong(value, POLICY_URL_ANY);

	(void)k;
	if (wrong != NULL)
		return policy_bad(c, wrong, value);
	return policy_add_owned(c, at, &c->p->n_crl_urls, SEK_MAX_URLS,
	    value);
}

int
policy_set_ocsp_url(struct policy_ctx *c, const struct policy_key *k,
    void *at, const char *value)
{
	char words[POLICY_MAX_LINE + 1], *save = NULL, *w;
	const char *wrong;
	int r = SEK_OK;

	(void)k;
	(void)snprintf(words, sizeof words, "%s", value);
	for (w = strtok_r(words, " \t", &save); w != NULL && r == SEK_OK;
	    w = strtok_r(NULL, " \t", &save)) {
		if ((wrong = policy_url_wrong(w, POLICY_URL_OCSP)) != NULL)
			return policy_bad(c, wrong, w);
		r = policy_add_owned(c, at, &c->p->n_ocsp_urls, SEK_MAX_URLS,
		    w);
	}
	return r;
}

/* http://HOST:PORT and nothing else: what a proxy is asked for is ours. */
int
policy_set_proxy(struct policy_ctx *c, const struct policy_key *k, void *at,
    const char *value)
{
	static const char http[] = "http://";
	const char *rest = value + sizeof http - 1, *colon;

	if (strncmp(value, http, sizeof http - 1) != 0 ||
	    !authority_ok(rest, strlen(rest)) ||
	    (colon = strrchr(rest, ':')) == NULL ||
	    strchr(colon, ']') != NULL)
		return policy_bad(c, "must be http://HOST:PORT", value);
	return policy_set_text(c, k, at, value);
}
