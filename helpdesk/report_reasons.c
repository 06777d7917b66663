/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a reason means, for who reads a report.
 *
 * Part of `sekisho`.  The sentences of reason.h are for the person at the
 * terminal: they tell what to do next, and many share one so that a stranger
 * learns nothing.  An auditor is to learn it.
 */
#include "helpdesk/report.h"

#include <string.h>

static const struct {
	enum sek_reason id;
	const char *text[SEK_N_LANGS];
} meanings[] = {
	{ SEK_R_OK, { "accepted", "成功" } },
	{ SEK_R_UNKNOWN_USER, { "no such account",
	    "アカウントがない" } },
	{ SEK_R_NOT_ENROLLED, { "nobody with a grant has a credential",
	    "使える認証情報が未登録" } },
	{ SEK_R_NO_MATCH, { "card or key is enrolled for nobody here",
	    "登録のないカード・キー" } },
	{ SEK_R_WRONG_PASSWORD, { "wrong password", "パスワード誤り" } },
	{ SEK_R_BAD_NAME, { "unusable name was given", "使えない形の名前" } },
	{ SEK_R_NOT_GRANTED, { "person may not open this account",
	    "使用許可のないアカウント" } },
	{ SEK_R_PERSON_SUSPENDED, { "person is suspended",
	    "利用停止中の利用者" } },
	{ SEK_R_ACCOUNT_SUSPENDED, { "account is suspended",
	    "停止中のアカウント" } },
	{ SEK_R_ACCOUNT_UNUSABLE, { "account expired or closed",
	    "アカウントの期限切れ・閉鎖" } },
	{ SEK_R_NO_TOKEN, { "no card or key inserted",
	    "カード・キーの挿入なし" } },
	{ SEK_R_TOKEN_REMOVED, { "card or key was pulled out",
	    "途中でカード・キーが抜かれた" } },
	{ SEK_R_TOKEN_ERROR, { "card or key reports an error",
	    "カード・キーのエラー" } },
	{ SEK_R_WRONG_PIN, { "wrong PIN", "PIN誤り" } },
	{ SEK_R_PIN_LOCKED, { "PIN is locked", "PINのロック" } },
	{ SEK_R_LAST_TRY_DECLINED, { "last try of the PIN was not spent",
	    "PINの最後の1回を使わず中止" } },
	{ SEK_R_PIN_UNUSABLE, { "PIN is not set up", "PINが未設定" } },
	{ SEK_R_BAD_SIGNATURE, { "signature of the card or key is wrong",
	    "カード・キーの署名が不正" } },
	{ SEK_R_NO_KEY, { "card has no key for its certificate",
	    "証明書の鍵がカードにない" } },
	{ SEK_R_NO_MECHANISM, { "card or key cannot sign in a known way",
	    "使える署名方式がない" } },
	{ SEK_R_NO_TOUCH, { "key was not touched", "キーへのタッチなし" } },
	{ SEK_R_KEY_REFUSED, { "refused on the key by the person",
	    "本人がキー上で拒否" } },
	{ SEK_R_PIN_PAUSED, { "key wants to be inserted again after wrong "
	    "PINs", "PIN誤りが続き、キーの挿し直し待ち" } },
	{ SEK_R_NO_VERIFICATION, { "key has neither PIN nor finger",
	    "キーにPINも指紋もない" } },
	{ SEK_R_VERIFICATION_LOCKED, { "key takes no more fingers, no PIN",
	    "指紋のロック(PINなし)" } },
	{ SEK_R_NOT_VERIFIED, { "key did not verify the person",
	    "キーでの本人確認なし" } },
	{ SEK_R_BAD_ASSERTION, { "key signed something else",
	    "キーの署名内容が不正" } },
	{ SEK_R_SYNCED_KEY, { "passkey that its maker may copy",
	    "複製されうる同期パスキー" } },
	{ SEK_R_CLONE_SUSPECTED, { "COPY OF THE KEY SUSPECTED",
	    "キーの複製の疑い" } },
	{ SEK_R_KEY_HELD, { "key belongs to somebody already",
	    "他の人に登録済みのキー" } },
	{ SEK_R_NO_TLS_NAME, { "no TLS server told a certificate's name",
	    "TLSサーバーから証明書の名前が得られない" } },
	{ SEK_R_TLS_NAME_AMBIGUOUS, { "several certificates have this name",
	    "同じ名前の証明書が複数ある" } },
	{ SEK_R_CREDENTIAL_SUSPENDED, { "suspended card or key",
	    "停止中のカード・キー" } },
	{ SEK_R_CREDENTIAL_REVOKED, { "REVOKED card or key was used",
	    "失効したカード・キーの使用" } },
	{ SEK_R_DENY_LISTED, { "DENIED person, card or key",
	    "使用停止リストに該当" } },
	{ SEK_R_MODEL_REFUSED, { "model of key is revoked or compromised",
	    "問題が公表された機種のキー" } },
	{ SEK_R_METADATA_STALE, { "FIDO metadata out of date",
	    "FIDOメタデータの期限切れ" } },
	{ SEK_R_CERT_REVOKED, { "certificate REVOKED by its issuer",
	    "発行者が失効させた証明書" } },
	{ SEK_R_CERT_EXPIRED, { "certificate expired", "証明書の期限切れ" } },
	{ SEK_R_CERT_NOT_YET, { "certificate not yet valid",
	    "証明書の有効期間前" } },
	{ SEK_R_CERT_ISSUER, { "certificate of an unknown issuer",
	    "信頼していない発行者" } },
	{ SEK_R_CERT_SIGNATURE, { "FORGED certificate signature",
	    "証明書の署名が不正" } },
	{ SEK_R_CERT_USAGE, { "certificate is for something else",
	    "用途の違う証明書" } },
	{ SEK_R_CERT_IS_CA, { "certificate of a CA", "認証局の証明書" } },
	{ SEK_R_CERT_KEY, { "weak or unknown kind of key",
	    "鍵の種類・長さが不適合" } },
	{ SEK_R_CERT_MALFORMED, { "malformed certificate",
	    "証明書の形式が不正" } },
	{ SEK_R_CERT_POLICY, { "certificate policy does not fit",
	    "証明書ポリシーの不適合" } },
	{ SEK_R_CERT_PATH, { "issuer's certificate does not serve",
	    "証明書の経路が不適合" } },
	{ SEK_R_CERT_ROLE, { "profession does not fit", "資格の不適合" } },
	{ SEK_R_CRL_MISSING, { "no revocation list", "失効リストなし" } },
	{ SEK_R_CRL_STALE, { "revocation list out of date",
	    "失効リストの期限切れ" } },
	{ SEK_R_CRL_INVALID, { "FORGED or malformed revocation list",
	    "失効リストが不正" } },
	{ SEK_R_CRL_NOT_YET, { "revocation list from the future",
	    "失効リストが未来の日付" } },
	{ SEK_R_OCSP_MISSING, { "no answer on revocation (OCSP)",
	    "OCSP応答なし" } },
	{ SEK_R_OCSP_STALE, { "answer on revocation too old (OCSP)",
	    "OCSP応答の期限切れ" } },
	{ SEK_R_OCSP_INVALID, { "FORGED or malformed OCSP answer",
	    "OCSP応答が不正" } },
	{ SEK_R_OCSP_UNKNOWN, { "responder does not know the certificate",
	    "OCSPで不明とされた証明書" } },
	{ SEK_R_TIMEOUT, { "time was up", "時間切れ" } },
	{ SEK_R_CANCELLED, { "no answer was given", "入力なし・中止" } },
	{ SEK_R_CLIENT_GONE, { "login program ended",
	    "ログイン画面側の終了" } },
	{ SEK_R_THROTTLED, { "too many attempts in a minute",
	    "短時間に試行が多すぎる" } },
	{ SEK_R_AMBIGUOUS, { "none of several names was chosen",
	    "複数の候補から選択なし" } },
	{ SEK_R_NO_TWO_FACTOR, { "login WITHOUT both factors was stopped",
	    "二要素を経ないログインを阻止" } },
	{ SEK_R_NO_PROMPT, { "program cannot ask for a PIN",
	    "PINを尋ねられない接続方式" } },
	{ SEK_R_HELPER_CRASHED, { "a helper program died",
	    "補助プログラムの異常終了" } },
	{ SEK_R_HELPER_TIMEOUT, { "a helper program did not answer",
	    "補助プログラムの応答なし" } },
	{ SEK_R_HELPER_PROTOCOL, { "a helper program sent nonsense",
	    "補助プログラムの応答が不正" } },
	{ SEK_R_MODULE_UNUSABLE, { "card module cannot be used",
	    "カード用モジュールが使えない" } },
	{ SEK_R_PASSWORD_UNAVAILABLE, { "password service is not available",
	    "パスワード照合が使えない" } },
	{ SEK_R_CONFIG, { "configuration is wrong", "設定の誤り" } },
	{ SEK_R_NO_POLICY, { "service is not configured",
	    "設定のないサービス" } },
	{ SEK_R_STORE, { "enrolment store failed", "登録簿の障害" } },
	{ SEK_R_TRUST, { "trust anchors cannot be used",
	    "信頼する認証局の証明書が使えない" } },
	{ SEK_R_AUDIT, { "record could not be written",
	    "記録を書き込めない" } },
	{ SEK_R_PEER, { "program asked for somebody else",
	    "他人の認証を求めたプログラム" } },
	{ SEK_R_PROTOCOL, { "login program sent nonsense",
	    "ログイン画面側の通信が不正" } },
	{ SEK_R_INTERNAL, { "internal error", "内部エラー" } },
};

const char *
report_reason(const char *word, enum sek_lang lang)
{
	size_t i, j, n;
	const struct sek_reason_row *row = sek_reason_rows(&n);

	for (i = 0; i < n; i++) {
		if (strcmp(row[i].word, word) != 0)
			continue;
		for (j = 0; j < sizeof meanings / sizeof meanings[0]; j++)
			if (meanings[j].id == row[i].id)
				return meanings[j].text[lang];
	}
	return word;
}
