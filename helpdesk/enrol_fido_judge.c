/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether what a FIDO2 key has made may be enrolled: the rules of
 * registration (gate/fido.h), and what the configuration and FIDO's metadata
 * say of its model.
 *
 * Part of the administrator's program.  Must never take the key's or the
 * helper's word for anything that is not signed.
 */
#include "helpdesk/fido.h"

#include <string.h>
#include <time.h>

#include "gate/certificate_rooms.h"

#define FLAGS_AT 32u /* in authenticator data: after the hash of the RP ID */

/* Statuses for which nothing of a model is enrolled. */
#define BAD_MODEL (SEK_MODEL_REVOKED | SEK_MODEL_ATTESTATION_KEY | \
	SEK_MODEL_REMOTE | SEK_MODEL_PHYSICAL)

static int
open_roots(struct fido *f)
{
	const char *path = f->e->d->policy->attestation_roots;
	struct sek_why why = { "" };
	int r;

	if (*path == '\0')
		return DESK_GO;
	if ((f->roots = sk_X509_new_null()) == NULL)
		return desk_lost(f->e->d);
	/* the root of a small maker may be one that is no CA's */
	r = sek_trust_read(path, SEK_TRUST_ANY, f->roots, &why);
	return r == SEK_OK ? DESK_GO : desk_refuse(f->e->d, &why, r);
}

static int
open_models(struct fido *f)
{
	const struct sek_policy *p = f->e->d->policy;
	struct sek_models_info *info = &f->models_info;
	struct sek_why why = { "" };
	struct desk_date until;
	int r;

	if (p->metadata_url[0] == '\0')
		return DESK_GO;
	r = sek_models_open(p->cache, &f->models, info, &why);
	if (r == SEK_E_NOENT) {
		DESK_ERR(f->e->d, W_FIDO_NO_MODELS, { NULL });
		return p->metadata_stale_denies ||
		    (p->attestation_needed && f->roots == NULL) ?
		    DESK_REFUSED : DESK_GO;
	}
	if (r != SEK_OK)
		return desk_refuse(f->e->d, &why, r);
	if (info->next_update >= time(NULL))
		return DESK_GO;
	DESK_ERR(f->e->d, W_FIDO_OLD_MODELS, { desk_day(&until,
	    info->next_update) });
	return p->metadata_stale_denies ? DESK_REFUSED : DESK_GO;
}

int
fido_judge_open(struct fido *f)
{
	int r = open_roots(f);

	return r == DESK_GO ? open_models(f) : r;
}

void
fido_judge_close(struct fido *f)
{
	sk_X509_pop_free(f->roots, X509_free);
	sek_models_close(f->models);
	f->roots = NULL;
	f->models = NULL;
}

static int
more_roots(void *arg, const uint8_t aaguid[16], STACK_OF(X509) *out)
{
	struct fido *f = arg;

	return sek_models_roots(f->models, aaguid, out, &f->why);
}

/* The word for a registration that was refused, out of its own flags. */
static enum sek_reason
reason_of(const struct fido *f, const struct sek_fido_created *c)
{
	uint8_t flags = c->auth_len > FLAGS_AT ? c->auth[FLAGS_AT] : 0;

	if ((flags & SEK_FIDO_BE) != 0 && !f->e->d->policy->synced)
		return SEK_R_SYNCED_KEY;
	if ((flags & SEK_FIDO_UP) != 0 && (flags & SEK_FIDO_UV) == 0 &&
	    f->verify)
		return SEK_R_NOT_VERIFIED;
	return SEK_R_BAD_ASSERTION;
}

