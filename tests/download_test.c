/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The downloader's messages; and the side of the gate, against a downloader
 * that was taken over: this program again, started as "sekisho-fetch
 * --download", which misbehaves as the URL says.
 */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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
static struct sek_buf got;

static void
start(void)
{
	struct sek_service_user u;

	CHECK_INT(sek_service_user_find("nobody", &u, &why), SEK_OK);
	CHECK_INT(sek_downloader_start(&one, folder, &u, &why), SEK_OK);
}

static int
keep(void *arg, const uint8_t *p, size_t n)
{
	sek_put_raw(arg, p, n);
	return sek_buf_ok(arg);
}

static int
ask(const char *how, uint32_t ms)
{
	const struct sek_deadline dl = sek_deadline_in(5000);
	struct sek_get get = { .max_bytes = ASKED_FOR, .ms = ms };

	sek_buf_clear(&got);
	(void)snprintf(get.url, sizeof get.url, "http://x/%s", how);
	return sek_downloader_get(&one, &get, keep, &got, &dl, &end,
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
	CHECK(got.len == 3 && memcmp(got.p, "abc", 3) == 0);
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
	CHECK(got.len == 0);
}

static void
bytes_are_counted_here(void)
{
	start();
	CHECK_INT(ask("bit-by-bit", 3000), SEK_E_PROTO);
	CHECK_INT(got.len, ASKED_FOR);
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
	CHECK(got.len == 0 && !sek_child_running(&one.child));
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
	sek_buf_free(&got);
	return CHECK_END();
}
