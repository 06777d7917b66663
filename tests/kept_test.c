/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file of a remembered proof: what was written is read again, and nothing
 * else is.
 */
#include "tests/check.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/kept.h"

#define NAME "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char folder[] = "/tmp/sekisho-kept.XXXXXX";
static char path[128];
static struct sek_why why;

static struct sek_kept
card(void)
{
	struct sek_kept k = { .at_ms = 123456789, .record = 41,
	    .pair = SEK_PAIR_PKCS11_PIN, .person = 1, .account = 2,
	    .credential = 3 };

	memset(k.same, 0xa5, sizeof k.same);
	sek_put_raw(&k.cert, "0certificate", 12);
	return k;
}

static struct sek_kept
key(void)
{
	struct sek_kept k = { .at_ms = UINT64_MAX, .record = INT64_MAX,
	    .pair = SEK_PAIR_FIDO2_VERIFICATION, .verified = true,
	    .person = INT64_MAX, .account = 1, .credential = 1 };

	return k;
}

static int
back(const struct sek_kept *in, struct sek_kept *out)
{
	struct sek_buf b = { 0 };
	int r = sek_kept_enc(&b, in);

	if (r == SEK_OK)
		r = sek_kept_dec(b.p, b.len, out);
	sek_buf_free(&b);
	return r;
}

static void
what_was_written_is_read(void)
{
	struct sek_kept in = card(), out = { .at_ms = 0 };

	CHECK_INT(back(&in, &out), SEK_OK);
	CHECK_INT(out.at_ms, 123456789);
	CHECK(memcmp(out.same, in.same, sizeof in.same) == 0);
	CHECK_INT(out.record, 41);
	CHECK_INT(out.pair, SEK_PAIR_PKCS11_PIN);
	CHECK(!out.verified);
	CHECK_INT(out.person, 1);
	CHECK_INT(out.account, 2);
	CHECK_INT(out.credential, 3);
	CHECK_INT(out.cert.len, 12);
	CHECK(memcmp(out.cert.p, "0certificate", 12) == 0);
	sek_kept_free(&in);
	sek_kept_free(&out);
	in = key();
	CHECK_INT(back(&in, &out), SEK_OK);
	CHECK(out.at_ms == UINT64_MAX && out.verified);
	CHECK_INT(out.person, INT64_MAX);
	CHECK_INT(out.cert.len, 0);
	sek_kept_free(&out);
}

static void
each_other_length_is_refused(void)
{
	struct sek_kept in = card(), out = { .at_ms = 7 };
	struct sek_buf b = { 0 };
	size_t n;

	CHECK_INT(sek_kept_enc(&b, &in), SEK_OK);
	for (n = 0; n < b.len; n++)
		CHECK_INT(sek_kept_dec(b.p, n, &out), SEK_E_PROTO);
	sek_put_u8(&b, 0);
	CHECK_INT(sek_kept_dec(b.p, b.len, &out), SEK_E_PROTO);
	CHECK_INT(out.at_ms, 7);
	sek_buf_free(&b);
	sek_kept_free(&in);
}

/* Offsets: magic 0, time 8, digest 16 (and its length), record 52, pair 60,
 * verified 61, person 62, account 70, credential 78, certificate 86. */
static void
what_makes_no_sense_is_refused(void)
{
	static const struct { size_t at; uint8_t byte; } spoilt[] = {
		{ 0, 's' }, { 7, '2' }, { 19, 31 }, { 19, 33 }, { 52, 0x80 },
		{ 60, 0 }, { 60, 200 }, { 60, SEK_PAIR_FIDO2_PASSWORD },
		{ 60, SEK_PAIR_SSH_PASSWORD }, { 61, 2 }, { 62, 0x80 },
		{ 69, 0 }, { 77, 0 }, { 85, 0 }, { 86, 0xff }, { 89, 11 },
		{ 89, 13 }
	};
	struct sek_kept in = card(), out = { .at_ms = 7 };
	struct sek_buf b = { 0 };
	uint8_t before;
	size_t i;

	CHECK_INT(sek_kept_enc(&b, &in), SEK_OK);
	for (i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
		before = b.p[spoilt[i].at];
		b.p[spoilt[i].at] = spoilt[i].byte;
		CHECK_INT(sek_kept_dec(b.p, b.len, &out), SEK_E_PROTO);
		b.p[spoilt[i].at] = before;
	}
	CHECK_INT(sek_kept_dec(b.p, b.len, &out), SEK_OK);
	sek_kept_free(&out);
	sek_buf_free(&b);
	/* and not written either */
	in.record = 0;
	CHECK_INT(sek_kept_enc(&b, &in), SEK_E_INVAL);
	in.record = 1;
	in.pair = (enum sek_pair)0;
	CHECK_INT(sek_kept_enc(&b, &in), SEK_E_INVAL);
	in.pair = SEK_PAIR_FIDO2_PASSWORD; /* with a certificate */
	CHECK_INT(sek_kept_enc(&b, &in), SEK_E_INVAL);
	sek_kept_free(&in);
	sek_buf_free(&b);
}

