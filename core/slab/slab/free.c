/* SPDX-License-Identifier: GPL-3.0-or-later
 * Freeing: __cache_free(), cache_flusharray(), free_block() and the alien caches of mm/slab.c.
 *
 *   freed ─► the CPU's array ─full► oldest batch ─► shared array ─full► slabs ─empty, over free_limit► page allocator
 *        └─ of another node ─► alien array ─full► that node's shared array, the rest to its slabs */
#include "core/slab/slab/types.h"

#include "core/event/emit.h"

/* ---- back into slabs ---- */

/* The slab's head page of an object. A bad address or a page that is no slab's any more is the fault the kernel takes. */
struct page *obj_page(struct machine *m, kaddr_t objp)
{
	struct page *page = virt_to_head_page(m, objp);

	if (!page)
		OOPS(m, "virt_to_head_page: no memory at %llx", (unsigned long long)objp);
	if (!(page->flags & PG_slab))
		OOPS(m, "free_block: the page of %llx is on no list of slabs (its links are poisoned)", (unsigned long long)objp);
	return page;
}

/* The index becomes the next one to be handed out. */
static void slab_put_obj(struct machine *m, struct kmem_cache *cachep, struct page *page, kaddr_t objp)
{
	unsigned int objnr = obj_to_index(cachep, page, objp);

	if (is_debug(m))
		for (unsigned int i = page->inuse; i < cachep->num; i++)
			if (get_free_obj(m, page, i) == objnr) {
				PRINTK(m, "slab: double free detected in cache '%s', objp %llx", intern_text(cachep->head.name), (unsigned long long)objp);
				BUG(m, "slab_put_obj: double free");
			}
	SET(page->inuse, page->inuse - 1);
	set_free_obj(m, page, page->inuse, objnr);
	EMIT(m, obj_to_slab, REF(((struct kmem_cache *)page->slab_cache)->head.name, page->seq, objnr), page->inuse);
}

/* One object into its slab; the slab goes to the tail of partial, the head of free, or on `list` to be released. */
static void free_one(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n, kaddr_t objp, struct list_head *list)
{
	struct page *page = obj_page(m, objp);

	if (page->lru.next->prev != &page->lru || page->lru.prev->next != &page->lru)
		OOPS(m, "free_block: the slab of %llx is on no list (its links are poisoned)", (unsigned long long)objp);
	list_del(&page->lru);
	slab_put_obj(m, cachep, page, objp);
	if (is_debug(m))
		SET(cachep->num_active, cachep->num_active - 1);
	SET(n->free_objects, n->free_objects + 1);
	if (page->inuse) {
		list_add_tail(&page->lru, &n->slabs_partial);
		EMIT(m, slab_lists, slab_ref(page), page->inuse, LOCK_NAME("tail of slabs_partial"));
	} else if (n->free_objects > n->free_limit) {
		EMIT(m, free_limit_passed, n->free_objects, n->free_limit, slab_ref(page));
		SET(n->free_objects, n->free_objects - cachep->num);
		list_add_tail(&page->lru, list);
	} else {
		list_add(&page->lru, &n->slabs_free);
		EMIT(m, slab_lists, slab_ref(page), 0, LOCK_NAME("head of slabs_free"));
	}
}

/* The first nr entries of an array into their slabs; the array itself is left to the caller. Slabs to be released
 * are put on list. The node's lock is held. */
void free_block(struct machine *m, struct kmem_cache *cachep, const struct array_cache *ac, uint32_t nr, int node, struct list_head *list)
{
	struct kmem_cache_node *n = get_node(m, cachep, node);

	FRAME(m);
	machine_bound(m, nr, "an array_cache");
	for (uint32_t i = 0; i < nr; i++) {
		if (!n)
			OOPS(m, "free_block: node %d has no kmem_cache_node", node);
		free_one(m, cachep, n, ac_entry(m, ac, i), list);
	}
}

/* Takes nr entries off the front of an array. */
static void ac_shift(struct machine *m, struct array_cache *ac, uint32_t nr)
{
	SET(ac->avail, ac->avail - nr);
	machine_bound(m, ac->avail, "an array_cache");
	for (uint32_t i = 0; nr && i < ac->avail; i++)
		ac_set_entry(m, ac, i, ac_entry(m, ac, i + nr));
}

