/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages between the gate and an evidence helper, on descriptor 3 of
 * the helper.  A helper hands over bytes that must verify; it never says
 * "yes", except sekisho-password, whose word is the system's own.
 *
 *     gate                          sekisho-pkcs11
 *     LIST   ->
 *                                <- KEYS  (again whenever the set of
 *                                   tokens changes; tokens = 0: insert one)
 *     SIGN   ->
 *                                <- NOTE{pin | pinpad}   flags read now
 *     PIN    ->
 *                                <- PROOF, or FAIL
 *     PIN    ->   (after FAIL{wrong-pin} only)
 *
 *     gate                          sekisho-password
 *     CHECK  ->
 *                                <- PROOF or FAIL
 *
 * Closing the channel is the order to end: log out, reset the card, exit.
 */
#ifndef SEKISHO_WIRE_HELPER_H
#define SEKISHO_WIRE_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/frame.h"

#define SEK_HELPER_FD 3

enum sek_helper_msg {
	SEK_H_LIST = 1,
	SEK_H_KEYS = 2,
	SEK_H_NOTE = 3,
	SEK_H_SIGN = 4,
	SEK_H_PIN = 5,
	SEK_H_PROOF = 6,
	SEK_H_FAIL = 7,
	SEK_H_CHECK = 8
};

enum sek_helper_state {
	SEK_HS_START,
	SEK_HS_LISTING, /* the helper watches for tokens; SIGN may come */
	SEK_HS_SIGNING,
	SEK_HS_PIN,     /* the helper waits for PIN */
	SEK_HS_AGAIN,   /* FAIL came: a wrong PIN may be given again */
	SEK_HS_CHECKING,
	SEK_HS_DONE
};

extern const struct sek_rule sek_helper_rules[];
extern const size_t sek_helper_n_rules;

#define SEK_MAX_KEYS 64u
#define SEK_MAX_CERT 16384u   /* bytes of one DER certificate */
#define SEK_MAX_KEY_ID 255u   /* bytes of CKA_ID */
#define SEK_MAX_SIG 1024u     /* bytes; RSA-8192 */
#define SEK_MAX_TBS 1024u     /* bytes of the message to sign */
#define SEK_LABEL_MAX 129u    /* token label, UTF-8, with the NUL */
#define SEK_READER_MAX 193u   /* slot description, UTF-8, with the NUL */

struct sek_list {
	bool wait;      /* no token yet: wait for one, else FAIL{no-token} */
	char label[SEK_LABEL_MAX]; /* only this token; "" = any */
	char key[SEK_LABEL_MAX];   /* "": certificates; else the public keys
				      with this CKA_LABEL, which need none:
				      `cert` of each is then its
				      SubjectPublicKeyInfo */
};

/* The state of the PIN as the token tells it (PKCS#11 2.40, 4.5). */
#define SEK_PF_COUNT_LOW 1u    /* at least one wrong PIN since the last good */
#define SEK_PF_FINAL_TRY 2u    /* the next wrong PIN locks it */
#define SEK_PF_LOCKED 4u
#define SEK_PF_LOGIN 8u        /* CKF_LOGIN_REQUIRED */
#define SEK_PF_PINPAD 16u      /* CKF_PROTECTED_AUTHENTICATION_PATH */
#define SEK_PF_NOT_SET 32u     /* CKF_USER_PIN_INITIALIZED is not set */
#define SEK_PF_TO_CHANGE 64u   /* CKF_USER_PIN_TO_BE_CHANGED */

struct sek_key {
	uint64_t slot;
	uint32_t pin_flags;               /* SEK_PF_* */
	char label[SEK_LABEL_MAX];        /* escaped, blanks cut */
	char serial[SEK_LABEL_MAX];       /* escaped, blanks cut */
	char reader[SEK_READER_MAX];      /* slot description, escaped */
	uint8_t id[SEK_MAX_KEY_ID];       /* CKA_ID */
	size_t id_len;
	uint8_t *cert;                    /* DER, owned; see sek_list.key */
	size_t cert_len;
};

struct sek_keys {
	uint32_t tokens; /* tokens present, with or without a certificate */
	size_t n;
	struct sek_key *key; /* n of them, owned */
};

enum sek_note_kind {
	SEK_NOTE_PIN = 2,    /* a PIN is needed; pin_flags are fresh */
	SEK_NOTE_PINPAD = 3, /* the PIN is typed on the reader: tell, no PIN
				frame is sent but an empty one starts it */
	SEK_NOTE_TOUCH = 4,
	SEK_NOTE_VERIFY = 5
};

