/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a message has of a record besides its own fields: every value, each
 * with its path, by what its token is known, and its line in base64.
 * Pure; runs wherever a record is exported.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forward/form_rooms.h"
#include "record/audit_line.h"

#define PATH_MAX_LEN 256u

struct walk {
	sek_form_each *each;
	void *to;
	char path[PATH_MAX_LEN];
};

/* Groups of what was presented and how it was checked. */
static bool
is_evidence(const char *group)
{
	static const char *const groups[] = { "token", "model", "revocation",
		"challenge" };
	size_t i;

	for (i = 0; i < sizeof groups / sizeof groups[0]; i++)
		if (strcmp(group, groups[i]) == 0)
			return true;
	return false;
}

static void
leaf(struct walk *w, const json_t *v)
{
	char number[32];

	switch (json_typeof(v)) {
	case JSON_STRING:
		w->each(w->to, w->path, json_string_value(v));
		break;
	case JSON_INTEGER:
		(void)snprintf(number, sizeof number, "%lld",
		    (long long)json_integer_value(v));
		w->each(w->to, w->path, number);
		break;
	case JSON_TRUE:
		w->each(w->to, w->path, "true");
		break;
	case JSON_FALSE:
		w->each(w->to, w->path, "false");
		break;
	default: /* a record has neither null nor fractions */
		break;
	}
}

/* At most SEK_LINE_DEPTH deep: so is a record, and what is no record of ours
 * is not followed further. */
static void
walk(struct walk *w, const json_t *v, size_t len, unsigned depth)
{
	json_t *of = (json_t *)(uintptr_t)v, *child; /* only read */
	const char *name;
	size_t i;
	int n;

	if (depth > SEK_LINE_DEPTH)
		return;
	if (json_is_object(v)) {
		json_object_foreach(of, name, child) {
			n = snprintf(w->path + len, sizeof w->path - len,
			    "%s%s", len == 0 ? "" : ".", name);
			if (n > 0 && (size_t)n < sizeof w->path - len)
				walk(w, child, len + (size_t)n, depth + 1);
		}
	} else if (json_is_array(v)) {
		json_array_foreach(of, i, child) {
			n = snprintf(w->path + len, sizeof w->path - len,
			    "[%zu]", i);
			if (n > 0 && (size_t)n < sizeof w->path - len)
				walk(w, child, len + (size_t)n, depth + 1);
		}
	} else {
		leaf(w, v);
	}
	w->path[len] = '\0';
}

void
sek_form_walk(const json_t *rec, bool evidence, sek_form_each *each, void *to)
{
	struct walk w = { .each = each, .to = to };
	json_t *of = (json_t *)(uintptr_t)rec, *child; /* only read */
	const char *name;
	int n;

	json_object_foreach(of, name, child) {
		if (is_evidence(name) != evidence)
			continue;
		n = snprintf(w.path, sizeof w.path, "%s", name);
		if (n > 0 && (size_t)n < sizeof w.path)
			walk(&w, child, (size_t)n, 1);
	}
}

bool
sek_form_has_token(const json_t *rec)
{
	json_t *of = (json_t *)(uintptr_t)rec, *child; /* only read */
	const char *name;

	json_object_foreach(of, name, child)
		if (is_evidence(name))
			return true;
	return false;
}

const char *
sek_form_token_id(const json_t *rec, const char **by)
{
	static const char *const names[] = { "cert_sha256", "id_sha256",
		"token_serial", "cert_serial", "aaguid", "label", "kind" };
	const char *id;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		id = sek_form_field(rec, "token", names[i]);
		if (!sek_form_is_blank(id)) {
			*by = names[i];
			return id;
		}
	}
	*by = "kind";
	return "unknown";
}

int
sek_form_line64(const json_t *rec, struct sek_buf *out)
{
	char *line = malloc(SEK_AUDIT_LINE_MAX);
	size_t n = 0;
	int r = SEK_E_NOMEM;

	if (line != NULL && (r = sek_line_dump(rec, line, &n)) == SEK_OK)
		r = sek_base64_put(out, line, n);
	free(line);
	return r;
}
