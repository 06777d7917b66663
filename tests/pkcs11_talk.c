/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The gate's side of a conversation with sekisho-pkcs11, for tests.
 * Runs in the test programs; knows nothing of what a test expects.
 */
#include "tests/pkcs11_talk.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

int
talk_start(struct talk *t, const char *helper, const char *module,
    const char *const *envp, uint64_t max_memory)
{
	const char *const argv[] = { helper, module, NULL };
	const struct sek_spawn s = {
		.path = helper,
		.argv = argv,
		.envp = envp,
		.chan_fd = SEK_HELPER_FD,
		.confine = true,
		.max_memory = max_memory,
	};
	int r;

	*t = (struct talk){ .child = SEK_CHILD_NONE, .limit_ms = 10000 };
	if ((r = sek_child_start(&t->child, &s)) != SEK_OK)
		return r;
	t->chan = (struct sek_chan){ .fd = t->child.chan,
		.state = SEK_HS_START, .rules = sek_helper_rules,
		.n_rules = sek_helper_n_rules };
	return SEK_OK;
}

static int
put(struct talk *t, uint8_t msg, struct sek_buf *b)
{
	const struct sek_deadline dl = sek_deadline_in(t->limit_ms);
	int r = sek_chan_send(&t->chan, msg, b, &dl);

	sek_buf_free(b);
	return r;
}

int
talk_list(struct talk *t, bool wait, const char *label)
{
	struct sek_list list = { .wait = wait };
	struct sek_buf b = { 0 };

	(void)snprintf(list.label, sizeof list.label, "%s", label);
	sek_list_enc(&b, &list);
	return put(t, SEK_H_LIST, &b);
}

static EVP_PKEY *
key_of(const struct sek_key *key)
{
	const uint8_t *p = key->cert;
	X509 *x = d2i_X509(NULL, &p, (long)key->cert_len);
	EVP_PKEY *pub = x == NULL ? NULL : X509_get_pubkey(x);

	X509_free(x);
	return pub;
}

static const EVP_MD *
md_of(const struct sek_sign *s)
{
	return s->hash == SEK_HASH_SHA256 ? EVP_sha256() : EVP_sha384();
}

int
talk_sign(struct talk *t, const struct sek_key *key)
{
	struct sek_sign *s = &t->sign;
	EVP_PKEY *pub = key_of(key);
	struct sek_buf b = { 0 };
	unsigned int n = 0;

	if (pub == NULL)
		return SEK_E_CRYPTO;
	*s = (struct sek_sign){ .slot = key->slot, .id_len = key->id_len,
		.ec = EVP_PKEY_get_base_id(pub) == EVP_PKEY_EC,
		.key_bits = (uint16_t)EVP_PKEY_get_bits(pub),
		.tbs_len = 96 };
	EVP_PKEY_free(pub);
	s->hash = s->ec && s->key_bits > 256 ? SEK_HASH_SHA384 :
	    SEK_HASH_SHA256;
	memcpy(s->id, key->id, key->id_len);
	if (sek_random(s->tbs, s->tbs_len) != SEK_OK ||
	    EVP_Digest(key->cert, key->cert_len, s->cert_sha256, NULL,
	    EVP_sha256(), NULL) != 1 || EVP_Digest(s->tbs, s->tbs_len,
	    s->digest, &n, md_of(s), NULL) != 1)
		return SEK_E_CRYPTO;
	s->digest_len = n;
	t->key = key;
	sek_sign_enc(&b, s);
	return put(t, SEK_H_SIGN, &b);
}

int
talk_pin(struct talk *t, const char *pin)
{
	struct sek_buf b = { 0 };

	sek_put_raw(&b, pin, strlen(pin));
	return put(t, SEK_H_PIN, &b);
}

int
talk_raw(struct talk *t, uint32_t len, uint8_t type, const void *body,
    size_t n)
{
	const struct sek_deadline dl = sek_deadline_in(t->limit_ms);
	struct sek_buf b = { 0 };
	int r;

	sek_put_u32(&b, len);
	sek_put_u8(&b, type);
	sek_put_raw(&b, body, n);
	r = sek_buf_ok(&b);
	if (r == SEK_OK)
		r = sek_write_full(t->chan.fd, b.p, b.len, &dl);
	sek_buf_free(&b);
	return r;
}

