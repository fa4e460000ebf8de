/* SPDX-License-Identifier: GPL-3.0-or-later
 * Slabs on lists: the nodes' partial and full lists, the cpus' partial lists, and the ways between them.
 *
 * U1, U2 of types.h hold here: freezing takes a slab off its node's list, unfreezing puts it back. A slab without a
 * used object is given up when its node already keeps min_partial slabs, else it stays on the list. */
#include "core/slab/slub/types.h"

/* ---- a node's lists ---- */

/* Off a list. A slab that is on none has no links: the kernel finds LIST_POISON1 there and faults. */
static void unlink_slab(struct machine *m, struct page *page, const char *who)
{
	if (!page->lru.next || !page->lru.prev)
		OOPS(m, "general protection fault: %s: slab %u is on no list (LIST_POISON1)", who, page->seq);
	list_del(&page->lru);
	SET(page->lru.next, NULL);
	SET(page->lru.prev, NULL);
}

void add_partial(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page, int tail)
{
	SET(n->nr_partial, n->nr_partial + 1);
	if (tail == TO_TAIL)
		list_add_tail(&page->lru, &n->partial);
	else
		list_add(&page->lru, &n->partial);
	EMIT(m, slub_add_partial, SLAB_REF(s, page), n->nid, tail == TO_TAIL ? TEXT("tail") : TEXT("head"), n->nr_partial);
}

void remove_partial(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page)
{
	unlink_slab(m, page, "remove_partial");
	SET(n->nr_partial, n->nr_partial - 1);
	EMIT(m, slub_remove_partial, SLAB_REF(s, page), n->nid, n->nr_partial);
}

/* Full slabs are listed for those who look for leaks only. */
void add_full(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page)
{
	if (!(s->flags & SLAB_STORE_USER))
		return;
	list_add(&page->lru, &n->full);
	EMIT(m, slub_add_full, SLAB_REF(s, page), n->nid);
}

void remove_full(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page)
{
	if (!(s->flags & SLAB_STORE_USER))
		return;
	unlink_slab(m, page, "remove_full");
	EMIT(m, slub_remove_full, SLAB_REF(s, page), n->nid);
}

/* ---- from a node's list to this cpu ---- */

/* Freezes a slab of the node's list. The first one gives its freelist to the cpu (inuse counts all objects); the others
 * keep theirs. `*objects`: how many were free. False when another CPU changed the slab meanwhile. */
static bool acquire_slab(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page, bool first,
			 kaddr_t *freelist, uint32_t *objects)
{
	struct counters old = slab_counters(page), new = old;

	*freelist = page->freelist;
	*objects = (old.objects - old.inuse) & 0xffff;
	EMIT(m, slub_read_slab, SLAB_REF(s, page), old.inuse, old.objects);
	if (first)
		new.inuse = page->objects;
	new.frozen = 1;
	if (!cmpxchg_double_slab(m, s, page, *freelist, old, first ? 0 : *freelist, new, TEXT("acquire_slab")))
		return false;
	remove_partial(m, s, n, page);
	EMIT(m, slub_freeze, SLAB_REF(s, page), smp_processor_id(m));
	return *freelist != 0;
}

/* The list's first slab becomes the cpu's, and the next ones wait on its partial list until more than half of
 * cpu_partial free objects have come. Returns the first object, or 0. */
static kaddr_t get_partial_node(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct kmem_cache_cpu *c, uint32_t gfp)
{
	kaddr_t object = 0, freelist;
	uint32_t available = 0, objects;
	uint64_t bound = 0;
	struct page *page;

	FRAME(m);
	if (!n)
		return 0;
	EMIT(m, slub_look_partial, n->nid, n->nr_partial);
	if (!n->nr_partial)
		return 0;
	spin_lock(m, n->list_lock);
	for_each_slab_safe(m, page, next, &n->partial) {
		machine_bound(m, ++bound, "a node's partial list");
		if (!pfmemalloc_match(page, gfp))
			continue;
		if (!acquire_slab(m, s, n, page, !object, &freelist, &objects))
			break;
		available += objects;
		if (!object) {
			SET(c->page, page);
			stat(c, ALLOC_FROM_PARTIAL);
			EMIT(m, slub_cpu_slab, c->cpu, SLAB_REF(s, page));
			object = freelist;
		} else {
			put_cpu_partial(m, s, page, false);
			stat(c, CPU_PARTIAL_NODE);
		}
		if (!kmem_cache_has_cpu_partial(s) || available > s->cpu_partial / 2)
			break;
	}
	spin_unlock(m, n->list_lock);
	return object;
}

