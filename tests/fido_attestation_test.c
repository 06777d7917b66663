/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who made a FIDO2 key: certificates that sign statements, the paths above
 * them, and a published answer that was made by nobody of ours.
 */
#include "tests/fido_enrolment.h"
#include "tests/fido_vectors.h"

/* A certificate with a byte too many, in BER, or not one at all. */
static void
bad_certificates(void)
{
	struct scene s;
	size_t i, k;

	set_scene(&s, FORM_PACKED);
	build(&s);
	CHECK_INT(judge(&s), SEK_OK);
	k = certificate_at(&s);
	for (i = 0; i < 5; i++) {
		s.c.att[k + i] ^= 0x80;
		CHECK(judge(&s) != SEK_OK);
		s.c.att[k + i] ^= 0x80;
	}
}

/* -- the path */

static void
path_through(STACK_OF(X509) *trusted, X509 *second, enum sek_attestation want,
    const char *word)
{
	struct scene s;

	set_scene(&s, FORM_PACKED);
	s.leaf.issuer = mid;
	s.leaf.issuer_key = mid_key;
	s.rules.roots = trusted;
	if (second != NULL) {
		s.st.x5c[1] = second;
		s.st.n_x5c = 2;
	}
	expect_good(&s, want);
	if (strstr(s.chain, word) == NULL)
		CHECK_STR(s.chain, word);
}

static void
paths(void)
{
	path_through(roots, mid, SEK_ATT_TRUSTED, "Example Key 1");
	path_through(roots, NULL, SEK_ATT_UNKNOWN, "issuer");
	path_through(mids, NULL, SEK_ATT_TRUSTED, "Example Key 1");
	path_through(NULL, mid, SEK_ATT_UNKNOWN, "issuer");
	path_through(strangers, mid, SEK_ATT_UNKNOWN, "signature");
	path_through(roots, other_root, SEK_ATT_UNKNOWN, "self-signed");
}

/* A path over this issuer, which our root has signed. */
static void
path_over(const struct attester *a, enum sek_attestation want)
{
	X509 *issuer = make_attester(a);
	struct scene s;

	CHECK(issuer != NULL);
	set_scene(&s, FORM_PACKED);
	s.leaf.issuer = issuer;
	s.leaf.issuer_key = a->key;
	s.st.x5c[1] = issuer;
	s.st.n_x5c = 2;
	expect_good(&s, want);
	X509_free(issuer);
}

#define ISSUER_BUT(code) do {						\
	struct attester a = good;					\
	code;								\
	path_over(&a, SEK_ATT_UNKNOWN);					\
} while (0)

static void
issuers_that_may_not(void)
{
	struct attester good = usual_attester(mid_key, root, root_key);
	STACK_OF(X509) *own = sk_X509_new_null();
	struct attester top = usual_attester(root_key, NULL, NULL);
	struct scene s;
	X509 *x;

	good.constraints = "critical,CA:TRUE";
	good.aaguid = NULL;
	good.name = "Middle";
	path_over(&good, SEK_ATT_TRUSTED);
	ISSUER_BUT(a.constraints = "critical,CA:FALSE");
	ISSUER_BUT(a.constraints = NULL);
	ISSUER_BUT(a.constraints = NULL; a.version = X509_VERSION_1);
	ISSUER_BUT(a.to = T0 - 1);
	ISSUER_BUT(a.from = T0 + 1);
	ISSUER_BUT(a.md = EVP_sha1());
	ISSUER_BUT(a.issuer_key = other_key_);
	/* an extension that nobody knows, and critical */
	ISSUER_BUT(a.aaguid = "critical,DER:0500");
	ISSUER_BUT(a.key = weak_key);

	/* a root of yesterday */
	top.name = "Old Root";
	top.constraints = "critical,CA:TRUE";
	top.aaguid = NULL;
	top.to = T0 - 1;
	x = make_attester(&top);
	CHECK(own != NULL && x != NULL && sk_X509_push(own, x) > 0);
	set_scene(&s, FORM_PACKED);
	s.leaf.issuer = x;
	s.rules.roots = own;
	expect_good(&s, SEK_ATT_UNKNOWN);
	CHECK(strstr(s.chain, "expired") != NULL);
	sk_X509_pop_free(own, X509_free);
}

/* As MDS may list it: the attestation certificate is the root. */
static void
leaf_is_root(void)
{
	STACK_OF(X509) *own = sk_X509_new_null();
	struct scene s;
	X509 *leaf;

	set_scene(&s, FORM_PACKED);
	leaf = make_attester(&s.leaf);
	CHECK(own != NULL && leaf != NULL && sk_X509_push(own, leaf) > 0);
	s.own_leaf = false;
	s.st.x5c[0] = leaf;
	s.rules.roots = own;
	expect_good(&s, SEK_ATT_TRUSTED);
	/* another of the same name is not it */
	s.own_leaf = true;
	s.leaf.key = s.st.key = other_key_;
	s.leaf.issuer = NULL;
	expect_good(&s, SEK_ATT_UNKNOWN);
	sk_X509_pop_free(own, X509_free);
}

/* A leaf that plays a CA: the attester's key signs another certificate. */
static void
leaf_issues(void)
{
	struct scene s;
	X509 *first;

	set_scene(&s, FORM_PACKED);
	first = make_attester(&s.leaf);
	CHECK(first != NULL);
	s.leaf.key = s.st.key = other_key_;
	s.leaf.issuer = first;
	s.leaf.issuer_key = att_key;
	s.leaf.name = "Forged Key";
	s.st.x5c[1] = first;
	s.st.n_x5c = 2;
	expect_good(&s, SEK_ATT_UNKNOWN);
	X509_free(first);
}

