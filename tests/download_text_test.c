/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the downloader reads itself: URLs, media types, and the text that
 * libcurl makes of what an LDAP directory answers.
 */
#include "check.h"

#include "fetch/ldif.h"
#include "fetch/url.h"

/* -- URLs */

static void
urls_that_are_followed(void)
{
	static const char *const good[] = { "http://ca/", "http://ca",
	    "HTTPS://[::1]:8443/a?b=c@d", "http://192.168.1.1:8080/x.crl",
	    "ldap://h/cn=a,o=b%20c?certificateRevocationList;binary",
	    "ldaps://h:636/o=x?a%3Bbinary?base?(objectClass=*)" };
	struct fetch_url u;
	size_t i;

	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		CHECK_INT(fetch_url_check(good[i], &u, NULL), SEK_OK);
	CHECK(u.ldap);
	CHECK_STR(u.attr, "a;binary");
}

static void
urls_that_are_refused(void)
{
	static const char *const bad[] = { "", "ca", "file:///etc/passwd",
	    "http:", "http:/ca", "http:///x", "http://:80/", "http://?x",
	    "ftp://ca/", "gopher://ca/", "ldapi://%2fx/?a", "httpx://ca/",
	    "http://a@ca/", "http://a:b@ca/", "http://@ca/", "http://a b/",
	    "http://ca/\n", "http://ca/\302\240", "http://ca\\@x/",
	    " http://ca/", "ldap:///cn=a?b", "ldap://h/cn=a", "ldap://h",
	    "ldap://h?a", "ldap://h/cn=a?", "ldap://h/cn=a?a,b",
	    "ldap://h/cn=a?*", "ldap://h/cn=a?+", "ldap://h/cn=a?%2A",
	    "ldap://h/cn=a?a%", "ldap://h/cn=a?a%3", "ldap://h/cn=a?a%00",
	    "ldap://h/cn=a?a?base?(x=y)?!bindname=cn=z",
	    "ldap://h/cn=a?a#b", "ldap://u@h/cn=a?a" };
	char long_attr[300] = "ldap://h/cn=a?";
	struct fetch_url u;
	struct sek_why why;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		why.text[0] = '\0';
		if (fetch_url_check(bad[i], &u, &why) != SEK_E_INVAL)
			printf("# %s\n", bad[i]);
		CHECK_INT(fetch_url_check(bad[i], &u, &why), SEK_E_INVAL);
		CHECK(why.text[0] != '\0');
	}
	memset(long_attr + 14, 'a', 128);
	CHECK_INT(fetch_url_check(long_attr, &u, NULL), SEK_E_INVAL);
	long_attr[14 + 127] = '\0';
	CHECK_INT(fetch_url_check(long_attr, &u, NULL), SEK_OK);
}

static void
media_types(void)
{
	CHECK(fetch_media_type_ok("application/ocsp-request"));
	CHECK(!fetch_media_type_ok(""));
	CHECK(!fetch_media_type_ok("application"));
	CHECK(!fetch_media_type_ok("/a"));
	CHECK(!fetch_media_type_ok("a/"));
	CHECK(!fetch_media_type_ok("a/b; c=d"));
	CHECK(!fetch_media_type_ok("a/b\r\nX: y"));
}

/* -- LDAP texts */

struct value {
	uint8_t p[128];
	size_t n;
};

static int
to_value(void *arg, const uint8_t *p, size_t n)
{
	struct value *v = arg;

	if (n > sizeof v->p - v->n)
		return SEK_E_LIMIT;
	memcpy(v->p + v->n, p, n);
	v->n += n;
	return SEK_OK;
}

/* In pieces of `step` bytes; the value in v. */
static int
feed(const char *attr, const char *text, size_t step, struct value *v)
{
	const size_t n = strlen(text);
	struct fetch_ldif l;
	size_t at, part;
	int r = SEK_OK;

	*v = (struct value){ .n = 0 };
	fetch_ldif_init(&l, attr, to_value, v);
	for (at = 0; at < n && r == SEK_OK; at += part) {
		part = n - at < step ? n - at : step;
		r = fetch_ldif_feed(&l, text + at, part);
	}
	if (r == SEK_OK && l.state != FETCH_LDIF_DONE)
		r = SEK_E_NOENT;
	return r;
}

