/* SPDX-License-Identifier: GPL-3.0-or-later
 * An object comes back: kmem_cache_free() and kfree() of mm/slab.c.
 *
 *      cpu array has room        ->  push: no lock, and the slab does not know
 *      it is full                ->  its last batchcount entries go back to their slabs, then push
 *
 * F1  The object freed last is the first to be handed out again, by the array and by its slab alike.
 * F2  A slab moves when its count passes a border: full -> head of partial, anything -> empty: head of free. */
#include "core/slab/slab24/slab24.h"

/* The struct page of an address as virt_to_page finds it; without debugging nothing is checked but that there is one. */
static struct page *page_of(struct machine *m, kaddr_t objp)
{
	if (ram_has(m, objp, 1))
		return virt_to_page(m, objp);
	if (DEBUG(m)) {
		PRINTK(m, "kfree: out of range ptr %llxh.", (unsigned long long)objp);
		BUG(m, "slab.c:1397: a pointer that is in no page");
	}
	OOPS(m, "unable to handle kernel paging request: %llx is in no page", (unsigned long long)objp);
}

static void check_page_flags(struct machine *m, kaddr_t objp)
{
	if (page_of(m, objp)->flags & PG_slab)
		return;
	PRINTK(m, "kfree: bad ptr %llxh.", (unsigned long long)objp);
	BUG(m, "slab.c:1404: a pointer into a page that is no slab's");
}

/* debug=1: CHECK_PAGE of the kernel. */
static inline void check_page(struct machine *m, kaddr_t objp)
{
	if (DEBUG(m))
		check_page_flags(m, objp);
}

/* The list that a slab is on after `inuse` became one less. */
static void fix_slab_chains(struct machine *m, kmem_cache_t *cachep, slab_t *slabp)
{
	uint32_t inuse = slabp->inuse;

	SET(slabp->inuse, inuse - 1);
	if (!slabp->inuse) {
		link_del(m, &slabp->list);
		link_add(m, &slabp->list, &cachep->slabs_free);
		EMIT(m, slab_to_free, SLAB_REF(cachep, slabp));
	} else if (inuse == cachep->num) {
		link_del(m, &slabp->list);
		link_add(m, &slabp->list, &cachep->slabs_partial);
		EMIT(m, slab_full_to_partial, SLAB_REF(cachep, slabp));
	}
}

/* (address - s_mem) / objsize as the machine computes it, nonsense included. */
static uint32_t object_number(struct machine *m, const kmem_cache_t *cachep, const slab_t *slabp, kaddr_t objp)
{
	uint64_t distance = objp - slabp->s_mem;
	uint32_t objsize = DIVISOR(m, cachep->objsize);

	if (m->arch->word == 4)
		return (uint32_t)distance / objsize;
	return (uint32_t)((int64_t)distance / (int64_t)objsize);
}

static kaddr_t debug_free_one(struct machine *m, kmem_cache_t *cachep, slab_t *slabp, kaddr_t objp)
{
	if (cachep->flags & SLAB_DEBUG_INITIAL)
		run_ctor(m, cachep, slabp, object_number(m, cachep, slabp, objp), SLAB_CTOR_CONSTRUCTOR | SLAB_CTOR_VERIFY);
	if (cachep->flags & SLAB_RED_ZONE) {
		objp = wrap(m, objp - BYTES_PER_WORD(m));
		red_zone_xchg(m, cachep, objp, RED_MAGIC1, RED_MAGIC2);
	}
	if (cachep->flags & SLAB_POISON)
		kmem_poison_obj(m, cachep, objp);
	kmem_extra_free_checks(m, cachep, slabp, objp);
	return objp;
}

/* Back to its slab: the object becomes the first of the free list. */
static void kmem_cache_free_one(struct machine *m, kmem_cache_t *cachep, kaddr_t objp)
{
	slab_t *slabp;
	uint32_t objnr;

	FRAME(m);
	check_page(m, objp);
	slabp = page_of(m, objp)->slab;
	if (!slabp || !slab_ok(m, slabp))
		wild_slab(m, slabp, "slab_t");
	if (DEBUG(m))
		objp = debug_free_one(m, cachep, slabp, objp);
	objnr = object_number(m, cachep, slabp, objp);
	bufctl_set(m, cachep, slabp, objnr, slabp->free);
	EMIT(m, slab_put, OBJ_REF(cachep, slabp, objnr), slabp->free, slabp->inuse - 1);
	SET(slabp->free, objnr);
	if (DEBUG(m))
		SET(cachep->num_active, cachep->num_active - 1);
	fix_slab_chains(m, cachep, slabp);
}