struct sek_note {
	enum sek_note_kind kind;
	uint32_t pin_flags;
	int8_t tries_left; /* -1: the token does not say */
};

enum sek_hash {
	SEK_HASH_SHA256 = 1,
	SEK_HASH_SHA384 = 2
};

/* How a signature was made; the gate checks that it fits the key. */
enum sek_scheme {
	SEK_SCHEME_RSA_PKCS1 = 1, /* RFC 8017 8.2, with DigestInfo */
	SEK_SCHEME_RSA_PSS = 2,   /* RFC 8017 8.1, MGF1 and salt of the hash */
	SEK_SCHEME_ECDSA_RAW = 3  /* r || s, each as long as the order */
};

struct sek_sign {
	uint64_t slot;
	uint8_t id[SEK_MAX_KEY_ID];
	size_t id_len;
	uint8_t cert_sha256[32]; /* which certificate of that slot */
	bool ec;                 /* the certificate's key: EC, else RSA */
	uint16_t key_bits;
	enum sek_hash hash;
	uint8_t tbs[SEK_MAX_TBS];
	size_t tbs_len;
	uint8_t digest[64];      /* of tbs, by the gate */
	size_t digest_len;
};

struct sek_proof {
	enum sek_scheme scheme; /* password: 0 */
	bool logged_in;         /* C_Login with the PIN succeeded before it */
	uint32_t native;        /* password: what pam_acct_mgmt() returned */
	uint8_t sig[SEK_MAX_SIG];
	size_t sig_len;
};

enum sek_fail_code {
	SEK_FAIL_NO_TOKEN = 1,
	SEK_FAIL_MODULE = 2,     /* cannot load it, or it lies */
	SEK_FAIL_TOKEN = 3,      /* the token or module reports an error */
	SEK_FAIL_REMOVED = 4,
	SEK_FAIL_WRONG_PIN = 5,  /* PIN may follow again if not locked */
	SEK_FAIL_LOCKED = 6,
	SEK_FAIL_NO_KEY = 7,
	SEK_FAIL_MECHANISM = 8,
	SEK_FAIL_PIN_FORMAT = 9, /* never sent to the card */
	SEK_FAIL_CANCELLED = 10, /* on the reader's own keypad */
	SEK_FAIL_WRONG_PASSWORD = 11,
	SEK_FAIL_UNAVAILABLE = 12, /* the password service could not judge */
	SEK_FAIL_ACCOUNT = 13      /* password right, account not usable */
};

struct sek_fail {
	enum sek_fail_code code;
	uint32_t pin_flags;
	int8_t tries_left; /* -1: unknown */
	uint32_t native;   /* CK_RV or PAM code, for the record */
	char detail[256];  /* escaped, English, for the record */
};

struct sek_check {
	char user[257];
	char service[257];
	char confdir[4096]; /* "" = the system's */
	char rhost[257];
	char tty[257];
	struct sek_buf password; /* secret */
};

void sek_list_enc(struct sek_buf *b, const struct sek_list *m);
int sek_list_dec(struct sek_list *m, const struct sek_buf *b) SEK_MUST;
void sek_keys_enc(struct sek_buf *b, const struct sek_keys *m);
int sek_keys_dec(struct sek_keys *m, const struct sek_buf *b) SEK_MUST;
void sek_keys_clear(struct sek_keys *m);
void sek_note_enc(struct sek_buf *b, const struct sek_note *m);
int sek_note_dec(struct sek_note *m, const struct sek_buf *b) SEK_MUST;
void sek_sign_enc(struct sek_buf *b, const struct sek_sign *m);
int sek_sign_dec(struct sek_sign *m, const struct sek_buf *b) SEK_MUST;
void sek_proof_enc(struct sek_buf *b, const struct sek_proof *m);
int sek_proof_dec(struct sek_proof *m, const struct sek_buf *b) SEK_MUST;
void sek_fail_enc(struct sek_buf *b, const struct sek_fail *m);
int sek_fail_dec(struct sek_fail *m, const struct sek_buf *b) SEK_MUST;
void sek_check_enc(struct sek_buf *b, const struct sek_check *m);
int sek_check_dec(struct sek_check *m, const struct sek_buf *b) SEK_MUST;
void sek_check_clear(struct sek_check *m);

#endif
