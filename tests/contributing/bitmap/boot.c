/* SPDX-License-Identifier: GPL-3.0-or-later
 * The boot: descriptors are the machine's own, so that no cache is needed for caches. */
#include "core/slab/bitmap/types.h"

#include <stdio.h>

void bitmap_boot(struct machine *m)
{
	struct bitmap *b = state_alloc(m, sizeof *b, 64);

	SET(m->kernel->slab, b);
	INIT_LIST_HEAD(&b->caches);
	INIT_LIST_HEAD(&b->unused);
	for (unsigned int i = 0; i < KMALLOC_CACHES; i++) {
		char name[24];

		snprintf(name, sizeof name, "kmalloc-%u", SIZE_LEAST << i);
		SET(b->kmalloc_caches[i], kmem_cache_create(m, name, (uint64_t)SIZE_LEAST << i, 0, 0));
	}
}
