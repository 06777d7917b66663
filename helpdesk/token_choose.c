/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which certificate of which token is to be enrolled.
 *
 * Part of the administrator's program.  Where there are several it never
 * guesses: it lists them and refuses.
 */
#include "helpdesk/token.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "sekisho/digits.h"

int
token_failed(const struct token *t, enum sek_reason reason,
    const char *detail)
{
	DESK_ERR(t->e->d, W_HELPER, { sek_reason(reason)->word,
	    detail != NULL && *detail != '\0' ? detail :
	    sek_reason(reason)->text[t->e->d->lang] });
	return DESK_REFUSED;
}

static int
no_token(const struct token *t, const struct sek_buf *body)
{
	struct sek_fail fail;

	if (sek_fail_dec(&fail, body) != SEK_OK)
		return token_failed(t, SEK_R_HELPER_PROTOCOL, NULL);
	if (fail.code != SEK_FAIL_NO_TOKEN)
		return token_failed(t, fail.code == SEK_FAIL_MODULE ?
		    SEK_R_MODULE_UNUSABLE : SEK_R_TOKEN_ERROR, fail.detail);
	DESK_ERR(t->e->d, W_NO_TOKEN, { t->module->name });
	return DESK_REFUSED;
}

/* LIST and its answer. */
static int
list(struct token *t)
{
	const struct sek_deadline dl = sek_deadline_in(
	    1000ull * t->e->d->policy->token_s);
	const char *label = t->e->token != NULL ? t->e->token :
	    t->module->label;
	struct sek_list ask = { .wait = false };
	struct sek_buf body = { 0 };
	enum sek_reason reason;
	uint8_t msg = 0;
	int r = DESK_GO;

	(void)snprintf(ask.label, sizeof(ask.label), "%s", label);
	sek_list_enc(&body, &ask);
	reason = sek_helper_send(&t->helper, SEK_H_LIST, &body, &dl);
	if (reason == SEK_R_OK)
		reason = sek_helper_recv(&t->helper, &msg, &body, &dl);
	if (reason != SEK_R_OK)
		r = token_failed(t, reason, t->helper.detail);
	else if (msg != SEK_H_KEYS)
		r = no_token(t, &body);
	else if (sek_keys_dec(&t->keys, &body) != SEK_OK)
		r = token_failed(t, SEK_R_HELPER_PROTOCOL, NULL);
	sek_buf_free(&body);
	return r;
}

/* Is it the key of OpenSSH that is to be enrolled, whatever the certificate
 * says of it? */
static bool
is_that_key(const struct token *t, const struct sek_key *k)
{
	struct sek_cert_info info = { .subject = "" };
	X509 *x = sek_cert_parse(k->cert, k->cert_len);
	bool same = x != NULL && sek_cert_describe(x, &info) == SEK_OK &&
	    memcmp(info.spki_sha256, t->e->ssh->spki_sha256,
	    sizeof(info.spki_sha256)) == 0;

	X509_free(x);
	return same;
}

int
token_take_key(struct token *t)
{
	struct enrol *e = t->e;

	e->cert = sek_cert_parse(t->key->cert, t->key->cert_len);
	if (e->cert != NULL && sek_cert_describe(e->cert, &e->info) == SEK_OK)
		return DESK_GO;
	DESK_ERR(e->d, W_CERT_UNREADABLE, { NULL });
	return DESK_REFUSED;
}

static bool
fits(const struct token *t, const struct sek_key *k)
{
	char id[2 * SEK_MAX_KEY_ID + 1];

	sek_hex(id, k->id, k->id_len);
	return k->cert_len > 0 &&
	    (t->e->token == NULL || strcmp(t->e->token, k->label) == 0) &&
	    (t->e->id == NULL || strcasecmp(t->e->id, id) == 0) &&
	    (t->e->ssh == NULL || is_that_key(t, k));
}

/* One line for the administrator to choose by: would it serve? */
static void
show_choice(const struct token *t, const struct sek_key *k)
{
	char id[2 * SEK_MAX_KEY_ID + 1];
	struct sek_cert_info info = { .subject = "" };
	enum sek_reason reason = SEK_R_CERT_MALFORMED;
	X509 *x = sek_cert_parse(k->cert, k->cert_len);

	if (x != NULL)
		reason = sek_cert_check(t->e->trust, x, time(NULL), &info);
	X509_free(x);
	sek_hex(id, k->id, k->id_len);
	DESK_ERR(t->e->d, W_ONE_OF, { k->label, id, info.subject,
	    sek_reason(reason)->word });
}

int
token_choose(struct token *t)
{
	struct enrol *e = t->e;
	size_t i, n = 0;
	int r;

	if ((r = list(t)) != DESK_GO)
		return r;
	for (i = 0; i < t->keys.n; i++)
		if (fits(t, &t->keys.key[i]) && n++ == 0)
			t->key = &t->keys.key[i];
	if (n == 0) {
		DESK_ERR(e->d, e->ssh != NULL ? W_SSH_NOT_THERE :
		    W_NO_CERT_THERE, { NULL });
		return DESK_REFUSED;
	}
	/* several certificates of one key will all do */
	if (n > 1 && e->ssh == NULL) {
		DESK_ERR(e->d, W_SEVERAL, { NULL });
		for (i = 0; i < t->keys.n; i++)
			if (fits(t, &t->keys.key[i]))
				show_choice(t, &t->keys.key[i]);
		return DESK_REFUSED;
	}
	(void)snprintf(e->token_label, sizeof(e->token_label), "%s",
	    t->key->label);
	(void)snprintf(e->token_serial, sizeof(e->token_serial), "%s",
	    t->key->serial);
	sek_hex(e->key_id, t->key->id, t->key->id_len);
	return DESK_GO;
}
