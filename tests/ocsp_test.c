/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules by which one OCSP answer is judged: each row spoils one thing of
 * a good answer (or of what it is judged by), and the words must name it.
 */
#include "tests/check.h"
#include "tests/ocsp_spoil.h"

#define INVALID SEK_R_OCSP_INVALID

struct row {
	const char *name;
	void (*spoil)(void);
	enum sek_reason want;
	const char *status;
	const char *word; /* somewhere in the words */
};

static const struct row rows[] = {
	/* who signs */
	{ "good by the issuer", nothing, SEK_R_OK, "good", "" },
	{ "good by the issuer's key", by_key, SEK_R_OK, "good", "" },
	{ "good by a delegate", delegate, SEK_R_OK, "good", "" },
	{ "good by a delegate's key", delegate_by_key, SEK_R_OK, "good", "" },
	{ "delegate without key usage", delegate_no_ku, SEK_R_OK, "good",
	    "" },
	{ "delegate that is a CA", delegate_ca, SEK_R_OK, "good", "" },
	{ "delegate until this second", delegate_ends_now, SEK_R_OK, "good",
	    "" },
	{ "delegate with Ed25519", delegate_ed25519, SEK_R_OK, "good", "" },
	{ "delegate with RSA and SHA-512", delegate_rsa, SEK_R_OK, "good",
	    "" },
	{ "delegate of the CA's own name", delegate_named_as_ca, SEK_R_OK,
	    "good", "" },
	{ "delegate among others", delegate_among_others, SEK_R_OK, "good",
	    "" },
	{ "delegate's certificate missing", delegate_left_out, INVALID,
	    "unknown", "no certificate of the responder" },
	{ "delegate's certificate beside", delegate_beside, SEK_R_OK, "good",
	    "" },
	{ "delegate is not revoked", delegate_fine, SEK_R_OK, "good", "" },
	{ "delegate is revoked", delegate_revoked, INVALID, "unknown",
	    "responder \"CN=OCSP\": revoked itself" },
	{ "delegate with ocsp-nocheck", delegate_no_check, SEK_R_OK, "good",
	    "" },
	{ "issuer is not asked about", issuer_not_asked_about, SEK_R_OK,
	    "good", "" },
	{ "delegate without EKU", no_usage, INVALID, "unknown",
	    "lacks the usage OCSPSigning" },
	{ "delegate for clients", client_usage, INVALID, "unknown",
	    "lacks the usage OCSPSigning" },
	{ "delegate for anything", any_usage, INVALID, "unknown",
	    "lacks the usage OCSPSigning" },
	{ "delegate expired", expired, INVALID, "unknown",
	    "is not valid now" },
	{ "delegate not yet valid", not_yet, INVALID, "unknown",
	    "is not valid now" },
	{ "delegate with keyEncipherment", wrong_ku, INVALID, "unknown",
	    "lacks digitalSignature" },
	{ "delegate of another CA with that name", of_other, INVALID,
	    "unknown", "was not signed by the certificate's issuer" },
	{ "another CA with that name", other_ca, INVALID, "unknown",
	    "the signature is not the issuer's" },
	{ "self-signed responder", self_signed, INVALID, "unknown",
	    "was not issued by" },
	{ "delegate with a critical extension", critical_cert, INVALID,
	    "unknown", "unknown critical extension" },
	{ "delegate signed with SHA-1", cert_by_sha1, INVALID, "unknown",
	    "ecdsa-with-SHA1" },
	{ "delegate of a CA below", of_sub_ca, INVALID, "unknown",
	    "was not issued by" },
	{ "delegate with RSA-1024", weak_key, INVALID, "unknown",
	    "RSA key of 1024 bits" },
	{ "delegate with too few bits", strict_bits, INVALID, "unknown",
	    "RSA key of 2048 bits" },
	{ "delegate with secp256k1", curve, INVALID, "unknown",
	    "curve not allowed" },
	{ "delegate with an extension twice", twice_in_cert, INVALID,
	    "unknown", "twice" },
	{ "the leaf signs for itself", leaf_signs, INVALID, "unknown",
	    "lacks the usage OCSPSigning" },
	{ "more certificates than are tried", too_many_certs, INVALID,
	    "unknown", "lacks the usage OCSPSigning" },
	{ "ResponderID of nobody", wrong_id, INVALID, "unknown",
	    "no certificate of the responder" },
	{ "ResponderID of another key", wrong_key_id, INVALID, "unknown",
	    "no certificate of the responder" },
	{ "ResponderID of the issuer, by a delegate", id_of_the_other,
	    INVALID, "unknown", "the signature is not the issuer's" },
	{ "tampered", tampered, INVALID, "unknown",
	    "the signature is not the issuer's" },
	{ "signature tampered", bad_signature, INVALID, "unknown",
	    "the signature is not the issuer's" },
	{ "tampered, by a delegate", delegate_tampered, INVALID, "unknown",
	    "did not sign this" },
	{ "signed with SHA-1", by_sha1, INVALID, "unknown",
	    "signature algorithm not allowed: ecdsa-with-SHA1" },
	{ "issuer expired", issuer_expired, INVALID, "unknown",
	    "the issuer is not valid now" },
	{ "issuer with RSA-1024", issuer_weak, INVALID, "unknown",
	    "the issuer: RSA key of 1024 bits" },
	/* dates */
	{ "stale", stale, SEK_R_OCSP_STALE, "stale", "past its nextUpdate" },
	{ "until this second", ends_now, SEK_R_OK, "good", "" },
	{ "from the skew's last second", begins_soon, SEK_R_OK, "good", "" },
	{ "from the future", future, INVALID, "stale",
	    "thisUpdate is in the future" },
	{ "no nextUpdate", no_next, INVALID, "stale", "no nextUpdate" },
	{ "no nextUpdate, as old as it may be", no_next_max_age, SEK_R_OK,
	    "good", "" },
	{ "older than it may be", too_old, SEK_R_OCSP_STALE, "stale",
	    "older than the maximum age" },
	{ "maximum age and nextUpdate", age_and_next, SEK_R_OK, "good", "" },
	{ "stale within the maximum age", stale_within_age,
	    SEK_R_OCSP_STALE, "stale", "past its nextUpdate" },
	{ "nextUpdate before thisUpdate", next_before_this, INVALID,
	    "unknown", "nextUpdate is before thisUpdate" },
	{ "producedAt in the skew's last second", produced_soon, SEK_R_OK,
	    "good", "" },
	{ "producedAt in the future", produced_future, INVALID, "unknown",
	    "producedAt is in the future" },
	{ "producedAt a skew before thisUpdate", produced_early, SEK_R_OK,
	    "good", "" },
	{ "producedAt before thisUpdate", produced_before, INVALID,
	    "unknown", "producedAt is before thisUpdate" },
	{ "producedAt after nextUpdate", produced_after, INVALID, "unknown",
	    "producedAt is after nextUpdate" },
	{ "fraction of a second", fraction, INVALID, "unknown",
	    "a date is not in the form" },
	{ "no time zone", no_zone, INVALID, "unknown", "" },
	{ "another time zone", offset, INVALID, "unknown",
	    "a date is not in the form" },
	{ "no seconds", no_seconds, INVALID, "unknown", "" },
	{ "30 February", feb_30, INVALID, "unknown", "" },
	{ "producedAt with a fraction", produced_fraction, INVALID,
	    "unknown", "producedAt is not in the form" },
	/* about whom */
	{ "wrong serial", wrong_serial, INVALID, "unknown",
	    "says nothing about this certificate" },
	{ "wrong issuer name hash", wrong_name, INVALID, "unknown",
	    "says nothing about this certificate" },
	{ "wrong issuer key hash", wrong_key, INVALID, "unknown",
	    "says nothing about this certificate" },
	{ "another issuer's serial", other_issuer, INVALID, "unknown",
	    "says nothing about this certificate" },
	{ "CertID by SHA-256", id_sha256, SEK_R_OK, "good", "" },
	{ "CertID by SHA-384", id_sha384, SEK_R_OK, "good", "" },
	{ "CertID by SHA-512", id_sha512, SEK_R_OK, "good", "" },
	{ "CertID by SHA-224", id_sha224, INVALID, "unknown",
	    "says nothing about this certificate" },
	{ "no status at all", no_status, INVALID, "unknown",
	    "says nothing about this certificate" },
	{ "unknown", unknown, SEK_R_OCSP_UNKNOWN, "unknown",
	    "does not know this certificate" },
	{ "unknown and stale", unknown_stale, SEK_R_OCSP_STALE, "unknown",
	    "past its nextUpdate" },
	{ "revoked", revoked, SEK_R_CERT_REVOKED, "revoked",
	    "certificate revoked" },
	{ "revoked and stale", revoked_stale, SEK_R_CERT_REVOKED, "revoked",
	    "" },
	{ "revoked in the future", revoked_future, SEK_R_CERT_REVOKED,
	    "revoked", "" },
	{ "revoked, forged", revoked_forged, INVALID, "unknown",
	    "the signature is not the issuer's" },
	{ "revoked without a reason", revoked_no_reason, SEK_R_CERT_REVOKED,
	    "revoked", "" },
	{ "revoked for an unheard-of reason", revoked_odd_reason,
	    SEK_R_CERT_REVOKED, "revoked", "" },
	{ "revoked as removeFromCRL", removed_from_crl, SEK_R_CERT_REVOKED,
	    "revoked", "" },
	/* several statuses */
	{ "twice the same", two, SEK_R_OK, "good", "" },
	{ "twice by two hashes", two_hashes, SEK_R_OK, "good", "" },
	{ "beside another's", with_another, SEK_R_OK, "good", "" },
	{ "beside another's revoked", another_revoked, SEK_R_OK, "good", "" },
	{ "good and revoked", good_and_revoked, SEK_R_CERT_REVOKED,
	    "revoked", "" },
	{ "revoked and good", revoked_and_good, SEK_R_CERT_REVOKED,
	    "revoked", "" },
	{ "good and unknown", good_and_unknown, INVALID, "unknown",
	    "contradicts itself" },
	{ "good and revoked, stale", good_and_revoked_stale, INVALID,
	    "unknown", "contradicts itself" },
	{ "good and stale", good_and_stale, SEK_R_OCSP_STALE, "stale", "" },
	{ "stale and good", stale_and_good, SEK_R_OCSP_STALE, "stale", "" },
	{ "good and from the future", good_and_future, INVALID, "stale",
	    "in the future" },
	{ "no certificate given", no_leaf, SEK_R_OK, "good", "" },
	{ "no certificate given, two statuses", no_leaf_two, INVALID,
	    "unknown", "holds not one status" },
	{ "no certificate given, another issuer's", no_leaf_other, INVALID,
	    "unknown", "says nothing about a certificate of this issuer" },
	{ "no certificate given, revoked", no_leaf_revoked,
	    SEK_R_CERT_REVOKED, "revoked", "" },
	/* extensions */
	{ "unknown critical extension", critical, INVALID, "unknown",
	    "unknown critical extension 1.2.392.99.1" },
	{ "unknown extension", not_critical, SEK_R_OK, "good", "" },
	{ "unknown critical extension of a status", critical_status, INVALID,
	    "unknown", "unknown critical extension" },
	{ "unknown critical extension of another's", critical_other_status,
	    INVALID, "unknown", "unknown critical extension" },
	{ "unknown extension of a status", not_critical_status, SEK_R_OK,
	    "good", "" },
	{ "CrlID", crl_id, SEK_R_OK, "good", "" },
	{ "archiveCutoff", archive_cutoff, SEK_R_OK, "good", "" },
	{ "two nonces", nonce_twice, INVALID, "unknown", "stands twice" },
	/* nonce */
	{ "right nonce", nonce_right, SEK_R_OK, "good", "" },
	{ "wrong nonce", nonce_wrong, INVALID, "unknown", "another nonce" },
	{ "wrong nonce, young", nonce_wrong_max_age, INVALID, "unknown",
	    "another nonce" },
	{ "half the nonce", nonce_short, INVALID, "unknown",
	    "another nonce" },
	{ "more than the nonce", nonce_long, INVALID, "unknown",
	    "another nonce" },
	{ "no nonce", nonce_none, INVALID, "unknown", "no nonce" },
	{ "no nonce, young", nonce_none_max_age, SEK_R_OK, "good", "" },
	{ "no nonce, old", nonce_none_old, SEK_R_OCSP_STALE, "stale", "" },
	{ "nonce that nobody asked for", nonce_unasked, SEK_R_OK, "good",
	    "" },
	/* form */
	{ "version 1 in so many words", version_1, SEK_R_OK, "good", "" },
	{ "version 2", version_2, INVALID, "unknown", "version 1" },
	{ "malformedRequest", malformed_request, SEK_R_OCSP_MISSING,
	    "unknown", "says malformedRequest" },
	{ "internalError", internal_error, SEK_R_OCSP_MISSING, "unknown",
	    "says internalError" },
	{ "tryLater", try_later, SEK_R_OCSP_MISSING, "unknown",
	    "says tryLater" },
	{ "sigRequired", sig_required, SEK_R_OCSP_MISSING, "unknown",
	    "says sigRequired" },
	{ "unauthorized", unauthorized, SEK_R_OCSP_MISSING, "unknown",
	    "says unauthorized" },
	{ "status 4", status_4, INVALID, "unknown", "status is unknown" },
	{ "status 7", status_7, INVALID, "unknown", "status is unknown" },
	{ "successful without an answer", success_without_bytes, INVALID,
	    "unknown", "no basic OCSP answer" },
	{ "another type of answer", other_type, INVALID, "unknown",
	    "no basic OCSP answer" },
	{ "a byte too many", trailing, INVALID, "unknown", "in DER" },
	{ "BER", ber, INVALID, "unknown", "in DER" },
	{ "empty", empty, INVALID, "unknown", "in DER" },
	{ "HTML", html, INVALID, "unknown", "in DER" },
	{ "a byte too few", cut, INVALID, "unknown", "in DER" },
	{ "huge", huge, INVALID, "unknown", "longer than 65536 bytes" },
};

