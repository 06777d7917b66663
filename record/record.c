/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds one identification record.
 * Runs in the gate and in `sekisho`.  Everything from outside is escaped and
 * capped here.  A record that lost a field on the way is never written, so
 * this must never lose one in silence; it never sees a secret.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "record/audit.h"
#include "record/audit_line.h"
#include "record/record_build.h"
#include "record/record_event.h"
#include "record/record_time.h"
#include "sekisho/digits.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"
#include "sekisho/version.h"

/* A member that stands in each record as long as nothing was lost.  To take
 * it away needs no memory, so a failure can always be remembered. */
#define WHOLE "?whole"

#define MAX_HEX 512u /* bytes that become hex digits */

bool
sek_record_is_whole(const json_t *rec)
{
	return json_is_object(rec) && json_object_get(rec, WHOLE) != NULL;
}

static void
spoil(json_t *rec)
{
	if (json_is_object(rec))
		(void)json_object_del(rec, WHOLE);
}

/* The object that `path` leads into; *leaf is the name in it. */
static json_t *
find_group(json_t *rec, const char *path, const char **leaf)
{
	const char *dot = strchr(path, '.');
	char name[64];
	json_t *group;

	*leaf = path;
	if (dot == NULL)
		return rec;
	if ((size_t)(dot - path) >= sizeof name || strchr(dot + 1, '.') != NULL)
		return NULL;
	memcpy(name, path, (size_t)(dot - path));
	name[dot - path] = '\0';
	*leaf = dot + 1;
	group = json_object_get(rec, name);
	if (group == NULL) {
		group = json_object();
		if (json_object_set_new(rec, name, group) != 0)
			return NULL;
	}
	return json_is_object(group) ? group : NULL;
}

/* Takes over `value`, which is NULL when there was no memory for it. */
static void
put(json_t *rec, const char *path, json_t *value)
{
	const char *leaf = "";
	json_t *at = NULL;

	if (sek_record_is_whole(rec) && value != NULL)
		at = find_group(rec, path, &leaf);
	if (at == NULL || leaf[0] == '\0' || strcmp(leaf, WHOLE) == 0) {
		json_decref(value);
		spoil(rec);
		return;
	}
	if (json_object_set_new(at, leaf, value) != 0)
		spoil(rec);
}

void
sek_record_str(json_t *rec, const char *path, const char *value)
{
	char text[SEK_AUDIT_STR_MAX + 1];

	if (value != NULL)
		put(rec, path, json_string(sek_escape_str(text, sizeof text,
		    value)));
}

void
sek_record_int(json_t *rec, const char *path, int64_t value)
{
	put(rec, path, json_integer(value));
}

void
sek_record_outcome(json_t *rec, enum sek_result result,
    enum sek_reason reason)
{
	sek_record_int(rec, "result", (int64_t)result);
	sek_record_str(rec, "reason", sek_reason(reason)->word);
	sek_record_int(rec, "reason_id", (int64_t)reason);
}

void
sek_record_bool(json_t *rec, const char *path, int value)
{
	put(rec, path, json_boolean(value));
}

void
sek_record_hex(json_t *rec, const char *path, const uint8_t *p, size_t n)
{
	char text[2 * MAX_HEX + 1];

	if (n > MAX_HEX) {
		spoil(rec);
		return;
	}
	sek_hex(text, p, n);
	put(rec, path, json_string(text));
}

void
sek_record_add(json_t *rec, const char *name, json_t *obj)
{
	json_t *list;

	if (!sek_record_is_whole(rec) || !sek_record_is_whole(obj))
		goto bad;
	if ((list = json_object_get(rec, name)) == NULL) {
		list = json_array();
		if (json_object_set_new(rec, name, list) != 0)
			goto bad;
	}
	(void)json_object_del(obj, WHOLE);
	if (json_array_append_new(list, obj) != 0)
		spoil(rec);
	return;
bad:
	json_decref(obj);
	spoil(rec);
}

json_t *
sek_record_part(void)
{
	json_t *part = json_object();

	if (json_object_set_new(part, WHOLE, json_true()) != 0) {
		json_decref(part);
		return NULL;
	}
	return part;
}

static int
put_uuid(json_t *rec)
{
	char text[SEK_UUID_LEN];
	int r;

	if ((r = sek_uuid(text)) == SEK_OK)
		sek_record_str(rec, "rec_id", text);
	return r;
}

/* What happened, in our words and in those of DICOM PS3.15 A.5.3: the action
 * of each of our events is "E", execute (RFC 3881 5.1.2). */
static void
put_event(json_t *rec, const char *word)
{
	const struct sek_event *e = sek_event(word);

	if (e == NULL) {
		spoil(rec);
		return;
	}
	sek_record_str(rec, "event", e->word);
	sek_record_str(rec, "dcm.action", "E");
	sek_record_int(rec, "dcm.id", e->dcm_id);
	if (e->dcm_type != 0)
		sek_record_int(rec, "dcm.type", e->dcm_type);
}

static void
put_time(json_t *rec)
{
	struct sek_times t;

	sek_times_now(&t);
	sek_record_str(rec, "t", t.utc);
	sek_record_int(rec, "t_mono", t.since_boot_ms);
	sek_record_str(rec, "boot_id", t.boot_id);
	sek_record_str(rec, "clock.source", "kernel");
	sek_record_bool(rec, "clock.synced", t.synced);
	sek_record_int(rec, "clock.offset_us", t.offset_us);
	sek_record_int(rec, "clock.esterror_us", t.esterror_us);
	if (t.maxerror_us >= 0)
		sek_record_int(rec, "clock.maxerror_us", t.maxerror_us);
}

static void
put_software(json_t *rec)
{
	uint8_t id[SEK_BUILD_ID_MAX];
	size_t n = sek_build_id(id);

	sek_record_str(rec, "software.name", "sekisho");
	sek_record_str(rec, "software.version", SEKISHO_VERSION);
	if (n > 0)
		sek_record_hex(rec, "software.build", id, n);
}

json_t *
sek_record_new(const char *event, const char *host)
{
	json_t *rec = sek_record_part();

	sek_record_int(rec, "v", SEK_AUDIT_VERSION);
	sek_record_str(rec, "host", host);
	put_event(rec, event);
	put_time(rec);
	put_software(rec);
	if (put_uuid(rec) != SEK_OK)
		spoil(rec);
	if (!sek_record_is_whole(rec)) {
		json_decref(rec);
		return NULL;
	}
	return rec;
}
