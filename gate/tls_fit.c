/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Compares the common names in a certificate, or its serial number, with what
 * a TLS server calls whoever has shown one.  Runs in the gate; looks at memory only.
 *
 * OpenVPN tells of several common names the last one, of one with a NUL what
 * stands before it, and puts '_' for control characters.  Such a name is
 * nobody's; but a certificate that bears it must not be overlooked either.
 */
#include "gate/tls_name.h"

#include <stdint.h>
#include <string.h>

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

/* OpenVPN with `x509-username-field serialNumber`. */
static enum sek_tls_fit
fit_serial(const X509 *x, const char *name)
{
	static const char digits[] = "0123456789ABCDEF";
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	const unsigned char *p = ASN1_STRING_get0_data(serial);
	size_t i, n = (size_t)ASN1_STRING_length(serial);

	if (n == 0 || strncmp(name, "0x", 2) != 0 || strlen(name) != 2 + 2 * n)
		return SEK_TLS_OTHER;
	for (i = 0; i < n; i++)
		if (name[2 + 2 * i] != digits[p[i] >> 4] ||
		    name[3 + 2 * i] != digits[p[i] & 15])
			return SEK_TLS_OTHER;
	return SEK_TLS_EXACTLY;
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
