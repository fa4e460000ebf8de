/* SPDX-License-Identifier: GPL-3.0-or-later
 * Caches: their geometry, making and end. kmem_cache_create() and kmem_cache_destroy() of mm/slab_common.c,
 * __kmem_cache_create() and calculate_slab_order() of mm/slab.c.
 *
 *   size asked for -> words -> (debug: red zones, user) -> off slab? -> aligned -> order, num -> left over -> colours */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"

#define CREATE_MASK     (SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA | SLAB_PANIC | SLAB_DESTROY_BY_RCU | SLAB_MEM_SPREAD | \
			 SLAB_NOLEAKTRACE | SLAB_RECLAIM_ACCOUNT)
#define DEBUG_FLAGS     (SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)
#define NEVER_MERGE     (DEBUG_FLAGS | SLAB_TRACE | SLAB_DESTROY_BY_RCU | SLAB_NOLEAKTRACE | SLAB_FAILSLAB)
#define MERGE_SAME      (SLAB_DEBUG_FREE | SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA)
#define REDZONE_ALIGN   8u
#define CTOR_ADDRESS    0x00400000u     /* of the script's constructor, in the kernel's text */

/* ---- geometry ---- */

static uint64_t calculate_freelist_size(uint64_t nr_objs, uint64_t align)
{
	return align ? align_up(nr_objs, align) : nr_objs;
}

/* How many objects a slab of that order holds, and how many bytes are left over. */
static uint64_t cache_estimate(unsigned int gfporder, uint64_t size, uint64_t align, uint64_t flags, uint32_t *num)
{
	uint64_t slab_size = (uint64_t)PAGE_SIZE << gfporder, mgmt_size = 0, nr;

	if (flags & CFLGS_OFF_SLAB) {
		nr = slab_size / size;
	} else {
		nr = slab_size / (size + 1);
		/* The padding of the index array may cost one object. */
		if (slab_size - nr * size < calculate_freelist_size(nr, align))
			nr--;
		mgmt_size = calculate_freelist_size(nr, align);
	}
	*num = (uint32_t)nr;
	return slab_size - nr * size - mgmt_size;
}

/* Whether this order will do, though a larger one might waste less. */
static bool order_will_do(const struct machine *m, unsigned int gfporder, uint64_t flags, uint64_t left_over)
{
	return (flags & SLAB_RECLAIM_ACCOUNT) || gfporder >= globals(m)->slab_max_order ||
	       left_over * 8 <= (uint64_t)PAGE_SIZE << gfporder;
}

/* Sets num and gfporder. Returns the bytes left over in a slab; num stays 0 when no order does. */
static uint64_t calculate_slab_order(struct machine *m, struct kmem_cache *cachep, uint64_t size, uint64_t align, uint64_t flags)
{
	uint64_t left_over = 0;

	FRAME(m);
	for (unsigned int gfporder = 0; gfporder <= KMALLOC_MAX_ORDER; gfporder++) {
		uint32_t num;
		uint64_t remainder = cache_estimate(gfporder, size, align, flags, &num);

		EMIT(m, geometry_try, gfporder, num, remainder);
		if (!num)
			continue;
		if (num > SLAB_OBJ_MAX_NUM || ((flags & CFLGS_OFF_SLAB) && num > size))
			break;
		SET(cachep->num, num);
		SET(cachep->gfporder, gfporder);
		left_over = remainder;
		if (order_will_do(m, gfporder, flags, left_over))
			break;
	}
	return left_over;
}

/* ---- __kmem_cache_create ---- */

/* Red zones, poison and the last user for every cache whose objects do not grow over a power of two by it. */
static uint64_t forced_debug(struct machine *m, uint64_t size, uint64_t flags)
{
	if (size < 4096 || fls64_of(size - 1) == fls64_of(size - 1 + REDZONE_ALIGN + 2 * 8))
		flags |= SLAB_RED_ZONE | SLAB_STORE_USER;
	if (!(flags & SLAB_DESTROY_BY_RCU))
		flags |= SLAB_POISON;
	if ((flags & SLAB_DESTROY_BY_RCU) && (flags & SLAB_POISON))
		BUG(m, "__kmem_cache_create: SLAB_POISON with SLAB_DESTROY_BY_RCU");
	return flags;
}

