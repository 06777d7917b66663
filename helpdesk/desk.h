/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho`, the administrator's program: what its commands share.
 *
 * It runs as root on a terminal or in a script, changes the enrolment store
 * and the record, and never decides a login.  Each file of commands fills one
 * table; main.c only finds the command.
 */
#ifndef HELPDESK_DESK_H
#define HELPDESK_DESK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "gate/policy.h"
#include "gate/store.h"
#include "helpdesk/words.h"
#include "sekisho/err.h"
#include "sekisho/reason.h"

enum desk_exit {
	DESK_GO = -1,    /* not an exit: go on */
	DESK_OK = 0,
	DESK_REFUSED = 1,
	DESK_USAGE = 2
};

struct desk;

struct desk_command {
	const char *name;  /* "person add": one or two words */
	const char *args;  /* for the usage line */
	const char *about[SEK_N_LANGS];
	int (*run)(struct desk *d, int argc, char **argv);
};

/* One invocation. */
struct desk {
	const struct desk_command *command;
	const char *conf;
	enum sek_lang lang;
	bool lang_said;            /* by the terminal, not by the policy */
	char actor[SEK_NAME_MAX];  /* who sits there; see below */
	struct sek_policy *policy; /* owned */
	struct sek_store *store;   /* owned */
	json_t *records;           /* of the change under way; owned */
	bool records_lost;         /* no memory for one of them */
};

/* -- tables of commands; each ends with a row without a name */
extern const struct desk_command desk_init_commands[];
extern const struct desk_command desk_person_commands[];
extern const struct desk_command desk_account_commands[];
extern const struct desk_command desk_enrol_commands[];
extern const struct desk_command desk_credential_commands[];
extern const struct desk_command desk_audit_commands[];
extern const struct desk_command desk_check_commands[];
extern const struct desk_command desk_doctor_commands[];
extern const struct desk_command desk_verify_commands[];
extern const struct desk_command desk_explain_commands[];
extern const struct desk_command desk_refresh_commands[];
extern const struct desk_command desk_models_commands[];
extern const struct desk_command desk_deny_commands[];
extern const struct desk_command desk_import_commands[];

/* -- commands.c: all of the tables */
const struct desk_command *desk_command_find(const char *first,
    const char *second);
/* Does a second word belong to the name of such a command? */
bool desk_command_pair(const char *first);
void desk_usage(const struct desk *d, FILE *f);
void desk_help(const struct desk *d, FILE *f);
/* The commands of a group ("audit"); false when there is no such group. */
bool desk_help_group(const struct desk *d, FILE *f, const char *group);

/* -- options.c */
/* What an option fills; `flag`, `value` or `list` is set. */
struct desk_opt {
	const char *name;
	bool *flag;
	const char **value;   /* given at most once */
	struct desk_list *list;
};

#define DESK_LIST_MAX 64u

struct desk_list {
	const char *at[DESK_LIST_MAX];
	size_t n;
};

/* Read the options of a command, --conf and --help among them, and leave
 * between `min` and `max` words in *words.  DESK_GO, or what to exit with. */
int desk_options(struct desk *d, int argc, char **argv,
    const struct desk_opt *opts, size_t n, int min, int max, char ***words)
    SEK_MUST;
/* --reason: there and not empty, where it is needed. */
int desk_reason(const struct desk *d, const char *reason, bool needed)
    SEK_MUST;
/* A number of 1..max in decimal digits, all of it. */
bool desk_number(const char *text, int64_t max, int64_t *out);

/* -- desk.c */
void desk_init(struct desk *d);
void desk_close(struct desk *d);
/* The policy, then the store: DESK_GO or what to exit with. */
int desk_policy(struct desk *d) SEK_MUST;
/* Fill `actor`, as desk_policy() does: not before it may be needed, since it
 * may ask a directory far away. */
void desk_find_actor(struct desk *d);
/* The policy alone; SEK_OK, or `why` is for the caller to tell. */
int desk_policy_quiet(struct desk *d, struct sek_why *why) SEK_MUST;
int desk_store(struct desk *d, bool write) SEK_MUST;

/* -- enrol_file.c */
/* A whole file, a small one, whoever's it is. */
int desk_read_file(const char *path, struct sek_buf *out,
    struct sek_why *why) SEK_MUST;
/* The bytes of one certificate out of a PEM or DER file. */
int desk_certificate(const char *path, struct sek_buf *out,
    struct sek_why *why) SEK_MUST;

/* -- print.c */
/* A text with %1..%4 replaced; outside data is escaped on its way in. */
void desk_put(const struct desk *d, FILE *f, enum word w,
    const char *const *args);
/* The same of a text at hand. */
void desk_fill(FILE *f, const char *text, const char *const *args);
#define DESK_SAY(d, ...) desk_say((d), stdout, DESK_ARGS(__VA_ARGS__))
#define DESK_ERR(d, ...) desk_say((d), stderr, DESK_ARGS(__VA_ARGS__))
struct desk_said {
	enum word w;
	const char *args[5];
};
#define DESK_ARGS(...) (&(const struct desk_said){ __VA_ARGS__ })
/* The text and a newline; on stderr the program's name before it. */
void desk_say(const struct desk *d, FILE *f, const struct desk_said *s);
/* "sekisho: WHY" on stderr; DESK_REFUSED. */
int desk_refuse(const struct desk *d, const struct sek_why *why, int err);
/* The store failed in the middle of a list; out of memory. */
int desk_unreadable(const struct desk *d, int err);
int desk_lost(const struct desk *d);
/* One value, escaped, for a line on a terminal. */
void desk_text(FILE *f, const char *s);
/* A date or a time in local time: "2026-11-22", "2026-11-22 12:00:00". */
struct desk_date {
	char text[48];
};
const char *desk_day(struct desk_date *d, int64_t at);
const char *desk_time(struct desk_date *d, int64_t at);
/* RFC 3339 in UTC, for --json. */
const char *desk_utc(struct desk_date *d, int64_t at);
/* Bytes as lower case hex; 32 at most. */
struct desk_hex {
	char text[65];
};
const char *desk_hex(struct desk_hex *h, const uint8_t *p, size_t n);
/* A JSON string of any C string; what is no UTF-8 is escaped. */
json_t *desk_json_text(const char *s);
/* Print an array of objects, one a line, and free it. */
int desk_json_print(const struct desk *d, json_t *array) SEK_MUST;

/* -- change.c: store and record together.  begin; then store calls and
 * records in any order; then end with what came of them: the records are
 * written first, then the store is committed, or neither stays. */
int desk_begin(struct desk *d) SEK_MUST;
/* A new record of this change; NULL is taken by the sek_record functions. */
json_t *desk_record(struct desk *d, const char *event);
/* DESK_OK; or `why` is told, nothing is changed, and it is DESK_REFUSED. */
int desk_end(struct desk *d, int r, struct sek_why *why) SEK_MUST;
/* A record of a success, for who appends and frees it: see desk_append(). */
json_t *desk_record_new(const struct desk *d, const char *event);
/* The append of everything that `sekisho` records: what failed beside a
 * record that is kept (SEK_OK) is told. */
int desk_append(const struct desk *d, const json_t *rec, uint64_t *seq,
    struct sek_why *why) SEK_MUST;
/* A change that a rule refused, and that goes on record by itself: a record
 * to be filled, then written and freed.  DESK_REFUSED. */
json_t *desk_refused(const struct desk *d, const char *event,
    enum sek_reason reason, const char *detail);
int desk_refused_end(const struct desk *d, json_t *rec);

#endif
