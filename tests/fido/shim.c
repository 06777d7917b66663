/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libsoftkey.so: puts software keys under the libfido2 of the system, which
 * stays as it is.  Linked into a test's copy of a program, or preloaded.
 * Each KEYS/NAME/socket is a key that is plugged in; KEYS is the environment's
 * SOFTKEY_DIR, or else the folder `keys` beside the program.
 * Its read waits and is interrupted like the one of a real device.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fido.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { REPORT = 64, OPEN_MAX_KEYS = 64 };

/* What libfido2 holds as its handle; one that is not in use has fd -1. */
struct handle {
	bool used, masked;
	int fd;
	sigset_t mask;
};

static struct handle handles[OPEN_MAX_KEYS];

static void *
key_open(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct handle *h = handles;

	while (h < handles + OPEN_MAX_KEYS && h->used)
		h++;
	if (h == handles + OPEN_MAX_KEYS ||
	    strlen(path) >= sizeof(a.sun_path))
		return NULL;
	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	h->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (h->fd < 0)
		return NULL;
	if (connect(h->fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		(void)close(h->fd);
		return NULL;
	}
	h->used = true;
	h->masked = false;
	return h;
}

static void
key_close(void *handle)
{
	struct handle *h = handle;

	(void)close(h->fd);
	h->used = false;
}

static int
key_read(void *handle, unsigned char *buf, size_t n, int ms)
{
	struct handle *h = handle;
	struct pollfd p = { h->fd, POLLIN, 0 };
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	if (n != REPORT || ppoll(&p, 1, ms < 0 ? NULL : &t,
	    h->masked ? &h->mask : NULL) != 1)
		return -1;
	return recv(h->fd, buf, n, 0) == REPORT ? REPORT : -1;
}

/* libfido2 puts the number of the report before it. */
static int
key_write(void *handle, const unsigned char *buf, size_t n)
{
	struct handle *h = handle;

	if (n != REPORT + 1 ||
	    send(h->fd, buf + 1, REPORT, MSG_NOSIGNAL) != REPORT)
		return -1;
	return (int)n;
}

static const fido_dev_io_t io = { key_open, key_close, key_read, key_write };

static bool
ours(const char *path)
{
	size_t n = path == NULL ? 0 : strlen(path);

	return n > 7 && strcmp(path + n - 7, "/socket") == 0;
}

static bool
keys_folder(char *path, size_t cap)
{
	const char *dir = getenv("SOFTKEY_DIR");
	ssize_t n;

	if (dir != NULL) {
		(void)snprintf(path, cap, "%s", dir);
		return true;
	}
	n = readlink("/proc/self/exe", path, cap - 6);
	if (n <= 0)
		return false;
	while (n > 0 && path[n - 1] != '/')
		n--;
	(void)snprintf(path + n, cap - (size_t)n, "keys");
	return true;
}

int
fido_dev_info_manifest(fido_dev_info_t *list, size_t max, size_t *found)
{
	char folder[512], path[800];
	struct dirent **names;
	int i, n;

	*found = 0;
	if (!keys_folder(folder, sizeof(folder)))
		return FIDO_OK;
	n = scandir(folder, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s/socket", folder,
		    names[i]->d_name);
		if (names[i]->d_name[0] != '.' && *found < max &&
		    access(path, F_OK) == 0 &&
		    fido_dev_info_set(list, *found, path, "Sekisho",
		    names[i]->d_name, &io, NULL) == FIDO_OK)
			++*found;
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return FIDO_OK;
}

int
fido_dev_open(fido_dev_t *dev, const char *path)
{
	static int (*real)(fido_dev_t *, const char *);
	int r;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fido_dev_open");
	if (ours(path)) {
		r = fido_dev_set_io_functions(dev, &io);
		if (r != FIDO_OK)
			return r;
	}
	return real(dev, path);
}

/* A device made of an entry of the list must know that its transport is not
 * the one of libfido2, or it is asked for the size of its reports. */
fido_dev_t *
fido_dev_new_with_info(const fido_dev_info_t *info)
{
	static fido_dev_t *(*real)(const fido_dev_info_t *);
	fido_dev_t *dev;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fido_dev_new_with_info");
	dev = real(info);
	if (dev != NULL && ours(fido_dev_info_path(info)) &&
	    fido_dev_set_io_functions(dev, &io) != FIDO_OK)
		fido_dev_free(&dev);
	return dev;
}

int
fido_dev_set_sigmask(fido_dev_t *dev, const fido_sigset_t *mask)
{
	static int (*real)(fido_dev_t *, const fido_sigset_t *);
	struct handle *h = fido_dev_io_handle(dev);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fido_dev_set_sigmask");
	if (h < handles || h >= handles + OPEN_MAX_KEYS || mask == NULL)
		return real(dev, mask);
	h->mask = *mask;
	h->masked = true;
	return FIDO_OK;
}