/* Nodes in the order of this node's zonelist, itself first; only from those that have more than enough. */
static kaddr_t get_any_partial(struct machine *m, struct kmem_cache *s, uint32_t gfp, struct kmem_cache_cpu *c)
{
	int here = numa_mem_id(m);
	kaddr_t object;

	FRAME(m);
	if (!is_numa(m) || !s->remote_node_defrag_ratio)
		return 0;
	for (int i = 0; i < (int)m->config.nodes; i++) {
		struct kmem_cache_node *n = get_node(m, s, (here + i) % (int)m->config.nodes);

		if (!n || n->nr_partial <= s->min_partial)
			continue;
		object = get_partial_node(m, s, n, c, gfp);
		if (object)
			return object;
	}
	return 0;
}

kaddr_t get_partial(struct machine *m, struct kmem_cache *s, uint32_t gfp, int node, struct kmem_cache_cpu *c)
{
	kaddr_t object;

	FRAME(m);
	object = get_partial_node(m, s, get_node(m, s, node == NUMA_NO_NODE ? numa_mem_id(m) : node), c, gfp);
	if (object || node != NUMA_NO_NODE)
		return object;
	return get_any_partial(m, s, gfp, c);
}

/* ---- a cpu's partial list ---- */

/* Frozen slabs of a cpu's partial list go to their nodes' lists, the newest first, each to the tail; what is empty and
 * not needed is given up at the end. mm/slub.c unfreeze_partials() */
void unfreeze_partials(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	struct kmem_cache_node *n = NULL, *n2;
	struct page *page, *discard = NULL;
	uint64_t bound = 0;

	FRAME(m);
	while ((page = slab_page(m, c->partial))) {
		struct counters old, new;
		kaddr_t freelist;

		machine_bound(m, ++bound, "a cpu's partial list");
		SET(c->partial, page->next);
		n2 = get_node(m, s, page_to_nid(m, page));
		if (n != n2) {
			if (n)
				spin_unlock(m, n->list_lock);
			n = n2;
			spin_lock(m, n->list_lock);
		}
		do {
			freelist = page->freelist;
			old = new = slab_counters(page);
			EMIT(m, slub_read_slab, SLAB_REF(s, page), old.inuse, old.objects);
			new.frozen = 0;
		} while (!cmpxchg_double_slab(m, s, page, freelist, old, freelist, new, TEXT("unfreeze_partials")));
		EMIT(m, slub_unfreeze, SLAB_REF(s, page), c->cpu);
		if (!new.inuse && n->nr_partial >= s->min_partial) {
			SET(page->next, discard);
			discard = page;
			EMIT(m, slub_give_up, SLAB_REF(s, page), n->nid, n->nr_partial, s->min_partial);
		} else {
			add_partial(m, s, n, page, TO_TAIL);
			stat(c, FREE_ADD_PARTIAL);
		}
	}
	if (n)
		spin_unlock(m, n->list_lock);
	while (discard) {
		page = discard;
		discard = discard->next;
		stat(c, DEACTIVATE_EMPTY);
		discard_slab(m, s, page);
		stat(c, FREE_SLAB);
	}
}

static void drain_cpu_partial(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	bool flags;

	local_irq_save(m, flags);
	unfreeze_partials(m, s, c);
	local_irq_restore(m, flags);
}

/* A slab just frozen goes onto this cpu's partial list. On the free path, when about more than cpu_partial objects are
 * free there already, the whole old list is drained first and the new slab stands alone.
 * mm/slub.c put_cpu_partial() */
