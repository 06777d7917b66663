/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For greeters that show one message at a time and no question at all
 * (greeter=gtk): what is asked for is told as a message before it, together
 * with what went wrong before.
 * Runs in the login program.  Texts only: no answer comes here.
 */
#include <stdio.h>
#include <string.h>

#include "pam_module/module.h"
#include "sekisho/text.h"

/* What asks for something to be done now; once done, it is past. */
static bool
passes(const struct sek_ask *tell)
{
	switch (tell->text_id) {
	case SEK_T_INSERT:
	case SEK_T_INSERT_KEY:
	case SEK_T_INSERT_EITHER:
	case SEK_T_TOUCH:
	case SEK_T_CHOOSE_KEY:
	case SEK_T_VERIFY:
	case SEK_T_PINPAD:
		return true;
	default:
		return false;
	}
}

/* `text` below what is kept; the oldest of it goes where both do not fit. */
static void
below(struct sek_mod_screen *s, const char *text)
{
	size_t had = strlen(s->kept), n = strlen(text);

	if (had + n + 2 > sizeof s->kept)
		had = 0;
	(void)snprintf(s->kept + had, sizeof s->kept - had, "%s%s",
	    had > 0 ? "\n" : "", text);
}

void
sek_mod_screen_tell(struct sek_mod_screen *s, struct sek_ask *tell)
{
	char before[SEK_TEXT_MAX];

	if (!s->gtk)
		return;
	/* an error is replaced by the greeter's own words at the end */
	tell->style = SEK_STYLE_INFO;
	memcpy(before, s->kept, sizeof before);
	below(s, tell->text);
	memcpy(tell->text, s->kept, sizeof tell->text);
	if (passes(tell))
		memcpy(s->kept, before, sizeof s->kept);
}

void
sek_mod_screen_ask(struct sek_mod_screen *s, struct sek_ask *ask,
    struct sek_ask *tell)
{
	size_t n;

	if (!s->gtk)
		return;
	below(s, ask->text);
	for (n = strlen(s->kept); n > 0 && strchr(" :", s->kept[n - 1]) !=
	    NULL; n--)
		s->kept[n - 1] = '\0';
	*tell = (struct sek_ask){ .style = SEK_STYLE_INFO };
	memcpy(tell->text, s->kept, sizeof tell->text);
	s->kept[0] = '\0';
	/* its field for names is where an open answer would go */
	ask->style = SEK_STYLE_SECRET;
}
