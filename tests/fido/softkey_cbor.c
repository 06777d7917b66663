/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CBOR for the software key of the tests: a writer of its own, since a key
 * that lies must be able to write what no library would, and a reader over
 * libcbor.  The order of the keys of a map is the caller's affair.
 */
#include <string.h>

#include "softkey_rooms.h"

void
out_raw(struct out *o, const void *p, size_t n)
{
	if (n > 0 && o->n <= o->max && n <= o->max - o->n)
		memcpy(o->p + o->n, p, n);
	o->n += n;
}

void
out_byte(struct out *o, unsigned b)
{
	uint8_t v = (uint8_t)b;

	out_raw(o, &v, 1);
}

void
out_head(struct out *o, unsigned major, uint64_t v)
{
	static const struct { unsigned info, bytes; } forms[] = {
		{ 24, 1 }, { 25, 2 }, { 26, 4 }, { 27, 8 }
	};
	size_t i = 0;
	unsigned b;

	if (v < 24) {
		out_byte(o, major << 5 | (unsigned)v);
		return;
	}
	while (i < 3 && v >> 8 * forms[i].bytes != 0)
		i++;
	out_byte(o, major << 5 | forms[i].info);
	for (b = forms[i].bytes; b > 0; b--)
		out_byte(o, (unsigned)(v >> 8 * (b - 1) & 0xff));
}

void
out_int(struct out *o, int64_t v)
{
	if (v < 0)
		out_head(o, 1, (uint64_t)(-1 - v));
	else
		out_head(o, 0, (uint64_t)v);
}

void
out_bytes(struct out *o, const void *p, size_t n)
{
	out_head(o, 2, n);
	out_raw(o, p, n);
}

void
out_text(struct out *o, const char *s)
{
	out_head(o, 3, strlen(s));
	out_raw(o, s, strlen(s));
}

void
out_map(struct out *o, size_t pairs)
{
	out_head(o, 5, pairs);
}

void
out_array(struct out *o, size_t items)
{
	out_head(o, 4, items);
}

void
out_bool(struct out *o, bool v)
{
	out_byte(o, v ? 0xf5 : 0xf4);
}

void
out_pair(struct out *o, const char *s, bool v)
{
	out_text(o, s);
	out_bool(o, v);
}

const cbor_item_t *
in_number(const cbor_item_t *map, int key)
{
	const struct cbor_pair *p;
	size_t i;

	if (map == NULL || !cbor_isa_map(map))
		return NULL;
	p = cbor_map_handle(map);
	for (i = 0; i < cbor_map_size(map); i++)
		if ((cbor_isa_uint(p[i].key) || cbor_isa_negint(p[i].key)) &&
		    in_int(p[i].key) == key)
			return p[i].value;
	return NULL;
}

const cbor_item_t *
in_name(const cbor_item_t *map, const char *key)
{
	const struct cbor_pair *p;
	struct bytes t;
	size_t i;

	if (map == NULL || !cbor_isa_map(map))
		return NULL;
	p = cbor_map_handle(map);
	for (i = 0; i < cbor_map_size(map); i++) {
		t = in_text(p[i].key);
		if (t.p != NULL && t.n == strlen(key) &&
		    memcmp(t.p, key, t.n) == 0)
			return p[i].value;
	}
	return NULL;
}

size_t
in_size(const cbor_item_t *array)
{
	if (array == NULL || !cbor_isa_array(array))
		return 0;
	return cbor_array_size(array);
}

const cbor_item_t *
in_at(const cbor_item_t *array, size_t i)
{
	return i < in_size(array) ? cbor_array_handle(array)[i] : NULL;
}

struct bytes
in_bytes(const cbor_item_t *i)
{
	struct bytes b = { NULL, 0 };

	if (i != NULL && cbor_isa_bytestring(i) &&
	    cbor_bytestring_is_definite(i)) {
		b.p = cbor_bytestring_handle(i);
		b.n = cbor_bytestring_length(i);
	}
	return b;
}

struct bytes
in_text(const cbor_item_t *i)
{
	struct bytes b = { NULL, 0 };

	if (i != NULL && cbor_isa_string(i) && cbor_string_is_definite(i)) {
		b.p = cbor_string_handle(i);
		b.n = cbor_string_length(i);
	}
	return b;
}

bool
in_true(const cbor_item_t *i)
{
	return i != NULL && cbor_isa_float_ctrl(i) && cbor_is_bool(i) &&
	    cbor_get_bool(i);
}

bool
in_false(const cbor_item_t *i)
{
	return i != NULL && cbor_isa_float_ctrl(i) && cbor_is_bool(i) &&
	    !cbor_get_bool(i);
}

int64_t
in_int(const cbor_item_t *i)
{
	uint64_t v;

	if (i == NULL || (!cbor_isa_uint(i) && !cbor_isa_negint(i)))
		return 0;
	v = cbor_get_int(i);
	if (v > INT32_MAX)
		return 0;
	return cbor_isa_uint(i) ? (int64_t)v : -1 - (int64_t)v;
}
