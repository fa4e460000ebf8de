/* SPDX-License-Identifier: GPL-3.0-or-later
 * A new slab, and its end: cache_grow(), kmem_getpages(), slab_destroy() of mm/slab.c.
 *
 *   on slab    |colour|freelist|obj 0|obj 1|...|          off slab   |colour|obj 0|obj 1|...|     freelist in kmalloc-N
 *                              ^ page->s_mem                                ^ page->s_mem */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"

/* The caller must ask for DMA memory exactly when the cache has it. */
void kmem_flagcheck(struct machine *m, struct kmem_cache *cachep, uint32_t flags)
{
	if ((flags & GFP_F_DMA) && !(cachep->allocflags & GFP_F_DMA))
		BUG(m, "kmem_flagcheck: GFP_DMA asked of %s, which has no DMA memory", intern_text(cachep->head.name));
	if (!(flags & GFP_F_DMA) && (cachep->allocflags & GFP_F_DMA))
		BUG(m, "kmem_flagcheck: %s has DMA memory, but GFP_DMA was not asked for", intern_text(cachep->head.name));
}

/* ---- pages ---- */

/* Pages for one slab, each leading to the first (S6). NULL: there are none. */
struct page *kmem_getpages(struct machine *m, struct kmem_cache *cachep, uint32_t flags, int nodeid)
{
	struct page *page;

	FRAME(m);
	flags |= cachep->allocflags;
	if (cachep->flags & SLAB_RECLAIM_ACCOUNT)
		flags |= GFP_F_RECLAIMABLE;
	page = slab_alloc_pages(m, nodeid, flags | GFP_F_NOTRACK, cachep->gfporder);
	if (!page) {
		if (is_debug(m))
			slab_out_of_memory(m, cachep, flags, nodeid);
		return NULL;
	}
	SET(page->flags, page->flags | PG_slab);
	for (uint64_t i = 0; i < 1ull << cachep->gfporder; i++)
		SET(page[i].slab, page);
	return page;
}

static void kmem_freepages(struct machine *m, struct kmem_cache *cachep, struct page *page)
{
	FRAME(m);
	if (!(page->flags & PG_slab))
		BUG(m, "kmem_freepages: pfn %llu is no slab", (unsigned long long)page_to_pfn(m, page));
	SET(page->flags, page->flags & ~PG_slab);
	for (uint64_t i = 0; i < 1ull << cachep->gfporder; i++)
		SET(page[i].slab, NULL);
	slab_free_pages(m, page, cachep->gfporder);
}

/* ---- a new slab ---- */

/* Where the slab's index array lies; sets page->s_mem behind it. 0: no memory for it. */
static kaddr_t alloc_slabmgmt(struct machine *m, struct kmem_cache *cachep, struct page *page, uint32_t colour_off, uint32_t local_flags, int nodeid)
{
	kaddr_t addr = page_address(m, page), freelist = addr + colour_off;

	if (OFF_SLAB(cachep)) {
		freelist = slab_alloc_node(m, cachep->freelist_cache, local_flags, nodeid, CALLER_alloc_slabmgmt);
		if (!freelist)
			return 0;
	} else {
		colour_off += cachep->freelist_size;
	}
	SET(page->inuse, 0);
	SET(page->s_mem, addr + colour_off);
	return freelist;
}

static void cache_init_objs(struct machine *m, struct kmem_cache *cachep, struct page *page)
{
	for (uint32_t i = 0; i < cachep->num; i++) {
		if (is_debug(m))
			debug_init_object(m, cachep, index_to_obj(cachep, page, i));
		set_free_obj(m, page, i, i);
	}
	if (cachep->ctor && !(cachep->flags & SLAB_POISON))
		EMIT(m, ctor_runs, cachep->num);
}

/* The colour of the node's next slab in bytes. It moves on whether or not the slab comes about. */
static uint32_t next_colour(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, int nodeid)
{
	uint32_t offset = n->colour_next * cachep->colour_off;

	spin_lock(m, node_lock(nodeid));
	SET(n->colour_next, n->colour_next + 1 >= cachep->colour ? 0 : n->colour_next + 1);
	EMIT(m, colour_step, offset / (cachep->colour_off ? cachep->colour_off : 1), offset);
	spin_unlock(m, node_lock(nodeid));
	return offset;
}

