/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One entry of the payload (MDS 3.0, 3.1.1): a model of keys, what has been
 * reported of it, and its attestation roots.  Runs in sekisho-fetch.
 *
 * The signature over the blob has been verified: what is damaged here is
 * FIDO's own mistake.  It costs what is damaged and nothing else, is counted
 * and told, and where there is a choice the reading is the one that refuses
 * more: a bad report whose date cannot be read is in force, an update whose
 * date cannot be read mends nothing.
 */
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/mds.h"
#include "gate/certificate.h"
#include "gate/fido.h"
#include "sekisho/escape.h"

#define ROOTS_BYTES_EACH (1024u * 1024) /* of one entry */

/* Statuses that matter to a login, MDS 3.0 3.1.4. */
static const struct {
	const char *word;
	uint32_t bit;
} statuses[] = {
	{ "REVOKED", SEK_MODEL_REVOKED },
	{ "USER_VERIFICATION_BYPASS", SEK_MODEL_UV_BYPASS },
	{ "ATTESTATION_KEY_COMPROMISE", SEK_MODEL_ATTESTATION_KEY },
	{ "USER_KEY_REMOTE_COMPROMISE", SEK_MODEL_REMOTE },
	{ "USER_KEY_PHYSICAL_COMPROMISE", SEK_MODEL_PHYSICAL },
	{ "UPDATE_AVAILABLE", SEK_MODEL_UPDATE },
};

/* ... and those that do not: certifications, in MDS 3.0 and 3.1. */
static const char *const harmless[] = {
	"NOT_FIDO_CERTIFIED", "SELF_ASSERTION_SUBMITTED", "FIDO_CERTIFIED",
	"FIDO_CERTIFIED_L1", "FIDO_CERTIFIED_L1plus", "FIDO_CERTIFIED_L2",
	"FIDO_CERTIFIED_L2plus", "FIDO_CERTIFIED_L3",
	"FIDO_CERTIFIED_L3plus", "FIPS140_CERTIFIED_L1",
	"FIPS140_CERTIFIED_L2", "FIPS140_CERTIFIED_L3",
	"FIPS140_CERTIFIED_L4", "RETIRED"
};

static uint32_t
status_of(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (strcmp(statuses[i].word, word) == 0)
			return statuses[i].bit;
	return 0;
}

static bool
is_harmless(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
		if (strcmp(harmless[i], word) == 0)
			return true;
	return false;
}

void
sek_mds_lost(struct sek_mds *m, size_t at, const char *what)
{
	if (m->lost++ == 0)
		(void)snprintf(m->first, sizeof m->first, "entry %zu: %s",
		    at + 1, what);
}

/* 0: none, or none that could be compared with. */
static uint64_t
version_of(const json_t *o)
{
	const json_t *v = json_object_get(o, "authenticatorVersion");

	return json_is_integer(v) && json_integer_value(v) > 0 ?
	    (uint64_t)json_integer_value(v) : 0;
}

static int
add_report(struct sek_mds_model *model, const struct sek_model_report *r)
{
	const size_t n = model->n_reports;
	struct sek_model_report *all;

	if (n >= UINT16_MAX)
		return SEK_E_LIMIT;
	all = reallocarray(model->reports, n + 1, sizeof *all);
	if (all == NULL)
		return SEK_E_NOMEM;
	all[n] = *r;
	model->reports = all;
	model->n_reports = n + 1;
	return SEK_OK;
}

static int
one_report(struct sek_mds *m, struct sek_mds_model *model,
    const json_t *report, uint64_t version)
{
	const char *word = json_string_value(json_object_get(report,
	    "status"));
	const json_t *date = json_object_get(report, "effectiveDate");
	struct sek_model_report r = { .from = 0 };

	if (word == NULL) {
		sek_mds_lost(m, model->at, "a report without status");
		return SEK_OK;
	}
	if ((r.status = status_of(word)) == 0) {
		m->unknown += is_harmless(word) ? 0 : 1;
		return SEK_OK;
	}
	/* FIDO Metadata Statement, authenticatorVersion: the lowest version
	 * that is to be trusted, raised by an update that mends; the report's
	 * own may be the same, or the one to be updated.  So: the higher. */
	if (r.status == SEK_MODEL_UPDATE)
		r.fixed = version_of(report) > version ? version_of(report) :
		    version;
	if (date != NULL && (!json_is_string(date) ||
	    !sek_mds_date(json_string_value(date), &r.from))) {
		sek_mds_lost(m, model->at, "an effectiveDate");
		r.from = 0;
		r.fixed = 0;
	}
	return add_report(model, &r);
}

