/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcard.h - shared declarations of the virtual PIV smartcard (test part).
 * The card is four layers, one file each: link.c (vpcd frames), apdu.c
 * (ISO 7816-4 commands), piv.c (the applet) and vcard.c (options, control
 * and the loop).  A layer calls only the one below it and never prints;
 * only vcard.c talks to the tester.  Never part of an installed program.
 */
#ifndef VCARD_H
#define VCARD_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VC_MSG_MAX = 65535,	/* vpcd: 16 bit length */
	VC_CMD_MAX = 3072,	/* command data, all chained blocks together */
	VC_OUT_MAX = 8192,	/* answer data, over all GET RESPONSE */
	VC_ANS_MAX = VC_OUT_MAX + 2,
	VC_CERT_MAX = 4096,
	VC_ATR_MAX = 33,
	VC_PIN_LEN = 8		/* PIV: always eight bytes, FF at the end */
};

enum {
	VC_SW_OK = 0x9000,
	VC_SW_MORE = 0x6100,
	VC_SW_TRIES = 0x63C0,
	VC_SW_LENGTH = 0x6700,
	VC_SW_SECURITY = 0x6982,
	VC_SW_BLOCKED = 0x6983,
	VC_SW_CONDITIONS = 0x6985,
	VC_SW_DATA = 0x6A80,
	VC_SW_NOT_FOUND = 0x6A82,
	VC_SW_P1P2 = 0x6A86,
	VC_SW_REFERENCE = 0x6A88,
	VC_SW_INS = 0x6D00,
	VC_SW_CLA = 0x6E00,
	VC_SW_UNKNOWN = 0x6F00
};

enum {
	VC_INS_VERIFY = 0x20,
	VC_INS_GENERAL_AUTH = 0x87,
	VC_INS_SELECT = 0xA4,
	VC_INS_GET_RESPONSE = 0xC0,
	VC_INS_GET_DATA = 0xCB
};

/* Answer under construction; remembers overflow, so test bad once. */
struct vc_out {
	uint8_t d[VC_OUT_MAX];
	size_t n;
	bool bad;
};

/* One command; data points into the caller's bytes.  le 0: none asked. */
struct vc_apdu {
	uint8_t cla, ins, p1, p2;
	const uint8_t *data;
	size_t lc, le;
};

struct vc_piv {
	EVP_PKEY *key;
	uint8_t *cert;		/* DER, from OpenSSL's allocator */
	size_t cert_len;
	uint8_t guid[16];
	uint8_t alg;
	uint8_t pin[VC_PIN_LEN];
	unsigned int max_tries, tries;
	bool selected, verified;
};

struct vc_card {
	struct vc_piv piv;
	struct vc_out out;
	size_t out_pos;		/* already given by GET RESPONSE */
	uint8_t chain[VC_CMD_MAX];
	size_t chain_len;
	uint8_t chain_head[3];	/* INS P1 P2 of the open chain */
	bool chaining;
	uint16_t fault;		/* answer this once instead; 0: none */
};

/* Card side of the vpcd socket; fd -1: the card is not in the reader. */
struct vc_link {
	int fd;
	size_t have;
	uint8_t in[2 + VC_MSG_MAX];
};

/* piv.c */
int vc_piv_load(struct vc_piv *, const char *key_path, const char *cert_path);
int vc_piv_set_pin(struct vc_piv *, const char *pin);
void vc_piv_reset(struct vc_piv *);
void vc_piv_clear(struct vc_piv *);
uint16_t vc_piv_command(struct vc_piv *, const struct vc_apdu *,
    struct vc_out *);
size_t vc_piv_atr(uint8_t atr[VC_ATR_MAX]);

/* apdu.c */
uint16_t vc_apdu_parse(const uint8_t *, size_t, struct vc_apdu *);
size_t vc_card_apdu(struct vc_card *, const uint8_t *, size_t,
    uint8_t ans[VC_ANS_MAX]);
void vc_card_reset(struct vc_card *);

/* link.c */
int64_t vc_now_ms(void);
int vc_link_dial(struct vc_link *, uint16_t port, int wait_ms);
void vc_link_close(struct vc_link *);
int vc_link_read(struct vc_link *, const uint8_t **msg, size_t *len);
int vc_link_send(struct vc_link *, const uint8_t *, size_t);

#endif
