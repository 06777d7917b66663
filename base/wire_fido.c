/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of sekisho-fido as bytes, and the table of what may come when.
 * libc only; runs in the gate, in the helper and in `sekisho`.
 */
#include "sekisho/wire_fido.h"

#include <stdlib.h>
#include <string.h>

#define IDS_CAP (SEK_FIDO_MAX_IDS * 256u)

/* STATUS may cross a GO on its way.  A key may be pulled while its PIN is
 * typed, so FAIL may come then; and at any time before. */
const struct sek_rule sek_fido_rules[] = {
	{ SEK_US_START, SEK_U_ASSERT, SEK_US_WATCHING, IDS_CAP },
	{ SEK_US_START, SEK_U_CREATE, SEK_US_WATCHING, IDS_CAP },
	{ SEK_US_WATCHING, SEK_U_STATUS, SEK_US_WATCHING, 1100 },
	{ SEK_US_WATCHING, SEK_U_FAIL, SEK_US_DONE, 256 },
	{ SEK_US_WATCHING, SEK_U_GO, SEK_US_WORKING, 16 },
	{ SEK_US_WORKING, SEK_U_STATUS, SEK_US_WORKING, 1100 },
	{ SEK_US_WORKING, SEK_U_NOTE, SEK_US_WORKING, 256 },
	{ SEK_US_WORKING, SEK_U_ASKPIN, SEK_US_PIN, 256 },
	{ SEK_US_WORKING, SEK_U_ASSERTION, SEK_US_DONE, 8192 },
	{ SEK_US_WORKING, SEK_U_CREATED, SEK_US_WORKING, 32768 },
	{ SEK_US_WORKING, SEK_U_FAIL, SEK_US_DONE, 256 },
	{ SEK_US_PIN, SEK_U_PIN, SEK_US_WORKING, SEK_FIDO_PIN_MAX },
	{ SEK_US_PIN, SEK_U_FAIL, SEK_US_DONE, 256 },
};
const size_t sek_fido_n_rules =
    sizeof sek_fido_rules / sizeof sek_fido_rules[0];

static void
rd_raw(struct sek_rd *r, uint8_t *out, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = sek_rd_u8(r);
}

static bool
rd_bool(struct sek_rd *r)
{
	uint8_t v = sek_rd_u8(r);

	r->bad = r->bad || v > 1;
	return v == 1;
}

static uint8_t
rd_max(struct sek_rd *r, uint8_t min, uint8_t max)
{
	uint8_t v = sek_rd_u8(r);

	r->bad = r->bad || v < min || v > max;
	return v;
}

static int8_t
rd_tries(struct sek_rd *r)
{
	int8_t v = (int8_t)sek_rd_u8(r);

	r->bad = r->bad || v < -1;
	return v;
}

static void
ids_enc(struct sek_buf *b, const struct sek_fido_id *ids, size_t n)
{
	size_t i;

	sek_put_u32(b, (uint32_t)n);
	for (i = 0; i < n; i++) {
		sek_put_u8(b, ids[i].rp);
		sek_put_u8(b, ids[i].silent ? 1 : 0);
		sek_put_bytes(b, ids[i].p, ids[i].n);
	}
}

/* `rps`: how many an id may choose from. */
static struct sek_fido_id *
ids_dec(struct sek_rd *r, size_t rps, size_t *out)
{
	struct sek_fido_id *ids;
	size_t i, n = sek_rd_u32(r);

	*out = 0;
	if (r->bad || n > SEK_FIDO_MAX_IDS) {
		r->bad = true;
		return NULL;
	}
	if (n == 0)
		return NULL;
	if ((ids = calloc(n, sizeof *ids)) == NULL) {
		r->bad = true;
		return NULL;
	}
	for (i = 0; i < n && !r->bad; i++) {
		ids[i].rp = sek_rd_u8(r);
		ids[i].silent = rd_bool(r);
		ids[i].p = sek_rd_bytes(r, SEK_FIDO_ID_MAX, &ids[i].n);
		r->bad = r->bad || ids[i].rp >= rps || ids[i].n == 0;
	}
	*out = n;
	return ids;
}

void
sek_assert_enc(struct sek_buf *b, const struct sek_assert *m)
{
	size_t i;

	sek_put_raw(b, m->hash, sizeof m->hash);
	sek_put_u8(b, m->pcsc ? 1 : 0);
	sek_put_u8(b, (uint8_t)m->n_rps);
	for (i = 0; i < m->n_rps; i++)
		sek_put_str(b, m->rps[i]);
	ids_enc(b, m->ids, m->n);
}