/* Room for guard words and the last user. Returns the new size. */
static uint64_t add_debug_words(struct machine *m, struct kmem_cache *cachep, uint64_t size, uint64_t flags)
{
	if (flags & SLAB_RED_ZONE) {
		SET(cachep->obj_offset, cachep->obj_offset + 8);
		size += 2 * 8;
	}
	if (flags & SLAB_STORE_USER)
		size += (flags & SLAB_RED_ZONE) ? REDZONE_ALIGN : m->arch->word;
	return size;
}

/* What the kernel multiplies by instead of dividing by the size: include/linux/reciprocal_div.h. */
static void set_reciprocal(struct kmem_cache *cachep, uint32_t size)
{
	unsigned int l = size > 1 ? fls64_of(size - 1) : 0;
	uint64_t power = 1ull << l;

	SET(cachep->reciprocal_m, size ? (uint32_t)(((power - size) << 32) / size + 1) : 0);
	SET(cachep->reciprocal_sh1, l > 1 ? 1 : (uint8_t)l);
	SET(cachep->reciprocal_sh2, l > 1 ? (uint8_t)(l - 1) : 0);
}

static int setup_cpu_cache(struct machine *m, struct kmem_cache *cachep, uint32_t gfp);

/* Where the index array lies, colours, and what follows from the size. */
static uint64_t place_freelist(struct machine *m, struct kmem_cache *cachep, uint64_t flags, uint64_t left_over)
{
	uint64_t align = (uint64_t)(int64_t)cachep->align, freelist_size = calculate_freelist_size(cachep->num, align);
	uint32_t colour_off = (uint32_t)m->config.l1;

	if ((flags & CFLGS_OFF_SLAB) && left_over >= freelist_size) {
		flags &= ~(uint64_t)CFLGS_OFF_SLAB;
		left_over -= freelist_size;
	}
	if (flags & CFLGS_OFF_SLAB)
		freelist_size = calculate_freelist_size(cachep->num, 0);
	if (colour_off < (uint32_t)cachep->align)
		colour_off = (uint32_t)cachep->align;
	SET(cachep->colour_off, colour_off);
	SET(cachep->colour, left_over / colour_off);
	SET(cachep->freelist_size, (uint32_t)freelist_size);
	SET(cachep->flags, (uint32_t)flags);
	return flags;
}

/* A cache whose name, object_size, size and align are set. 0, or the kernel's error. */
int __kmem_cache_create(struct machine *m, struct kmem_cache *cachep, uint64_t flags)
{
	struct slab_globals *g = globals(m);
	uint64_t size = cachep->size, ralign = m->arch->word, left_over;
	int err;

	FRAME(m);
	if (is_debug(m))
		flags = forced_debug(m, size, flags);
	size = align_up(size, m->arch->word);
	if (flags & SLAB_RED_ZONE) {
		ralign = REDZONE_ALIGN;
		size = align_up(size, REDZONE_ALIGN);
	}
	if ((int64_t)ralign < cachep->align)
		ralign = (uint64_t)cachep->align;
	if (ralign > 8)
		flags &= ~(uint64_t)(SLAB_RED_ZONE | SLAB_STORE_USER);
	SET(cachep->align, (int)ralign);
	if (is_debug(m))
		size = add_debug_words(m, cachep, size, flags);
	if (size >= PAGE_SIZE >> 5 && !g->slab_early_init && !(flags & SLAB_NOLEAKTRACE))
		flags |= CFLGS_OFF_SLAB;
	size = align_up(size, ralign);
	if (size < SLAB_OBJ_MIN_SIZE)
		size = align_up(SLAB_OBJ_MIN_SIZE, ralign);
	left_over = calculate_slab_order(m, cachep, size, ralign, flags);
	if (!cachep->num)
		return -7;
	flags = place_freelist(m, cachep, flags, left_over);
	SET(cachep->allocflags, GFP_F_COMP | ((flags & SLAB_CACHE_DMA) ? GFP_F_DMA : 0));
	SET(cachep->size, (uint32_t)size);
	set_reciprocal(cachep, (uint32_t)size);
	if (flags & CFLGS_OFF_SLAB) {
		struct kmem_cache *home = kmalloc_slab(m, cachep->freelist_size, 0);

		if (!home)
			BUG(m, "__kmem_cache_create: no general cache for a freelist of %u bytes yet", cachep->freelist_size);
		SET(cachep->freelist_cache, home);
		EMIT(m, geometry_off_slab, cachep->freelist_size, CACHE_REF(home));
	} else {
		EMIT(m, geometry_on_slab, cachep->freelist_size);
	}
	err = setup_cpu_cache(m, cachep, g->slab_state >= UP ? GFP40_KERNEL : GFP40_NOWAIT);
	if (err)
		__kmem_cache_shutdown(m, cachep);
	return err;
}

