/* SPDX-License-Identifier: GPL-3.0-or-later
 * An object is handed out: kmem_cache_alloc() of mm/slab.c.
 *
 *      cpu array has entries     ->  pop the last one: no lock
 *      it is empty               ->  up to batchcount objects from the slabs into it, then pop
 *      the slabs have none       ->  grow by one slab, and try again
 *
 * A1  A partial slab serves before a free one, so that free ones stay whole and can be given back.
 * A2  A refill that gets fewer objects than batchcount does not grow the cache; only an empty array does. */
#include "core/slab/slab24/slab24.h"

/* ---- from a slab ---- */

static void stats_alloced(struct machine *m, kmem_cache_t *cachep)
{
	if (!DEBUG(m))
		return;
	SET(cachep->num_allocations, cachep->num_allocations + 1);
	SET(cachep->num_active, cachep->num_active + 1);
	if (cachep->num_active > cachep->high_mark)
		SET(cachep->high_mark, cachep->num_active);
}

/* The first free object of a slab. When it was the last one, the slab goes to the head of slabs_full. */
static kaddr_t kmem_cache_alloc_one_tail(struct machine *m, kmem_cache_t *cachep, slab_t *slabp)
{
	uint32_t objnr = slabp->free;
	kaddr_t objp;

	FRAME(m);
	stats_alloced(m, cachep);
	SET(slabp->inuse, slabp->inuse + 1);
	objp = wrap(m, slabp->s_mem + (uint64_t)objnr * cachep->objsize);
	SET(slabp->free, bufctl_get(m, cachep, slabp, objnr));
	EMIT(m, slab_take, OBJ_REF(cachep, slabp, objnr), slabp->free, slabp->inuse);
	if (slabp->free == BUFCTL_END) {
		link_del(m, &slabp->list);
		link_add(m, &slabp->list, &cachep->slabs_full);
		EMIT(m, slab_to_full, SLAB_REF(cachep, slabp));
	}
	if (!DEBUG(m))
		return objp;
	if (cachep->flags & SLAB_POISON)
		kmem_check_poison_obj(m, cachep, objp);
	if (cachep->flags & SLAB_RED_ZONE) {
		red_zone_xchg(m, cachep, objp, RED_MAGIC2, RED_MAGIC1);
		objp = wrap(m, objp + BYTES_PER_WORD(m));
	}
	return objp;
}

/* The slab that serves now: the first partial one, or the first free one, which becomes partial. NULL: there is none. */
static slab_t *serving_slab(struct machine *m, kmem_cache_t *cachep)
{
	struct list_head *entry = cachep->slabs_partial.next;

	if (entry != &cachep->slabs_partial)
		return slab_entry(m, entry);
	entry = cachep->slabs_free.next;
	if (entry == &cachep->slabs_free)
		return NULL;
	slab_entry(m, entry);
	link_del(m, entry);
	link_add(m, entry, &cachep->slabs_partial);
	EMIT(m, slab_free_to_partial, SLAB_REF(cachep, slab_entry(m, entry)));
	return slab_entry(m, entry);
}

static __attribute__((noinline)) bool kmem_cache_alloc_one(struct machine *m, kmem_cache_t *cachep, kaddr_t *objp)
{
	slab_t *slabp = serving_slab(m, cachep);

	if (!slabp)
		return false;
	*objp = kmem_cache_alloc_one_tail(m, cachep, slabp);
	EMIT(m, no_cpucache, obj_ref(m, *objp));
	return true;
}

/* ---- from the cpu array ---- */

static kaddr_t pop(struct machine *m, cpucache_t *cc)
{
	SET(cc->avail, cc->avail - 1);
	return entry_get(m, cc, cc->avail);
}

static void push(struct machine *m, cpucache_t *cc, kaddr_t objp)
{
	SET(cc->avail, cc->avail + 1);
	entry_set(m, cc, cc->avail - 1, objp);
}

/* Moves objects from the slabs into the empty array, batchcount at most, and hands out the last one. 0: there was none. */
static __attribute__((noinline)) kaddr_t kmem_cache_alloc_batch(struct machine *m, kmem_cache_t *cachep, cpucache_t *cc)
{
	uint32_t moved = 0, batchcount = cachep->batchcount;
	slab_t *slabp, *first = NULL, *last = NULL;
	kaddr_t objp;

	FRAME(m);
	lock_cache(m);
	for (; moved < batchcount; moved++) {
		slabp = serving_slab(m, cachep);
		if (!slabp)
			break;
		first = first ? first : slabp;
		last = slabp;
		objp = kmem_cache_alloc_one_tail(m, cachep, slabp);
		push(m, cc, objp);
		machine_bound(m, moved, "a refill");
	}
	unlock_cache(m);
	if (!moved)
		EMIT(m, refill_nothing, smp_processor_id(m));
	else if (first == last)
		EMIT(m, refill_one_slab, smp_processor_id(m), moved, SLAB_REF(cachep, first), batchcount);
	else
		EMIT(m, refill_slabs, smp_processor_id(m), moved, SLAB_REF(cachep, first), SLAB_REF(cachep, last), batchcount);
	if (!cc->avail)
		return 0;
	objp = pop(m, cc);
	EMIT(m, cpucache_pop_new, obj_ref(m, objp), cc->avail);
	return objp;
}