static const struct row *at;

static enum sek_reason
judge(struct sek_rev_info *rev, struct sek_why *why)
{
	if (der.p == NULL || der.cap == 0 || der.len == 0)
		if (at == NULL || at->spoil != empty)
			CHECK(mint_answer(&m, &der));
	return sek_ocsp_check(der.p, der.len, &rules, rev, why);
}

static void
verdict(void)
{
	struct sek_rev_info rev = { .method = "crl", .grace_used = true };
	struct sek_why why = { "" };
	enum sek_reason r;

	fresh();
	at->spoil();
	r = judge(&rev, &why);
	if (r != at->want)
		printf("# %s\n", why.text);
	CHECK_INT(r, at->want);
	CHECK_STR(rev.status, at->status);
	CHECK_STR(rev.method, "ocsp");
	CHECK(!rev.grace_used && !rev.live);
	CHECK((why.text[0] == '\0') == (r == SEK_R_OK));
	if (strstr(why.text, at->word) == NULL)
		CHECK_STR(why.text, at->word);
}

/* -- what the record gets */

static void
details(void)
{
	struct sek_rev_info rev;
	struct sek_why why;

	fresh();
	revoked();
	signed_by(GOOD);
	CHECK_INT(judge(&rev, &why), SEK_R_CERT_REVOKED);
	CHECK_STR(rev.revoked_reason, "keyCompromise");
	CHECK_INT(rev.revoked_at, NOW - 24 * HOUR);
	CHECK_INT(rev.this_update, NOW - HOUR);
	CHECK_INT(rev.next_update, NOW + HOUR);
	CHECK_INT(rev.produced_at, NOW - HOUR);
	CHECK_INT(rev.age_s, HOUR);
	CHECK_STR(rev.responder, "CN=OCSP");
	fresh();
	revoked_odd_reason();
	CHECK_INT(judge(&rev, &why), SEK_R_CERT_REVOKED);
	CHECK_STR(rev.revoked_reason, "");
	fresh();
	CHECK_INT(judge(&rev, &why), SEK_R_OK);
	CHECK_INT(rev.revoked_at, 0);
	CHECK_STR(rev.responder, "CN=Ward CA");
}

