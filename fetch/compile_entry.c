/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One entry of revokedCertificates (RFC 5280 5.1 and 5.3) as a record.
 * Runs in sekisho-fetch and in `sekisho`.  What a login could not honour is
 * refused here, with the whole CRL: half a list is none.
 */
#include <openssl/err.h>
#include <openssl/objects.h>
#include <string.h>

#include "fetch/compile_rooms.h"

#define TAG_BOOLEAN 0x01u
#define TAG_INTEGER 0x02u
#define TAG_OCTET_STRING 0x04u
#define TAG_OID 0x06u
#define TAG_ENUMERATED 0x0au
#define TAG_UTC_TIME 0x17u
#define TAG_GENERALIZED_TIME 0x18u
#define TAG_SEQUENCE 0x30u
#define MAX_EXTENSIONS 8u /* of one entry */

static int
refuse(struct sek_why *why, int r, const char *what)
{
	ERR_clear_error();
	sek_why_set(why, "%s", what);
	return r;
}

/* -- the serial number */

/* RFC 5280 4.1.2.2 asks users to cope with 20 octets.  A CA that takes 20
 * random ones and lets DER put a zero before them has been seen often enough,
 * so what counts here is the magnitude. */
static bool
put_serial(const struct sek_span *v, uint8_t record[SEK_INDEX_RECORD])
{
	uint8_t magnitude[SEK_SERIAL_MAX + 1];
	unsigned int carry = 1;
	size_t i;

	if ((v->p[0] & 0x80) == 0)
		return sek_record_key(record, 0, false, v->p, v->n);
	if (v->n > sizeof magnitude)
		return false;
	for (i = v->n; i-- > 0;) { /* two's complement */
		carry += (uint8_t)~v->p[i];
		magnitude[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return sek_record_key(record, 0, true, magnitude, v->n);
}

static int
read_serial(struct sek_span *at, uint8_t record[SEK_INDEX_RECORD],
    struct sek_why *why)
{
	struct sek_span v;
	uint8_t tag;

	/* X.690 8.3.2: the first nine bits are not all the same */
	if (!sek_der_take(at, &tag, &v) || tag != TAG_INTEGER || v.n == 0 ||
	    (v.n > 1 && ((v.p[0] == 0 && (v.p[1] & 0x80) == 0) ||
	    (v.p[0] == 0xff && (v.p[1] & 0x80) != 0))))
		return refuse(why, SEK_E_SYNTAX, "serial number is not DER");
	if (!put_serial(&v, record))
		return refuse(why, SEK_E_LIMIT,
		    "serial number of more than 20 octets");
	return SEK_OK;
}

void
sek_crl_entry_key(const uint8_t *entry, size_t n,
    uint8_t record[SEK_INDEX_RECORD])
{
	struct sek_span at = { entry, n }, v, serial;
	uint8_t tag;

	if (!sek_der_take(&at, &tag, &v) ||
	    !sek_der_take(&v, &tag, &serial) || serial.n == 0 ||
	    !put_serial(&serial, record))
		memset(record, 0, SEK_INDEX_RECORD);
}

/* -- the date */

/* n numbers of two digits each. */
static bool
pairs(const uint8_t *p, size_t n, int *out)
{
	size_t i;

	for (i = 0; i < 2 * n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	for (i = 0; i < n; i++)
		out[i] = (p[2 * i] - '0') * 10 + (p[2 * i + 1] - '0');
	return true;
}

/* Days since 1970 of a date in the proleptic Gregorian calendar, counted
 * from March so that the leap day is the last of a year. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    (153 * m + 2) / 5 + day - 1 - 719468;
}

static int
days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };

	if (month == 2 && year % 4 == 0 &&
	    (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

static bool
is_date(int year, int month, int day)
{
	return month >= 1 && month <= 12 && day >= 1 &&
	    day <= days_in(year, month);
}

/* RFC 5280 5.1.2.6: YYMMDDHHMMSSZ (1950 to 2049) or YYYYMMDDHHMMSSZ. */
static bool
read_time(uint8_t tag, const struct sek_span *v, int64_t *out)
{
	size_t n = tag == TAG_UTC_TIME ? 6 : 7; /* pairs of digits */
	int t[7] = { 0 }, *rest = t + n - 5, year;

	if ((tag != TAG_UTC_TIME && tag != TAG_GENERALIZED_TIME) ||
	    v->n != 2 * n + 1 || v->p[2 * n] != 'Z' || !pairs(v->p, n, t))
		return false;
	if (tag == TAG_UTC_TIME)
		year = t[0] + (t[0] < 50 ? 2000 : 1900);
	else
		year = t[0] * 100 + t[1];
	if (!is_date(year, rest[0], rest[1]) || rest[2] > 23 ||
	    rest[3] > 59 || rest[4] > 59)
		return false;
	*out = days_of(year, rest[0], rest[1]) * 86400 + rest[2] * 3600 +
	    rest[3] * 60 + rest[4];
	return true;
}

/* -- extensions */

enum kind { KIND_OTHER, KIND_REASON, KIND_HOLD, KIND_INVALIDITY, KIND_ISSUER };

static enum kind
kind_of(const struct sek_span *oid)
{
	/* id-ce, 2.5.29 */
	if (oid->n != 3 || oid->p[0] != 0x55 || oid->p[1] != 0x1d)
		return KIND_OTHER;
	switch (oid->p[2]) {
	case 21:
		return KIND_REASON;
	case 23:
		return KIND_HOLD;
	case 24:
		return KIND_INVALIDITY;
	case 29:
		return KIND_ISSUER;
	default:
		return KIND_OTHER;
	}
}

static int
refuse_critical(struct sek_why *why, const struct sek_span *oid)
{
	char text[80] = "?";
	struct sek_buf der = { 0 };
	const unsigned char *p;
	ASN1_OBJECT *o = NULL;

	sek_put_u8(&der, TAG_OID);
	sek_put_u8(&der, (uint8_t)oid->n);
	sek_put_raw(&der, oid->p, oid->n);
	p = der.p;
	if (sek_buf_ok(&der) == SEK_OK && oid->n < 0x80)
		o = d2i_ASN1_OBJECT(NULL, &p, (long)der.len);
	if (o != NULL)
		(void)OBJ_obj2txt(text, sizeof text, o, 1);
	ASN1_OBJECT_free(o);
	sek_buf_free(&der);
	ERR_clear_error();
	sek_why_set(why, "critical entry extension that is not known: %s",
	    text);
	return SEK_E_DENIED;
}

struct extension {
	struct sek_span oid, value;
	bool critical;
};

/* X.690 8.19.2: each number ends, and begins with no padding. */
static bool
oid_ok(const struct sek_span *oid)
{
	bool first = true;
	size_t i;

	for (i = 0; i < oid->n; i++) {
		if (first && oid->p[i] == 0x80)
			return false;
		first = (oid->p[i] & 0x80) == 0;
	}
	return oid->n > 0 && first;
}

/* An explicit FALSE is not DER's default (X.690 11.5), and harmless. */
static bool
take_extension(struct sek_span *list, struct extension *out)
{
	struct sek_span at, v;
	uint8_t tag;

	out->critical = false;
	if (!sek_der_take(list, &tag, &at) || tag != TAG_SEQUENCE ||
	    !sek_der_take(&at, &tag, &out->oid) || tag != TAG_OID ||
	    !oid_ok(&out->oid) ||
	    !sek_der_take(&at, &tag, &v))
		return false;
	if (tag == TAG_BOOLEAN) {
		if (v.n != 1 || (v.p[0] != 0 && v.p[0] != 0xff))
			return false;
		out->critical = v.p[0] != 0;
		if (!sek_der_take(&at, &tag, &v))
			return false;
	}
	out->value = v;
	return tag == TAG_OCTET_STRING && at.n == 0;
}

static int
take_value(const struct extension *e, struct sek_crl_entry *out,
    uint8_t *reason, struct sek_why *why)
{
	const struct sek_span *v = &e->value;
	enum kind kind = kind_of(&e->oid);

	/* RFC 5280 5.3.3; the other ones are never critical (5.3.1, 5.3.2),
	 * and OpenSSL would not take a CRL where they are */
	if (e->critical && kind != KIND_ISSUER)
		return refuse_critical(why, &e->oid);
	if (kind == KIND_REASON) {
		if (v->n != 3 || v->p[0] != TAG_ENUMERATED || v->p[1] != 1 ||
		    v->p[2] > 0x7f)
			return refuse(why, SEK_E_SYNTAX,
			    "reasonCode is malformed");
		*reason = v->p[2];
	} else if (kind == KIND_ISSUER) {
		out->issuers = *v;
	}
	return SEK_OK;
}

static int
read_extensions(struct sek_span list, struct sek_crl_entry *out,
    uint8_t *reason, struct sek_why *why)
{
	struct sek_span seen[MAX_EXTENSIONS];
	struct extension e;
	size_t i, n = 0;
	int r;

	while (list.n > 0) {
		if (!take_extension(&list, &e))
			return refuse(why, SEK_E_SYNTAX,
			    "entry extension is not DER");
		for (i = 0; i < n; i++)
			if (seen[i].n == e.oid.n && memcmp(seen[i].p,
			    e.oid.p, e.oid.n) == 0)
				return refuse(why, SEK_E_SYNTAX,
				    "entry extension twice in one entry");
		if (n == MAX_EXTENSIONS)
			return refuse(why, SEK_E_LIMIT,
			    "too many extensions in one entry");
		seen[n++] = e.oid;
		if ((r = take_value(&e, out, reason, why)) != SEK_OK)
			return r;
	}
	return SEK_OK;
}

/* SEQUENCE { userCertificate INTEGER, revocationDate Time,
 * crlEntryExtensions Extensions OPTIONAL } */
int
sek_crl_entry(struct sek_span *at, struct sek_crl_entry *out,
    struct sek_why *why)
{
	struct sek_span entry, v;
	uint8_t tag, reason = SEK_REASON_NONE;
	int64_t date;
	int r;

	out->issuers = (struct sek_span){ NULL, 0 };
	if (!sek_der_take(at, &tag, &entry) || tag != TAG_SEQUENCE)
		return refuse(why, SEK_E_SYNTAX, "entry is not DER");
	if ((r = read_serial(&entry, out->record, why)) != SEK_OK)
		return r;
	if (!sek_der_take(&entry, &tag, &v) || !read_time(tag, &v, &date))
		return refuse(why, SEK_E_SYNTAX,
		    "revocation date is malformed");
	if (entry.n > 0) {
		if (!sek_der_take(&entry, &tag, &v) || tag != TAG_SEQUENCE ||
		    entry.n != 0)
			return refuse(why, SEK_E_SYNTAX, "entry is not DER");
		r = read_extensions(v, out, &reason, why);
		if (r != SEK_OK)
			return r;
	}
	sek_record_finish(out->record, reason, date);
	return SEK_OK;
}
