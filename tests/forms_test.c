/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The forms of a record (forward/forms.h): every event in every form, and
 * what each says of who, where and how it ended.
 * tests/audit_export.sh holds them against the grammars.
 */
#include "forms_fixture.h"

static void
dicom_says_what_the_record_says(void)
{
	json_t *rec = login();

	dicom(rec);
	CHECK(says("EventActionCode=\"E\""));
	CHECK(says("EventOutcomeIndicator=\"4\""));
	CHECK(says("<EventID csd-code=\"110114\" codeSystemName=\"DCM\" "
	    "originalText=\"User Authentication\"/>"
	    "<EventTypeCode csd-code=\"110122\" codeSystemName=\"DCM\" "
	    "originalText=\"Login\"/>"
	    "<EventTypeCode csd-code=\"auth\" codeSystemName=\"sekisho\" "
	    "originalText=\"authentication\"/>"
	    "<EventOutcomeDescription>wrong-pin: the card says so"
	    "</EventOutcomeDescription>"));
	CHECK(says("<ActiveParticipant UserID=\"taro\" "
	    "AlternativeUserID=\"ward3\" UserName=\"山田　太郎\" "
	    "UserIsRequestor=\"true\" NetworkAccessPointID=\"2001:db8::7\" "
	    "NetworkAccessPointTypeCode=\"2\">"
	    "<RoleIDCode csd-code=\"Medical Doctor\" "
	    "codeSystemName=\"1.2.392.100495.1.6.1.1\" "
	    "originalText=\"Medical Doctor\"/></ActiveParticipant>"));
	CHECK(says("<ActiveParticipant UserID=\"pc1.example.jp\" "
	    "UserIsRequestor=\"false\" "
	    "NetworkAccessPointID=\"pc1.example.jp\" "
	    "NetworkAccessPointTypeCode=\"1\">"));
	CHECK(says("AuditSourceID=\"pc1.example.jp\""));
	CHECK(says_detail("token.cert_serial", "0a0b"));
	CHECK(says_detail("where.service", "sshd"));
	CHECK(says_detail("where.tty", ""));
	CHECK(says_detail("factors[0].ok", "false"));
	CHECK(says_detail("clock.offset_us", "-7"));
	CHECK(says_detail("seq", "17"));
	CHECK(!says("Alert Description"));
	json_decref(rec);
}

static void
the_line_goes_along(void)
{
	json_t *rec = login(), *event;

	dicom(rec);
	check_line("type=\"sekisho-record\" value=\"", rec);
	event = fhir(rec);
	check_line("\"type\":\"sekisho-record\",\"valueBase64Binary\":\"",
	    rec);
	json_decref(event);
	json_decref(rec);
}

static void
fhir_says_what_the_record_says(void)
{
	json_t *rec = login(), *event = fhir(rec), *agent;

	CHECK_STR(sek_form_field(event, NULL, "resourceType"), "AuditEvent");
	CHECK_STR(sek_form_field(event, NULL, "outcome"), "4");
	CHECK_STR(sek_form_field(event, NULL, "action"), "E");
	CHECK_STR(sek_form_field(event, NULL, "recorded"),
	    sek_form_field(rec, NULL, "t"));
	CHECK_STR(sek_form_field(event, NULL, "id"),
	    sek_form_field(rec, NULL, "rec_id"));
	CHECK_STR(sek_form_field(event, "type", "code"), "110114");
	CHECK_STR(sek_form_field(json_array_get(json_object_get(event,
	    "subtype"), 0), NULL, "code"), "110122");
	agent = json_array_get(json_object_get(event, "agent"), 0);
	CHECK_STR(sek_form_field(json_object_get(agent, "who"),
	    "identifier", "value"), "taro");
	CHECK_STR(sek_form_field(agent, NULL, "altId"), "ward3");
	/* \S of FHIR's string does not match U+3000 */
	CHECK_STR(sek_form_field(agent, NULL, "name"), "山田 太郎");
	CHECK(says("\"valueString\":\"山田\\\\xe3\\\\x80\\\\x80太郎\""));
	CHECK(says("\"system\":\"urn:oid:1.2.392.100495.1.6.1.1\""));
	CHECK(json_is_true(json_object_get(agent, "requestor")));
	CHECK_STR(sek_form_field(agent, "network", "address"),
	    "2001:db8::7");
	CHECK_STR(sek_form_field(agent, "network", "type"), "2");
	CHECK(!says("\"where.tty\"")); /* FHIR has no empty string */
	json_decref(event);
	json_decref(rec);
}

