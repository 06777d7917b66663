/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: sudo's time stamp, which leaves the auth lines out.
 *
 * Part of the administrator's program.  Looks for one word in the sudoers
 * files; does not understand them, and changes nothing.
 */
#include "helpdesk/doctor.h"

#include <dirent.h>
#include <string.h>

#include "sekisho/os.h"

#define SUDOERS "/etc/sudoers"
#define SUDOERS_D "/etc/sudoers.d"
#define FILE_MAX_BYTES 65536u
#define MAX_FILES 64u

/* "timestamp_timeout=0" in a line of Defaults, with blanks or without. */
static bool
never_skips(char *line)
{
	char *at, *end;

	if ((at = strchr(line, '#')) != NULL)
		*at = '\0';
	if (strncmp(line + strspn(line, " \t"), "Defaults", 8) != 0 ||
	    (at = strstr(line, "timestamp_timeout")) == NULL)
		return false;
	at += strlen("timestamp_timeout");
	at += strspn(at, " \t");
	if (*at++ != '=')
		return false;
	at += strspn(at, " \t");
	end = at + strspn(at, "0.");
	return end > at && strchr(", \t", *end) != NULL;
}

static bool
file_says(const char *path)
{
	struct sek_buf text = { 0 };
	struct sek_why why = { "" };
	char *line, *save = NULL;
	bool says = false;

	if (sek_read_safe_file(path, FILE_MAX_BYTES, &text, &why) != SEK_OK)
		return false;
	sek_put_u8(&text, 0);
	if (sek_buf_ok(&text) == SEK_OK)
		for (line = strtok_r((char *)text.p, "\n", &save);
		    line != NULL && !says; line = strtok_r(NULL, "\n", &save))
			says = never_skips(line);
	sek_buf_free(&text);
	return says;
}

static bool
folder_says(void)
{
	char path[400];
	struct dirent *e;
	unsigned n = 0;
	bool says = false;
	DIR *d = opendir(SUDOERS_D);

	/* sudo reads no name with a dot, and none that ends with "~" */
	while (d != NULL && !says && n++ < MAX_FILES &&
	    (e = readdir(d)) != NULL) {
		if (strchr(e->d_name, '.') != NULL ||
		    e->d_name[strlen(e->d_name) - 1] == '~')
			continue;
		(void)snprintf(path, sizeof path, SUDOERS_D "/%s", e->d_name);
		says = file_says(path);
	}
	if (d != NULL)
		(void)closedir(d);
	return says;
}

void
doctor_sudo(struct doctor *x)
{
	size_t i;

	for (i = 0; i < x->only.n; i++)
		if (strcmp(x->only.at[i], "sudo") == 0)
			break;
	if ((x->only.n > 0 && i == x->only.n) ||
	    !doctor_pam_has("sudo", true))
		return;
	if (file_says(SUDOERS) || folder_says())
		DR_SAY(x, DR_GOOD, "sudo", W_DR_SUDO, { "sudo" });
	else
		DR_SAY(x, DR_WARN, "sudo-stamp", W_DR_SUDO_STAMP, { "sudo" });
}
