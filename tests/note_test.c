/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signed notes as they are read: published ones, ones by keys of our own,
 * and hostile ones.
 * PeterNeumann is the example of the Go note package, example.com/foo that of
 * an implementation in Elixir, quasimodo that of the specification, whose key
 * is not published.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>

#include "record/note.h"
#include "record/note_rooms.h"
#include "tests/check.h"

#define DASH "\xE2\x80\x94 "
#define PETER "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/" \
	"LDE4izWy10TW"
#define PETER_TEXT "If you think cryptography is the answer to your " \
	"problem,\nthen you don't know what your problem is.\n"
#define PETER_SIG DASH "PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pA" \
	"cElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
#define FOO "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcr" \
	"nKv3U2k"
#define FOO_SIG DASH "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXp" \
	"pzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
#define QUASIMODO DASH "quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUP" \
	"eFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNt" \
	"Ic=\n"
#define ROOT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static struct sek_vkey keys[3]; /* PETER, FOO, then one of our own */
static struct sek_skey own;
static char path[] = "/tmp/sekisho-note-XXXXXX";

static int
open_note(const char *text, size_t n_keys, struct note_sigs *sigs)
{
	struct note_open o;
	struct sek_why why = { "" };

	return note_open(text, strlen(text), keys, n_keys, &o, sigs, &why);
}

static void
published_notes_verify(void)
{
	struct note_sigs s;

	CHECK_INT(open_note(PETER_TEXT "\n" PETER_SIG, 1, &s), SEK_OK);
	CHECK_INT(s.n, 1);
	CHECK(s.verified == 1 && s.by[0] && !s.by[1]);
	CHECK_INT(open_note("This is an example message.\n\n" FOO_SIG, 2, &s),
	    SEK_OK);
	CHECK(s.verified == 1 && !s.by[0] && s.by[1]);
	CHECK_INT(open_note("Ognuno sta solo sul cuor della terra\n"
	    "trafitto da un raggio di sole:\n\ned \xC3\xA8 subito sera.\n\n"
	    QUASIMODO, 0, &s), SEK_OK);
	CHECK_INT(s.n, 1);
	CHECK_INT(s.verified, 0);
}

static void
other_text_does_not_verify(void)
{
	struct note_sigs s;

	CHECK_INT(open_note(PETER_TEXT "x\n\n" PETER_SIG, 1, &s),
	    SEK_E_DENIED);
	CHECK_INT(open_note(PETER_TEXT "\n\n" PETER_SIG, 1, &s),
	    SEK_E_DENIED);
	/* the line of a known key that is wrong spoils a note that another
	 * known key has signed */
	CHECK_INT(open_note("This is an example message.\n\n" FOO_SIG
	    PETER_SIG, 2, &s), SEK_E_DENIED);
	/* unknown keys are ignored */
	CHECK_INT(open_note(PETER_TEXT "\n" FOO_SIG PETER_SIG QUASIMODO, 1,
	    &s), SEK_OK);
	CHECK_INT(s.n, 3);
	CHECK_INT(s.verified, 1);
	CHECK_INT(open_note(PETER_TEXT "\n" FOO_SIG, 1, &s), SEK_E_DENIED);
	/* the same name with another id, and the other way round */
	CHECK_INT(open_note(PETER_TEXT "\n" DASH "PeterNeumann AAAAAAAA\n", 1,
	    &s), SEK_E_DENIED);
}

