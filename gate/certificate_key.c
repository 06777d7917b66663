/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which keys and which signature algorithms count: two allow-lists.
 * Runs in the gate.  What is not listed is refused by name, so that an
 * administrator learns what the card has; nothing is ever "unknown, so fine".
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "gate/certificate_rooms.h"

#define RSA_MAX_BITS 8192
/* RFC 8017 3.1 asks for an odd e >= 3; real ones have 2 to 17 bits, and a
 * huge one only costs time (SP 800-56B allows 256 bits, nobody uses them). */
#define RSA_MAX_E_BITS 63

static void
name_of(const ASN1_OBJECT *o, char *out, int cap)
{
	if (OBJ_obj2txt(out, cap, o, 0) <= 0)
		out[0] = '\0';
}

static enum sek_reason
refuse_key(struct sek_why *why, const char *what, const char *name)
{
	sek_why_set(why, "%s%s", what, name);
	ERR_clear_error();
	return SEK_R_CERT_KEY;
}

static enum sek_reason
check_rsa(EVP_PKEY *key, uint32_t min_bits, struct sek_why *why)
{
	enum sek_reason r = SEK_R_CERT_KEY;
	BIGNUM *n = NULL, *e = NULL;
	int bits = EVP_PKEY_get_bits(key);

	if (bits < 0 || (uint32_t)bits < min_bits || bits > RSA_MAX_BITS) {
		sek_why_set(why, "RSA key of %d bits, allowed are %u to %d",
		    bits, min_bits, RSA_MAX_BITS);
		return SEK_R_CERT_KEY;
	}
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) != 1 ||
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		sek_why_set(why, "RSA key cannot be read");
	else if (!BN_is_odd(n))
		sek_why_set(why, "RSA key has an even modulus");
	else if (!BN_is_odd(e) || BN_is_one(e) ||
	    BN_num_bits(e) > RSA_MAX_E_BITS)
		sek_why_set(why, "RSA key has a bad public exponent");
	else
		r = SEK_R_OK;
	BN_free(n);
	BN_free(e);
	return r;
}

/* RFC 5480 2.1.1: named curves; 2.2: this writes points uncompressed. */
static enum sek_reason
check_ec(X509 *x, int param_type, const void *param, struct sek_why *why)
{
	const ASN1_BIT_STRING *point = X509_get0_pubkey_bitstr(x);
	char name[80];
	int nid;

	if (param_type != V_ASN1_OBJECT)
		return refuse_key(why, "EC key with explicit parameters", "");
	nid = OBJ_obj2nid(param);
	if (nid != NID_X9_62_prime256v1 && nid != NID_secp384r1 &&
	    nid != NID_secp521r1) {
		name_of(param, name, sizeof name);
		return refuse_key(why, "curve not allowed: ", name);
	}
	if (point == NULL || ASN1_STRING_length(point) < 1 ||
	    ASN1_STRING_get0_data(point)[0] != POINT_CONVERSION_UNCOMPRESSED)
		return refuse_key(why, "EC key with a compressed point", "");
	return SEK_R_OK;
}

enum sek_reason
sek_key_check(X509 *x, uint32_t rsa_min_bits, struct sek_why *why)
{
	enum sek_reason r;
	const ASN1_OBJECT *kind;
	const void *param;
	X509_ALGOR *alg;
	EVP_PKEY *key;
	char name[80];
	int nid, param_type;

	if (X509_PUBKEY_get0_param(NULL, NULL, NULL, &alg,
	    X509_get_X509_PUBKEY(x)) != 1)
		return refuse_key(why, "key cannot be read", "");
	X509_ALGOR_get0(&kind, &param_type, &param, alg);
	nid = OBJ_obj2nid(kind);
	if (nid != NID_rsaEncryption && nid != NID_X9_62_id_ecPublicKey &&
	    nid != NID_ED25519) {
		name_of(kind, name, sizeof name);
		return refuse_key(why, "key type not allowed: ", name);
	}
	if (nid == NID_X9_62_id_ecPublicKey &&
	    (r = check_ec(x, param_type, param, why)) != SEK_R_OK)
		return r;
	key = X509_get0_pubkey(x);
	if (key == NULL)
		return refuse_key(why, "key is malformed", "");
	if (nid == NID_rsaEncryption)
		return check_rsa(key, rsa_min_bits, why);
	return SEK_R_OK;
}

