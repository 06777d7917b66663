/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All commands of `sekisho`, how they are found and how they are listed.
 *
 * Part of the administrator's program.  A command that is not in a table does
 * not exist, and what is in a table is in the help.
 */
#include "helpdesk/desk.h"

#include <string.h>

static const struct desk_command *const tables[] = {
	desk_init_commands,
	desk_check_commands,
	desk_doctor_commands,
	desk_person_commands,
	desk_account_commands,
	desk_enrol_commands,
	desk_import_commands,
	desk_credential_commands,
	desk_deny_commands,
	desk_audit_commands,
	desk_verify_commands,
	desk_explain_commands,
	desk_refresh_commands,
	desk_models_commands,
};

#define COLUMNS 80u /* of a terminal; Japanese has no blanks to break at */
#define N_TABLES (sizeof(tables) / sizeof(tables[0]))

/* Is the command's name these words?  `second` is NULL when there is none. */
static bool
named(const struct desk_command *c, const char *first, const char *second)
{
	const char *rest = strchr(c->name, ' ');
	size_t n = strcspn(c->name, " ");

	if (strlen(first) != n || strncmp(first, c->name, n) != 0)
		return false;
	return rest == NULL ||
	    (second != NULL && strcmp(second, rest + 1) == 0);
}

const struct desk_command *
desk_command_find(const char *first, const char *second)
{
	const struct desk_command *c;
	size_t i;

	for (i = 0; i < N_TABLES; i++)
		for (c = tables[i]; c->name != NULL; c++)
			if (named(c, first, second))
				return c;
	return NULL;
}

bool
desk_command_pair(const char *first)
{
	const struct desk_command *c;
	size_t i, n = strlen(first);

	for (i = 0; i < N_TABLES; i++)
		for (c = tables[i]; c->name != NULL; c++)
			if (strncmp(c->name, first, n) == 0 &&
			    c->name[n] == ' ')
				return true;
	return false;
}

/* What stays on one line: up to a blank that is in no brackets, or, of what is
 * longer than a line, up to any blank. */
static size_t
piece(const char *s, size_t room)
{
	size_t n, first = strcspn(s, " ");
	int depth = 0;

	for (n = 0; s[n] != '\0' && (s[n] != ' ' || depth > 0); n++) {
		depth += s[n] == '[' || s[n] == '(';
		depth -= s[n] == ']' || s[n] == ')';
	}
	return n <= room ? n : first;
}

/* Behind `at` columns, and then in lines that begin with `indent` blanks. */
static void
put_wrapped(FILE *f, const char *s, size_t at, size_t indent)
{
	size_t n;

	for (; *s != '\0'; s += n + (s[n] == ' ')) {
		n = piece(s, COLUMNS - indent - 1);
		if (at + 1 + n > COLUMNS) {
			(void)fprintf(f, "\n%*s", (int)indent, "");
			at = indent;
		}
		if (at > indent) {
			(void)fputc(' ', f);
			at++;
		}
		(void)fwrite(s, 1, n, f);
		at += n;
	}
	(void)fputc('\n', f);
}

void
desk_usage(const struct desk *d, FILE *f)
{
	const char *const args[] = { d->command->name, NULL, NULL, NULL };

	desk_put(d, f, W_USAGE, args);
	put_wrapped(f, d->command->args, sizeof("usage: sekisho  "
	    "[--conf FILE]") - 1 + strlen(d->command->name), 4);
	put_wrapped(f, d->command->about[d->lang], 0, 0);
}

static void
put_command(const struct desk *d, FILE *f, const struct desk_command *c)
{
	(void)fprintf(f, "\n  sekisho %s", c->name);
	put_wrapped(f, c->args, strlen("  sekisho ") + strlen(c->name), 10);
	(void)fputs("      ", f);
	put_wrapped(f, c->about[d->lang], 6, 6);
}

bool
desk_help_group(const struct desk *d, FILE *f, const char *group)
{
	const struct desk_command *c;
	size_t i, n = strlen(group);
	bool any = false;

	for (i = 0; i < N_TABLES; i++) {
		for (c = tables[i]; c->name != NULL; c++) {
			if (strncmp(c->name, group, n) != 0 ||
			    c->name[n] != ' ')
				continue;
			put_command(d, f, c);
			any = true;
		}
	}
	return any;
}

void
desk_help(const struct desk *d, FILE *f)
{
	const char *const none[4] = { NULL };
	const struct desk_command *c;
	size_t i;

	desk_put(d, f, W_HELP_HEAD, none);
	for (i = 0; i < N_TABLES; i++)
		for (c = tables[i]; c->name != NULL; c++)
			put_command(d, f, c);
	desk_put(d, f, W_HELP_TAIL, none);
	(void)fputc('\n', f);
}
