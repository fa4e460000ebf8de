/* SPDX-License-Identifier: GPL-3.0-or-later
 * A new slab, and the end of one: allocate_slab(), __free_slab(), discard_slab() of mm/slub.c.
 *
 * A new slab's free pointers chain its objects by address, or, with random=1, in the order of the cache's one
 * permutation from a random start. It is born frozen, all its objects counted as in use. */
#include "core/slab/slub/types.h"

#include "core/mm/gfp.h"

/* ---- the cache's chain of all slabs (U6): ours, so that full slabs can be shown ---- */

static void chain_slab(struct machine *m, struct kmem_cache *s, struct page *page)
{
	uint64_t me = page_to_pfn(m, page) + 1, last = s->last_slab;

	SET(page->chain_prev, last);
	SET(page->chain_next, 0);
	if (last)
		SET(pfn_to_page(m, last - 1)->chain_next, me);
	else
		SET(s->first_slab, me);
	SET(s->last_slab, me);
}

static void unchain_slab(struct machine *m, struct kmem_cache *s, struct page *page)
{
	uint64_t before = page->chain_prev, after = page->chain_next;

	if (before)
		SET(pfn_to_page(m, before - 1)->chain_next, after);
	else
		SET(s->first_slab, after);
	if (after)
		SET(pfn_to_page(m, after - 1)->chain_prev, before);
	else
		SET(s->last_slab, before);
}

/* ---- pages ---- */

static struct page *alloc_slab_page(struct machine *m, uint32_t gfp, int node, uint32_t oo)
{
	FRAME(m);
	if (oo_order(oo) >= MAX_ORDER)
		return NULL;
	return slab_alloc_pages(m, node, gfp, oo_order(oo));
}

/* Prefers oo; when that is refused, the smallest order that holds an object (asked for even if it is the same). */
static struct page *alloc_pages_for(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node, uint32_t *oo)
{
	uint32_t alloc_gfp = (gfp | __GFP_NOWARN | __GFP_NORETRY) & ~__GFP_NOFAIL;
	struct page *page;

	if (alloc_gfp & __GFP_DIRECT_RECLAIM && oo_order(s->oo) > oo_order(s->min))
		alloc_gfp = (alloc_gfp | __GFP_NOMEMALLOC) & ~__GFP_RECLAIM;
	*oo = s->oo;
	page = alloc_slab_page(m, alloc_gfp, node, *oo);
	if (page)
		return page;
	*oo = s->min;
	EMIT(m, slub_order_fallback, CACHE_REF(s), oo_order(s->oo), oo_order(s->min));
	page = alloc_slab_page(m, gfp, node, *oo);
	if (page)
		stat(this_cpu_ptr(m, s), ORDER_FALLBACK);
	return page;
}

/* ---- the chain of free objects ---- */

static void setup_object(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t object)
{
	setup_object_debug(m, s, object);
	if (s->ctor && s->ctor != ctor_address(m))
		slub_fault(m, s->ctor, "setup_object, which called the constructor,");
	if (s->ctor)
		EMIT(m, slub_ctor, slub_ref(m, s, page, object));
	(void)page;
}

static void chain_by_address(struct machine *m, struct kmem_cache *s, struct page *page)
{
	kaddr_t p = fixup_red_left(s, page_address(m, page));

	setup_object(m, s, page, p);
	SET(page->freelist, p);
	for (unsigned int i = 1; i < page->objects; i++, p += s->size) {
		setup_object(m, s, page, p + s->size);
		set_freepointer(m, s, p, p + s->size);
	}
	set_freepointer(m, s, p, 0);
}

/* The next of the cache's random offsets that lies in this slab, which may be smaller than usual. */
static uint32_t next_freelist_entry(struct machine *m, struct kmem_cache *s, uint32_t *pos, uint64_t page_limit, uint32_t count)
{
	uint32_t offset;

	for (uint64_t n = 0;; n++) {
		machine_bound(m, n, "next_freelist_entry");
		offset = ram_get32(m, s->random_seq + *pos * 4);
		*pos = *pos + 1 < count ? *pos + 1 : 0;
		if (offset < page_limit)
			return offset;
	}
}

/* False when the cache has no random sequence (yet), or the slab is too small to be shuffled. */
static bool shuffle_freelist(struct machine *m, struct kmem_cache *s, struct page *page)
{
	kaddr_t start = fixup_red_left(s, page_address(m, page)), at, next;
	uint32_t count = oo_objects(s->oo), pos;

	if (page->objects < 2 || !s->random_seq)
		return false;
	if (!count)
		OOPS(m, "divide error in shuffle_freelist");
	if (!ram_has(m, s->random_seq, count * 4))
		slub_fault(m, s->random_seq, "shuffle_freelist");
	pos = machine_random(m) % count;
	EMIT(m, slub_shuffle, SLAB_REF(s, page), pos);
	at = start + next_freelist_entry(m, s, &pos, (uint64_t)page->objects * s->size, count);
	setup_object(m, s, page, at);
	SET(page->freelist, at);
	for (unsigned int i = 1; i < page->objects; i++, at = next) {
		next = start + next_freelist_entry(m, s, &pos, (uint64_t)page->objects * s->size, count);
		setup_object(m, s, page, next);
		set_freepointer(m, s, at, next);
	}
	set_freepointer(m, s, at, 0);
	return true;
}