static void
csv_says_what_the_record_says(void)
{
	size_t n = columns();
	json_t *rec = login();

	CHECK(n > 30);
	CHECK_INT(csv(rec, SEK_LANG_EN), n);
	CHECK(memcmp(out.p, "17,20", 5) == 0);
	CHECK(says(",\"authentication\",\"minor failure\",\"wrong-pin\","
	    "\"taro\",\"山田　太郎\",\"ward3\",\"ward3\",\"yes\","));
	CHECK(says("\"pin failed\"") && says("\"Medical Doctor\""));
	CHECK_INT(csv(rec, SEK_LANG_JA), n);
	CHECK(says("\"認証\",\"軽度の失敗\"") && says("\"pin 失敗\""));
	json_decref(rec);
}

/* -- every event of the table, and one that only a later version knows */
static void
check_event(const char *word, const char *id, bool alert)
{
	const char *known = sek_event(word) != NULL ? word : "log_damaged";
	json_t *rec = sek_record_new(known, "pc1"), *event;
	char want[80];

	sek_record_str(rec, "event", word);
	sek_record_str(rec, "log", "pc1/sekisho");
	sek_record_str(rec, "person.name", "hanako");
	sek_record_str(rec, "token.kind", "fido2");
	rec = stored(rec);
	dicom(rec);
	(void)snprintf(want, sizeof want, "<EventID csd-code=\"%s\"", id);
	CHECK(says(want));
	(void)snprintf(want, sizeof want, "<EventTypeCode csd-code=\"%s\" "
	    "codeSystemName=\"sekisho\"", word);
	CHECK(says(want));
	CHECK(says("AuditSourceID=\"pc1/sekisho\""));
	CHECK(says("Alert Description") == alert);
	event = fhir(rec);
	CHECK_STR(sek_form_field(event, "type", "code"), id);
	json_decref(event);
	CHECK(csv(rec, SEK_LANG_JA) > 0);
	json_decref(rec);
}

static void
every_event_has_every_form(void)
{
	const struct sek_event *e;
	char id[16];

	for (e = sek_events; e->word != NULL; e++) {
		(void)snprintf(id, sizeof id, "%d", e->dcm_id);
		check_event(e->word, id, e->dcm_id == SEK_DCM_ALERT);
	}
	check_event("of_tomorrow", "110113", true);
}

/* A change: the actor asked for it, the person is what it is about. */
static void
a_change_names_actor_and_subject(void)
{
	json_t *rec = sek_record_new("revoke", "pc1"), *event, *one;

	sek_record_int(rec, "result", 0);
	sek_record_str(rec, "actor", "admin");
	sek_record_str(rec, "person.name", "taro");
	sek_record_str(rec, "where.rhost", "desk.example.jp");
	sek_record_str(rec, "change.reason", "the card was lost");
	rec = stored(rec);
	dicom(rec);
	CHECK(says("<ActiveParticipant UserID=\"admin\" "
	    "UserIsRequestor=\"true\" "
	    "NetworkAccessPointID=\"desk.example.jp\" "));
	CHECK(!says("UserID=\"taro\""));
	CHECK(says("ParticipantObjectID=\"taro\" "
	    "ParticipantObjectTypeCode=\"2\" "
	    "ParticipantObjectTypeCodeRole=\"11\""));
	CHECK(says_detail("Alert Description", "revoked, taro, by admin, "
	    "because: the card was lost"));
	event = fhir(rec);
	one = json_array_get(json_object_get(event, "entity"), 0);
	CHECK_STR(sek_form_field(json_object_get(one, "what"), "identifier",
	    "value"), "taro");
	CHECK_STR(sek_form_field(one, "role", "code"), "11");
	json_decref(event);
	json_decref(rec);
}

