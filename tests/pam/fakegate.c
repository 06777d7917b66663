/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A gate that does what its configuration file says, for tests of front ends:
 * each verdict, and each way in which a gate could misbehave.
 * Speaks the front protocol on descriptor 0, or with --listen PATH on each
 * connection to a socket.  It decides nothing and keeps no table of states.
 *
 * Lines of the file, in order; "-" stands for an empty word:
 *	dump FILE                   append there what comes in
 *	on start|auth|account|open|close|any
 *	                            the lines below are for that phase only;
 *	                            "start": before BEGIN has been read
 *	tell info|error|secret TEXT
 *	ask secret|text|token|info TEXT
 *	ask-only secret TEXT        and do not wait for the answer
 *	verdict CLASS REASON RECORD ACCOUNT PERSON SESSION
 *	                            ACCOUNT "@": the last answer
 *	raw HEX                     bytes as they are
 *	frame TYPE LENGTH           a frame of so many zero bytes
 *	flood N                     N times TELL
 *	leave-child                 a process of ours that holds the channel
 *	sleep MS | hang | stubborn | crash | close | exit N
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sekisho/escape.h"
#include "sekisho/os.h"
#include "sekisho/wire_front.h"

extern char **environ;

struct play {
	int fd;
	FILE *dump;
	struct sek_deadline dl;
	const char *phase;
	bool active; /* the lines at hand are for this phase */
	char answer[SEK_USER_MAX]; /* the last one, cut */
};

static const char *const phases[] = {
	[0] = "start", [SEK_PHASE_AUTH] = "auth",
	[SEK_PHASE_ACCOUNT] = "account", [SEK_PHASE_OPEN] = "open",
	[SEK_PHASE_CLOSE] = "close",
};

static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "fakegate: %s\n", what);
	exit(9);
}

static void
wait_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}

static void
note(struct play *p, const char *name, const char *value)
{
	char shown[4096];

	if (p->dump == NULL)
		return;
	fprintf(p->dump, "%s=%s\n", name,
	    sek_escape_str(shown, sizeof shown, value));
	fflush(p->dump);
}

static void
note_number(struct play *p, const char *name, unsigned long long n)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%llu", n);
	note(p, name, text);
}

/* How we were started: what a program of the host's must not hand down. */
static void
note_process(struct play *p)
{
	unsigned long long n = 0, fds = 0;
	uid_t r, e, s;
	char text[64];
	int fd;

	while (environ[n] != NULL)
		n++;
	for (fd = 0; fd < 256; fd++)
		if (fd != fileno(p->dump) && fcntl(fd, F_GETFD) >= 0)
			fds++;
	if (getresuid(&r, &e, &s) != 0)
		give_up("getresuid");
	(void)snprintf(text, sizeof text, "%u %u %u", r, e, s);
	note(p, "uids", text);
	note_number(p, "environment", n);
	note_number(p, "descriptors", fds);
	note_number(p, "terminal_session", (unsigned long long)getsid(0));
}

static void
send_frame(struct play *p, uint8_t type, const struct sek_buf *body)
{
	struct sek_buf out = { 0 };

	sek_put_u32(&out, (uint32_t)body->len);
	sek_put_u8(&out, type);
	sek_put_raw(&out, body->p, body->len);
	if (sek_buf_ok(&out) != SEK_OK)
		give_up("no memory");
	if (sek_write_full(p->fd, out.p, out.len, &p->dl) != SEK_OK)
		note(p, "send", "failed");
	sek_buf_free(&out);
}

static int
receive(struct play *p, uint8_t state, struct sek_buf *body)
{
	struct sek_chan c = { .fd = p->fd, .state = state,
	    .rules = sek_front_rules, .n_rules = sek_front_n_rules };
	uint8_t msg;
	int r = sek_chan_recv(&c, &msg, body, &p->dl);

	if (r != SEK_OK)
		note(p, "receive", sek_strerror(r));
	return r;
}

