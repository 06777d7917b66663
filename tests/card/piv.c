/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * piv.c - the PIV applet of the virtual card (test part).
 * Owns the key of slot 9A, its certificate, the PIN and its tries, as in
 * NIST SP 800-73-4 part 2.  "Verified" lives until reset, power off, a
 * wrong PIN or VERIFY with P1 FF, so that a login left open by a driver can
 * be seen.  Must never sign unverified and never take a PIN try lightly.
 */
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "vcard.h"

enum {
	ALG_RSA_2048 = 0x07,
	ALG_P256 = 0x11,
	REF_PIN = 0x80,
	REF_KEY_9A = 0x9A,
	SIG_MAX = 512,
	PIN_MIN = 4	/* SP 800-73 says six; other cards have four */
};

static const uint8_t piv_aid[11] = {
	0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00
};

static void
put(struct vc_out *o, const uint8_t *p, size_t n)
{
	if (o->bad || n > sizeof(o->d) - o->n) {
		o->bad = true;
		return;
	}
	memcpy(o->d + o->n, p, n);
	o->n += n;
}

static void
put_head(struct vc_out *o, uint8_t tag, size_t n)
{
	const uint8_t one[] = { tag, (uint8_t)n };
	const uint8_t two[] = { tag, 0x81, (uint8_t)n };
	const uint8_t three[] = { tag, 0x82, (uint8_t)(n >> 8), (uint8_t)n };

	if (n < 0x80)
		put(o, one, sizeof(one));
	else if (n < 0x100)
		put(o, two, sizeof(two));
	else if (n < 0x10000)
		put(o, three, sizeof(three));
	else
		o->bad = true;
}

static void
put_tlv(struct vc_out *o, uint8_t tag, const uint8_t *p, size_t n)
{
	put_head(o, tag, n);
	put(o, p, n);
}

/* Bytes of the tag-and-length that put_head() writes. */
static size_t
head_len(size_t n)
{
	return n < 0x80 ? 2 : n < 0x100 ? 3 : 4;
}

/* Value of the first one-byte tag in a run of BER-TLV, or NULL. */
static const uint8_t *
find(const uint8_t *p, size_t n, uint8_t tag, size_t *len)
{
	size_t head, vlen;

	while (n >= 2) {
		head = 2;
		vlen = p[1];
		if (vlen == 0x81 && n >= 3) {
			head = 3;
			vlen = p[2];
		} else if (vlen == 0x82 && n >= 4) {
			head = 4;
			vlen = (size_t)p[2] << 8 | p[3];
		} else if (vlen >= 0x80)
			return NULL;
		if (vlen > n - head)
			return NULL;
		if (p[0] == tag) {
			*len = vlen;
			return p + head;
		}
		p += head + vlen;
		n -= head + vlen;
	}
	return NULL;
}

static uint16_t
do_select(struct vc_piv *v, const struct vc_apdu *a, struct vc_out *o)
{
	/* 61 { 4F PIX, 79 { 4F RID and PIX } }, SP 800-73-4 part 2, 3.1.1 */
	static const uint8_t apt[] = {
		0x61, 0x15,
		0x4F, 0x06, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
		0x79, 0x0B, 0x4F, 0x09,
		0xA0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00, 0x10, 0x00
	};

	if (a->p1 != 0x04)
		return VC_SW_NOT_FOUND;
	if (a->lc < 5 || a->lc > sizeof(piv_aid) ||
	    memcmp(a->data, piv_aid, a->lc) != 0)
		return VC_SW_NOT_FOUND;
	/* Selecting the selected applet keeps the security status. */
	v->selected = true;
	put(o, apt, sizeof(apt));
	return VC_SW_OK;
}

static void
put_cert(const struct vc_piv *v, struct vc_out *o)
{
	static const uint8_t tail[] = { 0x71, 0x01, 0x00, 0xFE, 0x00 };

	put_head(o, 0x53, head_len(v->cert_len) + v->cert_len + sizeof(tail));
	put_tlv(o, 0x70, v->cert, v->cert_len);
	put(o, tail, sizeof(tail));
}

/* The GUID comes from the certificate: two cards have two serial numbers. */
static void
put_chuid(const struct vc_piv *v, struct vc_out *o)
{
	/* FASC-N of a card without agency (9999-9999-999999-0-1-...) */
	static const uint8_t fascn[25] = {
		0xD4, 0xE7, 0x39, 0xDA, 0x73, 0x9C, 0xED, 0x39, 0xCE,
		0x73, 0x9D, 0x83, 0x68, 0x58, 0x21, 0x08, 0x42, 0x10,
		0x84, 0x21, 0xC8, 0x42, 0x10, 0xC3, 0xEB
	};
	static const uint8_t expiry[8] = "20991231";
	static const uint8_t tail[] = { 0x3E, 0x00, 0xFE, 0x00 };

	put_head(o, 0x53, 2 + sizeof(fascn) + 2 + sizeof(v->guid) + 2 +
	    sizeof(expiry) + sizeof(tail));
	put_tlv(o, 0x30, fascn, sizeof(fascn));
	put_tlv(o, 0x34, v->guid, sizeof(v->guid));
	put_tlv(o, 0x35, expiry, sizeof(expiry));
	put(o, tail, sizeof(tail));
}

