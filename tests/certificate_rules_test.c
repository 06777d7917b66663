/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules for what is in a certificate and for names and policies on its
 * path, each with a certificate that keeps it and one that does not: a root,
 * an intermediate and a leaf, minted in memory.
 */
#include "tests/certificate_chain.h"
#include "tests/check.h"

/* Letters of a row's rules: e explicit policy, m no mapping, a no anyPolicy,
 * n no policy processing, p policy 1.2.392.1.1, c purpose clientAuth,
 * u key usage needed, d two CAs at most, s server's usages and purpose,
 * x no partial chain. */
struct row {
	const char *name;
	const char *rules;
	const char *root[4], *mid[4], *leaf[5];
	enum sek_reason want;
	const char *words;
};

#define OK SEK_R_OK, ""
#define PATH SEK_R_CERT_PATH
#define BAD SEK_R_CERT_MALFORMED
#define POLICY SEK_R_CERT_POLICY
#define NC "nameConstraints=critical,"
#define SAN "subjectAltName="
#define UPN "otherName:1.3.6.1.4.1.311.20.2.3;UTF8:"
#define EAI "otherName:1.3.6.1.5.5.7.8.9;UTF8:"
#define CP "certificatePolicies="
#define P1 "1.2.392.1.1"
#define P2 "1.2.392.1.2"
#define PERMIT "not within a permitted subtree"
#define EXCLUDE "excluded subtree"
#define CANNOT "cannot be processed"

