/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the software key says of itself (getInfo) and of each ceremony (the
 * authenticator data), and who has to be verified for one.  Every lie about
 * flags, counter or RP is told here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softkey_rooms.h"

static const int algs[] = { ES256, EDDSA, ES384, RS256 };

#define N_ALGS (sizeof(algs) / sizeof(algs[0]))

/* The knob is a list of COSE numbers. */
bool
sk_takes(struct softkey *k, int64_t alg)
{
	const char *s = softkey_knob(k, "algs", "-7,-8,-35,-257");
	char *end;

	for (; *s != '\0'; s = *end == ',' ? end + 1 : end) {
		if (strtol(s, &end, 10) == alg)
			return true;
		if (end == s)
			return false;
	}
	return false;
}

size_t
sk_id_max(struct softkey *k)
{
	long n = sk_number(k, "idlen", 0);

	return n > 256 ? (size_t)n : 256;
}

size_t
sk_list_max(struct softkey *k)
{
	return (size_t)sk_number(k, "listmax", 8);
}

void
sk_aaguid(struct softkey *k, uint8_t out[16])
{
	const char *s = softkey_knob(k, "aaguid", "");
	size_t n = 0;
	unsigned b;

	memcpy(out, k->s.aaguid, 16);
	while (n < 16 && sscanf(s, "%2x", &b) == 1) {
		out[n++] = (uint8_t)b;
		s += 2;
		s += *s == '-';
	}
}

static void
info_options(struct softkey *k, struct out *o)
{
	bool uv = *softkey_knob(k, "uv", "no") != 'n';
	bool always = sk_is(k, "alwaysuv", "1");
	bool token = !sk_is(k, "puat", "0");
	bool old = sk_is(k, "versions", "2.0");

	out_int(o, 4);
	out_map(o, 3u + uv + always + (token && !old) + !old);
	out_pair(o, "rk", true);
	out_pair(o, "up", true);
	if (uv)
		out_pair(o, "uv", sk_has_uv(k));
	if (always)
		out_pair(o, "alwaysUv", true);
	out_pair(o, "clientPin", k->s.pin_set);
	if (token && !old)
		out_pair(o, "pinUvAuthToken", true);
	if (!old)
		out_pair(o, "makeCredUvNotRqd", !always);
}

static void
info_pin_protocols(struct softkey *k, struct out *o)
{
	long first = sk_number(k, "proto", 2);

	out_int(o, 6);
	out_array(o, 2);
	out_int(o, first);
	out_int(o, 3 - first);
}

static void
info_algs(struct softkey *k, struct out *o)
{
	size_t i, n = 0;

	for (i = 0; i < N_ALGS; i++)
		n += sk_takes(k, algs[i]);
	out_int(o, 10);
	out_array(o, n);
	for (i = 0; i < N_ALGS; i++) {
		if (!sk_takes(k, algs[i]))
			continue;
		out_map(o, 2);
		out_text(o, "alg");
		out_int(o, algs[i]);
		out_text(o, "type");
		out_text(o, "public-key");
	}
}

/* Texts by commas; counted first, since an array says how many they are. */
static void
info_words(struct out *o, const char *list)
{
	const char *s;
	char word[32];
	size_t n = 0, len;

	for (s = list; *s != '\0'; s += len + (s[len] == ',')) {
		len = strcspn(s, ",");
		n++;
	}
	out_array(o, n);
	for (s = list; *s != '\0'; s += len + (s[len] == ',')) {
		len = strcspn(s, ",");
		(void)snprintf(word, sizeof(word), "%.*s",
		    len > 31 ? 31 : (int)len, s);
		out_text(o, word);
	}
}

void
sk_info(struct softkey *k, struct out *o)
{
	bool old = sk_is(k, "versions", "2.0");
	bool protects = !sk_is(k, "protect", "none");
	uint8_t aaguid[16];
	size_t i, left = (size_t)sk_number(k, "rkslots", N_RESIDENT);

	for (i = 0; i < N_RESIDENT; i++)
		left -= k->s.resident[i].used && left > 0;
	sk_aaguid(k, aaguid);
	out_map(o, old ? 6 : 13);
	out_int(o, 1);
	info_words(o, old ? "U2F_V2,FIDO_2_0" : "U2F_V2,FIDO_2_0,FIDO_2_1");
	out_int(o, 2);
	info_words(o, protects ? "credProtect,hmac-secret" : "hmac-secret");
	out_int(o, 3);
	out_bytes(o, aaguid, sizeof(aaguid));
	info_options(k, o);
	out_int(o, 5);
	out_int(o, sk_number(k, "msgsize", SOFTKEY_MSG));
	info_pin_protocols(k, o);
	if (old) /* 2.0 has no names for the rest */
		return;
	out_int(o, 7);
	out_int(o, (int64_t)sk_list_max(k));
	out_int(o, 8);
	out_int(o, (int64_t)sk_id_max(k));
	out_int(o, 9);
	info_words(o, softkey_knob(k, "transports", "usb"));
	info_algs(k, o);
	out_int(o, 13);
	out_int(o, sk_number(k, "pinmin", 4));
	out_int(o, 14);
	out_int(o, sk_number(k, "firmware", 0x50403));
	out_int(o, 20);
	out_int(o, (int64_t)left);
}

