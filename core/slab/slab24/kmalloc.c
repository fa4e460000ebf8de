/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory by size: the general caches size-32 .. size-131072 and their DMA twins. kmalloc() of mm/slab.c.
 *
 * K1  A request is served by the smallest general cache whose objects are not smaller than it. */
#include "core/slab/slab24/slab24.h"

static struct cache_sizes *size_row(struct machine *m, uint64_t size)
{
	struct cache_sizes *row = slab24(m)->cache_sizes;

	while (row->cs_size && size > row->cs_size)
		row++;
	return row;
}

/* More than the largest general cache has: NULL. */
kaddr_t kmalloc(struct machine *m, uint64_t size, uint32_t flags)
{
	struct cache_sizes *row = size_row(m, wrap(m, size));
	kmem_cache_t *cachep;

	FRAME(m);
	if (!row->cs_size) {
		EMIT(m, kmalloc_too_large, wrap(m, size));
		return 0;
	}
	cachep = flags & __GFP_DMA ? row->cs_dmacachep : row->cs_cachep;
	EMIT(m, kmalloc_cache, wrap(m, size), cachep ? CACHE_REF(cachep) : 0);
	return __kmem_cache_alloc(m, cachep, flags);
}

/* The general cache for `size` bytes, NULL when none is large enough or made yet. */
kmem_cache_t *kmem_find_general_cachep(struct machine *m, uint64_t size, uint32_t gfpflags)
{
	struct cache_sizes *row = size_row(m, size);

	return gfpflags & __GFP_DMA ? row->cs_dmacachep : row->cs_cachep;
}

/* Bytes of an object that are the caller's. */
uint64_t kmem_cache_size(struct machine *m, kmem_cache_t *cachep)
{
	if (DEBUG(m) && (cachep->flags & SLAB_RED_ZONE))
		return cachep->objsize - 2 * BYTES_PER_WORD(m);
	return cachep->objsize;
}
