/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in a payload of FIDO metadata, the table that is made of it, and
 * what a login finds there: by date, by firmware, and in a file that is cut,
 * changed or somebody else's.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fetch/mds.h"
#include "gate/certificate.h"
#include "gate/fido.h"
#include "tests/check.h"
#include "tests/fido/mds_sign.h"
#include "tests/ocsp_mint.h"

#define A "01020304-0506-0708-090a-0b0c0d0e0f10"
#define B "ee882879-721c-4913-9775-3dfcce97072a"
#define HEAD "{\"no\":3,\"nextUpdate\":\"2030-01-02\",\"entries\":["
#define NEXT 1893542400 /* 2030-01-02 */
#define DAY 86400

static char folder[] = "/tmp/sekisho-mds-table.XXXXXX";
static char path[200];
static struct sek_why why;

/* -- what has been reported, and what holds */

#define R(s, f) { .status = SEK_MODEL_##s, .from = (f) }
#define U(f, v) { .status = SEK_MODEL_UPDATE, .from = (f), .fixed = (v) }

static void
reports_by_date_and_firmware(void)
{
	static const struct {
		struct sek_model_report r[3];
		size_t n;
		uint64_t firmware;
		int64_t now;
		uint32_t want;
	} rows[] = {
		{ { { 0 } }, 0, 5, 100, 0 },
		/* dates: from that second on; none: at once */
		{ { R(REVOKED, 100) }, 1, 5, 99, 0 },
		{ { R(REVOKED, 100) }, 1, 5, 100, SEK_MODEL_REVOKED },
		{ { R(REVOKED, 0) }, 1, 5, 1, SEK_MODEL_REVOKED },
		{ { R(UV_BYPASS, 0), R(PHYSICAL, 100), R(REMOTE, 200) }, 3, 5,
		    150, SEK_MODEL_UV_BYPASS | SEK_MODEL_PHYSICAL },
		/* an update mends what came before, in firmware that has it */
		{ { R(UV_BYPASS, 10), U(20, 7) }, 2, 7, 100, 0 },
		{ { R(UV_BYPASS, 10), U(20, 7) }, 2, 8, 100, 0 },
		{ { R(UV_BYPASS, 10), U(20, 7) }, 2, 6, 100,
		    SEK_MODEL_UV_BYPASS | SEK_MODEL_UPDATE },
		{ { R(UV_BYPASS, 10), U(20, 7) }, 2, 0, 100,
		    SEK_MODEL_UV_BYPASS | SEK_MODEL_UPDATE },
		/* one whose version is not known mends nothing */
		{ { R(UV_BYPASS, 10), U(20, 0) }, 2, 9, 100,
		    SEK_MODEL_UV_BYPASS | SEK_MODEL_UPDATE },
		/* nor one that is not out yet */
		{ { R(UV_BYPASS, 10), U(200, 7) }, 2, 9, 100,
		    SEK_MODEL_UV_BYPASS },
		/* nor what came after it, in whatever order they stand */
		{ { U(20, 7), R(UV_BYPASS, 30) }, 2, 9, 100,
		    SEK_MODEL_UV_BYPASS },
		{ { R(UV_BYPASS, 30), U(20, 7) }, 2, 9, 100,
		    SEK_MODEL_UV_BYPASS },
		{ { U(40, 7), R(UV_BYPASS, 30) }, 2, 9, 100, 0 },
		/* of one day, or without: as they stand */
		{ { U(30, 7), R(UV_BYPASS, 30) }, 2, 9, 100,
		    SEK_MODEL_UV_BYPASS },
		{ { R(UV_BYPASS, 30), U(30, 7) }, 2, 9, 100, 0 },
		{ { R(UV_BYPASS, 0), U(30, 7) }, 2, 9, 100, 0 },
		{ { U(30, 7), R(UV_BYPASS, 0) }, 2, 9, 100,
		    SEK_MODEL_UV_BYPASS },
		{ { R(REMOTE, 10), U(20, 7), R(PHYSICAL, 30) }, 3, 9, 100,
		    SEK_MODEL_PHYSICAL },
		/* the second update mends what the first one did not */
		{ { R(REMOTE, 10), U(20, 9), U(30, 7) }, 3, 8, 100,
		    SEK_MODEL_UPDATE },
		/* nothing mends this */
		{ { R(REVOKED, 10), U(20, 7) }, 2, 9, 100,
		    SEK_MODEL_REVOKED },
		{ { R(ATTESTATION_KEY, 10), U(20, 7) }, 2, 9, 100,
		    SEK_MODEL_ATTESTATION_KEY },
	};
	char name[40];
	size_t i;
	uint32_t got;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		got = sek_model_judge(rows[i].r, rows[i].n, rows[i].firmware,
		    rows[i].now);
		(void)snprintf(name, sizeof name, "row %zu: %u", i, got);
		if (got != rows[i].want)
			CHECK_STR(name, "as it should be");
	}
}