/* -- authenticator data */

/* "back": always 1; "zero"; "same": that of last time; or a number. */
uint32_t
sk_count(struct softkey *k)
{
	const char *v = softkey_knob(k, "counter", "normal");

	if (strcmp(v, "same") != 0)
		k->s.counter++;
	if (strcmp(v, "zero") == 0)
		return 0;
	if (strcmp(v, "back") == 0)
		return 1;
	if (*v >= '0' && *v <= '9')
		return (uint32_t)strtoul(v, NULL, 10);
	return k->s.counter;
}

static unsigned
lie(struct softkey *k, unsigned flags)
{
	const char *uv = softkey_knob(k, "uvflag", "");

	if (sk_is(k, "up", "0"))
		flags &= ~(unsigned)UP;
	if (*uv == '0')
		flags &= ~(unsigned)UV;
	else if (*uv == '1')
		flags |= UV;
	if (sk_is(k, "be", "1"))
		flags |= BE;
	if (sk_is(k, "bs", "1"))
		flags |= BS;
	if (sk_is(k, "at", "1"))
		flags |= AT;
	if (sk_is(k, "ed", "1"))
		flags |= ED;
	return flags | (unsigned)sk_number(k, "flags", 0);
}

void
sk_auth(struct softkey *k, const uint8_t rp[32], unsigned flags,
    struct bytes attested, struct bytes ext, struct out *o)
{
	uint8_t hash[32];
	uint32_t count = sk_count(k);
	int i;

	flags |= (attested.n > 0 ? (unsigned)AT : 0) |
	    (ext.n > 0 ? (unsigned)ED : 0);
	memcpy(hash, rp, sizeof(hash));
	if (sk_is(k, "rphash", "wrong"))
		hash[31] ^= 1;
	out_raw(o, hash, sizeof(hash));
	out_byte(o, lie(k, flags));
	for (i = 24; i >= 0; i -= 8)
		out_byte(o, count >> i & 0xff);
	out_raw(o, attested.p, attested.n);
	if (attested.n == 0 && sk_is(k, "at", "1"))
		out_raw(o, "junk instead of attested data", 29);
	out_raw(o, ext.p, ext.n);
	if (ext.n == 0 && sk_is(k, "ed", "1")) {
		out_map(o, 1);
		out_pair(o, "unasked", true);
	}
	if (sk_is(k, "trailing", "1"))
		out_raw(o, "trail", 5);
	if (sk_is(k, "authlen", "short"))
		o->n = 36;
}

/* -- verification */

static int
by_token(struct softkey *k, struct asked *a)
{
	struct bytes mac = in_bytes(a->mac);

	if (mac.n == 0)
		return k->s.pin_set ? CTAP_PIN_INVALID : CTAP_PIN_NOT_SET;
	if (!k->token_valid ||
	    !sk_mac_ok(in_int(a->proto), k->token, a->hash.p, a->hash.n,
	    a->mac))
		return CTAP_PIN_AUTH;
	if ((k->perms & a->perm) == 0 || (k->token_bound &&
	    memcmp(k->token_rp, a->rp, 32) != 0))
		return CTAP_PIN_AUTH;
	a->uv = true;
	a->present = k->token_present;
	if (a->up) {	/* once for each touch (CTAP 2.1 6.5.5.7) */
		k->perms = 0;
		k->token_present = false;
	}
	return CTAP_OK;
}

/* An empty pinUvAuthParam is a way to choose a key by touch (6.1.2 step 1). */
int
sk_verify(struct softkey *k, struct asked *a)
{
	int r;

	a->uv = a->present = false;
	if (a->mac != NULL) {
		if (in_bytes(a->mac).n == 0) {
			r = sk_touch(k);
			if (r != CTAP_OK)
				return r;
		}
		return by_token(k, a);
	}
	if (in_true(in_name(a->options, "uv"))) {
		r = sk_finger(k);
		/* not known, or locked: by PIN, then (6.1.2 and 6.2.2 of
		 * 2.1) */
		if (r == CTAP_UV_BLOCKED || r == CTAP_UV_INVALID)
			return k->s.pin_set ? CTAP_TOKEN_NEEDED : CTAP_DENIED;
		if (r != CTAP_OK)
			return r;
		a->uv = a->present = true;
	} else if (a->up && sk_is(k, "alwaysuv", "1")) {
		return k->s.pin_set || sk_has_uv(k) ? CTAP_TOKEN_NEEDED :
		    CTAP_PIN_NOT_SET;
	}
	return CTAP_OK;
}
