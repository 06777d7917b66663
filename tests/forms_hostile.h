/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that somebody could send to be taken for something else by who reads
 * an export: markup, ends of lines, what turns text around, what is no
 * Unicode, and formulas.  Used by forms_hostile_test.c and forms_log.c.
 */
#ifndef TESTS_FORMS_HOSTILE_H
#define TESTS_FORMS_HOSTILE_H

static char long_text[1025];
static const char *const hostile[] = {
	"]]>", "<!--", "&#0;", "&amp;", "\" UserID=\"root", "'", "</a>",
	"\\", "\\\\", "\n", "\r\n", "\x1b[31m", "\x7f", "a\tb", "\x01",
	"\xC2\x80", "\xC2\x9F",           /* C1 */
	"\xE2\x80\xAE" "gnp.exe",         /* right-to-left override */
	"\xE2\x80\xA8", "\xE2\x80\xA9",   /* line separators */
	"\xEF\xBF\xBE", "\xEF\xBF\xBF",   /* U+FFFE, U+FFFF */
	"\xED\xA0\x80", "\xED\xBF\xBF",   /* surrogates */
	"\xEF\xBB\xBF", "\xC0\x80", "\xFF", "\xF4\x90\x80\x80",
	"\xF0\x9F\x92\x89", "\xF0\x9F\xBF\xBE", /* U+1F489, U+1FFFE */
	"\xE3\x80\x80", "\xC2\xA0", "\xE2\x80\x83", " ", "",
	"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\"=1", "'=1",
	"=cmd|' /C calc'!A0", "x;=cmd|' /C calc'!A0", "x,=1", "x\"=1",
	"\xEF\xBC\x9D" "1", "\xEF\xBC\x8B" "1", "\xEF\xBC\x8D" "1",
	"\xEF\xBC\xA0" "x", "\xE2\x88\x92" "1", "\xE3\x80\x80=1",
	"\xC2\xA0=1", "%0A", "|calc", long_text,
};
#define N_HOSTILE (sizeof hostile / sizeof hostile[0])

/* Fields that hold what others have said. */
static const char *const hostile_fields[] = { "claimed", "person.name",
	"person.display", "account.name", "where.rhost", "where.tty",
	"where.service", "token.label", "token.subject",
	"token.cert_serial", "token.kind", "change.reason", "reason",
	"detail", "actor", "session", "log", "revocation.file" };
#define N_HOSTILE_FIELDS (sizeof hostile_fields / sizeof hostile_fields[0])

#endif
