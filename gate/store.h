/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The enrolment store: persons, accounts, grants and credentials in SQLite
 * (sekisho.db in the state folder), and who changed what and when.
 *
 * A person is who somebody is, an account is what is opened; a grant lets a
 * person open an account.  A credential belongs to one person for ever: it
 * can be suspended and revoked, never deleted or passed on.
 * A gate opens it to read; the administrator's program opens it to write.
 */
#ifndef GATE_STORE_H
#define GATE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "sekisho/buf.h"
#include "sekisho/err.h"
#include "sekisho/wire_front.h"

#define SEK_STORE_FILE "sekisho.db"
#define SEK_STORE_SCHEMA 5 /* PRAGMA user_version */

enum sek_deny_kind {
	SEK_DENY_PERSON = 1,     /* all that a person holds */
	SEK_DENY_KEY = 2,        /* a key, in whatever certificate */
	SEK_DENY_CERTIFICATE = 3 /* issuer and serial */
};

#define SEK_DISPLAY_MAX 257u
#define SEK_NOTE_MAX 257u
#define SEK_STORE_ROLE_MAX 65u /* as SEK_ROLE_MAX of gate/policy.h */

struct sek_store; /* owned, freed with sek_store_close() */

enum sek_status {
	SEK_STATUS_REVOKED = 0, /* the initial value opens nothing */
	SEK_STATUS_SUSPENDED = 1,
	SEK_STATUS_ACTIVE = 2
};

enum sek_cred_kind {
	SEK_CRED_CERTIFICATE = 1,
	SEK_CRED_FIDO2 = 2, /* the rest of it: gate/store_fido.h */
	SEK_CRED_SSH = 3    /* an OpenSSH key: gate/store_ssh.h */
};

enum sek_bind {
	SEK_BIND_KEY = 1,        /* any certificate over this public key */
	SEK_BIND_CERTIFICATE = 2 /* this very certificate */
};

struct sek_person {
	int64_t id;
	char name[SEK_NAME_MAX];       /* unique: how one is referred to */
	char display[SEK_DISPLAY_MAX]; /* as people read it; may be "" */
	char password_user[SEK_USER_MAX]; /* whose password is asked for */
	enum sek_status status;        /* active or suspended */
};

struct sek_account {
	int64_t id;
	char name[SEK_USER_MAX];
	bool shared; /* a ward account: several persons open it */
	enum sek_status status;
};

struct sek_credential {
	int64_t id;
	int64_t person_id;
	char person[SEK_NAME_MAX];
	enum sek_cred_kind kind;    /* filled by the store */
	int64_t token;              /* joins what one ceremony made on one
				       FIDO2 key; 0: none */
	enum sek_bind bind;         /* FIDO2, SSH: always the key */
	enum sek_status status;
	char status_reason[SEK_NOTE_MAX];
	char label[SEK_NOTE_MAX];   /* what the administrator calls it */
	uint8_t spki_sha256[32];    /* of the DER SubjectPublicKeyInfo */
	uint8_t cert_sha256[32];    /* of the DER certificate at enrolment;
				       FIDO2: of "FIDO2", 0, RP ID, 0, id;
				       SSH: of "SSH", 0, the key */
	char subject[1025];         /* RFC 4514, escaped; for people; as
				       issuer and serial "" for others */
	char issuer[1025];
	char serial[65];            /* hex */
	int64_t not_after;          /* seconds since 1970; FIDO2, SSH: 0 */
	char token_serial[129];
	int64_t created;            /* seconds since 1970 */
	char created_by[SEK_NAME_MAX];
	int64_t changed;
	char changed_by[SEK_NAME_MAX];
	/* The DER certificate, to enrol with; not owned.  What is read has
	 * none here: see sek_store_certificate(). */
	const uint8_t *cert;
	size_t cert_len;
};

/* A row of the local deny-list. */
struct sek_deny {
	int64_t id;
	enum sek_deny_kind kind;
	char person[SEK_NAME_MAX];  /* PERSON; need not be in the store */
	uint8_t spki_sha256[32];    /* KEY */
	uint8_t issuer_sha256[32];  /* CERTIFICATE: of the DER issuer name */
	char issuer[1025];          /* CERTIFICATE: for people */
	char serial[65];            /* CERTIFICATE: hex as in a credential */
	char reason[SEK_NOTE_MAX];
	int64_t created;            /* seconds since 1970 */
	char created_by[SEK_NAME_MAX];
};

/* Open `dir`/sekisho.db.  The file must be root's and nobody else's to
 * write.  `write`: create it and bring it to the current schema when it is
 * older; a newer one is SEK_E_VERSION.  `busy_ms`: how long to wait for
 * another writer. */
int sek_store_open(const char *dir, bool write, int busy_ms,
    struct sek_store **out, struct sek_why *why) SEK_MUST;
