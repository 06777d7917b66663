/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a decision fell as it did: one number, one stable word for records,
 * one class for the front end, one sentence in each language for a person.
 *
 * Numbers and words are never reused or renamed: auditors' tools and the
 * published schema depend on them.  base/reason.c holds the one table.
 */
#ifndef SEKISHO_REASON_H
#define SEKISHO_REASON_H

#include <stdbool.h>
#include <stdint.h>

#include "sekisho/wire_front.h"

enum sek_lang { SEK_LANG_EN, SEK_LANG_JA, SEK_N_LANGS };

enum sek_reason {
	SEK_R_NONE = 0,              /* not decided: never in a record */
	SEK_R_OK = 1,

	SEK_R_UNKNOWN_USER = 100,    /* no such account or person */
	SEK_R_NOT_ENROLLED = 101,    /* the person has no usable credential */
	SEK_R_NO_MATCH = 102,        /* token present, bound to nobody here */
	SEK_R_WRONG_PASSWORD = 103,
	SEK_R_BAD_NAME = 104,        /* a name that is never looked up */
	SEK_R_NOT_GRANTED = 105,     /* person may not open that account */
	SEK_R_PERSON_SUSPENDED = 106,
	SEK_R_ACCOUNT_SUSPENDED = 107,
	SEK_R_ACCOUNT_UNUSABLE = 108, /* password right, account expired */

	SEK_R_NO_TOKEN = 200,        /* none inserted within the limit */
	SEK_R_TOKEN_REMOVED = 201,
	SEK_R_TOKEN_ERROR = 202,     /* token or module reports an error */
	SEK_R_WRONG_PIN = 203,
	SEK_R_PIN_LOCKED = 204,
	SEK_R_LAST_TRY_DECLINED = 205,
	SEK_R_PIN_UNUSABLE = 206,    /* not set, or to be changed first */
	SEK_R_BAD_SIGNATURE = 207,   /* does not verify: lies or is stale */
	SEK_R_NO_KEY = 208,
	SEK_R_NO_MECHANISM = 209,
	SEK_R_NO_TOUCH = 210,        /* the key was not touched in time */
	SEK_R_KEY_REFUSED = 211,     /* the person refused on the key itself */
	SEK_R_PIN_PAUSED = 212,      /* no more PINs before it is reinserted */
	SEK_R_NO_VERIFICATION = 213, /* neither PIN nor finger is set up */
	SEK_R_VERIFICATION_LOCKED = 214, /* fingers locked, and no PIN */
	SEK_R_NOT_VERIFIED = 215,    /* the signed UV flag is not set */
	SEK_R_BAD_ASSERTION = 216,   /* signed data of another form, for
					another RP ID, without presence, ... */
	SEK_R_SYNCED_KEY = 217,      /* a passkey that its maker copies */
	SEK_R_CLONE_SUSPECTED = 218, /* the signature counter went back */
	SEK_R_KEY_HELD = 219,        /* enrolment: somebody has it already */
	SEK_R_NO_SSH_KEY = 220,      /* sshd let nobody in by a key before */
	SEK_R_SSH_CERTIFICATE = 221, /* of no CA of ours, or not valid now */
	SEK_R_CERT_NOT_KEPT = 222,   /* card enrolled before its certificate
					was kept: nothing to check */

	SEK_R_CREDENTIAL_SUSPENDED = 300,
	SEK_R_CREDENTIAL_REVOKED = 301, /* by the helpdesk */
	SEK_R_DENY_LISTED = 302,     /* certificate, key or person is on the
					local deny-list */
	SEK_R_MODEL_REFUSED = 303,   /* FIDO metadata: this model is revoked
					or compromised */
	SEK_R_METADATA_STALE = 304,  /* FIDO metadata is past its date */
	SEK_R_SOFTWARE_KEY = 305,    /* an SSH key that is on no token */

	SEK_R_CERT_REVOKED = 400,    /* listed by its issuer */
	SEK_R_CERT_EXPIRED = 401,
	SEK_R_CERT_NOT_YET = 402,
	SEK_R_CERT_ISSUER = 403,     /* no path to a trust anchor */
	SEK_R_CERT_SIGNATURE = 404,  /* a signature on the path is wrong */
	SEK_R_CERT_USAGE = 405,      /* key usage or purpose */
	SEK_R_CERT_IS_CA = 406,
	SEK_R_CERT_KEY = 407,        /* key type or size */
	SEK_R_CERT_MALFORMED = 408,
	SEK_R_CERT_POLICY = 409,
	SEK_R_CERT_PATH = 410,       /* another rule of RFC 5280 section 6 */
	SEK_R_CERT_ROLE = 411,       /* none of the roles that are needed */
	SEK_R_CRL_MISSING = 420,
	SEK_R_CRL_STALE = 421,
	SEK_R_CRL_INVALID = 422,     /* forged, malformed or out of scope */
	SEK_R_CRL_NOT_YET = 423,
	SEK_R_OCSP_MISSING = 424,    /* no answer in the cache nor live */
	SEK_R_OCSP_STALE = 425,
	SEK_R_OCSP_INVALID = 426,    /* forged, malformed, not authorised, not
					about this certificate */
	SEK_R_OCSP_UNKNOWN = 427,    /* the responder does not know it */

	SEK_R_TIMEOUT = 500,         /* the login's deadline */
	SEK_R_CANCELLED = 501,       /* the person gave no answer */
	SEK_R_CLIENT_GONE = 502,     /* the login program vanished */
	SEK_R_THROTTLED = 503,
	SEK_R_AMBIGUOUS = 504,       /* several candidates, none chosen */
	SEK_R_NO_TWO_FACTOR = 505,   /* account phase without our success */
	SEK_R_NO_PROMPT = 506,       /* the program cannot ask for a PIN */

	SEK_R_HELPER_CRASHED = 600,
	SEK_R_HELPER_TIMEOUT = 601,
	SEK_R_HELPER_PROTOCOL = 602,
	SEK_R_MODULE_UNUSABLE = 603,
	SEK_R_PASSWORD_UNAVAILABLE = 604,

	SEK_R_CONFIG = 700,          /* sekisho.conf refused */
	SEK_R_NO_POLICY = 701,       /* no pair for this service */
	SEK_R_STORE = 702,
	SEK_R_TRUST = 703,           /* trust anchors cannot be used */
	SEK_R_AUDIT = 704,           /* the record cannot be written */
	SEK_R_PEER = 705,            /* the caller may not ask for this */
	SEK_R_PROTOCOL = 706,        /* malformed front message */
	SEK_R_INTERNAL = 707
};

struct sek_reason_row {
	enum sek_reason id;
	const char *word;      /* for records: lower case, '-', stable */
	enum sek_class class;
	bool paced;            /* told at the same time as its likes */
	const char *text[SEK_N_LANGS]; /* for a person: what to do next */
};

/* The row of a reason; an unknown number gives the row of INTERNAL. */
const struct sek_reason_row *sek_reason(enum sek_reason id);
/* All rows, for tests and documentation. */
const struct sek_reason_row *sek_reason_rows(size_t *n);

#endif
