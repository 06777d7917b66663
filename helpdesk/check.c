/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho check-config`: says to the administrator what a login would find.
 *
 * Part of the administrator's program.  Opens with the gate's own functions
 * what the gate opens; changes nothing.
 */
#include "helpdesk/check.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gate/certificate_rooms.h"
#include "gate/fido.h"
#include "gate/fido_models.h"
#include "gate/helper.h"
#include "gate/ocsp.h"
#include "gate/revocation.h"
#include "gate/revocation_index.h"
#include "gate/ssh_key.h"
#include "sekisho/os.h"

#define BUSY_MS 5000

void
desk_found(struct findings *f, const char *thing, const char *what, int r,
    const struct sek_why *why)
{
	if (r != SEK_OK) {
		what = why->text[0] != '\0' ? why->text : sek_strerror(r);
		f->bad++;
	}
	if (f->doctor != NULL)
		doctor_found(f->doctor, thing, what, r == SEK_OK);
	else
		DESK_SAY(f->d, r == SEK_OK ? W_FOUND_GOOD : W_FOUND_BAD,
		    { thing, what });
}

void
desk_found_not_yet(struct findings *f, enum word w, const char *thing,
    const char *path)
{
	if (f->doctor != NULL)
		doctor_found(f->doctor, thing, path, true);
	else
		DESK_SAY(f->d, w, { thing, path });
}

static void
check_trust(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	struct sek_trust *t = NULL;
	struct sek_why why = { "" };
	int r;

	/* keys alone need none */
	if (p->anchors[0] == '\0')
		return;
	r = sek_trust_load(p, &t, &why);
	sek_trust_free(t);
	desk_found(f, "trust", p->anchors, r, &why);
}

/* -- revocation */

/* What a login asks, in the words of the configuration. */
static void
show_rules(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	const struct sek_why none = { "" };
	char text[200], stale[32] = "deny", ocsp[80] = "";

	if (p->check == SEK_CHECK_NONE) {
		desk_found(f, "revocation", "check = none", SEK_OK, &none);
		return;
	}
	if (p->stale == SEK_UNKNOWN_GRACE)
		(void)snprintf(stale, sizeof(stale), "grace %u",
		    p->grace_s / 3600);
	if (sek_rev_check_asks_ocsp(p->check))
		(void)snprintf(ocsp, sizeof(ocsp),
		    ", ocsp-max-age = %u, ocsp-live = %u", p->ocsp_max_age_h,
		    p->ocsp_live_s);
	(void)snprintf(text, sizeof(text), "check = %s, stale = %s%s",
	    sek_rev_check_word(p->check), stale, ocsp);
	desk_found(f, "revocation", text, SEK_OK, &none);
}

/* A folder of sekisho-fetch's: good, or not there yet. */
static void
check_cache(struct findings *f, const char *thing, const char *below)
{
	const char *cache = f->d->policy->cache;
	struct sek_why why = { "" };
	char path[PATH_MAX];
	int n;

	n = snprintf(path, sizeof(path), "%s%s%s", cache,
	    *below != '\0' ? "/" : "", below);
	if (n < 0 || n >= (int)sizeof(path))
		desk_found(f, thing, cache, SEK_E_LIMIT, &why);
	else if (access(path, F_OK) != 0 && errno == ENOENT)
		desk_found_not_yet(f, W_FOUND_NOT_YET, thing, path);
	else
		desk_found(f, thing, path, sek_path_safe(path, true, &why),
		    &why);
}

/* The folder of lists, and each file in it: what cannot be used is left out
 * by a login, so here is where it is told. */
static void
check_crls(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	struct sek_rev_source *s = NULL;
	struct sek_why why = { "" };
	int r;

	if (p->crls[0] == '\0')
		return;
	r = sek_rev_open(p->crls, "", &s, &why);
	if (r == SEK_OK && sek_rev_problems(s, &why) > 0)
		r = SEK_E_SYNTAX;
	sek_rev_close(s);
	desk_found(f, "crls", p->crls, r, &why);
}

/* What sekisho-fetch is told. */
static void
check_fetch(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	struct sek_why why = { "" };
	char thing[90], text[512];
	size_t i;

	for (i = 0; i < p->n_crl_urls; i++) {
		(void)snprintf(thing, sizeof(thing), "crl %s",
		    p->crl_names[i]);
		desk_found(f, thing, p->crl_urls[i], SEK_OK, &why);
	}
	for (i = 0; i < p->n_ocsp_urls; i++)
		desk_found(f, "ocsp-url", p->ocsp_urls[i], SEK_OK, &why);
	(void)snprintf(text, sizeof(text), "distribution-points = %s, "
	    "seconds = %u, max-megabytes = %u%s%s",
	    p->fetch_from_certs ? "yes" : "no", p->fetch_s, p->fetch_max_mb,
	    p->fetch_proxy[0] != '\0' ? ", proxy = " : "", p->fetch_proxy);
	desk_found(f, "fetch", text, SEK_OK, &why);
	if (p->fetch_ca_file[0] != '\0')
		desk_found(f, "ca-file", p->fetch_ca_file,
		    sek_path_safe(p->fetch_ca_file, false, &why), &why);
}

static void
check_revocation(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	bool asked = p->anchors[0] != '\0' && p->check != SEK_CHECK_NONE;

	if (p->anchors[0] != '\0')
		show_rules(f);
	if (asked)
		check_crls(f);
	if (asked || p->metadata_url[0] != '\0')
		check_cache(f, "cache", "");
	if (asked)
		check_cache(f, "cache of CRLs", SEK_INDEX_FOLDER);
	if (asked && sek_rev_check_asks_ocsp(p->check))
		check_cache(f, "cache of OCSP", SEK_OCSP_FOLDER);
	if (asked || p->metadata_url[0] != '\0')
		check_fetch(f);
}

/* The table of models: how old, and does a login take it? */
static void
check_models(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	struct sek_models_info info;
	struct sek_models *m = NULL;
	struct sek_why why = { "" };
	struct desk_date next, made;
	char text[200];
	int r;

	r = sek_models_open(p->cache, &m, &info, &why);
	sek_models_close(m);
	if (r == SEK_E_NOENT && !p->metadata_stale_denies) {
		desk_found_not_yet(f, W_FOUND_NOT_YET, "FIDO metadata",
		    SEK_MODELS_FILE);
		return;
	}
	if (r == SEK_OK) {
		(void)snprintf(text, sizeof(text), "number %lld, fetched %s, "
		    "next by %s%s", (long long)info.number,
		    desk_time(&made, info.made),
		    desk_time(&next, info.next_update),
		    info.next_update < time(NULL) ? ": past its date" : "");
		if (info.next_update < time(NULL) && p->metadata_stale_denies) {
			sek_why_set(&why, "%s", text);
			r = SEK_E_DENIED;
		}
	}
	desk_found(f, "FIDO metadata", text, r, &why);
}

static void
check_metadata(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	struct sek_why why = { "" };

	if (p->metadata_url[0] == '\0')
		return;
	desk_found(f, "metadata-url", p->metadata_url, SEK_OK, &why);
	desk_found(f, "metadata-root", p->metadata_root,
	    sek_path_safe(p->metadata_root, false, &why), &why);
	check_models(f);
}

/* What FIDO2 keys are enrolled for and judged by. */
static void
check_keys(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	STACK_OF(X509) *roots = NULL;
	struct sek_why why = { "" };
	char text[400];
	size_t i, n;
	int r;

	if (p->rp_id[0] == '\0')
		return;
	n = (size_t)snprintf(text, sizeof(text), "%s%s", p->rp_id,
	    p->n_former_rps > 0 ? ", before:" : "");
	for (i = 0; i < p->n_former_rps && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %s",
		    p->former_rps[i]);
	desk_found(f, "rp-id", text, SEK_OK, &why);
	if (p->attestation_roots[0] != '\0') {
		roots = sk_X509_new_null();
		r = roots == NULL ? SEK_E_NOMEM : sek_trust_read(
		    p->attestation_roots, SEK_TRUST_ANY, roots, &why);
		sk_X509_pop_free(roots, X509_free);
		desk_found(f, "attestation-roots", p->attestation_roots, r,
		    &why);
	}
	for (i = 0; i < p->n_models; i++) {
		(void)snprintf(text, sizeof(text), "model %s",
		    p->model_names[i]);
		sek_aaguid_text(text + 100, p->models[i]);
		desk_found(f, text, text + 100, SEK_OK, &why);
	}
}

/* What opens a service, and to whom. */
static void
show_services(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	const struct sek_why none = { "" };
	const struct sek_service *s;
	char thing[SEK_NAME_MAX + 16], text[SEK_MAX_ROLES * 70 + 400];
	size_t i, k, n;

	for (i = 0; i < p->n_services; i++) {
		s = &p->services[i];
		(void)snprintf(thing, sizeof(thing), "service %s", s->name);
		/* names and pairs have their limits: it all fits */
		for (k = n = 0; k < s->n_pairs && n < sizeof(text); k++)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", k > 0 ? ", " : "",
			    sek_pair_word(s->pairs[k]));
		for (k = 0; k < s->n_roles && n < sizeof(text); k++)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s\"%s\"", k > 0 ? ", " : "; roles ",
			    s->roles[k]);
		for (k = 0; k < s->n_rescue && n < sizeof(text); k++)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", k > 0 ? ", " : "; rescue ",
			    s->rescue[k]);
		desk_found(f, thing, text, SEK_OK, &none);
	}
}

static void
check_store(struct findings *f)
{
	struct sek_store *s = NULL;
	struct sek_why why = { "" };
	int r = sek_store_open(f->d->policy->state, false, BUSY_MS, &s, &why);

	if (r == SEK_OK)
		r = sek_store_check(s, &why);
	sek_store_close(s);
	desk_found(f, "store", f->d->policy->state, r, &why);
}

static void
check_helper(struct findings *f, const char *program)
{
	struct sek_why why = { "" };
	char path[PATH_MAX];
	int r = SEK_E_LIMIT;

	if (snprintf(path, sizeof(path), "%s/%s", f->d->policy->helpers,
	    program) < (int)sizeof(path))
		r = sek_path_safe(path, false, &why);
	if (r == SEK_OK && access(path, X_OK) != 0) {
		sek_why_set(&why, "%s: %s", path, strerror(errno));
		r = SEK_E_UNSAFE;
	}
	desk_found(f, program, path, r, &why);
}

static void
check_helper_user(struct findings *f)
{
	struct sek_service_user u;
	struct sek_why why = { "" };
	const char *name = f->d->policy->helper_user;

	desk_found(f, "helper user", name,
	    sek_service_user_find(name, &u, &why), &why);
}

/* Each line of the file: a login that meets a bad one takes no certificate. */
static void
check_ssh(struct findings *f)
{
	const char *path = f->d->policy->ssh_ca_keys;
	struct sek_why why = { "" };
	bool listed = false;

	if (path[0] != '\0')
		desk_found(f, "ca-keys", path, sek_ssh_file_lists(path, "",
		    &listed, &why), &why);
}

void
desk_check_all(struct findings *f)
{
	const struct sek_policy *p = f->d->policy;
	const struct sek_why none = { "" };
	size_t i;

	desk_found(f, "configuration", f->d->conf, SEK_OK, &none);
	check_trust(f);
	check_revocation(f);
	check_keys(f);
	check_metadata(f);
	check_ssh(f);
	check_store(f);
	desk_check_record(f);
	if (p->n_modules > 0 || p->token_section[0] != '\0')
		check_helper(f, "sekisho-pkcs11");
	check_helper(f, "sekisho-password");
	if (p->rp_id[0] != '\0')
		check_helper(f, "sekisho-fido");
	check_helper_user(f);
	for (i = 0; i < p->n_modules; i++)
		desk_found(f, p->modules[i].name, p->modules[i].path, SEK_OK,
		    &none);
	show_services(f);
}

static int
check_config(struct desk *d, int argc, char **argv)
{
	struct findings f = { .d = d };
	char **words, number[16];
	int r;

	r = desk_options(d, argc, argv, NULL, 0, 0, 0, &words);
	if (r != DESK_GO)
		return r;
	/* says FILE:LINE and why by itself */
	if ((r = desk_policy(d)) != DESK_GO)
		return r;
	desk_check_all(&f);
	if (f.bad == 0) {
		DESK_SAY(d, W_CHECK_OK, { NULL });
		return DESK_OK;
	}
	(void)snprintf(number, sizeof(number), "%d", f.bad);
	DESK_ERR(d, W_CHECK_FAILED, { number });
	return DESK_REFUSED;
}

const struct desk_command desk_check_commands[] = {
	{ "check-config", "", { "say what a login would find wrong with the "
	    "configuration and what it names",
	    "設定とその指すものに誤りがないか、ログインの前に調べます" },
	    check_config },
	{ .name = NULL }
};
