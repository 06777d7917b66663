/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one table of what `sekisho` says, in English and Japanese.
 *
 * Read by the administrator's program only.  Must never hold a printf format:
 * %1 to %4 are replaced by print.c and nothing else is special.
 */
#include "helpdesk/words.h"

static const char *const words[N_WORDS][SEK_N_LANGS] = {
	[W_USAGE] = { "usage: sekisho %1 [--conf FILE] %2",
	    "使い方: sekisho %1 [--conf FILE] %2" },
	[W_HELP_HEAD] = { "sekisho: who may log in with which card\n",
	    "sekisho: だれがどのカードでログインできるかを管理します\n" },
	[W_HELP_TAIL] = { "\nEvery command takes --conf FILE and --help.  "
	    "Exit status: 0 done, 1 refused, 2 wrong usage.",
	    "\nすべてのコマンドで --conf FILE と --help が使えます。"
	    "終了コード: 0 成功、1 拒否、2 使い方の誤り。" },
	[W_NO_COMMAND] = { "there is no command \"%1\"; see `sekisho help`",
	    "コマンド「%1」はありません。`sekisho help` をご覧ください" },
	[W_BAD_OPTION] = { "the option %1 is not known here",
	    "オプション %1 はここでは使えません" },
	[W_NEEDS_VALUE] = { "the option %1 needs a value",
	    "オプション %1 には値が必要です" },
	[W_TWICE] = { "the option --%1 is given twice",
	    "オプション --%1 が2回指定されています" },
	[W_TOO_MANY] = { "the option --%1 is given too often",
	    "オプション --%1 の指定が多すぎます" },
	[W_WORDS] = { "too few or too many words",
	    "引数の数が違います" },
	[W_NEEDS_REASON] = { "--reason TEXT is needed: it goes on record",
	    "--reason TEXT が必要です(記録に残ります)" },
	[W_NOT_A_NUMBER] = { "\"%1\" is not a number that serves here",
	    "「%1」はここで使える数値ではありません" },
	[W_NOT_AN_ID] = { "\"%1\" is not a credential's number; see "
	    "`sekisho list` (a person: `sekisho person suspend`)",
	    "「%1」は認証情報の番号ではありません。`sekisho list` をご覧くだ"
	    "さい(利用者は `sekisho person suspend`)" },
	[W_FAILED] = { "%1", "%1" },
	[W_STORE_FAILED] = { "the store cannot be read: %1",
	    "登録簿を読めません: %1" },
	[W_OUTPUT] = { "the output could not be written",
	    "出力を書き込めませんでした" },
	[W_MEMORY] = { "out of memory", "メモリが足りません" },

	[W_NO_RECORD] = { "NOTHING WAS CHANGED: the change could not be "
	    "recorded: %1",
	    "何も変更していません: 変更を記録できませんでした: %1" },
	[W_NOT_KEPT] = { "NOTHING WAS CHANGED: the store could not keep the "
	    "change: %1",
	    "何も変更していません: 登録簿に保存できませんでした: %1" },
	[W_RECORD_LIES] = { "the record %1 tells of a change that was not "
	    "made, and this could not be recorded: note it by hand",
	    "記録 %1 の変更は行われておらず、その旨も記録できませんでした。"
	    "手書きで控えてください" },

	[W_MADE_FOLDER] = { "made the folder %1 (mode %2)",
	    "フォルダ %1 を作りました (モード %2)" },
	[W_HAVE_FOLDER] = { "the folder %1 is there already",
	    "フォルダ %1 はすでにあります" },
	[W_MADE_STORE] = { "made the store %1/sekisho.db",
	    "登録簿 %1/sekisho.db を作りました" },
	[W_HAVE_STORE] = { "the store %1/sekisho.db is there already",
	    "登録簿 %1/sekisho.db はすでにあります" },
	[W_UPDATED_STORE] = { "brought the store %1/sekisho.db up to date",
	    "登録簿 %1/sekisho.db を新しい形式にしました" },
	[W_INIT_NO_RECORD] = { "this could not be recorded, so no login will "
	    "succeed: %1",
	    "記録できないため、ログインはすべて拒否されます: %1" },
	[W_INIT_NEXT] = { "next: sekisho check-config",
	    "次は: sekisho check-config" },

	[W_PERSON_ADDED] = { "added the person %1",
	    "利用者 %1 を追加しました" },
	[W_ACCOUNT_ADDED] = { "added the account %1",
	    "アカウント %1 を追加しました" },
	[W_GRANTED] = { "%1 may open the account %2",
	    "%1 はアカウント %2 を使えます" },
	[W_UNGRANTED] = { "%1 may no longer open the account %2",
	    "%1 はアカウント %2 を使えなくなりました" },
	[W_PERSON_SUSPENDED] = { "suspended the person %1",
	    "利用者 %1 を停止しました" },
	[W_PERSON_RESUMED] = { "resumed the person %1",
	    "利用者 %1 を再開しました" },
	[W_ACCOUNT_SUSPENDED] = { "suspended the account %1",
	    "アカウント %1 を停止しました" },
	[W_ACCOUNT_RESUMED] = { "resumed the account %1",
	    "アカウント %1 を再開しました" },
	[W_NOT_SHARED] = { "note: several persons may open the account %1, "
	    "which is not marked as shared",
	    "注意: アカウント %1 は共用ではありませんが、複数の利用者が使え"
	    "ます" },
	[W_NO_SYSTEM_USER] = { "note: this system does not know the user %1 "
	    "(yet)",
	    "注意: このシステムに %1 というユーザーは(まだ)ありません" },
	[W_PERSON_HEAD] = { "PERSON\tSTATUS\tPASSWORD OF\tACCOUNTS\t"
	    "ACTIVE CREDENTIALS\tNAME",
	    "利用者\t状態\tパスワード\tアカウント\t有効な認証情報\t氏名" },
	[W_ACCOUNT_HEAD] = { "ACCOUNT\tSTATUS\tKIND\tPERSONS",
	    "アカウント\t状態\t種類\t利用者" },
	[W_SHARED] = { "shared", "共用" },
	[W_PERSONAL] = { "personal", "個人" },

	[W_CREDENTIAL_HEAD] = { "ID\tPERSON\tSTATUS\tBOUND BY\tNOT AFTER\t"
	    "SERIAL\tSUBJECT\tLABEL\tREASON",
	    "番号\t利用者\t状態\t結び付け\t有効期限\tシリアル番号\t主体者\t"
	    "ラベル\t理由" },
	[W_ACTIVE] = { "active", "有効" },
	[W_SUSPENDED] = { "suspended", "停止中" },
	[W_REVOKED] = { "revoked", "失効" },
	[W_KEY] = { "key", "鍵" },
	[W_CERTIFICATE] = { "certificate", "証明書" },
	[W_NOW_REVOKED] = { "revoked the credential %1 of %2",
	    "%2 の認証情報 %1 を失効させました" },
	[W_NOW_SUSPENDED] = { "suspended the credential %1 of %2",
	    "%2 の認証情報 %1 を停止しました" },
	[W_NOW_RESUMED] = { "resumed the credential %1 of %2",
	    "%2 の認証情報 %1 を再開しました" },
	[W_AMBIGUOUS] = { "%1 is a credential and a person: say "
	    "--id %1 or --person %1",
	    "%1 は認証情報の番号でも利用者名でもあります。--id %1 か "
	    "--person %1 で指定してください" },
	[W_NO_CREDENTIAL] = { "%1 has no credential that could be revoked",
	    "%1 には失効できる認証情報がありません" },
	[W_NO_SUCH_CREDENTIAL] = { "there is no credential %1",
	    "認証情報 %1 はありません" },
	[W_NO_PERSON] = { "there is no person %1; add one with "
	    "`sekisho person add`",
	    "利用者 %1 はいません。`sekisho person add` で追加してください" },

	[W_ONE_SOURCE] = { "say either --pkcs11 MODULE or --certificate FILE",
	    "--pkcs11 MODULE か --certificate FILE のどちらかを指定して"
	    "ください" },
	[W_BAD_BIND] = { "--bind is key or certificate, not \"%1\"",
	    "--bind は key か certificate です(「%1」は使えません)" },
	[W_BAD_HEX] = { "--id is hex digits, two a byte, not \"%1\"",
	    "--id は1バイト2桁の16進数です(「%1」は使えません)" },
	[W_ONE_PIN] = { "--pin-file, --pin-fd, --token and --id go with "
	    "--pkcs11, and one source of the PIN is enough",
	    "--pin-file、--pin-fd、--token、--id は --pkcs11 とともに使います"
	    "(PINの渡し方は1つだけです)" },
	[W_NO_MODULE] = { "\"%1\" is no module of the configuration; there "
	    "is: %2",
	    "「%1」は設定にないモジュールです。設定にあるもの: %2" },
	[W_CERT_SUBJECT] = { "  subject      %1", "  主体者       %1" },
	[W_CERT_ISSUER] = { "  issuer       %1", "  発行者       %1" },
	[W_CERT_SERIAL] = { "  serial       %1", "  シリアル番号 %1" },
	[W_CERT_VALID] = { "  valid        %1 to %2",
	    "  有効期間     %1 から %2 まで" },
	[W_CERT_KEY] = { "  key          %1", "  鍵           %1" },
	[W_CERT_PRINT] = { "  SHA-256      %1", "  SHA-256      %1" },
	[W_CERT_TOKEN] = { "  token        %1 (serial %2), key id %3",
	    "  トークン     %1 (製造番号 %2)、鍵ID %3" },
	[W_CERT_UNREADABLE] = { "this is no certificate that can be read",
	    "証明書として読み取れません" },
	[W_CERT_REFUSED] = { "WARNING: a login with it would be refused now: "
	    "%1: %2",
	    "警告: 現在この証明書ではログインできません: %1: %2" },
	[W_ASK_ENROL] = { "Bind it to %1? (yes/no) ",
	    "%1 に結び付けますか? (yes/no) " },
	[W_NOT_CONFIRMED] = { "not confirmed: nothing was enrolled",
	    "確認されなかったため登録していません" },
	[W_NO_TERMINAL] = { "there is no terminal to ask on; a script says "
	    "--yes, and --pin-file or --pin-fd",
	    "質問する端末がありません。スクリプトでは --yes と --pin-file "
	    "または --pin-fd を使ってください" },
	[W_NO_TOKEN] = { "no token is inserted (module %1)",
	    "トークンがありません (モジュール %1)" },
	[W_NO_CERT_THERE] = { "no certificate there that fits",
	    "条件に合う証明書がありません" },
	[W_SEVERAL] = { "there are several certificates; choose one with "
	    "--token and --id:",
	    "証明書が複数あります。--token と --id で選んでください:" },
	[W_ONE_OF] = { "  --token '%1' --id %2  %3: %4",
	    "  --token '%1' --id %2  %3: %4" },
	[W_HELPER] = { "%1: %2", "%1: %2" },
	[W_PIN_PROMPT] = { "PIN for %1: ", "%1 のPIN: " },
	[W_PIN_ON_READER] = { "Type the PIN on the reader.",
	    "カードリーダーでPINを入力してください。" },
	[W_PIN_LOW] = { "A wrong PIN was given before.",
	    "以前にPINの入力誤りがあります。" },
	[W_PIN_WRONG] = { "The PIN was wrong; tries left: %1",
	    "PINが違います。残り回数: %1" },
	[W_PIN_LAST] = { "This is the last try of %1: a wrong PIN locks it. "
	    "Go on? (yes/no) ",
	    "%1 の最後の1回です。誤るとロックされます。続けますか? "
	    "(yes/no) " },
	[W_PIN_LAST_SCRIPT] = { "the token has one try left: not spent by a "
	    "script; enrol at the terminal",
	    "残り1回のため、スクリプトからは試しません。端末で登録して"
	    "ください" },
	[W_PIN_FILE] = { "the PIN: %1", "PIN: %1" },
	[W_ENROLLED] = { "enrolled credential %1 for %2",
	    "%2 の認証情報 %1 を登録しました" },
	[W_UNPROVED] = { "note: that the holder has the key was not proved",
	    "注意: 本人が鍵を持っていることは確認していません" },
	[W_CERT_FILE] = { "%1: %2", "%1: %2" },

	[W_DENIED] = { "number %1 of the deny-list: %2",
	    "使用停止リストの %1 番に登録しました: %2" },
	[W_ALLOWED] = { "took number %1 off the deny-list: %2",
	    "使用停止リストの %1 番を解除しました: %2" },
	[W_DENY_HEAD] = { "NUMBER\tKIND\tWHAT\tSINCE\tBY\tREASON",
	    "番号\t種類\t対象\t登録日\t操作者\t理由" },
	[W_PERSON] = { "person", "利用者" },
	[W_DENY_NO_PERSON] = { "note: there is no person %1 (yet)",
	    "注意: 利用者 %1 は(まだ)いません" },
	[W_BAD_SERIAL] = { "\"%1\" is no serial number: hex digits, 20 bytes "
	    "at most",
	    "「%1」はシリアル番号ではありません(16進数、20バイトまで)" },
	[W_NOT_A_CA] = { "%1: is no certificate of an issuer (CA); for the "
	    "card's own say `sekisho deny certificate`",
	    "%1: 発行者(CA)の証明書ではありません。カードの証明書は "
	    "`sekisho deny certificate` で指定してください" },
	[W_NOT_A_NUMBER_OF] = { "\"%1\" is no number of the deny-list; see "
	    "`sekisho deny list`",
	    "「%1」は使用停止リストの番号ではありません。"
	    "`sekisho deny list` をご覧ください" },

	[W_AUDIT_GOOD] = { "%1 records, all whole and chained; head %2",
	    "記録 %1 件、欠けも改変もありません。先頭ハッシュ %2" },
	[W_AUDIT_BAD] = { "line %1 is the first bad record (%3 good ones "
	    "before it): %2",
	    "%1 行目が最初の異常な記録です(その前の正常な記録 %3 件): %2" },
	[W_AUDIT_NONE] = { "there is no record yet",
	    "まだ記録がありません" },

	[W_FOUND_GOOD] = { "good  %1: %2", "正常  %1: %2" },
	[W_FOUND_BAD] = { "BAD   %1: %2", "異常  %1: %2" },
	[W_FOUND_NOT_YET] = { "good  %1: %2 (not there yet: sekisho-fetch "
	    "makes it)",
	    "正常  %1: %2 (まだありません。sekisho-fetch が作ります)" },
	[W_CHECK_OK] = { "OK", "OK" },
	[W_CHECK_FAILED] = { "findings: %1", "異常: %1 件" },

	/* the first word of a verdict is for scripts: the same in both */
	[W_VERIFY_UNCHECKED] = { "accepted: %1: whether it has been revoked "
	    "was not checked",
	    "accepted: %1: 失効しているかは確認していません" },
	[W_VERIFY_GOOD] = { "accepted: %1: not revoked (%2 of %3)",
	    "accepted: %1: 失効していません (%2、%3 時点)" },
	[W_VERIFY_GRACE] = { "accepted: %1: not revoked as far as is known "
	    "(%2 of %3, stale, within the grace period)",
	    "accepted: %1: 分かる範囲では失効していません (%2、%3 時点。期限"
	    "切れですが猶予期間内です)" },
	[W_VERIFY_REJECTED] = { "rejected: %1: %2", "rejected: %1: %2" },
	[W_VERIFY_LEFT_OUT] = { "warning: left out: %1",
	    "警告: 使えないため除外しました: %1" },
	[W_VERIFY_FIRST] = { "note: %1 holds several certificates; only the "
	    "first one is looked at",
	    "注意: %1 には証明書が複数あります。最初の1枚だけを調べます" },
	[W_VERIFY_KINDS] = { "say either --trust-anchors or --ocsp-response",
	    "--trust-anchors と --ocsp-response は同時に指定できません" },
	[W_VERIFY_STRAY] = { "--%1 does nothing in this kind of verify",
	    "--%1 はこの使い方では意味がありません" },
	[W_VERIFY_ISSUER] = { "--ocsp-response needs --issuer FILE",
	    "--ocsp-response には --issuer FILE が必要です" },
	[W_VERIFY_REVOCATION] = { "--revocation is none, crl or crl-leaf, not "
	    "\"%1\"",
	    "--revocation は none、crl、crl-leaf のどれかです(「%1」は使え"
	    "ません)" },
	[W_VERIFY_PURPOSE] = { "--purpose is client, server or any, not "
	    "\"%1\"",
	    "--purpose は client、server、any のどれかです(「%1」は使えま"
	    "せん)" },
	[W_VERIFY_OID] = { "\"%1\" is not an object identifier",
	    "「%1」はオブジェクト識別子ではありません" },
	[W_CERT_ROLE] = { "  role         %1 (%2 %3)",
	    "  資格         %1 (%2 %3)" },
	[W_CERT_PERSON] = { "  enrolled     for %1, credential %2",
	    "  登録         利用者 %1、認証情報 %2" },
	[W_CERT_NOBODY] = { "  enrolled     for nobody here",
	    "  登録         ここではだれの認証情報でもありません" },
	[W_EXPLAIN_LEFT] = { "%1 to %2 (%3 days left)",
	    "%1 から %2 まで (残り %3 日)" },
	[W_EXPLAIN_EXPIRED] = { "%1 to %2 (EXPIRED %3 days ago)",
	    "%1 から %2 まで (%3 日前に期限切れ)" },
	[W_EXPLAIN_NOT_YET] = { "%1 to %2 (NOT YET: begins in %3 days)",
	    "%1 から %2 まで (まだ有効ではありません: %3 日後から)" },
	[W_EXPLAIN_NONE] = { "none is said", "記載なし" },
	[W_EXPLAIN_BROKEN] = { "CANNOT BE READ", "読み取れません" },
	[W_EXPLAIN_UNREADABLE] = { "cannot be read: %1", "読めません: %1" },
	[W_EXPLAIN_CA] = { "this is a CA's certificate: it cannot log in",
	    "認証局の証明書です。ログインには使えません" },
	[W_EXPLAIN_NO_URL] = { "without a URL: sekisho-fetch cannot follow "
	    "it", "URLがないため sekisho-fetch は取得できません" },
	[W_EXPLAIN_MINUTES] = { "%1 (%2 min ago)", "%1 (%2 分前)" },
	[W_EXPLAIN_HOURS] = { "%1 (%2 h ago)", "%1 (%2 時間前)" },
	[W_EXPLAIN_DAYS] = { "%1 (%2 days ago)", "%1 (%2 日前)" },
	[W_EXPLAIN_AT] = { "%1", "%1" },
	[W_EXPLAIN_STALE] = { "%1 (PAST: stale)", "%1 (期限切れ)" },
	[W_EXPLAIN_CRL] = { "%1: number %2, entries: %3",
	    "%1: 番号 %2、%3 件" },
	[W_EXPLAIN_DELTA] = { "%1: delta, number %2, entries: %3",
	    "%1: 差分、番号 %2、%3 件" },
	[W_EXPLAIN_NO_CRL] = { "none of this issuer",
	    "この発行者のものはありません" },
	[W_EXPLAIN_ANSWER] = { "%1: %2 %3", "%1: %2 %3" },
	[W_EXPLAIN_NO_ANSWER] = { "none", "ありません" },
	[W_EXPLAIN_PERSON] = { "for %1, credential %2 (%3)",
	    "利用者 %1、認証情報 %2 (%3)" },
	[W_EXPLAIN_NOBODY] = { "for nobody here",
	    "ここではだれの認証情報でもありません" },
	[W_EXPLAIN_DENIED] = { "YES: %1", "停止中: %1" },
	[W_EXPLAIN_NOT_DENIED] = { "no", "なし" },
	[W_REFRESH_FAILED] = { "%1 cannot be run: %2",
	    "%1 を実行できません: %2" },
};

const char *
desk_word(enum word w, enum sek_lang lang)
{
	return words[w][lang];
}
