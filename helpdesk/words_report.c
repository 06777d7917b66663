/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho audit report` says to who calls it: a part of the table of
 * words.c, and by its rules.  What is in a report is in report_words.c.
 *
 * Read by the administrator's program only.
 */
#include "helpdesk/words.h"

#define AT(w) [(w) - FIRST_REPORT_WORD]

static const char *const words[END_REPORT_WORDS - FIRST_REPORT_WORD]
    [SEK_N_LANGS] = {
	AT(W_REPORT_DAY_OR_MONTH) = { "say either --day or --month",
	    "--day か --month のどちらか一方を指定してください" },
	AT(W_REPORT_BAD_DAY) = { "\"%1\" is not a day: today, yesterday or "
	    "YYYY-MM-DD",
	    "「%1」は日付ではありません(today、yesterday、YYYY-MM-DD のどれ"
	    "か)" },
	AT(W_REPORT_BAD_MONTH) = { "\"%1\" is not a month: last, this or "
	    "YYYY-MM",
	    "「%1」は月ではありません(last、this、YYYY-MM のどれか)" },
	AT(W_REPORT_BAD_FORM) = { "\"%1\" is not a form: text, csv or html",
	    "「%1」という形式はありません(text、csv、html のどれか)" },
	AT(W_REPORT_TABLE_CSV) = { "--table goes with --format csv",
	    "--table は --format csv とともに使います" },
	AT(W_REPORT_BAD_TABLE) = { "there is no table \"%1\"; see sekisho(8)",
	    "「%1」という表はありません。sekisho(8) をご覧ください" },
	AT(W_REPORT_KEY) = { "--key goes with a FOLDER: files by themselves "
	    "have no checkpoint; see `sekisho audit verify`",
	    "--key は FOLDER とともに使います。ファイルだけではチェックポイント"
	    "がありません(`sekisho audit verify` をご利用ください)" },
};

const struct word_part desk_words_report = { FIRST_REPORT_WORD,
    END_REPORT_WORDS, words };
