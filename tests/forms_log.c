/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a log for tests/audit_export.sh: a record of every event, with all
 * the fields that there are, then one with each hostile text in every field
 * that holds what others have said.  The chain is whole.
 * usage: forms_log [hostile] >audit.jsonl
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forms_hostile.h"
#include "record/audit.h"
#include "record/audit_line.h"
#include "record/record_event.h"

static uint8_t prev[SEK_LINE_HASH];
static uint64_t seq;

static void
die(const char *what)
{
	(void)fprintf(stderr, "forms_log: %s\n", what);
	exit(1);
}

static void
put(json_t *rec)
{
	struct sek_buf line = { 0 };

	if (sek_line_make(rec, ++seq, prev, &line) != SEK_OK ||
	    sek_line_hash(line.p, line.len - 1, prev) != SEK_OK ||
	    fwrite(line.p, 1, line.len, stdout) != line.len)
		die("no record");
	sek_buf_free(&line);
	json_decref(rec);
}

static void
add_part(json_t *rec, const char *list, const char *const pairs[][2], size_t n)
{
	json_t *part = sek_record_part();
	size_t i;

	for (i = 0; i < n; i++)
		sek_record_str(part, pairs[i][0], pairs[i][1]);
	if (strcmp(list, "factors") == 0)
		sek_record_bool(part, "ok", 1);
	sek_record_add(rec, list, part);
}

static void
add_login(json_t *rec)
{
	static const char *const have[][2] = { { "class", "have" },
		{ "type", "pkcs11" }, { "verified_by", "gate" } };
	static const char *const know[][2] = { { "class", "know" },
		{ "type", "pin" }, { "verified_by", "token" } };
	static const char *const role[][2] = {
		{ "scheme", "1.2.392.100495.1.6.1.1" },
		{ "name", "Medical Doctor" } };
	uint8_t hash[32];

	memset(hash, 0xa5, sizeof hash);
	sek_record_int(rec, "result", 0);
	sek_record_str(rec, "reason", "ok");
	sek_record_int(rec, "reason_id", 1);
	sek_record_str(rec, "session", "0b8a3f6e-5f0c-4a8e-9d52-1c2f3a4b5c6d");
	sek_record_str(rec, "claimed", "ward3");
	sek_record_str(rec, "person.name", "taro");
	sek_record_str(rec, "person.display", "山田　太郎");
	sek_record_str(rec, "account.name", "ward3");
	sek_record_bool(rec, "account.shared", 1);
	sek_record_str(rec, "pair", "pkcs11+pin");
	add_part(rec, "factors", have, 3);
	add_part(rec, "factors", know, 3);
	add_part(rec, "roles", role, 2);
	sek_record_str(rec, "token.kind", "pkcs11");
	sek_record_str(rec, "token.label", "HPKI");
	sek_record_hex(rec, "token.cert_sha256", hash, sizeof hash);
	sek_record_str(rec, "token.subject", "CN=Yamada Taro,C=JP");
	sek_record_str(rec, "revocation.method", "crl");
	sek_record_int(rec, "revocation.age_s", 3600);
	sek_record_bool(rec, "revocation.grace_used", 0);
	sek_record_hex(rec, "challenge.sha256", hash, sizeof hash);
	sek_record_str(rec, "where.service", "gdm-password");
	sek_record_str(rec, "where.tty", "pts/7");
	sek_record_str(rec, "where.rhost", "");
	sek_record_int(rec, "where.peer_uid", 0);
}

static void
add_change(json_t *rec)
{
	sek_record_int(rec, "result", 0);
	sek_record_str(rec, "reason", "ok");
	sek_record_str(rec, "actor", "admin");
	sek_record_str(rec, "where.tty", "/dev/pts/1");
	sek_record_str(rec, "where.rhost", "192.0.2.7");
	sek_record_str(rec, "person.name", "taro");
	sek_record_str(rec, "change.object", "credential");
	sek_record_str(rec, "change.reason", "the card was lost");
	sek_record_str(rec, "token.kind", "fido2");
	sek_record_int(rec, "token.credential", 17);
}

/* What a log says of itself. */
static void
add_log(json_t *rec)
{
	static const char *const file[][2] = { { "before",
		"audit-000000000001.jsonl" } };
	static const char *const edge[][2] = { { "hash", "00ff" },
		{ "hash", "11ff" } };

	add_part(rec, "log_files", file, 1);
	add_part(rec, "edge", edge, 1);
	add_part(rec, "edge", edge + 1, 1);
	sek_record_int(rec, "gap.failed", 3);
	sek_record_str(rec, "gap.why", "No space left on device");
	sek_record_int(rec, "step.us", -3600000000);
}

int
main(int argc, char **argv)
{
	const struct sek_event *e;
	json_t *rec;
	size_t i, j;

	(void)argv;
	for (e = sek_events; e->word != NULL; e++) {
		rec = sek_record_new(e->word, "pc1.example.jp");
		sek_record_str(rec, "log", "pc1.example.jp/sekisho");
		if (e->dcm_id == SEK_DCM_USER_AUTH)
			add_login(rec);
		else if (strncmp(e->word, "log_", 4) != 0)
			add_change(rec);
		else
			add_log(rec);
		put(rec);
	}
	memset(long_text, '"', sizeof long_text - 1);
	for (i = 0; argc > 1 && i < N_HOSTILE; i++) {
		rec = sek_record_new(i % 2 == 0 ? "auth" : "enrol", "pc1");
		sek_record_int(rec, "result", 8);
		for (j = 0; j < N_HOSTILE_FIELDS; j++)
			sek_record_str(rec, hostile_fields[j], hostile[i]);
		put(rec);
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
