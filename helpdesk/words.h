/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything `sekisho` says to an administrator, in English and Japanese;
 * words.c and words_fido.c hold the one
 * table.  %1 to %4 stand for values.
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
	/* init */
	W_MADE_FOLDER,     /* %1 path, %2 mode */
	W_HAVE_FOLDER,
	W_MADE_STORE,
	W_HAVE_STORE,
	W_UPDATED_STORE,
	W_INIT_NO_RECORD,  /* %1 why */
	W_INIT_NEXT,
	/* persons and accounts */
	W_PERSON_ADDED,    /* %1 */
	W_ACCOUNT_ADDED,
	W_GRANTED,         /* %1 person, %2 account */
	W_UNGRANTED,
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
	/* audit */
	W_AUDIT_GOOD,      /* %1 records, %2 hash */
	W_AUDIT_BAD,       /* %1 line, %2 why, %3 good ones */
	W_AUDIT_NONE,
	/* check-config */
	W_FOUND_GOOD,      /* %1 thing, %2 what */
	W_FOUND_BAD,
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
	W_IMPORT_NEW,
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
	W_FIDO_OPTIONS = N_PLAIN_WORDS,
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
	N_WORDS
};

const char *desk_word(enum word w, enum sek_lang lang);
/* -- words_fido.c: the part of the table from W_FIDO_OPTIONS on */
const char *desk_word_fido(enum word w, enum sek_lang lang);

#endif
