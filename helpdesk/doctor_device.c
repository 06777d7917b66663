/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `sekisho doctor`: may the service user open the FIDO2 keys that are plugged
 * in?
 *
 * Part of the administrator's program.  Goes by the rights of their devices;
 * opens none, and changes nothing.
 */
#include "helpdesk/doctor.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "gate/helper.h"

#define HIDRAW "/sys/class/hidraw"
#define ACL_MAX 4096u
#define ACL_OWNER 0x01u
#define ACL_USER 0x02u
#define ACL_OWNING_GROUP 0x04u
#define ACL_GROUP 0x08u
#define ACL_MASK 0x10u
#define ACL_OTHERS 0x20u

/* By its report descriptor: usage page 0xf1d0 (CTAP 2.1, 11.2.8.1). */
static bool
is_fido(const char *name)
{
	static const uint8_t page[3] = { 0x06, 0xd0, 0xf1 };
	uint8_t d[256];
	char path[400];
	ssize_t n = -1;
	int fd;

	(void)snprintf(path, sizeof path, HIDRAW "/%s/device/"
	    "report_descriptor", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		n = read(fd, d, sizeof d);
		(void)close(fd);
	}
	return n >= 3 && memmem(d, (size_t)n, page, sizeof page) != NULL;
}

static bool
is_in(const struct sek_service_user *u, gid_t gid)
{
	size_t i;

	for (i = 0; i < u->n_groups && u->groups[i] != gid; i++)
		;
	return u->gid == gid || i < u->n_groups;
}

/* By owner, group and others. */
static bool
mode_lets(const struct sek_service_user *u, const struct stat *st)
{
	if (st->st_uid == u->uid)
		return (st->st_mode & 0600) == 0600;
	if (is_in(u, st->st_gid))
		return (st->st_mode & 0060) == 0060;
	return (st->st_mode & 0006) == 0006;
}

/* The list of acl(5), as the kernel hands it out: a version, then tag,
 * permissions and id of each entry, the low byte first. */
struct acl {
	uint8_t bytes[ACL_MAX];
	size_t n;      /* of entries */
	unsigned mask;
};

static unsigned
number(const uint8_t *p, size_t n)
{
	unsigned v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static const uint8_t *
entry(const struct acl *a, size_t i, unsigned *tag, unsigned *perm)
{
	const uint8_t *p = a->bytes + 4 + 8 * i;

	*tag = number(p, 2);
	*perm = number(p + 2, 2);
	return p + 4;
}

static bool
acl_read(const char *path, struct acl *a)
{
	ssize_t n = getxattr(path, "system.posix_acl_access", a->bytes,
	    sizeof a->bytes);
	unsigned tag, perm;
	size_t i;

	if (n < 4 || number(a->bytes, 4) != 2)
		return false;
	a->n = ((size_t)n - 4) / 8;
	a->mask = 7;
	for (i = 0; i < a->n; i++) {
		(void)entry(a, i, &tag, &perm);
		if (tag == ACL_MASK)
			a->mask = perm;
	}
	return a->n > 0;
}

/* The owner's entry, else the user's own, else any group's that gives it, else
 * that of others: acl(5). */
static bool
acl_lets(const struct acl *a, const struct sek_service_user *u,
    const struct stat *st)
{
	unsigned tag, perm, id, others = 0;
	bool grouped = false, given = false;
	const uint8_t *p;
	size_t i;

	for (i = 0; i < a->n; i++) {
		p = entry(a, i, &tag, &perm);
		id = number(p, 4);
		if (tag == ACL_OWNER && st->st_uid == u->uid)
			return (perm & 6) == 6;
		if (tag == ACL_USER && id == u->uid && st->st_uid != u->uid)
			return (perm & a->mask & 6) == 6;
		if ((tag == ACL_OWNING_GROUP && is_in(u, st->st_gid)) ||
		    (tag == ACL_GROUP && is_in(u, id))) {
			grouped = true;
			given |= (perm & a->mask & 6) == 6;
		}
		if (tag == ACL_OTHERS)
			others = perm;
	}
	return grouped ? given : (others & 6) == 6;
}

static bool
may_open(const struct sek_service_user *u, const char *path,
    const struct stat *st)
{
	struct acl a;

	return acl_read(path, &a) ? acl_lets(&a, u, st) : mode_lets(u, st);
}

void
doctor_device(struct doctor *x)
{
	const struct sek_policy *p = x->d->policy;
	struct sek_service_user u;
	struct sek_why why = { "" };
	char path[300];
	struct dirent *e;
	struct stat st;
	DIR *d;

	if (p == NULL || p->rp_id[0] == '\0' ||
	    sek_service_user_find(p->helper_user, &u, &why) != SEK_OK ||
	    (d = opendir(HIDRAW)) == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof path, "/dev/%s", e->d_name);
		if (e->d_name[0] == '.' || !is_fido(e->d_name) ||
		    stat(path, &st) != 0)
			continue;
		if (may_open(&u, path, &st))
			DR_SAY(x, DR_GOOD, "key", W_DR_HIDRAW,
			    { path, p->helper_user });
		else
			DR_SAY(x, DR_BAD, "key", W_DR_HIDRAW_BAD,
			    { path, p->helper_user });
	}
	(void)closedir(d);
}
