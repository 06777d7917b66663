/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a FIDO2 key signs at a login: each rule of the checklist is broken by
 * itself, in data that is signed rightly, with each algorithm.
 */
#include <time.h>

#include "tests/fido_login.h"

/* -- what is right */

static void
right_ones(void)
{
	struct scene s;

	set_scene(&s, now);
	sign(&s);
	CHECK_INT(verify(&s), SEK_R_OK);
	CHECK_STR(s.why.text, "");
	CHECK_INT(s.seen.flags, SEK_FIDO_UP);
	CHECK_INT(s.seen.counter, 0x01020304);
	/* a key may leave the handle out, and verify more than was asked */
	s.a.handle_len = 0;
	CHECK_INT(verify(&s), SEK_R_OK);
	s.a.handle_len = 32;
	s.cred.handle_len = 0;
	CHECK_INT(verify(&s), SEK_R_OK);
	s.a.auth[32] |= SEK_FIDO_UV;
	sign(&s);
	CHECK_INT(verify(&s), SEK_R_OK);
	s.e.verify = s.cred.verified = true;
	CHECK_INT(verify(&s), SEK_R_OK);
	CHECK_INT(s.seen.flags, SEK_FIDO_UP | SEK_FIDO_UV);
}

static void
synced_where_allowed(void)
{
	struct scene s;

	set_scene(&s, now);
	s.e.synced = s.cred.backup = true;
	s.a.auth[32] |= SEK_FIDO_BE;
	sign(&s);
	CHECK_INT(verify(&s), SEK_R_OK);
	s.a.auth[32] |= SEK_FIDO_BS;
	sign(&s);
	CHECK_INT(verify(&s), SEK_R_OK);
}

/* -- each rule broken, in what is signed */

static void
other_id(struct scene *s)
{
	s->a.id[47] ^= 1;
}

static void
longer_id(struct scene *s)
{
	s->a.id[s->a.id_len++] = 0x5a;
}

static void
no_id(struct scene *s)
{
	s->a.id_len = s->cred.id_len = 0;
}

static void
other_handle(struct scene *s)
{
	s->a.handle[0] ^= 0x80;
}

static void
shorter_handle(struct scene *s)
{
	s->a.handle_len--;
}

static void
ssh_credential(struct scene *s)
{
	s->cred.ssh = true;
}

static void
rp_of_another(struct scene *s)
{
	make_auth(s->a.auth, "hospital.example.com", SEK_FIDO_UP, 7);
}

static void
rp_last_bit(struct scene *s)
{
	s->a.auth[31] ^= 1;
}

static void
rp_asked_otherwise(struct scene *s)
{
	s->e.rp = "other.example";
	make_auth(s->a.auth, s->e.rp, SEK_FIDO_UP, 7);
}

static void
no_presence(struct scene *s)
{
	s->a.auth[32] = SEK_FIDO_UV;
}

static void
no_verification(struct scene *s)
{
	s->e.verify = true;
}

static void
downgrade(struct scene *s)
{
	s->cred.verified = true;
}

static void
synced(struct scene *s)
{
	s->cred.backup = true;
	s->a.auth[32] |= SEK_FIDO_BE;
}

static void
synced_and_copied(struct scene *s)
{
	s->cred.backup = true;
	s->a.auth[32] |= SEK_FIDO_BE | SEK_FIDO_BS;
}

static void
copied_without_be(struct scene *s)
{
	s->e.synced = true;
	s->a.auth[32] |= SEK_FIDO_BS;
}

static void
be_now(struct scene *s)
{
	s->e.synced = true;
	s->a.auth[32] |= SEK_FIDO_BE;
}

static void
be_no_more(struct scene *s)
{
	s->e.synced = s->cred.backup = true;
}

static void
at_flag(struct scene *s)
{
	s->a.auth[32] |= SEK_FIDO_AT;
}

static void
at_with_data(struct scene *s)
{
	s->a.auth[32] |= SEK_FIDO_AT;
	s->a.auth_len = 37 + 16 + 2 + 1 + 77;
}

static void
ed_flag(struct scene *s)
{
	s->a.auth[32] |= SEK_FIDO_ED;
}

static void
ed_with_map(struct scene *s)
{
	s->a.auth[32] |= SEK_FIDO_ED;
	s->a.auth[s->a.auth_len++] = 0xa0;
}

static void
one_byte_more(struct scene *s)
{
	s->a.auth_len++;
}

static void
one_byte_less(struct scene *s)
{
	s->a.auth_len--;
}

static void
reserved_1(struct scene *s)
{
	s->a.auth[32] |= 0x02;
}

static void
reserved_5(struct scene *s)
{
	s->a.auth[32] |= 0x20;
}

static void
other_hash(struct scene *s)
{
	s->hash[31] ^= 1;
}

static void
other_key(struct scene *s)
{
	s->key = others[now];
}

/* Signed by what is stored, and stored as of another algorithm. */
static void
other_alg(struct scene *s)
{
	s->cred.alg = made_algs[(now + 1) % N_MADE];
}

static void
no_alg(struct scene *s)
{
	s->cred.alg = SEK_FIDO_NO_ALG;
}

static void
es512(struct scene *s)
{
	s->cred.alg = (enum sek_fido_alg)-36;
}

/* The right key and the wrong hash; Ed25519 has but one. */
static void
other_md(struct scene *s)
{
	if (s->alg == SEK_FIDO_EDDSA)
		s->key = others[now];
	else
		s->md = EVP_sha512();
}

