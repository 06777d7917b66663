/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: the bytes of a subjectDirectoryAttributes extension.  What is
 * refused has no role, and what is read is safe to show and has one spelling.
 * Seeds: tests/corpus/role.
 */
#undef NDEBUG
#include <assert.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <string.h>

#include "gate/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	assert(sek_crypto_start() == SEK_OK);
	return 0;
}

static X509 *
certificate(const uint8_t *p, size_t n)
{
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext = NULL;
	X509 *x = X509_new();

	assert(x != NULL && data != NULL && n <= INT32_MAX);
	assert(ASN1_OCTET_STRING_set(data, p, (int)n) == 1);
	assert(X509_EXTENSION_create_by_NID(&ext,
	    NID_subject_directory_attributes, 0, data) != NULL);
	assert(X509_add_ext(x, ext, -1) == 1);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(data);
	return x;
}

static void
check_role(const struct sek_cert_roles *all, const struct sek_cert_role *role)
{
	const char *c;

	assert(role->scheme[0] != '\0' &&
	    strspn(role->scheme, "0123456789.") == strlen(role->scheme));
	assert(strspn(role->code, "0123456789 ") == strlen(role->code));
	assert(role->code[0] != '\0' || role->name[0] != '\0');
	for (c = role->name; *c != '\0'; c++)
		assert((unsigned char)*c >= 0x20 && *c != 0x7f);
	if (role->code[0] != '\0')
		assert(sek_cert_role_is(all, role->code));
	assert(!sek_cert_role_is(all, ""));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	X509 *x = certificate(p, n);
	struct sek_why why = { .text = "" };
	struct sek_cert_roles roles;
	size_t i;
	int r;

	memset(&roles, 0xff, sizeof roles);
	r = sek_cert_roles(x, &roles, &why);
	X509_free(x);
	assert(ERR_peek_error() == 0);
	if (r != SEK_OK) {
		assert(roles.n == 0 && why.text[0] != '\0');
		return 0;
	}
	assert(roles.n <= SEK_MAX_CERT_ROLES);
	for (i = 0; i < roles.n; i++)
		check_role(&roles, &roles.role[i]);
	return 0;
}