static void
words(void)
{
	char out[200], small[12];

	sek_model_words(0, out, sizeof out);
	CHECK_STR(out, "none");
	sek_model_words(63, out, sizeof out);
	CHECK_STR(out, "revoked uv-bypass attestation-key remote-compromise "
	    "physical-compromise update-available");
	sek_model_words(63, small, sizeof small);
	CHECK_STR(small, "revoked uv-");
}

static void
days(void)
{
	static const char *const bad[] = { "", "2026", "2026-1-1",
	    "2026-13-01", "2026-00-10", "2026-01-00", "2026-02-29",
	    "2100-02-29", "2026-01-32", "20260101", "2026-01-01 ",
	    " 2026-01-01", "2026-01-01Z", "1970-01-01", "0000-00-00",
	    "+026-01-01", "2026/01/01", "2026-01-0x", "01-01-2026" };
	int64_t at = 7;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK(!sek_mds_date(bad[i], &at));
	CHECK_INT(at, 7);
	CHECK(sek_mds_date("2030-01-02", &at));
	CHECK_INT(at, NEXT);
	CHECK(sek_mds_date("2028-02-29", &at));
	CHECK(sek_mds_date("9999-12-31", &at));
}

/* -- the file */

static int
write_table(const char *text)
{
	struct sek_mds m;
	int fd, r = sek_mds_read((const uint8_t *)text, strlen(text), &m,
	    &why);

	if (r != SEK_OK)
		return r;
	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	r = fd >= 0 ? sek_mds_write(&m, 1234, fd, &why) : SEK_E_SYS;
	if (fd >= 0)
		(void)close(fd);
	sek_mds_free(&m);
	return r;
}

static struct sek_model
find(const char *aaguid, uint64_t firmware)
{
	struct sek_model found = { .known = false };
	struct sek_models_info info;
	struct sek_models *m = NULL;
	uint8_t bytes[16];

	CHECK(sek_aaguid_of_text(aaguid, bytes));
	CHECK_INT(sek_models_open(folder, &m, &info, &why), SEK_OK);
	CHECK_INT(info.number, 3);
	CHECK_INT(info.next_update, NEXT + DAY - 1);
	CHECK_INT(info.made, 1234);
	CHECK_INT(sek_models_find(m, bytes, firmware, 1700000000, &found,
	    &why), SEK_OK);
	sek_models_close(m);
	return found;
}

static void
first_middle_and_last(void)
{
	char text[4000] = HEAD;
	char aaguid[37];
	struct sek_model m;
	unsigned i;
	size_t n;

	/* backwards, so that they are put in order; only odd ones */
	for (i = 19; i < 20; i -= 2) {
		n = strlen(text);
		(void)snprintf(text + n, sizeof text - n, "%s{\"aaguid\":"
		    "\"%08x-0000-0000-0000-000000000000\",\"statusReports\":"
		    "[{\"status\":\"REVOKED\"}],\"metadataStatement\":{"
		    "\"description\":\"m%u\"}}", i == 19 ? "" : ",", i, i);
	}
	(void)strcat(text, "]}");
	CHECK_INT(write_table(text), SEK_OK);
	for (i = 1; i < 22; i++) {
		char name[8];

		(void)snprintf(aaguid, sizeof aaguid,
		    "%08x-0000-0000-0000-000000000000", i);
		(void)snprintf(name, sizeof name, "m%u", i);
		m = find(aaguid, 0);
		CHECK_INT(m.known, i % 2 == 1 && i < 20);
		CHECK_STR(m.name, m.known ? name : "");
		CHECK_INT(m.status, m.known ? SEK_MODEL_REVOKED : 0);
	}
	m = find("00000000-0000-0000-0000-000000000000", 0);
	CHECK(!m.known);
	m = find("ffffffff-ffff-ffff-ffff-ffffffffffff", 0);
	CHECK(!m.known);
}

