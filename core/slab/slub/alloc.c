/* SPDX-License-Identifier: GPL-3.0-or-later
 * Allocation: slab_alloc_node() and ___slab_alloc() of mm/slub.c.
 *
 *      cpu's freelist ─ empty ─> slab's own freelist ─ empty ─> cpu's partial list ─ empty ─> node's partial list
 *        (cmpxchg)                (get_freelist)                                               ─ empty ─> new slab
 *
 * The fast path takes no lock and leaves interrupts on: it reads tid and freelist, and a cmpxchg over both takes the
 * first object only if no operation on this CPU came between. Between the reading and the cmpxchg stands an event, so
 * that a script can let one come between (`inject`). */
#include "core/slab/slub/types.h"

#include "core/mm/gfp.h"

static bool node_match(const struct machine *m, const struct page *page, int node)
{
	return !is_numa(m) || node == NUMA_NO_NODE || page_to_nid(m, page) == node;
}

/* Takes over what was freed into the cpu's slab by others: the slab's whole own freelist becomes the cpu's. When there
 * is nothing the slab is full; it is frozen no longer and on no list. Returns its first object, or 0. */
static kaddr_t get_freelist(struct machine *m, struct kmem_cache *s, struct page *page)
{
	struct counters old, new;
	kaddr_t freelist;

	FRAME(m);
	do {
		freelist = page->freelist;
		old = new = slab_counters(page);
		EMIT(m, slub_read_slab, SLAB_REF(s, page), old.inuse, old.objects);
		new.inuse = page->objects;
		new.frozen = freelist != 0;
	} while (!cmpxchg_double_slab(m, s, page, freelist, old, 0, new, TEXT("get_freelist")));
	if (freelist)
		EMIT(m, slub_get_freelist, SLAB_REF(s, page), old.objects - old.inuse);
	else
		EMIT(m, slub_slab_full, SLAB_REF(s, page));
	return freelist;
}

/* From a node's partial list, else from a new slab; c->page is then that slab. Returns its first free object, 0 when
 * the page allocator has none. */
static kaddr_t new_slab_objects(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node, struct kmem_cache_cpu *c)
{
	struct page *page;
	kaddr_t freelist;

	FRAME(m);
	freelist = get_partial(m, s, gfp, node, c);
	if (freelist)
		return freelist;
	page = new_slab(m, s, gfp, node);
	if (!page)
		return 0;
	/* Interrupts were on while the page came: this CPU may have a slab again. */
	if (c->page)
		flush_slab(m, s, c);
	freelist = page->freelist;
	SET(page->freelist, 0);
	stat(c, ALLOC_SLAB);
	SET(c->page, page);
	EMIT(m, slub_cpu_slab, c->cpu, SLAB_REF(s, page));
	return freelist;
}

/* The cpu keeps everything behind the first object. */
static kaddr_t load_freelist(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c, kaddr_t freelist)
{
	SET(c->freelist, get_freepointer(m, s, freelist));
	SET(c->tid, c->tid + 1);
	EMIT(m, slub_load_freelist, c->cpu, slub_ref(m, s, c->page, freelist));
	return freelist;
}

/* Whether the cpu may go on with the slab it has; if not, the slab is taken from it. */
static bool cpu_slab_fits(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c, struct page *page, uint32_t gfp, int *node)
{
	if (!node_match(m, page, *node)) {
		if (*node >= (int)m->config.nodes) {
			*node = NUMA_NO_NODE;   /* a node without memory: any will do */
		} else {
			EMIT(m, slub_node_mismatch, SLAB_REF(s, page), (uint64_t)page_to_nid(m, page), (uint64_t)*node);
			stat(c, ALLOC_NODE_MISMATCH);
			deactivate_slab(m, s, page, c->freelist, c);
			return false;
		}
	}
	if (!pfmemalloc_match(page, gfp)) {
		EMIT(m, slub_pfmemalloc, SLAB_REF(s, page));
		deactivate_slab(m, s, page, c->freelist, c);
		return false;
	}
	return true;
}

/* The slab at c->page: its first free object is handed out and the rest becomes the cpu's; 0 when there is none, and
 * then it is the cpu's slab no longer. */
static kaddr_t take_from_cpu_slab(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c, struct page *page)
{
	kaddr_t freelist = c->freelist;

	if (freelist)
		return load_freelist(m, s, c, freelist);
	freelist = get_freelist(m, s, page);
	if (!freelist) {
		SET(c->page, NULL);
		SET(c->tid, c->tid + 1);
		stat(c, DEACTIVATE_BYPASS);
		return 0;
	}
	stat(c, ALLOC_REFILL);
	return load_freelist(m, s, c, freelist);
}

static struct page *take_cpu_partial(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	struct page *page = slab_page(m, c->partial);

	SET(c->page, page);
	SET(c->partial, page->next);
	stat(c, CPU_PARTIAL_ALLOC);
	EMIT(m, slub_cpu_partial_take, SLAB_REF(s, page), c->cpu);
	return page;
}