static uint16_t
do_get_data(const struct vc_piv *v, const struct vc_apdu *a, struct vc_out *o)
{
	/* Discovery object: our AID; PIN usage: only the PIV card PIN. */
	static const uint8_t disc[] = {
		0x7E, 0x12, 0x4F, 0x0B, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00,
		0x00, 0x10, 0x00, 0x01, 0x00, 0x5F, 0x2F, 0x02, 0x40, 0x00
	};
	static const uint8_t printed[] = {
		0x53, 0x05, 0x01, 0x01, 'T', 0xFE, 0x00
	};
	const uint8_t *tag;
	size_t n;

	if (a->p1 != 0x3F || a->p2 != 0xFF)
		return VC_SW_P1P2;
	tag = find(a->data, a->lc, 0x5C, &n);
	if (tag == NULL)
		return VC_SW_DATA;
	if (n == 1 && tag[0] == 0x7E) {
		put(o, disc, sizeof(disc));
		return VC_SW_OK;
	}
	if (n != 3 || tag[0] != 0x5F || tag[1] != 0xC1)
		return VC_SW_NOT_FOUND;
	switch (tag[2]) {
	case 0x02:
		put_chuid(v, o);
		return VC_SW_OK;
	case 0x05:
		put_cert(v, o);
		return VC_SW_OK;
	case 0x09:
		/* Drivers read this one to learn whether the PIN stands. */
		if (!v->verified)
			return VC_SW_SECURITY;
		put(o, printed, sizeof(printed));
		return VC_SW_OK;
	}
	return VC_SW_NOT_FOUND;
}

/* Digits, then FF up to eight bytes. */
static bool
is_pin_shape(const uint8_t *p, size_t n)
{
	size_t i = 0;

	if (n != VC_PIN_LEN)
		return false;
	while (i < n && p[i] >= '0' && p[i] <= '9')
		i++;
	if (i < PIN_MIN)
		return false;
	while (i < n && p[i] == 0xFF)
		i++;
	return i == n;
}

static uint16_t
pin_status(const struct vc_piv *v)
{
	if (v->verified)
		return VC_SW_OK;
	if (v->tries == 0)
		return VC_SW_BLOCKED;
	return (uint16_t)(VC_SW_TRIES | v->tries);
}

static uint16_t
do_verify(struct vc_piv *v, const struct vc_apdu *a)
{
	if (a->p2 != REF_PIN)
		return VC_SW_REFERENCE;
	if (a->p1 == 0xFF && a->lc == 0) {
		v->verified = false;
		return VC_SW_OK;
	}
	if (a->p1 != 0x00)
		return VC_SW_P1P2;
	if (a->lc == 0)
		return pin_status(v);
	if (v->tries == 0)
		return VC_SW_BLOCKED;
	/* The standard leaves it to the card; this one spends no try. */
	if (!is_pin_shape(a->data, a->lc))
		return VC_SW_DATA;
	v->verified = false;
	v->tries--;
	if (CRYPTO_memcmp(a->data, v->pin, VC_PIN_LEN) != 0)
		return (uint16_t)(VC_SW_TRIES | v->tries);
	v->tries = v->max_tries;
	v->verified = true;
	return VC_SW_OK;
}

/* RSA is raw: the padding is the host's work.  P-256 signs a given hash. */
static int
sign(const struct vc_piv *v, const uint8_t *in, size_t n, uint8_t *sig,
    size_t *sig_len)
{
	EVP_PKEY_CTX *ctx;
	int ret = -1;

	if (v->alg == ALG_RSA_2048 ? n != 256 : n == 0 || n > 32)
		return -1;
	ctx = EVP_PKEY_CTX_new(v->key, NULL);
	if (ctx == NULL || EVP_PKEY_sign_init(ctx) != 1)
		goto out;
	if (v->alg == ALG_RSA_2048 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) != 1)
		goto out;
	if (EVP_PKEY_sign(ctx, sig, sig_len, in, n) == 1)
		ret = 0;
out:
	EVP_PKEY_CTX_free(ctx);
	return ret;
}

static uint16_t
do_general_auth(const struct vc_piv *v, const struct vc_apdu *a,
    struct vc_out *o)
{
	const uint8_t *tmpl, *in;
	uint8_t sig[SIG_MAX];
	size_t tmpl_len, in_len, sig_len = sizeof(sig);

