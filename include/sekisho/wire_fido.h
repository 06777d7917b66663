/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages between the gate (or `sekisho`, to enrol) and sekisho-fido, on
 * descriptor 3 of the helper.  It hands over what the key has signed, and
 * never says "yes".
 *
 *     gate                          sekisho-fido
 *     ASSERT ->
 *                                <- STATUS  (again whenever keys come or go)
 *     GO     ->
 *                                <- NOTE    (shown to the person)
 *                                <- ASKPIN
 *     PIN    ->                             (as often as it is asked for)
 *                                <- ASSERTION, or FAIL
 *
 *     CREATE ->  ... the same ... <- CREATED for each request, or FAIL
 *
 * Nothing blinks and no PIN is asked for before GO.  The helper keeps no
 * clock but the one of a touch: who waits for a key to be inserted, and how
 * long a login lasts, is the gate's affair.  Closing the channel is the order
 * to end: what the key was asked for is cancelled first.
 */
#ifndef SEKISHO_WIRE_FIDO_H
#define SEKISHO_WIRE_FIDO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/frame.h"
#include "sekisho/wire_helper.h"

enum sek_fido_msg {
	SEK_U_ASSERT = 32,
	SEK_U_CREATE = 33,
	SEK_U_STATUS = 34,
	SEK_U_GO = 35,
	SEK_U_NOTE = 36,
	SEK_U_ASKPIN = 37,
	SEK_U_PIN = 38, /* body: the PIN as typed, UTF-8; secret */
	SEK_U_ASSERTION = 39,
	SEK_U_CREATED = 40,
	SEK_U_FAIL = 41
};

enum sek_fido_state {
	SEK_US_START,
	SEK_US_WATCHING, /* STATUS comes; GO may be said */
	SEK_US_WORKING,  /* the key is being asked */
	SEK_US_PIN,      /* the helper waits for PIN */
	SEK_US_DONE
};

extern const struct sek_rule sek_fido_rules[];
extern const size_t sek_fido_n_rules;

#define SEK_RP_MAX 254u          /* RP ID with its NUL: a domain name */
#define SEK_FIDO_ID_MAX 1023u    /* bytes of a credential id (CTAP 2.1 6.1) */
#define SEK_FIDO_HANDLE_MAX 64u  /* bytes of a user handle (WebAuthn 5.4.3) */
#define SEK_FIDO_MAX_IDS 1024u   /* in one message */
#define SEK_FIDO_MAX_RPS 4u
#define SEK_FIDO_AUTH_MAX 2048u  /* bytes of authenticator data */
#define SEK_FIDO_ATT_MAX 16384u  /* bytes of an attestation statement */
#define SEK_FIDO_PIN_MAX 255u    /* bytes; a key takes 63 (CTAP 2.1 6.5.1) */
#define SEK_FIDO_PLACE_MAX 257u  /* of a path or a reader's name */
#define SEK_FIDO_TEXT_MAX 129u   /* labels, with the NUL; escaped */

/* A credential that would do; the bytes are the caller's or the frame's. */
struct sek_fido_id {
	const uint8_t *p;
	size_t n;
	uint8_t rp;  /* index into the list of RP IDs */
	bool silent; /* the key tells without a touch or PIN whether it has it:
			credProtect is below 3 (CTAP 2.1 12.1) */
};

struct sek_assert {
	uint8_t hash[32];                     /* clientDataHash */
	bool pcsc;                            /* cards in readers as well */
	size_t n_rps;
	char rps[SEK_FIDO_MAX_RPS][SEK_RP_MAX];
	size_t n;  /* 0: whatever the key holds for rps[0] (discoverable) */
	struct sek_fido_id *ids;              /* n of them, owned */
};

/* One credential to be made. */
struct sek_make {
	uint8_t hash[32];
	char rp[SEK_RP_MAX];
	bool resident;
	uint8_t protect;    /* credProtect: 0 = not asked for, 1..3 */
};

#define SEK_FIDO_MAX_MAKES 2u

struct sek_create {
	bool pcsc;
	bool verify;                    /* with the person's verification */
	bool pin;                       /* and that by its PIN, not a finger */
	int32_t alg;                    /* COSE number, or 0: what the key
					   prefers of those we verify */
	char rp_name[SEK_FIDO_TEXT_MAX];
	char user[SEK_FIDO_TEXT_MAX];    /* shown by keys with a display */
	char display[SEK_FIDO_TEXT_MAX];
	uint8_t handle[SEK_FIDO_HANDLE_MAX];
	size_t handle_len;
	size_t n_makes;                 /* each gives one CREATED, in order */
	struct sek_make make[SEK_FIDO_MAX_MAKES];
	size_t n;                       /* credentials that must not be on the
					   key; .rp is an index of make[] */
	struct sek_fido_id *ids;        /* owned */
};

enum sek_status_kind {
	SEK_KEY_NONE = 1,    /* no key is there */
	SEK_KEY_STRANGE = 2, /* keys are there, and none has any of these */
	SEK_KEY_READY = 3    /* one is there that has, or may have */
};

struct sek_key_status {
	enum sek_status_kind kind;
	uint32_t keys;                  /* how many are there */
	uint8_t rp;                     /* with id_len > 0 */
	uint8_t id[SEK_FIDO_ID_MAX];    /* the one it has, when it told */
	size_t id_len;                  /* 0: not known before GO, also when
					   several keys have one */
};

struct sek_go {
	bool verify;         /* the person's verification is needed */
	uint32_t touch_ms;   /* for each touch */
};

