/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rooms of sekisho-fido and what they share: one conversation with the
 * gate, the keys that are plugged in, one of them at work.
 */
#ifndef FIDO_HELPER_H
#define FIDO_HELPER_H

#include <fido.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "fido/pcsc.h"
#include "sekisho/wire_fido.h"

#define FK_KEYS_MAX 16u
#define FK_PATH_MAX 512u
#define FK_STEP_MS 200u     /* between two looks at what is plugged in */
#define FK_LOOK_MS 1000u    /* for each silent question */
#define FK_PIN_MS 8000u     /* for the exchange of a PIN, without a touch */
#define FK_SEND_MS 10000u
#define FK_FOREVER_MS (24u * 60 * 60 * 1000) /* the gate ends us before */

/* -- cancel.c */

struct fk_cancel {
	int fd;           /* the channel */
	pthread_t worker; /* who talks to the keys */
	atomic_bool gone;
	_Atomic(fido_dev_t *) asked; /* the key that waits for a person */
};

/* From now on whatever waits for a key is interrupted when the channel is
 * closed.  `c` must stay where it is until the process ends. */
int fk_cancel_start(struct fk_cancel *c, int fd) SEK_MUST;
bool fk_gone(const struct fk_cancel *c);

/* -- keys.c */

enum fk_kind {
	FK_NEW,      /* not asked yet, or it has not answered yet */
	FK_DUMB,     /* does not answer, or not so that it makes sense */
	FK_STRANGE,  /* has nothing of what is asked for */
	FK_LACKS,    /* can not do what is asked for */
	FK_MAY,      /* tells only after a PIN, a finger or a touch */
	FK_HAS       /* has .id */
};

/* What getInfo says; cautious values for a key that does not say. */
struct fk_traits {
	fido_cbor_info_t *info; /* owned; NULL: not asked yet */
	size_t max_ids;      /* in one list */
	size_t max_id;       /* bytes of one */
	size_t max_message;
	bool resident;
	bool free_create;    /* makes a credential without a PIN that is set */
};

struct fk_key {
	char path[FK_PATH_MAX];
	/* of the node at `path`, where there is one: a key pulled out and put
	 * in again between two looks is another */
	dev_t dev_no;
	ino_t ino;
	struct timespec made;
	fido_dev_t *dev;     /* owned; open between fk_open and fk_close */
	bool open;
	char label[SEK_FIDO_TEXT_MAX];
	char transport[16];
	enum fk_kind kind;
	size_t entry;        /* in the list that it was first seen in */
	bool fido2;          /* it was no key of U2F alone when it was asked */
	bool busy;           /* FK_DUMB: refuses at once, so ask on */
	unsigned int looks;  /* how often it was asked in vain */
	uint64_t next_ms;    /* when it may be asked again */
	size_t id;           /* FK_HAS: index into the request's ids */
	struct fk_traits traits;
};

struct fk_keys {
	struct fido_pcsc *cards; /* NULL: those in readers are left alone */
	size_t n;
	struct fk_key key[FK_KEYS_MAX];
};

/* Bring the list up to date: what has gone is let go, what has come is
 * FK_NEW.  *changed when anything did. */
int fk_keys_read(struct fk_keys *keys, bool *changed) SEK_MUST;
void fk_keys_clear(struct fk_keys *keys);
/* Is the list still what is there? */
bool fk_same(const struct fk_keys *keys);
/* Is this one of them (still) there? */
bool fk_present(const struct fk_keys *keys, const struct fk_key *k);
/* FIDO_OK or FIDO_ERR_*; each request takes at most `ms`. */
int fk_open(struct fk_key *k, unsigned int ms);
void fk_close(struct fk_key *k);
void fk_limit(struct fk_key *k, unsigned int ms);
/* Ask for the traits, once for each key; it is open.  NULL: no memory. */
const struct fk_traits *fk_traits(struct fk_key *k);

/* -- serve.c */

enum fk_how {
	FK_PLAIN,   /* a touch */
	FK_PIN,
	FK_FINGER   /* verification built into the key */
};

struct fk_helper {
	struct fk_cancel cancel;
	struct sek_chan chan;
	bool create;             /* CREATE, else ASSERT */
	struct sek_assert ask;
	struct sek_create make;
	struct sek_buf request;  /* what these two point into */
	struct fk_keys keys;
	struct sek_key_status told;
	bool going;              /* GO has come */
	bool insisted;           /* ... though no key there was of use */
	struct sek_go go;
	struct sek_buf pin;      /* with a NUL; empty until one is right */
	size_t index;            /* CREATE: of make[] */
	struct sek_key_fail fail;
};

