/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho` says of the keys of the record, of the token that
 * countersigns it, and of its start and stop: a part of the table of words.c,
 * and by its rules.
 *
 * Read by the administrator's program only.
 */
#include "helpdesk/words.h"

#define AT(w) [(w) - FIRST_KEY_WORD]

static const char *const words[END_KEY_WORDS - FIRST_KEY_WORD][SEK_N_LANGS] = {
	AT(W_KEY_MADE) = { "made the key that signs the record, %1; see "
	    "`sekisho audit keys`",
	    "記録に署名する鍵 %1 を作りました(`sekisho audit keys` で公開鍵を"
	    "表示できます)" },
	AT(W_KEY_THERE) = { "there is a key of the record: %1",
	    "記録の鍵はすでにあります: %1" },
	AT(W_KEY_CHANGED) = { "from record %1 on a new key signs; its public "
	    "key is for every auditor to keep:\n%2",
	    "記録 %1 から新しい鍵で署名します。監査する人は次の公開鍵を保管し"
	    "てください:\n%2" },
	AT(W_KEY_AGAIN) = { "the key before is still in use unless `sekisho "
	    "audit keys` says otherwise; `sekisho audit new-key` goes on from "
	    "here",
	    "`sekisho audit keys` に新しい鍵がなければ元の鍵のままです。"
	    "`sekisho audit new-key` で続きから再開できます" },
	AT(W_KEY_NONE) = { "the record has no key yet: run `sekisho init`",
	    "記録の鍵がまだありません。`sekisho init` を実行してください" },
	AT(W_KEY_SINCE) = { "from record %1 on (%2)\n    %3",
	    "記録 %1 から (%2)\n    %3" },
	AT(W_KEY_OF_TOKEN) = { "countersigns from record %1 on (%2), in a "
	    "token\n    %3",
	    "記録 %1 から副署名 (%2)、トークンの鍵\n    %3" },
	AT(W_KEY_UNKNOWN_SINCE) = { "no kept checkpoint says since when, or "
	    "not in use yet\n    %1",
	    "使用開始を示すチェックポイントなし、または使用開始前\n    %1" },
	AT(W_TOKEN_NOT_SET) = { "%1: [record] token-module is missing: no token "
	    "countersigns",
	    "%1: [record] token-module がないため、副署名するトークンがありま"
	    "せん" },
	AT(W_TOKEN_NO_KEY) = { "the token has no public key with the label "
	    "\"%1\"",
	    "「%1」というラベルの公開鍵がトークンにありません" },
	AT(W_TOKEN_SEVERAL) = { "there are several public keys with the label "
	    "\"%1\": nobody can tell which one is meant",
	    "「%1」というラベルの公開鍵が複数あり、どれか決められません" },
	AT(W_TOKEN_NOT_ENROLLED) = { "the token's key is not known yet: run "
	    "`sekisho audit countersign --enrol` once",
	    "トークンの鍵が未登録です。`sekisho audit countersign --enrol` を"
	    "1度実行してください" },
	AT(W_TOKEN_NO_LAST) = { "checkpoint.token is not there: nobody knows "
	    "what the token signed last; if that is as it should be, run "
	    "`sekisho audit countersign --enrol`",
	    "checkpoint.token がなく、トークンが最後に署名した内容が分かりませ"
	    "ん。問題がなければ `sekisho audit countersign --enrol` を実行して"
	    "ください" },
	AT(W_TOKEN_OTHER_KEY) = { "this is not the key that was enrolled: "
	    "nothing was signed",
	    "登録されている鍵と違うため、署名していません" },
	AT(W_TOKEN_FORMER_KEY) = { "this key was replaced by another one and "
	    "does not come back: make a new one in the token",
	    "この鍵は別の鍵に置き換え済みで、再登録できません。トークンに新し"
	    "い鍵を作ってください" },
	AT(W_TOKEN_CONTRADICTS) = { "THE RECORD IS NOT WHAT THE TOKEN HAS "
	    "SIGNED BEFORE: %1.  Nothing was signed; find out what happened, "
	    "and keep checkpoint.token",
	    "記録がトークンの以前の署名と矛盾しています: %1。署名していませ"
	    "ん。checkpoint.token を保管し、原因を調べてください" },
	AT(W_TOKEN_ENROLLED) = { "enrolled the token's key; it is for every "
	    "auditor to keep:\n%1",
	    "トークンの鍵を登録しました。監査する人は次の公開鍵を保管してくだ"
	    "さい:\n%1" },
	AT(W_TOKEN_SIGNED) = { "countersigned the checkpoint of %1 records",
	    "%1 件の記録のチェックポイントに副署名しました" },
	AT(W_RECORD_STARTED) = { "recorded the start as record %1",
	    "記録の開始を記録 %1 として残しました" },
	AT(W_RECORD_STOPPED) = { "recorded the stop as record %1",
	    "記録の停止を記録 %1 として残しました" },
};

const struct word_part desk_words_key = { FIRST_KEY_WORD, END_KEY_WORDS,
    words };
