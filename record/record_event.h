/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The events of the record: their words, which are never renamed, their
 * names for people, and what DICOM PS3.15 A.5.3 calls them (codes of CID 400
 * and 401).  One table; an event that is not in it cannot be recorded.
 */
#ifndef RECORD_RECORD_EVENT_H
#define RECORD_RECORD_EVENT_H

#include <stddef.h>

#include "sekisho/reason.h"

#define SEK_DCM_ACTIVITY 110100   /* Application Activity */
#define SEK_DCM_ALERT 110113      /* Security Alert */
#define SEK_DCM_USER_AUTH 110114  /* User Authentication */

struct sek_event {
	const char *word;
	int dcm_id;   /* EventID */
	int dcm_type; /* EventTypeCode; 0: the word itself, in a coding scheme
			 of our own ("sekisho") */
	const char *dcm_name; /* of the type, as CID 401 has it; of our own:
				 in English */
	const char *text[SEK_N_LANGS];
};

extern const struct sek_event sek_events[]; /* ends with a NULL word */
/* NULL: there is none. */
const struct sek_event *sek_event(const char *word);

/* "User Authentication", ...: the meaning of an EventID. */
const char *sek_dcm_id_name(int dcm_id);

#endif