	if (a->p2 != REF_KEY_9A)
		return VC_SW_REFERENCE;
	if (a->p1 != v->alg)
		return VC_SW_P1P2;
	if (!v->verified)
		return VC_SW_SECURITY;
	tmpl = find(a->data, a->lc, 0x7C, &tmpl_len);
	if (tmpl == NULL)
		return VC_SW_DATA;
	in = find(tmpl, tmpl_len, 0x81, &in_len);
	if (in == NULL || sign(v, in, in_len, sig, &sig_len) != 0)
		return VC_SW_DATA;
	put_head(o, 0x7C, head_len(sig_len) + sig_len);
	put_tlv(o, 0x82, sig, sig_len);
	return VC_SW_OK;
}

/* Drivers that meet data before SELECT would think that PIV is active. */
uint16_t
vc_piv_command(struct vc_piv *v, const struct vc_apdu *a, struct vc_out *o)
{
	if (a->ins == VC_INS_SELECT)
		return do_select(v, a, o);
	if (a->ins != VC_INS_GET_DATA && a->ins != VC_INS_VERIFY &&
	    a->ins != VC_INS_GENERAL_AUTH)
		return VC_SW_INS;
	if (!v->selected)
		return VC_SW_CONDITIONS;
	if (a->ins == VC_INS_GET_DATA)
		return do_get_data(v, a, o);
	if (a->ins == VC_INS_VERIFY)
		return do_verify(v, a);
	return do_general_auth(v, a, o);
}

void
vc_piv_reset(struct vc_piv *v)
{
	v->selected = false;
	v->verified = false;
}

/*
 * The historical bytes name the applet (compact TLV F9): OpenSC then takes
 * its plain PIV profile, without the work-arounds for unknown cards.
 */
size_t
vc_piv_atr(uint8_t atr[VC_ATR_MAX])
{
	static const uint8_t head[] = { 0x3B, 0x8B, 0x80, 0x01, 0x80, 0xF9 };
	size_t i, n = 0;
	uint8_t tck = 0;

	memcpy(atr, head, sizeof(head));
	n += sizeof(head);
	memcpy(atr + n, piv_aid, 9);
	n += 9;
	for (i = 1; i < n; i++)
		tck ^= atr[i];
	atr[n++] = tck;
	return n;
}

/* Digits only, as is_pin_shape() will ask of every VERIFY. */
int
vc_piv_set_pin(struct vc_piv *v, const char *pin)
{
	const size_t n = strlen(pin);

	if (n > VC_PIN_LEN)
		return -1;
	memset(v->pin, 0xFF, sizeof(v->pin));
	memcpy(v->pin, pin, n);
	return is_pin_shape(v->pin, sizeof(v->pin)) ? 0 : -1;
}

/* An encrypted key must fail, not ask at the terminal of a test run. */
static int
no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)arg;
	return -1;
}

static int
key_alg(const EVP_PKEY *key, uint8_t *alg)
{
	char group[32] = "";

	if (EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == 2048) {
		*alg = ALG_RSA_2048;
		return 0;
	}
	if (EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	    strcmp(group, "prime256v1") == 0) {
		*alg = ALG_P256;
		return 0;
	}
	return -1;
}

static EVP_PKEY *
read_key(const char *path)
{
	EVP_PKEY *key;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return NULL;
	key = PEM_read_PrivateKey(f, NULL, no_passphrase, NULL);
	(void)fclose(f);
	return key;
}

static X509 *
read_cert(const char *path)
{
	X509 *x;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return NULL;
	x = PEM_read_X509(f, NULL, no_passphrase, NULL);
	(void)fclose(f);
	return x;
}

/* Takes a key and its own certificate only; -1 and an untouched v else. */
int
vc_piv_load(struct vc_piv *v, const char *key_path, const char *cert_path)
{
	EVP_PKEY *key = read_key(key_path);
	X509 *x = read_cert(cert_path);
	uint8_t *der = NULL, md[EVP_MAX_MD_SIZE], alg;
	int len, ret = -1;

	if (key == NULL || x == NULL || key_alg(key, &alg) != 0 ||
	    X509_check_private_key(x, key) != 1)
		goto out;
	len = i2d_X509(x, &der);
	if (len <= 0 || len > VC_CERT_MAX)
		goto out;
	if (EVP_Digest(der, (size_t)len, md, NULL, EVP_sha256(), NULL) != 1)
		goto out;
	memcpy(v->guid, md, sizeof(v->guid));
	v->key = key;
	v->cert = der;
	v->cert_len = (size_t)len;
	v->alg = alg;
	key = NULL;
	der = NULL;
	ret = 0;
out:
	OPENSSL_free(der);
	X509_free(x);
	EVP_PKEY_free(key);
	return ret;
}

void
vc_piv_clear(struct vc_piv *v)
{
	EVP_PKEY_free(v->key);
	OPENSSL_free(v->cert);
	OPENSSL_cleanse(v, sizeof(*v));
}
