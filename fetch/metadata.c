/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Renews the table of models of keys out of FIDO's metadata (MDS 3.0, 3.2).
 * Runs in sekisho-fetch, as root.
 *
 * The bytes may be anybody's until their signature is verified up to a root
 * that the administrator has pinned.  The number of a blob never goes back;
 * the last good table stays whatever is wrong with a new one.  What a table
 * means to a login is the gate's business.
 */
#include "fetch/metadata.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "gate/certificate_folder.h"
#include "gate/certificate_rooms.h"

#define FRESH_S (20 * 3600) /* a day, less what a timer may be late */

static enum sek_news
failed(struct sek_metadata *m, int r, const struct sek_why *why)
{
	const char *text = why->text[0] != '\0' ? why->text : sek_strerror(r);

	switch (r) {
	case SEK_E_DENIED:
		return sek_metadata_say(m, SEK_NEWS_UNTRUSTED, text);
	case SEK_E_IO:
	case SEK_E_SYS:
		return sek_metadata_say(m, SEK_NEWS_UNWRITTEN, text);
	default:
		return sek_metadata_say(m, SEK_NEWS_INVALID, text);
	}
}

static enum sek_news
verify(struct sek_metadata *m, const uint8_t *p, size_t n)
{
	const struct sek_mds_rules rules = { .roots = m->roots,
	    .signer = m->f->policy->metadata_signer, .now = m->now };
	struct sek_why why = { "" };
	enum sek_news news;
	int r;

	if ((r = sek_mds_verify(&rules, p, n, &m->blob, &why)) != SEK_OK)
		return failed(m, r, &why);
	if ((news = sek_metadata_crls(m, &rules)) != SEK_NEWS_NONE)
		return news;
	r = sek_mds_read(m->blob.payload, m->blob.len, &m->said, &why);
	return r == SEK_OK ? SEK_NEWS_NONE : failed(m, r, &why);
}

/* -- against what is cached */

static enum sek_news
roll_back(struct sek_metadata *m, const struct sek_models_head *old)
{
	char text[300];

	(void)snprintf(text, sizeof text, "its number %lld is lower than %lld "
	    "of the cached one; remove " SEK_MODELS_FILE " from the cache if "
	    "its source has gone back on purpose", (long long)m->said.number,
	    (long long)old->info.number);
	return sek_metadata_say(m, SEK_NEWS_ROLLBACK, text);
}

/* A table that cannot be used, by a login neither, does not stand in the
 * way. */
static enum sek_news
against_cached(struct sek_metadata *m)
{
	struct sek_models_head old;
	struct sek_models *table = NULL;
	struct sek_why why = { "" };
	uint64_t size;
	int fd, r;

	r = sek_folder_open(m->f->cache.dir, SEK_MODELS_FILE, &fd, &size,
	    &why);
	if (r == SEK_OK)
		r = sek_models_open_fd(fd, &table, &old, &why);
	sek_models_close(table);
	if (r != SEK_OK) {
		if (r != SEK_E_SYS)
			sek_metadata_note(m, why.text);
		return SEK_NEWS_NEW;
	}
	if (m->said.number < old.info.number)
		return roll_back(m, &old);
	if (m->said.number > old.info.number)
		return SEK_NEWS_NEW;
	if (memcmp(m->said.payload, old.payload, sizeof old.payload) != 0)
		return sek_metadata_say(m, SEK_NEWS_CONFLICT, "another "
		    "content than the cached one, which has the same number");
	return m->f->opt->force ? SEK_NEWS_NEW : SEK_NEWS_UNCHANGED;
}

/* Read it as a login will, before it takes the other one's place. */
static int
try_table(int fd, struct sek_why *why)
{
	struct sek_models_head head;
	struct sek_models *table = NULL;
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0), r;

	if (copy < 0)
		return SEK_E_SYS;
	r = sek_models_open_fd(copy, &table, &head, why);
	sek_models_close(table);
	return r;
}

static enum sek_news
write_table(struct sek_metadata *m, enum sek_news news)
{
	const char *dir = m->f->cache.dir;
	struct sek_why why = { "" };
	char path[PATH_MAX];
	int fd, r;

	if ((r = sek_cache_temp(dir, path, &fd, &why)) != SEK_OK)
		return failed(m, r, &why);
	if ((r = sek_mds_write(&m->said, m->now, fd, &why)) == SEK_OK &&
	    (r = try_table(fd, &why)) == SEK_OK)
		r = sek_cache_commit(fd, path, dir, SEK_MODELS_FILE, &why);
	if (r != SEK_OK)
		(void)unlink(path);
	(void)close(fd);
	return r == SEK_OK ? news : failed(m, r, &why);
}