/* ---- a full array ---- */

/* As many of the oldest entries as fit go to the shared array. Returns how many; 0 when it has no room. */
static uint32_t flush_to_shared_array(struct machine *m, struct array_cache *ac, struct array_cache *shared, uint32_t batchcount)
{
	uint32_t max = shared->limit - shared->avail;

	if (!max)
		return 0;
	if ((int)batchcount > (int)max)
		batchcount = max;
	machine_bound(m, batchcount, "an array_cache");
	for (uint32_t i = 0; i < batchcount; i++)
		ac_set_entry(m, shared, shared->avail + i, ac_entry(m, ac, i));
	SET(shared->avail, shared->avail + batchcount);
	EMIT(m, flush_to_shared, batchcount);
	return batchcount;
}

/* How many slabs of a node are free: kept as a high mark by a debugging kernel. */
static void stats_freeable(struct machine *m, struct kmem_cache *cachep, struct kmem_cache_node *n)
{
	unsigned long i = 0;

	if (!is_debug(m))
		return;
	for (struct list_head *p = n->slabs_free.next; p != &n->slabs_free; p = p->next) {
		if (list_entry(p, struct page, lru)->inuse)
			BUG(m, "cache_flusharray: a slab on slabs_free has objects in use");
		machine_bound(m, ++i, "slabs_free");
	}
	if (cachep->max_freeable < i)
		SET(cachep->max_freeable, i);
}

/* The array is full: its oldest batchcount entries go to the shared array, or into their slabs. */
static __attribute__((noinline)) void cache_flusharray(struct machine *m, struct kmem_cache *cachep, struct array_cache *ac)
{
	int node = numa_mem_id(m);
	struct kmem_cache_node *n = get_node(m, cachep, node);
	uint32_t batchcount = ac->batchcount, moved;

	FRAME(m);
	KSTACK_LIST_HEAD(m, list);
	if (is_debug(m) && (!batchcount || batchcount > ac->avail))
		BUG(m, "cache_flusharray: batchcount %u of %u entries", batchcount, ac->avail);
	if (!n)
		OOPS(m, "cache_flusharray: node %d has no kmem_cache_node", node);
	spin_lock(m, node_lock(node));
	moved = n->shared ? flush_to_shared_array(m, ac, n->shared, batchcount) : 0;
	if (moved) {
		batchcount = moved;
	} else {
		EMIT(m, flush_to_slabs, batchcount);
		free_block(m, cachep, ac, batchcount, node, list);
	}
	stats_freeable(m, cachep, n);
	spin_unlock(m, node_lock(node));
	slabs_destroy(m, cachep, list);
	ac_shift(m, ac, batchcount);
}

/* ---- alien caches ---- */

/* Takes objects of `node` home: into its shared array as far as they fit, the others into slabs. */
void drain_one_alien(struct machine *m, struct kmem_cache *cachep, struct array_cache *ac, int node, struct list_head *list)
{
	struct kmem_cache_node *n = get_node(m, cachep, node);
	uint32_t moved __attribute__((unused)) = 0;     /* told only when recording */

	FRAME(m);
	if (!ac->avail)
		return;
	if (!n)
		OOPS(m, "__drain_alien_cache: node %d has no kmem_cache_node", node);
	spin_lock(m, node_lock(node));
	if (n->shared)
		moved = transfer_objects(m, n->shared, ac, ac->limit);
	EMIT(m, alien_drain, node, moved, ac->avail);
	free_block(m, cachep, ac, ac->avail, node, list);
	SET(ac->avail, 0);
	spin_unlock(m, node_lock(node));
}

