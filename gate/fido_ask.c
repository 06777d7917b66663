/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sekisho-fido is asked for: the credentials of everybody who may open
 * the account, and a challenge made for this login alone.
 * Runs in the gate.  Where nobody has a key, one of nobody is asked for, so
 * that who watches cannot tell an account that is there from one that is not;
 * a key that is programmed to answer nonsense still can.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/login.h"
#include "gate/store_fido.h"

#define DECOY_TEXT "sekisho decoy v1"
#define DECOY_BYTES 64u
#define DECOY_MODELS 16u
#define MAX_IDS_BYTES (SEK_FIDO_MAX_IDS * 250u) /* of the frame's cap */
#define ID_OVERHEAD 6u

void
sek_fido_rps(struct sek_login *l)
{
	struct sek_assert *ask = &l->fido.ask;
	const struct sek_policy *p = l->policy;
	size_t i;

	if (ask->n_rps > 0)
		return;
	(void)snprintf(ask->rps[ask->n_rps++], SEK_RP_MAX, "%s", p->rp_id);
	for (i = 0; i < p->n_former_rps && ask->n_rps < SEK_FIDO_MAX_RPS; i++)
		(void)snprintf(ask->rps[ask->n_rps++], SEK_RP_MAX, "%s",
		    p->former_rps[i]);
}

static void
add_id(struct sek_fido_login *k, size_t rp, const uint8_t *id, size_t n,
    bool silent)
{
	size_t size = k->ids.len + k->ask.n * ID_OVERHEAD + n + ID_OVERHEAD;

	/* the first ones are the active ones of active persons */
	k->full = k->full || k->ask.n >= SEK_FIDO_MAX_IDS ||
	    size > MAX_IDS_BYTES;
	if (k->full)
		return;
	sek_put_raw(&k->ids, id, n);
	k->ask.ids[k->ask.n++] = (struct sek_fido_id){ .n = n,
	    .rp = (uint8_t)rp, .silent = silent };
}

static int
add_credential(void *arg, const struct sek_credential *c,
    const struct sek_fido_cred *f)
{
	struct sek_fido_login *k = arg;
	size_t i;

	(void)c;
	for (i = 0; i < k->ask.n_rps; i++)
		if (strcmp(k->ask.rps[i], f->rp) == 0)
			add_id(k, i, f->id, f->id_len, f->protect < 3);
	return 0;
}

/* The bytes did move while they grew. */
static int
point_ids(struct sek_fido_login *k)
{
	size_t i, at = 0;

	for (i = 0; i < k->ask.n; i++) {
		k->ask.ids[i].p = k->ids.p + at;
		at += k->ask.ids[i].n;
	}
	return sek_buf_ok(&k->ids);
}

/* Somebody of this site, after whose keys a decoy is made: whoever has one of
 * the first credentials. */
struct model {
	unsigned left;  /* to be passed over */
	int64_t person; /* 0: nobody has a key */
	size_t n;       /* bytes of an id */
	bool silent;    /* each of the keys tells what it has */
};

static int
pick_model(void *arg, const struct sek_credential *c,
    const struct sek_fido_cred *f)
{
	struct model *m = arg;

	if (f->ssh)
		return 0;
	m->person = c->person_id;
	m->n = f->id_len;
	return m->left-- == 0;
}

static int
look_at_model(void *arg, const struct sek_credential *c,
    const struct sek_fido_cred *f)
{
	struct model *m = arg;

	(void)c;
	m->silent = m->silent && (f->ssh || f->protect < 3);
	return 0;
}

static int
find_model(struct sek_login *l, struct model *m)
{
	int r = sek_store_each_fido(l->store, 0, pick_model, m);

	if (r < 0 || m->person == 0)
		return r < 0 ? r : SEK_OK;
	return sek_store_each_fido(l->store, m->person, look_at_model, m);
}

