/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: has each certificate that is enrolled an OCSP answer that
 * a login would take?
 *
 * Part of the administrator's program.  Judges what sekisho-fetch has kept, by
 * the gate's own function; asks nobody on the network.
 */
#include "helpdesk/doctor.h"

#include <openssl/err.h>
#include <time.h>

#include "gate/certificate_rooms.h"
#include "gate/ocsp.h"
#include "gate/revocation.h"
#include "helpdesk/explain.h"
#include "sekisho/os.h"

#define BUSY_MS 5000

struct answers {
	const struct sek_policy *p;
	STACK_OF(X509) *cas;   /* owned */
	unsigned all, without;
	int64_t first;         /* credential without one */
};

/* Good or revoked: a login would know. */
static bool
has_answer(const struct answers *a, X509 *leaf, X509 *issuer)
{
	const struct sek_ocsp_rules rules = { .issuer = issuer, .leaf = leaf,
		.now = (int64_t)time(NULL), .untrusted = a->cas,
		.rsa_min_bits = a->p->rsa_min_bits,
		.max_age_s = 3600 * (int64_t)a->p->ocsp_max_age_h };
	char name[80], path[PATH_MAX + 100];
	struct sek_rev_info rev = { 0 };
	struct sek_why why = { "" };
	struct sek_buf der = { 0 };
	enum sek_reason r = SEK_R_NONE;

	if (sek_ocsp_name(leaf, issuer, name) != SEK_OK)
		return true; /* no memory, and nothing of the answer's */
	(void)snprintf(path, sizeof path, "%s/" SEK_OCSP_FOLDER "/%s",
	    a->p->cache, name);
	if (sek_read_safe_file(path, SEK_OCSP_MAX, &der, &why) == SEK_OK)
		r = sek_ocsp_check(der.p, der.len, &rules, &rev, &why);
	sek_buf_free(&der);
	ERR_clear_error();
	return r == SEK_R_OK || r == SEK_R_CERT_REVOKED;
}

static int
look_at(void *arg, int64_t credential, const uint8_t *der, size_t n)
{
	struct answers *a = arg;
	X509 *leaf = sek_cert_parse(der, n), *issuer;

	/* what is over is refused anyway, and what no CA here has issued */
	if (leaf != NULL && X509_cmp_time(X509_get0_notAfter(leaf), NULL) >
	    0 && (issuer = explain_issuer(leaf, a->cas)) != NULL) {
		a->all++;
		if (!has_answer(a, leaf, issuer) && a->without++ == 0)
			a->first = credential;
	}
	X509_free(leaf);
	return SEK_OK;
}

static int
look(struct answers *a)
{
	struct sek_store *s = NULL;
	struct sek_why why = { "" };
	int r;

	if ((a->cas = sk_X509_new_null()) == NULL)
		return SEK_E_NOMEM;
	r = sek_trust_read(a->p->anchors, SEK_TRUST_CA_ONLY, a->cas, &why);
	if (r == SEK_OK && a->p->intermediates[0] != '\0')
		r = sek_trust_read(a->p->intermediates, SEK_TRUST_CRL_ISSUER,
		    a->cas, &why);
	if (r == SEK_OK)
		r = sek_store_open(a->p->state, false, BUSY_MS, &s, &why);
	if (r == SEK_OK)
		r = sek_store_each_certificate(s, look_at, a);
	sek_store_close(s);
	sk_X509_pop_free(a->cas, X509_free);
	return r;
}

void
doctor_ocsp(struct doctor *x)
{
	const struct sek_policy *p = x->d->policy;
	struct answers a = { .p = p };
	char all[16], without[16], first[24], path[PATH_MAX + 16];
	bool needed = p->ocsp_live_s == 0 && p->check != SEK_CHECK_EITHER;

	/* what cannot be read has been told of as a part of the policy */
	if (p->anchors[0] == '\0' || !sek_rev_check_asks_ocsp(p->check) ||
	    look(&a) != SEK_OK || a.all == 0)
		return;
	(void)snprintf(path, sizeof path, "%s/%s", p->cache, SEK_OCSP_FOLDER);
	(void)snprintf(all, sizeof all, "%u", a.all);
	(void)snprintf(without, sizeof without, "%u", a.without);
	(void)snprintf(first, sizeof first, "%lld", (long long)a.first);
	if (a.without == 0)
		DR_SAY(x, DR_GOOD, "ocsp", W_DR_OCSP, { path, all });
	else
		DR_SAY(x, needed ? DR_BAD : DR_WARN, "ocsp-none",
		    needed ? W_DR_OCSP_NONE : W_DR_OCSP_FEW,
		    { path, without, all, first });
}
