/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The function list of the misbehaving module: each function that a login
 * calls, wrapped.  Test part: runs in the helper under test, never
 * installed.  Never better than SoftHSM, only worse.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "tests/badp11/badp11.h"

#ifndef BADP11_REAL
#define BADP11_REAL "/usr/lib/softhsm/libsofthsm2.so"
#endif

#define BEFORE(func)						\
	do {							\
		CK_RV rv_ = bad_before(func);			\
		if (rv_ != CKR_OK)				\
			return rv_;				\
	} while (0)

static CK_FUNCTION_LIST *real;

static int wrong_pins;
static bool pin_given; /* CKU_CONTEXT_SPECIFIC since C_SignInit */

static CK_RV
initialize(void *args)
{
	BEFORE("C_Initialize");
	return real->C_Initialize(args);
}

static CK_RV
finalize(void *reserved)
{
	BEFORE("C_Finalize");
	return real->C_Finalize(reserved);
}

static CK_RV
get_slot_list(CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *n)
{
	static int calls;
	CK_ULONG room = *n, i;
	CK_RV rv;

	BEFORE("C_GetSlotList");
	if (bad_is("late") && ++calls <= atoi(bad_arg())) {
		*n = 0;
		return CKR_OK;
	}
	if (bad_is("manyslots")) {
		for (i = 0; list != NULL && i < room; i++)
			list[i] = i;
		*n = 1000000;
		return CKR_OK;
	}
	rv = real->C_GetSlotList(present, list, n);
	bad_length("C_GetSlotList", n);
	return rv;
}

static CK_RV
get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	static int calls;
	CK_RV rv;

	BEFORE("C_GetSlotInfo");
	rv = real->C_GetSlotInfo(slot, info);
	if (bad_is("vanish") && ++calls > atoi(bad_arg()))
		info->flags &= ~(CK_FLAGS)CKF_TOKEN_PRESENT;
	if (bad_is("badlabel"))
		memset(info->slotDescription, 0x1b,
		    sizeof info->slotDescription);
	return rv;
}

static const struct {
	const char *fault;
	CK_FLAGS set, clear;
} token_faults[] = {
	{ "countlow", CKF_USER_PIN_COUNT_LOW, 0 },
	{ "finaltry", CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY, 0 },
	{ "pinlocked", CKF_USER_PIN_LOCKED, 0 },
	{ "notset", 0, CKF_USER_PIN_INITIALIZED },
	{ "nologin", 0, CKF_LOGIN_REQUIRED },
	{ "pinpad", CKF_PROTECTED_AUTHENTICATION_PATH, 0 },
	{ "pinpad-cancel", CKF_PROTECTED_AUTHENTICATION_PATH, 0 },
	{ "noflags", 0, CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY |
	    CKF_USER_PIN_LOCKED },
	{ "jpki", 0, CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY |
	    CKF_USER_PIN_LOCKED },
};

static void
spoil_flags(CK_FLAGS *flags)
{
	static const CK_FLAGS jpki[] = { 0, CKF_USER_PIN_COUNT_LOW,
		CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED };
	size_t i;

	for (i = 0; i < sizeof token_faults / sizeof token_faults[0]; i++)
		if (bad_is(token_faults[i].fault)) {
			*flags &= ~token_faults[i].clear;
			*flags |= token_faults[i].set;
		}
	if (bad_is("jpki"))
		*flags |= jpki[wrong_pins < 3 ? wrong_pins : 3];
}

static CK_RV
get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	static const char label[] = "\033[2J\n\xff\xc0\x80 ok\\";
	static int calls;
	CK_RV rv;

	BEFORE("C_GetTokenInfo");
	rv = real->C_GetTokenInfo(slot, info);
	spoil_flags(&info->flags);
	if (bad_is("badlabel") && (info->flags & CKF_TOKEN_INITIALIZED)) {
		memset(info->label, 0xe3, sizeof info->label);
		memcpy(info->label, label, sizeof label);
		memset(info->serialNumber, 0, sizeof info->serialNumber);
	}
	if (bad_is("badlimits")) {
		info->ulMinPinLen = CK_UNAVAILABLE_INFORMATION;
		info->ulMaxPinLen = 0;
	}
	if (bad_is("swap") && ++calls > atoi(bad_arg()))
		info->serialNumber[0] ^= 1;
	return rv;
}

