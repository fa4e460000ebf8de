/* SPDX-License-Identifier: GPL-3.0-or-later
 * The trait (slab.h) of 4.0's SLAB. */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"

static struct cache *op_find(struct machine *m, const char *name)
{
	uint32_t id = intern_find(name, strlen(name)), bound = 0;
	struct kmem_cache *cachep = NULL;

	while (id && (cachep = next_cache(m, cachep)) && ++bound < 100000)
		if (cachep->head.name == id)
			return to_cache(cachep);
	return NULL;
}

static struct cache *op_next(struct machine *m, struct cache *c)
{
	struct kmem_cache *next = next_cache(m, c ? to_kmem_cache(c) : NULL);

	return next ? to_cache(next) : NULL;
}

static struct cache *op_create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags, bool ctor, bool dtor)
{
	struct kmem_cache *s = kmem_cache_create(m, name, size, align, flags, ctor);

	(void)dtor;
	if (s && s->head.name == intern(name))
		SET(s->head.by_script, 1);
	return s ? to_cache(s) : NULL;
}

static int op_destroy(struct machine *m, struct cache *c)
{
	return kmem_cache_destroy(m, to_kmem_cache(c));
}

static int op_shrink(struct machine *m, struct cache *c)
{
	return kmem_cache_shrink(m, to_kmem_cache(c));
}

static int64_t op_tune(struct machine *m, struct cache *c, int64_t limit, int64_t batch, int64_t shared)
{
	return slabinfo_write(m, to_kmem_cache(c), limit, batch, shared);
}

static uint64_t op_cache_size(struct machine *m, struct cache *c)
{
	(void)m;
	return (uint64_t)to_kmem_cache(c)->object_size;
}

static kaddr_t op_alloc(struct machine *m, struct cache *c, uint32_t gfp)
{
	return slab_alloc(m, to_kmem_cache(c), gfp, CALLER_SCRIPT);
}

static kaddr_t op_alloc_node(struct machine *m, struct cache *c, uint32_t gfp, int node)
{
	return slab_alloc_node(m, to_kmem_cache(c), gfp, node, CALLER_SCRIPT);
}

static void op_free(struct machine *m, struct cache *c, kaddr_t object)
{
	slab_free(m, to_kmem_cache(c), object, CALLER_SCRIPT);
}

static void op_free_bulk(struct machine *m, struct cache *c, const kaddr_t *objects, size_t n)
{
	for (size_t i = 0; i < n; i++)
		op_free(m, c, objects[i]);
}

static kaddr_t op_kmalloc(struct machine *m, uint64_t size, uint32_t gfp)
{
	return kmalloc(m, size, gfp, CALLER_SCRIPT);
}

static kaddr_t op_kmalloc_node(struct machine *m, uint64_t size, uint32_t gfp, int node)
{
	return kmalloc_node(m, size, gfp, node, CALLER_SCRIPT);
}

static void op_kfree(struct machine *m, kaddr_t object)
{
	kfree(m, object, CALLER_SCRIPT);
}

static const struct slab_data data[] = {
	SLAB_DATA(slab_globals, slab_caches, NULL), SLAB_DATA(slab_globals, rcu, NULL), SLAB_DATA(slab_globals, kmem_cache, NULL),
	SLAB_DATA(slab_globals, kmem_cache_boot, "kmem_cache"), {0},
};

const struct slab_ops slab_engine_ops = {
	.name = "slab", .data = data,
	.boot = slab_boot,
	.find = op_find,
	.next = op_next,
	.create = op_create,
	.destroy = op_destroy,
	.shrink = op_shrink,
	.cache_reap = cache_reap_now,
	.tune = op_tune,
	.cache_size = op_cache_size,
	.tick = slab_tick,
	.cpu_hotplug = cpu_hotplug,
	.call_end = rcu_barrier,
	.alloc = op_alloc,
	.alloc_node = op_alloc_node,
	.free = op_free,
	.free_bulk = op_free_bulk,
	.kmalloc = op_kmalloc,
	.kmalloc_node = op_kmalloc_node,
	.kfree = op_kfree,
	.ksize = ksize,
	.krealloc = common_krealloc,
	.kzfree = common_kzfree,
	.flag_name = common_flag_name,
	.place = slab_place,
	.describe = slab_describe,
	.export_cache = slab_export_cache,
	.export_extra = slab_export_extra,
	.each_slab = slab_each_slab,
	.each_part = slab_each_part,
	.each_holder = slab_each_holder,
	.stat = slab_stat,
	.slabinfo = slab_slabinfo,
	.leaks = slab_leaks,
	.check = slab_check,
};
