/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One password, judged by the system's own PAM stack.
 * Runs in sekisho-password, as root, because pam_unix reads /etc/shadow.
 */
#ifndef PASSWORD_CHECK_H
#define PASSWORD_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "sekisho/wire_helper.h"

/* What came of it; begins as a failure. */
struct sek_judged {
	bool good;            /* password right, account usable */
	uint32_t native;      /* good: what pam_acct_mgmt() returned */
	struct sek_fail fail; /* not good */
};

/* Always fills `out`. */
void sek_password_judge(const struct sek_check *c, struct sek_judged *out);

#endif