static const struct row rows[] = {
	{ "plain", "", {0}, {0}, {0}, OK },
	{ "plain, as a login", "uc", {0}, {0}, {0}, OK },
	/* key usage and purpose */
	{ "no key usage", "", {0}, {0}, { "keyUsage=" }, OK },
	{ "no key usage, needed", "u", {0}, {0}, { "keyUsage=" },
	    SEK_R_CERT_USAGE, "no key usage: needed is digitalSignature" },
	{ "key usage lacks it", "", {0}, {0}, { "keyUsage=keyEncipherment" },
	    SEK_R_CERT_USAGE, "key usage lacks digitalSignature" },
	{ "server's key usage", "s", {0}, {0},
	    { "keyUsage=keyEncipherment", "extendedKeyUsage=serverAuth" },
	    OK },
	{ "key usage all zero", "", {0}, {0}, { "keyUsage=DER:03020700" },
	    BAD, "keyUsage: allows nothing" },
	{ "no purpose", "c", {0}, {0}, { "extendedKeyUsage=" }, OK },
	{ "any purpose", "c", {0}, {0},
	    { "extendedKeyUsage=anyExtendedKeyUsage" }, OK },
	{ "wrong purpose", "c", {0}, {0}, { "extendedKeyUsage=serverAuth" },
	    SEK_R_CERT_USAGE, "extended key usage lacks a login purpose" },
	{ "wrong purpose, none asked", "", {0}, {0},
	    { "extendedKeyUsage=serverAuth" }, OK },
	{ "critical purpose", "c", {0}, {0},
	    { "extendedKeyUsage=critical,clientAuth" }, OK },
	{ "empty purpose", "", {0}, {0},
	    { "extendedKeyUsage=DER:3000" }, BAD,
	    "Extended Key Usage: is empty" },
	{ "issuer for other purposes", "c", {0},
	    { "extendedKeyUsage=serverAuth" }, {0}, SEK_R_CERT_USAGE,
	    "issuer's extended key usage" },
	{ "issuer for any purpose", "c", {0},
	    { "extendedKeyUsage=anyExtendedKeyUsage" }, {0}, OK },
	/* who is a CA */
	{ "leaf is a CA", "", {0}, {0}, { "basicConstraints=CA:TRUE" },
	    SEK_R_CERT_IS_CA, "CA certificate" },
	{ "leaf signs certificates", "", {0}, {0},
	    { "keyUsage=digitalSignature,keyCertSign" }, SEK_R_CERT_IS_CA,
	    "CA certificate" },
	{ "leaf without basicConstraints", "", {0}, {0},
	    { "basicConstraints=" }, OK },
	{ "path length without CA", "", {0}, {0},
	    { "basicConstraints=DER:3003020100" }, BAD,
	    "a path length without CA:TRUE" },
	{ "issuer without basicConstraints", "", {0},
	    { "basicConstraints=" }, {0}, PATH, "no basicConstraints" },
	{ "issuer is no CA", "", {0}, { "basicConstraints=CA:FALSE" }, {0},
	    PATH, "invalid CA" },
	{ "issuer's basicConstraints not critical", "", {0},
	    { "basicConstraints=CA:TRUE" }, {0}, OK },
	{ "anchor without basicConstraints", "", { "basicConstraints=" },
	    {0}, {0}, PATH, "no basicConstraints" },
	{ "anchor of version 1", "", { "version=1" }, {0},
	    { 0 }, OK },
	{ "issuer without keyCertSign", "", {0}, { "keyUsage=cRLSign" }, {0},
	    PATH, "key usage lacks keyCertSign" },
	{ "anchor without keyCertSign", "", { "keyUsage=cRLSign" }, {0}, {0},
	    PATH, "key usage lacks keyCertSign" },
	{ "issuer without key usage", "", {0}, { "keyUsage=" }, {0}, OK },
	{ "no room below", "", { "basicConstraints=CA:TRUE,pathlen:0" }, {0},
	    {0}, PATH, "path length constraint exceeded" },
	{ "just room below", "", { "basicConstraints=CA:TRUE,pathlen:1" },
	    { "basicConstraints=CA:TRUE,pathlen:0" }, {0}, OK },
	{ "path length of a self-issued CA is not counted", "",
	    { "basicConstraints=CA:TRUE,pathlen:0" },
	    { "subject=/CN=Root" }, { "issuer=/CN=Root" }, OK },
	{ "two CAs allowed", "d", {0}, {0}, {0}, OK },
	/* form */
	{ "no key identifiers at all", "", { "subjectKeyIdentifier=",
	    "authorityKeyIdentifier=" }, { "subjectKeyIdentifier=",
	    "authorityKeyIdentifier=" }, { "authorityKeyIdentifier=" }, OK },
	{ "critical authority key identifier", "", {0}, {0},
	    { "authorityKeyIdentifier=critical,keyid" }, PATH, "critical" },
	{ "half an authority key identifier", "", {0}, {0},
	    { "authorityKeyIdentifier=DER:3003820101" }, BAD,
	    "issuer and serial must be together" },
	{ "unknown critical, leaf", "", {0}, {0},
	    { "1.2.392.99.1=critical,DER:0500" }, PATH,
	    "unhandled critical extension" },
	{ "unknown critical, issuer", "", {0},
	    { "1.2.392.99.1=critical,DER:0500" }, {0}, PATH,
	    "unhandled critical extension" },
	{ "unknown critical, anchor", "",
	    { "1.2.392.99.1=critical,DER:0500" }, {0}, {0}, PATH,
	    "unhandled critical extension" },
	{ "unknown, not critical", "", {0}, {0},
	    { "1.2.392.99.1=DER:0500" }, OK },
	{ "extension twice, issuer", "", {0},
	    { "+1.2.392.99.1=DER:0500", "+1.2.392.99.1=DER:0500" }, {0},
	    PATH, "stands twice" },
	{ "extension twice, anchor", "",
	    { "+1.2.392.99.1=DER:0500", "+1.2.392.99.1=DER:0500" }, {0},
	    {0}, PATH, "stands twice" },
	{ "subjectAltName twice", "", {0}, {0},
	    { "+" SAN "DNS:a.example", "+" SAN "DNS:a.example" }, BAD,
	    "stands twice" },
	{ "issuer of version 1", "", {0}, { "version=1" }, {0}, PATH,
	    "" },
	{ "version 4", "", {0}, {0}, { "version=4" }, BAD, "version 3" },
	{ "serial zero", "", {0}, {0}, { "serial=0" }, OK },
	{ "serial negative", "", {0}, {0}, { "serial=-7F" }, OK },
	{ "serial of 20 octets", "", {0}, {0},
	    { "serial=7F22334455667788990011223344556677889900" }, OK },
	{ "serial of 21 octets", "", {0}, {0},
	    { "serial=7F2233445566778899001122334455667788990011" }, BAD,
	    "20 octets" },
	{ "malformed subjectAltName", "", {0}, {0},
	    { "2.5.29.17=DER:6578616d706c65" }, BAD, "cannot be read" },
	{ "bytes after a subjectAltName", "", {0}, {0},
	    { "2.5.29.17=DER:300382016100" }, BAD, "cannot be read" },
	{ "empty subjectAltName", "", {0}, {0}, { "2.5.29.17=DER:3000" },
	    BAD, "Alternative Name: is empty" },
	{ "malformed authority information", "", {0}, {0},
	    { "1.3.6.1.5.5.7.1.1=DER:0101FF" }, BAD, "cannot be read" },
	{ "no policy in certificatePolicies", "", {0}, {0},
	    { "2.5.29.32=DER:3000" }, BAD, "is empty" },
	{ "NUL in a DNS name", "", {0}, {0},
	    { "2.5.29.17=DER:30058203610062" }, BAD, "NUL" },
	{ "empty mail address", "", {0}, {0}, { "2.5.29.17=DER:30028100" },
	    BAD, "empty name" },
	{ "IP address of five octets", "", {0}, {0},
	    { "2.5.29.17=DER:300787050102030405" }, BAD,
	    "not an IP address" },
	{ "empty subject", "", {0}, {0},
	    { "subject=", SAN "email:u@a.example" }, BAD, "empty subject" },
	{ "empty subject, critical subjectAltName", "", {0}, {0},
	    { "subject=", SAN "critical,email:u@a.example" }, OK },
	{ "empty issuer", "", {0}, { "subject=" }, { "issuer=" }, BAD,
	    "empty issuer name" },
	{ "name constraints in a leaf", "", {0}, {0},
	    { NC "permitted;DNS:a.example" }, BAD, "are a CA's" },
	/* dates */
	{ "first second", "", {0}, {0}, { "from=1768478400" }, OK },
	{ "one second early", "", {0}, {0}, { "from=1768478401" },
	    SEK_R_CERT_NOT_YET, "not yet valid" },
	{ "last second", "", { "to=1768478400" }, { "to=1768478400" },
	    { "to=1768478400" }, OK },
	{ "one second late", "", {0}, {0}, { "to=1768478399" },
	    SEK_R_CERT_EXPIRED, "expired" },
	{ "issuer one second late", "", {0}, { "to=1768478399" }, {0}, PATH,
	    "certificate has expired" },
	{ "anchor one second late", "", { "to=1768478399" }, {0}, {0}, PATH,
	    "certificate has expired" },
	{ "before 1970, after 2050", "", { "from=-600000000",
	    "to=4102444800" }, { "to=4102444800" }, { "to=4102444800" }, OK },
	/* signatures */
	{ "leaf by SHA-1", "", {0}, {0}, { "md=SHA1" }, SEK_R_CERT_SIGNATURE,
	    "ecdsa-with-SHA1" },
	{ "issuer by SHA-1", "", {0}, { "md=SHA1" }, {0},
	    SEK_R_CERT_SIGNATURE, "CN=Mid\": signature algorithm" },
	{ "anchor by SHA-1", "", { "md=SHA1" }, {0}, {0}, OK },
	/* name constraints: mail */
	{ "mail: host", "", {0}, { NC "permitted;email:a.example" },
	    { SAN "email:u@A.example" }, OK },
	{ "mail: not below a host", "", {0}, { NC "permitted;email:a.example" },
	    { SAN "email:u@b.a.example" }, PATH, PERMIT },
	{ "mail: domain", "", {0}, { NC "permitted;email:.a.example" },
	    { SAN "email:u@b.a.example" }, OK },
	{ "mail: not the domain itself", "", {0},
	    { NC "permitted;email:.a.example" }, { SAN "email:u@a.example" },
	    PATH, PERMIT },
	{ "mail: mailbox", "", {0}, { NC "permitted;email:u@a.example" },
	    { SAN "email:u@a.example" }, OK },
	{ "mail: another mailbox", "", {0},
	    { NC "permitted;email:u@a.example" }, { SAN "email:U@a.example" },
	    PATH, PERMIT },
	{ "mail: excluded host", "", {0}, { NC "excluded;email:a.example" },
	    { SAN "email:u@a.example" }, PATH, EXCLUDE },
	{ "mail: excluded host, below it", "", {0},
	    { NC "excluded;email:a.example" }, { SAN "email:u@b.a.example" },
	    OK },
	{ "mail: in the subject", "", {0}, { NC "permitted;email:a.example" },
	    { "subject=/CN=u/emailAddress=u@b.example" }, PATH, PERMIT },
	{ "mail: malformed constraint", "", {0},
	    { NC "permitted;email:u@u@a.example" },
	    { SAN "email:u@a.example" }, PATH, "" },
	{ "mail: malformed name", "", {0}, { NC "permitted;email:a.example" },
	    { SAN "email:u@v@a.example" }, PATH, "" },
	{ "mail: malformed excluded constraint", "", {0},
	    { NC "excluded;email:@a.example" }, { SAN "email:u@b.example" },
	    PATH, CANNOT },
	/* internationalised mail: RFC 9598 */
	{ "SmtpUTF8Mailbox within", "", {0}, { NC "permitted;email:a.example" },
	    { SAN EAI "医師@a.example" }, OK },
	{ "SmtpUTF8Mailbox outside", "", {0},
	    { NC "permitted;email:a.example" }, { SAN EAI "医師@b.example" },
	    PATH, PERMIT },
	{ "SmtpUTF8Mailbox excluded", "", {0},
	    { NC "excluded;email:a.example" }, { SAN EAI "医師@a.example" },
	    PATH, EXCLUDE },
	{ "SmtpUTF8Mailbox in a constraint", "", {0},
	    { NC "excluded;" EAI "医師@a.example" },
	    { SAN "email:u@b.example" }, PATH, CANNOT },
	/* user principal names */
	{ "UPN within", "", {0}, { NC "permitted;" UPN "@a.example" },
	    { SAN UPN "Yamada@A.EXAMPLE" }, OK },
	{ "UPN outside", "", {0}, { NC "permitted;" UPN "@a.example" },
	    { SAN UPN "yamada@evil-a.example" }, PATH, PERMIT },
	{ "UPN below a domain", "", {0}, { NC "permitted;" UPN ".a.example" },
	    { SAN UPN "yamada@ward.a.example" }, OK },
	{ "UPN not below it", "", {0}, { NC "permitted;" UPN ".a.example" },
	    { SAN UPN "yamada@a.example" }, PATH, PERMIT },
	{ "UPN excluded", "", {0}, { NC "excluded;" UPN "a.example" },
	    { SAN UPN "yamada@a.example" }, PATH, EXCLUDE },
	{ "UPN one person excluded", "", {0},
	    { NC "excluded;" UPN "yamada@a.example" },
	    { SAN UPN "YAMADA@a.example" }, PATH, EXCLUDE },
	{ "UPN without a domain", "", {0}, { NC "permitted;" UPN "@a.example" },
	    { SAN UPN "yamada" }, PATH, CANNOT },
	{ "UPN constraint of another string type", "", {0},
	    { NC "excluded;otherName:1.3.6.1.4.1.311.20.2.3;IA5:@a.example" },
	    { SAN UPN "yamada@a.example" }, PATH, CANNOT },
	{ "UPN constrained, and the mail outside", "", {0},
	    { NC "permitted;" UPN "@a.example,permitted;email:a.example" },
	    { SAN UPN "yamada@a.example,email:u@b.example" }, PATH, PERMIT },
	{ "unknown kind constrained and present", "", {0},
	    { NC "excluded;otherName:1.2.392.99.3;UTF8:x" },
	    { SAN "otherName:1.2.392.99.3;UTF8:y" }, PATH, CANNOT },
	{ "unknown kind constrained, not present", "", {0},
	    { NC "excluded;otherName:1.2.392.99.3;UTF8:x" },
	    { SAN UPN "yamada@a.example" }, OK },
	{ "registered ID constrained and present", "", {0},
	    { NC "permitted;RID:1.2.3" }, { SAN "RID:1.2.3" }, PATH, CANNOT },
	/* DNS */
	{ "DNS: below", "", {0}, { NC "permitted;DNS:a.example" },
	    { SAN "DNS:x.y.a.example" }, OK },
	{ "DNS: beside", "", {0}, { NC "permitted;DNS:a.example" },
	    { SAN "DNS:bada.example" }, PATH, PERMIT },
	{ "DNS: excluded", "", {0}, { NC "excluded;DNS:a.example" },
	    { SAN "DNS:ok.example,DNS:x.a.example" }, PATH, EXCLUDE },
	{ "DNS: wildcard over an excluded name", "", {0},
	    { NC "excluded;DNS:b.a.example" }, { SAN "DNS:*.a.example" },
	    PATH, EXCLUDE },
	{ "DNS: wildcard over a permitted name", "", {0},
	    { NC "permitted;DNS:b.a.example" }, { SAN "DNS:*.a.example" },
	    PATH, PERMIT },
	{ "DNS: wildcard within", "", {0}, { NC "permitted;DNS:a.example" },
	    { SAN "DNS:*.a.example" }, OK },
	{ "DNS: constraint with a wildcard", "", {0},
	    { NC "permitted;DNS:*.a.example" }, { SAN "DNS:x.a.example" },
	    PATH, "" },
	{ "DNS: constraint with a leading dot", "", {0},
	    { NC "permitted;DNS:.a.example" }, { SAN "DNS:x.a.example" },
	    PATH, CANNOT },
	{ "DNS: name with a leading dot", "", {0},
	    { NC "permitted;DNS:a.example" }, { SAN "DNS:.a.example" }, PATH,
	    "" },
	{ "DNS: a common name is none", "", {0},
	    { NC "permitted;DNS:a.example" }, { "subject=/CN=dr.yamada" },
	    OK },
	{ "DNS: constraint of another kind", "", {0},
	    { NC "permitted;IP:192.0.2.0/255.255.255.0" },
	    { SAN "DNS:a.example" }, OK },
	/* URI */
	{ "URI: below", "", {0}, { NC "permitted;URI:.a.example" },
	    { SAN "URI:http://x.a.example/p" }, OK },
	{ "URI: not below", "", {0}, { NC "permitted;URI:.a.example" },
	    { SAN "URI:http://a.example/p" }, PATH, PERMIT },
	{ "URI: excluded host", "", {0}, { NC "excluded;URI:a.example" },
	    { SAN "URI:ftp://a.example:21/p" }, PATH, EXCLUDE },
	{ "URI: a user that looks like the host", "", {0},
	    { NC "permitted;URI:a.example" },
	    { SAN "URI:http://a.example:x@evil.example/" }, PATH, CANNOT },
	{ "URI: address for a host", "", {0}, { NC "permitted;URI:.a.example" },
	    { SAN "URI:http://192.0.2.1/" }, PATH, "" },
	{ "URI: without a host", "", {0}, { NC "excluded;URI:a.example" },
	    { SAN "URI:urn:x" }, PATH, "" },
	/* IP */
	{ "IP: within", "", {0}, { NC "permitted;IP:192.0.2.0/255.255.255.0" },
	    { SAN "IP:192.0.2.9" }, OK },
	{ "IP: outside", "", {0}, { NC "permitted;IP:192.0.2.0/255.255.255.0" },
	    { SAN "IP:192.0.3.9" }, PATH, PERMIT },
	{ "IP: excluded, version 6", "", {0}, { NC "excluded;IP:::1/"
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" }, { SAN "IP:::1" },
	    PATH, EXCLUDE },
	{ "IP: excluded without a mask", "", {0},
	    { NC "DER:300AA1083006870401020304" }, { SAN "IP:1.2.3.4" },
	    PATH, CANNOT },
	{ "IP: mask with holes", "", {0},
	    { NC "permitted;IP:192.0.2.0/255.0.255.0" },
	    { SAN "IP:192.0.2.9" }, PATH, CANNOT },
	/* directory names */
	{ "directory: within", "", {0}, { NC "permitted;dirName:dirs" },
	    { "subject=/C=JP/O=WARD/CN=x" }, OK },
	{ "directory: outside", "", {0}, { NC "permitted;dirName:dirs" },
	    { "subject=/C=JP/O=Wards/CN=x" }, PATH, PERMIT },
	{ "directory: shorter", "", {0}, { NC "permitted;dirName:dirs" },
	    { "subject=/C=JP" }, PATH, PERMIT },
	{ "directory: excluded", "", {0}, { NC "excluded;dirName:ward" },
	    { "subject=/O=Ward/CN=x" }, PATH, EXCLUDE },
	{ "directory: excluded alternative", "", {0},
	    { NC "excluded;dirName:ward" }, { SAN "dirName:ward" }, PATH,
	    EXCLUDE },
	{ "directory: alternative within, subject outside", "", {0},
	    { NC "permitted;dirName:ward" }, { SAN "dirName:ward" }, PATH,
	    PERMIT },
	/* name constraints, whose and whom */
	{ "of the anchor", "", { NC "excluded;DNS:a.example" }, {0},
	    { SAN "DNS:a.example" }, PATH, EXCLUDE },
	{ "not critical", "", {0}, { "nameConstraints=excluded;DNS:a.example" },
	    { SAN "DNS:a.example" }, PATH, EXCLUDE },
	{ "on an intermediate", "", { NC "excluded;DNS:a.example" },
	    { SAN "DNS:a.example" }, {0}, PATH, EXCLUDE },
	{ "not on a self-issued intermediate", "",
	    { NC "excluded;DNS:a.example" },
	    { "subject=/CN=Root", SAN "DNS:a.example" },
	    { "issuer=/CN=Root" }, OK },
	{ "on a self-issued leaf", "", { NC "excluded;DNS:a.example" }, {0},
	    { "subject=/CN=Mid", "subjectKeyIdentifier=hash",
	    SAN "DNS:a.example" }, PATH, EXCLUDE },
	{ "both permitted and excluded", "", {0},
	    { NC "permitted;DNS:a.example,excluded;DNS:a.example" },
	    { SAN "DNS:a.example" }, PATH, EXCLUDE },
	{ "one CA narrows another", "", { NC "permitted;DNS:a.example" },
	    { NC "permitted;DNS:b.a.example" }, { SAN "DNS:c.a.example" },
	    PATH, PERMIT },
	{ "one CA cannot widen another", "", { NC "permitted;DNS:b.a.example" },
	    { NC "permitted;DNS:a.example" }, { SAN "DNS:c.a.example" },
	    PATH, PERMIT },
	{ "empty constraints", "", {0}, { NC "DER:3000" }, {0}, PATH,
	    "is empty" },
	{ "constraints of empty lists", "", {0}, { NC "DER:3004A000A100" },
	    {0}, PATH, "are empty" },
	{ "a minimum", "", {0},
	    { NC "DER:300FA00D300B8206612E74657374800101" },
	    { SAN "DNS:a.test" }, PATH, "" },
	/* policies: RFC 5280 6.1 */
	{ "policy required and there", "ep", {0}, { CP P1 }, { CP P1 }, OK },
	{ "policy required, none", "ep", {0}, {0}, {0}, POLICY,
	    "no explicit policy" },
	{ "policy required, another", "ep", {0}, { CP P2 }, { CP P2 }, POLICY,
	    "no explicit policy" },
	{ "policy wanted, not required", "p", {0}, { CP P2 }, { CP P2 }, OK },
	{ "policy of the leaf alone", "ep", {0}, {0}, { CP P1 }, POLICY, "" },
	{ "anyPolicy above", "ep", {0}, { CP "2.5.29.32.0" }, { CP P1 }, OK },
	{ "anyPolicy above, inhibited", "epa", {0}, { CP "2.5.29.32.0" },
	    { CP P1 }, POLICY, "" },
	{ "anyPolicy inhibited by a CA", "ep", {0}, { CP P1,
	    "inhibitAnyPolicy=critical,0" }, { CP "2.5.29.32.0" }, POLICY,
	    "" },
	{ "a CA requires one, none", "", {0}, { CP P1,
	    "policyConstraints=critical,requireExplicitPolicy:0" }, {0},
	    POLICY, "no explicit policy" },
	{ "a CA requires one, not critical", "", {0}, { CP P1,
	    "policyConstraints=requireExplicitPolicy:0" }, {0}, POLICY,
	    "no explicit policy" },
	{ "a CA requires one, not processed", "n", {0}, { CP P1,
	    "policyConstraints=critical,requireExplicitPolicy:0" }, {0},
	    OK },
	{ "a CA requires one, there", "", {0}, { CP P1,
	    "policyConstraints=critical,requireExplicitPolicy:0" },
	    { CP P1 }, OK },
	{ "mapped", "ep", {0}, { CP P1, "policyMappings=" P1 ":" P2 },
	    { CP P2 }, OK },
	{ "mapped, inhibited", "epm", {0},
	    { CP P1, "policyMappings=" P1 ":" P2 }, { CP P2 }, POLICY, "" },
	{ "mapped from anyPolicy", "", {0}, { CP P1,
	    "policyMappings=2.5.29.32.0:" P1 }, { CP P1 }, POLICY, "" },
	{ "empty policy constraints", "", {0},
	    { "2.5.29.36=critical,DER:3000" }, {0}, POLICY, "certificate policy extension" },
	{ "a policy twice", "", {0}, {0}, { CP P1 "," P1 }, POLICY,
	    "certificate policy extension" },
	/* anchors */
	{ "a self-signed anchor is asked for", "x", {0}, {0}, {0}, OK },
};

static const struct row *at;

static struct sek_rules
rules_of(const char *letters)
{
	static char policy[] = P1, client[] = "1.3.6.1.5.5.7.3.2",
	    server[] = "1.3.6.1.5.5.7.3.1";
	static char *policies[] = { policy }, *clients[] = { client },
	    *servers[] = { server };
	struct sek_rules r = chain_rules();

	for (; *letters != '\0'; letters++) {
		switch (*letters) {
		case 'e': r.explicit_policy = true; break;
		case 'm': r.inhibit_map = true; break;
		case 'a': r.inhibit_any = true; break;
		case 'n': r.policy_check = false; break;
		case 'p': r.policies = policies; r.n_policies = 1; break;
		case 'c': r.purposes = clients; r.n_purposes = 1; break;
		case 'u': r.usage_needed = true; break;
		case 'd': r.max_depth = 2; break;
		case 'x': r.partial_chain = false; break;
		default:
			r.purposes = servers;
			r.n_purposes = 1;
			r.usage |= KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT;
		}
	}
	return r;
}

static void
fill(struct recipe *r, const char *const *ext, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		r->ext[i] = ext[i];
}

static void
verdict(void)
{
	struct recipe root = { .subject = "/CN=Root", .ca = true, .key = 0 };
	struct recipe mid = { .subject = "/CN=Mid", .ca = true, .key = 1 };
	struct recipe leaf = { .subject = "/CN=leaf", .key = 2 };
	struct sek_rules rules = rules_of(at->rules);
	struct sek_trust *t = chain_trust(&rules);
	struct link l[3];
	struct sek_rev_info rev;
	struct sek_why why;
	enum sek_reason r, crl;

	fill(&root, at->root, 4);
	fill(&mid, at->mid, 4);
	fill(&leaf, at->leaf, 5);
	l[0] = chain_make(&root, NULL);
	l[1] = chain_make(&mid, &l[0]);
	l[2] = chain_make(&leaf, &l[1]);
	chain_anchor(t, &l[0]);
	chain_untrusted(t, &l[1]);
	r = chain_judge(t, l[2].x, SEK_LEAF_CRL_NEED, &rev, &crl, &why);
	sek_trust_free(t);
	chain_free(&l[0]);
	chain_free(&l[1]);
	chain_free(&l[2]);
	if (r != at->want)
		printf("# %s\n", why.text);
	CHECK_INT(r, at->want);
	if (strstr(why.text, at->words) == NULL)
		CHECK_STR(why.text, at->words);
	CHECK(r == SEK_R_OK || why.text[0] != '\0');
}

int
main(void)
{
	size_t i;

	if (!chain_open()) {
		printf("not ok open: could not start\n");
		return 1;
	}
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		at = &rows[i];
		RUN_AS(at->name, verdict);
	}
	chain_close();
	return CHECK_END();
}
