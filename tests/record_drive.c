/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Appends to a record as logins do, with hostile bytes in every field that
 * comes from outside.
 *
 *   record_drive CONF N [PAUSE_MS]  append N records; prints the slowest
 *                                   append in milliseconds
 *   record_drive --key CONF         make the key of the log
 *   record_drive --sign CONF        write a checkpoint over the whole log
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/audit_reader.h"
#include "gate/certificate.h"
#include "record/note.h"
#include "gate/policy.h"

static const char *const hostile[] = {
	"<!--<script>alert(1)</script>&amp;--> ]]>", "\"'><x a=\"1\"/>",
	"\x01\x02\x1b[31m\t\r\n", "\xff\xfe\xc0\xaf", "=cmd|' /C calc'!A0",
	("\xe2\x80\xae" "gnp.exe"), "\xe5\xb1\xb1\xe7\x94\xb0 \xe5\xa4\xaa",
	"%s%n%p $(reboot) `id` ${x}", "a\\b\"c", "", "#012\\x0a\\u0000",
	"<85>1 - - - - - - forged"
};

static const char *
bytes(unsigned i)
{
	static char lots[4000];

	i %= sizeof hostile / sizeof hostile[0] + 1;
	if (i < sizeof hostile / sizeof hostile[0])
		return hostile[i];
	memset(lots, '&', sizeof lots - 1);
	return lots;
}

static json_t *
record(unsigned i, const char *host)
{
	json_t *rec = sek_record_new("auth", host), *f;

	sek_record_int(rec, "result", i % 3 == 0 ? 0 : 4);
	sek_record_str(rec, "reason", i % 3 == 0 ? "ok" : "wrong-pin");
	sek_record_int(rec, "reason_id", i % 3 == 0 ? 1 : 20);
	sek_record_str(rec, "detail", bytes(i + 1));
	sek_record_str(rec, "claimed", bytes(i));
	sek_record_str(rec, "person.name", "taro");
	sek_record_str(rec, "person.display", bytes(i + 2));
	sek_record_str(rec, "account.name", bytes(i + 3));
	sek_record_str(rec, "where.service", bytes(i + 4));
	sek_record_str(rec, "where.tty", bytes(i + 5));
	sek_record_str(rec, "where.rhost", bytes(i + 6));
	sek_record_str(rec, "where.ruser", bytes(i + 7));
	sek_record_str(rec, "token.label", bytes(i + 8));
	sek_record_str(rec, "pair", "pkcs11+pin");
	f = sek_record_part();
	sek_record_str(f, "type", "pkcs11");
	sek_record_bool(f, "ok", i % 3 == 0);
	sek_record_add(rec, "factors", f);
	return rec;
}

static int
append(const struct sek_policy *p, unsigned long n, int pause_ms)
{
	struct sek_audit_conf conf = sek_policy_audit(p);
	uint64_t seq, from, took, worst = 0;
	struct sek_why why;
	unsigned long i;
	json_t *rec;
	int r;

	for (i = 0; i < n; i++) {
		rec = record((unsigned)i, p->host);
		from = sek_now_ms();
		r = sek_audit_append(&conf, rec, &seq, &why);
		took = sek_now_ms() - from;
		json_decref(rec);
		if (r != SEK_OK) {
			(void)fprintf(stderr, "%s\n", why.text);
			return 1;
		}
		worst = took > worst ? took : worst;
		if (pause_ms > 0)
			(void)poll(NULL, 0, pause_ms);
	}
	(void)printf("%llu\n", (unsigned long long)worst);
	return 0;
}

static int
write_file(const char *dir, const char *name, const void *text, size_t n,
    mode_t mode)
{
	char path[PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	if (fd < 0 || pwrite(fd, text, n, 0) != (ssize_t)n ||
	    ftruncate(fd, (off_t)n) != 0 || close(fd) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

static int
make_key(const struct sek_policy *p)
{
	char name[SEK_HOST_MAX + 9], vkey[SEK_VKEY_MAX + 1];
	struct sek_buf text = { 0 };
	struct sek_skey key = { 0 };
	int r = 1;

	(void)snprintf(name, sizeof name, "%s/sekisho", p->host);
	if (sek_skey_make(name, &key) == SEK_OK &&
	    sek_skey_text(&key, &text) == SEK_OK &&
	    sek_vkey_text(&key.pub, vkey) == SEK_OK) {
		(void)strcat(vkey, "\n");
		r = write_file(p->state, "log.key", text.p, text.len, 0600) |
		    write_file(p->audit, "log.vkeys", vkey, strlen(vkey),
		    0644);
	}
	sek_buf_free(&text);
	sek_skey_free(&key);
	return r;
}

static int
tree_of(const char *dir, struct sek_sha *sha, struct sek_tree *tree)
{
	uint8_t leaf[SEK_HASH_LEN];
	struct sek_reader *rd = NULL;
	struct sek_entry e;
	struct sek_why why;
	int r = sek_reader_dir(&rd, dir, &why);

	while (r == SEK_OK &&
	    (r = sek_reader_next(rd, &e, &why)) == SEK_OK)
		if ((r = sek_leaf_hash(sha, e.line, e.n, leaf)) == SEK_OK)
			r = sek_tree_add(sha, tree, leaf);
	sek_reader_free(rd);
	return r == SEK_E_EOF ? SEK_OK : r;
}

static int
sign(const struct sek_policy *p)
{
	struct sek_tree tree = { .n = 0 };
	uint8_t root[SEK_HASH_LEN];
	struct sek_buf text = { 0 }, line = { 0 };
	struct sek_skey key = { 0 };
	struct sek_sha sha = { NULL, NULL };
	struct sek_why why;
	int r = 1;

	if (sek_sha_init(&sha) == SEK_OK &&
	    sek_skey_read(p->record_key, true, &key, &why) == SEK_OK &&
	    tree_of(p->audit, &sha, &tree) == SEK_OK &&
	    sek_tree_root(&sha, &tree, root) == SEK_OK &&
	    sek_checkpoint_body(key.pub.name, tree.n, root, &text) ==
	    SEK_OK && sek_note_sign(&key, text.p, text.len, &line) == SEK_OK) {
		sek_put_u8(&text, '\n');
		sek_put_raw(&text, line.p, line.len);
		r = write_file(p->audit, "checkpoint", text.p, text.len,
		    0640);
	}
	sek_buf_free(&text);
	sek_buf_free(&line);
	sek_skey_free(&key);
	sek_sha_free(&sha);
	return r;
}

int
main(int argc, char **argv)
{
	struct sek_policy *p = NULL;
	struct sek_why why;
	int r;

	(void)signal(SIGXFSZ, SIG_IGN);
	if (argc < 3 || sek_crypto_start() != SEK_OK)
		return 2;
	if (sek_policy_load(argv[argv[1][0] == '-' ? 2 : 1], &p, &why) !=
	    SEK_OK) {
		(void)fprintf(stderr, "%s\n", why.text);
		return 2;
	}
	if (strcmp(argv[1], "--key") == 0)
		r = make_key(p);
	else if (strcmp(argv[1], "--sign") == 0)
		r = sign(p);
	else
		r = append(p, strtoul(argv[2], NULL, 10),
		    argc > 3 ? atoi(argv[3]) : 0);
	sek_policy_free(p);
	return r;
}
