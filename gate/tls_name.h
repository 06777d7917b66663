/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does a certificate have the name that a TLS server tells of it?
 */
#ifndef GATE_TLS_NAME_H
#define GATE_TLS_NAME_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sekisho/err.h"

enum sek_tls_fit {
	SEK_TLS_OTHER = 0,
	SEK_TLS_PARTLY = 1, /* a server might call it so, but it is not
			       exactly its name, or not its only one */
	SEK_TLS_EXACTLY = 2 /* its one common name, byte for byte, or its
			       serial number */
};

/* `name`: UTF-8, not empty.  `serial`: it is the serial number, as "0x" and
 * capital hex digits, and not a common name. */
enum sek_tls_fit sek_tls_fit(const X509 *x, const char *name, bool serial);

/* False: a certificate of this DER cannot be called so, and need not be
 * parsed, which takes long where thousands are enrolled. */
bool sek_tls_may_fit(const uint8_t *der, size_t n, const char *name,
    bool serial);

#endif
