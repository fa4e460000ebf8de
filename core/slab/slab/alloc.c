/* SPDX-License-Identifier: GPL-3.0-or-later
 * Allocation: mm/slab.c from ____cache_alloc() to slab_alloc(). An object comes from the first of these that has one:
 *
 *   1 the CPU's array  2 the node's shared array  3 a partial slab  4 a free slab  5 a new slab  6 NUMA: another node
 *
 * 2, 3 and 4 fill the CPU's array by a batch, from whose end the object is then taken. */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"

/* The last entry of an array: what came last goes first. */
static kaddr_t ac_get_obj(struct machine *m, struct array_cache *ac)
{
	SET(ac->avail, ac->avail - 1);
	return ac_entry(m, ac, ac->avail);
}

/* Moves up to max entries from the end of one array to the end of another. Returns how many. */
uint32_t transfer_objects(struct machine *m, struct array_cache *to, struct array_cache *from, uint32_t max)
{
	uint32_t room = to->limit - to->avail, nr = from->avail < max ? from->avail : max;

	if ((int)nr > (int)room)
		nr = room;
	if (!nr)
		return 0;
	machine_bound(m, nr, "an array_cache");
	for (uint32_t i = 0; i < nr; i++)
		ac_set_entry(m, to, to->avail + i, ac_entry(m, from, from->avail - nr + i));
	SET(from->avail, from->avail - nr);
	SET(to->avail, to->avail + nr);
	return nr;
}

/* ---- objects out of slabs ---- */

/* The object that the slab's freelist names next; it counts as active from here on. */
static kaddr_t slab_get_obj(struct machine *m, struct kmem_cache *cachep, struct page *page)
{
	kaddr_t objp = index_to_obj(cachep, page, get_free_obj(m, page, page->inuse));

	SET(page->inuse, page->inuse + 1);
	return objp;
}

/* The first slab of a node with a free object: partial before free. NULL when there is none. */
static struct page *first_slab(struct machine *m, struct kmem_cache_node *n)
{
	if (n->slabs_partial.next != &n->slabs_partial)
		return list_first_entry(&n->slabs_partial, struct page, lru);
	SET(n->free_touched, 1);
	EMIT(m, partial_ran_empty);
	if (n->slabs_free.next != &n->slabs_free)
		return list_first_entry(&n->slabs_free, struct page, lru);
	return NULL;
}

/* After objects were taken, to the head of the list that fits. */
static void relist(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, struct page *page)
{
	bool full = page->inuse == cachep->num;

	list_del(&page->lru);
	list_add(&page->lru, full ? &n->slabs_full : &n->slabs_partial);
	EMIT(m, slab_lists, slab_ref(page), page->inuse, full ? LOCK_NAME("head of slabs_full") : LOCK_NAME("head of slabs_partial"));
}

static void stats_alloc(struct machine *m, struct kmem_cache *cachep, uint32_t n)
{
	if (!is_debug(m))
		return;
	SET(cachep->num_active, cachep->num_active + n);
	if (cachep->num_active > cachep->high_mark)
		SET(cachep->high_mark, cachep->num_active);
}

/* From one slab into the array, until the slab is full or the batch done. Returns how many. */
static uint32_t take_batch(struct machine *m, struct kmem_cache *cachep, struct array_cache *ac, struct page *page, uint32_t batchcount)
{
	uint32_t n = 0;

	while (page->inuse < cachep->num && n < batchcount) {
		ac_set_entry(m, ac, ac->avail, slab_get_obj(m, cachep, page));
		SET(ac->avail, ac->avail + 1);
		n++;
	}
	if (is_debug(m))
		SET(cachep->num_allocations, cachep->num_allocations + n);
	stats_alloc(m, cachep, n);
	EMIT(m, refill_from_slab, n, slab_ref(page));
	return n;
}

/* ---- the CPU's array ---- */

/* How many to fetch: a CPU that was idle since the reaper looked gets a small batch. */
static uint32_t refill_batch(struct machine *m, const struct array_cache *ac)
{
	if (ac->touched || ac->batchcount <= BATCHREFILL_LIMIT)
		return ac->batchcount;
	EMIT(m, refill_small, ac->batchcount);
	return BATCHREFILL_LIMIT;
}

