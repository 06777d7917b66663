/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks the local deny-list about a certificate, under each spelling of its
 * issuer's name, and says what a row of it is called.  Runs in the gate and
 * in `sekisho`.
 *
 * A name may be written in other string types or letters and still be the
 * same (RFC 5280 7.1), in the CA's own certificate than in those it issues;
 * a row made from the one must not miss the other.
 */
#include "gate/denied.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "gate/certificate_rooms.h"
#include "sekisho/escape.h"

struct asked {
	struct sek_store *s;
	const X509_NAME *issuer;
	const struct sek_cert_info *info;
	const char *person;
	struct sek_deny *out;
};

/* By the names of these CAs, where they are the issuer's. */
static int
ask_spellings(const struct asked *a, const STACK_OF(X509) *cas)
{
	const X509_NAME *name;
	const unsigned char *der;
	uint8_t hash[32];
	size_t n;
	int i, r = SEK_E_NOENT;

	for (i = 0; r == SEK_E_NOENT && i < sk_X509_num(cas); i++) {
		name = X509_get_subject_name(sk_X509_value(cas, i));
		if (X509_NAME_cmp(name, a->issuer) != 0)
			continue;
		if (X509_NAME_get0_der(name, &der, &n) != 1 ||
		    EVP_Digest(der, n, hash, NULL, EVP_sha256(), NULL) != 1)
			return SEK_E_CRYPTO;
		r = sek_store_denied(a->s, a->person, a->info->spki_sha256,
		    hash, a->info->serial, a->out);
	}
	return r;
}

int
sek_denied(struct sek_store *s, const struct sek_trust *t, X509 *leaf,
    const struct sek_cert_info *info, const char *person,
    struct sek_deny *out)
{
	const struct asked a = { .s = s, .person = person, .info = info,
	    .issuer = X509_get_issuer_name(leaf), .out = out };
	int r = sek_store_denied(s, person, info->spki_sha256,
	    info->issuer_sha256, info->serial, out);

	if (r == SEK_E_NOENT && t != NULL)
		r = ask_spellings(&a, t->anchors);
	if (r == SEK_E_NOENT && t != NULL)
		r = ask_spellings(&a, t->intermediates);
	return r;
}

void
sek_denied_text(const struct sek_deny *d, char *out, size_t cap)
{
	char reason[200];

	(void)snprintf(out, cap, "number %lld of the deny-list (%s): %s",
	    (long long)d->id, sek_deny_word(d->kind),
	    sek_escape_str(reason, sizeof reason, d->reason));
}
