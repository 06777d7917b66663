/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The events of the record and what the field calls them.
 * Runs wherever a record is made, shown or exported.
 * A word is for ever: records of years are read by it.
 */
#include "record/record_event.h"

#include <string.h>

#define AUTH SEK_DCM_USER_AUTH
#define ALERT SEK_DCM_ALERT
#define ACTIVITY SEK_DCM_ACTIVITY
#define LOGIN 110122, "Login"
#define LOGOUT 110123, "Logout"
#define OVERRIDE 110127, "Emergency Override Started"
#define OVERRIDE_END 110138, "Emergency Override Stopped"
#define SECURITY 110129, "Security Configuration"
#define STOPPED 110133, "Audit Recording Stopped"
#define STARTED 110134, "Audit Recording Started"
#define ATTRIBUTES 110137, "User Security Attributes Changed"

const struct sek_event sek_events[] = {
	{ "auth", AUTH, LOGIN, { "authentication", "認証" } },
	{ "account", AUTH, LOGIN, { "account check", "アカウント確認" } },
	{ "login", AUTH, 0, "Session opened", { "login", "ログイン" } },
	{ "logout", AUTH, LOGOUT, { "logout", "ログアウト" } },
	{ "lock", AUTH, 0, "Session locked", { "locked", "画面ロック" } },
	{ "end", AUTH, LOGOUT, { "ended with its card or key",
	    "カード(キー)抜去による終了" } },
	{ "unlock", AUTH, LOGIN, { "unlocked", "ロック解除" } },
	{ "switch", AUTH, LOGIN, { "user switched", "利用者切替" } },
	{ "stepup", AUTH, LOGIN, { "authenticated anew", "再認証" } },
	{ "temp_code", ALERT, ATTRIBUTES, { "temporary code",
	    "一時コード" } },
	{ "breakglass_start", ALERT, OVERRIDE, { "emergency access begins",
	    "緊急アクセス開始" } },
	{ "breakglass_stop", ALERT, OVERRIDE_END, { "emergency access ends",
	    "緊急アクセス終了" } },
	{ "enrol", ALERT, ATTRIBUTES, { "enrolled", "登録" } },
	{ "revoke", ALERT, ATTRIBUTES, { "revoked", "失効" } },
	{ "suspend", ALERT, ATTRIBUTES, { "suspended", "停止" } },
	{ "resume", ALERT, ATTRIBUTES, { "resumed", "再開" } },
	{ "reset", ALERT, ATTRIBUTES, { "reset", "再設定" } },
	{ "deny", ALERT, ATTRIBUTES, { "denied", "使用停止" } },
	{ "allow", ALERT, ATTRIBUTES, { "denial lifted", "使用停止解除" } },
	{ "person_add", ALERT, ATTRIBUTES, { "person added", "利用者追加" } },
	{ "account_add", ALERT, ATTRIBUTES, { "account added",
	    "アカウント追加" } },
	{ "grant", ALERT, ATTRIBUTES, { "granted", "使用許可" } },
	{ "ungrant", ALERT, ATTRIBUTES, { "grant withdrawn",
	    "使用許可取消" } },
	{ "config", ALERT, SECURITY, { "configured", "設定" } },
	{ "policy", ALERT, SECURITY, { "configuration changed",
	    "設定変更" } },
	{ "log_start", ALERT, STARTED, { "recording starts", "記録開始" } },
	{ "log_stop", ALERT, STOPPED, { "recording stops", "記録停止" } },
	{ "log_gap", ALERT, STOPPED, { "recording had failed",
	    "記録不能期間" } },
	{ "log_repair", ALERT, 0, "Audit log repaired", { "log repaired",
	    "記録修復" } },
	{ "log_damaged", ALERT, 0, "Audit log damaged", { "log damaged",
	    "記録破損検知" } },
	{ "log_rotate", ACTIVITY, 0, "Audit log continued in a new file", {
	    "log continues in a new file", "記録ファイル切替" } },
	{ "log_key", ALERT, SECURITY, { "log key", "記録署名鍵" } },
	{ "clock_step", ALERT, 0, "Clock stepped", { "clock stepped",
	    "時刻のずれ補正" } },
	{ .word = NULL }
};

const struct sek_event *
sek_event(const char *word)
{
	const struct sek_event *e;

	for (e = sek_events; e->word != NULL; e++)
		if (word != NULL && strcmp(e->word, word) == 0)
			return e;
	return NULL;
}

const char *
sek_dcm_id_name(int dcm_id)
{
	switch (dcm_id) {
	case SEK_DCM_USER_AUTH:
		return "User Authentication";
	case SEK_DCM_ALERT:
		return "Security Alert";
	default:
		return "Application Activity";
	}
}