/* All alien arrays of one node. */
void drain_alien_cache(struct machine *m, struct kmem_cache *cachep, struct alien_table *alien)
{
	for (int node = 0; (uint64_t)node < m->config.nodes; node++) {
		KSTACK_LIST_HEAD(m, list);
		bool off;

		if (!alien->to[node])
			continue;
		local_irq_save(m, off);
		spin_lock(m, alien_lock(node));
		drain_one_alien(m, cachep, &alien->to[node]->ac, node, list);
		spin_unlock(m, alien_lock(node));
		local_irq_restore(m, off);
		slabs_destroy(m, cachep, list);
	}
}

/* The object's node has no alien array here: straight into its slab. */
static void free_remote(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, int page_node)
{
	struct kmem_cache_node *n = get_node(m, cachep, page_node);

	KSTACK_LIST_HEAD(m, list);
	if (!n)
		OOPS(m, "__cache_free_alien: node %d has no kmem_cache_node", page_node);
	spin_lock(m, node_lock(page_node));
	free_one(m, cachep, n, objp, list);
	spin_unlock(m, node_lock(page_node));
	slabs_destroy(m, cachep, list);
}

static void __cache_free_alien(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, int node, int page_node)
{
	struct kmem_cache_node *n = get_node(m, cachep, node);
	struct alien_cache *alien = n && n->alien ? n->alien->to[page_node] : NULL;
	struct array_cache *ac;

	FRAME(m);
	KSTACK_LIST_HEAD(m, list);
	if (is_debug(m))
		SET(cachep->node_frees, cachep->node_frees + 1);
	if (!alien) {
		free_remote(m, cachep, objp, page_node);
		return;
	}
	ac = &alien->ac;
	spin_lock(m, alien_lock(page_node));
	if (ac->avail == ac->limit) {
		if (is_debug(m))
			SET(cachep->node_overflow, cachep->node_overflow + 1);
		drain_one_alien(m, cachep, ac, page_node, list);
	}
	ac_set_entry(m, ac, ac->avail, objp);
	SET(ac->avail, ac->avail + 1);
	EMIT(m, alien_put, entry_ref(m, objp), page_node, ac->avail, ac->limit);
	spin_unlock(m, alien_lock(page_node));
	slabs_destroy(m, cachep, list);
}

/* True when the object was of another node and has been dealt with. */
static bool cache_free_alien(struct machine *m, struct kmem_cache *cachep, kaddr_t objp)
{
	int node = numa_mem_id(m), page_node;

	if (!ram_has(m, objp, 1))
		OOPS(m, "cache_free_alien: no memory at %llx", (unsigned long long)objp);
	page_node = page_to_nid(m, virt_to_page(m, objp));
	if (page_node == node)
		return false;
	__cache_free_alien(m, cachep, objp, node, page_node);
	return true;
}

/* ---- the outside ---- */

static void count_free(struct machine *m, struct kmem_cache *cachep, bool hit)
{
	if (!is_debug(m))
		return;
	if (hit)
		SET(cachep->freehit, cachep->freehit + 1);
	else
		SET(cachep->freemiss, cachep->freemiss + 1);
}

static void __cache_free(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, enum caller caller)
{
	struct array_cache *ac = cpu_cache_get(m, cachep);

	FRAME(m);
	if (is_debug(m))
		objp = cache_free_debugcheck(m, cachep, objp, caller);
	if (is_numa(m) && cache_free_alien(m, cachep, objp))
		return;
	count_free(m, cachep, ac->avail < ac->limit);
	if (unlikely(ac->avail >= ac->limit)) {
		EMIT(m, array_full, ac->limit);
		cache_flusharray(m, cachep, ac);
	}
	ac_set_entry(m, ac, ac->avail, objp);
	SET(ac->avail, ac->avail + 1);
	EMIT(m, array_put, entry_ref(m, objp), ac->avail, ac->limit);
}

/* kmem_cache_free(): the object goes to the cache that the caller named, right or wrong. */
void slab_free(struct machine *m, struct kmem_cache *cachep, kaddr_t objp, enum caller caller)
{
	bool off;

	FRAME(m);
	EMIT(m, kmem_cache_free, entry_ref(m, objp));
	if (cachep->head.live)
		SET(cachep->head.live, cachep->head.live - 1);
	local_irq_save(m, off);
	__cache_free(m, cachep, objp, caller);
	local_irq_restore(m, off);
}
