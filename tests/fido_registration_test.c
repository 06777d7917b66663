/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * New credentials of FIDO2 keys: each rule of a registration and of a
 * statement is broken by itself, in data whose signature is right.
 */
#include "tests/fido_enrolment.h"

/* -- what is right */

static void
each_form(void)
{
	struct scene s;

	set_scene(&s, FORM_NONE);
	expect_good(&s, SEK_ATT_NONE);
	CHECK_STR(s.chain, "none");
	set_scene(&s, FORM_SELF);
	expect_good(&s, SEK_ATT_NONE);
	CHECK_STR(s.chain, "by itself");
	set_scene(&s, FORM_PACKED);
	expect_good(&s, SEK_ATT_TRUSTED);
	CHECK(strstr(s.chain, "Example Key 1") != NULL);
	set_scene(&s, FORM_U2F);
	expect_good(&s, SEK_ATT_TRUSTED);
	/* libfido2 writes the algorithm as well */
	s.st.has_alg = true;
	expect_good(&s, SEK_ATT_TRUSTED);
}

static void
everything_is_kept(void)
{
	uint8_t want[SEK_FIDO_SPKI_MAX], sha[32];
	struct scene s;
	size_t at;

	set_scene(&s, FORM_PACKED);
	s.rules.verify = true;
	s.flags |= SEK_FIDO_UV;
	CHECK_INT(enrol(&s), SEK_OK);
	CHECK_STR(s.cred.rp, RP);
	CHECK_INT(s.cred.id_len, 64);
	CHECK(memcmp(s.cred.id, s.id, 64) == 0);
	CHECK_INT(s.cred.alg, SEK_FIDO_ES256);
	CHECK_INT(s.cred.spki_len, make_spki(keys[0], want, sizeof want));
	CHECK(memcmp(s.cred.spki, want, s.cred.spki_len) == 0);
	CHECK(memcmp(s.cred.aaguid, s.aaguid, 16) == 0);
	CHECK_INT(s.cred.firmware, 0x50102);
	CHECK_STR(s.cred.transports, "nfc usb");
	CHECK_INT(s.cred.protect, 2);
	CHECK(s.cred.verified && !s.cred.backup);
	CHECK(s.cred.counter == 5 && s.cred.counted);
	at = certificate_at(&s);
	CHECK(EVP_Digest(s.c.att + at, s.c.att_len - at, sha, NULL,
	    EVP_sha256(), NULL) == 1);
	CHECK(memcmp(sha, s.cred.attestation_sha256, 32) == 0);
	memset(sha, 0, 32);
	/* verified without having been told to: nobody is held to it */
	set_scene(&s, FORM_NONE);
	s.flags |= SEK_FIDO_UV;
	s.counter = 0;
	CHECK_INT(enrol(&s), SEK_OK);
	CHECK(!s.cred.verified && !s.cred.counted);
	CHECK(memcmp(sha, s.cred.attestation_sha256, 32) == 0);
}

static void
each_algorithm(void)
{
	struct scene s;
	size_t i;

	for (i = 0; i < N_MADE; i++) {
		set_scene(&s, FORM_SELF);
		s.cose = make_cose(keys[i], made_algs[i]);
		s.st.alg = made_algs[i];
		s.st.key = keys[i];
		s.st.md = make_md(made_algs[i]);
		expect_good(&s, SEK_ATT_NONE);
		CHECK_INT(s.cred.alg, made_algs[i]);
		/* a certificate's algorithm is its own matter */
		set_scene(&s, FORM_PACKED);
		s.cose = make_cose(keys[i], made_algs[i]);
		s.leaf.key = s.st.key = att_key_384;
		s.st.alg = SEK_FIDO_ES384;
		s.st.md = EVP_sha384();
		expect_good(&s, SEK_ATT_TRUSTED);
	}
}

static void
id_lengths(void)
{
	static const size_t good[] = { 1, 16, 255, 256, 1023 };
	struct scene s;
	size_t i;

	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		set_scene(&s, FORM_SELF);
		s.id_len = s.id_says = good[i];
		CHECK_INT(enrol(&s), SEK_OK);
		CHECK_INT(s.cred.id_len, good[i]);
	}
}