void sek_store_close(struct sek_store *s);
/* What the last failed call ran into, in English; never NULL. */
const char *sek_store_error(struct sek_store *s);
/* Read the whole file and prove that it hangs together; not for a login. */
int sek_store_check(struct sek_store *s, struct sek_why *why) SEK_MUST;

/* -- reading; SEK_E_NOENT when there is none, SEK_E_IO on a store failure.
 * Names are compared byte for byte. */
int sek_store_account(struct sek_store *s, const char *name,
    struct sek_account *out) SEK_MUST;
int sek_store_person(struct sek_store *s, const char *name,
    struct sek_person *out) SEK_MUST;
int sek_store_person_by_id(struct sek_store *s, int64_t id,
    struct sek_person *out) SEK_MUST;
/* Why a person's status is what it is; `reason` is "" where it was never
 * changed. */
struct sek_status_note {
	char reason[SEK_NOTE_MAX];
	int64_t changed; /* seconds since 1970 */
	char by[SEK_NAME_MAX];
};
int sek_store_person_note(struct sek_store *s, int64_t id,
    struct sek_status_note *out) SEK_MUST;
/* The credential bound to this certificate or, failing that, to its key;
 * never one of a FIDO2 key. */
int sek_store_credential_for(struct sek_store *s, const uint8_t cert_sha256[32],
    const uint8_t spki_sha256[32], struct sek_credential *out) SEK_MUST;
int sek_store_credential_by_id(struct sek_store *s, int64_t id,
    struct sek_credential *out) SEK_MUST;
/* The one that holds this public key, of whatever kind and status. */
int sek_store_credential_of_key(struct sek_store *s,
    const uint8_t spki_sha256[32], struct sek_credential *out) SEK_MUST;
/* Is there a grant to this very person?  SEK_OK or SEK_E_NOENT.  Who may open
 * an account is asked of gate/may_open.h. */
int sek_store_has_grant(struct sek_store *s, int64_t person_id,
    int64_t account_id) SEK_MUST;
/* Has any person who may open this account a credential that is active, and,
 * without `ssh`, not for sshd alone?  Any active certificate may name a role
 * of it. */
int sek_store_account_enrolled(struct sek_store *s, int64_t account_id,
    bool ssh, bool *enrolled) SEK_MUST;

/* Each row in order of name or id; the callback returns 0 to go on, anything
 * else ends the walk and is returned.  It may read, but not write. */
int sek_store_each_person(struct sek_store *s,
    int (*fn)(void *, const struct sek_person *), void *arg) SEK_MUST;
int sek_store_each_account(struct sek_store *s,
    int (*fn)(void *, const struct sek_account *), void *arg) SEK_MUST;
/* Persons with a grant on an account. */
int sek_store_each_grant(struct sek_store *s, int64_t account_id,
    int (*fn)(void *, const struct sek_person *), void *arg) SEK_MUST;
/* person_id 0: everybody's. */
int sek_store_each_credential(struct sek_store *s, int64_t person_id,
    int (*fn)(void *, const struct sek_credential *), void *arg) SEK_MUST;

/* -- store_role.c */
/* Has the person this role by the hospital's word?  SEK_OK or SEK_E_NOENT. */
int sek_store_has_role(struct sek_store *s, int64_t person_id,
    const char *role) SEK_MUST;
/* May there be a role of this name?  SEK_E_INVAL, with `why`. */
int sek_store_role_ok(const char *role, struct sek_why *why) SEK_MUST;
typedef int sek_store_role_fn(void *arg, const char *role, bool has);
/* The roles that open an account, and of each whether this person has it;
 * those they have come first. */
int sek_store_each_role_between(struct sek_store *s, int64_t account_id,
    int64_t person_id, sek_store_role_fn *fn, void *arg) SEK_MUST;
/* `has` is true, false */
int sek_store_each_role_of_person(struct sek_store *s, int64_t person_id,
    sek_store_role_fn *fn, void *arg) SEK_MUST;
int sek_store_each_role_of_account(struct sek_store *s, int64_t account_id,
    sek_store_role_fn *fn, void *arg) SEK_MUST;
/* Accounts with a grant to this person or with any role. */
int sek_store_each_account_near(struct sek_store *s, int64_t person_id,
    int (*fn)(void *, const struct sek_account *), void *arg) SEK_MUST;

/* The DER certificate of a credential; SEK_E_NOENT when there is no such
 * credential, or it was enrolled before they were kept. */
int sek_store_certificate(struct sek_store *s, int64_t id,
    struct sek_buf *out) SEK_MUST;
/* The same of each active credential of an active person. */
int sek_store_each_certificate(struct sek_store *s,
    int (*fn)(void *arg, int64_t credential, const uint8_t *der, size_t n),
    void *arg) SEK_MUST;

