/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho` says about which records are asked for, and while it shows
 * them: a part of the table of words.c, and by its rules.
 *
 * Read by the administrator's program only.
 */
#include "helpdesk/words.h"

#define AT(w) [(w) - FIRST_SHOW_WORD]

static const char *const words[END_SHOW_WORDS - FIRST_SHOW_WORD][SEK_N_LANGS] = {
	AT(W_FILTER_EVENT) = { "there is no event \"%1\"; see "
	    "sekisho-record(5)",
	    "「%1」という種類の記録はありません。sekisho-record(5) をご覧くだ"
	    "さい" },
	AT(W_FILTER_REASON) = { "there is no reason \"%1\"; see "
	    "sekisho-record(5)",
	    "「%1」という理由はありません。sekisho-record(5) をご覧ください" },
	AT(W_FILTER_OUTCOME) = { "--outcome is ok or refused, not \"%1\"",
	    "--outcome は ok か refused です(「%1」は使えません)" },
	AT(W_FILTER_TIME) = { "\"%1\" is no time: 2027-04-01, "
	    "\"2027-04-01 09:30\", 2027-04-01T09:30:00+09:00, today or "
	    "yesterday",
	    "「%1」は日時として読めません。2027-04-01、\"2027-04-01 09:30\"、"
	    "2027-04-01T09:30:00+09:00、today、yesterday のように指定してくだ"
	    "さい" },
	AT(W_FILTER_ORDER) = { "there is no time between --since and --until: "
	    "records of %1 and later are left out",
	    "--since と --until の間がありません。%1 以降の記録は対象外に"
	    "なります" },
	AT(W_FILTER_SEQ) = { "--seq is a number of a record, or A..B, or A.., "
	    "not \"%1\"",
	    "--seq は記録の番号、A..B、A.. のどれかです(「%1」は使えません)" },
	AT(W_SHOW_FOLLOW) = { "--follow goes with one folder, or one FILE",
	    "--follow で指定できるフォルダまたはファイルは1つだけです" },
	AT(W_SHOW_LAST) = { "--last is a number of 1 to 1000000, not \"%1\"",
	    "--last は 1 から 1000000 までの数です(「%1」は使えません)" },
};

const struct word_part desk_words_show = { FIRST_SHOW_WORD, END_SHOW_WORDS,
    words };
