/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PIN of the token that countersigns: out of its file, and never the same
 * wrong one twice.
 *
 * Part of the administrator's program.  token.pin in the folder of the state
 * says which file (by inode, size and times), for which token, was good or is
 * not known to be.  It holds nothing of the PIN, not even a hash: there are
 * too few PINs for that.
 */
#include "helpdesk/audit_token.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helpdesk/answer.h"
#include "sekisho/os.h"

#define MEMORY "token.pin"
#define MEMORY_MAX 1024u
#define GOOD "good "
#define TRIED "tried "

/* One line: what came of it, which file, which token. */
static int
line_of(const struct signer *s, const char *word, char out[MEMORY_MAX],
    struct sek_why *why)
{
	const char *path = s->d->policy->token_pin_file;
	struct stat st;
	int n;

	if (stat(path, &st) != 0)
		return sek_why_about(why, SEK_E_NOENT, path,
		    "cannot be opened");
	n = snprintf(out, MEMORY_MAX, "%s%llu:%llu:%lld:%lld.%09ld:%lld.%09ld "
	    "%s %s\n", word, (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino, (long long)st.st_size,
	    (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
	    (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec,
	    s->d->policy->token_module.name, s->key->serial);
	return n > 0 && (size_t)n < MEMORY_MAX ? SEK_OK : SEK_E_LIMIT;
}

static int
put(const struct signer *s, const char *line, struct sek_why *why)
{
	return dlog_put_file(s->d, s->d->policy->state, MEMORY, 0600, line,
	    strlen(line), why);
}

static bool
says(const struct sek_buf *memory, const char *line)
{
	return memory->len == strlen(line) &&
	    memcmp(memory->p, line, memory->len) == 0;
}

/* SEK_E_NOENT: nothing is remembered. */
static int
recall(const struct signer *s, struct sek_buf *memory, struct sek_why *why)
{
	char path[PATH_MAX];
	int r;

	if ((r = dlog_path(s->d->policy->state, MEMORY, path, why)) != SEK_OK)
		return r;
	return sek_read_safe_file(path, MEMORY_MAX, memory, why);
}

/* May this file's PIN be tried?  Written before, so that whatever happens
 * then, it was the last time. */
static int
note_try(const struct signer *s, struct sek_why *why)
{
	char good[MEMORY_MAX], tried[MEMORY_MAX];
	struct sek_why none = { "" };
	struct sek_buf memory = { 0 };
	int r;

	if ((r = line_of(s, GOOD, good, why)) != SEK_OK ||
	    (r = line_of(s, TRIED, tried, why)) != SEK_OK)
		return r;
	r = recall(s, &memory, &none);
	if (r == SEK_OK && says(&memory, tried))
		r = sek_why_about(why, SEK_E_DENIED,
		    s->d->policy->token_pin_file, "its PIN was not accepted "
		    "before and is not tried again: write the right one into "
		    "the file");
	else if (r == SEK_E_NOENT || (r == SEK_OK && !says(&memory, good)))
		r = put(s, tried, why);
	else if (r != SEK_OK)
		*why = none;
	sek_buf_free(&memory);
	return r;
}

int
signer_pin_take(const struct signer *s, struct sek_buf *pin,
    struct sek_why *why)
{
	const char *path = s->d->policy->token_pin_file;
	struct sek_why inner = { "" };
	int r;

	if (path[0] == '\0') {
		sek_why_set(why, "the token wants a PIN: [record] "
		    "token-pin-file is missing");
		return SEK_E_NOENT;
	}
	if ((r = desk_pin_file(path, pin, &inner)) != SEK_OK)
		return sek_why_about(why, r, path, inner.text);
	if (pin->len == 0 || pin->len > UINT8_MAX)
		r = sek_why_about(why, SEK_E_LIMIT, path,
		    "must hold one PIN of 1 to 255 bytes");
	if (r == SEK_OK)
		r = note_try(s, why);
	if (r != SEK_OK)
		sek_buf_free(pin);
	return r;
}

static int
was_good(const struct signer *s, struct sek_why *why)
{
	struct sek_why none = { "" };
	struct sek_buf memory = { 0 };
	char line[MEMORY_MAX];
	int r;

	if ((r = line_of(s, GOOD, line, why)) == SEK_OK &&
	    (recall(s, &memory, &none) != SEK_OK || !says(&memory, line)))
		r = put(s, line, why);
	sek_buf_free(&memory);
	return r;
}

/* It may have been good so far.  What cannot be noted is forgotten: then it
 * is not tried either, for want of a note. */
static int
was_wrong(const struct signer *s, struct sek_why *why)
{
	char line[MEMORY_MAX], path[PATH_MAX];
	int r;

	if ((r = line_of(s, TRIED, line, why)) == SEK_OK)
		r = put(s, line, why);
	if (r != SEK_OK &&
	    dlog_path(s->d->policy->state, MEMORY, path, NULL) == SEK_OK)
		(void)unlink(path);
	return r;
}

void
signer_pin_was(const struct signer *s, enum sek_reason reason)
{
	struct sek_why why = { "" };
	int r;

	switch (reason) {
	case SEK_R_OK:
	case SEK_R_NO_KEY: /* both are looked for after the login */
	case SEK_R_NO_MECHANISM:
		r = was_good(s, &why);
		break;
	case SEK_R_WRONG_PIN:
	case SEK_R_PIN_LOCKED:
		r = was_wrong(s, &why);
		break;
	default: /* nobody knows: what was noted before stands */
		return;
	}
	if (r != SEK_OK)
		DESK_ERR(s->d, W_FAILED, { why.text });
}