/* The higher of the statement's version and the report's own. */
static void
version_that_mends(void)
{
	static const struct {
		const char *statement, *report;
		uint64_t fixed;
	} rows[] = {
		{ "5", "5", 5 }, { "6", "5", 6 }, { "5", "6", 6 },
		{ "null", "6", 6 }, { "6", "null", 6 }, { "null", "null", 0 },
		{ "\"6\"", "-1", 0 }, { "6.5", "0", 0 },
		{ "9007199254740993", "1", 9007199254740993u },
	};
	char text[1000];
	struct sek_mds m;
	uint64_t fixed;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)snprintf(text, sizeof text, HEAD "{\"aaguid\":\"" A "\","
		    "\"metadataStatement\":{\"authenticatorVersion\":%s},"
		    "\"statusReports\":[{\"status\":\"UPDATE_AVAILABLE\","
		    "\"authenticatorVersion\":%s}]}]}", rows[i].statement,
		    rows[i].report);
		CHECK_INT(sek_mds_read((const uint8_t *)text, strlen(text), &m,
		    &why), SEK_OK);
		fixed = m.models[0].reports[0].fixed;
		sek_mds_free(&m);
		CHECK_INT(fixed, rows[i].fixed);
	}
}

/* An update whose date nobody can read is none; a bad report is in force. */
static void
dates_that_cannot_be_read(void)
{
	static const char *const bad[] = { "\"\"", "\"soon\"", "7", "null",
	    "\"2026-02-30\"", "[]" };
	char text[1000];
	struct sek_model m;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		(void)snprintf(text, sizeof text, HEAD "{\"aaguid\":\"" A "\","
		    "\"metadataStatement\":{\"authenticatorVersion\":5},"
		    "\"statusReports\":[{\"status\":\"UV\"},{\"status\":"
		    "\"USER_VERIFICATION_BYPASS\",\"effectiveDate\":%s},"
		    "{\"status\":\"UPDATE_AVAILABLE\",\"effectiveDate\":%s}]"
		    "}]}", bad[i], bad[i]);
		CHECK_INT(write_table(text), SEK_OK);
		m = find(A, 9);
		CHECK_INT(m.status, SEK_MODEL_UV_BYPASS | SEK_MODEL_UPDATE);
	}
}

/* -- attestation roots */

static char *
root_text(X509 **out)
{
	static const char *const ext[] = { "basicConstraints=CA:TRUE", NULL };
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	struct mint_cert c = { .subject = "Attestation Root", .serial = 9,
	    .key = key, .from = 1700000000, .to = 1900000000, .ext = ext };
	unsigned char *der = NULL;
	char *text;
	int n;

	*out = mint_certificate(&c);
	CHECK(*out != NULL);
	n = i2d_X509(*out, &der);
	text = mds_base64(der, (size_t)n, false);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	return text;
}

static int
roots_of(const char *aaguid, X509 *want)
{
	STACK_OF(X509) *out = sk_X509_new_null();
	struct sek_models_info info;
	struct sek_models *m = NULL;
	uint8_t bytes[16];
	int i, n = -1;

	CHECK(sek_aaguid_of_text(aaguid, bytes));
	/* what the caller has in it stays */
	CHECK(X509_up_ref(want) == 1 && sk_X509_push(out, want) > 0);
	if (sek_models_open(folder, &m, &info, &why) == SEK_OK &&
	    sek_models_roots(m, bytes, out, &why) == SEK_OK)
		n = sk_X509_num(out) - 1;
	for (i = 0; i < sk_X509_num(out); i++)
		if (X509_cmp(sk_X509_value(out, i), want) != 0)
			n = -2;
	if (n == -1 && sk_X509_num(out) != 1)
		n = -3;
	sek_models_close(m);
	sk_X509_pop_free(out, X509_free);
	return n;
}

static void
roots(void)
{
	X509 *x;
	char *text = root_text(&x), json[8000];
	struct sek_mds m;
	size_t lost;
	int n[3], r;

	(void)snprintf(json, sizeof json, HEAD "{\"aaguid\":\"" A "\","
	    "\"metadataStatement\":{\"attestationRootCertificates\":[\"%s\","
	    "\"no\",7,\"\",\"MAA=\",\" \\n%s\\r\\n\"]},\"statusReports\":[]},"
	    "{\"aaguid\":\"" B "\",\"statusReports\":[]},{\"aaguid\":\"" A
	    "\",\"metadataStatement\":{\"attestationRootCertificates\":"
	    "[\"%s\"]},\"statusReports\":[]}]}", text, text, text);
	free(text);
	r = sek_mds_read((const uint8_t *)json, strlen(json), &m, &why);
	lost = r == SEK_OK ? m.lost_roots : 0;
	if (r == SEK_OK)
		sek_mds_free(&m);
	r = write_table(json);
	n[0] = roots_of(A, x);
	n[1] = roots_of(B, x);
	n[2] = roots_of("00000000-0000-0000-0000-000000000000", x);
	X509_free(x);
	CHECK_INT(lost, 4);
	CHECK_INT(r, SEK_OK);
	CHECK_INT(n[0], 3);
	CHECK_INT(n[1], 0);
	CHECK_INT(n[2], 0);
}

