/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What badserver answers, by the path; badserver.c says which path is what.
 * Each runs in the process of one connection, whose end ends the answer.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fetch/badserver.h"

/* Who does not listen any more ends this process. */
void
say(int fd, const void *p, size_t n)
{
	const char *at = p;
	ssize_t k;

	for (; n > 0; at += k, n -= (size_t)k)
		if ((k = send(fd, at, n, MSG_NOSIGNAL)) <= 0)
			_exit(0);
}

static void
say_text(int fd, const char *text)
{
	say(fd, text, strlen(text));
}

static void
say_head(int fd, int status, const char *more)
{
	char line[64];

	(void)snprintf(line, sizeof line, "HTTP/1.1 %d Whatever\r\n", status);
	say_text(fd, line);
	say_text(fd, more);
	say_text(fd, "Connection: close\r\n\r\n");
}

static void
say_sized(int fd, int status, const char *type, const void *p, size_t n)
{
	char more[160];

	(void)snprintf(more, sizeof more,
	    "Content-Type: %s\r\nContent-Length: %zu\r\n", type, n);
	say_head(fd, status, more);
	say(fd, p, n);
}

static void
pause_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}

/* NAME of the folder, or NULL; freed by the end of the process. */
static char *
read_file(const char *name, size_t *n)
{
	int fd = name[0] == '.' || strchr(name, '/') != NULL ? -1 :
	    openat(folder, name, O_RDONLY);
	off_t size;
	char *p;

	if (fd < 0 || (size = lseek(fd, 0, SEEK_END)) < 0 ||
	    (p = malloc((size_t)size + 1)) == NULL ||
	    pread(fd, p, (size_t)size, 0) != size)
		return NULL;
	*n = (size_t)size;
	(void)close(fd);
	return p;
}

static void
file_as(int fd, const char *name, const char *type)
{
	size_t n = 0;
	char *p = read_file(name, &n);

	if (p == NULL)
		say_sized(fd, 404, "text/plain", "no such file\n", 13);
	else
		say_sized(fd, 200, type, p, n);
}

static void
ok(int fd, const char *name)
{
	file_as(fd, name, "application/pkix-crl");
}

static void
late(int fd, const char *rest)
{
	const char *name = strchr(rest, '/');

	pause_ms(atoi(rest));
	ok(fd, name == NULL ? "crl" : name + 1);
}

static void
unsized(int fd, const char *name)
{
	size_t n = 0;
	char *p = read_file(name, &n);

	say_head(fd, p == NULL ? 404 : 200, "");
	if (p != NULL)
		say(fd, p, n);
}

static void
say_chunk(int fd, const char *p, size_t n)
{
	char size[32];

	(void)snprintf(size, sizeof size, "%zx\r\n", n);
	say_text(fd, size);
	say(fd, p, n);
	say_text(fd, "\r\n");
}

static void
chunked(int fd, const char *name)
{
	size_t n = 0, at, part;
	char *p = read_file(name, &n);

	say_head(fd, p == NULL ? 404 : 200,
	    "Transfer-Encoding: chunked\r\n");
	for (at = 0; p != NULL && at < n; at += part) {
		part = n - at < 1000 ? n - at : 1000;
		say_chunk(fd, p + at, part);
	}
	say_text(fd, "0\r\n\r\n");
}

static void
ocsp(int fd, const char *rest)
{
	file_as(fd, rest[0] == '/' && rest[1] != '\0' ? rest + 1 : "ocsp",
	    "application/ocsp-response");
}

static void
big(int fd, const char *rest)
{
	static const char zeros[65536];
	size_t left = (size_t)strtoull(rest, NULL, 10), part;
	char more[64];

	(void)snprintf(more, sizeof more, "Content-Length: %zu\r\n", left);
	say_head(fd, 200, more);
	for (; left > 0; left -= part) {
		part = left < sizeof zeros ? left : sizeof zeros;
		say(fd, zeros, part);
	}
}

