/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enrolment of a card: the helper is started, a certificate is chosen, shown
 * and confirmed, and the card proves that it holds the key.
 *
 * Part of the administrator's program.  The vendor's module runs in the
 * helper as the service user, never here; the helper ends and the card is
 * reset before this returns, whatever signal comes.
 */
#include "helpdesk/token.h"

#include <signal.h>
#include <string.h>

#include "helpdesk/answer.h"

/* A section's name, or the path of one of them: no other module is run. */
static const struct sek_module *
find_module(const struct sek_policy *p, const char *word)
{
	size_t i;

	for (i = 0; i < p->n_modules; i++)
		if (strcmp(p->modules[i].name, word) == 0 ||
		    strcmp(p->modules[i].path, word) == 0)
			return &p->modules[i];
	return NULL;
}

static int
no_module(const struct enrol *e)
{
	const struct sek_policy *p = e->d->policy;
	char all[SEK_MAX_MODULES * 80] = "";
	size_t i, at = 0;

	for (i = 0; i < p->n_modules && at < sizeof(all) - 70; i++)
		at += (size_t)snprintf(all + at, sizeof(all) - at, "%s%s",
		    i > 0 ? ", " : "", p->modules[i].name);
	DESK_ERR(e->d, W_NO_MODULE, { e->module, all });
	return DESK_REFUSED;
}

static int
dialogue(struct token *t)
{
	int r;

	if ((r = token_choose(t)) == DESK_GO)
		r = t->e->ssh != NULL ? token_take_key(t) :
		    enrol_take(t->e, t->key->cert, t->key->cert_len);
	return r == DESK_GO ? token_prove(t) : r;
}

int
enrol_from_token(struct enrol *e)
{
	struct token t = { .e = e, .helper = SEK_HELPER_NONE };
	struct sek_why why = { "" };
	sigset_t set, before;
	int r;

	if ((t.module = find_module(e->d->policy, e->module)) == NULL)
		return no_module(e);
	if (e->token != NULL && strlen(e->token) >= SEK_LABEL_MAX) {
		DESK_ERR(e->d, W_NO_CERT_THERE, { NULL });
		return DESK_REFUSED;
	}
	e->kind = "pkcs11";
	(void)snprintf(e->module_name, sizeof(e->module_name), "%s",
	    t.module->name);
	r = sek_service_user_find(e->d->policy->helper_user, &t.user, &why);
	if (r != SEK_OK)
		return desk_refuse(e->d, &why, r);
	/* held back until the card is locked again */
	desk_enders(&set);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	r = sek_helper_start(&t.helper, e->d->policy, &t.user, t.module);
	r = r == SEK_OK ? dialogue(&t) : desk_refuse(e->d, &why, r);
	sek_helper_finish(&t.helper);
	sek_keys_clear(&t.keys);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}
