/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One enrolment of a FIDO2 key, for test programs: right in every part until
 * a case changes one.  Included once by a program, as check.h is.
 */
#ifndef TESTS_FIDO_ENROLMENT_H
#define TESTS_FIDO_ENROLMENT_H

#include <openssl/err.h>

#include "gate/certificate.h"
#include "tests/check.h"
#include "tests/fido_statement.h"

enum form { FORM_NONE, FORM_SELF, FORM_PACKED, FORM_U2F };

/* One enrolment: what is asked for, what comes, what is made of it. */
struct scene {
	struct sek_make make;
	struct sek_fido_rules rules;
	struct sek_fido_created c;
	struct sek_fido_cred cred;
	struct sek_why why;
	char chain[200];
	/* parts that c.auth and c.att are put together of */
	enum form form;
	const char *rp;
	uint8_t flags;
	uint32_t counter;
	uint8_t aaguid[16];
	uint8_t id[1100];
	size_t id_len, id_says;
	struct cose cose;
	uint8_t ext[64];
	size_t ext_len;
	struct statement_parts st;
	struct attester leaf;
	bool own_leaf;       /* st.x5c[0] is made of `leaf` */
	uint8_t tail[8];     /* behind the statement */
	size_t tail_len;
	uint8_t signed_hash[32];
};

static EVP_PKEY *keys[N_MADE], *att_key, *att_key_384, *root_key, *mid_key,
    *other_key_, *weak_key;
static X509 *root, *mid, *other_root;
static STACK_OF(X509) *roots, *mids, *strangers;

static const uint8_t protect_2[] = "\xa1\x6b" "credProtect\x02";

static inline void
set_ext(struct scene *s, const void *p, size_t n)
{
	s->flags |= SEK_FIDO_ED;
	memcpy(s->ext, p, n);
	s->ext_len = n;
}

static inline void
set_scene(struct scene *s, enum form form)
{
	size_t i;

	memset(s, 0, sizeof *s);
	s->form = form;
	memset(s->make.hash, 0x33, 32);
	memcpy(s->signed_hash, s->make.hash, 32);
	(void)snprintf(s->make.rp, sizeof s->make.rp, RP);
	s->make.protect = s->rules.protect = 2;
	s->rules.roots = roots;
	s->rules.now = T0;
	s->rp = RP;
	s->flags = SEK_FIDO_UP | SEK_FIDO_AT;
	s->counter = 5;
	for (i = 0; i < 16 && form != FORM_U2F; i++)
		s->aaguid[i] = (uint8_t)i;
	s->id_len = s->id_says = 64;
	memset(s->id, 0x77, sizeof s->id);
	s->cose = make_cose(keys[0], SEK_FIDO_ES256);
	if (form == FORM_U2F) {
		s->make.protect = s->rules.protect = 0;
	} else {
		s->c.protects = true;
		set_ext(s, protect_2, sizeof protect_2 - 1);
	}
	s->c.firmware = 0x50102;
	(void)snprintf(s->c.transports, sizeof s->c.transports, "nfc usb");
	s->leaf = usual_attester(att_key, root, root_key);
	s->own_leaf = form == FORM_PACKED || form == FORM_U2F;
	s->st.format = form == FORM_NONE ? "none" : form == FORM_U2F ?
	    "fido-u2f" : "packed";
	s->st.alg = SEK_FIDO_ES256;
	s->st.md = EVP_sha256();
	s->st.has_alg = form != FORM_U2F;
	s->st.has_x5c = s->own_leaf;
	s->st.key = form == FORM_SELF ? keys[0] : att_key;
	s->st.n_x5c = s->own_leaf ? 1 : 0;
}

static inline void
put_auth(const struct scene *s, struct sek_buf *b)
{
	uint8_t head[37];

	make_auth(head, s->rp, s->flags, s->counter);
	sek_put_raw(b, head, sizeof head);
	if ((s->flags & SEK_FIDO_AT) != 0) {
		sek_put_raw(b, s->aaguid, 16);
		sek_put_u16(b, (uint16_t)s->id_says);
		sek_put_raw(b, s->id, s->id_len);
		put_cose(b, &s->cose);
	}
	sek_put_raw(b, s->ext, s->ext_len);
}

/* What the statement signs. */
static inline void
put_signed(const struct scene *s, struct sek_buf *b)
{
	if (s->form != FORM_U2F) {
		sek_put_raw(b, s->c.auth, s->c.auth_len);
		sek_put_raw(b, s->signed_hash, 32);
		return;
	}
	sek_put_u8(b, 0);
	sek_put_raw(b, s->c.auth, 32);
	sek_put_raw(b, s->signed_hash, 32);
	sek_put_raw(b, s->id, s->id_len);
	sek_put_u8(b, 4);
	sek_put_raw(b, s->cose.x, s->cose.x_len);
	sek_put_raw(b, s->cose.y, s->cose.y_len);
}

