/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The check of one OCSP answer (RFC 6960 3.2), in its order: form, then
 * signature, then what it says.  Runs in the gate, in sekisho-fetch and in
 * `sekisho`, on bytes from anybody.
 *
 * Nothing is believed before the signature is; what went wrong earlier is
 * told, and never decides for "good".
 */
#include "gate/ocsp.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "gate/ocsp_rooms.h"

#define MAX_EXTENSIONS 32 /* real answers have one or two */

/* Extensions of an answer: of the whole of it, or of one status in it. */
struct extensions {
	OCSP_BASICRESP *answer; /* or */
	OCSP_SINGLERESP *status;
};

static int
count_of(const struct extensions *x)
{
	return x->answer != NULL ? OCSP_BASICRESP_get_ext_count(x->answer) :
	    OCSP_SINGLERESP_get_ext_count(x->status);
}

static X509_EXTENSION *
extension(const struct extensions *x, int i)
{
	return x->answer != NULL ? OCSP_BASICRESP_get_ext(x->answer, i) :
	    OCSP_SINGLERESP_get_ext(x->status, i);
}

/* RFC 6960 4.4: what may be critical without changing what "good" means.
 * 4.4.5 allows the extensions of a CRL entry besides. */
static bool
is_known(const X509_EXTENSION *e)
{
	switch (OBJ_obj2nid(X509_EXTENSION_get_object(
	    (X509_EXTENSION *)e))) {
	case NID_id_pkix_OCSP_Nonce:
	case NID_id_pkix_OCSP_CrlID:
	case NID_id_pkix_OCSP_archiveCutoff:
	case NID_crl_reason:
	case NID_invalidity_date:
		return true;
	default:
		return false;
	}
}

static bool
stands_twice(const struct extensions *x, int i)
{
	const ASN1_OBJECT *o = X509_EXTENSION_get_object(extension(x, i));
	int j;

	for (j = 0; j < i; j++)
		if (OBJ_cmp(o, X509_EXTENSION_get_object(extension(x, j))) ==
		    0)
			return true;
	return false;
}

static bool
extensions_ok(const struct extensions *x, struct sek_why *why)
{
	int i, n = count_of(x);
	char name[80];
	X509_EXTENSION *e;

	if (n > MAX_EXTENSIONS) {
		sek_why_set(why, "too many extensions");
		return false;
	}
	for (i = 0; i < n; i++) {
		e = extension(x, i);
		if (OBJ_obj2txt(name, sizeof name,
		    X509_EXTENSION_get_object(e), 1) <= 0)
			name[0] = '\0';
		if (stands_twice(x, i)) {
			sek_why_set(why, "extension %s stands twice", name);
			return false;
		}
		if (X509_EXTENSION_get_critical(e) && !is_known(e)) {
			sek_why_set(why, "unknown critical extension %s",
			    name);
			return false;
		}
	}
	return true;
}

static bool
all_extensions_ok(OCSP_BASICRESP *b, struct sek_why *why)
{
	struct extensions x = { .answer = b };
	int i;

	if (!extensions_ok(&x, why))
		return false;
	x.answer = NULL;
	for (i = 0; i < OCSP_resp_count(b); i++) {
		x.status = OCSP_resp_get0(b, i);
		if (!extensions_ok(&x, why))
			return false;
	}
	return true;
}

/* RFC 9654 2.1: the nonce is an OCTET STRING within the extension's own. */
static bool
is_nonce(const X509_EXTENSION *e, const uint8_t *nonce, size_t n)
{
	const ASN1_OCTET_STRING *s = X509_EXTENSION_get_data(
	    (X509_EXTENSION *)e);
	const uint8_t *p = ASN1_STRING_get0_data(s);
	size_t all = (size_t)ASN1_STRING_length(s), len, head;
	uint8_t tag;

	return sek_der_head(p, all, &tag, &len, &head) &&
	    tag == V_ASN1_OCTET_STRING && len == all - head && len == n &&
	    CRYPTO_memcmp(p + head, nonce, n) == 0;
}

/* An answer without the nonce that was sent was made for everybody (RFC 5019
 * 4): it is new enough only if the caller says how old it may be. */
static bool
nonce_ok(OCSP_BASICRESP *b, const struct sek_ocsp_rules *rules,
    struct sek_why *why)
{
	int at = OCSP_BASICRESP_get_ext_by_NID(b, NID_id_pkix_OCSP_Nonce, -1);

	if (rules->nonce == NULL || rules->nonce_len == 0)
		return true;
	if (at < 0 && rules->max_age_s > 0)
		return true;
	if (at < 0) {
		sek_why_set(why, "no nonce, and no maximum age");
		return false;
	}
	if (is_nonce(OCSP_BASICRESP_get_ext(b, at), rules->nonce,
	    rules->nonce_len))
		return true;
	sek_why_set(why, "another nonce than the one that was sent");
	return false;
}

static enum sek_reason
check(const uint8_t *der, size_t n, const struct sek_ocsp_rules *rules,
    struct sek_rev_info *rev, struct sek_why *why)
{
	OCSP_BASICRESP *b = NULL;
	X509 *signer = NULL;
	enum sek_reason r;

	if ((r = sek_ocsp_parse(der, n, &b, why)) != SEK_R_OK)
		goto out;
	r = SEK_R_OCSP_INVALID;
	if (!all_extensions_ok(b, why) || !nonce_ok(b, rules, why))
		goto out;
	if ((r = sek_ocsp_signer(b, rules, &signer, why)) != SEK_R_OK)
		goto out;
	sek_cert_name(X509_get_subject_name(signer), rev->responder,
	    sizeof rev->responder);
	r = sek_ocsp_status(b, rules, rev, why);
out:
	OCSP_BASICRESP_free(b);
	return r;
}

enum sek_reason
sek_ocsp_check(const uint8_t *der, size_t n,
    const struct sek_ocsp_rules *rules, struct sek_rev_info *rev,
    struct sek_why *why)
{
	struct sek_rev_info seen = { .method = "ocsp", .status = "unknown" };
	struct sek_why told = { "" };
	enum sek_reason r;

	r = check(der, n, rules, &seen, &told);
	ERR_clear_error();
	*rev = seen;
	if (r != SEK_R_OK)
		sek_why_set(why, "%s", told.text);
	return r;
}
