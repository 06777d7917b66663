/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho person show` says: a part of the table of words.c, and by its
 * rules.
 *
 * Read by the administrator's program only.
 */
#include "helpdesk/words.h"

#define AT(w) [(w) - FIRST_PERSON_WORD]

static const char *const words[END_PERSON_WORDS - FIRST_PERSON_WORD]
    [SEK_N_LANGS] = {
	AT(W_PS_ACTIVE) = { "status: active", "状態: 有効" },
	/* %1 time, %2 by whom, %3 reason */
	AT(W_PS_SUSPENDED) = {
	    "status: SUSPENDED since %1 by %2: %3",
	    "状態: 停止中(%1、%2: %3)" },
	/* %1 number, %2 time, %3 by whom, %4 reason */
	AT(W_PS_DENIED) = {
	    "ON THE DENY-LIST, number %1, since %2 by %3: %4",
	    "使用停止リストの %1 番にあります(%2、%3: %4)" },
	AT(W_PS_PASSWORD) = {
	    "password: of the user %1", "パスワード: ユーザー %1 のもの" },
	AT(W_PS_NO_PASSWORD) = {
	    "password: of the user %1, WHO IS NOT IN THE SYSTEM",
	    "パスワード: ユーザー %1 のもの(システムにいません)" },
	AT(W_PS_ROLES) = { "roles: ", "役割: " },
	AT(W_PS_ACCOUNTS) = { "accounts:", "アカウント:" },
	AT(W_PS_NO_ACCOUNT) = {
	    "accounts: NONE: grant one with `sekisho account grant`",
	    "アカウント: なし(`sekisho account grant` で許可してください)" },
	AT(W_PS_BY_GRANT) = { "by a grant", "個別の許可" },
	AT(W_PS_BY_ROLE) = { "by the role %1", "役割 %1 による" },
	AT(W_PS_THROTTLED) = {
	    "    TOO MANY ATTEMPTS of this user's programs: again at %1",
	    "    試行回数が多すぎます。%1 から再び受け付けます" },
	AT(W_PS_NO_USER) = {
	    "    the system does not know this user",
	    "    このユーザーはシステムにいません" },
	AT(W_PS_CREDENTIALS) = { "credentials:", "認証情報:" },
	AT(W_PS_NO_CREDENTIAL) = {
	    "credentials: NONE: enrol one with `sekisho enrol`",
	    "認証情報: なし(`sekisho enrol` で登録してください)" },
	AT(W_PS_UNTIL) = { "  valid to %1", "  %1 まで有効" },
	AT(W_PS_EXPIRED) = { "  EXPIRED %1", "  %1 に期限切れ" },
	AT(W_PS_USED) = { "  last used %1", "  最終使用 %1" },
	AT(W_PS_NOT_USED) = { "  not used lately", "  最近の使用なし" },
	AT(W_PS_CHANGED) = {
	    "    since %1 by %2: %3", "    %1、%2: %3" },
	AT(W_PS_KEY_DENIED) = {
	    "    ON THE DENY-LIST, number %1, since %2 by %3: %4",
	    "    使用停止リストの %1 番にあります(%2、%3: %4)" },
	/* %1 time, %2 service, %3 place, %4 pair */
	AT(W_PS_LAST) = {
	    "last login: %1, %2, %3, with %4",
	    "最終ログイン: %1、%2、%3、%4" },
	AT(W_PS_SINCE) = {
	    "refused since then: %1 times", "その後の拒否: %1 回" },
	AT(W_PS_NO_RECORD) = {
	    "last refusal: the record cannot be read; see `sekisho doctor`",
	    "最終拒否: 記録を読めません(`sekisho doctor`)" },
	AT(W_PS_NO_REFUSAL) = {
	    "last refusal: none lately", "最終拒否: 最近はありません" },
	/* %1 time, %2 service, %3 place, %4 account */
	AT(W_PS_REFUSAL) = {
	    "last refusal: %1, %2, %3, account %4",
	    "最終拒否: %1、%2、%3、アカウント %4" },
	/* %1 meaning, %2 word, %3 record */
	AT(W_PS_REASON) = {
	    "    %1 (%2, record %3)", "    %1 (%2、記録 %3)" },
};

const struct word_part desk_words_person = { FIRST_PERSON_WORD,
    END_PERSON_WORDS, words };
