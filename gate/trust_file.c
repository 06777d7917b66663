/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates out of the administrator's files and folders.  Runs in the
 * gate and in `sekisho`.
 *
 * A file that is not exactly what it should be is an error with its name,
 * never left out: a missing intermediate would be looked for on a card.
 */
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gate/certificate_folder.h"
#include "gate/certificate_rooms.h"
#include "sekisho/os.h"

#define FILE_MAX (1024u * 1024) /* bytes of one file of certificates */
#define CERTS_MAX 1024          /* certificates in a folder */

/* Where certificates go while files are read. */
struct load {
	STACK_OF(X509) *to;
	enum sek_trust_other other;
	struct sek_why *why;
};

static int
failed(struct sek_why *why, int r, const char *name, const char *what)
{
	(void)sek_why_about(why, r, name, what);
	ERR_clear_error();
	return r;
}

/* An indirect CRL's issuer signs CRLs and nothing else. */
static bool
signs_crls_only(X509 *x)
{
	return (X509_get_extension_flags(x) & EXFLAG_KUSAGE) != 0 &&
	    X509_get_key_usage(x) == KU_CRL_SIGN;
}

static bool
is_welcome(const struct load *l, X509 *x)
{
	return l->other == SEK_TRUST_ANY || X509_check_ca(x) != 0 ||
	    (l->other == SEK_TRUST_CRL_ISSUER && signs_crls_only(x));
}

static int
add_der(struct load *l, const char *path, const uint8_t *der, size_t n)
{
	X509 *x = sek_cert_parse(der, n);

	if (x == NULL)
		return failed(l->why, SEK_E_SYNTAX, path,
		    "holds something that is not a DER certificate");
	/* a certificate of a person here would be a door without a lock */
	if (!is_welcome(l, x)) {
		X509_free(x);
		return failed(l->why, SEK_E_DENIED, path,
		    "holds a certificate that is not a CA's");
	}
	if (sk_X509_num(l->to) >= CERTS_MAX ||
	    sk_X509_push(l->to, x) <= 0) {
		X509_free(x);
		return failed(l->why, SEK_E_LIMIT, path,
		    "too many certificates");
	}
	return SEK_OK;
}

static int
add_pem(struct load *l, const char *path, const struct sek_buf *text)
{
	BIO *mem = BIO_new_mem_buf(text->p, (int)text->len);
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long n;
	int r = SEK_OK, count = 0;

	if (mem == NULL)
		return SEK_E_NOMEM;
	while (r == SEK_OK &&
	    PEM_read_bio(mem, &name, &header, &der, &n) == 1) {
		if (strcmp(name, PEM_STRING_X509) != 0)
			r = failed(l->why, SEK_E_SYNTAX, path,
			    "holds something besides certificates");
		else
			r = add_der(l, path, der, (size_t)n);
		count++;
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	if (r == SEK_OK && (count == 0 ||
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE))
		r = failed(l->why, SEK_E_SYNTAX, path, count == 0 ?
		    "holds no certificate" : "holds a broken certificate");
	ERR_clear_error();
	BIO_free(mem);
	return r;
}

static int
add_file(struct load *l, const char *path)
{
	struct sek_buf b = { 0 };
	int r;

	r = sek_read_safe_file(path, FILE_MAX, &b, l->why);
	if (r == SEK_OK && b.len >= 2 && b.p[0] == 0x30 &&
	    (b.p[1] & 0x80) != 0)
		r = add_der(l, path, b.p, b.len);
	else if (r == SEK_OK)
		r = add_pem(l, path, &b);
	sek_buf_free(&b);
	return r;
}

static int
add_from_folder(void *arg, const char *dir, const char *name)
{
	static const char *const suffixes[] = { ".pem", ".crt", ".cer",
	    ".der", NULL };
	struct load *l = arg;
	char path[PATH_MAX];
	int n;

	if (!sek_has_suffix(name, suffixes))
		return SEK_OK;
	n = snprintf(path, sizeof path, "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof path)
		return failed(l->why, SEK_E_LIMIT, name, "path too long");
	return add_file(l, path);
}

int
sek_trust_read_file(const char *path, enum sek_trust_other other,
    STACK_OF(X509) *to, struct sek_why *why)
{
	struct load l = { .to = to, .other = other, .why = why };

	return add_file(&l, path);
}

int
sek_trust_read(const char *path, enum sek_trust_other other,
    STACK_OF(X509) *to, struct sek_why *why)
{
	struct load l = { .to = to, .other = other, .why = why };
	struct stat st;

	if (stat(path, &st) != 0)
		return failed(why, errno == ENOENT ? SEK_E_NOENT : SEK_E_SYS,
		    path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return sek_folder_each(path, add_from_folder, &l, why);
	return add_file(&l, path);
}
