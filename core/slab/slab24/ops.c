/* SPDX-License-Identifier: GPL-3.0-or-later
 * The 2.4 slab allocator behind the trait. */
#include "core/slab/slab24/slab24.h"

#include <string.h>

static kmem_cache_t *cache_of(struct cache *c) { return (kmem_cache_t *)c; }

struct flag { const char *name; uint32_t value; const char *what; };
static const struct flag flags[] = {
	{ "SLAB_HWCACHE_ALIGN",      SLAB_HWCACHE_ALIGN,      "objects begin on a cache line; small ones share one" },
	{ "SLAB_NO_REAP",            SLAB_NO_REAP,            "kmem_cache_reap leaves this cache alone" },
	{ "SLAB_CACHE_DMA",          SLAB_CACHE_DMA,          "memory that old ISA devices can reach" },
	{ "SLAB_MUST_HWCACHE_ALIGN", SLAB_MUST_HWCACHE_ALIGN, "no red zones, even with debug=1" },
	{ "SLAB_RED_ZONE",           SLAB_RED_ZONE,           "a word before and behind each object (debug=1 only)" },
	{ "SLAB_POISON",             SLAB_POISON,             "free objects are filled with 5a (debug=1 only)" },
	{ "SLAB_DEBUG_INITIAL",      SLAB_DEBUG_INITIAL,      "the constructor verifies freed objects (debug=1 only)" },
	{ "SLAB_DEBUG_FREE",         SLAB_DEBUG_FREE,         "known by name only: no kernel of 2.4 takes it" },
};

const char *cache_flag_name(struct machine *m, unsigned int i, uint64_t *value, const char **what)
{
	(void)m;
	if (i >= sizeof flags / sizeof *flags)
		return NULL;
	*value = flags[i].value;
	*what = flags[i].what;
	return flags[i].name;
}

static struct cache *find(struct machine *m, const char *name)
{
	uint32_t id = intern_find(name, strlen(name));
	kmem_cache_t *cachep = slab24(m)->dir;

	while (cachep && (!id || cachep->head.name != id))
		cachep = cachep->dir_next;
	return (struct cache *)cachep;
}

/* kmem_cache, then the others, newest first: as they stand on cache_chain when they were made. kmem_cache, being the
 * oldest, ends our own list. */
static struct cache *next(struct machine *m, struct cache *c)
{
	kmem_cache_t *cachep = cache_of(c);

	if (!cachep)
		return (struct cache *)cache_cache(m);
	cachep = cachep == cache_cache(m) ? slab24(m)->dir : cachep->dir_next;
	return cachep != cache_cache(m) ? (struct cache *)cachep : NULL;
}

static struct cache *create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags_, bool ctor, bool dtor)
{
	return (struct cache *)kmem_cache_create(m, name, size, align, (uint32_t)flags_, ctor, dtor);
}

static int destroy(struct machine *m, struct cache *c) { return kmem_cache_destroy(m, cache_of(c)); }
static int shrink(struct machine *m, struct cache *c) { return kmem_cache_shrink(m, cache_of(c)); }
static uint64_t cache_size(struct machine *m, struct cache *c) { return kmem_cache_size(m, cache_of(c)); }
static kaddr_t alloc(struct machine *m, struct cache *c, uint32_t gfp) { return kmem_cache_alloc(m, cache_of(c), gfp); }
static void free_object(struct machine *m, struct cache *c, kaddr_t object) { kmem_cache_free(m, cache_of(c), object); }

static int64_t tune(struct machine *m, struct cache *c, int64_t limit, int64_t batch, int64_t shared)
{
	(void)shared;
	return slabinfo_write(m, cache_of(c), limit, batch);
}

static bool describe(struct machine *m, kaddr_t room, struct buf *out)
{
	const kmem_cache_t *cachep = room_of(m, room, slab24(m)->type_cache);
	const slab_t *slabp = room_of(m, room, slab24(m)->type_slab);
	const cpucache_t *cc = room_of(m, room, slab24(m)->type_cpucache);
	struct found f;

	if (cachep) {
		buf_printf(out, "cache %s", intern_text(cachep->head.name));
	} else if (slabp) {
		if (!locate(m, slabp->s_mem, &f))
			return false;
		buf_puts(out, "slab ");
		ref_text(out, SLAB_REF(f.cachep, slabp));
	} else if (cc) {
		for (cachep = slab24(m)->dir; cachep; cachep = cachep->dir_next)
			for (unsigned int cpu = 0; SMP(m) && cpu < m->config.cpus; cpu++)
				if (cachep->cpudata[cpu] == cc) {
					buf_printf(out, "array of cpu %u of %s", cpu, intern_text(cachep->head.name));
					return true;
				}
		return false;
	}
	return cachep || slabp;
}

static const struct slab_data data[] = {
	SLAB_DATA(slab24, cache_cache, "kmem_cache_t"), SLAB_DATA(slab24, clock_searchp, NULL), {0},
};

#if RECORD
const struct slab_ops slab24_rec_ops = {
#else
const struct slab_ops slab24_off_ops = {
#endif
	.name = "slab24", .data = data,
	.boot = slab24_boot,
	.find = find, .next = next,
	.create = create, .destroy = destroy, .shrink = shrink, .reap = kmem_cache_reap, .tune = tune, .cache_size = cache_size,
	.alloc = alloc, .free = free_object, .kmalloc = kmalloc, .kfree = kfree,
	.flag_name = cache_flag_name,
	.place = view_place, .describe = describe,
	.export_cache = __export_cache, .export_extra = __export_extra,
	.each_slab = view_each_slab, .each_holder = view_each_holder, .each_part = view_each_part,
	.stat = view_stat, .slabinfo = view_slabinfo, .check = do_check,
};
