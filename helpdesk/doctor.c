/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: looks at the whole machine and says what to do.
 *
 * Part of the administrator's program.  Changes nothing, runs no module and
 * decides no login.
 */
#include "helpdesk/doctor.h"

#include <stdlib.h>
#include <unistd.h>

#define DOCTOR_UNKNOWN 3 /* as monitoring plugins have it: not looked at */

static char *
text_of(const struct desk *d, enum word w, const struct desk_said *said)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		return NULL;
	desk_put(d, f, w, said->args);
	if (fclose(f) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static bool
add_json(struct doctor *x, const char *level, const char *id,
    const char *about, const char *what, const char *todo)
{
	json_t *o = json_object();
	int r = o == NULL ? -1 : 0;

	r = r != 0 ? r : json_object_set_new(o, "level", json_string(level));
	r = r != 0 ? r : json_object_set_new(o, "id", json_string(id));
	r = r != 0 ? r : json_object_set_new(o, "about",
	    desk_json_text(about));
	r = r != 0 ? r : json_object_set_new(o, "what", desk_json_text(what));
	if (todo != NULL)
		r = r != 0 ? r : json_object_set_new(o, "do",
		    desk_json_text(todo));
	if (r == 0)
		return json_array_append_new(x->array, o) == 0;
	json_decref(o);
	return false;
}

static void
put(struct doctor *x, enum dr_level level, const char *id, const char *about,
    const char *what, const char *todo)
{
	static const char *const words[DR_N] = { "good", "warning", "bad" };

	if (x->json)
		x->lost |= !add_json(x, words[level], id, about, what, todo);
	else
		(void)printf("%s  %s%s%s\n", desk_word(level == DR_GOOD ?
		    W_DR_LEVEL_GOOD : level == DR_WARN ? W_DR_LEVEL_WARN :
		    W_DR_LEVEL_BAD, x->d->lang), what,
		    todo != NULL ? " -> " : "", todo != NULL ? todo : "");
}

void
doctor_say(struct doctor *x, enum dr_level level, const char *id,
    const struct desk_said *said)
{
	char *what, *todo;

	x->count[level]++;
	if (x->quiet && level == DR_GOOD)
		return;
	what = text_of(x->d, said->w, said);
	/* of what is wrong the next word says what is to be done */
	todo = level == DR_GOOD ? NULL : text_of(x->d,
	    (enum word)(said->w + 1), said);
	if (what == NULL || (level != DR_GOOD && todo == NULL))
		x->lost = true;
	else
		put(x, level, id, said->args[0], what, todo);
	free(todo);
	free(what);
}

void
doctor_found(struct doctor *x, const char *thing, const char *what, bool good)
{
	if (good)
		DR_SAY(x, DR_GOOD, "config", W_DR_FOUND, { thing, what });
	else
		DR_SAY(x, DR_BAD, "config", W_DR_CONF, { thing, what });
}

static void
look(struct doctor *x)
{
	struct findings f = { .d = x->d, .doctor = x };
	struct sek_why why = { "" };
	int r = desk_policy_quiet(x->d, &why);

	if (r != SEK_OK) {
		DR_SAY(x, DR_BAD, "no-config", W_DR_NO_CONF, { "sekisho.conf",
		    why.text[0] != '\0' ? why.text : sek_strerror(r) });
	} else if (x->only.n == 0) {
		desk_check_all(&f);
		doctor_trust(x);
		doctor_ocsp(x);
		doctor_record(x);
		doctor_forward(x);
		doctor_rescue(x);
		doctor_watch(x);
	}
	if (x->only.n == 0)
		doctor_host(x);
	doctor_pam(x);
	doctor_sshd(x);
	doctor_sudo(x);
}

static int
result(const struct doctor *x)
{
	char good[16], warn[16], bad[16];

	(void)snprintf(good, sizeof good, "%u", x->count[DR_GOOD]);
	(void)snprintf(warn, sizeof warn, "%u", x->count[DR_WARN]);
	(void)snprintf(bad, sizeof bad, "%u", x->count[DR_BAD]);
	if (!x->json)
		DESK_SAY(x->d, W_DR_SUM, { good, warn, bad });
	return x->count[DR_BAD] > 0 ? 2 : x->count[DR_WARN] > 0 ? 1 : 0;
}

static int
doctor(struct desk *d, int argc, char **argv)
{
	struct doctor x = { .d = d };
	const struct desk_opt opts[] = {
		{ .name = "service", .list = &x.only },
		{ .name = "json", .flag = &x.json },
		{ .name = "quiet", .flag = &x.quiet },
	};
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 3, 0, 0, &words);
	if (r != DESK_GO)
		return r == DESK_OK ? r : DOCTOR_UNKNOWN;
	if (geteuid() != 0) {
		DESK_ERR(d, W_DR_NOT_ROOT, { NULL });
		return DOCTOR_UNKNOWN;
	}
	if (x.json && (x.array = json_array()) == NULL) {
		(void)desk_lost(d);
		return DOCTOR_UNKNOWN;
	}
	look(&x);
	if (x.json && desk_json_print(d, x.array) != DESK_OK)
		return DOCTOR_UNKNOWN;
	if (x.lost) {
		(void)desk_lost(d);
		return DOCTOR_UNKNOWN;
	}
	return result(&x);
}

const struct desk_command desk_doctor_commands[] = {
	{ "doctor", "[--service NAME]... [--json] [--quiet]", {
	    "look at the whole machine and say what to do; exit status 0 good, "
	    "1 warnings, 2 bad",
	    "端末全体を調べ、すべきことを示します(終了コード 0 正常、1 注意、"
	    "2 異常)" }, doctor },
	{ .name = NULL }
};
