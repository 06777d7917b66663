/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plays sekisho-fido before the gate, on descriptor 3, with keys of its own,
 * and says exactly what it is told: true or not, in or out of turn.
 *
 * What to say stands in the file "lie" in the folder of the program, a step a
 * line; keys are PEM files there, ids hexadecimal in files beside them, as
 * fidorow writes them.  The steps:
 *
 *   ask                      wait for ASSERT        go     wait for GO
 *   wanted WORD              end with 9 unless the ASSERT fits: see wanted()
 *   status none|strange|ready [NAME]    READY with the id of this credential
 *   note touch|choose|verify|again [TRIES]
 *   pin FLAGS TRIES [PIN]    ASKPIN; with PIN: end with 9 if it is another
 *   sign NAME [WHAT=HOW]...  ASSERTION: see sign()
 *   heard NAME               keep the first id of the ASSERT as this one
 *   again FILE               the ASSERTION that `sign ... keep=FILE` has made
 *   fail CODE [TRIES]        frame TYPE HEX         bytes HEX
 *   times N STEP             that step N times
 *   pause MS                 crash   hang   end CODE
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sekisho/os.h"
#include "sekisho/wire_fido.h"

#define MAX_WORDS 24
#define WRONG 9

static char folder[400];
static struct sek_assert asked;
static struct sek_buf asked_body;

static _Noreturn void
stop(const char *why)
{
	(void)fprintf(stderr, "liar: %s\n", why);
	exit(WRONG);
}

static void
path_of(char *out, size_t cap, const char *name, const char *suffix)
{
	(void)snprintf(out, cap, "%s/%s%s", folder, name, suffix);
}

/* -- frames, without the table that an honest helper keeps to */

static void
send_frame(uint8_t type, const struct sek_buf *body)
{
	const struct sek_deadline dl = sek_deadline_in(20000);
	struct sek_buf frame = { 0 };

	sek_put_u32(&frame, (uint32_t)body->len);
	sek_put_u8(&frame, type);
	sek_put_raw(&frame, body->p, body->len);
	/* the gate has heard enough: that is for it to say */
	if (sek_write_full(SEK_HELPER_FD, frame.p, frame.len, &dl) != SEK_OK)
		exit(0);
	sek_buf_free(&frame);
}

static void
receive(uint8_t want, struct sek_buf *body)
{
	const struct sek_deadline dl = sek_deadline_in(60000);
	uint8_t head[SEK_FRAME_HEADER], part[4096];
	struct sek_rd r = sek_rd_init(head, sizeof head);
	size_t left, n;

	if (sek_read_full(SEK_HELPER_FD, head, sizeof head, &dl) != SEK_OK)
		exit(0);
	sek_buf_clear(body);
	for (left = sek_rd_u32(&r); left > 0; left -= n) {
		n = left < sizeof part ? left : sizeof part;
		if (sek_read_full(SEK_HELPER_FD, part, n, &dl) != SEK_OK)
			exit(0);
		sek_put_raw(body, part, n);
	}
	if (sek_rd_u8(&r) != want)
		stop("another message than I waited for");
}

static size_t
of_hex(const char *hex, uint8_t *out, size_t cap)
{
	unsigned int byte;
	size_t n = 0;

	for (; hex[0] != '\0' && hex[0] != '\n' && n < cap; hex += 2) {
		if (sscanf(hex, "%2x", &byte) != 1)
			stop("not hexadecimal");
		out[n++] = (uint8_t)byte;
	}
	return n;
}

static size_t
read_id(const char *name, uint8_t *out, size_t cap)
{
	char path[600], text[2100] = "";
	FILE *f;

	path_of(path, sizeof path, name, ".id");
	if ((f = fopen(path, "re")) == NULL ||
	    fgets(text, sizeof text, f) == NULL)
		stop("no such id");
	(void)fclose(f);
	return of_hex(text, out, cap);
}

/* -- steps */

/* "ids=N", "rps=N", "pcsc", "not=NAME": this credential is not asked for;
 * "silent", "loud": a key tells of the first id, or does not. */
