/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A record, a checkpoint or an alert as a syslog message: the header of
 * RFC 5424 section 6.2 and one of the forms behind it.
 * Runs in sekisho-forward; pure.
 *
 * PRI 85 is facility 10 (security), severity 5, and the MSGID of DICOM audit
 * messages is "IHE+RFC-3881" (IHE ITI TF-2 3.20.4.1.2); there is no byte
 * order mark (IHE CP-477).  PROCID is left out: the text of a record is the
 * same whichever process hands it on.
 */
#include <stdio.h>
#include <string.h>

#include "forward/forms.h"
#include "forward/forward.h"
#include "record/record_time.h"

#define HOST_MAX 255u /* RFC 5424 section 6: HOSTNAME */

/* "2026-11-22T03:00:00.123456Z", whatever its digits say. */
static bool
time_ok(const char *t)
{
	static const char like[] = "0000-00-00T00:00:00.000000Z";
	size_t i;

	for (i = 0; i < sizeof like - 1; i++)
		if (like[i] == '0' ? t[i] < '0' || t[i] > '9' :
		    t[i] != like[i])
			return false;
	return t[i] == '\0';
}

/* HOSTNAME is PRINTUSASCII. */
static void
put_host(struct sek_buf *out, const char *host)
{
	const size_t n = strnlen(host, HOST_MAX);
	size_t i;

	for (i = 0; i < n; i++)
		sek_put_u8(out, host[i] > ' ' && host[i] < 0x7f ?
		    (uint8_t)host[i] : '?');
	if (i == 0)
		sek_put_u8(out, '-');
}

static void
put_header(struct sek_buf *out, const char *t, const char *host, bool fhir)
{
	const char *id = fhir ? "AuditEvent" : "IHE+RFC-3881";

	sek_buf_clear(out);
	sek_put_raw(out, "<85>1 ", 6);
	if (t != NULL && time_ok(t))
		sek_put_raw(out, t, strlen(t));
	else
		sek_put_u8(out, '-');
	sek_put_u8(out, ' ');
	put_host(out, host != NULL ? host : "");
	sek_put_raw(out, " sekisho - ", 11);
	sek_put_raw(out, id, strlen(id));
	sek_put_raw(out, " - ", 3);
}

/* One line, without the byte that a torn one is marked with. */
static int
check(const struct sek_buf *msg)
{
	size_t i;
	int r = sek_buf_ok(msg);

	for (i = 0; r == SEK_OK && i < msg->len; i++)
		if (msg->p[i] < ' ' || msg->p[i] == 0x7f)
			r = SEK_E_SYNTAX;
	return r;
}

static const char *
text(const json_t *rec, const char *name)
{
	return json_string_value(json_object_get(rec, name));
}

static int
put_message(const json_t *rec, bool fhir, struct sek_buf *out)
{
	int r;

	put_header(out, text(rec, "t"), text(rec, "host"), fhir);
	r = fhir ? sek_form_fhir(rec, out) : sek_form_dicom(rec, out);
	return r == SEK_OK ? check(out) : r;
}

int
message_record(const char *line, size_t n, bool fhir, struct sek_buf *out)
{
	json_t *rec = sek_line_load(line, n);
	/* a line that jansson refuses will be refused tomorrow as well; when
	 * it was the memory, the alert in its place fails for that */
	int r = rec == NULL ? SEK_E_SYNTAX : put_message(rec, fhir, out);

	json_decref(rec);
	return r;
}

int
message_checkpoint(const struct sek_checkpoint *c, const struct sek_buf *note,
    const char *host, bool fhir, struct sek_buf *out)
{
	const char *p = (const char *)note->p;
	struct sek_times now;
	int r;

	sek_times_now(&now);
	put_header(out, now.utc, host, fhir);
	r = fhir ?
	    sek_form_fhir_checkpoint(c, p, note->len, host, now.utc, out) :
	    sek_form_dicom_checkpoint(c, p, note->len, host, now.utc, out);
	return r == SEK_OK ? check(out) : r;
}

/* As a log_damaged that is in no log, and so has neither a number nor a hash
 * of one before it. */
int
message_alert(const char *what, const char *host, bool fhir,
    struct sek_buf *out)
{
	static const uint8_t none[SEK_LINE_HASH];
	json_t *rec = sek_record_new("log_damaged", host), *alert = NULL;
	struct sek_buf line = { 0 };
	int r;

	sek_record_str(rec, "damage.what", what);
	r = sek_line_make(rec, 1, none, &line);
	if (r == SEK_OK && (alert = sek_line_load((const char *)line.p,
	    line.len - 1)) == NULL)
		r = SEK_E_NOMEM;
	if (r == SEK_OK) {
		(void)json_object_del(alert, "seq");
		(void)json_object_del(alert, "prev");
		r = put_message(alert, fhir, out);
	}
	json_decref(alert);
	json_decref(rec);
	sek_buf_free(&line);
	return r;
}
