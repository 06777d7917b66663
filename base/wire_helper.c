/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The helper messages as bytes, and the table of what may come when.
 * libc only; runs in the gate, in the helpers and in `sekisho`.
 */
#include "sekisho/wire_helper.h"

#include <stdlib.h>
#include <string.h>

#define KEYS_CAP (SEK_MAX_KEYS * (SEK_MAX_CERT + 1024u))

/* A SIGN crosses a KEYS on the way, so KEYS may still come while signing;
 * a token may vanish while a person is typing, so FAIL may come then. */
const struct sek_rule sek_helper_rules[] = {
	{ SEK_HS_START, SEK_H_LIST, SEK_HS_LISTING, 512 },
	{ SEK_HS_LISTING, SEK_H_KEYS, SEK_HS_LISTING, KEYS_CAP },
	{ SEK_HS_LISTING, SEK_H_FAIL, SEK_HS_DONE, 512 },
	{ SEK_HS_LISTING, SEK_H_SIGN, SEK_HS_SIGNING, 2048 },
	{ SEK_HS_SIGNING, SEK_H_KEYS, SEK_HS_SIGNING, KEYS_CAP },
	{ SEK_HS_SIGNING, SEK_H_NOTE, SEK_HS_PIN, 16 },
	{ SEK_HS_SIGNING, SEK_H_PROOF, SEK_HS_DONE, SEK_MAX_SIG + 32u },
	{ SEK_HS_SIGNING, SEK_H_FAIL, SEK_HS_AGAIN, 512 },
	{ SEK_HS_PIN, SEK_H_PIN, SEK_HS_SIGNING, 255 },
	{ SEK_HS_PIN, SEK_H_FAIL, SEK_HS_DONE, 512 },
	{ SEK_HS_AGAIN, SEK_H_PIN, SEK_HS_SIGNING, 255 },
	{ SEK_HS_START, SEK_H_CHECK, SEK_HS_CHECKING, 8192 },
	{ SEK_HS_CHECKING, SEK_H_PROOF, SEK_HS_DONE, 32 },
	{ SEK_HS_CHECKING, SEK_H_FAIL, SEK_HS_DONE, 512 },
};
const size_t sek_helper_n_rules =
    sizeof sek_helper_rules / sizeof sek_helper_rules[0];

void
sek_list_enc(struct sek_buf *b, const struct sek_list *m)
{
	sek_put_u8(b, m->wait ? 1 : 0);
	sek_put_str(b, m->label);
	sek_put_str(b, m->key);
}

int
sek_list_dec(struct sek_list *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_list m = { 0 };
	uint8_t wait = sek_rd_u8(&r);

	sek_rd_str(&r, m.label, sizeof m.label);
	sek_rd_str(&r, m.key, sizeof m.key);
	if (sek_rd_end(&r) != SEK_OK || wait > 1)
		return SEK_E_PROTO;
	m.wait = wait == 1;
	*out = m;
	return SEK_OK;
}

void
sek_keys_enc(struct sek_buf *b, const struct sek_keys *m)
{
	const struct sek_key *k;
	size_t i;

	sek_put_u32(b, m->tokens);
	sek_put_u32(b, (uint32_t)m->n);
	for (i = 0; i < m->n; i++) {
		k = &m->key[i];
		sek_put_u64(b, k->slot);
		sek_put_u32(b, k->pin_flags);
		sek_put_str(b, k->label);
		sek_put_str(b, k->serial);
		sek_put_str(b, k->reader);
		sek_put_bytes(b, k->id, k->id_len);
		sek_put_bytes(b, k->cert, k->cert_len);
	}
}

static void
key_dec(struct sek_rd *r, struct sek_key *k)
{
	const uint8_t *p;
	size_t n;

	k->slot = sek_rd_u64(r);
	k->pin_flags = sek_rd_u32(r);
	sek_rd_str(r, k->label, sizeof k->label);
	sek_rd_str(r, k->serial, sizeof k->serial);
	sek_rd_str(r, k->reader, sizeof k->reader);
	k->id_len = sek_rd_fixed(r, k->id, sizeof k->id);
	p = sek_rd_bytes(r, SEK_MAX_CERT, &n);
	if (r->bad || n == 0 || k->id_len == 0) {
		r->bad = true;
		return;
	}
	if ((k->cert = malloc(n)) == NULL) {
		r->bad = true;
		return;
	}
	memcpy(k->cert, p, n);
	k->cert_len = n;
}

int
sek_keys_dec(struct sek_keys *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_keys m = { 0 };
	size_t i;

	m.tokens = sek_rd_u32(&r);
	m.n = sek_rd_u32(&r);
	if (r.bad || m.n > SEK_MAX_KEYS)
		return SEK_E_PROTO;
	if (m.n > 0 && (m.key = calloc(m.n, sizeof *m.key)) == NULL)
		return SEK_E_NOMEM;
	for (i = 0; i < m.n && !r.bad; i++)
		key_dec(&r, &m.key[i]);
	if (sek_rd_end(&r) != SEK_OK) {
		sek_keys_clear(&m);
		return SEK_E_PROTO;
	}
	*out = m;
	return SEK_OK;
}

void
sek_keys_clear(struct sek_keys *m)
{
	size_t i;

	for (i = 0; i < m->n && m->key != NULL; i++)
		free(m->key[i].cert);
	free(m->key);
	*m = (struct sek_keys){ 0 };
}

void
sek_note_enc(struct sek_buf *b, const struct sek_note *m)
{
	sek_put_u8(b, (uint8_t)m->kind);
	sek_put_u32(b, m->pin_flags);
	sek_put_u8(b, (uint8_t)m->tries_left);
}