/* What was lost is FIDO's mistake, and no reason to lose the rest: but
 * somebody must know. */
static void
complain(struct sek_metadata *m)
{
	char text[400];

	if (m->said.lost == 0)
		return;
	(void)snprintf(text, sizeof text, "FIDO metadata: %zu of its parts "
	    "cannot be read, the first in %s", m->said.lost, m->said.first);
	sek_refresh_problem(m->f, text);
}

static enum sek_news
take(struct sek_metadata *m, const uint8_t *p, size_t n)
{
	enum sek_news news = verify(m, p, n);

	if (news != SEK_NEWS_NONE)
		return news;
	news = against_cached(m);
	/* the same again, with the time when that was known */
	if (news == SEK_NEWS_NEW || news == SEK_NEWS_UNCHANGED)
		news = write_table(m, news);
	if (news == SEK_NEWS_NEW)
		complain(m);
	/* it still tells what it tells, so it is kept */
	if ((news == SEK_NEWS_NEW || news == SEK_NEWS_UNCHANGED) &&
	    m->said.next_update < m->now) {
		sek_metadata_note(m, "nextUpdate is past");
		news = SEK_NEWS_STALE;
	}
	return news;
}

/* -- its bytes */

/* A file without a name, which nobody else can change. */
static enum sek_news
read_blob(struct sek_metadata *m, int fd, size_t n)
{
	enum sek_news news;
	void *p;

	if (n == 0)
		return sek_metadata_say(m, SEK_NEWS_INVALID, "nothing came");
	p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return sek_metadata_say(m, SEK_NEWS_UNWRITTEN,
		    "out of memory");
	news = take(m, p, n);
	(void)munmap(p, n);
	return news;
}

/* The timer comes every hour, to every machine of a site; a blob is two
 * megabytes and FIDO makes one a month (MDS 3.0, 3.2 step 3).  A file is read
 * whenever somebody asks. */
static bool
is_fresh(struct sek_metadata *m)
{
	struct sek_models_info info;
	struct sek_models *table = NULL;
	struct sek_why why = { "" };
	int r;

	if (m->f->opt->force || strncasecmp(m->source.url, "file:", 5) == 0)
		return false;
	r = sek_models_open(m->f->policy->cache, &table, &info, &why);
	sek_models_close(table);
	return r == SEK_OK && info.made <= m->now &&
	    m->now - info.made < FRESH_S && m->now < info.next_update;
}

static enum sek_news
renew(struct sek_metadata *m)
{
	struct sek_refresh *f = m->f;
	struct sek_why why = { "" };
	enum sek_news news;
	size_t n;
	int fd, r;

	if (is_fresh(m))
		return sek_metadata_say(m, SEK_NEWS_UNCHANGED, "FIDO metadata "
		    "was fetched within the last 20 hours; --force asks");
	if ((m->roots = sk_X509_new_null()) == NULL)
		return sek_metadata_say(m, SEK_NEWS_UNWRITTEN,
		    "out of memory");
	r = sek_trust_read_file(f->policy->metadata_root, SEK_TRUST_CA_ONLY,
	    m->roots, &why);
	if (r != SEK_OK)
		return sek_metadata_say(m, SEK_NEWS_UNTRUSTED,
		    why.text[0] != '\0' ? why.text : sek_strerror(r));
	if (sek_bring(f, &m->source, &fd, &n) != SEK_OK)
		return m->source.news; /* and why stands there */
	news = read_blob(m, fd, n);
	(void)close(fd);
	return news;
}

void
sek_metadata(struct sek_refresh *f)
{
	struct sek_metadata m = { .f = f, .now = (int64_t)time(NULL) };
	uint64_t began = sek_now_ms();

	m.source.url = f->policy->metadata_url;
	if (m.source.url[0] == '\0' ||
	    (m.source.lists = json_array()) == NULL)
		return;
	sek_progress_begin(&f->progress, m.source.url);
	m.source.news = renew(&m);
	m.source.ms = sek_now_ms() - began;
	sek_progress_end(&f->progress);
	sek_metadata_told(&m);
	json_decref(m.source.lists);
	sk_X509_pop_free(m.roots, X509_free);
	sek_mds_blob_free(&m.blob);
	sek_mds_free(&m.said);
	ERR_clear_error();
}
