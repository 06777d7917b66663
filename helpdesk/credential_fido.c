/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho list` shows of a credential of a FIDO2 key.
 *
 * Part of the administrator's program.  Only reads.
 */
#include <openssl/evp.h>
#include <string.h>

#include "helpdesk/credential.h"

static bool
is_known(const uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != 0)
			return true;
	return false;
}

static void
put(const struct desk *d, FILE *f, enum word w, const char *a, const char *b)
{
	desk_put(d, f, w, (const char *const[]){ a, b, NULL, NULL });
}

void
desk_fido_put(const struct desk *d, FILE *f, const struct sek_fido_cred *c)
{
	char model[37], number[24];
	struct desk_date when;

	put(d, f, W_FIDO_KEY_OF, c->rp, sek_fido_alg_word(c->alg));
	(void)snprintf(number, sizeof number, "%lld", (long long)c->token);
	put(d, f, W_FIDO_TOKEN, number, NULL);
	sek_aaguid_text(model, c->aaguid);
	put(d, f, W_FIDO_MODEL, is_known(c->aaguid, sizeof c->aaguid) ? model :
	    "?", desk_word(c->attestation == SEK_ATT_TRUSTED ? W_ATTESTED :
	    c->attestation == SEK_ATT_UNKNOWN ? W_ATTESTED_UNKNOWN :
	    W_ATTESTED_NOT, d->lang));
	if (c->transports[0] != '\0')
		put(d, f, W_FIDO_BY, c->transports, NULL);
	if (c->verified)
		put(d, f, W_FIDO_VERIFIED, NULL, NULL);
	if (c->resident)
		put(d, f, W_FIDO_RESIDENT, NULL, NULL);
	if (c->backup)
		put(d, f, W_FIDO_SYNCED, NULL, NULL);
	if (c->ssh)
		put(d, f, W_FIDO_SSH, NULL, NULL);
	(void)snprintf(number, sizeof number, "%lu",
	    (unsigned long)c->counter);
	put(d, f, c->counted ? W_FIDO_COUNTER : W_FIDO_NO_COUNTER, number,
	    NULL);
	if (c->suspect != 0)
		put(d, f, W_FIDO_SUSPECT, desk_time(&when, c->suspect), NULL);
}

/* RFC 4648 5, without "=": as Web Authentication writes an id. */
static json_t *
base64url(const uint8_t *p, size_t n)
{
	char text[4 * ((SEK_FIDO_ID_MAX + 2) / 3) + 1];
	char *at;

	(void)EVP_EncodeBlock((unsigned char *)text, p, (int)n);
	for (at = text; *at != '\0'; at++)
		*at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
	text[strcspn(text, "=")] = '\0';
	return json_string(text);
}

static json_t *
transports(const struct sek_fido_cred *c)
{
	json_t *list = json_array();
	char words[sizeof c->transports], *save = NULL, *w;

	memcpy(words, c->transports, sizeof words);
	for (w = strtok_r(words, " ", &save); w != NULL;
	    w = strtok_r(NULL, " ", &save)) {
		if (json_array_append_new(list, desk_json_text(w)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

json_t *
desk_fido_json(const struct sek_fido_cred *c)
{
	bool model = is_known(c->aaguid, sizeof c->aaguid);
	struct desk_date when;
	struct desk_hex hash;
	char aaguid[37];

	sek_aaguid_text(aaguid, c->aaguid);
	return json_pack("{s:o, s:o, s:s, s:s?, s:I, s:o, s:i, s:b, s:b, s:b,"
	    " s:b, s:s, s:s?, s:I, s:b, s:s?}",
	    "rp_id", desk_json_text(c->rp),
	    "credential_id", base64url(c->id, c->id_len),
	    "algorithm", sek_fido_alg_word(c->alg),
	    "aaguid", model ? aaguid : NULL,
	    "firmware", (json_int_t)c->firmware,
	    "transports", transports(c),
	    "protection", (int)c->protect,
	    "verified", (int)c->verified,
	    "synced", (int)c->backup,
	    "resident", (int)c->resident,
	    "ssh", (int)c->ssh,
	    "attestation", sek_attestation_word(c->attestation),
	    "attestation_sha256", is_known(c->attestation_sha256, 32) ?
	    desk_hex(&hash, c->attestation_sha256, 32) : NULL,
	    "counter", (json_int_t)c->counter,
	    "counted", (int)c->counted,
	    "suspect", c->suspect != 0 ? desk_utc(&when, c->suspect) : NULL);
}
