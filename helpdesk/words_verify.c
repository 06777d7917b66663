/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho` says of the record's signatures and proofs: a part of the
 * table of words.c, and by its rules.
 *
 * Read by the administrator's program only.
 */
#include "helpdesk/words.h"

#define AT(w) [(w) - FIRST_VERIFY_WORD]

static const char *const words[END_VERIFY_WORDS - FIRST_VERIFY_WORD]
    [SEK_N_LANGS] = {
	AT(W_AUDIT_GOOD) = { "%1 records, all whole and chained; head %2",
	    "記録 %1 件、欠けも改変もありません。最後の記録のハッシュ %2" },
	AT(W_AUDIT_BAD) = { "line %1 is the first bad record (%3 good ones "
	    "before it): %2",
	    "%1 行目が最初の異常な記録です(その前の正常な記録 %3 件): %2" },
	AT(W_AUDIT_CONTRADICTS) = { "THE RECORD IS NOT WHAT WAS SIGNED: %2 "
	    "(%1)",
	    "署名された記録と一致しません: %2 (%1)" },
	AT(W_AUDIT_SPAN) = { "records %1 to %2, from %3 to %4",
	    "記録 %1 から %2 まで(%3 から %4 まで)" },
	AT(W_AUDIT_COVERED) = { "up to record %1 they are what %2 signed (%3)",
	    "記録 %1 までは %2 が署名した内容のとおりです (%3)" },
	AT(W_AUDIT_NEW_KEY) = { "the key %1 is trusted by record %2, which the "
	    "key before signed",
	    "鍵 %1 は、前の鍵が署名した記録 %2 により信頼できます" },
	AT(W_AUDIT_UNCOVERED) = { "no signature that was looked at covers the "
	    "records %1 to %2",
	    "記録 %1 から %2 までは、確認した署名の対象に含まれていません" },
	AT(W_AUDIT_NO_COVER) = { "NO SIGNATURE COVERS THEM: who can write the "
	    "files could have written all of them anew; see --key and "
	    "--checkpoint",
	    "署名で守られていません。ファイルに書き込める人なら全体を作り直せ"
	    "ます。--key と --checkpoint をご利用ください" },
	AT(W_AUDIT_OWN_KEYS) = { "note: the public keys are those beside the "
	    "record; --key goes by a copy that nobody here could have changed",
	    "注意: 記録と同じ場所にある公開鍵を使いました。別に保管した公開鍵は"
	    " --key で指定できます" },
	AT(W_AUDIT_UNVOUCHED) = { "nothing vouches for what was before record "
	    "%1",
	    "記録 %1 より前については、何も保証がありません" },
	AT(W_AUDIT_ROOT) = { "root of the tree %1", "ツリーのルート %1" },
	AT(W_AUDIT_DAMAGED) = { "note: record %1 tells that records were lost "
	    "or changed before it",
	    "注意: 記録 %1 は、それより前の記録の欠落または改変を伝えていま"
	    "す" },
	AT(W_AUDIT_GAP) = { "note: record %1 tells that records could not be "
	    "written before it",
	    "注意: 記録 %1 は、それより前に書き込めなかった記録があることを伝"
	    "えています" },
	AT(W_AUDIT_UNUSED) = { "not gone by: %1: %2",
	    "使用しません: %1: %2" },
	AT(W_AUDIT_NO_KEY) = { "--checkpoint needs --key, the public keys of "
	    "the record (log.vkeys, as kept since before)",
	    "--checkpoint には --key(前から保管している公開鍵 log.vkeys)が"
	    "必要です" },
	AT(W_AUDIT_ONE_FOLDER) = { "give either one FOLDER or FILEs",
	    "FOLDER 1つか FILE のどちらかを指定してください" },
	AT(W_AUDIT_PROGRESS) = { "checking, %1 %", "検証中 %1 %" },
	AT(W_PROVE_NOT_YET) = { "record %1 is covered by no checkpoint yet: "
	    "the newest one is of %2 records",
	    "記録 %1 はまだチェックポイントに含まれていません(最新は %2 件ま"
	    "で)" },
	AT(W_PROVE_NONE) = { "there is no record %1 in the files",
	    "記録 %1 はファイルにありません" },
	AT(W_PROVE_OTHER) = { "record %1 is not what was signed in the "
	    "checkpoint of %2 records, or another one before: see `sekisho "
	    "audit verify`",
	    "記録 %1 またはほかの記録が、署名された %2 件のチェックポイントと"
	    "一致しません。`sekisho audit verify` をお試しください" },
	AT(W_PROVE_MADE) = { "wrote the proof of record %1 to %2",
	    "記録 %1 の証明を %2 に書き込みました" },
	AT(W_PROOF_GOOD) = { "record %1 is in the record of %2 (proved among "
	    "%3 records, signed by %4)",
	    "記録 %1 は %2 の記録に含まれています(%3 件の中で証明、署名 "
	    "%4)" },
	AT(W_PROOF_BAD) = { "NOT PROVED: %1: %2", "証明できません: %1: %2" },
	AT(W_PROOF_RECORD) = { "%1", "%1" },
};

const struct word_part desk_words_verify = { FIRST_VERIFY_WORD,
    END_VERIFY_WORDS, words };