static int
read_it(void)
{
	struct sek_kept out = { .at_ms = 0 };
	int r;

	why.text[0] = '\0';
	r = sek_kept_read(folder, NAME, &out, &why);
	sek_kept_free(&out);
	return r;
}

static void
write_it(void)
{
	struct sek_kept k = card();

	CHECK_INT(sek_kept_write(folder, NAME, &k, &why), SEK_OK);
	sek_kept_free(&k);
	CHECK_INT(read_it(), SEK_OK);
}

static void
it_is_roots_alone(void)
{
	const mode_t before = umask(0);
	struct stat st;

	CHECK_INT(read_it(), SEK_E_NOENT);
	CHECK_STR(why.text, "");
	write_it();
	(void)umask(before);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0600);
	CHECK_INT(chmod(path, 0640), 0);
	CHECK_INT(read_it(), SEK_E_UNSAFE);
	CHECK(strstr(why.text, "0600") != NULL);
	CHECK_INT(chmod(path, 04600), 0);
	CHECK_INT(read_it(), SEK_E_UNSAFE);
	CHECK_INT(chmod(path, 0600), 0);
	if (geteuid() != 0)
		return;
	CHECK_INT(chown(path, 65534, 65534), 0);
	CHECK_INT(read_it(), SEK_E_UNSAFE);
	CHECK_INT(chown(path, 0, 0), 0);
	CHECK_INT(read_it(), SEK_OK);
}

static void
it_is_one_regular_file_of_its_size(void)
{
	char other[160];

	(void)snprintf(other, sizeof other, "%s/other", folder);
	write_it();
	CHECK_INT(link(path, other), 0);
	CHECK_INT(read_it(), SEK_E_UNSAFE);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(symlink(other, path), 0);
	CHECK_INT(read_it(), SEK_E_UNSAFE);
	CHECK(strstr(why.text, "symbolic link") != NULL);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(unlink(other), 0);
	CHECK_INT(mkfifo(path, 0600), 0);
	CHECK_INT(read_it(), SEK_E_UNSAFE);
	CHECK_INT(unlink(path), 0);
	write_it();
	CHECK_INT(truncate(path, 20), 0);
	CHECK_INT(read_it(), SEK_E_PROTO);
	CHECK_INT(truncate(path, SEK_KEPT_MAX_FILE + 1), 0);
	CHECK_INT(read_it(), SEK_E_LIMIT);
	CHECK_INT(truncate(path, 0), 0);
	CHECK_INT(read_it(), SEK_E_LIMIT);
	/* the next one takes its place, whatever it is */
	write_it();
}

static void
it_is_forgotten(void)
{
	write_it();
	CHECK_INT(sek_kept_remove(folder, NAME, &why), SEK_OK);
	CHECK_INT(read_it(), SEK_E_NOENT);
	CHECK_INT(sek_kept_remove(folder, NAME, &why), SEK_OK);
	CHECK_INT(mkdir(path, 0700), 0);
	CHECK(sek_kept_remove(folder, NAME, &why) != SEK_OK);
	CHECK_INT(rmdir(path), 0);
}

static void
no_other_name_is_a_file(void)
{
	static const char *const names[] = { "", ".", "..", "../../etc/shadow",
	    "ABCDEF", NAME "0", ("g123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef") };
	struct sek_kept k = card();
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		CHECK_INT(sek_kept_write(folder, names[i], &k, &why),
		    SEK_E_INVAL);
		CHECK_INT(sek_kept_remove(folder, names[i], &why),
		    SEK_E_INVAL);
	}
	CHECK(sek_kept_write("/nonexistent", NAME, &k, &why) != SEK_OK);
	sek_kept_free(&k);
}

int
main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	(void)snprintf(path, sizeof path, "%s/%s", folder, NAME);
	RUN(what_was_written_is_read);
	RUN(each_other_length_is_refused);
	RUN(what_makes_no_sense_is_refused);
	RUN(it_is_roots_alone);
	RUN(it_is_one_regular_file_of_its_size);
	RUN(it_is_forgotten);
	RUN(no_other_name_is_a_file);
	(void)unlink(path);
	(void)rmdir(folder);
	return CHECK_END();
}
