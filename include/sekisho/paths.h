/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where things are unless they are said to be elsewhere.  The build says it
 * (PATHS in the Makefile); this is for what is compiled without it.
 */
#ifndef SEKISHO_PATHS_H
#define SEKISHO_PATHS_H

#ifndef SEKISHO_CONF
#define SEKISHO_CONF "/etc/sekisho/sekisho.conf"
#endif
#ifndef SEKISHO_GATE
#define SEKISHO_GATE "/usr/libexec/sekisho/sekisho-gate"
#endif
#ifndef SEKISHO_LIBEXEC
#define SEKISHO_LIBEXEC "/usr/libexec/sekisho"
#endif
#ifndef SEKISHO_SOCKET
#define SEKISHO_SOCKET "/run/sekisho/gate.sock"
#endif

#endif