/* Fills an empty array under the node's lock: from the shared array alone, or from slabs. */
static void refill_from_node(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, struct array_cache *ac)
{
	uint32_t batchcount = refill_batch(m, ac), taken;
	uint64_t slabs = 0;

	taken = n->shared ? transfer_objects(m, ac, n->shared, batchcount) : 0;
	if (taken) {
		SET(n->shared->touched, 1);
		EMIT(m, refill_from_shared, taken, n->shared->avail);
		return;
	}
	while ((int)batchcount > 0) {
		struct page *page = first_slab(m, n);

		if (!page) {
			EMIT(m, must_grow, CACHE_REF(cachep));
			break;
		}
		if (page->inuse >= cachep->num)
			BUG(m, "cache_alloc_refill: a slab with %u of %u objects in use is not on slabs_full", page->inuse, cachep->num);
		machine_bound(m, ++slabs, "the refill of an array_cache");
		batchcount -= take_batch(m, cachep, ac, page, batchcount);
		relist(m, cachep, n, page);
	}
	SET(n->free_objects, n->free_objects - ac->avail);
}

/* The array is empty: fetch a batch, growing the cache by a slab when the node has nothing. `force`: the entry taken was
 * of no use, so a slab comes first, and the array may still have entries. 0: no memory. */
static __attribute__((noinline)) kaddr_t cache_alloc_refill(struct machine *m, struct kmem_cache *cachep, uint32_t flags, bool force)
{
	struct array_cache *ac = cpu_cache_get(m, cachep);
	int node = numa_mem_id(m);

	FRAME(m);
	for (uint64_t tries = 0; ; tries++) {
		struct kmem_cache_node *n = get_node(m, cachep, node);

		machine_bound(m, tries, "the refill of an array_cache");
		if (tries || !force) {
			if (ac->avail > 0 || !n)
				BUG(m, "cache_alloc_refill: %s", n ? "the array is not empty" : "no kmem_cache_node");
			spin_lock(m, node_lock(node));
			refill_from_node(m, cachep, n, ac);
			spin_unlock(m, node_lock(node));
			if (ac->avail)
				break;
		}
		if (!cache_grow(m, cachep, is_numa(m) ? flags | GFP_THISNODE : flags, node, NULL) && (force || !ac->avail))
			return 0;
		if (ac->avail)
			break;
	}
	SET(ac->touched, 1);
	return ac_get_obj(m, ac);
}

static __always_inline kaddr_t ____cache_alloc(struct machine *m, struct kmem_cache *cachep, uint32_t flags)
{
	struct array_cache *ac = cpu_cache_get(m, cachep);
	bool force = ac->avail > 0;
	kaddr_t objp;

	FRAME(m);
	if (likely(ac->avail)) {
		SET(ac->touched, 1);
		objp = ac_get_obj(m, ac);
		if (is_debug(m) && objp)
			SET(cachep->allochit, cachep->allochit + 1);
		EMIT(m, array_hit, entry_ref(m, objp), ac->avail);
		if (objp)
			return objp;
	}
	if (!force)
		EMIT(m, array_empty, CACHE_REF(cachep));
	if (is_debug(m))
		SET(cachep->allocmiss, cachep->allocmiss + 1);
	/* A NULL that was freed lies in the array like an object; taken for one that the caller may not have. */
	return cache_alloc_refill(m, cachep, flags, force);
}

/* ---- NUMA ---- */

static kaddr_t fallback_alloc(struct machine *m, struct kmem_cache *cachep, uint32_t flags);

/* One object straight from a slab of that node, past all arrays. */
static kaddr_t ____cache_alloc_node(struct machine *m, struct kmem_cache *cachep, uint32_t flags, int nodeid)
{
	struct kmem_cache_node *n = get_node(m, cachep, nodeid);
	struct page *page;
	kaddr_t objp;

	FRAME(m);
	if (!n)
		BUG(m, "____cache_alloc_node: no kmem_cache_node for node %d", nodeid);
	for (;;) {
		spin_lock(m, node_lock(nodeid));
		page = first_slab(m, n);
		if (page)
			break;
		EMIT(m, must_grow, CACHE_REF(cachep));
		spin_unlock(m, node_lock(nodeid));
		if (!cache_grow(m, cachep, flags | GFP_THISNODE, nodeid, NULL))
			return fallback_alloc(m, cachep, flags);
	}
	if (page->inuse == cachep->num)
		BUG(m, "____cache_alloc_node: a full slab is not on slabs_full");
	if (is_debug(m))
		SET(cachep->node_allocs, cachep->node_allocs + 1);
	stats_alloc(m, cachep, 1);
	objp = slab_get_obj(m, cachep, page);
	EMIT(m, refill_from_slab, 1, slab_ref(page));
	SET(n->free_objects, n->free_objects - 1);
	relist(m, cachep, n, page);
	spin_unlock(m, node_lock(nodeid));
	return objp;
}