/* The slow path, interrupts off. mm/slub.c ___slab_alloc() */
static kaddr_t ___slab_alloc(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node, unsigned int from, struct kmem_cache_cpu *c)
{
	struct page *page = slab_page(m, c->page);
	kaddr_t freelist;

	FRAME(m);
	if (!page && node >= (int)m->config.nodes)
		node = NUMA_NO_NODE;
	for (uint64_t n = 0;; n++) {
		machine_bound(m, n, "___slab_alloc");
		if (page && cpu_slab_fits(m, s, c, page, gfp, &node)) {
			freelist = take_from_cpu_slab(m, s, c, page);
			if (freelist)
				return freelist;
		}
		if (c->partial) {
			page = take_cpu_partial(m, s, c);
			continue;
		}
		freelist = new_slab_objects(m, s, gfp, node, c);
		if (!freelist) {
			slab_out_of_memory(m, s, gfp, node);
			return 0;
		}
		page = c->page;
		if (!kmem_cache_debug(s) && pfmemalloc_match(page, gfp))
			return load_freelist(m, s, c, freelist);
		if (!kmem_cache_debug(s) || alloc_debug_processing(m, s, page, freelist, from))
			break;
		page = NULL;            /* the slab failed its checks: the next one */
	}
	/* A debug cache keeps no slab on a cpu: every operation shall pass the checks. */
	deactivate_slab(m, s, page, get_freepointer(m, s, freelist), c);
	return freelist;
}

static __attribute__((noinline)) kaddr_t __slab_alloc(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node, unsigned int from)
{
	kaddr_t object;
	bool flags;

	FRAME(m);
	local_irq_save(m, flags);
	object = ___slab_alloc(m, s, gfp, node, from, this_cpu_ptr(m, s));
	local_irq_restore(m, flags);
	return object;
}

/* Takes `object` off the cpu's freelist if neither the freelist nor the tid changed since they were read. */
static bool this_cpu_pop(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c, kaddr_t object, uint64_t tid, kaddr_t next)
{
	if (unlikely(c->freelist != object || c->tid != tid)) {
		stat(c, CMPXCHG_DOUBLE_CPU_FAIL);
		EMIT(m, slub_cmpxchg_cpu_fail, tid, c->tid);
		return false;
	}
	SET(c->freelist, next);
	SET(c->tid, tid + 1);
	stat(c, ALLOC_FASTPATH);
	EMIT(m, slub_alloc_fastpath, tid + 1);
#if RECORD
	if (m->journal.events_on && next && sane_page(m, c->page) && !check_valid_pointer(m, s, c->page, next))
		EMIT(m, slub_freelist_wild, c->cpu, next, CACHE_REF(s));
#endif
	return true;
}

#if RECORD
static uint32_t slow_reason(const struct kmem_cache_cpu *c)
{
	if (!c->page)
		return TEXT("this cpu has no slab");
	return c->freelist ? TEXT("this cpu's slab lies on another node") : TEXT("this cpu's freelist is empty");
}
#endif

static void clear_object(struct machine *m, const struct kmem_cache *s, kaddr_t object)
{
	if (!ram_has(m, object, s->object_size))
		slub_fault(m, object, "memset");
	RAM_FILL(m, object, 0, s->object_size);
	EMIT(m, slub_zeroed, slub_object_ref(m, object), s->object_size);
}

/* One object, or 0. mm/slub.c slab_alloc_node() */
__always_inline kaddr_t slab_alloc_node(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node, unsigned int from)
{
	struct kmem_cache_cpu *c;
	kaddr_t object;
	uint64_t tid;

	FRAME(m);
	do {
		c = this_cpu_ptr(m, s);
		tid = c->tid;
		object = c->freelist;
		EMIT(m, slub_read_cpu, slub_ref(m, s, c->page, object), tid);
		if (__builtin_expect(!object || !c->page || !node_match(m, c->page, node), 0)) {
			EMIT(m, slub_alloc_slowpath, slow_reason(c));
			object = __slab_alloc(m, s, gfp, node, from);
			stat(this_cpu_ptr(m, s), ALLOC_SLOWPATH);
			break;
		}
	} while (!this_cpu_pop(m, s, c, object, tid, get_freepointer(m, s, object)));
	if (__builtin_expect(!object, 0))
		return 0;
	if (unlikely(gfp & __GFP_ZERO))
		clear_object(m, s, object);
	return object;
}

kaddr_t kmem_cache_alloc(struct machine *m, struct kmem_cache *s, uint32_t gfp)
{
	kaddr_t object;

	FRAME(m);
	object = slab_alloc_node(m, s, gfp, NUMA_NO_NODE, FROM(kmem_cache_alloc, script));
	EMIT(m, kmem_cache_alloc, slub_object_ref(m, object));
	return object;
}

/* Without NUMA the node is not looked at. */
kaddr_t kmem_cache_alloc_node(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node)
{
	kaddr_t object;

	FRAME(m);
	object = slab_alloc_node(m, s, gfp, is_numa(m) ? node : NUMA_NO_NODE, FROM(kmem_cache_alloc_node, script));
	EMIT(m, kmem_cache_alloc, slub_object_ref(m, object));
	return object;
}
