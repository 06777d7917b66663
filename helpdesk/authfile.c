/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The credentials in the files of pam_u2f.
 *
 * Part of the administrator's program.  Whoever wrote the file may have been
 * careless or hostile: what is not exactly understood is not taken.
 */
#include "helpdesk/authfile.h"

#include <stdio.h>
#include <string.h>

#include "record/note.h"
#include "sekisho/escape.h"

bool
authfile_field(struct authfile_fields *f, const char **field, size_t *n)
{
	const char *p = f->p;

	while (p < f->end && *p == f->by)
		p++;
	*field = p;
	while (p < f->end && *p != f->by)
		p++;
	f->p = p;
	*n = (size_t)(p - *field);
	return *n > 0;
}

bool
authfile_base64(const char *p, size_t n, uint8_t *out, size_t cap,
    size_t *len)
{
	*len = cap;
	return n > 0 && sek_base64_get(p, n, out, len) == SEK_OK;
}

/* The alphabet of RFC 4648 5, with or without padding. */
static bool
base64url(const char *p, size_t n, uint8_t *out, size_t cap, size_t *len)
{
	char text[4 * (SEK_FIDO_ID_MAX / 3 + 1) + 1];
	size_t i;

	while (n > 0 && p[n - 1] == '=')
		n--;
	if (n + 2 > sizeof text)
		return false;
	for (i = 0; i < n; i++)
		text[i] = p[i] == '-' ? '+' : p[i] == '_' ? '/' : p[i];
	for (; i % 4 != 0 && i < n + 2; i++)
		text[i] = '=';
	return authfile_base64(text, i, out, cap, len);
}

static bool
hex(const char *p, size_t n, uint8_t *out, size_t cap, size_t *len)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *high, *low;
	size_t i;

	if (n == 0 || n % 2 != 0 || n / 2 > cap)
		return false;
	for (i = 0; i < n / 2; i++) {
		high = memchr(digits, p[2 * i], sizeof digits - 1);
		low = memchr(digits, p[2 * i + 1], sizeof digits - 1);
		if (high == NULL || low == NULL)
			return false;
		out[i] = (uint8_t)(((high - digits) & 15) << 4 |
		    ((low - digits) & 15));
	}
	*len = n / 2;
	return true;
}

static void
fault(struct authfile_cred *c, enum authfile_fault what, const char *p,
    size_t n)
{
	c->fault = what;
	(void)sek_escape(c->detail, sizeof c->detail, p, n);
}

static enum sek_fido_alg
alg_of(const char *p, size_t n)
{
	enum sek_fido_alg alg;
	char word[16];

	if (n >= sizeof word)
		return SEK_FIDO_NO_ALG;
	memcpy(word, p, n);
	word[n] = '\0';
	alg = sek_fido_alg_of_word(word);
	/* pam_u2f knows no other */
	return alg == SEK_FIDO_ES384 ? SEK_FIDO_NO_ALG : alg;
}

/* "+presence+verification+pin", in any order and number. */
static void
read_options(struct authfile_cred *c, const char *p, size_t n)
{
	struct authfile_fields f = { p, p + n, '+' };
	const char *word;
	size_t len;

	if (n > 0 && *p != '+') {
		fault(c, AUTHFILE_OPTION, p, n);
		return;
	}
	while (authfile_field(&f, &word, &len)) {
		if ((len == 12 && memcmp(word, "verification", 12) == 0) ||
		    (len == 3 && memcmp(word, "pin", 3) == 0))
			c->verified = true;
		else if (len != 8 || memcmp(word, "presence", 8) != 0)
			fault(c, AUTHFILE_OPTION, word, len);
	}
}

static void
read_key(struct authfile_cred *c, const char *p, size_t n)
{
	struct sek_why why = { "" };
	uint8_t raw[1024]; /* RSA n || e, or a point */
	size_t len = 0;

	if (!(c->u2f ? hex(p, n, raw, sizeof raw, &len) :
	    authfile_base64(p, n, raw, sizeof raw, &len)))
		(void)snprintf(c->detail, sizeof c->detail, "%s",
		    c->u2f ? "no hex" : "no base64");
	else if (sek_fido_raw_key(c->alg, raw, len, c->spki, &c->spki_len,
	    &why) != SEK_OK)
		(void)snprintf(c->detail, sizeof c->detail, "%s",
		    why.text[0] != '\0' ? why.text : "not usable");
	else
		return;
	c->fault = AUTHFILE_KEY;
}

void
authfile_cred(const char *p, size_t n, struct authfile_cred *out)
{
	struct authfile_fields f = { p, p + n, ',' };
	const char *at[5];
	size_t len[5], i;

	*out = (struct authfile_cred){ .alg = SEK_FIDO_ES256 };
	for (i = 0; i < 5 && authfile_field(&f, &at[i], &len[i]); i++)
		;
	if (i < 2 || i > 4) {
		out->fault = i < 2 ? AUTHFILE_MISSING : AUTHFILE_EXTRA;
		return;
	}
	out->u2f = i == 2;
	if (i > 2 &&
	    (out->alg = alg_of(at[2], len[2])) == SEK_FIDO_NO_ALG)
		fault(out, AUTHFILE_ALG, at[2], len[2]);
	else if (len[0] == 1 && *at[0] == '*')
		out->fault = AUTHFILE_RESIDENT;
	else if (!(out->u2f ? base64url : authfile_base64)(at[0], len[0],
	    out->id, sizeof out->id, &out->id_len))
		out->fault = AUTHFILE_ID;
	if (out->fault == AUTHFILE_GOOD && i > 3)
		read_options(out, at[3], len[3]);
	if (out->fault == AUTHFILE_GOOD)
		read_key(out, at[1], len[1]);
}
