/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files as they are given to `sekisho verify` and `sekisho explain`: PEM with
 * several certificates in it, or DER; ordinary files, pipes, standard input.
 *
 * Part of the administrator's program, but run by any user: whoever names a
 * file vouches for it.  Must never take half of a certificate for one.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpdesk/verify.h"
#include "sekisho/escape.h"

#define FIRST_BYTES 16384u

void
verify_bytes_free(struct verify_bytes *b)
{
	OPENSSL_clear_free(b->p, b->n);
	b->p = NULL;
	b->n = 0;
}

/* Grow by copying: a key that was in it does not stay behind. */
static int
grow(struct verify_bytes *b, size_t *cap, size_t to)
{
	uint8_t *p = OPENSSL_malloc(to);

	if (p == NULL)
		return SEK_E_NOMEM;
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	OPENSSL_clear_free(b->p, b->n);
	b->p = p;
	*cap = to;
	return SEK_OK;
}

/* A file's size is only where to begin: it may be a pipe, or growing.  One
 * byte more than fits is read to see the end. */
static int
read_all(int fd, size_t max, struct verify_bytes *b)
{
	struct stat st;
	size_t cap = 0, want = FIRST_BYTES;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return SEK_E_SYS;
	if (S_ISREG(st.st_mode) && st.st_size >= 0 &&
	    (uint64_t)st.st_size <= max)
		want = (size_t)st.st_size + 1;
	for (;;) {
		if (b->n == cap && grow(b, &cap, want) != SEK_OK)
			return SEK_E_NOMEM;
		n = read(fd, b->p + b->n, cap - b->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return SEK_E_SYS;
		if (n == 0)
			return SEK_OK;
		b->n += (size_t)n;
		if (b->n > max)
			return SEK_E_LIMIT;
		want = 2 * cap;
	}
}

int
verify_read(const char *path, size_t max, struct verify_bytes *out,
    struct sek_why *why)
{
	struct verify_bytes b = { 0 };
	bool here = strcmp(path, "-") == 0;
	int fd = here ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC |
	    O_NOCTTY);
	int r, err;

	if (fd < 0)
		return sek_why_about(why, errno == ENOENT ? SEK_E_NOENT :
		    SEK_E_SYS, path, strerror(errno));
	r = read_all(fd, max, &b);
	err = errno;
	if (!here)
		(void)close(fd);
	if (r == SEK_OK) {
		*out = b;
		return SEK_OK;
	}
	verify_bytes_free(&b);
	return sek_why_about(why, r, path, r == SEK_E_SYS ? strerror(err) :
	    r == SEK_E_LIMIT ? "is too large" : sek_strerror(r));
}

/* A certificate is longer than 127 bytes, so its second byte has the high
 * bit, which no text begins with. */
static bool
is_der(const struct verify_bytes *b)
{
	return b->n >= 2 && b->p[0] == 0x30 && (b->p[1] & 0x80) != 0;
}

/* Each round takes at least the line that begins a block. */
static int
each_pem(BIO *text, int (*fn)(void *, const uint8_t *, size_t), void *arg)
{
	char *name, *header;
	uint8_t *der;
	long n;
	int r = SEK_OK;

	while (r == SEK_OK) {
		name = header = NULL;
		der = NULL;
		ERR_clear_error();
		if (PEM_read_bio(text, &name, &header, &der, &n) == 1) {
			if (strcmp(name, PEM_STRING_X509) == 0)
				r = fn(arg, der, (size_t)n);
			/* it might have been somebody's private key */
			OPENSSL_clear_free(der, (size_t)n);
			OPENSSL_free(name);
			OPENSSL_free(header);
			continue;
		}
		if (ERR_GET_REASON(ERR_peek_last_error()) ==
		    PEM_R_NO_START_LINE)
			break;
		r = fn(arg, NULL, 0);
	}
	ERR_clear_error();
	return r;
}

int
verify_each(const struct verify_bytes *b,
    int (*fn)(void *arg, const uint8_t *der, size_t n), void *arg)
{
	BIO *text;
	int r;

	if (is_der(b))
		return fn(arg, b->p, b->n);
	if (b->n == 0 || b->n > VERIFY_CERTS_MAX)
		return SEK_OK;
	if ((text = BIO_new_mem_buf(b->p, (int)b->n)) == NULL)
		return SEK_E_NOMEM;
	r = each_pem(text, fn, arg);
	BIO_free(text);
	return r;
}

struct first {
	X509 *x;
	size_t n;
};

static int
take_first(void *arg, const uint8_t *der, size_t n)
{
	struct first *f = arg;

	if (f->n++ == 0 && der != NULL)
		f->x = sek_cert_parse(der, n);
	return SEK_OK;
}

int
verify_first(const struct verify_bytes *b, const char *path, X509 **out,
    size_t *n, struct sek_why *why)
{
	struct first f = { NULL, 0 };
	int r = verify_each(b, take_first, &f);

	if (r == SEK_OK && f.x == NULL)
		r = sek_why_about(why, SEK_E_SYNTAX, path, f.n == 0 ?
		    "holds no certificate" :
		    "does not parse as a certificate");
	if (r != SEK_OK) {
		X509_free(f.x);
		return r;
	}
	*out = f.x;
	*n = f.n;
	return SEK_OK;
}

struct stack {
	STACK_OF(X509) *to;
	size_t n, bad;
};

static int
take_all(void *arg, const uint8_t *der, size_t n)
{
	struct stack *s = arg;
	X509 *x = der != NULL ? sek_cert_parse(der, n) : NULL;

	s->n++;
	if (x == NULL) {
		s->bad++;
		return SEK_OK;
	}
	if (sk_X509_push(s->to, x) <= 0) {
		X509_free(x);
		return SEK_E_NOMEM;
	}
	return SEK_OK;
}

int
verify_stack(const char *path, STACK_OF(X509) *to, struct sek_why *why)
{
	struct verify_bytes b = { 0 };
	struct stack s = { .to = to };
	char shown[300];
	int r = verify_read(path, VERIFY_CERTS_MAX, &b, why);

	if (r == SEK_OK)
		r = verify_each(&b, take_all, &s);
	verify_bytes_free(&b);
	if (r != SEK_OK)
		return r;
	if (s.n == 0)
		return sek_why_about(why, SEK_E_SYNTAX, path,
		    "holds no certificate");
	if (s.bad == 0)
		return SEK_OK;
	sek_why_set(why, "%s: %zu of %zu do not parse as certificates",
	    sek_escape_str(shown, sizeof shown, path), s.bad, s.n);
	return SEK_E_SYNTAX;
}

int
verify_stacks(const struct verify *v, const struct desk_list *files,
    STACK_OF(X509) *to)
{
	struct sek_why why = { "" };
	size_t i;
	int r;

	for (i = 0; i < files->n; i++) {
		r = verify_stack(files->at[i], to, &why);
		if (r == SEK_E_NOMEM)
			return desk_lost(v->d);
		if (r == SEK_E_NOENT || r == SEK_E_SYS)
			return verify_no_file(v, &why);
		if (r != SEK_OK)
			verify_left_out(v, &why);
	}
	return DESK_GO;
}