static void
protect_levels(void)
{
	static const struct {
		uint8_t asked, came;
		bool knows;
		int want;
	} c[] = {
		{ 2, 3, true, SEK_OK }, { 3, 3, true, SEK_OK },
		{ 1, 1, true, SEK_OK }, { 3, 2, true, SEK_E_DENIED },
		/* level 1 is none; a key may have a higher one of its own */
		{ 1, 0, true, SEK_OK }, { 1, 0, false, SEK_OK },
		{ 1, 2, true, SEK_OK }, { 1, 3, true, SEK_OK },
		{ 2, 1, true, SEK_E_DENIED }, { 3, 0, true, SEK_E_DENIED },
		{ 3, 0, false, SEK_OK }, { 3, 2, false, SEK_E_DENIED }, { 0, 0, true, SEK_OK },
		{ 0, 2, true, SEK_E_DENIED }, { 2, 4, true, SEK_E_SYNTAX },
	};
	struct scene s;
	size_t i;

	for (i = 0; i < sizeof c / sizeof c[0]; i++) {
		set_scene(&s, FORM_SELF);
		s.make.protect = s.rules.protect = c[i].asked;
		s.c.protects = c[i].knows;
		s.ext[s.ext_len - 1] = c[i].came;
		if (c[i].came == 0) {
			s.flags &= (uint8_t)~SEK_FIDO_ED;
			s.ext_len = 0;
		}
		CHECK_INT(enrol(&s), c[i].want);
		if (c[i].want == SEK_OK)
			CHECK_INT(s.cred.protect, c[i].came);
	}
}

/* -- each rule broken */

#define SPOIL(name, code) static void name(struct scene *s) { code; }

SPOIL(rp_of_another, s->rp = "hospital.example.com")
SPOIL(no_presence, s->flags &= (uint8_t)~SEK_FIDO_UP)
SPOIL(no_verification, s->rules.verify = true)
SPOIL(synced, s->flags |= SEK_FIDO_BE)
SPOIL(copied, s->rules.synced = true; s->flags |= SEK_FIDO_BS)
SPOIL(reserved, s->flags |= 0x20)
SPOIL(no_at, s->flags &= (uint8_t)~SEK_FIDO_AT)
SPOIL(no_ed, s->flags &= (uint8_t)~SEK_FIDO_ED)
SPOIL(no_ext, s->ext_len = 0)
SPOIL(ext_more, s->ext[s->ext_len++] = 0xa0)
SPOIL(ext_not_map, set_ext(s, "\x81\x01", 2))
SPOIL(ext_empty, set_ext(s, "\xa0", 1))
SPOIL(ext_text, set_ext(s, "\xa1\x6b" "credProtect\x61\x32", 15))
SPOIL(ext_long, set_ext(s, "\xa1\x6b" "credProtect\x18\x02", 15))
SPOIL(ext_other, set_ext(s, "\xa1\x6b" "credprotect\x02", 14))
SPOIL(ext_hmac, set_ext(s, "\xa1\x6bhmac-secret\xf5", 14))
SPOIL(ext_two, set_ext(s, "\xa2\x6b" "credProtect\x02\x6bhmac-secret\xf5",
    27))
SPOIL(id_none, s->id_len = s->id_says = 0)
SPOIL(id_1024, s->id_len = s->id_says = 1024)
SPOIL(id_says_more, s->id_says = 900)
SPOIL(id_says_less, s->id_says = 63)
SPOIL(bad_point, s->cose.y[3] ^= 1)
SPOIL(bad_cose, s->cose.kty = 1)
SPOIL(es512, s->cose.alg = -36)
SPOIL(other_hash, s->signed_hash[0] ^= 1)
SPOIL(other_signer, s->st.key = other_key_)
SPOIL(self_other_alg, s->st.alg = SEK_FIDO_ES384)
SPOIL(format_tpm, s->st.format = "tpm")
SPOIL(format_case, s->st.format = "Packed")
SPOIL(format_none, s->st.format = "")
SPOIL(format_escaped, s->st.format = "\x1b[2J\n")
SPOIL(as_none, s->st.format = "none")
SPOIL(as_u2f, s->st.format = "fido-u2f")
SPOIL(as_packed, s->st.format = "packed")
SPOIL(tail, s->tail_len = 1)
SPOIL(x5c_empty, s->st.n_x5c = 0; s->own_leaf = false)
SPOIL(x5c_claims, s->st.more_x5c = 1)
SPOIL(x5c_many, s->st.more_x5c = 1000000)
SPOIL(cert_alg_0, s->st.alg = 0)
SPOIL(cert_alg_far, s->st.alg = INT64_C(-7) - (INT64_C(1) << 32))
SPOIL(cert_alg_384, s->st.alg = SEK_FIDO_ES384)
SPOIL(no_country, s->leaf.country = NULL)
SPOIL(long_country, s->leaf.country = "JPN")
SPOIL(no_org, s->leaf.org = NULL)
SPOIL(no_unit, s->leaf.unit = NULL)
SPOIL(other_unit, s->leaf.unit = "authenticator attestation")
SPOIL(longer_unit, s->leaf.unit = "Authenticator Attestation ")
SPOIL(no_name, s->leaf.name = NULL)
SPOIL(version_1, s->leaf.version = X509_VERSION_1; s->leaf.aaguid = NULL;
    s->leaf.constraints = NULL)
