/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PIN of what is being enrolled, card or key: where it comes from, and
 * whether its last try may be spent.
 *
 * Part of the administrator's program.  Must never spend the last try of a
 * PIN without the person at the terminal saying so.
 */
#include "helpdesk/answer.h"
#include "helpdesk/enrol.h"

bool
enrol_by_script(const struct enrol *e)
{
	return e->pin_file != NULL || e->pin_fd >= 0;
}

int
enrol_pin(const struct enrol *e, const char *label, struct sek_buf *pin)
{
	struct sek_why why = { "" };
	int r;

	if (e->pin_file != NULL)
		r = desk_pin_file(e->pin_file, pin, &why);
	else if (e->pin_fd >= 0)
		r = desk_pin_fd(e->pin_fd, pin, &why);
	else
		r = desk_ask(e->d, DESK_ARGS(W_PIN_PROMPT, { label }), false,
		    pin);
	/* an empty PIN would mean the reader's keypad to the card helper */
	if (r == SEK_OK && pin->len > 0 && pin->len <= UINT8_MAX)
		return DESK_GO;
	if (enrol_by_script(e))
		DESK_ERR(e->d, W_PIN_FILE, { why.text });
	else if (r == SEK_E_NOENT)
		DESK_ERR(e->d, W_NO_TERMINAL, { NULL });
	else
		DESK_ERR(e->d, W_NOT_CONFIRMED, { NULL });
	return DESK_REFUSED;
}

int
enrol_last_try(const struct enrol *e, const char *label)
{
	const struct sek_reason_row *row =
	    sek_reason(SEK_R_LAST_TRY_DECLINED);

	if (enrol_by_script(e)) {
		DESK_ERR(e->d, W_PIN_LAST_SCRIPT, { NULL });
		return DESK_REFUSED;
	}
	if (desk_yes(e->d, DESK_ARGS(W_PIN_LAST, { label })))
		return DESK_GO;
	DESK_ERR(e->d, W_HELPER, { row->word, row->text[e->d->lang] });
	return DESK_REFUSED;
}
