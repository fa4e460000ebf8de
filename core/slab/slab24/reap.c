/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory goes back to the page allocator: kmem_cache_shrink() and kmem_cache_reap() of mm/slab.c.
 *
 * P1  Free slabs are given back from the tail: those that became free first.
 * P2  A reap looks at REAP_SCANLEN caches from clock_searchp on, and the next one goes on where it stopped. */
#include "core/slab/slab24/slab24.h"

/* The slab at the tail of slabs_free leaves it, or NULL when the list is empty. */
static slab_t *last_free_slab(struct machine *m, kmem_cache_t *cachep)
{
	struct list_head *p = cachep->slabs_free.prev;
	slab_t *slabp;

	if (p == &cachep->slabs_free)
		return NULL;
	slabp = slab_entry(m, p);
	if (DEBUG(m) && slabp->inuse)
		BUG(m, "slab.c:933: a slab with objects in use is on slabs_free");
	link_del(m, p);
	return slabp;
}

/* Returns how many slabs went. The lock is let go while a slab is taken apart: nobody finds it any more. */
static int __kmem_cache_shrink_locked(struct machine *m, kmem_cache_t *cachep)
{
	slab_t *slabp;
	int slabs = 0;

	FRAME(m);
	while (!cachep->growing && (slabp = last_free_slab(m, cachep))) {
		spin_unlock_irq(m);
		kmem_slab_destroy(m, cachep, slabp);
		slabs++;
		spin_lock_irq(m);
		machine_bound(m, (uint64_t)slabs, "slabs_free");
	}
	return slabs;
}

/* For destroy: drains the arrays of all CPUs too. True when slabs with objects remain. */
int __kmem_cache_shrink(struct machine *m, kmem_cache_t *cachep)
{
	int remain;

	FRAME(m);
	drain_cpu_caches(m, cachep);
	spin_lock_irq(m);
	__kmem_cache_shrink_locked(m, cachep);
	remain = !list_empty(&cachep->slabs_full) || !list_empty(&cachep->slabs_partial);
	spin_unlock_irq(m);
	return remain;
}

static bool is_chained_kmem_cache(struct machine *m, const kmem_cache_t *cachep)
{
	struct list_head *p;
	bool found = false;
	uint64_t n = 0;

	down(m, CACHE_CHAIN_SEM);
	list_for_each(p, cache_chain(m)) {
		if (cache_entry(m, p) == cachep) {
			found = true;
			break;
		}
		machine_bound(m, n++, "cache_chain");
	}
	up(m, CACHE_CHAIN_SEM);
	return found;
}

/* Returns the pages given back. Objects in cpu arrays keep their slabs from being free: they are not drained. */
int kmem_cache_shrink(struct machine *m, kmem_cache_t *cachep)
{
	int slabs;

	FRAME(m);
	if (DEBUG(m) && !is_chained_kmem_cache(m, cachep))
		BUG(m, "slab.c:971: the cache is not on the chain");
	spin_lock_irq(m);
	slabs = __kmem_cache_shrink_locked(m, cachep);
	spin_unlock_irq(m);
	EMIT(m, cache_shrunk, CACHE_REF(cachep), (uint32_t)slabs);
	return (int)((uint32_t)slabs << (cachep->gfporder & 31));
}

/* ---- reap ---- */

struct best { kmem_cache_t *cachep; uint32_t pages, len; };

static void drain_this_cpu(struct machine *m, kmem_cache_t *cachep)
{
	cpucache_t *cc = SMP(m) ? cc_data(m, cachep) : NULL;

	if (!cc || !cc->avail)
		return;
	EMIT(m, cpucache_drain, smp_processor_id(m), cc->avail);
	__free_block(m, cachep, cc, 0, cc->avail);
	SET(cc->avail, 0);
}

static uint32_t count_free_slabs(struct machine *m, const kmem_cache_t *cachep)
{
	uint32_t n = 0;

	for (struct list_head *p = cachep->slabs_free.next; p != &cachep->slabs_free; p = p->next) {
		if (slab_entry(m, p)->inuse && DEBUG(m))
			BUG(m, "slab.c:1790: a slab with objects in use is on slabs_free");
		machine_bound(m, n++, "slabs_free");
	}
	return n;
}

