/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Merkle tree against the published vectors of Certificate Transparency
 * (the leaves, roots and paths of its reference implementation's tests, which
 * Python's hashlib gives as well), and against the definition of RFC 6962
 * section 2.1 written down as it stands there.
 */
#include "record/merkle.h"

#include <stdbool.h>
#include <stdlib.h>

#include "tests/check.h"

#define SIZES 300u

static struct sek_sha sha;
static uint8_t leaves[SIZES][SEK_HASH_LEN];

/* MTH(D[from:to]). */
static void
naive_root(size_t from, size_t to, uint8_t *out)
{
	uint8_t left[SEK_HASH_LEN], right[SEK_HASH_LEN];
	size_t k = 1;

	if (to - from == 1) {
		memcpy(out, leaves[from], SEK_HASH_LEN);
		return;
	}
	while (2 * k < to - from)
		k *= 2;
	naive_root(from, from + k, left);
	naive_root(from + k, to, right);
	CHECK_INT(sek_node_hash(&sha, left, right, out), SEK_OK);
}

/* PATH(m, D[from:to]): how many hashes. */
static size_t
naive_path(size_t m, size_t from, size_t to, uint8_t (*out)[SEK_HASH_LEN])
{
	size_t k = 1, n;

	if (to - from == 1)
		return 0;
	while (2 * k < to - from)
		k *= 2;
	if (m < k) {
		n = naive_path(m, from, from + k, out);
		naive_root(from + k, to, out[n]);
	} else {
		n = naive_path(m - k, from + k, to, out);
		naive_root(from, from + k, out[n]);
	}
	return n + 1;
}

static size_t
unhex(const char *text, uint8_t *out)
{
	size_t n = 0;

	for (; text[2 * n] != '\0'; n++) {
		char two[3] = { text[2 * n], text[2 * n + 1], '\0' };

		out[n] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

static const struct { const char *leaf, *root; } ct[] = {
	{ "", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
	{ "00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
	{ "10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
	{ "2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
	{ "3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
	{ "40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
	{ "5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
	{ "606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
};

static const struct { uint64_t index, size; const char *hash[4]; } ct_path[] = {
	{ 0, 1, { NULL } },
	{ 0, 8, { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
	    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4" } },
	{ 5, 8, { "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
	    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
	    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" } },
	{ 2, 3, { "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" } },
	{ 1, 5, { "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
	    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b" } },
};

static void
ct_leaves(void)
{
	uint8_t data[17] = { 0 };
	size_t i, n;

	for (i = 0; i < 8; i++) {
		n = unhex(ct[i].leaf, data + 1);
		CHECK_INT(sek_leaf_hash(&sha, data + 1, n, leaves[i]), SEK_OK);
	}
}

static void
roots_of_certificate_transparency(void)
{
	struct sek_tree t = { .n = 0 };
	uint8_t want[SEK_HASH_LEN], got[SEK_HASH_LEN];
	size_t i;

	ct_leaves();
	CHECK_INT(sek_tree_root(&sha, &t, got), SEK_OK);
	CHECK(unhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
	    "7852b855", want) == sizeof want);
	CHECK(memcmp(got, want, sizeof want) == 0);
	for (i = 0; i < 8; i++) {
		CHECK_INT(sek_tree_add(&sha, &t, leaves[i]), SEK_OK);
		CHECK_INT(sek_tree_root(&sha, &t, got), SEK_OK);
		CHECK(unhex(ct[i].root, want) == sizeof want);
		CHECK(memcmp(got, want, sizeof want) == 0);
	}
}

static int
naive_range(void *arg, uint64_t from, uint64_t to, uint8_t *out)
{
	CHECK(from < to && to <= *(const uint64_t *)arg);
	naive_root((size_t)from, (size_t)to, out);
	return SEK_OK;
}

static void
paths_of_certificate_transparency(void)
{
	uint8_t want[SEK_HASH_LEN], root[SEK_HASH_LEN];
	struct sek_inclusion p;
	uint64_t size;
	size_t i, k;

	ct_leaves();
	for (i = 0; i < sizeof ct_path / sizeof ct_path[0]; i++) {
		size = ct_path[i].size;
		CHECK_INT(sek_inclusion_make(&p, ct_path[i].index, size,
		    naive_range, &size), SEK_OK);
		for (k = 0; ct_path[i].hash[k] != NULL; k++) {
			CHECK(k < p.n);
			CHECK(unhex(ct_path[i].hash[k], want) == sizeof want);
			CHECK(memcmp(p.hash[k], want, sizeof want) == 0);
		}
		CHECK_INT(p.n, k);
		CHECK_INT(sek_inclusion_root(&sha, &p, size,
		    leaves[p.index], root), SEK_OK);
		CHECK(unhex(ct[size - 1].root, want) == sizeof want);
		CHECK(memcmp(root, want, sizeof want) == 0);
	}
}

static void
some_leaves(void)
{
	uint8_t line[3] = { 0, 0, 0 }, same[SEK_HASH_LEN];
	size_t i;

	for (i = 0; i < SIZES; i++) {
		line[1] = (uint8_t)(i >> 8);
		line[2] = (uint8_t)i;
		CHECK_INT(sek_leaf_hash_marked(&sha, line, 3, leaves[i]),
		    SEK_OK);
		CHECK_INT(sek_leaf_hash(&sha, line + 1, 2, same), SEK_OK);
		CHECK(memcmp(leaves[i], same, sizeof same) == 0);
	}
}

static void
all_sizes_against_the_definition(void)
{
	uint8_t want[SEK_HASH_LEN], got[SEK_HASH_LEN];
	uint8_t path[SEK_INCLUSION_MAX][SEK_HASH_LEN];
	struct sek_tree t = { .n = 0 };
	struct sek_inclusion p;
	uint64_t size, i;

	some_leaves();
	for (size = 1; size <= SIZES; size++) {
		naive_root(0, (size_t)size, want);
		CHECK_INT(sek_tree_add(&sha, &t, leaves[size - 1]), SEK_OK);
		CHECK_INT(sek_tree_root(&sha, &t, got), SEK_OK);
		CHECK(memcmp(got, want, sizeof got) == 0);
		/* all of the small ones, some of the large ones */
		for (i = 0; i < size; i += size < 70 ? 1 : 1 + size / 9) {
			CHECK_INT(sek_inclusion_make(&p, i, size, naive_range,
			    &size), SEK_OK);
			CHECK_INT(p.n, naive_path((size_t)i, 0, (size_t)size,
			    path));
			CHECK(memcmp(p.hash, path, p.n * SEK_HASH_LEN) == 0);
			CHECK_INT(sek_inclusion_root(&sha, &p, size,
			    leaves[i], got), SEK_OK);
			CHECK(memcmp(got, want, sizeof got) == 0);
		}
	}
}

/* Is this a proof of the leaf in that tree? */
static bool
proves(const struct sek_inclusion *p, uint64_t size, const uint8_t *leaf,
    const uint8_t *root)
{
	uint8_t got[SEK_HASH_LEN];

	return sek_inclusion_root(&sha, p, size, leaf, got) == SEK_OK &&
	    memcmp(got, root, sizeof got) == 0;
}

static void
spoil_one(const struct sek_inclusion *good, uint64_t size,
    const uint8_t *root)
{
	const uint8_t *leaf = leaves[good->index];
	struct sek_inclusion p = *good;
	uint8_t other[SEK_HASH_LEN];
	size_t i, bit;
	uint64_t n;

	CHECK(proves(&p, size, leaf, root));
	for (i = 0; i < p.n; i++)
		for (bit = 0; bit < 256; bit++) {
			p.hash[i][bit / 8] ^= (uint8_t)(1u << bit % 8);
			CHECK(!proves(&p, size, leaf, root));
			p.hash[i][bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	for (bit = 0; bit < 256; bit++) {
		memcpy(other, leaf, sizeof other);
		other[bit / 8] ^= (uint8_t)(1u << bit % 8);
		CHECK(!proves(&p, size, other, root));
	}
	for (i = 0; i + 1 < p.n; i++) { /* order */
		memcpy(p.hash[i], good->hash[i + 1], SEK_HASH_LEN);
		memcpy(p.hash[i + 1], good->hash[i], SEK_HASH_LEN);
		CHECK(!proves(&p, size, leaf, root));
		p = *good;
	}
	for (p.n = 0; p.n <= SEK_INCLUSION_MAX; p.n++) /* length */
		CHECK(p.n == good->n || !proves(&p, size, leaf, root));
	p.n = SEK_INCLUSION_MAX + 1;
	CHECK_INT(sek_inclusion_root(&sha, &p, size, leaf, other),
	    SEK_E_SYNTAX);
	p = *good;
	for (n = 0; n < size + 3; n++) { /* place */
		p.index = n;
		CHECK(n == good->index || !proves(&p, size, leaf, root));
	}
	p = *good;
	p.index = size;
	CHECK_INT(sek_inclusion_root(&sha, &p, size, leaf, other),
	    SEK_E_SYNTAX);
}

static void
spoilt_proofs_prove_nothing(void)
{
	static const uint64_t sizes[] = { 1, 2, 3, 6, 7, 8, 11, 13 };
	uint8_t root[SEK_HASH_LEN];
	struct sek_inclusion p;
	uint64_t size, i;
	size_t k;

	some_leaves();
	for (k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
		size = sizes[k];
		naive_root(0, (size_t)size, root);
		for (i = 0; i < size; i++) {
			memset(&p, 0x5A, sizeof p);
			CHECK_INT(sek_inclusion_make(&p, i, size, naive_range,
			    &size), SEK_OK);
			spoil_one(&p, size, root);
		}
	}
}

static void
a_proof_is_of_one_size(void)
{
	struct sek_inclusion p;
	uint8_t root[SEK_HASH_LEN], other[SEK_HASH_LEN];
	uint64_t size = 7, n;

	some_leaves();
	naive_root(0, 7, root);
	CHECK_INT(sek_inclusion_make(&p, 6, size, naive_range, &size),
	    SEK_OK);
	CHECK_INT(p.n, 2);
	for (n = 0; n < 40; n++)
		CHECK(n == 7 || !proves(&p, n, leaves[6], root));
	CHECK_INT(sek_inclusion_root(&sha, &p, 0, leaves[6], other),
	    SEK_E_SYNTAX);
	CHECK_INT(sek_inclusion_root(&sha, &p, UINT64_MAX, leaves[6], other),
	    SEK_E_SYNTAX);
	CHECK_INT(sek_inclusion_make(&p, 7, 7, naive_range, &size),
	    SEK_E_INVAL);
	CHECK_INT(sek_inclusion_make(&p, 0, 0, naive_range, &size),
	    SEK_E_INVAL);
	CHECK_INT(sek_inclusion_make(&p, 0, UINT64_MAX, naive_range, &size),
	    SEK_E_INVAL);
}

/* Ranges of the largest tree there can be: 63 of them, none outside. */
static int
count_range(void *arg, uint64_t from, uint64_t to, uint8_t *out)
{
	CHECK(from < to && to <= (uint64_t)INT64_MAX);
	memset(out, (int)(*(unsigned *)arg)++, SEK_HASH_LEN);
	return SEK_OK;
}

static int
no_range(void *arg, uint64_t from, uint64_t to, uint8_t *out)
{
	(void)arg, (void)from, (void)to, (void)out;
	return SEK_E_IO;
}

static void
the_largest_tree_has_room(void)
{
	struct sek_inclusion p;
	uint8_t root[SEK_HASH_LEN];
	unsigned n = 0;

	CHECK_INT(sek_inclusion_make(&p, 0, INT64_MAX, count_range, &n),
	    SEK_OK);
	CHECK_INT(p.n, 63);
	CHECK_INT(n, 63);
	CHECK_INT(sek_inclusion_root(&sha, &p, INT64_MAX, leaves[0], root),
	    SEK_OK);
	n = 0;
	CHECK_INT(sek_inclusion_make(&p, INT64_MAX - 1, INT64_MAX,
	    count_range, &n), SEK_OK);
	CHECK_INT(sek_inclusion_root(&sha, &p, INT64_MAX, leaves[0], root),
	    SEK_OK);
	CHECK_INT(sek_inclusion_make(&p, 3, 8, no_range, NULL), SEK_E_IO);
}

static void
subtrees_are_added_where_they_fit(void)
{
	struct sek_tree one = { .n = 0 }, many = { .n = 0 };
	uint8_t a[SEK_HASH_LEN], b[SEK_HASH_LEN];
	size_t i;

	some_leaves();
	for (i = 0; i < 12; i++)
		CHECK_INT(sek_tree_add(&sha, &one, leaves[i]), SEK_OK);
	naive_root(0, 8, a);
	CHECK_INT(sek_tree_add_subtree(&sha, &many, 3, a), SEK_OK);
	CHECK_INT(sek_tree_add_subtree(&sha, &many, 4, a), SEK_E_INVAL);
	naive_root(8, 12, a);
	CHECK_INT(sek_tree_add_subtree(&sha, &many, 2, a), SEK_OK);
	CHECK_INT(many.n, 12);
	CHECK_INT(sek_tree_root(&sha, &one, a), SEK_OK);
	CHECK_INT(sek_tree_root(&sha, &many, b), SEK_OK);
	CHECK(memcmp(a, b, sizeof a) == 0);
	for (i = 0; i < 64; i++)
		CHECK_INT(sek_tree_peaks((UINT64_C(1) << i) - 1), i);
	CHECK_INT(sek_tree_peaks(UINT64_MAX), 64);
}

int
main(void)
{
	if (sek_sha_init(&sha) != SEK_OK)
		return 1;
	RUN(roots_of_certificate_transparency);
	RUN(paths_of_certificate_transparency);
	RUN(all_sizes_against_the_definition);
	RUN(spoilt_proofs_prove_nothing);
	RUN(a_proof_is_of_one_size);
	RUN(the_largest_tree_has_room);
	RUN(subtrees_are_added_where_they_fit);
	sek_sha_free(&sha);
	return CHECK_END();
}
