/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A good OCSP answer, and one function for each thing that is spoilt about it
 * or about what it is judged by.  Included once by tests/ocsp_test.c.
 */
#ifndef TESTS_OCSP_SPOIL_H
#define TESTS_OCSP_SPOIL_H

#include "gate/ocsp_rooms.h"
#include "tests/ocsp_cast.h"

static struct cast cast;
static struct mint m;
static struct sek_ocsp_rules rules;
static struct sek_buf der;
static const uint8_t nonce[32] = "a nonce of thirty-two octets ...";
static int responder_asked;

static X509 *
who(enum role r)
{
	return cast.x[r];
}

static void
signed_by(enum role r)
{
	m.id = who(r);
	m.key = cast_key(&cast, r);
	m.certs[0] = r == CA ? NULL : who(r);
}

/* A good answer of the issuer's, made an hour ago, for two hours. */
static void
fresh(void)
{
	m = (struct mint){ .n = 1, .produced_at = NOW - HOUR,
	    .one = { { .leaf = who(LEAF), .issuer = who(CA),
	    .this_update = NOW - HOUR, .next_update = NOW + HOUR } } };
	signed_by(CA);
	rules = (struct sek_ocsp_rules){ .issuer = who(CA),
	    .leaf = who(LEAF), .now = NOW };
	responder_asked = 0;
	sek_buf_clear(&der);
}

static enum sek_reason
responder_revoked(void *arg, X509 *x, struct sek_why *why)
{
	responder_asked++;
	sek_why_set(why, "%s", X509_cmp(x, arg) == 0 ? "revoked itself" :
	    "who is that?");
	return SEK_R_CERT_REVOKED;
}

static enum sek_reason
responder_fine(void *arg, X509 *x, struct sek_why *why)
{
	(void)why;
	responder_asked += X509_cmp(x, arg) == 0 ? 1 : 100;
	return SEK_R_OK;
}

/* -- what is spoilt; m is made into `der` after it, unless it is there */

#define SPOIL(name) static void name(void)

SPOIL(nothing) { }
SPOIL(by_key) { m.by_key = true; }
SPOIL(delegate) { signed_by(GOOD); }
SPOIL(delegate_by_key) { signed_by(GOOD); m.by_key = true; }
SPOIL(delegate_no_ku) { signed_by(NO_KU); }
SPOIL(delegate_ca) { signed_by(IS_CA); }
SPOIL(delegate_ends_now) { signed_by(ENDS_NOW); }
SPOIL(delegate_ed25519) { signed_by(ED); }
SPOIL(delegate_rsa) { signed_by(RSA_2048); m.md = NID_sha512; }
SPOIL(delegate_named_as_ca) { signed_by(AS_CA); }
SPOIL(delegate_among_others)
{
	signed_by(GOOD);
	m.certs[0] = who(LEAF);
	m.certs[1] = who(NO_USAGE); /* the same name and key */
	m.certs[2] = who(GOOD);
}
SPOIL(delegate_left_out) { signed_by(GOOD); m.certs[0] = NULL; }
SPOIL(delegate_beside)
{
	static STACK_OF(X509) *beside;

	signed_by(GOOD);
	m.certs[0] = NULL;
	if (beside == NULL && (beside = sk_X509_new_null()) != NULL)
		(void)sk_X509_push(beside, who(GOOD));
	rules.untrusted = beside;
}
SPOIL(delegate_fine)
{
	signed_by(CHECKED);
	rules.responder = responder_fine;
	rules.responder_arg = who(CHECKED);
}
SPOIL(delegate_revoked)
{
	signed_by(CHECKED);
	rules.responder = responder_revoked;
	rules.responder_arg = who(CHECKED);
}
SPOIL(delegate_no_check)
{
	signed_by(GOOD);
	rules.responder = responder_revoked;
}
SPOIL(issuer_not_asked_about) { rules.responder = responder_revoked; }
SPOIL(no_usage) { signed_by(NO_USAGE); }
SPOIL(client_usage) { signed_by(CLIENT); }
SPOIL(any_usage) { signed_by(ANY); }
SPOIL(expired) { signed_by(EXPIRED); }
SPOIL(not_yet) { signed_by(NOT_YET); }
SPOIL(wrong_ku) { signed_by(WRONG_KU); }
SPOIL(of_other) { signed_by(OF_OTHER); }
SPOIL(other_ca) { signed_by(OTHER_CA); }
SPOIL(self_signed) { signed_by(SELF); }
SPOIL(critical_cert) { signed_by(CRITICAL); }
SPOIL(cert_by_sha1) { signed_by(BY_SHA1); }
SPOIL(of_sub_ca) { signed_by(OF_IS_CA); m.certs[1] = who(IS_CA); }
SPOIL(weak_key) { signed_by(WEAK); }
SPOIL(strict_bits) { signed_by(RSA_2048); rules.rsa_min_bits = 3072; }
SPOIL(curve) { signed_by(CURVE); }
SPOIL(twice_in_cert) { signed_by(TWICE); }
SPOIL(leaf_signs) { signed_by(LEAF); }
SPOIL(too_many_certs)
{
	size_t i;

	signed_by(GOOD);
	for (i = 0; i < MINT_CERTS - 1; i++)
		m.certs[i] = who(NO_USAGE);
	m.certs[i] = who(GOOD);
}
SPOIL(wrong_id) { m.id = who(LEAF); m.certs[0] = who(GOOD); }
SPOIL(wrong_key_id) { m.id = who(OTHER_CA); m.by_key = true; }
SPOIL(id_of_the_other) { signed_by(GOOD); m.id = who(CA); }
SPOIL(tampered) { m.tampered = true; }
SPOIL(bad_signature) { m.bad_signature = true; }
SPOIL(delegate_tampered) { signed_by(GOOD); m.tampered = true; }
SPOIL(by_sha1) { m.md = NID_sha1; }
SPOIL(issuer_expired)
{
	rules.issuer = who(EXPIRED);
	m.id = who(EXPIRED);
	m.key = cast.key;
}
SPOIL(issuer_weak)
{
	rules.issuer = who(WEAK);
	m.id = who(WEAK);
	m.key = cast.weak_key;
}

