/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one table of reasons: number, word, class, and what a person is told
 * in English and Japanese.  libc only; runs in the gate and in `sekisho`.
 *
 * All reasons that would tell a stranger whether an account exists share one
 * text and are paced.  Words and numbers are never reused or renamed.
 */
#include "sekisho/reason.h"

#define DENIED SEK_CLASS_DENIED
#define UNAVAIL SEK_CLASS_UNAVAIL

#define GENERIC { \
	"Login failed. Check the card or key and the password and try again, or " \
	    "call the helpdesk.", \
	"ログインできませんでした。カード(キー)とパスワードを確認してもう一度" \
	    "お試しいただくか、ヘルプデスクにご連絡ください。" }

#define CARD_REFUSED(en, ja) { \
	en " Call the helpdesk for a new card.", \
	ja "ヘルプデスクにカードの再発行をご依頼ください。" }

#define REVOCATION(en, ja) { \
	en " Call the helpdesk: the revocation list must be renewed.", \
	ja "ヘルプデスクに失効リストの更新をご依頼ください。" }

#define OCSP(en, ja) { \
	en " Call the helpdesk: revocation data must be renewed.", \
	ja "ヘルプデスクに失効情報の更新をご依頼ください。" }

#define SYSTEM(en, ja) { \
	en " Call the helpdesk.", ja "ヘルプデスクにご連絡ください。" }