void put_cpu_partial(struct machine *m, struct kmem_cache *s, struct page *page, bool drain)
{
	struct kmem_cache_cpu *c = this_cpu_ptr(m, s);
	struct page *oldpage;
	int pobjects;

	FRAME(m);
	do {
		pobjects = 0;
		oldpage = slab_page(m, c->partial);
		if (oldpage) {
			pobjects = oldpage->pobjects;
			if (drain && pobjects > (int)s->cpu_partial) {
				EMIT(m, slub_drain, c->cpu, (uint64_t)pobjects, s->cpu_partial);
				drain_cpu_partial(m, s, c);
				oldpage = NULL;
				pobjects = 0;
				stat(c, CPU_PARTIAL_DRAIN);
			}
		}
		pobjects += (int)page->objects - (int)page->inuse;
		SET(page->pobjects, pobjects);
		SET(page->next, oldpage);
		EMIT(m, slub_read_cpu_partial, c->cpu);
	} while (c->partial != oldpage);
	SET(c->partial, page);
	EMIT(m, slub_cpu_partial_put, SLAB_REF(s, page), c->cpu, (uint64_t)pobjects, s->cpu_partial);
	if (!s->cpu_partial)
		drain_cpu_partial(m, s, c);
}

/* ---- taking a cpu's slab away ---- */

/* Stage one: all but the last object of the cpu's freelist go back to the slab's own, one by one; that turns their
 * order round. Returns the last one, 0 when the cpu had none or the chain is broken (debug caches look). */
static kaddr_t drain_percpu_freelist(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t freelist)
{
	uint64_t bound = 0;
	kaddr_t nextfree;

	while (freelist && (nextfree = get_freepointer(m, s, freelist))) {
		struct counters old, new;
		kaddr_t prior;

		machine_bound(m, ++bound, "a cpu's freelist");
		if (freelist_corrupted(m, s, page, &freelist, nextfree))
			break;
		do {
			prior = page->freelist;
			old = new = slab_counters(page);
			set_freepointer(m, s, freelist, prior);
			EMIT(m, slub_return_object, slub_ref(m, s, page, freelist), SLAB_REF(s, page));
			new.inuse = (new.inuse - 1) & 0xffff;
		} while (!cmpxchg_double_slab(m, s, page, prior, old, freelist, new, TEXT("drain percpu freelist")));
		freelist = nextfree;
	}
	return freelist;
}

enum slab_modes { M_NONE, M_PARTIAL, M_FULL, M_FREE };

/* Where a slab with these counts belongs once it is frozen no longer. */
static enum slab_modes target_mode(const struct kmem_cache *s, const struct kmem_cache_node *n, uint32_t inuse, kaddr_t freelist)
{
	if (!inuse && n->nr_partial >= s->min_partial)
		return M_FREE;
	return freelist ? M_PARTIAL : M_FULL;
}

static void change_list(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page,
			enum slab_modes from, enum slab_modes to, int tail)
{
	if (from == to)
		return;
	if (from == M_PARTIAL)
		remove_partial(m, s, n, page);
	else if (from == M_FULL)
		remove_full(m, s, n, page);
	if (to == M_PARTIAL)
		add_partial(m, s, n, page, tail);
	else if (to == M_FULL)
		add_full(m, s, n, page);
}

/* Stage two: the last object goes back too, and the slab is frozen no longer, in one step; it is put on its list before,
 * and if the step fails because others freed into it, the list is chosen anew. Returns where it went. */
static enum slab_modes unfreeze_slab(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct page *page,
				     kaddr_t freelist, int tail)
{
	enum slab_modes on = M_NONE, mode;
	struct counters old, new;
	kaddr_t old_freelist, new_freelist;
	bool lock = false;

	do {
		old_freelist = new_freelist = page->freelist;
		old = new = slab_counters(page);
		if (freelist) {
			new.inuse = (new.inuse - 1) & 0xffff;
			set_freepointer(m, s, freelist, old_freelist);
			EMIT(m, slub_return_object, slub_ref(m, s, page, freelist), SLAB_REF(s, page));
			new_freelist = freelist;
		} else {
			EMIT(m, slub_read_slab, SLAB_REF(s, page), old.inuse, old.objects);
		}
		new.frozen = 0;
		mode = target_mode(s, n, new.inuse, new_freelist);
		if (!lock && (mode == M_PARTIAL || (mode == M_FULL && kmem_cache_debug(s)))) {
			lock = true;
			spin_lock(m, n->list_lock);
		}
		change_list(m, s, n, page, on, mode, tail);
		on = mode;
	} while (!cmpxchg_double_slab(m, s, page, old_freelist, old, new_freelist, new, TEXT("unfreezing slab")));
	if (lock)
		spin_unlock(m, n->list_lock);
	return mode;
}

