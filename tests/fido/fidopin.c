/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fidopin PATH NEW [OLD]: sets or changes the PIN of a key, since fido2-token
 * asks for it on a terminal.  `fidopin PATH --tries` says how many are left.
 * For the software keys of tests: a PIN on a command line is no secret.
 */
#include <fido.h>

#include <err.h>
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	fido_dev_t *dev;
	int tries = 0, r;

	if (argc < 3 || argc > 4)
		errx(2, "usage: fidopin PATH NEW|--tries [OLD]");
	fido_init(0);
	dev = fido_dev_new();
	if (dev == NULL)
		errx(1, "no memory");
	r = fido_dev_open(dev, argv[1]);
	if (r != FIDO_OK)
		errx(1, "%s: %s", argv[1], fido_strerr(r));
	if (strcmp(argv[2], "--tries") == 0) {
		r = fido_dev_get_retry_count(dev, &tries);
		(void)printf("%d\n", tries);
	} else {
		r = fido_dev_set_pin(dev, argv[2], argc > 3 ? argv[3] : NULL);
	}
	(void)fido_dev_close(dev);
	fido_dev_free(&dev);
	if (r != FIDO_OK)
		errx(1, "%s: %s", argv[1], fido_strerr(r));
	return 0;
}
