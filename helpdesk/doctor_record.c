/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: the record: is there room, is it signed, has it been
 * hurt lately?
 *
 * Part of the administrator's program.  Reads the end of the record and the
 * newest checkpoint; the whole is for `sekisho audit verify`.
 */
#include "helpdesk/doctor.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "helpdesk/audit_state.h"
#include "sekisho/os.h"

#define MIB (1024u * 1024u)
#define WARN_MIB 200u
#define BAD_MIB 20u
#define TAIL 262144u   /* bytes of the record that are "lately" */

static void
check_space(struct doctor *x)
{
	const char *dir = x->d->policy->audit;
	struct statvfs v;
	uint64_t mib;
	char number[24];

	if (statvfs(dir, &v) != 0)
		return; /* told of as a part of the policy */
	mib = (uint64_t)v.f_bavail * v.f_frsize / MIB;
	(void)snprintf(number, sizeof number, "%llu", (unsigned long long)mib);
	if (mib >= WARN_MIB)
		DR_SAY(x, DR_GOOD, "space", W_DR_SPACE, { dir, number });
	else
		DR_SAY(x, mib < BAD_MIB ? DR_BAD : DR_WARN, "space",
		    W_DR_SPACE_LOW, { dir, number });
}

static void
check_signed(struct doctor *x)
{
	struct dlog_keys keys = { .n = 0 };
	struct dlog_note note = { .text = { 0 } };
	struct sek_why why = { "" };
	char number[24];
	int r;

	r = dlog_keys_read(x->d, &keys, &why);
	if (r == SEK_OK && keys.n == 0) {
		sek_why_set(&why, "there is no key");
		r = SEK_E_NOENT;
	}
	if (r == SEK_OK)
		r = dlog_note_read(x->d, LOG_CHECKPOINT, keys.at, keys.n,
		    &note, &why);
	(void)snprintf(number, sizeof number, "%llu",
	    (unsigned long long)note.is.size);
	if (r == SEK_OK)
		DR_SAY(x, DR_GOOD, "signed", W_DR_SIGNED, { LOG_CHECKPOINT,
		    number });
	else
		DR_SAY(x, DR_BAD, "signed", W_DR_SIGNED_NOT, {
		    LOG_CHECKPOINT, why.text[0] != '\0' ? why.text :
		    sek_strerror(r) });
	dlog_note_free(&note);
	dlog_keys_free(&keys);
}

static unsigned
times(const char *text, size_t n, const char *word)
{
	const char *at = text, *end = text + n;
	unsigned count = 0;

	while ((at = memmem(at, (size_t)(end - at), word,
	    strlen(word))) != NULL) {
		at += strlen(word);
		count++;
	}
	return count;
}

/* Text from outside cannot be one of these: its quotes are escaped. */
static void
check_hurt(struct doctor *x)
{
	static const char *const events[] = { "log_gap", "log_damaged" };
	char path[PATH_MAX + 32], word[40], number[16], *text;
	struct stat st;
	ssize_t n = 0;
	size_t i;
	unsigned count;
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", x->d->policy->audit,
	    SEK_AUDIT_FILE);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	text = malloc(TAIL);
	if (fd >= 0 && text != NULL && fstat(fd, &st) == 0)
		n = pread(fd, text, TAIL, st.st_size > (off_t)TAIL ?
		    st.st_size - (off_t)TAIL : 0);
	for (i = 0; n > 0 && i < 2; i++) {
		(void)snprintf(word, sizeof word, "\"event\":\"%s\"",
		    events[i]);
		if ((count = times(text, (size_t)n, word)) == 0)
			continue;
		(void)snprintf(number, sizeof number, "%u", count);
		DR_SAY(x, DR_WARN, "record-hurt", W_DR_HURT, { SEK_AUDIT_FILE,
		    number, events[i] });
	}
	if (fd >= 0)
		(void)close(fd);
	free(text);
}

void
doctor_record(struct doctor *x)
{
	check_space(x);
	check_signed(x);
	check_hurt(x);
}
