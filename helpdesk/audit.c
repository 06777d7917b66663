/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho audit`: the commands, and where the record is.
 *
 * Part of the administrator's program.  Must never repair, drop or rewrite a
 * record.
 */
#include "helpdesk/audit.h"

#include <errno.h>
#include <unistd.h>

#include "record/audit.h"
#include "helpdesk/audit_filter.h"

bool
desk_log_path(const struct desk *d, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/%s", d->policy->audit,
	    SEK_AUDIT_FILE);

	return n > 0 && n < PATH_MAX &&
	    (access(path, F_OK) == 0 || errno != ENOENT);
}

const struct desk_command desk_audit_commands[] = {
	{ "audit show", "[--json] [--last N] [--follow] " AUDIT_FILTER_ARGS
	    " [FOLDER|FILE...]",
	    { "show the record, one line each",
	    "記録を1件1行で表示します" }, desk_audit_show },
	{ "audit verify", "[--key VKEYS] [--checkpoint FILE]... "
	    "[FOLDER|FILE...]",
	    { "prove that no record was changed, removed or moved",
	    "記録の改変・欠落・入れ替えがないことを検証します" },
	    desk_audit_verify },
	{ "audit export", "--format csv|dicom|fhir|json [--bundle] "
	    "[--output FILE] [--language ja|en] " AUDIT_FILTER_ARGS
	    " [FOLDER|FILE...]",
	    { "write the record in a form that others read",
	    "記録を他のソフトウェアで読める形式で書き出します" },
	    desk_audit_export },
	{ "audit keys", "", { "show the public keys of the record and since "
	    "when each signs",
	    "記録の公開鍵と、それぞれの使用開始を表示します" },
	    desk_audit_keys },
	{ "audit new-key", "[--reason TEXT]", { "let a new key sign the record "
	    "from now on",
	    "記録に署名する鍵を新しくします" },
	    desk_audit_new_key },
	{ "audit countersign", "[--enrol] [--reason TEXT]", { "have the newest "
	    "checkpoint signed by the key in the token as well",
	    "最新のチェックポイントにトークンの鍵でも署名します" },
	    desk_audit_countersign },
	{ "audit start", "[--reason TEXT]", { "record that recording starts "
	    "(the machine comes up)",
	    "記録の開始(起動)を記録します" },
	    desk_audit_start },
	{ "audit stop", "[--reason TEXT]", { "record that recording stops in "
	    "order (the machine goes down)",
	    "記録の正常な停止(終了)を記録します" },
	    desk_audit_stop },
	{ "audit checkpoint", "[--key VKEYS] [--dir FOLDER]",
	    { "print the newest signed checkpoint of the record",
	    "記録の最新の署名付きチェックポイントを表示します" },
	    desk_audit_checkpoint },
	{ "audit prove", "[--output FILE] [--key VKEYS] [--dir FOLDER] SEQ",
	    { "make a proof that one record is in the record",
	    "1件の記録が確かに含まれていることの証明を作ります" },
	    desk_audit_prove },
	{ "audit check-proof", "[--key VKEYS] [--json] FILE",
	    { "check such a proof, with a public key alone",
	    "その証明を公開鍵だけで検証します" },
	    desk_audit_check_proof },
	{ "audit report", "[--day DATE | --month YYYY-MM] "
	    "[--format text|csv|html] [--table NAME] [--output FILE] "
	    "[--unused-days N] [--gap-hours N] [--language ja|en] "
	    "[--key VKEYS] [--no-verify] [FOLDER|FILE...]",
	    { "sum up a day or a month, for those responsible",
	    "1日または1か月の利用状況を報告書にまとめます" },
	    desk_audit_report },
	{ .name = NULL }
};
