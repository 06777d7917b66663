/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens an index and checks everything about its file but the records, which
 * sek_index_check() reads.  Also the names of index files.
 * Runs in the gate and in `sekisho`.  It never maps a file, so that one that
 * shrinks is an error and no signal.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/certificate_folder.h"
#include "gate/revocation_index.h"
#include "gate/revocation_index_rooms.h"
#include "sekisho/buf.h"
#include "sekisho/digits.h"
#include "sekisho/escape.h"
#include "sekisho/os.h"

#define NAME_MAX_BYTES 65536u /* of one issuer's name */
#define CHECK_RECORDS 512u    /* read at once */

int
sek_index_read(const struct sek_index *x, uint64_t first, size_t count,
    uint8_t *out)
{
	return sek_read_at(x->fd, SEK_INDEX_HEAD + x->head.meta +
	    first * SEK_INDEX_RECORD, out, count * SEK_INDEX_RECORD);
}

/* Records rest on these alone, so whoever brings the descriptor, they are
 * looked at here. */
static int
check_file(int fd, uint64_t *size, struct sek_why *why)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		sek_why_set(why, "%s", strerror(errno));
		return SEK_E_SYS;
	}
	if (!S_ISREG(st.st_mode)) {
		sek_why_set(why, "is not a regular file");
		return SEK_E_UNSAFE;
	}
	if (st.st_uid != 0 && st.st_uid != geteuid()) {
		sek_why_set(why, "must be owned by root");
		return SEK_E_UNSAFE;
	}
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		sek_why_set(why, "must not be writable by group or others");
		return SEK_E_UNSAFE;
	}
	*size = (uint64_t)st.st_size;
	return SEK_OK;
}

static int
read_parts(struct sek_index *x, struct sek_why *why)
{
	uint8_t head[SEK_INDEX_HEAD];
	uint64_t size;
	size_t n;
	int r;

	if ((r = check_file(x->fd, &size, why)) != SEK_OK)
		return r;
	if (size < SEK_INDEX_HEAD) {
		sek_why_set(why, "is truncated: %llu bytes",
		    (unsigned long long)size);
		return SEK_E_SYNTAX;
	}
	if (sek_read_at(x->fd, 0, head, sizeof head) != SEK_OK) {
		sek_why_set(why, "cannot be read");
		return SEK_E_IO;
	}
	if ((r = sek_index_head_dec(head, size, &x->head, why)) != SEK_OK)
		return r;
	n = (size_t)x->head.meta; /* at most SEK_INDEX_META_MAX */
	if ((x->meta = malloc(n + 1)) == NULL)
		return SEK_E_NOMEM;
	if (sek_read_at(x->fd, SEK_INDEX_HEAD, x->meta, n) != SEK_OK) {
		sek_why_set(why, "cannot be read");
		return SEK_E_IO;
	}
	return sek_index_head_check(head, x->meta, n, why);
}

static int
parse_meta(struct sek_index *x)
{
	struct sek_rd r = sek_rd_init(x->meta, (size_t)x->head.meta);
	uint32_t i, n;

	x->skeleton = sek_rd_bytes(&r, SEK_INDEX_META_MAX, &x->n_skeleton);
	x->digest = sek_rd_bytes(&r, EVP_MAX_MD_SIZE, &x->n_digest);
	x->signer = sek_rd_bytes(&r, SEK_HASH, &x->n_signer);
	n = sek_rd_u32(&r);
	if (r.bad || n > SEK_INDEX_ISSUERS_MAX || x->n_skeleton == 0)
		return SEK_E_SYNTAX;
	if (n > 0 && (x->issuers = calloc(n, sizeof *x->issuers)) == NULL)
		return SEK_E_NOMEM;
	for (i = 0; i < n; i++) {
		x->issuers[i].hash = sek_rd_u32(&r);
		x->issuers[i].der = sek_rd_bytes(&r, NAME_MAX_BYTES,
		    &x->issuers[i].n);
	}
	x->n_issuers = n;
	return sek_rd_end(&r) == SEK_OK ? SEK_OK : SEK_E_SYNTAX;
}

int
sek_index_open_fd(int fd, const char *shown, X509_CRL **out,
    struct sek_why *why)
{
	struct sek_index *x = calloc(1, sizeof *x);
	struct sek_why what = { "" };
	int r = SEK_E_NOMEM;

	if (x == NULL) {
		(void)close(fd);
		goto out;
	}
	x->fd = fd;
	if ((r = read_parts(x, &what)) != SEK_OK)
		goto out;
	if ((r = parse_meta(x)) != SEK_OK) {
		sek_why_set(&what, "has a damaged description");
		goto out;
	}
	r = sek_index_wrap(x, out, &what);
	if (r == SEK_OK)
		x = NULL;
out:
	if (r != SEK_OK)
		sek_why_set(why, "%s: %s", shown, what.text[0] != '\0' ?
		    what.text : sek_strerror(r));
	sek_index_free(x);
	return r;
}

int
sek_index_open(const char *dir, const char *name, X509_CRL **out,
    struct sek_why *why)
{
	char shown[300];
	uint64_t size;
	int fd, r;

	r = sek_folder_open(dir, name, &fd, &size, why);
	if (r != SEK_OK)
		return r;
	return sek_index_open_fd(fd, sek_escape_str(shown, sizeof shown,
	    name), out, why);
}

