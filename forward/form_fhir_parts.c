/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of a FHIR R4 AuditEvent (hl7.org/fhir/R4/auditevent.html).
 * Pure; runs wherever a record is exported.  Where memory runs out `lost` is
 * set, and nothing of it is handed out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forward/form_rooms.h"
#include "sekisho/digits.h"

#define TERM "http://terminology.hl7.org/CodeSystem/"

/* The string of FHIR R4 is [ \r\n\t\S]+: in most languages \S does not match
 * the blanks beyond ASCII, which are usual between the parts of a Japanese
 * name.  They are escaped like other bytes that cannot stand here. */
static json_t *
text(const char *s, bool as_name)
{
	struct sek_form_text t;
	struct sek_buf b = { 0 };
	json_t *made = NULL;
	const char *p;
	char hex[3];
	bool blank;
	size_t n, i;

	for (p = sek_form_text(&t, s); *p != '\0' && *p <= '~' && *p >= ' ';)
		p++;
	if (*p == '\0')
		return json_stringn(t.s, (size_t)(p - t.s));
	for (p = t.s; *p != '\0'; p += n) {
		n = sek_form_char(p, &blank);
		if (!blank) {
			sek_put_raw(&b, p, n);
			continue;
		}
		for (i = 0; !as_name && i < n; i++) {
			sek_hex(hex, p + i, 1);
			sek_put_raw(&b, "\\x", 2);
			sek_put_raw(&b, hex, 2);
		}
		if (as_name)
			sek_put_u8(&b, ' ');
	}
	if (sek_buf_ok(&b) == SEK_OK)
		made = json_stringn(b.len == 0 ? "" : (const char *)b.p,
		    b.len);
	sek_buf_free(&b);
	return made;
}

json_t *
sek_fhir_text(const char *s)
{
	return text(s, false);
}

/* What people read as a name: a blank is a blank. */
static json_t *
name_text(const char *s)
{
	return text(s, true);
}

/* Once something is lost nothing more is added: what was to be added to is
 * gone, too. */
void
sek_fhir_set(struct sek_fhir *f, json_t *to, const char *name, json_t *value)
{
	if (f->lost)
		json_decref(value);
	else if (json_object_set_new(to, name, value) != 0)
		f->lost = true;
}

void
sek_fhir_add(struct sek_fhir *f, json_t *to, const char *name, json_t *value)
{
	json_t *list = json_object_get(to, name);

	if (list == NULL) {
		list = json_array();
		sek_fhir_set(f, to, name, list);
	}
	if (f->lost)
		json_decref(value);
	else if (json_array_append_new(list, value) != 0)
		f->lost = true;
}

json_t *
sek_fhir_coding(struct sek_fhir *f, const char *system, const char *code,
    const char *display)
{
	json_t *c = json_object();

	if (system != NULL)
		sek_fhir_set(f, c, "system", sek_fhir_text(system));
	sek_fhir_set(f, c, "code", sek_fhir_text(code));
	if (display != NULL)
		sek_fhir_set(f, c, "display", name_text(display));
	return c;
}

static json_t *
concept(struct sek_fhir *f, json_t *coding)
{
	json_t *c = json_object();

	sek_fhir_add(f, c, "coding", coding);
	return c;
}

/* A Reference that is an identifier: nothing of ours can be fetched. */
static json_t *
who(struct sek_fhir *f, const char *id)
{
	json_t *ref = json_object(), *identifier = json_object();

	sek_fhir_set(f, identifier, "value", sek_fhir_text(id));
	sek_fhir_set(f, ref, "identifier", identifier);
	return ref;
}

static json_t *
detail_of(struct sek_fhir *f, json_t *entity, const char *type)
{
	json_t *d = json_object();

	sek_fhir_set(f, d, "type", sek_fhir_text(type));
	sek_fhir_add(f, entity, "detail", d);
	return f->lost ? NULL : d;
}

/* There is no empty string in FHIR: what says nothing is left out. */
void
sek_fhir_detail(struct sek_fhir *f, json_t *entity, const char *type,
    const char *value)
{
	if (!sek_form_is_blank(value))
		sek_fhir_set(f, detail_of(f, entity, type), "valueString",
		    sek_fhir_text(value));
}

void
sek_fhir_detail64(struct sek_fhir *f, json_t *entity, const char *type,
    const struct sek_buf *base64)
{
	if (base64->len > 0)
		sek_fhir_set(f, detail_of(f, entity, type),
		    "valueBase64Binary", json_stringn((const char *)base64->p,
		    base64->len));
}

