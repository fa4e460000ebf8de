/* SPDX-License-Identifier: GPL-3.0-or-later
 * Destroying caches: kmem_cache_destroy() of mm/slab_common.c, __kmem_cache_shutdown() of mm/slub.c. */
#include "core/slab/slub/types.h"

/* The descriptor's object goes back to kmem_cache. */
void free_descriptor(struct machine *m, struct kmem_cache *s)
{
	struct kmem_cache *kmem_cache = slub_of(m)->kmem_cache;
	kaddr_t at = s->head.room;

	room_close(m, at);
	slab_free(m, kmem_cache, virt_to_head_page(m, at), at, 0, 1, FROM(kmem_cache_free, kmem_cache_destroy));
}

static void free_kmem_cache_nodes(struct machine *m, struct kmem_cache *s)
{
	struct kmem_cache *kmem_cache_node = slub_of(m)->kmem_cache_node;

	for (unsigned int nid = 0; nid < m->config.nodes; nid++) {
		kaddr_t at = room_address(m, get_node(m, s, (int)nid));

		if (!at)
			continue;
		SET(s->node[nid], NULL);
		room_close(m, at);
		slab_free(m, kmem_cache_node, virt_to_head_page(m, at), at, 0, 1, FROM(kmem_cache_free, kmem_cache_destroy));
	}
}

void __kmem_cache_release(struct machine *m, struct kmem_cache *s)
{
	FRAME(m);
	if (s->random_seq)
		kfree(m, s->random_seq);
	SET(s->random_seq, 0);
	free_kmem_cache_cpus(m, s);
	free_kmem_cache_nodes(m, s);
}

void slab_kmem_cache_release(struct machine *m, struct kmem_cache *s)
{
	FRAME(m);
	EMIT(m, cache_destroy, CACHE_REF(s));
	__kmem_cache_release(m, s);
	free_descriptor(m, s);
}

/* The empty slabs of a node's list go; what still has objects stays and is reported. */
static void free_partial(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n)
{
	struct page *page, *next;
	uint64_t bound = 0;

	FRAME(m);
	KSTACK_LIST_HEAD(m, discard);
	local_irq_disable(m);
	spin_lock(m, n->list_lock);
	for_each_slab_safe(m, page, after, &n->partial) {
		machine_bound(m, ++bound, "a node's partial list");
		if (page->inuse) {
			list_slab_objects(m, s, page);
			continue;
		}
		remove_partial(m, s, n, page);
		list_add(&page->lru, discard);
	}
	spin_unlock(m, n->list_lock);
	local_irq_enable(m);
	list_for_each_entry_safe(page, next, discard, lru) {
		SET(page->lru.next, NULL);
		SET(page->lru.prev, NULL);
		discard_slab(m, s, page);
	}
}

/* False when objects are left. */
static bool __kmem_cache_shutdown(struct machine *m, struct kmem_cache *s)
{
	FRAME(m);
	flush_all(m, s);
	for (unsigned int nid = 0; nid < m->config.nodes; nid++) {
		struct kmem_cache_node *n = get_node(m, s, (int)nid);

		if (!n)
			continue;
		free_partial(m, s, n);
		if (n->nr_partial || n->nr_slabs)
			return false;
	}
	return true;
}

static bool shutdown_cache(struct machine *m, struct kmem_cache *s)
{
	FRAME(m);
	if (!__kmem_cache_shutdown(m, s))
		return false;
	list_del(&s->list);
	if (s->flags & SLAB_TYPESAFE_BY_RCU) {
		list_add_tail(&s->list, &slub_of(m)->slab_caches_to_rcu_destroy);
		EMIT(m, slub_rcu_destroy, CACHE_REF(s));
	} else {
		slab_kmem_cache_release(m, s);
	}
	return true;
}

/* One name less; with the last one the cache goes. A cache that still has objects stays usable, without a name to it:
 * its count is 0 now, and a second destroy finds -1. Returns 0; the kernel's function is void. */
int kmem_cache_destroy(struct machine *m, struct kmem_cache *s)
{
	const char *name = intern_text(s->head.name);

	FRAME(m);
	down(m, TEXT("slab_mutex"));
	set_refcount(s, s->refcount - 1);
	if (s->refcount) {
		EMIT(m, slub_still_named, CACHE_REF(s), (uint64_t)(int64_t)s->refcount);
	} else if (!shutdown_cache(m, s)) {
		PRINTK(m, "kmem_cache_destroy %s: Slab cache still has objects", name);
	}
	up(m, TEXT("slab_mutex"));
	return 0;
}