static CK_RV
get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type,
    CK_MECHANISM_INFO *info)
{
	BEFORE("C_GetMechanismInfo");
	if (bad_is("mech") && type != strtoul(bad_arg(), NULL, 16))
		return CKR_MECHANISM_INVALID;
	return real->C_GetMechanismInfo(slot, type, info);
}

static CK_RV
open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *app, CK_NOTIFY notify,
    CK_SESSION_HANDLE *s)
{
	CK_RV rv;

	BEFORE("C_OpenSession");
	rv = real->C_OpenSession(slot, flags, app, notify, s);
	if (rv == CKR_OK && (bad_is("already") || bad_is("nologin")))
		rv = real->C_Login(*s, CKU_USER,
		    (unsigned char *)bad_arg(), strlen(bad_arg()));
	return rv;
}

static CK_RV
close_session(CK_SESSION_HANDLE s)
{
	BEFORE("C_CloseSession");
	return real->C_CloseSession(s);
}

static CK_RV
login_counted(CK_SESSION_HANDLE s, CK_USER_TYPE user, unsigned char *pin,
    CK_ULONG n)
{
	CK_RV rv = real->C_Login(s, user, pin, n);

	if (rv != CKR_PIN_INCORRECT && wrong_pins < 3)
		return rv;
	(void)real->C_Logout(s);
	if (++wrong_pins > 3)
		return CKR_GENERAL_ERROR;
	return bad_is("jpki") ? CKR_GENERAL_ERROR : CKR_PIN_INCORRECT;
}

static CK_RV
login(CK_SESSION_HANDLE s, CK_USER_TYPE user, unsigned char *pin, CK_ULONG n)
{
	BEFORE("C_Login");
	if (bad_is("pinpad-cancel"))
		return CKR_FUNCTION_CANCELED;
	if (bad_is("pinpad")) {
		if (pin != NULL || n != 0)
			return CKR_ARGUMENTS_BAD;
		return real->C_Login(s, user, (unsigned char *)bad_arg(),
		    strlen(bad_arg()));
	}
	if (bad_is("eachtime") && user == CKU_CONTEXT_SPECIFIC) {
		pin_given = n == strlen(bad_arg()) &&
		    memcmp(pin, bad_arg(), n) == 0;
		return pin_given ? CKR_OK : CKR_PIN_INCORRECT;
	}
	if (bad_is("noflags") || bad_is("jpki"))
		return login_counted(s, user, pin, n);
	return real->C_Login(s, user, pin, n);
}

static CK_RV
logout(CK_SESSION_HANDLE s)
{
	BEFORE("C_Logout");
	return real->C_Logout(s);
}

static CK_RV
find_objects_init(CK_SESSION_HANDLE s, CK_ATTRIBUTE *want, CK_ULONG n)
{
	BEFORE("C_FindObjectsInit");
	return real->C_FindObjectsInit(s, want, n);
}

static CK_RV
find_objects(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *out, CK_ULONG max,
    CK_ULONG *n)
{
	static CK_OBJECT_HANDLE last;
	CK_RV rv;

	BEFORE("C_FindObjects");
	rv = real->C_FindObjects(s, out, max, n);
	if (rv == CKR_OK && *n > 0)
		last = out[0];
	if (bad_is("endless") || bad_is("endless-empty"))
		for (*n = 0; *n < max; (*n)++)
			out[*n] = bad_is("endless") ? last : 0;
	bad_length("C_FindObjects", n);
	return rv;
}

static CK_RV
find_objects_final(CK_SESSION_HANDLE s)
{
	BEFORE("C_FindObjectsFinal");
	return real->C_FindObjectsFinal(s);
}

static CK_RV
get_attribute_value(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE obj,
    CK_ATTRIBUTE *a, CK_ULONG n)
{
	CK_ULONG i;
	CK_RV rv;

	BEFORE("C_GetAttributeValue");
	rv = real->C_GetAttributeValue(s, obj, a, n);
	for (i = 0; i < n; i++) {
		if (bad_is("eachtime") &&
		    a[i].type == CKA_ALWAYS_AUTHENTICATE)
			*(CK_BBOOL *)a[i].pValue = CK_TRUE;
		bad_length("C_GetAttributeValue", &a[i].ulValueLen);
	}
	return rv;
}