static bool
read_begin(struct play *p)
{
	struct sek_buf body = { 0 };
	struct sek_begin b;

	if (receive(p, SEK_FS_START, &body) != SEK_OK)
		return false;
	if (sek_begin_dec(&b, &body) != SEK_OK)
		give_up("malformed BEGIN");
	p->phase = phases[b.phase];
	note(p, "phase", p->phase);
	note_number(p, "flags", b.flags);
	note_number(p, "record", b.record);
	note_number(p, "opened", b.opened);
	note(p, "user", b.user);
	note(p, "service", b.service);
	note(p, "tty", b.tty);
	note(p, "rhost", b.rhost);
	note(p, "ruser", b.ruser);
	note(p, "lang", b.lang);
	note(p, "session", b.session);
	note(p, "person", b.person);
	note_number(p, "ssh_info_len", b.ssh_info.len);
	sek_begin_clear(&b);
	sek_buf_free(&body);
	return true;
}

static void
read_reply(struct play *p)
{
	struct sek_buf body = { 0 };
	struct sek_reply reply;

	if (receive(p, SEK_FS_ASKED, &body) == SEK_OK) {
		if (sek_reply_dec(&reply, &body) != SEK_OK)
			give_up("malformed REPLY");
		sek_put_u8(&reply.answer, 0);
		(void)snprintf(p->answer, sizeof p->answer, "%.256s",
		    (const char *)reply.answer.p);
		note(p, "reply", reply.cancelled ? "(cancelled)" :
		    (const char *)reply.answer.p);
		sek_reply_clear(&reply);
	}
	sek_buf_free(&body);
}

/* The first word of *at, which moves behind it. */
static char *
word(char **at)
{
	char *w = strsep(at, " ");

	if (w == NULL)
		give_up("a word is missing");
	return strcmp(w, "-") == 0 ? w + 1 : w;
}

static void
do_show(struct play *p, uint8_t type, char *rest)
{
	struct sek_ask m = { .style = SEK_STYLE_INFO, .text_id = 1 };
	struct sek_buf body = { 0 };
	const char *style = word(&rest);

	if (strcmp(style, "secret") == 0 || strcmp(style, "token") == 0)
		m.style = SEK_STYLE_SECRET;
	else if (strcmp(style, "text") == 0)
		m.style = SEK_STYLE_TEXT;
	else if (strcmp(style, "error") == 0)
		m.style = SEK_STYLE_ERROR;
	if (strcmp(style, "token") == 0)
		m.flags = SEK_AF_AUTHTOK;
	(void)snprintf(m.text, sizeof m.text, "%s", rest);
	sek_ask_enc(&body, &m);
	send_frame(p, type, &body);
	sek_buf_free(&body);
}

static void
do_verdict(struct play *p, char *rest)
{
	struct sek_verdict v = { .class = SEK_CLASS_DENIED };
	struct sek_buf body = { 0 };
	const char *account;

	v.class = (enum sek_class)atoi(word(&rest));
	v.reason = (uint16_t)atoi(word(&rest));
	v.record = strtoull(word(&rest), NULL, 10);
	account = word(&rest);
	(void)snprintf(v.account, sizeof v.account, "%s",
	    strcmp(account, "@") == 0 ? p->answer : account);
	(void)snprintf(v.person, sizeof v.person, "%s", word(&rest));
	(void)snprintf(v.session, sizeof v.session, "%s", word(&rest));
	sek_verdict_enc(&body, &v);
	send_frame(p, SEK_VERDICT, &body);
	sek_buf_free(&body);
}

static void
do_raw(struct play *p, const char *hex)
{
	struct sek_buf out = { 0 };
	unsigned byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		sek_put_u8(&out, (uint8_t)byte);
	if (sek_write_full(p->fd, out.p, out.len, &p->dl) != SEK_OK)
		note(p, "send", "failed");
	sek_buf_free(&out);
}

static void
do_frame(struct play *p, char *rest)
{
	struct sek_buf body = { 0 };
	uint8_t type = (uint8_t)atoi(word(&rest));
	int n = atoi(word(&rest));

	while (n-- > 0)
		sek_put_u8(&body, 0);
	send_frame(p, type, &body);
	sek_buf_free(&body);
}

static void
do_flood(struct play *p, int n)
{
	char line[32];

	while (n-- > 0) {
		(void)snprintf(line, sizeof line, "info flood %d", n);
		do_show(p, SEK_TELL, line);
	}
}

static void
do_leave_child(struct play *p)
{
	pid_t pid = fork();

	if (pid == 0) {
		/* outlives us, but not the test */
		wait_ms(8000);
		_exit(0);
	}
	note_number(p, "child", (unsigned long long)pid);
}

