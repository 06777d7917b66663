/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of a DICOM audit message, PS3.15 A.5.1.1: elements and attributes
 * as its grammar has them.
 * Pure; runs wherever a record is exported.
 */
#include <stdio.h>

#include "forward/form_rooms.h"

/* CodedValueType; the attribute is csd-code, and originalText must be there,
 * whatever displayName of RFC 3881 was. */
static void
code_attrs(struct sek_buf *b, struct sek_code c)
{
	sek_xml_attr(b, "csd-code", c.code);
	sek_xml_attr(b, "codeSystemName", c.system);
	sek_xml_attr(b, "originalText", c.name);
}

void
sek_dicom_code(struct sek_buf *b, const char *element, struct sek_code c)
{
	sek_xml_open(b, element);
	code_attrs(b, c);
	sek_xml_empty(b);
}

/* ValuePair: every value is base64, plain text as well. */
void
sek_dicom_detail(struct sek_buf *b, const char *type, const void *p, size_t n)
{
	sek_xml_open(b, "ParticipantObjectDetail");
	sek_xml_attr(b, "type", type);
	sek_xml_attr64(b, "value", p, n);
	sek_xml_empty(b);
}

void
sek_dicom_object(struct sek_buf *b, const char *role, const char *id,
    struct sek_code by, const char *name)
{
	sek_xml_open(b, SEK_DICOM_OBJECT);
	sek_xml_attr(b, "ParticipantObjectID", id);
	sek_xml_attr(b, "ParticipantObjectTypeCode", "2"); /* system object */
	sek_xml_attr(b, "ParticipantObjectTypeCodeRole", role);
	sek_xml_inside(b);
	sek_dicom_code(b, "ParticipantObjectIDTypeCode", by);
	/* a name or a query: one of them there must be */
	sek_xml_open(b, "ParticipantObjectName");
	sek_xml_inside(b);
	sek_xml_text(b, name);
	sek_xml_close(b, "ParticipantObjectName");
}

static void
role_codes(struct sek_buf *b, const struct sek_participant *p)
{
	struct sek_code c;
	size_t i;

	for (i = 0; i < json_array_size(p->roles); i++)
		if (sek_form_role(json_array_get(p->roles, i), &c))
			sek_dicom_code(b, "RoleIDCode", c);
	if (!p->human)
		sek_dicom_code(b, "RoleIDCode", (struct sek_code){ "110150",
		    "DCM", "Application" });
}

void
sek_dicom_participant(struct sek_buf *b, const struct sek_participant *p)
{
	sek_xml_open(b, "ActiveParticipant");
	sek_xml_attr(b, "UserID", p->id);
	if (p->other != NULL)
		sek_xml_attr(b, "AlternativeUserID", p->other);
	if (p->name != NULL)
		sek_xml_attr(b, "UserName", p->name);
	sek_xml_attr(b, "UserIsRequestor", p->requestor ? "true" : "false");
	if (p->point != NULL) {
		sek_xml_attr(b, "NetworkAccessPointID", p->point);
		sek_xml_attr(b, "NetworkAccessPointTypeCode", p->point_type);
	}
	sek_xml_inside(b);
	role_codes(b, p);
	sek_xml_close(b, "ActiveParticipant");
}

void
sek_dicom_source(struct sek_buf *b, const char *origin)
{
	sek_xml_open(b, "AuditSourceIdentification");
	sek_xml_attr(b, "AuditSourceID", origin);
	sek_xml_inside(b);
	/* what decides logins: A.5.1.2.1, "security server" */
	sek_xml_open(b, "AuditSourceTypeCode");
	sek_xml_attr(b, "csd-code", "6");
	sek_xml_empty(b);
	sek_xml_close(b, "AuditSourceIdentification");
}

void
sek_dicom_event(struct sek_buf *b, const struct sek_dicom_event *e)
{
	char id[16];

	sek_form_puts(b, "<AuditMessage>");
	sek_xml_open(b, "EventIdentification");
	sek_xml_attr(b, "EventActionCode", "E");
	sek_xml_attr(b, "EventDateTime", e->t);
	sek_xml_attr(b, "EventOutcomeIndicator", e->outcome);
	sek_xml_inside(b);
	(void)snprintf(id, sizeof id, "%d", e->id);
	sek_dicom_code(b, "EventID", (struct sek_code){ id, "DCM",
	    sek_dcm_id_name(e->id) });
	if (e->type.code != NULL)
		sek_dicom_code(b, "EventTypeCode", e->type);
	sek_dicom_code(b, "EventTypeCode", e->own);
	if (e->said[0] != '\0') {
		sek_xml_open(b, "EventOutcomeDescription");
		sek_xml_inside(b);
		sek_xml_text(b, e->said);
		sek_xml_close(b, "EventOutcomeDescription");
	}
	sek_xml_close(b, "EventIdentification");
}
