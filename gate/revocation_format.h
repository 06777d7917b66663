/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The form of an index on disk (revocation_index.h), shared by what writes it
 * (fetch/compile*.c) and what reads it (revocation_index*.c); nobody else
 * includes this.
 *
 *     header   SEK_INDEX_HEAD bytes, see struct sek_index_head
 *     meta     bytes: the skeleton (the CRL without its list, DER)
 *              bytes: digest of the tbsCertList, in the signature's hash;
 *                  none when the signature cannot be prehashed
 *              bytes: else SHA-256 of the signer's SubjectPublicKeyInfo
 *              u32:   number of issuers besides the CRL's own
 *                  u32:   hash of the canonical name (X509_NAME_hash_ex())
 *                  bytes: the name, DER
 *     records  SEK_INDEX_RECORD bytes each, in ascending order
 *
 * "bytes" is a u32 length and so many bytes; integers are big endian.
 */
#ifndef GATE_REVOCATION_FORMAT_H
#define GATE_REVOCATION_FORMAT_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

#define SEK_INDEX_HEAD 104u
#define SEK_INDEX_META_MAX (1024u * 1024)      /* bytes */
#define SEK_INDEX_RECORDS_MAX (16u * 1024 * 1024)
#define SEK_INDEX_ISSUERS_MAX 4096u
#define SEK_HASH 32u                           /* bytes of a SHA-256 */

struct sek_index_head {
	uint64_t meta;    /* bytes */
	uint64_t records; /* how many */
	uint8_t records_hash[SEK_HASH];
};

/* The header of a file with this meta part. */
int sek_index_head_enc(const struct sek_index_head *h, const uint8_t *meta,
    uint8_t out[SEK_INDEX_HEAD]) SEK_MUST;
/* Magic, version and sizes, against the size of the file ... */
int sek_index_head_dec(const uint8_t in[SEK_INDEX_HEAD], uint64_t file_size,
    struct sek_index_head *out, struct sek_why *why) SEK_MUST;
/* ... and the hash, once the meta part is there. */
int sek_index_head_check(const uint8_t in[SEK_INDEX_HEAD],
    const uint8_t *meta, size_t n, struct sek_why *why) SEK_MUST;

/* A record: issuer (u32; 0 is the CRL's own, else a place in the table, from
 * 1), sign and length of the serial (0x80 for one that is not negative, plus
 * bytes of magnitude), magnitude (20 bytes, zeros behind it), reason (u8),
 * date (u40: seconds since 1970 plus 2^39), and a sum that makes a record
 * which is not one, zeros for instance, known as such. */
#define SEK_INDEX_RECORD 32u
#define SEK_INDEX_KEY 25u     /* what records are ordered by */
#define SEK_SERIAL_MAX 20u    /* RFC 5280 4.1.2.2 */
#define SEK_REASON_NONE 0xffu /* no reasonCode extension */

/* False: a magnitude of more than SEK_SERIAL_MAX bytes. */
bool sek_record_key(uint8_t rec[SEK_INDEX_RECORD], uint32_t issuer,
    bool negative, const uint8_t *magnitude, size_t n);
/* The rest of it. */
void sek_record_finish(uint8_t rec[SEK_INDEX_RECORD], uint8_t reason,
    int64_t date);
void sek_record_issuer(uint8_t rec[SEK_INDEX_RECORD], uint32_t issuer);
bool sek_record_ok(const uint8_t rec[SEK_INDEX_RECORD]);
uint8_t sek_record_reason(const uint8_t rec[SEK_INDEX_RECORD]);
int64_t sek_record_date(const uint8_t rec[SEK_INDEX_RECORD]);

/* -- revocation_index_signature.c: how a CRL is signed */

struct sek_crl_sign {
	int kind;           /* EVP_PKEY_RSA, _RSA_PSS, _EC or _ED25519 */
	const EVP_MD *md;   /* NULL: the whole text is signed, not a hash */
	const EVP_MD *mgf1; /* RSA-PSS */
	int salt;           /* bytes */
};

/* Refuses, and names, what is not allowed or not known. */
int sek_crl_sign(const X509_ALGOR *alg, struct sek_crl_sign *out,
    struct sek_why *why) SEK_MUST;
/* Is this the signature of that digest by that key? */
bool sek_crl_signed(const struct sek_crl_sign *how, EVP_PKEY *key,
    const ASN1_BIT_STRING *sig, const uint8_t *digest, size_t n);
/* Its identity where a signature cannot be looked at again. */
int sek_signer_hash(EVP_PKEY *key, uint8_t out[SEK_HASH]) SEK_MUST;

#endif