static const struct { const char *text; } bad_notes[] = {
	{ "" }, { "\n" }, { "\n\n" }, { "a\n" }, { "a\n\n" },
	{ "a\n\n" DASH },
	{ "a\n\n" DASH "\n" },
	{ "a\n\n" DASH "name\n" },
	{ "a\n\n" DASH "name \n" },
	{ "a\n\n" DASH " AAAAAAA=\n" },
	{ "a\n\n" DASH "name AAAAAA==\n" },           /* 4 bytes */
	{ "a\n\n" DASH "name AAAAAAA\n" },            /* no padding */
	{ "a\n\n" DASH "name AAAAAAB=\n" },           /* bits left over */
	{ "a\n\n" DASH "name AAAAAAA=" },             /* no end */
	{ "a\n\n" DASH "name AAAAAAA= \n" },
	{ "a\n\n" DASH "name  AAAAAAA=\n" },
	{ "a\n\n" DASH "na+me AAAAAAA=\n" },
	{ "a\n\n" DASH "na\xC2\xA0me AAAAAAA=\n" },   /* no-break space */
	{ "a\n\n" DASH "na\xE3\x80\x80me AAAAAAA=\n" },
	{ "a\n\n- name AAAAAAA=\n" },
	{ "a\n" DASH "name AAAAAAA=\n" },             /* no blank line */
	{ "\n" DASH "name AAAAAAA=\n" },
	{ "\n\n" DASH "name AAAAAAA=\n" },            /* no text */
	{ "a\r\n\n" DASH "name AAAAAAA=\n" },
	{ "a\t\n\n" DASH "name AAAAAAA=\n" },
	{ "a\x1B\n\n" DASH "name AAAAAAA=\n" },
	{ "a\xFF\n\n" DASH "name AAAAAAA=\n" },
	{ "a\xC0\xAF\n\n" DASH "name AAAAAAA=\n" },
	{ "a\xED\xA0\x80\n\n" DASH "name AAAAAAA=\n" },
	{ "a\xF4\x90\x80\x80\n\n" DASH "name AAAAAAA=\n" },
	{ "a\n\n" DASH "name AAAAAAA=\nmore\n" },
};

static void
notes_of_another_form_are_refused(void)
{
	struct note_sigs s;
	struct note_open o;
	size_t i;

	CHECK_INT(open_note("a\n\n" DASH "name AAAAAAA=\n", 0, &s), SEK_OK);
	for (i = 0; i < sizeof bad_notes / sizeof bad_notes[0]; i++) {
		if (open_note(bad_notes[i].text, 0, &s) != SEK_E_SYNTAX)
			printf("# row %zu\n", i);
		CHECK_INT(open_note(bad_notes[i].text, 0, &s), SEK_E_SYNTAX);
	}
	CHECK_INT(note_open("a\0\n\n" DASH "name AAAAAAA=\n", 22, NULL, 0, &o,
	    &s, NULL), SEK_E_SYNTAX);
}

static void
signatures_are_counted(void)
{
	struct sek_buf b = { 0 };
	struct sek_vkey many[SEK_NOTE_KEYS + 1];
	struct note_sigs s;
	struct note_open o;
	int i;

	sek_put_raw(&b, "a\n\n", 3);
	for (i = 0; i < 16; i++)
		sek_put_raw(&b, DASH "name AAAAAAA=\n", 18);
	CHECK_INT(note_open(b.p, b.len, NULL, 0, &o, &s, NULL), SEK_OK);
	CHECK_INT(s.n, 16);
	sek_put_raw(&b, DASH "name AAAAAAA=\n", 18);
	CHECK_INT(note_open(b.p, b.len, NULL, 0, &o, &s, NULL), SEK_E_SYNTAX);
	sek_buf_clear(&b);
	while (b.len <= SEK_CHECKPOINT_MAX)
		sek_put_raw(&b, "aaaaaaa\n", 8);
	sek_put_raw(&b, "\n" DASH "name AAAAAAA=\n", 19);
	CHECK_INT(note_open(b.p, b.len, NULL, 0, &o, &s, NULL), SEK_E_SYNTAX);
	CHECK_INT(note_open("a\n", 2, many, SEK_NOTE_KEYS + 1, &o, &s, NULL),
	    SEK_E_SYNTAX);
	sek_buf_free(&b);
}

/* A checkpoint by our own key. */
static void
sign(const char *body, struct sek_buf *out)
{
	sek_put_raw(out, body, strlen(body));
	sek_put_u8(out, '\n');
	CHECK_INT(sek_note_sign(&own, body, strlen(body), out), SEK_OK);
}

static int
read_signed(const char *body, struct sek_checkpoint *c)
{
	struct sek_buf b = { 0 };
	int r;

	sign(body, &b);
	r = sek_checkpoint_read(b.p, b.len, keys, 3, c, NULL);
	sek_buf_free(&b);
	return r;
}

static void
checkpoints_are_read(void)
{
	struct sek_checkpoint c;
	uint8_t want[SEK_HASH_LEN];
	size_t i;

	for (i = 0; i < sizeof want; i++)
		want[i] = (uint8_t)i;
	CHECK_INT(read_signed("host/sekisho\n7\n" ROOT "\n", &c), SEK_OK);
	CHECK_STR(c.origin, "host/sekisho");
	CHECK_INT(c.size, 7);
	CHECK(memcmp(c.root, want, sizeof want) == 0);
	CHECK(c.n_sigs == 1 && c.verified == 1 && c.by[2] && !c.by[0]);
	CHECK_INT(read_signed("host/sekisho\n0\n" ROOT "\nan extension\n",
	    &c), SEK_OK);
	CHECK_INT(read_signed("host/sekisho\n9223372036854775807\n" ROOT
	    "\n", &c), SEK_OK);
	CHECK(c.size == INT64_MAX);
}