static enum sek_reason
registration(struct fido *f, size_t i, struct sek_why *why)
{
	const struct sek_create *asked = &f->create;
	struct sek_fido_rules rules = { .verify = f->verify,
		.synced = f->e->d->policy->synced,
		.protect = asked->make[i].protect, .roots = f->roots,
		.more_roots = f->models != NULL ? more_roots : NULL,
		.arg = f, .now = time(NULL) };
	struct sek_fido_cred *c = &f->cred[i];
	int r;

	r = sek_fido_register(&asked->make[i], &rules, &f->made[i], c,
	    f->chain[i], why);
	if (r != SEK_OK)
		return r == SEK_E_NOMEM ? SEK_R_INTERNAL :
		    reason_of(f, &f->made[i]);
	if (asked->alg != SEK_FIDO_NO_ALG && c->alg != asked->alg) {
		sek_why_set(why, "asked for a key of %s, it made one of %s",
		    sek_fido_alg_word((enum sek_fido_alg)asked->alg),
		    sek_fido_alg_word(c->alg));
		return SEK_R_BAD_ASSERTION;
	}
	memcpy(c->handle, asked->handle, asked->handle_len);
	c->handle_len = asked->handle_len;
	c->resident = asked->make[i].resident;
	c->ssh = i > 0;
	return SEK_R_OK;
}

/* Both were made in one ceremony, so by one key. */
static enum sek_reason
same_key(const struct fido *f, struct sek_why *why)
{
	if (f->n_made < 2 || memcmp(f->cred[0].aaguid, f->cred[1].aaguid,
	    sizeof(f->cred[0].aaguid)) == 0)
		return SEK_R_OK;
	sek_why_set(why, "the two credentials have different AAGUIDs");
	return SEK_R_BAD_ASSERTION;
}

static enum sek_reason
attested(const struct fido *f, struct sek_why *why)
{
	size_t i;

	for (i = 0; f->e->d->policy->attestation_needed && i < f->n_made; i++)
		if (f->cred[i].attestation != SEK_ATT_TRUSTED) {
			sek_why_set(why, "an attestation is required, and "
			    "this is %s: %.200s", sek_attestation_word(
			    f->cred[i].attestation), f->chain[i]);
			return SEK_R_MODEL_REFUSED;
		}
	return SEK_R_OK;
}

static enum sek_reason
listed(const struct fido *f, struct sek_why *why)
{
	const struct sek_policy *p = f->e->d->policy;
	char aaguid[37];
	size_t i;

	for (i = 0; i < p->n_models; i++)
		if (memcmp(p->models[i], f->cred[0].aaguid,
		    sizeof(p->models[i])) == 0)
			return SEK_R_OK;
	if (p->n_models == 0)
		return SEK_R_OK;
	sek_aaguid_text(aaguid, f->cred[0].aaguid);
	sek_why_set(why, "the model %s%s%s is none of the [model] sections",
	    aaguid, f->model.name[0] != '\0' ? " " : "", f->model.name);
	return SEK_R_MODEL_REFUSED;
}

static enum sek_reason
in_metadata(struct fido *f, struct sek_why *why)
{
	uint32_t refused = BAD_MODEL |
	    (f->verify ? SEK_MODEL_UV_BYPASS : 0);
	char words[160];

	if ((f->model.status & refused) == 0)
		return SEK_R_OK;
	sek_model_words(f->model.status & refused, words, sizeof(words));
	sek_why_set(why, "FIDO metadata say of %s: %s", f->model.name, words);
	return SEK_R_MODEL_REFUSED;
}

static enum sek_reason
find_model(struct fido *f, struct sek_why *why)
{
	int r;

	if (f->models == NULL)
		return SEK_R_OK;
	r = sek_models_find(f->models, f->cred[0].aaguid, f->cred[0].firmware,
	    time(NULL), &f->model, why);
	return r == SEK_OK ? SEK_R_OK : SEK_R_INTERNAL;
}

enum sek_reason
fido_judge(struct fido *f, struct sek_why *why)
{
	enum sek_reason r = SEK_R_OK;
	size_t i;

	for (i = 0; r == SEK_R_OK && i < f->n_made; i++)
		r = registration(f, i, why);
	if (r == SEK_R_OK)
		r = same_key(f, why);
	if (r == SEK_R_OK)
		r = find_model(f, why);
	if (r == SEK_R_OK)
		r = listed(f, why);
	if (r == SEK_R_OK)
		r = in_metadata(f, why);
	return r == SEK_R_OK ? attested(f, why) : r;
}
