/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads the one named vendor module, checks its function list, starts and
 * ends it; names what its calls answered.
 * Runs in sekisho-pkcs11.  Never searches for a library, never loads a
 * second one, never calls through a pointer that was not checked.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "pkcs11/p11.h"
#include "sekisho/escape.h"

static const char *
rv_name(CK_RV rv)
{
	static const struct { CK_RV rv; const char *name; } names[] = {
		{ CKR_OK, "CKR_OK" },
		{ CKR_HOST_MEMORY, "CKR_HOST_MEMORY" },
		{ CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID" },
		{ CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR" },
		{ CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED" },
		{ CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD" },
		{ CKR_DATA_LEN_RANGE, "CKR_DATA_LEN_RANGE" },
		{ CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR" },
		{ CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY" },
		{ CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED" },
		{ CKR_FUNCTION_CANCELED, "CKR_FUNCTION_CANCELED" },
		{ CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED" },
		{ CKR_KEY_SIZE_RANGE, "CKR_KEY_SIZE_RANGE" },
		{ CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT" },
		{ CKR_KEY_FUNCTION_NOT_PERMITTED,
		    "CKR_KEY_FUNCTION_NOT_PERMITTED" },
		{ CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID" },
		{ CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID" },
		{ CKR_OPERATION_ACTIVE, "CKR_OPERATION_ACTIVE" },
		{ CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT" },
		{ CKR_PIN_INVALID, "CKR_PIN_INVALID" },
		{ CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE" },
		{ CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED" },
		{ CKR_PIN_LOCKED, "CKR_PIN_LOCKED" },
		{ CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED" },
		{ CKR_SESSION_COUNT, "CKR_SESSION_COUNT" },
		{ CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID" },
		{ CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT" },
		{ CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED" },
		{ CKR_USER_ALREADY_LOGGED_IN, "CKR_USER_ALREADY_LOGGED_IN" },
		{ CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN" },
		{ CKR_USER_PIN_NOT_INITIALIZED,
		    "CKR_USER_PIN_NOT_INITIALIZED" },
		{ CKR_BUFFER_TOO_SMALL, "CKR_BUFFER_TOO_SMALL" },
		{ CKR_CRYPTOKI_NOT_INITIALIZED,
		    "CKR_CRYPTOKI_NOT_INITIALIZED" },
		{ CKR_FUNCTION_REJECTED, "CKR_FUNCTION_REJECTED" },
	};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].rv == rv)
			return names[i].name;
	return NULL;
}

int
p11_fail(struct sek_fail *fail, enum sek_fail_code code, CK_RV rv,
    const char *call)
{
	const char *name = rv_name(rv);

	*fail = (struct sek_fail){ .code = code, .tries_left = -1,
		.native = (uint32_t)rv };
	if (name != NULL)
		(void)snprintf(fail->detail, sizeof fail->detail,
		    "%s: %s", call, name);
	else
		(void)snprintf(fail->detail, sizeof fail->detail,
		    "%s: 0x%08lx", call, rv);
	return SEK_E_DENIED;
}

bool
p11_is_removed(CK_RV rv)
{
	return rv == CKR_DEVICE_REMOVED || rv == CKR_TOKEN_NOT_PRESENT ||
	    rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED ||
	    rv == CKR_SLOT_ID_INVALID;
}

int
p11_fail_rv(struct sek_fail *fail, CK_RV rv, const char *call)
{
	return p11_fail(fail,
	    p11_is_removed(rv) ? SEK_FAIL_REMOVED : SEK_FAIL_TOKEN, rv, call);
}

static int
unusable(struct sek_fail *fail, const char *what)
{
	*fail = (struct sek_fail){ .code = SEK_FAIL_MODULE, .tries_left = -1 };
	(void)sek_escape_str(fail->detail, sizeof fail->detail, what);
	return SEK_E_DENIED;
}

/* Every function that any room calls, and no other. */
static bool
has_token_calls(const CK_FUNCTION_LIST *f)
{
	return f->C_Initialize != NULL && f->C_Finalize != NULL &&
	    f->C_GetSlotList != NULL && f->C_GetSlotInfo != NULL &&
	    f->C_GetTokenInfo != NULL && f->C_GetMechanismInfo != NULL &&
	    f->C_OpenSession != NULL && f->C_CloseSession != NULL &&
	    f->C_Login != NULL && f->C_Logout != NULL;
}

static bool
has_object_calls(const CK_FUNCTION_LIST *f)
{
	return f->C_FindObjectsInit != NULL && f->C_FindObjects != NULL &&
	    f->C_FindObjectsFinal != NULL &&
	    f->C_GetAttributeValue != NULL &&
	    f->C_SignInit != NULL && f->C_Sign != NULL;
}

/* Never unloaded: the process ends with it. */
static CK_C_GetFunctionList
find_entry(const char *path, struct sek_fail *fail)
{
	CK_C_GetFunctionList entry = NULL;
	void *lib, *sym;
	const char *why;

	/* lazily: a login uses a few of a module's many functions */
	if ((lib = dlopen(path, RTLD_LAZY | RTLD_LOCAL)) == NULL) {
		why = dlerror();
		(void)unusable(fail, why != NULL ? why : "cannot be loaded");
		return NULL;
	}
	if ((sym = dlsym(lib, "C_GetFunctionList")) == NULL) {
		(void)unusable(fail, "has no C_GetFunctionList");
		return NULL;
	}
	/* POSIX dlsym: an object pointer that holds a function's address */
	memcpy(&entry, &sym, sizeof entry);
	return entry;
}

int
p11_load(struct p11_module *m, const char *path, struct sek_fail *fail)
{
	CK_C_GetFunctionList entry = find_entry(path, fail);
	CK_FUNCTION_LIST *list = NULL;
	CK_RV rv;

	if (entry == NULL)
		return SEK_E_DENIED;
	if ((rv = entry(&list)) != CKR_OK)
		return p11_fail(fail, SEK_FAIL_MODULE, rv,
		    "C_GetFunctionList");
	if (list == NULL)
		return unusable(fail, "C_GetFunctionList gives no list");
	/* PKCS#11 3.0 section 5.4: this list is the 2.40 one in version 3
	 * modules too; other majors have another shape */
	if (list->version.major != 2 && list->version.major != 3)
		return unusable(fail, "function list of an unknown version");
	m->f = *list;
	if (!has_token_calls(&m->f) || !has_object_calls(&m->f))
		return unusable(fail, "function list with holes");
	rv = m->f.C_Initialize(NULL);
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return p11_fail(fail, SEK_FAIL_MODULE, rv, "C_Initialize");
	m->ready = true;
	return SEK_OK;
}

void
p11_unload(struct p11_module *m)
{
	if (m->ready)
		(void)m->f.C_Finalize(NULL); /* nothing can be done then */
	m->ready = false;
}
