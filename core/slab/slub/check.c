/* SPDX-License-Identifier: GPL-3.0-or-later
 * The invariant walker: U1 .. U6 of types.h, on the state at hand.
 *
 * A user may break them honestly: by writing where he must not, by freeing twice. A slab whose freelist is broken, and
 * every count once the kernel itself has reported a fault, is therefore not held against us. */
#include "core/slab/slub/types.h"

#include <stdlib.h>

enum seat { SEAT_NONE, SEAT_CPU, SEAT_CPU_PARTIAL, SEAT_PARTIAL, SEAT_FULL };

struct walker {
	struct machine *m;
	struct kmem_cache *s;
	struct buf *why;
	uint8_t *seat;                  /* where each page was found, by pfn */
};

static bool wrong(struct walker *w, const char *what, const struct page *page)
{
	buf_printf(w->why, "cache %s: %s", intern_text(w->s->head.name), what);
	if (page)
		buf_printf(w->why, " (slab #%u, pfn %llu)", page->seq, (unsigned long long)page_to_pfn(w->m, page));
	return false;
}

static bool take_seat(struct walker *w, const struct page *page, enum seat seat)
{
	uint64_t pfn = page_to_pfn(w->m, page);

	if (!slab_of_cache(w->m, w->s, page))
		return wrong(w, "U6: a list leads to a page that is no slab of the cache", page);
	if (w->seat[pfn])
		return wrong(w, "U1: a slab is in two places", page);
	w->seat[pfn] = (uint8_t)seat;
	return true;
}

static bool seat_cpus(struct walker *w)
{
	for (unsigned int cpu = 0; cpu < w->m->config.cpus; cpu++) {
		struct kmem_cache_cpu *c = cpu_slab_of(w->m, w->s, cpu);

		if (!c)
			return wrong(w, "the pointer to its cpu structures leads nowhere", NULL);
		if (c->page && !(sane_page(w->m, c->page) && take_seat(w, c->page, SEAT_CPU)))
			return w->why->len ? false : wrong(w, "a cpu's slab pointer leads nowhere", NULL);
		for (struct page *page = c->partial; page; page = page->next)
			if (!sane_page(w->m, page) || !take_seat(w, page, SEAT_CPU_PARTIAL))
				return w->why->len ? false : wrong(w, "a cpu's partial list leads nowhere", NULL);
	}
	return true;
}

static bool seat_list(struct walker *w, const struct list_head *list, enum seat seat, unsigned long *count)
{
	for (const struct list_head *at = list->next; at != list; at = at->next) {
		const struct page *page = list_entry(at, struct page, lru);

		if (!sane_page(w->m, page))
			return wrong(w, "L1: a node's list leads nowhere", NULL);
		if (!list_links_match(at))
			return wrong(w, "L1: a node list's links do not match", page);
		if (!take_seat(w, page, seat))
			return false;
		++*count;
	}
	return true;
}

static bool seat_nodes(struct walker *w)
{
	for (unsigned int nid = 0; nid < w->m->config.nodes; nid++) {
		struct kmem_cache_node *n = node_of_cache(w->m, w->s, nid);
		unsigned long partial = 0, full = 0;

		if (!n)
			return wrong(w, "the pointer to a node structure leads nowhere", NULL);
		if (!seat_list(w, &n->partial, SEAT_PARTIAL, &partial) || !seat_list(w, &n->full, SEAT_FULL, &full))
			return false;
		if (partial != n->nr_partial)
			return wrong(w, "U2: nr_partial does not count the list", NULL);
	}
	return true;
}

static bool count_one(void *ctx, uint32_t index)
{
	(void)index;
	++*(uint32_t *)ctx;
	return true;
}

/* U1 .. U4 of one slab. */
static bool check_slab_page(struct walker *w, const struct page *page)
{
	enum seat seat = w->seat[page_to_pfn(w->m, page)];
	bool on_cpu = seat == SEAT_CPU || seat == SEAT_CPU_PARTIAL;
	uint32_t free = 0;
	kaddr_t bad;

	if (on_cpu != (page->frozen != 0))
		return wrong(w, "U1: frozen is not 'belongs to a cpu'", page);
	if (walk_freelist(w->m, w->s, page, page->freelist, count_one, &free, &bad) != WALK_END || slub_of(w->m)->tainted)
		return true;
	if (page->inuse + free != page->objects)
		return wrong(w, "U4: inuse and the freelist do not add up", page);
	if (seat == SEAT_PARTIAL && !page->freelist)
		return wrong(w, "U2: a slab on the partial list has no free object", page);
	if (seat == SEAT_NONE && page->freelist)
		return wrong(w, "U2: a slab with a free object is on no list", page);
	return true;
}

/* early_kmem_cache_node_alloc(): where a node had no memory, the slab of its structure lies on another node. The kernel
 * counts it for the node it was meant for, and for the one it lies on only if that one had its structure already. */
static void count_misplaced(const struct walker *w, uint64_t *slabs, uint64_t *objects)
{
	for (unsigned int nid = 0; w->s == slub_of(w->m)->kmem_cache_node && nid < w->m->config.nodes; nid++) {
		const struct page *page = virt_to_page(w->m, room_address(w->m, w->s->node[nid]));
		unsigned int on = (unsigned int)page_to_nid(w->m, page);

		if (on == nid)
			continue;
		slabs[nid]++;
		objects[nid] += page->objects;
		if (on > nid) {
			slabs[on]--;
			objects[on] -= page->objects;
		}
	}
}

/* U5 and U6: the chain of slabs against the nodes' counters. */
static bool check_chain(struct walker *w)
{
	uint64_t slabs[MAX_NODES] = {0}, objects[MAX_NODES] = {0}, before = 0;

	for (uint64_t at = w->s->first_slab; at; before = at, at = pfn_to_page(w->m, at - 1)->chain_next) {
		const struct page *page = at <= w->m->pfns ? pfn_to_page(w->m, at - 1) : NULL;
		int nid;

		if (!page || page->chain_prev != before || !slab_of_cache(w->m, w->s, page))
			return wrong(w, "U6: the chain of slabs is broken", NULL);
		nid = page_to_nid(w->m, page);
		slabs[nid]++;
		objects[nid] += page->objects;
		if (!check_slab_page(w, page))
			return false;
	}
	if (before != w->s->last_slab)
		return wrong(w, "U6: the chain of slabs has another end", NULL);
	count_misplaced(w, slabs, objects);
	for (unsigned int nid = 0; nid < w->m->config.nodes; nid++)
		if (slabs[nid] != w->s->node[nid]->nr_slabs || objects[nid] != w->s->node[nid]->total_objects)
			return wrong(w, "U5: nr_slabs or total_objects do not count the slabs", NULL);
	return true;
}

static bool check_cache(struct machine *m, struct kmem_cache *s, struct buf *why, uint8_t *seat)
{
	struct walker w = { m, s, why, seat };

	return seat_cpus(&w) && seat_nodes(&w) && check_chain(&w);
}

bool slub_check(struct machine *m, struct buf *why)
{
	struct slub *slub = slub_of(m);
	uint8_t *seat;
	bool good = true;
	uint64_t n = 0;

	if (!slub)
		return true;
	seat = x_alloc(m->pfns);
	for (struct cache *c = NULL; good && (c = slub_next(m, c)) && n++ < 1u << 20;)
		good = check_cache(m, to_slub(c), why, seat);
	free(seat);
	return good;
}