static int
hash_name(const struct sek_login *l, uint8_t *out, size_t n)
{
	struct sek_credential first = { .id = 0 };
	struct sek_buf of = { 0 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int r = sek_store_credential_by_id(l->store, 1, &first);

	if (r == SEK_E_NOENT)
		r = SEK_OK;
	sek_put_str(&of, DECOY_TEXT);
	sek_put_str(&of, l->policy->rp_id);
	sek_put_raw(&of, first.spki_sha256, sizeof first.spki_sha256);
	sek_put_str(&of, l->begin.user);
	if (r == SEK_OK)
		r = sek_buf_ok(&of);
	if (r == SEK_OK && (ctx == NULL ||
	    EVP_DigestInit_ex(ctx, EVP_shake256(), NULL) != 1 ||
	    EVP_DigestUpdate(ctx, of.p, of.len) != 1 ||
	    EVP_DigestFinalXOF(ctx, out, n) != 1))
		r = SEK_E_CRYPTO;
	EVP_MD_CTX_free(ctx);
	sek_buf_free(&of);
	return r;
}

/* An id that no key has: the same for a name whenever and on whichever of the
 * site's machines it is asked for, not to be guessed outside of it, and of
 * the kind that the site's own are.  Where cards serve as well it is always
 * one that a key can tell it has not: who has a card must not be asked for
 * the PIN of somebody's key that is plugged in. */
static int
add_decoy(struct sek_login *l)
{
	struct model m = { .n = DECOY_BYTES, .silent = true };
	uint8_t hash[SEK_FIDO_ID_MAX];
	int r = hash_name(l, hash, sizeof hash);

	if (r != SEK_OK)
		return r;
	m.left = hash[0] % DECOY_MODELS;
	if ((r = find_model(l, &m)) != SEK_OK)
		return r;
	if (sek_service_has(l->service, SEK_HAVE_PKCS11))
		m.silent = true;
	l->fido.decoy = true;
	/* its bytes are not the ones that chose */
	add_id(&l->fido, 0, hash + 1, m.n < sizeof hash ? m.n :
	    sizeof hash - 1, m.silent);
	return SEK_OK;
}

static int
add_ids(struct sek_login *l)
{
	struct sek_fido_login *k = &l->fido;
	int r = SEK_OK;

	k->ask.ids = calloc(SEK_FIDO_MAX_IDS, sizeof *k->ask.ids);
	if (k->ask.ids == NULL)
		return SEK_E_NOMEM;
	if (l->account_known)
		r = sek_store_each_fido_of_account(l->store, l->account.id,
		    add_credential, k);
	if (r == SEK_OK && k->ask.n == 0)
		r = add_decoy(l);
	return r == SEK_OK ? point_ids(k) : r;
}

/* No name was given: the key has to know whose it is. */
static enum sek_reason
discover(struct sek_login *l)
{
	bool any = false;

	if (sek_store_fido_any_resident(l->store, &any) != SEK_OK)
		return SEK_R_STORE;
	if (any)
		return SEK_R_OK;
	(void)snprintf(l->fido.helper->detail, sizeof l->fido.helper->detail,
	    "no name was given, and no key that finds its owner is enrolled");
	return SEK_R_NOT_ENROLLED;
}

static int
make_challenge(struct sek_login *l)
{
	const struct sek_binding b = { .user = l->begin.user,
	    .service = l->begin.service, .host = l->policy->host,
	    .session = l->session, .time = l->now, .rp = l->policy->rp_id };
	int r = sek_challenge_make(&l->fido.challenge, &b, NULL);

	if (r == SEK_OK)
		memcpy(l->fido.ask.hash, l->fido.challenge.digest,
		    sizeof l->fido.ask.hash);
	return r;
}

enum sek_reason
sek_fido_ask(struct sek_login *l)
{
	const struct sek_deadline dl = sek_deadline_sooner(l->dl,
	    1000ull * l->policy->token_s);
	struct sek_assert *ask = &l->fido.ask;
	struct sek_buf body = { 0 };
	enum sek_reason reason = SEK_R_OK;

	sek_fido_rps(l);
	ask->pcsc = l->policy->fido_pcsc;
	if (l->begin.user[0] == '\0')
		reason = discover(l);
	else if (add_ids(l) != SEK_OK)
		reason = SEK_R_STORE;
	if (reason != SEK_R_OK)
		return reason;
	if (make_challenge(l) != SEK_OK)
		return SEK_R_INTERNAL;
	sek_assert_enc(&body, ask);
	reason = sek_helper_send(l->fido.helper, SEK_U_ASSERT, &body, &dl);
	sek_buf_free(&body);
	return reason;
}

bool
sek_fido_asked_for(const struct sek_fido_login *k, uint8_t rp,
    const uint8_t *id, size_t n)
{
	size_t i;

	for (i = 0; i < k->ask.n; i++)
		if (k->ask.ids[i].rp == rp && k->ask.ids[i].n == n &&
		    memcmp(k->ask.ids[i].p, id, n) == 0)
			return true;
	return false;
}

void
sek_fido_clear(struct sek_fido_login *k)
{
	sek_assert_clear(&k->ask);
	sek_buf_free(&k->ids);
	sek_models_close(k->models);
	k->models = NULL;
}
