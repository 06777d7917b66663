/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens the table of models, and looks things up in it.
 * Runs in the gate, in `sekisho` and in sekisho-fetch.  It never maps the
 * file, so that one that shrinks is an error and no signal; it asks nobody,
 * and it decides nothing: what a status means to a login is the policy's.
 */
#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/certificate.h"
#include "gate/certificate_folder.h"
#include "gate/fido_models_format.h"
#include "sekisho/os.h"

struct sek_models {
	int fd;
	struct sek_models_head head;
	uint8_t *index;
};

static int
read_index(struct sek_models *m, struct sek_why *why)
{
	uint8_t head[SEK_MODELS_HEAD];
	struct stat st;
	size_t n;
	int r;

	if (fstat(m->fd, &st) != 0) {
		sek_why_set(why, "%s", strerror(errno));
		return SEK_E_IO;
	}
	if (st.st_size < (off_t)sizeof head) {
		sek_why_set(why, "is truncated: %lld bytes",
		    (long long)st.st_size);
		return SEK_E_SYNTAX;
	}
	if ((r = sek_read_at(m->fd, 0, head, sizeof head)) != SEK_OK)
		return r;
	r = sek_models_head_dec(head, (uint64_t)st.st_size, &m->head, why);
	if (r != SEK_OK)
		return r;
	n = sek_models_index_size(&m->head); /* has its limits */
	if ((m->index = malloc(n + 1)) == NULL)
		return SEK_E_NOMEM;
	if ((r = sek_read_at(m->fd, SEK_MODELS_HEAD, m->index, n)) != SEK_OK)
		return r;
	return sek_models_index_check(head, &m->head, m->index, why);
}

int
sek_models_open_fd(int fd, struct sek_models **out,
    struct sek_models_head *head, struct sek_why *why)
{
	struct sek_models *m = calloc(1, sizeof *m);
	struct sek_why what = { "" };
	int r = SEK_E_NOMEM;

	if (m == NULL) {
		(void)close(fd);
		return r;
	}
	m->fd = fd;
	if ((r = read_index(m, &what)) != SEK_OK) {
		sek_models_close(m);
		return sek_why_about(why, r, SEK_MODELS_FILE,
		    what.text[0] != '\0' ? what.text : sek_strerror(r));
	}
	*head = m->head;
	*out = m;
	return SEK_OK;
}

int
sek_models_open(const char *cache, struct sek_models **out,
    struct sek_models_info *info, struct sek_why *why)
{
	char path[PATH_MAX];
	struct sek_models_head head = { .info = { 0 } };
	struct stat st;
	uint64_t size;
	int fd, n, r;

	n = snprintf(path, sizeof path, "%s/" SEK_MODELS_FILE, cache);
	if (n < 0 || (size_t)n >= sizeof path)
		return sek_why_about(why, SEK_E_LIMIT, cache, "path too long");
	if (lstat(path, &st) != 0 && errno == ENOENT)
		return sek_why_about(why, SEK_E_NOENT, path,
		    "there is no FIDO metadata yet");
	if ((r = sek_path_safe(cache, true, why)) != SEK_OK ||
	    (r = sek_folder_open(cache, SEK_MODELS_FILE, &fd, &size, why)) !=
	    SEK_OK)
		return r;
	if ((r = sek_models_open_fd(fd, out, &head, why)) == SEK_OK)
		*info = head.info;
	return r;
}

void
sek_models_close(struct sek_models *m)
{
	if (m == NULL)
		return;
	(void)close(m->fd);
	free(m->index);
	free(m);
}

/* -- look-ups */

static const uint8_t *
aaguid_at(const struct sek_models *m, uint32_t i)
{
	return m->index + (size_t)i * SEK_MODELS_ENTRY;
}

