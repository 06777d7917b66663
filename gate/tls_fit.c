/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compares the common names in a certificate, or its serial number, with what
 * a TLS server calls whoever has shown one.  Runs in the gate; looks at
 * memory only.
 *
 * OpenVPN tells of several common names the last one, of one with a NUL what
 * stands before it, and puts '_' for control characters.  Such a name is
 * nobody's; but a certificate that bears it must not be overlooked either.
 */
#include "gate/tls_name.h"

#include <string.h>

#define MAX_SERIAL 64u /* bytes; RFC 5280 4.1.2.2 says 20 */

/* As it might be told: up to a NUL, without control characters. */
static bool
told_as(const unsigned char *p, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n && p[i] != '\0'; i++)
		if ((p[i] < ' ' || p[i] == 0x7f ? '_' : (char)p[i]) != name[i])
			return false;
	return name[i] == '\0';
}

static bool
is_plain(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] < ' ' || p[i] == 0x7f)
			return false;
	return true;
}

static enum sek_tls_fit
fit_one(const ASN1_STRING *s, const char *name)
{
	enum sek_tls_fit fit = SEK_TLS_OTHER;
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, s);

	if (n >= 0 && told_as(utf8, (size_t)n, name))
		fit = is_plain(utf8, (size_t)n) ? SEK_TLS_EXACTLY :
		    SEK_TLS_PARTLY;
	OPENSSL_free(utf8);
	return fit;
}

/* What OpenVPN tells with `x509-username-field serialNumber`: "0x" and two
 * capital hex digits for each byte.  0: it is none. */
static size_t
serial_of(const char *name, uint8_t *out, size_t cap)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *hex = name + 2, *high, *low;
	size_t i, n = strlen(name);

	if (n < 4 || n % 2 != 0 || n / 2 - 1 > cap || name[0] != '0' ||
	    name[1] != 'x')
		return 0;
	for (i = 0; i < n / 2 - 1; i++) {
		high = strchr(digits, hex[2 * i]);
		low = strchr(digits, hex[2 * i + 1]);
		if (high == NULL || low == NULL)
			return 0;
		out[i] = (uint8_t)((high - digits) << 4 | (low - digits));
	}
	return i;
}

static enum sek_tls_fit
fit_serial(const X509 *x, const char *name)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	uint8_t told[MAX_SERIAL];
	size_t n = serial_of(name, told, sizeof told);

	return n > 0 && n == (size_t)ASN1_STRING_length(serial) &&
	    memcmp(told, ASN1_STRING_get0_data(serial), n) == 0 ?
	    SEK_TLS_EXACTLY : SEK_TLS_OTHER;
}

static enum sek_tls_fit
fit_names(const X509 *x, const char *name)
{
	const X509_NAME *subject = X509_get_subject_name(x);
	enum sek_tls_fit fit = SEK_TLS_OTHER, one;
	const X509_NAME_ENTRY *entry;
	int at = -1, n = 0;

	while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName,
	    at)) >= 0) {
		entry = X509_NAME_get_entry(subject, at);
		one = fit_one(X509_NAME_ENTRY_get_data(entry), name);
		fit = one > fit ? one : fit;
		n++;
	}
	return fit == SEK_TLS_EXACTLY && n > 1 ? SEK_TLS_PARTLY : fit;
}

enum sek_tls_fit
sek_tls_fit(const X509 *x, const char *name, bool serial)
{
	return serial ? fit_serial(x, name) : fit_names(x, name);
}

/* Are these bytes there, each so far from the one before? */
static bool
holds(const uint8_t *der, size_t n, const char *run, size_t len, size_t apart)
{
	size_t i, k;

	for (i = 0; len > 0 && i + (len - 1) * apart < n; i++) {
		for (k = 0; k < len; k++)
			if (der[i + k * apart] != (uint8_t)run[k])
				break;
		if (k == len)
			return true;
	}
	return false;
}

/* The longest part of a name that has the same bytes in each string type, but
 * for how far they are apart.  A '_' may stand for something else. */
static size_t
longest_run(const char *name, const char **run)
{
	size_t n, best = 0;

	for (; *name != '\0'; name += n > 0 ? n : 1) {
		for (n = 0; name[n] >= ' ' && name[n] < 0x7f &&
		    name[n] != '_'; n++)
			;
		if (n > best) {
			best = n;
			*run = name;
		}
	}
	return best;
}

bool
sek_tls_may_fit(const uint8_t *der, size_t n, const char *name, bool serial)
{
	uint8_t told[MAX_SERIAL];
	const char *run = NULL;
	size_t len;

	if (serial) {
		len = serial_of(name, told, sizeof told);
		return len > 0 && memmem(der, n, told, len) != NULL;
	}
	len = longest_run(name, &run);
	/* one, two and four bytes a character */
	return len == 0 || holds(der, n, run, len, 1) ||
	    holds(der, n, run, len, 2) || holds(der, n, run, len, 4);
}
