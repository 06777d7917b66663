/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has who signed the metadata been revoked since?  (MDS 3.0, 3.2 step 2.)
 * Runs in sekisho-fetch, as root.
 *
 * The certificates of the chain say where their CRLs are; that is asked only
 * once their signatures hold, so that nobody can send us about.  A CRL that
 * does not come refuses a blob from the network: who holds a key that was
 * revoked, and our line, would else need no more than to let the CRL fail.
 * For a blob in a file there may be no network at all.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fetch/compile.h"
#include "fetch/metadata.h"
#include "fetch/points.h"
#include "gate/revocation_file.h"

#define ADDRESSES_MAX 4u /* of one certificate */

struct asking {
	struct sek_metadata *m;
	STACK_OF(X509_CRL) *crls;
	unsigned n;   /* addresses that were asked for this certificate */
	bool have;    /* one of them has brought a CRL */
	char why[256];
};

static int
add_crl(void *arg, const uint8_t *der, size_t n)
{
	struct asking *a = arg;
	X509_CRL *crl = sek_crl_parse(der, n);

	if (crl == NULL)
		return SEK_E_SYNTAX;
	if (sk_X509_CRL_push(a->crls, crl) <= 0) {
		X509_CRL_free(crl);
		return SEK_E_NOMEM;
	}
	a->have = true;
	return SEK_OK;
}

static void
read_crl(struct asking *a, int fd, size_t n)
{
	struct sek_why why = { "nothing came" };
	void *p = MAP_FAILED;

	if (n > 0)
		p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED) {
		(void)snprintf(a->why, sizeof a->why, "%.250s", why.text);
		return;
	}
	if (sek_crl_each(p, n, add_crl, a, &why) != SEK_OK)
		(void)snprintf(a->why, sizeof a->why, "%.250s", why.text);
	(void)munmap(p, n);
}

/* The names of one point, and several points, are alternatives to us: what
 * none of them covers OpenSSL will miss. */
static int
one_address(void *arg, const struct sek_point *p)
{
	struct asking *a = arg;
	struct sek_source s = { .news = SEK_NEWS_NONE };
	size_t n;
	int fd;

	if (p->url == NULL || a->have || a->n >= ADDRESSES_MAX)
		return SEK_OK;
	a->n++;
	s.url = strdup(p->url);
	if (s.url == NULL)
		return SEK_E_NOMEM;
	if (sek_bring(a->m->f, &s, &fd, &n) == SEK_OK) {
		read_crl(a, fd, n);
		(void)close(fd);
	} else {
		(void)snprintf(a->why, sizeof a->why, "%.250s", s.why);
	}
	free(s.url);
	return SEK_OK;
}

/* All CRLs of the chain; the root's own is nobody's to ask for. */
static int
gather(struct asking *a)
{
	STACK_OF(X509) *chain = a->m->blob.chain;
	int i, r = SEK_OK;

	for (i = 0; i + 1 < sk_X509_num(chain) && r == SEK_OK; i++) {
		a->n = 0;
		a->have = false;
		r = sek_points_cert(sk_X509_value(chain, i), one_address, a);
	}
	return r;
}

static bool
is_file(const struct sek_metadata *m)
{
	return strncasecmp(m->source.url, "file:", 5) == 0;
}

static enum sek_news
judge(struct asking *a, const struct sek_mds_rules *rules)
{
	STACK_OF(X509) *chain = NULL;
	struct sek_why why = { "" };
	char text[512];
	int r;

	r = sek_mds_signer(rules, a->m->blob.chain, a->crls, &chain, &why);
	if (r == SEK_OK) {
		sk_X509_pop_free(chain, X509_free);
		a->m->asked = true;
		return SEK_NEWS_NONE;
	}
	(void)snprintf(text, sizeof text, "its signer: %.200s%s%.250s",
	    why.text, a->why[0] != '\0' ? "; " : "", a->why);
	return sek_metadata_say(a->m, r == SEK_E_NOENT && a->why[0] != '\0' ?
	    SEK_NEWS_UNREACHABLE : SEK_NEWS_UNTRUSTED, text);
}

enum sek_news
sek_metadata_crls(struct sek_metadata *m, const struct sek_mds_rules *rules)
{
	struct asking a = { .m = m, .crls = sk_X509_CRL_new_null() };
	enum sek_news news;

	if (is_file(m)) {
		sk_X509_CRL_free(a.crls);
		sek_metadata_note(m, "whether its signer has been revoked was "
		    "not asked");
		return SEK_NEWS_NONE;
	}
	if (a.crls == NULL || gather(&a) != SEK_OK)
		news = sek_metadata_say(m, SEK_NEWS_UNWRITTEN,
		    "out of memory");
	else
		news = judge(&a, rules);
	sk_X509_CRL_pop_free(a.crls, X509_CRL_free);
	ERR_clear_error();
	return news;
}