/* The first entry that is not less. */
static uint32_t
first_of(const struct sek_models *m, const uint8_t aaguid[16])
{
	uint32_t low = 0, high = m->head.models, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (memcmp(aaguid_at(m, mid), aaguid, 16) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
is_at(const struct sek_models *m, uint32_t i, const uint8_t aaguid[16])
{
	return i < m->head.models && memcmp(aaguid_at(m, i), aaguid, 16) == 0;
}

/* Zeros are no model, but a key that does not tell. */
static bool
is_model(const uint8_t aaguid[16])
{
	static const uint8_t zeros[16];

	return memcmp(aaguid, zeros, sizeof zeros) != 0;
}

static int
judge(const struct sek_models *m, const struct sek_models_entry *e,
    uint64_t firmware, int64_t now, uint32_t *status)
{
	struct sek_model_report *r;
	size_t i;

	if (e->n_reports == 0)
		return SEK_OK;
	if ((r = calloc(e->n_reports, sizeof *r)) == NULL)
		return SEK_E_NOMEM;
	for (i = 0; i < e->n_reports; i++)
		sek_models_report_dec(&m->head, m->index,
		    e->first_report + (uint32_t)i, &r[i]);
	*status |= sek_model_judge(r, e->n_reports, firmware, now);
	free(r);
	return SEK_OK;
}

int
sek_models_find(struct sek_models *m, const uint8_t aaguid[16],
    uint64_t firmware, int64_t now, struct sek_model *out,
    struct sek_why *why)
{
	struct sek_model found = { .known = false };
	struct sek_models_entry e;
	uint32_t i;
	int r = SEK_OK;

	/* what two entries for one model say is said of it, both */
	for (i = first_of(m, aaguid); r == SEK_OK && is_model(aaguid) &&
	    is_at(m, i, aaguid); i++) {
		sek_models_entry_dec(m->index, i, &e);
		if (!found.known)
			sek_models_name(&m->head, m->index, &e, found.name);
		found.known = true;
		r = judge(m, &e, firmware, now, &found.status);
	}
	if (r != SEK_OK) {
		sek_why_set(why, "%s", sek_strerror(r));
		return r;
	}
	*out = found;
	return SEK_OK;
}

static int
push(STACK_OF(X509) *out, X509 *x)
{
	if (x == NULL)
		return SEK_E_SYNTAX;
	if (sk_X509_push(out, x) > 0)
		return SEK_OK;
	X509_free(x);
	return SEK_E_NOMEM;
}

static int
parse_roots(const uint8_t *p, size_t n, size_t count, STACK_OF(X509) *out)
{
	struct sek_rd r = sek_rd_init(p, n);
	const uint8_t *der;
	size_t i, len;
	int done;

	for (i = 0; i < count; i++) {
		der = sek_rd_bytes(&r, SEK_MODELS_ROOT_MAX, &len);
		done = push(out, sek_cert_parse(der, len));
		if (done != SEK_OK)
			return done;
	}
	return sek_rd_end(&r) == SEK_OK ? SEK_OK : SEK_E_SYNTAX;
}

static int
roots_of(const struct sek_models *m, const struct sek_models_entry *e,
    STACK_OF(X509) *out)
{
	uint8_t hash[SEK_MODELS_ROOTS_HASH], *p;
	int r;

	if (e->n_roots == 0)
		return SEK_OK;
	if ((p = malloc((size_t)e->roots_len + 1)) == NULL)
		return SEK_E_NOMEM;
	r = sek_read_at(m->fd, SEK_MODELS_HEAD + e->roots_at +
	    sek_models_index_size(&m->head), p, e->roots_len);
	if (r == SEK_OK)
		r = sek_models_roots_hash(p, e->roots_len, hash);
	if (r == SEK_OK)
		r = CRYPTO_memcmp(hash, e->roots_hash, sizeof hash) == 0 ?
		    parse_roots(p, e->roots_len, e->n_roots, out) :
		    SEK_E_SYNTAX;
	free(p);
	return r;
}

int
sek_models_roots(struct sek_models *m, const uint8_t aaguid[16],
    STACK_OF(X509) *out, struct sek_why *why)
{
	int before = sk_X509_num(out), r = SEK_OK;
	struct sek_models_entry e;
	uint32_t i;

	for (i = first_of(m, aaguid); r == SEK_OK && is_model(aaguid) &&
	    is_at(m, i, aaguid); i++) {
		sek_models_entry_dec(m->index, i, &e);
		r = roots_of(m, &e, out);
	}
	if (r == SEK_OK)
		return SEK_OK;
	/* none of a damaged list */
	while (sk_X509_num(out) > before)
		X509_free(sk_X509_pop(out));
	return sek_why_about(why, r, SEK_MODELS_FILE, r == SEK_E_SYNTAX ?
	    "its attestation roots are damaged: fetch it anew" :
	    sek_strerror(r));
}

/* -- the whole table */

size_t
sek_models_count(const struct sek_models *m)
{
	return m->head.models;
}

int
sek_models_at(const struct sek_models *m, size_t i, int64_t now,
    uint8_t aaguid[16], struct sek_model *out, size_t *n_reports)
{
	struct sek_models_entry e;

	sek_models_entry_dec(m->index, (uint32_t)i, &e);
	memcpy(aaguid, e.aaguid, sizeof e.aaguid);
	*out = (struct sek_model){ .known = true };
	sek_models_name(&m->head, m->index, &e, out->name);
	*n_reports = e.n_reports;
	return judge(m, &e, 0, now, &out->status);
}

void
sek_models_report(const struct sek_models *m, size_t i, size_t k,
    struct sek_model_report *out)
{
	struct sek_models_entry e;

	sek_models_entry_dec(m->index, (uint32_t)i, &e);
	sek_models_report_dec(&m->head, m->index,
	    e.first_report + (uint32_t)k, out);
}
