/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A record, or a checkpoint, in the forms that hospitals collect:
 *   DICOM audit message, PS3.15 A.5 (RELAX NG of A.5.1), one XML element;
 *   FHIR R4 AuditEvent, one JSON object;
 *   CSV, RFC 4180, for a spreadsheet.
 * Shared by sekisho-forward and `sekisho audit export` (libforms.a).
 *
 * Pure: text in, text out.  Each is one line without a newline at its end
 * (CSV has CR LF).  What came from outside was escaped on its way into the
 * record; here it is escaped once more for XML, JSON and spreadsheets, which
 * must not take it for markup or for a formula.
 */
#ifndef FORWARD_FORMS_H
#define FORWARD_FORMS_H

#include <jansson.h>
#include <stdint.h>

#include "record/note.h"
#include "sekisho/buf.h"
#include "sekisho/err.h"
#include "sekisho/reason.h"

#define SEK_FORM_MAX 262144u /* bytes of one */

enum sek_form {
	SEK_FORM_JSON = 0, /* the record's own line */
	SEK_FORM_DICOM,
	SEK_FORM_FHIR,
	SEK_FORM_CSV
};

/* Append to `out`.  `rec` is one of sek_line_load(); SEK_E_SYNTAX when it is
 * no record of ours. */
int sek_form_dicom(const json_t *rec, struct sek_buf *out) SEK_MUST;
int sek_form_fhir(const json_t *rec, struct sek_buf *out) SEK_MUST;
int sek_form_csv(const json_t *rec, enum sek_lang lang, struct sek_buf *out)
    SEK_MUST;
/* UTF-8 byte order mark and the line of headers, for the beginning. */
int sek_form_csv_head(enum sek_lang lang, struct sek_buf *out) SEK_MUST;
/* One cell: quoted where RFC 4180 asks for it, and never a formula. */
void sek_form_csv_cell(struct sek_buf *out, const char *text);

/* A checkpoint: `note` is its text, `t` when it was seen (RFC 3339, UTC),
 * `host` who says so. */
int sek_form_dicom_checkpoint(const struct sek_checkpoint *c,
    const char *note, size_t n, const char *host, const char *t,
    struct sek_buf *out) SEK_MUST;
int sek_form_fhir_checkpoint(const struct sek_checkpoint *c,
    const char *note, size_t n, const char *host, const char *t,
    struct sek_buf *out) SEK_MUST;

#endif
