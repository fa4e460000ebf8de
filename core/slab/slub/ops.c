/* SPDX-License-Identifier: GPL-3.0-or-later
 * SLUB behind the trait of slab.h. */
#include "core/slab/slub/types.h"

static struct cache *op_create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags, bool ctor, bool dtor)
{
	(void)dtor;
	return to_cache(kmem_cache_create(m, name, size, align, flags, ctor));
}

static int op_destroy(struct machine *m, struct cache *c) { return kmem_cache_destroy(m, to_slub(c)); }
static int op_shrink(struct machine *m, struct cache *c) { return kmem_cache_shrink(m, to_slub(c)); }
static void op_flush(struct machine *m, struct cache *c) { flush_all(m, to_slub(c)); }
static int64_t op_validate(struct machine *m, struct cache *c) { return validate_slab_cache(m, to_slub(c)); }

static uint64_t op_cache_size(struct machine *m, struct cache *c)
{
	(void)m;
	return to_slub(c)->object_size;
}

static void op_tick(struct machine *m, uint64_t jiffies)
{
	SET(m->kernel->jiffies, m->kernel->jiffies + jiffies);
	EMIT(m, tick, m->kernel->jiffies);
}

static void op_cpu_hotplug(struct machine *m, unsigned int cpu, bool online)
{
	if (!online)
		slub_cpu_dead(m, cpu);
}

/* A grace period is over when the call has returned: slabs that waited go, then caches. */
static void op_call_end(struct machine *m)
{
	struct slub *slub = slub_of(m);

	if (slub->rcu_first)
		rcu_free_slabs(m);
	while (!list_empty(&slub->slab_caches_to_rcu_destroy)) {
		struct kmem_cache *s = list_first_entry(&slub->slab_caches_to_rcu_destroy, struct kmem_cache, list);

		list_del(&s->list);
		slab_kmem_cache_release(m, s);
	}
}

static kaddr_t op_alloc(struct machine *m, struct cache *c, uint32_t gfp) { return kmem_cache_alloc(m, to_slub(c), gfp); }

static kaddr_t op_alloc_node(struct machine *m, struct cache *c, uint32_t gfp, int node)
{
	return kmem_cache_alloc_node(m, to_slub(c), gfp, node);
}

static void op_free(struct machine *m, struct cache *c, kaddr_t object) { kmem_cache_free(m, to_slub(c), object); }

static void op_free_bulk(struct machine *m, struct cache *c, const kaddr_t *objects, size_t n)
{
	kmem_cache_free_bulk(m, to_slub(c), objects, n);
}

static const struct slab_data data[] = {
	SLAB_DATA(slub, slab_caches, NULL), SLAB_DATA(slub, slab_caches_to_rcu_destroy, NULL),
	SLAB_DATA(slub, rcu_first, NULL), SLAB_DATA(slub, rcu_last, NULL),
	SLAB_DATA(slub, kmem_cache, NULL), SLAB_DATA(slub, kmem_cache_node, NULL), {0},
};

const struct slab_ops slub_ops = {
	.name = "slub", .data = data,
	.boot = kmem_cache_init,
	.find = slub_find, .next = slub_next, .create = op_create, .destroy = op_destroy, .shrink = op_shrink,
	.flush = op_flush, .validate = op_validate, .cache_size = op_cache_size,
	.tick = op_tick, .cpu_hotplug = op_cpu_hotplug, .call_end = op_call_end,
	.alloc = op_alloc, .alloc_node = op_alloc_node, .free = op_free, .free_bulk = op_free_bulk,
	.kmalloc = __kmalloc, .kmalloc_node = __kmalloc_node, .kfree = kfree, .ksize = ksize, .krealloc = common_krealloc, .kzfree = common_kzfree,
	.flag_name = common_flag_name,
	.place = slub_place, .export_cache = slub_export_cache,
	.each_slab = slub_each_slab, .each_holder = slub_each_holder, .each_part = slub_each_part, .stat = slub_stat, .slabinfo = slub_slabinfo, .sysfs = slub_sysfs,
	.check = slub_check, .describe = slub_describe,
};