static inline void
build(struct scene *s)
{
	struct sek_buf auth = { 0 }, msg = { 0 }, att = { 0 };
	X509 *leaf = NULL;
	bool ok;

	put_auth(s, &auth);
	ok = !auth.bad && auth.len <= sizeof s->c.auth;
	if (ok) {
		memcpy(s->c.auth, auth.p, auth.len);
		s->c.auth_len = auth.len;
	}
	if (s->own_leaf && (leaf = make_attester(&s->leaf)) == NULL)
		ok = false;
	if (s->own_leaf)
		s->st.x5c[0] = leaf;
	put_signed(s, &msg);
	if (s->form == FORM_NONE)
		put_map(&att, 0);
	else if (ok)
		put_statement(&att, &s->st, msg.p, msg.len);
	sek_put_raw(&att, s->tail, s->tail_len);
	ok = ok && !att.bad && att.len <= sizeof s->c.att;
	if (ok) {
		memcpy(s->c.att, att.p, att.len);
		s->c.att_len = att.len;
	}
	(void)snprintf(s->c.format, sizeof s->c.format, "%s", s->st.format);
	sek_buf_free(&auth);
	sek_buf_free(&msg);
	sek_buf_free(&att);
	X509_free(leaf);
	ERR_clear_error();
	CHECK(ok);
}

static inline int
judge(struct scene *s)
{
	int r;

	memset(&s->cred, 0, sizeof s->cred);
	memset(&s->why, 0, sizeof s->why);
	r = sek_fido_register(&s->make, &s->rules, &s->c, &s->cred, s->chain,
	    &s->why);
	CHECK_INT(ERR_peek_error(), 0);
	if (r != SEK_OK) {
		CHECK(s->cred.id_len == 0 && s->why.text[0] != '\0');
	} else {
		CHECK_STR(s->why.text, "");
		CHECK(s->chain[0] != '\0');
	}
	return r;
}

static inline int
enrol(struct scene *s)
{
	build(s);
	return judge(s);
}

static inline void
expect_good(struct scene *s, enum sek_attestation want)
{
	int r = enrol(s);

	if (r != SEK_OK)
		CHECK_STR(s->why.text, "");
	if (s->cred.attestation != want)
		CHECK_STR(s->chain, sek_attestation_word(want));
}

/* Where the one certificate begins, which is the end of the statement. */
static inline size_t
certificate_at(const struct scene *s)
{
	size_t k = 0;

	while (memcmp(s->c.att + k, "x5c\x81\x59", 5) != 0)
		k++;
	return k + 7;
}

static inline bool
open_makers(void)
{
	bool ok = sek_crypto_start() == SEK_OK;
	size_t i;

	for (i = 0; ok && i < N_MADE; i++)
		ok = (keys[i] = make_key(made_algs[i])) != NULL;
	if (!ok)
		return false;
	att_key = make_key(SEK_FIDO_ES256);
	att_key_384 = make_key(SEK_FIDO_ES384);
	root_key = make_key(SEK_FIDO_ES256);
	mid_key = make_key(SEK_FIDO_ES256);
	other_key_ = make_key(SEK_FIDO_ES256);
	weak_key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
	root = make_maker("Root", root_key, NULL, NULL);
	mid = make_maker("Middle", mid_key, root, root_key);
	other_root = make_maker("Middle", other_key_, NULL, NULL);
	roots = sk_X509_new_null();
	mids = sk_X509_new_null();
	strangers = sk_X509_new_null();
	return root != NULL && mid != NULL && other_root != NULL &&
	    sk_X509_push(roots, root) > 0 && sk_X509_push(mids, mid) > 0 &&
	    sk_X509_push(strangers, other_root) > 0;
}

static inline void
close_makers(void)
{
	size_t i;

	for (i = 0; i < N_MADE; i++)
		EVP_PKEY_free(keys[i]);
	EVP_PKEY_free(att_key);
	EVP_PKEY_free(att_key_384);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(mid_key);
	EVP_PKEY_free(other_key_);
	EVP_PKEY_free(weak_key);
	sk_X509_pop_free(roots, X509_free);
	sk_X509_pop_free(mids, X509_free);
	sk_X509_pop_free(strangers, X509_free);
}

#endif
