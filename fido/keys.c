/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys that are plugged in: which there are, what each can do.
 * Runs in sekisho-fido.  A key is open only while it is asked something, so
 * that other programs can use it meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fido/helper.h"
#include "sekisho/escape.h"

/* of a key that does not tell: CTAP 2.1 6.4 */
#define MESSAGE_DEFAULT 1024u
#define MESSAGE_MAX 7609u     /* CTAPHID takes no more (CTAP 2.1 11.2.4) */

static void
let_go(struct fk_key *k)
{
	fk_close(k);
	fido_cbor_info_free(&k->traits.info);
	fido_dev_free(&k->dev);
	memset(k, 0, sizeof *k);
}

void
fk_keys_clear(struct fk_keys *keys)
{
	size_t i;

	for (i = 0; i < keys->n; i++)
		let_go(&keys->key[i]);
	keys->n = 0;
}

static void
label_of(struct fk_key *k, const fido_dev_info_t *di)
{
	const char *maker = fido_dev_info_manufacturer_string(di);
	const char *product = fido_dev_info_product_string(di);
	char text[2 * SEK_FIDO_TEXT_MAX];

	(void)snprintf(text, sizeof text, "%.*s%s%.*s",
	    (int)SEK_FIDO_TEXT_MAX, maker == NULL ? "" : maker,
	    maker == NULL || *maker == '\0' ? "" : " ",
	    (int)SEK_FIDO_TEXT_MAX, product == NULL ? "" : product);
	(void)sek_escape_str(k->label, sizeof k->label, text);
}

/* Where it is; false for what cannot be told from others. */
static bool
place_of(struct fk_key *k, const char *path)
{
	const char *transport;
	struct stat st;

	*k = (struct fk_key){ .kind = FK_NEW };
	if (path == NULL || strlen(path) >= sizeof k->path)
		return false;
	(void)snprintf(k->path, sizeof k->path, "%s", path);
	transport = fido_pcsc_transport(path);
	if (transport == NULL) /* libfido2's own way to a reader, or USB */
		transport = strncmp(path, "nfc:", 4) == 0 ? "nfc" : "usb";
	(void)snprintf(k->transport, sizeof k->transport, "%s", transport);
	if (stat(path, &st) == 0) {
		k->dev_no = st.st_rdev;
		k->ino = st.st_ino;
		k->made = st.st_ctim;
	}
	return true;
}

static bool
same(const struct fk_key *a, const struct fk_key *b)
{
	return strcmp(a->path, b->path) == 0 && a->dev_no == b->dev_no &&
	    a->ino == b->ino && a->made.tv_sec == b->made.tv_sec &&
	    a->made.tv_nsec == b->made.tv_nsec;
}

/* Those of `list` into now[]; returns how many. */
static size_t
places(struct fk_key now[FK_KEYS_MAX], const fido_dev_info_t *list, size_t n)
{
	size_t i, m = 0;

	for (i = 0; i < n && m < FK_KEYS_MAX; i++)
		if (place_of(&now[m],
		    fido_dev_info_path(fido_dev_info_ptr(list, i))))
			now[m++].entry = i;
	return m;
}

static void
adopt(struct fk_keys *keys, struct fk_key *now, const fido_dev_info_t *list)
{
	const fido_dev_info_t *di = fido_dev_info_ptr(list, now->entry);

	if (keys->n >= FK_KEYS_MAX ||
	    (now->dev = fido_dev_new_with_info(di)) == NULL)
		return;
	label_of(now, di);
	keys->key[keys->n++] = *now;
}

static bool
among(const struct fk_key *k, const struct fk_key *all, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (same(k, &all[i]))
			return true;
	return false;
}

static bool
update(struct fk_keys *keys, struct fk_key *now, size_t n,
    const fido_dev_info_t *list)
{
	bool changed = false;
	size_t i, kept = 0;

	for (i = 0; i < keys->n; i++) {
		if (!among(&keys->key[i], now, n)) {
			let_go(&keys->key[i]);
			changed = true;
		} else if (kept++ != i) {
			keys->key[kept - 1] = keys->key[i];
		}
	}
	keys->n = kept;
	for (i = 0; i < n; i++)
		if (!among(&now[i], keys->key, keys->n)) {
			adopt(keys, &now[i], list);
			changed = true;
		}
	return changed;
}