/* ---- the first arrays and nodes ---- */

void kmem_cache_node_init(struct kmem_cache_node *n)
{
	INIT_LIST_HEAD(&n->slabs_full);
	INIT_LIST_HEAD(&n->slabs_partial);
	INIT_LIST_HEAD(&n->slabs_free);
	SET(n->shared, NULL);
	SET(n->alien, NULL);
	SET(n->colour_next, 0);
	SET(n->free_objects, 0);
	SET(n->free_touched, 0);
}

/* The first two caches use nodes that lie in the kernel's own data. */
static void set_up_node(struct machine *m, struct kmem_cache *cachep, unsigned int index)
{
	for (unsigned int node = 0; node < m->config.nodes; node++) {
		SET(cachep->node[node], &globals(m)->init_kmem_cache_node[index + node]);
		SET(cachep->node[node]->next_reap, m->kernel->jiffies + REAPTIMEOUT_NODE);
	}
}

/* During the boot a CPU's array holds one object; afterwards it is as enable_cpucache() dimensions it. */
static int setup_cpu_cache(struct machine *m, struct kmem_cache *cachep, uint32_t gfp)
{
	struct slab_globals *g = globals(m);
	uint32_t bytes = m->arch->word + ARRAY_HEAD;
	kaddr_t at;

	if (g->slab_state >= FULL)
		return enable_cpucache(m, cachep, gfp);
	FRAME(m);
	at = percpu_array_alloc(m, bytes);
	if (!at)
		return 1;
	set_cpu_cache(m, cachep, at);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		struct array_cache *ac = percpu_array(m, at, cpu);

		SET(ac->limit, BOOT_CPUCACHE_ENTRIES);
		SET(ac->batchcount, 1);
	}
	if (g->slab_state == DOWN)
		set_up_node(m, cachep, 0);
	else if (g->slab_state == PARTIAL)
		set_up_node(m, cachep, MAX_NODES);
	else
		for (int node = 0; (uint64_t)node < m->config.nodes; node++) {
			SET(cachep->node[node], alloc_node(m, gfp, node, CALLER_setup_cpu_cache));
			if (!cachep->node[node])
				BUG(m, "setup_cpu_cache: no memory for a kmem_cache_node");
			if (is_debug(m))        /* kmem_cache_node_init() leaves it as the object was given out */
				SET(cachep->node[node]->next_reap, 0x0101010101010101ull * POISON_INUSE);
		}
	SET(cachep->node[numa_mem_id(m)]->next_reap, m->kernel->jiffies + REAPTIMEOUT_NODE);
	SET(cachep->batchcount, 1);
	SET(cachep->limit, BOOT_CPUCACHE_ENTRIES);
	return 0;
}

/* ---- kmem_cache_create ---- */

/* A cache that can take the new name in, oldest first; NULL: none. */
static struct kmem_cache *find_mergeable(struct machine *m, uint64_t size, uint64_t align, uint64_t flags, bool ctor)
{
	struct merge_request r = { .size = size, .align = align, .flags = flags, .ctor = ctor,
				   .never = NEVER_MERGE, .same = MERGE_SAME, .check_align = true };
	struct list_head *head = &globals(m)->slab_caches;
	uint64_t bound = 0;

	if (!merge_prepare(m, &r))
		return NULL;
	for (struct list_head *p = head->prev; p != head; p = p->prev) {
		struct kmem_cache *s = list_entry(p, struct kmem_cache, list);

		machine_bound(m, ++bound, "slab_caches");
		if (merge_fits(m, &r, s->size, (uint64_t)(int64_t)s->align, s->flags, s->ctor != 0, (int)s->head.refcount))
			return s;
	}
	return NULL;
}

static struct kmem_cache *merge(struct machine *m, struct kmem_cache *s, uint64_t size)
{
	SET(s->head.refcount, s->head.refcount + 1);
	if (s->object_size < (int)size)
		SET(s->object_size, (int)size);
	EMIT(m, cache_merge, CACHE_REF(s), s->head.refcount);
	return s;
}

