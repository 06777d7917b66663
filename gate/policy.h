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

#include "record/audit.h"
#include "sekisho/err.h"
#include "sekisho/reason.h"
#include "sekisho/wire_fido.h"
#include "sekisho/wire_helper.h"

#define SEK_POLICY_MAX_FILE 262144u /* bytes */
#define SEK_MAX_MODULES 8u
#define SEK_MAX_ENV 16u
#define SEK_MAX_SERVICES 64u
#define SEK_MAX_PAIRS 6u
#define SEK_MAX_OIDS 16u
#define SEK_MAX_URLS 16u
#define SEK_MAX_ROLES 16u
#define SEK_MAX_RESCUE 8u
#define SEK_MAX_FORMER_RPS 3u
#define SEK_MAX_MODELS 32u
#define SEK_ROLE_MAX 65u  /* bytes of a role's name with its NUL */

enum sek_pair {
	SEK_PAIR_PKCS11_PASSWORD = 1, /* "pkcs11+password" */
	SEK_PAIR_PKCS11_PIN = 2,      /* "pkcs11+pin" */
	SEK_PAIR_FIDO2_PASSWORD = 3,  /* "fido2+password" */
	SEK_PAIR_FIDO2_VERIFICATION = 4, /* "fido2+verification" */
	SEK_PAIR_SSH_PASSWORD = 5,    /* "ssh-key+password" */
	SEK_PAIR_TLS_PASSWORD = 6,    /* "tls-name+password" */
	SEK_PAIR_RESCUE = 100         /* "password": one factor, of an account
					 that `rescue` names; in no `pairs` */
};

/* What a pair begins with. */
enum sek_have {
	SEK_HAVE_NONE = 0,
	SEK_HAVE_PKCS11 = 1,
	SEK_HAVE_FIDO2 = 2,
	SEK_HAVE_SSH_KEY = 3,  /* sshd has verified it: SSH_AUTH_INFO_0 */
	SEK_HAVE_TLS_NAME = 4  /* the common name of a client certificate that
				  a TLS server of root's has verified */
};

/* watch = ...: what becomes of a session when its token goes away. */
enum sek_watch_word {
	SEK_WATCH_UNSET = 0,
	SEK_WATCH_NO = 1,
	SEK_WATCH_LOCK = 2,
	SEK_WATCH_END = 3,
	SEK_WATCH_TAP = 4 /* locked when it is laid on again */
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
	char *roles[SEK_MAX_ROLES]; /* roles: one of these must be in the
				       certificate; owned; none: any */
	size_t n_roles;
	bool tls_serial;            /* tls-name = common-name | serial-number,
				       common-name */
	char *rescue[SEK_MAX_RESCUE]; /* rescue: accounts that the password
				       alone opens; owned; never of "*" */
	size_t n_rescue;
	bool last_login;            /* last-login = yes | no, no: tell the
				       person of the login before */
	uint32_t remember_m;        /* remember-minutes, 1..60; 0: never is a
				       proof remembered */
	bool unlock;                /* unlock = yes | no, no: it opens a
				       session that is there already */
	bool greeter;               /* switch = no | greeter, no: another
				       person's card there has the login
				       screen brought up; needs unlock */
	enum sek_watch_word watch;  /* watch = no | lock | end | tap, no */
	enum sek_watch_word watch_shared; /* watch-shared: the same for shared
				       accounts; as watch */
};

/* check = ...: what is asked whether a certificate has been revoked.  Of the
 * CA certificates above it only CRLs tell. */
enum sek_rev_check {
	SEK_CHECK_CRL = 0,       /* "crl": CRLs for the whole path */
	SEK_CHECK_CRL_LEAF = 1,  /* "crl-leaf": for the leaf alone */
	SEK_CHECK_OCSP = 2,      /* "ocsp": the leaf by OCSP, CRLs above */
	SEK_CHECK_OCSP_LEAF = 3, /* "ocsp-leaf": by OCSP, nothing above */
	SEK_CHECK_EITHER = 4,    /* "either": the leaf is good when one of the
				    two says so and neither says revoked;
				    CRLs above */
	SEK_CHECK_NONE = 5       /* "none" */
};

enum sek_unknown_word {
	SEK_UNKNOWN_DENY = 0,
	SEK_UNKNOWN_GRACE = 1 /* a CRL past nextUpdate serves for `grace_s` */
};