int fk_serve(int fd);
int fk_send(struct fk_helper *h, uint8_t msg, struct sek_buf *body) SEK_MUST;
/* The next frame, which must be `want`; into `body`. */
int fk_recv(struct fk_helper *h, uint8_t want, struct sek_buf *body) SEK_MUST;
/* SEK_OK when a frame has come, SEK_E_TIMEOUT after one step. */
int fk_step(const struct fk_helper *h) SEK_MUST;
int fk_note(struct fk_helper *h, const struct fk_key *k,
    enum sek_fido_note kind, int tries) SEK_MUST;

/* -- watch.c */

/* Tell what is plugged in until GO has come and a key is of use: SEK_OK.
 * SEK_E_DENIED: h->fail is to be sent. */
int fk_watch(struct fk_helper *h) SEK_MUST;

/* -- lookup.c */

/* Where the next part of a list begins, and what is in it. */
struct fk_part {
	const struct sek_fido_id *ids;
	size_t n;
	uint8_t rp;          /* only those of this RP ID */
	bool all;            /* else only those that a key tells silently */
	bool hidden;         /* only the others */
	size_t at;           /* where to go on */
	size_t count;        /* ids in this part */
	size_t last;         /* index of the last one taken */
};

/* Add the next ids that fit to `list` by `add`; false: no more are left. */
bool fk_part_next(struct fk_part *p, struct fk_key *k, const char *rp,
    int (*add)(void *list, const uint8_t *p, size_t n), void *list);
/* Would there be a next part? */
bool fk_part_left(const struct fk_part *p);
/* Is it the list that the key does not take? */
bool fk_too_much(int native);
/* After that: from `before` on, and half as many.  false: it was not that, or
 * it can not be fewer. */
bool fk_part_again(struct fk_part *p, const struct fk_part *before,
    struct fk_key *k, int native);
/* Does the key take no question without a touch? */
bool fk_not_silently(int native);
/* Do all of them fit into one? */
bool fk_part_is_all(struct fk_part p, struct fk_key *k, const char *rp);
/* Which of p's ids has the key?  Without a touch; `pin` may be NULL.
 * FIDO_OK and *which, FIDO_ERR_NO_CREDENTIALS, or another error. */
int fk_find(struct fk_key *k, struct fk_part p, const char *rp,
    const char *pin, size_t *which);
/* The same of no id: anything that the key holds for the RP ID. */
int fk_find_any(struct fk_key *k, const char *rp, const char *pin);

/* -- choose.c */

/* The one key to be used; by touch when nothing else tells.
 * SEK_E_TIMEOUT: what is plugged in has changed, look again. */
int fk_choose(struct fk_helper *h, struct fk_key **out) SEK_MUST;

/* -- ask.c */

/* A request as ask.c drives it; FIDO_OK or FIDO_ERR_*. */
struct fk_task {
	/* without a touch: is the PIN right?  NULL: the request will tell,
	 * before the key waits for its touch */
	int (*prove)(struct fk_helper *h, struct fk_key *k, const char *pin,
	    void *arg);
	int (*request)(struct fk_helper *h, struct fk_key *k, enum fk_how how,
	    const char *pin, void *arg);
	void *arg;
};

/* Open it for what follows. */
int fk_begin(struct fk_helper *h, struct fk_key *k) SEK_MUST;
/* Until the request has gone through; with the person's verification when
 * `verify`, or when the key demands it.  *how: what it went through with.
 * SEK_E_DENIED: h->fail is to be sent. */
int fk_ask(struct fk_helper *h, struct fk_key *k, const struct fk_task *t,
    bool verify, enum fk_how *how) SEK_MUST;
/* Take back what the key was asked for, so that it stops blinking. */
void fk_stop(struct fk_key *k);

/* -- assertion.c, creation.c */

int fk_assert(struct fk_helper *h, struct fk_key *k) SEK_MUST;
int fk_create(struct fk_helper *h, struct fk_key *k) SEK_MUST;

/* -- errors.c */

/* Both return SEK_E_DENIED. */
int fk_fail(struct fk_helper *h, enum sek_fido_fail code, int native,
    const char *what);
int fk_fail_native(struct fk_helper *h, int native, const char *what);
/* Has the key said nothing, rather than something that makes no sense? */
bool fk_unanswered(int native);

#endif