/* A descriptor from kmem_cache, filled in. NULL: no memory, or no geometry; err says which. */
static struct kmem_cache *do_kmem_cache_create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags, bool ctor, int *err)
{
	kaddr_t at = slab_alloc(m, globals(m)->kmem_cache, GFP40_KERNEL | GFP_F_ZERO, CALLER_kmem_cache_create);
	struct kmem_cache *s;

	*err = -12;
	if (!at)
		return NULL;
	s = open_room(m, at, ROOM_KMEM_CACHE);
	SET(s->head.room, at);
	SET(s->head.name, intern(name));
	SET(s->object_size, (int)size);
	SET(s->size, (uint32_t)size);
	SET(s->align, (int)align);
	SET(s->ctor, ctor ? m->arch->kernel_data - CTOR_ADDRESS : 0);
	*err = __kmem_cache_create(m, s, flags);
	if (*err) {
		room_close(m, at);
		slab_free(m, globals(m)->kmem_cache, at, CALLER_kmem_cache_create);
		return NULL;
	}
	SET(s->head.refcount, 1);
	list_add(&s->list, &globals(m)->slab_caches);
	EMIT(m, cache_create, CACHE_REF(s), s->num, s->size, s->gfporder);
	return s;
}

/* A new cache, or an old one that takes the name in; NULL as the kernel's. */
struct kmem_cache *kmem_cache_create(struct machine *m, const char *name, uint64_t size, uint64_t align, uint64_t flags, bool ctor)
{
	struct kmem_cache *s;
	int err = 0;

	FRAME(m);
	down(m, slab_mutex);
	flags &= CREATE_MASK | (is_debug(m) ? DEBUG_FLAGS : 0);
	s = find_mergeable(m, size, align, flags, ctor);
	if (s)
		merge(m, s, size);
	else
		s = do_kmem_cache_create(m, name, size, calculate_alignment(m, flags, align, size), flags, ctor, &err);
	up(m, slab_mutex);
	if (!err)
		return s;
	if (flags & SLAB_PANIC)
		PANIC(m, "kmem_cache_create: Failed to create slab '%s'. Error %d", name, err);
	PRINTK(m, "kmem_cache_create(%s) failed with error %d", name, err);
	return NULL;
}

/* ---- the end of a cache ---- */

/* Frees everything but the descriptor. Not 0: objects are in use, and it stays. */
int __kmem_cache_shutdown(struct machine *m, struct kmem_cache *cachep)
{
	int rc, node;
	struct kmem_cache_node *n;

	FRAME(m);
	rc = __kmem_cache_shrink(m, cachep);
	if (rc)
		return rc;
	put_cpu_table(m, cachep);
	percpu_array_free(m, cachep->cpu_cache);
	for_each_kmem_cache_node(m, cachep, node, n) {
		free_arraycache(m, n->shared);
		free_alien_cache(m, n->alien);
		free_node(m, n);
		SET(cachep->node[node], NULL);
	}
	return 0;
}

static void slab_kmem_cache_release(struct machine *m, struct kmem_cache *s)
{
	kaddr_t at = s->head.room;

	EMIT(m, cache_destroy, CACHE_REF(s));
	if (at)
		room_close(m, at);
	slab_free(m, globals(m)->kmem_cache, at ? at : room_address(m, s), CALLER_kmem_cache_create);
}

/* Drops a name. With the last one the cache goes, unless objects are in use: then only the reference is gone.
 * 0: gone; 1: it still exists. */
int kmem_cache_destroy(struct machine *m, struct kmem_cache *s)
{
	bool gone = false;

	FRAME(m);
	down(m, slab_mutex);
	SET(s->head.refcount, s->head.refcount - 1);
	if (s->head.refcount) {
		EMIT(m, cache_refs, CACHE_REF(s), s->head.refcount);
	} else if (__kmem_cache_shutdown(m, s)) {
		EMIT(m, cache_busy, CACHE_REF(s));
		PRINTK(m, "kmem_cache_destroy %s: Slab cache still has objects", intern_text(s->head.name));
	} else {
		list_del(&s->list);
		gone = true;
	}
	up(m, slab_mutex);
	if (!gone)
		return 1;
	if (s->flags & SLAB_DESTROY_BY_RCU)
		rcu_barrier(m);
	slab_kmem_cache_release(m, s);
	return 0;
}
