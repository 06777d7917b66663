/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Below the system's rsyslogd in tests/forward_rsyslog.sh: its driver for TLS
 * makes parameters for Diffie-Hellman at each start, a second of a processor
 * or several, and uses none of them with TLS 1.3.  Here it gets those of
 * RFC 7919, which libgnutls has.  Must change nothing else.
 */
struct datum {
	unsigned char *data;
	unsigned int size;
};

/* of libgnutls; its headers need not be there */
extern const struct datum gnutls_ffdhe_2048_group_prime;
extern const struct datum gnutls_ffdhe_2048_group_generator;
int gnutls_dh_params_import_raw(void *params, const struct datum *prime,
    const struct datum *generator);
int gnutls_dh_params_generate2(void *params, unsigned int bits);

int
gnutls_dh_params_generate2(void *params, unsigned int bits)
{
	(void)bits;
	return gnutls_dh_params_import_raw(params,
	    &gnutls_ffdhe_2048_group_prime,
	    &gnutls_ffdhe_2048_group_generator);
}
