/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads signed notes, checkpoints, proofs and lists of public keys.
 * Runs in `sekisho` and sekisho-forward, on what may come from anywhere.
 * Every length has a limit, every text one form; it believes no signature
 * but that of a key which its caller knows.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/note.h"
#include "record/note_rooms.h"
#include "sekisho/escape.h"

#define DASH "\xE2\x80\x94 " /* em dash U+2014, space */
#define DASH_LEN 4u
#define SIG_MAX 8192u   /* bytes of a signature; of ML-DSA 4627 */
#define VKEYS_MAX 65536u /* bytes of a list of keys */

/* -- text */

/* The code point at p; *len is 0 when it is not well formed (RFC 3629 4). */
static uint32_t
code_point(const uint8_t *p, size_t n, size_t *len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = p[0];
	size_t i, k = c < 0x80 ? 1 : c < 0xC0 ? 0 : c < 0xE0 ? 2 :
	    c < 0xF0 ? 3 : c < 0xF8 ? 4 : 0;

	*len = 0;
	if (k == 0 || k > n)
		return 0;
	if (k > 1)
		c &= 0x7Fu >> k;
	for (i = 1; i < k; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3F);
	}
	if (c < least[k] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 0;
	*len = k;
	return c;
}

/* C2SP signed-note: UTF-8, of the control characters below U+0020 only the
 * newline. */
static bool
is_text(const uint8_t *p, size_t n)
{
	size_t len;

	for (; n > 0; p += len, n -= len) {
		uint32_t c = code_point(p, n, &len);

		if (len == 0 || (c < 0x20 && c != '\n'))
			return false;
	}
	return true;
}