/* Of a person or not: an alert says what was denied. */
static void
a_denial_says_of_what(void)
{
	json_t *rec = sek_record_new("deny", "pc1");

	sek_record_str(rec, "actor", "admin");
	sek_record_str(rec, "deny.kind", "certificate");
	rec = stored(rec);
	dicom(rec);
	CHECK(says_detail("Alert Description", "denied, certificate, by "
	    "admin"));
	json_decref(rec);
}

/* A gap is no success, and says why there is one. */
static void
the_log_speaks_of_itself(void)
{
	json_t *rec = sek_record_new("log_gap", "pc1"), *event;

	sek_record_int(rec, "gap.failed", 3);
	sek_record_str(rec, "gap.why", "No space left on device");
	rec = stored(rec);
	dicom(rec);
	CHECK(says("EventOutcomeIndicator=\"8\""));
	CHECK(says("<EventTypeCode csd-code=\"110133\""));
	CHECK(says("<ActiveParticipant UserID=\"pc1\" "
	    "UserIsRequestor=\"true\""));
	CHECK(says_detail("gap.failed", "3"));
	CHECK(says_detail("Alert Description", "recording had failed, "
	    "because: No space left on device"));
	event = fhir(rec);
	CHECK_INT(json_array_size(json_object_get(event, "agent")), 1);
	json_decref(event);
	json_decref(rec);
}

static const char *
user_of(const char *person, const char *claimed, const char *account)
{
	static char id[64];
	json_t *rec = sek_record_new("auth", "pc1");
	struct sek_facts f;

	sek_record_str(rec, "person.name", person);
	sek_record_str(rec, "claimed", claimed);
	sek_record_str(rec, "account.name", account);
	rec = stored(rec);
	CHECK(sek_facts_of(rec, &f) == SEK_OK);
	(void)snprintf(id, sizeof id, "%s/%s", f.person,
	    f.account == NULL ? "" : f.account);
	json_decref(rec);
	return id;
}

static void
somebody_is_always_named(void)
{
	CHECK_STR(user_of("taro", "ward3", "ward3"), "taro/ward3");
	CHECK_STR(user_of("taro", "ward3", NULL), "taro/ward3");
	CHECK_STR(user_of(NULL, "ward3", NULL), "ward3/");
	CHECK_STR(user_of(NULL, "", "ward3"), "ward3/ward3");
	CHECK_STR(user_of(NULL, "", NULL), "unknown/");
	CHECK_STR(user_of(NULL, " \xE3\x80\x80 ", NULL), "unknown/");
}

static void
network_points(void)
{
	CHECK_STR(sek_form_point_type("10.0.0.1"), "2");
	CHECK_STR(sek_form_point_type("::1"), "2");
	CHECK_STR(sek_form_point_type("fe80::1%eth0"), "2");
	CHECK_STR(sek_form_point_type("10.0.0.1%x"), "1");
	CHECK_STR(sek_form_point_type("10.0.0.256"), "1");
	CHECK_STR(sek_form_point_type("pc1.example.jp"), "1");
	CHECK_STR(sek_form_point_type("%"), "1");
	CHECK_STR(sek_form_point_type(""), "1");
}

