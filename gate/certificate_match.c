/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One name against one name constraint (RFC 5280 4.2.1.10, RFC 9598 for
 * internationalised mailboxes).  Runs in the gate and in `sekisho`.
 *
 * Three answers: within, not within, and "cannot be processed", which
 * refuses.  It never guesses what a malformed name might have meant.
 *
 * User principal names (otherName 1.3.6.1.4.1.311.20.2.3) have no standard;
 * they are matched as Windows CAs write them: "@a.example" and "a.example"
 * are that domain, ".a.example" those below it, "u@a.example" one name.
 */
#include <openssl/crypto.h>
#include <string.h>

#include "gate/certificate_check.h"

#define DOMAIN_MAX 253 /* RFC 1035 2.3.4, as text */
#define LABEL_MAX 63

struct span {
	const char *p;
	size_t n;
};

static void
take_other(const OTHERNAME *o, struct sek_name *out)
{
	int nid = OBJ_obj2nid(o->type_id);

	if ((nid != NID_ms_upn && nid != NID_id_on_SmtpUTF8Mailbox) ||
	    o->value == NULL || o->value->type != V_ASN1_UTF8STRING)
		return;
	out->kind = nid == NID_ms_upn ? SEK_NAME_UPN : SEK_NAME_MAIL;
	out->utf8 = nid == NID_id_on_SmtpUTF8Mailbox;
	out->p = ASN1_STRING_get0_data(o->value->value.utf8string);
	out->n = (size_t)ASN1_STRING_length(o->value->value.utf8string);
}

static void
take_string(const ASN1_STRING *s, enum sek_name_kind kind,
    struct sek_name *out)
{
	out->kind = kind;
	out->p = ASN1_STRING_get0_data(s);
	out->n = (size_t)ASN1_STRING_length(s);
}

void
sek_name_of(const GENERAL_NAME *gn, struct sek_name *out)
{
	*out = (struct sek_name){ .kind = SEK_NAME_UNKNOWN, .gn = gn };
	switch (gn->type) {
	case GEN_EMAIL:
		take_string(gn->d.rfc822Name, SEK_NAME_MAIL, out);
		break;
	case GEN_DNS:
		take_string(gn->d.dNSName, SEK_NAME_DNS, out);
		break;
	case GEN_URI:
		take_string(gn->d.uniformResourceIdentifier, SEK_NAME_URI,
		    out);
		break;
	case GEN_IPADD:
		take_string(gn->d.iPAddress, SEK_NAME_IP, out);
		break;
	case GEN_DIRNAME:
		out->kind = SEK_NAME_DIR;
		out->dir = gn->d.directoryName;
		break;
	case GEN_OTHERNAME:
		take_other(gn->d.otherName, out);
		break;
	default:
		break;
	}
}

static bool
is_label(const char *p, size_t n)
{
	size_t i;

	if (n == 0 || n > LABEL_MAX || p[0] == '-' || p[n - 1] == '-')
		return false;
	for (i = 0; i < n; i++)
		if (!((p[i] >= 'a' && p[i] <= 'z') ||
		    (p[i] >= 'A' && p[i] <= 'Z') ||
		    (p[i] >= '0' && p[i] <= '9') || p[i] == '-' ||
		    p[i] == '_'))
			return false;
	return true;
}

/* Labels in ASCII (U-labels have no place in any of these, RFC 5280 7.2 and
 * RFC 9598 3); an underscore is forgiven. */
static bool
is_domain(struct span s)
{
	const char *dot;

	if (s.n == 0 || s.n > DOMAIN_MAX)
		return false;
	while ((dot = memchr(s.p, '.', s.n)) != NULL) {
		if (!is_label(s.p, (size_t)(dot - s.p)))
			return false;
		s.n -= (size_t)(dot - s.p) + 1;
		s.p = dot + 1;
	}
	return is_label(s.p, s.n);
}

static bool
same(struct span a, struct span b)
{
	return a.n == b.n && OPENSSL_strncasecmp(a.p, b.p, a.n) == 0;
}

