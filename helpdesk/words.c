/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one table of what `sekisho` says, in English and Japanese.
 *
 * Read by the administrator's program only.  Must never hold a printf format:
 * %1 to %4 are replaced by print.c and nothing else is special.
 */
#include "helpdesk/words.h"

#include <stddef.h>

static const char *const words[N_PLAIN_WORDS][SEK_N_LANGS] = {
	[W_USAGE] = { "usage: sekisho %1 [--conf FILE]",
	    "使い方: sekisho %1 [--conf FILE]" },
	[W_HELP_HEAD] = { "sekisho: who may log in with which card\n",
	    "sekisho: だれがどのカードでログインできるかを管理します\n" },
	[W_HELP_TAIL] = { "\nEvery command takes --conf FILE and --help.\n"
	    "Exit status: 0 done, 1 refused, 2 wrong usage.",
	    "\nすべてのコマンドで --conf FILE と --help が使えます。\n"
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
	[W_RECORD_BUT] = { "record %1 is kept, but %2",
	    "記録 %1 は保存しましたが、問題があります: %2" },

	[W_LOG_ASIDE] = { "the record in %1 is of version 1: it is %2 now, and "
	    "a new one begins",
	    "%1 の記録は旧形式 (バージョン1) のため %2 に改名し、新しい記録を"
	    "始めます" },
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
	[W_MADE_KEY] = { "made the key %1, which signs the record",
	    "記録に署名する鍵 %1 を作りました" },
	[W_HAVE_KEY] = { "the key %1 is there already",
	    "鍵 %1 はすでにあります" },
	[W_MADE_VKEY] = { "give this public key to who checks the record, and "
	    "keep a copy away from this machine:\n  %1",
	    "次の公開鍵を監査担当者に渡し、この端末以外にも控えを保管してくだ"
	    "さい:\n  %1" },
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
	[W_ROLE_OPENS] = { "whoever has the role %1 may open the account %2",
	    "役割 %1 の利用者はアカウント %2 を使えます" },
	[W_ROLE_OPENS_NO_MORE] = { "the role %1 does not open the account %2 "
	    "any more",
	    "役割 %1 ではアカウント %2 を使えなくなりました" },
	[W_ROLE_GIVEN] = { "%1 has the role %2",
	    "%1 に役割 %2 を与えました" },
	[W_ROLE_TAKEN] = { "%1 does not have the role %2 any more",
	    "%1 から役割 %2 を外しました" },
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
	    "ACTIVE CREDENTIALS\tNAME\tROLES",
	    "利用者\t状態\tパスワード\tアカウント\t有効な認証情報\t氏名\t"
	    "役割" },
	[W_ACCOUNT_HEAD] = { "ACCOUNT\tSTATUS\tKIND\tPERSONS\tROLES",
	    "アカウント\t状態\t種類\t利用者\t役割" },
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
	[W_REVOKED_TOO] = { "revoked the credential %1 of %2 as well: it is "
	    "on the same key as %3",
	    "%2 の認証情報 %1 も失効させました(%3 と同じキーにあります)" },
	[W_SUSPENDED_TOO] = { "suspended the credential %1 of %2 as well: it "
	    "is on the same key as %3",
	    "%2 の認証情報 %1 も停止しました(%3 と同じキーにあります)" },
	[W_RESUMED_TOO] = { "resumed the credential %1 of %2 as well: it is "
	    "on the same key as %3",
	    "%2 の認証情報 %1 も再開しました(%3 と同じキーにあります)" },
	[W_FIDO_KEY] = { "FIDO2 key", "FIDO2キー" },
	[W_FIDO_KEY_OF] = { "%1, %2", "%1、%2" },
	[W_FIDO_TOKEN] = { ", token %1", "、トークン %1" },
	[W_FIDO_MODEL] = { ", model %1 (attestation: %2)",
	    "、機種 %1 (製造元証明: %2)" },
	[W_ATTESTED_NOT] = { "none", "なし" },
	[W_ATTESTED_UNKNOWN] = { "unknown", "信頼できません" },
	[W_ATTESTED] = { "trusted", "信頼できます" },
	[W_FIDO_BY] = { ", by %1", "、接続 %1" },
	[W_FIDO_VERIFIED] = { ", verifies the person", "、本人確認あり" },
	[W_FIDO_RESIDENT] = { ", resident", "、キー内に保存" },
	[W_FIDO_SYNCED] = { ", may be copied by its maker",
	    "、提供元が複製可能" },
	[W_FIDO_SSH] = { ", for sshd only", "、sshd専用" },
	[W_FIDO_COUNTER] = { ", counter %1", "、カウンター %1" },
	[W_FIDO_NO_COUNTER] = { ", no counter", "、カウンターなし" },
	[W_FIDO_SUSPECT] = { ", COUNTER WENT BACK %1: there may be a copy",
	    "、%1 にカウンターが後退: 複製の疑い" },
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

	[W_ONE_SOURCE] = { "say either --pkcs11 MODULE, --certificate "
	    "FILE, --fido2 or --ssh-key FILE",
	    "--pkcs11 MODULE、--certificate FILE、--fido2、--ssh-key FILE の"
	    "どれか1つを指定してください" },
	[W_BAD_BIND] = { "--bind is key or certificate, not \"%1\"",
	    "--bind は key か certificate です(「%1」は使えません)" },
	[W_BAD_HEX] = { "--id is hex digits, two a byte, not \"%1\"",
	    "--id は1バイト2桁の16進数です(「%1」は使えません)" },
	[W_ONE_PIN] = { "--pin-file, --pin-fd, --token and --id do not go "
	    "with --certificate, and one source of the PIN is enough",
	    "--pin-file、--pin-fd、--token、--id は --certificate とともには使"
	    "えません(PINの渡し方は1つだけです)" },
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
	[W_DENY_NO_KEY] = { "note: nobody has enrolled this key (yet); the "
	    "fingerprint of a certificate is none of its key",
	    "注意: この鍵を登録した人は(まだ)いません。証明書のフィンガープリン"
	    "トは鍵のものではありません" },
	[W_DENY_NO_PRINT] = { "no SSH key that is enrolled here has the "
	    "fingerprint %1: name the file with the key",
	    "フィンガープリント %1 の登録済みSSH鍵はありません。公開鍵のファ"
	    "イルを指定してください" },
	[W_NOT_A_NUMBER_OF] = { "\"%1\" is no number of the deny-list; see "
	    "`sekisho deny list`",
	    "「%1」は使用停止リストの番号ではありません。"
	    "`sekisho deny list` をご覧ください" },

	[W_AUDIT_NONE] = { "there is no record yet",
	    "まだ記録がありません" },

	[W_FOUND_GOOD] = { "good  %1: %2", "正常  %1: %2" },
	[W_FOUND_BAD] = { "BAD   %1: %2", "異常  %1: %2" },
	[W_FOUND_NOT_YET] = { "good  %1: %2 (not there yet: sekisho-fetch "
	    "makes it)",
	    "正常  %1: %2 (まだありません。sekisho-fetch が作ります)" },
	[W_FOUND_NO_OUTBOX] = { "good  %1: %2 (not there yet: sekisho-forward "
	    "makes it)",
	    "正常  %1: %2 (まだありません。sekisho-forward が作ります)" },
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

	[W_IMPORT_AT] = { "line %1, %2: ",
	    "%1 行目 %2: " },
	[W_IMPORT_AT_LINE] = { "line %1: ", "%1 行目: " },
	[W_IMPORT_NTH] = { "credential %1: ",
	    "認証情報 %1: " },
	[W_IMPORT_NOT] = { "credential %1 NOT TAKEN: ",
	    "認証情報 %1 は引き継げません: " },
	[W_IMPORT_REFUSED] = { "NOT TAKEN: ",
	    "引き継げません: " },
	[W_IMPORT_WHOLE] = { "nothing of this line is taken; --partial "
	    "takes the rest of it",
	    "この行は引き継ぎません。--partial で残りを引き継げます" },
	[W_IMPORT_NEW] = { "there is no such person: one is added, with an "
	    "account of the same name",
	    "利用者がいないため、同じ名前のアカウントとともに追加します" },
	[W_IMPORT_ROLE] = { "--role is for the persons of --add-persons",
	    "--role は --add-persons で追加する利用者のためのものです" },
	[W_IMPORT_WOULD] = { "credentials to take: %1",
	    "引き継ぐ認証情報: %1 件" },
	[W_IMPORT_LATER] = { "not used: the line %1 of the same user is "
	    "the one that pam_u2f goes by",
	    "使いません: pam_u2fは同じユーザーの %1 行目を使います" },
	[W_IMPORT_DONE] = { "imported as credential %1 of %2 (%3)",
	    "%2 の認証情報 %1 として引き継ぎました (%3)" },
	[W_IMPORT_SUM] = { "imported: %1; there already: %2; not taken: "
	    "%3; lines not used: %4",
	    "引き継いだ数: %1、登録済み: %2、引き継げない数: %3、使わない行:"
	    " %4" },
	[W_IMPORT_SUM_DRY] = { "would be imported: %1; there already: %2; "
	    "not taken: %3; lines not used: %4; nothing was changed",
	    "引き継げる数: %1、登録済み: %2、引き継げない数: %3、使わない行:"
	    " %4。何も変更していません" },
	[W_ASK_IMPORT] = { "Nobody proves to have these keys: the file is "
	    "believed.  Import %1 credentials? (yes/no) ",
	    "本人がキーを持っていることは確認せず、ファイルの内容を信用しま"
	    "す。%1 件を引き継ぎますか? (yes/no) " },
	[W_IMPORT_NO] = { "not confirmed: nothing was imported",
	    "確認されなかったため引き継いでいません" },
	[W_IMPORT_SSH] = { "--sshformat and --user NAME go together, "
	    "without --appid",
	    "--sshformat と --user NAME は一緒に指定します(--appid は使えま"
	    "せん)" },
	[W_IMPORT_RP] = { "credentials of %1 could not log in here; put "
	    "this line under [fido2] in %2, in place of a former-rp-id that "
	    "is there, or say --origin:\nformer-rp-id = %3",
	    "%1 の認証情報はここでは使えません。%2 の [fido2] に次の行を(for"
	    "mer-rp-id がすでにあれば置き換えて)書くか、--origin を指定して"
	    "ください:\nformer-rp-id = %3" },
	[W_IMPORT_NO_RP] = { "%2 has no rp-id, the name of your "
	    "organisation; with it, credentials of %1 serve by these "
	    "lines:\n[fido2]\nrp-id = YOUR.DOMAIN\nformer-rp-id = %3",
	    "%2 に rp-id (組織のドメイン名) がありません。%1 の認証情報を使"
	    "うには次のように書いてください:\n[fido2]\nrp-id = YOUR.DOMAIN\n"
	    "former-rp-id = %3" },
	[W_IMPORT_OTHER_RP] = { "the key is for the application %1, not "
	    "for %2",
	    "このキーは %1 用で、%2 用ではありません" },
	[W_WHY_LONG] = { "the line is longer than 65536 bytes",
	    "65536バイトを超える行です" },
	[W_WHY_NO_TEXT] = { "the line is no text",
	    "テキストではない行です" },
	[W_WHY_NAME] = { "this is not usable as a name",
	    "名前として使えません" },
	[W_WHY_OWNER] = { "the file belongs to %1, who can speak for "
	    "nobody else",
	    "ファイルの所有者 %1 は他の人のキーを登録できません" },
	[W_WHY_EMPTY] = { "there is no credential in the line",
	    "認証情報のない行です" },
	[W_WHY_NO_PERSON] = { "there is no such person, nor an account of "
	    "one; --add-persons adds both",
	    "利用者もアカウントもありません。--add-persons で追加できます" },
	[W_WHY_SHARED] = { "the account is shared: import for each person "
	    "by their own name",
	    "共用アカウントです。利用者ごとの名前で引き継いでください" },
	[W_WHY_WHO] = { "the account of this name is another person's than the "
	    "one of this name",
	    "この名前のアカウントは、同じ名前の利用者とは別の人のものです" },
	[W_WHY_MISSING] = { "key handle or public key is missing",
	    "キーハンドルか公開鍵がありません" },
	[W_WHY_EXTRA] = { "more than four fields",
	    "項目が4つを超えています" },
	[W_WHY_RESIDENT] = { "its id is on the key only (resident): enrol "
	    "it anew with `sekisho enrol PERSON --fido2`",
	    "IDがキーの中にしかありません。`sekisho enrol PERSON --fido2` で"
	    "登録し直してください" },
	[W_WHY_ID] = { "the key handle is not base64 of 1 to 1023 bytes",
	    "キーハンドルが base64 (1~1023バイト) ではありません" },
	[W_WHY_ALG] = { "the algorithm \"%1\" is not known",
	    "アルゴリズム「%1」は使えません" },
	[W_WHY_OPTION] = { "the option \"%1\" is not known",
	    "オプション「%1」は使えません" },
	[W_WHY_KEY] = { "public key: %1",
	    "公開鍵: %1" },
	[W_WHY_MANY] = { "%1 more NOT TAKEN: pam_u2f goes by 24 of a user",
	    "残り %1 件は引き継げません: pam_u2fが使うのは1人24件までです" },
	[W_WHY_HELD] = { "it is credential %1 of %2 already (%3)",
	    "すでに %2 の認証情報 %1 です (%3)" },
	[W_WHY_THERE] = { "is there already, as credential %1",
	    "認証情報 %1 として登録済みです" },
	[W_WHY_TWICE] = { "stands in this line already",
	    "この行にすでにあります" },
	[W_WHY_TWO] = { "the same key is in line %1 for somebody else: "
	    "nobody can tell whose it is",
	    "同じキーが %1 行目に別の人のものとしてあります" },
	[W_MODELS_TABLE] = { "FIDO metadata number %1, %2 models, fetched %3, "
	    "next by %4",
	    "FIDOメタデータ 番号 %1、%2 機種、取得 %3、次回 %4 まで" },
	[W_MODELS_STALE] = { "IT IS PAST ITS DATE: see `sekisho refresh`",
	    "期限を過ぎています: `sekisho refresh` をお試しください" },
	[W_MODEL_ROW] = { "%1  %2  %3", "%1  %2  %3" },
	[W_MODEL_SINCE] = { "    %1%3 since %2", "    %1%3 %2 から" },
	[W_MODEL_LATER] = { "    %1%3 from %2 on, not yet",
	    "    %1%3 %2 から(まだ有効ではありません)" },
	[W_MODEL_NO_DATE] = { "    %1%3", "    %1%3" },
	[W_MODEL_UNKNOWN] = { "FIDO's metadata does not know the model %1",
	    "機種 %1 はFIDOメタデータにありません" },
	[W_NOT_AN_AAGUID] = { "\"%1\" is not an AAGUID: 8-4-4-4-12 "
	    "hexadecimal digits",
	    "「%1」はAAGUID(8-4-4-4-12桁の16進数)ではありません" },
};

/* Each file of texts, in the order of their numbers. */
static const struct word_part *const parts[] = {
	&desk_words_fido,
	&desk_words_key,
	&desk_words_show,
	&desk_words_verify,
	&desk_words_export,
	&desk_words_report,
	&desk_words_ssh,
	&desk_words_doctor,
	&desk_words_person,
};

const char *
desk_word(enum word w, enum sek_lang lang)
{
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (w >= parts[i]->first && w < parts[i]->end)
			return parts[i]->text[w - parts[i]->first][lang];
	return words[w][lang];
}
