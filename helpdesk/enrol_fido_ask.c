/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a FIDO2 key is asked for: one credential for logins, and with --ssh
 * one more for sshd, none of which may be on the key already.
 *
 * Part of the administrator's program.  Must never give a login name as the
 * user handle: it is random, and the same for all keys of a person
 * (Web Authentication Level 2, 5.4.3 and 14.6.1).
 */
#include "helpdesk/fido.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gate/digest.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"

#define CHALLENGE_TEXT "sekisho enrolment challenge v1"
#define NONCE_BYTES 32u

/* credProtect, CTAP 2.1 12.1 */
#define PROTECT_OPEN 1    /* anybody finds it, by a touch */
#define PROTECT_WITH_ID 2 /* whoever has the id may use it by touch */
#define PROTECT_VERIFY 3  /* never without the person's verification */

/* Which of the requests is of this RP ID; n_makes: none. */
static size_t
make_of(const struct sek_create *c, const char *rp)
{
	size_t i;

	for (i = 0; i < c->n_makes; i++)
		if (strcmp(c->make[i].rp, rp) == 0)
			break;
	return i;
}

/* One account has one handle: the first that is found serves. */
static void
take_handle(struct sek_create *c, const struct sek_fido_cred *k)
{
	if (c->handle_len > 0 || k->handle_len == 0)
		return;
	memcpy(c->handle, k->handle, k->handle_len);
	c->handle_len = k->handle_len;
}

static int
count_one(void *arg, const struct sek_credential *c,
    const struct sek_fido_cred *k)
{
	size_t *n = arg;

	(void)c;
	(void)k;
	return ++*n > SEK_FIDO_MAX_IDS ? SEK_E_LIMIT : SEK_OK;
}

static int
take_one(void *arg, const struct sek_credential *c,
    const struct sek_fido_cred *k)
{
	struct fido *f = arg;
	struct sek_create *to = &f->create;
	size_t at = make_of(to, k->rp);

	(void)c;
	if (at == to->n_makes)
		return SEK_OK;
	if (at == 0)
		take_handle(to, k);
	if (to->n == SEK_FIDO_MAX_IDS)
		return SEK_E_LIMIT;
	memcpy(f->held[to->n].id, k->id, k->id_len);
	to->ids[to->n] = (struct sek_fido_id){ .p = f->held[to->n].id,
		.n = k->id_len, .rp = (uint8_t)at, .silent = k->protect < 3 };
	to->n++;
	return SEK_OK;
}

/* All that the person holds, whatever its status: a key that was lost and
 * revoked does not come back by being enrolled again. */
static int
exclude(struct fido *f)
{
	struct sek_store *s = f->e->d->store;
	int64_t person = f->e->person.id;
	size_t n = 0;
	int r;

	r = sek_store_each_fido(s, person, count_one, &n);
	if (r == SEK_OK && n > 0) {
		f->held = calloc(n, sizeof(*f->held));
		f->create.ids = calloc(n, sizeof(*f->create.ids));
		if (f->held == NULL || f->create.ids == NULL)
			return desk_lost(f->e->d);
		r = sek_store_each_fido(s, person, take_one, f);
	}
	return r == SEK_OK ? DESK_GO : desk_unreadable(f->e->d, r);
}

/* As the challenge of a login: fresh, and bound to what it is for, so that
 * no other signature of the key can be taken for it. */
static int
challenge(const struct fido *f, struct sek_make *m)
{
	struct sek_buf tbs = { 0 };
	uint8_t nonce[NONCE_BYTES];
	int r;

	if ((r = sek_random(nonce, sizeof(nonce))) != SEK_OK)
		return r;
	sek_put_str(&tbs, CHALLENGE_TEXT);
	sek_put_bytes(&tbs, nonce, sizeof(nonce));
	sek_put_str(&tbs, f->e->person.name);
	sek_put_str(&tbs, m->rp);
	sek_put_str(&tbs, f->e->d->policy->host);
	sek_put_str(&tbs, f->e->d->actor);
	sek_put_u64(&tbs, (uint64_t)time(NULL));
	return sek_digest_of(&tbs, m->hash);
}

static void
requests(struct fido *f)
{
	struct sek_create *c = &f->create;
	struct sek_make *m = c->make;

	/* What is to be found by a touch alone may not be hidden: that is
	 * said, since there are keys that hide what nobody speaks of. */
	m[0] = (struct sek_make){ .resident = f->resident,
		.protect = f->verify ? PROTECT_VERIFY :
		    f->resident ? PROTECT_OPEN : PROTECT_WITH_ID };
	(void)snprintf(m[0].rp, sizeof(m[0].rp), "%s",
	    f->e->d->policy->rp_id);
	c->n_makes = 1;
	if (f->ssh.file == NULL)
		return;
	/* ssh always brings the id, but for `ssh-keygen -K` with a PIN */
	m[1] = (struct sek_make){ .resident = f->resident,
		.protect = f->verify ? PROTECT_VERIFY : PROTECT_WITH_ID };
	(void)snprintf(m[1].rp, sizeof(m[1].rp), "%s", FIDO_SSH_RP);
	c->n_makes = 2;
}

int
fido_ask(struct fido *f)
{
	const struct sek_person *p = &f->e->person;
	struct sek_create *c = &f->create;
	struct sek_why why = { "" };
	int r = SEK_OK;
	size_t i;

	c->pcsc = f->e->d->policy->fido_pcsc;
	c->verify = f->verify;
	c->pin = f->pin;
	c->alg = f->alg;
	(void)snprintf(c->rp_name, sizeof(c->rp_name), "%.128s",
	    f->e->d->policy->rp_id);
	(void)sek_escape_str(c->user, sizeof(c->user), p->name);
	(void)sek_escape_str(c->display, sizeof(c->display),
	    p->display[0] != '\0' ? p->display : p->name);
	requests(f);
	for (i = 0; r == SEK_OK && i < c->n_makes; i++)
		r = challenge(f, &c->make[i]);
	if (r != SEK_OK)
		return desk_refuse(f->e->d, &why, r);
	if ((r = exclude(f)) != DESK_GO || c->handle_len > 0)
		return r;
	c->handle_len = sizeof(c->handle);
	r = sek_random(c->handle, c->handle_len);
	return r == SEK_OK ? DESK_GO : desk_refuse(f->e->d, &why, r);
}

void
fido_ask_clear(struct fido *f)
{
	sek_create_clear(&f->create);
	free(f->held);
	f->held = NULL;
}
