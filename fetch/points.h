/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Distribution points: where a certificate says that its CRL is, or a CRL
 * that its deltas are (RFC 5280 4.2.1.13, 4.2.1.15, 5.2.6).
 */
#ifndef FETCH_POINTS_H
#define FETCH_POINTS_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "sekisho/err.h"

struct sek_point {
	unsigned at;     /* which distribution point of the certificate or
			    CRL, from 0: names of one are alternatives */
	const char *url; /* NULL: this point has no address for us */
	const char *why; /* then: what it has instead, escaped */
};

typedef int sek_point_fn(void *arg, const struct sek_point *p);

/* Call `fn` with each address, or once for a point that has none; what it
 * returns other than SEK_OK ends the walk and is returned. */
int sek_points_cert(X509 *x, sek_point_fn *fn, void *arg) SEK_MUST;
int sek_points_crl(const X509_CRL *crl, sek_point_fn *fn, void *arg)
    SEK_MUST;

#endif