static void
dates_and_hashes(void)
{
	struct scene s;

	set_scene(&s, FORM_PACKED);
	s.rules.now = T0 + 2 * DAY;
	expect_good(&s, SEK_ATT_UNKNOWN);
	CHECK(strstr(s.chain, "expired") != NULL);
	set_scene(&s, FORM_PACKED);
	s.rules.now = T0 - 2 * DAY;
	expect_good(&s, SEK_ATT_UNKNOWN);
	set_scene(&s, FORM_PACKED);
	s.leaf.md = EVP_sha1();
	expect_good(&s, SEK_ATT_UNKNOWN);
	/* nothing to compare with the AAGUID */
	set_scene(&s, FORM_PACKED);
	s.leaf.aaguid = NULL;
	expect_good(&s, SEK_ATT_UNKNOWN);
	CHECK(strstr(s.chain, "AAGUID") != NULL);
	/* a forged signature of the CA */
	set_scene(&s, FORM_PACKED);
	s.leaf.issuer_key = other_key_;
	expect_good(&s, SEK_ATT_UNKNOWN);
	set_scene(&s, FORM_U2F);
	s.rules.roots = NULL;
	expect_good(&s, SEK_ATT_UNKNOWN);
}

static int
give_root(void *arg, const uint8_t aaguid[16], STACK_OF(X509) *out)
{
	bool *asked = arg;

	*asked = true;
	if (aaguid[15] != 15)
		return SEK_E_NOENT;
	return X509_up_ref(root) == 1 && sk_X509_push(out, root) > 0 ?
	    SEK_OK : SEK_E_NOMEM;
}

static void
more_roots(void)
{
	bool asked = false;
	struct scene s;

	set_scene(&s, FORM_PACKED);
	s.rules.roots = NULL;
	s.rules.more_roots = give_root;
	s.rules.arg = &asked;
	expect_good(&s, SEK_ATT_TRUSTED);
	CHECK(asked);
	/* a table that cannot be read is no table without roots */
	set_scene(&s, FORM_PACKED);
	s.rules.more_roots = give_root;
	s.rules.arg = &asked;
	s.aaguid[15] = 1;
	s.leaf.aaguid = "DER:0410000102030405060708090a0b0c0d0e01";
	CHECK_INT(enrol(&s), SEK_E_CRYPTO);
}

/* -- known answers */

static size_t
from_hex(const char *hex, uint8_t *out, size_t cap)
{
	size_t n = 0;

	CHECK(OPENSSL_hexstr2buf_ex(out, cap, &n, hex, '\0') == 1);
	return n;
}

static void
known_answer(const struct vector *v)
{
	struct sek_fido_expect e = { .rp = "example.org", .synced = true };
	struct sek_fido_assertion a = { 0 };
	struct sek_fido_seen seen;
	uint8_t hash[32];
	struct scene s;

	memset(&s, 0, sizeof s);
	(void)snprintf(s.make.rp, sizeof s.make.rp, "example.org");
	s.rules.synced = s.rules.verify = true;
	s.rules.now = T0;
	(void)snprintf(s.c.format, sizeof s.c.format, "packed");
	(void)from_hex(v->hash, s.make.hash, sizeof s.make.hash);
	s.c.auth_len = from_hex(v->auth, s.c.auth, sizeof s.c.auth);
	s.c.att_len = from_hex(v->att, s.c.att, sizeof s.c.att);
	CHECK_INT(judge(&s), SEK_OK);
	CHECK_INT(s.cred.attestation, v->attestation);
	CHECK(s.cred.backup && s.cred.verified);
	a.auth_len = from_hex(v->login_auth, a.auth, sizeof a.auth);
	a.sig_len = from_hex(v->login_sig, a.sig, sizeof a.sig);
	(void)from_hex(v->login_hash, hash, sizeof hash);
	memcpy(a.id, s.cred.id, s.cred.id_len);
	a.id_len = s.cred.id_len;
	e.cred = &s.cred;
	e.hash = hash;
	/* the first login is without verification */
	if ((a.auth[32] & SEK_FIDO_UV) == 0)
		CHECK_INT(sek_fido_verify(&e, &a, &seen, &s.why),
		    SEK_R_NOT_VERIFIED);
	s.cred.verified = false;
	CHECK_INT(sek_fido_verify(&e, &a, &seen, &s.why), SEK_R_OK);
	CHECK_INT(sek_fido_counter_back(&s.cred, seen.counter), false);
	hash[0] ^= 1;
	CHECK_INT(sek_fido_verify(&e, &a, &seen, &s.why),
	    SEK_R_BAD_SIGNATURE);
}

static void
known_answers(void)
{
	size_t i;

	for (i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		known_answer(&vectors[i]);
}

static void
words_and_text(void)
{
	uint8_t a[16], b[16];
	char text[37];
	size_t i;

	for (i = 0; i < 16; i++)
		a[i] = (uint8_t)(0xf0 - i * 13);
	sek_aaguid_text(text, a);
	CHECK(sek_aaguid_of_text(text, b) && memcmp(a, b, 16) == 0);
	CHECK_STR(sek_attestation_word(SEK_ATT_TRUSTED), "trusted");
	CHECK_INT(sek_fido_alg_of_word("ES384"), SEK_FIDO_ES384);
}

int
main(void)
{
	if (!open_makers())
		return 1;
	RUN(bad_certificates);
	RUN(paths);
	RUN(issuers_that_may_not);
	RUN(leaf_is_root);
	RUN(leaf_issues);
	RUN(dates_and_hashes);
	RUN(more_roots);
	RUN(known_answers);
	RUN(words_and_text);
	close_makers();
	return CHECK_END();
}
