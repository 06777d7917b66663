/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CRLs of `sekisho verify`: each is compiled to an index in memory, as
 * sekisho-fetch does it on disk, so that the look-up is the one of a login.
 *
 * Part of the administrator's program.  Must never let a CRL that cannot be
 * used pass for none: it is counted and named.
 */
#include <errno.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/compile.h"
#include "gate/revocation_file.h"
#include "gate/revocation_index.h"
#include "helpdesk/verify.h"
#include "sekisho/escape.h"

struct crls {
	const struct verify *v;
	struct sek_rev_source *to;
	const STACK_OF(X509) *issuers;
	struct verify_bad_crls *bad;
	char shown[128]; /* the file at hand, escaped */
	size_t n;        /* CRLs in it so far */
};

/* One that is left out; the first one explains a refusal. */
static void
left_out(struct crls *c, const struct sek_why *why)
{
	if (c->bad->n++ == 0)
		c->bad->first = *why;
	verify_left_out(c->v, why);
}

/* Is it signed by an algorithm that takes the whole message, so that an index
 * cannot keep its digest?  RFC 5280 5.1.1: the second of three in a SEQUENCE.
 */
static bool
is_whole_message(const uint8_t *der, size_t n)
{
	const unsigned char *p = der;
	long left = (long)n, len;
	int tag, class, nid;
	X509_ALGOR *alg;
	const ASN1_OBJECT *o;

	if ((ASN1_get_object(&p, &len, &tag, &class, left) & 0x80) != 0 ||
	    len > left - (p - der))
		return false;
	if ((ASN1_get_object(&p, &len, &tag, &class, len) & 0x80) != 0)
		return false;
	p += len;
	left -= p - der;
	if (left <= 0 || (alg = d2i_X509_ALGOR(NULL, &p, left)) == NULL)
		return false;
	X509_ALGOR_get0(&o, NULL, NULL, alg);
	nid = OBJ_obj2nid(o);
	X509_ALGOR_free(alg);
	return nid == NID_ED25519 || nid == NID_ED448;
}

/* The key of whoever signed the CRL; the caller's. */
static EVP_PKEY *
key_of(X509_CRL *crl, const STACK_OF(X509) *issuers)
{
	EVP_PKEY *key = NULL;
	X509 *x;
	int i;

	for (i = 0; key == NULL && i < sk_X509_num(issuers); i++) {
		x = sk_X509_value(issuers, i);
		if (X509_NAME_cmp(X509_get_subject_name(x),
		    X509_CRL_get_issuer(crl)) == 0 &&
		    X509_get0_pubkey(x) != NULL &&
		    X509_CRL_verify(crl, X509_get0_pubkey(x)) == 1)
			key = X509_get_pubkey(x);
	}
	ERR_clear_error();
	return key;
}

static int
indexed(const struct crls *c, const uint8_t *der, size_t n, EVP_PKEY *signer,
    X509_CRL **out, struct sek_why *why)
{
	int fd = memfd_create("crl", MFD_CLOEXEC);
	int r;

	/* as strict as for a file of sekisho-fetch: nobody else's to write */
	if (fd < 0 || fchmod(fd, S_IRUSR | S_IWUSR) != 0) {
		sek_why_set(why, "no room for its index: %s",
		    strerror(errno));
		r = SEK_E_SYS;
	} else {
		r = sek_compile(der, n, fd, signer, NULL, why);
	}
	if (r == SEK_OK)
		return sek_index_open_fd(fd, c->shown, out, why);
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* Where the digest cannot be kept, the index records who signed it.  When no
 * file holds that key, the CRL stays as it is, for OpenSSL to find a path to
 * its issuer or none. */
static int
by_whole_message(const struct crls *c, const uint8_t *der, size_t n,
    X509_CRL **out, struct sek_why *why)
{
	X509_CRL *crl = sek_crl_parse(der, n);
	EVP_PKEY *signer;
	int r;

	if (crl == NULL) {
		sek_why_set(why, "does not parse");
		return SEK_E_SYNTAX;
	}
	signer = key_of(crl, c->issuers);
	if (signer == NULL) {
		*out = crl;
		return SEK_OK;
	}
	r = indexed(c, der, n, signer, out, why);
	X509_CRL_free(crl);
	EVP_PKEY_free(signer);
	return r;
}

static int
take(void *arg, const uint8_t *der, size_t n)
{
	struct crls *c = arg;
	struct sek_why why = { "" }, named;
	X509_CRL *crl = NULL;
	int r;

	c->n++;
	r = is_whole_message(der, n) ?
	    by_whole_message(c, der, n, &crl, &why) :
	    indexed(c, der, n, NULL, &crl, &why);
	if (r != SEK_OK) {
		sek_why_set(&named, "%s: CRL %zu: %s", c->shown, c->n,
		    why.text[0] != '\0' ? why.text : sek_strerror(r));
		left_out(c, &named);
		return r == SEK_E_NOMEM ? r : SEK_OK;
	}
	r = sek_rev_add(c->to, crl, c->shown);
	X509_CRL_free(crl);
	return r;
}

/* DESK_GO, or what to exit with. */
static int
from_file(struct crls *c, const char *path)
{
	struct verify_bytes b = { 0 };
	struct sek_why why = { "" }, named;
	int r = verify_read(path, VERIFY_CRL_MAX, &b, &named);

	if (r == SEK_E_NOENT || r == SEK_E_SYS)
		return verify_no_file(c->v, &named);
	if (r == SEK_OK && c->to != NULL &&
	    (r = sek_crl_each(b.p, b.n, take, c, &why)) != SEK_OK)
		sek_why_set(&named, "%s: %s", c->shown, why.text);
	verify_bytes_free(&b);
	if (r == SEK_E_NOMEM)
		return desk_lost(c->v->d);
	if (r != SEK_OK && c->to != NULL)
		left_out(c, &named);
	return DESK_GO;
}

int
verify_crls(const struct verify *v, struct sek_trust *t,
    const STACK_OF(X509) *issuers, struct verify_bad_crls *bad)
{
	struct crls c = { .v = v, .to = sek_trust_revocation(t),
		.issuers = issuers, .bad = bad };
	size_t i;
	int r;

	for (i = 0; i < v->crls.n; i++) {
		(void)sek_escape_str(c.shown, sizeof c.shown,
		    v->crls.at[i]);
		c.n = 0;
		if ((r = from_file(&c, v->crls.at[i])) != DESK_GO)
			return r;
	}
	return DESK_GO;
}
