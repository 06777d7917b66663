/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hcRole extensions for test programs, put together value by value so that
 * each part can be wrong, and reading them.  Included once by a program, as
 * check.h is.
 */
#ifndef TESTS_ROLE_MAKER_H
#define TESTS_ROLE_MAKER_H

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdlib.h>

#include "gate/certificate.h"
#include "tests/check.h"

#define MAX_DER 20000

/* The extension of a real card, decoded and written down by hand: SEQUENCE {
 * SEQUENCE { 1.0.17090.0.1, SET { SET { SEQUENCE { [0] SET { [0]
 * 1.2.392.100495.1.6.1.1, [2] UTF8String "Medical Doctor" }}}}}} */
static const uint8_t doctor[54] = {
	0x30, 0x34, 0x30, 0x32, 0x06, 0x06, 0x28, 0x81, 0x85, 0x42, 0x00, 0x01,
	0x31, 0x28, 0x31, 0x26, 0x30, 0x24, 0xa0, 0x22, 0x31, 0x20, 0xa0, 0x0c,
	0x06, 0x0a, 0x2a, 0x83, 0x08, 0x86, 0x91, 0x0f, 0x01, 0x06, 0x01, 0x01,
	0xa2, 0x10, 0x0c, 0x0e, 'M', 'e', 'd', 'i', 'c', 'a', 'l', ' ',
	'D', 'o', 'c', 't', 'o', 'r'
};
#define SCHEME "1.2.392.100495.1.6.1.1"

static const uint8_t oid_role[] = { 0x28, 0x81, 0x85, 0x42, 0x00, 0x01 };
static const uint8_t oid_scheme[] = { 0x2a, 0x83, 0x08, 0x86, 0x91, 0x0f,
	0x01, 0x06, 0x01, 0x01 };
/* 1.3.6.1.5.5.7.9.3, gender; RFC 3739 3.2.2 */
static const uint8_t oid_gender[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07,
	0x09, 0x03 };

enum { OID = 0x06, OCTETS = 0x04, UTF8 = 0x0c, SEQ = 0x30, SET = 0x31,
	NUMERIC = 0x12, PRINTABLE = 0x13, TELETEX = 0x14, IA5 = 0x16,
	UNIVERSAL = 0x1c, BMP = 0x1e, C0 = 0xa0, C1 = 0xa1, C2 = 0xa2,
	P0 = 0x80, P1 = 0x81, P2 = 0x82 };

/* -- DER, built from the inside */

struct der {
	uint8_t b[MAX_DER];
	size_t n;
};

static struct der d;
static struct sek_cert_roles got;
static struct sek_why why;

static inline size_t
head_of(uint8_t tag, size_t n, uint8_t out[4])
{
	out[0] = tag;
	if (n < 0x80) {
		out[1] = (uint8_t)n;
		return 2;
	}
	out[1] = n < 0x100 ? 0x81 : 0x82;
	out[2] = (uint8_t)(n < 0x100 ? n : n >> 8);
	out[3] = (uint8_t)n;
	return n < 0x100 ? 3 : 4;
}

/* All from `from` on becomes the value of one tag.  (Inlined into main, where
 * RUN has its setjmp, it would be warned of.) */
static __attribute__((noinline)) void
wrap(size_t from, uint8_t tag)
{
	uint8_t head[4];
	size_t n = head_of(tag, d.n - from, head);

	if (d.n + n > MAX_DER)
		abort();
	memmove(d.b + from + n, d.b + from, d.n - from);
	memcpy(d.b + from, head, n);
	d.n += n;
}

static inline void
put(uint8_t tag, const void *p, size_t n)
{
	size_t from = d.n;

	if (d.n + n + 4 > MAX_DER)
		abort();
	memcpy(d.b + d.n, p, n);
	d.n += n;
	wrap(from, tag);
}

static inline void
put_text(uint8_t tag, const char *s)
{
	put(tag, s, strlen(s));
}

static inline void
coded_scheme(void)
{
	size_t from = d.n;

	put(OID, oid_scheme, sizeof oid_scheme);
	wrap(from, C0);
}

static inline void
coded_code(const char *code)
{
	size_t from = d.n;

	put_text(NUMERIC, code);
	wrap(from, C1);
}

static inline void
coded_name(uint8_t kind, const void *p, size_t n)
{
	size_t from = d.n;

	put(kind, p, n);
	wrap(from, C2);
}

/* An HCActor; NULL leaves a part out. */
static inline void
actor(const char *code, const char *name)
{
	size_t from = d.n;

	coded_scheme();
	if (code != NULL)
		coded_code(code);
	if (name != NULL)
		coded_name(UTF8, name, strlen(name));
	wrap(from, SET);
	wrap(from, C0);
	wrap(from, SEQ);
}

/* From the values of the attribute to the whole extension. */
static inline void
attribute(size_t from, const uint8_t *oid, size_t n)
{
	struct der values;

	wrap(from, SET);
	values.n = d.n - from;
	memcpy(values.b, d.b + from, values.n);
	d.n = from;
	put(OID, oid, n);
	memcpy(d.b + d.n, values.b, values.n);
	d.n += values.n;
	wrap(from, SEQ);
}

static inline void
role_attribute(size_t from)
{
	attribute(from, oid_role, sizeof oid_role);
}

/* From the actors on: one value, one attribute, the extension. */
static inline void
finish(void)
{
	wrap(0, SET);
	role_attribute(0);
	wrap(0, SEQ);
}

static inline void
one_name(uint8_t kind, const void *p, size_t n)
{
	d.n = 0;
	coded_scheme();
	coded_name(kind, p, n);
	wrap(0, SET);
	wrap(0, C0);
	wrap(0, SEQ);
	finish();
}

#define NAME(kind, bytes) one_name(kind, bytes, sizeof bytes - 1)

/* -- and read */

static inline X509 *
certificate(const uint8_t *p, size_t n, int times)
{
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext = NULL;
	X509 *x = X509_new();
	int i;

	if (x == NULL || data == NULL || n > INT32_MAX ||
	    ASN1_OCTET_STRING_set(data, p, (int)n) != 1 ||
	    X509_EXTENSION_create_by_NID(&ext,
	    NID_subject_directory_attributes, 0, data) == NULL)
		abort();
	for (i = 0; i < times; i++)
		if (X509_add_ext(x, ext, -1) != 1)
			abort();
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(data);
	return x;
}

static inline int
roles_of(const uint8_t *p, size_t n, int times)
{
	X509 *x = certificate(p, n, times);
	int r;

	memset(&got, 0xff, sizeof got);
	why.text[0] = '\0';
	r = sek_cert_roles(x, &got, &why);
	X509_free(x);
	return r;
}

static inline int
roles(void)
{
	return roles_of(d.b, d.n, 1);
}

/* Refused: nothing is a role, and a line says why. */
static inline bool
nothing(int r, int want)
{
	return r == want && got.n == 0 && strncmp(why.text, "hcRole: ", 8) ==
	    0 && ERR_peek_error() == 0 && !sek_cert_role_is(&got,
	    "Medical Doctor") && !sek_cert_role_is(&got, SCHEME
	    ":Medical Doctor");
}

static inline bool
refused(int want)
{
	return nothing(roles(), want);
}

#endif
