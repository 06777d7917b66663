/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tokentime ROUNDS MODULE LABEL PIN: the median time in ms that a PKCS#11
 * module takes of a login with an RSA key: to be loaded, and every call that
 * sekisho-pkcs11 makes, in a process that does nothing else and whose start
 * is not on the clock.  Exit: 0, 1 when a call failed, 2 usage.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROUNDS 1000
#define MAX_SLOTS 16

struct token {
	CK_FUNCTION_LIST *f;
	const char *label;
	char *pin;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;
};

static int
find_slot(struct token *t)
{
	CK_SLOT_ID slots[MAX_SLOTS];
	CK_ULONG n = MAX_SLOTS, i;
	CK_TOKEN_INFO info;
	size_t len = strlen(t->label);
	int found = 0;

	if (t->f->C_GetSlotList(CK_TRUE, slots, &n) != CKR_OK)
		return 0;
	for (i = 0; i < n; i++) {
		if (t->f->C_GetTokenInfo(slots[i], &info) != CKR_OK ||
		    len > sizeof info.label ||
		    memcmp(info.label, t->label, len) != 0)
			continue;
		t->slot = slots[i];
		found = 1;
	}
	return found;
}

static int
find_object(struct token *t, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *out)
{
	CK_ATTRIBUTE a = { CKA_CLASS, &class, sizeof class };
	CK_ULONG n = 0;

	return t->f->C_FindObjectsInit(t->session, &a, 1) == CKR_OK &&
	    t->f->C_FindObjects(t->session, out, 1, &n) == CKR_OK &&
	    t->f->C_FindObjectsFinal(t->session) == CKR_OK && n == 1;
}

static int
read_certificate(struct token *t)
{
	unsigned char value[8192], id[64];
	CK_ATTRIBUTE a[] = { { CKA_VALUE, value, sizeof value },
	    { CKA_ID, id, sizeof id } };
	CK_OBJECT_HANDLE object;

	return find_object(t, CKO_CERTIFICATE, &object) &&
	    t->f->C_GetAttributeValue(t->session, object, a, 2) == CKR_OK;
}

static int
sign(struct token *t)
{
	CK_MECHANISM m = { CKM_SHA256_RSA_PKCS, NULL, 0 };
	unsigned char text[200] = { 0 }, sig[1024];
	CK_ULONG len = sizeof sig;
	CK_OBJECT_HANDLE key;

	return t->f->C_Login(t->session, CKU_USER, (unsigned char *)t->pin,
	    strlen(t->pin)) == CKR_OK &&
	    find_object(t, CKO_PRIVATE_KEY, &key) &&
	    t->f->C_SignInit(t->session, &m, key) == CKR_OK &&
	    t->f->C_Sign(t->session, text, sizeof text, sig, &len) == CKR_OK &&
	    t->f->C_Logout(t->session) == CKR_OK;
}

static int
login(struct token *t)
{
	return t->f->C_Initialize(NULL) == CKR_OK && find_slot(t) &&
	    t->f->C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL,
	    &t->session) == CKR_OK && read_certificate(t) && sign(t) &&
	    t->f->C_CloseSession(t->session) == CKR_OK &&
	    t->f->C_Finalize(NULL) == CKR_OK;
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* In ms; -1 when a call failed. */
static double
once(char **argv)
{
	CK_RV (*list)(CK_FUNCTION_LIST **);
	struct token t = { .label = argv[3], .pin = argv[4] };
	struct timespec from, to;
	void *so;

	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	if ((so = dlopen(argv[2], RTLD_NOW)) == NULL)
		return -1;
	*(void **)&list = dlsym(so, "C_GetFunctionList");
	if (list == NULL || list(&t.f) != CKR_OK || !login(&t))
		return -1;
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	return (double)(to.tv_sec - from.tv_sec) * 1e3 +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

static double
once_apart(char **argv)
{
	double ms = -1;
	int ends[2];
	pid_t pid;

	if (pipe(ends) != 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		ms = once(argv);
		_exit(write(ends[1], &ms, sizeof ms) != sizeof ms);
	}
	(void)close(ends[1]);
	if (read(ends[0], &ms, sizeof ms) != sizeof ms)
		ms = -1;
	(void)close(ends[0]);
	return waitpid(pid, NULL, 0) == pid ? ms : -1;
}

int
main(int argc, char **argv)
{
	static double ms[MAX_ROUNDS];
	int rounds = argc == 5 ? atoi(argv[1]) : 0, i;

	if (rounds < 1 || rounds > MAX_ROUNDS) {
		(void)fputs("usage: tokentime ROUNDS MODULE LABEL PIN\n",
		    stderr);
		return 2;
	}
	for (i = 0; i < rounds; i++)
		if ((ms[i] = once_apart(argv)) < 0)
			return 1;
	qsort(ms, (size_t)rounds, sizeof ms[0], compare);
	printf("%.2f\n", ms[rounds / 2]);
	return 0;
}
