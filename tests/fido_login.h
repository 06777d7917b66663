/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One login with a FIDO2 key, for test programs: right in every part until a
 * case changes one.  Included once by a program, as check.h is.
 */
#ifndef TESTS_FIDO_LOGIN_H
#define TESTS_FIDO_LOGIN_H

#include <openssl/err.h>

#include "gate/certificate.h"
#include "tests/check.h"
#include "tests/fido_maker.h"

/* One login: what is enrolled, asked for, and comes. */
struct scene {
	struct sek_fido_cred cred;
	struct sek_fido_expect e;
	struct sek_fido_assertion a;
	struct sek_fido_seen seen;
	struct sek_why why;
	EVP_PKEY *key;
	enum sek_fido_alg alg;   /* signs */
	const EVP_MD *md;
	uint8_t hash[32];        /* signed with the data */
};

static EVP_PKEY *keys[N_MADE], *others[N_MADE];
static size_t now; /* index of the algorithm of the case that runs */
static uint8_t hash[32];

static inline void
set_scene(struct scene *s, size_t alg)
{
	memset(s, 0, sizeof *s);
	s->alg = made_algs[alg];
	s->key = keys[alg];
	s->md = make_md(s->alg);
	memcpy(s->hash, hash, sizeof hash);
	s->cred.alg = s->alg;
	(void)snprintf(s->cred.rp, sizeof s->cred.rp, RP);
	s->cred.spki_len = make_spki(s->key, s->cred.spki,
	    sizeof s->cred.spki);
	s->cred.id_len = s->a.id_len = 48;
	memset(s->cred.id, 0x5a, s->cred.id_len);
	memset(s->a.id, 0x5a, s->a.id_len);
	s->cred.handle_len = s->a.handle_len = 32;
	memset(s->cred.handle, 0xa5, s->cred.handle_len);
	memset(s->a.handle, 0xa5, s->a.handle_len);
	make_auth(s->a.auth, RP, SEK_FIDO_UP, 0x01020304);
	s->a.auth_len = 37;
	s->e.cred = &s->cred;
	s->e.rp = RP;
	s->e.hash = hash;
}

static inline void
sign(struct scene *s)
{
	uint8_t msg[SEK_FIDO_AUTH_MAX + 32];

	memcpy(msg, s->a.auth, s->a.auth_len);
	memcpy(msg + s->a.auth_len, s->hash, 32);
	s->a.sig_len = make_signature(s->key, s->md, msg,
	    s->a.auth_len + 32, s->a.sig, sizeof s->a.sig);
	CHECK(s->a.sig_len > 0);
}

static inline enum sek_reason
verify(struct scene *s)
{
	enum sek_reason r = sek_fido_verify(&s->e, &s->a, &s->seen, &s->why);

	CHECK_INT(ERR_peek_error(), 0);
	return r;
}

/* A case of each algorithm. */
static inline void
run(const char *name, void (*fn)(void))
{
	static char text[80];

	(void)snprintf(text, sizeof text, "%s_%s",
	    sek_fido_alg_word(made_algs[now]), name);
	RUN_AS(text, fn);
}

static inline bool
open_keys(void)
{
	bool ok = sek_crypto_start() == SEK_OK;

	memset(hash, 0x17, sizeof hash);
	for (now = 0; ok && now < N_MADE; now++) {
		keys[now] = make_key(made_algs[now]);
		others[now] = make_key(made_algs[now]);
		ok = keys[now] != NULL && others[now] != NULL;
	}
	return ok;
}

static inline void
close_keys(void)
{
	for (now = 0; now < N_MADE; now++) {
		EVP_PKEY_free(keys[now]);
		EVP_PKEY_free(others[now]);
	}
}

#endif