static void
wanted(const char *word)
{
	uint8_t id[SEK_FIDO_ID_MAX];
	size_t i, n;

	if (strncmp(word, "ids=", 4) == 0 && asked.n != strtoul(word + 4, NULL,
	    10))
		stop("another number of ids");
	if (strncmp(word, "rps=", 4) == 0 &&
	    asked.n_rps != strtoul(word + 4, NULL, 10))
		stop("another number of RP IDs");
	if (strcmp(word, "pcsc") == 0 && !asked.pcsc)
		stop("no cards wanted");
	if (strcmp(word, "silent") == 0 && !asked.ids[0].silent)
		stop("the first one is not silent");
	if (strcmp(word, "loud") == 0 && asked.ids[0].silent)
		stop("the first one is silent");
	if (strncmp(word, "not=", 4) != 0)
		return;
	n = read_id(word + 4, id, sizeof id);
	for (i = 0; i < asked.n; i++)
		if (asked.ids[i].n == n && memcmp(asked.ids[i].p, id, n) == 0)
			stop("this one is asked for");
}

static void
say_status(char **w)
{
	struct sek_key_status s = { .kind = SEK_KEY_NONE };
	struct sek_buf b = { 0 };

	if (strcmp(w[1], "strange") == 0)
		s.kind = SEK_KEY_STRANGE;
	if (strcmp(w[1], "ready") == 0)
		s.kind = SEK_KEY_READY;
	s.keys = s.kind == SEK_KEY_NONE ? 0 : 1;
	if (w[2] != NULL)
		s.id_len = read_id(w[2], s.id, sizeof s.id);
	sek_key_status_enc(&b, &s);
	send_frame(SEK_U_STATUS, &b);
	sek_buf_free(&b);
}

static void
say_note(char **w)
{
	static const char *const kinds[] = {
		"", "touch", "choose", "verify", "again"
	};
	struct sek_key_note note = { .tries_left = -1,
	    .label = "Sakura Key \x1b[1m" };
	struct sek_buf b = { 0 };
	int i;

	for (i = 1; i < 5; i++)
		if (strcmp(w[1], kinds[i]) == 0)
			note.kind = (enum sek_fido_note)i;
	if (w[2] != NULL)
		note.tries_left = (int8_t)atoi(w[2]);
	sek_key_note_enc(&b, &note);
	send_frame(SEK_U_NOTE, &b);
	sek_buf_free(&b);
}

static void
ask_pin(char **w)
{
	struct sek_askpin ask = { .flags = (uint32_t)strtoul(w[1], NULL, 0),
	    .tries_left = (int8_t)atoi(w[2]), .label = "Sakura Key" };
	struct sek_buf b = { 0 };

	sek_askpin_enc(&b, &ask);
	send_frame(SEK_U_ASKPIN, &b);
	receive(SEK_U_PIN, &b);
	if (w[3] != NULL && (b.len != strlen(w[3]) ||
	    memcmp(b.p, w[3], b.len) != 0))
		stop("another PIN");
	sek_buf_free(&b);
}

static void
say_fail(char **w)
{
	struct sek_key_fail fail = { .tries_left = w[2] == NULL ? -1 :
	    (int8_t)atoi(w[2]), .detail = "told to fail" };
	struct sek_buf b = { 0 };

	fail.code = (enum sek_fido_fail)atoi(w[1]);
	sek_key_fail_enc(&b, &fail);
	send_frame(SEK_U_FAIL, &b);
	sek_buf_free(&b);
}

/* The value of WHAT=HOW among the words, or NULL. */
static const char *
option(char **w, const char *what)
{
	size_t n = strlen(what);
	int i;

	for (i = 2; w[i] != NULL; i++)
		if (strncmp(w[i], what, n) == 0 && w[i][n] == '=')
			return w[i] + n + 1;
	return NULL;
}

