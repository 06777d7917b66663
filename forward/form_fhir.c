/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A record as a FHIR R4 AuditEvent: the core example "login" with everything
 * that a record has.  It says what the DICOM message says, in the same codes.
 * Pure; runs wherever a record is exported.
 */
#include <stdio.h>
#include <string.h>

#include "forward/form_rooms.h"

#define DETAIL_COST 40u /* {"type":"","valueString":""}, */

struct details {
	struct sek_fhir *f;
	json_t *entity;
	size_t *left; /* bytes, about */
	bool cut;
};

static void
one_detail(void *to, const char *path, const char *value)
{
	struct details *d = to;
	size_t n = strlen(path) + strlen(value) + DETAIL_COST;

	d->cut = d->cut || n > *d->left;
	if (d->cut)
		return;
	*d->left -= n;
	sek_fhir_detail(d->f, d->entity, path, value);
}

static void
details(struct sek_fhir *f, json_t *entity, const json_t *rec, bool evidence,
    size_t *left)
{
	struct details d = { .f = f, .entity = entity, .left = left };

	sek_form_walk(rec, evidence, one_detail, &d);
	if (d.cut)
		sek_fhir_detail(f, entity, "sekisho-cut", "true");
}

/* An entity says what it is about as the objects of an alert do. */
static json_t *
entity(struct sek_fhir *f, json_t *event, const struct sek_facts *facts,
    const char *role, const char *id, const char *name)
{
	json_t *e = sek_fhir_entity(f, event, role, id, name);

	if (facts->dcm_id == SEK_DCM_ALERT)
		sek_fhir_set(f, e, "description",
		    sek_fhir_text(facts->alert.s));
	return e;
}

static void
token(struct sek_fhir *f, json_t *event, const json_t *rec,
    const struct sek_facts *facts, size_t *left)
{
	const char *by, *name = sek_form_field(rec, "token", "label");
	const char *id = sek_form_token_id(rec, &by);
	json_t *e;

	if (!sek_form_has_token(rec))
		return;
	if (sek_form_is_blank(name))
		name = sek_form_field(rec, "token", "subject");
	e = entity(f, event, facts, "13", id, sek_form_is_blank(name) ? id :
	    name);
	sek_fhir_detail(f, e, "identified-by", by);
	details(f, e, rec, true, left);
}

static int
record(struct sek_fhir *f, json_t *event, const json_t *rec,
    const struct sek_facts *facts, size_t *left)
{
	struct sek_buf line = { 0 };
	char id[64] = "unknown";
	json_t *e;
	int r;

	if (facts->rec_id != NULL)
		(void)snprintf(id, sizeof id, "urn:uuid:%s", facts->rec_id);
	e = entity(f, event, facts, "13", id, "Security Audit Log");
	if ((r = sek_form_line64(rec, &line)) == SEK_OK)
		sek_fhir_detail64(f, e, "sekisho-record", &line);
	*left -= line.len < *left ? line.len : *left;
	details(f, e, rec, false, left);
	sek_buf_free(&line);
	return r;
}

static void
types(struct sek_fhir *f, json_t *event, const struct sek_facts *facts)
{
	const struct sek_event *e = facts->event;
	char type[16];

	if (e != NULL && e->dcm_type != 0) {
		(void)snprintf(type, sizeof type, "%d", e->dcm_type);
		sek_fhir_add(f, event, "subtype", sek_fhir_coding(f,
		    SEK_FHIR_DCM, type, e->dcm_name));
	}
	sek_fhir_add(f, event, "subtype", sek_fhir_coding(f, SEK_FHIR_OWN,
	    facts->word, e == NULL ? facts->word : e->text[SEK_LANG_EN]));
}

int
sek_form_fhir(const json_t *rec, struct sek_buf *out)
{
	struct sek_participant who[SEK_PARTICIPANTS];
	struct sek_fhir f = { .lost = false };
	struct sek_facts facts;
	size_t n, i, left = SEK_FORM_PLENTY;
	json_t *event;
	int r;

	if ((r = sek_facts_of(rec, &facts)) != SEK_OK)
		return r;
	event = sek_fhir_event(&f, facts.dcm_id, facts.t, facts.outcome);
	if (facts.rec_id != NULL)
		sek_fhir_set(&f, event, "id", json_string(facts.rec_id));
	types(&f, event, &facts);
	if (!sek_form_is_blank(facts.said.s))
		sek_fhir_set(&f, event, "outcomeDesc",
		    sek_fhir_text(facts.said.s));
	n = sek_facts_who(rec, &facts, who);
	for (i = 0; i < n; i++)
		sek_fhir_agent(&f, event, &who[i]);
	sek_fhir_source(&f, event, facts.origin);
	if (facts.subject != NULL)
		(void)entity(&f, event, &facts, "11", facts.subject,
		    facts.display != NULL ? facts.display : facts.subject);
	if ((r = record(&f, event, rec, &facts, &left)) != SEK_OK) {
		json_decref(event);
		return r;
	}
	token(&f, event, rec, &facts, &left);
	return sek_fhir_dump(&f, event, out);
}
