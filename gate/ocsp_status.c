/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which status in a signed OCSP answer is about our certificate, what does
 * it say, and is it in date (RFC 6960 3.2, 4.2.2.1)?
 * Runs in the gate, in sekisho-fetch and in `sekisho`.
 *
 * A signed "revoked" refuses even when it is out of date, as a CRL does; a
 * "good" must be in date, and nothing else in the answer may contradict it.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "gate/ocsp_rooms.h"

/* One status that is ours. */
struct one {
	int status;             /* V_OCSP_CERTSTATUS_* */
	enum sek_reason dated;  /* SEK_R_OK: in date */
	struct sek_why why;
	struct sek_rev_info rev;
};

static enum sek_reason
refuse(struct sek_why *why, enum sek_reason r, const char *what)
{
	sek_why_set(why, "%s", what);
	return r;
}

/* RFC 6960 4.3: SHA-1 is what everybody writes; it protects nothing here. */
static const EVP_MD *
hash_of(const ASN1_OBJECT *o)
{
	const int nid = OBJ_obj2nid(o);

	return nid == NID_sha1 ? EVP_sha1() : sek_sha2(nid);
}

static bool
is_hash(const ASN1_OCTET_STRING *s, const uint8_t *hash, unsigned int n)
{
	return ASN1_STRING_length(s) == (int)n &&
	    memcmp(ASN1_STRING_get0_data(s), hash, n) == 0;
}

static bool
is_name(const ASN1_OCTET_STRING *s, const X509_NAME *name, const EVP_MD *md)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	return X509_NAME_digest(name, md, hash, &n) == 1 &&
	    is_hash(s, hash, n);
}

/* RFC 6960 4.1.1: name as it stands in the certificate, key without its head,
 * serial.  An issuer may spell its own name in another string type. */
static bool
is_ours(OCSP_SINGLERESP *single, const struct sek_ocsp_rules *rules)
{
	OCSP_CERTID *id = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(single);
	ASN1_OCTET_STRING *name, *key;
	ASN1_INTEGER *serial;
	ASN1_OBJECT *alg;
	const EVP_MD *md;
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	if (OCSP_id_get0_info(&name, &alg, &key, &serial, id) != 1 ||
	    (md = hash_of(alg)) == NULL)
		return false;
	if (rules->leaf != NULL && ASN1_INTEGER_cmp(serial,
	    X509_get0_serialNumber(rules->leaf)) != 0)
		return false;
	if (X509_pubkey_digest(rules->issuer, md, hash, &n) != 1 ||
	    !is_hash(key, hash, n))
		return false;
	return (rules->leaf != NULL &&
	    is_name(name, X509_get_issuer_name(rules->leaf), md)) ||
	    is_name(name, X509_get_subject_name(rules->issuer), md);
}

int64_t
sek_ocsp_overdue(const struct sek_rev_info *rev, int64_t now,
    int64_t max_age_s)
{
	int64_t late = 0;

	if (rev->next_update != 0 && now > rev->next_update)
		late = now - rev->next_update;
	if (max_age_s > 0 && now - rev->this_update - max_age_s > late)
		late = now - rev->this_update - max_age_s;
	return late;
}

/* The dates must make sense together before anything is said of them. */
static bool
dates_ok(const ASN1_TIME *this, const ASN1_TIME *next,
    struct sek_rev_info *rev, struct sek_why *why)
{
	if (sek_cert_time(this, &rev->this_update) != SEK_OK ||
	    (next != NULL &&
	    sek_cert_time(next, &rev->next_update) != SEK_OK)) {
		sek_why_set(why, "a date is not in the form of RFC 5280 "
		    "4.1.2.5.2");
		return false;
	}
	if (next != NULL && rev->next_update < rev->this_update) {
		sek_why_set(why, "nextUpdate is before thisUpdate");
		return false;
	}
	return true;
}

static enum sek_reason
in_date(const struct sek_ocsp_rules *rules, const ASN1_TIME *next,
    const struct sek_rev_info *rev, struct sek_why *why)
{
	if (rev->this_update > rules->now + SEK_OCSP_SKEW_S)
		return refuse(why, SEK_R_OCSP_INVALID, "thisUpdate is in the "
		    "future: is the clock right?");
	if (next == NULL && rules->max_age_s <= 0)
		return refuse(why, SEK_R_OCSP_INVALID,
		    "no nextUpdate, and no maximum age");
	if (sek_ocsp_overdue(rev, rules->now, rules->max_age_s) == 0)
		return SEK_R_OK;
	return refuse(why, SEK_R_OCSP_STALE, next != NULL &&
	    rules->now > rev->next_update ? "is past its nextUpdate" :
	    "is older than the maximum age");
}

