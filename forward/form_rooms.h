/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files behind forms.h say to each other; nobody else includes this.
 *
 *     form_text.c    what came from outside, made harmless once more
 *     form_facts.c   what a record says, as the audit standards ask for it
 *     form_xml.c     a writer of XML
 *     form_dicom*.c, form_fhir*.c, form_csv*.c    the forms
 */
#ifndef FORWARD_FORM_ROOMS_H
#define FORWARD_FORM_ROOMS_H

#include <jansson.h>
#include <stdbool.h>

#include "forward/forms.h"
#include "record/audit.h"
#include "record/record_event.h"

/* -- form_text.c */
struct sek_form_text {
	char s[SEK_AUDIT_STR_MAX + 1];
};
/* As sek_escape(), but what was escaped already stays as it is; at most
 * SEK_AUDIT_STR_MAX bytes.  NULL is the empty text. */
const char *sek_form_text(struct sek_form_text *t, const char *s);
bool sek_form_is_blank(const char *s);
/* One UTF-8 character of a text of sek_form_text(): its bytes, and whether it
 * is a blank that is not ASCII. */
size_t sek_form_char(const char *s, bool *blank);

/* -- form_facts.c */
struct sek_facts {
	const char *word;              /* of the event */
	const struct sek_event *event; /* NULL: not of this version */
	int dcm_id;
	const char *t, *host, *origin; /* origin: of the log, else the host */
	const char *rec_id;            /* NULL: none, or no UUID */
	const char *outcome;           /* "0", "4", "8", "12" */
	const char *reason;            /* NULL: none */
	struct sek_form_text said;     /* reason and detail, may be empty */
	struct sek_form_text alert;    /* the event in a sentence */

	/* who: a participant is one that is not NULL */
	const char *person;  /* who was authenticated, or claimed to be
				somebody: of an authentication always */
	const char *display, *account;
	const char *actor;   /* who made a change */
	const char *subject; /* whom or what account it is about, when it was
				not themselves who did it */
	/* where the person, or the actor, was */
	const char *point, *point_type;
};
/* SEK_E_SYNTAX: no record of ours.  Points into `rec`. */
int sek_facts_of(const json_t *rec, struct sek_facts *f) SEK_MUST;
/* "group.name" as a string; NULL when there is none. */
const char *sek_form_field(const json_t *rec, const char *group,
    const char *name);
/* "1" a name, "2" an IP address: NetworkAccessPointTypeCode. */
const char *sek_form_point_type(const char *host);

/* Who took part, in the words of both standards. */
#define SEK_PARTICIPANTS 3u
struct sek_participant {
	const char *id, *other, *name;  /* other, name: NULL, none */
	bool requestor;
	bool human;                     /* else the node */
	const json_t *roles;            /* of the certificate; NULL: none */
	const char *point, *point_type; /* NULL: not known */
};
size_t sek_facts_who(const json_t *rec, const struct sek_facts *f,
    struct sek_participant out[SEK_PARTICIPANTS]);
/* A profession as "scheme", "code", "name"; false: not enough is said. */
struct sek_code {
	const char *code, *system, *name;
};
bool sek_form_role(const json_t *role, struct sek_code *out);

/* Is the time one of ours, "2026-11-22T03:00:00.123456Z"? */
bool sek_form_time_ok(const char *t);

/* Every value of a record with its path ("token.kind", "factors[0].ok");
 * numbers and truth as text.  With `evidence` only the groups that belong to
 * the token, else only the others. */
typedef void sek_form_each(void *to, const char *path, const char *value);
void sek_form_walk(const json_t *rec, bool evidence, sek_form_each *each,
    void *to);
bool sek_form_has_token(const json_t *rec);
/* What names the token, and by which of its fields: "token.cert_sha256" ... */
const char *sek_form_token_id(const json_t *rec, const char **by);

/* A message has no more details when it is longer than this: the line of the
 * record, which comes before them, has them all.  Who collects need take no
 * more than 32768 bytes (IHE ITI TF-2, 3.20.4.1.2). */
#define SEK_FORM_PLENTY 30000u

/* The canonical line of a record in base64, appended. */
int sek_form_line64(const json_t *rec, struct sek_buf *out) SEK_MUST;

/* -- form_xml.c: elements as they come; what is left open is the caller's
 * mistake.  Values are made harmless here. */
void sek_xml_open(struct sek_buf *b, const char *element); /* "<element" */
void sek_xml_attr(struct sek_buf *b, const char *name, const char *value);
/* Base64 of any bytes as a value. */
void sek_xml_attr64(struct sek_buf *b, const char *name, const void *p,
    size_t n);
void sek_xml_inside(struct sek_buf *b); /* ">" */
void sek_xml_empty(struct sek_buf *b);  /* "/>" */
void sek_xml_text(struct sek_buf *b, const char *value);
void sek_xml_close(struct sek_buf *b, const char *element);
void sek_form_puts(struct sek_buf *b, const char *s);

/* -- form_dicom_parts.c */
void sek_dicom_code(struct sek_buf *b, const char *element, struct sek_code c);
void sek_dicom_detail(struct sek_buf *b, const char *type, const void *p,
    size_t n);
/* <ParticipantObjectIdentification> up to its details. */
void sek_dicom_object(struct sek_buf *b, const char *role, const char *id,
    struct sek_code by, const char *name);
#define SEK_DICOM_OBJECT "ParticipantObjectIdentification"
void sek_dicom_participant(struct sek_buf *b, const struct sek_participant *p);
/* <AuditMessage> with its EventIdentification. */
struct sek_dicom_event {
	int id;
	const char *t, *outcome, *said; /* said: "" is nothing */
	struct sek_code type;           /* of CID 401; .code NULL: none */
	struct sek_code own;
};
void sek_dicom_event(struct sek_buf *b, const struct sek_dicom_event *e);
void sek_dicom_source(struct sek_buf *b, const char *origin);

/* -- form_fhir_parts.c: nothing is checked on the way; `lost` remembers that
 * there was no memory for something. */
struct sek_fhir {
	bool lost;
};
json_t *sek_fhir_text(const char *s);
json_t *sek_fhir_coding(struct sek_fhir *f, const char *system,
    const char *code, const char *display);
/* Both take over `value`; the second appends it to a list. */
void sek_fhir_set(struct sek_fhir *f, json_t *to, const char *name,
    json_t *value);
void sek_fhir_add(struct sek_fhir *f, json_t *to, const char *name,
    json_t *value);
/* AuditEvent with what every one has. */
json_t *sek_fhir_event(struct sek_fhir *f, int dcm_id, const char *t,
    const char *outcome);
void sek_fhir_agent(struct sek_fhir *f, json_t *event,
    const struct sek_participant *p);
void sek_fhir_source(struct sek_fhir *f, json_t *event, const char *origin);
json_t *sek_fhir_entity(struct sek_fhir *f, json_t *event, const char *role,
    const char *id, const char *name);
void sek_fhir_detail(struct sek_fhir *f, json_t *entity, const char *type,
    const char *value);
void sek_fhir_detail64(struct sek_fhir *f, json_t *entity, const char *type,
    const struct sek_buf *base64);
/* The text of `event`, which is freed. */
int sek_fhir_dump(struct sek_fhir *f, json_t *event, struct sek_buf *out)
    SEK_MUST;
#define SEK_FHIR_DCM "http://dicom.nema.org/resources/ontology/DCM"
/* The words of this program as a code system (RFC 9562 as a URN). */
#define SEK_FHIR_OWN "urn:uuid:5a3c1f1e-8e0b-4c52-9a0e-6f1d7b0e2c41"

#endif