static void
sign_with(const char *name, const char *md, const struct sek_buf *data,
    struct sek_fido_assertion *a)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *hash = NULL;
	EVP_PKEY *key = NULL;
	char path[600];
	FILE *f;

	path_of(path, sizeof path, name, ".pem");
	if ((f = fopen(path, "re")) == NULL ||
	    (key = PEM_read_PrivateKey(f, NULL, NULL, NULL)) == NULL)
		stop("no such key");
	(void)fclose(f);
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519)
		hash = md != NULL ? EVP_get_digestbyname(md) :
		    EVP_PKEY_get_bits(key) == 384 ? EVP_sha384() :
		    EVP_sha256();
	a->sig_len = sizeof a->sig;
	if (EVP_DigestSignInit(ctx, NULL, hash, NULL, key) != 1 ||
	    EVP_DigestSign(ctx, a->sig, &a->sig_len, data->p, data->len) != 1)
		stop("cannot sign");
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

/* Authenticator data: rp= (text), flags= (0x05), counter= (1), more= (hex
 * behind it), cut= (bytes to leave). */
static void
make_data(char **w, struct sek_buf *auth)
{
	const char *rp = option(w, "rp"), *flags = option(w, "flags");
	const char *counter = option(w, "counter"), *more = option(w, "more");
	uint8_t hash[32], extra[600];

	if (rp == NULL)
		rp = "hospital.example";
	(void)SHA256((const unsigned char *)rp, strlen(rp), hash);
	sek_put_raw(auth, hash, sizeof hash);
	sek_put_u8(auth, flags == NULL ? 0x05 :
	    (uint8_t)strtoul(flags, NULL, 0));
	sek_put_u32(auth, counter == NULL ? 1 :
	    (uint32_t)strtoul(counter, NULL, 0));
	if (more != NULL)
		sek_put_raw(auth, extra, of_hex(more, extra, sizeof extra));
	if (option(w, "cut") != NULL)
		auth->len = strtoul(option(w, "cut"), NULL, 0);
}

static void
keep(const char *name, const struct sek_buf *b)
{
	char path[600];
	FILE *f;

	path_of(path, sizeof path, name, "");
	if ((f = fopen(path, "we")) == NULL ||
	    fwrite(b->p, 1, b->len, f) != b->len || fclose(f) != 0)
		stop("cannot keep it");
}

/* As of an honest key, but for: data as above, id=NAME, index= (RP ID),
 * key=NAME, md=, hash= (hex instead of the challenge), spoil=1 (signature),
 * handle= (hex), keep=FILE. */
static void
sign(char **w)
{
	struct sek_fido_assertion a = { .label = "Sakura Key",
	    .transport = "usb" };
	struct sek_buf data = { 0 }, b = { 0 };
	const char *o = option(w, "id");

	a.id_len = read_id(o != NULL ? o : w[1], a.id, sizeof a.id);
	if ((o = option(w, "index")) != NULL)
		a.rp = (uint8_t)atoi(o);
	make_data(w, &data);
	a.auth_len = data.len;
	memcpy(a.auth, data.p, data.len);
	if ((o = option(w, "hash")) != NULL)
		(void)of_hex(o, asked.hash, sizeof asked.hash);
	sek_put_raw(&data, asked.hash, sizeof asked.hash);
	sign_with((o = option(w, "key")) != NULL ? o : w[1], option(w, "md"),
	    &data, &a);
	if (option(w, "spoil") != NULL)
		a.sig[a.sig_len - 1] ^= 1;
	if ((o = option(w, "handle")) != NULL)
		a.handle_len = of_hex(o, a.handle, sizeof a.handle);
	sek_fido_assertion_enc(&b, &a);
	if ((o = option(w, "keep")) != NULL)
		keep(o, &b);
	send_frame(SEK_U_ASSERTION, &b);
	sek_buf_free(&data);
	sek_buf_free(&b);
}

static void
say_again(const char *name)
{
	struct sek_buf b = { 0 };
	uint8_t bytes[8192];
	char path[600];
	FILE *f;

	path_of(path, sizeof path, name, "");
	if ((f = fopen(path, "re")) == NULL)
		stop("nothing was kept");
	sek_put_raw(&b, bytes, fread(bytes, 1, sizeof bytes, f));
	(void)fclose(f);
	send_frame(SEK_U_ASSERTION, &b);
	sek_buf_free(&b);
}

