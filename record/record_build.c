/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The GNU build id of the running program, out of its own program headers.
 * Runs wherever a record is made.  Opens no file: what stands at a path may
 * be another build by now than the one that runs.
 */
#include "record/record_build.h"

#include <link.h>
#include <stdbool.h>
#include <string.h>

struct found {
	uint8_t *out;
	size_t n;
};

/* ELF gABI, "Note Section": name and descriptor are padded to the alignment
 * of the segment, which is 4, or 8 where the linker chose so. */
static size_t
padded(size_t n, size_t align)
{
	return (n + align - 1) & ~(align - 1);
}

static bool
take_id(const uint8_t *p, size_t left, size_t align, struct found *f)
{
	ElfW(Nhdr) h;
	size_t name, desc;

	while (left >= sizeof h) {
		memcpy(&h, p, sizeof h);
		name = padded(sizeof h + h.n_namesz, align);
		desc = h.n_descsz;
		if (name > left || desc > left - name)
			return false;
		if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == 4 &&
		    memcmp(p + sizeof h, "GNU", 4) == 0 && desc > 0 &&
		    desc <= SEK_BUILD_ID_MAX) {
			memcpy(f->out, p + name, desc);
			f->n = desc;
			return true;
		}
		desc = padded(name + desc, align);
		if (desc > left)
			return false;
		p += desc;
		left -= desc;
	}
	return false;
}

/* The first object is the program itself, and the only one looked at. */
static int
look(struct dl_phdr_info *info, size_t size, void *arg)
{
	const ElfW(Phdr) *h;
	size_t i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		h = &info->dlpi_phdr[i];
		/* where the loader put it; it told the address as a number */
		if (h->p_type == PT_NOTE && take_id((const uint8_t *)
		    (uintptr_t)(info->dlpi_addr + h->p_vaddr), h->p_memsz,
		    h->p_align == 8 ? 8 : 4, arg))
			break;
	}
	return 1;
}

size_t
sek_build_id(uint8_t out[SEK_BUILD_ID_MAX])
{
	struct found f = { .out = out };

	(void)dl_iterate_phdr(look, &f);
	return f.n;
}
