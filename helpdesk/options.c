/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The options and words of one command of `sekisho`.
 *
 * Part of the administrator's program.  Whatever is not understood is wrong
 * usage, exit status 2, and nothing has been done then.
 */
#include "helpdesk/desk.h"

#include <getopt.h>
#include <string.h>

#define OPTS_MAX 24u
#define OPT_CONF 100
#define OPT_HELP 101
#define OPT_FIRST 200

static int
wrong(const struct desk *d, enum word w, const char *arg)
{
	DESK_ERR(d, w, { arg });
	desk_usage(d, stderr);
	return DESK_USAGE;
}

static int
take(const struct desk *d, const struct desk_opt *o, const char *value)
{
	if (o->flag != NULL) {
		*o->flag = true;
	} else if (o->value != NULL) {
		if (*o->value != NULL)
			return wrong(d, W_TWICE, o->name);
		*o->value = value;
	} else {
		if (o->list->n == DESK_LIST_MAX)
			return wrong(d, W_TOO_MANY, o->name);
		o->list->at[o->list->n++] = value;
	}
	return DESK_GO;
}

/* getopt's own table: ours, then what every command takes. */
static void
fill(struct option *to, const struct desk_opt *opts, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		to[i] = (struct option){ .name = opts[i].name,
			.has_arg = opts[i].flag != NULL ? no_argument :
			    required_argument,
			.val = OPT_FIRST + (int)i };
	to[n] = (struct option){ .name = "conf",
		.has_arg = required_argument, .val = OPT_CONF };
	to[n + 1] = (struct option){ .name = "help", .val = OPT_HELP };
	to[n + 2] = (struct option){ .name = NULL };
}

static int
one(struct desk *d, int c, char **argv, const struct desk_opt *opts)
{
	switch (c) {
	case OPT_CONF:
		d->conf = optarg;
		return DESK_GO;
	case 'h':
	case OPT_HELP:
		desk_usage(d, stdout);
		return DESK_OK;
	case ':':
		return wrong(d, W_NEEDS_VALUE, argv[optind - 1]);
	case '?':
		return wrong(d, W_BAD_OPTION, argv[optind - 1]);
	default:
		return take(d, &opts[c - OPT_FIRST], optarg);
	}
}

int
desk_options(struct desk *d, int argc, char **argv,
    const struct desk_opt *opts, size_t n, int min, int max, char ***words)
{
	struct option table[OPTS_MAX + 3];
	int c, r;

	if (n > OPTS_MAX)
		return DESK_USAGE;
	fill(table, opts, n);
	optind = 1;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", table, NULL)) != -1)
		if ((r = one(d, c, argv, opts)) != DESK_GO)
			return r;
	if (argc - optind < min || argc - optind > max)
		return wrong(d, W_WORDS, NULL);
	*words = argv + optind; /* ends with argv's NULL */
	return DESK_GO;
}

int
desk_reason(const struct desk *d, const char *reason, bool needed)
{
	if (reason != NULL ? *reason != '\0' : !needed)
		return DESK_GO;
	return wrong(d, W_NEEDS_REASON, NULL);
}

bool
desk_number(const char *text, int64_t max, int64_t *out)
{
	int64_t v = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' ||
		    v > (max - (*text - '0')) / 10)
			return false;
		v = v * 10 + (*text - '0');
	}
	if (v == 0)
		return false;
	*out = v;
	return true;
}
