/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the administrator trusts: anchors, intermediates, purposes, policies
 * and where revocation comes from, loaded once from what the policy names.
 * Runs in the gate and in `sekisho`.
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
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gate/certificate_folder.h"
#include "gate/certificate_rooms.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"

#define FILE_MAX (1024u * 1024) /* bytes of one file of certificates */
#define CERTS_MAX 1024          /* certificates in a folder */

/* Where certificates go while files are read. */
struct load {
	STACK_OF(X509) *to;
	struct sek_why *why;
};

static int
failed(struct sek_why *why, int r, const char *name, const char *what)
{
	char shown[300];

	sek_why_set(why, "%s: %s", sek_escape_str(shown, sizeof shown, name),
	    what);
	ERR_clear_error();
	return r;
}

static int
add_der(struct load *l, const char *path, const uint8_t *der, size_t n)
{
	X509 *x = sek_cert_parse(der, n);

	if (x == NULL)
		return failed(l->why, SEK_E_SYNTAX, path,
		    "holds something that is not a DER certificate");
	/* a certificate of a person here would be a door without a lock */
	if (X509_check_ca(x) == 0) {
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

/* A file, or each file of a folder that is named like a certificate. */
static int
load_certs(const char *path, STACK_OF(X509) **out, struct sek_why *why)
{
	struct load l = { .to = sk_X509_new_null(), .why = why };
	struct stat st;
	int r;

	if (l.to == NULL)
		return SEK_E_NOMEM;
	*out = l.to;
	if (stat(path, &st) != 0)
		r = failed(why, errno == ENOENT ? SEK_E_NOENT : SEK_E_SYS,
		    path, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		r = sek_folder_each(path, add_from_folder, &l, why);
	else
		r = add_file(&l, path);
	return r;
}

static int
load_oids(char *const *words, size_t n, STACK_OF(ASN1_OBJECT) **out,
    struct sek_why *why)
{
	ASN1_OBJECT *o;
	size_t i;

	if ((*out = sk_ASN1_OBJECT_new_null()) == NULL)
		return SEK_E_NOMEM;
	for (i = 0; i < n; i++) {
		if ((o = OBJ_txt2obj(words[i], 1)) == NULL)
			return failed(why, SEK_E_SYNTAX, words[i],
			    "is not an object identifier");
		if (sk_ASN1_OBJECT_push(*out, o) <= 0) {
			ASN1_OBJECT_free(o);
			return SEK_E_NOMEM;
		}
	}
	return SEK_OK;
}

static int
load_all(struct sek_trust *t, const struct sek_policy *p,
    struct sek_why *why)
{
	int r;

	t->purpose_needed = p->purpose_needed;
	t->rsa_min_bits = p->rsa_min_bits;
	t->max_depth = p->max_depth;
	t->grace = p->stale == SEK_UNKNOWN_GRACE;
	t->grace_s = p->grace_s;
	if ((r = load_certs(p->anchors, &t->anchors, why)) != SEK_OK)
		return r;
	if (sk_X509_num(t->anchors) == 0)
		return failed(why, SEK_E_NOENT, p->anchors,
		    "holds no trust anchor (*.pem, *.crt, *.cer, *.der)");
	if (p->intermediates[0] != '\0')
		r = load_certs(p->intermediates, &t->intermediates, why);
	if (r == SEK_OK)
		r = load_oids(p->purposes, p->n_purposes, &t->purposes, why);
	if (r == SEK_OK)
		r = load_oids(p->policies, p->n_policies, &t->policies, why);
	if (r == SEK_OK && p->crl_check)
		r = sek_rev_open(p->crls, &t->rev, why);
	return r;
}

int
sek_trust_load(const struct sek_policy *p, struct sek_trust **out,
    struct sek_why *why)
{
	struct sek_trust *t;
	int r;

	if ((r = sek_crypto_start()) != SEK_OK)
		return r;
	if ((t = calloc(1, sizeof *t)) == NULL)
		return SEK_E_NOMEM;
	r = load_all(t, p, why);
	if (r != SEK_OK) {
		sek_trust_free(t);
		return r;
	}
	*out = t;
	return SEK_OK;
}

void
sek_trust_free(struct sek_trust *t)
{
	if (t == NULL)
		return;
	sk_X509_pop_free(t->anchors, X509_free);
	sk_X509_pop_free(t->intermediates, X509_free);
	sk_ASN1_OBJECT_pop_free(t->purposes, ASN1_OBJECT_free);
	sk_ASN1_OBJECT_pop_free(t->policies, ASN1_OBJECT_free);
	sek_rev_close(t->rev);
	free(t);
}
