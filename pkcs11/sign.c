/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the private key and has the gate's message signed by it.
 * Runs in sekisho-pkcs11.  Never judges a signature: the gate verifies it.
 * Never asks for another PIN to try another mechanism.
 */
#include <string.h>

#include "pkcs11/p11.h"

enum input { IN_TBS, IN_DIGEST, IN_DIGEST_INFO };

struct way {
	bool ec;
	enum sek_hash hash;
	CK_MECHANISM_TYPE type;
	enum input input;
	enum sek_scheme scheme;
};

/* In the order in which they are tried. */
static const struct way ways[] = {
	{ false, SEK_HASH_SHA256, CKM_SHA256_RSA_PKCS_PSS, IN_TBS,
	    SEK_SCHEME_RSA_PSS },
	{ false, SEK_HASH_SHA384, CKM_SHA384_RSA_PKCS_PSS, IN_TBS,
	    SEK_SCHEME_RSA_PSS },
	{ false, SEK_HASH_SHA256, CKM_RSA_PKCS_PSS, IN_DIGEST,
	    SEK_SCHEME_RSA_PSS },
	{ false, SEK_HASH_SHA384, CKM_RSA_PKCS_PSS, IN_DIGEST,
	    SEK_SCHEME_RSA_PSS },
	{ false, SEK_HASH_SHA256, CKM_SHA256_RSA_PKCS, IN_TBS,
	    SEK_SCHEME_RSA_PKCS1 },
	{ false, SEK_HASH_SHA384, CKM_SHA384_RSA_PKCS, IN_TBS,
	    SEK_SCHEME_RSA_PKCS1 },
	{ false, SEK_HASH_SHA256, CKM_RSA_PKCS, IN_DIGEST_INFO,
	    SEK_SCHEME_RSA_PKCS1 },
	{ false, SEK_HASH_SHA384, CKM_RSA_PKCS, IN_DIGEST_INFO,
	    SEK_SCHEME_RSA_PKCS1 },
	{ true, SEK_HASH_SHA256, CKM_ECDSA, IN_DIGEST, SEK_SCHEME_ECDSA_RAW },
	{ true, SEK_HASH_SHA384, CKM_ECDSA, IN_DIGEST, SEK_SCHEME_ECDSA_RAW },
};

/* RFC 8017 section 9.2 note 1: DigestInfo up to the digest itself */
static const uint8_t info_sha256[] = {
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20
};
static const uint8_t info_sha384[] = {
	0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30
};

struct job {
	struct p11_module *m;
	struct p11_token *t;
	const struct sek_sign *req;
	const struct sek_buf *pin;
	CK_OBJECT_HANDLE key;
	bool each_time;     /* the key wants the PIN for each signature */
	struct sek_proof *proof;
	struct sek_fail *fail;
};

/* The key type keeps an RSA and an EC key of one CKA_ID apart; should two
 * keys be alike, the signature of the wrong one does not verify. */
static int
find_key(struct job *j)
{
	CK_SESSION_HANDLE s = j->t->session;
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = j->req->ec ? CKK_EC : CKK_RSA;
	uint8_t id[SEK_MAX_KEY_ID];
	CK_ATTRIBUTE want[] = {
		{ CKA_CLASS, &class, sizeof class },
		{ CKA_KEY_TYPE, &type, sizeof type },
		{ CKA_ID, id, j->req->id_len },
	};
	CK_ULONG n = 0;
	CK_RV rv, end;

	memcpy(id, j->req->id, sizeof id);
	if ((rv = j->m->f.C_FindObjectsInit(s, want, 3)) != CKR_OK)
		return p11_fail_rv(j->fail, rv, "C_FindObjectsInit");
	rv = j->m->f.C_FindObjects(s, &j->key, 1, &n);
	end = j->m->f.C_FindObjectsFinal(s);
	if (rv != CKR_OK)
		return p11_fail_rv(j->fail, rv, "C_FindObjects");
	if (end != CKR_OK)
		return p11_fail_rv(j->fail, end, "C_FindObjectsFinal");
	if (n == 0)
		return p11_fail(j->fail, SEK_FAIL_NO_KEY, rv,
		    "no private key beside the certificate");
	if (n != 1)
		return p11_fail(j->fail, SEK_FAIL_MODULE, rv,
		    "C_FindObjects gives more than was asked");
	return SEK_OK;
}

/* CKA_ALWAYS_AUTHENTICATE, PKCS#11 2.40 section 4.9; old modules lack it. */
static bool
wants_pin_each_time(const struct job *j)
{
	CK_BBOOL yes = CK_FALSE;
	CK_ATTRIBUTE a = { CKA_ALWAYS_AUTHENTICATE, &yes, sizeof yes };

	return j->m->f.C_GetAttributeValue(j->t->session, j->key, &a, 1) ==
	    CKR_OK && a.ulValueLen == sizeof yes && yes != CK_FALSE;
}

