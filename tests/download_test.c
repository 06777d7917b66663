/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The downloader's messages, URLs and LDAP texts; and the side of the gate,
 * against a downloader that was taken over: this program again, started as
 * "sekisho-fetch --download", which misbehaves as the URL says.
 */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/ldif.h"
#include "fetch/url.h"
#include "gate/downloader.h"

#define ASKED_FOR 100u /* bytes */

static char folder[64];

/* -- messages */

static const struct sek_get plain_get = { .url = "http://ca.example/crl",
    .max_bytes = 1ull << 33, .ms = 30000 };

static int
again(const struct sek_get *m, struct sek_get *out)
{
	struct sek_buf b = { 0 };
	int r;

	sek_get_enc(&b, m);
	CHECK(sek_buf_ok(&b) == SEK_OK);
	r = sek_get_dec(out, &b);
	sek_buf_free(&b);
	return r;
}

static void
get_is_what_was_asked(void)
{
	struct sek_get m = plain_get, got;

	(void)strcpy(m.post_type, "application/ocsp-request");
	(void)strcpy(m.proxy, "http://proxy.example:3128");
	(void)strcpy(m.ca_file, "/etc/ca.pem");
	sek_put_raw(&m.post, "\0\1\2", 3);
	CHECK_INT(again(&m, &got), SEK_OK);
	CHECK_STR(got.url, m.url);
	CHECK_STR(got.post_type, m.post_type);
	CHECK_STR(got.proxy, m.proxy);
	CHECK_STR(got.ca_file, m.ca_file);
	CHECK(got.post.len == 3 && memcmp(got.post.p, "\0\1\2", 3) == 0);
	CHECK(got.max_bytes == 1ull << 33 && got.ms == 30000);
	sek_get_clear(&got);
	CHECK(got.post.p == NULL && got.url[0] == '\0');
	sek_get_clear(&m);
}

static void
largest_get_fits_its_cap(void)
{
	static const uint8_t body[SEK_FETCH_POST_MAX];
	struct sek_get m = plain_get, got;
	struct sek_buf b = { 0 };

	memset(m.url, 'a', sizeof m.url - 1);
	memset(m.post_type, 'b', sizeof m.post_type - 1);
	memset(m.proxy, 'c', sizeof m.proxy - 1);
	memset(m.ca_file, 'd', sizeof m.ca_file - 1);
	sek_put_raw(&m.post, body, sizeof body);
	CHECK_INT(again(&m, &got), SEK_OK);
	sek_get_clear(&got);
	sek_get_enc(&b, &m);
	CHECK(b.len <= sek_fetch_rules[0].cap);
	sek_buf_free(&b);
	sek_put_u8(&m.post, 0);
	CHECK_INT(again(&m, &got), SEK_E_PROTO);
	sek_get_clear(&m);
}

static void
senseless_gets_are_refused(void)
{
	struct sek_get m = plain_get, got;
	struct sek_buf b = { 0 };

	m.url[0] = '\0';
	CHECK_INT(again(&m, &got), SEK_E_PROTO);
	m = plain_get;
	m.ms = 0;
	CHECK_INT(again(&m, &got), SEK_E_PROTO);
	m = plain_get;
	sek_put_u8(&m.post, 0);
	CHECK_INT(again(&m, &got), SEK_E_PROTO);
	sek_get_clear(&m);
	sek_get_enc(&b, &plain_get);
	sek_put_u8(&b, 0);
	CHECK_INT(sek_get_dec(&got, &b), SEK_E_PROTO);
	sek_buf_free(&b);
	/* a NUL in the URL */
	sek_get_enc(&b, &plain_get);
	b.p[4 + 10] = '\0';
	CHECK_INT(sek_get_dec(&got, &b), SEK_E_PROTO);
	sek_buf_free(&b);
}

static void
every_cut_of_a_get_is_refused(void)
{
	struct sek_buf b = { 0 }, cut = { 0 };
	struct sek_get got;
	size_t i;

	sek_get_enc(&b, &plain_get);
	for (i = 0; i < b.len; i++) {
		sek_buf_clear(&cut);
		sek_put_raw(&cut, b.p, i);
		CHECK_INT(sek_get_dec(&got, &cut), SEK_E_PROTO);
	}
	sek_buf_free(&b);
	sek_buf_free(&cut);
}

static int
end_again(unsigned code, uint32_t http, const char *text,
    struct sek_fetch_end *out)
{
	struct sek_buf b = { 0 };
	int r;

