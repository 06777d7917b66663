/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything `sekisho` says to an administrator, in English and Japanese;
 * words.c and words_*.c hold the one table, each file a run of the numbers.
 * %1 to %4 stand for values.
 */
#ifndef HELPDESK_WORDS_H
#define HELPDESK_WORDS_H

#include "sekisho/reason.h"

enum word {
	W_USAGE,           /* %1 command, %2 arguments */
	W_HELP_HEAD,
	W_HELP_TAIL,
	W_NO_COMMAND,      /* %1 */
	W_BAD_OPTION,      /* %1 */
	W_NEEDS_VALUE,     /* %1 */
	W_TWICE,           /* %1 */
	W_TOO_MANY,        /* %1 */
	W_WORDS,
	W_NEEDS_REASON,
	W_NOT_A_NUMBER,    /* %1 */
	W_NOT_AN_ID,       /* %1 */
	W_FAILED,          /* %1 why */
	W_STORE_FAILED,    /* %1 why */
	W_OUTPUT,
	W_MEMORY,
	/* change */
	W_NO_RECORD,       /* %1 why */
	W_NOT_KEPT,        /* %1 why */
	W_RECORD_LIES,     /* %1 record */
	W_RECORD_BUT,      /* %1 record, %2 why */
	/* init */
	W_LOG_ASIDE,       /* %1 folder, %2 file */
	W_MADE_FOLDER,     /* %1 path, %2 mode */
	W_HAVE_FOLDER,
	W_MADE_STORE,
	W_HAVE_STORE,
	W_UPDATED_STORE,
	W_MADE_KEY,        /* %1 path */
	W_HAVE_KEY,        /* %1 path */
	W_MADE_VKEY,       /* %1 vkey */
	W_INIT_NO_RECORD,  /* %1 why */
	W_INIT_NEXT,
	/* persons and accounts */
	W_PERSON_ADDED,    /* %1 */
	W_ACCOUNT_ADDED,
	W_GRANTED,         /* %1 person, %2 account */
	W_UNGRANTED,
	W_ROLE_OPENS,      /* %1 role, %2 account */
	W_ROLE_OPENS_NO_MORE,
	W_ROLE_GIVEN,      /* %1 person, %2 role */
	W_ROLE_TAKEN,
	W_PERSON_SUSPENDED,
	W_PERSON_RESUMED,
	W_ACCOUNT_SUSPENDED,
	W_ACCOUNT_RESUMED,
	W_NOT_SHARED,      /* %1 account */
	W_NO_SYSTEM_USER,  /* %1 */
	W_PERSON_HEAD,
	W_ACCOUNT_HEAD,
	W_SHARED,
	W_PERSONAL,
	/* credentials */
	W_CREDENTIAL_HEAD,
	W_ACTIVE,
	W_SUSPENDED,
	W_REVOKED,
	W_KEY,
	W_CERTIFICATE,
	W_NOW_REVOKED,     /* %1 id, %2 person */
	W_NOW_SUSPENDED,
	W_NOW_RESUMED,
	W_REVOKED_TOO,     /* %1 id, %2 person, %3 the one that was named */
	W_SUSPENDED_TOO,
	W_RESUMED_TOO,
	W_FIDO_KEY,
	W_FIDO_KEY_OF,     /* %1 RP ID, %2 algorithm */
	W_FIDO_TOKEN,      /* %1 number */
	W_FIDO_MODEL,      /* %1 AAGUID or "?", %2 one of the next three */
	W_ATTESTED_NOT,
	W_ATTESTED_UNKNOWN,
	W_ATTESTED,
	W_FIDO_BY,         /* %1 transports */
	W_FIDO_VERIFIED,
	W_FIDO_RESIDENT,
	W_FIDO_SYNCED,
	W_FIDO_SSH,
	W_FIDO_COUNTER,    /* %1 */
	W_FIDO_NO_COUNTER,
	W_FIDO_SUSPECT,    /* %1 time */
	W_AMBIGUOUS,       /* %1 */
	W_NO_CREDENTIAL,   /* %1 */
	W_NO_SUCH_CREDENTIAL, /* %1 */
	W_NO_PERSON,       /* %1 */
	/* enrolment */
	W_ONE_SOURCE,
	W_BAD_BIND,        /* %1 */
	W_BAD_HEX,         /* %1 */
	W_ONE_PIN,
	W_NO_MODULE,       /* %1, %2 list */
	W_CERT_SUBJECT,    /* %1 */
	W_CERT_ISSUER,
	W_CERT_SERIAL,
	W_CERT_VALID,      /* %1 from, %2 to */
	W_CERT_KEY,        /* %1 */
	W_CERT_PRINT,      /* %1 */
	W_CERT_TOKEN,      /* %1 label, %2 serial, %3 id */
	W_CERT_UNREADABLE,
	W_CERT_REFUSED,    /* %1 reason word, %2 detail */
	W_ASK_ENROL,       /* %1 person */
	W_NOT_CONFIRMED,
	W_NO_TERMINAL,
	W_NO_TOKEN,        /* %1 module */
	W_NO_CERT_THERE,
	W_SEVERAL,
	W_ONE_OF,          /* %1 label, %2 id, %3 subject, %4 state */
	W_HELPER,          /* %1 reason word, %2 detail */
	W_PIN_PROMPT,      /* %1 label */
	W_PIN_ON_READER,
	W_PIN_LOW,
	W_PIN_WRONG,       /* %1 tries left or "?" */
	W_PIN_LAST,        /* %1 label */
	W_PIN_LAST_SCRIPT,
	W_PIN_FILE,        /* %1 why */
	W_ENROLLED,        /* %1 id, %2 person */
	W_UNPROVED,
	W_CERT_FILE,       /* %1 path, %2 why */
	/* deny-list */
	W_DENIED,          /* %1 number, %2 what */
	W_ALLOWED,         /* %1 number, %2 what */
	W_DENY_HEAD,
	W_PERSON,
	W_DENY_NO_PERSON,  /* %1 */
	W_BAD_SERIAL,      /* %1 */
	W_NOT_A_CA,        /* %1 file */
	W_NOT_A_NUMBER_OF, /* %1 */
	W_DENY_NO_PRINT,   /* %1 */
	W_DENY_NO_KEY,
	/* audit */
	W_AUDIT_NONE,
	/* check-config */
	W_FOUND_GOOD,      /* %1 thing, %2 what */
	W_FOUND_BAD,
	W_FOUND_NO_OUTBOX, /* %1 thing, %2 folder */
	W_FOUND_NOT_YET,   /* %1 thing, %2 path */
	W_CHECK_OK,
	W_CHECK_FAILED,    /* %1 number */
	/* verify, explain, refresh */
	W_VERIFY_UNCHECKED,/* %1 file */
	W_VERIFY_GOOD,     /* %1 file, %2 method, %3 thisUpdate */
	W_VERIFY_GRACE,    /* as above */
	W_VERIFY_REJECTED, /* %1 reason word, %2 detail */
	W_VERIFY_LEFT_OUT, /* %1 why */
	W_VERIFY_FIRST,    /* %1 file */
	W_VERIFY_KINDS,
	W_VERIFY_STRAY,    /* %1 option */
	W_VERIFY_ISSUER,
	W_VERIFY_REVOCATION, /* %1 */
	W_VERIFY_PURPOSE,  /* %1 */
	W_VERIFY_OID,      /* %1 */
	W_CERT_ROLE,       /* %1 name, %2 scheme, %3 code */
	W_CERT_PERSON,     /* %1 person, %2 credential */
	W_CERT_NOBODY,
	W_EXPLAIN_LEFT,    /* %1 from, %2 to, %3 days */
	W_EXPLAIN_EXPIRED,
	W_EXPLAIN_NOT_YET,
	W_EXPLAIN_NONE,
	W_EXPLAIN_BROKEN,
	W_EXPLAIN_UNREADABLE, /* %1 why */
	W_EXPLAIN_CA,
	W_EXPLAIN_NO_URL,
	W_EXPLAIN_MINUTES, /* %1 time, %2 number */
	W_EXPLAIN_HOURS,
	W_EXPLAIN_DAYS,
	W_EXPLAIN_AT,      /* %1 time */
	W_EXPLAIN_STALE,
	W_EXPLAIN_CRL,     /* %1 file, %2 number, %3 entries */
	W_EXPLAIN_DELTA,
	W_EXPLAIN_NO_CRL,
	W_EXPLAIN_ANSWER,  /* %1 file, %2 reason word, %3 why */
	W_EXPLAIN_NO_ANSWER,
	W_EXPLAIN_PERSON,  /* %1 person, %2 credential, %3 status */
	W_EXPLAIN_NOBODY,
	W_EXPLAIN_DENIED,  /* %1 reason */
	W_EXPLAIN_NOT_DENIED,
	W_REFRESH_FAILED,  /* %1 program, %2 why */
	/* import */
	W_IMPORT_AT,       /* %1 line, %2 user */
	W_IMPORT_AT_LINE,  /* %1 line */
	W_IMPORT_NTH,      /* %1 number */
	W_IMPORT_NOT,      /* %1 number */
	W_IMPORT_REFUSED,
	W_IMPORT_WHOLE,
	W_IMPORT_NEW, W_IMPORT_ROLE,
	W_IMPORT_WOULD,    /* %1 number */
	W_IMPORT_LATER,    /* %1 line */
	W_IMPORT_DONE,     /* %1 id, %2 person, %3 algorithm */
	W_IMPORT_SUM,      /* %1 taken, %2 there, %3 not, %4 lines */
	W_IMPORT_SUM_DRY,  /* as above */
	W_ASK_IMPORT,      /* %1 number */
	W_IMPORT_NO,
	W_IMPORT_SSH,
	W_IMPORT_RP,       /* %1 RP ID, %2 file, %3 value */
	W_IMPORT_NO_RP,    /* as above */
	W_IMPORT_OTHER_RP, /* %1 of the file, %2 --origin */
	W_WHY_LONG,
	W_WHY_NO_TEXT,
	W_WHY_NAME,
	W_WHY_OWNER,       /* %1 owner */
	W_WHY_EMPTY,
	W_WHY_NO_PERSON,
	W_WHY_SHARED,
	W_WHY_WHO,
	W_WHY_MISSING,
	W_WHY_EXTRA,
	W_WHY_RESIDENT,
	W_WHY_ID,
	W_WHY_ALG,         /* %1 word */
	W_WHY_OPTION,      /* %1 word */
	W_WHY_KEY,         /* %1 why */
	W_WHY_MANY,        /* %1 number */
	W_WHY_HELD,        /* %1 id, %2 person, %3 status */
	W_WHY_THERE,       /* %1 id */
	W_WHY_TWICE,
	W_WHY_TWO,         /* %1 line */
	/* models */
	W_MODELS_TABLE,    /* %1 number, %2 models, %3 made, %4 next update */
	W_MODELS_STALE,
	W_MODEL_ROW,       /* %1 AAGUID, %2 words or -, %3 name */
	W_MODEL_SINCE,     /* %1 word, %2 day, %3 firmware or nothing */
	W_MODEL_LATER,
	W_MODEL_NO_DATE,
	W_MODEL_UNKNOWN,   /* %1 AAGUID */
	W_NOT_AN_AAGUID,   /* %1 */
	N_PLAIN_WORDS,
	/* enrolment of a FIDO2 key: words_fido.c */
	FIRST_FIDO_WORD = N_PLAIN_WORDS,
	W_FIDO_OPTIONS = FIRST_FIDO_WORD,
	W_FIDO_ONE_KIND,
	W_FIDO_BAD_ALG,    /* %1 */
	W_FIDO_SSH_ALG,    /* %1 */
	W_FIDO_NO_RP,      /* %1 configuration */
	W_FIDO_NO_MODELS,
	W_FIDO_OLD_MODELS, /* %1 date */
	W_FIDO_PERSON,     /* %1 name, %2 display */
	W_FIDO_RP,         /* %1 */
	W_FIDO_KIND_TOUCH,
	W_FIDO_KIND_VERIFY,
	W_FIDO_KIND_PIN,
	W_FIDO_KIND_RESIDENT,
	W_FIDO_KIND_SSH,   /* %1 file */
	W_FIDO_CONFIRM,    /* %1 person */
	W_FIDO_INSERT,
	W_FIDO_NO_KEY,
	W_FIDO_NO_ANSWER,
	W_FIDO_TOUCH,      /* %1 label */
	W_FIDO_TOUCH_SSH,  /* %1 label */
	W_FIDO_CHOOSE,
	W_FIDO_FINGER,     /* %1 label */
	W_FIDO_FINGER_AGAIN, /* %1 label, %2 tries left or "?" */
	W_FIDO_FALLBACK,
	W_FIDO_REMOVED,
	W_FIDO_NO_TOUCH,
	W_FIDO_REFUSED,
	W_FIDO_PIN_LOCKED,
	W_FIDO_PIN_PAUSED,
	W_FIDO_NO_VERIFY,
	W_FIDO_VERIFY_LOCKED,
	W_FIDO_PIN_FORMAT,
	W_FIDO_EXCLUDED,   /* %1 person */
	W_FIDO_FULL,
	W_FIDO_UNSUPPORTED, /* %2 detail */
	W_FIDO_FAILED,     /* %1 detail */
	W_FIDO_NOT_ENROLLED, /* %1 reason word, %2 detail */
	W_FIDO_LEFT_ON_KEY, /* %1 RP ID */
	W_FIDO_FOUND,      /* %1 model, %2 AAGUID */
	W_FIDO_ATT_NONE,
	W_FIDO_ATT_UNKNOWN, /* %1 by whom */
	W_FIDO_ATT_TRUSTED, /* %1 by whom */
	W_FIDO_ALG,        /* %1 */
	W_FIDO_PROTECT,    /* %1 level */
	W_FIDO_UNPROTECTED,
	W_FIDO_UNPROTECTED_ID,
	W_FIDO_MAKER_UNPROVED,
	W_FIDO_BACKUP,
	W_FIDO_BYPASS,     /* %1 model */
	W_FIDO_UPDATE,     /* %1 model */
	W_FIDO_NO_SERVICE,
	W_FIDO_NO_SERVICE_TOUCH,
	W_FIDO_SSH_DONE,   /* %1 credential, %2 file */
	W_FIDO_SSH_VERIFY,
	END_FIDO_WORDS,
	/* keys of the record and the token: words_key.c */
	FIRST_KEY_WORD = END_FIDO_WORDS,
	W_KEY_MADE = FIRST_KEY_WORD, /* %1 path */
	W_KEY_THERE,       /* %1 path */
	W_KEY_CHANGED,     /* %1 record, %2 key */
	W_KEY_AGAIN,
	W_KEY_NONE,
	W_KEY_SINCE,       /* %1 record, %2 time, %3 key */
	W_KEY_OF_TOKEN,    /* as above */
	W_KEY_UNKNOWN_SINCE, /* %1 key */
	W_TOKEN_NOT_SET,   /* %1 configuration */
	W_TOKEN_NO_KEY,    /* %1 label */
	W_TOKEN_SEVERAL,   /* %1 label */
	W_TOKEN_NOT_ENROLLED,
	W_TOKEN_NO_LAST,
	W_TOKEN_OTHER_KEY,
	W_TOKEN_FORMER_KEY,
	W_TOKEN_CONTRADICTS, /* %1 why */
	W_TOKEN_ENROLLED,  /* %1 key */
	W_TOKEN_SIGNED,    /* %1 records */
	W_RECORD_STARTED,  /* %1 record */
	W_RECORD_STOPPED,  /* %1 record */
	END_KEY_WORDS,
	/* which records are asked for, and audit show: words_show.c */
	FIRST_SHOW_WORD = END_KEY_WORDS,
	W_FILTER_EVENT = FIRST_SHOW_WORD, /* %1 */
	W_FILTER_REASON,   /* %1 */
	W_FILTER_OUTCOME,  /* %1 */
	W_FILTER_TIME,     /* %1 */
	W_FILTER_ORDER,    /* %1 */
	W_FILTER_SEQ,      /* %1 */
	W_SHOW_FOLLOW, W_SHOW_LAST, /* %1 */
	END_SHOW_WORDS,
	/* audit verify, checkpoint, prove, check-proof: words_verify.c */
	FIRST_VERIFY_WORD = END_SHOW_WORDS,
	W_AUDIT_GOOD = FIRST_VERIFY_WORD, /* %1 records, %2 hash */
	W_AUDIT_BAD,       /* %1 line, %2 why, %3 good ones, %4 file */
	W_AUDIT_CONTRADICTS, /* %1 file of the checkpoint, %2 why */
	W_AUDIT_SPAN,      /* %1 first, %2 last, %3 from, %4 to */
	W_AUDIT_COVERED,   /* %1 size, %2 key, %3 file */
	W_AUDIT_NEW_KEY,   /* %1 key, %2 record */
	W_AUDIT_UNCOVERED, /* %1 first, %2 last */
	W_AUDIT_NO_COVER,
	W_AUDIT_OWN_KEYS,
	W_AUDIT_UNVOUCHED, /* %1 first */
	W_AUDIT_ROOT,      /* %1 */
	W_AUDIT_DAMAGED,   /* %1 record */
	W_AUDIT_GAP,       /* %1 record */
	W_AUDIT_UNUSED,    /* %1 file, %2 why */
	W_AUDIT_NO_KEY,
	W_AUDIT_ONE_FOLDER,
	W_AUDIT_PROGRESS,  /* %1 percent */
	W_PROVE_NOT_YET,   /* %1 record, %2 size */
	W_PROVE_NONE,      /* %1 record */
	W_PROVE_OTHER,     /* %1 record, %2 size */
	W_PROVE_MADE,      /* %1 record, %2 file */
	W_PROOF_GOOD,      /* %1 record, %2 origin, %3 size, %4 key */
	W_PROOF_BAD,       /* %1 file, %2 why */
	W_PROOF_RECORD,    /* %1 */
	END_VERIFY_WORDS,
	/* audit export: words_export.c */
	FIRST_EXPORT_WORD = END_VERIFY_WORDS,
	W_EXPORT_FORMAT = FIRST_EXPORT_WORD, /* %1 */
	W_EXPORT_BUNDLE,
	W_OUTPUT_FILE,     /* %1 path, %2 why; of all that have --output */
	W_OUTPUT_THERE,    /* %1 path */
	W_OUTPUT_LANGUAGE, /* %1 */
	W_EXPORT_RECORD,   /* %1 number, %2 why */
	END_EXPORT_WORDS,
	/* audit report: words_report.c; what is in one: report_words.h */
	FIRST_REPORT_WORD = END_EXPORT_WORDS,
	W_REPORT_DAY_OR_MONTH = FIRST_REPORT_WORD,
	W_REPORT_BAD_DAY,  /* %1 */
	W_REPORT_BAD_MONTH, /* %1 */
	W_REPORT_BAD_FORM, /* %1 */
	W_REPORT_TABLE_CSV,
	W_REPORT_BAD_TABLE, /* %1 */
	W_REPORT_KEY,
	END_REPORT_WORDS,
	/* keys of OpenSSH: words_ssh.c, which says with which values */
	FIRST_SSH_WORD = END_REPORT_WORDS,
	W_SSH_OPTIONS = FIRST_SSH_WORD, W_SSH_WHERE, W_SSH_BY_TYPE,
	W_SSH_SHORT, W_SSH_NOT_THERE, W_SSH_SHOW, W_SSH_APPLICATION,
	W_SSH_NOT_TAKEN, W_SSH_NO_SERVICE, W_SSH_KEY, W_SSH_ON_TOKEN,
	W_SSH_IN_FILE,
	END_SSH_WORDS,
	/* doctor: words_doctor.c; of what is wrong the next word says what is
	 * to be done, with the same values */
	FIRST_DOCTOR_WORD = END_SSH_WORDS,
	W_DR_LEVEL_GOOD = FIRST_DOCTOR_WORD, W_DR_LEVEL_WARN, W_DR_LEVEL_BAD,
	W_DR_SUM, W_DR_NOT_ROOT, W_DR_FOUND, W_DR_CONF, W_DR_CONF_DO,
	W_DR_NO_CONF, W_DR_NO_CONF_DO, W_DR_ANCHOR, W_DR_ANCHOR_SOON,
	W_DR_ANCHOR_SOON_DO, W_DR_ANCHOR_OVER, W_DR_ANCHOR_OVER_DO, W_DR_CRL,
	W_DR_CRL_SOON, W_DR_CRL_SOON_DO, W_DR_CRL_STALE, W_DR_CRL_STALE_DO,
	W_DR_CRL_NONE, W_DR_CRL_NONE_DO, W_DR_FETCH, W_DR_FETCH_OLD,
	W_DR_FETCH_OLD_DO, W_DR_MODELS_OLD, W_DR_MODELS_OLD_DO, W_DR_SOCKET,
	W_DR_SOCKET_NONE, W_DR_SOCKET_NONE_DO, W_DR_SOCKET_BAD,
	W_DR_SOCKET_BAD_DO, W_DR_POLKIT, W_DR_POLKIT_DO, W_DR_UDEV,
	W_DR_UDEV_DO, W_DR_HIDRAW, W_DR_HIDRAW_BAD, W_DR_HIDRAW_BAD_DO,
	W_DR_CLOCK, W_DR_CLOCK_LOOSE, W_DR_CLOCK_LOOSE_DO, W_DR_CLOCK_PAST,
	W_DR_CLOCK_PAST_DO, W_DR_SPACE, W_DR_SPACE_LOW, W_DR_SPACE_LOW_DO,
	W_DR_SIGNED, W_DR_SIGNED_NOT, W_DR_SIGNED_NOT_DO, W_DR_HURT,
	W_DR_HURT_DO, W_DR_RESCUE, W_DR_SSHD_BLOCK, W_DR_SSHD_BLOCK_DO,
	W_DR_FORWARD, W_DR_FORWARD_OFF, W_DR_FORWARD_OFF_DO,
	W_DR_FORWARD_WAITS, W_DR_FORWARD_WAITS_DO, W_DR_OCSP, W_DR_OCSP_NONE,
	W_DR_OCSP_NONE_DO, W_DR_OCSP_FEW, W_DR_OCSP_FEW_DO, W_DR_PCSCD, W_DR_PCSCD_DO,
	W_DR_RESCUE_NO_USER, W_DR_RESCUE_NO_USER_DO, W_DR_RESCUE_NO_PASSWORD,
	W_DR_RESCUE_NO_PASSWORD_DO, W_DR_RESCUE_SHARED,
	W_DR_RESCUE_SHARED_DO, W_DR_RESCUE_SSHD, W_DR_RESCUE_SSHD_DO,
	W_DR_WATCH, W_DR_WATCH_NONE, W_DR_WATCH_NONE_DO,
	W_DR_PAM_GOOD, W_DR_PAM_HOLE, W_DR_PAM_HOLE_DO, W_DR_PAM_CAUGHT,
	W_DR_PAM_CAUGHT_DO, W_DR_PAM_NO_AUTH, W_DR_PAM_NO_AUTH_DO,
	W_DR_PAM_NO_ACCOUNT, W_DR_PAM_NO_ACCOUNT_DO, W_DR_PAM_WEAK,
	W_DR_PAM_WEAK_DO, W_DR_PAM_NO_SESSION, W_DR_PAM_NO_SESSION_DO,
	W_DR_PAM_TWICE, W_DR_PAM_TWICE_DO, W_DR_PAM_SHUT, W_DR_PAM_SHUT_DO,
	W_DR_PAM_UNREADABLE, W_DR_PAM_UNREADABLE_DO, W_DR_PAM_MODULE,
	W_DR_PAM_MODULE_DO, W_DR_PAM_NO_POLICY, W_DR_PAM_NO_POLICY_DO,
	W_DR_PAM_NO_FILE, W_DR_PAM_NO_FILE_DO, W_DR_PAM_UNUSED,
	W_DR_PAM_UNUSED_DO, W_DR_PAM_ONE, W_DR_PAM_ONE_DO, W_DR_PAM_OTHER,
	W_DR_PAM_OTHER_DO, W_DR_PAM_DENIES, W_DR_SSHD, W_DR_SSHD_FAILED,
	W_DR_SSHD_FAILED_DO, W_DR_SSHD_SET, W_DR_SSHD_SET_DO,
	W_DR_SSHD_GRACE, W_DR_SSHD_GRACE_DO, W_DR_SSHD_MATCH,
	W_DR_SSHD_MATCH_DO, W_DR_SUDO, W_DR_SUDO_STAMP, W_DR_SUDO_STAMP_DO,
	END_DOCTOR_WORDS,
	/* person show: words_person.c, which says with which values */
	FIRST_PERSON_WORD = END_DOCTOR_WORDS,
	W_PS_ACTIVE = FIRST_PERSON_WORD, W_PS_SUSPENDED, W_PS_DENIED,
	W_PS_PASSWORD, W_PS_NO_PASSWORD, W_PS_ROLES, W_PS_ACCOUNTS,
	W_PS_NO_ACCOUNT, W_PS_BY_GRANT, W_PS_BY_ROLE, W_PS_THROTTLED,
	W_PS_NO_USER, W_PS_CREDENTIALS, W_PS_NO_CREDENTIAL, W_PS_UNTIL,
	W_PS_EXPIRED, W_PS_USED, W_PS_NOT_USED, W_PS_CHANGED, W_PS_KEY_DENIED,
	W_PS_LAST, W_PS_SINCE, W_PS_NO_RECORD, W_PS_NO_REFUSAL, W_PS_REFUSAL,
	W_PS_REASON,
	END_PERSON_WORDS,
	N_WORDS = END_PERSON_WORDS
};

const char *desk_word(enum word w, enum sek_lang lang);

/* A part of the table in a file of its own: texts of first <= w < end. */
struct word_part {
	enum word first, end;
	const char *const (*text)[SEK_N_LANGS];
};
extern const struct word_part desk_words_fido;
extern const struct word_part desk_words_key;
extern const struct word_part desk_words_show;
extern const struct word_part desk_words_verify;
extern const struct word_part desk_words_export;
extern const struct word_part desk_words_report;
extern const struct word_part desk_words_ssh;
extern const struct word_part desk_words_doctor;
extern const struct word_part desk_words_person;

#endif