/* RFC 6960 4.2.2.1: when the answer was signed, against what it tells. */
static bool
produced_ok(const struct sek_ocsp_rules *rules, const ASN1_TIME *next,
    const struct sek_rev_info *rev, struct sek_why *why)
{
	const char *what = NULL;

	if (rev->produced_at > rules->now + SEK_OCSP_SKEW_S)
		what = "producedAt is in the future: is the clock right?";
	else if (rev->produced_at < rev->this_update - SEK_OCSP_SKEW_S)
		what = "producedAt is before thisUpdate";
	else if (next != NULL && rev->produced_at > rev->next_update)
		what = "producedAt is after nextUpdate";
	if (what != NULL)
		sek_why_set(why, "%s", what);
	return what == NULL;
}

static void
note_revoked(const ASN1_TIME *at, int reason, struct sek_rev_info *rev)
{
	const char *word;

	if (sek_cert_time(at, &rev->revoked_at) != SEK_OK)
		rev->revoked_at = 0;
	if (reason < 0)
		return;
	word = OCSP_crl_reason_str(reason);
	if (word[0] != '(') /* a number that RFC 5280 5.3.1 does not have */
		(void)snprintf(rev->revoked_reason,
		    sizeof rev->revoked_reason, "%s", word);
}

/* False: the answer as a whole is not to be believed. */
static bool
read_one(OCSP_SINGLERESP *single, const struct sek_ocsp_rules *rules,
    struct one *o)
{
	ASN1_GENERALIZEDTIME *at = NULL, *this = NULL, *next = NULL;
	int reason = -1;
	const char *word = "unknown";

	o->status = OCSP_single_get0_status(single, &reason, &at, &this,
	    &next);
	if (!dates_ok(this, next, &o->rev, &o->why) ||
	    !produced_ok(rules, next, &o->rev, &o->why))
		return false;
	o->rev.age_s = rules->now - o->rev.this_update;
	o->dated = in_date(rules, next, &o->rev, &o->why);
	if (o->status == V_OCSP_CERTSTATUS_REVOKED) {
		word = "revoked";
		note_revoked(at, reason, &o->rev);
	} else if (o->status == V_OCSP_CERTSTATUS_GOOD) {
		word = o->dated == SEK_R_OK ? "good" : "stale";
	}
	(void)snprintf(o->rev.status, sizeof o->rev.status, "%s", word);
	return true;
}

static enum sek_reason
verdict(const struct one *o, struct sek_rev_info *rev, struct sek_why *why)
{
	*rev = o->rev;
	if (o->status == V_OCSP_CERTSTATUS_REVOKED)
		return refuse(why, SEK_R_CERT_REVOKED, "certificate revoked");
	if (o->dated != SEK_R_OK)
		return refuse(why, o->dated, o->why.text);
	if (o->status == V_OCSP_CERTSTATUS_GOOD)
		return SEK_R_OK;
	return refuse(why, SEK_R_OCSP_UNKNOWN,
	    "the responder does not know this certificate");
}

/* Of several that are ours: one that says revoked, in date, decides; else all
 * must say the same, and the one that is least in date counts. */
static enum sek_reason
judge(OCSP_BASICRESP *b, const struct sek_ocsp_rules *rules,
    struct sek_rev_info *rev, struct sek_why *why)
{
	struct one chosen = { .status = -1 }, o;
	bool differ = false;
	int i, n = 0;

	for (i = 0; i < OCSP_resp_count(b); i++) {
		if (!is_ours(OCSP_resp_get0(b, i), rules))
			continue;
		o = (struct one){ .rev = *rev, .status = -1 };
		if (!read_one(OCSP_resp_get0(b, i), rules, &o))
			return refuse(why, SEK_R_OCSP_INVALID, o.why.text);
		if (o.status == V_OCSP_CERTSTATUS_REVOKED &&
		    o.dated == SEK_R_OK)
			return verdict(&o, rev, why);
		if (n > 0 && o.status != chosen.status)
			differ = true;
		if (n++ == 0 || chosen.dated == SEK_R_OK)
			chosen = o;
	}
	if (n == 0)
		return refuse(why, SEK_R_OCSP_INVALID, rules->leaf != NULL ?
		    "says nothing about this certificate" :
		    "says nothing about a certificate of this issuer");
	if (differ)
		return refuse(why, SEK_R_OCSP_INVALID,
		    "contradicts itself about this certificate");
	return verdict(&chosen, rev, why);
}

enum sek_reason
sek_ocsp_status(OCSP_BASICRESP *b, const struct sek_ocsp_rules *rules,
    struct sek_rev_info *rev, struct sek_why *why)
{
	if (sek_cert_time(OCSP_resp_get0_produced_at(b),
	    &rev->produced_at) != SEK_OK) {
		rev->produced_at = 0;
		return refuse(why, SEK_R_OCSP_INVALID, "producedAt is not in "
		    "the form of RFC 5280 4.1.2.5.2");
	}
	if (rules->leaf == NULL && OCSP_resp_count(b) != 1)
		return refuse(why, SEK_R_OCSP_INVALID,
		    "holds not one status, and no certificate was given");
	return judge(b, rules, rev, why);
}