/* What a forged answer claims is not even told. */
static void
forged_tells_nothing(void)
{
	struct sek_rev_info rev;
	struct sek_why why;

	fresh();
	revoked_forged();
	CHECK_INT(judge(&rev, &why), INVALID);
	CHECK_STR(rev.responder, "");
	CHECK_STR(rev.revoked_reason, "");
	CHECK_INT(rev.this_update, 0);
	CHECK_INT(rev.produced_at, 0);
}

static void
responder_is_asked_once(void)
{
	struct sek_rev_info rev;
	struct sek_why why;

	fresh();
	delegate_fine();
	CHECK_INT(judge(&rev, &why), SEK_R_OK);
	CHECK_INT(responder_asked, 1);
	fresh();
	delegate_no_check();
	CHECK_INT(judge(&rev, &why), SEK_R_OK);
	CHECK_INT(responder_asked, 0);
}

/* Any one bit of an answer: never good for another reason than that the bit
 * did not matter, and nothing in it does not matter. */
static void
every_bit_matters(void)
{
	struct sek_rev_info rev;
	struct sek_why why;
	struct sek_buf good = { 0 };
	size_t i, n = 0;

	fresh();
	signed_by(GOOD);
	CHECK(mint_answer(&m, &good));
	for (i = 0; i < good.len * 8; i++) {
		good.p[i / 8] ^= (uint8_t)(1u << (i % 8));
		if (sek_ocsp_check(good.p, good.len, &rules, &rev, &why) ==
		    SEK_R_OK)
			n++;
		good.p[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	CHECK(sek_ocsp_check(good.p, good.len, &rules, &rev, &why) ==
	    SEK_R_OK);
	sek_buf_free(&good);
	CHECK_INT(n, 0);
}

/* -- the question */

static void
question(void)
{
	struct sek_ocsp_ask a = { .nonce_len = 0 }, b = { .nonce_len = 0 };
	const unsigned char *p;
	OCSP_REQUEST *q;
	OCSP_CERTID *id = OCSP_cert_to_id(NULL, who(LEAF), who(CA));
	int at_nonce, same;

	CHECK_INT(sek_ocsp_ask_make(who(LEAF), who(CA), true, &a), SEK_OK);
	CHECK_INT(sek_ocsp_ask_make(who(LEAF), who(CA), true, &b), SEK_OK);
	CHECK_INT(a.nonce_len, 32);
	CHECK(memcmp(a.nonce, b.nonce, 32) != 0);
	p = a.request.p;
	q = d2i_OCSP_REQUEST(NULL, &p, (long)a.request.len);
	CHECK(q != NULL && p == a.request.p + a.request.len);
	same = OCSP_id_cmp(id, OCSP_onereq_get0_id(
	    OCSP_request_onereq_get0(q, 0)));
	at_nonce = OCSP_REQUEST_get_ext_by_NID(q, NID_id_pkix_OCSP_Nonce, -1);
	OCSP_REQUEST_free(q);
	OCSP_CERTID_free(id);
	CHECK_INT(same, 0);
	CHECK_INT(at_nonce, 0);
	/* the nonce is the end of it: RFC 9654 2.1 */
	CHECK(memcmp(a.request.p + a.request.len - 32, a.nonce, 32) == 0);
	CHECK(memcmp(a.request.p + a.request.len - 34, "\x04\x20", 2) == 0);
	sek_ocsp_ask_clear(&a);
	sek_ocsp_ask_clear(&b);
	CHECK_INT(sek_ocsp_ask_make(who(LEAF), who(CA), false, &a), SEK_OK);
	CHECK_INT(a.nonce_len, 0);
	CHECK(a.request.len < 120);
	sek_ocsp_ask_clear(&a);
	CHECK(a.request.p == NULL);
}

static void
names(void)
{
	char a[80], b[80];

	CHECK_INT(sek_ocsp_name(who(LEAF), who(CA), a), SEK_OK);
	CHECK_INT(strlen(a), 64 + 5);
	CHECK_INT(strspn(a, "0123456789abcdef"), 64);
	CHECK_STR(a + 64, ".ocsp");
	CHECK_INT(sek_ocsp_name(who(LEAF), who(CA), b), SEK_OK);
	CHECK_STR(a, b);
	/* the same names and serial under another key */
	CHECK_INT(sek_ocsp_name(who(STRANGER), who(OTHER_CA), b), SEK_OK);
	CHECK(strcmp(a, b) != 0);
	CHECK_INT(sek_ocsp_name(who(GOOD), who(CA), b), SEK_OK);
	CHECK(strcmp(a, b) != 0);
}

static void
url_is(const char *aia, size_t cap, const char *want)
{
	const char *const ext[] = { aia, NULL };
	struct mint_cert c = { .subject = "u", .serial = 1, .key = cast.key,
	    .from = NOW, .to = NOW + 1, .ext = aia != NULL ? ext : NULL };
	X509 *x = mint_certificate(&c);
	char url[200];

	CHECK(x != NULL && cap <= sizeof url);
	sek_ocsp_url(x, url, cap);
	X509_free(x);
	CHECK_STR(url, want);
}

static void
urls(void)
{
#define AIA "authorityInfoAccess="
	url_is(NULL, 200, "");
	url_is(AIA "OCSP;URI:http://a/b", 200, "http://a/b");
	url_is(AIA "OCSP;URI:https://a/b", 200, "https://a/b");
	url_is(AIA "OCSP;URI:HTTP://a/b", 200, "HTTP://a/b");
	url_is(AIA "OCSP;URI:file:///etc/passwd", 200, "");
	url_is(AIA "OCSP;URI:ldap://a/b,OCSP;URI:http://c/d", 200,
	    "http://c/d");
	url_is(AIA "caIssuers;URI:http://a/b", 200, "");
	url_is(AIA "caIssuers;URI:http://a/b,OCSP;URI:http://c/d", 200,
	    "http://c/d");
	url_is(AIA "OCSP;DNS:example.jp,OCSP;URI:http://c/d", 200,
	    "http://c/d");
	url_is(AIA "OCSP;URI:http://a/b c", 200, "");
	url_is(AIA "OCSP;URI:http://a/\x01", 200, "");
	url_is(AIA "OCSP;URI:http://a/b", 11, "http://a/b");
	url_is(AIA "OCSP;URI:http://a/b", 10, "");
}

int
main(void)
{
	size_t i;

	if (sek_crypto_start() != SEK_OK || !cast_open(&cast)) {
		printf("not ok ocsp: no certificates\n");
		return 1;
	}
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		at = &rows[i];
		RUN_AS(at->name, verdict);
	}
	at = NULL;
	RUN(details);
	RUN(forged_tells_nothing);
	RUN(responder_is_asked_once);
	RUN(every_bit_matters);
	RUN(question);
	RUN(names);
	RUN(urls);
	sek_buf_free(&der);
	cast_close(&cast);
	return CHECK_END();
}