/* Nodes in the order of this node's zonelist: itself, then the other. */
static kaddr_t from_any_node(struct machine *m, struct kmem_cache *cachep, uint32_t flags)
{
	kaddr_t objp = 0;

	for (unsigned int i = 0; i < m->config.nodes && !objp; i++) {
		int nid = (int)(((unsigned int)numa_mem_id(m) + i) % m->config.nodes);
		struct kmem_cache_node *n = get_node(m, cachep, nid);

		if (!n || !n->free_objects)
			continue;
		EMIT(m, fallback_node, nid, n->free_objects);
		objp = ____cache_alloc_node(m, cachep, flags | GFP_THISNODE, nid);
	}
	return objp;
}

/* The wanted node gave nothing: free objects of any node, then a page from anywhere. 0: no memory. */
static kaddr_t fallback_alloc(struct machine *m, struct kmem_cache *cachep, uint32_t flags)
{
	uint32_t local_flags = flags & (GFP_CONSTRAINT_MASK | GFP_RECLAIM_MASK);
	struct page *page;
	kaddr_t objp = 0;

	FRAME(m);
	if (flags & GFP_F_THISNODE)
		return 0;
	for (uint64_t tries = 0; !objp; tries++) {
		machine_bound(m, tries, "fallback_alloc");
		objp = from_any_node(m, cachep, flags);
		if (objp)
			break;
		if (local_flags & GFP_F_WAIT)
			local_irq_enable(m);
		kmem_flagcheck(m, cachep, flags);
		EMIT(m, fallback_anywhere);
		page = kmem_getpages(m, cachep, local_flags, numa_mem_id(m));
		if (local_flags & GFP_F_WAIT)
			local_irq_disable(m);
		if (!page || !cache_grow(m, cachep, flags, page_to_nid(m, page), page))
			return 0;
		objp = ____cache_alloc_node(m, cachep, flags | GFP_THISNODE, page_to_nid(m, page));
	}
	return objp;
}

/* ---- the outside ---- */

static kaddr_t __do_cache_alloc(struct machine *m, struct kmem_cache *cachep, uint32_t flags)
{
	kaddr_t objp = ____cache_alloc(m, cachep, flags);

	if (unlikely(!objp) && is_numa(m))
		objp = ____cache_alloc_node(m, cachep, flags, numa_mem_id(m));
	return objp;
}

static void clear_object(struct machine *m, const struct kmem_cache *cachep, kaddr_t objp)
{
	if (!ram_has(m, objp, (uint32_t)cachep->object_size))
		OOPS(m, "slab_alloc: %llx cannot be cleared", (unsigned long long)objp);
	RAM_FILL(m, objp, 0, (uint32_t)cachep->object_size);
}

/* What every allocation ends with: checks, zeroing, and the event. */
static __always_inline kaddr_t finish(struct machine *m, struct kmem_cache *cachep, uint32_t flags, kaddr_t objp, enum caller caller)
{
	if (is_debug(m))
		objp = cache_alloc_debugcheck_after(m, cachep, flags, objp, caller);
	if (unlikely(!objp))
		return 0;
	if (unlikely(flags & GFP_F_ZERO))
		clear_object(m, cachep, objp);
	SET(cachep->head.live, cachep->head.live + 1);
	EMIT(m, kmem_cache_alloc, entry_ref(m, objp));
	return objp;
}

/* kmem_cache_alloc(): any node will do, this one is best. */
kaddr_t slab_alloc(struct machine *m, struct kmem_cache *cachep, uint32_t flags, enum caller caller)
{
	kaddr_t objp;
	bool off;

	FRAME(m);
	if (is_debug(m))
		kmem_flagcheck(m, cachep, flags);
	local_irq_save(m, off);
	objp = __do_cache_alloc(m, cachep, flags);
	local_irq_restore(m, off);
	return finish(m, cachep, flags, objp, caller);
}

/* kmem_cache_alloc_node(): objects of that node. Without NUMA there is only one. */
kaddr_t slab_alloc_node(struct machine *m, struct kmem_cache *cachep, uint32_t flags, int nodeid, enum caller caller)
{
	kaddr_t objp = 0;
	bool off;

	if (!is_numa(m))
		return slab_alloc(m, cachep, flags, caller);
	FRAME(m);
	if (is_debug(m))
		kmem_flagcheck(m, cachep, flags);
	local_irq_save(m, off);
	if (nodeid == -1)
		nodeid = numa_mem_id(m);
	if (!get_node(m, cachep, nodeid)) {
		objp = fallback_alloc(m, cachep, flags);
	} else {
		if (nodeid == numa_mem_id(m))
			objp = ____cache_alloc(m, cachep, flags);
		if (!objp)
			objp = ____cache_alloc_node(m, cachep, flags, nodeid);
	}
	local_irq_restore(m, off);
	return finish(m, cachep, flags, objp, caller);
}