/* Another private key of the same kind. */
static CK_OBJECT_HANDLE
other_key(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE key)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_KEY_TYPE type = CKK_RSA;
	CK_ATTRIBUTE want[] = {
		{ CKA_KEY_TYPE, &type, sizeof type },
		{ CKA_CLASS, &class, sizeof class },
	};
	CK_OBJECT_HANDLE found[2] = { key, key };
	CK_ULONG n = 0;

	(void)real->C_GetAttributeValue(s, key, want, 1);
	if (real->C_FindObjectsInit(s, want, 2) == CKR_OK) {
		(void)real->C_FindObjects(s, found, 2, &n);
		(void)real->C_FindObjectsFinal(s);
	}
	return found[0] == key ? found[1] : found[0];
}

static CK_RV
sign_init(CK_SESSION_HANDLE s, CK_MECHANISM *mech, CK_OBJECT_HANDLE key)
{
	BEFORE("C_SignInit");
	pin_given = false;
	if (bad_is("lyingmech") &&
	    mech->mechanism != strtoul(bad_arg(), NULL, 16))
		return CKR_MECHANISM_INVALID;
	if (bad_is_for("badsig", "otherkey"))
		key = other_key(s, key);
	return real->C_SignInit(s, mech, key);
}

static CK_RV
sign(CK_SESSION_HANDLE s, unsigned char *data, CK_ULONG n,
    unsigned char *sig, CK_ULONG *sig_len)
{
	CK_RV rv;

	BEFORE("C_Sign");
	if (bad_is("eachtime") && !pin_given)
		return CKR_USER_NOT_LOGGED_IN;
	if (bad_is_for("badsig", "stale") && n > 0)
		data[0] ^= 1;
	rv = real->C_Sign(s, data, n, sig, sig_len);
	if (rv == CKR_OK && bad_is_for("badsig", "flip"))
		sig[*sig_len / 2] ^= 1;
	if (rv == CKR_OK && bad_is_for("badsig", "constant"))
		memset(sig, 0x42, *sig_len);
	bad_length("C_Sign", sig_len);
	return rv;
}

static CK_FUNCTION_LIST list;

static void
wrap(void)
{
	list = *real;
	list.C_GetFunctionList = C_GetFunctionList;
	list.C_Initialize = initialize;
	list.C_Finalize = finalize;
	list.C_GetSlotList = get_slot_list;
	list.C_GetSlotInfo = get_slot_info;
	list.C_GetTokenInfo = get_token_info;
	list.C_GetMechanismInfo = get_mechanism_info;
	list.C_OpenSession = open_session;
	list.C_CloseSession = close_session;
	list.C_Login = login;
	list.C_Logout = logout;
	list.C_FindObjectsInit = find_objects_init;
	list.C_FindObjects = find_objects;
	list.C_FindObjectsFinal = find_objects_final;
	list.C_GetAttributeValue = get_attribute_value;
	list.C_SignInit = sign_init;
	list.C_Sign = sign;
	if (bad_is("version"))
		list.version.major = 9;
	if (bad_is("nullfuncs"))
		list.C_Sign = NULL;
	if (bad_is_for("nullfuncs", "all")) {
		memset(&list, 0, sizeof list);
		list.version.major = 2;
	}
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **out)
{
	const char *path = getenv("BADP11_REAL");
	CK_C_GetFunctionList get = NULL;
	void *lib, *sym;

	BEFORE("C_GetFunctionList");
	if (bad_is("nolist")) {
		*out = NULL;
		return bad_is_for("nolist", "null") ? CKR_OK :
		    CKR_FUNCTION_FAILED;
	}
	lib = dlopen(path != NULL ? path : BADP11_REAL,
	    RTLD_LAZY | RTLD_LOCAL);
	if (lib == NULL || (sym = dlsym(lib, "C_GetFunctionList")) == NULL)
		return CKR_LIBRARY_LOAD_FAILED;
	memcpy(&get, &sym, sizeof get);
	if (get(&real) != CKR_OK)
		return CKR_LIBRARY_LOAD_FAILED;
	wrap();
	*out = &list;
	return CKR_OK;
}
