/* SPDX-License-Identifier: GPL-3.0-or-later
 * The engine behind the trait. What is left out is NULL: a call that the engine lacks. */
#include "core/slab/bitmap/types.h"

static struct cache *create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags, bool ctor, bool dtor)
{
	(void)ctor, (void)dtor;         /* it runs no constructors */
	return (struct cache *)kmem_cache_create(m, name, size, align, flags);
}

static int destroy(struct machine *m, struct cache *c) { return kmem_cache_destroy(m, to_bitmap(c)); }
static kaddr_t alloc(struct machine *m, struct cache *c, uint32_t gfp) { return kmem_cache_alloc(m, to_bitmap(c), gfp); }
static void free_object(struct machine *m, struct cache *c, kaddr_t object) { kmem_cache_free(m, to_bitmap(c), object); }

static uint64_t cache_size(struct machine *m, struct cache *c)
{
	(void)m;
	return to_bitmap(c)->object_size;
}

static const char *flag_name(struct machine *m, unsigned int i, uint64_t *value, const char **what)
{
	(void)m;
	*value = SLAB_HWCACHE_ALIGN;
	*what = "objects begin at cache lines, or do not lie across two";
	return i ? NULL : "SLAB_HWCACHE_ALIGN";
}

const struct slab_ops BITMAP_NAME(ops) = {
	.name = "bitmap",
	.boot = bitmap_boot,
	.find = bitmap_find, .next = bitmap_next,
	.create = create, .destroy = destroy, .cache_size = cache_size,
	.alloc = alloc, .free = free_object,
	.kmalloc = kmalloc, .kfree = kfree, .ksize = ksize, .krealloc = common_krealloc, .kzfree = common_kzfree,
	.flag_name = flag_name,
	.place = bitmap_place,
	.each_slab = bitmap_each_slab, .each_holder = bitmap_each_holder, .each_part = bitmap_each_part,
	.stat = bitmap_stat, .slabinfo = bitmap_slabinfo, .export_cache = bitmap_export_cache,
	.check = bitmap_check,
};