/* Only a clear "no" keeps us from trying. */
static bool
may_work(const struct job *j, const struct way *w)
{
	CK_MECHANISM_INFO info = { .flags = 0 };
	CK_RV rv;

	if (w->ec != j->req->ec || w->hash != j->req->hash)
		return false;
	rv = j->m->f.C_GetMechanismInfo(j->t->slot, w->type, &info);
	if (rv == CKR_OK)
		return (info.flags & CKF_SIGN) != 0;
	return rv != CKR_MECHANISM_INVALID;
}

static CK_RV
start(const struct job *j, const struct way *w)
{
	const bool sha256 = w->hash == SEK_HASH_SHA256;
	/* RFC 8017 section 8.1: MGF1 and salt length of the hash */
	CK_RSA_PKCS_PSS_PARAMS pss = {
		sha256 ? CKM_SHA256 : CKM_SHA384,
		sha256 ? CKG_MGF1_SHA256 : CKG_MGF1_SHA384,
		sha256 ? 32 : 48,
	};
	CK_MECHANISM mech = { w->type, NULL, 0 };

	if (w->scheme == SEK_SCHEME_RSA_PSS) {
		mech.pParameter = &pss;
		mech.ulParameterLen = sizeof pss;
	}
	return j->m->f.C_SignInit(j->t->session, &mech, j->key);
}

static size_t
make_input(const struct job *j, const struct way *w, uint8_t in[SEK_MAX_TBS])
{
	const struct sek_sign *req = j->req;
	const uint8_t *head = w->hash == SEK_HASH_SHA256 ?
	    info_sha256 : info_sha384;
	size_t n = 0;

	if (w->input == IN_TBS) {
		memcpy(in, req->tbs, req->tbs_len);
		return req->tbs_len;
	}
	if (w->input == IN_DIGEST_INFO) {
		n = sizeof info_sha256; /* both are equally long */
		memcpy(in, head, n);
	}
	memcpy(in + n, req->digest, req->digest_len);
	return n + req->digest_len;
}

/* No other mechanism can help then. */
static bool
is_final(CK_RV rv)
{
	return p11_is_removed(rv) || rv == CKR_HOST_MEMORY ||
	    rv == CKR_USER_NOT_LOGGED_IN || rv == CKR_FUNCTION_CANCELED ||
	    rv == CKR_OPERATION_ACTIVE || rv == CKR_BUFFER_TOO_SMALL ||
	    rv == CKR_CRYPTOKI_NOT_INITIALIZED;
}

/* It is the mechanism, not the moment, the card or the module. */
static bool
is_unfit(CK_RV rv)
{
	return rv == CKR_MECHANISM_INVALID ||
	    rv == CKR_MECHANISM_PARAM_INVALID ||
	    rv == CKR_KEY_TYPE_INCONSISTENT ||
	    rv == CKR_KEY_FUNCTION_NOT_PERMITTED ||
	    rv == CKR_KEY_SIZE_RANGE || rv == CKR_DATA_LEN_RANGE ||
	    rv == CKR_FUNCTION_NOT_SUPPORTED;
}

static int
failed(struct job *j, CK_RV rv, const char *call, bool *next)
{
	*next = !is_final(rv);
	if (is_unfit(rv))
		return p11_fail(j->fail, SEK_FAIL_MECHANISM, rv, call);
	return p11_fail_rv(j->fail, rv, call);
}

/* One mechanism.  *next: it failed in a way that another one may not. */
static int
sign_one_way(struct job *j, const struct way *w, bool *next)
{
	uint8_t in[SEK_MAX_TBS];
	size_t in_len = make_input(j, w, in);
	CK_ULONG len = sizeof j->proof->sig;
	CK_RV rv;

	*next = false;
	if ((rv = start(j, w)) != CKR_OK)
		return failed(j, rv, "C_SignInit", next);
	if (j->each_time && p11_login(j->m, j->t, CKU_CONTEXT_SPECIFIC,
	    j->pin, j->fail) != SEK_OK)
		return SEK_E_DENIED;
	rv = j->m->f.C_Sign(j->t->session, in, in_len, j->proof->sig, &len);
	if (rv != CKR_OK)
		return failed(j, rv, "C_Sign", next);
	if (len == 0 || len > sizeof j->proof->sig)
		return p11_fail(j->fail, SEK_FAIL_MODULE, rv,
		    "C_Sign gives an impossible length");
	j->proof->sig_len = len;
	j->proof->scheme = w->scheme;
	return SEK_OK;
}

int
p11_sign(struct p11_module *m, struct p11_token *t,
    const struct sek_sign *req, const struct sek_buf *pin,
    struct sek_proof *proof, struct sek_fail *fail)
{
	struct job j = { .m = m, .t = t, .req = req, .pin = pin,
		.proof = proof, .fail = fail };
	bool next;
	size_t i;

	if (find_key(&j) != SEK_OK)
		return SEK_E_DENIED;
	j.each_time = wants_pin_each_time(&j) && proof->logged_in;
	(void)p11_fail(fail, SEK_FAIL_MECHANISM, CKR_MECHANISM_INVALID,
	    "C_GetMechanismInfo");
	for (i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		if (!may_work(&j, &ways[i]))
			continue;
		if (sign_one_way(&j, &ways[i], &next) == SEK_OK)
			return SEK_OK;
		if (!next)
			return SEK_E_DENIED;
	}
	return SEK_E_DENIED;
}