/* The ways to end. */
static bool
do_end(struct play *p, const char *verb, const char *rest)
{
	if (strcmp(verb, "crash") == 0) {
		(void)signal(SIGSEGV, SIG_DFL);
		(void)raise(SIGSEGV);
	} else if (strcmp(verb, "exit") == 0) {
		_exit(atoi(rest));
	} else if (strcmp(verb, "close") == 0) {
		(void)shutdown(p->fd, SHUT_RDWR);
	} else if (strcmp(verb, "hang") == 0) {
		/* like a real one: until the other side is gone */
		while (sek_wait_readable(p->fd, &p->dl) == SEK_OK &&
		    recv(p->fd, &(char){ 0 }, 1, 0) > 0)
			continue;
		note(p, "hang", "over");
	} else if (strcmp(verb, "stubborn") == 0) {
		for (;;)
			wait_ms(1000);
	} else {
		return false;
	}
	return true;
}

static void
do_line(struct play *p, char *line)
{
	char *rest = line, *verb = word(&rest);

	if (rest == NULL)
		rest = line + strlen(line);
	if (strcmp(verb, "on") == 0)
		p->active = strcmp(rest, p->phase) == 0 ||
		    (strcmp(rest, "any") == 0 && p->phase != phases[0]);
	else if (!p->active)
		return;
	else if (strcmp(verb, "tell") == 0)
		do_show(p, SEK_TELL, rest);
	else if (strcmp(verb, "ask-only") == 0)
		do_show(p, SEK_ASK, rest);
	else if (strcmp(verb, "ask") == 0) {
		do_show(p, SEK_ASK, rest);
		read_reply(p);
	} else if (strcmp(verb, "verdict") == 0)
		do_verdict(p, rest);
	else if (strcmp(verb, "raw") == 0)
		do_raw(p, rest);
	else if (strcmp(verb, "frame") == 0)
		do_frame(p, rest);
	else if (strcmp(verb, "flood") == 0)
		do_flood(p, atoi(rest));
	else if (strcmp(verb, "leave-child") == 0)
		do_leave_child(p);
	else if (strcmp(verb, "sleep") == 0)
		wait_ms(atoi(rest));
	else if (!do_end(p, verb, rest))
		give_up("a line is not known");
}

/* The lines for one phase; the first pass is "start". */
static void
run_lines(struct play *p, FILE *f)
{
	static const char dump[] = "dump ";
	char line[8192];

	rewind(f);
	p->active = p->phase != phases[0];
	while (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		if (strncmp(line, dump, sizeof dump - 1) != 0) {
			do_line(p, line);
		} else if (p->dump == NULL) {
			p->dump = fopen(line + sizeof dump - 1, "ae");
			if (p->dump == NULL)
				give_up("cannot open the dump");
			note_process(p);
		}
	}
}

static int
serve(int fd, const char *conf)
{
	static struct play p;
	FILE *f = fopen(conf, "re");

	p = (struct play){ .fd = fd, .dl = sek_deadline_in(30000),
	    .phase = phases[0] };
	if (f == NULL)
		give_up("cannot read the configuration");
	run_lines(&p, f);
	if (read_begin(&p))
		run_lines(&p, f);
	(void)fclose(f);
	if (p.dump != NULL)
		(void)fclose(p.dump);
	return 0;
}

static int
listen_at(const char *path, const char *conf)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), one;
	pid_t parent = getpid();

	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
	(void)signal(SIGCHLD, SIG_IGN);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
	    chmod(path, 0666) != 0 || listen(fd, 8) != 0)
		give_up("cannot listen");
	printf("listening\n");
	fflush(stdout);
	while ((one = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0 ||
	    errno == EINTR) {
		if (one >= 0 && fork() == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (getppid() != parent)
				_exit(1);
			_exit(serve(one, conf));
		}
		if (one >= 0)
			(void)close(one);
	}
	return 1;
}

int
main(int argc, char **argv)
{
	const char *conf = NULL, *path = NULL;
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--conf") == 0)
			conf = argv[i + 1];
		else if (strcmp(argv[i], "--listen") == 0)
			path = argv[i + 1];
		else
			give_up("usage: [--listen PATH] --conf FILE");
	}
	if (conf == NULL || i != argc)
		give_up("usage: [--listen PATH] --conf FILE");
	return path != NULL ? listen_at(path, conf) : serve(0, conf);
}