	sek_put_u8(&b, (uint8_t)code);
	sek_put_u32(&b, http);
	sek_put_str(&b, text);
	r = sek_fetch_end_dec(out, &b);
	sek_buf_free(&b);
	return r;
}

static void
end_is_strict(void)
{
	char text[257] = { 0 };
	struct sek_fetch_end e;

	CHECK_INT(end_again(SEK_FETCH_STATUS, 404, "no", &e), SEK_OK);
	CHECK(e.code == SEK_FETCH_STATUS && e.http == 404);
	CHECK_STR(e.text, "no");
	CHECK_INT(end_again(SEK_FETCH_OK, 200, "", &e), SEK_OK);
	CHECK_INT(end_again(SEK_FETCH_OK, 0, "", &e), SEK_OK);
	CHECK_INT(end_again(SEK_FETCH_OK, 404, "", &e), SEK_E_PROTO);
	CHECK_INT(end_again(8, 0, "", &e), SEK_E_PROTO);
	CHECK_INT(end_again(255, 0, "", &e), SEK_E_PROTO);
	CHECK_INT(end_again(SEK_FETCH_FAILED, 1000, "", &e), SEK_E_PROTO);
	CHECK_INT(end_again(SEK_FETCH_FAILED, 0, "a\nb", &e), SEK_E_PROTO);
	CHECK_INT(end_again(SEK_FETCH_FAILED, 0, "\033[m", &e), SEK_E_PROTO);
	CHECK_INT(end_again(SEK_FETCH_FAILED, 0, "\302\233", &e),
	    SEK_E_PROTO);
	memset(text, 'a', 255);
	CHECK_INT(end_again(SEK_FETCH_FAILED, 0, text, &e), SEK_OK);
	text[255] = 'a';
	CHECK_INT(end_again(SEK_FETCH_FAILED, 0, text, &e), SEK_E_PROTO);
}

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

/* -- a downloader that was taken over */

static void
send_one(struct sek_chan *c, uint8_t msg, const void *p, size_t n)
{
	const struct sek_deadline dl = sek_deadline_in(5000);
	struct sek_buf b = { 0 };

	sek_put_raw(&b, p, n);
	if (sek_chan_send(c, msg, &b, &dl) != SEK_OK)
		_exit(9);
	sek_buf_free(&b);
}

static void
say_end(struct sek_chan *c, enum sek_fetch_code code)
{
	const struct sek_fetch_end e = { .code = code, .text = "told so" };
	struct sek_buf b = { 0 };

	sek_fetch_end_enc(&b, &e);
	send_one(c, SEK_F_END, b.p, b.len);
	sek_buf_free(&b);
}

static void
misbehave(struct sek_chan *c, const char *how)
{
	static const uint8_t junk[SEK_FETCH_CHUNK];
	struct sek_chan any = *c;

	if (strcmp(how, "good") == 0)
		send_one(c, SEK_F_DATA, "abc", 3);
	else if (strcmp(how, "crash") == 0)
		abort();
	else if (strcmp(how, "exit") == 0)
		_exit(3);
	else if (strcmp(how, "silent") == 0)
		for (;;)
			(void)pause();
	else if (strcmp(how, "empty-data") == 0)
		send_one(c, SEK_F_DATA, "", 0);
	else if (strcmp(how, "too-much") == 0)
		send_one(c, SEK_F_DATA, junk, 101);
	else if (strcmp(how, "bit-by-bit") == 0)
		while (any.fd >= 0)
			send_one(c, SEK_F_DATA, "x", 1);
	else if (strcmp(how, "half") == 0) {
		if (write(c->fd, "\0\0\0\11\2ab", 7) == 7)
			(void)close(c->fd);
		(void)pause();
	} else if (strcmp(how, "huge-frame") == 0) {
		if (write(c->fd, "\377\377\377\377\2", 5) == 5)
			(void)pause();
	} else if (strcmp(how, "own-get") == 0) {
		if (write(c->fd, "\0\0\0\0\1", 5) == 5)
			(void)pause();
	} else if (strcmp(how, "bad-end") == 0)
		send_one(c, SEK_F_END, "\0\0\0\0\310\0\0\0\1\033", 10);
	else if (strcmp(how, "short-end") == 0)
		send_one(c, SEK_F_END, "\0", 1);
	else if (strcmp(how, "refused") == 0) {
		say_end(c, SEK_FETCH_TOO_LARGE);
		return;
	} else if (strcmp(how, "more") == 0) {
		/* what belongs to the next answer, after the end */
		say_end(c, SEK_FETCH_OK);
		any.state = SEK_FETCH_BUSY;
		send_one(&any, SEK_F_DATA, "forged", 6);
		return;
	}
	say_end(c, SEK_FETCH_OK);
}

