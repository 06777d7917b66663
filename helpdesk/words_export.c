/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sekisho audit export` says, and all that write a file of --output: a
 * part of the table of words.c, and by its rules.
 *
 * Read by the administrator's program only.
 */
#include "helpdesk/words.h"

#define AT(w) [(w) - FIRST_EXPORT_WORD]

static const char *const words[END_EXPORT_WORDS - FIRST_EXPORT_WORD]
    [SEK_N_LANGS] = {
	AT(W_EXPORT_FORMAT) = { "--format is csv, dicom, fhir or json, not "
	    "\"%1\"",
	    "--format は csv、dicom、fhir、json のどれかです(「%1」は使えませ"
	    "ん)" },
	AT(W_EXPORT_BUNDLE) = { "--bundle goes with --format fhir",
	    "--bundle は --format fhir とともに使います" },
	AT(W_OUTPUT_FILE) = { "%1 could not be written: %2",
	    "%1 に書き込めませんでした: %2" },
	AT(W_OUTPUT_THERE) = { "%1 is there already, and nothing is written "
	    "over: give another name, or move it away",
	    "%1 はすでにあります。上書きしないため、別の名前を指定するか移動し"
	    "てください" },
	AT(W_OUTPUT_LANGUAGE) = { "\"%1\" is not a language: ja or en",
	    "「%1」という言語はありません(ja か en)" },
	AT(W_EXPORT_RECORD) = { "the record %1 has no place in this form: "
	    "%2",
	    "記録 %1 をこの形式にできません: %2" },
};

const struct word_part desk_words_export = {
	FIRST_EXPORT_WORD, END_EXPORT_WORDS, words,
};