/* -- a file that is not what was written */

static const char two[] = HEAD "{\"aaguid\":\"" A "\",\"statusReports\":["
    "{\"status\":\"REVOKED\"}],\"metadataStatement\":{\"description\":\"a\","
    "\"attestationRootCertificates\":[\"%s\"]}},{\"aaguid\":\"" B "\","
    "\"statusReports\":[{\"status\":\"FIDO_CERTIFIED\"}]}]}";

static size_t
slurp(uint8_t *p, size_t cap)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, p, cap);

	(void)close(fd);
	return n > 0 ? (size_t)n : 0;
}

static void
spit(const uint8_t *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	CHECK(fd >= 0 && write(fd, p, n) == (ssize_t)n && close(fd) == 0);
}

static int
try_open(void)
{
	struct sek_models_info info;
	struct sek_models *m = NULL;
	int r = sek_models_open(folder, &m, &info, &why);

	sek_models_close(m);
	return r;
}

static void
no_bit_can_be_another(void)
{
	X509 *x;
	char *text = root_text(&x), json[4000];
	uint8_t good[2000], bad[2000];
	size_t i, n, index, missed = 0;

	(void)snprintf(json, sizeof json, two, text);
	free(text);
	CHECK_INT(write_table(json), SEK_OK);
	n = slurp(good, sizeof good);
	index = SEK_MODELS_HEAD + 2 * SEK_MODELS_ENTRY + SEK_MODELS_REPORT + 1;
	CHECK(n > index && n < sizeof good);
	for (i = 0; i < n; i++) {
		memcpy(bad, good, n);
		bad[i] ^= (uint8_t)(1u << i % 8);
		spit(bad, n);
		if (i < index ? try_open() != SEK_E_SYNTAX :
		    roots_of(A, x) != -1 || try_open() != SEK_OK)
			missed++;
		spit(good, i);
		missed += try_open() != SEK_E_SYNTAX;
	}
	good[n] = 0;
	spit(good, n + 1);
	missed += try_open() != SEK_E_SYNTAX;
	X509_free(x);
	CHECK_INT(missed, 0);
}

/* A whole file, hash and all, whose index leads out of it. */
static int
forge(const struct sek_models_entry *e, const struct sek_model_report *rep,
    uint32_t n)
{
	struct sek_models_head h = { .models = n, .reports = 1, .names = 4,
	    .roots = 4 };
	uint8_t head[SEK_MODELS_HEAD];
	struct sek_buf b = { 0 };
	uint32_t i;
	int r;

	for (i = 0; i < n; i++)
		sek_models_entry_enc(&b, &e[i]);
	sek_models_report_enc(&b, rep);
	sek_put_raw(&b, "abcd", 4);
	CHECK_INT(sek_models_head_enc(&h, b.p, head), SEK_OK);
	sek_put_raw(&b, "efgh", 4);
	r = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	CHECK(write(r, head, sizeof head) == (ssize_t)sizeof head &&
	    write(r, b.p, b.len) == (ssize_t)b.len && close(r) == 0);
	sek_buf_free(&b);
	return try_open();
}