static void
say_bytes(const char *type, const char *hex)
{
	const struct sek_deadline dl = sek_deadline_in(5000);
	struct sek_buf b = { 0 };
	uint8_t bytes[8192];
	size_t n = of_hex(hex, bytes, sizeof bytes);

	sek_put_raw(&b, bytes, n);
	if (type != NULL)
		send_frame((uint8_t)strtoul(type, NULL, 0), &b);
	else if (sek_write_full(SEK_HELPER_FD, bytes, n, &dl) != SEK_OK)
		exit(0);
	sek_buf_free(&b);
}

static void
pause_ms(long ms)
{
	const struct timespec t = { .tv_sec = ms / 1000,
	    .tv_nsec = ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

static void
wait_for_ask(void)
{
	receive(SEK_U_ASSERT, &asked_body);
	if (sek_assert_dec(&asked, &asked_body) != SEK_OK)
		stop("no ASSERT");
}

static void
keep_heard(const char *name)
{
	char path[600];
	size_t i;
	FILE *f;

	path_of(path, sizeof path, name, ".id");
	if (asked.n == 0 || (f = fopen(path, "we")) == NULL)
		stop("no id to keep");
	for (i = 0; i < asked.ids[0].n; i++)
		(void)fprintf(f, "%02x", asked.ids[0].p[i]);
	(void)fclose(f);
}

static void step(char **w);

static void
rest(char **w)
{
	struct sek_buf b = { 0 };
	long i;

	if (strcmp(w[0], "go") == 0)
		receive(SEK_U_GO, &b);
	else if (strcmp(w[0], "times") == 0)
		for (i = 0; i < atol(w[1]); i++)
			step(w + 2);
	else if (strcmp(w[0], "pause") == 0)
		pause_ms(atol(w[1]));
	else if (strcmp(w[0], "crash") == 0)
		(void)raise(SIGSEGV);
	else if (strcmp(w[0], "hang") == 0)
		for (;;)
			pause_ms(60000);
	else if (strcmp(w[0], "end") == 0)
		exit(atoi(w[1]));
	else
		stop("no such step");
	sek_buf_free(&b);
}

static void
step(char **w)
{
	if (strcmp(w[0], "ask") == 0)
		wait_for_ask();
	else if (strcmp(w[0], "wanted") == 0)
		wanted(w[1]);
	else if (strcmp(w[0], "status") == 0)
		say_status(w);
	else if (strcmp(w[0], "note") == 0)
		say_note(w);
	else if (strcmp(w[0], "pin") == 0)
		ask_pin(w);
	else if (strcmp(w[0], "fail") == 0)
		say_fail(w);
	else if (strcmp(w[0], "sign") == 0)
		sign(w);
	else if (strcmp(w[0], "again") == 0)
		say_again(w[1]);
	else if (strcmp(w[0], "heard") == 0)
		keep_heard(w[1]);
	else if (strcmp(w[0], "frame") == 0)
		say_bytes(w[1], w[2] == NULL ? "" : w[2]);
	else if (strcmp(w[0], "bytes") == 0)
		say_bytes(NULL, w[1]);
	else
		rest(w);
}

/* To the end of the script, and then until the gate closes. */
int
main(void)
{
	char path[600], line[9000], *w[MAX_WORDS + 1], *save, *word;
	struct sek_buf b = { 0 };
	ssize_t len;
	FILE *f;
	int n;

	if ((len = readlink("/proc/self/exe", folder, sizeof folder - 1)) <= 0)
		return WRONG;
	folder[len] = '\0';
	*strrchr(folder, '/') = '\0';
	path_of(path, sizeof path, "lie", "");
	if ((f = fopen(path, "re")) == NULL)
		stop("nothing to say");
	while (fgets(line, sizeof line, f) != NULL) {
		n = 0;
		for (word = strtok_r(line, " \n", &save); word != NULL &&
		    n < MAX_WORDS; word = strtok_r(NULL, " \n", &save))
			w[n++] = word;
		memset(w + n, 0, sizeof w - (size_t)n * sizeof w[0]);
		if (n > 0 && w[0][0] != '#')
			step(w);
	}
	(void)fclose(f);
	receive(0, &b);
	return 0;
}
