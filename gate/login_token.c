/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the record of a login says of the token: a card with its certificate,
 * the certificate of which a TLS server told the name, or a FIDO2 key with
 * its credential and its model.
 * Runs in the gate.  Of a key's credential only a hash of the id is written.
 */
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "record/audit.h"
#include "gate/login.h"

static void
add_certificate(json_t *rec, const struct sek_login *l)
{
	sek_record_hex(rec, "token.cert_sha256", l->cert.cert_sha256, 32);
	sek_record_hex(rec, "token.issuer_sha256", l->cert.issuer_sha256, 32);
	sek_record_str(rec, "token.cert_serial", l->cert.serial);
	sek_record_str(rec, "token.subject", l->cert.subject);
	if (l->cert.key[0] != '\0')
		sek_record_str(rec, "token.key", l->cert.key);
	if (l->cert.policies[0] != '\0')
		sek_record_str(rec, "token.policies", l->cert.policies);
}

static void
add_card(json_t *rec, const struct sek_login *l)
{
	if (l->tls_name[0] != '\0') {
		sek_record_str(rec, "token.kind", "tls-name");
	} else {
		sek_record_str(rec, "token.kind", "pkcs11");
		sek_record_str(rec, "token.module", l->helper == NULL ? "" :
		    l->helper->module->name);
		sek_record_str(rec, "token.label", l->key.label);
		sek_record_str(rec, "token.token_serial", l->key.serial);
		sek_record_str(rec, "token.reader", l->key.reader);
	}
	sek_record_int(rec, "token.credential", l->credential.id);
	add_certificate(rec, l);
}

/* The professions that the certificate vouches for, or the one that the
 * service asked for and the hospital did. */
static void
add_roles(json_t *rec, const struct sek_login *l)
{
	const struct sek_cert_roles *roles = &l->cert.roles;
	const struct sek_cert_role *role;
	json_t *part;
	size_t i;

	if (l->role[0] != '\0') {
		sek_record_str(rec, "role_source", "helpdesk");
		part = sek_record_part();
		sek_record_str(part, "name", l->role);
		sek_record_add(rec, "roles", part);
		return;
	}
	if (roles->n > 0)
		sek_record_str(rec, "role_source", "certificate");
	for (i = 0; i < roles->n && i < SEK_MAX_CERT_ROLES; i++) {
		role = &roles->role[i];
		part = sek_record_part();
		if (role->scheme[0] != '\0')
			sek_record_str(part, "scheme", role->scheme);
		if (role->code[0] != '\0')
			sek_record_str(part, "code", role->code);
		if (role->name[0] != '\0')
			sek_record_str(part, "name", role->name);
		sek_record_add(rec, "roles", part);
	}
}

/* The signed flags, WebAuthn 6.1, by their names there. */
static void
add_flags(json_t *rec, uint8_t flags)
{
	static const char *const names[8] = {
		"up", NULL, "uv", "be", "bs", NULL, "at", "ed"
	};
	char words[40] = "";
	size_t i, len = 0;

	for (i = 0; i < 8; i++)
		if ((flags >> i & 1) != 0 && names[i] != NULL)
			len += (size_t)snprintf(words + len,
			    sizeof words - len, "%s%s", len > 0 ? " " : "",
			    names[i]);
	sek_record_str(rec, "token.flags", words);
}

static void
add_model(json_t *rec, const struct sek_login *l)
{
	static const char *const states[] = {
		[SEK_MODELS_UNASKED] = "", [SEK_MODELS_CURRENT] = "current",
		[SEK_MODELS_STALE] = "stale", [SEK_MODELS_MISSING] = "missing"
	};
	const struct sek_fido_login *k = &l->fido;
	const struct sek_model *m = &k->match.model;
	char words[120];

	if (k->models_state == SEK_MODELS_UNASKED)
		return;
	sek_record_str(rec, "model.table", states[k->models_state]);
	if (k->models_state == SEK_MODELS_MISSING)
		return;
	sek_record_int(rec, "model.number", k->models_info.number);
	sek_record_int(rec, "model.next_update", k->models_info.next_update);
	sek_record_int(rec, "model.age_s", l->now - k->models_info.made);
	sek_record_bool(rec, "model.known", m->known);
	if (!m->known)
		return;
	sek_model_words(m->status, words, sizeof words);
	sek_record_str(rec, "model.name", m->name);
	sek_record_str(rec, "model.status", words);
}

static void
add_key(json_t *rec, const struct sek_login *l)
{
	static const uint8_t unknown[16];
	const struct sek_fido_login *k = &l->fido;
	const struct sek_fido_cred *f = &k->match.cred;
	uint8_t hash[SHA256_DIGEST_LENGTH];
	char aaguid[37];

	(void)SHA256(f->id, f->id_len, hash);
	sek_record_str(rec, "token.kind", "fido2");
	if (k->label[0] != '\0')
		sek_record_str(rec, "token.label", k->label);
	if (k->transport[0] != '\0')
		sek_record_str(rec, "token.transport", k->transport);
	sek_record_int(rec, "token.credential", l->credential.id);
	sek_record_int(rec, "token.number", f->token);
	sek_record_str(rec, "token.rp", f->rp);
	sek_record_hex(rec, "token.id_sha256", hash, sizeof hash);
	sek_record_str(rec, "token.alg", sek_fido_alg_word(f->alg));
	if (memcmp(f->aaguid, unknown, sizeof unknown) != 0) {
		sek_aaguid_text(aaguid, f->aaguid);
		sek_record_str(rec, "token.aaguid", aaguid);
	}
	sek_record_str(rec, "token.attestation",
	    sek_attestation_word(f->attestation));
	if (k->has_seen) {
		add_flags(rec, k->seen.flags);
		sek_record_int(rec, "token.counter", k->seen.counter);
		sek_record_int(rec, "token.counter_before", f->counter);
	}
	add_model(rec, l);
}

/* A key that sshd has verified, and what it was enrolled as. */
static void
add_ssh(json_t *rec, const struct sek_login *l)
{
	const struct sek_fido_cred *f = &l->fido.match.cred;

	sek_login_add_ssh_token(rec, l);
	if (l->leaf != NULL)
		add_certificate(rec, l);
	if (l->ssh.kind != SEK_CRED_FIDO2)
		return;
	sek_record_int(rec, "token.number", f->token);
	sek_record_str(rec, "token.rp", f->rp);
	sek_record_str(rec, "token.attestation",
	    sek_attestation_word(f->attestation));
	add_model(rec, l);
}

void
sek_login_add_token(json_t *rec, const struct sek_login *l)
{
	if (!l->matched)
		return;
	/* of a remembered proof it was not here now */
	if (l->remember.record == 0) {
		if (l->ssh.found)
			add_ssh(rec, l);
		else if (l->helper != NULL && l->helper == l->fido.helper)
			add_key(rec, l);
		else
			add_card(rec, l);
	}
	add_roles(rec, l);
	if (l->denied != 0)
		sek_record_int(rec, "deny.id", l->denied);
}
