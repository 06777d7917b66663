/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a record says, in the words of the audit standards: which event, how
 * it ended, who took part and from where.
 * Pure; runs wherever a record is exported.  Never invents: what a record
 * does not say is left out, and who is not known is "unknown".
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forward/form_rooms.h"

const char *
sek_form_field(const json_t *rec, const char *group, const char *name)
{
	if (group != NULL)
		rec = json_object_get(rec, group);
	return json_string_value(json_object_get(rec, name));
}

/* The first that says something. */
static const char *
either(const char *a, const char *b)
{
	return !sek_form_is_blank(a) ? a : !sek_form_is_blank(b) ? b : NULL;
}

const char *
sek_form_point_type(const char *host)
{
	unsigned char addr[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];
	size_t n = strcspn(host, "%"); /* a zone, RFC 4007 section 11 */

	if (n >= sizeof text)
		return "1";
	memcpy(text, host, n);
	text[n] = '\0';
	return inet_pton(AF_INET6, text, addr) == 1 ||
	    (host[n] == '\0' && inet_pton(AF_INET, text, addr) == 1) ?
	    "2" : "1";
}

/* As a picture: 9 is a digit. */
static bool
is_like(const char *s, const char *picture, const char *also)
{
	for (; *picture != '\0'; s++, picture++)
		if (*picture == '9' ? !isdigit((unsigned char)*s) &&
		    (*s == '\0' || strchr(also, *s) == NULL) : *s != *picture)
			return false;
	return *s == '\0';
}

static bool
between(const char *s, int min, int max)
{
	int v = (s[0] - '0') * 10 + s[1] - '0';

	return v >= min && v <= max;
}

/* What xsd:dateTime and instant of FHIR take as well; a day that the month
 * has not is no time of ours. */
bool
sek_form_time_ok(const char *t)
{
	static const char *const days = "312831303130313130313031";
	long month, day, year, max;

	if (t == NULL || (!is_like(t, "9999-99-99T99:99:99.999999Z", "") &&
	    !is_like(t, "9999-99-99T99:99:99Z", "")))
		return false;
	if (!between(t + 5, 1, 12) || !between(t + 11, 0, 23) ||
	    !between(t + 14, 0, 59) || !between(t + 17, 0, 59))
		return false;
	year = strtol(t, NULL, 10); /* digits, as is_like() has seen */
	month = strtol(t + 5, NULL, 10);
	day = strtol(t + 8, NULL, 10);
	max = (days[2 * (month - 1)] - '0') * 10 + days[2 * month - 1] - '0';
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 ||
	    year % 400 == 0))
		max = 29;
	return year > 0 && day >= 1 && day <= max;
}

static const char *
outcome_of(const json_t *rec, const char *word)
{
	static const struct { const char *word, *outcome; } unsaid[] = {
		/* PS3.15 A.5.3.11: a major failure may have had an effect,
		 * a serious one was met */
		{ "log_damaged", "12" }, { "log_gap", "8" },
		{ "log_repair", "4" }, { "clock_step", "4" },
	};
	const json_t *result = json_object_get(rec, "result");
	size_t i;

	if (json_is_integer(result)) {
		switch (json_integer_value(result)) {
		case 0:
			return "0";
		case 4:
			return "4";
		case 12:
			return "12";
		default:
			return "8";
		}
	}
	for (i = 0; i < sizeof unsaid / sizeof unsaid[0]; i++)
		if (strcmp(unsaid[i].word, word) == 0)
			return unsaid[i].outcome;
	return "0"; /* A.5.1: "use if status otherwise unknown" */
}

static int
dcm_id_of(const json_t *rec, const struct sek_event *e)
{
	const json_t *id = json_object_get(json_object_get(rec, "dcm"), "id");
	json_int_t n = json_integer_value(id);

	if (e != NULL)
		return e->dcm_id;
	return n == SEK_DCM_ACTIVITY || n == SEK_DCM_USER_AUTH ? (int)n :
	    SEK_DCM_ALERT;
}

static bool
word_ok(const char *word)
{
	return word != NULL && *word != '\0' && strlen(word) <= 64 &&
	    strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_") ==
	    strlen(word);
}

static void
find_who(const json_t *rec, struct sek_facts *f)
{
	const char *person = either(sek_form_field(rec, "person", "name"),
	    NULL);
	const char *claimed = either(sek_form_field(rec, NULL, "claimed"),
	    NULL);

	f->account = either(sek_form_field(rec, "account", "name"), NULL);
	f->actor = either(sek_form_field(rec, NULL, "actor"), NULL);
	if (f->dcm_id == SEK_DCM_USER_AUTH) {
		f->person = person != NULL ? person : claimed != NULL ?
		    claimed : f->account != NULL ? f->account : "unknown";
		if (f->account == NULL && claimed != f->person)
			f->account = claimed;
	} else if (f->actor == NULL) {
		f->person = person;
	} else {
		f->subject = either(person, f->account);
	}
	if (person != NULL)
		f->display = either(sek_form_field(rec, "person", "display"),
		    NULL);
	f->point = sek_form_field(rec, "where", "rhost");
	if (sek_form_is_blank(f->point))
		f->point = f->host;
	f->point_type = sek_form_point_type(f->point);
}