static void
index_that_leads_elsewhere(void)
{
	const struct sek_models_entry good = { .aaguid = { 1 }, .name_len = 4,
	    .n_reports = 1, .roots_len = 4 };
	const struct sek_model_report rep = { .status = SEK_MODEL_REVOKED };
	struct sek_models_entry e, twice[2] = { good, good };
	struct sek_model_report r;

#define BAD(field, value)						\
	do {								\
		e = good;						\
		e.field = (value);					\
		CHECK_INT(forge(&e, &rep, 1), SEK_E_SYNTAX);		\
	} while (0)
	CHECK_INT(forge(&good, &rep, 1), SEK_OK);
	BAD(name_at, 1);
	BAD(name_at, UINT32_MAX);
	BAD(name_len, 5);
	BAD(name_len, UINT16_MAX);
	BAD(first_report, 1);
	BAD(first_report, UINT32_MAX);
	BAD(n_reports, 2);
	BAD(n_roots, SEK_MODELS_ROOTS_EACH + 1);
	BAD(roots_at, 1);
	BAD(roots_at, UINT32_MAX);
	BAD(roots_len, 5);
	BAD(roots_len, UINT32_MAX);
#define BAD_REPORT(field, value)					\
	do {								\
		r = rep;						\
		r.field = (value);					\
		CHECK_INT(forge(&good, &r, 1), SEK_E_SYNTAX);		\
	} while (0)
	BAD_REPORT(status, 0);
	BAD_REPORT(status, 3);
	BAD_REPORT(status, 64);
	BAD_REPORT(from, -1);
	CHECK_INT(forge(twice, &rep, 2), SEK_OK);
	twice[1].aaguid[0] = 0;
	CHECK_INT(forge(twice, &rep, 2), SEK_E_SYNTAX);
}

static void
files_of_others(void)
{
	char other[220];

	CHECK_INT(write_table(HEAD "{\"aaguid\":\"" A "\"}]}"), SEK_OK);
	CHECK_INT(try_open(), SEK_OK);
	CHECK(chmod(path, 0664) == 0);
	CHECK_INT(try_open(), SEK_E_UNSAFE);
	CHECK(chmod(path, 0646) == 0);
	CHECK_INT(try_open(), SEK_E_UNSAFE);
	CHECK(chmod(path, 0644) == 0);
	if (geteuid() == 0) {
		CHECK(chown(path, 65534, 0) == 0);
		CHECK_INT(try_open(), SEK_E_UNSAFE);
		CHECK(chown(path, 0, 0) == 0);
	}
	CHECK(chmod(folder, 0777) == 0);
	CHECK_INT(try_open(), SEK_E_UNSAFE);
	CHECK(chmod(folder, 0755) == 0);
	(void)snprintf(other, sizeof other, "%s/other", folder);
	CHECK(rename(path, other) == 0 && symlink("other", path) == 0);
	CHECK_INT(try_open(), SEK_E_UNSAFE);
	CHECK(unlink(path) == 0 && unlink(other) == 0);
	CHECK(mkfifo(path, 0644) == 0);
	CHECK_INT(try_open(), SEK_E_UNSAFE);
	CHECK(unlink(path) == 0 && mkdir(path, 0755) == 0);
	CHECK_INT(try_open(), SEK_E_UNSAFE);
	CHECK(rmdir(path) == 0);
	CHECK_INT(try_open(), SEK_E_NOENT);
}

/* More than a table may hold. */
static void
limits(void)
{
	const size_t cap = 8u << 20;
	char *text = malloc(cap);
	struct sek_mds m = { .n = 0 };
	size_t n, i;
	int many, most;

	CHECK(text != NULL);
	for (i = 0, n = (size_t)sprintf(text, HEAD); i < 4097; i++)
		n += (size_t)sprintf(text + n, "%s7", i > 0 ? "," : "");
	(void)sprintf(text + n, "]}");
	many = sek_mds_read((const uint8_t *)text, strlen(text), &m, &why);
	n = (size_t)sprintf(text, HEAD "{\"aaguid\":\"" A "\","
	    "\"statusReports\":[");
	for (i = 0; i < 65536; i++)
		n += (size_t)sprintf(text + n, "%s{\"status\":\"REVOKED\"}",
		    i > 0 ? "," : "");
	(void)sprintf(text + n, "]}]}");
	most = sek_mds_read((const uint8_t *)text, strlen(text), &m, &why);
	free(text);
	CHECK_INT(many, SEK_E_LIMIT);
	CHECK_INT(most, SEK_E_LIMIT);
	CHECK(m.models == NULL);
}

int
main(void)
{
	if (sek_crypto_start() != SEK_OK || mkdtemp(folder) == NULL ||
	    chmod(folder, 0755) != 0) {
		printf("not ok mds_table_test: no folder\n");
		return 1;
	}
	(void)snprintf(path, sizeof path, "%s/" SEK_MODELS_FILE, folder);
	RUN(reports_by_date_and_firmware);
	RUN(words);
	RUN(days);
	RUN(first_middle_and_last);
	RUN(version_that_mends);
	RUN(dates_that_cannot_be_read);
	RUN(roots);
	RUN(no_bit_can_be_another);
	RUN(index_that_leads_elsewhere);
	RUN(files_of_others);
	RUN(limits);
	(void)unlink(path);
	(void)rmdir(folder);
	return CHECK_END();
}