SPOIL(is_ca, s->leaf.constraints = "critical,CA:TRUE")
SPOIL(no_constraints, s->leaf.constraints = NULL)
SPOIL(aaguid_critical, s->leaf.aaguid =
    "critical,DER:0410000102030405060708090a0b0c0d0e0f")
SPOIL(aaguid_other, s->leaf.aaguid =
    "DER:0410000102030405060708090a0b0c0d0e0e")
SPOIL(aaguid_bare, s->leaf.aaguid = "DER:000102030405060708090a0b0c0d0e0f")
SPOIL(aaguid_longer, s->leaf.aaguid =
    "DER:0411000102030405060708090a0b0c0d0e0f00")
SPOIL(aaguid_twice, s->leaf.again = s->leaf.aaguid)
SPOIL(aaguid_of_data, s->aaguid[15] ^= 1)
SPOIL(weak_attester, s->leaf.key = s->st.key = weak_key;
    s->st.alg = SEK_FIDO_RS256)
SPOIL(u2f_384, s->leaf.key = s->st.key = att_key_384)
SPOIL(u2f_two, s->st.x5c[1] = root; s->st.n_x5c = 2)
SPOIL(u2f_other_cose, s->cose = make_cose(keys[2], SEK_FIDO_EDDSA))
SPOIL(u2f_alg, s->st.has_alg = true; s->st.alg = SEK_FIDO_EDDSA)

