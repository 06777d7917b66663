/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A checkpoint of the log as a DICOM audit message: Application Activity
 * (PS3.15 A.5.3.1) with a type of our own, and the signed note in it.
 * Pure; runs where records are sent.  It repeats what the note says, and
 * vouches for nothing: the note's signature does.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "forward/form_rooms.h"
#include "sekisho/digits.h"

static void
detail(struct sek_buf *b, const char *type, const char *value)
{
	sek_dicom_detail(b, type, value, strlen(value));
}

int
sek_form_dicom_checkpoint(const struct sek_checkpoint *c, const char *note,
    size_t n, const char *host, const char *t, struct sek_buf *out)
{
	const struct sek_dicom_event e = { .id = SEK_DCM_ACTIVITY, .t = t,
		.outcome = "0", .said = "", .own = { "checkpoint", "sekisho",
		    "Checkpoint of the audit log" } };
	const struct sek_participant who = { .id = host, .point = host,
		.point_type = sek_form_point_type(host) };
	char size[24], root[2 * SEK_HASH_LEN + 1];

	if (!sek_form_time_ok(t) || sek_form_is_blank(host) ||
	    n > SEK_CHECKPOINT_MAX)
		return SEK_E_SYNTAX;
	(void)snprintf(size, sizeof size, "%" PRIu64, c->size);
	sek_hex(root, c->root, SEK_HASH_LEN);
	sek_dicom_event(out, &e);
	sek_dicom_participant(out, &who);
	sek_dicom_source(out, c->origin);
	sek_dicom_object(out, "13", c->origin, (struct sek_code){ "origin",
	    "sekisho", "Audit log by its origin" }, "Security Audit Log");
	detail(out, "origin", c->origin);
	detail(out, "size", size);
	detail(out, "root", root);
	sek_dicom_detail(out, "sekisho-checkpoint", note, n);
	sek_xml_close(out, SEK_DICOM_OBJECT);
	sek_form_puts(out, "</AuditMessage>");
	return sek_buf_ok(out);
}