/* Is `s` below the domain: does it end in "." and that? */
static bool
below(struct span s, struct span domain)
{
	struct span tail;

	if (s.n <= domain.n + 1)
		return false;
	tail.p = s.p + (s.n - domain.n);
	tail.n = domain.n;
	return tail.p[-1] == '.' && same(tail, domain);
}

static struct span
rest(struct span s, size_t from)
{
	return (struct span){ s.p + from, s.n - from };
}

/* A host against ".domain" (those below) or "domain" (that one). */
static enum sek_match
match_host(struct span base, struct span host)
{
	bool dotted = base.n > 0 && base.p[0] == '.';
	bool yes;

	if (dotted)
		base = rest(base, 1);
	if (!is_domain(base) || !is_domain(host))
		return SEK_MATCH_BAD;
	yes = dotted ? below(host, base) : same(host, base);
	return yes ? SEK_MATCH_YES : SEK_MATCH_NO;
}

/* The only '@' of an address, or NULL. */
static const char *
only_at(struct span s)
{
	const char *at = memchr(s.p, '@', s.n);

	if (at == NULL || memchr(at + 1, '@', s.n - (size_t)(at + 1 - s.p)) !=
	    NULL)
		return NULL;
	return at;
}

/* A constraint with an '@': a mailbox, or of UPNs "@domain". */
static enum sek_match
match_mailbox(struct span base, struct span name, size_t local, bool upn)
{
	const char *at = only_at(base);
	size_t base_local;
	enum sek_match m;
	bool yes;

	if (at == NULL || (at == base.p && !upn))
		return SEK_MATCH_BAD;
	base_local = (size_t)(at - base.p);
	if (base_local + 1 < base.n && at[1] == '.')
		return SEK_MATCH_BAD;
	m = match_host(rest(base, base_local + 1), rest(name, local + 1));
	if (m != SEK_MATCH_YES || base_local == 0)
		return m;
	if (base_local != local)
		return SEK_MATCH_NO;
	/* the local part is the mail server's: case counts; of a UPN it is
	 * Windows', which does not look at case */
	yes = upn ? OPENSSL_strncasecmp(base.p, name.p, local) == 0 :
	    memcmp(base.p, name.p, local) == 0;
	return yes ? SEK_MATCH_YES : SEK_MATCH_NO;
}

static enum sek_match
match_address(struct span base, struct span name, bool upn)
{
	const char *at = only_at(name);
	size_t local;

	if (at == NULL || at == name.p ||
	    !is_domain(rest(name, (size_t)(at + 1 - name.p))))
		return SEK_MATCH_BAD;
	local = (size_t)(at - name.p);
	if (base.n == 0)
		return SEK_MATCH_YES;
	if (memchr(base.p, '@', base.n) == NULL)
		return match_host(base, rest(name, local + 1));
	return match_mailbox(base, name, local, upn);
}

/* A constraint is the domain and all below it.  A name may have a wildcard
 * for its first label, which stands for whatever is excluded there. */
static enum sek_match
match_dns(struct span base, struct span name, bool excluded)
{
	bool wild = name.n > 2 && memcmp(name.p, "*.", 2) == 0;
	struct span plain = wild ? rest(name, 2) : name;

	if (!is_domain(plain) || (base.n > 0 && !is_domain(base)))
		return SEK_MATCH_BAD;
	if (base.n == 0 || same(plain, base) || below(plain, base))
		return SEK_MATCH_YES;
	return wild && excluded && below(base, plain) ? SEK_MATCH_YES :
	    SEK_MATCH_NO;
}