/* Who knows the keys of many logs does not let one speak for another. */
static void
the_key_of_another_log(void)
{
	static const char *const others[] = { "h", "host", "host/sekish",
		"host/sekisho2", "host/sekisho/token", "other/sekisho" };
	struct sek_checkpoint c;
	char body[200];
	size_t i;

	for (i = 0; i < sizeof others / sizeof others[0]; i++) {
		(void)snprintf(body, sizeof body, "%s\n7\n" ROOT "\n",
		    others[i]);
		CHECK_INT(read_signed(body, &c), SEK_E_DENIED);
	}
}

static void
bodies_of_another_form_are_refused(void)
{
	static const char *const bad[] = {
		"h\n", "h\n1\n", "h\n\n" ROOT "\n", "\n1\n" ROOT "\n",
		"h\n01\n" ROOT "\n", "h\n+1\n" ROOT "\n", "h\n-1\n" ROOT "\n",
		"h\n1 \n" ROOT "\n", "h\n0x1\n" ROOT "\n",
		"h\n9223372036854775808\n" ROOT "\n",
		"h\n18446744073709551617\n" ROOT "\n",
		"h\n99999999999999999999\n" ROOT "\n",
		"h\n1\nAAAA\n", "h\n1\n" ROOT "=\n", "h\n1\n" ROOT " \n",
		"h\n1\n" ROOT "\n\nx\n", "h o\n1\n" ROOT "\n",
		"h+o\n1\n" ROOT "\n", "h\xC3\xA9\n1\n" ROOT "\n",
	};
	struct sek_checkpoint c = { .size = 77 };
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int r = read_signed(bad[i], &c);

		if (r != SEK_E_SYNTAX)
			printf("# row %zu: %d\n", i, r);
		CHECK_INT(r, SEK_E_SYNTAX);
		CHECK_INT(c.size, 77);
	}
}

static void
every_changed_bit_of_a_checkpoint_is_refused(void)
{
	struct sek_buf b = { 0 };
	struct sek_checkpoint c;
	size_t i;

	sign("host/sekisho\n7\n" ROOT "\n", &b);
	for (i = 0; i < 8 * b.len; i++) {
		b.p[i / 8] ^= (uint8_t)(1u << i % 8);
		CHECK(sek_checkpoint_read(b.p, b.len, &keys[2], 1, &c,
		    NULL) != SEK_OK);
		b.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (i = 0; i < b.len; i++) /* torn */
		CHECK(sek_checkpoint_read(b.p, i, &keys[2], 1, &c, NULL) !=
		    SEK_OK);
	CHECK_INT(sek_checkpoint_read(b.p, b.len, &keys[2], 1, &c, NULL),
	    SEK_OK);
	sek_buf_free(&b);
}

/* A key in a token: ECDSA on P-256 with SHA-256. */
static void
a_countersigned_checkpoint(void)
{
	static const char body[] = "host/sekisho\n7\n" ROOT "\n";
	EVP_PKEY *ec = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct sek_vkey both[2] = { keys[2] };
	struct sek_buf b = { 0 };
	struct sek_checkpoint c;
	uint8_t sig[128];
	size_t n = sizeof sig;

	CHECK(ec != NULL && ctx != NULL);
	CHECK_INT(sek_vkey_of("host/sekisho/token", ec, &both[1]), SEK_OK);
	CHECK(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, ec,
	    NULL) == 1);
	CHECK(EVP_DigestSign(ctx, sig, &n, (const uint8_t *)body,
	    strlen(body)) == 1);
	sign(body, &b);
	CHECK_INT(sek_note_line(&both[1], sig, n, &b), SEK_OK);
	CHECK_INT(sek_checkpoint_read(b.p, b.len, both, 2, &c, NULL), SEK_OK);
	CHECK(c.verified == 2 && c.n_sigs == 2 && c.by[0] && c.by[1]);
	CHECK_INT(sek_checkpoint_read(b.p, b.len, both + 1, 1, &c, NULL),
	    SEK_OK);
	CHECK(c.verified == 1 && c.by[0]);
	sek_buf_clear(&b);
	sign(body, &b);
	sig[n - 1] ^= 1;
	CHECK_INT(sek_note_line(&both[1], sig, n, &b), SEK_OK);
	CHECK_INT(sek_checkpoint_read(b.p, b.len, both, 2, &c, NULL),
	    SEK_E_DENIED);
	sek_buf_free(&b);
	sek_vkey_free(&both[1]);
	EVP_PKEY_free(ec);
	EVP_MD_CTX_free(ctx);
}