static int
be_taken_over(void)
{
	struct sek_chan c = { .fd = SEK_FETCH_FD, .state = SEK_FETCH_IDLE,
	    .rules = sek_fetch_rules, .n_rules = sek_fetch_n_rules };
	const struct sek_deadline dl = sek_deadline_in(20000);
	struct sek_buf b = { 0 };
	struct sek_get get;
	uint8_t msg;

	while (sek_chan_recv(&c, &msg, &b, &dl) == SEK_OK) {
		if (sek_get_dec(&get, &b) != SEK_OK)
			return 4;
		misbehave(&c, get.url + strlen("http://x/"));
		sek_get_clear(&get);
	}
	sek_buf_free(&b);
	return 0;
}

/* -- our side of it */

static struct sek_downloader one = SEK_DOWNLOADER_NONE;
static struct sek_fetch_end end;
static struct sek_why why;
static struct value got;

static void
start(void)
{
	struct sek_service_user u;

	CHECK_INT(sek_service_user_find("nobody", &u, &why), SEK_OK);
	CHECK_INT(sek_downloader_start(&one, folder, &u, &why), SEK_OK);
}

static int
ask(const char *how, uint32_t ms)
{
	const struct sek_deadline dl = sek_deadline_in(5000);
	struct sek_get get = { .max_bytes = ASKED_FOR, .ms = ms };

	got.n = 0;
	(void)snprintf(get.url, sizeof get.url, "http://x/%s", how);
	return sek_downloader_get(&one, &get, to_value, &got, &dl, &end,
	    &why);
}

/* It is killed, nothing of it is believed, and there are words. */
static void
killed_for(const char *how, int want)
{
	pid_t pid;

	start();
	pid = one.child.pid;
	CHECK_INT(ask(how, 3000), want);
	CHECK(kill(pid, 0) != 0);
	CHECK(!sek_child_running(&one.child) && one.chan.fd == -1);
	CHECK(end.code == SEK_FETCH_FAILED && why.text[0] != '\0');
	CHECK_INT(ask("good", 3000), SEK_E_EOF);
	sek_downloader_end(&one);
}

static void
one_after_another(void)
{
	start();
	CHECK_INT(ask("good", 3000), SEK_OK);
	CHECK(got.n == 3 && memcmp(got.p, "abc", 3) == 0);
	CHECK_STR(why.text, "");
	CHECK_INT(ask("refused", 3000), SEK_E_LIMIT);
	CHECK(end.code == SEK_FETCH_TOO_LARGE);
	CHECK_STR(why.text, "http://x/refused: told so");
	CHECK_INT(ask("good", 3000), SEK_OK);
	sek_downloader_end(&one);
	CHECK(!sek_child_running(&one.child));
}

static void
crash(void)
{
	killed_for("crash", SEK_E_EOF);
	start();
	CHECK_INT(ask("crash", 3000), SEK_E_EOF);
	CHECK_STR(why.text,
	    "http://x/crash: the downloader was killed by signal 6");
	start();
	CHECK_INT(ask("exit", 3000), SEK_E_EOF);
	CHECK_STR(why.text,
	    "http://x/exit: the downloader ended with status 3");
}

static void
silence(void)
{
	const uint64_t before = sek_now_ms();

	start();
	/* its own time and the grace, not our deadline */
	CHECK_INT(ask("silent", 200), SEK_E_TIMEOUT);
	CHECK(sek_now_ms() - before < 4000);
	CHECK(!sek_child_running(&one.child));
}

static void
broken_rules(void)
{
	static const char *const how[] = { "empty-data", "too-much", "half",
	    "huge-frame", "own-get", "bad-end", "short-end" };
	size_t i;

	for (i = 0; i < sizeof how / sizeof how[0]; i++)
		killed_for(how[i], SEK_E_PROTO);
	CHECK(got.n == 0);
}

static void
bytes_are_counted_here(void)
{
	start();
	CHECK_INT(ask("bit-by-bit", 3000), SEK_E_PROTO);
	CHECK_INT(got.n, ASKED_FOR);
	CHECK(!sek_child_running(&one.child));
}

static int
refuse(void *arg, const uint8_t *p, size_t n)
{
	(void)arg;
	(void)p;
	(void)n;
	return SEK_E_DENIED;
}

