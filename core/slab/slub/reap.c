/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shrinking: __kmem_cache_shrink() of mm/slub.c. SLUB has no reaper that runs by itself. */
#include "core/slab/slub/types.h"

#define SHRINK_PROMOTE_MAX 32

static struct list_head *push_list_head(struct machine *m)
{
	struct list_head *head = kstack_push(m, sizeof *head);

	INIT_LIST_HEAD(head);
	return head;
}

/* Sorts a node's partial list, the fullest first; slabs of equal fill end up in reverse order, those with more than 32
 * free objects stay behind the others as they were. Empty ones leave for `discard`. */
static void sort_partial(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n, struct list_head *discard)
{
	struct list_head *promote[SHRINK_PROMOTE_MAX];
	struct page *page;
	uint64_t bound = 0;

	for (int i = 0; i < SHRINK_PROMOTE_MAX; i++)
		promote[i] = push_list_head(m);
	for_each_slab_safe(m, page, next, &n->partial) {
		int free = (int)page->objects - (int)page->inuse;

		machine_bound(m, ++bound, "a node's partial list");
		if (free <= 0)
			BUG(m, "mm/slub.c: __kmem_cache_shrink: slab %u on the partial list has no free object", page->seq);
		if (free == page->objects) {
			list_move(&page->lru, discard);
			SET(n->nr_partial, n->nr_partial - 1);
			EMIT(m, slub_remove_partial, SLAB_REF(s, page), n->nid, n->nr_partial);
		} else if (free <= SHRINK_PROMOTE_MAX) {
			list_move(&page->lru, promote[free - 1]);
		}
	}
	for (int i = SHRINK_PROMOTE_MAX - 1; i >= 0; i--)
		list_splice(promote[i], &n->partial);
	EMIT(m, slub_sorted, n->nid, n->nr_partial);
}

static void shrink_node(struct machine *m, struct kmem_cache *s, struct kmem_cache_node *n)
{
	struct kstack_mark mark __attribute__((cleanup(kstack_pop), unused)) = { m, m->kstack_used[m->kernel->cpu] };
	struct list_head *discard = push_list_head(m);
	struct page *page, *next;
	bool flags;

	local_irq_save(m, flags);
	spin_lock(m, n->list_lock);
	sort_partial(m, s, n, discard);
	spin_unlock(m, n->list_lock);
	local_irq_restore(m, flags);
	list_for_each_entry_safe(page, next, discard, lru) {
		SET(page->lru.next, NULL);
		SET(page->lru.prev, NULL);
		discard_slab(m, s, page);
	}
}

/* Returns 1 when slabs are left. */
int kmem_cache_shrink(struct machine *m, struct kmem_cache *s)
{
	int left = 0;

	FRAME(m);
	flush_all(m, s);
	for (unsigned int nid = 0; nid < m->config.nodes; nid++) {
		struct kmem_cache_node *n = get_node(m, s, (int)nid);

		if (!n)
			continue;
		shrink_node(m, s, n);
		if (n->nr_slabs)
			left = 1;
	}
	return left;
}
