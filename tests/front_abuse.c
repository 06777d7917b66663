/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A front end that breaks the rules, against the real gate: raw frames at
 * each state of a login.  The gate must never say yes, must end in time, and
 * must leave one record of each attempt and none where nothing was said.
 *
 *   front_abuse GATE CONF LOG USER PIN       a gate of ours for each case;
 *       there are CONF.0 to CONF.7, with a token of its own each: SoftHSM
 *       fails now and then when several programs use one
 *   front_abuse --socket PATH LOG USER PIN   through the socket, as strangers
 *       and as USER; no further than to where a token is needed
 *   front_abuse --hold PATH N     connect N times, say nothing, until the end
 *
 * Prints a line for each case; exit status 1 when one failed.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sekisho/os.h"
#include "sekisho/text.h"
#include "tests/front_abuse.h"

#define LIMIT_MS 30000u /* for one case, on a machine that is busy */
#define WORKERS 6 /* most of them wait; the gate keeps 8 of one user */
#define BODY_MAX 70000u
#define FIRST_STRANGER 70000u /* users that do not exist, one for a case */

static const char *gate, *conf, *socket_path, *log_path, *user, *pin;
static off_t log_start;

/* One frame of the gate: its type, or 0 at the end. */
static uint8_t
get_frame(const struct talk *t, struct sek_buf *body)
{
	uint8_t header[SEK_FRAME_HEADER], chunk[BODY_MAX];
	struct sek_rd r;
	uint32_t len;

	sek_buf_clear(body);
	if (sek_read_full(t->fd, header, sizeof header, &t->dl) != SEK_OK)
		return 0;
	r = sek_rd_init(header, sizeof header);
	if ((len = sek_rd_u32(&r)) > sizeof chunk ||
	    sek_read_full(t->fd, chunk, len, &t->dl) != SEK_OK)
		return 0;
	sek_put_raw(body, chunk, len);
	return sek_rd_u8(&r);
}

/* -- one case */

static bool
start_gate(struct talk *t, uid_t uid)
{
	char file[PATH_MAX];
	int pair[2], r;

	(void)snprintf(file, sizeof file, "%s.%d", conf, t->worker);
	/* the kernel notes whose it is now */
	if (seteuid(uid) != 0)
		return false;
	r = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
	if (seteuid(0) != 0 || r != 0)
		return false;
	if ((t->pid = fork()) == 0) {
		(void)dup2(pair[1], 0);
		(void)execl(gate, gate, "--conf", file, (char *)NULL);
		_exit(127);
	}
	(void)close(pair[1]);
	t->fd = pair[0];
	return t->pid > 0;
}

static bool
connect_to(const char *path, int *fd)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	(void)snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return *fd >= 0 &&
	    connect(*fd, (const struct sockaddr *)&to, sizeof to) == 0;
}

static bool
connect_as(uid_t uid, int *fd)
{
	bool ok = seteuid(uid) == 0 && connect_to(socket_path, fd);

	return seteuid(0) == 0 && ok;
}

/* Answer until the question of this state is there. */
static bool
reach(struct talk *t, enum state state)
{
	const uint16_t want = state == AT_CHOICE ? SEK_T_CHOOSE :
	    state == AT_PIN ? SEK_T_PIN : SEK_T_PASSWORD;
	struct sek_buf body = { 0 };
	struct sek_ask m = { .text_id = 0 };
	uint8_t type;

	if (state == AT_START)
		return true;
	put_begin(t);
	if (state == AT_WORK)
		return true;
	while ((type = get_frame(t, &body)) != 0) {
		if (type == SEK_TELL)
			continue;
		if (type != SEK_ASK || sek_ask_dec(&m, &body) != SEK_OK ||
		    m.text_id == want || m.text_id != SEK_T_PIN)
			break;
		put_reply(t, pin);
	}
	sek_buf_free(&body);
	return m.text_id == want;
}

/* What the gate still says: true when it is no consent. */
static bool
hear_out(const struct talk *t)
{
	struct sek_verdict v = { .class = SEK_CLASS_DENIED };
	struct sek_buf body = { 0 };
	uint8_t type;
	bool ok = true;

	while (t->fd >= 0 && (type = get_frame(t, &body)) != 0)
		if (type == SEK_VERDICT &&
		    (sek_verdict_dec(&v, &body) != SEK_OK ||
		    v.class == SEK_CLASS_OK))
			ok = false;
	sek_buf_free(&body);
	return ok;
}

/* The gate's end; a gate of the service has ended when it hung up. */
static const char *
ended(struct talk *t)
{
	int status = 0;

	while (t->pid > 0 && waitpid(t->pid, &status, WNOHANG) == 0) {
		if (sek_deadline_past(&t->dl)) {
			(void)kill(t->pid, SIGKILL);
			(void)waitpid(t->pid, &status, 0);
			return "the gate did not end";
		}
		(void)poll(NULL, 0, 10);
	}
	if (t->pid > 0 && !WIFEXITED(status))
		return "the gate crashed";
	return sek_deadline_past(&t->dl) ? "the gate took too long" : NULL;
}