static const struct row {
	const char *name;
	enum form form;
	void (*spoil)(struct scene *);
	int want;
	const char *word;
} rows[] = {
	{ "rp_of_another", FORM_PACKED, rp_of_another, SEK_E_DENIED,
	    "another RP ID" },
	{ "no_presence", FORM_PACKED, no_presence, SEK_E_DENIED, "UP" },
	{ "no_verification", FORM_PACKED, no_verification, SEK_E_DENIED,
	    "UV" },
	{ "synced", FORM_PACKED, synced, SEK_E_DENIED, "BE is set" },
	{ "copied", FORM_PACKED, copied, SEK_E_DENIED, "BS without BE" },
	{ "reserved", FORM_PACKED, reserved, SEK_E_DENIED, "reserved" },
	{ "no_at", FORM_PACKED, no_at, SEK_E_SYNTAX, "AT" },
	{ "no_ed", FORM_PACKED, no_ed, SEK_E_SYNTAX, "bytes follow" },
	{ "no_ext", FORM_PACKED, no_ext, SEK_E_SYNTAX, "extensions" },
	{ "ext_more", FORM_PACKED, ext_more, SEK_E_SYNTAX, "bytes follow" },
	{ "ext_not_map", FORM_PACKED, ext_not_map, SEK_E_SYNTAX,
	    "extensions" },
	{ "ext_empty", FORM_PACKED, ext_empty, SEK_E_SYNTAX, "extensions" },
	{ "ext_text", FORM_PACKED, ext_text, SEK_E_SYNTAX, "extensions" },
	{ "ext_long", FORM_PACKED, ext_long, SEK_E_SYNTAX, "extensions" },
	{ "ext_other", FORM_PACKED, ext_other, SEK_E_SYNTAX, "extensions" },
	{ "ext_hmac", FORM_PACKED, ext_hmac, SEK_E_SYNTAX, "extensions" },
	{ "ext_two", FORM_PACKED, ext_two, SEK_E_SYNTAX, "extensions" },
	{ "id_none", FORM_PACKED, id_none, SEK_E_SYNTAX, "credential id" },
	{ "id_1024", FORM_PACKED, id_1024, SEK_E_SYNTAX, "credential id" },
	{ "id_says_more", FORM_PACKED, id_says_more, SEK_E_SYNTAX,
	    "credential id" },
	{ "id_says_less", FORM_PACKED, id_says_less, SEK_E_SYNTAX, "COSE" },
	{ "bad_point", FORM_PACKED, bad_point, SEK_E_CRYPTO, "curve" },
	{ "bad_cose", FORM_PACKED, bad_cose, SEK_E_SYNTAX, "COSE" },
	{ "es512", FORM_PACKED, es512, SEK_E_CRYPTO, "-36" },
	{ "other_hash", FORM_PACKED, other_hash, SEK_E_CRYPTO, "signature" },
	{ "other_signer", FORM_PACKED, other_signer, SEK_E_CRYPTO,
	    "signature" },
	{ "self_other_hash", FORM_SELF, other_hash, SEK_E_CRYPTO,
	    "signature" },
	{ "self_other_signer", FORM_SELF, other_signer, SEK_E_CRYPTO,
	    "signature" },
	{ "self_other_alg", FORM_SELF, self_other_alg, SEK_E_CRYPTO,
	    "algorithm" },
	{ "u2f_other_hash", FORM_U2F, other_hash, SEK_E_CRYPTO, "signature" },
	{ "u2f_other_signer", FORM_U2F, other_signer, SEK_E_CRYPTO,
	    "signature" },
	{ "format_tpm", FORM_SELF, format_tpm, SEK_E_DENIED, "\"tpm\"" },
	{ "format_case", FORM_SELF, format_case, SEK_E_DENIED, "\"Packed\"" },
	{ "format_none", FORM_SELF, format_none, SEK_E_DENIED, "\"\"" },
	{ "format_escaped", FORM_SELF, format_escaped, SEK_E_DENIED,
	    "\\x1b[2J\\x0a" },
	{ "packed_as_none", FORM_PACKED, as_none, SEK_E_SYNTAX, "none" },
	{ "packed_as_u2f", FORM_PACKED, as_u2f, SEK_E_DENIED, "AAGUID" },
	{ "self_as_u2f", FORM_SELF, as_u2f, SEK_E_SYNTAX, "fido-u2f" },
	{ "u2f_as_packed", FORM_U2F, as_packed, SEK_E_SYNTAX, "packed" },
	{ "none_as_packed", FORM_NONE, as_packed, SEK_E_SYNTAX, "packed" },
	{ "none_as_u2f", FORM_NONE, as_u2f, SEK_E_SYNTAX, "fido-u2f" },
	{ "none_tail", FORM_NONE, tail, SEK_E_SYNTAX, "none" },
	{ "self_tail", FORM_SELF, tail, SEK_E_SYNTAX, "packed" },
	{ "packed_tail", FORM_PACKED, tail, SEK_E_SYNTAX, "packed" },
	{ "u2f_tail", FORM_U2F, tail, SEK_E_SYNTAX, "fido-u2f" },
	{ "x5c_empty", FORM_PACKED, x5c_empty, SEK_E_SYNTAX, "packed" },
	{ "x5c_claims", FORM_PACKED, x5c_claims, SEK_E_SYNTAX, "packed" },
	{ "x5c_many", FORM_PACKED, x5c_many, SEK_E_SYNTAX, "packed" },
	{ "cert_alg_0", FORM_PACKED, cert_alg_0, SEK_E_CRYPTO, "signature" },
	{ "cert_alg_far", FORM_PACKED, cert_alg_far, SEK_E_CRYPTO,
	    "signature" },
	{ "cert_alg_384", FORM_PACKED, cert_alg_384, SEK_E_CRYPTO,
	    "signature" },
	{ "no_country", FORM_PACKED, no_country, SEK_E_CRYPTO, "country" },
	{ "long_country", FORM_PACKED, long_country, SEK_E_CRYPTO,
	    "country" },
	{ "no_org", FORM_PACKED, no_org, SEK_E_CRYPTO, "organisation" },
	{ "no_unit", FORM_PACKED, no_unit, SEK_E_CRYPTO, "unit" },
	{ "other_unit", FORM_PACKED, other_unit, SEK_E_CRYPTO, "unit" },
	{ "longer_unit", FORM_PACKED, longer_unit, SEK_E_CRYPTO, "unit" },
	{ "no_name", FORM_PACKED, no_name, SEK_E_CRYPTO, "common name" },
	{ "version_1", FORM_PACKED, version_1, SEK_E_CRYPTO, "version" },
	{ "is_ca", FORM_PACKED, is_ca, SEK_E_CRYPTO, "constraints" },
	{ "no_constraints", FORM_PACKED, no_constraints, SEK_E_CRYPTO,
	    "constraints" },
	{ "aaguid_critical", FORM_PACKED, aaguid_critical, SEK_E_CRYPTO,
	    "critical" },
	{ "aaguid_other", FORM_PACKED, aaguid_other, SEK_E_CRYPTO,
	    "not the key's" },
	{ "aaguid_twice", FORM_PACKED, aaguid_twice, SEK_E_CRYPTO,
	    "AAGUID" },
	{ "weak_attester", FORM_PACKED, weak_attester, SEK_E_CRYPTO,
	    "1024 bits" },
	{ "aaguid_of_data", FORM_PACKED, aaguid_of_data, SEK_E_CRYPTO,
	    "not the key's" },
	{ "aaguid_bare", FORM_PACKED, aaguid_bare, SEK_E_CRYPTO,
	    "AAGUID is malformed" },
	{ "aaguid_longer", FORM_PACKED, aaguid_longer, SEK_E_CRYPTO,
	    "AAGUID is malformed" },
	{ "u2f_384", FORM_U2F, u2f_384, SEK_E_CRYPTO, "signature" },
	{ "u2f_two", FORM_U2F, u2f_two, SEK_E_SYNTAX, "fido-u2f" },
	{ "u2f_aaguid", FORM_U2F, aaguid_of_data, SEK_E_DENIED, "AAGUID" },
	{ "u2f_other_cose", FORM_U2F, u2f_other_cose, SEK_E_CRYPTO, "ES256" },
	{ "u2f_alg", FORM_U2F, u2f_alg, SEK_E_SYNTAX, "fido-u2f" },
};