const EVP_MD *
sek_sha2(int nid)
{
	switch (nid) {
	case NID_sha256:
		return EVP_sha256();
	case NID_sha384:
		return EVP_sha384();
	case NID_sha512:
		return EVP_sha512();
	default:
		return NULL;
	}
}

const EVP_MD *
sek_alg_sha2(const X509_ALGOR *alg)
{
	const ASN1_OBJECT *o;

	if (alg == NULL)
		return NULL; /* the default is SHA-1: RFC 4055 3.1 */
	X509_ALGOR_get0(&o, NULL, NULL, alg);
	return sek_sha2(OBJ_obj2nid(o));
}

/* MGF1 is the only mask generation function there is, and its parameter is
 * the AlgorithmIdentifier of a hash (RFC 4055 2.2). */
const EVP_MD *
sek_mask_sha2(const X509_ALGOR *mask)
{
	const ASN1_OBJECT *o;
	const EVP_MD *md;
	const void *param;
	X509_ALGOR *hash;
	const unsigned char *p;
	int type;

	if (mask == NULL)
		return NULL;
	X509_ALGOR_get0(&o, &type, &param, mask);
	if (OBJ_obj2nid(o) != NID_mgf1 || type != V_ASN1_SEQUENCE)
		return NULL;
	p = ASN1_STRING_get0_data(param);
	hash = d2i_X509_ALGOR(NULL, &p, ASN1_STRING_length(param));
	md = sek_alg_sha2(hash);
	X509_ALGOR_free(hash);
	return md;
}

RSA_PSS_PARAMS *
sek_pss_read(int type, const void *param)
{
	const ASN1_STRING *der = param;
	const unsigned char *p;

	if (type != V_ASN1_SEQUENCE)
		return NULL;
	p = ASN1_STRING_get0_data(der);
	return d2i_RSA_PSS_PARAMS(NULL, &p, ASN1_STRING_length(der));
}

/* The hashes of RSASSA-PSS and of its mask stand in its parameters. */
static bool
pss_ok(int type, const void *param)
{
	RSA_PSS_PARAMS *pss = sek_pss_read(type, param);
	bool ok = pss != NULL && sek_alg_sha2(pss->hashAlgorithm) != NULL &&
	    sek_mask_sha2(pss->maskGenAlgorithm) != NULL;

	RSA_PSS_PARAMS_free(pss);
	return ok;
}

enum sek_reason
sek_signature_check(const X509_ALGOR *alg, struct sek_why *why)
{
	const ASN1_OBJECT *o;
	const void *param;
	char name[80];
	int param_type;

	X509_ALGOR_get0(&o, &param_type, &param, alg);
	switch (OBJ_obj2nid(o)) {
	case NID_sha256WithRSAEncryption:
	case NID_sha384WithRSAEncryption:
	case NID_sha512WithRSAEncryption:
	case NID_ecdsa_with_SHA256:
	case NID_ecdsa_with_SHA384:
	case NID_ecdsa_with_SHA512:
	case NID_ED25519:
		return SEK_R_OK;
	case NID_rsassaPss:
		if (pss_ok(param_type, param))
			return SEK_R_OK;
		break;
	default:
		break;
	}
	name_of(o, name, sizeof name);
	sek_why_set(why, "signature algorithm not allowed: %s", name);
	ERR_clear_error();
	return SEK_R_CERT_SIGNATURE;
}