/* What sekisho-forward hands to the system's syslog. */
enum sek_forward_what {
	SEK_FORWARD_NONE = 0,     /* there is no section [forward] */
	SEK_FORWARD_CHECKPOINTS = 1,
	SEK_FORWARD_RECORDS = 2   /* and checkpoints */
};

struct sek_policy {
	/* [sekisho] */
	char host[SEK_HOST_MAX];    /* host; default: the system's name */
	enum sek_lang language;     /* language = ja | en | auto */
	bool language_auto;
	/* [paths]; all absolute */
	char state[PATH_MAX];       /* state: folder of sekisho.db */
	char audit[PATH_MAX];       /* audit: folder of audit.jsonl */
	char run[PATH_MAX];         /* run: folder of what a restart of the
				       machine may forget; /run/sekisho */
	char helpers[PATH_MAX];     /* helpers: folder of the programs */
	char anchors[PATH_MAX];     /* trust-anchors: folder or file */
	char intermediates[PATH_MAX]; /* intermediates: "" = none */
	char crls[PATH_MAX];        /* crls: folder of CRLs that are read as
				       they are; "" = none */
	char cache[PATH_MAX];       /* cache: folder of what sekisho-fetch
				       brings; /var/cache/sekisho */
	/* [helpers] */
	char helper_user[65];       /* user; default _sekisho */
	/* [limits]; milliseconds where the key says -ms, else seconds */
	uint32_t login_s;           /* login-seconds, 10..600, 120 */
	uint32_t insert_s;          /* insert-seconds, 1..300, 30 */
	uint32_t type_s;            /* type-seconds, 5..300, 60 */
	uint32_t token_s;           /* token-seconds: one answer of a helper,
				       1..120, 20 */
	uint32_t touch_s;           /* touch-seconds, 5..120, 20 */
	uint32_t pin_tries;         /* pin-tries a login, 1..5, 3 */
	uint32_t fail_delay_ms;     /* fail-delay-ms, 0..10000, 2000 */
	uint32_t peer_per_minute;   /* attempts a minute for one non-root user,
				       1..600, 20 */
	uint32_t reader_grace_s;    /* reader-grace-seconds: how long a reader
				       may be gone before its token counts as
				       gone, 0..60, 0 */
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
	enum sek_rev_check check;   /* check */
	enum sek_unknown_word stale;/* stale = deny | grace HOURS */
	uint32_t grace_s;           /* seconds */
	uint32_t ocsp_max_age_h;    /* ocsp-max-age, hours since thisUpdate,
				       1..720, 24 */
	uint32_t ocsp_live_s;       /* ocsp-live: seconds for a question to the
				       responder in a login, 0..10, 0 = only
				       the cache */
	char *ocsp_urls[SEK_MAX_URLS]; /* ocsp-url: instead of the ones in the
				          certificates; owned */
	size_t n_ocsp_urls;
	/* [crl NAME] */
	char *crl_urls[SEK_MAX_URLS]; /* url: besides the ones in the
				         certificates; owned */
	char crl_names[SEK_MAX_URLS][65];
	size_t n_crl_urls;
	/* [fetch] */
	bool fetch_from_certs;      /* distribution-points = yes | no, yes */
	uint32_t fetch_s;           /* seconds: one download, 5..3600, 120 */
	uint32_t fetch_max_mb;      /* max-megabytes of one, 1..1024, 128 */
	char fetch_proxy[256];      /* proxy: http://HOST:PORT; "" = none */
	char fetch_ca_file[PATH_MAX]; /* ca-file for https; "" = the system's;
				         no login looks at it */
	/* [fido2] */
	char rp_id[SEK_RP_MAX];     /* rp-id: the organisation's; "" = none */
	char *former_rps[SEK_MAX_FORMER_RPS]; /* former-rp-id: what was
				       enrolled under these still serves;
				       owned */
	size_t n_former_rps;
	bool fido_pcsc;             /* readers = yes | no, no: keys that are
				       cards, by PC/SC */
	bool synced;                /* synced-keys = yes | no, no */
	char attestation_roots[PATH_MAX]; /* attestation-roots; "" = none */
	bool attestation_needed;    /* require-attestation = yes | no, no */
	bool bad_model_steps_up;    /* bad-model = deny | step-up, deny */
	char metadata_url[256];     /* metadata-url; "" = none */
	char metadata_root[PATH_MAX]; /* metadata-root: who signs it */
	char metadata_signer[SEK_HOST_MAX]; /* metadata-signer: the name in the
				       signer's certificate;
				       mds.fidoalliance.org */
	bool metadata_stale_denies; /* metadata-stale = accept | deny, accept */
	/* [ssh] */
	bool ssh_software;          /* software-keys = yes | no, no: a key
				       that a file may have */
	char ssh_ca_keys[PATH_MAX]; /* ca-keys: who may certify keys; "" =
				       nobody */
	/* [model NAME] */
	uint8_t models[SEK_MAX_MODELS][16]; /* aaguid: only these may be
				       enrolled; none: any */
	char model_names[SEK_MAX_MODELS][65];
	size_t n_models;
	/* [record] */
	char record_group[65];      /* group that may read it; "" = none */
	uint32_t rotate_mb;         /* rotate-megabytes, 0..65536, 64;
				       0 = never */
	char record_key[PATH_MAX];  /* log.key in `state` */
	char token_section[65];     /* token-module: name of a [pkcs11 NAME],
				       which serves the record alone; "" =
				       checkpoints are not countersigned */
	struct sek_module token_module; /* that section */
	char token_label[SEK_LABEL_MAX]; /* token-label; "" = what the section
				       says */
	char token_key[SEK_LABEL_MAX]; /* token-key: CKA_LABEL of the key */
	char token_pin_file[PATH_MAX]; /* token-pin-file; "" = none */
	/* [forward] */
	enum sek_forward_what forward; /* send = checkpoints | records */
	bool forward_fhir;          /* format = dicom | fhir, dicom */
	char outbox[PATH_MAX];      /* outbox: folder; /var/spool/sekisho */
	/* [password] */
	char password_service[SEK_NAME_MAX]; /* service, sekisho-password */
	char password_confdir[PATH_MAX];     /* confdir; "" = the system's */