static void stats_count(struct machine *m, kmem_cache_t *cachep, bool hit)
{
	if (!DEBUG(m))
		return;
	if (hit)
		SET(cachep->allochit, cachep->allochit + 1);
	else
		SET(cachep->allocmiss, cachep->allocmiss + 1);
}

/* The CPU's array, if it has something. */
static __always_inline bool pop_array(struct machine *m, kmem_cache_t *cachep, cpucache_t *cc, kaddr_t *objp)
{
	stats_count(m, cachep, cc->avail);
	if (unlikely(!cc->avail))
		return false;
	*objp = pop(m, cc);
	EMIT(m, cpucache_pop, obj_ref(m, *objp), cc->avail);
	return true;
}

/* From the slabs, with interrupts off. False: the cache has to grow first. */
static bool alloc_from_slabs(struct machine *m, kmem_cache_t *cachep, cpucache_t *cc, kaddr_t *objp)
{
	bool found;

	if (cc) {
		*objp = kmem_cache_alloc_batch(m, cachep, cc);
		return *objp != 0;
	}
	lock_cache(m);
	found = kmem_cache_alloc_one(m, cachep, objp);
	unlock_cache(m);
	return found;
}

/* The array gave nothing. The cache grows until its slabs serve, or until it cannot: 0. Interrupts are off (`off`: they
 * were before), and are as before afterwards. */
static __attribute__((noinline)) kaddr_t alloc_slowly(struct machine *m, kmem_cache_t *cachep, uint32_t flags, bool off)
{
	kaddr_t objp = 0;

	for (uint64_t tries = 0;; tries++) {
		cpucache_t *cc = SMP(m) ? cc_data(m, cachep) : NULL;
		bool found = tries && cc && pop_array(m, cachep, cc, &objp);

		found = found || alloc_from_slabs(m, cachep, cc, &objp);
		local_irq_restore(m, off);
		if (found)
			break;
		if (!kmem_cache_grow(m, cachep, flags)) {
			EMIT(m, alloc_null, CACHE_REF(cachep));
			return 0;
		}
		machine_bound(m, tries, "kmem_cache_alloc");
		local_irq_save(m, off);
	}
	EMIT(m, kmem_cache_alloc, obj_ref(m, objp));
	return objp;
}

/* A cache of DMA memory and a caller who wants such memory belong together. */
static void kmem_cache_alloc_head(struct machine *m, const kmem_cache_t *cachep, uint32_t flags)
{
	if (likely(!(flags & SLAB_DMA) == !(cachep->gfpflags & __GFP_DMA)))
		return;
	if (flags & SLAB_DMA)
		BUG(m, "slab.c:1235: SLAB_DMA asked of a cache that has no DMA memory");
	else
		BUG(m, "slab.c:1238: SLAB_DMA is missing for a cache of DMA memory");
}

kaddr_t __kmem_cache_alloc(struct machine *m, kmem_cache_t *cachep, uint32_t flags)
{
	cpucache_t *cc;
	kaddr_t objp;
	bool off, found;

	FRAME(m);
	if (unlikely(!cachep || !cache_ok(m, cachep)))
		wild_slab(m, cachep, "kmem_cache_t");
	kmem_cache_alloc_head(m, cachep, flags);
	local_irq_save(m, off);
	cc = SMP(m) ? cc_data(m, cachep) : NULL;
	found = likely(cc != NULL) && pop_array(m, cachep, cc, &objp);
	if (unlikely(!found))
		return alloc_slowly(m, cachep, flags, off);
	local_irq_restore(m, off);
	EMIT(m, kmem_cache_alloc, obj_ref(m, objp));
	return objp;
}

/* An object, or 0. flags matter only when the cache has to grow. */
kaddr_t kmem_cache_alloc(struct machine *m, kmem_cache_t *cachep, uint32_t flags)
{
	FRAME(m);
	return __kmem_cache_alloc(m, cachep, flags);
}
