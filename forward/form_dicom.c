/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A record as a DICOM audit message: User Authentication (PS3.15 A.5.3.12),
 * Security Alert (A.5.3.11) or Application Activity (A.5.3.1).
 * Pure; runs wherever a record is exported.  The record's line goes along as
 * it is, so that a collector can check the chain; the details before it are
 * for those who do not read JSON.
 */
#include <stdio.h>
#include <string.h>

#include "forward/form_rooms.h"

struct details {
	struct sek_buf *b;
	size_t upto; /* of `b` */
	bool cut;
};

static void
one_detail(void *to, const char *path, const char *value)
{
	struct details *d = to;

	if (d->b->len > d->upto) {
		d->cut = true;
		return;
	}
	sek_dicom_detail(d->b, path, value, strlen(value));
}

static void
details(struct sek_buf *b, const json_t *rec, bool evidence, size_t upto)
{
	struct details d = { .b = b, .upto = upto };

	sek_form_walk(rec, evidence, one_detail, &d);
	if (d.cut)
		sek_dicom_detail(b, "sekisho-cut", "true", 4);
}

/* A.5.3.11: each object of a Security Alert has one. */
static void
alert(struct sek_buf *b, const struct sek_facts *f)
{
	if (f->dcm_id == SEK_DCM_ALERT)
		sek_dicom_detail(b, "Alert Description", f->alert.s,
		    strlen(f->alert.s));
}

/* Whom a change is about. */
static void
subject(struct sek_buf *b, const struct sek_facts *f)
{
	if (f->subject == NULL)
		return;
	sek_dicom_object(b, "11", f->subject, (struct sek_code){ "11",
	    "RFC-3881", "User Identifier" }, f->display != NULL ?
	    f->display : f->subject);
	alert(b, f);
	sek_xml_close(b, SEK_DICOM_OBJECT);
}

static void
token(struct sek_buf *b, const json_t *rec, const struct sek_facts *f,
    size_t upto)
{
	const char *by, *id, *name;
	char what[64];

	if (!sek_form_has_token(rec))
		return;
	id = sek_form_token_id(rec, &by);
	(void)snprintf(what, sizeof what, "token.%s", by);
	name = sek_form_field(rec, "token", "label");
	if (sek_form_is_blank(name))
		name = sek_form_field(rec, "token", "subject");
	sek_dicom_object(b, "13", id, (struct sek_code){ what, "sekisho",
	    "Token by this field of the record" },
	    sek_form_is_blank(name) ? id : name);
	alert(b, f);
	details(b, rec, true, upto);
	sek_xml_close(b, SEK_DICOM_OBJECT);
}

static void
record(struct sek_buf *b, const json_t *rec, const struct sek_facts *f,
    size_t upto)
{
	char id[64];

	(void)snprintf(id, sizeof id, "urn:uuid:%s", f->rec_id == NULL ?
	    "00000000-0000-0000-0000-000000000000" : f->rec_id);
	sek_dicom_object(b, "13", id, (struct sek_code){ "12", "RFC-3881",
	    "URI" }, "Security Audit Log");
	alert(b, f);
	sek_xml_open(b, "ParticipantObjectDetail");
	sek_xml_attr(b, "type", "sekisho-record");
	sek_form_puts(b, " value=\"");
	if (sek_form_line64(rec, b) != SEK_OK)
		b->bad = true;
	sek_put_u8(b, '"');
	sek_xml_empty(b);
	details(b, rec, false, upto);
	sek_xml_close(b, SEK_DICOM_OBJECT);
}

int
sek_form_dicom(const json_t *rec, struct sek_buf *out)
{
	struct sek_participant who[SEK_PARTICIPANTS];
	struct sek_dicom_event e;
	struct sek_facts f;
	size_t n, i, from = out->len;
	char type[16];
	int r;

	if ((r = sek_facts_of(rec, &f)) != SEK_OK)
		return r;
	e = (struct sek_dicom_event){ .id = f.dcm_id, .t = f.t,
		.outcome = f.outcome, .said = f.said.s,
		.own = { f.word, "sekisho", f.event == NULL ? f.word :
		    f.event->text[SEK_LANG_EN] } };
	if (f.event != NULL && f.event->dcm_type != 0) {
		(void)snprintf(type, sizeof type, "%d", f.event->dcm_type);
		e.type = (struct sek_code){ type, "DCM", f.event->dcm_name };
	}
	sek_dicom_event(out, &e);
	n = sek_facts_who(rec, &f, who);
	for (i = 0; i < n; i++)
		sek_dicom_participant(out, &who[i]);
	sek_dicom_source(out, f.origin);
	subject(out, &f);
	record(out, rec, &f, from + SEK_FORM_PLENTY);
	token(out, rec, &f, from + SEK_FORM_PLENTY);
	sek_form_puts(out, "</AuditMessage>");
	if ((r = sek_buf_ok(out)) == SEK_OK && out->len - from > SEK_FORM_MAX)
		r = SEK_E_LIMIT;
	return r;
}
