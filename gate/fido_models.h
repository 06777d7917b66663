/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What FIDO's Metadata Service says of models of keys: a small table in the
 * cache, made by sekisho-fetch out of a blob whose signature it has verified
 * (MDS 3.0, 3.1 and 3.2), searched at a login by pread.
 *
 * The table is sorted by AAGUID and carries the roots of attestation as DER.
 * It is a file of root's in a folder of root's; whoever opens it checks that.
 */
#ifndef GATE_FIDO_MODELS_H
#define GATE_FIDO_MODELS_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "sekisho/err.h"

#define SEK_MODELS_FILE "fido-models" /* in the folder `cache` */

struct sek_models; /* owned, freed with sek_models_close() */

/* Statuses that count against a model, MDS 3.0, 3.1.4 AuthenticatorStatus. */
#define SEK_MODEL_REVOKED 1u
#define SEK_MODEL_UV_BYPASS 2u           /* USER_VERIFICATION_BYPASS */
#define SEK_MODEL_ATTESTATION_KEY 4u     /* ATTESTATION_KEY_COMPROMISE */
#define SEK_MODEL_REMOTE 8u              /* USER_KEY_REMOTE_COMPROMISE */
#define SEK_MODEL_PHYSICAL 16u           /* USER_KEY_PHYSICAL_COMPROMISE */
#define SEK_MODEL_UPDATE 32u             /* UPDATE_AVAILABLE: told, no more */
#define SEK_MODEL_N_STATUSES 6u

struct sek_model {
	bool known;          /* the table has this AAGUID */
	uint32_t status;     /* SEK_MODEL_* in force for this firmware, now */
	char name[129];      /* description, escaped */
};

struct sek_models_info {
	int64_t number;      /* `no` of the blob */
	int64_t next_update; /* seconds since 1970 */
	int64_t made;        /* when it was fetched and verified */
};

/* SEK_E_NOENT: there is no table.  SEK_E_UNSAFE, SEK_E_SYNTAX, SEK_E_IO. */
int sek_models_open(const char *cache, struct sek_models **out,
    struct sek_models_info *info, struct sek_why *why) SEK_MUST;
void sek_models_close(struct sek_models *m);
/* firmware 0: not known, so that a status for any version counts. */
int sek_models_find(struct sek_models *m, const uint8_t aaguid[16],
    uint64_t firmware, int64_t now, struct sek_model *out,
    struct sek_why *why) SEK_MUST;
/* Add the model's attestation roots to `out`. */
int sek_models_roots(struct sek_models *m, const uint8_t aaguid[16],
    STACK_OF(X509) *out, struct sek_why *why) SEK_MUST;
/* "revoked uv-bypass ..." for records and people; "none". */
void sek_model_words(uint32_t status, char *out, size_t cap);

/* -- the whole table, for people */

/* What the blob says of a model and from when; sek_models_find() weighs it. */
struct sek_model_report {
	uint32_t status;     /* one of SEK_MODEL_* */
	int64_t from;        /* seconds since 1970; 0: it has no date */
	uint64_t fixed;      /* UPDATE: firmware that has it; 0: not known */
};

size_t sek_models_count(const struct sek_models *m);
/* Number `i`: its AAGUID, its name, what holds now for a key whose firmware is
 * not known, and how many reports. */
int sek_models_at(const struct sek_models *m, size_t i, int64_t now,
    uint8_t aaguid[16], struct sek_model *out, size_t *n_reports) SEK_MUST;
void sek_models_report(const struct sek_models *m, size_t i, size_t k,
    struct sek_model_report *out);

#endif