int
sek_note_dec(struct sek_note *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_note m = { 0 };
	uint8_t kind = sek_rd_u8(&r);

	m.pin_flags = sek_rd_u32(&r);
	m.tries_left = (int8_t)sek_rd_u8(&r);
	if (sek_rd_end(&r) != SEK_OK || kind < SEK_NOTE_PIN ||
	    kind > SEK_NOTE_VERIFY || m.tries_left < -1)
		return SEK_E_PROTO;
	m.kind = (enum sek_note_kind)kind;
	*out = m;
	return SEK_OK;
}

void
sek_sign_enc(struct sek_buf *b, const struct sek_sign *m)
{
	sek_put_u64(b, m->slot);
	sek_put_bytes(b, m->id, m->id_len);
	sek_put_raw(b, m->cert_sha256, sizeof m->cert_sha256);
	sek_put_u8(b, m->ec ? 1 : 0);
	sek_put_u16(b, m->key_bits);
	sek_put_u8(b, (uint8_t)m->hash);
	sek_put_bytes(b, m->tbs, m->tbs_len);
	sek_put_bytes(b, m->digest, m->digest_len);
}

int
sek_sign_dec(struct sek_sign *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_sign m = { 0 };
	uint8_t ec, hash;
	size_t i;

	m.slot = sek_rd_u64(&r);
	m.id_len = sek_rd_fixed(&r, m.id, sizeof m.id);
	for (i = 0; i < sizeof m.cert_sha256; i++)
		m.cert_sha256[i] = sek_rd_u8(&r);
	ec = sek_rd_u8(&r);
	m.key_bits = sek_rd_u16(&r);
	hash = sek_rd_u8(&r);
	m.tbs_len = sek_rd_fixed(&r, m.tbs, sizeof m.tbs);
	m.digest_len = sek_rd_fixed(&r, m.digest, sizeof m.digest);
	if (sek_rd_end(&r) != SEK_OK || m.id_len == 0 || ec > 1 ||
	    (hash != SEK_HASH_SHA256 && hash != SEK_HASH_SHA384) ||
	    m.tbs_len == 0 ||
	    m.digest_len != (hash == SEK_HASH_SHA256 ? 32u : 48u))
		return SEK_E_PROTO;
	m.ec = ec == 1;
	m.hash = (enum sek_hash)hash;
	*out = m;
	return SEK_OK;
}

void
sek_proof_enc(struct sek_buf *b, const struct sek_proof *m)
{
	sek_put_u8(b, (uint8_t)m->scheme);
	sek_put_u8(b, m->logged_in ? 1 : 0);
	sek_put_u32(b, m->native);
	sek_put_bytes(b, m->sig, m->sig_len);
}

int
sek_proof_dec(struct sek_proof *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_proof m = { 0 };
	uint8_t scheme, logged_in;

	scheme = sek_rd_u8(&r);
	logged_in = sek_rd_u8(&r);
	m.native = sek_rd_u32(&r);
	m.sig_len = sek_rd_fixed(&r, m.sig, sizeof m.sig);
	if (sek_rd_end(&r) != SEK_OK || scheme > SEK_SCHEME_ECDSA_RAW ||
	    logged_in > 1)
		return SEK_E_PROTO;
	m.scheme = (enum sek_scheme)scheme;
	m.logged_in = logged_in == 1;
	*out = m;
	return SEK_OK;
}

void
sek_fail_enc(struct sek_buf *b, const struct sek_fail *m)
{
	sek_put_u16(b, (uint16_t)m->code);
	sek_put_u32(b, m->pin_flags);
	sek_put_u8(b, (uint8_t)m->tries_left);
	sek_put_u32(b, m->native);
	sek_put_str(b, m->detail);
}

int
sek_fail_dec(struct sek_fail *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_fail m = { 0 };
	uint16_t code = sek_rd_u16(&r);

	m.pin_flags = sek_rd_u32(&r);
	m.tries_left = (int8_t)sek_rd_u8(&r);
	m.native = sek_rd_u32(&r);
	sek_rd_str(&r, m.detail, sizeof m.detail);
	if (sek_rd_end(&r) != SEK_OK || code < SEK_FAIL_NO_TOKEN ||
	    code > SEK_FAIL_ACCOUNT || m.tries_left < -1)
		return SEK_E_PROTO;
	m.code = (enum sek_fail_code)code;
	*out = m;
	return SEK_OK;
}

void
sek_check_enc(struct sek_buf *b, const struct sek_check *m)
{
	sek_put_str(b, m->user);
	sek_put_str(b, m->service);
	sek_put_str(b, m->confdir);
	sek_put_str(b, m->rhost);
	sek_put_str(b, m->tty);
	sek_put_bytes(b, m->password.p, m->password.len);
}

int
sek_check_dec(struct sek_check *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_check m = { 0 };
	const uint8_t *p;
	size_t n;
	int e;

	sek_rd_str(&r, m.user, sizeof m.user);
	sek_rd_str(&r, m.service, sizeof m.service);
	sek_rd_str(&r, m.confdir, sizeof m.confdir);
	sek_rd_str(&r, m.rhost, sizeof m.rhost);
	sek_rd_str(&r, m.tty, sizeof m.tty);
	p = sek_rd_bytes(&r, 511, &n);
	if (sek_rd_end(&r) != SEK_OK ||
	    (n > 0 && memchr(p, '\0', n) != NULL))
		return SEK_E_PROTO;
	sek_put_raw(&m.password, p, n);
	if ((e = sek_buf_ok(&m.password)) != SEK_OK) {
		sek_buf_free(&m.password);
		return e;
	}
	*out = m;
	return SEK_OK;
}

void
sek_check_clear(struct sek_check *m)
{
	sek_buf_free(&m->password);
	memset(m, 0, sizeof *m);
}
