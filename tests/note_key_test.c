/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys of the log and the checkpoints that they sign: the texts are those of
 * other implementations, what is not exactly one is refused.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/note.h"
#include "tests/check.h"

/* The key of the example in golang.org/x/mod/sumdb/note's documentation. */
#define GO_VKEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define GO_SKEY "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"

static char dir[64];

static const char *
file(const char *text, mode_t mode)
{
	static char path[96];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/key", dir);
	(void)unlink(path);
	f = fopen(path, "w");
	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
	CHECK(chmod(path, mode) == 0);
	return path;
}

static void
base64_has_one_text_for_each_value(void)
{
	static const char *const bad[] = { "A", "AA", "AAA", "AB==", "AAB=",
	    "AA==\n", " AA==", "A A=", "====", "A===", "=AAA", "AA=A",
	    "AA-_", "AAAA====" };
	uint8_t out[16];
	size_t i, n;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		n = sizeof out;
		if (sek_base64_get(bad[i], strlen(bad[i]), out, &n) == SEK_OK)
			printf("# %s\n", bad[i]);
		n = sizeof out;
		CHECK(sek_base64_get(bad[i], strlen(bad[i]), out, &n) !=
		    SEK_OK);
	}
	n = sizeof out;
	CHECK_INT(sek_base64_get("Zm9vYmE=", 8, out, &n), SEK_OK);
	CHECK(n == 5 && memcmp(out, "fooba", 5) == 0);
	n = 4;
	CHECK_INT(sek_base64_get("Zm9vYmE=", 8, out, &n), SEK_E_LIMIT);
	n = 0;
	CHECK_INT(sek_base64_get("", 0, out, &n), SEK_OK);
}

static void
a_key_of_the_go_package_is_read(void)
{
	struct sek_vkey k;
	char text[SEK_VKEY_MAX];

	CHECK_INT(sek_vkey_parse(GO_VKEY, strlen(GO_VKEY), &k, NULL), SEK_OK);
	CHECK_STR(k.name, "PeterNeumann");
	CHECK(memcmp(k.id, "\xc7\x4f\x20\xa3", 4) == 0);
	CHECK_INT(sek_vkey_text(&k, text), SEK_OK);
	CHECK_STR(text, GO_VKEY);
	sek_vkey_free(&k);
}

static void
other_texts_are_no_keys(void)
{
	static const char *const bad[] = { "", "a", "a+b", "a+b+c", "+" ,
	    "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumanN+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW ",
	    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy", };
	struct sek_vkey k;
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct sek_why why = { "" };

		CHECK_INT(sek_vkey_parse(bad[i], strlen(bad[i]), &k, &why),
		    SEK_E_SYNTAX);
		CHECK(why.text[0] != '\0' && k.pkey == NULL);
	}
}

static void
a_secret_key_is_kept_and_read_again(void)
{
	static const uint8_t root[SEK_HASH_LEN] = { 1 };
	struct sek_skey k, again;
	struct sek_buf text = { 0 }, body = { 0 }, a = { 0 }, b = { 0 };
	struct sek_why why = { "" };
	const char *path;

	CHECK_INT(sek_skey_make("ward-pc-3.example.jp/sekisho", &k), SEK_OK);
	CHECK_INT(sek_skey_text(&k, &text), SEK_OK);
	sek_put_u8(&text, 0);
	path = file((const char *)text.p, 0600);
	CHECK_INT(sek_skey_read(path, true, &again, &why), SEK_OK);
	CHECK_INT(sek_checkpoint_body(k.pub.name, 42, root, &body), SEK_OK);
	CHECK(body.len > 40 && memcmp(body.p, "ward-pc-3.example.jp/sekisho\n"
	    "42\nAQAAAAA", 39) == 0);
	CHECK_INT(sek_note_sign(&k, body.p, body.len, &a), SEK_OK);
	CHECK_INT(sek_note_sign(&again, body.p, body.len, &b), SEK_OK);
	CHECK(a.len == b.len && memcmp(a.p, b.p, a.len) == 0);
	CHECK(chmod(path, 0640) == 0);
	sek_skey_free(&again);
	CHECK_INT(sek_skey_read(path, false, &again, &why), SEK_E_UNSAFE);
	sek_skey_free(&k);
	sek_buf_free(&text);
	sek_buf_free(&body);
	sek_buf_free(&a);
	sek_buf_free(&b);
}

static void
a_pair_that_does_not_fit_is_seen(void)
{
	struct sek_skey k, other;
	struct sek_buf text = { 0 };
	char vkey[SEK_VKEY_MAX];
	struct sek_why why = { "" };
	char both[2000];

	(void)snprintf(both, sizeof both, "%s\n%s\n", GO_SKEY, GO_VKEY);
	CHECK_INT(sek_skey_read(file(both, 0600), true, &k, &why), SEK_OK);
	sek_skey_free(&k);
	CHECK_INT(sek_skey_make("PeterNeumann", &other), SEK_OK);
	CHECK_INT(sek_vkey_text(&other.pub, vkey), SEK_OK);
	(void)snprintf(both, sizeof both, "%s\n%s\n", GO_SKEY, vkey);
	CHECK_INT(sek_skey_read(file(both, 0600), true, &k, &why),
	    SEK_E_SYNTAX);
	(void)snprintf(both, sizeof both, "%s\n", GO_SKEY);
	CHECK_INT(sek_skey_read(file(both, 0600), false, &k, &why),
	    SEK_E_SYNTAX);
	CHECK_INT(sek_skey_read(file("", 0600), false, &k, &why),
	    SEK_E_SYNTAX);
	sek_skey_free(&other);
	sek_buf_free(&text);
}

static void
a_key_in_a_token_has_a_text_too(void)
{
	EVP_PKEY *p256 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"),
	    *p384 = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384");
	struct sek_vkey k, again;
	char text[SEK_VKEY_MAX];

	CHECK(p256 != NULL && p384 != NULL);
	CHECK_INT(sek_vkey_of("tpm", p256, &k), SEK_OK);
	CHECK_INT(k.type, SEK_NOTE_ECDSA);
	CHECK_INT(sek_vkey_text(&k, text), SEK_OK);
	CHECK_INT(sek_vkey_parse(text, strlen(text), &again, NULL), SEK_OK);
	CHECK(EVP_PKEY_eq(again.pkey, p256) == 1);
	sek_vkey_free(&k);
	sek_vkey_free(&again);
	CHECK_INT(sek_vkey_of("tpm", p384, &k), SEK_E_INVAL);
	CHECK_INT(sek_vkey_of("t pm", p256, &k), SEK_E_INVAL);
	EVP_PKEY_free(p256);
	EVP_PKEY_free(p384);
}

int
main(void)
{
	(void)snprintf(dir, sizeof dir, "/var/tmp/sekisho-note.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return 1;
	RUN(base64_has_one_text_for_each_value);
	RUN(a_key_of_the_go_package_is_read);
	RUN(other_texts_are_no_keys);
	RUN(a_secret_key_is_kept_and_read_again);
	RUN(a_pair_that_does_not_fit_is_seen);
	RUN(a_key_in_a_token_has_a_text_too);
	(void)unlink(file("", 0600));
	(void)rmdir(dir);
	return CHECK_END();
}