/* The log since we began; the caller frees it. */
static char *
read_log(void)
{
	int fd = open(log_path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text = NULL;

	if (fd >= 0 && fstat(fd, &st) == 0 &&
	    st.st_size > log_start &&
	    (text = calloc(1, (size_t)(st.st_size - log_start) + 1)) != NULL &&
	    pread(fd, text, (size_t)(st.st_size - log_start), log_start) < 0)
		text[0] = '\0';
	if (fd >= 0)
		(void)close(fd);
	return text;
}

/* Records that have `key`, and the last one's reason. */
static int
find_records(const char *key, char reason[64])
{
	char *text = read_log(), *at = text, *line;
	int n = 0;

	while (text != NULL && (line = strsep(&at, "\n")) != NULL) {
		if (strstr(line, key) == NULL)
			continue;
		n++;
		reason[0] = '\0';
		if ((line = strstr(line, "\"reason\":\"")) != NULL)
			(void)sscanf(line, "\"reason\":\"%63[^\"]", reason);
	}
	free(text);
	return n;
}

/* One record with an allowed reason, or none at all. */
static const char *
check_records(const struct abuse *a, const char *key)
{
	const struct sek_deadline dl = sek_deadline_in(10000);
	static char why[160];
	char reason[64] = "";
	int n;

	while ((n = find_records(key, reason)) == 0 &&
	    a->reasons != NULL && !sek_deadline_past(&dl))
		(void)poll(NULL, 0, 20);
	if (n == (a->reasons == NULL ? 0 : 1) &&
	    (n == 0 || strstr(a->reasons, reason) != NULL))
		return NULL;
	(void)snprintf(why, sizeof why, "%d records, reason %s", n, reason);
	return why;
}

/* Before a whole BEGIN there is no terminal in the record; there a stranger
 * asks, who is a different one in each case. */
static bool
begin_case(struct talk *t, const struct place *p, const struct abuse *a)
{
	const struct passwd *pw = getpwnam(user);
	uid_t uid = 0;

	(void)snprintf(t->tty, sizeof t->tty, "%s_%s", p->name, a->name);
	(void)snprintf(t->key, sizeof t->key, "\"tty\":\"%s\"", t->tty);
	if (p->state == AT_START) {
		uid = FIRST_STRANGER + (uid_t)(a - p->list);
		(void)snprintf(t->key, sizeof t->key, "\"peer_uid\":%u,",
		    (unsigned)uid);
	}
	if (socket_path == NULL)
		return start_gate(t, uid);
	if (p->state != AT_START && pw == NULL)
		return false;
	return connect_as(p->state == AT_START ? uid : pw->pw_uid, &t->fd);
}

static bool
run_case(const struct place *p, const struct abuse *a, int worker)
{
	struct talk t = { .fd = -1, .pin = pin, .worker = worker,
	    .user = p->state == AT_CHOICE ? NULL : user,
	    .dl = sek_deadline_in(LIMIT_MS) };
	const char *why = NULL;

	if (!begin_case(&t, p, a))
		why = "no gate";
	else if (!reach(&t, p->state))
		why = "the state was not reached";
	if (why == NULL) {
		a->act(&t);
		if (!hear_out(&t))
			why = "the gate said yes";
	}
	if (t.fd >= 0)
		(void)close(t.fd);
	if (why == NULL)
		why = ended(&t);
	if (why == NULL)
		why = check_records(a, t.key);
	(void)printf("%s front_%s%s%s\n", why == NULL ? "ok" : "not ok", t.tty,
	    why == NULL ? "" : ": ", why == NULL ? "" : why);
	(void)fflush(stdout);
	return why == NULL;
}

/* A worker that is free, or the first that becomes so (adding to *failed
 * when its case did); -1 when none is at work. */
static int
free_worker(pid_t workers[WORKERS], bool wait_for_it, int *failed)
{
	int i, status;
	pid_t pid;

	for (i = 0; i < WORKERS; i++)
		if (!wait_for_it && workers[i] == 0)
			return i;
	if ((pid = waitpid(-1, &status, 0)) < 0)
		return -1;
	*failed += status != 0;
	for (i = 0; i < WORKERS - 1; i++)
		if (workers[i] == pid)
			break;
	workers[i] = 0;
	return i;
}

static int
run_all(void)
{
	pid_t workers[WORKERS] = { 0 };
	const struct abuse *a;
	int w, failed = 0;
	size_t i;

	for (i = 0; i < abuse_n_places; i++) {
		if (socket_path != NULL && abuse_places[i].state > AT_WORK)
			continue;
		for (a = abuse_places[i].list; a->name != NULL; a++) {
			w = free_worker(workers, false, &failed);
			if (w >= 0 && (workers[w] = fork()) == 0)
				_exit(run_case(&abuse_places[i], a, w) ?
				    0 : 1);
		}
	}
	while (free_worker(workers, true, &failed) >= 0)
		continue;
	return failed;
}

/* All of them must be hung up on. */
static int
hold(const char *path, int n)
{
	const struct sek_deadline dl = sek_deadline_in(LIMIT_MS);
	int fds[64], i;
	char byte;

	if (n > (int)(sizeof fds / sizeof fds[0]))
		return 2;
	for (i = 0; i < n; i++)
		if (!connect_to(path, &fds[i]))
			return 1;
	(void)puts("holding");
	(void)fflush(stdout);
	for (i = 0; i < n; i++)
		if (sek_read_full(fds[i], &byte, 1, &dl) != SEK_E_EOF)
			return 1;
	return 0;
}

int
main(int argc, char **argv)
{
	struct stat st;

	if (argc == 4 && strcmp(argv[1], "--hold") == 0)
		return hold(argv[2], atoi(argv[3]));
	if (argc != 6)
		return 2;
	if (strcmp(argv[1], "--socket") == 0) {
		socket_path = argv[2];
	} else {
		gate = argv[1];
		conf = argv[2];
	}
	log_path = argv[3];
	user = argv[4];
	pin = argv[5];
	if (stat(log_path, &st) == 0)
		log_start = st.st_size;
	return run_all() == 0 ? 0 : 1;
}