/* Makes a slab of pages from that node, or of `page`, which is given back if it cannot be used. */
static struct page *make_slab(struct machine *m, struct kmem_cache *cachep, uint32_t local_flags, int nodeid, struct page *page, uint32_t offset)
{
	kaddr_t freelist;

	if (!page)
		page = kmem_getpages(m, cachep, local_flags, nodeid);
	if (!page)
		return NULL;
	freelist = alloc_slabmgmt(m, cachep, page, offset, local_flags & ~GFP_CONSTRAINT_MASK, nodeid);
	if (!freelist) {
		kmem_freepages(m, cachep, page);
		return NULL;
	}
	SET(cachep->head.grown, cachep->head.grown + 1);
	SET(page->seq, cachep->head.grown);
	SET(page->slab_cache, cachep);
	SET(page->freelist, freelist);
	EMIT(m, slab_grow, slab_ref(page), cachep->gfporder, page_to_pfn(m, page));
	cache_init_objs(m, cachep, page);
	EMIT(m, freelist_ready, freelist, page->s_mem);
	return page;
}

/* One slab more for a node, at the tail of its free slabs. False: no memory. */
bool cache_grow(struct machine *m, struct kmem_cache *cachep, uint32_t flags, int nodeid, struct page *page)
{
	uint32_t local_flags = flags & (GFP_CONSTRAINT_MASK | GFP_RECLAIM_MASK), offset;
	struct kmem_cache_node *n = get_node(m, cachep, nodeid);

	FRAME(m);
	if (flags & GFP_SLAB_BUG_MASK)
		BUG(m, "cache_grow: a slab cannot have pages of gfp 0x%x", flags & GFP_SLAB_BUG_MASK);
	if (!n)
		OOPS(m, "cache_grow: node %d has no kmem_cache_node", nodeid);
	offset = next_colour(m, cachep, n, nodeid);
	if (local_flags & GFP_F_WAIT)
		local_irq_enable(m);
	kmem_flagcheck(m, cachep, flags);
	page = make_slab(m, cachep, local_flags, nodeid, page, offset);
	if (local_flags & GFP_F_WAIT)
		local_irq_disable(m);
	if (!page) {
		EMIT(m, grow_fails, CACHE_REF(cachep));
		return false;
	}
	spin_lock(m, node_lock(nodeid));
	list_add_tail(&page->lru, &n->slabs_free);
	EMIT(m, slab_lists, slab_ref(page), 0, LOCK_NAME("tail of slabs_free"));
	if (is_debug(m))
		SET(cachep->grown_count, cachep->grown_count + 1);
	SET(n->free_objects, n->free_objects + cachep->num);
	spin_unlock(m, node_lock(nodeid));
	return true;
}

/* ---- its end ---- */

/* Gives the pages of an empty slab, taken off its list, back: at once, or after a grace period. */
void slab_destroy(struct machine *m, struct kmem_cache *cachep, struct page *page)
{
	kaddr_t freelist = page->freelist;

	FRAME(m);
	if (is_debug(m))
		slab_destroy_debugcheck(m, cachep, page);
	if (cachep->flags & SLAB_DESTROY_BY_RCU) {
		list_add_tail(&page->lru, &globals(m)->rcu);
		EMIT(m, rcu_wait, slab_ref(page));
	} else {
		EMIT(m, slab_release, slab_ref(page));
		kmem_freepages(m, cachep, page);
	}
	if (OFF_SLAB(cachep))
		slab_free(m, cachep->freelist_cache, freelist, CALLER_alloc_slabmgmt);
}

void slabs_destroy(struct machine *m, struct kmem_cache *cachep, struct list_head *list)
{
	uint64_t bound = 0;

	while (list->next != list) {
		struct page *page = list_first_entry(list, struct page, lru);

		machine_bound(m, ++bound, "a list of slabs to destroy");
		list_del(&page->lru);
		slab_destroy(m, cachep, page);
	}
}

/* The grace period is over: slabs that waited for it give their pages back. */
void rcu_barrier(struct machine *m)
{
	struct list_head *rcu = &globals(m)->rcu;
	uint64_t bound = 0;

	while (rcu->next != rcu) {
		struct page *page = list_first_entry(rcu, struct page, lru);

		machine_bound(m, ++bound, "the list of slabs that wait for RCU");
		list_del(&page->lru);
		EMIT(m, rcu_done, slab_ref(page));
		EMIT(m, slab_release, slab_ref(page));
		kmem_freepages(m, page->slab_cache, page);
	}
}