/* The same of each, whatever has become of it or of its person. */
int sek_store_each_kept(struct sek_store *s,
    int (*fn)(void *arg, int64_t credential, const uint8_t *der, size_t n),
    void *arg) SEK_MUST;

/* Is any of these on the deny-list?  SEK_OK: the row is in *out;
 * SEK_E_NOENT: none is.  NULL: not asked about. */
int sek_store_denied(struct sek_store *s, const char *person,
    const uint8_t spki_sha256[32], const uint8_t issuer_sha256[32],
    const char *serial, struct sek_deny *out) SEK_MUST;
int sek_store_each_denied(struct sek_store *s,
    int (*fn)(void *, const struct sek_deny *), void *arg) SEK_MUST;

/* -- writing; `by` is the administrator (who), kept with each change and in
 * the table of changes.  SEK_E_EXISTS, SEK_E_NOENT and SEK_E_DENIED come with
 * a reason in `why`.  A status that is already so is SEK_E_EXISTS.
 *
 * Each call is one transaction of its own, or part of the one between begin
 * and commit: nothing of it is seen by anybody before the commit, so that the
 * record can be written first.  After a call that failed inside it only
 * rollback is left; commit then is SEK_E_INVAL.  Closing rolls back. */
int sek_store_begin(struct sek_store *s, struct sek_why *why) SEK_MUST;
int sek_store_commit(struct sek_store *s, struct sek_why *why) SEK_MUST;
void sek_store_rollback(struct sek_store *s);
int sek_store_add_person(struct sek_store *s, const char *by,
    const struct sek_person *p, struct sek_why *why) SEK_MUST;
int sek_store_add_account(struct sek_store *s, const char *by,
    const struct sek_account *a, struct sek_why *why) SEK_MUST;
int sek_store_grant(struct sek_store *s, const char *by, const char *person,
    const char *account, bool grant, struct sek_why *why) SEK_MUST;
/* Give a role, or take it away. */
int sek_store_person_role(struct sek_store *s, const char *by,
    const char *person, const char *role, bool give, struct sek_why *why)
    SEK_MUST;
int sek_store_account_role(struct sek_store *s, const char *by,
    const char *account, const char *role, bool give, struct sek_why *why)
    SEK_MUST;
/* Fills c->id and what the store knows better (status active, who, when);
 * c->status_reason tells how possession was proved.  A key or certificate that
 * any person holds already, whatever its status, is SEK_E_EXISTS and `why`
 * names the holder. */
int sek_store_enrol(struct sek_store *s, const char *by,
    struct sek_credential *c, struct sek_why *why) SEK_MUST;
/* Revoked is for ever: SEK_E_DENIED to anything after it.  What shares its
 * token changes with it, each with a line in the table of changes: it is one
 * key.  A FIDO2 key whose counter went back is resumed for a reason only,
 * and is counted anew then. */
int sek_store_credential_status(struct sek_store *s, const char *by, int64_t id,
    enum sek_status status, const char *reason, struct sek_why *why) SEK_MUST;
int sek_store_person_status(struct sek_store *s, const char *by,
    const char *person, enum sek_status status, const char *reason,
    struct sek_why *why) SEK_MUST;
int sek_store_account_status(struct sek_store *s, const char *by,
    const char *account, enum sek_status status, const char *reason,
    struct sek_why *why) SEK_MUST;

/* Count one attempt of this user id in the current minute (a minute of
 * CLOCK_BOOTTIME since boot `boot_id`, so that a stepped clock neither frees
 * nor locks); SEK_E_LIMIT when there were `max` already.  Serves with a store
 * opened to read: it writes through a short connection of its own. */
int sek_store_throttle(struct sek_store *s, uint32_t uid, const char *boot_id,
    int64_t boot_s, uint32_t max) SEK_MUST;

/* How many there were in this minute; nothing is counted. */
int sek_store_throttle_tries(struct sek_store *s, uint32_t uid,
    const char *boot_id, int64_t boot_s, int64_t *tries) SEK_MUST;

const char *sek_status_word(enum sek_status status);
/* Fills d->id and who and when; SEK_E_EXISTS when it is there already. */
int sek_store_deny(struct sek_store *s, const char *by, struct sek_deny *d,
    struct sek_why *why) SEK_MUST;
/* Take a row off the list.  It is kept, and its number not used again. */
int sek_store_allow(struct sek_store *s, const char *by, int64_t id,
    const char *reason, struct sek_why *why) SEK_MUST;
/* A row that is on the list. */
int sek_store_deny_by_id(struct sek_store *s, int64_t id,
    struct sek_deny *out) SEK_MUST;
/* "person", "key" or "certificate". */
const char *sek_deny_word(enum sek_deny_kind kind);

#endif