int
sek_assert_dec(struct sek_assert *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_assert m = { 0 };
	size_t i;

	rd_raw(&r, m.hash, sizeof m.hash);
	m.pcsc = rd_bool(&r);
	m.n_rps = rd_max(&r, 1, SEK_FIDO_MAX_RPS);
	for (i = 0; i < m.n_rps && !r.bad; i++) {
		sek_rd_str(&r, m.rps[i], sizeof m.rps[i]);
		r.bad = r.bad || m.rps[i][0] == '\0';
	}
	m.ids = ids_dec(&r, m.n_rps, &m.n);
	if (sek_rd_end(&r) != SEK_OK) {
		free(m.ids);
		return SEK_E_PROTO;
	}
	*out = m;
	return SEK_OK;
}

void
sek_assert_clear(struct sek_assert *m)
{
	free(m->ids);
	*m = (struct sek_assert){ 0 };
}

void
sek_create_enc(struct sek_buf *b, const struct sek_create *m)
{
	size_t i;

	sek_put_u8(b, m->pcsc ? 1 : 0);
	sek_put_u8(b, m->verify ? 1 : 0);
	sek_put_u8(b, m->pin ? 1 : 0);
	sek_put_u32(b, (uint32_t)m->alg);
	sek_put_str(b, m->rp_name);
	sek_put_str(b, m->user);
	sek_put_str(b, m->display);
	sek_put_bytes(b, m->handle, m->handle_len);
	sek_put_u8(b, (uint8_t)m->n_makes);
	for (i = 0; i < m->n_makes; i++) {
		sek_put_raw(b, m->make[i].hash, sizeof m->make[i].hash);
		sek_put_str(b, m->make[i].rp);
		sek_put_u8(b, m->make[i].resident ? 1 : 0);
		sek_put_u8(b, m->make[i].protect);
	}
	ids_enc(b, m->ids, m->n);
}

static void
make_dec(struct sek_rd *r, struct sek_make *m)
{
	rd_raw(r, m->hash, sizeof m->hash);
	sek_rd_str(r, m->rp, sizeof m->rp);
	m->resident = rd_bool(r);
	m->protect = rd_max(r, 0, 3);
	r->bad = r->bad || m->rp[0] == '\0';
}

int
sek_create_dec(struct sek_create *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_create m = { 0 };
	size_t i;

	m.pcsc = rd_bool(&r);
	m.verify = rd_bool(&r);
	m.pin = rd_bool(&r);
	r.bad = r.bad || (m.pin && !m.verify);
	m.alg = (int32_t)sek_rd_u32(&r);
	sek_rd_str(&r, m.rp_name, sizeof m.rp_name);
	sek_rd_str(&r, m.user, sizeof m.user);
	sek_rd_str(&r, m.display, sizeof m.display);
	m.handle_len = sek_rd_fixed(&r, m.handle, sizeof m.handle);
	r.bad = r.bad || m.handle_len == 0;
	m.n_makes = rd_max(&r, 1, SEK_FIDO_MAX_MAKES);
	for (i = 0; i < m.n_makes && !r.bad; i++)
		make_dec(&r, &m.make[i]);
	m.ids = ids_dec(&r, m.n_makes, &m.n);
	if (sek_rd_end(&r) != SEK_OK) {
		free(m.ids);
		return SEK_E_PROTO;
	}
	*out = m;
	return SEK_OK;
}

void
sek_create_clear(struct sek_create *m)
{
	free(m->ids);
	*m = (struct sek_create){ 0 };
}

void
sek_key_status_enc(struct sek_buf *b, const struct sek_key_status *m)
{
	sek_put_u8(b, (uint8_t)m->kind);
	sek_put_u32(b, m->keys);
	sek_put_u8(b, m->rp);
	sek_put_bytes(b, m->id, m->id_len);
}

int
sek_key_status_dec(struct sek_key_status *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_key_status m = { 0 };

	m.kind = (enum sek_status_kind)rd_max(&r, SEK_KEY_NONE, SEK_KEY_READY);
	m.keys = sek_rd_u32(&r);
	m.rp = rd_max(&r, 0, SEK_FIDO_MAX_RPS - 1);
	m.id_len = sek_rd_fixed(&r, m.id, sizeof m.id);
	if (sek_rd_end(&r) != SEK_OK)
		return SEK_E_PROTO;
	*out = m;
	return SEK_OK;
}

void
sek_go_enc(struct sek_buf *b, const struct sek_go *m)
{
	sek_put_u8(b, m->verify ? 1 : 0);
	sek_put_u32(b, m->touch_ms);
}

int
sek_go_dec(struct sek_go *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_go m = { .verify = rd_bool(&r) };

	m.touch_ms = sek_rd_u32(&r);
	if (sek_rd_end(&r) != SEK_OK || m.touch_ms == 0 ||
	    m.touch_ms > 600000u)
		return SEK_E_PROTO;
	*out = m;
	return SEK_OK;
}

void
sek_key_note_enc(struct sek_buf *b, const struct sek_key_note *m)
{
	sek_put_u8(b, (uint8_t)m->kind);
	sek_put_u8(b, (uint8_t)m->tries_left);
	sek_put_str(b, m->label);
}