/* ---- a slab's birth ---- */

static void inc_slabs_node(struct machine *m, struct kmem_cache *s, struct page *page)
{
	struct kmem_cache_node *n = get_node(m, s, page_to_nid(m, page));

	if (!n)
		return;                 /* the first slab of kmem_cache_node holds the node's own structure */
	SET(n->nr_slabs, n->nr_slabs + 1);
	SET(n->total_objects, n->total_objects + page->objects);
}

static void name_slab(struct machine *m, struct kmem_cache *s, struct page *page, uint32_t oo)
{
	SET(page->objects, (uint16_t)oo_objects(oo));
	SET(page->slab_cache, s);
	SET(page->flags, page->flags | PG_slab);
	SET(s->head.grown, s->head.grown + 1);
	SET(page->seq, s->head.grown);
	SET(page->inuse, oo_objects(oo));
	SET(page->frozen, 1);
	SET(page->lru.next, NULL);      /* on no list: see unlink_slab() */
	SET(page->lru.prev, NULL);
	chain_slab(m, s, page);
	EMIT(m, slab_grow, SLAB_REF(s, page), oo_order(oo), page_to_pfn(m, page));
}

static struct page *allocate_slab(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node)
{
	bool irqs_on = gfp & __GFP_DIRECT_RECLAIM && irqs_disabled(m);
	struct page *page;
	uint32_t oo;

	FRAME(m);
	if (irqs_on)
		local_irq_enable(m);
	page = alloc_pages_for(m, s, gfp | s->allocflags, node, &oo);
	if (page) {
		name_slab(m, s, page, oo);
		setup_page_debug(m, s, page);
		if (!shuffle_freelist(m, s, page))
			chain_by_address(m, s, page);
		EMIT(m, slub_freelist_made, SLAB_REF(s, page), page->objects);
	}
	if (irqs_on)
		local_irq_disable(m);
	if (!page)
		return NULL;
	inc_slabs_node(m, s, page);
	return page;
}

/* A frozen slab of all-free objects that count as in use; NULL when the page allocator has none. */
static void report_gfp(struct machine *m, uint32_t wrong, uint32_t left)
{
	struct buf names = {0};
	size_t cut;

	gfp_text(&names, m, wrong);
	cut = names.len;
	if (left)
		gfp_text(&names, m, left);
	PRINTK(m, "Unexpected gfp: %#x (%.*s). Fixing up to gfp: %#x (%s). Fix your code!", gfp_number(m, wrong), (int)cut, buf_text(&names),
	       gfp_number(m, left), buf_text(&names) + cut);
	buf_done(&names);
}

struct page *new_slab(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node)
{
	FRAME(m);
	if (gfp & GFP5_SLAB_BUG_MASK)
		report_gfp(m, gfp & GFP5_SLAB_BUG_MASK, gfp & ~GFP5_SLAB_BUG_MASK);
	return allocate_slab(m, s, gfp & (GFP5_RECLAIM_MASK | GFP5_CONSTRAINT_MASK), node);
}

/* ---- a slab's end ---- */

static void __free_slab(struct machine *m, struct kmem_cache *s, struct page *page)
{
	unsigned int order = compound_order(page);

	FRAME(m);
	if (s->flags & SLAB_CONSISTENCY_CHECKS)
		check_freed_slab(m, s, page);
	unchain_slab(m, s, page);
	SET(page->flags, page->flags & ~(PG_slab | PG_pfmemalloc));
	SET(page->slab_cache, NULL);
	EMIT(m, slab_release, SLAB_REF(s, page));
	slab_free_pages(m, page, order);
}

/* What waited for RCU: every reader that could still look is gone. */
void rcu_free_slabs(struct machine *m)
{
	struct slub *slub = slub_of(m);

	while (slub->rcu_first) {
		struct page *page = slub->rcu_first;
		struct kmem_cache *s = page->slab_cache;

		SET(slub->rcu_first, page->next);
		EMIT(m, slub_rcu_free, SLAB_REF(s, page));
		__free_slab(m, s, page);
	}
}

static void call_rcu_free_slab(struct machine *m, struct kmem_cache *s, struct page *page)
{
	struct slub *slub = slub_of(m);

	SET(page->next, NULL);
	if (slub->rcu_first)
		SET(slub->rcu_last->next, page);
	else
		SET(slub->rcu_first, page);
	SET(slub->rcu_last, page);
	EMIT(m, slub_rcu_defer, SLAB_REF(s, page));
}

/* A slab that is on no list any more goes, at once or (SLAB_TYPESAFE_BY_RCU) after a grace period. */
void discard_slab(struct machine *m, struct kmem_cache *s, struct page *page)
{
	struct kmem_cache_node *n = get_node(m, s, page_to_nid(m, page));

	FRAME(m);
	if (!(page->flags & PG_slab) || page->slab_cache != s)
		BUG(m, "discard_slab: pfn %llu is no slab of %s any more: its pages are freed twice",
		    (unsigned long long)page_to_pfn(m, page), intern_text(s->head.name));
	SET(n->nr_slabs, n->nr_slabs - 1);
	SET(n->total_objects, n->total_objects - page->objects);
	if (s->flags & SLAB_TYPESAFE_BY_RCU)
		call_rcu_free_slab(m, s, page);
	else
		__free_slab(m, s, page);
}