enum sek_fido_note {
	SEK_FN_TOUCH = 1,
	SEK_FN_CHOOSE = 2,   /* several keys: touch the one to be used */
	SEK_FN_VERIFY = 3,   /* finger on the key */
	SEK_FN_AGAIN = 4     /* the finger was not recognised: again */
};

struct sek_key_note {
	enum sek_fido_note kind;
	int8_t tries_left;   /* AGAIN: of fingers; -1: unknown */
	char label[SEK_FIDO_TEXT_MAX]; /* of the key */
};

#define SEK_AP_WRONG 1u      /* the PIN given before was wrong */
#define SEK_AP_FALLBACK 2u   /* because fingers are not taken any more */

struct sek_askpin {
	uint32_t flags;
	int8_t tries_left;   /* -1: unknown */
	char label[SEK_FIDO_TEXT_MAX];
};

struct sek_fido_assertion {
	uint8_t rp;                  /* index into the RP IDs asked for */
	uint8_t id[SEK_FIDO_ID_MAX]; /* credential that signed, says the key */
	size_t id_len;
	uint8_t auth[SEK_FIDO_AUTH_MAX]; /* authenticator data, raw */
	size_t auth_len;
	uint8_t sig[SEK_MAX_SIG];
	size_t sig_len;
	uint8_t handle[SEK_FIDO_HANDLE_MAX]; /* user handle, if any came */
	size_t handle_len;
	char label[SEK_FIDO_TEXT_MAX];   /* maker and product */
	char transport[16];              /* "usb", "nfc", "smart-card" */
	char place[SEK_FIDO_PLACE_MAX];  /* where it is: a device's path, or
					    the name of a reader; "": too
					    long to be told */
};

struct sek_fido_created {
	uint8_t index;               /* of make[] */
	uint8_t auth[SEK_FIDO_AUTH_MAX]; /* raw, with attested data */
	size_t auth_len;
	char format[33];             /* attestation statement format */
	uint8_t att[SEK_FIDO_ATT_MAX];   /* the statement, CBOR */
	size_t att_len;
	bool protects;               /* getInfo lists credProtect */
	bool verified;               /* verification was asked of the key */
	uint64_t firmware;           /* getInfo 0x0E; 0: not told */
	char transports[64];         /* getInfo 0x09, by blanks; "" */
	char label[SEK_FIDO_TEXT_MAX];
};

enum sek_fido_fail {
	SEK_UF_REMOVED = 1,    /* pulled out in the middle */
	SEK_UF_STRANGE = 2,    /* has none of these credentials */
	SEK_UF_NO_TOUCH = 3,   /* not touched in time */
	SEK_UF_REFUSED = 4,    /* the person refused on the key */
	SEK_UF_PIN_LOCKED = 5, /* for good: only a reset helps */
	SEK_UF_PIN_PAUSED = 6, /* until it is inserted again */
	SEK_UF_NO_VERIFY = 7,  /* neither a PIN nor a finger is set up */
	SEK_UF_VERIFY_LOCKED = 8, /* fingers are locked and there is no PIN */
	SEK_UF_PIN_FORMAT = 9, /* too short or long: never sent to the key */
	SEK_UF_EXCLUDED = 10,  /* CREATE: it has one of these already */
	SEK_UF_FULL = 11,      /* CREATE: no room for a resident one */
	SEK_UF_UNSUPPORTED = 12, /* the key lacks what is needed */
	SEK_UF_DEVICE = 13,    /* reports an error or talks nonsense */
	SEK_UF_INTERNAL = 14
};

struct sek_key_fail {
	enum sek_fido_fail code;
	int8_t tries_left;   /* -1: unknown */
	int32_t native;      /* FIDO_ERR_*, for the record */
	char detail[200];    /* escaped, English, for the record */
};

/* _dec: SEK_OK, SEK_E_PROTO or SEK_E_NOMEM.  What sek_assert_dec() and
 * sek_create_dec() give points into `b` and is freed with _clear(). */
void sek_assert_enc(struct sek_buf *b, const struct sek_assert *m);
int sek_assert_dec(struct sek_assert *m, const struct sek_buf *b) SEK_MUST;
void sek_assert_clear(struct sek_assert *m);
void sek_create_enc(struct sek_buf *b, const struct sek_create *m);
int sek_create_dec(struct sek_create *m, const struct sek_buf *b) SEK_MUST;
void sek_create_clear(struct sek_create *m);
void sek_key_status_enc(struct sek_buf *b, const struct sek_key_status *m);
int sek_key_status_dec(struct sek_key_status *m, const struct sek_buf *b)
    SEK_MUST;
void sek_go_enc(struct sek_buf *b, const struct sek_go *m);
int sek_go_dec(struct sek_go *m, const struct sek_buf *b) SEK_MUST;
void sek_key_note_enc(struct sek_buf *b, const struct sek_key_note *m);
int sek_key_note_dec(struct sek_key_note *m, const struct sek_buf *b) SEK_MUST;
void sek_askpin_enc(struct sek_buf *b, const struct sek_askpin *m);
int sek_askpin_dec(struct sek_askpin *m, const struct sek_buf *b) SEK_MUST;
void sek_fido_assertion_enc(struct sek_buf *b,
    const struct sek_fido_assertion *m);
int sek_fido_assertion_dec(struct sek_fido_assertion *m,
    const struct sek_buf *b) SEK_MUST;
void sek_fido_created_enc(struct sek_buf *b, const struct sek_fido_created *m);
int sek_fido_created_dec(struct sek_fido_created *m, const struct sek_buf *b)
    SEK_MUST;
void sek_key_fail_enc(struct sek_buf *b, const struct sek_key_fail *m);
int sek_key_fail_dec(struct sek_key_fail *m, const struct sek_buf *b) SEK_MUST;

#endif
