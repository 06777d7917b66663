/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the files of /etc/pam.d as libpam does: lines with their includes
 * and substacks, of one type, in one list.
 *
 * Part of `sekisho doctor`.  The files may be anybody's mess: each size and
 * depth has its limit, and nothing but a regular file is read.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpdesk/pamd.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"

struct reader {
	struct pamd_stack *out;
	enum pamd_type type;
	unsigned files; /* read so far */
	bool typed;     /* in a file that one type includes */
	struct sek_why *why;
};

static int read_file(struct reader *r, const char *name, unsigned depth,
    unsigned level);

void
pamd_clear(struct pamd_stack *s)
{
	free(s->lines);
	*s = (struct pamd_stack){ .n = 0 };
}

bool
pamd_names_us(const struct pamd_stack *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->lines[i].ours)
			return true;
	return false;
}

static int
open_in(const char *folder, const char *name)
{
	char path[600];

	if (name[0] == '/')
		return open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (snprintf(path, sizeof path, "%s/%s", folder, name) >=
	    (int)sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static int
wrong(struct reader *r, const char *name, const char *what, int err)
{
	char shown[300];

	sek_why_set(r->why, "%s: %s", sek_escape_str(shown, sizeof shown,
	    name), what);
	return err;
}

/* The text, NUL-terminated and the caller's. */
static int
read_text(struct reader *r, const char *name, char **out)
{
	struct stat st;
	char *text = NULL;
	ssize_t n = -1;
	int fd, err = SEK_E_IO;

	fd = open_in(PAMD_FOLDER, name);
	if (fd < 0 && errno == ENOENT && name[0] != '/')
		fd = open_in(PAMD_VENDOR, name);
	if (fd < 0)
		return wrong(r, name, strerror(errno), errno == ENOENT ?
		    SEK_E_NOENT : SEK_E_IO);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		err = wrong(r, name, "is no regular file", SEK_E_IO);
	else if (st.st_size > (off_t)PAMD_MAX_FILE)
		err = wrong(r, name, "is too large", SEK_E_LIMIT);
	else if ((text = calloc(1, PAMD_MAX_FILE + 2)) == NULL)
		err = SEK_E_NOMEM;
	else if ((n = read(fd, text, PAMD_MAX_FILE + 1)) < 0)
		err = wrong(r, name, strerror(errno), SEK_E_IO);
	else if ((size_t)n > PAMD_MAX_FILE || strlen(text) != (size_t)n)
		err = wrong(r, name, "is no text", SEK_E_SYNTAX);
	else
		err = SEK_OK;
	(void)close(fd);
	if (err != SEK_OK) {
		free(text);
		return err;
	}
	*out = text;
	return SEK_OK;
}

/* The next word; one in [brackets] is a word without them, where "\]" is a
 * bracket.  Changes the text; NULL at its end. */
static char *
word(char **at)
{
	char *s = *at + strspn(*at, " \t"), *start, *to;

	if (*s == '\0')
		return NULL;
	if (*s != '[') {
		start = s;
		s += strcspn(s, " \t");
		*at = *s == '\0' ? s : s + 1;
		*s = '\0';
		return start;
	}
	start = to = ++s;
	for (; *s != '\0' && *s != ']'; s++) {
		if (s[0] == '\\' && s[1] == ']')
			s++;
		*to++ = *s;
	}
	*at = *s == '\0' ? s : s + 1;
	*to = '\0';
	return start;
}

static struct pamd_line *
new_line(struct reader *r, const char *file, unsigned at, unsigned level)
{
	struct pamd_line *l, *grown;

	if (r->out->n == PAMD_MAX_LINES) {
		(void)wrong(r, file, "has too many lines, with what it "
		    "includes", SEK_E_LIMIT);
		return NULL;
	}
	grown = reallocarray(r->out->lines, r->out->n + 1,
	    sizeof *r->out->lines);
	if (grown == NULL)
		return NULL;
	r->out->lines = grown;
	l = &grown[r->out->n++];
	*l = (struct pamd_line){ .at = at, .level = level };
	(void)sek_escape_str(l->file, sizeof l->file, file);
	return l;
}

/* What is no line of pam.d(5) is a failure, as for libpam. */
static int
broken_line(struct reader *r, const char *file, unsigned at, unsigned level)
{
	struct pamd_line *l = new_line(r, file, at, level);
	size_t i;

	if (l == NULL)
		return SEK_E_LIMIT;
	l->broken = true;
	for (i = 0; i < PAMD_CODES; i++)
		l->act[i] = PAMD_BAD;
	return SEK_OK;
}

static bool
is_ours(const char *module)
{
	const char *slash = strrchr(module, '/');

	return strcmp(slash == NULL ? module : slash + 1,
	    "pam_sekisho.so") == 0;
}

static int
module_line(struct reader *r, const char *file, unsigned at, unsigned level,
    const char *control, char *rest)
{
	const char *module = word(&rest);
	struct pamd_line *l;

	if (module == NULL || strlen(module) >= sizeof l->module)
		return broken_line(r, file, at, level);
	if ((l = new_line(r, file, at, level)) == NULL)
		return SEK_E_LIMIT;
	(void)snprintf(l->module, sizeof l->module, "%s", module);
	(void)snprintf(l->args, sizeof l->args, "%.*s",
	    (int)sizeof l->args - 1, rest + strspn(rest, " \t"));
	l->ours = is_ours(module);
	l->broken = !pamd_control(control, l->act);
	return SEK_OK;
}

/* Of what another line of this type names, only the type is taken. */
static int
include(struct reader *r, const char *name, unsigned depth, unsigned level)
{
	const bool was = r->typed;
	int err;

	r->typed = true;
	err = read_file(r, name, depth + 1, level);
	r->typed = was;
	return err;
}

static int
substack(struct reader *r, const char *file, unsigned at, unsigned depth,
    unsigned level, const char *name)
{
	struct pamd_line *l = new_line(r, file, at, level);

	if (l == NULL || level + 1 >= PAMD_MAX_DEPTH)
		return l == NULL ? SEK_E_LIMIT : wrong(r, file,
		    "has too many substacks in each other", SEK_E_LIMIT);
	l->substack = true;
	return include(r, name, depth, level + 1);
}

/* -1: no type that there is. */
static int
type_of(const char *s)
{
	static const char *const types[] = { "auth", "account", "session",
		"password" };
	int i;

	s += *s == '-';
	for (i = 0; i < 4; i++)
		if (strcasecmp(types[i], s) == 0)
			return i;
	return -1;
}

static int
one_line(struct reader *r, const char *file, unsigned at, unsigned depth,
    unsigned level, char *text)
{
	const char *type = word(&text), *control, *name;
	int t;

	if (type == NULL)
		return SEK_OK;
	if (strcasecmp(type, "@include") == 0)
		return (name = word(&text)) == NULL ?
		    broken_line(r, file, at, level) :
		    read_file(r, name, depth + 1, level);
	if ((t = type_of(type)) >= 0 && t != (int)r->type)
		return SEK_OK;
	if (t < 0 && !r->typed && r->type != PAMD_AUTH)
		return SEK_OK; /* libpam takes it for one of auth */
	if (t < 0 || (control = word(&text)) == NULL)
		return broken_line(r, file, at, level);
	if (strcasecmp(control, "include") != 0 &&
	    strcasecmp(control, "substack") != 0)
		return module_line(r, file, at, level, control, text);
	if ((name = word(&text)) == NULL)
		return broken_line(r, file, at, level);
	return strcasecmp(control, "include") == 0 ?
	    include(r, name, depth, level) :
	    substack(r, file, at, depth, level, name);
}

/* Without its comment; NULL, or the backslash that joins the next one to it.
 * In a comment there is none, blanks may follow it. */
static char *
joint(char *line)
{
	char *end = line + strcspn(line, "#");

	if (*end == '#') {
		*end = '\0';
		return NULL;
	}
	while (end > line && strchr(" \t", end[-1]) != NULL)
		end--;
	return end > line && end[-1] == '\\' ? end - 1 : NULL;
}

/* A line with those that a backslash joins to it, over lines that are empty
 * or a comment; the number of lines of the file, 0 at its end. */
static unsigned
take_line(char **text, char **line)
{
	char *s = *text, *end, *first, *join;
	unsigned n = 0;
	bool more = true;

	*line = s;
	while (more && *s != '\0') {
		n++;
		end = s + strcspn(s, "\n");
		*text = *end == '\0' ? end : end + 1;
		*end = '\0';
		first = s + strspn(s, " \t");
		if (*first == '\0' || *first == '#') {
			join = first;
			more = n > 1;
		} else {
			join = joint(first);
			more = join != NULL;
		}
		if (more && **text != '\0')
			memset(join, ' ', (size_t)(*text - join));
		else if (*first == '#')
			*first = '\0';
		s = *text;
	}
	return n;
}

static int
read_file(struct reader *r, const char *name, unsigned depth, unsigned level)
{
	char *text = NULL, *rest, *line;
	unsigned n, at = 1;
	int err;

	if (depth > PAMD_MAX_DEPTH)
		return wrong(r, name, "is included too deep", SEK_E_LIMIT);
	if (++r->files > PAMD_MAX_FILES)
		return wrong(r, name, "is one file too many", SEK_E_LIMIT);
	err = read_text(r, name, &text);
	if (err == SEK_E_NOENT && depth > 0)
		err = SEK_E_IO; /* the service itself is there */
	rest = text;
	while (err == SEK_OK && (n = take_line(&rest, &line)) > 0) {
		err = one_line(r, name, at, depth, level, line);
		at += n;
	}
	free(text);
	return err;
}

int
pamd_load(const char *service, enum pamd_type type, struct pamd_stack *out,
    struct sek_why *why)
{
	struct reader r = { .out = out, .type = type, .why = why };
	int err;

	*out = (struct pamd_stack){ .n = 0 };
	err = read_file(&r, service, 0, 0);
	if (err != SEK_OK)
		pamd_clear(out);
	if (err != SEK_OK && why->text[0] == '\0')
		sek_why_set(why, "%s", sek_strerror(err));
	return err;
}
