/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The form of the table of models on disk (fido_models.h), shared by what
 * writes it (fetch/mds_write.c) and what reads it (fido_models.c); nobody else
 * includes this.
 *
 *     header   SEK_MODELS_HEAD bytes, see struct sek_models_head
 *     index    entries, SEK_MODELS_ENTRY bytes each, in ascending order of
 *              their AAGUIDs, of which one may stand there twice
 *              reports, SEK_MODELS_REPORT bytes each, in the blob's order
 *              names, one after the other
 *     roots    for each entry: u32 length and DER of each certificate
 *
 * Integers are big endian.  The header holds the size of each part and a hash
 * of itself and the index, which is read whole; an entry holds that of its
 * roots.
 */
#ifndef GATE_FIDO_MODELS_FORMAT_H
#define GATE_FIDO_MODELS_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "gate/fido_models.h"
#include "sekisho/buf.h"

#define SEK_MODELS_VERSION 1u
#define SEK_MODELS_HEAD 128u
#define SEK_MODELS_ENTRY 54u
#define SEK_MODELS_REPORT 20u
#define SEK_MODELS_HASH 32u
#define SEK_MODELS_ROOTS_HASH 16u /* bytes of a SHA-256 that an entry has */

#define SEK_MODELS_MAX 4096u              /* entries */
#define SEK_MODELS_REPORTS_MAX 65536u     /* in the table */
#define SEK_MODELS_NAME_MAX 128u          /* bytes of one */
#define SEK_MODELS_ROOT_MAX 16384u        /* bytes of one */
#define SEK_MODELS_ROOTS_EACH 256u        /* of an entry */
#define SEK_MODELS_ROOTS_MAX (16u * 1024 * 1024) /* bytes of all */

struct sek_models_head {
	struct sek_models_info info;
	uint32_t models;
	uint32_t reports;
	uint32_t names;  /* bytes */
	uint32_t roots;  /* bytes */
	uint8_t payload[SEK_MODELS_HASH]; /* SHA-256 of what the blob said */
};

struct sek_models_entry {
	uint8_t aaguid[16];
	uint32_t name_at;    /* in the names */
	uint16_t name_len;
	uint32_t first_report;
	uint16_t n_reports;
	uint16_t n_roots;
	uint32_t roots_at;   /* in the roots */
	uint32_t roots_len;
	uint8_t roots_hash[SEK_MODELS_ROOTS_HASH];
};

/* Bytes of the index. */
size_t sek_models_index_size(const struct sek_models_head *h);
/* The header of a file with this index. */
int sek_models_head_enc(const struct sek_models_head *h,
    const uint8_t *index, uint8_t out[SEK_MODELS_HEAD]) SEK_MUST;
/* Magic, version and sizes, against the size of the file ... */
int sek_models_head_dec(const uint8_t in[SEK_MODELS_HEAD],
    uint64_t file_size, struct sek_models_head *out, struct sek_why *why)
    SEK_MUST;
/* ... and, once the index is there, the hash and all that it holds. */
int sek_models_index_check(const uint8_t head[SEK_MODELS_HEAD],
    const struct sek_models_head *h, const uint8_t *index,
    struct sek_why *why) SEK_MUST;

void sek_models_entry_enc(struct sek_buf *out,
    const struct sek_models_entry *e);
/* Number `i`, which is less than h->models. */
void sek_models_entry_dec(const uint8_t *index, uint32_t i,
    struct sek_models_entry *out);
void sek_models_report_enc(struct sek_buf *out,
    const struct sek_model_report *r);
void sek_models_report_dec(const struct sek_models_head *h,
    const uint8_t *index, uint32_t i, struct sek_model_report *out);
void sek_models_name(const struct sek_models_head *h, const uint8_t *index,
    const struct sek_models_entry *e, char out[SEK_MODELS_NAME_MAX + 1]);
int sek_models_roots_hash(const uint8_t *p, size_t n,
    uint8_t out[SEK_MODELS_ROOTS_HASH]) SEK_MUST;

/* The same over an open file, which it takes over whatever happens. */
int sek_models_open_fd(int fd, struct sek_models **out,
    struct sek_models_head *head, struct sek_why *why) SEK_MUST;

/* -- fido_models_judge.c: SEK_MODEL_* in force */
uint32_t sek_model_judge(const struct sek_model_report *r, size_t n,
    uint64_t firmware, int64_t now);

#endif