static void
times(void)
{
	CHECK(sek_form_time_ok("2026-11-22T03:00:00.123456Z"));
	CHECK(sek_form_time_ok("2024-02-29T23:59:59Z"));
	CHECK(!sek_form_time_ok("2026-02-29T00:00:00Z"));
	CHECK(!sek_form_time_ok("2026-04-31T00:00:00Z"));
	CHECK(!sek_form_time_ok("2026-13-01T00:00:00Z"));
	CHECK(!sek_form_time_ok("2026-00-01T00:00:00Z"));
	CHECK(!sek_form_time_ok("2026-01-00T00:00:00Z"));
	CHECK(!sek_form_time_ok("2026-01-01T24:00:00Z"));
	CHECK(!sek_form_time_ok("2026-01-01T00:60:00Z"));
	CHECK(!sek_form_time_ok("0000-01-01T00:00:00Z"));
	CHECK(!sek_form_time_ok("2026-01-01T00:00:00+09:00"));
	CHECK(!sek_form_time_ok("2026-01-01T00:00:00Z "));
	CHECK(!sek_form_time_ok("2026-01-01"));
	CHECK(!sek_form_time_ok(""));
	CHECK(!sek_form_time_ok(NULL));
}

static void
what_is_no_record_is_refused(void)
{
	static const char *const bad[] = { "{}", "[]", "1",
		"{\"event\":\"auth\",\"host\":\"h\"}",
		"{\"event\":\"auth\",\"host\":\"h\",\"t\":\"now\"}",
		"{\"event\":\"a b\",\"host\":\"h\","
		"\"t\":\"2026-11-22T03:00:00Z\"}",
		"{\"event\":\"auth\",\"host\":\"\","
		"\"t\":\"2026-11-22T03:00:00Z\"}",
		"{\"event\":{},\"host\":\"h\","
		"\"t\":\"2026-11-22T03:00:00Z\"}",
	};
	size_t i;
	json_t *rec;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		sek_buf_clear(&out);
		rec = json_loads(bad[i], JSON_DECODE_ANY, NULL);
		CHECK(rec != NULL);
		CHECK_INT(sek_form_dicom(rec, &out), SEK_E_SYNTAX);
		CHECK_INT(sek_form_fhir(rec, &out), SEK_E_SYNTAX);
		CHECK_INT(sek_form_csv(rec, SEK_LANG_EN, &out),
		    SEK_E_SYNTAX);
		CHECK(out.len == 0);
		json_decref(rec);
	}
}

static void
checkpoints(void)
{
	static const char note[] = "pc1/sekisho\n3\nAAAA\n\n— pc1/sekisho x\n";
	struct sek_checkpoint c = { .origin = "pc1/sekisho", .size = 3,
		.root = { 0xab } };
	const char *t = "2026-11-22T03:00:00.000000Z";

	sek_buf_clear(&out);
	CHECK_INT(sek_form_dicom_checkpoint(&c, note, strlen(note), "pc1", t,
	    &out), SEK_OK);
	CHECK(xml_ok(out.p, out.len));
	CHECK(says("<EventID csd-code=\"110100\"") &&
	    says("<EventTypeCode csd-code=\"checkpoint\""));
	CHECK(says_detail("size", "3"));
	CHECK(says_detail("sekisho-checkpoint", note));
	sek_buf_clear(&out);
	CHECK_INT(sek_form_fhir_checkpoint(&c, note, strlen(note), "pc1", t,
	    &out), SEK_OK);
	CHECK(says("\"sekisho-checkpoint\"") && says("\"valueString\":\"ab00"));
	CHECK_INT(sek_form_dicom_checkpoint(&c, note, strlen(note), "", t,
	    &out), SEK_E_SYNTAX);
	CHECK_INT(sek_form_fhir_checkpoint(&c, note, strlen(note), "pc1",
	    "now", &out), SEK_E_SYNTAX);
}

int
main(void)
{
	RUN(dicom_says_what_the_record_says);
	RUN(the_line_goes_along);
	RUN(fhir_says_what_the_record_says);
	RUN(csv_says_what_the_record_says);
	RUN(every_event_has_every_form);
	RUN(a_change_names_actor_and_subject);
	RUN(a_denial_says_of_what);
	RUN(the_log_speaks_of_itself);
	RUN(somebody_is_always_named);
	RUN(network_points);
	RUN(times);
	RUN(what_is_no_record_is_refused);
	RUN(checkpoints);
	sek_buf_free(&out);
	return CHECK_END();
}