static void
proofs_come_back_as_they_were_written(void)
{
	static const char line[] = "{\"a\":\"\xE5\xB1\xB1\"}";
	struct sek_inclusion p = { .index = 5, .n = 3 };
	struct sek_inclusion_read got;
	struct sek_buf b = { 0 }, c = { 0 };

	memset(p.hash, 0x5A, sizeof p.hash);
	sign("host/sekisho\n7\n" ROOT "\n", &c);
	CHECK_INT(sek_inclusion_text(&p, line, strlen(line), c.p, c.len, &b),
	    SEK_OK);
	CHECK_INT(sek_inclusion_parse(b.p, b.len, &got, NULL), SEK_OK);
	CHECK_INT(got.proof.index, 5);
	CHECK_INT(got.proof.n, 3);
	CHECK(memcmp(got.proof.hash, p.hash, 3 * SEK_HASH_LEN) == 0);
	CHECK(got.line.len == strlen(line) &&
	    memcmp(got.line.p, line, got.line.len) == 0);
	CHECK(got.checkpoint_len == c.len &&
	    memcmp(got.checkpoint, c.p, c.len) == 0);
	sek_buf_free(&got.line);
	sek_buf_free(&b);
	p.n = SEK_INCLUSION_MAX + 1;
	CHECK_INT(sek_inclusion_text(&p, line, 1, c.p, c.len, &b),
	    SEK_E_LIMIT);
	sek_buf_free(&b);
	sek_buf_free(&c);
}

#define HEAD "c2sp.org/tlog-proof@v1\n"

static void
proofs_of_another_form_are_refused(void)
{
	static const char *const bad[] = {
		"", HEAD, "c2sp.org/tlog-proof@v2\nextra AAAA\nindex 0\n\nx\n",
		HEAD "index 0\n\nx\n", HEAD "extra \nindex 0\n\nx\n",
		HEAD "extra AAA\nindex 0\n\nx\n",
		HEAD "extra  AAAA\nindex 0\n\nx\n",
		HEAD "Extra AAAA\nindex 0\n\nx\n",
		HEAD "extra AAAA\nindex 00\n\nx\n",
		HEAD "extra AAAA\nindex -1\n\nx\n",
		HEAD "extra AAAA\nindex 9223372036854775808\n\nx\n",
		HEAD "extra AAAA\nindex\n\nx\n",
		HEAD "extra AAAA\nindex 0\n", HEAD "extra AAAA\nindex 0\n\n",
		HEAD "extra AAAA\nindex 0\nAAAA\n\nx\n",
		HEAD "extra AAAA\nindex 0\n" ROOT "\n",
		HEAD "extra AAAA\nindex 0\n" ROOT "\r\n\nx\n",
		HEAD "extra AAAA\nextra AAAA\nindex 0\n\nx\n",
	};
	struct sek_inclusion_read got;
	struct sek_buf b = { 0 };
	size_t i;

	CHECK_INT(sek_inclusion_parse(HEAD "extra AAAA\nindex 0\n\nx\n",
	    sizeof HEAD "extra AAAA\nindex 0\n\nx\n" - 1, &got, NULL),
	    SEK_OK);
	sek_buf_free(&got.line);
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int r = sek_inclusion_parse(bad[i], strlen(bad[i]), &got,
		    NULL);

		if (r != SEK_E_SYNTAX)
			printf("# row %zu: %d\n", i, r);
		CHECK_INT(r, SEK_E_SYNTAX);
		CHECK(got.line.p == NULL);
	}
	sek_put_raw(&b, HEAD "extra AAAA\nindex 0\n", strlen(HEAD) + 19);
	for (i = 0; i < 64; i++)
		sek_put_raw(&b, ROOT "\n", strlen(ROOT) + 1);
	sek_put_raw(&b, "\nx\n", 3);
	CHECK_INT(sek_inclusion_parse(b.p, b.len, &got, NULL), SEK_E_SYNTAX);
	while (b.len <= SEK_INCLUSION_TEXT_MAX)
		sek_put_raw(&b, "xxxxxxx\n", 8);
	CHECK_INT(sek_inclusion_parse(b.p, b.len, &got, NULL), SEK_E_SYNTAX);
	sek_buf_free(&b);
}