/* Why somebody did it, or what happened to the log. */
static const char *
because_of(const json_t *rec)
{
	static const struct { const char *group, *name; } causes[] = {
		{ "change", "reason" }, { "exception", "reason" },
		{ "gap", "why" }, { "damage", "what" }, { "repair", "what" },
	};
	const char *s;
	size_t i;

	for (i = 0; i < sizeof causes / sizeof causes[0]; i++) {
		s = sek_form_field(rec, causes[i].group, causes[i].name);
		if (!sek_form_is_blank(s))
			return s;
	}
	return NULL;
}

static void
say(const json_t *rec, struct sek_facts *f)
{
	const char *detail = either(sek_form_field(rec, NULL, "detail"), NULL);
	const char *because = because_of(rec);
	const char *kind = either(sek_form_field(rec, "deny", "kind"), NULL);
	char text[8 * SEK_AUDIT_STR_MAX];

	f->reason = either(sek_form_field(rec, NULL, "reason"), NULL);
	(void)snprintf(text, sizeof text, "%s%s%s",
	    f->reason == NULL ? "" : f->reason,
	    f->reason == NULL || detail == NULL ? "" : ": ",
	    detail == NULL ? "" : detail);
	(void)sek_form_text(&f->said, text);
	(void)snprintf(text, sizeof text, "%s%s%s%s%s%s%s%s%s%s%s",
	    f->event == NULL ? f->word : f->event->text[SEK_LANG_EN],
	    kind == NULL ? "" : ", ", kind == NULL ? "" : kind,
	    f->subject == NULL ? "" : ", ",
	    f->subject == NULL ? "" : f->subject,
	    f->actor == NULL ? "" : ", by ", f->actor == NULL ? "" : f->actor,
	    because == NULL ? "" : ", because: ",
	    because == NULL ? "" : because,
	    f->said.s[0] == '\0' ? "" : "; ", f->said.s);
	(void)sek_form_text(&f->alert, text);
}

int
sek_facts_of(const json_t *rec, struct sek_facts *f)
{
	*f = (struct sek_facts){ .word = sek_form_field(rec, NULL, "event") };
	f->t = sek_form_field(rec, NULL, "t");
	f->host = either(sek_form_field(rec, NULL, "host"), NULL);
	if (!word_ok(f->word) || f->host == NULL || !sek_form_time_ok(f->t))
		return SEK_E_SYNTAX;
	f->event = sek_event(f->word);
	f->dcm_id = dcm_id_of(rec, f->event);
	f->origin = either(sek_form_field(rec, NULL, "log"), f->host);
	f->rec_id = sek_form_field(rec, NULL, "rec_id");
	if (f->rec_id == NULL || !is_like(f->rec_id,
	    "99999999-9999-9999-9999-999999999999", "abcdef"))
		f->rec_id = NULL;
	f->outcome = outcome_of(rec, f->word);
	find_who(rec, f);
	say(rec, f);
	return SEK_OK;
}

bool
sek_form_role(const json_t *role, struct sek_code *out)
{
	const char *code = either(sek_form_field(role, NULL, "code"), NULL);
	const char *name = either(sek_form_field(role, NULL, "name"), NULL);

	out->system = either(sek_form_field(role, NULL, "scheme"), NULL);
	out->code = code != NULL ? code : name;
	out->name = name != NULL ? name : code;
	return out->system != NULL && out->code != NULL;
}

size_t
sek_facts_who(const json_t *rec, const struct sek_facts *f,
    struct sek_participant out[SEK_PARTICIPANTS])
{
	size_t n = 0;

	if (f->person != NULL)
		out[n++] = (struct sek_participant){ .id = f->person,
			.other = f->account, .name = f->display,
			.human = true, .requestor = true,
			.roles = json_object_get(rec, "roles"),
			.point = f->point, .point_type = f->point_type };
	if (f->actor != NULL) {
		out[n] = (struct sek_participant){ .id = f->actor,
			.human = true, .requestor = n == 0,
			.point = f->point, .point_type = f->point_type };
		n++;
	}
	/* A.5.3.1: an application does not request its own activity */
	out[n] = (struct sek_participant){ .id = f->host,
		.requestor = n == 0 && f->dcm_id != SEK_DCM_ACTIVITY,
		.point = f->host,
		.point_type = sek_form_point_type(f->host) };
	return n + 1;
}
