/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The version of this software, as records and --version tell it.
 */
#ifndef SEKISHO_VERSION_H
#define SEKISHO_VERSION_H

#define SEKISHO_VERSION "0.1.0"

#endif