static int
read_keys(const char *text, struct sek_vkey *out, size_t *n,
    struct sek_why *why)
{
	FILE *f = fopen(path, "w");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
	return sek_vkeys_read(path, out, n, why);
}

/* Found by the fuzzer: what stood behind a NUL was not of the name. */
static void
a_name_with_a_nul_is_none(void)
{
	static const char text[] = "PeterNeu\0\0\0C+5fd571ca+ARpc2QcUPDhMQegwx"
	    "bzhKqiBfsVkmqq/LDE4izWy10TW";
	struct sek_vkey k;

	CHECK_INT(sek_vkey_parse(text, sizeof text - 1, &k, NULL),
	    SEK_E_SYNTAX);
}

static void
lists_of_keys(void)
{
	static struct sek_vkey got[SEK_NOTE_KEYS];
	struct sek_why why = { "" };
	struct sek_buf b = { 0 };
	size_t n, i;

	CHECK_INT(read_keys("# keys\n\n" PETER "\n#\n" FOO, got, &n, &why),
	    SEK_OK);
	CHECK_INT(n, 2);
	CHECK_STR(got[1].name, "example.com/foo");
	sek_vkey_free(&got[0]);
	sek_vkey_free(&got[1]);
	CHECK_INT(read_keys(PETER "\n" PETER "x\n", got, &n, &why),
	    SEK_E_SYNTAX);
	CHECK_INT(n, 0);
	CHECK(strstr(why.text, ":2: ") != NULL);
	CHECK_INT(read_keys(PETER "\r\n", got, &n, &why), SEK_E_SYNTAX);
	CHECK_INT(read_keys("# none\n", got, &n, &why), SEK_E_SYNTAX);
	for (i = 0; i < SEK_NOTE_KEYS + 1; i++)
		sek_put_raw(&b, PETER "\n", strlen(PETER) + 1);
	sek_put_u8(&b, '\0');
	CHECK_INT(read_keys((const char *)b.p, got, &n, &why), SEK_E_SYNTAX);
	CHECK(strstr(why.text, "64") != NULL);
	sek_buf_clear(&b);
	while (b.len < 65536)
		sek_put_raw(&b, "# xxxxx\n", 8);
	sek_put_u8(&b, '\0');
	CHECK_INT(read_keys((const char *)b.p, got, &n, &why), SEK_E_LIMIT);
	CHECK_INT(sek_vkeys_read("/tmp", got, &n, &why), SEK_E_UNSAFE);
	CHECK_INT(sek_vkeys_read("/nonexistent", got, &n, &why), SEK_E_NOENT);
	CHECK_INT(sek_vkeys_read("/dev/zero", got, &n, &why), SEK_E_LIMIT);
	sek_buf_free(&b);
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0 || close(fd) != 0 ||
	    sek_vkey_parse(PETER, strlen(PETER), &keys[0], NULL) != SEK_OK ||
	    sek_vkey_parse(FOO, strlen(FOO), &keys[1], NULL) != SEK_OK ||
	    sek_skey_make("host/sekisho", &own) != SEK_OK)
		return 1;
	keys[2] = own.pub;
	RUN(published_notes_verify);
	RUN(other_text_does_not_verify);
	RUN(notes_of_another_form_are_refused);
	RUN(signatures_are_counted);
	RUN(checkpoints_are_read);
	RUN(the_key_of_another_log);
	RUN(bodies_of_another_form_are_refused);
	RUN(every_changed_bit_of_a_checkpoint_is_refused);
	RUN(a_countersigned_checkpoint);
	RUN(proofs_come_back_as_they_were_written);
	RUN(proofs_of_another_form_are_refused);
	RUN(a_name_with_a_nul_is_none);
	RUN(lists_of_keys);
	sek_vkey_free(&keys[0]);
	sek_vkey_free(&keys[1]);
	sek_skey_free(&own);
	return unlink(path) == 0 ? CHECK_END() : 1;
}
