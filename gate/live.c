/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The question to an OCSP responder during a login, by way of
 * `sekisho-fetch --download`, which runs as the service user.
 * Runs in the gate.  Never opens a connection, never waits longer than the
 * policy's ocsp-live or the login's own deadline, and judges nothing: what
 * comes is bytes from anybody, and no answer is words for the record.
 */
#include <stdio.h>

#include "gate/downloader.h"
#include "gate/login.h"
#include "gate/ocsp.h"
#include "sekisho/escape.h"

static int
take(void *arg, const uint8_t *p, size_t n)
{
	struct sek_buf *answer = arg;

	if (n > SEK_OCSP_MAX - answer->len)
		return SEK_E_LIMIT;
	sek_put_raw(answer, p, n);
	return sek_buf_ok(answer);
}

/* RFC 6960 A.1: a POST of the DER. */
static int
fill_get(const struct sek_policy *p, const char *url,
    const struct sek_buf *request, const struct sek_deadline *dl,
    struct sek_get *get)
{
	int n;

	n = snprintf(get->url, sizeof get->url, "%s", url);
	if (n < 0 || (size_t)n >= sizeof get->url)
		return SEK_E_LIMIT;
	n = snprintf(get->ca_file, sizeof get->ca_file, "%s",
	    p->fetch_ca_file);
	if (n < 0 || (size_t)n >= sizeof get->ca_file)
		return SEK_E_LIMIT;
	(void)snprintf(get->proxy, sizeof get->proxy, "%s", p->fetch_proxy);
	(void)snprintf(get->post_type, sizeof get->post_type,
	    "application/ocsp-request");
	sek_put_raw(&get->post, request->p, request->len);
	get->max_bytes = SEK_OCSP_MAX;
	get->ms = (uint32_t)sek_deadline_left_ms(dl);
	return get->ms == 0 ? SEK_E_TIMEOUT : sek_buf_ok(&get->post);
}

static int
ask(void *arg, const char *url, const struct sek_buf *request,
    struct sek_buf *answer, struct sek_why *why)
{
	const struct sek_login *l = arg;
	const struct sek_deadline dl = sek_deadline_sooner(l->dl,
	    (uint64_t)l->policy->ocsp_live_s * 1000);
	struct sek_downloader d = SEK_DOWNLOADER_NONE;
	struct sek_fetch_end end;
	struct sek_get get = { .ms = 0 };
	char shown[160];
	int r;

	if ((r = fill_get(l->policy, url, request, &dl, &get)) != SEK_OK) {
		sek_why_set(why, "%s: cannot be asked: %s",
		    sek_escape_str(shown, sizeof shown, url),
		    sek_strerror(r));
		goto out;
	}
	r = sek_downloader_start(&d, l->policy->helpers, &l->service_user,
	    why);
	if (r != SEK_OK)
		goto out;
	r = sek_downloader_get(&d, &get, take, answer, &dl, &end, why);
	sek_downloader_end(&d);
out:
	sek_get_clear(&get);
	return r;
}

void
sek_live_install(struct sek_login *l)
{
	if (l->policy->ocsp_live_s > 0)
		sek_trust_ocsp_live(l->trust, ask, l);
}