static bool
is_oid(const char *s)
{
	return s[0] >= '0' && s[0] <= '2' && s[1] == '.' &&
	    strspn(s, "0123456789.") == strlen(s) &&
	    strstr(s, "..") == NULL && s[strlen(s) - 1] != '.';
}

/* hcRole: the scheme is the object identifier of a list. */
static void
add_role(struct sek_fhir *f, json_t *agent, const json_t *role)
{
	char oid[SEK_AUDIT_STR_MAX + 16];
	struct sek_code c;
	json_t *one;

	if (!sek_form_role(role, &c))
		return;
	(void)snprintf(oid, sizeof oid, "urn:oid:%.*s",
	    (int)SEK_AUDIT_STR_MAX, c.system);
	if (is_oid(c.system)) {
		one = concept(f, sek_fhir_coding(f, oid, c.code, c.name));
	} else {
		one = json_object();
		sek_fhir_set(f, one, "text", name_text(c.name));
	}
	sek_fhir_add(f, agent, "role", one);
}

void
sek_fhir_agent(struct sek_fhir *f, json_t *event,
    const struct sek_participant *p)
{
	json_t *agent = json_object(), *net;
	size_t i;

	sek_fhir_set(f, agent, "type", concept(f, p->human ?
	    sek_fhir_coding(f, TERM "extra-security-role-type", "humanuser",
	    "human user") : sek_fhir_coding(f, SEK_FHIR_DCM, "110150",
	    "Application")));
	for (i = 0; i < json_array_size(p->roles); i++)
		add_role(f, agent, json_array_get(p->roles, i));
	sek_fhir_set(f, agent, "who", who(f, p->id));
	if (p->other != NULL)
		sek_fhir_set(f, agent, "altId", sek_fhir_text(p->other));
	if (p->name != NULL)
		sek_fhir_set(f, agent, "name", name_text(p->name));
	sek_fhir_set(f, agent, "requestor", json_boolean(p->requestor));
	if (p->point != NULL) {
		net = json_object();
		sek_fhir_set(f, net, "address", sek_fhir_text(p->point));
		sek_fhir_set(f, net, "type", json_string(p->point_type));
		sek_fhir_set(f, agent, "network", net);
	}
	sek_fhir_add(f, event, "agent", agent);
}

json_t *
sek_fhir_entity(struct sek_fhir *f, json_t *event, const char *role,
    const char *id, const char *name)
{
	json_t *e = json_object();

	sek_fhir_set(f, e, "what", who(f, id));
	sek_fhir_set(f, e, "type", sek_fhir_coding(f, TERM
	    "audit-entity-type", "2", "System Object"));
	sek_fhir_set(f, e, "role", sek_fhir_coding(f, TERM "object-role",
	    role, strcmp(role, "11") == 0 ? "Security User Entity" :
	    "Security Resource"));
	sek_fhir_set(f, e, "name", name_text(name));
	sek_fhir_add(f, event, "entity", e);
	return f->lost ? NULL : e;
}

json_t *
sek_fhir_event(struct sek_fhir *f, int dcm_id, const char *t,
    const char *outcome)
{
	json_t *e = json_object();
	char id[16];

	(void)snprintf(id, sizeof id, "%d", dcm_id);
	sek_fhir_set(f, e, "resourceType", json_string("AuditEvent"));
	sek_fhir_set(f, e, "type", sek_fhir_coding(f, SEK_FHIR_DCM, id,
	    sek_dcm_id_name(dcm_id)));
	sek_fhir_set(f, e, "action", json_string("E"));
	sek_fhir_set(f, e, "recorded", json_string(t));
	sek_fhir_set(f, e, "outcome", json_string(outcome));
	return e;
}

void
sek_fhir_source(struct sek_fhir *f, json_t *event, const char *origin)
{
	json_t *s = json_object();

	sek_fhir_set(f, s, "observer", who(f, origin));
	sek_fhir_add(f, s, "type", sek_fhir_coding(f, TERM
	    "security-source-type", "6", "Security Server"));
	sek_fhir_set(f, event, "source", s);
}

int
sek_fhir_dump(struct sek_fhir *f, json_t *event, struct sek_buf *out)
{
	char *line = malloc(SEK_FORM_MAX);
	int r = SEK_E_NOMEM;
	size_t n;

	if (line == NULL || f->lost)
		goto out;
	n = json_dumpb(event, line, SEK_FORM_MAX, JSON_COMPACT);
	r = n == 0 ? SEK_E_NOMEM : n > SEK_FORM_MAX ? SEK_E_LIMIT : SEK_OK;
	if (r == SEK_OK) {
		sek_put_raw(out, line, n);
		r = sek_buf_ok(out);
	}
out:
	free(line);
	json_decref(event);
	return r;
}