/* RFC 5280 4.2.1.10: of the host only, which must be a domain name. */
static enum sek_match
match_uri(struct span base, struct span name)
{
	const char *p = memchr(name.p, ':', name.n);
	struct span host;
	size_t i;

	if (p == NULL)
		return SEK_MATCH_BAD;
	host = rest(name, (size_t)(p - name.p));
	if (host.n < 4 || memcmp(host.p, "://", 3) != 0)
		return SEK_MATCH_BAD;
	host = rest(host, 3);
	for (i = 0; i < host.n && strchr("/?#:", host.p[i]) == NULL; i++)
		/* a user name could be taken for the host */
		if (host.p[i] == '@' || host.p[i] == '\0')
			return SEK_MATCH_BAD;
	/* "host:rest@other" hides a host behind a port */
	if (memchr(host.p, '@', host.n) != NULL)
		return SEK_MATCH_BAD;
	host.n = i;
	for (i = 0; i < host.n && strchr("0123456789.", host.p[i]) != NULL;)
		i++;
	if (i == host.n)
		return SEK_MATCH_BAD;
	return base.n == 0 ? SEK_MATCH_YES : match_host(base, host);
}

/* Address and mask; the mask is bits of one, then bits of zero. */
static enum sek_match
match_ip(const struct sek_name *base, const struct sek_name *name)
{
	const uint8_t *mask;
	size_t i, half = base->n / 2;
	bool ended = false, yes = true;
	unsigned int bit;

	if ((name->n != 4 && name->n != 16) ||
	    (base->n != 8 && base->n != 32))
		return SEK_MATCH_BAD;
	mask = base->p + half;
	for (i = 0; i < half * 8; i++) {
		bit = (mask[i / 8] >> (7 - i % 8)) & 1u;
		if (bit != 0 && ended)
			return SEK_MATCH_BAD;
		ended = ended || bit == 0;
	}
	if (half != name->n)
		return SEK_MATCH_NO;
	for (i = 0; i < half; i++)
		if (((name->p[i] ^ base->p[i]) & mask[i]) != 0)
			yes = false;
	return yes ? SEK_MATCH_YES : SEK_MATCH_NO;
}

/* Does `name` begin with the RDNs of `base`? */
static enum sek_match
match_dir(const X509_NAME *base, const X509_NAME *name)
{
	int n = X509_NAME_entry_count(base);
	X509_NAME *head;
	bool yes;

	if (n == 0)
		return SEK_MATCH_YES;
	if (X509_NAME_entry_count(name) < n)
		return SEK_MATCH_NO;
	if ((head = X509_NAME_dup(name)) == NULL)
		return SEK_MATCH_BAD;
	/* an RDN that is cut in two does not compare: its other half stays */
	while (X509_NAME_entry_count(head) > n &&
	    X509_NAME_ENTRY_set(X509_NAME_get_entry(head, n)) !=
	    X509_NAME_ENTRY_set(X509_NAME_get_entry(head, n - 1)))
		while (X509_NAME_entry_count(head) > n)
			X509_NAME_ENTRY_free(X509_NAME_delete_entry(head,
			    X509_NAME_entry_count(head) - 1));
	yes = X509_NAME_cmp(head, base) == 0;
	X509_NAME_free(head);
	return yes ? SEK_MATCH_YES : SEK_MATCH_NO;
}

enum sek_match
sek_name_match(const struct sek_name *base, const struct sek_name *name,
    bool excluded)
{
	struct span b = { (const char *)base->p, base->n };
	struct span n = { (const char *)name->p, name->n };

	if (base->kind != name->kind)
		return SEK_MATCH_BAD;
	switch (name->kind) {
	case SEK_NAME_MAIL:
		/* RFC 9598 6: the constraint is an rfc822Name, always */
		return base->utf8 ? SEK_MATCH_BAD : match_address(b, n,
		    false);
	case SEK_NAME_UPN:
		return match_address(b, n, true);
	case SEK_NAME_DNS:
		return match_dns(b, n, excluded);
	case SEK_NAME_URI:
		return match_uri(b, n);
	case SEK_NAME_IP:
		return match_ip(base, name);
	case SEK_NAME_DIR:
		return match_dir(base->dir, name->dir);
	case SEK_NAME_UNKNOWN:
		break;
	}
	return SEK_MATCH_BAD;
}