static const struct sek_reason_row rows[] = {
	{ SEK_R_OK, "ok", SEK_CLASS_OK, false,
	    { "Login accepted.", "ログインしました。" } },

	{ SEK_R_UNKNOWN_USER, "unknown-user", DENIED, true, GENERIC },
	{ SEK_R_NOT_ENROLLED, "not-enrolled", DENIED, true, GENERIC },
	{ SEK_R_NO_MATCH, "no-match", DENIED, true, GENERIC },
	{ SEK_R_WRONG_PASSWORD, "wrong-password", DENIED, true, GENERIC },
	{ SEK_R_BAD_NAME, "bad-name", DENIED, true, GENERIC },
	{ SEK_R_NOT_GRANTED, "not-granted", DENIED, true, GENERIC },
	{ SEK_R_PERSON_SUSPENDED, "person-suspended", DENIED, true, GENERIC },
	{ SEK_R_ACCOUNT_SUSPENDED, "account-suspended", DENIED, true,
	    GENERIC },

	{ SEK_R_ACCOUNT_UNUSABLE, "account-unusable", DENIED, false,
	    SYSTEM("Your account has expired or is closed.",
	        "アカウントの有効期限が切れているか、閉鎖されています。") },

	{ SEK_R_NO_TOKEN, "no-token", DENIED, false,
	    { "No card or key was found. Insert it and try again.",
	      "カード(キー)が見つかりません。挿入してもう一度お試し"
	      "ください。" } },
	{ SEK_R_TOKEN_REMOVED, "token-removed", DENIED, false,
	    { "The card or key was removed. Leave it in and try again.",
	      "カード(キー)が抜かれました。挿入したままもう一度お試し"
	      "ください。" } },
	{ SEK_R_TOKEN_ERROR, "token-error", UNAVAIL, false,
	    { "The card or key reports an error. Insert it again and try "
	      "again; if it stays, call the helpdesk.",
	      "カード(キー)がエラーを返しました。挿し直してもう一度お試しください。"
	      "続く場合はヘルプデスクにご連絡ください。" } },
	{ SEK_R_WRONG_PIN, "wrong-pin", DENIED, false,
	    { "The PIN was wrong. Check it before you try again.",
	      "PINが違います。確認してからもう一度お試しください。" } },
	{ SEK_R_PIN_LOCKED, "pin-locked", DENIED, false,
	    { "The PIN of this card or key is locked. Call the helpdesk to "
	      "unlock it.",
	      "このカード(キー)のPINはロックされています。ヘルプデスクに解除を"
	      "ご依頼ください。" } },
	{ SEK_R_LAST_TRY_DECLINED, "last-try-declined", DENIED, false,
	    { "The last try was not used. Call the helpdesk if you do not "
	      "know the PIN.",
	      "最後の1回は使われませんでした。PINが分からない場合はヘルプ"
	      "デスクにご連絡ください。" } },
	{ SEK_R_PIN_UNUSABLE, "pin-unusable", DENIED, false,
	    SYSTEM("The PIN of this card is not set up.",
	        "このカードのPINが設定されていません。") },
	{ SEK_R_BAD_SIGNATURE, "bad-signature", DENIED, false,
	    SYSTEM("The answer of the card or key does not verify.",
	        "カード(キー)の応答を検証できません。") },
	{ SEK_R_NO_KEY, "no-key", DENIED, false,
	    SYSTEM("The card holds no key for its certificate.",
	        "カードに証明書の鍵がありません。") },
	{ SEK_R_NO_MECHANISM, "no-mechanism", UNAVAIL, false,
	    SYSTEM("The card offers no usable way to sign.",
	        "カードに使用できる署名方式がありません。") },

	{ SEK_R_NO_TOUCH, "no-touch", DENIED, false,
	    { "The key was not touched in time. Try again, and touch it when "
	      "it blinks.",
	      "セキュリティキーへのタッチが確認できませんでした。点滅したら"
	      "触れて、もう一度お試しください。" } },
	{ SEK_R_KEY_REFUSED, "key-refused", DENIED, false,
	    { "The key was told to refuse. Try again.",
	      "セキュリティキーで拒否されました。もう一度お試しください。" } },
	{ SEK_R_PIN_PAUSED, "pin-paused", DENIED, false,
	    { "Too many wrong PINs. Take the key out, insert it again and "
	      "try again.",
	      "PINの入力誤りが続きました。セキュリティキーを抜き、挿し直して"
	      "からもう一度お試しください。" } },
	{ SEK_R_NO_VERIFICATION, "no-verification", DENIED, false,
	    SYSTEM("This key has neither a PIN nor a fingerprint set up.",
	        "このセキュリティキーにはPINも指紋も設定されていません。") },
	{ SEK_R_VERIFICATION_LOCKED, "verification-locked", DENIED, false,
	    SYSTEM("The fingerprint reader of this key is locked, and it has "
	        "no PIN.",
	        "このセキュリティキーの指紋認証はロックされており、PINもあり"
	        "ません。") },
	{ SEK_R_NOT_VERIFIED, "not-verified", DENIED, false,
	    { "The key did not verify you. Try again with its PIN or "
	      "fingerprint; if it stays, call the helpdesk.",
	      "セキュリティキーで本人確認が行われませんでした。PINまたは指紋で"
	      "もう一度お試しください。続く場合はヘルプデスクにご連絡ください。"
	      } },
	{ SEK_R_BAD_ASSERTION, "bad-assertion", DENIED, false,
	    SYSTEM("The key's answer is not valid.",
	        "セキュリティキーの応答が正しくありません。") },
	{ SEK_R_SYNCED_KEY, "synced-key", DENIED, false,
	    SYSTEM("Passkeys that are copied between devices are not taken "
	        "here.",
	        "端末間で同期されるパスキーは使用できません。") },
	{ SEK_R_CLONE_SUSPECTED, "clone-suspected", DENIED, false,
	    SYSTEM("This key may have been copied and was suspended.",
	        "このセキュリティキーは複製された疑いがあり、停止されました。")
	    },
	{ SEK_R_KEY_HELD, "key-held", DENIED, false,
	    SYSTEM("This key is enrolled already.",
	        "このセキュリティキーはすでに登録されています。") },

	{ SEK_R_NO_SSH_KEY, "no-ssh-key", DENIED, true, GENERIC },
	{ SEK_R_SSH_CERTIFICATE, "ssh-certificate", DENIED, false,
	    SYSTEM("The certificate of this SSH key is not accepted or has "
	        "expired.",
	        "このSSH鍵の証明書は受け付けられないか、有効期限が切れて"
	        "います。") },
	{ SEK_R_CERT_NOT_KEPT, "cert-not-kept", DENIED, false,
	    SYSTEM("This card must be enrolled again before it serves here.",
	        "ここで使用するには、このカードの再登録が必要です。") },

	{ SEK_R_CREDENTIAL_SUSPENDED, "credential-suspended", DENIED, false,
	    SYSTEM("This card or key is suspended.",
	        "このカード(キー)は一時停止されています。") },
	{ SEK_R_CREDENTIAL_REVOKED, "credential-revoked", DENIED, false,
	    CARD_REFUSED("This card or key has been revoked.",
	        "このカード(キー)は失効しています。") },
	{ SEK_R_DENY_LISTED, "deny-listed", DENIED, false,
	    SYSTEM("This card or key has been blocked here.",
	        "このカード(キー)は当施設で使用停止になっています。") },

	{ SEK_R_MODEL_REFUSED, "model-refused", DENIED, false,
	    SYSTEM("Keys of this model are not safe any more.",
	        "この機種のセキュリティキーは安全でなくなったため使用できま"
	        "せん。") },
	{ SEK_R_METADATA_STALE, "metadata-stale", DENIED, false,
	    SYSTEM("What is known about models of keys is out of date.",
	        "セキュリティキーの機種情報の有効期限が切れています。") },

	{ SEK_R_SOFTWARE_KEY, "software-key", DENIED, false,
	    SYSTEM("SSH keys that are kept in a file are not taken here. Use "
	        "one on a card or a security key.",
	        "ファイルに保存されたSSH鍵は使用できません。カードまたは"
	        "セキュリティキーの鍵をご利用ください。") },

	{ SEK_R_CERT_REVOKED, "cert-revoked", DENIED, false,
	    CARD_REFUSED("This card's certificate has been revoked.",
	        "このカードの証明書は失効しています。") },
	{ SEK_R_CERT_EXPIRED, "cert-expired", DENIED, false,
	    CARD_REFUSED("This card's certificate has expired.",
	        "このカードの証明書は有効期限が切れています。") },
	{ SEK_R_CERT_NOT_YET, "cert-not-yet-valid", DENIED, false,
	    SYSTEM("This card's certificate is not valid yet. Is the clock "
	        "right?",
	        "このカードの証明書はまだ有効ではありません。時計を確認して"
	        "ください。") },
	{ SEK_R_CERT_ISSUER, "cert-issuer", DENIED, false,
	    SYSTEM("This card was issued by an authority that is not trusted "
	        "here.",
	        "このカードの発行者は登録されていません。") },
	{ SEK_R_CERT_SIGNATURE, "cert-signature", DENIED, false,
	    SYSTEM("This card's certificate is not genuine.",
	        "このカードの証明書は真正ではありません。") },
	{ SEK_R_CERT_USAGE, "cert-usage", DENIED, false,
	    SYSTEM("This card's certificate is not meant for login.",
	        "このカードの証明書はログイン用ではありません。") },
	{ SEK_R_CERT_IS_CA, "cert-is-ca", DENIED, false,
	    SYSTEM("This card's certificate is not meant for login.",
	        "このカードの証明書はログイン用ではありません。") },
	{ SEK_R_CERT_KEY, "cert-key", DENIED, false,
	    CARD_REFUSED("This card's key is not strong enough.",
	        "このカードの鍵は強度が足りません。") },
	{ SEK_R_CERT_MALFORMED, "cert-malformed", DENIED, false,
	    SYSTEM("This card's certificate is damaged.",
	        "このカードの証明書は壊れています。") },
	{ SEK_R_CERT_POLICY, "cert-policy", DENIED, false,
	    SYSTEM("This card's certificate is not of the required kind.",
	        "このカードの証明書は必要な種類ではありません。") },
	{ SEK_R_CERT_PATH, "cert-path", DENIED, false,
	    SYSTEM("This card's certificate was refused.",
	        "このカードの証明書は受け付けられません。") },
	{ SEK_R_CERT_ROLE, "cert-role", DENIED, false,
	    SYSTEM("This card does not have the role that is needed here.",
	        "このカードには、ここで必要な資格がありません。") },
	{ SEK_R_CRL_MISSING, "crl-missing", DENIED, false,
	    REVOCATION("It cannot be checked whether this card was revoked.",
	        "カードの失効状態を確認できません。") },
	{ SEK_R_CRL_STALE, "crl-stale", DENIED, false,
	    REVOCATION("The revocation list is out of date.",
	        "失効リストの有効期限が切れています。") },
	{ SEK_R_CRL_INVALID, "crl-invalid", DENIED, false,
	    REVOCATION("The revocation list is not genuine.",
	        "失効リストが真正ではありません。") },
	{ SEK_R_CRL_NOT_YET, "crl-not-yet-valid", DENIED, false,
	    REVOCATION("The revocation list is not valid yet. Is the clock "
	        "right?",
	        "失効リストはまだ有効ではありません。時計を確認して"
	        "ください。") },
	{ SEK_R_OCSP_MISSING, "ocsp-missing", DENIED, false,
	    OCSP("It cannot be checked whether this card was revoked.",
	        "カードの失効状態を確認できません。") },
	{ SEK_R_OCSP_STALE, "ocsp-stale", DENIED, false,
	    OCSP("The revocation data of this card is out of date.",
	        "カードの失効情報の有効期限が切れています。") },
	{ SEK_R_OCSP_INVALID, "ocsp-invalid", DENIED, false,
	    OCSP("The revocation data of this card is not genuine.",
	        "カードの失効情報が真正ではありません。") },
	{ SEK_R_OCSP_UNKNOWN, "ocsp-unknown", DENIED, false,
	    CARD_REFUSED("The authority that issued this card does not know "
	        "it.",
	        "発行者にこのカードの記録がありません。") },

	{ SEK_R_TIMEOUT, "timeout", DENIED, false,
	    { "Time is up. Start again.",
	      "時間切れです。もう一度やり直してください。" } },
	{ SEK_R_CANCELLED, "cancelled", SEK_CLASS_CONV, false,
	    { "Login was cancelled.", "ログインは取り消されました。" } },
	{ SEK_R_CLIENT_GONE, "client-gone", SEK_CLASS_CONV, false,
	    { "Login was cancelled.", "ログインは取り消されました。" } },
	{ SEK_R_THROTTLED, "throttled", SEK_CLASS_MAXTRIES, false,
	    { "Too many attempts. Wait a minute and try again.",
	      "試行回数が多すぎます。1分待ってからもう一度お試しください。" } },
	{ SEK_R_AMBIGUOUS, "ambiguous", DENIED, false,
	    { "No name from the list was chosen. Try again.",
	      "一覧から名前が選ばれませんでした。もう一度お試しください。" } },
	{ SEK_R_NO_TWO_FACTOR, "no-two-factor", SEK_CLASS_FORBIDDEN, false,
	    SYSTEM("This login was not checked with two factors.",
	        "このログインは二要素で確認されていません。") },

	{ SEK_R_NO_PROMPT, "no-prompt", DENIED, false,
	    { "This way of logging in cannot ask for a PIN. Use "
	      "keyboard-interactive authentication.",
	      "このログイン方法ではPINを入力できません。"
	      "keyboard-interactive認証をご利用ください。" } },

	{ SEK_R_HELPER_CRASHED, "helper-crashed", UNAVAIL, false,
	    SYSTEM("The card software stopped working.",
	        "カードのソフトウェアが停止しました。") },
	{ SEK_R_HELPER_TIMEOUT, "helper-timeout", UNAVAIL, false,
	    SYSTEM("The card or its software does not answer.",
	        "カードまたはそのソフトウェアが応答しません。") },
	{ SEK_R_HELPER_PROTOCOL, "helper-protocol", UNAVAIL, false,
	    SYSTEM("The card software sent nonsense.",
	        "カードのソフトウェアの応答が不正です。") },
	{ SEK_R_MODULE_UNUSABLE, "module-unusable", UNAVAIL, false,
	    SYSTEM("The card software cannot be used.",
	        "カードのソフトウェアを使用できません。") },
	{ SEK_R_PASSWORD_UNAVAILABLE, "password-unavailable", UNAVAIL, false,
	    SYSTEM("The password cannot be checked now.",
	        "現在パスワードを確認できません。") },

	{ SEK_R_CONFIG, "config", UNAVAIL, false,
	    SYSTEM("Login is not configured correctly.",
	        "ログインの設定に誤りがあります。") },
	{ SEK_R_NO_POLICY, "no-policy", UNAVAIL, false,
	    SYSTEM("Login is not configured for this service.",
	        "このサービスのログインは設定されていません。") },
	{ SEK_R_STORE, "store", UNAVAIL, false,
	    SYSTEM("The enrolment data cannot be read.",
	        "登録情報を読み出せません。") },
	{ SEK_R_TRUST, "trust", UNAVAIL, false,
	    SYSTEM("The trust anchors cannot be used.",
	        "信頼する発行者の情報を使用できません。") },
	{ SEK_R_AUDIT, "audit", UNAVAIL, false,
	    SYSTEM("The login cannot be recorded and is refused.",
	        "ログインを記録できないため受け付けられません。") },
	{ SEK_R_PEER, "peer", DENIED, false,
	    SYSTEM("This program may not ask for that login.",
	        "このプログラムからはログインできません。") },
	{ SEK_R_PROTOCOL, "protocol", UNAVAIL, false,
	    SYSTEM("The login program sent nonsense.",
	        "ログインプログラムの要求が不正です。") },
	{ SEK_R_INTERNAL, "internal", UNAVAIL, false,
	    SYSTEM("An internal error happened.",
	        "内部エラーが発生しました。") },
};

#define N_ROWS (sizeof rows / sizeof rows[0])

const struct sek_reason_row *
sek_reason(enum sek_reason id)
{
	size_t i;

	for (i = 0; i < N_ROWS; i++)
		if (rows[i].id == id)
			return &rows[i];
	return &rows[N_ROWS - 1];
}

const struct sek_reason_row *
sek_reason_rows(size_t *n)
{
	*n = N_ROWS;
	return rows;
}