static const struct row {
	const char *name;
	void (*spoil)(struct scene *);
	enum sek_reason want;
	const char *word;
} rows[] = {
	{ "other_id", other_id, SEK_R_BAD_ASSERTION, "another credential" },
	{ "longer_id", longer_id, SEK_R_BAD_ASSERTION, "another credential" },
	{ "no_id", no_id, SEK_R_BAD_ASSERTION, "another credential" },
	{ "other_handle", other_handle, SEK_R_BAD_ASSERTION, "user handle" },
	{ "shorter_handle", shorter_handle, SEK_R_BAD_ASSERTION,
	    "user handle" },
	{ "ssh_credential", ssh_credential, SEK_R_BAD_ASSERTION, "sshd" },
	{ "rp_of_another", rp_of_another, SEK_R_BAD_ASSERTION,
	    "signed for another RP ID" },
	{ "rp_last_bit", rp_last_bit, SEK_R_BAD_ASSERTION,
	    "signed for another RP ID" },
	{ "rp_asked_otherwise", rp_asked_otherwise, SEK_R_BAD_ASSERTION,
	    "enrolled for another RP ID" },
	{ "no_presence", no_presence, SEK_R_BAD_ASSERTION, "UP" },
	{ "no_verification", no_verification, SEK_R_NOT_VERIFIED,
	    "UV is not set" },
	{ "downgrade", downgrade, SEK_R_NOT_VERIFIED, "downgrade" },
	{ "synced", synced, SEK_R_SYNCED_KEY, "BE is set" },
	{ "synced_and_copied", synced_and_copied, SEK_R_SYNCED_KEY,
	    "BE is set" },
	{ "copied_without_be", copied_without_be, SEK_R_BAD_ASSERTION,
	    "BS without BE" },
	{ "be_now", be_now, SEK_R_BAD_ASSERTION, "BE has changed" },
	{ "be_no_more", be_no_more, SEK_R_BAD_ASSERTION, "BE has changed" },
	{ "at_flag", at_flag, SEK_R_BAD_ASSERTION, "AT is set" },
	{ "at_with_data", at_with_data, SEK_R_BAD_ASSERTION, "AT is set" },
	{ "ed_flag", ed_flag, SEK_R_BAD_ASSERTION, "ED is set" },
	{ "ed_with_map", ed_with_map, SEK_R_BAD_ASSERTION, "ED is set" },
	{ "one_byte_more", one_byte_more, SEK_R_BAD_ASSERTION,
	    "bytes follow" },
	{ "one_byte_less", one_byte_less, SEK_R_BAD_ASSERTION, "too short" },
	{ "reserved_1", reserved_1, SEK_R_BAD_ASSERTION, "reserved" },
	{ "reserved_5", reserved_5, SEK_R_BAD_ASSERTION, "reserved" },
	{ "other_hash", other_hash, SEK_R_BAD_SIGNATURE, "signature" },
	{ "other_key", other_key, SEK_R_BAD_SIGNATURE, "signature" },
	{ "other_alg", other_alg, SEK_R_BAD_SIGNATURE, "key: not one of" },
	{ "no_alg", no_alg, SEK_R_BAD_SIGNATURE, "algorithm 0" },
	{ "es512", es512, SEK_R_BAD_SIGNATURE, "algorithm -36" },
	{ "other_md", other_md, SEK_R_BAD_SIGNATURE, "signature" },
};

#define N_ROWS (sizeof rows / sizeof rows[0])

static const struct row *row;

static void
rule(void)
{
	struct scene s;
	enum sek_reason r;

	set_scene(&s, now);
	row->spoil(&s);
	sign(&s);
	r = verify(&s);
	CHECK_INT(r, row->want);
	if (strstr(s.why.text, row->word) == NULL)
		CHECK_STR(s.why.text, row->word);
}

/* -- the counter: WebAuthn 6.1.1 */

static void
counters(void)
{
	static const struct {
		uint32_t stored;
		bool counted;
		uint32_t now;
		bool back;
	} c[] = {
		{ 0, false, 0, false }, { 0, false, 1, false },
		{ 1, true, 2, false }, { 1, true, UINT32_MAX, false },
		{ 1, true, 1, true }, { 2, true, 1, true },
		{ 1, true, 0, true }, { 1, false, 0, true },
		{ 0, true, 0, true }, { 0, true, 1, false },
		{ UINT32_MAX, true, UINT32_MAX, true },
		{ UINT32_MAX, true, 0, true }, { UINT32_MAX, true, 1, true },
	};
	struct sek_fido_cred cred;
	size_t i;

	for (i = 0; i < sizeof c / sizeof c[0]; i++) {
		memset(&cred, 0, sizeof cred);
		cred.counter = c[i].stored;
		cred.counted = c[i].counted;
		CHECK_INT(sek_fido_counter_back(&cred, c[i].now) ? (int)i :
		    -1, c[i].back ? (int)i : -1);
	}
}

/* -- what it costs: 0.3 ms with ES256 is the aim; ten times that is a
 * mistake on any machine */

static void
cost(void)
{
	struct timespec from, to;
	struct scene s;
	int i, n = 200;
	double us;

	set_scene(&s, now);
	sign(&s);
	CHECK_INT(verify(&s), SEK_R_OK);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (i = 0; i < n; i++)
		CHECK_INT(verify(&s), SEK_R_OK);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	us = ((double)(to.tv_sec - from.tv_sec) * 1e6 +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e3) / n;
	printf("# %s: %.0f us for one\n", sek_fido_alg_word(s.alg), us);
	CHECK(us < 3000);
}

int
main(void)
{
	if (!open_keys())
		return 1;
	for (now = 0; now < N_MADE; now++) {
		run("right_ones", right_ones);
		run("synced_where_allowed", synced_where_allowed);
		for (row = rows; row < rows + N_ROWS; row++)
			run(row->name, rule);
		run("cost", cost);
	}
	RUN(counters);
	close_keys();
	return CHECK_END();
}
