/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the software key share.  Tests only; nobody else reads
 * this.
 */
#ifndef TESTS_FIDO_SOFTKEY_ROOMS_H
#define TESTS_FIDO_SOFTKEY_ROOMS_H

#include <cbor.h>
#include <openssl/evp.h>

#include "softkey.h"

enum ctap {
	CTAP_OK = 0x00,
	CTAP_NO_COMMAND = 0x01,
	CTAP_LENGTH = 0x03,
	CTAP_CBOR_TYPE = 0x11,
	CTAP_CBOR = 0x12,
	CTAP_MISSING = 0x14,
	CTAP_LIMIT = 0x15,
	CTAP_EXCLUDED = 0x19,
	CTAP_ALGORITHM = 0x26,
	CTAP_DENIED = 0x27,
	CTAP_FULL = 0x28,
	CTAP_OPTION = 0x2b,
	CTAP_BAD_OPTION = 0x2c,
	CTAP_CANCELLED = 0x2d,
	CTAP_NO_CREDENTIAL = 0x2e,
	CTAP_TIMEOUT = 0x2f,
	CTAP_NOT_ALLOWED = 0x30,
	CTAP_PIN_INVALID = 0x31,
	CTAP_PIN_BLOCKED = 0x32,
	CTAP_PIN_AUTH = 0x33,
	CTAP_PIN_PAUSED = 0x34,
	CTAP_PIN_NOT_SET = 0x35,
	CTAP_TOKEN_NEEDED = 0x36,
	CTAP_PIN_POLICY = 0x37,
	CTAP_UV_BLOCKED = 0x3c,
	CTAP_UV_INVALID = 0x3f,
	CTAP_PERMISSION = 0x40,
	CTAP_OTHER = 0x7f
};

enum { ES256 = -7, EDDSA = -8, ES384 = -35, RS256 = -257 };
enum { UP = 0x01, UV = 0x04, BE = 0x08, BS = 0x10, AT = 0x40, ED = 0x80 };
enum { PERM_MAKE = 1, PERM_GET = 2 };

#define ID_MAX 1023u
#define DER_MAX 1300u /* RSA of 2048 bits, the longest */
#define N_RESIDENT 25u
#define N_RSA 4u
#define AUTH_MAX 2048u

struct cred {
	int alg;
	uint8_t protect;
	bool resident;
	uint8_t slot;     /* RS256: which of state.rsa */
	size_t der_len;
	uint8_t der[DER_MAX];
};

struct resident {
	bool used;
	uint8_t rp[32];
	size_t id_len, user_len, name_len;
	uint8_t id[ID_MAX];
	uint8_t user[64], name[64];
};

struct state {
	char magic[8];
	uint8_t master[32], aaguid[16];
	uint32_t counter;
	bool pin_set;
	uint8_t pin_tries, uv_tries, pin_hash[16];
	struct resident resident[N_RESIDENT];
	struct { size_t n; uint8_t der[DER_MAX]; } rsa[N_RSA];
};

struct softkey {
	char folder[512];
	struct state s;
	char knobs[4096]; /* its lines, each with a NUL */
	size_t knobs_len;
	softkey_wait_fn *wait;
	void *wait_arg;
	/* the last command */
	const char *command;
	bool touched, token_asked;
	/* until it is pulled out */
	EVP_PKEY *agree;
	uint8_t token[32], token_rp[32];
	unsigned perms;
	bool token_valid, token_bound, token_present;
	int pin_misses;
	int64_t u2f_since_ms, u2f_last_ms;
	/* getNextAssertion */
	struct resident next[N_RESIDENT];
	size_t n_next, i_next;
	uint8_t next_hash[32], next_rp[32], next_flags;
};

struct bytes {
	const uint8_t *p; /* NULL: it is not there, or of another type */
	size_t n;
};

/* -- softkey_cbor.c */
struct out {
	uint8_t *p;
	size_t n, max; /* n > max: it did not fit */
};
void out_raw(struct out *o, const void *p, size_t n);
void out_byte(struct out *o, unsigned b);
void out_head(struct out *o, unsigned major, uint64_t v);
void out_int(struct out *o, int64_t v);
void out_bytes(struct out *o, const void *p, size_t n);
void out_text(struct out *o, const char *s);
void out_map(struct out *o, size_t pairs);
void out_array(struct out *o, size_t items);
void out_bool(struct out *o, bool v);
void out_pair(struct out *o, const char *s, bool v);

