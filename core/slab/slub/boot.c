/* SPDX-License-Identifier: GPL-3.0-or-later
 * The order of the boot: kmem_cache_init() of mm/slub.c.
 *
 * A cache's descriptor and its node structures are objects of caches themselves. So the first two caches begin as static
 * structures, the first slab of kmem_cache_node holds its own cache's node structures, and bootstrap() then moves the
 * static structures into slabs. */
#include "core/slab/slub/types.h"

/* Letters of slub_debug=: F Z P U T. */
static uint32_t debug_flags(const char *letters)
{
	static const struct { char letter; uint32_t flag; } table[] = {
		{ 'F', SLAB_CONSISTENCY_CHECKS }, { 'Z', SLAB_RED_ZONE }, { 'P', SLAB_POISON }, { 'U', SLAB_STORE_USER }, { 'T', SLAB_TRACE },
	};
	uint32_t flags = 0;

	for (; *letters && *letters != '-'; letters++)
		for (size_t i = 0; i < sizeof table / sizeof *table; i++)
			if (table[i].letter == *letters)
				flags |= table[i].flag;
	return flags;
}

/* Moves a boot cache from its static structure into an object of kmem_cache, and tells its slabs. */
static struct kmem_cache *bootstrap(struct machine *m, struct kmem_cache *static_cache)
{
	struct slub *slub = slub_of(m);
	struct kmem_cache *s;
	kaddr_t room;

	FRAME(m);
	s = new_descriptor(m, GFP5_NOWAIT, FROM(kmem_cache_alloc, kmem_cache_init));
	if (!s)
		PANIC(m, "kmem_cache_init: no memory for the first descriptors");
	room = s->head.room;
	SET_COPY(s, static_cache, sizeof *s);
	SET(s->head.room, room);
	if (slub->kmem_cache == static_cache)
		SET(slub->kmem_cache, s);
	if (slub->kmem_cache_node == static_cache)
		SET(slub->kmem_cache_node, s);
	__flush_cpu_slab(m, s, smp_processor_id(m));
	for (uint64_t pfn = s->first_slab; pfn; pfn = pfn_to_page(m, pfn - 1)->chain_next)
		SET(pfn_to_page(m, pfn - 1)->slab_cache, s);
	list_add(&s->list, &slub->slab_caches);
	return s;
}

static void init_freelist_randomization(struct machine *m)
{
	struct kmem_cache *s;

	if (m->config.random)
		list_for_each_entry(s, &slub_of(m)->slab_caches, list)
			init_cache_random_seq(m, s);
}

void kmem_cache_init(struct machine *m)
{
	struct slub *slub = state_alloc(m, sizeof *slub, 64);
	struct kmem_cache *boot_kmem_cache = state_alloc(m, sizeof(struct kmem_cache), 64);
	struct kmem_cache *boot_kmem_cache_node = state_alloc(m, sizeof(struct kmem_cache), 64);

	FRAME(m);
	SET(m->kernel->slab, slub);
	INIT_LIST_HEAD(&slub->slab_caches);
	INIT_LIST_HEAD(&slub->slab_caches_to_rcu_destroy);
	SET(slub->slub_debug, debug_flags(m->config.slub_debug));
	slub_layout_boot(m);

	SET(slub->kmem_cache_node, boot_kmem_cache_node);
	SET(slub->kmem_cache, boot_kmem_cache);
	create_boot_cache(m, boot_kmem_cache_node, "kmem_cache_node", slub_node_bytes(m), SLAB_HWCACHE_ALIGN, 0);
	SET(slub->slab_state, PARTIAL);
	create_boot_cache(m, boot_kmem_cache, "kmem_cache", slub_cache_bytes(m), SLAB_HWCACHE_ALIGN, 0);
	bootstrap(m, boot_kmem_cache);
	bootstrap(m, boot_kmem_cache_node);
	create_kmalloc_caches(m, 0);
	init_freelist_randomization(m);
	SET(slub->slab_state, FULL);
}
