/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the table of models: index and roots, and at last the header,
 * without which it is none.  Runs in sekisho-fetch.  Syncing and renaming is
 * for whoever owns the file's name.
 */
#include <string.h>
#include <sys/stat.h>

#include "fetch/mds.h"
#include "sekisho/os.h"

struct parts {
	struct sek_buf entries, reports, names;
	struct sek_models_head head;
};

static int
add(struct parts *to, const struct sek_mds_model *m)
{
	struct sek_models_head *h = &to->head;
	struct sek_models_entry e = {
		.name_at = h->names,
		.name_len = (uint16_t)strlen(m->name),
		.first_report = h->reports,
		.n_reports = (uint16_t)m->n_reports,
		.n_roots = (uint16_t)m->n_roots,
		.roots_at = h->roots,
		.roots_len = (uint32_t)m->roots.len,
	};
	size_t i;
	int r;

	memcpy(e.aaguid, m->aaguid, sizeof e.aaguid);
	r = sek_models_roots_hash(m->roots.p, m->roots.len, e.roots_hash);
	if (r != SEK_OK)
		return r;
	sek_models_entry_enc(&to->entries, &e);
	for (i = 0; i < m->n_reports; i++)
		sek_models_report_enc(&to->reports, &m->reports[i]);
	sek_put_raw(&to->names, m->name, e.name_len);
	h->models++;
	h->reports += e.n_reports;
	h->names += e.name_len;
	h->roots += e.roots_len;
	return h->reports > SEK_MODELS_REPORTS_MAX ||
	    h->roots > SEK_MODELS_ROOTS_MAX ? SEK_E_LIMIT : SEK_OK;
}

/* One buffer out of three. */
static int
join(struct parts *p)
{
	sek_put_raw(&p->entries, p->reports.p, p->reports.len);
	sek_put_raw(&p->entries, p->names.p, p->names.len);
	return sek_buf_ok(&p->reports) != SEK_OK ||
	    sek_buf_ok(&p->names) != SEK_OK ? SEK_E_NOMEM :
	    sek_buf_ok(&p->entries);
}

static int
write_all(const struct sek_mds *m, const struct parts *p, int fd)
{
	uint64_t at = SEK_MODELS_HEAD + (uint64_t)p->entries.len;
	uint8_t head[SEK_MODELS_HEAD];
	size_t i;
	int r;

	r = sek_write_at(fd, SEK_MODELS_HEAD, p->entries.p, p->entries.len);
	for (i = 0; i < m->n && r == SEK_OK; i++) {
		r = sek_write_at(fd, at, m->models[i].roots.p,
		    m->models[i].roots.len);
		at += m->models[i].roots.len;
	}
	if (r == SEK_OK)
		r = sek_models_head_enc(&p->head, p->entries.p, head);
	return r == SEK_OK ? sek_write_at(fd, 0, head, sizeof head) : r;
}

int
sek_mds_write(const struct sek_mds *m, int64_t made, int fd,
    struct sek_why *why)
{
	struct parts p = { .head = { .info = { m->number, m->next_update,
	    made } } };
	size_t i;
	int r = SEK_OK;

	memcpy(p.head.payload, m->payload, sizeof p.head.payload);
	for (i = 0; i < m->n && r == SEK_OK; i++)
		r = add(&p, &m->models[i]);
	if (r == SEK_OK)
		r = join(&p);
	/* it is public, and nobody else may ever change it */
	if (r == SEK_OK && fchmod(fd, 0644) != 0)
		r = SEK_E_SYS;
	if (r == SEK_OK)
		r = write_all(m, &p, fd);
	if (r != SEK_OK)
		sek_why_set(why, "the table cannot be written: %s",
		    sek_strerror(r));
	sek_buf_free(&p.entries);
	sek_buf_free(&p.reports);
	sek_buf_free(&p.names);
	return r;
}
