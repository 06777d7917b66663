/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which Match blocks sshd_config has, in the file and in what it includes,
 * and what they say of the keywords that count.
 *
 * Part of the administrator's program.  Only reads; understands no more than
 * is needed to ask sshd for each, and says so where that is not enough.
 */
#include "helpdesk/sshd.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sekisho/os.h"

#define FILE_MAX_BYTES 262144u
#define DEPTH_MAX 16u  /* sshd's */
#define FILES_MAX 256u
#define FOLDER "/etc/ssh/"
#define ODD "a keyword or an Include is quoted in a way that is not known here"

static const struct {
	const char *word;
	enum sshd_key key;
} words[] = {
	/* the first of a key is how sshd prints it */
	{ "authenticationmethods", SSHD_METHODS },
	{ "kbdinteractiveauthentication", SSHD_KBDINT },
	{ "challengeresponseauthentication", SSHD_KBDINT },
	{ "skeyauthentication", SSHD_KBDINT },
	{ "permitemptypasswords", SSHD_EMPTY },
	{ "permitrootlogin", SSHD_ROOT },
	{ "passwordauthentication", SSHD_PASSWORD },
	{ "hostbasedauthentication", SSHD_HOSTBASED },
	{ "gssapiauthentication", SSHD_GSSAPI },
	{ "pubkeyauthoptions", SSHD_OPTIONS },
};

/* What is read, and whose block a line is in; NULL: everybody's. */
struct reading {
	struct sshd_blocks *b;
	unsigned depth, files;
};

static void read_file(struct reading *rd, const char *path,
    struct sshd_block *in);

const char *
sshd_key_word(enum sshd_key key)
{
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].key == key)
			return words[i].word;
	return "";
}

bool
sshd_word(const char **line, bool first, char *out, size_t cap)
{
	const char *p = *line + strspn(*line, " \t");
	size_t n;

	if (*p == '\0' || *p == '#')
		return false;
	if (*p == '"') {
		n = strcspn(++p, "\"");
		*line = p + n + (p[n] == '"');
	} else {
		n = strcspn(p, first ? " \t=" : " \t");
		*line = p + n;
	}
	if (first) {
		*line += strspn(*line, " \t");
		*line += **line == '=';
	}
	if (n >= cap)
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static void
leave_out(struct reading *rd, const char *path, const char *why)
{
	if (rd->b->left_out[0] != '\0')
		return;
	(void)snprintf(rd->b->left_out, sizeof rd->b->left_out, "%s", path);
	sek_why_set(&rd->b->why, "%s", why);
}

/* A block inside of what another one includes is for what both are for. */
static struct sshd_block *
open_block(struct reading *rd, const char *path, unsigned no,
    const struct sshd_block *in, const char *match)
{
	struct sshd_block *b;
	int n;

	if (rd->b->n == SSHD_BLOCKS_MAX) {
		leave_out(rd, path, "too many Match blocks");
		return NULL;
	}
	b = &rd->b->at[rd->b->n++];
	(void)snprintf(b->file, sizeof b->file, "%s", path);
	b->line = no;
	match += strspn(match, " \t");
	n = snprintf(b->match, sizeof b->match, "%s%s%s",
	    in != NULL ? in->match : "", in != NULL ? " " : "", match);
	b->cut = n < 0 || (size_t)n >= sizeof b->match ||
	    (in != NULL && in->cut);
	return b;
}

/* A word of which sshd may make another one than we do. */
static bool
is_odd(const char *word, const char *behind)
{
	return strpbrk(word, "'\"\\") != NULL ||
	    strchr(" \t", *behind) == NULL; /* which finds the end, too */
}

static void
include(struct reading *rd, const char *from, const char *line,
    struct sshd_block *in)
{
	char name[PATH_MAX - sizeof FOLDER], path[PATH_MAX];
	glob_t g;
	size_t i;

	while (sshd_word(&line, false, name, sizeof name)) {
		if (is_odd(name, line))
			leave_out(rd, from, ODD);
		(void)snprintf(path, sizeof path, "%s%s",
		    name[0] == '/' ? "" : FOLDER, name);
		if (glob(path, 0, NULL, &g) != 0)
			continue; /* nothing there, as for sshd */
		for (i = 0; i < g.gl_pathc; i++)
			read_file(rd, g.gl_pathv[i], in);
		globfree(&g);
	}
}

/* As sshd prints what may be written in several ways. */
static const char *
printed(enum sshd_key key, const char *word)
{
	if (key == SSHD_METHODS)
		return word;
	if (strcasecmp(word, "true") == 0)
		return "yes";
	if (strcasecmp(word, "false") == 0)
		return "no";
	return strcasecmp(word, "prohibit-password") == 0 ?
	    "without-password" : word;
}

/* The first value of a block counts. */
static void
take(struct sshd_block *b, const char *keyword, const char *line)
{
	char word[SSHD_VALUE_MAX];
	struct sshd_said *s = NULL;
	enum sshd_key key = SSHD_N_KEYS;
	size_t i, n = 0;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(words[i].word, keyword) == 0)
			key = words[i].key;
	if (key == SSHD_N_KEYS || (s = &b->said[key])->there)
		return;
	s->there = true;
	while (n < sizeof s->value &&
	    sshd_word(&line, false, word, sizeof word))
		n += (size_t)snprintf(s->value + n, sizeof s->value - n,
		    "%s%s", n > 0 ? " " : "", printed(key, word));
	if (n >= sizeof s->value)
		(void)snprintf(s->value, sizeof s->value, "%s",
		    SSHD_TOO_LONG);
	for (i = 0; key != SSHD_METHODS && s->value[i] != '\0'; i++)
		s->value[i] = (char)tolower((unsigned char)s->value[i]);
}