const cbor_item_t *in_number(const cbor_item_t *map, int key);
const cbor_item_t *in_name(const cbor_item_t *map, const char *key);
const cbor_item_t *in_at(const cbor_item_t *array, size_t i);
size_t in_size(const cbor_item_t *array); /* 0 when it is none */
struct bytes in_bytes(const cbor_item_t *i);
struct bytes in_text(const cbor_item_t *i);
bool in_true(const cbor_item_t *i);
bool in_false(const cbor_item_t *i);
int64_t in_int(const cbor_item_t *i);

/* -- softkey_crypto.c: false or 0 when it fails */
bool sk_new_key(int alg, struct cred *c);
EVP_PKEY *sk_key(const struct cred *c);
bool sk_point(EVP_PKEY *p, uint8_t *point, size_t cap, size_t *n);
void sk_cose(struct out *o, const struct cred *c, const char *bad);
size_t sk_sign(EVP_PKEY *p, int alg, const uint8_t *msg, size_t n,
    uint8_t *sig, size_t cap);
int sk_alg_of(EVP_PKEY *p);
size_t sk_seal(struct softkey *k, const uint8_t rp[32], const struct cred *c,
    uint8_t id[ID_MAX]);
bool sk_unseal(struct softkey *k, const uint8_t rp[32], struct bytes id,
    struct cred *c);
void sk_hmac(const uint8_t *key, size_t key_len, const void *p, size_t n,
    uint8_t out[32]);
void sk_sha256(const void *p, size_t n, uint8_t out[32]);
void sk_random(void *p, size_t n);

/* -- softkey.c */
void sk_begin(struct softkey *k, const char *command);
void sk_save(struct softkey *k);
void sk_fresh(struct softkey *k);
bool sk_is(struct softkey *k, const char *knob, const char *value);
long sk_number(struct softkey *k, const char *knob, long otherwise);
int64_t sk_now_ms(void);
/* The person at the key: CTAP_OK, or why not. */
int sk_touch(struct softkey *k);
int sk_finger(struct softkey *k);
bool sk_has_uv(struct softkey *k);
void sk_aaguid(struct softkey *k, uint8_t out[16]);

/* -- softkey_auth.c */
void sk_info(struct softkey *k, struct out *o);
size_t sk_id_max(struct softkey *k);
size_t sk_list_max(struct softkey *k);
bool sk_takes(struct softkey *k, int64_t alg);
uint32_t sk_count(struct softkey *k);
void sk_auth(struct softkey *k, const uint8_t rp[32], unsigned flags,
    struct bytes attested, struct bytes ext, struct out *o);
/* Who asks for verification, and did it succeed. */
struct asked {
	const cbor_item_t *options, *mac, *proto;
	struct bytes hash;
	const uint8_t *rp;
	unsigned perm;
	bool uv, up;
	bool present; /* the finger was a touch too */
};
int sk_verify(struct softkey *k, struct asked *a);

/* -- softkey_{make,attest,get,pin}.c */
int sk_make(struct softkey *k, const cbor_item_t *m, struct out *o);
int sk_attest(struct softkey *k, const struct cred *c, struct bytes auth,
    struct bytes hash, struct out *o);
/* The DER of attcert, and its key; or of a certificate made just now. */
EVP_PKEY *sk_batch(struct softkey *k, uint8_t *der, size_t cap, size_t *n);
int sk_get(struct softkey *k, const cbor_item_t *m, struct out *o);
int sk_next(struct softkey *k, struct out *o);
int sk_pin(struct softkey *k, const cbor_item_t *m, struct out *o);
struct shared { uint8_t hmac[32], aes[32]; };
bool sk_agree(struct softkey *k, const cbor_item_t *cose, int64_t proto,
    struct shared *s);
bool sk_mac_ok(int64_t proto, const uint8_t key[32], const void *p, size_t n,
    const cbor_item_t *mac);
/* Length, or 0. */
size_t sk_encrypt(int64_t proto, const struct shared *s, const uint8_t *p,
    size_t n, uint8_t *out, size_t cap);
size_t sk_decrypt(int64_t proto, const struct shared *s, struct bytes in,
    uint8_t *out, size_t cap);

#endif