/* Those that are there now: their places into now[], how many as result. */
static size_t
seen(const struct fk_keys *keys, fido_dev_info_t *list,
    struct fk_key now[FK_KEYS_MAX])
{
	size_t n = 0;

	/* a subsystem that is not there has no keys */
	if (fido_dev_info_manifest(list, FK_KEYS_MAX, &n) != FIDO_OK)
		n = 0;
	if (keys->cards != NULL)
		n = fido_pcsc_list(keys->cards, list, n, FK_KEYS_MAX);
	return places(now, list, n);
}

int
fk_keys_read(struct fk_keys *keys, bool *changed)
{
	struct fk_key *now = calloc(FK_KEYS_MAX, sizeof *now);
	fido_dev_info_t *list = fido_dev_info_new(FK_KEYS_MAX);
	int r = SEK_E_NOMEM;

	if (now != NULL && list != NULL) {
		*changed = update(keys, now, seen(keys, list, now), list);
		r = SEK_OK;
	}
	fido_dev_info_free(&list, FK_KEYS_MAX);
	free(now);
	return r;
}

/* NULL: are all of `keys` there and nothing else?  Else: is this one? */
static bool
still(const struct fk_keys *keys, const struct fk_key *k)
{
	struct fk_key *now = calloc(FK_KEYS_MAX, sizeof *now);
	fido_dev_info_t *list = fido_dev_info_new(FK_KEYS_MAX);
	bool there = false;
	size_t i, n;

	if (now != NULL && list != NULL) {
		n = seen(keys, list, now);
		there = k != NULL ? among(k, now, n) : n == keys->n;
		for (i = 0; k == NULL && i < n && there; i++)
			there = among(&now[i], keys->key, keys->n);
	}
	fido_dev_info_free(&list, FK_KEYS_MAX);
	free(now);
	return there;
}

bool
fk_same(const struct fk_keys *keys)
{
	return still(keys, NULL);
}

bool
fk_present(const struct fk_keys *keys, const struct fk_key *k)
{
	return still(keys, k);
}

void
fk_limit(struct fk_key *k, unsigned int ms)
{
	/* refused for what an int cannot hold only */
	(void)fido_dev_set_timeout(k->dev, (int)ms);
}

int
fk_open(struct fk_key *k, unsigned int ms)
{
	int r;

	if (k->open)
		return FIDO_OK;
	fk_limit(k, ms);
	r = fido_dev_open_with_info(k->dev);
	k->open = r == FIDO_OK;
	/* how libfido2 says that it cannot be opened */
	return r == FIDO_ERR_INTERNAL ? FIDO_ERR_TX : r;
}

void
fk_close(struct fk_key *k)
{
	if (k->open)
		(void)fido_dev_close(k->dev); /* it is open */
	k->open = false;
}

static bool
option(const fido_cbor_info_t *ci, const char *name)
{
	char **names = fido_cbor_info_options_name_ptr(ci);
	const bool *values = fido_cbor_info_options_value_ptr(ci);
	size_t i;

	for (i = 0; i < fido_cbor_info_options_len(ci); i++)
		if (strcmp(names[i], name) == 0)
			return values[i];
	return false;
}

static void
traits_read(struct fk_traits *t)
{
	const fido_cbor_info_t *ci = t->info;
	uint64_t v;

	if ((v = fido_cbor_info_maxcredcntlst(ci)) != 0 && v < t->max_ids)
		t->max_ids = (size_t)v;
	if ((v = fido_cbor_info_maxcredidlen(ci)) != 0 && v < t->max_id)
		t->max_id = (size_t)v;
	if ((v = fido_cbor_info_maxmsgsiz(ci)) >= MESSAGE_DEFAULT)
		t->max_message = v < MESSAGE_MAX ? (size_t)v : MESSAGE_MAX;
	t->resident = option(ci, "rk");
	t->free_create = option(ci, "makeCredUvNotRqd");
}

const struct fk_traits *
fk_traits(struct fk_key *k)
{
	struct fk_traits *t = &k->traits;

	if (t->info != NULL)
		return t;
	if ((t->info = fido_cbor_info_new()) == NULL)
		return NULL;
	t->max_ids = SEK_FIDO_MAX_IDS;
	t->max_id = SEK_FIDO_ID_MAX;
	t->max_message = MESSAGE_DEFAULT;
	if (fido_dev_is_fido2(k->dev) &&
	    fido_dev_get_cbor_info(k->dev, t->info) == FIDO_OK)
		traits_read(t);
	return t;
}
