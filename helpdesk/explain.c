/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho explain`: what Sekisho sees in a certificate, and what this
 * machine knows about it.
 *
 * Part of the administrator's program, run by any user.  Must never judge:
 * `sekisho verify` does.
 */
#include "helpdesk/explain.h"

#include <openssl/objects.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helpdesk/verify.h"

#define LABEL_WIDTH 16u /* columns */
#define DAY_S 86400

static const char *const labels[N_EXPLAIN_LABELS][SEK_N_LANGS] = {
	[L_SUBJECT] = { "subject", "主体者" },
	[L_ISSUER] = { "issuer", "発行者" },
	[L_SERIAL] = { "serial", "シリアル番号" },
	[L_VALID] = { "valid", "有効期間" },
	[L_KEY] = { "key", "鍵" },
	[L_SIGNED] = { "signed by", "署名方式" },
	[L_USAGE] = { "key usage", "鍵用途" },
	[L_PURPOSE] = { "purpose", "拡張鍵用途" },
	[L_POLICY] = { "policies", "ポリシー" },
	[L_ROLE] = { "role", "資格" },
	[L_CA] = { "CA", "認証局" },
	[L_NAME] = { "other name", "別名" },
	[L_CERT_PRINT] = { "SHA-256", "SHA-256" },
	[L_KEY_PRINT] = { "SHA-256 of key", "鍵のSHA-256" },
	[L_CRL_POINT] = { "CRL at", "CRL配布点" },
	[L_DELTA_POINT] = { "delta CRL at", "差分CRL配布点" },
	[L_RESPONDER] = { "OCSP at", "OCSP" },
	[L_CONFIGURATION] = { "configuration", "設定" },
	[L_CHECK] = { "asked here", "失効の確認方法" },
	[L_CRL] = { "CRL here", "手元のCRL" },
	[L_ISSUED] = { "  issued", "  発行" },
	[L_NEXT] = { "  next", "  次回" },
	[L_UNUSABLE] = { "unusable", "使えないもの" },
	[L_ANSWER] = { "OCSP here", "手元のOCSP" },
	[L_DENIED] = { "deny-list", "使用停止" },
	[L_ENROLLED] = { "enrolled", "登録" },
};

/* A character of our own labels: ASCII takes one column, Japanese two. */
static void
label(const struct explain *e, enum explain_label l)
{
	const char *text = labels[l][e->d->lang], *p;
	size_t columns = 0;

	for (p = text; *p != '\0'; p++)
		if ((*p & 0xc0) != 0x80)
			columns += (*p & 0x80) != 0 ? 2 : 1;
	(void)fputs(text, stdout);
	do
		(void)fputc(' ', stdout);
	while (++columns < LABEL_WIDTH);
}

void
explain_row(const struct explain *e, enum explain_label l, const char *value)
{
	label(e, l);
	desk_text(stdout, value);
	(void)fputc('\n', stdout);
}

void
explain_say(const struct explain *e, enum explain_label l,
    const struct desk_said *s)
{
	label(e, l);
	desk_put(e->d, stdout, s->w, s->args);
	(void)fputc('\n', stdout);
}

static void
valid(const struct explain *e)
{
	const struct sek_cert_info *i = &e->info;
	struct desk_date from, to;
	char days[24];
	enum word w = W_EXPLAIN_LEFT;
	int64_t s = i->not_after - e->now;

	if (s < 0) {
		w = W_EXPLAIN_EXPIRED;
		s = -s;
	} else if (i->not_before > e->now) {
		w = W_EXPLAIN_NOT_YET;
		s = i->not_before - e->now;
	}
	(void)snprintf(days, sizeof days, "%lld", (long long)(s / DAY_S));
	EXPLAIN(e, L_VALID, w, { desk_time(&from, i->not_before),
	    desk_time(&to, i->not_after), days });
}

static void
certificate(const struct explain *e)
{
	const struct sek_cert_info *i = &e->info;
	const X509_ALGOR *alg;
	const ASN1_OBJECT *o;
	struct desk_hex print;
	char text[128] = "?";

	explain_row(e, L_SUBJECT, i->subject);
	explain_row(e, L_ISSUER, i->issuer);
	explain_row(e, L_SERIAL, i->serial);
	valid(e);
	explain_row(e, L_KEY, i->key);
	X509_get0_signature(NULL, &alg, e->x);
	X509_ALGOR_get0(&o, NULL, NULL, alg);
	(void)OBJ_obj2txt(text, sizeof text, o, 0);
	explain_row(e, L_SIGNED, text);
	explain_extensions(e);
	explain_row(e, L_CERT_PRINT, desk_hex(&print, i->cert_sha256,
	    sizeof i->cert_sha256));
	explain_row(e, L_KEY_PRINT, desk_hex(&print, i->spki_sha256,
	    sizeof i->spki_sha256));
}

/* DESK_GO, or what to exit with. */
static int
take(struct explain *e, const char *path)
{
	struct verify_bytes b = { 0 };
	struct sek_why why = { "" };
	size_t n = 0;
	int r = verify_read(path, VERIFY_CERTS_MAX, &b, &why);

	if (r == SEK_OK)
		r = verify_first(&b, path, &e->x, &n, &why);
	verify_bytes_free(&b);
	if (r == SEK_OK && sek_cert_describe(e->x, &e->info) != SEK_OK) {
		sek_why_set(&why, "the certificate cannot be described");
		r = SEK_E_SYNTAX;
	}
	if (r == SEK_E_NOENT || r == SEK_E_SYS) {
		(void)desk_refuse(e->d, &why, r);
		return DESK_USAGE;
	}
	if (r != SEK_OK)
		return desk_refuse(e->d, &why, r);
	if (n > 1)
		DESK_ERR(e->d, W_VERIFY_FIRST, { path });
	return DESK_GO;
}

static int
explain(struct desk *d, int argc, char **argv)
{
	struct explain e = { .d = d, .now = time(NULL) };
	const struct desk_opt opts[] = {
		{ .name = "no-conf", .flag = &e.no_conf },
	};
	char **words;
	int r;

	r = desk_options(d, argc, argv, opts, 1, 1, 1, &words);
	if (r == DESK_GO)
		r = take(&e, words[0]);
	if (r != DESK_GO)
		goto out;
	/* before anything is said: it may know the language */
	if (!e.no_conf && (r = desk_policy_quiet(d, &e.no_policy)) != SEK_OK &&
	    e.no_policy.text[0] == '\0')
		sek_why_set(&e.no_policy, "%s", sek_strerror(r));
	certificate(&e);
	if (!e.no_conf)
		explain_here(&e);
	r = DESK_OK;
out:
	X509_free(e.x);
	return r;
}

const struct desk_command desk_explain_commands[] = {
	{ "explain", "CERT|- [--no-conf]",
	    { "show what is in a certificate, where its revocation comes "
	    "from and how old that is, and whose it is",
	    "証明書の内容、失効情報の出どころと新しさ、だれのものかを表示し"
	    "ます" }, explain },
	{ .name = NULL }
};