static void
empty(int fd, const char *rest)
{
	(void)rest;
	say_sized(fd, 200, "application/pkix-crl", "", 0);
}

static void
html(int fd, const char *rest)
{
	static const char page[] = "<!DOCTYPE html><html><head><title>Login"
	    "</title></head><body>Please log in.</body></html>\n";

	(void)rest;
	say_sized(fd, 200, "text/html", page, sizeof page - 1);
}

static void
slow(int fd, const char *rest)
{
	(void)rest;
	say_head(fd, 200, "Content-Length: 100000\r\n");
	for (;;) {
		say(fd, "0", 1);
		pause_ms(1000);
	}
}

static void
endless(int fd, const char *rest)
{
	static const char zeros[65536];

	(void)rest;
	say_head(fd, 200, "");
	for (;;)
		say(fd, zeros, sizeof zeros);
}

static void
chunked_endless(int fd, const char *rest)
{
	static const char zeros[4096];

	(void)rest;
	say_head(fd, 200, "Transfer-Encoding: chunked\r\n");
	for (;;)
		say_chunk(fd, zeros, sizeof zeros);
}

static void
to(int fd, const char *url)
{
	char more[4096];

	(void)snprintf(more, sizeof more,
	    "Location: %s\r\nContent-Length: 0\r\n", url);
	say_head(fd, 302, more);
}

static void
redirect(int fd, const char *rest)
{
	const int n = atoi(rest);
	char url[64];

	(void)snprintf(url, sizeof url, "/redirect/%d", n - 1);
	to(fd, n <= 1 ? "/ok/crl" : url);
}

static void
redirect_to(int fd, const char *rest)
{
	static const struct { const char *name, *url; } known[] = {
		{ "self", "/redirect-self" },
		{ "file", "file:///etc/passwd" },
		{ "ldap", "ldap://127.0.0.1/cn=a?certificateRevocationList" },
		{ "user", "http://taro:himitsu@127.0.0.1/ok/crl" },
	};
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(rest, known[i].name) == 0)
			to(fd, known[i].url);
}

/* Bits of a deflate stream (RFC 1951 section 3.1.1). */
struct bits {
	uint8_t *p;
	size_t n;
};

static void
put_bit(struct bits *b, unsigned bit)
{
	b->p[b->n / 8] |= (uint8_t)(bit << b->n % 8);
	b->n++;
}

/* A Huffman code: its first bit first. */
static void
put_code(struct bits *b, unsigned code, unsigned len)
{
	while (len-- > 0)
		put_bit(b, code >> len & 1);
}

/* RFC 1952 and 1951: one block with fixed codes, a zero, and then "258 more
 * of it" as often as fits; without a right sum, which nobody gets to see. */
static size_t
make_bomb(uint8_t *out, size_t cap)
{
	static const uint8_t head[10] = { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0,
	    255 };
	struct bits b = { .p = out, .n = 8 * sizeof head };

	memset(out, 0, cap);
	memcpy(out, head, sizeof head);
	put_bit(&b, 1);         /* the last block */
	put_bit(&b, 1);         /* type 01, low bit first */
	put_bit(&b, 0);
	put_code(&b, 0x30, 8);  /* the byte 0 */
	while (b.n / 8 + 16 < cap) {
		put_code(&b, 0xC5, 8); /* length 258 */
		put_code(&b, 0, 5);    /* distance 1 */
	}
	put_code(&b, 0, 7);     /* end of block */
	return b.n / 8 + 1 + 8;
}

static void
say_bomb(int fd, const char *header)
{
	static uint8_t bomb[1000000];
	const size_t n = make_bomb(bomb, sizeof bomb - 16);

	say_head(fd, 200, header);
	say(fd, bomb, n);
}

static void
bomb(int fd, const char *rest)
{
	(void)rest;
	say_bomb(fd, "Content-Encoding: gzip\r\n");
}

static void
te_bomb(int fd, const char *rest)
{
	(void)rest;
	say_bomb(fd, "Transfer-Encoding: gzip\r\n");
}