/* What giving the free slabs back is worth: their pages, a fifth less if they must be constructed again, and once more
 * if blocks of several pages are hard to get. */
static uint32_t pages_worth(const kmem_cache_t *cachep, uint32_t full_free)
{
	uint32_t pages = full_free * (1u << (cachep->gfporder & 31));

	if (cachep->ctor)
		pages = (pages * 4 + 1) / 5;
	if (cachep->gfporder)
		pages = (pages * 4 + 1) / 5;
	return pages;
}

/* Looks at one cache with its lock held, and keeps it when it is the best so far. */
static void look_at(struct machine *m, kmem_cache_t *cachep, struct best *best)
{
	uint32_t full_free, pages;

	if (cachep->growing) {
		EMIT(m, reap_growing, CACHE_REF(cachep));
		return;
	}
	if (cachep->dflags & DFLGS_GROWN) {
		SET(cachep->dflags, cachep->dflags & ~DFLGS_GROWN);
		EMIT(m, reap_grown, CACHE_REF(cachep));
		return;
	}
	drain_this_cpu(m, cachep);
	full_free = count_free_slabs(m, cachep);
	pages = pages_worth(cachep, full_free);
	EMIT(m, reap_look, CACHE_REF(cachep), full_free, pages, best->pages);
	if (pages > best->pages)
		*best = (struct best){ cachep, pages, full_free };
}

static void set_clock(struct machine *m, kmem_cache_t *cachep)
{
	SET(slab24(m)->clock_searchp, cachep);
	EMIT(m, clock_moves, CACHE_REF(cachep));
}

/* The cache with most to give among the next ones; the clock moves on. Its lock is held on return if it is perfect. */
static struct best find_best(struct machine *m)
{
	kmem_cache_t *searchp = slab24(m)->clock_searchp;
	struct best best = {0};
	int scan = REAP_SCANLEN;

	do {
		if (!cache_ok(m, searchp))
			wild_slab(m, searchp, "kmem_cache_t");
		if (searchp->flags & SLAB_NO_REAP) {
			EMIT(m, reap_no_reap, CACHE_REF(searchp));
		} else {
			spin_lock_irq(m);
			look_at(m, searchp, &best);
			if (best.cachep == searchp && best.pages >= REAP_PERFECT) {
				EMIT(m, reap_perfect, CACHE_REF(searchp), best.pages);
				set_clock(m, cache_entry(m, searchp->next.next));
				return best;
			}
			spin_unlock_irq(m);
		}
		searchp = cache_entry(m, searchp->next.next);
	} while (--scan && searchp != slab24(m)->clock_searchp);
	set_clock(m, searchp);
	if (best.cachep)
		spin_lock_irq(m);
	return best;
}

/* Gives half of the free slabs of one cache back. Returns pages. */
int64_t kmem_cache_reap(struct machine *m, uint32_t gfp_mask)
{
	struct best best;
	uint32_t slabs = 0;
	slab_t *slabp;

	FRAME(m);
	(void)gfp_mask;         /* without __GFP_WAIT the kernel only tries to take the semaphore, which is free here */
	down(m, CACHE_CHAIN_SEM);
	best = find_best(m);
	if (!best.cachep) {
		EMIT(m, reap_nothing);
		up(m, CACHE_CHAIN_SEM);
		return 0;
	}
	EMIT(m, reap_best, CACHE_REF(best.cachep), best.len, (best.len + 1) / 2);
	while (slabs < (best.len + 1) / 2 && !best.cachep->growing && (slabp = last_free_slab(m, best.cachep))) {
		if (DEBUG(m))
			SET(best.cachep->reaped, best.cachep->reaped + 1);
		spin_unlock_irq(m);
		kmem_slab_destroy(m, best.cachep, slabp);
		spin_lock_irq(m);
		slabs++;
	}
	spin_unlock_irq(m);
	up(m, CACHE_CHAIN_SEM);
	return (int64_t)slabs << (best.cachep->gfporder & 31);
}