/* Each record whole, after the one before, and of an issuer that is there. */
static int
check_records(const struct sek_index *x, const uint8_t *p, size_t n,
    uint8_t before[SEK_INDEX_RECORD], bool *first)
{
	uint32_t issuer;
	size_t i;

	for (i = 0; i < n; i++, p += SEK_INDEX_RECORD) {
		issuer = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		    (uint32_t)p[2] << 8 | p[3];
		if (!sek_record_ok(p) || issuer > x->n_issuers ||
		    (!*first && memcmp(p, before, SEK_INDEX_KEY) <= 0))
			return SEK_E_SYNTAX;
		memcpy(before, p, SEK_INDEX_RECORD);
		*first = false;
	}
	return SEK_OK;
}

static int
hash_records(const struct sek_index *x, EVP_MD_CTX *ctx, uint8_t *block,
    uint8_t hash[SEK_HASH])
{
	uint8_t before[SEK_INDEX_RECORD];
	bool first = true;
	uint64_t i;
	size_t n;
	int r;

	if (EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		return SEK_E_CRYPTO;
	for (i = 0; i < x->head.records; i += n) {
		n = CHECK_RECORDS;
		if (n > x->head.records - i)
			n = (size_t)(x->head.records - i);
		if ((r = sek_index_read(x, i, n, block)) != SEK_OK ||
		    (r = check_records(x, block, n, before, &first)) !=
		    SEK_OK)
			return r;
		if (EVP_DigestUpdate(ctx, block, n * SEK_INDEX_RECORD) != 1)
			return SEK_E_CRYPTO;
	}
	return EVP_DigestFinal_ex(ctx, hash, NULL) == 1 ? SEK_OK :
	    SEK_E_CRYPTO;
}

int
sek_index_check(const X509_CRL *crl, struct sek_why *why)
{
	const struct sek_index *x = sek_index_of(crl);
	uint8_t *block = NULL, hash[SEK_HASH];
	EVP_MD_CTX *ctx = NULL;
	int r = SEK_E_INVAL;

	if (x == NULL)
		goto out;
	r = SEK_E_NOMEM;
	if ((block = calloc(CHECK_RECORDS, SEK_INDEX_RECORD)) == NULL ||
	    (ctx = EVP_MD_CTX_new()) == NULL)
		goto out;
	r = hash_records(x, ctx, block, hash);
	if (r == SEK_OK && CRYPTO_memcmp(hash, x->head.records_hash,
	    SEK_HASH) != 0)
		r = SEK_E_SYNTAX;
out:
	if (r == SEK_E_SYNTAX)
		sek_why_set(why, "its list is damaged: fetch it anew");
	else if (r != SEK_OK)
		sek_why_set(why, "its list cannot be checked: %s",
		    sek_strerror(r));
	EVP_MD_CTX_free(ctx);
	free(block);
	return r;
}

/* -- names of index files */

static void
put_extension(struct sek_buf *b, const X509_CRL *crl, int nid)
{
	int at = X509_CRL_get_ext_by_NID(crl, nid, -1);
	const ASN1_OCTET_STRING *value;

	sek_put_u8(b, at >= 0 ? 1 : 0);
	if (at < 0)
		return;
	value = X509_EXTENSION_get_data(X509_CRL_get_ext(crl, at));
	sek_put_bytes(b, ASN1_STRING_get0_data(value),
	    (size_t)ASN1_STRING_length(value));
}

/* The key itself: a CRL may say nothing of it, or what it likes. */
static int
put_key(struct sek_buf *b, X509 *signer)
{
	unsigned char *key = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(signer), &key);

	if (n > 0)
		sek_put_bytes(b, key, (size_t)n);
	OPENSSL_free(key);
	return n > 0 ? SEK_OK : SEK_E_CRYPTO;
}

int
sek_index_name(const X509_CRL *crl, X509 *signer, char out[64])
{
	const X509_NAME *issuer = X509_CRL_get_issuer(crl);
	struct sek_buf b = { 0 };
	uint8_t hash[SEK_HASH];
	unsigned long name;
	const unsigned char *der;
	size_t n;
	int ok = 0, r = SEK_E_CRYPTO, len;

	name = X509_NAME_hash_ex(issuer, NULL, NULL, &ok);
	if (ok != 1 || X509_NAME_get0_der(issuer, &der, &n) != 1)
		goto out;
	sek_put_bytes(&b, der, n);
	put_extension(&b, crl, NID_authority_key_identifier);
	if (signer != NULL && put_key(&b, signer) != SEK_OK)
		goto out;
	put_extension(&b, crl, NID_issuing_distribution_point);
	/* a delta is another list than its base; which base does not matter */
	sek_put_u8(&b, X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0 ?
	    1 : 0);
	if ((r = sek_buf_ok(&b)) != SEK_OK)
		goto out;
	r = EVP_Digest(b.p, b.len, hash, NULL, EVP_sha256(), NULL) == 1 ?
	    SEK_OK : SEK_E_CRYPTO;
	len = snprintf(out, 64, "%08lx-", name & 0xffffffffUL);
	sek_hex(out + len, hash, 20);
	len += 2 * 20;
	(void)snprintf(out + len, 64 - (size_t)len, "%s", SEK_INDEX_SUFFIX);
out:
	sek_buf_free(&b);
	return r;
}