#define CRL_ATTR "certificateRevocationList"

static void
first_value_of_the_attribute(void)
{
	static const struct { const char *attr, *text, *want; } good[] = {
		{ CRL_ATTR, "DN: cn=a\n\t" CRL_ATTR ";binary:: YWJj\n\n\n",
		    "abc" },
		{ CRL_ATTR ";binary", "DN: cn=a\n\t" CRL_ATTR ": plain\n",
		    "plain" },
		{ "CERTIFICATEREVOCATIONLIST;BINARY", "DN: x\n\t" CRL_ATTR
		    ";binary:: YQ==\n", "a" },
		{ CRL_ATTR, "DN: a\n\tcn: no\n\n\t" CRL_ATTR ";binary:: YWI="
		    "\n\t" CRL_ATTR ";binary:: eHl6\n", "ab" },
		/* an empty value and an attribute without any are none */
		{ "a", "\ta:: \n\ta:\n\ta:: YQ==\n", "a" },
		/* asked by OID, named by the server */
		{ "2.5.4.39;binary", "DN: a\n\t" CRL_ATTR ":: YQ==\n", "a" },
		{ "a", "DN: x\n\ta: :::\n", ":::" },
	};
	struct value v;
	size_t i, step;

	for (i = 0; i < sizeof good / sizeof good[0]; i++)
		for (step = 1; step < 40; step++) {
			CHECK_INT(feed(good[i].attr, good[i].text, step, &v),
			    SEK_OK);
			CHECK(v.n == strlen(good[i].want) &&
			    memcmp(v.p, good[i].want, v.n) == 0);
		}
}

static void
no_value_and_nonsense(void)
{
	static const struct { const char *text; int want; } bad[] = {
		{ "", SEK_E_NOENT },
		{ "DN: a\n\n", SEK_E_NOENT },
		{ "DN: a\n\tb:: YQ==\n", SEK_E_NOENT },
		{ "DN: a\n\tab:: YQ==\n", SEK_E_NOENT },
		{ "a:: YQ==\n", SEK_E_NOENT },
		{ "\ta:: YQ==", SEK_E_NOENT },
		{ "\ta", SEK_E_NOENT },
		{ "\ta;lang-ja:: YQ==\n", SEK_E_NOENT },
		{ "\ta:xYQ==\n", SEK_E_SYNTAX },
		{ "\ta::YQ==\n", SEK_E_SYNTAX },
		{ "\ta:: YQ=\n", SEK_E_SYNTAX },
		{ "\ta:: YQ\n", SEK_E_SYNTAX },
		{ "\ta:: Y===\n", SEK_E_SYNTAX },
		{ "\ta:: ====\n", SEK_E_SYNTAX },
		{ "\ta:: YQ==YQ==\n", SEK_E_SYNTAX },
		{ "\ta:: YQ=A\n", SEK_E_SYNTAX },
		{ "\ta:: Y*==\n", SEK_E_SYNTAX },
		{ "\ta:: YQ==\r\n", SEK_E_SYNTAX },
	};
	struct value v;
	size_t i, step;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		for (step = 1; step < 20; step++)
			CHECK_INT(feed("a", bad[i].text, step, &v),
			    bad[i].want);
}

static void
a_name_that_is_too_long(void)
{
	char text[400] = "\t";
	struct value v;

	memset(text + 1, 'a', 300);
	(void)strcat(text, ":: YQ==\n\ta:: Yg==\n");
	CHECK_INT(feed("a", text, 7, &v), SEK_OK);
	CHECK(v.n == 1 && v.p[0] == 'b');
}

static void
what_the_sink_says(void)
{
	char text[300] = "\ta: ";
	struct value v;

	memset(text + 4, 'x', 200);
	text[204] = '\n';
	CHECK_INT(feed("a", text, 300, &v), SEK_E_LIMIT);
}

int
main(void)
{
	RUN(urls_that_are_followed);
	RUN(urls_that_are_refused);
	RUN(media_types);
	RUN(first_value_of_the_attribute);
	RUN(no_value_and_nonsense);
	RUN(a_name_that_is_too_long);
	RUN(what_the_sink_says);
	return CHECK_END();
}
