/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enrolment of a certificate out of a file, PEM or DER.
 *
 * Part of the administrator's program.  Nothing is proved about the key: the
 * output, the store and the record say so.
 */
#include "helpdesk/enrol.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sekisho/buf.h"
#include "sekisho/os.h"

#define FILE_MAX 65536u

/* Anybody's file will do: what is in it is shown and judged. */
int
desk_read_file(const char *path, struct sek_buf *out, struct sek_why *why)
{
	uint8_t part[4096];
	struct stat st;
	ssize_t n = 0;
	int fd, r = SEK_OK;

	/* not to hang on a FIFO */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		sek_why_set(why, "%s", strerror(errno));
		return SEK_E_IO;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		sek_why_set(why, "is no regular file");
		r = SEK_E_UNSAFE;
	}
	while (r == SEK_OK && (n = read(fd, part, sizeof(part))) > 0) {
		sek_put_raw(out, part, (size_t)n);
		if (out->len > FILE_MAX) {
			sek_why_set(why, "is larger than %u bytes", FILE_MAX);
			r = SEK_E_LIMIT;
		}
	}
	if (r == SEK_OK && n < 0) {
		sek_why_set(why, "%s", strerror(errno));
		r = SEK_E_IO;
	}
	(void)close(fd);
	return r == SEK_OK ? sek_buf_ok(out) : r;
}

/* The one certificate of a PEM file as DER; the caller frees *der. */
static int
from_pem(const struct sek_buf *text, uint8_t **der, size_t *n,
    struct sek_why *why)
{
	char *name = NULL, *header = NULL;
	uint8_t *data = NULL;
	long len = 0;
	int count = 0;
	BIO *b = BIO_new_mem_buf(text->p, (int)text->len);

	while (b != NULL && PEM_read_bio(b, &name, &header, &data, &len)) {
		if (strcmp(name, PEM_STRING_X509) == 0 && count++ == 0) {
			*der = data;
			*n = (size_t)len;
		} else {
			/* it might be somebody's private key */
			OPENSSL_clear_free(data, (size_t)len);
		}
		OPENSSL_free(name);
		OPENSSL_free(header);
	}
	BIO_free(b);
	if (count == 1)
		return SEK_OK;
	sek_why_set(why, count == 0 ? "no certificate in it" :
	    "more than one certificate in it: which one?");
	OPENSSL_free(*der);
	*der = NULL;
	return SEK_E_SYNTAX;
}

int
desk_certificate(const char *path, struct sek_buf *out, struct sek_why *why)
{
	static const char begin[] = "-----BEGIN ";
	struct sek_buf text = { 0 };
	uint8_t *der = NULL;
	size_t n = 0;
	int r;

	r = desk_read_file(path, &text, why);
	if (r == SEK_OK && text.len == 0) {
		sek_why_set(why, "is empty");
		r = SEK_E_SYNTAX;
	}
	if (r == SEK_OK && memmem(text.p, text.len, begin,
	    sizeof(begin) - 1) == NULL) {
		*out = text;
		return SEK_OK;
	}
	if (r == SEK_OK)
		r = from_pem(&text, &der, &n, why);
	if (r == SEK_OK) {
		sek_put_raw(out, der, n);
		r = sek_buf_ok(out);
	}
	OPENSSL_free(der);
	sek_buf_free(&text);
	return r;
}

int
enrol_from_file(struct enrol *e)
{
	struct sek_buf der = { 0 };
	struct sek_why why = { "" };
	int r;

	e->kind = "file";
	e->proof = "none";
	r = desk_certificate(e->file, &der, &why);
	if (r != SEK_OK) {
		DESK_ERR(e->d, W_CERT_FILE, { e->file,
		    why.text[0] != '\0' ? why.text : sek_strerror(r) });
		r = DESK_REFUSED;
	} else {
		r = enrol_take(e, der.p, der.len);
	}
	sek_buf_free(&der);
	return r;
}