static void
status(int fd, const char *rest)
{
	static const char words[] = "these bytes are no answer\n";

	say_sized(fd, atoi(rest), "text/plain", words, sizeof words - 1);
}

static void
truncated(int fd, const char *rest)
{
	(void)rest;
	say_head(fd, 200, "Content-Length: 100000\r\n");
	say_text(fd, "the beginning only");
}

static void
huge_header(int fd, const char *rest)
{
	static char line[1024 * 1024];

	(void)rest;
	memset(line, 'a', sizeof line);
	say_text(fd, "HTTP/1.1 200 OK\r\nX-Huge: ");
	say(fd, line, sizeof line);
	say_text(fd, "\r\nContent-Length: 1\r\n\r\n0");
}

static void
many_headers(int fd, const char *rest)
{
	(void)rest;
	say_text(fd, "HTTP/1.1 200 OK\r\n");
	for (;;)
		say_text(fd, "X-Many: headers, and no end to them\r\n");
}

static void
http09(int fd, const char *rest)
{
	(void)rest;
	say_text(fd, "this is a body\n");
}

static void
garbage(int fd, const char *rest)
{
	(void)rest;
	say_text(fd, "HTTP/9.9 what\r\n\r\n\xFF\xFE\r\n");
}

static void
escape(int fd, const char *rest)
{
	(void)rest;
	say_text(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: \033[31m\007"
	    "\xC2\x9B\r\nLocation: \033]0;a\007\r\n\r\nbody");
}

static void
hang(int fd, const char *rest)
{
	(void)fd;
	(void)rest;
	pause_ms(-1);
}

static void
close_now(int fd, const char *rest)
{
	(void)fd;
	(void)rest;
}

static void
reset(int fd, const char *rest)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	(void)rest;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	(void)close(fd);
	_exit(0);
}

static void
show_log(int fd, const char *rest)
{
	static char all[BODY_MAX];
	const ssize_t n = pread(fileno(history), all, sizeof all, 0);

	(void)rest;
	say_sized(fd, 200, "text/plain", all, n < 0 ? 0 : (size_t)n);
}

static const struct {
	const char *path;
	bool prefix; /* what follows is told */
	void (*act)(int fd, const char *rest);
} acts[] = {
	{ "/ok/", true, ok },
	{ "/late/", true, late },
	{ "/unsized/", true, unsized },
	{ "/chunked/", true, chunked },
	{ "/ocsp", true, ocsp },
	{ "/big/", true, big },
	{ "/empty", false, empty },
	{ "/html", false, html },
	{ "/slow", false, slow },
	{ "/endless", false, endless },
	{ "/chunked-endless", false, chunked_endless },
	{ "/redirect/", true, redirect },
	{ "/redirect-", true, redirect_to },
	{ "/to/", true, to },
	{ "/bomb", false, bomb },
	{ "/te-bomb", false, te_bomb },
	{ "/status/", true, status },
	{ "/404", false, NULL },
	{ "/500", false, NULL },
	{ "/truncated", false, truncated },
	{ "/huge-header", false, huge_header },
	{ "/many-headers", false, many_headers },
	{ "/http09", false, http09 },
	{ "/garbage", false, garbage },
	{ "/escape", false, escape },
	{ "/hang", false, hang },
	{ "/close", false, close_now },
	{ "/reset", false, reset },
	{ "/log", false, show_log },
};

void
act(int fd, const char *path)
{
	size_t i, n;

	for (i = 0; i < sizeof acts / sizeof acts[0]; i++) {
		n = strlen(acts[i].path);
		if (acts[i].prefix ? strncmp(path, acts[i].path, n) != 0 :
		    strcmp(path, acts[i].path) != 0)
			continue;
		if (acts[i].act == NULL)
			status(fd, path + 1);
		else
			acts[i].act(fd, path + n);
		return;
	}
	status(fd, "404");
}