static int
reports(struct sek_mds *m, struct sek_mds_model *model, const json_t *entry,
    uint64_t version)
{
	const json_t *all = json_object_get(entry, "statusReports");
	const json_t *one;
	size_t i;
	int r;

	if (!json_is_array(all))
		sek_mds_lost(m, model->at, "no statusReports");
	json_array_foreach(all, i, one) {
		if ((r = one_report(m, model, one, version)) != SEK_OK)
			return r;
	}
	return SEK_OK;
}

static int
one_root(struct sek_mds *m, struct sek_mds_model *model, const json_t *text)
{
	const char *s = json_string_value(text);
	uint8_t *der = NULL;
	size_t n = 0;
	X509 *x = NULL;
	int r = SEK_E_SYNTAX;

	if (s != NULL && json_string_length(text) <= 2 * SEK_MODELS_ROOT_MAX)
		r = sek_base64_dec(SEK_BASE64, s, json_string_length(text),
		    &der, &n);
	if (r == SEK_OK && n <= SEK_MODELS_ROOT_MAX)
		x = sek_cert_parse(der, n);
	if (x == NULL || model->n_roots >= SEK_MODELS_ROOTS_EACH ||
	    model->roots.len + n > ROOTS_BYTES_EACH) {
		/* it would have made more keys trusted, not fewer */
		m->lost_roots++;
	} else {
		sek_put_bytes(&model->roots, der, n);
		model->n_roots++;
	}
	X509_free(x);
	free(der);
	return r == SEK_E_NOMEM ? r : sek_buf_ok(&model->roots);
}

static int
statement(struct sek_mds *m, struct sek_mds_model *model, const json_t *st)
{
	const char *name = json_string_value(json_object_get(st,
	    "description"));
	const json_t *all = json_object_get(st, "attestationRootCertificates");
	const json_t *one;
	size_t i;
	int r;

	if (name != NULL)
		(void)sek_escape_str(model->name, sizeof model->name, name);
	json_array_foreach(all, i, one) {
		if ((r = one_root(m, model, one)) != SEK_OK)
			return r;
	}
	return SEK_OK;
}

static bool
is_zero(const uint8_t aaguid[16])
{
	static const uint8_t zeros[16];

	return memcmp(aaguid, zeros, sizeof zeros) == 0;
}

int
sek_mds_entry(struct sek_mds *m, const json_t *entry, size_t at)
{
	struct sek_mds_model *model = &m->models[m->n];
	const json_t *aaguid = json_object_get(entry, "aaguid");
	const json_t *st = json_object_get(entry, "metadataStatement");
	uint32_t bad = 0;
	size_t i;
	int r;

	if (aaguid == NULL && (json_object_get(entry, "aaid") != NULL ||
	    json_object_get(entry, "attestationCertificateKeyIdentifiers") !=
	    NULL)) {
		m->others++;
		return SEK_OK;
	}
	*model = (struct sek_mds_model){ .at = at };
	if (!json_is_string(aaguid) ||
	    !sek_aaguid_of_text(json_string_value(aaguid), model->aaguid) ||
	    is_zero(model->aaguid)) {
		sek_mds_lost(m, at, "no AAGUID");
		return SEK_OK;
	}
	m->n++; /* from here on freed with the others */
	if ((r = reports(m, model, entry, version_of(st))) != SEK_OK ||
	    (r = statement(m, model, st)) != SEK_OK)
		return r;
	for (i = 0; i < model->n_reports; i++)
		bad |= model->reports[i].status;
	m->bad += (bad & ~SEK_MODEL_UPDATE) != 0 ? 1 : 0;
	return SEK_OK;
}