SPOIL(stale) { m.one[0].next_update = NOW - 1; }
SPOIL(ends_now) { m.one[0].next_update = NOW; }
SPOIL(begins_soon)
{
	m.one[0].this_update = m.produced_at = NOW + SEK_OCSP_SKEW_S;
}
SPOIL(future)
{
	begins_soon();
	m.one[0].this_update++;
}
SPOIL(no_next) { m.one[0].next_update = 0; }
SPOIL(no_next_max_age) { no_next(); rules.max_age_s = HOUR; }
SPOIL(too_old) { rules.max_age_s = HOUR - 1; }
SPOIL(age_and_next) { rules.max_age_s = 2 * HOUR; }
SPOIL(stale_within_age) { stale(); rules.max_age_s = 2 * HOUR; }
SPOIL(next_before_this)
{
	m.one[0].this_update = NOW + 10;
	m.one[0].next_update = NOW + 9;
}
SPOIL(produced_soon) { m.produced_at = NOW + SEK_OCSP_SKEW_S; }
SPOIL(produced_future) { m.produced_at = NOW + SEK_OCSP_SKEW_S + 1; }
SPOIL(produced_early)
{
	m.produced_at = m.one[0].this_update - SEK_OCSP_SKEW_S;
}
SPOIL(produced_before) { produced_early(); m.produced_at--; }
SPOIL(produced_after)
{
	m.one[0].next_update = NOW;
	m.produced_at = NOW + 1;
}
SPOIL(fraction) { m.one[0].this_text = "20260921120000.5Z"; }
SPOIL(no_zone) { m.one[0].this_text = "20260921120000"; }
SPOIL(offset) { m.one[0].this_text = "20260921120000+0900"; }
SPOIL(no_seconds) { m.one[0].this_text = "202609211200Z"; }
SPOIL(feb_30) { m.one[0].this_text = "20260230120000Z"; }
SPOIL(produced_fraction) { m.produced_text = "20260921120000.5Z"; }

SPOIL(wrong_serial) { m.one[0].wrong_serial = true; }
SPOIL(wrong_name) { m.one[0].wrong_name = true; }
SPOIL(wrong_key) { m.one[0].wrong_key = true; }
SPOIL(other_issuer) { m.one[0].issuer = who(OTHER_CA); }
SPOIL(id_sha256) { m.one[0].hash = NID_sha256; }
SPOIL(id_sha384) { m.one[0].hash = NID_sha384; }
SPOIL(id_sha512) { m.one[0].hash = NID_sha512; }
SPOIL(id_sha224) { m.one[0].hash = NID_sha224; }
SPOIL(no_status) { m.n = 0; }
SPOIL(unknown) { m.one[0].status = MINT_UNKNOWN; }
SPOIL(unknown_stale) { unknown(); stale(); }
SPOIL(revoked)
{
	m.one[0].status = MINT_REVOKED;
	m.one[0].reason = 1 + 1;
	m.one[0].revoked_at = NOW - 24 * HOUR;
}
SPOIL(revoked_stale) { revoked(); stale(); }
SPOIL(revoked_future) { revoked(); future(); }
SPOIL(revoked_forged) { revoked(); m.tampered = true; }
SPOIL(revoked_no_reason) { revoked(); m.one[0].reason = 0; }
SPOIL(revoked_odd_reason) { revoked(); m.one[0].reason = 1 + 42; }
SPOIL(removed_from_crl) { revoked(); m.one[0].reason = 1 + 8; }

