/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PKCS#11 module that misbehaves in one way, for tests: SoftHSM below (or
 * what BADP11_REAL in the environment names), and BADP11=KIND[:ARG] says what
 * is wrong with it.
 *
 * KIND:FUNC, at the call of FUNC (any function that is wrapped, also
 * C_GetFunctionList), where ARG may end in "@N" for the Nth call only:
 *   crash hang exit signal   what the name says; hang blocks all signals
 *   fork                     a child that lives on, deaf, in its own session
 *   upset                    signal mask, umask, folder and locale changed
 *   closefd writefd          descriptor 3: closed, or written garbage to
 *   removed error            CKR_DEVICE_REMOVED, CKR_GENERAL_ERROR
 *   biglen neglen            2^40 or -1 as each length or number it gives
 *   growing                  larger lengths at every second call
 * Others:
 *   nolist nolist:null nullfuncs version   what C_GetFunctionList gives
 *   manyslots                a million slots
 *   endless endless-empty    C_FindObjects has always one more; or junk
 *   badsig:constant|stale|otherkey|flip
 *   badlabel                 label, serial, reader: escapes, broken UTF-8
 *   badlimits                PIN lengths that make no sense
 *   countlow finaltry pinlocked notset  flags of the token
 *   noflags                  locks after three wrong PINs, never tells
 *   jpki                     the same with CKR_GENERAL_ERROR, and flags
 *   pinpad:PIN pinpad-cancel a reader with its own keypad
 *   nologin:PIN              signs without C_Login
 *   already:PIN              somebody is logged in before C_Login
 *   eachtime:PIN             CKA_ALWAYS_AUTHENTICATE
 *   mech:HEX                 offers only this mechanism
 *   lyingmech:HEX            offers all, C_SignInit takes only this one
 *   late:N vanish:N swap:N   after N looks the token appears, goes, or is
 *                            another one
 */
#ifndef TESTS_BADP11_H
#define TESTS_BADP11_H

#include <p11-kit/pkcs11.h>
#include <stdbool.h>

/* Is this the fault in force? */
bool bad_is(const char *kind);
/* ... and is it for this argument? */
bool bad_is_for(const char *kind, const char *arg);
/* What stands after the colon; "" when nothing does. */
const char *bad_arg(void);

/* What happens at the call of `func`; the value is to be returned unless it
 * is CKR_OK. */
CK_RV bad_before(const char *func);
/* A length or number that `func` has given, as the fault wants it. */
void bad_length(const char *func, CK_ULONG *n);

#endif
