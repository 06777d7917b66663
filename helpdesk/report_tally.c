/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts by a key: a hash table with open addressing, which is put into order
 * when the counting is over.
 *
 * Part of `sekisho`.  The keys come from a log that may be anybody's: the
 * hash begins with a random number, and there is an end to the rows.
 */
#include "helpdesk/report_tally.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define KEY_MAX 4096u

static uint64_t
hash_of(const struct tally *t, const char *key)
{
	uint64_t h = t->seed;

	for (; *key != '\0'; key++) /* FNV-1a, then mixed */
		h = (h ^ (uint8_t)*key) * 0x100000001B3u;
	h ^= h >> 33;
	h *= 0xFF51AFD7ED558CCDu;
	return h ^ h >> 33;
}

/* Where the key is, or could be put. */
static size_t
slot_of(const struct tally *t, const char *key, uint64_t hash)
{
	size_t i = (size_t)hash & (t->room - 1);

	while (t->at[i] != NULL && (t->at[i]->hash != hash ||
	    strcmp(t->at[i]->key, key) != 0))
		i = (i + 1) & (t->room - 1);
	return i;
}

/* Room for one more, at most half of it used. */
static bool
grow(struct tally *t)
{
	struct tally bigger = *t;
	size_t i;

	if (2 * (t->n + 1) <= t->room)
		return true;
	bigger.room = t->room == 0 ? 64 : 2 * t->room;
	if (t->room == 0 && getrandom(&bigger.seed, sizeof bigger.seed, 0) !=
	    (ssize_t)sizeof bigger.seed)
		bigger.seed = 0xCBF29CE484222325u;
	bigger.at = calloc(bigger.room, sizeof(void *));
	if (bigger.at == NULL)
		return false;
	for (i = 0; i < t->room; i++)
		if (t->at[i] != NULL)
			bigger.at[slot_of(&bigger, t->at[i]->key,
			    t->at[i]->hash)] = t->at[i];
	free(t->at);
	t->at = bigger.at;
	t->room = bigger.room;
	t->seed = bigger.seed;
	return true;
}

static void
join(char key[KEY_MAX], const char *a, const char *b, const char *c)
{
	const char *const part[TALLY_PARTS] = { a, b, c };
	size_t i, n, len = 0;

	for (i = 0; i < TALLY_PARTS && part[i] != NULL; i++) {
		n = strlen(part[i]);
		if (n > KEY_MAX / TALLY_PARTS - 2)
			n = KEY_MAX / TALLY_PARTS - 2;
		if (i > 0)
			key[len++] = TALLY_SEP;
		memcpy(key + len, part[i], n);
		len += n;
	}
	key[len] = '\0';
}

struct tally_row *
tally_row(struct tally *t, const char *a, const char *b, const char *c,
    bool *nomem)
{
	struct tally_row *row = NULL;
	char key[KEY_MAX];
	uint64_t hash;
	size_t i;

	join(key, a, b, c);
	if (!grow(t))
		goto nomem;
	hash = hash_of(t, key);
	i = slot_of(t, key, hash);
	if (t->at[i] != NULL)
		return t->at[i];
	if (t->n == TALLY_MAX) {
		t->lost++;
		return NULL;
	}
	row = calloc(1, sizeof *row);
	if (row == NULL || (row->key = strdup(key)) == NULL)
		goto nomem;
	row->hash = hash;
	t->at[i] = row;
	t->n++;
	return row;
nomem:
	free(row);
	*nomem = true;
	return NULL;
}

const struct tally_row *
tally_find(const struct tally *t, const char *a)
{
	char key[KEY_MAX];

	if (t->room == 0)
		return NULL;
	join(key, a, NULL, NULL);
	return t->at[slot_of(t, key, hash_of(t, key))];
}

void
tally_time(struct tally_row *row, int64_t t)
{
	if (row->first == 0 || t < row->first)
		row->first = t;
	if (t > row->last)
		row->last = t;
}

/* Is `member` one of those in `set`? */
static bool
has(const char *set, const char *member, size_t n)
{
	const char *p, *next;

	for (p = set; p != NULL; p = next) {
		next = strchr(p, TALLY_SEP);
		if ((next == NULL ? strlen(p) : (size_t)(next - p)) == n &&
		    memcmp(p, member, n) == 0)
			return true;
		next = next == NULL ? NULL : next + 1;
	}
	return false;
}

void
tally_set_add(struct tally_row *row, unsigned which, const char *member,
    bool *nomem)
{
	size_t n = strlen(member), len;
	char *bigger;

	if (n == 0 || has(row->set[which], member, n))
		return;
	if (row->in_set[which] == TALLY_SET) {
		row->over_set[which] = 1;
		return;
	}
	len = row->set[which] == NULL ? 0 : strlen(row->set[which]);
	if ((bigger = malloc(len + n + 2)) == NULL) {
		*nomem = true;
		return;
	}
	if (len > 0) {
		memcpy(bigger, row->set[which], len);
		bigger[len++] = TALLY_SEP;
	}
	memcpy(bigger + len, member, n + 1);
	free(row->set[which]);
	row->set[which] = bigger;
	row->in_set[which]++;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *
tally_set_text(const struct tally_row *row, unsigned which)
{
	char *copy, *out, *member[TALLY_SET], *p, *rest;
	size_t n = 0, i;

	if (row->set[which] == NULL)
		return strdup("");
	copy = strdup(row->set[which]);
	out = calloc(1, strlen(row->set[which]) + TALLY_SET + 8);
	for (p = copy; copy != NULL && out != NULL && p != NULL &&
	    n < TALLY_SET; p = rest) {
		if ((rest = strchr(p, TALLY_SEP)) != NULL)
			*rest++ = '\0';
		member[n++] = p;
	}
	qsort(member, n, sizeof *member, by_text);
	for (i = 0, p = out; i < n; i++) {
		if (i > 0)
			p = stpcpy(p, ", ");
		p = stpcpy(p, member[i]);
	}
	if (n > 0 && row->over_set[which])
		(void)stpcpy(p, ", ...");
	free(copy);
	return out;
}

static int
by_count(const void *a, const void *b)
{
	const struct tally_row *x = *(struct tally_row *const *)a;
	const struct tally_row *y = *(struct tally_row *const *)b;
	int64_t i = x->n + x->m, j = y->n + y->m;

	if (i != j)
		return i > j ? -1 : 1;
	return strcmp(x->key, y->key);
}

void
tally_sort(struct tally *t)
{
	size_t i, n = 0;

	for (i = 0; i < t->room; i++)
		if (t->at[i] != NULL)
			t->at[n++] = t->at[i];
	for (i = n; i < t->room; i++)
		t->at[i] = NULL;
	if (n > 0)
		qsort(t->at, n, sizeof(void *), by_count);
}

const char *
tally_part(const struct tally_row *row, unsigned i, char *out, size_t cap)
{
	const char *p = row->key;
	size_t n;

	for (; i > 0 && p != NULL; i--)
		if ((p = strchr(p, TALLY_SEP)) != NULL)
			p++;
	n = p == NULL ? 0 : strcspn(p, "\x1f");
	if (n >= cap)
		n = cap - 1;
	memcpy(out, p == NULL ? "" : p, n);
	out[n] = '\0';
	return out;
}

void
tally_free(struct tally *t)
{
	size_t i;

	for (i = 0; i < t->room; i++) {
		if (t->at[i] == NULL)
			continue;
		free(t->at[i]->key);
		free(t->at[i]->set[0]);
		free(t->at[i]->set[1]);
		free(t->at[i]);
	}
	free(t->at);
	*t = (struct tally){ .at = NULL };
}