static int
refuse_and_say_why(void *arg, const uint8_t *p, size_t n)
{
	sek_why_set(arg, "the disk is full");
	return refuse(arg, p, n);
}

static void
a_sink_that_has_enough(void)
{
	const struct sek_deadline dl = sek_deadline_in(5000);
	const struct sek_get get = { .url = "http://x/bit-by-bit",
	    .max_bytes = ASKED_FOR, .ms = 3000 };

	start();
	CHECK_INT(sek_downloader_get(&one, &get, refuse, NULL, &dl, &end,
	    &why), SEK_E_DENIED);
	CHECK(!sek_child_running(&one.child) && end.code == SEK_FETCH_FAILED);
	CHECK_STR(why.text,
	    "http://x/bit-by-bit: what came was not taken: refused");
	start();
	CHECK_INT(sek_downloader_get(&one, &get, refuse_and_say_why, &why,
	    &dl, &end, &why), SEK_E_DENIED);
	CHECK_STR(why.text, "the disk is full");
}

static void
nothing_is_left_for_the_next(void)
{
	start();
	CHECK_INT(ask("more", 3000), SEK_OK);
	/* it has been sent by then, or makes the next GET fail as well */
	(void)usleep(50000);
	CHECK_INT(ask("good", 3000), SEK_E_PROTO);
	CHECK(got.n == 0 && !sek_child_running(&one.child));
}

static void
outside_text_is_escaped(void)
{
	start();
	CHECK_INT(ask("exit\033[31m\n", 3000), SEK_OK);
	CHECK_INT(ask("refused\n", 3000), SEK_OK);
	CHECK_INT(ask("\n", 0), SEK_E_INVAL);
	CHECK_STR(why.text, "http://x/\\x0a: not a question to send");
	sek_downloader_end(&one);
}

static void
program_that_is_not_there(void)
{
	struct sek_service_user u;

	CHECK_INT(sek_service_user_find("nobody", &u, &why), SEK_OK);
	CHECK_INT(sek_downloader_start(&one, "/nonexistent", &u, &why),
	    SEK_OK);
	CHECK_INT(ask("good", 3000), SEK_E_EOF);
	CHECK_STR(why.text, "http://x/good: the downloader sekisho-fetch "
	    "could not be started");
}

static void
no_descriptor_is_left(void)
{
	const int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int i, after;

	(void)close(before);
	for (i = 0; i < 3; i++) {
		killed_for("crash", SEK_E_EOF);
		killed_for("bad-end", SEK_E_PROTO);
		one_after_another();
	}
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	(void)close(after);
	CHECK_INT(after, before);
}

/* A copy of this program where the service user can reach it. */
static int
make_folder(void)
{
	char cmd[64], chunk[65536];
	int from, to;
	ssize_t n;

	(void)strcpy(folder, "/tmp/sekisho-download.XXXXXX");
	if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
		return -1;
	(void)snprintf(cmd, sizeof cmd, "%.40s/sekisho-fetch", folder);
	from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	to = open(cmd, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	while ((n = read(from, chunk, sizeof chunk)) > 0)
		if (write(to, chunk, (size_t)n) != n)
			return -1;
	return n == 0 && fchmod(to, 0755) == 0 && close(to) == 0 &&
	    close(from) == 0 ? 0 : -1;
}

static void
remove_folder(void)
{
	char path[64];

	(void)snprintf(path, sizeof path, "%.40s/sekisho-fetch", folder);
	(void)unlink(path);
	(void)rmdir(folder);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--download") == 0)
		return be_taken_over();
	RUN(get_is_what_was_asked);
	RUN(largest_get_fits_its_cap);
	RUN(senseless_gets_are_refused);
	RUN(every_cut_of_a_get_is_refused);
	RUN(end_is_strict);
	RUN(urls_that_are_followed);
	RUN(urls_that_are_refused);
	RUN(media_types);
	RUN(first_value_of_the_attribute);
	RUN(no_value_and_nonsense);
	RUN(a_name_that_is_too_long);
	RUN(what_the_sink_says);
	if (make_folder() != 0)
		return 1;
	RUN(one_after_another);
	RUN(crash);
	RUN(silence);
	RUN(broken_rules);
	RUN(bytes_are_counted_here);
	RUN(a_sink_that_has_enough);
	RUN(nothing_is_left_for_the_next);
	RUN(outside_text_is_escaped);
	RUN(program_that_is_not_there);
	RUN(no_descriptor_is_left);
	remove_folder();
	return CHECK_END();
}
