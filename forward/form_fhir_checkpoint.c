/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A checkpoint of the log as a FHIR R4 AuditEvent, with the signed note.
 * Pure; runs where records are sent.  It vouches for nothing: the note's
 * signature does.
 */
#include <inttypes.h>
#include <stdio.h>

#include "forward/form_rooms.h"
#include "sekisho/digits.h"

static int
note_of(struct sek_fhir *f, json_t *event, const struct sek_checkpoint *c,
    const char *note, size_t n)
{
	json_t *log = sek_fhir_entity(f, event, "13", c->origin,
	    "Security Audit Log");
	char size[24], root[2 * SEK_HASH_LEN + 1];
	struct sek_buf text = { 0 };
	int r;

	(void)snprintf(size, sizeof size, "%" PRIu64, c->size);
	sek_hex(root, c->root, SEK_HASH_LEN);
	sek_fhir_detail(f, log, "origin", c->origin);
	sek_fhir_detail(f, log, "size", size);
	sek_fhir_detail(f, log, "root", root);
	if ((r = sek_base64_put(&text, note, n)) == SEK_OK)
		sek_fhir_detail64(f, log, "sekisho-checkpoint", &text);
	sek_buf_free(&text);
	return r;
}

int
sek_form_fhir_checkpoint(const struct sek_checkpoint *c, const char *note,
    size_t n, const char *host, const char *t, struct sek_buf *out)
{
	const struct sek_participant who = { .id = host, .point = host,
		.point_type = sek_form_point_type(host) };
	struct sek_fhir f = { .lost = false };
	json_t *event;
	int r;

	if (!sek_form_time_ok(t) || sek_form_is_blank(host) ||
	    n > SEK_CHECKPOINT_MAX)
		return SEK_E_SYNTAX;
	event = sek_fhir_event(&f, SEK_DCM_ACTIVITY, t, "0");
	sek_fhir_add(&f, event, "subtype", sek_fhir_coding(&f, SEK_FHIR_OWN,
	    "checkpoint", "Checkpoint of the audit log"));
	sek_fhir_agent(&f, event, &who);
	sek_fhir_source(&f, event, c->origin);
	if ((r = note_of(&f, event, c, note, n)) != SEK_OK) {
		json_decref(event);
		return r;
	}
	return sek_fhir_dump(&f, event, out);
}