#define N_ROWS (sizeof rows / sizeof rows[0])

static const struct row *row;

static void
rule(void)
{
	struct scene s;
	int r;

	set_scene(&s, row->form);
	row->spoil(&s);
	r = enrol(&s);
	if (strstr(s.why.text, row->word) == NULL)
		CHECK_STR(s.why.text, row->word);
	CHECK_INT(r, row->want);
}

/* -- bytes that are missing */

static void
cut_short(void)
{
	enum form forms[] = { FORM_SELF, FORM_PACKED, FORM_U2F };
	struct scene s;
	size_t i, k, n;

	for (k = 0; k < sizeof forms / sizeof forms[0]; k++) {
		set_scene(&s, forms[k]);
		build(&s);
		n = s.c.att_len;
		for (i = 0; i < n; i++) {
			s.c.att_len = i;
			CHECK_INT(judge(&s), SEK_E_SYNTAX);
		}
		s.c.att_len = n;
		n = s.c.auth_len;
		for (i = 0; i < n; i++) {
			s.c.auth_len = i;
			CHECK(judge(&s) != SEK_OK);
		}
		s.c.auth_len = sizeof s.c.auth + 1;
		CHECK_INT(judge(&s), SEK_E_SYNTAX);
		s.c.auth_len = n;
		CHECK_INT(judge(&s), SEK_OK);
	}
}

int
main(void)
{
	if (!open_makers())
		return 1;
	RUN(each_form);
	RUN(everything_is_kept);
	RUN(each_algorithm);
	RUN(id_lengths);
	RUN(protect_levels);
	for (row = rows; row < rows + N_ROWS; row++)
		RUN_AS(row->name, rule);
	RUN(cut_short);
	close_makers();
	return CHECK_END();
}