int
sek_key_note_dec(struct sek_key_note *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_key_note m = { 0 };

	m.kind = (enum sek_fido_note)rd_max(&r, SEK_FN_TOUCH, SEK_FN_AGAIN);
	m.tries_left = rd_tries(&r);
	sek_rd_str(&r, m.label, sizeof m.label);
	if (sek_rd_end(&r) != SEK_OK)
		return SEK_E_PROTO;
	*out = m;
	return SEK_OK;
}

void
sek_askpin_enc(struct sek_buf *b, const struct sek_askpin *m)
{
	sek_put_u32(b, m->flags);
	sek_put_u8(b, (uint8_t)m->tries_left);
	sek_put_str(b, m->label);
}

int
sek_askpin_dec(struct sek_askpin *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_askpin m = { .flags = sek_rd_u32(&r) };

	m.tries_left = rd_tries(&r);
	sek_rd_str(&r, m.label, sizeof m.label);
	if (sek_rd_end(&r) != SEK_OK ||
	    (m.flags & ~(SEK_AP_WRONG | SEK_AP_FALLBACK)) != 0)
		return SEK_E_PROTO;
	*out = m;
	return SEK_OK;
}

void
sek_fido_assertion_enc(struct sek_buf *b, const struct sek_fido_assertion *m)
{
	sek_put_u8(b, m->rp);
	sek_put_bytes(b, m->id, m->id_len);
	sek_put_bytes(b, m->auth, m->auth_len);
	sek_put_bytes(b, m->sig, m->sig_len);
	sek_put_bytes(b, m->handle, m->handle_len);
	sek_put_str(b, m->label);
	sek_put_str(b, m->transport);
	sek_put_str(b, m->place);
}

int
sek_fido_assertion_dec(struct sek_fido_assertion *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_fido_assertion m = { 0 };

	m.rp = rd_max(&r, 0, SEK_FIDO_MAX_RPS - 1);
	m.id_len = sek_rd_fixed(&r, m.id, sizeof m.id);
	m.auth_len = sek_rd_fixed(&r, m.auth, sizeof m.auth);
	m.sig_len = sek_rd_fixed(&r, m.sig, sizeof m.sig);
	m.handle_len = sek_rd_fixed(&r, m.handle, sizeof m.handle);
	sek_rd_str(&r, m.label, sizeof m.label);
	sek_rd_str(&r, m.transport, sizeof m.transport);
	sek_rd_str(&r, m.place, sizeof m.place);
	if (sek_rd_end(&r) != SEK_OK || m.id_len == 0)
		return SEK_E_PROTO;
	*out = m;
	return SEK_OK;
}

void
sek_fido_created_enc(struct sek_buf *b, const struct sek_fido_created *m)
{
	sek_put_u8(b, m->index);
	sek_put_bytes(b, m->auth, m->auth_len);
	sek_put_str(b, m->format);
	sek_put_bytes(b, m->att, m->att_len);
	sek_put_u8(b, m->protects ? 1 : 0);
	sek_put_u8(b, m->verified ? 1 : 0);
	sek_put_u64(b, m->firmware);
	sek_put_str(b, m->transports);
	sek_put_str(b, m->label);
}

int
sek_fido_created_dec(struct sek_fido_created *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_fido_created m = { 0 };

	m.index = rd_max(&r, 0, SEK_FIDO_MAX_MAKES - 1);
	m.auth_len = sek_rd_fixed(&r, m.auth, sizeof m.auth);
	sek_rd_str(&r, m.format, sizeof m.format);
	m.att_len = sek_rd_fixed(&r, m.att, sizeof m.att);
	m.protects = rd_bool(&r);
	m.verified = rd_bool(&r);
	m.firmware = sek_rd_u64(&r);
	sek_rd_str(&r, m.transports, sizeof m.transports);
	sek_rd_str(&r, m.label, sizeof m.label);
	if (sek_rd_end(&r) != SEK_OK)
		return SEK_E_PROTO;
	*out = m;
	return SEK_OK;
}

void
sek_key_fail_enc(struct sek_buf *b, const struct sek_key_fail *m)
{
	sek_put_u8(b, (uint8_t)m->code);
	sek_put_u8(b, (uint8_t)m->tries_left);
	sek_put_u32(b, (uint32_t)m->native);
	sek_put_str(b, m->detail);
}

int
sek_key_fail_dec(struct sek_key_fail *out, const struct sek_buf *b)
{
	struct sek_rd r = sek_rd_init(b->p, b->len);
	struct sek_key_fail m = { 0 };

	m.code = (enum sek_fido_fail)rd_max(&r, SEK_UF_REMOVED,
	    SEK_UF_INTERNAL);
	m.tries_left = rd_tries(&r);
	m.native = (int32_t)sek_rd_u32(&r);
	sek_rd_str(&r, m.detail, sizeof m.detail);
	if (sek_rd_end(&r) != SEK_OK)
		return SEK_E_PROTO;
	*out = m;
	return SEK_OK;
}