/* r || s as the DER that libcrypto wants. */
static int
ecdsa_der(const struct sek_proof *p, uint8_t **der)
{
	int half = (int)(p->sig_len / 2), n;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(p->sig, half, NULL);
	BIGNUM *s = BN_bin2bn(p->sig + half, half, NULL);

	*der = NULL;
	if (sig == NULL || r == NULL || s == NULL ||
	    ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(sig);
		return -1;
	}
	n = i2d_ECDSA_SIG(sig, der);
	ECDSA_SIG_free(sig);
	return n;
}

static bool
padding_set(const struct talk *t, EVP_PKEY_CTX *pctx)
{
	if (t->proof.scheme == SEK_SCHEME_RSA_PKCS1)
		return EVP_PKEY_CTX_set_rsa_padding(pctx,
		    RSA_PKCS1_PADDING) == 1;
	return EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) ==
	    1 && EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx,
	    RSA_PSS_SALTLEN_DIGEST) == 1;
}

static bool
verifies(const struct talk *t)
{
	EVP_PKEY *pub = key_of(t->key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	uint8_t *der = NULL;
	bool ok = false;
	int n = 0;

	if (pub == NULL || ctx == NULL || EVP_DigestVerifyInit(ctx, &pctx,
	    md_of(&t->sign), NULL, pub) != 1)
		goto out;
	if (t->sign.ec != (t->proof.scheme == SEK_SCHEME_ECDSA_RAW))
		goto out;
	if (t->sign.ec) {
		if (t->proof.sig_len != 2 * ((t->sign.key_bits + 7u) / 8) ||
		    (n = ecdsa_der(&t->proof, &der)) <= 0)
			goto out;
		ok = EVP_DigestVerify(ctx, der, (size_t)n, t->sign.tbs,
		    t->sign.tbs_len) == 1;
	} else if (padding_set(t, pctx)) {
		ok = EVP_DigestVerify(ctx, t->proof.sig, t->proof.sig_len,
		    t->sign.tbs, t->sign.tbs_len) == 1;
	}
out:
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pub);
	return ok;
}

static enum talk_end
decode(struct talk *t, uint8_t msg, const struct sek_buf *b)
{
	switch (msg) {
	case SEK_H_KEYS:
		sek_keys_clear(&t->keys);
		t->key = NULL;
		return sek_keys_dec(&t->keys, b) == SEK_OK ?
		    TALK_KEYS : TALK_BAD;
	case SEK_H_NOTE:
		return sek_note_dec(&t->note, b) == SEK_OK ?
		    TALK_NOTE : TALK_BAD;
	case SEK_H_PROOF:
		if (sek_proof_dec(&t->proof, b) != SEK_OK || t->key == NULL)
			return TALK_BAD;
		t->good = verifies(t);
		return TALK_PROOF;
	case SEK_H_FAIL:
		return sek_fail_dec(&t->fail, b) == SEK_OK ?
		    TALK_FAIL : TALK_BAD;
	default:
		return TALK_BAD;
	}
}

enum talk_end
talk_next(struct talk *t)
{
	const struct sek_deadline dl = sek_deadline_in(t->limit_ms);
	struct sek_buf b = { 0 };
	enum talk_end end = TALK_BAD;
	uint8_t msg;
	int r = sek_chan_recv(&t->chan, &msg, &b, &dl);

	if (r == SEK_OK)
		end = decode(t, msg, &b);
	else if (r == SEK_E_EOF)
		end = TALK_DEAD;
	else if (r == SEK_E_TIMEOUT)
		end = TALK_SILENT;
	sek_buf_free(&b);
	return end;
}

long
talk_peak_kib(const struct talk *t)
{
	char path[64], line[256];
	long kib = -1;
	FILE *f;

	(void)snprintf(path, sizeof path, "/proc/%d/status",
	    (int)t->child.pid);
	if ((f = fopen(path, "r")) == NULL)
		return -1;
	while (fgets(line, sizeof line, f) != NULL)
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	(void)fclose(f);
	return kib;
}

bool
talk_finish(struct talk *t, struct sek_exit *ex)
{
	const struct sek_deadline dl = sek_deadline_in(t->limit_ms);
	int r = sek_child_finish(&t->child, &dl, ex);

	sek_keys_clear(&t->keys);
	t->key = NULL;
	return r == SEK_OK;
}