static void deactivated(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c, struct kmem_cache_node *n, struct page *page,
			enum slab_modes mode, int tail)
{
	if (mode == M_PARTIAL) {
		stat(c, tail == TO_TAIL ? DEACTIVATE_TO_TAIL : DEACTIVATE_TO_HEAD);
	} else if (mode == M_FULL) {
		stat(c, DEACTIVATE_FULL);
		EMIT(m, slub_slab_full, SLAB_REF(s, page));
	} else {
		stat(c, DEACTIVATE_EMPTY);
		EMIT(m, slub_give_up, SLAB_REF(s, page), n->nid, n->nr_partial, s->min_partial);
		discard_slab(m, s, page);
		stat(c, FREE_SLAB);
	}
}

/* Takes the slab `page` with the free objects `freelist` away from a cpu. mm/slub.c deactivate_slab() */
void deactivate_slab(struct machine *m, struct kmem_cache *s, struct page *page, kaddr_t freelist, struct kmem_cache_cpu *c)
{
	struct kmem_cache_node *n = get_node(m, s, page_to_nid(m, page));
	enum slab_modes mode;
	int tail = TO_HEAD;

	FRAME(m);
	EMIT(m, slub_deactivate, SLAB_REF(s, page), c->cpu);
	if (page->freelist) {
		stat(c, DEACTIVATE_REMOTE_FREES);
		tail = TO_TAIL;
	}
	freelist = drain_percpu_freelist(m, s, page, freelist);
	mode = unfreeze_slab(m, s, n, page, freelist, tail);
	EMIT(m, slub_unfreeze, SLAB_REF(s, page), c->cpu);
	deactivated(m, s, c, n, page, mode, tail);
	SET(c->page, NULL);
	SET(c->freelist, 0);
	SET(c->tid, c->tid + 1);
}

/* ---- flushing ---- */

void flush_slab(struct machine *m, struct kmem_cache *s, struct kmem_cache_cpu *c)
{
	FRAME(m);
	stat(c, CPUSLAB_FLUSH);
	deactivate_slab(m, s, slab_page(m, c->page), c->freelist, c);
}

void __flush_cpu_slab(struct machine *m, struct kmem_cache *s, unsigned int cpu)
{
	struct kmem_cache_cpu *c = cpu_slab_ptr(m, s, cpu);

	FRAME(m);
	if (c->page)
		flush_slab(m, s, c);
	unfreeze_partials(m, s, c);
}

/* Every CPU that holds a slab of the cache is interrupted and gives it up. */
void flush_all(struct machine *m, struct kmem_cache *s)
{
	uint8_t here = m->journal.cpu;

	FRAME(m);
	for (unsigned int cpu = 0; cpu < m->config.cpus; cpu++) {
		struct kmem_cache_cpu *c = cpu_slab_ptr(m, s, cpu);

		if (!c->page && !c->partial)
			continue;
		m->journal.cpu = (uint8_t)(cpu | EVENT_IRQS_OFF);
		EMIT(m, slub_flush_cpu, cpu, CACHE_REF(s));
		__flush_cpu_slab(m, s, cpu);
		m->journal.cpu = here;
	}
}

/* A CPU went offline: what it kept of every cache goes back. */
void slub_cpu_dead(struct machine *m, unsigned int cpu)
{
	struct slub *slub = slub_of(m);
	uint64_t bound = 0;
	bool flags;

	FRAME(m);
	down(m, TEXT("slab_mutex"));
	for (const struct list_head *at = slub->slab_caches.next; at != &slub->slab_caches; at = at->next) {
		struct kmem_cache *s = cache_entry(m, at);

		machine_bound(m, ++bound, "slab_caches");
		local_irq_save(m, flags);
		__flush_cpu_slab(m, s, cpu);
		local_irq_restore(m, flags);
	}
	up(m, TEXT("slab_mutex"));
}