/* several */
SPOIL(two) { m.one[1] = m.one[0]; m.n = 2; }
SPOIL(two_hashes) { two(); m.one[1].hash = NID_sha256; }
SPOIL(with_another) { two(); m.one[0].wrong_serial = true; }
SPOIL(another_revoked)
{
	two();
	revoked();
	m.one[0].wrong_serial = true;
}
SPOIL(good_and_revoked)
{
	revoked();
	two();
	m.one[0].status = MINT_GOOD;
}
SPOIL(revoked_and_good)
{
	two();
	revoked();
}
SPOIL(good_and_unknown) { two(); m.one[1].status = MINT_UNKNOWN; }
SPOIL(good_and_revoked_stale)
{
	good_and_revoked();
	m.one[1].next_update = NOW - 1;
}
SPOIL(good_and_stale) { two(); m.one[1].next_update = NOW - 1; }
SPOIL(stale_and_good) { two(); m.one[0].next_update = NOW - 1; }
SPOIL(good_and_future)
{
	two();
	m.one[1].this_update = NOW + SEK_OCSP_SKEW_S + 1;
	m.one[1].next_update = NOW + HOUR;
	m.produced_at = NOW + 1;
}
SPOIL(no_leaf) { rules.leaf = NULL; }
SPOIL(no_leaf_two) { two(); no_leaf(); m.one[1].wrong_serial = true; }
SPOIL(no_leaf_other) { other_issuer(); no_leaf(); }
SPOIL(no_leaf_revoked) { revoked(); no_leaf(); }

/* extensions */
SPOIL(critical) { m.ext = "1.2.392.99.1"; m.ext_critical = true; }
SPOIL(not_critical) { m.ext = "1.2.392.99.1"; }
SPOIL(critical_status)
{
	m.one[0].ext = "1.2.392.99.1";
	m.one[0].ext_critical = true;
}
SPOIL(critical_other_status)
{
	with_another();
	critical_status();
}
SPOIL(not_critical_status) { m.one[0].ext = "1.2.392.99.1"; }
SPOIL(crl_id)
{
	m.one[0].ext = "1.3.6.1.5.5.7.48.1.3";
	m.one[0].ext_critical = true;
}
SPOIL(archive_cutoff)
{
	m.one[0].ext = "1.3.6.1.5.5.7.48.1.6";
	m.one[0].ext_critical = true;
}
SPOIL(nonce_twice)
{
	m.nonce = nonce;
	m.nonce_len = 32;
	m.nonce_twice = true;
}

/* nonce */
SPOIL(asked) { rules.nonce = nonce; rules.nonce_len = sizeof nonce; }
SPOIL(nonce_right)
{
	asked();
	m.nonce = nonce;
	m.nonce_len = sizeof nonce;
}
SPOIL(nonce_wrong)
{
	static const uint8_t other[32] = "another";

	nonce_right();
	m.nonce = other;
}
SPOIL(nonce_wrong_max_age) { nonce_wrong(); rules.max_age_s = 2 * HOUR; }
SPOIL(nonce_short) { nonce_right(); m.nonce_len = 16; }
SPOIL(nonce_long)
{
	static uint8_t more[sizeof nonce + 1];

	nonce_right();
	memcpy(more, nonce, sizeof nonce);
	m.nonce = more;
	m.nonce_len = sizeof more;
}
SPOIL(nonce_none) { asked(); }
SPOIL(nonce_none_max_age) { asked(); rules.max_age_s = 2 * HOUR; }
SPOIL(nonce_none_old) { asked(); too_old(); }
SPOIL(nonce_unasked) { nonce_right(); rules.nonce = NULL; }

/* form */
SPOIL(version_1) { m.version = 1 + 0; }
SPOIL(version_2) { m.version = 1 + 1; }
SPOIL(malformed_request) { m.response_status = 1; }
SPOIL(internal_error) { m.response_status = 2; }
SPOIL(try_later) { m.response_status = 3; }
SPOIL(sig_required) { m.response_status = 5; }
SPOIL(unauthorized) { m.response_status = 6; }
SPOIL(status_4) { m.response_status = 4; }
SPOIL(status_7) { m.response_status = 7; }
SPOIL(other_type) { m.type = "1.3.6.1.5.5.7.48.1.77"; }
SPOIL(trailing)
{
	(void)mint_answer(&m, &der);
	sek_put_u8(&der, 0);
}
/* OpenSSL reads BER; a length may have a zero before it there. */
SPOIL(ber)
{
	struct sek_buf in = { 0 };

	(void)mint_answer(&m, &in);
	sek_put_raw(&der, "\x30\x83\x00", 3);
	sek_put_raw(&der, in.p + 2, in.len - 2);
	sek_buf_free(&in);
}
SPOIL(empty) { sek_put_u8(&der, 0); der.len = 0; }
SPOIL(html) { sek_put_raw(&der, "<html>busy</html>", 17); }
SPOIL(cut)
{
	(void)mint_answer(&m, &der);
	der.len--;
}
/* An answer in order, but for a long extension. */
SPOIL(huge)
{
	static char zeros[SEK_OCSP_MAX];

	sek_put_raw(&der, "\x30\x83\x01\x00\x00", 5);
	sek_put_raw(&der, zeros, sizeof zeros);
}
SPOIL(success_without_bytes)
{
	sek_put_raw(&der, "\x30\x03\x0a\x01\x00", 5);
}

#endif
