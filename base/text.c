/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one table of what a login says besides its reasons.
 * libc only; runs in the gate.  Not gettext: which words a privileged
 * process says must not depend on an environment or on files of catalogues.
 */
#include "sekisho/text.h"

#include <stdbool.h>
#include <string.h>

static const char *const texts[SEK_N_TEXTS][SEK_N_LANGS] = {
	[SEK_T_NONE] = { "", "" },
	[SEK_T_INSERT] = {
	    "Insert your card.",
	    "カードを挿入してください。" },
	[SEK_T_PIN] = {
	    "PIN of card %s: ",
	    "カード %s のPIN: " },
	[SEK_T_PINPAD] = {
	    "Enter the PIN on the reader's keypad.",
	    "カードリーダーのキーパッドでPINを入力してください。" },
	[SEK_T_WRONG_PIN] = {
	    "The PIN was wrong.",
	    "PINが違います。" },
	[SEK_T_WRONG_PIN_LEFT] = {
	    "The PIN was wrong. Tries left before it locks: %s.",
	    "PINが違います。ロックまでの残り回数: %s回。" },
	[SEK_T_PIN_LOW] = {
	    "A wrong PIN was typed before. A few tries are left.",
	    "以前にPINの入力誤りがありました。残り回数は多くありません。" },
	[SEK_T_LAST_TRY] = {
	    "Only one try is left: a wrong PIN locks %s. "
	    "Type yes to use it: ",
	    "残り1回です。PINを間違えると %s はロックされます。"
	    "続けるには yes と入力してください: " },
	[SEK_T_PASSWORD] = {
	    "Password of %s: ",
	    "%s のパスワード: " },
	[SEK_T_CHOOSE] = {
	    "Several logins are possible:\n%sNumber or name: ",
	    "複数の候補があります:\n%s番号または名前: " },
	[SEK_T_TOUCH] = {
	    "Touch your security key (%s).",
	    "セキュリティキー(%s)に触れてください。" },
	[SEK_T_VERIFY] = {
	    "Put your finger on your security key (%s).",
	    "セキュリティキー(%s)に登録した指を当ててください。" },
	[SEK_T_WELCOME] = {
	    "Welcome, %s.",
	    "%s さん、ようこそ。" },
	[SEK_T_INSERT_KEY] = {
	    "Insert your security key.",
	    "セキュリティキーを挿入してください。" },
	[SEK_T_INSERT_EITHER] = {
	    "Insert your card or security key.",
	    "カードまたはセキュリティキーを挿入してください。" },
	[SEK_T_CHOOSE_KEY] = {
	    "Several security keys are there: touch yours.",
	    "複数のセキュリティキーがあります。ご自分のキーに触れてください。"
	    },
	[SEK_T_VERIFY_AGAIN] = {
	    "Your finger was not recognised. Try again.",
	    "指紋を認識できませんでした。もう一度当ててください。" },
	[SEK_T_VERIFY_LEFT] = {
	    "Your finger was not recognised. Tries left: %s.",
	    "指紋を認識できませんでした。残り回数: %s回。" },
	[SEK_T_KEY_PIN] = {
	    "PIN of security key %s: ",
	    "セキュリティキー %s のPIN: " },
	[SEK_T_PIN_INSTEAD] = {
	    "Fingerprints are not taken any more. Use the PIN of the key.",
	    "指紋認証は使用できません。セキュリティキーのPINを入力してくださ"
	    "い。" },
	[SEK_T_LAST_LOGIN] = {
	    "Last login: %s at %s (%s), with %s.",
	    "前回のログイン: %s %s (%s) %s" },
	[SEK_T_LAST_REFUSED] = {
	    "Refused since then: %s.",
	    "その後の拒否: %s回" },
	[SEK_T_FIRST_REFUSED] = {
	    "This is your first login. Refused before: %s.",
	    "初回のログインです。これまでの拒否: %s回" },
	[SEK_T_LAST_FROM] = { "%s from %s", "%s、%s から" },
	[SEK_T_LAST_ON] = { "%s on %s", "%s、%s" },
	/* a program answers these: never to be translated */
	[SEK_T_TLS_USER] = { "login: ", "login: " },
	[SEK_T_TLS_NAME] = { "TLS common name: ", "TLS common name: " },
	[SEK_T_RESCUE] = {
	    "Rescue login without a card or key: it goes on record. "
	    "Password of %s: ",
	    "緊急ログインです(カード・キーなし。記録されます)。%s のパスワー"
	    "ド: " },
	[SEK_T_OTHERS_CARD] = {
	    "This is the card of another person. The login screen comes up; "
	    "log in there.",
	    "このカードは別の方のものです。ログイン画面に切り替わりますので、"
	    "そちらでログインしてください。" },
	[SEK_T_DAYS] = { "SunMonTueWedThuFriSat", "日月火水木金土" },
};

const char *
sek_text(enum sek_text id, enum sek_lang lang)
{
	if (id <= SEK_T_NONE || id >= SEK_N_TEXTS ||
	    (lang != SEK_LANG_EN && lang != SEK_LANG_JA))
		return "";
	return texts[id][lang];
}

/* Never half of a value: what does not fit ends the text before it. */
static bool
add(char *out, size_t cap, size_t *len, const char *p, size_t n)
{
	if (n >= cap - *len)
		return false;
	memcpy(out + *len, p, n);
	*len += n;
	out[*len] = '\0';
	return true;
}

void
sek_text_fill(char *out, size_t cap, enum sek_text id, enum sek_lang lang,
    const char *const *args, size_t n)
{
	const char *text = sek_text(id, lang), *hole, *arg;
	size_t len = 0, i = 0;

	if (cap == 0)
		return;
	out[0] = '\0';
	for (; (hole = strstr(text, "%s")) != NULL; text = hole + 2, i++) {
		arg = i < n && args[i] != NULL ? args[i] : "";
		if (!add(out, cap, &len, text, (size_t)(hole - text)) ||
		    !add(out, cap, &len, arg, strlen(arg)))
			return;
	}
	(void)add(out, cap, &len, text, strlen(text));
}

void
sek_text_fmt(char *out, size_t cap, enum sek_text id, enum sek_lang lang,
    const char *arg)
{
	sek_text_fill(out, cap, id, lang, &arg, 1);
}
