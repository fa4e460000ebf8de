/* SPDX-License-Identifier: GPL-3.0-or-later
 * The order of the boot: a cache of cache descriptors that needs no descriptor from a cache, then the general caches,
 * then, when those can be asked for memory, the CPUs' arrays. kmem_cache_init(), kmem_cache_sizes_init() and
 * kmem_cpucache_init() of mm/slab.c. */
#include "core/slab/slab24/slab24.h"

#include <stdio.h>

#define BREAK_GFP_ORDER_LO      1       /* machines of 32 MB and less */
#define BREAK_GFP_ORDER_HI      2

/* cache_cache is static data of the kernel, not an object. */
static void init_cache_cache(struct machine *m)
{
	kmem_cache_t *cachep = cache_cache(m);

	SET(cachep->head.name, intern("kmem_cache"));
	SET(cachep->head.refcount, 1);
	SET(cachep->mark, MARK_CACHE);
	SET(cachep->objsize, room_size_of(m, slab24(m)->type_cache));
	SET(cachep->flags, SLAB_NO_REAP);
	SET(cachep->colour_off, (uint32_t)m->config.l1);
	INIT_LIST_HEAD(&cachep->slabs_full);
	INIT_LIST_HEAD(&cachep->slabs_partial);
	INIT_LIST_HEAD(&cachep->slabs_free);
}

void kmem_cache_init(struct machine *m)
{
	kmem_cache_t *cachep = cache_cache(m);
	uint64_t left_over;
	uint32_t num;

	FRAME(m);
	INIT_LIST_HEAD(cache_chain(m));
	kmem_cache_estimate(m, 0, cachep->objsize, 0, &left_over, &num);
	SET(cachep->num, num);
	if (!num)
		BUG(m, "slab.c:426: kmem_cache_t does not fit into a page");
	SET(cachep->colour, left_over / cachep->colour_off);
	SET(cachep->colour_next, 0);
	cache_dir_add(m, cachep);
}

const char *general_cache_name(uint32_t size, bool dma, char *to, size_t n)
{
	snprintf(to, n, "size-%u%s", size, dma ? "(DMA)" : "");
	return to;
}

static kmem_cache_t *create_general(struct machine *m, uint32_t size, bool dma)
{
	char name[24];
	kmem_cache_t *cachep;

	cachep = kmem_cache_create(m, general_cache_name(size, dma, name, sizeof name), size, 0,
				   SLAB_HWCACHE_ALIGN | (dma ? SLAB_CACHE_DMA : 0), false, false);
	if (!cachep)
		BUG(m, "slab.c:456: %s could not be created", name);
	return cachep;
}

/* As long as the general caches keep their slab_t's on their slabs, slab_t's of others may be as large as their objects. */
void kmem_cache_sizes_init(struct machine *m)
{
	struct slab24 *s = slab24(m);

	FRAME(m);
	SET(s->slab_break_gfp_order, m->pfns > (32u << 20) >> PAGE_SHIFT ? BREAK_GFP_ORDER_HI : BREAK_GFP_ORDER_LO);
	for (unsigned int i = 0; i < GENERAL_CACHES; i++)
		SET(s->cache_sizes[i].cs_size, 32u << i);
	for (struct cache_sizes *row = s->cache_sizes; row->cs_size; row++) {
		SET(row->cs_cachep, create_general(m, row->cs_size, false));
		if (!OFF_SLAB(row->cs_cachep))
			SET(s->offslab_limit, (row->cs_size - SIZEOF_SLAB(m)) / 2);
		SET(row->cs_dmacachep, create_general(m, row->cs_size, true));
	}
}

void slab24_boot(struct machine *m)
{
	SET(m->kernel->slab, state_alloc(m, sizeof(struct slab24), 64));
	slab24_types(m);
	init_cache_cache(m);
	SET(slab24(m)->slab_break_gfp_order, BREAK_GFP_ORDER_LO);
	SET(slab24(m)->clock_searchp, cache_cache(m));
	kmem_cache_init(m);
	kmem_cache_sizes_init(m);
	if (!SMP(m))
		return;
	SET(slab24(m)->g_cpucache_up, 1);
	enable_all_cpucaches(m);
}