/* `len` entries of an array from index `from` on go back to their slabs, in that order. */
void __free_block(struct machine *m, kmem_cache_t *cachep, const cpucache_t *cc, uint32_t from, uint32_t len)
{
	FRAME(m);
	for (int i = 0; i < (int)len; i++) {
		kmem_cache_free_one(m, cachep, entry_get(m, cc, from + (uint32_t)i));
		machine_bound(m, (uint64_t)i, "__free_block");
	}
}

void free_block(struct machine *m, kmem_cache_t *cachep, const cpucache_t *cc, uint32_t from, uint32_t len)
{
	FRAME(m);
	lock_cache(m);
	__free_block(m, cachep, cc, from, len);
	unlock_cache(m);
}

static void stats_count(struct machine *m, kmem_cache_t *cachep, bool hit)
{
	if (!DEBUG(m))
		return;
	if (hit)
		SET(cachep->freehit, cachep->freehit + 1);
	else
		SET(cachep->freemiss, cachep->freemiss + 1);
}

static __always_inline void push(struct machine *m, cpucache_t *cc, kaddr_t objp)
{
	entry_set(m, cc, cc->avail, objp);
	SET(cc->avail, cc->avail + 1);
	EMIT(m, cpucache_push, obj_ref(m, objp), cc->avail, cc->limit);
}

/* With interrupts off. */
static __always_inline void __kmem_cache_free(struct machine *m, kmem_cache_t *cachep, kaddr_t objp)
{
	cpucache_t *cc;

	FRAME(m);
	if (!SMP(m)) {
		kmem_cache_free_one(m, cachep, objp);
		return;
	}
	cc = cc_data(m, cachep);
	check_page(m, objp);
	if (unlikely(!cc)) {
		lock_cache(m);
		kmem_cache_free_one(m, cachep, objp);
		unlock_cache(m);
		return;
	}
	if (likely(cc->avail < cc->limit)) {
		stats_count(m, cachep, true);
	} else {
		stats_count(m, cachep, false);
		SET(cc->avail, cc->avail - cachep->batchcount);
		EMIT(m, cpucache_flush, smp_processor_id(m), cachep->batchcount, cc->avail, cc->limit);
		free_block(m, cachep, cc, cc->avail, cachep->batchcount);
	}
	push(m, cc, objp);
}

void kmem_cache_free(struct machine *m, kmem_cache_t *cachep, kaddr_t objp)
{
	bool off;

	FRAME(m);
	if (unlikely(!cachep || !cache_ok(m, cachep)))
		wild_slab(m, cachep, "kmem_cache_t");
	EMIT(m, kmem_cache_free, obj_ref(m, objp));
	check_page(m, objp);
	if (DEBUG(m) && page_of(m, objp)->slab_cache != cachep)
		BUG(m, "slab.c:1582: an object of another cache");
	local_irq_save(m, off);
	__kmem_cache_free(m, cachep, objp);
	local_irq_restore(m, off);
}

/* The page tells the cache. In a page that is no slab's, what the kernel takes for it is left over from the slab that was
 * there last; if somebody else has the page now, it is some other pointer. */
void kfree(struct machine *m, kaddr_t objp)
{
	kmem_cache_t *c;
	struct page *page;
	bool off;

	FRAME(m);
	if (!objp) {
		EMIT(m, kfree_null);
		return;
	}
	EMIT(m, kmem_cache_free, obj_ref(m, objp));
	local_irq_save(m, off);
	check_page(m, objp);
	page = page_of(m, objp);
	c = page->slab_cache;
	if (!c || !cache_ok(m, c) || (!(page->flags & PG_slab) && page->_count))
		OOPS(m, "unable to handle kernel paging request: the page of %llx leads to no cache", (unsigned long long)objp);
	__kmem_cache_free(m, c, objp);
	local_irq_restore(m, off);
}
