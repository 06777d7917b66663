/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands before libpam's pam_syslog(), so that a test reads what a module
 * logs.  Linked into pamdrive with its symbols exported.
 */
#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>

#include "tests/pam/drive.h"

bool drive_print_log;

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (drive_print_log) {
		(void)printf("log: ");
		(void)vprintf(fmt, ap);
		(void)printf("\n");
		(void)fflush(stdout);
	} else {
		pam_vsyslog(pamh, priority, fmt, ap);
	}
	va_end(ap);
}