	struct sek_module modules[SEK_MAX_MODULES];
	size_t n_modules;
	struct sek_service services[SEK_MAX_SERVICES];
	size_t n_services;

	uint8_t hash[32]; /* SHA-256 of the file: which policy decided */

	char broken[512]; /* what every login but a rescue needs and is not
			     safe or not there; "" = all of it is; only by
			     sek_policy_load_rescue() */
};

/* Read and check `path`.  On success *out is new, freed by the caller. */
int sek_policy_load(const char *path, struct sek_policy **out,
    struct sek_why *why) SEK_MUST;
/* The same for the gate.  Where the file names rescue accounts, and only what
 * their logins do not need is not there or not safe, the policy is handed out
 * with `broken` set, and nothing but a rescue may go by it. */
int sek_policy_load_rescue(const char *path, struct sek_policy **out,
    struct sek_why *why) SEK_MUST;
/* The same for text in memory; `name` is what messages call it.  Paths in it
 * are checked for form only: load also checks what they lead to. */
int sek_policy_parse(const char *name, const void *text, size_t n,
    struct sek_policy **out, struct sek_why *why) SEK_MUST;
void sek_policy_free(struct sek_policy *p);

/* The rules of a PAM service, or NULL. */
const struct sek_service *sek_policy_service(const struct sek_policy *p,
    const char *service);

/* Does the password alone open the account at this service?  A matter of the
 * service's own section, never of "*". */
bool sek_policy_rescues(const struct sek_policy *p, const char *service,
    const char *account);
/* Does any service have switch = greeter? */
bool sek_policy_switches(const struct sek_policy *p);
/* "lock" and back; NULL / UNSET when there is none. */
const char *sek_watch_word(enum sek_watch_word w);
enum sek_watch_word sek_watch_of_word(const char *word);
/* What the service says for a shared account, or one that is not; never
 * UNSET. */
enum sek_watch_word sek_service_watch(const struct sek_service *s,
    bool shared);

/* How its record is kept; points into the policy. */
struct sek_audit_conf sek_policy_audit(const struct sek_policy *p);

/* "crl", "ocsp-leaf", ...; and does it ask OCSP at all? */
const char *sek_rev_check_word(enum sek_rev_check check);
bool sek_rev_check_asks_ocsp(enum sek_rev_check check);

/* What the pair begins with; NONE for 0.  Is it that in any pair of the
 * service, of any service? */
enum sek_have sek_pair_have(enum sek_pair pair);
bool sek_service_has(const struct sek_service *s, enum sek_have have);
bool sek_policy_has(const struct sek_policy *p, enum sek_have have);
/* Does the pair end with a password? */
bool sek_pair_wants_password(enum sek_pair pair);

/* "pkcs11+password" and back; NULL / 0 when there is none. */
const char *sek_pair_word(enum sek_pair pair);
enum sek_pair sek_pair_of_word(const char *word);

#endif
