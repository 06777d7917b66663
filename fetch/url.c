/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which URLs the downloader goes to: http, https, ldap, ldaps, with a host
 * and without anybody's name and password in them.
 * libc only; runs in `sekisho-fetch --download`.  The URLs come from
 * certificates, so from anybody: what is not plainly allowed is refused.
 */
#include "fetch/url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static int
no(struct sek_why *why, const char *what)
{
	sek_why_set(why, "not a URL we follow: %s", what);
	return SEK_E_INVAL;
}

/* Printable ASCII without blanks (RFC 3986 section 2), and no backslash,
 * which some take for a slash. */
static bool
has_plain_bytes(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= 0x20 || *s >= 0x7F || *s == '\\')
			return false;
	return true;
}

/* The part behind "://", or NULL. */
static const char *
after_scheme(const char *url, bool *ldap)
{
	static const struct { const char *text; bool ldap; } known[] = {
		{ "http://", false }, { "https://", false },
		{ "ldap://", true }, { "ldaps://", true },
	};
	size_t i, n;

	for (i = 0; i < sizeof known / sizeof known[0]; i++) {
		n = strlen(known[i].text);
		if (strncasecmp(url, known[i].text, n) == 0) {
			*ldap = known[i].ldap;
			return url + n;
		}
	}
	return NULL;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 4512 section 2.5: a name or an OID, with options.  This leaves out
 * "*" and "+", which ask for many, and the "," between two. */
static bool
is_attr_char(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ';';
}

/* n bytes of an LDAP URL's attribute, %XX decoded. */
static bool
attr_dec(const char *p, size_t n, char out[FETCH_ATTR_MAX])
{
	size_t at = 0, i;
	int c;

	for (i = 0; i < n; i++) {
		c = (unsigned char)p[i];
		if (c == '%') {
			if (n - i < 3 || hex_value(p[i + 1]) < 0 ||
			    hex_value(p[i + 2]) < 0)
				return false;
			c = hex_value(p[i + 1]) * 16 + hex_value(p[i + 2]);
			i += 2;
		}
		if (!is_attr_char(c) || at + 1 >= FETCH_ATTR_MAX)
			return false;
		out[at++] = (char)c;
	}
	out[at] = '\0';
	return at > 0;
}

/* RFC 4516 section 2: /dn?attributes?scope?filter?extensions.  RFC 5280
 * section 4.2.1.13 wants a DN and one attribute.  An extension could carry a
 * name to bind with; none is needed. */
static int
ldap_check(const char *path, struct fetch_url *u, struct sek_why *why)
{
	const char *attr, *rest;
	int questions = 1;

	if (path[0] != '/' || (attr = strchr(path, '?')) == NULL)
		return no(why, "LDAP without an attribute");
	attr++;
	if (!attr_dec(attr, strcspn(attr, "?#"), u->attr))
		return no(why, "LDAP must ask for one attribute by name");
	for (rest = attr; *rest != '\0'; rest++)
		questions += *rest == '?';
	if (questions > 3 || strchr(path, '#') != NULL)
		return no(why, "LDAP with extensions or a fragment");
	return SEK_OK;
}

int
fetch_url_check(const char *url, struct fetch_url *out, struct sek_why *why)
{
	struct fetch_url u = { 0 };
	const char *host, *path;
	int r;

	if (!has_plain_bytes(url))
		return no(why, "it has blanks or bytes that no URL has");
	if ((host = after_scheme(url, &u.ldap)) == NULL)
		return no(why, "neither http, https, ldap nor ldaps");
	path = host + strcspn(host, "/?#");
	if (memchr(host, '@', (size_t)(path - host)) != NULL)
		return no(why, "it has a user name in it");
	if (path == host || *host == ':')
		return no(why, "it names no host");
	if (u.ldap && (r = ldap_check(path, &u, why)) != SEK_OK)
		return r;
	*out = u;
	return SEK_OK;
}

/* RFC 9110 section 5.6.2 */
static size_t
token_len(const char *s)
{
	return strspn(s, "!#$%&'*+-.^_`|~0123456789"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}

bool
fetch_media_type_ok(const char *s)
{
	size_t type = token_len(s), subtype;

	if (type == 0 || s[type] != '/')
		return false;
	subtype = token_len(s + type + 1);
	return subtype > 0 && s[type + 1 + subtype] == '\0';
}