/* Characters with the property White_Space of Unicode, above ASCII. */
static bool
is_space(uint32_t c)
{
	return c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
	    (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
	    c == 0x202F || c == 0x205F || c == 0x3000;
}

/* The name of any key in text that was found good. */
static bool
is_name(const uint8_t *p, size_t n)
{
	size_t len, left;

	for (left = n; left > 0; p += len, left -= len) {
		uint32_t c = code_point(p, left, &len);

		if (len == 0 || is_space(c) || c == '+')
			return false;
	}
	return n > 0;
}

/* A cursor over lines; each ends with a newline. */
struct lines {
	const uint8_t *p;
	size_t left;
};

struct line {
	const char *p;
	size_t n;
};

static bool
next_line(struct lines *l, struct line *out)
{
	const uint8_t *nl = l->left == 0 ? NULL : memchr(l->p, '\n', l->left);

	if (nl == NULL)
		return false;
	*out = (struct line){ (const char *)l->p, (size_t)(nl - l->p) };
	l->left -= out->n + 1;
	l->p = nl + 1;
	return true;
}

/* Decimal, without leading zeros. */
static bool
read_decimal(const struct line *l, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (l->n == 0 || l->n > 19 || (l->p[0] == '0' && l->n > 1))
		return false;
	for (i = 0; i < l->n; i++) {
		if (l->p[i] < '0' || l->p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(l->p[i] - '0');
	}
	*out = v;
	return v <= INT64_MAX;
}

static bool
read_hash(const struct line *l, uint8_t out[SEK_HASH_LEN])
{
	size_t n = SEK_HASH_LEN;

	return sek_base64_get(l->p, l->n, out, &n) == SEK_OK &&
	    n == SEK_HASH_LEN;
}

/* -- signatures */

static bool
verifies(const struct sek_vkey *k, const void *body, size_t n,
    const uint8_t *sig, size_t sig_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx != NULL && EVP_DigestVerifyInit_ex(ctx, NULL,
	    k->type == SEK_NOTE_ECDSA ? "SHA256" : NULL, NULL, NULL, k->pkey,
	    NULL) == 1 && EVP_DigestVerify(ctx, sig, sig_len, body, n) == 1;

	EVP_MD_CTX_free(ctx);
	return ok;
}

static int
not_a_note(struct sek_why *why, const char *what)
{
	sek_why_set(why, "is no signed note: %s", what);
	return SEK_E_SYNTAX;
}

/* One signature line, its dash taken off. */
static int
read_sig(const struct line *l, const struct note_open *o,
    const struct sek_vkey *keys, size_t n_keys, struct note_sigs *out,
    struct sek_why *why)
{
	const char *sp = memchr(l->p, ' ', l->n);
	size_t name_len, i, n = SIG_MAX;
	uint8_t sig[SIG_MAX];

	name_len = sp == NULL ? 0 : (size_t)(sp - l->p);
	if (sp == NULL || !is_name((const uint8_t *)l->p, name_len) ||
	    sek_base64_get(sp + 1, l->n - name_len - 1, sig, &n) != SEK_OK ||
	    n < 5)
		return not_a_note(why, "a signature line of another form");
	for (i = 0; i < n_keys; i++) {
		if (strlen(keys[i].name) != name_len ||
		    memcmp(keys[i].name, l->p, name_len) != 0 ||
		    memcmp(keys[i].id, sig, sizeof keys[i].id) != 0)
			continue;
		if (!verifies(&keys[i], o->body, o->body_len, sig + 4,
		    n - 4)) {
			sek_why_set(why, "is signed wrongly by %s",
			    keys[i].name);
			return SEK_E_DENIED;
		}
		out->verified += !out->by[i];
		out->by[i] = true;
	}
	return SEK_OK;
}

/* Text and signatures are parted by the last empty line. */
static bool
part(const uint8_t *p, size_t n, struct note_open *o)
{
	size_t i;

	for (i = n; i >= 2; i--)
		if (p[i - 1] == '\n' && p[i - 2] == '\n')
			break;
	if (i < 3)
		return false;
	o->body = p;
	o->body_len = i - 1;
	o->sigs = p + i;
	o->sigs_len = n - i;
	return true;
}

int
note_open(const void *text, size_t n, const struct sek_vkey *keys,
    size_t n_keys, struct note_open *out, struct note_sigs *sigs,
    struct sek_why *why)
{
	struct lines left;
	struct line l;
	int r;

	memset(sigs, 0, sizeof *sigs);
	if (n > SEK_CHECKPOINT_MAX || n_keys > SEK_NOTE_KEYS)
		return not_a_note(why, "too long");
	if (n == 0 || !is_text(text, n) ||
	    ((const uint8_t *)text)[n - 1] != '\n')
		return not_a_note(why, "not text, or cut off");
	if (!part(text, n, out))
		return not_a_note(why, "no text and signatures");
	left = (struct lines){ out->sigs, out->sigs_len };
	while (next_line(&left, &l)) {
		if (l.n <= DASH_LEN || memcmp(l.p, DASH, DASH_LEN) != 0)
			return not_a_note(why, "a signature line of another "
			    "form");
		if (++sigs->n > SEK_NOTE_SIGS)
			return not_a_note(why, "too many signatures");
		l = (struct line){ l.p + DASH_LEN, l.n - DASH_LEN };
		if ((r = read_sig(&l, out, keys, n_keys, sigs, why)) != SEK_OK)
			return r;
	}
	if (sigs->n == 0)
		return not_a_note(why, "not signed");
	if (n_keys > 0 && sigs->verified == 0) {
		sek_why_set(why, "is signed by no known key");
		return SEK_E_DENIED;
	}
	return SEK_OK;
}

/* -- checkpoints (C2SP tlog-checkpoint) */

static bool
read_body(const struct note_open *o, struct sek_checkpoint *out)
{
	struct lines left = { o->body, o->body_len };
	struct line l;

	if (!next_line(&left, &l) || l.n >= sizeof out->origin)
		return false;
	memcpy(out->origin, l.p, l.n);
	out->origin[l.n] = '\0';
	if (strlen(out->origin) != l.n || !sek_origin_ok(out->origin) ||
	    !next_line(&left, &l) || !read_decimal(&l, &out->size) ||
	    !next_line(&left, &l) || !read_hash(&l, out->root))
		return false;
	while (next_line(&left, &l)) /* extensions, which nobody reads */
		if (l.n == 0)
			return false;
	return left.left == 0;
}

/* C2SP tlog-checkpoint: the log's own key has the origin as its name.  Another
 * log's key, or a witness's, is no word of this log. */
static bool
is_own_word(const struct sek_checkpoint *c, const struct sek_vkey *keys,
    size_t n_keys)
{
	size_t i, n = strlen(c->origin);

	for (i = 0; i < n_keys; i++)
		if (c->by[i] && strncmp(keys[i].name, c->origin, n) == 0 &&
		    (keys[i].name[n] == '\0' ||
		    strcmp(keys[i].name + n, SEK_TOKEN_SUFFIX) == 0))
			return true;
	return false;
}

int
sek_checkpoint_read(const void *text, size_t n, const struct sek_vkey *keys,
    size_t n_keys, struct sek_checkpoint *out, struct sek_why *why)
{
	struct sek_checkpoint c;
	struct note_sigs sigs;
	struct note_open o;
	int r = note_open(text, n, keys, n_keys, &o, &sigs, why);

	if (r != SEK_OK)
		return r;
	memset(&c, 0, sizeof c);
	if (!read_body(&o, &c)) {
		sek_why_set(why, "is no checkpoint of a log");
		return SEK_E_SYNTAX;
	}
	c.n_sigs = sigs.n;
	c.verified = sigs.verified;
	memcpy(c.by, sigs.by, sizeof c.by);
	if (n_keys > 0 && !is_own_word(&c, keys, n_keys)) {
		sek_why_set(why, "is signed by no known key of %s", c.origin);
		return SEK_E_DENIED;
	}
	*out = c;
	return SEK_OK;
}

/* -- proofs (C2SP tlog-proof) */

#define PROOF_HEAD "c2sp.org/tlog-proof@v1"
#define EXTRA "extra "
#define INDEX "index "

int
sek_inclusion_text(const struct sek_inclusion *p, const void *line, size_t n,
    const void *checkpoint, size_t m, struct sek_buf *out)
{
	char index[48];
	size_t i;
	int r;

	if (p->n > SEK_INCLUSION_MAX || m > SEK_CHECKPOINT_MAX)
		return SEK_E_LIMIT;
	(void)snprintf(index, sizeof index, "\n" INDEX "%llu\n",
	    (unsigned long long)p->index);
	sek_put_raw(out, PROOF_HEAD "\n" EXTRA,
	    sizeof PROOF_HEAD + sizeof EXTRA - 1);
	if ((r = sek_base64_put(out, line, n)) != SEK_OK)
		return r;
	sek_put_raw(out, index, strlen(index));
	for (i = 0; i < p->n; i++) {
		if ((r = sek_base64_put(out, p->hash[i],
		    SEK_HASH_LEN)) != SEK_OK)
			return r;
		sek_put_u8(out, '\n');
	}
	sek_put_u8(out, '\n');
	sek_put_raw(out, checkpoint, m);
	return out->len > SEK_INCLUSION_TEXT_MAX ? SEK_E_LIMIT :
	    sek_buf_ok(out);
}

/* What follows `word` in the line. */
static bool
after(struct line *l, const char *word)
{
	size_t n = strlen(word);

	if (l->n < n || memcmp(l->p, word, n) != 0)
		return false;
	*l = (struct line){ l->p + n, l->n - n };
	return true;
}

static int
read_extra(const struct line *l, struct sek_buf *out)
{
	size_t n = l->n / 4 * 3;
	uint8_t *p = malloc(n + 1);
	int r = p == NULL ? SEK_E_NOMEM : sek_base64_get(l->p, l->n, p, &n);

	if (r == SEK_OK && n > 0) {
		sek_put_raw(out, p, n);
		r = sek_buf_ok(out);
	}
	free(p);
	return r;
}

static int
not_a_proof(struct sek_inclusion_read *out, struct sek_why *why,
    const char *what)
{
	sek_why_set(why, "is no proof of a record: %s", what);
	sek_buf_free(&out->line);
	memset(out, 0, sizeof *out);
	return SEK_E_SYNTAX;
}

/* The hashes, up to the empty line. */
static const char *
read_path(struct lines *left, struct sek_inclusion *p)
{
	struct line l;

	while (next_line(left, &l)) {
		if (l.n == 0)
			return left->left > 0 ? NULL : "no checkpoint";
		if (p->n == SEK_INCLUSION_MAX)
			return "too many hashes";
		if (!read_hash(&l, p->hash[p->n++]))
			return "a line is no hash";
	}
	return "no checkpoint";
}

/* The record's line is no option with us: what would be proved? */
int
sek_inclusion_parse(const void *text, size_t n,
    struct sek_inclusion_read *out, struct sek_why *why)
{
	struct lines left = { text, n };
	const char *bad;
	struct line l;
	int r;

	memset(out, 0, sizeof *out);
	if (n > SEK_INCLUSION_TEXT_MAX)
		return not_a_proof(out, why, "too long");
	if (!next_line(&left, &l) || l.n != sizeof PROOF_HEAD - 1 ||
	    memcmp(l.p, PROOF_HEAD, l.n) != 0)
		return not_a_proof(out, why, "it does not begin with "
		    PROOF_HEAD);
	if (!next_line(&left, &l) || !after(&l, EXTRA))
		return not_a_proof(out, why, "the record is missing");
	if ((r = read_extra(&l, &out->line)) == SEK_E_NOMEM)
		return r;
	if (r != SEK_OK || out->line.len == 0)
		return not_a_proof(out, why, "the record is no base64");
	if (!next_line(&left, &l) || !after(&l, INDEX) ||
	    !read_decimal(&l, &out->proof.index))
		return not_a_proof(out, why, "no index");
	if ((bad = read_path(&left, &out->proof)) != NULL)
		return not_a_proof(out, why, bad);
	out->checkpoint = left.p;
	out->checkpoint_len = left.left;
	return SEK_OK;
}

/* -- lists of keys */

/* Whoever names the file vouches for it; a link is as good as what it leads
 * to. */
static int
read_plain(const char *path, uint8_t *p, size_t *n, struct sek_why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t room = *n;
	struct stat st;
	ssize_t k = 0;
	int r = SEK_OK;

	*n = 0;
	if (fd < 0) {
		r = errno == ENOENT ? SEK_E_NOENT : SEK_E_IO;
		(void)sek_why_about(why, r, path, strerror(errno));
		return r;
	}
	if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode))
		r = sek_why_about(why, SEK_E_UNSAFE, path, "is no file");
	while (r == SEK_OK && *n < room &&
	    (k = read(fd, p + *n, room - *n)) > 0)
		*n += (size_t)k;
	if (r == SEK_OK && k < 0)
		r = sek_why_about(why, SEK_E_IO, path, strerror(errno));
	else if (r == SEK_OK && *n == room)
		r = sek_why_about(why, SEK_E_LIMIT, path, "is too long");
	(void)close(fd);
	return r;
}

