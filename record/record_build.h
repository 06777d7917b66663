/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which build of a program wrote a record: the GNU build id that the linker
 * put into it, a hash of the program itself.
 */
#ifndef RECORD_RECORD_BUILD_H
#define RECORD_RECORD_BUILD_H

#include <stddef.h>
#include <stdint.h>

#define SEK_BUILD_ID_MAX 64u /* bytes */

/* Of the running program, from its own image in memory; 0: it has none. */
size_t sek_build_id(uint8_t out[SEK_BUILD_ID_MAX]);

#endif