static void
read_lines(struct reading *rd, const char *path, char *text,
    struct sshd_block *outer)
{
	struct sshd_block *in = outer;
	char keyword[80], *next = text;
	bool lost = false; /* in a block that has no room */
	const char *line;
	unsigned no = 0;
	char *at, *cr;

	while ((at = strsep(&next, "\n")) != NULL) {
		while ((cr = strchr(at, '\r')) != NULL)
			*cr = ' '; /* as it is for sshd */
		line = at;
		no++;
		if (!sshd_word(&line, true, keyword, sizeof keyword))
			continue;
		if (is_odd(keyword, ""))
			leave_out(rd, path, ODD);
		if (strcasecmp(keyword, "match") == 0) {
			in = open_block(rd, path, no, outer, line);
			lost = in == NULL;
		} else if (strcasecmp(keyword, "include") == 0 && !lost) {
			include(rd, path, line, in);
		} else if (in != NULL) {
			take(in, keyword, line);
		}
	}
}

static void
read_file(struct reading *rd, const char *path, struct sshd_block *in)
{
	struct sek_buf text = { 0 };
	struct sek_why why = { "" };
	int r;

	if (rd->depth == DEPTH_MAX || rd->files == FILES_MAX) {
		leave_out(rd, path, "too many files in each other");
		return;
	}
	rd->depth++;
	rd->files++;
	r = sek_read_safe_file(path, FILE_MAX_BYTES, &text, &why);
	/* sshd reads on in the next line */
	if (r == SEK_OK && text.len > 0 &&
	    memchr(text.p, 0, text.len) != NULL) {
		sek_why_set(&why, "holds a NUL byte");
		r = SEK_E_SYNTAX;
	}
	sek_put_u8(&text, 0);
	if (r == SEK_OK)
		r = sek_buf_ok(&text);
	if (r == SEK_OK)
		read_lines(rd, path, (char *)text.p, in);
	else
		leave_out(rd, path, why.text[0] != '\0' ? why.text :
		    sek_strerror(r));
	sek_buf_free(&text);
	rd->depth--;
}

void
sshd_blocks_read(const char *path, struct sshd_blocks *b)
{
	struct reading rd = { .b = b };

	read_file(&rd, path, NULL);
}