static int
bad_key(struct sek_why *why, const char *path, unsigned line,
    const char *what)
{
	char name[300];

	(void)sek_escape_str(name, sizeof name, path);
	sek_why_set(why, "%s:%u: %s", name, line, what);
	return SEK_E_SYNTAX;
}

static int
read_keys(const char *path, struct lines left,
    struct sek_vkey out[SEK_NOTE_KEYS], size_t *n, struct sek_why *why)
{
	struct sek_why about = { "" };
	struct line l;
	unsigned at;
	int r;

	for (at = 1; left.left > 0; at++) {
		if (!next_line(&left, &l)) { /* the last one may have no end */
			l = (struct line){ (const char *)left.p, left.left };
			left.left = 0;
		}
		if (l.n == 0 || l.p[0] == '#')
			continue;
		if (*n == SEK_NOTE_KEYS)
			return bad_key(why, path, at, "more than 64 keys");
		r = sek_vkey_parse(l.p, l.n, &out[*n], &about);
		if (r != SEK_OK)
			return bad_key(why, path, at, about.text);
		++*n;
	}
	return *n > 0 ? SEK_OK : sek_why_about(why, SEK_E_SYNTAX, path,
	    "holds no public key of a log");
}

int
sek_vkeys_read(const char *path, struct sek_vkey out[SEK_NOTE_KEYS],
    size_t *n, struct sek_why *why)
{
	size_t len = VKEYS_MAX;
	uint8_t *p = malloc(len);
	int r;

	*n = 0;
	if (p == NULL)
		return SEK_E_NOMEM;
	if ((r = read_plain(path, p, &len, why)) == SEK_OK)
		r = read_keys(path, (struct lines){ p, len }, out, n, why);
	if (r != SEK_OK)
		while (*n > 0)
			sek_vkey_free(&out[--*n]);
	free(p);
	return r;
}
