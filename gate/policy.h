/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sekisho.conf as a value: read once, checked whole, never changed.
 *
 * Strict: an unknown section or key, a duplicate, a missing value, a relative
 * path, a file or folder that others can write, a line too long or a byte
 * that is not text is refused, naming the file and the line.  No word in it
 * can turn a failure into a success.
 */
#ifndef GATE_POLICY_H
#define GATE_POLICY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "sekisho/err.h"
#include "sekisho/reason.h"
#include "sekisho/wire_helper.h"

#define SEK_POLICY_MAX_FILE 262144u /* bytes */
#define SEK_MAX_MODULES 8u
#define SEK_MAX_ENV 16u
#define SEK_MAX_SERVICES 64u
#define SEK_MAX_PAIRS 4u
#define SEK_MAX_OIDS 16u

enum sek_pair {
	SEK_PAIR_PKCS11_PASSWORD = 1, /* "pkcs11+password" */
	SEK_PAIR_PKCS11_PIN = 2       /* "pkcs11+pin" */
};

/* [pkcs11 NAME]: one vendor module. */
struct sek_module {
	char name[65];
	char path[PATH_MAX];        /* module */
	char label[SEK_LABEL_MAX];  /* token-label: only this token; "" = any */
	char *env[SEK_MAX_ENV + 1]; /* environment: NAME=VALUE ..., owned */
	size_t n_env;
};

/* [service NAME]; NAME "*" serves what no other section names. */
struct sek_service {
	char name[SEK_NAME_MAX];
	enum sek_pair pairs[SEK_MAX_PAIRS]; /* in order of preference */
	size_t n_pairs;
};

enum sek_unknown_word {
	SEK_UNKNOWN_DENY = 0,
	SEK_UNKNOWN_GRACE = 1 /* a CRL past nextUpdate serves for `grace_s` */
};

struct sek_policy {
	/* [sekisho] */
	char host[SEK_HOST_MAX];    /* host; default: the system's name */
	enum sek_lang language;     /* language = ja | en | auto */
	bool language_auto;
	/* [paths]; all absolute */
	char state[PATH_MAX];       /* state: folder of sekisho.db */
	char audit[PATH_MAX];       /* audit: folder of audit.jsonl */
	char helpers[PATH_MAX];     /* helpers: folder of the programs */
	char anchors[PATH_MAX];     /* trust-anchors: folder or file */
	char intermediates[PATH_MAX]; /* intermediates: "" = none */
	char crls[PATH_MAX];        /* crls: folder */
	/* [helpers] */
	char helper_user[65];       /* user; default _sekisho */
	/* [limits]; milliseconds where the key says -ms, else seconds */
	uint32_t login_s;           /* login-seconds, 10..600, 120 */
	uint32_t insert_s;          /* insert-seconds, 1..300, 30 */
	uint32_t type_s;            /* type-seconds, 5..300, 60 */
	uint32_t token_s;           /* token-seconds: one answer of a helper,
				       1..120, 20 */
	uint32_t pin_tries;         /* pin-tries a login, 1..5, 3 */
	uint32_t fail_delay_ms;     /* fail-delay-ms, 0..10000, 2000 */
	uint32_t peer_per_minute;   /* attempts a minute for one non-root user,
				       1..600, 20 */
	/* [certificate] */
	char *purposes[SEK_MAX_OIDS]; /* purpose: EKU OIDs (any of), owned;
				         default clientAuth, smartcardLogon */
	size_t n_purposes;
	bool purpose_needed;        /* require-purpose = yes | no, yes */
	char *policies[SEK_MAX_OIDS]; /* policy: one of these must be valid */
	size_t n_policies;
	uint32_t rsa_min_bits;      /* rsa-min-bits, 2048..8192, 2048 */
	uint32_t max_depth;         /* max-depth: CA certs, 1..10, 6 */
	/* [revocation] */
	bool crl_check;             /* check = crl | none */
	enum sek_unknown_word stale;/* stale = deny | grace HOURS */
	uint32_t grace_s;           /* seconds */
	/* [password] */
	char password_service[SEK_NAME_MAX]; /* service, sekisho-password */
	char password_confdir[PATH_MAX];     /* confdir; "" = the system's */

	struct sek_module modules[SEK_MAX_MODULES];
	size_t n_modules;
	struct sek_service services[SEK_MAX_SERVICES];
	size_t n_services;

	uint8_t hash[32]; /* SHA-256 of the file: which policy decided */
};

/* Read and check `path`.  On success *out is new, freed by the caller. */
int sek_policy_load(const char *path, struct sek_policy **out,
    struct sek_why *why) SEK_MUST;
/* The same for text in memory; `name` is what messages call it.  Paths in it
 * are checked for form only: load also checks what they lead to. */
int sek_policy_parse(const char *name, const void *text, size_t n,
    struct sek_policy **out, struct sek_why *why) SEK_MUST;
void sek_policy_free(struct sek_policy *p);

/* The rules of a PAM service, or NULL. */
const struct sek_service *sek_policy_service(const struct sek_policy *p,
    const char *service);

/* "pkcs11+password" and back; NULL / 0 when there is none. */
const char *sek_pair_word(enum sek_pair pair);
enum sek_pair sek_pair_of_word(const char *word);

#endif
